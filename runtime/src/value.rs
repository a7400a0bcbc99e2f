//! Values as they go to and come from every engine.

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// A value of any engine. What an engine tells apart stays apart: a decimal is no float, a moment is no local time.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// NULL of any type.
    Null,
    /// BOOLEAN. MySQL and SQLite have none: their truth values are integers.
    Bool(bool),
    /// Any integer that fits.
    Int(i64),
    /// BIGINT UNSIGNED beyond what [`Value::Int`] holds.
    UInt(u64),
    /// REAL, DOUBLE.
    Float(f64),
    /// NUMERIC, DECIMAL; digits and scale are exact.
    Decimal(BigDecimal),
    /// Text of any length.
    Text(String),
    /// BYTEA, BLOB, BINARY.
    Bytes(Vec<u8>),
    /// DATE.
    Date(NaiveDate),
    /// TIME within a day.
    Time(NaiveTime),
    /// TIMESTAMP, DATETIME: as on the wall, in no zone.
    DateTime(NaiveDateTime),
    /// TIMESTAMPTZ: a moment.
    Moment(DateTime<Utc>),
    /// INTERVAL, and TIME of MySQL outside of a day. The three parts do not convert into each other.
    Interval {
        /// Months; a year has twelve.
        months: i32,
        /// Days.
        days: i32,
        /// Microseconds.
        micros: i64,
    },
    /// UUID.
    Uuid(Uuid),
    /// JSON, as the engine wrote it.
    Json(String),
    /// An array of PostgreSQL, of one dimension.
    Array(Vec<Value>),
}

impl Value {
    /// The name of its kind, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Int(_) | Value::UInt(_) => "integer",
            Value::Float(_) => "float",
            Value::Decimal(_) => "decimal",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
            Value::Date(_) => "date",
            Value::Time(_) => "time",
            Value::DateTime(_) => "date and time",
            Value::Moment(_) => "moment",
            Value::Interval { .. } => "interval",
            Value::Uuid(_) => "uuid",
            Value::Json(_) => "json",
            Value::Array(_) => "array",
        }
    }

    /// Bytes it takes in memory, about.
    pub fn weight(&self) -> usize {
        let beside = match self {
            Value::Text(text) | Value::Json(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            // Digits in words of 64 bits.
            Value::Decimal(decimal) => decimal.digits() as usize / 2,
            Value::Array(items) => items.iter().map(Value::weight).sum(),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::UInt(_)
            | Value::Float(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::DateTime(_)
            | Value::Moment(_)
            | Value::Interval { .. }
            | Value::Uuid(_) => 0,
        };
        size_of::<Value>() + beside
    }

    /// True for NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The integer, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(*value),
            Value::UInt(value) => i64::try_from(*value).ok(),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) | Value::Json(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    /// For people: the engines' usual words, NULL without quotes, bytes in hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("NULL"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::UInt(value) => write!(f, "{value}"),
            Value::Float(value) => write!(f, "{value}"),
            Value::Decimal(value) => f.write_str(&value.to_plain_string()),
            Value::Text(text) | Value::Json(text) => f.write_str(text),
            Value::Bytes(bytes) => {
                f.write_str("0x")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Value::Date(date) => write!(f, "{date}"),
            Value::Time(time) => write!(f, "{time}"),
            Value::DateTime(at) => write!(f, "{at}"),
            Value::Moment(at) => f.write_str(&at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            Value::Interval { months, days, micros } => {
                let (sign, micros) = (if *micros < 0 { "-" } else { "" }, micros.unsigned_abs());
                let seconds = micros / 1_000_000;
                if *months != 0 {
                    write!(f, "{months} mon ")?;
                }
                if *days != 0 {
                    write!(f, "{days} day ")?;
                }
                write!(f, "{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
                match micros % 1_000_000 {
                    0 => Ok(()),
                    rest => write!(f, ".{rest:06}"),
                }
            }
            Value::Uuid(uuid) => write!(f, "{uuid}"),
            Value::Array(items) => {
                f.write_str("{")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i > 0 { "," } else { "" })?;
                }
                f.write_str("}")
            }
        }
    }
}

macro_rules! from {
    ($($from:ty => $make:expr;)*) => {
        $(impl From<$from> for Value {
            fn from(value: $from) -> Value {
                let make: fn($from) -> Value = $make;
                make(value)
            }
        })*
    };
}

from! {
    bool => Value::Bool;
    i32 => |value| Value::Int(value.into());
    i64 => Value::Int;
    u32 => |value| Value::Int(value.into());
    u64 => |value| i64::try_from(value).map_or(Value::UInt(value), Value::Int);
    f64 => Value::Float;
    &str => |value| Value::Text(value.to_owned());
    String => Value::Text;
    Vec<u8> => Value::Bytes;
    BigDecimal => Value::Decimal;
    NaiveDate => Value::Date;
    NaiveTime => Value::Time;
    NaiveDateTime => Value::DateTime;
    DateTime<Utc> => Value::Moment;
    Uuid => Value::Uuid;
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// What a statement gave.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Rows {
    /// Names of the columns, in order; may repeat.
    pub columns: Arc<[String]>,
    /// Rows, each as wide as `columns`.
    pub rows: Vec<Vec<Value>>,
    /// Rows inserted, changed or removed, as the engine counts them.
    pub affected: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_for_people() {
        let shown = |value: Value| value.to_string();
        assert_eq!(shown(Value::Bytes(vec![0, 255])), "0x00ff");
        assert_eq!(shown("1.50".parse::<BigDecimal>().unwrap().into()), "1.50");
        assert_eq!(shown(Value::Interval { months: 0, days: 0, micros: -1_500_000 }), "-00:00:01.500000");
        assert_eq!(shown(Value::Array(vec![1.into(), Value::Null])), "{1,NULL}");
        assert_eq!(Value::from(u64::MAX), Value::UInt(u64::MAX));
        assert_eq!(Value::from(None::<i64>), Value::Null);
    }
}
