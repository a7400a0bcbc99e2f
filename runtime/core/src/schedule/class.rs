//! Classes of work, and how a statement gets one.

use serde::{Deserialize, Serialize};
use std::ops::{Index, IndexMut};
use std::time::Duration;

/// Class of a piece of work, as the specification names them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Class {
    /// Low latency: point reads, OLTP.
    L,
    /// Bulk: batch writes, ETL.
    B,
    /// Analytics: scans, joins, ad-hoc questions.
    A,
    /// System: definitions, migrations.
    S,
}

impl Class {
    /// All of them, the most urgent first.
    pub const ALL: [Class; 4] = [Class::L, Class::B, Class::A, Class::S];
}

/// One value for each class.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct PerClass<T>(pub [T; 4]);

impl<T> Index<Class> for PerClass<T> {
    type Output = T;

    fn index(&self, class: Class) -> &T {
        &self.0[class as usize]
    }
}

impl<T> IndexMut<Class> for PerClass<T> {
    fn index_mut(&mut self, class: Class) -> &mut T {
        &mut self.0[class as usize]
    }
}

/// What is known of a statement before it runs.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Facts {
    /// It creates, changes or removes definitions, or rights.
    pub defines: bool,
    /// It changes rows.
    pub writes: bool,
    /// Tables it reads.
    pub tables: u32,
    /// Every table it reads is narrowed by equality with a whole unique key.
    pub by_key: bool,
    /// It groups, orders, joins or counts what it reads.
    pub gathers: bool,
    /// Rows in the tables it reads, by the statistics of the engine; `None` if there are none.
    pub rows: Option<f64>,
    /// Rows it brings along: those of VALUES.
    pub brings: u64,
    /// How long it took before: the 95th percentile, once it ran often enough.
    pub p95: Option<Duration>,
}

/// From here on a batch is bulk, not OLTP: about where its transfer takes longer than its round trip.
const BULK_ROWS_MIN: u64 = 50;
/// Reading up to so many rows takes about as long as a round trip (a few million rows a second).
const POINT_ROWS_MAX: f64 = 2_000.0;
/// What took longer is no point read, whatever it looks like; the specification's own target for L is 15 ms.
const POINT_P95_MAX: Duration = Duration::from_millis(50);
/// What is always faster is one, whatever it looks like.
const POINT_P95_SURE: Duration = Duration::from_millis(5);

/// The class of a statement. What it did before outweighs what it looks like.
pub fn classify(facts: &Facts) -> Class {
    if facts.defines {
        return Class::S;
    }
    let slow = facts.p95.is_some_and(|p95| p95 > POINT_P95_MAX);
    let quick = facts.p95.is_some_and(|p95| p95 <= POINT_P95_SURE);
    if facts.writes {
        let bulk =
            facts.brings >= BULK_ROWS_MIN || slow || (facts.tables > 0 && !facts.by_key && !small(facts));
        return if bulk && !quick { Class::B } else { Class::L };
    }
    let point = facts.tables == 0 || facts.by_key || small(facts);
    match (quick, slow, point) {
        (true, _, _) | (_, false, true) => Class::L,
        _ => Class::A,
    }
}

/// True if the tables are small enough, or the statement simple enough, to be read through in no time.
fn small(facts: &Facts) -> bool {
    match facts.rows {
        Some(rows) => rows <= POINT_ROWS_MAX,
        None => facts.tables <= 1 && !facts.gathers && !facts.writes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_decide_until_history_does() {
        let point = Facts { tables: 1, by_key: true, rows: Some(1e9), ..Facts::default() };
        assert_eq!(classify(&point), Class::L);
        let scan = Facts { tables: 1, rows: Some(1e9), ..Facts::default() };
        assert_eq!(classify(&scan), Class::A);
        assert_eq!(classify(&Facts { p95: Some(Duration::from_millis(1)), ..scan }), Class::L);
        assert_eq!(classify(&Facts { p95: Some(Duration::from_secs(1)), ..point }), Class::A);
        let batch = Facts { writes: true, brings: 1000, ..Facts::default() };
        assert_eq!(classify(&batch), Class::B);
        assert_eq!(classify(&Facts { brings: 1, ..batch }), Class::L);
        assert_eq!(classify(&Facts { defines: true, ..batch }), Class::S);
        assert_eq!(classify(&Facts { tables: 3, gathers: true, ..Facts::default() }), Class::A);
        assert_eq!(
            classify(&Facts { tables: 1, writes: true, ..Facts::default() }),
            Class::B,
            "a sweeping change"
        );
    }
}
