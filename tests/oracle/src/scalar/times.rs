//! Dates and times.

use super::{Call, float, int, text};
use crate::cast;
use crate::decimal::{Decimal, Rounding};
use crate::error::{Eval, EvalError};
use crate::time::{self, DAY, HOUR, MINUTE, SECOND};
use crate::value::{Interval, Value};
use air::Builtin;
use air::expr::Unit;
use air::timeformat::{Field, Piece, pieces};
use air::types::{CastRule, Type};

/// Evaluates a builtin of dates and times; `None` if `call` is none.
pub fn evaluate(call: &Call<'_>, args: &[Value]) -> Option<Eval<Value>> {
    use Builtin as B;
    let today = time::split(call.now).0;
    let part = |f: fn(i64) -> i64| days(&args[0]).map(|days| Value::Int(f(days).into()));
    let clock = |f: fn(i64) -> i64| clock_of(&args[0]).map(|micros| Value::Int(f(micros).into()));
    Some(match call.op {
        B::CurrentDate | B::UtcDate => Ok(Value::Date(today)),
        B::CurrentTime => Ok(Value::Time(time::split(call.now).1)),
        B::CurrentTimestamp | B::UtcTimestamp | B::ClockTimestamp => Ok(Value::Timestamp(call.now)),
        B::UnixTimeNow => Ok(Value::Int((call.now / SECOND).into())),
        B::DateAdd | B::DateAddRoll => {
            call.unit().and_then(|unit| add_units(call, &args[0], unit, &args[1], call.op == B::DateAddRoll))
        }
        B::AddMonthsSticky => moment(&args[0]).and_then(|micros| {
            let (day, clock) = time::split(micros);
            let (year, month, of_month) = time::civil(day);
            let mut day_after = time::add_months(day, int64(&args[1])?);
            if of_month == time::month_length(year, month) {
                let (year, month, _) = time::civil(day_after);
                day_after = time::days_of(year, month, time::month_length(year, month));
            }
            shaped(call, &args[0], day_after * DAY + clock)
        }),
        B::AddInterval | B::SubInterval => {
            interval_arithmetic(if call.op == B::AddInterval { B::Add } else { B::Sub }, &args[0], &args[1])
                .and_then(|value| as_result(call, value))
        }
        B::AddDays => moment(&args[0]).and_then(|micros| {
            let by = match &args[1] {
                Value::Int(days) => *days as f64,
                other => float(other)?,
            };
            let by = match args[0] {
                Value::Date(_) if call.ty == Type::Date => by.round() * DAY as f64,
                _ => (by * DAY as f64).round(),
            };
            shaped(call, &args[0], micros + by as i64)
        }),
        B::DaysBetween => days(&args[0]).and_then(|a| Ok(Value::Int((a - days(&args[1])?).into()))),
        B::ElapsedDays => moment(&args[0]).and_then(|a| {
            let elapsed = Decimal::int(a - moment(&args[1])?);
            let days = elapsed.div(&Decimal::int(DAY), 40, Rounding::HalfAway);
            Ok(days.map_or(Value::Null, |days| Value::Decimal(days.significant(40))))
        }),
        B::BoundariesBetween => call.unit().and_then(|unit| {
            let (from, to) = (moment(&args[0])?, moment(&args[1])?);
            Ok(Value::Int((boundary(unit, to)? - boundary(unit, from)?).into()))
        }),
        B::CompleteUnits => call.unit().and_then(|unit| complete_units(unit, &args[0], &args[1])),
        B::SubTimestamps => moment(&args[0]).and_then(|a| {
            let micros = a - moment(&args[1])?;
            Ok(Value::Interval(Interval { months: 0, days: micros / DAY, micros: micros % DAY }))
        }),
        B::Age => moment(&args[0]).and_then(|a| Ok(Value::Interval(age(a, moment(&args[1])?)))),
        B::MonthsBetween => {
            moment(&args[0]).and_then(|a| Ok(Value::Decimal(months_between(a, moment(&args[1])?))))
        }
        B::MysqlDateSub => days(&args[0]).and_then(|a| {
            let number = |days: i64| {
                let (year, month, day) = time::civil(days);
                year * 10_000 + month * 100 + day
            };
            Ok(Value::Int((number(a) - number(days(&args[1])?)).into()))
        }),
        B::MakeInterval => call.unit().and_then(|unit| interval_of(unit, &args[0]).map(Value::Interval)),
        B::ExtractYear if is_interval(args) => from_interval(args, |i| i.months / 12),
        B::ExtractMonth if is_interval(args) => from_interval(args, |i| i.months % 12),
        B::ExtractDay if is_interval(args) => from_interval(args, |i| i.days),
        B::ExtractYear => part(|d| time::civil(d).0),
        B::ExtractQuarter => part(|d| (time::civil(d).1 - 1) / 3 + 1),
        B::ExtractMonth => part(|d| time::civil(d).1),
        B::ExtractDay => part(|d| time::civil(d).2),
        B::ExtractHour => clock(|t| t / HOUR),
        B::ExtractMinute => clock(|t| t / MINUTE % 60),
        B::ExtractSecond => clock(|t| t / SECOND % 60),
        B::ExtractMicrosecond => clock(|t| t % SECOND),
        B::ExtractSecondFraction => clock_of(&args[0]).map(|t| scaled(t % MINUTE, 6)),
        B::ExtractMillisecond => clock_of(&args[0]).map(|t| scaled(t % MINUTE, 3)),
        B::ExtractMicrosecondTotal => clock(|t| t % MINUTE),
        B::ExtractDayOfYear => part(time::day_of_year),
        B::ExtractWeekdaySunday1 => part(|d| (time::weekday_monday0(d) + 1) % 7 + 1),
        B::ExtractWeekdaySunday0 => part(|d| (time::weekday_monday0(d) + 1) % 7),
        B::ExtractWeekdayMonday0 => part(time::weekday_monday0),
        B::ExtractWeekdayMonday1 => part(|d| time::weekday_monday0(d) + 1),
        B::ExtractIsoWeek => part(|d| time::iso_week(d).1),
        B::ExtractIsoYear => part(|d| time::iso_week(d).0),
        B::ExtractWeekSunday => part(week_sunday),
        B::ExtractWeekMonday => part(|d| (time::day_of_year(d) + 6 - time::weekday_monday0(d)) / 7),
        B::ExtractWeekJan1 => part(|d| (time::day_of_year(d) - 1) / 7 + 1),
        B::ExtractWeekJan1Sunday => part(|d| {
            let january = time::days_of(time::civil(d).0, 1, 1);
            (time::day_of_year(d) - 1 + (time::weekday_monday0(january) + 1) % 7) / 7 + 1
        }),
        B::ExtractCentury | B::ExtractDecade | B::ExtractMillennium if is_interval(args) => {
            EvalError::unsupported("decades of intervals")
        }
        B::ExtractCentury => part(|d| (time::civil(d).0 - 1).div_euclid(100) + 1),
        B::ExtractDecade => part(|d| time::civil(d).0.div_euclid(10)),
        B::ExtractMillennium => part(|d| (time::civil(d).0 - 1).div_euclid(1000) + 1),
        B::ExtractEpoch => match &args[0] {
            Value::Interval(i) => {
                // Years of 365.25 days, months of 30 (PostgreSQL).
                let hours = i128::from(i.months / 12 * 1461 * 6 + (i.months % 12 * 30 + i.days) * 24);
                let micros = hours * i128::from(HOUR) + i128::from(i.micros);
                Ok(Value::Decimal(Decimal::new(micros.into(), 6)))
            }
            Value::Time(micros) => Ok(scaled(*micros, 6)),
            other => moment(other).map(|micros| scaled(micros, 6)),
        },
        B::UnixTime => moment(&args[0]).map(|micros| match micros % SECOND {
            0 => Value::Int((micros / SECOND).into()),
            _ => scaled(micros, 6),
        }),
        B::ExtractJulian => moment(&args[0]).map(|micros| {
            let (day, clock) = time::split(micros);
            let fraction = Decimal::int(clock).div(&Decimal::int(DAY), 20, Rounding::HalfAway);
            let whole = Decimal::int(day + 2_440_588);
            Value::Decimal(fraction.map_or(whole.clone(), |fraction| whole.add(&fraction.trimmed())))
        }),
        B::JulianDay => moment(&args[0]).map(|micros| {
            // Milliseconds, as SQLite keeps them.
            Value::Float((micros.div_euclid(1000) + 210_866_760_000_000) as f64 / 86_400_000.0)
        }),
        B::YearWeek => part(|d| match week_sunday(d) {
            // Days before the first Sunday count with the last week of the year before.
            0 => {
                let before = time::days_of(time::civil(d).0 - 1, 12, 31);
                time::civil(before).0 * 100 + week_sunday(before)
            }
            week => time::civil(d).0 * 100 + week,
        }),
        B::DateTrunc if is_interval(args) => EvalError::unsupported("truncation of intervals"),
        B::DateTrunc => {
            call.unit().and_then(|unit| shaped(call, &args[0], truncate(unit, moment(&args[0])?)?))
        }
        B::DateTruncWeekSunday => moment(&args[0]).and_then(|micros| {
            let day = time::split(micros).0;
            shaped(call, &args[0], (day - (time::weekday_monday0(day) + 1) % 7) * DAY)
        }),
        B::Trunc => moment(&args[0]).and_then(|micros| shaped(call, &args[0], time::split(micros).0 * DAY)),
        B::LastDay => moment(&args[0]).and_then(|micros| {
            let (day, clock) = time::split(micros);
            let (year, month, _) = time::civil(day);
            let last = time::days_of(year, month, time::month_length(year, month));
            shaped(call, &args[0], last * DAY + clock)
        }),
        B::MakeDate => {
            int64(&args[0]).and_then(|year| match time::date(year, int64(&args[1])?, int64(&args[2])?) {
                Some(days) => Ok(Value::Date(days)),
                None => EvalError::fails("no such date"),
            })
        }
        B::MakeDateOfYear => match args.iter().any(Value::is_null) {
            true => Ok(Value::Null),
            false => int64(&args[0]).and_then(|year| {
                let day = int64(&args[1])?;
                let last = time::days_of(9999, 12, 31);
                Ok(match time::days_of(year, 1, 1).checked_add(day - 1) {
                    Some(days) if day >= 1 && days <= last => Value::Date(days),
                    _ => Value::Null,
                })
            }),
        },
        B::MakeTime => int64(&args[0]).and_then(|hour| {
            let (minute, second) = (int64(&args[1])?, micros_of_seconds(&args[2])?);
            if !(0..60).contains(&minute) || !(0..60 * SECOND).contains(&second) {
                return EvalError::fails("no such time");
            }
            Ok(Value::Time(hour * HOUR + minute * MINUTE + second))
        }),
        B::MakeTimestamp => int64(&args[0]).and_then(|year| {
            let day = time::date(year, int64(&args[1])?, int64(&args[2])?);
            let (hour, minute, second) = (int64(&args[3])?, int64(&args[4])?, micros_of_seconds(&args[5])?);
            match day {
                Some(day) if (0..24).contains(&hour) && (0..60).contains(&minute) => {
                    Ok(Value::Timestamp(day * DAY + hour * HOUR + minute * MINUTE + second))
                }
                _ => EvalError::fails("no such timestamp"),
            }
        }),
        B::FromUnixTime => micros_of_seconds(&args[0]).and_then(|micros| match micros < YEAR_1 {
            true => EvalError::unsupported("years before 1"),
            false => Ok(Value::Timestamp(micros)),
        }),
        B::DayName => part_name(args, |d| time::WEEKDAYS[time::weekday_monday0(d) as usize]),
        B::MonthName => part_name(args, |d| time::MONTHS[(time::civil(d).1 - 1) as usize]),
        B::ToDays => part(|d| d + 719_528),
        B::FromDays => int64(&args[0]).map(|n| Value::Date(n - 719_528)),
        B::TimeToSeconds => span_of(&args[0]).map(|micros| match micros % SECOND {
            0 => Value::Int((micros / SECOND).into()),
            _ => scaled(micros, 6),
        }),
        B::SecondsToTime => micros_of_seconds(&args[0]).map(Value::Time),
        B::FormatTime => format(&args[0], &text(&args[1])).map(Value::Text),
        B::AtTimeZone => match text(&args[1]).to_ascii_uppercase().as_str() {
            "UTC" | "GMT" | "+00:00" | "Z" => Ok(args[0].clone()),
            _ => EvalError::unsupported("time zones other than UTC"),
        },
        _ => return None,
    })
}

