//! Queries: WITH, set operations, VALUES, ORDER BY, row limits, row locks.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::scope::{Clause, VisibleCte};
use crate::shape::ValuesNames;
use air::expr::{Expr, Literal};
use air::ids::List;
use air::query::{
    Body, Cte, CteBody, Distinct, Item, Limit, LockStrength, LockWait, Locking, Materialized, Output, Query,
    Rel, Select, SetOp, Source, SourceColumn, SourceKind, ValuesRow,
};
use air::types::CastReason;
use air::{Collation, CteId, ExprId, Name, QueryId, SourceId, Str, Type};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, Ident, LimitForm, Quantifier, TrailerKind};

/// Stack kept free before a query is bound; a level of nesting takes less.
const RED_ZONE_BYTES: usize = 256 << 10;
/// Stack added when it runs out.
const SEGMENT_BYTES: usize = 4 << 20;

/// What a query is for, as far as it decides about names of its columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Usage {
    /// Its rows are returned or stored: headings are the dialect's own.
    Rows,
    /// Its columns can be referred to by name, so each needs one.
    Named,
    /// As [`Usage::Named`], the names being listed where it is used.
    Renamed,
}

impl<'a> Binder<'a> {
    /// A query inside of an expression.
    pub(crate) fn query(&mut self, id: tree::QueryId) -> Bound<QueryId> {
        self.query_as(id, Usage::Rows)
    }

    /// A query.
    pub(crate) fn query_as(&mut self, id: tree::QueryId, usage: Usage) -> Bound<QueryId> {
        stacker::maybe_grow(RED_ZONE_BYTES, SEGMENT_BYTES, || self.query_here(id, usage))
    }

    fn query_here(&mut self, id: tree::QueryId, usage: Usage) -> Bound<QueryId> {
        let node = self.tree[id];
        let recursion = self.scopes.recursion.take();
        self.trailers(&node)?;
        let visible_ctes = self.scopes.ctes.len();
        let (ctes, recursive) = match node.with {
            Some(with) => self.with(with)?,
            None => (List::EMPTY, false),
        };
        let bound = self.query_body(&node, ctes, recursive, usage, recursion);
        self.scopes.ctes.truncate(visible_ctes);
        bound
    }

    fn query_body(
        &mut self,
        node: &tree::Query,
        ctes: List<CteId>,
        recursive: bool,
        usage: Usage,
        recursion: Option<usize>,
    ) -> Bound<QueryId> {
        let plain = node.order_by.is_empty() && node.limit.is_none() && node.locks.is_empty();
        match node.body {
            tree::Body::Select(select) => self.select_query(select, Some(node), ctes, recursive, usage),
            tree::Body::Nested(inner) => {
                let below = self.tree[inner];
                if plain && node.with.is_none() {
                    self.scopes.recursion = recursion;
                    return self.query_as(inner, usage);
                }
                let bare = below.order_by.is_empty()
                    && below.limit.is_none()
                    && below.locks.is_empty()
                    && below.with.is_none()
                    && below.trailers.is_empty();
                if bare {
                    let merged = tree::Query { body: below.body, ..*node };
                    return self.query_body(&merged, ctes, recursive, usage, recursion);
                }
                let query = self.query_as(inner, usage)?;
                if plain && self.air.query(query).ctes.is_empty() {
                    let query_mut = self.air.query_mut(query);
                    query_mut.ctes = ctes;
                    query_mut.recursive = recursive;
                    return Ok(query);
                }
                let body = self.star_over(query, node.span)?;
                self.finish_query(node, body, ctes, recursive)
            }
            tree::Body::Values(rows) => {
                let body = self.values(rows, node.span)?;
                self.finish_query(node, body, ctes, recursive)
            }
            tree::Body::Set(chain) => {
                let body = self.set_chain(chain, usage, recursion)?;
                self.finish_query(node, body, ctes, recursive)
            }
            tree::Body::Table(name) => {
                self.scopes.open(Clause::From);
                let rel = self.table_source(name, None, tree::List::EMPTY, node.span)?;
                let body = self.star_block(rel)?;
                self.scopes.close();
                self.finish_query(node, body, ctes, recursive)
            }
        }
    }

