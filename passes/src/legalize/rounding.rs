//! Rounding and cutting: which way halves go, and how many digits there are to begin with.

use air::builtins::Builtin::*;
use air::expr::CompareOp;
use air::fidelity::Assume;
use air::target::Decimals;
use air::types::{Affinity, Type};
use air::{Expr, ExprId, Literal};

use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "round_float_away",
        law: "where floats round half to even, the float is made a decimal before it is rounded half away",
        apply: Apply::Builtins(&[Round], round_float_away),
    },
    Rule {
        name: "round_binary_decimal",
        law: "a decimal kept as a float is nudged away from zero by less than its last digit, so that halves round up",
        apply: Apply::Builtins(&[Round], round_binary_decimal),
    },
    Rule {
        name: "round_to_tens",
        law: "rounding to tens is rounding a tenth",
        apply: Apply::Builtins(&[Round], round_to_tens),
    },
    Rule {
        name: "round_of_wide_quotient",
        law: "a quotient that is rounded at once keeps its digits until then",
        apply: Apply::Builtins(&[Round, Trunc], round_of_wide_quotient),
    },
    Rule {
        name: "round_half_even",
        law: "round(x) where x is no half; else the even neighbour, twice round(x / 2)",
        apply: Apply::Builtins(&[RoundHalfEven], round_half_even),
    },
    Rule {
        name: "cut_digits",
        law: "cutting toward zero at n digits is cutting the integer part of x * 10^n",
        apply: Apply::Builtins(&[Trunc], cut_digits),
    },
];

/// PostgreSQL and MySQL round floats half to even; both have exact decimals.
fn round_float_away(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.decimals == Decimals::Float {
        return Ok(false);
    }
    let args = cx.all_args(id);
    let Some(&x) = args.first() else { return Ok(false) };
    // A column of an open kind of number is one of floats.
    let open = matches!(cx.air.ty(x), Type::Any(Affinity::Numeric | Affinity::Real));
    if !open && !cx.air.ty(x).is_float() || is_wide_quotient(cx, x) {
        return Ok(false);
    }
    if let Some(rounded) = rounded_literal(cx, &args) {
        let digits = cx.air.push_text(&rounded);
        cx.air.set(id, Expr::Literal { value: Literal::Float { digits } });
        return Ok(true);
    }
    if let Some(places) = computed_places(cx, &args) {
        let rounded = by_exact_halves(cx, id, x, places);
        cx.become_copy(id, rounded);
        return Ok(true);
    }
    if !open && !matches!(cx.air.expr(x), Expr::Column { .. }) {
        let (subject, span) = (cx.subject(x), cx.air.span(id));
        cx.assume(Assume::FloatRounding, &subject, span)?;
    }
    let exact = match cx.target.can.decimals {
        Decimals::Bounded { precision, scale } => {
            Type::Decimal { precision: precision.min(65), scale: (scale / 2).max(15) as i16 }
        }
        _ => Type::Number,
    };
    let mut args = args;
    args[0] = cx.cast(x, exact);
    let rounded = cx.call(Round, &args, Type::Number, id);
    // The result is a float again, as it was.
    let expr = Expr::Cast { operand: rounded, to: Type::Float64, rule: air::types::CastRule::IMPLICIT };
    cx.air.set(id, expr);
    Ok(true)
}

/// Most nodes of a number whose rounding is written out, which names it eight times.
const COMPUTED_MAX: usize = 12;
/// Most places that halves are looked at for: more digits than a float has behind them say nothing.
const PLACES_MAX: i64 = 6;

/// The places a small computed number is rounded to: its binary value may lie a little beside a half that its
/// digits show.
fn computed_places(cx: &Context<'_>, args: &[ExprId]) -> Option<i64> {
    let x = *args.first()?;
    let places = args.get(1).map_or(Some(0), |&places| cx.int_value(places))?;
    let computed = match cx.air.expr(x) {
        Expr::Call { op: Mul | DivFloat | DivFloatOrNull | Add | Sub, .. } => true,
        Expr::Aggregate { op: AvgFloat | Sum | Total, .. } => true,
        Expr::Window { .. } => false,
        _ => false,
    };
    let nodes = crate::build::below(cx.air, &[air::node::Child::Expr(x)]).len();
    (computed && (1..=PLACES_MAX).contains(&places) && nodes <= COMPUTED_MAX).then_some(places)
}