/// The beginning of the year 1.
const YEAR_1: i64 = -719_162 * DAY;

fn is_interval(args: &[Value]) -> bool {
    matches!(args.first(), Some(Value::Interval(_)))
}

fn from_interval(args: &[Value], f: fn(Interval) -> i64) -> Eval<Value> {
    match args[0] {
        Value::Interval(interval) => Ok(Value::Int(f(interval).into())),
        _ => EvalError::malformed("an interval"),
    }
}

fn part_name(args: &[Value], f: fn(i64) -> &'static str) -> Eval<Value> {
    days(&args[0]).map(|days| Value::Text(f(days).to_owned()))
}

fn int64(value: &Value) -> Eval<i64> {
    i64::try_from(int(value)?).or_else(|_| EvalError::fails("number out of range"))
}

/// `micros / 10^scale` as a decimal.
fn scaled(micros: i64, scale: i32) -> Value {
    Value::Decimal(Decimal::new(micros.into(), scale))
}

fn micros_of_seconds(value: &Value) -> Eval<i64> {
    let micros = super::numbers::decimal(value)?.mul(&Decimal::int(SECOND)).rescale(0, Rounding::HalfAway);
    match micros.to_int().and_then(|micros| i64::try_from(micros).ok()) {
        Some(micros) => Ok(micros),
        None => EvalError::fails("seconds out of range"),
    }
}

