//! Numbers shown and read by a picture of their digits (TO_CHAR, TO_NUMBER), where the target has no pictures.

use air::builtins::Builtin::*;
use air::expr::{CompareOp, Modifier};
use air::fidelity::Assume;
use air::types::Type;
use air::{Expr, ExprId, Literal};

use crate::codes;
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "number_picture",
        law: "a picture says the places of the digits; the number rounded to them, its sign and blanks are joined",
        apply: Apply::Builtins(&[FormatDecimal], number_picture),
    },
    Rule {
        name: "number_by_picture",
        law: "without the commas that separate thousands a number is read as it is written",
        apply: Apply::Builtins(&[ParseDecimal], number_by_picture),
    },
];

/// Digits of exact numbers that all targets keep.
const PLACES_MAX: usize = 30;
/// More digits than these before the point have no 64-bit integers and no floats.
const PLACES_OF_ALL: usize = 18;

/// A picture of places.
struct Picture {
    /// No blanks around, and no zeros at the end that nobody asked for (`FM`).
    tight: bool,
    /// Places before the point.
    whole: usize,
    /// How many of them show a zero.
    whole_shown: usize,
    /// Commas before each third of them.
    commas: usize,
    /// Places behind the point.
    decimals: usize,
    /// How many of them show a zero.
    decimals_shown: usize,
}

impl Picture {
    /// The picture that a text is; `None` for signs, currencies, exponents and words.
    fn of(text: &str) -> Option<Picture> {
        let upper = text.to_ascii_uppercase();
        let (tight, places) = match upper.strip_prefix("FM") {
            Some(rest) => (true, rest),
            None => (false, upper.as_str()),
        };
        let (whole, decimals) = match places.split_once(['.', 'D']) {
            Some((_, "")) => return None,
            Some((whole, decimals)) => (whole, decimals),
            None => (places, ""),
        };
        let is_place = |letter: char| matches!(letter, '0' | '9');
        if !decimals.chars().all(is_place) || !whole.chars().all(|c| is_place(c) || matches!(c, ',' | 'G')) {
            return None;
        }
        let groups: Vec<&str> = whole.split([',', 'G']).collect();
        let regular = groups.iter().skip(1).all(|group| group.len() == 3);
        if groups.len() > 1 && (!regular || !(1..=3).contains(&groups[0].len())) {
            return None;
        }
        let digits: String = groups.concat();
        let whole_shown = digits.find('0').map_or(0, |at| digits.len() - at);
        let decimals_shown = decimals.rfind('0').map_or(0, |at| at + 1);
        // Zeros in front of thousands are separated too.
        if digits.is_empty()
            || digits.len() + decimals.len() > PLACES_MAX
            || groups.len() > 1 && whole_shown > 3
        {
            return None;
        }
        Some(Picture {
            tight,
            whole: digits.len(),
            whole_shown,
            commas: groups.len() - 1,
            decimals: decimals.len(),
            decimals_shown: if tight { decimals_shown } else { decimals.len() },
        })
    }

    /// Characters of a number that is not tight, its sign among them.
    fn width(&self) -> usize {
        1 + self.whole + self.commas + if self.decimals > 0 { 1 + self.decimals } else { 0 }
    }
}

