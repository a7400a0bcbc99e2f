//! Dates and times of SQLite: values are texts, Julian days or seconds, and modifiers are a small language.
//! <https://www.sqlite.org/lang_datefunc.html>
//!
//! A call is read as: a moment, changed by each modifier in turn, shown in some form. Inside, the moment has
//! the type of a timestamp; what comes out is text, as SQLite gives it.

use super::format;
use crate::binder::{Binder, Bound};
use crate::codes;
use crate::expr::CallSite;
use crate::expr::constant::{self, Span3};
use air::expr::Unit;
use air::fidelity::Assume;
use air::types::{CastFailure, CastReason, CastRule, Rounding, Type, Zone};
use air::{Builtin, ExprId};
use air_base::{Diagnostic, Span};
use airc_grammar::tree;

const MOMENT: Type = Type::Timestamp { precision: 3, zone: Zone::None };

/// The moment a call speaks of, with its modifiers applied. No argument at all is now.
fn moment<'a>(binder: &mut Binder<'a>, args: &'a [tree::ExprId], span: Span) -> Bound<ExprId> {
    let Some((first, modifiers)) = args.split_first() else {
        return Ok(binder.call_as(Builtin::UtcTimestamp, &[], MOMENT, span));
    };
    let value = binder.expr(*first)?;
    let mut words = Vec::with_capacity(modifiers.len());
    for modifier in modifiers {
        let bound = binder.expr(*modifier)?;
        let at = binder.span(*modifier);
        match binder.text_literal(bound) {
            Some(text) => words.push((text.trim().to_ascii_lowercase(), at)),
            None => return binder.no_meaning("a date modifier that is no constant", at),
        }
    }
    let mut words = words.as_slice();
    let mut current = match words.first() {
        Some((word, _)) if word == "unixepoch" => {
            words = &words[1..];
            let seconds = binder.number_operand(value)?;
            let ty = Type::Timestamp { precision: 0, zone: Zone::None };
            binder.call_as(Builtin::FromUnixTime, &[seconds], ty, span)
        }
        _ => base(binder, value)?,
    };
    for (word, at) in words {
        current = modified(binder, current, word, *at, span)?;
    }
    Ok(current)
}

/// A time value without modifiers.
fn base<'a>(binder: &mut Binder<'a>, value: ExprId) -> Bound<ExprId> {
    let span = binder.air.span(value);
    if let Some(text) = binder.text_literal(value).map(str::to_owned) {
        if text.eq_ignore_ascii_case("now") {
            return Ok(binder.call_as(Builtin::UtcTimestamp, &[], MOMENT, span));
        }
        let found = constant::moment(&text).or_else(|| {
            // A time of day alone is of 2000-01-01.
            constant::time_of_day(&text).map(|time| constant::Moment {
                year: 2000,
                month: 1,
                day: 1,
                time: Some(time),
                offset: None,
            })
        });
        return match found {
            Some(found) if found.offset.is_none_or(|offset| offset == 0) => {
                let text = constant::Moment { offset: None, ..found }.timestamp_text();
                match binder.constant(&text, Type::TIMESTAMP, span) {
                    Some(id) => {
                        binder.air.info_mut(id).ty = MOMENT;
                        Ok(id)
                    }
                    None => Ok(binder.null(MOMENT, span)),
                }
            }
            Some(_) => binder.no_meaning("a date with an offset from UTC", span),
            // What is no date gives NULL; dates beyond the end of their month are read by newer versions.
            None if text.len() >= 8 => binder.no_meaning("a date that is not on the calendar", span),
            None => Ok(binder.null(MOMENT, span)),
        };
    }
    match binder.air.ty(value) {
        Type::Timestamp { .. } => Ok(value),
        Type::Date => binder.as_timestamp(value),
        Type::Text(_) | Type::Unknown => {
            let subject = span.text(binder.source);
            binder.ledger.assume(Assume::IsoDates, subject, span);
            let rule = CastRule {
                reason: CastReason::Implicit,
                failure: CastFailure::Null,
                rounding: Rounding::Truncate,
            };
            Ok(binder.cast(value, MOMENT, rule))
        }
        Type::Null => {
            binder.air.info_mut(value).ty = MOMENT;
            Ok(value)
        }
        _ => binder.no_meaning("a number as a Julian day", span),
    }
}

