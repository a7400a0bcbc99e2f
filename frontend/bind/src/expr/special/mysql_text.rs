//! Texts and choices of MySQL and MariaDB: what depends on constants, on letter case, on the kinds of arguments.

use crate::binder::{Binder, Bound};
use crate::dialects::Want;
use crate::expr::CallSite;
use crate::expr::constant;
use air::expr::{CompareOp, Modifier};
use air::types::{CastReason, Collation, Fold, Type};
use air::{Builtin, ExprId};

/// LPAD and RPAD: NULL for a length below zero.
pub(crate) fn pad<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text, Want::Int, Want::Text])?;
    let left = site.name.starts_with(['l', 'L']);
    let op = if left { Builtin::PadLeft } else { Builtin::PadRight };
    let length = args[1];
    let ty = binder.text_result(&args[..1]);
    if args.get(2).is_some_and(|pad| binder.text_literal(*pad) == Some("")) {
        // There is nothing to pad with: a text that is too short is NULL (MariaDB).
        let text = binder.twice(args[0])?;
        let size = binder.call(Builtin::CharLength, &[text], site.span);
        let enough = binder.compare(CompareOp::Ge, size, length, Collation::BINARY, site.span);
        let limit = binder.twice(length)?;
        let zero = binder.int(0, site.span);
        let some = binder.compare(CompareOp::Ge, limit, zero, Collation::BINARY, site.span);
        let test = binder.conjunction(&[enough, some], site.span);
        let limit = binder.twice(length)?;
        let kept = binder.call(Builtin::LeftClamped, &[args[0], limit], site.span);
        return Ok(binder.case(&[(test, kept)], None, ty, site.span));
    }
    let mut tests = Vec::new();
    match binder.air.int_literal(length) {
        Some(0..) => {}
        Some(_) => return Ok(binder.null(ty, site.span)),
        None => {
            let tested = binder.twice(length)?;
            let zero = binder.int(0, site.span);
            tests.push(binder.compare(CompareOp::Ge, tested, zero, Collation::BINARY, site.span));
        }
    }
    if let Some(&pad) = args.get(2)
        && binder.air.literal(pad).is_none()
    {
        // As above, if there turns out to be nothing to pad with.
        let (text, pad) = (binder.twice(args[0])?, binder.twice(pad)?);
        let pad = binder.read_trimmed(pad);
        let (size, width) = (
            binder.call(Builtin::CharLength, &[text], site.span),
            binder.call(Builtin::ByteLength, &[pad], site.span),
        );
        let (limit, zero) = (binder.twice(length)?, binder.int(0, site.span));
        let enough = binder.compare(CompareOp::Ge, size, limit, Collation::BINARY, site.span);
        let padding = binder.compare(CompareOp::Gt, width, zero, Collation::BINARY, site.span);
        tests.push(binder.disjunction(&[padding, enough], site.span));
    }
    let padded = binder.call(op, &args, site.span);
    if tests.is_empty() {
        return Ok(padded);
    }
    let test = binder.conjunction(&tests, site.span);
    Ok(binder.case(&[(test, padded)], None, ty, site.span))
}

/// CONCAT_WS(separator, …): blanks that fill a text up to its length are no part of it.
pub(crate) fn concat_ws<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = binder.wanted_args(site, &[Want::Text])?;
    for arg in &mut args {
        *arg = binder.read_trimmed(*arg);
    }
    Ok(binder.call(Builtin::ConcatWs, &args, site.span))
}

/// A pattern that ignores letter case where the collation of the texts does.
fn folding<'a>(binder: &mut Binder<'a>, args: &[ExprId], site: CallSite<'a>) -> ExprId {
    let folds =
        binder.strongest_collation(&args[..2]).is_some_and(|collation| collation.case != Fold::Sensitive);
    if !folds {
        return args[1];
    }
    match binder.text_literal(args[1]).map(str::to_owned) {
        // Without letters there is nothing to ignore; letters behind a backslash are classes.
        Some(pattern) if !has_letters(&pattern) => args[1],
        Some(pattern) => binder.text(&format!("(?i){pattern}"), site.span),
        None => {
            let option = binder.text("(?i)", site.span);
            binder.call(Builtin::Concat, &[option, args[1]], site.span)
        }
    }
}

