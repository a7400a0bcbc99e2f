//! Conversions: what becomes of digits, of texts that are no numbers, of booleans; dates kept as texts.

use air::builtins::Builtin::*;
use air::expr::CompareOp;
use air::fidelity::Assume;
use air::target::{Booleans, Decimals};
use air::types::{Affinity, CastFailure, CastReason, CastRule, Rounding, TextKind, TextType, Type};
use air::{Expr, ExprId};

use crate::codes;
use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic, from the particular to the general.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "cast_without_effect",
        law: "a conversion to what the value is already changes nothing",
        apply: Apply::Kinds(&[Kind::Cast], without_effect),
    },
    Rule {
        name: "cast_to_uuid_text",
        law: "an identifier kept as text is written in lower case",
        apply: Apply::Kinds(&[Kind::Cast], to_uuid_text),
    },
    Rule {
        name: "cast_of_boolean",
        law: "true is 1 and false is 0; as texts they are the words",
        apply: Apply::Kinds(&[Kind::Cast], of_boolean),
    },
    Rule {
        name: "cast_of_member_to_number",
        law: "a member of a document counts as its content: true as 1, a text by its numeric prefix, others as 0",
        apply: Apply::When(|to| !to.speaks(JsonPath), &Apply::Kinds(&[Kind::Cast], of_member_to_number)),
    },
    Rule {
        name: "cast_of_text_to_number",
        law: "a text that need not be a number counts by its longest numeric prefix",
        apply: Apply::Kinds(&[Kind::Cast], of_text_to_number),
    },
    Rule {
        name: "cast_of_text_to_moment",
        law: "digits of the second beyond the sixth are no part of the value",
        apply: Apply::Kinds(&[Kind::Cast], of_text_to_moment),
    },
    Rule {
        name: "cast_to_fewer_digits",
        law: "digits of the second that are left out are cut off, or rounded by half of the last digit kept",
        apply: Apply::When(|to| to.can.temporal_types, &Apply::Kinds(&[Kind::Cast], to_fewer_digits)),
    },
    Rule {
        name: "cast_to_integer",
        law: "rounding first makes the conversion of a whole number",
        apply: Apply::Kinds(&[Kind::Cast], to_integer),
    },
    Rule {
        name: "cast_to_unsigned",
        law: "a negative number as unsigned 64 bits is 2^64 more",
        apply: Apply::Kinds(&[Kind::Cast], to_unsigned),
    },
    Rule {
        name: "cast_beyond_digits",
        law: "a number beyond the digits of a decimal becomes the nearest one that has so many",
        apply: Apply::When(
            |to| to.can.beyond_digits != CastFailure::Clamp,
            &Apply::Kinds(&[Kind::Cast], beyond_digits),
        ),
    },
    Rule {
        name: "cast_to_decimal",
        law: "a decimal of so many digits is the number rounded to them",
        apply: Apply::Kinds(&[Kind::Cast], to_decimal),
    },
    Rule {
        name: "cast_to_text",
        law: "the text of a number has the digits of its type",
        apply: Apply::Kinds(&[Kind::Cast], to_text),
    },
    Rule {
        name: "cast_to_iso_text",
        law: "a date or time kept as ISO text is the text of that date or time",
        apply: Apply::Kinds(&[Kind::Cast], to_iso_text),
    },
    Rule {
        name: "cast_of_bytes",
        law: "the bytes of a text are those of its UTF-8 form",
        apply: Apply::Kinds(&[Kind::Cast], of_bytes),
    },
];

fn parts(cx: &Context<'_>, id: ExprId) -> Option<(ExprId, Type, Type, CastRule)> {
    match cx.air.expr(id) {
        Expr::Cast { operand, to, rule } => Some((operand, cx.air.ty(operand), to, rule)),
        _ => None,
    }
}

fn without_effect(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((operand, from, to, rule)) = parts(cx, id) else { return Ok(false) };
    let implicit = rule.reason != CastReason::Explicit;
    let idle = match (from, to) {
        (_, Type::Unknown | Type::Null) => true,
        // A NULL keeps its cast: it may be what gives a column its type.
        (Type::Null, _) => implicit && to.is_unknown(),
        (Type::Text(a), Type::Text(b)) => {
            let fits =
                b.kind == TextKind::Unbounded || b.length == 0 || a.length != 0 && a.length <= b.length;
            let sheds =
                a.kind == TextKind::Fixed && b.kind != TextKind::Fixed && cx.target.can.fixed_texts_pad;
            fits && (implicit || b.kind != TextKind::Fixed) && !sheds
        }
        // Documents and identifiers are texts where they have no type.
        (Type::Text(_), Type::Json { .. } | Type::Enum(_) | Type::Set(_)) => !cx.target.can.document_types,
        // A word compared otherwise than byte by byte is no column that was declared so.
        (Type::Enum(_) | Type::Set(_), Type::Text(text)) => {
            !cx.target.can.document_types && text.collation.is_exact()
        }
        (Type::Json { .. } | Type::Uuid, Type::Text(_)) => !cx.target.can.document_types,
        (Type::Json { .. }, Type::Json { .. }) => !cx.target.can.document_types || from == to,
        (a, b) => a == b && !a.is_unknown(),
    };
    if !idle {
        return Ok(false);
    }
    cx.become_copy(id, operand);
    cx.air.info_mut(id).ty = to;
    if to.is_unknown() {
        cx.air.info_mut(id).ty = from;
    }
    Ok(true)
}

