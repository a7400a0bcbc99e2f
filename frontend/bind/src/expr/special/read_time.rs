//! Constant texts read as dates by Oracle's pictures, when compiled.

use air::timeformat::{Field, Piece, pieces};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The parts that were read.
#[derive(Default)]
struct Read {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    hour: Option<u32>,
    hour12: Option<u32>,
    minute: Option<u32>,
    second: Option<u32>,
    fraction: String,
    afternoon: Option<bool>,
}

/// The moment that `text` means by a neutral format, as ISO text. `rounded_years`: two digits of a year from
/// 50 on are of the last century (`RR`), else of this one. `None`: the text is read otherwise, or what it lacks
/// comes from the clock.
pub(crate) fn constant_moment(text: &str, format: &str, rounded_years: bool) -> Option<String> {
    let mut rest = text.trim();
    let mut read = Read::default();
    let all: Vec<Piece<'_>> = pieces(format).collect();
    for (i, piece) in all.iter().enumerate() {
        match piece {
            Piece::Text(written) => {
                for c in written.chars() {
                    // Any punctuation stands for any other; blanks may be left out or repeated.
                    if c.is_whitespace() {
                        rest = rest.trim_start();
                        continue;
                    }
                    let next = rest.chars().next();
                    match next {
                        // What follows the last part is not asked for.
                        None => break,
                        Some(found)
                            if found == c || (!c.is_alphanumeric() && found.is_ascii_punctuation()) =>
                        {
                            rest = &rest[found.len_utf8()..];
                        }
                        Some(_) => return None,
                    }
                }
            }
            Piece::Field(_) if rest.is_empty() => {}
            Piece::Field(field) => {
                // Digits without anything between them have their full width.
                let joined = matches!(all.get(i + 1), Some(Piece::Field(_)));
                rest = part(&mut read, *field, rest, joined, rounded_years)?;
            }
        }
    }
    if !rest.trim().is_empty() {
        return None;
    }
    let (year, month, day) = (read.year?, read.month?, read.day.unwrap_or(1));
    let hour = match (read.hour, read.hour12, read.afternoon) {
        (Some(hour), None, None) => hour,
        (None, Some(hour @ 1..=12), Some(afternoon)) => hour % 12 + if afternoon { 12 } else { 0 },
        (None, None, None) => 0,
        _ => return None,
    };
    let (minute, second) = (read.minute.unwrap_or(0), read.second.unwrap_or(0));
    let fraction = if read.fraction.is_empty() { String::new() } else { format!(".{}", read.fraction) };
    Some(format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{fraction}"))
}

fn part<'t>(read: &mut Read, field: Field, rest: &'t str, joined: bool, rounded: bool) -> Option<&'t str> {
    let digits = |most: usize| -> Option<(u32, usize, &'t str)> {
        let end = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if end == 0 || joined && end < most {
            return None;
        }
        Some((rest[..end].parse().ok()?, end, &rest[end..]))
    };
    Some(match field {
        Field::Year4 => {
            let (value, 4, rest) = digits(4)? else { return None };
            read.year = Some(value);
            rest
        }
        Field::Year2 => {
            let (value, 2, rest) = digits(2)? else { return None };
            read.year = Some(value + if rounded && value >= 50 { 1900 } else { 2000 });
            rest
        }
        Field::Month2 | Field::Month1 => {
            let (value, _, rest) = digits(2)?;
            read.month = Some(value);
            rest
        }
        Field::Day2 | Field::Day1 => {
            let (value, _, rest) = digits(2)?;
            read.day = Some(value);
            rest
        }
        Field::Hour24 | Field::Hour24Short => {
            let (value, _, rest) = digits(2)?;
            read.hour = Some(value);
            rest
        }
        Field::Hour12 | Field::Hour12Short => {
            let (value, _, rest) = digits(2)?;
            read.hour12 = Some(value);
            rest
        }
        Field::Minute => {
            let (value, _, rest) = digits(2)?;
            read.minute = Some(value);
            rest
        }
        Field::Second => {
            let (value, _, rest) = digits(2)?;
            read.second = Some(value);
            rest
        }
        Field::Fraction3 | Field::Fraction6 => {
            let most = if field == Field::Fraction3 { 3 } else { 6 };
            let (_, end, after) = digits(most)?;
            read.fraction = rest[..end].to_owned();
            after
        }
        Field::MeridiemUpper | Field::MeridiemLower => {
            read.afternoon = Some(match rest.get(..2)?.to_ascii_lowercase().as_str() {
                "am" => false,
                "pm" => true,
                _ => return None,
            });
            &rest[2..]
        }
        Field::MonthShort
        | Field::MonthShortUpper
        | Field::MonthShortLower
        | Field::MonthName
        | Field::MonthNameUpper
        | Field::MonthNameLower
        | Field::MonthNamePadded
        | Field::MonthNameUpperPadded
        | Field::MonthNameLowerPadded => {
            let end = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
            let word = rest[..end].to_ascii_lowercase();
            // Oracle takes the whole name for the short one and the other way round.
            let month =
                MONTHS.iter().position(|name| word == *name || word.len() == 3 && name.starts_with(&word))?;
            read.month = Some(month as u32 + 1);
            &rest[end..]
        }
        _ => return None,
    })
}
