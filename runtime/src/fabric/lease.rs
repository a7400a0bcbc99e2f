//! A session in the hands of a caller.

use super::{Endpoint, Flags};
use crate::compile::Schema;
use crate::driver::{Connection, PING, Sink};
use crate::policy::Permitted;
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
        self.unheard < UNHEARD_MAX || self.connection().command(PING).await.is_ok()
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
        self.own_schema = None;
        self.endpoint.forget_schema();
    }

    /// True if what this session sees is not what others see.
    pub(crate) fn has_definitions_of_its_own(&self) -> bool {
        self.redefined
    }

    /// What this session sees.
    pub(crate) async fn own_schema(&mut self) -> Result<Arc<Schema>, Failure> {
        if let Some(schema) = &self.own_schema {
            return Ok(schema.clone());
        }
        let endpoint = self.endpoint.clone();
        let schema = endpoint.read_schema(self.connection(), false).await?;
        self.own_schema = Some(schema.clone());
        Ok(schema)
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
        let stale = self.stale.and(dirt::DEFERRED);
        let dialect = self.connection().dialect();
        match dirt::reset(dialect, stale) {
            Reset::None => {}
            Reset::Statements(statements) => {
                for statement in statements {
                    self.connection().command(statement).await?;
                }
            }
            Reset::Close if reads && !self.dirt.has(stale) => {
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
        let connection = self.connection();
        let run = async {
            let mut last = Rows::default();
            for sql in &statement.sql {
                let rows = connection.run(sql, params, sink).await?;
                last = Rows { affected: last.affected + rows.affected, ..rows };
            }
            Ok(last)
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
        match failure {
            Some(failure) if failure.kind.breaks_session() => self.broke(failure.kind),
            _ => self.release(),
        }
    }
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
        if self.used {
            drop(connection);
            self.endpoint.tell(Event::Broke { slot, kind: Kind::Internal });
        } else {
            self.endpoint.put_back(slot, connection, Event::Release { slot, dirt: Dirt::CLEAN });
        }
    }
}
