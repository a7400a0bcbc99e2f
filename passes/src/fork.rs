//! Copies of whole subtrees: what a rewrite says twice, it says with nodes of its own, so that each row source
//! is declared once and each copy can be rewritten by itself.

use air::expr::{Branch, Frame, FrameBound, OrderKey, WindowSpec};
use air::query::{
    Body, CteBody, Distinct, GroupBy, GroupElement, Item, Limit, Locking, Rel, SourceKind, UsingColumn,
    ValuesRow,
};
use air::{Air, CteId, Expr, ExprId, List, QueryId, RelId, SelectId, SourceId, WindowId};
use rustc_hash::FxHashMap;

/// A copy in the making: what has become of the sources, common table expressions and windows it declares.
#[derive(Default)]
pub(crate) struct Fork {
    sources: FxHashMap<SourceId, SourceId>,
    ctes: FxHashMap<CteId, CteId>,
    windows: FxHashMap<WindowId, WindowId>,
}

impl Fork {
    /// What has become of a source; itself, if it is declared outside of the copy.
    pub(crate) fn source_of(&self, source: SourceId) -> SourceId {
        self.sources.get(&source).copied().unwrap_or(source)
    }

    /// Makes the copy refer to `new` where the original refers to `old`.
    pub(crate) fn adopt(&mut self, old: SourceId, new: SourceId) {
        self.sources.insert(old, new);
    }

    /// A copy of a query.
    pub(crate) fn query(&mut self, air: &mut Air, id: QueryId) -> QueryId {
        let mut query = *air.query(id);
        let ctes = air.list(query.ctes).to_vec();
        if !ctes.is_empty() {
            let fresh: Vec<CteId> = ctes.iter().map(|cte| self.declare(air, *cte)).collect();
            for (old, new) in ctes.iter().zip(&fresh) {
                if let CteBody::Query { query } = air.cte(*old).body {
                    let query = self.query(air, query);
                    air.cte_mut(*new).body = CteBody::Query { query };
                }
            }
            query.ctes = air.push_list(&fresh);
        }
        query.body = match query.body {
            Body::Select { select } => Body::Select { select: self.select(air, select) },
            Body::SetOp { op, all, left, right, collation } => {
                let (left, right) = (self.query(air, left), self.query(air, right));
                Body::SetOp { op, all, left, right, collation }
            }
            Body::Values { rows } => Body::Values { rows: self.rows(air, rows) },
        };
        query.order = self.keys(air, query.order);
        query.limit = query.limit.map(|limit| Limit {
            count: self.maybe(air, limit.count),
            offset: self.maybe(air, limit.offset),
            ..limit
        });
        query.locking = query.locking.map(|locking| {
            let of: Vec<SourceId> = air.list(locking.of).iter().map(|of| self.source_of(*of)).collect();
            Locking { of: air.push_list(&of), ..locking }
        });
        let span = air.query_span(id);
        air.push_query(query, span)
    }

    fn declare(&mut self, air: &mut Air, cte: CteId) -> CteId {
        let copy = *air.cte(cte);
        let new = air.push_cte(copy);
        self.ctes.insert(cte, new);
        new
    }

    /// A copy of a block.
    pub(crate) fn select(&mut self, air: &mut Air, id: SelectId) -> SelectId {
        let mut select = *air.select(id);
        // FROM first: it declares the sources that everything else refers to.
        select.from = select.from.map(|from| self.rel(air, from));
        select.windows = self.window_list(air, select.windows);
        select.distinct = match select.distinct {
            Distinct::On { keys } => Distinct::On { keys: self.exprs(air, keys) },
            other => other,
        };
        let mut items = air.list(select.items).to_vec();
        for item in &mut items {
            match item {
                Item::Expr { expr, .. } => *expr = self.expr(air, *expr),
                Item::Star { source } => *source = source.map(|source| self.source_of(source)),
            }
        }
        select.items = air.push_list(&items);
        select.filter = self.maybe(air, select.filter);
        select.group = select.group.map(|group| {
            let mut elements = air.list(group.elements).to_vec();
            for element in &mut elements {
                match element {
                    GroupElement::Key { expr } => *expr = self.expr(air, *expr),
                    GroupElement::Rollup { sets }
                    | GroupElement::Cube { sets }
                    | GroupElement::Sets { sets } => {
                        *sets = self.rows(air, *sets);
                    }
                }
            }
            GroupBy { elements: air.push_list(&elements), loose: group.loose }
        });
        select.having = self.maybe(air, select.having);
        select.qualify = self.maybe(air, select.qualify);
        air.push_select(select)
    }