    /// `SELECT * FROM (query)`.
    fn star_over(&mut self, query: QueryId, span: Span) -> Bound<Body> {
        self.scopes.open(Clause::From);
        let source = self.derived_source(query, Name::default(), tree::List::EMPTY, false, span)?;
        let rel = self.air.push_rel(Rel::Source { source });
        let body = self.star_block(rel);
        self.scopes.close();
        body
    }

    /// `SELECT * FROM rel`, the sources of `rel` being the innermost scope.
    pub(crate) fn star_block(&mut self, rel: air::RelId) -> Bound<Body> {
        let mut outputs = Vec::new();
        let known = self.star_outputs(Some(rel), None, &mut outputs);
        let outputs = if known { self.air.push_list(&outputs) } else { List::EMPTY };
        let items = self.air.push_list(&[Item::Star { source: None }]);
        let select = self.air.push_select(Select {
            from: Some(rel),
            distinct: Distinct::All {},
            items,
            outputs,
            filter: None,
            group: None,
            having: None,
            windows: List::EMPTY,
            qualify: None,
        });
        Ok(Body::Select { select })
    }

    /// The query of a body that is no SELECT of its own: its ORDER BY sees the columns of the result.
    fn finish_query(
        &mut self,
        node: &tree::Query,
        body: Body,
        ctes: List<CteId>,
        recursive: bool,
    ) -> Bound<QueryId> {
        let empty =
            Query { ctes, recursive, body, order: List::EMPTY, limit: None, locking: None };
        let query = self.air.push_query(empty, node.span);
        if let Some(lock) = self.tree.list(node.locks).first() {
            let span = lock.span;
            let message = "row locks over a set operation or VALUES are not translated";
            return Err(self.refuse(codes::QUERY_CLAUSE, span, message));
        }
        if !node.order_by.is_empty() {
            self.scopes.open(Clause::OrderBy);
            self.scopes.top().outputs = self.outputs(query).unwrap_or(List::EMPTY);
            let order = self.result_keys(node.order_by)?;
            self.scopes.close();
            self.air.query_mut(query).order = order;
        }
        let limit = self.limit(node.limit)?;
        self.air.query_mut(query).limit = limit;
        Ok(query)
    }

    fn trailers(&mut self, node: &tree::Query) -> Bound<()> {
        for trailer in self.tree.list(node.trailers) {
            let what = match trailer.kind {
                // Advice to an optimizer; rows stay the same.
                TrailerKind::Option | TrailerKind::ForBrowse => {
                    let message = "advice to the optimizer is left out";
                    self.diagnostics.push(Diagnostic::note(codes::TABLE_HINT, trailer.span, message));
                    continue;
                }
                TrailerKind::ForXml => "FOR XML",
                TrailerKind::ForJson => "FOR JSON",
                TrailerKind::Into => "INTO",
                TrailerKind::Procedure => "PROCEDURE",
            };
            let message = format!("{what} at the end of a query is not translated");
            return Err(self.refuse(codes::QUERY_CLAUSE, trailer.span, message));
        }
        if node.siblings {
            let message = "ORDER SIBLINGS BY is not translated";
            return Err(self.refuse(codes::QUERY_CLAUSE, node.span, message));
        }
        Ok(())
    }

    /// WITH: its tables become visible; the caller takes them out of sight again.
    pub(crate) fn with(&mut self, with: tree::WithId) -> Bound<(List<CteId>, bool)> {
        let node = self.tree[with];
        let mut ids: Vec<CteId> = Vec::new();
        let mut recursive = false;
        let first = self.scopes.ctes.len();
        for cte in self.tree.list(node.ctes) {
            let text = self.ident_text(cte.name);
            let reference = crate::names::Reference::new(cte.name, &text);
            let doubled = self.scopes.ctes[first..].iter().any(|known| {
                reference.means(self.air.name(known.name), known.name.exact, self.shape.folding)
            });
            if doubled {
                let message = format!("`{text}` is defined twice in one WITH");
                return Err(self.refuse(codes::DUPLICATE_SOURCE, cte.name.span, message));
            }
            if let Some(span) = cte.search_cycle {
                let message = "SEARCH and CYCLE clauses are not translated";
                return Err(self.refuse(codes::QUERY_CLAUSE, span, message));
            }
            let (id, used) = self.cte(cte, node.recursive || self.shape.recursion_unmarked)?;
            recursive |= used;
            ids.push(id);
        }
        Ok((self.air.push_list(&ids), recursive))
    }

