//! Date arithmetic: months that clamp or roll over, intervals as values or beside `+` only, dates as ISO texts.

use air::builtins::Builtin::*;
use air::expr::{CompareOp, Literal, Modifier, Unit};
use air::fidelity::Assume;
use air::query::Body;
use air::types::{CastRule, Type, Zone};
use air::{Expr, ExprId, QueryId};

use crate::codes;
use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Refused, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "add_units_to_iso_text",
        law: "so many units later is a modifier of the ISO text; months clamp to the last day",
        apply: Apply::Builtins(&[DateAdd, DateAddRoll, AddDays], add_to_text),
    },
    Rule {
        name: "add_units_as_interval",
        law: "so many units later is the sum with an interval of so many units",
        apply: Apply::Builtins(&[DateAdd], add_as_interval),
    },
    Rule {
        name: "roll_months_over",
        law: "months are added to the first day of the month, and the days are added back after that",
        apply: Apply::Builtins(&[DateAddRoll], roll_over),
    },
    Rule {
        name: "narrow_day_count",
        law: "a number of days, and a year, fits the integers that dates are counted in",
        apply: Apply::Builtins(&[FromDays, MakeDateOfYear], narrow_day_count),
    },
    Rule {
        name: "known_parts",
        law: "a date or time that a part is missing of is NULL",
        apply: Apply::Builtins(&[MakeDate, MakeTime, MakeTimestamp, MakeDateOfYear], known_parts),
    },
    Rule {
        name: "time_of_day",
        law: "a time of day has hours from 0 to 23",
        apply: Apply::Builtins(&[MakeTime], time_of_day),
    },
    Rule {
        name: "seconds_of_a_day",
        law: "seconds of one day are a time of that day",
        apply: Apply::Builtins(&[SecondsToTime], seconds_of_a_day),
    },
    Rule {
        name: "part_of_a_span",
        law: "hours, minutes and seconds of a span of seconds are its quotients and remainders without its sign",
        apply: Apply::Builtins(&[ExtractHour, ExtractMinute, ExtractSecond], part_of_a_span),
    },
    Rule {
        name: "spans_among_times",
        law: "a time of day is the span of time since midnight",
        apply: Apply::When(
            |to| to.can.interval_values && !to.can.time_spans,
            &Apply::Kinds(&[Kind::Case, Kind::Call], spans_among_times),
        ),
    },
    Rule {
        name: "spans_among_rows",
        law: "a time of day is the span of time since midnight",
        apply: Apply::When(
            |to| to.can.interval_values && !to.can.time_spans,
            &Apply::Query(spans_among_rows),
        ),
    },
    Rule {
        name: "interval_as_units",
        law: "adding an interval adds its months, then its days, then its time",
        apply: Apply::Builtins(&[AddInterval, SubInterval], interval_as_units),
    },
    Rule {
        name: "field_of_difference",
        law: "a field of the time between two timestamps is their difference in complete units",
        apply: Apply::Builtins(
            &[ExtractEpoch, ExtractDay, ExtractYear, ExtractMonth, ExtractHour, ExtractMinute],
            field_of_difference,
        ),
    },
    Rule {
        name: "seconds_of_iso_text",
        law: "the seconds of an ISO text, with all digits of their fraction, stand behind its second colon",
        apply: Apply::Builtins(
            &[ExtractSecondFraction, ExtractMillisecond, ExtractMicrosecondTotal],
            seconds_of_iso_text,
        ),
    },
    Rule {
        name: "fraction_of_iso_text",
        law: "whole seconds added to a moment leave the fraction of its second alone",
        apply: Apply::Builtins(&[IsoTimestamp, IsoTime], fraction_of_iso_text),
    },
    Rule {
        name: "unix_time_in_range",
        law: "a number of seconds inside of the target's range is the same moment everywhere",
        apply: Apply::Builtins(&[FromUnixTime], unix_time_in_range),
    },
    Rule {
        name: "date_result",
        law: "a timestamp at midnight is cast to the date it is",
        apply: Apply::Builtins(&[DateTrunc, DateTruncWeekSunday, AddMonthsSticky], date_result),
    },
    Rule {
        name: "local_now",
        law: "the current time of the session's zone without its zone",
        apply: Apply::Builtins(&[CurrentTimestamp, ClockTimestamp], local_now),
    },
    Rule {
        name: "sticky_months_of_text",
        law: "the last day of a month stays a last day, any other day clamps",
        apply: Apply::Builtins(&[AddMonthsSticky], sticky_of_text),
    },
    Rule {
        name: "days_of_dates",
        law: "a number of days is added to a date; to a timestamp it is added as an interval",
        apply: Apply::Builtins(&[AddDays], days_of_timestamp),
    },
];

/// More days than there are in ten thousand years.
const DAYS_MAX: i64 = 3_700_000;

/// Where integers have widths, dates are counted in 32 bits.
fn narrow_day_count(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.wide_integers {
        return Ok(false);
    }
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let mut args = cx.all_args(id);
    let mut fired = false;
    for arg in &mut args {
        let wide =
            matches!(cx.air.ty(*arg), Type::Int { bits: 64, .. } | Type::Int { bits: 32, unsigned: true });
        let wide = wide || cx.air.ty(*arg) == Type::Number;
        if wide && cx.int_value(*arg).is_none() {
            // Beyond all dates there is none.
            let (low, high) = (cx.int(-DAYS_MAX, *arg), cx.int(DAYS_MAX, *arg));
            let within = Expr::Between {
                operand: *arg,
                low,
                high,
                negated: false,
                symmetric: false,
                collation: Default::default(),
            };
            let within = cx.make(within, Type::Bool, true, *arg);
            let narrow = cx.cast(*arg, Type::I32);
            *arg = cx.case(&[(within, narrow)], None, Type::I32, *arg);
            fired = true;
        }
    }
    if fired {
        cx.become_call(id, op, &args);
    }
    Ok(fired)
}

