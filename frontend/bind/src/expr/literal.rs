//! Literals: numbers typed by the dialect, texts unescaped, temporals and intervals normalised, and texts
//! that become constants of another type because their context wants it.

use super::constant::{self, Span3};
use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::Implicit;
use air::ExprId;
use air::expr::{Expr, Literal, Unit};
use air::types::{Element, IntervalKind, Type, Zone};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, LiteralKind};

impl<'a> Binder<'a> {
    /// A literal as it stands.
    pub(crate) fn literal(&mut self, literal: tree::Literal, span: Span) -> Bound<ExprId> {
        use LiteralKind::*;
        let raw = span.text(self.source);
        Ok(match literal.kind {
            Null => self.null(Type::Null, span),
            True => self.truth(true, span),
            False => self.truth(false, span),
            Integer => self.integer(raw, 10, span),
            Decimal | Float => self.number(raw, literal.kind == Float, span),
            HexNumber if self.meaning.texts.hex_numbers_are_bytes => {
                self.bytes(raw.get(2..).unwrap_or(""), span)?
            }
            HexNumber => self.integer(raw.get(2..).unwrap_or(""), 16, span),
            BinaryNumber if self.meaning.texts.hex_numbers_are_bytes => {
                self.bits(raw.get(2..).unwrap_or(""), span)?
            }
            BinaryNumber => self.integer(raw.get(2..).unwrap_or(""), 2, span),
            OctalNumber => self.integer(raw.get(2..).unwrap_or(""), 8, span),
            Money => {
                let digits =
                    constant::exact_digits(raw.trim_start_matches('$')).unwrap_or_else(|| "0".to_owned());
                let digits = self.air.push_text(&digits);
                self.literal_expr(Literal::Decimal { digits }, Type::Money { scale: 4 }, span)
            }
            String if self.catalog.escaping_strings && raw.contains('\\') => {
                let message = "backslashes escape here, as a setting of the script says";
                return Err(self.refuse(codes::EXPRESSION, span, message));
            }
            String | National | Escape | Unicode | Dollar | Q => {
                let value = literal.value(raw);
                self.text_constant(&value, span)
            }
            HexString => {
                let value = literal.value(raw);
                if self.meaning.texts.hex_strings_are_bits {
                    let mut digits = std::string::String::new();
                    for c in value.chars() {
                        let Some(nibble) = c.to_digit(16) else {
                            return Err(self.bad_literal(&value, "a string of hexadecimal digits", span));
                        };
                        digits.push_str(&format!("{nibble:04b}"));
                    }
                    self.bits(&digits, span)?
                } else {
                    self.bytes(&value, span)?
                }
            }
            BitString => {
                let value = literal.value(raw);
                self.bits(&value, span)?
            }
        })
    }

    /// A text, which is NULL where the dialect takes the empty one so.
    pub(crate) fn text_constant(&mut self, value: &str, span: Span) -> ExprId {
        if value.is_empty() && self.meaning.texts.empty_is_null {
            let ty = self.text_type();
            return self.null(ty, span);
        }
        let id = self.text(value, span);
        if self.meaning.texts.padded_literals
            && let Type::Text(text) = &mut self.air.info_mut(id).ty
        {
            text.collation.pad = true;
        }
        id
    }

    fn integer(&mut self, raw: &str, radix: u32, span: Span) -> ExprId {
        // A fast path for what nearly all literals are.
        if radix == 10
            && raw.len() <= 9
            && let Ok(value) = raw.parse::<u32>()
        {
            return self.int(i64::from(value), span);
        }
        let digits: String = raw.chars().filter(|c| *c != '_').collect();
        match i128::from_str_radix(&digits, radix) {
            // SQLite reads hexadecimal as the bits of a signed integer.
            Ok(value) if radix != 10 && value > i128::from(i64::MAX) => self.int(value as u64 as i64, span),
            Ok(value) => match ((self.meaning.numbers.int_literal)(value), i64::try_from(value)) {
                (Some(ty), Ok(value)) => self.literal_expr(Literal::Int { value }, ty, span),
                (Some(ty), Err(_)) => {
                    let digits = self.air.push_text(&digits);
                    self.literal_expr(Literal::Decimal { digits }, ty, span)
                }
                (None, _) => self.number(&digits, false, span),
            },
            Err(_) => self.number(&digits, false, span),
        }
    }

