//! Text form: `(cmp op:lt left:s0.a right:5)`.
//!
//! ```text
//! form    := atom (':' type)? ('@' start '..' end)?
//! atom    := '(' name (field ':' form)* ')' | '[' form* ']' | number | string | word
//!          | label | label '=' form | '^'? label '.' (name | string) | '^'? label '#' index
//! label   := ('s' | 'c' | 'w' | 'p') digits
//! word    := letters, digits, '_', then optionally details in parentheses: varchar(20,binary)
//! string  := '"' … '"' with \" \\ \n \r \t \u{…}
//! ```
//!
//! Comments run from `;` to the end of the line.

use super::{ColumnRef, DEPTH_MAX, Form, FormError, Ref, TypeNote, on_enough_stack};
use air_base::Span;
use std::fmt::Write;

/// Widest line that is not broken.
const WIDTH: usize = 110;

/// Spells a form, ending in a line break. Nodes and lists that fit on a line stand on one.
pub fn print(form: &Form) -> String {
    let mut out = String::new();
    layout(form, 0, 0, &mut out);
    out.push('\n');
    out
}

/// Writes `form` on one line if it fits between `used` and the width, else its parts on lines of their own.
fn layout(form: &Form, indent: usize, used: usize, out: &mut String) {
    let start = out.len();
    if flat(form, start + WIDTH.saturating_sub(used), out) {
        return;
    }
    out.truncate(start);
    on_enough_stack(|| match form {
        Form::Node { name, fields } => {
            let _ = write!(out, "({name}");
            for (field, value) in fields {
                new_line(indent + 2, out);
                let _ = write!(out, "{field}:");
                layout(value, indent + 2, indent + 3 + field.len(), out);
            }
            out.push(')');
        }
        Form::List(elements) => {
            out.push('[');
            for element in elements {
                new_line(indent + 2, out);
                layout(element, indent + 2, indent + 2, out);
            }
            out.push(']');
        }
        Form::Declare(label, form) => {
            let _ = write!(out, "{label}=");
            layout(form, indent, used + 3, out);
        }
        Form::Noted { form, ty, span } => {
            layout(form, indent, used, out);
            notes(ty, span, out);
        }
        Form::Word(_) | Form::Number(_) | Form::Text(_) | Form::Label(_) | Form::Column { .. } => {
            flat(form, usize::MAX, out);
        }
    });
}

fn new_line(indent: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

/// Writes `form` on one line; false, with a part written, as soon as `out` is longer than `limit`.
fn flat(form: &Form, limit: usize, out: &mut String) -> bool {
    match form {
        Form::Word(word) => out.push_str(word),
        Form::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Form::Text(text) => quote(text, out),
        Form::Label(label) => {
            let _ = write!(out, "{label}");
        }
        Form::Column { source, column, qualified } => {
            if *qualified {
                out.push('^');
            }
            let _ = write!(out, "{source}");
            match column {
                ColumnRef::Index(index) => {
                    let _ = write!(out, "#{index}");
                }
                ColumnRef::Name(name) if is_plain(name) => {
                    let _ = write!(out, ".{name}");
                }
                ColumnRef::Name(name) => {
                    out.push('.');
                    quote(name, out);
                }
            }
        }
        Form::Declare(label, form) => {
            let _ = write!(out, "{label}=");
            return flat(form, limit, out);
        }
        Form::Noted { form, ty, span } => {
            if !flat(form, limit, out) {
                return false;
            }
            notes(ty, span, out);
        }
        Form::Node { name, fields } => {
            let _ = write!(out, "({name}");
            for (field, value) in fields {
                let _ = write!(out, " {field}:");
                if out.len() > limit || !on_enough_stack(|| flat(value, limit, out)) {
                    return false;
                }
            }
            out.push(')');
        }
        Form::List(elements) => {
            out.push('[');
            for (i, element) in elements.iter().enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                if out.len() > limit || !on_enough_stack(|| flat(element, limit, out)) {
                    return false;
                }
            }
            out.push(']');
        }
    }
    out.len() <= limit
}

