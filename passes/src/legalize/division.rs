//! Division, remainder and means: which kind of quotient, how many digits, what a zero divisor gives.
//!
//! After: quotients and means are of a kind the target has a spelling for, and operands have the kind of
//! number that makes the target's operator compute it.

use air::builtins::Builtin::{self, *};
use air::expr::CompareOp;
use air::fidelity::Assume;
use air::node::Child;
use air::query::Item;
use air::target::Decimals;
use air::types::Type;
use air::{Expr, ExprId, Literal, SelectId};

use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "domain_in_change",
        law: "what would fail in a change of rows is NULL before it comes to that",
        apply: Apply::When(
            |to| to.can.strict_changes,
            &Apply::Builtins(
                &[
                    DivIntOrNull,
                    DivDecimalOrNull,
                    DivFloatOrNull,
                    ModOrNull,
                    LnOrNull,
                    Log10OrNull,
                    Log2OrNull,
                    LogBaseOrNull,
                ],
                domain_in_change,
            ),
        ),
    },
    Rule {
        name: "decimal_quotient",
        law: "a/b rounded or cut to the scale of its type is the decimal quotient; nullif(b, 0) makes a zero divisor give NULL",
        apply: Apply::Builtins(&[DivDecimalOrNull, DivDecimal], decimal_quotient),
    },
    Rule {
        name: "number_quotient",
        law: "a quotient of unbounded decimals is that of the widest numbers the target has",
        apply: Apply::Builtins(&[DivNumber, DivOracle], number_quotient),
    },
    Rule {
        name: "integer_quotient_of_decimals",
        law: "the quotient toward zero is the exact quotient cut at the point",
        apply: Apply::Builtins(&[DivInt, DivIntOrNull], integer_quotient),
    },
    Rule {
        name: "float_quotient",
        law: "one floating-point operand makes the quotient a floating-point one",
        apply: Apply::Builtins(&[DivFloat, DivFloatOrNull], float_quotient),
    },
    Rule {
        name: "float_arithmetic",
        law: "one floating-point operand makes the result a floating-point one",
        apply: Apply::Builtins(&[Add, Sub, Mul], float_arithmetic),
    },
    Rule {
        name: "fractional_remainder",
        law: "a mod b = a - b * trunc(a / b)",
        apply: Apply::Builtins(&[Mod, ModOrNull, ModOracle], fractional_remainder),
    },
    Rule {
        name: "intermediate_quotient",
        law: "inside of arithmetic a quotient keeps its digits; only the result is rounded to the scale of its type",
        apply: Apply::Builtins(&[Add, Sub, Mul, Neg], intermediate_quotient),
    },
    Rule {
        name: "float_of_quotient",
        law: "a floating-point function takes a quotient with the digits it is computed with",
        apply: Apply::Builtins(
            &[
                StddevPop,
                StddevSamp,
                VarPop,
                VarSamp,
                Sqrt,
                SqrtOrNull,
                Exp,
                Ln,
                LnOrNull,
                Log10OrNull,
                Log2OrNull,
                LogBaseOrNull,
                Power,
                Sin,
                Cos,
                Tan,
                Cot,
                Asin,
                Acos,
                Atan,
                Degrees,
                Radians,
            ],
            float_of_quotient,
        ),
    },
    Rule {
        name: "summed_quotient",
        law: "a sum or mean of all rows keeps the digits of the quotients it adds; only the result is rounded",
        apply: Apply::Select(summed_quotient),
    },
    Rule {
        name: "decimal_mean",
        law: "the mean rounded or cut to the scale of its type is the decimal mean",
        apply: Apply::Builtins(&[AvgDecimal, AvgCut], decimal_mean),
    },
    Rule {
        name: "number_mean",
        law: "a mean of unbounded decimals is that of the widest numbers the target has",
        apply: Apply::Builtins(&[AvgNumber, AvgOracle], number_mean),
    },
    Rule {
        name: "float_mean",
        law: "the mean of floating-point numbers is a floating-point number",
        apply: Apply::Builtins(&[AvgFloat], float_mean),
    },
];

