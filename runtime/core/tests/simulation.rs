//! The pool in a world with virtual time: servers that are slow, refuse, break and restart, cancellations that are
//! late, callers that leave. Everything is drawn from a seed, so a seed replays bit for bit, and a script that fails is
//! shrunk to the calls that matter.
//!
//! What is checked at every step: a session has one holder; nobody gets a session that is not as good as new; a
//! cancellation never hits a statement of somebody else; there are never more sessions than allowed. At the end: every
//! caller was answered exactly once, and nothing is left behind.

use air_base::Dialect;
use sqlx_kernel_core::dirt::Dirt;
use sqlx_kernel_core::failure::{Failure, Kind};
use sqlx_kernel_core::pool::{Action, Event, Pool, Settings, SlotId};
use sqlx_kernel_core::schedule::{Class, Job, PerClass, Ticket};
use sqlx_kernel_core::time::Instant;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

/// What a caller does, decided when the script is made.
#[derive(Clone, Copy, Debug)]
struct Call {
    at: Instant,
    class: Class,
    tenant: u32,
    patience: Duration,
    urgent: bool,
    repeatable: bool,
    /// How long its statement runs.
    service: Duration,
    leaves: Dirt,
    /// When it loses interest, counted from the call.
    gives_up: Option<Duration>,
    breaks: bool,
}

/// Something in the future of the world.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Future {
    Call(usize),
    GiveUp(usize),
    Connected(SlotId),
    Refused(SlotId),
    /// The statement of that number ends in that session.
    Ends(SlotId, u64),
    /// The cancellation of that statement reaches the server.
    CancelArrives(SlotId, Ticket),
    CancelLost(SlotId),
    Ready(SlotId),
    BreaksIdle(SlotId),
    ServerDown,
    ServerUp,
    Wake,
}

/// A session as the server sees it.
#[derive(Clone, Debug, Default)]
struct Backend {
    dirt: Dirt,
    /// The statement that runs, and its caller.
    running: Option<(u64, Ticket)>,
    holder: Option<Ticket>,
}

struct World {
    pool: Pool,
    settings: Settings,
    random: fastrand::Rng,
    now: Instant,
    future: BinaryHeap<Reverse<(Instant, u64, Future)>>,
    /// Orders what happens at the same time, and numbers statements.
    counter: u64,
    backends: BTreeMap<SlotId, Backend>,
    calls: Vec<Call>,
    answers: Vec<u32>,
    abandoned: Vec<bool>,
    /// Where each call was served, also after it ended.
    served_in: Vec<Option<SlotId>>,
    up: bool,
    wake: Option<Instant>,
    steps: u64,
    hash: u64,
    violation: Option<String>,
    preempted: u64,
    granted: u64,
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn script(seed: u64, calls: usize) -> Vec<Call> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut at = Instant::START;
    let kinds = [
        Dirt::TRANSACTION,
        Dirt::SETTINGS,
        Dirt::TEMPORARY,
        Dirt::LOCKS,
        Dirt::LISTENING,
        Dirt::CURSORS,
        Dirt::IDENTITY,
        Dirt::SEQUENCES,
        Dirt::ROLE,
        Dirt::UNKNOWN,
    ];
    (0..calls)
        .map(|_| {
            // Bursts and pauses.
            at += Duration::from_micros(if random.u8(0..50) == 0 {
                random.u64(0..2_000_000)
            } else {
                random.u64(0..800)
            });
            let class = Class::ALL[random.usize(0..4)];
            let urgent = random.u8(0..4) == 0;
            Call {
                at,
                class,
                tenant: random.u32(0..5),
                patience: ms(if urgent { random.u64(5..200) } else { random.u64(100..5_000) }),
                urgent,
                repeatable: random.bool(),
                service: Duration::from_micros(match class {
                    Class::L => random.u64(10..2_000),
                    _ => random.u64(100..60_000),
                }),
                leaves: if random.u8(0..3) == 0 { kinds[random.usize(0..kinds.len())] } else { Dirt::CLEAN },
                gives_up: (random.u8(0..6) == 0).then(|| Duration::from_micros(random.u64(0..20_000))),
                breaks: random.u16(0..400) == 0,
            }
        })
        .collect()
}

