//! [`Air`] to [`Form`] and back.

use super::{ColumnRef, DEPTH_MAX, Detail, Form, FormError, Reader, Ref, TypeNote, VERSION};
use crate::air::{Comment, Param};
use crate::derive::derive;
use crate::expr::Literal;
use crate::ids::{ExprId, ParamId, SourceId};
use crate::node::{Child, Label, Operand, Sink};
use crate::query::CteBody;
use crate::statement::Statement;
use crate::{Air, node_struct};
use air_base::Span;
use rustc_hash::FxHashMap;

node_struct! {
    /// A parameter slot, as the text form declares it.
    struct ParamForm = "slot" {
        /// See [`Param::name`].
        pub name: crate::ids::Str,
        /// See [`Param::number`].
        pub number: u32,
        /// See [`Param::ty`].
        pub ty: crate::types::Type,
    }
}

node_struct! {
    /// A comment, as the text form has it.
    struct CommentForm = "comment" {
        /// See [`Comment::span`].
        pub span: Span,
        /// See [`Comment::text`].
        pub text: crate::ids::Str,
    }
}

/// Builds the form of all of `air`.
pub(super) fn build(air: &Air, detail: Detail) -> Result<Form, FormError> {
    let mut sink =
        Builder { detail, frames: Vec::new(), done: Vec::new(), labels: Labels::default(), too_deep: false };
    sink.begin("air");
    sink.field("version");
    sink.number(VERSION);
    if !air.params.is_empty() {
        sink.field("params");
        sink.begin_list();
        for param in &air.params {
            ParamForm { name: param.name, number: param.number, ty: param.ty }.emit(air, &mut sink);
        }
        sink.end_list();
    }
    sink.field("statements");
    sink.begin_list();
    for (i, statement) in air.statements.iter().enumerate() {
        statement.emit(air, &mut sink);
        sink.span(air.statement_spans.get(i).copied().unwrap_or(Span::NONE));
    }
    sink.end_list();
    if !air.nested.is_empty() {
        sink.field("nested");
        air.nested.emit(air, &mut sink);
    }
    if detail == Detail::Spans && !air.comments.is_empty() {
        sink.field("comments");
        sink.begin_list();
        for comment in &air.comments {
            CommentForm { span: comment.span, text: comment.text }.emit(air, &mut sink);
        }
        sink.end_list();
    }
    sink.end();
    if sink.too_deep {
        return Err(FormError::too_deep());
    }
    sink.done.pop().ok_or_else(|| FormError("nothing was told".to_owned()))
}

/// Numbers of labels, by order of first mention.
#[derive(Default)]
struct Labels {
    known: FxHashMap<Label, u32>,
    next: [u32; 3],
}

impl Labels {
    fn number(&mut self, label: Label) -> (Ref, bool) {
        let kind = match label {
            Label::Source(_) => 0,
            Label::Cte(_) => 1,
            Label::Window(_) => 2,
        };
        let next = &mut self.next[kind];
        let mut first = false;
        let number = *self.known.entry(label).or_insert_with(|| {
            first = true;
            *next += 1;
            *next - 1
        });
        (Ref { letter: label.letter(), number }, first)
    }
}

/// What is open.
enum Frame {
    Node { name: &'static str, fields: Vec<(String, Form)>, field: &'static str },
    List(Vec<Form>),
    Declare(Ref, Option<Form>),
}

struct Builder {
    detail: Detail,
    frames: Vec<Frame>,
    done: Vec<Form>,
    labels: Labels,
    too_deep: bool,
}

impl Builder {
    /// Puts a complete form where it belongs.
    fn put(&mut self, form: Form) {
        match self.frames.last_mut() {
            Some(Frame::Node { fields, field, .. }) => fields.push(((*field).to_owned(), form)),
            Some(Frame::List(elements)) => elements.push(form),
            Some(Frame::Declare(_, body)) => *body = Some(form),
            None => self.done.push(form),
        }
    }

    /// The form told last.
    fn last(&mut self) -> Option<&mut Form> {
        match self.frames.last_mut() {
            Some(Frame::Node { fields, .. }) => fields.last_mut().map(|(_, form)| form),
            Some(Frame::List(elements)) => elements.last_mut(),
            Some(Frame::Declare(_, body)) => body.as_mut(),
            None => self.done.last_mut(),
        }
    }

