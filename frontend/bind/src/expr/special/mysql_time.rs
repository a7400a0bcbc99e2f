//! Dates and times of MySQL and MariaDB.

use super::format;
use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::Want;
use crate::expr::CallSite;
use crate::expr::constant::{MICROS_PER_SECOND, clock_interval, interval_text, unit_named};
use air::expr::{CompareOp, Unit};
use air::types::{Collation, Type, Zone};
use air::{Builtin, Expr, ExprId};
use air_base::Diagnostic;
use airc_grammar::tree;

/// The seconds of `838:59:59`, the longest TIME.
const TIME_SECONDS_MAX: i64 = 3_020_399;

const DATETIME: Type = Type::Timestamp { precision: 0, zone: Zone::None };

fn add<'a>(binder: &mut Binder<'a>, site: CallSite<'a>, minus: bool) -> Bound<ExprId> {
    let moment = binder.expr(site.args[0])?;
    if let tree::Expr::Interval { value, unit: Some(unit), .. } = binder.tree.expr(site.args[1]) {
        return binder.add_amount(moment, value, unit, minus, site.span);
    }
    // ADDDATE(d, n): days.
    let days = binder.expr(site.args[1])?;
    binder.add_units(moment, days, Unit::Day, minus, site.span)
}

/// DATE_ADD, ADDDATE.
pub(crate) fn date_add<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    add(binder, site, false)
}

/// DATE_SUB, SUBDATE.
pub(crate) fn date_sub<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    add(binder, site, true)
}

fn time_sum<'a>(binder: &mut Binder<'a>, site: CallSite<'a>, op: Builtin) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    if binder.air.ty(value).is_text() && binder.text_literal(value).is_none() {
        let message = "a sum with a text, which may hold a time or a date and time,";
        return binder.no_meaning(message, site.span);
    }
    let value = super::time::clock(binder, value)?;
    let amount = binder.expr(site.args[1])?;
    let span = binder.air.span(amount);
    let Some(interval) = binder
        .text_literal(amount)
        .filter(|text| text.contains(':'))
        .and_then(|text| clock_interval(text).or_else(|| interval_text(text)))
    else {
        return binder.no_meaning("a sum of times whose second part is no constant", site.span);
    };
    let ty = binder.air.ty(value);
    if matches!(ty, Type::Time { precision: 0, .. })
        && (interval.months, interval.days, interval.micros % MICROS_PER_SECOND) == (0, 0, 0)
    {
        let seconds = interval.micros / MICROS_PER_SECOND;
        let seconds = binder.int(if op == Builtin::SubInterval { -seconds } else { seconds }, span);
        return Ok(later_by_seconds(binder, value, seconds, site.span));
    }
    let Some(interval) = binder.interval_constant(interval, span) else {
        return binder.no_meaning("a time of this length", span);
    };
    Ok(binder.call_as(op, &[value, interval], ty, site.span))
}

/// A span of time and so many seconds more. It does not start again at midnight.
pub(crate) fn later_by_seconds<'a>(
    binder: &mut Binder<'a>,
    time: ExprId,
    seconds: ExprId,
    span: air_base::Span,
) -> ExprId {
    let from = binder.call_as(Builtin::TimeToSeconds, &[time], Type::I64, span);
    let sum = binder.call_as(Builtin::Add, &[from, seconds], Type::I64, span);
    binder.call_as(Builtin::SecondsToTime, &[sum], Type::Time { precision: 0, zone: false }, span)
}

