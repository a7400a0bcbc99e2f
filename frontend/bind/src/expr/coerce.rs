//! Conversions: those the dialect makes by itself, those that storing makes, those that are asked for.

use super::compare::truth_word;
use super::constant::{self, LooseMoment};
use super::literal::type_words;
use crate::binder::{Binder, Bound, Refused};
use crate::codes;
use crate::dialects::{Implicit, NumberText, Want};
use air::expr::{CompareOp, Expr, Literal};
use air::fidelity::Assume;
use air::types::{
    Affinity, CastFailure, CastReason, CastRule, Collation, CollationStrength, IntervalKind, Rounding,
    TextKind, Type, Zone,
};
use air::{Builtin, ExprId};
use air_base::{Diagnostic, Span};

/// The text with as many characters as there is room for, where what is beyond are blanks; `None` where it fits.
fn without_excess_blanks(text: &str, length: u32) -> Option<&str> {
    if length == 0 || text.len() <= length as usize {
        return None;
    }
    let (end, _) = text.char_indices().nth(length as usize)?;
    text[end..].bytes().all(|b| b == b' ').then(|| &text[..end])
}

/// Most digits behind the point of a float that are shown because it was rounded to them.
const FLOAT_SCALE_MAX: i64 = 15;

/// Digits that a decimal and the float nearest to it have in common.
const FLOAT_DIGITS: usize = 15;

/// Least and greatest value of an integer type.
fn int_range(bits: u8, unsigned: bool) -> (i128, i128) {
    match unsigned {
        true => (0, (1 << bits) - 1),
        false => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
    }
}

impl<'a> Binder<'a> {
    /// What a conversion does in the source dialect, beyond its target type.
    pub(crate) fn cast_rule(&self, from: Type, to: Type, reason: CastReason) -> CastRule {
        let conversions = &self.meaning.conversions;
        let strict_store = reason == CastReason::Assignment && self.profile.settings.strict;
        let from_text = from.is_text() || matches!(from, Type::Enum(_) | Type::Set(_) | Type::Json { .. });
        let prefix = conversions.text_to_number == CastFailure::Prefix;
        let rounding = match to {
            Type::Int { .. } | Type::Year if from_text && prefix && reason != CastReason::Assignment => {
                Rounding::Truncate
            }
            Type::Int { .. } | Type::Year if from.is_float() => conversions.float_to_int,
            Type::Int { .. } if matches!(from, Type::Money { .. }) => Rounding::HalfAway,
            Type::Int { .. } | Type::Year => conversions.decimal_to_int,
            Type::Timestamp { .. } | Type::Time { .. } => self.meaning.times.fraction,
            _ => conversions.to_scale,
        };
        let failure = if reason == CastReason::Assignment && conversions.store_keeps {
            // What is no value of the declared type is stored as it is.
            CastFailure::Keep
        } else if from_text && (to.is_numeric() || to == Type::Bool) {
            if strict_store { CastFailure::Error } else { conversions.text_to_number }
        } else if from_text && to.is_temporal() {
            if strict_store { CastFailure::Error } else { conversions.text_to_time }
        } else if reason == CastReason::Assignment {
            CastFailure::Error
        } else if let (Type::Int { .. }, Type::Int { unsigned: true, bits: 64 }) = (from, to) {
            // MySQL takes the bits of a negative number as they are.
            if conversions.overflow == CastFailure::Clamp {
                CastFailure::Truncate
            } else {
                conversions.overflow
            }
        } else if from == Type::Bool {
            CastFailure::Error
        } else if to.is_numeric() {
            conversions.overflow
        } else if matches!(to, Type::Text(text) if text.length > 0) {
            conversions.overlong
        } else {
            CastFailure::Error
        };
        CastRule { reason, failure, rounding }
    }

    /// A value where a type is wanted, converted as the dialect does by itself; the same id where nothing
    /// needs converting.
    pub(crate) fn coerce(&mut self, id: ExprId, to: Type, reason: CastReason) -> Bound<ExprId> {
        let stored = reason == CastReason::Assignment && self.meaning.conversions.store_keeps;
        if stored && matches!(to, Type::Bytes { .. }) && self.air.ty(id).is_text() {
            let span = self.air.span(id);
            return self.no_meaning("a text kept as such in a column of bytes", span);
        }
        let info = self.air.info(id);
        let from = info.ty;
        if stored
            && matches!(to, Type::Bytes { .. })
            && (from.is_numeric() || matches!(from, Type::Any(Affinity::Numeric)))
        {
            return self.no_meaning("a number kept as such in a column of bytes", info.span);
        }
        if stored
            && matches!(from, Type::Bytes { .. })
            && (to.is_numeric() || matches!(to, Type::Any(Affinity::Numeric)))
        {
            return self.no_meaning("bytes kept as such in a column of numbers", info.span);
        }
        let open = from.is_float() || matches!(from, Type::Any(Affinity::Numeric));
        if stored && to.is_int() && open && self.air.literal(id).is_none() {
            // A fraction is kept in a column of integers.
            let proposed = match self.air.expr(id) {
                Expr::Column { source, .. } => {
                    matches!(self.air.source(source).kind, air::query::SourceKind::Proposed {})
                }
                _ => false,
            };
            if proposed || crate::seen::shown(self.air, self.catalog, id).fractions {
                return self.no_meaning("a fraction kept in a column of integers", info.span);
            }
            let subject = info.span.text(self.source);
            self.ledger.assume(Assume::FittingValues, subject, info.span);
        }
        if from == to || to.is_unknown() {
            return Ok(id);
        }
        match self.air.expr(id) {
            Expr::Default {} => return Ok(id),
            Expr::Literal { value: Literal::Null {} } => {
                self.air.info_mut(id).ty = to;
                return Ok(id);
            }
            Expr::Param { param } if from.is_unknown() => {
                self.air.params[param.index()].ty = to;
                self.air.info_mut(id).ty = to;
                return Ok(id);
            }
            Expr::Literal { value } => {
                if let Some(converted) = self.coerce_literal(id, value, to, reason)? {
                    return Ok(converted);
                }
            }
            _ => {}
        }
        if from.is_unknown() {
            return Ok(id);
        }
        if self.fits(from, to, reason) {
            return Ok(id);
        }
        if !self.converts_itself(from, to, reason) {
            return Err(self.no_conversion(from, to, info.span));
        }
        match (from, to) {
            // The number an enum stands for is its place in the list.
            (Type::Enum(_) | Type::Set(_), to) if to.is_numeric() => {
                let place = self.enum_place(id)?;
                return self.coerce(place, to, reason);
            }
            (from, Type::Enum(_) | Type::Set(_)) if !from.is_text() => {
                return self.no_meaning("a number stored as a word of a list", info.span);
            }
            (from, to) if from.is_temporal() && to.is_numeric() => {
                let number = self.moment_number(id)?;
                return self.coerce(number, to, reason);
            }
            // Bytes are read as the text they are, and other values become bytes as texts.
            (Type::Bytes { .. }, to) if to.is_numeric() => {
                let text = self.text_type();
                let text = self.coerce(id, text, reason)?;
                return self.coerce(text, to, reason);
            }
            (from, Type::Bytes { .. }) if from.is_numeric() || from.is_temporal() => {
                let text = self.as_text(id)?;
                return self.coerce(text, to, reason);
            }
            _ => {}
        }
        let rule = self.cast_rule(from, to, reason);
        if to == Type::Year {
            // Years of two digits are those of this or the last century.
            let subject = info.span.text(self.source);
            self.ledger.assume(Assume::FittingValues, subject, info.span);
        }
        if to.is_text() {
            return self.shown_as_text(id, to, rule);
        }
        Ok(self.cast(id, to, rule))
    }

