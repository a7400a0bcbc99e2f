//! When two values of different engines mean the same.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{Decimal, Value, normal_temporal};

/// How far two values, or two results, agree. The order is from best to worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Agreement {
    /// They mean the same.
    Equal,
    /// Numbers that are equal only when rounded to the coarser of both scales.
    Precision,
    /// They mean different things.
    Different,
}

/// Relative distance within which a binary float still is the same number: engines sum in
/// different orders, which moves the last few of the 53 bits.
pub const FLOAT_TOLERANCE: f64 = 1e-12;

/// Relative distance (absolute near zero) up to which floats differ in precision only.
pub const FLOAT_PRECISION: f64 = 1e-6;

impl Value {
    /// How far this value and another one agree. Symmetric; NULL agrees with NULL only.
    pub fn agrees(&self, other: &Value) -> Agreement {
        use Value::*;
        match (self, other) {
            (Null, Null) => Agreement::Equal,
            (Null, _) | (_, Null) => Agreement::Different,
            (Bool(_) | Exact(_) | Float(_), Bool(_) | Exact(_) | Float(_)) => numbers(self, other),
            (Array(left), Array(right)) => sequences(left, right),
            (Array(items), Json(text) | Text(text)) | (Json(text) | Text(text), Array(items)) => {
                match Structure::parse(text) {
                    Some(Structure::List(list)) => sequences(items, &list_values(&list)),
                    _ => Agreement::Different,
                }
            }
            (Json(text), Exact(_) | Float(_) | Bool(_)) => scalar_json(text, other),
            (Exact(_) | Float(_) | Bool(_), Json(text)) => scalar_json(text, self),
            (Bytes(left), Bytes(right)) => equal_if(left == right),
            (Bytes(bytes), text) | (text, Bytes(bytes)) => {
                equal_if(text.text().is_some_and(|text| text.as_bytes() == bytes.as_slice()))
            }
            _ => texts(self, other),
        }
    }

    /// A text equal for values that agree exactly, whatever their kinds. Values that agree by
    /// tolerance or by structure only may differ in it.
    pub fn key(&self) -> String {
        match self {
            Value::Null => "n".to_owned(),
            Value::Bool(truth) => format!("#{}", u8::from(*truth)),
            Value::Exact(decimal) => format!("#{}", decimal.normal()),
            Value::Float(number) => match Decimal::from_float(*number) {
                Some(decimal) => format!("#{}", decimal.normal()),
                None => format!("#{number}"),
            },
            Value::Text(text) | Value::Json(text) => format!("'{text}"),
            Value::Padded(text) => format!("'{}", text.trim_end_matches(' ')),
            Value::Temporal(text) => format!("'{}", normal_temporal(text)),
            Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => format!("'{text}"),
                Err(_) => format!("x{}", super::hex(bytes)),
            },
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(Value::key).collect();
                format!("[{}]", items.join("\u{1f}"))
            }
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) | Value::Padded(text) | Value::Temporal(text) | Value::Json(text) => Some(text),
            _ => None,
        }
    }

    fn as_float(&self) -> f64 {
        match self {
            Value::Bool(truth) => f64::from(u8::from(*truth)),
            Value::Exact(decimal) => decimal.to_float(),
            Value::Float(number) => *number,
            _ => f64::NAN,
        }
    }

    fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Value::Bool(truth) => Decimal::parse(if *truth { "1" } else { "0" }),
            Value::Exact(decimal) => Some(decimal.clone()),
            Value::Float(number) => Decimal::from_float(*number),
            _ => None,
        }
    }
}

fn equal_if(condition: bool) -> Agreement {
    if condition { Agreement::Equal } else { Agreement::Different }
}

fn numbers(left: &Value, right: &Value) -> Agreement {
    let floating = matches!(left, Value::Float(_)) || matches!(right, Value::Float(_));
    if floating {
        let (a, b) = (left.as_float(), right.as_float());
        if a == b || (a.is_nan() && b.is_nan()) {
            return Agreement::Equal;
        }
        if !a.is_finite() || !b.is_finite() {
            return Agreement::Different;
        }
        let (distance, size) = ((a - b).abs(), a.abs().max(b.abs()));
        if distance <= FLOAT_TOLERANCE * size {
            return Agreement::Equal;
        }
        if distance <= FLOAT_PRECISION * size.max(FLOAT_PRECISION) {
            return Agreement::Precision;
        }
    }
    let (Some(a), Some(b)) = (left.as_decimal(), right.as_decimal()) else {
        return Agreement::Different;
    };
    if a.normal() == b.normal() {
        return Agreement::Equal;
    }
    let scale = a.scale().min(b.scale());
    let agree = |cut: fn(&Decimal, usize) -> Decimal| cut(&a, scale).normal() == cut(&b, scale).normal();
    // An integer against a fraction is another number, not the same one less precisely.
    if a.scale() != b.scale() && scale > 0 && (agree(Decimal::rounded) || agree(Decimal::truncated)) {
        return Agreement::Precision;
    }
    Agreement::Different
}

