//! The policy graph beside Cedar, on rules that both can say: the same decisions, and how long each takes.
//!
//! `differential [COUNT] [SEED]` compares random decisions, a million if not told; `speed` times 100 rules. Without either,
//! both. Fails if one decision differs or a goal is missed.

mod dice;
mod differential;
mod rules;
mod speed;

use std::process::ExitCode;

const USAGE: &str = "airc-bench-policy [differential [COUNT] [SEED] | speed]";
const DECISIONS: usize = 1_000_000;
const SEED: u64 = 1;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let good = match *arguments {
        [] => differential::run(DECISIONS, SEED) & speed::run(SEED),
        ["speed"] => speed::run(SEED),
        ["differential"] => differential::run(DECISIONS, SEED),
        ["differential", count] | ["differential", count, _] => {
            let seed = arguments.get(2).copied().map_or(Ok(SEED), str::parse);
            match (count.parse(), seed) {
                (Ok(count), Ok(seed)) => differential::run(count, seed),
                _ => return usage(),
            }
        }
        _ => return usage(),
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}
