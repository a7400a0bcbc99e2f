//! A circuit breaker for one endpoint.

use crate::time::Instant;
use std::collections::VecDeque;
use std::time::Duration;

/// When the breaker trips and how long it stays open.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Limits {
    /// How far back failures count.
    pub window: Duration,
    /// Weight of failures in the window that trips it.
    pub weight_max: u32,
    /// How long no connection is tried after that.
    pub open: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        // Five refused connections within ten seconds are no accident; half a second is what a restart takes at best.
        Limits { window: Duration::from_secs(10), weight_max: 50, open: Duration::from_millis(500) }
    }
}

/// What the breaker lets through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Everything.
    Closed,
    /// Nothing until then.
    Open(Instant),
    /// One probe; the next outcome decides.
    HalfOpen,
}

/// Counts failures and stops trying where a server is down.
#[derive(Clone, Debug)]
pub struct Breaker {
    limits: Limits,
    state: State,
    probing: bool,
    failures: VecDeque<(Instant, u32)>,
    weight: u32,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(limits: Limits) -> Breaker {
        Breaker { limits, state: State::Closed, probing: false, failures: VecDeque::new(), weight: 0 }
    }

    /// What is let through now.
    pub fn state(&self, now: Instant) -> State {
        match self.state {
            State::Open(until) if now >= until => State::HalfOpen,
            state => state,
        }
    }

    /// Asks for one connection to be tried. A half-open breaker says yes once.
    pub fn admit(&mut self, now: Instant) -> bool {
        match self.state(now) {
            State::Closed => true,
            State::Open(_) => false,
            State::HalfOpen => {
                self.state = State::HalfOpen;
                !std::mem::replace(&mut self.probing, true)
            }
        }
    }

    /// What was tried went well.
    pub fn succeeded(&mut self) {
        self.probing = false;
        if self.state != State::Closed {
            self.state = State::Closed;
            self.failures.clear();
            self.weight = 0;
        }
    }

    /// What was tried failed, with the weight of [`Kind::breaker_weight`](crate::failure::Kind::breaker_weight).
    /// True if the breaker opened by it.
    pub fn failed(&mut self, now: Instant, weight: u32) -> bool {
        if weight == 0 {
            self.probing = false;
            return false;
        }
        if self.state(now) == State::HalfOpen {
            self.probing = false;
            self.state = State::Open(now + self.limits.open);
            return false;
        }
        self.failures.push_back((now, weight));
        self.weight = self.weight.saturating_add(weight);
        while let Some(&(at, weight)) = self.failures.front()
            && now.since(at) > self.limits.window
        {
            self.failures.pop_front();
            self.weight -= weight;
        }
        let trips = self.state == State::Closed && self.weight >= self.limits.weight_max;
        if trips {
            self.state = State::Open(now + self.limits.open);
        }
        trips
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::START + Duration::from_millis(ms)
    }

    #[test]
    fn failures_open_it_and_one_probe_closes_it() {
        let mut breaker = Breaker::new(Limits::default());
        for i in 0..4 {
            assert!(breaker.admit(at(i)) && !breaker.failed(at(i), 10));
        }
        assert!(breaker.failed(at(4), 10));
        assert!(!breaker.admit(at(100)));
        assert!(breaker.admit(at(600)), "the probe");
        assert!(!breaker.admit(at(600)), "only one");
        breaker.failed(at(601), 10);
        assert!(!breaker.admit(at(700)), "open again");
        assert!(breaker.admit(at(1200)));
        breaker.succeeded();
        assert_eq!(breaker.state(at(1200)), State::Closed);
    }

    #[test]
    fn old_failures_are_forgotten() {
        let mut breaker = Breaker::new(Limits::default());
        for i in 0..100 {
            assert!(!breaker.failed(at(i * 5_000), 10), "{i}");
        }
    }
}
