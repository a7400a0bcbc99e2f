//! [`Operand`] for ids and for the small values that are no nodes.

use crate::builtins::Builtin;
use crate::derive::derive;
use crate::expr::{Expr, Literal, Modifier, Unit, WindowSpec};
use crate::form::{ColumnRef, Form, FormError, Reader, on_enough_stack};
use crate::ids::{CteId, ExprId, Name, ObjectName, ParamId, QueryId, RelId, SelectId, SourceId, WindowId};
use crate::node::{Child, Label, Operand, Sink};
use crate::query::{Cte, CteBody, Materialized, Query, Rel, Select, Source};
use crate::types::{CastRule, Collation, Type};
use crate::{Air, ids::List};
use air_base::Span;

/// Tells `sink` one level more, on as much stack as it takes.
fn nested(sink: &mut dyn Sink, tell: impl FnOnce(&mut dyn Sink)) {
    if sink.descend() {
        on_enough_stack(|| tell(sink));
        sink.ascend();
    }
}

impl Operand for ExprId {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        nested(sink, |sink| {
            match air.expr(*self) {
                Expr::Literal { value } => sink.literal(air, *self, value),
                Expr::Param { param } => sink.param(air, *self, param),
                Expr::Column { source, index, qualified } => sink.column(air, source, index, qualified),
                expr => expr.emit(air, sink),
            }
            sink.expr_info(air, *self);
        });
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        reader.nested(|reader| {
            let (form, note, span) = form.noted();
            let expr = read_expr(form, reader)?;
            let note = note.unwrap_or_else(|| derive(reader.air, &expr));
            Ok(reader.air.push(expr, note.ty, note.nullable, span))
        })
    }
    fn children(&self, _: &Air, visit: &mut dyn FnMut(Child)) {
        visit(Child::Expr(*self));
    }
}

fn read_expr(form: &Form, reader: &mut Reader<'_>) -> Result<Expr, FormError> {
    let literal = |value| Ok(Expr::Literal { value });
    match form {
        Form::Number(value) => literal(Literal::Int { value: *value }),
        Form::Text(text) => {
            let text = reader.air.push_text(text);
            literal(Literal::Text { text })
        }
        Form::Word(word) => match word.as_str() {
            "null" => literal(Literal::Null {}),
            "true" => literal(Literal::Bool { value: true }),
            "false" => literal(Literal::Bool { value: false }),
            other => Err(FormError::unknown_word("expression", other)),
        },
        Form::Label(label) if label.letter == 'p' => Ok(Expr::Param { param: ParamId::read(form, reader)? }),
        Form::Column { source, column, qualified } => {
            let source = SourceId::read(&Form::Label(*source), reader)?;
            let columns = reader.air.list(reader.air.source(source).columns);
            let index = match column {
                ColumnRef::Index(index) => *index,
                ColumnRef::Name(name) => {
                    let named = |c: &crate::query::SourceColumn| reader.air.name(c.name) == name;
                    match columns.iter().position(named) {
                        Some(index) => index as u32,
                        None => return Err(FormError(format!("the source has no column `{name}`"))),
                    }
                }
            };
            if index as usize >= columns.len() {
                return Err(FormError::out_of_range("column"));
            }
            Ok(Expr::Column { source, index, qualified: *qualified })
        }
        // Literals, parameters and columns have spellings of their own, so these nodes are not theirs.
        Form::Node { name, .. } if Literal::is_label(name) => {
            let value = Literal::read(form, reader)?;
            literal(value)
        }
        Form::Node { name, .. } if matches!(name.as_str(), "lit" | "col" | "param") => {
            Err(FormError::unknown_node("expression", name))
        }
        other => Expr::read(other, reader),
    }
}

impl Operand for QueryId {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        nested(sink, |sink| {
            air.query(*self).emit(air, sink);
            sink.span(air.query_span(*self));
        });
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        reader.nested(|reader| {
            let (form, _, span) = form.noted();
            let query = Query::read(form, reader)?;
            Ok(reader.air.push_query(query, span))
        })
    }
    fn children(&self, _: &Air, visit: &mut dyn FnMut(Child)) {
        visit(Child::Query(*self));
    }
}

