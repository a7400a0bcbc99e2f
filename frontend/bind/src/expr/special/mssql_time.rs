//! Dates and times of SQL Server.

use super::format;
use super::read_time::constant_moment;
use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::Want;
use crate::expr::{CallSite, constant};
use air::expr::{Literal, Unit};
use air::types::{CastReason, Type, Zone};
use air::{Builtin, ExprId};
use air_base::{Diagnostic, Span};
use airc_grammar::tree;

const DATETIME: Type = Type::Timestamp { precision: 3, zone: Zone::None };

/// The name of a date part, as a bare word.
fn part_name<'a>(binder: &Binder<'a>, arg: tree::ExprId) -> String {
    binder.span(arg).text(binder.source).to_ascii_lowercase()
}

/// Date parts by their names and abbreviations.
/// <https://learn.microsoft.com/sql/t-sql/functions/datepart-transact-sql>
fn unit_of(name: &str) -> Option<Unit> {
    Some(match name {
        "year" | "yy" | "yyyy" => Unit::Year,
        "quarter" | "qq" | "q" => Unit::Quarter,
        "month" | "mm" | "m" => Unit::Month,
        "day" | "dd" | "d" | "dayofyear" | "dy" | "y" | "weekday" | "dw" | "w" => Unit::Day,
        "week" | "wk" | "ww" => Unit::Week,
        "hour" | "hh" => Unit::Hour,
        "minute" | "mi" | "n" => Unit::Minute,
        "second" | "ss" | "s" => Unit::Second,
        "millisecond" | "ms" => Unit::Millisecond,
        "microsecond" | "mcs" => Unit::Microsecond,
        _ => return None,
    })
}

fn unit<'a>(binder: &mut Binder<'a>, arg: tree::ExprId) -> Bound<Unit> {
    let name = part_name(binder, arg);
    match unit_of(&name) {
        Some(unit) => Ok(unit),
        None => {
            let span = binder.span(arg);
            let message = format!("`{name}` is no date part that is translated");
            Err(binder.refuse(codes::EXPRESSION, span, message))
        }
    }
}

/// A moment; the number n is n days after 1900-01-01.
fn moment<'a>(binder: &mut Binder<'a>, arg: tree::ExprId) -> Bound<ExprId> {
    let value = binder.expr(arg)?;
    let span = binder.air.span(value);
    if let Some(Literal::Int { value: days }) = binder.air.literal(value) {
        let Some(base) = binder.constant("1900-01-01", DATETIME, span) else { return Ok(value) };
        if days == 0 {
            return Ok(base);
        }
        let days = binder.int(days, span);
        return Ok(binder.call_unit(Builtin::DateAdd, Unit::Day, &[base, days], DATETIME, span));
    }
    match binder.air.ty(value) {
        Type::Time { .. } => Ok(value),
        ty if ty.is_numeric() => {
            let Some(base) = binder.constant("1900-01-01", DATETIME, span) else { return Ok(value) };
            Ok(binder.call_as(Builtin::AddDays, &[base, value], DATETIME, span))
        }
        _ => {
            let converted = binder.argument(value, Want::Moment)?;
            if let Type::Text(_) = binder.air.ty(value)
                && let Type::Date = binder.air.ty(converted)
            {
                // A text as a moment is a datetime.
                return binder.coerce(converted, DATETIME, CastReason::Implicit);
            }
            Ok(converted)
        }
    }
}

/// DATEPART(part, x).
pub(crate) fn date_part<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let name = part_name(binder, site.args[0]);
    let value = moment(binder, site.args[1])?;
    if matches!(name.as_str(), "millisecond" | "ms") {
        let micros = binder.call_as(Builtin::ExtractMicrosecond, &[value], Type::I32, site.span);
        let thousand = binder.int(1000, site.span);
        return Ok(binder.call_as(Builtin::DivInt, &[micros, thousand], Type::I32, site.span));
    }
    let span = binder.span(site.args[0]);
    super::time::part(binder, &name, value, span, site.span)
}

/// DATENAME(part, x): names of months and weekdays, else the number as text.
pub(crate) fn date_name<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let name = part_name(binder, site.args[0]);
    let value = moment(binder, site.args[1])?;
    match name.as_str() {
        "month" | "mm" | "m" => Ok(binder.call(Builtin::MonthName, &[value], site.span)),
        "weekday" | "dw" | "w" => Ok(binder.call(Builtin::DayName, &[value], site.span)),
        _ => {
            let span = binder.span(site.args[0]);
            let number = super::time::part(binder, &name, value, span, site.span)?;
            binder.as_text(number)
        }
    }
}

