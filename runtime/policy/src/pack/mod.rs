//! Packs: what the rules say.
//!
//! A language of its own rather than YAML: conditions are code, not texts inside of data, so every word has a place that
//! an error can point to, types are checked when a pack is loaded, and a rule reads like the sentence it is. The language
//! is total: nothing in it can fail or loop, so a loaded pack always decides.
//!
//! ```text
//! pack gdpr
//!
//! tag personal on *.email, customers.name
//!
//! rule eu_only "Personal data does not leave the EU"
//!   deny
//!   when shows tag personal and residency != eu
//!   unless approved
//!
//! rule analysts
//!   oblige
//!   when role has analyst
//!   with mask personal by partial(1, 4), rows of orders where tenant == $tenant, at most 1000 rows
//! ```
//!
//! An attribute that the caller does not give is like nothing: `==`, `<` and the like are false, `!=` is true.

mod parse;
mod token;
mod tree;

pub use tree::{
    Attribute, Condition, Effect, Obligation, Pack, RowCondition, RowValue, Rule, TagColumn, Test, Verb, What,
};

use crate::codes;
use air_base::{Diagnostic, Severity, Span};

/// Deepest nesting of a condition: far beyond what people read, far below what the stack holds.
pub const DEPTH_MAX: u32 = 64;

/// Longest text of a pack: hundreds of times what people write.
pub const BYTES_MAX: usize = 1 << 20;

/// Packs that come with the kernel, by name.
pub const SHIPPED: [(&str, &str); 2] =
    [("gdpr", include_str!("../../packs/gdpr.policy")), ("hipaa", include_str!("../../packs/hipaa.policy"))];

impl Pack {
    /// Reads and checks a pack. Fails with everything that is wrong with it; spans count in `text`.
    pub fn parse(text: &str) -> Result<Pack, Vec<Diagnostic>> {
        let (pack, found) = Pack::parse_with_warnings(text);
        match pack {
            Some(pack) => Ok(pack),
            None => Err(found),
        }
    }

    /// The same with warnings; no pack if there is an error among them.
    pub fn parse_with_warnings(text: &str) -> (Option<Pack>, Vec<Diagnostic>) {
        if text.len() > BYTES_MAX {
            let message = format!("a pack has at most {BYTES_MAX} bytes");
            return (None, vec![Diagnostic::error(codes::SYNTAX, Span::NONE, message)]);
        }
        let (pack, mut found) = parse::parse(text);
        found.extend(pack.check());
        let wrong = found.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        if !wrong {
            found.extend(pack.remarks());
        }
        ((!wrong).then_some(pack), found)
    }

    /// A pack that comes with the kernel.
    pub fn shipped(name: &str) -> Option<Pack> {
        let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
        Pack::parse(text).ok()
    }
}

#[cfg(test)]
mod tests;
