//! Rows by their keys, so that adding many rows to a table takes no quadratic time.

use crate::database::{Database, Key, KeyPart, Stored, Table};
use crate::expr::Row;
use air::types::Collation;
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// Stands for all that is in a table but rows added later. Never the same twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Version(u64);

impl Default for Version {
    fn default() -> Version {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Version(LAST.fetch_add(1, Ordering::Relaxed))
    }
}

/// An index for each key that was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyIndexes(FxHashMap<(String, usize), KeyIndex>);

#[derive(Clone, Debug)]
struct KeyIndex {
    version: Version,
    /// Number of the table's rows that are in it.
    covered: usize,
    rows: FxHashMap<Vec<u8>, Vec<usize>>,
}

impl Database {
    /// Rows of a table that may have the same key as `row`; all of them for a key that is no list of columns.
    pub(crate) fn like(&mut self, name: &str, table: &Table, number: usize, row: &Row) -> Vec<Stored> {
        let key = &table.keys[number];
        let Some(bucket) = bucket(table, key, row) else { return table.rows.to_vec() };
        let index = self.keys.0.entry((name.to_owned(), number));
        let empty = || KeyIndex { version: table.version, covered: 0, rows: FxHashMap::default() };
        let index = index.or_insert_with(empty);
        if index.version != table.version || index.covered > table.rows.len() {
            *index = empty();
        }
        for (at, stored) in table.rows.iter().enumerate().skip(index.covered) {
            if let Some(bucket) = self::bucket(table, key, &stored.values) {
                index.rows.entry(bucket).or_default().push(at);
            }
        }
        index.covered = table.rows.len();
        let found = index.rows.get(&bucket).map_or(&[][..], |rows| rows);
        found.iter().map(|at| table.rows[*at].clone()).collect()
    }
}

/// The same for rows with the same key.
fn bucket(table: &Table, key: &Key, row: &Row) -> Option<Vec<u8>> {
    if key.filter.is_some() {
        return None;
    }
    let mut bucket = Vec::new();
    for part in &key.parts {
        let KeyPart::Column(at) = part else { return None };
        let collation = table.columns[*at].ty.collation().unwrap_or(Collation::BINARY);
        row[*at].bucket(collation, &mut bucket);
    }
    Some(bucket)
}