    /// A common table expression, and whether it refers to itself.
    fn cte(&mut self, node: &tree::Cte, may_recur: bool) -> Bound<(CteId, bool)> {
        let name = self.ident_name(node.name);
        let materialized = match node.materialized {
            None => Materialized::Free,
            Some(true) => Materialized::Yes,
            Some(false) => Materialized::No,
        };
        let renamed = !node.columns.is_empty();
        let usage = if renamed { Usage::Renamed } else { Usage::Named };
        let blank = CteBody::Change { statement: u32::MAX };
        let cte = self.air.push_cte(Cte { name, columns: List::EMPTY, renamed, body: blank, materialized });
        let at = self.scopes.ctes.len();
        let entry = VisibleCte { name, names: node.columns, cte, ready: false, used: false, closed: true };
        // A table expression never sees the scopes around its WITH through itself, only outer queries do.
        match node.body {
            tree::CteBody::Query(query) => {
                if may_recur {
                    self.scopes.ctes.push(entry);
                    self.scopes.recursion = Some(at);
                }
                let query = self.query_as(query, usage)?;
                self.scopes.recursion = None;
                let used = may_recur && self.scopes.ctes[at].used;
                self.scopes.ctes.truncate(at);
                let outputs = self.outputs(query);
                let columns = match (used, outputs) {
                    (true, _) => self.air.cte(cte).columns,
                    (false, Some(outputs)) => self.named_columns(outputs, node.columns, node.name.span)?,
                    (false, None) => self.listed_columns(node.columns),
                };
                let closed = used || outputs.is_some() || renamed;
                let slot = self.air.cte_mut(cte);
                slot.body = CteBody::Query { query };
                slot.columns = columns;
                self.scopes.ctes.push(VisibleCte { ready: true, closed, ..entry });
                Ok((cte, used))
            }
            tree::CteBody::Statement(statement) => {
                let bound = self.change(statement)?;
                let returning = self.returning_of(&bound);
                let outputs = self.item_outputs(returning);
                let columns = match outputs {
                    Some(outputs) => self.named_columns(outputs, node.columns, node.name.span)?,
                    None => self.listed_columns(node.columns),
                };
                let number = self.air.nested.len() as u32;
                self.air.nested.push(bound);
                let slot = self.air.cte_mut(cte);
                slot.body = CteBody::Change { statement: number };
                slot.columns = columns;
                let closed = outputs.is_some() || renamed;
                self.scopes.ctes.push(VisibleCte { ready: true, closed, ..entry });
                Ok((cte, false))
            }
        }
    }

    /// Columns of a source from what its query gives and the names listed for them.
    pub(crate) fn named_columns(
        &mut self,
        outputs: List<Output>,
        names: tree::List<Ident>,
        span: Span,
    ) -> Bound<List<SourceColumn>> {
        let listed = self.tree.list(names);
        if listed.len() > outputs.len() {
            let message = format!("{} names for {} columns", listed.len(), outputs.len());
            return Err(self.refuse(codes::COLUMN_LIST_LENGTH, span, message));
        }
        let mut columns = Vec::with_capacity(outputs.len());
        for i in 0..outputs.len() {
            let output = self.air.at(outputs, i);
            let name = match listed.get(i) {
                Some(ident) => self.ident_name(*ident),
                None => output.name,
            };
            columns.push(SourceColumn { name, ty: output.ty, nullable: output.nullable });
        }
        Ok(self.air.push_list(&columns))
    }

    /// Columns of which only the names are known.
    fn listed_columns(&mut self, names: tree::List<Ident>) -> List<SourceColumn> {
        let mut columns = Vec::with_capacity(names.len());
        for ident in self.tree.list(names) {
            let name = self.ident_name(*ident);
            columns.push(SourceColumn { name, ty: Type::Unknown, nullable: true });
        }
        self.air.push_list(&columns)
    }