fn to_uuid_text(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((operand, from, to, _)) = parts(cx, id) else { return Ok(false) };
    if !from.is_text() || to != Type::Uuid || cx.target.can.document_types {
        return Ok(false);
    }
    let digits: Option<String> = cx
        .text_literal(operand)
        .map(|text| text.chars().filter(char::is_ascii_hexdigit).map(|c| c.to_ascii_lowercase()).collect());
    match digits {
        Some(hex) if hex.len() == 32 => {
            let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
            let text = cx.text(&parts.join("-"), id);
            cx.become_copy(id, text);
        }
        _ => cx.become_call(id, LowerAscii, &[operand]),
    }
    Ok(true)
}

fn of_boolean(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((operand, from, to, rule)) = parts(cx, id) else { return Ok(false) };
    if from.is_text() && to == Type::Bool && rule.failure == CastFailure::Error {
        return truth_word(cx, id, operand);
    }
    if from != Type::Bool && to == Type::Bool {
        if from.is_numeric() {
            let zero = cx.int(0, id);
            let test = cx.compare(CompareOp::Ne, operand, zero);
            cx.become_copy(id, test);
            return Ok(true);
        }
        return Ok(false);
    }
    if from != Type::Bool || to == Type::Bool {
        return Ok(false);
    }
    let yes = cx.make(
        Expr::IsTruth { operand, value: air::expr::Truth::True, negated: false },
        Type::Bool,
        false,
        id,
    );
    let no = cx.make(
        Expr::IsTruth { operand, value: air::expr::Truth::False, negated: false },
        Type::Bool,
        false,
        id,
    );
    if to.is_text() {
        if cx.target.can.booleans == Booleans::Native {
            return Ok(false);
        }
        let (t, f) = (cx.text("true", id), cx.text("false", id));
        let expr = cx.case_expr(&[(yes, t), (no, f)], None);
        cx.air.set(id, expr);
        return Ok(true);
    }
    if !to.is_numeric() {
        return Ok(false);
    }
    match cx.target.can.booleans {
        Booleans::Integers => {
            cx.become_copy(id, operand);
            Ok(true)
        }
        Booleans::Native if to == Type::I32 => Ok(false),
        Booleans::Native => {
            let int = cx.cast(operand, Type::I32);
            cx.air.set(id, Expr::Cast { operand: int, to, rule: CastRule::IMPLICIT });
            Ok(true)
        }
        Booleans::None => {
            let (one, zero) = (cx.int(1, id), cx.int(0, id));
            let not = cx.make(Expr::Not { operand }, Type::Bool, true, id);
            let expr = cx.case_expr(&[(operand, one), (not, zero)], None);
            cx.air.set(id, expr);
            Ok(true)
        }
    }
}

/// The words for truth values, where no type knows them. What is no such word fails on the source.
fn truth_word(cx: &mut Context<'_>, id: ExprId, operand: ExprId) -> Fired {
    const YES: [&str; 9] = ["true", "t", "tr", "tru", "yes", "ye", "y", "on", "1"];
    const NO: [&str; 9] = ["false", "f", "fa", "fal", "fals", "no", "n", "off", "0"];
    if cx.target.can.booleans == Booleans::Native {
        return Ok(false);
    }
    let ty = Type::text(air::types::Collation::BINARY);
    let trimmed = cx.call(Trim, &[operand], ty, id);
    let word = cx.call(Lower, &[trimmed], ty, id);
    let is_one_of = |cx: &mut Context<'_>, words: &[&str]| {
        let items: Vec<ExprId> = words.iter().map(|word| cx.text(word, id)).collect();
        let items = cx.air.push_list(&items);
        let collation = air::types::Collation::BINARY;
        let test = Expr::InList { operand: word, items, negated: false, collation };
        cx.make(test, Type::Bool, true, id)
    };
    let (yes, no) = (is_one_of(cx, &YES), is_one_of(cx, &NO));
    let truth = |cx: &mut Context<'_>, value: bool| {
        cx.make(Expr::Literal { value: air::Literal::Bool { value } }, Type::Bool, false, id)
    };
    let (holds, fails) = (truth(cx, true), truth(cx, false));
    let expr = cx.case_expr(&[(yes, holds), (no, fails)], None);
    cx.air.set(id, expr);
    Ok(true)
}

fn of_member_to_number(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((operand, _, to, rule)) = parts(cx, id) else { return Ok(false) };
    // As a text on the way.
    let operand = match cx.air.expr(operand) {
        Expr::Cast { operand: member, to, .. } if to.is_text() => member,
        _ => operand,
    };
    let member = matches!(cx.as_call(operand), Some((JsonPath | JsonGet | JsonPathKeys, _)));
    if !member || !to.is_numeric() || rule.failure != CastFailure::Prefix {
        return Ok(false);
    }
    let copy = cx.air.copy(operand);
    let shown = cx.cast(copy, Type::TEXT);
    let word = cx.text("true", id);
    let holds = cx.compare(CompareOp::Eq, shown, word);
    let one = cx.int(1, id);
    let one = cx.make(Expr::Cast { operand: one, to, rule: CastRule::IMPLICIT }, to, false, id);
    let content = cx.call(JsonUnquote, &[operand], Type::TEXT, id);
    let number = cx.make(Expr::Cast { operand: content, to, rule }, to, true, id);
    let expr = cx.case_expr(&[(holds, one)], Some(number));
    cx.air.set(id, expr);
    Ok(true)
}

