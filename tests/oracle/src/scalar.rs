//! Scalar builtins by their documented meaning.

pub mod numbers;
pub mod regex;
pub mod texts;
pub mod times;

use crate::cast;
use crate::decimal::{Decimal, Rounding};
use crate::error::{Eval, EvalError};
use crate::value::Value;
use air::Builtin;
use air::builtins::Nulls;
use air::expr::{Modifier, Unit};
use air::types::{CastRule, Collation, Type};

/// Everything a builtin may ask for besides its arguments.
pub struct Call<'a> {
    /// Which.
    pub op: Builtin,
    /// Its modifier.
    pub modifier: Modifier,
    /// Type of the result.
    pub ty: Type,
    /// Types of the arguments.
    pub arg_types: &'a [Type],
    /// Time of the statement, UTC.
    pub now: i64,
}

impl Call<'_> {
    /// Collation of comparisons within the builtin.
    fn collation(&self) -> Collation {
        match self.modifier {
            Modifier::Collation(collation) => collation,
            _ => self.arg_types.iter().find_map(|ty| ty.collation()).unwrap_or(Collation::BINARY),
        }
    }

    fn unit(&self) -> Eval<Unit> {
        match self.modifier {
            Modifier::Unit(unit) => Ok(unit),
            _ => EvalError::malformed(format!("{} without a unit", self.op.name())),
        }
    }

    /// The result in the shape of its type: scale of decimals, range of integers.
    /// True if a quotient among the arguments has more digits than its type.
    fn has_more_digits(&self, args: &[Value]) -> bool {
        args.iter().zip(self.arg_types).any(|(value, ty)| match (value, ty) {
            (Value::Decimal(d), Type::Decimal { scale, .. }) => d.scale() > i32::from(*scale),
            _ => false,
        })
    }

    fn shaped(&self, value: Value) -> Eval<Value> {
        match (self.ty, &value) {
            (Type::Int { bits, unsigned }, Value::Int(i)) => {
                let (min, max) = cast::int_range(bits, unsigned);
                if (min..=max).contains(i) { Ok(value) } else { EvalError::fails("integer out of range") }
            }
            (Type::Any(_), Value::Int(i)) if i64::try_from(*i).is_err() => Ok(Value::Float(*i as f64)),
            (Type::Any(_), Value::Decimal(d)) => Ok(Value::Float(d.to_float())),
            (Type::Int { .. }, Value::Decimal(_) | Value::Float(_))
            | (Type::Float32 | Type::Float64, Value::Int(_) | Value::Decimal(_))
            | (Type::Decimal { .. } | Type::Money { .. } | Type::Number, Value::Int(_) | Value::Float(_)) => {
                cast::cast(&value, self.ty, CastRule::IMPLICIT)
            }
            (Type::Decimal { scale, .. }, Value::Decimal(d)) => {
                Ok(Value::Decimal(d.rescale(i32::from(scale), Rounding::HalfAway)))
            }
            _ => Ok(value),
        }
    }
}

/// A decimal as it counts as a value: quotients are kept with more digits than their type has (MySQL).
pub fn settled(value: Value, ty: Type) -> Value {
    match (&value, ty) {
        (Value::Decimal(d), Type::Decimal { scale, .. }) if d.scale() > i32::from(scale) => {
            Value::Decimal(d.rescale(i32::from(scale), Rounding::HalfAway))
        }
        _ => value,
    }
}

/// Arithmetic goes on with all the digits of a quotient.
pub fn takes_all_digits(op: Builtin) -> bool {
    use Builtin as B;
    matches!(
        op,
        B::Add
            | B::Sub
            | B::Mul
            | B::DivDecimalOrNull
            | B::DivIntOrNull
            | B::ModOrNull
            | B::Neg
            | B::Abs
            | B::Round
            | B::NullIf
            | B::Coalesce
            | B::Sqrt
            | B::SqrtOrNull
            | B::Exp
            | B::LnOrNull
            | B::Log10OrNull
            | B::Log2OrNull
            | B::LogBaseOrNull
            | B::Power
            | B::Sin
            | B::Cos
            | B::Tan
            | B::Cot
            | B::Asin
            | B::Acos
            | B::Atan
            | B::Degrees
            | B::Radians
    )
}

