//! Pattern matching: regular expressions, GLOB, SIMILAR TO.

use super::{Call, int, text};
use crate::error::{Eval, EvalError};
use crate::value::Value;
use air::Builtin;
use air::types::Fold;
use regex::Regex;

/// Evaluates a builtin of patterns; `None` if `call` is none.
pub fn evaluate(call: &Call<'_>, args: &[Value]) -> Option<Eval<Value>> {
    use Builtin as B;
    let compiled = || {
        if args[1].is_null() {
            EvalError::malformed("a NULL pattern")
        } else {
            compile(call, &text(&args[1]))
        }
    };
    let subject = || text(&args[0]);
    let number = |n: usize| Value::Int(n as i128);
    Some(match call.op {
        B::RegexMatch | B::RegexMatchFolded => {
            compiled().map(|regex| Value::Bool(regex.is_match(&subject())))
        }
        B::RegexReplaceAll => compiled().map(|regex| {
            Value::Text(regex.replace_all(&subject(), replacement(&text(&args[2]))).into_owned())
        }),
        B::RegexReplaceFirst => compiled()
            .map(|regex| Value::Text(regex.replace(&subject(), replacement(&text(&args[2]))).into_owned())),
        B::RegexSubstring => match args.iter().any(Value::is_null) {
            true => Ok(Value::Null),
            false => compiled().map(|regex| {
                regex.find(&subject()).map_or(Value::Null, |found| Value::Text(found.as_str().to_owned()))
            }),
        },
        B::RegexSubstringNth => match args.iter().any(Value::is_null) {
            true => Ok(Value::Null),
            false => compiled().and_then(|regex| {
                let (start, nth) = (int(&args[2])?, args.get(3).map_or(Ok(1), int)?);
                let (Ok(start), Ok(nth)) = (usize::try_from(start - 1), usize::try_from(nth - 1)) else {
                    return EvalError::fails("a start or a number of a match below 1");
                };
                let rest: String = subject().chars().skip(start).collect();
                let found = regex.find_iter(&rest).nth(nth);
                Ok(found.map_or(Value::Null, |found| Value::Text(found.as_str().to_owned())))
            }),
        },
        B::RegexPosition => compiled().map(|regex| {
            let subject = subject();
            regex
                .find(&subject)
                .map_or(number(0), |found| number(subject[..found.start()].chars().count() + 1))
        }),
        B::RegexCount => compiled().map(|regex| number(regex.find_iter(&subject()).count())),
        B::Glob => Ok(Value::Bool(glob(&text(&args[1]), &subject()))),
        B::SimilarTo => {
            let escape = match args.get(2) {
                Some(escape) => text(escape).chars().next(),
                None => Some('\\'),
            };
            let pattern = similar(&text(&args[1]), escape);
            Regex::new(&pattern).map_or_else(
                |_| EvalError::fails("bad pattern"),
                |regex| Ok(Value::Bool(regex.is_match(&subject()))),
            )
        }
        _ => return None,
    })
}

fn compile(call: &Call<'_>, pattern: &str) -> Eval<Regex> {
    let folds = call.op == Builtin::RegexMatchFolded || call.collation().case != Fold::Sensitive;
    let pattern = format!("{}{pattern}", if folds { "(?i)" } else { "" });
    // Back references and look-around are not in the common part of POSIX and PCRE.
    Regex::new(&pattern).or_else(|_| EvalError::unsupported(format!("regular expression `{pattern}`")))
}

/// `\1` and `\&` as this library writes them.
fn replacement(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '$' => out.push_str("$$"),
            '\\' => match chars.next() {
                Some(digit @ '0'..='9') => out.push_str(&format!("${{{digit}}}")),
                Some('&') => out.push_str("${0}"),
                Some('$') => out.push_str("$$"),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out
}

/// `*`, `?`, `[a-z]`, `[^a-z]` over the whole text.
fn glob(pattern: &str, subject: &str) -> bool {
    let mut regex = String::from("(?s)^");
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '[' => {
                regex.push('[');
                if chars.next_if_eq(&'^').is_some() {
                    regex.push('^');
                }
                // A bracket that comes first is itself.
                let mut first = true;
                loop {
                    match chars.next() {
                        None => return false,
                        Some(']') if !first => break,
                        Some('-') => regex.push('-'),
                        Some(c) => regex.push_str(&regex::escape(&c.to_string())),
                    }
                    first = false;
                }
                regex.push(']');
            }
            c => regex.push_str(&regex::escape(&c.to_string())),
        }
    }
    regex.push('$');
    Regex::new(&regex).is_ok_and(|regex| regex.is_match(subject))
}

fn similar(pattern: &str, escape: Option<char>) -> String {
    let mut regex = String::from("(?s)^(?:");
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            c if Some(c) == escape => {
                regex.push_str(&regex::escape(&chars.next().map(String::from).unwrap_or_default()));
            }
            '%' => regex.push_str(".*"),
            '_' => regex.push('.'),
            '.' | '^' | '$' | '\\' => regex.push_str(&regex::escape(&c.to_string())),
            c => regex.push(c),
        }
    }
    regex.push_str(")$");
    regex
}

/// LIKE: `%` and `_` over the whole of `subject`; `same` says which characters are equal.
pub fn like(
    subject: &[char],
    pattern: &[char],
    escape: Option<char>,
    same: &dyn Fn(char, char) -> bool,
) -> Eval<bool> {
    // Each token of the pattern: `None` for any text, `Some(None)` for any character.
    let mut tokens: Vec<Option<Option<char>>> = Vec::new();
    let mut chars = pattern.iter();
    while let Some(&c) = chars.next() {
        tokens.push(match c {
            c if Some(c) == escape => match chars.next() {
                Some(&c) => Some(Some(c)),
                None => return EvalError::fails("pattern ends in its escape character"),
            },
            '%' => None,
            '_' => Some(None),
            c => Some(Some(c)),
        });
    }
    // Greedy with one way back: the last `%` takes one character more.
    let (mut s, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while s < subject.len() {
        let step = match tokens.get(t) {
            Some(None) => {
                back = Some((s, t + 1));
                t += 1;
                continue;
            }
            Some(Some(None)) => true,
            Some(Some(Some(c))) => same(subject[s], *c),
            None => false,
        };
        if step {
            s += 1;
            t += 1;
        } else if let Some((start, token)) = back {
            back = Some((start + 1, token));
            s = start + 1;
            t = token;
        } else {
            return Ok(false);
        }
    }
    Ok(tokens[t..].iter().all(Option::is_none))
}
