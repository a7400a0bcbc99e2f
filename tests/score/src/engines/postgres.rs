//! PostgreSQL: a throwaway server, a session in a database of its own, values by type.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::postgres_wire::{Connection, ResultSet};
use super::server::{Server, Site};
use super::{Engine, EngineError, STATEMENT_TIMEOUT, ServerError, Syntax, install};
use crate::values::{Rows, Value, unhex};

/// The superuser, called as scripts that name an owner expect.
pub(super) const USER: &str = "postgres";

/// Settings for a server whose data nobody will miss, and those that results depend on.
const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "autovacuum=off",
    "jit=off",
    "shared_buffers=64MB",
    "max_connections=40",
    "timezone=UTC",
    "datestyle=ISO, MDY",
    "intervalstyle=postgres",
    "log_timezone=UTC",
];

/// Starts a server in a new folder.
pub(super) fn start() -> Result<Server, ServerError> {
    let programs = install::postgres()?;
    let site = Site::new("pg", "postgres")?;
    let data = site.folder.join("data").display().to_string();
    let initdb = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"];
    let mut prepare = vec![programs.initdb.display().to_string()];
    prepare.extend(initdb.map(str::to_owned));
    prepare.extend([format!("--username={USER}"), format!("--pgdata={data}")]);
    let mut server = vec![programs.postgres.display().to_string(), "-D".to_owned(), data];
    for setting in SETTINGS {
        server.extend(["-c".to_owned(), (*setting).to_owned()]);
    }
    let folder = site.folder.clone();
    server.extend(["-k".to_owned(), folder.display().to_string()]);
    let socket = folder.join(".s.PGSQL.5432");
    site.start(&prepare, &server, "QUIT", socket, |socket| open(socket, "postgres").map(|_| ()))
}

fn open(socket: &Path, database: &str) -> Result<Connection, EngineError> {
    // The server's own timeout should strike first: it keeps the session usable.
    Connection::open(socket, USER, database, STATEMENT_TIMEOUT + Duration::from_secs(10))
}

/// A session in a database that belongs to one seat.
pub struct Postgres {
    socket: PathBuf,
    database: String,
    connection: Connection,
}

/// Everything a case may have made: large objects and roles excepted.
const DROP_ALL: &str = "
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT nspname FROM pg_namespace
              WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', name);
  END LOOP;
  CREATE SCHEMA public;
END $$";

/// SQLSTATE of what the grammar refuses, and of some of what it admits.
const SYNTAX_ERROR: &str = "42601";

/// SQLSTATE of a database that is there already.
const DUPLICATE_DATABASE: &str = "42P04";

impl Postgres {
    pub(super) fn connect(socket: &Path, seat: usize) -> Result<Postgres, EngineError> {
        let database = super::database_of(seat);
        match open(socket, "postgres")?.query(&format!("CREATE DATABASE {database}")) {
            // The seat was taken before; `reset` empties the database.
            Err(error) if error.code == DUPLICATE_DATABASE => {}
            created => drop(created?),
        }
        let connection = open(socket, &database)?;
        Ok(Postgres { socket: socket.to_owned(), database, connection })
    }
}

impl Engine for Postgres {
    fn reset(&mut self) -> Result<(), EngineError> {
        let timeout = format!("SET statement_timeout = {}", STATEMENT_TIMEOUT.as_millis());
        // DISCARD ALL cannot run inside a transaction, nor together with other statements.
        for sql in ["ROLLBACK", "DISCARD ALL", "SET client_min_messages = error", DROP_ALL, &timeout] {
            if let Err(error) = self.connection.query(sql) {
                self.connection = open(&self.socket, &self.database)?;
                return Err(error);
            }
        }
        Ok(())
    }

    fn execute(&mut self, sql: &str) -> Result<Option<Rows>, EngineError> {
        Ok(self.connection.query(sql)?.pop().map(rows))
    }

    fn syntax(&mut self, sql: &str) -> Result<Syntax, EngineError> {
        match self.connection.parse(sql) {
            Err(error) if error.transient => Err(error),
            // The grammar's own words; analysis uses the code for much else.
            Err(error)
                if error.message.starts_with("syntax error") || error.message.starts_with("unterminated") =>
            {
                Ok(Syntax::Rejected(error.message))
            }
            Err(error) if error.code == SYNTAX_ERROR => Ok(Syntax::Unclear(error.message)),
            Ok(()) | Err(_) => Ok(Syntax::Accepted),
        }
    }

    fn settle(&mut self) -> Result<(), EngineError> {
        self.connection.query("ANALYZE").map(|_| ())
    }
}

fn rows(result: ResultSet) -> Rows {
    let types: Vec<Type> = result.columns.iter().map(|column| Type::of(column.type_id)).collect();
    let row = |cells: Vec<Option<Vec<u8>>>| {
        let cells = cells.into_iter().zip(&types);
        cells
            .map(|(cell, kind)| match cell {
                None => Value::Null,
                Some(bytes) => kind.read(&String::from_utf8_lossy(&bytes)),
            })
            .collect()
    };
    Rows {
        columns: result.columns.into_iter().map(|column| column.name).collect(),
        rows: result.rows.into_iter().map(row).collect(),
    }
}

/// What the type of a column says about how to read its text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scalar {
    Bool,
    Exact,
    Float,
    Padded,
    Temporal,
    Bytes,
    Json,
    Text,
}

