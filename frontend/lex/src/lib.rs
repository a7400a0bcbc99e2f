//! From text to tokens.
//!
//! Before: any UTF-8 text. After: identifiers, literals, operators and keywords with byte spans.
//! Never: copies text; a token is a kind and a place.

mod ident;
mod literal;

pub use ident::{Ident, Quote};
pub use literal::{Literal, LiteralKind, unicode_escapes};

/// Sorts of comments.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum CommentKind {
    /// To the end of the line: `-- …`, `# …`.
    Line,
    /// `/* … */`.
    Block,
    /// `/*+ … */`: a hint for an optimizer.
    Hint,
    /// `/*! … */` of a newer version than the dialect's, which is skipped.
    Skipped,
}
