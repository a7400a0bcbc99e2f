//! The kernel beside the driver it is built on: what all of it costs a point read, and what it carries under load.
//!
//! Rounds are interleaved and medians are compared, so that whatever else the machine does hits all sides alike.

use airc_kernel_tests::{Bed, context, exec, kernel, run};
use airc_score::engines::EngineKind;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use sqlx::{Connection, Row};
use sqlx_kernel::Value;
use std::str::FromStr;
use std::time::{Duration, Instant};

const ROUNDS: usize = 9;
const READS: u64 = 3_000;
/// Callers and sessions of the load test.
const CALLERS: usize = 64;
const SESSIONS: usize = 8;

const READ: &str = "SELECT name FROM users WHERE id = $1";

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn spread(values: &[f64]) -> String {
    let (least, most) = values.iter().fold((f64::MAX, 0.0f64), |(l, m), v| (l.min(*v), m.max(*v)));
    format!("{least:.1}..{most:.1}")
}

/// The median of single times, in microseconds.
macro_rules! timed {
    ($reads:expr, |$i:ident| $read:expr) => {{
        let mut times = Vec::with_capacity($reads as usize);
        for $i in 0..$reads {
            let began = Instant::now();
            $read;
            times.push(began.elapsed().as_secs_f64() * 1e6);
        }
        median(times)
    }};
}

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    // `cargo test --benches` only asks whether this starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let bed = Bed::new(EngineKind::Postgres);
    let kernel = kernel();
    let session = kernel.connect(bed.options().pool_max(SESSIONS)).await.expect("the server runs");
    run(&kernel, &session, &["CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL)"]).await;
    let rows: Vec<String> = (0..1000).map(|i| format!("({i}, 'user {i}')")).collect();
    exec(&kernel, &session, &format!("INSERT INTO users VALUES {}", rows.join(",")))
        .await
        .expect("rows are stored");
    let url = bed.url.replacen("@/", "@localhost/", 1);
    let mut held = PgConnection::connect(&url).await.expect("the server runs");
    let pool = PgPool::connect_with(PgConnectOptions::from_str(&url).expect("a URL"))
        .await
        .expect("the server runs");
    let context = context();

    let (mut raw, mut ours, mut pooled) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        raw.push(timed!(READS, |i| {
            let row = sqlx::query(READ).bind(i as i32 % 1000).fetch_one(&mut held).await.expect("a row");
            assert!(row.get::<&str, _>(0).starts_with("user"));
        }));
        ours.push(timed!(READS, |i| {
            let found =
                kernel.exec(&session, READ, &[Value::Int(i as i64 % 1000)], &context).await.expect("a row");
            assert!(found.rows[0][0].as_text().is_some_and(|name| name.starts_with("user")));
        }));
        pooled.push(timed!(READS, |i| {
            let row = sqlx::query(READ).bind(i as i32 % 1000).fetch_one(&pool).await.expect("a row");
            assert!(row.get::<&str, _>(0).starts_with("user"));
        }));
    }
    println!(
        "point read by key on PostgreSQL, {ROUNDS} interleaved rounds of {READS}, microseconds (median of medians):"
    );
    println!("  held sqlx connection  {:7.1}  ({})", median(raw.clone()), spread(&raw));
    println!("  kernel exec           {:7.1}  ({})", median(ours.clone()), spread(&ours));
    println!("  sqlx::Pool, default   {:7.1}  ({})", median(pooled.clone()), spread(&pooled));
    let added: Vec<f64> = ours.iter().zip(&raw).map(|(ours, raw)| ours - raw).collect();
    let ratio: Vec<f64> = ours.iter().zip(&pooled).map(|(ours, pooled)| ours / pooled).collect();
    println!("  added by the kernel   {:7.1}", median(added));
    println!("  ratio to sqlx::Pool   {:7.2}", median(ratio));

    // Throughput of many callers: the driver alone has one connection per session and callers take turns.
    let mut shares = Vec::new();
    for _ in 0..ROUNDS {
        let duration = Duration::from_millis(700);
        let mut tasks = Vec::new();
        for worker in 0..SESSIONS {
            let url = url.clone();
            tasks.push(tokio::spawn(async move {
                let mut connection = PgConnection::connect(&url).await.expect("the server runs");
                let mut done = 0u64;
                let began = Instant::now();
                while began.elapsed() < duration {
                    let id = (done + worker as u64) as i32 % 1000;
                    sqlx::query(READ).bind(id).fetch_one(&mut connection).await.expect("a row");
                    done += 1;
                }
                done as f64 / began.elapsed().as_secs_f64()
            }));
        }
        let mut alone = 0.0;
        for task in tasks {
            alone += task.await.expect("a worker ends");
        }
        let mut tasks = Vec::new();
        let began = Instant::now();
        for worker in 0..CALLERS {
            let (kernel, session, context) = (kernel.clone(), session.clone(), context.clone());
            tasks.push(tokio::spawn(async move {
                let mut done = 0u64;
                let began = Instant::now();
                while began.elapsed() < duration {
                    let id = (done + worker as u64) as i64 % 1000;
                    kernel.exec(&session, READ, &[Value::Int(id)], &context).await.expect("a row");
                    done += 1;
                }
                done
            }));
        }
        let mut total = 0;
        for task in tasks {
            total += task.await.expect("a caller ends");
        }
        let through = total as f64 / began.elapsed().as_secs_f64();
        shares.push(through / alone);
    }
    println!(
        "{CALLERS} callers on {SESSIONS} sessions, throughput beside {SESSIONS} held connections: {:.2} ({:.2}..{:.2})",
        median(shares.clone()),
        shares.iter().fold(f64::MAX, |least, share| least.min(*share)),
        shares.iter().fold(0.0f64, |most, share| most.max(*share)),
    );
}
