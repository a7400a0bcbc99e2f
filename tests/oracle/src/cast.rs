//! Conversions by their rule.

use crate::decimal::{Decimal, Rounding};
use crate::error::{Eval, EvalError};
use crate::time;
use crate::value::{Interval, Value, show_float};
use air::types::{Affinity, CastFailure, CastReason, CastRule, TextKind, Type, Zone};

/// `value` as a `to`, by `rule`. NULL stays NULL.
pub fn cast(value: &Value, to: Type, rule: CastRule) -> Eval<Value> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    if let (Value::Text(text), true) = (value, to.is_temporal())
        && time::has_small_fraction(text)
    {
        return EvalError::unsupported("a time of more than six digits after the point");
    }
    match convert(value, to, rule) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => match rule.failure {
            CastFailure::Null => Ok(Value::Null),
            CastFailure::Keep => Ok(value.clone()),
            CastFailure::Error | CastFailure::Clamp | CastFailure::Truncate | CastFailure::Prefix => {
                EvalError::fails(format!("`{value}` is no {to}"))
            }
        },
        Err(error) => Err(error),
    }
}

/// `None` where the value does not fit and the rule has no answer of its own.
fn convert(value: &Value, to: Type, rule: CastRule) -> Eval<Option<Value>> {
    Ok(match to {
        Type::Unknown | Type::Null | Type::Row | Type::Enum(_) | Type::Set(_) | Type::Xml => {
            Some(value.clone())
        }
        Type::Bool => to_bool(value, rule),
        Type::Int { bits, unsigned } => to_int(value, bits, unsigned, rule),
        Type::Year => to_int(value, 16, true, rule),
        Type::Decimal { precision, scale } => to_decimal(value, Some((precision, scale)), rule),
        Type::Money { scale } => to_decimal(value, Some((19, i16::from(scale))), rule),
        Type::Number => to_decimal(value, None, rule),
        Type::Float32 => to_float(value, rule).map(|f| Value::Float(f64::from(f as f32))),
        Type::Float64 => to_float(value, rule).map(Value::Float),
        Type::Text(text) => {
            let shown = to_text(value);
            let limit = if text.length == 0 { usize::MAX } else { text.length as usize };
            let length = shown.chars().count();
            if length <= limit {
                let trimmed = text.kind == TextKind::Fixed;
                Some(Value::Text(if trimmed { shown.trim_end_matches(' ').to_owned() } else { shown }))
            } else {
                // Casts asked for cut, and blanks may always be cut off.
                let cut: String = shown.chars().take(limit).collect();
                let blanks = shown.chars().skip(limit).all(|c| c == ' ');
                let cuts = rule.reason == CastReason::Explicit
                    || matches!(
                        rule.failure,
                        CastFailure::Truncate | CastFailure::Clamp | CastFailure::Prefix
                    );
                (cuts || blanks).then_some(Value::Text(cut))
            }
        }
        // A column of bytes keeps texts as they are (SQLite).
        Type::Bytes { .. } if rule.failure == CastFailure::Keep && !matches!(value, Value::Bytes(_)) => None,
        Type::Bytes { length, .. } => {
            let mut bytes = match value {
                Value::Bytes(bytes) => bytes.clone(),
                other => to_text(other).into_bytes(),
            };
            if length > 0 {
                bytes.truncate(length as usize);
            }
            Some(Value::Bytes(bytes))
        }
        Type::Bits { .. } => match value {
            Value::Int(_) | Value::Text(_) => Some(value.clone()),
            _ => return EvalError::unsupported("bit strings"),
        },
        Type::Date => match value {
            Value::Date(_) => Some(value.clone()),
            Value::Timestamp(micros) => Some(Value::Date(time::split(*micros).0)),
            Value::Text(text) => time::parse_timestamp(text).map(|micros| Value::Date(time::split(micros).0)),
            _ => None,
        },
        Type::Time { precision, .. } => match value {
            Value::Time(micros) => Some(*micros),
            Value::Timestamp(micros) => Some(time::split(*micros).1),
            Value::Interval(interval) => Some(interval.micros),
            Value::Text(text) => time::split_offset(text)
                .and_then(|(clock, _)| time::parse_time(clock))
                .or_else(|| time::parse_timestamp(text).map(|micros| time::split(micros).1)),
            _ => None,
        }
        .map(|micros| Value::Time(round_micros(micros, precision, rule.rounding))),
        Type::Timestamp { precision, zone } => match value {
            Value::Date(days) => days.checked_mul(time::DAY),
            Value::Timestamp(micros) => Some(*micros),
            Value::Text(text) => parse_timestamp(text, zone),
            _ => None,
        }
        .map(|micros| Value::Timestamp(round_micros(micros, precision, rule.rounding))),
        Type::Interval(_) => match value {
            Value::Interval(_) => Some(value.clone()),
            Value::Time(micros) => Some(Value::Interval(Interval { micros: *micros, ..Interval::default() })),
            Value::Text(text) => parse_interval(text).map(Value::Interval),
            _ => None,
        },
        Type::Uuid => match value {
            Value::Text(text) => parse_uuid(text).map(Value::Text),
            _ => None,
        },
        Type::Json { .. } => match value {
            Value::Text(_) => Some(value.clone()),
            Value::Int(_) | Value::Decimal(_) | Value::Bool(_) => Some(Value::Text(to_text(value))),
            _ => return EvalError::unsupported("JSON of this value"),
        },
        Type::Array(_) => match value {
            Value::Array(_) => Some(value.clone()),
            _ => return EvalError::unsupported("arrays of text"),
        },
        Type::Any(affinity) => Some(by_affinity(value, affinity, rule)),
    })
}

