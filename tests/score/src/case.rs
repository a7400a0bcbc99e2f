//! The cases: JSON lines as `../shared/cases/README.md` describes them.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use air_base::Dialect;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::compare::Order;
use crate::values::{Rows, Value};

/// One case: statements that set the stage, a query, and what of its order counts.
#[derive(Clone, Debug)]
pub struct Case {
    /// Unique over all corpora.
    pub id: String,
    /// Name of the corpus: the file's name up to the first `-`.
    pub corpus: String,
    /// The dialect that setup and query are written in.
    pub source: Dialect,
    /// Words for what the case is about.
    pub tags: Vec<String>,
    /// The setup that several cases share, run before `own_setup`.
    pub shared_setup: Arc<Vec<String>>,
    /// Statements of this case only.
    pub own_setup: Vec<String>,
    /// The statement whose rows are compared.
    pub query: String,
    /// What of the order of rows counts.
    pub order: Order,
    /// The rows as the source engine returned them, if the case says so.
    pub expect: Option<Rows>,
    /// Where `expect` is from: `executed`, `documented` or `recalled`.
    pub expect_basis: Option<String>,
    /// What a reader should know about the case.
    pub note: Option<String>,
}

impl Case {
    /// All statements before the query.
    pub fn setup(&self) -> impl Iterator<Item = &String> {
        self.shared_setup.iter().chain(&self.own_setup)
    }
}

/// A file that could not be read, or a line that is no case.
#[derive(Debug)]
pub struct CaseError(pub String);

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CaseError {}

#[derive(Deserialize)]
struct CaseLine {
    id: String,
    source: Dialect,
    #[serde(default)]
    tags: Vec<String>,
    setup_id: Option<String>,
    #[serde(default)]
    setup: Vec<String>,
    query: String,
    #[serde(default)]
    ordered: bool,
    order_keys: Option<Vec<usize>>,
    expect: Option<Vec<Vec<Box<RawValue>>>>,
    expect_basis: Option<String>,
    note: Option<String>,
}

#[derive(Deserialize)]
struct SetupLine {
    setup_id: String,
    setup: Vec<String>,
}

/// Reads every `*.jsonl` of a folder, in order of file name and line; `setups-*` files, also
/// compressed as `.gz`, hold the shared setups.
pub fn load(folder: &Path) -> Result<Vec<Case>, CaseError> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|error| CaseError(format!("cannot read {}: {error}", folder.display())))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| file_name(path).ends_with(".jsonl") || file_name(path).ends_with(".jsonl.gz"))
        .collect();
    files.sort();
    let (setup_files, case_files): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|path| file_name(path).starts_with("setups-"));
    let mut setups = HashMap::new();
    for path in &setup_files {
        for (number, line) in read_text(path)?.lines().enumerate() {
            let line: SetupLine = parse_line(path, number, line)?;
            setups.insert(line.setup_id, Arc::new(line.setup));
        }
    }
    let mut cases = Vec::new();
    for path in &case_files {
        let stem = file_name(path).split('.').next().unwrap_or_default();
        let corpus = stem.split('-').next().unwrap_or(stem);
        for (number, line) in read_text(path)?.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let line: CaseLine = parse_line(path, number, line)?;
            cases.push(case_of(line, corpus, &setups)?);
        }
    }
    Ok(cases)
}

fn case_of(
    line: CaseLine,
    corpus: &str,
    setups: &HashMap<String, Arc<Vec<String>>>,
) -> Result<Case, CaseError> {
    let shared_setup = match &line.setup_id {
        None => Arc::default(),
        Some(id) => setups
            .get(id)
            .cloned()
            .ok_or_else(|| CaseError(format!("{}: there is no setup `{id}`", line.id)))?,
    };
    let order = match line.order_keys {
        Some(keys) => Order::Keys(keys),
        None if line.ordered => Order::Rows,
        None => Order::Bag,
    };
    Ok(Case {
        corpus: corpus.to_owned(),
        source: line.source,
        tags: line.tags,
        shared_setup,
        own_setup: line.setup,
        query: line.query,
        order,
        expect: line.expect.map(|rows| expected_rows(&rows)),
        expect_basis: line.expect_basis,
        note: line.note,
        id: line.id,
    })
}

fn expected_rows(rows: &[Vec<Box<RawValue>>]) -> Rows {
    let width = rows.first().map_or(0, Vec::len);
    Rows {
        columns: (1..=width).map(|number| number.to_string()).collect(),
        rows: rows.iter().map(|row| row.iter().map(|cell| Value::from_expectation(cell)).collect()).collect(),
    }
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn parse_line<'a, T: Deserialize<'a>>(path: &Path, number: usize, line: &'a str) -> Result<T, CaseError> {
    serde_json::from_str(line)
        .map_err(|error| CaseError(format!("{}:{}: {error}", path.display(), number + 1)))
}

fn read_text(path: &Path) -> Result<String, CaseError> {
    let failed = |error| CaseError(format!("cannot read {}: {error}", path.display()));
    if !file_name(path).ends_with(".gz") {
        return fs::read_to_string(path).map_err(failed);
    }
    let mut text = String::new();
    let file = fs::File::open(path).map_err(failed)?;
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_a_case() {
        let line = r#"{"id":"x","source":"mysql","setup_id":"s","query":"select 1","ordered":true,
            "order_keys":[0],"expect":[[1,null]],"expect_basis":"executed"}"#;
        let setups = HashMap::from([("s".to_owned(), Arc::new(vec!["create table t(a int)".to_owned()]))]);
        let case = case_of(serde_json::from_str(line).unwrap(), "idioms", &setups).unwrap();
        assert_eq!(case.setup().count(), 1);
        assert_eq!(case.order, Order::Keys(vec![0]));
        assert_eq!(case.expect.unwrap().rows, vec![vec![Value::number("1"), Value::Null]]);
        assert!(case_of(serde_json::from_str(line).unwrap(), "idioms", &HashMap::new()).is_err());
    }
}