    /// A date or time as the number its digits make: 2024-01-31 is 20240131.
    pub(crate) fn moment_number(&mut self, id: ExprId) -> Bound<ExprId> {
        let info = self.air.info(id);
        let date = [(Builtin::ExtractYear, 10_000), (Builtin::ExtractMonth, 100), (Builtin::ExtractDay, 1)];
        let clock =
            [(Builtin::ExtractHour, 10_000), (Builtin::ExtractMinute, 100), (Builtin::ExtractSecond, 1)];
        let (date, clock, factor): (&[_], &[_], i64) = match info.ty {
            Type::Date => (&date, &[], 1),
            Type::Timestamp { precision: 0, .. } => (&date, &clock, 1_000_000),
            Type::Time { precision: 0, .. } => (&[], &clock, 1),
            _ => return self.no_meaning("a date with fractions of a second as a number", info.span),
        };
        let fields = date.iter().map(|(op, weight)| (*op, weight * factor));
        let fields: Vec<(Builtin, i64)> = fields.chain(clock.iter().copied()).collect();
        let mut sum = None;
        for (op, weight) in fields {
            let moment = if sum.is_none() { id } else { self.twice(id)? };
            let mut field = self.call_as(op, &[moment], Type::I32, info.span);
            if weight > 1 {
                let weight = self.literal_expr(Literal::Int { value: weight }, Type::I64, info.span);
                field = self.call_as(Builtin::Mul, &[field, weight], Type::I64, info.span);
            }
            sum = Some(match sum {
                Some(sum) => self.call_as(Builtin::Add, &[sum, field], Type::I64, info.span),
                None => field,
            });
        }
        Ok(sum.unwrap_or(id))
    }

    /// The place of an enum's word in its list, 0 for the empty text: what it is as a number.
    pub(crate) fn enum_place(&mut self, id: ExprId) -> Bound<ExprId> {
        let info = self.air.info(id);
        let Type::Enum(list) = info.ty else { return self.set_bits(id) };
        if self.meaning.conversions.true_booleans || !matches!(self.air.expr(id), Expr::Column { .. }) {
            return self.no_meaning("a word of a list as a number", info.span);
        }
        let words = self.catalog.words(list).to_vec();
        let mut arms = Vec::with_capacity(words.len() + 1);
        for (at, word) in words.iter().enumerate() {
            let operand = self.air.copy(id);
            let operand = self.cast(operand, Type::TEXT, CastRule::IMPLICIT);
            let word = self.text(word, info.span);
            let condition = self.compare(CompareOp::Eq, operand, word, Collation::BINARY, info.span);
            let place = self.int(at as i64 + 1, info.span);
            arms.push((condition, place));
        }
        if !words.iter().any(String::is_empty) {
            let operand = self.air.copy(id);
            let operand = self.cast(operand, Type::TEXT, CastRule::IMPLICIT);
            let word = self.text("", info.span);
            let condition = self.compare(CompareOp::Eq, operand, word, Collation::BINARY, info.span);
            let place = self.int(0, info.span);
            arms.push((condition, place));
        }
        Ok(self.case(&arms, None, Type::I32, info.span))
    }

    /// The bits of a set's words, the first word the lowest: what it is as a number.
    fn set_bits(&mut self, id: ExprId) -> Bound<ExprId> {
        let info = self.air.info(id);
        let Type::Set(list) = info.ty else {
            return self.no_meaning("this value as the number of a word", info.span);
        };
        if !matches!(self.air.expr(id), Expr::Column { .. }) {
            return self.no_meaning("a set of words as a number", info.span);
        }
        let words = self.catalog.words(list).to_vec();
        let mut sum = None;
        for (at, word) in words.iter().enumerate() {
            let Some(bit) = 1i64.checked_shl(at as u32).filter(|bit| *bit > 0) else {
                return self.no_meaning("a set of so many words as a number", info.span);
            };
            let operand = self.air.copy(id);
            let operand = self.cast(operand, Type::TEXT, CastRule::IMPLICIT);
            let word = self.text(&format!(",{word},"), info.span);
            let (open, close) = (self.text(",", info.span), self.text(",", info.span));
            let list = self.call_as(Builtin::Concat, &[open, operand, close], Type::TEXT, info.span);
            let binary = air::expr::Modifier::Collation(Collation::BINARY);
            let place = self.call_with(Builtin::Position, binary, &[list, word], Type::I32, info.span);
            let zero = self.int(0, info.span);
            let held = self.compare(CompareOp::Gt, place, zero, Collation::BINARY, info.span);
            let mut arms = vec![(held, self.int(bit, info.span))];
            let mut otherwise = Some(zero);
            if sum.is_none() && info.nullable {
                // NULL is no number at all.
                let copy = self.air.copy(id);
                let known = self.is_null(copy, true, info.span);
                arms.push((known, zero));
                otherwise = None;
            }
            let term = self.case(&arms, otherwise, Type::I64, info.span);
            sum = Some(match sum {
                None => term,
                Some(sum) => self.call_as(Builtin::Add, &[sum, term], Type::I64, info.span),
            });
        }
        Ok(sum.unwrap_or(id))
    }

