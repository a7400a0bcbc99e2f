//! `cargo xtask agree`: what the engines' own parsers accept and reject, and what ours does.

use std::process::ExitCode;

use air_base::Dialect;
use airc_agree::{Agreement, Side};
use airc_score::engines::{EngineKind, Fleet};
use airc_score::{case, case_folders};
use clap::Args;

/// What `cargo xtask agree` understands.
#[derive(Args)]
pub struct Arguments {
    /// Only this dialect: sqlite, postgres or mysql.
    #[arg(long, value_name = "DIALECT")]
    from: Vec<Dialect>,
    /// Broken forms of each statement.
    #[arg(long, value_name = "N", default_value_t = 3)]
    broken: usize,
    /// Show at most so many statements we reject and the engine accepts, and as many of the other kind.
    #[arg(long, value_name = "N", default_value_t = 0)]
    top: usize,
    /// Fail below the goals.
    #[arg(long)]
    goals: bool,
}

/// Least share of the statements an engine accepts that we have to accept, in percent.
const ACCEPTED_MIN: f64 = 99.0;
/// Least share of the statements an engine rejects for their syntax that we have to reject, in percent.
const REJECTED_MIN: f64 = 95.0;

/// Runs the chore; with `--goals` it fails below them.
pub fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let mut cases = Vec::new();
    for folder in case_folders() {
        if !folder.is_dir() {
            println!("the folder {} with cases is absent: they are left out", folder.display());
            continue;
        }
        cases.extend(case::load(&folder).map_err(|error| error.to_string())?);
    }
    let fleet = Fleet::new();
    let mut met = true;
    println!("| engine | accepted by it | by us as well | rejected by it | by us as well | unclear |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let mut shown = String::new();
    for kind in EngineKind::ALL {
        let wanted = |dialect: &Dialect| EngineKind::of(*dialect) == Some(kind);
        if !arguments.from.is_empty() && !arguments.from.iter().any(wanted) {
            continue;
        }
        let statements = airc_agree::of_dialect(kind.dialect(), &cases);
        let mut engine = fleet.connect(kind, 0).map_err(|error| error.to_string())?;
        let agreement = airc_agree::measure(kind, engine.as_mut(), &statements, arguments.broken);
        let agreement = agreement.map_err(|error| error.to_string())?;
        let (accepted, rejected) = agreement.shares();
        println!(
            "| {} | {} | {accepted:.2} % | {} | {rejected:.2} % | {} |",
            kind.label(),
            agreement.accepted.0,
            agreement.rejected.0,
            agreement.unclear,
        );
        met &= accepted >= ACCEPTED_MIN && rejected >= REJECTED_MIN;
        list(kind, &agreement, arguments.top, &mut shown);
    }
    print!("{shown}");
    if arguments.goals && !met {
        return Err(format!("the goals are {ACCEPTED_MIN} % accepted and {REJECTED_MIN} % rejected"));
    }
    Ok(ExitCode::SUCCESS)
}

fn list(kind: EngineKind, agreement: &Agreement, top: usize, shown: &mut String) {
    for (side, title) in [(Side::Engine, "only the engine accepts"), (Side::Ours, "only we accept")] {
        let of_side = || agreement.disagreements.iter().filter(|one| one.accepts == side);
        if top == 0 || of_side().next().is_none() {
            continue;
        }
        *shown += &format!("\n{}: {title} ({})\n", kind.label(), of_side().count());
        for one in of_side().take(top) {
            *shown += &format!("  {}\n    {}\n", one.sql.replace('\n', " "), one.message.replace('\n', " "));
        }
    }
}