/// One modifier.
fn modified<'a>(binder: &mut Binder<'a>, value: ExprId, word: &str, at: Span, span: Span) -> Bound<ExprId> {
    match word {
        "start of day" => return Ok(binder.call_unit(Builtin::DateTrunc, Unit::Day, &[value], MOMENT, span)),
        "start of month" => {
            return Ok(binder.call_unit(Builtin::DateTrunc, Unit::Month, &[value], MOMENT, span));
        }
        "start of year" => {
            return Ok(binder.call_unit(Builtin::DateTrunc, Unit::Year, &[value], MOMENT, span));
        }
        "utc" | "localtime" => {
            return binder.no_meaning("a conversion between UTC and the zone of the machine", at);
        }
        // The default, or no change of a text.
        "auto" | "subsec" | "subsecond" => return Ok(value),
        _ => {}
    }
    if let Some(day) = word.strip_prefix("weekday ").and_then(|n| n.trim().parse::<i64>().ok()) {
        if !(0..=6).contains(&day) {
            return Err(binder.bad_literal(word, "a date modifier", at));
        }
        // Forward to the next such day, or stay: (day - weekday + 7) % 7 days later.
        let copy = binder.twice(value)?;
        let weekday = binder.call_as(Builtin::ExtractWeekdaySunday0, &[copy], Type::I64, span);
        let (ahead, week) = (binder.int(day + 7, span), binder.int(7, span));
        let distance = binder.call_as(Builtin::Sub, &[ahead, weekday], Type::I64, span);
        let days = binder.call_as(Builtin::Mod, &[distance, week], Type::I64, span);
        return Ok(binder.call_unit(Builtin::DateAdd, Unit::Day, &[value, days], MOMENT, span));
    }
    // `+n units`, `-hh:mm[:ss]`.
    if word.contains(':')
        && let Some(interval) = constant::clock_interval(word)
        && let Some(interval) = binder.interval_constant(interval, at)
    {
        return Ok(binder.call_as(Builtin::AddInterval, &[value, interval], MOMENT, span));
    }
    let split = word.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(word.len());
    let (number, unit) = (word[..split].trim(), word[split..].trim());
    let unit = match unit {
        "day" | "days" => Unit::Day,
        "hour" | "hours" => Unit::Hour,
        "minute" | "minutes" => Unit::Minute,
        "second" | "seconds" => Unit::Second,
        "month" | "months" => Unit::Month,
        "year" | "years" => Unit::Year,
        _ => return Err(binder.bad_literal(word, "a date modifier that is translated", at)),
    };
    let whole: Option<i64> = number.trim_start_matches('+').parse().ok();
    match whole {
        Some(n) => {
            let amount = binder.int(n, at);
            let op = if matches!(unit, Unit::Month | Unit::Year) {
                Builtin::DateAddRoll
            } else {
                Builtin::DateAdd
            };
            Ok(binder.call_unit(op, unit, &[value, amount], MOMENT, span))
        }
        None => {
            let interval = match unit {
                Unit::Month | Unit::Year => None,
                unit => Span3::of(number, unit),
            };
            match interval.and_then(|interval| binder.interval_constant(interval, at)) {
                Some(interval) => Ok(binder.call_as(Builtin::AddInterval, &[value, interval], MOMENT, span)),
                None => Err(binder.bad_literal(word, "a date modifier that is translated", at)),
            }
        }
    }
}

fn shown<'a>(binder: &mut Binder<'a>, value: ExprId, neutral: &str, span: Span) -> ExprId {
    let format = binder.text(neutral, span);
    let ty = binder.text_type();
    let id = binder.call_as(Builtin::FormatTime, &[value, format], ty, span);
    // What is no date gives NULL.
    binder.air.info_mut(id).nullable |= binder.air.info(value).nullable;
    id
}

/// date(…).
pub(crate) fn date<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = moment(binder, site.args, site.span)?;
    Ok(shown(binder, value, "{YYYY}-{MM}-{DD}", site.span))
}

/// time(…).
pub(crate) fn time<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = moment(binder, site.args, site.span)?;
    Ok(shown(binder, value, "{HH24}:{MI}:{SS}", site.span))
}

/// datetime(…).
pub(crate) fn datetime<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = moment(binder, site.args, site.span)?;
    Ok(shown(binder, value, "{YYYY}-{MM}-{DD} {HH24}:{MI}:{SS}", site.span))
}

/// julianday(…).
pub(crate) fn julianday<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = moment(binder, site.args, site.span)?;
    Ok(binder.call(Builtin::JulianDay, &[value], site.span))
}

/// unixepoch(…).
pub(crate) fn unixepoch<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    if site.args.is_empty() {
        return Ok(binder.call(Builtin::UnixTimeNow, &[], site.span));
    }
    let value = moment(binder, site.args, site.span)?;
    Ok(binder.call_as(Builtin::ExtractEpoch, &[value], Type::I64, site.span))
}

/// strftime(format, …).
pub(crate) fn strftime<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let format = binder.expr(site.args[0])?;
    let at = binder.span(site.args[0]);
    let Some(text) = binder.text_literal(format) else {
        return binder.no_meaning("a format that is no constant", at);
    };
    let neutral = match format::percent_sqlite(text) {
        Ok(neutral) => neutral,
        Err(directive) => {
            let message = format!("`{directive}` in a format has no neutral meaning");
            return Err(binder.refuse_with(Diagnostic::error(codes::FORMAT, at, message)));
        }
    };
    let value = moment(binder, &site.args[1..], site.span)?;
    Ok(shown(binder, value, &neutral, site.span))
}

fn now<'a>(binder: &mut Binder<'a>, site: CallSite<'a>, neutral: &str) -> Bound<ExprId> {
    let value = binder.call_as(Builtin::UtcTimestamp, &[], MOMENT, site.span);
    Ok(shown(binder, value, neutral, site.span))
}

/// CURRENT_DATE: text, in UTC.
pub(crate) fn current_date<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    now(binder, site, "{YYYY}-{MM}-{DD}")
}

/// CURRENT_TIME: text, in UTC.
pub(crate) fn current_time<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    now(binder, site, "{HH24}:{MI}:{SS}")
}

/// CURRENT_TIMESTAMP: text, in UTC.
pub(crate) fn current_timestamp<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    now(binder, site, "{YYYY}-{MM}-{DD} {HH24}:{MI}:{SS}")
}