    /// A value as the dialect shows it. A cast to text shows truth values as words, numbers with the digits of
    /// their type and temporals in ISO form; what a dialect shows otherwise is said otherwise.
    fn shown_as_text(&mut self, id: ExprId, to: Type, rule: CastRule) -> Bound<ExprId> {
        let conversions = &self.meaning.conversions;
        let from = self.air.ty(id);
        let span = self.air.span(id);
        if from == Type::Bool && !conversions.true_booleans {
            if let Some(Literal::Bool { value }) = self.air.literal(id) {
                return Ok(self.text(if value { "1" } else { "0" }, span));
            }
            let number = self.cast(id, Type::I32, CastRule::IMPLICIT);
            return Ok(self.cast(number, to, rule));
        }
        if self.meaning.numbers.floats_have_scale
            && from.is_float()
            && let Expr::Call { op: Builtin::Round | Builtin::RoundHalfEven, args, .. } = self.air.expr(id)
            && let Some(digits @ 0..=FLOAT_SCALE_MAX) =
                self.air.list(args).get(1).map_or(Some(0), |&digits| self.air.int_literal(digits))
        {
            // What is rounded to so many digits is shown with them.
            let shown = Type::Decimal { precision: 38, scale: digits as i16 };
            let rounded = self.cast(id, shown, CastRule::IMPLICIT);
            return Ok(self.cast(rounded, to, rule));
        }
        // Constants that look the same in every dialect are texts at once.
        if rule.reason != CastReason::Explicit
            && let Some(Literal::Int { value }) = self.air.literal(id)
        {
            return Ok(self.text(&value.to_string(), span));
        }
        if self.kind_by_text(id) {
            let message = "whether this number is shown as an integer depends on the text it comes from";
            let diagnostic = Diagnostic::error(codes::TYPES, span, message);
            return Err(self.refuse_with(diagnostic.help("CAST it to INTEGER or REAL first")));
        }
        let whole = matches!(from, Type::Int { .. } | Type::Year) || from.scale() == Some(0);
        let open = matches!(from, Type::Any(Affinity::Numeric | Affinity::Real));
        if (from.is_numeric() || open) && !whole {
            let shown = match conversions.number_text {
                NumberText::Digits => return Ok(self.cast(id, to, rule)),
                NumberText::Real => Builtin::TextOfReal,
                NumberText::Trimmed if from.is_float() => return self.no_meaning("a float as text", span),
                NumberText::Trimmed => Builtin::TextOfNumber,
                NumberText::DecimalsOnly if from.is_float() => {
                    return self.no_meaning("a float as text, which keeps six digits,", span);
                }
                // Money is shown with two digits.
                NumberText::DecimalsOnly if matches!(from, Type::Money { .. }) => {
                    let cents = self.cast(id, Type::Decimal { precision: 19, scale: 2 }, CastRule::IMPLICIT);
                    return Ok(self.cast(cents, to, rule));
                }
                NumberText::DecimalsOnly => return Ok(self.cast(id, to, rule)),
            };
            if shown == Builtin::TextOfReal
                && let Some(Literal::Float { digits } | Literal::Decimal { digits }) = self.air.literal(id)
                && let Ok(value) = self.air.text(digits).parse::<f64>()
                && value.is_finite()
            {
                return Ok(self.text(&constant::text_of_real(value), span));
            }
            // A column of NUMERIC affinity keeps whole numbers as integers.
            let kept =
                matches!(self.air.expr(id), Expr::Column { .. }) && from == Type::Any(Affinity::Numeric);
            if shown == Builtin::TextOfReal && kept {
                let copies = [self.air.copy(id), self.air.copy(id), self.air.copy(id)];
                let cut = self.call_as(Builtin::Trunc, &[copies[0]], Type::Float64, span);
                let whole = self.compare(CompareOp::Eq, copies[1], cut, Collation::BINARY, span);
                let integer = self.cut_to_int(copies[2]);
                let digits = self.cast(integer, to, rule);
                let real = self.call_as(shown, &[id], to, span);
                return Ok(self.case(&[(whole, digits)], Some(real), to, span));
            }
            // Integers of a dialect without kinds are shown plainly.
            if let Some(Literal::Int { .. }) = self.air.literal(id) {
                return Ok(self.cast(id, to, rule));
            }
            let text = self.call_as(shown, &[id], to, span);
            return Ok(text);
        }
        if from.is_temporal() && !conversions.iso_times && from != Type::Date {
            return self.no_meaning("a date as text in the format of the session", span);
        }
        if self.meaning.times.short_fractions {
            match from {
                Type::Timestamp { zone: Zone::None, precision: 1.. } => {
                    return Ok(self.call_as(Builtin::TextOfTimestamp, &[id], to, span));
                }
                Type::Time { zone: false, precision: 1.. } => {
                    return Ok(self.call_as(Builtin::TextOfTime, &[id], to, span));
                }
                _ => {}
            }
        }
        Ok(self.cast(id, to, rule))
    }

    /// True where a value of one type stands in a place of the other as it is.
    fn fits(&self, from: Type, to: Type, reason: CastReason) -> bool {
        let assigned = reason == CastReason::Assignment;
        match (from, to) {
            (Type::Any(_), _) | (_, Type::Any(_)) => true,
            (from, to) if from.is_numeric() && to.is_numeric() => {
                if !assigned {
                    return true;
                }
                match (from.scale(), to.scale()) {
                    // A whole number or one of no more decimals than there is room for.
                    (Some(f), Some(t)) => f <= t,
                    _ => to.is_float() || to == Type::Number,
                }
            }
            (Type::Text(_), Type::Text(_)) => true,
            (Type::Text(_), Type::Enum(_) | Type::Set(_)) => true,
            (Type::Enum(_), Type::Enum(_)) | (Type::Set(_), Type::Set(_)) => true,
            (Type::Bytes { .. }, Type::Bytes { .. }) | (Type::Bits { .. }, Type::Bits { .. }) => true,
            (Type::Json { .. }, Type::Json { .. }) => true,
            (Type::Interval(_), Type::Interval(_)) => true,
            (Type::Timestamp { zone: a, precision: p }, Type::Timestamp { zone: b, precision: q }) => {
                a == b && (!assigned || p <= q)
            }
            (Type::Time { zone: a, .. }, Type::Time { zone: b, .. }) => a == b,
            (Type::Array(a), Type::Array(b)) => {
                a == b || a == air::types::Element::Unknown || b == air::types::Element::Unknown
            }
            _ => false,
        }
    }

    /// True where the dialect converts without being asked.
    fn converts_itself(&self, from: Type, to: Type, reason: CastReason) -> bool {
        match self.meaning.conversions.implicit {
            Implicit::Loose | Implicit::Failing => {
                let numberish = |ty: Type| ty.is_numeric() || ty == Type::Bool;
                match (from, to) {
                    (a, b) if numberish(a) && numberish(b) => true,
                    (Type::Row, _) | (_, Type::Row) | (Type::Array(_), _) | (_, Type::Array(_)) => false,
                    (a, b) if a.is_temporal() && b.is_temporal() => true,
                    (Type::Interval(_), _) | (_, Type::Interval(_)) => false,
                    // Dates as numbers and the like are judged where they occur.
                    (a, b) if a.is_temporal() && numberish(b) => {
                        self.meaning.conversions.implicit == Implicit::Loose
                    }
                    (a, b) if numberish(a) && b.is_temporal() => false,
                    _ => true,
                }
            }
            Implicit::Literals => {
                let assigned = reason == CastReason::Assignment;
                match (from, to) {
                    (Type::Date, Type::Timestamp { .. }) => true,
                    (Type::Timestamp { zone: Zone::None, .. }, Type::Timestamp { .. }) => true,
                    (Type::Timestamp { .. }, Type::Timestamp { .. } | Type::Date | Type::Time { .. }) => {
                        assigned
                    }
                    (Type::Time { .. }, Type::Time { .. }) => true,
                    (Type::Time { .. }, Type::Interval(_)) => true,
                    (Type::Interval(_), Type::Time { .. }) => assigned,
                    (a, b) if a.is_numeric() && b.is_numeric() => true,
                    (_, Type::Text(_)) => assigned,
                    (Type::Text(_), Type::Enum(_)) => true,
                    (Type::Array(_), Type::Array(_)) => assigned,
                    _ => false,
                }
            }
        }
    }

