//! Which rules, builtins and functions the executed cases exercise. A row without a case is a guess.

use crate::engines::{EngineKind, hash_statements, may_change_state, profile_of};
use crate::run::{CaseResult, Ending};
use air_base::Dialect;
use airc::air::node::Child;
use airc::air::query::SourceKind;
use airc::air::target::How;
use airc::air::{Air, Builtin, Expr};
use airc::{Options, Profile, Translator};
use std::collections::{BTreeMap, BTreeSet};

/// Numbers of cases, by what they exercise.
#[derive(Default)]
pub struct Exercise {
    /// By rule: cases whose translation the rule had a part in and whose rows were right.
    pub rules: BTreeMap<&'static str, usize>,
    /// The same for targets without an engine, where a case is translated only.
    pub rules_unproved: BTreeMap<&'static str, usize>,
    /// By target and builtin: cases whose translation uses it and whose rows were right.
    pub builtins: BTreeMap<(&'static str, Builtin), usize>,
    /// By source dialect and function name: cases that call it and are right on some target.
    pub functions: BTreeMap<(&'static str, &'static str), usize>,
}

/// What a text exercised.
#[derive(Clone, Default)]
struct Used {
    rules: BTreeSet<&'static str>,
    builtins: BTreeSet<Builtin>,
}

/// Targets without an engine here.
const UNPROVED: [&str; 2] = ["oracle", "mssql"];

impl Exercise {
    /// Translates the cases again and sees what takes part.
    pub fn of(results: &[CaseResult]) -> Exercise {
        let mut exercise = Exercise::default();
        let engines = EngineKind::ALL.map(|kind| (kind.profile(), Some(kind)));
        for (to, kind) in engines.into_iter().chain(UNPROVED.map(|name| (name, None))) {
            exercise.add_target(results, to, kind);
        }
        for result in results {
            let right = result.trials.iter().any(|trial| trial.ending == Ending::Right);
            if right && let Some(kind) = EngineKind::of(result.case.source) {
                let texts = result.case.setup().chain([&result.case.query]);
                let called: BTreeSet<String> = texts.flat_map(|text| calls(text)).collect();
                for name in functions(result.case.source) {
                    if called.contains(name) {
                        *exercise.functions.entry((kind.label(), name)).or_default() += 1;
                    }
                }
            }
        }
        exercise
    }

    fn add_target(&mut self, results: &[CaseResult], to: &str, kind: Option<EngineKind>) {
        let mut translators: BTreeMap<&str, Translator> = BTreeMap::new();
        let mut staged: Option<(u128, Used)> = None;
        for result in results {
            let proved = |kind| {
                result.trials.iter().any(|trial| trial.target == kind && trial.ending == Ending::Right)
            };
            if !kind.map_or(result.unusable.is_none(), proved) {
                continue;
            }
            let from = profile_of(result.case.source);
            let profile = |text: &str| text.parse::<Profile>().expect("profiles of the harness are known");
            let translator = translators
                .entry(from)
                .or_insert_with(|| Translator::new(profile(from), profile(to), Options::default()));
            let setup: Vec<String> = result.case.setup().cloned().collect();
            let key = hash_statements(&setup) ^ hash_statements(&[from.to_owned()]);
            let mut used = match &staged {
                Some((known, used)) if *known == key => used.clone(),
                _ => {
                    translator.forget();
                    let mut used = Used::default();
                    setup.iter().for_each(|text| used.add(translator, text));
                    used
                }
            };
            // A query that changes definitions or counters leaves another stage behind.
            staged = (!may_change_state(&result.case.query)).then(|| (key, used.clone()));
            used.add(translator, &result.case.query);
            let rules = if kind.is_some() { &mut self.rules } else { &mut self.rules_unproved };
            for rule in used.rules {
                *rules.entry(rule).or_default() += 1;
            }
            for builtin in used.builtins {
                if let Some(kind) = kind {
                    *self.builtins.entry((kind.label(), builtin)).or_default() += 1;
                }
            }
        }
    }

    /// Names of rules that no case fires, with what is known of them.
    pub fn idle_rules(&self) -> Vec<&'static str> {
        airc_passes::rules().map(|rule| rule.name).filter(|name| !self.rules.contains_key(name)).collect()
    }

