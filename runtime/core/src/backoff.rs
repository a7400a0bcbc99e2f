//! How long to wait before the next try.

use std::time::Duration;

/// Waits that grow with decorrelated jitter: each is drawn between `base` and three times the one before, up to
/// `longest`, so that many clients of one server do not try in step. (Marc Brooker, "Exponential Backoff and Jitter".)
#[derive(Clone, Debug)]
pub struct Backoff {
    base: Duration,
    longest: Duration,
    last: Duration,
}

impl Backoff {
    /// Waits from `base` to `longest`.
    pub fn new(base: Duration, longest: Duration) -> Backoff {
        Backoff { base, longest, last: base }
    }

    /// The next wait.
    pub fn next(&mut self, random: &mut fastrand::Rng) -> Duration {
        let most = self.last.saturating_mul(3).min(self.longest);
        let spread = most.saturating_sub(self.base).as_nanos();
        let extra = random.u64(0..=u64::try_from(spread).unwrap_or(u64::MAX));
        self.last = (self.base + Duration::from_nanos(extra)).min(self.longest);
        self.last
    }

    /// A try went well: the next wait is short again.
    pub fn reset(&mut self) {
        self.last = self.base;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_stay_between_base_and_longest_and_grow() {
        let (base, longest) = (Duration::from_millis(10), Duration::from_secs(2));
        let mut random = fastrand::Rng::with_seed(7);
        let mut total = Duration::ZERO;
        for _ in 0..200 {
            let mut backoff = Backoff::new(base, longest);
            let mut last = Duration::ZERO;
            for _ in 0..20 {
                last = backoff.next(&mut random);
                assert!(last >= base && last <= longest, "{last:?}");
            }
            total += last;
            backoff.reset();
            assert!(backoff.next(&mut random) <= base * 3);
        }
        assert!(total / 200 > Duration::from_millis(250), "{total:?}");
    }
}
