//! The audit ledger in the kernel: what is recorded, when, and that nothing runs that is not.

use airc::kernel::AirCompiler;
use airc_kernel_tests::{Bed, context, exec, kernel, run, value};
use airc_score::engines::EngineKind;
use sqlx_kernel::audit::verify::read;
use sqlx_kernel::audit::{Kind as RecordKind, Ledger, Options, Signer};
use sqlx_kernel::policy::AllowAll;
use sqlx_kernel::{Builder, Kind, Value};
use std::path::{Path, PathBuf};

fn directory(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("sqlx-kernel-audit-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    dir
}

/// The events of a ledger, in order, verified on the way.
fn events(dir: &Path, signer: &Signer) -> Vec<serde_json::Value> {
    let mut events = Vec::new();
    read(dir, &[signer.public()], &[], &mut |_, _, record| {
        if record.kind == RecordKind::Event {
            events.push(serde_json::from_slice(record.payload).expect("events are JSON"));
        }
        Ok(())
    })
    .expect("the ledger is whole");
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_definitions_and_ends_are_recorded_without_any_value() {
    for bed in Bed::all() {
        let dir = directory(bed.kind.label());
        let signer = || Signer::from_seed(&[5; 32]);
        let ledger = Ledger::open(&dir, signer()).unwrap();
        let kernel = Builder::new(AirCompiler::default(), AllowAll).audit(ledger).start();
        let session = kernel.connect(bed.options()).await.unwrap();
        run(&kernel, &session, &["CREATE TABLE t (a VARCHAR(30))"]).await;
        // A definition is recorded, on the disk, before whoever asked for it hears of it.
        let evts = |events: &[serde_json::Value]| -> Vec<String> {
            events.iter().map(|event| event["evt"].as_str().unwrap_or_default().to_owned()).collect()
        };
        let first = events(&dir, &signer());
        assert_eq!(evts(&first), ["policy.decision", "exec.intent", "exec.end"], "{session:?}");
        assert_eq!(first[2]["outcome"], "done");
        assert_eq!(
            (first[1]["tables"][0].as_str(), first[1]["actor"].as_str()),
            (Some("t"), Some("svc:test"))
        );
        run(&kernel, &session, &["BEGIN", "INSERT INTO t VALUES ('canary-4711')"]).await;
        kernel.exec(&session, "DELETE FROM t WHERE a = 'canary-4712'", &[], &context()).await.unwrap();
        run(&kernel, &session, &["COMMIT"]).await;
        let unknown = exec(&kernel, &session, "SELECT 'canary-4713' FROM nowhere").await;
        assert!(unknown.is_err());
        let all = events(&dir, &signer());
        assert_eq!(evts(&all[all.len() - 2..]), ["exec.intent", "exec.end"], "the COMMIT");
        let text = format!("{all:?}");
        assert!(!text.contains("canary"), "{text}");
        drop((session, kernel));
        let _ = std::fs::remove_dir_all(&dir);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_recorded_does_not_run() {
    let bed = Bed::new(EngineKind::Sqlite);
    let open = kernel();
    let maker = open.connect(bed.options()).await.unwrap();
    run(&open, &maker, &["CREATE TABLE t (a INT)"]).await;
    let dir = directory("full");
    let options = Options { waiting_bytes_max: 1, ..Options::default() };
    let ledger = Ledger::open_with(&dir, Signer::from_seed(&[5; 32]), options).unwrap();
    let kernel = Builder::new(AirCompiler::default(), AllowAll).audit(ledger).start();
    let session = kernel.connect(bed.options()).await.unwrap();
    for sql in ["INSERT INTO t VALUES (1)", "SELECT a FROM t", "DROP TABLE t", "BEGIN"] {
        let denied = exec(&kernel, &session, sql).await.unwrap_err();
        assert_eq!(denied.kind, Kind::PolicyDenied, "{sql}: {denied}");
    }
    assert_eq!(value(&open, &maker, "SELECT COUNT(*) FROM t").await, Value::Int(0));
    let _ = std::fs::remove_dir_all(&dir);
}
