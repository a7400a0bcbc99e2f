//! Settings of a pool.

use crate::breaker::Limits;
use std::time::Duration;

/// Sizes and times; the defaults are those of the specification where it names one.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// Sessions that are kept even if nobody needs them.
    pub min: usize,
    /// Sessions there may be.
    pub max: usize,
    /// Sessions that only work of class L may take; `None` for an eighth.
    pub reserved: Option<usize>,
    /// An idle session is looked after so often.
    pub keep_alive: Duration,
    /// A session is replaced after about this time.
    pub life_max: Duration,
    /// A session beyond `min` is closed after being idle for so long.
    pub idle_max: Duration,
    /// How long a caller without a deadline of its own waits for a session.
    pub acquire_timeout: Duration,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long a cancellation, its fence, a reset or a ping may take before the session is given up.
    pub fence_timeout: Duration,
    /// Connections made at a time.
    pub connects_max: usize,
    /// Callers that may wait; more are rejected at once.
    pub waiters_max: usize,
    /// Shortest wait after a connection that failed.
    pub backoff_min: Duration,
    /// Longest wait after connections that failed.
    pub backoff_max: Duration,
    /// When the endpoint counts as down.
    pub breaker: Limits,
    /// Whether running work may be stopped for work whose deadline is near.
    pub preempt: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            min: 0,
            max: 20,
            reserved: None,
            keep_alive: Duration::from_millis(45_000),
            life_max: Duration::from_secs(30 * 60),
            idle_max: Duration::from_secs(10 * 60),
            acquire_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            fence_timeout: Duration::from_secs(5),
            connects_max: 2,
            waiters_max: 10_000,
            backoff_min: Duration::from_millis(20),
            backoff_max: Duration::from_secs(1),
            breaker: Limits::default(),
            preempt: true,
        }
    }
}

impl Settings {
    /// Sessions that only L may take: none of a pool of one, whose only session is for everybody.
    pub fn reserve(&self) -> usize {
        match self.reserved {
            Some(reserved) => reserved.min(self.max.saturating_sub(1)),
            None if self.max < 2 => 0,
            None => self.max.div_ceil(8),
        }
    }
}