/// What writes dates as texts takes a part that is NULL for 0.
fn known_parts(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.temporal_types {
        return Ok(false);
    }
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let mut args = cx.all_args(id);
    let mut tests = Vec::new();
    for arg in &mut args {
        if cx.air.info(*arg).nullable {
            tests.push(Some(cx.is_null(*arg, true)));
            *arg = cx.air.copy(*arg);
            cx.air.info_mut(*arg).nullable = false;
        }
    }
    let Some(known) = crate::build::Build::and(cx.air, &tests) else { return Ok(false) };
    let ty = cx.air.ty(id);
    let made = cx.call(op, &args, ty, id);
    let expr = cx.case_expr(&[(known, made)], None);
    cx.air.set(id, expr);
    Ok(true)
}

/// Where a time is one of a day, hours below nothing and beyond the day make none; a time kept as text has no sign.
fn time_of_day(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some([hour, ..]) = cx.args::<3>(id) else { return Ok(false) };
    let span = cx.air.span(id);
    let spans = cx.target.can.time_spans;
    if spans && cx.target.can.temporal_types {
        return Ok(false);
    }
    match cx.int_value(hour) {
        Some(0..=23) => Ok(false),
        Some(24..) if spans => Ok(false),
        Some(_) => {
            cx.refuse(codes::BUILTIN, span, "a time below nothing, or of more than a day, has no form", "")
        }
        None => {
            let subject = cx.subject(hour);
            cx.assume(Assume::FittingValues, &subject, span).map(|()| false)
        }
    }
}

/// SQLite's word for the unit, and how many of them make one.
fn modifier_word(unit: Unit) -> Option<(&'static str, i64)> {
    Some(match unit {
        Unit::Microsecond | Unit::Millisecond | Unit::Century | Unit::Millennium => return None,
        Unit::Second => ("seconds", 1),
        Unit::Minute => ("minutes", 1),
        Unit::Hour => ("hours", 1),
        Unit::Day => ("days", 1),
        Unit::Week => ("days", 7),
        Unit::Month => ("months", 1),
        Unit::Quarter => ("months", 3),
        Unit::Year => ("years", 1),
        Unit::Decade => ("years", 10),
    })
}

fn counts_months(unit: Unit) -> bool {
    matches!(unit, Unit::Month | Unit::Quarter | Unit::Year | Unit::Decade)
}

fn is_date_unit(unit: Unit) -> bool {
    counts_months(unit) || matches!(unit, Unit::Day | Unit::Week)
}

/// The text of a modifier: `'+3 days'`, or `n || ' days'`.
fn modifier(cx: &mut Context<'_>, n: ExprId, more: i64, unit: Unit, at: ExprId) -> Option<ExprId> {
    let (word, factor) = modifier_word(unit)?;
    // Parts of a second would be dropped.
    if unit == Unit::Second && !cx.air.ty(n).is_int() && !cx.air.ty(n).is_unknown() {
        return None;
    }
    if let Some(value) = cx.int_value(n) {
        let value = value.checked_mul(factor)?.checked_add(more)?;
        return Some(cx.text(&format!("{value:+} {word}"), at));
    }
    let mut count = n;
    if factor != 1 {
        let factor = cx.int(factor, at);
        count = cx.call(Mul, &[factor, count], Type::I64, at);
    }
    if more != 0 {
        let more = cx.int(more, at);
        count = cx.call(Add, &[count, more], Type::I64, at);
    }
    let word = cx.text(&format!(" {word}"), at);
    Some(cx.call(Concat, &[count, word], Type::TEXT, at))
}

/// Which of SQLite's functions gives the type.
fn iso_function(cx: &mut Context<'_>, ty: Type, x: ExprId, unit: Unit) -> Result<air::Builtin, Refused> {
    Ok(match (ty, cx.air.ty(x)) {
        (Type::Date, _) => IsoDate,
        (Type::Time { .. }, _) => IsoTime,
        (Type::Timestamp { .. }, _) => IsoTimestamp,
        (_, Type::Date) if is_date_unit(unit) => IsoDate,
        (_, Type::Date | Type::Timestamp { .. }) => IsoTimestamp,
        (_, Type::Time { .. }) => IsoTime,
        _ => {
            let short = cx.text_literal(x).map(|text| text.len() == 10);
            if short.is_none() {
                let subject = cx.subject(x);
                let span = cx.air.span(x);
                cx.assume(Assume::TypeOfUnknown, &subject, span)?;
            }
            if is_date_unit(unit) && short != Some(false) { IsoDate } else { IsoTimestamp }
        }
    })
}

