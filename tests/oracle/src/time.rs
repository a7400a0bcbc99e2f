//! Calendar arithmetic: the proleptic Gregorian calendar, no leap seconds, no zones.

use crate::value::Interval;

/// Microseconds of a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds of a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds of an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds of a day.
pub const DAY: i64 = 24 * HOUR;

/// Days since 1970-01-01 of a date; the day may lie outside of the month.
pub fn days_of(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the leap day is the last one.
    let shifted = year - i64::from(month <= 2);
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month, day of days since 1970-01-01.
pub fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Days of a month.
pub fn month_length(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// The date, if there is one.
pub fn date(year: i64, month: i64, day: i64) -> Option<i64> {
    let exists = (-9999..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=month_length(year, month)).contains(&day);
    exists.then(|| days_of(year, month, day))
}

/// Splits microseconds since 1970 into days and microseconds of the day.
pub fn split(micros: i64) -> (i64, i64) {
    (micros.div_euclid(DAY), micros.rem_euclid(DAY))
}

/// So many months later; days beyond the end of the month become its last day.
pub fn add_months(days: i64, months: i64) -> i64 {
    let (year, month, day) = civil(days);
    let total = year * 12 + month - 1 + months;
    let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
    days_of(year, month, day.min(month_length(year, month)))
}

/// So many months later; days beyond the end of the month go into the next one (SQLite).
pub fn add_months_rolling(days: i64, months: i64) -> i64 {
    let (year, month, day) = civil(days);
    let total = year * 12 + month - 1 + months;
    days_of(total.div_euclid(12), total.rem_euclid(12) + 1, 1) + day - 1
}

/// 0 = Monday … 6 = Sunday.
pub fn weekday_monday0(days: i64) -> i64 {
    (days + 3).rem_euclid(7)
}

/// 1 … 366.
pub fn day_of_year(days: i64) -> i64 {
    days - days_of(civil(days).0, 1, 1) + 1
}

/// ISO year and week.
pub fn iso_week(days: i64) -> (i64, i64) {
    // The week belongs to the year that has its Thursday.
    let thursday = days - weekday_monday0(days) + 3;
    (civil(thursday).0, (day_of_year(thursday) - 1) / 7 + 1)
}

/// `YYYY-MM-DD`.
pub fn show_date(days: i64) -> String {
    let (year, month, day) = civil(days);
    if year < 0 {
        format!("-{:04}-{month:02}-{day:02}", -year)
    } else {
        format!("{year:04}-{month:02}-{day:02}")
    }
}

/// `HH:MM:SS[.f]`, without trailing zeros in the fraction.
pub fn show_time(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    let (second, fraction) = (micros / SECOND as u64, micros % SECOND as u64);
    let mut text = format!("{sign}{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    if fraction > 0 {
        text.push_str(format!(".{fraction:06}").trim_end_matches('0'));
    }
    text
}

/// `YYYY-MM-DD HH:MM:SS[.f]`.
pub fn show_timestamp(micros: i64) -> String {
    let (days, time) = split(micros);
    format!("{} {}", show_date(days), show_time(time))
}

/// As PostgreSQL shows intervals: `1 year 2 mons 3 days 04:05:06`.
pub fn show_interval(interval: Interval) -> String {
    let mut parts = Vec::new();
    let mut part = |n: i64, one: &str, many: &str| {
        if n != 0 {
            parts.push(format!("{n} {}", if n == 1 { one } else { many }));
        }
    };
    part(interval.months / 12, "year", "years");
    part(interval.months % 12, "mon", "mons");
    part(interval.days, "day", "days");
    if interval.micros != 0 || parts.is_empty() {
        parts.push(show_time(interval.micros));
    }
    parts.join(" ")
}

/// Reads the numbers of `text`, separated by single characters of `separators` in turn, all of it.
fn numbers<const N: usize>(text: &str, separators: &[u8]) -> Option<[i64; N]> {
    let mut out = [0; N];
    let mut rest = text;
    for (i, slot) in out.iter_mut().enumerate() {
        let end = rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
        *slot = rest[..end].parse().ok()?;
        rest = &rest[end..];
        if i + 1 < N {
            rest = rest.strip_prefix(separators[i] as char)?;
        }
    }
    rest.is_empty().then_some(out)
}

/// Reads `YYYY-M-D` or `YYYY/M/D`.
pub fn parse_date(text: &str) -> Option<i64> {
    let text = text.trim();
    let [year, month, day] = numbers(text, b"--").or_else(|| numbers(text, b"//"))?;
    date(year, month, day)
}

/// True for more than six digits after a point: some engines round there, some cut.
pub fn has_small_fraction(text: &str) -> bool {
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    let digits = fraction.bytes().take_while(u8::is_ascii_digit);
    digits.skip(6).any(|digit| digit != b'0')
}

/// Reads `H:MM[:SS[.f]]`, with an optional sign.
pub fn parse_time(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let [hour, minute, second] = match whole.matches(':').count() {
        1 => numbers::<2>(whole, b":").map(|[h, m]| [h, m, 0])?,
        2 => numbers::<3>(whole, b"::")?,
        _ => return None,
    };
    if minute > 59 || second > 59 || hour > 838 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // Seven digits and more are rounded to microseconds.
    let padded = format!("{fraction:0<7}");
    let micros = padded[..6].parse::<i64>().ok()? + i64::from(padded.as_bytes()[6] >= b'5');
    Some(sign * (hour * HOUR + minute * MINUTE + second * SECOND + micros))
}

/// Reads a date, optionally with a time of day after a blank or `T`, optionally with an offset, which is
/// taken off: the result is UTC.
pub fn parse_timestamp(text: &str) -> Option<i64> {
    let text = text.trim();
    let Some(at) = text.find([' ', 'T', 't']) else { return parse_date(text)?.checked_mul(DAY) };
    let days = parse_date(&text[..at])?;
    let (clock, offset) = split_offset(text[at + 1..].trim())?;
    let time = parse_time(clock)?;
    if !(0..DAY).contains(&time) {
        return None;
    }
    days.checked_mul(DAY)?.checked_add(time - offset)
}

/// `12:00:00+02:30` → the clock and the offset in microseconds.
pub fn split_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock.trim_end(), 0));
    }
    let Some(at) = text.rfind(['+', '-']).filter(|at| *at > 0) else { return Some((text, 0)) };
    let sign = if text.as_bytes()[at] == b'-' { -1 } else { 1 };
    let offset = &text[at + 1..];
    let micros = match offset.split_once(':') {
        Some((hour, minute)) => hour.parse::<i64>().ok()? * HOUR + minute.parse::<i64>().ok()? * MINUTE,
        None if offset.len() == 4 => {
            offset[..2].parse::<i64>().ok()? * HOUR + offset[2..].parse::<i64>().ok()? * MINUTE
        }
        None => offset.parse::<i64>().ok()? * HOUR,
    };
    Some((text[..at].trim_end(), sign * micros))
}

