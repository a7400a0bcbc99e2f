//! Figures of a pool.

use serde::Serialize;

/// How often things happened since the pool was made.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Counters {
    /// Sessions asked for.
    pub acquires: u64,
    /// Of these, granted.
    pub granted: u64,
    /// Of these, rejected, also for their deadline.
    pub rejected: u64,
    /// Of those, for their deadline.
    pub timeouts: u64,
    /// Given up by the caller while waiting.
    pub abandoned: u64,
    /// Connections made.
    pub connected: u64,
    /// Connections that could not be made.
    pub connect_failures: u64,
    /// Sessions closed.
    pub closed: u64,
    /// Of these, because they broke.
    pub broken: u64,
    /// Sessions that were made as good as new by statements.
    pub resets: u64,
    /// Statements stopped.
    pub cancels: u64,
    /// Of these, for more urgent work.
    pub preemptions: u64,
}

/// Figures of a pool.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// Sessions, also those that are being made.
    pub size: usize,
    /// Sessions nobody uses.
    pub idle: usize,
    /// Sessions in use, also those that are being made ready after one.
    pub busy: usize,
    /// Sessions being made.
    pub connecting: usize,
    /// Callers that wait.
    pub waiting: usize,
    /// Counts.
    pub counters: Counters,
}
