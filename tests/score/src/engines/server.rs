//! Throwaway servers: started in a new folder, reached through a socket in it, gone with us.
//!
//! A server must never outlive the run. Between us and it stands a supervisor, a short shell
//! script that waits for the end of its input. However this process ends, the pipe closes, the
//! supervisor stops the server and removes the folder, be it while the data is still being
//! prepared. Should the supervisor itself be killed,
//! the kernel signals the server (`setpriv --pdeathsig`).

use std::fmt;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::install;
use super::mariadb::{self, Mariadb};
use super::postgres::{self, Postgres};
use super::{Engine, EngineKind, Sqlite};

/// A server that could not be found, installed, started or reached.
#[derive(Clone, Debug)]
pub struct ServerError(pub String);

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ServerError {}

/// The servers of one run, each started when first needed and stopped when this is dropped.
#[derive(Default)]
pub struct Fleet {
    postgres: OnceLock<Result<Server, ServerError>>,
    mariadb: OnceLock<Result<Server, ServerError>>,
}

impl Fleet {
    /// No server runs yet.
    pub fn new() -> Fleet {
        Fleet::default()
    }

    /// The version of an engine, without starting it.
    pub fn version(&self, kind: EngineKind) -> Result<String, ServerError> {
        match kind {
            EngineKind::Sqlite => Ok(Sqlite::version()),
            EngineKind::Postgres => install::version_of(&install::postgres()?.postgres),
            EngineKind::Mariadb => install::version_of(&install::mariadb()?.mariadbd),
        }
    }

    /// The command-line client of an engine, connected to the database of a seat that was opened
    /// before; it reads a script from standard input. SQLite needs none.
    pub fn client(&self, kind: EngineKind, seat: usize) -> Option<Command> {
        let database = super::database_of(seat);
        match kind {
            EngineKind::Sqlite => None,
            EngineKind::Postgres => {
                let server = self.postgres.get()?.as_ref().ok()?;
                let mut command = Command::new("psql");
                command.args(["--no-psqlrc", "--quiet", "--username", postgres::USER, "--dbname", &database]);
                command.arg("--host").arg(server.socket.parent()?);
                Some(command)
            }
            EngineKind::Mariadb => {
                let server = self.mariadb.get()?.as_ref().ok()?;
                let mut command = Command::new("mariadb");
                command.args(["--no-defaults", "--force", "--user", mariadb::USER, "--database", &database]);
                command.arg("--socket").arg(&server.socket);
                Some(command)
            }
        }
    }

    /// The URL of the database of a seat that was opened before, for clients that take one.
    pub fn url(&self, kind: EngineKind, seat: usize) -> Option<String> {
        let database = super::database_of(seat);
        match kind {
            EngineKind::Sqlite => None,
            EngineKind::Postgres => {
                let server = self.postgres.get()?.as_ref().ok()?;
                let folder = server.socket.parent()?.display();
                Some(format!("postgres://{}@/{database}?host={folder}", postgres::USER))
            }
            EngineKind::Mariadb => {
                let server = self.mariadb.get()?.as_ref().ok()?;
                Some(format!(
                    "mariadb://{}@localhost/{database}?socket={}",
                    mariadb::USER,
                    server.socket.display()
                ))
            }
        }
    }

    /// Opens a session in a database that no other `seat` uses.
    pub fn connect(&self, kind: EngineKind, seat: usize) -> Result<Box<dyn Engine>, ServerError> {
        let words = |error: super::EngineError| ServerError(error.to_string());
        Ok(match kind {
            EngineKind::Sqlite => Box::new(Sqlite::open().map_err(words)?),
            EngineKind::Postgres => {
                let server = self.postgres.get_or_init(postgres::start).as_ref();
                let socket = &server.map_err(ServerError::clone)?.socket;
                Box::new(Postgres::connect(socket, seat).map_err(words)?)
            }
            EngineKind::Mariadb => {
                let server = self.mariadb.get_or_init(mariadb::start).as_ref();
                let socket = &server.map_err(ServerError::clone)?.socket;
                Box::new(Mariadb::connect(socket, seat).map_err(words)?)
            }
        })
    }
}