impl Operand for SelectId {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        air.select(*self).emit(air, sink);
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        let select = Select::read(form, reader)?;
        Ok(reader.air.push_select(select))
    }
    fn children(&self, _: &Air, visit: &mut dyn FnMut(Child)) {
        visit(Child::Select(*self));
    }
}

impl Operand for RelId {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        nested(sink, |sink| air.rel(*self).emit(air, sink));
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        reader.nested(|reader| {
            let rel = Rel::read(form, reader)?;
            Ok(reader.air.push_rel(rel))
        })
    }
    fn children(&self, _: &Air, visit: &mut dyn FnMut(Child)) {
        visit(Child::Rel(*self));
    }
}

impl Operand for SourceId {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        if sink.mention(Label::Source(*self)) {
            air.source(*self).emit(air, sink);
            sink.span(air.source_span(*self));
            sink.declared();
        }
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        reader.source(form, |form, reader| {
            let (form, _, span) = form.noted();
            let source = Source::read(form, reader)?;
            Ok(reader.air.push_source(source, span))
        })
    }
    /// A reference; [`Air::children`] visits the source below the [`Rel::Source`] that has it.
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
}

impl Operand for CteId {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        if sink.mention(Label::Cte(*self)) {
            air.cte(*self).emit(air, sink);
            sink.declared();
        }
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        reader.cte(
            form,
            |reader| {
                reader.air.push_cte(Cte {
                    name: Name::default(),
                    columns: List::EMPTY,
                    renamed: false,
                    body: CteBody::Change { statement: u32::MAX },
                    materialized: Materialized::Free,
                })
            },
            |form, id, reader| {
                *reader.air.cte_mut(id) = Cte::read(form, reader)?;
                Ok(())
            },
        )
    }
    /// Met in the list of declarations only; [`SourceKind::Cte`](crate::query::SourceKind) is not walked.
    fn children(&self, air: &Air, visit: &mut dyn FnMut(Child)) {
        match air.cte(*self).body {
            CteBody::Query { query } => visit(Child::Query(query)),
            CteBody::Change { statement } => air.nested[statement as usize].children(air, visit),
        }
    }
}

impl Operand for WindowId {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        if sink.mention(Label::Window(*self)) {
            air.window(*self).emit(air, sink);
            sink.declared();
        }
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        reader.window(form, |form, reader| {
            let window = WindowSpec::read(form, reader)?;
            Ok(reader.air.push_window(window))
        })
    }
    fn children(&self, _: &Air, visit: &mut dyn FnMut(Child)) {
        visit(Child::Window(*self));
    }
}

impl Operand for ParamId {
    fn emit(&self, _: &Air, sink: &mut dyn Sink) {
        sink.number(i64::from(self.0));
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        match form {
            Form::Label(label) if (label.number as usize) < reader.air.params.len() => {
                Ok(ParamId(label.number))
            }
            _ => Err(FormError("no parameter of that number".to_owned())),
        }
    }
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
}

impl Operand for Span {
    fn emit(&self, _: &Air, sink: &mut dyn Sink) {
        sink.begin_list();
        sink.number(i64::from(self.start));
        sink.number(i64::from(self.end));
        sink.end_list();
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        match form.list()? {
            [start, end] => Ok(Span::new(u32::read(start, reader)?, u32::read(end, reader)?)),
            _ => Err(FormError("a span has a start and an end".to_owned())),
        }
    }
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
}

impl Operand for Name {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        sink.name(air.name(*self), self.exact);
    }
    /// `"x"`, or `(exact name:"X")`.
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        match form {
            Form::Node { name, .. } if name == "exact" => {
                let mut fields = form.node("exact")?;
                let text = fields.take("name", reader)?;
                fields.finish()?;
                Ok(Name { text, exact: true })
            }
            _ => Ok(Name::folded(reader.air.push_text(form.text()?))),
        }
    }
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
    fn is_default(&self) -> bool {
        self.is_empty() && !self.exact
    }
    fn absent() -> Option<Self> {
        Some(Name::default())
    }
}

