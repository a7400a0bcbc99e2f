//! The fabric: connections of one endpoint and identity, given out as the pool of `sqlx-kernel-core` decides.
//!
//! This is the shell around those decisions: it carries out actions and reports what came of them. A connection is
//! either in the table here, idle or in the hands of a task of the fabric, or in a [`Lease`]. Nothing that awaits an
//! answer of an engine is ever dropped half way and used again: what a caller no longer waits for goes on as a task of
//! its own ([`Detached`]) until the session is known to be in order.

mod detached;
mod lease;
mod schema;

pub(crate) use detached::Detached;
pub(crate) use lease::Lease;

use crate::clock::Clock;
use crate::driver::{Connection, PING, Sink, Stopper};
use crate::url::Url;
use rustc_hash::FxHashMap;
use sqlx_kernel_core::failure::{Failure, Kind};
use sqlx_kernel_core::pool::{Action, Event, Pool, Rejection, Settings, SlotId, Stats};
use sqlx_kernel_core::schedule::{Job, PerClass, Ticket};
use sqlx_kernel_core::time::Instant;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};

/// The timer looks at least so often: what it misses is late by no more.
const TIMER_MAX: Duration = Duration::from_secs(1);
/// And at most so often.
const TIMER_MIN: Duration = Duration::from_millis(1);

/// What a caller hears.
type Answer = Result<Lease, Rejection>;

/// What is shared by the fabric and whoever holds a session.
pub(crate) struct Flags {
    /// The pool has given the session up: whatever runs in it is to be dropped.
    closed: Notify,
    is_closed: AtomicBool,
    /// The statement was stopped for more urgent work.
    preempted: AtomicBool,
}

/// A session in the table.
struct Entry {
    /// Absent while it is leased or in the hands of a task.
    connection: Option<Connection>,
    stopper: Stopper,
    flags: Arc<Flags>,
}

struct State {
    pool: Pool,
    entries: FxHashMap<SlotId, Entry>,
    waiters: FxHashMap<Ticket, oneshot::Sender<Answer>>,
    next_ticket: u64,
}

/// Connections of one endpoint and identity.
pub(crate) struct Endpoint {
    pub(crate) url: Url,
    /// Where cancellations go; that of the endpoint unless said otherwise.
    control_url: Url,
    pub(crate) clock: Clock,
    state: Mutex<State>,
    /// Wakes the timer.
    timer: Notify,
    control: tokio::sync::Mutex<Option<Connection>>,
    /// How long connecting, and how long a chore may take.
    patience: (Duration, Duration),
    profile: OnceLock<Arc<str>>,
    schema: Mutex<schema::Known>,
    drained: Notify,
    this: Weak<Endpoint>,
}

