//! PostgreSQL keeps no text of definitions; they are put together from its catalog.

use super::{Column, SchemaSource, SourceError, create_table};
use air_base::Dialect;
use postgres::{Client, NoTls};

/// A connection.
pub(super) struct Postgres {
    client: Client,
}

/// Enumerations of the schemas on the search path, with their words in order.
const ENUMS: &str = "\
SELECT t.typname::text, array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
WHERE pg_type_is_visible(t.oid)
GROUP BY t.oid, t.typname ORDER BY t.typname";

/// Domains, with the types they stand for.
const DOMAINS: &str = "\
SELECT t.typname::text, format_type(t.typbasetype, t.typtypmod)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'd' AND pg_type_is_visible(t.oid) AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY t.typname";

/// Columns of tables, views and foreign tables that can be named without a schema.
const COLUMNS: &str = "\
SELECT c.oid, c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod),
       a.attnotnull, a.atthasdef, a.attidentity::text, a.attgenerated::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_table_is_visible(c.oid)
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY c.relname, c.oid, a.attnum";

/// Keys and references.
const CONSTRAINTS: &str = "\
SELECT conrelid, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype IN ('p', 'u', 'f') AND conrelid <> 0 ORDER BY conrelid, contype = 'f', conname";

/// Unique indexes that no constraint stands for.
const UNIQUE_INDEXES: &str = "\
SELECT pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indisunique AND pg_table_is_visible(c.oid) AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname !~ '^pg_toast' AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
ORDER BY i.indexrelid";

/// Sequences that can be named without a schema.
const SEQUENCES: &str = "\
SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND pg_table_is_visible(c.oid) AND n.nspname <> 'pg_catalog' ORDER BY c.relname";

impl Postgres {
    /// Connects; the URL may use any scheme word PostgreSQL's own clients know, or `pg`.
    pub(super) fn open(url: &str) -> Result<Postgres, SourceError> {
        let url =
            url.strip_prefix("pg://").map_or_else(|| url.to_owned(), |rest| format!("postgres://{rest}"));
        let client = Client::connect(&url, NoTls).map_err(error)?;
        Ok(Postgres { client })
    }

    fn read(&mut self) -> Result<Vec<String>, postgres::Error> {
        let mut definitions = Vec::new();
        for row in self.client.query(ENUMS, &[])? {
            let (name, words): (String, Vec<String>) = (row.try_get(0)?, row.try_get(1)?);
            let words: Vec<String> =
                words.iter().map(|word| format!("'{}'", word.replace('\'', "''"))).collect();
            definitions.push(format!("CREATE TYPE {} AS ENUM ({})", quoted(&name), words.join(", ")));
        }
        for row in self.client.query(DOMAINS, &[])? {
            let (name, base): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            definitions.push(format!("CREATE DOMAIN {} AS {base}", quoted(&name)));
        }
        for row in self.client.query(SEQUENCES, &[])? {
            let name: String = row.try_get(0)?;
            definitions.push(format!("CREATE SEQUENCE {}", quoted(&name)));
        }
        let mut constraints: Vec<(u32, String)> = Vec::new();
        for row in self.client.query(CONSTRAINTS, &[])? {
            constraints.push((row.try_get(0)?, row.try_get(1)?));
        }
        let rows = self.client.query(COLUMNS, &[])?;
        let mut tables: Vec<(u32, String, Vec<Column>)> = Vec::new();
        for row in &rows {
            let (oid, table): (u32, String) = (row.try_get(0)?, row.try_get(1)?);
            if tables.last().is_none_or(|(last, _, _)| *last != oid) {
                tables.push((oid, table, Vec::new()));
            }
            let column = Column { name: row.try_get(2)?, definition: definition(row)? };
            if let Some((_, _, columns)) = tables.last_mut() {
                columns.push(column);
            }
        }
        for (oid, name, columns) in &tables {
            let keys: Vec<String> = constraints
                .iter()
                .filter(|(of, _)| of == oid)
                .map(|(_, definition)| definition.clone())
                .collect();
            definitions.push(create_table(name, columns, &keys, '"'));
        }
        for row in self.client.query(UNIQUE_INDEXES, &[])? {
            definitions.push(row.try_get(0)?);
        }
        Ok(definitions)
    }
}

/// Type and what follows it. That there is a default matters to INSERT; which one does not, and its expression might
/// be one the compiler refuses.
fn definition(row: &postgres::Row) -> Result<String, postgres::Error> {
    let ty: String = row.try_get(3)?;
    let (not_null, default): (bool, bool) = (row.try_get(4)?, row.try_get(5)?);
    let (identity, generated): (String, String) = (row.try_get(6)?, row.try_get(7)?);
    let extra = match (identity.as_str(), generated.as_str()) {
        ("a", _) => " GENERATED ALWAYS AS IDENTITY",
        ("d", _) => " GENERATED BY DEFAULT AS IDENTITY",
        (_, "s") => " GENERATED ALWAYS AS (NULL) STORED",
        _ if default => " DEFAULT NULL",
        _ => "",
    };
    Ok(format!("{ty}{extra}{}", if not_null { " NOT NULL" } else { "" }))
}

fn quoted(name: &str) -> String {
    let mut sql = String::new();
    super::push_quoted(&mut sql, name, '"');
    sql
}

impl SchemaSource for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn definitions(&mut self) -> Result<Vec<String>, SourceError> {
        self.read().map_err(error)
    }
}

fn error(error: postgres::Error) -> SourceError {
    use std::error::Error;
    let words = error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"));
    SourceError::Database(words)
}
