//! Numbers as text by a format: thousands, printf, bases.

use air::ExprId;
use air::builtins::Builtin::*;
use air::expr::CompareOp;
use air::types::Type;

use crate::codes;
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "thousands",
        law: "a number rounded to so many decimals with commas is that of a picture, or of printf",
        apply: Apply::Builtins(&[FormatNumber], thousands),
    },
    Rule {
        name: "oracle_picture",
        law: "a picture is the rounded digits with sign, currency and padding, or as many `#` where it has no room",
        apply: Apply::Builtins(&[FormatDecimalOracle], super::oracle_pictures::oracle_picture),
    },
    Rule {
        name: "printf_pieces",
        law: "a format is its pieces joined",
        apply: Apply::Builtins(&[Printf, FormatPostgres], printf_pieces),
    },
    Rule {
        name: "digits_of_base",
        law: "digits to the base 16, 8 or 2 have functions of their own",
        apply: Apply::Builtins(&[ToBase], digits_of_base),
    },
    Rule {
        name: "text_of_integer",
        law: "the text of an integer is its digits",
        apply: Apply::Builtins(&[TextOfReal, TextOfNumber], text_of_integer),
    },
];

fn thousands(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(FormatNumber) {
        return Ok(false);
    }
    let Some([x, digits]) = cx.args(id) else { return Ok(false) };
    let span = cx.air.span(id);
    let Some(count) = cx.int_value(digits).filter(|count| (0..=15).contains(count)) else {
        let message = "a number of decimals that is no literal has no form";
        return cx.refuse(codes::BUILTIN, span, message, "make the number of decimals a literal");
    };
    if cx.speaks(Printf) {
        // Floats round half to even, as ROUND has it.
        let rounding = if cx.air.ty(x).is_float() { RoundHalfEven } else { Round };
        let number = cx.call(rounding, &[x, digits], Type::Number, id);
        let format = cx.text(&format!("%,.{count}f"), id);
        // printf takes NULL for 0.
        if cx.air.info(x).nullable {
            let known = cx.is_null(x, true);
            let text = cx.call(Printf, &[format, number], Type::TEXT, id);
            let expr = cx.case_expr(&[(known, text)], None);
            cx.air.set(id, expr);
        } else {
            cx.become_call(id, Printf, &[format, number]);
        }
        return Ok(true);
    }
    if cx.speaks(FormatDecimal) {
        let number = match cx.air.ty(x) {
            ty if ty.is_decimal() => cx.call(Round, &[x, digits], Type::Number, id),
            ty if ty.is_float() => {
                let rounded = cx.call(RoundHalfEven, &[x, digits], Type::Float64, id);
                cx.cast(rounded, Type::Number)
            }
            _ => {
                let number = cx.cast(x, Type::Number);
                cx.call(Round, &[number, digits], Type::Number, id)
            }
        };
        let mut picture = String::from("FM999,999,999,999,999,990");
        if count > 0 {
            picture.push('.');
            picture.extend(std::iter::repeat_n('0', count as usize));
        }
        let picture = cx.text(&picture, id);
        cx.become_call(id, FormatDecimal, &[number, picture]);
        return Ok(true);
    }
    Ok(false)
}

/// A piece of a format.
enum Piece {
    Text(String),
    Digits {
        width: i64,
    },
    Fixed {
        decimals: i64,
    },
    /// A text, blanks before it up to a width, or behind it for a negative one; by its number, or the next one.
    Value {
        width: i64,
        number: Option<usize>,
    },
    Thousands,
    Hexadecimal {
        lower: bool,
    },
    FirstCharacter,
}

