//! Which names are seen where, and what is said about those that are not.

use super::{SCHEMA, bind, bind_script, check_all};
use air::expr::{Expr, Literal};
use air::query::Item;
use air_base::Dialect::{self, Mssql, Mysql, Oracle, Postgres, Sqlite};

#[test]
fn aliases_are_seen_where_the_dialect_sees_them() {
    check_all(&[
        (Mysql, "SELECT a + 1 AS x FROM t WHERE x > 1", false),
        (Sqlite, "SELECT a + 1 AS x FROM t WHERE x > 1", true),
        (Postgres, "SELECT a + 1 AS x FROM t WHERE x > 1", false),
        (Mysql, "SELECT a + 1 AS x, COUNT(*) FROM t GROUP BY x", true),
        (Postgres, "SELECT a + 1 AS x, COUNT(*) FROM t GROUP BY x", true),
        (Mssql, "SELECT a + 1 AS x, COUNT(*) FROM t GROUP BY x", false),
        (Oracle, "SELECT a + 1 AS x, COUNT(*) FROM t GROUP BY x", false),
        (Mysql, "SELECT a, COUNT(*) AS n FROM t GROUP BY a HAVING n > 1", true),
        (Sqlite, "SELECT a, COUNT(*) AS n FROM t GROUP BY a HAVING n > 1", true),
        (Postgres, "SELECT a, COUNT(*) AS n FROM t GROUP BY a HAVING n > 1", false),
        (Postgres, "SELECT a + 1 AS x FROM t ORDER BY x", true),
        (Postgres, "SELECT a + 1 AS x FROM t ORDER BY x + 1", false),
        (Mysql, "SELECT a + 1 AS x FROM t ORDER BY x + 1", true),
        (Sqlite, "SELECT a + 1 AS x FROM t ORDER BY x + 1", true),
        (Mssql, "SELECT a + 1 AS x FROM t ORDER BY x", true),
    ]);
}

#[test]
fn every_wrong_item_and_condition_is_reported() {
    let sql = "SELECT a, nope, (SELECT zzz FROM u), frobnicate(a), id FROM t WHERE missing = 1";
    let script = format!("{SCHEMA}\n{sql}");
    let bench = bind_script(Mysql, true, &script);
    let places: Vec<&str> =
        bench.diagnostics.iter().map(|diagnostic| diagnostic.span().text(&script)).collect();
    assert_eq!(places, ["missing", "nope", "zzz", "frobnicate(a)"]);
}

#[test]
fn on_sees_the_sides_of_its_join_only() {
    check_all(&[
        (Postgres, "SELECT 1 FROM t x, t y JOIN u ON x.id = u.t_id", false),
        (Mysql, "SELECT 1 FROM t x, t y JOIN u ON x.id = u.t_id", false),
        (Sqlite, "SELECT 1 FROM t x, t y JOIN u ON x.id = u.t_id", true),
        (Postgres, "SELECT 1 FROM t x, t y JOIN u ON y.id = u.t_id", true),
    ]);
}

#[test]
fn derived_tables_see_their_siblings_only_if_lateral() {
    check_all(&[
        (Postgres, "SELECT 1 FROM t, (SELECT * FROM u WHERE u.t_id = t.id) d", false),
        (Postgres, "SELECT 1 FROM t, LATERAL (SELECT * FROM u WHERE u.t_id = t.id) d", true),
        (Mssql, "SELECT 1 FROM t CROSS APPLY (SELECT * FROM u WHERE u.t_id = t.id) d", true),
        (Postgres, "SELECT (SELECT MAX(c) FROM u WHERE u.t_id = t.id) FROM t", true),
        (Postgres, "SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM (SELECT t.a) d)", true),
    ]);
}

#[test]
fn quoted_names_of_folding_dialects_are_exact() {
    let both = "CREATE TABLE \"Mixed\" (\"Id\" INTEGER, plain INTEGER); ";
    for (sql, expected) in [
        ("SELECT \"Id\", PLAIN, \"plain\" FROM \"Mixed\"", true),
        ("SELECT id FROM \"Mixed\"", false),
        ("SELECT \"Plain\" FROM \"Mixed\"", false),
        ("SELECT plain FROM mixed", false),
    ] {
        let bench = bind_script(Postgres, true, &format!("{both}{sql}"));
        assert_eq!(bench.ok, expected, "{sql}: {:?}", bench.diagnostics);
    }
}

