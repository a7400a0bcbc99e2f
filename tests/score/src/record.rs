//! Filling in what the project's own cases expect, by running them on their engines.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::path::Path;

use serde_json::value::RawValue;

use crate::case::{self, Case};
use crate::compare::{Verdict, compare};
use crate::engines::{EngineKind, Fleet, Station};
use crate::values::{Rows, Value};

/// What happened to the cases of a folder.
#[derive(Default, Debug)]
pub struct Recorded {
    /// Cases whose `expect` was filled in or replaced.
    pub written: usize,
    /// Cases whose `expect` the engine confirmed.
    pub confirmed: usize,
    /// One line for each case that failed on its engine or expects something else.
    pub problems: Vec<String>,
}

/// Members of a case in the order in which they are written.
const MEMBERS: &[&str] = &[
    "id",
    "source",
    "tags",
    "setup_id",
    "setup",
    "query",
    "ordered",
    "order_keys",
    "note",
    "origin",
    "expect_basis",
    "expect",
];

/// Runs every case of `folder` that an engine is at hand for. Cases without `expect` get one;
/// others are checked, and rewritten too if `again` says so.
pub fn record(folder: &Path, fleet: &Fleet, again: bool) -> Result<Recorded, String> {
    let mut stations: BTreeMap<EngineKind, Station> = BTreeMap::new();
    let mut recorded = Recorded::default();
    let mut cases: BTreeMap<String, Case> = BTreeMap::new();
    for case in case::load(folder).map_err(|error| error.to_string())? {
        if let Some(twice) = cases.insert(case.id.clone(), case) {
            return Err(format!("two cases are called `{}`", twice.id));
        }
    }
    let entries =
        fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    for path in files {
        let failed = |error| format!("{}: {error}", path.display());
        let before = fs::read_to_string(&path).map_err(failed)?;
        let mut after = String::new();
        for line in before.lines() {
            after.push_str(&record_line(line, &cases, &mut stations, fleet, again, &mut recorded)?);
            after.push('\n');
        }
        if after != before {
            fs::write(&path, after).map_err(failed)?;
        }
    }
    Ok(recorded)
}

fn record_line(
    line: &str,
    cases: &BTreeMap<String, Case>,
    stations: &mut BTreeMap<EngineKind, Station>,
    fleet: &Fleet,
    again: bool,
    recorded: &mut Recorded,
) -> Result<String, String> {
    let mut members: BTreeMap<String, Box<RawValue>> = match serde_json::from_str(line) {
        Ok(members) => members,
        Err(error) => return Err(format!("not a case: {error}")),
    };
    let id: Option<String> = members.get("id").and_then(|id| serde_json::from_str(id.get()).ok());
    // Setups that cases share have no id of a case; they stay as they are.
    let Some(case) = id.and_then(|id| cases.get(&id)) else { return Ok(line.to_owned()) };
    let Some(engine) = EngineKind::of(case.source) else { return Ok(line.to_owned()) };
    let station = match stations.entry(engine) {
        Entry::Occupied(station) => station.into_mut(),
        Entry::Vacant(place) => {
            let session = fleet.connect(engine, 0).map_err(|error| error.to_string())?;
            place.insert(Station::new(session))
        }
    };
    let setup: Vec<String> = case.setup().cloned().collect();
    let rows = match station.run(&setup, std::slice::from_ref(&case.query)) {
        Ok(rows) => rows,
        Err(failure) => {
            recorded.problems.push(format!("{}: {failure}", case.id));
            return Ok(line.to_owned());
        }
    };
    if let Some(expect) = &case.expect {
        let mut expect = expect.clone();
        if expect.rows.is_empty() {
            expect.columns.clone_from(&rows.columns);
        }
        match compare(&expect, &rows, &case.order) {
            Verdict::Same => {
                recorded.confirmed += 1;
                return Ok(line.to_owned());
            }
            Verdict::Precision(difference) | Verdict::Differs(difference) if !again => {
                recorded.problems.push(format!("{}: expects something else: {difference}", case.id));
                return Ok(line.to_owned());
            }
            _ => {}
        }
    }
    recorded.written += 1;
    let mut set = |name: &str, text: String| -> Result<(), String> {
        let raw = RawValue::from_string(text).map_err(|error| format!("{}: {error}", case.id))?;
        members.insert(name.to_owned(), raw);
        Ok(())
    };
    set("expect", rows_as_json(&rows))?;
    set("expect_basis", "\"executed\"".to_owned())?;
    let known = MEMBERS.iter().filter_map(|name| Some((*name, members.get(*name)?)));
    let unknown = members.iter().filter(|(name, _)| !MEMBERS.contains(&name.as_str()));
    let unknown = unknown.map(|(name, value)| (name.as_str(), value));
    let written: Vec<String> =
        known.chain(unknown).map(|(name, value)| format!("\"{name}\": {value}")).collect();
    Ok(format!("{{{}}}", written.join(", ")))
}

fn rows_as_json(rows: &Rows) -> String {
    let row = |row: &Vec<Value>| {
        let cells: Vec<String> = row.iter().map(Value::to_expectation).collect();
        format!("[{}]", cells.join(","))
    };
    let rows: Vec<String> = rows.rows.iter().map(row).collect();
    format!("[{}]", rows.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_get_what_their_engine_returns() {
        let folder = std::env::temp_dir().join(format!("airc-record-test-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("own.jsonl");
        let lines = [
            r#"{"id":"a","source":"sqlite","query":"select 1.5, null","ordered":false}"#,
            r#"{"id":"b","source":"sqlite","query":"select 2","ordered":false,"expect":[[3]]}"#,
        ];
        fs::write(&file, lines.join("\n")).unwrap();
        let recorded = record(&folder, &Fleet::new(), false).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!((recorded.written, recorded.confirmed), (1, 0));
        assert_eq!(
            recorded.problems,
            ["b: expects something else: column 1: expected number 3, found number 2"]
        );
        assert!(text.starts_with(
            r#"{"id": "a", "source": "sqlite", "query": "select 1.5, null", "ordered": false, "expect_basis": "executed", "expect": [[1.5,null]]}"#
        ));
    }
}
