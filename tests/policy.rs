//! `airc policy` and `airc run --policy`, as somebody at a terminal uses them.

use std::path::PathBuf;
use std::process::{Command, Output};

fn airc(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_airc"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("airc-policy-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("temporary folders can be made");
        Folder(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn shipped_packs_keep_their_scenarios() {
    for file in ["gdpr", "hipaa"] {
        let output = airc(&["policy", "test", &format!("runtime/policy/packs/{file}.scenarios.jsonl")]);
        assert!(output.status.success(), "{}", said(&output));
        assert!(!said(&output).contains(" 0 scenarios"), "{}", said(&output));
    }
}

#[test]
fn a_scenario_that_ends_otherwise_is_told() {
    let folder = Folder::new("scenarios");
    let file = folder.path("wrong.jsonl");
    let scenario = r#"{"name": "n", "packs": ["gdpr"], "schema": "CREATE TABLE t (a INT)", "sql": "SELECT a FROM t", "allow": true}"#;
    std::fs::write(&file, scenario).expect("a file");
    let output = airc(&["policy", "test", &file]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("denied (no rule allows anything)"), "{}", said(&output));
}

#[test]
fn a_wrong_pack_allows_nothing() {
    let folder = Folder::new("wrong");
    let file = folder.path("wrong.policy");
    std::fs::write(&file, "pack p rule all allow when rle has x").expect("a file");
    let output = airc(&["run", "--url", "sqlite::memory:", "--policy", &file, "-e", "SELECT 1"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(
        said(&output).contains("G0002") && said(&output).contains("did you mean `role`?"),
        "{}",
        said(&output)
    );
}

#[test]
fn statements_are_asked_for_approved_and_run_once() {
    let folder = Folder::new("approval");
    let url = format!("sqlite:{}", folder.path("shop.db"));
    let pack = folder.path("vault.policy");
    std::fs::write(
        &pack,
        "pack p tag secret on vault.code rule all allow rule two deny when reads tag secret unless approved",
    )
    .expect("a file");
    let made = airc(&[
        "run",
        "--url",
        &url,
        "-e",
        "CREATE TABLE vault (code TEXT)",
        "-e",
        "INSERT INTO vault VALUES ('x-77')",
    ]);
    assert!(made.status.success(), "{}", said(&made));
    let (key, store) = (folder.path("boss"), folder.path("requests"));
    assert!(airc(&["policy", "keygen", &key]).status.success());
    let sql = "SELECT code FROM vault";
    let governed = ["--url", &url, "--policy", &pack, "--actor", "ada"];
    let asked = airc(&[&["policy", "request", "--store", &store], &governed[..], &[sql]].concat());
    assert!(asked.status.success(), "{}", said(&asked));
    let id = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
    assert!(
        said(&airc(&["policy", "list", "--store", &store]))
            .contains(&format!("{id} open ada of local: SELECT vault"))
    );
    let private = format!("{key}.key");
    let approved = airc(&["policy", "approve", &id, "--store", &store, "--key", &private]);
    let token = String::from_utf8_lossy(&approved.stdout).trim().to_owned();
    assert!(token.starts_with("sqlx1."), "{}", said(&approved));
    let public = format!("{key}.pub");
    let with = ["--approver", &public, "--grant", &token];
    let run = airc(&[&["run"], &governed[..], &with[..], &["-e", sql, "-e", sql]].concat());
    assert_eq!(run.status.code(), Some(1), "{}", said(&run));
    assert!(said(&run).contains("x-77") && said(&run).contains("was used before"), "{}", said(&run));
    let denied = airc(&[&["run"], &governed[..], &["-e", sql]].concat());
    assert!(
        !said(&denied).contains("x-77") && said(&denied).contains("an approval would allow it"),
        "{}",
        said(&denied)
    );
    let again = airc(&["policy", "approve", &id, "--store", &store, "--key", &private]);
    assert!(said(&again).contains("approved already"), "{}", said(&again));
    let outside = airc(&["policy", "approve", "../boss", "--store", &store, "--key", &private]);
    assert!(said(&outside).contains("no number of a request"), "{}", said(&outside));
}

#[test]
fn columns_are_classified_by_name_and_values() {
    let folder = Folder::new("classify");
    let url = format!("sqlite:{}", folder.path("people.db"));
    let rows = "INSERT INTO people VALUES (1, 'a@b.example', 'red'), (2, 'c@d.example', 'blue'), (3, 'e@f.example', 'red')";
    let made = airc(&[
        "run",
        "--url",
        &url,
        "-e",
        "CREATE TABLE people (id INT, contact TEXT, colour TEXT)",
        "-e",
        rows,
    ]);
    assert!(made.status.success(), "{}", said(&made));
    let output = airc(&["policy", "classify", "--url", &url]);
    assert_eq!(said(&output).trim(), "tag personal on people.contact # 0.95: 100 % of 3 values look so");
}
