//! Bit operations: unsigned and signed 64 bits, counts beyond the width.

use air::builtins::Builtin::{self, *};
use air::expr::CompareOp;
use air::fidelity::Assume;
use air::target::Decimals;
use air::types::{CastFailure, CastRule, Type};
use air::{Expr, ExprId};

use crate::codes;
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "bits_of_nothing",
        law: "bits of NULL are NULL",
        apply: Apply::Builtins(
            &[BitAnd, BitOr, BitXor, BitNot, ShiftLeft, ShiftRight, BitCount],
            bits_of_nothing,
        ),
    },
    // Before the types of results, which it looks at.
    Rule {
        name: "shift_count",
        law: "a count of 64 and more shifts everything out",
        apply: Apply::Builtins(&[ShiftLeft, ShiftRight], shift_count),
    },
    Rule {
        name: "narrow_hex",
        law: "the digits of a number of 32 bits are those of its low 32 bits",
        apply: Apply::Builtins(&[HexLowerOfInt], narrow_hex),
    },
    Rule {
        name: "signed_bits",
        law: "the bits of a signed result are those of the unsigned one",
        apply: Apply::Builtins(&[BitAnd, BitOr, BitXor, BitNot, ShiftLeft], signed_bits),
    },
    Rule {
        name: "signed_operands",
        law: "where bits are unsigned, a signed number computed with is read as signed first",
        apply: Apply::Builtins(&[Add, Sub, Mul, Neg], signed_operands),
    },
    Rule {
        name: "unsigned_bits",
        law: "below 2^63 signed and unsigned bits are alike; the complement of x is 2^64 - 1 - x",
        apply: Apply::Builtins(&[BitAnd, BitOr, BitXor, BitNot, ShiftLeft, ShiftRight], unsigned_bits),
    },
    Rule {
        name: "signed_shift_right",
        law: "an arithmetic shift is a division by a power of two, rounded down",
        apply: Apply::Builtins(&[ShiftRight], signed_shift_right),
    },
];

fn bits_of_nothing(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let nothing = |&arg: &ExprId| match cx.air.expr(arg) {
        Expr::Cast { operand, rule: CastRule::IMPLICIT, .. } => cx.is_null_literal(operand),
        _ => cx.is_null_literal(arg),
    };
    if !cx.all_args(id).iter().any(nothing) {
        return Ok(false);
    }
    let ty = cx.air.ty(id);
    let operand = cx.null(Type::Null, id);
    cx.air.set(id, Expr::Cast { operand, to: ty, rule: CastRule::IMPLICIT });
    cx.air.info_mut(id).nullable = true;
    Ok(true)
}

/// Where all integers are wide, a negative number of 32 bits would show 64 of them.
fn narrow_hex(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some([x]) = cx.args(id) else { return Ok(false) };
    let narrow = matches!(cx.air.ty(x), Type::Int { bits: ..=32, unsigned: false });
    if !cx.target.can.wide_integers || !narrow || cx.int_value(x).is_some_and(|value| value >= 0) {
        return Ok(false);
    }
    let low = cx.int(i64::from(u32::MAX), id);
    let low = cx.call(BitAnd, &[x, low], Type::I64, id);
    cx.become_call(id, HexLowerOfInt, &[low]);
    Ok(true)
}

/// A target that computes in unsigned bits gives unsigned results.
fn signed_bits(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let ty = cx.air.ty(id);
    if !cx.target.can.unsigned || !matches!(ty, Type::Int { unsigned: false, .. }) {
        return Ok(false);
    }
    let Expr::Call { op, modifier, args } = cx.air.expr(id) else { return Ok(false) };
    // Of numbers that are not negative neither `&` nor `|` makes a negative one.
    let small = |cx: &Context<'_>, id: ExprId| cx.int_value(id).is_some_and(|value| value >= 0);
    let list = cx.air.list(args).to_vec();
    let plain = match op {
        BitAnd => list.iter().any(|&arg| small(cx, arg)),
        BitOr | BitXor => list.iter().all(|&arg| small(cx, arg)),
        _ => false,
    };
    if plain {
        return Ok(false);
    }
    let inner = cx.make(Expr::Call { op, modifier, args }, Type::U64, cx.air.info(id).nullable, id);
    // The same 64 bits, read as signed.
    let rule = CastRule { failure: CastFailure::Truncate, ..CastRule::IMPLICIT };
    cx.air.set(id, Expr::Cast { operand: inner, to: Type::I64, rule });
    Ok(true)
}

