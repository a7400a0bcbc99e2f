//! Aggregates over rows whose arguments are already evaluated.

use crate::decimal::{Decimal, Rounding};
use crate::error::{Eval, EvalError};
use crate::scalar::numbers::{decimal, sum};
use crate::value::Value;
use crate::{cast, query::order_rows};
use air::Builtin;
use air::expr::OrderKey;
use air::types::{CastRule, Collation, Type};

/// An aggregate without its arguments.
pub struct Aggregate<'a> {
    /// Which.
    pub op: Builtin,
    /// DISTINCT.
    pub distinct: bool,
    /// Order of rows; the keys' values are in the rows.
    pub order: &'a [OrderKey],
    /// How texts compare.
    pub collation: Collation,
    /// Type of the result.
    pub ty: Type,
}

/// A row that an aggregate takes: arguments and order keys.
#[derive(Clone, Debug, Default)]
pub struct AggregateRow {
    /// Arguments.
    pub args: Vec<Value>,
    /// Values of the order keys.
    pub keys: Vec<Value>,
}

/// The aggregate over `rows`, FILTER already applied.
pub fn aggregate(call: &Aggregate<'_>, mut rows: Vec<AggregateRow>) -> Eval<Value> {
    use Builtin as B;
    if !call.order.is_empty() {
        order_rows(&mut rows, call.order, |row| &row.keys);
    }
    let keeps_nulls = matches!(
        call.op,
        B::CountAll
            | B::ArrayAgg
            | B::JsonAgg
            | B::JsonObjectAgg
            | B::CountRows
            | B::PercentileCont
            | B::PercentileDisc
            | B::Mode
    );
    if !keeps_nulls {
        rows.retain(|row| row.args.iter().all(|arg| !arg.is_null()));
    }
    if call.distinct {
        // Of equal values one stays, and its other key with it: which one is open.
        let by_itself =
            rows.iter().all(|row| row.keys.iter().zip(&row.args).all(|(k, a)| k.same(a, call.collation)));
        if call.op == B::StringAgg && !call.order.is_empty() && !by_itself {
            return EvalError::unsupported("distinct values in the order of something else");
        }
        let mut kept: Vec<AggregateRow> = Vec::new();
        for row in rows {
            let same = |other: &AggregateRow| {
                other.args.iter().zip(&row.args).all(|(a, b)| a.same(b, call.collation))
            };
            if !kept.iter().any(same) {
                kept.push(row);
            }
        }
        rows = kept;
    }
    let value = plain(call, &rows)?;
    match (&value, call.ty) {
        // The sum of quotients has their digits; it is rounded where it is used: see `settled`.
        (Value::Decimal(d), Type::Decimal { scale, .. })
            if call.op == B::Sum && d.scale() > i32::from(scale) =>
        {
            Ok(value)
        }
        _ => shaped(call.ty, value),
    }
}

fn shaped(ty: Type, value: Value) -> Eval<Value> {
    match (ty, &value) {
        (_, Value::Null) => Ok(value),
        (Type::Int { bits, unsigned }, Value::Int(i)) => {
            let (min, max) = cast::int_range(bits, unsigned);
            if (min..=max).contains(i) { Ok(value) } else { EvalError::fails("integer out of range") }
        }
        (Type::Any(_), Value::Int(i)) if i64::try_from(*i).is_err() => EvalError::fails("integer overflow"),
        (Type::Any(_), Value::Decimal(d)) => Ok(Value::Float(d.to_float())),
        (
            Type::Float32 | Type::Float64 | Type::Number,
            Value::Int(_) | Value::Decimal(_) | Value::Float(_),
        )
        | (Type::Decimal { .. } | Type::Money { .. }, Value::Int(_) | Value::Float(_)) => {
            cast::cast(&value, ty, CastRule::IMPLICIT)
        }
        (Type::Decimal { scale, .. }, Value::Decimal(d)) => {
            Ok(Value::Decimal(d.rescale(i32::from(scale), Rounding::HalfAway)))
        }
        _ => Ok(value),
    }
}