impl World {
    fn new(seed: u64, calls: Vec<Call>) -> World {
        let mut random = fastrand::Rng::with_seed(seed ^ 0x9e37_79b9);
        let settings = Settings {
            min: random.usize(0..3),
            max: random.usize(1..9),
            keep_alive: ms(random.u64(50..5_000)),
            life_max: ms(random.u64(500..60_000)),
            idle_max: ms(random.u64(100..10_000)),
            fence_timeout: ms(400),
            connect_timeout: ms(300),
            waiters_max: random.usize(4..200),
            ..Settings::default()
        };
        let weights = PerClass([0.5, 0.2, 0.2, 0.1]);
        let pool = Pool::new(settings.clone(), Dialect::Postgres, weights, seed);
        let mut world = World {
            pool,
            settings,
            random,
            now: Instant::START,
            future: BinaryHeap::new(),
            counter: 0,
            backends: BTreeMap::new(),
            answers: vec![0; calls.len()],
            abandoned: vec![false; calls.len()],
            served_in: vec![None; calls.len()],
            calls,
            up: true,
            wake: None,
            steps: 0,
            hash: 0,
            violation: None,
            preempted: 0,
            granted: 0,
        };
        for i in 0..world.calls.len() {
            world.plan_at(world.calls[i].at, Future::Call(i));
        }
        let end = world.calls.last().map_or(Instant::START, |call| call.at);
        for _ in 0..world.random.usize(0..4) {
            let down = Instant::from_nanos(world.random.u64(0..=end.as_nanos()));
            world.plan_at(down, Future::ServerDown);
            let out = ms(world.random.u64(1..3_000));
            world.plan_at(down + out, Future::ServerUp);
        }
        world
    }

    fn plan_at(&mut self, at: Instant, future: Future) {
        self.counter += 1;
        self.future.push(Reverse((at, self.counter, future)));
    }

    fn plan(&mut self, after: Duration, future: Future) {
        self.plan_at(self.now + after, future);
    }

    fn micros(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_micros(self.random.u64(least..most))
    }

    fn fails(&mut self, what: impl FnOnce() -> String) {
        if self.violation.is_none() {
            self.violation = Some(format!("step {} at {:?}: {}", self.steps, self.now, what()));
        }
    }

    /// Gives an event to the pool and does what it says.
    fn step(&mut self, event: Option<Event>) {
        self.steps += 1;
        let mut actions = Vec::new();
        match event {
            Some(event) => self.pool.step(self.now, event, &mut actions),
            None => self.pool.tick(self.now, &mut actions),
        }
        for action in actions {
            self.mix(&action);
            self.act(action);
        }
        let stats = self.pool.stats();
        if stats.size > self.settings.max {
            let max = self.settings.max;
            self.fails(|| format!("{} sessions, {max} are allowed", stats.size));
        }
    }

