//! Values of several storage classes in one place, as only a dynamically typed source has them.

use air::builtins::Builtin::*;
use air::expr::CompareOp;
use air::fidelity::Assume;
use air::query::{Body, Item};
use air::types::{Affinity, CastFailure, CastRule, Type};
use air::{Expr, ExprId, QueryId, SelectId};

use crate::codes;
use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "mixed_extreme",
        law: "numbers stand before texts: the greatest of both is a text, the least a number, with NULL it is NULL",
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
        apply: Apply::When(|to| !to.speaks(TypeName), &Apply::Select(selected_member)),
    },
    Rule {
        name: "member_among_numbers",
        law: "a member of a document that is a number is the number its text shows",
        apply: Apply::Kinds(
            &[Kind::Compare, Kind::Between, Kind::InList, Kind::Call, Kind::Aggregate],
            member_number,
        ),
    },
    Rule {
        name: "mixed_case",
        law: "numbers and texts are results of one CASE only where values have storage classes",
        apply: Apply::Kinds(&[Kind::Case], mixed_case),
    },
    Rule {
        name: "mixed_arms",
        law: "rows of numbers and rows of texts are rows of one table only where values have storage classes",
        apply: Apply::Query(mixed_arms),
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
    if !numbers || !texts {
        return Ok(false);
    }
    let span = cx.air.span(id);
    let known = |arg: &ExprId| cx.air.ty(*arg).is_numeric() || cx.air.ty(*arg).is_text();
    if args.iter().all(|arg| known(arg) || cx.is_null_literal(*arg)) {
        // Texts stand above numbers: the greatest is a text, the least a number. NULL makes both NULL.
        let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
        let kept = |arg: &ExprId| cx.air.ty(*arg).is_text() == (op == Greatest);
        let (kept, others): (Vec<ExprId>, Vec<ExprId>) = args.iter().partition(|arg| kept(arg));
        let ty = cx.air.ty(kept[0]);
        let extreme = match kept[..] {
            [one] => one,
            _ => {
                let Expr::Call { modifier, .. } = cx.air.expr(id) else { return Ok(false) };
                cx.call_with(op, modifier, &kept, ty, id)
            }
        };
        let mut missing = Vec::new();
        for other in others {
            if let Expr::Column { .. } = cx.air.expr(other) {
                let subject = cx.subject(other);
                cx.assume(Assume::DeclaredTypes, &subject, span)?;
            }
            if cx.air.info(other).nullable {
                missing.push(cx.is_null(other, false));
            }
        }
        if missing.is_empty() {
            cx.become_copy(id, extreme);
        } else {
            let missing = cx.any_of(&missing, id);
            let null = cx.null(ty, id);
            let expr = cx.case_expr(&[(missing, null)], Some(extreme));
            cx.air.set(id, expr);
        }
        cx.air.info_mut(id).ty = ty;
        return Ok(true);
    }
    let message = "the extreme of numbers and texts has no form";
    cx.refuse(codes::BUILTIN, span, message, "values of one type")
}

