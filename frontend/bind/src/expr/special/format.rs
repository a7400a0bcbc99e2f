//! Formats of dates and times of the dialects, as neutral formats. A directive without a neutral field is the
//! error.

use air::timeformat::{Field, push_field, push_text};

/// MySQL's `%` directives.
/// <https://dev.mysql.com/doc/refman/8.4/en/date-and-time-functions.html#function_date-format>
pub(crate) fn percent_mysql(format: &str) -> Result<String, String> {
    percent(
        format,
        |directive| {
            Some(match directive {
                'Y' => &[Field::Year4],
                'y' => &[Field::Year2],
                'm' => &[Field::Month2],
                'c' => &[Field::Month1],
                'M' => &[Field::MonthName],
                'b' => &[Field::MonthShort],
                'd' => &[Field::Day2],
                'e' => &[Field::Day1],
                'D' => &[Field::DayOrdinal],
                'j' => &[Field::DayOfYear3],
                'H' => &[Field::Hour24],
                'k' => &[Field::Hour24Short],
                'h' | 'I' => &[Field::Hour12],
                'l' => &[Field::Hour12Short],
                'i' => &[Field::Minute],
                's' | 'S' => &[Field::Second],
                'f' => &[Field::Fraction6],
                'p' => &[Field::MeridiemUpper],
                'W' => &[Field::WeekdayName],
                'a' => &[Field::WeekdayShort],
                'w' => &[Field::WeekdaySunday0],
                'U' => &[Field::WeekSunday2],
                'u' => &[Field::WeekMondayFour2],
                'V' => &[Field::WeekSunday1],
                'v' => &[Field::IsoWeek2],
                'X' => &[Field::YearOfWeekSunday],
                'x' => &[Field::IsoYear4],
                _ => return None,
            })
        },
        &[('T', "%H:%i:%s"), ('r', "%h:%i:%s %p")],
        true,
    )
}

/// SQLite's strftime. <https://www.sqlite.org/lang_datefunc.html>
pub(crate) fn percent_sqlite(format: &str) -> Result<String, String> {
    percent(
        format,
        |directive| {
            Some(match directive {
                'Y' => &[Field::Year4],
                'm' => &[Field::Month2],
                'd' => &[Field::Day2],
                'e' => &[Field::DayBlank],
                'H' => &[Field::Hour24],
                'I' => &[Field::Hour12],
                'M' => &[Field::Minute],
                'S' => &[Field::Second],
                'j' => &[Field::DayOfYear3],
                'J' => &[Field::JulianFraction],
                's' => &[Field::Epoch],
                'w' => &[Field::WeekdaySunday0],
                'u' => &[Field::WeekdayMonday1],
                'W' => &[Field::WeekMonday2],
                'U' => &[Field::WeekSunday2],
                'V' => &[Field::IsoWeek2],
                'G' => &[Field::IsoYear4],
                'g' => &[Field::IsoYear2],
                'p' => &[Field::MeridiemUpper],
                'P' => &[Field::MeridiemLower],
                _ => return None,
            })
        },
        &[('F', "%Y-%m-%d"), ('T', "%H:%M:%S"), ('R', "%H:%M"), ('f', "%S.\u{1}")],
        false,
    )
    .map(|format| format.replace('\u{1}', "{FF3}"))
}

/// Formats of percent directives. `aliases` stand for several; an unknown directive is its letter (`lenient`)
/// or an error.
fn percent(
    format: &str,
    field: fn(char) -> Option<&'static [Field]>,
    aliases: &[(char, &str)],
    lenient: bool,
) -> Result<String, String> {
    let mut out = String::with_capacity(format.len() * 2);
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            push_text(&mut out, c.encode_utf8(&mut [0; 4]));
            continue;
        }
        let Some(directive) = chars.next() else {
            push_text(&mut out, "%");
            break;
        };
        if directive == '%' {
            push_text(&mut out, "%");
        } else if let Some(fields) = field(directive) {
            fields.iter().for_each(|field| push_field(&mut out, *field));
        } else if let Some((_, alias)) = aliases.iter().find(|(letter, _)| *letter == directive) {
            out.push_str(&percent(alias, field, &[], lenient)?);
        } else if lenient && directive.is_ascii() {
            push_text(&mut out, directive.encode_utf8(&mut [0; 4]));
        } else {
            return Err(format!("%{directive}"));
        }
    }
    Ok(out)
}

