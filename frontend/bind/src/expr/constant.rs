//! Text as constants of other types: numbers, dates, times, intervals. Pure functions.

use air::expr::Unit;
use air::types::Rounding;

/// A float as SQLite shows it: 15 significant digits, a point always, an exponent from 1e15 on and below 1e-4.
pub(crate) fn text_of_real(value: f64) -> String {
    let shown = format!("{value:.14e}");
    let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    let pointed =
        |whole: &str, behind: &str| format!("{whole}.{}", if behind.is_empty() { "0" } else { behind });
    if !(-4..15).contains(&exponent) {
        let (whole, behind) = digits.split_at(1);
        let mark = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{}e{mark}{:02}", pointed(whole, behind), exponent.abs());
    }
    if exponent < 0 {
        let zeros = "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0));
        return format!("{sign}0.{zeros}{digits}");
    }
    let places = usize::try_from(exponent).unwrap_or(0) + 1;
    let padded = format!("{digits:0<places$}");
    let (whole, behind) = padded.split_at(places);
    format!("{sign}{}", pointed(whole, behind))
}

/// A date, a time of day, or both, as found in a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Moment {
    pub year: i32,
    pub month: u32,
    pub day: u32,
    /// Hour, minute, second, nanosecond, where the text says them.
    pub time: Option<(u32, u32, u32, u32)>,
    /// Minutes east of UTC, where the text says them.
    pub offset: Option<i32>,
}

impl Moment {
    /// `YYYY-MM-DD`.
    pub fn date_text(&self) -> String {
        let mut text = String::with_capacity(TIMESTAMP_BYTES);
        self.push_date(&mut text);
        text
    }

    fn push_date(&self, text: &mut String) {
        if self.year < 0 {
            text.push('-');
        }
        push_padded(text, self.year.unsigned_abs(), 4);
        text.push('-');
        push_padded(text, self.month, 2);
        text.push('-');
        push_padded(text, self.day, 2);
    }

    /// `YYYY-MM-DD HH:MM:SS[.f][+HH:MM]`.
    pub fn timestamp_text(&self) -> String {
        let mut text = String::with_capacity(TIMESTAMP_BYTES);
        self.push_date(&mut text);
        text.push(' ');
        push_time(&mut text, self.time.unwrap_or_default());
        if let Some(offset) = self.offset {
            text.push_str(&offset_text(offset));
        }
        text
    }

    /// The fraction of the second with so many digits; `None` where rounding would reach the next day.
    pub fn with_digits(self, digits: u8, rounding: Rounding) -> Option<Moment> {
        match self.time {
            Some(time) => Some(Moment { time: Some(clock_digits(time, digits, rounding)?), ..self }),
            None => Some(self),
        }
    }

    /// The nearest three-hundredth of a second, in milliseconds: what T-SQL keeps for `datetime`.
    pub fn with_ticks(self) -> Option<Moment> {
        let Some((hour, minute, second, nano)) = self.time else { return Some(self) };
        let ticks = (u64::from(nano) * 300 + 500_000_000) / 1_000_000_000;
        let seconds = u64::from((hour * 60 + minute) * 60 + second) + ticks / 300;
        // 0, 3.33 and 6.67 milliseconds are shown as 0, 3 and 7.
        let millis = (ticks % 300 * 10 + 1) / 3;
        let clock = (seconds % 86_400) as u32;
        let time = (clock / 3_600, clock / 60 % 60, clock % 60, millis as u32 * 1_000_000);
        let moment = Moment { time: Some(time), ..self };
        if seconds < 86_400 { Some(moment) } else { moment.next_day() }
    }

    fn next_day(self) -> Option<Moment> {
        let (year, month) = (self.year, self.month);
        Some(match month {
            _ if self.day < days_in_month(year, month) => Moment { day: self.day + 1, ..self },
            12 => Moment { year: year.checked_add(1)?, month: 1, day: 1, ..self },
            _ => Moment { month: month + 1, day: 1, ..self },
        })
    }