fn of_text_to_number(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((operand, from, to, rule)) = parts(cx, id) else { return Ok(false) };
    if matches!(from, Type::Json { .. })
        && to.is_numeric()
        && rule.failure == CastFailure::Prefix
        && cx.target.can.document_types
    {
        // A document counts by its text.
        let text = cx.cast(operand, Type::TEXT);
        cx.air.set(id, Expr::Cast { operand: text, to, rule });
        return Ok(true);
    }
    if !from.is_text() || !to.is_numeric() {
        return Ok(false);
    }
    let loose = cx.target.can.bad_number == CastFailure::Prefix && !cx.fails_in_change();
    if to.is_int() && rule.reason != CastReason::Explicit && rule.rounding != Rounding::Truncate {
        // What is stored or compared is the number the text shows, rounded, not its integer prefix.
        let number = cx.make(Expr::Cast { operand, to: Type::Number, rule }, Type::Number, true, id);
        cx.air.set(id, Expr::Cast { operand: number, to, rule });
        return Ok(true);
    }
    match rule.failure {
        CastFailure::Error if loose => {
            if cx.air.literal(operand).is_none() {
                let subject = cx.subject(operand);
                let span = cx.air.span(id);
                cx.assume(Assume::NumericText, &subject, span)?;
            }
            Ok(false)
        }
        CastFailure::Prefix | CastFailure::Clamp | CastFailure::Truncate if !loose => {
            let (op, kind) =
                if to.is_int() { (IntegerPrefix, Type::I64) } else { (NumericPrefix, Type::Float64) };
            let number = cx.call(op, &[operand], kind, id);
            let number = if to.is_decimal() { cx.cast(number, Type::Number) } else { number };
            let number = guarded(cx, operand, number);
            if to == kind {
                cx.become_copy(id, number);
            } else {
                cx.air.set(id, Expr::Cast { operand: number, to, rule });
            }
            Ok(true)
        }
        CastFailure::Keep if !cx.speaks(TypeName) && cx.air.literal(operand).is_none() => {
            let (subject, span) = (cx.subject(operand), cx.air.span(id));
            if cx.seen_below(operand).no_numbers {
                let message =
                    format!("texts that are no numbers, which the script stores, are kept: {subject}");
                return cx.refuse(codes::CAST, span, &message, "store numbers as numbers");
            }
            cx.assume(Assume::NumericText, &subject, span).map(|()| false)
        }
        CastFailure::Null if cx.speaks(RegexMatch) => {
            let pattern = if to.is_int() {
                r"^\s*[-+]?[0-9]+\s*$"
            } else {
                r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$"
            };
            let pattern = cx.text(pattern, id);
            let fits = cx.call(RegexMatch, &[operand, pattern], Type::Bool, id);
            tried(cx, id, fits, operand, to, rule);
            Ok(true)
        }
        CastFailure::Null if cx.speaks(Glob) => {
            if to.is_float() {
                let span = cx.air.span(id);
                return cx.refuse(codes::CAST, span, "whether a text is a float cannot be tested", "");
            }
            let fits = digits_only(cx, operand, to.is_decimal(), id);
            tried(cx, id, fits, operand, to, rule);
            Ok(true)
        }
        CastFailure::Null => {
            let span = cx.air.span(id);
            cx.refuse(codes::CAST, span, "whether a text is a number cannot be tested", "")
        }
        _ => Ok(false),
    }
}

/// The number where `fits` holds and the type has room for it, else NULL.
fn tried(cx: &mut Context<'_>, id: ExprId, fits: ExprId, operand: ExprId, to: Type, rule: CastRule) {
    let rule = CastRule { failure: CastFailure::Error, ..rule };
    let room = match to {
        Type::Int { bits: 64, .. } => Some(("-9223372036854775808", "9223372036854775807", 18)),
        Type::Int { bits: 8, unsigned: true } => Some(("0", "255", 2)),
        Type::Int { bits: 16, .. } => Some(("-32768", "32767", 4)),
        Type::Int { .. } => Some(("-2147483648", "2147483647", 9)),
        _ => None,
    };
    let longest = match cx.air.ty(operand) {
        Type::Text(text) if text.length > 0 => text.length,
        _ => u32::MAX,
    };
    let number = cx.make(Expr::Cast { operand, to, rule }, to, true, id);
    let number = match room {
        Some((low, high, digits)) if longest > digits => {
            let wide = Type::Decimal { precision: 38, scale: 0 };
            let copy = cx.air.copy(operand);
            let value = cx.make(Expr::Cast { operand: copy, to: wide, rule }, wide, true, id);
            let (low, high) = (cx.decimal(low, id), cx.decimal(high, id));
            let inside = Expr::Between {
                operand: value,
                low,
                high,
                negated: false,
                symmetric: false,
                collation: Default::default(),
            };
            let inside = cx.make(inside, Type::Bool, true, id);
            cx.case(&[(inside, number)], None, to, id)
        }
        _ => number,
    };
    let expr = cx.case_expr(&[(fits, number)], None);
    cx.air.set(id, expr);
}

