//! Formats of dates and times: the neutral format as the target's own pattern.
//!
//! What the pattern language has no directive for is computed beside it and joined.

use air::builtins::Builtin::{self, *};
use air::timeformat::{Field, Piece, pieces};
use air::types::Type;
use air::{Expr, ExprId};

use crate::codes;
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "format_pattern",
        law: "each field of a format has a directive of the target's patterns, or a value of its own",
        apply: Apply::Builtins(&[FormatTime], format_time),
    },
    Rule {
        name: "year_and_week",
        law: "a week that begins on Sunday belongs to the year of that Sunday",
        apply: Apply::Builtins(&[YearWeek], year_and_week),
    },
    Rule {
        name: "parse_pattern",
        law: "each field of a format has a directive of the target's patterns",
        apply: Apply::Builtins(&[ParseTime], parse_time),
    },
];

/// A pattern language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Language {
    /// PostgreSQL and Oracle pictures.
    Picture,
    /// MySQL `%` patterns.
    Percent,
    /// SQLite strftime.
    Strftime,
    /// .NET.
    Net,
}

fn language(cx: &Context<'_>) -> Option<(Language, Builtin)> {
    [
        (Language::Picture, ToCharPicture),
        (Language::Percent, DateFormatPercent),
        (Language::Strftime, Strftime),
        (Language::Net, FormatNet),
    ]
    .into_iter()
    .find(|&(_, op)| cx.speaks(op))
}

impl Language {
    fn directive(self, field: Field) -> Option<&'static str> {
        match self {
            Language::Picture => picture(field),
            Language::Percent => percent(field),
            Language::Strftime => strftime(field),
            Language::Net => net(field),
        }
    }

    fn push_text(self, pattern: &mut String, text: &str) {
        match self {
            Language::Picture => {
                if text.chars().any(|c| c.is_alphanumeric() || c == '"' || c == '\\') {
                    pattern.push('"');
                    for c in text.chars() {
                        if matches!(c, '"' | '\\') {
                            pattern.push('\\');
                        }
                        pattern.push(c);
                    }
                    pattern.push('"');
                } else {
                    pattern.push_str(text);
                }
            }
            Language::Percent | Language::Strftime => {
                for c in text.chars() {
                    if c == '%' {
                        pattern.push('%');
                    }
                    pattern.push(c);
                }
            }
            Language::Net => {
                for c in text.chars() {
                    if c.is_alphabetic() || matches!(c, '\\' | '"' | '\'' | '%' | ':' | '/') {
                        pattern.push('\\');
                    }
                    pattern.push(c);
                }
            }
        }
    }
}

/// <https://www.postgresql.org/docs/15/functions-formatting.html>
fn picture(field: Field) -> Option<&'static str> {
    Some(match field {
        Field::Year4 => "YYYY",
        Field::Year2 => "YY",
        Field::IsoYear4 => "IYYY",
        Field::IsoYear2 => "IY",
        Field::Quarter => "Q",
        Field::Month2 => "MM",
        Field::Month1 => "FMMM",
        Field::MonthShort => "Mon",
        Field::MonthShortUpper => "MON",
        Field::MonthShortLower => "mon",
        Field::MonthName => "FMMonth",
        Field::MonthNameUpper => "FMMONTH",
        Field::MonthNameLower => "FMmonth",
        Field::MonthNamePadded => "Month",
        Field::MonthNameUpperPadded => "MONTH",
        Field::MonthNameLowerPadded => "month",
        Field::Day2 => "DD",
        Field::Day1 => "FMDD",
        Field::DayOrdinal => "FMDDth",
        Field::DayOfYear3 => "DDD",
        Field::DayOfYear1 => "FMDDD",
        Field::WeekdayShort => "Dy",
        Field::WeekdayShortUpper => "DY",
        Field::WeekdayShortLower => "dy",
        Field::WeekdayName => "FMDay",
        Field::WeekdayNameUpper => "FMDAY",
        Field::WeekdayNameLower => "FMday",
        Field::WeekdayNamePadded => "Day",
        Field::WeekdayNameUpperPadded => "DAY",
        Field::WeekdayNameLowerPadded => "day",
        Field::WeekdaySunday1 => "D",
        Field::WeekdayMonday1 => "ID",
        Field::IsoWeek2 => "IW",
        Field::WeekJan2 => "WW",
        Field::WeekOfMonth => "W",
        Field::Hour24 => "HH24",
        Field::Hour24Short => "FMHH24",
        Field::Hour12 => "HH12",
        Field::Hour12Short => "FMHH12",
        Field::Minute => "MI",
        Field::Second => "SS",
        Field::Fraction1 => "FF1",
        Field::Fraction2 => "FF2",
        Field::Fraction3 => "FF3",
        Field::Fraction6 => "FF6",
        Field::MeridiemUpper => "AM",
        Field::MeridiemLower => "am",
        Field::SecondOfDay => "SSSSS",
        Field::Julian => "J",
        Field::Century => "CC",
        _ => return None,
    })
}

