//! SQLite, embedded, through rusqlite rather than sqlx: sqlx 0.9 loses its worker thread when a cached `SELECT *` meets
//! an added column and then gives no rows without an error; rusqlite asks for the columns of each execution, and its
//! interrupt handle stops a statement from any thread.

use super::{Habits, Sink, wrong_count};
use crate::url::{Access, Url};
use crate::value::{Rows, Value};
use bigdecimal::ToPrimitive;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, InterruptHandle, OpenFlags};
use sqlx_kernel_core::dirt::DROP_TEMPORARY;
use sqlx_kernel_core::failure::{Failure, Kind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;

pub(super) const HABITS: Habits = Habits { failures_spoil: false, definitions_commit: false };

/// Statements kept prepared for a connection.
const STATEMENTS_MAX: usize = 128;
/// How long a statement waits for locks of others before it fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Rows on their way from the thread that steps to a caller who reads slowly.
const ROWS_AHEAD: usize = 512;

pub(crate) struct Sqlite {
    /// Held by the thread that works with it, also after whoever waits for that has left.
    connection: Arc<Mutex<rusqlite::Connection>>,
    interrupt: Interrupt,
    profile: String,
}

#[derive(Clone)]
pub(crate) struct Interrupt(Arc<InterruptHandle>);

impl Interrupt {
    /// Stops what runs; nothing happens if nothing does.
    pub(crate) fn stop(&self) {
        self.0.interrupt();
    }
}

impl Sqlite {
    pub(super) async fn open(url: &Url) -> Result<Sqlite, Failure> {
        let path = if url.in_memory() { ":memory:".to_owned() } else { url.text.clone() };
        let access = url.access;
        off_thread(move || {
            let flags = match access {
                Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
                Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            } | OpenFlags::SQLITE_OPEN_URI;
            let connection = rusqlite::Connection::open_with_flags(path, flags).map_err(of)?;
            connection.busy_timeout(BUSY_TIMEOUT).map_err(of)?;
            connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
            connection.pragma_update(None, "foreign_keys", true).map_err(of)?;
            let version: String =
                connection.query_row("SELECT sqlite_version()", [], |row| row.get(0)).map_err(of)?;
            let release: Vec<&str> = version.split('.').take(2).collect();
            let interrupt = Interrupt(Arc::new(connection.get_interrupt_handle()));
            Ok(Sqlite {
                connection: Arc::new(Mutex::new(connection)),
                interrupt,
                profile: format!("sqlite@{}", release.join(".")),
            })
        })
        .await
    }

    pub(super) fn profile(&self) -> &str {
        &self.profile
    }

    pub(super) fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    pub(super) fn forget_statements(&mut self) {
        if let Ok(connection) = self.connection.try_lock() {
            connection.flush_prepared_statement_cache();
        }
    }

    pub(super) async fn command(&mut self, sql: &'static str) -> Result<(), Failure> {
        // ROLLBACK of a transaction that has ended is no fault of anybody's.
        self.with(move |connection| {
            if sql == "ROLLBACK" && connection.is_autocommit() {
                return Ok(());
            }
            if sql != DROP_TEMPORARY {
                return connection.execute_batch(sql).map_err(of);
            }
            // Views before the tables they may read.
            let listing = "SELECT 'DROP ' || type || ' IF EXISTS temp.' || quote(name) FROM sqlite_temp_schema \
                           WHERE type IN ('table', 'view', 'trigger') ORDER BY type DESC";
            let mut statement = connection.prepare(listing).map_err(of)?;
            let drops: Vec<String> =
                statement.query_map([], |row| row.get(0)).map_err(of)?.collect::<Result<_, _>>().map_err(of)?;
            connection.execute_batch(&drops.join(";")).map_err(of)
        })
        .await
    }

    pub(super) async fn run(
        &mut self,
        sql: &Arc<str>,
        params: &[Value],
        sink: &mut Sink<'_>,
    ) -> Result<Rows, Failure> {
        let (sql, params) = (sql.clone(), params.to_vec());
        match sink {
            Sink::Gather { rows, room } => {
                let mut room = *room;
                let mut gathered = self
                    .with(move |connection| {
                        let mut gathered = Vec::new();
                        let mut rows = step(connection, &sql, &params, |_, row| {
                            room.take(&row)?;
                            gathered.push(row);
                            Ok(())
                        })?;
                        rows.rows = gathered;
                        Ok(rows)
                    })
                    .await?;
                rows.append(&mut gathered.rows);
                Ok(gathered)
            }
            Sink::Stream { .. } => {
                let (to, mut from) = mpsc::channel::<(Arc<[String]>, Vec<Value>)>(ROWS_AHEAD);
                let running = self.with(move |connection| {
                    let gone = |_| Failure::new(Kind::Cancelled, "nobody reads the rows any more");
                    step(connection, &sql, &params, |columns, row| {
                        to.blocking_send((columns.clone(), row)).map_err(gone)
                    })
                });
                // Owns its end: the thread must not wait for a reader who has left.
                let forward = async move {
                    while let Some((columns, row)) = from.recv().await {
                        sink.push(&columns, row).await?;
                    }
                    Ok(sink)
                };
                let (rows, forwarded) = tokio::join!(running, forward);
                let (sink, rows) = (forwarded?, rows?);
                sink.flush(&rows.columns).await?;
                Ok(rows)
            }
        }
    }

    /// Works with the connection on a thread that may block.
    async fn with<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&rusqlite::Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let connection = self.connection.clone();
        off_thread(move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner))).await
    }

    /// SQLite ends transactions by itself after some failures.
    pub(super) fn in_transaction(&self) -> Option<bool> {
        self.connection.try_lock().ok().map(|connection| !connection.is_autocommit())
    }
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let lost = |_| Failure::new(Kind::Internal, "the thread of the connection is gone");
    tokio::task::spawn_blocking(work).await.map_err(lost)?
}