/// Pictures of TO_CHAR, TO_DATE, TO_TIMESTAMP of PostgreSQL and Oracle, longest names first.
/// <https://www.postgresql.org/docs/15/functions-formatting.html>
const PICTURES: &[(&str, Field)] = &[
    ("SYYYY", Field::Year4),
    ("YYYY", Field::Year4),
    ("RRRR", Field::Year4),
    ("IYYY", Field::IsoYear4),
    ("SSSSS", Field::SecondOfDay),
    ("SSSS", Field::SecondOfDay),
    ("IDDD", Field::DayOfYear3),
    ("HH24", Field::Hour24),
    ("HH12", Field::Hour12),
    ("A.M.", Field::MeridiemUpper),
    ("P.M.", Field::MeridiemUpper),
    ("DDD", Field::DayOfYear3),
    ("FF1", Field::Fraction1),
    ("FF2", Field::Fraction2),
    ("FF3", Field::Fraction3),
    ("FF6", Field::Fraction6),
    ("YY", Field::Year2),
    ("RR", Field::Year2),
    ("IY", Field::IsoYear2),
    ("MM", Field::Month2),
    ("MI", Field::Minute),
    ("MS", Field::Fraction3),
    ("US", Field::Fraction6),
    ("FF", Field::Fraction6),
    ("HH", Field::Hour12),
    ("DD", Field::Day2),
    ("ID", Field::WeekdayMonday1),
    ("IW", Field::IsoWeek2),
    ("WW", Field::WeekJan2),
    ("SS", Field::Second),
    ("CC", Field::Century),
    ("AM", Field::MeridiemUpper),
    ("PM", Field::MeridiemUpper),
    ("Q", Field::Quarter),
    ("W", Field::WeekOfMonth),
    ("D", Field::WeekdaySunday1),
    ("J", Field::Julian),
];

/// Name pictures: upper, capitalised and lower spelling give the case; without FM they are blank-padded.
const NAMES: &[(&str, [Field; 6])] = &[
    (
        "MONTH",
        [
            Field::MonthNameUpper,
            Field::MonthName,
            Field::MonthNameLower,
            Field::MonthNameUpperPadded,
            Field::MonthNamePadded,
            Field::MonthNameLowerPadded,
        ],
    ),
    (
        "MON",
        [
            Field::MonthShortUpper,
            Field::MonthShort,
            Field::MonthShortLower,
            Field::MonthShortUpper,
            Field::MonthShort,
            Field::MonthShortLower,
        ],
    ),
    (
        "DAY",
        [
            Field::WeekdayNameUpper,
            Field::WeekdayName,
            Field::WeekdayNameLower,
            Field::WeekdayNameUpperPadded,
            Field::WeekdayNamePadded,
            Field::WeekdayNameLowerPadded,
        ],
    ),
    (
        "DY",
        [
            Field::WeekdayShortUpper,
            Field::WeekdayShort,
            Field::WeekdayShortLower,
            Field::WeekdayShortUpper,
            Field::WeekdayShort,
            Field::WeekdayShortLower,
        ],
    ),
];

