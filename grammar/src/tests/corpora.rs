//! Real statements of others: every one of them must be read.

use crate::{Parser, Settings};
use air_base::{Dialect, Severity};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The folder with cases beside the project; absent in a plain checkout.
pub(super) fn shared(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(name);
    if !path.is_dir() {
        eprintln!("../shared/{name} is absent: its statements are not checked");
        return None;
    }
    Some(path)
}

/// Hands over each statement of the cases beside the project and of those in it, with what it is read under.
pub(super) fn each_statement(visit: &mut dyn FnMut(Settings, &str)) {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/cases");
    for folder in shared("cases").into_iter().chain([own]) {
        let mut files: Vec<_> =
            std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
        files.sort();
        for file in &files {
            let file_name =
                file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let Some((name, packed)) = file_name.split_once(".jsonl") else { continue };
            let text = match packed {
                "" => std::fs::read_to_string(file).expect("a readable file"),
                _ => unpacked(file),
            };
            for line in text.lines() {
                let case: serde_json::Value = serde_json::from_str(line).expect("a case");
                let source = case["source"].as_str().unwrap_or(match name {
                    "setups-slt" => "sqlite",
                    "setups-mtr" => "mysql",
                    own => own.strip_prefix("ours-").unwrap_or("postgres"),
                });
                // The cases of MySQL were recorded on MariaDB.
                let dialect =
                    if source == "mysql" { Dialect::Mariadb } else { source.parse().expect("a dialect") };
                let mut settings = Settings::of(dialect);
                let setup = case["setup"].as_array().into_iter().flatten();
                for sql in setup.chain(case.get("query")).filter_map(|sql| sql.as_str()) {
                    visit(settings, sql);
                    // A case is a session.
                    if let Some(value) = sql.strip_prefix("set standard_conforming_strings = ") {
                        settings.backslash_escapes = value == "off";
                    }
                }
            }
        }
    }
}

fn unpacked(file: &Path) -> String {
    let bytes = std::fs::File::open(file).expect("a readable file");
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).expect("text in gzip");
    text
}

/// Hands over each statement of the real scripts.
pub(super) fn each_real_statement(visit: &mut dyn FnMut(Settings, &str)) {
    let Some(folder) = shared("real") else { return };
    for (file, dialect, _) in SCRIPTS {
        let text = std::fs::read_to_string(folder.join(file)).expect("a readable script");
        for statement in crate::split(Settings::of(dialect), &text) {
            visit(Settings::of(dialect), statement.span.text(&text));
        }
    }
}

#[test]
fn every_statement_of_the_cases_is_read() {
    let mut failures = Vec::new();
    let mut count = 0;
    each_statement(&mut |settings, sql| {
        count += 1;
        let mut parser = Parser::new(settings);
        let parsed = parser.parse(sql);
        if let Some(first) = parsed.diagnostics.first() {
            failures.push(format!("{}: {}: {sql}", settings.dialect, first.message));
        }
    });
    assert!(count > 500, "{count}");
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
}

/// Real scripts with the number of their statements.
const SCRIPTS: [(&str, Dialect, usize); 9] = [
    ("sakila/mysql-schema.sql", Dialect::Mysql, 41),
    ("sakila/postgres-schema.sql", Dialect::Postgres, 225),
    ("sakila/sqlite-schema.sql", Dialect::Sqlite, 75),
    ("sakila/oracle-schema.sql", Dialect::Oracle, 95),
    ("sakila/sql-server-schema.sql", Dialect::Mssql, 70),
    ("northwind/mssql.sql", Dialect::Mssql, 3459),
    ("oracle-hr/hr_code.sql", Dialect::Oracle, 6),
    ("oracle-hr/hr_create.sql", Dialect::Oracle, 78),
    ("oracle-hr/hr_populate.sql", Dialect::Oracle, 220),
];

#[test]
fn every_statement_of_the_real_scripts_is_read() {
    let Some(folder) = shared("real") else { return };
    for (file, dialect, statements) in SCRIPTS {
        let text = std::fs::read_to_string(folder.join(file)).expect("a readable script");
        let mut parser = Parser::of(dialect);
        let parsed = parser.parse(&text);
        let faults: Vec<_> = parsed.diagnostics.iter().filter(|d| d.severity != Severity::Note).collect();
        assert!(faults.is_empty(), "{file}: {faults:?}");
        assert_eq!(parsed.tree.statements().len(), statements, "{file}");
    }
}

/// The driver of our own and the one of the generator read the same tables and must build the same trees.
#[test]
fn our_driver_does_what_the_generators_does() {
    let statements = [
        "SELECT a, b AS c FROM t JOIN u USING (x) WHERE a IN (1, 2) AND b BETWEEN 1 AND 2 ORDER BY 1 LIMIT 3",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) OVER (ORDER BY i) FROM n",
        "INSERT INTO t (a, b) VALUES (1, 'x'), (2, f(3)) ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING *",
        "UPDATE t SET a = CASE WHEN b THEN 1 ELSE 2 END WHERE c IS NOT NULL",
        "CREATE TABLE t (a int PRIMARY KEY, b text DEFAULT 'x' CHECK (b <> ''), UNIQUE (a, b))",
        "DELETE FROM t USING u WHERE t.a = u.a",
        "SELECT (1",
        "SELECT FROM FROM",
    ];
    for sql in statements {
        let (mut ours, mut stock) = (Parser::of(Dialect::Postgres), Parser::of(Dialect::Postgres));
        stock.stock = true;
        let (ours, stock) = (ours.parse(sql), stock.parse(sql));
        let dump = |parsed: &crate::Parsed<'_>| parsed.tree.dump(parsed.tree.statements()[0], sql);
        assert_eq!(dump(&ours), dump(&stock), "{sql}");
    }
}

/// Cutting a script up and parsing it see the same statements.
#[test]
fn splitting_finds_the_statements_the_parser_finds() {
    let Some(folder) = shared("real") else { return };
    for (file, dialect) in
        [("sakila/postgres-schema.sql", Dialect::Postgres), ("northwind/mssql.sql", Dialect::Mssql)]
    {
        let text = std::fs::read_to_string(folder.join(file)).expect("a readable script");
        let mut parser = Parser::of(dialect);
        let parsed = parser.parse(&text);
        let spans: Vec<_> = parsed.tree.statements().iter().map(|id| parsed.tree[*id].span).collect();
        let split: Vec<_> = crate::split(parser_settings(dialect), &text).iter().map(|s| s.span).collect();
        assert_eq!(spans, split, "{file}");
    }
}

fn parser_settings(dialect: Dialect) -> crate::Settings {
    crate::Settings::of(dialect)
}