/// Steps through a statement. Columns are asked for after the first step: preparing again may have changed them.
fn step(
    connection: &rusqlite::Connection,
    sql: &str,
    params: &[Value],
    mut each: impl FnMut(&Arc<[String]>, Vec<Value>) -> Result<(), Failure>,
) -> Result<Rows, Failure> {
    let before = connection.total_changes();
    let mut statement = connection.prepare_cached(sql).map_err(of)?;
    let expected = statement.parameter_count();
    if expected != params.len() {
        return Err(wrong_count(expected, params.len()));
    }
    for (i, value) in params.iter().enumerate() {
        statement.raw_bind_parameter(i + 1, bound(value)?).map_err(of)?;
    }
    let mut columns: Option<Arc<[String]>> = None;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(of)? {
        let columns = columns.get_or_insert_with(|| names(row.as_ref()));
        let values = (0..columns.len()).map(|i| row.get_ref(i).map(read).map_err(of));
        each(columns, values.collect::<Result<_, _>>()?)?;
    }
    drop(rows);
    let columns = columns.unwrap_or_else(|| names(&statement));
    // Counts triggers as well, as other engines do not: the direct count is only that of this statement.
    let affected = if connection.total_changes() > before { connection.changes() } else { 0 };
    Ok(Rows { columns, rows: Vec::new(), affected })
}

fn names(statement: &rusqlite::Statement<'_>) -> Arc<[String]> {
    statement.column_names().into_iter().map(str::to_owned).collect()
}

fn bound(value: &Value) -> Result<ToSqlOutput<'_>, Failure> {
    let owned = |value: rusqlite::types::Value| ToSqlOutput::Owned(value);
    Ok(match value {
        Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
        Value::Bool(value) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*value))),
        Value::Int(value) => ToSqlOutput::Borrowed(ValueRef::Integer(*value)),
        Value::Float(value) => ToSqlOutput::Borrowed(ValueRef::Real(*value)),
        Value::Text(text) | Value::Json(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        Value::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        Value::Decimal(decimal) => match (decimal.is_integer(), decimal.to_i64(), decimal.to_f64()) {
            (true, Some(int), _) => owned(int.into()),
            // A double says as many digits as it has to: equal text, equal number.
            (_, _, Some(float)) if same(decimal, float) => owned(float.into()),
            _ => return Err(unfit(value)),
        },
        Value::Date(_) | Value::Time(_) | Value::DateTime(_) | Value::Uuid(_) => {
            owned(value.to_string().into())
        }
        Value::Moment(at) => owned(at.format("%Y-%m-%d %H:%M:%S%.f+00:00").to_string().into()),
        Value::UInt(_) | Value::Interval { .. } | Value::Array(_) => return Err(unfit(value)),
    })
}

fn same(decimal: &bigdecimal::BigDecimal, float: f64) -> bool {
    format!("{float}").parse::<bigdecimal::BigDecimal>().is_ok_and(|back| back == *decimal)
}

fn unfit(value: &Value) -> Failure {
    Failure::new(Kind::Data, format!("SQLite has no value for this {} parameter", value.kind()))
}

fn read(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Real(value) => Value::Float(value),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Value::Text(text.to_owned()),
            // SQLite stores any bytes as text; as bytes they are at least not changed.
            Err(_) => Value::Bytes(text.to_vec()),
        },
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

fn of(error: rusqlite::Error) -> Failure {
    match &error {
        rusqlite::Error::SqliteFailure(code, message) => {
            let words = message.clone().unwrap_or_else(|| code.to_string());
            let mut failure = Failure::of_sqlite(code.extended_code, &words);
            if code.code == ErrorCode::OperationInterrupted {
                failure.kind = Kind::Cancelled;
            }
            failure
        }
        rusqlite::Error::SqlInputError { error: code, msg, .. } => {
            Failure::of_sqlite(code.extended_code, msg)
        }
        rusqlite::Error::MultipleStatement => Failure::new(Kind::Usage, "one statement at a time"),
        other => Failure::new(Kind::Other, other.to_string()),
    }
}
