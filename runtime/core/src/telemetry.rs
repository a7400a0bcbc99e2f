//! What is told to observers: one closed set of events and two lanes for them.
//!
//! The lossless lane takes what auditors need: policy decisions, definitions, migrations. When it is full, whoever
//! emits has to wait. The lossy lane takes the rest; when it is full, events are dropped, and how many of which kind is
//! known exactly.

use serde::{Serialize, Serializer};
use std::collections::VecDeque;
use std::sync::Arc;

/// Kind of an event, as the specification names them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EventKind {
    /// `kernel.exec.start`
    ExecStart,
    /// `kernel.exec.ok`
    ExecOk,
    /// `kernel.exec.error`
    ExecError,
    /// `driver.query.start`
    QueryStart,
    /// `driver.query.ok`
    QueryOk,
    /// `driver.query.error`
    QueryError,
    /// `policy.decision`
    PolicyDecision,
    /// `cache.hit`
    CacheHit,
    /// `cache.miss`
    CacheMiss,
    /// `cache.invalidate`
    CacheInvalidate,
    /// `sched.preempt`
    Preempt,
    /// `sched.retry`
    Retry,
    /// `ddl.migration.start`
    MigrationStart,
    /// `ddl.migration.ok`
    MigrationOk,
    /// `ddl.migration.rollback`
    MigrationRollback,
}

/// The lane of an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lane {
    /// Nothing is lost.
    Lossless,
    /// What does not fit is counted.
    Lossy,
}

impl EventKind {
    /// All of them, in the order of their declaration.
    pub const ALL: [EventKind; 15] = [
        EventKind::ExecStart,
        EventKind::ExecOk,
        EventKind::ExecError,
        EventKind::QueryStart,
        EventKind::QueryOk,
        EventKind::QueryError,
        EventKind::PolicyDecision,
        EventKind::CacheHit,
        EventKind::CacheMiss,
        EventKind::CacheInvalidate,
        EventKind::Preempt,
        EventKind::Retry,
        EventKind::MigrationStart,
        EventKind::MigrationOk,
        EventKind::MigrationRollback,
    ];

    /// As in the JSON form.
    pub fn word(self) -> &'static str {
        match self {
            EventKind::ExecStart => "kernel.exec.start",
            EventKind::ExecOk => "kernel.exec.ok",
            EventKind::ExecError => "kernel.exec.error",
            EventKind::QueryStart => "driver.query.start",
            EventKind::QueryOk => "driver.query.ok",
            EventKind::QueryError => "driver.query.error",
            EventKind::PolicyDecision => "policy.decision",
            EventKind::CacheHit => "cache.hit",
            EventKind::CacheMiss => "cache.miss",
            EventKind::CacheInvalidate => "cache.invalidate",
            EventKind::Preempt => "sched.preempt",
            EventKind::Retry => "sched.retry",
            EventKind::MigrationStart => "ddl.migration.start",
            EventKind::MigrationOk => "ddl.migration.ok",
            EventKind::MigrationRollback => "ddl.migration.rollback",
        }
    }

    /// Its lane.
    pub fn lane(self) -> Lane {
        match self {
            EventKind::PolicyDecision
            | EventKind::MigrationStart
            | EventKind::MigrationOk
            | EventKind::MigrationRollback => Lane::Lossless,
            EventKind::ExecStart
            | EventKind::ExecOk
            | EventKind::ExecError
            | EventKind::QueryStart
            | EventKind::QueryOk
            | EventKind::QueryError
            | EventKind::CacheHit
            | EventKind::CacheMiss
            | EventKind::CacheInvalidate
            | EventKind::Preempt
            | EventKind::Retry => Lane::Lossy,
        }
    }
}

impl Serialize for EventKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

fn hex16<S: Serializer>(id: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{id:016x}"))
}

fn hex32<S: Serializer>(id: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{id:032x}"))
}

/// An event. Texts of statements are masked: no value of a caller's is ever in one.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Event {
    /// Seconds since 1970, with fractions.
    pub ts: f64,
    /// What happened.
    pub evt: EventKind,
    /// Number among the events of this kind, from 1: a gap shows that some were lost.
    pub seq: u64,
    /// The call it belongs to.
    #[serde(serialize_with = "hex32")]
    pub trace_id: u128,
    /// The step of the call.
    #[serde(serialize_with = "hex16")]
    pub span_id: u64,
    /// Whose call it is.
    pub tenant: Arc<str>,
    /// Who calls.
    pub actor: Arc<str>,
    /// Dialect of the engine.
    pub dialect: &'static str,
    /// Content id of the statement's meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub air_id: Option<Arc<str>>,
    /// What the statement does in a few words of low cardinality, such as `SELECT orders`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Arc<str>>,
    /// Class of the work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<crate::schedule::Class>,
    /// How long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<f64>,
    /// Of that, waiting for a session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued_ms: Option<f64>,
    /// Rows returned, or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Hash of the text that was sent to the engine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_hash: Option<Arc<str>>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<crate::failure::Kind>,
    /// The engine's code for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<Arc<str>>,
    /// Why: the reason of a decision, a cause of invalidation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Arc<str>>,
    /// Reward signal: minus the milliseconds by which it was slower than its kind usually is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward: Option<f64>,
}