/// Microseconds since 1970 of a date, timestamp or text of one.
pub fn moment(value: &Value) -> Eval<i64> {
    if let Value::Text(text) = value
        && time::has_small_fraction(text)
    {
        return EvalError::unsupported("a time of more than six digits after the point");
    }
    let micros = match value {
        Value::Text(text) => time::parse_timestamp(text),
        other => other.instant(),
    };
    micros.map_or_else(|| EvalError::fails(format!("`{value}` is no date")), Ok)
}

fn days(value: &Value) -> Eval<i64> {
    moment(value).map(|micros| time::split(micros).0)
}

/// A time with its sign.
fn span_of(value: &Value) -> Eval<i64> {
    match value {
        Value::Time(micros) => Ok(*micros),
        Value::Text(text) => match time::parse_time(text) {
            Some(micros) => Ok(micros),
            None => clock_of(value),
        },
        other => clock_of(other),
    }
}

fn clock_of(value: &Value) -> Eval<i64> {
    match value {
        Value::Time(micros) => Ok(micros.abs()),
        Value::Interval(interval) => Ok(interval.micros),
        Value::Text(text) => match time::parse_time(text) {
            Some(micros) => Ok(micros.abs()),
            None => moment(value).map(|micros| time::split(micros).1),
        },
        other => moment(other).map(|micros| time::split(micros).1),
    }
}

