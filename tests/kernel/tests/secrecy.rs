//! What is masked or hidden is told by nothing: random statements on twin databases, and the shapes that leak elsewhere.

use airc_kernel_tests::twins::compare;
use airc_score::engines::EngineKind;

/// Statements for each engine; `AIRC_SECRECY` says how many more for a long run.
fn statements() -> usize {
    std::env::var("AIRC_SECRECY").ok().and_then(|count| count.parse().ok()).unwrap_or(300)
}

async fn nothing_is_told(kind: EngineKind) {
    let seed = std::env::var("AIRC_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let tally = compare(kind, seed, statements()).await;
    println!(
        "{}: {} alike, {} failed alike, {} refused, {} told",
        kind.label(),
        tally.alike,
        tally.failed_alike,
        tally.refused,
        tally.told.len()
    );
    let shown: Vec<&String> = tally.told.iter().take(5).collect();
    assert!(
        shown.is_empty(),
        "{} of them, such as\n{}",
        tally.told.len(),
        shown.iter().map(|s| s.as_str()).collect::<Vec<_>>().join("\n\n")
    );
    assert!(tally.alike > tally.refused / 2, "too much is refused for this to say anything: {tally:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_look_alike_on_sqlite() {
    nothing_is_told(EngineKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_look_alike_on_postgres() {
    nothing_is_told(EngineKind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_look_alike_on_mariadb() {
    nothing_is_told(EngineKind::Mariadb).await;
}
