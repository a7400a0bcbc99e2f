//! Front doors of the kernel: `psql`, `pgbench`, `mariadb` and every driver of PostgreSQL or MySQL talk to any
//! connected engine, each in its own dialect.
//!
//! A door reads its protocol, asks the kernel, and writes what came of it. It knows no engine, and of SQL only the
//! statements that are for the door itself: those are rows of a table (`pg/settings.rs`, `mysql/settings.rs`).
//!
//! The protocols are read and written here, not by the crates `pgwire` and `opensrv-mysql`: both panic on messages that
//! are shorter than they say, and neither bounds what a stranger makes it hold.

mod client;
mod cursor;
mod limits;
mod login;
mod metrics;
mod mysql;
mod pg;
mod states;
mod stream;
mod values;
mod words;

pub use limits::Limits;
pub use login::Login;

use client::Place;
use sqlx_kernel::{ConnectOptions, Failure, Kind, SqlxKernel};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// What a server serves, and to whom.
pub struct Options {
    /// The database behind the doors.
    pub connect: ConnectOptions,
    /// Whose data it is; the name of the database a client asks for if `None`.
    pub tenant: Option<Arc<str>>,
    /// What everybody who comes in is, to policies.
    pub roles: Arc<[Arc<str>]>,
    /// How long a statement of a tenant may take, unless its client says otherwise.
    pub deadline: Option<Box<dyn Fn(&str) -> Option<Duration> + Send + Sync>>,
    /// Who may come in.
    pub login: Login,
    /// Doors may be opened to other machines, though nothing on the way is encrypted.
    pub in_the_clear: bool,
    /// What a client may take.
    pub limits: Limits,
}

/// What all doors share.
pub(crate) struct Shared {
    pub(crate) kernel: SqlxKernel,
    pub(crate) options: Options,
    places: Mutex<BTreeMap<u32, Place>>,
    room: Arc<Semaphore>,
    next: AtomicU32,
}

impl Shared {
    pub(crate) fn places(&self) -> MutexGuard<'_, BTreeMap<u32, Place>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long a statement of a tenant may take.
    pub(crate) fn deadline(&self, tenant: &str) -> Option<Duration> {
        self.options.deadline.as_ref().and_then(|deadline| deadline(tenant))
    }

    /// A number for a client.
    pub(crate) fn number(&self) -> u32 {
        // Drivers read it as a signed number and some count on its sign.
        self.next.fetch_add(1, Ordering::Relaxed) & 0x7fff_ffff
    }

    /// Cancels what a client runs, if whoever asks may do that.
    pub(crate) async fn cancel(&self, id: u32, may: impl FnOnce(&Place) -> bool) -> bool {
        let token = self.places().get(&id).filter(|place| may(place)).map(|place| place.token.clone());
        let Some(token) = token else { return false };
        // Nothing runs: then there is nothing to cancel.
        let _ = self.kernel.cancel(&token).await;
        true
    }
}

/// A protocol of a door.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protocol {
    /// That of PostgreSQL, version 3.
    Postgres,
    /// That of MySQL, version 10.
    Mysql,
}

/// Opens doors.
#[derive(Clone)]
pub struct Server {
    shared: Arc<Shared>,
}

/// How long a door that could not take a connection waits: the system is out of something.
const BREATH: Duration = Duration::from_millis(50);

impl Server {
    /// A server without doors.
    pub fn new(kernel: SqlxKernel, options: Options) -> Server {
        let room = Arc::new(Semaphore::new(options.limits.connections_max));
        let shared = Shared { kernel, options, places: Mutex::default(), room, next: AtomicU32::new(1) };
        Server { shared: Arc::new(shared) }
    }

    /// Takes an address for a door. Doors are for this machine, unless it was said in so many words that what passes
    /// may be read on the way; without a password they always are.
    pub async fn bind(&self, address: SocketAddr) -> Result<TcpListener, Failure> {
        let options = &self.shared.options;
        if !address.ip().is_loopback() {
            let why = match (options.login.is_open(), options.in_the_clear) {
                (true, _) => "without a password only this machine may come in: give a loopback address",
                (_, false) => {
                    "nothing on the way to another machine is encrypted; allow that in so many words, or give a loopback address"
                }
                (false, true) => "",
            };
            if !why.is_empty() {
                return Err(Failure::new(Kind::Usage, format!("{address}: {why}")));
            }
        }
        let listener = TcpListener::bind(address).await;
        listener.map_err(|error| Failure::new(Kind::Usage, format!("{address}: {error}")))
    }

    /// Lets clients in until it is dropped; those that are in stay until they leave.
    pub async fn serve(&self, listener: TcpListener, protocol: Protocol) {
        loop {
            match listener.accept().await {
                Ok((socket, _)) => {
                    tokio::spawn(receive(self.shared.clone(), socket, protocol));
                }
                Err(_) => tokio::time::sleep(BREATH).await,
            }
        }
    }

    /// Clients that are in.
    pub fn clients(&self) -> usize {
        self.shared.places().len()
    }
}

async fn receive(shared: Arc<Shared>, socket: TcpStream, protocol: Protocol) {
    let (input, output) = stream::split(socket, shared.options.limits.write);
    let place = shared.room.clone().try_acquire_owned().ok();
    let full = place.is_none();
    // Whoever is gone does not want to know why.
    match protocol {
        Protocol::Postgres => drop(pg::receive(shared, input, output, full).await),
        Protocol::Mysql => drop(mysql::receive(shared, input, output, full).await),
    }
    drop(place);
}