/// <https://dev.mysql.com/doc/refman/8.4/en/date-and-time-functions.html#function_date-format>
fn percent(field: Field) -> Option<&'static str> {
    Some(match field {
        Field::Year4 => "%Y",
        Field::Year2 => "%y",
        Field::IsoYear4 => "%x",
        Field::YearOfWeekSunday => "%X",
        Field::Month2 => "%m",
        Field::Month1 => "%c",
        Field::MonthShort => "%b",
        Field::MonthName => "%M",
        Field::Day2 => "%d",
        Field::Day1 => "%e",
        Field::DayOrdinal => "%D",
        Field::DayOfYear3 => "%j",
        Field::WeekdayShort => "%a",
        Field::WeekdayName => "%W",
        Field::WeekdaySunday0 => "%w",
        Field::IsoWeek2 => "%v",
        Field::WeekSunday2 => "%U",
        Field::WeekSunday1 => "%V",
        Field::WeekMondayFour2 => "%u",
        Field::Hour24 => "%H",
        Field::Hour24Short => "%k",
        Field::Hour12 => "%h",
        Field::Hour12Short => "%l",
        Field::Minute => "%i",
        Field::Second => "%s",
        Field::Fraction6 => "%f",
        Field::MeridiemUpper => "%p",
        _ => return None,
    })
}

/// <https://www.sqlite.org/lang_datefunc.html>; only what every version we serve has.
fn strftime(field: Field) -> Option<&'static str> {
    Some(match field {
        Field::Year4 => "%Y",
        Field::Month2 => "%m",
        Field::Day2 => "%d",
        Field::DayOfYear3 => "%j",
        Field::WeekdaySunday0 => "%w",
        Field::WeekMonday2 => "%W",
        Field::Hour24 => "%H",
        Field::Minute => "%M",
        Field::Second => "%S",
        Field::Epoch => "%s",
        Field::JulianFraction => "%J",
        _ => return None,
    })
}

/// Custom date and time format strings of .NET.
fn net(field: Field) -> Option<&'static str> {
    Some(match field {
        Field::Year4 => "yyyy",
        Field::Year2 => "yy",
        Field::Month2 => "MM",
        Field::MonthShort => "MMM",
        Field::MonthName => "MMMM",
        Field::Day2 => "dd",
        Field::WeekdayShort => "ddd",
        Field::WeekdayName => "dddd",
        Field::Hour24 => "HH",
        Field::Hour12 => "hh",
        Field::Minute => "mm",
        Field::Second => "ss",
        Field::Fraction3 => "fff",
        Field::Fraction6 => "ffffff",
        Field::MeridiemUpper => "tt",
        _ => return None,
    })
}

fn format_time(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some([x, format]) = cx.args(id) else { return Ok(false) };
    let span = cx.air.span(id);
    let Some(text) = cx.text_literal(format).map(str::to_owned) else {
        return cx.refuse(
            codes::BUILTIN,
            span,
            "a format that is no literal has no form",
            "make the format a literal",
        );
    };
    let Some((language, op)) = language(cx) else { return Ok(false) };
    let mut parts: Vec<ExprId> = Vec::new();
    let mut pattern = String::new();
    for piece in pieces(&text) {
        match piece {
            Piece::Text(text) => language.push_text(&mut pattern, text),
            Piece::Field(field) => match language.directive(field) {
                Some(directive) => pattern.push_str(directive),
                None => {
                    flush(cx, id, op, x, &mut pattern, &mut parts);
                    let Some(value) = value_of(cx, id, x, field) else {
                        let message = format!("the field `{}` of a date format has no form", field.word());
                        return cx.refuse(codes::BUILTIN, span, &message, "");
                    };
                    parts.push(value);
                }
            },
        }
    }
    flush(cx, id, op, x, &mut pattern, &mut parts);
    match parts[..] {
        [] => {
            let empty = cx.text("", id);
            cx.become_copy(id, empty);
        }
        [one] => cx.become_copy(id, one),
        _ => cx.become_call(id, Concat, &parts),
    }
    Ok(true)
}

