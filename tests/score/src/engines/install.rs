//! Finding the server programs, and installing them when they are missing.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::ServerError;

/// Programs of PostgreSQL, all from one installation.
pub struct PostgresPrograms {
    /// Creates a data folder.
    pub initdb: PathBuf,
    /// The server.
    pub postgres: PathBuf,
}

/// Programs of MariaDB, all from one installation.
pub struct MariadbPrograms {
    /// Creates a data folder.
    pub install_db: PathBuf,
    /// The server.
    pub mariadbd: PathBuf,
}

/// The major version of PostgreSQL that the cases were recorded on.
const POSTGRES_MAJOR: u32 = 15;

/// Finds PostgreSQL, installing Debian's package if there is none.
pub fn postgres() -> Result<PostgresPrograms, ServerError> {
    find_or_install("PostgreSQL", "postgresql", &find_postgres)
}

/// Finds MariaDB, installing Debian's package if there is none.
pub fn mariadb() -> Result<MariadbPrograms, ServerError> {
    find_or_install("MariaDB", "mariadb-server", &find_mariadb)
}

/// Installs Debian's `package` unless what it brings is there.
pub fn package(name: &str, package: &str, is_there: &dyn Fn() -> bool) -> Result<(), ServerError> {
    find_or_install(name, package, &|| is_there().then_some(()))
}

fn find_or_install<T>(name: &str, package: &str, find: &dyn Fn() -> Option<T>) -> Result<T, ServerError> {
    if let Some(programs) = find() {
        return Ok(programs);
    }
    announce(&format!("{name} is not installed: running apt-get install {package}"));
    if !is_root() {
        return Err(ServerError(format!(
            "{name} is needed and only root may install it: run `apt-get install {package}` and try again"
        )));
    }
    apt_get(&["update", "-q"])?;
    apt_get(&["install", "-y", "-q", "--no-install-recommends", package])?;
    find().ok_or_else(|| ServerError(format!("the package {package} did not bring {name}")))
}

fn apt_get(arguments: &[&str]) -> Result<(), ServerError> {
    let output = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .output()
        .map_err(|error| ServerError(format!("cannot run apt-get: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(ServerError(format!("apt-get {} failed: {words}", arguments.join(" "))))
}

/// Says on standard error what is about to happen.
pub fn announce(words: &str) {
    // Nobody listening is no reason to stop.
    let _ = writeln!(io::stderr(), "{words}");
}

/// True if this process runs as root.
pub(super) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Debian keeps PostgreSQL's programs out of the search path, one folder per major version.
fn find_postgres() -> Option<PostgresPrograms> {
    let mut folders: Vec<PathBuf> = vec![PathBuf::from(format!("/usr/lib/postgresql/{POSTGRES_MAJOR}/bin"))];
    folders.extend(search_path());
    let mut others: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    others.sort();
    folders.extend(others.into_iter().rev());
    folders.iter().find_map(|folder| {
        let programs = PostgresPrograms { initdb: folder.join("initdb"), postgres: folder.join("postgres") };
        (programs.initdb.exists() && programs.postgres.exists()).then_some(programs)
    })
}

fn find_mariadb() -> Option<MariadbPrograms> {
    let find =
        |name: &str| search_path().into_iter().map(|folder| folder.join(name)).find(|path| path.exists());
    Some(MariadbPrograms { install_db: find("mariadb-install-db")?, mariadbd: find("mariadbd")? })
}

/// The folders of `PATH`, and those that hold servers and may be missing in it.
fn search_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from));
    folders
}

/// What a program prints as its version, on one line.
pub(super) fn version_of(program: &Path) -> Result<String, ServerError> {
    let output = Command::new(program)
        .arg("--version")
        .output()
        .map_err(|error| ServerError(format!("cannot run {}: {error}", program.display())))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.split_once(' ').map_or(text.trim(), |(_, version)| version.trim()).to_owned())
}