/// A moment in the type of the result, or in that of `like` where it is not known.
fn shaped(call: &Call<'_>, like: &Value, micros: i64) -> Eval<Value> {
    if !(-377_705_116_800_000_000..=253_402_300_799_999_999).contains(&micros) {
        return EvalError::fails("date out of range");
    }
    let as_date = match call.ty {
        Type::Date => true,
        Type::Timestamp { .. } => false,
        _ => matches!(like, Value::Date(_)),
    };
    match call.ty {
        Type::Text(_) | Type::Any(_) => match like {
            // Text in, text out: with time only where there was one, or one was made.
            Value::Text(text) if text.trim().len() <= 10 && micros.rem_euclid(DAY) == 0 => {
                Ok(Value::Text(time::show_date(time::split(micros).0)))
            }
            Value::Text(_) => Ok(Value::Text(time::show_timestamp(micros))),
            Value::Date(_) => Ok(Value::Date(time::split(micros).0)),
            _ => Ok(Value::Timestamp(micros)),
        },
        _ if as_date => Ok(Value::Date(time::split(micros).0)),
        _ => Ok(Value::Timestamp(micros)),
    }
}

fn as_result(call: &Call<'_>, value: Value) -> Eval<Value> {
    match call.ty {
        Type::Date | Type::Timestamp { .. } | Type::Time { .. } => {
            cast::cast(&value, call.ty, CastRule::IMPLICIT)
        }
        _ => Ok(value),
    }
}

