//! Input nobody should send: deep, broken, random. Each ends in a translation or a diagnostic with a code; none
//! panics, overflows the stack or takes long.

use airc::{Dialect, Options, Profile, StatementOutcome, Translator};
use std::time::{Duration, Instant};

/// Far more than a healthy run needs, even unoptimised on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn translate(from: Dialect, to: Dialect, options: Options, sql: &str) -> Vec<StatementOutcome> {
    let start = Instant::now();
    let mut translator = Translator::new(Profile::of(from), Profile::of(to), options);
    let outcomes = translator.translate_script(sql);
    assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
    for outcome in &outcomes {
        match outcome.refusal() {
            Some(why) => assert!(!why.code.0.is_empty() && !why.message.is_empty()),
            None => assert!(outcome.is_translated(), "neither a translation nor a reason: {outcome:?}"),
        }
    }
    outcomes
}

fn nested(levels: usize) -> Vec<(&'static str, String)> {
    let around = |open: &str, middle: &str, close: &str| {
        format!("{}{middle}{}", open.repeat(levels), close.repeat(levels))
    };
    vec![
        ("parentheses", format!("SELECT {}", around("(", "1", ")"))),
        ("sums in parentheses", format!("SELECT {}", around("(", "1", " + 1)"))),
        ("functions", format!("SELECT {}", around("abs(", "1", ")"))),
        ("subqueries", around("SELECT a FROM (", "SELECT 1 AS a", ") AS x")),
        ("scalar subqueries", format!("SELECT {}", around("(SELECT ", "1", ")"))),
        ("case", format!("SELECT {}", around("CASE WHEN 1 = 1 THEN ", "1", " END"))),
        ("not", format!("SELECT {} 1 = 1", "NOT ".repeat(levels))),
        ("minus", format!("SELECT {}1", "- ".repeat(levels))),
        ("exists", format!("SELECT 1 WHERE {}", around("EXISTS (SELECT 1 WHERE ", "1 = 1", ")"))),
        ("joins in parentheses", format!("SELECT 1 FROM {}", around("(", "t", " CROSS JOIN t)"))),
    ]
}

#[test]
fn a_hundred_thousand_levels_are_a_diagnostic() {
    for (what, sql) in nested(100_000) {
        for to in [Dialect::Sqlite, Dialect::Postgres] {
            let outcomes = translate(Dialect::Mysql, to, Options::default(), &sql);
            assert!(!outcomes.is_empty(), "{what}: no outcome");
        }
    }
}

#[test]
fn levels_within_the_limit_are_translated() {
    for (what, sql) in nested(200) {
        // A join of a table with itself needs aliases; what matters here is depth.
        if what == "joins in parentheses" {
            continue;
        }
        let outcomes = translate(Dialect::Postgres, Dialect::Sqlite, Options::default(), &sql);
        assert!(outcomes.iter().all(StatementOutcome::is_translated), "{what}: {:?}", outcomes[0].refusal());
    }
}

#[test]
fn a_raised_limit_is_kept() {
    let options = Options { nesting_depth_max: 5_000, ..Options::default() };
    for (_, sql) in nested(2_000) {
        translate(Dialect::Postgres, Dialect::Sqlite, options.clone(), &sql);
    }
}

#[test]
fn long_chains_are_flat() {
    let terms = "a = 1 OR ".repeat(50_000) + "a = 2";
    let sql = format!("SELECT a FROM t WHERE {terms}");
    let outcomes = translate(Dialect::Mysql, Dialect::Postgres, Options::default(), &sql);
    assert!(outcomes[0].is_translated(), "{:?}", outcomes[0].refusal());
    let list = (0..100_000).map(|i| i.to_string()).collect::<Vec<_>>().join(", ");
    let outcomes = translate(
        Dialect::Mysql,
        Dialect::Sqlite,
        Options::default(),
        &format!("SELECT a FROM t WHERE a IN ({list})"),
    );
    assert!(outcomes[0].is_translated(), "{:?}", outcomes[0].refusal());
    let unions = "SELECT 1 UNION ALL ".repeat(2_000) + "SELECT 1";
    translate(Dialect::Mysql, Dialect::Sqlite, Options::default(), &unions);
}

#[test]
fn truncated_statements_are_diagnostics() {
    let whole = "WITH c AS (SELECT a, 'te''xt' AS b FROM t WHERE x BETWEEN 1 AND 2) \
                 SELECT CASE WHEN c.a > 1 THEN \"q\" ELSE `r` END, COUNT(*) OVER (PARTITION BY b ORDER BY a) /* note */ \
                 FROM c LEFT JOIN u ON u.id = c.a WHERE c.b LIKE 'x%' GROUP BY 1 HAVING COUNT(*) > 2 ORDER BY 1 LIMIT 3";
    for from in Dialect::ALL {
        for end in 0..=whole.len() {
            translate(from, Dialect::Sqlite, Options::default(), &whole[..end]);
        }
    }
}

#[test]
fn random_bytes_are_diagnostics() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let words = [
        "SELECT",
        "FROM",
        "(",
        ")",
        "'",
        "\"",
        "`",
        "/*",
        "*/",
        "--",
        "\n",
        ";",
        "WHERE",
        "1e",
        "0x",
        "$$",
        "é",
        "[",
        "]",
        "::",
        "CASE",
        "END",
        "JOIN",
        "ON",
        ",",
        "*",
        "\\",
        "GO",
        "BEGIN",
        "DELIMITER //",
        "@",
        "#",
        "?",
        ":x",
        "q'[",
        "N'",
    ];
    for _ in 0..400 {
        let mut sql = String::new();
        for _ in 0..next() % 40 {
            if next() % 3 == 0 {
                sql.push(char::from_u32((next() % 0x3000) as u32).unwrap_or('\u{fffd}'));
            } else {
                sql.push_str(words[(next() % words.len() as u64) as usize]);
            }
            sql.push(' ');
        }
        let (from, to) = (Dialect::ALL[(next() % 6) as usize], Dialect::ALL[(next() % 6) as usize]);
        translate(from, to, Options::default(), &sql);
    }
}

#[test]
fn the_wrong_dialect_is_a_diagnostic() {
    let cases = [
        (Dialect::Postgres, "SELECT TOP 3 a FROM t"),
        (Dialect::Mysql, "SELECT TOP 3 a FROM t"),
        (Dialect::Sqlite, "SELECT a FROM t START WITH a = 1 CONNECT BY PRIOR a = b"),
        (Dialect::Oracle, "SELECT `a` FROM t LIMIT 3"),
        (Dialect::Mssql, "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1"),
    ];
    for (from, sql) in cases {
        let outcomes = translate(from, Dialect::Postgres, Options::default(), sql);
        assert!(outcomes.iter().any(|outcome| !outcome.is_translated()), "{from}: {sql}");
    }
}

#[test]
fn an_unknown_function_is_never_copied() {
    for from in Dialect::ALL {
        let from_dual = if from == Dialect::Oracle { " FROM dual" } else { "" };
        let sql = format!("SELECT frobnicate(1){from_dual}");
        for to in Dialect::ALL {
            let outcomes = translate(from, to, Options::default(), &sql);
            assert!(!outcomes[0].is_translated(), "{from} to {to}");
        }
    }
}
