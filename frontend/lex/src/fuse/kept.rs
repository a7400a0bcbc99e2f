//! Heads of statements whose bodies are kept as they are: triggers, routines, rights, calls.
//!
//! A head is a row of parts. Each is a [`K::Trailer`] that says what the part is for, alone or with a name, a condition
//! or a call behind it. What is not understood is the body, so that nothing is ever lost.

use super::Pass;
use crate::kinds::{HeadRole, OtherKind};
use crate::token::{K, Tok};
use crate::words::W;

impl Pass<'_> {
    /// A part made of the words `from..to`.
    fn part(&mut self, role: HeadRole, from: usize, to: usize) -> usize {
        self.emit(K::Trailer, role as u16, from, to)
    }

    /// A part that is the name at `at`.
    fn named_part(&mut self, role: HeadRole, at: usize) -> usize {
        self.mark(K::Trailer, role as u16, at);
        self.name(at)
    }

    /// A terminal without extent before the raw token at `at`.
    fn mark(&mut self, kind: K, aux: u16, at: usize) {
        let start = match self.raw.get(at) {
            Some(tok) => tok.start,
            None => self.raw.last().map_or(0, |tok| tok.end),
        };
        self.fuser.out.push(Tok { kind, flag: 0, aux, start, end: start, data: 0 });
    }

    /// Names with commas between them, each a part.
    fn named_parts(&mut self, role: HeadRole, mut at: usize) -> usize {
        while self.k(at) == K::Name {
            at = self.named_part(role, at);
            if self.k(at) != K::Comma {
                break;
            }
            at += 1;
        }
        at
    }

    /// An expression alone, as the condition of a head that has no words.
    #[cold]
    pub(super) fn expression(&mut self) {
        self.mark(K::Other, OtherKind::Unknown as u16, 0);
        self.mark(K::Trailer, HeadRole::When as u16, 0);
        self.mark(K::Lp, 0, 0);
        self.run(0);
        self.mark(K::Rp, 0, self.raw.len());
    }

    /// Whatever is left.
    fn body(&mut self, at: usize) -> usize {
        if at < self.raw.len() { self.part(HeadRole::Body, at, self.raw.len()) } else { at }
    }

    /// The statement at `at`, of which the words up to `end` say what it is.
    fn kept(&mut self, kind: OtherKind, at: usize, end: usize) -> usize {
        self.emit(K::Other, kind as u16, at, end)
    }

    /// `CREATE … TRIGGER` up to `end`, where its name stands.
    #[cold]
    pub(super) fn trigger(&mut self, at: usize, end: usize) -> usize {
        use W::*;
        self.kept(OtherKind::CreateTrigger, at, end);
        let mut end = self.named_part(HeadRole::Name, end);
        let mut each = false;
        loop {
            let next = end + 1;
            end = match (self.w(end), self.w(next)) {
                // Behind FOR EACH ROW these words begin the body.
                (Insert | Update | Delete, _) if each => return self.body(end),
                (Before, _) => self.part(HeadRole::Before, end, next),
                (After, _) => self.part(HeadRole::After, end, next),
                (Instead, Of) => self.part(HeadRole::InsteadOf, end, end + 2),
                // T-SQL.
                (For, Insert | Update | Delete) => self.part(HeadRole::After, end, next),
                (Insert, _) => self.part(HeadRole::Insert, end, next),
                (Update, Of) => {
                    self.part(HeadRole::Update, end, end + 2);
                    self.named_parts(HeadRole::Column, end + 2)
                }
                (Update, _) => self.part(HeadRole::Update, end, next),
                (Delete, _) => self.part(HeadRole::Delete, end, next),
                (Truncate, _) => self.part(HeadRole::Truncate, end, next),
                (Or, _) => next,
                (On, _) if self.k(next) == K::Name => self.named_part(HeadRole::Table, next),
                (For, Each) => {
                    each = true;
                    let role =
                        if self.w(end + 2) == Row { HeadRole::EachRow } else { HeadRole::EachStatement };
                    self.part(role, end, end + 3)
                }
                (For, Row) => self.part(HeadRole::EachRow, end, end + 2),
                (For, Statement) => self.part(HeadRole::EachStatement, end, end + 2),
                (When, _) => self.condition(end),
                _ if self.k(end) == K::Comma => next,
                _ => return self.body(end),
            };
            if end >= self.raw.len() {
                return end;
            }
        }
    }

    /// `WHEN` and its condition, in brackets or up to the body.
    fn condition(&mut self, at: usize) -> usize {
        let first = at + 1;
        let bracketed = self.k(first) == K::Lp;
        let end = if bracketed {
            self.after_paren(first)
        } else {
            (first..self.raw.len()).find(|at| self.w(*at) == W::Begin).unwrap_or(self.raw.len())
        };
        self.part(HeadRole::When, at, first);
        if !bracketed {
            self.mark(K::Lp, 0, first);
        }
        let (source, rules, dialect) = (self.source, self.rules, self.dialect);
        let raw = &mut self.raw[..end];
        Pass { fuser: self.fuser, source, raw, idents: self.idents, rules, dialect }.run(first);
        if !bracketed {
            self.mark(K::Rp, 0, end);
        }
        end
    }

    /// `CREATE … FUNCTION`, `PROCEDURE` up to `end`, where its name stands.
    #[cold]
    pub(super) fn routine(&mut self, kind: OtherKind, at: usize, end: usize) -> usize {
        use W::*;
        self.kept(kind, at, end);
        let mut end = self.named_part(HeadRole::Name, end);
        if self.k(end) == K::Lp {
            let close = self.after_paren(end);
            self.listed(HeadRole::Parameter, end + 1, close - 1);
            end = close;
        }
        loop {
            let next = end + 1;
            end = match self.w(end) {
                Returns | Return if next < self.raw.len() => {
                    let stop = self.type_end(next);
                    self.part(HeadRole::Returns, next, stop)
                }
                Language if self.k(next) == K::Name => self.named_part(HeadRole::Language, next),
                _ => return self.body(end),
            };
            if end >= self.raw.len() {
                return end;
            }
        }
    }

    /// A part of each run of words between commas in `from..to`.
    fn listed(&mut self, role: HeadRole, from: usize, to: usize) {
        let mut start = from;
        let mut at = from;
        while at <= to {
            if at == to || self.k(at) == K::Comma {
                if start < at {
                    self.part(role, start, at);
                }
                start = at + 1;
            }
            at = if matches!(self.k(at), K::Lp | K::Lb) { self.after_paren(at) } else { at + 1 };
        }
    }

    /// Position behind the type at `at`: names, what they hold in brackets, and the words of longer types.
    fn type_end(&self, at: usize) -> usize {
        use W::*;
        let mut end = at;
        loop {
            end = match self.w(end) {
                Setof | Double | Character | Char | Varying | Precision | With | Without | Time | Zone
                | Local | Unsigned | Signed | Set => end + 1,
                Table if end == at => end + 1,
                _ if end == at || matches!(self.w(end - 1), Setof) => end + 1,
                _ => match self.k(end) {
                    K::Dot => end + 2,
                    K::Lp | K::Lb => self.after_paren(end),
                    _ => return end.min(self.raw.len()),
                },
            };
            if end >= self.raw.len() {
                return self.raw.len();
            }
        }
    }

    /// `GRANT`, `REVOKE`, `DENY` at `at`.
    #[cold]
    pub(super) fn rights(&mut self, at: usize) -> usize {
        use W::*;
        let revoke = self.w(at) != Grant;
        let mut end = at + 1;
        let option_for = self.words(end, &[Grant, OptionWord, For]);
        self.emit(K::Grant, u16::from(revoke), at, end);
        if option_for {
            end = self.part(HeadRole::GrantOption, end, end + 3);
        }
        // Rights, up to ON or TO; a right may name columns.
        let mut start = end;
        while end < self.raw.len() && !matches!(self.w(end), On | To | From) {
            let columns = self.k(end) == K::Lp;
            if self.k(end) == K::Comma || columns {
                if start < end {
                    self.part(HeadRole::Right, start, end);
                }
                if columns {
                    let close = self.after_paren(end);
                    self.named_parts(HeadRole::Column, end + 1);
                    end = close;
                } else {
                    end += 1;
                }
                start = end;
            } else {
                end += 1;
            }
        }
        if start < end {
            self.part(HeadRole::Right, start, end);
        }
        if self.w(end) == On {
            end += 1;
            start = end;
            // `ON TABLE a, b`, `ON ALL TABLES IN SCHEMA s`, `ON db.*`, `ON OBJECT::t`: kept as words, a part each.
            while end < self.raw.len() && !matches!(self.w(end), To | From) {
                if self.k(end) == K::Comma {
                    self.part(HeadRole::Object, start, end);
                    start = end + 1;
                }
                end = if self.k(end) == K::Lp { self.after_paren(end) } else { end + 1 };
            }
            if start < end.min(self.raw.len()) {
                self.part(HeadRole::Object, start, end);
            }
        }
        if !matches!(self.w(end), To | From) {
            return self.body(end);
        }
        end += 1;
        end = self.accounts(end);
        if self.words(end, &[With, Grant, OptionWord]) {
            end = self.part(HeadRole::GrantOption, end, end + 3);
        }
        self.body(end)
    }

    /// Accounts from `at` on: names, strings, `'a'@'b'`. Gives the position of the word that ends them.
    fn accounts(&mut self, at: usize) -> usize {
        use W::*;
        let ends =
            |word| matches!(word, With | Granted | Identified | Require | Cascade | Restrict | Default | For);
        let end = (at..self.raw.len()).find(|at| ends(self.w(*at))).unwrap_or(self.raw.len());
        self.listed(HeadRole::Account, at, end);
        end
    }

    /// `CREATE USER`, `CREATE ROLE` up to `end`, where the accounts stand.
    #[cold]
    pub(super) fn new_accounts(&mut self, kind: OtherKind, at: usize, end: usize) -> usize {
        self.kept(kind, at, end);
        let end = self.accounts(end);
        self.body(end)
    }

    /// `CREATE …` of something of which only the name at `end` is known.
    #[cold]
    pub(super) fn named(&mut self, kind: OtherKind, at: usize, end: usize) -> usize {
        self.kept(kind, at, end);
        let end = self.named_part(HeadRole::Name, end);
        self.body(end)
    }

    /// `ANALYZE`, `VACUUM` and relatives at `at`: the tables, and whatever else is said.
    #[cold]
    pub(super) fn maintained(&mut self, kind: OtherKind, at: usize) -> usize {
        use W::*;
        let mut end = at + 1;
        loop {
            end = match self.w(end) {
                Table | Tables | Index | Full | Analyze | Local => end + 1,
                _ if self.k(end) == K::Lp => self.after_paren(end),
                _ => break,
            };
        }
        self.kept(kind, at, end);
        let end = self.named_parts(HeadRole::Table, end);
        self.body(end)
    }

    /// `LOCK TABLES`, `LOCK TABLE` at `at`.
    #[cold]
    pub(super) fn locked(&mut self, at: usize) -> usize {
        self.emit(K::LockTables, 0, at, at + 2);
        let end = (at..self.raw.len()).find(|at| self.w(*at) == W::In).unwrap_or(self.raw.len());
        self.listed(HeadRole::Table, at + 2, end);
        self.body(end)
    }

    /// `EXECUTE`, `EXEC` at `at`, of something with a name.
    #[cold]
    pub(super) fn executed(&mut self, at: usize) -> usize {
        self.kept(OtherKind::Execute, at, at + 1);
        let end = self.named_part(HeadRole::Object, at + 1);
        if !self.rules.bare_statements {
            return self.body(end);
        }
        self.listed(HeadRole::Parameter, end, self.raw.len());
        self.raw.len()
    }

    /// `DECLARE @a int = 1, …` at `at`.
    #[cold]
    pub(super) fn declared(&mut self, at: usize) -> usize {
        self.kept(OtherKind::Declare, at, at + 1);
        self.listed(HeadRole::Parameter, at + 1, self.raw.len());
        self.raw.len()
    }

    /// `CALL f(…)`: a call like any other.
    #[cold]
    pub(super) fn call_statement(&mut self, at: usize) -> usize {
        self.kept(OtherKind::Call, at, at + 1);
        self.mark(K::Trailer, HeadRole::Call as u16, at + 1);
        at + 1
    }
}