fn sequences(left: &[Value], right: &[Value]) -> Agreement {
    if left.len() != right.len() {
        return Agreement::Different;
    }
    left.iter().zip(right).map(|(a, b)| a.agrees(b)).max().unwrap_or(Agreement::Equal)
}

fn texts(left: &Value, right: &Value) -> Agreement {
    let (Some(mut a), Some(mut b)) = (left.text(), right.text()) else {
        return Agreement::Different;
    };
    if a == b {
        return Agreement::Equal;
    }
    let either = |test: fn(&Value) -> bool| test(left) || test(right);
    if either(|value| matches!(value, Value::Padded(_))) {
        a = a.trim_end_matches(' ');
        b = b.trim_end_matches(' ');
        if a == b {
            return Agreement::Equal;
        }
    }
    if either(|value| matches!(value, Value::Temporal(_))) && normal_temporal(a) == normal_temporal(b) {
        return Agreement::Equal;
    }
    let structured = |text: &str| text.trim_start().starts_with(['{', '[']);
    let documents = either(|value| matches!(value, Value::Json(_))) || (structured(a) && structured(b));
    match (Structure::parse(a), Structure::parse(b)) {
        (Some(a), Some(b)) if documents => a.agrees(&b),
        _ => Agreement::Different,
    }
}

/// JSON numbers and booleans against SQL ones; JSON null is a value and not SQL's NULL.
fn scalar_json(text: &str, scalar: &Value) -> Agreement {
    match Structure::parse(text) {
        Some(Structure::Scalar(value)) => value.agrees(scalar),
        _ => Agreement::Different,
    }
}

/// A JSON document with the digits of its numbers.
enum Structure {
    Null,
    Scalar(Value),
    List(Vec<Structure>),
    /// Of equal names the last one counts.
    Object(BTreeMap<String, Structure>),
}

impl Structure {
    fn parse(text: &str) -> Option<Structure> {
        let text = text.trim();
        Some(match text.as_bytes().first()? {
            b'{' => {
                let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).ok()?;
                let members = members
                    .into_iter()
                    .map(|(name, raw)| Some((name, Structure::parse(raw.get())?)))
                    .collect::<Option<_>>()?;
                Structure::Object(members)
            }
            b'[' => {
                let items: Vec<Box<RawValue>> = serde_json::from_str(text).ok()?;
                let items = items.iter().map(|raw| Structure::parse(raw.get())).collect::<Option<_>>()?;
                Structure::List(items)
            }
            b'"' => Structure::Scalar(Value::Text(serde_json::from_str(text).ok()?)),
            _ => match text {
                "null" => Structure::Null,
                "true" => Structure::Scalar(Value::Bool(true)),
                "false" => Structure::Scalar(Value::Bool(false)),
                number => Structure::Scalar(Value::Exact(Decimal::parse(number)?)),
            },
        })
    }

    fn agrees(&self, other: &Structure) -> Agreement {
        match (self, other) {
            (Structure::Null, Structure::Null) => Agreement::Equal,
            // Inside a document true is not 1: JSON has both.
            (Structure::Scalar(Value::Bool(a)), Structure::Scalar(Value::Bool(b))) => equal_if(a == b),
            (Structure::Scalar(Value::Bool(_)), _) | (_, Structure::Scalar(Value::Bool(_))) => {
                Agreement::Different
            }
            (Structure::Scalar(a), Structure::Scalar(b)) => a.agrees(b),
            (Structure::List(a), Structure::List(b)) if a.len() == b.len() => {
                a.iter().zip(b).map(|(a, b)| a.agrees(b)).max().unwrap_or(Agreement::Equal)
            }
            (Structure::Object(a), Structure::Object(b)) if a.len() == b.len() => a
                .iter()
                .zip(b)
                .map(|((name, a), (other, b))| if name == other { a.agrees(b) } else { Agreement::Different })
                .max()
                .unwrap_or(Agreement::Equal),
            _ => Agreement::Different,
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Structure::Null => Value::Null,
            Structure::Scalar(value) => value.clone(),
            Structure::List(items) => Value::Array(list_values(items)),
            Structure::Object(_) => Value::Json(self.print()),
        }
    }

    fn print(&self) -> String {
        match self {
            Structure::Null => "null".to_owned(),
            Structure::Scalar(value) => value.to_expectation(),
            Structure::List(items) => {
                let items: Vec<String> = items.iter().map(Structure::print).collect();
                format!("[{}]", items.join(","))
            }
            Structure::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, item)| {
                        format!("{}:{}", serde_json::Value::from(name.as_str()), item.print())
                    })
                    .collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }
}

fn list_values(items: &[Structure]) -> Vec<Value> {
    items.iter().map(Structure::to_value).collect()
}

#[cfg(test)]
mod tests {
    use super::Agreement::*;
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn temporal(text: &str) -> Value {
        Value::Temporal(text.to_owned())
    }

