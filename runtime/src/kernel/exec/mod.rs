//! The life of a statement: compiled, judged, classed, queued, run, observed.
//!
//! Each stage takes what the one before made; what a driver runs is a [`Permitted`], which only the policy's decision
//! makes, so there is no way to a driver around it.

mod audit;
mod judge;
mod kept;
mod tell;

use super::plans::Asked;
use super::session::Kept;
use super::{Cancellable, PreparedStmt, QueryResult, Session, Shared};
use crate::compile::{Compiled, Request, Schema, Shape, Under};
use crate::context::ExecContext;
use crate::driver::{Batch, Room, Sink};
use crate::fabric::{Detached, Lease};
use crate::policy::Permitted;
use crate::value::{Rows, Value};
use air::effects::SessionEffect;
use sqlx_kernel_core::backoff::Backoff;
use sqlx_kernel_core::dirt::Dirt;
use sqlx_kernel_core::failure::{Failure, Kind, Retry};
use sqlx_kernel_core::schedule::{Class, Facts, Job, classify};
use sqlx_kernel_core::telemetry::EventKind;
use sqlx_kernel_core::time::Instant;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};

/// A statement is tried so often in all: an unlucky third deadlock in a row is a design fault of the application.
const TRIES_MAX: u32 = 4;
/// Shortest and longest wait before trying again after a deadlock.
const RETRY_WAIT: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(200));
/// How long a cancelled statement is waited for before its caller gets an answer.
const CANCEL_WAIT: Duration = Duration::from_secs(5);
/// What the answer may take after that.
const GRACE: Duration = Duration::from_millis(200);

/// A statement on its way.
pub(super) struct Exec<'a> {
    shared: &'a Arc<Shared>,
    session: &'a Session,
    sql: &'a str,
    params: &'a [Value],
    context: &'a ExecContext,
    began: Instant,
    deadline: Option<Instant>,
    trace_id: u128,
    registered: Option<Registered<'a>>,
    seen: Option<Seen>,
    /// An approval of the statement was used.
    approved: bool,
    /// Approvals may be used up: the statement is going to run.
    spends: bool,
    /// The ledger has that the statement is about to run.
    intended: bool,
    /// Where rows go as they come; to memory if nowhere.
    stream: Option<mpsc::Sender<Result<Batch, Failure>>>,
    /// What streamed rows look like, for whoever reads them.
    shape: Arc<OnceLock<Arc<Shape>>>,
}

/// What observers are told.
struct Seen {
    statement: Arc<Compiled>,
    class: Class,
    queued: Duration,
    ran: Option<Duration>,
}

/// Takes the token out when the statement is over.
struct Registered<'a> {
    shared: &'a Shared,
    token: &'a Arc<str>,
    waiting: Arc<Notify>,
}

impl Registered<'_> {
    /// The statement waits.
    fn waits(&self) -> Cancellable {
        Cancellable::Waiting(self.waiting.clone())
    }
}

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        self.shared.cancels().remove(self.token);
    }
}

