//! Arithmetic, rounding, bits.

use super::{Call, float, int};
use crate::decimal::{Decimal, Rounding};
use crate::error::{Eval, EvalError};
use crate::value::Value;
use crate::{cast, value};
use air::Builtin;
use air::types::Type;

/// Evaluates a numeric builtin; `None` if `call` is none.
pub fn evaluate(call: &Call<'_>, args: &[Value]) -> Option<Eval<Value>> {
    use Builtin as B;
    let first = args.first();
    let by_float = |f: fn(f64) -> f64| float(&args[0]).map(|x| finite(f(x)))?;
    Some(match call.op {
        B::Neg => match &args[0] {
            Value::Interval(interval) => Ok(Value::Interval(interval.negated())),
            Value::Float(f) => Ok(Value::Float(-f)),
            Value::Int(i) => Ok(Value::Int(-i)),
            other => decimal(other).map(|d| Value::Decimal(d.neg())),
        },
        B::Add | B::Sub | B::Mul => arithmetic(call, args),
        B::DivInt | B::DivIntOrNull => zero_or(call, args, |a, b| {
            let (a, b) = (decimal(a)?, decimal(b)?);
            let whole = a.div(&b, 0, Rounding::Truncate).and_then(|q| q.to_int());
            whole.map_or_else(|| EvalError::fails("integer out of range"), |q| Ok(Value::Int(q)))
        }),
        B::DivNumber => zero_or(call, args, |a, b| {
            let (a, b) = (decimal(a)?, decimal(b)?);
            quotient(&a, &b, a.postgres_quotient_scale(&b))
        }),
        B::DivDecimal => zero_or(call, args, |a, b| {
            let (a, b) = (decimal(a)?, decimal(b)?);
            let scale = call.ty.scale().map_or(a.scale() + 4, i32::from);
            match a.div(&b, scale, Rounding::Truncate) {
                Some(quotient) => Ok(Value::Decimal(quotient)),
                None => EvalError::fails("division by zero"),
            }
        }),
        B::DivDecimalOrNull => zero_or(call, args, |a, b| {
            let (a, b) = (decimal(a)?, decimal(b)?);
            // Without a type for the result: the scale of the dividend and four more. Digits are kept to whole
            // words of nine, and rounded to the scale of the type where the quotient is used as a value.
            let scale = call.ty.scale().map_or(a.scale() + 4, i32::from);
            let kept = (scale + 8) / 9 * 9;
            match a.div(&b, kept, Rounding::Truncate) {
                Some(quotient) => Ok(Value::Decimal(quotient)),
                None => EvalError::fails("division by zero"),
            }
        }),
        B::DivOracle => zero_or(call, args, |a, b| {
            let (a, b) = (decimal(a)?, decimal(b)?);
            let scale = 45 + (b.magnitude() - a.magnitude()).max(0);
            match a.div(&b, scale, Rounding::HalfAway) {
                Some(q) => Ok(Value::Decimal(q.significant(40))),
                None => EvalError::fails("division by zero"),
            }
        }),
        B::DivFloat | B::DivFloatOrNull => zero_or(call, args, |a, b| {
            let quotient = float(a)? / float(b)?;
            finite(if call.ty == Type::Float32 { f64::from(quotient as f32) } else { quotient })
        }),
        B::Mod | B::ModOrNull | B::ModOracle => zero_or(call, args, |a, b| match (a, b) {
            (Value::Int(a), Value::Int(b)) => Ok(Value::Int(a % b)),
            (Value::Float(_), _) | (_, Value::Float(_)) => finite(float(a)? % float(b)?),
            _ => match decimal(a)?.rem(&decimal(b)?) {
                Some(rest) => Ok(Value::Decimal(rest)),
                None => EvalError::fails("division by zero"),
            },
        }),
        B::RemainderNearest => zero_or(call, args, |a, b| {
            let (a, b) = (decimal(a)?, decimal(b)?);
            let n = a.div(&b, 0, Rounding::HalfAway).unwrap_or_else(|| Decimal::int(0));
            Ok(Value::Decimal(a.sub(&b.mul(&n))))
        }),
        B::Abs => match &args[0] {
            Value::Float(f) => Ok(Value::Float(f.abs())),
            Value::Int(i) => Ok(Value::Int(i.abs())),
            other => decimal(other).map(|d| Value::Decimal(d.abs())),
        },
        B::Sign => match &args[0] {
            Value::Float(f) => Ok(Value::Int((*f > 0.0) as i128 - (*f < 0.0) as i128)),
            other => {
                decimal(other).map(|d| Value::Int(i128::from(!d.is_zero()) - 2 * i128::from(d.is_negative())))
            }
        },
        B::Ceil | B::Floor => match &args[0] {
            Value::Float(f) => Ok(Value::Float(if call.op == B::Ceil { f.ceil() } else { f.floor() })),
            Value::Int(_) => Ok(args[0].clone()),
            other => {
                decimal(other).map(|d| Value::Decimal(if call.op == B::Ceil { d.ceil() } else { d.floor() }))
            }
        },
        B::Round => rounded(args, Rounding::HalfAway),
        B::RoundHalfEven | B::RoundFloat => rounded(args, Rounding::HalfEven),
        B::TruncWhole => rounded(args, Rounding::Truncate),
        B::Trunc if !matches!(first, Some(Value::Date(_) | Value::Timestamp(_))) => {
            rounded(args, Rounding::Truncate)
        }
        B::Power => power(call, args),
        B::ToSingle => by_float(|x| f64::from(x as f32)),
        B::Sqrt | B::SqrtOrNull => root(call, &args[0]),
        B::Cbrt => by_float(f64::cbrt),
        B::Exp => approximate(call, &args[0]).and_then(|()| by_float(f64::exp)),
        B::Ln | B::LnOrNull => logarithm(call, &args[0], f64::ln),
        B::Log10 | B::Log10OrNull => logarithm(call, &args[0], f64::log10),
        B::Log2OrNull => logarithm(call, &args[0], f64::log2),
        B::LogBase | B::LogBaseOrNull => {
            if args.iter().any(Value::is_null) {
                return Some(Ok(Value::Null));
            }
            match (float(&args[0]), float(&args[1])) {
                (Ok(base), Ok(x)) if base > 0.0 && base != 1.0 && x > 0.0 => finite(x.ln() / base.ln()),
                (Err(error), _) | (_, Err(error)) => Err(error),
                _ if call.op == B::LogBaseOrNull => Ok(Value::Null),
                _ => EvalError::fails("logarithm of a number that has none"),
            }
        }
        B::Sin => by_float(f64::sin),
        B::Cos => by_float(f64::cos),
        B::Tan => by_float(f64::tan),
        B::Cot => by_float(|x| 1.0 / x.tan()),
        B::Asin => by_float(f64::asin),
        B::Acos => by_float(f64::acos),
        B::Atan => by_float(f64::atan),
        B::Sinh => by_float(f64::sinh),
        B::Cosh => by_float(f64::cosh),
        B::Tanh => by_float(f64::tanh),
        B::Asinh => by_float(f64::asinh),
        B::Acosh => by_float(f64::acosh),
        B::Atanh => by_float(f64::atanh),
        B::Degrees => by_float(f64::to_degrees),
        B::Radians => by_float(f64::to_radians),
        B::Atan2 => float(&args[0]).and_then(|y| finite(y.atan2(float(&args[1])?))),
        B::Pi => Ok(Value::Float(std::f64::consts::PI)),
        B::Gcd | B::Lcm => int(&args[0]).and_then(|a| {
            let b = int(&args[1])?;
            let gcd = num_integer::gcd(a, b);
            let lcm = if gcd == 0 { 0 } else { (a / gcd).checked_mul(b).map_or(i128::MAX, i128::abs) };
            Ok(Value::Int(if call.op == B::Gcd { gcd } else { lcm }))
        }),
        B::Factorial => int(&args[0]).and_then(|n| match n {
            0..=3000 => {
                let product = (1..=n).fold(Decimal::int(1), |product, i| product.mul(&Decimal::int(i)));
                Ok(Value::Decimal(product))
            }
            _ => EvalError::fails("factorial out of range"),
        }),
        B::WidthBucket => width_bucket(args),
        B::MinScale => decimal(&args[0]).map(|d| Value::Int(d.trimmed().scale().into())),
        B::TrimScale => decimal(&args[0]).map(|d| Value::Decimal(d.trimmed())),
        B::Scale => decimal(&args[0]).map(|d| Value::Int(d.scale().into())),
        B::BitAnd | B::BitOr | B::BitXor | B::BitNot | B::ShiftLeft | B::ShiftRight => bits(call, args),
        B::BitCount if matches!(call.arg_types.first(), Some(Type::Bits { .. })) => {
            Ok(Value::Int(super::text(&args[0]).matches('1').count() as i128))
        }
        B::BitCount => int(&args[0]).map(|i| Value::Int((i as u64).count_ones().into())),
        B::NumericPrefix => Ok(Value::Float(cast::numeric_prefix(&super::text(&args[0])))),
        B::IntegerPrefix => Ok(Value::Int(cast::integer_prefix(&super::text(&args[0])))),
        B::HexOfInt => int(&args[0]).map(|i| Value::Text(format!("{:X}", i as u64))),
        B::HexLowerOfInt => int(&args[0]).map(|i| Value::Text(hex_lower(i, call.arg_types.first()))),
        B::BinOfInt => int(&args[0]).map(|i| Value::Text(format!("{:b}", i as u64))),
        B::OctOfInt => int(&args[0]).map(|i| Value::Text(format!("{:o}", i as u64))),
        B::ToBase => to_base(args),
        B::FormatNumber => format_number(args),
        _ => return None,
    })
}

