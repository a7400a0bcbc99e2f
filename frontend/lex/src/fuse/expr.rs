//! Words inside of expressions.

use super::{
    Ctx, MARKED, POST_COLLECTION, POST_DOCUMENT, POST_FALSE, POST_INFINITE, POST_JSON, POST_NAN,
    POST_NEGATED, POST_NORMALIZED, POST_NULL, POST_TRUE, POST_UNKNOWN, Pass,
};
use crate::LiteralKind;
use crate::token::{K, Op, Tok};
use crate::words::W;
use air_base::Dialect;

/// `aux` of [`K::CastLp`].
pub const CAST: u16 = 0;
/// `TRY_CAST`.
pub const TRY_CAST: u16 = 1;
/// `PARSE`.
pub const PARSE: u16 = 2;
/// `TRY_PARSE`.
pub const TRY_PARSE: u16 = 3;

impl Pass<'_> {
    /// A literal that is a word.
    fn literal(&mut self, kind: LiteralKind, at: usize) -> usize {
        let tok = self.raw[at];
        self.fuser.out.push(Tok { kind: K::Lit, aux: kind as u16, ..tok });
        at + 1
    }

    /// Handles a word that means something in an expression; gives `None` if this one does not, here.
    #[inline]
    pub(super) fn expr_word(&mut self, word: W, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        Some(match word {
            And => {
                if matches!(self.prev(), K::Bound | K::BoundSide) {
                    self.emit(K::FrameAnd, 0, at, next)
                } else {
                    self.emit_op(Op::And, at, next)
                }
            }
            Or => self.emit_op(Op::Or, at, next),
            Xor if self.is_my() => self.emit_op(Op::Xor, at, next),
            Div if self.after_operand() => self.emit_op(Op::Div, at, next),
            Mod if self.after_operand() && self.is_my() => self.emit_op(Op::Mod, at, next),
            Not => return self.not(at),
            In => self.r#in(at),
            Is => return self.is(at),
            Null => match self.w(next) {
                On => match self.w(next + 1) {
                    Null if matches!(self.ctx(), Ctx::Call | Ctx::JsonCall) => {
                        self.emit(K::JsonNull, 0, at, at + 3)
                    }
                    Empty | Error => self.emit(K::JsonOn, json_on(Null, self.w(next + 1)), at, at + 3),
                    _ => self.literal(LiteralKind::Null, at),
                },
                _ => self.literal(LiteralKind::Null, at),
            },
            Absent | Error | Empty
                if self.w(next) == On && matches!(self.w(next + 1), Null | Empty | Error) =>
            {
                match self.w(next + 1) {
                    Null => self.emit(K::JsonNull, 1, at, at + 3),
                    when => self.emit(K::JsonOn, json_on(word, when), at, at + 3),
                }
            }
            Empty if matches!(self.w(next), Array | Object) && self.w(next + 1) == On => {
                self.emit(K::JsonOn, json_on(word, self.w(next + 2)), at, at + 4)
            }
            On if self.w(next) == Overflow => {
                let error = self.w(next + 1) == Error;
                let mut end = next + 2;
                while end < self.raw.len() && !matches!(self.k(end), K::Rp) {
                    end += 1;
                }
                self.emit(K::JsonOn, if error { ON_OVERFLOW_ERROR } else { ON_OVERFLOW_TRUNCATE }, at, end)
            }
            On if matches!(self.w(next), Empty | Error) && self.ctx() == Ctx::JsonCall => {
                self.emit(K::JsonOn, json_on(Default, self.w(next)), at, at + 2)
            }
            On if self.words(next, &[Conversion, Error]) => {
                self.emit(K::JsonOn, json_on(Default, Error), at, at + 3)
            }
            True if self.has_boolean() => self.literal(LiteralKind::True, at),
            False if self.has_boolean() => self.literal(LiteralKind::False, at),
            Like if self.after_operand() => self.emit_op(Op::Like, at, next),
            Ilike if self.after_operand() && self.rules.open_operators => self.emit_op(Op::Ilike, at, next),
            Similar if self.w(next) == To && self.after_operand() => self.emit_op(Op::SimilarTo, at, at + 2),
            Similar if self.raw[at].flag & MARKED != 0 => self.emit(K::Similar, 0, at, next),
            Regexp if self.after_operand() => self.emit_op(Op::Regexp, at, next),
            Rlike if self.after_operand() => self.emit_op(Op::Rlike, at, next),
            Glob if self.after_operand() && self.operand_follows(next) => self.emit_op(Op::Glob, at, next),
            Match if self.after_operand() && self.dialect == Dialect::Sqlite => {
                self.emit_op(Op::Match, at, next)
            }
            Match if self.is_my() => self.match_against(at),
            Sounds if self.w(next) == Like => self.emit_op(Op::SoundsLike, at, at + 2),
            Member if self.w(next) == Of && self.after_operand() => self.emit_op(Op::MemberOf, at, at + 2),
            Member if self.k(next) == K::Lp && self.after_operand() && self.is_my() => {
                self.emit_op(Op::MemberOf, at, next)
            }
            Overlaps if self.after_operand() => self.emit_op(Op::Overlaps, at, next),
            Escape if self.after_operand() && self.operand_follows(next) => {
                self.emit_op(Op::Escape, at, next)
            }
            Between => self.between(Op::Between, Op::BetweenSymmetric, at, next),
            Isnull if self.is_postfix_test(next) => self.emit(K::Post, POST_NULL, at, next),
            Notnull if self.is_postfix_test(next) => self.emit(K::Post, POST_NULL | POST_NEGATED, at, next),
            Exists if self.k(next) == K::Lp => self.emit(K::Exists, 0, at, next),
            Any | SomeWord if self.k(next) == K::Lp && matches!(self.prev(), K::Op) => {
                self.emit(K::Quant, 0, at, next)
            }
            All if self.k(next) == K::Lp && matches!(self.prev(), K::Op) => self.emit(K::Quant, 1, at, next),
            Binary
                if self.is_my()
                    && !self.after_operand()
                    && self.prev() != K::As
                    && self.prev() != K::Comma
                    || word == Binary
                        && self.is_my()
                        && matches!(self.prev(), K::Comma)
                        && !matches!(self.k(next), K::Rp | K::Lp | K::Comma) =>
            {
                self.emit(K::Pre, Op::Binary as u16, at, next)
            }
            Prior if self.dialect == Dialect::Oracle => self.emit(K::Pre, Op::Prior as u16, at, next),
            ConnectByRoot if self.dialect == Dialect::Oracle => {
                self.emit(K::Pre, Op::ConnectByRoot as u16, at, next)
            }
            Variadic if matches!(self.prev(), K::Lp | K::Comma) => {
                self.emit(K::Pre, Op::Variadic as u16, at, next)
            }
            Case => self.emit(K::Case, 0, at, next),
            When => match (self.w(next), self.w(next + 1)) {
                (Matched, _) => self.merge_when(at, at + 2, 0),
                (Not, Matched) => {
                    let (end, by_source) = match (self.w(at + 3), self.w(at + 4)) {
                        (By, Target) => (at + 5, 1),
                        (By, Source) => (at + 5, 2),
                        _ => (at + 3, 1),
                    };
                    self.merge_when(at, end, by_source)
                }
                _ => self.emit(K::When, 0, at, next),
            },
            Then => match (self.w(next), self.w(next + 1)) {
                (Update, Set) => self.emit(K::MergeUpdate, 0, at, at + 3),
                (Delete, _) => self.emit(K::MergeDelete, 0, at, at + 2),
                (Insert, _) => self.emit(K::MergeInsert, 0, at, at + 2),
                (Do, Nothing) => self.emit(K::MergeDelete, 1, at, at + 3),
                _ => self.emit(K::Then, 0, at, next),
            },
            Else => self.emit(K::Else, 0, at, next),
            End => self.emit(K::End, 0, at, next),
            Cast | TryCast if self.k(next) == K::Lp => {
                self.call_like(K::CastLp, if word == Cast { CAST } else { TRY_CAST }, at)
            }
            Parse | TryParse if self.k(next) == K::Lp && self.find_inside(next, &[As]).is_some() => {
                self.call_like(K::CastLp, if word == Parse { PARSE } else { TRY_PARSE }, at)
            }
            Convert | TryConvert if self.k(next) == K::Lp && self.dialect == Dialect::Mssql => {
                self.call_like(K::ConvertTypeLp, u16::from(word == TryConvert), at)
            }
            Convert if self.k(next) == K::Lp && self.is_my() => self.call_like(K::ConvertLp, 0, at),
            Extract
                if self.k(next) == K::Lp
                    && self.w(at + 3) == From
                    && matches!(self.k(at + 2), K::Name | K::Str) =>
            {
                let field = self.push_ident(at + 2);
                self.fuser.stack.push(Ctx::Plain);
                self.fuser.depth += 1;
                self.emit_named(K::ExtractFrom, field, 1, at, at + 4)
            }
            Position if self.k(next) == K::Lp => match self.find_inside(next, &[In]) {
                Some(found) => {
                    self.raw[found].flag |= MARKED;
                    self.call_like(K::PositionLp, 0, at)
                }
                None => return None,
            },
            Substring | Substr | Mid if self.k(next) == K::Lp => {
                match self.find_inside(next, &[From, For, Similar]) {
                    Some(_) => {
                        self.mark_inside(next, &[For, Similar]);
                        self.call_like(K::SubstrLp, 0, at)
                    }
                    None => return None,
                }
            }
            Overlay if self.k(next) == K::Lp && self.find_inside(next, &[Placing]).is_some() => {
                self.mark_inside(next, &[For]);
                self.call_like(K::OverlayLp, 0, at)
            }
            Placing if self.after_operand() => self.emit(K::Placing, 0, at, next),
            Trim if self.k(next) == K::Lp => {
                let direction = match self.w(at + 2) {
                    Both => 1,
                    Leading => 2,
                    Trailing => 3,
                    _ => 0,
                };
                if direction != 0 {
                    self.fuser.stack.push(Ctx::Plain);
                    self.fuser.depth += 1;
                    self.emit(K::TrimDir, direction, at, at + 3)
                } else if self.find_inside(next, &[From]).is_some() {
                    self.call_like(K::TrimLp, 0, at)
                } else {
                    return None;
                }
            }
            Collation if self.w(next) == For && self.k(at + 2) == K::Lp => {
                self.fuser.stack.push(Ctx::Plain);
                self.fuser.depth += 1;
                self.emit(K::CollationFor, 0, at, at + 3)
            }
            Character | Char if self.w(next) == Set && self.is_my() && self.after_operand() => {
                self.charset(at, at + 2)
            }
            Charset if self.is_my() && self.after_operand() && self.prev() != K::As => self.charset(at, next),
            Collate if self.after_operand() => self.emit(K::Collate, 0, at, next),
            At if self.words(next, &[Time, Zone]) && self.after_operand() => {
                self.emit(K::AtTz, 0, at, at + 3)
            }
            At if self.w(next) == Local && self.after_operand() => self.emit(K::AtLocal, 0, at, at + 2),
            Interval => return self.interval(at),
            Array
                if matches!(self.k(next), K::Lb) || (self.k(next) == K::Lp && self.is_query_paren(next)) =>
            {
                self.emit(K::Array, 0, at, next)
            }
            Row if self.k(next) == K::Lp && !self.after_operand() => self.call_like(K::RowLp, 0, at),
            Date | Time | Timestamp | Timestamptz | Timetz | Datetime => return self.temporal(at),
            CurrentDate | CurrentTime | CurrentTimestamp | Localtime | Localtimestamp | CurrentUser
            | SessionUser | CurrentRole | User | SystemUser | UtcDate | UtcTime | UtcTimestamp
            | CurrentCatalog | CurrentSchema
                if self.k(next) != K::Lp
                    && self.k(next) != K::Dot
                    && !self.after_operand()
                    && self.is_bare_call(word) =>
            {
                let name = self.push_ident(at);
                self.emit_named(K::Bare, name, 1, at, next)
            }
            Next if self.words(next, &[Value, For]) => self.emit(K::NextValue, 0, at, at + 3),
            Over if self.k(next) == K::Lp && matches!(self.prev(), K::Rp | K::NullsTreat | K::FromLast) => {
                self.fuser.stack.push(Ctx::Window);
                self.fuser.depth += 1;
                self.emit(K::OverLp, 0, at, at + 2)
            }
            Over if self.k(next) == K::Name && matches!(self.prev(), K::Rp | K::NullsTreat | K::FromLast) => {
                self.emit(K::Over, 0, at, next)
            }
            Filter if self.k(next) == K::Lp && self.w(at + 2) == Where && self.prev() == K::Rp => {
                self.fuser.stack.push(Ctx::Plain);
                self.fuser.depth += 1;
                self.emit(K::FilterLp, 0, at, at + 3)
            }
            Within if self.w(next) == Group && self.k(at + 2) == K::Lp => {
                self.fuser.stack.push(Ctx::Plain);
                self.fuser.depth += 1;
                self.emit(K::WithinGroupLp, 0, at, at + 3)
            }
            Keep if self.k(next) == K::Lp
                && self.w(at + 2) == DenseRank
                && matches!(self.w(at + 3), First | Last) =>
            {
                self.fuser.stack.push(Ctx::Plain);
                self.fuser.depth += 1;
                self.emit(K::KeepLp, u16::from(self.w(at + 3) == Last), at, at + 4)
            }
            Ignore | Respect if self.w(next) == Nulls => {
                // Inside of the call's brackets, or behind them.
                let inside = matches!(self.k(at + 2), K::Rp | K::Comma) || self.w(at + 2) == Order;
                self.emit(
                    if inside { K::NullsIn } else { K::NullsTreat },
                    u16::from(word == Respect),
                    at,
                    at + 2,
                )
            }
            Separator if self.is_my() && self.depth_in_call() => self.emit(K::Separator, 0, at, next),
            Key if self.ctx() == Ctx::JsonCall
                && matches!(self.prev(), K::Lp | K::Comma)
                && self.k(next) != K::Comma =>
            {
                next
            }
            Value if self.ctx() == Ctx::JsonCall && self.after_operand() => self.emit(K::KvSep, 0, at, next),
            Unbounded if matches!(self.w(next), Preceding | Following) => {
                self.emit(K::Bound, if self.w(next) == Preceding { 0 } else { 2 }, at, at + 2)
            }
            Current if self.w(next) == Row => self.emit(K::Bound, 1, at, at + 2),
            Current if self.w(next) == Of && self.prev() == K::Where => {
                self.emit(K::CurrentOf, 0, at, at + 2)
            }
            Preceding if self.after_operand() => self.emit(K::BoundSide, 0, at, next),
            Following if self.after_operand() => self.emit(K::BoundSide, 1, at, next),
            Exclude if matches!(self.prev(), K::Bound | K::BoundSide) => {
                let (which, length) = match (self.w(next), self.w(next + 1)) {
                    (No, Others) => (0, 3),
                    (Current, Row) => (1, 3),
                    (Group, _) => (2, 2),
                    (Ties, _) => (3, 2),
                    _ => return None,
                };
                self.emit(K::Exclude, which, at, at + length)
            }
            Against if self.k(next) == K::Lp => {
                self.fuser.stack.push(Ctx::Against);
                self.fuser.depth += 1;
                self.emit(K::AgainstLp, 0, at, at + 2)
            }
            Default => {
                if self.w(next) == Values {
                    self.emit(K::DefaultValues, 0, at, at + 2)
                } else if self.k(next) == K::Lp && !self.is_ddl_column() {
                    return None;
                } else {
                    self.emit(K::Default, 0, at, next)
                }
            }
            Xmlelement | Xmlforest | Xmlagg | Xmlparse | Xmlserialize | Xmlroot | Xmlpi | Xmlconcat
                if self.k(next) == K::Lp =>
            {
                let end = self.after_paren(next);
                self.emit(K::Opaque, 0, at, end)
            }
            Format if self.after_operand() && self.k(next) == K::Str => self.emit(K::Format, 0, at, next),
            _ => return None,
        })
    }

    /// A unit behind the value of an interval of MySQL.
    pub(super) fn unit_word(&mut self, word: W, at: usize) -> Option<usize> {
        let unit = unit(word)?;
        if self.fuser.intervals.last() == Some(&self.fuser.depth) && self.after_operand() {
            self.fuser.intervals.pop();
            return Some(self.emit(K::Unit, unit, at, at + 1));
        }
        None
    }

    /// Opens the bracket of a special form.
    fn call_like(&mut self, kind: K, aux: u16, at: usize) -> usize {
        self.fuser.stack.push(Ctx::Plain);
        self.fuser.depth += 1;
        self.emit(kind, aux, at, at + 2)
    }

    fn depth_in_call(&self) -> bool {
        matches!(self.ctx(), Ctx::Call | Ctx::JsonCall)
    }

    fn is_postfix_test(&self, next: usize) -> bool {
        self.after_operand()
            && self.k(next) != K::Lp
            && matches!(self.dialect, Dialect::Postgres | Dialect::Sqlite)
    }

    /// True if an operand can start at `at`.
    pub(super) fn operand_follows(&self, at: usize) -> bool {
        matches!(self.k(at), K::Name | K::Str | K::Lit | K::Param | K::Lp | K::Var | K::Colon)
    }

    /// The first of `words` directly inside of the bracket at `open`, brackets within it stepped over.
    fn find_inside(&self, open: usize, words: &[W]) -> Option<usize> {
        let close = self.after_paren(open).saturating_sub(1);
        let mut at = open + 1;
        while at < close {
            match self.k(at) {
                K::Lp | K::Lb => {
                    at = self.after_paren(at);
                    continue;
                }
                // What stands inside of a CASE is not ours, nor is what follows a comma.
                K::Name if words.contains(&self.w(at)) => return Some(at),
                _ => at += 1,
            }
        }
        None
    }

    fn mark_inside(&mut self, open: usize, words: &[W]) {
        let close = self.after_paren(open).saturating_sub(1);
        let mut at = open + 1;
        while at < close {
            match self.k(at) {
                K::Lp | K::Lb => at = self.after_paren(at),
                _ => {
                    if words.contains(&self.w(at)) {
                        self.raw[at].flag |= MARKED;
                    }
                    at += 1;
                }
            }
        }
    }

    fn not(&mut self, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        if self.after_operand() {
            let op = match self.w(next) {
                In => return Some(self.emit(K::In, 1, at, at + 2)),
                Null => return Some(self.emit(K::Post, POST_NULL | POST_NEGATED, at, at + 2)),
                Between => {
                    return Some(self.between(Op::NotBetween, Op::NotBetweenSymmetric, at, at + 2));
                }
                Like => Op::NotLike,
                Ilike => Op::NotIlike,
                Similar => return Some(self.emit_op(Op::NotSimilarTo, at, at + 3)),
                Regexp => Op::NotRegexp,
                Rlike => Op::NotRlike,
                Glob => Op::NotGlob,
                Match => Op::NotMatch,
                _ => return Some(self.emit(K::Pre, Op::Not as u16, at, next)),
            };
            return Some(self.emit_op(op, at, at + 2));
        }
        Some(self.emit(K::Pre, Op::Not as u16, at, next))
    }

    fn r#in(&mut self, at: usize) -> usize {
        use W::*;
        let next = at + 1;
        if self.raw[at].flag & MARKED != 0 {
            return self.emit(K::PosIn, 0, at, next);
        }
        if self.ctx() == Ctx::Against {
            if self.words(next, &[Boolean, Mode]) {
                return self.emit(K::MatchMode, 2, at, at + 3);
            }
            if self.words(next, &[Natural, Language, Mode]) {
                let expansion = self.words(at + 4, &[With, Query, Expansion]);
                return self.emit(
                    K::MatchMode,
                    if expansion { 3 } else { 1 },
                    at,
                    if expansion { at + 7 } else { at + 4 },
                );
            }
        }
        self.emit(K::In, 0, at, next)
    }

    fn is(&mut self, at: usize) -> Option<usize> {
        use W::*;
        if !self.after_operand() {
            return None;
        }
        let negated = self.w(at + 1) == Not;
        let test = if negated { at + 2 } else { at + 1 };
        let neg = if negated { POST_NEGATED } else { 0 };
        let (code, end) = match self.w(test) {
            Null => (POST_NULL, test + 1),
            True => (POST_TRUE, test + 1),
            False => (POST_FALSE, test + 1),
            Unknown => (POST_UNKNOWN, test + 1),
            Nan => (POST_NAN, test + 1),
            Infinite => (POST_INFINITE, test + 1),
            Json => {
                let kind = matches!(self.w(test + 1), Value | Array | Object);
                (POST_JSON, if kind { test + 2 } else { test + 1 })
            }
            Document => (POST_DOCUMENT, test + 1),
            Normalized => (POST_NORMALIZED, test + 1),
            Empty => (POST_COLLECTION, test + 1),
            Distinct if self.w(test + 1) == From => {
                let op = if negated { Op::IsNotDistinctFrom } else { Op::IsDistinctFrom };
                return Some(self.emit_op(op, at, test + 2));
            }
            _ => {
                let op = if negated { Op::IsNot } else { Op::Is };
                return Some(self.emit_op(op, at, test));
            }
        };
        Some(self.emit(K::Post, code | neg, at, end))
    }

    fn between(&mut self, plain: Op, symmetric: Op, at: usize, next: usize) -> usize {
        if self.prev() == K::Frame {
            return self.emit(K::FrameBetween, 0, at, next);
        }
        match self.w(next) {
            W::Symmetric => self.emit_op(symmetric, at, next + 1),
            W::Asymmetric => self.emit_op(plain, at, next + 1),
            _ => self.emit_op(plain, at, next),
        }
    }

    fn match_against(&mut self, at: usize) -> usize {
        self.emit(K::Match, 0, at, at + 1)
    }

    fn merge_when(&mut self, at: usize, end: usize, which: u16) -> usize {
        if self.w(end) == W::And {
            self.emit(K::MergeWhenAnd, which, at, end + 1)
        } else {
            self.emit(K::MergeWhen, which, at, end)
        }
    }

    /// `.value('.', 'nvarchar(max)')` behind `(… FOR XML PATH(''), TYPE)`: the text of the rows as it is. The clause
    /// says so already.
    pub(super) fn value_of_xml(&self, at: usize) -> Option<usize> {
        let clause = self.fuser.out.iter().rev().find(|tok| tok.kind == K::Trailer)?;
        let text = &self.source[clause.start as usize..clause.end as usize];
        let is = |at: usize, wanted: &str| {
            self.raw.get(at).is_some_and(|tok| tok.span().text(self.source).eq_ignore_ascii_case(wanted))
        };
        let whole = |at: usize| ["'nvarchar(max)'", "'varchar(max)'"].iter().any(|ty| is(at, ty));
        let read = text.to_ascii_uppercase().trim_end().ends_with("TYPE")
            && is(at, ".")
            && is(at + 1, "value")
            && is(at + 2, "(")
            && (is(at + 3, "'.'") || is(at + 3, "'(./text())[1]'") || is(at + 3, "'text()[1]'"))
            && is(at + 4, ",")
            && whole(at + 5)
            && is(at + 6, ")");
        read.then_some(at + 7)
    }

    /// `INTERVAL '1' DAY`, `INTERVAL 1 + x DAY`, the type `interval`, or a name.
    fn interval(&mut self, at: usize) -> Option<usize> {
        let next = at + 1;
        if self.after_operand() || self.prev() == K::As || self.prev() == K::Colons {
            return None;
        }
        if self.is_my() {
            let function = self.k(next) == K::Lp && {
                // INTERVAL(a, b, c) is a function; INTERVAL (a) DAY is not.
                unit(self.w(self.after_paren(next))).is_none()
            };
            if function || matches!(self.k(next), K::Comma | K::Rp | K::Dot | K::Eof) {
                return None;
            }
            self.fuser.intervals.push(self.fuser.depth);
            return Some(self.emit(K::Interval, 0, at, next));
        }
        let precision = self.k(next) == K::Lp && self.k(next + 3) == K::Str;
        let value = if precision { next + 3 } else { next };
        if self.k(value) != K::Str {
            return None;
        }
        self.emit(K::IntervalLit, 0, at, value);
        self.fuser.out.push(self.raw[value]);
        Some(self.unit_range(value + 1, K::IntervalRange).unwrap_or(value + 1))
    }

    /// `DAY`, `DAY(3) TO SECOND(6)` at `at`, as one terminal: the unit in `aux`, the second one and precisions in `data`.
    pub(super) fn unit_range(&mut self, at: usize, kind: K) -> Option<usize> {
        let from = unit(self.w(at))?;
        let mut end = at + 1;
        let mut precision = NO_UNIT;
        let mut fraction = NO_UNIT;
        let mut to = NO_UNIT;
        if let Some(number) = self.parenthesised_number(end) {
            precision = number;
            end += 3;
        }
        if self.w(end) == W::To
            && let Some(second) = unit(self.w(end + 1))
        {
            to = second as u8;
            end += 2;
            if let Some(number) = self.parenthesised_number(end) {
                fraction = number;
                end += 3;
            }
        }
        self.emit(kind, from, at, end);
        if let Some(last) = self.fuser.out.last_mut() {
            last.data = u32::from(to) | u32::from(precision) << 8 | u32::from(fraction) << 16;
        }
        Some(end)
    }

    fn parenthesised_number(&self, at: usize) -> Option<u8> {
        if self.k(at) == K::Lp && self.k(at + 1) == K::Lit && self.k(at + 2) == K::Rp {
            self.raw[at + 1].span().text(self.source).parse().ok()
        } else {
            None
        }
    }

    /// `DATE '…'`, `TIMESTAMP(3) WITH TIME ZONE '…'`, or a name.
    fn temporal(&mut self, at: usize) -> Option<usize> {
        if matches!(self.dialect, Dialect::Sqlite | Dialect::Mssql)
            || self.after_operand()
            || self.prev() == K::As
        {
            return None;
        }
        let mut end = at + 1;
        if self.parenthesised_number(end).is_some() {
            end += 3;
        }
        let mut zone = 0;
        if self.words(end, &[W::With, W::Time, W::Zone]) {
            zone = 1;
            end += 3;
        } else if self.words(end, &[W::Without, W::Time, W::Zone]) {
            zone = 2;
            end += 3;
        }
        if self.k(end) != K::Str {
            return None;
        }
        let name = self.push_ident(at);
        self.emit_named(K::TypeLit, name, 1, at, end);
        if let Some(last) = self.fuser.out.last_mut() {
            last.flag = zone;
        }
        Some(end)
    }

    /// True if the word alone calls a function in this dialect.
    fn is_bare_call(&self, word: W) -> bool {
        use W::*;
        match word {
            CurrentDate | CurrentTime | CurrentTimestamp => {
                self.dialect != Dialect::Mssql || word == CurrentTimestamp
            }
            Localtime => !matches!(self.dialect, Dialect::Sqlite | Dialect::Mssql | Dialect::Oracle),
            Localtimestamp => !matches!(self.dialect, Dialect::Sqlite | Dialect::Mssql),
            _ => word.is_reserved(self.dialect),
        }
    }
}

