//! Words of a declared list in the order of the list, where values of the type compare so (PostgreSQL enums).

use crate::binder::{Binder, Bound};
use air::expr::{Branch, Expr};
use air::types::{CastRule, Collation, EnumId, Type};
use air::{Builtin, ExprId};
use air_base::Span;

impl<'a> Binder<'a> {
    /// The list, where words of that type compare by their place in it.
    pub(crate) fn ranked_list(&self, id: ExprId) -> Option<EnumId> {
        match self.air.ty(id) {
            Type::Enum(list) if self.meaning.conversions.true_booleans => Some(list),
            _ => None,
        }
    }

    /// The place of a word in its list: as a number, it compares as the word does.
    pub(crate) fn word_rank(&mut self, id: ExprId, list: EnumId) -> ExprId {
        let info = self.air.info(id);
        if let Some(text) = self.text_literal(id)
            && let Some(at) = self.catalog.words(list).iter().position(|word| word == text)
        {
            return self.int(at as i64 + 1, info.span);
        }
        let words = self.catalog.words(list).to_vec();
        let ty = self.text_type();
        let operand = self.cast(id, ty, CastRule::IMPLICIT);
        let mut branches = Vec::with_capacity(words.len());
        for (at, word) in words.iter().enumerate() {
            let when = self.text(word, info.span);
            let then = self.int(at as i64 + 1, info.span);
            branches.push(Branch { when, then });
        }
        self.case_of(operand, &branches, Type::I32, info.span)
    }

    /// The word at the place that a number is.
    fn word_of_rank(&mut self, rank: ExprId, list: EnumId, span: Span) -> ExprId {
        let words = self.catalog.words(list).to_vec();
        let mut branches = Vec::with_capacity(words.len());
        for (at, word) in words.iter().enumerate() {
            let when = self.int(at as i64 + 1, span);
            let then = self.text(word, span);
            branches.push(Branch { when, then });
        }
        self.case_of(rank, &branches, Type::Enum(list), span)
    }

    fn case_of(&mut self, operand: ExprId, branches: &[Branch], ty: Type, span: Span) -> ExprId {
        let branches = self.air.push_list(branches);
        let expr =
            Expr::Case { operand: Some(operand), branches, otherwise: None, collation: Collation::BINARY };
        self.air.push(expr, ty, true, span)
    }

    /// MIN or MAX over words: the word at the least or greatest place.
    pub(crate) fn extreme_word(&mut self, call: ExprId) -> Bound<ExprId> {
        let aggregate = match self.air.expr(call) {
            Expr::Window { call, .. } => call,
            _ => call,
        };
        let Expr::Aggregate {
            op: op @ (Builtin::Min | Builtin::Max),
            distinct,
            args,
            order,
            filter,
            collation,
        } = self.air.expr(aggregate)
        else {
            return Ok(call);
        };
        let arg = self.air.at(args, 0);
        let Some(list) = self.ranked_list(arg) else { return Ok(call) };
        let rank = self.word_rank(arg, list);
        let args = self.air.push_list(&[rank]);
        self.air.set(aggregate, Expr::Aggregate { op, distinct, args, order, filter, collation });
        let span = self.air.span(call);
        for id in [aggregate, call] {
            self.air.info_mut(id).ty = Type::I32;
        }
        Ok(self.word_of_rank(call, list, span))
    }
}
