//! Text builtins. Positions and lengths count characters.

use super::{Call, int, text};
use crate::cast;
use crate::collate;
use crate::error::{Eval, EvalError};
use crate::value::Value;
use air::Builtin;
use air::types::Collation;

/// Evaluates a text builtin; `None` if `call` is none.
pub fn evaluate(call: &Call<'_>, args: &[Value]) -> Option<Eval<Value>> {
    use Builtin as B;
    let s = |i: usize| text(&args[i]);
    let n = |i: usize| int(&args[i]);
    let chars = |i: usize| s(i).chars().collect::<Vec<char>>();
    let any_null = args.iter().any(Value::is_null);
    let joined = || args.iter().filter(|arg| !arg.is_null()).map(text).collect::<String>();
    Some(match call.op {
        B::Concat => {
            if args.iter().any(|arg| matches!(arg, Value::Bytes(_))) {
                return Some(Ok(Value::Bytes(args.iter().flat_map(bytes).collect())));
            }
            ok(joined())
        }
        B::ConcatSkipNulls => ok(joined()),
        B::ConcatWs => match args[0].is_null() {
            true => Ok(Value::Null),
            false => {
                ok(args[1..].iter().filter(|arg| !arg.is_null()).map(text).collect::<Vec<_>>().join(&s(0)))
            }
        },
        B::ConcatOracle => Ok(null_if_empty(joined())),
        B::CharLength => match &args[0] {
            Value::Bytes(bytes) => Ok(Value::Int(bytes.len() as i128)),
            other => Ok(Value::Int(text(other).chars().count() as i128)),
        },
        B::ByteLength => Ok(Value::Int(bytes(&args[0]).len() as i128)),
        B::BitLength => Ok(Value::Int(bytes(&args[0]).len() as i128 * 8)),
        B::LengthTrimmed => Ok(Value::Int(s(0).trim_end_matches(' ').chars().count() as i128)),
        B::Lower => ok(s(0).chars().map(|c| single(c, c.to_lowercase())).collect()),
        B::Upper => ok(s(0).chars().map(|c| single(c, c.to_uppercase())).collect()),
        B::LowerAscii => ok(s(0).to_ascii_lowercase()),
        B::UpperAscii => ok(s(0).to_ascii_uppercase()),
        B::Initcap => ok(initcap(&s(0))),
        B::Trim | B::TrimStart | B::TrimEnd => {
            let set: Vec<char> = if args.len() > 1 { chars(1) } else { vec![' '] };
            let whole = s(0);
            ok(match call.op {
                B::TrimStart => whole.trim_start_matches(&set[..]),
                B::TrimEnd => whole.trim_end_matches(&set[..]),
                _ => whole.trim_matches(&set[..]),
            }
            .to_owned())
        }
        B::TrimText | B::TrimStartText | B::TrimEndText => {
            let (whole, part) = (s(0), s(1));
            let mut rest = whole.as_str();
            if !part.is_empty() && call.op != B::TrimEndText {
                rest = rest.trim_start_matches(part.as_str());
            }
            if !part.is_empty() && call.op != B::TrimStartText {
                rest = rest.trim_end_matches(part.as_str());
            }
            ok(rest.to_owned())
        }
        B::Substring | B::SubstringInside => standard_substring(call, args),
        B::SubstringFromEnd => substring(args, |start, length, size| {
            let from = if start < 0 { size + start } else { start - 1 };
            if start == 0 || from < 0 || length < 1 { None } else { Some((from, length)) }
        }),
        B::SubstringOracle => {
            if any_null {
                return Some(Ok(Value::Null));
            }
            let part = substring(args, |start, length, size| {
                let from = if start < 0 { size + start } else { (start - 1).max(0) };
                if from < 0 || from >= size || length < 1 { None } else { Some((from, length)) }
            });
            part.map(|part| null_if_empty(text(&part)))
        }
        B::SubstringSqlite => substring(args, |start, length, size| {
            let mut from = match start {
                0 => -1,
                start if start < 0 => size + start,
                start => start - 1,
            };
            let mut length = length;
            if start == 0 && args.len() < 3 {
                from = 0;
            }
            if length < 0 {
                let end = from.max(0);
                from = from.saturating_add(length);
                length = end - from.max(0);
                from = from.max(0);
            } else if from < 0 {
                length = length.saturating_add(from);
                from = 0;
            }
            if length < 1 { None } else { Some((from, length)) }
        }),
        B::Left | B::Right | B::LeftClamped | B::RightClamped => n(1).map(|count| {
            let all = chars(0);
            let size = all.len() as i128;
            let negative = matches!(call.op, B::Left | B::Right);
            let count = if count < 0 && negative { size + count } else { count }.clamp(0, size) as usize;
            let part = match call.op {
                B::Left | B::LeftClamped => &all[..count],
                _ => &all[all.len() - count..],
            };
            Value::Text(part.iter().collect())
        }),
        B::Position => Ok(Value::Int(position(&s(0), &s(1), 1, call.collation()))),
        B::PositionFrom => n(2).map(|from| match from {
            ..1 => Value::Int(0),
            from => Value::Int(position(&s(0), &s(1), from, call.collation())),
        }),
        B::InstrOracle => instr_oracle(args),
        B::Replace | B::ReplaceOracle => {
            if call.op == B::ReplaceOracle && args[0].is_null() {
                return Some(Ok(Value::Null));
            }
            let (whole, part) = (s(0), if args[1].is_null() { String::new() } else { s(1) });
            let new = args.get(2).filter(|new| !new.is_null()).map(text).unwrap_or_default();
            let replaced = replace(&whole, &part, &new, call.collation());
            Ok(if call.op == B::ReplaceOracle { null_if_empty(replaced) } else { Value::Text(replaced) })
        }
        B::Translate => {
            let (from, to) = (chars(1), chars(2));
            let one = |c: char| match from.iter().position(|f| *f == c) {
                Some(at) => to.get(at).copied(),
                None => Some(c),
            };
            ok(s(0).chars().filter_map(one).collect())
        }
        B::Reverse => ok(s(0).chars().rev().collect()),
        B::Repeat | B::RepeatOrNull => {
            if any_null {
                return Some(Ok(Value::Null));
            }
            n(1).and_then(|count| match count {
                ..0 if call.op == B::RepeatOrNull => Ok(Value::Null),
                ..1 => ok(String::new()),
                count => repeat(&s(0), count),
            })
        }
        B::Space => n(0).and_then(|count| repeat(" ", count.max(0))),
        B::PadLeft | B::PadRight => n(1).and_then(|width| {
            let all = chars(0);
            let fill: Vec<char> = if args.len() > 2 { chars(2) } else { vec![' '] };
            let width = usize::try_from(width).unwrap_or(0).min(TEXT_MAX);
            let missing = width.saturating_sub(all.len());
            if fill.is_empty() && missing > 0 {
                return EvalError::unsupported("padding with nothing");
            }
            let padding = fill.iter().cycle().take(missing);
            let kept = all.iter().take(width);
            Ok(Value::Text(match call.op {
                B::PadLeft => padding.chain(kept).collect(),
                _ => kept.chain(padding).collect(),
            }))
        }),
        B::Overlay => n(2).and_then(|from| {
            let new = chars(1);
            let count = if args.len() > 3 { n(3)? } else { new.len() as i128 };
            match from {
                ..1 => EvalError::fails("position below 1"),
                from => Ok(overlay(&chars(0), &new, from, count.max(0))),
            }
        }),
        B::InsertMysql | B::Stuff => {
            if any_null {
                return Some(Ok(Value::Null));
            }
            n(1).and_then(|from| {
                let (all, count) = (chars(0), n(2)?);
                let outside = from < 1 || from > all.len() as i128;
                match (outside, call.op) {
                    (true, B::Stuff) => Ok(Value::Null),
                    (true, _) => Ok(args[0].clone()),
                    (false, B::Stuff) if count < 0 => Ok(Value::Null),
                    (false, _) => {
                        let rest = all.len() as i128;
                        Ok(overlay(&all, &chars(3), from, if count < 0 { rest } else { count }))
                    }
                }
            })
        }
        B::SplitPart => n(2).and_then(|at| {
            let (whole, separator) = (s(0), s(1));
            let parts: Vec<&str> = match separator.is_empty() {
                true => vec![&whole],
                false => whole.split(separator.as_str()).collect(),
            };
            let index = match at {
                0 => return EvalError::fails("part 0"),
                1.. => usize::try_from(at - 1).ok(),
                _ => usize::try_from(parts.len() as i128 + at).ok(),
            };
            ok(index.and_then(|i| parts.get(i)).copied().unwrap_or("").to_owned())
        }),
        B::SubstringIndex => n(2).and_then(|count| {
            let (whole, separator) = (s(0), s(1));
            if separator.is_empty() || count == 0 {
                return ok(String::new());
            }
            let parts: Vec<&str> = whole.split(separator.as_str()).collect();
            let kept = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX).min(parts.len());
            let kept = if count > 0 { &parts[..kept] } else { &parts[parts.len() - kept..] };
            ok(kept.join(&separator))
        }),
        B::FindInSet => {
            let (part, list) = (s(0), s(1));
            let same = |item: &str| collate::compare(item, &part, call.collation()).is_eq();
            let at = if list.is_empty() { None } else { list.split(',').position(same) };
            Ok(Value::Int(at.map_or(0, |at| at as i128 + 1)))
        }
        B::Field => {
            let same = |arg: &Value| !arg.is_null() && arg.same(&args[0], call.collation());
            let at = if args[0].is_null() { None } else { args[1..].iter().position(same) };
            Ok(Value::Int(at.map_or(0, |at| at as i128 + 1)))
        }
        B::Elt => match args[0].is_null() {
            true => Ok(Value::Null),
            false => n(0).map(|at| {
                let at = usize::try_from(at).ok().filter(|at| *at > 0);
                at.and_then(|at| args.get(at)).cloned().unwrap_or(Value::Null)
            }),
        },
        B::StrCmp => Ok(Value::Int(collate::compare(&s(0), &s(1), call.collation()) as i128)),
        B::FirstByte => Ok(Value::Int(bytes(&args[0]).first().copied().unwrap_or(0).into())),
        B::CodePoint => Ok(Value::Int(s(0).chars().next().map_or(0, |c| c as i128))),
        B::CodePointOrNull => match any_null {
            true => Ok(Value::Null),
            false => Ok(s(0).chars().next().map_or(Value::Null, |c| Value::Int(c as i128))),
        },
        B::CharOf => n(0).and_then(|code| match u32::try_from(code).ok().and_then(char::from_u32) {
            Some(c) => ok(c.to_string()),
            None => EvalError::fails("no character of that number"),
        }),
        B::CharsOf => args
            .iter()
            .filter(|arg| !arg.is_null())
            .map(|arg| {
                let code = int(arg)?;
                Ok(u32::try_from(code).ok().and_then(char::from_u32).unwrap_or('\u{fffd}'))
            })
            .collect::<Eval<String>>()
            .map(Value::Text),
        B::HexOfBytes => ok(bytes(&args[0]).iter().map(|b| format!("{b:02X}")).collect()),
        B::Unhex => match any_null {
            true => Ok(Value::Null),
            false => Ok(unhex(&s(0)).map_or(Value::Null, Value::Bytes)),
        },
        B::Crc32 => Ok(Value::Int(crc32(&bytes(&args[0])).into())),
        B::ToBase64 => ok(to_base64(&bytes(&args[0]))),
        B::QuoteLiteral => {
            let quoted = s(0).replace('\'', "''");
            match quoted.contains('\\') {
                true => ok(format!(" E'{}'", quoted.replace('\\', "\\\\")).trim_start().to_owned()),
                false => ok(format!("'{quoted}'")),
            }
        }
        B::QuoteMysql => match any_null {
            true => ok("NULL".to_owned()),
            false => ok(format!("'{}'", s(0).replace('\\', "\\\\").replace('\'', "\\'"))),
        },
        B::QuoteSqlite => ok(match &args[0] {
            Value::Null => "NULL".to_owned(),
            Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Value::Bytes(bytes) => {
                format!("X'{}'", bytes.iter().map(|b| format!("{b:02X}")).collect::<String>())
            }
            Value::Float(f) => cast::sqlite_float(*f),
            other => text(other),
        }),
        B::NullIfEmpty => Ok(if any_null { Value::Null } else { null_if_empty(s(0)) }),
        B::BytesOfText => Ok(Value::Bytes(bytes(&args[0]))),
        B::TextOfBytes => match String::from_utf8(bytes(&args[0])) {
            Ok(text) => ok(text),
            Err(_) => EvalError::fails("bytes that are no UTF-8"),
        },
        B::TextOfReal => ok(match &args[0] {
            Value::Float(f) => cast::sqlite_float(*f),
            Value::Decimal(d) => cast::sqlite_float(d.to_float()),
            Value::Bool(b) => i32::from(*b).to_string(),
            other => text(other),
        }),
        B::TextOfTimestamp | B::TextOfTime => {
            let shown = text(&args[0]);
            let cut =
                if shown.contains('.') { shown.trim_end_matches('0').trim_end_matches('.') } else { &shown };
            ok(cut.to_owned())
        }
        B::TextOfNumber => super::numbers::decimal(&args[0]).and_then(|number| {
            let shown = number.trimmed().to_string();
            let (sign, digits) = shown.strip_prefix('-').map_or(("", shown.as_str()), |rest| ("-", rest));
            ok(format!(
                "{sign}{}",
                digits.strip_prefix('0').filter(|rest| !rest.is_empty()).unwrap_or(digits)
            ))
        }),
        B::StartsWith => Ok(Value::Bool(s(0).starts_with(s(1).as_str()))),
        B::TypeName => ok(match &args[0] {
            Value::Null => "null",
            Value::Int(_) | Value::Bool(_) => "integer",
            Value::Float(_) | Value::Decimal(_) => "real",
            Value::Bytes(_) => "blob",
            _ => "text",
        }
        .to_owned()),
        _ => return None,
    })
}

