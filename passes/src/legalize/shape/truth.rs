//! Booleans on targets whose predicates are no values: CASE makes a value of a predicate, a comparison with 1
//! a predicate of a value.

use air::expr::{Branch, CompareOp, WindowSpec};
use air::node::{Child, Operand};
use air::query::{Body, Item, Query, Rel};
use air::target::{Booleans, Target};
use air::types::Collation;
use air::{Expr, ExprId, Literal, Type};

use crate::build::{self, Build};
use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "predicate_as_value",
        law: "a predicate as a value is 1 where it is true, 0 where its negation is, else NULL",
        apply: Apply::When(without_booleans, &Apply::Select(block_values)),
    },
    Rule {
        name: "predicate_as_key",
        law: "a predicate as a value is 1 where it is true, 0 where its negation is, else NULL",
        apply: Apply::When(without_booleans, &Apply::Query(key_values)),
    },
    Rule {
        name: "value_as_predicate",
        law: "a boolean value is true where it is 1",
        apply: Apply::When(without_booleans, &Apply::Select(block_conditions)),
    },
    Rule {
        name: "value_as_join_predicate",
        law: "a boolean value is true where it is 1",
        apply: Apply::When(without_booleans, &Apply::Rel(join_conditions)),
    },
    Rule {
        name: "boolean_operands",
        law: "a predicate as a value is 1 or 0 or NULL, and a boolean value is true where it is 1",
        apply: Apply::When(
            without_booleans,
            &Apply::Kinds(
                &[
                    Kind::And,
                    Kind::Or,
                    Kind::Not,
                    Kind::Case,
                    Kind::Call,
                    Kind::UserCall,
                    Kind::Aggregate,
                    Kind::Compare,
                    Kind::IsNull,
                    Kind::IsTruth,
                    Kind::InList,
                    Kind::Between,
                    Kind::Cast,
                    Kind::Window,
                ],
                operands,
            ),
        ),
    },
];

fn without_booleans(target: &Target) -> bool {
    target.can.booleans == Booleans::None
}

/// True if the target reads the node as a predicate.
fn is_predicate(cx: &Context<'_>, id: ExprId) -> bool {
    match cx.air.expr(id) {
        Expr::And { .. }
        | Expr::Or { .. }
        | Expr::Not { .. }
        | Expr::Compare { .. }
        | Expr::IsNull { .. }
        | Expr::IsTruth { .. }
        | Expr::Between { .. }
        | Expr::InList { .. }
        | Expr::InQuery { .. }
        | Expr::Exists { .. }
        | Expr::Quantified { .. }
        | Expr::Like { .. } => true,
        // It becomes a comparison with zero.
        Expr::Cast { operand, to: Type::Bool, .. } => cx.air.ty(operand).is_numeric(),
        // Builtins that test something are spelled as predicates.
        Expr::Call { op, .. } => {
            op.signature().returns == air::builtins::Returns::Type(Type::Bool)
                && cx.target.can.predicate_calls
        }
        _ => false,
    }
}

/// The predicate as a value, in place.
fn to_value(cx: &mut Context<'_>, id: ExprId) -> bool {
    if !is_predicate(cx, id) {
        return false;
    }
    let info = cx.air.info(id);
    let when = cx.air.copy(id);
    let one = cx.air.int(1, info.span);
    let zero = cx.air.int(0, info.span);
    let case = if info.nullable {
        let not = cx.air.not(when);
        cx.air.case(&[(when, one), (not, zero)], None)
    } else {
        cx.air.case(&[(when, one)], Some(zero))
    };
    let expr = cx.air.expr(case);
    cx.air.set(id, expr);
    true
}

/// The value as a predicate, in place.
fn to_predicate(cx: &mut Context<'_>, id: ExprId) -> bool {
    if is_predicate(cx, id) {
        return false;
    }
    let span = cx.air.span(id);
    let one = cx.air.int(1, span);
    let left = match cx.air.expr(id) {
        Expr::Literal { value: Literal::Bool { value } } => cx.air.int(i64::from(value), span),
        _ => cx.air.copy(id),
    };
    let test = Expr::Compare { op: CompareOp::Eq, left, right: one, collation: Collation::BINARY };
    cx.air.set(id, test);
    true
}

fn block_values(cx: &mut Context<'_>, select: air::SelectId) -> Fired {
    let block = *cx.air.select(select);
    let mut fired = false;
    for i in 0..block.items.len() {
        if let Item::Expr { expr, .. } = cx.air.at(block.items, i) {
            fired |= to_value(cx, expr);
        }
    }
    if let Some(group) = block.group {
        for key in build::group_keys(cx.air, group) {
            fired |= to_value(cx, key);
        }
    }
    Ok(fired)
}

fn key_values(cx: &mut Context<'_>, query: air::QueryId) -> Fired {
    let Query { order, body, .. } = *cx.air.query(query);
    let mut fired = false;
    for i in 0..order.len() {
        fired |= to_value(cx, cx.air.at(order, i).expr);
    }
    if let Body::Values { rows } = body {
        for i in 0..rows.len() {
            let items = cx.air.at(rows, i).items;
            for j in 0..items.len() {
                fired |= to_value(cx, cx.air.at(items, j));
            }
        }
    }
    Ok(fired)
}

fn block_conditions(cx: &mut Context<'_>, select: air::SelectId) -> Fired {
    let block = *cx.air.select(select);
    let mut fired = false;
    for condition in [block.filter, block.having, block.qualify].into_iter().flatten() {
        fired |= to_predicate(cx, condition);
    }
    Ok(fired)
}

fn join_conditions(cx: &mut Context<'_>, rel: air::RelId) -> Fired {
    match cx.air.rel(rel) {
        Rel::Join { on: Some(on), .. } => Ok(to_predicate(cx, on)),
        _ => Ok(false),
    }
}

fn operands(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let mut fired = false;
    match cx.air.expr(id) {
        Expr::And { terms } | Expr::Or { terms } => {
            for i in 0..terms.len() {
                fired |= to_predicate(cx, cx.air.at(terms, i));
            }
        }
        Expr::Not { operand } => fired |= to_predicate(cx, operand),
        Expr::Case { operand, branches, otherwise, .. } => {
            for i in 0..branches.len() {
                let Branch { when, then } = cx.air.at(branches, i);
                fired |= match operand {
                    None => to_predicate(cx, when),
                    Some(_) => to_value(cx, when),
                };
                fired |= to_value(cx, then);
            }
            for value in [operand, otherwise].into_iter().flatten() {
                fired |= to_value(cx, value);
            }
        }
        Expr::IsTruth { .. } => {}
        Expr::Aggregate { filter: Some(filter), .. } => {
            fired |= to_predicate(cx, filter);
            fired |= children_to_values(cx, id, Some(filter));
        }
        Expr::Window { window, .. } => {
            let WindowSpec { partition, order, .. } = *cx.air.window(window);
            for i in 0..partition.len() {
                fired |= to_value(cx, cx.air.at(partition, i));
            }
            for i in 0..order.len() {
                fired |= to_value(cx, cx.air.at(order, i).expr);
            }
        }
        _ => fired |= children_to_values(cx, id, None),
    }
    Ok(fired)
}

fn children_to_values(cx: &mut Context<'_>, id: ExprId, except: Option<ExprId>) -> bool {
    let mut children = Vec::new();
    cx.air.expr(id).children(cx.air, &mut |child| {
        if let Child::Expr(child) = child
            && Some(child) != except
        {
            children.push(child);
        }
    });
    let mut fired = false;
    for child in children {
        fired |= to_value(cx, child);
    }
    fired
}