/// Text of a value where a dialect says nothing else.
pub fn to_text(value: &Value) -> String {
    match value {
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        other => other.to_string(),
    }
}

fn to_bool(value: &Value, rule: CastRule) -> Option<Value> {
    let truth = match value {
        Value::Bool(b) => *b,
        Value::Text(text) => {
            let word = text.trim().to_ascii_lowercase();
            match word.as_str() {
                "" => return None,
                "1" => true,
                "0" => false,
                _ if "true".starts_with(&word) || "yes".starts_with(&word) || word == "on" => true,
                _ if "false".starts_with(&word)
                    || "no".starts_with(&word)
                    || word == "off"
                    || word == "of" =>
                {
                    false
                }
                _ if rule.failure == CastFailure::Prefix => numeric_prefix(text) != 0.0,
                _ => return None,
            }
        }
        number => number.to_float()? != 0.0,
    };
    Some(Value::Bool(truth))
}

fn to_int(value: &Value, bits: u8, unsigned: bool, rule: CastRule) -> Option<Value> {
    let number = match value {
        Value::Int(i) => *i,
        Value::Bool(b) => i128::from(*b),
        Value::Text(text) => match parse_int(text) {
            Some(int) => int,
            None if rule.failure == CastFailure::Prefix => integer_prefix(text),
            None => round_to_int(&Decimal::parse(text.trim())?, rule)
                .filter(|_| rule.failure != CastFailure::Error || rule.reason == CastReason::Assignment)?,
        },
        Value::Bytes(bytes) if rule.failure == CastFailure::Prefix => {
            integer_prefix(&String::from_utf8_lossy(bytes))
        }
        Value::Float(f) => match (f.is_finite(), rule.failure) {
            (true, _) => round_float(*f, rule.rounding),
            (false, CastFailure::Clamp) => {
                if *f > 0.0 {
                    i128::MAX
                } else {
                    i128::MIN
                }
            }
            (false, _) => return None,
        },
        Value::Decimal(d) => round_to_int(d, rule)?,
        Value::Date(_) | Value::Timestamp(_) | Value::Time(_) => number_of_temporal(value)?.to_int()?,
        _ => return None,
    };
    let (min, max) = int_range(bits, unsigned);
    if (min..=max).contains(&number) {
        return Some(Value::Int(number));
    }
    match rule.failure {
        CastFailure::Clamp | CastFailure::Prefix if !(unsigned && number < 0) => {
            Some(Value::Int(number.clamp(min, max)))
        }
        CastFailure::Clamp => Some(Value::Int(min)),
        CastFailure::Truncate | CastFailure::Prefix => Some(Value::Int(wrap(number, bits, unsigned))),
        CastFailure::Error | CastFailure::Null | CastFailure::Keep => None,
    }
}