/// The other case of a letter; letters that would become several stay, as they do on all engines.
fn single(letter: char, mut other: impl Iterator<Item = char>) -> char {
    match (other.next(), other.next()) {
        (Some(only), None) => only,
        _ => letter,
    }
}

/// Longest text made by repeating; engines have limits too.
const TEXT_MAX: usize = 16 * 1024 * 1024;

fn ok(text: String) -> Eval<Value> {
    Ok(Value::Text(text))
}

fn null_if_empty(text: String) -> Value {
    if text.is_empty() { Value::Null } else { Value::Text(text) }
}

/// Bytes of a text or of bytes.
pub fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::Bytes(bytes) => bytes.clone(),
        other => text(other).into_bytes(),
    }
}

fn repeat(text: &str, count: i128) -> Eval<Value> {
    match usize::try_from(count) {
        Ok(count) if count.saturating_mul(text.len()) <= TEXT_MAX => ok(text.repeat(count)),
        _ => EvalError::fails("text too long"),
    }
}

/// The part of a text or bytes that `place` says from start, length and size, clipped at the end.
fn substring(args: &[Value], place: impl FnOnce(i128, i128, i128) -> Option<(i128, i128)>) -> Eval<Value> {
    let start = int(&args[1])?;
    let length = match args.get(2) {
        Some(length) => int(length)?,
        None => i128::from(i64::MAX),
    };
    fn cut<T: Clone>(all: &[T], place: Option<(i128, i128)>) -> Vec<T> {
        let Some((from, length)) = place else { return Vec::new() };
        let from = from.clamp(0, all.len() as i128) as usize;
        let length = length.clamp(0, (all.len() - from) as i128) as usize;
        all[from..from + length].to_vec()
    }
    if let Value::Bytes(all) = &args[0] {
        return Ok(Value::Bytes(cut(all, place(start, length, all.len() as i128))));
    }
    let all: Vec<char> = text(&args[0]).chars().collect();
    Ok(Value::Text(cut(&all, place(start, length, all.len() as i128)).into_iter().collect()))
}