/// What a target with unsigned bits takes for unsigned: less than nothing of it would fail.
fn gives_bits(cx: &Context<'_>, id: ExprId) -> bool {
    match cx.air.expr(id) {
        Expr::Call { op: BitAnd | BitOr | BitXor | BitNot | ShiftLeft | ShiftRight, .. } => true,
        Expr::Aggregate { op: Max | Min, args, .. } => gives_bits(cx, cx.air.at(args, 0)),
        Expr::Call { op: Coalesce | NullIf | Abs | Mod | ModOrNull, args, .. } => {
            gives_bits(cx, cx.air.at(args, 0))
        }
        _ => false,
    }
}

fn signed_operands(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !cx.target.can.unsigned || !matches!(cx.air.ty(id), Type::Int { unsigned: false, .. }) {
        return Ok(false);
    }
    let Expr::Call { op, modifier, args } = cx.air.expr(id) else { return Ok(false) };
    let mut args = cx.air.list(args).to_vec();
    let mut fired = false;
    for arg in &mut args {
        if gives_bits(cx, *arg) {
            let rule = CastRule { failure: CastFailure::Truncate, ..CastRule::IMPLICIT };
            let nullable = cx.air.info(*arg).nullable;
            // Not the type it has here already: the target has another one.
            let copy = cx.air.copy(*arg);
            cx.air.info_mut(copy).ty = Type::U64;
            *arg = cx.make(Expr::Cast { operand: copy, to: Type::I64, rule }, Type::I64, nullable, id);
            fired = true;
        }
    }
    if fired {
        let args = cx.air.push_list(&args);
        cx.air.set(id, Expr::Call { op, modifier, args });
    }
    Ok(fired)
}

