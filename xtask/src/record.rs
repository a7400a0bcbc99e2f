//! `cargo xtask record`: what the project's own cases expect, from their engines.

use std::process::ExitCode;

use airc_score::engines::Fleet;
use airc_score::project_root;
use airc_score::record;
use clap::Args;

/// What `cargo xtask record` understands.
#[derive(Args)]
pub struct Arguments {
    /// Replace expectations the engine does not confirm.
    #[arg(long)]
    again: bool,
}

/// Runs the chore; it fails if a case does not run or expects something else.
pub fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let recorded = record::record(&project_root().join("tests/cases"), &Fleet::new(), arguments.again)?;
    for problem in &recorded.problems {
        println!("{problem}");
    }
    println!(
        "{} recorded, {} confirmed, {} problems",
        recorded.written,
        recorded.confirmed,
        recorded.problems.len()
    );
    Ok(if recorded.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
