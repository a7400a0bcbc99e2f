//! Values, and how they compare.

use crate::collate;
use crate::decimal::Decimal;
use crate::time;
use air::types::Collation;
use std::cmp::Ordering;
use std::fmt::{Display, Formatter};

/// A value of any type.
#[derive(Clone, Debug)]
pub enum Value {
    /// NULL.
    Null,
    /// True, false.
    Bool(bool),
    /// Integer of any width.
    Int(i128),
    /// Exact decimal.
    Decimal(Decimal),
    /// Binary floating point.
    Float(f64),
    /// Character text; UUIDs, enum words and JSON documents as well.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Days since 1970-01-01.
    Date(i64),
    /// Microseconds since midnight; may be negative or beyond a day (MySQL).
    Time(i64),
    /// Microseconds since 1970-01-01 00:00.
    Timestamp(i64),
    /// Months, days, microseconds.
    Interval(Interval),
    /// Elements.
    Array(Vec<Value>),
    /// Several values side by side.
    Row(Vec<Value>),
}

/// A span of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Interval {
    /// Months.
    pub months: i64,
    /// Days.
    pub days: i64,
    /// Microseconds.
    pub micros: i64,
}

impl Interval {
    /// Length with months of 30 days: how intervals compare.
    pub fn length(self) -> i128 {
        let days = i128::from(self.months) * 30 + i128::from(self.days);
        days * i128::from(time::DAY) + i128::from(self.micros)
    }

    /// With the opposite sign.
    pub fn negated(self) -> Interval {
        Interval { months: -self.months, days: -self.days, micros: -self.micros }
    }
}

impl Value {
    /// True for NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Numbers and booleans as a decimal, floats by their shown digits.
    pub fn to_decimal(&self) -> Option<Decimal> {
        match self {
            Value::Bool(b) => Some(Decimal::int(i32::from(*b))),
            Value::Int(i) => Some(Decimal::int(*i)),
            Value::Decimal(d) => Some(d.clone()),
            Value::Float(f) => Decimal::from_float(*f),
            _ => None,
        }
    }

    /// Numbers and booleans as a float.
    pub fn to_float(&self) -> Option<f64> {
        match self {
            Value::Bool(b) => Some(f64::from(u8::from(*b))),
            Value::Int(i) => Some(*i as f64),
            Value::Decimal(d) => Some(d.to_float()),
            Value::Float(f) => Some(*f),
            _ => None,
        }
    }

    /// Class of values that compare with each other; classes stand in this order (SQLite).
    fn class(&self) -> u8 {
        match self {
            Value::Null => 0,
            Value::Bool(_) | Value::Int(_) | Value::Decimal(_) | Value::Float(_) => 1,
            Value::Date(_) | Value::Timestamp(_) => 2,
            Value::Time(_) => 3,
            Value::Interval(_) => 4,
            Value::Text(_) => 5,
            Value::Bytes(_) => 6,
            Value::Array(_) => 7,
            Value::Row(_) => 8,
        }
    }

    /// Order of two values; NULL equals NULL and comes first. For keys, not for SQL comparison.
    pub fn order(&self, other: &Value, collation: Collation) -> Ordering {
        match (self, other) {
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) => collate::compare(a, b, collation),
            (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
            // A database without types on columns keeps text as bytes where asked to.
            (Value::Date(a), Value::Date(b)) => a.cmp(b),
            (Value::Time(a), Value::Time(b)) => a.cmp(b),
            (Value::Interval(a), Value::Interval(b)) => a.length().cmp(&b.length()),
            (Value::Array(a), Value::Array(b)) | (Value::Row(a), Value::Row(b)) => {
                let parts = a.iter().zip(b).map(|(a, b)| a.order(b, collation));
                parts.into_iter().find(|o| o.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
            }
            _ => match (self.class(), other.class()) {
                (1, 1) => order_numbers(self, other),
                (2, 2) => self.instant().cmp(&other.instant()),
                (a, b) => a.cmp(&b),
            },
        }
    }

    /// Dates and timestamps as microseconds.
    pub fn instant(&self) -> Option<i64> {
        match self {
            Value::Date(days) => days.checked_mul(time::DAY),
            Value::Timestamp(micros) => Some(*micros),
            _ => None,
        }
    }

    /// Equal, NULLs being equal: for grouping, DISTINCT and set operations.
    pub fn same(&self, other: &Value, collation: Collation) -> bool {
        self.order(other, collation).is_eq()
    }

    /// Appends bytes that are equal for values that are the same. The inverse does not hold: ask
    /// [`Value::same`] within a bucket.
    pub fn bucket(&self, collation: Collation, key: &mut Vec<u8>) {
        key.push(self.class());
        match self {
            Value::Null => {}
            Value::Bool(_) | Value::Int(_) | Value::Decimal(_) | Value::Float(_) => {
                let float = self.to_float().unwrap_or(f64::NAN);
                // Numbers beyond 2^53 share buckets; so do decimals that differ in late digits.
                key.extend_from_slice(&((float as f32) + 0.0).to_bits().to_le_bytes());
            }
            Value::Text(text) => {
                key.extend_from_slice(collate::fold(text, collation).as_bytes());
                key.push(0xff);
            }
            Value::Bytes(bytes) => {
                key.extend_from_slice(bytes);
                key.push(0xff);
            }
            Value::Date(_) | Value::Timestamp(_) => {
                key.extend_from_slice(&self.instant().unwrap_or_default().to_le_bytes());
            }
            Value::Time(micros) => key.extend_from_slice(&micros.to_le_bytes()),
            Value::Interval(interval) => key.extend_from_slice(&interval.length().to_le_bytes()),
            Value::Array(items) | Value::Row(items) => {
                items.iter().for_each(|item| item.bucket(collation, key))
            }
        }
    }
}

fn order_numbers(a: &Value, b: &Value) -> Ordering {
    if matches!(a, Value::Float(_)) || matches!(b, Value::Float(_)) {
        let (a, b) = (a.to_float().unwrap_or(f64::NAN), b.to_float().unwrap_or(f64::NAN));
        // NaN equals itself and is greater than all numbers (PostgreSQL).
        return a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()));
    }
    match (a.to_decimal(), b.to_decimal()) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => Ordering::Equal,
    }
}

/// Float as text: the shortest digits that read back.
pub fn show_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-5..1e15).contains(&magnitude) {
        return format!("{value:e}");
    }
    format!("{value}")
}

impl Display for Value {
    /// As the text of a plain result; NULL is `NULL`.
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Null => f.write_str("NULL"),
            Value::Bool(b) => write!(f, "{b}"),
            Value::Int(i) => write!(f, "{i}"),
            Value::Decimal(d) => write!(f, "{d}"),
            Value::Float(x) => f.write_str(&show_float(*x)),
            Value::Text(text) => f.write_str(text),
            Value::Bytes(bytes) => bytes.iter().try_for_each(|b| write!(f, "{b:02X}")),
            Value::Date(days) => f.write_str(&time::show_date(*days)),
            Value::Time(micros) => f.write_str(&time::show_time(*micros)),
            Value::Timestamp(micros) => f.write_str(&time::show_timestamp(*micros)),
            Value::Interval(interval) => f.write_str(&time::show_interval(*interval)),
            Value::Array(items) => list(f, "{", items, "}"),
            Value::Row(items) => list(f, "(", items, ")"),
        }
    }
}

fn list(f: &mut Formatter<'_>, open: &str, items: &[Value], close: &str) -> std::fmt::Result {
    f.write_str(open)?;
    for (i, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if i > 0 { "," } else { "" })?;
    }
    f.write_str(close)
}
