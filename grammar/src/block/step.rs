//! One statement of a body.

use super::{BLOCKS_MAX, Body, Read, is_target};
use crate::codes;
use crate::tree::{Arm, Caught, ExprId, LoopKind, RaiseOption, Step, StepKind};
use air_base::{Diagnostic, Dialect, Span};
use airc_lex::{Ident, K, Op};

/// Words that end the statements of a branch, loop or block.
const ENDS: &[&str] = &["end", "else", "elseif", "elsif", "when", "until", "exception"];

impl Body<'_, '_> {
    /// PL/SQL and PL/pgSQL: `LOOP` rather than `DO`, `:=`, declarations before `BEGIN`.
    fn is_pl(&self) -> bool {
        matches!(self.dialect, Dialect::Oracle | Dialect::Postgres)
    }

    /// Statements up to a word that ends them.
    fn steps(&mut self) -> Read<Vec<Step>> {
        let mut steps = Vec::new();
        while self.at < self.words.len() && !self.any(ENDS) {
            if self.k() == K::Semi {
                self.at += 1;
                continue;
            }
            self.step(&mut steps)?;
        }
        Ok(steps)
    }

    fn list(&mut self) -> Read<crate::tree::List<Step>> {
        let steps = self.steps()?;
        Ok(self.parser.push_list(&steps))
    }

    /// The statement here, with its semicolon. `DECLARE` may become several.
    pub(super) fn step(&mut self, steps: &mut Vec<Step>) -> Read<()> {
        if self.depth >= BLOCKS_MAX {
            let place = self.span(self.at);
            let message = format!("blocks are nested more than {BLOCKS_MAX} levels deep");
            self.parser.say(Diagnostic::error(codes::MISPLACED, place, message));
            return Err(super::Stopped);
        }
        self.depth += 1;
        let from = self.at;
        let label = self.label()?;
        let kind = self.kind(label)?;
        self.semicolon()?;
        self.depth -= 1;
        steps.push(Step { kind, span: self.span(from) });
        Ok(())
    }

    /// `name:` or `<<name>>` before a loop or block.
    fn label(&mut self) -> Read<Option<Ident>> {
        if self.k() == K::Name
            && self.kind_at(self.at + 1) == K::Colon
            && ["begin", "loop", "while", "repeat"].iter().any(|word| self.is_at(self.at + 2, word))
        {
            let name = self.ident()?;
            self.at += 1;
            return Ok(Some(name));
        }
        let shifted =
            self.is_pl() && self.words.get(self.at).is_some_and(|tok| tok.span().text(self.source) == "<<");
        if shifted {
            self.at += 1;
            let name = self.ident()?;
            if self.words.get(self.at).is_none_or(|tok| tok.span().text(self.source) != ">>") {
                return self.expected("`>>`");
            }
            self.at += 1;
            return Ok(Some(name));
        }
        Ok(None)
    }

    fn kind(&mut self, label: Option<Ident>) -> Read<StepKind> {
        let word = match self.words.get(self.at) {
            Some(tok) if tok.kind == K::Name && tok.flag == 0 => {
                tok.span().text(self.source).to_ascii_lowercase()
            }
            _ => String::new(),
        };
        let followed = matches!(self.kind_at(self.at + 1), K::Dot) || self.is_assignment(self.at + 1);
        if label.is_none() && (followed || word.is_empty()) {
            return self.assignment_or_sql();
        }
        match word.as_str() {
            "begin" => {
                self.at += 1;
                self.take("atomic");
                self.block(label, Vec::new())
            }
            "declare" if self.is_pl() => {
                self.at += 1;
                let declared = self.declarations()?;
                self.demand("begin")?;
                self.block(label, declared)
            }
            "declare" => self.declare(),
            "if" => self.branches(),
            "case" if self.has_end_case() => self.case(),
            "loop" | "while" | "repeat" | "for" | "foreach" => self.repeated(label),
            "leave" | "iterate" if !self.is_pl() => {
                let again = self.is("iterate");
                self.at += 1;
                Ok(StepKind::Leave { again, label: Some(self.ident()?), when: None })
            }
            "exit" | "continue" if self.is_pl() => {
                let again = self.is("continue");
                self.at += 1;
                let label = if self.k() == K::Name && !self.is("when") { Some(self.ident()?) } else { None };
                let when = if self.take("when") { Some(self.to_semicolon()?) } else { None };
                Ok(StepKind::Leave { again, label, when })
            }
            "return" => {
                self.at += 1;
                if self.dialect == Dialect::Postgres && (self.is("next") || self.is("query")) {
                    return self.other();
                }
                let value = if self.k() == K::Semi || self.at >= self.words.len() {
                    None
                } else {
                    Some(self.to_semicolon()?)
                };
                Ok(StepKind::Return(value))
            }
            "signal" | "resignal" | "raise" => self.raise(),
            "null" if self.is_pl() => {
                self.at += 1;
                Ok(StepKind::Nothing)
            }
            "perform" if self.dialect == Dialect::Postgres => self.perform(),
            "open" | "fetch" | "close" | "get" | "move" | "execute" | "assert" | "call" | "forall"
            | "goto" | "diagnostics" | "pragma" | "pipe" => self.other(),
            _ => self.assignment_or_sql(),
        }
    }

