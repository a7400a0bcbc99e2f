//! What an engine returned, in a form in which values of different engines can be compared.
//!
//! Every engine prints its values in its own way and with its own types. A [`Value`] keeps what
//! the type said (an exact number, a binary float, bytes, JSON) and the digits as printed;
//! [`Value::agrees`] decides whether two of them mean the same.

mod agree;
mod decimal;
mod temporal;

pub use agree::Agreement;
pub use decimal::Decimal;
pub use temporal::{looks_temporal, normal_temporal};

use serde_json::value::RawValue;

/// One value of a result, as far as its engine let us know what it is.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A value of a boolean type; engines without one send 0 and 1.
    Bool(bool),
    /// An integer or decimal, with the digits the engine printed.
    Exact(Decimal),
    /// A binary floating point number.
    Float(f64),
    /// Character data.
    Text(String),
    /// A value of PostgreSQL's `CHAR(n)`, whose trailing blanks have no meaning.
    Padded(String),
    /// A date, time, timestamp or interval; or a text of ISO shape where there is no such type.
    Temporal(String),
    /// Bytes without a character set.
    Bytes(Vec<u8>),
    /// The text of a value of a JSON type.
    Json(String),
    /// An array; only PostgreSQL has them.
    Array(Vec<Value>),
}

/// The rows of one result set.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Rows {
    /// Names of the columns as the engine gave them; they are shown, never compared.
    pub columns: Vec<String>,
    /// The rows in the order of arrival, each as long as `columns`.
    pub rows: Vec<Vec<Value>>,
}

impl Value {
    /// A text of an engine without temporal types: temporal if it has the ISO shape.
    pub fn untyped_text(text: String) -> Value {
        if looks_temporal(&text) { Value::Temporal(text) } else { Value::Text(text) }
    }

    /// Reads a number as printed: exact unless it is no decimal number (`NaN`, `Infinity`).
    pub fn number(text: &str) -> Value {
        match Decimal::parse(text) {
            Some(decimal) => Value::Exact(decimal),
            None => Value::float(text),
        }
    }

    /// Reads a binary floating point number as printed; text that is none stays text.
    pub fn float(text: &str) -> Value {
        match text.parse() {
            Ok(number) => Value::Float(number),
            Err(_) => Value::Text(text.to_owned()),
        }
    }