/// `x` rounded by its binary value: the fraction is exact, and so is that times 2^62 as an integer, by which it is told
/// whether the half that the product seems to reach is reached.
fn by_exact_halves(cx: &mut Context<'_>, id: ExprId, x: ExprId, places: i64) -> ExprId {
    let float = Type::Float64;
    let number = |cx: &mut Context<'_>, digits: String| {
        let digits = cx.air.push_text(&digits);
        cx.make(Expr::Literal { value: Literal::Float { digits } }, Type::Float64, false, id)
    };
    let power = 10i64.pow(places as u32);
    let fraction = |cx: &mut Context<'_>| {
        let (size, other) = (cx.call(Abs, &[x], float, id), cx.call(Abs, &[x], float, id));
        let whole = cx.call(Floor, &[other], float, id);
        cx.call(Sub, &[size, whole], float, id)
    };
    let seeming = |cx: &mut Context<'_>| {
        let fraction = fraction(cx);
        let (scale, half) = (number(cx, format!("{power}e0")), number(cx, "0.5e0".to_owned()));
        let moved = cx.call(Mul, &[fraction, scale], float, id);
        let lifted = cx.call(Add, &[moved, half], float, id);
        cx.call(Floor, &[lifted], float, id)
    };
    let exact = Type::Decimal { precision: 38, scale: 0 };
    // 2 * fraction * 10^places < 2 * seeming - 1, both times 2^62.
    let fraction = fraction(cx);
    let scale = number(cx, "4611686018427387904e0".to_owned());
    let bits = cx.call(Mul, &[fraction, scale], float, id);
    // As the target itself does it: a decimal in between would lose digits.
    let rounding = cx.target.can.to_integer.1;
    let rule = air::types::CastRule { rounding, ..air::types::CastRule::IMPLICIT };
    let bits = cx.make(Expr::Cast { operand: bits, to: Type::I64, rule }, Type::I64, true, id);
    let bits = cx.cast(bits, exact);
    let twice = cx.int(2 * power, id);
    let reached = cx.call(Mul, &[bits, twice], exact, id);
    let seen = seeming(cx);
    let seen = cx.cast(seen, exact);
    let two = cx.int(2, id);
    let doubled = cx.call(Mul, &[seen, two], exact, id);
    let one = cx.int(1, id);
    let half = cx.call(Sub, &[doubled, one], exact, id);
    let span62 = cx.decimal("4611686018427387904", id);
    let half = cx.call(Mul, &[half, span62], exact, id);
    let short = cx.compare(CompareOp::Lt, reached, half);
    let (less, nothing) = (cx.int(1, id), cx.int(0, id));
    let less = cx.case(&[(short, less)], Some(nothing), Type::I32, id);
    let size = cx.call(Abs, &[x], float, id);
    let whole = cx.call(Floor, &[size], float, id);
    let scale = number(cx, format!("{power}e0"));
    let whole = cx.call(Mul, &[whole, scale], float, id);
    let seen = seeming(cx);
    let sum = cx.call(Add, &[whole, seen], float, id);
    let units = cx.call(Sub, &[sum, less], float, id);
    let sign = cx.call(Sign, &[x], float, id);
    let signed = cx.call(Mul, &[sign, units], float, id);
    let scale = number(cx, format!("{power}e0"));
    cx.call(DivFloat, &[signed, scale], float, id)
}

/// What a literal rounds to, halves of its binary value away from zero: 2.675 is a little less than that.
fn rounded_literal(cx: &Context<'_>, args: &[ExprId]) -> Option<String> {
    let (&x, places) = match args {
        [x] => (x, 0),
        [x, places] => (x, usize::try_from(cx.int_value(*places)?).ok()?),
        _ => return None,
    };
    let Some(Literal::Float { digits }) = cx.air.literal(x) else { return None };
    let value: f64 = cx.air.text(digits).parse().ok()?;
    if !value.is_finite() || value.abs() >= 1e15 || places > 15 {
        return None;
    }
    // Every digit of the binary value; formatting alone would round halves to even.
    let exact = format!("{:.1080}", value.abs());
    let point = exact.find('.')?;
    let up = exact.as_bytes().get(point + 1 + places)? >= &b'5';
    let kept: u128 = exact[..point]
        .chars()
        .chain(exact[point + 1..point + 1 + places].chars())
        .collect::<String>()
        .parse()
        .ok()?;
    let kept = format!("{:0>width$}", kept + u128::from(up), width = places + 1);
    let (whole, fraction) = kept.split_at(kept.len() - places);
    let fraction = fraction.trim_end_matches('0');
    let sign = if value < 0.0 && kept.contains(|digit| digit != '0') { "-" } else { "" };
    Some(format!("{sign}{whole}.{}", if fraction.is_empty() { "0" } else { fraction }))
}

