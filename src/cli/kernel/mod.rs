//! `airc kernel`: a look at a kernel that serves, from outside.

mod ask;
pub(super) mod config;
mod stats;
mod top;

use super::{Failure, Verdict};
use clap::{Args, Subcommand};

/// What is to be seen.
#[derive(Args)]
pub(super) struct Kernel {
    #[command(subcommand)]
    look: Look,
}

#[derive(Subcommand)]
enum Look {
    /// Print the figures of a kernel that serves with `--metrics`
    Stats(stats::Stats),
    /// Show them as they change, until interrupted
    Top(top::Top),
    /// Explain or check a configuration
    Config(config::Ask),
}

/// Runs the command.
pub(super) fn run(arguments: &Kernel) -> Result<Verdict, Failure> {
    match &arguments.look {
        Look::Stats(arguments) => stats::run(arguments),
        Look::Top(arguments) => top::run(arguments),
        Look::Config(arguments) => config::run(arguments),
    }
}
