//! Byte ranges of the source. Lines and columns exist only where text is shown to a person.

use serde::{Deserialize, Serialize};

/// A source file, numbered by whoever loaded it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// Half-open range of byte offsets, `start..end`, within one file.
///
/// The file is not part of the span: one statement comes from one file, which its owner knows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// No place in the source: what a pass invented.
    pub const NONE: Span = Span { start: u32::MAX, end: u32::MAX };

    /// `start..end`.
    pub const fn new(start: u32, end: u32) -> Span {
        Span { start, end }
    }

    /// The smallest span that covers both; [`Span::NONE`] is neutral.
    pub fn to(self, other: Span) -> Span {
        match (self.is_none(), other.is_none()) {
            (true, _) => other,
            (_, true) => self,
            _ => Span { start: self.start.min(other.start), end: self.end.max(other.end) },
        }
    }

    /// True for [`Span::NONE`].
    pub fn is_none(self) -> bool {
        self.start == u32::MAX
    }

    /// As a range of `usize`, for slicing the source. Must not be called on [`Span::NONE`].
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The text under the span, empty where the span lies outside of `source`.
    pub fn text(self, source: &str) -> &str {
        source.get(self.range()).unwrap_or("")
    }

    /// The same range moved by `delta` bytes.
    pub fn shifted(self, delta: u32) -> Span {
        if self.is_none() { self } else { Span { start: self.start + delta, end: self.end + delta } }
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_none() { f.write_str("-") } else { write!(f, "{}..{}", self.start, self.end) }
    }
}
