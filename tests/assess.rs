//! `airc assess` on the examples: the JSON is compared with what is kept, the page with what a page must be.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

const GOLDEN: &str = "tests/assess.examples.json";

struct Files {
    json: PathBuf,
    html: PathBuf,
}

impl Files {
    fn new(name: &str) -> Files {
        let at = |extension: &str| {
            std::env::temp_dir().join(format!("airc-assess-{name}-{}.{extension}", std::process::id()))
        };
        Files { json: at("json"), html: at("html") }
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.json);
        let _ = std::fs::remove_file(&self.html);
    }
}

fn assess(files: &Files, arguments: &[&str]) -> (Output, Value, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_airc"))
        .arg("assess")
        .args(arguments)
        .arg("--json")
        .arg(&files.json)
        .arg("--html")
        .arg(&files.html)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program starts");
    let json = std::fs::read_to_string(&files.json).expect("it wrote JSON");
    let html = std::fs::read_to_string(&files.html).expect("it wrote a page");
    (output, serde_json::from_str(&json).expect("it is JSON"), html)
}

#[test]
fn the_examples_have_the_report_that_is_kept() {
    let files = Files::new("golden");
    let arguments = ["examples", "--from", "mysql", "--to", "postgres", "--to", "sqlite"];
    let (output, found, html) = assess(&files, &arguments);
    assert_eq!(output.status.code(), Some(1), "one example is wrong on purpose");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(GOLDEN);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::copy(&files.json, &path).expect("the golden file can be written");
    }
    let kept = std::fs::read_to_string(&path).expect("the golden file is there");
    let kept: Value = serde_json::from_str(&kept).expect("it is JSON");
    assert_eq!(found, kept, "if this is right, run the test again with UPDATE_GOLDEN=1");

    // Nothing comes from elsewhere, and nothing runs.
    for forbidden in ["<script", "http://", "https://", "url(", "@import", " src="] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    assert!(html.contains("frobnicate(name)") && html.contains("prefers-color-scheme: dark"));
}

#[test]
fn counts_add_up_and_texts_are_escaped() {
    let files = Files::new("counts");
    let directory = std::env::temp_dir().join(format!("airc-assess-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let write = |name: &str, text: &[u8]| std::fs::write(directory.join(name), text).expect("a file");
    write("a.sql", b"CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(9));\nINSERT INTO t VALUES (1, 'x');\nINSERT INTO t VALUES (2, 'y');");
    write("b.sql", b"SELECT b FROM t WHERE b = 'X';\n\nSELECT '<script>' , nope(b) FROM t;\nCREATE PROCEDURE p() BEGIN SELECT 1; END;");
    write("c.sql", b"SELECT 'caf\xe9'");
    let name = directory.display().to_string();
    let (output, report, html) = assess(&files, &[&name, "--from", "mysql", "--to", "postgres"]);
    std::fs::remove_dir_all(&directory).expect("it is there");
    assert!(String::from_utf8_lossy(&output.stderr).contains("C0100"), "what is no text is said");
    let target = &report["targets"][0];
    for level in ["objects", "statements"] {
        let counts = target[level].as_object().expect("counts");
        let sum: u64 = counts.values().filter_map(Value::as_u64).sum();
        assert_eq!(sum, if level == "objects" { 5 } else { 6 }, "{target:#}");
    }
    let data = target["list"].as_array().expect("objects").iter().find(|object| object["kind"] == "data");
    assert_eq!(
        data.map(|data| data["statements"].clone()),
        Some(2.into()),
        "rows of one table are one object"
    );
    let unknown =
        target["reasons"].as_array().expect("reasons").iter().find(|reason| reason["code"] == "B0502");
    let unknown = unknown.expect("an unknown function");
    assert_eq!(
        (unknown["examples"][0]["line"].clone(), unknown["effort"].clone()),
        (3.into(), "small".into())
    );
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script>"));
    // The rule: small ¼ h, large 4 h, ½ h for each kind of assumption.
    let effort = &target["effort"];
    let kinds = target["assumptions"].as_array().expect("a list").len() as f64;
    assert_eq!(effort["hours"].as_f64(), Some(0.25 + 4.0 + kinds / 2.0), "{effort}");
}