/// Least and greatest integer of a width.
pub fn int_range(bits: u8, unsigned: bool) -> (i128, i128) {
    match unsigned {
        true => (0, (1i128 << bits) - 1),
        false => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
    }
}

/// The low `bits` of a number, as signed or unsigned.
pub fn wrap(number: i128, bits: u8, unsigned: bool) -> i128 {
    let low = number & ((1i128 << bits) - 1);
    if !unsigned && low >= 1i128 << (bits - 1) { low - (1i128 << bits) } else { low }
}

fn round_to_int(decimal: &Decimal, rule: CastRule) -> Option<i128> {
    decimal.rescale(0, rule.rounding).to_int()
}

fn round_float(value: f64, rounding: Rounding) -> i128 {
    match rounding {
        Rounding::HalfAway => value.round() as i128,
        Rounding::HalfEven => value.round_ties_even() as i128,
        Rounding::Truncate => value.trunc() as i128,
    }
}

fn parse_int(text: &str) -> Option<i128> {
    text.trim().parse().ok()
}

/// Dates and times read as numbers: `20240131`, `20240131101112` (MySQL).
fn number_of_temporal(value: &Value) -> Option<Decimal> {
    let digits = |text: String| Decimal::parse(&text.replace(['-', ':', ' '], ""));
    match value {
        Value::Date(days) => digits(time::show_date(*days)),
        Value::Timestamp(micros) => digits(time::show_timestamp(*micros)),
        Value::Time(micros) => {
            let number = digits(time::show_time(micros.abs()))?;
            Some(if *micros < 0 { number.neg() } else { number })
        }
        _ => None,
    }
}

fn to_decimal(value: &Value, bounds: Option<(u16, i16)>, rule: CastRule) -> Option<Value> {
    let number = match value {
        Value::Text(text) => match Decimal::parse(text.trim()) {
            Some(number) => number,
            None if rule.failure == CastFailure::Prefix => decimal_prefix(text),
            None => return None,
        },
        Value::Date(_) | Value::Timestamp(_) | Value::Time(_) => number_of_temporal(value)?,
        other => other.to_decimal()?,
    };
    let Some((precision, scale)) = bounds else { return Some(Value::Decimal(number)) };
    let rounded = number.rescale(i32::from(scale), rule.rounding);
    if rounded.is_zero() || rounded.magnitude() < i32::from(precision) - i32::from(scale) {
        return Some(Value::Decimal(rounded));
    }
    match rule.failure {
        CastFailure::Clamp | CastFailure::Prefix | CastFailure::Truncate => {
            let nines = Decimal::parse(&"9".repeat(usize::from(precision)))?;
            let most = Decimal::new(nines.unscaled().clone(), i32::from(scale));
            Some(Value::Decimal(if rounded.is_negative() { most.neg() } else { most }))
        }
        CastFailure::Error | CastFailure::Null | CastFailure::Keep => None,
    }
}

fn to_float(value: &Value, rule: CastRule) -> Option<f64> {
    match value {
        Value::Text(text) => match parse_float(text) {
            Some(float) => Some(float),
            None => (rule.failure == CastFailure::Prefix).then(|| numeric_prefix(text)),
        },
        Value::Bytes(bytes) if rule.failure == CastFailure::Prefix => {
            Some(numeric_prefix(&String::from_utf8_lossy(bytes)))
        }
        Value::Date(_) | Value::Timestamp(_) | Value::Time(_) => Some(number_of_temporal(value)?.to_float()),
        other => other.to_float(),
    }
}

fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    match text.to_ascii_lowercase().as_str() {
        "nan" => Some(f64::NAN),
        "infinity" | "inf" | "+infinity" => Some(f64::INFINITY),
        "-infinity" | "-inf" => Some(f64::NEG_INFINITY),
        _ => Some(Decimal::parse(text)?.to_float()),
    }
}

/// Longest prefix that is a number, after blanks; 0 if there is none.
pub fn numeric_prefix(text: &str) -> f64 {
    prefix(text, true).parse().unwrap_or(0.0)
}

