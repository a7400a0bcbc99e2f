//! Codes of the diagnostics of the compile API and the command line. Stable: a code is never reused.

use air_base::Code;

/// The input is no UTF-8 text.
pub const NOT_UTF8: Code = Code("C0100");
/// The statement means nothing on the target, such as a client setting: nothing is emitted.
pub const NOTHING_EMITTED: Code = Code("C0200");
/// The profile declares no such assumption and strict mode is on.
pub const ASSUMPTION: Code = Code("C0201");
/// The schema of a request or of the command line has an error.
pub const SCHEMA: Code = Code("C0300");
/// A request of the JSON lines protocol cannot be read.
pub const REQUEST: Code = Code("C0400");
/// Several statements up to one client delimiter.
pub const SEVERAL: Code = Code("C0202");
