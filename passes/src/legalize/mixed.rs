//! Values of several storage classes in one place, as only a dynamically typed source has them.

use air::builtins::Builtin::*;
use air::query::Item;
use air::types::Type;
use air::{ExprId, SelectId};

use crate::codes;
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "mixed_extreme",
        law: "numbers stand before texts only where values have storage classes",
        apply: Apply::Builtins(&[Greatest, Least], mixed_extreme),
    },
    Rule {
        name: "selected_member",
        law: "a member of a document has a type of its own only where values have storage classes",
        apply: Apply::Select(selected_member),
    },
];

/// The extreme of a number and a text is decided by what kinds of value they are.
fn mixed_extreme(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(TypeName) {
        return Ok(false);
    }
    let args = cx.all_args(id);
    let numbers = args.iter().any(|arg| cx.air.ty(*arg).is_numeric());
    let texts = args.iter().any(|arg| cx.air.ty(*arg).is_text());
    if numbers && texts {
        let span = cx.air.span(id);
        let message = "the extreme of numbers and texts has no form";
        return cx.refuse(codes::BUILTIN, span, message, "values of one type");
    }
    Ok(false)
}

/// A member that is selected as it is: a number, a truth value or a text, as the document says.
fn selected_member(cx: &mut Context<'_>, select: SelectId) -> Fired {
    if cx.speaks(TypeName) {
        return Ok(false);
    }
    for item in cx.air.list(cx.air.select(select).items).to_vec() {
        let Item::Expr { expr, .. } = item else { continue };
        let member = matches!(cx.as_call(expr), Some((JsonPathValue | JsonTextOrNull, _)));
        if member && matches!(cx.air.ty(expr), Type::Any(_)) {
            let span = cx.air.span(expr);
            let message = "a member of a document, of whatever type it is, has no form";
            return cx.refuse(codes::BUILTIN, span, message, "CAST to the type it has");
        }
    }
    Ok(false)
}
