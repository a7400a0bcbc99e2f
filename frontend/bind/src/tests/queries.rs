//! Clauses of queries.

use super::{bind, bind_script, check_all};
use air::expr::{Expr, Literal};
use air::fidelity::Assume;
use air::query::{Body, Distinct, GroupElement, Item, JoinKind, LooseColumns, Rel, SetOp, SourceKind};
use air_base::Dialect::{Mariadb, Mssql, Mysql, Oracle, Postgres, Sqlite};

#[test]
fn null_order_is_that_of_the_dialect() {
    for (dialect, sql, first) in [
        (Mysql, "SELECT b FROM t ORDER BY b", true),
        (Mysql, "SELECT b FROM t ORDER BY b DESC", false),
        (Postgres, "SELECT b FROM t ORDER BY b", false),
        (Postgres, "SELECT b FROM t ORDER BY b DESC", true),
        (Postgres, "SELECT b FROM t ORDER BY b DESC NULLS LAST", false),
        (Oracle, "SELECT b FROM t ORDER BY b", false),
        (Mssql, "SELECT b FROM t ORDER BY b", true),
        (Sqlite, "SELECT b FROM t ORDER BY b", true),
    ] {
        let bench = bind(dialect, sql);
        let key = bench.air.at(bench.air.query(bench.query()).order, 0);
        assert_eq!(key.nulls_first, first, "{dialect}: {sql}");
    }
}

#[test]
fn positions_and_aliases_become_outputs() {
    for sql in ["SELECT a + 1 AS x, b FROM t ORDER BY 1", "SELECT a + 1 AS x, b FROM t ORDER BY x"] {
        let bench = bind(Mysql, sql);
        let key = bench.air.at(bench.air.query(bench.query()).order, 0);
        assert!(matches!(bench.air.expr(key.expr), Expr::Output { index: 0 }), "{sql}");
    }
    check_all(&[
        (Mysql, "SELECT a FROM t ORDER BY 2", false),
        (Mysql, "SELECT a FROM t ORDER BY 0", false),
        (Mysql, "SELECT * FROM t ORDER BY 4", true),
        (Mysql, "SELECT * FROM t ORDER BY 5", false),
        (Postgres, "SELECT a FROM t UNION SELECT c FROM u ORDER BY 1", true),
        (Postgres, "SELECT a FROM t UNION SELECT c FROM u ORDER BY a", true),
        (Postgres, "SELECT a FROM t UNION SELECT c FROM u ORDER BY b", false),
    ]);
}

#[test]
fn loose_columns_follow_the_dialect() {
    for (dialect, sql, rule) in [
        (Mariadb, "SELECT a, b FROM t GROUP BY a", LooseColumns::Arbitrary),
        (Sqlite, "SELECT a, MAX(b) FROM t", LooseColumns::Extreme),
        (Sqlite, "SELECT a, MAX(b), MIN(b) FROM t", LooseColumns::Arbitrary),
        (Postgres, "SELECT id, a FROM t GROUP BY id", LooseColumns::Determined),
        (Mysql, "SELECT id, a FROM t GROUP BY id", LooseColumns::Determined),
        (Postgres, "SELECT a + 1 FROM t GROUP BY a + 1", LooseColumns::Determined),
    ] {
        let bench = bind(dialect, sql);
        let group = bench.select().group.expect("grouped");
        assert_eq!(group.loose, rule, "{dialect}: {sql}");
    }
    check_all(&[
        (Postgres, "SELECT a, b FROM t GROUP BY a", false),
        (Postgres, "SELECT a, COUNT(*) FROM t", false),
        (Mssql, "SELECT a, b FROM t GROUP BY a", false),
        (Oracle, "SELECT a, b FROM t GROUP BY a", false),
        (Postgres, "SELECT COUNT(*) FROM t HAVING a > 1", false),
        (Postgres, "SELECT a FROM t GROUP BY a ORDER BY b", false),
    ]);
}

#[test]
fn having_without_groups_filters_in_mysql() {
    let bench = bind(Mysql, "SELECT a AS x FROM t HAVING x > 1");
    let select = bench.select();
    assert!(select.having.is_none() && select.filter.is_some());
    assert!(!bind(Postgres, "SELECT a FROM t HAVING a > 1").ok);
}

#[test]
fn aggregates_stand_where_groups_are() {
    check_all(&[
        (Postgres, "SELECT a FROM t WHERE COUNT(*) > 1", false),
        (Postgres, "SELECT MAX(COUNT(*)) FROM t", false),
        (Postgres, "SELECT SUM(COUNT(*)) OVER () FROM t", true),
        (Postgres, "SELECT a FROM t GROUP BY a ORDER BY COUNT(*)", true),
        (Postgres, "SELECT a FROM t JOIN u ON MAX(t.a) = u.c", false),
        (Postgres, "SELECT a FROM t WHERE ROW_NUMBER() OVER () = 1", false),
    ]);
}

