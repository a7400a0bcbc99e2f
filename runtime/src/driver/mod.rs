//! Physical connections to engines behind one face. What an engine says comes back in the kernel's own values and
//! failures; nothing of a driver crate shows.

#[cfg(feature = "servers")]
mod mysql;
#[cfg(feature = "servers")]
mod postgres;
#[cfg(feature = "servers")]
mod rows;
mod sqlite;

use crate::url::{Scheme, Url};
use crate::value::{Rows, Value};
use air_base::Dialect;
use sqlx_kernel_core::failure::{Failure, Kind};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Rows on their way to a caller who takes them as they come.
#[derive(Debug)]
pub struct Batch {
    /// Names of the columns.
    pub columns: Arc<[String]>,
    /// Some rows.
    pub rows: Vec<Vec<Value>>,
}

/// Rows of a batch: enough to make a hand-over cheap, few enough to start early.
pub(crate) const BATCH_ROWS: usize = 256;

/// Where rows go.
pub(crate) enum Sink<'a> {
    /// To memory, as long as there is room there.
    Gather { rows: &'a mut Vec<Vec<Value>>, room: Room },
    /// To whoever reads the other end. The engine waits while that is full.
    /// No more than `left` rows are given.
    Stream { to: &'a mpsc::Sender<Result<Batch, Failure>>, batch: Vec<Vec<Value>>, left: Option<u64> },
}

/// What may still be gathered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    bytes_max: usize,
    left: usize,
}

impl Room {
    /// So many bytes, about; no end of it if `None`.
    pub(crate) fn of(bytes_max: Option<usize>) -> Room {
        let bytes_max = bytes_max.unwrap_or(usize::MAX);
        Room { bytes_max, left: bytes_max }
    }

    /// Makes room for a row.
    pub(crate) fn take(&mut self, row: &[Value]) -> Result<(), Failure> {
        if self.bytes_max == usize::MAX {
            return Ok(());
        }
        let weight: usize = size_of::<Vec<Value>>() + row.iter().map(Value::weight).sum::<usize>();
        match self.left.checked_sub(weight) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                let message = format!(
                    "the rows take more than the {} bytes that may be gathered in memory for a statement that cannot be streamed",
                    self.bytes_max
                );
                Err(Failure::new(Kind::Resources, message))
            }
        }
    }
}

impl<'a> Sink<'a> {
    /// Gathers all there is.
    pub(crate) fn gather(rows: &'a mut Vec<Vec<Value>>) -> Sink<'a> {
        Sink::Gather { rows, room: Room::of(None) }
    }

    /// Takes a row. Fails if nobody reads any more.
    async fn push(&mut self, columns: &Arc<[String]>, row: Vec<Value>) -> Result<(), Failure> {
        match self {
            Sink::Gather { rows, room } => {
                room.take(&row)?;
                rows.push(row);
            }
            Sink::Stream { batch, left, .. } => {
                if let Some(left) = left {
                    *left = left.checked_sub(1).ok_or_else(|| {
                        let message =
                            "the policy gives no more rows at once, and there are more: ask for fewer";
                        Failure::new(Kind::PolicyDenied, message)
                    })?;
                }
                batch.push(row);
                if batch.len() >= BATCH_ROWS {
                    self.flush(columns).await?;
                }
            }
        }
        Ok(())
    }

    async fn flush(&mut self, columns: &Arc<[String]>) -> Result<(), Failure> {
        if let Sink::Stream { to, batch, .. } = self {
            let batch = Batch { columns: columns.clone(), rows: std::mem::take(batch) };
            let gone = |_| Failure::new(Kind::Cancelled, "nobody reads the rows any more");
            to.send(Ok(batch)).await.map_err(gone)?;
        }
        Ok(())
    }
}

/// A connection.
pub(crate) enum Connection {
    Sqlite(Box<sqlite::Sqlite>),
    #[cfg(feature = "servers")]
    Postgres(Box<postgres::Postgres>),
    #[cfg(feature = "servers")]
    Mysql(Box<mysql::Mysql>),
}

/// What transactions of an engine do that those of others do not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Habits {
    /// After a statement has failed in a transaction, that only takes its end, and the end undoes it. An end that fails
    /// ends it as well.
    pub(crate) failures_spoil: bool,
    /// Definitions commit what came before.
    pub(crate) definitions_commit: bool,
}

