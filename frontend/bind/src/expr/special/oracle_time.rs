//! Dates and times of Oracle, and functions that serve both numbers and dates.

use super::read_time::constant_moment;
use super::{format, number, postgres_time};
use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::Want;
use crate::expr::CallSite;
use crate::expr::constant::{Span3, unit_named};
use air::expr::{CompareOp, Unit};
use air::fidelity::Assume;
use air::types::{CastRule, Collation, IntervalKind, Type, Zone};
use air::{Builtin, ExprId};

const DATE: Type = Type::Timestamp { precision: 0, zone: Zone::None };

/// The unit a date picture cuts to.
fn cut_unit(picture: &str) -> Option<(Builtin, Unit)> {
    let unit = match picture.to_ascii_uppercase().as_str() {
        "DD" | "DDD" | "J" => Unit::Day,
        "MM" | "MON" | "MONTH" | "RM" => Unit::Month,
        "Q" => Unit::Quarter,
        "YYYY" | "YEAR" | "SYYYY" | "YYY" | "YY" | "Y" => Unit::Year,
        "IW" => Unit::Week,
        "HH" | "HH12" | "HH24" => Unit::Hour,
        "MI" => Unit::Minute,
        _ => return None,
    };
    Some((Builtin::DateTrunc, unit))
}

/// TRUNC of a date or a number.
pub(crate) fn trunc<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    if !matches!(binder.air.ty(value), Type::Date | Type::Timestamp { .. }) {
        return number::truncate(binder, site);
    }
    let unit = match site.args.get(1) {
        None => Some((Builtin::DateTrunc, Unit::Day)),
        Some(picture) => {
            let picture = binder.expr(*picture)?;
            binder.text_literal(picture).and_then(cut_unit)
        }
    };
    let Some((op, unit)) = unit else {
        return binder.no_meaning("TRUNC of a date to this unit", site.span);
    };
    Ok(binder.call_unit(op, unit, &[value], DATE, site.span))
}

/// ROUND of a number, or of a date to a unit.
pub(crate) fn round<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    if matches!(binder.air.ty(args[0]), Type::Date | Type::Timestamp { .. }) {
        return round_date(binder, site, &args);
    }
    number::round_by_kind(binder, site)
}

/// ROUND of a date: cut to the unit, and one unit later from its middle on. That is noon, the 16th day of a month, the
/// first of July, and the 16th day of the second month of a quarter.
fn round_date<'a>(binder: &mut Binder<'a>, site: CallSite<'a>, args: &[ExprId]) -> Bound<ExprId> {
    let unit = match args.get(1) {
        None => Some(Unit::Day),
        Some(picture) => binder.text_literal(*picture).and_then(cut_unit).map(|(_, unit)| unit),
    };
    let span = site.span;
    let (value, again) = (args[0], binder.twice(args[0])?);
    let shifted = |binder: &mut Binder<'a>, unit: Unit, by: Unit, n: i64| {
        let n = binder.int(n, span);
        let later = binder.call_unit(Builtin::DateAdd, by, &[value, n], DATE, span);
        binder.call_unit(Builtin::DateTrunc, unit, &[later], DATE, span)
    };
    match unit {
        Some(Unit::Day) => return Ok(shifted(binder, Unit::Day, Unit::Hour, 12)),
        Some(Unit::Hour) => return Ok(shifted(binder, Unit::Hour, Unit::Minute, 30)),
        Some(Unit::Minute) => return Ok(shifted(binder, Unit::Minute, Unit::Second, 30)),
        _ => {}
    }
    let (op, middle, unit, months) = match unit {
        Some(Unit::Month) => (Builtin::ExtractDay, 16, Unit::Month, 1),
        Some(Unit::Year) => (Builtin::ExtractMonth, 7, Unit::Year, 12),
        _ => return binder.no_meaning("ROUND of a date to this unit", span),
    };
    let field = binder.call_as(op, &[again], Type::I64, span);
    let middle = binder.int(middle, span);
    let late = binder.compare(CompareOp::Ge, field, middle, Collation::BINARY, span);
    let (some, none) = (binder.int(months, span), binder.int(0, span));
    let later = binder.case(&[(late, some)], Some(none), Type::I64, span);
    let start = binder.call_unit(Builtin::DateTrunc, unit, &[value], DATE, span);
    Ok(binder.call_unit(Builtin::DateAdd, Unit::Month, &[start, later], DATE, span))
}