#[test]
fn row_limits_in_all_forms() {
    for (dialect, sql, count, offset) in [
        (Mysql, "SELECT a FROM t LIMIT 3", Some(3), None),
        (Mysql, "SELECT a FROM t LIMIT 2, 3", Some(3), Some(2)),
        (Mysql, "SELECT a FROM t LIMIT 18446744073709551615 OFFSET 2", None, Some(2)),
        (Sqlite, "SELECT a FROM t LIMIT -1 OFFSET 2", None, Some(2)),
        (Postgres, "SELECT a FROM t LIMIT ALL OFFSET 2", None, Some(2)),
        (Postgres, "SELECT a FROM t OFFSET 2 ROWS FETCH FIRST ROW ONLY", Some(1), Some(2)),
        (Mssql, "SELECT TOP 3 a FROM t", Some(3), None),
        (Mssql, "SELECT TOP (3) a FROM t ORDER BY a", Some(3), None),
        (Oracle, "SELECT a FROM t WHERE ROWNUM <= 3", Some(3), None),
        (Oracle, "SELECT a FROM t WHERE ROWNUM < 3", Some(2), None),
    ] {
        let bench = bind(dialect, sql);
        let limit = bench.air.query(bench.query()).limit.expect(sql);
        let number = |id: Option<air::ExprId>| id.and_then(|id| bench.air.int_literal(id));
        assert_eq!((number(limit.count), number(limit.offset)), (count, offset), "{dialect}: {sql}");
    }
    assert!(bind(Postgres, "SELECT a FROM t LIMIT ALL").air.statements.len() == 1);
    let tie = bind(Mssql, "SELECT TOP 10 PERCENT WITH TIES a FROM t ORDER BY a");
    let limit = tie.air.query(tie.query()).limit.expect("a limit");
    assert!(limit.percent && limit.with_ties);
}

#[test]
fn the_limit_of_an_ordered_derived_table_goes_inside() {
    let bench = bind(Oracle, "SELECT * FROM (SELECT a FROM t ORDER BY a) WHERE ROWNUM <= 5");
    assert!(bench.air.query(bench.query()).limit.is_none());
    let Some(Rel::Source { .. }) = bench.select().from.map(|rel| bench.air.rel(rel)) else { panic!() };
    assert!(bench.air.query_ids().any(|id| bench.air.query(id).limit.is_some()));
    let never = bind(Oracle, "SELECT a FROM t WHERE ROWNUM > 5").select().filter;
    assert!(never.is_some());
    assert!(!bind(Oracle, "SELECT a FROM t WHERE ROWNUM <= 5 ORDER BY a").ok);
}

#[test]
fn outer_join_marks_become_left_joins() {
    let bench = bind(Oracle, "SELECT t.a, u.c FROM t, u WHERE t.id = u.t_id(+) AND u.c(+) > 1 AND t.a = 2");
    let Some(Rel::Join { kind, on, .. }) = bench.select().from.map(|rel| bench.air.rel(rel)) else {
        panic!()
    };
    assert_eq!(kind, JoinKind::Left);
    assert!(matches!(on.map(|on| bench.air.expr(on)), Some(Expr::And { terms }) if terms.len() == 2));
    assert!(bench.select().filter.is_some());
    assert!(!bind(Oracle, "SELECT 1 FROM t, u WHERE t.id(+) = u.t_id AND t.a = u.c(+)").ok);
}

#[test]
fn outer_apply_is_a_left_join() {
    let bench = bind(Mssql, "SELECT d.c FROM t OUTER APPLY (SELECT c FROM u WHERE t_id = t.id) d");
    let Some(Rel::Join { kind, on, right, .. }) = bench.select().from.map(|rel| bench.air.rel(rel)) else {
        panic!()
    };
    assert_eq!(kind, JoinKind::Left);
    let on = on.and_then(|on| bench.air.literal(on));
    assert_eq!(on, Some(Literal::Bool { value: true }));
    let Rel::Source { source } = bench.air.rel(right) else { panic!() };
    assert!(bench.air.source(source).lateral);
}

#[test]
fn outer_joins_make_columns_nullable() {
    let bench = bind(Postgres, "SELECT t.a, u.id FROM t LEFT JOIN u ON t.id = u.t_id");
    let outputs = bench.air.list(bench.select().outputs);
    assert!(!outputs[0].nullable && outputs[1].nullable);
}

