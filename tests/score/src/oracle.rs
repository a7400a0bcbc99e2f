//! The reference evaluator as one more engine: what a case means by its AIR, against what engines say.
//!
//! A case as bound is compared with its source engine: where they disagree, the binder or the evaluator is wrong.
//! A case as legalized for a target is compared with the target's engine running the rendered text: where they
//! disagree, a rule, a spelling or the evaluator is wrong. What the evaluator does not model is counted apart.

use crate::compare::{Difference, Order, Verdict, compare};
use crate::engines::{EngineKind, profile_of};
use crate::values::{Decimal, Rows, Value};
use air_base::{Diagnostic, Dialect, Severity};
use airc::air::Air;
use airc::{Options, Translator};
use airc_oracle::{Database, EvalError};
use std::collections::HashMap;

/// How a case ended on the evaluator.
#[derive(Clone, PartialEq, Debug)]
pub enum Check {
    /// The rows of the source engine.
    Right,
    /// Other rows.
    Wrong {
        /// Where they differ first.
        difference: Difference,
        /// True if only digits were lost.
        precision: bool,
    },
    /// A statement failed that the engine ran.
    Failed(String),
    /// The binder refused a statement.
    Refused(String),
    /// The evaluator does not model a statement.
    NotModelled(String),
}

impl Check {
    /// The evaluator says otherwise than the engine.
    pub fn disagrees(&self) -> bool {
        matches!(self, Check::Wrong { .. } | Check::Failed(_))
    }
}

/// A side of a case: its source, or one of its targets.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// The engine whose rows are the truth; `None` for the source's own.
    pub target: Option<EngineKind>,
    /// How it ended.
    pub check: Check,
    /// What the evaluator returned, if it ran.
    pub found: Option<Rows>,
}

/// Expressions and pairs of rows that the evaluator may look at for the setup of a case and its query: a few
/// seconds. It has no indexes and no plans.
const STEPS_MAX: u64 = 30_000_000;

/// Translators, one per pair of profiles.
#[derive(Default)]
pub struct Bench {
    translators: HashMap<(&'static str, &'static str), Translator>,
}

/// A database after a setup, and the translator that knows its definitions.
pub struct Staged<'a> {
    translator: &'a mut Translator,
    legal: bool,
    database: Database,
    /// Why there is no database.
    failed: Option<Check>,
}

impl Bench {
    /// Runs a setup in the evaluator: as bound, or as legalized for `target`.
    pub fn stage(&mut self, source: Dialect, target: Option<EngineKind>, setup: &[String]) -> Staged<'_> {
        let from = profile_of(source);
        // Binding does not depend on the target.
        let to = target.map_or("sqlite", EngineKind::profile);
        let profile = |text: &str| text.parse().expect("profiles of the harness are known");
        let translator = self
            .translators
            .entry((from, to))
            .or_insert_with(|| Translator::new(profile(from), profile(to), Options::default()));
        translator.forget();
        let mut database = Database::new();
        database.set_steps_max(STEPS_MAX);
        database.keeps_fractions = target == Some(EngineKind::Sqlite);
        let mut staged = Staged { translator, legal: target.is_some(), database, failed: None };
        for text in setup {
            if let Err(check) = staged.run(text) {
                staged.failed = Some(check);
                break;
            }
        }
        staged
    }
}

