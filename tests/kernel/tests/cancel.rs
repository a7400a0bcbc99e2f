//! Statements that are stopped: by their token, by their deadline, by being dropped. Whatever the cancellation channel
//! does, nobody else's statement is hit and no session is left in disorder.

use airc_kernel_tests::proxy::Proxy;
use airc_kernel_tests::{Bed, context, exec, kernel, run, value};
use airc_score::engines::EngineKind;
use sqlx_kernel::{Kind, Scope, Session, SqlxKernel, Value};
use std::time::{Duration, Instant};

/// A query that runs for minutes on any of the three.
fn endless() -> &'static str {
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900000000) SELECT COUNT(*) FROM n"
}

fn busy(kernel: &SqlxKernel) -> u64 {
    kernel.stats(Scope::Driver)["pools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pool| pool["busy"].as_u64().unwrap())
        .sum()
}

async fn settled(kernel: &SqlxKernel) {
    let began = Instant::now();
    while busy(kernel) > 0 {
        assert!(began.elapsed() < Duration::from_secs(8), "{}", kernel.stats(Scope::Driver));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn beds() -> Vec<(Bed, SqlxKernel, Session)> {
    let mut beds = Vec::new();
    for bed in Bed::all() {
        let kernel = kernel();
        let session = kernel.connect(bed.options().pool_max(1)).await.unwrap();
        // MariaDB stops recursion after a thousand rounds unless told otherwise; a join of a table with itself does not end.
        let rows: Vec<String> = (0..200).map(|i| format!("({i})")).collect();
        run(&kernel, &session, &["CREATE TABLE t (a INT)"]).await;
        exec(&kernel, &session, &format!("INSERT INTO t VALUES {}", rows.join(","))).await.unwrap();
        beds.push((bed, kernel, session));
    }
    beds
}

fn long(bed: &Bed) -> &'static str {
    match bed.kind {
        EngineKind::Mariadb => {
            "SELECT COUNT(*) FROM t AS a CROSS JOIN t AS b CROSS JOIN t AS c CROSS JOIN t AS d CROSS JOIN t AS e"
        }
        EngineKind::Sqlite | EngineKind::Postgres => endless(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_stops_its_statement() {
    for (bed, kernel, session) in beds().await {
        let context = context().cancelled_by("job-7");
        let running = kernel.exec(&session, long(&bed), &[], &context);
        let stop = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            kernel.cancel("job-7").await.unwrap();
        };
        let began = Instant::now();
        let (done, ()) = tokio::join!(running, stop);
        let failure = done.unwrap_err();
        assert_eq!(failure.kind, Kind::Cancelled, "{session:?}: {failure}");
        assert!(began.elapsed() < Duration::from_secs(3), "{session:?}");
        assert_eq!(value(&kernel, &session, "SELECT 7").await, Value::Int(7), "the one session is in order");
        let gone = kernel.cancel("job-7").await.unwrap_err();
        assert_eq!(gone.kind, Kind::Usage);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_stops_its_statement() {
    for (bed, kernel, session) in beds().await {
        let context = context().within(Duration::from_millis(200));
        let began = Instant::now();
        let failure = kernel.exec(&session, long(&bed), &[], &context).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Timeout, "{session:?}: {failure}");
        assert!(began.elapsed() < Duration::from_secs(3), "{session:?}");
        assert_eq!(value(&kernel, &session, "SELECT 7").await, Value::Int(7));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_statement_ends_on_the_server() {
    for (bed, kernel, session) in beds().await {
        let dropped =
            tokio::time::timeout(Duration::from_millis(150), exec(&kernel, &session, long(&bed))).await;
        assert!(dropped.is_err());
        let began = Instant::now();
        settled(&kernel).await;
        println!("{session:?}: gone and fenced after {:?}", began.elapsed());
        assert_eq!(value(&kernel, &session, "SELECT 7").await, Value::Int(7));
        let pools = kernel.stats(Scope::Driver);
        assert_eq!(pools["pools"][0]["counters"]["closed"], 0, "the session was kept: {pools}");
    }
}

/// sqlx 0.9 gives the next borrower the transaction of a `begin` that was dropped in flight; here whatever is dropped,
/// wherever it is, the next caller finds no transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_begin_leaves_no_transaction() {
    for bed in Bed::all() {
        let kernel = kernel();
        let first = kernel.connect(bed.options().pool_max(1)).await.unwrap();
        run(&kernel, &first, &["CREATE TABLE t (a INT)"]).await;
        drop(first);
        for round in 0..200u64 {
            let session = kernel.connect(bed.options().pool_max(1)).await.unwrap();
            let begin = async {
                exec(&kernel, &session, "BEGIN").await.unwrap();
                exec(&kernel, &session, "INSERT INTO t VALUES (1)").await.unwrap();
                std::future::pending::<()>().await;
            };
            let _ = tokio::time::timeout(Duration::from_micros(round * 7), begin).await;
            drop(session);
            let session = kernel.connect(bed.options().pool_max(1)).await.unwrap();
            let found = value(&kernel, &session, "SELECT COUNT(*) FROM t").await;
            assert_eq!(found, Value::Int(0), "round {round} of {session:?}");
            if bed.kind == EngineKind::Postgres {
                // In a transaction block the time stands still.
                let sql = "SELECT now() = statement_timestamp()";
                if let Ok(found) = exec(&kernel, &session, sql).await {
                    assert_eq!(found.rows[0][0], Value::Bool(true), "round {round}");
                }
            }
        }
        settled(&kernel).await;
    }
}

/// The cancellation channel is late on purpose: when it arrives, the statement it was meant for has long ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_cancellation_hits_nobody_else() {
    for kind in [EngineKind::Postgres, EngineKind::Mariadb] {
        let bed = Bed::new(kind);
        let proxy = Proxy::start(&bed.socket()).await;
        let kernel = kernel();
        let options = bed.options().pool_max(2).control(&bed.url_by_port(proxy.port));
        let session = kernel.connect(options).await.unwrap();
        // The control connection is made by the first cancellation.
        if kind == EngineKind::Mariadb {
            let rows: Vec<String> = (0..200).map(|i| format!("({i})")).collect();
            run(&kernel, &session, &["CREATE TABLE t (a INT)"]).await;
            exec(&kernel, &session, &format!("INSERT INTO t VALUES {}", rows.join(","))).await.unwrap();
        }
        let warm = context().within(Duration::from_millis(30));
        let sleep = match kind {
            EngineKind::Postgres => "SELECT COUNT(*) FROM generate_series(1, 200000)",
            _ => "SELECT COUNT(*) FROM t AS a CROSS JOIN t AS b CROSS JOIN t AS c WHERE c.a < 20",
        };
        let _ = kernel.exec(&session, sleep, &[], &warm).await;
        let (mut cancelled, mut finished) = (0, 0);
        for round in 0..150u64 {
            proxy.mischief.delay(Duration::from_millis(round % 12));
            let short = context().within(Duration::from_millis(2 + round % 25));
            let victim = kernel.exec(&session, sleep, &[], &short);
            let innocent = async {
                for _ in 0..4 {
                    let found = exec(&kernel, &session, "SELECT 7").await;
                    let found = found.unwrap_or_else(|failure| panic!("round {round}: {failure}"));
                    assert_eq!(found.rows, [[Value::Int(7)]]);
                }
            };
            let (done, ()) = tokio::join!(victim, innocent);
            match done {
                Ok(_) => finished += 1,
                Err(failure) if matches!(failure.kind, Kind::Timeout | Kind::Saturated) => cancelled += 1,
                Err(failure) => panic!("round {round}: {failure}"),
            }
        }
        settled(&kernel).await;
        println!("{session:?}: {cancelled} stopped, {finished} finished before");
        assert!(cancelled > 20, "{cancelled} stopped, {finished} finished");
    }
}
