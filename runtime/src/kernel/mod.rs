//! The kernel's public face.

mod exec;
mod observe;
mod options;
mod plans;
mod prometheus;
mod rates;
mod session;
mod stream;
mod weights;

pub use options::ConnectOptions;
pub use session::{Session, TransactionState};
pub use stream::RowStream;

use crate::clock::Clock;
use crate::compile::{Compile, Shape};
use crate::context::ExecContext;
use crate::fabric::Endpoint;
use crate::policy::{Decision, Policy};
use crate::telemetry::{Bus, Sink};
use crate::url::Scheme;
use crate::value::Value;
use exec::Exec;
use observe::History;
use plans::Plans;
use rustc_hash::FxHashMap;
use serde_json::json;
use sqlx_kernel_audit::Ledger;
use sqlx_kernel_core::failure::{Failure, Kind};
use sqlx_kernel_core::pool::{Event, Settings, SlotId};
use sqlx_kernel_core::schedule::{Class, Facts, PerClass, Ticket};
use sqlx_kernel_policy::approval::Approvers;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::Notify;

/// Numbers databases in memory.
static MEMORIES: AtomicU64 = AtomicU64::new(1);

/// Where a statement that may be cancelled is at.
pub(crate) enum Cancellable {
    /// Waiting, or being compiled.
    Waiting(Arc<Notify>),
    /// Running in a session.
    Running(Arc<Endpoint>, SlotId, Ticket),
    /// Cancelled before it ran.
    Cancelled,
}

/// How long an endpoint lives.
pub(crate) enum Place {
    /// As long as the kernel: its connections wait for the next session.
    Kept(Arc<Endpoint>),
    /// As long as its sessions: a database in memory is theirs alone.
    Theirs(Weak<Endpoint>),
}

impl Place {
    fn endpoint(&self) -> Option<Arc<Endpoint>> {
        match self {
            Place::Kept(endpoint) => Some(endpoint.clone()),
            Place::Theirs(endpoint) => endpoint.upgrade(),
        }
    }
}

/// What all parts of the kernel share.
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) compiler: Box<dyn Compile>,
    pub(crate) policy: Box<dyn Policy>,
    pub(crate) bus: Bus,
    pub(crate) plans: Plans,
    pub(crate) history: History,
    pub(crate) weights: PerClass<f64>,
    pub(crate) rates: rates::Rates,
    pub(crate) approvers: Approvers,
    pub(crate) ledger: Option<Arc<Ledger>>,
    tenants: Mutex<FxHashMap<Arc<str>, u32>>,
    /// By what its sessions have in common.
    endpoints: Mutex<BTreeMap<String, Place>>,
    cancels: Mutex<FxHashMap<Arc<str>, Cancellable>>,
}

impl Shared {
    /// The number under which fairness knows a tenant.
    pub(crate) fn tenant(&self, name: &Arc<str>) -> u32 {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = tenants.get(name) {
            return *number;
        }
        let number = u32::try_from(tenants.len()).unwrap_or(u32::MAX);
        tenants.insert(name.clone(), number);
        number
    }

    pub(crate) fn endpoints(&self) -> Vec<Arc<Endpoint>> {
        let endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        endpoints.values().filter_map(Place::endpoint).collect()
    }

    pub(crate) fn cancels(&self) -> std::sync::MutexGuard<'_, FxHashMap<Arc<str>, Cancellable>> {
        self.cancels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs statements of any dialect on any engine, under a policy.
///
/// Made by a [`Builder`]; cheap to clone. All of it ends when the last clone, session and running statement are gone.
#[derive(Clone)]
pub struct SqlxKernel {
    shared: Arc<Shared>,
}

/// Makes a [`SqlxKernel`].
pub struct Builder {
    compiler: Box<dyn Compile>,
    policy: Box<dyn Policy>,
    sinks: Vec<Box<dyn Sink>>,
    weights: PerClass<f64>,
    plans_max: usize,
    approvers: Approvers,
    ledger: Option<Arc<Ledger>>,
}

impl Builder {
    /// A kernel that compiles with `compiler` and asks `policy` about every statement; there is none without a policy.
    pub fn new(compiler: impl Compile, policy: impl Policy) -> Builder {
        Builder {
            compiler: Box::new(compiler),
            policy: Box::new(policy),
            sinks: Vec::new(),
            weights: PerClass([0.5, 0.2, 0.2, 0.1]),
            plans_max: plans::PLANS_MAX,
            approvers: Approvers::default(),
            ledger: None,
        }
    }

    /// Sends events there as well.
    pub fn sink(mut self, sink: impl Sink) -> Builder {
        self.sinks.push(Box::new(sink));
        self
    }

    /// Shares of the classes L, B, A, S; need not sum to 1.
    pub fn class_weights(mut self, weights: PerClass<f64>) -> Builder {
        self.weights = weights;
        self
    }

    /// Whose grants count; nobody's without a word.
    pub fn approvers(mut self, approvers: Approvers) -> Builder {
        self.approvers = approvers;
        self
    }

