//! Result codes of SQLite (https://www.sqlite.org/rescode.html).

use super::Kind;

/// By extended code; what is not here goes by its lower byte, the primary code.
const EXTENDED: &[(i32, Kind)] = &[
    (264, Kind::ReadOnly),
    // BUSY_SNAPSHOT: a reader's snapshot is too old to become a writer.
    (517, Kind::Serialization),
    (2067, Kind::Constraint),
];

const PRIMARY: &[Kind] = &[
    Kind::Other,        // OK
    Kind::Name,         // ERROR: no such table, column
    Kind::Internal,     // INTERNAL
    Kind::Permission,   // PERM
    Kind::Cancelled,    // ABORT
    Kind::LockTimeout,  // BUSY
    Kind::LockTimeout,  // LOCKED
    Kind::Resources,    // NOMEM
    Kind::ReadOnly,     // READONLY
    Kind::Cancelled,    // INTERRUPT
    Kind::Disconnected, // IOERR
    Kind::Corrupt,      // CORRUPT
    Kind::Name,         // NOTFOUND
    Kind::Resources,    // FULL
    Kind::Unreachable,  // CANTOPEN
    Kind::Protocol,     // PROTOCOL
    Kind::Other,        // EMPTY
    Kind::StalePlan,    // SCHEMA
    Kind::Data,         // TOOBIG
    Kind::Constraint,   // CONSTRAINT
    Kind::Data,         // MISMATCH
    Kind::Internal,     // MISUSE
    Kind::Unsupported,  // NOLFS
    Kind::Permission,   // AUTH
    Kind::Other,        // FORMAT
    Kind::Usage,        // RANGE
    Kind::Corrupt,      // NOTADB
];

pub(super) fn kind(code: i32, message: &str) -> Kind {
    // One code for everything that cannot be prepared.
    if code == 1 && (message.contains("syntax error") || message.contains("incomplete input")) {
        return Kind::Syntax;
    }
    if let Ok(at) = EXTENDED.binary_search_by_key(&code, |(extended, _)| *extended) {
        return EXTENDED[at].1;
    }
    let primary = usize::try_from(code & 0xff).unwrap_or_default();
    PRIMARY.get(primary).copied().unwrap_or(Kind::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_codes_fall_back_on_primary_ones() {
        assert!(EXTENDED.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(kind(5, ""), Kind::LockTimeout);
        assert_eq!(kind(261, ""), Kind::LockTimeout, "BUSY_RECOVERY");
        assert_eq!(kind(517, ""), Kind::Serialization);
        assert_eq!(kind(787, ""), Kind::Constraint, "CONSTRAINT_FOREIGNKEY");
        assert_eq!(kind(9, ""), Kind::Cancelled);
        assert_eq!(kind(1, "near \"x\": syntax error"), Kind::Syntax);
        assert_eq!(kind(101, ""), Kind::Other, "DONE is no failure");
    }
}
