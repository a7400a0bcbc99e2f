//! Strings, parameters, colons and operators.

use super::*;
use crate::LiteralKind;
use crate::raw::{PARAM_COLON, PARAM_COLON_NUMBER, PARAM_QUESTION, PARAM_QUESTION_NUMBER, joins};
use crate::token::{K, Op};

impl Pass<'_> {
    /// A string: joined with its neighbours; a name where the dialect lets a string be one.
    pub(super) fn string(&mut self, at: usize) -> usize {
        let mut tok = self.raw[at];
        // Oracle has string aliases in PIVOT only; nothing else can have a string behind AS.
        if self.rules.q_quotes && self.prev() == K::As {
            let first = self.push_ident(at);
            return self.emit_named(K::Name, first, 1, at, at + 1);
        }
        if self.rules.string_aliases {
            let alias = self.prev() == K::As
                || (self.after_operand()
                    && self.prev() != K::Str
                    && !matches!(self.fuser.frame, Frame::CreateTable | Frame::AlterTable | Frame::Set)
                    && self.k(at + 1) != K::Dot);
            let table = matches!(self.prev(), K::CreateTable | K::Insert | K::CreateView)
                && self.rules.backtick_names;
            if alias || table {
                let first = self.push_ident(at);
                return self.emit_named(K::Name, first, 1, at, at + 1);
            }
        }
        let mut next = at + 1;
        while next < self.raw.len()
            && self.k(next) == K::Str
            && joins(self.rules, self.source, &self.raw[next - 1], &self.raw[next])
        {
            tok.end = self.raw[next].end;
            tok.aux |= JOINED;
            next += 1;
        }
        self.fuser.out.push(tok);
        next
    }

    /// `?` and its relatives: a parameter where an operand may start, an operator of PostgreSQL elsewhere.
    pub(super) fn question(&mut self, at: usize) -> usize {
        let tok = self.raw[at];
        if tok.aux != PARAM_QUESTION {
            self.fuser.out.push(tok);
            return at + 1;
        }
        if self.after_operand() && self.rules.open_operators {
            return self.emit_op(Op::Question, at, at + 1);
        }
        if let Some(number) = self.raw.get(at + 1)
            && number.kind == K::Lit
            && number.aux == LiteralKind::Integer as u16
            && number.start == tok.end
        {
            return self.emit(K::Param, PARAM_QUESTION_NUMBER, at, at + 2);
        }
        self.fuser.questions += 1;
        self.emit(K::Param, PARAM_QUESTION, at, at + 1);
        if let Some(last) = self.fuser.out.last_mut() {
            last.data = self.fuser.questions;
        }
        at + 1
    }

    /// `:name` and `:1` where an operand may start, else a colon.
    pub(super) fn colon(&mut self, at: usize) -> usize {
        let tok = self.raw[at];
        let slice = self.prev() == K::Lb || (self.after_operand() && self.prev() != K::Dot);
        if !slice
            && let Some(next) = self.raw.get(at + 1).copied()
            && next.start == tok.end
        {
            match next.kind {
                K::Name if next.flag == 0 => {
                    self.emit(K::Param, PARAM_COLON, at, at + 2);
                    // Oracle's `:new.column` in a trigger.
                    return at + 2;
                }
                K::Lit if next.aux == LiteralKind::Integer as u16 => {
                    return self.emit(K::Param, PARAM_COLON_NUMBER, at, at + 2);
                }
                _ => {}
            }
        }
        let kind = if self.ctx() == Ctx::JsonCall { K::KvSep } else { K::Colon };
        self.emit(kind, 0, at, at + 1)
    }

    /// An operator: prefix or between operands, by what stands before it.
    #[inline]
    pub(super) fn operator(&mut self, at: usize) -> usize {
        let tok = self.raw[at];
        if self.after_operand() {
            self.fuser.out.push(tok);
            return at + 1;
        }
        let prefix = match tok.op() {
            Op::Star => return self.emit(K::Star, 0, at, at + 1),
            Op::Minus => Op::Neg,
            Op::Plus => Op::Pos,
            Op::Tilde => Op::BitNot,
            Op::Bang => Op::Bang,
            Op::Abs => Op::Abs,
            Op::NotNot => Op::NotNot,
            Op::SquareRoot => Op::SquareRoot,
            Op::CubeRoot => Op::CubeRoot,
            _ if self.rules.open_operators && !matches!(tok.op(), Op::Eq | Op::Lt | Op::Gt) => {
                Op::CustomPrefix
            }
            _ => {
                self.fuser.out.push(tok);
                return at + 1;
            }
        };
        self.emit(K::Pre, prefix as u16, at, at + 1)
    }
}