/// What is needed to stop the statement that runs in a connection.
#[derive(Clone)]
pub(crate) enum Stopper {
    Sqlite(sqlite::Interrupt),
    /// By a statement in another connection.
    #[cfg(feature = "servers")]
    Statement(Arc<str>),
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(url: &Url) -> Result<Connection, Failure> {
        match url.scheme {
            Scheme::Sqlite => Ok(Connection::Sqlite(Box::new(sqlite::Sqlite::open(url).await?))),
            #[cfg(feature = "servers")]
            Scheme::Postgres => Ok(Connection::Postgres(Box::new(postgres::Postgres::open(url).await?))),
            #[cfg(feature = "servers")]
            Scheme::Mysql => Ok(Connection::Mysql(Box::new(mysql::Mysql::open(url).await?))),
            #[cfg(not(feature = "servers"))]
            Scheme::Postgres | Scheme::Mysql => {
                let message = "this build has no drivers of servers; build it with the feature `servers`";
                Err(Failure::new(Kind::Unsupported, message))
            }
        }
    }

    /// Engine and version, such as `postgres@15.18`, in the words of a profile.
    pub(crate) fn profile(&self) -> &str {
        match self {
            Connection::Sqlite(connection) => connection.profile(),
            #[cfg(feature = "servers")]
            Connection::Postgres(connection) => connection.profile(),
            #[cfg(feature = "servers")]
            Connection::Mysql(connection) => connection.profile(),
        }
    }

    /// The dialect it understands.
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Connection::Sqlite(_) => Dialect::Sqlite,
            #[cfg(feature = "servers")]
            Connection::Postgres(_) => Dialect::Postgres,
            #[cfg(feature = "servers")]
            Connection::Mysql(connection) if connection.profile().starts_with("mariadb") => Dialect::Mariadb,
            #[cfg(feature = "servers")]
            Connection::Mysql(_) => Dialect::Mysql,
        }
    }

    pub(crate) fn stopper(&self) -> Stopper {
        match self {
            Connection::Sqlite(connection) => Stopper::Sqlite(connection.interrupt()),
            #[cfg(feature = "servers")]
            Connection::Postgres(connection) => Stopper::Statement(connection.stop_statement()),
            #[cfg(feature = "servers")]
            Connection::Mysql(connection) => Stopper::Statement(connection.stop_statement()),
        }
    }

    /// Runs one statement with parameters; `sql` is kept prepared.
    pub(crate) async fn run(
        &mut self,
        sql: &Arc<str>,
        params: &[Value],
        sink: &mut Sink<'_>,
    ) -> Result<Rows, Failure> {
        match self {
            Connection::Sqlite(connection) => connection.run(sql, params, sink).await,
            #[cfg(feature = "servers")]
            Connection::Postgres(connection) => {
                connection.run(sql, params, sink).await.map_err(in_conversation)
            }
            #[cfg(feature = "servers")]
            Connection::Mysql(connection) => connection.run(sql, params, sink).await.map_err(in_conversation),
        }
    }

    /// What its transactions do.
    pub(crate) fn habits(&self) -> Habits {
        match self {
            Connection::Sqlite(_) => sqlite::HABITS,
            #[cfg(feature = "servers")]
            Connection::Postgres(_) => postgres::HABITS,
            #[cfg(feature = "servers")]
            Connection::Mysql(_) => mysql::HABITS,
        }
    }

    /// False if a statement was left half way: rows, or an error, of it are still to come.
    pub(crate) fn is_in_order(&self) -> bool {
        match self {
            Connection::Sqlite(_) => true,
            #[cfg(feature = "servers")]
            Connection::Postgres(connection) => connection.in_order,
            #[cfg(feature = "servers")]
            Connection::Mysql(connection) => connection.in_order,
        }
    }

    /// Whether a transaction is open, where the engine says so without being asked.
    pub(crate) fn in_transaction(&self) -> Option<bool> {
        match self {
            Connection::Sqlite(connection) => connection.in_transaction(),
            #[cfg(feature = "servers")]
            Connection::Postgres(_) | Connection::Mysql(_) => None,
        }
    }

    /// Runs statements without parameters and looks at nothing they give.
    pub(crate) async fn command(&mut self, sql: &'static str) -> Result<(), Failure> {
        match self {
            Connection::Sqlite(connection) => connection.command(sql).await,
            #[cfg(feature = "servers")]
            Connection::Postgres(connection) => connection.command(sql).await.map_err(in_conversation),
            #[cfg(feature = "servers")]
            Connection::Mysql(connection) => connection.command(sql).await.map_err(in_conversation),
        }
    }

    /// The same for several, up to the first that fails.
    pub(crate) async fn commands(&mut self, statements: &[&'static str]) -> Result<(), Failure> {
        for statement in statements {
            self.command(statement).await?;
        }
        Ok(())
    }

    /// Forgets prepared statements: the schema has changed under them.
    pub(crate) async fn forget_statements(&mut self) -> Result<(), Failure> {
        match self {
            Connection::Sqlite(connection) => {
                connection.forget_statements();
                Ok(())
            }
            #[cfg(feature = "servers")]
            Connection::Postgres(connection) => connection.forget_statements().await,
            #[cfg(feature = "servers")]
            Connection::Mysql(connection) => connection.forget_statements().await,
        }
    }

    /// Says goodbye. A connection that is only dropped is closed as well, less politely.
    pub(crate) async fn close(self) {
        match self {
            Connection::Sqlite(_) => {}
            #[cfg(feature = "servers")]
            Connection::Postgres(connection) => connection.close().await,
            #[cfg(feature = "servers")]
            Connection::Mysql(connection) => connection.close().await,
        }
    }
}

