//! PostgreSQL keeps no text of definitions; they are put together from its catalog.

use super::{Column, ask, create_table, text};
use crate::driver::Connection;
use crate::value::Value;
use air::protection::Indirect;
use sqlx_kernel_core::failure::{Failure, Kind};
use std::collections::BTreeSet;

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

/// What views and rules read. A view that calls a function of the database may
/// read anything: its second name is NULL.
const READS: &str = "\
SELECT v.relname::text, CASE WHEN d.refclassid = 'pg_class'::regclass THEN t.relname::text END
FROM pg_rewrite r JOIN pg_class v ON v.oid = r.ev_class
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
LEFT JOIN pg_class t ON d.refclassid = 'pg_class'::regclass AND t.oid = d.refobjid
LEFT JOIN pg_proc p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
WHERE v.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  AND (t.oid <> v.oid OR p.pronamespace <> 'pg_catalog'::regnamespace)";

/// Tables that are parts of others.
const PARTS: &str = "\
SELECT c.relname::text, p.relname::text
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
WHERE c.relkind IN ('r', 'p', 'f')";

/// Views: one that reads no table is not among the reads.
const VIEWS: &str = "\
SELECT relname::text FROM pg_class
WHERE relkind IN ('v', 'm') AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)";

/// Columns that checks and exclusions read.
const CHECKS: &str = "\
SELECT c.relname::text, a.attname::text
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
WHERE k.contype IN ('c', 'x')";

/// Tables with triggers that are not of foreign keys, and with rules.
const TRIGGERS: &str = "\
SELECT c.relname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
UNION
SELECT c.relname::text FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE r.ev_type <> '1'
UNION
SELECT c.relname::text
FROM pg_depend d JOIN pg_proc f ON d.refclassid = 'pg_proc'::regclass AND f.oid = d.refobjid
LEFT JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
LEFT JOIN pg_attribute t ON k.contypid <> 0 AND t.atttypid = k.contypid
LEFT JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
JOIN pg_class c ON c.oid IN (a.adrelid, k.conrelid, t.attrelid, i.indrelid)
WHERE f.pronamespace <> 'pg_catalog'::regnamespace";

/// Columns with defaults; definitions say no more than that there is one.
const DEFAULTS: &str = "\
SELECT c.relname::text, a.attname::text
FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
JOIN pg_class c ON c.oid = d.adrelid WHERE a.attgenerated = ''";

/// Tables with constraints by which rows exclude each other.
const EXCLUSIONS: &str = "\
SELECT c.relname::text FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.contype = 'x'";

/// Tables that tables outside of the search path refer to.
const REFERRED: &str = "\
SELECT c.relname::text FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid
WHERE k.contype = 'f' AND NOT pg_table_is_visible(k.conrelid)";

/// What is done behind statements, whatever schema it is in.
pub(super) async fn indirect(connection: &mut Connection) -> Result<Indirect, Failure> {
    let mut indirect = Indirect::default();
    for row in ask(connection, VIEWS, &[]).await? {
        indirect.reads.insert(text(&mut row.into_iter())?.to_lowercase(), Some(BTreeSet::new()));
    }
    for row in ask(connection, READS, &[]).await? {
        let mut row = row.into_iter();
        let view = text(&mut row)?.to_lowercase();
        let table = row.next();
        let reads = indirect.reads.entry(view).or_insert_with(|| Some(BTreeSet::new()));
        match (table, reads) {
            (Some(Value::Text(table)), Some(reads)) => {
                reads.insert(table.to_lowercase());
            }
            (_, reads) => *reads = None,
        }
    }
    for row in ask(connection, PARTS, &[]).await? {
        let mut row = row.into_iter();
        let (part, whole) = (text(&mut row)?.to_lowercase(), text(&mut row)?.to_lowercase());
        indirect.shares.entry(part.clone()).or_default().insert(whole.clone());
        indirect.shares.entry(whole).or_default().insert(part);
    }
    for row in ask(connection, CHECKS, &[]).await? {
        let mut row = row.into_iter();
        let (table, column) = (text(&mut row)?.to_lowercase(), text(&mut row)?.to_lowercase());
        indirect.checks.entry(table).or_default().insert(column);
    }
    for row in ask(connection, DEFAULTS, &[]).await? {
        let mut row = row.into_iter();
        let (table, column) = (text(&mut row)?.to_lowercase(), text(&mut row)?.to_lowercase());
        indirect.defaults.entry(table).or_default().insert(column);
    }
    for row in ask(connection, EXCLUSIONS, &[]).await? {
        indirect.exclusions.insert(text(&mut row.into_iter())?.to_lowercase());
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
    for row in ask(connection, ENUMS, &[]).await? {
        let mut row = row.into_iter();
        let name = text(&mut row)?;
        let Some(Value::Array(words)) = row.next() else { return Err(unexpected("words of an enumeration")) };
        let words: Vec<String> =
            words.iter().map(|word| format!("'{}'", word.to_string().replace('\'', "''"))).collect();
        definitions.push(format!("CREATE TYPE {} AS ENUM ({})", quoted(&name), words.join(", ")));
    }
    for row in ask(connection, DOMAINS, &[]).await? {
        let mut row = row.into_iter();
        let (name, base) = (text(&mut row)?, text(&mut row)?);
        definitions.push(format!("CREATE DOMAIN {} AS {base}", quoted(&name)));
    }
    for row in ask(connection, SEQUENCES, &[]).await? {
        definitions.push(format!("CREATE SEQUENCE {}", quoted(&text(&mut row.into_iter())?)));
    }
    let mut constraints: Vec<(i64, String)> = Vec::new();
    for row in ask(connection, CONSTRAINTS, &[]).await? {
        let mut row = row.into_iter();
        constraints.push((oid(&mut row)?, text(&mut row)?));
    }
    let mut tables: Vec<(i64, String, Vec<Column>)> = Vec::new();
    for row in ask(connection, COLUMNS, &[]).await? {
        let mut row = row.into_iter();
        let (oid, table) = (oid(&mut row)?, text(&mut row)?);
        if tables.last().is_none_or(|(last, _, _)| *last != oid) {
            tables.push((oid, table, Vec::new()));
        }
        let column = Column { name: text(&mut row)?, definition: definition(&mut row)? };
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
    for row in ask(connection, UNIQUE_INDEXES, &[]).await? {
        definitions.push(text(&mut row.into_iter())?);
    }
    Ok(definitions)
}

fn unexpected(what: &str) -> Failure {
    Failure::new(Kind::Protocol, format!("the catalog has no {what} where they belong"))
}

fn oid(row: &mut std::vec::IntoIter<Value>) -> Result<i64, Failure> {
    row.next().and_then(|value| value.as_int()).ok_or_else(|| unexpected("object ids"))
}

/// Type and what follows it. That there is a default matters to INSERT; which one does not, and its expression might
/// be one the compiler refuses.
fn definition(row: &mut std::vec::IntoIter<Value>) -> Result<String, Failure> {
    let ty = text(row)?;
    let (Some(Value::Bool(not_null)), Some(Value::Bool(default))) = (row.next(), row.next()) else {
        return Err(unexpected("properties of columns"));
    };
    let (identity, generated) = (text(row)?, text(row)?);
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