impl Endpoint {
    /// An endpoint without connections, which is looked after by a task of the runtime it is made in.
    pub(crate) fn start(
        url: Url,
        control_url: Option<Url>,
        mut settings: Settings,
        weights: PerClass<f64>,
        clock: Clock,
        seed: u64,
    ) -> Arc<Endpoint> {
        if url.in_memory() {
            // The database is the connection: there is one, and it is kept.
            (settings.min, settings.max) = (1, 1);
            settings.life_max = Duration::MAX;
        }
        let dialect = crate::driver::dialect(url.scheme);
        let patience = (settings.connect_timeout, settings.fence_timeout);
        let endpoint = Arc::new_cyclic(|this| Endpoint {
            control_url: control_url.unwrap_or_else(|| url.clone()),
            url,
            clock,
            state: Mutex::new(State {
                pool: Pool::new(settings, dialect, weights, seed),
                entries: FxHashMap::default(),
                waiters: FxHashMap::default(),
                next_ticket: 0,
            }),
            timer: Notify::new(),
            control: tokio::sync::Mutex::new(None),
            patience,
            profile: OnceLock::new(),
            schema: Mutex::default(),
            drained: Notify::new(),
            this: this.clone(),
        });
        let this = Arc::downgrade(&endpoint);
        tokio::spawn(look_after(this));
        endpoint
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A session, when it is the turn of `job`. Dropping the future gives up the place in the queue.
    pub(crate) async fn acquire(&self, job: Job) -> Result<Lease, Failure> {
        let (ticket, answer) = self.ask(job);
        let answer = match answer {
            Ok(answer) => answer,
            Err(receiver) => {
                let place = Place { endpoint: self, ticket };
                let answer = receiver.await;
                std::mem::forget(place);
                answer.unwrap_or(Err(Rejection::Draining))
            }
        };
        answer.map_err(rejected)
    }

    /// Asks the pool; the answer is there at once or comes through the channel.
    fn ask(&self, job: Job) -> (Ticket, Result<Answer, oneshot::Receiver<Answer>>) {
        let now = self.clock.now();
        let mut actions = Vec::new();
        let mut state = self.lock();
        state.next_ticket += 1;
        let ticket = Ticket(state.next_ticket);
        state.pool.step(now, Event::Acquire { ticket, job }, &mut actions);
        // The usual case: one action, and it is ours. It may also be that of somebody whose time is over.
        if let [Action::Grant { ticket: granted, slot, waited, unheard }] = actions[..]
            && granted == ticket
        {
            let lease = self.lease(&mut state, ticket, slot, (waited, unheard));
            return (ticket, Ok(Ok(lease)));
        }
        if let [Action::Reject { ticket: rejected, .. }] = actions[..]
            && rejected == ticket
            && let Some(Action::Reject { why, .. }) = actions.pop()
        {
            return (ticket, Ok(Err(why)));
        }
        let (sender, receiver) = oneshot::channel();
        state.waiters.insert(ticket, sender);
        let unclaimed = self.perform(&mut state, actions);
        drop(state);
        drop(unclaimed);
        self.timer.notify_one();
        (ticket, Err(receiver))
    }

    fn lease(&self, state: &mut State, ticket: Ticket, slot: SlotId, times: (Duration, Duration)) -> Lease {
        let entry = state.entries.get_mut(&slot).expect("a session that is granted is in the table");
        entry.flags.preempted.store(false, Ordering::Relaxed);
        Lease::new(
            self.this.upgrade().expect("an endpoint that is asked is alive"),
            slot,
            ticket,
            entry.connection.take().expect("a session that is granted is idle"),
            entry.flags.clone(),
            times,
            state.pool.stale(slot),
        )
    }

    /// Tells the pool what happened and does what it says.
    pub(crate) fn tell(&self, event: Event) {
        let now = self.clock.now();
        let mut actions = Vec::new();
        let mut state = self.lock();
        state.pool.step(now, event, &mut actions);
        let unclaimed = self.perform(&mut state, actions);
        drop(state);
        // Sessions for callers who have left go back only now: that takes the lock again.
        drop(unclaimed);
    }

    /// Puts a connection back and tells the pool. A connection whose session was given up meanwhile is closed.
    pub(crate) fn put_back(&self, slot: SlotId, connection: Connection, event: Event) {
        let now = self.clock.now();
        let mut actions = Vec::new();
        let mut state = self.lock();
        match state.entries.get_mut(&slot) {
            Some(entry) => entry.connection = Some(connection),
            None => drop(tokio::spawn(connection.close())),
        }
        state.pool.step(now, event, &mut actions);
        if actions.is_empty() {
            return;
        }
        let unclaimed = self.perform(&mut state, actions);
        drop(state);
        drop(unclaimed);
    }

    /// Carries out actions, or starts tasks that do. Gives back leases whose callers have left.
    #[must_use]
    fn perform(&self, state: &mut State, actions: Vec<Action>) -> Vec<Lease> {
        let mut unclaimed = Vec::new();
        for action in actions {
            match action {
                Action::Grant { ticket, slot, waited, unheard } => {
                    let lease = self.lease(state, ticket, slot, (waited, unheard));
                    let answer = match state.waiters.remove(&ticket) {
                        Some(waiter) => waiter.send(Ok(lease)),
                        None => Err(Ok(lease)),
                    };
                    if let Err(Ok(lease)) = answer {
                        unclaimed.push(lease);
                    }
                }
                Action::Reject { ticket, why } => {
                    if let Some(waiter) = state.waiters.remove(&ticket) {
                        // Who has left does not want to know.
                        let _ = waiter.send(Err(why));
                    }
                }
                Action::Close { slot, .. } => {
                    if let Some(entry) = state.entries.remove(&slot) {
                        entry.flags.is_closed.store(true, Ordering::Release);
                        entry.flags.closed.notify_waiters();
                        if let Some(connection) = entry.connection {
                            tokio::spawn(connection.close());
                        }
                    }
                }
                Action::Connect { slot } => self.spawn(move |endpoint| endpoint.connect(slot)),
                Action::Reset { slot, statements } => {
                    self.with_connection(state, slot, Chore::Reset(statements))
                }
                Action::Ping { slot } => self.with_connection(state, slot, Chore::Ping),
                Action::Fence { slot } => self.with_connection(state, slot, Chore::Fence),
                Action::SendCancel { slot, preempted, .. } => {
                    let Some(entry) = state.entries.get(&slot) else { continue };
                    entry.flags.preempted.store(preempted, Ordering::Release);
                    let stopper = entry.stopper.clone();
                    self.spawn(move |endpoint| endpoint.send_cancel(slot, stopper));
                }
                Action::Drained => self.drained.notify_waiters(),
            }
        }
        unclaimed
    }

    /// Starts a task that works with the endpoint.
    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, task: impl FnOnce(Arc<Endpoint>) -> F) {
        if let Some(endpoint) = self.this.upgrade() {
            tokio::spawn(task(endpoint));
        }
        self.timer.notify_one();
    }