    /// Rules with the number of cases that fire them, those without any first.
    pub fn rules_text(&self) -> String {
        let mut names: BTreeSet<(usize, usize, &str)> = BTreeSet::new();
        for rule in airc_passes::rules() {
            let count = |counts: &BTreeMap<&str, usize>| counts.get(rule.name).copied().unwrap_or(0);
            names.insert((count(&self.rules), count(&self.rules_unproved), rule.name));
        }
        let mut text = format!("{:>8} {:>10}  rule\n", "executed", "translated");
        for (executed, translated, name) in names {
            text.push_str(&format!("{executed:>8} {translated:>10}  {name}\n"));
        }
        text
    }

    /// Rows of the targets' tables that no case uses: target and builtin.
    pub fn idle_builtins(&self) -> Vec<(&'static str, &'static str)> {
        let mut idle = Vec::new();
        for kind in EngineKind::ALL {
            let profile: Profile = kind.profile().parse().expect("profiles of the harness are known");
            let target = airc_backends::target(&profile);
            for &builtin in Builtin::ALL {
                let said = target.row(builtin).is_some_and(|row| !matches!(row.how, How::Refuse(_)));
                if said && !self.builtins.contains_key(&(kind.label(), builtin)) {
                    idle.push((kind.label(), builtin.name()));
                }
            }
        }
        idle
    }

    /// Functions of the sources' tables that no case calls: source and name.
    pub fn idle_functions(&self) -> Vec<(&'static str, &'static str)> {
        let mut idle = Vec::new();
        for kind in EngineKind::ALL {
            for name in functions(kind.dialect()) {
                if !self.functions.contains_key(&(kind.label(), name)) {
                    idle.push((kind.label(), name));
                }
            }
        }
        idle
    }

    /// Rows without a case, by dialect.
    pub fn builtins_text(&self) -> String {
        let mut text = String::new();
        let parts = [
            ("builtin rows of targets", self.idle_builtins()),
            ("functions of sources", self.idle_functions()),
        ];
        for (title, idle) in parts {
            text.push_str(&format!("{title} without a case: {}\n", idle.len()));
            for kind in EngineKind::ALL {
                let names: Vec<&str> =
                    idle.iter().filter(|(label, _)| *label == kind.label()).map(|(_, name)| *name).collect();
                text.push_str(&format!("  {} ({}): {}\n", kind.label(), names.len(), names.join(" ")));
            }
        }
        text
    }
}

impl Used {
    fn add(&mut self, translator: &mut Translator, text: &str) {
        translator.for_each(text, &mut |step| {
            if step.translated() {
                self.rules.extend(step.ledger.fired.iter().map(|fired| fired.rule));
                self.take(step.air);
            }
        });
    }

    fn take(&mut self, air: &Air) {
        air.walk(&mut |child| match child {
            Child::Expr(id) => {
                if let Expr::Call { op, .. } | Expr::Aggregate { op, .. } = air.expr(id) {
                    self.builtins.insert(op);
                }
            }
            Child::Source(id) => {
                if let SourceKind::Function { op, .. } = air.source(id).kind {
                    self.builtins.insert(op);
                }
            }
            Child::Query(_) | Child::Select(_) | Child::Rel(_) | Child::Window(_) => {}
        });
    }
}

/// Names of functions a dialect's table understands.
fn functions(dialect: Dialect) -> Vec<&'static str> {
    airc_bind::understood_functions(dialect)
}

/// Words that a bracket follows, and words that are functions without one; in lower case.
fn calls(text: &str) -> Vec<String> {
    let mut calls = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_') {
        let word = &rest[start..];
        let end = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(word.len());
        let name = word[..end].to_ascii_lowercase();
        let bare = ["current_", "local", "session_user", "user", "utc_", "sys"];
        if word[end..].trim_start().starts_with('(') || bare.iter().any(|start| name.starts_with(start)) {
            calls.push(name);
        }
        rest = &word[end..];
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_words_before_brackets() {
        assert_eq!(calls("SELECT Upper(a), left (b, 1), c FROM t LEFT JOIN u"), ["upper", "left"]);
        assert_eq!(calls("SELECT current_date"), ["current_date"]);
    }

    #[test]
    fn what_no_case_exercises_is_idle() {
        let exercise = Exercise::of(&[]);
        assert_eq!(exercise.idle_rules().len(), airc_passes::rules().count());
        assert!(exercise.idle_builtins().contains(&("postgres", "upper")));
        assert!(exercise.idle_functions().contains(&("mysql", "upper")));
    }
}
