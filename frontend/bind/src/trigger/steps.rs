//! The statements of a body.

use super::Rows;
use super::body::Done;
use crate::binder::{Binder, Bound};
use crate::scope::Clause;
use air::expr::CompareOp;
use air::query::SourceKind;
use air::routine::{Event, Timing};
use air::statement::Statement;
use air::{Expr, ExprId, SourceId};
use air_base::Span;
use airc_grammar::tree::{self, Arm, SetTarget, StatementKind, Step, StepKind};

/// Most statements of a body: what comes behind a branch that may return is bound once for each branch that does not.
const STATEMENTS_MAX: usize = 4096;

/// How a run of steps ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// With its last step.
    Runs,
    /// The body ends here, whatever comes behind.
    Returns,
}

impl<'a> Binder<'a> {
    /// A body, which is one block or one statement.
    pub(super) fn whole_body(&mut self, steps: &[Step], rows: &mut Rows, place: Span) -> Bound<Done> {
        let mut done = Done::default();
        let steps = self.without_block(steps)?;
        if let Some(moved) = self.own_row_update(&steps, rows)? {
            return Ok(moved);
        }
        self.steps(&steps, rows, &mut done)?;
        if done.statements.is_empty() {
            return self.refuse_trigger(
                place,
                "a trigger that does nothing is not translated",
                "leave it out",
            );
        }
        Ok(done)
    }

    /// The steps of the block that a body is.
    fn without_block(&mut self, steps: &[Step]) -> Bound<Vec<Step>> {
        let mut flat = Vec::new();
        for step in steps {
            match step.kind {
                StepKind::Block { body, handlers, .. } => {
                    if let Some(handler) = self.tree.list(handlers).first() {
                        return self.no_step(handler.conditions, "an exception handler");
                    }
                    let inner = self.tree.list(body).to_vec();
                    flat.extend(self.without_block(&inner)?);
                }
                _ => flat.push(*step),
            }
        }
        Ok(flat)
    }

    fn list(&mut self, steps: tree::List<Step>, rows: &mut Rows, done: &mut Done) -> Bound<Ends> {
        let steps = self.tree.list(steps).to_vec();
        let steps = self.without_block(&steps)?;
        self.steps(&steps, rows, done)
    }

    fn steps(&mut self, steps: &[Step], rows: &mut Rows, done: &mut Done) -> Bound<Ends> {
        for (at, step) in steps.iter().enumerate() {
            if done.statements.len() > STATEMENTS_MAX {
                return self.no_step(step.span, "a body of so many branches");
            }
            let rest = &steps[at + 1..];
            match step.kind {
                StepKind::Return(value) if rows.returns.is_some() => {
                    self.return_value(value, rows, step.span, done)?;
                }
                StepKind::Return(value) => {
                    self.returned(value, rows, step.span)?;
                    return Ok(Ends::Returns);
                }
                StepKind::If { arms, otherwise, strict } => {
                    let arms = self.tree.list(arms).to_vec();
                    if self.branch(None, &arms, otherwise, strict, rest, rows, done)? == Ends::Returns {
                        return Ok(Ends::Returns);
                    }
                }
                StepKind::Case { operand, arms, otherwise } => {
                    let arms = self.tree.list(arms).to_vec();
                    if self.branch(Some(operand), &arms, otherwise, true, rest, rows, done)? == Ends::Returns
                    {
                        return Ok(Ends::Returns);
                    }
                }
                _ => self.plain_step(step, rows, done)?,
            }
        }
        Ok(Ends::Runs)
    }