    /// A number with a point or an exponent, or beyond the integers.
    fn number(&mut self, raw: &str, exponent: bool, span: Span) -> ExprId {
        let numbers = &self.meaning.numbers;
        let bare = raw.trim_end_matches(['f', 'F', 'd', 'D']);
        let suffixed = bare.len() < raw.len();
        let float = !numbers.decimal_literals || suffixed || (exponent && !numbers.exponents_are_exact);
        let single_kind = numbers.single_kind;
        let digits: String = bare.chars().filter(|c| *c != '_').collect();
        match constant::exact_digits(&digits) {
            Some(exact) if !float => {
                let ty = if single_kind { Type::Number } else { decimal_type(&exact) };
                let digits = self.air.push_text(&exact);
                self.literal_expr(Literal::Decimal { digits }, ty, span)
            }
            _ => {
                let digits = self.air.push_text(&digits);
                let ty = if raw.ends_with(['f', 'F']) && suffixed { Type::Float32 } else { Type::Float64 };
                self.literal_expr(Literal::Float { digits }, ty, span)
            }
        }
    }

    fn bytes(&mut self, hex: &str, span: Span) -> Bound<ExprId> {
        if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(self.bad_literal(hex, "a string of hexadecimal digits", span));
        }
        let odd = hex.len() % 2 == 1;
        let hex = self.air.push_text_with(|text| {
            if odd {
                text.push('0');
            }
            text.extend(hex.chars().map(|c| c.to_ascii_uppercase()));
        });
        Ok(self.literal_expr(Literal::Bytes { hex }, Type::BYTES, span))
    }

    fn bits(&mut self, digits: &str, span: Span) -> Bound<ExprId> {
        if !digits.bytes().all(|b| matches!(b, b'0' | b'1')) {
            return Err(self.bad_literal(digits, "a string of bits", span));
        }
        let length = digits.len() as u32;
        let digits = self.air.push_text(digits);
        Ok(self.literal_expr(Literal::Bits { digits }, Type::Bits { length, varying: false }, span))
    }

    /// `type 'text'`.
    pub(crate) fn typed_literal(
        &mut self,
        ty: tree::TypeId,
        literal: tree::ExprId,
        span: Span,
    ) -> Bound<ExprId> {
        let to = self.type_name(ty)?;
        let value = self.tree.literal_value(literal, self.source).into_owned();
        if let Type::Interval(_) = to
            && let Some((from, to_unit)) = self.tree[ty].interval
        {
            return self.interval_of_units(&value, from, Some(to_unit), span);
        }
        // A literal has as many digits of the second as are written.
        let digits =
            value.rsplit_once('.').map_or(0, |(_, f)| f.bytes().take_while(u8::is_ascii_digit).count());
        let to = match to {
            Type::Timestamp { precision, .. } if self.meaning.times.timestamp_literals_plain => {
                Type::Timestamp { precision: precision.max(digits.min(9) as u8), zone: Zone::None }
            }
            Type::Timestamp { precision, zone }
                if self.tree[ty].args.is_empty()
                    && self.meaning.conversions.implicit != Implicit::Literals =>
            {
                Type::Timestamp { precision: precision.max(digits.min(9) as u8), zone }
            }
            other => other,
        };
        if let Some(id) = self.constant(&value, to, span) {
            return Ok(id);
        }
        if matches!(to, Type::Text(_) | Type::Json { .. } | Type::Uuid | Type::Xml | Type::Array(_)) {
            let text = self.text(&value, span);
            return self.explicit_cast(text, to, false);
        }
        Err(self.bad_literal(&value, type_words(to), span))
    }

    /// The date and time a text means, by the dialect's order of its parts.
    fn moment(&self, text: &str) -> Option<constant::Moment> {
        constant::moment(text).or_else(|| {
            let swapped = self.meaning.times.month_first.then(|| constant::year_first(text))??;
            constant::moment(&swapped)
        })
    }

    /// The text as a constant of a type; `None` if it is none. Texts that only the server can read (JSON,
    /// enums) are no constants.
    pub(crate) fn constant(&mut self, text: &str, to: Type, span: Span) -> Option<ExprId> {
        let trimmed = text.trim();
        let value = match to {
            Type::Int { unsigned, .. } => {
                let value: i128 = trimmed.parse().ok()?;
                if unsigned && value < 0 {
                    return None;
                }
                match i64::try_from(value) {
                    Ok(value) => Literal::Int { value },
                    Err(_) if unsigned => Literal::Decimal { digits: self.air.push_text(trimmed) },
                    Err(_) => return None,
                }
            }
            Type::Decimal { .. } | Type::Number | Type::Money { .. } => {
                let digits = constant::exact_digits(trimmed)?;
                if digits.contains('.') || digits.len() > 18 {
                    Literal::Decimal { digits: self.air.push_text(&digits) }
                } else {
                    Literal::Int { value: digits.parse().ok()? }
                }
            }
            Type::Float32 => {
                constant::exact_digits(trimmed)?;
                Literal::Float { digits: self.air.push_text(&constant::single_precision(trimmed)?) }
            }
            Type::Float64 => {
                constant::exact_digits(trimmed)?;
                Literal::Float { digits: self.air.push_text(trimmed) }
            }
            Type::Bool => Literal::Bool { value: truth_word(trimmed)? },
            Type::Date => {
                let moment = self.moment(trimmed)?;
                Literal::Date { text: self.air.push_text(&moment.date_text()) }
            }
            Type::Timestamp { zone, precision } => {
                let mut moment = self.moment(trimmed)?;
                if zone == Zone::None {
                    moment.offset = None;
                }
                // Digits beyond those asked for are rounded or cut as the dialect does.
                let moment = match self.meaning.times.ticks && precision == 3 {
                    true => moment.with_ticks()?,
                    false => moment.with_digits(precision, self.meaning.times.fraction)?,
                };
                Literal::Timestamp { text: self.air.push_text(&moment.timestamp_text()) }
            }
            Type::Time { zone: false, precision } => {
                let time = constant::time_of_day(trimmed)
                    .or_else(|| constant::moment(trimmed).map(|moment| moment.time.unwrap_or_default()))?;
                // Digits beyond those asked for are rounded or cut as the dialect does.
                let time = constant::clock_digits(time, precision, self.meaning.times.fraction)?;
                Literal::Time { text: self.air.push_text(&constant::time_text(time)) }
            }
            Type::Interval(_) => return self.interval_constant(constant::interval_text(trimmed)?, span),
            Type::Bytes { .. } => {
                let hex = text.strip_prefix("\\x")?;
                if hex.len() % 2 == 1 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return None;
                }
                Literal::Bytes { hex: self.air.push_text(&hex.to_ascii_uppercase()) }
            }
            Type::Bits { .. } if !text.is_empty() && text.bytes().all(|b| matches!(b, b'0' | b'1')) => {
                Literal::Bits { digits: self.air.push_text(text) }
            }
            // `0` as text is the year 2000, `0000` is no year.
            Type::Year if trimmed == "0000" => Literal::Int { value: 0 },
            Type::Year => Literal::Int { value: constant::year_of(trimmed.parse().ok()?, true)? },
            Type::Array(element) => return self.array_constant(trimmed, element, span),
            _ => return None,
        };
        Some(self.literal_expr(value, to, span))
    }

    /// `{1,2,3}` of plain elements.
    fn array_constant(&mut self, text: &str, element: Element, span: Span) -> Option<ExprId> {
        let inner = text.strip_prefix('{')?.strip_suffix('}')?;
        if inner.contains(['{', '"', '\\']) {
            return None;
        }
        let element_type = super::types::element_type(element, self.text_type());
        let mut items = Vec::new();
        if !inner.trim().is_empty() {
            for part in inner.split(',') {
                let part = part.trim();
                let item = if part.eq_ignore_ascii_case("null") {
                    self.null(element_type, span)
                } else if element_type.is_text() {
                    self.text(part, span)
                } else {
                    self.constant(part, element_type, span)?
                };
                items.push(item);
            }
        }
        let items = self.air.push_list(&items);
        Some(self.air.push(Expr::Array { items }, Type::Array(element), false, span))
    }

    /// An interval constant; `None` beyond the range of its fields.
    pub(crate) fn interval_constant(&mut self, value: Span3, span: Span) -> Option<ExprId> {
        let months = i32::try_from(value.months).ok()?;
        let days = i32::try_from(value.days).ok()?;
        let literal = Literal::Interval { months, days, micros: value.micros };
        Some(self.literal_expr(literal, Type::Interval(IntervalKind::Mixed), span))
    }

    /// `INTERVAL '…' unit TO unit`, or with one unit.
    pub(crate) fn interval_of_units(
        &mut self,
        value: &str,
        from: tree::Unit,
        to: Option<tree::Unit>,
        span: Span,
    ) -> Bound<ExprId> {
        // Fields that are not those of the range are read by rules of their own: `2:03` may be minutes and seconds.
        let range = to.is_some() || unit_range(from).is_some();
        let spelled = value.contains(|letter: char| letter.is_ascii_alphabetic());
        let text = |value| if range && !spelled { None } else { constant::interval_text(value) };
        let found = interval_by_units(value, from, to).or_else(|| text(value));
        match found.and_then(|found| self.interval_constant(found, span)) {
            Some(id) => Ok(id),
            None => Err(self.bad_literal(value, "an interval", span)),
        }
    }

    /// Reports a literal that is no value of the type wanted.
    #[cold]
    pub(crate) fn bad_literal(&mut self, value: &str, wanted: &str, span: Span) -> crate::binder::Refused {
        let message = format!("`{value}` is not {wanted}");
        self.refuse_with(Diagnostic::error(codes::LITERAL, span, message))
    }
}

