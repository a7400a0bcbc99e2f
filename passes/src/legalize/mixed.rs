//! Values of several storage classes in one place, as only a dynamically typed source has them.

use air::builtins::Builtin::*;
use air::fidelity::Assume;
use air::query::Item;
use air::types::Type;
use air::{Expr, ExprId, SelectId};

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
        name: "mixed_choice",
        law: "of several constants the first that is no NULL is chosen",
        apply: Apply::Builtins(&[Coalesce], mixed_choice),
    },
    Rule {
        name: "storage_class",
        law: "a literal has the storage class it is written in, and a text that is computed is a text",
        apply: Apply::Builtins(&[TypeName], storage_class),
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

/// A choice among numbers and texts gives whichever it is where values have storage classes.
fn mixed_choice(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(TypeName) {
        return Ok(false);
    }
    let args = cx.all_args(id);
    let numbers = args.iter().any(|arg| cx.air.ty(*arg).is_numeric());
    let texts = args.iter().any(|arg| cx.air.ty(*arg).is_text());
    if !numbers || !texts {
        return Ok(false);
    }
    let first = args.into_iter().find(|&arg| !cx.is_null_literal(arg));
    if let Some(first) = first
        && cx.air.literal(first).is_some()
    {
        cx.become_copy(id, first);
        cx.air.info_mut(id).ty = cx.air.ty(first);
        return Ok(true);
    }
    let span = cx.air.span(id);
    cx.refuse(codes::BUILTIN, span, "a choice among numbers and texts has no form", "values of one type")
}

/// A member that is selected as it is: a number, a truth value or a text, as the document says.
fn selected_member(cx: &mut Context<'_>, select: SelectId) -> Fired {
    if cx.speaks(TypeName) {
        return Ok(false);
    }
    let items = cx.air.select(select).items;
    for i in 0..items.len() {
        let Item::Expr { expr, .. } = cx.air.at(items, i) else { continue };
        let member = matches!(cx.as_call(expr), Some((JsonPathValue | JsonTextOrNull, _)));
        if member && matches!(cx.air.ty(expr), Type::Any(_)) {
            let span = cx.air.span(expr);
            let message = "a member of a document, of whatever type it is, has no form";
            return cx.refuse(codes::BUILTIN, span, message, "CAST to the type it has");
        }
    }
    Ok(false)
}

/// The storage class of a literal, and of what a function gives as text. A column may hold values of any class, and an
/// integer that grows too large becomes a float: those who ask want to know.
fn storage_class(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(TypeName) {
        return Ok(false);
    }
    let Some(&value) = cx.all_args(id).first() else { return Ok(false) };
    let literal = cx.air.literal(value).is_some();
    let class = match cx.air.ty(value) {
        Type::Null => "null",
        Type::Int { .. } => "integer",
        Type::Float64 => "real",
        Type::Bytes { .. } => "blob",
        Type::Text(_) => "text",
        _ => return Ok(false),
    };
    let span = cx.air.span(id);
    let subject = cx.subject(value);
    match cx.air.expr(value) {
        _ if literal => {}
        Expr::Column { .. } => cx.assume(Assume::DeclaredTypes, &subject, span)?,
        // A sum that grows too large for an integer is a float.
        _ if class == "integer" => return Ok(false),
        _ => {}
    }
    let class = cx.text(class, id);
    if literal || !cx.air.info(value).nullable {
        cx.become_copy(id, class);
        return Ok(true);
    }
    let (missing, null) = (cx.is_null(value, false), cx.text("null", id));
    let expr = cx.case_expr(&[(missing, null)], Some(class));
    cx.air.set(id, expr);
    Ok(true)
}