/// A picture. `modal`: FM switches until the next FM (Oracle); else it holds for one directive (PostgreSQL).
pub(crate) fn picture(format: &str, modal: bool) -> Result<String, String> {
    let mut out = String::with_capacity(format.len() * 2);
    let mut rest = format;
    let mut fill = false;
    while let Some(c) = rest.chars().next() {
        if c == '"' {
            let end = rest[1..].find('"').map_or(rest.len(), |at| at + 1);
            push_text(&mut out, &rest[1..end]);
            rest = rest.get(end + 1..).unwrap_or("");
            continue;
        }
        if !c.is_ascii_alphanumeric() {
            push_text(&mut out, c.encode_utf8(&mut [0; 4]));
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let starts = |word: &str| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        if starts("FM") {
            fill = if modal { !fill } else { true };
            rest = &rest[2..];
            continue;
        }
        if starts("FX") || starts("TM") || starts("TH") {
            return Err(rest[..2].to_owned());
        }
        if let Some((word, cases)) = NAMES.iter().find(|(word, _)| starts(word)) {
            let written = &rest[..word.len()];
            let bytes = written.as_bytes();
            let case = match (bytes[0].is_ascii_uppercase(), bytes[1].is_ascii_uppercase()) {
                (true, true) => 0,
                (true, false) => 1,
                (false, _) => 2,
            };
            push_field(&mut out, cases[case + if fill { 0 } else { 3 }]);
            rest = &rest[word.len()..];
            fill &= modal;
            continue;
        }
        let Some((word, field)) = PICTURES.iter().find(|(word, _)| starts(word)) else {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            return Err(rest[..end].to_owned());
        };
        let after = &rest[word.len()..];
        if after.get(..2).is_some_and(|suffix| suffix.eq_ignore_ascii_case("th")) && !modal {
            return Err(rest[..word.len() + 2].to_owned());
        }
        let lower = rest.as_bytes()[0].is_ascii_lowercase();
        let field = match (*field, fill) {
            (Field::MeridiemUpper, _) if word.contains('.') => return Err((*word).to_owned()),
            (Field::MeridiemUpper, _) if lower => Field::MeridiemLower,
            (Field::Month2, true) => Field::Month1,
            (Field::Day2, true) => Field::Day1,
            (Field::Hour24, true) => Field::Hour24Short,
            (Field::Hour12, true) => Field::Hour12Short,
            (Field::DayOfYear3, true) => Field::DayOfYear1,
            (Field::Minute | Field::Second | Field::Year4 | Field::IsoWeek2, true) if !modal => {
                return Err(format!("FM{word}"));
            }
            (field, _) => field,
        };
        push_field(&mut out, field);
        rest = after;
        fill &= modal;
    }
    Ok(out)
}

/// Custom formats of .NET, as T-SQL's FORMAT takes them.
/// <https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings>
pub(crate) fn net(format: &str) -> Result<String, String> {
    let mut out = String::with_capacity(format.len() * 2);
    let mut rest = format;
    if format.len() == 1 {
        // One letter is a standard format, which follows the culture.
        return Err(format.to_owned());
    }
    while let Some(c) = rest.chars().next() {
        if matches!(c, '\'' | '"') {
            let end = rest[1..].find(c).map_or(rest.len(), |at| at + 1);
            push_text(&mut out, &rest[1..end]);
            rest = rest.get(end + 1..).unwrap_or("");
            continue;
        }
        if c == '\\' {
            let Some(next) = rest[1..].chars().next() else { break };
            push_text(&mut out, next.encode_utf8(&mut [0; 4]));
            rest = &rest[1 + next.len_utf8()..];
            continue;
        }
        if !c.is_ascii_alphabetic() {
            if c == '%' {
                return Err("%".to_owned());
            }
            push_text(&mut out, c.encode_utf8(&mut [0; 4]));
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let count = rest.chars().take_while(|next| *next == c).count();
        let field = match (c, count) {
            ('y', 4) => Field::Year4,
            ('y', 2) => Field::Year2,
            ('M', 1) => Field::Month1,
            ('M', 2) => Field::Month2,
            ('M', 3) => Field::MonthShort,
            ('M', 4) => Field::MonthName,
            ('d', 1) => Field::Day1,
            ('d', 2) => Field::Day2,
            ('d', 3) => Field::WeekdayShort,
            ('d', 4) => Field::WeekdayName,
            ('H', 1) => Field::Hour24Short,
            ('H', 2) => Field::Hour24,
            ('h', 1) => Field::Hour12Short,
            ('h', 2) => Field::Hour12,
            ('m', 2) => Field::Minute,
            ('s', 2) => Field::Second,
            ('f', 1) => Field::Fraction1,
            ('f', 2) => Field::Fraction2,
            ('f', 3) => Field::Fraction3,
            ('f', 6) => Field::Fraction6,
            ('t', 2) => Field::MeridiemUpper,
            _ => return Err(rest[..count].to_owned()),
        };
        push_field(&mut out, field);
        rest = &rest[count..];
    }
    Ok(out)
}

/// True if a format has fields of the date, and of the time of day.
pub(crate) fn parts(format: &str) -> (bool, bool) {
    let (mut date, mut time) = (false, false);
    for piece in air::timeformat::pieces(format) {
        if let air::timeformat::Piece::Field(field) = piece {
            match field {
                Field::Hour24
                | Field::Hour24Short
                | Field::Hour12
                | Field::Hour12Short
                | Field::Minute
                | Field::Second
                | Field::Fraction1
                | Field::Fraction2
                | Field::Fraction3
                | Field::Fraction6
                | Field::MeridiemUpper
                | Field::MeridiemLower
                | Field::SecondOfDay => time = true,
                _ => date = true,
            }
        }
    }
    (date, time)
}

/// True if a format has a fraction of the second.
pub(crate) fn has_fraction(format: &str) -> bool {
    format.contains("{FF")
}

/// True if a format has a year and what tells the day of it.
pub(crate) fn is_whole_date(format: &str) -> bool {
    let (mut year, mut month, mut day, mut whole) = (false, false, false, false);
    for piece in air::timeformat::pieces(format) {
        if let air::timeformat::Piece::Field(field) = piece {
            match field {
                Field::Year4 | Field::Year2 => year = true,
                Field::Month2
                | Field::Month1
                | Field::MonthShort
                | Field::MonthShortUpper
                | Field::MonthShortLower
                | Field::MonthName
                | Field::MonthNameUpper
                | Field::MonthNameLower => month = true,
                Field::Day2 | Field::Day1 | Field::DayBlank | Field::DayOrdinal => day = true,
                Field::DayOfYear3 | Field::DayOfYear1 => whole = true,
                _ => {}
            }
        }
    }
    year && (whole || month && day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_all_dialects_meet() {
        let iso = "{YYYY}-{MM}-{DD} {HH24}:{MI}:{SS}";
        assert_eq!(percent_mysql("%Y-%m-%d %H:%i:%s").as_deref(), Ok(iso));
        assert_eq!(percent_mysql("%Y-%m-%d %T").as_deref(), Ok(iso));
        assert_eq!(percent_sqlite("%Y-%m-%d %H:%M:%S").as_deref(), Ok(iso));
        assert_eq!(percent_sqlite("%F %T").as_deref(), Ok(iso));
        assert_eq!(picture("YYYY-MM-DD HH24:MI:SS", false).as_deref(), Ok(iso));
        assert_eq!(picture("yyyy-mm-dd hh24:mi:ss", true).as_deref(), Ok(iso));
        assert_eq!(net("yyyy-MM-dd HH:mm:ss").as_deref(), Ok(iso));
    }

    #[test]
    fn names_and_padding() {
        assert_eq!(picture("FMMonth DD, YYYY", false).as_deref(), Ok("{Month} {DD}, {YYYY}"));
        assert_eq!(picture("FMMonth DD", true).as_deref(), Ok("{Month} {D}"));
        assert_eq!(picture("MONTH", false).as_deref(), Ok("{MONTH9}"));
        assert_eq!(picture("dy", false).as_deref(), Ok("{dy}"));
        assert_eq!(picture("YYYY\"年\"MM", false).as_deref(), Ok("{YYYY}年{MM}"));
        assert_eq!(percent_sqlite("%f").as_deref(), Ok("{SS}.{FF3}"));
        assert_eq!(percent_mysql("%W %M %e").as_deref(), Ok("{Day} {Month} {D}"));
    }

    #[test]
    fn unknown_directives_are_errors() {
        assert_eq!(percent_sqlite("%Q"), Err("%Q".to_owned()));
        assert_eq!(picture("YYYY-XX", false), Err("XX".to_owned()));
        assert_eq!(net("d"), Err("d".to_owned()));
    }
}
