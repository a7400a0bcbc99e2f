//! What the kernel decides, without IO: which session a caller gets and when, what a session needs before the next
//! caller may have it, whose turn it is, what a failure means, what is told to observers.
//!
//! Before: events and the time they happened at. After: actions for a shell to carry out. Never: clocks, sockets,
//! threads, randomness that is not seeded. The same events give the same actions, so a simulator can replay them.

pub mod backoff;
pub mod breaker;
pub mod dirt;
pub mod failure;
pub mod pool;
pub mod schedule;
pub mod session;
pub mod telemetry;
pub mod time;