#[test]
fn recursive_tables_take_their_columns_from_the_first_part() {
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n";
    let bench = bind(Postgres, sql);
    assert!(bench.air.query(bench.query()).recursive);
    check_all(&[
        (Postgres, &sql.replace("RECURSIVE ", ""), false),
        (Sqlite, &sql.replace("RECURSIVE ", ""), true),
        (Mssql, &sql.replace("RECURSIVE ", ""), true),
        (Postgres, "WITH RECURSIVE n AS (SELECT * FROM n) SELECT * FROM n", false),
        (Postgres, "WITH x AS (SELECT a FROM t), y AS (SELECT a FROM x) SELECT a FROM y", true),
        (Postgres, "WITH x AS (SELECT a FROM t), x AS (SELECT 1) SELECT a FROM x", false),
        (Postgres, "WITH x(a, b) AS (SELECT a FROM t) SELECT a FROM x", false),
    ]);
}

#[test]
fn set_operations_are_trees_of_equal_width() {
    let bench = bind(Postgres, "SELECT a FROM t UNION SELECT c FROM u INTERSECT SELECT id FROM u");
    let Body::SetOp { op, right, .. } = bench.air.query(bench.query()).body else { panic!() };
    assert_eq!(op, SetOp::Union);
    let Body::SetOp { op, .. } = bench.air.query(right).body else { panic!() };
    assert_eq!(op, SetOp::Intersect);
    let bench = bind(Sqlite, "SELECT a FROM t UNION SELECT c FROM u INTERSECT SELECT id FROM u");
    let Body::SetOp { op, .. } = bench.air.query(bench.query()).body else { panic!() };
    assert_eq!(op, SetOp::Intersect);
    assert!(!bind(Postgres, "SELECT a, b FROM t UNION SELECT c FROM u").ok);
}

#[test]
fn grouping_sets_keep_their_shape() {
    let bench = bind(Postgres, "SELECT a, b, COUNT(*) FROM t GROUP BY GROUPING SETS ((a, b), ROLLUP (a))");
    let group = bench.select().group.expect("grouped");
    let GroupElement::Sets { sets } = bench.air.at(group.elements, 0) else { panic!() };
    assert_eq!(sets.len(), 3);
    let bench = bind(Mysql, "SELECT a, b, COUNT(*) FROM t GROUP BY a, b WITH ROLLUP");
    let group = bench.select().group.expect("grouped");
    assert!(matches!(bench.air.at(group.elements, 0), GroupElement::Rollup { sets } if sets.len() == 2));
}

#[test]
fn distinct_on_keeps_its_keys() {
    let bench = bind(Postgres, "SELECT DISTINCT ON (a) a, b FROM t ORDER BY a, b");
    assert!(matches!(bench.select().distinct, Distinct::On { keys } if keys.len() == 1));
}

#[test]
fn columns_of_derived_tables_have_names() {
    for (dialect, sql) in [
        (Postgres, "SELECT max FROM (SELECT MAX(a) FROM t) d"),
        (Sqlite, "SELECT \"MAX(a)\" FROM (SELECT MAX(a) FROM t) d"),
        (Mysql, "SELECT `MAX(a)` FROM (SELECT MAX(a) FROM t) d"),
        (Postgres, "SELECT column2 FROM (VALUES (1, 'x'), (2, 'y')) v"),
        (Postgres, "SELECT k FROM (VALUES (1, 'x')) v(n, k)"),
    ] {
        let bench = bind(dialect, sql);
        assert!(bench.ok, "{dialect}: {sql}: {:?}", bench.diagnostics);
    }
}

#[test]
fn windows_by_name() {
    check_all(&[
        (Postgres, "SELECT RANK() OVER w FROM t WINDOW w AS (PARTITION BY a ORDER BY b)", true),
        (Postgres, "SELECT RANK() OVER (w ORDER BY b) FROM t WINDOW w AS (PARTITION BY a)", true),
        (Postgres, "SELECT RANK() OVER v FROM t WINDOW w AS (PARTITION BY a)", false),
    ]);
}

#[test]
fn pivots_group_by_the_other_columns() {
    let schema = "CREATE TABLE p (g VARCHAR2(1), k VARCHAR2(1), v NUMBER); ";
    let sql = "SELECT * FROM p PIVOT (SUM(v) FOR k IN ('a' AS a, 'b' AS b))";
    let bench = bind_script(Oracle, true, &format!("{schema}{sql}"));
    assert_eq!(bench.headings(), ["g", "a", "b"]);
}

