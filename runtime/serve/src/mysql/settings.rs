//! What clients of MySQL say and ask of their session: rows of a table. A variable that would change what statements
//! mean is taken only if it is as the profile has it; what is not in the table is refused, never ignored.

use super::VERSION;

/// What a variable may be set to.
#[derive(Clone, Copy)]
pub(crate) enum Takes {
    /// Anything: it is of no consequence for results.
    Anything,
    /// One of these, in any case: they mean what statements mean anyway.
    OneOf(&'static [&'static str]),
    /// Whether every statement is a transaction of its own.
    Autocommit,
    /// Milliseconds after which a statement is stopped; 0 for never.
    Deadline,
    /// Nothing: it can be asked for only.
    Nothing,
}

/// A variable: its name, what it is at first, what it may be set to.
pub(crate) struct Variable(pub(crate) &'static str, pub(crate) &'static str, pub(crate) Takes);

use Takes::{Anything, Autocommit, Deadline, Nothing, OneOf};

const UTF8: Takes = OneOf(&["utf8mb4", "utf8", "utf8mb3", "null", "binary"]);
/// The modes of the profile.
const SQL_MODE: &str = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";

/// All that are known.
pub(crate) const VARIABLES: &[Variable] = &[
    Variable("auto_increment_increment", "1", OneOf(&["1"])),
    Variable("autocommit", "1", Autocommit),
    Variable("character_set_client", "utf8mb4", UTF8),
    Variable("character_set_connection", "utf8mb4", UTF8),
    Variable("character_set_results", "utf8mb4", UTF8),
    Variable("character_set_server", "utf8mb4", Nothing),
    Variable("collation_connection", "utf8mb4_0900_ai_ci", OneOf(&["utf8mb4_0900_ai_ci"])),
    Variable("collation_server", "utf8mb4_0900_ai_ci", Nothing),
    Variable("foreign_key_checks", "1", OneOf(&["1", "on"])),
    Variable("init_connect", "", Nothing),
    Variable("interactive_timeout", "28800", Anything),
    Variable("license", "MIT OR Apache-2.0", Nothing),
    Variable("lower_case_table_names", "0", Nothing),
    Variable("max_allowed_packet", "16777216", Nothing),
    Variable("max_execution_time", "0", Deadline),
    Variable("net_buffer_length", "16384", Anything),
    Variable("net_read_timeout", "30", Anything),
    Variable("net_write_timeout", "60", Anything),
    Variable("performance_schema", "0", Nothing),
    Variable("query_cache_size", "0", Nothing),
    Variable("query_cache_type", "OFF", Nothing),
    Variable("sql_auto_is_null", "0", OneOf(&["0", "off"])),
    Variable("sql_mode", SQL_MODE, OneOf(&[SQL_MODE])),
    Variable("sql_notes", "1", Anything),
    Variable("sql_safe_updates", "0", OneOf(&["0", "off"])),
    Variable("sql_select_limit", "18446744073709551615", OneOf(&["18446744073709551615"])),
    Variable("sql_warnings", "0", Anything),
    Variable("system_time_zone", "UTC", Nothing),
    Variable("time_zone", "+00:00", OneOf(&["+00:00", "utc"])),
    Variable("tx_isolation", "REPEATABLE-READ", Nothing),
    Variable("transaction_isolation", "REPEATABLE-READ", Nothing),
    Variable("unique_checks", "1", OneOf(&["1", "on"])),
    Variable("version", VERSION, Nothing),
    Variable("version_comment", "SQLx OS kernel", Nothing),
    Variable("wait_timeout", "28800", Anything),
];

/// Functions of a session that clients ask by themselves, without arguments.
pub(crate) const FUNCTIONS: &[(&str, fn(&About<'_>) -> Option<String>)] = &[
    ("DATABASE", |about| Some(about.database.to_owned()).filter(|name| !name.is_empty())),
    ("SCHEMA", |about| Some(about.database.to_owned()).filter(|name| !name.is_empty())),
    ("USER", |about| Some(format!("{}@localhost", about.user))),
    ("CURRENT_USER", |about| Some(format!("{}@localhost", about.user))),
    ("SESSION_USER", |about| Some(format!("{}@localhost", about.user))),
    ("CONNECTION_ID", |about| Some(about.id.to_string())),
    ("VERSION", |_| Some(VERSION.to_owned())),
];

/// What such answers are made of.
pub(crate) struct About<'a> {
    pub(crate) user: &'a str,
    pub(crate) database: &'a str,
    pub(crate) id: u32,
}

/// First words of statements that are not served, and why.
pub(crate) const REFUSED: &[(&str, &str)] = &[
    ("PREPARE", "statements are prepared by packets of the protocol, not by PREPARE"),
    ("EXECUTE", "statements are prepared by packets of the protocol, not by PREPARE"),
    ("DEALLOCATE", "statements are prepared by packets of the protocol, not by PREPARE"),
    ("LOAD", "files are not read: use INSERT with several rows"),
    ("LOCK", "locks of tables are not served"),
    ("UNLOCK", "locks of tables are not served"),
    ("FLUSH", "the upkeep of an engine is not served"),
    ("ANALYZE", "the upkeep of an engine is not served"),
    ("OPTIMIZE", "the upkeep of an engine is not served"),
    ("HANDLER", "HANDLER is not served: use SELECT"),
];