/// True for digits with a sign before them and, for a decimal, one point among them; blanks around do not count.
fn digits_only(cx: &mut Context<'_>, operand: ExprId, point: bool, id: ExprId) -> ExprId {
    let trimmed = |cx: &mut Context<'_>| {
        let copy = cx.air.copy(operand);
        cx.call(Trim, &[copy], Type::TEXT, id)
    };
    let mut terms = Vec::new();
    let glob = |cx: &mut Context<'_>, text: ExprId, pattern: &str, negated: bool| {
        let pattern = cx.text(pattern, id);
        let matches = cx.call(Glob, &[text, pattern], Type::Bool, id);
        if negated { cx.make(Expr::Not { operand: matches }, Type::Bool, true, id) } else { matches }
    };
    let (plain, signed, others) = match point {
        true => ("[0-9.]*", "[-+][0-9.]*", "*[^0-9.]*"),
        false => ("[0-9]*", "[-+][0-9]*", "*[^0-9]*"),
    };
    let text = trimmed(cx);
    let unsigned = glob(cx, text, plain, false);
    let text = trimmed(cx);
    let with_sign = glob(cx, text, signed, false);
    let list = cx.air.push_list(&[unsigned, with_sign]);
    terms.push(cx.make(Expr::Or { terms: list }, Type::Bool, true, id));
    let (text, two) = (trimmed(cx), cx.int(2, id));
    let rest = cx.call(SubstringInside, &[text, two], Type::TEXT, id);
    terms.push(glob(cx, rest, others, true));
    if point {
        let text = trimmed(cx);
        terms.push(glob(cx, text, "*[0-9]*", false));
        let text = trimmed(cx);
        terms.push(glob(cx, text, "*.*.*", true));
    }
    let list = cx.air.push_list(&terms);
    cx.make(Expr::And { terms: list }, Type::Bool, true, id)
}

/// The prefix functions take NULL for a text without a number.
fn guarded(cx: &mut Context<'_>, operand: ExprId, number: ExprId) -> ExprId {
    if !cx.air.info(operand).nullable {
        return number;
    }
    let ty = cx.air.ty(number);
    let known = cx.is_null(operand, true);
    cx.case(&[(known, number)], None, ty, number)
}

fn to_integer(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((operand, from, to, rule)) = parts(cx, id) else { return Ok(false) };
    // A number of an open kind may be a float.
    let open = matches!(from, Type::Any(Affinity::Numeric | Affinity::Real));
    let fractional = from.is_float() || from.is_decimal() && from.scale() != Some(0) || open;
    if !to.is_int() || !fractional {
        return Ok(false);
    }
    let (of_decimal, of_float) = cx.target.can.to_integer;
    let native = if from.is_float() || open || cx.target.can.decimals == Decimals::Float {
        of_float
    } else {
        of_decimal
    };
    if rule.rounding == native || is_whole(cx, operand) {
        return Ok(false);
    }
    let op = match rule.rounding {
        Rounding::HalfAway => Round,
        Rounding::HalfEven => RoundHalfEven,
        Rounding::Truncate => Trunc,
    };
    let rounded = cx.call(op, &[operand], from, id);
    cx.air.set(id, Expr::Cast { operand: rounded, to, rule: CastRule { rounding: native, ..rule } });
    Ok(true)
}

fn is_whole(cx: &Context<'_>, id: ExprId) -> bool {
    match cx.as_call(id) {
        Some((Round | RoundHalfEven | RoundFloat | Trunc, args)) => args.len() == 1,
        Some((Ceil | Floor | TruncWhole, _)) => true,
        _ => false,
    }
}

fn to_unsigned(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((operand, from, to, rule)) = parts(cx, id) else { return Ok(false) };
    if to == Type::U64
        && from.is_text()
        && !cx.target.can.unsigned
        && cx.target.can.bad_number == CastFailure::Prefix
        && cx.air.literal(operand).is_none()
    {
        let (subject, span) = (cx.subject(operand), cx.air.span(id));
        if cx.seen_below(operand).negative {
            let message = format!("a number below zero, which the script stores, as unsigned: {subject}");
            return cx.refuse(codes::NUMBER, span, &message, "");
        }
        return cx.assume(Assume::IntegerRange, &subject, span).map(|()| false);
    }
    if to != Type::U64 || cx.target.can.unsigned || !from.is_numeric() || rule.reason != CastReason::Explicit
    {
        return Ok(false);
    }
    let unsigned = matches!(from, Type::Int { unsigned: true, .. });
    if unsigned || cx.int_value(operand).is_some_and(|value| value >= 0) {
        return Ok(false);
    }
    let zero = cx.int(0, id);
    let implicit = CastRule { reason: CastReason::Implicit, ..rule };
    let below = cx.compare(CompareOp::Lt, operand, zero);
    let plain = cx.make(Expr::Cast { operand, to, rule: implicit }, to, true, id);
    // Still negative: the sum is what is not.
    let wide = Type::Decimal { precision: 20, scale: 0 };
    let negative = cx.make(Expr::Cast { operand, to: wide, rule: implicit }, wide, true, id);
    let whole = cx.decimal("18446744073709551616", id);
    let wrapped = cx.call(Add, &[negative, whole], Type::Number, id);
    let expr = cx.case_expr(&[(below, wrapped)], Some(plain));
    cx.air.set(id, expr);
    Ok(true)
}

