//! `cargo xtask diff`: random statements on their own engine and, translated, on the others.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use air_base::Dialect;
use airc_diff::hunt::{self, Finding};
use airc_score::engines::{EngineKind, Fleet};
use airc_score::report;
use clap::Args;

use crate::measured::Measured;

/// What `cargo xtask diff` understands.
#[derive(Args)]
pub struct Arguments {
    /// How long to go on.
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    minutes: f64,
    /// Only statements of this dialect: sqlite, postgres or mysql.
    #[arg(long, value_name = "DIALECT")]
    from: Vec<Dialect>,
    /// Only this target.
    #[arg(long, value_name = "DIALECT")]
    to: Vec<Dialect>,
    /// Where random choices begin; a run is repeated by its seed. By default the time says.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Stop after so many findings.
    #[arg(long, value_name = "N", default_value_t = 20)]
    findings: usize,
    /// Number of workers.
    #[arg(long, value_name = "N", default_value_t = 2)]
    jobs: usize,
    #[command(flatten)]
    measured: Measured,
}

/// Runs the chore; it fails if there is a finding.
pub fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let now = || {
        let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        time.map_or(0, |time| time.as_secs())
    };
    let seed = arguments.seed.unwrap_or_else(now);
    let options = hunt::Options {
        sources: engines(&arguments.from)?,
        targets: engines(&arguments.to)?,
        seed,
        until: Instant::now() + Duration::from_secs_f64(60.0 * arguments.minutes.clamp(0.0, 10_000.0)),
        findings_max: arguments.findings,
        jobs: arguments.jobs,
    };
    println!("seed {seed}");
    let mut said = |tally: &hunt::Tally, finding: Option<&Finding>| match finding {
        Some(finding) => println!("{}", report::case_in_full(&finding.result)),
        None => eprintln!("{tally}"),
    };
    let fleet = Fleet::new();
    let found = hunt::hunt(&options, &fleet, &|| arguments.measured.translator(), &mut said);
    let (tally, findings) = found.map_err(|error| error.to_string())?;
    println!("{tally}");
    println!("{} findings", findings.len());
    for finding in &findings {
        println!("{:6} alike  {} -> {}", finding.alike, finding.result.case.id, finding.target.label());
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn engines(dialects: &[Dialect]) -> Result<Vec<EngineKind>, String> {
    if dialects.is_empty() {
        return Ok(EngineKind::ALL.to_vec());
    }
    let engine = |dialect: &Dialect| {
        EngineKind::of(*dialect).ok_or_else(|| format!("there is no engine of {dialect} here"))
    };
    dialects.iter().map(engine).collect()
}
