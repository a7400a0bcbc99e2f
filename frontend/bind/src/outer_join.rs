//! Oracle's outer join marks: `a.x = b.y(+)` in WHERE becomes `a LEFT JOIN b ON a.x = b.y`.
//!
//! Law: a table under marks is joined by exactly the terms of WHERE that carry a mark on it, rows of the other
//! tables being kept; the terms without marks filter the joined rows.

use crate::binder::{Binder, Bound};
use crate::codes;
use air::expr::Expr;
use air::ids::List;
use air::node::Child;
use air::query::{JoinKind, Rel};
use air::{Air, ExprId, RelId, SourceId};
use airc_grammar::tree::{self, UnaryOp};

/// The terms that join one marked source.
struct Marked {
    source: SourceId,
    terms: Vec<ExprId>,
}

impl<'a> Binder<'a> {
    /// True if an outer join mark stands in a term of the condition.
    pub(crate) fn has_outer_mark(&self, condition: tree::ExprId) -> bool {
        let mut stack = vec![condition];
        while let Some(id) = stack.pop() {
            match self.tree.expr(id) {
                tree::Expr::Unary { op: UnaryOp::OuterJoinMark, .. } => return true,
                tree::Expr::Unary { arg, .. } => stack.push(arg),
                tree::Expr::Binary { left, right, .. } => stack.extend([left, right]),
                tree::Expr::And(list) | tree::Expr::Or(list) => stack.extend(self.tree.list(list)),
                tree::Expr::Like { expr, pattern, .. } => stack.extend([expr, pattern]),
                tree::Expr::Between { expr, low, high, .. } => stack.extend([expr, low, high]),
                tree::Expr::InList { expr, list, .. } => {
                    stack.push(expr);
                    stack.extend(self.tree.list(list));
                }
                tree::Expr::Is { expr, .. } | tree::Expr::Cast { expr, .. } => stack.push(expr),
                tree::Expr::Call(call) => stack.extend(self.tree.list(self.tree[call].args)),
                _ => {}
            }
        }
        false
    }

    /// Binds a condition with marks: the FROM tree with outer joins, and the terms that stay in WHERE.
    pub(crate) fn outer_marks(
        &mut self,
        condition: tree::ExprId,
        from: RelId,
    ) -> Bound<(RelId, Option<ExprId>)> {
        let span = self.span(condition);
        let terms: Vec<tree::ExprId> = match self.tree.expr(condition) {
            tree::Expr::And(list) => self.tree.list(list).to_vec(),
            _ => vec![condition],
        };
        let mut rest: Vec<ExprId> = Vec::new();
        let mut marked: Vec<Marked> = Vec::new();
        for term in terms {
            self.scopes.marked.clear();
            let bound = self.predicate(term)?;
            let Some(&source) = self.scopes.marked.first() else {
                rest.push(bound);
                continue;
            };
            if self.scopes.marked.iter().any(|other| *other != source) {
                let message = "a condition marks two tables for an outer join";
                return Err(self.refuse(codes::OUTER_JOIN_MARK, span, message));
            }
            match marked.iter_mut().find(|known| known.source == source) {
                Some(known) => known.terms.push(bound),
                None => marked.push(Marked { source, terms: vec![bound] }),
            }
        }
        self.scopes.marked.clear();
        for visible in &mut self.scopes.visible {
            visible.outer |= marked.iter().any(|m| m.source == visible.source);
        }
        let mut leaves: Vec<RelId> = Vec::new();
        if !comma_leaves(self.air, from, &mut leaves) {
            let message = "outer join marks beside JOIN are not translated";
            return Err(self.refuse(codes::OUTER_JOIN_MARK, span, message));
        }
        let source_of = |air: &Air, rel: RelId| match air.rel(rel) {
            Rel::Source { source } => Some(source),
            Rel::Join { .. } => None,
        };
        let mut joined: Option<RelId> = None;
        let mut present: Vec<SourceId> = Vec::new();
        for leaf in &leaves {
            let source = source_of(self.air, *leaf);
            if source.is_some_and(|source| marked.iter().any(|m| m.source == source)) {
                continue;
            }
            present.extend(source);
            joined = Some(match joined {
                None => *leaf,
                Some(left) => {
                    let kind = JoinKind::Comma;
                    self.air.push_rel(Rel::Join { kind, left, right: *leaf, on: None, using: List::EMPTY })
                }
            });
        }
        let Some(mut joined) = joined else {
            let message = "every table is marked for an outer join";
            return Err(self.refuse(codes::OUTER_JOIN_MARK, span, message));
        };
        // A marked table is joined as soon as the tables its terms name are there.
        while !marked.is_empty() {
            let next = marked.iter().position(|m| {
                let named = m.terms.iter().flat_map(|term| sources_below(self.air, *term));
                named.into_iter().all(|source| source == m.source || present.contains(&source))
            });
            let Some(next) = next else {
                let message = "tables are marked for outer joins in a circle";
                return Err(self.refuse(codes::OUTER_JOIN_MARK, span, message));
            };
            let Marked { source, terms } = marked.remove(next);
            let leaf = leaves.iter().copied().find(|leaf| source_of(self.air, *leaf) == Some(source));
            let Some(right) = leaf else {
                let message = "the marked table is not in this FROM";
                return Err(self.refuse(codes::OUTER_JOIN_MARK, span, message));
            };
            let on = Some(self.conjunction(&terms, span));
            let kind = JoinKind::Left;
            joined = self.air.push_rel(Rel::Join { kind, left: joined, right, on, using: List::EMPTY });
            present.push(source);
        }
        self.ledger.fired(
            "outer-join-marks",
            "a table under (+) is left-joined on the terms that mark it",
            span,
        );
        let rest = (!rest.is_empty()).then(|| self.conjunction(&rest, span));
        Ok((joined, rest))
    }
}

/// The members of a comma list; false if there is a join of another kind among them.
fn comma_leaves(air: &Air, rel: RelId, leaves: &mut Vec<RelId>) -> bool {
    match air.rel(rel) {
        Rel::Source { .. } => {
            leaves.push(rel);
            true
        }
        Rel::Join { kind: JoinKind::Comma | JoinKind::Cross, left, right, .. } => {
            comma_leaves(air, left, leaves) && comma_leaves(air, right, leaves)
        }
        Rel::Join { .. } => false,
    }
}

/// Sources whose columns stand below an expression.
fn sources_below(air: &Air, root: ExprId) -> Vec<SourceId> {
    let mut sources = Vec::new();
    let mut stack = vec![Child::Expr(root)];
    while let Some(child) = stack.pop() {
        if let Child::Expr(id) = child
            && let Expr::Column { source, .. } = air.expr(id)
        {
            sources.push(source);
        }
        air.children(child, &mut |below| stack.push(below));
    }
    sources
}