/// A decimal argument; text is read.
pub fn decimal(value: &Value) -> Eval<Decimal> {
    let number = match value {
        Value::Text(text) => Decimal::parse(text.trim()),
        other => other.to_decimal(),
    };
    number.map_or_else(|| EvalError::fails(format!("`{value}` is no number")), Ok)
}

fn finite(value: f64) -> Eval<Value> {
    if value.is_finite() {
        Ok(Value::Float(value))
    } else {
        EvalError::fails("floating-point result out of range")
    }
}

fn quotient(a: &Decimal, b: &Decimal, scale: i32) -> Eval<Value> {
    match a.div(b, scale, Rounding::HalfAway) {
        Some(q) => Ok(Value::Decimal(q)),
        None => EvalError::fails("division by zero"),
    }
}

/// Applies `divide` unless an argument is NULL or the divisor zero, for which the builtin has its rule.
fn zero_or(
    call: &Call<'_>,
    args: &[Value],
    divide: impl FnOnce(&Value, &Value) -> Eval<Value>,
) -> Eval<Value> {
    if args.iter().any(Value::is_null) {
        return Ok(Value::Null);
    }
    let zero = match &args[1] {
        Value::Float(f) => *f == 0.0,
        other => decimal(other)?.is_zero(),
    };
    match (zero, call.op) {
        (false, _) => divide(&args[0], &args[1]),
        (true, Builtin::ModOracle) => Ok(args[0].clone()),
        (
            true,
            Builtin::DivIntOrNull | Builtin::DivDecimalOrNull | Builtin::DivFloatOrNull | Builtin::ModOrNull,
        ) => Ok(Value::Null),
        (true, _) => EvalError::fails("division by zero"),
    }
}