    /// The columns of a query's rows; `None` where a star ranges over columns that are not known.
    pub(crate) fn outputs(&mut self, query: QueryId) -> Option<List<Output>> {
        let mut query = query;
        loop {
            match self.air.query(query).body {
                Body::Select { select } => {
                    let select = self.air.select(select);
                    let open = select.outputs.is_empty() && !select.items.is_empty();
                    return (!open).then_some(select.outputs);
                }
                Body::SetOp { left, .. } => query = left,
                Body::Values { rows } => {
                    let first = self.air.list(rows).first().map_or(List::EMPTY, |row| row.items);
                    let mut outputs = Vec::with_capacity(first.len());
                    for i in 0..first.len() {
                        let cell = self.air.at(first, i);
                        let ty = self.air.ty(cell);
                        let nullable = self.air.list(rows).iter().any(|row| {
                            row.items.len() > i && self.air.info(self.air.at(row.items, i)).nullable
                        });
                        let name = self.values_name(cell, i);
                        outputs.push(Output { name, ty, nullable });
                    }
                    return Some(self.air.push_list(&outputs));
                }
            }
        }
    }

    fn values_name(&mut self, cell: ExprId, i: usize) -> Name {
        let text = match self.shape.values_names {
            ValuesNames::FromOne => format!("column{}", i + 1),
            ValuesNames::FromZero => format!("column_{i}"),
            ValuesNames::Written => self.text_of(self.air.span(cell)).to_owned(),
        };
        self.air.push_name(&text)
    }

    /// Number of columns of a query, if known.
    pub(crate) fn width(&mut self, query: QueryId) -> Option<usize> {
        self.outputs(query).map(List::len)
    }

    // VALUES.

    /// Rows of VALUES as a body; column types are unified over the rows.
    fn values(&mut self, rows: tree::List<tree::Row>, span: Span) -> Bound<Body> {
        let rows = self.value_rows(rows)?;
        let count = self.air.list(rows).first().map_or(0, |row| row.items.len());
        for row in 0..rows.len() {
            if self.air.at(rows, row).items.len() != count {
                let message = "rows of VALUES have unlike numbers of values";
                return Err(self.refuse(codes::VALUES_WIDTH, span, message));
            }
        }
        for column in 0..count {
            let mut ty = self.air.ty(self.air.at(self.air.at(rows, 0).items, column));
            for row in 1..rows.len() {
                let cell = self.air.at(self.air.at(rows, row).items, column);
                let (other, at) = (self.air.ty(cell), self.air.span(cell));
                if other != ty {
                    ty = self.unify_types(ty, other, at)?;
                }
            }
            self.cast_cells(rows, column, ty, CastReason::Implicit)?;
        }
        Ok(Body::Values { rows })
    }

    /// The rows of VALUES as they stand.
    pub(crate) fn value_rows(&mut self, rows: tree::List<tree::Row>) -> Bound<List<ValuesRow>> {
        let mut bound = Vec::with_capacity(rows.len());
        for row in self.tree.list(rows) {
            let items = self.expr_list(row.items)?;
            bound.push(ValuesRow { items });
        }
        Ok(self.air.push_list(&bound))
    }

    /// Several expressions.
    pub(crate) fn expr_list(&mut self, list: tree::List<tree::ExprId>) -> Bound<List<ExprId>> {
        let mark = self.exprs.len();
        for expr in self.tree.list(list) {
            let bound = self.expr(*expr)?;
            self.exprs.push(bound);
        }
        let bound = self.air.push_list(&self.exprs[mark..]);
        self.exprs.truncate(mark);
        Ok(bound)
    }

    fn cast_cells(
        &mut self,
        rows: List<ValuesRow>,
        column: usize,
        ty: Type,
        reason: CastReason,
    ) -> Bound<()> {
        for row in 0..rows.len() {
            let items = self.air.at(rows, row).items;
            let cell = self.air.at(items, column);
            if let Some(cast) = self.fit(cell, ty, reason)? {
                self.air.list_mut(items)[column] = cast;
            }
        }
        Ok(())
    }

    /// The value converted to the type of its column, or `None` where values of its own type are fine there.
    fn fit(&mut self, value: ExprId, ty: Type, reason: CastReason) -> Bound<Option<ExprId>> {
        let own = self.air.ty(value);
        if own == Type::Null {
            if let Some(Literal::Null {}) = self.air.literal(value) {
                self.air.info_mut(value).ty = ty;
            }
            return Ok(None);
        }
        if !converts(own, ty) {
            return Ok(None);
        }
        let cast = self.coerce(value, ty, reason)?;
        Ok((cast != value).then_some(cast))
    }

    // Set operations.

