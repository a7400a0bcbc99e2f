//! Text functions: positions, parts, joins, choices by position.

use air::builtins::Builtin::{self, *};
use air::expr::{CompareOp, Modifier};
use air::target::How;
use air::types::{Collation, Fold, Type};
use air::{Expr, ExprId};

use crate::codes;
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "substring_position",
        law: "a part of a text by a position from 1 and a length from 0 is the same in every dialect",
        apply: Apply::Builtins(
            &[Substring, SubstringFromEnd, SubstringSqlite, SubstringOracle],
            substring_position,
        ),
    },
    Rule {
        name: "end_of_known_length",
        law: "for a length from 0 the two readings of a negative one agree",
        apply: Apply::Builtins(&[Left, LeftClamped, Right, RightClamped], end_of_known_length),
    },
    Rule {
        name: "trim_text",
        law: "repetitions of one character are the characters of a set of one",
        apply: Apply::Builtins(&[TrimText, TrimStartText, TrimEndText], trim_text),
    },
    Rule {
        name: "trim_of_padding",
        law: "blanks put behind a text are taken off again",
        apply: Apply::Builtins(&[TrimEnd, Trim, LengthTrimmed], trim_of_padding),
    },
    Rule {
        name: "trim_set",
        law: "characters of a set at the ends are a match of its class there",
        apply: Apply::Builtins(&[Trim, TrimStart, TrimEnd], trim_set),
    },
    Rule {
        name: "concat_nulls",
        law: "NULL counts as empty: coalesce(x, '') for each part that may be NULL",
        apply: Apply::Builtins(&[Concat, ConcatSkipNulls, ConcatOracle], concat_nulls),
    },
    Rule {
        name: "choice_by_position",
        law: "the position among alternatives is a CASE over them",
        apply: Apply::Builtins(&[Field, Elt, StrCmp], choice_by_position),
    },
    Rule {
        name: "position_from",
        law: "the position after p is that in the rest, moved by p - 1, and 0 if there is none",
        apply: Apply::Builtins(&[PositionFrom], position_from),
    },
    Rule {
        name: "letters_of_patterns",
        law: "a regular expression that says so tells letters apart, whatever the collation of its texts",
        apply: Apply::Builtins(
            &[
                RegexSubstring,
                RegexSubstringNth,
                RegexPosition,
                RegexCount,
                RegexReplaceAll,
                RegexReplaceFirst,
            ],
            letters_of_patterns,
        ),
    },
    Rule {
        name: "nth_occurrence",
        law: "the n-th occurrence stands behind the part before it; the n-th from the end before the part after it",
        apply: Apply::Builtins(&[InstrOracle], nth_occurrence),
    },
    Rule {
        name: "replaced_or_null",
        law: "NULL counts as empty in what is replaced and what replaces it, and an empty result is NULL",
        apply: Apply::Builtins(&[ReplaceOracle], replaced_or_null),
    },
    Rule {
        name: "overlay_length",
        law: "without a count as many characters are replaced as the new text has",
        apply: Apply::Builtins(&[Overlay], overlay_length),
    },
    Rule {
        name: "characters",
        law: "the characters of several code points are joined",
        apply: Apply::Builtins(&[CharsOf], characters),
    },
    Rule {
        name: "count_nulls",
        law: "the number of NULLs is the sum of one for each",
        apply: Apply::Builtins(&[CountNulls, CountNotNulls], count_nulls),
    },
    Rule {
        name: "translate_letters",
        law: "characters are replaced one after the other, where no replacement is replaced again",
        apply: Apply::Builtins(&[Translate], translate_letters),
    },
    Rule {
        name: "part_before",
        law: "the text before the first occurrence, or all of it",
        apply: Apply::Builtins(&[SubstringIndex], part_before),
    },
    Rule {
        name: "part_of_split",
        law: "the n-th part of a text is the element n - 1 of the array of its parts, or nothing",
        apply: Apply::Builtins(&[SplitPart], part_of_split),
    },
    Rule {
        name: "null_count",
        law: "a strict function of NULL is NULL, also where the target's spelling takes it for nothing",
        apply: Apply::Builtins(&[Repeat, Space, HexOfBytes], null_count),
    },
    Rule {
        name: "letters_of_literal",
        law: "a literal is put into the other case when compiled where the target folds A-Z alone",
        apply: Apply::Builtins(&[Lower, Upper, LowerAscii, UpperAscii], letters_of_literal),
    },
    Rule {
        name: "negative_padding",
        law: "a text cut to less than nothing is empty",
        apply: Apply::Builtins(&[PadLeft, PadRight], negative_length),
    },
    Rule {
        name: "narrow_count",
        law: "a number of characters fits the integers that texts are counted in",
        apply: Apply::Builtins(
            &[
                SubstringInside,
                Left,
                LeftClamped,
                Right,
                RightClamped,
                Repeat,
                Space,
                PadLeft,
                PadRight,
                SplitPart,
            ],
            narrow_count,
        ),
    },
    Rule {
        name: "pattern_in_constant",
        law: "a constant whose letters are told apart says so where the session's constants do not",
        apply: Apply::Builtins(
            &[RegexReplaceAll, RegexSubstring, RegexPosition, RegexCount],
            pattern_in_constant,
        ),
    },
    Rule {
        name: "null_part",
        law: "a text that a part is missing of is NULL",
        apply: Apply::Builtins(&[Replace, InsertMysql], null_part),
    },
    Rule {
        name: "empty_padding",
        law: "padding with nothing leaves what there is",
        apply: Apply::Builtins(&[PadLeft, PadRight], empty_padding),
    },
    Rule {
        name: "bytes_of_text",
        law: "the bytes of a text are those of its UTF-8 form",
        apply: Apply::Builtins(&[HexOfBytes, ToBase64], bytes_of_text),
    },
];