/// Widest decimals where they are bounded: room for 35 digits before the point.
const WIDEST: Type = Type::Decimal { precision: 65, scale: 30 };

impl Context<'_> {
    fn decimals_are_floats(&self) -> bool {
        self.target.can.decimals == Decimals::Float
    }
}

/// Makes `id` round(quotient, scale), the type of both being `ty`. The two share their span, by which
/// [`is_rounding_of_ours`] knows them.
fn become_rounded(cx: &mut Context<'_>, id: ExprId, quotient: ExprId, scale: i16) {
    let digits = cx.int(i64::from(scale), id);
    cx.become_call(id, Round, &[quotient, digits]);
}

/// Digits beyond the scale that a quotient is computed with before it is cut: what the target rounds stands there.
const CUT_DIGITS: i16 = 8;

/// Most digits behind the point at which the quotient of floats is cut; beyond, the float's own digits end.
const FLOAT_CUT_MAX: i16 = 9;

/// Makes `id` trunc(quotient, scale).
fn become_cut(cx: &mut Context<'_>, id: ExprId, quotient: ExprId, scale: i16) {
    if cx.decimals_are_floats() && scale > FLOAT_CUT_MAX {
        cx.become_copy(id, quotient);
        return;
    }
    let digits = cx.int(i64::from(scale), id);
    cx.become_call(id, Trunc, &[quotient, digits]);
}

fn domain_in_change(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !cx.fails_in_change() {
        return Ok(false);
    }
    let Expr::Call { op, modifier, args } = cx.air.expr(id) else { return Ok(false) };
    let mut args = cx.air.list(args).to_vec();
    let concerned = match op {
        LnOrNull | Log10OrNull | Log2OrNull => 0..1,
        LogBaseOrNull => 0..2,
        _ => 1..2,
    };
    let mut fired = false;
    for at in concerned {
        let arg = args[at];
        let seen = matches!(cx.air.expr(arg), Expr::Case { .. } | Expr::Call { op: NullIf, .. });
        if cx.is_nonzero_literal(arg) || seen {
            continue;
        }
        args[at] = if matches!(op, LnOrNull | Log10OrNull | Log2OrNull | LogBaseOrNull) {
            let zero = cx.int(0, arg);
            let some = cx.compare(CompareOp::Gt, arg, zero);
            let ty = cx.air.ty(arg);
            cx.case(&[(some, arg)], None, ty, arg)
        } else {
            null_if_zero(cx, arg)
        };
        fired = true;
    }
    if fired {
        let args = cx.air.push_list(&args);
        cx.air.set(id, Expr::Call { op, modifier, args });
    }
    Ok(fired)
}

fn decimal_quotient(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([a, b]) = cx.args(id) else { return Ok(false) };
    if cx.speaks(op) {
        return Ok(false);
    }
    let or_null = op == DivDecimalOrNull;
    let ty = cx.air.ty(id);
    // What is computed on with has its digits still.
    let whole = |cx: &mut Context<'_>, id: ExprId| if or_null { unrounded(cx, id).unwrap_or(id) } else { id };
    let (a, b) = (whole(cx, a), whole(cx, b));
    if cx.decimals_are_floats() {
        let float = Type::Float64;
        let a = as_float(cx, a);
        let quotient = cx.call(if or_null { DivFloatOrNull } else { DivFloat }, &[a, b], float, id);
        note_range(cx, id)?;
        match ty.scale() {
            Some(scale) if or_null => become_rounded(cx, id, quotient, scale),
            Some(scale) => become_cut(cx, id, quotient, scale),
            None => cx.become_copy(id, quotient),
        }
        return Ok(true);
    }
    let b = if or_null { null_if_zero(cx, b) } else { b };
    let Some(scale) = ty.scale() else {
        // Without types the quotient has the digits the target gives it.
        let a = cx.cast(a, Type::Number);
        cx.assume(Assume::TypeOfUnknown, &cx.subject(a), cx.air.span(id))?;
        cx.become_call(id, DivNumber, &[a, b]);
        return Ok(true);
    };
    // A factor of one with so many decimals makes a decimal of an integer, and keeps as many digits.
    let one = one_with_scale(cx, if or_null { scale } else { (scale + CUT_DIGITS).min(28) }, id);
    let a = cx.call(Mul, &[a, one], Type::Number, id);
    let quotient = cx.call(DivNumber, &[a, b], Type::Number, id);
    if !or_null && !cx.speaks(DivNumber) {
        // What is cut must not have been a float before.
        number_quotient(cx, quotient)?;
    }
    match or_null {
        true => become_rounded(cx, id, quotient, scale),
        false => become_cut(cx, id, quotient, scale),
    }
    Ok(true)
}