/// So many units as an interval.
fn interval_of(unit: Unit, count: &Value) -> Eval<Interval> {
    let whole = |factor: i64| -> Eval<i64> {
        int64(count)?.checked_mul(factor).map_or_else(|| EvalError::fails("interval out of range"), Ok)
    };
    let micros = |factor: i64| -> Eval<i64> {
        let micros =
            super::numbers::decimal(count)?.mul(&Decimal::int(factor)).rescale(0, Rounding::HalfAway);
        let micros = micros.to_int().and_then(|micros| i64::try_from(micros).ok());
        micros.map_or_else(|| EvalError::fails("interval out of range"), Ok)
    };
    let mut interval = Interval::default();
    match unit {
        Unit::Microsecond => interval.micros = micros(1)?,
        Unit::Millisecond => interval.micros = micros(1000)?,
        Unit::Second => interval.micros = micros(SECOND)?,
        Unit::Minute => interval.micros = micros(MINUTE)?,
        Unit::Hour => interval.micros = micros(HOUR)?,
        Unit::Day => interval.days = whole(1)?,
        Unit::Week => interval.days = whole(7)?,
        Unit::Month => interval.months = whole(1)?,
        Unit::Quarter => interval.months = whole(3)?,
        Unit::Year => interval.months = whole(12)?,
        Unit::Decade => interval.months = whole(120)?,
        Unit::Century => interval.months = whole(1200)?,
        Unit::Millennium => interval.months = whole(12_000)?,
    }
    Ok(interval)
}

fn add_units(call: &Call<'_>, value: &Value, unit: Unit, count: &Value, roll: bool) -> Eval<Value> {
    let interval = interval_of(unit, count)?;
    if let Value::Time(micros) = value {
        return Ok(Value::Time(micros + interval.micros + interval.days * DAY));
    }
    let micros = add_interval(moment(value)?, interval, roll)?;
    // A time unit makes a timestamp of a date, unless the result is said to be one.
    let like = match value {
        Value::Date(_) if interval.micros != 0 && call.ty != Type::Date => &Value::Timestamp(0),
        value => value,
    };
    shaped(call, like, micros)
}

/// Months first, with clamping or rolling, then days, then time.
fn add_interval(micros: i64, interval: Interval, roll: bool) -> Eval<i64> {
    let (day, clock) = time::split(micros);
    if interval.months.abs() > 240_000 || interval.days.abs() > 8_000_000 {
        return EvalError::fails("date out of range");
    }
    let day = match (interval.months, roll) {
        (0, _) => day,
        (months, false) => time::add_months(day, months),
        (months, true) => time::add_months_rolling(day, months),
    };
    let sum = (day + interval.days).checked_mul(DAY).and_then(|sum| sum.checked_add(clock + interval.micros));
    sum.map_or_else(|| EvalError::fails("date out of range"), Ok)
}