    /// IF and CASE. Where an arm ends the body, what comes behind is done in the others alone, so it is bound as part of
    /// them; the result then says that nothing is left.
    #[allow(clippy::too_many_arguments, reason = "the parts of one statement")]
    fn branch(
        &mut self,
        operand: Option<tree::ExprId>,
        arms: &[Arm],
        otherwise: Option<tree::List<Step>>,
        strict: bool,
        rest: &[Step],
        rows: &mut Rows,
        done: &mut Done,
    ) -> Bound<Ends> {
        let Some((arm, more)) = arms.split_first() else {
            let ends = match otherwise {
                Some(steps) => self.list(steps, rows, done)?,
                None if strict => {
                    let span = rest.first().map_or(Span::NONE, |step| step.span);
                    let message = self.text("case not found", span);
                    let state = self.str("20000");
                    done.statements.push(Statement::Raise { state, message });
                    Ends::Runs
                }
                None => Ends::Runs,
            };
            return Ok(ends);
        };
        match self.event_test(arm.when, rows.event).filter(|_| operand.is_none()) {
            Some(true) => return self.list(arm.body, rows, done),
            Some(false) => return self.branch(operand, more, otherwise, strict, rest, rows, done),
            None => {}
        }
        let span = self.span(arm.when);
        let mark = self.air.source_ids().len();
        let condition = match operand {
            Some(operand) => {
                let (left, right) = (self.expr(operand)?, self.expr(arm.when)?);
                self.comparison(CompareOp::Eq, left, right, span)?
            }
            None => self.predicate(arm.when)?,
        };
        self.check_reads(mark, None, rows, span)?;
        done.statements.push(Statement::If { condition });
        let then = self.list(arm.body, rows, done)?;
        let place = done.statements.len();
        done.statements.push(Statement::Else {});
        let mut ends = self.branch(operand, more, otherwise, strict, rest, rows, done)?;
        if then == Ends::Returns && ends == Ends::Runs {
            // The rest runs only where this arm is not taken.
            self.steps(rest, rows, done)?;
            ends = Ends::Returns;
        } else if then == Ends::Runs && ends == Ends::Returns {
            if !rest.is_empty() {
                let mut inner = std::mem::take(done);
                let tail = inner.statements.split_off(place);
                self.steps(rest, rows, &mut inner)?;
                inner.statements.extend(tail);
                *done = inner;
            }
            ends = Ends::Returns;
        }
        if done.statements.len() == place + 1 && matches!(done.statements[place], Statement::Else {}) {
            done.statements.pop();
        }
        done.statements.push(Statement::End {});
        Ok(ends)
    }

    /// Whether a condition about what makes the trigger run is true; `None` for other conditions.
    fn event_test(&self, condition: tree::ExprId, event: Event) -> Option<bool> {
        let shape = &self.shape.triggers;
        let name_of = |id: tree::ExprId| match self.tree.expr(id) {
            tree::Expr::Name(name) => {
                self.tree.single(name).map(|one| self.ident_text(one).to_ascii_lowercase())
            }
            _ => None,
        };
        match self.tree.expr(condition) {
            tree::Expr::Name(_) => {
                let name = name_of(condition)?;
                let at = shape.event_tests?.iter().position(|test| *test == name)?;
                Some([Event::Insert, Event::Update, Event::Delete][at] == event)
            }
            tree::Expr::Binary { op: tree::BinaryOp::Eq, left, right, .. } => {
                let (name, other) = match (name_of(left), name_of(right)) {
                    (Some(name), _) => (name, right),
                    (None, Some(name)) => (name, left),
                    _ => return None,
                };
                let text =
                    matches!(self.tree.expr(other), tree::Expr::Literal(literal) if literal.kind.is_text());
                let same = self.tree.literal_value(other, self.source).eq_ignore_ascii_case(event.word());
                (text && Some(&*name) == shape.event_name).then_some(same)
            }
            tree::Expr::And(terms) => {
                let tests = self.tree.list(terms).iter().map(|term| self.event_test(*term, event));
                tests.into_iter().any(|test| test == Some(false)).then_some(false)
            }
            tree::Expr::Or(terms) => {
                let tests: Vec<Option<bool>> =
                    self.tree.list(terms).iter().map(|term| self.event_test(*term, event)).collect();
                if tests.contains(&Some(true)) {
                    return Some(true);
                }
                tests.iter().all(|test| *test == Some(false)).then_some(false)
            }
            _ => None,
        }
    }

