//! Tokens of the policy language.

use air_base::Span;
use logos::Logos;

/// A token. Words are words: what they mean is up to the place where they stand.
#[derive(Logos, Clone, Copy, PartialEq, Eq, Debug)]
#[logos(skip r"[ \t\r\n\f\u{feff}]+")]
#[logos(skip(r"#[^\n]*", allow_greedy = true))]
pub(super) enum Kind {
    /// A name, a word, a pattern of names.
    #[regex(r"[\p{L}_*][\p{L}\p{N}_*]*(?:[-][\p{L}\p{N}_*]+)*")]
    Word,
    /// `$tenant`: an attribute within a row condition.
    #[regex(r"\$[a-z_]+")]
    Dollar,
    /// A whole number.
    #[regex(r"-?[0-9]+")]
    Number,
    /// A text; a quote in it is doubled.
    #[regex(r#""(?:[^"\n]|"")*""#)]
    Text,
    #[token("==")]
    Equal,
    #[token("!=")]
    Unequal,
    #[token("<=")]
    AtMost,
    #[token(">=")]
    AtLeast,
    #[token("<")]
    Less,
    #[token(">")]
    Greater,
    #[token("(")]
    Open,
    #[token(")")]
    Close,
    #[token("[")]
    OpenList,
    #[token("]")]
    CloseList,
    #[token("{")]
    OpenSet,
    #[token("}")]
    CloseSet,
    #[token(",")]
    Comma,
    #[token(".")]
    Dot,
    /// Anything else.
    Wrong,
    /// The end.
    End,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// All tokens of a text, with an end behind the last.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Kind::lexer(text);
    let mut tokens = Vec::new();
    while let Some(kind) = lexer.next() {
        let range = lexer.span();
        let span = Span::new(range.start as u32, range.end as u32);
        tokens.push(Token { kind: kind.unwrap_or(Kind::Wrong), span });
    }
    let end = text.len() as u32;
    tokens.push(Token { kind: Kind::End, span: Span::new(end, end) });
    tokens
}