/// DATEADD(part, n, x).
pub(crate) fn date_add<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let unit = unit(binder, site.args[0])?;
    let amount = binder.expr(site.args[1])?;
    let amount = binder.argument(amount, Want::Num)?;
    let amount = binder.as_int(amount)?;
    let value = moment(binder, site.args[2])?;
    let ty = binder.air.ty(value);
    let clock =
        matches!(unit, Unit::Hour | Unit::Minute | Unit::Second | Unit::Millisecond | Unit::Microsecond);
    if ty == Type::Date && clock {
        let message = "a time of day cannot be added to a date";
        return Err(binder.refuse(codes::TYPES, site.span, message));
    }
    Ok(binder.call_unit(Builtin::DateAdd, unit, &[value, amount], ty, site.span))
}

/// DATEDIFF(part, from, to).
pub(crate) fn date_diff<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let unit = unit(binder, site.args[0])?;
    let from = moment(binder, site.args[1])?;
    let to = moment(binder, site.args[2])?;
    let ty = if site.name.eq_ignore_ascii_case("datediff") { Type::I32 } else { Type::I64 };
    Ok(binder.call_unit(Builtin::BoundariesBetween, unit, &[from, to], ty, site.span))
}

/// DATETRUNC(part, x).
pub(crate) fn date_trunc<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let name = part_name(binder, site.args[0]);
    let value = moment(binder, site.args[1])?;
    let ty = binder.air.ty(value);
    let (op, unit) = match (name.as_str(), unit_of(&name)) {
        ("iso_week" | "isowk" | "isoww", _) => (Builtin::DateTrunc, Unit::Week),
        (_, Some(Unit::Week)) if binder.profile.settings.date_first == 7 => {
            (Builtin::DateTruncWeekSunday, Unit::Week)
        }
        (_, Some(unit)) if unit != Unit::Week => (Builtin::DateTrunc, unit),
        _ => return binder.no_meaning("DATETRUNC to this part", site.span),
    };
    Ok(binder.call_unit(op, unit, &[value], ty, site.span))
}

/// EOMONTH(d[, months]).
pub(crate) fn eomonth<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut value = moment(binder, site.args[0])?;
    if let Some(months) = site.args.get(1) {
        let months = binder.expr(*months)?;
        let months = binder.argument(months, Want::Int)?;
        let ty = binder.air.ty(value);
        value = binder.call_unit(Builtin::DateAdd, Unit::Month, &[value, months], ty, site.span);
    }
    Ok(binder.call_as(Builtin::LastDay, &[value], Type::Date, site.span))
}

/// DATETIMEFROMPARTS(y, m, d, h, mi, s, 0).
pub(crate) fn datetime_from_parts<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Int])?;
    if binder.air.int_literal(args[6]) != Some(0) {
        return binder.no_meaning("DATETIMEFROMPARTS with milliseconds", site.span);
    }
    Ok(binder.call_as(Builtin::MakeTimestamp, &args[..6], DATETIME, site.span))
}

/// FORMAT(x, format[, culture]): of dates; numbers follow the culture.
pub(crate) fn format<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    if let Some(culture) = site.args.get(2) {
        let culture = binder.expr(*culture)?;
        let english =
            binder.text_literal(culture).is_some_and(|text| text.to_ascii_lowercase().starts_with("en"));
        if !english {
            return binder.no_meaning("FORMAT in this culture", site.span);
        }
    }
    if binder.air.ty(value).is_numeric() {
        let bound = binder.expr(site.args[1])?;
        let whole = binder.air.ty(value).is_int();
        let Some(picture) = binder.text_literal(bound).and_then(|format| number_picture(format, whole))
        else {
            return binder.no_meaning("FORMAT of a number by this format", site.span);
        };
        let picture = binder.text(&picture, site.span);
        let ty = binder.text_type();
        return Ok(binder.call_as(Builtin::FormatDecimal, &[value, picture], ty, site.span));
    }
    let value = binder.argument(value, Want::Moment)?;
    let bound = binder.expr(site.args[1])?;
    let at = binder.span(site.args[1]);
    let Some(text) = binder.text_literal(bound) else {
        return binder.no_meaning("a format that is no constant", at);
    };
    match format::net(text) {
        Ok(neutral) => {
            let format = binder.text(&neutral, site.span);
            let ty = binder.text_type();
            Ok(binder.call_as(Builtin::FormatTime, &[value, format], ty, site.span))
        }
        Err(directive) => {
            let message = format!("`{directive}` in a format has no neutral meaning");
            Err(binder.refuse_with(Diagnostic::error(codes::FORMAT, at, message)))
        }
    }
}