fn one_with_scale(cx: &mut Context<'_>, scale: i16, at: ExprId) -> ExprId {
    let mut digits = String::from("1.");
    digits.extend(std::iter::repeat_n('0', scale.max(1) as usize));
    cx.decimal(&digits, at)
}

fn number_quotient(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([a, b]) = cx.args(id) else { return Ok(false) };
    if cx.speaks(op) {
        let exact = |ty: Type| ty.is_decimal();
        if op == DivNumber && cx.air.ty(a).is_int() && cx.air.ty(b).is_int() {
            let a = cx.cast(a, Type::Number);
            cx.become_call(id, DivNumber, &[a, b]);
            return Ok(exact(cx.air.ty(a)));
        }
        return Ok(false);
    }
    let float = Type::Float64;
    match cx.target.can.decimals {
        Decimals::Float => {
            note_range(cx, id)?;
            let a = as_float(cx, a);
            cx.become_call(id, DivFloat, &[a, b]);
        }
        Decimals::Unbounded => {
            // Only Oracle's quotient gets here: 40 digits after the point hold its 40 significant ones.
            note_range(cx, id)?;
            let a = cx.cast(a, Type::Decimal { precision: 1000, scale: 40 });
            cx.become_call(id, DivNumber, &[a, b]);
        }
        Decimals::Bounded { precision, scale } => {
            // Computed with all digits there are, and seen as a float: the digits beyond a float's are those in
            // which the two servers' scales would show.
            note_range(cx, id)?;
            let wide = wide(precision, scale);
            let a = cx.cast(a, wide);
            let op = quotient_of_bounded(cx);
            let quotient = cx.call(op, &[a, b], wide, id);
            cx.air.info_mut(quotient).nullable = true;
            let cast = Expr::Cast { operand: quotient, to: float, rule: air::types::CastRule::IMPLICIT };
            cx.air.set(id, cast);
        }
    }
    Ok(true)
}

fn wide(precision: u16, scale: u16) -> Type {
    if precision >= 65 && scale >= 30 {
        WIDEST
    } else {
        Type::Decimal { precision, scale: (scale / 2) as i16 }
    }
}

fn quotient_of_bounded(cx: &Context<'_>) -> Builtin {
    [DivDecimalOrNull, DivDecimal, DivOracle].into_iter().find(|&op| cx.speaks(op)).unwrap_or(DivFloat)
}

fn note_range(cx: &mut Context<'_>, id: ExprId) -> Result<(), crate::Refused> {
    let subject = cx.subject(id);
    cx.assume(Assume::NumberRange, &subject, cx.air.span(id))
}

/// `a` as a float: itself if it is one.
fn as_float(cx: &mut Context<'_>, a: ExprId) -> ExprId {
    if cx.air.ty(a).is_float() { a } else { cx.cast(a, Type::Float64) }
}

fn integer_quotient(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([a, b]) = cx.args(id) else { return Ok(false) };
    let fractional = |ty: Type| ty.is_decimal() || ty.is_float();
    let (ta, tb) = (cx.air.ty(a), cx.air.ty(b));
    if !fractional(ta) && !fractional(tb) {
        return Ok(false);
    }
    let or_null = op == DivIntOrNull;
    // MySQL's DIV itself takes decimals.
    if or_null && cx.speaks(DivDecimalOrNull) || is_whole(cx, a) && is_whole(cx, b) {
        return Ok(false);
    }
    let ty = cx.air.ty(id);
    let quotient = if cx.decimals_are_floats() || ta.is_float() || tb.is_float() {
        let a = as_float(cx, a);
        cx.call(if or_null { DivFloatOrNull } else { DivFloat }, &[a, b], Type::Float64, id)
    } else {
        let b = if or_null && !cx.is_nonzero_literal(b) {
            let zero = cx.int(0, b);
            cx.call(NullIf, &[b, zero], tb, b)
        } else {
            b
        };
        let a = cx.cast(a, Type::Number);
        cx.call(DivNumber, &[a, b], Type::Number, id)
    };
    let cut = cx.call(Trunc, &[quotient], cx.air.ty(quotient), id);
    let cast = Expr::Cast { operand: cut, to: ty, rule: air::types::CastRule::IMPLICIT };
    cx.air.set(id, cast);
    Ok(true)
}

