//! Forms: shapes that later phases rely on, each established by one pass and checked by one checker.
//!
//! Rules are optional, forms are not.
//!
//! | form | established by | relied on by |
//! | --- | --- | --- |
//! | [`Form::Bound`] | the binder | every pass |
//! | [`Form::Canonical`] | [`canonicalize`] | content ids |
//! | [`Form::Legal`] | [`crate::legalize`] | the renderer |

mod canonical;
mod legal;

pub use canonical::canonicalize;

use air::target::Target;
use air::{Air, verify};

/// A checked shape of AIR.
#[derive(Clone, Copy, Debug)]
pub enum Form<'a> {
    /// What the binder promises: the invariants of [`air::verify`].
    Bound,
    /// Bound, and one spelling for what boolean algebra makes equal.
    Canonical,
    /// Bound, and every builtin has a spelling of its own on the target.
    Legal(&'a Target),
}

/// What keeps `air` from having the form; empty if it has it.
pub fn check(air: &Air, form: Form<'_>) -> Vec<String> {
    let mut found: Vec<String> = match verify::verify(air) {
        Ok(()) => Vec::new(),
        Err(violations) => violations.iter().map(ToString::to_string).collect(),
    };
    match form {
        Form::Bound => {}
        Form::Canonical => canonical::check(air, &mut found),
        Form::Legal(target) => legal::check(air, target, &mut found),
    }
    found
}