fn notes(ty: &Option<TypeNote>, span: &Option<Span>, out: &mut String) {
    if let Some(ty) = ty {
        let _ = write!(out, ":{ty}");
    }
    if let Some(span) = span {
        let _ = write!(out, "@{}..{}", span.start, span.end);
    }
}

fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_') && bytes.all(is_word_byte)
}

fn is_word_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Reads the text form. Errors give line and column.
pub fn parse(source: &str) -> Result<Form, FormError> {
    let mut parser = Parser { source, at: 0, frames: Vec::new() };
    parser.run().map_err(|message| {
        let before = &source[..source.floor_char_boundary(parser.at)];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        FormError(format!("{line}:{column}: {message}"))
    })
}

/// What is open.
enum Frame {
    Node { name: String, fields: Vec<(String, Form)>, field: Option<String> },
    List(Vec<Form>),
    Declare(Ref),
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    frames: Vec<Frame>,
}

impl Parser<'_> {
    /// Iterative: nesting never meets the stack.
    fn run(&mut self) -> Result<Form, String> {
        loop {
            self.skip_blank();
            if self.frames.len() > DEPTH_MAX as usize {
                return Err(FormError::too_deep().0);
            }
            // In a node, a field's name comes first.
            if let Some(Frame::Node { field: field @ None, .. }) = self.frames.last_mut()
                && self.source.as_bytes().get(self.at) != Some(&b')')
            {
                let name = word(self.source, &mut self.at).ok_or("expected a field or `)`")?;
                *field = Some(name.to_owned());
                self.expect(b':')?;
                continue;
            }
            let form = match self.peek() {
                None => return Err("unexpected end".to_owned()),
                Some(b'(') => {
                    self.at += 1;
                    self.skip_blank();
                    let name = word(self.source, &mut self.at).ok_or("expected the name of a node")?;
                    self.frames.push(Frame::Node { name: name.to_owned(), fields: Vec::new(), field: None });
                    continue;
                }
                Some(b'[') => {
                    self.at += 1;
                    self.frames.push(Frame::List(Vec::new()));
                    continue;
                }
                Some(b')') => {
                    self.at += 1;
                    match self.frames.pop() {
                        Some(Frame::Node { name, fields, field: None }) => Form::Node { name, fields },
                        _ => return Err("`)` without a node".to_owned()),
                    }
                }
                Some(b']') => {
                    self.at += 1;
                    match self.frames.pop() {
                        Some(Frame::List(elements)) => Form::List(elements),
                        _ => return Err("`]` without a list".to_owned()),
                    }
                }
                Some(b'"') => Form::Text(self.string()?),
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(_) => match self.named()? {
                    Some(form) => form,
                    None => continue,
                },
            };
            if let Some(whole) = self.close(form)? {
                self.skip_blank();
                return if self.at == self.source.len() {
                    Ok(whole)
                } else {
                    Err("text after the end".to_owned())
                };
            }
        }
    }

    /// Reads notes after `form` and puts it where it belongs; gives it back if nothing is open.
    fn close(&mut self, form: Form) -> Result<Option<Form>, String> {
        let mut form = self.noted(form)?;
        loop {
            match self.frames.last_mut() {
                None => return Ok(Some(form)),
                Some(Frame::List(elements)) => {
                    elements.push(form);
                    return Ok(None);
                }
                Some(Frame::Node { fields, field, .. }) => {
                    let field = field.take().ok_or("a value without a field")?;
                    fields.push((field, form));
                    return Ok(None);
                }
                Some(Frame::Declare(label)) => {
                    form = Form::Declare(*label, Box::new(form));
                    self.frames.pop();
                }
            }
        }
    }

    fn noted(&mut self, form: Form) -> Result<Form, String> {
        let mut ty = None;
        if self.peek() == Some(b':') {
            self.at += 1;
            let start = self.at;
            compound(self.source, &mut self.at).ok_or("expected a type")?;
            if self.peek() == Some(b'?') {
                self.at += 1;
            }
            let note = self.source[start..self.at].parse::<TypeNote>();
            ty = Some(note.map_err(|error| error.to_string())?);
        }
        let mut span = None;
        if self.peek() == Some(b'@') {
            self.at += 1;
            let start = self.digits()?;
            self.expect(b'.')?;
            self.expect(b'.')?;
            span = Some(Span::new(start, self.digits()?));
        }
        if ty.is_none() && span.is_none() {
            return Ok(form);
        }
        Ok(Form::Noted { form: Box::new(form), ty, span })
    }

    /// A word, label, or column; `None` where a declaration was opened.
    fn named(&mut self) -> Result<Option<Form>, String> {
        let qualified = self.peek() == Some(b'^');
        self.at += usize::from(qualified);
        let start = self.at;
        let name = word(self.source, &mut self.at).ok_or("expected a form")?;
        let label = Ref::parse(name);
        match (label, self.peek()) {
            (Some(source), Some(b'.')) => {
                self.at += 1;
                let column = match self.peek() {
                    Some(b'"') => self.string()?,
                    _ => word(self.source, &mut self.at).ok_or("expected a column")?.to_owned(),
                };
                Ok(Some(Form::Column { source, column: ColumnRef::Name(column), qualified }))
            }
            (Some(source), Some(b'#')) => {
                self.at += 1;
                let column = ColumnRef::Index(self.digits()?);
                Ok(Some(Form::Column { source, column, qualified }))
            }
            _ if qualified => Err("expected a column after `^`".to_owned()),
            (Some(label), Some(b'=')) => {
                self.at += 1;
                self.frames.push(Frame::Declare(label));
                Ok(None)
            }
            (Some(label), _) => Ok(Some(Form::Label(label))),
            (None, _) => {
                self.at = start;
                let word = compound(self.source, &mut self.at).ok_or("expected a word")?;
                Ok(Some(Form::Word(word.to_owned())))
            }
        }
    }

    fn number(&mut self) -> Result<Form, String> {
        let start = self.at;
        self.at += 1;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        let number = self.source[start..self.at].parse();
        number.map(Form::Number).map_err(|_| "number out of range".to_owned())
    }

    fn digits(&mut self) -> Result<u32, String> {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        self.source[start..self.at].parse().map_err(|_| "expected a number".to_owned())
    }

    fn string(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let mut chars = self.source[self.at + 1..].char_indices();
        while let Some((offset, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += offset + 2;
                    return Ok(text);
                }
                '\\' => match chars.next().map(|(_, c)| c) {
                    Some('n') => text.push('\n'),
                    Some('r') => text.push('\r'),
                    Some('t') => text.push('\t'),
                    Some(c @ ('"' | '\\')) => text.push(c),
                    Some('u') => {
                        let rest = chars.as_str();
                        let code = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
                        let (digits, after) = code.ok_or("expected `{…}` after `\\u`")?;
                        let c = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
                        text.push(c.ok_or("no character has that number")?);
                        let consumed = rest.len() - after.len();
                        chars.nth(rest[..consumed].chars().count() - 1);
                    }
                    _ => return Err("unknown escape".to_owned()),
                },
                c => text.push(c),
            }
        }
        Err("text without end".to_owned())
    }

    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.peek() != Some(byte) {
            return Err(format!("expected `{}`", byte as char));
        }
        self.at += 1;
        Ok(())
    }

    fn skip_blank(&mut self) {
        while let Some(b) = self.peek() {
            match b {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                b';' => {
                    let rest = &self.source[self.at..];
                    self.at += rest.find('\n').unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }
}

/// Letters, digits and underscores.
fn word<'a>(source: &'a str, at: &mut usize) -> Option<&'a str> {
    let start = *at;
    while source.as_bytes().get(*at).copied().is_some_and(is_word_byte) {
        *at += 1;
    }
    (*at > start).then(|| &source[start..*at])
}

/// A word with its details in parentheses, if it has any.
fn compound<'a>(source: &'a str, at: &mut usize) -> Option<&'a str> {
    let start = *at;
    word(source, at)?;
    if source.as_bytes().get(*at) == Some(&b'(') {
        let length = source[*at..].find(')')?;
        *at += length + 1;
    }
    Some(&source[start..*at])
}
