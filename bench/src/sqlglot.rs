//! sqlglot in a child process that times itself, so that starting Python is not counted.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running child.
pub struct Sqlglot {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// `sqlglot` and its version.
    pub version: String,
}

impl Sqlglot {
    /// Starts the child with the interpreter of `AIRC_BENCH_PYTHON`, else `python3`. The error says what to install.
    pub fn start() -> Result<Sqlglot, String> {
        let python = std::env::var("AIRC_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let missing =
            |why: String| format!("sqlglot is left out ({why}); `pip install 'sqlglot[c]'` brings it in");
        let mut child = Command::new(&python)
            .args(["-c", include_str!("sqlglot.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| missing(format!("{python}: {e}")))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(missing("no pipes".to_owned()));
        };
        let mut answers = BufReader::new(answers);
        let mut hello = String::new();
        let read = answers.read_line(&mut hello).map_err(|e| missing(e.to_string()))?;
        let Some(version) = hello.trim().strip_prefix("ready ").filter(|_| read > 0).map(str::to_owned)
        else {
            let _ = child.wait();
            return Err(missing("the module is not installed".to_owned()));
        };
        Ok(Sqlglot { child, requests, answers, version })
    }

    /// Seconds of one pass over the statements in the file, and how many of them succeeded.
    pub fn run(
        &mut self,
        task: &str,
        repetitions: usize,
        path: &std::path::Path,
    ) -> Result<(f64, usize), String> {
        writeln!(self.requests, "{task} {repetitions} {}", path.display()).map_err(|e| e.to_string())?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).map_err(|e| e.to_string())?;
        let (seconds, good) = answer.trim().split_once(' ').ok_or("sqlglot ended early")?;
        Ok((seconds.parse().map_err(|_| "no number")?, good.parse().map_err(|_| "no number")?))
    }
}

impl Drop for Sqlglot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