/// Columns are compared with the bounds; what is computed is assumed to lie within them.
fn beyond_digits(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((operand, from, to, rule)) = parts(cx, id) else { return Ok(false) };
    let Type::Decimal { precision, scale } = to else { return Ok(false) };
    if rule.failure != CastFailure::Clamp || !from.is_numeric() || rule.rounding == Rounding::Truncate {
        return Ok(false);
    }
    let whole = i32::from(precision) - i32::from(scale);
    let (Some(decimals), true) = (usize::try_from(scale).ok(), (0..=65).contains(&whole)) else {
        return Ok(false);
    };
    let within = match from {
        Type::Int { bits, .. } => whole >= if bits <= 8 { 3 } else { i32::from(bits) * 3 / 10 + 1 },
        // One digit more where rounding carries.
        Type::Decimal { precision, scale: fraction } => {
            let digits = i32::from(precision) - i32::from(fraction);
            digits < whole || digits == whole && fraction <= scale
        }
        _ => false,
    };
    let settled = CastRule { failure: CastFailure::Error, ..rule };
    if within || cx.air.literal(operand).is_some() {
        return Ok(false);
    }
    if from.is_int() || !matches!(cx.air.expr(operand), Expr::Column { .. }) {
        let (subject, span) = (cx.subject(operand), cx.air.span(id));
        cx.air.set(id, Expr::Cast { operand, to, rule: settled });
        cx.assume(Assume::FittingValues, &subject, span)?;
        return Ok(true);
    }
    // From half a last digit beyond the greatest decimal on, rounding would leave it.
    let nines = "9".repeat(usize::try_from(whole).unwrap_or(0));
    let greatest = match decimals {
        0 => nines.clone(),
        _ => format!("{nines}.{}", "9".repeat(decimals)),
    };
    let edge = format!("{greatest}{}5", if decimals == 0 { "." } else { "" });
    let mut branches = Vec::new();
    for (op, sign) in [(CompareOp::Ge, ""), (CompareOp::Le, "-")] {
        let (value, bound) = (cx.air.copy(operand), cx.decimal(&format!("{sign}{edge}"), id));
        let test = cx.compare(op, value, bound);
        let nearest = cx.decimal(&format!("{sign}{greatest}"), id);
        cx.air.info_mut(nearest).ty = to;
        branches.push((test, nearest));
    }
    let nullable = cx.air.info(operand).nullable;
    let cast = cx.make(Expr::Cast { operand, to, rule: settled }, to, nullable, id);
    let expr = cx.case_expr(&branches, Some(cast));
    cx.air.set(id, expr);
    Ok(true)
}

fn to_decimal(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((operand, from, to, rule)) = parts(cx, id) else { return Ok(false) };
    if !to.is_decimal() {
        return Ok(false);
    }
    let floats = cx.target.can.decimals == Decimals::Float;
    if floats && from.is_text() {
        // The text as a number, rounded after that.
        if let Some(scale) = to.scale() {
            let rule = CastRule { rounding: Rounding::HalfAway, ..rule };
            let number = cx.make(Expr::Cast { operand, to: Type::Number, rule }, Type::Number, true, id);
            let digits = cx.int(i64::from(scale.max(0)), id);
            cx.become_call(id, Round, &[number, digits]);
            return Ok(true);
        }
        return Ok(false);
    }
    if !from.is_numeric() {
        return Ok(false);
    }
    if to == Type::Number && from.is_decimal() && cx.target.can.decimals != Decimals::Unbounded {
        // Its digits stay those it has.
        cx.become_copy(id, operand);
        cx.air.info_mut(id).ty = from;
        return Ok(true);
    }
    if let (Decimals::Bounded { .. }, Some(scale)) = (cx.target.can.decimals, to.scale())
        && from.is_float()
        && rule.reason == CastReason::Explicit
        && rule.rounding != Rounding::Truncate
        && (0..=15).contains(&scale)
        && !matches!(cx.air.expr(operand), Expr::Cast { to: Type::Decimal { .. }, .. })
    {
        // The float as the decimal it is shown as is what is rounded.
        let wide = Type::Decimal { precision: 65, scale: scale + 15 };
        let shown = cx.cast(operand, wide);
        cx.air.set(id, Expr::Cast { operand: shown, to, rule });
        return Ok(true);
    }
    let fits = match (from.scale(), to.scale()) {
        (_, None) => true,
        (Some(from), Some(to)) => from <= to,
        (None, Some(_)) => false,
    };
    if floats {
        if fits {
            cx.become_copy(id, operand);
            return Ok(true);
        }
        let digits = cx.int(i64::from(to.scale().unwrap_or(0)), id);
        let op = if rule.rounding == Rounding::Truncate { Trunc } else { Round };
        cx.become_call(id, op, &[operand, digits]);
        return Ok(true);
    }
    if fits || rule.rounding != Rounding::Truncate {
        return Ok(false);
    }
    let digits = cx.int(i64::from(to.scale().unwrap_or(0)), id);
    let cut = cx.call(Trunc, &[operand, digits], from, id);
    cx.air.set(id, Expr::Cast { operand: cut, to, rule: CastRule { rounding: Rounding::HalfAway, ..rule } });
    Ok(true)
}

