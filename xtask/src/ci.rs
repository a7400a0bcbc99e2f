//! `cargo xtask ci`: everything that must hold before a change is taken.

use std::env;
use std::process::{Command, ExitCode};
use std::time::Instant;

use airc_score::engines::{EngineKind, Fleet};
use clap::Args;

use crate::real;

/// What `cargo xtask ci` understands.
#[derive(Args)]
pub struct Arguments {
    /// Only format, lints and tests; no scores.
    #[arg(long)]
    quick: bool,
}

/// A step: its name and the command line of cargo.
type Step = (&'static str, &'static [&'static str]);

const CHECKS: &[Step] = &[
    ("format", &["fmt", "--all", "--check"]),
    ("lints", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    ("tests", &["test", "--workspace"]),
];

const SCORES: &[Step] = &[
    ("own cases", &["xtask", "record"]),
    ("scores", &["xtask", "score", "--goals"]),
    ("parsers", &["xtask", "agree", "--goals"]),
    ("evaluator", &["xtask", "score", "--oracle", "--goals"]),
];

/// The scripts of others, where they are at hand.
const REAL: Step = ("real scripts", &["xtask", "real"]);

/// Runs all steps, even after one failed, and says which did.
pub fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    // First, so that installing what is missing is announced at the start and not amid tests.
    let fleet = Fleet::new();
    for kind in EngineKind::ALL {
        let version = fleet.version(kind).map_err(|error| error.to_string())?;
        println!("engine: {}: {version}", kind.label());
    }
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut failed = Vec::new();
    let mut steps: Vec<Step> = CHECKS.to_vec();
    if !arguments.quick {
        steps.extend_from_slice(SCORES);
        match real::folder() {
            folder if folder.is_dir() => steps.push(REAL),
            folder => println!("not run: {}, as {} is absent", REAL.0, folder.display()),
        }
    }
    for (name, words) in &steps {
        println!("\n== {name}: cargo {}", words.join(" "));
        let started = Instant::now();
        let status = Command::new(&cargo)
            .args(*words)
            .current_dir(airc_score::project_root())
            .status()
            .map_err(|error| format!("cannot run {cargo}: {error}"))?;
        let outcome = if status.success() { "passed" } else { "FAILED" };
        println!("== {name} {outcome} in {:.1} s", started.elapsed().as_secs_f32());
        if !status.success() {
            failed.push(*name);
        }
    }
    if failed.is_empty() {
        println!("\neverything passed");
        return Ok(ExitCode::SUCCESS);
    }
    println!("\nFAILED: {}", failed.join(", "));
    Ok(ExitCode::FAILURE)
}