    /// A copy of a FROM node; its sources are new ones.
    pub(crate) fn rel(&mut self, air: &mut Air, id: RelId) -> RelId {
        let rel = match air.rel(id) {
            Rel::Source { source } => Rel::Source { source: self.source(air, source) },
            Rel::Join { kind, left, right, on, using } => {
                let (left, right) = (self.rel(air, left), self.rel(air, right));
                let mut columns: Vec<UsingColumn> = air.list(using).to_vec();
                for column in &mut columns {
                    column.left = self.expr(air, column.left);
                    column.right = self.expr(air, column.right);
                }
                let on = self.maybe(air, on);
                Rel::Join { kind, left, right, on, using: air.push_list(&columns) }
            }
        };
        air.push_rel(rel)
    }

    fn source(&mut self, air: &mut Air, id: SourceId) -> SourceId {
        let mut source = *air.source(id);
        source.kind = match source.kind {
            SourceKind::Derived { query } => SourceKind::Derived { query: self.query(air, query) },
            SourceKind::Function { op, args, ordinality } => {
                SourceKind::Function { op, args: self.exprs(air, args), ordinality }
            }
            SourceKind::Cte { cte } => SourceKind::Cte { cte: self.ctes.get(&cte).copied().unwrap_or(cte) },
            other => other,
        };
        let span = air.source_span(id);
        let new = air.push_source(source, span);
        self.sources.insert(id, new);
        new
    }

    fn maybe(&mut self, air: &mut Air, id: Option<ExprId>) -> Option<ExprId> {
        id.map(|id| self.expr(air, id))
    }

    /// Copies of expressions.
    pub(crate) fn exprs(&mut self, air: &mut Air, list: List<ExprId>) -> List<ExprId> {
        let mut ids = air.list(list).to_vec();
        for id in &mut ids {
            *id = self.expr(air, *id);
        }
        air.push_list(&ids)
    }

    fn rows(&mut self, air: &mut Air, list: List<ValuesRow>) -> List<ValuesRow> {
        let mut rows = air.list(list).to_vec();
        for row in &mut rows {
            row.items = self.exprs(air, row.items);
        }
        air.push_list(&rows)
    }

    fn keys(&mut self, air: &mut Air, list: List<OrderKey>) -> List<OrderKey> {
        let mut keys = air.list(list).to_vec();
        for key in &mut keys {
            key.expr = self.expr(air, key.expr);
        }
        air.push_list(&keys)
    }

    fn window_list(&mut self, air: &mut Air, list: List<WindowId>) -> List<WindowId> {
        let mut windows = air.list(list).to_vec();
        for window in &mut windows {
            *window = self.window(air, *window);
        }
        air.push_list(&windows)
    }

    fn window(&mut self, air: &mut Air, id: WindowId) -> WindowId {
        if let Some(&known) = self.windows.get(&id) {
            return known;
        }
        let spec = *air.window(id);
        let partition = self.exprs(air, spec.partition);
        let order = self.keys(air, spec.order);
        let frame = spec.frame.map(|frame| Frame {
            start: self.bound(air, frame.start),
            end: self.bound(air, frame.end),
            ..frame
        });
        let new = air.push_window(WindowSpec { partition, order, frame, ..spec });
        self.windows.insert(id, new);
        new
    }

    fn bound(&mut self, air: &mut Air, bound: FrameBound) -> FrameBound {
        match bound {
            FrameBound::Preceding { offset } => FrameBound::Preceding { offset: self.expr(air, offset) },
            FrameBound::Following { offset } => FrameBound::Following { offset: self.expr(air, offset) },
            other => other,
        }
    }

