//! SQLite keeps the text of every definition.

use super::{SchemaSource, SourceError};
use air_base::Dialect;
use rusqlite::{Connection, OpenFlags};

/// An open database file.
pub(super) struct Sqlite {
    connection: Connection,
}

impl Sqlite {
    /// Opens the file for reading; a missing file is an error, not a new database.
    pub(super) fn open(path: &str) -> Result<Sqlite, SourceError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(path, flags)
            .map_err(|e| SourceError::Database(format!("{path}: {e}")))?;
        Ok(Sqlite { connection })
    }

    fn read(&self) -> rusqlite::Result<Vec<String>> {
        // Tables first: a view or index may be older than a table that was created anew.
        let listing = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND type IN ('table', 'index', 'view') \
                       ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, rowid";
        let mut statement = self.connection.prepare(listing)?;
        statement.query_map([], |row| row.get(0))?.collect()
    }
}

impl SchemaSource for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn definitions(&mut self) -> Result<Vec<String>, SourceError> {
        self.read().map_err(|e| SourceError::Database(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_come_back_tables_first() {
        let path = std::env::temp_dir().join(format!("sqlx-kernel-introspect-{}.db", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let writer = Connection::open(&path).unwrap();
        writer
            .execute_batch(
                "CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t; CREATE TABLE u (b TEXT UNIQUE)",
            )
            .unwrap();
        let found = Sqlite::open(path.to_str().unwrap()).and_then(|mut source| source.definitions());
        std::fs::remove_file(&path).unwrap();
        let expected =
            ["CREATE TABLE t (a INT)", "CREATE TABLE u (b TEXT UNIQUE)", "CREATE VIEW v AS SELECT a FROM t"];
        assert_eq!(found.unwrap(), expected);
    }

    #[test]
    fn a_missing_file_is_not_created() {
        assert!(matches!(Sqlite::open("/nonexistent/no.db"), Err(SourceError::Database(_))));
    }
}
