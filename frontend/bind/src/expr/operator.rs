//! Operators: what each sign means over these types in this dialect.

use super::constant;
use super::literal::{composite, simple_unit, type_words, unit_range};
use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::{Arith, Bits, Caret, Implicit, Intervals, JsonArrows, Minus, MonthEnd, PlusNumber};
use air::expr::{CompareOp, Expr, Literal, Modifier, Unit};
use air::types::{Affinity, CastReason, IntervalKind, Type, Zone};
use air::{Builtin, ExprId};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, BinaryOp, CastForm, UnaryOp};

impl<'a> Binder<'a> {
    /// `op arg`.
    pub(super) fn unary(&mut self, op: UnaryOp, arg: tree::ExprId, span: Span) -> Bound<ExprId> {
        match op {
            UnaryOp::Not | UnaryOp::Bang => {
                // NOT EXISTS is a node of its own.
                if let tree::Expr::Exists(query) = self.tree.expr(arg) {
                    let query = self.query(query)?;
                    return Ok(self.air.push(Expr::Exists { query, negated: true }, Type::Bool, false, span));
                }
                let operand = self.predicate(arg)?;
                Ok(self.not(operand, span))
            }
            UnaryOp::Minus => {
                let operand = self.expr(arg)?;
                self.negated(operand, span)
            }
            UnaryOp::Plus => {
                let operand = self.expr(arg)?;
                if self.meaning.numbers.plus_keeps { Ok(operand) } else { self.number_operand(operand) }
            }
            UnaryOp::BitNot => {
                let operand = self.expr(arg)?;
                let operand = self.bit_operand(operand)?;
                let ty = self.bit_type(self.air.ty(operand), self.air.ty(operand));
                Ok(self.call_as(Builtin::BitNot, &[operand], ty, span))
            }
            UnaryOp::Abs => self.prefix_call(Builtin::Abs, arg, span),
            UnaryOp::SquareRoot => self.prefix_call(Builtin::Sqrt, arg, span),
            UnaryOp::CubeRoot => self.prefix_call(Builtin::Cbrt, arg, span),
            UnaryOp::Factorial | UnaryOp::NotNot => self.prefix_call(Builtin::Factorial, arg, span),
            UnaryOp::Binary => {
                let operand = self.expr(arg)?;
                let mut ty = self.air.ty(operand);
                if let Type::Text(text) = &mut ty {
                    // BINARY x compares byte by byte.
                    text.collation = air::Collation::BINARY;
                    text.strength = air::types::CollationStrength::Explicit;
                    return Ok(self.retyped(operand, ty));
                }
                self.explicit_cast(operand, Type::BYTES, false)
            }
            UnaryOp::OuterJoinMark => self.outer_mark(arg),
            UnaryOp::Prior => self.prior(arg, span),
            UnaryOp::ConnectByRoot => match self.carried_value(span) {
                Some(value) => Ok(value),
                None => self.no_meaning("CONNECT_BY_ROOT outside of a hierarchical query", span),
            },
            UnaryOp::Variadic => self.no_meaning("a variadic argument", span),
            UnaryOp::CustomPrefix => self.no_meaning("this operator", span),
        }
    }

    fn prefix_call(&mut self, op: Builtin, arg: tree::ExprId, span: Span) -> Bound<ExprId> {
        let operand = self.expr(arg)?;
        let operand = self.number_operand(operand)?;
        let ty = match (op, self.air.ty(operand)) {
            (Builtin::Sqrt, ty) if ty.is_decimal() => Type::Number,
            (Builtin::Sqrt, _) => Type::Float64,
            _ => self.result_type(op, &[operand]),
        };
        Ok(self.call_as(op, &[operand], ty, span))
    }

    /// `- operand`; constants change their sign.
    pub(crate) fn negated(&mut self, operand: ExprId, span: Span) -> Bound<ExprId> {
        let operand = self.number_operand(operand)?;
        let ty = self.air.ty(operand);
        match self.air.literal(operand) {
            Some(Literal::Int { value }) if value != i64::MIN => {
                let value = Literal::Int { value: -value };
                return Ok(self.literal_expr(value, ty, span));
            }
            Some(Literal::Decimal { digits }) => {
                let text = self.air.text(digits).to_owned();
                // The least integer is written as the negation of a number beyond the greatest.
                if let Some(value) = text.parse::<i128>().ok().and_then(|v| i64::try_from(-v).ok())
                    && !self.meaning.numbers.single_kind
                {
                    return Ok(self.literal_expr(Literal::Int { value }, Type::I64, span));
                }
                let flipped = flipped(&text);
                let digits = self.air.push_text(&flipped);
                return Ok(self.literal_expr(Literal::Decimal { digits }, ty, span));
            }
            Some(Literal::Float { digits }) => {
                let text = self.air.text(digits).to_owned();
                if text == "9223372036854775808" {
                    return Ok(self.literal_expr(Literal::Int { value: i64::MIN }, Type::I64, span));
                }
                let digits = self.air.push_text(&flipped(&text));
                return Ok(self.literal_expr(Literal::Float { digits }, ty, span));
            }
            Some(Literal::Interval { months, days, micros }) => {
                let value =
                    constant::Span3 { months: -i64::from(months), days: -i64::from(days), micros: -micros };
                if let Some(id) = self.interval_constant(value, span) {
                    return Ok(id);
                }
            }
            _ => {}
        }
        let ty = match ty {
            Type::Int { .. } => (self.meaning.numbers.arith)(Arith::Sub, Type::I32, ty),
            other => other,
        };
        Ok(self.call_as(Builtin::Neg, &[operand], ty, span))
    }

    /// A value where a number is wanted by an operator. Intervals stay.
    pub(crate) fn number_operand(&mut self, id: ExprId) -> Bound<ExprId> {
        let ty = self.air.ty(id);
        match ty {
            ty if ty.is_numeric() => Ok(id),
            Type::Unknown | Type::Any(_) | Type::Interval(_) => Ok(id),
            Type::Null => {
                self.air.info_mut(id).ty =
                    if self.meaning.numbers.single_kind { Type::Number } else { Type::I32 };
                Ok(id)
            }
            Type::Bool if !self.meaning.conversions.true_booleans => {
                self.coerce(id, Type::I64, CastReason::Implicit)
            }
            Type::Bytes { .. } if self.meaning.conversions.store_keeps => {
                let span = self.air.span(id);
                self.no_meaning("arithmetic with bytes", span)
            }
            Type::Text(_) => match self.meaning.conversions.implicit {
                Implicit::Loose => match self.text_literal(id).map(str::to_owned) {
                    // SQLite keeps an integer an integer; MySQL computes in floats.
                    Some(text) => {
                        let prefix = constant::numeric_prefix(&text);
                        let whole = self.meaning.times.as_text
                            && (prefix.is_empty() || prefix.parse::<i64>().is_ok());
                        let span = self.air.span(id);
                        Ok(self.prefix_constant(&text, if whole { Type::I64 } else { Type::Float64 }, span))
                    }
                    None if self.meaning.times.as_text && self.shows_digits(id) => {
                        Ok(self.number_of(id, Type::I64))
                    }
                    None => Ok(self.number_of(id, Type::Float64)),
                },
                Implicit::Literals => self.coerce(id, Type::Float64, CastReason::Implicit),
                Implicit::Failing => {
                    let to = if self.meaning.numbers.single_kind { Type::Number } else { Type::I32 };
                    self.coerce(id, to, CastReason::Implicit)
                }
            },
            Type::Bytes { .. } | Type::Bits { .. } if !self.meaning.conversions.true_booleans => {
                self.coerce(id, Type::I64, CastReason::Implicit)
            }
            Type::Enum(_) | Type::Set(_) if !self.meaning.conversions.true_booleans => self.enum_place(id),
            // A document is the text it is written as.
            Type::Json { .. }
                if self.meaning.conversions.implicit == Implicit::Loose && !self.meaning.times.as_text =>
            {
                let to = self.text_type();
                let text = self.cast(id, to, air::types::CastRule::IMPLICIT);
                Ok(self.number_of(text, Type::Float64))
            }
            ty if ty.is_temporal() && self.meaning.times.plus_number == PlusNumber::AsNumber => {
                self.moment_number(id)
            }
            ty => {
                let message = format!("{} is no operand of arithmetic", type_words(ty));
                Err(self.refuse(codes::TYPES, self.air.span(id), message))
            }
        }
    }

