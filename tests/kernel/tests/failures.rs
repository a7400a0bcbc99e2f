//! What goes wrong, and what is left of it.

use airc_kernel_tests::{Bed, context, exec, kernel, run, value};
use airc_score::engines::EngineKind;
use sqlx_kernel::{Kind, Scope, Value};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_transaction_can_be_ended_and_is_not_called_committed() {
    for bed in Bed::all() {
        let kernel = kernel();
        let session = kernel.connect(bed.options().pool_max(1)).await.unwrap();
        run(&kernel, &session, &["CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1), (1)"]).await;
        run(&kernel, &session, &["BEGIN", "INSERT INTO t VALUES (2)"]).await;
        let failed = exec(&kernel, &session, "CREATE UNIQUE INDEX u ON t (a)").await.unwrap_err();
        assert_eq!(failed.kind, Kind::Constraint, "{session:?}: {failed}");
        run(&kernel, &session, &["ROLLBACK"]).await;
        assert!(!session.is_bound().await);
    }
    let bed = Bed::new(EngineKind::Postgres);
    let kernel = kernel();
    let session = kernel.connect(bed.options().pool_max(1)).await.unwrap();
    run(&kernel, &session, &["CREATE TABLE t (a INT PRIMARY KEY)", "BEGIN", "INSERT INTO t VALUES (1)"])
        .await;
    assert!(exec(&kernel, &session, "INSERT INTO t VALUES (1)").await.is_err());
    let undone = exec(&kernel, &session, "COMMIT").await.unwrap_err();
    assert_eq!(undone.kind, Kind::TransactionState, "{undone}");
    assert_eq!(value(&kernel, &session, "SELECT COUNT(*) FROM t").await, Value::Int(0));
    run(&kernel, &session, &["BEGIN", "INSERT INTO t VALUES (1)", "COMMIT"]).await;
    assert_eq!(value(&kernel, &session, "SELECT COUNT(*) FROM t").await, Value::Int(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_with_a_stopped_statement_is_over() {
    let bed = Bed::new(EngineKind::Postgres);
    let kernel = kernel();
    let session = kernel.connect(bed.options().pool_max(1)).await.unwrap();
    run(&kernel, &session, &["CREATE TABLE t (a INT)", "BEGIN", "INSERT INTO t VALUES (1)"]).await;
    let short = context().within(Duration::from_millis(100));
    let slow = "SELECT COUNT(*) FROM generate_series(1, 900000000)";
    let late = kernel.exec(&session, slow, &[], &short).await.unwrap_err();
    assert_eq!(late.kind, Kind::Timeout, "{late}");
    let lost = exec(&kernel, &session, "COMMIT").await.unwrap_err();
    assert_eq!(lost.kind, Kind::TransactionState, "{lost}");
    assert_eq!(value(&kernel, &session, "SELECT COUNT(*) FROM t").await, Value::Int(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_becomes_several_happens_whole_or_not_at_all() {
    for kind in [EngineKind::Postgres, EngineKind::Sqlite] {
        let bed = Bed::new(kind);
        let kernel = kernel();
        let session = kernel.connect(bed.options()).await.unwrap();
        let mysql = context().written_in("mysql");
        let script = [
            "CREATE TABLE p (id INT PRIMARY KEY, a INT UNIQUE, b INT, CHECK (b < 10))",
            "INSERT INTO p VALUES (1, 1, 1), (2, 2, 2)",
        ];
        for sql in script {
            kernel.exec(&session, sql, &[], &mysql).await.unwrap();
        }
        let replace = "REPLACE INTO p VALUES (1, 2, 99)";
        let prepared = kernel.prepare(&session, replace, &mysql).await.unwrap();
        if kind == EngineKind::Postgres {
            assert!(prepared.lowered.len() > 1, "{prepared:?}");
        }
        let failed = kernel.exec(&session, replace, &[], &mysql).await.unwrap_err();
        assert_eq!(failed.kind, Kind::Constraint, "{session:?}: {failed}");
        assert_eq!(value(&kernel, &session, "SELECT COUNT(*) FROM p").await, Value::Int(2), "{session:?}");
        kernel.exec(&session, "REPLACE INTO p VALUES (1, 2, 9)", &[], &mysql).await.unwrap();
        assert_eq!(value(&kernel, &session, "SELECT SUM(b) FROM p").await.to_string(), "9", "{session:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_of_parameters_hurts_nobody_else() {
    for bed in Bed::all() {
        let kernel = kernel();
        let session = kernel.connect(bed.options().pool_max(2)).await.unwrap();
        run(&kernel, &session, &["CREATE TABLE t (a INT)"]).await;
        let mark = if bed.kind == EngineKind::Postgres { "$1" } else { "?" };
        let sql = format!("SELECT a FROM t WHERE a = {mark}");
        for params in [vec![], vec![Value::Int(1), Value::Int(2)]] {
            for _ in 0..10 {
                let wrong = kernel.exec(&session, &sql, &params, &context()).await.unwrap_err();
                assert_eq!(wrong.kind, Kind::Usage, "{session:?}: {wrong}");
            }
        }
        assert!(kernel.exec(&session, &sql, &[1.into()], &context()).await.unwrap().rows.is_empty());
        let pools = kernel.stats(Scope::Driver);
        assert_eq!(pools["pools"][0]["counters"]["closed"], 0, "{pools}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_rows_have_columns_all_the_same() {
    for bed in Bed::all() {
        let kernel = kernel();
        let session = kernel.connect(bed.options()).await.unwrap();
        run(&kernel, &session, &["CREATE TABLE t (a INT, b VARCHAR(5))"]).await;
        let none = exec(&kernel, &session, "SELECT a, b AS c FROM t").await.unwrap();
        assert_eq!(
            (&none.columns[..], none.rows.len()),
            (&["a".to_owned(), "c".to_owned()][..], 0),
            "{session:?}"
        );
        let stream = kernel.exec_stream(&session, "SELECT a FROM t", &[], &context()).await.unwrap();
        assert_eq!(&stream.columns()[..], ["a"], "{session:?}");
    }
}

/// More callers than the pool can serve in their time: each gets its own answer, and soon.
#[tokio::test(flavor = "multi_thread")]
async fn in_an_overload_everybody_gets_an_answer() {
    let bed = Bed::new(EngineKind::Postgres);
    let kernel = kernel();
    let session = kernel.connect(bed.options().pool_max(1)).await.unwrap();
    let mut callers = Vec::new();
    for i in 0..300u64 {
        let (kernel, session) = (kernel.clone(), session.clone());
        callers.push(tokio::spawn(async move {
            tokio::time::sleep(Duration::from_micros(i * 300)).await;
            let short = context().within(Duration::from_millis(3 + i % 7));
            let sql = format!("SELECT COUNT(*) + {i} FROM generate_series(1, 20000)");
            let done =
                tokio::time::timeout(Duration::from_secs(10), kernel.exec(&session, &sql, &[], &short)).await;
            match done.unwrap_or_else(|_| panic!("caller {i} hangs")) {
                Ok(found) => {
                    assert_eq!(found.rows, [[Value::Int(20_000 + i as i64)]], "its own rows");
                    true
                }
                Err(failure) => {
                    assert!(matches!(failure.kind, Kind::Timeout | Kind::Saturated), "{failure}");
                    false
                }
            }
        }));
    }
    let mut served = 0;
    for caller in callers {
        served += u32::from(caller.await.unwrap());
    }
    println!("{served} of 300 in time");
    assert_eq!(value(&kernel, &session, "SELECT 7").await, Value::Int(7));
    assert_eq!(kernel.stats(Scope::Driver)["pools"][0]["waiting"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_not_streamed_where_that_would_block_the_session() {
    let bed = Bed::new(EngineKind::Postgres);
    let kernel = kernel();
    let session = kernel.connect(bed.options()).await.unwrap();
    run(&kernel, &session, &["BEGIN"]).await;
    let Err(refused) = kernel.exec_stream(&session, "SELECT 1", &[], &context()).await else {
        panic!("it streams")
    };
    assert_eq!(refused.kind, Kind::Unsupported, "{refused}");
    run(&kernel, &session, &["SELECT 1", "COMMIT"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_we_cannot_read_leave_nothing_for_the_next_caller() {
    let bed = Bed::new(EngineKind::Postgres);
    let kernel = kernel();
    let session = kernel.connect(bed.options().pool_max(1)).await.unwrap();
    // The last of many rows cannot be read, and rows are still to come.
    let sql = "SELECT CASE WHEN i = 1 THEN CAST('NaN' AS NUMERIC) ELSE i END FROM generate_series(1, 200000) AS g (i)";
    let unread = exec(&kernel, &session, sql).await;
    assert!(unread.is_err(), "{unread:?}");
    assert_eq!(value(&kernel, &session, "SELECT 7").await, Value::Int(7));
}