    #[cold]
    pub(crate) fn no_conversion(&mut self, from: Type, to: Type, span: Span) -> Refused {
        let message = format!(
            "{} is expected here, and {} does not become one by itself",
            type_words(to),
            type_words(from)
        );
        let diagnostic = Diagnostic::error(codes::TYPES, span, message);
        self.refuse_with(diagnostic.help("convert it with CAST"))
    }

    /// A literal as a constant of another type; `None` where it stays what it is and a cast is needed or not.
    fn coerce_literal(
        &mut self,
        id: ExprId,
        value: Literal,
        to: Type,
        reason: CastReason,
    ) -> Bound<Option<ExprId>> {
        let span = self.air.span(id);
        let conversions = &self.meaning.conversions;
        match value {
            Literal::Text { text } => {
                if let Type::Text(kind) = to
                    && reason == CastReason::Assignment
                    && let Some(cut) = without_excess_blanks(self.air.text(text), kind.length)
                {
                    let cut = cut.to_owned();
                    return Ok(Some(self.text(&cut, span)));
                }
                if let Type::Text(kind) = to
                    && kind.kind == TextKind::Fixed
                    && reason == CastReason::Assignment
                    && self.meaning.texts.fixed_reads_trimmed
                    && self.air.text(text).ends_with(' ')
                {
                    let kept = self.air.text(text).trim_end_matches(' ').to_owned();
                    return Ok(Some(self.text(&kept, span)));
                }
                if matches!(to, Type::Enum(_) | Type::Set(_)) && !conversions.true_booleans {
                    return self.declared_word(id, to, reason).map(Some);
                }
                if to.is_text() || matches!(to, Type::Enum(_) | Type::Set(_) | Type::Any(_)) {
                    return Ok(Some(id));
                }
                let content = self.air.text(text).to_owned();
                // A stored number of more digits than there is room for is rounded.
                if let Type::Decimal { scale, .. } = to
                    && reason == CastReason::Assignment
                    && !conversions.store_keeps
                    && let Some(exact) = constant::exact_digits(content.trim())
                    && let Some((_, fraction)) = exact.split_once('.')
                    && fraction.len() as i16 > scale
                {
                    let count = exact.bytes().filter(u8::is_ascii_digit).count() as u16;
                    let own = Type::Decimal { precision: count, scale: fraction.len() as i16 };
                    let digits = self.air.push_text(&exact);
                    let number = self.literal_expr(Literal::Decimal { digits }, own, span);
                    return self.coerce(number, to, reason).map(Some);
                }
                if let Some(constant) = self.constant(&content, to, span) {
                    return Ok(Some(constant));
                }
                let strict_store = reason == CastReason::Assignment && self.profile.settings.strict;
                // A stored number may have a fraction, which is rounded.
                if strict_store
                    && to.is_int()
                    && conversions.text_to_number == CastFailure::Prefix
                    && let Some(value) = constant::rounded(&content)
                {
                    return Ok(Some(self.literal_expr(Literal::Int { value }, to, span)));
                }
                if to.is_numeric() && conversions.text_to_number == CastFailure::Prefix && !strict_store {
                    if conversions.store_keeps && reason == CastReason::Assignment {
                        return Ok(None);
                    }
                    return Ok(Some(self.prefix_constant(&content, to, span)));
                }
                // The server reads these itself.
                if matches!(
                    to,
                    Type::Json { .. } | Type::Uuid | Type::Xml | Type::Bytes { .. } | Type::Array(_)
                ) {
                    let rule = self.cast_rule(Type::TEXT, to, reason);
                    return Ok(Some(self.cast(id, to, rule)));
                }
                // More digits of the second than there is room for.
                if let Type::Timestamp { zone, .. } = to
                    && let Some(full) = self.constant(&content, Type::Timestamp { precision: 9, zone }, span)
                {
                    let rule = self.cast_rule(self.air.ty(full), to, reason);
                    return Ok(Some(self.cast(full, to, rule)));
                }
                if matches!(to, Type::Date | Type::Timestamp { .. })
                    && conversions.text_to_time == CastFailure::Null
                    && !strict_store
                    && let LooseMoment::As(plain) = constant::loose_moment(&content)
                    && let Some(constant) = self.constant(&plain, to, span)
                {
                    return Ok(Some(constant));
                }
                if conversions.implicit == Implicit::Literals
                    || (to.is_temporal() && conversions.text_to_time == CastFailure::Error)
                    || to.is_temporal()
                {
                    return Err(self.bad_literal(&content, type_words(to), span));
                }
                Ok(None)
            }
            Literal::Bool { value } if to.is_numeric() && !conversions.true_booleans => {
                Ok(Some(self.literal_expr(Literal::Int { value: i64::from(value) }, to, span)))
            }
            Literal::Int { value: 0 | 1 } if to == Type::Bool && !conversions.true_booleans => {
                let Literal::Int { value } = value else { return Ok(None) };
                Ok(Some(self.truth(value == 1, span)))
            }
            Literal::Int { value } if matches!(to, Type::Enum(_) | Type::Set(_)) => {
                self.word_at(value, to, span).map(Some)
            }
            Literal::Int { value } if to == Type::Year && !conversions.true_booleans => {
                match constant::year_of(value, false) {
                    Some(value) => Ok(Some(self.literal_expr(Literal::Int { value }, to, span))),
                    None => Err(self.bad_literal(&value.to_string(), "a year from 1901 to 2155", span)),
                }
            }
            Literal::Bytes { hex } if to.is_numeric() && self.meaning.texts.hex_numbers_are_bytes => {
                match u64::from_str_radix(self.air.text(hex), 16) {
                    Ok(value) => Ok(Some(self.whole(i128::from(value), to, span))),
                    Err(_) => self.no_meaning("a number of more than 64 bits", span),
                }
            }
            Literal::Bits { digits } if to.is_numeric() => {
                match u64::from_str_radix(self.air.text(digits), 2) {
                    Ok(value) => Ok(Some(self.whole(i128::from(value), to, span))),
                    Err(_) => self.no_meaning("a number of more than 64 bits", span),
                }
            }
            Literal::Int { value } if let Some(scale @ ..0) = to.scale() => {
                // Rounded to tens, hundreds and so on.
                let Some(unit) = 10i64.checked_pow(u32::from(scale.unsigned_abs())) else { return Ok(None) };
                let half = if value < 0 { -(unit / 2) } else { unit / 2 };
                let rounded = value.checked_add(half).map(|value| value / unit * unit);
                Ok(rounded.map(|value| self.literal_expr(Literal::Int { value }, to, span)))
            }
            Literal::Int { .. } if to.is_numeric() => Ok(Some(id)),
            Literal::Decimal { digits } | Literal::Float { digits }
                if reason == CastReason::Assignment && to == Type::Float32 =>
            {
                // Stored with the digits the type keeps.
                let digits = self.air.text(digits).to_owned();
                Ok(self.constant(&digits, to, span))
            }
            Literal::Decimal { digits } if reason == CastReason::Assignment && to == Type::Float64 => {
                // More digits than a decimal of the target may have are the digits of a float.
                let text = self.air.text(digits);
                let long = text.bytes().filter(u8::is_ascii_digit).count() > FLOAT_DIGITS;
                let text = long.then(|| format!("{text}e0"));
                Ok(text.map(|text| {
                    let digits = self.air.push_text(&text);
                    self.literal_expr(Literal::Float { digits }, to, span)
                }))
            }
            Literal::Int { value } if to == Type::Date || matches!(to, Type::Timestamp { .. }) => {
                // MySQL reads 20240131 as a date.
                let text = value.to_string();
                Ok(match self.meaning.conversions.implicit {
                    Implicit::Loose if text.len() == 8 => self.constant(&text, to, span),
                    _ => None,
                })
            }
            Literal::Decimal { digits } if reason == CastReason::Assignment && to.is_int() => {
                // A whole number written with a point.
                let text = self.air.text(digits);
                let whole = text.split_once('.').filter(|(_, f)| f.bytes().all(|b| b == b'0'));
                let value = whole.and_then(|(whole, _)| whole.parse().ok());
                Ok(value.map(|value| self.literal_expr(Literal::Int { value }, to, span)))
            }
            Literal::Float { digits } if reason == CastReason::Assignment && to.is_int() => {
                let whole = constant::exact_digits(self.air.text(digits));
                let whole = whole.as_deref().map(|d| d.split_once('.').unwrap_or((d, "")));
                let value =
                    whole.filter(|(_, f)| f.bytes().all(|b| b == b'0')).and_then(|(w, _)| w.parse().ok());
                Ok(value.map(|value| self.literal_expr(Literal::Int { value }, to, span)))
            }
            Literal::Date { text } if matches!(to, Type::Timestamp { .. }) => {
                let content = self.air.text(text).to_owned();
                Ok(self.constant(&content, to, span))
            }
            _ => Ok(None),
        }
    }

