//! MySQL and MariaDB print the definition of a table; views are described by the types of their columns, since what
//! they select may use functions the compiler refuses.

use super::{Column, SchemaSource, SourceError, create_table};
use air_base::Dialect;
use mysql::prelude::Queryable;
use mysql::{Conn, Opts};

/// A connection.
pub(super) struct Mysql {
    connection: Conn,
    dialect: Dialect,
}

impl Mysql {
    /// Connects; `mariadb://` is the same protocol.
    pub(super) fn open(url: &str) -> Result<Mysql, SourceError> {
        let url =
            url.strip_prefix("mariadb://").map_or_else(|| url.to_owned(), |rest| format!("mysql://{rest}"));
        let options = Opts::from_url(&url).map_err(|e| SourceError::Database(e.to_string()))?;
        let mut connection = Conn::new(options).map_err(error)?;
        let version: Option<String> = connection.query_first("SELECT VERSION()").map_err(error)?;
        let maria = version.is_some_and(|version| version.contains("MariaDB"));
        Ok(Mysql { connection, dialect: if maria { Dialect::Mariadb } else { Dialect::Mysql } })
    }

    fn read(&mut self) -> mysql::Result<Vec<String>> {
        let relations: Vec<(String, String)> = self.connection.query(
            "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE IN ('BASE TABLE', 'VIEW') ORDER BY TABLE_TYPE, TABLE_NAME",
        )?;
        let mut definitions = Vec::with_capacity(relations.len());
        for (name, kind) in relations {
            if kind == "VIEW" {
                definitions.push(self.view(&name)?);
                continue;
            }
            let sql = format!("SHOW CREATE TABLE `{}`", name.replace('`', "``"));
            let shown: Option<(String, String)> = self.connection.query_first(sql)?;
            definitions.extend(shown.map(|(_, definition)| definition));
        }
        Ok(definitions)
    }

    fn view(&mut self, name: &str) -> mysql::Result<String> {
        let columns: Vec<(String, String, String, Option<String>)> = self.connection.exec(
            "SELECT COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLLATION_NAME FROM information_schema.COLUMNS \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION",
            (name,),
        )?;
        let column = |(name, ty, nullable, collation): (String, String, String, Option<String>)| {
            let collation = collation.map_or_else(String::new, |collation| format!(" COLLATE {collation}"));
            let nullable = if nullable == "YES" { "" } else { " NOT NULL" };
            Column { name, definition: format!("{ty}{collation}{nullable}") }
        };
        let columns: Vec<Column> = columns.into_iter().map(column).collect();
        Ok(create_table(name, &columns, &[], '`'))
    }
}

impl SchemaSource for Mysql {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn definitions(&mut self) -> Result<Vec<String>, SourceError> {
        self.read().map_err(error)
    }
}

fn error(error: mysql::Error) -> SourceError {
    SourceError::Database(error.to_string())
}