fn trim_of_padding(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, args)) = cx.as_call(id) else { return Ok(false) };
    let &[x] = cx.air.list(args) else { return Ok(false) };
    let Some((PadRight, padded)) = cx.as_call(x) else { return Ok(false) };
    let &[text, _] = cx.air.list(padded) else { return Ok(false) };
    // Only what has at most that length by its type is not cut by it.
    if !matches!(cx.air.ty(text), Type::Text(text) if text.kind == air::types::TextKind::Fixed) {
        return Ok(false);
    }
    cx.become_call(id, op, &[text]);
    Ok(true)
}

fn substring_position(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let args = cx.all_args(id);
    let (x, start, length) = match args[..] {
        [x, start] => (x, start, None),
        [x, start, length] => (x, start, Some(length)),
        _ => return Ok(false),
    };
    let first = cx.int_value(start);
    let count = length.map(|length| cx.int_value(length));
    if let (Some(first), None | Some(Some(_))) = (first, count)
        && let Some(changed) = literal_substring(cx, id, op, x, first, count.flatten())
    {
        return Ok(changed);
    }
    if cx.speaks(op) {
        return Ok(false);
    }
    if let (Some(first), None | Some(Some(0..))) = (first, count)
        && first < 0
        && matches!(op, SubstringFromEnd | SubstringSqlite)
    {
        literal_from_end(cx, id, op, x, first.saturating_neg(), count.flatten());
        return Ok(true);
    }
    if op == SubstringSqlite && at_least(cx, start).is_some_and(|start| start >= 1) {
        inside_or_before(cx, id, x, start, length);
        return Ok(true);
    }
    general_substring(cx, id, op, x, start, length)
}

/// Where texts are not split into parts but into arrays. The separator has to be a literal that stands in a JSON string
/// as it is.
fn part_of_split(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(SplitPart) || !cx.speaks(JsonSplit) {
        return Ok(false);
    }
    let &[text, separator, number] = cx.all_args(id).as_slice() else { return Ok(false) };
    let Some(number @ 1..) = cx.int_value(number) else { return Ok(false) };
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c >= ' ' && !matches!(c, '"' | '\\'));
    if !cx.text_literal(separator).is_some_and(plain) {
        return Ok(false);
    }
    let parts = cx.call(JsonSplit, &[text, separator], Type::Json { binary: false }, id);
    let path = cx.text(&format!("$[{}]", number - 1), id);
    let part = cx.call(JsonPathValue, &[parts, path], Type::TEXT, id);
    cx.air.info_mut(part).nullable = true;
    let nothing = cx.text("", id);
    let known = cx.is_null(text, true);
    let found = cx.call(Coalesce, &[part, nothing], Type::TEXT, id);
    let expr = match cx.air.info(text).nullable {
        true => cx.case_expr(&[(known, found)], None),
        false => cx.air.expr(found),
    };
    cx.air.set(id, expr);
    Ok(true)
}

/// What an integer is at least, by how it is computed.
fn at_least(cx: &Context<'_>, id: ExprId) -> Option<i64> {
    if let Some(value) = cx.int_value(id) {
        return Some(value);
    }
    let (op, args) = cx.as_call(id)?;
    let args = cx.air.list(args);
    match (op, args) {
        (Position | PositionFrom | CharLength | ByteLength, _) => Some(0),
        (Add, &[a, b]) => at_least(cx, a)?.checked_add(at_least(cx, b)?),
        (Sub, &[a, b]) => at_least(cx, a)?.checked_sub(cx.int_value(b)?),
        _ => None,
    }
}

/// A part from a position from 1 on; by a length below zero it is what stands before the position (SQLite).
fn inside_or_before(cx: &mut Context<'_>, id: ExprId, x: ExprId, start: ExprId, length: Option<ExprId>) {
    let Some(length) = length else {
        cx.become_call(id, SubstringInside, &[x, start]);
        return;
    };
    if at_least(cx, length).is_some_and(|length| length >= 0) {
        cx.become_call(id, SubstringInside, &[x, start, length]);
        return;
    }
    if cx.int_value(start) == Some(1) {
        // Nothing stands before the first position.
        cx.become_call(id, LeftClamped, &[x, length]);
        return;
    }
    let ty = cx.air.ty(id);
    let (zero, one) = (cx.int(0, id), cx.int(1, id));
    let mut first = || {
        let (start, length) = (cx.air.copy(start), cx.air.copy(length));
        let first = cx.call(Add, &[start, length], Type::I64, id);
        let (low, copy) = (cx.compare(CompareOp::Lt, first, one), cx.air.copy(first));
        cx.case(&[(low, one)], Some(copy), Type::I64, id)
    };
    let (from, again) = (first(), first());
    let begin = cx.air.copy(start);
    let count = cx.call(Sub, &[begin, again], Type::I64, id);
    let before = cx.call(SubstringInside, &[x, from, count], ty, id);
    let inside = cx.call(SubstringInside, &[x, start, length], ty, id);
    let sign = cx.air.copy(length);
    let below = cx.compare(CompareOp::Lt, sign, zero);
    let expr = cx.case_expr(&[(below, before)], Some(inside));
    cx.air.set(id, expr);
}

