//! Values on their way from a client.

use super::{numeric, types};
use crate::cursor::{Cursor, Malformed};
use chrono::{Duration, NaiveDate, NaiveTime};
use sqlx_kernel::Value;

/// Reads a parameter; `None` if it is no such value. A type that is not known takes text as it is.
pub(crate) fn value(bytes: &[u8], oid: u32, binary: bool) -> Option<Value> {
    if binary {
        in_binary(&mut Cursor(bytes), oid).ok()
    } else {
        as_text(std::str::from_utf8(bytes).ok()?, oid)
    }
}

fn as_text(text: &str, oid: u32) -> Option<Value> {
    // Texts keep their blanks; of other types they are no part.
    let bare = text.trim();
    Some(match oid {
        types::BOOL => match bare.to_ascii_lowercase().as_str() {
            "t" | "true" | "y" | "yes" | "on" | "1" => Value::Bool(true),
            "f" | "false" | "n" | "no" | "off" | "0" => Value::Bool(false),
            _ => return None,
        },
        types::INT2 => Value::Int(bare.parse::<i16>().ok()?.into()),
        types::INT4 => Value::Int(bare.parse::<i32>().ok()?.into()),
        types::INT8 => Value::Int(bare.parse().ok()?),
        types::OID => Value::Int(bare.parse::<u32>().ok()?.into()),
        types::FLOAT4 | types::FLOAT8 => Value::Float(bare.parse().ok()?),
        types::NUMERIC => Value::Decimal(bare.parse().ok()?),
        types::BYTEA => Value::Bytes(unhex(bare.strip_prefix("\\x")?)?),
        types::DATE => Value::Date(bare.parse().ok()?),
        types::TIME => Value::Time(bare.parse().ok()?),
        types::TIMESTAMP => Value::DateTime(crate::values::date_time(&bare.into())?),
        types::TIMESTAMPTZ => Value::Moment(crate::values::moment(&bare.into())?),
        types::UUID => Value::Uuid(bare.parse().ok()?),
        types::JSON | types::JSONB => Value::Json(text.to_owned()),
        types::TEXT | types::VARCHAR | types::BPCHAR | types::NAME | types::UNKNOWN | 0 => {
            Value::Text(text.to_owned())
        }
        oid => Value::Array(items(bare, types::element(oid)?)?),
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()).collect()
}

/// The elements of `{1,NULL,"a b"}`, of one dimension.
fn items(text: &str, element: u32) -> Option<Vec<Value>> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut items = Vec::new();
    let mut letters = inner.chars().peekable();
    if inner.trim().is_empty() {
        return Some(items);
    }
    loop {
        while letters.next_if(|c| c.is_whitespace()).is_some() {}
        let (mut item, quoted) = (String::new(), letters.next_if_eq(&'"').is_some());
        if quoted {
            loop {
                match letters.next()? {
                    '"' => break,
                    '\\' => item.push(letters.next()?),
                    letter => item.push(letter),
                }
            }
            while letters.next_if(|c| c.is_whitespace()).is_some() {}
        } else {
            while let Some(letter) = letters.next_if(|c| *c != ',') {
                if "{}\"\\".contains(letter) {
                    return None;
                }
                item.push(letter);
            }
        }
        let item = if quoted { item.as_str() } else { item.trim() };
        items.push(match item {
            "" if !quoted => return None,
            item if !quoted && item.eq_ignore_ascii_case("null") => Value::Null,
            item => as_text(item, element)?,
        });
        match letters.next() {
            None => return Some(items),
            Some(',') => {}
            Some(_) => return None,
        }
    }
}

