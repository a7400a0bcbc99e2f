//! `airc run`: statements on an embedded database, as a user types them.

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_airc"))
        .args(["run", "--url", "sqlite::memory:"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

const SCRIPT: &str = "\
CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20));
INSERT INTO t (name) VALUES ('a;b'), (NULL);
SELECT id, name, name FROM t ORDER BY id LIMIT 0, 5;
";

#[test]
fn results_come_as_tables_csv_and_json() {
    let json = run(&["--from", "mysql", "--format", "json", "--quiet"], SCRIPT);
    let expected =
        "{\"id\":1,\"name\":\"a;b\",\"name:3\":\"a;b\"}\n{\"id\":2,\"name\":null,\"name:3\":null}\n";
    assert_eq!((json.status.code(), text(&json.stdout)), (Some(0), expected), "{}", text(&json.stderr));
    let csv = run(&["--from", "mysql", "--format", "csv", "--quiet"], SCRIPT);
    assert_eq!(text(&csv.stdout), "id,name,name\n1,a;b,a;b\n2,,\n");
    let table = run(&["--from", "mysql", "--quiet"], SCRIPT);
    let shown = text(&table.stdout);
    assert!(shown.contains("2 rows changed") && shown.contains("│  2 ┆ NULL ┆ NULL │"), "{shown}");
}

#[test]
fn a_failure_stops_a_script_unless_told_otherwise() {
    let script = "SELECT nope; SELECT 7 AS seven;";
    let stopped = run(&["--format", "json"], script);
    assert_eq!((stopped.status.code(), text(&stopped.stdout)), (Some(1), ""));
    assert!(text(&stopped.stderr).contains("B0102"), "{}", text(&stopped.stderr));
    let kept_going = run(&["--format", "json", "--keep-going"], script);
    assert_eq!((kept_going.status.code(), text(&kept_going.stdout)), (Some(1), "{\"seven\":7}\n"));
}

#[test]
fn a_deadline_ends_a_statement() {
    let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";
    let late = run(&["--deadline", "200", "-e", endless], "");
    assert_eq!(late.status.code(), Some(1));
    assert!(text(&late.stderr).contains("deadline"), "{}", text(&late.stderr));
}

#[test]
fn events_tell_what_happened_and_no_values() {
    let path = std::env::temp_dir().join(format!("airc-run-events-{}.jsonl", std::process::id()));
    let file = path.to_str().unwrap();
    let done = run(
        &[
            "--events",
            file,
            "-e",
            "CREATE TABLE t (a TEXT)",
            "-e",
            "INSERT INTO t VALUES ('canary-8471')",
            "-e",
            "SELECT a FROM t WHERE a <> 'canary-8472'",
        ],
        "",
    );
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let events = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(!events.contains("canary"), "{events}");
    let kinds: Vec<String> = events
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["evt"].as_str().unwrap().to_owned()
        })
        .collect();
    let count = |kind: &str| kinds.iter().filter(|found| *found == kind).count();
    let counts =
        ["kernel.exec.start", "kernel.exec.ok", "driver.query.ok", "policy.decision", "ddl.migration.ok"]
            .map(count);
    assert_eq!(counts, [3, 3, 3, 3, 1], "{events}");
}

#[test]
fn what_is_wrong_with_the_arguments_is_said() {
    let output = Command::new(env!("CARGO_BIN_EXE_airc"))
        .args(["run", "-u", "redis://x", "-e", "SELECT 1"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("redis"), "{}", text(&output.stderr));
}