    /// Records every decision there, and definitions and ends of transactions before and after they happen. What cannot
    /// be recorded does not run.
    pub fn audit(mut self, ledger: Ledger) -> Builder {
        self.ledger = Some(Arc::new(ledger));
        self
    }

    /// Compiled statements that are kept.
    pub fn plans_max(mut self, plans: usize) -> Builder {
        self.plans_max = plans;
        self
    }

    /// Starts the kernel in the tokio runtime this is called in.
    pub fn start(self) -> SqlxKernel {
        let shared = Shared {
            clock: Clock::start(),
            compiler: self.compiler,
            policy: self.policy,
            bus: Bus::start(self.sinks),
            plans: Plans::new(self.plans_max),
            history: History::default(),
            weights: weights::normalized(self.weights),
            rates: rates::Rates::default(),
            approvers: self.approvers,
            ledger: self.ledger,
            tenants: Mutex::default(),
            endpoints: Mutex::default(),
            cancels: Mutex::default(),
        };
        let kernel = SqlxKernel { shared: Arc::new(shared) };
        tokio::spawn(weights::steer(Arc::downgrade(&kernel.shared)));
        kernel
    }
}

/// What a statement gave.
#[derive(Clone, PartialEq, Debug)]
pub struct QueryResult {
    /// Names of the columns; may repeat.
    pub columns: Arc<[String]>,
    /// Rows, each as wide as `columns`.
    pub rows: Vec<Vec<Value>>,
    /// Rows inserted, changed or removed, as the engine counts them.
    pub affected: u64,
    /// Class it ran in.
    pub class: Class,
    /// Content id of its meaning.
    pub air_id: Arc<str>,
    /// What the statement takes and gives.
    pub shape: Arc<Shape>,
    /// What it does in a few words, such as `SELECT orders`.
    pub summary: Arc<str>,
    /// What was sent to the engine.
    pub sql: Vec<Arc<str>>,
    /// Facts about data and servers that have to hold for the result to be right, in words.
    pub assumptions: Vec<String>,
    /// Time it waited for a session.
    pub queued: Duration,
    /// Time it took, waiting included.
    pub took: Duration,
}

/// A statement that was compiled and judged ahead of time.
#[derive(Clone, Debug)]
pub struct PreparedStmt {
    /// The statement, as written.
    pub sql: Arc<str>,
    /// What the engine will be sent.
    pub lowered: Vec<Arc<str>>,
    /// Content id of its meaning.
    pub air_id: Arc<str>,
    /// Class it would run in.
    pub class: Class,
    /// Facts about data and servers that have to hold for the result to be right, in words.
    pub assumptions: Vec<String>,
    /// What it takes and gives.
    pub shape: Arc<Shape>,
    /// What it does in a few words, such as `SELECT orders`.
    pub summary: Arc<str>,
    /// What its class is decided by.
    pub facts: Facts,
}

/// A statement for which an approval is asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// What would have to be granted.
    pub what: sqlx_kernel_policy::approval::What,
    /// What the statement does in a few words, without any value of it.
    pub summary: Arc<str>,
    /// What is decided without an approval.
    pub decision: Arc<Decision>,
}

/// A part of the kernel that has figures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Everything.
    Kernel,
    /// Pools.
    Driver,
    /// Decisions.
    Policy,
    /// Compiled statements.
    Cache,
}

impl SqlxKernel {
    /// A session with a database. Its pool of connections is shared by all sessions of the same URL and tags.
    ///
    /// Fails if no connection can be made: a wrong password is known now, not with the first statement.
    pub async fn connect(&self, options: ConnectOptions) -> Result<Session, Failure> {
        let url = options.checked_url()?;
        let key = options.pool_key(&url);
        let endpoint = {
            let mut endpoints = self.shared.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
            endpoints.retain(|_, place| place.endpoint().is_some());
            match endpoints.get(&key).and_then(Place::endpoint) {
                // Every session with a database in memory has one of its own.
                Some(endpoint) if !url.in_memory() => endpoint,
                _ => {
                    let settings = options.settings();
                    let seed = endpoints.len() as u64 + 1;
                    let control = options.control_url()?;
                    let weights = self.shared.weights;
                    let endpoint =
                        Endpoint::start(url.clone(), control, settings, weights, self.shared.clock, seed);
                    if url.in_memory() {
                        let number = MEMORIES.fetch_add(1, Ordering::Relaxed);
                        endpoints.insert(format!("{key}#{number}"), Place::Theirs(Arc::downgrade(&endpoint)));
                    } else {
                        endpoints.insert(key, Place::Kept(endpoint.clone()));
                    }
                    endpoint
                }
            }
        };
        Session::open(self.shared.clone(), endpoint, options).await
    }

