//! Joins, which come flat and are paired with their conditions here.

use super::super::gates::{LITE, MS, MY, ORA, PG};
use super::super::{Builder, Mark, X};
use crate::tree::*;
use air_base::Span;
use airc_lex::{K, aux};

/// A source in a stream of joins, with the join that leads to it while that has no condition yet.
#[derive(Clone, Copy, Debug)]
pub(in crate::build) struct JoinEntry {
    pub(super) source: FromId,
    /// The join before this source; absent for the first and for those already joined.
    pub(super) pending: Option<(JoinKind, bool, Span)>,
    /// Number of joins below.
    pub(super) height: u32,
}

impl Builder<'_> {
    pub(crate) fn join_first(&mut self, t: FromId) -> u32 {
        let mark = self.stacks.joins.len() as u32;
        self.stacks.joins.push(JoinEntry { source: t, pending: None, height: 0 });
        mark
    }

    pub(crate) fn join(&mut self, mark: u32, l: u32, t: FromId) {
        let tok = self.tok(l);
        let natural = tok.aux & aux::JOIN_NATURAL != 0;
        let kind = match tok.aux & 0xff {
            0 => JoinKind::Inner,
            1 => JoinKind::Left,
            2 => JoinKind::Right,
            3 => JoinKind::Full,
            4 => JoinKind::Cross,
            5 => JoinKind::CrossApply,
            6 => JoinKind::OuterApply,
            _ => JoinKind::Straight,
        };
        match kind {
            JoinKind::CrossApply | JoinKind::OuterApply => self.gate(MS.or(ORA), l, "APPLY"),
            JoinKind::Straight => self.gate(MY, l, "STRAIGHT_JOIN"),
            JoinKind::Full => self.gate(PG.or(LITE).or(ORA).or(MS), l, "FULL JOIN"),
            _ => {}
        }
        if natural {
            self.gate(MY.or(PG).or(LITE).or(ORA), l, "NATURAL JOIN");
        }
        // SQLite reads joins strictly from left to right: a condition belongs to the last join, and earlier ones have none.
        if LITE.has(self.dialect) {
            self.join_pending(mark, JoinConstraint::None);
        }
        self.stacks.joins.push(JoinEntry {
            source: t,
            pending: Some((kind, natural, tok.span())),
            height: 0,
        });
        let complete =
            natural || matches!(kind, JoinKind::Cross | JoinKind::CrossApply | JoinKind::OuterApply);
        // MySQL takes a condition behind CROSS JOIN, and SQLite too.
        if complete
            && !(kind == JoinKind::Cross && MY.or(LITE).has(self.dialect) && self.condition_follows(l))
        {
            self.join_pending(mark, JoinConstraint::None);
        }
    }

    /// True if a condition may stand behind the source that follows the join at token `l`: looks for `ON` or `USING` at
    /// the same depth before the next join or clause.
    pub(super) fn condition_follows(&self, l: u32) -> bool {
        let mut depth = 0;
        for tok in self.toks.iter().skip(l as usize + 1) {
            match tok.kind {
                K::Lp | K::QLp | K::CallQLp => depth += 1,
                K::Rp if depth == 0 => return false,
                K::Rp => depth -= 1,
                K::On | K::JUsing if depth == 0 => return true,
                K::Join | K::Where | K::Comma | K::GroupBy | K::OrderBy | K::SetOp | K::Having
                    if depth == 0 =>
                {
                    return false;
                }
                _ => {}
            }
        }
        false
    }

    /// Completes the last join of the stream that has no condition yet.
    pub(super) fn join_pending(&mut self, mark: u32, constraint: JoinConstraint) -> bool {
        let count = self.stacks.joins.len();
        if count < mark as usize + 2 {
            return false;
        }
        let right = self.stacks.joins[count - 1];
        let left = self.stacks.joins[count - 2];
        let Some((kind, natural, span)) = right.pending else { return false };
        let whole = self.tree[left.source].span.to(self.tree[right.source].span);
        let whole = match constraint {
            JoinConstraint::On(on) => whole.to(self.expr_span(on)),
            _ => whole,
        };
        let join =
            self.node(Join { left: left.source, right: right.source, kind, natural, constraint, span });
        let source = self.node(From {
            kind: FromKind::Join(join),
            alias: None,
            columns: List::EMPTY,
            extra: None,
            span: whole,
        });
        self.stacks.joins.truncate(count - 1);
        self.stacks.joins[count - 2] =
            JoinEntry { source, pending: left.pending, height: left.height.max(right.height) + 1 };
        true
    }

    pub(crate) fn join_on(&mut self, mark: u32, l: u32, x: X) {
        let on = self.end(x);
        if !self.join_pending(mark, JoinConstraint::On(on)) {
            let span = self.tok(l).span();
            self.reject(span, "this ON has no join it could belong to");
        }
    }

    pub(crate) fn join_using(&mut self, mark: u32, l: u32, first: u32, end: u32) {
        let columns = self.idents(first, end);
        if !self.join_pending(mark, JoinConstraint::Using(columns)) {
            let span = self.tok(l).span();
            self.reject(span, "this USING has no join it could belong to");
        }
    }

    /// The source a stream of joins forms.
    pub(super) fn join_end(&mut self, mark: u32) -> FromId {
        while self.stacks.joins.len() > mark as usize + 1 {
            let count = self.stacks.joins.len();
            let needs = self.stacks.joins[count - 1].pending;
            if let Some((kind, _, span)) = needs {
                let optional = MY.or(LITE).has(self.dialect)
                    && matches!(kind, JoinKind::Inner | JoinKind::Cross | JoinKind::Straight)
                    || LITE.has(self.dialect);
                if !optional {
                    self.reject(span, "this join needs a condition: ON or USING");
                }
            }
            if !self.join_pending(mark, JoinConstraint::None) {
                break;
            }
        }
        match self.stacks.joins.pop() {
            Some(entry) => {
                self.stacks.joins.truncate(mark as usize);
                if entry.height > 0 {
                    let start = self.tree[entry.source].span.start;
                    self.note_height(start, entry.height);
                }
                entry.source
            }
            None => self.new_from(FromKind::Opaque(Span::NONE), 0, 0),
        }
    }

    pub(crate) fn source(&mut self, mark: u32) -> Mark {
        let source = self.join_end(mark);
        self.open(source)
    }
}