    /// A whole number; one beyond 63 bits is written as a decimal.
    fn whole(&mut self, value: i128, to: Type, span: Span) -> ExprId {
        match i64::try_from(value) {
            Ok(value) => self.int(value, span),
            Err(_) => {
                let digits = self.air.push_text(&value.to_string());
                let ty = if to.is_int() { Type::U64 } else { Type::Decimal { precision: 20, scale: 0 } };
                self.literal_expr(Literal::Decimal { digits }, ty, span)
            }
        }
    }

    /// The word of a list that a number names.
    fn word_at(&mut self, value: i64, to: Type, span: Span) -> Bound<ExprId> {
        let word = match to {
            Type::Enum(list) => {
                let words = self.catalog.words(list);
                usize::try_from(value - 1).ok().and_then(|at| words.get(at)).cloned()
            }
            Type::Set(list) => {
                let words = self.catalog.words(list);
                let bits = u64::try_from(value).ok();
                bits.filter(|bits| words.len() >= 64 || bits >> words.len() == 0).map(|bits| {
                    let chosen = words.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
                    chosen.map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(",")
                })
            }
            _ => None,
        };
        match word {
            Some(word) => Ok(self.text(&word, span)),
            None => Err(self.bad_literal(&value.to_string(), "the number of a word of the list", span)),
        }
    }

    /// A constant text as the declared spelling of the word or words it names.
    fn declared_word(&mut self, id: ExprId, to: Type, reason: CastReason) -> Bound<ExprId> {
        let span = self.air.span(id);
        let (Some(content), Type::Enum(list) | Type::Set(list)) = (self.text_literal(id), to) else {
            return Ok(id);
        };
        let folds = self.catalog.word_collation(list).unwrap_or(self.profile.settings.collation).case
            != air::types::Fold::Sensitive;
        let content = content.trim_end_matches(' ').to_owned();
        let words = self.catalog.words(list);
        let place = |wanted: &str| {
            let exact = words.iter().position(|word| word == wanted);
            exact.or_else(|| words.iter().position(|word| folds && word.eq_ignore_ascii_case(wanted)))
        };
        let found = match to {
            Type::Enum(_) => place(&content).map(|at| words[at].clone()),
            _ if content.is_empty() => Some(String::new()),
            _ => {
                let places: Option<Vec<usize>> = content.split(',').map(place).collect();
                places.map(|mut places| {
                    places.sort_unstable();
                    places.dedup();
                    places.iter().map(|at| words[*at].as_str()).collect::<Vec<_>>().join(",")
                })
            }
        };
        match found {
            Some(word) => Ok(self.text(&word, span)),
            // Elsewhere than in a column any text may stand beside the words.
            None if reason != CastReason::Assignment => Ok(id),
            None => Err(self.bad_literal(&content, "a word of the list", span)),
        }
    }

    /// A constant number of an explicit cast to an integer that lies beyond 63 bits, cut to what the type holds.
    fn clamped_constant(&mut self, operand: ExprId, to: Type) -> Option<ExprId> {
        let Type::Int { bits: 64, unsigned } = to else { return None };
        if self.meaning.conversions.overflow != CastFailure::Clamp {
            return None;
        }
        let info = self.air.info(operand);
        let content = match self.air.literal(operand)? {
            Literal::Text { text } => constant::integer_prefix(self.air.text(text)),
            Literal::Decimal { digits } | Literal::Float { digits } => self.air.text(digits),
            _ => return None,
        };
        let exact = constant::exact_digits(content)?;
        let (whole, fraction) = exact.split_once('.').unwrap_or((&exact, ""));
        if fraction.bytes().any(|digit| digit != b'0') {
            return None;
        }
        // Longer numbers are as far beyond as those of 30 digits.
        let value: i128 = if whole.len() > 30 {
            if whole.starts_with('-') { i128::MIN } else { i128::MAX }
        } else {
            whole.parse().ok()?
        };
        if i64::try_from(value).is_ok() {
            return None;
        }
        let value = match (unsigned, u64::try_from(value)) {
            (true, Ok(bits)) => i128::from(bits),
            // The bits are taken as they are.
            (false, Ok(bits)) if info.ty.is_int() || info.ty.is_text() => i128::from(bits as i64),
            (true, Err(_)) if value > 0 => i128::from(u64::MAX),
            (true, Err(_)) => return None,
            (false, _) if value > 0 => i128::from(i64::MAX),
            (false, _) => i128::from(i64::MIN),
        };
        Some(self.whole(value, to, info.span))
    }

