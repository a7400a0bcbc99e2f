//! Places in a text: bytes for us, lines and UTF-16 units for the protocol.

use airc::Span;
use lsp_types::{Position, Range, TextDocumentContentChangeEvent};

/// A text that is edited.
#[derive(Default)]
pub(super) struct Text {
    content: String,
    /// Byte at which each line starts.
    lines: Vec<usize>,
}

impl Text {
    pub(super) fn new(content: String) -> Text {
        let mut text = Text { content, lines: Vec::new() };
        text.index();
        text
    }

    pub(super) fn as_str(&self) -> &str {
        &self.content
    }

    fn index(&mut self) {
        self.lines.clear();
        self.lines.push(0);
        let bytes = self.content.as_bytes();
        for (at, &byte) in bytes.iter().enumerate() {
            // A carriage return alone ends a line as well.
            if byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                self.lines.push(at + 1);
            }
        }
    }

    /// The byte at a position. What lies behind the end of a line or of the text is the end; the middle of a
    /// character is its start.
    pub(super) fn byte(&self, position: Position) -> usize {
        let line = position.line as usize;
        let Some(&start) = self.lines.get(line) else { return self.content.len() };
        let end = self.lines.get(line + 1).copied().unwrap_or(self.content.len());
        let row = self.content[start..end].trim_end_matches(['\r', '\n']);
        let mut units = 0;
        for (at, letter) in row.char_indices() {
            units += letter.len_utf16();
            if units > position.character as usize {
                return start + at;
            }
        }
        start + row.len()
    }

    /// The position of a byte.
    pub(super) fn position(&self, byte: usize) -> Position {
        let byte = byte.min(self.content.len());
        let line = self.lines.partition_point(|&start| start <= byte).saturating_sub(1);
        let row = self.content.get(self.lines[line]..byte).unwrap_or_default();
        let units: usize = row.chars().map(char::len_utf16).sum();
        Position { line: line as u32, character: units as u32 }
    }

    /// The range of a span.
    pub(super) fn range(&self, span: Span) -> Range {
        if span.is_none() {
            return Range::default();
        }
        Range { start: self.position(span.start as usize), end: self.position(span.end as usize) }
    }

    /// Applies an edit of the client. False if its range runs backwards.
    pub(super) fn change(&mut self, edit: TextDocumentContentChangeEvent) -> bool {
        match edit.range {
            None => self.content = edit.text,
            Some(range) => {
                let (start, end) = (self.byte(range.start), self.byte(range.end));
                if start > end {
                    return false;
                }
                self.content.replace_range(start..end, &edit.text);
            }
        }
        self.index();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_utf16_units() {
        let text = Text::new("é😀x\r\nab\n".to_owned());
        let at = |line, character| text.byte(Position { line, character });
        assert_eq!([at(0, 0), at(0, 1), at(0, 2), at(0, 3), at(0, 4), at(0, 9)], [0, 2, 2, 6, 7, 7]);
        assert_eq!([at(1, 1), at(2, 0), at(7, 7)], [10, 12, 12]);
        for byte in [0, 2, 6, 7, 9, 10, 12] {
            assert_eq!(text.byte(text.position(byte)), byte);
        }
        assert_eq!(text.position(6), Position { line: 0, character: 3 });
    }

    #[test]
    fn edits_apply_in_the_middle() {
        let mut text = Text::new("SELECT 'ü', a\nFROM t".to_owned());
        let range = |a: (u32, u32), b: (u32, u32)| {
            Some(Range { start: Position::new(a.0, a.1), end: Position::new(b.0, b.1) })
        };
        let edit = |range, text: &str| TextDocumentContentChangeEvent {
            range,
            range_length: None,
            text: text.to_owned(),
        };
        assert!(text.change(edit(range((0, 12), (1, 4)), "b FROM")));
        assert_eq!(text.as_str(), "SELECT 'ü', b FROM t");
        assert!(!text.change(edit(range((0, 9), (0, 2)), "")));
        assert!(text.change(edit(None, "")));
        assert_eq!(text.position(9), Position::default());
    }
}
