//! Layers, refusals, and files that change while they are read.

use super::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The example of the specification, section 5.
const EXAMPLE: &str = r#"
sqlx:
  pools:
    mysql: {min: 0, max: 32, keepAliveMs: 45000}
    pg:    {min: 0, max: 32, keepAliveMs: 45000}
  sched:
    classes: {L: 0.5, B: 0.2, A: 0.2, S: 0.1}
    preempt: true
  telemetry:
    otel: {endpoint: "http://otel:4317", sampling: 0.2}
  policy:
    packs: ["gdpr", "hipaa"]
  cache:
    ppc: {enabled: true, ttlSec: 900, minBenefitMs: 10}
"#;

fn defaults() -> Config {
    Config::from_environment([]).unwrap()
}

fn refused(text: &str) -> String {
    defaults().with_file("sqlx.yaml", text).unwrap_err().message
}

#[test]
fn the_example_of_the_specification_loads() {
    let config = defaults().with_file("sqlx.yaml", EXAMPLE).unwrap();
    assert_eq!((config.pool("pg").max, config.pool("sqlite").max), (32, 20));
    assert_eq!(config.weights(), PerClass([0.5, 0.2, 0.2, 0.1]));
    assert!(config.without_effect().contains(&"policy.packs"), "and says what it does not do");
}

#[test]
fn later_layers_win_and_are_all_remembered() {
    let variables = [
        ("SQLX_POOLS_PG_MAX".to_owned(), "7".to_owned()),
        ("SQLX_TIMEOUTS_STATEMENT_MS".to_owned(), "100".to_owned()),
        ("SQLX_OFFLINE".to_owned(), "true".to_owned()),
    ];
    let file = "sqlx:\n  pools: {pg: {max: 9}}\n  tenants: {acme: {timeouts: {statementMs: 500}}}\n";
    let config = Config::from_environment(variables).unwrap().with_file("w.yaml", file).unwrap();
    let layers: Vec<String> = config
        .layers("pools.pg.max", None)
        .iter()
        .map(|(layer, value)| format!("{layer}: {value}"))
        .collect();
    assert_eq!(layers, ["default: 20", "environment, SQLX_POOLS_PG_MAX: 7", "workspace, w.yaml: 9"]);
    assert_eq!(config.pool("pg").max, 9);
    assert_eq!(config.statement_timeout("acme"), Some(Duration::from_millis(500)));
    assert_eq!(config.statement_timeout("other"), Some(Duration::from_millis(100)));
}

#[test]
fn what_is_wrong_is_refused_in_words() {
    assert!(refused("sqlx: {pools: {pg: {mx: 3}}}").contains("did you mean `pools.pg.max`?"));
    assert!(refused("sqlx: {pools: {pg: {max: 0}}}").contains("a whole number from 1 to 10000, not 0"));
    assert!(refused("sqlx: {pools: {pg: {max: '3'}}}").contains("not \"3\""));
    assert!(refused("sqlx: {pools: {pg: {min: 30}}}").contains("is more than"));
    assert!(refused("sqlx: {sched: {classes: {L: 0, A: 0, B: 0, S: 0}}}").contains("all 0"));
    assert!(refused("sqlx: {tenants: {acme: {pools: {pg: {max: 3}}}}}").contains("the same for all tenants"));
    assert!(refused("pools: {}").contains("below `sqlx:`"));
    assert!(refused("").contains("below `sqlx:`"));
    assert!(refused("sqlx: [").contains("sqlx.yaml"));
    let variables = [("SQLX_POOLS_PG_MAXX".to_owned(), "7".to_owned())];
    assert!(Config::from_environment(variables).unwrap_err().message.contains("SQLX_POOLS_PG"));
}

/// Ten thousand edits, a half of them half-written or wrong: every reader sees one of the whole valid contents.
#[test]
fn a_file_that_changes_is_never_seen_torn() {
    let path = std::env::temp_dir().join(format!("sqlx-config-{}.yaml", std::process::id()));
    let text =
        |n: usize| format!("sqlx: {{pools: {{pg: {{min: {n}, max: {n}}}, mysql: {{min: {n}, max: {n}}}}}}}");
    std::fs::write(&path, text(1)).unwrap();
    let live = Arc::new(Live::open(&path, defaults()).unwrap());
    let done = Arc::new(AtomicBool::new(false));
    let reader = {
        let (live, done) = (live.clone(), done.clone());
        std::thread::spawn(move || {
            let mut read = 0usize;
            while !done.load(Ordering::Relaxed) {
                let config = live.current();
                let (pg, mysql) = (config.pool("pg"), config.pool("mysql"));
                assert_eq!([pg.min, pg.max, mysql.min], [mysql.max; 3], "parts of two");
                read += 1;
            }
            read
        })
    };
    let mut random = fastrand::Rng::with_seed(7);
    let (mut changed, mut wrong, mut valid) = (0, 0, 1);
    let mut before = String::new();
    for edit in 0..10_000usize {
        let n = 1 + edit % 9_999;
        let whole = text(n);
        let (written, fine) = match random.u8(0..4) {
            0 => (whole[..random.usize(0..whole.len())].to_owned(), false),
            1 => (whole.replace("max", "mux"), false),
            _ => (whole, true),
        };
        std::fs::write(&path, &written).unwrap();
        // Seen once it is not believed.
        if written == before {
            continue;
        }
        assert!(matches!(live.look(), Look::Same));
        before.clone_from(&written);
        if !fine && random.bool() {
            continue;
        }
        match live.look() {
            Look::Changed(config) => {
                assert!(fine, "{written}");
                assert_eq!(config.pool("pg").max, n);
                (changed, valid) = (changed + 1, n);
            }
            Look::Wrong(_) => {
                assert!(!fine, "{written}");
                wrong += 1;
            }
            Look::Same => {}
        }
        assert_eq!(live.current().pool("pg").max, valid, "what is wrong changes nothing");
    }
    done.store(true, Ordering::Relaxed);
    assert!(reader.join().unwrap() > 0);
    std::fs::remove_file(&path).unwrap();
    assert!(changed > 4_000 && wrong > 1_000, "{changed} {wrong}");
}
