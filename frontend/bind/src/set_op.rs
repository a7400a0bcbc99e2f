//! Set operations and VALUES: columns of all sides get one type, by conversions at the values themselves.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::query::Usage;
use air::expr::Literal;
use air::ids::List;
use air::query::{Body, Item, Output, Query, SetOp, ValuesRow};
use air::types::CastReason;
use air::{Collation, ExprId, QueryId, Type};
use air_base::Span;
use airc_grammar::tree::{self, Quantifier};

impl<'a> Binder<'a> {
    /// Rows of VALUES as a body; column types are unified over the rows.
    pub(crate) fn values(&mut self, rows: tree::List<tree::Row>, span: Span) -> Bound<Body> {
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

    pub(crate) fn set_chain(
        &mut self,
        chain: tree::SetChainId,
        usage: Usage,
        recursion: Option<usize>,
    ) -> Bound<Body> {
        let node = self.tree[chain];
        let first = self.operand(node.first, usage)?;
        let mut left = first;
        // The chain may be long: its columns are those of its first operand, asked for once.
        let mut ours = self.outputs(first);
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
            let (collation, changed) = self.level_columns(ours, left, right, recursive, arm.span)?;
            if changed {
                ours = self.outputs(first);
            }
            body = Body::SetOp { op, all, left, right, collation };
        }
        Ok(body)
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
        ours: Option<List<Output>>,
        left: QueryId,
        right: QueryId,
        left_decides: bool,
        span: Span,
    ) -> Bound<(Collation, bool)> {
        let (Some(ours), Some(theirs)) = (ours, self.outputs(right)) else {
            return Ok((self.profile.settings.collation, false));
        };
        if ours.len() != theirs.len() {
            let message =
                format!("sides of the set operation have {} and {} columns", ours.len(), theirs.len());
            return Err(self.refuse(codes::SET_OPERATION_WIDTH, span, message));
        }
        let mut collation = None;
        let mut changed = false;
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
                changed = true;
                self.cast_output(left, i, ty, CastReason::Implicit)?;
            }
            if r.ty != ty {
                self.cast_output(right, i, ty, CastReason::Implicit)?;
            }
            if r.nullable && !l.nullable {
                self.air.list_mut(ours)[i].nullable = true;
            }
        }
        Ok((collation.unwrap_or_default(), changed))
    }

    /// Converts a column of a query's rows to a type, at the values the column is made of.
    pub(crate) fn cast_output(
        &mut self,
        query: QueryId,
        column: usize,
        ty: Type,
        reason: CastReason,
    ) -> Bound<()> {
        let mut query = query;
        while let Body::SetOp { left, right, .. } = self.air.query(query).body {
            self.cast_output(right, column, ty, reason)?;
            query = left;
        }
        match self.air.query(query).body {
            Body::SetOp { .. } => Ok(()),
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

    pub(crate) fn has_star(&self, select: air::SelectId) -> bool {
        let items = self.air.select(select).items;
        self.air.list(items).iter().any(|item| matches!(item, Item::Star { .. }))
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
