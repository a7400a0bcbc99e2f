//! `airc kernel stats`: figures as tables, or as JSON.

use super::super::{Failure, Verdict};
use super::ask;
use clap::Args;
use comfy_table::{Cell, CellAlignment, Table, presets};
use serde_json::Value;

/// Whose figures, and in which form.
#[derive(Args)]
pub(super) struct Stats {
    /// What `airc serve` was given as `--metrics`
    #[arg(value_name = "URL")]
    url: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(arguments: &Stats) -> Result<Verdict, Failure> {
    let stats = ask::stats(&arguments.url)?;
    if arguments.json {
        println!("{stats:#}");
    } else {
        println!("{}\n{}", pools(&stats), figures(&stats));
    }
    Ok(Verdict::Fine)
}

fn table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(heads);
    table
}

fn number(value: &Value) -> Cell {
    Cell::new(if value.is_null() { "0".to_owned() } else { value.to_string() })
        .set_alignment(CellAlignment::Right)
}

/// A row for each pool of connections.
pub(super) fn pools(stats: &Value) -> Table {
    let heads = ["pool", "size", "busy", "idle", "waiting", "acquired", "rejected", "cancelled", "broken"];
    let mut table = table(&heads);
    for pool in stats["driver"]["pools"].as_array().into_iter().flatten() {
        let mut row = vec![Cell::new(pool["url"].as_str().unwrap_or_default())];
        row.extend(["size", "busy", "idle", "waiting"].map(|name| number(&pool[name])));
        row.extend(["granted", "rejected", "cancels", "broken"].map(|name| number(&pool["counters"][name])));
        table.add_row(row);
    }
    table
}

/// What is counted, in words.
pub(super) const FIGURES: [(&str, &str); 10] = [
    ("statements of class L", "/classes/L"),
    ("statements of class B", "/classes/B"),
    ("statements of class A", "/classes/A"),
    ("statements of class S", "/classes/S"),
    ("plans kept", "/cache/plans"),
    ("plans found", "/cache/hits"),
    ("plans made", "/cache/misses"),
    ("statements allowed", "/policy/allowed"),
    ("statements denied", "/policy/denied"),
    ("clients", "/doors/clients"),
];

fn figures(stats: &Value) -> Table {
    let mut table = table(&["figure", "count"]);
    for (words, path) in FIGURES {
        table.add_row([Cell::new(words), number(stats.pointer(path).unwrap_or(&Value::Null))]);
    }
    table
}
