//! The network in between: cuts at every byte of a COMMIT, restarts, silence. Nobody is told what is not so, nobody
//! hangs, and work goes on as soon as the server is back.

use airc_kernel_tests::proxy::Proxy;
use airc_kernel_tests::{Bed, context, exec, kernel, run, value};
use airc_score::engines::EngineKind;
use sqlx_kernel::{ConnectOptions, Kind, Outcome, Value};
use std::time::{Duration, Instant};

/// Bytes that a COMMIT and its surroundings take on the wire of either server.
const COMMIT_BYTES: u64 = 160;

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_cut_is_never_misreported() {
    for kind in [EngineKind::Postgres, EngineKind::Mariadb] {
        let bed = Bed::new(kind);
        let proxy = Proxy::start(&bed.socket()).await;
        let kernel = kernel();
        let direct = kernel.connect(bed.options()).await.unwrap();
        run(&kernel, &direct, &["CREATE TABLE t (a INT PRIMARY KEY)"]).await;
        let (mut unknown, mut committed, mut undone) = (0, 0, 0);
        for cut in 1..=COMMIT_BYTES {
            let session = kernel.connect(ConnectOptions::new(&bed.url_by_port(proxy.port))).await.unwrap();
            run(&kernel, &session, &["BEGIN", &format!("INSERT INTO t VALUES ({cut})")]).await;
            proxy.mischief.cut_after(cut);
            let told = exec(&kernel, &session, "COMMIT").await;
            proxy.mischief.cut_after(0);
            proxy.mischief.cut();
            tokio::time::sleep(Duration::from_millis(5)).await;
            // So that the next round finds out which connections are dead.
            let _ = exec(&kernel, &session, "SELECT 1").await;
            let there = value(&kernel, &direct, &format!("SELECT COUNT(*) FROM t WHERE a = {cut}")).await;
            match told {
                Ok(_) => {
                    assert_eq!(there, Value::Int(1), "told it was committed, cut at {cut}");
                    committed += 1;
                }
                Err(failure) if failure.outcome == Outcome::Unknown => {
                    assert_eq!(failure.kind, Kind::Disconnected, "{failure}");
                    unknown += 1;
                }
                Err(failure) => {
                    assert_eq!(there, Value::Int(0), "told it was not done, cut at {cut}: {failure}");
                    undone += 1;
                }
            }
        }
        println!("{direct:?}: {committed} committed, {unknown} unknown, {undone} not done");
        assert!(unknown > 0, "a cut in the middle cannot be known");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_goes_on_when_the_server_is_back() {
    for kind in [EngineKind::Postgres, EngineKind::Mariadb] {
        let bed = Bed::new(kind);
        let proxy = Proxy::start(&bed.socket()).await;
        let kernel = kernel();
        let session =
            kernel.connect(ConnectOptions::new(&bed.url_by_port(proxy.port)).pool_max(4)).await.unwrap();
        for _ in 0..3 {
            proxy.mischief.refuse(true);
            proxy.mischief.cut();
            let quick = context().within(Duration::from_millis(400));
            let began = Instant::now();
            let down = kernel.exec(&session, "SELECT 1", &[], &quick).await;
            assert!(down.is_err(), "{session:?}: there is no server");
            assert!(began.elapsed() < Duration::from_secs(2), "nobody hangs");
            proxy.mischief.refuse(false);
            let began = Instant::now();
            let found = exec(&kernel, &session, "SELECT 7").await;
            let found = found.unwrap_or_else(|failure| panic!("{session:?}: {failure}"));
            assert_eq!(found.rows, [[Value::Int(7)]]);
            println!("{session:?}: back after {:?}", began.elapsed());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_falls_silent_hangs_nobody() {
    for kind in [EngineKind::Postgres, EngineKind::Mariadb] {
        let bed = Bed::new(kind);
        let proxy = Proxy::start(&bed.socket()).await;
        let kernel = kernel();
        let session =
            kernel.connect(ConnectOptions::new(&bed.url_by_port(proxy.port)).pool_max(2)).await.unwrap();
        proxy.mischief.silence(true);
        let quick = context().within(Duration::from_millis(200));
        let began = Instant::now();
        let hung = kernel.exec(&session, "SELECT 1", &[], &quick).await.unwrap_err();
        assert_eq!(hung.kind, Kind::Timeout, "{hung}");
        assert!(began.elapsed() < Duration::from_secs(7), "{:?}", began.elapsed());
        proxy.mischief.silence(false);
        assert_eq!(value(&kernel, &session, "SELECT 7").await, Value::Int(7));
        run(&kernel, &session, &["DROP TABLE IF EXISTS t", "CREATE TABLE t (a INT)"]).await;
        // What cannot be tried again looks whether the server is there first, and must not wait for that forever.
        tokio::time::sleep(Duration::from_millis(700)).await;
        proxy.mischief.silence(true);
        let began = Instant::now();
        let hung = kernel.exec(&session, "INSERT INTO t VALUES (1)", &[], &quick).await.unwrap_err();
        assert_eq!(hung.kind, Kind::Timeout, "{hung}");
        assert!(began.elapsed() < Duration::from_secs(7), "{:?}", began.elapsed());
        proxy.mischief.silence(false);
    }
}