fn add_to_text(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.temporal_types {
        return Ok(false);
    }
    let Expr::Call { op, modifier: unit, .. } = cx.air.expr(id) else { return Ok(false) };
    let Some([x, n]) = cx.args(id) else { return Ok(false) };
    let unit = match unit {
        Modifier::Unit(unit) => unit,
        _ if op == AddDays => Unit::Day,
        _ => return Ok(false),
    };
    let span = cx.air.span(id);
    let ty = cx.air.ty(id);
    let function = iso_function(cx, ty, x, unit)?;
    let Some(step) = modifier(cx, n, 0, unit, id) else {
        let message = format!("dates as texts have no {}s", unit.word());
        return cx.refuse(codes::BUILTIN, span, &message, "");
    };
    let clamps = op == DateAdd && counts_months(unit);
    if clamps && cx.has(cx.target.can.month_floor) {
        let floor = cx.text("floor", id);
        cx.become_call(id, function, &[x, step, floor]);
        return Ok(true);
    }
    if !clamps {
        cx.become_call(id, function, &[x, step]);
        return Ok(true);
    }
    // The earlier of the date rolled over and the last day of the month that was meant.
    let start = cx.text("start of month", id);
    let next = cx.text("+1 month", id);
    let back = cx.text("-1 day", id);
    let rolled = cx.call(IsoDate, &[x, step], Type::Date, id);
    let last = cx.call(IsoDate, &[x, start, step, next, back], Type::Date, id);
    if function == IsoDate {
        cx.become_call(id, Least, &[rolled, last]);
        return Ok(true);
    }
    let date = cx.call(Least, &[rolled, last], Type::Date, id);
    let blank = cx.text(" ", id);
    let time = cx.call(IsoTime, &[x], Type::TEXT, id);
    cx.become_call(id, Concat, &[date, blank, time]);
    Ok(true)
}

/// Intervals that are values: `+ INTERVAL '3 month'` rather than a product.
fn add_as_interval(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !cx.target.can.interval_values || !cx.speaks(Age) {
        return Ok(false);
    }
    let Expr::Call { modifier: Modifier::Unit(unit), .. } = cx.air.expr(id) else { return Ok(false) };
    let Some([x, n]) = cx.args(id) else { return Ok(false) };
    let ty = cx.air.ty(id);
    let plain_date = cx.air.ty(x) == Type::Date && matches!(ty, Type::Date);
    if plain_date && matches!(unit, Unit::Day) && cx.air.ty(n).is_int() {
        // A date takes no other integers.
        let wide = cx.int_value(n).is_none() && matches!(cx.air.ty(n), Type::Int { bits: 33.., .. });
        let n = if wide { cx.cast(n, Type::I32) } else { n };
        cx.become_call(id, AddDays, &[x, n]);
        return Ok(true);
    }
    let timestamp = match ty {
        Type::Date | Type::Unknown => Type::TIMESTAMP,
        other => other,
    };
    // A text has to be told what it is.
    let x = if cx.air.ty(x).is_text() { cx.cast(x, timestamp) } else { x };
    let sum = match cx.int_value(n).and_then(|n| interval_of(n, unit)) {
        Some(value) => {
            let kind = Type::Interval(air::types::IntervalKind::Mixed);
            let interval = cx.make(Expr::Literal { value }, kind, false, n);
            let negative = is_negative(value);
            let (op, interval) = if negative {
                (SubInterval, cx.make(Expr::Literal { value: negated(value) }, kind, false, n))
            } else {
                (AddInterval, interval)
            };
            cx.call(op, &[x, interval], timestamp, id)
        }
        None if ty == Type::Date => cx.call_with(DateAdd, Modifier::Unit(unit), &[x, n], timestamp, id),
        None => {
            // Already in the form that has a spelling.
            return Ok(false);
        }
    };
    if ty == Type::Date {
        cx.air.set(id, Expr::Cast { operand: sum, to: Type::Date, rule: CastRule::IMPLICIT });
    } else {
        cx.become_copy(id, sum);
    }
    Ok(true)
}

fn interval_of(n: i64, unit: Unit) -> Option<Literal> {
    let small = |n: i64, factor: i64| n.checked_mul(factor).and_then(|n| i32::try_from(n).ok());
    let (mut months, mut days, mut micros) = (0, 0, 0);
    match unit {
        Unit::Microsecond => micros = n,
        Unit::Millisecond => micros = n.checked_mul(1_000)?,
        Unit::Second => micros = n.checked_mul(1_000_000)?,
        Unit::Minute => micros = n.checked_mul(60_000_000)?,
        Unit::Hour => micros = n.checked_mul(3_600_000_000)?,
        Unit::Day => days = small(n, 1)?,
        Unit::Week => days = small(n, 7)?,
        Unit::Month => months = small(n, 1)?,
        Unit::Quarter => months = small(n, 3)?,
        Unit::Year => months = small(n, 12)?,
        Unit::Decade => months = small(n, 120)?,
        Unit::Century => months = small(n, 1_200)?,
        Unit::Millennium => months = small(n, 12_000)?,
    }
    Some(Literal::Interval { months, days, micros })
}

fn is_negative(value: Literal) -> bool {
    matches!(value, Literal::Interval { months, days, micros } if months < 0 || days < 0 || micros < 0)
}

fn negated(value: Literal) -> Literal {
    match value {
        Literal::Interval { months, days, micros } => {
            Literal::Interval { months: -months, days: -days, micros: -micros }
        }
        other => other,
    }
}

