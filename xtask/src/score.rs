//! `cargo xtask score`: translations compared by running them.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use air_base::Dialect;
use airc_score::cache::Cache;
use airc_score::case::{self, Case};
use airc_score::engines::{EngineKind, Fleet};
use airc_score::exercise::Exercise;
use airc_score::report;
use airc_score::run::{self, CaseResult, Options};
use airc_score::{case_folders, project_root};
use clap::Args;

use crate::goals;
use crate::measured::Measured;

/// What `cargo xtask score` understands.
#[derive(Args)]
pub struct Arguments {
    /// Only this corpus (`idioms`, `slt`, `pgregress`, `mtr`, `tpch`, `tpcds`, `job`, …).
    #[arg(long, value_name = "NAME")]
    corpus: Vec<String>,
    /// Only the cases of this folder, in place of the known ones.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Only cases written in this dialect.
    #[arg(long, value_name = "DIALECT")]
    from: Vec<Dialect>,
    /// Only this target: sqlite, postgres or mysql; mssql, alone, has what is emitted read by Microsoft's parser.
    #[arg(long, value_name = "DIALECT")]
    to: Vec<Dialect>,
    /// Only cases whose id or tag contains this.
    #[arg(long, value_name = "TEXT")]
    matching: Option<String>,
    /// Show a case in full: source, translation, both results, certificate. `ID@target` shows
    /// one target; a `*` at the end shows all that begin so.
    #[arg(long, value_name = "ID")]
    case: Vec<String>,
    /// List failures in groups, the most frequent first.
    #[arg(long)]
    failures: bool,
    /// With --failures: only this outcome (wrong, precision, rejected, refused).
    #[arg(long, value_name = "OUTCOME", requires = "failures")]
    outcome: Option<String>,
    /// With --failures: only groups whose name contains this.
    #[arg(long, value_name = "TEXT", requires = "failures")]
    group: Option<String>,
    /// With --failures: number of groups shown.
    #[arg(long, value_name = "N", default_value_t = 40)]
    top: usize,
    /// With --failures: all ids instead of examples.
    #[arg(long, requires = "failures")]
    ids: bool,
    /// Write figures and outcomes as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Number of workers.
    #[arg(long, value_name = "N", default_value_t = 2)]
    jobs: usize,
    /// Run everything again instead of reading kept results of the engines.
    #[arg(long)]
    no_cache: bool,
    /// Fail if a goal is missed.
    #[arg(long)]
    goals: bool,
    /// List the rules and how many cases fire each, instead of the figures. With --goals: fail on a rule without one.
    #[arg(long)]
    rules: bool,
    /// List rows of builtins and functions that no case exercises, instead of the figures.
    #[arg(long)]
    builtins: bool,
    /// Compare the reference evaluator with all engines instead of scoring: source as bound, targets as legalized.
    #[arg(long)]
    oracle: bool,
    #[command(flatten)]
    measured: Measured,
}

impl Arguments {
    fn selects(&self, case: &Case) -> bool {
        let listed = |list: &[String], name: &str| list.is_empty() || list.iter().any(|entry| entry == name);
        let matches = self
            .matching
            .as_deref()
            .is_none_or(|text| case.id.contains(text) || case.tags.iter().any(|tag| tag.contains(text)));
        let named = |pattern: &String| {
            let id = pattern.rsplit_once('@').map_or(pattern.as_str(), |(id, _)| id);
            id.strip_suffix('*').map_or(case.id == id, |start| case.id.starts_with(start))
        };
        listed(&self.corpus, &case.corpus)
            && (self.from.is_empty() || self.from.contains(&case.source))
            && matches
            && (self.case.is_empty() || self.case.iter().any(named))
    }

    fn targets(&self) -> Result<Vec<EngineKind>, String> {
        let mut wanted = self.to.clone();
        for name in self.case.iter().filter_map(|pattern| pattern.rsplit_once('@')) {
            wanted.push(name.1.parse().map_err(|error: air_base::UnknownDialect| error.to_string())?);
        }
        if wanted.is_empty() {
            return Ok(EngineKind::ALL.to_vec());
        }
        let engine = |dialect: &Dialect| {
            EngineKind::of(*dialect).ok_or_else(|| format!("there is no engine of {dialect} here"))
        };
        wanted.iter().map(engine).collect()
    }
}

