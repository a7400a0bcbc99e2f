//! Whether two expressions are the same tree.

use air::query::{Body, Distinct, Item, Rel, SourceKind};
use air::{Air, Expr, ExprId, List, Literal, QueryId, RelId, SourceId};

/// True if both expressions are the same tree, subqueries of plain blocks included.
pub(crate) fn same(air: &Air, a: ExprId, b: ExprId) -> bool {
    Pairs { air, sources: Vec::new() }.expr(a, b)
}

/// A comparison: sources of subqueries that stand for one another.
struct Pairs<'a> {
    air: &'a Air,
    sources: Vec<(SourceId, SourceId)>,
}

impl Pairs<'_> {
    fn all(&mut self, a: List<ExprId>, b: List<ExprId>) -> bool {
        a.len() == b.len() && (0..a.len()).all(|i| self.expr(self.air.at(a, i), self.air.at(b, i)))
    }

    fn maybe(&mut self, a: Option<ExprId>, b: Option<ExprId>) -> bool {
        match (a, b) {
            (None, None) => true,
            (Some(a), Some(b)) => self.expr(a, b),
            _ => false,
        }
    }

    fn source(&self, a: SourceId, b: SourceId) -> bool {
        match self.sources.iter().find(|(left, right)| *left == a || *right == b) {
            Some(&pair) => pair == (a, b),
            None => a == b,
        }
    }

    fn expr(&mut self, a: ExprId, b: ExprId) -> bool {
        if a == b {
            return true;
        }
        let air = self.air;
        match (air.expr(a), air.expr(b)) {
            (Expr::Column { source: s, index: i, .. }, Expr::Column { source: t, index: j, .. }) => {
                i == j && self.source(s, t)
            }
            (Expr::Literal { value: v }, Expr::Literal { value: w }) => same_literal(air, v, w),
            (Expr::Param { param: p }, Expr::Param { param: q }) => p == q,
            (Expr::Output { index: i }, Expr::Output { index: j }) => i == j,
            (Expr::Call { op: f, modifier: m, args: x }, Expr::Call { op: g, modifier: n, args: y }) => {
                f == g && m == n && self.all(x, y)
            }
            (Expr::And { terms: x }, Expr::And { terms: y })
            | (Expr::Or { terms: x }, Expr::Or { terms: y }) => self.all(x, y),
            (Expr::Not { operand: x }, Expr::Not { operand: y }) => self.expr(x, y),
            (Expr::Cast { operand: x, to: t, rule: r }, Expr::Cast { operand: y, to: u, rule: s }) => {
                (t, r) == (u, s) && self.expr(x, y)
            }
            (Expr::IsNull { operand: x, negated: m }, Expr::IsNull { operand: y, negated: n }) => {
                m == n && self.expr(x, y)
            }
            (
                Expr::Compare { op: o, left: l, right: r, collation: c },
                Expr::Compare { op: p, left: m, right: s, collation: d },
            ) => (o, c) == (p, d) && self.expr(l, m) && self.expr(r, s),
            (
                Expr::Case { operand: o, branches: x, otherwise: e, .. },
                Expr::Case { operand: p, branches: y, otherwise: f, .. },
            ) => {
                self.maybe(o, p)
                    && self.maybe(e, f)
                    && x.len() == y.len()
                    && (0..x.len()).all(|i| {
                        let (x, y) = (air.at(x, i), air.at(y, i));
                        self.expr(x.when, y.when) && self.expr(x.then, y.then)
                    })
            }
            (
                Expr::Aggregate { op: f, distinct: d, args: x, order: o, filter: p, collation: c },
                Expr::Aggregate { op: g, distinct: e, args: y, order: q, filter: r, collation: k },
            ) => (f, d, c) == (g, e, k) && self.all(x, y) && self.maybe(p, r) && o.is_empty() && q.is_empty(),
            (Expr::Scalar { query: q, many: m }, Expr::Scalar { query: r, many: n }) => {
                m == n && self.query(q, r)
            }
            (Expr::Exists { query: q, negated: m }, Expr::Exists { query: r, negated: n }) => {
                m == n && self.query(q, r)
            }
            (
                Expr::InQuery { operand: x, query: q, negated: m, collation: c },
                Expr::InQuery { operand: y, query: r, negated: n, collation: d },
            ) => (m, c) == (n, d) && self.expr(x, y) && self.query(q, r),
            _ => false,
        }
    }

    /// Of plain blocks without groups; what has more to it counts as unlike.
    fn query(&mut self, a: QueryId, b: QueryId) -> bool {
        let (a, b) = (*self.air.query(a), *self.air.query(b));
        let (Body::Select { select: x }, Body::Select { select: y }) = (a.body, b.body) else { return false };
        let bare = |query: &air::query::Query| {
            query.ctes.is_empty() && query.order.is_empty() && query.locking.is_none()
        };
        let limits = match (a.limit, b.limit) {
            (None, None) => true,
            (Some(l), Some(m)) => {
                (l.percent, l.with_ties) == (m.percent, m.with_ties)
                    && self.maybe(l.count, m.count)
                    && self.maybe(l.offset, m.offset)
            }
            _ => false,
        };
        if !bare(&a) || !bare(&b) || !limits {
            return false;
        }
        let (x, y) = (*self.air.select(x), *self.air.select(y));
        let plain = |select: &air::query::Select| {
            matches!(select.distinct, Distinct::All {})
                && select.group.is_none()
                && select.windows.is_empty()
                && select.qualify.is_none()
        };
        let from = match (x.from, y.from) {
            (None, None) => true,
            (Some(l), Some(r)) => self.rel(l, r),
            _ => false,
        };
        plain(&x)
            && plain(&y)
            && from
            && x.items.len() == y.items.len()
            && (0..x.items.len()).all(|i| match (self.air.at(x.items, i), self.air.at(y.items, i)) {
                (Item::Expr { expr: l, .. }, Item::Expr { expr: r, .. }) => self.expr(l, r),
                _ => false,
            })
            && self.maybe(x.filter, y.filter)
            && self.maybe(x.having, y.having)
    }

    fn rel(&mut self, a: RelId, b: RelId) -> bool {
        match (self.air.rel(a), self.air.rel(b)) {
            (Rel::Source { source: s }, Rel::Source { source: t }) => {
                let word = |name| self.air.name(name);
                let alike = match (self.air.source(s).kind, self.air.source(t).kind) {
                    (SourceKind::Table { name: l }, SourceKind::Table { name: r }) => {
                        word(l.name) == word(r.name) && l.schema.map(word) == r.schema.map(word)
                    }
                    (SourceKind::Cte { cte: l }, SourceKind::Cte { cte: r }) => l == r,
                    _ => false,
                };
                self.sources.push((s, t));
                alike
            }
            (
                Rel::Join { kind: k, left: l, right: r, on: o, using: u },
                Rel::Join { kind: j, left: m, right: s, on: p, using: v },
            ) => {
                k == j && u.is_empty() && v.is_empty() && self.rel(l, m) && self.rel(r, s) && self.maybe(o, p)
            }
            _ => false,
        }
    }
}

fn same_literal(air: &Air, a: Literal, b: Literal) -> bool {
    let text = |value: Literal| match value {
        Literal::Decimal { digits: text }
        | Literal::Float { digits: text }
        | Literal::Bits { digits: text }
        | Literal::Text { text }
        | Literal::Bytes { hex: text }
        | Literal::Date { text }
        | Literal::Time { text }
        | Literal::Timestamp { text } => Some(text),
        _ => None,
    };
    match (text(a), text(b)) {
        (Some(x), Some(y)) => a.label() == b.label() && air.text(x) == air.text(y),
        _ => a == b,
    }
}
