//! Statements that are neither queries nor definitions, and what every statement gets.

use super::gates::{LITE, MARIA, MS, MY, ORA, PG};
use super::{Builder, Mark, X};
use crate::tree::*;
use air_base::Span;
use airc_lex::aux;

impl Builder<'_> {
    pub(crate) fn statement(&mut self, kind: StatementKind, l: u32, r: u32) -> StatementId {
        self.check_escape();
        let span = self.span(l, r);
        let terminator = Span::new(span.end, span.end);
        self.node(Statement { kind, span, terminator, depth: 0, question_marks: 0 })
    }

    pub(crate) fn mode(&mut self, l: u32) {
        let code = self.aux(l);
        let modes = &mut self.stacks.modes;
        match code {
            0 => modes.isolation = Some(Isolation::ReadUncommitted),
            1 => modes.isolation = Some(Isolation::ReadCommitted),
            2 => modes.isolation = Some(Isolation::RepeatableRead),
            3 => modes.isolation = Some(Isolation::Serializable),
            4 => modes.isolation = Some(Isolation::Snapshot),
            16 => modes.read_only = Some(true),
            17 => modes.read_only = Some(false),
            18 => modes.deferrable = Some(true),
            19 => modes.deferrable = Some(false),
            20 => modes.snapshot = true,
            32 => modes.locking = Some(Locking::Deferred),
            33 => modes.locking = Some(Locking::Immediate),
            _ => modes.locking = Some(Locking::Exclusive),
        }
    }

    pub(crate) fn begin(&mut self, l: u32, r: u32) -> StatementId {
        let modes = std::mem::take(&mut self.stacks.modes);
        self.statement(StatementKind::Begin { modes }, l, r)
    }

    pub(crate) fn set_transaction(&mut self, l: u32, r: u32) -> StatementId {
        let modes = std::mem::take(&mut self.stacks.modes);
        let session = self.aux(l) == 1;
        self.statement(StatementKind::SetTransaction { modes, session }, l, r)
    }

    pub(crate) fn commit(&mut self, l: u32, r: u32) -> StatementId {
        let chain = self.aux(l) == 1;
        self.statement(StatementKind::Commit { chain }, l, r)
    }

    pub(crate) fn rollback(&mut self, l: u32, n: Option<u32>, r: u32) -> StatementId {
        let savepoint = n.map(|n| self.ident(n));
        let chain = savepoint.is_none() && self.aux(l) == 1;
        self.statement(StatementKind::Rollback { savepoint, chain }, l, r)
    }

    pub(crate) fn savepoint(&mut self, n: u32, release: bool, l: u32, r: u32) -> StatementId {
        if release {
            self.gate(MY.or(PG).or(LITE), l, "RELEASE");
        }
        let name = self.ident(n);
        let kind = if release { StatementKind::Release(name) } else { StatementKind::Savepoint(name) };
        self.statement(kind, l, r)
    }

    // SET.

    fn scope(&self, l: u32) -> SetScope {
        match self.aux(l) {
            1 => SetScope::Global,
            2 => SetScope::Session,
            3 => SetScope::Local,
            4 => SetScope::Persist,
            _ => SetScope::None,
        }
    }

    /// The scope a token before the name at `l` gives.
    fn scope_before(&self, l: u32) -> SetScope {
        if l > 0 && self.tok(l - 1).kind == airc_lex::K::SetStatement {
            self.scope(l - 1)
        } else {
            SetScope::None
        }
    }

    fn setting(&mut self, name: Name, values: List<ExprId>, l: u32, r: u32) -> Mark {
        let scope = self.scope_before(l);
        let span = self.span(l, r);
        self.open(SetItem { target: SetTarget::Setting(name), values, scope, span })
    }

    pub(crate) fn set_item(&mut self, l: u32, x: X, r: u32) -> Mark {
        let value = self.end(x);
        // A scope in the middle of the list stands before its name.
        let l = if self.tok(l).kind == airc_lex::K::SetStatement { l + 1 } else { l };
        let name = self.name_of(l);
        let values = self.list_of(&[value]);
        self.setting(name, values, l, r)
    }

    pub(crate) fn set_variable(&mut self, l: u32, x: X, r: u32) -> Mark {
        let value = self.end(x);
        let variable = self.variable(l);
        let values = self.list_of(&[value]);
        let span = self.span(l, r);
        let scope = self.scope_before(l);
        self.open(SetItem { target: SetTarget::Variable(variable), values, scope, span })
    }

    pub(crate) fn set_words(&mut self, l: u32, m: Mark, r: u32) -> Mark {
        let values = self.close(m);
        let name = self.name_of(l);
        self.setting(name, values, l, r)
    }

    /// A word alone: a further value of the setting before it, or a setting without a value.
    pub(crate) fn set_word(&mut self, l: u32, r: u32) -> Mark {
        if self.tree.set_items.open_len() > 0 {
            let value = self.name(l);
            return self.further_value(value, r);
        }
        let name = self.name_of(l);
        self.setting(name, List::EMPTY, l, r)
    }

    pub(crate) fn set_value(&mut self, value: ExprId, _l: u32, r: u32) -> Mark {
        self.further_value(value, r)
    }

    fn further_value(&mut self, value: ExprId, r: u32) -> Mark {
        let end = self.tok(r - 1).end;
        let position = self.tree.set_items.open_len().saturating_sub(1);
        let Some(values) = self.tree.set_items.last_open_mut().map(|item| {
            item.span.end = end;
            item.values
        }) else {
            let span = self.expr_span(value);
            self.reject(span, "SET needs a name before a value");
            return Mark(0);
        };
        let values = self.append(values, value);
        if let Some(item) = self.tree.set_items.last_open_mut() {
            item.values = values;
        }
        Mark(position)
    }

    pub(crate) fn set_statement(&mut self, m: Mark, l: u32, r: u32) -> StatementId {
        let items = self.close(m);
        self.statement(StatementKind::Set(items), l, r)
    }

    // Others.

    pub(crate) fn use_database(&mut self, n: u32, l: u32, r: u32) -> StatementId {
        self.gate(MY.or(MS), l, "USE");
        let name = self.ident(n);
        self.statement(StatementKind::Use(name), l, r)
    }

    pub(crate) fn pragma(&mut self, n: u32, x: Option<X>, l: u32, r: u32) -> StatementId {
        self.gate(LITE, l, "PRAGMA");
        let value = x.map(|x| self.end(x));
        let name = self.name_of(n);
        self.statement(StatementKind::Pragma { name, value }, l, r)
    }

    pub(crate) fn comment_on(&mut self, l: u32, n: u32, x: X, r: u32) -> StatementId {
        self.gate(PG.or(ORA), l, "COMMENT ON");
        let text = self.end(x);
        let object = ObjectKind::from_code(self.aux(l));
        let name = self.name_of(n);
        self.statement(StatementKind::Comment { object, name, text }, l, r)
    }

    pub(crate) fn grant(&mut self, l: u32, m: Option<Mark>, r: u32) -> StatementId {
        let revoke = self.aux(l) == 1;
        let parts = m.map_or(List::EMPTY, |m| self.close(m));
        self.statement(StatementKind::Grant { revoke, parts }, l, r)
    }

    pub(crate) fn lock_tables(&mut self, l: u32, m: Option<Mark>, r: u32) -> StatementId {
        let unlock = self.aux(l) == 1;
        let parts = m.map_or(List::EMPTY, |m| self.close(m));
        self.statement(StatementKind::LockTables { unlock, parts }, l, r)
    }

    pub(crate) fn other(&mut self, l: u32, m: Option<Mark>, r: u32) -> StatementId {
        let kind = OtherKind::from_code(self.aux(l));
        // Behind the words of a head that is read by parts stands its name.
        let keyword = if m.is_some() { self.tok(l).span() } else { self.keyword_span(l) };
        let parts = m.map_or(List::EMPTY, |m| self.close(m));
        self.statement(StatementKind::Other { kind, keyword, parts }, l, r)
    }

    fn head_part(&mut self, l: u32, name: Name, expr: Option<ExprId>, span: Span) -> Mark {
        let role = HeadRole::from_code(self.aux(l));
        self.open(HeadPart { role, name, expr, body: List::EMPTY, span })
    }

    pub(crate) fn head_words(&mut self, l: u32) -> Mark {
        let span = self.tok(l).span();
        self.head_part(l, List::EMPTY, None, span)
    }

    pub(crate) fn head_name(&mut self, l: u32, n: u32) -> Mark {
        let (name, span) = (self.name_of(n), self.tok(n).span());
        self.head_part(l, name, None, span)
    }

    pub(crate) fn head_condition(&mut self, l: u32, x: X, r: u32) -> Mark {
        let condition = self.end(x);
        let span = self.span(l, r);
        self.head_part(l, List::EMPTY, Some(condition), span)
    }

    pub(crate) fn head_call(&mut self, l: u32, call: ExprId, r: u32) -> Mark {
        let span = self.span(l + 1, r);
        self.head_part(l, List::EMPTY, Some(call), span)
    }

    /// The first word of the statement whose words were all fused into token `l`.
    fn keyword_span(&self, l: u32) -> Span {
        let span = self.tok(l).span();
        let text = span.text(self.source);
        let length = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        Span::new(span.start, span.start + length as u32)
    }

    pub(crate) fn create_namespace(&mut self, l: u32, n: u32, r: u32) -> StatementId {
        let tok = self.tok(l);
        let kind = StatementKind::CreateNamespace {
            database: tok.aux & 0x8000 != 0,
            if_not_exists: tok.flag & aux::IF_EXISTS != 0,
            name: self.name_of(n),
            or_replace: tok.aux & CreateModifiers::OR_REPLACE.0 != 0,
        };
        if tok.aux & CreateModifiers::OR_REPLACE.0 != 0 {
            self.gate(MARIA, l, "OR REPLACE here");
        }
        self.statement(kind, l, r)
    }
}