/// A choice among numbers and texts gives whichever it is where values have storage classes.
fn mixed_choice(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(TypeName) {
        return Ok(false);
    }
    let args = cx.all_args(id);
    let numbers = args.iter().any(|arg| {
        cx.air.ty(*arg).is_numeric()
            || matches!(cx.air.ty(*arg), Type::Any(Affinity::Numeric | Affinity::Real))
    });
    let bytes = args.iter().any(|arg| matches!(cx.air.ty(*arg), Type::Bytes { .. }));
    let texts = args.iter().any(|arg| cx.air.ty(*arg).is_text());
    if u8::from(numbers) + u8::from(texts) + u8::from(bytes) < 2 {
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
    cx.refuse(codes::BUILTIN, span, "a choice among values of unlike types has no form", "values of one type")
}

/// Nested choices that are looked through.
const DEPTH_MAX: u32 = 16;

/// A member of a document that is taken as it is.
fn is_member(cx: &Context<'_>, id: ExprId) -> bool {
    let member = matches!(cx.as_call(id), Some((JsonPathValue | JsonTextOrNull | JsonPathKeysText, _)));
    member && matches!(cx.air.ty(id), Type::Any(_))
}

/// True if the value may be a member as it is, chosen among others.
fn shows_member(cx: &Context<'_>, id: ExprId, depth: u32) -> bool {
    if depth == 0 {
        return false;
    }
    let any = |ids: &[ExprId]| ids.iter().any(|&id| shows_member(cx, id, depth - 1));
    match cx.air.expr(id) {
        _ if is_member(cx, id) => true,
        Expr::Case { branches, otherwise, .. } => {
            cx.air.list(branches).iter().any(|branch| shows_member(cx, branch.then, depth - 1))
                || otherwise.is_some_and(|otherwise| shows_member(cx, otherwise, depth - 1))
        }
        Expr::Call { op: Coalesce | Greatest | Least, args, .. } => any(cx.air.list(args)),
        Expr::Call { op: NullIf | FirstValue | LastValue | NthValue | Lag | Lead, args, .. }
        | Expr::Aggregate { op: Min | Max, args, .. } => any(&cx.air.list(args)[..1]),
        Expr::Window { call, .. } => shows_member(cx, call, depth - 1),
        Expr::Scalar { query, .. } => match cx.air.query(query).body {
            Body::Select { select } => crate::build::output_expr(cx.air, select, 0)
                .is_some_and(|output| shows_member(cx, output, depth - 1)),
            _ => false,
        },
        _ => false,
    }
}

/// Members beside numbers, and in arithmetic, are read as numbers.
fn member_number(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(TypeName) {
        return Ok(false);
    }
    let (ids, counted): (Vec<ExprId>, bool) = match cx.air.expr(id) {
        Expr::Compare { left, right, .. } => (vec![left, right], false),
        Expr::Between { operand, low, high, .. } => (vec![operand, low, high], false),
        Expr::InList { operand, items, .. } => {
            (std::iter::once(operand).chain(cx.air.list(items).iter().copied()).collect(), false)
        }
        Expr::Call {
            op: Neg | Add | Sub | Mul | DivFloatOrNull | Abs | Round | Sign | Ceil | Floor | Trunc,
            args,
            ..
        }
        | Expr::Aggregate { op: Sum | Total | AvgFloat, args, .. } => (cx.air.list(args).to_vec(), true),
        _ => return Ok(false),
    };
    let numbers = !counted && ids.iter().any(|&id| cx.air.ty(id).is_numeric());
    let chosen = |id: ExprId| {
        matches!(cx.air.ty(id), Type::Any(_)) && !is_member(cx, id) && shows_member(cx, id, DEPTH_MAX)
    };
    if numbers && let Some(&mixed) = ids.iter().find(|&&id| chosen(id)) {
        let span = cx.air.span(mixed);
        let message = "a choice among members of documents, of whatever type, has no number";
        return cx.refuse(codes::BUILTIN, span, message, "CAST to the type it has");
    }
    if !ids.iter().any(|&id| is_member(cx, id))
        || !counted && !ids.iter().any(|&id| cx.air.ty(id).is_numeric())
    {
        return Ok(false);
    }
    for member in ids {
        if !is_member(cx, member) {
            continue;
        }
        let (subject, span) = (cx.subject(member), cx.air.span(member));
        cx.assume(Assume::NumericText, &subject, span)?;
        let expr = cx.air.expr(member);
        let text = cx.make(expr, Type::TEXT, true, member);
        let rule = CastRule { failure: CastFailure::Error, ..CastRule::IMPLICIT };
        cx.air.set(member, Expr::Cast { operand: text, to: Type::Float64, rule });
        cx.air.info_mut(member).ty = Type::Float64;
    }
    Ok(true)
}

/// A CASE of numbers and texts gives whichever it is where values have storage classes.
fn mixed_case(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Case { branches, otherwise, .. } = cx.air.expr(id) else { return Ok(false) };
    if cx.speaks(TypeName) || !matches!(cx.air.ty(id), Type::Any(_)) {
        return Ok(false);
    }
    let results = cx.air.list(branches).iter().map(|branch| branch.then).chain(otherwise);
    let results: Vec<Type> = results.map(|id| cx.air.ty(id)).collect();
    if results.iter().any(|ty| ty.is_numeric()) && results.iter().any(|ty| ty.is_text()) {
        let span = cx.air.span(id);
        let message = "a choice among numbers and texts has no form";
        return cx.refuse(codes::BUILTIN, span, message, "values of one type");
    }
    Ok(false)
}

/// Types of the columns as the first block gives them.
fn column_types(cx: &Context<'_>, query: QueryId) -> Vec<Type> {
    let mut first = query;
    while let Body::SetOp { left, .. } = cx.air.query(first).body {
        first = left;
    }
    let outputs = crate::build::outputs(cx.air, first);
    let Body::Select { select } = cx.air.query(first).body else {
        return outputs.iter().map(|output| output.ty).collect();
    };
    let item = |at: usize| crate::build::output_expr(cx.air, select, at as u32);
    outputs.iter().enumerate().map(|(at, output)| item(at).map_or(output.ty, |id| cx.air.ty(id))).collect()
}

fn mixed_arms(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Body::SetOp { left, right, .. } = cx.air.query(query).body else { return Ok(false) };
    if cx.speaks(TypeName) {
        return Ok(false);
    }
    let (lefts, rights) = (column_types(cx, left), column_types(cx, right));
    let number = |ty: Type| ty.is_numeric() || ty == Type::Bool || matches!(ty, Type::Any(Affinity::Numeric));
    let bytes = |ty: Type| matches!(ty, Type::Bytes { .. });
    let apart = |l: Type, r: Type| number(l) && (r.is_text() || bytes(r)) || l.is_text() && bytes(r);
    let unlike = |l: Type, r: Type| apart(l, r) || apart(r, l);
    if lefts.iter().zip(&rights).any(|(left, right)| unlike(*left, *right)) {
        let span = cx.air.query_span(query);
        let message = "a column of numbers and texts has no form";
        return cx.refuse(codes::BUILTIN, span, message, "values of one type");
    }
    Ok(false)
}

/// A member that is selected as it is: a number, a truth value or a text, as the document says.
fn selected_member(cx: &mut Context<'_>, select: SelectId) -> Fired {
    let items = cx.air.select(select).items;
    for i in 0..items.len() {
        let Item::Expr { expr, .. } = cx.air.at(items, i) else { continue };
        if shows_member(cx, expr, DEPTH_MAX) {
            let span = cx.air.span(expr);
            let message = "a member of a document, of whatever type it is, has no form";
            return cx.refuse(codes::BUILTIN, span, message, "CAST to the type it has");
        }
    }
    Ok(false)
}

/// A column of exact numbers holds integers as such and other numbers as floats.
fn numeric_class(cx: &mut Context<'_>, id: ExprId, value: ExprId) -> Fired {
    let (subject, span) = (cx.subject(value), cx.air.span(id));
    cx.assume(Assume::DeclaredTypes, &subject, span)?;
    let whole = cx.call(Floor, &[value], Type::Number, id);
    let is_whole = cx.compare(CompareOp::Eq, value, whole);
    let missing = cx.is_null(value, false);
    let (null, integer, real) = (cx.text("null", id), cx.text("integer", id), cx.text("real", id));
    let expr = cx.case_expr(&[(missing, null), (is_whole, integer)], Some(real));
    cx.air.set(id, expr);
    Ok(true)
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
        Type::Int { .. } | Type::Bool => "integer",
        Type::Float64 | Type::Float32 => "real",
        Type::Any(Affinity::Numeric) if matches!(cx.air.expr(value), Expr::Column { .. }) => {
            return numeric_class(cx, id, value);
        }
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
