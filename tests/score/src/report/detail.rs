//! One case in full: source, translation, both results, certificate.

use std::fmt::Write;

use super::{failures, outcome_name};
use crate::engines::{EngineKind, profile_of};
use crate::oracle::Check;
use crate::run::{CaseResult, Trial};
use crate::translators::Outcome;
use crate::values::{Rows, Value};

/// Rows shown of each result.
const ROWS_MAX: usize = 40;
/// Statements shown of a setup, at its start and at its end.
const SETUP_MAX: usize = 30;
/// Characters shown of a statement of a setup.
const STATEMENT_CHARS_MAX: usize = 600;

/// The case and its trials as text. The result must have been made with details.
pub fn case_in_full(result: &CaseResult) -> String {
    let case = &result.case;
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "== {} ({}; {})", case.id, profile_of(case.source), case.tags.join(", "));
    if let Some(note) = &case.note {
        let _ = writeln!(text, "note: {note}");
    }
    let setup: Vec<String> = case.setup().cloned().collect();
    text.push_str(&setup_text(&setup));
    let _ = writeln!(text, "{};", case.query);
    if let Some(why) = &result.unusable {
        let _ = writeln!(text, "unusable: {why}");
    }
    if let Some(expected) = &result.expected {
        let _ = write!(text, "-- truth ({:?}): {}", case.order, table(expected));
    }
    if let Some(difference) = &result.disputed {
        let _ = writeln!(text, "-- the case itself expects otherwise: {difference}");
    }
    for trial in &result.trials {
        text.push_str(&trial_text(trial, setup.len()));
    }
    for evaluated in &result.evaluated {
        let side = evaluated.target.map_or("source", EngineKind::label);
        let _ = writeln!(text, "\n-- evaluator, {side}: {:?}", evaluated.check);
        if let Some(found) = evaluated.found.as_ref().filter(|_| evaluated.check != Check::Right) {
            let _ = write!(text, "-- evaluated: {}", table(found));
        }
    }
    text
}

fn trial_text(trial: &Trial, setup_length: usize) -> String {
    let mut text =
        format!("\n-> {}: {}\n", trial.target.profile(), outcome_name(&trial.ending).to_uppercase());
    let detail = failures::detail(&trial.ending);
    if !detail.is_empty() {
        let _ = writeln!(text, "   {detail}");
    }
    let (of_setup, of_query) = trial.outcomes.split_at(setup_length.min(trial.outcomes.len()));
    let mut setup = Vec::new();
    for outcome in of_setup {
        match outcome {
            Outcome::Sql { statements, .. } => setup.extend(statements.iter().cloned()),
            Outcome::Refused { code, message } => setup.push(format!("-- refused: {code} {message}")),
        }
    }
    text.push_str(&setup_text(&setup));
    for outcome in of_query {
        match outcome {
            Outcome::Refused { code, message } => {
                let _ = writeln!(text, "-- refused: {code} {message}");
            }
            Outcome::Sql { statements, .. } => {
                for sql in statements {
                    let _ = writeln!(text, "{sql};");
                }
            }
        }
    }
    if let Some(found) = &trial.found {
        let _ = write!(text, "-- found: {}", table(found));
    }
    for (at, outcome) in trial.outcomes.iter().enumerate() {
        let Outcome::Sql { assumptions, certificate, .. } = outcome else { continue };
        let name = if at < setup_length { format!("setup statement {}", at + 1) } else { "query".to_owned() };
        for assumption in assumptions {
            let _ = writeln!(text, "-- {name} assumes: {assumption}");
        }
        // The certificate of every row inserted would bury that of the query.
        if !certificate.is_empty() && at >= setup_length {
            let _ = writeln!(text, "-- certificate of the {name}:\n{certificate}");
        }
    }
    text
}

fn setup_text(setup: &[String]) -> String {
    let mut text = String::new();
    for (at, sql) in setup.iter().enumerate() {
        if at == SETUP_MAX && setup.len() > 2 * SETUP_MAX {
            let _ = writeln!(text, "-- … {} statements …", setup.len() - 2 * SETUP_MAX);
        }
        if at >= SETUP_MAX && at < setup.len().saturating_sub(SETUP_MAX) {
            continue;
        }
        let shown: String = sql.chars().take(STATEMENT_CHARS_MAX).collect();
        let cut = if shown.len() < sql.len() { " …" } else { "" };
        let _ = writeln!(text, "{shown}{cut};");
    }
    text
}

fn table(rows: &Rows) -> String {
    let mut text = format!("{} rows of {} columns\n", rows.rows.len(), rows.columns.len());
    for row in rows.rows.iter().take(ROWS_MAX) {
        let cells: Vec<String> = row.iter().map(cell).collect();
        let _ = writeln!(text, "   {}", cells.join(" | "));
    }
    if rows.rows.len() > ROWS_MAX {
        let _ = writeln!(text, "   … {} more", rows.rows.len() - ROWS_MAX);
    }
    text
}

/// A value with a letter for what it is, where its looks do not say so.
fn cell(value: &Value) -> String {
    let mark = match value {
        Value::Float(_) => "f",
        Value::Padded(_) => "char",
        Value::Json(_) => "json",
        _ => "",
    };
    format!("{mark}{}", value.to_expectation())
}