/// Words of a truth value.
fn truth_word(text: &str) -> Option<bool> {
    let lower = text.to_ascii_lowercase();
    Some(match lower.as_str() {
        "t" | "tr" | "tru" | "true" | "y" | "ye" | "yes" | "on" | "1" => true,
        "f" | "fa" | "fal" | "fals" | "false" | "n" | "no" | "of" | "off" | "0" => false,
        _ => return None,
    })
}

/// The type of an exact number as written.
pub(crate) fn decimal_type(digits: &str) -> Type {
    let digits = digits.trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.trim_start_matches('0').len();
    let precision = (whole + fraction.len()).clamp(1, 1000);
    Type::Decimal { precision: precision as u16, scale: fraction.len().min(1000) as i16 }
}

/// What a value of the type is called in a message.
pub(crate) fn type_words(ty: Type) -> &'static str {
    match ty {
        Type::Bool => "a truth value",
        Type::Int { .. } | Type::Year => "an integer",
        Type::Decimal { .. } | Type::Number | Type::Money { .. } => "a number",
        Type::Float32 | Type::Float64 => "a number",
        Type::Text(_) => "a text",
        Type::Bytes { .. } => "a string of bytes",
        Type::Bits { .. } => "a string of bits",
        Type::Date => "a date we can read",
        Type::Time { .. } => "a time of day we can read",
        Type::Timestamp { .. } => "a date and time we can read",
        Type::Interval(_) => "an interval we can read",
        Type::Uuid => "a UUID",
        Type::Json { .. } => "a JSON document",
        Type::Array(_) => "an array we can read",
        _ => "a value of its type",
    }
}

