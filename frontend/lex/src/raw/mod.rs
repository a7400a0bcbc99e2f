//! Raw tokens of one statement: words looked up, strings and comments closed, brackets paired, the end found.
//!
//! What most tokens are is plain from their first byte; `logos` cuts off the others. What a dialect makes of an opening
//! byte is decided here and beside.

mod bytes;
mod comment;
mod first;
mod literal;
mod operator;
mod sign;

pub(crate) use bytes::{alone_on_line, line_end, starts_line};
pub(crate) use literal::{joins, string_end};
pub use sign::{
    PARAM_AT, PARAM_COLON, PARAM_COLON_NUMBER, PARAM_DOLLAR, PARAM_QUESTION, PARAM_QUESTION_NUMBER,
};

use bytes::{NAME_AT, NAME_BYTES, NAME_HASH, NAME_PLAIN, name_end};
use comment::{end_of_damage, unclosed};
use first::{Raw, raw_at};
use literal::string_prefix;

use crate::settings::{Client, Rules};
use crate::split::Splitter;
use crate::token::{K, Op, Tok};
use crate::words::W;
use crate::{Comment, CommentKind, LiteralKind, Quote, codes};
use air_base::{Diagnostic, Span};
use memchr::memmem;

/// How a scan of one statement ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    /// With the terminator at this place.
    Terminator(Span),
    /// Before a word that starts the next statement, or at the end of the text.
    Bare,
}

/// What belongs to one statement but is no token.
pub(crate) struct Sink<'a> {
    pub comments: &'a mut Vec<Comment>,
    pub diagnostics: &'a mut Vec<Diagnostic>,
}

/// Scans statements one at a time. All buffers are reused.
#[derive(Debug)]
pub(crate) struct Scanner {
    pub rules: Rules,
    pub toks: Vec<Tok>,
    /// Positions of brackets that are open.
    open: Vec<u32>,
    /// Inside of `/*! … */`.
    executable: bool,
    /// The terminator set by `DELIMITER`; empty means `;`.
    pub delimiter: Span,
    /// Something in the statement could not be read; its tokens are not worth parsing.
    pub broken: bool,
    /// Deepest nesting of brackets and `CASE`.
    pub depth_max: u32,
}

impl Scanner {
    pub(crate) fn new(rules: Rules) -> Scanner {
        Scanner {
            rules,
            toks: Vec::new(),
            open: Vec::new(),
            executable: false,
            delimiter: Span::new(0, 0),
            broken: false,
            depth_max: 0,
        }
    }

    /// Forgets an executable comment that is still open.
    pub(crate) fn leave_comment(&mut self) {
        self.executable = false;
    }

    fn push(&mut self, kind: K, aux: u16, start: usize, end: usize) {
        self.toks.push(Tok { kind, flag: 0, aux, start: start as u32, end: end as u32, data: 0 });
    }

    /// Reads the tokens of the statement that starts at or behind `at`. Gives how it ended and where to go on.
    pub(crate) fn statement(&mut self, source: &str, at: usize, sink: &mut Sink<'_>) -> (Ending, usize) {
        self.toks.clear();
        self.open.clear();
        self.broken = false;
        self.depth_max = 0;
        let comments_before = sink.comments.len();
        let diagnostics_before = sink.diagnostics.len();
        match self.scan(source, at, sink) {
            Ok(done) => done,
            Err(opened) => {
                // A string or comment that never ends would swallow the rest of the script. The damage is limited to
                // what a reader would call the statement: up to the next line that ends in a terminator.
                let first = self.toks.first().map_or(opened.start as usize, |tok| tok.start as usize);
                sink.comments.truncate(comments_before);
                let stop = end_of_damage(source, first.max(at));
                self.broken = true;
                self.executable = false;
                self.toks.clear();
                self.push(K::Bad, 0, first, stop);
                if sink.diagnostics.len() == diagnostics_before {
                    sink.diagnostics.push(unclosed(source, opened));
                }
                (Ending::Terminator(Span::new(stop as u32, stop as u32)), stop)
            }
        }
    }