fn decimal_prefix(text: &str) -> Decimal {
    Decimal::parse(prefix(text, true)).unwrap_or_else(|| Decimal::int(0))
}

/// Longest prefix that is an integer, after blanks; 0 if there is none.
pub fn integer_prefix(text: &str) -> i128 {
    prefix(text, false).parse().unwrap_or(0)
}

fn prefix(text: &str, fraction: bool) -> &str {
    let text = text.trim_start();
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let start = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let mut end = digits(start);
    let mut some = end > start;
    if fraction {
        if bytes.get(end) == Some(&b'.') {
            let after = digits(end + 1);
            if some || after > end + 1 {
                some = true;
                end = after;
            }
        }
        if some && matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let after = digits(end + 1 + sign);
            if after > end + 1 + sign {
                end = after;
            }
        }
    }
    if some { &text[..end] } else { "" }
}

fn round_micros(micros: i64, precision: u8, rounding: Rounding) -> i64 {
    let unit = 10i64.pow(u32::from(6 - precision.min(6)));
    let down = micros.div_euclid(unit) * unit;
    let up = rounding != Rounding::Truncate && (micros - down) * 2 >= unit && unit > 1;
    if up { down + unit } else { down }
}

fn parse_timestamp(text: &str, zone: Zone) -> Option<i64> {
    match zone {
        Zone::Instant | Zone::Offset => time::parse_timestamp(text),
        // Without zone an offset is passed over, the clock stays.
        Zone::None => {
            let text = text.trim();
            let at = text.find([' ', 'T', 't']);
            let Some(at) = at else { return time::parse_timestamp(text) };
            let (clock, _) = time::split_offset(text[at + 1..].trim())?;
            time::parse_timestamp(&format!("{} {clock}", &text[..at]))
        }
    }
}

/// Reads `1 year 2 mons 3 days 04:05:06`, units in singular or plural.
pub fn parse_interval(text: &str) -> Option<Interval> {
    let mut interval = Interval::default();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        if word.contains(':') {
            interval.micros += time::parse_time(word)?;
            continue;
        }
        let number = Decimal::parse(word)?;
        let unit = words.next().unwrap_or("second").to_ascii_lowercase();
        let unit = unit.trim_end_matches('s');
        let (months, days, micros) = match unit {
            "year" | "yr" => (12, 0, 0),
            "mon" | "month" => (1, 0, 0),
            "quarter" => (3, 0, 0),
            "week" => (0, 7, 0),
            "day" => (0, 1, 0),
            "hour" | "hr" => (0, 0, time::HOUR),
            "minute" | "min" => (0, 0, time::MINUTE),
            "second" | "sec" => (0, 0, time::SECOND),
            "millisecond" => (0, 0, 1000),
            "microsecond" => (0, 0, 1),
            _ => return None,
        };
        let times = |unit: i64| number.mul(&Decimal::int(unit)).rescale(0, Rounding::HalfAway).to_int();
        interval.months += i64::try_from(times(months)?).ok()?;
        interval.days += i64::try_from(times(days)?).ok()?;
        interval.micros += i64::try_from(times(micros)?).ok()?;
    }
    (!text.trim().is_empty()).then_some(interval)
}