#[test]
fn hierarchies_become_recursive() {
    let schema = "CREATE TABLE e (id NUMBER, mgr NUMBER, name VARCHAR2(10)); ";
    for sql in [
        "SELECT LEVEL, name FROM e START WITH mgr IS NULL CONNECT BY PRIOR id = mgr",
        "SELECT LEVEL FROM dual CONNECT BY LEVEL <= 3",
        "SELECT CONNECT_BY_ROOT name, SYS_CONNECT_BY_PATH(name, '/'), CONNECT_BY_ISLEAF FROM e
         START WITH mgr IS NULL CONNECT BY PRIOR id = mgr",
    ] {
        let bench = bind_script(Oracle, true, &format!("{schema}{sql}"));
        assert!(bench.ok, "{sql}: {:?}", bench.diagnostics);
        assert!(bench.air.query(bench.query()).recursive);
    }
    let siblings =
        "SELECT name FROM e START WITH mgr IS NULL CONNECT BY PRIOR id = mgr ORDER SIBLINGS BY name";
    let bench = bind_script(Oracle, true, &format!("{schema}{siblings}"));
    assert_eq!(bench.air.query(bench.query()).order.len(), 1);
    let star = "SELECT * FROM e START WITH mgr IS NULL CONNECT BY PRIOR id = mgr";
    let bench = bind_script(Oracle, true, &format!("{schema}{star}"));
    assert_eq!(bench.headings(), ["id", "mgr", "name"]);
}

#[test]
fn queries_for_their_rows_have_a_column() {
    check_all(&[
        (Postgres, "SELECT 1 FROM t WHERE EXISTS (SELECT FROM u WHERE u.t_id = t.id)", true),
        (Postgres, "SELECT (SELECT SUM(t.a) FROM u) FROM t", false),
    ]);
}

#[test]
fn dual_is_no_source() {
    assert!(bind(Oracle, "SELECT 1 FROM dual").select().from.is_none());
    assert!(bind(Mysql, "SELECT 1 FROM DUAL").select().from.is_none());
}

#[test]
fn stars_stay_stars() {
    let bench = bind(Mysql, "SELECT *, t.* FROM t");
    let items = bench.air.list(bench.select().items);
    assert!(matches!(items, [Item::Star { source: None }, Item::Star { source: Some(_) }]));
    assert_eq!(bench.headings(), ["id", "a", "b", "s", "id", "a", "b", "s"]);
}

#[test]
fn comma_joins_bind_to_the_left_in_sqlite() {
    let bench = bind(Sqlite, "SELECT 1 FROM t x, t y LEFT JOIN u ON x.id = u.t_id");
    let Some(Rel::Join { kind, left, .. }) = bench.select().from.map(|rel| bench.air.rel(rel)) else {
        panic!()
    };
    assert_eq!(kind, JoinKind::Left);
    assert!(matches!(bench.air.rel(left), Rel::Join { kind: JoinKind::Comma, .. }));
}

#[test]
fn unqualified_columns_of_several_open_tables_are_assumed() {
    let bench = bind_script(Postgres, false, "SELECT x FROM one, two");
    assert!(bench.ok);
    assert!(bench.ledger.assumptions.iter().any(|a| a.kind == Assume::ColumnsOfUnknown));
}

#[test]
fn table_functions_in_select_lists_are_joined() {
    let bench = bind(Postgres, "SELECT id, generate_series(1, 3) AS n FROM t");
    let Some(Rel::Join { kind, .. }) = bench.select().from.map(|rel| bench.air.rel(rel)) else { panic!() };
    assert_eq!(kind, JoinKind::Cross);
    assert_eq!(bench.headings(), ["id", "n"]);
    check_all(&[
        (Postgres, "SELECT *, generate_series(1, 3) FROM t", true),
        (Postgres, "SELECT COUNT(*), generate_series(1, 3) FROM t", false),
        (Postgres, "SELECT unnest(ARRAY[1, 2]), unnest(ARRAY[1, 2, 3])", false),
        (Sqlite, "SELECT generate_series(1, 3) FROM t", false),
    ]);
}

#[test]
fn table_functions_have_columns() {
    for (dialect, sql) in [
        (Postgres, "SELECT g FROM generate_series(1, 3) g"),
        (Postgres, "SELECT g.n FROM generate_series(1, 3) AS g(n)"),
        (Sqlite, "SELECT value FROM json_each('[1,2]')"),
        (Mssql, "SELECT value FROM STRING_SPLIT('a,b', ',')"),
    ] {
        let bench = bind(dialect, sql);
        assert!(bench.ok, "{dialect}: {sql}: {:?}", bench.diagnostics);
        let Some(Rel::Source { source }) = bench.select().from.map(|rel| bench.air.rel(rel)) else {
            panic!()
        };
        assert!(matches!(bench.air.source(source).kind, SourceKind::Function { .. }));
    }
}