    /// Starts a task that does something with a connection of the table and reports how it went.
    fn with_connection(&self, state: &mut State, slot: SlotId, chore: Chore) {
        let connection = state.entries.get_mut(&slot).and_then(|entry| entry.connection.take());
        let Some(mut connection) = connection else { return };
        self.spawn(async move |endpoint: Arc<Endpoint>| {
            match tokio::time::timeout(endpoint.patience.1, chore.run(&mut connection)).await {
                Ok(Ok(())) => endpoint.put_back(slot, connection, Event::Ready { slot }),
                Ok(Err(failure)) => endpoint.tell(Event::Broke { slot, kind: failure.kind }),
                Err(_) => endpoint.tell(Event::Broke { slot, kind: Kind::Disconnected }),
            }
        });
    }

    /// Lets the pool see the time; gives when it wants to see it next.
    fn tick(&self) -> Instant {
        let now = self.clock.now();
        let mut actions = Vec::new();
        let mut state = self.lock();
        state.pool.tick(now, &mut actions);
        let unclaimed = self.perform(&mut state, actions);
        let wake = state.pool.next_wake(now);
        drop(state);
        drop(unclaimed);
        wake.map_or(now + TIMER_MAX, |wake| wake.clamp(now + TIMER_MIN, now + TIMER_MAX))
    }

    async fn connect(self: Arc<Self>, slot: SlotId) {
        let opened = tokio::time::timeout(self.patience.0, Connection::open(&self.url)).await;
        let late = |_| Err(Failure::new(Kind::Unreachable, "connecting took too long"));
        match opened.unwrap_or_else(late) {
            Ok(connection) => {
                self.profile.get_or_init(|| connection.profile().into());
                let flags = Flags {
                    closed: Notify::new(),
                    is_closed: AtomicBool::new(false),
                    preempted: AtomicBool::new(false),
                };
                let entry = Entry {
                    stopper: connection.stopper(),
                    connection: Some(connection),
                    flags: Arc::new(flags),
                };
                self.lock().entries.insert(slot, entry);
                self.tell(Event::Connected { slot });
            }
            Err(failure) => self.tell(Event::ConnectFailed { slot, failure }),
        }
    }

    // TODO: a cancellation that arrives between two round trips of a statement, or before its thread has begun, stops
    // nothing and is not repeated: the statement then runs to its end. It would have to be sent again until the lease ends.
    async fn send_cancel(self: Arc<Self>, slot: SlotId, stopper: Stopper) {
        let sent = match stopper {
            Stopper::Sqlite(interrupt) => {
                interrupt.stop();
                Ok(())
            }
            #[cfg(feature = "servers")]
            Stopper::Statement(sql) => self.by_control(&sql).await,
        };
        let event = if sent.is_ok() { Event::CancelSent { slot } } else { Event::CancelLost { slot } };
        self.tell(event);
    }

