//! `airc policy test`: scenarios with what is expected of each.

use super::super::args::Shown;
use super::super::{Failure, Verdict, failure, input};
use super::governed;
use airc::air::protection::Indirect;
use airc::judge::Judge;
use serde::Deserialize;
use sqlx_kernel::pi::{Moment, Policies, Subject};
use std::path::PathBuf;
use std::sync::Arc;

/// A line of a file of scenarios.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    /// What it shows.
    name: String,
    /// Packs: files, or names of shipped ones.
    packs: Vec<String>,
    /// Definitions.
    schema: String,
    /// Profile of the engine.
    #[serde(default = "postgres")]
    to: String,
    sql: String,
    #[serde(default)]
    roles: Vec<Arc<str>>,
    purpose: Option<String>,
    residency: Option<String>,
    risk: Option<String>,
    origin: Option<String>,
    #[serde(default)]
    approved: bool,
    /// Whether it is allowed.
    allow: bool,
    /// Rules that decide, if they matter.
    rules: Option<Vec<String>>,
    /// Obligations, in words of the language, if they matter.
    obligations: Option<Vec<String>>,
    /// Part of what it runs as.
    emits: Option<String>,
    /// Nothing of that is in what it runs as.
    hides: Option<String>,
}

fn postgres() -> String {
    "postgres".to_owned()
}

/// Runs the command.
pub(super) fn run(files: &[PathBuf], shown: &Shown) -> Result<Verdict, Failure> {
    let (mut tried, mut wrong) = (0usize, 0usize);
    for file in files {
        for (line, text) in input::read_file(file)?.lines().enumerate() {
            if text.trim().is_empty() {
                continue;
            }
            let scenario: Scenario = serde_json::from_str(text)
                .map_err(|error| Failure(format!("{}:{}: {error}", file.display(), line + 1)))?;
            tried += 1;
            for difference in differences(&scenario, shown)? {
                wrong += 1;
                println!("{}:{}: {}: {difference}", file.display(), line + 1, scenario.name);
            }
        }
    }
    if tried == 0 {
        return failure("there is no scenario");
    }
    if !shown.quiet {
        eprintln!("{tried} scenarios, {wrong} differences");
    }
    Ok(Verdict::of(wrong > 0))
}

fn differences(scenario: &Scenario, shown: &Shown) -> Result<Vec<String>, Failure> {
    let packs = governed::packs(&scenario.packs, false, shown)?;
    let policies = Policies::new(&packs, None);
    let judge = Judge::new(policies, &scenario.to, scenario.schema.clone(), Indirect::default());
    let subject = Subject {
        roles: &scenario.roles,
        purpose: scenario.purpose.as_deref(),
        residency: scenario.residency.as_deref(),
        origin: scenario.origin.as_deref(),
        risk: scenario.risk.as_deref(),
        ..Subject::new("scenario", "scenario")
    };
    let moment = Moment { approved: scenario.approved, ..Moment::default() };
    let judgement = judge.judge(&scenario.sql, None, &subject, moment)?;
    let decision = &judgement.decision;
    let mut found = Vec::new();
    if decision.allow != scenario.allow {
        found.push(format!("{} ({})", if decision.allow { "allowed" } else { "denied" }, decision.reason));
    }
    if let Some(rules) = &scenario.rules
        && decision.rules != *rules
    {
        found.push(format!("decided by {}", decision.rules.join(", ")));
    }
    let words = decision.obligations.words();
    if let Some(obligations) = &scenario.obligations
        && words != *obligations
    {
        found.push(format!("obliges to {}", words.join("; ")));
    }
    let emitted = match &judgement.runs {
        Some(Ok(runs)) => runs.sql.join(";\n"),
        Some(Err(failure)) => failure.to_string(),
        None => String::new(),
    };
    let emitted = emitted.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(part) = &scenario.emits
        && !emitted.contains(part.as_str())
    {
        found.push(format!("runs as {emitted}"));
    }
    if let Some(part) = &scenario.hides
        && emitted.contains(part.as_str())
    {
        found.push(format!("runs as {emitted}"));
    }
    Ok(found)
}