fn roll_over(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Call { modifier: Modifier::Unit(unit), .. } = cx.air.expr(id) else { return Ok(false) };
    let Some([x, n]) = cx.args(id) else { return Ok(false) };
    let ty = cx.air.ty(id);
    if !counts_months(unit) {
        let args = cx.air.push_list(&[x, n]);
        cx.air.set(id, Expr::Call { op: DateAdd, modifier: Modifier::Unit(unit), args });
        return Ok(true);
    }
    let one = cx.int(1, id);
    let day = cx.call(ExtractDay, &[x], Type::I32, id);
    let days = cx.call(Sub, &[day, one], Type::I32, id);
    let back = cx.call(Neg, &[days], Type::I32, id);
    let first = cx.call_with(DateAdd, Modifier::Unit(Unit::Day), &[x, back], ty, id);
    let moved = cx.call_with(DateAdd, Modifier::Unit(unit), &[first, n], ty, id);
    let args = cx.air.push_list(&[moved, days]);
    cx.air.set(id, Expr::Call { op: DateAdd, modifier: Modifier::Unit(Unit::Day), args });
    Ok(true)
}

/// A time of day takes no spans of time: what is counted in seconds has to stay within the day.
fn seconds_of_a_day(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.time_spans || cx.target.can.interval_values {
        return Ok(false);
    }
    let Some([seconds]) = cx.args(id) else { return Ok(false) };
    let span = cx.air.span(id);
    match cx.int_value(seconds) {
        Some(0..SECONDS_OF_DAY) => Ok(false),
        known if known.is_some() || cx.seen_below(seconds).negative => {
            cx.refuse(codes::BUILTIN, span, "a time here is neither below zero nor longer than a day", "")
        }
        _ => {
            let subject = cx.subject(seconds);
            cx.assume(Assume::TimeOfDay, &subject, span).map(|()| false)
        }
    }
}

const SECONDS_OF_DAY: i64 = 86_400;

fn part_of_a_span(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.time_spans && cx.target.can.temporal_types {
        return Ok(false);
    }
    let Some((op, args)) = cx.as_call(id) else { return Ok(false) };
    let time = cx.air.at(args, 0);
    let seconds = match (cx.as_call(time), cx.as_call(cx.origin(time))) {
        (Some((SecondsToTime, args)), _) => cx.air.at(args, 0),
        // A span that a derived table gives.
        (None, Some((SecondsToTime, _))) => cx.call(TimeToSeconds, &[time], Type::I64, id),
        _ => return Ok(false),
    };
    let whole = cx.air.ty(seconds).is_int();
    let seconds = if whole { seconds } else { cx.cast(seconds, Type::I64) };
    let int = Type::I64;
    let size = cx.call(Abs, &[seconds], int, id);
    let sixty = cx.int(60, id);
    let (inner, last) = match op {
        ExtractHour => {
            let hour = cx.int(3600, id);
            (DivInt, [size, hour])
        }
        ExtractMinute => {
            let minutes = cx.call(DivInt, &[size, sixty], int, id);
            (Mod, [minutes, sixty])
        }
        _ => (Mod, [size, sixty]),
    };
    let part = cx.call(inner, &last, int, id);
    let ty = cx.air.ty(id);
    cx.air.set(id, Expr::Cast { operand: part, to: ty, rule: CastRule::IMPLICIT });
    Ok(true)
}

/// True for what the target computes as an interval, though it is a time.
fn is_span(cx: &Context<'_>, id: ExprId) -> bool {
    match cx.air.expr(id) {
        Expr::Call { op: SecondsToTime, .. } => true,
        Expr::Scalar { query, .. } => match cx.air.query(query).body {
            Body::Select { select } => {
                crate::build::output_expr(cx.air, select, 0).is_some_and(|output| is_span(cx, output))
            }
            _ => false,
        },
        Expr::Column { .. } => {
            let origin = cx.origin(id);
            origin != id && is_span(cx, origin)
        }
        Expr::Call { op, args, .. } if chooses(op) => cx.air.list(args).iter().any(|&arg| is_span(cx, arg)),
        Expr::Aggregate { op: Min | Max, args, .. } => is_span(cx, cx.air.at(args, 0)),
        Expr::Cast { operand, to: Type::Interval(_), .. } => cx.air.ty(operand) != Type::Null,
        Expr::Case { branches, otherwise, .. } => {
            cx.air.list(branches).iter().any(|branch| is_span(cx, branch.then))
                || otherwise.is_some_and(|otherwise| is_span(cx, otherwise))
        }
        _ => false,
    }
}

fn chooses(op: air::Builtin) -> bool {
    matches!(op, Coalesce | NullIf | Greatest | Least | GreatestSkipNulls | LeastSkipNulls)
}

/// Where spans of time are intervals, the times beside one become such too.
fn spans_among_times(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !matches!(cx.air.ty(id), Type::Time { .. }) || !is_span(cx, id) {
        return Ok(false);
    }
    let choices: Vec<ExprId> = match cx.air.expr(id) {
        Expr::Call { op, args, .. } if chooses(op) => cx.air.list(args).to_vec(),
        Expr::Case { branches, otherwise, .. } => {
            cx.air.list(branches).iter().map(|branch| branch.then).chain(otherwise).collect()
        }
        _ => return Ok(false),
    };
    Ok(as_spans(cx, &choices))
}