/// So many characters from the end, and so many of them.
fn literal_from_end(cx: &mut Context<'_>, id: ExprId, op: Builtin, x: ExprId, back: i64, count: Option<i64>) {
    let back_literal = cx.int(back, id);
    if op == SubstringSqlite && count.is_none_or(|count| count >= back) {
        cx.become_call(id, RightClamped, &[x, back_literal]);
        return;
    }
    let ty = cx.air.ty(id);
    let size = cx.call(CharLength, &[x], Type::I64, id);
    let short = cx.compare(CompareOp::Lt, size, back_literal);
    let before = cx.int(back - 1, id);
    let first = cx.call(Sub, &[size, before], Type::I64, id);
    let mut args = vec![x, first];
    if let Some(count) = count {
        args.push(cx.int(count, id));
    }
    let end = cx.call(SubstringInside, &args, ty, id);
    let otherwise = match count {
        Some(count) if op == SubstringSqlite => {
            // Clipped at the start: what stands before it has used up length.
            let lost = cx.int(back - count, id);
            let rest = cx.call(Sub, &[size, lost], Type::I64, id);
            let zero = cx.int(0, id);
            let below = cx.compare(CompareOp::Lt, rest, zero);
            let rest = cx.case(&[(below, zero)], Some(rest), Type::I64, id);
            let one = cx.int(1, id);
            cx.call(SubstringInside, &[x, one, rest], ty, id)
        }
        _ => cx.text("", id),
    };
    let expr = cx.case_expr(&[(short, otherwise)], Some(end));
    cx.air.set(id, expr);
}

/// Positions known when compiled.
fn literal_substring(
    cx: &mut Context<'_>,
    id: ExprId,
    op: Builtin,
    x: ExprId,
    mut first: i64,
    mut count: Option<i64>,
) -> Option<bool> {
    match op {
        Substring if first < 1 => {
            // Positions before 1 use up length.
            count = match count {
                Some(count) if count < 0 => return None,
                Some(count) => Some((first.saturating_add(count) - 1).max(0)),
                None => None,
            };
            first = 1;
        }
        SubstringSqlite if first == 0 => {
            count = match count {
                Some(count) if count < 0 => return None,
                Some(count) => Some((count - 1).max(0)),
                None => None,
            };
            first = 1;
        }
        SubstringFromEnd if first == 0 => (first, count) = (1, Some(0)),
        SubstringOracle if first == 0 => first = 1,
        _ => {}
    }
    if matches!(op, SubstringFromEnd) {
        count = count.map(|count| count.max(0));
    }
    let oracle = op == SubstringOracle;
    if first < 1 || count.is_some_and(|count| count < 0) || oracle && cx.speaks(op) {
        return None;
    }
    let mut args = vec![x, cx.int(first, id)];
    if let Some(count) = count {
        args.push(cx.int(count, id));
    }
    if oracle {
        let ty = cx.air.ty(id);
        let part = cx.call(SubstringInside, &args, ty, id);
        cx.become_call(id, NullIfEmpty, &[part]);
    } else {
        cx.become_call(id, SubstringInside, &args);
    }
    Some(true)
}

/// Positions known when run: a CASE over where the start is.
fn general_substring(
    cx: &mut Context<'_>,
    id: ExprId,
    op: Builtin,
    x: ExprId,
    start: ExprId,
    length: Option<ExprId>,
) -> Fired {
    let ty = cx.air.ty(id);
    let zero = cx.int(0, id);
    let one = cx.int(1, id);
    let positive = cx.compare(CompareOp::Gt, start, zero);
    let not_negative = |cx: &mut Context<'_>, n: ExprId| {
        if cx.int_value(n).is_some_and(|n| n >= 0) {
            return n;
        }
        let below = cx.compare(CompareOp::Lt, n, zero);
        cx.case(&[(below, zero)], Some(n), Type::I64, id)
    };
    let part = |cx: &mut Context<'_>, start: ExprId, length: Option<ExprId>| match length {
        Some(length) => cx.call(SubstringInside, &[x, start, length], ty, id),
        None => cx.call(SubstringInside, &[x, start], ty, id),
    };
    let inside_length = length.map(|length| not_negative(cx, length));
    let inside = part(cx, start, inside_length);
    if op == Substring || op == SubstringSqlite && length.is_none() && cx.int_value(start) == Some(0) {
        // Before the start: what is left of the length.
        let rest = match length {
            Some(length) => {
                let end = cx.call(Add, &[start, length], Type::I64, id);
                let rest = cx.call(Sub, &[end, one], Type::I64, id);
                Some(not_negative(cx, rest))
            }
            None => None,
        };
        let before = part(cx, one, rest);
        let expr = case_of_start(cx, start, length, vec![(positive, inside)], before);
        cx.air.set(id, expr);
        return Ok(true);
    }
    let size = cx.call(CharLength, &[x], Type::I64, id);
    let from_end = cx.call(Add, &[size, start], Type::I64, id);
    let first = cx.call(Add, &[from_end, one], Type::I64, id);
    let at_zero = cx.compare(CompareOp::Eq, start, zero);
    let expr = match op {
        SubstringFromEnd => {
            let counted = cx.compare(CompareOp::Ge, from_end, zero);
            let below = cx.compare(CompareOp::Lt, start, zero);
            let list = cx.air.push_list(&[below, counted]);
            let counted = cx.make(Expr::And { terms: list }, Type::Bool, true, id);
            let end = part(cx, first, inside_length);
            let known = cx.is_null(x, true);
            let known_start = cx.is_null(start, true);
            let mut known = vec![known, known_start];
            if let Some(length) = length {
                known.push(cx.is_null(length, true));
            }
            let list = cx.air.push_list(&known);
            let known = cx.make(Expr::And { terms: list }, Type::Bool, false, id);
            let empty = cx.text("", id);
            cx.case_expr(&[(positive, inside), (counted, end), (known, empty)], None)
        }
        SubstringSqlite => {
            if length.is_some_and(|length| cx.int_value(length).is_none_or(|length| length < 0)) {
                let span = cx.air.span(id);
                let message = "a part of a text by a length that may be negative has no form";
                return cx.refuse(codes::BUILTIN, span, message, "make the length a literal");
            }
            // Clipped at the start: what stands before it uses up length.
            let rest = match inside_length {
                Some(length) => {
                    let end = cx.call(Add, &[first, length], Type::I64, id);
                    let rest = cx.call(Sub, &[end, one], Type::I64, id);
                    Some(not_negative(cx, rest))
                }
                None => None,
            };
            let clipped = part(cx, one, rest);
            let counted = cx.compare(CompareOp::Ge, from_end, zero);
            let end = part(cx, first, inside_length);
            let mut branches = vec![(positive, inside)];
            let zero_rest = match inside_length {
                Some(length) => {
                    let rest = cx.call(Sub, &[length, one], Type::I64, id);
                    Some(not_negative(cx, rest))
                }
                None => None,
            };
            let zero_part = part(cx, one, zero_rest);
            branches.push((at_zero, zero_part));
            branches.push((counted, end));
            case_of_start(cx, start, length, branches, clipped)
        }
        _ => {
            let counted = cx.compare(CompareOp::Ge, from_end, zero);
            let end = part(cx, first, inside_length);
            let whole = part(cx, one, inside_length);
            let found = cx.case(&[(positive, inside), (at_zero, whole), (counted, end)], None, ty, id);
            cx.call(NullIfEmpty, &[found], ty, id);
            cx.become_call(id, NullIfEmpty, &[found]);
            return Ok(true);
        }
    };
    cx.air.set(id, expr);
    Ok(true)
}