/// Second unit or precision that was not written.
pub const NO_UNIT: u8 = 0xff;

/// What `LISTAGG` does when its result is too long.
pub const ON_OVERFLOW_ERROR: u16 = 0x300;
/// What `LISTAGG` does when its result is too long.
pub const ON_OVERFLOW_TRUNCATE: u16 = 0x301;

/// `aux` of [`K::JsonOn`]: what happens in the low byte (error, null, default, empty), 0x100 for `ON ERROR`.
fn json_on(what: W, when: W) -> u16 {
    let low = match what {
        W::Error => 0,
        W::Null => 1,
        W::Default => 2,
        _ => 3,
    };
    low | if when == W::Error { 0x100 } else { 0 }
}

/// The number of a unit of time, in the order of the syntax tree's units.
fn unit(word: W) -> Option<u16> {
    use W::*;
    Some(match word {
        Microsecond => 0,
        Millisecond => 1,
        Second => 2,
        Minute => 3,
        Hour => 4,
        Day => 5,
        Week => 6,
        Month => 7,
        Quarter => 8,
        Year => 9,
        SecondMicrosecond => 10,
        MinuteMicrosecond => 11,
        MinuteSecond => 12,
        HourMicrosecond => 13,
        HourSecond => 14,
        HourMinute => 15,
        DayMicrosecond => 16,
        DaySecond => 17,
        DayMinute => 18,
        DayHour => 19,
        YearMonth => 20,
        _ => return None,
    })
}