    /// Reads a value of a case's `expect`: JSON, numbers exact, bytes as `{"hex":"…"}`.
    pub fn from_expectation(raw: &RawValue) -> Value {
        let text = raw.get().trim();
        match text.as_bytes().first() {
            Some(b'n') => Value::Null,
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'"') => match serde_json::from_str::<String>(text) {
                Ok(string) => Value::untyped_text(string),
                Err(_) => Value::Text(text.to_owned()),
            },
            Some(b'{') => match hex_object(text) {
                Some(bytes) => Value::Bytes(bytes),
                None => Value::Json(text.to_owned()),
            },
            Some(b'[') => match serde_json::from_str::<Vec<Box<RawValue>>>(text) {
                Ok(items) => Value::Array(items.iter().map(|item| Value::from_expectation(item)).collect()),
                Err(_) => Value::Json(text.to_owned()),
            },
            _ => Value::number(text),
        }
    }

    /// The value as JSON in the form of a case's `expect`; digits are kept.
    pub fn to_expectation(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        match self {
            Value::Null => "null".to_owned(),
            Value::Bool(truth) => truth.to_string(),
            Value::Exact(decimal) => decimal.to_string(),
            Value::Float(number) if number.is_finite() => format!("{number:?}"),
            Value::Float(number) => quoted(&number.to_string()),
            Value::Text(text) | Value::Padded(text) | Value::Temporal(text) | Value::Json(text) => {
                quoted(text)
            }
            Value::Bytes(bytes) => format!("{{\"hex\":\"{}\"}}", hex(bytes)),
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(Value::to_expectation).collect();
                format!("[{}]", items.join(","))
            }
        }
    }

    /// One word for what kind of value this is, for grouping failures.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "NULL",
            Value::Bool(_) => "boolean",
            Value::Exact(_) => "number",
            Value::Float(_) => "float",
            Value::Text(_) | Value::Padded(_) => "text",
            Value::Temporal(_) => "temporal",
            Value::Bytes(_) => "bytes",
            Value::Json(_) => "json",
            Value::Array(_) => "array",
        }
    }

    /// The value in the form the cache stores: a tag letter and the text, losing nothing.
    pub(crate) fn encode(&self) -> serde_json::Value {
        let tagged = |tag: char, text: &str| serde_json::Value::from(format!("{tag}{text}"));
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Bool(truth) => serde_json::Value::from(*truth),
            Value::Exact(decimal) => tagged('e', &decimal.to_string()),
            Value::Float(number) => tagged('f', &format!("{number:?}")),
            Value::Text(text) => tagged('t', text),
            Value::Padded(text) => tagged('p', text),
            Value::Temporal(text) => tagged('d', text),
            Value::Bytes(bytes) => tagged('x', &hex(bytes)),
            Value::Json(text) => tagged('j', text),
            Value::Array(items) => items.iter().map(Value::encode).collect(),
        }
    }

    /// The inverse of [`Value::encode`]; `None` for what it never writes.
    pub(crate) fn decode(cell: &serde_json::Value) -> Option<Value> {
        Some(match cell {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(truth) => Value::Bool(*truth),
            serde_json::Value::Array(items) => {
                Value::Array(items.iter().map(Value::decode).collect::<Option<_>>()?)
            }
            serde_json::Value::String(tagged) => {
                let (tag, text) = tagged.split_at_checked(1)?;
                match tag {
                    "e" => Value::Exact(Decimal::parse(text)?),
                    "f" => Value::Float(text.parse().ok()?),
                    "t" => Value::Text(text.to_owned()),
                    "p" => Value::Padded(text.to_owned()),
                    "d" => Value::Temporal(text.to_owned()),
                    "x" => Value::Bytes(unhex(text)?),
                    "j" => Value::Json(text.to_owned()),
                    _ => return None,
                }
            }
            _ => return None,
        })
    }
}

/// Lower-case hexadecimal digits of `bytes`.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes that a string of hexadecimal digits stands for.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect::<Option<_>>()?;
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// The bytes of `{"hex":"…"}`; `None` for any other object.
fn hex_object(text: &str) -> Option<Vec<u8>> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    match (object.len(), object.get("hex")?.as_str()) {
        (1, Some(digits)) => unhex(digits),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expectation(text: &str) -> Value {
        Value::from_expectation(&RawValue::from_string(text.to_owned()).unwrap())
    }

    #[test]
    fn expectations_keep_the_digits_of_numbers() {
        assert_eq!(expectation("3.950000").to_expectation(), "3.950000");
        assert_eq!(expectation("18446744073709551615").to_expectation(), "18446744073709551615");
    }

    #[test]
    fn expectations_know_bytes_nulls_and_dates() {
        assert_eq!(expectation(r#"{"hex":"4142"}"#), Value::Bytes(b"AB".to_vec()));
        assert_eq!(expectation("null"), Value::Null);
        assert_eq!(expectation(r#""2024-01-31""#), Value::Temporal("2024-01-31".to_owned()));
        assert_eq!(expectation(r#""a b""#), Value::Text("a b".to_owned()));
    }

    #[test]
    fn the_cache_form_loses_nothing() {
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::number("-0.500"),
            Value::Float(f64::NEG_INFINITY),
            Value::Float(0.1),
            Value::Text("é".to_owned()),
            Value::Padded("a  ".to_owned()),
            Value::Temporal("10:00:00".to_owned()),
            Value::Bytes(vec![0, 255]),
            Value::Json("{}".to_owned()),
            Value::Array(vec![Value::Null, Value::number("1")]),
        ];
        for value in values {
            assert_eq!(Value::decode(&value.encode()), Some(value));
        }
    }
}