fn plain(call: &Aggregate<'_>, rows: &[AggregateRow]) -> Eval<Value> {
    use Builtin as B;
    let firsts = || rows.iter().filter_map(|row| row.args.first());
    let count = rows.len() as i128;
    Ok(match call.op {
        B::CountAll | B::Count => Value::Int(count),
        B::CountRows => {
            Value::Int(rows.iter().filter(|row| row.args.iter().all(|a| !a.is_null())).count() as i128)
        }
        B::Total => Value::Float(sum(firsts())?.to_float().unwrap_or(0.0)),
        B::BitAndAggFull | B::BitOrAggZero | B::BitXorAggZero | B::BitAndAgg | B::BitOrAgg | B::BitXorAgg => {
            return bits(call.op, firsts());
        }
        B::RegrCount => Value::Int(count),
        B::PercentileCont | B::PercentileDisc => return percentile(call, rows),
        B::Mode => return Ok(mode(call, rows)),
        _ if rows.is_empty() => Value::Null,
        B::Sum => sum(firsts())?,
        B::AvgNumber => {
            let (total, count) = (sum(firsts())?, Decimal::int(count));
            match total {
                Value::Float(f) => Value::Float(f / count.to_float()),
                Value::Interval(_) => return EvalError::unsupported("mean of intervals"),
                total => {
                    let total = decimal(&total)?;
                    let scale = total.postgres_quotient_scale(&count);
                    total.div(&count, scale, Rounding::HalfAway).map_or(Value::Null, Value::Decimal)
                }
            }
        }
        B::AvgDecimal => {
            let total = decimal(&sum(firsts())?)?;
            let scale = call.ty.scale().map_or(total.scale() + 4, i32::from);
            total.div(&Decimal::int(count), scale, Rounding::HalfAway).map_or(Value::Null, Value::Decimal)
        }
        B::AvgOracle => {
            let total = decimal(&sum(firsts())?)?;
            let mean = total.div(&Decimal::int(count), 60, Rounding::HalfAway);
            mean.map_or(Value::Null, |mean| Value::Decimal(mean.significant(40)))
        }
        B::AvgFloat => Value::Float(sum(firsts())?.to_float().unwrap_or(f64::NAN) / count as f64),
        B::AvgCut => {
            let scale = call.ty.scale().map_or(0, i32::from);
            let mean = decimal(&sum(firsts())?)?.div(&Decimal::int(count), scale, Rounding::Truncate);
            match mean {
                Some(mean) if call.ty.is_int() => mean.to_int().map_or(Value::Null, Value::Int),
                mean => mean.map_or(Value::Null, Value::Decimal),
            }
        }
        B::Min => extreme(call, firsts(), std::cmp::Ordering::Less),
        B::Max => extreme(call, firsts(), std::cmp::Ordering::Greater),
        B::AnyValue => rows[0].args[0].clone(),
        B::StringAggDistinct => {
            let parts: Vec<String> = firsts().map(cast::to_text).collect();
            Value::Text(parts.join(","))
        }
        B::StringAgg => {
            let mut joined = String::new();
            for (i, row) in rows.iter().enumerate() {
                if i > 0 {
                    joined.push_str(&cast::to_text(&row.args[1]));
                }
                joined.push_str(&cast::to_text(&row.args[0]));
            }
            Value::Text(joined)
        }
        B::ArrayAgg => Value::Array(firsts().cloned().collect()),
        B::BoolAnd | B::BoolOr => {
            let truths = firsts().map(|value| value.to_float().map(|f| f != 0.0));
            let truths: Vec<bool> = truths.flatten().collect();
            Value::Bool(if call.op == B::BoolAnd {
                truths.iter().all(|t| *t)
            } else {
                truths.iter().any(|t| *t)
            })
        }
        B::StddevPop | B::StddevSamp | B::VarPop | B::VarSamp | B::StddevOracle | B::VarianceOracle => {
            return spread(call.op, firsts());
        }
        B::Median => {
            let mut values: Vec<&Value> = firsts().collect();
            values.sort_by(|a, b| a.order(b, call.collation));
            let middle = (values[(values.len() - 1) / 2], values[values.len() / 2]);
            match middle {
                (Value::Float(a), Value::Float(b)) => Value::Float((a + b) / 2.0),
                (a, b) => {
                    let sum = decimal(a)?.add(&decimal(b)?);
                    let half = sum.div(&Decimal::int(2), sum.scale() + 1, Rounding::HalfAway);
                    half.map_or(Value::Null, |half| Value::Decimal(half.trimmed()))
                }
            }
        }
        B::Corr
        | B::CovarPop
        | B::CovarSamp
        | B::RegrSlope
        | B::RegrIntercept
        | B::RegrR2
        | B::RegrAvgX
        | B::RegrAvgY
        | B::RegrSxx
        | B::RegrSyy
        | B::RegrSxy => return regression(call.op, rows),
        other => return EvalError::unsupported(other.name()),
    })
}

fn extreme<'a>(
    call: &Aggregate<'_>,
    values: impl Iterator<Item = &'a Value>,
    wanted: std::cmp::Ordering,
) -> Value {
    let mut best: Option<&Value> = None;
    for value in values {
        if best.is_none_or(|best| value.order(best, call.collation) == wanted) {
            best = Some(value);
        }
    }
    best.cloned().unwrap_or(Value::Null)
}

