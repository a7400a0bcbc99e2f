//! `airc serve`: the wire protocols of PostgreSQL and MySQL in front of any database.

use super::args::Shown;
use super::kernel::config;
use super::policy::args::Rules;
use super::policy::governed;
use super::{Failure, Verdict, failure};
use clap::Args;
use sqlx_kernel::config::{Live, Look};
use sqlx_kernel::telemetry::JsonLines;
use sqlx_kernel::url::{Scheme, Tls, Url};
use sqlx_kernel::{ConnectOptions, SqlxKernel};
use sqlx_kernel_serve::{Limits, Login, Options, Protocol, Server};
use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long statements and events may take to end when the program does.
const SHUT_DOWN: Duration = Duration::from_secs(5);
/// How often the file of the configuration is looked at; a change counts from the second look on.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// What is served, where, and to whom.
#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    rules: Rules,
    /// What everybody who comes in is, to the policy; may be given several times
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
    /// The database: sqlite:FILE, postgres://…, mysql://…, mariadb://…
    #[arg(long, short, value_name = "URL")]
    url: String,
    /// Speak the protocol of PostgreSQL there; its clients write PostgreSQL's dialect
    #[arg(long, value_name = "ADDRESS:PORT", required_unless_present = "mysql")]
    postgres: Option<SocketAddr>,
    /// Speak the protocol of MySQL there; its clients write MySQL's dialect
    #[arg(long, value_name = "ADDRESS:PORT")]
    mysql: Option<SocketAddr>,
    /// Who may come in
    #[arg(long, value_name = "NAME", requires = "password_file")]
    user: Option<String>,
    /// A file whose first line is the password
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// Let anybody on this machine in, without a password
    #[arg(long, conflicts_with = "user")]
    no_auth: bool,
    /// Let other machines in, though nothing on the way is encrypted
    #[arg(long)]
    in_the_clear: bool,
    /// Whose data it is; the name of the database a client asks for by default
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// Clients at the same time
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections_max)]
    clients_max: usize,
    /// Close connections that say nothing for so long
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().idle.as_secs())]
    idle: u64,
    /// The same for those in a transaction
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().idle_in_transaction.as_secs())]
    idle_in_transaction: u64,
    /// Answer GET /metrics (Prometheus) and /stats (JSON) there; on this machine only
    #[arg(long, value_name = "ADDRESS:PORT")]
    metrics: Option<SocketAddr>,
    /// A file of configuration (YAML); pools follow it while the program runs
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write the kernel's events there, one JSON object per line
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Connect in the clear to a database on another host
    #[arg(long)]
    no_tls: bool,
}

impl Serve {
    fn login(&self) -> Result<Login, Failure> {
        match (&self.user, &self.password_file) {
            (Some(user), Some(path)) => {
                let text = std::fs::read_to_string(path);
                let text =
                    Zeroizing::new(text.map_err(|error| Failure(format!("{}: {error}", path.display())))?);
                let first = text.lines().next().unwrap_or_default();
                Ok(Login::password(user, Zeroizing::new(first.to_owned()))?)
            }
            _ if self.no_auth => Ok(Login::anybody()),
            _ => failure(
                "say who may come in: --user and --password-file, or --no-auth for anybody on this machine",
            ),
        }
    }
}

/// Runs the command.
pub(super) fn run(arguments: &Serve, shown: &Shown) -> Result<Verdict, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(arguments, shown))
}

async fn serve(arguments: &Serve, shown: &Shown) -> Result<Verdict, Failure> {
    let scheme = Url::parse(&arguments.url)?.scheme();
    let live = match &arguments.config {
        Some(path) => Some(Arc::new(Live::open(path, config::environment()?)?)),
        None => None,
    };
    let current = match &live {
        Some(live) => live.current(),
        None => Arc::new(config::environment()?),
    };
    for path in current.without_effect() {
        eprintln!("airc: `{path}` is set and has no effect yet");
    }
    let mut connect = ConnectOptions::new(&arguments.url).pool(current.pool(section(scheme)));
    if arguments.no_tls {
        connect = connect.tls(Tls::Disabled);
    }
    let mut builder = governed::builder(&arguments.rules, shown)?.class_weights(current.weights());
    if let Some(path) = &arguments.events {
        let file = File::create(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
        builder = builder.sink(JsonLines(std::io::BufWriter::new(file)));
    }
    let kernel = builder.start();
    // What is wrong with the database is known now, not with the first client.
    let session = kernel.connect(connect.clone()).await?;
    let limits = Limits {
        connections_max: arguments.clients_max,
        idle: Duration::from_secs(arguments.idle),
        idle_in_transaction: Duration::from_secs(arguments.idle_in_transaction),
        ..Limits::default()
    };
    let options = Options {
        connect,
        tenant: arguments.tenant.as_deref().map(Into::into),
        roles: arguments.role.iter().map(|role| Arc::from(role.as_str())).collect(),
        deadline: Some(Box::new(move |tenant| current.statement_timeout(tenant))),
        login: arguments.login()?,
        in_the_clear: arguments.in_the_clear,
        limits,
    };
    let server = Server::new(kernel.clone(), options);
    let doors =
        [(arguments.postgres, Protocol::Postgres, "postgres"), (arguments.mysql, Protocol::Mysql, "mysql")];
    for (address, protocol, name) in doors {
        let Some(address) = address else { continue };
        let listener = server.bind(address).await?;
        println!("{name} at {}", listener.local_addr()?);
        let server = server.clone();
        tokio::spawn(async move { server.serve(listener, protocol).await });
    }
    if let Some(address) = arguments.metrics {
        if !address.ip().is_loopback() {
            return failure(format!("{address}: figures are for this machine: give a loopback address"));
        }
        let listener = server.bind(address).await?;
        println!("metrics at http://{}", listener.local_addr()?);
        let server = server.clone();
        tokio::spawn(async move { server.serve_metrics(listener).await });
    }
    if let Some(live) = live {
        tokio::spawn(follow(live, kernel.clone(), scheme));
    }
    println!("serving {session:?}");
    asked_to_end().await?;
    drop(session);
    kernel.shut_down(SHUT_DOWN).await;
    Ok(Verdict::Fine)
}

/// The section of pools for a family of engines.
fn section(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Sqlite => "sqlite",
        Scheme::Postgres => "pg",
        Scheme::Mysql => "mysql",
    }
}

/// Gives the pools what the file says now. A file that is wrong changes nothing, and is told of once.
async fn follow(live: Arc<Live>, kernel: SqlxKernel, scheme: Scheme) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        match live.look() {
            Look::Same => {}
            Look::Changed(config) => {
                kernel.configure(scheme, &config.pool(section(scheme)));
                eprintln!("airc: the configuration has changed; what it says of pools is in force");
            }
            Look::Wrong(failure) => eprintln!("airc: the configuration stays as it was: {}", failure.message),
        }
    }
}

/// Waits until somebody wants the program to end.
async fn asked_to_end() -> Result<(), Failure> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted?,
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}
