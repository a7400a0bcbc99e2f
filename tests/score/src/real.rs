//! Real scripts: each is loaded into its own engine as it stands and, translated, into all
//! three; tables and views must hold the same rows everywhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use air_base::Dialect;
use xxhash_rust::xxh3::xxh3_128;

use crate::compare::{Order, Verdict, compare};
use crate::engines::{Engine, EngineError, EngineKind, Fleet, ServerError, profile_of};
use crate::translators::{Outcome, Translator};
use crate::values::{Rows, Value};

/// A script, perhaps in several files that are run one after the other.
#[derive(Clone, Debug)]
pub struct Script {
    /// Short name.
    pub name: &'static str,
    /// The dialect it is written in.
    pub dialect: Dialect,
    /// Files below the folder of real scripts.
    files: &'static [&'static str],
    /// Rows for scripts that bring none, put into every database after the script.
    rows: Option<&'static str>,
}

/// Without rows every view would be equal everywhere.
const SAKILA_ROWS: &str = include_str!("../data/sakila-rows.sql");

/// The scripts of `../shared/real`.
pub const SCRIPTS: &[Script] = &[
    Script {
        name: "sakila-mysql",
        dialect: Dialect::Mysql,
        files: &["sakila/mysql-schema.sql"],
        rows: Some(SAKILA_ROWS),
    },
    Script {
        name: "sakila-postgres",
        dialect: Dialect::Postgres,
        files: &["sakila/postgres-schema.sql"],
        rows: Some(SAKILA_ROWS),
    },
    Script {
        name: "sakila-sqlite",
        dialect: Dialect::Sqlite,
        files: &["sakila/sqlite-schema.sql"],
        rows: Some(SAKILA_ROWS),
    },
    Script {
        name: "sakila-mssql",
        dialect: Dialect::Mssql,
        files: &["sakila/sql-server-schema.sql"],
        rows: Some(SAKILA_ROWS),
    },
    Script {
        name: "sakila-oracle",
        dialect: Dialect::Oracle,
        files: &["sakila/oracle-schema.sql"],
        rows: Some(SAKILA_ROWS),
    },
    Script { name: "northwind-mssql", dialect: Dialect::Mssql, files: &["northwind/mssql.sql"], rows: None },
    Script {
        name: "hr-oracle",
        dialect: Dialect::Oracle,
        files: &["oracle-hr/hr_create.sql", "oracle-hr/hr_populate.sql", "oracle-hr/hr_code.sql"],
        rows: None,
    },
];

impl Script {
    /// The text of all its files.
    pub fn read(&self, folder: &Path) -> Result<String, String> {
        let mut text = String::new();
        for file in self.files {
            let path: PathBuf = folder.join(file);
            let part = fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            text.push_str(&String::from_utf8_lossy(&part));
            text.push('\n');
        }
        Ok(text)
    }
}

/// A table or view and what it holds.
struct Relation {
    is_view: bool,
    rows: Result<Rows, EngineError>,
}

/// A database after a script.
struct Loaded {
    label: String,
    /// By name in lower case, which is how engines that fold names agree.
    relations: BTreeMap<String, Relation>,
    statements: usize,
    /// Start of the statement, code and words.
    refused: Vec<(String, String)>,
    /// Start of the target statement, and what the engine said.
    rejected: Vec<(String, String)>,
    /// Beginnings of refused statements, up to what they say about the object: they tell which relations are missing.
    refused_heads: Vec<String>,
}