/// LAST_DAY(d): so many days later, at the same time of day.
pub(crate) fn last_day<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Timestamp])?;
    let span = site.span;
    // A constant without a time of day, and what is cut to days, stay at midnight.
    let midnight = match binder.air.expr(args[0]) {
        air::Expr::Literal { .. } => binder.air.ty(args[0]) == Type::Date,
        air::Expr::Call { op: Builtin::DateTrunc, .. } => true,
        air::Expr::Cast { operand, .. } => binder.air.ty(operand) == Type::Date,
        _ => false,
    };
    if midnight {
        let last = binder.call_as(Builtin::LastDay, &args, Type::Date, span);
        return Ok(binder.cast(last, DATE, CastRule::IMPLICIT));
    }
    let (first, second) = (binder.twice(args[0])?, binder.twice(args[0])?);
    let last = binder.call_as(Builtin::LastDay, &[first], Type::Date, span);
    let last = binder.call_as(Builtin::ExtractDay, &[last], Type::I32, span);
    let day = binder.call_as(Builtin::ExtractDay, &[second], Type::I32, span);
    let days = binder.call_as(Builtin::Sub, &[last, day], Type::I32, span);
    Ok(binder.call_unit(Builtin::DateAdd, Unit::Day, &[args[0], days], DATE, span))
}

/// NEXT_DAY(d, 'FRIDAY'): the first such day after d.
pub(crate) fn next_day<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let value = binder.argument(value, Want::Timestamp)?;
    let name = binder.expr(site.args[1])?;
    let day = binder.text_literal(name).and_then(|text| {
        const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
        let upper = text.trim().to_ascii_uppercase();
        DAYS.iter().position(|known| upper.starts_with(known))
    });
    let Some(day) = day else {
        return binder.no_meaning("NEXT_DAY with a weekday that is no English constant", site.span);
    };
    // 1 + (day - weekday - 1 + 7) % 7 days later.
    let copy = binder.twice(value)?;
    let weekday = binder.call_as(Builtin::ExtractWeekdaySunday0, &[copy], Type::I64, site.span);
    let (ahead, week, one) =
        (binder.int(day as i64 + 6, site.span), binder.int(7, site.span), binder.int(1, site.span));
    let distance = binder.call_as(Builtin::Sub, &[ahead, weekday], Type::I64, site.span);
    let rest = binder.call_as(Builtin::Mod, &[distance, week], Type::I64, site.span);
    let days = binder.call_as(Builtin::Add, &[rest, one], Type::I64, site.span);
    Ok(binder.call_unit(Builtin::DateAdd, Unit::Day, &[value, days], DATE, site.span))
}

/// TO_CHAR(x[, picture]).
pub(crate) fn to_char<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let ty = binder.text_type();
    let from = binder.air.ty(value);
    let Some(picture) = site.args.get(1) else {
        if from.is_temporal() {
            return binder.no_meaning("TO_CHAR of a date by the session's format", site.span);
        }
        return binder.as_text(value);
    };
    if from.is_numeric() {
        let picture = binder.expr(*picture)?;
        if let Some(digits) = binder.text_literal(picture).filter(|text| text.contains(['x', 'X'])) {
            let lower = match digits.strip_prefix("FM") {
                Some(places) if places.bytes().all(|b| b == b'X') => false,
                Some(places) if places.bytes().all(|b| b == b'x') => true,
                _ => return binder.no_meaning("TO_CHAR with hexadecimal digits in a width", site.span),
            };
            // More digits than places are shown as `#`.
            let limit = 16_i64.checked_pow(digits.len() as u32 - 2).unwrap_or(i64::MAX);
            if !binder.air.int_literal(value).is_some_and(|value| (0..limit).contains(&value)) {
                let subject = format!("a number shown as {} hexadecimal digits", digits.len() - 2);
                binder.ledger.assume(Assume::FittingValues, &subject, site.span);
            }
            let op = if lower { Builtin::HexLowerOfInt } else { Builtin::HexOfInt };
            let whole = binder.explicit_cast(value, Type::I64, false)?;
            return Ok(binder.call_as(op, &[whole], ty, site.span));
        }
        return Ok(binder.call_as(Builtin::FormatDecimalOracle, &[value, picture], ty, site.span));
    }
    if !from.is_temporal() && from != Type::Unknown {
        return binder.no_meaning("TO_CHAR of a value that is neither date nor number", site.span);
    }
    let format = postgres_time::neutral(binder, *picture, true)?;
    let format = binder.text(&format, site.span);
    Ok(binder.call_as(Builtin::FormatTime, &[value, format], ty, site.span))
}