fn number_picture(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(FormatDecimal) {
        return Ok(false);
    }
    let Some([x, picture]) = cx.args(id) else { return Ok(false) };
    let span = cx.air.span(id);
    let text = cx.text_literal(picture).map(str::to_owned);
    let Some(picture) = text.as_deref().and_then(Picture::of) else {
        let message = "this picture of a number has no form";
        let unlock = "a constant picture of `9`, `0`, `,` and `.`, with or without FM";
        return cx.refuse(codes::BUILTIN, span, message, unlock);
    };
    let known = matches!(cx.air.expr(id), Expr::Call { modifier: Modifier::Digits(1), .. });
    let fits = known || fits(cx, x, picture.whole);
    let ty = cx.air.ty(x);
    let rounded = if ty.is_int() || cx.int_value(x).is_some() {
        x
    } else {
        let digits = cx.int(picture.decimals as i64, id);
        if ty.is_float() {
            let subject = cx.subject(x);
            cx.assume(Assume::FloatRounding, &subject, span)?;
            cx.call(RoundHalfEven, &[x, digits], Type::Float64, id)
        } else {
            cx.call(Round, &[x, digits], Type::Number, id)
        }
    };
    let magnitude = match constant(cx, x) {
        Some(digits) if !digits.starts_with('-') => rounded,
        _ => cx.call(Abs, &[rounded], cx.air.ty(rounded), id),
    };
    let mut shown = digits(cx, magnitude, &picture, id);
    if picture.whole_shown == 0 && picture.decimals > 0 {
        let one = cx.int(1, id);
        let mut small = cx.compare(CompareOp::Lt, magnitude, one);
        if picture.decimals_shown == 0 {
            // Of nothing at all a zero is left.
            let zero = cx.int(0, id);
            let some = cx.compare(CompareOp::Ne, magnitude, zero);
            let terms = cx.air.push_list(&[small, some]);
            small = cx.make(Expr::And { terms }, Type::Bool, true, id);
        }
        let second = cx.int(2, id);
        let without = cx.call(SubstringInside, &[shown, second], Type::TEXT, id);
        shown = cx.case(&[(small, without)], Some(shown), Type::TEXT, id);
    }
    if picture.whole_shown > 1 && picture.commas == 0 && !cx.speaks(Printf) {
        let width = picture.whole_shown + if picture.decimals > 0 { 1 + picture.decimals } else { 0 };
        let filled = padded(cx, shown, width, "0", id);
        shown = if picture.whole_shown == picture.whole {
            filled
        } else {
            // More digits than those that show a zero are shown all.
            let (size, width) = (cx.call(CharLength, &[shown], Type::I64, id), cx.int(width as i64, id));
            let long = cx.compare(CompareOp::Gt, size, width);
            cx.case(&[(long, shown)], Some(filled), Type::TEXT, id)
        };
    }
    let optional = picture.decimals - picture.decimals_shown;
    if optional > 0 {
        let zero = cx.text("0", id);
        shown = if picture.decimals_shown == 0 {
            cx.call(TrimEnd, &[shown, zero], Type::TEXT, id)
        } else {
            let size = cx.call(CharLength, &[shown], Type::I64, id);
            let (first, count) = (cx.int(1, id), cx.int(optional as i64, id));
            let kept = cx.call(Sub, &[size, count], Type::I64, id);
            let front = cx.call(SubstringInside, &[shown, first, kept], Type::TEXT, id);
            let count = cx.int(optional as i64, id);
            let end = cx.call(RightClamped, &[shown, count], Type::TEXT, id);
            let end = cx.call(TrimEnd, &[end, zero], Type::TEXT, id);
            cx.call(Concat, &[front, end], Type::TEXT, id)
        };
    }
    let mut signed = shown;
    if !constant(cx, x).is_some_and(|digits| !digits.starts_with('-')) {
        let zero = cx.int(0, id);
        let below = cx.compare(CompareOp::Lt, rounded, zero);
        let minus = cx.text("-", id);
        let negative = cx.call(Concat, &[minus, shown], Type::TEXT, id);
        signed = cx.case(&[(below, negative)], Some(shown), Type::TEXT, id);
    }
    if !picture.tight {
        signed = padded(cx, signed, picture.width(), " ", id);
    }
    if !fits {
        signed = with_marks(cx, rounded, magnitude, &picture, signed, id);
    }
    if cx.air.info(x).nullable {
        // What prints numbers may take NULL for 0.
        let known = cx.is_null(x, true);
        let expr = cx.case_expr(&[(known, signed)], None);
        cx.air.set(id, expr);
    } else {
        cx.become_copy(id, signed);
    }
    Ok(true)
}

/// The digits of a number that is not negative, with all its decimals and at least one digit before the point.
fn digits(cx: &mut Context<'_>, magnitude: ExprId, picture: &Picture, id: ExprId) -> ExprId {
    let whole = cx.air.ty(magnitude).is_int() || cx.int_value(magnitude).is_some();
    let zeros = picture.whole_shown > 1 && picture.commas == 0;
    if cx.speaks(Printf) && whole && picture.decimals == 0 && zeros {
        let format = cx.text(&format!("%0{}d", picture.whole_shown), id);
        return cx.call(Printf, &[format, magnitude], Type::TEXT, id);
    }
    if cx.speaks(Printf) && (picture.commas > 0 || !whole || picture.decimals > 0) {
        let flags = match (picture.commas > 0, zeros) {
            (true, _) => ",".to_owned(),
            (_, true) if picture.decimals > 0 => format!("0{}", picture.whole_shown + 1 + picture.decimals),
            (_, true) => format!("0{}", picture.whole_shown),
            _ => String::new(),
        };
        let format = cx.text(&format!("%{flags}.{}f", picture.decimals), id);
        return cx.call(Printf, &[format, magnitude], Type::TEXT, id);
    }
    if picture.commas > 0 {
        let decimals = cx.int(picture.decimals as i64, id);
        return cx.call(FormatNumber, &[magnitude, decimals], Type::TEXT, id);
    }
    if whole && picture.decimals == 0 {
        return cx.cast(magnitude, Type::TEXT);
    }
    let exact = Type::Decimal { precision: 38, scale: picture.decimals as i16 };
    let number = cx.cast(magnitude, exact);
    cx.cast(number, Type::TEXT)
}

