//! Values on their way to a client, as text or in binary.

use super::types::{self, Column};
use super::wire::{put_counted, put_number};
use crate::values;
use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
use sqlx_kernel::{Failure, Value};
use std::fmt::Write;

/// Powers of ten between which a double is printed without an exponent.
const PLAIN: std::ops::Range<i32> = -15..15;

/// Writes the definition of a column.
pub(crate) fn definition(bytes: &mut Vec<u8>, column: &Column) {
    put_counted(bytes, b"def");
    for text in ["", "", "", column.name.as_str(), ""] {
        put_counted(bytes, text.as_bytes());
    }
    put_number(bytes, 12);
    bytes.extend(column.charset().to_le_bytes());
    // Of a truth value one digit is shown, which is how clients know it.
    let width: u32 = if column.ty == types::TINY { 1 } else { 1024 };
    bytes.extend(width.to_le_bytes());
    bytes.push(column.ty);
    bytes.extend(column.flags().to_le_bytes());
    bytes.push(column.decimals);
    bytes.extend([0, 0]);
}

/// Writes a row.
pub(crate) fn row(
    bytes: &mut Vec<u8>,
    columns: &[Column],
    row: &[Value],
    binary: bool,
) -> Result<(), Failure> {
    let bitmap = bytes.len() + 1;
    if binary {
        bytes.extend(std::iter::repeat_n(0, 1 + (columns.len() + 9) / 8));
    }
    for (i, (column, value)) in columns.iter().zip(row).enumerate() {
        let unfit = || values::unfit(value, column.words(), &column.name);
        match (binary, value.is_null()) {
            (true, true) => bytes[bitmap + (i + 2) / 8] |= 1 << ((i + 2) % 8),
            (true, false) => in_binary(bytes, column, value).ok_or_else(unfit)?,
            (false, true) => bytes.push(0xfb),
            (false, false) => match raw(column, value) {
                Some(raw) => put_counted(bytes, raw),
                None => put_counted(bytes, text(column, value).ok_or_else(unfit)?.as_bytes()),
            },
        }
    }
    Ok(())
}

/// Bytes that are sent as they are.
fn raw<'v>(column: &Column, value: &'v Value) -> Option<&'v [u8]> {
    match (column.ty, value) {
        (types::BLOB | types::VAR_STRING, Value::Bytes(bytes)) => Some(bytes),
        (types::BLOB | types::VAR_STRING | types::JSON, Value::Text(text) | Value::Json(text)) => {
            Some(text.as_bytes())
        }
        _ => None,
    }
}

fn int(column: &Column, value: &Value) -> Option<i128> {
    let int = values::int(value)?;
    let bits = match column.ty {
        types::TINY => 8,
        types::SHORT | types::YEAR => 16,
        types::INT24 => 24,
        types::LONG => 32,
        _ => 64,
    };
    let (least, most) = match column.unsigned {
        true => (0, (1 << bits) - 1),
        false => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
    };
    (least..=most).contains(&int).then_some(int)
}

fn text(column: &Column, value: &Value) -> Option<String> {
    Some(match column.ty {
        types::TINY | types::SHORT | types::INT24 | types::LONG | types::LONGLONG | types::YEAR => {
            int(column, value)?.to_string()
        }
        types::NEWDECIMAL => decimal(column, value)?,
        types::FLOAT => float(&single(value)?),
        types::DOUBLE => float(&values::float(value)?),
        types::DATE => values::date(value)?.to_string(),
        types::TIME => clock(value)?,
        types::DATETIME | types::TIMESTAMP => values::stamp(values::date_time(value)?),
        types::BLOB => return None,
        _ => any(value),
    })
}

fn decimal(column: &Column, value: &Value) -> Option<String> {
    let decimal = values::decimal(value)?;
    // Engines that keep no scale give the number without its zeros.
    let scale = i64::from(column.decimals);
    let padded = column.decimals < 30 && decimal.fractional_digit_count() < scale;
    Some(if padded { decimal.with_scale(scale) } else { decimal }.to_plain_string())
}

/// A value of a column that may hold any.
fn any(value: &Value) -> String {
    match value {
        Value::Bool(value) => u8::from(*value).to_string(),
        Value::Float(value) => float(value),
        Value::DateTime(at) => values::stamp(*at),
        Value::Moment(at) => values::stamp(at.naive_utc()),
        Value::Time(_) | Value::Interval { months: 0, .. } => clock(value).unwrap_or_default(),
        other => other.to_string(),
    }
}