/// Sums, differences and multiples that have an interval.
pub fn interval_arithmetic(op: Builtin, a: &Value, b: &Value) -> Eval<Value> {
    let signed = |interval: Interval| if op == Builtin::Sub { interval.negated() } else { interval };
    match (op, a, b) {
        (Builtin::Mul, Value::Interval(interval), factor)
        | (Builtin::Mul, factor, Value::Interval(interval)) => {
            let factor = super::numbers::decimal(factor)?;
            let times = |n: i64| factor.mul(&Decimal::int(n));
            // What is left of months goes into days of 30, what is left of days into time.
            let months = times(interval.months);
            let whole_months = months.rescale(0, Rounding::Truncate);
            let days = times(interval.days).add(&months.sub(&whole_months).mul(&Decimal::int(30)));
            let whole_days = days.rescale(0, Rounding::Truncate);
            let micros = times(interval.micros).add(&days.sub(&whole_days).mul(&Decimal::int(DAY)));
            let part = |d: Decimal| {
                let int = d.rescale(0, Rounding::HalfAway).to_int().and_then(|i| i64::try_from(i).ok());
                int.map_or_else(|| EvalError::fails("interval out of range"), Ok)
            };
            Ok(Value::Interval(Interval {
                months: part(whole_months)?,
                days: part(whole_days)?,
                micros: part(micros)?,
            }))
        }
        (Builtin::Mul, _, _) => EvalError::unsupported("product without an interval"),
        (_, Value::Interval(x), Value::Interval(y)) => {
            let y = signed(*y);
            let (months, days, micros) = (x.months + y.months, x.days + y.days, x.micros + y.micros);
            Ok(Value::Interval(Interval { months, days, micros }))
        }
        (_, Value::Interval(interval), value) | (_, value, Value::Interval(interval)) => {
            let interval = signed(*interval);
            match value {
                Value::Time(micros) => Ok(Value::Time((micros + interval.micros).rem_euclid(DAY))),
                Value::Date(_) if interval.micros == 0 => {
                    Ok(Value::Date(time::split(add_interval(moment(value)?, interval, false)?).0))
                }
                _ => Ok(Value::Timestamp(add_interval(moment(value)?, interval, false)?)),
            }
        }
        (_, value, Value::Text(text)) => match cast::parse_interval(text) {
            Some(interval) => interval_arithmetic(op, value, &Value::Interval(interval)),
            None => EvalError::fails(format!("`{text}` is no interval")),
        },
        _ => EvalError::unsupported("arithmetic of these dates"),
    }
}

/// Number of the unit a moment lies in, weeks from Sunday.
fn boundary(unit: Unit, micros: i64) -> Eval<i64> {
    let (day, _) = time::split(micros);
    let (year, month, _) = time::civil(day);
    Ok(match unit {
        Unit::Microsecond => micros,
        Unit::Millisecond => micros.div_euclid(1000),
        Unit::Second => micros.div_euclid(SECOND),
        Unit::Minute => micros.div_euclid(MINUTE),
        Unit::Hour => micros.div_euclid(HOUR),
        Unit::Day => day,
        Unit::Week => (day + 4).div_euclid(7),
        Unit::Month => year * 12 + month,
        Unit::Quarter => year * 4 + (month - 1) / 3,
        Unit::Year => year,
        Unit::Decade => year.div_euclid(10),
        Unit::Century => (year - 1).div_euclid(100),
        Unit::Millennium => (year - 1).div_euclid(1000),
    })
}

fn complete_units(unit: Unit, from: &Value, to: &Value) -> Eval<Value> {
    let (from, to) = (moment(from)?, moment(to)?);
    let micros = to - from;
    let months = |per: i64| {
        let key = |micros: i64| {
            let (day, clock) = time::split(micros);
            let (year, month, of_month) = time::civil(day);
            (year * 12 + month, (of_month, clock))
        };
        let ((a, a_rest), (b, b_rest)) = (key(from), key(to));
        let mut months = b - a;
        if months > 0 && b_rest < a_rest {
            months -= 1;
        } else if months < 0 && b_rest > a_rest {
            months += 1;
        }
        months / per
    };
    Ok(Value::Int(i128::from(match unit {
        Unit::Microsecond => micros,
        Unit::Millisecond => micros / 1000,
        Unit::Second => micros / SECOND,
        Unit::Minute => micros / MINUTE,
        Unit::Hour => micros / HOUR,
        Unit::Day => micros / DAY,
        Unit::Week => micros / (7 * DAY),
        Unit::Month => months(1),
        Unit::Quarter => months(3),
        Unit::Year => months(12),
        Unit::Decade => months(120),
        Unit::Century => months(1200),
        Unit::Millennium => months(12_000),
    })))
}

/// Years, months, days and time between, borrowing days from the month of the earlier one (PostgreSQL).
fn age(a: i64, b: i64) -> Interval {
    if a < b {
        return age(b, a).negated();
    }
    let ((a_day, a_clock), (b_day, b_clock)) = (time::split(a), time::split(b));
    let ((ay, am, ad), (by, bm, bd)) = (time::civil(a_day), time::civil(b_day));
    let (mut months, mut days, mut micros) = ((ay - by) * 12 + am - bm, ad - bd, a_clock - b_clock);
    if micros < 0 {
        micros += DAY;
        days -= 1;
    }
    if days < 0 {
        days += time::month_length(by, bm);
        months -= 1;
    }
    Interval { months, days, micros }
}

