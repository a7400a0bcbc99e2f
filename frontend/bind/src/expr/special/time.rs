//! Dates and times that dialects share: the current moment, conversions spelled as functions, EXTRACT.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::{Intervals, Want};
use crate::expr::CallSite;
use air::types::{IntervalKind, Type, Zone};
use air::{Builtin, ExprId};
use air_base::{Diagnostic, Span};
use airc_grammar::tree;

/// The precision in the parentheses of NOW(3); the dialect's own without.
fn precision<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<u8> {
    let Some(arg) = site.args.first() else { return Ok(binder.meaning.times.now_precision) };
    let bound = binder.expr(*arg)?;
    match binder.air.int_literal(bound) {
        Some(digits @ 0..=9) => Ok(digits as u8),
        _ => binder.no_meaning("a precision that is no small constant", site.span),
    }
}

fn now<'a>(binder: &mut Binder<'a>, site: CallSite<'a>, op: Builtin, zone: Zone) -> Bound<ExprId> {
    let precision = precision(binder, site)?;
    Ok(binder.call_as(op, &[], Type::Timestamp { precision, zone }, site.span))
}

/// Now, as a reading in the session's zone.
pub(crate) fn now_local<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    now(binder, site, Builtin::CurrentTimestamp, Zone::None)
}

/// Now, as a point in time.
pub(crate) fn now_instant<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    now(binder, site, Builtin::CurrentTimestamp, Zone::Instant)
}

/// Now, moving while the statement runs.
pub(crate) fn clock_local<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    now(binder, site, Builtin::ClockTimestamp, Zone::None)
}

/// Now in UTC.
pub(crate) fn utc_now<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    now(binder, site, Builtin::UtcTimestamp, Zone::None)
}

/// The time of day.
pub(crate) fn current_time<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let precision = precision(binder, site)?;
    let zone = binder.meaning.conversions.true_booleans && site.name.eq_ignore_ascii_case("current_time");
    Ok(binder.call_as(Builtin::CurrentTime, &[], Type::Time { precision, zone }, site.span))
}

fn cast_to<'a>(binder: &mut Binder<'a>, site: CallSite<'a>, to: Type) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    if binder.air.ty(value) == to {
        return Ok(value);
    }
    binder.explicit_cast(value, to, false)
}

/// DATE(x).
pub(crate) fn to_date<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    cast_to(binder, site, Type::Date)
}

/// TIME(x).
pub(crate) fn to_time<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let precision = match binder.air.ty(value) {
        Type::Timestamp { precision, .. } => precision,
        Type::Date => 0,
        _ => 6,
    };
    let ty = Type::Time { precision, zone: false };
    if binder.air.ty(value) == ty {
        return Ok(value);
    }
    binder.explicit_cast(value, ty, false)
}

/// TIMESTAMP(x).
pub(crate) fn to_timestamp<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    cast_to(binder, site, Type::TIMESTAMP)
}

/// A value that has a time of day.
pub(crate) fn clock<'a>(binder: &mut Binder<'a>, value: ExprId) -> Bound<ExprId> {
    match binder.air.ty(value) {
        Type::Time { .. } | Type::Timestamp { .. } | Type::Unknown => Ok(value),
        Type::Date => binder.as_timestamp(value),
        _ => {
            // A text may be a time of day alone.
            let alone = binder
                .text_literal(value)
                .is_some_and(|text| crate::expr::constant::moment(text).is_none() && text.contains(':'));
            let want = if alone { Want::Time } else { Want::Timestamp };
            binder.argument(value, want)
        }
    }
}

fn clock_part<'a>(binder: &mut Binder<'a>, site: CallSite<'a>, op: Builtin) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let value = clock(binder, value)?;
    Ok(binder.call_as(op, &[value], Type::I32, site.span))
}

/// HOUR(x).
pub(crate) fn hour<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    clock_part(binder, site, Builtin::ExtractHour)
}

/// MINUTE(x).
pub(crate) fn minute<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    clock_part(binder, site, Builtin::ExtractMinute)
}

/// SECOND(x).
pub(crate) fn second<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    clock_part(binder, site, Builtin::ExtractSecond)
}

/// MICROSECOND(x).
pub(crate) fn microsecond<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    clock_part(binder, site, Builtin::ExtractMicrosecond)
}

