//! What a caller left behind in a session, and the least that makes it as good as new.

use air::effects::{Effects, SessionEffect};
use air_base::Dialect;
use serde::Serialize;
use std::fmt;
use std::ops::{BitOr, BitOrAssign};

/// A set of kinds of state that differ, or may differ, from those of a fresh login.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Dirt(u16);

impl Dirt {
    /// As good as new.
    pub const CLEAN: Dirt = Dirt(0);
    /// A transaction is open, or may be.
    pub const TRANSACTION: Dirt = Dirt(1);
    /// Settings of the session: search path, time zone, SQL mode, isolation…
    pub const SETTINGS: Dirt = Dirt(1 << 1);
    /// Temporary tables, views, sequences.
    pub const TEMPORARY: Dirt = Dirt(1 << 2);
    /// Advisory or table locks that outlive transactions.
    pub const LOCKS: Dirt = Dirt(1 << 3);
    /// Channels that are listened to.
    pub const LISTENING: Dirt = Dirt(1 << 4);
    /// Cursors that outlive transactions.
    pub const CURSORS: Dirt = Dirt(1 << 5);
    /// The identity value that was made last.
    pub const IDENTITY: Dirt = Dirt(1 << 6);
    /// Current values of sequences.
    pub const SEQUENCES: Dirt = Dirt(1 << 7);
    /// Another role than that of the login.
    pub const ROLE: Dirt = Dirt(1 << 8);
    /// Anything: code that is not known ran.
    pub const UNKNOWN: Dirt = Dirt(1 << 9);

    const NAMES: [(Dirt, &'static str); 10] = [
        (Dirt::TRANSACTION, "transaction"),
        (Dirt::SETTINGS, "settings"),
        (Dirt::TEMPORARY, "temporary"),
        (Dirt::LOCKS, "locks"),
        (Dirt::LISTENING, "listening"),
        (Dirt::CURSORS, "cursors"),
        (Dirt::IDENTITY, "identity"),
        (Dirt::SEQUENCES, "sequences"),
        (Dirt::ROLE, "role"),
        (Dirt::UNKNOWN, "unknown"),
    ];

    /// True if nothing is in the set.
    pub fn is_clean(self) -> bool {
        self == Dirt::CLEAN
    }

    /// True if all of `other` is in the set.
    pub fn has(self, other: Dirt) -> bool {
        self.0 & other.0 == other.0
    }

    /// The set without `other`.
    pub fn without(self, other: Dirt) -> Dirt {
        Dirt(self.0 & !other.0)
    }

    /// What is in both sets.
    pub fn and(self, other: Dirt) -> Dirt {
        Dirt(self.0 & other.0)
    }

    /// What a statement with these effects leaves behind.
    ///
    /// What only reads the session leaves nothing. A transaction that ends leaves none, which is for the caller to
    /// see: effects of one statement do not know the one before.
    pub fn of(effects: &Effects) -> Dirt {
        let mut dirt = Dirt::CLEAN;
        for effect in &effects.session {
            dirt |= match effect {
                SessionEffect::TransactionBegins | SessionEffect::WithinTransaction => Dirt::TRANSACTION,
                SessionEffect::TransactionSetting => Dirt::SETTINGS,
                SessionEffect::TemporaryObject => Dirt::TEMPORARY,
                SessionEffect::SetsIdentity => Dirt::IDENTITY,
                SessionEffect::SetsSequence => Dirt::SEQUENCES,
                SessionEffect::Unknown => Dirt::UNKNOWN,
                SessionEffect::TransactionEnds
                | SessionEffect::ReadsIdentity
                | SessionEffect::ReadsSequence
                | SessionEffect::ReadsRowCount
                | SessionEffect::ReadsSettings => Dirt::CLEAN,
            };
        }
        dirt
    }
}

impl BitOr for Dirt {
    type Output = Dirt;

    fn bitor(self, other: Dirt) -> Dirt {
        Dirt(self.0 | other.0)
    }
}

impl BitOrAssign for Dirt {
    fn bitor_assign(&mut self, other: Dirt) {
        *self = *self | other;
    }
}

impl fmt::Debug for Dirt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> =
            Dirt::NAMES.iter().filter(|(dirt, _)| self.has(*dirt)).map(|(_, name)| *name).collect();
        write!(f, "{{{}}}", names.join(" "))
    }
}

/// What is undone only before somebody would see it: every INSERT leaves some, and hardly anybody looks.
pub const DEFERRED: Dirt = Dirt(Dirt::IDENTITY.0 | Dirt::SEQUENCES.0);

/// How a session is made as good as new.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reset {
    /// It is.
    None,
    /// By these statements, in order.
    Statements(Vec<&'static str>),
    /// Not at all: close it.
    Close,
}