/// An integer on the target too: what rounds a decimal gives one without decimals, but is no integer there.
fn is_whole(cx: &Context<'_>, id: ExprId) -> bool {
    let ty = cx.air.ty(id);
    let rounds = matches!(cx.as_call(id), Some((Floor | Ceil | Round | Trunc, _)));
    ty.is_int() || ty.scale() == Some(0) && !rounds
}

fn float_quotient(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([a, b]) = cx.args(id) else { return Ok(false) };
    if float_literal(cx, &[a, b]) {
        return Ok(true);
    }
    // What a server keeps for a column declared REAL is a float; for NUMERIC it may be an integer.
    if cx.air.ty(a).is_float() || cx.air.ty(b).is_float() {
        return Ok(false);
    }
    let a = cx.cast(a, Type::Float64);
    cx.become_call(id, op, &[a, b]);
    Ok(true)
}

/// True where the target computes the expression as a float. A literal with a point alone is a decimal there.
fn really_float(cx: &Context<'_>, id: ExprId) -> bool {
    match cx.air.expr(id) {
        Expr::Literal { value: Literal::Float { digits } } => {
            matches!(cx.target.can.decimals, Decimals::Bounded { .. })
                && cx.air.text(digits).contains(['e', 'E'])
        }
        Expr::Call { op: Add | Sub | Mul | Neg, args, .. } => {
            cx.air.list(args).iter().any(|&arg| really_float(cx, arg))
        }
        _ => cx.air.ty(id).is_float(),
    }
}

/// Makes a float of a literal among operands that are otherwise exact on the target. False if there is none, or no need.
fn float_literal(cx: &mut Context<'_>, operands: &[ExprId]) -> bool {
    if cx.decimals_are_floats() || operands.iter().any(|&id| really_float(cx, id)) {
        return false;
    }
    let written = |id: &&ExprId| matches!(cx.air.literal(**id), Some(Literal::Float { .. }));
    let Some(&literal) = operands.iter().find(written) else { return false };
    let Some(value @ Literal::Float { digits }) = cx.air.literal(literal) else { return false };
    if matches!(cx.target.can.decimals, Decimals::Bounded { .. }) {
        let digits = format!("{}e0", cx.air.text(digits));
        let digits = cx.air.push_text(&digits);
        cx.air.set(literal, Expr::Literal { value: Literal::Float { digits } });
    } else {
        let ty = cx.air.ty(literal);
        let operand = cx.make(Expr::Literal { value }, ty, false, literal);
        let rule = air::types::CastRule::IMPLICIT;
        cx.air.set(literal, Expr::Cast { operand, to: Type::Float64, rule });
    }
    true
}

fn float_arithmetic(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !cx.air.ty(id).is_float() {
        return Ok(false);
    }
    let operands = cx.all_args(id);
    Ok(float_literal(cx, &operands))
}

