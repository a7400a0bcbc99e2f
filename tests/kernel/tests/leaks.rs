//! What one caller leaves in a session, the next one must not find. Each kind of state that the kernel's own
//! statements can leave is left, and a second caller of the same connection looks for it.

use airc_kernel_tests::{Bed, context, exec, kernel, run, value};
use airc_score::engines::EngineKind;
use sqlx_kernel::{Kind, Value};

/// Statements that leave something, and a question whose answer would show it to somebody else.
struct Leak {
    kind: EngineKind,
    leave: &'static [&'static str],
    question: &'static str,
    /// The answer in a fresh session; `None`: the question fails there.
    fresh: Option<&'static str>,
}

const LEAKS: &[Leak] = &[
    Leak {
        kind: EngineKind::Postgres,
        leave: &["BEGIN", "INSERT INTO t VALUES (1)"],
        question: "SELECT COUNT(*) FROM t",
        fresh: Some("0"),
    },
    Leak {
        kind: EngineKind::Postgres,
        leave: &["BEGIN ISOLATION LEVEL SERIALIZABLE", "INSERT INTO t VALUES (1)"],
        question: "SELECT COUNT(*) FROM t",
        fresh: Some("0"),
    },
    Leak {
        kind: EngineKind::Postgres,
        leave: &["BEGIN", "SAVEPOINT a", "INSERT INTO t VALUES (1)"],
        question: "SELECT COUNT(*) FROM t",
        fresh: Some("0"),
    },
    Leak {
        kind: EngineKind::Postgres,
        leave: &["CREATE TEMPORARY TABLE leaked (a INT)"],
        question: "SELECT COUNT(*) FROM leaked",
        fresh: None,
    },
    Leak {
        kind: EngineKind::Postgres,
        leave: &["CREATE TEMPORARY TABLE t (a INT)", "INSERT INTO t VALUES (9)"],
        question: "SELECT COUNT(*) FROM t",
        fresh: Some("0"),
    },
    Leak {
        kind: EngineKind::Mariadb,
        leave: &["BEGIN", "INSERT INTO t VALUES (1)"],
        question: "SELECT COUNT(*) FROM t",
        fresh: Some("0"),
    },
    Leak {
        kind: EngineKind::Mariadb,
        leave: &["BEGIN", "SAVEPOINT a", "INSERT INTO t VALUES (1)"],
        question: "SELECT COUNT(*) FROM t",
        fresh: Some("0"),
    },
    Leak {
        kind: EngineKind::Mariadb,
        leave: &["CREATE TEMPORARY TABLE t (a INT)"],
        question: "SELECT COUNT(*) FROM t",
        fresh: Some("0"),
    },
    Leak {
        kind: EngineKind::Sqlite,
        leave: &["BEGIN", "INSERT INTO t VALUES (1)"],
        question: "SELECT COUNT(*) FROM t",
        fresh: Some("0"),
    },
    Leak {
        kind: EngineKind::Sqlite,
        leave: &["CREATE TEMPORARY TABLE leaked (a INT)"],
        question: "SELECT COUNT(*) FROM leaked",
        fresh: None,
    },
    Leak {
        kind: EngineKind::Sqlite,
        leave: &["CREATE TEMPORARY VIEW leaked AS SELECT 1 AS a"],
        question: "SELECT COUNT(*) FROM leaked",
        fresh: None,
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_what_another_left() {
    for bed in Bed::all() {
        for leak in LEAKS.iter().filter(|leak| leak.kind == bed.kind) {
            let kernel = kernel();
            let one = kernel.connect(bed.options().pool_max(1)).await.unwrap();
            run(&kernel, &one, &["DROP TABLE IF EXISTS t", "CREATE TABLE t (a INT)"]).await;
            run(&kernel, &one, leak.leave).await;
            drop(one);
            let two = kernel.connect(bed.options().pool_max(1)).await.unwrap();
            let found = exec(&kernel, &two, leak.question).await;
            let what = format!("{two:?}: {:?}", leak.leave);
            match (leak.fresh, found) {
                (Some(fresh), Ok(found)) => assert_eq!(found.rows[0][0].to_string(), fresh, "{what}"),
                (None, Err(failure)) => {
                    assert!(matches!(failure.kind, Kind::Name | Kind::Refused), "{what}: {failure}");
                }
                (_, found) => panic!("{what}: {found:?}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn identity_values_are_nobody_elses() {
    for kind in [EngineKind::Mariadb, EngineKind::Sqlite, EngineKind::Postgres] {
        let bed = Bed::new(kind);
        let kernel = kernel();
        let mysql = context().written_in("mysql");
        let one = kernel.connect(bed.options().pool_max(1)).await.unwrap();
        let create = "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT)";
        kernel.exec(&one, create, &[], &mysql).await.unwrap();
        kernel.exec(&one, "INSERT INTO t (a) VALUES (5), (6), (7)", &[], &mysql).await.unwrap();
        let two = kernel.connect(bed.options().pool_max(1)).await.unwrap();
        run(&kernel, &two, &["BEGIN"]).await;
        match kernel.exec(&two, "SELECT LAST_INSERT_ID()", &[], &mysql).await {
            Ok(found) => assert!(
                matches!(found.rows[0][0], Value::Int(0) | Value::Null),
                "{two:?} sees {:?} of somebody else",
                found.rows
            ),
            Err(failure) => {
                let kinds = [Kind::Unsupported, Kind::Refused, Kind::TransactionState];
                assert!(kinds.contains(&failure.kind), "{two:?}: {failure}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_lost_is_not_gone_on_with() {
    let bed = Bed::new(EngineKind::Postgres);
    let kernel = kernel();
    let session = kernel.connect(bed.options().pool_max(2)).await.unwrap();
    run(&kernel, &session, &["CREATE TABLE t (a INT)", "BEGIN", "INSERT INTO t VALUES (1)"]).await;
    // The caller gives up on a statement in the middle of its transaction.
    let slow = exec(&kernel, &session, "SELECT COUNT(*) FROM generate_series(1, 900000000)");
    assert!(tokio::time::timeout(std::time::Duration::from_millis(100), slow).await.is_err());
    let lost = exec(&kernel, &session, "INSERT INTO t VALUES (2)").await.unwrap_err();
    assert_eq!(lost.kind, Kind::TransactionState, "{lost}");
    assert_eq!(value(&kernel, &session, "SELECT COUNT(*) FROM t").await, Value::Int(0));
}
