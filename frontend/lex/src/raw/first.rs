//! The raw token at a place, before a dialect has its say.

use logos::Logos;

#[derive(Logos, Clone, Copy, PartialEq, Eq, Debug)]
#[logos(skip r"[ \t\r\n\x0B\x0C]+")]
pub(super) enum Raw {
    /// The first letter; the rest is read with a table, which is faster than an automaton that knows UTF-8.
    #[regex(r"[A-Za-z_]")]
    Word,
    #[regex(r"[0-9]+")]
    Integer,
    #[regex(r"[0-9]+\.[0-9]*|\.[0-9]+")]
    Decimal,
    #[regex(r"([0-9]+\.?[0-9]*|\.[0-9]+)[eE][+\-]?[0-9]+")]
    Float,
    #[regex(r"0[xX][0-9A-Fa-f]+")]
    Hex,
    #[token("'")]
    Quote,
    #[token("\"")]
    DoubleQuote,
    #[token("`")]
    Backtick,
    #[token("(")]
    Lp,
    #[token(")")]
    Rp,
    #[token(",")]
    Comma,
    #[token(";")]
    Semi,
    #[token(".")]
    Dot,
    #[token("[")]
    Lb,
    #[token("]")]
    Rb,
    #[token("{")]
    Lc,
    #[token("}")]
    Rc,
    #[token(":")]
    Colon,
    #[token("$")]
    Dollar,
    #[token("@")]
    At,
    #[token("#")]
    Hash,
    #[token("?")]
    Question,
    #[token("\\")]
    Backslash,
    #[token("--")]
    Dashes,
    #[token("/*")]
    OpenComment,
    #[regex(r"[+\-*/<>=~!%\^&|]")]
    Operator,
}

/// Bytes that are a raw token whatever follows them, and the first bytes of words. The automaton would say the same.
pub(super) static LONE: [Option<Raw>; 256] = {
    let mut table = [None; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => Some(Raw::Word),
            b'\'' => Some(Raw::Quote),
            b'"' => Some(Raw::DoubleQuote),
            b'`' => Some(Raw::Backtick),
            b'(' => Some(Raw::Lp),
            b')' => Some(Raw::Rp),
            b',' => Some(Raw::Comma),
            b';' => Some(Raw::Semi),
            b'*' | b'+' | b'<' | b'>' | b'=' => Some(Raw::Operator),
            _ => None,
        };
        b += 1;
    }
    table
};

/// The raw token at or behind `at` with its place. What most tokens are is plain from their first byte; the automaton
/// is asked about the others.
#[inline]
pub(super) fn raw_at(source: &str, at: usize) -> Option<(Result<Raw, ()>, usize, usize)> {
    let bytes = source.as_bytes();
    let mut start = at;
    let first = loop {
        match *bytes.get(start)? {
            b' ' | b'\t'..=b'\r' => start += 1,
            byte => break byte,
        }
    };
    if let Some(raw) = LONE[first as usize] {
        return Some((Ok(raw), start, start + 1));
    }
    if first.is_ascii_digit() {
        let mut end = start + 1;
        while bytes.get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
        }
        if !matches!(bytes.get(end), Some(b'.' | b'e' | b'E' | b'x' | b'X')) {
            return Some((Ok(Raw::Integer), start, end));
        }
    }
    by_automaton(source, start)
}

pub(super) fn by_automaton(source: &str, start: usize) -> Option<(Result<Raw, ()>, usize, usize)> {
    let mut lexer = Raw::lexer(&source[start..]);
    let raw = lexer.next()?;
    let span = lexer.span();
    Some((raw, start + span.start, start + span.end))
}