/// A statement got too many values, or too few.
pub(crate) fn wrong_count(expected: usize, given: usize) -> Failure {
    Failure::new(Kind::Usage, format!("the statement has {expected} parameters, {given} values were given"))
}

/// The one round trip that every engine understands.
pub(crate) const PING: &str = "SELECT 1";

/// Dialect of the engines behind a scheme; MariaDB tells itself apart when connected.
pub(crate) fn dialect(scheme: Scheme) -> Dialect {
    match scheme {
        Scheme::Sqlite => Dialect::Sqlite,
        Scheme::Postgres => Dialect::Postgres,
        Scheme::Mysql => Dialect::Mysql,
    }
}

/// The same, of a connection that was there: what could not be reached any more may have got what was sent.
#[cfg(feature = "servers")]
fn in_conversation(mut failure: Failure) -> Failure {
    if failure.kind == Kind::Unreachable && failure.code.is_none() {
        failure.kind = Kind::Disconnected;
    }
    failure
}

/// A driver's error in our words.
#[cfg(feature = "servers")]
fn failure(error: sqlx::Error, of_database: impl Fn(&dyn sqlx::error::DatabaseError) -> Failure) -> Failure {
    match &error {
        sqlx::Error::Database(error) => of_database(error.as_ref()),
        sqlx::Error::Io(io) => {
            use std::io::ErrorKind;
            let kind = match io.kind() {
                ErrorKind::ConnectionRefused | ErrorKind::NotFound | ErrorKind::AddrNotAvailable => {
                    Kind::Unreachable
                }
                ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::TimedOut => {
                    Kind::Unreachable
                }
                _ => Kind::Disconnected,
            };
            Failure::new(kind, io.to_string())
        }
        sqlx::Error::Tls(error) => Failure::new(Kind::Authentication, error.to_string()),
        sqlx::Error::Protocol(message) => Failure::new(Kind::Protocol, message.clone()),
        sqlx::Error::Configuration(error) => Failure::new(Kind::Usage, error.to_string()),
        sqlx::Error::Encode(error) => Failure::new(Kind::Data, error.to_string()),
        sqlx::Error::ColumnDecode { source, .. } | sqlx::Error::Decode(source) => {
            Failure::new(Kind::Data, source.to_string())
        }
        sqlx::Error::WorkerCrashed => Failure::new(Kind::Disconnected, error.to_string()),
        _ => Failure::new(Kind::Other, error.to_string()),
    }
}