impl<'a> Exec<'a> {
    pub(super) fn new(
        shared: &'a Arc<Shared>,
        session: &'a Session,
        sql: &'a str,
        params: &'a [Value],
        context: &'a ExecContext,
    ) -> Exec<'a> {
        let began = shared.clock.now();
        Exec {
            shared,
            session,
            sql,
            params,
            context,
            began,
            deadline: context.deadline.map(|deadline| began + deadline),
            trace_id: fastrand::u128(..),
            registered: None,
            seen: None,
            approved: false,
            spends: true,
            intended: false,
            stream: None,
            shape: Arc::default(),
        }
    }

    /// Sends rows there as they come. Such a statement is not tried again.
    pub(super) fn stream_to(
        &mut self,
        stream: mpsc::Sender<Result<Batch, Failure>>,
        shape: Arc<OnceLock<Arc<Shape>>>,
    ) {
        self.stream = Some(stream);
        self.shape = shape;
    }

    /// All of it, within its deadline. A statement that runs is stopped at its deadline and waited for; what comes
    /// before is merely given up, somewhat later, so that a stopped statement is never left like that.
    pub(super) async fn run(&mut self) -> Result<QueryResult, Failure> {
        self.register()?;
        let done = match self.context.deadline {
            None => self.run_unbounded().await,
            Some(deadline) => {
                let late = |_| {
                    Err(Failure::new(Kind::Timeout, "the deadline passed before the statement could run"))
                };
                let all = self.run_unbounded();
                tokio::time::timeout(deadline + CANCEL_WAIT + GRACE, all).await.unwrap_or_else(late)
            }
        };
        self.record_end(done).await
    }

    async fn run_unbounded(&mut self) -> Result<QueryResult, Failure> {
        self.emit(EventKind::ExecStart, |_| {});
        let mut kept = self.session.inner.kept.lock().await;
        // If this future is dropped in the middle, what the session kept is gone.
        match std::mem::replace(&mut *kept, Kept::Lost) {
            Kept::Lease(lease) if self.stream.is_some() => {
                *kept = Kept::Lease(lease);
                let message = "rows cannot be streamed in a transaction, or beside temporary tables, yet: the session has \
                               one connection, and other statements would wait for the end of the stream";
                return Err(Failure::new(Kind::Unsupported, message));
            }
            Kept::Lease(lease) => {
                let (back, done) = self.run_kept(*lease).await;
                *kept = back;
                return done;
            }
            Kept::Lost => {
                *kept = Kept::Nothing;
                let message = "the session has lost its connection, and what was in it: an open transaction was rolled \
                               back, temporary tables are gone";
                return Err(Failure::new(Kind::TransactionState, message));
            }
            Kept::Nothing => *kept = Kept::Nothing,
        }
        let permitted = match self.permitted(None).await {
            // The name may be new: somebody else may have changed definitions.
            Err(failure) if failure.kind == Kind::Refused && self.session.inner.endpoint.suspect_schema() => {
                self.permitted(None).await?
            }
            permitted => permitted?,
        };
        if permitted.statement().binds_session() {
            return self.run_binding(permitted, &mut kept).await;
        }
        drop(kept);
        self.run_free(permitted).await
    }

    /// Compiles and judges only.
    pub(super) async fn prepare(&mut self) -> Result<PreparedStmt, Failure> {
        self.spends = false;
        let mut kept = self.session.inner.kept.lock().await;
        let permitted = match &mut *kept {
            Kept::Lease(lease) => self.permitted(Some(lease)).await?,
            Kept::Nothing | Kept::Lost => self.permitted(None).await?,
        };
        drop(kept);
        let statement = permitted.statement();
        Ok(PreparedStmt {
            sql: self.sql.into(),
            lowered: statement.sql_to_show(),
            air_id: statement.air_id.clone(),
            class: self.class(statement),
            assumptions: statement.assumptions.clone(),
            shape: statement.shape.clone(),
            summary: statement.summary.clone(),
            facts: statement.facts,
        })
    }

    fn register(&mut self) -> Result<(), Failure> {
        let Some(token) = &self.context.cancel_token else { return Ok(()) };
        let waiting = Arc::new(Notify::new());
        let mut cancels = self.shared.cancels();
        if cancels.contains_key(token) {
            return Err(Failure::new(Kind::Usage, format!("another statement is running under `{token}`")));
        }
        cancels.insert(token.clone(), Cancellable::Waiting(waiting.clone()));
        self.registered = Some(Registered { shared: self.shared, token, waiting });
        Ok(())
    }

    /// The statement from the cache, or from the compiler. `lease`: a session that may see definitions of its own.
    async fn compiled(
        &self,
        lease: Option<&mut Lease>,
        under: Option<Under<'_>>,
    ) -> Result<Arc<Compiled>, Failure> {
        let endpoint = &self.session.inner.endpoint;
        let profile =
            endpoint.profile().ok_or_else(|| Failure::new(Kind::Internal, "the engine is not known"))?;
        let schema = match (endpoint.known_schema(), lease) {
            (_, Some(lease)) if lease.has_definitions_of_its_own() => lease.own_schema().await?,
            (Some(schema), _) => schema,
            (None, Some(lease)) => lease.schema(!lease.dirt().has(Dirt::TRANSACTION)).await?,
            (None, None) => self.fresh_schema().await?,
        };
        let asked = Asked {
            sql: self.sql,
            from: self.context.dialect.as_deref(),
            to: &profile,
            epoch: schema.epoch,
            under: under.map_or(0, |under| under.number),
        };
        if let Some(plan) = self.shared.plans.get(&asked) {
            self.emit(EventKind::CacheHit, |event| event.air_id = Some(plan.air_id.clone()));
            return Ok(plan);
        }
        let request = Request { sql: self.sql, from: asked.from, to: &profile, schema: &schema, under };
        let plan = Arc::new(self.shared.compiler.compile(request)?);
        self.shared.plans.put(&asked, plan.clone());
        self.emit(EventKind::CacheMiss, |event| event.air_id = Some(plan.air_id.clone()));
        Ok(plan)
    }

    /// Reads the schema over a session of the pool.
    async fn fresh_schema(&self) -> Result<Arc<Schema>, Failure> {
        let job = Job { urgent: false, ..self.job(Class::S, false, 0) };
        self.acquire(job).await?.look_up().await
    }

    fn class(&self, statement: &Compiled) -> Class {
        let facts = Facts { p95: self.shared.history.p95(&statement.air_id), ..statement.facts };
        classify(&facts)
    }

    fn job(&self, class: Class, repeatable: bool, stopped: u32) -> Job {
        let now = self.shared.clock.now();
        Job {
            class,
            tenant: self.shared.tenant(&self.context.tenant),
            estimate: Duration::from_millis(if class == Class::L { 1 } else { 20 }),
            deadline: self.deadline.unwrap_or(now + self.session.inner.acquire_timeout),
            urgent: self.deadline.is_some(),
            repeatable,
            stopped,
        }
    }

    /// Says where the statement is at, for whoever cancels it; fails if somebody has.
    fn is_at(&self, place: impl FnOnce(&Registered<'_>) -> Cancellable) -> Result<(), Failure> {
        let Some(registered) = &self.registered else { return Ok(()) };
        let mut cancels = self.shared.cancels();
        if matches!(cancels.get(registered.token), Some(Cancellable::Cancelled)) {
            return Err(cancelled());
        }
        cancels.insert(registered.token.clone(), place(registered));
        Ok(())
    }

    /// Waits for a session; a cancellation ends the wait.
    async fn acquire(&self, job: Job) -> Result<Lease, Failure> {
        let acquire = self.session.inner.endpoint.acquire(job);
        let Some(registered) = &self.registered else { return acquire.await };
        let notified = registered.waiting.notified();
        self.is_at(|registered| registered.waits())?;
        tokio::select! {
            lease = acquire => lease,
            () = notified => Err(cancelled()),
        }
    }

    /// A session for a statement, with a server that is there and nothing of others that the statement would see.
    async fn session_for(
        &mut self,
        statement: &Compiled,
        job: impl Fn(&Self) -> Job,
    ) -> Result<Lease, Failure> {
        loop {
            let job = job(self);
            let mut lease = self.acquire(job).await?;
            self.waited(&lease, job.class);
            if !job.repeatable && !lease.is_alive().await {
                lease.broke(Kind::Disconnected);
                continue;
            }
            return match freshened(&mut lease, statement).await {
                Ok(()) => Ok(lease),
                Err(failure) => {
                    lease.finish(Some(&failure));
                    Err(failure)
                }
            };
        }
    }

    /// Runs a statement that leaves nothing in its session, trying again where that is safe.
    async fn run_free(&mut self, mut permitted: Permitted) -> Result<QueryResult, Failure> {
        if permitted.statement().reads_session() {
            let message = "this reads what the session did last, and the session keeps no connection: \
                           do both in one transaction";
            return Err(Failure::new(Kind::TransactionState, message));
        }
        let (mut tries, mut stopped) = (1, 0);
        let mut backoff = Backoff::new(RETRY_WAIT.0, RETRY_WAIT.1);
        let mut random = fastrand::Rng::with_seed(self.trace_id as u64);
        loop {
            let statement = permitted.statement();
            let class = self.class(statement);
            let repeatable = statement.is_repeatable() && self.stream.is_none();
            let lease = self.session_for(statement, |exec| exec.job(class, repeatable, stopped)).await?;
            let (lease, done) = self.run_once(lease, &permitted).await;
            let preempted = lease.as_ref().is_some_and(Lease::was_preempted);
            if let Some(mut lease) = lease {
                lease.soil(Dirt::of(&permitted.statement().effects));
                lease.finish(done.as_ref().err());
            }
            let failure = match done {
                Ok(rows) => return Ok(self.result(rows, &permitted)),
                Err(failure) => failure,
            };
            self.is_at(|registered| registered.waits())?;
            if failure.kind == Kind::Cancelled && preempted {
                stopped += 1;
                self.emit(EventKind::Preempt, |_| {});
                continue;
            }
            let again = tries < TRIES_MAX
                && self.stream.is_none()
                && match failure.kind.retry() {
                    Retry::Never => false,
                    // A statement on its own is a transaction on its own.
                    Retry::WholeTransaction | Retry::Always => true,
                    Retry::IfRepeatable => repeatable,
                };
            let renamed = failure.kind == Kind::Name && tries == 1 && self.stream.is_none();
            if !again && !renamed {
                return Err(failure);
            }
            if failure.kind == Kind::StalePlan || renamed {
                // Somebody else may have changed definitions: look again before the engine's word is taken.
                let endpoint = &self.session.inner.endpoint;
                let before = endpoint.last_schema();
                if renamed && !endpoint.suspect_schema() {
                    return Err(failure);
                }
                endpoint.forget_schema();
                let fresh = self.fresh_schema().await?;
                if renamed && before.is_some_and(|before| before.definitions == fresh.definitions) {
                    return Err(failure);
                }
                self.emit(EventKind::CacheInvalidate, |event| {
                    event.reason = Some("foreign definitions".into())
                });
                permitted = self.permitted(None).await?;
            } else {
                tokio::time::sleep(backoff.next(&mut random)).await;
            }
            tries += 1;
            self.emit(EventKind::Retry, |event| event.error = Some(failure.kind));
        }
    }

    fn waited(&mut self, lease: &Lease, class: Class) {
        self.shared.history.waited(class, lease.waited());
        if let Some(seen) = &mut self.seen {
            seen.queued += lease.waited();
            seen.class = class;
        }
    }

    /// Runs a statement once. Gives the lease back unless the statement could not be stopped in time.
    async fn run_once(
        &mut self,
        lease: Lease,
        permitted: &Permitted,
    ) -> (Option<Lease>, Result<Rows, Failure>) {
        let (slot, ticket) = lease.place();
        let endpoint = lease.endpoint().clone();
        if let Err(failure) = self.is_at(|_| Cancellable::Running(endpoint.clone(), slot, ticket)) {
            return (Some(lease), Err(failure));
        }
        let params = self.params.to_vec();
        let stream = self.stream.clone();
        let room = Room::of(self.context.gather_bytes_max);
        let run = {
            let (permitted, shared) = (permitted.clone(), self.shared.clone());
            async move {
                let mut lease = lease;
                let began = shared.clock.now();
                let mut rows = Vec::new();
                let mut sink = match &stream {
                    Some(to) => Sink::Stream { to, batch: Vec::new(), left: permitted.row_cap() },
                    None => Sink::Gather { rows: &mut rows, room },
                };
                let mut done = lease.run(&permitted, &params, &mut sink).await;
                match permitted.row_cap() {
                    Some(cap) if done.is_ok() && rows.len() as u64 > cap => {
                        done = Err(Permitted::too_many(cap));
                    }
                    _ => {}
                }
                if let Ok(done) = &mut done {
                    done.rows = rows;
                }
                let effects = &permitted.statement().effects;
                if let Err(failure) = &mut done {
                    if failure.kind == Kind::StalePlan {
                        // A connection that cannot forget is of no use: the next statement would fail as well.
                        let _ = lease.connection().forget_statements().await;
                    }
                    let sent = failure.kind.breaks_session() && !effects.is_read_only();
                    if sent {
                        *failure = failure.clone().uncertain();
                    }
                }
                if !effects.definitions.is_empty() && done.is_ok() {
                    lease.redefined();
                }
                (lease, done, shared.clock.now().since(began))
            }
        };
        self.emit(EventKind::QueryStart, |_| {});
        let stop = {
            let endpoint = endpoint.clone();
            move || endpoint.cancel(slot, ticket)
        };
        // A lease that comes back after its caller has left is given back by the task that goes on.
        let left = permitted.clone();
        let mut running =
            Detached::new(run, stop.clone(), move |(mut lease, done, _): (Lease, Result<_, Failure>, _)| {
                lease.soil(Dirt::of(&left.statement().effects));
                lease.finish(done.as_ref().err());
            });
        let (lease, done, ran) = match self.deadline {
            None => (&mut running).await,
            Some(deadline) => {
                let until = self.shared.clock.timer(deadline);
                match tokio::time::timeout_at(until, &mut running).await {
                    Ok(done) => done,
                    Err(_) => {
                        stop();
                        let late =
                            || Failure::new(Kind::Timeout, "the deadline passed while the statement ran");
                        match tokio::time::timeout(CANCEL_WAIT, &mut running).await {
                            Ok((lease, Err(failure), ran)) if failure.kind == Kind::Cancelled => {
                                (lease, Err(late()), ran)
                            }
                            Ok(done) => done,
                            Err(_) => return (None, Err(late().uncertain())),
                        }
                    }
                }
            }
        };
        if let Some(seen) = &mut self.seen {
            seen.ran = Some(ran);
        }
        self.observe_query(&done);
        (Some(lease), done)
    }

    fn result(&self, rows: Rows, permitted: &Permitted) -> QueryResult {
        let statement = permitted.statement();
        let seen = self.seen.as_ref();
        QueryResult {
            columns: rows.columns,
            rows: rows.rows,
            affected: rows.affected,
            class: seen.map_or(Class::L, |seen| seen.class),
            air_id: statement.air_id.clone(),
            shape: statement.shape.clone(),
            summary: statement.summary.clone(),
            sql: statement.sql_to_show(),
            assumptions: statement.assumptions.clone(),
            queued: seen.map_or(Duration::ZERO, |seen| seen.queued),
            took: self.shared.clock.now().since(self.began),
        }
    }
}

fn cancelled() -> Failure {
    Failure::new(Kind::Cancelled, "the statement was cancelled before it ran")
}

/// Undoes what callers before left, if the statement would see it.
async fn freshened(lease: &mut Lease, statement: &Compiled) -> Result<(), Failure> {
    let reads = statement.reads_session() || statement.effects.session.contains(&SessionEffect::Unknown);
    let sets = [SessionEffect::SetsIdentity, SessionEffect::SetsSequence];
    // What a session that is kept makes itself must not be undone when it is read later.
    let sets = lease.is_kept() && sets.iter().any(|effect| statement.effects.session.contains(effect));
    if reads || sets { lease.freshen(reads).await } else { Ok(()) }
}
