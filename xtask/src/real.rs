//! `cargo xtask real`: whole scripts of others, loaded everywhere and compared.

use std::process::ExitCode;

use airc_score::engines::{EngineKind, Fleet};
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

/// Runs the chore; it fails if a statement is rejected, or a relation is missing without a
/// refusal or holds other rows.
pub fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let folder = project_root().join("../shared/real");
    if !folder.is_dir() {
        return Err(format!("the folder {} with the scripts is absent", folder.display()));
    }
    let fleet = Fleet::new();
    let mut translator = arguments.measured.translator();
    let (mut seat, mut faults) = (0, 0);
    for script in real::SCRIPTS {
        if arguments.name.as_ref().is_some_and(|name| !script.name.contains(name.as_str())) {
            continue;
        }
        let source = script.read(&folder)?;
        let found = real::run(script, &source, &EngineKind::ALL, &fleet, translator.as_mut(), &mut seat);
        let found = found.map_err(|error| error.to_string())?;
        println!("{}", found.text);
        faults += found.faults;
    }
    println!("{faults} faults");
    Ok(if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