    fn set_chain(
        &mut self,
        chain: tree::SetChainId,
        usage: Usage,
        recursion: Option<usize>,
    ) -> Bound<Body> {
        let node = self.tree[chain];
        let mut left = self.operand(node.first, usage)?;
        let mut recursive = false;
        if let Some(at) = recursion {
            self.publish_anchor(at, left)?;
        }
        let arms = self.tree.list(node.arms);
        let mut body = self.air.query(left).body;
        for (i, arm) in arms.iter().enumerate() {
            if i > 0 {
                let span = self.air.query_span(left).to(arm.span);
                let order = List::EMPTY;
                let query =
                    Query { ctes: List::EMPTY, recursive: false, body, order, limit: None, locking: None };
                left = self.air.push_query(query, span);
            }
            let right = self.operand(arm.body, Usage::Rows)?;
            if let Some(at) = recursion {
                recursive |= self.scopes.ctes[at].used;
            }
            let op = match arm.op {
                tree::SetOp::Union => SetOp::Union,
                tree::SetOp::Intersect => SetOp::Intersect,
                tree::SetOp::Except => SetOp::Except,
            };
            let all = arm.quantifier == Quantifier::All;
            let collation = self.level_columns(left, right, recursive, arm.span)?;
            body = Body::SetOp { op, all, left, right, collation };
        }
        Ok(body)
    }

    /// Makes the columns of a recursive table expression known from its first part.
    fn publish_anchor(&mut self, at: usize, anchor: QueryId) -> Bound<()> {
        let entry = self.scopes.ctes[at];
        let Some(outputs) = self.outputs(anchor) else {
            self.scopes.ctes[at].ready = true;
            self.scopes.ctes[at].closed = false;
            return Ok(());
        };
        let span = self.air.query_span(anchor);
        let columns = self.named_columns(outputs, entry.names, span)?;
        // Later rounds may bring NULLs the first part does not have.
        for column in self.air.list_mut(columns) {
            column.nullable = true;
        }
        self.air.cte_mut(entry.cte).columns = columns;
        self.scopes.ctes[at].ready = true;
        Ok(())
    }

    /// An operand of a set operation as a query of its own.
    fn operand(&mut self, body: tree::Body, usage: Usage) -> Bound<QueryId> {
        match body {
            tree::Body::Nested(query) => self.query_as(query, usage),
            tree::Body::Select(select) => self.select_query(select, None, List::EMPTY, false, usage),
            tree::Body::Set(chain) => {
                let body = self.set_chain(chain, usage, None)?;
                let query = Query {
                    ctes: List::EMPTY,
                    recursive: false,
                    body,
                    order: List::EMPTY,
                    limit: None,
                    locking: None,
                };
                let span = self.body_span(body);
                Ok(self.air.push_query(query, span))
            }
            tree::Body::Values(_) | tree::Body::Table(_) => {
                let node = tree::Query {
                    with: None,
                    body,
                    order_by: tree::List::EMPTY,
                    siblings: false,
                    limit: None,
                    locks: tree::List::EMPTY,
                    trailers: tree::List::EMPTY,
                    span: Span::NONE,
                };
                self.query_body(&node, List::EMPTY, false, usage, None)
            }
        }
    }

    fn body_span(&self, body: Body) -> Span {
        match body {
            Body::SetOp { left, right, .. } => self.air.query_span(left).to(self.air.query_span(right)),
            Body::Select { .. } | Body::Values { .. } => Span::NONE,
        }
    }

    /// Makes the columns of both sides equal in number and type; gives the collation duplicates compare by.
    fn level_columns(
        &mut self,
        left: QueryId,
        right: QueryId,
        left_decides: bool,
        span: Span,
    ) -> Bound<Collation> {
        let (Some(ours), Some(theirs)) = (self.outputs(left), self.outputs(right)) else {
            return Ok(self.profile.settings.collation);
        };
        if ours.len() != theirs.len() {
            let message = format!(
                "sides of the set operation have {} and {} columns",
                ours.len(),
                theirs.len()
            );
            return Err(self.refuse(codes::SET_OPERATION_WIDTH, span, message));
        }
        let mut collation = None;
        for i in 0..ours.len() {
            let (l, r) = (self.air.at(ours, i), self.air.at(theirs, i));
            let ty = if l.ty == r.ty || (left_decides && !l.ty.is_unknown()) {
                l.ty
            } else {
                self.unify_types(l.ty, r.ty, span)?
            };
            if collation.is_none() && ty.is_text() {
                collation = Some(self.common_collation(l.ty, r.ty, span)?);
            }
            if l.ty != ty {
                self.cast_output(left, i, ty, CastReason::Implicit)?;
            }
            if r.ty != ty {
                self.cast_output(right, i, ty, CastReason::Implicit)?;
            }
            if r.nullable && !l.nullable {
                self.mark_nullable(left, i);
            }
        }
        Ok(collation.unwrap_or_default())
    }

