//! The canonical form: one shape for expressions that three-valued logic makes equal.
//!
//! Content ids are taken of this form, so that `NOT a = 1`, `a <> 1` and `1 <> a` are one statement.
//! It is never printed: what a user wrote stays as it was written.
//! Each step keeps the value for every row, NULLs included, evaluates nothing that was not evaluated before,
//! and shrinks the tree or moves a constant to the right, so the pass ends.

use air::expr::CompareOp;
use air::node::Child;
use air::{Air, Expr, ExprId, Literal};

/// Brings every expression of `air` into canonical form, in place.
pub fn canonicalize(air: &mut Air) {
    // Children come before parents in the arena except below rewritten nodes, which are in canonical
    // form already when they are made.
    for id in air.expr_ids() {
        while step(air, id) {}
    }
}

/// Tells which expressions in use are not in canonical form.
pub(super) fn check(air: &Air, found: &mut Vec<String>) {
    air.walk(&mut |child| {
        if let Child::Expr(id) = child
            && let Some(what) = Step::of(air, id)
        {
            found.push(format!("{} at {:?} is not canonical", what.name(), air.span(id)));
        }
    });
}

/// What can be done with an expression.
enum Step {
    /// `NOT NOT a` = `a`.
    NotNot(ExprId),
    /// NOT over an operator that has a negation of its own.
    NotInto(Expr),
    /// `(a AND b) AND c` = `a AND b AND c`, and the same for OR.
    Flatten,
    /// `1 < a` = `a > 1`.
    ConstantRight(Expr),
}

impl Step {
    fn name(&self) -> &'static str {
        match self {
            Step::NotNot(_) => "double negation",
            Step::NotInto(_) => "negation outside of an operator",
            Step::Flatten => "nested conjunction",
            Step::ConstantRight(_) => "constant on the left",
        }
    }

    fn of(air: &Air, id: ExprId) -> Option<Step> {
        match air.expr(id) {
            Expr::Not { operand } => match air.expr(operand) {
                Expr::Not { operand } => Some(Step::NotNot(operand)),
                inner => negated(inner).map(Step::NotInto),
            },
            Expr::And { terms } => {
                let nested = |&term: &ExprId| matches!(air.expr(term), Expr::And { .. });
                air.list(terms).iter().any(nested).then_some(Step::Flatten)
            }
            Expr::Or { terms } => {
                let nested = |&term: &ExprId| matches!(air.expr(term), Expr::Or { .. });
                air.list(terms).iter().any(nested).then_some(Step::Flatten)
            }
            Expr::Compare { op, collation, left, right } => {
                let turned = constant(air, left) && !constant(air, right);
                let flipped = Expr::Compare { op: op.flipped(), collation, left: right, right: left };
                turned.then_some(Step::ConstantRight(flipped))
            }
            _ => None,
        }
    }
}

fn step(air: &mut Air, id: ExprId) -> bool {
    match Step::of(air, id) {
        None => return false,
        Some(Step::NotNot(inner)) => {
            let inner = air.expr(inner);
            air.set(id, inner);
        }
        Some(Step::NotInto(expr) | Step::ConstantRight(expr)) => air.set(id, expr),
        Some(Step::Flatten) => flatten(air, id),
    }
    true
}

fn flatten(air: &mut Air, id: ExprId) {
    let mut flat = Vec::new();
    match air.expr(id) {
        Expr::And { terms } => {
            for &term in air.list(terms) {
                match air.expr(term) {
                    Expr::And { terms } => flat.extend_from_slice(air.list(terms)),
                    _ => flat.push(term),
                }
            }
            let terms = air.push_list(&flat);
            air.set(id, Expr::And { terms });
        }
        Expr::Or { terms } => {
            for &term in air.list(terms) {
                match air.expr(term) {
                    Expr::Or { terms } => flat.extend_from_slice(air.list(terms)),
                    _ => flat.push(term),
                }
            }
            let terms = air.push_list(&flat);
            air.set(id, Expr::Or { terms });
        }
        _ => {}
    }
}

