//! The program as users meet it: arguments, files, exit codes, the JSON lines protocol.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn airc() -> Command {
    Command::new(env!("CARGO_BIN_EXE_airc"))
}

/// Runs with that standard input.
fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = airc()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // The program may end before it has read everything.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("ended by itself")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A directory of its own for one test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("airc-cli-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn shown(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn standard_input_becomes_standard_output() {
    let output = run(&["translate", "--from", "mysql", "--to", "pg"], b"SELECT `a` FROM t LIMIT 2, 3");
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "SELECT a FROM t LIMIT 3 OFFSET 2;\n");
}

#[test]
fn a_refused_statement_leaves_a_mark_and_exit_code_1() {
    let output = run(
        &["translate", "--from", "mysql", "--to", "sqlite"],
        b"SELECT 1; SELECT no_such_function(1); SELECT 2",
    );
    assert_eq!(code(&output), 1);
    let script = text(&output.stdout);
    let lines: Vec<&str> = script.lines().collect();
    assert_eq!((lines[0], lines[2]), ("SELECT 1;", "SELECT 2;"));
    assert!(lines[1].starts_with("-- refused: B"), "{script}");
    let words = text(&output.stderr);
    assert!(words.contains("error[B") && words.contains("<stdin>:1:18"), "{words}");
    assert!(!words.contains('\u{1b}'), "no colour where there is no terminal");
}

#[test]
fn usage_errors_have_exit_code_2() {
    let cases: [&[&str]; 9] = [
        &["translate", "--to", "sqlite"],
        &["translate", "--from", "mysql"],
        &["translate", "--from", "klingon", "--to", "sqlite"],
        &["translate", "--from", "mysql", "--to", "sqlite", "no/such/file.sql"],
        &["translate", "--from", "mysql", "--to", "sqlite", "--set", "nonsense=1"],
        &["translate", "--from", "mysql", "--to", "sqlite", "--declare", "nonsense"],
        &["translate", "--from", "mysql", "--to", "sqlite", "--disable-rule", "nonsense"],
        &["no-such-command"],
        &["profile", "mysql@x.y"],
    ];
    for case in cases {
        let output = run(case, b"");
        assert_eq!(code(&output), 2, "{case:?}: {}", text(&output.stderr));
        assert!(!output.stderr.is_empty(), "{case:?} says nothing");
    }
}

#[test]
fn files_directories_and_globs_go_to_an_output_directory() {
    let scratch = Scratch::new("files");
    let one = scratch.write("in/one.mysql.sql", "SELECT 1");
    scratch.write("in/below/two.sql", "SELECT 2");
    scratch.write("in/ignored.txt", "SELECT 3");
    let out = scratch.0.join("out");
    let common = ["--from", "mysql", "--to", "sqlite", "--to", "postgres@15", "-q", "--out-dir", shown(&out)];
    let output = run(&[&["translate", shown(&scratch.0.join("in"))], &common[..]].concat(), b"");
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert_eq!(scratch.read("out/one.sqlite.sql"), "SELECT 1;\n");
    assert_eq!(scratch.read("out/below/two.postgres.sql"), "SELECT 2;\n");
    assert!(!out.join("ignored.sqlite.sql").exists());

    std::fs::remove_dir_all(&out).unwrap();
    let pattern = format!("{}/*.mysql.sql", one.parent().unwrap().display());
    let output = run(&[&["translate", &pattern], &common[..]].concat(), b"");
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert_eq!(scratch.read("out/one.postgres.sql"), "SELECT 1;\n");
}

#[test]
fn comments_and_empty_lines_between_statements_stay() {
    let script = b"# first\nSELECT 1;\n\n/* two */\nSELECT 2;\n-- last\n";
    let output = run(&["translate", "--from", "mysql", "--to", "sqlite", "-q"], script);
    assert_eq!(text(&output.stdout), "-- first\nSELECT 1;\n\n/* two */\nSELECT 2;\n-- last\n");
}

