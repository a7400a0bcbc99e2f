//! HAVING where it sees keys by name alone.

use air::node::{Child, Operand};
use air::query::GroupElement;
use air::types::Type;
use air::{Builtin, Expr, ExprId, SelectId};

use crate::build::{self, Build};
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[Rule {
    name: "having_keys",
    law: "all rows of a group have the same key, so the least of their keys is the key of the group",
    apply: Apply::When(|to| !to.can.having_keys, &Apply::Select(having_keys)),
}];

/// A key that is an expression is said as an aggregate.
fn having_keys(cx: &mut Context<'_>, select: SelectId) -> Fired {
    let block = *cx.air.select(select);
    let (Some(having), Some(group)) = (block.having, block.group) else { return Ok(false) };
    let mut keys = Vec::new();
    for element in cx.air.list(group.elements) {
        match *element {
            GroupElement::Key { expr } => keys.push(expr),
            // Some rows of the result have no such key.
            _ => return Ok(false),
        }
    }
    let ordered = |ty: Type| ty.is_text() || ty.is_numeric() || ty.is_temporal() || ty == Type::Bool;
    keys.retain(|key| {
        let plain =
            matches!(cx.air.expr(*key), Expr::Column { .. } | Expr::Output { .. } | Expr::Literal { .. });
        !plain && ordered(cx.air.ty(*key))
    });
    let mut places: Vec<ExprId> = Vec::new();
    let mut stack = vec![having];
    while let Some(id) = stack.pop() {
        if keys.iter().any(|key| build::same(cx.air, *key, id)) {
            places.push(id);
        } else if !matches!(cx.air.expr(id), Expr::Aggregate { .. }) {
            let mut push = |child: Child| {
                if let Child::Expr(id) = child {
                    stack.push(id);
                }
            };
            cx.air.expr(id).children(cx.air, &mut push);
        }
    }
    for place in &places {
        let (ty, span) = (cx.air.ty(*place), cx.air.span(*place));
        let key = cx.air.copy(*place);
        let least = cx.air.aggregate(Builtin::Min, &[key], ty, span);
        let least = cx.air.expr(least);
        cx.air.set(*place, least);
    }
    Ok(!places.is_empty())
}
