//! A caller's session with a database.

use super::{ConnectOptions, Shared};
use crate::driver;
use crate::fabric::{Endpoint, Lease};
use air_base::Dialect;
use sqlx_kernel_core::dirt::Dirt;
use sqlx_kernel_core::failure::Failure;
use sqlx_kernel_core::schedule::{Class, Job};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// Numbers sessions of a process.
static SESSIONS: AtomicU64 = AtomicU64::new(1);

/// A caller's session with a database. Cheap to clone; all clones are the same session.
///
/// It has no connection of its own until a statement leaves something behind that later ones count on, such as a
/// transaction. When the last clone is gone, what is left is undone.
#[derive(Clone)]
pub struct Session {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    id: String,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) acquire_timeout: Duration,
    pub(super) kept: Mutex<Kept>,
}

/// What a session's transaction is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransactionState {
    /// There is none.
    Idle,
    /// It goes on.
    Open,
    /// It takes nothing but its end, which undoes it.
    Failed,
    /// It is gone, and what was in it undone; the session says so to the next statement.
    Lost,
}

/// The connection a session keeps.
pub(super) enum Kept {
    /// None: nothing was left in one.
    Nothing,
    /// This one.
    Lease(Box<Lease>),
    /// None any more, and the caller does not know yet.
    Lost,
}

impl Session {
    pub(super) async fn open(
        shared: Arc<Shared>,
        endpoint: Arc<Endpoint>,
        options: ConnectOptions,
    ) -> Result<Session, Failure> {
        let acquire_timeout = options.acquire_timeout_or_default();
        if endpoint.known_schema().is_none() {
            let tenant = shared.tenant(&"kernel".into());
            let job = Job::plain(Class::S, tenant, shared.clock.now() + acquire_timeout);
            endpoint.acquire(job).await?.look_up().await?;
        }
        let id = format!("ses-{}", SESSIONS.fetch_add(1, Ordering::Relaxed));
        Ok(Session {
            inner: Arc::new(Inner { id, endpoint, acquire_timeout, kept: Mutex::new(Kept::Nothing) }),
        })
    }

    /// Its name in events.
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// Dialect of the engine.
    pub fn dialect(&self) -> Dialect {
        driver::dialect(self.inner.endpoint.url.scheme())
    }

    /// Engine and version, such as `postgres@15`.
    pub fn profile(&self) -> Arc<str> {
        self.inner.endpoint.profile().expect("a session was connected")
    }

    /// Definitions of what is in the database, as far as the kernel knows, in the dialect of the engine.
    pub fn definitions(&self) -> String {
        self.inner.endpoint.known_schema().map_or_else(String::new, |schema| schema.definitions.clone())
    }

    /// What its transaction is in.
    pub async fn transaction(&self) -> TransactionState {
        match &mut *self.inner.kept.lock().await {
            Kept::Nothing => TransactionState::Idle,
            Kept::Lost => TransactionState::Lost,
            Kept::Lease(lease) if !lease.dirt().has(Dirt::TRANSACTION) => TransactionState::Idle,
            Kept::Lease(lease) => match lease.is_spoilt() {
                true => TransactionState::Failed,
                false => TransactionState::Open,
            },
        }
    }

    /// Takes note that its transaction is gone; the next statement is the first of a new life. True if that was so.
    pub async fn accept_loss(&self) -> bool {
        let mut kept = self.inner.kept.lock().await;
        let lost = matches!(*kept, Kept::Lost);
        if lost {
            *kept = Kept::Nothing;
        }
        lost
    }

    /// True if it keeps a connection.
    pub async fn is_bound(&self) -> bool {
        matches!(*self.inner.kept.lock().await, Kept::Lease(_))
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on {}", self.inner.id, self.inner.endpoint.url)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // What it left is undone by the pool, as its dirt says.
        if let Kept::Lease(lease) = std::mem::replace(self.kept.get_mut(), Kept::Nothing) {
            lease.release();
        }
    }
}