/// The expression whose value is the negation of `expr`, NULL for NULL, if it is one node too.
fn negated(expr: Expr) -> Option<Expr> {
    Some(match expr {
        Expr::Compare { op, collation, left, right } => {
            let op = match op {
                CompareOp::Eq => CompareOp::Ne,
                CompareOp::Ne => CompareOp::Eq,
                CompareOp::Same => CompareOp::NotSame,
                CompareOp::NotSame => CompareOp::Same,
                // NaN makes the orders differ from their opposites on some engines.
                CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => return None,
            };
            Expr::Compare { op, collation, left, right }
        }
        Expr::IsNull { operand, negated } => Expr::IsNull { operand, negated: !negated },
        Expr::IsTruth { operand, value, negated } => Expr::IsTruth { operand, value, negated: !negated },
        Expr::Between { operand, low, high, negated, symmetric, collation } => {
            Expr::Between { operand, low, high, negated: !negated, symmetric, collation }
        }
        Expr::InList { operand, items, negated, collation } => {
            Expr::InList { operand, items, negated: !negated, collation }
        }
        Expr::InQuery { operand, query, negated, collation } => {
            Expr::InQuery { operand, query, negated: !negated, collation }
        }
        Expr::Exists { query, negated } => Expr::Exists { query, negated: !negated },
        Expr::Like { operand, pattern, escape, negated, collation } => {
            Expr::Like { operand, pattern, escape, negated: !negated, collation }
        }
        _ => return None,
    })
}

fn constant(air: &Air, id: ExprId) -> bool {
    match air.expr(id) {
        Expr::Literal { value } => !matches!(value, Literal::Null {}),
        Expr::Param { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Form, check};
    use air::base::Span;
    use air::expr::Literal;
    use air::{Collation, Type};

    fn int(air: &mut Air, value: i64) -> ExprId {
        air.push(Expr::Literal { value: Literal::Int { value } }, Type::I64, false, Span::NONE)
    }

    fn boolean(air: &mut Air, expr: Expr) -> ExprId {
        air.push(expr, Type::Bool, true, Span::NONE)
    }

    fn compare(air: &mut Air, op: CompareOp, left: ExprId, right: ExprId) -> ExprId {
        boolean(air, Expr::Compare { op, collation: Collation::BINARY, left, right })
    }

    #[test]
    fn not_moves_into_equality_and_disappears_in_pairs() {
        let mut air = Air::default();
        let (one, two) = (int(&mut air, 1), int(&mut air, 2));
        let equal = compare(&mut air, CompareOp::Eq, one, two);
        let once = boolean(&mut air, Expr::Not { operand: equal });
        let twice = boolean(&mut air, Expr::Not { operand: once });
        canonicalize(&mut air);
        assert!(matches!(air.expr(once), Expr::Compare { op: CompareOp::Ne, .. }));
        assert!(matches!(air.expr(twice), Expr::Compare { op: CompareOp::Eq, .. }));
    }

    #[test]
    fn not_stays_outside_of_orders() {
        let mut air = Air::default();
        let (one, two) = (int(&mut air, 1), int(&mut air, 2));
        let less = compare(&mut air, CompareOp::Lt, one, two);
        let not = boolean(&mut air, Expr::Not { operand: less });
        canonicalize(&mut air);
        assert!(matches!(air.expr(not), Expr::Not { .. }));
    }

    #[test]
    fn constants_go_right_and_turn_the_operator() {
        let mut air = Air::default();
        let one = int(&mut air, 1);
        let null = air.push(Expr::Literal { value: Literal::Null {} }, Type::Null, true, Span::NONE);
        let less = compare(&mut air, CompareOp::Lt, one, null);
        canonicalize(&mut air);
        assert_eq!(
            air.expr(less),
            Expr::Compare { op: CompareOp::Gt, collation: Collation::BINARY, left: null, right: one }
        );
    }

    #[test]
    fn nested_conjunctions_become_one() {
        let mut air = Air::default();
        let terms: Vec<ExprId> = (0..3)
            .map(|value| boolean(&mut air, Expr::Literal { value: Literal::Bool { value: value == 0 } }))
            .collect();
        let list = air.push_list(&terms[..2]);
        let inner = boolean(&mut air, Expr::And { terms: list });
        let list = air.push_list(&[inner, terms[2]]);
        let outer = boolean(&mut air, Expr::And { terms: list });
        canonicalize(&mut air);
        let Expr::And { terms: flat } = air.expr(outer) else { panic!("a conjunction") };
        assert_eq!(air.list(flat), terms);
        assert!(check(&air, Form::Canonical).is_empty());
    }
}
