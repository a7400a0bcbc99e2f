//! Words of queries, of statements that change rows, and of what both share.

use super::{Ctx, Frame, MARKED, NAME_RESERVED, Pass};
use crate::token::{K, Op};
use crate::words::W;
use air_base::Dialect;

/// `aux` of [`K::SetOp`]: operation in the low byte, quantifier above.
pub const SET_UNION: u16 = 0;
/// `INTERSECT`.
pub const SET_INTERSECT: u16 = 1;
/// `EXCEPT`.
pub const SET_EXCEPT: u16 = 2;
/// `MINUS`, Oracle's word for `EXCEPT`.
pub const SET_MINUS: u16 = 3;
/// `ALL` behind a set operation.
pub const SET_ALL: u16 = 0x100;
/// `DISTINCT` behind a set operation.
pub const SET_DISTINCT: u16 = 0x200;

/// `aux` bit of [`K::Join`]: `NATURAL`. The low byte is the kind, in the order of the syntax tree's.
pub const JOIN_NATURAL: u16 = 0x100;

impl Pass<'_> {
    /// Handles a reserved word, which may mean something here and is no bare name if it does not.
    pub(super) fn reserved(&mut self, word: W, at: usize) -> usize {
        let count = self.fuser.out.len();
        let before = self.prev();
        let end = self.word(word, at);
        // Any word may be a label behind AS in PostgreSQL; what has brackets is a call or a type.
        let free = before == K::Collate
            || word == W::Dual && before == K::From
            || self.fuser.frame == Frame::Set
            || self.k(end) == K::Lp
            || self.dialect == Dialect::Postgres && before == K::As;
        if !free
            && end == at + 1
            && self.fuser.out.len() == count + 1
            && let Some(name) = self.fuser.out.last_mut()
            && name.kind == K::Name
            && name.flag == 0
        {
            name.flag = NAME_RESERVED;
        }
        end
    }

    /// Handles a keyword.
    pub(super) fn word(&mut self, word: W, at: usize) -> usize {
        let next = at + 1;
        if word == W::Interval && matches!(self.prev(), K::As | K::Colons) {
            let end = self.name(at);
            return self.unit_range(end, K::IntervalRange).unwrap_or(end);
        }
        // Behind AS stands a name, except where a query, an option of a CTE or a body follows.
        if self.prev() == K::As
            && !matches!(word, W::Select | W::With | W::Values | W::Table | W::Not | W::Materialized)
        {
            return self.name(at);
        }
        // `t.order`, `order.t`: part of a dotted name.
        if self.k(next) == K::Dot && matches!(self.k(next + 1), K::Name | K::Op) && word != W::Select {
            return self.name(at);
        }
        if !self.fuser.intervals.is_empty()
            && let Some(end) = self.unit_word(word, at)
        {
            return end;
        }
        if self.ctx() == Ctx::Sequence
            && let Some(end) = self.sequence_option(word, at)
        {
            return end;
        }
        if self.is_ddl_column()
            && let Some(end) = self.column_word(word, at)
        {
            return end;
        }
        let special = match self.fuser.frame {
            Frame::Query | Frame::Insert => None,
            Frame::Set => return self.set_word(word, at),
            Frame::AlterTable => self.alter_word(word, at),
            Frame::CreateTable => self.create_table_word(word, at),
            Frame::CreateIndex | Frame::CreateView => self.create_index_word(word, at),
            Frame::Sequence => self.sequence_word(word, at),
            Frame::TypeDef => self.type_word(word, at),
            Frame::CommentOn if word == W::Is => Some(self.emit(K::Is, 0, at, next)),
            Frame::Update | Frame::Delete | Frame::Merge | Frame::CommentOn | Frame::Plain => None,
        };
        if let Some(end) = special {
            return end;
        }
        if let Some(end) = self.query_word(word, at) {
            return end;
        }
        if let Some(end) = self.expr_word(word, at) {
            return end;
        }
        self.name(at)
    }

    #[inline]
    fn query_word(&mut self, word: W, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        Some(match word {
            Select => {
                self.fuser.window_open = false;
                self.emit(K::Select, 0, at, next)
            }
            From => {
                if matches!(self.w(next), First | Last)
                    && self.prev() == K::Rp
                    && matches!(self.w(at + 2), Over | Ignore | Respect)
                {
                    return Some(self.emit(K::FromLast, u16::from(self.w(next) == Last), at, at + 2));
                }
                self.emit(K::From, 0, at, next)
            }
            Where => self.emit(K::Where, 0, at, next),
            As => self.r#as(at),
            On => return self.on(at),
            By => return None,
            Group if self.w(next) == By => self.emit(K::GroupBy, 0, at, at + 2),
            Order if self.w(next) == By => self.emit(K::OrderBy, 0, at, at + 2),
            Order if self.words(next, &[Siblings, By]) => self.emit(K::OrderBy, 1, at, at + 3),
            Having => self.emit(K::Having, 0, at, next),
            Union => self.set_op(SET_UNION, at),
            Intersect => self.set_op(SET_INTERSECT, at),
            Except => self.set_op(SET_EXCEPT, at),
            Minus if Minus.is_reserved(self.dialect) || (self.after_operand() && self.w(next) == Select) => {
                self.set_op(SET_MINUS, at)
            }
            All if matches!(self.prev(), K::Select | K::Modifier | K::Lp | K::GroupBy)
                && !matches!(self.k(next), K::Rp | K::Comma) =>
            {
                self.emit(K::All, 0, at, next)
            }
            Distinct if self.w(next) == On && self.prev() == K::Select => {
                self.emit(K::DistinctOn, 0, at, at + 2)
            }
            Distinct | Distinctrow => self.emit(K::Distinct, 0, at, next),
            Unique if self.prev() == K::Select => self.emit(K::Distinct, 0, at, next),
            Using => self.using(at),
            Join | Inner | Left | Right | Full | Cross | Natural | Outer | StraightJoin => {
                return self.join(word, at);
            }
            Lateral if matches!(self.prev(), K::From | K::Comma | K::Join | K::DelUsing | K::Lp) => {
                self.emit(K::Lateral, 0, at, next)
            }
            Case | And | Or | Not | In | Null | When | Then | Else | End => return self.expr_word(word, at),
            Limit => return self.limit(at),
            Offset
                if (self.after_operand() || matches!(self.prev(), K::Dir | K::Nulls | K::LimitAll))
                    && self.is_offset(next) =>
            {
                self.fuser.offset_open = true;
                self.emit(K::Offset, 0, at, next)
            }
            Fetch if matches!(self.w(next), First | Next) => self.emit(K::Fetch, 0, at, at + 2),
            Percent => return self.percent(at),
            Row | Rows | Range | Groups => return self.rows(word, at),
            Only if matches!(
                self.prev(),
                K::From | K::Comma | K::Join | K::Update | K::DeleteFrom | K::DelUsing
            ) && matches!(self.k(next), K::Name | K::Lp) =>
            {
                self.emit(K::Only, 0, at, next)
            }
            With => return self.with(at),
            Without if self.words(next, &[Time, Zone]) => self.emit(K::Zone, 2, at, at + 3),
            Values => return self.values(at),
            Value
                if self.fuser.frame == Frame::Insert
                    && self.is_my()
                    && self.after_operand()
                    && self.k(next) == K::Lp =>
            {
                self.emit(K::Values, 0, at, next)
            }
            Table
                if matches!(self.prev(), K::Eof | K::QLp | K::SetOp | K::As | K::Explain)
                    && self.k(next) == K::Name
                    && self.k(at + 2) != K::Lp =>
            {
                self.emit(K::Table, 0, at, next)
            }
            Asc if self.after_operand() => self.emit(K::Dir, 0, at, next),
            Desc if self.after_operand() => self.emit(K::Dir, 1, at, next),
            Nulls if self.w(next) == First => self.emit(K::Nulls, 0, at, at + 2),
            Nulls if self.w(next) == Last => self.emit(K::Nulls, 1, at, at + 2),
            For => return self.r#for(at),
            Lock if self.words(next, &[In, Share, Mode]) => self.emit(K::Lock, 2, at, at + 4),
            Of if matches!(self.prev(), K::Lock) => self.emit(K::Of, 0, at, next),
            Nowait if self.after_lock() => self.emit(K::LockWait, 0, at, next),
            Skip if self.w(next) == Locked => self.emit(K::LockWait, 1, at, at + 2),
            Wait if self.after_lock() && self.k(next) == K::Lit => self.emit(K::Wait, 0, at, next),
            OptionWord if self.dialect == Dialect::Mssql && self.k(next) == K::Lp => {
                let end = self.after_paren(next);
                self.emit(K::Trailer, 0, at, end)
            }
            Procedure if self.w(next) == Analyse => self.emit_rest(K::Trailer, 4, at),
            Top if self.dialect == Dialect::Mssql
                && matches!(
                    self.prev(),
                    K::Select | K::Distinct | K::All | K::Update | K::Delete | K::Insert | K::Merge
                ) =>
            {
                self.fuser.top_open = true;
                let end = self.emit(K::Top, 0, at, next);
                if self.k(next) != K::Lp {
                    self.fuser.head_end = self.fuser.out.len() + 1;
                }
                end
            }
            HighPriority | SqlCalcFoundRows | SqlNoCache | SqlCache | SqlBufferResult | SqlSmallResult
            | SqlBigResult
                if matches!(self.prev(), K::Select | K::Modifier | K::Distinct | K::All) =>
            {
                self.emit(K::Modifier, if word == SqlCalcFoundRows { 2 } else { 4 }, at, next)
            }
            Into => return self.into(at),
            Window if self.k(next) == K::Name && self.w(at + 2) == As && self.after_operand() => {
                self.fuser.window_open = true;
                self.emit(K::Window, 0, at, next)
            }
            Partition if self.w(next) == By => self.emit(K::PartitionBy, 0, at, at + 2),
            Partition if self.k(next) == K::Lp && self.after_operand() => {
                self.emit(K::Partition, 0, at, next)
            }
            Qualify
                if self.after_operand()
                    && self.k(next) == K::Name
                    && matches!(self.k(at + 2), K::Lp | K::Op | K::Dot) =>
            {
                self.emit(K::Qualify, 0, at, next)
            }
            Connect if self.w(next) == By => {
                let nocycle = self.w(at + 2) == Nocycle;
                self.emit(K::ConnectBy, u16::from(nocycle), at, if nocycle { at + 3 } else { at + 2 })
            }
            Start if self.w(next) == With => self.emit(K::StartWith, 0, at, at + 2),
            Rollup if self.k(next) == K::Lp && matches!(self.prev(), K::GroupBy | K::Comma | K::Lp) => {
                self.emit(K::Rollup, 0, at, next)
            }
            Cube if self.k(next) == K::Lp && matches!(self.prev(), K::GroupBy | K::Comma | K::Lp) => {
                self.emit(K::Cube, 0, at, next)
            }
            Grouping if self.w(next) == Sets && self.k(at + 2) == K::Lp => {
                self.emit(K::GroupingSets, 0, at, at + 2)
            }
            Tablesample if self.after_operand() => self.sample(at),
            Sample
                if self.dialect == Dialect::Oracle
                    && self.after_operand()
                    && (self.k(next) == K::Lp || self.k(at + 2) == K::Lp) =>
            {
                self.sample(at)
            }
            Repeatable if self.k(next) == K::Lp => self.emit(K::Repeatable, 0, at, next),
            Use | Force | Ignore if matches!(self.w(next), Index | Key) => self.index_hint(at),
            Indexed if self.w(next) == By => self.emit(K::Hint, 0, at, at + 3),
            Pivot if self.k(next) == K::Lp => self.pivot(0, at, at + 2),
            Unpivot if self.k(next) == K::Lp => self.pivot(2, at, at + 2),
            Unpivot if matches!(self.w(next), Include | Exclude) && self.w(at + 2) == Nulls => {
                self.pivot(2 | u16::from(self.w(next) == Include), at, at + 4)
            }
            JsonTable | Xmltable | Openxml | Openrowset | Openquery | Opendatasource
                if self.k(next) == K::Lp
                    && matches!(self.prev(), K::From | K::Comma | K::Join | K::Lateral) =>
            {
                let mut end = self.after_paren(next);
                if self.w(end) == With && self.k(end + 1) == K::Lp {
                    end = self.after_paren(end + 1);
                }
                self.emit(K::OpaqueTable, 0, at, end)
            }
            Openjson if self.k(next) == K::Lp && self.w(self.after_paren(next)) == With => {
                let with = self.after_paren(next);
                let end = self.after_paren(with + 1);
                self.emit(K::OpaqueTable, 0, at, end)
            }
            Search if self.prev() == K::Rp && matches!(self.w(next), Depth | Breadth) => {
                self.search_cycle(at)
            }
            Cycle if self.prev() == K::Rp && self.k(next) == K::Name => self.search_cycle(at),

            Insert | Replace if self.is_verb() && (word == Insert || self.k(next) != K::Lp) => {
                self.insert(at)
            }
            Update if self.is_verb() => self.update(at),
            Delete if self.is_verb() => self.delete(at),
            Delete if self.w(next) == Where && self.fuser.frame == Frame::Merge => {
                self.emit(K::MergeDeleteWhere, 0, at, at + 2)
            }
            Merge if self.is_verb() => self.merge(at),
            Set => self.emit(K::Set, 0, at, next),
            Returning
                if self.after_operand()
                    || self.prev() == K::DefaultValues
                    || self.prev() == K::DoNothing
                    || self.prev() == K::Default =>
            {
                self.emit(K::Returning, 0, at, next)
            }
            Output if self.dialect == Dialect::Mssql && self.fuser.frame != Frame::Query => {
                self.emit(K::Output, 0, at, next)
            }
            Overriding if matches!(self.w(next), System | User) => {
                self.emit(K::Overriding, u16::from(self.w(next) == System), at, at + 3)
            }
            Do if self.w(next) == Nothing => self.emit(K::DoNothing, 0, at, at + 2),
            Do if self.words(next, &[Update, Set]) => self.emit(K::DoUpdate, 0, at, at + 3),
            _ => return None,
        })
    }

    /// True where a statement may start: at the beginning, in the bracket of a CTE, behind its `WITH` or `EXPLAIN`.
    fn is_verb(&self) -> bool {
        matches!(self.prev(), K::Eof | K::Rp | K::Explain | K::SearchCycle)
            || (self.prev() == K::Lp && matches!(self.before_prev(), K::As | K::Materialized))
    }

    fn after_lock(&self) -> bool {
        let out = &self.fuser.out;
        out.iter().rev().take(8).any(|tok| tok.kind == K::Lock)
    }

    fn r#as(&mut self, at: usize) -> usize {
        use W::*;
        let next = at + 1;
        if self.names_new_row(at) {
            return self.emit(K::RowAlias, 0, at, next);
        }
        self.emit(K::As, 0, at, next);
        match (self.w(next), self.w(at + 2)) {
            (Materialized, _) if self.k(at + 2) == K::Lp => self.emit(K::Materialized, 0, next, at + 2),
            (Not, Materialized) => self.emit(K::Materialized, 1, next, at + 3),
            _ => next,
        }
    }

    /// True for the `AS` of `VALUES (…) AS new(a, b) ON DUPLICATE KEY UPDATE …`; the alias of a table in
    /// `INSERT … SELECT` may stand before the same words.
    fn names_new_row(&self, at: usize) -> bool {
        let end = if self.k(at + 2) == K::Lp { self.after_paren(at + 2) } else { at + 2 };
        self.fuser.frame == Frame::Insert
            && self.w(end) == W::On
            && self.w(end + 1) == W::Duplicate
            && self
                .fuser
                .out
                .iter()
                .find(|tok| matches!(tok.kind, K::Values | K::AllValues | K::Set | K::Select | K::With))
                .is_some_and(|tok| !matches!(tok.kind, K::Select | K::With))
    }

    fn on(&mut self, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        Some(match (self.w(next), self.w(at + 2), self.w(at + 3)) {
            (Conflict, ..) if self.fuser.frame == Frame::Insert => self.emit(K::OnConflict, 0, at, at + 2),
            (Duplicate, Key, Update) => {
                self.fuser.on_duplicate = true;
                self.emit(K::OnDuplicate, 0, at, at + 4)
            }
            (Constraint, ..) if self.prev() == K::OnConflict => self.emit(K::OnConstraint, 0, at, at + 2),
            (Overflow | Empty | Conversion, ..) => return None,
            (Error, ..) if self.ctx() == Ctx::JsonCall => return None,
            _ => {
                self.fuser.join_open = self.fuser.join_open.saturating_sub(1);
                self.emit(K::On, 0, at, next)
            }
        })
    }

    fn set_op(&mut self, op: u16, at: usize) -> usize {
        match self.w(at + 1) {
            W::All => self.emit(K::SetOp, op | SET_ALL, at, at + 2),
            W::Distinct => self.emit(K::SetOp, op | SET_DISTINCT, at, at + 2),
            _ => self.emit(K::SetOp, op, at, at + 1),
        }
    }

    /// `USING` of a join, of a `DELETE` or `MERGE`, of an order, of a conversion.
    fn using(&mut self, at: usize) -> usize {
        let next = at + 1;
        match self.k(next) {
            K::Lp if self.fuser.join_open > 0 => {
                self.fuser.join_open -= 1;
                self.emit(K::JUsing, 0, at, next)
            }
            K::Op if self.after_operand() => {
                self.emit(K::OrderUsing, u16::from(self.is_op(next, Op::Gt)), at, at + 2)
            }
            _ if matches!(self.fuser.frame, Frame::Delete | Frame::Merge) && self.ctx() != Ctx::Call => {
                self.emit(K::DelUsing, 0, at, next)
            }
            _ => self.emit(K::Using, 0, at, next),
        }
    }

    /// The words of a join as one terminal.
    fn join(&mut self, word: W, at: usize) -> Option<usize> {
        use W::*;
        let mut end = at;
        let mut natural = 0;
        if word == Natural {
            natural = JOIN_NATURAL;
            end += 1;
        }
        let kind = match self.w(end) {
            Join => 0,
            Inner => {
                end += 1;
                0
            }
            kind @ (Left | Right | Full) => {
                end += 1;
                if self.w(end) == Outer {
                    end += 1;
                }
                match kind {
                    Left => 1,
                    Right => 2,
                    _ => 3,
                }
            }
            Cross | Outer if self.w(end + 1) == Apply => {
                let kind = if self.w(end) == Cross { 5 } else { 6 };
                return Some(self.emit(K::Join, kind, at, end + 2));
            }
            Cross => {
                end += 1;
                4
            }
            StraightJoin if matches!(self.prev(), K::Select | K::Modifier | K::Distinct | K::All) => {
                return Some(self.emit(K::Modifier, 1, at, at + 1));
            }
            StraightJoin => {
                self.fuser.join_open += 1;
                return Some(self.emit(K::Join, 7, at, at + 1));
            }
            _ => return None,
        };
        // T-SQL: LOOP, HASH, MERGE, REMOTE advise how to join.
        if self.dialect == Dialect::Mssql
            && matches!(self.w(end), Loop | Hash | Merge)
            && self.w(end + 1) == Join
        {
            end += 1;
        }
        if self.w(end) != Join {
            return None;
        }
        if kind != 4 && natural == 0 {
            self.fuser.join_open += 1;
        }
        Some(self.emit(K::Join, kind | natural, at, end + 1))
    }

    fn limit(&mut self, at: usize) -> Option<usize> {
        let next = at + 1;
        let means_limit = W::Limit.is_reserved(self.dialect)
            || (self.after_operand() && matches!(self.k(next), K::Lit | K::Param));
        if !means_limit {
            return None;
        }
        self.fuser.offset_open = false;
        Some(if self.w(next) == W::All {
            self.emit(K::LimitAll, 0, at, at + 2)
        } else {
            self.emit(K::Limit, 0, at, next)
        })
    }

    fn is_offset(&self, next: usize) -> bool {
        matches!(self.k(next), K::Lit | K::Param | K::Lp | K::Var | K::Colon | K::Str)
            || self.is_op(next, Op::Minus)
            || (self.k(next) == K::Name && matches!(self.w(next), W::Unlisted | W::Cast | W::Null | W::Case))
    }

    fn percent(&mut self, at: usize) -> Option<usize> {
        use W::*;
        if matches!(self.w(at + 1), Row | Rows) {
            let ties = self.words(at + 2, &[With, Ties]);
            return Some(self.emit(K::FetchEnd, 2 | u16::from(ties), at, if ties { at + 4 } else { at + 3 }));
        }
        if self.fuser.top_open && self.ends_head() {
            let ties = self.words(at + 1, &[With, Ties]);
            return Some(self.emit(K::TopFlag, 2 | u16::from(ties), at, if ties { at + 3 } else { at + 1 }));
        }
        if self.prev_is_sample() {
            return Some(self.emit(K::Rows, 0, at, at + 1));
        }
        None
    }

    fn prev_is_sample(&self) -> bool {
        let out = &self.fuser.out;
        out.len() >= 3 && out[out.len() - 2].kind == K::Lp && out[out.len() - 3].kind == K::Sample
    }

    fn rows(&mut self, word: W, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        if matches!(word, Row | Rows) {
            if self.w(next) == Only {
                return Some(self.emit(K::FetchEnd, 0, at, at + 2));
            }
            if self.words(next, &[With, Ties]) {
                return Some(self.emit(K::FetchEnd, 1, at, at + 3));
            }
            if self.fuser.offset_open && self.after_operand() {
                self.fuser.offset_open = false;
                return Some(self.emit(K::Rows, 0, at, next));
            }
            if word == Rows && self.prev_is_sample() {
                return Some(self.emit(K::Rows, 1, at, next));
            }
            if word == Rows && self.w(next) == From && self.k(at + 2) == K::Lp {
                self.fuser.stack.push(Ctx::Plain);
                self.fuser.depth += 1;
                return Some(self.emit(K::RowsFromLp, 0, at, at + 3));
            }
        }
        let frame = matches!(self.ctx(), Ctx::Window)
            && word != Row
            && (matches!(self.w(next), Between | Unbounded | Current | Interval)
                || matches!(self.k(next), K::Lit | K::Param | K::Str | K::Lp)
                || (self.k(next) == K::Name && self.w(next) == Unlisted));
        if frame && self.prev() != K::Comma {
            let units = match word {
                Rows => 0,
                Range => 1,
                _ => 2,
            };
            return Some(self.emit(K::Frame, units, at, next));
        }
        None
    }

    fn with(&mut self, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        Some(match (self.w(next), self.w(at + 2)) {
            (Recursive, _) => self.emit(K::With, 1, at, at + 2),
            (Rollup, _) => self.emit(K::GroupWith, 0, at, at + 2),
            (Cube, _) => self.emit(K::GroupWith, 1, at, at + 2),
            (Ties, _) => self.emit(K::TopFlag, 1, at, at + 2),
            (Ordinality, _) => self.emit(K::Ordinality, 0, at, at + 2),
            (Time, Zone) => self.emit(K::Zone, 0, at, at + 3),
            (Local, Time) => self.emit(K::Zone, 1, at, at + 4),
            (Check, OptionWord) => self.emit(K::CheckOption, 0, at, at + 3),
            (Local, Check) => self.emit(K::CheckOption, 1, at, at + 4),
            (Cascaded, Check) => self.emit(K::CheckOption, 2, at, at + 4),
            (Read, Only) => self.emit(K::CheckOption, 3, at, at + 3),
            (Data, _) => self.emit(K::WithData, 1, at, at + 2),
            (No, Data) => self.emit(K::WithData, 0, at, at + 3),
            (Unique, Keys) => self.emit(K::UniqueKeys, 1, at, at + 3),
            (Unique, _) if self.ctx() == Ctx::JsonCall => self.emit(K::UniqueKeys, 1, at, at + 2),
            (Query, Expansion) => self.emit(K::MatchMode, 3, at, at + 3),
            _ if self.k(next) == K::Lp && self.after_operand() => {
                let end = self.after_paren(next);
                let hint = table_hint(
                    self.raw[next..end.min(self.raw.len())]
                        .iter()
                        .map(|tok| if tok.kind == K::Name { tok.span().text(self.source) } else { "" }),
                );
                self.emit(K::Hint, hint, at, end)
            }
            _ => self.emit(K::With, 0, at, next),
        })
    }

    fn values(&mut self, at: usize) -> Option<usize> {
        let next = at + 1;
        if self.fuser.on_duplicate || !(self.k(next) == K::Lp || self.w(next) == W::Row) {
            return None;
        }
        let constructor = self.after_operand()
            || matches!(
                self.prev(),
                K::Eof | K::QLp | K::SetOp | K::As | K::Overriding | K::MergeInsert | K::Explain
            );
        let kind = if self.fuser.out.first().is_some_and(|tok| tok.kind == K::InsertAll) {
            K::AllValues
        } else {
            K::Values
        };
        constructor.then(|| self.emit(kind, 0, at, next))
    }

    fn r#for(&mut self, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        if self.raw[at].flag & MARKED != 0 {
            return Some(self.emit(K::SubFor, 0, at, next));
        }
        Some(match (self.w(next), self.w(at + 2), self.w(at + 3)) {
            (Update, ..) => self.emit(K::Lock, 0, at, at + 2),
            (No, Key, Update) => self.emit(K::Lock, 1, at, at + 4),
            (Share, ..) => self.emit(K::Lock, 2, at, at + 2),
            (Key, Share, _) => self.emit(K::Lock, 3, at, at + 3),
            (Read | Fetch, Only, _) => self.emit(K::Lock, 4, at, at + 3),
            (Xml, ..) => self.for_clause(1, at),
            (Json, ..) => self.for_clause(2, at),
            (Browse, ..) => self.for_clause(5, at),
            (SystemTime, ..) => self.system_time(at),
            _ if self.ctx() == Ctx::Pivot => self.emit(K::For, 0, at, next),
            _ => self.emit(K::For, 0, at, next),
        })
    }

    /// `FOR XML PATH('')`: up to the bracket that closes the query, or its end.
    fn for_clause(&mut self, kind: u16, at: usize) -> usize {
        let mut end = at + 2;
        while end < self.raw.len()
            && self.k(end) != K::Rp
            && !(self.w(end) == W::OptionWord && self.k(end + 1) == K::Lp)
        {
            end = if self.k(end) == K::Lp { self.after_paren(end) } else { end + 1 };
        }
        self.emit(K::Trailer, kind, at, end)
    }

    /// `FOR SYSTEM_TIME …`.
    fn system_time(&mut self, at: usize) -> usize {
        use W::*;
        let mut end = at + 2;
        match self.w(end) {
            All => end += 1,
            As => {
                end += 2;
                if matches!(self.w(end), Timestamp) {
                    end += 1;
                }
                end = self.primary(end);
            }
            From | Between => {
                end = self.primary(end + 1);
                end = self.primary(end + 1);
            }
            _ => {}
        }
        self.emit(K::FromOpaque, 0, at, end)
    }

    /// Position behind one literal, variable, name or call.
    fn primary(&self, at: usize) -> usize {
        let mut end = at + 1;
        while self.k(end) == K::Dot {
            end += 2;
        }
        if self.k(end) == K::Lp && self.k(at) == K::Name { self.after_paren(end) } else { end }
    }

    fn into(&mut self, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        Some(match self.w(next) {
            Outfile | Dumpfile => {
                let mut end = next;
                while end < self.raw.len() && self.w(end) != From {
                    end += 1;
                }
                self.emit(K::Trailer, 3, at, end)
            }
            Temp | Temporary | Unlogged if self.k(at + 2) == K::Name => {
                let end = if self.w(at + 2) == Table { at + 3 } else { at + 2 };
                self.emit(K::IntoTemp, 0, at, end)
            }
            Table if self.k(at + 2) == K::Name => self.emit(K::Into, 0, at, at + 2),
            _ if self.fuser.frame == Frame::Plain => self.emit(K::Into, 0, at, next),
            _ => self.emit(K::Into, 0, at, next),
        })
    }

    fn sample(&mut self, at: usize) -> usize {
        let named = self.k(at + 1) == K::Name;
        if named {
            let name = self.push_ident(at + 1);
            self.emit_named(K::Sample, name, 1, at, at + 2)
        } else {
            self.emit(K::Sample, 0, at, at + 1)
        }
    }

    /// `USE INDEX FOR JOIN (a, b)`.
    fn index_hint(&mut self, at: usize) -> usize {
        let mut end = at + 2;
        while end < self.raw.len() && self.k(end) != K::Lp && self.k(end) == K::Name {
            end += 1;
        }
        let end = if self.k(end) == K::Lp { self.after_paren(end) } else { end };
        self.emit(K::Hint, 0, at, end)
    }

    fn pivot(&mut self, aux: u16, at: usize, end: usize) -> usize {
        self.fuser.stack.push(Ctx::Pivot);
        self.fuser.depth += 1;
        self.emit(K::PivotLp, aux, at, end)
    }

    /// `SEARCH DEPTH FIRST BY a SET b`, `CYCLE a SET b USING c`: up to the next CTE or the main statement.
    fn search_cycle(&mut self, at: usize) -> usize {
        let mut end = at + 1;
        while end < self.raw.len()
            && !matches!(self.w(end), W::Select | W::Insert | W::Update | W::Delete | W::Values | W::Merge)
            && self.k(end) != K::Lp
        {
            if self.k(end) == K::Comma && self.w(end + 2) == W::As {
                break;
            }
            end += 1;
        }
        self.emit(K::SearchCycle, 0, at, end)
    }
}

/// Advice, isolation or lock: the gravest of the hints named.
pub(super) fn table_hint<'s>(words: impl Iterator<Item = &'s str>) -> u16 {
    let mut found = 0;
    for word in words {
        let grade = match word.to_ascii_uppercase().as_str() {
            "NOLOCK" | "READUNCOMMITTED" | "READPAST" | "READCOMMITTED" | "READCOMMITTEDLOCK"
            | "REPEATABLEREAD" | "SERIALIZABLE" | "SNAPSHOT" => 1,
            "UPDLOCK" | "HOLDLOCK" | "TABLOCK" | "TABLOCKX" | "XLOCK" | "PAGLOCK" | "ROWLOCK" => 2,
            _ => 0,
        };
        found = found.max(grade);
    }
    found
}
