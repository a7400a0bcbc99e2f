//! The schema of a live database, as a script of definitions in the words of its own dialect.
//!
//! A script rather than a catalog, so that names, types and keys of a live database take the one way into the
//! compiler that a schema file takes. Definitions carry what binding needs: columns, types, nullability,
//! keys, and whether a column has a default. Default expressions, checks and indexes that prove nothing are left out.

use air_base::Dialect;
#[cfg(feature = "servers")]
use std::fmt::Write;

#[cfg(feature = "servers")]
mod mysql;
#[cfg(feature = "servers")]
mod postgres;
mod sqlite;

/// A database that can tell its schema.
pub trait SchemaSource {
    /// The dialect of the script.
    fn dialect(&self) -> Dialect;

    /// Definitions of all tables and views this connection sees by default, in an order in which they can be read.
    fn definitions(&mut self) -> Result<Vec<String>, SourceError>;
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

/// Connects to the database of a URL: `sqlite:FILE`, `postgres://…`, `mysql://…`, `mariadb://…`.
///
/// Connections to servers are not encrypted: the URL should name a socket or a host that is trusted.
pub fn open(url: &str) -> Result<Box<dyn SchemaSource>, SourceError> {
    let scheme = url.split(':').next().unwrap_or_default();
    match scheme {
        "sqlite" | "sqlite3" => {
            let path = url[scheme.len() + 1..].trim_start_matches("//");
            Ok(Box::new(sqlite::Sqlite::open(path)?))
        }
        #[cfg(feature = "servers")]
        "postgres" | "postgresql" | "pg" => Ok(Box::new(postgres::Postgres::open(url)?)),
        #[cfg(feature = "servers")]
        "mysql" | "mariadb" => Ok(Box::new(mysql::Mysql::open(url)?)),
        #[cfg(not(feature = "servers"))]
        "postgres" | "postgresql" | "pg" => Err(SourceError::NotBuiltIn("PostgreSQL")),
        #[cfg(not(feature = "servers"))]
        "mysql" | "mariadb" => Err(SourceError::NotBuiltIn("MySQL and MariaDB")),
        _ => Err(SourceError::Scheme(url.to_owned())),
    }
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
