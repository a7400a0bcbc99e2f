//! What the kernel remembers of statements it ran: how long their kind takes, how long each class waited, what the
//! policy said.

use quick_cache::sync::Cache;
use serde_json::json;
use sqlx_kernel_core::schedule::{Class, PerClass};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Kinds of statements that are remembered.
const KINDS_MAX: usize = 8192;
/// Runs of a kind that are remembered: enough for a 95th percentile that one stray run does not make.
const RUNS_MAX: usize = 64;
/// Runs from which on there is a percentile.
const RUNS_MIN: usize = 8;
/// Waits of a class between two ticks that are looked at.
const WAITS_MAX: usize = 1024;

/// What is remembered.
pub(crate) struct History {
    kinds: Cache<Arc<str>, Arc<Mutex<Runs>>>,
    waits: Mutex<PerClass<Vec<u64>>>,
    runs: PerClass<AtomicU64>,
    allowed: AtomicU64,
    denied: AtomicU64,
}

#[derive(Default)]
struct Runs {
    nanos: Vec<u64>,
    next: usize,
    /// Of all of them, not their number.
    sum: f64,
    p95: Option<Duration>,
}

impl Runs {
    fn add(&mut self, nanos: u64) {
        self.sum += nanos as f64;
        if self.nanos.len() < RUNS_MAX {
            self.nanos.push(nanos);
        } else {
            self.sum -= self.nanos[self.next] as f64;
            self.nanos[self.next] = nanos;
        }
        self.next = (self.next + 1) % RUNS_MAX;
        // Not for every run: sorting costs more than running some statements.
        if self.next.is_multiple_of(RUNS_MIN) {
            let mut sorted = self.nanos.clone();
            sorted.sort_unstable();
            self.p95 = Some(p95(&sorted));
        }
    }
}

impl Default for History {
    fn default() -> History {
        History {
            kinds: Cache::new(KINDS_MAX),
            waits: Mutex::default(),
            runs: PerClass::default(),
            allowed: AtomicU64::new(0),
            denied: AtomicU64::new(0),
        }
    }
}

fn p95(sorted: &[u64]) -> Duration {
    Duration::from_nanos(sorted[(sorted.len() * 95).div_ceil(100).saturating_sub(1)])
}

impl History {
    /// How long statements of a meaning take, once that is known: the 95th percentile of the last runs.
    pub(crate) fn p95(&self, air_id: &Arc<str>) -> Option<Duration> {
        let runs = self.kinds.get(air_id)?;
        runs.lock().unwrap_or_else(PoisonError::into_inner).p95
    }

    /// Remembers a run; gives its reward: minus the milliseconds by which it was slower than its kind usually is.
    pub(crate) fn ran(&self, air_id: &Arc<str>, class: Class, took: Duration) -> f64 {
        self.runs[class].fetch_add(1, Ordering::Relaxed);
        let runs = match self.kinds.get(air_id) {
            Some(runs) => runs,
            None => {
                let runs = Arc::<Mutex<Runs>>::default();
                self.kinds.insert(air_id.clone(), runs.clone());
                runs
            }
        };
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let mut runs = runs.lock().unwrap_or_else(PoisonError::into_inner);
        let usual = match runs.nanos.len() {
            0 => nanos as f64,
            len => runs.sum / len as f64,
        };
        runs.add(nanos);
        (usual - nanos as f64) / 1e6
    }

    /// Remembers how long a statement waited for its session.
    pub(crate) fn waited(&self, class: Class, wait: Duration) {
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        if waits[class].len() < WAITS_MAX {
            waits[class].push(u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX));
        }
    }

    /// The 95th percentiles of waits since this was asked last.
    pub(crate) fn take_waits(&self) -> PerClass<Option<Duration>> {
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = PerClass([None; 4]);
        for class in Class::ALL {
            if !waits[class].is_empty() {
                waits[class].sort_unstable();
                taken[class] = Some(p95(&waits[class]));
                waits[class].clear();
            }
        }
        taken
    }

    pub(crate) fn decided(&self, allowed: bool) {
        let counter = if allowed { &self.allowed } else { &self.denied };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn decisions(&self) -> serde_json::Value {
        let (allowed, denied) = (self.allowed.load(Ordering::Relaxed), self.denied.load(Ordering::Relaxed));
        json!({ "allowed": allowed, "denied": denied })
    }

    pub(crate) fn classes(&self) -> serde_json::Value {
        let count = |class: Class| self.runs[class].load(Ordering::Relaxed);
        json!({ "L": count(Class::L), "B": count(Class::B), "A": count(Class::A), "S": count(Class::S) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_come_from_the_last_runs() {
        let history = History::default();
        let id: Arc<str> = "air:1".into();
        let ms = Duration::from_millis;
        for _ in 0..RUNS_MIN - 1 {
            history.ran(&id, Class::L, ms(1));
        }
        assert_eq!(history.p95(&id), None, "too few to say");
        assert!(history.ran(&id, Class::L, ms(11)) < -9.0, "slower than usual");
        assert_eq!(history.p95(&id), Some(ms(11)));
        for _ in 0..RUNS_MAX {
            history.ran(&id, Class::L, ms(2));
        }
        assert_eq!(history.p95(&id), Some(ms(2)));
        history.waited(Class::A, ms(7));
        assert_eq!(history.take_waits()[Class::A], Some(ms(7)));
        assert_eq!(history.take_waits()[Class::A], None);
    }
}
