//! The pool of one endpoint and identity: sessions, those who wait for them, and what happens between.
//!
//! Before: an event and its time. After: actions for the shell, in the order in which they have to be begun; an action
//! that takes time is answered by an event. Never: IO. A session is in one of the states of [`crate::session`] and
//! goes from one to another by its edges only.
//!
//! A session that was used is not handed on before it is as good as new. A session whose statement was cancelled is
//! not handed on before the server has confirmed the cancellation *and* answered a round trip after it (the fence): a
//! cancellation that arrives late would hit the statement of the next caller.

mod events;
mod settings;
mod slots;
mod stats;
#[cfg(test)]
mod tests;
mod timing;

pub use events::{Action, Closing, Event, Rejection};
pub use settings::Settings;
pub use slots::SlotId;
pub use stats::Stats;

use crate::backoff::Backoff;
use crate::breaker::Breaker;
use crate::dirt::{self, Dirt, Reset};
use crate::failure::{Failure, Kind};
use crate::schedule::victim;
use crate::schedule::{Charge, Class, FairQueue, Job, PerClass, Ticket};
use crate::session::Edge;
use crate::time::Instant;
use air_base::Dialect;
use slots::{Lease, Phase, Slots};
use std::time::Duration;

/// The pool.
#[derive(Clone, Debug)]
pub struct Pool {
    settings: Settings,
    dialect: Dialect,
    slots: Slots,
    queue: FairQueue,
    breaker: Breaker,
    backoff: Backoff,
    random: fastrand::Rng,
    /// No connection is tried before.
    connect_after: Instant,
    last_failure: Option<Failure>,
    credentials: u64,
    draining: bool,
    drained: bool,
    /// How many sessions may be closed for their age now; refilled over time.
    reap_tokens: f64,
    reaped_at: Instant,
    /// How long a session is held on average, in seconds; `None` until one was released.
    mean_hold: Option<f64>,
    counters: stats::Counters,
}

impl Pool {
    /// An empty pool; the first [`Event::Tick`] starts its connections. Jitter is drawn from `seed`.
    pub fn new(settings: Settings, dialect: Dialect, weights: PerClass<f64>, seed: u64) -> Pool {
        Pool {
            backoff: Backoff::new(settings.backoff_min, settings.backoff_max),
            breaker: Breaker::new(settings.breaker),
            settings,
            dialect,
            slots: Slots::default(),
            queue: FairQueue::new(weights),
            random: fastrand::Rng::with_seed(seed),
            connect_after: Instant::START,
            last_failure: None,
            credentials: 0,
            draining: false,
            drained: false,
            reap_tokens: 1.0,
            reaped_at: Instant::START,
            mean_hold: None,
            counters: stats::Counters::default(),
        }
    }

    /// Takes an event and appends what is to be done.
    pub fn step(&mut self, now: Instant, event: Event, actions: &mut Vec<Action>) {
        match event {
            Event::Acquire { ticket, job } => self.acquire(now, ticket, job, actions),
            Event::Abandon { ticket } => {
                if self.queue.remove(ticket).is_some() {
                    self.counters.abandoned += 1;
                }
            }
            Event::Release { slot, dirt } => self.released(now, slot, dirt, actions),
            Event::Broke { slot, kind } => self.broke(now, slot, kind, actions),
            Event::Cancel { slot, ticket } => self.cancel(now, slot, ticket, false, actions),
            Event::Connected { slot } => self.connected(now, slot, actions),
            Event::ConnectFailed { slot, failure } => self.connect_failed(now, slot, failure, actions),
            Event::Ready { slot } => self.ready(now, slot, actions),
            Event::CancelSent { slot } => self.cancel_answered(now, slot, true, actions),
            Event::CancelLost { slot } => self.cancel_answered(now, slot, false, actions),
            Event::Rotate => self.rotate(actions),
            Event::Configure(settings) => self.settings = settings,
            Event::Weigh(weights) => self.queue.set_weights(weights),
            Event::Drain => self.draining = true,
            Event::Tick => {}
        }
        self.expire_waiters(now, actions);
        self.serve(now, actions);
        self.connect(now, actions);
        if self.draining && self.queue.is_empty() {
            self.close_idle(Closing::Excess, actions);
            if self.slots.len() == 0 && !std::mem::replace(&mut self.drained, true) {
                actions.push(Action::Drained);
            }
        }
    }