#[derive(Clone, Copy)]
enum Type {
    Scalar(Scalar),
    Array(Scalar),
}

/// Rows: type, its object id, that of its array type. Source: `pg_type.dat` of version 15;
/// these numbers never change.
const TYPES: &[(Scalar, u32, u32)] = &[
    (Scalar::Bool, 16, 1000),
    (Scalar::Bytes, 17, 1001),
    (Scalar::Exact, 20, 1016),   // int8
    (Scalar::Exact, 21, 1005),   // int2
    (Scalar::Exact, 23, 1007),   // int4
    (Scalar::Exact, 26, 1028),   // oid
    (Scalar::Exact, 1700, 1231), // numeric
    (Scalar::Float, 700, 1021),
    (Scalar::Float, 701, 1022),
    (Scalar::Padded, 1042, 1014),
    (Scalar::Temporal, 1082, 1182), // date
    (Scalar::Temporal, 1083, 1183), // time
    (Scalar::Temporal, 1114, 1115), // timestamp
    (Scalar::Temporal, 1184, 1185), // timestamptz
    (Scalar::Temporal, 1186, 1187), // interval
    (Scalar::Temporal, 1266, 1270), // timetz
    (Scalar::Json, 114, 199),
    (Scalar::Json, 3802, 3807),
    (Scalar::Text, 25, 1009),
    (Scalar::Text, 1043, 1015), // varchar
    (Scalar::Text, 18, 1002),   // "char"
    (Scalar::Text, 19, 1003),   // name
    (Scalar::Text, 2950, 2951), // uuid
    (Scalar::Text, 869, 1041),  // inet
    (Scalar::Text, 1560, 1561), // bit
    (Scalar::Text, 1562, 1563), // varbit
];

impl Type {
    fn of(id: u32) -> Type {
        for &(scalar, own, array) in TYPES {
            if id == own {
                return Type::Scalar(scalar);
            }
            if id == array {
                return Type::Array(scalar);
            }
        }
        Type::Scalar(Scalar::Text)
    }

    fn read(self, text: &str) -> Value {
        match self {
            Type::Scalar(scalar) => scalar.read(text),
            Type::Array(scalar) => array(text, scalar).unwrap_or_else(|| Value::Text(text.to_owned())),
        }
    }
}

impl Scalar {
    fn read(self, text: &str) -> Value {
        match self {
            Scalar::Bool => Value::Bool(text == "t"),
            Scalar::Exact => Value::number(text),
            Scalar::Float => Value::float(text),
            Scalar::Padded => Value::Padded(text.to_owned()),
            Scalar::Temporal => Value::Temporal(text.to_owned()),
            Scalar::Json => Value::Json(text.to_owned()),
            Scalar::Text => Value::Text(text.to_owned()),
            Scalar::Bytes => match text.strip_prefix("\\x").and_then(unhex) {
                Some(bytes) => Value::Bytes(bytes),
                None => Value::Text(text.to_owned()),
            },
        }
    }
}

/// Reads an array as `array_out` prints it: `[lower:upper]={…}`, braces per dimension, elements
/// bare, quoted, or NULL. `None` for other text.
fn array(text: &str, element: Scalar) -> Option<Value> {
    let body = if text.starts_with('[') { text.split_once('=')?.1 } else { text };
    let mut rest = body.chars().peekable();
    let value = array_items(&mut rest, element)?;
    rest.next().is_none().then_some(value)
}

fn array_items(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, element: Scalar) -> Option<Value> {
    if rest.next()? != '{' {
        return None;
    }
    let mut items = Vec::new();
    if rest.next_if_eq(&'}').is_some() {
        return Some(Value::Array(items));
    }
    loop {
        match rest.peek()? {
            // The depth of an array is at most 6, by PostgreSQL's MAXDIM.
            '{' => items.push(array_items(rest, element)?),
            '"' => {
                rest.next();
                let mut item = String::new();
                loop {
                    match rest.next()? {
                        '"' => break,
                        '\\' => item.push(rest.next()?),
                        other => item.push(other),
                    }
                }
                items.push(element.read(&item));
            }
            _ => {
                let mut item = String::new();
                while let Some(c) = rest.next_if(|c| !matches!(c, ',' | '}')) {
                    item.push(c);
                }
                items.push(if item == "NULL" { Value::Null } else { element.read(&item) });
            }
        }
        match rest.next()? {
            ',' => {}
            '}' => return Some(Value::Array(items)),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str, element: Scalar) -> String {
        array(text, element).map_or("none".to_owned(), |value| value.to_expectation())
    }

    #[test]
    fn arrays_are_read_with_quotes_nulls_and_dimensions() {
        assert_eq!(json("{1,NULL,3}", Scalar::Exact), "[1,null,3]");
        assert_eq!(
            json(r#"{"a,b","\"",NULL,"NULL",x y}"#, Scalar::Text),
            r#"["a,b","\"",null,"NULL","x y"]"#
        );
        assert_eq!(json("{{1,2},{3,4}}", Scalar::Exact), "[[1,2],[3,4]]");
        assert_eq!(json("[0:1]={t,f}", Scalar::Bool), "[true,false]");
        assert_eq!(json("{}", Scalar::Text), "[]");
        assert_eq!(json("{1", Scalar::Exact), "none");
    }
}
