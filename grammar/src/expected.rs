//! What the parser expected, in words a user would use.

use crate::codes;
use crate::driver::LrStacks;
use air_base::{Diagnostic, Span};
use airc_lex::{K, Tok};

/// The most words a message lists.
const LISTED_MAX: usize = 8;

/// Explains why token `at` of a statement cannot stand there.
pub(crate) fn explain(stacks: &LrStacks, toks: &[Tok], at: usize, source: &str) -> Diagnostic {
    let (span, met) = match toks.get(at) {
        Some(tok) => {
            let text = tok.span().text(source);
            let short: String = text.chars().take(40).collect();
            let dots = if short.len() < text.len() { "…" } else { "" };
            (tok.span(), format!("`{short}{dots}`"))
        }
        None => {
            let end = toks.last().map_or(0, |tok| tok.end);
            (Span::new(end, end), "the end of the statement".to_owned())
        }
    };
    let code = if at < toks.len() { codes::UNEXPECTED } else { codes::UNEXPECTED_END };
    let expected = classes(&stacks.expected(), stacks.could_end());
    let message = if expected.is_empty() {
        format!("{met} is not expected here")
    } else {
        format!("{met} is not expected here; expected {}", sentence(&expected))
    };
    let diagnostic = Diagnostic::error(code, span, message).here("not expected here");
    match misspelt(toks, at, source) {
        Some((written, meant)) => diagnostic.help(format!("did you mean {meant} instead of `{written}`?")),
        None => diagnostic,
    }
}

/// A word at the place or shortly before it, which was taken for a name there, that is nearly a keyword.
fn misspelt<'s>(toks: &[Tok], at: usize, source: &'s str) -> Option<(&'s str, String)> {
    [Some(at), at.checked_sub(1), at.checked_sub(2)].into_iter().flatten().find_map(|at| {
        let word = toks.get(at).filter(|tok| tok.kind == K::Name)?.span().text(source);
        let known = |keyword: &&str| keyword.len() >= LETTERS_MIN;
        if word.len() < LETTERS_MIN || airc_lex::keywords().any(|keyword| keyword.eq_ignore_ascii_case(word))
        {
            return None;
        }
        let meant = air_base::nearest(word, CLAUSE_WORDS.into_iter())
            .or_else(|| air_base::nearest(word, airc_lex::keywords().filter(known)))?;
        Some((word, meant.to_ascii_uppercase()))
    })
}

/// The word that begins a clause and is nearly `word`, in capitals.
pub(crate) fn clause_near(word: &str) -> Option<String> {
    let long = word.len() >= LETTERS_MIN;
    long.then(|| air_base::nearest(word, CLAUSE_WORDS.into_iter()))?.map(str::to_ascii_uppercase)
}

/// Letters of a word that is taken for a misspelt one: shorter words are near to too many names.
const LETTERS_MIN: usize = 4;

/// Words that begin something: they are meant more often than the many others.
const CLAUSE_WORDS: [&str; 26] = [
    "select",
    "from",
    "where",
    "group",
    "having",
    "order",
    "limit",
    "offset",
    "union",
    "join",
    "inner",
    "left",
    "right",
    "full",
    "insert",
    "into",
    "values",
    "update",
    "delete",
    "create",
    "table",
    "alter",
    "drop",
    "primary",
    "default",
    "references",
];

/// Kinds grouped: what starts an expression is "an expression", and so on. Specific words come after classes.
fn classes(kinds: &[K], could_end: bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |text: &str| {
        let text = match text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) {
            Some(class) if class.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {class}"),
            Some(class) => format!("a {class}"),
            None => format!("`{text}`"),
        };
        if !found.contains(&text) {
            found.push(text);
        }
    };
    let starts_expression = kinds.contains(&K::Case);
    let starts_query = kinds.contains(&K::Select);
    if starts_expression {
        add("<expression>");
    }
    for kind in kinds {
        let shown = kind.shown();
        // Everything an expression may start with is said already.
        let said = starts_expression
            && matches!(
                kind,
                K::Name
                    | K::Str
                    | K::Default
                    | K::Lp
                    | K::QLp
                    | K::Lb
                    | K::Star
                    | K::NameStar
                    | K::Pre
                    | K::RowLp
            );
        let said = said || (starts_query && matches!(kind, K::QLp | K::Values | K::With | K::Table));
        let inner = matches!(kind, K::LitRow | K::CallQLp | K::Bare | K::Opaque | K::Hint | K::FromOpaque);
        if !(said || inner) {
            add(shown);
        }
    }
    found.sort_by_key(|text| text.starts_with('`'));
    if could_end {
        found.push("the end of the statement".to_owned());
    }
    found
}

fn sentence(words: &[String]) -> String {
    let rest = words.len().saturating_sub(LISTED_MAX);
    let shown = &words[..words.len() - rest];
    let mut text = String::new();
    for (i, word) in shown.iter().enumerate() {
        if i > 0 {
            text.push_str(if i + 1 == shown.len() && rest == 0 { " or " } else { ", " });
        }
        text.push_str(word);
    }
    if rest > 0 {
        text.push_str(&format!(" or {rest} others"));
    }
    text
}
