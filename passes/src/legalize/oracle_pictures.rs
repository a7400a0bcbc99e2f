//! Numbers as text by the pictures of Oracle's TO_CHAR.

use air::ExprId;
use air::builtins::Builtin::*;
use air::expr::{CompareOp, Modifier};
use air::types::Type;

use crate::codes;
use crate::pass::{Context, Fired};

/// A picture, as far as it is translated.
struct Picture {
    /// Nothing is padded.
    fill: bool,
    /// A `$` before the digits.
    currency: bool,
    /// Places before the point.
    whole: usize,
    /// Of them, those that are filled with zeros.
    least: usize,
    /// Thousands are separated by commas.
    commas: usize,
    /// Places behind the point; `None`: there is no point.
    decimals: Option<usize>,
    /// Zeros at the end go.
    trimmed: bool,
}

/// The picture that is written; `None` for others.
fn read(written: &str) -> Option<Picture> {
    let upper = written.to_ascii_uppercase();
    let (fill, rest) = match upper.strip_prefix("FM") {
        Some(rest) => (true, rest),
        None => (false, upper.as_str()),
    };
    let (currency, rest) = match rest.strip_prefix('$') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (before, behind) = match rest.split_once(['.', 'D']) {
        Some((before, behind)) => (before, Some(behind)),
        None => (rest, None),
    };
    let groups: Vec<&str> = before.split([',', 'G']).collect();
    let digits: String = groups.concat();
    let plain = |text: &str| text.bytes().all(|b| matches!(b, b'0' | b'9'));
    let grouped = groups.len() == 1
        || groups[1..].iter().all(|group| group.len() == 3) && (1..=3).contains(&groups[0].len());
    if !plain(&digits) || !grouped || digits.len() > 30 {
        return None;
    }
    let least = digits.find('0').map_or(0, |at| digits.len() - at);
    let behind_digits = behind.unwrap_or("");
    if !plain(behind_digits) || behind_digits.len() > 15 || digits.is_empty() && behind_digits.is_empty() {
        return None;
    }
    // Without FM a 9 behind the point is a 0; with it zeros at the end go, but only as a whole.
    let trimmed = fill && behind_digits.contains('9');
    if trimmed && behind_digits.contains('0') || groups.len() > 1 && least > 3 {
        return None;
    }
    Some(Picture {
        fill,
        currency,
        whole: digits.len(),
        least,
        commas: groups.len() - 1,
        decimals: behind.map(str::len),
        trimmed,
    })
}

/// TO_CHAR(x, picture).
pub(super) fn oracle_picture(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(FormatDecimalOracle) {
        return Ok(false);
    }
    let Some([x, picture]) = cx.args(id) else { return Ok(false) };
    let written = cx.text_literal(picture).map(str::to_owned);
    let Some(known) = written.as_deref().and_then(read) else {
        let span = cx.air.span(picture);
        return cx.refuse(codes::BUILTIN, span, "this picture of a number has no form", "");
    };
    let width = 1
        + usize::from(known.currency)
        + known.whole
        + known.commas
        + known.decimals.map_or(0, |decimals| decimals + 1);
    let text = match written {
        Some(written) if !known.currency => {
            let x = cx.air.copy(x);
            let number =
                if cx.air.ty(x).is_decimal() || cx.air.ty(x).is_int() { x } else { cx.cast(x, Type::Number) };
            let picture = cx.text(&written, id);
            // What is longer than the picture is seen to here.
            cx.call_with(FormatDecimal, Modifier::Digits(1), &[number, picture], Type::TEXT, id)
        }
        _ => by_parts(cx, id, x, &known, width),
    };
    let room = cx.air.ty(x);
    let fits = match room {
        Type::Decimal { precision, scale } => {
            let decimals = known.decimals.unwrap_or(0) as i32;
            // What is rounded up may need a place more.
            let carry = i32::from(i32::from(scale) > decimals);
            i32::from(precision) - i32::from(scale) + carry <= known.whole as i32
        }
        _ => false,
    };
    if fits {
        cx.become_copy(id, text);
        return Ok(true);
    }
    let magnitude = rounded(cx, id, x, &known);
    let limit = cx.decimal(&format!("1{}", "0".repeat(known.whole)), id);
    let beyond = cx.compare(CompareOp::Ge, magnitude, limit);
    let marks = cx.text(&"#".repeat(width), id);
    let expr = cx.case_expr(&[(beyond, marks)], Some(text));
    cx.air.set(id, expr);
    Ok(true)
}