/// A CASE over where the start is; no start is nowhere. What a length is left of it is NULL by itself then.
fn case_of_start(
    cx: &mut Context<'_>,
    start: ExprId,
    length: Option<ExprId>,
    mut branches: Vec<(ExprId, ExprId)>,
    otherwise: ExprId,
) -> Expr {
    if !cx.air.info(start).nullable || length.is_some() {
        return cx.case_expr(&branches, Some(otherwise));
    }
    branches.push((cx.is_null(start, true), otherwise));
    cx.case_expr(&branches, None)
}

/// True if the target says the builtin by a bare call.
fn is_plain(cx: &Context<'_>, op: Builtin) -> bool {
    matches!(cx.how(op), Some(How::Template(text)) if !text.contains("CASE") && !text.contains("max("))
}

fn end_of_known_length(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([x, n]) = cx.args(id) else { return Ok(false) };
    let Some(count) = cx.int_value(n).filter(|&n| n >= 0) else { return Ok(false) };
    if is_plain(cx, op) {
        return Ok(false);
    }
    let left = matches!(op, Left | LeftClamped);
    let choices = if left { [Left, LeftClamped] } else { [Right, RightClamped] };
    if let Some(plain) = choices.into_iter().find(|&op| is_plain(cx, op)) {
        cx.become_call(id, plain, &[x, n]);
        return Ok(true);
    }
    if left {
        let one = cx.int(1, id);
        cx.become_call(id, SubstringInside, &[x, one, n]);
        return Ok(true);
    }
    if count > 0 && cx.speaks(SubstringSqlite) {
        let back = cx.int(-count, id);
        cx.become_call(id, SubstringSqlite, &[x, back]);
        return Ok(true);
    }
    Ok(false)
}