/// TIMEDIFF(a, b): of two times, or of two dates with times.
pub(crate) fn time_diff<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = [binder.expr(site.args[0])?, binder.expr(site.args[1])?];
    for arg in &mut args {
        *arg = super::time::clock(binder, *arg)?;
    }
    let [a, b] = args;
    let seconds = match (binder.air.ty(a), binder.air.ty(b)) {
        (Type::Time { precision: 0, .. }, Type::Time { precision: 0, .. }) => {
            let a = binder.call_as(Builtin::TimeToSeconds, &[a], Type::I64, site.span);
            let b = binder.call_as(Builtin::TimeToSeconds, &[b], Type::I64, site.span);
            binder.call_as(Builtin::Sub, &[a, b], Type::I64, site.span)
        }
        (Type::Timestamp { precision: 0, .. }, Type::Timestamp { precision: 0, .. }) => {
            binder.call_unit(Builtin::CompleteUnits, Unit::Second, &[b, a], Type::I64, site.span)
        }
        _ => {
            return binder.no_meaning("a difference of times with fractions, or of unlike kinds,", site.span);
        }
    };
    // No more fits a TIME.
    let (low, high) = (binder.int(-TIME_SECONDS_MAX, site.span), binder.int(TIME_SECONDS_MAX, site.span));
    let (first, second) = (binder.twice(seconds)?, binder.twice(seconds)?);
    let below = binder.compare(CompareOp::Lt, first, low, Collation::BINARY, site.span);
    let above = binder.compare(CompareOp::Gt, second, high, Collation::BINARY, site.span);
    let seconds = binder.case(&[(below, low), (above, high)], Some(seconds), Type::I64, site.span);
    Ok(binder.call_as(
        Builtin::SecondsToTime,
        &[seconds],
        Type::Time { precision: 0, zone: false },
        site.span,
    ))
}

/// ADDTIME(x, 'hh:mm:ss').
pub(crate) fn add_time<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    time_sum(binder, site, Builtin::AddInterval)
}

/// SUBTIME(x, 'hh:mm:ss').
pub(crate) fn sub_time<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    time_sum(binder, site, Builtin::SubInterval)
}

/// TIMESTAMP(x, 'hh:mm:ss').
pub(crate) fn timestamp_plus_time<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    time_sum(binder, site, Builtin::AddInterval)
}

/// A unit named as an argument: MONTH, SQL_TSI_MONTH.
fn unit<'a>(binder: &mut Binder<'a>, arg: tree::ExprId) -> Bound<Unit> {
    let span = binder.span(arg);
    let text = span.text(binder.source).to_ascii_lowercase();
    let text = text.strip_prefix("sql_tsi_").unwrap_or(&text);
    match unit_named(text) {
        Some(unit) => Ok(unit),
        None => {
            let message = format!("`{text}` is no unit of dates and times");
            Err(binder.refuse(codes::EXPRESSION, span, message))
        }
    }
}

/// TIMESTAMPADD(unit, n, x).
pub(crate) fn timestamp_add<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let unit = unit(binder, site.args[0])?;
    let amount = binder.expr(site.args[1])?;
    let moment = binder.expr(site.args[2])?;
    binder.add_units(moment, amount, unit, false, site.span)
}

/// TIMESTAMPDIFF(unit, from, to).
pub(crate) fn timestamp_diff<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let unit = unit(binder, site.args[0])?;
    let from = binder.expr(site.args[1])?;
    let from = binder.argument(from, Want::Timestamp)?;
    let to = binder.expr(site.args[2])?;
    let to = binder.argument(to, Want::Timestamp)?;
    Ok(binder.call_unit(Builtin::CompleteUnits, unit, &[from, to], Type::I64, site.span))
}

/// MAKETIME(hour, minute, second).
pub(crate) fn make_time<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut parts = Vec::with_capacity(3);
    for (at, arg) in site.args.iter().enumerate() {
        let part = binder.expr(*arg)?;
        let part = binder.argument(part, if at < 2 { Want::Int } else { Want::Num })?;
        parts.push(part);
    }
    let second = binder.air.ty(parts[2]);
    if !second.is_int() && !second.is_unknown() {
        return binder.no_meaning("a fraction of a second in MAKETIME", site.span);
    }
    let ty = Type::Time { precision: 0, zone: false };
    Ok(binder.call_as(Builtin::MakeTime, &parts, ty, site.span))
}