fn fractional_remainder(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([a, b]) = cx.args(id) else { return Ok(false) };
    let (ta, tb) = (cx.air.ty(a), cx.air.ty(b));
    let floats = ta.is_float() || tb.is_float();
    let decimals = ta.is_decimal() || tb.is_decimal();
    // `%` of exact decimals is native wherever there are exact decimals; of floats only MySQL has it.
    if !floats && (!decimals || !cx.decimals_are_floats()) {
        return Ok(false);
    }
    if floats && cx.speaks(DivDecimalOrNull) {
        return Ok(false);
    }
    let ty = cx.air.ty(id);
    // A divisor of zero leaves the dividend.
    let zero_leaves = op == ModOracle && !cx.is_nonzero_literal(b);
    let div = if op == Mod { DivFloat } else { DivFloatOrNull };
    let quotient = cx.call(div, &[a, b], Type::Float64, id);
    let whole = cx.call(Trunc, &[quotient], Type::Float64, id);
    let product = cx.call(Mul, &[b, whole], Type::Float64, id);
    let rest = cx.call(Sub, &[a, product], Type::Float64, id);
    match ty.scale() {
        Some(scale) if scale > 0 => become_rounded(cx, id, rest, scale),
        _ if zero_leaves => {
            let zero = cx.int(0, id);
            let none = cx.compare(CompareOp::Eq, b, zero);
            let expr = cx.case_expr(&[(none, a)], Some(rest));
            cx.air.set(id, expr);
        }
        _ => cx.become_copy(id, rest),
    }
    Ok(true)
}

/// True for a rounding that a rule of this file made: it has the span of what it rounds.
fn is_rounding_of_ours(cx: &Context<'_>, id: ExprId) -> Option<(ExprId, ExprId)> {
    let (Round, args) = cx.as_call(id)? else { return None };
    let &[inner, digits] = cx.air.list(args) else { return None };
    let made = cx.air.span(inner) == cx.air.span(id) && matches!(cx.air.ty(id), Type::Decimal { .. });
    (made && is_quotient(cx, inner)).then_some((inner, digits))
}

fn is_quotient(cx: &Context<'_>, id: ExprId) -> bool {
    match cx.air.expr(id) {
        Expr::Call { op: Round, .. } => is_rounding_of_ours(cx, id).is_some(),
        Expr::Call { op, .. } => {
            matches!(op, DivNumber | DivFloat | DivFloatOrNull | Add | Sub | Mul | Neg)
        }
        Expr::Aggregate { op, .. } => matches!(op, AvgNumber | AvgFloat | AvgDecimal | Sum),
        _ => false,
    }
}

/// What a rounding of ours rounds, with the digits that the source computes on with.
fn unrounded(cx: &mut Context<'_>, id: ExprId) -> Option<ExprId> {
    let (inner, _) = is_rounding_of_ours(cx, id)?;
    if cx.decimals_are_floats() || !matches!(cx.air.expr(inner), Expr::Call { op: DivNumber, .. }) {
        return Some(inner);
    }
    // MySQL cuts quotients to whole words of nine digits.
    let digits = cx.air.ty(id).scale().unwrap_or(0).max(1);
    let words = (digits + 8) / 9 * 9;
    let words = cx.int(i64::from(words), id);
    Some(cx.call(Trunc, &[inner, words], Type::Number, id))
}

/// Sums of groups are kept in columns of the result's type between rows, depending on the plan: those stay.
fn summed_quotient(cx: &mut Context<'_>, select: SelectId) -> Fired {
    let block = *cx.air.select(select);
    if block.group.is_some() || cx.speaks(DivDecimalOrNull) {
        return Ok(false);
    }
    let mut stack: Vec<ExprId> = block.having.into_iter().collect();
    for item in cx.air.list(block.items) {
        if let Item::Expr { expr, .. } = item {
            stack.push(*expr);
        }
    }
    let mut fired = false;
    while let Some(id) = stack.pop() {
        let expr = cx.air.expr(id);
        let Expr::Aggregate { op: op @ (Sum | AvgDecimal), distinct: false, args, order, filter, collation } =
            expr
        else {
            // What windows and subqueries add up is theirs.
            if !matches!(expr, Expr::Window { .. }) {
                cx.air.children(Child::Expr(id), &mut |child| {
                    if let Child::Expr(child) = child {
                        stack.push(child);
                    }
                });
            }
            continue;
        };
        let Type::Decimal { precision, scale } = cx.air.ty(id) else { continue };
        let arg = cx.air.at(args, 0);
        let Some(kept) = computed_scale(cx, arg).filter(|kept| Some(*kept) != cx.air.ty(arg).scale()) else {
            continue;
        };
        keep_scale(cx, arg);
        let ty = Type::Decimal { precision, scale: scale.max(kept) };
        let all = Expr::Aggregate { op, distinct: false, args, order, filter, collation };
        let all = cx.make(all, ty, true, id);
        let digits = cx.int(i64::from(scale), id);
        cx.become_call(id, Round, &[all, digits]);
        fired = true;
    }
    Ok(fired)
}