    /// True if a value is assigned by the sign at `at`.
    fn is_assignment(&self, at: usize) -> bool {
        self.is_pl()
            && (self.is_op(at, Op::Assign) || (self.dialect == Dialect::Postgres && self.is_op(at, Op::Eq)))
    }

    fn to_semicolon(&mut self) -> Read<ExprId> {
        let end = self.semicolon_at();
        self.expression(end)
    }

    /// A statement that is kept as it is.
    fn other(&mut self) -> Read<StepKind> {
        self.at = self.semicolon_at();
        Ok(StepKind::Other)
    }

    fn assignment_or_sql(&mut self) -> Read<StepKind> {
        let end = self.semicolon_at();
        if self.is_pl() && self.k() == K::Name {
            let sign = (self.at..end).find(|at| self.is_assignment(*at));
            // `a.b[1] := value`: names, dots and brackets alone stand before the sign.
            let named = |at: usize| {
                (self.at..at).all(|at| matches!(self.kind_at(at), K::Name | K::Dot | K::Lb | K::Rb | K::Lit))
                    && !["select", "update", "insert", "delete", "with"].iter().any(|word| self.is(word))
            };
            if let Some(sign) = sign.filter(|at| named(*at)) {
                let target = self.expression(sign)?;
                if !is_target(self.parser.tree.expr(target)) {
                    self.at = end;
                    return Ok(StepKind::Other);
                }
                self.at = sign + 1;
                let value = self.expression(end)?;
                return Ok(StepKind::Assign { target, value });
            }
            // A procedure is called by its name alone.
            let call = self.dialect == Dialect::Oracle
                && (self.at + 1 == end || matches!(self.kind_at(self.at + 1), K::Lp | K::Dot))
                && !self
                    .any(&["commit", "rollback", "insert", "update", "delete", "select", "merge", "with"]);
            if call {
                return self.other();
            }
        }
        Ok(StepKind::Sql(self.parse(end, false)?))
    }

    fn perform(&mut self) -> Read<StepKind> {
        // The rest is a query without its first word.
        let end = self.semicolon_at();
        self.at = end;
        Ok(StepKind::Other)
    }

    /// Behind `BEGIN`.
    fn block(&mut self, label: Option<Ident>, mut body: Vec<Step>) -> Read<StepKind> {
        body.extend(self.steps()?);
        let mut handlers = Vec::new();
        if self.is_pl() && self.take("exception") {
            while self.take("when") {
                let from = self.at;
                self.at = self.find(|body, at| body.is_at(at, "then"));
                let conditions = self.span(from);
                self.demand("then")?;
                handlers.push(Caught { conditions, body: self.list()? });
            }
        }
        self.demand("end")?;
        // The name of the block, or of the routine.
        if self.k() == K::Name {
            self.at += 1;
        }
        let body = self.parser.push_list(&body);
        let handlers = self.parser.push_list(&handlers);
        Ok(StepKind::Block { label, body, handlers })
    }

    /// Behind `IF`; the arms and what ends them.
    fn branches(&mut self) -> Read<StepKind> {
        let mut arms = Vec::new();
        loop {
            self.at += 1;
            let when = self.expression_to(&["then"])?;
            self.demand("then")?;
            arms.push(Arm { when, body: self.list()? });
            if !self.any(&["elseif", "elsif"]) {
                break;
            }
        }
        let otherwise = if self.take("else") { Some(self.list()?) } else { None };
        self.demand("end")?;
        self.demand("if")?;
        let arms = self.parser.push_list(&arms);
        Ok(StepKind::If { arms, otherwise, strict: false })
    }