fn arithmetic(call: &Call<'_>, args: &[Value]) -> Eval<Value> {
    let (a, b) = (&args[0], &args[1]);
    if let (Value::Interval(_), _) | (_, Value::Interval(_)) = (a, b) {
        return super::times::interval_arithmetic(call.op, a, b);
    }
    let floats = matches!(call.ty, Type::Float32 | Type::Float64);
    if floats || matches!(a, Value::Float(_)) || matches!(b, Value::Float(_)) {
        let (a, b) = (float(a)?, float(b)?);
        let result = match call.op {
            Builtin::Add => a + b,
            Builtin::Sub => a - b,
            _ => a * b,
        };
        let result = if call.ty == Type::Float32 { f64::from(result as f32) } else { result };
        // SQLite has infinities; elsewhere an overflow fails.
        return if matches!(call.ty, Type::Any(_)) { Ok(Value::Float(result)) } else { finite(result) };
    }
    if let (Value::Int(_) | Value::Bool(_), Value::Int(_) | Value::Bool(_)) = (a, b) {
        let (a, b) = (int(a)?, int(b)?);
        let result = match call.op {
            Builtin::Add => a.checked_add(b),
            Builtin::Sub => a.checked_sub(b),
            _ => a.checked_mul(b),
        };
        return result.map_or_else(|| EvalError::fails("integer out of range"), |i| Ok(Value::Int(i)));
    }
    let (a, b) = (decimal(a)?, decimal(b)?);
    Ok(Value::Decimal(match call.op {
        Builtin::Add => a.add(&b),
        Builtin::Sub => a.sub(&b),
        _ => a.mul(&b),
    }))
}

/// Digits after the point that tell any float of ordinary size apart from its neighbours, and from a tie.
const EXACT_DIGITS: usize = 120;