    fn mark_nullable(&mut self, query: QueryId, column: usize) {
        let mut query = query;
        while let Body::SetOp { left, .. } = self.air.query(query).body {
            query = left;
        }
        if let Body::Select { select } = self.air.query(query).body {
            let outputs = self.air.select(select).outputs;
            if let Some(output) = self.air.list_mut(outputs).get_mut(column) {
                output.nullable = true;
            }
        }
    }

    /// Converts a column of a query's rows to a type, at the values the column is made of.
    pub(crate) fn cast_output(
        &mut self,
        query: QueryId,
        column: usize,
        ty: Type,
        reason: CastReason,
    ) -> Bound<()> {
        match self.air.query(query).body {
            Body::SetOp { left, right, .. } => {
                self.cast_output(left, column, ty, reason)?;
                self.cast_output(right, column, ty, reason)
            }
            Body::Values { rows } => self.cast_cells(rows, column, ty, reason),
            Body::Select { select } => {
                let own = self.air.at(self.air.select(select).outputs, column).ty;
                if own == Type::Null || converts(own, ty) {
                    if self.has_star(select) {
                        self.expand_stars(select)?;
                    }
                    let items = self.air.select(select).items;
                    if let Item::Expr { expr, alias } = self.air.at(items, column) {
                        // A column keeps its name when a conversion is put around it.
                        let named = self.air.at(self.air.select(select).outputs, column).name;
                        let alias = alias.or((!named.is_empty()).then_some(named));
                        if let Some(expr) = self.fit(expr, ty, reason)? {
                            self.air.list_mut(items)[column] = Item::Expr { expr, alias };
                        }
                    }
                }
                let outputs = self.air.select(select).outputs;
                self.air.list_mut(outputs)[column].ty = ty;
                Ok(())
            }
        }
    }

    fn has_star(&self, select: air::SelectId) -> bool {
        let items = self.air.select(select).items;
        self.air.list(items).iter().any(|item| matches!(item, Item::Star { .. }))
    }

    // Limits and locks.

    /// The row limit of a query.
    pub(crate) fn limit(&mut self, limit: Option<tree::LimitId>) -> Bound<Option<Limit>> {
        let Some(limit) = limit else { return Ok(None) };
        let node = self.tree[limit];
        self.scopes.open(Clause::Value);
        let count = match (node.count, node.form) {
            (_, LimitForm::LimitAll) => None,
            (None, LimitForm::FetchOne) => {
                let value = Literal::Int { value: 1 };
                Some(self.air.push(Expr::Literal { value }, Type::I64, false, node.span))
            }
            (None, _) => None,
            (Some(count), _) => self.limit_value(count)?,
        };
        let offset = match node.offset {
            Some(offset) => self.limit_value(offset)?,
            None => None,
        };
        self.scopes.close();
        if count.is_none() && offset.is_none() {
            return Ok(None);
        }
        Ok(Some(Limit { count, offset, percent: node.percent, with_ties: node.ties }))
    }

    /// A number of rows; `None` for NULL, and for a negative number, which says "all" where it is allowed.
    fn limit_value(&mut self, id: tree::ExprId) -> Bound<Option<ExprId>> {
        let bound = self.expr(id)?;
        match self.air.literal(bound) {
            Some(Literal::Null {}) => return Ok(None),
            Some(Literal::Int { value }) if value < 0 => return Ok(None),
            Some(Literal::Decimal { digits }) => {
                // More rows than 64 bits count are all rows: the idiom for an OFFSET alone.
                let digits = self.air.text(digits);
                if !digits.contains('.') {
                    return Ok(None);
                }
            }
            _ => {}
        }
        self.as_int(bound).map(Some)
    }