    /// What a session has of callers before that is only undone when somebody would see it.
    pub fn stale(&self, slot: SlotId) -> Dirt {
        self.slots.get(slot).map_or(Dirt::CLEAN, |slot| slot.stale)
    }

    /// Figures of now.
    pub fn stats(&self) -> Stats {
        let mut stats = Stats {
            size: self.slots.len(),
            waiting: self.queue.len(),
            counters: self.counters.clone(),
            ..Stats::default()
        };
        for (_, slot) in self.slots.iter() {
            match slot.phase {
                Phase::Connecting { .. } => stats.connecting += 1,
                Phase::Idle { .. } => stats.idle += 1,
                _ => stats.busy += 1,
            }
        }
        stats
    }

    fn acquire(&mut self, now: Instant, ticket: Ticket, job: Job, actions: &mut Vec<Action>) {
        self.counters.acquires += 1;
        let rejection = if self.draining {
            Some(Rejection::Draining)
        } else if job.deadline <= now {
            Some(Rejection::Timeout { waited: Duration::ZERO, busy: self.busy(), cause: None })
        } else {
            None
        };
        if let Some(why) = rejection {
            return self.reject(ticket, why, actions);
        }
        // Nobody is overtaken: who waits, of whatever class that may run, comes first.
        if self.queue.is_empty() && self.slots.has_idle() && (job.class == Class::L || self.has_room()) {
            let charge = self.queue.pass(&job);
            return self.grant(now, (ticket, job, charge), now, actions);
        }
        if self.queue.len() >= self.settings.waiters_max {
            return self.reject(ticket, Rejection::Full { waiting: self.queue.len() }, actions);
        }
        if job.urgent
            && let Some(expected) = self.expected_wait()
            && now + expected > job.deadline
            // Somebody may have to give way before that.
            && !(self.settings.preempt && victim::choose(self.running(), job.class).is_some())
        {
            return self.reject(ticket, Rejection::TooLate { expected }, actions);
        }
        self.queue.push(ticket, job, now);
    }

    fn reject(&mut self, ticket: Ticket, why: Rejection, actions: &mut Vec<Action>) {
        self.counters.rejected += 1;
        actions.push(Action::Reject { ticket, why });
    }

    /// How long a newcomer would wait; `None` while sessions can still be made or nothing is known.
    fn expected_wait(&self) -> Option<Duration> {
        if self.slots.len() < self.settings.max {
            return None;
        }
        let ahead = self.queue.len() as f64 + 1.0;
        let rounds = ahead / self.settings.max.max(1) as f64;
        Some(Duration::from_secs_f64((rounds * self.mean_hold?).min(1e6)))
    }

    /// True if another job that is not L may run: such jobs leave some sessions to L.
    fn has_room(&self) -> bool {
        let heavy: u32 =
            [Class::B, Class::A, Class::S].into_iter().map(|class| self.queue.running(class)).sum();
        (heavy as usize) < self.settings.max.saturating_sub(self.settings.reserve()).max(1)
    }

    /// Hands idle sessions to those who wait.
    fn serve(&mut self, now: Instant, actions: &mut Vec<Action>) {
        while self.slots.has_idle() && !self.queue.is_empty() {
            let room = self.has_room();
            let Some((next, charge)) = self.queue.pop(|class| class == Class::L || room) else { return };
            self.grant(now, (next.ticket, next.job, charge), next.since, actions);
        }
    }

    fn grant(
        &mut self,
        now: Instant,
        (ticket, job, charge): (Ticket, Job, Charge),
        since: Instant,
        actions: &mut Vec<Action>,
    ) {
        let slot = self.slots.pop_idle().expect("the caller has seen an idle session");
        let unheard = match self.slots.get(slot).map(|slot| &slot.phase) {
            Some(Phase::Idle { checked, .. }) => now.since(*checked),
            _ => Duration::ZERO,
        };
        self.slots.take(slot, Edge::Acquire, Phase::Leased(Lease { ticket, job, charge, since: now }));
        self.counters.granted += 1;
        actions.push(Action::Grant { ticket, slot, waited: now.since(since), unheard });
    }

