//! The program: reads arguments and files, asks the compile API, draws the results.
//!
//! Exit codes: 0 all is well; 1 some statement was refused or wrong; 2 the program was asked in a wrong way, or could
//! not read or write a file.

mod air;
mod args;
mod assess;
mod audit;
mod check;
mod draw;
mod explain;
mod fmt;
mod input;
mod jsonl;
#[cfg(feature = "serve")]
mod kernel;
mod lineage;
mod load;
#[cfg(feature = "lsp")]
mod lsp;
mod policy;
mod profile;
mod run;
mod script;
#[cfg(feature = "serve")]
mod serve;
mod setup;
mod translate;

use args::{Arguments, Command};
use clap::{CommandFactory, Parser};
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    /// All is well.
    Fine,
    /// Some statement was refused or wrong.
    Refused,
}

impl Verdict {
    fn of(refused: bool) -> Verdict {
        if refused { Verdict::Refused } else { Verdict::Fine }
    }
}

/// The command cannot be carried out; the text says why.
struct Failure(String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure(error.to_string())
    }
}

fn failure<T>(text: impl Into<String>) -> Result<T, Failure> {
    Err(Failure(text.into()))
}

/// `1 statement`, `2 statements`.
fn statements(count: usize) -> String {
    format!("{count} statement{}", if count == 1 { "" } else { "s" })
}

/// Runs the program.
pub(crate) fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let shown = &arguments.shown;
    let verdict = match &arguments.command {
        Command::Translate(translate) => translate::run(translate, shown),
        Command::Check(check) => check::run(check, shown),
        Command::Explain(explain) => explain::run(explain, shown),
        Command::Fmt(fmt) => fmt::run(fmt, shown),
        Command::Air(meaning) => air::run(meaning, shown),
        Command::Lineage(lineage) => lineage::run(lineage, shown),
        #[cfg(feature = "lsp")]
        Command::Lsp(server) => lsp::run(server),
        Command::Assess(assess) => assess::run(assess, shown),
        Command::Run(statements) => run::run(statements, shown),
        Command::Audit(ledger) => audit::run(ledger),
        #[cfg(feature = "serve")]
        Command::Serve(doors) => serve::run(doors, shown),
        #[cfg(feature = "serve")]
        Command::Kernel(kernel) => kernel::run(kernel),
        Command::Policy(policy) => policy::run(policy, shown),
        Command::Profile(profile) => profile::run(profile),
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Arguments::command(), "airc", &mut std::io::stdout());
            Ok(Verdict::Fine)
        }
    };
    match verdict {
        Ok(Verdict::Fine) => ExitCode::SUCCESS,
        Ok(Verdict::Refused) => ExitCode::from(1),
        Err(Failure(text)) => {
            eprintln!("airc: {text}");
            ExitCode::from(2)
        }
    }
}
