//! What the user allows.

use air_base::limits::NESTING_DEPTH_DEFAULT;

/// What the user allows, and how results look.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// A statement that needs an assumption no profile declares is refused.
    pub strict: bool,
    /// Stated differences are emitted and marked ([`Fidelity::Approximate`](air::fidelity::Fidelity)) instead of refused.
    pub allow_approximate: bool,
    /// Names of legalization rules that are switched off; see [`rules`](crate::rules).
    pub disabled_rules: Vec<String>,
    /// Deepest nesting of a statement that is compiled. The stack grows with the statement; this bounds how far.
    pub nesting_depth_max: u32,
    /// Longest line, in characters, that is not broken up.
    pub width: usize,
    /// Comments of the source text are kept.
    pub comments: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            strict: false,
            allow_approximate: false,
            disabled_rules: Vec::new(),
            nesting_depth_max: NESTING_DEPTH_DEFAULT,
            width: 100,
            comments: true,
        }
    }
}
