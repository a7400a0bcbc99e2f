//! The ground everything stands on: spans, diagnostics, typed ids, limits, dialect names.
//!
//! Depends on nothing of ours, knows no SQL beyond the names of the six dialects,
//! and draws nothing: who shows a [`Diagnostic`] decides how it looks.

mod diagnostic;
mod dialect;
mod ids;
pub mod limits;
mod nearest;
mod span;

pub use diagnostic::{Code, Diagnostic, Label, Severity};
pub use dialect::{Dialect, DialectSet, UnknownDialect};
pub use nearest::nearest;
pub use span::{FileId, Span};