    /// True if the time of day is midnight or not said.
    pub fn is_midnight(&self) -> bool {
        matches!(self.time, None | Some((0, 0, 0, 0)))
    }
}

/// `HH:MM:SS[.f]`.
pub(crate) fn time_text(time: (u32, u32, u32, u32)) -> String {
    let mut text = String::with_capacity(TIMESTAMP_BYTES);
    push_time(&mut text, time);
    text
}

/// Usual length of a point in time, so that its text is allocated once.
const TIMESTAMP_BYTES: usize = 32;

fn push_time(text: &mut String, (hour, minute, second, nano): (u32, u32, u32, u32)) {
    push_padded(text, hour, 2);
    text.push(':');
    push_padded(text, minute, 2);
    text.push(':');
    push_padded(text, second, 2);
    if nano > 0 {
        text.push('.');
        push_padded(text, nano, 9);
        text.truncate(text.trim_end_matches('0').len());
    }
}

/// The number with zeros in front up to so many digits. Scripts hold dates by the million: this is ten times as fast
/// as formatting.
fn push_padded(text: &mut String, number: u32, width: usize) {
    let mut digits = [b'0'; 10];
    let (mut rest, mut first) = (number, digits.len());
    while rest > 0 || digits.len() - first < width {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    text.extend(digits[first..].iter().map(|&digit| char::from(digit)));
}

/// A time of day with so many digits of the second; `None` where rounding would reach midnight.
pub(crate) fn clock_digits(
    (hour, minute, second, nano): (u32, u32, u32, u32),
    digits: u8,
    rounding: Rounding,
) -> Option<(u32, u32, u32, u32)> {
    let unit = 10u32.pow(9 - u32::from(digits.min(9)));
    let kept = nano / unit * unit;
    if kept == nano || rounding == Rounding::Truncate || nano - kept < unit.div_ceil(2) {
        return Some((hour, minute, second, kept));
    }
    let nano = kept + unit;
    let total = (hour * 60 + minute) * 60 + second + nano / 1_000_000_000;
    (total < 86_400).then_some((total / 3_600, total / 60 % 60, total % 60, nano % 1_000_000_000))
}

/// The shortest digits that mean the same number in single precision; `None` beyond its range.
pub(crate) fn single_precision(text: &str) -> Option<String> {
    let value: f32 = text.parse().ok()?;
    if !value.is_finite() {
        return None;
    }
    let plain = value == 0.0 || (1e-5..1e7).contains(&value.abs());
    Some(if plain { format!("{value}") } else { format!("{value:e}") })
}

fn offset_text(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// Days of a month.
pub(crate) fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        _ => 31,
    }
}

/// A date with an optional time of day: `2024-1-31`, `20240131`, `2024-01-31T10:11:12.5Z`, `2024/01/31`.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    let (date, rest) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim_start()),
        None => (text, ""),
    };
    let (year, month, day) = date_parts(date)?;
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let mut moment = Moment { year, month, day, time: None, offset: None };
    if !rest.is_empty() {
        let (time, offset) = split_offset(rest)?;
        moment.time = Some(time_of_day(time)?);
        moment.offset = offset;
    }
    Some(moment)
}

/// True for `YYYY-MM-DD[ HH:MM:SS[.f]]`, a date of the calendar.
pub(crate) fn is_iso_moment(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && (bytes.len() == 10
            || bytes.len() >= 19
                && matches!(bytes[10], b' ' | b'T')
                && bytes[13] == b':'
                && bytes[16] == b':')
        && moment(text).is_some_and(|moment| moment.offset.is_none())
}

/// How MySQL reads a text as a date.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum LooseMoment {
    /// As this date, with its time if it has one.
    As(String),
    /// As none: NULL, with a warning.
    Never,
    /// By rules that are not followed here: zeros, other punctuation, rests that are cut off.
    Unsure,
}

