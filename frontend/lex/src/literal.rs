//! Literals: their kinds, and how the text between the quotes becomes a value.

use std::borrow::Cow;

/// What sort of literal it is. The text is the source under its span.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum LiteralKind {
    /// `NULL`.
    Null,
    /// `TRUE`.
    True,
    /// `FALSE`.
    False,
    /// Digits only: `42`, with `_` between digits where the dialect has it.
    Integer,
    /// Digits with a decimal point: `4.20`, `.5`, `5.`.
    Decimal,
    /// With an exponent, or Oracle's `1.5f` / `1.5d`: `1e3`.
    Float,
    /// `0x1F`. A number in SQLite and PostgreSQL, bytes in T-SQL, either in MySQL.
    HexNumber,
    /// `0b101`.
    BinaryNumber,
    /// `0o17`.
    OctalNumber,
    /// T-SQL money: `$12.50`.
    Money,
    /// `'text'`, and `"text"` where the dialect takes it for a string.
    String,
    /// `N'text'`.
    National,
    /// `E'text'` with backslash escapes.
    Escape,
    /// `U&'text'` with `\XXXX` escapes.
    Unicode,
    /// `$tag$text$tag$`.
    Dollar,
    /// `q'[text]'` and `nq'[text]'`.
    Q,
    /// `X'1F'`: bytes, a blob or a bit string, by dialect.
    HexString,
    /// `B'101'`: a bit string.
    BitString,
}

impl LiteralKind {
    const ALL: &'static [LiteralKind] = {
        use LiteralKind::*;
        &[
            Null,
            True,
            False,
            Integer,
            Decimal,
            Float,
            HexNumber,
            BinaryNumber,
            OctalNumber,
            Money,
            String,
            National,
            Escape,
            Unicode,
            Dollar,
            Q,
            HexString,
            BitString,
        ]
    };

    /// The kind in the low byte of a token's `aux`.
    #[inline]
    pub(crate) fn from_aux(aux: u16) -> LiteralKind {
        LiteralKind::ALL[(aux as usize & 0xff).min(LiteralKind::ALL.len() - 1)]
    }

    /// True for every kind whose value is text.
    pub const fn is_text(self) -> bool {
        use LiteralKind::*;
        matches!(self, String | National | Escape | Unicode | Dollar | Q)
    }

    /// True for every kind whose value is a number.
    pub const fn is_number(self) -> bool {
        use LiteralKind::*;
        matches!(self, Integer | Decimal | Float | HexNumber | BinaryNumber | OctalNumber | Money)
    }
}

/// A literal as the syntax tree keeps it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Literal {
    /// Its kind.
    pub kind: LiteralKind,
    /// A backslash in it starts an escape, by the rules of the dialect it was written in.
    pub backslash: bool,
    /// Several adjacent strings that form one: `'a' 'b'`.
    pub joined: bool,
}

impl Literal {
    /// A literal of `kind`, without escapes, in one piece.
    pub const fn of(kind: LiteralKind) -> Literal {
        Literal { kind, backslash: false, joined: false }
    }

