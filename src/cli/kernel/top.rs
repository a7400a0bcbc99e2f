//! `airc kernel top`: figures as they change.

use super::super::{Failure, Verdict};
use super::ask;
use super::stats::{FIGURES, pools};
use clap::Args;
use comfy_table::{Cell, CellAlignment, Table, presets};
use serde_json::Value;
use std::io::{IsTerminal, Write, stdout};
use std::time::{Duration, Instant};

/// Back to the upper left, with nothing below.
const CLEAR: &str = "\u{1b}[H\u{1b}[J";

/// Whose figures, and how often.
#[derive(Args)]
pub(super) struct Top {
    /// What `airc serve` was given as `--metrics`
    #[arg(value_name = "URL")]
    url: String,
    /// Time between two looks
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(100..))]
    every: u64,
    /// Looks in all; without end by default
    #[arg(long, value_name = "N")]
    looks: Option<u64>,
}

/// Runs the command.
pub(super) fn run(arguments: &Top) -> Result<Verdict, Failure> {
    let every = Duration::from_millis(arguments.every);
    let (mut before, mut since) = (ask::stats(&arguments.url)?, Instant::now());
    let mut looks = 0;
    while arguments.looks.is_none_or(|most| looks < most) {
        std::thread::sleep(every);
        let (now, seconds) = (ask::stats(&arguments.url)?, since.elapsed().as_secs_f64());
        since = Instant::now();
        let mut out = stdout().lock();
        if out.is_terminal() {
            write!(out, "{CLEAR}")?;
        }
        writeln!(out, "{}\n{}", pools(&now), rates(&before, &now, seconds))?;
        out.flush()?;
        before = now;
        looks += 1;
    }
    Ok(Verdict::Fine)
}

/// What was counted in between.
fn rates(before: &Value, now: &Value, seconds: f64) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(["figure", "count", "per second"]);
    let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    for (words, path) in FIGURES {
        let of = |stats: &Value| stats.pointer(path).and_then(Value::as_f64).unwrap_or_default();
        let rate = (of(now) - of(before)) / seconds;
        table.add_row([Cell::new(words), right(of(now).to_string()), right(format!("{rate:.1}"))]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rates_are_of_the_time_between_two_looks() {
        let stats = |count: u64| json!({ "classes": { "L": count } });
        let shown = rates(&stats(10), &stats(40), 2.0).to_string();
        let line = shown.lines().find(|line| line.contains("class L")).unwrap();
        assert!(line.contains("40") && line.contains("15.0"), "{line}");
    }
}
