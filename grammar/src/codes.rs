//! Codes of the parser's diagnostics.

use air_base::Code;

/// A token that cannot stand where it stands.
pub const UNEXPECTED: Code = Code("P0001");
/// The statement ends too early.
pub const UNEXPECTED_END: Code = Code("P0002");
/// Syntax of another dialect.
pub const OTHER_DIALECT: Code = Code("P0003");
/// A clause in the wrong place, twice, or without what it needs.
pub const MISPLACED: Code = Code("P0004");