/// EXTRACT(field FROM expr).
pub(crate) fn extract<'a>(
    binder: &mut Binder<'a>,
    field: tree::Name,
    expr: tree::ExprId,
    span: Span,
) -> Bound<ExprId> {
    let field_span = binder.tree.name_span(field);
    let name = binder.tree.name_text(field, binder.source).trim_matches('\'').to_ascii_lowercase();
    let value = binder.expr(expr)?;
    part(binder, &name, value, field_span, span)
}

/// A field of a date, time, timestamp or interval, by its name.
pub(crate) fn part<'a>(
    binder: &mut Binder<'a>,
    name: &str,
    value: ExprId,
    field_span: Span,
    span: Span,
) -> Bound<ExprId> {
    // Two fields side by side (MySQL): each takes two digits but the first.
    if let Some((great, small)) = composite_field(name)
        && (binder.meaning.extract_field)(name).is_none()
        && binder.meaning.times.intervals == Intervals::UnitAmounts
    {
        let again = binder.twice(value)?;
        let great = part(binder, great, value, field_span, span)?;
        let small = part(binder, small, again, field_span, span)?;
        let hundred = binder.int(100, span);
        let shifted = binder.call_as(Builtin::Mul, &[great, hundred], Type::I64, span);
        return Ok(binder.call_as(Builtin::Add, &[shifted, small], Type::I64, span));
    }
    let Some(found) = (binder.meaning.extract_field)(name) else {
        let message = format!("`{name}` is no field of dates and times that is translated");
        return Err(binder.refuse_with(Diagnostic::error(codes::EXPRESSION, field_span, message)));
    };
    let (op, ty) = found;
    let value = match binder.air.ty(value) {
        Type::Interval(IntervalKind::Mixed | IntervalKind::DayToSecond | IntervalKind::YearToMonth) => value,
        Type::Date if is_clock(op) && op != Builtin::ExtractEpoch => binder.as_timestamp(value)?,
        Type::Date | Type::Timestamp { .. } | Type::Time { .. } => value,
        _ if is_clock(op) => clock(binder, value)?,
        _ => binder.argument(value, Want::Moment)?,
    };
    if op == Builtin::ExtractEpoch && matches!(binder.air.ty(value), Type::Time { .. }) {
        return seconds_of_day(binder, value, ty, span);
    }
    Ok(binder.call_as(op, &[value], ty, span))
}

/// Seconds since midnight, with their fraction.
fn seconds_of_day<'a>(binder: &mut Binder<'a>, time: ExprId, ty: Type, span: Span) -> Bound<ExprId> {
    let mut total = binder.call_as(Builtin::ExtractSecondFraction, &[time], ty, span);
    for (op, seconds) in [(Builtin::ExtractMinute, 60), (Builtin::ExtractHour, 3_600)] {
        let again = binder.twice(time)?;
        let part = binder.call_as(op, &[again], Type::I64, span);
        let factor = binder.int(seconds, span);
        let part = binder.call_as(Builtin::Mul, &[part, factor], Type::I64, span);
        total = binder.call_as(Builtin::Add, &[part, total], ty, span);
    }
    Ok(total)
}

/// Composite fields of two parts.
fn composite_field(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "year_month" => ("year", "month"),
        "day_hour" => ("day", "hour"),
        "day_minute" => ("day_hour", "minute"),
        "day_second" => ("day_minute", "second"),
        "hour_minute" => ("hour", "minute"),
        "hour_second" => ("hour_minute", "second"),
        "minute_second" => ("minute", "second"),
        _ => return None,
    })
}

/// Fields of the time of day.
fn is_clock(op: Builtin) -> bool {
    use Builtin::*;
    matches!(
        op,
        ExtractHour
            | ExtractMinute
            | ExtractSecond
            | ExtractMicrosecond
            | ExtractSecondFraction
            | ExtractMillisecond
            | ExtractMicrosecondTotal
    )
}

/// Fields whose names and meanings all dialects share.
pub(crate) fn common_field(name: &str) -> Option<Builtin> {
    Some(match name {
        "year" => Builtin::ExtractYear,
        "month" => Builtin::ExtractMonth,
        "day" => Builtin::ExtractDay,
        "hour" => Builtin::ExtractHour,
        "minute" => Builtin::ExtractMinute,
        _ => return None,
    })
}