impl Event {
    /// An event with what all of them have.
    pub fn new(evt: EventKind, ts: f64, tenant: Arc<str>, actor: Arc<str>, dialect: &'static str) -> Event {
        Event {
            ts,
            evt,
            seq: 0,
            trace_id: 0,
            span_id: 0,
            tenant,
            actor,
            dialect,
            air_id: None,
            summary: None,
            class: None,
            latency_ms: None,
            queued_ms: None,
            rows: None,
            plan_hash: None,
            error: None,
            error_code: None,
            reason: None,
            reward: None,
        }
    }
}

/// Counts by kind of event.
pub type PerKind = [u64; EventKind::ALL.len()];

/// The two lanes, each bounded.
#[derive(Debug)]
pub struct Lanes {
    lossless: VecDeque<Event>,
    lossy: VecDeque<Event>,
    lossless_max: usize,
    lossy_max: usize,
    emitted: PerKind,
    lost: PerKind,
}

impl Lanes {
    /// Empty lanes for so many events.
    pub fn new(lossless_max: usize, lossy_max: usize) -> Lanes {
        Lanes {
            lossless: VecDeque::new(),
            lossy: VecDeque::with_capacity(lossy_max),
            lossless_max,
            lossy_max,
            emitted: [0; EventKind::ALL.len()],
            lost: [0; EventKind::ALL.len()],
        }
    }

    /// Takes an event and numbers it. Gives it back if its lane is lossless and full: whoever emits has to wait.
    pub fn emit(&mut self, mut event: Event) -> Result<(), Box<Event>> {
        let kind = event.evt as usize;
        let (lane, most) = match event.evt.lane() {
            Lane::Lossless if self.lossless.len() >= self.lossless_max => return Err(Box::new(event)),
            Lane::Lossless => (&mut self.lossless, self.lossless_max),
            Lane::Lossy => (&mut self.lossy, self.lossy_max),
        };
        self.emitted[kind] += 1;
        event.seq = self.emitted[kind];
        if lane.len() < most {
            lane.push_back(event);
        } else {
            self.lost[kind] += 1;
        }
        Ok(())
    }

    /// Moves up to `most` events to `out`, those of the lossless lane first.
    pub fn drain(&mut self, most: usize, out: &mut Vec<Event>) {
        let first = most.min(self.lossless.len());
        out.extend(self.lossless.drain(..first));
        let then = (most - first).min(self.lossy.len());
        out.extend(self.lossy.drain(..then));
    }

    /// True if nothing waits for sinks.
    pub fn is_empty(&self) -> bool {
        self.lossless.is_empty() && self.lossy.is_empty()
    }

    /// Events taken, by kind, with those that were lost.
    pub fn emitted(&self) -> PerKind {
        self.emitted
    }

    /// Events lost, by kind.
    pub fn lost(&self) -> PerKind {
        self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: EventKind) -> Event {
        Event::new(kind, 1.5, "acme".into(), "svc:billing".into(), "sqlite")
    }

    #[test]
    fn a_full_lossy_lane_counts_what_it_drops() {
        let mut lanes = Lanes::new(2, 3);
        for _ in 0..10 {
            lanes.emit(event(EventKind::QueryOk)).expect("a lossy lane never refuses");
        }
        let mut out = Vec::new();
        lanes.drain(100, &mut out);
        assert_eq!(out.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(lanes.lost()[EventKind::QueryOk as usize], 7);
        lanes.emit(event(EventKind::QueryOk)).unwrap();
        lanes.drain(100, &mut out);
        assert_eq!(out[3].seq, 11, "the gap is as wide as the loss");
    }

    #[test]
    fn a_full_lossless_lane_gives_the_event_back() {
        let mut lanes = Lanes::new(2, 3);
        lanes.emit(event(EventKind::PolicyDecision)).unwrap();
        lanes.emit(event(EventKind::MigrationOk)).unwrap();
        let back = lanes.emit(event(EventKind::PolicyDecision)).unwrap_err();
        let mut out = Vec::new();
        lanes.drain(1, &mut out);
        lanes.emit(*back).expect("there is room again");
        lanes.drain(10, &mut out);
        assert_eq!(out.len(), 3);
        assert_eq!(lanes.lost(), [0; 15]);
    }

    #[test]
    fn words_are_those_of_the_specification() {
        for (i, kind) in EventKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, i);
            assert!(kind.word().contains('.'));
        }
        let lossless = EventKind::ALL.into_iter().filter(|kind| kind.lane() == Lane::Lossless).count();
        assert_eq!(lossless, 4);
    }
}
