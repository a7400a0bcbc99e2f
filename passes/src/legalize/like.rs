//! LIKE, GLOB and SIMILAR TO: patterns of one kind as patterns of another.

use air::builtins::Builtin::*;
use air::expr::Modifier;
use air::fidelity::Assume;
use air::target::LikeCase;
use air::types::{Collation, Fold, Type};
use air::{Expr, ExprId};

use crate::codes;
use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "like_case",
        law: "LIKE that regards case is a glob of the same wildcards, or a LIKE under the binary collation",
        apply: Apply::Kinds(&[Kind::Like], like_case),
    },
    Rule {
        name: "glob_pattern",
        law: "a glob without classes is a LIKE that regards case; with classes it is a regular expression",
        apply: Apply::Builtins(&[Glob], glob_pattern),
    },
    Rule {
        name: "similar_pattern",
        law: "a SQL regular expression without operators is a LIKE; with them it is a whole-text regular expression",
        apply: Apply::Builtins(&[SimilarTo], similar_pattern),
    },
];

fn like_case(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Like { operand, pattern, escape, negated, collation } = cx.air.expr(id) else {
        return Ok(false);
    };
    let span = cx.air.span(id);
    let default = cx.target.profile.settings.collation;
    let sensitive = collation.case == Fold::Sensitive;
    if collation.case == Fold::Ascii && !cx.text_literal(pattern).is_some_and(str::is_ascii) {
        match cx.target.can.like_case {
            LikeCase::SensitiveAndIlike if !matches!(cx.as_call(operand), Some((Collate, _))) => {
                // ILIKE folds A–Z alone where texts compare byte by byte.
                let wanted = Modifier::Collation(Collation::BINARY);
                let ty = Type::text(Collation::BINARY);
                let operand = cx.call_with(Collate, wanted, &[operand], ty, operand);
                cx.air.set(id, Expr::Like { operand, pattern, escape, negated, collation });
                return Ok(true);
            }
            LikeCase::SensitiveAndIlike => return Ok(false),
            LikeCase::Collation if cx.speaks(RegexMatch) => {
                let escape =
                    escape.map(|escape| cx.text_literal(escape).and_then(|text| text.chars().next()));
                if let (Some(text), true) = (cx.text_literal(pattern), escape != Some(None)) {
                    let regex = like_to_regex(text, escape.flatten());
                    let args = [operand, cx.text(&regex, pattern)];
                    let binary = Modifier::Collation(Collation::BINARY);
                    become_test(cx, id, negated, |cx, at| {
                        cx.call_with(RegexMatch, binary, &args, Type::Bool, at)
                    });
                    return Ok(true);
                }
            }
            _ => {}
        }
    }
    match cx.target.can.like_case {
        LikeCase::SensitiveAndIlike
            if !sensitive && (collation.accent_insensitive || collation.case == Fold::Ascii) =>
        {
            note_ascii(cx, operand)?;
            Ok(false)
        }
        LikeCase::Collation
            if collation.case == Fold::Ascii
                && plain_escape(cx, escape)
                && !matches!(cx.as_call(operand), Some((Collate, _))) =>
        {
            // Accents count, so only letters are folded.
            let pattern = match cx.text_literal(pattern).map(str::to_ascii_lowercase) {
                Some(text) => cx.text(&text, pattern),
                None => {
                    note_ascii(cx, operand)?;
                    cx.call(Lower, &[pattern], Type::TEXT, pattern)
                }
            };
            let operand = cx.call(Lower, &[operand], Type::text(Collation::BINARY), operand);
            cx.air.set(id, Expr::Like { operand, pattern, escape, negated, collation: Collation::BINARY });
            Ok(true)
        }
        LikeCase::Collation if sensitive != (default.case == Fold::Sensitive) => {
            if matches!(cx.as_call(operand), Some((Collate, _))) {
                return Ok(false);
            }
            let wanted = if sensitive { Collation::BINARY } else { collation };
            let ty = Type::text(wanted);
            let operand = cx.call_with(Collate, Modifier::Collation(wanted), &[operand], ty, operand);
            cx.air.set(id, Expr::Like { operand, pattern, escape, negated, collation });
            Ok(true)
        }
        LikeCase::Collation
            if !sensitive
                && super::collation::own_collation(cx, operand)
                    .is_some_and(|own| own.case == Fold::Sensitive) =>
        {
            note_ascii(cx, operand)?;
            let ty = Type::text(default);
            let operand = cx.call_with(Collate, Modifier::Collation(default), &[operand], ty, operand);
            cx.air.set(id, Expr::Like { operand, pattern, escape, negated, collation: default });
            Ok(true)
        }
        LikeCase::Collation if !sensitive && collation.accent_insensitive != default.accent_insensitive => {
            note_ascii(cx, operand)?;
            Ok(false)
        }
        LikeCase::AsciiAlways if !sensitive => {
            if collation.case == Fold::Unicode {
                note_ascii(cx, operand)?;
            }
            Ok(false)
        }
        LikeCase::AsciiAlways => {
            let escape = match escape.map(|escape| cx.text_literal(escape).map(|text| text.chars().next())) {
                None => None,
                Some(Some(escape)) => escape,
                Some(None) => {
                    return cx.refuse(
                        codes::COLLATION,
                        span,
                        "LIKE ignores letter case",
                        "make the escape a literal",
                    );
                }
            };
            let Some(text) = cx.text_literal(pattern) else {
                return cx.refuse(
                    codes::COLLATION,
                    span,
                    "LIKE ignores letter case, and only a literal pattern can be said as GLOB",
                    "make the pattern a literal",
                );
            };
            if !text.contains(|c: char| c.is_alphabetic()) {
                // Nothing in the pattern has a case.
                return Ok(false);
            }
            let glob = like_to_glob(text, escape);
            let glob = cx.text(&glob, pattern);
            become_test(cx, id, negated, |cx, at| cx.call(Glob, &[operand, glob], Type::Bool, at));
            Ok(true)
        }
        LikeCase::Sensitive if !sensitive => {
            if matches!(cx.as_call(operand), Some((Upper, _))) {
                return Ok(false);
            }
            let operand = cx.call(Upper, &[operand], Type::TEXT, operand);
            let pattern = cx.call(Upper, &[pattern], Type::TEXT, pattern);
            let collation = Collation::BINARY;
            cx.air.set(id, Expr::Like { operand, pattern, escape, negated, collation });
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// True for an escape character that is no letter, or none.
fn plain_escape(cx: &Context<'_>, escape: Option<ExprId>) -> bool {
    escape
        .is_none_or(|escape| cx.text_literal(escape).is_some_and(|text| !text.contains(char::is_alphabetic)))
}

fn note_ascii(cx: &mut Context<'_>, operand: ExprId) -> Result<(), crate::Refused> {
    let subject = cx.subject(operand);
    let span = cx.air.span(operand);
    cx.assume(Assume::AsciiText, &subject, span)
}

/// Makes `id` the test that `make` makes, or its negation.
fn become_test(
    cx: &mut Context<'_>,
    id: ExprId,
    negated: bool,
    make: impl FnOnce(&mut Context<'_>, ExprId) -> ExprId,
) {
    let test = make(cx, id);
    if negated {
        cx.air.set(id, Expr::Not { operand: test });
    } else {
        cx.become_copy(id, test);
    }
}

/// A pattern in which A–Z alone fold, as a regular expression that regards case.
fn like_to_regex(pattern: &str, escape: Option<char>) -> String {
    let mut regex = String::from("(?s)^");
    let mut letters = pattern.chars();
    while let Some(mut letter) = letters.next() {
        let plain = Some(letter) == escape;
        if plain {
            letter = letters.next().unwrap_or(letter);
        }
        match letter {
            '%' if !plain => regex.push_str(".*"),
            '_' if !plain => regex.push('.'),
            letter if letter.is_ascii_alphabetic() => {
                regex.push('[');
                regex.push(letter.to_ascii_lowercase());
                regex.push(letter.to_ascii_uppercase());
                regex.push(']');
            }
            other => push_regex_letter(&mut regex, other),
        }
    }
    regex.push_str("\\z");
    regex
}

fn like_to_glob(pattern: &str, escape: Option<char>) -> String {
    let mut glob = String::with_capacity(pattern.len() + 4);
    let mut letters = pattern.chars();
    while let Some(mut letter) = letters.next() {
        let plain = Some(letter) == escape;
        if plain {
            letter = letters.next().unwrap_or(letter);
        }
        match letter {
            '%' if !plain => glob.push('*'),
            '_' if !plain => glob.push('?'),
            '*' | '?' | '[' => {
                glob.push('[');
                glob.push(letter);
                glob.push(']');
            }
            other => glob.push(other),
        }
    }
    glob
}

fn glob_pattern(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(Glob) {
        return Ok(false);
    }
    let Some([operand, pattern]) = cx.args(id) else { return Ok(false) };
    let span = cx.air.span(id);
    let Some(text) = cx.text_literal(pattern).map(str::to_owned) else {
        return cx.refuse(
            codes::BUILTIN,
            span,
            "a glob that is no literal has no form",
            "make the pattern a literal",
        );
    };
    if !text.contains('[') {
        let mut like = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                '*' => like.push('%'),
                '?' => like.push('_'),
                '%' | '_' | '\\' => {
                    like.push('\\');
                    like.push(letter);
                }
                other => like.push(other),
            }
        }
        let pattern = cx.text(&like, pattern);
        let escape = Some(cx.text("\\", pattern));
        let collation = Collation::BINARY;
        cx.air.set(id, Expr::Like { operand, pattern, escape, negated: false, collation });
        return Ok(true);
    }
    if !cx.speaks(RegexMatch) {
        return cx.refuse(codes::BUILTIN, span, "classes in a glob have no form", "");
    }
    let mut regex = String::from("^");
    let mut in_class = false;
    for letter in text.chars() {
        match letter {
            '*' if !in_class => regex.push_str(".*"),
            '?' if !in_class => regex.push('.'),
            '[' if !in_class => {
                in_class = true;
                regex.push('[');
            }
            ']' if in_class => {
                in_class = false;
                regex.push(']');
            }
            _ if in_class => regex.push(letter),
            _ => push_regex_letter(&mut regex, letter),
        }
    }
    regex.push('$');
    become_regex(cx, id, operand, &regex, pattern);
    Ok(true)
}

fn push_regex_letter(regex: &mut String, letter: char) {
    if matches!(letter, '.' | '^' | '$' | '\\' | '+' | '*' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|') {
        regex.push('\\');
    }
    regex.push(letter);
}

fn become_regex(cx: &mut Context<'_>, id: ExprId, operand: ExprId, regex: &str, at: ExprId) {
    let pattern = cx.text(regex, at);
    let args = cx.air.push_list(&[operand, pattern]);
    let modifier = Modifier::Collation(Collation::BINARY);
    cx.air.set(id, Expr::Call { op: RegexMatch, modifier, args });
}

fn similar_pattern(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(SimilarTo) {
        return Ok(false);
    }
    let args = cx.all_args(id);
    let span = cx.air.span(id);
    let (Some(&operand), Some(&pattern)) = (args.first(), args.get(1)) else { return Ok(false) };
    let escape = match args.get(2) {
        None => Some('\\'),
        Some(&escape) => cx.text_literal(escape).and_then(|text| text.chars().next()),
    };
    let Some(text) = cx.text_literal(pattern).map(str::to_owned) else {
        return cx.refuse(codes::BUILTIN, span, "SIMILAR TO has no form", "make the pattern a literal");
    };
    if !text.contains(['|', '*', '+', '?', '{', '(', '[']) {
        let escape = escape.map(|escape| cx.text(escape.encode_utf8(&mut [0; 4]), pattern));
        let collation = Collation::BINARY;
        cx.air.set(id, Expr::Like { operand, pattern, escape, negated: false, collation });
        return Ok(true);
    }
    if !cx.speaks(RegexMatch) {
        return cx.refuse(codes::BUILTIN, span, "SIMILAR TO has no form", "");
    }
    let mut regex = String::from("^(?:");
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            _ if Some(letter) == escape => {
                if let Some(letter) = letters.next() {
                    push_regex_letter(&mut regex, letter);
                }
            }
            '%' => regex.push_str(".*"),
            '_' => regex.push('.'),
            '.' | '^' | '$' | '\\' => {
                regex.push('\\');
                regex.push(letter);
            }
            other => regex.push(other),
        }
    }
    regex.push_str(")$");
    become_regex(cx, id, operand, &regex, pattern);
    Ok(true)
}