    /// The number a text begins with, 0 if it begins with none.
    pub(crate) fn prefix_constant(&mut self, text: &str, to: Type, span: Span) -> ExprId {
        let prefix = constant::numeric_prefix(text);
        let prefix = if prefix.is_empty() { "0" } else { prefix };
        let exact = constant::exact_digits(prefix).unwrap_or_else(|| "0".to_owned());
        if to.is_int() {
            let whole = exact.split_once('.').map_or(exact.as_str(), |(whole, _)| whole);
            if let Ok(value) = whole.parse() {
                return self.literal_expr(Literal::Int { value }, to, span);
            }
        }
        if to.is_float() {
            let digits = self.air.push_text(&exact);
            return self.literal_expr(Literal::Float { digits }, to, span);
        }
        let digits = self.air.push_text(&exact);
        self.literal_expr(Literal::Decimal { digits }, to, span)
    }

    /// `CAST(operand AS to)`.
    pub(crate) fn explicit_cast(
        &mut self,
        operand: ExprId,
        to: Type,
        null_on_failure: bool,
    ) -> Bound<ExprId> {
        let info = self.air.info(operand);
        let from = info.ty;
        if from == (Type::Money { scale: 4 }) && to.is_text() {
            // Four digits are kept, and two of them shown.
            let shown = self.explicit_cast(operand, Type::Decimal { precision: 19, scale: 2 }, false)?;
            return self.explicit_cast(shown, to, null_on_failure);
        }
        if let Expr::Param { param } = self.air.expr(operand)
            && from.is_unknown()
        {
            self.air.params[param.index()].ty = to;
        }
        if null_on_failure && from.is_text() && to.is_numeric() && self.meaning.conversions.empty_is_zero {
            return self.tried_number(operand, to);
        }
        if null_on_failure && from.is_text() && to.is_temporal() && self.meaning.conversions.empty_is_zero {
            let text = self.text_literal(operand).map(str::to_owned);
            let known = text.as_deref().and_then(|text| self.constant(text, to, info.span));
            // What is written as a date and is none.
            let iso = text.as_deref().is_some_and(|text| {
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                text.len() == 10 && digits == 8 && text.bytes().filter(|b| *b == b'-').count() == 2
            });
            return match known {
                Some(known) => Ok(known),
                None if iso => Ok(self.null(to, info.span)),
                None => self.no_meaning("whether a text is a date, which depends on the session,", info.span),
            };
        }
        // Constants of temporals are written as such; so are numbers in texts.
        if let Some(text) = self.text_literal(operand) {
            let text = text.to_owned();
            if to == Type::Bool
                && self.meaning.conversions.empty_is_zero
                && let Some(truth) = truth_word(&text)
            {
                return Ok(self.truth(truth, info.span));
            }
            let folds = to.is_temporal()
                || matches!(to, Type::Interval(_) | Type::Array(_))
                || (self.meaning.conversions.implicit == Implicit::Literals
                    && matches!(to, Type::Int { .. } | Type::Bool | Type::Bytes { .. }));
            if folds && let Some(constant) = self.constant(&text, to, info.span) {
                return Ok(constant);
            }
            // The server reads as much of the text as it can, by rules of its own.
            let conversions = &self.meaning.conversions;
            if to.is_temporal() && conversions.text_to_time == CastFailure::Null {
                let digits = text.bytes().any(|byte| byte.is_ascii_digit());
                let full = match to {
                    Type::Timestamp { zone, .. } => {
                        let full = Type::Timestamp { precision: 9, zone };
                        self.constant(&text, full, info.span).is_some()
                    }
                    _ => false,
                };
                let moment = matches!(to, Type::Date | Type::Timestamp { .. });
                match constant::loose_moment(&text) {
                    LooseMoment::Never if moment => return Ok(self.null(to, info.span)),
                    LooseMoment::As(plain) if moment => {
                        if let Some(constant) = self.constant(&plain, to, info.span) {
                            return Ok(constant);
                        }
                    }
                    _ => {}
                }
                if !digits {
                    return Ok(self.null(to, info.span));
                }
                if !full && !null_on_failure && !self.meaning.times.as_text {
                    return Err(self.bad_literal(&text, type_words(to), info.span));
                }
            }
            if to.is_numeric() && conversions.text_to_number == CastFailure::Prefix {
                let prefix = constant::numeric_prefix(&text);
                if !prefix.is_empty() && constant::exact_digits(prefix).is_none() {
                    return self.no_meaning("a number with so large an exponent", info.span);
                }
            }
            if self.meaning.conversions.implicit == Implicit::Literals
                && !null_on_failure
                && let Some(constant) = self.strict_constant(&text, to, info.span)?
            {
                return Ok(constant);
            }
        }
        if let Some(constant) = self.clamped_constant(operand, to) {
            return Ok(constant);
        }
        if self.meaning.times.now_texts
            && let Expr::Cast { operand: said, .. } = self.air.expr(operand)
            && self.text_literal(said).is_some_and(|text| text.trim().eq_ignore_ascii_case("now"))
        {
            // A constant of that text is the time when it was read; the conversion of the text is done each time.
            match to {
                Type::Date => return Ok(self.call(Builtin::CurrentDate, &[], info.span)),
                Type::Timestamp { .. } => {
                    let instant = Type::Timestamp { precision: 6, zone: Zone::Instant };
                    let call = Expr::Call {
                        op: Builtin::CurrentTimestamp,
                        modifier: Default::default(),
                        args: air::List::EMPTY,
                    };
                    let now = self.air.push(call, instant, false, info.span);
                    return self.explicit_cast(now, to, null_on_failure);
                }
                _ => {}
            }
        }
        match (from, to) {
            (Type::Text(_), Type::Decimal { .. } | Type::Float64) => {
                if let Some(extreme) = self.extreme_of_numbers(operand, to) {
                    return Ok(extreme);
                }
            }
            (Type::Enum(_) | Type::Set(_), to) if to.is_numeric() => {
                let place = self.enum_place(operand)?;
                return self.explicit_cast(place, to, null_on_failure);
            }
            (from, to)
                if from.is_temporal() && to.is_numeric() && !self.meaning.conversions.true_booleans =>
            {
                let number = self.moment_number(operand)?;
                return self.explicit_cast(number, to, null_on_failure);
            }
            (Type::Bytes { .. }, to) if to.is_numeric() && self.meaning.texts.hex_numbers_are_bytes => {
                // `0x31` is a number where one is wanted, `x'31'` a text (MariaDB).
                let written = info.span.text(self.source);
                let number = written.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x"));
                let plain = if number && self.air.literal(operand).is_some() {
                    self.coerce(operand, Type::U64, CastReason::Implicit)?
                } else {
                    let text = self.text_type();
                    self.coerce(operand, text, CastReason::Implicit)?
                };
                return self.explicit_cast(plain, to, null_on_failure);
            }
            // A number is a number of no declared kind already (SQLite).
            (from, Type::Any(Affinity::Numeric)) if from.is_numeric() || from.is_unknown() => {
                return Ok(if self.is_null_literal(operand) { operand } else { self.air.copy(operand) });
            }
            (Type::Row | Type::Array(_), to)
                if !to.is_text() && !matches!(to, Type::Array(_) | Type::Json { .. }) =>
            {
                return Err(self.no_conversion(from, to, info.span));
            }
            _ => {}
        }
        let mut rule = self.cast_rule(from, to, CastReason::Explicit);
        if null_on_failure {
            rule.failure = CastFailure::Null;
        }
        let to = match (from, to) {
            // A text keeps comparing as it did.
            (Type::Text(from), Type::Text(mut text)) => {
                text.collation = from.collation;
                text.strength = from.strength.max(CollationStrength::Implicit);
                Type::Text(text)
            }
            (_, to) => to,
        };
        if to.is_text() && !from.is_text() {
            return self.shown_as_text(operand, to, rule);
        }
        Ok(self.cast(operand, to, rule))
    }