/// Runs the chore. The exit code says whether it could be done and, if asked, whether the goals
/// are met.
pub fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let mut cases: Vec<Arc<Case>> = Vec::new();
    let folders =
        arguments.folder.as_ref().map_or_else(|| case_folders().to_vec(), |folder| vec![folder.clone()]);
    for folder in folders {
        if !folder.is_dir() {
            eprintln!("note: the folder {} is absent; its cases are not run", folder.display());
            continue;
        }
        let loaded = case::load(&folder).map_err(|error| error.to_string())?;
        cases.extend(loaded.into_iter().filter(|case| arguments.selects(case)).map(Arc::new));
    }
    if cases.is_empty() {
        return Err("no case is selected".to_owned());
    }
    if arguments.to == [Dialect::Mssql] {
        return read_by_others(arguments, &cases);
    }
    let results = scored(arguments, &cases)?;
    let filter = report::Filter {
        outcome: arguments.outcome.clone(),
        containing: arguments.group.clone(),
        groups_max: arguments.top,
        all_ids: arguments.ids,
    };
    if !arguments.case.is_empty() {
        for result in &results {
            print(&report::case_in_full(result))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.oracle {
        if arguments.failures {
            print(&report::oracle_failures(&results, &filter))?;
            print("\n")?;
        }
        print(&report::oracle_table(&results))?;
        let missed = if arguments.goals { goals::missed_by_oracle(&results) } else { Vec::new() };
        return finish(&missed);
    }
    if arguments.rules || arguments.builtins {
        let exercise = Exercise::of(&results);
        if arguments.rules {
            print(&exercise.rules_text())?;
        }
        if arguments.builtins {
            print(&exercise.builtins_text())?;
        }
        let missed = if arguments.goals { goals::missed_by_exercise(&exercise) } else { Vec::new() };
        return finish(&missed);
    }
    eprint!("{}", report::harness_notes(&results));
    if arguments.failures {
        print(&report::failures(&results, &filter))?;
        print("\n")?;
    }
    print(&report::table(&results))?;
    let history = state_folder().join(format!("outcomes-{}.tsv", arguments.measured.word()));
    match report::changes(&results, &history) {
        Ok(changes) => print(&changes)?,
        Err(error) => eprintln!("note: cannot keep {}: {error}", history.display()),
    }
    if let Some(file) = &arguments.json {
        fs::write(file, report::json(&results).to_string())
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    let missed = if arguments.goals { goals::missed(&results) } else { Vec::new() };
    finish(&missed)
}

/// Names the goals that are missed; the exit code says whether there are some.
fn finish(missed: &[String]) -> Result<ExitCode, String> {
    for line in missed {
        print(&format!("goal missed: {line}\n"))?;
    }
    Ok(if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Has what is emitted for T-SQL, which no engine here runs, read by Microsoft's parser and by our own front end.
fn read_by_others(arguments: &Arguments, cases: &[Arc<Case>]) -> Result<ExitCode, String> {
    let words = |error: airc_score::engines::EngineError| error.to_string();
    let mut parser = airc_agree::Tsql::start().map_err(words)?;
    let read = &mut |sql: &str| parser.syntax(sql);
    let target = airc_agree::Tsql::PROFILE.parse().map_err(|error: airc::ProfileError| error.to_string())?;
    let emitted = airc_agree::emitted(cases, &target, read).map_err(words)?;
    let (translated, refused) = emitted.statements;
    let share = 100.0 * translated as f64 / (translated + refused).max(1) as f64;
    print(&format!(
        "{translated} statements translated ({share:.1} %), {} rejected by the parser, {} not understood by our own \
         front end\n",
        emitted.rejected.len(),
        emitted.not_understood.len(),
    ))?;
    for (title, list) in [("rejected", &emitted.rejected), ("not understood", &emitted.not_understood)] {
        for unread in list.iter().take(if arguments.failures { arguments.top } else { 0 }) {
            let line = |text: &str| text.replace('\n', " ");
            print(&format!(
                "{title}: {}: {}\n  {}\n  {}\n",
                unread.id,
                unread.message,
                line(&unread.source),
                line(&unread.sql)
            ))?;
        }
    }
    let met = emitted.rejected.is_empty() || !arguments.goals;
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn scored(arguments: &Arguments, cases: &[Arc<Case>]) -> Result<Vec<CaseResult>, String> {
    let options = Options {
        targets: arguments.targets()?,
        jobs: arguments.jobs,
        details: !arguments.case.is_empty(),
        oracle: arguments.oracle,
    };
    let cache = if arguments.no_cache { Cache::none() } else { Cache::open(&state_folder())? };
    let fleet = Fleet::new();
    let total = cases.len();
    let terminal = std::io::stderr().is_terminal();
    let results = run::score(cases, &options, &fleet, &cache, &|| arguments.measured.translator(), |done| {
        if terminal {
            eprint!("\r{done} of {total} cases");
        }
    });
    if terminal {
        eprint!("\r\x1b[K");
    }
    results.map_err(|error| error.to_string())
}

/// Where results of engines and outcomes of the last run are kept.
fn state_folder() -> PathBuf {
    project_root().join("target/score")
}

/// Prints; a reader that stopped listening (`| head`) ends the program without a word.
fn print(text: &str) -> Result<(), String> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => other.map_err(|error| format!("cannot print: {error}")),
    }
}
