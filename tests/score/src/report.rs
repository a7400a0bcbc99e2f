//! Printing results: a table of figures, failures in groups, a case in full, JSON.

mod detail;
mod failures;
mod history;
mod oracle;
mod summary;

pub use detail::case_in_full;
pub use failures::{Filter, failures};
pub use history::changes;
pub use oracle::{Agreement, agreements, oracle_failures, oracle_table};
pub use summary::{Figures, figures, harness_notes, json, table};

use crate::run::Ending;

/// The four outcomes by name, and `precision` for rows that only lost digits.
pub fn outcome_name(ending: &Ending) -> &'static str {
    match ending {
        Ending::Right => "right",
        Ending::Wrong { precision: true, .. } => "precision",
        Ending::Wrong { .. } => "wrong",
        Ending::Rejected(_) => "rejected",
        Ending::Refused { .. } => "refused",
    }
}