/// Makes spans of the times that are none.
fn as_spans(cx: &mut Context<'_>, times: &[ExprId]) -> bool {
    let mut fired = false;
    for &time in times {
        if matches!(cx.air.ty(time), Type::Time { .. }) && !is_span(cx, time) && !cx.is_null_literal(time) {
            let (expr, info) = (cx.air.expr(time), cx.air.info(time));
            let operand = cx.make(expr, info.ty, info.nullable, time);
            let to = Type::Interval(air::types::IntervalKind::Mixed);
            cx.air.set(time, Expr::Cast { operand, to, rule: CastRule::IMPLICIT });
            cx.air.info_mut(time).ty = to;
            fired = true;
        }
    }
    fired
}

fn spans_among_rows(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Body::SetOp { left, right, .. } = cx.air.query(query).body else { return Ok(false) };
    let mut blocks = Vec::new();
    let mut stack = vec![left, right];
    while let Some(query) = stack.pop() {
        match cx.air.query(query).body {
            Body::SetOp { left, right, .. } => stack.extend([left, right]),
            Body::Select { select } => blocks.push(select),
            Body::Values { .. } => {}
        }
    }
    let mut fired = false;
    for at in 0..crate::build::outputs(cx.air, left).len() as u32 {
        let items: Vec<ExprId> =
            blocks.iter().filter_map(|&select| crate::build::output_expr(cx.air, select, at)).collect();
        if items.iter().any(|&item| is_span(cx, item)) {
            fired |= as_spans(cx, &items);
        }
    }
    Ok(fired)
}

fn interval_as_units(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.interval_values {
        return Ok(false);
    }
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([x, interval]) = cx.args(id) else { return Ok(false) };
    let ty = cx.air.ty(id);
    // A time of day starts again at midnight; where TIME is a span of time, the sum goes on.
    if matches!(ty, Type::Time { .. })
        && cx.target.can.temporal_types
        && !matches!(cx.air.ty(x), Type::Timestamp { .. })
    {
        // On some day it is the time of that day, of which the day is left out again.
        let moment = Type::Timestamp { precision: 6, zone: Zone::None };
        let day = cx.text("2000-01-01 ", id);
        let text = cx.cast(x, Type::TEXT);
        let moved = cx.call(Concat, &[day, text], Type::TEXT, id);
        let start = cx.cast(moved, moment);
        let op = if op == SubInterval { SubInterval } else { AddInterval };
        let later = cx.call(op, &[start, interval], moment, id);
        cx.air.set(id, Expr::Cast { operand: later, to: ty, rule: CastRule::IMPLICIT });
        return Ok(true);
    }
    let sign = if op == SubInterval { -1 } else { 1 };
    let mut value = x;
    if matches!(ty, Type::Timestamp { .. }) && matches!(cx.air.ty(x), Type::Date | Type::Text(_)) {
        value = cx.cast(x, ty);
    }
    let mut steps: Vec<(ExprId, Unit)> = Vec::new();
    if !interval_steps(cx, interval, sign, &mut steps) {
        let span = cx.air.span(interval);
        let message = "an interval that is not written out has no form";
        return cx.refuse(codes::BUILTIN, span, message, "write the interval as a literal");
    }
    if matches!(ty, Type::Time { .. }) {
        // Months and days go by without moving the clock.
        steps.retain(|(_, unit)| {
            matches!(unit, Unit::Hour | Unit::Minute | Unit::Second | Unit::Millisecond | Unit::Microsecond)
        });
    }
    if steps.is_empty() {
        cx.become_copy(id, value);
        return Ok(true);
    }
    let last = steps.len() - 1;
    for (i, (n, unit)) in steps.into_iter().enumerate() {
        if i == last {
            let args = cx.air.push_list(&[value, n]);
            cx.air.set(id, Expr::Call { op: DateAdd, modifier: Modifier::Unit(unit), args });
        } else {
            value = cx.call_with(DateAdd, Modifier::Unit(unit), &[value, n], ty, id);
        }
    }
    Ok(true)
}

