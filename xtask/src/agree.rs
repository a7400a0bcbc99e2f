//! `cargo xtask agree`: what other parsers accept and reject, and what ours does.

use std::process::ExitCode;

use air_base::Dialect;
use airc::Profile;
use airc_agree::{Agreement, Side, Tsql};
use airc_score::case::Case;
use airc_score::engines::{EngineKind, Fleet, profile_of};
use airc_score::{case, case_folders};
use clap::Args;

/// What `cargo xtask agree` understands.
#[derive(Args)]
pub struct Arguments {
    /// Only this dialect: sqlite, postgres, mysql or mssql. By default those with an engine here.
    #[arg(long, value_name = "DIALECT")]
    from: Vec<Dialect>,
    /// Broken forms of each statement.
    #[arg(long, value_name = "N", default_value_t = 3)]
    broken: usize,
    /// Show at most so many statements we reject and the other accepts, and as many of the other kind.
    #[arg(long, value_name = "N", default_value_t = 0)]
    top: usize,
    /// Fail below the goals.
    #[arg(long)]
    goals: bool,
}

/// Least share of the statements another parser accepts that we have to accept, in percent.
const ACCEPTED_MIN: f64 = 99.0;
/// Least share of the statements another parser rejects for their syntax that we have to reject, in percent.
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
    let dialects = match arguments.from.as_slice() {
        [] => EngineKind::ALL.map(EngineKind::dialect).to_vec(),
        some => some.to_vec(),
    };
    let fleet = Fleet::new();
    let mut met = true;
    println!("| dialect | accepted by its own | by us as well | rejected by it | by us as well | unclear |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let mut shown = String::new();
    for dialect in dialects {
        let agreement = measured(arguments, dialect, &cases, &fleet)?;
        let (accepted, rejected) = agreement.shares();
        println!(
            "| {dialect} | {} | {accepted:.2} % | {} | {rejected:.2} % | {} |",
            agreement.accepted.0, agreement.rejected.0, agreement.unclear,
        );
        met &= accepted >= ACCEPTED_MIN && rejected >= REJECTED_MIN;
        list(dialect, &agreement, arguments.top, &mut shown);
    }
    print!("{shown}");
    if arguments.goals && !met {
        return Err(format!("the goals are {ACCEPTED_MIN} % accepted and {REJECTED_MIN} % rejected"));
    }
    Ok(ExitCode::SUCCESS)
}

fn measured(
    arguments: &Arguments,
    dialect: Dialect,
    cases: &[Case],
    fleet: &Fleet,
) -> Result<Agreement, String> {
    let profile: Profile = profile_of(dialect).parse().unwrap_or_else(|_| Profile::of(dialect));
    let statements = airc_agree::of_dialect(dialect, cases);
    let agreement = match EngineKind::of(dialect) {
        Some(kind) => {
            let mut engine = fleet.connect(kind, 0).map_err(|error| error.to_string())?;
            engine.reset().map_err(|error| error.to_string())?;
            airc_agree::measure(&profile, &mut |sql| engine.syntax(sql), &statements, arguments.broken)
        }
        None if dialect == Dialect::Mssql => {
            let mut parser = Tsql::start().map_err(|error| error.to_string())?;
            airc_agree::measure(&profile, &mut |sql| parser.syntax(sql), &statements, arguments.broken)
        }
        None => return Err(format!("there is no parser of {dialect} here but ours")),
    };
    agreement.map_err(|error| error.to_string())
}

fn list(dialect: Dialect, agreement: &Agreement, top: usize, shown: &mut String) {
    for (side, title) in [(Side::Engine, "only its own parser accepts"), (Side::Ours, "only we accept")] {
        let of_side = || agreement.disagreements.iter().filter(|one| one.accepts == side);
        if top == 0 || of_side().next().is_none() {
            continue;
        }
        *shown += &format!("\n{dialect}: {title} ({})\n", of_side().count());
        for one in of_side().take(top) {
            *shown += &format!("  {}\n    {}\n", one.sql.replace('\n', " "), one.message.replace('\n', " "));
        }
    }
}