fn has_letters(pattern: &str) -> bool {
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            letter if letter.is_alphabetic() => return true,
            _ => {}
        }
    }
    false
}

/// REGEXP_REPLACE(text, pattern, replacement): all matches.
pub(crate) fn regexp_replace<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = binder.wanted_args(site, &[Want::Text])?;
    args[1] = folding(binder, &args, site);
    Ok(binder.call(Builtin::RegexReplaceAll, &args, site.span))
}

/// REGEXP_SUBSTR(text, pattern): the empty text where nothing matches (MariaDB).
pub(crate) fn regexp_substr<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = binder.wanted_args(site, &[Want::Text])?;
    args[1] = folding(binder, &args, site);
    let found = binder.call(Builtin::RegexSubstring, &args, site.span);
    let empty = binder.text("", site.span);
    let shown = binder.call(Builtin::Coalesce, &[found, empty], site.span);
    let mut known = Vec::new();
    for arg in args {
        if binder.air.info(arg).nullable {
            let tested = binder.twice(arg)?;
            known.push(binder.is_null(tested, true, site.span));
        }
    }
    if known.is_empty() {
        return Ok(shown);
    }
    let known = binder.conjunction(&known, site.span);
    let ty = binder.air.ty(shown);
    Ok(binder.case(&[(known, shown)], None, ty, site.span))
}

/// REGEXP_INSTR(text, pattern).
pub(crate) fn regexp_instr<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = binder.wanted_args(site, &[Want::Text])?;
    args[1] = folding(binder, &args, site);
    Ok(binder.call(Builtin::RegexPosition, &args, site.span))
}

/// GREATEST and LEAST: numbers and texts together compare as floats, dates and constants as dates.
pub(crate) fn extreme<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let op = if site.name.eq_ignore_ascii_case("greatest") { Builtin::Greatest } else { Builtin::Least };
    let mut args = binder.bound_args(site)?;
    let types: Vec<Type> = args.iter().map(|arg| binder.air.ty(*arg)).collect();
    let any = |wanted: fn(Type) -> bool| types.iter().any(|ty| wanted(*ty));
    if any(Type::is_text) && any(|ty| ty.is_numeric() || ty == Type::Bool) {
        if any(Type::is_temporal) {
            return binder.no_meaning("the greatest of dates, texts and numbers", site.span);
        }
        for arg in &mut args {
            *arg = binder.number_operand(*arg)?;
        }
        return Ok(binder.call_as(op, &args, Type::Float64, site.span));
    }
    if any(Type::is_text) && any(Type::is_temporal) {
        for arg in &mut args {
            let Some(text) = binder.text_literal(*arg).map(str::to_owned) else {
                if binder.air.ty(*arg).is_text() {
                    return binder.no_meaning("the greatest of dates and texts", site.span);
                }
                continue;
            };
            let Some(moment) = constant::moment(&text) else {
                return binder.no_meaning("the greatest of dates and texts that are none", site.span);
            };
            let to = if moment.time.is_none() { Type::Date } else { Type::TIMESTAMP };
            *arg = binder.coerce(*arg, to, CastReason::Implicit)?;
        }
    }
    let ty = binder.unify(&mut args)?;
    if ty.is_text() && any(Type::is_temporal) {
        return binder.no_meaning("the greatest of dates and other values", site.span);
    }
    let modifier = match binder.strongest_collation(&args) {
        Some(collation) => Modifier::Collation(collation),
        None => Modifier::None,
    };
    Ok(binder.call_with(op, modifier, &args, ty, site.span))
}

/// INTERVAL(n, a, b, …): how many of the ascending numbers `n` reaches; -1 for NULL.
pub(crate) fn interval<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Num])?;
    let mut branches = Vec::with_capacity(args.len());
    if binder.air.info(args[0]).nullable {
        let missing = binder.is_null(args[0], false, site.span);
        branches.push((missing, binder.int(-1, site.span)));
    }
    for (place, limit) in args[1..].iter().enumerate() {
        let number = binder.twice(args[0])?;
        let below = binder.compare(CompareOp::Lt, number, *limit, Collation::BINARY, site.span);
        branches.push((below, binder.int(place as i64, site.span)));
    }
    let all = binder.int(args.len() as i64 - 1, site.span);
    Ok(binder.case(&branches, Some(all), Type::I32, site.span))
}

