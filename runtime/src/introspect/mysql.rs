//! MySQL and MariaDB print the definition of a table; views are described by the types of their columns, since what
//! they select may use functions the compiler refuses.

use super::{Column, ask, create_table, text};
use crate::driver::Connection;
use crate::value::Value;
use air::protection::Indirect;
use sqlx_kernel_core::failure::Failure;

/// Names as texts: some catalogs give them as bytes.
const RELATIONS: &str = "\
SELECT CAST(TABLE_NAME AS CHAR), CAST(TABLE_TYPE AS CHAR) FROM information_schema.TABLES
WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE IN ('BASE TABLE', 'VIEW') ORDER BY TABLE_TYPE, TABLE_NAME";

const VIEW_COLUMNS: &str = "\
SELECT CAST(COLUMN_NAME AS CHAR), CAST(COLUMN_TYPE AS CHAR), CAST(IS_NULLABLE AS CHAR), CAST(COLLATION_NAME AS CHAR)
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION";

/// Relations of all databases: a view may read any.
const EVERYWHERE: &str = "\
SELECT DISTINCT CAST(TABLE_NAME AS CHAR) FROM information_schema.TABLES
WHERE TABLE_SCHEMA NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema')";

/// Views by their text. A view whose text this login may not see has none.
const VIEWS: &str = "\
SELECT CAST(TABLE_NAME AS CHAR), CAST(VIEW_DEFINITION AS CHAR) FROM information_schema.VIEWS
WHERE TABLE_SCHEMA = DATABASE()";

const TRIGGERS: &str = "\
SELECT DISTINCT CAST(EVENT_OBJECT_TABLE AS CHAR) FROM information_schema.TRIGGERS
WHERE EVENT_OBJECT_SCHEMA = DATABASE()";

/// Tables that tables of other databases refer to.
const REFERRED: &str = "\
SELECT DISTINCT CAST(REFERENCED_TABLE_NAME AS CHAR) FROM information_schema.KEY_COLUMN_USAGE
WHERE REFERENCED_TABLE_SCHEMA = DATABASE() AND TABLE_SCHEMA <> DATABASE()";

/// What is done behind statements. Checks are part of definitions.
pub(super) async fn indirect(connection: &mut Connection) -> Result<Indirect, Failure> {
    let mut indirect = Indirect::default();
    let mut relations = Vec::new();
    for row in ask(connection, EVERYWHERE, &[]).await? {
        relations.push(text(&mut row.into_iter())?);
    }
    for row in ask(connection, VIEWS, &[]).await? {
        let mut row = row.into_iter();
        let name = text(&mut row)?;
        let sql = text(&mut row).unwrap_or_default();
        indirect.view_by_text(&name, &sql, relations.iter().map(String::as_str));
    }
    for row in ask(connection, REFERRED, &[]).await? {
        indirect.referred_from_elsewhere.insert(text(&mut row.into_iter())?.to_lowercase());
    }
    for row in ask(connection, TRIGGERS, &[]).await? {
        indirect.triggers.insert(text(&mut row.into_iter())?.to_lowercase());
    }
    Ok(indirect)
}

pub(super) async fn definitions(connection: &mut Connection) -> Result<Vec<String>, Failure> {
    let mut definitions = Vec::new();
    for row in ask(connection, RELATIONS, &[]).await? {
        let mut row = row.into_iter();
        let (name, kind) = (text(&mut row)?, text(&mut row)?);
        if kind == "VIEW" {
            definitions.push(view(connection, &name).await?);
            continue;
        }
        let sql = format!("SHOW CREATE TABLE `{}`", name.replace('`', "``"));
        for row in ask(connection, &sql, &[]).await? {
            definitions.push(text(&mut row.into_iter().skip(1).collect::<Vec<_>>().into_iter())?);
        }
    }
    Ok(definitions)
}

async fn view(connection: &mut Connection, name: &str) -> Result<String, Failure> {
    let mut columns = Vec::new();
    for row in ask(connection, VIEW_COLUMNS, &[name.into()]).await? {
        let mut row = row.into_iter();
        let (name, ty, nullable) = (text(&mut row)?, text(&mut row)?, text(&mut row)?);
        let collation = match row.next() {
            None | Some(Value::Null) => String::new(),
            Some(collation) => format!(" COLLATE {collation}"),
        };
        let nullable = if nullable == "YES" { "" } else { " NOT NULL" };
        columns.push(Column { name, definition: format!("{ty}{collation}{nullable}") });
    }
    Ok(create_table(name, &columns, &[], '`'))
}
