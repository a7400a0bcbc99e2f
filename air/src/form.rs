//! The neutral shape between nodes and their notations: text form and JSON are two spellings of a [`Form`].
//!
//! Things that are referred to (sources, common table expressions, windows) get a label where they are
//! first mentioned, numbered in that order, so that the spelling does not depend on the arena's layout:
//! two [`Air`]s are *equal* when their text forms are.

mod build;
pub mod json;
pub mod text;

use crate::Air;
use crate::ids::{CteId, SourceId, WindowId};
use crate::node::{Label, Operand};
use crate::types::Type;
use air_base::{Span, limits};
use rustc_hash::FxHashMap;
use std::fmt::{Display, Formatter};

/// Version of the text form and of JSON.
pub const VERSION: i64 = 1;

/// Deepest nesting of a form that is written or read: the levels of a statement that is bound by default,
/// each a node, its list and a branch or row between. Deeper ones are an error, never a crash.
pub const DEPTH_MAX: u32 = 4 * limits::NESTING_DEPTH_DEFAULT;

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
    /// `s3`: something declared before.
    Label(Ref),
    /// `s3=form`: the declaration.
    Declare(Ref, Box<Form>),
    /// `s3.name`, `s3#0`; `^s3.name` where the source text qualified it.
    Column {
        /// Label of the source.
        source: Ref,
        /// Which column.
        column: ColumnRef,
        /// The source text qualified it.
        qualified: bool,
    },
    /// `form:type@start..end`: a form with what cannot be derived from it.
    Noted {
        /// The form itself.
        form: Box<Form>,
        /// Type and nullability.
        ty: Option<TypeNote>,
        /// Place in the source text.
        span: Option<Span>,
    },
}

/// A label: `s3`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ref {
    /// `s` source, `c` common table expression, `w` window, `p` parameter.
    pub letter: char,
    /// By order of first mention.
    pub number: u32,
}

impl Display for Ref {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.letter, self.number)
    }
}

impl Ref {
    /// The label that `text` spells.
    pub fn parse(text: &str) -> Option<Ref> {
        let letter = text.chars().next().filter(|letter| matches!(letter, 's' | 'c' | 'w' | 'p'))?;
        let digits = &text[1..];
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        (plain && (digits == "0" || !digits.starts_with('0')))
            .then(|| digits.parse().ok().map(|number| Ref { letter, number }))?
    }
}

/// How a form refers to a column: by name, or by position where the name is empty or not unique.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ColumnRef {
    /// By name.
    Name(String),
    /// By position, from 0.
    Index(u32),
}

/// Type and nullability of an expression: `i32`, `i32?`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TypeNote {
    /// Type.
    pub ty: Type,
    /// May be NULL.
    pub nullable: bool,
}

impl Display for TypeNote {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.ty, if self.nullable { "?" } else { "" })
    }
}

impl std::str::FromStr for TypeNote {
    type Err = crate::spelling::BadWord;

    fn from_str(text: &str) -> Result<TypeNote, Self::Err> {
        let (word, nullable) = match text.strip_suffix('?') {
            Some(word) => (word, true),
            None => (text, false),
        };
        Ok(TypeNote { ty: word.parse()?, nullable })
    }
}

/// What a form holds besides meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Detail {
    /// Meaning only.
    #[default]
    Meaning,
    /// Places in the source text, and comments.
    Spans,
}

/// Why a form is not the node that was expected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormError(pub String);

impl Display for FormError {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
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

    /// Nesting beyond [`DEPTH_MAX`].
    pub fn too_deep() -> FormError {
        FormError(format!("nested more than {DEPTH_MAX} levels deep"))
    }

    fn expected(what: &str, form: &Form) -> FormError {
        let met = match form {
            Form::Node { name, .. } => format!("node `{name}`"),
            Form::List(_) => "a list".to_owned(),
            Form::Word(word) => format!("word `{word}`"),
            Form::Number(number) => format!("number {number}"),
            Form::Text(text) => format!("text {text:?}"),
            Form::Label(label) => format!("label `{label}`"),
            Form::Declare(label, _) => format!("declaration of `{label}`"),
            Form::Column { source, .. } => format!("a column of `{source}`"),
            Form::Noted { form, .. } => return FormError::expected(what, form),
        };
        FormError(format!("expected {what}, met {met}"))
    }
}

/// State of reading forms back into an arena.
///
/// What it hands out is a tree except for the labels, and nothing declared contains itself but a recursive
/// common table expression: walking what was read always ends.
pub struct Reader<'a> {
    /// Where nodes go.
    pub air: &'a mut Air,
    sources: FxHashMap<u32, Option<SourceId>>,
    ctes: FxHashMap<u32, CteId>,
    windows: FxHashMap<u32, WindowId>,
    in_window: bool,
    depth: u32,
}

impl<'a> Reader<'a> {
    /// A reader into `air`, which is empty.
    fn new(air: &'a mut Air) -> Reader<'a> {
        Reader {
            air,
            sources: FxHashMap::default(),
            ctes: FxHashMap::default(),
            windows: FxHashMap::default(),
            in_window: false,
            depth: 0,
        }
    }

    /// Runs `read` one level further down, on as much stack as it takes.
    pub(crate) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, FormError>,
    ) -> Result<T, FormError> {
        if self.depth >= DEPTH_MAX {
            return Err(FormError::too_deep());
        }
        self.depth += 1;
        let result = on_enough_stack(|| read(self));
        self.depth -= 1;
        result
    }