/// WEEK(d[, mode]).
pub(crate) fn week<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let value = binder.argument(value, Want::Moment)?;
    let mode = match site.args.get(1) {
        None => Some(0),
        Some(mode) => {
            let mode = binder.expr(*mode)?;
            binder.air.int_literal(mode)
        }
    };
    let op = match mode {
        Some(0) => Builtin::ExtractWeekSunday,
        Some(3) => Builtin::ExtractIsoWeek,
        Some(5) => Builtin::ExtractWeekMonday,
        // Weeks that belong to the year before or after are numbered there: the number of a day of the week.
        Some(mode @ (2 | 6 | 7)) => {
            let day = deciding_day(binder, value, mode, site)?;
            return Ok(binder.call_as(Builtin::ExtractWeekJan1, &[day], Type::I32, site.span));
        }
        Some(1) => {
            let format = binder.text("{WM4}", site.span);
            let text = binder.text_type();
            let week = binder.call_as(Builtin::FormatTime, &[value, format], text, site.span);
            return Ok(binder.cast(week, Type::I32, air::types::CastRule::IMPLICIT));
        }
        _ => return binder.no_meaning("WEEK with this mode", site.span),
    };
    Ok(binder.call_as(op, &[value], Type::I32, site.span))
}

/// The day that says which year a week belongs to, by the mode: its first day, or its fourth.
fn deciding_day<'a>(binder: &mut Binder<'a>, value: ExprId, mode: i64, site: CallSite<'a>) -> Bound<ExprId> {
    let (weekday, plus) = match mode {
        0 | 2 => (Builtin::ExtractWeekdaySunday0, 0),
        1 | 3 => (Builtin::ExtractWeekdayMonday0, 3),
        4 | 6 => (Builtin::ExtractWeekdaySunday0, 3),
        _ => (Builtin::ExtractWeekdayMonday0, 0),
    };
    let copy = binder.twice(value)?;
    let day = binder.call_as(weekday, &[copy], Type::I32, site.span);
    let plus = binder.int(plus, site.span);
    let moved = binder.call_as(Builtin::Sub, &[plus, day], Type::I32, site.span);
    binder.add_units(value, moved, Unit::Day, false, site.span)
}

/// YEARWEEK(d[, mode]).
pub(crate) fn year_week<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let value = binder.argument(value, Want::Moment)?;
    let mode = match site.args.get(1) {
        None => Some(0),
        Some(mode) => {
            let mode = binder.expr(*mode)?;
            binder.air.int_literal(mode).filter(|mode| (0..=7).contains(mode))
        }
    };
    let Some(mode) = mode else {
        return binder.no_meaning("YEARWEEK with a mode that is no constant", site.span);
    };
    if mode == 0 {
        return Ok(binder.call(Builtin::YearWeek, &[value], site.span));
    }
    let day = deciding_day(binder, value, mode, site)?;
    let year = binder.call_as(Builtin::ExtractYear, &[day], Type::I32, site.span);
    let hundred = binder.int(100, site.span);
    let hundreds = binder.call_as(Builtin::Mul, &[year, hundred], Type::I32, site.span);
    let again = binder.twice(day)?;
    let week = binder.call_as(Builtin::ExtractWeekJan1, &[again], Type::I32, site.span);
    Ok(binder.call_as(Builtin::Add, &[hundreds, week], Type::I32, site.span))
}

/// LAST_DAY(d).
pub(crate) fn last_day<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let value = binder.argument(value, Want::Moment)?;
    Ok(binder.call_as(Builtin::LastDay, &[value], Type::Date, site.span))
}

