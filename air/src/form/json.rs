//! JSON: `{"air": 1, "statements": [{"node": "query_statement", …}]}`.
//!
//! | form | JSON |
//! |---|---|
//! | node | `{"node": name, field: …}` |
//! | the whole | `{"air": version, field: …}` |
//! | list, number, text | array, number, string |
//! | word | string; `null`, `true`, `false` as themselves |
//! | label | `{"ref": "s0"}` |
//! | declaration | `{"label": "s0", "is": …}` |
//! | column | `{"col": "s0.a"}`, as in the text form |
//! | noted form | `{"value": …, "type": "i32?", "span": [0, 5]}` |

use super::{DEPTH_MAX, Form, FormError, Ref, on_enough_stack, text};
use air_base::Span;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

impl Serialize for Form {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        on_enough_stack(|| match self {
            Form::Node { name, fields } if name == "air" => {
                // The version comes first, under the name that says what the document is.
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (field, form) in fields {
                    map.serialize_entry(if field == "version" { "air" } else { field }, form)?;
                }
                map.end()
            }
            Form::Node { name, fields } => {
                let mut map = serializer.serialize_map(Some(fields.len() + 1))?;
                map.serialize_entry("node", name)?;
                for (field, form) in fields {
                    map.serialize_entry(field, form)?;
                }
                map.end()
            }
            Form::List(elements) => {
                let mut seq = serializer.serialize_seq(Some(elements.len()))?;
                for element in elements {
                    seq.serialize_element(element)?;
                }
                seq.end()
            }
            Form::Word(word) => match word.as_str() {
                "null" => serializer.serialize_unit(),
                "true" => serializer.serialize_bool(true),
                "false" => serializer.serialize_bool(false),
                word => serializer.serialize_str(word),
            },
            Form::Number(number) => serializer.serialize_i64(*number),
            Form::Text(text) => serializer.serialize_str(text),
            Form::Label(label) => one(serializer, "ref", &label.to_string()),
            Form::Column { .. } => one(serializer, "col", text::print(self).trim_end()),
            Form::Declare(label, form) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("label", &label.to_string())?;
                map.serialize_entry("is", &**form)?;
                map.end()
            }
            Form::Noted { form, ty, span } => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("value", &**form)?;
                if let Some(ty) = ty {
                    map.serialize_entry("type", &ty.to_string())?;
                }
                if let Some(span) = span {
                    map.serialize_entry("span", &[span.start, span.end])?;
                }
                map.end()
            }
        })
    }
}

fn one<S: Serializer>(serializer: S, key: &str, value: &str) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Form, D::Error> {
        deserializer.deserialize_any(FormVisitor)
    }
}

struct FormVisitor;

impl<'de> Visitor<'de> for FormVisitor {
    type Value = Form;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a form of AIR")
    }
    fn visit_unit<E>(self) -> Result<Form, E> {
        Ok(Form::Word("null".to_owned()))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Form, E> {
        Ok(Form::Word(value.to_string()))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Form, E> {
        Ok(Form::Number(value))
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Form, E> {
        i64::try_from(value).map(Form::Number).map_err(|_| E::custom("number out of range"))
    }
    fn visit_str<E>(self, value: &str) -> Result<Form, E> {
        Ok(Form::Text(value.to_owned()))
    }
    fn visit_string<E>(self, value: String) -> Result<Form, E> {
        Ok(Form::Text(value))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Form, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(Form::List(elements))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Form, A::Error> {
        let mut entries: Vec<(String, Form)> = Vec::new();
        while let Some((key, form)) = map.next_entry::<String, Form>()? {
            if entries.iter().any(|(known, _)| *known == key) {
                return Err(de::Error::custom(format!("field `{key}` twice")));
            }
            entries.push((key, form));
        }
        from_entries(entries).map_err(de::Error::custom)
    }
}

fn from_entries(mut entries: Vec<(String, Form)>) -> Result<Form, String> {
    let text = |form: Form| match form {
        Form::Text(text) => Ok(text),
        _ => Err("expected a string".to_owned()),
    };
    let label = |form: Form| Ref::parse(&text(form)?).ok_or("expected a label".to_owned());
    let mut take = |key: &str| {
        let at = entries.iter().position(|(known, _)| known == key)?;
        Some(entries.remove(at).1)
    };
    let form = if let Some(name) = take("node") {
        return Ok(Form::Node { name: text(name)?, fields: entries });
    } else if let Some(version) = take("air") {
        entries.push(("version".to_owned(), version));
        return Ok(Form::Node { name: "air".to_owned(), fields: entries });
    } else if let Some(reference) = take("ref") {
        Form::Label(label(reference)?)
    } else if let Some(column) = take("col") {
        match text::parse(&text(column)?) {
            Ok(column @ Form::Column { .. }) => column,
            _ => return Err("expected a column such as `s0.a`".to_owned()),
        }
    } else if let Some(name) = take("label") {
        let body = take("is").ok_or("a label without `is`")?;
        Form::Declare(label(name)?, Box::new(body))
    } else if let Some(form) = take("value") {
        let ty = match take("type") {
            Some(ty) => Some(text(ty)?.parse().map_err(|error: crate::spelling::BadWord| error.to_string())?),
            None => None,
        };
        let span = match take("span") {
            Some(Form::List(ends)) => match ends[..] {
                [Form::Number(start), Form::Number(end)] => {
                    let offset = |n: i64| u32::try_from(n).map_err(|_| "span out of range".to_owned());
                    Some(Span::new(offset(start)?, offset(end)?))
                }
                _ => return Err("a span is two numbers".to_owned()),
            },
            Some(_) => return Err("a span is two numbers".to_owned()),
            None => None,
        };
        Form::Noted { form: Box::new(form), ty, span }
    } else {
        return Err("an object without `node`, `ref`, `label`, `col` or `value`".to_owned());
    };
    match entries.first() {
        Some((unknown, _)) => Err(format!("unknown field `{unknown}`")),
        None => Ok(form),
    }
}

/// Spells a form as JSON on one line.
pub fn print(form: &Form) -> Result<String, FormError> {
    serde_json::to_string(form).map_err(|error| FormError(error.to_string()))
}

/// Reads JSON. Nesting beyond [`DEPTH_MAX`] and unknown fields are errors.
pub fn parse(source: &str) -> Result<Form, FormError> {
    if depth(source) > 2 * DEPTH_MAX {
        return Err(FormError::too_deep());
    }
    let mut inner = serde_json::Deserializer::from_str(source);
    // Depth is checked above; the stack grows as needed.
    inner.disable_recursion_limit();
    let form = Form::deserialize(serde_stacker::Deserializer::new(&mut inner));
    let form = form.and_then(|form| inner.end().map(|()| form));
    form.map_err(|error| FormError(error.to_string()))
}

/// Deepest nesting of brackets outside of strings.
fn depth(source: &str) -> u32 {
    let (mut depth, mut deepest) = (0u32, 0);
    let (mut in_string, mut escaped) = (false, false);
    for b in source.bytes() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