fn rounded(args: &[Value], rounding: Rounding) -> Eval<Value> {
    let scale = match args.get(1) {
        Some(scale) => int(scale)?.clamp(-400, 400) as i32,
        None => 0,
    };
    match &args[0] {
        Value::Float(f) => {
            if !f.is_finite() {
                return Ok(args[0].clone());
            }
            if scale == 0 {
                let whole = match rounding {
                    Rounding::HalfAway => f.round(),
                    Rounding::HalfEven => f.round_ties_even(),
                    Rounding::Truncate => f.trunc(),
                };
                return Ok(Value::Float(whole));
            }
            // All digits count: 2.675 is a little less, so it is rounded to 2.67.
            let exact = Decimal::parse(&format!("{f:.EXACT_DIGITS$}")).unwrap_or_else(|| Decimal::int(0));
            Ok(Value::Float(exact.rescale(scale, rounding).to_float()))
        }
        Value::Int(i) if scale >= 0 => Ok(Value::Int(*i)),
        Value::Int(i) => {
            let rounded = Decimal::int(*i).rescale(scale, rounding).to_int();
            rounded.map_or_else(|| EvalError::fails("integer out of range"), |i| Ok(Value::Int(i)))
        }
        other => {
            let number = decimal(other)?;
            // More decimals than there are add zeros (PostgreSQL); the value is the same.
            Ok(Value::Decimal(number.rescale(scale, rounding)))
        }
    }
}

/// Exact decimals have results that depend on how many digits an engine computes.
fn approximate(call: &Call<'_>, arg: &Value) -> Eval<()> {
    match (call.ty, arg) {
        (Type::Number | Type::Decimal { .. }, Value::Decimal(_) | Value::Int(_)) => {
            EvalError::unsupported(format!("{} of an exact decimal", call.op.name()))
        }
        _ => Ok(()),
    }
}

fn power(call: &Call<'_>, args: &[Value]) -> Eval<Value> {
    let (base, exponent) = (&args[0], &args[1]);
    let exact = !matches!(call.ty, Type::Float32 | Type::Float64 | Type::Any(_))
        && !matches!(base, Value::Float(_))
        && !matches!(exponent, Value::Float(_));
    if exact {
        let whole = decimal(exponent)?.to_int();
        return match whole {
            Some(n @ 0..=1000) => {
                let base = decimal(base)?;
                let product = (0..n).fold(Decimal::int(1), |product, _| product.mul(&base));
                Ok(Value::Decimal(product))
            }
            _ => EvalError::unsupported("power of exact decimals with such an exponent"),
        };
    }
    let (base, exponent) = (float(base)?, float(exponent)?);
    if base == 0.0 && exponent < 0.0 {
        return EvalError::fails("zero to a negative power");
    }
    finite(base.powf(exponent))
}

fn root(call: &Call<'_>, arg: &Value) -> Eval<Value> {
    if arg.is_null() {
        return Ok(Value::Null);
    }
    let negative = float(arg)? < 0.0;
    match (negative, call.op, call.ty) {
        (true, Builtin::SqrtOrNull, _) => Ok(Value::Null),
        (true, _, _) => EvalError::fails("square root of a negative number"),
        (false, _, Type::Number | Type::Decimal { .. }) => {
            let number = decimal(arg)?;
            let (weight, _) = number.base_10000();
            let scale = (16 - ((weight + 1) * 4 / 2 - 1)).max(number.scale()).max(0);
            Ok(number.sqrt(scale).map_or(Value::Null, Value::Decimal))
        }
        (false, _, _) => finite(float(arg)?.sqrt()),
    }
}

fn logarithm(call: &Call<'_>, arg: &Value, log: fn(f64) -> f64) -> Eval<Value> {
    if arg.is_null() {
        return Ok(Value::Null);
    }
    let x = float(arg)?;
    if x <= 0.0 {
        return match call.op {
            Builtin::LnOrNull | Builtin::Log10OrNull | Builtin::Log2OrNull => Ok(Value::Null),
            _ => EvalError::fails("logarithm of zero or below"),
        };
    }
    approximate(call, arg)?;
    finite(log(x))
}

fn width_bucket(args: &[Value]) -> Eval<Value> {
    let (low, high, count) = (decimal(&args[1])?, decimal(&args[2])?, int(&args[3])?);
    if count <= 0 || low == high {
        return EvalError::fails("buckets without width");
    }
    let value = decimal(&args[0])?;
    let inside = if low < high { value >= low && value < high } else { value <= low && value > high };
    if !inside {
        let before = if low < high { value < low } else { value > low };
        return Ok(Value::Int(if before { 0 } else { count + 1 }));
    }
    let part = value.sub(&low).mul(&Decimal::int(count)).div(&high.sub(&low), 0, Rounding::Truncate);
    Ok(Value::Int(part.and_then(|part| part.to_int()).unwrap_or(0) + 1))
}

