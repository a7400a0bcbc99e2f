//! Calls that follow no row pattern, by theme and, where only one dialect has them, by dialect.

pub(crate) mod format;
pub(crate) mod json;
pub(crate) mod logic;
pub(crate) mod mssql_time;
pub(crate) mod mysql_text;
pub(crate) mod mysql_time;
pub(crate) mod number;
pub(crate) mod oracle_text;
pub(crate) mod oracle_time;
pub(crate) mod postgres_time;
pub(crate) mod read_time;
pub(crate) mod sqlite_text;
pub(crate) mod sqlite_time;
pub(crate) mod text;
pub(crate) mod time;
