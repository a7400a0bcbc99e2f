//! MariaDB: a throwaway server, a session in a database of its own, values by type.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::mysql_wire::{Column, Connection, FLAG_BINARY, ResultSet};
use super::server::{Server, Site};
use super::{Engine, EngineError, STATEMENT_TIMEOUT, ServerError, Syntax, install};
use crate::values::{Rows, Value};

pub(super) const USER: &str = "root";

/// Settings for a server whose data nobody will miss, and those that results depend on.
const SETTINGS: &[&str] = &[
    "--no-defaults",
    "--skip-networking",
    "--skip-log-bin",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=64M",
    "--innodb-fast-shutdown=2",
    "--performance-schema=off",
    "--max-allowed-packet=64M",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_general_ci",
    "--default-time-zone=+00:00",
    "--local-infile=0",
];

/// Starts a server in a new folder.
pub(super) fn start() -> Result<Server, ServerError> {
    let programs = install::mariadb()?;
    let site = Site::new("my", "mysql")?;
    let folder = site.folder.clone();
    let data = format!("--datadir={}", folder.join("data").display());
    let mut prepare = vec![programs.install_db.display().to_string()];
    let options = [
        "--no-defaults",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--skip-name-resolve",
    ];
    prepare.extend(options.map(str::to_owned));
    // A starting server removes the temporary tables it finds there, those of others as well: /tmp would be shared.
    let scratch = format!("--tmpdir={}", folder.display());
    prepare.extend([data.clone(), scratch.clone()]);
    let socket = folder.join("socket");
    let mut server = vec![programs.mariadbd.display().to_string()];
    server.extend(SETTINGS.iter().map(|setting| (*setting).to_owned()));
    server.extend([
        data,
        format!("--socket={}", socket.display()),
        format!("--pid-file={}", folder.join("server.pid").display()),
        scratch,
    ]);
    site.start(&prepare, &server, "KILL", socket, |socket| open(socket).map(|_| ()))
}

fn open(socket: &Path) -> Result<Connection, EngineError> {
    // The server's own timeout should strike first: it keeps the session usable.
    Connection::open(socket, USER, STATEMENT_TIMEOUT + Duration::from_secs(10))
}

/// A session in a database that belongs to one seat.
pub struct Mariadb {
    socket: PathBuf,
    database: String,
    connection: Connection,
    /// Databases that statements of this seat have created beside its own.
    created: Vec<String>,
}

/// What the parser answers to a statement it cannot read.
const PARSE_ERROR: &str = "1064";
/// What it stops at before the rest is read, whatever that is: a type it does not know, a built-in function with another
/// number of arguments, or with arguments that have names.
const STOPS_AT: [&str; 3] = ["4161", "1582", "1583"];

/// The name of the database that a statement creates.
fn created_database(sql: &str) -> Option<String> {
    let mut words = sql.split_ascii_whitespace().map(|word| word.trim_matches(['`', ';', '"']));
    let is = |word: Option<&str>, wanted: &[&str]| {
        word.is_some_and(|word| wanted.iter().any(|wanted| word.eq_ignore_ascii_case(wanted)))
    };
    if !is(words.next(), &["create"]) || !is(words.next(), &["schema", "database"]) {
        return None;
    }
    words.find(|word| !is(Some(word), &["if", "not", "exists"])).map(str::to_owned)
}

impl Mariadb {
    pub(super) fn connect(socket: &Path, seat: usize) -> Result<Mariadb, EngineError> {
        let connection = open(socket)?;
        Ok(Mariadb {
            socket: socket.to_owned(),
            database: super::database_of(seat),
            connection,
            created: Vec::new(),
        })
    }

    fn renew(&mut self) -> Result<(), EngineError> {
        self.connection.reset_session()?;
        // Those that cases of other seats are using stay.
        for name in std::mem::take(&mut self.created) {
            self.connection.query(&format!("DROP DATABASE IF EXISTS `{}`", name.replace('`', "``")))?;
        }
        let database = &self.database;
        for sql in [
            "SET NAMES utf8mb4 COLLATE utf8mb4_general_ci",
            &format!("SET max_statement_time = {}", STATEMENT_TIMEOUT.as_secs()),
            &format!("DROP DATABASE IF EXISTS {database}"),
            &format!("CREATE DATABASE {database}"),
            &format!("USE {database}"),
        ] {
            self.connection.query(sql)?;
        }
        Ok(())
    }
}

impl Engine for Mariadb {
    fn reset(&mut self) -> Result<(), EngineError> {
        let renewed = self.renew();
        if renewed.is_err() {
            self.connection = open(&self.socket)?;
        }
        renewed
    }

    fn execute(&mut self, sql: &str) -> Result<Option<Rows>, EngineError> {
        self.created.extend(created_database(sql));
        Ok(self.connection.query(sql)?.pop().map(rows))
    }

    fn syntax(&mut self, sql: &str) -> Result<Syntax, EngineError> {
        let text = sql.replace('\\', "\\\\").replace('\'', "''");
        match self.connection.query(&format!("PREPARE statement FROM '{text}'")) {
            Err(error) if error.transient => Err(error),
            Err(error) if error.code == PARSE_ERROR => Ok(Syntax::Rejected(error.message)),
            Err(error) if STOPS_AT.contains(&error.code.as_str()) => Ok(Syntax::Unclear(error.message)),
            Ok(_) | Err(_) => Ok(Syntax::Accepted),
        }
    }
}

fn rows(result: ResultSet) -> Rows {
    let row = |cells: Vec<Option<Vec<u8>>>| {
        let cells = cells.into_iter().zip(&result.columns);
        cells.map(|(cell, column)| cell.map_or(Value::Null, |bytes| value(bytes, column))).collect()
    };
    Rows {
        rows: result.rows.into_iter().map(row).collect(),
        columns: result.columns.iter().map(|column| column.name.clone()).collect(),
    }
}

/// The collation `binary`: no characters, only bytes.
const CHARSET_BINARY: u16 = 63;

fn value(bytes: Vec<u8>, column: &Column) -> Value {
    let text = || String::from_utf8_lossy(&bytes).into_owned();
    match column.kind {
        // DECIMAL, TINY, SHORT, LONG, LONGLONG, INT24, YEAR, NEWDECIMAL.
        0 | 1 | 2 | 3 | 8 | 9 | 13 | 246 => Value::number(&text()),
        // FLOAT, DOUBLE.
        4 | 5 => Value::float(&text()),
        // NULL as a type: the value has none.
        6 => Value::Null,
        // TIMESTAMP, DATE, TIME, DATETIME, NEWDATE and their later forms.
        7 | 10 | 11 | 12 | 14 | 17 | 18 | 19 => Value::Temporal(text()),
        // BIT: a number, sent as its big-endian bytes.
        16 => {
            let number = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            Value::number(&number.to_string())
        }
        // GEOMETRY.
        255 => Value::Bytes(bytes),
        // Strings and BLOBs; bytes if their character set is `binary`.
        _ if column.charset == CHARSET_BINARY && column.flags & FLAG_BINARY != 0 => Value::Bytes(bytes),
        _ => match String::from_utf8(bytes) {
            Ok(text) => Value::Text(text),
            Err(error) => Value::Bytes(error.into_bytes()),
        },
    }
}