/// Padded on the left; what fits its picture is never longer.
fn padded(cx: &mut Context<'_>, text: ExprId, width: usize, fill: &str, id: ExprId) -> ExprId {
    if cx.speaks(Printf) && fill == " " {
        let format = cx.text(&format!("%{width}s"), id);
        return cx.call(Printf, &[format, text], Type::TEXT, id);
    }
    let (limit, fill) = (cx.int(width as i64, id), cx.text(fill, id));
    cx.call(PadLeft, &[text, limit, fill], Type::TEXT, id)
}

/// True if a number is known to have no more digits than the picture has places.
fn fits(cx: &Context<'_>, x: ExprId, places: usize) -> bool {
    let most = match constant(cx, x) {
        Some(digits) => digits.trim_start_matches('-').split('.').next().map_or(0, str::len),
        None => match cx.air.ty(x) {
            Type::Int { bits: 8, .. } => 3,
            Type::Int { bits: 16, .. } => 5,
            Type::Int { bits: 24, .. } => 8,
            Type::Int { bits: 32, .. } => 10,
            Type::Decimal { precision, scale } => {
                usize::from(precision).saturating_sub(scale.max(0) as usize)
            }
            _ => usize::MAX,
        },
    };
    // Rounding may give a number one digit more, which shows only where the places are all taken.
    places >= PLACES_OF_ALL || most < places || most == places && cx.int_value(x).is_some()
}

/// The text; of a number with more digits than the picture has places, a mark in each place instead.
fn with_marks(
    cx: &mut Context<'_>,
    rounded: ExprId,
    magnitude: ExprId,
    picture: &Picture,
    shown: ExprId,
    id: ExprId,
) -> ExprId {
    let mut marks = String::new();
    for left in (0..picture.whole).rev() {
        marks.push('#');
        if picture.commas > 0 && left > 0 && left % 3 == 0 {
            marks.push(',');
        }
    }
    if picture.decimals > 0 {
        marks.push('.');
        marks.extend(std::iter::repeat_n('#', picture.decimals));
    }
    let blank = if picture.tight { "" } else { " " };
    let (plain, minus) = (cx.text(&format!("{blank}{marks}"), id), cx.text(&format!("-{marks}"), id));
    let limit = format!("1{}", "0".repeat(picture.whole));
    let limit = match limit.parse() {
        Ok(limit) => cx.int(limit, id),
        Err(_) => cx.decimal(&limit, id),
    };
    let beyond = cx.compare(CompareOp::Ge, magnitude, limit);
    let zero = cx.int(0, id);
    let below = cx.compare(CompareOp::Lt, rounded, zero);
    let marked = cx.case(&[(below, minus)], Some(plain), Type::TEXT, id);
    cx.case(&[(beyond, marked)], Some(shown), Type::TEXT, id)
}

/// The digits of a number that is written out.
fn constant(cx: &Context<'_>, x: ExprId) -> Option<String> {
    match cx.air.literal(x) {
        Some(Literal::Decimal { digits }) => Some(cx.air.text(digits).to_owned()),
        _ => cx.int_value(x).map(|value| value.to_string()),
    }
}

fn number_by_picture(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(ParseDecimal) {
        return Ok(false);
    }
    let Some([text, picture]) = cx.args(id) else { return Ok(false) };
    let span = cx.air.span(id);
    let Some(picture) = cx.text_literal(picture).and_then(Picture::of) else {
        let message = "a number read by this picture has no form";
        return cx.refuse(codes::BUILTIN, span, message, "a constant picture of `9`, `0`, `,` and `.`");
    };
    let plain = |text: &str| {
        let digits = text.trim().strip_prefix('-').unwrap_or(text.trim());
        digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b',' | b'.'))
    };
    if !cx.text_literal(text).is_some_and(plain) {
        let subject = cx.subject(text);
        cx.assume(Assume::NumericText, &subject, span)?;
    }
    let text = if picture.commas > 0 {
        let (comma, nothing) = (cx.text(",", id), cx.text("", id));
        cx.call(Replace, &[text, comma, nothing], Type::TEXT, id)
    } else {
        text
    };
    let number = cx.cast(text, Type::Decimal { precision: 38, scale: picture.decimals as i16 });
    cx.become_copy(id, number);
    Ok(true)
}