/// A text as MySQL reads dates: `24-1-5`, `240105`, `20240105101112`, `2024.1.5`.
pub(crate) fn loose_moment(text: &str) -> LooseMoment {
    let text = text.trim_start();
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        // A sign may begin a number.
        return if text.starts_with(['-', '+', '.']) { LooseMoment::Unsure } else { LooseMoment::Never };
    }
    let full_year = |digits: &str| -> Option<i32> {
        let year: i32 = digits.parse().ok()?;
        match digits.len() {
            4 => Some(year),
            1 | 2 => Some(if year < 70 { 2000 + year } else { 1900 + year }),
            _ => None,
        }
    };
    let (date, rest) = match text.find(['T', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None => (text, ""),
    };
    let whole = date.bytes().all(|b| b.is_ascii_digit());
    let (year, month, day, time) = if whole && matches!(date.len(), 6 | 8 | 12 | 14) {
        let width = if matches!(date.len(), 8 | 14) { 4 } else { 2 };
        let pair = |at: usize| date[at..at + 2].parse::<u32>().unwrap_or(0);
        let time = match &date[width + 4..] {
            "" => rest.to_owned(),
            clock => format!("{}:{}:{}", &clock[..2], &clock[2..4], &clock[4..]),
        };
        let Some(year) = full_year(&date[..width]) else { return LooseMoment::Unsure };
        (year, pair(width), pair(width + 2), time)
    } else {
        let mut parts = date.split(['-', '/', '.']);
        let (Some(year), Some(month), Some(day), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return LooseMoment::Unsure;
        };
        let number = |part: &str| (1..=2).contains(&part.len()).then(|| part.parse::<u32>().ok()).flatten();
        let (Some(year), Some(month), Some(day)) = (full_year(year), number(month), number(day)) else {
            return LooseMoment::Unsure;
        };
        (year, month, day, rest.to_owned())
    };
    if month == 0 || day == 0 {
        return LooseMoment::Unsure;
    }
    if month > 12 || day > days_in_month(year, month) {
        return LooseMoment::Never;
    }
    let mut out = format!("{year:04}-{month:02}-{day:02}");
    if !time.is_empty() {
        if time_of_day(&time).is_none() {
            return LooseMoment::Unsure;
        }
        out.push(' ');
        out.push_str(&time);
    }
    LooseMoment::As(out)
}

/// `7/4/1996 10:11` as `1996-7-4 10:11`: month, day and year of four digits put in our order.
pub(crate) fn year_first(text: &str) -> Option<String> {
    let text = text.trim();
    let end = text.find(' ').unwrap_or(text.len());
    let mut parts = text[..end].split(['/', '-', '.']);
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    let fits = parts.next().is_none() && year.len() == 4 && !month.is_empty() && month.len() <= 2;
    fits.then(|| format!("{year}-{month}-{day}{}", &text[end..]))
}

