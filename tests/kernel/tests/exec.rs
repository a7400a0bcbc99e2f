//! Statements through the kernel, on the three engines.

use airc_kernel_tests::{Bed, context, exec, kernel, run, value};
use airc_score::engines::EngineKind;
use sqlx_kernel::core::schedule::Class;
use sqlx_kernel::{ConnectOptions, Kind, Value};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn any_dialect_runs_on_any_engine() {
    let kernel = kernel();
    for bed in Bed::all() {
        let session = kernel.connect(bed.options()).await.unwrap();
        run(&kernel, &session, &["CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL)"]).await;
        let mysql = context().written_in("mysql");
        let insert = "INSERT INTO users (name, id) VALUES (?, ?)";
        for (id, name) in [(1, "Ada"), (2, "Grace")] {
            let done = kernel.exec(&session, insert, &[name.into(), id.into()], &mysql).await.unwrap();
            assert_eq!(done.affected, 1, "{session:?}");
        }
        let oracle = context().written_in("oracle");
        let sql = "SELECT NVL(name, '-') FROM users WHERE id = :1";
        let found = kernel.exec(&session, sql, &[2.into()], &oracle).await.unwrap();
        assert_eq!((found.rows, found.class), (vec![vec!["Grace".into()]], Class::L), "{session:?}");
        let refused = exec(&kernel, &session, "SELECT no_such_function(1)").await.unwrap_err();
        assert_eq!(refused.kind, Kind::Refused, "{session:?}: {refused}");
        assert!(refused.code.is_some(), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_keep_their_kind() {
    let kernel = kernel();
    let bed = Bed::new(EngineKind::Postgres);
    let session = kernel.connect(bed.options()).await.unwrap();
    run(
        &kernel,
        &session,
        &["CREATE TABLE v (i INT, n NUMERIC(20,4), f DOUBLE PRECISION, t TEXT, b BYTEA, d DATE, ts TIMESTAMP, \
           tz TIMESTAMPTZ, u UUID, j JSONB, o BOOLEAN)"],
    )
    .await;
    let values: Vec<Value> = vec![
        7.into(),
        Value::Decimal("1234567890.1200".parse().unwrap()),
        0.1.into(),
        "ü'\\".into(),
        vec![0u8, 255].into(),
        Value::Date("2024-02-29".parse().unwrap()),
        Value::DateTime("2024-02-29T12:00:00.5".parse().unwrap()),
        Value::Moment("2024-02-29T12:00:00Z".parse().unwrap()),
        Value::Uuid("67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap()),
        Value::Json("{\"a\": [1, 2]}".to_owned()),
        true.into(),
    ];
    let insert = "INSERT INTO v VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    kernel.exec(&session, insert, &values, &context()).await.unwrap();
    let nulls = vec![Value::Null; 11];
    kernel.exec(&session, insert, &nulls, &context()).await.unwrap();
    let found = exec(&kernel, &session, "SELECT * FROM v ORDER BY i NULLS LAST").await.unwrap();
    assert_eq!(found.rows, [values, nulls]);
    let wrong = kernel.exec(&session, insert, &[1.into()], &context()).await.unwrap_err();
    assert_eq!(wrong.kind, Kind::Usage, "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_compare_by_bytes_are_texts() {
    let kernel = kernel();
    let bed = Bed::new(EngineKind::Mariadb);
    let session = kernel.connect(bed.options()).await.unwrap();
    let create = "CREATE TABLE t (a VARCHAR(9) COLLATE utf8mb4_bin, b TEXT COLLATE utf8mb4_bin, c VARBINARY(9), d BLOB)";
    run(&kernel, &session, &[create, "INSERT INTO t VALUES ('é', 'ü', 'x', 'y')"]).await;
    let found = exec(&kernel, &session, "SELECT a, b, c, d FROM t").await.unwrap();
    let expected: Vec<Value> = vec!["é".into(), "ü".into(), b"x".to_vec().into(), b"y".to_vec().into()];
    assert_eq!(found.rows, [expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_keeps_its_connection_and_undoes_itself() {
    let kernel = kernel();
    for bed in Bed::all() {
        let (one, two) =
            (kernel.connect(bed.options()).await.unwrap(), kernel.connect(bed.options()).await.unwrap());
        run(&kernel, &one, &["CREATE TABLE t (a INT)", "BEGIN", "INSERT INTO t VALUES (1)"]).await;
        assert!(one.is_bound().await && !two.is_bound().await);
        assert_eq!(value(&kernel, &one, "SELECT COUNT(*) FROM t").await, Value::Int(1), "{one:?}");
        assert_eq!(value(&kernel, &two, "SELECT COUNT(*) FROM t").await, Value::Int(0), "{two:?}");
        run(&kernel, &one, &["COMMIT"]).await;
        assert!(!one.is_bound().await);
        assert_eq!(value(&kernel, &two, "SELECT COUNT(*) FROM t").await, Value::Int(1), "{two:?}");
        run(&kernel, &one, &["BEGIN", "DELETE FROM t"]).await;
        drop(one);
        assert_eq!(
            value(&kernel, &two, "SELECT COUNT(*) FROM t").await,
            Value::Int(1),
            "rolled back: {two:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn definitions_are_seen_by_who_may_see_them() {
    let kernel = kernel();
    let bed = Bed::new(EngineKind::Postgres);
    let (one, two) =
        (kernel.connect(bed.options()).await.unwrap(), kernel.connect(bed.options()).await.unwrap());
    run(&kernel, &one, &["BEGIN", "CREATE TABLE fresh (a INT)", "INSERT INTO fresh VALUES (1)"]).await;
    let unknown = exec(&kernel, &two, "SELECT a FROM fresh").await.unwrap_err();
    assert_eq!(unknown.kind, Kind::Refused, "{unknown}");
    run(&kernel, &one, &["COMMIT"]).await;
    assert_eq!(value(&kernel, &two, "SELECT a FROM fresh").await, Value::Int(1));
    run(&kernel, &one, &["BEGIN", "CREATE TABLE gone (a INT)", "ROLLBACK"]).await;
    assert!(exec(&kernel, &one, "SELECT a FROM gone").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_definitions_are_no_error_of_the_caller() {
    let kernel = kernel();
    for bed in Bed::all() {
        let session = kernel.connect(bed.options().pool_max(1)).await.unwrap();
        run(&kernel, &session, &["CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)"]).await;
        let rows = |found: sqlx_kernel::QueryResult| found.rows;
        assert_eq!(rows(exec(&kernel, &session, "SELECT * FROM t").await.unwrap()), [[Value::Int(1)]]);
        // Another kernel is somebody we know nothing of.
        let other = airc_kernel_tests::kernel();
        let stranger = other.connect(bed.options()).await.unwrap();
        run(&other, &stranger, &["ALTER TABLE t ADD COLUMN b INT"]).await;
        let found = exec(&kernel, &session, "SELECT * FROM t").await;
        let found = found.unwrap_or_else(|failure| panic!("{session:?}: {failure}"));
        assert_eq!((found.columns.len(), found.rows.len()), (found.rows[0].len(), 1), "{session:?}");
        run(&other, &stranger, &["CREATE TABLE strange (x INT)", "INSERT INTO strange VALUES (4)"]).await;
        tokio::time::sleep(Duration::from_millis(120)).await;
        assert_eq!(value(&kernel, &session, "SELECT x FROM strange").await, Value::Int(4), "{session:?}");
        run(&other, &stranger, &["ALTER TABLE t RENAME COLUMN a TO c"]).await;
        tokio::time::sleep(Duration::from_millis(120)).await;
        let renamed = exec(&kernel, &session, "SELECT a FROM t").await.unwrap_err();
        assert!(matches!(renamed.kind, Kind::Refused | Kind::Name), "{session:?}: {renamed}");
        assert_eq!(value(&kernel, &session, "SELECT c FROM t").await, Value::Int(1), "{session:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_is_not_read_without_a_connection_of_its_own() {
    let kernel = kernel();
    for bed in Bed::all() {
        let session = kernel.connect(bed.options()).await.unwrap();
        let mysql = context().written_in("mysql");
        let last = "SELECT LAST_INSERT_ID()";
        let create = "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT)";
        kernel.exec(&session, create, &[], &mysql).await.unwrap();
        kernel.exec(&session, "INSERT INTO t (a) VALUES (5)", &[], &mysql).await.unwrap();
        let Err(free) = kernel.exec(&session, last, &[], &mysql).await else { panic!("{session:?}") };
        // What has no exact form on an engine is refused before.
        assert!(matches!(free.kind, Kind::TransactionState | Kind::Refused), "{session:?}: {free}");
        if free.kind == Kind::Refused {
            continue;
        }
        run(&kernel, &session, &["BEGIN"]).await;
        kernel.exec(&session, "INSERT INTO t (a) VALUES (6)", &[], &mysql).await.unwrap();
        let found = kernel.exec(&session, last, &[], &mysql).await.unwrap();
        assert_eq!(found.rows, [[Value::Int(2)]], "{session:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_stream_and_can_be_left() {
    let kernel = kernel();
    let numbers =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n";
    for bed in [Bed::new(EngineKind::Sqlite), Bed::new(EngineKind::Postgres)] {
        let session = kernel.connect(bed.options().pool_max(1)).await.unwrap();
        let mut stream = kernel.exec_stream(&session, numbers, &[], &context()).await.unwrap();
        assert_eq!(&stream.columns()[..], ["i"]);
        let mut sum = 0;
        while let Some(row) = stream.next().await {
            sum += row.unwrap()[0].as_int().unwrap();
        }
        assert_eq!(sum, 5_000_050_000, "{session:?}");
        let mut left = kernel.exec_stream(&session, numbers, &[], &context()).await.unwrap();
        assert!(left.next().await.is_some());
        drop(left);
        assert_eq!(value(&kernel, &session, "SELECT 7").await, Value::Int(7), "the connection is in order");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_database_is_known_when_connecting() {
    let kernel = kernel();
    let quick = |url: &str| ConnectOptions::new(url).acquire_timeout(Duration::from_millis(300));
    let nobody = kernel.connect(quick("postgres://u@127.0.0.1:1/x")).await.unwrap_err();
    assert_eq!(nobody.kind, Kind::Unreachable, "{nobody}");
    let scheme = kernel.connect(quick("redis://x")).await.unwrap_err();
    assert_eq!(scheme.kind, Kind::Usage, "{scheme}");
    let bed = Bed::new(EngineKind::Postgres);
    let (place, socket) = bed.url.split_once('?').unwrap();
    let (server, _) = place.rsplit_once('/').unwrap();
    let missing = kernel.connect(quick(&format!("{server}/nosuch?{socket}"))).await.unwrap_err();
    assert_eq!(missing.kind, Kind::Name, "{missing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_memory_lives_as_long_as_its_session() {
    let kernel = kernel();
    let one = kernel.connect(ConnectOptions::new("sqlite::memory:")).await.unwrap();
    let two = kernel.connect(ConnectOptions::new("sqlite::memory:")).await.unwrap();
    run(
        &kernel,
        &one,
        &["CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)", "CREATE TEMP TABLE x (b INT)"],
    )
    .await;
    assert!(one.is_bound().await, "a temporary table is counted on");
    assert_eq!(value(&kernel, &one, "SELECT COUNT(*) FROM t CROSS JOIN x").await, Value::Int(0));
    assert!(exec(&kernel, &two, "SELECT a FROM t").await.is_err(), "another database");
}