    /// The value of a text, hex or bit string: the characters between the quotes, escapes undone, pieces
    /// joined. Other kinds give their source text. Borrows unless it has to change something.
    pub fn value<'s>(&self, raw: &'s str) -> Cow<'s, str> {
        use LiteralKind::*;
        if self.joined {
            return Cow::Owned(self.joined_value(raw));
        }
        match self.kind {
            String => self.quoted(raw),
            // A setting of the script makes plain strings such ones, which have no prefix.
            Escape => self.quoted(raw.trim_start_matches(['e', 'E'])),
            National | HexString | BitString => self.quoted(raw.get(1..).unwrap_or("")),
            Unicode => Cow::Owned(unicode_escapes(&self.quoted(raw.get(2..).unwrap_or("")), '\\')),
            Dollar => {
                let tag = raw.get(1..).and_then(|rest| rest.find('$')).map_or(0, |at| at + 2);
                Cow::Borrowed(raw.get(tag..raw.len().saturating_sub(tag)).unwrap_or(""))
            }
            Q => {
                let open = raw.find('\'').map_or(0, |at| at + 1);
                let width = raw.get(open..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                Cow::Borrowed(raw.get(open + width..raw.len().saturating_sub(1 + width)).unwrap_or(""))
            }
            _ => Cow::Borrowed(raw),
        }
    }

    /// Undoes the escapes of one quoted piece, `raw` being the piece with its quotes.
    fn quoted<'s>(&self, raw: &'s str) -> Cow<'s, str> {
        let Some(quote) = raw.chars().next() else { return Cow::Borrowed("") };
        let text = raw.get(1..raw.len().saturating_sub(1)).unwrap_or("");
        let escapes = self.backslash || self.kind == LiteralKind::Escape;
        if !(text.contains(quote) || escapes && text.contains('\\')) {
            return Cow::Borrowed(text);
        }
        let dialect = if self.kind == LiteralKind::Escape { Escapes::C } else { Escapes::Mysql };
        Cow::Owned(unescape(text, quote, escapes.then_some(dialect)))
    }

    /// Walks over the pieces of a joined literal. What lies between pieces is blanks and comments.
    fn joined_value(&self, raw: &str) -> std::string::String {
        let one = Literal { joined: false, ..*self };
        let mut out = std::string::String::with_capacity(raw.len());
        let mut rest = raw;
        let mut first = true;
        loop {
            rest = skip_between(rest);
            // Only the first piece carries the prefix (E, N, X…); the others are plain quotes.
            let prefix = if first { rest.find(['\'', '"']).unwrap_or(rest.len()) } else { 0 };
            let escapes = self.backslash || self.kind == LiteralKind::Escape;
            let Some(length) = piece_length(rest.get(prefix..).unwrap_or(""), escapes) else { return out };
            let piece = &rest[prefix..prefix + length];
            let plain = one.quoted(piece);
            match self.kind {
                LiteralKind::Unicode => out.push_str(&unicode_escapes(&plain, '\\')),
                _ => out.push_str(&plain),
            }
            rest = &rest[prefix + length..];
            first = false;
        }
    }
}

/// Which backslash escapes apply.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    /// MySQL: `\0 \b \n \r \t \Z`, `\%` and `\_` keep the backslash, others lose it.
    Mysql,
    /// PostgreSQL's `E''`: as in C, with octal, `\xHH`, `\uXXXX`, `\UXXXXXXXX`.
    C,
}