fn unsigned_bits(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.unsigned || cx.air.ty(id) != Type::U64 {
        return Ok(false);
    }
    let Expr::Call { op, modifier, args } = cx.air.expr(id) else { return Ok(false) };
    let mut list = cx.air.list(args).to_vec();
    let span = cx.air.span(id);
    let subject = cx.subject(id);
    if op == BitNot {
        if cx.target.can.decimals == Decimals::Float {
            let message = "the complement of unsigned 64 bits has no form";
            return cx.refuse(codes::NUMBER, span, message, "");
        }
        // Of a negative number, which is 2^64 more as unsigned, the complement is -1 - x.
        let all = cx.decimal("18446744073709551615", id);
        let x = list[0];
        let positive = cx.call(Sub, &[all, x], Type::Number, id);
        if cx.int_value(x).is_some_and(|value| value >= 0)
            || matches!(cx.air.ty(x), Type::Int { unsigned: true, .. })
        {
            cx.become_copy(id, positive);
            return Ok(true);
        }
        let zero = cx.int(0, id);
        let one = cx.int(-1, id);
        let below = cx.compare(CompareOp::Lt, x, zero);
        let negative = cx.call(Sub, &[one, x], Type::Number, id);
        let expr = cx.case_expr(&[(below, negative)], Some(positive));
        cx.air.set(id, expr);
        return Ok(true);
    }
    let mut top = false;
    if cx.target.can.decimals == Decimals::Unbounded {
        // The same bits as a signed number, and the result read as unsigned again.
        let counts = usize::from(matches!(op, ShiftLeft | ShiftRight));
        let operands = list.len() - counts;
        for arg in &mut list[..operands] {
            if may_use_top_bit(cx, *arg) && !of_float(cx, *arg) {
                *arg = with_sign(cx, *arg);
                top = true;
            }
        }
        top |= op == ShiftLeft && !stays_low(cx, &list);
    }
    let open = |arg: ExprId| may_use_top_bit(cx, arg) && (!top || of_float(cx, arg));
    if list.iter().any(|&arg| open(arg)) || op == ShiftLeft && !stays_low(cx, &list) && !top {
        let message = "bits of unsigned 64-bit numbers that may use the highest bit have no form";
        return cx.refuse(codes::NUMBER, span, message, "");
    }
    // The bits of a negative number make a number of 64 bits, 2^64 above it.
    let wraps = cx.target.can.decimals == Decimals::Unbounded
        && match op {
            BitAnd => list.iter().all(|&arg| may_be_negative(cx, arg)),
            BitOr | BitXor => list.iter().any(|&arg| may_be_negative(cx, arg)),
            ShiftLeft => may_be_negative(cx, list[0]) || cx.int_value(list[1]).is_none(),
            _ => false,
        };
    let wraps = wraps || top && !(op == ShiftRight && cx.int_value(list[1]).is_some_and(|count| count > 0));
    let below = match op {
        BitAnd => list.iter().all(|&arg| may_compute_below_zero(cx, arg)),
        BitOr | BitXor => list.iter().any(|&arg| may_compute_below_zero(cx, arg)),
        _ => may_compute_below_zero(cx, list[0]),
    };
    if below && cx.target.can.decimals == Decimals::Float {
        let message = "bits of unsigned 64-bit numbers that may use the highest bit have no form";
        return cx.refuse(codes::NUMBER, span, message, "");
    }
    if !wraps {
        cx.assume(Assume::IntegerRange, &subject, span)?;
    }
    for (i, arg) in list.iter_mut().enumerate() {
        let is_count = i == 1 && matches!(op, ShiftLeft | ShiftRight);
        let ty = cx.air.ty(*arg);
        let wide = ty == Type::I64 || cx.target.can.wide_integers;
        if !is_count
            && (!ty.is_int() || ty == Type::U64 || !wide)
            && cx.target.can.decimals != Decimals::Float
        {
            *arg = cx.cast(*arg, Type::I64);
        }
    }
    if op == ShiftRight && cx.target.can.decimals == Decimals::Unbounded && may_be_negative(cx, list[0]) {
        let Some(count) = cx.int_value(list[1]).filter(|count| (0..64).contains(count)) else {
            let message = "a negative number shifted to the right by a computed count has no form";
            return cx.refuse(codes::NUMBER, span, message, "make the count a literal");
        };
        if count > 0 {
            // Zeros come in, not the sign.
            let wide = cx.cast(list[0], Type::I64);
            let (args, nullable) = (cx.air.push_list(&[wide, list[1]]), cx.air.info(id).nullable);
            let shifted = cx.make(Expr::Call { op, modifier, args }, Type::I64, nullable, id);
            let mask = cx.int(i64::MAX >> (count - 1), id);
            cx.become_call(id, BitAnd, &[shifted, mask]);
            cx.air.info_mut(id).ty = Type::I64;
            return Ok(true);
        }
    }
    let args = cx.air.push_list(&list);
    if wraps {
        let nullable = cx.air.info(id).nullable;
        let bits = cx.make(Expr::Call { op, modifier, args }, Type::I64, nullable, id);
        let zero = cx.int(0, id);
        let below = cx.compare(CompareOp::Lt, bits, zero);
        let span64 = cx.decimal("18446744073709551616", id);
        let moved = cx.call(Add, &[bits, span64], Type::Number, id);
        let expr = cx.case_expr(&[(below, moved)], Some(bits));
        cx.air.set(id, expr);
        cx.air.info_mut(id).ty = Type::Number;
        return Ok(true);
    }
    cx.air.set(id, Expr::Call { op, modifier, args });
    cx.air.info_mut(id).ty = Type::I64;
    Ok(true)
}

/// A signed number that is not known to be none below zero.
pub(super) fn may_be_negative(cx: &Context<'_>, id: ExprId) -> bool {
    match cx.air.expr(id) {
        Expr::Literal { .. } => cx.int_value(id).is_none_or(|value| value < 0),
        Expr::Cast { operand, to, .. } if to.is_int() => may_be_negative(cx, operand),
        Expr::Call { op: BitAnd, args, .. } => cx.air.list(args).iter().all(|&arg| may_be_negative(cx, arg)),
        Expr::Call { op: BitOr | BitXor, args, .. } => {
            cx.air.list(args).iter().any(|&arg| may_be_negative(cx, arg))
        }
        Expr::Aggregate { op: CountAll | Count, .. } => false,
        // A column that the script stores no such number in is taken to have none.
        Expr::Column { .. } => cx.seen(id).negative,
        Expr::Case { .. } => may_compute_below_zero(cx, id),
        Expr::Aggregate { .. } => false,
        _ => !matches!(cx.air.ty(id), Type::Int { unsigned: true, .. } | Type::Bool),
    }
}