fn months_between(a: i64, b: i64) -> Decimal {
    let ((a_day, a_clock), (b_day, b_clock)) = (time::split(a), time::split(b));
    let ((ay, am, ad), (by, bm, bd)) = (time::civil(a_day), time::civil(b_day));
    let whole = Decimal::int((ay - by) * 12 + am - bm);
    let both_last = ad == time::month_length(ay, am) && bd == time::month_length(by, bm);
    if ad == bd || both_last {
        return whole;
    }
    let micros = Decimal::int((ad - bd) * DAY + a_clock - b_clock);
    let part = micros.div(&Decimal::int(31 * DAY), 40, Rounding::HalfAway);
    part.map_or(whole.clone(), |part| whole.add(&part))
}

fn week_sunday(days: i64) -> i64 {
    (time::day_of_year(days) + 6 - (time::weekday_monday0(days) + 1) % 7) / 7
}

fn truncate(unit: Unit, micros: i64) -> Eval<i64> {
    let (day, _) = time::split(micros);
    let (year, month, _) = time::civil(day);
    let start = |year: i64, month: i64| time::days_of(year, month, 1) * DAY;
    Ok(match unit {
        Unit::Microsecond => micros,
        Unit::Millisecond => micros.div_euclid(1000) * 1000,
        Unit::Second => micros.div_euclid(SECOND) * SECOND,
        Unit::Minute => micros.div_euclid(MINUTE) * MINUTE,
        Unit::Hour => micros.div_euclid(HOUR) * HOUR,
        Unit::Day => day * DAY,
        Unit::Week => (day - time::weekday_monday0(day)) * DAY,
        Unit::Month => start(year, month),
        Unit::Quarter => start(year, (month - 1) / 3 * 3 + 1),
        Unit::Year => start(year, 1),
        Unit::Decade => start(year.div_euclid(10) * 10, 1),
        Unit::Century => start((year - 1).div_euclid(100) * 100 + 1, 1),
        Unit::Millennium => start((year - 1).div_euclid(1000) * 1000 + 1, 1),
    })
}

/// Text of a date or time by a neutral format.
fn format(value: &Value, format: &str) -> Eval<String> {
    let micros = match value {
        Value::Time(micros) => *micros,
        Value::Text(text) => match time::parse_timestamp(text).or_else(|| time::parse_time(text)) {
            Some(micros) => micros,
            None => return EvalError::fails(format!("`{text}` is no date")),
        },
        other => moment(other)?,
    };
    let mut out = String::new();
    for piece in pieces(format) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Field(field) => out.push_str(&show_field(field, micros)),
        }
    }
    Ok(out)
}