fn date_parts(date: &str) -> Option<(i32, u32, u32)> {
    let digits = date.bytes().all(|b| b.is_ascii_digit());
    if digits && date.len() == 8 {
        return Some((date[..4].parse().ok()?, date[4..6].parse().ok()?, date[6..].parse().ok()?));
    }
    let mut parts = date.split(['-', '/', '.']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.is_empty() || month.len() > 2 || day.len() > 2 {
        return None;
    }
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

/// `10:11`, `10:11:12`, `10:11:12.123456`, `10`.
pub(crate) fn time_of_day(text: &str) -> Option<(u32, u32, u32, u32)> {
    let text = text.trim();
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.split(':');
    let hour: u32 = number(parts.next()?)?;
    let minute: u32 = number(parts.next()?)?;
    let second: u32 = parts.next().map_or(Some(0), number)?;
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut nano = 0;
    if !fraction.is_empty() {
        if !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut digits = fraction.get(..fraction.len().min(9))?.to_owned();
        while digits.len() < 9 {
            digits.push('0');
        }
        nano = digits.parse().ok()?;
    }
    Some((hour, minute, second, nano))
}

fn number(text: &str) -> Option<u32> {
    (!text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

/// A time of day and the offset behind it, in minutes.
fn split_offset(text: &str) -> Option<(&str, Option<i32>)> {
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return Some((time.trim_end(), Some(0)));
    }
    let Some(at) = text.find(['+', '-']) else { return Some((text, None)) };
    let (time, offset) = (&text[..at], &text[at..]);
    let negative = offset.starts_with('-');
    let digits = offset[1..].trim();
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (number(hours)?, number(minutes)?),
        None if digits.len() == 4 => (number(&digits[..2])?, number(&digits[2..])?),
        None => (number(digits)?, 0),
    };
    if hours > 15 || minutes > 59 {
        return None;
    }
    let total = (hours * 60 + minutes) as i32;
    Some((time.trim_end(), Some(if negative { -total } else { total })))
}

/// A number as exact digits: sign, digits, at most one point; exponents are written out. `None` if the text
/// is no number or would need more than a thousand digits.
pub(crate) fn exact_digits(text: &str) -> Option<String> {
    let text = text.trim();
    let (negative, text) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if (whole.is_empty() && fraction.is_empty()) || exponent.abs() > 1000 {
        return None;
    }
    if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut digits = String::with_capacity(whole.len() + fraction.len() + 2);
    digits.push_str(whole);
    digits.push_str(fraction);
    let mut point = whole.len() as i32 + exponent;
    while point <= 0 {
        digits.insert(0, '0');
        point += 1;
    }
    while (digits.len() as i32) < point {
        digits.push('0');
    }
    let point = point as usize;
    let (whole, fraction) = digits.split_at(point);
    let whole = whole.trim_start_matches('0');
    let mut result = String::with_capacity(digits.len() + 3);
    let zero = whole.is_empty() && fraction.bytes().all(|b| b == b'0');
    if negative && !zero {
        result.push('-');
    }
    result.push_str(if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        result.push('.');
        result.push_str(fraction);
    }
    Some(result)
}

/// A text that is a number, as the nearest whole one, halves away from zero.
pub(crate) fn rounded(text: &str) -> Option<i64> {
    let exact = exact_digits(text)?;
    let (whole, fraction) = exact.split_once('.').unwrap_or((&exact, ""));
    let away = if whole.starts_with('-') { -1 } else { 1 };
    let up = fraction.bytes().next().is_some_and(|digit| digit >= b'5');
    whole.parse::<i64>().ok()?.checked_add(if up { away } else { 0 })
}

/// The longest prefix that is a number, leading blanks passed over; empty if there is none.
pub(crate) fn numeric_prefix(text: &str) -> &str {
    let trimmed = text.trim_start();
    let bytes = trimmed.as_bytes();
    let mut at = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let digits_from = at;
    let mut digits = 0;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
        digits += 1;
    }
    if bytes.get(at) == Some(&b'.') {
        let mut end = at + 1;
        while bytes.get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
            digits += 1;
        }
        at = end;
    }
    if digits == 0 {
        return "";
    }
    debug_assert!(at > digits_from);
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let mut end = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'-' | b'+')));
        let first = end;
        while bytes.get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
        }
        if end > first {
            at = end;
        }
    }
    &trimmed[..at]
}

/// The longest prefix that is a whole number, leading blanks passed over; empty if there is none.
pub(crate) fn integer_prefix(text: &str) -> &str {
    let prefix = numeric_prefix(text);
    &prefix[..prefix.find(['.', 'e', 'E']).unwrap_or(prefix.len())]
}

/// The year a number stored in a column of years means: two digits are those of 1970 to 2069, and 0 is no
/// year unless it was written as text. `None` beyond the range of the type.
pub(crate) fn year_of(value: i64, written_as_text: bool) -> Option<i64> {
    match value {
        0 if !written_as_text => Some(0),
        0..=69 => Some(2000 + value),
        70..=99 => Some(1900 + value),
        1901..=2155 => Some(value),
        _ => None,
    }
}

