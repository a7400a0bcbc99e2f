//! From tokens to the syntax tree.
//!
//! Before: the text of a script. After: a [`tree::Tree`] per source with a place on every node, and diagnostics for
//! the statements that could not be read. Never: meaning. Whether a name exists is the binder's business.
//!
//! ```
//! use air_base::Dialect;
//! use airc_grammar::{Parser, tree::StatementKind};
//!
//! let mut parser = Parser::of(Dialect::Postgres);
//! let parsed = parser.parse("SELECT a::int FROM t; SELECT FROM WHERE; COMMIT");
//! let kinds: Vec<_> = parsed.tree.statements().iter().map(|id| parsed.tree[*id].kind).collect();
//! assert!(matches!(kinds[0], StatementKind::Query(_)));
//! assert!(matches!(kinds[1], StatementKind::Broken));
//! assert!(matches!(kinds[2], StatementKind::Commit { chain: false }));
//! assert_eq!(parsed.diagnostics.len(), 1);
//! ```

mod block;
mod build;
pub mod codes;
mod driver;
mod expected;
mod parser;
pub mod tree;

pub use airc_lex::codes as lexer_codes;
pub use airc_lex::{Piece, PieceKind, keywords, pieces, reserved_words};
pub use airc_lex::{Settings, StatementSpan, split};
pub use parser::{Parsed, Parser};

#[cfg(test)]
mod tests;
