//! A session in the hands of a caller.

use super::{Endpoint, Flags};
use crate::compile::{Compiled, Schema};
use crate::driver::{Connection, PING, Sink, wrong_count};
use crate::policy::Permitted;
use crate::url::Scheme;
use crate::value::{Rows, Value};
use sqlx_kernel_core::dirt::{self, Dirt, Reset};
use sqlx_kernel_core::failure::{Failure, Kind};
use sqlx_kernel_core::pool::{Event, SlotId};
use sqlx_kernel_core::schedule::Ticket;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A connection that was heard of so lately is taken for alive: asking costs a round trip, which a busy pool never pays.
const UNHEARD_MAX: Duration = Duration::from_millis(500);

/// A session that belongs to a caller until it is released. Dropped before it was used it goes back as it is; dropped
/// after, it is closed, for nobody knows what is in it.
pub(crate) struct Lease {
    endpoint: Arc<Endpoint>,
    slot: SlotId,
    ticket: Ticket,
    connection: Option<Connection>,
    flags: Arc<Flags>,
    waited: Duration,
    /// How long nobody has heard of the server.
    unheard: Duration,
    /// What callers before left that nobody has seen.
    stale: Dirt,
    /// What this caller has left so far.
    dirt: Dirt,
    used: bool,
    /// The session sees definitions that others may not see, or not yet.
    redefined: bool,
    own_schema: Option<Arc<Schema>>,
    /// That was before its last definition.
    reread: bool,
    /// The last statement has failed.
    spoilt: bool,
}

impl Lease {
    pub(super) fn new(
        endpoint: Arc<Endpoint>,
        slot: SlotId,
        ticket: Ticket,
        connection: Connection,
        flags: Arc<Flags>,
        (waited, unheard): (Duration, Duration),
        stale: Dirt,
    ) -> Lease {
        let dirt = Dirt::CLEAN;
        Lease {
            endpoint,
            slot,
            ticket,
            connection: Some(connection),
            flags,
            waited,
            unheard,
            stale,
            dirt,
            used: false,
            redefined: false,
            own_schema: None,
            reread: false,
            spoilt: false,
        }
    }

    pub(crate) fn place(&self) -> (SlotId, Ticket) {
        (self.slot, self.ticket)
    }

