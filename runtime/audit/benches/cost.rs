//! What an event costs, and how many a group commit acknowledges: `cargo bench -p sqlx-kernel-audit`.

use sqlx_kernel_audit::{Ledger, Options, Signer};
use std::sync::Arc;
use std::time::Instant;

/// CPU time of the process, all threads, in microseconds.
fn cpu_us() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let mut total: f64 = 0.0;
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let text = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        total += text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0);
    }
    if stat.is_empty() { f64::NAN } else { total / 1000.0 }
}

fn event(i: u64) -> Vec<u8> {
    format!(
        r#"{{"actor":"svc:billing","air_id":"{:032x}","evt":"policy.decision","outcome":"allowed","reason":"rule 7: own rows","tables":["orders"],"tenant":"acme","trace_id":"{i:032x}"}}"#,
        u128::from(i) * 0x9e37_79b9_7f4a_7c15
    )
    .into_bytes()
}

fn main() {
    let dir = std::env::temp_dir().join(format!("airc-audit-bench-{}", std::process::id()));
    let signer = || Signer::from_seed(&[7; 32]);
    let events: Vec<_> = (0..100_000).map(event).collect();
    println!("events of {} bytes", events[0].len());
    let mut best = f64::MAX;
    for _ in 0..5 {
        let _ = std::fs::remove_dir_all(&dir);
        let options = Options { waiting_bytes_max: 256 << 20, ..Options::default() };
        let ledger = Ledger::open_with(&dir, signer(), options).expect("it opens");
        let (wall, cpu) = (Instant::now(), cpu_us());
        for event in &events {
            ledger.append(event).expect("there is room");
        }
        let appended = wall.elapsed().as_secs_f64() * 1e6 / events.len() as f64;
        ledger.durable().wait().expect("it is written");
        let each = (cpu_us() - cpu) / events.len() as f64;
        println!(
            "append: {appended:.2} µs wall in the caller, {each:.2} µs CPU in all threads, per event, checkpoints of 64"
        );
        best = best.min(each);
    }
    println!("best: {best:.2} µs CPU per event amortised (bar: 3 µs)");

    for tasks in [1, 16, 64, 256, 1024] {
        let _ = std::fs::remove_dir_all(&dir);
        let ledger = Arc::new(Ledger::open(&dir, signer()).expect("it opens"));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("it starts");
        let each = (20_000 / tasks).clamp(10, 500);
        let (wall, cpu) = (Instant::now(), cpu_us());
        runtime.block_on(async {
            let running: Vec<_> = (0..tasks)
                .map(|task| {
                    let ledger = Arc::clone(&ledger);
                    tokio::spawn(async move {
                        for i in 0..each {
                            ledger.append(&event(task * each + i)).expect("there is room");
                            ledger.durable().await.expect("it is written");
                        }
                    })
                })
                .collect();
            for task in running {
                task.await.expect("it ends");
            }
        });
        let count = (tasks * each) as f64;
        println!(
            "group commit: {tasks} writers, {:.0} durable events/s, {:.1} µs CPU each",
            count / wall.elapsed().as_secs_f64(),
            (cpu_us() - cpu) / count
        );
    }
    let _ = std::fs::remove_dir_all(&dir);
}