    /// The body of a function.
    pub(super) fn function_steps(&mut self, steps: &[Step], rows: &mut Rows, done: &mut Done) -> Bound<()> {
        let steps = self.without_block(steps)?;
        self.steps(&steps, rows, done).map(|_| ())
    }

    /// Refuses what looks into the trigger's own table, or changes it: sources from `mark` on.
    pub(super) fn check_reads(
        &mut self,
        mark: usize,
        target: Option<SourceId>,
        rows: &Rows,
        span: Span,
    ) -> Bound<()> {
        self.check_names(mark, rows, span)?;
        if rows.returns.is_some() {
            return Ok(());
        }
        let own = self.air.name(rows.table.name).to_owned();
        for source in self.air.source_ids().skip(mark) {
            let SourceKind::Table { name } = self.air.source(source).kind else { continue };
            if !self.air.name(name.name).eq_ignore_ascii_case(&own) {
                continue;
            }
            if Some(source) == target {
                let message =
                    "a trigger that changes its own table runs for that change in some databases only";
                let help = "set columns of NEW in a trigger that runs BEFORE the change";
                return self.refuse_trigger(span, message, help);
            }
            if rows.timing == Timing::After {
                let message =
                    "rows of the trigger's own table are seen before or after all of them are changed";
                return self.refuse_trigger(span, message, "");
            }
        }
        Ok(())
    }

    fn plain_step(&mut self, step: &Step, rows: &mut Rows, done: &mut Done) -> Bound<()> {
        match step.kind {
            StepKind::Sql(id) => self.sql_step(id, rows, done),
            StepKind::Assign { target, value } => self.set_row(target, value, rows, done, step.span),
            StepKind::Raise { head, values, options } => self.raise(head, values, options, step.span, done),
            StepKind::Nothing => Ok(()),
            StepKind::Declare { names, ty, value } => self.declare_locals(names, ty, value, rows, done),
            StepKind::Cursor { .. } => self.no_step(step.span, "a cursor"),
            StepKind::Handler { head, .. } => self.no_step(head, "a handler"),
            StepKind::Loop { .. } | StepKind::Leave { .. } => self.no_step(step.span, "a loop"),
            StepKind::Perform(_) => self.no_step(step.span, "PERFORM"),
            StepKind::Other => {
                let text = self.text_of(step.span);
                let first = text.split([' ', '(', '\n']).next().unwrap_or_default().to_ascii_uppercase();
                self.no_step(step.span, &first)
            }
            StepKind::Return(_) | StepKind::If { .. } | StepKind::Case { .. } | StepKind::Block { .. } => {
                self.no_step(step.span, "this statement")
            }
        }
    }

    fn return_value(
        &mut self,
        value: Option<tree::ExprId>,
        rows: &Rows,
        span: Span,
        done: &mut Done,
    ) -> Bound<()> {
        let (Some(value), Some(ty)) = (value, rows.returns) else {
            return self.no_step(span, "RETURN without a value");
        };
        let mark = self.air.source_ids().len();
        let bound = self.expr(value)?;
        let value = self.coerce(bound, ty, air::types::CastReason::Assignment)?;
        self.check_reads(mark, None, rows, span)?;
        done.statements.push(Statement::Return { value });
        Ok(())
    }

    /// RETURN of a trigger's function: the row goes on as it is.
    fn returned(&mut self, value: Option<tree::ExprId>, rows: &Rows, span: Span) -> Bound<()> {
        let Some(value) = value else { return Ok(()) };
        let word = self.text_of(self.span(value)).to_ascii_lowercase();
        let goes_on = match rows.event {
            _ if rows.timing == Timing::After => true,
            Event::Delete => word == "old",
            Event::Insert | Event::Update => word == "new",
        };
        if goes_on {
            return Ok(());
        }
        let what = if word == "null" { "leaving out the row" } else { "giving back another row" };
        self.no_step(span, what)
    }