#[test]
fn double_quotes_fall_back_to_text_in_sqlite() {
    let bench = bind(Sqlite, "SELECT \"nothing\" FROM t");
    let item = bench.air.at(bench.select().items, 0);
    let Item::Expr { expr, .. } = item else { panic!("{item:?}") };
    assert!(matches!(bench.air.expr(expr), Expr::Literal { value: Literal::Text { .. } }));
    assert!(!bind(Postgres, "SELECT \"nothing\" FROM t").ok);
}

#[test]
fn the_row_number_of_sqlite_is_its_integer_key() {
    let bench = bind(Sqlite, "SELECT rowid FROM t");
    let item = bench.air.at(bench.select().items, 0);
    let Item::Expr { expr, .. } = item else { panic!("{item:?}") };
    assert!(matches!(bench.air.expr(expr), Expr::Column { index: 0, .. }));
    assert!(!bind(Postgres, "SELECT rowid FROM t").ok);
}

#[test]
fn wrong_names_are_pointed_at() {
    for (sql, expected) in [
        ("SELECT aa FROM t", "SELECT aa FROM t\n       ^^ B0102: no column `aa` is in scope here"),
        ("SELECT t.x FROM t", "SELECT t.x FROM t\n         ^ B0102: `t` has no column `x`"),
        ("SELECT v.a FROM t", "SELECT v.a FROM t\n       ^ B0104: no table or alias `v` is in scope here"),
        ("SELECT a FROM tt", "SELECT a FROM tt\n              ^^ B0101: no table or view `tt` is known"),
        ("SELECT id FROM t, u", "SELECT id FROM t, u\n       ^^ B0103: column `id` is ambiguous"),
    ] {
        let bench = bind(Postgres, sql);
        assert!(!bench.ok);
        assert_eq!(bench.complaint(sql), expected);
    }
}

#[test]
fn near_names_are_suggested() {
    let bench = bind(Mysql, "SELECT t_idd FROM u");
    assert_eq!(bench.diagnostics[0].help.as_deref(), Some("did you mean `t_id`?"));
}

#[test]
fn tables_without_schema_are_open() {
    let bench = bind_script(Mysql, false, "SELECT x.a, b FROM nowhere x WHERE c = 1");
    let source = bench.air.source(air::SourceId(0));
    assert!(!source.closed);
    let names: Vec<_> = bench.air.list(source.columns).iter().map(|c| bench.air.name(c.name)).collect();
    assert_eq!(names, ["c", "a", "b"]);
    assert!(bench.ledger.assumptions.iter().all(|a| a.kind != air::fidelity::Assume::ColumnsOfUnknown));
}

#[test]
fn tables_of_the_server_are_refused() {
    for (dialect, sql) in [
        (Postgres, "SELECT relname FROM pg_class"),
        (Postgres, "SELECT table_name FROM information_schema.tables"),
        (Sqlite, "SELECT name FROM sqlite_master"),
        (Mssql, "SELECT name FROM sys.tables"),
    ] {
        assert!(!bind_script(dialect, false, sql).ok, "{dialect}: {sql}");
    }
}

#[test]
fn merged_columns_are_one() {
    check_all(&[
        (Postgres, "SELECT id FROM t JOIN u USING (id)", true),
        (Postgres, "SELECT s FROM t JOIN u USING (id)", false),
        (Postgres, "SELECT id, s FROM t NATURAL JOIN u", true),
        (Sqlite, "SELECT id FROM t FULL JOIN u USING (id)", true),
        (Postgres, "SELECT c FROM t JOIN u USING (c)", false),
    ]);
    let bench = bind(Postgres, "SELECT * FROM t JOIN u USING (id)");
    assert_eq!(bench.headings(), ["id", "a", "b", "s", "t_id", "c", "s"]);
}

#[test]
fn keywords_of_every_dialect_bind_over_the_same_schema() {
    for dialect in Dialect::ALL {
        let bench = bind_script(dialect, true, &format!("{SCHEMA} SELECT t.a FROM t"));
        assert!(bench.ok, "{dialect}: {:?}", bench.diagnostics);
    }
}
