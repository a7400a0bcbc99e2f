//! Texts: functions whose meaning depends on the kinds of their arguments or on constants among them.

use crate::binder::{Binder, Bound};
use crate::dialects::Want;
use crate::expr::CallSite;
use air::expr::CompareOp;
use air::types::{CastReason, Collation, TextKind, Type};
use air::{Builtin, Expr, ExprId};

/// STUFF(text, start, length, with); around a list of rows it takes the first separator off.
pub(crate) fn stuff<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text, Want::Int, Want::Int, Want::Text])?;
    if let Some(list) = binder.list_without_lead(&args) {
        return Ok(list);
    }
    Ok(binder.call(Builtin::Stuff, &args, site.span))
}

/// CHAR(n), CHR(n): one ASCII code.
pub(crate) fn char_of_codes<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Int])?;
    if let [code] = args[..]
        && let Some(1..=127) = binder.air.int_literal(code)
    {
        return Ok(binder.call(Builtin::CharOf, &[code], site.span));
    }
    // The bytes of each number, leading zeros aside; NULL is none.
    let mut bytes = Vec::new();
    for code in args {
        let code = match binder.air.expr(code) {
            air::Expr::Cast { operand, .. } => constant_code(binder, operand),
            _ if binder.is_null_literal(code) => continue,
            _ => binder.air.int_literal(code),
        };
        match code.map(u32::try_from) {
            Some(Ok(code)) => {
                let all = code.to_be_bytes();
                let first = all.iter().position(|byte| *byte != 0).unwrap_or(3);
                bytes.extend_from_slice(&all[first..]);
            }
            _ => {
                return binder
                    .no_meaning("CHAR of a code that is no constant, which gives bytes,", site.span);
            }
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(binder.text(&text, site.span)),
        _ => binder.no_meaning("CHAR of codes that are no text in UTF-8", site.span),
    }
}

/// A constant with a fraction as the integer it is rounded to.
fn constant_code(binder: &Binder<'_>, id: ExprId) -> Option<i64> {
    match binder.air.literal(id)? {
        air::Literal::Decimal { digits } | air::Literal::Float { digits } => {
            crate::expr::constant::rounded(binder.air.text(digits))
        }
        air::Literal::Int { value } => Some(value),
        _ => None,
    }
}

/// REPLACE of MySQL and SQLite: for an empty part nothing is replaced, whatever by, be it NULL.
pub(crate) fn replace_some<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text, Want::Text, Want::Text])?;
    let [text, part, by] = args[..] else {
        return binder.no_meaning("REPLACE of so many texts", site.span);
    };
    let replaced = binder.call(Builtin::Replace, &args, site.span);
    let known = binder.text_literal(part).map(str::is_empty);
    if !binder.air.info(by).nullable || known == Some(false) {
        return Ok(replaced);
    }
    if known == Some(true) {
        return Ok(text);
    }
    let (part, kept) = (binder.twice(part)?, binder.twice(text)?);
    let empty = binder.text("", site.span);
    let nothing = binder.compare(CompareOp::Eq, part, empty, Collation::BINARY, site.span);
    let ty = binder.air.ty(replaced);
    Ok(binder.case(&[(nothing, kept)], Some(replaced), ty, site.span))
}

/// OCTET_LENGTH, LENGTHB.
pub(crate) fn byte_length<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = binder.wanted_args(site, &[Want::Bytes])?;
    args[0] = binder.read_trimmed(args[0]);
    let ty = if binder.meaning.conversions.true_booleans { Type::I32 } else { Type::I64 };
    Ok(binder.call_as(Builtin::ByteLength, &args, ty, site.span))
}

/// length(): characters of a text, bytes of bytes.
pub(crate) fn length_by_kind<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let ty = if binder.meaning.conversions.true_booleans { Type::I32 } else { Type::I64 };
    if matches!(binder.air.ty(value), Type::Bytes { .. }) {
        return Ok(binder.call_as(Builtin::ByteLength, &[value], ty, site.span));
    }
    if matches!(binder.air.ty(value), Type::Bits { .. }) {
        return binder.no_meaning("the length of a string of bits", site.span);
    }
    let text = binder.argument(value, Want::Text)?;
    let text = binder.unpadded(text);
    Ok(binder.call_as(Builtin::CharLength, &[text], ty, site.span))
}

/// HEX of MySQL: of a number its digits, of a text its bytes.
pub(crate) fn hex_by_kind<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let ty = binder.air.ty(value);
    if ty.is_numeric() || ty == Type::Bool {
        let number = binder.number_operand(value)?;
        let number = binder.as_int(number)?;
        return Ok(binder.call(Builtin::HexOfInt, &[number], site.span));
    }
    let bytes = binder.argument(value, Want::Bytes)?;
    Ok(binder.call(Builtin::HexOfBytes, &[bytes], site.span))
}