fn show_field(field: Field, micros: i64) -> String {
    let (day, clock) = time::split(micros);
    let (year, month, of_month) = time::civil(day);
    let (iso_year, iso_week) = time::iso_week(day);
    let weekday = time::weekday_monday0(day);
    let hour = clock / HOUR;
    let hour12 = (hour + 11) % 12 + 1;
    let month_name = time::MONTHS[(month - 1) as usize];
    let day_name = time::WEEKDAYS[weekday as usize];
    let two = |n: i64| format!("{n:02}");
    let short = |name: &str| name[..3].to_owned();
    let upper = |name: &str| name.to_uppercase();
    let lower = |name: &str| name.to_lowercase();
    let padded = |name: String| format!("{name:<9}");
    let fraction = clock % SECOND;
    // Week 1 from Sunday: the first week with a Sunday in this year; days before belong to last year's last.
    let sunday_week = |days: i64| match week_sunday(days) {
        0 => {
            let before = time::days_of(time::civil(days).0 - 1, 12, 31);
            (time::civil(before).0, week_sunday(before))
        }
        week => (time::civil(days).0, week),
    };
    match field {
        Field::Year4 => format!("{year:04}"),
        Field::Year2 => two(year.rem_euclid(100)),
        Field::IsoYear4 => format!("{iso_year:04}"),
        Field::IsoYear2 => two(iso_year.rem_euclid(100)),
        Field::YearOfWeekSunday => format!("{:04}", sunday_week(day).0),
        Field::Quarter => ((month - 1) / 3 + 1).to_string(),
        Field::Month2 => two(month),
        Field::Month1 => month.to_string(),
        Field::MonthShort => short(month_name),
        Field::MonthShortUpper => upper(&short(month_name)),
        Field::MonthShortLower => lower(&short(month_name)),
        Field::MonthName => month_name.to_owned(),
        Field::MonthNameUpper => upper(month_name),
        Field::MonthNameLower => lower(month_name),
        Field::MonthNamePadded => padded(month_name.to_owned()),
        Field::MonthNameUpperPadded => padded(upper(month_name)),
        Field::MonthNameLowerPadded => padded(lower(month_name)),
        Field::Day2 => two(of_month),
        Field::Day1 => of_month.to_string(),
        Field::DayBlank => format!("{of_month:2}"),
        Field::DayOrdinal => {
            let suffix = match (of_month % 10, of_month / 10) {
                (_, 1) => "th",
                (1, _) => "st",
                (2, _) => "nd",
                (3, _) => "rd",
                _ => "th",
            };
            format!("{of_month}{suffix}")
        }
        Field::DayOfYear3 => format!("{:03}", time::day_of_year(day)),
        Field::DayOfYear1 => time::day_of_year(day).to_string(),
        Field::WeekdayShort => short(day_name),
        Field::WeekdayShortUpper => upper(&short(day_name)),
        Field::WeekdayShortLower => lower(&short(day_name)),
        Field::WeekdayName => day_name.to_owned(),
        Field::WeekdayNameUpper => upper(day_name),
        Field::WeekdayNameLower => lower(day_name),
        Field::WeekdayNamePadded => padded(day_name.to_owned()),
        Field::WeekdayNameUpperPadded => padded(upper(day_name)),
        Field::WeekdayNameLowerPadded => padded(lower(day_name)),
        Field::WeekdaySunday0 => ((weekday + 1) % 7).to_string(),
        Field::WeekdaySunday1 => ((weekday + 1) % 7 + 1).to_string(),
        Field::WeekdayMonday1 => (weekday + 1).to_string(),
        Field::IsoWeek2 => two(iso_week),
        Field::WeekSunday2 => two(week_sunday(day)),
        Field::WeekSunday1 => two(sunday_week(day).1),
        Field::WeekMonday2 => two((time::day_of_year(day) + 6 - weekday) / 7),
        Field::WeekMondayFour2 => two(match (iso_year.cmp(&year), iso_week) {
            (std::cmp::Ordering::Less, _) => 0,
            // The ISO week of next year is one more than the last one of this year.
            (std::cmp::Ordering::Greater, _) => time::iso_week(day - 7).1 + 1,
            (std::cmp::Ordering::Equal, week) => week,
        }),
        Field::WeekJan2 => two((time::day_of_year(day) - 1) / 7 + 1),
        Field::WeekOfMonth => ((of_month - 1) / 7 + 1).to_string(),
        Field::Hour24 => two(hour),
        Field::Hour24Short => hour.to_string(),
        Field::Hour12 => two(hour12),
        Field::Hour12Short => hour12.to_string(),
        Field::Minute => two(clock / MINUTE % 60),
        Field::Second => two(clock / SECOND % 60),
        Field::Fraction1 => (fraction / 100_000).to_string(),
        Field::Fraction2 => two(fraction / 10_000),
        Field::Fraction3 => format!("{:03}", fraction / 1000),
        Field::Fraction6 => format!("{fraction:06}"),
        Field::MeridiemUpper => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        Field::MeridiemLower => if hour < 12 { "am" } else { "pm" }.to_owned(),
        Field::SecondOfDay => (clock / SECOND).to_string(),
        Field::Epoch => micros.div_euclid(SECOND).to_string(),
        Field::Julian => (day + 2_440_588).to_string(),
        Field::JulianFraction => {
            crate::value::show_float((micros.div_euclid(1000) + 210_866_760_000_000) as f64 / 86_400_000.0)
        }
        Field::Century => two((year - 1).div_euclid(100) + 1),
    }
}
