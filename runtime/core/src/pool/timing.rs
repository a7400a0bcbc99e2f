//! What only time brings about: timeouts, lifetimes, keep-alive, preemption.

use super::slots::{Lease, Phase};
use super::{Action, Closing, Event, Pool, Settings, SlotId};
use crate::breaker::State as Circuit;
use crate::failure::{Failure, Kind};
use crate::schedule::Class;
use crate::schedule::victim::{self, Running};
use crate::session::Edge;
use crate::time::Instant;
use std::time::Duration;

impl Pool {
    /// What only time brings about: timeouts, lifetimes, keep-alive, preemption. Belongs behind every
    /// [`Event::Tick`]; apart from [`step`](Self::step), so that events of callers do not pay for it.
    pub fn tick(&mut self, now: Instant, actions: &mut Vec<Action>) {
        self.expire_phases(now, actions);
        self.reap(now, actions);
        self.keep_alive(now, actions);
        self.preempt(now, actions);
        self.step(now, Event::Tick, actions);
    }

    /// When [`tick`](Self::tick) has something to do next; `None` if only events will tell.
    pub fn next_wake(&self, now: Instant) -> Option<Instant> {
        let mut wake = self.queue.first_deadline();
        let mut by = |at: Instant| wake = Some(wake.map_or(at, |wake: Instant| wake.min(at)));
        if self.wants_connection() {
            match self.breaker.state(now) {
                Circuit::Open(until) => by(until.max(self.connect_after)),
                Circuit::Closed | Circuit::HalfOpen if self.connect_after > now => by(self.connect_after),
                Circuit::Closed | Circuit::HalfOpen => {}
            }
        }
        if let Some(waiting) = self.preemption_due() {
            by(waiting);
        }
        for (_, slot) in self.slots.iter() {
            match &slot.phase {
                Phase::Connecting { since } => by(*since + self.settings.connect_timeout),
                Phase::Idle { since, checked } => {
                    by(*checked + self.settings.keep_alive);
                    if self.slots.len() > self.settings.min {
                        by(*since + self.settings.idle_max);
                    }
                    by(slot.expires.max(self.reaped_at + self.reap_pause()));
                }
                Phase::Cancelling { since, .. } | Phase::Fencing { since } => {
                    by(*since + self.settings.fence_timeout);
                }
                Phase::Pinging { since, .. } | Phase::Resetting { since } => {
                    by(*since + self.settings.fence_timeout);
                }
                Phase::Leased(_) => {}
            }
        }
        wake
    }

    /// Ends what should have been answered long ago.
    fn expire_phases(&mut self, now: Instant, actions: &mut Vec<Action>) {
        let Settings { connect_timeout, fence_timeout, .. } = self.settings;
        let late: Vec<SlotId> = self
            .slots
            .iter()
            .filter(|(_, slot)| match &slot.phase {
                Phase::Connecting { since } => now >= *since + connect_timeout,
                Phase::Cancelling { since, .. }
                | Phase::Fencing { since }
                | Phase::Pinging { since, .. }
                | Phase::Resetting { since } => now >= *since + fence_timeout,
                Phase::Idle { .. } | Phase::Leased(_) => false,
            })
            .map(|(id, _)| id)
            .collect();
        for id in late {
            match self.slots.get(id).map(|slot| slot.phase.clone()) {
                Some(Phase::Connecting { .. }) => {
                    let failure = Failure::new(Kind::Unreachable, "connecting took too long");
                    self.connect_failed(now, id, failure, actions);
                    actions.push(Action::Close { slot: id, why: Closing::Late });
                }
                Some(Phase::Cancelling { ended, .. }) => {
                    if let Some(lease) = ended {
                        self.settle(now, &lease);
                    }
                    self.close(id, Edge::Abort, Closing::Unfenced, actions);
                }
                Some(Phase::Fencing { .. }) => self.close(id, Edge::Abort, Closing::Unfenced, actions),
                _ => self.broke(now, id, Kind::Disconnected, actions),
            }
        }
    }

