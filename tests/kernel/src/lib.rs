//! What the kernel's tests share: engines with a database each, a kernel, and a proxy that misbehaves.

pub mod doors;
pub mod proxy;
pub mod twins;

use airc::kernel::AirCompiler;
use airc_score::engines::{Engine, EngineKind, Fleet};
use sqlx_kernel::policy::AllowAll;
use sqlx_kernel::{Builder, ConnectOptions, ExecContext, Failure, QueryResult, Session, SqlxKernel, Value};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Engines with an empty database each, for one test.
pub struct Bed {
    /// Which engine.
    pub kind: EngineKind,
    /// URL of its database.
    pub url: String,
    /// Holds the seat's database.
    engine: Box<dyn Engine>,
    file: Option<PathBuf>,
}

/// Numbers databases of this process.
static BEDS: AtomicUsize = AtomicUsize::new(0);

/// The servers of this process; they end with it.
static FLEET: LazyLock<Fleet> = LazyLock::new(Fleet::new);

impl Bed {
    /// An empty database; of SQLite a file, so that it may have several connections.
    pub fn new(kind: EngineKind) -> Bed {
        let number = BEDS.fetch_add(1, Ordering::Relaxed);
        let mut engine =
            FLEET.connect(kind, number).unwrap_or_else(|error| panic!("{}: {error}", kind.label()));
        engine.reset().expect("an empty database");
        let (url, file) = match FLEET.url(kind, number) {
            Some(url) => (url, None),
            None => {
                let name = format!("sqlx-kernel-{}-{number}.db", std::process::id());
                let file = std::env::temp_dir().join(name);
                let _ = std::fs::remove_file(&file);
                (format!("sqlite:{}", file.display()), Some(file))
            }
        };
        Bed { kind, url, engine, file }
    }

    /// All three engines.
    pub fn all() -> Vec<Bed> {
        EngineKind::ALL.map(Bed::new).into()
    }

    /// The socket its server listens on.
    pub fn socket(&self) -> String {
        let (_, query) = self.url.split_once('?').expect("a server's URL names its socket");
        let (_, path) = query.split_once('=').expect("a server's URL names its socket");
        match self.kind {
            EngineKind::Postgres => std::fs::read_dir(path)
                .expect("the folder of the socket")
                .filter_map(|entry| Some(entry.ok()?.path()))
                .map(|path| path.display().to_string())
                .find(|path| path.contains(".s.PGSQL.") && !path.ends_with(".lock"))
                .expect("the server listens"),
            _ => path.to_owned(),
        }
    }

    /// URL of its database through a port of this machine.
    pub fn url_by_port(&self, port: u16) -> String {
        let (place, _) = self.url.split_once('?').expect("a server's URL names its socket");
        let place = place.replacen("@/", "@localhost/", 1);
        place.replacen("@localhost/", &format!("@127.0.0.1:{port}/"), 1)
    }

    /// Runs a statement on a server past the kernel, as its own client would.
    pub fn raw(&mut self, sql: &str) {
        assert!(self.kind != EngineKind::Sqlite, "the seat's SQLite is another database than the file");
        self.engine.execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// How to connect to it.
    pub fn options(&self) -> ConnectOptions {
        ConnectOptions::new(&self.url)
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            let _ = std::fs::remove_file(file);
        }
    }
}

/// A kernel that allows everything.
pub fn kernel() -> SqlxKernel {
    Builder::new(AirCompiler::default(), AllowAll).start()
}

/// The context of whoever tests.
pub fn context() -> ExecContext {
    ExecContext::new("acme", "svc:test")
}

/// Runs a statement without parameters.
pub async fn exec(kernel: &SqlxKernel, session: &Session, sql: &str) -> Result<QueryResult, Failure> {
    kernel.exec(session, sql, &[], &context()).await
}

/// Runs statements that have to succeed.
pub async fn run(kernel: &SqlxKernel, session: &Session, script: &[&str]) {
    for sql in script {
        exec(kernel, session, sql).await.unwrap_or_else(|failure| panic!("{session:?}: {sql}: {failure}"));
    }
}

/// The one value of a query that has to succeed.
pub async fn value(kernel: &SqlxKernel, session: &Session, sql: &str) -> Value {
    let found =
        exec(kernel, session, sql).await.unwrap_or_else(|failure| panic!("{session:?}: {sql}: {failure}"));
    found
        .rows
        .into_iter()
        .next()
        .and_then(|row| row.into_iter().next())
        .unwrap_or_else(|| panic!("{sql}: no rows"))
}
