//! Front doors on ports of their own, and the clients that knock.

use crate::{Bed, kernel};
use sqlx_kernel_serve::{Limits, Login, Options, Protocol, Server};
use std::process::Output;
use tokio::process::Command;

/// The user and the password of doors in tests.
pub const USER: &str = "ann";
/// See [`USER`].
pub const PASSWORD: &str = "correct horse";

/// Both doors in front of one database.
pub struct Doors {
    /// Port of the door of PostgreSQL.
    pub postgres: u16,
    /// Port of the door of MySQL.
    pub mysql: u16,
    /// The server behind.
    pub server: Server,
}

impl Doors {
    /// Opens both.
    pub async fn open(bed: &Bed) -> Doors {
        Doors::bounded(bed, Limits::default()).await
    }

    /// Opens both with bounds.
    pub async fn bounded(bed: &Bed, limits: Limits) -> Doors {
        let login = Login::password(USER, PASSWORD.to_owned().into()).expect("a login");
        let connect = bed.options();
        let server = Server::new(
            kernel(),
            Options {
                connect,
                tenant: None,
                roles: [].into(),
                deadline: None,
                login,
                in_the_clear: false,
                limits,
            },
        );
        let mut ports = [0; 2];
        for (port, protocol) in ports.iter_mut().zip([Protocol::Postgres, Protocol::Mysql]) {
            let listener =
                server.bind("127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
            *port = listener.local_addr().expect("it is bound").port();
            let server = server.clone();
            tokio::spawn(async move { server.serve(listener, protocol).await });
        }
        Doors { postgres: ports[0], mysql: ports[1], server }
    }

    /// `psql` at the door of PostgreSQL, with what it prints for programs.
    pub fn psql(&self) -> Command {
        let mut command = self.client("psql", self.postgres);
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=0", "-U", USER, "shop"]);
        command
    }

    /// `pgbench` there.
    pub fn pgbench(&self) -> Command {
        let mut command = self.client("pgbench", self.postgres);
        command.args(["-U", USER, "shop"]);
        command
    }

    /// `mariadb` at the door of MySQL, with what it prints for programs.
    pub fn mariadb(&self) -> Command {
        let mut command = Command::new("mariadb");
        command.args(["--no-defaults", "-h", "127.0.0.1", "-P", &self.mysql.to_string(), "-u", USER]);
        command.args(["-N", "-B", "-f", &format!("-p{PASSWORD}"), "shop"]).kill_on_drop(true);
        command
    }

    fn client(&self, program: &str, port: u16) -> Command {
        let mut command = Command::new(program);
        command.env("PGPASSWORD", PASSWORD).env_remove("PGOPTIONS").args([
            "-h",
            "127.0.0.1",
            "-p",
            &port.to_string(),
        ]);
        command.kill_on_drop(true);
        command
    }
}

/// Runs a client; gives what it printed, and what it complained of.
pub async fn said(mut client: Command, script: &str) -> (String, String) {
    use std::process::Stdio;
    use tokio::io::AsyncWriteExt;
    let piped = client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = piped.spawn().unwrap_or_else(|error| panic!("{client:?}: {error}"));
    let mut input = running.stdin.take().expect("it is piped");
    input.write_all(script.as_bytes()).await.expect("it reads");
    drop(input);
    let Output { stdout, stderr, .. } = running.wait_with_output().await.expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (text(stdout), text(stderr))
}

/// Tables of pgbench with some rows in them, in PostgreSQL's dialect.
pub fn pgbench_tables() -> String {
    let rows: Vec<String> = (1..=1000).map(|i| format!("({i}, 1, {i}, '')")).collect();
    format!(
        "CREATE TABLE pgbench_branches (bid int NOT NULL PRIMARY KEY, bbalance int, filler char(88));
         CREATE TABLE pgbench_tellers (tid int NOT NULL PRIMARY KEY, bid int, tbalance int, filler char(84));
         CREATE TABLE pgbench_accounts (aid int NOT NULL PRIMARY KEY, bid int, abalance int, filler char(84));
         INSERT INTO pgbench_branches VALUES (1, 0, '');
         INSERT INTO pgbench_tellers VALUES (1, 1, 0, '');
         INSERT INTO pgbench_accounts VALUES {};",
        rows.join(",")
    )
}
