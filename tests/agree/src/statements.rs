//! The statements there are: those of the cases, each once.

use air_base::Dialect;
use airc_score::case::Case;
use std::collections::BTreeSet;

/// Statements of the cases in a dialect, each once and in a fixed order.
///
/// MySQL and MariaDB share theirs: the corpora of one ran on the other.
pub fn of_dialect(dialect: Dialect, cases: &[Case]) -> Vec<String> {
    let family = |dialect| if dialect == Dialect::Mariadb { Dialect::Mysql } else { dialect };
    let mut all = BTreeSet::new();
    for case in cases.iter().filter(|case| family(case.source) == family(dialect)) {
        for statement in case.setup().chain([&case.query]) {
            all.insert(statement.trim().trim_end_matches(';').trim_end().to_owned());
        }
    }
    all.into_iter().filter(|statement| !statement.is_empty()).collect()
}
