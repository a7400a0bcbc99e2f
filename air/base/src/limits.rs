//! Limits, each with its reason. Exceeding one is a diagnostic, never a crash.

/// Largest source text. Spans are 32-bit byte offsets, and `u32::MAX` marks "no place".
pub const SOURCE_BYTES_MAX: usize = u32::MAX as usize - 1;

/// Deepest nesting of the syntax tree that is bound by default. The parser itself has no recursion and
/// no limit; binding, rewriting and rendering walk the tree and run on a stack sized for this many levels.
pub const NESTING_DEPTH_DEFAULT: u32 = 1_000;