#[test]
fn invalid_utf8_is_a_diagnostic() {
    for command in ["translate", "check", "explain", "fmt", "air", "lineage"] {
        let mut arguments = vec![command, "--from", "mysql"];
        if matches!(command, "translate" | "explain") {
            arguments.extend(["--to", "sqlite"]);
        }
        let output = run(&arguments, b"SELECT 1;\nSELECT '\xff\xfe'");
        assert_eq!(code(&output), 1, "{command}");
        let words = text(&output.stderr);
        assert!(words.contains("C0100") && words.contains("line 2"), "{command}: {words}");
    }
}

#[test]
fn json_diagnostics_have_places() {
    let arguments = ["check", "--from", "sqlite", "--diagnostics", "json", "-q"];
    let output = run(&arguments, b"SELECT 1;\n  SELECT nope(1)");
    assert_eq!(code(&output), 1);
    let words = text(&output.stderr);
    let first: Value = serde_json::from_str(words.lines().next().unwrap()).unwrap();
    assert_eq!(first["severity"], "error");
    assert_eq!(first["file"], "<stdin>");
    assert_eq!((&first["labels"][0]["line"], &first["labels"][0]["column"]), (&json!(2), &json!(10)));
}

#[test]
fn a_schema_closes_the_world() {
    let scratch = Scratch::new("schema");
    let schema = scratch.write("schema.sql", "CREATE TABLE t (a INT NOT NULL);");
    let arguments = ["check", "--from", "postgres", "--schema", shown(&schema)];
    assert_eq!(code(&run(&arguments, b"SELECT a FROM t")), 0);
    let output = run(&arguments, b"SELECT b FROM t");
    assert_eq!(code(&output), 1);
    assert!(text(&output.stderr).contains("error[B"));
    assert_eq!(code(&run(&arguments, b"SELECT a FROM u")), 1);
}

#[test]
fn a_live_sqlite_database_is_a_schema() {
    let scratch = Scratch::new("live");
    let database = scratch.0.join("live.db");
    let load = format!("sqlite:{}", shown(&database));
    let script = b"CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL); INSERT INTO people VALUES (1, 'a'), (2, 'b')";
    let output = run(&["translate", "--from", "sqlite", "--to", "sqlite", "--load", &load], script);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let summary = text(&output.stdout);
    assert!(summary.contains("ran 2 statements, 0 failed") && summary.contains("people"), "{summary}");

    let arguments = ["check", "--from", "sqlite", "--schema-url", &load];
    assert_eq!(code(&run(&arguments, b"SELECT name FROM people")), 0);
    assert_eq!(code(&run(&arguments, b"SELECT nme FROM people")), 1);
    assert_eq!(code(&run(&["check", "--from", "sqlite", "--schema-url", "ftp://x"], b"SELECT 1")), 2);
}

#[test]
fn strict_mode_refuses_open_assumptions_and_takes_declared_ones() {
    let sql = b"SELECT a FROM t WHERE a = 'x'";
    let open = run(&["translate", "--from", "mysql", "--to", "sqlite", "--strict"], sql);
    assert_eq!(code(&open), 1, "{}", text(&open.stdout));
    assert!(text(&open.stderr).contains("strict mode"), "{}", text(&open.stderr));
}

#[test]
fn certificates_and_plans_are_told() {
    let output = run(
        &["explain", "--from", "mysql", "--to", "sqlite", "-q"],
        b"SELECT a, COUNT(*) FROM t WHERE b > 1 GROUP BY a",
    );
    let words = text(&output.stdout);
    for part in ["-- certificate, air:", "mysql@8.4 -> sqlite@", "-- plan\nresult\n", "scan t"] {
        assert!(words.contains(part), "no `{part}` in\n{words}");
    }
    let output = run(&["explain", "--from", "mysql", "--to", "sqlite", "--dot"], b"SELECT a FROM t");
    assert!(text(&output.stdout).starts_with("digraph plan {"));
    let output = run(&["explain", "--from", "mysql", "--to", "sqlite", "--json"], b"SELECT a FROM t");
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["certificate"]["to"].as_str().unwrap().split('@').next(), Some("sqlite"));
}