/// The units an interval adds, in order; false if it is not made of parts that can be seen.
fn interval_steps(cx: &mut Context<'_>, id: ExprId, sign: i64, steps: &mut Vec<(ExprId, Unit)>) -> bool {
    match cx.air.expr(id) {
        Expr::Literal { value: Literal::Interval { months, days, micros } } => {
            if months != 0 {
                let (n, unit) =
                    if months % 12 == 0 { (months / 12, Unit::Year) } else { (months, Unit::Month) };
                steps.push((cx.int(sign * i64::from(n), id), unit));
            }
            if days != 0 {
                steps.push((cx.int(sign * i64::from(days), id), Unit::Day));
            }
            if micros != 0 {
                let (n, unit) = match micros {
                    n if n % 3_600_000_000 == 0 => (n / 3_600_000_000, Unit::Hour),
                    n if n % 60_000_000 == 0 => (n / 60_000_000, Unit::Minute),
                    n if n % 1_000_000 == 0 => (n / 1_000_000, Unit::Second),
                    n => (n, Unit::Microsecond),
                };
                steps.push((cx.int(sign * n, id), unit));
            }
            true
        }
        Expr::Call { op: MakeInterval, modifier: Modifier::Unit(unit), args } => {
            let n = cx.air.at(args, 0);
            let n = match (sign, cx.int_value(n)) {
                (1, _) => n,
                (_, Some(value)) => cx.int(-value, id),
                _ => {
                    let ty = cx.air.ty(n);
                    cx.call(Neg, &[n], ty, id)
                }
            };
            steps.push((n, unit));
            true
        }
        Expr::Call { op: Neg, args, .. } => {
            let inner = cx.air.at(args, 0);
            interval_steps(cx, inner, -sign, steps)
        }
        Expr::Call { op: op @ (Add | Sub), args, .. } => {
            let (left, right) = (cx.air.at(args, 0), cx.air.at(args, 1));
            let right_sign = if op == Sub { -sign } else { sign };
            interval_steps(cx, left, sign, steps) && interval_steps(cx, right, right_sign, steps)
        }
        Expr::Call { op: Mul, args, .. } => {
            let (left, right) = (cx.air.at(args, 0), cx.air.at(args, 1));
            let is_interval = |cx: &Context<'_>, id| matches!(cx.air.ty(id), Type::Interval(_));
            let (n, interval) = if is_interval(cx, left) { (right, left) } else { (left, right) };
            let Some(Literal::Interval { months, days, micros }) = cx.air.literal(interval) else {
                return false;
            };
            let (count, unit) = match (months, days, micros) {
                (months, 0, 0) => (i64::from(months), Unit::Month),
                (0, days, 0) => (i64::from(days), Unit::Day),
                (0, 0, micros) if micros % 1_000_000 == 0 => (micros / 1_000_000, Unit::Second),
                _ => return false,
            };
            if !cx.air.ty(n).is_int() {
                return false;
            }
            let count = cx.int(sign * count, id);
            steps.push((cx.call(Mul, &[n, count], Type::I64, id), unit));
            true
        }
        _ => false,
    }
}

fn field_of_difference(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.interval_values {
        return Ok(false);
    }
    let Some((op, args)) = cx.as_call(id) else { return Ok(false) };
    let Some((of, args)) = cx.as_call(cx.air.at(args, 0)) else { return Ok(false) };
    let &[to, from] = cx.air.list(args) else { return Ok(false) };
    let (unit, cycle) = match (of, op) {
        (SubTimestamps, ExtractEpoch) => return seconds_between(cx, id, from, to),
        (SubTimestamps, ExtractDay) => (Unit::Day, None),
        (SubTimestamps, ExtractHour) => (Unit::Hour, Some(24)),
        (SubTimestamps, ExtractMinute) => (Unit::Minute, Some(60)),
        (Age, ExtractYear) => (Unit::Year, None),
        (Age, ExtractMonth) => (Unit::Month, Some(12)),
        (Age, ExtractDay) => return days_of_age(cx, id, from, to),
        (Age, ExtractEpoch) => return Ok(false),
        _ => return Ok(false),
    };
    let units = cx.call_with(CompleteUnits, Modifier::Unit(unit), &[from, to], Type::I64, id);
    match cycle {
        None => cx.become_copy(id, units),
        Some(cycle) => {
            let cycle = cx.int(cycle, id);
            cx.become_call(id, Mod, &[units, cycle]);
        }
    }
    Ok(true)
}

/// The days that are left between two dates when complete months are taken off: those from the day of the earlier one,
/// over the end of its month if the later one's day is smaller. They are negative when the second date is the later one.
fn days_of_age(cx: &mut Context<'_>, id: ExprId, from: ExprId, to: ExprId) -> Fired {
    let date = |cx: &Context<'_>, id: ExprId| match cx.air.expr(id) {
        Expr::Cast { operand, .. } if cx.air.ty(operand) == Type::Date => Some(operand),
        Expr::Call { op: IsoTimestamp, args, .. } if cx.air.ty(cx.air.at(args, 0)) == Type::Date => {
            Some(cx.air.at(args, 0))
        }
        _ => (cx.air.ty(id) == Type::Date).then_some(id),
    };
    let (Some(from), Some(to)) = (date(cx, from), date(cx, to)) else { return Ok(false) };
    let left = |cx: &mut Context<'_>, early: ExprId, late: ExprId| {
        let int = Type::I64;
        let (first, last) = (cx.call(ExtractDay, &[early], int, id), cx.call(ExtractDay, &[late], int, id));
        let days = cx.call(Sub, &[last, first], int, id);
        let end = cx.call(LastDay, &[early], Type::Date, id);
        let month = cx.call(ExtractDay, &[end], int, id);
        let carried = cx.call(Add, &[days, month], int, id);
        let complete = cx.compare(CompareOp::Ge, last, first);
        cx.case(&[(complete, days)], Some(carried), int, id)
    };
    let forward = left(cx, from, to);
    let backward = left(cx, to, from);
    let backward = cx.call(Neg, &[backward], Type::I64, id);
    let ordered = cx.compare(CompareOp::Ge, to, from);
    let expr = cx.case_expr(&[(ordered, forward)], Some(backward));
    let expr = if cx.air.info(from).nullable || cx.air.info(to).nullable {
        let known: Vec<ExprId> = vec![cx.is_null(from, false), cx.is_null(to, false)];
        let missing = cx.any_of(&known, id);
        let null = cx.null(Type::I64, id);
        let days = cx.make(expr, Type::I64, true, id);
        cx.case_expr(&[(missing, null)], Some(days))
    } else {
        expr
    };
    cx.air.set(id, expr);
    Ok(true)
}