/// True for what is below zero and for what is computed so that it may well be.
pub(super) fn may_compute_below_zero(cx: &Context<'_>, id: ExprId) -> bool {
    let computes = |&id: &ExprId| match cx.air.expr(id) {
        Expr::Call { op: Sub | Neg | DaysBetween | CompleteUnits | Sign, .. } => true,
        Expr::Literal { .. } | Expr::Column { .. } => is_below_zero(cx, id),
        _ => false,
    };
    match cx.air.expr(id) {
        // What these make of negative numbers is none.
        Expr::Call { op: Abs | CharLength | ByteLength | BitAnd | BitCount, .. } => false,
        _ => crate::build::below(cx.air, &[air::node::Child::Expr(id)]).iter().any(computes),
    }
}

/// A number below zero, as far as constants and what the script stores show.
pub(super) fn is_below_zero(cx: &Context<'_>, id: ExprId) -> bool {
    match cx.air.expr(id) {
        Expr::Literal { value: air::Literal::Int { value } } => value < 0,
        Expr::Literal { value: air::Literal::Decimal { digits } | air::Literal::Float { digits } } => {
            cx.air.text(digits).starts_with('-')
        }
        Expr::Call { op: Neg, args, .. } => {
            let inner = cx.air.at(args, 0);
            cx.air.literal(inner).is_some() && !is_below_zero(cx, inner)
        }
        Expr::Call { op: Floor | Ceil | Round | RoundHalfEven | Trunc | TruncWhole, args, .. } => {
            is_below_zero(cx, cx.air.at(args, 0))
        }
        Expr::Cast { operand, to, .. } if to.is_numeric() => is_below_zero(cx, operand),
        Expr::Column { .. } => cx.seen(id).negative,
        Expr::Case { branches, otherwise, .. } => {
            cx.air.list(branches).iter().any(|branch| is_below_zero(cx, branch.then))
                || otherwise.is_some_and(|otherwise| is_below_zero(cx, otherwise))
        }
        _ => false,
    }
}

/// A float that becomes an integer: near 2^64 its digits say nothing of the lower bits.
fn of_float(cx: &Context<'_>, id: ExprId) -> bool {
    match cx.air.expr(id) {
        Expr::Cast { operand, .. } => of_float(cx, operand),
        Expr::Call { op: Round | RoundHalfEven | RoundFloat | Trunc, args, .. } => {
            of_float(cx, cx.air.at(args, 0))
        }
        _ => cx.air.ty(id).is_float(),
    }
}

/// The 64 bits of an unsigned number as a signed one.
fn with_sign(cx: &mut Context<'_>, id: ExprId) -> ExprId {
    if let Some(air::Literal::Decimal { digits }) = cx.air.literal(id)
        && let Ok(value) = cx.air.text(digits).parse::<u64>()
    {
        let value = cx.int(value as i64, id);
        return cx.cast(value, Type::I64);
    }
    if cx.int_value(id).is_some() {
        return cx.cast(id, Type::I64);
    }
    let (most, span64) = (cx.decimal("9223372036854775807", id), cx.decimal("18446744073709551616", id));
    let above = cx.compare(CompareOp::Gt, id, most);
    let lower = cx.call(Sub, &[id, span64], Type::Number, id);
    let signed = cx.case(&[(above, lower)], Some(id), Type::Number, id);
    cx.air.info_mut(signed).nullable = cx.air.info(id).nullable;
    cx.cast(signed, Type::I64)
}