    fn sql_step(&mut self, id: tree::StatementId, rows: &mut Rows, done: &mut Done) -> Bound<()> {
        let node = self.tree[id];
        match node.kind {
            StatementKind::Insert(_)
            | StatementKind::Update(_)
            | StatementKind::Delete(_)
            | StatementKind::Merge(_)
                if rows.returns.is_some() =>
            {
                self.no_routine(node.span, "a function that changes tables is not translated")
            }
            StatementKind::Insert(_)
            | StatementKind::Update(_)
            | StatementKind::Delete(_)
            | StatementKind::Merge(_) => {
                let kept =
                    (std::mem::take(&mut self.scopes.preceding), std::mem::take(&mut self.scopes.following));
                let mark = self.air.source_ids().len();
                let change = self.change(id);
                let before = std::mem::replace(&mut self.scopes.preceding, kept.0);
                let after = std::mem::replace(&mut self.scopes.following, kept.1);
                let change = change?;
                self.check_tables(&change, mark, rows, node.span, done)?;
                done.statements.extend(before);
                done.statements.push(change);
                done.statements.extend(after);
                Ok(())
            }
            StatementKind::Set(items) => {
                for item in self.tree.list(items).to_vec() {
                    let (SetTarget::Setting(name), [value]) = (item.target, self.tree.list(item.values))
                    else {
                        return self.no_step(item.span, "a variable of the session");
                    };
                    self.set_named(name, *value, rows, done, item.span)?;
                }
                Ok(())
            }
            StatementKind::Query(query) => self.query_step(query, rows, done, node.span),
            _ => {
                let text = self.text_of(node.span);
                let first = text.split_ascii_whitespace().next().unwrap_or_default().to_ascii_uppercase();
                self.no_step(node.span, &first)
            }
        }
    }

    /// Notes which tables a step changes, and refuses the trigger's own.
    fn check_tables(
        &mut self,
        change: &Statement,
        mark: usize,
        rows: &Rows,
        span: Span,
        done: &mut Done,
    ) -> Bound<()> {
        let target = match change {
            Statement::Insert { insert } => insert.target,
            Statement::Update { update } => update.target,
            Statement::Delete { delete } => delete.target,
            Statement::Merge { merge } => merge.target,
            _ => return self.no_step(span, "this statement"),
        };
        let returns = match change {
            Statement::Insert { insert } => !insert.returning.is_empty(),
            Statement::Update { update } => !update.returning.is_empty(),
            Statement::Delete { delete } => !delete.returning.is_empty(),
            Statement::Merge { merge } => !merge.returning.is_empty(),
            _ => false,
        };
        if returns {
            return self.no_step(span, "a change that returns rows");
        }
        self.check_reads(mark, Some(target), rows, span)?;
        let SourceKind::Table { name } = self.air.source(target).kind else {
            return self.no_step(span, "a change of no table");
        };
        let table = self.air.name(name.name).to_owned();
        if !done.writes.contains(&table) {
            done.writes.push(table);
        }
        Ok(())
    }

    /// A query in a body gives its values to columns of the row.
    fn query_step(
        &mut self,
        query: tree::QueryId,
        rows: &mut Rows,
        done: &mut Done,
        span: Span,
    ) -> Bound<()> {
        let node = self.tree[query];
        let tree::Body::Select(select_id) = node.body else { return self.no_step(span, "a query") };
        let select = self.tree[select_id];
        if self.raise_query(&select, done)? {
            return Ok(());
        }
        let Some(tree::IntoTarget::Variables(targets)) = select.into else {
            return self.no_step(span, "a query whose rows go nowhere");
        };
        let plain = select.filter.is_none()
            && select.group_by.is_none()
            && select.having.is_none()
            && node.with.is_none()
            && node.limit.is_none();
        let from = self.tree.list(select.from);
        let dual = match from {
            [] => true,
            [one] => self.shape.dual && self.text_of(self.tree[*one].span).eq_ignore_ascii_case("dual"),
            _ => false,
        };
        let (targets, items) = (self.tree.list(targets).to_vec(), self.tree.list(select.items).to_vec());
        if !plain || !dual || targets.len() != items.len() {
            let [target] = targets[..] else {
                return self.no_step(span, "SELECT INTO several variables from a table");
            };
            return self.select_into(query, select_id, target, rows, done, span);
        }
        for (target, item) in targets.into_iter().zip(items) {
            self.set_row(target, item.expr, rows, done, span)?;
        }
        Ok(())
    }