/// The pattern so far as a call.
fn flush(
    cx: &mut Context<'_>,
    id: ExprId,
    op: Builtin,
    x: ExprId,
    pattern: &mut String,
    parts: &mut Vec<ExprId>,
) {
    if pattern.is_empty() {
        return;
    }
    let text = cx.text(pattern, id);
    let call = if op == Strftime {
        cx.call(op, &[text, x], Type::TEXT, id)
    } else {
        cx.call(op, &[x, text], Type::TEXT, id)
    };
    parts.push(call);
    pattern.clear();
}

/// The Sunday on or before a date.
pub(super) fn sunday_of(cx: &mut Context<'_>, x: ExprId, id: ExprId) -> ExprId {
    let zero = cx.int(0, id);
    let day = cx.call(ExtractWeekdaySunday0, &[x], Type::I32, id);
    let back = cx.call(Sub, &[zero, day], Type::I32, id);
    let ty = cx.air.ty(x);
    cx.call_with(DateAdd, air::expr::Modifier::Unit(air::expr::Unit::Day), &[x, back], ty, id)
}

/// The number of the week from Monday, the first of a year being the one with four days of it, 0 before.
fn week_of_four_days(cx: &mut Context<'_>, x: ExprId, id: ExprId) -> ExprId {
    let int = |cx: &mut Context<'_>, value: i64| cx.int(value, id);
    let day = cx.call(ExtractDayOfYear, &[x], Type::I32, id);
    let one = int(cx, 1);
    let passed = cx.call(Sub, &[day, one], Type::I32, id);
    let weekday = cx.call(ExtractWeekdayMonday0, &[x], Type::I32, id);
    // The weekday of the first of January; 371 days are whole weeks and more than a year.
    let weeks = int(cx, 371);
    let moved = cx.call(Add, &[weekday, weeks], Type::I32, id);
    let moved = cx.call(Sub, &[moved, passed], Type::I32, id);
    let seven = int(cx, 7);
    let first = cx.call(Mod, &[moved, seven], Type::I32, id);
    let place = cx.call(Add, &[passed, first], Type::I32, id);
    let whole = cx.call(DivInt, &[place, seven], Type::I32, id);
    let three = int(cx, 3);
    let counts = cx.compare(air::expr::CompareOp::Le, first, three);
    let (one, zero) = (int(cx, 1), int(cx, 0));
    let more = cx.case(&[(counts, one)], Some(zero), Type::I32, id);
    cx.call(Add, &[whole, more], Type::I32, id)
}

