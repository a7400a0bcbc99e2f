//! Any program that speaks the JSON lines of `airc translate --jsonl`.
//!
//! A line to it: `{"id","from","to","sql"}`; a line from it: `{"id","ok":true,"sql",
//! "assumptions":[…]}` or `{"id","ok":false,"error","diagnostics":[…]}`, flushed each time.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;

use super::{Outcome, Translator};

/// What is sent to the program as one text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Every statement by itself: for programs that know no catalog.
    Statement,
    /// Setup and query of a case together: for programs that read the setup's DDL. What comes
    /// back is run as one text in place of the query.
    Script,
}

/// A running program.
pub struct External {
    command: String,
    unit: Unit,
    process: Option<Process>,
    /// Shared setups come with every case; their statements are sent once.
    known: HashMap<(String, String, String), Outcome>,
    sent: u64,
}

struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
struct Reply {
    ok: bool,
    sql: Option<String>,
    #[serde(default)]
    assumptions: Vec<serde_json::Value>,
    error: Option<String>,
    #[serde(default)]
    diagnostics: Vec<serde_json::Value>,
}

impl External {
    /// A program by its command line, which a shell reads. It is started when first needed.
    pub fn new(command: &str, unit: Unit) -> External {
        External { command: command.to_owned(), unit, process: None, known: HashMap::new(), sent: 0 }
    }

    fn ask(&mut self, from: &str, to: &str, sql: &str) -> Outcome {
        self.sent += 1;
        let line = serde_json::json!({"id": self.sent.to_string(), "from": from, "to": to, "sql": sql});
        match self.exchange(&line.to_string()) {
            Ok(reply) => outcome(reply),
            Err(error) => {
                // It is started again for the next text.
                self.stop();
                Outcome::Refused { code: "EXTERNAL".to_owned(), message: error }
            }
        }
    }

    fn exchange(&mut self, line: &str) -> Result<Reply, String> {
        let process = match self.process.as_mut() {
            Some(process) => process,
            None => self.process.insert(start(&self.command)?),
        };
        writeln!(process.input, "{line}").map_err(|error| format!("the program ended: {error}"))?;
        process.input.flush().map_err(|error| format!("the program ended: {error}"))?;
        let mut reply = String::new();
        let length = process.output.read_line(&mut reply);
        if length.map_err(|error| format!("the program cannot be read: {error}"))? == 0 {
            return Err("the program ended".to_owned());
        }
        serde_json::from_str(&reply).map_err(|error| format!("the program answered badly: {error}"))
    }

    fn stop(&mut self) {
        if let Some(Process { mut child, input, .. }) = self.process.take() {
            drop(input);
            // A program that ignores the end of its input must not hold us up.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for External {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Translator for External {
    fn translate_script(&mut self, from: &str, to: &str, statements: &[String]) -> Vec<Outcome> {
        if self.unit == Unit::Script {
            let script: String =
                statements.iter().map(|sql| format!("{};\n", sql.trim().trim_end_matches(';'))).collect();
            let nothing = || translated(Vec::new(), Vec::new());
            let mut outcomes: Vec<Outcome> = statements.iter().skip(1).map(|_| nothing()).collect();
            outcomes.push(self.ask(from, to, &script));
            return outcomes;
        }
        let mut outcomes = Vec::new();
        for sql in statements {
            let key = (from.to_owned(), to.to_owned(), sql.clone());
            let outcome = match self.known.get(&key) {
                Some(outcome) => outcome.clone(),
                None => {
                    let outcome = self.ask(from, to, sql);
                    self.known.insert(key, outcome.clone());
                    outcome
                }
            };
            outcomes.push(outcome);
        }
        outcomes
    }

    fn wants_one_case(&self) -> bool {
        self.unit == Unit::Script
    }
}

fn start(command: &str) -> Result<Process, String> {
    let failed = |error| format!("cannot start `{command}`: {error}");
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    match (child.stdin.take(), child.stdout.take()) {
        (Some(input), Some(output)) => Ok(Process { child, input, output: BufReader::new(output) }),
        _ => Err(format!("cannot start `{command}`: no pipes")),
    }
}

fn translated(statements: Vec<String>, assumptions: Vec<String>) -> Outcome {
    Outcome::Sql { statements, assumptions, certificate: String::new() }
}

fn outcome(reply: Reply) -> Outcome {
    let words = |value: &serde_json::Value| match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    };
    match (reply.ok, reply.sql) {
        (true, Some(sql)) => translated(vec![sql], reply.assumptions.iter().map(words).collect()),
        _ => {
            let first = reply.diagnostics.first();
            let member = |name: &str| first.and_then(|first| first.get(name)).map(words);
            Outcome::Refused {
                code: member("code").unwrap_or_else(|| "ERROR".to_owned()),
                message: member("message").or(reply.error).unwrap_or_default(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_asked_line_by_line() {
        let answer = r#"{"id":"1","ok":true,"sql":"select 1","assumptions":["utc"]}"#;
        let mut external =
            External::new(&format!("while read line; do echo '{answer}'; done"), Unit::Statement);
        let outcomes = external.translate_script("mysql", "sqlite", &["a".to_owned(), "b".to_owned()]);
        assert_eq!(outcomes, vec![translated(vec!["select 1".to_owned()], vec!["utc".to_owned()]); 2]);
    }

    #[test]
    fn a_program_that_ends_refuses() {
        let mut external = External::new("true", Unit::Script);
        let outcomes = external.translate_script("mysql", "sqlite", &["a".to_owned(), "b".to_owned()]);
        assert_eq!(outcomes.len(), 2);
        assert!(matches!(&outcomes[1], Outcome::Refused { code, .. } if code == "EXTERNAL"));
    }
}
