//! Running a script on an embedded SQLite.
//!
//! Before: a list of SQLite statements. After: what happened to each, and what the database holds. The first error
//! of a statement is kept and the run goes on, as a command line client does.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

/// An embedded database.
pub struct Embedded {
    connection: Connection,
}

/// What happened to one statement.
#[derive(Clone, PartialEq, Debug)]
pub enum Ran {
    /// It changed so many rows, or defined something.
    Changed(u64),
    /// It returned rows.
    Rows(Rows),
    /// SQLite refused it, in these words.
    Failed(String),
}

/// A result set as text; NULL is `None`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Rows {
    /// Column names.
    pub columns: Vec<String>,
    /// Values, row by row.
    pub rows: Vec<Vec<Option<String>>>,
}

/// A table and what it holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holding {
    /// Table or view.
    pub name: String,
    /// Rows.
    pub rows: u64,
}

impl Embedded {
    /// Opens or creates the database file; `:memory:` lives as long as this value.
    pub fn open(path: &str) -> Result<Embedded, String> {
        let connection = Connection::open(path).map_err(|e| format!("{path}: {e}"))?;
        connection.execute_batch("PRAGMA foreign_keys = ON").map_err(|e| e.to_string())?;
        Ok(Embedded { connection })
    }

    /// Runs one statement.
    pub fn run(&self, sql: &str) -> Ran {
        self.attempt(sql).unwrap_or_else(|e| Ran::Failed(e.to_string()))
    }

    fn attempt(&self, sql: &str) -> rusqlite::Result<Ran> {
        let mut statement = self.connection.prepare(sql)?;
        if statement.column_count() == 0 {
            return Ok(Ran::Changed(statement.execute([])? as u64));
        }
        let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
        let width = columns.len();
        let mut cursor = statement.query([])?;
        let mut rows = Vec::new();
        while let Some(row) = cursor.next()? {
            rows.push((0..width).map(|i| row.get_ref(i).map(text)).collect::<rusqlite::Result<_>>()?);
        }
        Ok(Ran::Rows(Rows { columns, rows }))
    }

    /// The tables of the database and how many rows each holds.
    pub fn holdings(&self) -> Result<Vec<Holding>, String> {
        self.tables().map_err(|e| e.to_string())
    }

    fn tables(&self) -> rusqlite::Result<Vec<Holding>> {
        let listing = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
        let mut names = self.connection.prepare(listing)?;
        let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        let count = |name: String| {
            let sql = format!("SELECT count(*) FROM \"{}\"", name.replace('"', "\"\""));
            let rows: i64 = self.connection.query_row(&sql, [], |row| row.get(0))?;
            Ok(Holding { name, rows: rows.unsigned_abs() })
        };
        names.into_iter().map(count).collect()
    }
}

/// A value as SQLite's own client prints it.
fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(format!("{number:?}")),
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Some(bytes.iter().map(|byte| format!("{byte:02X}")).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_goes_on_after_an_error() {
        let database = Embedded::open(":memory:").unwrap();
        assert_eq!(database.run("CREATE TABLE t (a INT, b TEXT)"), Ran::Changed(0));
        assert_eq!(database.run("INSERT INTO t VALUES (1, 'x'), (2, NULL)"), Ran::Changed(2));
        assert!(
            matches!(database.run("SELECT nonsense FROM t"), Ran::Failed(why) if why.contains("nonsense"))
        );
        let expected =
            vec![vec![Some("1".to_owned()), Some("x".to_owned())], vec![Some("2".to_owned()), None]];
        assert!(
            matches!(database.run("SELECT a, b FROM t ORDER BY a"), Ran::Rows(found) if found.rows == expected)
        );
        assert_eq!(database.holdings().unwrap(), [Holding { name: "t".to_owned(), rows: 2 }]);
    }
}
