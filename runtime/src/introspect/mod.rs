//! The schema of a live database, as a script of definitions in the words of its own dialect.
//!
//! A script rather than a catalog, so that names, types and keys of a live database take the one way into the
//! compiler that a schema file takes. Definitions carry what binding needs: columns, types, nullability,
//! keys, and whether a column has a default. Default expressions, checks and indexes that prove nothing are left out.

use crate::driver::{Connection, Sink};
use crate::url::{Access, Url};
use crate::value::Value;
use air::protection::Indirect;
use air_base::Dialect;
use sqlx_kernel_core::failure::{Failure, Kind};
#[cfg(feature = "servers")]
use std::fmt::Write;
use tokio::runtime::Runtime;

#[cfg(feature = "servers")]
mod mysql;
#[cfg(feature = "servers")]
mod postgres;
mod sqlite;

/// A database that can tell its schema, for callers outside of async code.
pub struct Source {
    connection: Connection,
    runtime: Runtime,
}

impl Source {
    /// The dialect of the script.
    pub fn dialect(&self) -> Dialect {
        self.connection.dialect()
    }

    /// Definitions of all tables and views this connection sees by default, in an order in which they can be read.
    pub fn definitions(&mut self) -> Result<Vec<String>, SourceError> {
        self.runtime.block_on(definitions(&mut self.connection)).map_err(database)
    }

    /// What the database does behind the back of statements.
    pub fn indirect(&mut self) -> Result<Indirect, SourceError> {
        self.runtime.block_on(indirect(&mut self.connection)).map_err(database)
    }

    /// So many values of a column that are no NULLs, as texts; `table` and `column` are names as the database has them.
    pub fn sample(&mut self, table: &str, column: &str, most: u32) -> Result<Vec<String>, SourceError> {
        let quote = if matches!(self.dialect(), Dialect::Mysql | Dialect::Mariadb) { '`' } else { '"' };
        let quoted = |name: &str| {
            let doubled = name.replace(quote, &format!("{quote}{quote}"));
            format!("{quote}{doubled}{quote}")
        };
        let (table, column) = (quoted(table), quoted(column));
        let sql = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL LIMIT {most}");
        let rows = self.runtime.block_on(ask(&mut self.connection, &sql, &[])).map_err(database)?;
        Ok(rows.into_iter().flatten().map(|value| value.to_string()).collect())
    }
}

/// What a database does behind the back of statements: views, checks, triggers.
pub(crate) async fn indirect(connection: &mut Connection) -> Result<Indirect, Failure> {
    match connection {
        Connection::Sqlite(_) => sqlite::indirect(connection).await,
        #[cfg(feature = "servers")]
        Connection::Postgres(_) => postgres::indirect(connection).await,
        #[cfg(feature = "servers")]
        Connection::Mysql(_) => mysql::indirect(connection).await,
    }
}

/// Definitions of all tables and views a connection sees by default, in an order in which they can be read.
pub(crate) async fn definitions(connection: &mut Connection) -> Result<Vec<String>, Failure> {
    match connection {
        Connection::Sqlite(_) => sqlite::definitions(connection).await,
        #[cfg(feature = "servers")]
        Connection::Postgres(_) => postgres::definitions(connection).await,
        #[cfg(feature = "servers")]
        Connection::Mysql(_) => mysql::definitions(connection).await,
    }
}

/// All rows of a query.
async fn ask(connection: &mut Connection, sql: &str, params: &[Value]) -> Result<Vec<Vec<Value>>, Failure> {
    let mut rows = Vec::new();
    connection.run(&sql.into(), params, &mut Sink::gather(&mut rows)).await?;
    Ok(rows)
}

/// The next value of a row as text.
fn text(row: &mut std::vec::IntoIter<Value>) -> Result<String, Failure> {
    match row.next() {
        Some(Value::Text(text)) => Ok(text),
        // Names are binary texts in some catalogs of MySQL.
        Some(Value::Bytes(bytes)) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        other => Err(Failure::new(Kind::Protocol, format!("the catalog gave {other:?} for a text"))),
    }
}

/// Why there is no schema.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SourceError {
    /// The URL names no kind of database we can ask.
    Scheme(String),
    /// This build has no driver for it.
    NotBuiltIn(&'static str),
    /// The database could not be reached or asked, in its words.
    Database(String),
}

impl std::fmt::Display for SourceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SourceError::Scheme(url) => write!(
                f,
                "`{url}` is no schema URL; known are sqlite:FILE, postgres://USER@HOST/DATABASE, mysql://… and mariadb://…"
            ),
            SourceError::NotBuiltIn(driver) => {
                write!(f, "this build cannot ask {driver} servers; build it with the feature `servers`")
            }
            SourceError::Database(words) => f.write_str(words),
        }
    }
}

impl std::error::Error for SourceError {}

fn database(failure: Failure) -> SourceError {
    SourceError::Database(failure.message)
}

/// Connects to the database of a URL: `sqlite:FILE`, `postgres://…`, `mysql://…`, `mariadb://…`. A file is opened for
/// reading; a missing one is an error, not a new database.
///
/// Connections to servers are not encrypted: the URL should name a socket or a host that is trusted.
pub fn open(url: &str) -> Result<Source, SourceError> {
    let mut at = Url::parse(url).map_err(|_| SourceError::Scheme(url.to_owned()))?;
    at.access = Access::Read;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| SourceError::Database(error.to_string()))?;
    let connection = runtime.block_on(Connection::open(&at)).map_err(|failure| match failure.kind {
        Kind::Unsupported => SourceError::NotBuiltIn("database"),
        _ => SourceError::Database(format!("{at}: {}", failure.message)),
    })?;
    Ok(Source { connection, runtime })
}

/// One column of a relation, in words of the dialect.
#[cfg(feature = "servers")]
struct Column {
    name: String,
    /// Type, default and the like, as CREATE TABLE takes them.
    definition: String,
}

/// `CREATE TABLE name (columns, constraints)`, with identifiers between `quote` characters.
#[cfg(feature = "servers")]
fn create_table(name: &str, columns: &[Column], constraints: &[String], quote: char) -> String {
    let mut sql = "CREATE TABLE ".to_owned();
    push_quoted(&mut sql, name, quote);
    let mut separator = " (";
    for column in columns {
        sql.push_str(separator);
        push_quoted(&mut sql, &column.name, quote);
        let _ = write!(sql, " {}", column.definition);
        separator = ", ";
    }
    for constraint in constraints {
        sql.push_str(separator);
        sql.push_str(constraint);
        separator = ", ";
    }
    sql.push(')');
    sql
}

#[cfg(feature = "servers")]
fn push_quoted(sql: &mut String, name: &str, quote: char) {
    sql.push(quote);
    for letter in name.chars() {
        if letter == quote {
            sql.push(quote);
        }
        sql.push(letter);
    }
    sql.push(quote);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_of_no_known_kind_says_which_are() {
        let Err(error) = open("oracle://x") else { panic!("there is no such driver") };
        assert!(error.to_string().contains("sqlite:FILE"));
    }

    #[cfg(feature = "servers")]
    #[test]
    fn quotes_inside_of_names_are_doubled() {
        let columns = [Column { name: "a\"b".to_owned(), definition: "integer NOT NULL".to_owned() }];
        let sql = create_table("t", &columns, &["PRIMARY KEY (\"a\"\"b\")".to_owned()], '"');
        assert_eq!(sql, "CREATE TABLE \"t\" (\"a\"\"b\" integer NOT NULL, PRIMARY KEY (\"a\"\"b\"))");
    }
}
