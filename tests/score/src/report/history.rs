//! What changed since the last run of the same cases.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::outcome_name;
use crate::run::CaseResult;

/// Ids shown per kind of change.
const IDS_MAX: usize = 24;

/// Compares with the outcomes kept in `file`, keeps those of this run there, and says what
/// became better and what became worse. Cases not run this time keep their last outcome.
pub fn changes(results: &[CaseResult], file: &Path) -> Result<String, std::io::Error> {
    let kept = fs::read_to_string(file).unwrap_or_default();
    let mut outcomes: BTreeMap<String, String> = kept
        .lines()
        .filter_map(|line| line.rsplit_once('\t'))
        .map(|(key, outcome)| (key.to_owned(), outcome.to_owned()))
        .collect();
    let mut changed: BTreeMap<(String, &'static str), Vec<String>> = BTreeMap::new();
    for result in results {
        for trial in &result.trials {
            let key = format!("{}@{}", result.case.id, trial.target.label());
            let outcome = outcome_name(&trial.ending);
            if let Some(before) = outcomes.insert(key.clone(), outcome.to_owned())
                && before != outcome
            {
                changed.entry((before, outcome)).or_default().push(key);
            }
        }
    }
    let lines: String = outcomes.iter().map(|(key, outcome)| format!("{key}\t{outcome}\n")).collect();
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    // Two runs at a time must not leave half a file.
    let unfinished = file.with_extension(format!("{}", std::process::id()));
    fs::write(&unfinished, lines)?;
    fs::rename(&unfinished, file)?;
    let mut text = String::new();
    for ((before, after), ids) in changed {
        let shown = ids[..ids.len().min(IDS_MAX)].join(" ");
        let more = if ids.len() > IDS_MAX { " …" } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "since last time {:>4}  {before} -> {after}: {shown}{more}", ids.len());
    }
    Ok(text)
}