fn to_text(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((operand, from, to, rule)) = parts(cx, id) else { return Ok(false) };
    let Type::Text(text) = to else { return Ok(false) };
    // What is rounded to so many digits is shown with them.
    if from == Type::Number
        && cx.target.can.decimals != Decimals::Unbounded
        && let Some((Round | Trunc, args)) = cx.as_call(operand)
        && let Some(digits @ 0..=15) = cx.air.list(args).get(1).and_then(|&digits| cx.int_value(digits))
    {
        let shown = Type::Decimal { precision: 38, scale: digits as i16 };
        if cx.target.can.decimals == Decimals::Float {
            cx.air.info_mut(operand).ty = shown;
        } else {
            let number = cx.cast(operand, shown);
            cx.air.set(id, Expr::Cast { operand: number, to, rule });
        }
        return Ok(true);
    }
    if from == Type::Number && cx.target.can.decimals != Decimals::Unbounded && is_quotient(cx, operand) {
        let span = cx.air.span(id);
        let message = "a quotient is shown with digits of its own";
        return cx.refuse(codes::CAST, span, message, "round it first");
    }
    if text.kind == TextKind::Fixed && text.length > 0 && !cx.target.can.fixed_texts_pad {
        // Blanks at the end never count: where they are not held they are taken off, so that equal values are alike.
        let varying = Type::Text(TextType { kind: TextKind::Varying, ..text });
        let nullable = cx.air.info(id).nullable;
        let cut = cx.make(Expr::Cast { operand, to: varying, rule }, varying, nullable, id);
        cx.become_call(id, TrimEnd, &[cut]);
        return Ok(true);
    }
    if from == Type::Number
        && matches!(cx.target.can.decimals, Decimals::Bounded { .. })
        && cx.air.literal(operand).is_none()
    {
        let span = cx.air.span(id);
        let message = "a number of no declared scale is shown with as many digits as it was given";
        return cx.refuse(codes::CAST, span, message, "declare its scale, or round it first");
    }
    if let (Decimals::Unbounded, Type::Decimal { scale: scale @ 1.., .. }) = (cx.target.can.decimals, from)
        && is_uneven(cx, operand, scale)
    {
        let digits = cx.int(i64::from(scale), id);
        let rounded = cx.call(Round, &[operand, digits], from, id);
        cx.air.set(id, Expr::Cast { operand: rounded, to, rule });
        return Ok(true);
    }
    if cx.target.can.decimals != Decimals::Float {
        return Ok(false);
    }
    // The values of a column declared as decimal are floats or integers, and texts are not cut to a length.
    let plain = match from {
        Type::Decimal { scale, .. } if scale > 0 => {
            let format = cx.text(&format!("%.{scale}f"), id);
            cx.call(Printf, &[format, operand], Type::TEXT, id)
        }
        // What is rounded is a float still.
        Type::Decimal { scale: 0, .. }
            if !matches!(cx.air.expr(operand), Expr::Literal { .. } | Expr::Column { .. }) =>
        {
            let format = cx.text("%.0f", id);
            cx.call(Printf, &[format, operand], Type::TEXT, id)
        }
        Type::Number if digits_behind(cx, operand).is_some() => {
            let scale = digits_behind(cx, operand).unwrap_or(0);
            let format = cx.text(&format!("%.{scale}f"), id);
            cx.call(Printf, &[format, operand], Type::TEXT, id)
        }
        Type::Float64 if is_computed(cx, operand) => shortest_digits(cx, operand, id),
        Type::Number | Type::Float32 | Type::Float64 => {
            let subject = cx.subject(operand);
            let span = cx.air.span(id);
            cx.assume(Assume::NumberRange, &subject, span)?;
            let format = cx.text("%.15g", id);
            cx.call(Printf, &[format, operand], Type::TEXT, id)
        }
        _ if text.kind != TextKind::Unbounded && text.length > 0 => {
            if from.is_text() {
                operand
            } else {
                cx.cast(operand, Type::TEXT)
            }
        }
        _ => return Ok(false),
    };
    if cx.air.info(operand).nullable
        && plain != operand
        && !from.is_text()
        && (from.is_decimal() || from.is_float())
    {
        // printf takes NULL for 0.
        let known = cx.is_null(operand, true);
        let expr = cx.case_expr(&[(known, plain)], None);
        cx.air.set(id, expr);
        return Ok(true);
    }
    if text.kind != TextKind::Unbounded && text.length > 0 {
        let one = cx.int(1, id);
        let length = cx.int(i64::from(text.length), id);
        cx.become_call(id, SubstringInside, &[plain, one, length]);
    } else {
        cx.become_copy(id, plain);
    }
    Ok(true)
}

/// Digits behind the point of a computed number, where they follow from its parts.
fn digits_behind(cx: &Context<'_>, id: ExprId) -> Option<usize> {
    let part = |id: ExprId| match cx.air.literal(id) {
        Some(air::Literal::Int { .. }) => Some(0),
        Some(air::Literal::Decimal { digits }) => {
            Some(cx.air.text(digits).split_once('.').map_or(0, |(_, behind)| behind.len()))
        }
        _ => match cx.air.ty(id) {
            Type::Int { .. } => Some(0),
            Type::Decimal { scale, .. } => usize::try_from(scale).ok(),
            Type::Number => digits_behind(cx, id),
            _ => None,
        },
    };
    let digits = match cx.air.expr(id) {
        Expr::Cast { operand, .. } if cx.air.ty(operand).is_int() => 0,
        Expr::Column { source, index, .. } => match cx.air.column(source, index).ty {
            Type::Int { .. } => 0,
            Type::Decimal { scale, .. } => usize::try_from(scale).ok()?,
            _ => return None,
        },
        Expr::Call { op, args, .. } => match (op, cx.air.list(args)) {
            (Mul, &[a, b]) => part(a)? + part(b)?,
            (Add | Sub, &[a, b]) => part(a)?.max(part(b)?),
            (Neg | Abs, &[a]) => part(a)?,
            _ => return None,
        },
        _ => return None,
    };
    (digits <= 15).then_some(digits)
}

/// True for what arithmetic makes, of which more digits than 15 may count.
fn is_computed(cx: &Context<'_>, id: ExprId) -> bool {
    let arithmetic = match cx.air.expr(id) {
        Expr::Call { op, .. } => {
            matches!(op, Add | Sub | Mul | DivFloat | DivFloatOrNull) || (Power..=Radians).contains(&op)
        }
        Expr::Aggregate { op, .. } => matches!(op, Sum | AvgFloat) || (StddevPop..=VarSamp).contains(&op),
        _ => false,
    };
    arithmetic && crate::build::below(cx.air, &[air::node::Child::Expr(id)]).len() <= COMPUTED_MAX
}

/// Most nodes of a number whose text is written out five times over.
const COMPUTED_MAX: usize = 12;