/// hex() of SQLite: of the text of anything.
pub(crate) fn hex_of_text<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let value = match binder.air.ty(value) {
        Type::Bytes { .. } => value,
        _ => binder.as_text(value)?,
    };
    // NULL is no bytes at all.
    let empty = binder.text("", site.span);
    let hex = binder.call(Builtin::HexOfBytes, &[value], site.span);
    if !binder.air.info(value).nullable {
        return Ok(hex);
    }
    Ok(binder.call(Builtin::Coalesce, &[hex, empty], site.span))
}

/// to_hex: of a negative number by the width of its type.
pub(crate) fn to_hex<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Int])?;
    Ok(binder.call(Builtin::HexLowerOfInt, &args, site.span))
}

/// ORD: the first byte where it is ASCII.
pub(crate) fn ord<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text])?;
    let text = binder.text_literal(args[0]);
    // The bytes of a longer character as one number, the first one highest.
    let bytes = text
        .and_then(|text| text.chars().next())
        .filter(|first| !first.is_ascii())
        .map(|first| first.to_string().bytes().fold(0_i64, |number, byte| number << 8 | i64::from(byte)));
    match text {
        Some(_) if let Some(bytes) = bytes => Ok(binder.int(bytes, site.span)),
        Some(_) => Ok(binder.call(Builtin::FirstByte, &args, site.span)),
        _ => binder.no_meaning("ORD, the number of a character by its bytes,", site.span),
    }
}

/// ascii() of PostgreSQL: the code point of the first character, 0 if there is none.
pub(crate) fn ascii_postgres<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text])?;
    Ok(binder.call_as(Builtin::CodePoint, &args, Type::I32, site.span))
}

/// ASCII of T-SQL: NULL for the empty text.
pub(crate) fn first_byte_or_null<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text])?;
    let code = binder.call_as(Builtin::FirstByte, &args, Type::I32, site.span);
    or_null(binder, code, site)
}

/// UNICODE of T-SQL: NULL for the empty text.
pub(crate) fn code_point_or_null<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text])?;
    Ok(binder.call_as(Builtin::CodePointOrNull, &args, Type::I32, site.span))
}

fn or_null<'a>(binder: &mut Binder<'a>, code: ExprId, site: CallSite<'a>) -> Bound<ExprId> {
    let zero = binder.int(0, site.span);
    let ty = binder.air.ty(code);
    Ok(binder.call_as(Builtin::NullIf, &[code, zero], ty, site.span))
}

/// A value as PostgreSQL's output function shows it inside of concat: booleans are `t` and `f`.
fn shown<'a>(binder: &mut Binder<'a>, value: ExprId, site: CallSite<'a>) -> Bound<ExprId> {
    if binder.air.ty(value) != Type::Bool {
        let text = binder.as_text(value)?;
        return Ok(binder.unpadded(text));
    }
    let (yes, no) = (binder.text("t", site.span), binder.text("f", site.span));
    let negation = binder.twice(value)?;
    let negation = binder.not(negation, site.span);
    let ty = binder.text_type();
    Ok(binder.case(&[(value, yes), (negation, no)], None, ty, site.span))
}

/// concat() of PostgreSQL.
pub(crate) fn concat_shown<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = binder.bound_args(site)?;
    for arg in &mut args {
        *arg = shown(binder, *arg, site)?;
    }
    Ok(binder.call(Builtin::ConcatSkipNulls, &args, site.span))
}

/// concat_ws() of PostgreSQL.
pub(crate) fn concat_ws_shown<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = binder.bound_args(site)?;
    for arg in &mut args {
        *arg = shown(binder, *arg, site)?;
    }
    Ok(binder.call(Builtin::ConcatWs, &args, site.span))
}

/// CONCAT_WS of T-SQL: a NULL separator is the empty text.
pub(crate) fn concat_ws_skip<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = binder.wanted_args(site, &[Want::Text])?;
    if binder.air.info(args[0]).nullable {
        let empty = binder.text("", site.span);
        args[0] = binder.call(Builtin::Coalesce, &[args[0], empty], site.span);
    }
    Ok(binder.call(Builtin::ConcatWs, &args, site.span))
}

