//! Identifiers: where they stand and how they were quoted. Their text stays in the source.

use air_base::Span;
use std::borrow::Cow;

/// How an identifier was written. Case folding and lookup rules depend on it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Quote {
    /// Bare word: folded by the rules of the dialect.
    None,
    /// `"name"`. In SQLite it may still turn out to be a string; the binder decides.
    Double,
    /// `` `name` ``.
    Backtick,
    /// `[name]`.
    Bracket,
    /// `'name'`: a string where MySQL, SQLite and T-SQL accept one as an alias.
    Single,
    /// `U&"name"` with `\XXXX` escapes.
    Unicode,
}

/// An identifier. Twelve bytes, copied freely; `Option<Ident>` is no larger.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ident {
    /// Place in the source, quotes included.
    pub span: Span,
    /// How it was quoted.
    pub quote: Quote,
}

impl Ident {
    /// The name itself: without its quotes, with doubled quotes undone. Borrows unless it has to change something.
    pub fn text<'s>(&self, source: &'s str) -> Cow<'s, str> {
        let raw = self.span.text(source);
        match self.quote {
            Quote::None => Cow::Borrowed(raw),
            Quote::Double => undouble(inner(raw, 1), '"'),
            Quote::Backtick => undouble(inner(raw, 1), '`'),
            Quote::Bracket => undouble(inner(raw, 1), ']'),
            Quote::Single => undouble(inner(raw, 1), '\''),
            Quote::Unicode => {
                Cow::Owned(crate::literal::unicode_escapes(&undouble(inner(raw, 3), '"'), '\\'))
            }
        }
    }

    /// True if it was written without quotes.
    pub fn is_bare(&self) -> bool {
        self.quote == Quote::None
    }

    /// True for a bare word equal to `word` without regard to ASCII case.
    pub fn is_word(&self, source: &str, word: &str) -> bool {
        self.is_bare() && self.span.text(source).eq_ignore_ascii_case(word)
    }
}

/// What stands between an opening of `open` bytes and a closing of one byte.
/// An identifier that was never closed has no closing byte to remove; the lexer has reported it.
fn inner(raw: &str, open: usize) -> &str {
    raw.get(open..raw.len().saturating_sub(1)).unwrap_or("")
}

fn undouble(text: &str, quote: char) -> Cow<'_, str> {
    if !text.contains(quote) {
        return Cow::Borrowed(text);
    }
    let mut doubled = [0u8; 8];
    let one = quote.encode_utf8(&mut doubled).to_owned();
    Cow::Owned(text.replace(&one.repeat(2), &one))
}