/// Digits behind the point that are computed with: MySQL keeps those of quotients in whole words of nine.
fn computed_scale(cx: &Context<'_>, id: ExprId) -> Option<i16> {
    const DIGITS_MAX: i16 = 30;
    let own = |id: ExprId| match cx.air.ty(id) {
        Type::Int { .. } => Some(0),
        Type::Decimal { scale, .. } => Some(scale),
        _ => None,
    };
    let part = |id: ExprId| computed_scale(cx, id).or_else(|| own(id));
    let (op, args) = cx.as_call(id)?;
    let scale = match (op, cx.air.list(args)) {
        (DivDecimalOrNull, _) => (own(id)?.max(1) + 8) / 9 * 9,
        (Add | Sub, &[a, b]) => part(a)?.max(part(b)?),
        (Mul, &[a, b]) => part(a)? + part(b)?,
        (Neg, &[a]) => computed_scale(cx, a)?,
        (NullIf, &[a, _]) => computed_scale(cx, a)?,
        (Coalesce, args) => {
            let scales = args.iter().filter(|&&arg| !cx.is_null_literal(arg));
            let scales: Option<Vec<i16>> = scales.map(|&arg| part(arg)).collect();
            let any = args.iter().any(|&arg| computed_scale(cx, arg).is_some());
            scales.filter(|_| any)?.into_iter().max()?
        }
        _ => return None,
    };
    Some(scale.min(DIGITS_MAX))
}

/// Makes quotients, and what is computed with them, have the digits that are computed with.
fn keep_scale(cx: &mut Context<'_>, id: ExprId) {
    let Some(scale) = computed_scale(cx, id) else { return };
    let precision = match cx.air.ty(id) {
        Type::Decimal { precision, .. } => precision.max(38),
        _ => return,
    };
    cx.air.info_mut(id).ty = Type::Decimal { precision, scale };
    let Some((DivDecimalOrNull, _)) = cx.as_call(id) else {
        for arg in cx.all_args(id) {
            keep_scale(cx, arg);
        }
        return;
    };
    if cx.decimals_are_floats() {
        return;
    }
    // The digits beyond are cut, not rounded.
    let Some([a, b]) = cx.args(id) else { return };
    let b = null_if_zero(cx, b);
    let one = one_with_scale(cx, scale, id);
    let a = cx.call(Mul, &[a, one], Type::Number, id);
    let quotient = cx.call(DivNumber, &[a, b], Type::Number, id);
    let digits = cx.int(i64::from(scale), id);
    cx.become_call(id, Trunc, &[quotient, digits]);
}

/// The divisor, NULL for zero.
fn null_if_zero(cx: &mut Context<'_>, divisor: ExprId) -> ExprId {
    if cx.is_nonzero_literal(divisor) {
        return divisor;
    }
    let zero = cx.int(0, divisor);
    let ty = cx.air.ty(divisor);
    let divisor = cx.call(NullIf, &[divisor, zero], ty, divisor);
    cx.air.info_mut(divisor).nullable = true;
    divisor
}

fn intermediate_quotient(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Type::Decimal { scale, .. } = cx.air.ty(id) else { return Ok(false) };
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let mut args = cx.all_args(id);
    let mut found = false;
    for arg in &mut args {
        if let Some(digits) = unrounded(cx, *arg) {
            found = true;
            *arg = digits;
        }
    }
    if !found {
        return Ok(false);
    }
    let ty = if cx.decimals_are_floats() { Type::Float64 } else { Type::Number };
    let inner = cx.call(op, &args, ty, id);
    become_rounded(cx, id, inner, scale);
    Ok(true)
}

