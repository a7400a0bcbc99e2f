//! Values of the kernel as the types a protocol has promised. Engines differ in what they give for the same meaning
//! (SQLite has no dates, MySQL no booleans); what does not fit without loss is an error, never another value.

use bigdecimal::{BigDecimal, ToPrimitive};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use sqlx_kernel::{Failure, Kind, Value};
use std::fmt::Write;

/// A value of a column that is not of the type the client was told.
pub(crate) fn unfit(value: &Value, ty: &str, column: &str) -> Failure {
    let message = format!(
        "column `{column}` was announced as {ty}, and the engine gave the {} value of a row for it that does not fit; cast it",
        value.kind()
    );
    Failure::new(Kind::Data, message)
}

pub(crate) fn bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Int(0) => Some(false),
        Value::Int(1) => Some(true),
        _ => None,
    }
}

pub(crate) fn int(value: &Value) -> Option<i128> {
    match value {
        Value::Int(value) => Some((*value).into()),
        Value::UInt(value) => Some((*value).into()),
        Value::Bool(value) => Some((*value).into()),
        Value::Decimal(value) if value.is_integer() => value.to_i128(),
        // Beyond that doubles leave integers out.
        #[expect(clippy::cast_possible_truncation, reason = "it is an integer of 53 bits")]
        Value::Float(value) if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 => {
            Some(*value as i128)
        }
        _ => None,
    }
}

pub(crate) fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(value) => Some(*value),
        Value::Int(value) => Some(*value as f64),
        Value::UInt(value) => Some(*value as f64),
        Value::Decimal(value) => value.to_f64(),
        _ => None,
    }
}

pub(crate) fn decimal(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Decimal(value) => Some(value.clone()),
        Value::Int(value) => Some((*value).into()),
        Value::UInt(value) => Some((*value).into()),
        Value::Float(value) => value.to_string().parse().ok(),
        _ => None,
    }
}

pub(crate) fn date(value: &Value) -> Option<NaiveDate> {
    match value {
        Value::Date(date) => Some(*date),
        Value::DateTime(at) if at.time() == NaiveTime::MIN => Some(at.date()),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

pub(crate) fn time(value: &Value) -> Option<NaiveTime> {
    match value {
        Value::Time(time) => Some(*time),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// Texts are read as engines without dates of their own keep them.
pub(crate) fn date_time(value: &Value) -> Option<NaiveDateTime> {
    match value {
        Value::DateTime(at) => Some(*at),
        Value::Date(date) => Some(date.and_time(NaiveTime::MIN)),
        Value::Moment(at) => Some(at.naive_utc()),
        Value::Text(text) => ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .or_else(|| Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN))),
        _ => None,
    }
}

pub(crate) fn moment(value: &Value) -> Option<DateTime<Utc>> {
    match value {
        Value::Moment(at) => Some(*at),
        Value::Text(text) => DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"))
            .ok()
            .map(|at| at.to_utc()),
        // A time on the wall is no moment: nobody here knows in which zone the wall stands.
        _ => None,
    }
}

/// `.5`, `.123456`; nothing if there is no fraction.
pub(crate) fn fraction(nanos: u32) -> String {
    match nanos % 1_000_000_000 / 1000 {
        0 => String::new(),
        micros => format!(".{micros:06}").trim_end_matches('0').to_owned(),
    }
}

pub(crate) fn clock(time: NaiveTime) -> String {
    format!("{:02}:{:02}:{:02}{}", time.hour(), time.minute(), time.second(), fraction(time.nanosecond()))
}

pub(crate) fn stamp(at: NaiveDateTime) -> String {
    format!("{} {}", at.date(), clock(at.time()))
}

/// A double as PostgreSQL and MySQL print it: the fewest digits that read back the same, with an exponent if that is
/// below -4 or from `exponent` on.
pub(crate) fn number(value: f64, exponent: i32) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    if value != 0.0 && (power < -4 || power >= exponent) {
        let mut text = digits.to_owned();
        let sign = if power < 0 { '-' } else { '+' };
        let _ = write!(text, "e{sign}{:02}", power.abs());
        return text;
    }
    format!("{value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_what_was_promised_or_nothing() {
        assert_eq!(
            (int(&Value::Float(3.0)), int(&Value::Float(3.5)), int(&Value::Bool(true))),
            (Some(3), None, Some(1))
        );
        assert_eq!((bool(&Value::Int(1)), bool(&Value::Int(2))), (Some(true), None));
        assert_eq!(date(&Value::Text("2024-02-30".into())), None);
        assert_eq!(moment(&"2024-05-06 07:08:09".into()), None, "in which zone?");
        assert!(moment(&"2024-05-06 07:08:09+00".into()).is_some());
        assert_eq!(stamp(date_time(&"2024-05-06".into()).unwrap()), "2024-05-06 00:00:00");
        assert_eq!(stamp(date_time(&"2024-05-06 07:08:09.500".into()).unwrap()), "2024-05-06 07:08:09.5");
    }

    #[test]
    fn doubles_print_as_on_the_servers() {
        let shown = [1.0, 0.1, 1e15, 1e14, 1.5e-7, 0.0001, -0.0, 123456.75].map(|value| number(value, 15));
        assert_eq!(shown, ["1", "0.1", "1e+15", "100000000000000", "1.5e-07", "0.0001", "-0", "123456.75"]);
    }
}