/// DATALENGTH: bytes, two per character of the N types, which only a declaration tells.
pub(crate) fn data_length<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let written = binder.span(site.args[0]).text(binder.source);
    let value = binder.expr(site.args[0])?;
    match binder.air.ty(value) {
        Type::Text(_) if written.starts_with(['N', 'n']) && binder.text_literal(value).is_some() => {
            let units = binder.text_literal(value).map_or(0, |text| text.encode_utf16().count());
            Ok(binder.int(2 * units as i64, site.span))
        }
        // What is stored is padded to the declared length.
        Type::Text(text) if text.kind == TextKind::Fixed && text.length > 0 => {
            let known = binder.is_null(value, true, site.span);
            let Some(wide) = binder.is_wide(value) else {
                return binder.no_meaning("DATALENGTH of a text whose declaration is not known", site.span);
            };
            let width = if wide { 2 } else { 1 };
            let length = binder.int(width * i64::from(text.length), site.span);
            Ok(binder.case(&[(known, length)], None, Type::I32, site.span))
        }
        // One byte per character, two of the N types.
        Type::Text(_) if matches!(binder.air.expr(value), Expr::Column { .. }) => {
            let count = binder.call_as(Builtin::CharLength, &[value], Type::I32, site.span);
            match binder.is_wide(value) {
                Some(true) => {}
                Some(false) => return Ok(count),
                None => {
                    return binder
                        .no_meaning("DATALENGTH of a text whose declaration is not known", site.span);
                }
            }
            let two = binder.int(2, site.span);
            Ok(binder.call_as(Builtin::Mul, &[count, two], Type::I32, site.span))
        }
        Type::Text(_) | Type::Bytes { .. } => {
            Ok(binder.call_as(Builtin::ByteLength, &[value], Type::I32, site.span))
        }
        _ => binder.no_meaning("DATALENGTH of a value that is neither text nor bytes", site.span),
    }
}

/// encode(bytes, 'hex' | 'base64').
pub(crate) fn encode<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    let bytes = match binder.text_literal(args[0]) {
        Some(_) => binder.coerce(args[0], Type::BYTES, CastReason::Implicit)?,
        None => args[0],
    };
    match binder.text_literal(args[1]) {
        Some("hex") => {
            let upper = binder.call(Builtin::HexOfBytes, &[bytes], site.span);
            Ok(binder.call(Builtin::Lower, &[upper], site.span))
        }
        Some("base64") => Ok(binder.call(Builtin::ToBase64, &[bytes], site.span)),
        _ => binder.no_meaning("encode with this format", site.span),
    }
}

/// decode(text, 'hex' | 'base64').
pub(crate) fn decode<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text])?;
    match binder.text_literal(args[1]) {
        Some("hex") => Ok(binder.call(Builtin::Unhex, &args[..1], site.span)),
        Some("base64") => Ok(binder.call(Builtin::FromBase64, &args[..1], site.span)),
        _ => binder.no_meaning("decode with this format", site.span),
    }
}

/// format() of PostgreSQL: `%s` alone is a concatenation.
pub(crate) fn format_postgres<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    let Some(format) = binder.text_literal(args[0]).map(str::to_owned) else {
        return binder.no_meaning("format with a format that is no constant", site.span);
    };
    let mut parts = Vec::new();
    let mut pending = String::new();
    let mut next = 1;
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            pending.push(c);
            continue;
        }
        match chars.next() {
            Some('%') => pending.push('%'),
            Some('s') => {
                let Some(arg) = args.get(next).copied() else {
                    return binder.no_meaning("format with too few arguments", site.span);
                };
                next += 1;
                if !pending.is_empty() {
                    parts.push(binder.text(&pending, site.span));
                    pending.clear();
                }
                parts.push(shown(binder, arg, site)?);
            }
            _ => return Ok(binder.call(Builtin::FormatPostgres, &args, site.span)),
        }
    }
    if !pending.is_empty() || parts.is_empty() {
        parts.push(binder.text(&pending, site.span));
    }
    Ok(binder.call(Builtin::ConcatSkipNulls, &parts, site.span))
}

/// substr and substring of the standard; a text as second argument is a regular expression (PostgreSQL).
pub(crate) fn substring_standard<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    if matches!(binder.air.ty(args[0]), Type::Bytes { .. } | Type::Bits { .. }) {
        return binder.no_meaning("a part of a string of bytes or bits", site.span);
    }
    let text = binder.argument(args[0], Want::Text)?;
    let text = binder.unpadded(text);
    if args.len() == 2 && binder.air.ty(args[1]).is_text() {
        return Ok(binder.call(Builtin::RegexSubstring, &[text, args[1]], site.span));
    }
    let mut all = vec![text];
    for arg in &args[1..] {
        all.push(binder.argument(*arg, Want::Int)?);
    }
    Ok(binder.call(Builtin::Substring, &all, site.span))
}

/// text(x), varchar(x), TO_CLOB(x).
pub(crate) fn to_text<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    let to = binder.text_type();
    binder.explicit_cast(value, to, false)
}

/// sha256(bytes) gives bytes; elsewhere the hash is a text of digits.
pub(crate) fn sha2_256<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Bytes])?;
    let bits = binder.int(256, site.span);
    let hex = binder.call(Builtin::Sha2, &[args[0], bits], site.span);
    Ok(binder.call(Builtin::Unhex, &[hex], site.span))
}