fn is_wide_quotient(cx: &Context<'_>, id: ExprId) -> bool {
    match cx.air.expr(id) {
        Expr::Cast { operand, to: Type::Float64, rule } if rule == air::types::CastRule::IMPLICIT => {
            matches!(cx.air.ty(operand), Type::Decimal { precision: 60.., scale: 15.. })
        }
        Expr::Call { op: Add | Sub | Mul | Neg | Abs, args, .. } => {
            cx.air.list(args).iter().any(|&arg| is_wide_quotient(cx, arg))
        }
        _ => false,
    }
}

/// Drops the casts that would show a quotient as a float, down through arithmetic.
fn keep_digits(cx: &mut Context<'_>, id: ExprId) {
    match cx.air.expr(id) {
        Expr::Cast { operand, .. } if is_wide_quotient(cx, id) => {
            let ty = cx.air.ty(operand);
            cx.become_copy(id, operand);
            cx.air.info_mut(id).ty = ty;
        }
        Expr::Call { op: Add | Sub | Mul | Neg | Abs, args, .. } => {
            for arg in cx.air.list(args).to_vec() {
                keep_digits(cx, arg);
            }
            cx.air.info_mut(id).ty = Type::Number;
        }
        _ => {}
    }
}

fn round_of_wide_quotient(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some(&x) = cx.all_args(id).first() else { return Ok(false) };
    if !is_wide_quotient(cx, x) {
        return Ok(false);
    }
    keep_digits(cx, x);
    Ok(true)
}

/// SQLite rounds the binary value: 2.55 is a little less than that.
fn round_binary_decimal(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.decimals != Decimals::Float {
        return Ok(false);
    }
    let args = cx.all_args(id);
    let Some(&x) = args.first() else { return Ok(false) };
    let digits = match args.get(1) {
        None => 0,
        Some(&digits) => match cx.int_value(digits) {
            Some(digits) if (0..=9).contains(&digits) => digits,
            _ => return Ok(false),
        },
    };
    // Rules of ours round quotients, which are floats by then.
    let scale = match cx.air.ty(x) {
        Type::Decimal { scale, .. } if i64::from(scale) > digits && scale <= 12 => scale + 1,
        Type::Number => digits as i16 + 7,
        _ => return Ok(false),
    };
    if matches!(cx.as_call(x), Some((Add, args)) if is_nudge(cx, cx.air.at(args, 1))) {
        return Ok(false);
    }
    let nudge = format!("0.{}1", "0".repeat(scale as usize - 1));
    let nudge = cx.decimal(&nudge, x);
    let sign = cx.call(Sign, &[x], Type::I32, x);
    let nudge = cx.call(Mul, &[nudge, sign], Type::Float64, x);
    let moved = cx.call(Add, &[x, nudge], Type::Float64, x);
    let mut args = args;
    args[0] = moved;
    cx.become_call(id, Round, &args);
    Ok(true)
}

/// SQLite takes negative digits for none.
fn round_to_tens(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.decimals != Decimals::Float {
        return Ok(false);
    }
    let Some([x, digits]) = cx.args(id) else { return Ok(false) };
    let Some(digits) = cx.int_value(digits).filter(|digits| (-15..0).contains(digits)) else {
        return Ok(false);
    };
    let power = format!("1{}.0", "0".repeat(digits.unsigned_abs() as usize));
    let power = cx.decimal(&power, id);
    let tenth = cx.call(DivFloat, &[x, power], Type::Float64, id);
    let rounded = cx.call(Round, &[tenth], Type::Float64, id);
    let ty = cx.air.ty(id);
    let product = cx.call(Mul, &[rounded, power], Type::Float64, id);
    if ty.is_int() {
        cx.air.set(id, Expr::Cast { operand: product, to: ty, rule: air::types::CastRule::IMPLICIT });
    } else {
        cx.become_copy(id, product);
    }
    Ok(true)
}

fn is_nudge(cx: &Context<'_>, id: ExprId) -> bool {
    matches!(cx.as_call(id), Some((Mul, args)) if matches!(cx.as_call(cx.air.at(args, 1)), Some((Sign, _))))
}

