//! Brackets: what one is for decides about the words inside.

use super::*;
use crate::LiteralKind;
use crate::token::{K, Op, Tok};
use crate::words::W;
use air_base::Dialect;

impl Pass<'_> {
    /// An opening bracket, which starts a query, a mark of an outer join, or something plain.
    pub(super) fn open(&mut self, at: usize) -> usize {
        if self.is_op(at + 1, Op::Plus) && self.k(at + 2) == K::Rp && self.after_operand() {
            return self.emit(K::Post, POST_OUTER, at, at + 3);
        }
        let prev = self.prev();
        if prev == K::Name && self.dialect == Dialect::Mssql && self.k(at + 1) == K::Name {
            // T-SQL: `FROM t (NOLOCK)`, without the WITH of later versions.
            let hint = query::table_hint(std::iter::once(self.raw[at + 1].span().text(self.source)));
            let end = self.after_paren(at);
            if hint > 0 && self.k(at + 2) != K::Lp {
                return self.emit(K::Hint, hint, at, end);
            }
        }
        let query = self.is_query_paren(at);
        let ctx = if query {
            Ctx::Query
        } else if prev == K::As && self.fuser.window_open {
            Ctx::Window
        } else if prev == K::Name {
            if self.fuser.frame == Frame::CreateTable
                && self.fuser.depth == 0
                && self.fuser.column_depth == u32::MAX
                && self.before_prev() == K::CreateTable
            {
                self.fuser.column_depth = 1;
                Ctx::Columns
            } else {
                self.call_ctx()
            }
        } else if prev == K::AddColumn || prev == K::ModifyColumn || (prev == K::AddConstraint) {
            self.fuser.column_depth = self.fuser.depth + 1;
            Ctx::Columns
        } else if matches!(prev, K::Top | K::DistinctOn) {
            Ctx::Head
        } else {
            Ctx::Plain
        };
        self.fuser.stack.push(ctx);
        self.fuser.depth += 1;
        let kind = match (query, prev) {
            // A query as the argument of a call, unless the name is that of a table to be filled.
            (true, K::Name) if !matches!(self.before_prev(), K::CreateTable | K::Insert | K::Eof) => {
                K::CallQLp
            }
            (true, _) => K::QLp,
            _ => K::Lp,
        };
        self.emit(kind, 0, at, at + 1);
        if query {
            return at + 1;
        }
        if matches!(prev, K::In | K::Values | K::AllValues)
            || (prev == K::Comma && matches!(self.out_back(3), K::LitRow))
        {
            self.literal_row(at)
        } else {
            at + 1
        }
    }

    pub(super) fn out_back(&self, back: usize) -> K {
        let count = self.fuser.out.len();
        if count < back { K::Eof } else { self.fuser.out[count - back].kind }
    }

    pub(super) fn call_ctx(&self) -> Ctx {
        let Some(name) = self.fuser.out.last() else { return Ctx::Call };
        let text = &self.source.as_bytes()[name.start as usize..name.end as usize];
        if text.len() >= 4 && text[..4].eq_ignore_ascii_case(b"json") { Ctx::JsonCall } else { Ctx::Call }
    }

    /// Rows of literals need no grammar: `(1, 'a', NULL)` becomes one terminal, whose elements stay behind it in the
    /// buffer for the builder to read. The opening bracket has just been put out.
    pub(super) fn literal_row(&mut self, at: usize) -> usize {
        let close = self.raw[at].data as usize;
        if close <= at + 1 {
            return at + 1;
        }
        let head = self.fuser.out.len() - 1;
        let mut next = at + 1;
        let mut negative = false;
        loop {
            let tok = self.raw[next];
            match tok.kind {
                K::Lit => self.fuser.out.push(tok),
                K::Str if !negative => {
                    if self.k(next + 1) == K::Str {
                        break;
                    }
                    self.fuser.out.push(tok);
                }
                K::Name if !negative && tok.flag == 0 => match W::from_aux(tok.aux) {
                    W::Null => {
                        self.fuser.out.push(Tok { kind: K::Lit, aux: LiteralKind::Null as u16, ..tok })
                    }
                    W::True if self.has_boolean() => {
                        self.fuser.out.push(Tok { kind: K::Lit, aux: LiteralKind::True as u16, ..tok })
                    }
                    W::False if self.has_boolean() => {
                        self.fuser.out.push(Tok { kind: K::Lit, aux: LiteralKind::False as u16, ..tok });
                    }
                    _ => break,
                },
                K::Op if !negative && tok.aux == Op::Minus as u16 && self.k(next + 1) == K::Lit => {
                    self.fuser.out.push(Tok { kind: K::Pre, aux: Op::Neg as u16, ..tok });
                    negative = true;
                    next += 1;
                    continue;
                }
                _ => break,
            }
            negative = false;
            next += 1;
            match self.k(next) {
                K::Comma => next += 1,
                K::Rp if next == close => {
                    let count = (self.fuser.out.len() - head - 1) as u32;
                    let row = &mut self.fuser.out[head];
                    row.kind = K::LitRow;
                    row.data = count;
                    row.end = self.raw[close].end;
                    self.fuser.stack.pop();
                    self.fuser.depth -= 1;
                    return close + 1;
                }
                _ => break,
            }
        }
        self.fuser.out.truncate(head + 1);
        at + 1
    }

    pub(super) fn has_boolean(&self) -> bool {
        !matches!(self.dialect, Dialect::Oracle | Dialect::Mssql)
    }

    /// True if the bracket at `at` surrounds a query. Decides about a whole run of brackets at once and remembers it.
    pub(super) fn is_query_paren(&mut self, at: usize) -> bool {
        if self.raw[at].flag != 0 {
            return self.raw[at].flag == PAREN_QUERY;
        }
        let mut inner = at;
        while self.k(inner + 1) == K::Lp {
            inner += 1;
        }
        let mut query = match self.w(inner + 1) {
            W::Select | W::With => self.k(inner + 2) != K::Dot && !self.is_demoted(self.raw[inner + 1].start),
            W::Values => {
                (self.k(inner + 2) == K::Lp || self.w(inner + 2) == W::Row) && !self.fuser.on_duplicate
            }
            W::Table => {
                self.k(inner + 2) == K::Name
                    && self.k(inner + 3) != K::Lp
                    && self.rules.dialect != Dialect::Oracle
            }
            _ => false,
        };
        self.raw[inner].flag = if query { PAREN_QUERY } else { PAREN_PLAIN };
        while inner > at {
            let after = self.after_paren(inner);
            inner -= 1;
            query = query
                && (self.k(after) == K::Rp
                    || matches!(
                        self.w(after),
                        W::Union
                            | W::Except
                            | W::Intersect
                            | W::Minus
                            | W::Order
                            | W::Limit
                            | W::Offset
                            | W::Fetch
                    ));
            self.raw[inner].flag = if query { PAREN_QUERY } else { PAREN_PLAIN };
        }
        query
    }

    /// `[`: a subscript, an array, or the dimensions of a type.
    pub(super) fn bracket(&mut self, at: usize) -> usize {
        let in_type = self.is_type_end();
        let mut next = at;
        let mut count = 0;
        while self.k(next) == K::Lb {
            match (self.k(next + 1), self.k(next + 2)) {
                (K::Rb, _) => next += 2,
                (K::Lit, K::Rb) if in_type => next += 3,
                _ => break,
            }
            count += 1;
        }
        if count > 0 && self.prev() != K::Array {
            return self.emit(K::Dims, count, at, next);
        }
        self.fuser.out.push(self.raw[at]);
        at + 1
    }

    /// True if what was put out last ends the type of a cast or of a column.
    pub(super) fn is_type_end(&self) -> bool {
        if self.is_ddl_column() {
            return matches!(self.prev(), K::Name | K::Rp | K::Zone);
        }
        let out = &self.fuser.out;
        let mut at = out.len();
        if at > 0 && out[at - 1].kind == K::Zone {
            at -= 1;
        }
        if at > 0 && out[at - 1].kind == K::Rp {
            // Type arguments are a few literals.
            while at > 0 && out[at - 1].kind != K::Lp && out.len() - at < 8 {
                at -= 1;
            }
            at = at.saturating_sub(1);
        }
        at >= 2 && out[at - 1].kind == K::Name && out[at - 2].kind == K::Colons
    }
}
