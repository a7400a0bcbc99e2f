//! Comments, and what is left of a statement in which something is never closed.

use super::bytes::line_end;
use super::{Scanner, Sink};
use crate::{Comment, CommentKind, codes};
use air_base::{Diagnostic, Span};
use memchr::{memchr, memmem};

/// Where a statement with something unclosed is taken to end: behind the first line that ends in a semicolon.
pub(super) fn end_of_damage(source: &str, at: usize) -> usize {
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

pub(super) fn unclosed(source: &str, opened: Span) -> Diagnostic {
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

impl Scanner {
    /// Reads a comment that starts at `start`; for an executable one only its opening.
    pub(super) fn comment(&mut self, source: &str, start: usize, sink: &mut Sink<'_>) -> Result<usize, Span> {
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
}