/// An interval.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Span3 {
    pub months: i64,
    pub days: i64,
    pub micros: i64,
}

pub(crate) const MICROS_PER_SECOND: i64 = 1_000_000;

impl Span3 {
    /// So many units; fractions go down to smaller units as PostgreSQL does (a month has 30 days).
    pub fn of(amount: &str, unit: Unit) -> Option<Span3> {
        let digits = exact_digits(amount)?;
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        let negative = digits.starts_with('-');
        let value: i64 = whole.parse().ok()?;
        // Fraction in millionths.
        let mut millionths = 0i64;
        if !fraction.is_empty() {
            let mut text: String = fraction.chars().take(6).collect();
            while text.len() < 6 {
                text.push('0');
            }
            millionths = text.parse().ok()?;
            if negative {
                millionths = -millionths;
            }
        }
        let mut span = Span3::default();
        let time = |micros_per: i64| -> Option<i64> {
            value.checked_mul(micros_per)?.checked_add(millionths.checked_mul(micros_per)? / 1_000_000)
        };
        let months = |per: i64| -> Option<i64> {
            let whole = value.checked_mul(per)?;
            whole.checked_add(millionths.checked_mul(per)? / 1_000_000)
        };
        match unit {
            Unit::Microsecond => span.micros = time(1)?,
            Unit::Millisecond => span.micros = time(1_000)?,
            Unit::Second => span.micros = time(MICROS_PER_SECOND)?,
            Unit::Minute => span.micros = time(60 * MICROS_PER_SECOND)?,
            Unit::Hour => span.micros = time(3_600 * MICROS_PER_SECOND)?,
            Unit::Day => {
                span.days = value;
                span.micros = millionths * 86_400;
            }
            Unit::Week => {
                span.days = value.checked_mul(7)? + millionths * 7 / 1_000_000;
                span.micros = (millionths * 7 % 1_000_000) * 86_400;
            }
            Unit::Month => {
                span.months = value;
                span.days = millionths * 30 / 1_000_000;
                span.micros = (millionths * 30 % 1_000_000) * 86_400;
            }
            Unit::Quarter => span.months = months(3)?,
            Unit::Year => span.months = months(12)?,
            Unit::Decade => span.months = months(120)?,
            Unit::Century => span.months = months(1_200)?,
            Unit::Millennium => span.months = months(12_000)?,
        }
        Some(span)
    }

    /// Both together.
    pub fn plus(self, other: Span3) -> Option<Span3> {
        Some(Span3 {
            months: self.months.checked_add(other.months)?,
            days: self.days.checked_add(other.days)?,
            micros: self.micros.checked_add(other.micros)?,
        })
    }

    /// The other way.
    pub fn negated(self) -> Span3 {
        Span3 { months: -self.months, days: -self.days, micros: -self.micros }
    }
}

/// A unit by any of the names PostgreSQL knows, which include those of the other dialects.
pub(crate) fn unit_named(word: &str) -> Option<Unit> {
    let mut buffer = [0u8; 16];
    let lower = buffer.get_mut(..word.len())?;
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    Some(match std::str::from_utf8(lower).ok()? {
        "us" | "usec" | "usecs" | "microsecond" | "microseconds" | "usecond" | "useconds" => {
            Unit::Microsecond
        }
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" | "msecond" | "mseconds" => {
            Unit::Millisecond
        }
        "s" | "sec" | "secs" | "second" | "seconds" => Unit::Second,
        "min" | "mins" | "minute" | "minutes" => Unit::Minute,
        "h" | "hr" | "hrs" | "hour" | "hours" => Unit::Hour,
        "d" | "day" | "days" => Unit::Day,
        "w" | "week" | "weeks" => Unit::Week,
        "mon" | "mons" | "month" | "months" => Unit::Month,
        "qtr" | "quarter" => Unit::Quarter,
        "y" | "yr" | "yrs" | "year" | "years" => Unit::Year,
        "dec" | "decs" | "decade" | "decades" => Unit::Decade,
        "c" | "cent" | "century" | "centuries" => Unit::Century,
        "mil" | "mils" | "millennium" | "millennia" => Unit::Millennium,
        _ => return None,
    })
}

