//! Figures per corpus and pair of dialects.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;

use super::outcome_name;
use crate::run::{CaseResult, Ending};

/// Counts of outcomes.
#[derive(Clone, Copy, Default, Serialize, Debug, PartialEq, Eq)]
pub struct Figures {
    /// All usable cases.
    pub n: usize,
    /// Same rows.
    pub right: usize,
    /// Other rows, those that only lost digits included.
    pub wrong: usize,
    /// Of the wrong ones, those that only lost digits.
    pub precision: usize,
    /// Not run by the target.
    pub rejected: usize,
    /// Refused by the translator.
    pub refused: usize,
}

impl Figures {
    /// Counts one ending.
    pub fn count(&mut self, ending: &Ending) {
        self.n += 1;
        match ending {
            Ending::Right => self.right += 1,
            Ending::Wrong { precision, .. } => {
                self.wrong += 1;
                self.precision += usize::from(*precision);
            }
            Ending::Rejected(_) => self.rejected += 1,
            Ending::Refused { .. } => self.refused += 1,
        }
    }

    /// Adds the counts of another part.
    pub fn add(&mut self, other: &Figures) {
        self.n += other.n;
        self.right += other.right;
        self.wrong += other.wrong;
        self.precision += other.precision;
        self.rejected += other.rejected;
        self.refused += other.refused;
    }

    /// Silent-wrong rate in percent: of the translations emitted, those wrong or rejected.
    pub fn silent_wrong_rate(&self) -> f64 {
        percent(self.wrong + self.rejected, self.n - self.refused)
    }

    /// Coverage in percent: of all cases, those right.
    pub fn coverage(&self) -> f64 {
        percent(self.right, self.n)
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}

/// Figures by corpus, source and target.
pub fn figures(results: &[CaseResult]) -> BTreeMap<(String, String, String), Figures> {
    let mut all: BTreeMap<(String, String, String), Figures> = BTreeMap::new();
    for result in results {
        for trial in &result.trials {
            let key = (
                result.case.corpus.clone(),
                result.case.source.name().to_owned(),
                trial.target.label().to_owned(),
            );
            all.entry(key).or_default().count(&trial.ending);
        }
    }
    all
}

/// The table of figures, with a line for each pair over all corpora and one for everything.
pub fn table(results: &[CaseResult]) -> String {
    let parts = figures(results);
    let mut text = format!(
        "{:<10} {:<21} {:>5} {:>6} {:>6} {:>6} {:>8} {:>8} {:>7} {:>9}\n",
        "corpus", "pair", "n", "right", "wrong", "(prec)", "rejected", "refused", "SWR %", "coverage %"
    );
    let mut line = |corpus: &str, pair: &str, figures: &Figures| {
        let Figures { n, right, wrong, precision, rejected, refused } = figures;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{corpus:<10} {pair:<21} {n:>5} {right:>6} {wrong:>6} {precision:>6} {rejected:>8} {refused:>8} {:>7.2} {:>9.1}",
            figures.silent_wrong_rate(),
            figures.coverage(),
        );
    };
    let mut pairs: BTreeMap<String, Figures> = BTreeMap::new();
    let mut total = Figures::default();
    let corpora: BTreeSet<&String> = parts.keys().map(|(corpus, _, _)| corpus).collect();
    for ((corpus, source, target), figures) in &parts {
        let pair = format!("{source} -> {target}");
        line(corpus, &pair, figures);
        pairs.entry(pair).or_default().add(figures);
        total.add(figures);
    }
    if corpora.len() > 1 {
        for (pair, figures) in &pairs {
            line("all", pair, figures);
        }
    }
    if parts.len() > 1 {
        line("all", "all", &total);
    }
    text
}

/// What is odd about the cases themselves: unusable ones, and truths at odds with `expect`.
pub fn harness_notes(results: &[CaseResult]) -> String {
    let mut text = String::new();
    for result in results {
        let id = &result.case.id;
        if let Some(why) = &result.unusable {
            let _ = writeln!(text, "unusable: {id}: {why}");
        }
        if let Some(difference) = &result.disputed {
            let _ = writeln!(
                text,
                "disputed: {id}: the engine at hand is not of the case's opinion: {difference}"
            );
        }
    }
    text
}

/// Everything as JSON: figures and one object per trial.
pub fn json(results: &[CaseResult]) -> serde_json::Value {
    let figures: Vec<serde_json::Value> = figures(results)
        .into_iter()
        .map(|((corpus, from, to), figures)| {
            serde_json::json!({
                "corpus": corpus, "from": from, "to": to, "figures": figures,
                "swr": figures.silent_wrong_rate(), "coverage": figures.coverage(),
            })
        })
        .collect();
    let mut trials = Vec::new();
    for result in results {
        for trial in &result.trials {
            trials.push(serde_json::json!({
                "id": result.case.id, "corpus": result.case.corpus,
                "from": result.case.source.name(), "to": trial.target.label(),
                "outcome": outcome_name(&trial.ending),
                "class": super::failures::class(trial.target, &trial.ending),
                "detail": super::failures::detail(&trial.ending),
            }));
        }
    }
    serde_json::json!({"figures": figures, "trials": trials, "notes": harness_notes(results)})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_follow_their_definitions() {
        let figures = Figures { n: 10, right: 4, wrong: 1, precision: 1, rejected: 1, refused: 4 };
        assert!((figures.silent_wrong_rate() - 100.0 * 2.0 / 6.0).abs() < 1e-9);
        assert!((figures.coverage() - 40.0).abs() < 1e-9);
        assert!(Figures::default().silent_wrong_rate().abs() < 1e-9);
    }
}
