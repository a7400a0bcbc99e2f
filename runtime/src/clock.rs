//! The kernel's one clock.

use sqlx_kernel_core::time::Instant;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Time since the kernel began, and what the calendar said then. All time of the kernel comes from here, so that it
/// never goes back and no two parts disagree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    began: std::time::Instant,
    calendar: Duration,
}

impl Clock {
    pub(crate) fn start() -> Clock {
        Clock {
            began: std::time::Instant::now(),
            calendar: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        }
    }

    pub(crate) fn now(&self) -> Instant {
        Instant::START + self.began.elapsed()
    }

    /// Seconds since 1970.
    pub(crate) fn timestamp(&self) -> f64 {
        (self.calendar + self.began.elapsed()).as_secs_f64()
    }

    /// The moment of `at` on the clock that tokio's timers use.
    pub(crate) fn timer(&self, at: Instant) -> tokio::time::Instant {
        tokio::time::Instant::from_std(self.began + at.since(Instant::START))
    }
}