    /// Runs a statement in the control connection, which exists for that and is never in the pool.
    #[cfg(feature = "servers")]
    async fn by_control(&self, sql: &Arc<str>) -> Result<(), Failure> {
        let mut control = self.control.lock().await;
        // The connection may have died while nobody was cancelled: then a new one has to do.
        let had_one = control.is_some();
        let first = self.once_by_control(&mut control, sql).await;
        match first {
            Err(_) if had_one => self.once_by_control(&mut control, sql).await,
            done => done,
        }
    }

    #[cfg(feature = "servers")]
    async fn once_by_control(&self, control: &mut Option<Connection>, sql: &Arc<str>) -> Result<(), Failure> {
        let send = async {
            let mut connection = match control.take() {
                Some(connection) => connection,
                None => Connection::open(&self.control_url).await?,
            };
            match connection.run(sql, &[], &mut Sink::gather(&mut Vec::new())).await {
                Ok(_) => Ok(connection),
                // MySQL: the session that was to be stopped is gone.
                Err(failure) if failure.code.as_deref() == Some("1094") => Ok(connection),
                Err(failure) => Err(failure),
            }
        };
        let late = |_| Err(Failure::new(Kind::Timeout, "the server did not take the cancellation in time"));
        *control = Some(tokio::time::timeout(self.patience.1, send).await.unwrap_or_else(late)?);
        Ok(())
    }

    /// Stops the statement of a lease.
    pub(crate) fn cancel(&self, slot: SlotId, ticket: Ticket) {
        self.tell(Event::Cancel { slot, ticket });
    }

    /// Engine and version; known after the first connection.
    pub(crate) fn profile(&self) -> Option<Arc<str>> {
        self.profile.get().cloned()
    }

    pub(crate) fn stats(&self) -> Stats {
        self.lock().pool.stats()
    }

    /// Closes everything once nobody waits, and returns then, or when `within` is over.
    pub(crate) async fn drain(&self, within: Duration) {
        let drained = self.drained.notified();
        self.tell(Event::Drain);
        if self.stats().size == 0 {
            return;
        }
        // What is left after that is closed with the process.
        let _ = tokio::time::timeout(within, drained).await;
    }
}

/// Something the fabric does with a session between callers.
enum Chore {
    Reset(Vec<&'static str>),
    Ping,
    Fence,
}

impl Chore {
    async fn run(self, connection: &mut Connection) -> Result<(), Failure> {
        match self {
            Chore::Reset(statements) => connection.commands(&statements).await,
            Chore::Ping => connection.command(PING).await,
            // A cancellation that arrives now hits this; the next round trip is free of it.
            Chore::Fence => match connection.command(PING).await {
                Err(failure) if failure.kind == Kind::Cancelled => connection.command(PING).await,
                done => done,
            },
        }
    }
}

/// A place in the queue, given up when dropped.
struct Place<'a> {
    endpoint: &'a Endpoint,
    ticket: Ticket,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.endpoint.lock().waiters.remove(&self.ticket);
        self.endpoint.tell(Event::Abandon { ticket: self.ticket });
    }
}

/// Lets the pool see time pass, as long as anybody holds the endpoint.
async fn look_after(this: Weak<Endpoint>) {
    loop {
        let Some(endpoint) = this.upgrade() else { return };
        let until = endpoint.clock.timer(endpoint.tick());
        tokio::select! {
            () = endpoint.timer.notified() => {}
            () = tokio::time::sleep_until(until) => {}
        }
        drop(endpoint);
        tokio::time::sleep(TIMER_MIN).await;
    }
}

fn rejected(why: Rejection) -> Failure {
    match why {
        Rejection::Full { waiting } => {
            Failure::new(Kind::Saturated, format!("{waiting} callers wait for a session already"))
        }
        Rejection::TooLate { expected } => {
            let message =
                format!("a session is expected after {} ms, too late for the deadline", expected.as_millis());
            Failure::new(Kind::Saturated, message)
        }
        Rejection::Timeout { waited, cause: Some(cause), .. } => {
            let mut failure = cause;
            failure.message = format!("no session within {} ms: {}", waited.as_millis(), failure.message);
            failure
        }
        Rejection::Timeout { waited, busy, cause: None } => {
            let message = format!("no session within {} ms: {busy} are in use", waited.as_millis());
            Failure::new(Kind::Timeout, message)
        }
        Rejection::Unavailable(failure) => failure,
        Rejection::Draining => Failure::new(Kind::Saturated, "the kernel is shutting down"),
    }
}
