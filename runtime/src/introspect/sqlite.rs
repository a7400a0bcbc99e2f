//! SQLite keeps the text of every definition.

use super::{ask, text};
use crate::driver::Connection;
use sqlx_kernel_core::failure::Failure;

/// Tables first: a view or index may be older than a table that was created anew.
const DEFINITIONS: &str = "\
SELECT sql FROM (
  SELECT sql, type, rowid AS place FROM sqlite_schema UNION ALL SELECT sql, type, rowid FROM sqlite_temp_schema
) WHERE sql IS NOT NULL AND type IN ('table', 'index', 'view')
ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, place";

pub(super) async fn definitions(connection: &mut Connection) -> Result<Vec<String>, Failure> {
    let rows = ask(connection, DEFINITIONS, &[]).await?;
    rows.into_iter().map(|row| text(&mut row.into_iter())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{SourceError, open};

    #[test]
    fn definitions_come_back_tables_first() {
        let path = std::env::temp_dir().join(format!("sqlx-kernel-introspect-{}.db", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let writer = rusqlite::Connection::open(&path).unwrap();
        writer
            .execute_batch(
                "CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t; CREATE TABLE u (b TEXT UNIQUE)",
            )
            .unwrap();
        let found = open(&format!("sqlite:{}", path.display())).and_then(|mut source| source.definitions());
        std::fs::remove_file(&path).unwrap();
        let expected =
            ["CREATE TABLE t (a INT)", "CREATE TABLE u (b TEXT UNIQUE)", "CREATE VIEW v AS SELECT a FROM t"];
        assert_eq!(found.unwrap(), expected);
    }

    #[test]
    fn a_missing_file_is_not_created() {
        assert!(matches!(open("sqlite:/nonexistent/no.db"), Err(SourceError::Database(_))));
    }
}