    /// Row locks; the sources are those of the innermost scope.
    pub(crate) fn locking(&mut self, locks: tree::List<tree::Lock>) -> Bound<Option<Locking>> {
        let locks: &[tree::Lock] = self.tree.list(locks);
        let lock = match locks {
            [] => return Ok(None),
            [one] => one,
            [_, second, ..] => {
                let message = "several lock clauses at one query are not translated";
                return Err(self.refuse(codes::QUERY_CLAUSE, second.span, message));
            }
        };
        let strength = match lock.strength {
            tree::LockStrength::Update => LockStrength::Update,
            tree::LockStrength::NoKeyUpdate => LockStrength::NoKeyUpdate,
            tree::LockStrength::Share => LockStrength::Share,
            tree::LockStrength::KeyShare => LockStrength::KeyShare,
            tree::LockStrength::ReadOnly => return Ok(None),
        };
        let wait = match lock.wait {
            tree::LockWait::Default => LockWait::Wait,
            tree::LockWait::NoWait => LockWait::NoWait,
            tree::LockWait::SkipLocked => LockWait::SkipLocked,
            tree::LockWait::Seconds(_) => {
                let message = "a lock that waits for a given time is not translated";
                return Err(self.refuse(codes::QUERY_CLAUSE, lock.span, message));
            }
        };
        let mut of: Vec<SourceId> = Vec::new();
        for target in self.tree.list(lock.of) {
            let parts = self.tree.list(target.0);
            // Oracle names columns: their tables are meant.
            let found = parts
                .last()
                .and_then(|last| self.find_source(target.0, *last))
                .map(|at| self.scopes.visible[at].source);
            let source = match found {
                Some(source) => source,
                None => {
                    let span = self.tree.name_span(target.0);
                    let column = self.resolve_column(target.0, span)?;
                    match self.air.expr(column) {
                        Expr::Column { source, .. } => source,
                        _ => {
                            let message = "a table of the query is expected here";
                            return Err(self.refuse(codes::UNKNOWN_SOURCE, span, message));
                        }
                    }
                }
            };
            if !of.contains(&source) {
                of.push(source);
            }
        }
        let of = self.air.push_list(&of);
        Ok(Some(Locking { strength, of, wait }))
    }

    /// A derived table as a visible source.
    pub(crate) fn derived_source(
        &mut self,
        query: QueryId,
        alias: Name,
        names: tree::List<tree::ColumnAlias>,
        lateral: bool,
        span: Span,
    ) -> Bound<SourceId> {
        let listed: Vec<Ident> = self.tree.list(names).iter().map(|column| column.name).collect();
        let outputs = self.outputs(query);
        let closed = outputs.is_some();
        let mut columns = Vec::new();
        if let Some(outputs) = outputs {
            if listed.len() > outputs.len() {
                let message = format!("{} names for {} columns", listed.len(), outputs.len());
                return Err(self.refuse(codes::COLUMN_LIST_LENGTH, span, message));
            }
            for i in 0..outputs.len() {
                let output = self.air.at(outputs, i);
                columns.push(SourceColumn { name: output.name, ty: output.ty, nullable: output.nullable });
            }
        }
        for (i, ident) in listed.iter().enumerate() {
            let name = self.ident_name(*ident);
            match columns.get_mut(i) {
                Some(column) => column.name = name,
                None => columns.push(SourceColumn { name, ty: Type::Unknown, nullable: true }),
            }
        }
        let columns = self.air.push_list(&columns);
        let source = Source {
            alias,
            aliased: !alias.is_empty(),
            kind: SourceKind::Derived { query },
            columns,
            closed,
            renamed: !listed.is_empty(),
            lateral,
        };
        let source = self.air.push_source(source, span);
        self.scopes.show(source);
        Ok(source)
    }

    /// Text of the arena as a name whose letter case does not matter.
    pub(crate) fn plain_name(&mut self, text: &str) -> Name {
        if text.is_empty() { Name::folded(Str::EMPTY) } else { self.air.push_name(text) }
    }
}

/// True if a value of type `from` must be converted to stand in a column of type `to`. Numbers of any kind
/// stand beside each other, and so do texts; where nothing is known, nothing is done.
pub(crate) fn converts(from: Type, to: Type) -> bool {
    let free = |ty: Type| ty.is_unknown() || matches!(ty, Type::Any(_));
    !(from == to
        || free(from)
        || free(to)
        || (from.is_numeric() && to.is_numeric())
        || (from.is_text() && to.is_text()))
}