    /// Compiles a statement, asks the policy, and runs it in its turn.
    ///
    /// Statements that leave nothing in a session run in any connection of its pool, also side by side; from the first
    /// one that does (BEGIN, a temporary table), the session keeps its connection until what it left is gone.
    ///
    /// Dropping the future cancels the statement on the server.
    pub async fn exec(
        &self,
        session: &Session,
        sql: &str,
        params: &[Value],
        context: &ExecContext,
    ) -> Result<QueryResult, Failure> {
        let mut exec = Exec::new(&self.shared, session, sql, params, context);
        let done = exec.run().await;
        exec.observe(done.as_ref()).await;
        done
    }

    /// As [`exec`](Self::exec), with the rows as they come: the engine waits while nobody reads.
    ///
    /// A statement whose rows were begun is not tried again, nor stopped for others.
    pub async fn exec_stream(
        &self,
        session: &Session,
        sql: &str,
        params: &[Value],
        context: &ExecContext,
    ) -> Result<RowStream, Failure> {
        RowStream::open(self.clone(), session.clone(), sql.into(), params.to_vec(), context.clone()).await
    }

    /// Compiles a statement and asks the policy, and keeps what came of it for [`exec`](Self::exec).
    pub async fn prepare(
        &self,
        session: &Session,
        sql: &str,
        context: &ExecContext,
    ) -> Result<PreparedStmt, Failure> {
        Exec::new(&self.shared, session, sql, &[], context).prepare().await
    }

    /// The statements of a script in the dialect of the profile `from`, as written; what cannot be read is one of them.
    pub fn split<'s>(&self, script: &'s str, from: &str) -> Result<Vec<&'s str>, Failure> {
        self.shared.compiler.split(script, from)
    }

    /// What would have to be granted for a statement to run once with an approval; to be signed by
    /// [`pi::approval::sign`](crate::pi::approval::sign). Fails if the statement cannot be compiled.
    pub async fn request(
        &self,
        session: &Session,
        sql: &str,
        params: &[Value],
        context: &ExecContext,
    ) -> Result<Request, Failure> {
        Exec::new(&self.shared, session, sql, params, context).request().await
    }

    /// Cancels the statement whose context has this token. Returns at once; the statement itself fails with
    /// [`Kind::Cancelled`] when the server has heard of it, unless it ends before.
    pub async fn cancel(&self, token: &str) -> Result<(), Failure> {
        let running = {
            let mut cancels = self.shared.cancels();
            match cancels.get_mut(token) {
                None => {
                    return Err(Failure::new(
                        Kind::Usage,
                        format!("no statement is running under `{token}`"),
                    ));
                }
                Some(Cancellable::Cancelled) => None,
                Some(Cancellable::Running(endpoint, slot, ticket)) => {
                    Some((endpoint.clone(), *slot, *ticket))
                }
                Some(place) => {
                    if let Cancellable::Waiting(waiting) = std::mem::replace(place, Cancellable::Cancelled) {
                        waiting.notify_waiters();
                    }
                    None
                }
            }
        };
        if let Some((endpoint, slot, ticket)) = running {
            endpoint.cancel(slot, ticket);
        }
        Ok(())
    }

    /// Figures, as JSON.
    pub fn stats(&self, scope: Scope) -> serde_json::Value {
        match scope {
            Scope::Kernel => json!({
                "driver": self.stats(Scope::Driver),
                "policy": self.stats(Scope::Policy),
                "cache": self.stats(Scope::Cache),
                "events": self.shared.bus.counts(),
                "classes": self.shared.history.classes(),
            }),
            Scope::Driver => {
                let pools: Vec<serde_json::Value> = self
                    .shared
                    .endpoints()
                    .into_iter()
                    .map(|endpoint| {
                        let stats = endpoint.stats();
                        json!({
                            "url": endpoint.url.to_string(),
                            "dialect": crate::driver::dialect(endpoint.url.scheme()).name(),
                            "size": stats.size,
                            "idle": stats.idle,
                            "busy": stats.busy,
                            "connecting": stats.connecting,
                            "waiting": stats.waiting,
                            "counters": stats.counters,
                        })
                    })
                    .collect();
                json!({ "pools": pools })
            }
            Scope::Policy => self.shared.history.decisions(),
            Scope::Cache => self.shared.plans.stats(),
        }
    }

    /// Gives the pools of a family of engines new settings. Sessions in use go on; what is too many is closed when free.
    pub fn configure(&self, scheme: Scheme, settings: &Settings) {
        for endpoint in self.shared.endpoints() {
            // The one connection of a database in memory is the database.
            if endpoint.url.scheme() == scheme && !endpoint.url.in_memory() {
                endpoint.tell(Event::Configure(settings.clone()));
            }
        }
    }

    /// Lets running statements end, for at most `within`, closes all connections and writes what events are left.
    pub async fn shut_down(&self, within: Duration) {
        let endpoints = self.shared.endpoints();
        futures_util::future::join_all(endpoints.iter().map(|endpoint| endpoint.drain(within))).await;
        self.shared.bus.flush().await;
    }
}
