//! What a client may take of the server. Each bound has its reason; what exceeds one is told so and, where the
//! conversation cannot go on, closed.

use std::time::Duration;

/// Bounds of a server, for all its doors.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at the same time: each may hold the memory below.
    pub connections_max: usize,
    /// Bytes of a message, parameters included. What a message announces is not believed: memory grows with what
    /// arrives.
    pub message_bytes_max: usize,
    /// Bytes of rows gathered for a statement whose rows cannot be streamed: in transactions, with RETURNING.
    pub gather_bytes_max: usize,
    /// Prepared statements, and portals, of a connection: clients that never close any have to be told.
    pub prepared_max: usize,
    /// A connection that says nothing for so long is closed.
    pub idle: Duration,
    /// The same in a transaction, where others wait for its locks and it holds one of the engine's connections.
    pub idle_in_transaction: Duration,
    /// From the first byte to the end of authentication: half-open connections hold a place.
    pub login: Duration,
    /// A client that takes nothing for so long, while rows wait, is given up: its statement holds a connection.
    pub write: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections_max: 256,
            message_bytes_max: 16 << 20,
            gather_bytes_max: 64 << 20,
            prepared_max: 1024,
            idle: Duration::from_secs(3600),
            idle_in_transaction: Duration::from_secs(300),
            login: Duration::from_secs(10),
            write: Duration::from_secs(60),
        }
    }
}

/// Bytes of a message before its sender is known.
pub(crate) const LOGIN_BYTES_MAX: usize = 10_000;
/// Bytes that wait to be written before the client has to take some.
pub(crate) const WRITE_AHEAD: usize = 32 * 1024;
/// Bytes a client may send ahead while its statement runs; more wait in the socket.
pub(crate) const READ_AHEAD: usize = 64 * 1024;
/// Bytes read at once.
pub(crate) const READ_CHUNK: usize = 16 * 1024;
