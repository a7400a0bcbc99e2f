//! Agreement of parsers: every statement of the corpora, and every one of them broken a little, is read by an engine's
//! own parser and by ours.
//!
//! Before: the corpora and a running engine. After: how often both say the same, and where they do not. Never: a
//! statement that is run; whether its tables are there is nobody's business here.

mod emitted;
mod measure;
mod mutants;
mod statements;
mod tsql;

pub use emitted::{Emitted, Unread, emitted};
pub use measure::{Agreement, Disagreement, Side, measure};
pub use statements::of_dialect;
pub use tsql::Tsql;