    pub(crate) fn endpoint(&self) -> &Arc<Endpoint> {
        &self.endpoint
    }

    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }

    /// Makes sure that the server is there, unless it was heard of just now. For statements that cannot be tried again:
    /// if one of them fails on a connection that had been dead for long, nobody could say whether it happened.
    pub(crate) async fn is_alive(&mut self) -> bool {
        self.endpoint.url.scheme() == Scheme::Sqlite
            || self.unheard < UNHEARD_MAX
            || self.connection().command(PING).await.is_ok()
    }

    /// What this caller has left so far.
    pub(crate) fn dirt(&self) -> Dirt {
        self.dirt
    }

    /// Notes what the caller leaves.
    pub(crate) fn soil(&mut self, dirt: Dirt) {
        self.dirt |= dirt;
    }

    /// True if statements before this one have left something that is counted on.
    pub(crate) fn is_kept(&self) -> bool {
        !self.dirt.is_clean()
    }

    /// Notes that the transaction has ended. Whether its definitions stand now is for the database to say.
    pub(crate) fn transaction_ended(&mut self) {
        self.dirt = self.dirt.without(Dirt::TRANSACTION);
        if self.redefined {
            self.endpoint.forget_schema();
            self.own_schema = None;
            self.redefined = self.dirt.has(Dirt::TEMPORARY);
        }
    }

    /// Notes that definitions have changed.
    pub(crate) fn redefined(&mut self) {
        self.redefined = true;
        self.reread = true;
        self.endpoint.forget_schema();
    }

    /// Notes how a statement ended.
    pub(crate) fn ended(&mut self, well: bool) {
        self.spoilt = !well;
    }

    /// True if the end of the transaction undoes it, whatever the caller says.
    pub(crate) fn is_spoilt(&mut self) -> bool {
        self.spoilt && self.connection().habits().failures_spoil
    }

    /// True if the transaction that the caller believes to be open is not: the engine has ended it.
    pub(crate) fn has_lost_transaction(&mut self) -> bool {
        self.dirt.has(Dirt::TRANSACTION) && self.connection().in_transaction() == Some(false)
    }

    /// True if what this session sees is not what others see.
    pub(crate) fn has_definitions_of_its_own(&self) -> bool {
        self.redefined
    }

    /// What this session sees.
    pub(crate) async fn own_schema(&mut self) -> Result<Arc<Schema>, Failure> {
        if let (Some(schema), false) = (&self.own_schema, self.reread) {
            return Ok(schema.clone());
        }
        let schema = self.schema(false).await?;
        self.own_schema = Some(schema.clone());
        self.reread = false;
        Ok(schema)
    }

    /// Reads the schema over this session. In a transaction that has failed nothing can be read: what was known before
    /// has to do, for its end has to be compiled.
    pub(crate) async fn schema(&mut self, keep: bool) -> Result<Arc<Schema>, Failure> {
        let endpoint = self.endpoint.clone();
        match endpoint.read_schema(self.connection(), keep).await {
            Err(failure) if failure.kind == Kind::TransactionState => {
                self.own_schema.clone().or_else(|| endpoint.last_schema()).ok_or(failure)
            }
            read => read,
        }
    }

    /// Reads the schema for everybody over this session, and gives the session back.
    pub(crate) async fn look_up(mut self) -> Result<Arc<Schema>, Failure> {
        let endpoint = self.endpoint.clone();
        let read = endpoint.read_schema(self.connection(), true).await;
        self.finish(read.as_ref().err());
        read
    }

    /// True if the statement was stopped for more urgent work.
    pub(crate) fn was_preempted(&self) -> bool {
        self.flags.preempted.load(Ordering::Acquire)
    }

    /// The connection, for work of the kernel's own.
    pub(crate) fn connection(&mut self) -> &mut Connection {
        self.used = true;
        self.connection.as_mut().expect("a lease that was not released has its connection")
    }

    /// Undoes what callers before left. `reads`: the statement that comes next would see it.
    pub(crate) async fn freshen(&mut self, reads: bool) -> Result<(), Failure> {
        let dialect = self.connection().dialect();
        match dirt::reset(dialect, self.stale) {
            Reset::None => {}
            Reset::Statements(statements) => self.connection().commands(&statements).await?,
            Reset::Close if reads && !self.dirt.has(self.stale) => {
                let message = "this session holds an identity value of somebody else's, which cannot be reset here; \
                               make the value in a transaction and read it there";
                return Err(Failure::new(Kind::Unsupported, message));
            }
            // It will be overwritten by the value the statement makes.
            Reset::Close => return Ok(()),
        }
        self.stale = Dirt::CLEAN;
        Ok(())
    }

    /// Runs a statement. `sql` is one of those of `permitted`.
    pub(crate) async fn run(
        &mut self,
        permitted: &Permitted,
        params: &[Value],
        sink: &mut Sink<'_>,
    ) -> Result<Rows, Failure> {
        let flags = self.flags.clone();
        let statement = permitted.statement();
        let reordered: Vec<Value>;
        let params = match statement.positions.as_slice() {
            [] => params,
            positions => {
                // A parameter may be bound more than once, or nowhere: what is too many shows here only.
                let most = positions.iter().max().copied().unwrap_or_default();
                if params.len() > most as usize {
                    return Err(wrong_count(most as usize, params.len()));
                }
                reordered = positions
                    .iter()
                    .map(|number| {
                        params.get(*number as usize - 1).cloned().ok_or_else(|| missing(*number, params))
                    })
                    .collect::<Result<_, _>>()?;
                &reordered
            }
        };
        if statement.sql.len() > 1 && !params.is_empty() {
            let message = "the statement becomes several on this engine, among which parameters cannot be shared out yet";
            return Err(Failure::new(Kind::Unsupported, message));
        }
        let closed = flags.closed.notified();
        if flags.is_closed.load(Ordering::Acquire) {
            return Err(given_up());
        }
        let in_transaction = self.dirt.has(Dirt::TRANSACTION);
        let connection = self.connection();
        let run = async {
            match statement.sql.as_slice() {
                [sql] => connection.run(sql, params, sink).await,
                many => run_as_one(connection, many, in_transaction, statement, sink).await,
            }
        };
        tokio::select! {
            done = run => done,
            () = closed => Err(given_up()),
        }
    }

    /// Gives the session back after it was used without a failure that breaks it.
    pub(crate) fn release(mut self) {
        let Some(connection) = self.connection.take() else { return };
        let (slot, dirt) = (self.slot, self.dirt);
        if self.redefined {
            self.endpoint.forget_schema();
        }
        self.endpoint.put_back(slot, connection, Event::Release { slot, dirt });
    }

    /// Closes the session.
    pub(crate) fn broke(mut self, kind: Kind) {
        self.connection = None;
        self.endpoint.tell(Event::Broke { slot: self.slot, kind });
    }

    /// Gives the session back, or closes it, as the failure of its last statement demands.
    pub(crate) fn finish(self, failure: Option<&Failure>) {
        let in_order = self.connection.as_ref().is_none_or(Connection::is_in_order);
        match failure {
            Some(failure) if failure.kind.breaks_session() => self.broke(failure.kind),
            // Rows or errors of this statement would come to the next one.
            _ if !in_order => self.broke(Kind::Internal),
            _ => self.release(),
        }
    }
}

