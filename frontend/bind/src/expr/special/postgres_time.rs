//! Dates and times of PostgreSQL.

use super::{format, time};
use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::Want;
use crate::expr::CallSite;
use crate::expr::constant::{Span3, unit_named};
use air::expr::Unit;
use air::types::{CastReason, CastRule, IntervalKind, Type, Zone};
use air::{Builtin, ExprId};
use air_base::Diagnostic;
use airc_grammar::tree;

const INTERVAL: Type = Type::Interval(IntervalKind::Mixed);

/// A constant text in lower case.
fn word<'a>(binder: &mut Binder<'a>, arg: tree::ExprId, what: &str) -> Bound<String> {
    let bound = binder.expr(arg)?;
    match binder.text_literal(bound) {
        Some(text) => Ok(text.trim().to_ascii_lowercase()),
        None => {
            let span = binder.span(arg);
            binder.no_meaning(&format!("{what} that is no constant"), span)
        }
    }
}

/// A date, timestamp or interval; literals are timestamps.
fn moment<'a>(binder: &mut Binder<'a>, arg: tree::ExprId) -> Bound<ExprId> {
    let value = binder.expr(arg)?;
    match binder.air.ty(value) {
        Type::Interval(_) | Type::Time { .. } => Ok(value),
        _ => binder.argument(value, Want::Moment),
    }
}

/// age(a[, b]).
pub(crate) fn age<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let first = moment(binder, site.args[0])?;
    let first = binder.as_timestamp(first)?;
    match site.args.get(1) {
        Some(second) => {
            let second = moment(binder, *second)?;
            let second = binder.as_timestamp(second)?;
            Ok(binder.call_as(Builtin::Age, &[first, second], INTERVAL, site.span))
        }
        None => {
            let today = binder.call(Builtin::CurrentDate, &[], site.span);
            let today = binder.coerce(today, Type::TIMESTAMP, CastReason::Implicit)?;
            Ok(binder.call_as(Builtin::Age, &[today, first], INTERVAL, site.span))
        }
    }
}

/// date_part('field', x): as EXTRACT, as a float.
pub(crate) fn date_part<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let field = word(binder, site.args[0], "a field")?;
    let value = moment(binder, site.args[1])?;
    let span = binder.span(site.args[0]);
    let id = time::part(binder, &field, value, span, site.span)?;
    Ok(binder.cast(id, Type::Float64, CastRule::IMPLICIT))
}

/// date_trunc('unit', x[, zone]).
pub(crate) fn date_trunc<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    if site.args.len() > 2 {
        return binder.no_meaning("date_trunc in a zone", site.span);
    }
    let name = word(binder, site.args[0], "a unit")?;
    let span = binder.span(site.args[0]);
    let Some(unit) = unit_named(&name) else {
        return Err(binder.bad_literal(&name, "a unit of dates and times", span));
    };
    let value = moment(binder, site.args[1])?;
    if matches!(binder.air.ty(value), Type::Interval(_) | Type::Time { .. }) {
        return binder.no_meaning("date_trunc of an interval", site.span);
    }
    // A date becomes a timestamp with zone, whose readings are the session's.
    let value = match binder.air.ty(value) {
        Type::Date => {
            let to = Type::Timestamp { precision: 6, zone: Zone::Instant };
            binder.coerce(value, to, CastReason::Implicit)?
        }
        _ => value,
    };
    let ty = binder.air.ty(value);
    Ok(binder.call_unit(Builtin::DateTrunc, unit, &[value], ty, site.span))
}