fn bits(call: &Call<'_>, args: &[Value]) -> Eval<Value> {
    let (bits, unsigned) = match call.ty {
        Type::Int { bits, unsigned } => (bits, unsigned),
        _ => (64, false),
    };
    let a = int(&args[0])?;
    let result = match call.op {
        Builtin::BitNot => !a,
        Builtin::BitAnd => a & int(&args[1])?,
        Builtin::BitOr => a | int(&args[1])?,
        Builtin::BitXor => a ^ int(&args[1])?,
        shift => {
            let by = int(&args[1])?;
            // A negative count shifts the other way (SQLite).
            let left = (shift == Builtin::ShiftLeft) == (by >= 0);
            let by = u32::try_from(by.unsigned_abs().min(127)).unwrap_or(127);
            let a = cast::wrap(a, bits, unsigned);
            match left {
                true if by >= u32::from(bits) => 0,
                true => cast::wrap(a, 64, true) << by,
                false => a >> by,
            }
        }
    };
    Ok(Value::Int(cast::wrap(result, bits, unsigned)))
}

fn hex_lower(i: i128, ty: Option<&Type>) -> String {
    match ty {
        Some(Type::Int { bits: 32, .. }) => format!("{:x}", i as u32),
        _ => format!("{:x}", i as u64),
    }
}

/// MySQL CONV: digits of `args[0]` in base `args[1]`, in base `args[2]`.
fn to_base(args: &[Value]) -> Eval<Value> {
    if args.iter().any(Value::is_null) {
        return Ok(Value::Null);
    }
    let (from, to) = (int(&args[1])?, int(&args[2])?);
    if !(2..=36).contains(&from.abs()) || !(2..=36).contains(&to.abs()) {
        return Ok(Value::Null);
    }
    let text = super::text(&args[0]);
    let text = text.trim();
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let valid: String = digits.chars().take_while(|c| c.is_digit(from.unsigned_abs() as u32)).collect();
    let mut number =
        u128::from_str_radix(&valid, from.unsigned_abs() as u32).unwrap_or(0).min(u64::MAX.into()) as u64;
    if negative {
        number = number.wrapping_neg();
    }
    let sign = to < 0 && (number as i64) < 0;
    let mut rest = if sign { (number as i64).unsigned_abs() } else { number };
    let mut out = Vec::new();
    loop {
        let digit = char::from_digit((rest % to.unsigned_abs() as u64) as u32, 36).unwrap_or('0');
        out.push(digit.to_ascii_uppercase());
        rest /= to.unsigned_abs() as u64;
        if rest == 0 {
            break;
        }
    }
    let digits: String = out.iter().rev().collect();
    Ok(Value::Text(if sign { format!("-{digits}") } else { digits }))
}

/// FORMAT: of a float the product with the power of ten is rounded, halves to even.
fn format_number(args: &[Value]) -> Eval<Value> {
    let scale = int(&args[1])?.clamp(0, 30) as i32;
    let number = match &args[0] {
        Value::Float(f) => {
            let power = 10f64.powi(scale);
            let rounded = (f * power).round_ties_even() / power;
            // Neither has nothing a sign, nor does a product beyond the floats have digits.
            decimal(&Value::Float(if rounded.is_finite() { rounded + 0.0 } else { *f }))?
        }
        other => decimal(other)?,
    };
    Ok(Value::Text(with_commas(&number.rescale(scale, Rounding::HalfAway).to_string())))
}

fn with_commas(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match fraction {
        Some(fraction) => format!("{sign}{grouped}.{fraction}"),
        None => format!("{sign}{grouped}"),
    }
}

/// Sum of numbers, exact unless one is a float.
pub fn sum<'a>(values: impl Iterator<Item = &'a Value>) -> Eval<Value> {
    let mut exact = Decimal::int(0);
    let mut floats: Option<f64> = None;
    let mut interval: Option<value::Interval> = None;
    let mut all_int = true;
    for value in values {
        match value {
            Value::Interval(more) => {
                let sum = interval.get_or_insert_default();
                sum.months += more.months;
                sum.days += more.days;
                sum.micros += more.micros;
            }
            Value::Float(f) => floats = Some(floats.unwrap_or(0.0) + f),
            other => {
                all_int &= matches!(other, Value::Int(_) | Value::Bool(_));
                exact = exact.add(&decimal(other)?);
            }
        }
    }
    Ok(match (interval, floats) {
        (Some(interval), _) => Value::Interval(interval),
        (None, Some(floats)) => Value::Float(floats + exact.to_float()),
        (None, None) => match exact.to_int() {
            Some(int) if all_int => Value::Int(int),
            _ => Value::Decimal(exact),
        },
    })
}