/// Pieces of a format of `%d`, `%0Nd`, `%,d`, `%.Nf`, `%x`, `%c` and `%s` with a width or a number; `None` for others.
fn pieces(format: &str) -> Option<Vec<Piece>> {
    let mut out = Vec::new();
    let mut text = String::new();
    let mut letters = format.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        if letters.next_if_eq(&'%').is_some() {
            text.push('%');
            continue;
        }
        if !text.is_empty() {
            out.push(Piece::Text(std::mem::take(&mut text)));
        }
        let mut spec = String::new();
        let kind = loop {
            match letters.next()? {
                c if c.is_ascii_digit() || matches!(c, '.' | '-' | ',' | '$') => spec.push(c),
                c => break c,
            }
        };
        out.push(match (kind, spec.as_str()) {
            ('d' | 'i', "") => Piece::Digits { width: 0 },
            ('d' | 'i', spec) if spec.starts_with('0') => Piece::Digits { width: spec[1..].parse().ok()? },
            ('d' | 'i', ",") => Piece::Thousands,
            ('x', "") => Piece::Hexadecimal { lower: true },
            ('X', "") => Piece::Hexadecimal { lower: false },
            ('c', "") => Piece::FirstCharacter,
            ('s', spec) => {
                let (number, width) = match spec.split_once('$') {
                    Some((number, width)) => (Some(number.parse().ok()?), width),
                    None => (None, spec),
                };
                let width = if width.is_empty() { 0 } else { width.parse().ok()? };
                Piece::Value { width, number }
            }
            ('f', spec) => Piece::Fixed {
                decimals: match spec.strip_prefix('.') {
                    Some(decimals) => decimals.parse().ok()?,
                    None if spec.is_empty() => 6,
                    None => return None,
                },
            },
            _ => return None,
        });
    }
    if !text.is_empty() {
        out.push(Piece::Text(text));
    }
    Some(out)
}

/// NULL counts as 0 where a number is printed.
fn or_zero(cx: &mut Context<'_>, number: ExprId) -> ExprId {
    if !cx.air.info(number).nullable {
        return number;
    }
    let (zero, ty) = (cx.int(0, number), cx.air.ty(number));
    let filled = cx.call(Coalesce, &[number, zero], ty, number);
    cx.air.info_mut(filled).nullable = false;
    filled
}

/// The digits of a number with zeros between its sign and them, in all so many characters at least.
fn zero_padded(cx: &mut Context<'_>, number: ExprId, width: i64, id: ExprId) -> ExprId {
    let zero = cx.int(0, id);
    let magnitude = cx.call(Abs, &[number], cx.air.ty(number), id);
    let digits = cx.cast(magnitude, Type::TEXT);
    let padded = |cx: &mut Context<'_>, width: i64| {
        let limit = cx.int(width, id);
        let fill = cx.text("0", id);
        let size = cx.call(CharLength, &[digits], Type::I64, id);
        let long = cx.compare(CompareOp::Ge, size, limit);
        let padded = cx.call(PadLeft, &[digits, limit, fill], Type::TEXT, id);
        cx.case(&[(long, digits)], Some(padded), Type::TEXT, id)
    };
    let below = cx.compare(CompareOp::Lt, number, zero);
    let sign = cx.text("-", id);
    let negative = padded(cx, width - 1);
    let negative = cx.call(Concat, &[sign, negative], Type::TEXT, id);
    let positive = padded(cx, width);
    cx.case(&[(below, negative)], Some(positive), Type::TEXT, id)
}

/// A text with blanks up to a width; a longer one is shown whole, and NULL counts as empty.
fn in_width(cx: &mut Context<'_>, text: ExprId, width: i64, id: ExprId) -> ExprId {
    if width == 0 {
        return text;
    }
    let text = if cx.air.info(text).nullable {
        let empty = cx.text("", id);
        let filled = cx.call(Coalesce, &[text, empty], Type::TEXT, id);
        cx.air.info_mut(filled).nullable = false;
        filled
    } else {
        text
    };
    let limit = cx.int(width.abs(), id);
    let blank = cx.text(" ", id);
    let size = cx.call(CharLength, &[text], Type::I64, id);
    let long = cx.compare(CompareOp::Ge, size, limit);
    let op = if width > 0 { PadLeft } else { PadRight };
    let padded = cx.call(op, &[text, limit, blank], Type::TEXT, id);
    cx.case(&[(long, text)], Some(padded), Type::TEXT, id)
}