/// English names of months.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// English names of weekdays, Monday first.
pub const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_there_and_back() {
        for days in (-1_000_000..1_000_000).step_by(997) {
            let (year, month, day) = civil(days);
            assert_eq!(days_of(year, month, day), days);
        }
        assert_eq!(show_date(0), "1970-01-01");
        assert_eq!(weekday_monday0(0), 3);
        assert_eq!(parse_date("2023-02-29"), None);
    }

    #[test]
    fn month_ends_clamp_or_roll() {
        let end = parse_date("2024-01-31").unwrap();
        assert_eq!(show_date(add_months(end, 1)), "2024-02-29");
        assert_eq!(show_date(add_months_rolling(end, 1)), "2024-03-02");
        assert_eq!(show_date(add_months(end, -2)), "2023-11-30");
    }

    #[test]
    fn weeks_belong_to_the_year_of_their_thursday() {
        for (text, year, week) in [("2021-01-03", 2020, 53), ("2024-12-30", 2025, 1), ("2024-01-01", 2024, 1)]
        {
            assert_eq!(iso_week(parse_date(text).unwrap()), (year, week), "{text}");
        }
    }

    #[test]
    fn timestamps_read_offsets() {
        assert_eq!(
            parse_timestamp("2024-01-31 10:11:12.5").map(show_timestamp).unwrap(),
            "2024-01-31 10:11:12.5"
        );
        assert_eq!(
            parse_timestamp("2024-01-31T01:00:00+02").map(show_timestamp).unwrap(),
            "2024-01-30 23:00:00"
        );
        assert_eq!(parse_timestamp("2024-01-31 25:00:00"), None);
        assert_eq!(show_time(parse_time("-838:59:59").unwrap()), "-838:59:59");
    }
}