    fn released(&mut self, now: Instant, id: SlotId, dirt: Dirt, actions: &mut Vec<Action>) {
        let Some(slot) = self.slots.get_mut(id) else { return };
        let deferred = dirt::DEFERRED;
        match &mut slot.phase {
            Phase::Leased(lease) => {
                let lease = *lease;
                slot.stale |= dirt.and(deferred);
                self.settle(now, &lease);
                self.clean(now, id, dirt.without(deferred), actions);
            }
            Phase::Cancelling { ended, dirt: left, .. } => {
                slot.stale |= dirt.and(deferred);
                *left |= dirt.without(deferred);
                let lease = ended.take();
                if let Some(lease) = lease {
                    self.settle(now, &lease);
                }
                self.fence_if_due(now, id, actions);
            }
            // Nothing else belongs to a caller.
            _ => {}
        }
    }

    fn settle(&mut self, now: Instant, lease: &Lease) {
        let held = now.since(lease.since);
        self.queue.settle(&lease.job, lease.charge, held);
        let seconds = held.as_secs_f64();
        // An average over about the last twenty.
        self.mean_hold = Some(self.mean_hold.map_or(seconds, |mean| mean + (seconds - mean) / 20.0));
    }

    /// Makes a session that nobody uses as good as new, or closes it.
    fn clean(&mut self, now: Instant, id: SlotId, dirt: Dirt, actions: &mut Vec<Action>) {
        let slot = self.slots.get(id).expect("a live session");
        let (rotated, aged) = (slot.credentials != self.credentials, now >= slot.expires);
        let excess = self.slots.len() > self.settings.max;
        if rotated || excess || (aged && self.may_reap(now)) {
            let why = if rotated {
                Closing::Rotated
            } else if excess {
                Closing::Excess
            } else {
                Closing::Age
            };
            return self.close(id, Edge::Abort, why, actions);
        }
        match dirt::reset(self.dialect, dirt) {
            Reset::None => self.pooled(now, id),
            Reset::Close => self.close(id, Edge::Abort, Closing::Dirty, actions),
            Reset::Statements(statements) => {
                self.counters.resets += 1;
                self.slots.get_mut(id).expect("a live session").phase = Phase::Resetting { since: now };
                actions.push(Action::Reset { slot: id, statements });
            }
        }
    }

    fn pooled(&mut self, now: Instant, id: SlotId) {
        self.slots.take(id, Edge::Release, Phase::Idle { since: now, checked: now });
        self.slots.push_idle(id);
    }

    fn ready(&mut self, now: Instant, id: SlotId, actions: &mut Vec<Action>) {
        let Some(slot) = self.slots.get_mut(id) else { return };
        match slot.phase {
            Phase::Pinging { idle, .. } => {
                self.breaker.succeeded();
                // Looking after it does not make it needed.
                self.slots.take(id, Edge::Release, Phase::Idle { since: idle, checked: now });
                self.slots.push_coldest(id);
            }
            Phase::Resetting { .. } => self.clean(now, id, Dirt::CLEAN, actions),
            Phase::Fencing { .. } => {
                let dirt = std::mem::take(&mut slot.dirt);
                self.clean(now, id, dirt, actions);
            }
            _ => {}
        }
    }

    fn broke(&mut self, now: Instant, id: SlotId, kind: Kind, actions: &mut Vec<Action>) {
        let Some(slot) = self.slots.get(id) else { return };
        let lease = match &slot.phase {
            Phase::Leased(lease) => Some(*lease),
            Phase::Cancelling { ended, .. } => *ended,
            _ => None,
        };
        if let Some(lease) = lease {
            self.settle(now, &lease);
        }
        self.close(id, Edge::Abort, Closing::Broken, actions);
        self.counters.broken += 1;
        if self.breaker.failed(now, kind.breaker_weight()) {
            self.close_idle(Closing::Tripped, actions);
        }
    }

    fn cancel(
        &mut self,
        now: Instant,
        id: SlotId,
        ticket: Ticket,
        preempted: bool,
        actions: &mut Vec<Action>,
    ) {
        let Some(slot) = self.slots.get_mut(id) else { return };
        let Phase::Leased(lease) = slot.phase else { return };
        if lease.ticket != ticket {
            return;
        }
        slot.phase = Phase::Cancelling { since: now, ended: Some(lease), sent: false, dirt: Dirt::CLEAN };
        self.counters.cancels += 1;
        actions.push(Action::SendCancel { slot: id, ticket, preempted });
    }

    fn cancel_answered(&mut self, now: Instant, id: SlotId, known: bool, actions: &mut Vec<Action>) {
        let Some(slot) = self.slots.get_mut(id) else { return };
        let Phase::Cancelling { sent, ended, .. } = &mut slot.phase else { return };
        if known {
            *sent = true;
            return self.fence_if_due(now, id, actions);
        }
        // It may still arrive, and nobody could say when: the session is not to be trusted any more.
        if let Some(lease) = ended.take() {
            self.settle(now, &lease);
        }
        self.close(id, Edge::Abort, Closing::Unfenced, actions);
    }