/// like(pattern, text[, escape]) of SQLite.
pub(crate) fn like_call<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    binder.like_match(args[1], args[0], args.get(2).copied(), false, false, site.span)
}

/// Flags of a regular expression: none, or to ignore case. `None`: others.
fn fold_flag(binder: &Binder<'_>, flags: Option<&ExprId>) -> Option<bool> {
    match flags {
        None => Some(false),
        Some(flags) => match binder.text_literal(*flags)? {
            "" | "c" => Some(false),
            "i" => Some(true),
            _ => None,
        },
    }
}

/// REGEXP_LIKE(text, pattern[, flags]).
pub(crate) fn regexp_like<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    match fold_flag(binder, args.get(2)) {
        Some(fold) => binder.regex_match(args[0], args[1], fold, site.span),
        None => binder.no_meaning("a regular expression with these flags", site.span),
    }
}

/// regexp_replace of PostgreSQL: the first match, or all with `g`.
pub(crate) fn regexp_replace_postgres<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text])?;
    let op = match args.get(3).map(|flags| binder.text_literal(*flags)) {
        None | Some(Some("")) => Builtin::RegexReplaceFirst,
        Some(Some("g")) => Builtin::RegexReplaceAll,
        _ => return binder.no_meaning("a regular expression with these flags", site.span),
    };
    Ok(binder.call(op, &args[..3], site.span))
}

/// regexp_count(text, pattern).
pub(crate) fn regexp_count<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    match args[..] {
        [text, pattern] => Ok(binder.call_as(Builtin::RegexCount, &[text, pattern], Type::I32, site.span)),
        _ => binder.no_meaning("regexp_count from a position", site.span),
    }
}

/// regexp_instr(text, pattern).
pub(crate) fn regexp_instr<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text])?;
    Ok(binder.call_as(Builtin::RegexPosition, &args, Type::I32, site.span))
}

/// regexp_substr(text, pattern).
pub(crate) fn regexp_substr<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text])?;
    Ok(binder.call(Builtin::RegexSubstring, &args, site.span))
}

/// STR(number[, length[, decimals]]) of T-SQL: right-aligned digits, stars where they do not fit.
pub(crate) fn str_tsql<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Num, Want::Int, Want::Int])?;
    let constant = |binder: &Binder<'_>, i: usize, default: i64| match args.get(i) {
        None => Some(default),
        Some(arg) => binder.air.int_literal(*arg),
    };
    let (Some(length), Some(decimals)) = (constant(binder, 1, 10), constant(binder, 2, 0)) else {
        return binder.no_meaning("STR with lengths that are no constants", site.span);
    };
    let decimals = decimals.clamp(0, 16);
    let to = Type::Decimal { precision: 38, scale: decimals as i16 };
    let places = binder.int(decimals, site.span);
    let rounded = binder.call_as(Builtin::Round, &[args[0], places], to, site.span);
    let digits = binder.explicit_cast(rounded, to, false)?;
    let text = binder.as_text(digits)?;
    let again = binder.twice(text)?;
    let wide = binder.call_as(Builtin::CharLength, &[again], Type::I64, site.span);
    let length_id = binder.int(length, site.span);
    let fits = binder.compare(CompareOp::Le, wide, length_id, Collation::BINARY, site.span);
    let padded = binder.call(Builtin::PadLeft, &[text, length_id], site.span);
    let stars = binder.text(&"*".repeat(length.clamp(0, 100) as usize), site.span);
    let ty = binder.air.ty(padded);
    if !binder.air.info(args[0]).nullable {
        return Ok(binder.case(&[(fits, padded)], Some(stars), ty, site.span));
    }
    let tested = binder.twice(args[0])?;
    let missing = binder.is_null(tested, false, site.span);
    let null = binder.null(ty, site.span);
    Ok(binder.case(&[(missing, null), (fits, padded)], Some(stars), ty, site.span))
}

/// QUOTENAME(text): in brackets, closing ones doubled.
pub(crate) fn quotename<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text])?;
    let (open, close) = match args.get(1).map(|quote| binder.text_literal(*quote)) {
        None | Some(Some("[" | "]")) => ("[", "]"),
        Some(Some("\"")) => ("\"", "\""),
        Some(Some("'")) => ("'", "'"),
        _ => return binder.no_meaning("QUOTENAME with this quote", site.span),
    };
    let (one, two) = (binder.text(close, site.span), binder.text(&close.repeat(2), site.span));
    let inner = binder.call(Builtin::Replace, &[args[0], one, two], site.span);
    let (open, close) = (binder.text(open, site.span), binder.text(close, site.span));
    Ok(binder.call(Builtin::Concat, &[open, inner, close], site.span))
}