/// A field that is computed beside the pattern.
fn value_of(cx: &mut Context<'_>, id: ExprId, x: ExprId, field: Field) -> Option<ExprId> {
    let number = |cx: &mut Context<'_>, op: Builtin| cx.call(op, &[x], Type::I32, id);
    let as_text = |cx: &mut Context<'_>, n: ExprId| cx.cast(n, Type::TEXT);
    let padded = |cx: &mut Context<'_>, n: ExprId, width: i64| {
        let text = cx.cast(n, Type::TEXT);
        let (width, zero) = (cx.int(width, id), cx.text("0", id));
        cx.call(PadLeft, &[text, width, zero], Type::TEXT, id)
    };
    let short = |cx: &mut Context<'_>, name: Builtin| {
        let name = cx.call(name, &[x], Type::TEXT, id);
        let (one, three) = (cx.int(1, id), cx.int(3, id));
        cx.call(SubstringInside, &[name, one, three], Type::TEXT, id)
    };
    let cased = |cx: &mut Context<'_>, text: ExprId, op: Builtin| cx.call(op, &[text], Type::TEXT, id);
    let hour12 = |cx: &mut Context<'_>| {
        let hour = cx.call(ExtractHour, &[x], Type::I32, id);
        let (eleven, twelve, one) = (cx.int(11, id), cx.int(12, id), cx.int(1, id));
        let moved = cx.call(Add, &[hour, eleven], Type::I32, id);
        let rest = cx.call(Mod, &[moved, twelve], Type::I32, id);
        cx.call(Add, &[rest, one], Type::I32, id)
    };
    let meridiem = |cx: &mut Context<'_>, am: &str, pm: &str| {
        let hour = cx.call(ExtractHour, &[x], Type::I32, id);
        let twelve = cx.int(12, id);
        let morning = cx.compare(air::expr::CompareOp::Lt, hour, twelve);
        let (am, pm) = (cx.text(am, id), cx.text(pm, id));
        cx.case(&[(morning, am)], Some(pm), Type::TEXT, id)
    };
    Some(match field {
        Field::Year4 => {
            let n = number(cx, ExtractYear);
            padded(cx, n, 4)
        }
        Field::Year2 => {
            let n = number(cx, ExtractYear);
            let hundred = cx.int(100, id);
            let n = cx.call(Mod, &[n, hundred], Type::I32, id);
            padded(cx, n, 2)
        }
        Field::IsoYear4 => {
            let n = number(cx, ExtractIsoYear);
            padded(cx, n, 4)
        }
        Field::Quarter => {
            let n = number(cx, ExtractQuarter);
            as_text(cx, n)
        }
        Field::Month1 => {
            let n = number(cx, ExtractMonth);
            as_text(cx, n)
        }
        Field::Day1 => {
            let n = number(cx, ExtractDay);
            as_text(cx, n)
        }
        Field::DayBlank => {
            let n = number(cx, ExtractDay);
            let text = cx.cast(n, Type::TEXT);
            let (two, blank) = (cx.int(2, id), cx.text(" ", id));
            cx.call(PadLeft, &[text, two, blank], Type::TEXT, id)
        }
        Field::DayOfYear1 => {
            let n = number(cx, ExtractDayOfYear);
            as_text(cx, n)
        }
        Field::MonthShort => short(cx, MonthName),
        Field::MonthShortUpper => {
            let text = short(cx, MonthName);
            cased(cx, text, UpperAscii)
        }
        Field::MonthShortLower => {
            let text = short(cx, MonthName);
            cased(cx, text, LowerAscii)
        }
        Field::MonthName => cx.call(MonthName, &[x], Type::TEXT, id),
        Field::MonthNameUpper => {
            let text = cx.call(MonthName, &[x], Type::TEXT, id);
            cased(cx, text, UpperAscii)
        }
        Field::MonthNameLower => {
            let text = cx.call(MonthName, &[x], Type::TEXT, id);
            cased(cx, text, LowerAscii)
        }
        Field::MonthNamePadded => {
            let text = cx.call(MonthName, &[x], Type::TEXT, id);
            let nine = cx.int(9, id);
            cx.call(PadRight, &[text, nine], Type::TEXT, id)
        }
        Field::WeekdayShort => short(cx, DayName),
        Field::WeekdayShortUpper => {
            let text = short(cx, DayName);
            cased(cx, text, UpperAscii)
        }
        Field::WeekdayShortLower => {
            let text = short(cx, DayName);
            cased(cx, text, LowerAscii)
        }
        Field::WeekdayName => cx.call(DayName, &[x], Type::TEXT, id),
        Field::WeekdayNameUpper => {
            let text = cx.call(DayName, &[x], Type::TEXT, id);
            cased(cx, text, UpperAscii)
        }
        Field::WeekdayNameLower => {
            let text = cx.call(DayName, &[x], Type::TEXT, id);
            cased(cx, text, LowerAscii)
        }
        Field::WeekdayNamePadded => {
            let text = cx.call(DayName, &[x], Type::TEXT, id);
            let nine = cx.int(9, id);
            cx.call(PadRight, &[text, nine], Type::TEXT, id)
        }
        Field::WeekdaySunday0 => {
            let n = number(cx, ExtractWeekdaySunday0);
            as_text(cx, n)
        }
        Field::WeekdaySunday1 => {
            let n = number(cx, ExtractWeekdaySunday1);
            as_text(cx, n)
        }
        Field::WeekdayMonday1 => {
            let n = number(cx, ExtractWeekdayMonday1);
            as_text(cx, n)
        }
        Field::IsoWeek2 => {
            let n = number(cx, ExtractIsoWeek);
            padded(cx, n, 2)
        }
        Field::WeekSunday2 => {
            let n = number(cx, ExtractWeekSunday);
            padded(cx, n, 2)
        }
        Field::WeekMonday2 => {
            let n = number(cx, ExtractWeekMonday);
            padded(cx, n, 2)
        }
        Field::WeekJan2 => {
            let n = number(cx, ExtractWeekJan1);
            padded(cx, n, 2)
        }
        Field::Hour24Short => {
            let n = number(cx, ExtractHour);
            as_text(cx, n)
        }
        Field::Hour12 => {
            let n = hour12(cx);
            padded(cx, n, 2)
        }
        Field::Hour12Short => {
            let n = hour12(cx);
            as_text(cx, n)
        }
        Field::Fraction3 => {
            let n = number(cx, ExtractMicrosecond);
            let thousand = cx.int(1000, id);
            let n = cx.call(DivInt, &[n, thousand], Type::I32, id);
            padded(cx, n, 3)
        }
        Field::Fraction6 => {
            let n = number(cx, ExtractMicrosecond);
            padded(cx, n, 6)
        }
        Field::DayOrdinal => {
            let day = number(cx, ExtractDay);
            let mut branches = Vec::new();
            for (ending, days) in [("st", [1, 21, 31]), ("nd", [2, 22, 22]), ("rd", [3, 23, 23])] {
                let tests: Vec<ExprId> = days
                    .iter()
                    .map(|&one| {
                        let one = cx.int(one, id);
                        cx.compare(air::expr::CompareOp::Eq, day, one)
                    })
                    .collect();
                let any = cx.any_of(&tests[..if days[1] == days[2] { 2 } else { 3 }], id);
                branches.push((any, cx.text(ending, id)));
            }
            let other = cx.text("th", id);
            let ending = cx.case(&branches, Some(other), Type::TEXT, id);
            let digits = as_text(cx, day);
            cx.call(Concat, &[digits, ending], Type::TEXT, id)
        }
        // The first Sunday begins the first week; days before it are of the year before.
        Field::WeekSunday1 => {
            let sunday = sunday_of(cx, x, id);
            let n = cx.call(ExtractWeekJan1, &[sunday], Type::I32, id);
            padded(cx, n, 2)
        }
        Field::YearOfWeekSunday => {
            let sunday = sunday_of(cx, x, id);
            let n = cx.call(ExtractYear, &[sunday], Type::I32, id);
            padded(cx, n, 4)
        }
        Field::WeekMondayFour2 => {
            let n = week_of_four_days(cx, x, id);
            padded(cx, n, 2)
        }
        Field::MeridiemUpper => meridiem(cx, "AM", "PM"),
        Field::MeridiemLower => meridiem(cx, "am", "pm"),
        Field::Epoch => {
            let n = cx.call(UnixTime, &[x], Type::I64, id);
            as_text(cx, n)
        }
        _ => return None,
    })
}