    /// True for a date shown by a format of digits alone, so that the text is an integer.
    fn shows_digits(&self, id: ExprId) -> bool {
        let Expr::Call { op: Builtin::FormatTime, args, .. } = self.air.expr(id) else { return false };
        let Some(format) = self.air.list(args).get(1).and_then(|&format| self.text_literal(format)) else {
            return false;
        };
        let mut rest = format;
        while let Some(after) = rest.strip_prefix('{') {
            let Some((field, next)) = after.split_once('}') else { return false };
            if !matches!(
                field,
                "YYYY"
                    | "MM"
                    | "DD"
                    | "HH24"
                    | "HH12"
                    | "MI"
                    | "SS"
                    | "DDD"
                    | "D0"
                    | "ID"
                    | "WM"
                    | "WS"
                    | "IW"
                    | "EPOCH"
            ) {
                return false;
            }
            rest = next;
        }
        rest.is_empty() && !format.is_empty()
    }

    /// True for a number that a text makes, an integer or a float as the text shows.
    pub(crate) fn kind_by_text(&self, id: ExprId) -> bool {
        if !self.meaning.times.as_text {
            return false;
        }
        match self.air.expr(id) {
            Expr::Cast { operand, to: Type::Float64, rule } => {
                rule.reason == CastReason::Implicit && self.air.ty(operand).is_text()
            }
            Expr::Call { op: Builtin::Add | Builtin::Sub | Builtin::Mul | Builtin::Neg, args, .. } => {
                let args = self.air.list(args);
                args.iter().any(|&arg| self.kind_by_text(arg))
                    && args.iter().all(|&arg| self.air.ty(arg).is_int() || self.kind_by_text(arg))
            }
            _ => false,
        }
    }