fn float_of_quotient(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !cx.air.ty(id).is_float() {
        return Ok(false);
    }
    let (Expr::Call { args: list, .. } | Expr::Aggregate { args: list, .. }) = cx.air.expr(id) else {
        return Ok(false);
    };
    let mut args = cx.air.list(list).to_vec();
    let mut fired = false;
    for arg in &mut args {
        if let Some(digits) = unrounded(cx, *arg) {
            *arg = digits;
            if cx.decimals_are_floats() {
                let nine = cx.int(9, id);
                *arg = cx.call(Trunc, &[digits, nine], Type::Float64, id);
            }
            fired = true;
        }
    }
    if fired {
        let list = cx.air.push_list(&args);
        let expr = match cx.air.expr(id) {
            Expr::Call { op, modifier, .. } => Expr::Call { op, modifier, args: list },
            Expr::Aggregate { op, distinct, order, filter, collation, .. } => {
                Expr::Aggregate { op, distinct, args: list, order, filter, collation }
            }
            other => other,
        };
        cx.air.set(id, expr);
    }
    Ok(fired)
}

fn decimal_mean(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Aggregate { op, distinct, args, order, filter, collation } = cx.air.expr(id) else {
        return Ok(false);
    };
    if cx.speaks(op) {
        return Ok(false);
    }
    let cut = op == AvgCut;
    let ty = cx.air.ty(id);
    let float = cx.decimals_are_floats();
    let op = if float { AvgFloat } else { AvgNumber };
    let mean = if float { Type::Float64 } else { Type::Number };
    if float {
        note_range(cx, id)?;
    }
    let expr = Expr::Aggregate { op, distinct, args, order, filter, collation };
    let inner = cx.make(expr, mean, true, id);
    if !float && !cx.speaks(AvgNumber) {
        number_mean(cx, inner)?;
    }
    match (ty, ty.scale()) {
        (Type::Int { .. }, _) => {
            let cut = cx.call(Trunc, &[inner], mean, id);
            let cast = Expr::Cast { operand: cut, to: ty, rule: air::types::CastRule::IMPLICIT };
            cx.air.set(id, cast);
        }
        (_, Some(scale)) if cut => become_cut(cx, id, inner, scale),
        (_, Some(scale)) => become_rounded(cx, id, inner, scale),
        (_, None) => cx.become_copy(id, inner),
    }
    Ok(true)
}

fn number_mean(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Aggregate { op, distinct, args, order, filter, collation } = cx.air.expr(id) else {
        return Ok(false);
    };
    if cx.speaks(op) {
        return Ok(false);
    }
    note_range(cx, id)?;
    match cx.target.can.decimals {
        Decimals::Float => {
            // The type stays: rounding treats it as the decimal it stands for.
            cx.air.set(id, Expr::Aggregate { op: AvgFloat, distinct, args, order, filter, collation });
        }
        Decimals::Unbounded => {
            cx.air.set(id, Expr::Aggregate { op: AvgNumber, distinct, args, order, filter, collation });
        }
        Decimals::Bounded { precision, scale } => {
            let wide = wide(precision, scale);
            let arg = cx.air.at(args, 0);
            let arg = cx.cast(arg, wide);
            let args = cx.air.push_list(&[arg]);
            let op = if cx.speaks(AvgDecimal) { AvgDecimal } else { AvgOracle };
            let expr = Expr::Aggregate { op, distinct, args, order, filter, collation };
            let inner = cx.make(expr, wide, true, id);
            let cast = Expr::Cast { operand: inner, to: Type::Float64, rule: air::types::CastRule::IMPLICIT };
            cx.air.set(id, cast);
        }
    }
    Ok(true)
}

fn float_mean(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Aggregate { op, distinct, args, order, filter, collation } = cx.air.expr(id) else {
        return Ok(false);
    };
    // Where decimals are exact, the mean of other numbers would be a decimal.
    if cx.decimals_are_floats() || cx.air.ty(cx.air.at(args, 0)).is_float() {
        return Ok(false);
    }
    let arg = cx.air.at(args, 0);
    let arg = cx.cast(arg, Type::Float64);
    let args = cx.air.push_list(&[arg]);
    cx.air.set(id, Expr::Aggregate { op, distinct, args, order, filter, collation });
    Ok(true)
}
