//! Failures in groups, the most frequent first: what to work on next.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::outcome_name;
use crate::engines::{EngineError, EngineKind};
use crate::run::{CaseResult, Ending};

/// Which failures to show, and how.
#[derive(Clone, Default, Debug)]
pub struct Filter {
    /// Only this outcome: `wrong` (with `precision`), `rejected` or `refused`.
    pub outcome: Option<String>,
    /// Only groups whose name contains this, in any case.
    pub containing: Option<String>,
    /// At most this many groups.
    pub groups_max: usize,
    /// Every id instead of a few examples.
    pub all_ids: bool,
}

/// Ids shown per group unless all are asked for.
const EXAMPLES: usize = 6;

#[derive(Default)]
struct GroupOfFailures {
    pairs: BTreeMap<String, usize>,
    ids: Vec<String>,
    detail: String,
}

/// Failures by outcome and name.
#[derive(Default)]
pub(super) struct Groups(BTreeMap<(&'static str, String), GroupOfFailures>);

impl Groups {
    /// Adds a failure.
    pub(super) fn add(
        &mut self,
        outcome: &'static str,
        name: String,
        pair: &str,
        id: String,
        detail: String,
    ) {
        let group = self.0.entry((outcome, name)).or_default();
        if group.ids.is_empty() {
            group.detail = detail;
        }
        *group.pairs.entry(pair.to_owned()).or_default() += 1;
        group.ids.push(id);
    }

    /// The groups as text; a detail of the first case stands under each name.
    pub(super) fn text(self, filter: &Filter) -> String {
        let containing = filter.containing.as_deref().unwrap_or_default().to_lowercase();
        let shown = |(outcome, name): &(&str, String)| {
            wanted(filter.outcome.as_deref(), outcome) && name.to_lowercase().contains(&containing)
        };
        let mut groups: Vec<_> = self.0.into_iter().filter(|(key, _)| shown(key)).collect();
        groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.ids.len()));
        let all: usize = groups.iter().map(|(_, group)| group.ids.len()).sum();
        let mut text = format!("{all} failures in {} groups\n", groups.len());
        for ((outcome, name), group) in groups.iter().take(filter.groups_max) {
            let pairs: Vec<String> =
                group.pairs.iter().map(|(pair, count)| format!("{pair} {count}")).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(text, "\n{:>5}  {outcome}: {name}   [{}]", group.ids.len(), pairs.join(", "));
            let first_line = group.detail.lines().next().unwrap_or_default();
            if !name.contains(first_line) {
                let _ = writeln!(text, "       e.g. {}", shortened(first_line, 160));
            }
            let shown = if filter.all_ids { group.ids.len() } else { EXAMPLES };
            let ids: Vec<&str> = group.ids.iter().take(shown).map(String::as_str).collect();
            let more = if group.ids.len() > shown { " …" } else { "" };
            let _ = writeln!(text, "       {}{more}", ids.join(" "));
        }
        if groups.len() > filter.groups_max {
            let _ = writeln!(text, "\n… and {} groups more (--top N)", groups.len() - filter.groups_max);
        }
        text
    }
}

/// The groups of failed trials as text.
pub fn failures(results: &[CaseResult], filter: &Filter) -> String {
    let mut groups = Groups::default();
    for result in results {
        for trial in result.trials.iter().filter(|trial| trial.ending != Ending::Right) {
            let pair = format!("{}->{}", result.case.source, trial.target.label());
            let id = format!("{}@{}", result.case.id, trial.target.label());
            let name = class(trial.target, &trial.ending);
            groups.add(outcome_name(&trial.ending), name, &pair, id, detail(&trial.ending));
        }
    }
    groups.text(filter)
}

fn wanted(outcome: Option<&str>, found: &str) -> bool {
    outcome.is_none_or(|outcome| outcome == found || (outcome == "wrong" && found == "precision"))
}

/// The group of a failure: what went wrong, without the names and numbers of this case.
pub(super) fn class(target: EngineKind, ending: &Ending) -> String {
    match ending {
        Ending::Right => String::new(),
        Ending::Wrong { difference, .. } => difference.class(),
        Ending::Rejected(failure) => {
            format!("{} {}", target.label(), error_class(&failure.error))
        }
        Ending::Refused { code, message, .. } => format!("{code} {}", without_names(message)),
    }
}

/// What went wrong in this very case.
pub(super) fn detail(ending: &Ending) -> String {
    match ending {
        Ending::Right => String::new(),
        Ending::Wrong { difference, .. } => difference.to_string(),
        Ending::Rejected(failure) => failure.to_string(),
        Ending::Refused { code, message, stage } => format!("{code} {message} ({stage})"),
    }
}

fn error_class(error: &EngineError) -> String {
    let message = error.message.as_str();
    // For a syntax error the word at which it shows is the group; the rest is the case's own.
    if let Some(at) = message.find("near '") {
        let near: String = message[at + 6..].chars().take_while(|c| !c.is_whitespace()).collect();
        let near = near.trim_end_matches('\'');
        return format!("{}: syntax error near {}", error.code, shortened(near, 24).to_uppercase());
    }
    let keeps_names = ["near \"", "function", "type \"", "operator does not exist", "collation"]
        .iter()
        .any(|words| message.contains(words));
    let words = if keeps_names { message.to_owned() } else { without_names(message) };
    format!("{}: {words}", error.code)
}

/// The message with quoted names and numbers replaced, cut to one short line.
pub(super) fn without_names(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let mut text = String::new();
    let mut rest = line.chars().peekable();
    let mut previous = ' ';
    while let Some(c) = rest.next() {
        if matches!(c, '"' | '`') || (c == '\'' && !previous.is_alphanumeric()) {
            let inside: String = rest.by_ref().take_while(|other| *other != c).collect();
            text.push(c);
            // Short upper-case words are the language's, not the case's.
            let language = inside.len() <= 24
                && inside.chars().all(|c| c.is_ascii_uppercase() || matches!(c, ' ' | '_' | '(' | ')'));
            text.push_str(if language { &inside } else { "…" });
            text.push(c);
        } else if c.is_ascii_digit() && !previous.is_alphanumeric() {
            while rest.next_if(|c| c.is_ascii_digit() || *c == '.').is_some() {}
            text.push('N');
        } else {
            text.push(c);
        }
        previous = c;
    }
    shortened(&text, 110)
}

fn shortened(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    text.chars().take(chars_max).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_of_a_case_do_not_split_groups() {
        assert_eq!(
            without_names("column \"a\" of relation \"t1\" at 17"),
            "column \"…\" of relation \"…\" at N"
        );
        assert_eq!(without_names("unsupported clause `QUALIFY`"), "unsupported clause `QUALIFY`");
        assert_eq!(without_names("Column 'a' isn't known"), "Column '…' isn't known");
    }

    #[test]
    fn syntax_errors_group_by_the_word_they_show_at() {
        let maria = EngineError::new("1064", "You have an error; near 'FILTER (WHERE a > 1)' at line 1");
        assert_eq!(error_class(&maria), "1064: syntax error near FILTER");
        let pg = EngineError::new("42601", "syntax error at or near \"div\"");
        assert_eq!(error_class(&pg), "42601: syntax error at or near \"div\"");
    }
}
