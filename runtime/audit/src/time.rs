//! Points in time as people write them: `2026-11-28T22:49:01.123456Z`, always UTC.

const DAY: u64 = 86_400;

/// The text of microseconds since 1970.
pub fn text(time_us: u64) -> String {
    let (seconds, micros) = (time_us / 1_000_000, time_us % 1_000_000);
    let (days, second) = (seconds / DAY, seconds % DAY);
    // Years that begin in March have their leap day last; eras of 400 of them all have 146,097 days.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + next;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// Reads such a text; a date alone is its first moment, and seconds may have no fraction. None before 1970.
pub fn parse(text: &str) -> Option<u64> {
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let (clock, fraction) = match time.strip_suffix('Z')?.split_once('.') {
        Some((clock, fraction)) => (clock, fraction),
        None => (time.strip_suffix('Z')?, ""),
    };
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(clock, ':')?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let days_of_month = *length.get(month.checked_sub(1)? as usize)?;
    let right = (1970..=9999).contains(&year) && (1..=days_of_month).contains(&day);
    if !right || hour > 23 || minute > 59 || second > 59 || fraction.len() > 6 {
        return None;
    }
    let before = year - 1;
    let leap_days = (before / 4 - before / 100 + before / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400);
    let in_year: u64 = length[..month as usize - 1].iter().sum::<u64>() + day - 1;
    let days = (year - 1970) * 365 + leap_days + in_year;
    let micros = format!("{fraction:0<6}").parse::<u64>().ok()?;
    Some(((days * 24 + hour) * 60 + minute) * 60_000_000 + second * 1_000_000 + micros)
}

fn numbers(text: &str, between: char) -> Option<[u64; 3]> {
    let mut parts = text.split(between).map(|part| {
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u64>().ok().filter(|_| digits)
    });
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_moments_are_the_same() {
        assert_eq!(text(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(parse("2000-03-01"), Some(951_868_800_000_000));
        assert_eq!(text(1_582_934_400_000_000), "2020-02-29T00:00:00.000000Z");
        for day in 0..200_000 {
            let moment = day * DAY * 1_000_000 + 86_399_999_999 - day;
            assert_eq!(parse(&text(moment)), Some(moment), "{}", text(moment));
        }
        for wrong in [
            "",
            "2026",
            "2026-02-29",
            "2026-1x-01",
            "1969-12-31",
            "2026-01-01T25:00:00Z",
            "2026-01-01T01:00:00",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