/// The double that prints as the single does.
fn single(value: &Value) -> Option<f64> {
    #[expect(clippy::cast_possible_truncation, reason = "a value of a column of singles")]
    let single = values::float(value)? as f32;
    single.to_string().parse().ok()
}

fn float(value: &f64) -> String {
    let scientific = format!("{value:e}");
    let power = scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    if PLAIN.contains(&power) { value.to_string() } else { scientific }
}

/// Days and microseconds as MySQL's TIME has them; without months.
fn span(value: &Value) -> Option<i64> {
    match value {
        Value::Interval { months: 0, days, micros } => {
            i64::from(*days).checked_mul(86_400_000_000)?.checked_add(*micros)
        }
        value => {
            let time = values::time(value)?;
            Some(
                i64::from(time.num_seconds_from_midnight()) * 1_000_000 + i64::from(time.nanosecond() / 1000),
            )
        }
    }
}

fn clock(value: &Value) -> Option<String> {
    let micros = span(value)?;
    let (sign, seconds) = (if micros < 0 { "-" } else { "" }, micros.unsigned_abs() / 1_000_000);
    let rest = values::fraction((micros.unsigned_abs() % 1_000_000) as u32 * 1000);
    let mut text = format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let _ = write!(text, "{rest}");
    Some(text)
}

fn in_binary(bytes: &mut Vec<u8>, column: &Column, value: &Value) -> Option<()> {
    let length = match column.ty {
        types::TINY => 1,
        types::SHORT | types::YEAR => 2,
        types::INT24 | types::LONG => 4,
        types::LONGLONG => 8,
        _ => 0,
    };
    match column.ty {
        _ if length > 0 => bytes.extend(&int(column, value)?.to_le_bytes()[..length]),
        #[expect(clippy::cast_possible_truncation, reason = "a value of a column of singles")]
        types::FLOAT => bytes.extend((values::float(value)? as f32).to_le_bytes()),
        types::DOUBLE => bytes.extend(values::float(value)?.to_le_bytes()),
        types::DATE => {
            bytes.push(4);
            put_date(bytes, values::date(value)?)?;
        }
        types::DATETIME | types::TIMESTAMP => {
            let at = values::date_time(value)?;
            bytes.push(11);
            put_date(bytes, at.date())?;
            put_time(bytes, at.time());
        }
        types::TIME => {
            let micros = span(value)?;
            let seconds = micros.unsigned_abs() / 1_000_000;
            bytes.push(12);
            bytes.push(u8::from(micros < 0));
            bytes.extend(u32::try_from(seconds / 86_400).ok()?.to_le_bytes());
            let parts = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60];
            parts.iter().for_each(|part| bytes.push(part.to_le_bytes()[0]));
            bytes.extend(u32::try_from(micros.unsigned_abs() % 1_000_000).ok()?.to_le_bytes());
        }
        _ => match raw(column, value) {
            Some(raw) => put_counted(bytes, raw),
            None => put_counted(bytes, text(column, value)?.as_bytes()),
        },
    }
    Some(())
}

fn put_date(bytes: &mut Vec<u8>, date: NaiveDate) -> Option<()> {
    bytes.extend(u16::try_from(date.year()).ok()?.to_le_bytes());
    bytes.extend([date.month().to_le_bytes()[0], date.day().to_le_bytes()[0]]);
    Some(())
}

fn put_time(bytes: &mut Vec<u8>, time: NaiveTime) {
    [time.hour(), time.minute(), time.second()].iter().for_each(|part| bytes.push(part.to_le_bytes()[0]));
    bytes.extend((time.nanosecond() % 1_000_000_000 / 1000).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use air::types::Type;

    #[test]
    fn values_print_as_on_the_server() {
        let shown =
            |value: Value, ty| text(&Column::of("x", ty), &value).unwrap_or_else(|| "unfit".to_owned());
        assert_eq!(shown(Value::Bool(true), Type::Bool), "1");
        assert_eq!(shown(Value::Int(300), Type::Int { bits: 8, unsigned: true }), "unfit");
        assert_eq!(
            shown(Value::UInt(u64::MAX), Type::Int { bits: 64, unsigned: true }),
            "18446744073709551615"
        );
        assert_eq!(shown(Value::Float(1.5), Type::Decimal { precision: 10, scale: 2 }), "1.50");
        assert_eq!(shown(Value::Float(1e20), Type::Float64), "1e20");
        let span = Value::Interval { months: 0, days: -1, micros: -500_000 };
        assert_eq!(shown(span, Type::Time { precision: 6, zone: false }), "-24:00:00.5");
        assert_eq!(shown("x".into(), Type::Date), "unfit");
    }
}