    /// True if the `CASE` here is a statement: it ends with `END CASE`.
    fn has_end_case(&self) -> bool {
        // A statement cannot start with an expression, so this is one.
        self.is("case")
    }

    fn case(&mut self) -> Read<StepKind> {
        self.at += 1;
        let operand = if self.is("when") { None } else { Some(self.expression_to(&["when"])?) };
        let mut arms = Vec::new();
        while self.take("when") {
            let when = self.expression_to(&["then"])?;
            self.demand("then")?;
            arms.push(Arm { when, body: self.list()? });
        }
        if arms.is_empty() {
            return self.expected("WHEN");
        }
        let otherwise = if self.take("else") { Some(self.list()?) } else { None };
        self.demand("end")?;
        self.demand("case")?;
        let arms = self.parser.push_list(&arms);
        Ok(match operand {
            Some(operand) => StepKind::Case { operand, arms, otherwise },
            None => StepKind::If { arms, otherwise, strict: true },
        })
    }

    fn repeated(&mut self, label: Option<Ident>) -> Read<StepKind> {
        let opening = if self.is_pl() { "loop" } else { "do" };
        let (kind, closing) = if self.take("while") {
            let when = self.expression_to(&[opening])?;
            self.demand(opening)?;
            (LoopKind::While(when), if self.is_pl() { "loop" } else { "while" })
        } else if self.take("loop") {
            (LoopKind::Endless, "loop")
        } else if self.is("for") || self.is("foreach") {
            let from = self.at;
            self.at = self.for_end(opening);
            let head = self.span(from);
            self.demand(opening)?;
            (LoopKind::For(head), if self.is_pl() { "loop" } else { "for" })
        } else {
            self.demand("repeat")?;
            let body = self.list()?;
            self.demand("until")?;
            let until = self.expression_to(&["end"])?;
            self.demand("end")?;
            self.demand("repeat")?;
            self.closing_label();
            return Ok(StepKind::Loop { label, kind: LoopKind::Until(until), body });
        };
        let body = self.list()?;
        self.demand("end")?;
        self.demand(closing)?;
        self.closing_label();
        Ok(StepKind::Loop { label, kind, body })
    }

    /// Where the words that open a `FOR` end.
    fn for_end(&self, opening: &str) -> usize {
        self.find(|body, at| body.is_at(at, opening))
    }

    fn closing_label(&mut self) {
        if self.k() == K::Name {
            self.at += 1;
        }
    }

    /// MySQL's `DECLARE`.
    fn declare(&mut self) -> Read<StepKind> {
        self.at += 1;
        if self.any(&["continue", "exit", "undo"]) && self.is_at(self.at + 1, "handler") {
            return self.handler();
        }
        let name = self.ident()?;
        if self.is("condition") {
            return self.other();
        }
        if self.take("cursor") {
            self.demand("for")?;
            let end = self.semicolon_at();
            let query = Some(self.parse(end, false)?);
            return Ok(StepKind::Cursor { name, query });
        }
        let mut names = vec![name];
        while self.k() == K::Comma {
            self.at += 1;
            names.push(self.ident()?);
        }
        self.declared(&names)
    }

    /// Type and value of variables.
    fn declared(&mut self, names: &[Ident]) -> Read<StepKind> {
        let from = self.at;
        let pl = self.is_pl();
        self.at = self.find(|body, at| {
            body.is_at(at, "default") || (pl && (body.is_op(at, Op::Assign) || body.is_op(at, Op::Eq)))
        });
        if self.at == from {
            return self.expected("a type");
        }
        let ty = self.span(from);
        let value = if self.k() == K::Semi || self.at >= self.words.len() {
            None
        } else {
            self.at += 1;
            Some(self.to_semicolon()?)
        };
        let names = self.idents(names);
        Ok(StepKind::Declare { names, ty, value })
    }

    fn idents(&mut self, names: &[Ident]) -> crate::tree::List<Ident> {
        let start = self.parser.tree.idents.len() as u32;
        self.parser.tree.idents.extend_from_slice(names);
        crate::tree::List::new(start, names.len() as u32)
    }

