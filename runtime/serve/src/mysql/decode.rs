//! Parameters of a statement on their way from a client.

use super::types;
use crate::cursor::{Cursor, Malformed};
use air::types::Type;
use chrono::{NaiveDate, NaiveTime};
use sqlx_kernel::Value;

/// Reads a value of a type; `expected`: what the statement takes it for.
pub(crate) fn value(
    cursor: &mut Cursor<'_>,
    ty: u8,
    unsigned: bool,
    expected: Type,
) -> Result<Value, Malformed> {
    let int = |signed: i64, bits: u32| {
        let mask = if bits == 64 { u64::MAX } else { (1 << bits) - 1 };
        if unsigned { Value::from(signed.cast_unsigned() & mask) } else { Value::Int(signed) }
    };
    Ok(match ty {
        types::NULL => Value::Null,
        types::TINY => int(cursor.u8()?.cast_signed().into(), 8),
        types::SHORT | types::YEAR => int(cursor.i16_le()?.into(), 16),
        types::LONG | types::INT24 => int(cursor.i32_le()?.into(), 32),
        types::LONGLONG => int(cursor.i64_le()?, 64),
        // The digits of the single, not those of the double it becomes.
        types::FLOAT => {
            Value::Float(f32::from_bits(cursor.u32_le()?).to_string().parse().map_err(|_| Malformed)?)
        }
        types::DOUBLE => Value::Float(f64::from_bits(cursor.i64_le()?.cast_unsigned())),
        types::DATE | types::DATETIME | types::TIMESTAMP => date_time(cursor, ty == types::DATE)?,
        types::TIME => time(cursor)?,
        types::DECIMAL | types::NEWDECIMAL => {
            let text = std::str::from_utf8(cursor.counted()?).map_err(|_| Malformed)?;
            Value::Decimal(text.trim().parse().map_err(|_| Malformed)?)
        }
        types::BIT | types::TINY_BLOB..=types::BLOB => bytes(cursor.counted()?, expected),
        _ => text(cursor.counted()?, expected)?,
    })
}

/// Bytes, which are text where the statement takes text.
pub(crate) fn bytes(bytes: &[u8], expected: Type) -> Value {
    match (expected, std::str::from_utf8(bytes)) {
        (Type::Text(_) | Type::Json { .. }, Ok(text)) => Value::Text(text.to_owned()),
        (_, _) => Value::Bytes(bytes.to_vec()),
    }
}

/// A text, which is a number where the statement takes one: engines without conversions of their own compare it as one.
fn text(bytes: &[u8], expected: Type) -> Result<Value, Malformed> {
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed)?;
    let number = match expected {
        Type::Int { .. } => text.trim().parse().ok().map(Value::Int),
        Type::Decimal { .. } | Type::Number => text.trim().parse().ok().map(Value::Decimal),
        Type::Float32 | Type::Float64 => text.trim().parse().ok().map(Value::Float),
        _ => None,
    };
    Ok(number.unwrap_or_else(|| Value::Text(text.to_owned())))
}

fn date_time(cursor: &mut Cursor<'_>, only_date: bool) -> Result<Value, Malformed> {
    let length = cursor.u8()?.into();
    let mut cursor = Cursor(cursor.bytes(length)?);
    if !matches!(length, 4 | 7 | 11) {
        // The zero date is none.
        return Err(Malformed);
    }
    let (year, month, day) = (cursor.u16_le()?, cursor.u8()?, cursor.u8()?);
    let date = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into()).ok_or(Malformed)?;
    if only_date {
        return Ok(Value::Date(date));
    }
    let time = if length > 4 { clock(&mut cursor, length == 11)? } else { NaiveTime::MIN };
    Ok(Value::DateTime(date.and_time(time)))
}

fn clock(cursor: &mut Cursor<'_>, fraction: bool) -> Result<NaiveTime, Malformed> {
    let (hour, minute, second) = (cursor.u8()?, cursor.u8()?, cursor.u8()?);
    let micros = if fraction { cursor.u32_le()? } else { 0 };
    NaiveTime::from_hms_micro_opt(hour.into(), minute.into(), second.into(), micros).ok_or(Malformed)
}

fn time(cursor: &mut Cursor<'_>) -> Result<Value, Malformed> {
    let length = cursor.u8()?.into();
    let mut cursor = Cursor(cursor.bytes(length)?);
    if length == 0 {
        return Ok(Value::Time(NaiveTime::MIN));
    }
    if !matches!(length, 8 | 12) {
        return Err(Malformed);
    }
    let (negative, days) = (cursor.u8()? != 0, cursor.u32_le()?);
    let time = clock(&mut cursor, length == 12)?;
    if !negative && days == 0 {
        return Ok(Value::Time(time));
    }
    let micros = time.signed_duration_since(NaiveTime::MIN).num_microseconds().ok_or(Malformed)?;
    let micros = micros + i64::from(days) * 86_400_000_000;
    Ok(Value::Interval { months: 0, days: 0, micros: if negative { -micros } else { micros } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_by_their_type() {
        let read = |bytes: &[u8], ty, unsigned, expected| value(&mut Cursor(bytes), ty, unsigned, expected);
        assert_eq!(read(&[255], types::TINY, false, Type::Unknown), Ok(Value::Int(-1)));
        assert_eq!(read(&[255], types::TINY, true, Type::Unknown), Ok(Value::Int(255)));
        assert_eq!(read(&[2, b'1', b'2'], types::VAR_STRING, false, Type::I64), Ok(Value::Int(12)));
        assert_eq!(read(&[2, b'1', b'x'], types::VAR_STRING, false, Type::I64), Ok("1x".into()));
        assert_eq!(read(&[1, 255], types::BLOB, false, Type::Unknown), Ok(Value::Bytes(vec![255])));
        assert_eq!(read(&[0], types::DATE, false, Type::Unknown), Err(Malformed), "the zero date");
        for ty in 0..=255 {
            for length in 0..12 {
                let _ = read(&[200; 12][..length], ty, length % 2 == 0, Type::Unknown);
            }
        }
    }
}