/// A number that is negative, of unsigned type, or beyond 63 bits: as unsigned bits it uses the highest one.
fn may_use_top_bit(cx: &Context<'_>, id: ExprId) -> bool {
    if let Expr::Cast { operand, .. } = cx.air.expr(id)
        && let Some(air::Literal::Decimal { digits } | air::Literal::Float { digits }) =
            cx.air.literal(operand)
    {
        // Rounded, a constant below 2^62 stays below 2^63.
        return !cx.air.text(digits).parse::<f64>().is_ok_and(|value| (0.0..4.6e18).contains(&value));
    }
    match cx.air.ty(id) {
        Type::Int { bits: 64, unsigned: true } => cx.int_value(id).is_none(),
        Type::Int { .. } => cx.int_value(id).is_some_and(|value| value < 0),
        // A decimal is a literal beyond 63 bits, or is rounded first.
        _ => true,
    }
}

/// True for a shift of literals whose result has less than 64 bits, or of what is no literal.
fn stays_low(cx: &Context<'_>, args: &[ExprId]) -> bool {
    match args[..] {
        [x, n] => match (cx.int_value(x), cx.int_value(n)) {
            (Some(x), Some(n)) => (0..63).contains(&n) && x.leading_zeros() as i64 > n,
            _ => true,
        },
        _ => false,
    }
}

fn signed_shift_right(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !cx.target.can.unsigned || !matches!(cx.air.ty(id), Type::Int { unsigned: false, .. }) {
        return Ok(false);
    }
    let Some([x, n]) = cx.args(id) else { return Ok(false) };
    if cx.int_value(x).is_some_and(|value| value >= 0) {
        return Ok(false);
    }
    let two = cx.int(2, id);
    let power = cx.call(Power, &[two, n], Type::Float64, id);
    let quotient = cx.call(DivFloat, &[x, power], Type::Float64, id);
    let floor = cx.call(Floor, &[quotient], Type::Float64, id);
    cx.air.set(id, Expr::Cast { operand: floor, to: Type::I64, rule: CastRule::IMPLICIT });
    Ok(true)
}

/// A count that has been cut to the width.
fn is_masked(cx: &Context<'_>, n: ExprId) -> bool {
    match cx.air.expr(n) {
        Expr::Cast { operand, .. } => is_masked(cx, operand),
        Expr::Call { op: BitAnd, .. } => true,
        _ => false,
    }
}

/// Where all integers are wide, what is shifted out of 32 bits by an unknown count is cut off, and the highest bit left
/// is the sign.
fn narrow_shift(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((ShiftLeft, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([x, n]) = cx.args(id) else { return Ok(false) };
    let plain = matches!(cx.air.expr(x), Expr::Column { .. } | Expr::Literal { .. });
    if cx.air.ty(id) != Type::I32 || cx.int_value(n).is_some_and(|count| plain || count <= 0) {
        return Ok(false);
    }
    // Made positive by a multiple of 2^32 first, so that the rest is one.
    let lift = cx.int((1 << 62) + (1 << 31), id);
    let whole = cx.int(1 << 32, id);
    let half = cx.int(1 << 31, id);
    let shifted = cx.call(ShiftLeft, &[x, n], Type::I64, id);
    let lifted = cx.call(Add, &[shifted, lift], Type::I64, id);
    let cut = cx.call(Mod, &[lifted, whole], Type::I64, id);
    cx.become_call(id, Sub, &[cut, half]);
    Ok(true)
}

/// A signed shift by a negative count shifts the other way; `op` may be either.
fn shift_either_way(cx: &mut Context<'_>, id: ExprId, op: Builtin, x: ExprId, n: ExprId) -> Fired {
    let ty = cx.air.ty(id);
    let x = if cx.target.can.wide_integers || cx.air.ty(x) == Type::I64 && cx.air.literal(x).is_none() {
        x
    } else {
        if cx.int_value(x).is_some_and(|value| i32::try_from(value).is_ok()) {
            // A literal is of the narrowest type that holds it.
            cx.air.info_mut(x).ty = Type::I32;
        }
        cx.cast(x, Type::I64)
    };
    let (zero, far, back) = (cx.int(0, id), cx.int(63, id), cx.int(-63, id));
    // From 0 to 63 already; that it is cut to them shows that it has been seen to.
    let count = |cx: &mut Context<'_>, n: ExprId| {
        let count_ty = cx.air.ty(n);
        let count = cx.call(BitAnd, &[n, far], count_ty, id);
        if count_ty == Type::I32 || cx.target.can.wide_integers { count } else { cx.cast(count, Type::I32) }
    };
    let left_by = |cx: &mut Context<'_>, n: ExprId| {
        let n = count(cx, n);
        cx.call(ShiftLeft, &[x, n], ty, id)
    };
    let right_by = |cx: &mut Context<'_>, n: ExprId| {
        let n = count(cx, n);
        cx.call(ShiftRight, &[x, n], ty, id)
    };
    let count_ty = cx.air.ty(n);
    let negated = cx.call(Neg, &[n], count_ty, id);
    // A count of 63 leaves the sign; one beyond leaves nothing of what is shifted to the left.
    let last = cx.call(ShiftRight, &[x, far], ty, id);
    let (ahead, behind) = match op {
        ShiftLeft => ((zero, left_by(cx, n)), (last, right_by(cx, negated))),
        _ => ((last, right_by(cx, n)), (zero, left_by(cx, negated))),
    };
    let beyond = cx.compare(CompareOp::Gt, n, far);
    let below = cx.compare(CompareOp::Lt, n, back);
    let forward = cx.compare(CompareOp::Ge, n, zero);
    let expr = cx.case_expr(&[(beyond, ahead.0), (below, behind.0), (forward, ahead.1)], Some(behind.1));
    cx.air.set(id, expr);
    Ok(true)
}