fn year_and_week(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(YearWeek) {
        return Ok(false);
    }
    let Some([x]) = cx.args(id) else { return Ok(false) };
    let sunday = sunday_of(cx, x, id);
    let year = cx.call(ExtractYear, &[sunday], Type::I32, id);
    let hundred = cx.int(100, id);
    let hundreds = cx.call(Mul, &[year, hundred], Type::I32, id);
    let week = cx.call(ExtractWeekJan1, &[sunday], Type::I32, id);
    cx.become_call(id, Add, &[hundreds, week]);
    Ok(true)
}

fn parse_time(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some([x, format]) = cx.args(id) else { return Ok(false) };
    let span = cx.air.span(id);
    let Some(text) = cx.text_literal(format).map(str::to_owned) else {
        return cx.refuse(
            codes::BUILTIN,
            span,
            "a format that is no literal has no form",
            "make the format a literal",
        );
    };
    let Some((language, _)) = language(cx) else { return Ok(false) };
    let ty = cx.air.ty(id);
    if matches!(language, Language::Strftime | Language::Net) {
        return iso_or_refused(cx, id, x, &text, ty);
    }
    let mut pattern = String::new();
    for piece in pieces(&text) {
        match piece {
            Piece::Text(text) => language.push_text(&mut pattern, text),
            Piece::Field(field) => {
                let directive = match (language, field) {
                    // Reading takes names without regard to their padding.
                    (Language::Picture, Field::MonthName) => Some("Month"),
                    (Language::Picture, Field::Month1) => Some("MM"),
                    (Language::Picture, Field::Day1) => Some("DD"),
                    (Language::Picture, Field::Hour24Short) => Some("HH24"),
                    (Language::Picture, Field::Fraction6) => Some("US"),
                    (Language::Picture, Field::Fraction3) => Some("MS"),
                    _ => language.directive(field),
                };
                let Some(directive) = directive else {
                    let message = format!("the field `{}` of a date format cannot be read", field.word());
                    return cx.refuse(codes::BUILTIN, span, &message, "");
                };
                pattern.push_str(directive);
            }
        }
    }
    let pattern = cx.text(&pattern, format);
    let op = if language == Language::Picture { ToTimestampPicture } else { StrToDatePercent };
    let wide = Type::Timestamp { precision: 6, zone: air::types::Zone::Instant };
    let parsed = cx.call(op, &[x, pattern], if language == Language::Picture { wide } else { ty }, id);
    match (language, ty) {
        (Language::Picture, Type::Date | Type::Time { .. } | Type::Timestamp { .. }) => {
            let rule = air::types::CastRule::IMPLICIT;
            cx.air.set(id, Expr::Cast { operand: parsed, to: ty, rule });
        }
        _ => cx.become_copy(id, parsed),
    }
    Ok(true)
}