fn round_half_even(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(RoundHalfEven) {
        return Ok(false);
    }
    let args = cx.all_args(id);
    let (Some(&x), digits) = (args.first(), args.get(1)) else { return Ok(false) };
    let whole = digits.is_none_or(|&digits| cx.int_value(digits) == Some(0));
    let ty = cx.air.ty(x);
    if ty.is_int() && whole {
        cx.become_copy(id, x);
        return Ok(true);
    }
    if ty.is_float() && whole && cx.target.can.decimals != Decimals::Float {
        // A constant would be read as a decimal.
        if let Some(Literal::Float { digits }) = cx.air.literal(x)
            && let Ok(value) = cx.air.text(digits).parse::<f64>()
            && value.abs() < 1e15
        {
            let digits = format!("{:.1}", value.round_ties_even());
            let digits = cx.air.push_text(digits.trim_start_matches('-'));
            let positive = Expr::Literal { value: Literal::Float { digits } };
            if value.round_ties_even() >= 0.0 {
                cx.air.set(id, positive);
            } else {
                let positive = cx.make(positive, ty, false, id);
                cx.become_call(id, Neg, &[positive]);
            }
            return Ok(true);
        }
        // The target's own rounding of floats. The copy is no `Round` of ours to change.
        let rounded = cx.call(RoundFloat, &[x], ty, id);
        cx.become_copy(id, rounded);
        return Ok(true);
    }
    if !whole {
        let Some(&digits) = digits else { return Ok(false) };
        return scaled(cx, id, RoundHalfEven, x, digits);
    }
    let half = cx.decimal("0.5", id);
    let cut = cx.call(Trunc, &[x], ty, id);
    let rest = cx.call(Sub, &[x, cut], ty, id);
    let rest = cx.call(Abs, &[rest], ty, id);
    let is_half = cx.compare(CompareOp::Eq, rest, half);
    let two = cx.decimal("2.0", id);
    let halved = cx.call(Mul, &[x, half], Type::Float64, id);
    let halved = cx.call(Round, &[halved], Type::Float64, id);
    let even = cx.call(Mul, &[two, halved], Type::Float64, id);
    let plain = cx.call(Round, &[x], ty, id);
    let expr = cx.case_expr(&[(is_half, even)], Some(plain));
    cx.air.set(id, expr);
    Ok(true)
}

/// Rounds a float by way of a whole number, as MySQL does: x * 10^n is brought to a whole number and divided again.
fn scaled(cx: &mut Context<'_>, id: ExprId, whole: air::Builtin, x: ExprId, digits: ExprId) -> Fired {
    let (power, negative) = match cx.int_value(digits) {
        Some(count) if (-15..=15).contains(&count) => {
            let power = format!("1{}e0", "0".repeat(count.unsigned_abs() as usize));
            let power = cx.air.push_text(&power);
            let power = Expr::Literal { value: Literal::Float { digits: power } };
            (cx.make(power, Type::Float64, false, id), count < 0)
        }
        Some(_) => return Ok(false),
        None => {
            let ten = cx.air.push_text("10e0");
            let ten = Expr::Literal { value: Literal::Float { digits: ten } };
            let ten = cx.make(ten, Type::Float64, false, id);
            (cx.call(Power, &[ten, digits], Type::Float64, id), false)
        }
    };
    let x = if cx.air.ty(x).is_float() { x } else { cx.cast(x, Type::Float64) };
    let (up, down) = if negative { (DivFloat, Mul) } else { (Mul, DivFloat) };
    let moved = cx.call(up, &[x, power], Type::Float64, id);
    let rounded = cx.call(whole, &[moved], Type::Float64, id);
    cx.become_call(id, down, &[rounded, power]);
    Ok(true)
}

/// SQLite's trunc() takes no digits, PostgreSQL's takes them for decimals only.
fn cut_digits(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let args = cx.all_args(id);
    let Some(&x) = args.first() else { return Ok(false) };
    if cx.speaks(Trunc) {
        let Some(&digits) = args.get(1) else { return Ok(false) };
        if !cx.air.ty(x).is_float() || cx.target.can.decimals != Decimals::Unbounded {
            return Ok(false);
        }
        if cx.int_value(digits) == Some(0) {
            cx.become_call(id, TruncWhole, &[x]);
            return Ok(true);
        }
        return scaled(cx, id, TruncWhole, x, digits);
    }
    let digits = match args.get(1) {
        None => 0,
        Some(&digits) => match cx.int_value(digits) {
            Some(digits) if (-15..=15).contains(&digits) => digits,
            _ => return Ok(false),
        },
    };
    let ty = cx.air.ty(x);
    if ty.is_int() && digits >= 0 {
        cx.become_copy(id, x);
        return Ok(true);
    }
    if digits == 0 {
        cx.become_call(id, TruncWhole, &[x]);
        return Ok(true);
    }
    // 1.15 * 100 is a little less than 115: what the multiplication spoils is rounded away first.
    let power = format!("1{}.0", "0".repeat(digits.unsigned_abs() as usize));
    let power = cx.decimal(&power, id);
    let (up, down) = if digits > 0 { (Mul, DivFloat) } else { (DivFloat, Mul) };
    let moved = cx.call(up, &[x, power], Type::Float64, id);
    let six = cx.int(6, id);
    let clean = cx.call(Round, &[moved, six], Type::Float64, id);
    let cut = cx.call(TruncWhole, &[clean], Type::Float64, id);
    cx.become_call(id, down, &[cut, power]);
    Ok(true)
}