/// A .NET format of numbers as a picture of digits: `N2`, `F2`, `D5`, and `0` with `#,##` before it and `.00` behind it.
/// <https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings>
fn number_picture(format: &str, whole_number: bool) -> Option<String> {
    const GROUPED: &str = "FM999,999,999,999,999,990";
    const PLAIN: &str = "FM999999999999999990";
    let behind = |picture: &str, decimals: usize| match decimals {
        0 => picture.to_owned(),
        _ => format!("{picture}.{}", "0".repeat(decimals)),
    };
    let zeros =
        |count: usize| format!("FM{}{}", "9".repeat(18_usize.saturating_sub(count)), "0".repeat(count));
    let first = format.chars().next()?;
    if first.is_ascii_alphabetic() {
        let digits = match &format[1..] {
            "" => None,
            digits => Some(digits.parse::<usize>().ok().filter(|digits| *digits <= 10)?),
        };
        return match (first.to_ascii_uppercase(), whole_number) {
            ('N', _) => Some(behind(GROUPED, digits.unwrap_or(2))),
            ('F', _) => Some(behind(PLAIN, digits.unwrap_or(2))),
            ('D', true) => Some(zeros(digits.unwrap_or(1).max(1))),
            _ => None,
        };
    }
    let (whole, decimals) = format.split_once('.').unwrap_or((format, ""));
    if !decimals.bytes().all(|b| b == b'0') || decimals.len() > 10 || format.ends_with('.') {
        return None;
    }
    match whole {
        "#,##0" | "#,0" | "###,##0" | "#,###,##0" => Some(behind(GROUPED, decimals.len())),
        _ => {
            let shown = whole.trim_start_matches('#');
            let zeros_only = !shown.is_empty() && shown.bytes().all(|b| b == b'0') && shown.len() <= 18;
            zeros_only.then(|| behind(&zeros(shown.len()), decimals.len()))
        }
    }
}

/// Formats of the style numbers of CONVERT.
/// <https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql>
fn style_format(style: i64) -> Option<&'static str> {
    Some(match style {
        1 => "{MM}/{DD}/{YY}",
        2 => "{YY}.{MM}.{DD}",
        3 => "{DD}/{MM}/{YY}",
        4 => "{DD}.{MM}.{YY}",
        5 => "{DD}-{MM}-{YY}",
        10 => "{MM}-{DD}-{YY}",
        11 => "{YY}/{MM}/{DD}",
        12 => "{YY}{MM}{DD}",
        23 => "{YYYY}-{MM}-{DD}",
        101 => "{MM}/{DD}/{YYYY}",
        102 => "{YYYY}.{MM}.{DD}",
        103 => "{DD}/{MM}/{YYYY}",
        104 => "{DD}.{MM}.{YYYY}",
        105 => "{DD}-{MM}-{YYYY}",
        106 => "{DD} {Mon} {YYYY}",
        107 => "{Mon} {DD}, {YYYY}",
        8 | 24 | 108 => "{HH24}:{MI}:{SS}",
        110 => "{MM}-{DD}-{YYYY}",
        111 => "{YYYY}/{MM}/{DD}",
        112 => "{YYYY}{MM}{DD}",
        20 | 120 => "{YYYY}-{MM}-{DD} {HH24}:{MI}:{SS}",
        21 | 25 | 121 => "{YYYY}-{MM}-{DD} {HH24}:{MI}:{SS}.{FF3}",
        _ => return None,
    })
}

