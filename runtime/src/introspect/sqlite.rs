//! SQLite keeps the text of every definition.

use super::{ask, text};
use crate::driver::Connection;
use air::protection::Indirect;
use sqlx_kernel_core::failure::Failure;

/// Tables first: a view or index may be older than a table that was created anew.
const DEFINITIONS: &str = "\
SELECT sql FROM (
  SELECT sql, type, rowid AS place FROM sqlite_schema UNION ALL SELECT sql, type, rowid FROM sqlite_temp_schema
) WHERE sql IS NOT NULL AND type IN ('table', 'index', 'view')
ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, place";

/// What is done behind statements: views by their text, and tables with triggers.
const INDIRECT: &str = "\
SELECT type, name, tbl_name, sql FROM sqlite_schema UNION ALL SELECT type, name, tbl_name, sql FROM sqlite_temp_schema";

/// Virtual tables, and the tables behind them: what they show is up to their modules.
const OPAQUE: &str = "SELECT name FROM pragma_table_list WHERE type IN ('virtual', 'shadow')";

pub(super) async fn indirect(connection: &mut Connection) -> Result<Indirect, Failure> {
    let mut indirect = Indirect::default();
    let mut relations = Vec::new();
    let mut views = Vec::new();
    for row in ask(connection, INDIRECT, &[]).await? {
        let mut row = row.into_iter();
        let (kind, name, table) = (text(&mut row)?, text(&mut row)?, text(&mut row)?);
        match kind.as_str() {
            "trigger" => {
                indirect.triggers.insert(table.to_lowercase());
            }
            "table" => relations.push(name),
            "view" => {
                relations.push(name.clone());
                views.push((name, text(&mut row)?));
            }
            _ => {}
        }
    }
    for row in ask(connection, OPAQUE, &[]).await? {
        indirect.reads.insert(text(&mut row.into_iter())?.to_lowercase(), None);
    }
    for (name, sql) in views {
        indirect.view_by_text(&name, &sql, relations.iter().map(String::as_str));
    }
    Ok(indirect)
}

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
