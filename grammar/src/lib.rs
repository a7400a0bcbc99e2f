//! From tokens to the syntax tree.
//!
//! Before: the text of a script. After: a [`tree::Tree`] per source with a place on every node, and diagnostics for
//! the statements that could not be read. Never: meaning. Whether a name exists is the binder's business.

pub mod tree;