impl Staged<'_> {
    /// Runs a query and compares its rows with those of an engine.
    pub fn check(&mut self, query: &str, truth: &Rows, order: &Order) -> (Check, Option<Rows>) {
        if let Some(check) = &self.failed {
            return (check.clone(), None);
        }
        self.database.set_steps_max(STEPS_MAX);
        let rows = match self.run(query) {
            Ok(rows) => rows,
            Err(check) => return (check, None),
        };
        // An engine may name no columns where there are no rows; widths are compared by the rows then.
        if rows.rows.is_empty() && truth.rows.is_empty() {
            return (Check::Right, Some(rows));
        }
        let check = match compare(truth, &rows, order) {
            Verdict::Same => Check::Right,
            Verdict::Precision(difference) => Check::Wrong { difference, precision: true },
            Verdict::Differs(difference) => Check::Wrong { difference, precision: false },
        };
        (check, Some(rows))
    }

    /// Rows of the last statement of a text.
    fn run(&mut self, text: &str) -> Result<Rows, Check> {
        let Staged { translator, legal, database, .. } = self;
        let mut result = Ok(Rows::default());
        let mut run = |air: Option<&Air>, diagnostics: &[Diagnostic]| {
            if result.is_err() {
                return;
            }
            let error = |d: &&Diagnostic| d.severity == Severity::Error;
            let why =
                || diagnostics.iter().find(error).map_or("no reason", |d| d.message.as_str()).to_owned();
            result = match air {
                None => Err(Check::Refused(why())),
                Some(air) => match database.run(air) {
                    Ok(rows) => Ok(seen(&rows)),
                    Err(EvalError::Unsupported(what)) => Err(Check::NotModelled(what)),
                    Err(error) => Err(Check::Failed(error.to_string())),
                },
            };
        };
        match legal {
            true => {
                translator.for_each(text, &mut |step| {
                    run(step.translated().then_some(step.air), step.diagnostics);
                });
            }
            false => {
                translator.for_each_bound(text, &mut |_, air, diagnostics| run(air, diagnostics));
            }
        }
        result
    }
}

/// Rows of the evaluator as those of an engine.
fn seen(rows: &airc_oracle::Rows) -> Rows {
    let width = rows.rows.first().map_or(rows.columns.len(), Vec::len);
    let mut columns = rows.columns.clone();
    columns.resize(width, String::new());
    Rows { columns, rows: rows.rows.iter().map(|row| row.iter().map(value).collect()).collect() }
}

fn value(value: &airc_oracle::Value) -> Value {
    use airc_oracle::Value as V;
    match value {
        V::Null => Value::Null,
        V::Bool(truth) => Value::Bool(*truth),
        V::Int(_) | V::Decimal(_) => {
            let text = value.to_string();
            Decimal::parse(&text).map_or(Value::Text(text), Value::Exact)
        }
        V::Float(number) => Value::Float(*number),
        V::Text(text) => Value::untyped_text(text.clone()),
        V::Bytes(bytes) => Value::Bytes(bytes.clone()),
        V::Date(_) | V::Time(_) | V::Timestamp(_) | V::Interval(_) => Value::Temporal(value.to_string()),
        // As PostgreSQL writes rows within arrays.
        V::Array(items) if items.iter().any(|item| matches!(item, V::Row(_))) => {
            let items: Vec<String> = items.iter().map(|item| format!("\"{item}\"")).collect();
            Value::Text(format!("{{{}}}", items.join(",")))
        }
        V::Array(items) => Value::Array(items.iter().map(self::value).collect()),
        V::Row(_) => Value::Text(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cells: &[&str]) -> Rows {
        let row: Vec<Value> = cells.iter().map(|cell| Value::number(cell)).collect();
        Rows { columns: vec![String::new(); row.len()], rows: vec![row] }
    }

    #[test]
    fn rows_of_the_evaluator_compare_with_those_of_engines() {
        let setup = ["CREATE TABLE t (a INT)".to_owned(), "INSERT INTO t VALUES (7), (2)".to_owned()];
        let mut bench = Bench::default();
        for target in [None, Some(EngineKind::Sqlite), Some(EngineKind::Postgres)] {
            let mut staged = bench.stage(Dialect::Mysql, target, &setup);
            let mut check = |sql: &str, cell| staged.check(sql, &rows(&[cell]), &Order::Bag).0;
            assert_eq!(check("SELECT MAX(a) / 2 FROM t", "3.5000"), Check::Right, "{target:?}");
            assert!(matches!(check("SELECT MAX(a) DIV 2 FROM t", "4"), Check::Wrong { .. }));
            assert!(matches!(check("SELECT a FROM t WHERE frob(a)", "1"), Check::Refused(_)));
        }
    }

    #[test]
    fn a_setup_that_cannot_be_staged_decides_about_its_queries() {
        let setup =
            ["CREATE TABLE t (a INT PRIMARY KEY)".to_owned(), "INSERT INTO t VALUES (1), (1)".to_owned()];
        let mut bench = Bench::default();
        let mut staged = bench.stage(Dialect::Mysql, None, &setup);
        let (check, found) = staged.check("SELECT 1", &rows(&["1"]), &Order::Bag);
        assert_eq!((check, found), (Check::Failed("duplicate key".to_owned()), None));
    }
}