    fn scan(&mut self, source: &str, at: usize, sink: &mut Sink<'_>) -> Result<(Ending, usize), Span> {
        let bytes = source.as_bytes();
        let rules = self.rules;
        let mut at = at;
        let mut splitter = Splitter::new(rules);
        let delimited = !self.delimiter.range().is_empty();
        let name_bytes = if rules.hash_names {
            NAME_AT
        } else if rules.hash_in_names {
            NAME_HASH
        } else {
            NAME_PLAIN
        };
        while let Some((item, start, mut end)) = raw_at(source, at) {
            if delimited && source[start..].starts_with(self.delimiter.text(source)) {
                return Ok(self.delimited(start, sink));
            }
            let next = bytes.get(end).copied().unwrap_or(0);
            match item {
                Ok(Raw::Word) => {
                    end = name_end(bytes, end, name_bytes);
                    if delimited
                        && let Some(found) =
                            memmem::find(&bytes[start..end], self.delimiter.text(source).as_bytes())
                    {
                        // `END$$`: a word may hold the bytes of the delimiter.
                        let found = start + found;
                        self.push(K::Name, W::find(bytes, start, found) as u16, start, found);
                        return Ok(self.delimited(found, sink));
                    }
                    let next = bytes.get(end).copied().unwrap_or(0);
                    if matches!(next, b'\'' | b'&')
                        && let Some((kind, open)) = string_prefix(&bytes[start..end], bytes, end, rules)
                    {
                        end = self.string(source, start, open, kind)?;
                    } else {
                        let word = W::find(bytes, start, end);
                        if word != W::Unlisted
                            && splitter.at_top()
                            && self.open.is_empty()
                            && let Some(stop) = splitter.ends_before(&self.toks, word, source, start, end)
                        {
                            self.close(sink);
                            return Ok(stop);
                        }
                        self.push(K::Name, word as u16, start, end);
                        if word != W::Unlisted {
                            splitter.word(&self.toks, word);
                            if word == W::Case {
                                self.depth_max =
                                    self.depth_max.max(self.open.len() as u32 + splitter.cases());
                            }
                        }
                    }
                }
                Ok(Raw::Integer) if NAME_BYTES[next as usize] == 0 => {
                    self.push(K::Lit, LiteralKind::Integer as u16, start, end);
                }
                Ok(Raw::Integer) => end = self.number(bytes, start, end, LiteralKind::Integer, sink),
                Ok(Raw::Decimal) => end = self.number(bytes, start, end, LiteralKind::Decimal, sink),
                Ok(Raw::Float) => end = self.number(bytes, start, end, LiteralKind::Float, sink),
                Ok(Raw::Hex) => end = self.number(bytes, start, end, LiteralKind::HexNumber, sink),
                Ok(Raw::Quote) => end = self.string(source, start, start, LiteralKind::String)?,
                Ok(Raw::DoubleQuote) if rules.double_quote_names => {
                    end = self.quoted(bytes, start, b'"', Quote::Double)?
                }
                Ok(Raw::DoubleQuote) => end = self.string(source, start, start, LiteralKind::String)?,
                Ok(Raw::Backtick) if rules.backtick_names => {
                    end = self.quoted(bytes, start, b'`', Quote::Backtick)?
                }
                Ok(Raw::Lb) if rules.bracket_names => {
                    end = self.quoted(bytes, start, b']', Quote::Bracket)?
                }
                Ok(Raw::Lp) => {
                    self.open.push(self.toks.len() as u32);
                    self.depth_max = self.depth_max.max(self.open.len() as u32 + splitter.cases());
                    self.push(K::Lp, 0, start, end);
                }
                Ok(Raw::Rp) => {
                    let here = self.toks.len() as u32;
                    // An opening bracket of the other sort in between was never closed; it stays unpaired.
                    while let Some(open) = self.open.pop() {
                        if self.toks[open as usize].kind == K::Lp {
                            self.toks[open as usize].data = here;
                            break;
                        }
                    }
                    self.push(K::Rp, 0, start, end);
                }
                Ok(Raw::Lb) => {
                    self.open.push(self.toks.len() as u32);
                    self.depth_max = self.depth_max.max(self.open.len() as u32 + splitter.cases());
                    self.push(K::Lb, 0, start, end);
                }
                Ok(Raw::Rb) => {
                    if let Some(&open) = self.open.last()
                        && self.toks[open as usize].kind == K::Lb
                    {
                        self.toks[open as usize].data = self.toks.len() as u32;
                        self.open.pop();
                    }
                    self.push(K::Rb, 0, start, end);
                }
                Ok(Raw::Comma) => self.push(K::Comma, 0, start, end),
                Ok(Raw::Dot) => self.push(K::Dot, 0, start, end),
                Ok(Raw::Semi) => {
                    if !delimited && splitter.ends_at_semicolon() {
                        self.close(sink);
                        return Ok((Ending::Terminator(Span::new(start as u32, end as u32)), end));
                    }
                    splitter.semicolon();
                    self.push(K::Semi, 0, start, end);
                }
                Ok(Raw::Dashes) => {
                    let blank =
                        bytes.get(end).is_none_or(|b| b.is_ascii_whitespace() || b.is_ascii_control());
                    if rules.dashes_need_blank && !blank {
                        end = start + 1;
                        // The second dash is read again.
                        self.push(K::Op, Op::Minus as u16, start, end);
                    } else {
                        end = line_end(bytes, end);
                        sink.comments.push(Comment {
                            kind: CommentKind::Line,
                            span: Span::new(start as u32, end as u32),
                        });
                    }
                }
                Ok(Raw::Hash) if rules.hash_comments => {
                    end = line_end(bytes, end);
                    sink.comments
                        .push(Comment { kind: CommentKind::Line, span: Span::new(start as u32, end as u32) });
                }
                Ok(Raw::Hash) if rules.hash_names => {
                    end = name_end(bytes, end, NAME_AT);
                    self.push(K::Name, 0, start, end);
                }
                Ok(Raw::OpenComment) => end = self.comment(source, start, sink)?,
                Ok(Raw::Dollar) => end = self.dollar(source, start, end, sink)?,
                Ok(Raw::At) => end = self.at(bytes, start, end, sink),
                Ok(Raw::Colon) => {
                    end += match next {
                        b':' => 1,
                        b'=' => 1,
                        _ => 0,
                    };
                    match end - start {
                        2 if next == b':' => self.push(K::Colons, 0, start, end),
                        2 => self.push(K::Op, Op::Assign as u16, start, end),
                        _ => self.push(K::Colon, 0, start, end),
                    }
                }
                Ok(Raw::Operator | Raw::Hash | Raw::Question) => {
                    if self.executable && bytes[start] == b'*' && next == b'/' {
                        self.executable = false;
                        end += 1;
                    } else if rules.client == Client::Sqlplus
                        && bytes[start] == b'/'
                        && alone_on_line(bytes, start, end)
                        && self.open.is_empty()
                    {
                        self.close(sink);
                        return Ok((Ending::Terminator(Span::new(start as u32, end as u32)), end));
                    } else {
                        end = self.operator(bytes, start);
                    }
                }
                Ok(Raw::Backslash) if rules.client == Client::Mysql && matches!(next, b'g' | b'G') => {
                    self.close(sink);
                    return Ok((Ending::Terminator(Span::new(start as u32, end as u32 + 1)), end + 1));
                }
                Ok(Raw::Backslash) if rules.client == Client::Psql && next.is_ascii_alphabetic() => {
                    // `\gexec`, `\gset`, `\g` send what stands before them.
                    end = line_end(bytes, end);
                    self.close(sink);
                    return Ok((Ending::Terminator(Span::new(start as u32, end as u32)), end));
                }
                Ok(Raw::Lc | Raw::Rc | Raw::Backtick | Raw::Backslash) | Err(()) => {
                    if source[start..].starts_with('\u{feff}') {
                        end = start + 3;
                    } else if bytes[start] >= 0x80 {
                        end = name_end(bytes, start, name_bytes);
                        self.push(K::Name, 0, start, end);
                    } else {
                        end = end.max(start + 1);
                        while !source.is_char_boundary(end) {
                            end += 1;
                        }
                        self.push(K::Bad, 0, start, end);
                        if !self.broken {
                            let shown = &source[start..end];
                            sink.diagnostics.push(Diagnostic::error(
                                codes::UNKNOWN_CHARACTER,
                                Span::new(start as u32, end as u32),
                                format!("`{}` has no meaning in {}", shown.escape_debug(), rules.dialect),
                            ));
                        }
                        self.broken = true;
                    }
                }
            }
            at = end;
        }
        self.close(sink);
        Ok((Ending::Bare, source.len()))
    }

    /// Reports what the end of the statement left open.
    fn close(&mut self, sink: &mut Sink<'_>) {
        if let Some(&open) = self.open.last()
            && !self.broken
        {
            let tok = self.toks[open as usize];
            let closing = if tok.kind == K::Lp { ")" } else { "]" };
            sink.diagnostics.push(
                Diagnostic::error(
                    codes::UNCLOSED,
                    tok.span(),
                    format!("this bracket has no `{closing}` before the statement ends"),
                )
                .here(format!("needs a `{closing}`")),
            );
            self.broken = true;
        }
    }

    /// The statement ends with the delimiter at `at`.
    fn delimited(&mut self, at: usize, sink: &mut Sink<'_>) -> (Ending, usize) {
        let stop = at + self.delimiter.range().len();
        self.close(sink);
        (Ending::Terminator(Span::new(at as u32, stop as u32)), stop)
    }
}