/// An address of four numbers as one.
fn address(text: &str) -> Option<u32> {
    let parts: Vec<u32> = text
        .split('.')
        .map(|part| {
            let digits = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            part.parse().ok().filter(|value| digits && *value < 256)
        })
        .collect::<Option<_>>()?;
    match parts[..] {
        [a] => Some(a),
        [a, b] => Some(a << 24 | b),
        [a, b, c] => Some(a << 24 | b << 16 | c),
        [a, b, c, d] => Some(a << 24 | b << 16 | c << 8 | d),
        _ => None,
    }
}

/// INET_ATON of a constant.
pub(crate) fn inet_aton<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text])?;
    if binder.is_null_literal(args[0]) {
        return Ok(binder.null(Type::I64, site.span));
    }
    match binder.text_literal(args[0]).map(address) {
        Some(Some(value)) => Ok(binder.int(i64::from(value), site.span)),
        Some(None) => Ok(binder.null(Type::I64, site.span)),
        None => binder.no_meaning("INET_ATON of an address that is no constant", site.span),
    }
}

/// INET_NTOA(n): the four bytes of the number; NULL beyond 32 bits.
pub(crate) fn inet_ntoa<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Int])?;
    let ty = binder.text_type();
    if binder.is_null_literal(args[0]) {
        return Ok(binder.null(ty, site.span));
    }
    if let Some(value) = binder.air.int_literal(args[0]) {
        let Ok(value) = u32::try_from(value) else { return Ok(binder.null(ty, site.span)) };
        let [a, b, c, d] = value.to_be_bytes();
        return Ok(binder.text(&format!("{a}.{b}.{c}.{d}"), site.span));
    }
    let mut parts = Vec::new();
    for shift in [24, 16, 8, 0] {
        let mut part = binder.twice(args[0])?;
        if shift > 0 {
            let divisor = binder.int(1 << shift, site.span);
            part = binder.call_as(Builtin::DivInt, &[part, divisor], Type::I64, site.span);
        }
        if shift < 24 {
            let bytes = binder.int(256, site.span);
            part = binder.call_as(Builtin::Mod, &[part, bytes], Type::I64, site.span);
        }
        if !parts.is_empty() {
            parts.push(binder.text(".", site.span));
        }
        parts.push(binder.as_text(part)?);
    }
    let shown = binder.call(Builtin::Concat, &parts, site.span);
    let (low, high) = (binder.int(0, site.span), binder.int(i64::from(u32::MAX), site.span));
    let fits = [
        binder.compare(CompareOp::Ge, args[0], low, Collation::BINARY, site.span),
        binder.compare(CompareOp::Le, args[0], high, Collation::BINARY, site.span),
    ];
    let fits = binder.conjunction(&fits, site.span);
    Ok(binder.case(&[(fits, shown)], None, ty, site.span))
}

/// IS_IPV4 of a constant.
pub(crate) fn is_ipv4<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Text])?;
    if binder.is_null_literal(args[0]) {
        return Ok(binder.int(0, site.span));
    }
    match binder.text_literal(args[0]) {
        Some(text) => {
            let four = text.split('.').count() == 4 && address(text).is_some();
            Ok(binder.int(i64::from(four), site.span))
        }
        None => binder.no_meaning("IS_IPV4 of an address that is no constant", site.span),
    }
}

/// FIND_IN_SET(word, list): of a column of the type SET, the place of the word in the declaration.
pub(crate) fn find_in_set<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    if let (Some(word), Type::Set(list)) =
        (binder.text_literal(args[0]).map(str::to_owned), binder.air.ty(args[1]))
    {
        let words = binder.catalog.words(list);
        let Some(place) = words.iter().position(|known| known.eq_ignore_ascii_case(&word)) else {
            return binder.no_meaning("FIND_IN_SET of a word that is not declared", site.span);
        };
        let words = binder.argument(args[1], Want::Text)?;
        let found = binder.call(Builtin::FindInSet, &[args[0], words], site.span);
        let zero = binder.int(0, site.span);
        let some = binder.compare(CompareOp::Gt, found, zero, Collation::BINARY, site.span);
        let place = binder.int(place as i64 + 1, site.span);
        let tested = binder.twice(args[1])?;
        let known = binder.is_null(tested, true, site.span);
        return Ok(binder.case(&[(some, place), (known, zero)], None, Type::I32, site.span));
    }
    let word = binder.argument(args[0], Want::Text)?;
    let list = binder.argument(args[1], Want::Text)?;
    Ok(binder.call(Builtin::FindInSet, &[word, list], site.span))
}