/// The seconds between two timestamps with their fraction.
fn seconds_between(cx: &mut Context<'_>, id: ExprId, from: ExprId, to: ExprId) -> Fired {
    let micro = Modifier::Unit(Unit::Microsecond);
    if cx.target.can.temporal_types {
        let micros = cx.call_with(CompleteUnits, micro, &[from, to], Type::I64, id);
        let unit = cx.decimal("0.000001", id);
        cx.become_call(id, Mul, &[micros, unit]);
        return Ok(true);
    }
    let (to, from) =
        (cx.call(ExtractEpoch, &[to], Type::Number, id), cx.call(ExtractEpoch, &[from], Type::Number, id));
    let seconds = cx.call(Sub, &[to, from], Type::Float64, id);
    let digits = cx.int(6, id);
    cx.become_call(id, Round, &[seconds, digits]);
    Ok(true)
}

fn date_result(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.air.ty(id) != Type::Date {
        return Ok(false);
    }
    let expr = cx.air.expr(id);
    let inner = cx.make(expr, Type::TIMESTAMP, true, id);
    cx.air.set(id, Expr::Cast { operand: inner, to: Type::Date, rule: CastRule::IMPLICIT });
    Ok(true)
}

fn local_now(cx: &mut Context<'_>, id: ExprId) -> Fired {
    // Where the zone is part of the type, it has to go.
    let wanted = cx.air.ty(id);
    if !cx.speaks(Age) || !matches!(wanted, Type::Timestamp { zone: Zone::None, .. }) {
        return Ok(false);
    }
    let expr = cx.air.expr(id);
    let now = cx.make(expr, Type::Timestamp { precision: 6, zone: Zone::Instant }, false, id);
    cx.air.set(id, Expr::Cast { operand: now, to: wanted, rule: CastRule::IMPLICIT });
    Ok(true)
}

fn sticky_of_text(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.temporal_types {
        return Ok(false);
    }
    let Some([x, n]) = cx.args(id) else { return Ok(false) };
    let ty = cx.air.ty(id);
    let Some(step) = modifier(cx, n, 0, Unit::Month, id) else { return Ok(false) };
    let start = cx.text("start of month", id);
    let next = cx.text("+1 month", id);
    let back = cx.text("-1 day", id);
    let day = cx.call(IsoDate, &[x], Type::Date, id);
    let last = cx.call(IsoDate, &[x, start, next, back], Type::Date, id);
    let is_last = cx.compare(CompareOp::Eq, day, last);
    let function = iso_function(cx, ty, x, Unit::Month)?;
    let to_last = if function == IsoDate {
        cx.call(IsoDate, &[x, start, step, next, back], Type::Date, id)
    } else {
        let date = cx.call(IsoDate, &[x, start, step, next, back], Type::Date, id);
        let blank = cx.text(" ", id);
        let time = cx.call(IsoTime, &[x], Type::TEXT, id);
        cx.call(Concat, &[date, blank, time], ty, id)
    };
    let clamped = cx.call_with(DateAdd, Modifier::Unit(Unit::Month), &[x, n], ty, id);
    let expr = cx.case_expr(&[(is_last, to_last)], Some(clamped));
    cx.air.set(id, expr);
    Ok(true)
}

fn days_of_timestamp(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.temporal_types && !cx.target.can.interval_values {
        return fractions_of_days(cx, id);
    }
    // Where intervals of all parts exist, `+ n` is for dates alone.
    if !cx.target.can.interval_values || !cx.speaks(Age) {
        return Ok(false);
    }
    let Some([x, n]) = cx.args(id) else { return Ok(false) };
    if cx.air.ty(x) == Type::Date && cx.air.ty(n).is_int() {
        return Ok(false);
    }
    if !matches!(cx.air.ty(x), Type::Date | Type::Timestamp { .. }) {
        return Ok(false);
    }
    let kind = Type::Interval(air::types::IntervalKind::Mixed);
    let days = cx.call_with(MakeInterval, Modifier::Unit(Unit::Day), &[n], kind, id);
    cx.become_call(id, AddInterval, &[x, days]);
    Ok(true)
}

/// Intervals of days are whole there; a part of a day is so many seconds.
fn fractions_of_days(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some([x, n]) = cx.args(id) else { return Ok(false) };
    let whole = cx.air.ty(n).is_int() || cx.int_value(n).is_some();
    if whole || !matches!(cx.air.ty(x), Type::Timestamp { .. }) {
        return Ok(false);
    }
    let ty = cx.air.ty(n);
    let (day, digits) = (cx.int(86_400, n), cx.int(0, n));
    let seconds = cx.call(Mul, &[n, day], ty, n);
    let seconds = cx.call(Round, &[seconds, digits], ty, n);
    let args = cx.air.push_list(&[x, seconds]);
    cx.air.set(id, Expr::Call { op: DateAdd, modifier: Modifier::Unit(Unit::Second), args });
    Ok(true)
}