fn parse_uuid(text: &str) -> Option<String> {
    let digits: String =
        text.chars().filter(|c| !matches!(c, '-' | '{' | '}')).collect::<String>().to_lowercase();
    let plain = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    plain.then(|| [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-"))
}

/// What SQLite does to a value that meets an affinity; an explicit CAST forces it.
fn by_affinity(value: &Value, affinity: Affinity, rule: CastRule) -> Value {
    let forced = rule.reason == CastReason::Explicit;
    let number = |text: &str| -> Option<Value> {
        let decimal = Decimal::parse(text.trim())?;
        match decimal.to_int() {
            Some(int) if i64::try_from(int).is_ok() => Some(Value::Int(int)),
            _ => Some(Value::Float(decimal.to_float())),
        }
    };
    let as_int = |value: Value| match value {
        Value::Float(f) if f.fract() == 0.0 && f.abs() < 9.2e18 => Value::Int(f as i128),
        Value::Decimal(d) => match d.to_int() {
            Some(int) => Value::Int(int),
            None => Value::Float(d.to_float()),
        },
        Value::Bool(b) => Value::Int(i128::from(b)),
        other => other,
    };
    match (affinity, value) {
        (Affinity::Text, Value::Int(_) | Value::Decimal(_) | Value::Bool(_)) => {
            Value::Text(as_int(value.clone()).to_string())
        }
        (Affinity::Text, Value::Float(f)) => Value::Text(sqlite_float(*f)),
        (Affinity::Text, Value::Bytes(_)) if forced => Value::Text(to_text(value)),
        (Affinity::Integer | Affinity::Numeric, Value::Text(text)) if forced => {
            let number = number(text).unwrap_or_else(|| Value::Float(numeric_prefix(text)));
            if affinity == Affinity::Integer { Value::Int(integer_prefix(text)) } else { as_int(number) }
        }
        (Affinity::Integer, Value::Float(f)) if forced => Value::Int(f.trunc() as i128),
        (Affinity::Integer, Value::Decimal(d)) if forced => Value::Int(d.to_float().trunc() as i128),
        (Affinity::Integer | Affinity::Numeric, Value::Text(text)) => {
            number(text).unwrap_or_else(|| value.clone())
        }
        (Affinity::Integer | Affinity::Numeric, other) => as_int(other.clone()),
        (Affinity::Real, Value::Text(text)) => match Decimal::parse(text.trim()) {
            Some(decimal) => Value::Float(decimal.to_float()),
            None if forced => Value::Float(numeric_prefix(text)),
            None => value.clone(),
        },
        (Affinity::Real, number) => number.to_float().map_or_else(|| value.clone(), Value::Float),
        (Affinity::Blob, Value::Text(text)) if forced => Value::Bytes(text.clone().into_bytes()),
        _ => value.clone(),
    }
}

/// Floats as SQLite shows them: up to 15 digits, always with a point.
pub fn sqlite_float(value: f64) -> String {
    let shown = show_float(format!("{value:.14e}").parse().unwrap_or(value));
    if shown.bytes().all(|b| b.is_ascii_digit() || b == b'-') { format!("{shown}.0") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn failures_follow_their_rule() {
        let with = |failure| CastRule { failure, ..CastRule::EXPLICIT };
        let shown = |value: &Value, to, failure| cast(value, to, with(failure)).map(|v| v.to_string());
        assert_eq!(shown(&text("12abc"), Type::I32, CastFailure::Prefix), Ok("12".to_owned()));
        assert_eq!(shown(&text("12abc"), Type::I32, CastFailure::Null), Ok("NULL".to_owned()));
        assert!(shown(&text("12abc"), Type::I32, CastFailure::Error).is_err());
        assert_eq!(shown(&text("-.5e1x"), Type::Float64, CastFailure::Prefix), Ok("-5".to_owned()));
        assert_eq!(
            shown(&Value::Int(300), Type::Int { bits: 8, unsigned: true }, CastFailure::Clamp),
            Ok("255".to_owned())
        );
        assert_eq!(shown(&Value::Int(-1), Type::U64, CastFailure::Truncate), Ok(u64::MAX.to_string()));
        let decimal = Type::Decimal { precision: 4, scale: 2 };
        assert_eq!(shown(&text("1.005"), decimal, CastFailure::Error), Ok("1.01".to_owned()));
        assert!(shown(&text("100"), decimal, CastFailure::Error).is_err());
    }

    #[test]
    fn rounding_follows_its_rule() {
        let with = |rounding| CastRule { rounding, ..CastRule::EXPLICIT };
        let half = Value::Float(2.5);
        for (rounding, int) in
            [(Rounding::HalfAway, "3"), (Rounding::HalfEven, "2"), (Rounding::Truncate, "2")]
        {
            assert_eq!(cast(&half, Type::I32, with(rounding)).unwrap().to_string(), int);
        }
    }

    #[test]
    fn intervals_are_read() {
        let interval = parse_interval("1 year 2 mons -3 days 04:05:06").unwrap();
        assert_eq!(
            (interval.months, interval.days, interval.micros),
            (14, -3, 4 * time::HOUR + 306 * time::SECOND)
        );
        assert!(parse_interval("soon").is_none());
    }
}