/// |x|, rounded to the digits that are shown.
fn rounded(cx: &mut Context<'_>, id: ExprId, x: ExprId, picture: &Picture) -> ExprId {
    let x = cx.air.copy(x);
    let decimals = picture.decimals.unwrap_or(0) as i64;
    let number = match cx.air.ty(x) {
        ty if ty.is_int() => x,
        ty @ Type::Decimal { scale, .. } if i64::from(scale) <= decimals && ty.is_decimal() => x,
        ty => {
            let digits = cx.int(decimals, id);
            let ty = if ty.is_float() { ty } else { Type::Number };
            cx.call(Round, &[x, digits], ty, id)
        }
    };
    let ty = cx.air.ty(number);
    cx.call(Abs, &[number], ty, id)
}

fn by_parts(cx: &mut Context<'_>, id: ExprId, x: ExprId, picture: &Picture, width: usize) -> ExprId {
    let decimals = picture.decimals.unwrap_or(0);
    let shown = |cx: &mut Context<'_>| {
        let magnitude = rounded(cx, id, x, picture);
        let digits = cx.int(decimals as i64, id);
        let text = cx.call(FormatNumber, &[magnitude, digits], Type::TEXT, id);
        if picture.commas > 0 {
            return text;
        }
        let (comma, nothing) = (cx.text(",", id), cx.text("", id));
        cx.call(Replace, &[text, comma, nothing], Type::TEXT, id)
    };
    let mut text = shown(cx);
    if picture.least == 0 && decimals > 0 {
        // `.5`: no place before the point is filled.
        let magnitude = rounded(cx, id, x, picture);
        let one = cx.int(1, id);
        let below = cx.compare(CompareOp::Lt, magnitude, one);
        let again = shown(cx);
        let two = cx.int(2, id);
        let tail = cx.call(SubstringInside, &[again, two], Type::TEXT, id);
        text = cx.case(&[(below, tail)], Some(text), Type::TEXT, id);
    } else if picture.least > 1 {
        let least = picture.least + picture.decimals.map_or(0, |decimals| decimals + 1);
        let (size, fill) = (cx.int(least as i64, id), cx.text("0", id));
        let again = shown(cx);
        let length = cx.call(CharLength, &[again], Type::I64, id);
        let enough = cx.int(least as i64, id);
        let long = cx.compare(CompareOp::Ge, length, enough);
        let padded = cx.call(PadLeft, &[text, size, fill], Type::TEXT, id);
        let whole = shown(cx);
        text = cx.case(&[(long, whole)], Some(padded), Type::TEXT, id);
    }
    if picture.trimmed {
        let zero = cx.text("0", id);
        text = cx.call(TrimEnd, &[text, zero], Type::TEXT, id);
    }
    let copy = cx.air.copy(x);
    let zero = cx.int(0, id);
    let below = cx.compare(CompareOp::Lt, copy, zero);
    let (minus, nothing) = (cx.text("-", id), cx.text("", id));
    let sign = cx.case(&[(below, minus)], Some(nothing), Type::TEXT, id);
    let mut parts = vec![sign];
    if picture.currency {
        parts.push(cx.text("$", id));
    }
    parts.push(text);
    let signed = cx.call(Concat, &parts, Type::TEXT, id);
    if picture.fill {
        return signed;
    }
    let size = cx.int(width as i64, id);
    cx.call(PadLeft, &[signed, size], Type::TEXT, id)
}