    /// A copy of an expression.
    pub(crate) fn expr(&mut self, air: &mut Air, id: ExprId) -> ExprId {
        let info = air.info(id);
        let expr = match air.expr(id) {
            expr @ (Expr::Literal { .. }
            | Expr::Output { .. }
            | Expr::Param { .. }
            | Expr::Default {}
            | Expr::Sequence { .. }) => expr,
            Expr::Column { source, index, qualified } => {
                Expr::Column { source: self.source_of(source), index, qualified }
            }
            Expr::Call { op, modifier, args } => Expr::Call { op, modifier, args: self.exprs(air, args) },
            Expr::UserCall { function, args } => Expr::UserCall { function, args: self.exprs(air, args) },
            Expr::And { terms } => Expr::And { terms: self.exprs(air, terms) },
            Expr::Or { terms } => Expr::Or { terms: self.exprs(air, terms) },
            Expr::Not { operand } => Expr::Not { operand: self.expr(air, operand) },
            Expr::Compare { op, collation, left, right } => {
                let (left, right) = (self.expr(air, left), self.expr(air, right));
                Expr::Compare { op, collation, left, right }
            }
            Expr::IsNull { operand, negated } => Expr::IsNull { operand: self.expr(air, operand), negated },
            Expr::IsTruth { operand, value, negated } => {
                Expr::IsTruth { operand: self.expr(air, operand), value, negated }
            }
            Expr::Between { operand, low, high, negated, symmetric, collation } => {
                let (operand, low) = (self.expr(air, operand), self.expr(air, low));
                let high = self.expr(air, high);
                Expr::Between { operand, low, high, negated, symmetric, collation }
            }
            Expr::InList { operand, items, negated, collation } => {
                let (operand, items) = (self.expr(air, operand), self.exprs(air, items));
                Expr::InList { operand, items, negated, collation }
            }
            Expr::InQuery { operand, query, negated, collation } => {
                let (operand, query) = (self.expr(air, operand), self.query(air, query));
                Expr::InQuery { operand, query, negated, collation }
            }
            Expr::Exists { query, negated } => Expr::Exists { query: self.query(air, query), negated },
            Expr::Scalar { query, many } => Expr::Scalar { query: self.query(air, query), many },
            Expr::Quantified { op, quantifier, collation, left, query } => {
                let (left, query) = (self.expr(air, left), self.query(air, query));
                Expr::Quantified { op, quantifier, collation, left, query }
            }
            Expr::Like { operand, pattern, escape, negated, collation } => {
                let (operand, pattern) = (self.expr(air, operand), self.expr(air, pattern));
                let escape = self.maybe(air, escape);
                Expr::Like { operand, pattern, escape, negated, collation }
            }
            Expr::Case { operand, branches, otherwise, collation } => {
                let operand = self.maybe(air, operand);
                let mut copies: Vec<Branch> = air.list(branches).to_vec();
                for branch in &mut copies {
                    branch.when = self.expr(air, branch.when);
                    branch.then = self.expr(air, branch.then);
                }
                let branches = air.push_list(&copies);
                Expr::Case { operand, branches, otherwise: self.maybe(air, otherwise), collation }
            }
            Expr::Cast { operand, to, rule } => Expr::Cast { operand: self.expr(air, operand), to, rule },
            Expr::Aggregate { op, distinct, args, order, filter, collation } => {
                let (args, order) = (self.exprs(air, args), self.keys(air, order));
                Expr::Aggregate { op, distinct, args, order, filter: self.maybe(air, filter), collation }
            }
            Expr::Window { call, window, ignore_nulls } => {
                let (call, window) = (self.expr(air, call), self.window(air, window));
                Expr::Window { call, window, ignore_nulls }
            }
            Expr::Row { items } => Expr::Row { items: self.exprs(air, items) },
            Expr::Array { items } => Expr::Array { items: self.exprs(air, items) },
        };
        air.push(expr, info.ty, info.nullable, info.span)
    }
}