/// The text of a PostgreSQL interval: `1 day 2 hours ago`, `1-2`, `04:05:06`, `P1Y2M3DT4H`.
/// <https://www.postgresql.org/docs/15/datatype-datetime.html#DATATYPE-INTERVAL-INPUT>
pub(crate) fn interval_text(text: &str) -> Option<Span3> {
    let text = text.trim();
    if let Some(iso) = text.strip_prefix(['P', 'p']) {
        return iso_interval(iso);
    }
    let mut total = Span3::default();
    let mut seen = false;
    let mut ago = false;
    let mut rest = text.trim_start_matches('@').trim_start();
    while !rest.is_empty() {
        if ago {
            return None;
        }
        // A sign may stand alone before its number: `1 month - 1 day`.
        let minus = rest.starts_with("- ");
        if minus || rest.starts_with("+ ") {
            rest = rest[2..].trim_start();
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let mut token = &rest[..end];
        rest = rest[end..].trim_start();
        let before = total;
        if token.eq_ignore_ascii_case("ago") {
            ago = true;
            continue;
        }
        // `1day` and `- 1 day` are written too.
        let split = token.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(token.len());
        let mut unit = None;
        if split > 0 && split < token.len() {
            unit = Some(unit_named(&token[split..])?);
            token = &token[..split];
        } else if split == 0 {
            return None;
        }
        if token.contains(':') {
            total = total.plus(clock_interval(token)?)?;
        } else if let Some(span) = year_month(token).filter(|_| unit.is_none()) {
            total = total.plus(span)?;
        } else {
            if unit.is_none() {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                match unit_named(&rest[..end]) {
                    Some(found) => {
                        unit = Some(found);
                        rest = rest[end..].trim_start();
                    }
                    // A bare number at the end is seconds; before a time of day it is days.
                    None if rest.is_empty() => unit = Some(Unit::Second),
                    None if rest.contains(':') => unit = Some(Unit::Day),
                    None => return None,
                }
            }
            total = total.plus(Span3::of(token, unit?)?)?;
        }
        if minus {
            // What was added is taken away instead.
            total = before.plus(before)?.plus(total.negated())?;
        }
        seen = true;
    }
    if !seen {
        return None;
    }
    Some(if ago { total.negated() } else { total })
}

/// `1-2`: years and months.
fn year_month(token: &str) -> Option<Span3> {
    let (negative, body) = match token.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, token.strip_prefix('+').unwrap_or(token)),
    };
    let (years, months) = body.split_once('-')?;
    let months = i64::from(number(years)?) * 12 + i64::from(number(months)?);
    Some(Span3 { months: if negative { -months } else { months }, ..Span3::default() })
}

/// `[-]hh:mm[:ss[.f]]` of any number of hours.
pub(crate) fn clock_interval(token: &str) -> Option<Span3> {
    let (negative, body) = match token.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, token.strip_prefix('+').unwrap_or(token)),
    };
    let mut parts = body.split(':');
    let hours = i64::from(number(parts.next()?)?);
    let minutes = i64::from(number(parts.next()?)?);
    let seconds = match parts.next() {
        Some(text) => Span3::of(text, Unit::Second)?.micros,
        None => 0,
    };
    if parts.next().is_some() {
        return None;
    }
    let micros = hours.checked_mul(3_600 * MICROS_PER_SECOND)? + minutes * 60 * MICROS_PER_SECOND + seconds;
    Some(Span3 { micros: if negative { -micros } else { micros }, ..Span3::default() })
}