/// The fewest digits that give the float back: 15, 16 or 17.
fn shortest_digits(cx: &mut Context<'_>, x: ExprId, id: ExprId) -> ExprId {
    let shown = |cx: &mut Context<'_>, format: &str| {
        let format = cx.text(format, id);
        cx.call(Printf, &[format, x], Type::TEXT, id)
    };
    let mut branches = Vec::new();
    for format in ["%.15g", "%.16g"] {
        let (text, again) = (shown(cx, format), shown(cx, format));
        let read = cx.cast(again, Type::Float64);
        branches.push((cx.compare(CompareOp::Eq, read, x), text));
    }
    let all = shown(cx, "%!.17g");
    cx.case(&branches, Some(all), Type::TEXT, id)
}

/// True for a choice among numbers of which some have fewer digits than the whole: chosen, they show their own.
fn is_uneven(cx: &Context<'_>, id: ExprId, scale: i16) -> bool {
    let short = |id: ExprId| match cx.air.ty(id) {
        Type::Int { .. } => true,
        Type::Decimal { scale: own, .. } => own < scale || is_uneven(cx, id, scale),
        _ => false,
    };
    match cx.air.expr(id) {
        Expr::Case { branches, otherwise, .. } => {
            cx.air.list(branches).iter().any(|branch| short(branch.then)) || otherwise.is_some_and(short)
        }
        Expr::Call { op: Greatest | Least | GreatestSkipNulls | LeastSkipNulls | Coalesce, args, .. } => {
            cx.air.list(args).iter().any(|&arg| short(arg))
        }
        _ => false,
    }
}

/// True for a quotient or mean without a scale of its own, and for sums of such.
fn is_quotient(cx: &Context<'_>, id: ExprId) -> bool {
    match cx.air.expr(id) {
        Expr::Call { op: DivNumber | DivOracle | DivFloat | DivFloatOrNull, .. } => true,
        Expr::Aggregate { op: AvgNumber | AvgFloat, .. } => true,
        Expr::Call { op: Add | Sub | Mul | Neg | Coalesce | NullIf | Abs, args, .. } => {
            cx.air.list(args).iter().any(|&arg| is_quotient(cx, arg))
        }
        Expr::Cast { operand, to, .. } => to.scale().is_none() && is_quotient(cx, operand),
        _ => false,
    }
}

fn to_iso_text(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((operand, from, to, _)) = parts(cx, id) else { return Ok(false) };
    if cx.target.can.temporal_types {
        return Ok(false);
    }
    if to.is_text() && from.is_temporal() {
        cx.become_copy(id, operand);
        return Ok(true);
    }
    let function = match to {
        Type::Date => IsoDate,
        Type::Time { .. } => IsoTime,
        Type::Timestamp { .. } => IsoTimestamp,
        _ => return Ok(false),
    };
    let same = matches!(
        (from, to),
        (Type::Date, Type::Date)
            | (Type::Time { .. }, Type::Time { .. })
            | (Type::Timestamp { .. }, Type::Timestamp { .. })
    );
    if same {
        let digits = |ty: Type| match ty {
            Type::Time { precision, .. } | Type::Timestamp { precision, .. } => precision,
            _ => 0,
        };
        // The clock of such a target has whole seconds only.
        let now = matches!(cx.as_call(operand), Some((CurrentTimestamp | ClockTimestamp | UtcTimestamp, _)));
        if digits(to) < digits(from) && !now && cx.air.literal(operand).is_none() {
            let span = cx.air.span(id);
            let message = "fewer digits of the second of a time kept as text have no form";
            return cx.refuse(codes::CAST, span, message, "");
        }
        cx.become_copy(id, operand);
        return Ok(true);
    }
    if from.is_text() {
        written_as_iso(cx, id, operand)?;
    }
    cx.become_call(id, function, &[operand]);
    Ok(true)
}

/// A text that is read as a date has two digits for each month, day, hour: known of a constant, assumed of
/// what is stored, and not to be expected of numbers that are joined.
pub(super) fn written_as_iso(
    cx: &mut Context<'_>,
    id: ExprId,
    text: ExprId,
) -> Result<(), crate::pass::Refused> {
    let span = cx.air.span(id);
    if cx.air.literal(text).is_some() {
        return Ok(());
    }
    let joined = matches!(cx.as_call(text), Some((Concat | ConcatWs | ConcatSkipNulls, args))
        if cx.air.list(args).iter().any(|&part| shows_number(cx, part)));
    if joined {
        let message = "a date put together from numbers, which may have one digit, cannot be read";
        return cx.refuse(codes::CAST, span, message, "pad the parts to two digits");
    }
    stored_as_iso(cx, id, text)
}

/// Texts that a column holds are taken to be dates in the usual form, unless the script stores others there.
fn stored_as_iso(cx: &mut Context<'_>, id: ExprId, text: ExprId) -> Result<(), crate::pass::Refused> {
    let (subject, span) = (cx.subject(text), cx.air.span(id));
    if !may_be_date(cx, text) {
        let message = "a text that is made here, and is no date, cannot be read as one";
        return cx.refuse(codes::CAST, span, message, "CAST it as the source would");
    }
    if cx.seen_below(text).no_dates {
        let message =
            format!("texts that are no YYYY-MM-DD, which the script stores, are read otherwise: {subject}");
        return cx.refuse(codes::CAST, span, &message, "store dates as dates");
    }
    cx.assume(Assume::IsoDates, &subject, span)
}