/// A script on one engine, in figures.
pub struct Line {
    /// Script and engine.
    pub label: (&'static str, String),
    /// Statements of the script, and those refused.
    pub statements: (usize, usize),
    /// Tables there, and those of the script.
    pub tables: (usize, usize),
    /// The same for views.
    pub views: (usize, usize),
}

/// What came out of one script.
pub struct Findings {
    /// The report.
    pub text: String,
    /// One for each target.
    pub lines: Vec<Line>,
    /// Statements rejected, relations missing without a refusal or holding other rows.
    pub faults: usize,
}

/// Loads a script everywhere and compares. `seat` counts on from run to run: each database is used once.
pub fn run(
    script: &Script,
    source: &str,
    targets: &[EngineKind],
    fleet: &Fleet,
    translator: &mut dyn Translator,
    seat: &mut usize,
) -> Result<Findings, ServerError> {
    let mut databases = Vec::new();
    if let Some(own) = EngineKind::of(script.dialect) {
        *seat += 1;
        databases.push(load_original(script, own, source, fleet, *seat)?);
    }
    for &target in targets {
        *seat += 1;
        databases.push(load_translation(script, target, source, fleet, translator, *seat)?);
    }
    Ok(findings(script, &databases))
}

fn load_original(
    script: &Script,
    kind: EngineKind,
    source: &str,
    fleet: &Fleet,
    seat: usize,
) -> Result<Loaded, ServerError> {
    let mut engine = opened(kind, fleet, seat)?;
    let mut rejected = Vec::new();
    match fleet.client(kind, seat) {
        None => {
            if let Err(error) = engine.execute(source) {
                rejected.push(("(the original)".to_owned(), error.to_string()));
            }
        }
        Some(mut command) => {
            let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
            let mut child = child.map_err(|error| ServerError(format!("cannot run {command:?}: {error}")))?;
            if let Some(mut input) = child.stdin.take() {
                // A client that stops reading says why on its standard error.
                let _ = input.write_all(source.as_bytes());
            }
            let output = child
                .wait_with_output()
                .map_err(|error| ServerError(format!("the client broke down: {error}")))?;
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            let errors = words.lines().filter(|line| line.contains("ERROR"));
            rejected.extend(errors.map(|line| ("(the original)".to_owned(), line.to_owned())));
        }
    }
    insert_rows(script, kind, engine.as_mut())?;
    Ok(Loaded {
        label: format!("{} itself", kind.label()),
        relations: relations(kind, engine.as_mut())?,
        statements: 0,
        refused: Vec::new(),
        rejected,
        refused_heads: Vec::new(),
    })
}

fn load_translation(
    script: &Script,
    target: EngineKind,
    source: &str,
    fleet: &Fleet,
    translator: &mut dyn Translator,
    seat: usize,
) -> Result<Loaded, ServerError> {
    let mut engine = opened(target, fleet, seat)?;
    let pieces = translator.translate_text(profile_of(script.dialect), target.profile(), source);
    let mut loaded = Loaded {
        label: target.label().to_owned(),
        relations: BTreeMap::new(),
        statements: pieces.len(),
        refused: Vec::new(),
        rejected: Vec::new(),
        refused_heads: Vec::new(),
    };
    for piece in pieces {
        match piece.outcome {
            Outcome::Refused { code, message } => {
                loaded.refused.push((start_of(&piece.source), format!("{code} {message}")));
                loaded.refused_heads.push(head_of(&piece.source));
            }
            Outcome::Sql { statements, .. } => {
                for sql in statements {
                    if let Err(error) = engine.execute(&sql) {
                        loaded.rejected.push((start_of(&sql), error.to_string()));
                    }
                }
            }
        }
    }
    insert_rows(script, target, engine.as_mut())?;
    loaded.relations = relations(target, engine.as_mut())?;
    Ok(loaded)
}

/// Databases that are neither the server's nor a seat's.
const OTHER_DATABASES: &str = "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN
  ('mysql', 'sys', 'information_schema', 'performance_schema') AND schema_name NOT REGEXP '^seat[0-9]+$'";

fn opened(kind: EngineKind, fleet: &Fleet, seat: usize) -> Result<Box<dyn Engine>, ServerError> {
    let mut engine = fleet.connect(kind, seat)?;
    let failed = |error: EngineError| ServerError(format!("{}: {error}", kind.label()));
    engine.reset().map_err(failed)?;
    if kind == EngineKind::Mariadb {
        // Scripts run one after the other, and the client that loads an original tells nobody what it creates.
        for row in engine.execute(OTHER_DATABASES).map_err(failed)?.unwrap_or_default().rows {
            if let [Value::Text(name)] = row.as_slice() {
                let drop = format!("DROP DATABASE IF EXISTS `{}`", name.replace('`', "``"));
                engine.execute(&drop).map_err(failed)?;
            }
        }
    }
    Ok(engine)
}

/// Puts the script's rows into its tables, with triggers and foreign keys at rest: some of them
/// are refused and those that are not must not act. A table that is missing stays so.
fn insert_rows(script: &Script, kind: EngineKind, engine: &mut dyn Engine) -> Result<(), ServerError> {
    let Some(rows) = script.rows else { return Ok(()) };
    let words = |error: EngineError| ServerError(format!("{}: {error}", kind.label()));
    let (settings, triggers): (&[&str], &str) = match kind {
        EngineKind::Sqlite => {
            (&["PRAGMA foreign_keys = OFF"], "SELECT 'DROP TRIGGER ' || name FROM sqlite_schema WHERE type = 'trigger'")
        }
        EngineKind::Postgres => {
            (&["SET session_replication_role = replica", "SET search_path = public"], "SELECT 'SELECT 1'")
        }
        EngineKind::Mariadb => (
            &["SET foreign_key_checks = 0"],
            "SELECT concat('DROP TRIGGER `', trigger_schema, '`.`', trigger_name, '`') FROM information_schema.triggers
             WHERE trigger_schema NOT IN ('sys', 'mysql')",
        ),
    };
    for setting in settings {
        engine.execute(setting).map_err(words)?;
    }
    for row in engine.execute(triggers).map_err(words)?.unwrap_or_default().rows {
        if let [Value::Text(drop)] = row.as_slice() {
            engine.execute(drop).map_err(words)?;
        }
    }
    // The script's own database, if it made one and left.
    if kind == EngineKind::Mariadb {
        let home = "SELECT table_schema FROM information_schema.tables WHERE table_name = 'actor'
             AND (table_schema = database() OR table_schema NOT REGEXP '^seat[0-9]+$')";
        for row in engine.execute(home).map_err(words)?.unwrap_or_default().rows {
            if let [Value::Text(schema)] = row.as_slice() {
                engine.execute(&format!("USE `{schema}`")).map_err(words)?;
            }
        }
    }
    let mut failed = false;
    for statement in rows.split(";\n") {
        let alternative = statement.trim_start().starts_with("-- or\n");
        let sql: String = statement.lines().filter(|line| !line.starts_with("--")).collect();
        if !sql.trim().is_empty() && (!alternative || failed) {
            failed = engine.execute(&given_identities(kind, sql)).is_err();
        }
    }
    if kind == EngineKind::Sqlite {
        whole_dates(engine).map_err(words)?;
    }
    Ok(())
}

/// The rows give a point in time for a column that is a date in some of the schemas, and cut there; where dates are
/// texts, it is the default of the column that tells.
fn whole_dates(engine: &mut dyn Engine) -> Result<(), EngineError> {
    let columns = "SELECT format('UPDATE \"%w\" SET \"%w\" = date(\"%w\")', t.name, c.name, c.name)
         FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND c.dflt_value LIKE '%current~_date%' ESCAPE '~'";
    for row in engine.execute(columns)?.unwrap_or_default().rows {
        if let [Value::Text(update)] = row.as_slice() {
            engine.execute(update)?;
        }
    }
    Ok(())
}

/// The rows bring their numbers along. Where numbers are always made up (T-SQL's IDENTITY), T-SQL demands
/// `SET IDENTITY_INSERT` before a given one, and PostgreSQL these words; its other tables do not mind them.
fn given_identities(kind: EngineKind, insert: String) -> String {
    match kind {
        EngineKind::Postgres => insert.replacen(") values ", ") overriding system value values ", 1),
        // A column of the PostgreSQL schema has the name of a reserved word.
        EngineKind::Mariadb => insert.replacen(", fulltext)", ", `fulltext`)", 1),
        EngineKind::Sqlite => insert,
    }
}

/// Name as a statement needs it, plain name, and whether it is a view. Sequences, which MariaDB lists among its tables,
/// hold no rows of the script.
fn listing(kind: EngineKind) -> &'static str {
    match kind {
        EngineKind::Sqlite => {
            "SELECT '\"' || replace(name, '\"', '\"\"') || '\"', name, type = 'view' FROM sqlite_schema
             WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
        }
        EngineKind::Postgres => {
            "SELECT format('%I.%I', table_schema, table_name), table_name::text, table_type = 'VIEW'
             FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        }
        EngineKind::Mariadb => {
            "SELECT concat('`', table_schema, '`.`', table_name, '`'), table_name, table_type = 'VIEW'
             FROM information_schema.tables
             WHERE table_type <> 'SEQUENCE' AND (table_schema = database() OR (table_schema NOT REGEXP '^seat[0-9]+$'
               AND table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')))"
        }
    }
}

fn relations(kind: EngineKind, engine: &mut dyn Engine) -> Result<BTreeMap<String, Relation>, ServerError> {
    let words = |error: EngineError| ServerError(format!("{}: {error}", kind.label()));
    let listed = engine.execute(listing(kind)).map_err(words)?.unwrap_or_default();
    let mut relations = BTreeMap::new();
    for row in listed.rows {
        let [Value::Text(reference), Value::Text(name), is_view] = row.as_slice() else { continue };
        let rows = engine.execute(&format!("SELECT * FROM {reference}")).map(Option::unwrap_or_default);
        relations.insert(name.to_lowercase(), Relation { is_view: is_view.key() == "#1", rows });
    }
    Ok(relations)
}

/// The sum of hashes of the rows, in whatever order they come.
fn checksum(rows: &Rows) -> u128 {
    let hash = |row: &Vec<Value>| {
        let cells: Vec<String> = row.iter().map(Value::key).collect();
        xxh3_128(cells.join("\u{1e}").as_bytes())
    };
    rows.rows.iter().map(hash).fold(0, u128::wrapping_add)
}

fn findings(script: &Script, databases: &[Loaded]) -> Findings {
    let mut text = format!("== {} ({})\n", script.name, profile_of(script.dialect));
    let mut faults = 0;
    let mut lines = Vec::new();
    let count = |loaded: &Loaded, view: bool| loaded.relations.values().filter(|r| r.is_view == view).count();
    let most = |view: bool| databases.iter().map(|loaded| count(loaded, view)).max().unwrap_or(0);
    for database in databases {
        let Loaded { label, relations, statements, refused, rejected, .. } = database;
        let views = relations.values().filter(|relation| relation.is_view).count();
        let tables = relations.len() - views;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{label}: {statements} statements, {} refused, {} rejected; {tables} tables, {views} views",
            refused.len(),
            rejected.len()
        );
        let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (start, why) in refused {
            groups.entry(why).or_default().push(start);
        }
        for (why, starts) in groups {
            let _ =
                writeln!(text, "   refused {:>3}: {why}\n                e.g. {}", starts.len(), starts[0]);
        }
        for (start, why) in rejected {
            let _ = writeln!(text, "   REJECTED {why}\n      {start}");
        }
        if !label.ends_with("itself") {
            faults += rejected.len();
            lines.push(Line {
                label: (script.name, label.clone()),
                statements: (*statements, refused.len()),
                tables: (tables, most(false)),
                views: (views, most(true)),
            });
        }
    }
    faults += compare_relations(databases, &mut text);
    Findings { text, lines, faults }
}

/// Compares every relation of any database with the first database that has it.
fn compare_relations(databases: &[Loaded], text: &mut String) -> usize {
    let mut faults = 0;
    let mut names: Vec<&String> = databases.iter().flat_map(|database| database.relations.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let truth = databases.iter().find_map(|database| database.relations.get(name));
        let Some(Relation { is_view, rows }) = truth else { continue };
        let kind = if *is_view { "view" } else { "table" };
        let size = match rows {
            Ok(rows) => format!("{:>6} rows {:032x}", rows.rows.len(), checksum(rows)),
            Err(error) => format!("cannot be read: {error}"),
        };
        let mut notes = Vec::new();
        for database in databases {
            let fault = match (rows, database.relations.get(name).map(|relation| &relation.rows)) {
                (_, None) if database.refused_heads.iter().any(|head| head == name) => {
                    notes.push(format!("{} refused", database.label));
                    continue;
                }
                (_, None) => "MISSING without a refusal".to_owned(),
                (Err(_), Some(Err(_))) => continue,
                (_, Some(Err(error))) => format!("CANNOT BE READ: {error}"),
                (Err(_), Some(Ok(_))) => continue,
                (Ok(rows), Some(Ok(found)))
                    if rows.rows.len() == found.rows.len() && checksum(rows) == checksum(found) =>
                {
                    continue;
                }
                (Ok(rows), Some(Ok(found))) => match compare(rows, found, &Order::Bag) {
                    Verdict::Same => {
                        notes.push(format!("{} equal within the tolerance of floats", database.label));
                        continue;
                    }
                    Verdict::Precision(difference) | Verdict::Differs(difference) => {
                        format!("DIFFERS: {difference}")
                    }
                },
            };
            faults += 1;
            notes.push(format!("{} {fault}", database.label));
        }
        let notes = if notes.is_empty() { "equal everywhere".to_owned() } else { notes.join("; ") };
        let _ = writeln!(text, "   {kind:<5} {name:<32} {size}  {notes}");
    }
    faults
}

/// What a CREATE TABLE or CREATE VIEW creates, as [`Loaded::relations`] names it; empty for other statements.
fn head_of(sql: &str) -> String {
    let lower = sql.to_lowercase();
    let mut rest = lower.as_str();
    // Comments, quotes and schemas aside, the name stands behind the first TABLE or VIEW.
    let Some(at) = ["table ", "view "].iter().filter_map(|word| Some(rest.find(word)? + word.len())).min()
    else {
        return String::new();
    };
    rest = rest[at..].trim_start();
    rest = rest.strip_prefix("if not exists ").unwrap_or(rest).trim_start();
    loop {
        let (name, behind) = match rest.chars().next() {
            Some(open @ ('"' | '`' | '[')) => {
                let close = if open == '[' { ']' } else { open };
                let Some(end) = rest[1..].find(close) else { return String::new() };
                (&rest[1..=end], &rest[end + 2..])
            }
            _ => {
                let end = rest.find(|letter: char| !(letter.is_alphanumeric() || "_$#".contains(letter)));
                rest.split_at(end.unwrap_or(rest.len()))
            }
        };
        match behind.strip_prefix('.') {
            Some(more) => rest = more,
            None => return name.to_owned(),
        }
    }
}

/// The first words of a statement, on one line.
fn start_of(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= 100 { line } else { line.chars().take(100).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_known_by_its_name() {
        assert_eq!(head_of("CREATE TABLE `sakila`.`actor` (id INT)"), "actor");
        assert_eq!(head_of("create view \"Order Details\" AS SELECT 1"), "order details");
        assert_eq!(head_of("CREATE TABLE IF NOT EXISTS dbo.[film_text](id int)"), "film_text");
        assert_eq!(head_of("CREATE TRIGGER t AFTER INSERT ON film"), "");
    }

    #[test]
    fn checksums_do_not_depend_on_order_or_spelling() {
        let rows = |rows: &[&[Value]]| Rows {
            columns: vec!["a".to_owned(), "b".to_owned()],
            rows: rows.iter().map(|row| row.to_vec()).collect(),
        };
        let (one, half) = ([Value::Bool(true), Value::number("0.50")], [Value::Null, Value::Float(0.5)]);
        let other = [Value::number("1"), Value::Float(0.5)];
        assert_eq!(checksum(&rows(&[&one, &half])), checksum(&rows(&[&half, &other])));
        assert_ne!(checksum(&rows(&[&one, &one])), checksum(&rows(&[&one, &half])));
    }
}