/// PostgreSQL and SQL Server take the count modulo the width.
fn shift_count(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([x, n]) = cx.args(id) else { return Ok(false) };
    if cx.target.can.wide_integers {
        // A target that is signed itself shifts either way by itself.
        let signed = cx.target.can.unsigned && cx.air.ty(id) == Type::I64;
        if signed && cx.int_value(n).is_none() && !is_masked(cx, n) && may_be_negative(cx, n) {
            return shift_either_way(cx, id, op, x, n);
        }
        return narrow_shift(cx, id);
    }
    if !cx.air.ty(id).is_int() {
        return Ok(false);
    }
    if cx.int_value(n).is_some_and(|n| (0..64).contains(&n)) {
        if cx.air.ty(id) == Type::I64 && !matches!(cx.air.expr(x), Expr::Cast { to: Type::I64, .. }) {
            let narrow = cx.air.literal(x).is_some() || cx.air.ty(x) != Type::I64;
            if narrow {
                // A literal is of the narrowest type that holds it.
                if cx.int_value(x).is_some_and(|value| i32::try_from(value).is_ok()) {
                    cx.air.info_mut(x).ty = Type::I32;
                }
                let x = cx.cast(x, Type::I64);
                cx.become_call(id, op, &[x, n]);
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let ty = cx.air.ty(id);
    let zero = cx.int(0, id);
    let limit = cx.int(64, id);
    if let Some(n) = cx.int_value(n) {
        if n >= 64 && op == ShiftLeft {
            cx.become_copy(id, zero);
            return Ok(true);
        }
        if n >= 64 && ty == Type::I64 {
            // Only the sign is left.
            let last = cx.int(63, id);
            cx.become_call(id, op, &[x, last]);
            return Ok(true);
        }
        return Ok(false);
    }
    if is_masked(cx, n) {
        return Ok(false);
    }
    if ty == Type::I64 && may_be_negative(cx, n) {
        return shift_either_way(cx, id, op, x, n);
    }
    let beyond = cx.compare(CompareOp::Ge, n, limit);
    let below = cx.compare(CompareOp::Lt, n, zero);
    let out = cx.any_of(&[beyond, below], id);
    let mask = cx.int(63, id);
    let n_ty = cx.air.ty(n);
    let mut count = cx.call(BitAnd, &[n, mask], n_ty, id);
    if n_ty != Type::I32 {
        count = cx.cast(count, Type::I32);
    }
    let wide =
        if cx.air.ty(x) == Type::I64 && cx.air.literal(x).is_none() { x } else { cx.cast(x, Type::I64) };
    let shifted = cx.call(op, &[wide, count], ty, id);
    let expr = cx.case_expr(&[(out, zero)], Some(shifted));
    cx.air.set(id, expr);
    Ok(true)
}
