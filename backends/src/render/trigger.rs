//! Triggers with their bodies.

use air::routine::{Event, Function, Timing, Trigger};
use air::statement::{InsertSource, Statement};
use air::target::TriggerForm;
use air::{Expr, ExprId, Literal, SourceId};
use air_base::Span;
use airc_passes::codes;

use super::{Done, Renderer};

impl Renderer<'_> {
    /// The trigger at `at` with its body, up to its end: one statement of the target, or two.
    pub(super) fn trigger(&mut self, at: usize, trigger: &Trigger, span: Span) -> Done {
        let end = self.air.end_of(at);
        self.open();
        match self.target.can.triggers.form {
            TriggerForm::No => return Err(self.no_trigger(span, "triggers are not written")),
            TriggerForm::Signal if end == at + 2 => {
                self.trigger_head(trigger)?;
                self.indent();
                self.steps(at + 1, end)?;
                // One statement is no block: it ends where the trigger does.
                self.out.pop();
                self.dedent();
            }
            TriggerForm::Signal | TriggerForm::RaiseQuery => {
                self.trigger_head(trigger)?;
                self.block(at, end, None)?;
            }
            TriggerForm::Function => {
                self.trigger_head(trigger)?;
                self.hard();
                self.push("EXECUTE FUNCTION ");
                self.object(&trigger.name)?;
                self.push("()");
            }
        }
        self.close();
        Ok(())
    }

    /// The function that the trigger at `at` runs.
    pub(super) fn trigger_function(&mut self, at: usize, trigger: &Trigger) -> Done {
        let end = self.air.end_of(at);
        self.open();
        self.push("CREATE OR REPLACE FUNCTION ");
        self.object(&trigger.name)?;
        self.push("() RETURNS trigger LANGUAGE plpgsql AS $$");
        let start = self.out.len();
        if let Some(Statement::Declare { variables }) = self.air.statements.get(at + 1) {
            self.hard();
            self.push("#variable_conflict use_column");
            self.declare(*variables, Span::NONE)?;
        }
        let last = match (trigger.timing, trigger.event) {
            (Timing::After, _) => "RETURN NULL;",
            (Timing::Before, Event::Delete) => "RETURN OLD;",
            (Timing::Before, _) => "RETURN NEW;",
        };
        self.block(at, end, Some(last))?;
        if self.out[start..].contains("$$") {
            return Err(self.no_trigger(Span::NONE, "a body with $$ in it is not written"));
        }
        self.hard();
        self.push("$$");
        self.close();
        Ok(())
    }

    /// The function at `at` with its body.
    pub(super) fn function(&mut self, at: usize, function: &Function, span: Span) -> Done {
        let end = self.air.end_of(at);
        let blocks = self.target.can.triggers.form;
        self.open();
        self.push(match blocks {
            TriggerForm::Function => "CREATE OR REPLACE FUNCTION ",
            TriggerForm::Signal => "CREATE FUNCTION ",
            TriggerForm::No | TriggerForm::RaiseQuery => {
                return Err(self.refuse(codes::ROUTINE, span, "functions are not written"));
            }
        });
        self.object(&function.name)?;
        self.push("(");
        for (i, column) in self.air.list(self.air.source(function.parameters).columns).iter().enumerate() {
            self.push(if i > 0 { ", " } else { "" });
            self.name(column.name)?;
            self.push(" ");
            self.variable_type(column.ty, span)?;
        }
        self.push(") RETURNS ");
        self.variable_type(function.returns, span)?;
        let start = self.out.len();
        if blocks == TriggerForm::Function {
            self.push(" LANGUAGE plpgsql AS $$");
            self.hard();
            self.push("#variable_conflict use_column");
            if let Some(Statement::Declare { variables }) = self.air.statements.get(at + 1) {
                self.declare(*variables, span)?;
            }
        } else if function.deterministic {
            self.push(" DETERMINISTIC READS SQL DATA");
        } else {
            self.push(" READS SQL DATA");
        }
        self.block(at, end, None)?;
        if blocks == TriggerForm::Function {
            if self.out[start + " LANGUAGE plpgsql AS $$".len()..].contains("$$") {
                return Err(self.refuse(codes::ROUTINE, span, "a body with $$ in it is not written"));
            }
            self.hard();
            self.push("$$");
        }
        self.close();
        Ok(())
    }

    /// The body of what begins at `at` as a block, with a statement of the target's own at its end.
    fn block(&mut self, at: usize, end: usize, last: Option<&str>) -> Done {
        self.hard();
        self.push("BEGIN");
        self.indent();
        self.steps(at + 1, end)?;
        if let Some(last) = last {
            self.hard();
            self.push(last);
        }
        self.dedent();
        self.hard();
        self.push("END");
        Ok(())
    }

    /// Variables before the block, in one of their own name.
    fn declare(&mut self, variables: SourceId, span: Span) -> Done {
        self.hard();
        self.push("<<");
        self.name(self.air.source(variables).alias)?;
        self.push(">>");
        self.hard();
        self.push("DECLARE");
        self.indent();
        for column in self.air.list(self.air.source(variables).columns) {
            self.hard();
            self.name(column.name)?;
            self.push(" ");
            self.variable_type(column.ty, span)?;
            self.push(";");
        }
        self.dedent();
        Ok(())
    }

    fn variable_type(&mut self, ty: air::Type, span: Span) -> Done {
        let spelling = self.backend.spelling.column_type;
        spelling(ty, &self.target.profile, self.options.catalog, self.out)
            .map_err(|_| self.refuse(codes::TYPE, span, "a variable of this type has no form"))
    }

    fn no_trigger(&self, span: Span, what: &str) -> Box<air_base::Diagnostic> {
        self.refuse(codes::TRIGGER, span, what)
    }

    fn trigger_head(&mut self, trigger: &Trigger) -> Done {
        self.push("CREATE ");
        if trigger.or_replace {
            self.push("OR REPLACE ");
        }
        self.push("TRIGGER ");
        if trigger.if_not_exists {
            self.push("IF NOT EXISTS ");
        }
        // A trigger of PostgreSQL is in the schema of its table.
        match self.target.can.triggers.form {
            TriggerForm::Function => self.name(trigger.name.name)?,
            _ => self.object(&trigger.name)?,
        }
        self.push(match trigger.timing {
            Timing::Before => " BEFORE ",
            Timing::After => " AFTER ",
        });
        self.push(match trigger.event {
            Event::Insert => "INSERT",
            Event::Update => "UPDATE",
            Event::Delete => "DELETE",
        });
        if !trigger.columns.is_empty() {
            self.push(" OF ");
            self.names(&trigger.columns)?;
        }
        self.push(" ON ");
        match self.target.can.triggers.form {
            // The schema is that of the trigger.
            TriggerForm::RaiseQuery => self.name(trigger.table.name)?,
            _ => self.object(&trigger.table)?,
        }
        self.push(" FOR EACH ROW");
        if let Some(condition) = trigger.condition {
            self.push(" WHEN (");
            self.expr(condition, 0)?;
            self.push(")");
        }
        Ok(())
    }

    /// The statements of a body or branch, each on its line.
    fn steps(&mut self, from: usize, end: usize) -> Done {
        let form = self.target.can.triggers.form;
        let mut at = from;
        while at < end {
            let span = self.air.statement_spans.get(at).copied().unwrap_or(Span::NONE);
            let air = self.air;
            match &air.statements[at] {
                Statement::If { condition } if form == TriggerForm::RaiseQuery => {
                    let Some(Statement::Raise { message, .. }) = air.statements.get(at + 1) else {
                        return Err(self.unlegal(span, "a branch"));
                    };
                    self.hard();
                    self.raise_query(*message, Some(*condition), span)?;
                    at = self.air.end_of(at);
                }
                Statement::If { condition } => {
                    self.hard();
                    self.push("IF ");
                    self.expr(*condition, 0)?;
                    self.push(" THEN");
                    let stop = self.air.end_of(at);
                    let middle = self.else_of(at, stop);
                    self.indent();
                    self.steps(at + 1, middle.unwrap_or(stop))?;
                    if middle == Some(at + 1) && form == TriggerForm::Signal {
                        // MySQL has no empty branch.
                        self.hard();
                        self.push("BEGIN END;");
                    }
                    self.dedent();
                    if let Some(middle) = middle {
                        self.hard();
                        self.push("ELSE");
                        self.indent();
                        self.steps(middle + 1, stop)?;
                        self.dedent();
                    }
                    self.hard();
                    self.push("END IF;");
                    at = stop;
                }
                Statement::Declare { variables } => match form {
                    TriggerForm::Function => {}
                    TriggerForm::Signal => {
                        for column in self.air.list(self.air.source(*variables).columns) {
                            self.hard();
                            self.push("DECLARE ");
                            self.name(column.name)?;
                            self.push(" ");
                            self.variable_type(column.ty, span)?;
                            self.push(";");
                        }
                    }
                    TriggerForm::No | TriggerForm::RaiseQuery => {
                        return Err(self.no_trigger(span, "a body has no variables"));
                    }
                },
                Statement::Return { value } => {
                    self.hard();
                    self.push("RETURN ");
                    self.expr(*value, 0)?;
                    self.push(";");
                }
                Statement::SetRow { row, column, value } => {
                    self.hard();
                    if form == TriggerForm::Signal {
                        self.push("SET ");
                    }
                    self.column(*row, *column, true)?;
                    self.push(if form == TriggerForm::Signal { " = " } else { " := " });
                    self.expr(*value, 0)?;
                    self.push(";");
                }
                Statement::Raise { state, message } => {
                    self.hard();
                    match form {
                        TriggerForm::RaiseQuery => self.raise_query(*message, None, span)?,
                        TriggerForm::Function => {
                            self.push("RAISE EXCEPTION USING MESSAGE = ");
                            self.expr(*message, 0)?;
                            self.push(", ERRCODE = '");
                            self.push(self.air.text(*state));
                            self.push("';");
                        }
                        TriggerForm::Signal | TriggerForm::No => {
                            self.push("SIGNAL SQLSTATE '");
                            self.push(self.air.text(*state));
                            self.push("' SET MESSAGE_TEXT = ");
                            self.plain_text(*message, span)?;
                            self.push(";");
                        }
                    }
                }
                Statement::Nothing { .. } => {}
                change if change.changes_rows() => {
                    if form == TriggerForm::RaiseQuery {
                        self.fits_body(change, span)?;
                    }
                    self.hard();
                    self.statement(change, span)?;
                    self.push(";");
                }
                _ => return Err(self.no_trigger(span, "a body has no form for one of its statements")),
            }
            at += 1;
        }
        Ok(())
    }

    /// Where the ELSE of the branch at `at` stands.
    fn else_of(&self, at: usize, end: usize) -> Option<usize> {
        let mut depth = 0;
        (at..end).find(|place| {
            match &self.air.statements[*place] {
                Statement::If { .. } => depth += 1,
                Statement::End {} => depth -= 1,
                _ => {}
            }
            depth == 1 && matches!(self.air.statements[*place], Statement::Else {})
        })
    }

    fn raise_query(&mut self, message: ExprId, condition: Option<ExprId>, span: Span) -> Done {
        self.push("SELECT RAISE(ABORT, ");
        self.plain_text(message, span)?;
        self.push(")");
        if let Some(condition) = condition {
            self.push(" WHERE ");
            self.expr(condition, 0)?;
        }
        self.push(";");
        Ok(())
    }

    /// A text that is no more than that: where it stands, nothing is computed.
    fn plain_text(&mut self, message: ExprId, span: Span) -> Done {
        match self.air.expr(message) {
            Expr::Literal { value: Literal::Text { .. } } => self.expr(message, 0),
            _ => Err(self.no_trigger(span, "the text of an error cannot be computed")),
        }
    }

    /// SQLite: changes in a body name tables of its own schema, without WITH or DEFAULT VALUES.
    fn fits_body(&self, change: &Statement, span: Span) -> Done {
        let target = match change {
            Statement::Insert { insert } => {
                if matches!(insert.source, InsertSource::Defaults {}) {
                    return Err(self.no_trigger(span, "DEFAULT VALUES has no form in a body"));
                }
                insert.target
            }
            Statement::Update { update } => update.target,
            Statement::Delete { delete } => delete.target,
            _ => return Err(self.no_trigger(span, "MERGE has no form in a body")),
        };
        if !change.ctes().is_empty() {
            return Err(self.no_trigger(span, "WITH before a change has no form in a body"));
        }
        if self.table_name(target).is_some_and(|name| name.schema.is_some()) {
            return Err(self.no_trigger(span, "a table of a schema has no name in a body"));
        }
        Ok(())
    }
}