fn unescape(text: &str, quote: char, escapes: Option<Escapes>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == quote {
            // A quote inside is doubled: one of the two stays.
            chars.next_if_eq(&quote);
            out.push(c);
        } else if c == '\\' && escapes.is_some() {
            let Some(next) = chars.next() else {
                out.push('\\');
                break;
            };
            match (escapes, next) {
                (_, 'n') => out.push('\n'),
                (_, 'r') => out.push('\r'),
                (_, 't') => out.push('\t'),
                (_, 'b') => out.push('\u{8}'),
                (Some(Escapes::Mysql), '0') => out.push('\0'),
                (Some(Escapes::Mysql), 'Z') => out.push('\u{1a}'),
                (Some(Escapes::Mysql), '%' | '_') => {
                    out.push('\\');
                    out.push(next);
                }
                (Some(Escapes::C), 'f') => out.push('\u{c}'),
                (Some(Escapes::C), '0'..='7') => {
                    let mut value = next.to_digit(8).unwrap_or(0);
                    for _ in 0..2 {
                        match chars.peek().and_then(|c| c.to_digit(8)) {
                            Some(digit) => value = value * 8 + digit,
                            None => break,
                        }
                        chars.next();
                    }
                    push_code(&mut out, value & 0xff);
                }
                (Some(Escapes::C), 'x') => push_hex(&mut out, &mut chars, 2, 'x'),
                (Some(Escapes::C), 'u') => push_hex(&mut out, &mut chars, 4, 'u'),
                (Some(Escapes::C), 'U') => push_hex(&mut out, &mut chars, 8, 'U'),
                (_, other) => out.push(other),
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn push_hex(
    out: &mut String,
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    most: usize,
    letter: char,
) {
    let mut value = 0;
    let mut digits = 0;
    while digits < most {
        let Some(digit) = chars.peek().and_then(|c| c.to_digit(16)) else { break };
        value = value * 16 + digit;
        digits += 1;
        chars.next();
    }
    if digits == 0 { out.push(letter) } else { push_code(out, value) }
}

fn push_code(out: &mut String, code: u32) {
    out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
}

/// Undoes `\XXXX` and `\+XXXXXX` as in `U&'…'`, with surrogate pairs joined.
pub fn unicode_escapes(text: &str, escape: char) -> String {
    let mut out = String::with_capacity(text.len());
    let mut high = None;
    let mut rest = text;
    while let Some(at) = rest.find(escape) {
        out.push_str(&rest[..at]);
        rest = &rest[at + escape.len_utf8()..];
        if let Some(after) = rest.strip_prefix(escape) {
            out.push(escape);
            rest = after;
            continue;
        }
        let (skip, digits) = if rest.starts_with('+') { (1, 6) } else { (0, 4) };
        let code = rest.get(skip..skip + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let Some(code) = code else {
            out.push(escape);
            continue;
        };
        rest = &rest[skip + digits..];
        match (high.take(), code) {
            (_, 0xd800..=0xdbff) => high = Some(code),
            (Some(lead), 0xdc00..=0xdfff) => {
                push_code(&mut out, 0x10000 + ((lead - 0xd800) << 10) + (code - 0xdc00))
            }
            _ => push_code(&mut out, code),
        }
    }
    out.push_str(rest);
    out
}

/// Bytes of the quoted piece `text` starts with, quotes included.
fn piece_length(text: &str, escapes: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.first().filter(|b| matches!(b, b'\'' | b'"'))?;
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if escapes => at += 2,
            b if b == quote && bytes.get(at + 1) == Some(&quote) => at += 2,
            b if b == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// Skips blanks and comments between two pieces.
fn skip_between(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        if text.starts_with("--") || text.starts_with('#') {
            text = text.find('\n').map_or("", |at| &text[at..]);
        } else if let Some(rest) = text.strip_prefix("/*") {
            text = rest.find("*/").map_or("", |at| &rest[at + 2..]);
        } else {
            return text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(kind: LiteralKind, backslash: bool, raw: &str) -> String {
        Literal { kind, backslash, joined: false }.value(raw).into_owned()
    }

    #[test]
    fn quotes_are_removed_and_escapes_undone() {
        use LiteralKind::*;
        assert_eq!(value(LiteralKind::Escape, false, r"'e\tE\\'"), "e\tE\\");
        assert_eq!(value(LiteralKind::Escape, false, r"E'e\tE\\'"), "e\tE\\");
        assert_eq!(value(String, false, "'it''s'"), "it's");
        assert_eq!(value(String, false, r"'a\n'"), r"a\n");
        assert_eq!(value(String, true, r"'a\n\%\'\0'"), "a\n\\%'\0");
        assert_eq!(value(String, true, r#""say ""hi"", it's""#), r#"say "hi", it's"#);
        assert_eq!(value(Escape, false, r"E'\x41\u00e9\101'"), "AéA");
        assert_eq!(value(Unicode, false, r"U&'d\0061t\+000061 \\'"), "data \\");
        assert_eq!(value(Dollar, false, "$x$a'$$b$x$"), "a'$$b");
        assert_eq!(value(Q, false, "q'[it's]'"), "it's");
        assert_eq!(value(HexString, false, "x'1F'"), "1F");
    }

    #[test]
    fn adjacent_strings_join() {
        let literal = Literal { kind: LiteralKind::String, backslash: false, joined: true };
        assert_eq!(literal.value("'a' -- it's\n 'b''' /* x */ 'c'"), "ab'c");
        let escape = Literal { kind: LiteralKind::Escape, backslash: false, joined: true };
        assert_eq!(escape.value(r"E'a\t' 'b\n'"), "a\tb\n");
    }
}
