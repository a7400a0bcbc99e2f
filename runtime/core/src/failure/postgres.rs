//! SQLSTATE of PostgreSQL (manual, appendix "PostgreSQL Error Codes").

use super::Kind;

/// By whole code; what is not here goes by its class.
const CODES: &[(&str, Kind)] = &[
    ("08P01", Kind::Usage),
    ("0A000", Kind::Unsupported),
    ("22P05", Kind::Data),
    ("25006", Kind::ReadOnly),
    ("25P03", Kind::Disconnected),
    ("25P04", Kind::Disconnected),
    ("26000", Kind::StalePlan),
    ("40001", Kind::Serialization),
    ("40002", Kind::Constraint),
    ("40003", Kind::Disconnected),
    ("40P01", Kind::Deadlock),
    ("42501", Kind::Permission),
    ("42601", Kind::Syntax),
    ("42602", Kind::Syntax),
    ("42622", Kind::Syntax),
    ("42939", Kind::Name),
    ("53300", Kind::Saturated),
    ("54000", Kind::Resources),
    ("55006", Kind::LockTimeout),
    ("55P03", Kind::LockTimeout),
    ("55P04", Kind::Unsupported),
    ("57000", Kind::Cancelled),
    ("57014", Kind::Cancelled),
    ("57P01", Kind::ServerDown),
    ("57P02", Kind::ServerDown),
    ("57P03", Kind::ServerDown),
    ("57P04", Kind::Disconnected),
    ("57P05", Kind::Disconnected),
    ("72000", Kind::Serialization),
    ("XX000", Kind::Other),
    ("XX001", Kind::Corrupt),
    ("XX002", Kind::Corrupt),
];

/// By class, the first two letters.
const CLASSES: &[(&str, Kind)] = &[
    ("03", Kind::Syntax),
    ("08", Kind::Disconnected),
    ("09", Kind::Data),
    ("0A", Kind::Unsupported),
    ("0B", Kind::TransactionState),
    ("0L", Kind::Permission),
    ("0P", Kind::Permission),
    ("20", Kind::Data),
    ("21", Kind::Data),
    ("22", Kind::Data),
    ("23", Kind::Constraint),
    ("24", Kind::TransactionState),
    ("25", Kind::TransactionState),
    ("27", Kind::Constraint),
    ("28", Kind::Authentication),
    ("2B", Kind::Constraint),
    ("2D", Kind::TransactionState),
    ("34", Kind::Name),
    ("3B", Kind::TransactionState),
    ("3D", Kind::Name),
    ("3F", Kind::Name),
    ("42", Kind::Name),
    ("44", Kind::Constraint),
    ("53", Kind::Resources),
    ("54", Kind::Resources),
    ("55", Kind::TransactionState),
    ("57", Kind::ServerDown),
    ("58", Kind::Resources),
    ("P0", Kind::Data),
];

pub(super) fn kind(state: &str, message: &str) -> Kind {
    // The one code for two things: prepared statements over a changed table, and what is not implemented.
    if state == "0A000" && message.contains("cached plan") {
        return Kind::StalePlan;
    }
    if let Ok(at) = CODES.binary_search_by_key(&state, |(code, _)| code) {
        return CODES[at].1;
    }
    let class = state.get(..2).unwrap_or_default();
    CLASSES.binary_search_by_key(&class, |(code, _)| code).map_or(Kind::Other, |at| CLASSES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(CODES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(CLASSES.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn a_cached_plan_is_told_from_what_is_not_implemented() {
        assert_eq!(kind("0A000", "cached plan must not change result type"), Kind::StalePlan);
        assert_eq!(kind("0A000", "cannot insert into view"), Kind::Unsupported);
        assert_eq!(kind("23505", ""), Kind::Constraint);
        assert_eq!(kind("ZZ999", ""), Kind::Other);
    }
}
