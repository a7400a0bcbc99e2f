//! What T-SQL has no words for is said otherwise or refused. `cargo xtask score --to mssql` has Microsoft's own parser
//! read what is emitted for all cases; here is what each form looks like.

use airc::{Options, Translator};

const SCHEMA: &str = "CREATE TABLE t (id INT PRIMARY KEY, a INT, s TEXT);
    CREATE TABLE u (id INT PRIMARY KEY, b INT);
    CREATE SEQUENCE q;";

fn translated(sql: &str) -> String {
    let options = Options { width: 10_000, ..Options::default() };
    let (from, to) = ("postgres".parse().expect("a profile"), "mssql@15.0".parse().expect("a profile"));
    let mut translator = Translator::new(from, to, options);
    translator.with_schema(SCHEMA);
    let outcomes = translator.translate_script(sql);
    let [outcome] = outcomes.as_slice() else { panic!("one statement: {sql}") };
    match &outcome.translation {
        Some(translation) => translation.sql.join("; "),
        None => outcome.refusal().map_or(String::new(), |why| why.message.clone()),
    }
}

#[track_caller]
fn check(sql: &str, expected: &str) {
    assert_eq!(translated(sql), expected, "{sql}");
}

#[test]
fn using_is_on_and_stars_are_listed() {
    check(
        "SELECT * FROM t JOIN u USING (id)",
        "SELECT t.id AS id, t.a, t.s, u.b FROM t JOIN u ON t.id = u.id",
    );
}

#[test]
fn tables_inside_have_no_order() {
    check(
        "SELECT id FROM (SELECT id FROM t ORDER BY a) d WHERE id > 1",
        "SELECT id FROM (SELECT id FROM t) AS d WHERE id > 1",
    );
    check(
        "SELECT string_agg(s, ',') FROM (SELECT s FROM t ORDER BY a) d",
        "values are collected in the order of a subquery, which has none on mssql@15.0",
    );
}

#[test]
fn operands_of_set_operations_are_tables() {
    check(
        "(SELECT id FROM t ORDER BY id LIMIT 1) UNION ALL SELECT id FROM u",
        "SELECT d.id FROM (SELECT TOP (1) id FROM t ORDER BY id) AS d UNION ALL SELECT id FROM u",
    );
}

#[test]
fn with_stands_in_front() {
    check(
        "SELECT id FROM (WITH x AS (SELECT id FROM t) SELECT id FROM x) d",
        "WITH x AS (SELECT id FROM t) SELECT id FROM (SELECT id FROM x) AS d",
    );
}

#[test]
fn definitions_ask_first_and_calculate_bare() {
    check(
        "CREATE TABLE IF NOT EXISTS v (a INT, b INT GENERATED ALWAYS AS (a) STORED)",
        "IF OBJECT_ID(N'v', N'U') IS NULL CREATE TABLE v (a int, b AS (a) PERSISTED)",
    );
    check("CREATE OR REPLACE VIEW w AS SELECT id FROM t", "CREATE OR ALTER VIEW w AS SELECT id FROM t");
    check("ALTER TABLE t RENAME COLUMN a TO \"a b\"", "EXEC sp_rename N't.a', N'a b', N'COLUMN'");
    check("ALTER TABLE t ALTER COLUMN a SET DEFAULT 3", "ALTER TABLE t ADD DEFAULT 3 FOR a");
}

#[test]
fn predicates_are_no_values_and_aliases_stand_behind_from() {
    check("SELECT a::boolean FROM t", "SELECT CASE WHEN a <> 0 THEN 1 WHEN NOT a <> 0 THEN 0 END FROM t");
    check("UPDATE t AS x SET a = 1 WHERE x.id = 2", "UPDATE x SET a = 1 FROM t AS x WHERE x.id = 2");
}

#[test]
fn what_has_no_form_is_refused() {
    check(
        "SELECT string_agg(DISTINCT s, ',') FROM t",
        "distinct values in the order of something else have no form on mssql@15.0",
    );
    check("SELECT currval('q')", "the last number a session took from a sequence is not kept on mssql@15.0");
    check(
        "SELECT sum(a) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
        "frames of RANGE have no distances on mssql@15.0",
    );
}