/// Dates as texts are read where fields of fixed width are only to be put in another order.
fn iso_or_refused(cx: &mut Context<'_>, id: ExprId, x: ExprId, format: &str, ty: Type) -> Fired {
    let span = cx.air.span(id);
    let mut at = 1;
    let mut places: Vec<(Field, i64, i64)> = Vec::new();
    for piece in pieces(format) {
        match piece {
            Piece::Text(text) => at += text.chars().count() as i64,
            Piece::Field(field) => {
                let width = match field {
                    Field::Year4 => 4,
                    Field::Month2 | Field::Day2 | Field::Hour24 | Field::Minute | Field::Second => 2,
                    _ => {
                        let message = format!("the field `{}` of a date format cannot be read", field.word());
                        return cx.refuse(codes::BUILTIN, span, &message, "");
                    }
                };
                places.push((field, at, width));
                at += width;
            }
        }
    }
    match cx.text_literal(x).map(str::to_owned) {
        Some(text) => {
            let fits = text.is_ascii()
                && text.len() as i64 == at - 1
                && places.iter().all(|&(_, start, width)| {
                    let (from, to) = (start as usize - 1, (start + width) as usize - 1);
                    text.get(from..to).is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()))
                });
            if !fits {
                let message = "a date that does not fill the places of its format cannot be read";
                return cx.refuse(codes::BUILTIN, span, message, "write it as YYYY-MM-DD");
            }
        }
        None => super::casts::written_as_iso(cx, id, x)?,
    }
    let place = |field: Field| places.iter().copied().find(|&(known, ..)| known == field);
    let wanted: &[(Field, &str)] = match ty {
        Type::Time { .. } => &[(Field::Hour24, ""), (Field::Minute, ":"), (Field::Second, ":")],
        Type::Date => &[(Field::Year4, ""), (Field::Month2, "-"), (Field::Day2, "-")],
        _ => &[
            (Field::Year4, ""),
            (Field::Month2, "-"),
            (Field::Day2, "-"),
            (Field::Hour24, " "),
            (Field::Minute, ":"),
            (Field::Second, ":"),
        ],
    };
    let mut parts = Vec::new();
    for &(field, before) in wanted {
        if !before.is_empty() {
            parts.push(cx.text(before, id));
        }
        match place(field) {
            Some((_, start, width)) => {
                let (start, width) = (cx.int(start, id), cx.int(width, id));
                parts.push(cx.call(SubstringInside, &[x, start, width], Type::TEXT, id));
            }
            None if matches!(field, Field::Hour24 | Field::Minute | Field::Second) => {
                parts.push(cx.text("00", id));
            }
            None => {
                return cx.refuse(codes::BUILTIN, span, "a date without all of its parts cannot be read", "");
            }
        }
    }
    let joined = cx.call(Concat, &parts, Type::TEXT, id);
    let text = Type::TEXT;
    cx.air.info_mut(joined).ty = text;
    cx.air.set(id, Expr::Cast { operand: joined, to: ty, rule: air::types::CastRule::IMPLICIT });
    Ok(true)
}