fn parse<'a>(binder: &mut Binder<'a>, site: CallSite<'a>, ty: Type) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let value = binder.argument(value, Want::Text)?;
    let Some(picture) = site.args.get(1) else {
        return binder.no_meaning("a date read by the session's format", site.span);
    };
    let format = postgres_time::neutral(binder, *picture, true)?;
    // A constant in a plain format is a constant date.
    let (date, time) = format::parts(&format);
    let plain = matches!(format.as_str(), "{YYYY}-{MM}-{DD}" | "{YYYY}-{MM}-{DD} {HH24}:{MI}:{SS}");
    if plain
        && date
        && let Some(text) = binder.text_literal(value).map(str::to_owned)
    {
        let well_formed = text.len() == if time { 19 } else { 10 };
        if well_formed && let Some(id) = binder.constant(&text, ty, site.span) {
            return Ok(id);
        }
    }
    let written = binder.text_of(binder.span(*picture)).to_ascii_uppercase();
    if let Some(text) = binder.text_literal(value).map(str::to_owned)
        && let Some(moment) = constant_moment(&text, &format, written.contains("RR"))
        && let Some(id) = binder.constant(&moment, ty, site.span)
    {
        return Ok(id);
    }
    // Without a day it is the first of the month.
    let dayless = format.contains("{YYYY}")
        && (format.contains("{MM}") || format.contains("{M}"))
        && !["{D", "{_D}", "{J}"].iter().any(|day| format.contains(day));
    let (value, format) = if dayless {
        let first = binder.text("-01", site.span);
        (binder.call(Builtin::Concat, &[value, first], site.span), format + "-{DD}")
    } else {
        (value, format)
    };
    if format.contains("{YY}") {
        return binder.no_meaning("a year of two digits, whose century is that of the clock,", site.span);
    }
    let format = binder.text(&format, site.span);
    Ok(binder.call_as(Builtin::ParseTime, &[value, format], ty, site.span))
}

/// TO_DATE(text, picture).
pub(crate) fn to_date<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    parse(binder, site, DATE)
}

/// TO_TIMESTAMP(text, picture).
pub(crate) fn to_timestamp<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    parse(binder, site, Type::TIMESTAMP)
}

/// TO_NUMBER(x[, picture]).
pub(crate) fn to_number<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    if binder.air.ty(value).is_numeric() {
        return Ok(value);
    }
    match site.args.get(1) {
        None => binder.explicit_cast(value, Type::Number, false),
        Some(picture) => {
            let value = binder.argument(value, Want::Text)?;
            let picture = binder.expr(*picture)?;
            Ok(binder.call(Builtin::ParseDecimal, &[value, picture], site.span))
        }
    }
}

/// NUMTODSINTERVAL(n, 'unit'), NUMTOYMINTERVAL(n, 'unit').
pub(crate) fn interval_of<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let unit = binder.expr(site.args[1])?;
    let span = binder.air.span(unit);
    let Some(unit) = binder.text_literal(unit).and_then(|text| unit_named(text.trim())) else {
        return Err(binder.refuse(codes::EXPRESSION, span, "a unit as a constant text is expected"));
    };
    let text = binder.air.span(value).text(binder.source);
    if binder.air.literal(value).is_some()
        && let Some(interval) = Span3::of(text, unit)
        && let Some(id) = binder.interval_constant(interval, site.span)
    {
        return Ok(id);
    }
    let kind = if matches!(unit, Unit::Year | Unit::Month) {
        IntervalKind::YearToMonth
    } else {
        IntervalKind::DayToSecond
    };
    Ok(binder.call_unit(Builtin::MakeInterval, unit, &[value], Type::Interval(kind), site.span))
}