    fn handler(&mut self) -> Read<StepKind> {
        let from = self.at;
        self.at += 2;
        self.demand("for")?;
        // Conditions, with commas between them: `NOT FOUND`, `SQLSTATE [VALUE] '…'`, a name, a number.
        loop {
            if self.take("not") {
                self.demand("found")?;
            } else if self.take("sqlstate") {
                self.take("value");
                if self.k() != K::Str {
                    return self.expected("<string>");
                }
                self.at += 1;
            } else if matches!(self.k(), K::Name | K::Lit) {
                self.at += 1;
            } else {
                return self.expected("a condition");
            }
            if self.k() != K::Comma {
                break;
            }
            self.at += 1;
        }
        let head = self.span(from);
        let mut body = Vec::new();
        let start = self.at;
        let kind = self.kind(None)?;
        body.push(Step { kind, span: self.span(start) });
        let body = self.parser.push_list(&body);
        Ok(StepKind::Handler { head, body })
    }

    /// `DECLARE` of PL/SQL and PL/pgSQL, up to `BEGIN`.
    pub(super) fn declarations(&mut self) -> Read<Vec<Step>> {
        let mut steps = Vec::new();
        while self.at < self.words.len() && !self.is("begin") {
            let from = self.at;
            self.take("declare");
            let kind = if self.any(&["pragma", "type", "subtype", "procedure", "function"])
                && self.kind_at(self.at + 1) == K::Name
            {
                self.other()?
            } else if self.is("cursor") {
                self.at += 1;
                let name = self.ident()?;
                self.cursor(name)?
            } else {
                let name = self.ident()?;
                if self.any(&["cursor", "scroll", "no"]) {
                    self.cursor(name)?
                } else if self.is("alias") {
                    self.other()?
                } else {
                    self.declared(&[name])?
                }
            };
            if self.k() != K::Semi {
                return self.expected("`;`");
            }
            self.at += 1;
            steps.push(Step { kind, span: self.span(from) });
        }
        Ok(steps)
    }

    /// A cursor behind its name, or behind `name CURSOR`.
    fn cursor(&mut self, name: Ident) -> Read<StepKind> {
        let end = self.semicolon_at();
        let query = (self.at..end).find(|at| self.is_at(*at, "select") || self.is_at(*at, "with"));
        let query = match query {
            Some(start) if self.kind_at(start.wrapping_sub(1)) != K::Lp => {
                self.at = start;
                Some(self.parse(end, false)?)
            }
            _ => {
                self.at = end;
                None
            }
        };
        Ok(StepKind::Cursor { name, query })
    }

    fn raise(&mut self) -> Read<StepKind> {
        let from = self.at;
        self.at += 1;
        let mut values = Vec::new();
        if self.is_pl() {
            // RAISE [level] ['format' {, value} | name | SQLSTATE '…'] [USING name = value {, …}]
            let end = self.semicolon_at();
            self.at = self.find(|body, at| body.kind_at(at) == K::Str || body.is_at(at, "using")).min(end);
            if self.is_at(self.at.wrapping_sub(1), "sqlstate") {
                self.at += 1;
            }
            let head = self.span(from);
            while self.at < end && !self.is("using") {
                let stop = self.find(|body, at| body.kind_at(at) == K::Comma || body.is_at(at, "using"));
                values.push(self.expression(stop)?);
                if self.k() == K::Comma {
                    self.at += 1;
                }
            }
            let options = if self.take("using") { self.raise_options()? } else { Vec::new() };
            return Ok(self.raised(head, &values, &options));
        }
        // SIGNAL {SQLSTATE [VALUE] '…' | name} [SET name = value, …]
        if self.take("sqlstate") {
            self.take("value");
            if self.k() != K::Str {
                return self.expected("<string>");
            }
            self.at += 1;
        } else if self.k() == K::Name && !self.is("set") {
            self.at += 1;
        }
        let head = self.span(from);
        let options = if self.take("set") { self.raise_options()? } else { Vec::new() };
        Ok(self.raised(head, &values, &options))
    }

    fn raised(&mut self, head: Span, values: &[ExprId], options: &[RaiseOption]) -> StepKind {
        let values = self.parser.push_list(values);
        let options = self.parser.push_list(options);
        StepKind::Raise { head, values, options }
    }

    fn raise_options(&mut self) -> Read<Vec<RaiseOption>> {
        let mut options = Vec::new();
        loop {
            let name = self.ident()?;
            if !self.is_op(self.at, Op::Eq) && !self.is_op(self.at, Op::Assign) {
                return self.expected("`=`");
            }
            self.at += 1;
            let stop = self.find(|body, at| body.kind_at(at) == K::Comma);
            let value = self.expression(stop)?;
            options.push(RaiseOption { name, value });
            if self.k() != K::Comma {
                return Ok(options);
            }
            self.at += 1;
        }
    }
}