/// make_interval(years, months, weeks, days, hours, mins, secs), by position or by name.
pub(crate) fn make_interval<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    const UNITS: [(&str, Unit); 7] = [
        ("years", Unit::Year),
        ("months", Unit::Month),
        ("weeks", Unit::Week),
        ("days", Unit::Day),
        ("hours", Unit::Hour),
        ("mins", Unit::Minute),
        ("secs", Unit::Second),
    ];
    let mut total = Span3::default();
    let mut single: Option<(Unit, ExprId)> = None;
    let mut variable = false;
    for (i, arg) in site.args.iter().enumerate() {
        let (unit, value) = match binder.tree.expr(*arg) {
            tree::Expr::NamedArg { name, value } => {
                let text = binder.tree.name_text(name, binder.source).to_ascii_lowercase();
                (UNITS.iter().find(|(known, _)| *known == text).map(|(_, unit)| *unit), value)
            }
            _ => (UNITS.get(i).map(|(_, unit)| *unit), *arg),
        };
        let Some(unit) = unit else { return binder.no_meaning("this part of an interval", site.span) };
        let value = binder.expr(value)?;
        let text = binder.air.span(value).text(binder.source);
        match binder.air.literal(value).and_then(|_| Span3::of(text, unit)).and_then(|span| total.plus(span))
        {
            Some(sum) => total = sum,
            None => variable = true,
        }
        single = if i == 0 || single.is_none() { Some((unit, value)) } else { single };
    }
    if !variable {
        return match binder.interval_constant(total, site.span) {
            Some(id) => Ok(id),
            None => binder.no_meaning("an interval of this length", site.span),
        };
    }
    match (single, site.args.len()) {
        (Some((unit, value)), 1) => {
            Ok(binder.call_unit(Builtin::MakeInterval, unit, &[value], INTERVAL, site.span))
        }
        _ => binder.no_meaning("an interval of several parts that are no constants", site.span),
    }
}

/// timezone(zone, x): x AT TIME ZONE zone.
pub(crate) fn timezone<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let zone = binder.expr(site.args[0])?;
    let value = binder.expr(site.args[1])?;
    binder.in_zone(value, zone, site.span)
}

/// The neutral format of a constant picture.
pub(super) fn neutral<'a>(binder: &mut Binder<'a>, arg: tree::ExprId, modal: bool) -> Bound<String> {
    let bound = binder.expr(arg)?;
    let span = binder.span(arg);
    let Some(text) = binder.text_literal(bound) else {
        return binder.no_meaning("a format that is no constant", span);
    };
    match format::picture(text, modal) {
        Ok(neutral) => Ok(neutral),
        Err(directive) => {
            let message = format!("`{directive}` in a format has no neutral meaning");
            Err(binder.refuse_with(Diagnostic::error(codes::FORMAT, span, message)))
        }
    }
}

/// to_char(x, picture): of a moment or a number.
pub(crate) fn to_char<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let ty = binder.text_type();
    match binder.air.ty(value) {
        Type::Interval(_) => binder.no_meaning("an interval as text by a picture", site.span),
        from if from.is_numeric() => {
            let picture = binder.expr(site.args[1])?;
            Ok(binder.call_as(Builtin::FormatDecimal, &[value, picture], ty, site.span))
        }
        _ => {
            let value = match binder.air.ty(value) {
                Type::Time { .. } => value,
                _ => binder.argument(value, Want::Moment)?,
            };
            let format = neutral(binder, site.args[1], false)?;
            let format = binder.text(&format, site.span);
            Ok(binder.call_as(Builtin::FormatTime, &[value, format], ty, site.span))
        }
    }
}

fn parse<'a>(binder: &mut Binder<'a>, site: CallSite<'a>, ty: Type) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let value = binder.argument(value, Want::Text)?;
    let format = neutral(binder, site.args[1], false)?;
    let format = binder.text(&format, site.span);
    Ok(binder.call_as(Builtin::ParseTime, &[value, format], ty, site.span))
}

/// to_date(text, picture).
pub(crate) fn to_date<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    parse(binder, site, Type::Date)
}

/// to_timestamp(text, picture).
pub(crate) fn to_timestamp<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    parse(binder, site, Type::Timestamp { precision: 6, zone: Zone::Instant })
}

/// to_number(text, picture).
pub(crate) fn to_number<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text])?;
    Ok(binder.call(Builtin::ParseDecimal, &args, site.span))
}

/// ISFINITE: infinite dates are refused where they are written, so what is no NULL is finite.
pub(crate) fn is_finite<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    let known = binder.is_null(args[0], true, site.span);
    let finite = binder.truth(true, site.span);
    Ok(binder.case(&[(known, finite)], None, Type::Bool, site.span))
}