fn standard_substring(call: &Call<'_>, args: &[Value]) -> Eval<Value> {
    if let Some(length) = args.get(2)
        && int(length)? < 0
    {
        return EvalError::fails(format!("negative length in {}", call.op.name()));
    }
    substring(args, |start, length, _| {
        let end = start.saturating_add(length);
        let from = start.max(1);
        if end <= from { None } else { Some((from - 1, end - from)) }
    })
}

/// Position of `part` in `whole` at or after `from`, from 1; 0 if absent.
fn position(whole: &str, part: &str, from: i128, collation: Collation) -> i128 {
    // Padding never counts within a text.
    let collation = Collation { pad: false, ..collation };
    let (whole, part): (Vec<char>, Vec<char>) = (whole.chars().collect(), part.chars().collect());
    let Ok(start) = usize::try_from(from - 1) else { return 0 };
    if part.is_empty() {
        return if start <= whole.len() { from } else { 0 };
    }
    let wanted: String = part.iter().collect();
    let found = (start..whole.len()).find(|at| {
        let end = at + part.len();
        end <= whole.len() && {
            let window: String = whole[*at..end].iter().collect();
            // Where marks do not count, as many bytes as the part has are compared at a time.
            (!collation.accent_insensitive || window.len() == wanted.len())
                && collate::fold(&window, collation) == collate::fold(&wanted, collation)
        }
    });
    found.map_or(0, |at| at as i128 + 1)
}

