//! The neutral shape between nodes and their notations: text form and JSON are two spellings of a [`Form`].

use crate::Air;
use crate::node::Operand;

/// A node, list, word, number or text.
#[derive(Clone, PartialEq, Debug)]
pub enum Form {
    /// `(name field: form …)`
    Node {
        /// Name of the node.
        name: String,
        /// Fields that do not have their default.
        fields: Vec<(String, Form)>,
    },
    /// `[form …]`
    List(Vec<Form>),
    /// A word of a closed vocabulary.
    Word(String),
    /// A number.
    Number(i64),
    /// `"text"`
    Text(String),
}

/// Why a form is not the node that was expected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormError(pub String);

impl std::fmt::Display for FormError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FormError {}

impl FormError {
    /// No node of `kind` has that name.
    pub fn unknown_node(kind: &str, name: &str) -> FormError {
        FormError(format!("`{name}` is no {kind}"))
    }

    /// No value of `kind` is spelled like that.
    pub fn unknown_word(kind: &str, word: &str) -> FormError {
        FormError(format!("`{word}` is no value of {kind}"))
    }

    /// The number does not fit.
    pub fn out_of_range(kind: &str) -> FormError {
        FormError(format!("number out of range for {kind}"))
    }

    fn expected(what: &str, form: &Form) -> FormError {
        let met = match form {
            Form::Node { name, .. } => format!("node `{name}`"),
            Form::List(_) => "a list".to_owned(),
            Form::Word(word) => format!("word `{word}`"),
            Form::Number(number) => format!("number {number}"),
            Form::Text(text) => format!("text {text:?}"),
        };
        FormError(format!("expected {what}, met {met}"))
    }
}

/// State of reading forms back into an arena.
pub struct Reader<'a> {
    /// Where nodes go.
    pub air: &'a mut Air,
}

/// Fields of a node, taken one by one.
pub struct Fields<'a> {
    node: &'a str,
    fields: &'a [(String, Form)],
    taken: usize,
}

impl Fields<'_> {
    /// The field of that name, or its default if left out.
    pub fn take<T: Operand>(&mut self, name: &str, reader: &mut Reader<'_>) -> Result<T, FormError> {
        match self.fields.iter().find(|(field, _)| field == name) {
            Some((_, form)) => {
                self.taken += 1;
                T::read(form, reader).map_err(|e| FormError(format!("{}.{name}: {}", self.node, e.0)))
            }
            None => {
                T::absent().ok_or_else(|| FormError(format!("`{}` lacks its field `{name}`", self.node)))
            }
        }
    }

    /// Fails if there was a field nobody took.
    pub fn finish(self) -> Result<(), FormError> {
        if self.taken == self.fields.len() {
            return Ok(());
        }
        Err(FormError(format!("`{}` has a field it does not know, or one twice", self.node)))
    }
}

impl Form {
    /// The fields, if this is a node of that name.
    pub fn node<'a>(&'a self, expected: &'a str) -> Result<Fields<'a>, FormError> {
        match self {
            Form::Node { name, fields } if name == expected => {
                Ok(Fields { node: expected, fields, taken: 0 })
            }
            other => Err(FormError::expected(&format!("node `{expected}`"), other)),
        }
    }

    /// The name, if this is a node.
    pub fn node_name(&self) -> Result<&str, FormError> {
        match self {
            Form::Node { name, .. } => Ok(name),
            other => Err(FormError::expected("a node", other)),
        }
    }

    /// The elements, if this is a list.
    pub fn list(&self) -> Result<&[Form], FormError> {
        match self {
            Form::List(elements) => Ok(elements),
            other => Err(FormError::expected("a list", other)),
        }
    }

    /// The word, if this is one.
    pub fn word(&self) -> Result<&str, FormError> {
        match self {
            Form::Word(word) => Ok(word),
            other => Err(FormError::expected("a word", other)),
        }
    }

    /// The number, if this is one.
    pub fn number(&self) -> Result<i64, FormError> {
        match self {
            Form::Number(number) => Ok(*number),
            other => Err(FormError::expected("a number", other)),
        }
    }

    /// The text, if this is one.
    pub fn text(&self) -> Result<&str, FormError> {
        match self {
            Form::Text(text) => Ok(text),
            other => Err(FormError::expected("a text", other)),
        }
    }
}