    fn note(&mut self, ty: Option<TypeNote>, span: Option<Span>) {
        if ty.is_none() && span.is_none() {
            return;
        }
        if let Some(last) = self.last() {
            let form = Box::new(std::mem::replace(last, Form::Number(0)));
            *last = Form::Noted { form, ty, span };
        }
    }

    fn span_if_wanted(&self, span: Span) -> Option<Span> {
        (self.detail == Detail::Spans && !span.is_none()).then_some(span)
    }
}

impl Sink for Builder {
    fn begin(&mut self, name: &'static str) {
        self.frames.push(Frame::Node { name, fields: Vec::new(), field: "" });
    }
    fn field(&mut self, name: &'static str) {
        if let Some(Frame::Node { field, .. }) = self.frames.last_mut() {
            *field = name;
        }
    }
    fn end(&mut self) {
        if let Some(Frame::Node { name, fields, .. }) = self.frames.pop() {
            self.put(Form::Node { name: name.to_owned(), fields });
        }
    }
    fn begin_list(&mut self) {
        self.frames.push(Frame::List(Vec::new()));
    }
    fn end_list(&mut self) {
        if let Some(Frame::List(elements)) = self.frames.pop() {
            self.put(Form::List(elements));
        }
    }
    fn word(&mut self, word: &str) {
        self.put(Form::Word(word.to_owned()));
    }
    fn number(&mut self, number: i64) {
        self.put(Form::Number(number));
    }
    fn text(&mut self, text: &str) {
        self.put(Form::Text(text.to_owned()));
    }
    fn name(&mut self, text: &str, exact: bool) {
        let text = Form::Text(text.to_owned());
        self.put(match exact {
            false => text,
            true => Form::Node { name: "exact".to_owned(), fields: vec![("name".to_owned(), text)] },
        });
    }
    fn literal(&mut self, air: &Air, _: ExprId, literal: Literal) {
        match literal {
            Literal::Int { value } => self.number(value),
            Literal::Text { text } => self.text(air.text(text)),
            Literal::Null {} => self.word("null"),
            Literal::Bool { value } => value.emit(air, self),
            other => other.emit(air, self),
        }
    }
    fn param(&mut self, _: &Air, _: ExprId, param: ParamId) {
        self.put(Form::Label(Ref { letter: 'p', number: param.0 }));
    }
    fn column(&mut self, air: &Air, source: SourceId, index: u32, qualified: bool) {
        let columns = air.list(air.source(source).columns);
        let name = columns.get(index as usize).map_or("", |column| air.name(column.name));
        let alike = columns.iter().filter(|column| air.name(column.name) == name).count();
        let column = match !name.is_empty() && alike == 1 {
            true => ColumnRef::Name(name.to_owned()),
            false => ColumnRef::Index(index),
        };
        // A column of a source that is declared nowhere: the label stands, and reading it back fails.
        let (source, _) = self.labels.number(Label::Source(source));
        self.put(Form::Column { source, column, qualified });
    }
    fn mention(&mut self, label: Label) -> bool {
        let (label, first) = self.labels.number(label);
        if first {
            self.frames.push(Frame::Declare(label, None));
        } else {
            self.put(Form::Label(label));
        }
        first
    }
    fn declared(&mut self) {
        if let Some(Frame::Declare(label, Some(body))) = self.frames.pop() {
            self.put(Form::Declare(label, Box::new(body)));
        }
    }
    fn expr_info(&mut self, air: &Air, id: ExprId) {
        let info = air.info(id);
        let told = TypeNote { ty: info.ty, nullable: info.nullable };
        let ty = (derive(air, &air.expr(id)) != told).then_some(told);
        let span = self.span_if_wanted(info.span);
        self.note(ty, span);
    }
    fn span(&mut self, span: Span) {
        let span = self.span_if_wanted(span);
        self.note(None, span);
    }
    fn descend(&mut self) -> bool {
        // What is written can be read: readers count open nodes and lists. One level opens fewer than ten.
        if self.frames.len() + 10 > DEPTH_MAX as usize {
            self.too_deep = true;
            self.put(Form::Number(0));
            return false;
        }
        true
    }
    fn ascend(&mut self) {}
}