/// JSON_VALUE(document, path): a scalar; truth values are numbers (MariaDB).
pub(crate) fn json_value<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Json, Want::Text])?;
    let ty = Type::text(Collation::RTRIM);
    let value = binder.call_as(Builtin::JsonPathText, &args, ty, site.span);
    let shown = |binder: &mut Binder<'a>| -> Bound<ExprId> {
        let (document, path) = (binder.twice(args[0])?, binder.twice(args[1])?);
        let member = binder.call(Builtin::JsonPath, &[document, path], site.span);
        let to = binder.text_type();
        Ok(binder.cast(member, to, air::types::CastRule::IMPLICIT))
    };
    let mut branches = Vec::new();
    if binder.meaning.texts.json_truth_is_number {
        for (word, digit) in [("true", "1"), ("false", "0")] {
            let member = shown(binder)?;
            let word = binder.text(word, site.span);
            let is = binder.compare(CompareOp::Eq, member, word, Collation::BINARY, site.span);
            branches.push((is, binder.text(digit, site.span)));
        }
    }
    let missing = shown(binder)?;
    let none = binder.text("null", site.span);
    let is = binder.compare(CompareOp::Eq, missing, none, Collation::BINARY, site.span);
    branches.push((is, binder.null(ty, site.span)));
    // Objects and arrays are no scalars; numbers keep their digits.
    for open in ["{", "[", "\""] {
        let member = shown(binder)?;
        let one = binder.int(1, site.span);
        let start = binder.call(Builtin::LeftClamped, &[member, one], site.span);
        let then = if open == "\"" { value } else { binder.null(ty, site.span) };
        let open = binder.text(open, site.span);
        let is = binder.compare(CompareOp::Eq, start, open, Collation::BINARY, site.span);
        branches.push((is, then));
    }
    let member = shown(binder)?;
    Ok(binder.case(&branches, Some(member), ty, site.span))
}

/// JSON_CONTAINS(document, candidate[, path]).
pub(crate) fn json_contains<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Json, Want::Json, Want::Text])?;
    let document = match args.get(2) {
        Some(path) => binder.call(Builtin::JsonPath, &[args[0], *path], site.span),
        None => args[0],
    };
    Ok(binder.call(Builtin::JsonContains, &[document, args[1]], site.span))
}

/// Whether each path leads to something in the document: of these any, or all.
fn paths_exist<'a>(
    binder: &mut Binder<'a>,
    document: ExprId,
    paths: &[ExprId],
    all: bool,
    site: CallSite<'a>,
) -> Bound<ExprId> {
    let mut tests = Vec::with_capacity(paths.len());
    for path in paths {
        let copy = binder.twice(document)?;
        let member = binder.call(Builtin::JsonPath, &[copy, *path], site.span);
        tests.push(binder.is_null(member, true, site.span));
    }
    let found =
        if all { binder.conjunction(&tests, site.span) } else { binder.disjunction(&tests, site.span) };
    if !binder.air.info(document).nullable {
        return Ok(found);
    }
    let known = binder.is_null(document, true, site.span);
    Ok(binder.case(&[(known, found)], None, Type::Bool, site.span))
}

/// JSON_EXISTS(document, path).
pub(crate) fn json_exists<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Json, Want::Text])?;
    paths_exist(binder, args[0], &args[1..], true, site)
}

/// JSON_CONTAINS_PATH(document, 'one' | 'all', path, …).
pub(crate) fn json_contains_path<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Json, Want::Text])?;
    let all = match binder.text_literal(args[1]).map(str::to_ascii_lowercase).as_deref() {
        Some("one") => false,
        Some("all") => true,
        _ => return binder.no_meaning("JSON_CONTAINS_PATH of neither one nor all", site.span),
    };
    paths_exist(binder, args[0], &args[2..], all, site)
}

/// JSON_UNQUOTE(value): a text that compares byte by byte, as documents do.
pub(crate) fn json_unquote<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Json])?;
    Ok(binder.call_as(Builtin::JsonUnquote, &args, Type::text(Collation::RTRIM), site.span))
}
