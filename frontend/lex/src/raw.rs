//! Raw tokens of one statement: words looked up, strings and comments closed, brackets paired, the end found.
//!
//! `logos` cuts off words, numbers and opening bytes; what a dialect makes of an opening byte is decided here.

use crate::settings::{Client, JoinStrings, Rules};
use crate::split::Splitter;
use crate::token::{K, Op, Tok};
use crate::words::W;
use crate::{Comment, CommentKind, LiteralKind, Quote, codes};
use air_base::{Diagnostic, Span};
use logos::Logos;
use memchr::{memchr, memmem};

#[derive(Logos, Clone, Copy, PartialEq, Eq, Debug)]
#[logos(skip r"[ \t\r\n\x0B\x0C]+")]
enum Raw {
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
static LONE: [Option<Raw>; 256] = {
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
fn raw_at(source: &str, at: usize) -> Option<(Result<Raw, ()>, usize, usize)> {
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

fn by_automaton(source: &str, start: usize) -> Option<(Result<Raw, ()>, usize, usize)> {
    let mut lexer = Raw::lexer(&source[start..]);
    let raw = lexer.next()?;
    let span = lexer.span();
    Some((raw, start + span.start, start + span.end))
}

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

    fn number(
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
    fn string(&mut self, source: &str, start: usize, open: usize, kind: LiteralKind) -> Result<usize, Span> {
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

    fn quoted(&mut self, bytes: &[u8], start: usize, close: u8, quote: Quote) -> Result<usize, Span> {
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

    /// Reads a comment that starts at `start`; for an executable one only its opening.
    fn comment(&mut self, source: &str, start: usize, sink: &mut Sink<'_>) -> Result<usize, Span> {
        let bytes = source.as_bytes();
        let unclosed = Span::new(start as u32, start as u32 + 2);
        let mut kind = CommentKind::Block;
        if self.rules.executable_comments {
            let bang = match (bytes.get(start + 2), bytes.get(start + 3)) {
                (Some(b'!'), _) => Some(start + 3),
                (Some(b'M'), Some(b'!')) => Some(start + 4),
                _ => None,
            };
            if let Some(mut at) = bang {
                let digits = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count().min(6);
                let digits = if digits >= 5 { digits } else { 0 };
                let version: u32 = source[at..at + digits].parse().unwrap_or(0);
                at += digits;
                let maria_only = bytes[start + 2] == b'M' && self.rules.dialect != air_base::Dialect::Mariadb;
                // MariaDB leaves the versions of MySQL 5.7 and later, which it never was, alone.
                let not_mine = self.rules.dialect == air_base::Dialect::Mariadb
                    && bytes[start + 2] == b'!'
                    && (50_700..=99_999).contains(&version);
                if version <= self.rules.executable_version && !maria_only && !not_mine {
                    self.executable = true;
                    return Ok(at);
                }
                kind = CommentKind::Skipped;
            }
        }
        if bytes.get(start + 2) == Some(&b'+') {
            kind = CommentKind::Hint;
        }
        let mut at = start + 2;
        let mut depth = 1;
        while depth > 0 {
            let found = memchr(b'*', bytes.get(at..).unwrap_or(&[])).map(|found| at + found);
            if self.rules.nested_comments {
                // A slash that opens another comment may come first.
                let stop = found.unwrap_or(bytes.len());
                if let Some(inner) = memmem::find(&bytes[at..(stop + 1).min(bytes.len())], b"/*") {
                    depth += 1;
                    at += inner + 2;
                    continue;
                }
            }
            let star = found.ok_or(unclosed)?;
            at = star + 1;
            if bytes.get(at) == Some(&b'/') {
                depth -= 1;
                at += 1;
            }
        }
        sink.comments.push(Comment { kind, span: Span::new(start as u32, at as u32) });
        Ok(at)
    }

    /// Position behind the comment at `at`, if one starts there whose text is not for the server.
    pub(crate) fn plain_comment(&mut self, source: &str, at: usize, sink: &mut Sink<'_>) -> Option<usize> {
        let bytes = source.as_bytes();
        let rest = &bytes[at..];
        let dashes = rest.starts_with(b"--")
            && (!self.rules.dashes_need_blank || rest.get(2).is_none_or(|b| b.is_ascii_whitespace()));
        if dashes || (self.rules.hash_comments && rest.starts_with(b"#")) {
            let end = line_end(bytes, at);
            sink.comments.push(Comment { kind: CommentKind::Line, span: Span::new(at as u32, end as u32) });
            return Some(end);
        }
        let executable =
            self.rules.executable_comments && (rest.starts_with(b"/*!") || rest.starts_with(b"/*M!"));
        if rest.starts_with(b"/*") && !executable {
            return self.comment(source, at, sink).ok();
        }
        None
    }

    fn dollar(&mut self, source: &str, start: usize, end: usize, sink: &mut Sink<'_>) -> Result<usize, Span> {
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

    fn at(&mut self, bytes: &[u8], start: usize, end: usize, _sink: &mut Sink<'_>) -> usize {
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

    fn stray(&mut self, source: &str, start: usize, end: usize, sink: &mut Sink<'_>) {
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

    /// Reads the operator at `start`.
    #[inline]
    fn operator(&mut self, bytes: &[u8], start: usize) -> usize {
        // Most are of one character; what follows then is a blank or an operand.
        if let Some(op) = lone_operator(bytes[start])
            && bytes.get(start + 1).is_some_and(|b| letter_digit_or_blank(*b))
        {
            self.push(K::Op, op as u16, start, start + 1);
            return start + 1;
        }
        self.long_operator(bytes, start)
    }

    fn long_operator(&mut self, bytes: &[u8], start: usize) -> usize {
        let (op, length) = if self.rules.open_operators {
            open_operator(&bytes[start..])
        } else {
            fixed_operator(&bytes[start..], self.rules)
        };
        let kind = if op == Op::Question && length == 1 { K::Param } else { K::Op };
        let aux = if kind == K::Param { PARAM_QUESTION } else { op as u16 };
        self.push(kind, aux, start, start + length);
        start + length
    }
}

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

/// What the letters before a quote make of the string, and where its quote stands.
fn string_prefix(word: &[u8], bytes: &[u8], end: usize, rules: Rules) -> Option<(LiteralKind, usize)> {
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

pub(crate) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found)
}

fn name_byte(byte: Option<&u8>) -> bool {
    byte.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | 0x80..))
}

/// Bytes of names: letters, digits, `_`, `$` and everything that is not ASCII.
const NAME_PLAIN: u8 = 1;
/// The same and `#`.
const NAME_HASH: u8 = 2;
/// The same, `#` and `@`.
const NAME_AT: u8 = 4;

static NAME_BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        let byte = b as u8;
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..) {
            table[b] = NAME_PLAIN | NAME_HASH | NAME_AT;
        }
        b += 1;
    }
    table[b'#' as usize] = NAME_HASH | NAME_AT;
    table[b'@' as usize] = NAME_AT;
    table
};

/// Position behind the bytes of a name from `at` on.
#[inline]
fn name_end(bytes: &[u8], mut at: usize, members: u8) -> usize {
    // Eight bytes at once: names are short and of any length, which a loop over their bytes mispredicts at each end.
    while let Some(eight) = bytes.get(at..at + 8).and_then(|eight| <[u8; 8]>::try_from(eight).ok()) {
        let others = !letters_and_digits(u64::from_le_bytes(eight)) & HIGH_BITS;
        if others == 0 {
            at += 8;
            continue;
        }
        at += others.trailing_zeros() as usize / 8;
        // A letter of another alphabet, `$` and the like are rare.
        if NAME_BYTES[bytes[at] as usize] & members == 0 {
            return at;
        }
        at += 1;
    }
    while bytes.get(at).is_some_and(|b| NAME_BYTES[*b as usize] & members != 0) {
        at += 1;
    }
    at
}

const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// The high bit of each byte that is an ASCII letter, digit or `_`. Other bits are arbitrary.
#[inline]
fn letters_and_digits(eight: u64) -> u64 {
    const fn each(byte: u8) -> u64 {
        byte as u64 * 0x0101_0101_0101_0101
    }
    // A sum carries into the high bit of its byte where the byte is at least 0x80 minus what is added.
    let ascii = eight & each(0x7f);
    let lower = ascii | each(0x20);
    let letter = (lower + each(0x80 - b'a')) & !(lower + each(0x7f - b'z'));
    let digit = (ascii + each(0x80 - b'0')) & !(ascii + each(0x7f - b'9'));
    let underscore = !((ascii ^ each(b'_')) + each(0x7f));
    (letter | digit | underscore) & !eight
}

fn name_end_plain(bytes: &[u8], mut at: usize) -> usize {
    while name_byte(bytes.get(at)) {
        at += 1;
    }
    at
}

/// True if nothing but blanks stands beside `start..end` on its line.
pub(crate) fn alone_on_line(bytes: &[u8], start: usize, end: usize) -> bool {
    starts_line(bytes, start)
        && bytes[end..].iter().take_while(|b| **b != b'\n').all(|b| matches!(b, b' ' | b'\t' | b'\r'))
}

/// True if nothing but blanks stands before `start` on its line.
pub(crate) fn starts_line(bytes: &[u8], start: usize) -> bool {
    bytes[..start].iter().rev().take_while(|b| **b != b'\n').all(|b| matches!(b, b' ' | b'\t' | b'\r'))
}

/// Where a statement with something unclosed is taken to end: behind the first line that ends in a semicolon.
fn end_of_damage(source: &str, at: usize) -> usize {
    let bytes = source.as_bytes();
    let mut from = at;
    while let Some(found) = memchr(b';', &bytes[from..]) {
        let semicolon = from + found;
        let rest = &bytes[semicolon + 1..line_end(bytes, semicolon)];
        if rest.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r')) {
            return semicolon + 1;
        }
        from = semicolon + 1;
    }
    bytes.len()
}

fn unclosed(source: &str, opened: Span) -> Diagnostic {
    let text = opened.text(source);
    let what = match text.as_bytes().first() {
        Some(b'/') => "comment",
        Some(b'"' | b'`' | b'[') => "quoted name",
        _ => "string",
    };
    Diagnostic::error(codes::UNCLOSED, opened, format!("this {what} is never closed"))
        .here(format!("the {what} starts here"))
        .help("the statement was taken to end at the next line that ends in `;`")
}

/// What an operator character means alone, where all dialects agree.
#[inline]
fn lone_operator(byte: u8) -> Option<Op> {
    Some(match byte {
        b'=' => Op::Eq,
        b'<' => Op::Lt,
        b'>' => Op::Gt,
        b'*' => Op::Star,
        b'+' => Op::Plus,
        b'-' => Op::Minus,
        _ => return None,
    })
}

#[inline]
fn letter_digit_or_blank(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_alphanumeric()
}

/// The longest operator of a dialect with a fixed set of them.
fn fixed_operator(bytes: &[u8], rules: Rules) -> (Op, usize) {
    let second = bytes.get(1).copied().unwrap_or(0);
    let third = bytes.get(2).copied().unwrap_or(0);
    let ms = rules.bare_statements;
    match (bytes[0], second, third) {
        (b'<', b'=', b'>') if !ms => (Op::NullSafeEq, 3),
        (b'<', b'=', _) => (Op::Le, 2),
        (b'<', b'>', _) => (Op::Ne, 2),
        (b'<', b'<', _) => (Op::ShiftLeft, 2),
        (b'<', ..) => (Op::Lt, 1),
        (b'>', b'=', _) => (Op::Ge, 2),
        (b'>', b'>', _) => (Op::ShiftRight, 2),
        (b'>', ..) => (Op::Gt, 1),
        (b'=', b'=', _) => (Op::Eq, 2),
        (b'=', b'>', _) => (Op::NamedArg, 2),
        (b'=', ..) => (Op::Eq, 1),
        (b'!', b'=', _) => (Op::Ne, 2),
        (b'!', b'<', _) if ms => (Op::Ge, 2),
        (b'!', b'>', _) if ms => (Op::Le, 2),
        (b'!', ..) => (Op::Bang, 1),
        (b'^', b'=', _) if rules.q_quotes => (Op::Ne, 2),
        (b'^', b'=', _) if ms => (Op::XorAssign, 2),
        (b'^', ..) => (Op::Caret, 1),
        (b'|', b'|', _) => (Op::Pipes, 2),
        (b'|', b'=', _) if ms => (Op::OrAssign, 2),
        (b'|', ..) => (Op::Pipe, 1),
        (b'&', b'&', _) => (Op::Amps, 2),
        (b'&', b'=', _) if ms => (Op::AndAssign, 2),
        (b'&', ..) => (Op::Amp, 1),
        (b'-', b'>', b'>') => (Op::LongArrow, 3),
        (b'-', b'>', _) => (Op::Arrow, 2),
        (b'-', b'=', _) if ms => (Op::SubAssign, 2),
        (b'-', ..) => (Op::Minus, 1),
        (b'+', b'=', _) if ms => (Op::AddAssign, 2),
        (b'+', ..) => (Op::Plus, 1),
        (b'*', b'*', _) if rules.q_quotes => (Op::Power, 2),
        (b'*', b'=', _) if ms => (Op::MulAssign, 2),
        (b'*', ..) => (Op::Star, 1),
        (b'/', b'=', _) if ms => (Op::DivAssign, 2),
        (b'/', ..) => (Op::Slash, 1),
        (b'%', b'=', _) if ms => (Op::ModAssign, 2),
        (b'%', ..) => (Op::Percent, 1),
        (b'~', ..) => (Op::Tilde, 1),
        (b'?', ..) => (Op::Question, 1),
        _ => (Op::Custom, 1),
    }
}

/// PostgreSQL: the longest run of operator characters, cut before a comment, and without a sign at its end unless it
/// holds a character that arithmetic has no use for.
fn open_operator(bytes: &[u8]) -> (Op, usize) {
    let member = |b: u8| {
        matches!(
            b,
            b'+' | b'-'
                | b'*'
                | b'/'
                | b'<'
                | b'>'
                | b'='
                | b'~'
                | b'!'
                | b'@'
                | b'#'
                | b'%'
                | b'^'
                | b'&'
                | b'|'
                | b'`'
                | b'?'
        )
    };
    let mut length = 0;
    while length < bytes.len() && member(bytes[length]) {
        if length > 0 && (bytes[length..].starts_with(b"--") || bytes[length..].starts_with(b"/*")) {
            break;
        }
        length += 1;
    }
    let special = bytes[..length]
        .iter()
        .any(|b| matches!(b, b'~' | b'!' | b'@' | b'#' | b'%' | b'^' | b'&' | b'|' | b'`' | b'?'));
    while length > 1 && !special && matches!(bytes[length - 1], b'+' | b'-') {
        length -= 1;
    }
    let op = match &bytes[..length] {
        b"+" => Op::Plus,
        b"-" => Op::Minus,
        b"*" => Op::Star,
        b"/" => Op::Slash,
        b"%" => Op::Percent,
        b"^" => Op::Caret,
        b"<" => Op::Lt,
        b"<=" => Op::Le,
        b">" => Op::Gt,
        b">=" => Op::Ge,
        b"=" => Op::Eq,
        b"<>" | b"!=" => Op::Ne,
        b"=>" => Op::NamedArg,
        b"||" => Op::Pipes,
        b"&&" => Op::Amps,
        b"&" => Op::Amp,
        b"|" => Op::Pipe,
        b"#" => Op::Hash,
        b"<<" => Op::ShiftLeft,
        b">>" => Op::ShiftRight,
        b"~" => Op::Tilde,
        b"~*" => Op::TildeStar,
        b"!~" => Op::BangTilde,
        b"!~*" => Op::BangTildeStar,
        b"~~" => Op::LikeTildes,
        b"!~~" => Op::NotLikeTildes,
        b"~~*" => Op::IlikeTildes,
        b"!~~*" => Op::NotIlikeTildes,
        b"->" => Op::Arrow,
        b"->>" => Op::LongArrow,
        b"#>" => Op::HashArrow,
        b"#>>" => Op::HashLongArrow,
        b"#-" => Op::HashMinus,
        b"@>" => Op::Contains,
        b"<@" => Op::ContainedBy,
        b"?" => Op::Question,
        b"?|" => Op::QuestionPipe,
        b"?&" => Op::QuestionAnd,
        b"@?" => Op::AtQuestion,
        b"@@" => Op::AtAt,
        b"@" => Op::Abs,
        b"!!" => Op::NotNot,
        b"|/" => Op::SquareRoot,
        b"||/" => Op::CubeRoot,
        b"^@" => Op::StartsWith,
        b"<->" => Op::Distance,
        b"-|-" => Op::Adjacent,
        b"!" => Op::Bang,
        _ => Op::Custom,
    };
    (op, length.max(1))
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