    /// The trace, as a hash: two runs of a seed must agree in everything.
    fn mix(&mut self, action: &Action) {
        let mut text = format!("{:?} {action:?}", self.now).into_bytes();
        text.push(0);
        for byte in text {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Connect { slot } => {
                let after = self.micros(200, 20_000);
                let fails = !self.up || self.random.u8(0..20) == 0;
                // Now and then a connection hangs and nobody ever answers.
                if self.random.u8(0..40) != 0 {
                    self.plan(after, if fails { Future::Refused(slot) } else { Future::Connected(slot) });
                }
            }
            Action::Close { slot, .. } => {
                self.backends.remove(&slot);
            }
            Action::Grant { ticket, slot, .. } => self.granted(ticket, slot),
            Action::Reject { ticket, .. } => self.answer(ticket),
            Action::Reset { slot, statements } => {
                if let Some(backend) = self.backends.get_mut(&slot) {
                    if backend.running.is_some() || backend.holder.is_some() {
                        self.fails(|| format!("{slot:?} is reset while somebody uses it"));
                    } else {
                        for statement in statements {
                            undo(statement, &mut backend.dirt);
                        }
                    }
                }
                self.answer_later(slot);
            }
            Action::Ping { slot } | Action::Fence { slot } => self.answer_later(slot),
            Action::SendCancel { slot, ticket, preempted } => {
                self.preempted += u64::from(preempted);
                let late = if self.random.u8(0..5) == 0 { 300_000 } else { 2_000 };
                let after = self.micros(50, late);
                let lost = self.random.u8(0..30) == 0;
                self.plan(
                    after,
                    if lost { Future::CancelLost(slot) } else { Future::CancelArrives(slot, ticket) },
                );
            }
            Action::Drained => {
                if !self.backends.is_empty() {
                    self.fails(|| "drained with sessions left".to_owned());
                }
            }
        }
    }

    fn answer_later(&mut self, slot: SlotId) {
        let after = self.micros(20, 500);
        let breaks = self.random.u8(0..100) == 0;
        self.plan(after, if breaks { Future::BreaksIdle(slot) } else { Future::Ready(slot) });
    }

    fn answer(&mut self, ticket: Ticket) {
        let i = usize::try_from(ticket.0).expect("tickets are calls");
        self.answers[i] += 1;
        if self.answers[i] > 1 {
            self.fails(|| format!("call {i} was answered twice"));
        }
    }

    fn granted(&mut self, ticket: Ticket, slot: SlotId) {
        self.granted += 1;
        self.answer(ticket);
        let i = usize::try_from(ticket.0).expect("tickets are calls");
        if self.abandoned[i] {
            self.fails(|| format!("call {i} had left"));
        }
        self.served_in[i] = Some(slot);
        self.counter += 1;
        let statement = self.counter;
        let Some(backend) = self.backends.get_mut(&slot) else {
            return self.fails(|| format!("{slot:?} was granted and is not there"));
        };
        let (holder, dirt) = (backend.holder, backend.dirt);
        backend.holder = Some(ticket);
        backend.running = Some((statement, ticket));
        let deferred = Dirt::IDENTITY | Dirt::SEQUENCES;
        if holder.is_some() {
            self.fails(|| format!("{slot:?} belongs to {holder:?} and was granted to {ticket:?}"));
        }
        if !dirt.without(deferred).is_clean() {
            self.fails(|| format!("{slot:?} was granted with {dirt:?}"));
        }
        if !self.pool.stale(slot).has(dirt.and(deferred)) {
            self.fails(|| format!("nobody knows of {dirt:?} in {slot:?}"));
        }
        let service = self.calls[i].service;
        self.plan(service, Future::Ends(slot, statement));
    }

    /// The statement of a session has ended, by itself or stopped: its caller lets go.
    fn ended(&mut self, slot: SlotId, stopped: bool) {
        let Some(backend) = self.backends.get_mut(&slot) else { return };
        let Some((_, ticket)) = backend.running.take() else { return };
        backend.holder = None;
        let call = self.calls[usize::try_from(ticket.0).expect("tickets are calls")];
        if call.breaks && !stopped {
            return self.step(Some(Event::Broke { slot, kind: Kind::Disconnected }));
        }
        backend.dirt |= call.leaves;
        self.step(Some(Event::Release { slot, dirt: call.leaves }));
    }

