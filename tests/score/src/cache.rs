//! Results of engines kept between runs.
//!
//! An entry is keyed by the engine's version, the statements and the day: some answers depend
//! on today's date. Errors are kept as well; what might go otherwise next time is not.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension};
use xxhash_rust::xxh3::Xxh3;

use crate::engines::{EngineError, Failure, Stage};
use crate::values::{Rows, Value};

/// Raised whenever values are read from engines in another way.
const FORMAT: u32 = 1;

/// Longer results are not kept: running them again is as fast as reading them back.
const ENTRY_BYTES_MAX: usize = 4 << 20;

/// A table of results on disk, shared by the workers and by several runs at a time.
pub struct Cache {
    connection: Option<Mutex<Connection>>,
    day: u64,
}

impl Cache {
    /// A cache that keeps nothing.
    pub fn none() -> Cache {
        Cache { connection: None, day: 0 }
    }

    /// Opens or makes the cache in `folder`, forgetting the entries of other days.
    pub fn open(folder: &Path) -> Result<Cache, String> {
        fs::create_dir_all(folder)
            .map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let day = since.as_secs() / 86_400;
        let open = || {
            let connection = Connection::open(folder.join("results.db"))?;
            connection.busy_timeout(Duration::from_secs(30))?;
            connection.execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
                 CREATE TABLE IF NOT EXISTS results
                   (key BLOB PRIMARY KEY, day INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID",
            )?;
            connection.execute("DELETE FROM results WHERE day <> ?1", [day as i64])?;
            Ok(connection)
        };
        let connection =
            open().map_err(|error: rusqlite::Error| format!("cannot open the cache: {error}"))?;
        Ok(Cache { connection: Some(Mutex::new(connection)), day })
    }

    /// The key of running these statements on an engine of this version.
    pub fn key(&self, version: &str, setup: u128, query: &[String]) -> [u8; 16] {
        let mut hasher = Xxh3::new();
        hasher.update(&FORMAT.to_le_bytes());
        hasher.update(&self.day.to_le_bytes());
        hasher.update(version.as_bytes());
        hasher.update(&setup.to_le_bytes());
        hasher.update(&crate::engines::hash_statements(query).to_le_bytes());
        hasher.digest128().to_le_bytes()
    }

    /// The result kept under `key`.
    pub fn get(&self, key: &[u8; 16]) -> Option<Result<Rows, Failure>> {
        let connection = self.lock()?;
        let mut statement = connection.prepare_cached("SELECT value FROM results WHERE key = ?1").ok()?;
        let text: Option<String> = statement.query_row([key.as_slice()], |row| row.get(0)).optional().ok()?;
        decode(&serde_json::from_str(&text?).ok()?)
    }

    /// Keeps a result, unless it is an error that may not come again.
    pub fn put(&self, key: &[u8; 16], result: &Result<Rows, Failure>) {
        if matches!(result, Err(failure) if failure.error.transient) {
            return;
        }
        let Some(connection) = self.lock() else { return };
        let text = encode(result).to_string();
        if text.len() > ENTRY_BYTES_MAX {
            return;
        }
        // A cache that cannot be written costs time, not truth.
        let _ = connection
            .prepare_cached("INSERT OR REPLACE INTO results VALUES (?1, ?2, ?3)")
            .and_then(|mut statement| statement.execute((key.as_slice(), self.day as i64, text)));
    }

    fn lock(&self) -> Option<MutexGuard<'_, Connection>> {
        self.connection.as_ref().map(|lock| lock.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn encode(result: &Result<Rows, Failure>) -> serde_json::Value {
    match result {
        Ok(rows) => {
            let cells: Vec<serde_json::Value> =
                rows.rows.iter().map(|row| row.iter().map(Value::encode).collect()).collect();
            serde_json::json!({"columns": rows.columns, "rows": cells})
        }
        Err(failure) => {
            let at = match failure.stage {
                Stage::Setup(at) => Some(at),
                Stage::Query => None,
            };
            serde_json::json!({"at": at, "code": failure.error.code, "message": failure.error.message})
        }
    }
}

fn decode(entry: &serde_json::Value) -> Option<Result<Rows, Failure>> {
    let Some(columns) = entry.get("columns") else {
        let stage = match entry.get("at")?.as_u64() {
            Some(at) => Stage::Setup(at as usize),
            None => Stage::Query,
        };
        let text = |name: &str| entry.get(name)?.as_str();
        return Some(Err(Failure { stage, error: EngineError::new(text("code")?, text("message")?) }));
    };
    let columns = columns.as_array()?.iter().map(|name| Some(name.as_str()?.to_owned()));
    let rows = entry.get("rows")?.as_array()?.iter();
    let rows = rows.map(|row| row.as_array()?.iter().map(Value::decode).collect());
    Some(Ok(Rows { columns: columns.collect::<Option<_>>()?, rows: rows.collect::<Option<_>>()? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_and_errors_come_back_as_they_were() {
        let folder = std::env::temp_dir().join(format!("airc-cache-test-{}", std::process::id()));
        let cache = Cache::open(&folder).unwrap();
        let rows = Rows {
            columns: vec!["a".to_owned()],
            rows: vec![vec![Value::number("1.50")], vec![Value::Null]],
        };
        let failure = Failure { stage: Stage::Setup(3), error: EngineError::new("42601", "syntax error") };
        let passing = Failure { stage: Stage::Query, error: EngineError::transient("57014", "time ran out") };
        let key = |name: &str| cache.key("engine 1", 7, &[name.to_owned()]);
        cache.put(&key("rows"), &Ok(rows.clone()));
        cache.put(&key("failure"), &Err(failure.clone()));
        cache.put(&key("passing"), &Err(passing));
        assert_eq!(cache.get(&key("rows")), Some(Ok(rows)));
        assert_eq!(cache.get(&key("failure")), Some(Err(failure)));
        assert_eq!(cache.get(&key("passing")), None);
        assert_eq!(cache.get(&key("other")), None);
        drop(cache);
        fs::remove_dir_all(&folder).unwrap();
    }
}