/// Units of the tree as units of AIR; composite ones have none.
pub(crate) fn simple_unit(unit: tree::Unit) -> Option<Unit> {
    Some(match unit {
        tree::Unit::Microsecond => Unit::Microsecond,
        tree::Unit::Millisecond => Unit::Millisecond,
        tree::Unit::Second => Unit::Second,
        tree::Unit::Minute => Unit::Minute,
        tree::Unit::Hour => Unit::Hour,
        tree::Unit::Day => Unit::Day,
        tree::Unit::Week => Unit::Week,
        tree::Unit::Month => Unit::Month,
        tree::Unit::Quarter => Unit::Quarter,
        tree::Unit::Year => Unit::Year,
        _ => return None,
    })
}

/// The units a composite unit spans, greatest first.
pub(crate) fn unit_range(unit: tree::Unit) -> Option<(Unit, Unit)> {
    use tree::Unit as T;
    Some(match unit {
        T::SecondMicrosecond => (Unit::Second, Unit::Microsecond),
        T::MinuteMicrosecond => (Unit::Minute, Unit::Microsecond),
        T::MinuteSecond => (Unit::Minute, Unit::Second),
        T::HourMicrosecond => (Unit::Hour, Unit::Microsecond),
        T::HourSecond => (Unit::Hour, Unit::Second),
        T::HourMinute => (Unit::Hour, Unit::Minute),
        T::DayMicrosecond => (Unit::Day, Unit::Microsecond),
        T::DaySecond => (Unit::Day, Unit::Second),
        T::DayMinute => (Unit::Day, Unit::Minute),
        T::DayHour => (Unit::Day, Unit::Hour),
        T::YearMonth => (Unit::Year, Unit::Month),
        _ => return None,
    })
}