    fn happens(&mut self, future: Future) {
        match future {
            Future::Call(i) => {
                let call = self.calls[i];
                let job = Job {
                    urgent: call.urgent,
                    repeatable: call.repeatable,
                    ..Job::plain(call.class, call.tenant, self.now + call.patience)
                };
                if let Some(after) = call.gives_up {
                    self.plan(after, Future::GiveUp(i));
                }
                self.step(Some(Event::Acquire { ticket: Ticket(i as u64), job }));
            }
            Future::GiveUp(i) => {
                let ticket = Ticket(i as u64);
                if self.answers[i] == 0 {
                    self.answers[i] = 1;
                    self.abandoned[i] = true;
                    return self.step(Some(Event::Abandon { ticket }));
                }
                // It may have ended long ago, and the session may be somebody else's: the pool has to notice.
                if let Some(slot) = self.served_in[i] {
                    self.step(Some(Event::Cancel { slot, ticket }));
                }
            }
            Future::Connected(slot) => {
                self.backends.insert(slot, Backend::default());
                self.step(Some(Event::Connected { slot }));
            }
            Future::Refused(slot) => {
                let failure = Failure::new(Kind::Unreachable, "refused");
                self.step(Some(Event::ConnectFailed { slot, failure }));
            }
            Future::Ends(slot, statement) => {
                let runs = |backend: &Backend| backend.running.is_some_and(|(number, _)| number == statement);
                if self.backends.get(&slot).is_some_and(runs) {
                    self.ended(slot, false);
                }
            }
            Future::CancelArrives(slot, ticket) => {
                let running = self.backends.get(&slot).and_then(|backend| backend.running);
                match running {
                    // This is what must never happen: it would stop the statement of somebody else.
                    Some((_, other)) if other != ticket => {
                        self.fails(|| format!("the cancellation of {ticket:?} hits {other:?} in {slot:?}"));
                    }
                    Some(_) => {
                        self.step(Some(Event::CancelSent { slot }));
                        self.ended(slot, true);
                    }
                    None => self.step(Some(Event::CancelSent { slot })),
                }
            }
            Future::CancelLost(slot) => self.step(Some(Event::CancelLost { slot })),
            Future::Ready(slot) => self.step(Some(Event::Ready { slot })),
            Future::BreaksIdle(slot) => self.step(Some(Event::Broke { slot, kind: Kind::Disconnected })),
            Future::ServerDown => {
                self.up = false;
                let slots: Vec<SlotId> = self.backends.keys().copied().collect();
                for slot in slots {
                    let Some(backend) = self.backends.get_mut(&slot) else { continue };
                    if backend.running.take().is_some() {
                        backend.holder = None;
                        self.step(Some(Event::Broke { slot, kind: Kind::ServerDown }));
                    }
                }
            }
            Future::ServerUp => self.up = true,
            Future::Wake => {
                self.wake = None;
                self.step(None);
            }
        }
    }

    /// Runs to the end; gives the trace's hash, or what went wrong.
    fn run(mut self) -> Result<(u64, u64, u64, u64), String> {
        self.step(None);
        loop {
            if let Some(at) = self.pool.next_wake(self.now)
                && self.wake.is_none_or(|wake| at < wake)
            {
                let at = at.max(self.now + Duration::from_micros(1));
                self.wake = Some(at);
                self.plan_at(at, Future::Wake);
            }
            let Some(Reverse((at, _, future))) = self.future.pop() else { break };
            self.now = self.now.max(at);
            if future == Future::Wake && self.wake != Some(at) {
                continue;
            }
            self.happens(future);
            if let Some(violation) = self.violation.take() {
                return Err(violation);
            }
            let pending = self.future.iter().any(|Reverse((_, _, future))| !matches!(future, Future::Wake));
            let answered = self.answers.iter().all(|answers| *answers > 0);
            if !pending && answered {
                break;
            }
        }
        if let Some(call) = self.answers.iter().position(|answers| *answers == 0) {
            return Err(format!("call {call} was never answered"));
        }
        // Whoever is still in use by then is in nobody's hands.
        self.step(Some(Event::Drain));
        for _ in 0..10_000 {
            self.now += ms(10);
            let due: Vec<Future> = {
                let mut due = Vec::new();
                while self.future.peek().is_some_and(|Reverse((at, _, _))| *at <= self.now) {
                    due.extend(self.future.pop().map(|Reverse((_, _, future))| future));
                }
                due
            };
            for future in due {
                self.happens(future);
            }
            self.step(None);
            if self.pool.stats().size == 0 {
                break;
            }
        }
        let stats = self.pool.stats();
        match self.violation {
            Some(violation) => Err(violation),
            None if stats.size > 0 => Err(format!("sessions are left: {stats:?}")),
            None => Ok((self.hash, self.steps, self.granted, self.preempted)),
        }
    }
}

