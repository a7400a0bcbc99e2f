//! What a dollar or an at sign opens.

use super::bytes::{NAME_AT, NAME_PLAIN, name_byte, name_end, name_end_plain};
use super::string_end;
use super::{Scanner, Sink};
use crate::token::K;
use crate::{LiteralKind, codes};
use air_base::{Diagnostic, Span};
use memchr::memmem;

/// `aux` of parameter tokens.
/// A parameter's style.
pub const PARAM_QUESTION: u16 = 0;

/// A parameter's style.
pub const PARAM_QUESTION_NUMBER: u16 = 1;

/// A parameter's style.
pub const PARAM_DOLLAR: u16 = 2;

/// A parameter's style.
pub const PARAM_COLON_NUMBER: u16 = 3;

/// A parameter's style.
pub const PARAM_COLON: u16 = 4;

/// A parameter's style.
pub const PARAM_AT: u16 = 5;

impl Scanner {
    pub(super) fn dollar(
        &mut self,
        source: &str,
        start: usize,
        end: usize,
        sink: &mut Sink<'_>,
    ) -> Result<usize, Span> {
        let bytes = source.as_bytes();
        let next = bytes.get(end).copied().unwrap_or(0);
        if self.rules.money && (next.is_ascii_digit() || next == b'.') {
            let digits = bytes[end..].iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
            self.push(K::Lit, LiteralKind::Money as u16, start, end + digits);
            return Ok(end + digits);
        }
        if next.is_ascii_digit() {
            let digits = bytes[end..].iter().take_while(|b| b.is_ascii_digit()).count();
            self.push(K::Param, PARAM_DOLLAR, start, end + digits);
            return Ok(end + digits);
        }
        let tag_end = name_end_plain(bytes, end);
        if self.rules.dollar_quotes && bytes.get(tag_end) == Some(&b'$') {
            let tag = &bytes[start..=tag_end];
            let body = tag_end + 1;
            let found = memmem::find(&bytes[body..], tag).ok_or(Span::new(start as u32, body as u32))?;
            let stop = body + found + tag.len();
            self.push(K::Str, LiteralKind::Dollar as u16, start, stop);
            return Ok(stop);
        }
        if tag_end > end && self.rules.at_params {
            self.push(K::Param, PARAM_AT, start, tag_end);
            return Ok(tag_end);
        }
        self.stray(source, start, end, sink);
        Ok(end)
    }

    pub(super) fn at(&mut self, bytes: &[u8], start: usize, end: usize, _sink: &mut Sink<'_>) -> usize {
        let rules = self.rules;
        if rules.variables {
            let system = bytes.get(end) == Some(&b'@');
            let name = if system { end + 1 } else { end };
            let stop = match bytes.get(name) {
                // MySQL: @'a b', @`a b`, @"a b".
                Some(&quote @ (b'\'' | b'`' | b'"')) if !rules.hash_names => {
                    string_end(bytes, name + 1, quote, false).unwrap_or(bytes.len())
                }
                _ => {
                    let mut stop = name_end(bytes, name, if rules.hash_names { NAME_AT } else { NAME_PLAIN });
                    // @@global.sort_buffer_size; a user variable of MySQL may hold dots.
                    while bytes.get(stop) == Some(&b'.')
                        && name_byte(bytes.get(stop + 1))
                        && !rules.hash_names
                    {
                        stop = name_end(bytes, stop + 1, NAME_PLAIN);
                    }
                    stop
                }
            };
            self.push(K::Var, u16::from(system), start, stop);
            return stop;
        }
        if rules.at_params && name_byte(bytes.get(end)) {
            let stop = name_end(bytes, end, NAME_PLAIN);
            self.push(K::Param, PARAM_AT, start, stop);
            return stop;
        }
        self.operator(bytes, start)
    }

    pub(super) fn stray(&mut self, source: &str, start: usize, end: usize, sink: &mut Sink<'_>) {
        self.push(K::Bad, 0, start, end);
        if !self.broken {
            sink.diagnostics.push(Diagnostic::error(
                codes::UNKNOWN_CHARACTER,
                Span::new(start as u32, end as u32),
                format!("`{}` has no meaning here in {}", &source[start..end], self.rules.dialect),
            ));
        }
        self.broken = true;
    }
}