/// `'1-2' YEAR TO MONTH`, `'3 04:05:06' DAY TO SECOND`, `'5' DAY`: fields in order, as the standard writes them.
fn interval_by_units(value: &str, from: tree::Unit, to: Option<tree::Unit>) -> Option<Span3> {
    let value = value.trim();
    let (from, to) = match (unit_range(from), to) {
        (Some(range), _) => range,
        (None, Some(to)) => (simple_unit(from)?, simple_unit(to)?),
        (None, None) => return Span3::of(value, simple_unit(from)?),
    };
    // A blank stands between days and the time of day only.
    if value.contains(char::is_whitespace) && from != Unit::Day {
        return None;
    }
    composite(value, from, to, true)
}

/// Fields of units from one to another, separated by any punctuation. A missing field is the greatest one
/// (MySQL) or an error (`exact`).
pub(crate) fn composite(value: &str, from: Unit, to: Unit, exact: bool) -> Option<Span3> {
    const ORDER: [Unit; 7] =
        [Unit::Year, Unit::Month, Unit::Day, Unit::Hour, Unit::Minute, Unit::Second, Unit::Microsecond];
    let at = |unit| ORDER.iter().position(|u| *u == unit);
    let units = &ORDER[at(from)?..=at(to)?];
    let (negative, body) = match value.trim().strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, value.trim().strip_prefix('+').unwrap_or(value.trim())),
    };
    // Seconds may carry a fraction as the last field.
    let fraction_in_seconds = to == Unit::Second && exact;
    let parts: Vec<&str> = body
        .split(|c: char| !(c.is_ascii_digit() || (c == '.' && fraction_in_seconds)))
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() || parts.len() > units.len() || (exact && parts.len() != units.len()) {
        return None;
    }
    let units = &units[units.len() - parts.len()..];
    let mut total = Span3::default();
    for (part, unit) in parts.iter().zip(units) {
        // Microseconds are the digits of a fraction: `1.5` is half a second.
        let span = if *unit == Unit::Microsecond && units.len() > 1 {
            let mut digits: String = part.chars().take(6).collect();
            while digits.len() < 6 {
                digits.push('0');
            }
            Span3::of(&digits, *unit)?
        } else {
            Span3::of(part, *unit)?
        };
        total = total.plus(span)?;
    }
    Some(if negative { total.negated() } else { total })
}