    /// `left op right`.
    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        left: tree::ExprId,
        right: tree::ExprId,
        at: u32,
        span: Span,
    ) -> Bound<ExprId> {
        use BinaryOp as B;
        let compared = match op {
            B::Eq => Some(CompareOp::Eq),
            B::Ne => Some(CompareOp::Ne),
            B::Lt => Some(CompareOp::Lt),
            B::Le => Some(CompareOp::Le),
            B::Gt => Some(CompareOp::Gt),
            B::Ge => Some(CompareOp::Ge),
            B::NullSafeEq | B::IsNotDistinctFrom | B::Is => Some(CompareOp::Same),
            B::IsDistinctFrom | B::IsNot => Some(CompareOp::NotSame),
            _ => None,
        };
        if let Some(op) = compared {
            if let tree::Expr::Quantifier { all, operand } = self.tree.expr(right) {
                let left = self.expr(left)?;
                return self.quantified(op, left, all, operand, span);
            }
            let left = self.expr(left)?;
            let right = self.expr(right)?;
            return self.comparison(op, left, right, span);
        }
        match op {
            B::Add | B::Sub => return self.plus_minus(op == B::Sub, left, right, span),
            B::Ampersands if self.meaning.conversions.numbers_are_conditions => {
                let terms = [self.predicate(left)?, self.predicate(right)?];
                return Ok(self.conjunction(&terms, span));
            }
            B::Pipes if self.meaning.texts.pipes.is_none() && !self.profile.settings.pipes_as_concat => {
                let terms = [self.predicate(left)?, self.predicate(right)?];
                return Ok(self.disjunction(&terms, span));
            }
            B::Xor => {
                let args = [self.predicate(left)?, self.predicate(right)?];
                return Ok(self.call(Builtin::Xor, &args, span));
            }
            _ => {}
        }
        let l = self.expr(left)?;
        let r = self.expr(right)?;
        match op {
            B::Mul => self.arithmetic(Arith::Mul, l, r, span),
            B::Mod => self.arithmetic(Arith::Mod, l, r, span),
            B::Div => self.divide(l, r, span),
            B::IntDiv => {
                let (l, r) = (self.number_operand(l)?, self.number_operand(r)?);
                let unsigned =
                    [l, r].iter().any(|id| matches!(self.air.ty(*id), Type::Int { unsigned: true, .. }));
                Ok(self.call_as(Builtin::DivIntOrNull, &[l, r], Type::Int { bits: 64, unsigned }, span))
            }
            B::Caret if self.meaning.numbers.caret == Caret::Power => self.power(l, r, span),
            B::Power => self.power(l, r, span),
            B::Caret if self.meaning.numbers.caret == Caret::Xor => self.bitwise(Builtin::BitXor, l, r, span),
            B::Hash => self.bitwise(Builtin::BitXor, l, r, span),
            B::BitAnd => self.bitwise(Builtin::BitAnd, l, r, span),
            B::BitOr => self.bitwise(Builtin::BitOr, l, r, span),
            B::ShiftLeft => self.bitwise(Builtin::ShiftLeft, l, r, span),
            B::ShiftRight => self.bitwise(Builtin::ShiftRight, l, r, span),
            B::Pipes => self.joined(l, r, span),
            B::Ampersands if matches!(self.air.ty(l), Type::Array(_)) => {
                let r = self.coerce(r, self.air.ty(l), CastReason::Implicit)?;
                Ok(self.call(Builtin::ArrayOverlaps, &[l, r], span))
            }
            B::Arrow | B::LongArrow => self.json_arrow(op == B::LongArrow, l, r, span),
            B::HashArrow => self.json_keys(Builtin::JsonPathKeys, l, r, span),
            B::HashLongArrow => self.json_keys(Builtin::JsonPathKeysText, l, r, span),
            B::Contains | B::ContainedBy => {
                let (outer, inner) = if op == B::Contains { (l, r) } else { (r, l) };
                self.contains(outer, inner, span)
            }
            B::Question if matches!(self.air.ty(l), Type::Json { .. }) => {
                Ok(self.call(Builtin::JsonHasKey, &[l, r], span))
            }
            B::Match | B::MatchNoCase | B::NotMatch | B::NotMatchNoCase => {
                let fold = matches!(op, B::MatchNoCase | B::NotMatchNoCase);
                let matched = self.regex_match(l, r, fold, span)?;
                Ok(if matches!(op, B::NotMatch | B::NotMatchNoCase) {
                    self.not(matched, span)
                } else {
                    matched
                })
            }
            B::StartsWith => Ok(self.call(Builtin::StartsWith, &[l, r], span)),
            B::Overlaps => self.overlaps(l, r, span),
            _ => {
                if op == B::Assign {
                    // What the variables hold from here on is not known.
                    self.catalog.variables.clear();
                }
                let place = Span::new(at, at + 2);
                let place = if at < span.end { place } else { span };
                let diagnostic = Diagnostic::error(
                    codes::EXPRESSION,
                    place,
                    "this operator has no meaning that is translated",
                );
                Err(self.refuse_with(diagnostic))
            }
        }
    }

    fn power(&mut self, l: ExprId, r: ExprId, span: Span) -> Bound<ExprId> {
        let (l, r) = (self.number_operand(l)?, self.number_operand(r)?);
        let (a, b) = (self.air.ty(l), self.air.ty(r));
        let exact = (a.is_decimal() || b.is_decimal()) && !a.is_float() && !b.is_float();
        let ty = if exact || self.meaning.numbers.single_kind { Type::Number } else { Type::Float64 };
        Ok(self.call_as(Builtin::Power, &[l, r], ty, span))
    }

    /// `+` and `-`, whose operands may be an interval.
    fn plus_minus(
        &mut self,
        minus: bool,
        left: tree::ExprId,
        right: tree::ExprId,
        span: Span,
    ) -> Bound<ExprId> {
        if self.meaning.times.intervals == Intervals::UnitAmounts {
            if let tree::Expr::Interval { value, unit: Some(unit), .. } = self.tree.expr(right) {
                let moment = self.expr(left)?;
                return self.add_amount(moment, value, unit, minus, span);
            }
            if let (tree::Expr::Interval { value, unit: Some(unit), .. }, false) =
                (self.tree.expr(left), minus)
            {
                let moment = self.expr(right)?;
                return self.add_amount(moment, value, unit, false, span);
            }
        }
        let l = self.expr(left)?;
        let r = self.expr(right)?;
        self.add_or_subtract(minus, l, r, span)
    }

    /// `l + r` or `l - r`.
    pub(crate) fn add_or_subtract(&mut self, minus: bool, l: ExprId, r: ExprId, span: Span) -> Bound<ExprId> {
        let (mut l, mut r) = (l, r);
        // A literal beside a temporal or an interval takes the type that makes sense there.
        if self.meaning.conversions.implicit == Implicit::Literals {
            (l, r) = self.typed_by_neighbour(minus, l, r)?;
        }
        let (a, b) = (self.air.ty(l), self.air.ty(r));
        let moment = |ty: Type| ty == Type::Date || matches!(ty, Type::Timestamp { .. });
        let is_time = |ty: Type| matches!(ty, Type::Time { .. });
        let interval = |ty: Type| matches!(ty, Type::Interval(_));
        if self.meaning.texts.plus_joins && !minus && (a.is_text() || b.is_text()) {
            let other = if a.is_text() { b } else { a };
            if other.is_text() || other.is_unknown() {
                return self.concat_all(&[l, r], Builtin::Concat, span);
            }
        }
        if interval(a) && interval(b) {
            let op = if minus { Builtin::SubInterval } else { Builtin::AddInterval };
            return Ok(self.call_as(op, &[l, r], Type::Interval(IntervalKind::Mixed), span));
        }
        if interval(b) && (moment(a) || is_time(a)) {
            return self.add_interval(l, r, minus, span);
        }
        if interval(a) && (moment(b) || is_time(b)) && !minus {
            return self.add_interval(r, l, false, span);
        }
        if minus && moment(a) && moment(b) {
            return self.moments_apart(l, r, span);
        }
        if minus && is_time(a) && is_time(b) && self.meaning.times.minus == Minus::DaysOrInterval {
            return Ok(self.call_as(
                Builtin::SubTimestamps,
                &[l, r],
                Type::Interval(IntervalKind::Mixed),
                span,
            ));
        }
        if moment(a) && !moment(b) && !interval(b) {
            return self.plus_days(l, r, minus, span);
        }
        if moment(b) && !moment(a) && !minus {
            return self.plus_days(r, l, false, span);
        }
        if a == Type::Date && is_time(b) && !minus {
            let _ = b;
            return self.no_meaning("a date plus a time of day", span);
        }
        self.arithmetic(if minus { Arith::Sub } else { Arith::Add }, l, r, span)
    }

    /// PostgreSQL gives a literal operand the type the operator resolves to.
    fn typed_by_neighbour(&mut self, minus: bool, l: ExprId, r: ExprId) -> Bound<(ExprId, ExprId)> {
        let (a, b) = (self.air.ty(l), self.air.ty(r));
        let interval = Type::Interval(IntervalKind::Mixed);
        let for_neighbour = |ty: Type| match ty {
            // `date - '…'` is a difference of dates, `date + '…'` adds days.
            Type::Date => Some(if minus { Type::Date } else { Type::I32 }),
            Type::Timestamp { .. } => Some(if minus { ty } else { interval }),
            Type::Time { .. } => Some(interval),
            Type::Interval(_) => Some(interval),
            ty if ty.is_numeric() => Some(ty),
            _ => None,
        };
        if self.text_literal(r).is_some()
            && let Some(to) = for_neighbour(a)
        {
            return Ok((l, self.coerce(r, to, CastReason::Implicit)?));
        }
        if self.text_literal(l).is_some()
            && let Some(to) = for_neighbour(b)
        {
            return Ok((self.coerce(l, to, CastReason::Implicit)?, r));
        }
        Ok((l, r))
    }

    /// `moment ± interval`.
    fn add_interval(&mut self, moment: ExprId, interval: ExprId, minus: bool, span: Span) -> Bound<ExprId> {
        if self.meaning.times.month_end == MonthEnd::Fails
            && !matches!(self.air.literal(interval), Some(Literal::Interval { months: 0, .. }))
        {
            // Where the day exists, nothing is cut; where it does not, there are no rows to compare with.
            let subject = span.text(self.source);
            self.ledger.assume(air::fidelity::Assume::DayOfMonth, subject, span);
        }
        let ty = self.air.ty(moment);
        // A date becomes a timestamp first.
        let moment = match ty {
            Type::Date => self.coerce(moment, Type::TIMESTAMP, CastReason::Implicit)?,
            _ => moment,
        };
        let ty = self.air.ty(moment);
        let op = if minus { Builtin::SubInterval } else { Builtin::AddInterval };
        Ok(self.call_as(op, &[moment, interval], ty, span))
    }

    /// `moment - moment`.
    fn moments_apart(&mut self, l: ExprId, r: ExprId, span: Span) -> Bound<ExprId> {
        let (a, b) = (self.air.ty(l), self.air.ty(r));
        match self.meaning.times.minus {
            Minus::DaysOrInterval if a == Type::Date && b == Type::Date => {
                Ok(self.call_as(Builtin::DaysBetween, &[l, r], Type::I32, span))
            }
            Minus::DaysOrInterval => {
                let pair = self.pair(l, r, span)?;
                let ty = Type::Interval(IntervalKind::Mixed);
                Ok(self.call_as(Builtin::SubTimestamps, &[pair.left, pair.right], ty, span))
            }
            Minus::Days => {
                let short = |ty| matches!(ty, Type::Timestamp { precision: 0, .. });
                if short(a) && short(b) {
                    return Ok(self.call_as(Builtin::ElapsedDays, &[l, r], Type::Number, span));
                }
                let ty = Type::Interval(IntervalKind::DayToSecond);
                Ok(self.call_as(Builtin::SubTimestamps, &[l, r], ty, span))
            }
            Minus::Numbers if a == Type::Date && b == Type::Date => {
                Ok(self.call(Builtin::MysqlDateSub, &[l, r], span))
            }
            Minus::Numbers | Minus::Refused => self.no_meaning("a difference of dates as numbers", span),
        }
    }

    /// `moment ± days`.
    fn plus_days(&mut self, moment: ExprId, days: ExprId, minus: bool, span: Span) -> Bound<ExprId> {
        let ty = self.air.ty(moment);
        let days_type = self.air.ty(days);
        let counts = days_type.is_numeric() || days_type.is_unknown();
        match self.meaning.times.plus_number {
            PlusNumber::DateDays if ty == Type::Date && (days_type.is_int() || days_type.is_unknown()) => {}
            PlusNumber::Days if counts && ty != Type::Date => {}
            PlusNumber::AsNumber if counts => {
                let moment = self.moment_number(moment)?;
                return self.arithmetic(if minus { Arith::Sub } else { Arith::Add }, moment, days, span);
            }
            PlusNumber::AsNumber => return self.no_meaning("a date used as a number", span),
            _ => return Err(self.no_conversion(days_type, Type::Interval(IntervalKind::Mixed), span)),
        }
        let days =
            if days_type.is_unknown() { self.coerce(days, Type::I32, CastReason::Implicit)? } else { days };
        let days = if minus { self.negated(days, self.air.span(days))? } else { days };
        Ok(self.call_as(Builtin::AddDays, &[moment, days], ty, span))
    }

    /// `l op r` over numbers.
    pub(crate) fn arithmetic(&mut self, op: Arith, l: ExprId, r: ExprId, span: Span) -> Bound<ExprId> {
        let (mut l, mut r) = self.numeric_pair(l, r)?;
        let (a, b) = (self.air.ty(l), self.air.ty(r));
        if matches!(a, Type::Interval(_)) || matches!(b, Type::Interval(_)) {
            return self.scaled_interval(op, l, r, span);
        }
        let builtin = match op {
            Arith::Add => Builtin::Add,
            Arith::Sub => Builtin::Sub,
            Arith::Mul => Builtin::Mul,
            Arith::Mod => self.meaning.numbers.modulo,
        };
        if op == Arith::Mod && self.meaning.numbers.modulo_cuts {
            l = self.cut_to_int(l);
            r = self.cut_to_int(r);
            return Ok(self.call_as(builtin, &[l, r], Type::I64, span));
        }
        if self.meaning.conversions.store_keeps
            && let (Some(x), Some(y)) = (self.air.int_literal(l), self.air.int_literal(r))
            && let Some(value) = match op {
                Arith::Add if x.checked_add(y).is_none() => Some(x as f64 + y as f64),
                Arith::Sub if x.checked_sub(y).is_none() => Some(x as f64 - y as f64),
                Arith::Mul if x.checked_mul(y).is_none() => Some(x as f64 * y as f64),
                _ => None,
            }
        {
            // What grows too large for an integer is a float.
            let digits = self.air.push_text(&format!("{value:e}"));
            return Ok(self.literal_expr(Literal::Float { digits }, Type::Float64, span));
        }
        let ty = (self.meaning.numbers.arith)(op, self.fitted(l, b), self.fitted(r, a));
        if ty == Type::Unknown {
            for id in [l, r] {
                if self.air.ty(id) == Type::Unknown {
                    self.settle(id, Type::Unknown);
                }
            }
        }
        Ok(self.call_as(builtin, &[l, r], ty, span))
    }

    /// The type of an operand as it counts for the digits of the result: an integer literal beside a decimal is a
    /// decimal of just its digits, where the dialect has it so.
    fn fitted(&self, id: ExprId, other: Type) -> Type {
        match self.air.literal(id) {
            Some(Literal::Int { value })
                if self.meaning.numbers.literals_fit && matches!(other, Type::Decimal { .. }) =>
            {
                let digits = value.unsigned_abs().to_string().len() as u16;
                Type::Decimal { precision: digits, scale: 0 }
            }
            _ => self.air.ty(id),
        }
    }

    /// Both operands as numbers; literals take the type of the other side where the dialect does so.
    fn numeric_pair(&mut self, l: ExprId, r: ExprId) -> Bound<(ExprId, ExprId)> {
        let takes = matches!(self.meaning.conversions.implicit, Implicit::Literals)
            || self.meaning.conversions.text_yields;
        if takes {
            let (a, b) = (self.air.ty(l), self.air.ty(r));
            if a.is_text()
                && b.is_numeric()
                && (self.text_literal(l).is_some() || self.meaning.conversions.text_yields)
            {
                return Ok((self.coerce(l, b, CastReason::Implicit)?, r));
            }
            if b.is_text()
                && a.is_numeric()
                && (self.text_literal(r).is_some() || self.meaning.conversions.text_yields)
            {
                return Ok((l, self.coerce(r, a, CastReason::Implicit)?));
            }
        }
        let l = self.number_operand(l)?;
        let r = self.number_operand(r)?;
        // A parameter beside a number is a number of that type.
        let (a, b) = (self.air.ty(l), self.air.ty(r));
        if a == Type::Unknown && b.is_numeric() && matches!(self.air.expr(l), Expr::Param { .. }) {
            return Ok((self.coerce(l, b, CastReason::Implicit)?, r));
        }
        if b == Type::Unknown && a.is_numeric() && matches!(self.air.expr(r), Expr::Param { .. }) {
            return Ok((l, self.coerce(r, a, CastReason::Implicit)?));
        }
        Ok((l, r))
    }

    fn settle(&mut self, id: ExprId, _: Type) {
        if !matches!(self.air.expr(id), Expr::Param { .. }) {
            self.assume_type(id);
        }
    }

    pub(crate) fn cut_to_int(&mut self, id: ExprId) -> ExprId {
        let ty = self.air.ty(id);
        if ty.is_int() || ty == Type::Null {
            return id;
        }
        let rule = self.cast_rule(ty, Type::I64, CastReason::Implicit);
        self.cast(id, Type::I64, rule)
    }

    /// `interval * number`, `interval / number`.
    fn scaled_interval(&mut self, op: Arith, l: ExprId, r: ExprId, span: Span) -> Bound<ExprId> {
        let (interval, amount) = match self.air.ty(l) {
            Type::Interval(_) => (l, r),
            _ => (r, l),
        };
        if op == Arith::Mul
            && let Some(Literal::Interval { months, days, micros }) = self.air.literal(interval)
        {
            // One unit, so many times.
            let unit = match (months, days, micros) {
                (1, 0, 0) => Some(Unit::Month),
                (12, 0, 0) => Some(Unit::Year),
                (0, 1, 0) => Some(Unit::Day),
                (0, 7, 0) => Some(Unit::Week),
                (0, 0, 1_000_000) => Some(Unit::Second),
                (0, 0, 60_000_000) => Some(Unit::Minute),
                (0, 0, 3_600_000_000) => Some(Unit::Hour),
                _ => None,
            };
            if let Some(value) = self.air.int_literal(amount) {
                let scaled = constant::Span3 {
                    months: i64::from(months) * value,
                    days: i64::from(days) * value,
                    micros: micros.saturating_mul(value),
                };
                if let Some(id) = self.interval_constant(scaled, span) {
                    return Ok(id);
                }
            }
            if let Some(unit) = unit {
                let ty = Type::Interval(IntervalKind::Mixed);
                return Ok(self.call_unit(Builtin::MakeInterval, unit, &[amount], ty, span));
            }
        }
        self.no_meaning("arithmetic with an interval", span)
    }

    /// `l / r`.
    pub(crate) fn divide(&mut self, l: ExprId, r: ExprId, span: Span) -> Bound<ExprId> {
        let (l, r) = self.numeric_pair(l, r)?;
        let (a, b) = (self.air.ty(l), self.air.ty(r));
        if matches!(a, Type::Interval(_)) || matches!(b, Type::Interval(_)) {
            return self.no_meaning("arithmetic with an interval", span);
        }
        let open = |binder: &Self, id, ty: Type| ty.is_int() || binder.kind_by_text(id);
        if (self.kind_by_text(l) || self.kind_by_text(r)) && open(self, l, a) && open(self, r, b) {
            return Err(self.quotient_by_value(span));
        }
        let (left, right) = (self.fitted(l, b), self.fitted(r, a));
        let (op, ty) = (self.meaning.numbers.quotient)(left, right, &self.profile.settings);
        if self.meaning.times.as_text && !a.is_numeric() | !b.is_numeric() && ty != Type::Float64 {
            return self.divide_by_value(l, r, span);
        }
        if ty == Type::Unknown {
            for id in [l, r] {
                if self.air.ty(id) == Type::Unknown {
                    self.assume_type(id);
                }
            }
        }
        self.note_declared(l);
        self.note_declared(r);
        Ok(self.call_as(op, &[l, r], ty, span))
    }

    /// SQLite divides integers as integers, value by value. A column of NUMERIC affinity keeps whole numbers
    /// as integers, so its values tell; of anything else of an open kind they do not.
    fn divide_by_value(&mut self, l: ExprId, r: ExprId, span: Span) -> Bound<ExprId> {
        let tells = |binder: &Binder<'a>, id: ExprId| {
            let ty = binder.air.ty(id);
            let column = matches!(binder.air.expr(id), Expr::Column { .. });
            ty.is_int() || (column && ty == Type::Any(Affinity::Numeric))
        };
        if [l, r].iter().any(|id| self.air.ty(*id) == Type::Unknown) {
            for id in [l, r] {
                if self.air.ty(id) == Type::Unknown {
                    self.assume_type(id);
                }
            }
            return Ok(self.call_as(Builtin::DivIntOrNull, &[l, r], Type::Unknown, span));
        }
        if !tells(self, l) || !tells(self, r) {
            return Err(self.quotient_by_value(span));
        }
        let mut whole = Vec::new();
        for id in [l, r] {
            if !self.air.ty(id).is_int() {
                let cut = self.call_as(Builtin::Trunc, &[id], Type::Float64, span);
                whole.push(self.compare(CompareOp::Eq, id, cut, air::Collation::BINARY, span));
            }
        }
        let whole = self.conjunction(&whole, span);
        let mut ints = [self.air.copy(l), self.air.copy(r)];
        for id in &mut ints {
            if !self.air.ty(*id).is_int() {
                *id = self.cut_to_int(*id);
            }
        }
        let int = self.call_as(Builtin::DivIntOrNull, &ints, Type::I64, span);
        let float = self.call_as(Builtin::DivFloatOrNull, &[l, r], Type::Float64, span);
        Ok(self.case(&[(whole, int)], Some(float), Type::Float64, span))
    }

    #[cold]
    fn quotient_by_value(&mut self, span: Span) -> crate::binder::Refused {
        let message = "whether this division is one of integers depends on the values";
        let diagnostic = Diagnostic::error(codes::TYPES, span, message);
        self.refuse_with(diagnostic.help("CAST an operand to INTEGER or REAL"))
    }

    /// Notes that a column is taken to hold what it is declared to, where nothing enforces it.
    pub(crate) fn note_declared(&mut self, id: ExprId) {
        if !self.meaning.times.as_text {
            return;
        }
        let Expr::Column { source, .. } = self.air.expr(id) else { return };
        let air::query::SourceKind::Table { name } = self.air.source(source).kind else { return };
        let strict = self.catalog.table(None, self.air.name(name.name)).is_some_and(|table| table.strict);
        if !strict {
            let span = self.air.span(id);
            let subject = span.text(self.source);
            self.ledger.assume(air::fidelity::Assume::DeclaredTypes, subject, span);
        }
    }

    // Bits.

    fn bit_operand(&mut self, id: ExprId) -> Bound<ExprId> {
        match self.air.ty(id) {
            Type::Bits { .. } if self.meaning.numbers.bits == Bits::Operands => Ok(id),
            Type::Bool if self.meaning.numbers.bits == Bits::Operands => Ok(id),
            // A number of an open kind is cut to an integer.
            Type::Any(Affinity::Numeric | Affinity::Real) => Ok(self.cut_to_int(id)),
            ty if ty.is_int() || ty.is_unknown() && ty != Type::Null || matches!(ty, Type::Any(_)) => Ok(id),
            Type::Number if self.meaning.numbers.single_kind => Ok(id),
            _ => {
                let id = self.number_operand(id)?;
                if self.meaning.numbers.bits == Bits::Unsigned64 && self.is_number_literal(id) {
                    // A constant that is not negative is unsigned; a column of decimals or floats is not.
                    let rule = self.cast_rule(self.air.ty(id), Type::U64, CastReason::Implicit);
                    let rule = air::types::CastRule { rounding: air::types::Rounding::HalfAway, ..rule };
                    return Ok(self.cast(id, Type::U64, rule));
                }
                if self.meaning.numbers.bits == Bits::Unsigned64 && self.air.ty(id).is_float() {
                    // Bits are those of the exact number that the float is shown as.
                    let rule = self.cast_rule(self.air.ty(id), Type::I64, CastReason::Implicit);
                    let rule = air::types::CastRule { rounding: air::types::Rounding::HalfAway, ..rule };
                    return Ok(self.cast(id, Type::I64, rule));
                }
                self.as_int(id)
            }
        }
    }

    /// A literal number with a point or an exponent; those have no sign.
    fn is_number_literal(&self, id: ExprId) -> bool {
        matches!(self.air.literal(id), Some(Literal::Decimal { .. } | Literal::Float { .. }))
    }

    fn bit_type(&self, l: Type, r: Type) -> Type {
        match self.meaning.numbers.bits {
            Bits::Unsigned64 => Type::U64,
            Bits::Signed64 => Type::I64,
            Bits::Operands => match (l, r) {
                (l, r) if l.is_int() && r.is_int() => (self.meaning.numbers.common)(l, r),
                (Type::Unknown | Type::Null, other) | (other, _) => other,
            },
        }
    }

    pub(crate) fn bitwise(&mut self, op: Builtin, l: ExprId, r: ExprId, span: Span) -> Bound<ExprId> {
        let (l, mut r) = (self.bit_operand(l)?, self.bit_operand(r)?);
        let mut op = op;
        if self.meaning.numbers.bits == Bits::Signed64
            && let Some(count) = self.air.int_literal(r).filter(|count| *count < 0)
        {
            let turned = match op {
                Builtin::ShiftLeft => Some(Builtin::ShiftRight),
                Builtin::ShiftRight => Some(Builtin::ShiftLeft),
                _ => None,
            };
            if let Some(turned) = turned {
                op = turned;
                r = self.int(count.saturating_neg(), span);
            }
        }
        if self.meaning.numbers.shifts_modulo && matches!(op, Builtin::ShiftLeft | Builtin::ShiftRight) {
            r = self.count_modulo(l, r)?;
        }
        let (a, b) = (self.air.ty(l), self.air.ty(r));
        let ty = match op {
            Builtin::ShiftLeft | Builtin::ShiftRight => self.bit_type(a, a),
            _ => self.bit_type(a, b),
        };
        Ok(self.call_as(op, &[l, r], ty, span))
    }

    /// The count of a shift, modulo the width of what is shifted.
    fn count_modulo(&mut self, shifted: ExprId, count: ExprId) -> Bound<ExprId> {
        let width: i64 = if matches!(self.air.ty(shifted), Type::Int { bits: 64, .. }) { 64 } else { 32 };
        let (span, ty) = (self.air.span(count), self.air.ty(count));
        match self.air.int_literal(count) {
            Some(value) if (0..width).contains(&value) => Ok(count),
            Some(_) => self.no_meaning("a shift by a negative count or by more than the width", span),
            None => {
                let mask = self.int(width - 1, span);
                Ok(self.call_as(Builtin::BitAnd, &[count, mask], ty, span))
            }
        }
    }

    // Joining.

    /// `l || r`.
    fn joined(&mut self, l: ExprId, r: ExprId, span: Span) -> Bound<ExprId> {
        let op = self.meaning.texts.pipes.unwrap_or(Builtin::Concat);
        let (a, b) = (self.air.ty(l), self.air.ty(r));
        match (a, b) {
            (Type::Array(_), Type::Array(_)) => return Ok(self.call(Builtin::ArrayConcat, &[l, r], span)),
            (Type::Array(_), _) if self.text_literal(r).is_some() => {
                let r = self.coerce(r, a, CastReason::Implicit)?;
                return Ok(self.call(Builtin::ArrayConcat, &[l, r], span));
            }
            (Type::Array(_), _) => return Ok(self.call(Builtin::ArrayAppend, &[l, r], span)),
            (_, Type::Array(_)) => return self.no_meaning("an element before an array", span),
            (Type::Json { .. }, _) | (_, Type::Json { .. }) if self.meaning.conversions.true_booleans => {
                return self.no_meaning("joining JSON documents", span);
            }
            (Type::Bytes { .. }, Type::Bytes { .. }) => {
                return Ok(self.call_as(Builtin::Concat, &[l, r], Type::BYTES, span));
            }
            (Type::Bits { .. }, Type::Bits { .. }) => {
                return self.no_meaning("joining strings of bits", span);
            }
            _ => {}
        }
        let text = |ty: Type| ty.is_text() || ty.is_unknown() || matches!(ty, Type::Any(_));
        if self.meaning.conversions.implicit == Implicit::Literals && !text(a) && !text(b) {
            return Err(self.no_conversion(a, Type::TEXT, span));
        }
        self.concat_all(&[l, r], op, span)
    }

    /// Texts one after the other; what is joined already is not joined twice.
    pub(crate) fn concat_all(&mut self, parts: &[ExprId], op: Builtin, span: Span) -> Bound<ExprId> {
        let mut args = Vec::with_capacity(parts.len() + 2);
        for (i, part) in parts.iter().enumerate() {
            match self.air.expr(*part) {
                Expr::Call { op: inner, args: known, .. }
                    if inner == op && i == 0 && self.air.ty(*part).is_text() =>
                {
                    args.extend_from_slice(self.air.list(known));
                }
                _ => {
                    let text = self.as_text(*part)?;
                    args.push(self.unpadded(text));
                }
            }
        }
        Ok(self.call(op, &args, span))
    }

    // JSON.

    fn json_arrow(&mut self, text: bool, l: ExprId, r: ExprId, span: Span) -> Bound<ExprId> {
        let arrows = self.meaning.texts.json_arrows;
        let path = match (arrows, self.text_literal(r)) {
            (JsonArrows::None, _) => return self.no_meaning("this operator", span),
            (JsonArrows::Paths, _) => true,
            (JsonArrows::Either, Some(text)) => text.starts_with('$'),
            _ => false,
        };
        match (arrows, path, text) {
            (JsonArrows::Paths, _, false) => Ok(self.call(Builtin::JsonPath, &[l, r], span)),
            (JsonArrows::Paths, _, true) => {
                let value = self.call(Builtin::JsonPath, &[l, r], span);
                Ok(self.call(Builtin::JsonUnquote, &[value], span))
            }
            (JsonArrows::Either, true, false) => Ok(self.call(Builtin::JsonPath, &[l, r], span)),
            (JsonArrows::Either, _, true) => {
                // `->>` gives a value of its own type; keys and indexes are paths of one step.
                let path = if path {
                    r
                } else if let Some(key) = self.text_literal(r).map(str::to_owned) {
                    let at = self.air.span(r);
                    let plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
                    let step = if plain { format!("$.{key}") } else { format!("$.\"{key}\"") };
                    self.text(&step, at)
                } else if let Some(index) = self.air.int_literal(r) {
                    let at = self.air.span(r);
                    let step = if index < 0 { format!("$[#{index}]") } else { format!("$[{index}]") };
                    self.text(&step, at)
                } else {
                    return self.no_meaning("a JSON step that is no constant", span);
                };
                let ty = Type::Any(Affinity::Blob);
                Ok(self.call_as(Builtin::JsonPathValue, &[l, path], ty, span))
            }
            (_, _, false) => {
                let ty = match self.air.ty(l) {
                    ty @ Type::Json { .. } => ty,
                    _ => Type::Json { binary: false },
                };
                Ok(self.call_as(Builtin::JsonGet, &[l, r], ty, span))
            }
            (_, _, true) => Ok(self.call(Builtin::JsonGetText, &[l, r], span)),
        }
    }

    fn json_keys(&mut self, op: Builtin, l: ExprId, r: ExprId, span: Span) -> Bound<ExprId> {
        let r = self.coerce(r, Type::Array(air::types::Element::Text), CastReason::Implicit)?;
        Ok(self.call(op, &[l, r], span))
    }

    fn contains(&mut self, outer: ExprId, inner: ExprId, span: Span) -> Bound<ExprId> {
        let (a, b) = (self.air.ty(outer), self.air.ty(inner));
        let ty = if self.text_literal(outer).is_some() { b } else { a };
        let outer = self.coerce(outer, ty, CastReason::Implicit)?;
        let inner = self.coerce(inner, ty, CastReason::Implicit)?;
        match ty {
            Type::Array(_) => Ok(self.call(Builtin::ArrayContains, &[outer, inner], span)),
            Type::Json { .. } => Ok(self.call(Builtin::JsonContains, &[outer, inner], span)),
            _ => self.no_meaning("containment of values that are neither arrays nor JSON", span),
        }
    }

    /// `(a, b) OVERLAPS (c, d)` over ends of one type: each period begins before the other one ends.
    fn overlaps(&mut self, l: ExprId, r: ExprId, span: Span) -> Bound<ExprId> {
        let (Expr::Row { items: l }, Expr::Row { items: r }) = (self.air.expr(l), self.air.expr(r)) else {
            return self.no_meaning("OVERLAPS without two periods", span);
        };
        let all: Vec<ExprId> = self.air.list(l).iter().chain(self.air.list(r)).copied().collect();
        let literals = all.len() == 4
            && all.iter().all(|id| self.air.literal(*id).is_some() && !self.air.info(*id).nullable);
        let moments = all.iter().all(|id| self.air.ty(*id).is_temporal());
        let [a, b, c, d] = all[..] else { return self.no_meaning("OVERLAPS without two periods", span) };
        let ordered = |binder: &Binder<'a>, from: ExprId, to: ExprId| {
            constant_text(binder, from) < constant_text(binder, to)
        };
        // Ends in the other order and periods of no length follow rules of their own.
        if !literals || !moments || !ordered(self, a, b) || !ordered(self, c, d) {
            return self.no_meaning("OVERLAPS of periods whose ends are no constants", span);
        }
        let first = self.comparison(CompareOp::Lt, a, d, span)?;
        let second = self.comparison(CompareOp::Lt, c, b, span)?;
        Ok(self.conjunction(&[first, second], span))
    }

    // Intervals and zones.

    /// `INTERVAL …` as a value.
    pub(super) fn interval_value(
        &mut self,
        value: tree::ExprId,
        unit: Option<tree::Unit>,
        to: Option<tree::Unit>,
        span: Span,
    ) -> Bound<ExprId> {
        if self.meaning.times.intervals != Intervals::Values {
            return self.no_meaning("an interval that is not added to a date", span);
        }
        let text = self.tree.literal_value(value, self.source).into_owned();
        if !matches!(self.tree.expr(value), tree::Expr::Literal(_)) {
            return self.no_meaning("an interval of an expression", span);
        }
        match unit {
            Some(unit) => self.interval_of_units(&text, unit, to, span),
            None => {
                let ty = Type::Interval(IntervalKind::Mixed);
                match self.constant(&text, ty, span) {
                    Some(id) => Ok(id),
                    None => Err(self.bad_literal(&text, "an interval", span)),
                }
            }
        }
    }

    /// `moment ± INTERVAL value unit` (MySQL).
    pub(crate) fn add_amount(
        &mut self,
        moment: ExprId,
        value: tree::ExprId,
        unit: tree::Unit,
        minus: bool,
        span: Span,
    ) -> Bound<ExprId> {
        let value_span = self.span(value);
        match simple_unit(unit) {
            Some(unit) => {
                let amount = self.expr(value)?;
                self.add_units(moment, amount, unit, minus, span)
            }
            None => {
                // Composite units are read from a text: `'1:30' HOUR_MINUTE`.
                let text = self.tree.literal_value(value, self.source).into_owned();
                let range = unit_range(unit);
                let found = match self.tree.expr(value) {
                    tree::Expr::Literal(_) => range.and_then(|(from, to)| composite(&text, from, to, false)),
                    _ => None,
                };
                let Some(found) = found else {
                    return Err(self.bad_literal(&text, "an interval of this unit", value_span));
                };
                let found = if minus { found.negated() } else { found };
                let Some(interval) = self.interval_constant(found, value_span) else {
                    return Err(self.bad_literal(&text, "an interval of this unit", value_span));
                };
                let has_time =
                    found.micros != 0 || range.is_some_and(|(_, to)| !matches!(to, Unit::Month | Unit::Day));
                let (moment, ty) = self.moved_moment(moment, has_time, span)?;
                Ok(self.call_as(Builtin::AddInterval, &[moment, interval], ty, span))
            }
        }
    }

    /// `moment ± amount units` (MySQL): NULL where the moment is no date.
    pub(crate) fn add_units(
        &mut self,
        moment: ExprId,
        amount: ExprId,
        unit: Unit,
        minus: bool,
        span: Span,
    ) -> Bound<ExprId> {
        let has_time =
            matches!(unit, Unit::Microsecond | Unit::Millisecond | Unit::Second | Unit::Minute | Unit::Hour);
        let (moment, ty) = self.moved_moment(moment, has_time, span)?;
        let amount = self.number_operand(amount)?;
        // Only seconds have fractions.
        let amount_type = self.air.ty(amount);
        let amount = if amount_type.is_int() || amount_type.is_unknown() || unit == Unit::Second {
            amount
        } else {
            let rule = self.cast_rule(amount_type, Type::I64, CastReason::Implicit);
            match self.air.literal(amount) {
                Some(Literal::Float { digits } | Literal::Decimal { digits })
                    if self.air.text(digits).parse::<i64>().is_ok() =>
                {
                    let value = self.air.text(digits).parse().unwrap_or(0);
                    self.int(value, span)
                }
                _ => self.cast(amount, Type::I64, rule),
            }
        };
        let amount = if minus { self.negated(amount, self.air.span(amount))? } else { amount };
        if self.meaning.times.times_are_spans
            && matches!(ty, Type::Time { precision: 0, .. })
            && self.air.ty(amount).is_int()
            && let Some(seconds) = match unit {
                Unit::Second => Some(1),
                Unit::Minute => Some(60),
                Unit::Hour => Some(3600),
                _ => None,
            }
        {
            let amount = match self.air.int_literal(amount).and_then(|n| n.checked_mul(seconds)) {
                Some(amount) => self.int(amount, span),
                None => {
                    let seconds = self.int(seconds, span);
                    self.call_as(Builtin::Mul, &[amount, seconds], Type::I64, span)
                }
            };
            return Ok(super::special::mysql_time::later_by_seconds(self, moment, amount, span));
        }
        Ok(self.call_with(Builtin::DateAdd, Modifier::Unit(unit), &[moment, amount], ty, span))
    }

    /// The moment a date function moves, and the type of what comes out.
    fn moved_moment(&mut self, moment: ExprId, has_time: bool, span: Span) -> Bound<(ExprId, Type)> {
        let ty = self.air.ty(moment);
        Ok(match ty {
            Type::Date if has_time => {
                let ty = Type::Timestamp { precision: 0, zone: Zone::None };
                (self.coerce(moment, ty, CastReason::Implicit)?, ty)
            }
            Type::Date | Type::Timestamp { .. } | Type::Unknown | Type::Time { .. } => {
                if ty == Type::Unknown && !matches!(self.air.expr(moment), Expr::Param { .. }) {
                    self.assume_type(moment);
                }
                (moment, ty)
            }
            Type::Null => (moment, Type::Date),
            Type::Text(_) => {
                let Some(text) = self.text_literal(moment).map(str::to_owned) else {
                    let diagnostic = Diagnostic::error(
                        codes::TYPES,
                        span,
                        "whether a text holds a date or a date and time decides what comes out",
                    );
                    return Err(self.refuse_with(diagnostic.help("convert it with CAST AS DATE or DATETIME")));
                };
                let loose = self.meaning.conversions.text_to_time == air::types::CastFailure::Null;
                let plain = match constant::moment(&text) {
                    None if loose => match constant::loose_moment(&text) {
                        constant::LooseMoment::As(plain) => plain,
                        // What is no date gives NULL.
                        constant::LooseMoment::Never => {
                            let at = self.air.span(moment);
                            let ty = Type::Timestamp { precision: 0, zone: Zone::None };
                            let null = self.null(Type::Null, at);
                            return Ok((self.cast(null, ty, air::types::CastRule::IMPLICIT), ty));
                        }
                        constant::LooseMoment::Unsure => text.clone(),
                    },
                    _ => text.clone(),
                };
                let Some(found) = constant::moment(&plain) else {
                    let at = self.air.span(moment);
                    return Err(self.bad_literal(&text, "a date we can read", at));
                };
                let ty = if found.time.is_some() || has_time {
                    Type::Timestamp {
                        precision: if found.time.is_some_and(|t| t.3 > 0) { 6 } else { 0 },
                        zone: Zone::None,
                    }
                } else {
                    Type::Date
                };
                (self.coerce(moment, ty, CastReason::Implicit)?, ty)
            }
            // 20240131 is a date.
            Type::Int { .. }
                if self.air.int_literal(moment).is_some_and(|n| (10_000_101..=99_991_231).contains(&n)) =>
            {
                let ty =
                    if has_time { Type::Timestamp { precision: 0, zone: Zone::None } } else { Type::Date };
                let converted = self.coerce(moment, ty, CastReason::Implicit)?;
                (converted, ty)
            }
            other => return Err(self.no_conversion(other, Type::Date, span)),
        })
    }

    /// `expr AT TIME ZONE zone`.
    pub(super) fn at_time_zone(
        &mut self,
        expr: tree::ExprId,
        zone: Option<tree::ExprId>,
        span: Span,
    ) -> Bound<ExprId> {
        let Some(zone) = zone else { return self.no_meaning("AT LOCAL", span) };
        let value = self.expr(expr)?;
        let zone = self.expr(zone)?;
        self.in_zone(value, zone, span)
    }

    /// An instant as a reading in a zone, or a reading in a zone as an instant.
    pub(crate) fn in_zone(&mut self, value: ExprId, zone: ExprId, span: Span) -> Bound<ExprId> {
        let value = match self.air.ty(value) {
            Type::Date => self.coerce(
                value,
                Type::Timestamp { precision: 6, zone: Zone::Instant },
                CastReason::Implicit,
            )?,
            _ => value,
        };
        match self.air.ty(value) {
            Type::Timestamp { precision, zone: Zone::None } => {
                let ty = Type::Timestamp { precision, zone: Zone::Instant };
                Ok(self.call_as(Builtin::AtTimeZone, &[value, zone], ty, span))
            }
            Type::Timestamp { precision, zone: Zone::Instant } => {
                let ty = Type::Timestamp { precision, zone: Zone::None };
                Ok(self.call_as(Builtin::AtTimeZone, &[value, zone], ty, span))
            }
            other => {
                let message = format!("{} has no time zone that is translated", type_words(other));
                Err(self.refuse(codes::TYPES, span, message))
            }
        }
    }

    // Casts.

    /// CAST, `::`, CONVERT and relatives.
    pub(super) fn cast_expr(
        &mut self,
        form: CastForm,
        expr: tree::ExprId,
        ty: tree::TypeId,
        style: Option<tree::ExprId>,
        span: Span,
    ) -> Bound<ExprId> {
        if matches!(form, CastForm::Parse | CastForm::TryParse) {
            return self.no_meaning("PARSE, which reads by the rules of a culture,", span);
        }
        let to = self.cast_type(ty)?;
        if to == Type::Interval(IntervalKind::Mixed) && self.tree[ty].interval.is_some() {
            return self.no_meaning("an interval cut to some of its fields", span);
        }
        if let Type::Array(element) = to
            && let tree::Expr::Array(items) = self.tree.expr(expr)
        {
            // `ARRAY[…]::type[]`: each element is converted.
            let inner = super::types::element_type(element, self.text_type());
            let mut bound = self.bind_all(items)?;
            for item in &mut bound {
                *item = if inner.is_unknown() { *item } else { self.explicit_cast(*item, inner, false)? };
            }
            let items = self.air.push_list(&bound);
            return Ok(self.air.push(Expr::Array { items }, to, false, span));
        }
        let value = self.expr(expr)?;
        if let Some(style) = style {
            return super::special::mssql_time::convert_style(
                self,
                value,
                to,
                style,
                form == CastForm::TryConvert,
                span,
            );
        }
        let nulls = matches!(form, CastForm::TryCast | CastForm::TryConvert);
        let cast = self.explicit_cast(value, to, nulls)?;
        self.air.info_mut(cast).span = span;
        Ok(cast)
    }
}

fn flipped(digits: &str) -> String {
    match digits.strip_prefix('-') {
        Some(positive) => positive.to_owned(),
        None => format!("-{digits}"),
    }
}

/// The text of a temporal constant; ISO texts sort as their values do.
fn constant_text<'b>(binder: &'b Binder<'_>, id: ExprId) -> &'b str {
    match binder.air.literal(id) {
        Some(Literal::Date { text } | Literal::Time { text } | Literal::Timestamp { text }) => {
            binder.air.text(text)
        }
        _ => "",
    }
}
