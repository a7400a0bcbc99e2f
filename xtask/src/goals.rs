//! What scores must reach; `cargo xtask score --goals` checks it.

use airc_score::report::{agreements, figures};
use airc_score::run::CaseResult;

/// Limits of a corpus, for each pair among the engines at hand.
struct Goal {
    corpus: &'static str,
    /// Highest silent-wrong rate, in percent.
    silent_wrong_max: f64,
    /// Lowest coverage, in percent.
    coverage_min: f64,
}

const GOALS: &[Goal] = &[
    Goal { corpus: "tpch", silent_wrong_max: 3.0, coverage_min: 100.0 },
    Goal { corpus: "tpcds", silent_wrong_max: 3.0, coverage_min: 100.0 },
    Goal { corpus: "job", silent_wrong_max: 3.0, coverage_min: 100.0 },
    Goal { corpus: "slt", silent_wrong_max: 3.0, coverage_min: 97.0 },
    Goal { corpus: "idioms", silent_wrong_max: 3.0, coverage_min: 60.0 },
    Goal { corpus: "ours", silent_wrong_max: 3.0, coverage_min: 60.0 },
    Goal { corpus: "pgregress", silent_wrong_max: 3.0, coverage_min: 0.0 },
    Goal { corpus: "mtr", silent_wrong_max: 3.0, coverage_min: 0.0 },
];

/// One line for each goal that is missed.
pub fn missed(results: &[CaseResult]) -> Vec<String> {
    let mut missed = Vec::new();
    for ((corpus, from, to), figures) in figures(results) {
        // Without an engine of the source the truth is recalled: a question, not yet a failure.
        let executed = !matches!(from.as_str(), "oracle" | "mssql");
        let Some(goal) = GOALS.iter().find(|goal| goal.corpus == corpus && executed) else { continue };
        let (rate, coverage) = (figures.silent_wrong_rate(), figures.coverage());
        if rate > goal.silent_wrong_max {
            missed.push(format!("{corpus} {from} -> {to}: SWR {rate:.2} % > {} %", goal.silent_wrong_max));
        }
        if coverage < goal.coverage_min {
            missed
                .push(format!("{corpus} {from} -> {to}: coverage {coverage:.1} % < {} %", goal.coverage_min));
        }
    }
    missed
}

/// One line for each corpus and side in which the evaluator and an engine disagree.
pub fn missed_by_oracle(results: &[CaseResult]) -> Vec<String> {
    let disagreeing = agreements(results).into_iter().filter(|(_, found)| found.disagree > 0);
    disagreeing
        .map(|((corpus, side), found)| format!("{corpus} {side}: {} disagreements", found.disagree))
        .collect()
}
