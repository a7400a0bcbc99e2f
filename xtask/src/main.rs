//! Repository chores: `cargo xtask <chore>`; `cargo xtask help` lists them.

mod record;
mod score;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Repository chores.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Run cases on SQLite, PostgreSQL and MariaDB and compare the rows of translations.
    Score(score::Arguments),
    /// Run the project's own cases on their engines and fill in or check what they expect.
    Record(record::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().chore {
        Chore::Score(arguments) => score::run(&arguments),
        Chore::Record(arguments) => record::run(&arguments),
    };
    match done {
        Ok(code) => code,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