/// Evaluates a scalar builtin.
pub fn evaluate(call: &Call<'_>, args: &[Value]) -> Eval<Value> {
    if call.op.signature().nulls == Nulls::Strict && args.iter().any(Value::is_null) {
        return Ok(Value::Null);
    }
    if let Some(result) = logic(call, args) {
        return result;
    }
    let modules = [numbers::evaluate, texts::evaluate, regex::evaluate, times::evaluate];
    for module in modules {
        if let Some(result) = module(call, args) {
            let result = result?;
            return match call.op {
                // Rounded where it is used: see `settled`.
                Builtin::DivDecimalOrNull => Ok(result),
                Builtin::Add | Builtin::Sub | Builtin::Mul | Builtin::Neg if call.has_more_digits(args) => {
                    Ok(result)
                }
                _ => call.shaped(result),
            };
        }
    }
    EvalError::unsupported(call.op.name())
}

/// NULL, choice and comparison.
fn logic(call: &Call<'_>, args: &[Value]) -> Option<Eval<Value>> {
    let best = |wanted: std::cmp::Ordering| {
        let mut best: Option<&Value> = None;
        for arg in args.iter().filter(|arg| !arg.is_null()) {
            if best.is_none_or(|best| arg.order(best, call.collation()) == wanted) {
                best = Some(arg);
            }
        }
        call.shaped(best.cloned().unwrap_or(Value::Null))
    };
    let count = |null: bool| Ok(Value::Int(args.iter().filter(|arg| arg.is_null() == null).count() as i128));
    Some(match call.op {
        Builtin::Coalesce => {
            call.shaped(args.iter().find(|arg| !arg.is_null()).cloned().unwrap_or(Value::Null))
        }
        Builtin::NullIf => {
            let equal = !args[0].is_null() && !args[1].is_null() && args[0].same(&args[1], call.collation());
            Ok(if equal { Value::Null } else { args[0].clone() })
        }
        Builtin::Xor => truth(&args[0]).and_then(|a| Ok(Value::Bool(a != truth(&args[1])?))),
        Builtin::CountNulls => count(true),
        Builtin::CountNotNulls => count(false),
        Builtin::Greatest | Builtin::GreatestSkipNulls => best(std::cmp::Ordering::Greater),
        Builtin::Least | Builtin::LeastSkipNulls => best(std::cmp::Ordering::Less),
        Builtin::Collate => Ok(args[0].clone()),
        Builtin::ArrayGet => match (&args[0], &args[1]) {
            (Value::Array(items), Value::Int(i)) => {
                let at = usize::try_from(*i - 1).ok();
                Ok(at.and_then(|at| items.get(at)).cloned().unwrap_or(Value::Null))
            }
            _ => Ok(Value::Null),
        },
        Builtin::Cardinality => match &args[0] {
            Value::Array(items) => Ok(Value::Int(items.len() as i128)),
            _ => EvalError::unsupported("cardinality of no array"),
        },
        Builtin::ArrayLength => match &args[0] {
            Value::Array(items) if !items.is_empty() => Ok(Value::Int(items.len() as i128)),
            _ => Ok(Value::Null),
        },
        Builtin::ArrayAppend | Builtin::ArrayConcat => match (&args[0], &args[1]) {
            (Value::Array(a), Value::Array(b)) if call.op == Builtin::ArrayConcat => {
                Ok(Value::Array(a.iter().chain(b).cloned().collect()))
            }
            (Value::Array(a), b) => Ok(Value::Array(a.iter().chain([b]).cloned().collect())),
            (Value::Null, Value::Array(b)) if call.op == Builtin::ArrayConcat => Ok(Value::Array(b.clone())),
            (Value::Null, b) => Ok(Value::Array(vec![b.clone()])),
            _ => EvalError::unsupported("arrays of other values"),
        },
        Builtin::ArrayContains | Builtin::ArrayOverlaps => match (&args[0], &args[1]) {
            (Value::Array(a), Value::Array(b)) => {
                let has = |x: &Value| !x.is_null() && a.iter().any(|y| y.same(x, call.collation()));
                let all = call.op == Builtin::ArrayContains;
                Ok(Value::Bool(if all { b.iter().all(has) } else { b.iter().any(has) }))
            }
            _ => EvalError::unsupported("arrays of other values"),
        },
        Builtin::ArrayPosition => match &args[0] {
            Value::Array(items) => {
                let at = items.iter().position(|item| item.same(&args[1], call.collation()));
                Ok(at.map_or(Value::Null, |at| Value::Int(at as i128 + 1)))
            }
            _ => Ok(Value::Null),
        },
        Builtin::ArrayAny | Builtin::ArrayAll => {
            let Value::Array(items) = &args[1] else { return Some(Ok(Value::Null)) };
            if args[0].is_null() && !items.is_empty() {
                return Some(Ok(Value::Null));
            }
            let equal = items.iter().any(|item| !item.is_null() && item.same(&args[0], call.collation()));
            let unknown = items.iter().any(Value::is_null);
            Ok(match (call.op == Builtin::ArrayAny, equal, unknown) {
                (any, true, _) => Value::Bool(any),
                (_, false, true) => Value::Null,
                (any, false, false) => Value::Bool(!any),
            })
        }
        Builtin::ArrayToText => match (&args[0], &args[1]) {
            (Value::Array(items), separator) if !separator.is_null() => {
                let shown = |item: &Value| match (item.is_null(), args.get(2)) {
                    (false, _) => Some(cast::to_text(item)),
                    (true, Some(null)) if !null.is_null() => Some(cast::to_text(null)),
                    (true, _) => None,
                };
                let parts: Vec<String> = items.iter().filter_map(shown).collect();
                Ok(Value::Text(parts.join(&cast::to_text(separator))))
            }
            _ => Ok(Value::Null),
        },
        Builtin::TextToArray => match (&args[0], &args[1]) {
            (Value::Text(text), Value::Text(separator)) if text.is_empty() => {
                let _ = separator;
                Ok(Value::Array(Vec::new()))
            }
            (Value::Text(text), Value::Text(separator)) => Ok(Value::Array(
                text.split(separator.as_str()).map(|part| Value::Text(part.to_owned())).collect(),
            )),
            _ => Ok(Value::Null),
        },
        _ => return None,
    })
}

