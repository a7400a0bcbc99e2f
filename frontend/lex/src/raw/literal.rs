//! Numbers, strings and quoted names.

use super::Scanner;
use super::Sink;
use super::bytes::{NAME_PLAIN, name_byte, name_end};
use crate::settings::{Client, JoinStrings, Rules};
use crate::token::{K, Tok};
use crate::{LiteralKind, Quote, codes};
use air_base::{Diagnostic, Span};
use memchr::{memchr, memmem};

/// What the letters before a quote make of the string, and where its quote stands.
pub(super) fn string_prefix(
    word: &[u8],
    bytes: &[u8],
    end: usize,
    rules: Rules,
) -> Option<(LiteralKind, usize)> {
    let quoted = bytes.get(end) == Some(&b'\'');
    let kind = match (word, quoted) {
        ([b'n' | b'N'], true) => LiteralKind::National,
        ([b'x' | b'X'], true) => LiteralKind::HexString,
        ([b'b' | b'B'], true) if !rules.q_quotes => LiteralKind::BitString,
        ([b'e' | b'E'], true) if rules.dollar_quotes => LiteralKind::Escape,
        ([b'q' | b'Q'], true) if rules.q_quotes => LiteralKind::Q,
        ([b'n' | b'N', b'q' | b'Q'], true) if rules.q_quotes => LiteralKind::Q,
        ([b'u' | b'U'], false) if rules.dollar_quotes && bytes.get(end + 1) == Some(&b'\'') => {
            return Some((LiteralKind::Unicode, end + 1));
        }
        _ => return None,
    };
    Some((kind, end))
}

/// One past the closing quote of a string whose text starts at `at`.
pub(crate) fn string_end(bytes: &[u8], mut at: usize, quote: u8, backslash: bool) -> Option<usize> {
    loop {
        let rest = bytes.get(at..)?;
        // Most strings are short, where a plain loop beats a vector search.
        let found = if backslash {
            rest.iter().position(|b| *b == quote || *b == b'\\')?
        } else {
            memchr(quote, rest)?
        };
        at += found;
        let escaped = backslash && bytes[at] == b'\\';
        if escaped || bytes.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            return Some(at + 1);
        }
    }
}

/// True if a literal token may be joined with the string before it.
pub(crate) fn joins(rules: Rules, source: &str, before: &Tok, after: &Tok) -> bool {
    if before.kind != K::Str || after.kind != K::Str || after.aux & 0xff != LiteralKind::String as u16 {
        return false;
    }
    match rules.join {
        JoinStrings::Never => false,
        JoinStrings::Always => true,
        JoinStrings::AcrossLines => {
            source.as_bytes()[before.end as usize..after.start as usize].contains(&b'\n')
        }
    }
}

impl Scanner {
    pub(super) fn number(
        &mut self,
        bytes: &[u8],
        start: usize,
        mut end: usize,
        mut kind: LiteralKind,
        sink: &mut Sink<'_>,
    ) -> usize {
        let rules = self.rules;
        let next = bytes.get(end).copied().unwrap_or(0);
        if next == b'_' && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) && !rules.digit_names {
            while bytes.get(end).is_some_and(|b| b.is_ascii_digit() || *b == b'_') {
                end += 1;
            }
        } else if bytes[start] == b'0' && end == start + 1 && matches!(next, b'b' | b'B' | b'o' | b'O') {
            let digits = bytes[end + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
            if digits > 0 {
                kind = if next | 0x20 == b'b' { LiteralKind::BinaryNumber } else { LiteralKind::OctalNumber };
                end += 1 + digits;
            }
        } else if rules.float_suffix && matches!(next | 0x20, b'f' | b'd') && !name_byte(bytes.get(end + 1)) {
            kind = LiteralKind::Float;
            end += 1;
        }
        if name_byte(bytes.get(end)) {
            let stop = name_end(bytes, end, NAME_PLAIN);
            if rules.digit_names && kind == LiteralKind::Integer {
                self.push(K::Name, 0, start, stop);
                return stop;
            }
            if !self.broken {
                sink.diagnostics.push(Diagnostic::error(
                    codes::BAD_NUMBER,
                    Span::new(start as u32, stop as u32),
                    "a number runs into a word without a blank between them",
                ));
            }
            self.broken = true;
            end = stop;
        }
        self.push(K::Lit, kind as u16, start, end);
        end
    }

    /// Reads a string whose quote stands at `open`; `start` is where its prefix begins.
    pub(super) fn string(
        &mut self,
        source: &str,
        start: usize,
        open: usize,
        kind: LiteralKind,
    ) -> Result<usize, Span> {
        let bytes = source.as_bytes();
        let quote = bytes[open];
        let backslash = match kind {
            LiteralKind::Escape => true,
            LiteralKind::String | LiteralKind::National => self.rules.backslash,
            _ => false,
        };
        // PostgreSQL's plain strings with escapes are its E'' strings.
        let kind = match kind {
            LiteralKind::String if backslash && self.rules.client == Client::Psql => LiteralKind::Escape,
            kind => kind,
        };
        let unclosed = Span::new(start as u32, open as u32 + 1);
        let end = if kind == LiteralKind::Q {
            let opening = source[open + 1..].chars().next().ok_or(unclosed)?;
            let closing = match opening {
                '[' => ']',
                '(' => ')',
                '{' => '}',
                '<' => '>',
                other => other,
            };
            let mut finish = [0; 5];
            let length = closing.encode_utf8(&mut finish).len();
            finish[length] = b'\'';
            let body = open + 1 + opening.len_utf8();
            body + memmem::find(&bytes[body..], &finish[..length + 1]).ok_or(unclosed)? + length + 1
        } else {
            string_end(bytes, open + 1, quote, backslash).ok_or(unclosed)?
        };
        let aux = kind as u16 | (u16::from(backslash && kind != LiteralKind::Escape) << 8);
        let literal = matches!(kind, LiteralKind::HexString | LiteralKind::BitString);
        self.push(if literal { K::Lit } else { K::Str }, aux, start, end);
        if quote == b'"' {
            // Kept apart: an introducer and an alias may be such a string.
            if let Some(last) = self.toks.last_mut() {
                last.flag = 1;
            }
        }
        Ok(end)
    }

    pub(super) fn quoted(
        &mut self,
        bytes: &[u8],
        start: usize,
        close: u8,
        quote: Quote,
    ) -> Result<usize, Span> {
        let end =
            string_end(bytes, start + 1, close, false).ok_or(Span::new(start as u32, start as u32 + 1))?;
        self.toks.push(Tok {
            kind: K::Name,
            flag: quote as u8,
            aux: 0,
            start: start as u32,
            end: end as u32,
            data: 0,
        });
        Ok(end)
    }
}
