//! `pgbench -S` through the door of PostgreSQL and straight at the same server, in turns.

use airc_kernel_tests::Bed;
use airc_kernel_tests::doors::{Doors, pgbench_tables, said};
use airc_score::engines::EngineKind;
use tokio::process::Command;

const ROUNDS: usize = 5;
const CLIENTS: &str = "4";
const SECONDS: &str = "3";

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn tps(mut pgbench: Command, protocol: &str) -> f64 {
    pgbench.args(["-n", "-S", "-M", protocol, "-c", CLIENTS, "-T", SECONDS]);
    let (shown, wrong) = said(pgbench, "").await;
    let line = shown.lines().find_map(|line| line.strip_prefix("tps = "));
    let figure = line.and_then(|line| line.split(' ').next()?.parse().ok());
    figure.unwrap_or_else(|| panic!("{shown}{wrong}"))
}

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    // `cargo test --benches` only asks whether this starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let bed = Bed::new(EngineKind::Postgres);
    let doors = Doors::open(&bed).await;
    let (_, wrong) = said(doors.psql(), &pgbench_tables()).await;
    assert_eq!(wrong, "");
    let socket = bed.socket();
    let folder = std::path::Path::new(&socket).parent().expect("a socket is in a folder");
    let (server, _) = bed.url.split_once('?').expect("a server's URL names its socket");
    let (place, database) = server.rsplit_once('/').expect("a URL names its database");
    let user = place.trim_start_matches("postgres://").split(['@', ':']).next().unwrap_or_default();
    let port = socket.rsplit('.').next().expect("a socket ends in its port");
    let straight = || {
        let mut pgbench = Command::new("pgbench");
        pgbench.arg("-h").arg(folder).args(["-p", port, "-U", user, database]);
        pgbench
    };
    println!(
        "pgbench -S, {CLIENTS} clients, {ROUNDS} rounds of {SECONDS} s in turns, transactions per second (median):"
    );
    for protocol in ["simple", "extended", "prepared"] {
        let (mut through, mut direct) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            direct.push(tps(straight(), protocol).await);
            through.push(tps(doors.pgbench(), protocol).await);
        }
        let ratio = median(through.iter().zip(&direct).map(|(through, direct)| through / direct).collect());
        println!(
            "  {protocol:9} straight {:8.0}   through the door {:8.0}   ratio {ratio:.2}",
            median(direct),
            median(through)
        );
    }
}
