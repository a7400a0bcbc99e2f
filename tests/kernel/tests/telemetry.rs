//! What observers are told.

use airc::kernel::AirCompiler;
use airc_kernel_tests::{context, exec, kernel, run};
use sqlx_kernel::core::telemetry::Event;
use sqlx_kernel::policy::AllowAll;
use sqlx_kernel::telemetry::Sink;
use sqlx_kernel::{Builder, ConnectOptions, Scope};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_scrape_agrees_with_what_happened() {
    let kernel = kernel();
    let session = kernel.connect(ConnectOptions::new("sqlite::memory:")).await.unwrap();
    run(&kernel, &session, &["CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)"]).await;
    for _ in 0..8 {
        run(&kernel, &session, &["SELECT a FROM t"]).await;
    }
    assert!(exec(&kernel, &session, "SELECT nope FROM t").await.is_err());
    let scrape = kernel.prometheus();
    // Seven of the eight were known; two others and the one that was refused were not.
    let cache = kernel.stats(Scope::Cache);
    assert_eq!((cache["hits"].as_u64(), cache["misses"].as_u64()), (Some(7), Some(4)), "{cache}");
    for line in [
        "sqlx_pool_busy{pool=\"0\",url=\"sqlite::memory:\"} 0",
        "sqlx_pool_idle{pool=\"0\",url=\"sqlite::memory:\"} 1",
        "sqlx_policy_decisions{decision=\"allowed\"} 10",
        "# TYPE sqlx_sched_preemptions counter",
    ] {
        assert!(scrape.lines().any(|found| found == line), "`{line}` is not in\n{scrape}");
    }
}

/// A sink that is slower than events come.
struct Slow(Arc<Mutex<Vec<Event>>>);

impl Sink for Slow {
    fn write(&mut self, events: &[Event]) -> std::io::Result<()> {
        std::thread::sleep(Duration::from_millis(20));
        self.0.lock().unwrap().extend_from_slice(events);
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_sink_loses_no_decision_and_what_else_is_lost_is_counted() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kernel = Builder::new(AirCompiler::default(), AllowAll).sink(Slow(seen.clone())).start();
    let session = kernel.connect(ConnectOptions::new("sqlite::memory:")).await.unwrap();
    let context = context();
    for _ in 0..4_000 {
        kernel.exec(&session, "SELECT 1", &[], &context).await.unwrap();
    }
    let counts = kernel.stats(Scope::Kernel)["events"].clone();
    kernel.shut_down(Duration::from_secs(5)).await;
    let seen = seen.lock().unwrap();
    let count = |kind: &str| seen.iter().filter(|event| event.evt.word() == kind).count() as u64;
    for (kind, emitted) in counts["emitted"].as_object().unwrap() {
        let lost = counts["lost"][kind].as_u64().unwrap_or(0);
        assert_eq!(count(kind), emitted.as_u64().unwrap() - lost, "{kind}: {counts}");
    }
    assert_eq!(count("policy.decision"), 4_000);
    assert!(counts["lost"].get("policy.decision").is_none());
}
