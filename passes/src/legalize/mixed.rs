//! Values of several storage classes in one place, as only a dynamically typed source has them.

use air::ExprId;
use air::builtins::Builtin::*;

use crate::codes;
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "mixed_extreme",
    law: "numbers stand before texts only where values have storage classes",
    apply: Apply::Builtins(&[Greatest, Least], mixed_extreme),
}];

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
