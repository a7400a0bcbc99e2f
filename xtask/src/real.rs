//! `cargo xtask real`: whole scripts of others, loaded everywhere and compared.

use std::path::PathBuf;
use std::process::ExitCode;

use airc_score::engines::{EngineKind, Fleet};
use airc_score::real::Line;
use airc_score::{project_root, real};
use clap::Args;

use crate::measured::Measured;

/// What `cargo xtask real` understands.
#[derive(Args)]
pub struct Arguments {
    /// Only scripts whose name contains this.
    name: Option<String>,
    #[command(flatten)]
    measured: Measured,
}

/// Where the scripts are: beside the project, as they are not ours.
pub fn folder() -> PathBuf {
    project_root().join("../shared/real")
}

/// Runs the chore; it fails if a statement is rejected, or a relation is missing without a
/// refusal or holds other rows.
pub fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let folder = folder();
    if !folder.is_dir() {
        return Err(format!("the folder {} with the scripts is absent", folder.display()));
    }
    let fleet = Fleet::new();
    let mut translator = arguments.measured.translator();
    let (mut seat, mut faults, mut lines) = (0, 0, Vec::new());
    for script in real::SCRIPTS {
        if arguments.name.as_ref().is_some_and(|name| !script.name.contains(name.as_str())) {
            continue;
        }
        let source = script.read(&folder)?;
        let found = real::run(script, &source, &EngineKind::ALL, &fleet, translator.as_mut(), &mut seat);
        let found = found.map_err(|error| error.to_string())?;
        println!("{}", found.text);
        faults += found.faults;
        lines.extend(found.lines);
    }
    print_table(&lines);
    println!("{faults} faults");
    Ok(if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One row a script: what is refused and what is there, engine by engine.
fn print_table(lines: &[Line]) {
    let engines: Vec<&str> = EngineKind::ALL.iter().map(|kind| kind.label()).collect();
    println!("on {}:\n", engines.join(", "));
    println!(
        "| script | statements | refused | tables loaded | views loaded |\n| --- | --- | --- | --- | --- |"
    );
    for of_script in lines.chunk_by(|one, other| one.label.0 == other.label.0) {
        let figures = |figure: &dyn Fn(&Line) -> usize| {
            let figures: Vec<String> = of_script.iter().map(|line| figure(line).to_string()).collect();
            figures.join(", ")
        };
        let [first, ..] = of_script else { continue };
        println!(
            "| {} | {} | {} | {} of {} | {} of {} |",
            first.label.0,
            first.statements.0,
            figures(&|line| line.statements.1),
            figures(&|line| line.tables.0),
            first.tables.1,
            figures(&|line| line.views.0),
            first.views.1,
        );
    }
}