fn trim_text(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([x, what]) = cx.args(id) else { return Ok(false) };
    let span = cx.air.span(id);
    // Texts of one character are trimmed by a function where others take more.
    let spoken = cx.speaks(op);
    if spoken
        && (cx.target.can.temporal_types
            || cx.text_literal(what).is_some_and(|text| text.chars().count() > 1))
    {
        return Ok(false);
    }
    let Some(text) = cx.text_literal(what).map(str::to_owned) else {
        let message = "trimming a whole text that is no literal has no form";
        return cx.refuse(codes::BUILTIN, span, message, "make the trimmed text a literal");
    };
    let set = match op {
        TrimText => Trim,
        TrimStartText => TrimStart,
        _ => TrimEnd,
    };
    if text.chars().count() == 1 {
        cx.become_call(id, set, &[x, what]);
        return Ok(true);
    }
    if text.is_empty() {
        cx.become_copy(id, x);
        return Ok(true);
    }
    if !cx.speaks(RegexReplaceAll) {
        return cx.refuse(codes::BUILTIN, span, "trimming a text of several characters has no form", "");
    }
    let mut escaped = String::new();
    for letter in text.chars() {
        if !letter.is_alphanumeric() && letter.is_ascii() && letter != ' ' {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    become_regex_removal(cx, id, x, op == TrimText, op == TrimStartText, &format!("(?:{escaped})+"));
    Ok(true)
}

fn become_regex_removal(cx: &mut Context<'_>, id: ExprId, x: ExprId, both: bool, start: bool, what: &str) {
    let regex = match (both, start) {
        (true, _) => format!("^{what}|{what}$"),
        (false, true) => format!("^{what}"),
        (false, false) => format!("{what}$"),
    };
    let regex = cx.text(&regex, id);
    let empty = cx.text("", id);
    cx.become_call(id, RegexReplaceAll, &[x, regex, empty]);
}

/// MySQL trims repetitions of a text: for one character that is the same.
fn trim_set(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([x, set]) = cx.args(id) else { return Ok(false) };
    let by_text = match op {
        Trim => TrimText,
        TrimStart => TrimStartText,
        _ => TrimEndText,
    };
    // Where both are said, sets have functions of their own.
    if !cx.speaks(by_text) || !cx.target.can.temporal_types {
        return Ok(false);
    }
    let span = cx.air.span(id);
    let Some(text) = cx.text_literal(set).map(str::to_owned) else {
        let message = "trimming a set of characters that is no literal has no form";
        return cx.refuse(codes::BUILTIN, span, message, "make the set a literal");
    };
    match text.chars().count() {
        0 => cx.become_copy(id, x),
        1 => return Ok(false),
        _ => {
            let mut class = String::from("[");
            for letter in text.chars() {
                if matches!(letter, ']' | '[' | '\\' | '^' | '-') {
                    class.push('\\');
                }
                class.push(letter);
            }
            class.push_str("]+");
            become_regex_removal(cx, id, x, op == Trim, op == TrimStart, &class);
        }
    }
    Ok(true)
}

fn concat_nulls(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let mut args = cx.all_args(id);
    let ty = cx.air.ty(id);
    if op == Concat {
        if let [one] = args[..] {
            cx.become_copy(id, one);
            return Ok(true);
        }
        if cx.speaks(Concat) {
            return Ok(false);
        }
        // Oracle joins with NULL as with an empty text.
        let nullable: Vec<ExprId> = args.iter().copied().filter(|&arg| cx.air.info(arg).nullable).collect();
        if nullable.is_empty() {
            cx.become_call(id, ConcatOracle, &args);
            return Ok(true);
        }
        let tests: Vec<ExprId> = nullable.into_iter().map(|arg| cx.is_null(arg, false)).collect();
        let any = cx.any_of(&tests, id);
        let null = cx.null(ty, id);
        let joined = cx.call(ConcatOracle, &args, ty, id);
        let expr = cx.case_expr(&[(any, null)], Some(joined));
        cx.air.set(id, expr);
        return Ok(true);
    }
    if cx.speaks(op) && args.len() > 1 {
        return Ok(false);
    }
    if op == ConcatOracle {
        let joined = cx.call(ConcatSkipNulls, &args, ty, id);
        cx.become_call(id, NullIfEmpty, &[joined]);
        return Ok(true);
    }
    if !cx.speaks(Concat) {
        cx.become_call(id, ConcatOracle, &args);
        return Ok(true);
    }
    for arg in &mut args {
        if cx.air.info(*arg).nullable {
            let empty = cx.text("", *arg);
            let filled = cx.call(Coalesce, &[*arg, empty], Type::TEXT, *arg);
            cx.air.info_mut(filled).nullable = false;
            *arg = filled;
        }
    }
    cx.become_call(id, Concat, &args);
    Ok(true)
}

fn choice_by_position(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Call { op, modifier, .. } = cx.air.expr(id) else { return Ok(false) };
    if cx.speaks(op) {
        return Ok(false);
    }
    let args = cx.all_args(id);
    let collation = match modifier {
        Modifier::Collation(collation) => collation,
        _ => Collation::BINARY,
    };
    let Some((&first, rest)) = args.split_first() else { return Ok(false) };
    let alike = |cx: &mut Context<'_>, op: CompareOp, left: ExprId, right: ExprId| {
        cx.make(Expr::Compare { op, collation, left, right }, Type::Bool, true, id)
    };
    let mut branches = Vec::new();
    let otherwise = match op {
        Field => {
            for (i, &other) in rest.iter().enumerate() {
                let test = alike(cx, CompareOp::Eq, first, other);
                branches.push((test, cx.int(i as i64 + 1, id)));
            }
            Some(cx.int(0, id))
        }
        Elt => {
            for (i, &other) in rest.iter().enumerate() {
                let number = cx.int(i as i64 + 1, id);
                branches.push((cx.compare(CompareOp::Eq, first, number), other));
            }
            None
        }
        _ => {
            let &[second] = rest else { return Ok(false) };
            for (op, value) in [(CompareOp::Lt, -1), (CompareOp::Gt, 1), (CompareOp::Eq, 0)] {
                let test = alike(cx, op, first, second);
                branches.push((test, cx.int(value, id)));
            }
            None
        }
    };
    let expr = cx.case_expr(&branches, otherwise);
    cx.air.set(id, expr);
    Ok(true)
}

fn position_from(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Call { modifier, .. } = cx.air.expr(id) else { return Ok(false) };
    let Some([x, what, from]) = cx.args(id) else { return Ok(false) };
    if cx.speaks(PositionFrom) {
        return Ok(false);
    }
    let zero = cx.int(0, id);
    let one = cx.int(1, id);
    let ty = cx.air.ty(x);
    let rest = cx.call(SubstringInside, &[x, from], ty, id);
    let found = cx.call_with(Position, modifier, &[rest, what], Type::I64, id);
    let absent = cx.compare(CompareOp::Eq, found, zero);
    let moved = cx.call(Add, &[found, from], Type::I64, id);
    let moved = cx.call(Sub, &[moved, one], Type::I64, id);
    let mut branches = vec![(absent, zero)];
    if cx.int_value(from).is_none_or(|from| from < 1) {
        // NULL stays NULL wherever the search would begin.
        let outside = cx.compare(CompareOp::Lt, from, one);
        let mut tests = vec![outside];
        for text in [x, what] {
            if cx.air.info(text).nullable {
                tests.push(cx.is_null(text, true));
            }
        }
        let outside = match tests[..] {
            [one] => one,
            _ => {
                let terms = cx.air.push_list(&tests);
                cx.make(Expr::And { terms }, Type::Bool, cx.air.info(outside).nullable, id)
            }
        };
        branches.insert(0, (outside, zero));
    }
    let expr = cx.case_expr(&branches, Some(moved));
    cx.air.set(id, expr);
    Ok(true)
}

/// Functions of regular expressions follow the collation of their texts on some servers; a pattern that says how letters
/// count is followed everywhere.
fn letters_of_patterns(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.profile.settings.collation.case == Fold::Sensitive {
        return Ok(false);
    }
    let Expr::Call { op, modifier, args } = cx.air.expr(id) else { return Ok(false) };
    let mut args = cx.air.list(args).to_vec();
    // A column keeps its own collation, whatever the pattern's is.
    let own = matches!(cx.air.expr(args[0]), Expr::Column { .. });
    if own && cx.air.ty(args[0]).collation().is_some_and(|known| known.case == Fold::Sensitive) {
        return Ok(false);
    }
    match cx.text_literal(args[1]).map(str::to_owned) {
        Some(pattern) if pattern.starts_with("(?") || !pattern.chars().any(char::is_alphabetic) => {
            return Ok(false);
        }
        Some(pattern) => args[1] = cx.text(&format!("(?-i){pattern}"), args[1]),
        None => {
            let said = |id: ExprId| match cx.as_call(id) {
                Some((Concat, parts)) => {
                    cx.text_literal(cx.air.at(parts, 0)).is_some_and(|text| text.starts_with("(?"))
                }
                _ => false,
            };
            if said(args[1]) {
                return Ok(false);
            }
            let option = cx.text("(?-i)", args[1]);
            args[1] = cx.call(Concat, &[option, args[1]], Type::TEXT, args[1]);
        }
    }
    let args = cx.air.push_list(&args);
    cx.air.set(id, Expr::Call { op, modifier, args });
    Ok(true)
}

/// INSTR(text, part, start, n) by the parts of a text between occurrences, for a start and a number that are constants.
fn nth_occurrence(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(InstrOracle) || !cx.speaks(SubstringIndex) {
        return Ok(false);
    }
    let args = cx.all_args(id);
    let span = cx.air.span(id);
    let start = cx.int_value(args[2]);
    let nth = args.get(3).map_or(Some(1), |nth| cx.int_value(*nth));
    // Occurrences that share characters are counted apart.
    let apart = cx.text_literal(args[1]).filter(|part| !part.is_empty() && !overlaps_itself(part));
    let (Some(start), Some(nth @ 1..), Some(part)) = (start, nth, apart.map(str::to_owned)) else {
        let message = "a search for the n-th occurrence of a text that is no constant has no form";
        return cx.refuse(codes::BUILTIN, span, message, "make the text, the start and the number constants");
    };
    if start == 0 {
        let zero = cx.int(0, id);
        cx.become_copy(id, zero);
        return Ok(true);
    }
    let whole = args[0];
    let width = part.chars().count() as i64;
    let (int, ty) = (Type::I64, cx.air.ty(whole));
    let part = cx.text(&part, id);
    let size = |cx: &mut Context<'_>, text: ExprId| cx.call(CharLength, &[text], int, id);
    let expr = if start > 0 {
        let first = cx.int(start, id);
        let searched = if start == 1 { whole } else { cx.call(SubstringInside, &[whole, first], ty, id) };
        let nth = cx.int(nth, id);
        let before = cx.call(SubstringIndex, &[searched, part, nth], ty, id);
        let (size, before) = (size(cx, searched), size(cx, before));
        let found = cx.compare(CompareOp::Lt, before, size);
        let first = cx.int(start, id);
        let place = cx.call(Add, &[before, first], int, id);
        let zero = cx.int(0, id);
        cx.case_expr(&[(found, place)], Some(zero))
    } else {
        // The last occurrence may reach beyond the start by all but one of its characters.
        let searched = if start + width >= 0 {
            whole
        } else {
            let (all, cut) = (size(cx, whole), cx.int(-(start + width), id));
            let kept = cx.call(Sub, &[all, cut], int, id);
            cx.call(LeftClamped, &[whole, kept], ty, id)
        };
        let nth = cx.int(-nth, id);
        let after = cx.call(SubstringIndex, &[searched, part, nth], ty, id);
        let (size, after) = (size(cx, searched), size(cx, after));
        let found = cx.compare(CompareOp::Lt, after, size);
        let before = cx.call(Sub, &[size, after], int, id);
        let back = cx.int(width - 1, id);
        let place = cx.call(Sub, &[before, back], int, id);
        let zero = cx.int(0, id);
        cx.case_expr(&[(found, place)], Some(zero))
    };
    let expr = if cx.air.info(whole).nullable {
        let known = cx.is_null(whole, true);
        let place = cx.make(expr, int, true, id);
        cx.case_expr(&[(known, place)], None)
    } else {
        expr
    };
    cx.air.set(id, expr);
    Ok(true)
}

/// True if a beginning of the text is an end of it as well, so that two occurrences may share characters.
fn overlaps_itself(text: &str) -> bool {
    text.char_indices().skip(1).any(|(at, _)| text.starts_with(&text[at..]))
}

fn replaced_or_null(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(ReplaceOracle) {
        return Ok(false);
    }
    let args = cx.all_args(id);
    let ty = cx.air.ty(id);
    let part = or_empty(cx, args[1], id);
    let new = match args.get(2) {
        Some(new) => or_empty(cx, *new, id),
        None => cx.text("", id),
    };
    let replaced = cx.call(Replace, &[args[0], part, new], ty, id);
    cx.become_call(id, NullIfEmpty, &[replaced]);
    Ok(true)
}

/// `coalesce(x, '')`, as plain as it can be said.
fn or_empty(cx: &mut Context<'_>, text: ExprId, at: ExprId) -> ExprId {
    if cx.is_null_literal(text) {
        return cx.text("", at);
    }
    if !cx.air.info(text).nullable {
        return text;
    }
    let (empty, ty) = (cx.text("", at), cx.air.ty(text));
    cx.call(Coalesce, &[text, empty], ty, at)
}

fn overlay_length(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some([x, new, from]) = cx.args(id) else { return Ok(false) };
    let length = cx.call(CharLength, &[new], Type::I64, id);
    cx.become_call(id, Overlay, &[x, new, from, length]);
    Ok(true)
}

fn characters(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(CharsOf) {
        return Ok(false);
    }
    let args: Vec<ExprId> = cx.all_args(id);
    let parts: Vec<ExprId> = args.into_iter().map(|arg| cx.call(CharOf, &[arg], Type::TEXT, arg)).collect();
    cx.become_call(id, ConcatSkipNulls, &parts);
    Ok(true)
}

fn count_nulls(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    if cx.speaks(op) {
        return Ok(false);
    }
    let args = cx.all_args(id);
    let mut sum = None;
    for arg in args {
        let test = cx.is_null(arg, op == CountNotNulls);
        let one = cx.int(1, arg);
        let zero = cx.int(0, arg);
        let term = cx.case(&[(test, one)], Some(zero), Type::I32, id);
        sum = Some(match sum {
            None => term,
            Some(sum) => cx.call(Add, &[sum, term], Type::I32, id),
        });
    }
    if let Some(sum) = sum {
        cx.become_copy(id, sum);
    }
    Ok(true)
}

fn translate_letters(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(Translate) {
        return Ok(false);
    }
    let Some([x, from, to]) = cx.args(id) else { return Ok(false) };
    let span = cx.air.span(id);
    let (Some(from_text), Some(to_text)) = (cx.text_literal(from), cx.text_literal(to)) else {
        return cx.refuse(codes::BUILTIN, span, "TRANSLATE has no form", "make its letters literals");
    };
    let from: Vec<char> = from_text.chars().collect();
    let to: Vec<char> = to_text.chars().collect();
    // A letter that is put in must not be taken for one to be replaced later on.
    let chained =
        to.iter().enumerate().any(|(i, letter)| from.iter().skip(i + 1).any(|later| later == letter));
    if chained || from.len() > 32 {
        return cx.refuse(codes::BUILTIN, span, "TRANSLATE of letters into one another has no form", "");
    }
    let ty = cx.air.ty(id);
    let mut text = x;
    for (i, letter) in from.iter().enumerate() {
        if from[..i].contains(letter) {
            continue;
        }
        let what = cx.text(letter.encode_utf8(&mut [0; 4]), id);
        let with = match to.get(i) {
            Some(with) => cx.text(with.encode_utf8(&mut [0; 4]), id),
            None => cx.text("", id),
        };
        text = cx.call(Replace, &[text, what, with], ty, id);
    }
    cx.become_copy(id, text);
    Ok(true)
}

fn part_before(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if is_plain(cx, SubstringIndex) {
        return Ok(false);
    }
    let Some([x, mark, count]) = cx.args(id) else { return Ok(false) };
    if cx.int_value(count) != Some(1) || cx.text_literal(mark).is_none_or(str::is_empty) {
        if cx.speaks(SubstringIndex) {
            return Ok(false);
        }
        let span = cx.air.span(id);
        return cx.refuse(codes::BUILTIN, span, "only the part before the first occurrence has a form", "");
    }
    let ty = cx.air.ty(id);
    let zero = cx.int(0, id);
    let one = cx.int(1, id);
    let at = cx.call(Position, &[x, mark], Type::I64, id);
    let found = cx.compare(CompareOp::Gt, at, zero);
    let length = cx.call(Sub, &[at, one], Type::I64, id);
    let part = cx.call(SubstringInside, &[x, one, length], ty, id);
    let expr = cx.case_expr(&[(found, part)], Some(x));
    cx.air.set(id, expr);
    Ok(true)
}

/// MySQL gives NULL for a length below zero.
fn negative_length(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let mut args = cx.all_args(id);
    let n = args[1];
    let known = cx.int_value(n);
    if !cx.target.can.negative_padding_is_null || known.is_some_and(|length| length >= 0) {
        return Ok(false);
    }
    if known.is_some() {
        args[1] = cx.int(0, id);
        cx.become_call(id, op, &args);
        return Ok(true);
    }
    if matches!(cx.air.expr(n), Expr::Call { op: Greatest, .. } | Expr::Case { .. }) {
        return Ok(false);
    }
    let ty = cx.air.ty(n);
    let zero = cx.int(0, id);
    args[1] = cx.call(Greatest, &[n, zero], ty, id);
    cx.become_call(id, op, &args);
    Ok(true)
}

/// SQLite takes an unknown length of zero bytes for none, and the hexadecimal digits of NULL for none.
fn null_count(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let args = cx.all_args(id);
    let Some(&count) = (if op == Repeat { args.get(1) } else { args.first() }) else { return Ok(false) };
    if cx.target.can.temporal_types || !cx.air.info(count).nullable {
        return Ok(false);
    }
    let ty = cx.air.ty(id);
    let known = cx.is_null(count, true);
    let counted = cx.air.copy(count);
    cx.air.info_mut(counted).nullable = false;
    let args: Vec<ExprId> = args.iter().map(|&arg| if arg == count { counted } else { arg }).collect();
    let call = cx.call(op, &args, ty, id);
    let expr = cx.case_expr(&[(known, call)], None);
    cx.air.set(id, expr);
    Ok(true)
}

fn bytes_of_text(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([x]) = cx.args(id) else { return Ok(false) };
    if !cx.air.ty(x).is_text() {
        return Ok(false);
    }
    let bytes = cx.call(BytesOfText, &[x], Type::BYTES, x);
    cx.become_call(id, op, &[bytes]);
    Ok(true)
}

fn letters_of_literal(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([x]) = cx.args(id) else { return Ok(false) };
    let assumes = cx.target.row(op).is_some_and(|row| row.assume.is_some());
    let Some(text) = cx.text_literal(x).filter(|text| assumes && !text.is_ascii()) else { return Ok(false) };
    // A letter without a single counterpart stays, as servers have it.
    let single = |c: char, mut other: Box<dyn Iterator<Item = char>>| match (other.next(), other.next()) {
        (Some(one), None) => one,
        _ => c,
    };
    let text: String = match op {
        LowerAscii => text.to_ascii_lowercase(),
        UpperAscii => text.to_ascii_uppercase(),
        Lower => text.chars().map(|c| single(c, Box::new(c.to_lowercase()))).collect(),
        _ => text.chars().map(|c| single(c, Box::new(c.to_uppercase()))).collect(),
    };
    let text = cx.text(&text, id);
    cx.become_copy(id, text);
    Ok(true)
}

/// Where integers have widths, texts are counted in 32 bits.
fn narrow_count(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.wide_integers {
        return Ok(false);
    }
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let mut args = cx.all_args(id);
    let mut fired = false;
    for arg in &mut args {
        if is_wide(cx, *arg) {
            *arg = cx.cast(*arg, Type::I32);
            fired = true;
        }
    }
    if fired {
        cx.become_call(id, op, &args);
    }
    Ok(fired)
}

/// True for an integer that the target computes in 64 bits. Lengths and positions are counted in 32 there.
fn is_wide(cx: &Context<'_>, id: ExprId) -> bool {
    if !matches!(cx.air.ty(id), Type::Int { bits: 64, .. } | Type::Int { bits: 32, unsigned: true }) {
        return false;
    }
    let any = |ids: &[ExprId]| ids.iter().any(|&id| is_wide(cx, id));
    match cx.air.expr(id) {
        Expr::Literal { .. } => cx.int_value(id).is_some_and(|value| i32::try_from(value).is_err()),
        Expr::Call { op: CharLength | ByteLength | Position | PositionFrom | FindInSet, .. } => false,
        Expr::Call {
            op: Add | Sub | Mul | Neg | Greatest | Least | GreatestSkipNulls | LeastSkipNulls,
            args,
            ..
        } => any(cx.air.list(args)),
        Expr::Case { branches, otherwise, .. } => {
            cx.air.list(branches).iter().any(|branch| is_wide(cx, branch.then))
                || otherwise.is_some_and(|otherwise| is_wide(cx, otherwise))
        }
        _ => true,
    }
}

fn pattern_in_constant(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let mut args = cx.all_args(id);
    let exact = cx.air.ty(args[0]).collation().is_some_and(|collation| collation.case == Fold::Sensitive);
    let folds = cx.target.profile.settings.collation.case != Fold::Sensitive;
    if !exact || !folds || !super::numbers::is_session_text(cx, args[0]) {
        return Ok(false);
    }
    let binary = Collation::BINARY;
    args[0] = cx.call_with(Collate, Modifier::Collation(binary), &[args[0]], Type::text(binary), id);
    cx.become_call(id, op, &args);
    Ok(true)
}

/// A part that is looked at only where it is needed makes the whole NULL all the same.
fn null_part(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Call { op, modifier, args: list } = cx.air.expr(id) else { return Ok(false) };
    // MySQL's own INSERT looks at all of its parts.
    let concerned: &[usize] = match op {
        Replace if cx.target.can.lazy_replacement => &[2],
        InsertMysql if !cx.target.can.lazy_replacement => &[2, 3],
        _ => return Ok(false),
    };
    let mut args = cx.air.list(list).to_vec();
    let mut tests = Vec::new();
    for &at in concerned {
        let Some(&part) = args.get(at).filter(|&&part| cx.air.info(part).nullable) else { continue };
        tests.push(Some(cx.is_null(part, true)));
        args[at] = cx.air.copy(part);
        cx.air.info_mut(args[at]).nullable = false;
    }
    let Some(test) = crate::build::Build::and(cx.air, &tests) else { return Ok(false) };
    let ty = cx.air.ty(id);
    let inner = cx.call_with(op, modifier, &args, ty, id);
    let expr = cx.case_expr(&[(test, inner)], None);
    cx.air.set(id, expr);
    Ok(true)
}

fn empty_padding(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some([x, n, pad]) = cx.args(id) else { return Ok(false) };
    if cx.text_literal(pad) == Some("") {
        cx.become_call(id, LeftClamped, &[x, n]);
        return Ok(true);
    }
    // MySQL gives NULL where there turns out to be nothing to pad with.
    let tested = matches!(cx.air.expr(pad), Expr::Call { op: NullIf, .. });
    if !cx.target.can.empty_padding_is_null || tested || cx.air.literal(pad).is_some() {
        return Ok(false);
    }
    let (op, _) = cx.as_call(id).unwrap_or((PadLeft, air::List::EMPTY));
    let ty = cx.air.ty(id);
    let zero = cx.int(0, id);
    let width = cx.call(ByteLength, &[pad], Type::I64, id);
    let nothing = cx.compare(CompareOp::Eq, width, zero);
    let kept = cx.call(LeftClamped, &[x, n], ty, id);
    let empty = cx.text("", id);
    let pad_ty = cx.air.ty(pad);
    let some = cx.call(NullIf, &[pad, empty], pad_ty, id);
    cx.air.info_mut(some).nullable = true;
    let padded = cx.call(op, &[x, n, some], ty, id);
    let expr = cx.case_expr(&[(nothing, kept)], Some(padded));
    cx.air.set(id, expr);
    Ok(true)
}
