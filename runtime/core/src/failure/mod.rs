//! One taxonomy for what goes wrong on every engine: what it is, whether trying again may help and under which
//! condition, and how much it says against the endpoint.

mod mysql;
mod postgres;
mod sqlite;

use serde::Serialize;
use std::fmt;

/// What went wrong.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The statement could not be compiled for the engine.
    Refused,
    /// A policy said no.
    PolicyDenied,
    /// The engine does not understand the statement.
    Syntax,
    /// A table, column, function or other object is not there, or is there already.
    Name,
    /// The login may not do that.
    Permission,
    /// Unique or primary key, foreign key, check, not null, exclusion.
    Constraint,
    /// A value does not fit: overflow, division by zero, bad cast.
    Data,
    /// The engine cannot do that.
    Unsupported,
    /// Writing where only reading is allowed: a replica, a read-only transaction or file.
    ReadOnly,
    /// The statement does not fit the state of the transaction.
    TransactionState,
    /// Transactions waited for each other, and ours was chosen to give way.
    Deadlock,
    /// The transaction cannot be put in an order with others.
    Serialization,
    /// Somebody held a lock for too long.
    LockTimeout,
    /// The time for the statement, or for waiting for a session, is over.
    Timeout,
    /// The statement was cancelled, by its caller or by the kernel.
    Cancelled,
    /// The engine's plan of a prepared statement no longer fits the schema.
    StalePlan,
    /// Out of memory, disk or another resource of the server.
    Resources,
    /// The server takes no more connections, or the kernel no more callers.
    Saturated,
    /// User, password, certificate or database name were not accepted.
    Authentication,
    /// The server could not be reached.
    Unreachable,
    /// The connection broke.
    Disconnected,
    /// The server is starting, stopping or failing over.
    ServerDown,
    /// The two sides of a connection do not understand each other.
    Protocol,
    /// A file of the database is damaged.
    Corrupt,
    /// A parameter or option of the caller is wrong.
    Usage,
    /// A fault of the kernel's own.
    Internal,
    /// Something that the tables do not know.
    Other,
}

/// Under which condition the same work may be tried again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// Trying again gives the same.
    Never,
    /// The server undid the whole transaction: again from its first statement, if the kernel knows them all and no
    /// row has left to the caller.
    WholeTransaction,
    /// Nothing was executed: always.
    Always,
    /// It is not known whether it was executed: only what changes nothing, and only before a row has left.
    IfRepeatable,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 27] = [
        Kind::Refused,
        Kind::PolicyDenied,
        Kind::Syntax,
        Kind::Name,
        Kind::Permission,
        Kind::Constraint,
        Kind::Data,
        Kind::Unsupported,
        Kind::ReadOnly,
        Kind::TransactionState,
        Kind::Deadlock,
        Kind::Serialization,
        Kind::LockTimeout,
        Kind::Timeout,
        Kind::Cancelled,
        Kind::StalePlan,
        Kind::Resources,
        Kind::Saturated,
        Kind::Authentication,
        Kind::Unreachable,
        Kind::Disconnected,
        Kind::ServerDown,
        Kind::Protocol,
        Kind::Corrupt,
        Kind::Usage,
        Kind::Internal,
        Kind::Other,
    ];

    /// Whether, and when, the same may be tried again.
    pub fn retry(self) -> Retry {
        match self {
            Kind::Deadlock | Kind::Serialization => Retry::WholeTransaction,
            Kind::StalePlan | Kind::Saturated | Kind::Unreachable => Retry::Always,
            Kind::Disconnected | Kind::ServerDown => Retry::IfRepeatable,
            Kind::Refused
            | Kind::PolicyDenied
            | Kind::Syntax
            | Kind::Name
            | Kind::Permission
            | Kind::Constraint
            | Kind::Data
            | Kind::Unsupported
            | Kind::ReadOnly
            | Kind::TransactionState
            // Half of a transaction may stand on MySQL and SQLite, whose lock timeouts undo a statement only.
            | Kind::LockTimeout
            | Kind::Timeout
            | Kind::Cancelled
            | Kind::Resources
            | Kind::Authentication
            | Kind::Protocol
            | Kind::Corrupt
            | Kind::Usage
            | Kind::Internal
            | Kind::Other => Retry::Never,
        }
    }

    /// How much it says against the endpoint; the breaker adds these up.
    pub fn breaker_weight(self) -> u32 {
        match self {
            Kind::Unreachable | Kind::ServerDown | Kind::Protocol | Kind::Corrupt => 10,
            Kind::Disconnected => 5,
            Kind::Resources | Kind::Saturated => 2,
            _ => 0,
        }
    }

    /// True if the session is of no use afterwards.
    pub fn breaks_session(self) -> bool {
        matches!(
            self,
            Kind::Disconnected
                | Kind::Unreachable
                | Kind::ServerDown
                | Kind::Protocol
                | Kind::Corrupt
                | Kind::Authentication
                | Kind::Internal
        )
    }

    /// True if a new connection would fail in the same way until somebody changes something: callers should hear of
    /// it at once instead of waiting.
    pub fn is_permanent(self) -> bool {
        matches!(self, Kind::Authentication | Kind::Permission | Kind::Name | Kind::Usage | Kind::Unsupported)
    }

    /// As in events, such as `lock_timeout`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Refused => "refused",
            Kind::PolicyDenied => "policy_denied",
            Kind::Syntax => "syntax",
            Kind::Name => "name",
            Kind::Permission => "permission",
            Kind::Constraint => "constraint",
            Kind::Data => "data",
            Kind::Unsupported => "unsupported",
            Kind::ReadOnly => "read_only",
            Kind::TransactionState => "transaction_state",
            Kind::Deadlock => "deadlock",
            Kind::Serialization => "serialization",
            Kind::LockTimeout => "lock_timeout",
            Kind::Timeout => "timeout",
            Kind::Cancelled => "cancelled",
            Kind::StalePlan => "stale_plan",
            Kind::Resources => "resources",
            Kind::Saturated => "saturated",
            Kind::Authentication => "authentication",
            Kind::Unreachable => "unreachable",
            Kind::Disconnected => "disconnected",
            Kind::ServerDown => "server_down",
            Kind::Protocol => "protocol",
            Kind::Corrupt => "corrupt",
            Kind::Usage => "usage",
            Kind::Internal => "internal",
            Kind::Other => "other",
        }
    }
}