    fn json(text: &str) -> Value {
        Value::Json(text.to_owned())
    }

    fn both(left: &Value, right: &Value) -> Agreement {
        let forth = left.agrees(right);
        assert_eq!(forth, right.agrees(left), "agreement must be symmetric");
        forth
    }

    #[test]
    fn null_equals_only_null() {
        assert_eq!(both(&Value::Null, &Value::Null), Equal);
        for other in [text(""), Value::number("0"), Value::Bool(false), json("null")] {
            assert_eq!(both(&Value::Null, &other), Different);
        }
    }

    #[test]
    fn numbers_are_compared_by_value() {
        assert_eq!(both(&Value::number("1.50"), &Value::number("1.5")), Equal);
        assert_eq!(both(&Value::number("3"), &Value::Float(3.0)), Equal);
        assert_eq!(both(&Value::Bool(true), &Value::number("1")), Equal);
        assert_eq!(both(&Value::Bool(true), &Value::number("2")), Different);
        let big = Value::number("18446744073709551615");
        assert_eq!(both(&big, &Value::number("18446744073709551614")), Different);
    }

    #[test]
    fn digits_lost_are_a_difference_of_precision() {
        assert_eq!(both(&Value::number("0.3333"), &Value::number("0.33333333")), Precision);
        assert_eq!(both(&Value::number("0.6667"), &Value::Float(2.0 / 3.0)), Precision);
        assert_eq!(both(&Value::number("0.66"), &Value::number("0.6667")), Precision);
        assert_eq!(both(&Value::number("0.33"), &Value::number("0.35")), Different);
        assert_eq!(both(&Value::number("3"), &Value::number("3.4")), Different);
    }

    #[test]
    fn floats_agree_within_the_tolerance() {
        assert_eq!(both(&Value::Float(0.1 + 0.2), &Value::Float(0.3)), Equal);
        assert_eq!(both(&Value::Float(1.0), &Value::Float(1.0 + 1e-9)), Precision);
        assert_eq!(both(&Value::Float(0.0), &Value::Float(5.5e-17)), Precision);
        assert_eq!(both(&Value::Float(1.0), &Value::Float(1.1)), Different);
        assert_eq!(both(&Value::Float(f64::NAN), &Value::Float(f64::NAN)), Equal);
        assert_eq!(both(&Value::Float(f64::INFINITY), &Value::Float(f64::MAX)), Different);
    }

    #[test]
    fn a_number_is_not_its_text() {
        assert_eq!(both(&Value::number("1"), &text("1")), Different);
    }

    #[test]
    fn blanks_count_except_in_padded_text() {
        assert_eq!(both(&text("a "), &text("a")), Different);
        assert_eq!(both(&Value::Padded("a   ".to_owned()), &text("a")), Equal);
        assert_eq!(both(&Value::Padded("a   ".to_owned()), &text("a ")), Equal);
    }

    #[test]
    fn temporal_text_is_normalised_when_a_side_is_temporal() {
        assert_eq!(both(&temporal("10:00:00.50"), &temporal("10:00:00.5")), Equal);
        assert_eq!(both(&temporal("2024-01-02 00:00:00+00"), &text("2024-01-02 00:00:00")), Equal);
        assert_eq!(both(&temporal("2024-01-02"), &temporal("2024-01-02 00:00:00")), Different);
        assert_eq!(both(&text("1.50"), &text("1.5")), Different);
    }

    #[test]
    fn bytes_equal_the_text_they_spell() {
        assert_eq!(both(&Value::Bytes(b"AB".to_vec()), &text("AB")), Equal);
        assert_eq!(both(&Value::Bytes(vec![255]), &text("\u{ff}")), Different);
    }

    #[test]
    fn json_is_compared_by_structure() {
        assert_eq!(both(&json(r#"{"a":1,"b":[1,2]}"#), &text(r#"{ "b" : [1, 2], "a" : 1.0 }"#)), Equal);
        assert_eq!(both(&text("[1,2]"), &text("[1, 2]")), Equal);
        assert_eq!(both(&json("[1,2]"), &json("[2,1]")), Different);
        assert_eq!(both(&json("[true]"), &json("[1]")), Different);
        assert_eq!(both(&json("12"), &Value::number("12")), Equal);
    }

    #[test]
    fn arrays_are_compared_by_element() {
        let array = Value::Array(vec![Value::number("1"), Value::Null]);
        assert_eq!(both(&array, &text("[1, null]")), Equal);
        assert_eq!(both(&array, &Value::Array(vec![Value::number("1")])), Different);
    }

    #[test]
    fn equal_keys_follow_from_exact_equality() {
        assert_eq!(Value::Bool(true).key(), Value::number("1.0").key());
        assert_eq!(Value::Float(0.5).key(), Value::number("0.50").key());
        assert_eq!(Value::Bytes(b"x".to_vec()).key(), text("x").key());
        assert_ne!(Value::Null.key(), text("").key());
    }
}
