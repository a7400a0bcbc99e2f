//! Codes of the lexer's diagnostics.

use air_base::Code;

/// A string, quoted name, comment or bracket that is never closed.
pub const UNCLOSED: Code = Code("L0001");
/// A character that starts no token of the dialect.
pub const UNKNOWN_CHARACTER: Code = Code("L0002");
/// A number with letters behind it.
pub const BAD_NUMBER: Code = Code("L0003");
/// A text longer than spans can tell.
pub const SOURCE_TOO_LONG: Code = Code("L0004");
/// A line for the command line client, left out.
pub const CLIENT_LINE: Code = Code("L0101");
/// `GO n`: the batch runs several times on its own server, and once here.
pub const REPEATED_BATCH: Code = Code("L0102");