/// Whether what was asked for has happened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It has not, and nothing of it is left.
    NotDone,
    /// Nobody here can say: the connection broke after it was sent.
    Unknown,
}

/// Something that went wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Failure {
    /// What it is.
    pub kind: Kind,
    /// The engine's own code: SQLSTATE, MySQL's number, SQLite's extended code, or a code of the compiler.
    pub code: Option<String>,
    /// In words for people. Of an engine, in its words: they may quote data and stay out of events.
    pub message: String,
    /// Whether what was asked for has happened.
    pub outcome: Outcome,
}

impl Failure {
    /// A failure without a code of an engine, of something that was not done.
    pub fn new(kind: Kind, message: impl Into<String>) -> Failure {
        Failure { kind, code: None, message: message.into(), outcome: Outcome::NotDone }
    }

    /// By PostgreSQL's SQLSTATE.
    pub fn of_sqlstate(state: &str, message: &str) -> Failure {
        let kind = postgres::kind(state, message);
        Failure { code: Some(state.to_owned()), ..Failure::new(kind, message) }
    }

    /// By the error number of MySQL and MariaDB.
    pub fn of_mysql(number: u16, message: &str) -> Failure {
        Failure { code: Some(number.to_string()), ..Failure::new(mysql::kind(number), message) }
    }

    /// By SQLite's extended result code.
    pub fn of_sqlite(code: i32, message: &str) -> Failure {
        Failure { code: Some(code.to_string()), ..Failure::new(sqlite::kind(code, message), message) }
    }

    /// The same with an unknown outcome.
    pub fn uncertain(mut self) -> Failure {
        self.outcome = Outcome::Unknown;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(code) = &self.code {
            write!(f, " ({} {code})", self.kind.word())?;
        } else {
            write!(f, " ({})", self.kind.word())?;
        }
        if self.outcome == Outcome::Unknown {
            f.write_str("; whether it happened is not known")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_words_of_their_own() {
        let words: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        assert_eq!(words.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert_eq!(format!("\"{}\"", kind.word()), serde_word(kind), "the word is that of the JSON form");
        }
    }

    fn serde_word(kind: Kind) -> String {
        let mut debug = String::from("\"");
        for (i, letter) in format!("{kind:?}").chars().enumerate() {
            if letter.is_uppercase() && i > 0 {
                debug.push('_');
            }
            debug.extend(letter.to_lowercase());
        }
        debug + "\""
    }

    #[test]
    fn failures_say_their_code_and_their_doubt() {
        let failure = Failure::of_sqlstate("40P01", "deadlock detected");
        assert_eq!(failure.to_string(), "deadlock detected (deadlock 40P01)");
        assert_eq!(failure.kind.retry(), Retry::WholeTransaction);
        let lost = Failure::new(Kind::Disconnected, "connection reset").uncertain();
        assert_eq!(lost.to_string(), "connection reset (disconnected); whether it happened is not known");
    }
}