    fn set_row(
        &mut self,
        target: tree::ExprId,
        value: tree::ExprId,
        rows: &mut Rows,
        done: &mut Done,
        span: Span,
    ) -> Bound<()> {
        match self.tree.expr(target) {
            tree::Expr::Name(name) => self.set_named(name, value, rows, done, span),
            _ => self.no_step(span, "setting anything but a column of NEW"),
        }
    }

    /// `NEW.column := value`.
    fn set_named(
        &mut self,
        name: tree::Name,
        value: tree::ExprId,
        rows: &mut Rows,
        done: &mut Done,
        span: Span,
    ) -> Bound<()> {
        if let &[variable] = self.tree.list(name)
            && let Some((row, column)) = self.variable(&self.ident_text(variable), rows)
        {
            return self.set_variable(row, column, value, rows, done);
        }
        let &[row, column] = self.tree.list(name) else {
            return self.no_step(span, "a variable or a setting");
        };
        if !self.ident_text(row).eq_ignore_ascii_case("new") {
            return self.no_step(span, "a variable or a setting");
        }
        let (Some(new), Timing::Before) = (rows.new, rows.timing) else {
            return self.refuse_trigger(
                span,
                "the row is stored already, or is removed",
                "use a trigger that runs BEFORE",
            );
        };
        let text = self.ident_text(column);
        let reference = crate::names::Reference::new(column, &text);
        let Some(index) = self.find_column(new, reference, column.span)? else {
            let message = format!("the table has no column `{text}`");
            return Err(self.refuse(crate::codes::UNKNOWN_COLUMN, column.span, message));
        };
        self.store_in_row(new, index, value, rows, done)
    }

    pub(super) fn store_in_row(
        &mut self,
        new: SourceId,
        index: u32,
        value: tree::ExprId,
        rows: &Rows,
        done: &mut Done,
    ) -> Bound<()> {
        let written = self.text_of(self.span(value)).to_ascii_lowercase();
        let store = self.stores(rows.this, &[index])[0];
        let (mark, span) = (self.air.source_ids().len(), self.span(value));
        let value = self.stored_value(value, store)?;
        self.check_reads(mark, None, rows, span)?;
        if matches!(self.air.expr(value), Expr::Default {}) {
            let span = self.air.span(value);
            return self.no_step(span, "DEFAULT for a column of NEW");
        }
        let name = self.air.name(self.air.column(new, index).name).to_ascii_lowercase();
        done.sets.push((name, written));
        done.statements.push(Statement::SetRow { row: new, column: index, value });
        Ok(())
    }