/// Runs the statements that one statement became, all of them or none.
async fn run_as_one(
    connection: &mut Connection,
    statements: &[Arc<str>],
    in_transaction: bool,
    meaning: &Compiled,
    sink: &mut Sink<'_>,
) -> Result<Rows, Failure> {
    // Where definitions commit, nothing could undo what came before a failure.
    let defines = !meaning.effects.definitions.is_empty();
    let guarded = !statements.is_empty() && !(defines && connection.habits().definitions_commit);
    let (begin, end, undo): (_, _, &[&'static str]) = match in_transaction {
        false => ("BEGIN", "COMMIT", &["ROLLBACK"]),
        true => (
            "SAVEPOINT sqlx_kernel",
            "RELEASE SAVEPOINT sqlx_kernel",
            &["ROLLBACK TO SAVEPOINT sqlx_kernel", "RELEASE SAVEPOINT sqlx_kernel"],
        ),
    };
    if guarded {
        connection.command(begin).await?;
    }
    let mut last = Rows::default();
    for (i, sql) in statements.iter().enumerate() {
        // Only what the last one gives is for the caller.
        let done = if i + 1 == statements.len() {
            connection.run(sql, &[], sink).await
        } else {
            connection.run(sql, &[], &mut Sink::gather(&mut Vec::new())).await
        };
        match done {
            Ok(rows) => last = Rows { affected: last.affected + rows.affected, ..rows },
            Err(failure) if guarded && !failure.kind.breaks_session() => {
                connection.commands(undo).await.map_err(Failure::uncertain)?;
                return Err(failure);
            }
            Err(failure) if i > 0 => return Err(failure.uncertain()),
            Err(failure) => return Err(failure),
        }
    }
    if guarded {
        connection.command(end).await.map_err(Failure::uncertain)?;
    }
    Ok(last)
}

fn missing(number: u32, params: &[Value]) -> Failure {
    Failure::new(Kind::Usage, format!("parameter {number} has no value: {} were given", params.len()))
}

fn given_up() -> Failure {
    Failure::new(Kind::Disconnected, "the session was given up: its cancellation was not confirmed in time")
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let slot = self.slot;
        if self.used && self.endpoint.url.scheme() == Scheme::Sqlite {
            // There is no conversation to be in the middle of; a database in memory must not be lost with its connection.
            let dirt = self.dirt | Dirt::TRANSACTION;
            self.endpoint.put_back(slot, connection, Event::Release { slot, dirt });
        } else if self.used {
            drop(connection);
            self.endpoint.tell(Event::Broke { slot, kind: Kind::Internal });
        } else {
            self.endpoint.put_back(slot, connection, Event::Release { slot, dirt: Dirt::CLEAN });
        }
    }
}