    /// Judges a text as a constant of a type where what is no value of the type fails the statement: values that
    /// only the source dialect has (`NaN`, `infinity`, years beyond 9999) are refused here, since a target would read
    /// something else. `None` where the cast stays one.
    fn strict_constant(&mut self, text: &str, to: Type, span: Span) -> Bound<Option<ExprId>> {
        if let Type::Timestamp { zone, precision } = to {
            // More digits of the second than there is room for.
            if let Some(full) = self.constant(text, Type::Timestamp { precision: 9, zone }, span) {
                let kept = Type::Timestamp { precision, zone };
                let rule = self.cast_rule(self.air.ty(full), kept, CastReason::Explicit);
                return Ok(Some(self.cast(full, kept, rule)));
            }
        }
        let judged = to.is_temporal() && !matches!(to, Type::Time { zone: true, .. })
            || to.is_numeric()
            || matches!(to, Type::Bool | Type::Interval(_));
        if judged && self.constant(text, to, span).is_none() {
            return Err(self.bad_literal(text, type_words(to), span));
        }
        Ok(None)
    }

    /// A value as an argument that has to be of some kind.
    pub(crate) fn argument(&mut self, id: ExprId, want: Want) -> Bound<ExprId> {
        let ty = self.air.ty(id);
        // What is no date is NULL where a date is wanted.
        if matches!(want, Want::Moment | Want::Date | Want::Timestamp)
            && self.meaning.conversions.text_to_time == CastFailure::Null
            && (self.is_null_literal(id)
                || self
                    .text_literal(id)
                    .is_some_and(|text| constant::loose_moment(text) == LooseMoment::Never))
        {
            let to = if want == Want::Date { Type::Date } else { Type::TIMESTAMP };
            let null = self.null(Type::Null, self.air.span(id));
            return Ok(self.cast(null, to, CastRule::IMPLICIT));
        }
        let fits = match want {
            Want::Any | Want::Common => return Ok(id),
            Want::Num | Want::Float => ty.is_numeric() || matches!(ty, Type::Interval(_)),
            Want::Int => {
                ty.is_int() || ty.is_numeric() && self.meaning.numbers.single_kind && self.is_whole(id)
            }
            Want::Text => ty.is_text(),
            Want::Bool => return self.as_bool(id),
            Want::Bytes => ty.is_text() || matches!(ty, Type::Bytes { .. }),
            Want::Moment => ty == Type::Date || matches!(ty, Type::Timestamp { .. }),
            Want::Date => ty == Type::Date,
            Want::Timestamp => matches!(ty, Type::Timestamp { .. }),
            Want::Time => matches!(ty, Type::Time { .. }),
            Want::Interval => matches!(ty, Type::Interval(_)),
            Want::Json => {
                matches!(ty, Type::Json { .. }) || (ty.is_text() && !self.meaning.conversions.true_booleans)
            }
        };
        if fits || matches!(ty, Type::Any(_)) {
            return Ok(id);
        }
        if want == Want::Int && ty.is_numeric() {
            if self.meaning.numbers.single_kind {
                // A fraction is cut off.
                let rule = CastRule { rounding: Rounding::Truncate, ..CastRule::IMPLICIT };
                return Ok(self.cast(id, Type::I32, rule));
            }
            return self.as_int(id);
        }
        if ty == Type::Unknown && !matches!(self.air.expr(id), Expr::Param { .. }) {
            self.assume_type(id);
            return Ok(id);
        }
        let to = match want {
            Want::Num => match ty {
                Type::Bool => Type::I64,
                Type::Bytes { .. } | Type::Bits { .. } => Type::I64,
                _ if self.meaning.numbers.single_kind => Type::Number,
                _ => Type::Float64,
            },
            Want::Int => Type::I64,
            Want::Float => Type::Float64,
            Want::Text | Want::Any | Want::Common | Want::Bool => self.text_type(),
            Want::Bytes => self.text_type(),
            Want::Moment => match self.text_literal(id).map(constant::moment) {
                Some(Some(moment)) if moment.time.is_none() => Type::Date,
                Some(None)
                    if self.meaning.conversions.text_to_time == CastFailure::Null
                        && self.text_literal(id).is_some_and(|text| {
                            matches!(constant::loose_moment(text), LooseMoment::As(plain) if plain.len() == 10)
                        }) =>
                {
                    Type::Date
                }
                _ => Type::TIMESTAMP,
            },
            Want::Date => Type::Date,
            Want::Timestamp => Type::TIMESTAMP,
            Want::Time => Type::Time { precision: 6, zone: false },
            Want::Interval => Type::Interval(IntervalKind::Mixed),
            Want::Json => Type::Json { binary: false },
        };
        self.coerce(id, to, CastReason::Implicit)
    }

    /// TRY_CAST of a text to a number in T-SQL: an empty text is the integer 0, what is no number is NULL.
    fn tried_number(&mut self, operand: ExprId, to: Type) -> Bound<ExprId> {
        let span = self.air.span(operand);
        if let Some(text) = self.text_literal(operand).map(str::to_owned) {
            let text = text.trim().strip_prefix('+').unwrap_or(text.trim()).to_owned();
            let number = match to {
                _ if to.is_int() && text.is_empty() => Some(self.int(0, span)),
                Type::Int { bits, unsigned } => text.parse::<i128>().ok().and_then(|value| {
                    let (low, high) = int_range(bits, unsigned);
                    (low..=high).contains(&value).then(|| self.int(value as i64, span))
                }),
                Type::Decimal { .. } if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {
                    return self.explicit_cast(operand, to, false);
                }
                _ if constant::exact_digits(&text).is_some() => {
                    return self.explicit_cast(operand, to, false);
                }
                _ => None,
            };
            return match number {
                Some(number) => self.explicit_cast(number, to, false),
                None => Ok(self.null(to, span)),
            };
        }
        let rule = CastRule {
            failure: CastFailure::Null,
            ..self.cast_rule(self.air.ty(operand), to, CastReason::Explicit)
        };
        let tried = self.cast(operand, to, rule);
        if !to.is_int() {
            return Ok(tried);
        }
        let copy = self.twice(operand)?;
        let trimmed = self.call(Builtin::Trim, &[copy], span);
        let empty = self.text("", span);
        let nothing = self.compare(CompareOp::Eq, trimmed, empty, Collation::BINARY, span);
        let zero = self.int(0, span);
        Ok(self.case(&[(nothing, zero)], Some(tried), to, span))
    }