/// Statements that undo one kind of dirt on one engine, in the order in which they have to run.
struct Row {
    dirt: Dirt,
    undo: &'static [&'static str],
}

/// PostgreSQL, by the parts of DISCARD ALL (manual, "DISCARD"), without dropping prepared statements, which the driver
/// counts on.
const POSTGRES: &[Row] = &[
    Row { dirt: Dirt::TRANSACTION, undo: &["ROLLBACK"] },
    Row { dirt: Dirt::CURSORS, undo: &["CLOSE ALL"] },
    // RESET ALL leaves the role and what SET SESSION CHARACTERISTICS changed is among the settings it resets.
    Row { dirt: Dirt::ROLE, undo: &["SET SESSION AUTHORIZATION DEFAULT", "RESET ROLE"] },
    Row { dirt: Dirt::SETTINGS, undo: &["RESET ALL"] },
    Row { dirt: Dirt::LISTENING, undo: &["UNLISTEN *"] },
    Row { dirt: Dirt::LOCKS, undo: &["SELECT pg_advisory_unlock_all()"] },
    Row { dirt: Dirt::TEMPORARY, undo: &["DISCARD TEMP"] },
    Row { dirt: Dirt::SEQUENCES, undo: &["DISCARD SEQUENCES"] },
    Row { dirt: Dirt::IDENTITY, undo: &["DISCARD SEQUENCES"] },
];

/// MySQL and MariaDB have no statement that resets settings or drops temporary tables: what has no row closes the
/// session, which costs a fifth of a millisecond on MariaDB.
const MYSQL: &[Row] = &[
    Row { dirt: Dirt::TRANSACTION, undo: &["ROLLBACK"] },
    Row { dirt: Dirt::LOCKS, undo: &["UNLOCK TABLES", "DO RELEASE_ALL_LOCKS()"] },
    Row { dirt: Dirt::IDENTITY, undo: &["SET last_insert_id = 0"] },
];

/// Not a statement of SQLite's, which has none for it: its driver drops what is in the temporary schema.
pub const DROP_TEMPORARY: &str = "DROP TEMPORARY OBJECTS";

/// SQLite keeps the last row id per connection; nothing in SQL resets it, and opening a file costs little.
const SQLITE: &[Row] = &[
    Row { dirt: Dirt::TRANSACTION, undo: &["ROLLBACK"] },
    Row { dirt: Dirt::TEMPORARY, undo: &[DROP_TEMPORARY] },
];

/// How a session of `dialect` with this dirt is made as good as new.
pub fn reset(dialect: Dialect, dirt: Dirt) -> Reset {
    let rows = match dialect {
        Dialect::Postgres => POSTGRES,
        Dialect::Mysql | Dialect::Mariadb => MYSQL,
        Dialect::Sqlite => SQLITE,
        Dialect::Oracle | Dialect::Mssql => &[],
    };
    if dirt.is_clean() {
        return Reset::None;
    }
    let mut left = dirt;
    let mut statements = Vec::new();
    for row in rows.iter().filter(|row| dirt.has(row.dirt)) {
        left = left.without(row.dirt);
        for statement in row.undo {
            if !statements.contains(statement) {
                statements.push(*statement);
            }
        }
    }
    match (left.is_clean(), statements.is_empty()) {
        (false, _) => Reset::Close,
        (true, true) => Reset::None,
        (true, false) => Reset::Statements(statements),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_touched_is_reset() {
        assert_eq!(reset(Dialect::Postgres, Dirt::CLEAN), Reset::None);
        assert_eq!(reset(Dialect::Postgres, Dirt::SETTINGS), Reset::Statements(vec!["RESET ALL"]));
        assert_eq!(
            reset(Dialect::Postgres, Dirt::TEMPORARY | Dirt::TRANSACTION),
            Reset::Statements(vec!["ROLLBACK", "DISCARD TEMP"])
        );
        assert_eq!(
            reset(Dialect::Postgres, Dirt::IDENTITY | Dirt::SEQUENCES),
            Reset::Statements(vec!["DISCARD SEQUENCES"])
        );
    }

    #[test]
    fn what_has_no_reset_closes_the_session() {
        for dialect in Dialect::ALL {
            assert_eq!(reset(dialect, Dirt::UNKNOWN), Reset::Close, "{dialect}");
        }
        assert_eq!(reset(Dialect::Mariadb, Dirt::SETTINGS), Reset::Close);
        assert_eq!(reset(Dialect::Sqlite, Dirt::IDENTITY), Reset::Close);
    }

    #[test]
    fn sets_print_their_kinds() {
        assert_eq!(format!("{:?}", Dirt::ROLE | Dirt::LOCKS), "{locks role}");
    }
}