fn undo(statement: &str, dirt: &mut Dirt) {
    let gone = match statement {
        "ROLLBACK" => Dirt::TRANSACTION,
        "CLOSE ALL" => Dirt::CURSORS,
        "SET SESSION AUTHORIZATION DEFAULT" | "RESET ROLE" => Dirt::ROLE,
        "RESET ALL" => Dirt::SETTINGS,
        "UNLISTEN *" => Dirt::LISTENING,
        "SELECT pg_advisory_unlock_all()" => Dirt::LOCKS,
        "DISCARD TEMP" => Dirt::TEMPORARY,
        "DISCARD SEQUENCES" => Dirt::IDENTITY | Dirt::SEQUENCES,
        other => panic!("the world does not know `{other}`"),
    };
    *dirt = dirt.without(gone);
}

/// Leaves out calls as long as `fault` still finds something wrong with the rest.
fn shrunk(mut calls: Vec<Call>, fault: impl Fn(&[Call]) -> Option<String>) -> (Vec<Call>, String) {
    let mut message = fault(&calls).expect("there is something wrong");
    let mut chunk = calls.len() / 2;
    while chunk > 0 {
        let mut from = 0;
        while from < calls.len() {
            let mut fewer = calls.clone();
            fewer.drain(from..(from + chunk).min(calls.len()));
            match fault(&fewer) {
                Some(still) => {
                    message = still;
                    calls = fewer;
                }
                None => from += chunk,
            }
        }
        chunk /= 2;
    }
    (calls, message)
}

/// Steps of one test run.
const STEPS: u64 = 10_000_000;
const CALLS_PER_WORLD: usize = 2_000;

#[test]
fn ten_million_steps_break_no_promise() {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4) as u64;
    let run = |thread: u64| {
        let (mut steps, mut granted, mut preempted) = (0, 0, 0);
        let mut seed = thread;
        while steps < STEPS / threads {
            match World::new(seed, script(seed, CALLS_PER_WORLD)).run() {
                Ok((_, more, grants, stops)) => {
                    steps += more;
                    granted += grants;
                    preempted += stops;
                }
                Err(_) => {
                    let fault = |calls: &[Call]| World::new(seed, calls.to_vec()).run().err();
                    let (calls, message) = shrunk(script(seed, CALLS_PER_WORLD), fault);
                    panic!("seed {seed}: {message}\nwith these calls: {calls:#?}");
                }
            }
            seed += threads;
        }
        (granted, preempted)
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|thread| scope.spawn(move || run(thread))).collect();
        for handle in handles {
            let (granted, preempted) = handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            // A world in which nothing happens would prove nothing.
            assert!(
                granted > 100_000 / threads && preempted > 10,
                "{granted} granted, {preempted} preempted"
            );
        }
    });
}

#[test]
fn a_seed_replays_bit_for_bit() {
    for seed in 0..20 {
        let runs = [(); 2].map(|()| World::new(seed, script(seed, 500)).run());
        assert_eq!(runs[0], runs[1], "seed {seed}");
        assert!(runs[0].is_ok());
    }
}

#[test]
fn a_script_that_fails_is_shrunk_to_what_matters() {
    let unknown = |call: &&Call| call.leaves == Dirt::UNKNOWN;
    let fault = |calls: &[Call]| {
        let urgent = calls.iter().any(|call| call.urgent);
        calls.iter().find(unknown).filter(|_| urgent).map(|call| format!("{call:?}"))
    };
    let (calls, _) = shrunk(script(3, 300), fault);
    assert!((1..=2).contains(&calls.len()), "{calls:#?}");
}
