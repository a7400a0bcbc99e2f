//! Names with all their parts, and what looks like a name but is more.

use super::*;
use crate::token::{K, Op, Tok};
use crate::words::W;
use crate::{Ident, LiteralKind, Quote};
use air_base::Span;

impl Pass<'_> {
    pub(super) fn push_ident(&mut self, at: usize) -> usize {
        let tok = self.raw[at];
        let first = self.idents.len();
        let quote = match tok.kind {
            K::Str if self.source.as_bytes()[tok.start as usize] == b'"' => Quote::Double,
            K::Str => Quote::Single,
            _ => quote_of(tok.flag),
        };
        self.idents.push(Ident { span: Span::new(tok.start, tok.end), quote });
        first
    }

    /// A name of one part with nothing behind it that could make it something else: the frequent case.
    #[inline]
    pub(super) fn short_name(&mut self, at: usize) -> Option<usize> {
        let plain = match self.raw.get(at + 1) {
            None => true,
            Some(next) => match next.kind {
                K::Dot | K::Str | K::Lit => false,
                // A type of two words behind `::`.
                K::Name => self.prev() != K::Colons,
                K::Op => !matches!(next.aux, x if x == Op::NamedArg as u16 || x == Op::Assign as u16),
                _ => true,
            },
        };
        if !plain {
            return None;
        }
        let tok = self.raw[at];
        let first = self.idents.len() as u32;
        self.idents.push(Ident { span: Span::new(tok.start, tok.end), quote: quote_of(tok.flag) });
        self.fuser.out.push(Tok {
            kind: K::Name,
            flag: 0,
            aux: 1,
            start: tok.start,
            end: tok.end,
            data: first,
        });
        Some(at + 1)
    }

    /// The name at `at`, with all its parts, or a typed literal, introducer, call that looks like one.
    pub(super) fn name(&mut self, at: usize) -> usize {
        if let Some(next) = self.short_name(at) {
            return next;
        }
        let first = self.push_ident(at);
        let mut next = at + 1;
        let mut parts = 1;
        if self.prev() == K::Colons && self.is_two_word_type(at) {
            self.push_ident(next);
            self.emit_named(K::Name, first, 2, at, at + 2);
            if let Some(last) = self.fuser.out.last_mut() {
                last.flag = NAME_WORDS;
            }
            return at + 2;
        }
        if self.k(next) == K::Dot {
            loop {
                match self.k(next + 1) {
                    K::Name => {
                        self.push_ident(next + 1);
                        parts += 1;
                        next += 2;
                    }
                    // T-SQL: `db..table` leaves the schema out.
                    K::Dot if self.rules.bare_statements && self.k(next + 2) == K::Name => {
                        let at = self.raw[next].end;
                        self.idents.push(Ident { span: Span::new(at, at), quote: Quote::None });
                        self.push_ident(next + 2);
                        parts += 2;
                        next += 3;
                    }
                    K::Op if self.is_op(next + 1, Op::Star) => {
                        return self.emit_named(K::NameStar, first, parts, at, next + 2);
                    }
                    _ => break,
                }
                if self.k(next) != K::Dot {
                    break;
                }
            }
        }
        match self.k(next) {
            K::Str if !self.after_operand() || self.prev() == K::Str => {
                return self.before_string(at, next, first, parts);
            }
            K::Lit if self.rules.introducers && self.raw[at].aux == 0 => {
                return self.before_string(at, next, first, parts);
            }
            K::Op if self.is_op(next, Op::NamedArg) || (self.is_op(next, Op::Assign) && self.in_call()) => {
                return self.emit_named(K::ArgName, first, parts, at, next + 1);
            }
            _ => {}
        }
        self.emit_named(K::Name, first, parts, at, next)
    }

    /// `double precision`, `character varying`: behind `::` only these have two words.
    pub(super) fn is_two_word_type(&self, at: usize) -> bool {
        match self.w(at + 1) {
            W::Precision => self.w(at) == W::Double,
            W::Varying => matches!(self.w(at), W::Character | W::Char | W::Bit | W::Nchar),
            _ => false,
        }
    }

    pub(super) fn in_call(&self) -> bool {
        matches!(self.ctx(), Ctx::Call | Ctx::JsonCall) && matches!(self.prev(), K::Lp | K::Comma)
    }

    /// A name with a string behind it: `date '…'`, `_utf8'…'`, or just two things side by side.
    pub(super) fn before_string(&mut self, at: usize, next: usize, first: usize, parts: usize) -> usize {
        let text = self.raw[at];
        let bare = text.flag == Quote::None as u8;
        if self.rules.introducers && bare && self.source.as_bytes()[text.start as usize] == b'_' {
            let hex = self.k(next) == K::Lit && self.raw[next].aux & 0xff != LiteralKind::HexString as u16;
            if !hex
                || matches!(self.raw[next].aux, x if x == LiteralKind::HexNumber as u16 || x == LiteralKind::BitString as u16 || x == LiteralKind::BinaryNumber as u16)
            {
                return self.emit_named(K::Introducer, first, parts, at, next);
            }
        }
        if self.k(next) == K::Str
            && self.rules.open_operators
            && self.prev() != K::As
            && !self.is_ddl_column()
        {
            return self.emit_named(K::TypeLit, first, parts, at, next);
        }
        self.emit_named(K::Name, first, parts, at, next)
    }

    pub(super) fn is_ddl_column(&self) -> bool {
        self.fuser.depth == self.fuser.column_depth
    }
}