    /// The source a form refers to or declares; `declare` reads a declaration.
    pub(crate) fn source(
        &mut self,
        form: &Form,
        declare: impl FnOnce(&Form, &mut Self) -> Result<SourceId, FormError>,
    ) -> Result<SourceId, FormError> {
        let (label, body) = form.mention('s')?;
        let Some(body) = body else {
            return match self.sources.get(&label) {
                Some(Some(id)) => Ok(*id),
                Some(None) => Err(FormError(format!("`s{label}` refers to itself"))),
                None => Err(FormError(format!("`s{label}` is not declared"))),
            };
        };
        if self.sources.insert(label, None).is_some() {
            return Err(FormError(format!("`s{label}` is declared twice")));
        }
        let id = declare(body, self)?;
        self.sources.insert(label, Some(id));
        Ok(id)
    }

    /// As [`Reader::source`]. A common table expression may refer to itself, so `reserve` gives its id first.
    pub(crate) fn cte(
        &mut self,
        form: &Form,
        reserve: impl FnOnce(&mut Self) -> CteId,
        declare: impl FnOnce(&Form, CteId, &mut Self) -> Result<(), FormError>,
    ) -> Result<CteId, FormError> {
        let (label, body) = form.mention('c')?;
        let known = self.ctes.get(&label).copied();
        match (body, known) {
            (None, Some(id)) => Ok(id),
            (None, None) => Err(FormError(format!("`c{label}` is not declared"))),
            (Some(_), Some(_)) => Err(FormError(format!("`c{label}` is declared twice"))),
            (Some(body), None) => {
                let id = reserve(self);
                self.ctes.insert(label, id);
                declare(body, id, self)?;
                Ok(id)
            }
        }
    }

    /// As [`Reader::source`]. Windows do not nest.
    pub(crate) fn window(
        &mut self,
        form: &Form,
        declare: impl FnOnce(&Form, &mut Self) -> Result<WindowId, FormError>,
    ) -> Result<WindowId, FormError> {
        let (label, body) = form.mention('w')?;
        if self.in_window {
            return Err(FormError("a window within a window".to_owned()));
        }
        let known = self.windows.get(&label).copied();
        match (body, known) {
            (None, Some(id)) => Ok(id),
            (None, None) => Err(FormError(format!("`w{label}` is not declared"))),
            (Some(_), Some(_)) => Err(FormError(format!("`w{label}` is declared twice"))),
            (Some(body), None) => {
                self.in_window = true;
                let id = declare(body, self);
                self.in_window = false;
                let id = id?;
                self.windows.insert(label, id);
                Ok(id)
            }
        }
    }
}

/// Runs `f` with room on the stack for one more level of any node.
pub(crate) fn on_enough_stack<T>(f: impl FnOnce() -> T) -> T {
    const ONE_LEVEL_BYTES: usize = 128 * 1024;
    const SEGMENT_BYTES: usize = 2 * 1024 * 1024;
    stacker::maybe_grow(ONE_LEVEL_BYTES, SEGMENT_BYTES, f)
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
                T::read(form, reader)
            }
            None => T::absent().ok_or_else(|| FormError(format!("`{}` lacks its field `{name}`", self.node))),
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

    /// The word, if this is one. JSON spells words as texts.
    pub fn word(&self) -> Result<&str, FormError> {
        match self {
            Form::Word(word) | Form::Text(word) => Ok(word),
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

    /// Number of the label with that letter, and the declaration if this is one.
    fn mention(&self, letter: char) -> Result<(u32, Option<&Form>), FormError> {
        match self {
            Form::Label(label) if label.letter == letter => Ok((label.number, None)),
            Form::Declare(label, body) if label.letter == letter => Ok((label.number, Some(body))),
            other => Err(FormError::expected(&format!("a label `{letter}…`"), other)),
        }
    }

    /// The form without notes, and the notes.
    pub(crate) fn noted(&self) -> (&Form, Option<TypeNote>, Span) {
        match self {
            Form::Noted { form, ty, span } => (form, *ty, span.unwrap_or(Span::NONE)),
            other => (other, None, Span::NONE),
        }
    }
}

impl Air {
    /// The whole of it as a form.
    pub fn to_form(&self, detail: Detail) -> Result<Form, FormError> {
        build::build(self, detail)
    }

    /// The inverse of [`Air::to_form`]. Never panics; what it returns has tree shape, ids in range, and
    /// columns within their sources. Whether it means something is for the verifier.
    pub fn from_form(form: &Form) -> Result<Air, FormError> {
        build::read(form)
    }

    /// The text form, with its places in the source text if asked for.
    pub fn to_text(&self, detail: Detail) -> Result<String, FormError> {
        Ok(text::print(&self.to_form(detail)?))
    }

    /// Reads the text form.
    pub fn from_text(source: &str) -> Result<Air, FormError> {
        Air::from_form(&text::parse(source)?)
    }

    /// The JSON form, with its places in the source text if asked for.
    pub fn to_json(&self, detail: Detail) -> Result<String, FormError> {
        json::print(&self.to_form(detail)?)
    }

    /// Reads JSON.
    pub fn from_json(source: &str) -> Result<Air, FormError> {
        Air::from_form(&json::parse(source)?)
    }
}

impl Label {
    /// The letter of its labels.
    pub(crate) fn letter(self) -> char {
        match self {
            Label::Source(_) => 's',
            Label::Cte(_) => 'c',
            Label::Window(_) => 'w',
        }
    }
}

#[cfg(test)]
mod tests;
