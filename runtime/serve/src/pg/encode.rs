//! Values on their way to a client, as text or in binary (PostgreSQL manual, chapter "Data Types"; the `send` functions
//! of its types).

use super::{numeric, types};
use crate::values;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use sqlx_kernel::{Failure, Value};
use std::fmt::Write;

/// A column as the client was told.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) oid: u32,
}

/// The beginning of time in binary.
const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a date");
/// Digits from which on numbers are printed with an exponent.
const FLOAT4_DIGITS: i32 = 6;
const FLOAT8_DIGITS: i32 = 15;

/// Writes a value with its length.
pub(crate) fn value(
    bytes: &mut Vec<u8>,
    value: &Value,
    column: &Column,
    binary: bool,
) -> Result<(), Failure> {
    if value.is_null() {
        bytes.extend((-1i32).to_be_bytes());
        return Ok(());
    }
    let at = bytes.len();
    bytes.extend([0; 4]);
    let fits = match binary {
        true => in_binary(bytes, value, column.oid),
        false => as_text(value, column.oid).map(|text| bytes.extend(text.as_bytes())),
    };
    let length = bytes.len() - at - 4;
    match (fits, i32::try_from(length)) {
        (Some(()), Ok(length)) => {
            bytes[at..at + 4].copy_from_slice(&length.to_be_bytes());
            Ok(())
        }
        (_, _) => Err(values::unfit(value, types::name(column.oid), &column.name)),
    }
}

/// As text; `None` if it is no such value.
pub(crate) fn as_text(value: &Value, oid: u32) -> Option<String> {
    Some(match oid {
        types::BOOL => if values::bool(value)? { "t" } else { "f" }.to_owned(),
        types::INT2 => i16::try_from(values::int(value)?).ok()?.to_string(),
        types::INT4 => i32::try_from(values::int(value)?).ok()?.to_string(),
        types::INT8 => i64::try_from(values::int(value)?).ok()?.to_string(),
        types::OID => u32::try_from(values::int(value)?).ok()?.to_string(),
        types::FLOAT4 => narrow(values::float(value)?),
        types::FLOAT8 => values::number(values::float(value)?, FLOAT8_DIGITS),
        types::NUMERIC => values::decimal(value)?.to_plain_string(),
        types::BYTEA => hex(bytes_of(value)?),
        types::DATE => values::date(value)?.to_string(),
        types::TIME => values::clock(values::time(value)?),
        types::TIMESTAMP => values::stamp(values::date_time(value)?),
        types::TIMESTAMPTZ => values::stamp(values::moment(value)?.naive_utc()) + "+00",
        types::INTERVAL => interval(span(value)?),
        types::UUID => uuid_of(value)?.to_string(),
        types::JSON | types::JSONB => value.as_text()?.to_owned(),
        types::VARCHAR => text(value)?,
        oid => match types::element(oid) {
            Some(element) => array(value, element)?,
            None => any(value),
        },
    })
}

fn in_binary(bytes: &mut Vec<u8>, value: &Value, oid: u32) -> Option<()> {
    match oid {
        types::BOOL => bytes.push(values::bool(value)?.into()),
        types::INT2 => bytes.extend(i16::try_from(values::int(value)?).ok()?.to_be_bytes()),
        types::INT4 => bytes.extend(i32::try_from(values::int(value)?).ok()?.to_be_bytes()),
        types::INT8 => bytes.extend(i64::try_from(values::int(value)?).ok()?.to_be_bytes()),
        types::OID => bytes.extend(u32::try_from(values::int(value)?).ok()?.to_be_bytes()),
        #[expect(clippy::cast_possible_truncation, reason = "a value of a column of singles")]
        types::FLOAT4 => bytes.extend((values::float(value)? as f32).to_be_bytes()),
        types::FLOAT8 => bytes.extend(values::float(value)?.to_be_bytes()),
        types::NUMERIC => numeric::write(&values::decimal(value)?, bytes)?,
        types::BYTEA => bytes.extend(bytes_of(value)?),
        types::DATE => {
            let days = values::date(value)?.signed_duration_since(EPOCH).num_days();
            bytes.extend(i32::try_from(days).ok()?.to_be_bytes());
        }
        types::TIME => bytes.extend(micros_of_day(values::time(value)?).to_be_bytes()),
        types::TIMESTAMP => bytes.extend(micros(values::date_time(value)?)?.to_be_bytes()),
        types::TIMESTAMPTZ => bytes.extend(micros(values::moment(value)?.naive_utc())?.to_be_bytes()),
        types::INTERVAL => {
            let (months, days, micros) = span(value)?;
            bytes.extend(micros.to_be_bytes());
            bytes.extend(days.to_be_bytes());
            bytes.extend(months.to_be_bytes());
        }
        types::UUID => bytes.extend(uuid_of(value)?.as_bytes()),
        types::JSON => bytes.extend(value.as_text()?.as_bytes()),
        types::VARCHAR => bytes.extend(text(value)?.as_bytes()),
        types::JSONB => {
            bytes.push(1);
            bytes.extend(value.as_text()?.as_bytes());
        }
        oid => match types::element(oid) {
            Some(element) => binary_array(bytes, value, element)?,
            None => bytes.extend(any(value).as_bytes()),
        },
    }
    Some(())
}

/// A text. MariaDB's of a binary collation come as bytes.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Bytes(bytes) => String::from_utf8(bytes.clone()).ok(),
        other => Some(any(other)),
    }
}