fn in_binary(cursor: &mut Cursor<'_>, oid: u32) -> Result<Value, Malformed> {
    let epoch = NaiveDate::from_ymd_opt(2000, 1, 1).ok_or(Malformed)?;
    let at = |micros: i64| {
        epoch.and_time(NaiveTime::MIN).checked_add_signed(Duration::microseconds(micros)).ok_or(Malformed)
    };
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| Malformed);
    let value = match oid {
        types::BOOL => Value::Bool(cursor.u8()? != 0),
        types::INT2 => Value::Int(cursor.i16()?.into()),
        types::INT4 => Value::Int(cursor.i32()?.into()),
        types::INT8 => Value::Int(cursor.i64()?),
        types::OID => Value::Int(cursor.u32()?.into()),
        // The digits of the single, not those of the double it becomes.
        types::FLOAT4 => {
            Value::Float(f32::from_bits(cursor.u32()?).to_string().parse().map_err(|_| Malformed)?)
        }
        types::FLOAT8 => Value::Float(f64::from_bits(cursor.i64()?.cast_unsigned())),
        types::NUMERIC => Value::Decimal(numeric::read(cursor)?),
        types::BYTEA => Value::Bytes(cursor.bytes(cursor.0.len())?.to_vec()),
        types::DATE => {
            let days = Duration::days(cursor.i32()?.into());
            Value::Date(epoch.checked_add_signed(days).ok_or(Malformed)?)
        }
        types::TIME => {
            let micros = cursor.i64()?;
            let day = 86_400_000_000;
            if !(0..day).contains(&micros) {
                return Err(Malformed);
            }
            Value::Time(at(micros)?.time())
        }
        types::TIMESTAMP => Value::DateTime(at(cursor.i64()?)?),
        types::TIMESTAMPTZ => Value::Moment(at(cursor.i64()?)?.and_utc()),
        types::INTERVAL => {
            let (micros, days, months) = (cursor.i64()?, cursor.i32()?, cursor.i32()?);
            Value::Interval { months, days, micros }
        }
        types::UUID => Value::Uuid(uuid::Uuid::from_slice(cursor.bytes(16)?).map_err(|_| Malformed)?),
        types::JSON => Value::Json(text(cursor.bytes(cursor.0.len())?)?),
        types::JSONB => match cursor.u8()? {
            1 => Value::Json(text(cursor.bytes(cursor.0.len())?)?),
            _ => return Err(Malformed),
        },
        types::TEXT | types::VARCHAR | types::BPCHAR | types::NAME | types::UNKNOWN => {
            Value::Text(text(cursor.bytes(cursor.0.len())?)?)
        }
        oid => return array(cursor, types::element(oid).ok_or(Malformed)?),
    };
    // More than the value is another value.
    if cursor.0.is_empty() { Ok(value) } else { Err(Malformed) }
}

fn array(cursor: &mut Cursor<'_>, element: u32) -> Result<Value, Malformed> {
    let (dimensions, _nulls, of) = (cursor.i32()?, cursor.i32()?, cursor.u32()?);
    if of != element || !(0..=1).contains(&dimensions) {
        return Err(Malformed);
    }
    let mut items = Vec::new();
    if dimensions == 1 {
        let (count, _from) = (cursor.u32()?, cursor.i32()?);
        items = cursor.many(count as usize, |cursor| match usize::try_from(cursor.i32()?) {
            Ok(length) => in_binary(&mut Cursor(cursor.bytes(length)?), element),
            Err(_) => Ok(Value::Null),
        })?;
    }
    Ok(Value::Array(items))
}

#[cfg(test)]
mod tests {
    use super::super::encode::{self, Column};
    use super::*;

    #[test]
    fn values_come_back_as_text_and_in_binary() {
        let at = NaiveDate::from_ymd_opt(1999, 12, 31).unwrap().and_hms_micro_opt(23, 59, 58, 1).unwrap();
        let values = [
            (Value::Bool(true), types::BOOL),
            (Value::Int(-2), types::INT2),
            (Value::Int(i64::MIN), types::INT8),
            (Value::Float(0.1), types::FLOAT4),
            (Value::Float(-1e300), types::FLOAT8),
            (Value::Decimal("-12345.6780".parse().unwrap()), types::NUMERIC),
            (Value::Text("ä '\"".into()), types::TEXT),
            (Value::Bytes(vec![0, 1, 255]), types::BYTEA),
            (Value::Date(at.date()), types::DATE),
            (Value::Time(at.time()), types::TIME),
            (Value::DateTime(at), types::TIMESTAMP),
            (Value::Moment(at.and_utc()), types::TIMESTAMPTZ),
            (Value::Uuid(uuid::Uuid::from_u128(7)), types::UUID),
            (Value::Json("{\"a\":1}".into()), types::JSONB),
            (Value::Array(vec![1.into(), Value::Null]), 1016),
            (Value::Array(vec!["a, b".into(), "null".into(), Value::Null]), 1009),
            (Value::Array(Vec::new()), 1009),
        ];
        for (value, oid) in values {
            for binary in [false, true] {
                let mut bytes = Vec::new();
                encode::value(&mut bytes, &value, &Column { name: String::new(), oid }, binary).unwrap();
                assert_eq!(self::value(&bytes[4..], oid, binary).as_ref(), Some(&value), "{value} {binary}");
                // Whatever is cut off or put behind, nothing panics.
                for cut in 4..bytes.len() {
                    let _ = self::value(&bytes[4..cut], oid, binary);
                }
                bytes.push(b'{');
                let _ = self::value(&bytes[4..], oid, binary);
            }
        }
    }
}