/// CONVERT(type, x, style).
pub(crate) fn convert_style<'a>(
    binder: &mut Binder<'a>,
    value: ExprId,
    to: Type,
    style: tree::ExprId,
    tries: bool,
    span: Span,
) -> Bound<ExprId> {
    let style_id = binder.expr(style)?;
    let Some(style) = binder.air.int_literal(style_id) else {
        return binder.no_meaning("CONVERT with a style that is no constant", span);
    };
    let from = binder.air.ty(value);
    if let (Type::Money { .. }, Type::Text(bound)) = (from, to)
        && (bound.length == 0 || bound.length >= MONEY_LENGTH)
        && matches!(style, 0..=2)
    {
        let digits = binder.int(if style == 2 { 4 } else { 2 }, span);
        let shown = binder.call(Builtin::FormatNumber, &[value, digits], span);
        if style == 1 {
            return Ok(shown);
        }
        let (comma, nothing) = (binder.text(",", span), binder.text("", span));
        return Ok(binder.call(Builtin::Replace, &[shown, comma, nothing], span));
    }
    if let (Type::Bytes { .. }, true, 1 | 2) = (from, to.is_text(), style) {
        let digits = binder.call(Builtin::HexOfBytes, &[value], span);
        if style == 2 {
            return Ok(digits);
        }
        let prefix = binder.text("0x", span);
        return Ok(binder.call(Builtin::Concat, &[prefix, digits], span));
    }
    if !from.is_temporal() && !to.is_temporal() {
        // Styles of numbers and bytes other than the default change the text.
        return if style == 0 {
            binder.explicit_cast(value, to, tries)
        } else {
            binder.no_meaning("CONVERT with this style", span)
        };
    }
    if let (true, Type::Text(bound), 0 | 100) = (from != Type::Date && from.is_temporal(), to, style)
        && (bound.length == 0 || bound.length >= 19)
    {
        // `Jul  4 2024  5:06AM`: day and hour are padded with blanks.
        return long_moment(binder, value, span);
    }
    if let (true, Type::Text(bound), 126) = (from.is_temporal(), to, style)
        && bound.length == 19
    {
        let format = binder.text("{YYYY}-{MM}-{DD}T{HH24}:{MI}:{SS}", span);
        let ty = binder.text_type();
        return Ok(binder.call_as(Builtin::FormatTime, &[value, format], ty, span));
    }
    let Some(neutral) = style_format(style) else {
        return binder.no_meaning("CONVERT with this style", span);
    };
    if from.is_temporal() && to.is_text() {
        let format = binder.text(neutral, span);
        let ty = binder.text_type();
        let text = binder.call_as(Builtin::FormatTime, &[value, format], ty, span);
        // A bound shorter than the text cuts it.
        let Type::Text(bound) = to else { return Ok(text) };
        let rendered = neutral_length(neutral);
        return if bound.length == 0 || bound.length as usize >= rendered {
            Ok(text)
        } else {
            binder.explicit_cast(text, to, false)
        };
    }
    if from.is_text() {
        if let Some(content) = binder.text_literal(value).map(str::to_owned)
            && matches!(style, 20 | 21 | 23 | 25 | 112 | 120 | 121)
            && constant::moment(&content).is_some()
            && let Some(id) = binder.constant(&content, to, span)
        {
            return Ok(id);
        }
        if let Some(content) = binder.text_literal(value)
            && let Some(moment) = constant_moment(content, neutral, true)
            && let Some(id) = binder.constant(&moment, to, span)
        {
            return Ok(id);
        }
        let format = binder.text(neutral, span);
        return Ok(binder.call_as(Builtin::ParseTime, &[value, format], to, span));
    }
    binder.explicit_cast(value, to, tries)
}

/// Room for every amount of money with its sign and commas.
const MONEY_LENGTH: u32 = 10;

/// A moment in the default style.
fn long_moment<'a>(binder: &mut Binder<'a>, value: ExprId, span: Span) -> Bound<ExprId> {
    let ty = binder.text_type();
    let piece = |binder: &mut Binder<'a>, value: ExprId, format: &str| {
        let format = binder.text(format, span);
        binder.call_as(Builtin::FormatTime, &[value, format], ty, span)
    };
    let blank = |binder: &mut Binder<'a>, text: ExprId| {
        let two = binder.int(2, span);
        binder.call_as(Builtin::PadLeft, &[text, two], ty, span)
    };
    let month = piece(binder, value, "{Mon} ");
    let copy = binder.twice(value)?;
    let day = piece(binder, copy, "{D}");
    let day = blank(binder, day);
    let copy = binder.twice(value)?;
    let year = piece(binder, copy, " {YYYY} ");
    let copy = binder.twice(value)?;
    let hour = piece(binder, copy, "{H12}");
    let hour = blank(binder, hour);
    let copy = binder.twice(value)?;
    let rest = piece(binder, copy, ":{MI}{AM}");
    Ok(binder.call_as(Builtin::Concat, &[month, day, year, hour, rest], ty, span))
}

/// Characters a neutral format of a style comes to.
fn neutral_length(neutral: &str) -> usize {
    air::timeformat::pieces(neutral)
        .map(|piece| match piece {
            air::timeformat::Piece::Text(text) => text.len(),
            air::timeformat::Piece::Field(air::timeformat::Field::Year4) => 4,
            air::timeformat::Piece::Field(
                air::timeformat::Field::MonthShort | air::timeformat::Field::Fraction3,
            ) => 3,
            air::timeformat::Piece::Field(_) => 2,
        })
        .sum()
}
