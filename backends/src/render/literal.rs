//! Literals: one function per dialect for those that are spelled by dialect, shared ones for text and numbers.

use air::types::Zone;
use air::{Literal, Type};

const NO_BITS: &str = "bit strings have no literal";
const NO_INTERVAL: &str = "an interval is no value";

/// Appends a decimal integer.
pub(crate) fn push_int(out: &mut String, value: i64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push('-');
    }
    // Digits are ASCII, so this holds.
    if let Ok(text) = std::str::from_utf8(&digits[at..]) {
        out.push_str(text);
    }
}

/// Appends a text literal.
pub(crate) fn push_text(out: &mut String, text: &str, backslash_escapes: bool) {
    out.push('\'');
    let special = |byte: u8| byte == b'\'' || (byte == b'\\' && backslash_escapes);
    if text.bytes().any(special) {
        for letter in text.chars() {
            if letter == '\'' || (letter == '\\' && backslash_escapes) {
                out.push(letter);
            }
            out.push(letter);
        }
    } else {
        out.push_str(text);
    }
    out.push('\'');
}

fn quoted(out: &mut String, before: &str, text: &str, after: &str) {
    out.push_str(before);
    out.push('\'');
    out.push_str(text);
    out.push('\'');
    out.push_str(after);
}

/// Without the offset that the canonical text of an instant may have; `None` if it is not UTC.
fn without_offset(text: &str) -> Option<&str> {
    // `YYYY-MM-DD HH:MM:SS…`: a sign after the time of day begins the offset.
    let tail = text.get(19..)?;
    match tail.find(['+', '-']) {
        None => Some(text),
        Some(sign) if tail[sign + 1..].bytes().all(|b| b == b'0' || b == b':') => Some(&text[..19 + sign]),
        Some(_) => None,
    }
}

/// MySQL and MariaDB: an offset is taken by MySQL 8.0.19 only, so instants are refused unless UTC.
pub fn mysql(kind: Literal, _: Type, text: &str, out: &mut String) -> Result<(), &'static str> {
    match kind {
        Literal::Bytes { .. } => quoted(out, "x", text, ""),
        Literal::Bits { .. } => quoted(out, "b", text, ""),
        Literal::Date { .. } => quoted(out, "DATE ", text, ""),
        Literal::Time { .. } => quoted(out, "TIME ", text, ""),
        Literal::Timestamp { .. } => {
            let text = without_offset(text).ok_or("a timestamp with an offset has no literal")?;
            quoted(out, "TIMESTAMP ", text, "");
        }
        Literal::Interval { .. } => return Err(NO_INTERVAL),
        _ => return Err("the literal has no spelling"),
    }
    Ok(())
}

/// PostgreSQL.
pub fn postgres(kind: Literal, ty: Type, text: &str, out: &mut String) -> Result<(), &'static str> {
    match kind {
        Literal::Bytes { .. } => {
            out.push_str("'\\x");
            out.push_str(text);
            out.push_str("'::bytea");
        }
        Literal::Bits { .. } => quoted(out, "B", text, ""),
        Literal::Date { .. } => quoted(out, "DATE ", text, ""),
        Literal::Time { .. } => {
            let zone = matches!(ty, Type::Time { zone: true, .. });
            quoted(out, if zone { "TIMETZ " } else { "TIME " }, text, "");
        }
        Literal::Timestamp { .. } => {
            let instant = matches!(ty, Type::Timestamp { zone: Zone::Instant | Zone::Offset, .. });
            quoted(out, if instant { "TIMESTAMPTZ " } else { "TIMESTAMP " }, text, "");
        }
        Literal::Interval { months, days, micros } => {
            out.push_str("INTERVAL '");
            push_interval(out, months, days, micros);
            out.push('\'');
        }
        _ => return Err("the literal has no spelling"),
    }
    Ok(())
}

fn push_interval(out: &mut String, months: i32, days: i32, micros: i64) {
    let mut any = false;
    for (count, unit) in [(i64::from(months), " month"), (i64::from(days), " day")] {
        if count != 0 {
            if any {
                out.push(' ');
            }
            push_int(out, count);
            out.push_str(unit);
            any = true;
        }
    }
    if micros != 0 || !any {
        if any {
            out.push(' ');
        }
        let seconds = micros / 1_000_000;
        let fraction = (micros % 1_000_000).unsigned_abs();
        if micros < 0 && seconds == 0 {
            out.push('-');
        }
        push_int(out, seconds);
        if fraction != 0 {
            let digits = format!(".{fraction:06}");
            out.push_str(digits.trim_end_matches('0'));
        }
        out.push_str(" second");
    }
}

/// SQLite: dates and times are ISO texts.
pub fn sqlite(kind: Literal, _: Type, text: &str, out: &mut String) -> Result<(), &'static str> {
    match kind {
        Literal::Bytes { .. } => quoted(out, "x", text, ""),
        Literal::Bits { .. } => return Err(NO_BITS),
        Literal::Date { .. } | Literal::Time { .. } => quoted(out, "", text, ""),
        Literal::Timestamp { .. } => {
            let text = without_offset(text).ok_or("a timestamp with an offset has no literal")?;
            quoted(out, "", text, "");
        }
        Literal::Interval { .. } => return Err(NO_INTERVAL),
        _ => return Err("the literal has no spelling"),
    }
    Ok(())
}

/// Oracle: DATE has a time of day, there is no TIME.
pub fn oracle(kind: Literal, _: Type, text: &str, out: &mut String) -> Result<(), &'static str> {
    match kind {
        Literal::Bytes { .. } => quoted(out, "HEXTORAW(", text, ")"),
        Literal::Bits { .. } => return Err(NO_BITS),
        Literal::Date { .. } => quoted(out, "DATE ", text, ""),
        Literal::Time { .. } => return Err("a time of day has no type"),
        Literal::Timestamp { .. } => quoted(out, "TIMESTAMP ", text, ""),
        Literal::Interval { months, days: 0, micros: 0 } => {
            out.push_str("INTERVAL '");
            push_int(out, i64::from(months));
            out.push_str("' MONTH(9)");
        }
        Literal::Interval { months: 0, days, micros: 0 } => {
            out.push_str("INTERVAL '");
            push_int(out, i64::from(days));
            out.push_str("' DAY(9)");
        }
        Literal::Interval { months: 0, days: 0, micros } if micros % 1_000_000 == 0 => {
            out.push_str("INTERVAL '");
            push_int(out, micros / 1_000_000);
            out.push_str("' SECOND(9)");
        }
        Literal::Interval { .. } => return Err("an interval of unlike parts is no value"),
        _ => return Err("the literal has no spelling"),
    }
    Ok(())
}

/// SQL Server.
pub fn mssql(kind: Literal, ty: Type, text: &str, out: &mut String) -> Result<(), &'static str> {
    match kind {
        Literal::Bytes { .. } => {
            out.push_str("0x");
            out.push_str(text);
        }
        Literal::Bits { .. } => return Err(NO_BITS),
        Literal::Date { .. } => quoted(out, "CAST(", text, " AS date)"),
        Literal::Time { .. } => quoted(out, "CAST(", text, " AS time)"),
        Literal::Timestamp { .. } => {
            let offset = matches!(ty, Type::Timestamp { zone: Zone::Instant | Zone::Offset, .. });
            quoted(out, "CAST(", text, if offset { " AS datetimeoffset)" } else { " AS datetime2)" });
        }
        Literal::Interval { .. } => return Err(NO_INTERVAL),
        _ => return Err("the literal has no spelling"),
    }
    Ok(())
}