#[test]
fn meaning_and_lineage_are_printed() {
    let output = run(&["air", "--from", "postgres"], b"SELECT a + 1 FROM t");
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with("; 0..19 air:"));
    let output = run(&["air", "--from", "postgres", "--json"], b"SELECT a + 1 FROM t");
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["air"], 1);
    let output =
        run(&["lineage", "--from", "postgres"], b"SELECT t.a + u.b AS s FROM t JOIN u ON t.id = u.id");
    let words = text(&output.stdout);
    assert!(words.contains("s <- ") && words.contains("t.a") && words.contains("u.b"), "{words}");
}

#[test]
fn formatting_is_stable() {
    let once = run(&["fmt", "--from", "mysql"], b"select  a,b from   t where a=1 and b in(1,2)");
    assert_eq!(code(&once), 0, "{}", text(&once.stderr));
    let twice = run(&["fmt", "--from", "mysql"], &once.stdout);
    assert_eq!(text(&once.stdout), text(&twice.stdout));
    let checked = run(&["fmt", "--from", "mysql", "--check"], &once.stdout);
    assert_eq!(code(&checked), 0);
}

#[test]
fn profiles_show_settings_and_aliases() {
    let all = text(&run(&["profile"], b"").stdout);
    assert!(all.contains("mariadb") && all.contains("sqlserver"));
    let one = text(&run(&["profile", "mysql@5.7", "--set", "ansi_quotes=on"], b"").stdout);
    assert!(one.starts_with("mysql@5.7\n") && one.contains("ascii-text"), "{one}");
    let line = one.lines().find(|line| line.contains("ansi_quotes")).unwrap();
    assert!(line.contains(" on "), "{line}");
}

#[test]
fn completions_are_generated() {
    let output = run(&["completions", "bash"], b"");
    assert_eq!(code(&output), 0);
    assert!(text(&output.stdout).contains("translate"));
}

#[test]
fn json_lines_are_answered_one_by_one() {
    let mut child =
        airc().args(["translate", "--jsonl"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut requests = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    let mut ask = |request: &[u8]| -> Value {
        requests.write_all(request).unwrap();
        requests.write_all(b"\n").unwrap();
        let mut answer = String::new();
        // Comes before the next request is written, so it was flushed.
        answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    };
    let answer = ask(br#"{"id":1,"from":"mysql","to":"postgresql","sql":"SELECT `a` FROM t LIMIT 1, 2"}"#);
    assert_eq!((&answer["id"], &answer["ok"]), (&json!(1), &json!(true)));
    assert_eq!(answer["sql"], "SELECT a FROM t LIMIT 2 OFFSET 1");
    assert!(answer["assumptions"].is_array());

    let answer = ask(br#"{"id":"two","from":"mysql","to":"pg","sql":"SELECT nope(1)"}"#);
    assert_eq!((&answer["id"], &answer["ok"]), (&json!("two"), &json!(false)));
    assert!(answer["error"].as_str().unwrap().starts_with('B'), "{answer}");
    assert_eq!(answer["diagnostics"][0]["labels"][0]["line"], 1);

    for (request, why) in [
        (&b"this is no JSON"[..], "no request"),
        (br#"{"id":3,"from":"mysql","to":"pg"}"#, "sql"),
        (br#"{"id":3,"from":"klingon","to":"pg","sql":"SELECT 1"}"#, "klingon"),
        (b"\xff\xfe", "UTF-8"),
        (br#"{"id":3,"from":"mysql","sql":"SELECT 1"}"#, "`to`"),
    ] {
        let answer = ask(request);
        assert_eq!(answer["ok"], json!(false));
        assert!(answer["error"].as_str().unwrap().contains(why), "{answer}");
    }
    // A schema belongs to one request.
    let answer = ask(
        br#"{"id":4,"from":"mysql","to":"pg","schema":"CREATE TABLE t (a INT)","sql":"SELECT b FROM t"}"#,
    );
    assert_eq!(answer["ok"], json!(false), "{answer}");
    let answer = ask(br#"{"id":5,"from":"mysql","to":"pg","sql":"SELECT b FROM t"}"#);
    assert_eq!(answer["ok"], json!(true), "{answer}");
    drop(requests);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
