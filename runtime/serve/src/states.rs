//! What a failure of the kernel is called by each protocol.
//!
//! Sources: PostgreSQL manual, appendix A; MySQL manual, "Server Error Message Reference"; SQLite, "Result and Error
//! Codes".

use air_base::Dialect;
use sqlx_kernel::{Failure, Kind};

/// SQLSTATE of a kind of failure, where the engine says no more, and MySQL's number of it.
const KINDS: [(Kind, &str, u16); 27] = [
    (Kind::Refused, "0A000", 1235),
    (Kind::PolicyDenied, "42501", 1142),
    (Kind::Syntax, "42601", 1064),
    (Kind::Name, "42704", 1051),
    (Kind::Permission, "42501", 1142),
    (Kind::Constraint, "23000", 1062),
    (Kind::Data, "22000", 1366),
    (Kind::Unsupported, "0A000", 1235),
    (Kind::ReadOnly, "25006", 1290),
    (Kind::TransactionState, "25000", 1568),
    (Kind::Deadlock, "40P01", 1213),
    (Kind::Serialization, "40001", 1213),
    (Kind::LockTimeout, "55P03", 1205),
    (Kind::Timeout, "57014", 3024),
    (Kind::Cancelled, "57014", 1317),
    (Kind::StalePlan, "0A000", 1615),
    (Kind::Resources, "53000", 1041),
    (Kind::Saturated, "53300", 1040),
    (Kind::Authentication, "08004", 1045),
    (Kind::Unreachable, "08001", 1429),
    (Kind::Disconnected, "08006", 1158),
    (Kind::ServerDown, "57P03", 1053),
    (Kind::Protocol, "08P01", 1047),
    (Kind::Corrupt, "XX001", 1194),
    (Kind::Usage, "22023", 1210),
    (Kind::Internal, "XX000", 1105),
    (Kind::Other, "HV000", 1105),
];

/// Codes of the compiler with a SQLSTATE of their own.
const CODES: [(&str, &str); 7] = [
    ("B0101", "42P01"),
    ("B0102", "42703"),
    ("B0103", "42702"),
    ("B0104", "42P01"),
    ("B0203", "42803"),
    ("B0502", "42883"),
    ("B0507", "42704"),
];

/// Violated constraints and missing names by the codes of engines that have no SQLSTATE.
const ENGINES: [(Dialect, &str, &str); 15] = [
    (Dialect::Sqlite, "1555", "23505"),
    (Dialect::Sqlite, "2067", "23505"),
    (Dialect::Sqlite, "2579", "23505"),
    (Dialect::Sqlite, "787", "23503"),
    (Dialect::Sqlite, "1299", "23502"),
    (Dialect::Sqlite, "275", "23514"),
    (Dialect::Mysql, "1062", "23505"),
    (Dialect::Mysql, "1451", "23503"),
    (Dialect::Mysql, "1452", "23503"),
    (Dialect::Mysql, "1048", "23502"),
    (Dialect::Mysql, "3819", "23514"),
    (Dialect::Mysql, "4025", "23514"),
    (Dialect::Mysql, "1146", "42P01"),
    (Dialect::Mysql, "1054", "42703"),
    (Dialect::Mysql, "1264", "22003"),
];

/// MySQL's number, and its SQLSTATE, of what PostgreSQL has a finer SQLSTATE for than the kind of failure.
const FINER: [(&str, u16); 8] = [
    ("23505", 1062),
    ("23503", 1452),
    ("23502", 1048),
    ("23514", 4025),
    ("42P01", 1146),
    ("42703", 1054),
    ("42601", 1064),
    ("22012", 1365),
];

/// SQLSTATEs of MySQL's numbers that are not HY000.
const STATES: [(u16, &str); 16] = [
    (1040, "08004"),
    (1045, "28000"),
    (1047, "08S01"),
    (1048, "23000"),
    (1051, "42S02"),
    (1053, "08S01"),
    (1054, "42S22"),
    (1062, "23000"),
    (1064, "42000"),
    (1142, "42000"),
    (1146, "42S02"),
    (1158, "08S01"),
    (1213, "40001"),
    (1235, "42000"),
    (1317, "70100"),
    (1452, "23000"),
];

fn of_kind(kind: Kind) -> (&'static str, u16) {
    KINDS.iter().find(|(of, ..)| *of == kind).map_or(("XX000", 1105), |(_, state, number)| (*state, *number))
}

/// The SQLSTATE of a failure on an engine.
pub(crate) fn sqlstate(failure: &Failure, engine: Dialect) -> &str {
    let code = failure.code.as_deref().unwrap_or_default();
    // A failure of the kernel's own that came in place of the engine's has no code.
    match (failure.kind, engine) {
        (Kind::Refused, _) if code.starts_with(['P', 'L']) => "42601",
        (Kind::Refused, _) => {
            CODES.iter().find(|(of, _)| *of == code).map_or(of_kind(Kind::Refused).0, |(_, state)| state)
        }
        (Kind::Timeout | Kind::Cancelled, _) => "57014",
        (_, Dialect::Postgres) if code.len() == 5 => code,
        (kind, engine) => {
            let engine = if engine == Dialect::Mariadb { Dialect::Mysql } else { engine };
            let finer = ENGINES.iter().find(|(of, number, _)| *of == engine && *number == code);
            finer.map_or(of_kind(kind).0, |(.., state)| state)
        }
    }
}

/// MySQL's number of a failure on an engine.
pub(crate) fn number(failure: &Failure, engine: Dialect) -> u16 {
    let code = failure.code.as_deref().unwrap_or_default();
    if matches!(engine, Dialect::Mysql | Dialect::Mariadb)
        && !matches!(failure.kind, Kind::Refused | Kind::Timeout | Kind::Cancelled)
        && let Ok(number) = code.parse()
    {
        return number;
    }
    let state = sqlstate(failure, engine);
    FINER.iter().find(|(of, _)| *of == state).map_or(of_kind(failure.kind).1, |(_, number)| *number)
}

/// The SQLSTATE MySQL gives beside a number.
pub(crate) fn state_of_number(number: u16) -> &'static str {
    STATES.iter().find(|(of, _)| *of == number).map_or("HY000", |(_, state)| state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_have_a_code_in_every_protocol() {
        for kind in Kind::ALL {
            assert!(KINDS.iter().any(|(of, ..)| *of == kind), "{kind:?}");
        }
        let duplicate = Failure::of_sqlite(1555, "UNIQUE constraint failed");
        assert_eq!(sqlstate(&duplicate, Dialect::Sqlite), "23505");
        assert_eq!(number(&duplicate, Dialect::Sqlite), 1062);
        let duplicate = Failure::of_mysql(1062, "Duplicate entry");
        assert_eq!(
            (sqlstate(&duplicate, Dialect::Mariadb), number(&duplicate, Dialect::Mariadb)),
            ("23505", 1062)
        );
        let missing = Failure::of_sqlstate("42P01", "no such table");
        assert_eq!(
            (sqlstate(&missing, Dialect::Postgres), number(&missing, Dialect::Postgres)),
            ("42P01", 1146)
        );
        let mut refused = Failure::new(Kind::Refused, "column `x` is unknown");
        refused.code = Some("B0102".into());
        assert_eq!((sqlstate(&refused, Dialect::Mysql), number(&refused, Dialect::Mysql)), ("42703", 1054));
        assert_eq!(state_of_number(1062), "23000");
    }
}
