//! CREATE FUNCTION: a value computed by a body, and the variables of bodies.

use super::Rows;
use super::body::Done;
use crate::binder::{Binder, Bound};
use crate::codes;
use crate::scope::Clause;
use air::fidelity::Assume;
use air::node::Child;
use air::query::{Source, SourceColumn, SourceKind};
use air::routine::{Event, Function, Timing};
use air::statement::Statement;
use air::{Expr, ExprId, List, Name, SourceId, Type};
use air_base::Span;
use airc_grammar::tree::{self, HeadPart, HeadRole, Ident};

/// What the block of the variables is called where blocks have names.
const BLOCK: &str = "local";

impl<'a> Binder<'a> {
    pub(crate) fn create_function(&mut self, parts: tree::List<HeadPart>, span: Span) -> Bound<Statement> {
        let parts = self.tree.list(parts).to_vec();
        let of = |role: HeadRole| parts.iter().find(|part| part.role == role);
        let place = of(HeadRole::Name).map_or(span, |part| part.span);
        let (Some(name), Some(returns), Some(body)) =
            (of(HeadRole::Name), of(HeadRole::Returns), of(HeadRole::Body))
        else {
            return self.no_routine(place, "functions of this form are not translated");
        };
        if body.body.is_empty() {
            return self.no_routine(place, "functions of this language are not translated");
        }
        // What stands around a body in a string.
        let (text, inside) = (self.text_of(span), body.body);
        let first = self.tree.list(inside).first().map_or(span.start, |step| step.span.start);
        let last = self.tree.list(inside).last().map_or(span.end, |step| step.span.end);
        let (first, last) = ((first - span.start) as usize, (last - span.start) as usize);
        let around = [text.get(..first), text.get(last..)]
            .into_iter()
            .flatten()
            .collect::<String>()
            .to_ascii_lowercase();
        let mut around = around.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        if self.shape.triggers.null_words && around.any(|word| word == "strict" || word == "null") {
            return self.no_routine(place, "a function that is not run for NULL is not translated");
        }
        let name = self.object_name(name.name)?;
        let words = |part: &&HeadPart| matches!(part.role, HeadRole::Parameter | HeadRole::Returns);
        if !self.shape.triggers.limited_values
            && let Some(part) = parts.iter().filter(words).find(|part| self.text_of(part.span).contains('('))
        {
            // Values are not held to them here, and are elsewhere.
            return self.no_routine(part.span, "limits of types are not looked at in this place");
        }
        let returns = self.variable_type(returns.span)?;
        let mut columns = Vec::new();
        for part in parts.iter().filter(|part| part.role == HeadRole::Parameter) {
            columns.push(self.parameter(part.span)?);
        }
        let parameters = self.variables(name.name, &columns, span);
        let block = Name { text: self.air.push_text(BLOCK), exact: false };
        let locals = self.variables(block, &[], span);
        let mut rows = Rows {
            table: name,
            this: parameters,
            new: None,
            event: Event::Insert,
            timing: Timing::Before,
            variables: vec![locals, parameters],
            returns: Some(returns),
        };
        self.scopes.open(Clause::Value);
        self.scopes.show(parameters);
        self.scopes.show(locals);
        let steps = self.tree.list(body.body).to_vec();
        let mut done = Done::default();
        let bound = self.function_steps(&steps, &mut rows, &mut done);
        self.scopes.close();
        bound?;
        if !done.statements.iter().any(|one| matches!(one, Statement::Return { .. })) {
            return self.no_routine(place, "a function without RETURN is not translated");
        }
        let lower = self.air.name(name.name).to_ascii_lowercase();
        if self.shape.triggers.limited_values && !columns.is_empty() {
            let subject = format!("what `{lower}` is called with");
            self.ledger.assume(Assume::FittingValues, &subject, place);
        }
        if self.catalog.functions.contains_key(&lower) {
            return self.no_routine(place, "a second function of one name is not translated");
        }
        self.catalog.parameters.insert(lower.clone(), columns.iter().map(|column| column.ty).collect());
        self.catalog.functions.insert(lower, returns);
        let words = self.text_of(body.span).to_ascii_lowercase();
        let head = words.split("begin").next().unwrap_or_default();
        let deterministic = head.contains("deterministic") && !head.contains("not deterministic");
        let limited = self.shape.triggers.limited_values;
        let function = Function { name, parameters, returns, limited, deterministic };
        if !self.air.source(locals).columns.is_empty() {
            self.scopes.following.push(Statement::Declare { variables: locals });
        }
        self.scopes.following.extend(done.statements);
        self.scopes.following.push(Statement::End {});
        Ok(Statement::Function { function: Box::new(function) })
    }