/// ISO 8601 behind the `P`.
fn iso_interval(text: &str) -> Option<Span3> {
    let mut total = Span3::default();
    let mut in_time = false;
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(['T', 't']) {
            in_time = true;
            rest = after;
            continue;
        }
        let at = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let unit = match (rest.as_bytes()[at].to_ascii_uppercase(), in_time) {
            (b'Y', false) => Unit::Year,
            (b'M', false) => Unit::Month,
            (b'W', false) => Unit::Week,
            (b'D', false) => Unit::Day,
            (b'H', true) => Unit::Hour,
            (b'M', true) => Unit::Minute,
            (b'S', true) => Unit::Second,
            _ => return None,
        };
        total = total.plus(Span3::of(&rest[..at], unit)?)?;
        rest = &rest[at + 1..];
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_all_spellings() {
        assert_eq!(moment("2024-1-5").map(|m| m.date_text()).as_deref(), Some("2024-01-05"));
        assert_eq!(moment("20240131").map(|m| m.date_text()).as_deref(), Some("2024-01-31"));
        assert_eq!(
            moment("2024-01-31T10:11:12.50Z").map(|m| m.timestamp_text()).as_deref(),
            Some("2024-01-31 10:11:12.5+00:00")
        );
        assert_eq!(
            moment("2024-01-31 10:11-05").map(|m| m.timestamp_text()).as_deref(),
            Some("2024-01-31 10:11:00-05:00")
        );
        assert_eq!(moment("2024-02-30"), None);
        assert_eq!(moment("abc"), None);
    }

    #[test]
    fn fractions_round_within_the_day() {
        let round = |time| clock_digits(time, 6, Rounding::HalfAway);
        assert_eq!(round((10, 11, 12, 123_456_700)), Some((10, 11, 12, 123_457_000)));
        assert_eq!(round((10, 59, 59, 999_999_900)), Some((11, 0, 0, 0)));
        assert_eq!(round((23, 59, 59, 999_999_900)), None);
        assert_eq!(clock_digits((1, 2, 3, 999_999_999), 0, Rounding::Truncate), Some((1, 2, 3, 0)));
    }

    #[test]
    fn single_precision_keeps_what_the_type_keeps() {
        assert_eq!(single_precision("1.2345678901234e+20").as_deref(), Some("1.2345679e20"));
        assert_eq!(single_precision("1004.30").as_deref(), Some("1004.3"));
        assert_eq!(single_precision("1e40"), None);
    }

    #[test]
    fn digits_are_written_out() {
        let digits = |text| exact_digits(text).unwrap_or_default();
        assert_eq!(digits("1e3"), "1000");
        assert_eq!(digits("1.50"), "1.50");
        assert_eq!(digits(".5"), "0.5");
        assert_eq!(digits("-0012.5e-1"), "-1.25");
        assert_eq!(digits("5."), "5");
        assert_eq!(exact_digits("12x"), None);
    }

    #[test]
    fn prefixes() {
        assert_eq!(numeric_prefix(" 12abc"), "12");
        assert_eq!(numeric_prefix("1.5e2x"), "1.5e2");
        assert_eq!(numeric_prefix("-.5e"), "-.5");
        assert_eq!(numeric_prefix("abc"), "");
    }

    #[test]
    fn intervals() {
        let of = |months, days, micros| Some(Span3 { months, days, micros });
        assert_eq!(interval_text("1 day 2 hours"), of(0, 1, 7_200_000_000));
        assert_eq!(interval_text("1 month -1 day"), of(1, -1, 0));
        assert_eq!(interval_text("1 month - 1 day"), of(1, -1, 0));
        assert_eq!(interval_text("1 day ago"), of(0, -1, 0));
        assert_eq!(interval_text("1-2"), of(14, 0, 0));
        assert_eq!(interval_text("1.5 days"), of(0, 1, 43_200_000_000));
        assert_eq!(interval_text("04:05:06.5"), of(0, 0, 14_706_500_000));
        assert_eq!(interval_text("P1Y2M3DT4H"), of(14, 3, 14_400_000_000));
        assert_eq!(interval_text("3 10:00"), of(0, 3, 36_000_000_000));
        assert_eq!(interval_text("soon"), None);
    }
}
