//! Repository chores: `cargo xtask <chore>`; `cargo xtask help` lists them.

mod agree;
mod ci;
mod diff;
mod goals;
mod measured;
mod real;
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
    /// Format, lints, all tests and scores; installs missing database servers, saying so.
    Ci(ci::Arguments),
    /// Run cases on SQLite, PostgreSQL and MariaDB and compare the rows of translations.
    Score(score::Arguments),
    /// Run the project's own cases on their engines and fill in or check what they expect.
    Record(record::Arguments),
    /// Have the engines' own parsers and ours read every statement of the cases, as it is and broken.
    Agree(agree::Arguments),
    /// Run random statements on their own engine and, translated, on the others, and compare the rows.
    Diff(diff::Arguments),
    /// Translate whole scripts of others, load them everywhere, compare tables and views.
    Real(real::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().chore {
        Chore::Agree(arguments) => agree::run(&arguments),
        Chore::Ci(arguments) => ci::run(&arguments),
        Chore::Diff(arguments) => diff::run(&arguments),
        Chore::Real(arguments) => real::run(&arguments),
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