    #[cold]
    pub(super) fn no_routine<T>(&mut self, span: Span, message: &str) -> Bound<T> {
        Err(self.refuse(codes::ROUTINE, span, message))
    }

    /// `name type`, perhaps with IN before it.
    fn parameter(&mut self, span: Span) -> Bound<SourceColumn> {
        let text = self.text_of(span);
        let lower = text.to_ascii_lowercase();
        let first = lower.split_ascii_whitespace().next().unwrap_or_default();
        if matches!(first, "out" | "inout" | "variadic") {
            return self.no_routine(span, "parameters that give values back are not translated");
        }
        let rest = if first == "in" { text[2..].trim_start() } else { text };
        let Some((name, ty)) = rest.split_once(char::is_whitespace) else {
            return self.no_routine(span, "a parameter without a name is not translated");
        };
        if !name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
            return self.no_routine(span, "a parameter with a name in quotes is not translated");
        }
        let Some(ty) = self.type_of_words(ty).filter(|ty| !ty.is_unknown()) else {
            return self.no_routine(span, "a parameter of this type is not translated");
        };
        let name = Name { text: self.air.push_text(name), exact: false };
        Ok(SourceColumn { name, ty, nullable: true })
    }

    fn variable_type(&mut self, span: Span) -> Bound<Type> {
        match self.type_of_words(self.text_of(span)).filter(|ty| !ty.is_unknown()) {
            Some(ty) => Ok(ty),
            None => self.no_routine(span, "a value of this type is not translated in a body"),
        }
    }

    pub(super) fn variables(&mut self, block: Name, columns: &[SourceColumn], span: Span) -> SourceId {
        let columns = if columns.is_empty() { List::EMPTY } else { self.air.push_list(columns) };
        let source = Source {
            alias: block,
            aliased: true,
            kind: SourceKind::Variables {},
            columns,
            closed: true,
            renamed: false,
            lateral: false,
        };
        self.air.push_source(source, span)
    }

    /// DECLARE: the variables are those of the body from here on.
    pub(super) fn declare_locals(
        &mut self,
        names: tree::List<Ident>,
        ty: Span,
        value: Option<tree::ExprId>,
        rows: &mut Rows,
        done: &mut Done,
    ) -> Bound<()> {
        let Some(&locals) = rows.variables.first() else {
            return self.no_step(ty, "a variable");
        };
        let ty = self.variable_type(ty)?;
        for ident in self.tree.list(names).to_vec() {
            let text = self.ident_text(ident);
            if self.variable(&text, rows).is_some() {
                return self.no_routine(ident.span, "two variables of one name are not translated");
            }
            let name = self.ident_name(ident);
            let mut columns = self.air.list(self.air.source(locals).columns).to_vec();
            columns.push(SourceColumn { name, ty, nullable: true });
            let index = columns.len() as u32 - 1;
            self.air.source_mut(locals).columns = self.air.push_list(&columns);
            if let Some(value) = value {
                self.set_variable(locals, index, value, rows, done)?;
            }
        }
        Ok(())
    }

    /// The variable or parameter of that name.
    pub(super) fn variable(&self, name: &str, rows: &Rows) -> Option<(SourceId, u32)> {
        rows.variables.iter().find_map(|source| {
            let columns = self.air.list(self.air.source(*source).columns);
            let at =
                columns.iter().position(|column| self.air.name(column.name).eq_ignore_ascii_case(name))?;
            Some((*source, at as u32))
        })
    }

    pub(super) fn set_variable(
        &mut self,
        row: SourceId,
        column: u32,
        value: tree::ExprId,
        rows: &Rows,
        done: &mut Done,
    ) -> Bound<()> {
        let (mark, span) = (self.air.source_ids().len(), self.span(value));
        let ty = self.air.column(row, column).ty;
        let bound = self.expr(value)?;
        let value = self.coerce(bound, ty, air::types::CastReason::Assignment)?;
        self.check_reads(mark, None, rows, span)?;
        done.statements.push(Statement::SetRow { row, column, value });
        Ok(())
    }

    /// `SELECT value INTO variable FROM …` of which one row is sure.
    pub(super) fn select_into(
        &mut self,
        query: tree::QueryId,
        select: tree::SelectId,
        target: tree::ExprId,
        rows: &Rows,
        done: &mut Done,
        span: Span,
    ) -> Bound<()> {
        let tree::Expr::Name(name) = self.tree.expr(target) else {
            return self.no_step(span, "SELECT INTO anything but a variable");
        };
        let text = self.tree.name_text(name, self.source);
        let Some((row, column)) = self.variable(&text, rows) else {
            return self.no_step(span, "SELECT INTO anything but a variable");
        };
        let mark = self.air.source_ids().len();
        self.scopes.into_select = Some(select);
        let bound = self.query_as(query, crate::query::Usage::Rows);
        self.scopes.into_select = None;
        let query = bound?;
        if !self.gives_one_row(query) {
            let message =
                "SELECT INTO gives the variable no value, NULL or an error where the rows are not one";
            return self.refuse_trigger(span, message, "compute the value by an aggregate");
        }
        let Some(output) = self.outputs(query).and_then(|outputs| self.air.list(outputs).first().copied())
        else {
            return self.no_step(span, "SELECT INTO of unknown columns");
        };
        let many = self.meaning.scalar_rows;
        let value = self.air.push(Expr::Scalar { query, many }, output.ty, true, span);
        let ty = self.air.column(row, column).ty;
        let value = self.coerce(value, ty, air::types::CastReason::Assignment)?;
        self.check_reads(mark, None, rows, span)?;
        done.statements.push(Statement::SetRow { row, column, value });
        Ok(())
    }

    /// True for a block whose aggregates make one row of all, or that has no FROM.
    fn gives_one_row(&self, query: air::QueryId) -> bool {
        let query = self.air.query(query);
        let air::query::Body::Select { select } = query.body else { return false };
        let block = self.air.select(select);
        let plain = query.limit.is_none()
            && block.having.is_none()
            && block.group.is_none_or(|group| group.elements.is_empty());
        let aggregates = self
            .air
            .list(block.items)
            .iter()
            .any(|item| matches!(item, air::query::Item::Expr { expr, .. } if self.has_aggregate(*expr)));
        plain && (aggregates || (block.from.is_none() && block.filter.is_none()))
    }

    fn has_aggregate(&self, id: ExprId) -> bool {
        let mut below = vec![id];
        while let Some(id) = below.pop() {
            match self.air.expr(id) {
                Expr::Aggregate { .. } => return true,
                Expr::Window { .. } => {}
                _ => self.air.children(Child::Expr(id), &mut |child| {
                    if let Child::Expr(id) = child {
                        below.push(id);
                    }
                }),
            }
        }
        false
    }

    /// Refuses names that are those of a variable and of a column: which is meant depends on the database.
    pub(super) fn check_names(&mut self, mark: usize, rows: &Rows, span: Span) -> Bound<()> {
        if rows.variables.is_empty() {
            return Ok(());
        }
        let both = self.air.source_ids().skip(mark).find_map(|source| {
            if !matches!(self.air.source(source).kind, SourceKind::Table { .. }) {
                return None;
            }
            let columns = self.air.list(self.air.source(source).columns);
            columns
                .iter()
                .map(|column| self.air.name(column.name))
                .find(|name| self.variable(name, rows).is_some())
        });
        match both.map(str::to_owned) {
            Some(name) => {
                let message = format!(
                    "`{name}` is a variable and a column of a table here, and which is meant differs"
                );
                self.refuse_trigger(span, &message, "give the variable another name")
            }
            None => Ok(()),
        }
    }
}