/// Functions of times as texts know thousandths of a second; the text itself has all digits.
fn seconds_of_iso_text(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.temporal_types {
        return Ok(false);
    }
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([moment]) = cx.args(id) else { return Ok(false) };
    let behind = match cx.air.ty(moment) {
        Type::Time { .. } => "HH:MM:".len() + 1,
        Type::Timestamp { .. } => "YYYY-MM-DD HH:MM:".len() + 1,
        _ => return Ok(false),
    };
    let factor = match op {
        ExtractMillisecond => 1_000,
        ExtractMicrosecondTotal => 1_000_000,
        _ => 1,
    };
    let from = cx.int(behind as i64, id);
    let text = cx.call(SubstringInside, &[moment, from], Type::TEXT, id);
    let nullable = cx.air.info(moment).nullable;
    let seconds = Expr::Cast { operand: text, to: Type::Float64, rule: CastRule::IMPLICIT };
    let mut value = cx.make(seconds, Type::Float64, nullable, id);
    if factor > 1 {
        let factor = cx.int(factor, id);
        value = cx.call(Mul, &[value, factor], Type::Float64, id);
        // The product of a float is a hair beside the whole microseconds it means.
        let digits = cx.int(if op == ExtractMillisecond { 3 } else { 0 }, id);
        value = cx.call(Round, &[value, digits], Type::Float64, id);
    }
    let ty = cx.air.ty(id);
    cx.become_copy(id, value);
    cx.air.info_mut(id).ty = ty;
    Ok(true)
}

/// Functions of times as texts leave the fraction of the second out; the text they are given has it.
fn fraction_of_iso_text(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let plain =
        |ty: Type| matches!(ty, Type::Timestamp { precision: 0, .. } | Type::Time { precision: 0, .. });
    let ty = cx.air.ty(id);
    if cx.target.can.temporal_types || plain(ty) {
        return Ok(false);
    }
    let Some((op, args)) = cx.as_call(id) else { return Ok(false) };
    let args = cx.air.list(args).to_vec();
    if !args[1..].iter().all(|&modifier| adds_whole_seconds(cx, modifier)) {
        return Ok(false);
    }
    let Some(fraction) = fraction_of(cx, args[0]) else { return Ok(false) };
    let whole = cx.air.copy(id);
    cx.air.info_mut(whole).ty = match op {
        IsoTime => Type::Time { precision: 0, zone: false },
        _ => Type::Timestamp { precision: 0, zone: Zone::None },
    };
    cx.become_call(id, Concat, &[whole, fraction]);
    Ok(true)
}

/// True for `'+3 days'` and for `n || ' days'` of a whole number.
fn adds_whole_seconds(cx: &Context<'_>, modifier: ExprId) -> bool {
    const WORDS: [&str; 6] = [" seconds", " minutes", " hours", " days", " months", " years"];
    let named = |text: &str| WORDS.iter().find_map(|word| text.strip_suffix(word)).map(str::to_owned);
    if let Some(text) = cx.text_literal(modifier) {
        return named(text).is_some_and(|count| count.parse::<i64>().is_ok());
    }
    let Some((Concat, args)) = cx.as_call(modifier) else { return false };
    let &[count, word] = cx.air.list(args) else { return false };
    cx.air.ty(count).is_int() && cx.text_literal(word).and_then(named).is_some_and(|count| count.is_empty())
}

/// The fraction of the second in a moment kept as text, its point included; `None` where there is none.
fn fraction_of(cx: &mut Context<'_>, moment: ExprId) -> Option<ExprId> {
    match cx.air.expr(moment) {
        Expr::Literal { value: Literal::Timestamp { text } | Literal::Time { text } } => {
            let fraction = cx.air.text(text).split_once('.').map(|(_, digits)| format!(".{digits}"))?;
            fraction[1..].bytes().all(|b| b.is_ascii_digit()).then(|| cx.text(&fraction, moment))
        }
        // What this rule made of a call: the fraction stands last.
        Expr::Call { op: Concat, args, .. } => {
            let last = *cx.air.list(args).last()?;
            let made = matches!(cx.as_call(last), Some((SubstringInside, _)))
                || cx.text_literal(last).is_some_and(|text| text.starts_with('.'));
            if made { Some(cx.air.copy(last)) } else { fraction_of(cx, last) }
        }
        // What a rule is yet to make: whole units leave the fraction alone, and others have no form.
        Expr::Call {
            op: IsoTimestamp | IsoTime | DateAdd | DateAddRoll | AddDays | AddInterval | SubInterval,
            args,
            ..
        } => {
            let inner = cx.air.at(args, 0);
            fraction_of(cx, inner)
        }
        // What chooses among moments takes their fractions along.
        Expr::Column { .. }
        | Expr::Case { .. }
        | Expr::Scalar { .. }
        | Expr::Aggregate { op: Min | Max, .. }
        | Expr::Call {
            op: Coalesce | NullIf | Greatest | Least | GreatestSkipNulls | LeastSkipNulls, ..
        } => {
            let behind = match cx.air.ty(moment) {
                Type::Time { precision: 1.., .. } => "HH:MM:SS".len() + 1,
                Type::Timestamp { precision: 1.., zone: Zone::None } => "YYYY-MM-DD HH:MM:SS".len() + 1,
                _ => return None,
            };
            let (moment, from) = (cx.air.copy(moment), cx.int(behind as i64, moment));
            Some(cx.call(SubstringInside, &[moment, from], Type::TEXT, moment))
        }
        _ => None,
    }
}

/// A moment that the target cannot say becomes NULL there.
fn unix_time_in_range(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some([seconds]) = cx.args(id) else { return Ok(false) };
    let (least, most) = cx.target.can.unix_time;
    let Some(value) = cx.int_value(seconds) else { return Ok(false) };
    if (least..=most).contains(&value) {
        return Ok(false);
    }
    let span = cx.air.span(id);
    cx.refuse(codes::LITERAL, span, "a moment so far from 1970 has no value", "")
}