fn replace(whole: &str, part: &str, new: &str, collation: Collation) -> String {
    if part.is_empty() {
        return whole.to_owned();
    }
    if collation.is_exact() {
        return whole.replace(part, new);
    }
    let all: Vec<char> = whole.chars().collect();
    let size = part.chars().count();
    let (mut out, mut at) = (String::new(), 0);
    loop {
        let found = position(whole, part, at as i128 + 1, collation);
        let Ok(found) = usize::try_from(found - 1) else { break };
        out.extend(&all[at..found]);
        out.push_str(new);
        at = found + size;
    }
    out.extend(&all[at..]);
    out
}

fn instr_oracle(args: &[Value]) -> Eval<Value> {
    let (whole, part): (Vec<char>, Vec<char>) =
        (text(&args[0]).chars().collect(), text(&args[1]).chars().collect());
    let start = int(&args[2])?;
    let nth = if args.len() > 3 { int(&args[3])? } else { 1 };
    if nth < 1 {
        return EvalError::fails("occurrence below 1");
    }
    let fits = |at: &usize| whole[*at..].starts_with(&part);
    let mut found: Vec<usize> = (0..whole.len()).filter(fits).collect();
    if start > 0 {
        found.retain(|at| *at as i128 + 1 >= start);
    } else if start < 0 {
        found.retain(|at| *at as i128 <= whole.len() as i128 + start);
        found.reverse();
    } else {
        found.clear();
    }
    let at = usize::try_from(nth - 1).ok().and_then(|nth| found.get(nth));
    Ok(Value::Int(at.map_or(0, |at| *at as i128 + 1)))
}

fn overlay(all: &[char], new: &[char], from: i128, count: i128) -> Value {
    let start = (from - 1).clamp(0, all.len() as i128) as usize;
    let end = (start as i128).saturating_add(count).clamp(0, all.len() as i128) as usize;
    Value::Text(all[..start].iter().chain(new).chain(&all[end..]).collect())
}

fn initcap(text: &str) -> String {
    let mut out = String::new();
    let mut within = false;
    for c in text.chars() {
        match (c.is_alphanumeric(), within) {
            (true, false) => out.extend(c.to_uppercase()),
            (true, true) => out.extend(c.to_lowercase()),
            (false, _) => out.push(c),
        }
        within = c.is_alphanumeric();
    }
    out
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() % 2 == 1 || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).ok()).collect()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 },
        )
    };
    !bytes.iter().fold(!0, step)
}

fn to_base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |group, b| group << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * i) & 63) as usize] as char;
            out.push(if i <= chunk.len() { digit } else { '=' });
        }
    }
    out
}
