//! The salsa database, and a count of the queries it ran.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Storage of queries and their results.
#[salsa::db]
#[derive(Clone)]
pub(super) struct Database {
    storage: salsa::Storage<Self>,
    ran: Arc<Mutex<QueryLog>>,
    /// How often what a script defines was computed.
    definitions: Arc<AtomicU64>,
}

#[salsa::db]
impl salsa::Database for Database {}

/// How often each query ran, sorted by name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct QueryLog {
    /// Name of the query and number of executions.
    pub executed: Vec<(String, u32)>,
}

impl QueryLog {
    /// How often the query of that name ran.
    pub fn count(&self, query: &str) -> u32 {
        self.executed.iter().find(|(name, _)| name == query).map_or(0, |(_, count)| *count)
    }

    fn note(&mut self, query: &str) {
        match self.executed.binary_search_by(|(name, _)| name.as_str().cmp(query)) {
            Ok(at) => self.executed[at].1 += 1,
            Err(at) => self.executed.insert(at, (query.to_owned(), 1)),
        }
    }
}

impl Default for Database {
    fn default() -> Database {
        let ran: Arc<Mutex<QueryLog>> = Arc::default();
        let log = Arc::clone(&ran);
        let definitions: Arc<AtomicU64> = Arc::default();
        let counted = Arc::clone(&definitions);
        let listen = move |event: salsa::Event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                // The key reads `query(Id(…))`; which statement it was does not matter here.
                let key = format!("{database_key:?}");
                let query = key.split('(').next().unwrap_or_default();
                if query == "definitions" {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
                log.lock().unwrap_or_else(PoisonError::into_inner).note(query);
            }
        };
        Database { storage: salsa::Storage::new(Some(Box::new(listen))), ran, definitions }
    }
}

impl Database {
    /// Changes whenever what some script defines may have changed.
    pub(super) fn generation(&self) -> u64 {
        self.definitions.load(Ordering::Relaxed)
    }

    /// What ran since the last call.
    pub(super) fn take_log(&self) -> QueryLog {
        std::mem::take(&mut self.ran.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