fn bits<'a>(op: Builtin, values: impl Iterator<Item = &'a Value>) -> Eval<Value> {
    use Builtin as B;
    let mut result: Option<i128> = match op {
        B::BitAndAggFull => Some(u64::MAX.into()),
        B::BitOrAggZero | B::BitXorAggZero => Some(0),
        _ => None,
    };
    let full = result.is_some();
    for value in values {
        let bits = match decimal(value)?.rescale(0, Rounding::HalfAway).to_int() {
            Some(bits) if full => cast::wrap(bits, 64, true),
            Some(bits) => bits,
            None => return EvalError::fails("integer out of range"),
        };
        result = Some(match (result, op) {
            (None, _) => bits,
            (Some(known), B::BitAndAgg | B::BitAndAggFull) => known & bits,
            (Some(known), B::BitOrAgg | B::BitOrAggZero) => known | bits,
            (Some(known), _) => known ^ bits,
        });
    }
    Ok(result.map_or(Value::Null, Value::Int))
}

fn spread<'a>(op: Builtin, values: impl Iterator<Item = &'a Value>) -> Eval<Value> {
    use Builtin as B;
    let numbers: Vec<f64> = values.map(|v| v.to_float().unwrap_or(f64::NAN)).collect();
    let n = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / n;
    let squares: f64 = numbers.iter().map(|x| (x - mean).powi(2)).sum();
    let sample = !matches!(op, B::StddevPop | B::VarPop);
    let variance = match (sample, numbers.len()) {
        (true, 1) if matches!(op, B::StddevOracle | B::VarianceOracle) => 0.0,
        (true, 1) => return Ok(Value::Null),
        (true, _) => squares / (n - 1.0),
        (false, _) => squares / n,
    };
    let root = matches!(op, B::StddevPop | B::StddevSamp | B::StddevOracle);
    Ok(Value::Float(if root { variance.sqrt() } else { variance }))
}

/// Aggregates of (y, x).
fn regression(op: Builtin, rows: &[AggregateRow]) -> Eval<Value> {
    use Builtin as B;
    let pair = |row: &AggregateRow| Some((row.args[0].to_float()?, row.args[1].to_float()?));
    let pairs: Vec<(f64, f64)> = rows.iter().filter_map(pair).collect();
    let n = pairs.len() as f64;
    let (mean_y, mean_x) =
        (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    let sxx: f64 = pairs.iter().map(|p| (p.1 - mean_x).powi(2)).sum();
    let syy: f64 = pairs.iter().map(|p| (p.0 - mean_y).powi(2)).sum();
    let sxy: f64 = pairs.iter().map(|p| (p.0 - mean_y) * (p.1 - mean_x)).sum();
    Ok(match op {
        B::RegrAvgX => Value::Float(mean_x),
        B::RegrAvgY => Value::Float(mean_y),
        B::RegrSxx => Value::Float(sxx),
        B::RegrSyy => Value::Float(syy),
        B::RegrSxy => Value::Float(sxy),
        B::CovarPop => Value::Float(sxy / n),
        B::CovarSamp if pairs.len() > 1 => Value::Float(sxy / (n - 1.0)),
        B::Corr if sxx > 0.0 && syy > 0.0 => Value::Float(sxy / (sxx * syy).sqrt()),
        B::RegrSlope if sxx > 0.0 => Value::Float(sxy / sxx),
        B::RegrIntercept if sxx > 0.0 => Value::Float(mean_y - sxy / sxx * mean_x),
        B::RegrR2 if sxx > 0.0 => Value::Float(if syy == 0.0 { 1.0 } else { sxy * sxy / (sxx * syy) }),
        _ => Value::Null,
    })
}

fn percentile(call: &Aggregate<'_>, rows: &[AggregateRow]) -> Eval<Value> {
    let Some(fraction) = rows.first().and_then(|row| row.args.first()) else { return Ok(Value::Null) };
    let Some(fraction) = fraction.to_float() else { return Ok(Value::Null) };
    if !(0.0..=1.0).contains(&fraction) {
        return EvalError::fails("percentile outside of 0 to 1");
    }
    let values: Vec<&Value> =
        rows.iter().filter_map(|row| row.keys.first()).filter(|v| !v.is_null()).collect();
    if values.is_empty() {
        return Ok(Value::Null);
    }
    if call.op == Builtin::PercentileDisc {
        let at = (fraction * values.len() as f64).ceil() as usize;
        return Ok(values[at.max(1) - 1].clone());
    }
    let at = fraction * (values.len() - 1) as f64;
    let (below, above) = (values[at.floor() as usize], values[at.ceil() as usize]);
    match (below.to_float(), above.to_float()) {
        (Some(below), Some(above)) => Ok(Value::Float(below + (above - below) * at.fract())),
        _ => EvalError::unsupported("interpolation of such values"),
    }
}

fn mode(call: &Aggregate<'_>, rows: &[AggregateRow]) -> Value {
    let values: Vec<&Value> =
        rows.iter().filter_map(|row| row.keys.first()).filter(|v| !v.is_null()).collect();
    let mut best: Option<(usize, &Value)> = None;
    for value in &values {
        let times = values.iter().filter(|other| other.same(value, call.collation)).count();
        if best.is_none_or(|(most, _)| times > most) {
            best = Some((times, value));
        }
    }
    best.map_or(Value::Null, |(_, value)| value.clone())
}
