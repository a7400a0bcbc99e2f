//! The neutral format of dates and times as text: what `FormatTime` and `ParseTime` take as second argument.
//!
//! A format is text with fields in braces: `{YYYY}-{MM}-{DD} {HH24}:{MI}`. A brace that is text is doubled.
//! Binders parse a dialect's own format into this one, backends print it back; a directive without a field
//! here has no neutral meaning and is refused.

macro_rules! fields {
    ($($(#[$doc:meta])* $Name:ident = $word:literal,)*) => {
        /// A part of a date or time in a format. Letter case and padding are part of the meaning.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Field { $($(#[$doc])* $Name,)* }

        impl Field {
            /// All fields.
            pub const ALL: &'static [Field] = &[$(Field::$Name,)*];

            /// What stands between the braces.
            pub const fn word(self) -> &'static str {
                match self { $(Field::$Name => $word,)* }
            }

            /// The field of that word.
            pub fn from_word(word: &str) -> Option<Field> {
                match word { $($word => Some(Field::$Name),)* _ => None }
            }
        }
    };
}

fields! {
    /// Year, four digits.
    Year4 = "YYYY",
    /// Last two digits of the year.
    Year2 = "YY",
    /// Year of the ISO week, four digits.
    IsoYear4 = "IYYY",
    /// Last two digits of the year of the ISO week.
    IsoYear2 = "IY",
    /// Year of the week that begins on Sunday (goes with [`Field::WeekSunday1`]).
    YearOfWeekSunday = "YWS",
    /// Quarter, one digit.
    Quarter = "Q",
    /// Month 01-12.
    Month2 = "MM",
    /// Month 1-12.
    Month1 = "M",
    /// English month, three letters: `Jan`.
    MonthShort = "Mon",
    /// `JAN`.
    MonthShortUpper = "MON",
    /// `jan`.
    MonthShortLower = "mon",
    /// English month: `January`.
    MonthName = "Month",
    /// `JANUARY`.
    MonthNameUpper = "MONTH",
    /// `january`.
    MonthNameLower = "month",
    /// `January  `, blank-padded to nine.
    MonthNamePadded = "Month9",
    /// `JANUARY  `.
    MonthNameUpperPadded = "MONTH9",
    /// `january  `.
    MonthNameLowerPadded = "month9",
    /// Day of the month 01-31.
    Day2 = "DD",
    /// Day of the month 1-31.
    Day1 = "D",
    /// Day of the month, blank-padded: ` 1`-`31`.
    DayBlank = "_D",
    /// Day of the month with its English suffix: `1st`.
    DayOrdinal = "Dth",
    /// Day of the year 001-366.
    DayOfYear3 = "DDD",
    /// Day of the year 1-366.
    DayOfYear1 = "DOY",
    /// English weekday, three letters: `Mon`.
    WeekdayShort = "Dy",
    /// `MON`.
    WeekdayShortUpper = "DY",
    /// `mon`.
    WeekdayShortLower = "dy",
    /// English weekday: `Monday`.
    WeekdayName = "Day",
    /// `MONDAY`.
    WeekdayNameUpper = "DAY",
    /// `monday`.
    WeekdayNameLower = "day",
    /// `Monday   `, blank-padded to nine.
    WeekdayNamePadded = "Day9",
    /// `MONDAY   `.
    WeekdayNameUpperPadded = "DAY9",
    /// `monday   `.
    WeekdayNameLowerPadded = "day9",
    /// 0 = Sunday … 6.
    WeekdaySunday0 = "D0",
    /// 1 = Sunday … 7.
    WeekdaySunday1 = "D1",
    /// 1 = Monday … 7.
    WeekdayMonday1 = "ID",
    /// ISO week 01-53.
    IsoWeek2 = "IW",
    /// Week 00-53 beginning on Sunday (MySQL mode 0).
    WeekSunday2 = "WS",
    /// Week 01-53 beginning on Sunday, the first with a Sunday in this year (MySQL mode 2).
    WeekSunday1 = "WS1",
    /// Week 00-53 beginning on Monday, days before the first Monday in week 00 (`strftime %W`).
    WeekMonday2 = "WM",
    /// Week 00-53 beginning on Monday, week 1 has four days in this year (MySQL mode 1).
    WeekMondayFour2 = "WM4",
    /// Week 01-53 counted from January 1.
    WeekJan2 = "WW",
    /// Week of the month 1-5 counted from its first day.
    WeekOfMonth = "W",
    /// Hour 00-23.
    Hour24 = "HH24",
    /// Hour 0-23.
    Hour24Short = "H24",
    /// Hour 01-12.
    Hour12 = "HH12",
    /// Hour 1-12.
    Hour12Short = "H12",
    /// Minute 00-59.
    Minute = "MI",
    /// Second 00-59.
    Second = "SS",
    /// Tenths of a second, one digit.
    Fraction1 = "FF1",
    /// Hundredths of a second, two digits.
    Fraction2 = "FF2",
    /// Milliseconds, three digits.
    Fraction3 = "FF3",
    /// Microseconds, six digits.
    Fraction6 = "FF6",
    /// `AM` or `PM`.
    MeridiemUpper = "AM",
    /// `am` or `pm`.
    MeridiemLower = "am",
    /// Seconds since midnight.
    SecondOfDay = "SSSSS",
    /// Seconds since 1970-01-01 00:00 UTC.
    Epoch = "EPOCH",
    /// Julian day number of the date.
    Julian = "J",
    /// Julian day with fraction.
    JulianFraction = "JF",
    /// Century, two digits.
    Century = "CC",
}

/// A piece of a format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece<'a> {
    /// Taken as it is.
    Text(&'a str),
    /// A part of the value.
    Field(Field),
}

/// The pieces of a format. Words in braces that are no field come back as text.
pub fn pieces(format: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = format;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if rest.starts_with("{{") || rest.starts_with("}}") {
            let piece = &rest[..1];
            rest = &rest[2..];
            return Some(Piece::Text(piece));
        }
        if let Some(close) = rest.strip_prefix('{').and_then(|inner| inner.find('}')) {
            let word = &rest[1..1 + close];
            let whole = &rest[..close + 2];
            rest = &rest[close + 2..];
            return Some(Field::from_word(word).map_or(Piece::Text(whole), Piece::Field));
        }
        // A lone brace never comes from `push_text`; taken as text it cannot stop the walk.
        let end =
            rest.char_indices().skip(1).find(|(_, c)| matches!(c, '{' | '}')).map_or(rest.len(), |(i, _)| i);
        let piece = &rest[..end];
        rest = &rest[end..];
        Some(Piece::Text(piece))
    })
}

