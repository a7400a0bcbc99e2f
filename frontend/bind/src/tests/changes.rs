//! INSERT, UPDATE, DELETE, MERGE.

use super::{Bench, bind, check_all};
use air::expr::Expr;
use air::query::Item;
use air::statement::{Arbiter, ConflictAction, Delete, Insert, InsertSource, Statement, Update};
use air_base::Dialect::{self, Mssql, Mysql, Oracle, Postgres, Sqlite};

fn insert(dialect: Dialect, sql: &str) -> (Bench, Insert) {
    let bench = bind(dialect, sql);
    let Statement::Insert { insert } = bench.statement().clone() else { panic!("{sql}") };
    (bench, *insert)
}

fn update(dialect: Dialect, sql: &str) -> (Bench, Update) {
    let bench = bind(dialect, sql);
    let Statement::Update { update } = bench.statement().clone() else { panic!("{sql}") };
    (bench, *update)
}

fn delete(dialect: Dialect, sql: &str) -> (Bench, Delete) {
    let bench = bind(dialect, sql);
    let Statement::Delete { delete } = bench.statement().clone() else { panic!("{sql}") };
    (bench, *delete)
}

#[test]
fn inserts_name_their_columns() {
    let (bench, node) = insert(Mysql, "INSERT INTO t (a, id) VALUES (1, 2), (3, 4)");
    assert_eq!(bench.air.list(node.columns), [1, 0]);
    assert!(!node.all_columns);
    let (bench, node) = insert(Mysql, "INSERT INTO t SET b = 1, a = 2");
    assert_eq!(bench.air.list(node.columns), [2, 1]);
    let (bench, node) = insert(Postgres, "INSERT INTO t VALUES (1, 2)");
    let InsertSource::Values { rows } = node.source else { panic!() };
    let row = bench.air.at(rows, 0).items;
    assert_eq!(row.len(), 4);
    assert!(matches!(bench.air.expr(bench.air.at(row, 3)), Expr::Default {}));
    check_all(&[
        (Mysql, "INSERT INTO t (a, x) VALUES (1, 2)", false),
        (Mysql, "INSERT INTO t (a, a) VALUES (1, 2)", false),
        (Mysql, "INSERT INTO t (a, b) VALUES (1)", false),
        (Mysql, "INSERT INTO t VALUES (1, 2)", false),
        (Mysql, "INSERT INTO t () VALUES ()", true),
        (Sqlite, "INSERT INTO t DEFAULT VALUES", true),
        (Mysql, "INSERT INTO t (a) SELECT c FROM u", true),
        (Mysql, "INSERT INTO t (a) SELECT c, id FROM u", false),
    ]);
}

#[test]
fn null_in_an_identity_column_is_its_default() {
    let (bench, node) = insert(Sqlite, "INSERT INTO t (id, a) VALUES (NULL, 1)");
    let InsertSource::Values { rows } = node.source else { panic!() };
    let first = bench.air.at(bench.air.at(rows, 0).items, 0);
    assert!(matches!(bench.air.expr(first), Expr::Default {}));
}

#[test]
fn upserts_of_each_dialect() {
    let (bench, node) =
        insert(Mysql, "INSERT INTO t (id, a) VALUES (1, 2) ON DUPLICATE KEY UPDATE a = VALUES(a) + t.a");
    let conflict = node.conflict.expect("a conflict rule");
    assert!(matches!(conflict.on, Arbiter::Any {}));
    assert!(matches!(conflict.action, ConflictAction::Update { sequential: true, .. }));
    assert!(bench.air.source(conflict.proposed.expect("proposed")).closed);
    let sql =
        "INSERT INTO t (id, a) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET a = excluded.a WHERE t.a < 5";
    for dialect in [Postgres, Sqlite] {
        let (_, node) = insert(dialect, sql);
        let conflict = node.conflict.expect("a conflict rule");
        assert!(matches!(conflict.on, Arbiter::Key { keys, .. } if keys.len() == 1));
        assert!(matches!(conflict.action, ConflictAction::Update { sequential: false, filter: Some(_), .. }));
    }
    let (_, node) = insert(Mysql, "REPLACE INTO t (id, a) VALUES (1, 2)");
    assert!(matches!(node.conflict.map(|c| c.action), Some(ConflictAction::Replace {})));
    let (_, node) = insert(Mysql, "INSERT IGNORE INTO t (id, a) VALUES (1, 2)");
    let action = node.conflict.map(|c| c.action);
    assert!(matches!(action, Some(ConflictAction::Nothing { also_other_failures: true })));
    check_all(&[
        (Postgres, "INSERT INTO t (id, a) VALUES (1, 2) ON CONFLICT DO NOTHING", true),
        (Postgres, "INSERT INTO t (id, a) VALUES (1, 2) ON CONFLICT (x) DO NOTHING", false),
        (Mysql, "INSERT INTO t (id, a) VALUES (1, 2) AS n ON DUPLICATE KEY UPDATE a = n.a", true),
        (Mysql, "INSERT INTO t (id, a) VALUES (1, 2) AS n(p, q) ON DUPLICATE KEY UPDATE a = q", true),
    ]);
}