/// A boolean; NULL is an error, so ask before.
fn truth(value: &Value) -> Eval<bool> {
    match value {
        Value::Bool(b) => Ok(*b),
        Value::Int(i) => Ok(*i != 0),
        other => EvalError::malformed(format!("`{other}` as a boolean")),
    }
}

/// An integer argument; fractions are rounded.
fn int(value: &Value) -> Eval<i128> {
    match value {
        Value::Int(i) => Ok(*i),
        Value::Bool(b) => Ok(i128::from(*b)),
        Value::Text(text) => {
            text.trim().parse().or_else(|_| EvalError::fails(format!("`{text}` is no integer")))
        }
        other => match other.to_decimal().and_then(|d| d.rescale(0, Rounding::HalfAway).to_int()) {
            Some(int) => Ok(int),
            None => EvalError::fails(format!("`{other}` is no integer")),
        },
    }
}

/// A float argument.
fn float(value: &Value) -> Eval<f64> {
    match value {
        Value::Text(text) => match Decimal::parse(text.trim()) {
            Some(number) => Ok(number.to_float()),
            None => EvalError::fails(format!("`{text}` is no number")),
        },
        other => match other.to_float() {
            Some(float) => Ok(float),
            None => EvalError::fails(format!("`{other}` is no number")),
        },
    }
}

/// A text argument; other values by their text.
fn text(value: &Value) -> String {
    cast::to_text(value)
}
