//! Examples of the pages of codes do what they say: the compiler is run on each.

use airc::pages::{self, Example, Page};
use std::io::Write;
use std::process::{Command, Stdio};

/// Codes no example can show: input of 4 GiB, a defect of the compiler, and those of the library and of editors.
const WITHOUT_EXAMPLE: [&str; 4] = ["L0004", "T0901", "C0202", "C0500"];

#[test]
fn each_example_triggers_its_code() {
    let mut wrong = Vec::new();
    for page in pages::all() {
        let mut schema = None;
        let mut shown = 0;
        for example in page.examples() {
            if example.info == "schema" {
                schema = Some(example.text);
                continue;
            }
            shown += 1;
            let said = said(&page, &example, schema.take());
            if !said.contains(page.code) {
                wrong.push(format!("{}: {}{said}", page.code, example.text));
            }
        }
        // Some flaws of ledgers need a writer that fails, or somebody who knows the format: the ledger's own tests.
        let excused = WITHOUT_EXAMPLE.contains(&page.code) || page.code.starts_with(['V', 'A']);
        assert!(shown > 0 || excused, "{} has no example", page.code);
    }
    assert!(wrong.is_empty(), "examples that do something else:\n{}", wrong.join("\n"));
}

/// What is said about an example: diagnostics of the program, violations of the verifier.
fn said(page: &Page, example: &Example, schema: Option<&str>) -> String {
    let (kind, arguments) = example.info.split_once(' ').unwrap_or((example.info, ""));
    match kind {
        "sql" => {
            let command = if arguments.contains("--to") { "translate" } else { "check" };
            let mut run = Command::new(env!("CARGO_BIN_EXE_airc"));
            run.arg(command).args(arguments.split_whitespace()).args(["--diagnostics", "json"]);
            if let Some(schema) = schema {
                let file =
                    std::env::temp_dir().join(format!("airc-{}-{}.sql", std::process::id(), page.code));
                std::fs::write(&file, schema).expect("temporary files can be written");
                run.arg("--schema").arg(file);
            }
            output(run, example.text)
        }
        "console" => {
            let program = std::path::Path::new(env!("CARGO_BIN_EXE_airc"));
            let mut path = program.parent().expect("the program is in a folder").as_os_str().to_owned();
            path.push(":");
            path.push(std::env::var_os("PATH").unwrap_or_default());
            let mut run = Command::new("sh");
            run.arg("-c").arg(example.text.trim_start_matches("$ ")).env("PATH", path);
            output(run, "")
        }
        "air" => {
            let text =
                format!("(air version:1 statements:[(query_statement query:(query body:{}))])", example.text);
            let air = airc::air::Air::from_text(&text).expect("the example is AIR");
            let violations = airc::air::verify::verify(&air).expect_err("the example breaks an invariant");
            violations.iter().map(|violation| violation.invariant.code().0).collect::<Vec<_>>().join(" ")
        }
        _ => panic!("{}: `{kind}` is no kind of example", page.code),
    }
}

fn output(mut run: Command, input: &str) -> String {
    let piped = run.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("the program starts");
    child.stdin.take().expect("it listens").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8_lossy(&[output.stderr, output.stdout].concat()).into_owned()
}