#[test]
fn updates_over_several_tables() {
    let (_, node) = update(Postgres, "UPDATE t SET a = u.c FROM u WHERE u.t_id = t.id");
    assert!(node.from.is_some() && !node.joined);
    let (bench, node) = update(Mysql, "UPDATE t JOIN u ON u.t_id = t.id SET u.c = t.a, t.b = 1");
    assert!(node.from.is_some() && node.joined && node.sequential);
    assert_eq!(bench.air.name(bench.air.source(node.target).alias), "u");
    let (bench, node) = update(Mssql, "UPDATE x SET a = u.c FROM t x JOIN u ON u.t_id = x.id");
    assert!(node.joined);
    assert_eq!(bench.air.name(bench.air.source(node.target).alias), "x");
    let (_, node) = update(Mysql, "UPDATE t SET a = 1 ORDER BY id LIMIT 2");
    assert!(node.limit.is_some() && node.order.len() == 1 && node.from.is_none());
    check_all(&[
        (Postgres, "UPDATE t SET (a, b) = (1, 2)", true),
        (Postgres, "UPDATE t SET (a, b) = (SELECT c, id FROM u WHERE u.t_id = t.id)", true),
        (Postgres, "UPDATE t SET (a, b) = (SELECT c FROM u)", false),
        (Postgres, "UPDATE t SET x = 1", false),
        (Oracle, "UPDATE t SET (a, b) = (SELECT c, id FROM u WHERE u.t_id = t.id)", true),
    ]);
}

#[test]
fn deletes_over_several_tables() {
    let (_, node) = delete(Postgres, "DELETE FROM t USING u WHERE u.t_id = t.id");
    assert!(node.from.is_some() && !node.joined);
    let (_, node) = delete(Mysql, "DELETE t, u FROM t JOIN u ON u.t_id = t.id");
    assert!(node.joined && node.more_targets.len() == 1);
    let (_, node) = delete(Mysql, "DELETE x FROM t x WHERE x.a = 1");
    assert!(node.from.is_none() && !node.joined);
    let (_, node) = delete(Mssql, "DELETE x FROM t x JOIN u ON u.t_id = x.id");
    assert!(node.joined);
    check_all(&[
        (Mysql, "DELETE v FROM t JOIN u ON u.t_id = t.id", false),
        (Postgres, "WITH x AS (SELECT 1) DELETE FROM x", false),
    ]);
}

#[test]
fn changes_return_rows() {
    let (bench, node) = delete(Postgres, "DELETE FROM t RETURNING id, a + 1 AS n");
    assert_eq!(bench.air.list(node.returning).len(), 2);
    let (bench, node) = update(Mssql, "UPDATE t SET a = 1 OUTPUT deleted.a, inserted.a WHERE id = 1");
    assert_eq!(bench.air.list(node.returning).len(), 2);
    let (bench, node) = insert(Sqlite, "INSERT INTO t (a) VALUES (1) RETURNING *");
    assert!(matches!(bench.air.list(node.returning), [Item::Star { source: None }]));
    check_all(&[
        (Mssql, "INSERT INTO t (a) OUTPUT deleted.a VALUES (1)", false),
        (Postgres, "WITH d AS (DELETE FROM t RETURNING id, a) SELECT a FROM d", true),
        (Postgres, "WITH d AS (DELETE FROM t RETURNING id) SELECT a FROM d", false),
    ]);
}

#[test]
fn merges_have_their_arms() {
    let sql = "MERGE INTO t USING u ON (t.id = u.t_id)
               WHEN MATCHED THEN UPDATE SET a = u.c
               WHEN NOT MATCHED THEN INSERT (id, a) VALUES (u.t_id, u.c)";
    for dialect in [Postgres, Oracle, Mssql] {
        let text = if dialect == Mssql { format!("{sql};") } else { sql.to_owned() };
        let bench = bind(dialect, &text);
        let Statement::Merge { merge } = bench.statement() else { panic!() };
        assert_eq!(merge.clauses.len(), 2);
    }
}

#[test]
fn insert_all_is_an_insert_per_table() {
    let bench = bind(
        Oracle,
        "INSERT ALL INTO t (id, a) VALUES (1, 2) INTO u (id) VALUES (3) INTO u (id) VALUES (4) SELECT * FROM dual",
    );
    assert!(bench.ok);
    assert_eq!(bench.air.statements.len(), 2);
    assert!(!bind(Oracle, "INSERT ALL INTO t (id, a) VALUES (id, c) SELECT id, c FROM u").ok);
}

#[test]
fn the_last_assignment_counts_in_sqlite() {
    let (bench, node) = update(Sqlite, "UPDATE t SET a = 1, b = 2, a = 3");
    assert_eq!(bench.air.list(node.assignments).len(), 2);
    let (bench, node) = update(Mysql, "UPDATE t SET a = 1, a = a + 1");
    assert_eq!(bench.air.list(node.assignments).len(), 2);
    assert!(!bind(Postgres, "UPDATE t SET a = 1, a = 2").ok);
}

#[test]
fn insert_all_of_constants_is_one_insert() {
    let (bench, node) = insert(
        Oracle,
        "INSERT ALL INTO t (id, a) VALUES (1, 2) INTO t (id, a) VALUES (3, 4) SELECT * FROM dual",
    );
    let InsertSource::Values { rows } = node.source else { panic!() };
    assert_eq!(bench.air.list(rows).len(), 2);
}