impl Operand for ObjectName {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        sink.begin_list();
        if let Some(catalog) = self.catalog {
            catalog.emit(air, sink);
            // Three parts even where the schema is left out (`db..t`).
            self.schema.unwrap_or_default().emit(air, sink);
        } else if let Some(schema) = self.schema {
            schema.emit(air, sink);
        }
        self.name.emit(air, sink);
        sink.end_list();
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        let parts =
            form.list()?.iter().map(|part| Name::read(part, reader)).collect::<Result<Vec<_>, _>>()?;
        match parts[..] {
            [name] => Ok(ObjectName { catalog: None, schema: None, name }),
            [schema, name] => Ok(ObjectName { catalog: None, schema: Some(schema), name }),
            [catalog, schema, name] => {
                let schema = (!schema.is_empty()).then_some(schema);
                Ok(ObjectName { catalog: Some(catalog), schema, name })
            }
            _ => Err(FormError("an object name has one to three parts".to_owned())),
        }
    }
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
}

impl Operand for Builtin {
    fn emit(&self, _: &Air, sink: &mut dyn Sink) {
        sink.word(self.name());
    }
    fn read(form: &Form, _: &mut Reader<'_>) -> Result<Self, FormError> {
        let word = form.word()?;
        Builtin::from_name(word).ok_or_else(|| FormError::unknown_word("Builtin", word))
    }
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
}

impl Operand for Type {
    fn emit(&self, _: &Air, sink: &mut dyn Sink) {
        sink.word(&self.to_string());
    }
    fn read(form: &Form, _: &mut Reader<'_>) -> Result<Self, FormError> {
        form.word()?.parse().map_err(|error: crate::spelling::BadWord| FormError(error.to_string()))
    }
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
}

impl Operand for Collation {
    fn emit(&self, _: &Air, sink: &mut dyn Sink) {
        sink.word(&self.to_string());
    }
    fn read(form: &Form, _: &mut Reader<'_>) -> Result<Self, FormError> {
        form.word()?.parse().map_err(|error: crate::spelling::BadWord| FormError(error.to_string()))
    }
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
    fn is_default(&self) -> bool {
        *self == Collation::BINARY
    }
    fn absent() -> Option<Self> {
        Some(Collation::BINARY)
    }
}

impl Operand for CastRule {
    fn emit(&self, _: &Air, sink: &mut dyn Sink) {
        sink.word(&self.to_string());
    }
    fn read(form: &Form, _: &mut Reader<'_>) -> Result<Self, FormError> {
        form.word()?.parse().map_err(|error: crate::spelling::BadWord| FormError(error.to_string()))
    }
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
    fn is_default(&self) -> bool {
        *self == CastRule::EXPLICIT
    }
    fn absent() -> Option<Self> {
        Some(CastRule::EXPLICIT)
    }
}

impl Operand for Modifier {
    /// A unit's word, a collation's word, or a number; their vocabularies do not meet.
    fn emit(&self, _: &Air, sink: &mut dyn Sink) {
        match self {
            Modifier::None => sink.word("none"),
            Modifier::Unit(unit) => sink.word(unit.word()),
            Modifier::Collation(collation) => sink.word(&collation.to_string()),
            Modifier::Digits(digits) => sink.number(i64::from(*digits)),
        }
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        if let Form::Number(_) = form {
            return Ok(Modifier::Digits(i16::read(form, reader)?));
        }
        let word = form.word()?;
        if word == "none" {
            return Ok(Modifier::None);
        }
        if let Some(unit) = Unit::from_word(word) {
            return Ok(Modifier::Unit(unit));
        }
        let collation = word.parse::<Collation>();
        collation.map(Modifier::Collation).map_err(|_| FormError::unknown_word("Modifier", word))
    }
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
    fn is_default(&self) -> bool {
        *self == Modifier::None
    }
    fn absent() -> Option<Self> {
        Some(Modifier::None)
    }
}