/// Arguments: a signal, the folder to remove, then the server's command line.
/// Descriptor 3 is the pipe from us; the server must not hold it open.
const SUPERVISOR: &str = r#"
signal=$1; folder=$2; shift 2
trap '' HUP INT TERM
exec 3<&0 </dev/null
"$@" >"$folder/log" 2>&1 3<&- &
echo $! >"$folder/pid"
cat <&3 >/dev/null
# The shell that prepares the data ignores most signals, the server it becomes does not.
while [ -e /proc/$! ] && ! grep -q '^State:.Z' /proc/$!/status; do
  kill -"$signal" $! 2>/dev/null
  sleep 0.05
done
wait
# What prepared the data may still be writing.
while [ -e "$folder" ]; do rm -rf "$folder" || sleep 0.1; done
"#;

/// How long a server may take to answer for the first time.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A running server.
pub(super) struct Server {
    supervisor: Child,
    pub(super) socket: PathBuf,
}

/// A folder for a server that is not started yet.
pub(super) struct Site {
    /// Owned by the user the server runs as.
    pub(super) folder: PathBuf,
    user: Option<String>,
}

impl Site {
    /// Makes a folder and gives it to `user` if we are root: both servers refuse to run as root.
    pub(super) fn new(name: &str, user: &str) -> Result<Site, ServerError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // Socket paths have room for about 100 bytes, so the name is short.
        let folder = std::env::temp_dir().join(format!("airc-{name}-{}-{number}", std::process::id()));
        let failed = |error| ServerError(format!("cannot make the folder {}: {error}", folder.display()));
        fs::create_dir(&folder).map_err(failed)?;
        let mut user_of_server = None;
        if install::is_root() {
            let user = if id_of(user, "-u").is_some() { user } else { "nobody" };
            chown(&folder, id_of(user, "-u"), id_of(user, "-g")).map_err(failed)?;
            user_of_server = Some(user.to_owned());
        }
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).map_err(failed)?;
        Ok(Site { folder, user: user_of_server })
    }

    /// The command that runs a program as the user of this site and takes it down with its
    /// parent.
    fn as_user(&self, death_signal: &str) -> Vec<String> {
        let mut words = vec!["setpriv".to_owned(), format!("--pdeathsig={death_signal}")];
        if let Some(user) = &self.user {
            let group = id_of(user, "-g").unwrap_or_default();
            words.extend([format!("--reuid={user}"), format!("--regid={group}"), "--init-groups".to_owned()]);
        }
        words
    }

    /// Prepares the data, starts the server and waits until `answers` says that it does. Both
    /// are command lines, program first.
    pub(super) fn start(
        self,
        prepare: &[String],
        server_words: &[String],
        stop_signal: &str,
        socket: PathBuf,
        answers: impl Fn(&Path) -> Result<(), super::EngineError>,
    ) -> Result<Server, ServerError> {
        let supervisor = Command::new("sh")
            .args(["-c", SUPERVISOR, "supervisor", stop_signal])
            .arg(&self.folder)
            .args(self.as_user(stop_signal))
            .args(["sh", "-c", &format!("{} && exec {}", shell_words(prepare), shell_words(server_words))])
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Keys pressed on our terminal are for us; the pipe tells the supervisor.
            .process_group(0)
            .spawn()
            .map_err(|error| ServerError(format!("cannot start a shell: {error}")))?;
        let server = Server { supervisor, socket };
        let started = Instant::now();
        loop {
            let error = match answers(&server.socket) {
                Ok(()) => return Ok(server),
                Err(error) => error,
            };
            let ended = has_ended(&self.folder.join("pid")) && started.elapsed().as_secs() > 0;
            if ended || started.elapsed() > START_TIMEOUT {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                let program = server_words.first().map_or("", String::as_str);
                return Err(ServerError(format!("{program} does not answer: {error}\n{log}")));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        // The supervisor ends after the server; its status says nothing we could act on.
        let _ = self.supervisor.wait();
    }
}

/// True if the process whose number stands in the file is gone. Before the supervisor has
/// written the file, nothing has ended.
fn has_ended(pid_file: &Path) -> bool {
    let pid = fs::read_to_string(pid_file).unwrap_or_default();
    !pid.trim().is_empty() && !Path::new("/proc").join(pid.trim()).exists()
}

/// A command line as a shell reads it.
fn shell_words(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
    quoted.join(" ")
}

fn id_of(user: &str, which: &str) -> Option<u32> {
    let output = Command::new("id").args([which, user]).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}