/// False for a text that a function has made which makes no dates of texts.
fn may_be_date(cx: &Context<'_>, id: ExprId) -> bool {
    let any = |ids: &[ExprId]| ids.iter().any(|&id| may_be_date(cx, id));
    let id = cx.origin(id);
    match cx.air.expr(id) {
        Expr::Literal { value: air::Literal::Date { .. } | air::Literal::Timestamp { .. } } => true,
        Expr::Literal { .. } => {
            cx.text_literal(id).is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()))
        }
        Expr::Call { op: FormatTime, args, .. } => {
            let format = cx.air.list(args).get(1).and_then(|&format| cx.text_literal(format));
            format.is_none_or(|format| format.starts_with("{YYYY}-{MM}-{DD}"))
        }
        Expr::Call {
            op:
                Upper | Lower | UpperAscii | LowerAscii | Reverse | Repeat | Space | QuoteMysql | Md5 | Sha1
                | Sha2 | DayName | MonthName | HexOfInt | HexOfBytes | HexLowerOfInt | BinOfInt | OctOfInt
                | ToBase | FormatNumber,
            ..
        } => false,
        Expr::Call { args, .. } => args.is_empty() || any(cx.air.list(args)),
        Expr::Case { branches, otherwise, .. } => {
            let fits = |id: ExprId| cx.is_null_literal(id) || may_be_date(cx, id);
            cx.air.list(branches).iter().all(|branch| fits(branch.then)) && otherwise.is_none_or(fits)
        }
        Expr::Cast { operand, .. } => {
            let from = cx.air.ty(operand);
            !from.is_numeric() && (!from.is_text() || may_be_date(cx, operand))
        }
        _ => true,
    }
}

/// True for the digits of a number.
fn shows_number(cx: &Context<'_>, id: ExprId) -> bool {
    cx.air.ty(id).is_int()
        || matches!(cx.air.expr(id), Expr::Cast { operand, .. } if cx.air.ty(operand).is_int())
}

/// Texts that are read as dates by the server's own rules, and with more digits of the second than it keeps.
fn of_text_to_moment(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((operand, from, to, rule)) = parts(cx, id) else { return Ok(false) };
    let loose = matches!(rule.failure, CastFailure::Null | CastFailure::Prefix);
    if !cx.target.can.temporal_types || !from.is_text() || !to.is_temporal() || !loose {
        return Ok(false);
    }
    let part = matches!(cx.as_call(operand), Some((SubstringInside, _))) && may_be_date(cx, operand);
    if cx.air.literal(operand).is_some() || part {
        return Ok(false);
    }
    stored_as_iso(cx, id, operand)?;
    let longest = match from {
        Type::Text(text) if text.length > 0 => text.length,
        _ => 0,
    };
    // `YYYY-MM-DD HH:MM:SS.ffffff`
    let digits = 26;
    if rule.rounding != Rounding::Truncate || !matches!(to, Type::Timestamp { .. }) || longest <= digits {
        return Ok(false);
    }
    let (first, length) = (cx.int(1, id), cx.int(i64::from(digits), id));
    let cut = cx.call(SubstringInside, &[operand, first, length], from, id);
    cx.air.set(id, Expr::Cast { operand: cut, to, rule });
    Ok(true)
}

/// Moments of fewer digits of the second where source and target do not round alike.
fn to_fewer_digits(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((operand, from, to, rule)) = parts(cx, id) else { return Ok(false) };
    let (Type::Timestamp { precision: had, .. }, Type::Timestamp { precision: kept, .. }) = (from, to) else {
        return Ok(false);
    };
    let native = cx.target.can.moment_fraction;
    let now = matches!(cx.as_call(operand), Some((CurrentTimestamp | ClockTimestamp | UtcTimestamp, _)));
    let settled = |rounding: Rounding| (rounding == Rounding::Truncate) == (native == Rounding::Truncate);
    if kept >= had || now || settled(rule.rounding) || cx.air.literal(operand).is_some() {
        return Ok(false);
    }
    let exact = if native == Rounding::Truncate {
        let micros = 5 * 10i64.pow(5u32.saturating_sub(u32::from(kept)));
        let half = cx.int(micros, id);
        let unit = air::expr::Modifier::Unit(air::expr::Unit::Microsecond);
        cx.call_with(DateAdd, unit, &[operand, half], from, id)
    } else {
        let unit = match kept {
            0 => air::expr::Unit::Second,
            3 => air::expr::Unit::Millisecond,
            _ => {
                let span = cx.air.span(id);
                let message = "so many digits of a second, cut and not rounded, have no form";
                return cx.refuse(codes::CAST, span, message, "keep all digits, or those of milliseconds");
            }
        };
        let unit = air::expr::Modifier::Unit(unit);
        cx.call_with(DateTrunc, unit, &[operand], from, id)
    };
    cx.air.set(id, Expr::Cast { operand: exact, to, rule: CastRule { rounding: native, ..rule } });
    Ok(true)
}

fn of_bytes(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((operand, from, to, _)) = parts(cx, id) else { return Ok(false) };
    match (from, to) {
        (Type::Text(_), Type::Bytes { length: 0, .. } | Type::Bytes { fixed: false, .. }) => {
            cx.become_call(id, BytesOfText, &[operand])
        }
        (Type::Bytes { .. }, Type::Text(_)) if !is_utf8(cx, operand) => {
            let span = cx.air.span(id);
            return cx.refuse(codes::CAST, span, "bytes that are no text in UTF-8 have no form as text", "");
        }
        (Type::Bytes { .. }, Type::Text(_)) => cx.become_call(id, TextOfBytes, &[operand]),
        _ => return Ok(false),
    }
    Ok(true)
}

/// False for constant bytes that are no text.
fn is_utf8(cx: &Context<'_>, id: ExprId) -> bool {
    let Some(air::Literal::Bytes { hex }) = cx.air.literal(id) else { return true };
    let digits = cx.air.text(hex);
    let bytes: Option<Vec<u8>> = (0..digits.len() / 2)
        .map(|at| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok())
        .collect();
    bytes.is_none_or(|bytes| std::str::from_utf8(&bytes).is_ok())
}