    /// True for integers and what they make, whatever the dialect calls their type.
    fn is_whole(&self, id: ExprId) -> bool {
        match self.air.expr(id) {
            Expr::Literal { value: Literal::Int { .. } } => true,
            Expr::Call { op: Builtin::Add | Builtin::Sub | Builtin::Mul | Builtin::Neg, args, .. } => {
                self.air.list(args).iter().all(|arg| self.is_whole(*arg))
            }
            Expr::Call { op: Builtin::CharLength | Builtin::Position | Builtin::InstrOracle, .. } => true,
            _ => self.air.ty(id).is_int(),
        }
    }

    /// Notes that a type is not known and taken to fit.
    pub(crate) fn assume_type(&mut self, id: ExprId) {
        let span = self.air.span(id);
        let subject = span.text(self.source);
        self.ledger.assume(Assume::TypeOfUnknown, subject, span);
    }

    /// A text: numbers and others are shown as the dialect shows them.
    pub(crate) fn as_text(&mut self, id: ExprId) -> Bound<ExprId> {
        let ty = self.text_type();
        let from = self.air.ty(id);
        if from.is_text() || matches!(from, Type::Any(Affinity::Text)) {
            return Ok(id);
        }
        if from == Type::Unknown {
            if !matches!(self.air.expr(id), Expr::Param { .. }) {
                self.assume_type(id);
            }
            return self.coerce(id, ty, CastReason::Implicit);
        }
        if self.is_null_literal(id) {
            self.air.info_mut(id).ty = ty;
            return Ok(id);
        }
        let rule = CastRule { failure: CastFailure::Error, ..self.cast_rule(from, ty, CastReason::Implicit) };
        self.shown_as_text(id, ty, rule)
    }

    /// A truth value, by the dialect's truthiness.
    pub(crate) fn as_bool(&mut self, id: ExprId) -> Bound<ExprId> {
        let info = self.air.info(id);
        let conditions = self.meaning.conversions.numbers_are_conditions;
        match info.ty {
            Type::Bool => return Ok(id),
            Type::Null => {
                self.air.info_mut(id).ty = Type::Bool;
                return Ok(id);
            }
            Type::Unknown if matches!(self.air.expr(id), Expr::Param { .. }) && !conditions => {
                return self.coerce(id, Type::Bool, CastReason::Implicit);
            }
            Type::Unknown if !conditions => {
                self.assume_type(id);
                self.air.info_mut(id).ty = Type::Bool;
                return Ok(id);
            }
            _ => {}
        }
        if let Some(Literal::Int { value }) = self.air.literal(id)
            && conditions
        {
            return Ok(self.truth(value != 0, info.span));
        }
        if let Some(text) = self.text_literal(id) {
            let text = text.to_owned();
            if self.meaning.conversions.implicit == Implicit::Literals {
                return match self.constant(&text, Type::Bool, info.span) {
                    Some(truth) => Ok(truth),
                    None => Err(self.bad_literal(&text, "a truth value", info.span)),
                };
            }
        }
        if !conditions {
            let message = format!("a condition is expected here, not {}", type_words(info.ty));
            return Err(self.refuse(codes::TYPES, info.span, message));
        }
        let number = match info.ty {
            ty if ty.is_numeric() => id,
            Type::Any(Affinity::Numeric | Affinity::Integer | Affinity::Real) => id,
            Type::Unknown => {
                self.assume_type(id);
                id
            }
            Type::Text(_) | Type::Any(_) => {
                let rule = CastRule {
                    reason: CastReason::Implicit,
                    failure: CastFailure::Prefix,
                    rounding: Rounding::HalfAway,
                };
                match self.text_literal(id).map(str::to_owned) {
                    Some(text) => self.prefix_constant(&text, Type::Float64, info.span),
                    None => self.cast(id, Type::Float64, rule),
                }
            }
            ty => {
                let message = format!("a condition is expected here, not {}", type_words(ty));
                return Err(self.refuse(codes::TYPES, info.span, message));
            }
        };
        let zero = self.int(0, info.span);
        Ok(self.compare(CompareOp::Ne, number, zero, Collation::BINARY, info.span))
    }

    /// A number for LIMIT and the like.
    pub(crate) fn as_int(&mut self, id: ExprId) -> Bound<ExprId> {
        let info = self.air.info(id);
        match info.ty {
            ty if ty.is_int() || ty == Type::Number => Ok(id),
            ty if ty.is_numeric() => {
                let rule = self.cast_rule(ty, Type::I64, CastReason::Implicit);
                Ok(self.cast(id, Type::I64, rule))
            }
            _ => self.coerce(id, Type::I64, CastReason::Implicit),
        }
    }

    /// A date or timestamp as a timestamp.
    pub(crate) fn as_timestamp(&mut self, id: ExprId) -> Bound<ExprId> {
        let precision = if self.air.ty(id) == Type::Date { 0 } else { 6 };
        match self.air.ty(id) {
            Type::Timestamp { .. } | Type::Unknown => Ok(id),
            _ => self.coerce(id, Type::Timestamp { precision, zone: Zone::None }, CastReason::Implicit),
        }
    }

    /// The text NULL where it is empty, for dialects whose functions give NULL then.
    pub(crate) fn null_if_empty(&mut self, id: ExprId) -> ExprId {
        if !self.meaning.texts.empty_is_null {
            return id;
        }
        let span = self.air.span(id);
        self.call(Builtin::NullIfEmpty, &[id], span)
    }

    /// Text of fixed length as it is read where blanks at its end are no part of it.
    pub(crate) fn read_trimmed(&mut self, id: ExprId) -> ExprId {
        match self.air.ty(id) {
            Type::Text(mut text)
                if text.kind == TextKind::Fixed && self.meaning.texts.fixed_reads_trimmed =>
            {
                (text.kind, text.length) = (TextKind::Unbounded, 0);
                self.cast(id, Type::Text(text), CastRule::IMPLICIT)
            }
            _ => id,
        }
    }

    /// Blank-padded text as functions see it: without its padding (PostgreSQL), or with all of it where the
    /// target may not keep it.
    pub(crate) fn unpadded(&mut self, id: ExprId) -> ExprId {
        match self.air.ty(id) {
            Type::Text(text)
                if text.kind == TextKind::Fixed
                    && text.length > 0
                    && self.meaning.texts.fixed_pads
                    && self.air.literal(id).is_none()
                    && !matches!(self.air.expr(id), Expr::Call { op: Builtin::PadRight, .. }) =>
            {
                let span = self.air.span(id);
                let length = self.int(i64::from(text.length), span);
                self.call_as(Builtin::PadRight, &[id, length], Type::Text(text), span)
            }
            Type::Text(mut text) if text.kind == TextKind::Fixed && self.meaning.texts.fixed_trims => {
                let span = self.air.span(id);
                text.kind = TextKind::Varying;
                text.collation.pad = false;
                self.call_as(Builtin::TrimEnd, &[id], Type::Text(text), span)
            }
            _ => id,
        }
    }
}
