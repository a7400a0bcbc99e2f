//! Compiled statements by their text: the way to a plan without parsing.

use crate::compile::Compiled;
use quick_cache::sync::Cache;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Compiled statements that are kept by default; at a few kilobytes each some ten megabytes.
pub(crate) const PLANS_MAX: usize = 4096;

/// What a plan depends on: text, dialect it is written in, engine, and what is in the database.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Key {
    pub(crate) sql: Arc<str>,
    pub(crate) from: Option<Arc<str>>,
    pub(crate) to: Arc<str>,
    /// Epochs name one schema of one endpoint.
    pub(crate) epoch: u64,
    /// The protection it was compiled under; 0: none.
    pub(crate) under: u64,
}

/// The same, borrowed.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Asked<'a> {
    pub(crate) sql: &'a str,
    pub(crate) from: Option<&'a str>,
    pub(crate) to: &'a str,
    pub(crate) epoch: u64,
    pub(crate) under: u64,
}

impl quick_cache::Equivalent<Key> for Asked<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.epoch == key.epoch
            && self.under == key.under
            && self.sql == &*key.sql
            && self.from == key.from.as_deref()
            && self.to == &*key.to
    }
}

/// The cache.
pub(crate) struct Plans {
    plans: Cache<Key, Arc<Compiled>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Plans {
    pub(crate) fn new(most: usize) -> Plans {
        Plans { plans: Cache::new(most), hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }

    pub(crate) fn get(&self, asked: &Asked<'_>) -> Option<Arc<Compiled>> {
        let found = self.plans.get(asked);
        let counter = if found.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    pub(crate) fn put(&self, asked: &Asked<'_>, plan: Arc<Compiled>) {
        let key = Key {
            sql: asked.sql.into(),
            from: asked.from.map(Into::into),
            to: asked.to.into(),
            epoch: asked.epoch,
            under: asked.under,
        };
        self.plans.insert(key, plan);
    }

    pub(crate) fn stats(&self) -> serde_json::Value {
        let (hits, misses) = (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed));
        json!({ "plans": self.plans.len(), "hits": hits, "misses": misses })
    }
}
