//! How far the reference evaluator and the engines agree.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::failures::{Filter, Groups, without_names};
use crate::engines::EngineKind;
use crate::oracle::{Check, Evaluated};
use crate::run::CaseResult;

/// Counts of one corpus and one side.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The engine and the evaluator have the same rows.
    pub agree: usize,
    /// They have not, or the evaluator fails where the engine does not.
    pub disagree: usize,
    /// The evaluator does not know a statement.
    pub not_modelled: usize,
}

impl Agreement {
    fn count(&mut self, check: &Check) {
        match check {
            Check::Right => self.agree += 1,
            Check::Wrong { .. } | Check::Failed(_) => self.disagree += 1,
            Check::NotModelled(_) => self.not_modelled += 1,
            // Nothing to compare.
            Check::Refused(_) => {}
        }
    }

    fn n(&self) -> usize {
        self.agree + self.disagree + self.not_modelled
    }

    /// Share of the cases that are modelled, in percent.
    pub fn modelled(&self) -> f64 {
        let known = self.agree + self.disagree;
        if self.n() == 0 { 100.0 } else { 100.0 * known as f64 / self.n() as f64 }
    }
}

/// Agreement by corpus and side: `mysql` as bound, `mysql -> sqlite` as legalized.
pub fn agreements(results: &[CaseResult]) -> BTreeMap<(String, String), Agreement> {
    let mut all: BTreeMap<(String, String), Agreement> = BTreeMap::new();
    for (result, evaluated) in each(results) {
        all.entry((result.case.corpus.clone(), side(result, evaluated))).or_default().count(&evaluated.check);
    }
    all
}

/// The agreements as a table.
pub fn oracle_table(results: &[CaseResult]) -> String {
    let mut text = format!(
        "{:<10} {:<21} {:>5} {:>6} {:>8} {:>12} {:>10}\n",
        "corpus", "side", "n", "agree", "disagree", "not modelled", "modelled %"
    );
    let mut total = Agreement::default();
    let mut line = |corpus: &str, side: &str, found: &Agreement| {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{corpus:<10} {side:<21} {:>5} {:>6} {:>8} {:>12} {:>10.1}",
            found.n(),
            found.agree,
            found.disagree,
            found.not_modelled,
            found.modelled(),
        );
    };
    for ((corpus, side), found) in &agreements(results) {
        line(corpus, side, found);
        total.agree += found.agree;
        total.disagree += found.disagree;
        total.not_modelled += found.not_modelled;
    }
    line("all", "all", &total);
    text
}

/// Disagreements and what is not modelled, in groups.
pub fn oracle_failures(results: &[CaseResult], filter: &Filter) -> String {
    let mut groups = Groups::default();
    for (result, evaluated) in each(results) {
        let (outcome, class, detail) = match &evaluated.check {
            Check::Right | Check::Refused(_) => continue,
            Check::Wrong { difference, precision } => {
                let outcome = if *precision { "precision" } else { "wrong" };
                (outcome, difference.class(), difference.to_string())
            }
            Check::Failed(why) => ("failed", without_names(why), why.clone()),
            Check::NotModelled(what) => ("not modelled", without_names(what), what.clone()),
        };
        let at = evaluated.target.map_or("", EngineKind::label);
        let id = format!("{}{}{at}", result.case.id, if at.is_empty() { "" } else { "@" });
        groups.add(outcome, class, &side(result, evaluated), id, detail);
    }
    groups.text(filter)
}

fn each(results: &[CaseResult]) -> impl Iterator<Item = (&CaseResult, &Evaluated)> {
    results.iter().flat_map(|result| result.evaluated.iter().map(move |evaluated| (result, evaluated)))
}

fn side(result: &CaseResult, evaluated: &Evaluated) -> String {
    let source = result.case.source.name();
    evaluated.target.map_or(source.to_owned(), |target| format!("{source} -> {}", target.label()))
}