/// A value of a column that may hold any.
fn any(value: &Value) -> String {
    match value {
        Value::Bool(value) => if *value { "t" } else { "f" }.to_owned(),
        Value::Float(value) => values::number(*value, FLOAT8_DIGITS),
        Value::Bytes(bytes) => hex(bytes),
        Value::Time(time) => values::clock(*time),
        Value::DateTime(at) => values::stamp(*at),
        Value::Moment(at) => values::stamp(at.naive_utc()) + "+00",
        Value::Interval { months, days, micros } => interval((*months, *days, *micros)),
        Value::Array(_) => array(value, types::TEXT).unwrap_or_default(),
        other => other.to_string(),
    }
}

fn narrow(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a value of a column of singles")]
    let single = value as f32;
    // The digits of the single, not those of the double it became.
    values::number(single.to_string().parse().unwrap_or(value), FLOAT4_DIGITS)
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 + 2 * bytes.len());
    text.push_str("\\x");
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn bytes_of(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Bytes(bytes) => Some(bytes),
        Value::Text(text) => Some(text.as_bytes()),
        _ => None,
    }
}

fn uuid_of(value: &Value) -> Option<uuid::Uuid> {
    match value {
        Value::Uuid(uuid) => Some(*uuid),
        Value::Text(text) => text.parse().ok(),
        Value::Bytes(bytes) => uuid::Uuid::from_slice(bytes).ok(),
        _ => None,
    }
}

fn span(value: &Value) -> Option<(i32, i32, i64)> {
    match value {
        Value::Interval { months, days, micros } => Some((*months, *days, *micros)),
        Value::Time(time) => Some((0, 0, micros_of_day(*time))),
        _ => None,
    }
}

fn micros_of_day(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight()) * 1_000_000 + i64::from(time.nanosecond() / 1000)
}

fn micros(at: NaiveDateTime) -> Option<i64> {
    at.signed_duration_since(EPOCH.and_time(NaiveTime::MIN)).num_microseconds()
}

/// In the style `postgres`: `1 year 2 mons -3 days 04:05:06.7`.
fn interval((months, days, micros): (i32, i32, i64)) -> String {
    let mut parts = Vec::new();
    let mut part = |count: i32, unit: &str| {
        if count != 0 {
            parts.push(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
        }
    };
    part(months / 12, "year");
    part(months % 12, "mon");
    part(days, "day");
    if micros != 0 || parts.is_empty() {
        let (sign, micros) = (if micros < 0 { "-" } else { "" }, micros.unsigned_abs());
        let seconds = micros / 1_000_000;
        let rest = values::fraction((micros % 1_000_000) as u32 * 1000);
        parts.push(format!("{sign}{:02}:{:02}:{:02}{rest}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    }
    parts.join(" ")
}

/// `{1,NULL,"a b"}`.
fn array(value: &Value, element: u32) -> Option<String> {
    let Value::Array(items) = value else { return None };
    let mut text = String::from("{");
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        if item.is_null() {
            text.push_str("NULL");
            continue;
        }
        let item = as_text(item, element)?;
        let plain = !item.is_empty()
            && !item.eq_ignore_ascii_case("null")
            && !item.contains(|c: char| c.is_whitespace() || "{},\"\\".contains(c));
        if plain {
            text.push_str(&item);
        } else {
            let _ = write!(text, "\"{}\"", item.replace('\\', "\\\\").replace('"', "\\\""));
        }
    }
    text.push('}');
    Some(text)
}

fn binary_array(bytes: &mut Vec<u8>, value: &Value, element: u32) -> Option<()> {
    let Value::Array(items) = value else { return None };
    let dimensions = i32::from(!items.is_empty());
    bytes.extend(dimensions.to_be_bytes());
    bytes.extend(i32::from(items.iter().any(Value::is_null)).to_be_bytes());
    bytes.extend(element.to_be_bytes());
    if dimensions > 0 {
        bytes.extend(i32::try_from(items.len()).ok()?.to_be_bytes());
        bytes.extend(1i32.to_be_bytes());
    }
    let column = Column { name: String::new(), oid: element };
    items.iter().try_for_each(|item| self::value(bytes, item, &column, true).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_as_on_the_server() {
        let shown = |value: Value, oid| as_text(&value, oid).unwrap_or_else(|| "unfit".to_owned());
        assert_eq!(shown(Value::Int(1), types::BOOL), "t");
        assert_eq!(shown(Value::Int(40_000), types::INT2), "unfit");
        assert_eq!(shown(Value::Bytes(vec![0, 255]), types::BYTEA), "\\x00ff");
        assert_eq!(
            shown(Value::Interval { months: 14, days: -3, micros: 14_706_700_000 }, types::INTERVAL),
            "1 year 2 mons -3 days 04:05:06.7"
        );
        assert_eq!(shown(Value::Interval { months: 0, days: 0, micros: 0 }, types::INTERVAL), "00:00:00");
        assert_eq!(
            shown(Value::Array(vec!["a b".into(), Value::Null, "\"".into(), "".into()]), 1009),
            "{\"a b\",NULL,\"\\\"\",\"\"}"
        );
        assert_eq!(shown(Value::Float(0.1), types::FLOAT4), "0.1");
        assert_eq!(shown(Value::Float(1e6), types::FLOAT4), "1e+06");
        assert_eq!(shown("2024-05-06 07:08:09+02".into(), types::TIMESTAMPTZ), "2024-05-06 05:08:09+00");
        assert_eq!(shown("x".into(), types::INT4), "unfit");
    }
}