    /// Time between two sessions closed for their age: a tenth of the pool a second.
    fn reap_pause(&self) -> Duration {
        Duration::from_secs_f64(1.0 / (self.slots.len() as f64 * 0.1).max(1.0))
    }

    /// True, and counted, if another session may be closed for its age: sessions made together must not end together.
    pub(super) fn may_reap(&mut self, now: Instant) -> bool {
        let most = (self.slots.len() as f64 * 0.1).max(1.0);
        let refill = now.since(self.reaped_at).as_secs_f64() / self.reap_pause().as_secs_f64();
        self.reap_tokens = (self.reap_tokens + refill).min(most);
        self.reaped_at = now;
        let may = self.reap_tokens >= 1.0;
        self.reap_tokens -= f64::from(u8::from(may));
        may
    }

    /// Closes sessions that lived long enough, few at a time, and those that nobody needs.
    fn reap(&mut self, now: Instant, actions: &mut Vec<Action>) {
        for id in self.slots.idle_ids() {
            let slot = self.slots.get(id).expect("an idle session is live");
            let Phase::Idle { since, .. } = slot.phase else { continue };
            let expired = now >= slot.expires;
            let unneeded = now >= since + self.settings.idle_max && self.slots.len() > self.settings.min;
            let excess = self.slots.len() > self.settings.max;
            let why = if unneeded {
                Closing::Idle
            } else if excess {
                Closing::Excess
            } else if expired && self.may_reap(now) {
                Closing::Age
            } else {
                continue;
            };
            self.slots.remove_idle(id);
            self.close(id, Edge::Retire, why, actions);
        }
    }

    fn keep_alive(&mut self, now: Instant, actions: &mut Vec<Action>) {
        for id in self.slots.idle_ids() {
            let slot = self.slots.get(id).expect("an idle session is live");
            let Phase::Idle { checked, since } = slot.phase else { continue };
            if now >= checked + self.settings.keep_alive {
                self.slots.remove_idle(id);
                self.slots.take(id, Edge::Acquire, Phase::Pinging { since: now, idle: since });
                actions.push(Action::Ping { slot: id });
            }
        }
    }

    /// When the most urgent job that waits may have somebody stopped for it: at half of its time.
    fn preemption_due(&self) -> Option<Instant> {
        if !self.settings.preempt || self.slots.len() < self.settings.max || self.slots.has_idle() {
            return None;
        }
        let waiting = self.queue.most_urgent()?;
        self.victim(waiting.job.class)?;
        Some(waiting.since + waiting.job.deadline.since(waiting.since) / 2)
    }

    pub(super) fn running(&self) -> impl Iterator<Item = Running> {
        self.slots.iter().filter_map(|(id, slot)| match &slot.phase {
            Phase::Leased(Lease { job, since, .. }) => Some(Running {
                slot: id.index(),
                class: job.class,
                since: *since,
                repeatable: job.repeatable,
                stopped: job.stopped,
            }),
            _ => None,
        })
    }

    fn victim(&self, urgent: Class) -> Option<Running> {
        // One at a time: a session that is being freed already will do.
        let freeing = self.slots.iter().any(|(_, slot)| {
            matches!(slot.phase, Phase::Cancelling { .. } | Phase::Fencing { .. } | Phase::Resetting { .. })
        });
        if freeing { None } else { victim::choose(self.running(), urgent) }
    }

    fn preempt(&mut self, now: Instant, actions: &mut Vec<Action>) {
        if self.preemption_due().is_none_or(|due| due > now) {
            return;
        }
        let Some(waiting) = self.queue.most_urgent() else { return };
        let Some(victim) = self.victim(waiting.job.class) else { return };
        let Some((id, ticket)) = self.slots.lease_at(victim.slot) else { return };
        self.counters.preemptions += 1;
        self.cancel(now, id, ticket, true, actions);
    }
}