/// The neutral format of a constant one.
fn neutral<'a>(binder: &mut Binder<'a>, arg: tree::ExprId) -> Bound<String> {
    let bound = binder.expr(arg)?;
    let span = binder.span(arg);
    let Some(text) = binder.text_literal(bound) else {
        return binder.no_meaning("a format that is no constant", span);
    };
    match format::percent_mysql(text) {
        Ok(neutral) => Ok(neutral),
        Err(directive) => {
            let message = format!("`{directive}` in a format has no neutral meaning");
            Err(binder.refuse_with(Diagnostic::error(codes::FORMAT, span, message)))
        }
    }
}

/// DATE_FORMAT, TIME_FORMAT.
pub(crate) fn date_format<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let value = if site.name.eq_ignore_ascii_case("time_format") {
        super::time::clock(binder, value)?
    } else {
        binder.argument(value, Want::Moment)?
    };
    let format = neutral(binder, site.args[1])?;
    let format = binder.text(&format, site.span);
    let ty = binder.text_type();
    Ok(binder.call_as(Builtin::FormatTime, &[value, format], ty, site.span))
}

/// STR_TO_DATE(text, format): a date, a time or both, by the format.
pub(crate) fn str_to_date<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let value = binder.argument(value, Want::Text)?;
    let format = neutral(binder, site.args[1])?;
    if format::parts(&format).0 && !format::is_whole_date(&format) {
        return binder.no_meaning("a date of which parts are missing, which are zero then,", site.span);
    }
    let precision = if format::has_fraction(&format) { 6 } else { 0 };
    let ty = match format::parts(&format) {
        (true, false) => Type::Date,
        (false, true) => Type::Time { precision, zone: false },
        _ => Type::Timestamp { precision, zone: Zone::None },
    };
    let format = binder.text(&format, site.span);
    Ok(binder.call_as(Builtin::ParseTime, &[value, format], ty, site.span))
}

/// UNIX_TIMESTAMP([x]).
pub(crate) fn unix_timestamp<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let Some(arg) = site.args.first() else {
        return Ok(binder.call(Builtin::UnixTimeNow, &[], site.span));
    };
    let value = binder.expr(*arg)?;
    let value = binder.argument(value, Want::Timestamp)?;
    let ty = match binder.air.ty(value) {
        Type::Timestamp { precision: digits @ 1.., .. } if binder.air.literal(value).is_none() => {
            Type::Decimal { precision: 17, scale: i16::from(digits) }
        }
        _ => Type::I64,
    };
    Ok(binder.call_as(Builtin::UnixTime, &[value], ty, site.span))
}

/// FROM_UNIXTIME(n[, format]).
pub(crate) fn from_unixtime<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let value = binder.argument(value, Want::Num)?;
    let ty = match binder.air.ty(value) {
        Type::Decimal { scale, .. } => {
            Type::Timestamp { precision: scale.clamp(0, 6) as u8, zone: Zone::None }
        }
        Type::Float32 | Type::Float64 => Type::TIMESTAMP,
        _ => DATETIME,
    };
    // There is no time before 1970, nor after the server's last second: such numbers give NULL.
    let signed =
        binder.air.literal(value).is_none() && !matches!(binder.air.expr(value), Expr::Column { .. });
    let moment = if signed {
        let tested = binder.twice(value)?;
        let (zero, last) = (binder.int(0, site.span), binder.int(binder.meaning.times.unix_last, site.span));
        let some = Expr::Between {
            operand: tested,
            low: zero,
            high: last,
            negated: false,
            symmetric: false,
            collation: Collation::BINARY,
        };
        let some = binder.air.push(some, Type::Bool, true, site.span);
        let moment = binder.call_as(Builtin::FromUnixTime, &[value], ty, site.span);
        binder.case(&[(some, moment)], None, ty, site.span)
    } else {
        binder.call_as(Builtin::FromUnixTime, &[value], ty, site.span)
    };
    let Some(format) = site.args.get(1) else { return Ok(moment) };
    let format = neutral(binder, *format)?;
    let format = binder.text(&format, site.span);
    let text = binder.text_type();
    Ok(binder.call_as(Builtin::FormatTime, &[moment, format], text, site.span))
}