/// Reads all of an [`Air`].
pub(super) fn read(form: &Form) -> Result<Air, FormError> {
    let mut air = Air::default();
    let mut reader = Reader::new(&mut air);
    let mut fields = form.node("air")?;
    let version: i64 = fields.take("version", &mut reader)?;
    if version != VERSION {
        return Err(FormError(format!("version {version} of AIR; this program reads version {VERSION}")));
    }
    let params: Vec<ParamForm> = fields.take("params", &mut reader)?;
    reader.air.params.extend(params.iter().map(|p| Param { name: p.name, number: p.number, ty: p.ty }));
    let statements: Vec<Spanned> = fields.take("statements", &mut reader)?;
    for Spanned(statement, span) in statements {
        reader.air.statements.push(statement);
        reader.air.statement_spans.push(span);
    }
    reader.air.nested = fields.take("nested", &mut reader)?;
    let comments: Vec<CommentForm> = fields.take("comments", &mut reader)?;
    reader.air.comments.extend(comments.iter().map(|c| Comment { span: c.span, text: c.text }));
    fields.finish()?;
    check_tree(&air)?;
    Ok(air)
}

/// A statement and its place.
struct Spanned(Statement, Span);

impl Operand for Spanned {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        self.0.emit(air, sink);
        sink.span(self.1);
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        let (form, _, span) = form.noted();
        Ok(Spanned(Statement::read(form, reader)?, span))
    }
    fn children(&self, air: &Air, visit: &mut dyn FnMut(Child)) {
        self.0.children(air, visit);
    }
}

/// Fails unless walking ends: no query, relation or source has two places.
fn check_tree(air: &Air) -> Result<(), FormError> {
    check_nested(air)?;
    let twice = |what: &str| Err(FormError(format!("a {what} stands in two places")));
    let mut seen = FxHashMap::default();
    let mut stack: Vec<Child> = Vec::new();
    let mut roots: Vec<&Statement> = air.statements.iter().collect();
    // Nested statements nobody mentions are checked as if they stood by themselves.
    let mentioned: Vec<u32> = air.changes().map(|(_, statement)| statement).collect();
    roots.extend(
        air.nested.iter().enumerate().filter(|(i, _)| !mentioned.contains(&(*i as u32))).map(|(_, s)| s),
    );
    for statement in roots {
        statement.children(air, &mut |child| stack.push(child));
        while let Some(child) = stack.pop() {
            match child {
                Child::Expr(_) => {}
                Child::Window(_) => {
                    if seen.insert(child, ()).is_some() {
                        continue;
                    }
                }
                Child::Query(_) | Child::Select(_) | Child::Rel(_) | Child::Source(_) => {
                    if seen.insert(child, ()).is_some() {
                        return twice("query or source");
                    }
                }
            }
            air.children(child, &mut |below| stack.push(below));
        }
    }
    Ok(())
}

/// Fails unless every change in a WITH exists, has one place, and is not within itself.
fn check_nested(air: &Air) -> Result<(), FormError> {
    let mut place = vec![None; air.nested.len()];
    for (cte, statement) in air.changes() {
        match place.get_mut(statement as usize) {
            Some(slot @ None) => *slot = Some(cte),
            Some(Some(_)) => return Err(FormError("a change stands in two places".to_owned())),
            None => return Err(FormError::out_of_range("statement")),
        }
    }
    // Which changes stand directly in the WITH of which; longer ways lead through queries.
    let mut above = vec![None; air.nested.len()];
    for (outer, statement) in air.nested.iter().enumerate() {
        for cte in air.list(statement.ctes()) {
            if let CteBody::Change { statement } = air.cte(*cte).body {
                above[statement as usize] = Some(outer);
            }
        }
    }
    for start in 0..above.len() {
        let mut at = start;
        for _ in 0..above.len() {
            match above[at] {
                Some(next) if next == start => {
                    return Err(FormError("a change stands within itself".to_owned()));
                }
                Some(next) => at = next,
                None => break,
            }
        }
    }
    Ok(())
}