/// Appends a field to a format being written.
pub fn push_field(format: &mut String, field: Field) {
    format.push('{');
    format.push_str(field.word());
    format.push('}');
}

/// Appends text to a format being written.
pub fn push_text(format: &mut String, text: &str) {
    for c in text.chars() {
        if matches!(c, '{' | '}') {
            format.push(c);
        }
        format.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pushed_comes_back() {
        let mut format = String::new();
        push_field(&mut format, Field::Year4);
        push_text(&mut format, "-{x}é");
        push_field(&mut format, Field::Month2);
        assert_eq!(format, "{YYYY}-{{x}}é{MM}");
        let mut text = String::new();
        let mut fields = Vec::new();
        for piece in pieces(&format) {
            match piece {
                Piece::Text(t) => text.push_str(t),
                Piece::Field(f) => fields.push(f),
            }
        }
        assert_eq!((text.as_str(), fields.as_slice()), ("-{x}é", &[Field::Year4, Field::Month2][..]));
    }

    #[test]
    fn words_are_unlike() {
        for (i, a) in Field::ALL.iter().enumerate() {
            assert_eq!(Field::from_word(a.word()), Some(*a));
            assert!(Field::ALL[i + 1..].iter().all(|b| b.word() != a.word()));
        }
    }

    #[test]
    fn stray_braces_end() {
        assert_eq!(pieces("{nope}{").count(), 2);
        assert_eq!(pieces("a}b{").count(), 3);
    }
}
