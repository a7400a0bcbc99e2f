//! Queries: WITH, set operations, VALUES, ORDER BY, row limits, row locks.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::scope::Clause;
use crate::shape::ValuesNames;
use air::expr::{Expr, Literal};
use air::ids::List;
use air::query::{
    Body, Distinct, Item, Limit, LockStrength, LockWait, Locking, Output, Query, Rel, Select, Source,
    SourceColumn, SourceKind,
};
use air::{CteId, ExprId, Name, QueryId, SourceId, Str, Type};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, Ident, LimitForm, TrailerKind};

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
        let query = self.query_as(id, Usage::Rows)?;
        // A query without columns is asked for its rows only (PostgreSQL's `EXISTS (SELECT FROM t)`).
        if let Body::Select { select } = self.air.query(query).body
            && self.air.select(select).items.is_empty()
        {
            let span = self.air.query_span(query);
            let value = Literal::Int { value: 1 };
            let expr = self.air.push(Expr::Literal { value }, Type::I32, false, span);
            let output = Output { name: Name::default(), ty: Type::I32, nullable: false };
            let items = self.air.push_list(&[Item::Expr { expr, alias: None }]);
            let outputs = self.air.push_list(&[output]);
            let select = self.air.select_mut(select);
            (select.items, select.outputs) = (items, outputs);
        }
        Ok(query)
    }

    /// A query.
    pub(crate) fn query_as(&mut self, id: tree::QueryId, usage: Usage) -> Bound<QueryId> {
        stacker::maybe_grow(RED_ZONE_BYTES, SEGMENT_BYTES, || self.query_here(id, usage))
    }

    fn query_here(&mut self, id: tree::QueryId, usage: Usage) -> Bound<QueryId> {
        let node = self.tree[id];
        let recursion = self.scopes.recursion.take();
        let joined = self.joining(&node);
        if joined.is_none() {
            self.trailers(&node)?;
        }
        let visible_ctes = self.scopes.ctes.len();
        let (ctes, recursive) = match node.with {
            Some(with) => self.with(with)?,
            None => (List::EMPTY, false),
        };
        let bound = self.query_body(&node, ctes, recursive, usage, recursion);
        self.scopes.ctes.truncate(visible_ctes);
        match joined {
            Some((form, span)) => bound.and_then(|query| self.join_rows(query, form, span)),
            None => bound,
        }
    }

    pub(crate) fn query_body(
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
        let empty = Query { ctes, recursive, body, order: List::EMPTY, limit: None, locking: None };
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
                TrailerKind::ForXml | TrailerKind::ForXmlRows | TrailerKind::ForXmlRowsTyped => "FOR XML",
                TrailerKind::ForJson => "FOR JSON",
                TrailerKind::Into => "INTO",
                TrailerKind::Procedure => "PROCEDURE",
            };
            let message = format!("{what} at the end of a query is not translated");
            return Err(self.refuse(codes::QUERY_CLAUSE, trailer.span, message));
        }
        Ok(())
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