fn printf_pieces(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    if cx.speaks(op) {
        return Ok(false);
    }
    let args = cx.all_args(id);
    let span = cx.air.span(id);
    let Some(list) = args.first().and_then(|&format| cx.text_literal(format)).and_then(pieces) else {
        return cx.refuse(codes::BUILTIN, span, "this format has no form", "join the parts of the text");
    };
    let mut values: std::vec::IntoIter<ExprId> = Vec::from(&args[1..]).into_iter();
    let mut parts = Vec::new();
    for piece in list {
        let part = match piece {
            Piece::Text(text) => cx.text(&text, id),
            Piece::Value { width, number } => {
                let value = match number {
                    // Whatever is taken by its number, the next one is the one behind it.
                    Some(number @ 1..) => {
                        values = args[1..].iter().skip(number - 1).copied().collect::<Vec<_>>().into_iter();
                        values.next()
                    }
                    Some(0) => None,
                    None => values.next(),
                };
                let Some(value) = value else { return Ok(false) };
                // A truth value is 0 or 1 there.
                let truth = cx.air.ty(value) == Type::Bool && op == Printf;
                let value = if truth { cx.cast(value, Type::I64) } else { value };
                let text = if cx.air.ty(value).is_text() { value } else { cx.cast(value, Type::TEXT) };
                in_width(cx, text, width, id)
            }
            Piece::Thousands => {
                let Some(value) = values.next() else { return Ok(false) };
                let number = or_zero(cx, value);
                let none = cx.int(0, id);
                cx.call(FormatNumber, &[number, none], Type::TEXT, id)
            }
            Piece::Hexadecimal { lower } => {
                let Some(value) = values.next() else { return Ok(false) };
                let number = or_zero(cx, value);
                cx.call(if lower { HexLowerOfInt } else { HexOfInt }, &[number], Type::TEXT, id)
            }
            Piece::FirstCharacter => {
                // Of an empty text it is a character that is no part of texts elsewhere.
                let value = values.next().and_then(|value| cx.text_literal(value)?.chars().next());
                let Some(first) = value else {
                    let message = "the first character of a text that may be empty has no form";
                    return cx.refuse(codes::BUILTIN, span, message, "take it with SUBSTR");
                };
                cx.text(&first.to_string(), id)
            }
            Piece::Digits { width } => {
                let Some(value) = values.next() else { return Ok(false) };
                let value = if cx.air.ty(value) == Type::Bool { cx.cast(value, Type::I64) } else { value };
                let whole = cx.air.ty(value).is_int();
                let number = if whole { value } else { cx.call(Trunc, &[value], Type::I64, id) };
                let number = or_zero(cx, number);
                if width == 0 { cx.cast(number, Type::TEXT) } else { zero_padded(cx, number, width, id) }
            }
            Piece::Fixed { decimals } => {
                let Some(value) = values.next() else { return Ok(false) };
                let value = if cx.air.ty(value) == Type::Bool { cx.cast(value, Type::I64) } else { value };
                let scale = decimals.min(15) as i16;
                let value = or_zero(cx, value);
                let number = cx.cast(value, Type::Decimal { precision: 38, scale });
                cx.cast(number, Type::TEXT)
            }
        };
        parts.push(part);
    }
    if parts.is_empty() {
        let empty = cx.text("", id);
        cx.become_copy(id, empty);
    } else {
        // NULL counts as empty in a format.
        cx.become_call(id, ConcatSkipNulls, &parts);
    }
    Ok(true)
}

fn digits_of_base(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(ToBase) {
        return Ok(false);
    }
    let Some([x, from, to]) = cx.args(id) else { return Ok(false) };
    let op = match (cx.int_value(from), cx.int_value(to)) {
        (Some(10), Some(16)) => HexOfInt,
        (Some(10), Some(8)) => OctOfInt,
        (Some(10), Some(2)) => BinOfInt,
        _ => return Ok(false),
    };
    if !cx.air.ty(x).is_int() {
        return Ok(false);
    }
    cx.become_call(id, op, &[x]);
    Ok(true)
}

fn text_of_integer(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some([x]) = cx.args(id) else { return Ok(false) };
    if !cx.air.ty(x).is_int() {
        return Ok(false);
    }
    let text = cx.cast(x, Type::TEXT);
    cx.become_copy(id, text);
    Ok(true)
}