    /// The fence goes out when the server has the cancellation and the statement has ended.
    fn fence_if_due(&mut self, now: Instant, id: SlotId, actions: &mut Vec<Action>) {
        let Some(slot) = self.slots.get_mut(id) else { return };
        let Phase::Cancelling { sent: true, ended: None, dirt, .. } = slot.phase else { return };
        slot.dirt = dirt;
        slot.phase = Phase::Fencing { since: now };
        actions.push(Action::Fence { slot: id });
    }

    fn connected(&mut self, now: Instant, id: SlotId, actions: &mut Vec<Action>) {
        let Some(slot) = self.slots.get_mut(id) else {
            return actions.push(Action::Close { slot: id, why: Closing::Late });
        };
        let Phase::Connecting { .. } = slot.phase else { return };
        // Lives differ by up to a fifth, so that sessions made together do not end together.
        let spread = 0.8 + 0.4 * self.random.f64();
        let life = self.settings.life_max.as_secs_f64() * spread;
        slot.expires = Duration::try_from_secs_f64(life).map_or(Instant::NEVER, |life| now + life);
        slot.state = slot.state.take(Edge::LetIn).expect("a session that was connecting");
        self.slots.take(id, Edge::Cache, Phase::Idle { since: now, checked: now });
        self.slots.push_idle(id);
        self.breaker.succeeded();
        self.backoff.reset();
        self.last_failure = None;
        self.counters.connected += 1;
        if self.draining && self.queue.is_empty() {
            self.close_idle(Closing::Excess, actions);
        }
    }

    fn connect_failed(&mut self, now: Instant, id: SlotId, failure: Failure, actions: &mut Vec<Action>) {
        let Some(slot) = self.slots.get(id) else { return };
        let Phase::Connecting { .. } = slot.phase else { return };
        self.slots.drop_disconnected(id);
        self.counters.connect_failures += 1;
        self.connect_after = now + self.backoff.next(&mut self.random);
        if self.breaker.failed(now, failure.kind.breaker_weight()) {
            self.close_idle(Closing::Tripped, actions);
        }
        if failure.kind.is_permanent() && self.slots.len() == 0 {
            for waiting in self.queue.drain() {
                self.reject(waiting.ticket, Rejection::Unavailable(failure.clone()), actions);
            }
        }
        self.last_failure = Some(failure);
    }

    fn wants_connection(&self) -> bool {
        let size = self.slots.len();
        let wanted = if self.draining { 0 } else { self.settings.min };
        size < self.settings.max && (self.queue.len() > self.slots.connecting() || size < wanted)
    }

    /// Starts the connections that are wanted, a few at a time: a server that is slow does not get faster by a crowd.
    fn connect(&mut self, now: Instant, actions: &mut Vec<Action>) {
        while self.wants_connection()
            && self.slots.connecting() < self.settings.connects_max
            && now >= self.connect_after
            && self.breaker.admit(now)
        {
            let slot = self.slots.add(now, self.credentials);
            actions.push(Action::Connect { slot });
        }
    }

    fn rotate(&mut self, actions: &mut Vec<Action>) {
        self.credentials += 1;
        self.connect_after = Instant::START;
        self.close_idle(Closing::Rotated, actions);
    }

    fn close_idle(&mut self, why: Closing, actions: &mut Vec<Action>) {
        while let Some(id) = self.slots.pop_idle() {
            self.close(id, Edge::Retire, why, actions);
        }
    }

    fn close(&mut self, id: SlotId, edge: Edge, why: Closing, actions: &mut Vec<Action>) {
        self.slots.close(id, edge);
        self.counters.closed += 1;
        actions.push(Action::Close { slot: id, why });
    }

    fn expire_waiters(&mut self, now: Instant, actions: &mut Vec<Action>) {
        while let Some(late) = self.queue.expired(now) {
            let why = Rejection::Timeout {
                waited: now.since(late.since),
                busy: self.busy(),
                cause: self.last_failure.clone(),
            };
            self.counters.timeouts += 1;
            self.reject(late.ticket, why, actions);
        }
    }

    fn busy(&self) -> usize {
        self.slots.len() - self.slots.connecting() - self.slots.idle()
    }
}