    /// SIGNAL, RAISE.
    fn raise(
        &mut self,
        head: Span,
        values: tree::List<tree::ExprId>,
        options: tree::List<tree::RaiseOption>,
        span: Span,
        done: &mut Done,
    ) -> Bound<()> {
        let words = self.text_of(head);
        let lower = words.to_ascii_lowercase();
        let mut state = words.split('\'').nth(1).unwrap_or("").to_owned();
        let level = lower.split_ascii_whitespace().nth(1).unwrap_or("exception");
        let raises = lower.starts_with("raise");
        if raises && ["debug", "log", "info", "notice", "warning"].contains(&level) {
            // A message to whoever listens is no row.
            return Ok(());
        }
        if lower.starts_with("resignal") || (raises && level != "exception" && !level.starts_with("sqlstate"))
        {
            return self.no_step(span, "an error by name");
        }
        if !raises && (state.is_empty() || ["00", "01", "02"].contains(&state.get(..2).unwrap_or("00"))) {
            return self.no_step(span, "a condition that is no error");
        }
        let mut message = None;
        for option in self.tree.list(options).to_vec() {
            let name = self.ident_text(option.name).to_ascii_lowercase();
            match name.as_str() {
                "message_text" | "message" => message = Some(self.expr(option.value)?),
                "errcode" => {
                    let text = self.text_of(self.span(option.value));
                    state = text.trim_matches('\'').to_owned();
                    if state.len() != 5 || !text.starts_with('\'') {
                        return self.no_step(option.name.span, "an error by name");
                    }
                }
                // What a message says beside is for people.
                "mysql_errno" | "hint" | "detail" => {}
                _ => return self.no_step(option.name.span, "this part of an error"),
            }
        }
        if message.is_none()
            && let Some((format, arguments)) = self.tree.list(values).to_vec().split_first()
        {
            message = Some(self.formatted(*format, arguments, span)?);
        }
        let message = match message {
            Some(message) => message,
            None => self.text("", span),
        };
        let state = if state.is_empty() { if raises { "P0001" } else { "45000" } } else { &state };
        let state = self.str(state);
        done.statements.push(Statement::Raise { state, message });
        Ok(())
    }

    /// `'text % text'` and what stands for each `%`.
    fn formatted(&mut self, format: tree::ExprId, arguments: &[tree::ExprId], span: Span) -> Bound<ExprId> {
        let tree::Expr::Literal(literal) = self.tree.expr(format) else {
            return self.no_step(span, "an error whose text is computed");
        };
        if !literal.kind.is_text() {
            return self.no_step(span, "an error whose text is computed");
        }
        let text = self.tree.literal_value(format, self.source).into_owned();
        if !arguments.is_empty() || text.replace("%%", "").contains('%') {
            return self.no_step(span, "an error whose text has values in it");
        }
        Ok(self.text(&text.replace("%%", "%"), span))
    }

    /// SQLite: `SELECT RAISE(ABORT, 'text') [WHERE condition]`, `SELECT CASE WHEN condition THEN RAISE(…) END`.
    fn raise_query(&mut self, select: &tree::Select, done: &mut Done) -> Bound<bool> {
        let [item] = *self.tree.list(select.items) else { return Ok(false) };
        if !select.from.is_empty() || select.group_by.is_some() {
            return Ok(false);
        }
        let mut arms: Vec<(Option<tree::ExprId>, tree::ExprId)> = Vec::new();
        match self.tree.expr(item.expr) {
            tree::Expr::Case(case) if select.filter.is_none() => {
                let case = self.tree[case];
                if case.operand.is_some() || case.otherwise.is_some() {
                    return Ok(false);
                }
                arms.extend(
                    self.tree.list(case.whens).iter().map(|when| (Some(when.condition), when.result)),
                );
            }
            _ => arms.push((select.filter, item.expr)),
        }
        let mut errors = Vec::new();
        for (condition, error) in arms {
            let tree::Expr::Call(call) = self.tree.expr(error) else { return Ok(false) };
            let call = self.tree[call];
            if !self.tree.name_text(call.name, self.source).eq_ignore_ascii_case("raise") {
                return Ok(false);
            }
            let [how, text] = *self.tree.list(call.args) else { return Ok(false) };
            let word = self.text_of(self.span(how)).to_ascii_lowercase();
            if word != "abort" {
                return self.no_step(self.span(error), "RAISE that keeps or undoes more than the statement");
            }
            errors.push((condition, text));
        }
        // The first condition that is true decides, and every one of them ends in an error.
        for (condition, text) in errors {
            let message = self.expr(text)?;
            let state = self.str("45000");
            match condition {
                Some(condition) => {
                    self.scopes.open(Clause::Value);
                    let condition = self.predicate(condition)?;
                    self.scopes.close();
                    done.statements.push(Statement::If { condition });
                    done.statements.push(Statement::Raise { state, message });
                    done.statements.push(Statement::End {});
                }
                None => done.statements.push(Statement::Raise { state, message }),
            }
        }
        Ok(true)
    }
}
