//! From text to tokens.
//!
//! Before: any UTF-8 text. After: per statement a buffer of terminals with byte spans, the parts of its names, its
//! comments, and diagnostics for what could not be read. Never: copies text; a token is a kind and a place.
//!
//! Two steps: `raw` cuts the text up, `fuse` decides what words mean where. Both know the dialect only through a table
//! of rules made from [`Settings`].

pub mod codes;
mod fuse;
mod ident;
mod kinds;
mod literal;
mod pieces;
mod raw;
mod script;
mod settings;
mod split;
mod token;
mod words;

pub use ident::{Ident, Quote};
pub use kinds::{HeadRole, ObjectKind, OtherKind};
pub use literal::{Literal, LiteralKind, unicode_escapes};
pub use pieces::{Piece, PieceKind, pieces};
pub use script::{Chunk, Lexer, StatementSpan, split};
pub use settings::Settings;
pub use token::{K, Op, Tok};
pub use words::{keywords, reserved_words};

/// Numbers that tokens carry in their `aux`, for the builder of the syntax tree.
pub mod aux {
    pub use crate::fuse::{aux::*, literal_of};
    pub use crate::raw::{
        PARAM_AT, PARAM_COLON, PARAM_COLON_NUMBER, PARAM_DOLLAR, PARAM_QUESTION, PARAM_QUESTION_NUMBER,
    };
}

use air_base::Span;

/// A comment. Comments stand in source order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Comment {
    /// What sort of comment.
    pub kind: CommentKind,
    /// Its place, markers included.
    pub span: Span,
}

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
