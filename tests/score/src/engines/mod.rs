//! Real engines behind one door: empty a database, run statements, read rows.

pub mod install;
mod mariadb;
mod mysql_wire;
mod postgres;
mod postgres_wire;
mod server;
mod sqlite;
mod station;

use std::fmt;
use std::time::Duration;

use air_base::Dialect;

use crate::values::Rows;

pub use mariadb::Mariadb;
pub use postgres::Postgres;
pub use server::{Fleet, ServerError};
pub use sqlite::Sqlite;
pub(crate) use station::hash as hash_statements;
pub use station::{Failure, Stage, Station, may_change_state};

/// The engines we run: three dialects, one version each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EngineKind {
    /// The SQLite compiled into this program.
    Sqlite,
    /// PostgreSQL 15.
    Postgres,
    /// MariaDB 10.11, standing in for MySQL.
    Mariadb,
}

impl EngineKind {
    /// All of them, in the order of reports.
    pub const ALL: [EngineKind; 3] = [EngineKind::Sqlite, EngineKind::Postgres, EngineKind::Mariadb];

    /// The engine that runs statements of `dialect`; none for Oracle and SQL Server.
    pub fn of(dialect: Dialect) -> Option<EngineKind> {
        match dialect {
            Dialect::Sqlite => Some(EngineKind::Sqlite),
            Dialect::Postgres => Some(EngineKind::Postgres),
            Dialect::Mysql | Dialect::Mariadb => Some(EngineKind::Mariadb),
            Dialect::Oracle | Dialect::Mssql => None,
        }
    }

    /// The dialect it speaks.
    pub fn dialect(self) -> Dialect {
        match self {
            EngineKind::Sqlite => Dialect::Sqlite,
            EngineKind::Postgres => Dialect::Postgres,
            EngineKind::Mariadb => Dialect::Mariadb,
        }
    }

    /// The name of this side in reports and on the command line.
    pub fn label(self) -> &'static str {
        match self {
            EngineKind::Sqlite => "sqlite",
            EngineKind::Postgres => "postgres",
            EngineKind::Mariadb => "mysql",
        }
    }

    /// The profile a translation from or to this engine is made for.
    pub fn profile(self) -> &'static str {
        match self {
            EngineKind::Sqlite => "sqlite",
            EngineKind::Postgres => "postgres@15",
            EngineKind::Mariadb => "mariadb@10.11",
        }
    }
}

/// The profile that cases of `dialect` are written for.
pub fn profile_of(dialect: Dialect) -> &'static str {
    EngineKind::of(dialect).map_or(dialect.name(), EngineKind::profile)
}

/// Why an engine did not run a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EngineError {
    /// What the engine calls the error: SQLSTATE, error number or result code.
    pub code: String,
    /// The engine's own words.
    pub message: String,
    /// True if the statement might succeed when run again: time ran out, the connection broke.
    pub transient: bool,
}

impl EngineError {
    /// An error that is about the statement itself.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> EngineError {
        EngineError { code: code.into(), message: message.into(), transient: false }
    }

    /// An error that may not happen again.
    pub fn transient(code: impl Into<String>, message: impl Into<String>) -> EngineError {
        EngineError { code: code.into(), message: message.into(), transient: true }
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for EngineError {}

/// What an engine's parser makes of a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Syntax {
    /// It reads it, whatever else may be wrong with it.
    Accepted,
    /// It does not; its own words.
    Rejected(String),
    /// It stopped at something that is neither.
    Unclear(String),
}

/// One session of one engine with a database of its own.
pub trait Engine: Send {
    /// Leaves an empty database and a session as if freshly opened.
    fn reset(&mut self) -> Result<(), EngineError>;

    /// Runs a statement. `Some` if it returned rows, even none of them; of several statements in
    /// one text the last result counts.
    fn execute(&mut self, sql: &str) -> Result<Option<Rows>, EngineError>;

    /// Has the engine read a statement without running it.
    fn syntax(&mut self, sql: &str) -> Result<Syntax, EngineError>;

    /// Called after much data was loaded: the time to gather statistics.
    fn settle(&mut self) -> Result<(), EngineError> {
        Ok(())
    }
}

/// The name of the database that belongs to a seat.
fn database_of(seat: usize) -> String {
    format!("seat{seat}")
}

/// How long one statement may run.
pub const STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);
