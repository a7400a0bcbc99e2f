//! What clients of PostgreSQL say and ask of their session: rows of a table. A setting that would change what
//! statements mean is taken only if it is as the profile has it; what is not in the table is refused, never ignored.

use super::VERSION;

/// What a setting may be set to.
#[derive(Clone, Copy)]
pub(crate) enum Takes {
    /// Anything: it is of no consequence for results.
    Anything,
    /// One of these, in any case: they mean what statements mean anyway.
    OneOf(&'static [&'static str]),
    /// Milliseconds, or a number with a unit, after which a statement is stopped; 0 for never.
    Deadline,
    /// Nothing: it can be asked for only.
    Nothing,
}

/// A setting.
pub(crate) struct Setting {
    /// Its name, as it is shown.
    pub(crate) name: &'static str,
    /// What it is at first.
    pub(crate) initial: &'static str,
    pub(crate) takes: Takes,
    /// Clients are told of it without asking.
    pub(crate) reported: bool,
}

const fn row(name: &'static str, initial: &'static str, takes: Takes) -> Setting {
    Setting { name, initial, takes, reported: false }
}

const fn reported(name: &'static str, initial: &'static str, takes: Takes) -> Setting {
    Setting { name, initial, takes, reported: true }
}

use Takes::{Anything, Deadline, Nothing, OneOf};

/// All that are known.
pub(crate) const SETTINGS: &[Setting] = &[
    reported("application_name", "", Anything),
    row("bytea_output", "hex", OneOf(&["hex"])),
    reported("client_encoding", "UTF8", OneOf(&["utf8", "utf-8", "unicode"])),
    row("client_min_messages", "notice", Anything),
    reported("DateStyle", "ISO, MDY", OneOf(&["iso", "iso, mdy"])),
    row("default_transaction_isolation", "read committed", OneOf(&["read committed"])),
    reported("default_transaction_read_only", "off", OneOf(&["off", "false", "0"])),
    row("extra_float_digits", "1", OneOf(&["0", "1", "2", "3"])),
    row("idle_in_transaction_session_timeout", "0", OneOf(&["0"])),
    reported("in_hot_standby", "off", Nothing),
    reported("integer_datetimes", "on", Nothing),
    reported("IntervalStyle", "postgres", OneOf(&["postgres"])),
    reported("is_superuser", "off", Nothing),
    row("lock_timeout", "0", OneOf(&["0"])),
    row("max_identifier_length", "63", Nothing),
    row("row_security", "on", OneOf(&["on", "true"])),
    reported("server_encoding", "UTF8", Nothing),
    reported("server_version", VERSION, Nothing),
    row("server_version_num", "150000", Nothing),
    reported("standard_conforming_strings", "on", OneOf(&["on", "true", "1"])),
    row("statement_timeout", "0", Deadline),
    reported("TimeZone", "UTC", OneOf(&["utc", "etc/utc", "gmt", "+00:00"])),
    row("xmloption", "content", OneOf(&["content"])),
];

/// Statements of one form and what they answer, for clients that ask by themselves.
pub(crate) const ANSWERS: &[(&str, &str, fn(&About<'_>) -> String)] = &[
    ("SELECT VERSION ( )", "version", |about| about.version()),
    ("SELECT PG_CATALOG . VERSION ( )", "version", |about| about.version()),
    ("SELECT CURRENT_DATABASE ( )", "current_database", |about| about.database.to_owned()),
    ("SELECT CURRENT_USER", "current_user", |about| about.user.to_owned()),
    ("SELECT SESSION_USER", "session_user", |about| about.user.to_owned()),
    ("SELECT PG_BACKEND_PID ( )", "pg_backend_pid", |about| about.id.to_string()),
];

/// What such answers are made of.
pub(crate) struct About<'a> {
    pub(crate) user: &'a str,
    pub(crate) database: &'a str,
    pub(crate) engine: &'a str,
    pub(crate) id: u32,
}

impl About<'_> {
    fn version(&self) -> String {
        let ours = env!("CARGO_PKG_VERSION");
        format!("PostgreSQL {VERSION} (as spoken by the SQLx OS kernel {ours} in front of {})", self.engine)
    }
}

/// First words of statements that are not served, and why.
pub(crate) const REFUSED: &[(&str, &str)] = &[
    ("COPY", "COPY is not served: use INSERT with several rows, or SELECT"),
    ("PREPARE", "statements are prepared by messages of the protocol, not by PREPARE"),
    ("EXECUTE", "statements are prepared by messages of the protocol, not by PREPARE"),
    (
        "DECLARE",
        "cursors are not served: rows of a query come as they are read, or by portals of the protocol",
    ),
    ("FETCH", "cursors are not served: rows of a query come as they are read, or by portals of the protocol"),
    ("MOVE", "cursors are not served: rows of a query come as they are read, or by portals of the protocol"),
    ("CLOSE", "cursors are not served: rows of a query come as they are read, or by portals of the protocol"),
    ("LISTEN", "notifications are not served"),
    ("UNLISTEN", "notifications are not served"),
    ("NOTIFY", "notifications are not served"),
    ("LOAD", "libraries of the server are not served"),
    ("VACUUM", "the upkeep of an engine is not served"),
    ("ANALYZE", "the upkeep of an engine is not served"),
    ("CHECKPOINT", "the upkeep of an engine is not served"),
    ("LOCK", "locks of tables are not served"),
];
