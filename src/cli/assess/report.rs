//! What a report holds, and how hints of effort are computed.

use super::classify::{Kind, classify};
use airc::{Assume, Fidelity, Profile, Severity, Step, pages};
use serde::Serialize;
use std::collections::BTreeMap;

/// Version of the JSON form: raised when a field changes its meaning.
const FORMAT: u32 = 1;
/// Examples of a reason or an assumption that a report shows.
const EXAMPLES_MAX: usize = 5;

/// A report.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) format: u32,
    pub(super) from: String,
    pub(super) files: Vec<String>,
    pub(super) targets: Vec<Target>,
}

impl Report {
    pub(super) fn new(from: &Profile) -> Report {
        Report { format: FORMAT, from: from.to_string(), files: Vec::new(), targets: Vec::new() }
    }
}

/// How everything ends on one target.
#[derive(Serialize)]
pub(super) struct Target {
    pub(super) to: String,
    /// Statements by ending.
    pub(super) statements: Counts,
    /// Objects by ending; an object ends as the worst of its statements.
    pub(super) objects: Counts,
    pub(super) kinds: BTreeMap<Kind, Counts>,
    pub(super) reasons: Vec<Reason>,
    pub(super) assumptions: Vec<Assumed>,
    pub(super) effort: Effort,
    #[serde(rename = "list")]
    pub(super) list: Vec<Object>,
}

/// How many end in which way.
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct Counts {
    pub(super) exact: usize,
    pub(super) assuming: usize,
    pub(super) approximate: usize,
    pub(super) refused: usize,
}

impl Counts {
    pub(super) fn all(&self) -> usize {
        self.exact + self.assuming + self.approximate + self.refused
    }

    fn add(&mut self, ending: Ending) {
        *match ending {
            Ending::Exact => &mut self.exact,
            Ending::Assuming => &mut self.assuming,
            Ending::Approximate => &mut self.approximate,
            Ending::Refused => &mut self.refused,
        } += 1;
    }
}

/// How something ends, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Ending {
    Exact,
    Assuming,
    Approximate,
    Refused,
}

impl Ending {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Ending::Exact => "exact",
            Ending::Assuming => "under assumptions",
            Ending::Approximate => "approximate",
            Ending::Refused => "refused",
        }
    }
}

/// A table, view, query…
#[derive(Serialize)]
pub(super) struct Object {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) file: String,
    pub(super) line: usize,
    /// Statements it consists of.
    pub(super) statements: usize,
    pub(super) ending: Ending,
    /// Codes and words of its refusals, each once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) refusals: Vec<String>,
    /// Kinds of the assumptions it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) assumptions: Vec<&'static str>,
}

/// Statements refused for one reason.
#[derive(Serialize)]
pub(super) struct Reason {
    pub(super) code: &'static str,
    /// Title of the code's page.
    pub(super) title: &'static str,
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) count: usize,
    pub(super) effort: Hint,
    pub(super) examples: Vec<Place>,
}

/// An assumption to check.
#[derive(Serialize)]
pub(super) struct Assumed {
    /// The word of `--declare`.
    pub(super) word: &'static str,
    /// What has to hold.
    pub(super) meaning: String,
    /// Statements that rest on it.
    pub(super) count: usize,
    /// What it is about: columns, settings.
    pub(super) subjects: Vec<String>,
}

/// A statement, quoted.
#[derive(Serialize)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) text: String,
}

/// How much work one refused statement is likely to be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Hint {
    /// Said outside of the SQL: a schema, a setting, a declaration; or it goes away with another reason.
    Small,
    /// A statement or definition to be written otherwise.
    Medium,
    /// A routine, a trigger, or an object the target does not have: a design of its own.
    Large,
}

impl Hint {
    /// Quarters of an hour for the first statement with a reason, and for each further one.
    const fn quarters(self) -> (usize, usize) {
        match self {
            Hint::Small => (1, 0),
            Hint::Medium => (4, 1),
            Hint::Large => (16, 8),
        }
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Hint::Small => "small",
            Hint::Medium => "medium",
            Hint::Large => "large",
        }
    }
}

/// Hours, by what they are for. The rule is [`RULE`].
#[derive(Default, Serialize)]
pub(super) struct Effort {
    pub(super) rule: &'static str,
    pub(super) assumptions_hours: f64,
    pub(super) small_hours: f64,
    pub(super) medium_hours: f64,
    pub(super) large_hours: f64,
    pub(super) hours: f64,
}

/// How hints of effort are computed.
pub(super) const RULE: &str = "a hint, not a promise: ½ hour to check each kind of assumption on the data; refused for want of \
    a schema, setting or declaration: ¼ hour per reason; a statement to be written otherwise: 1 hour per reason and ¼ hour \
    per further statement with it; routines, triggers and objects the target does not have: 4 hours per reason and 2 hours \
    per further one; exact statements: nothing";

/// Codes whose cause lies outside of the statement.
const UNLOCKED_OUTSIDE: [&str; 9] =
    ["T0600", "T0700", "C0201", "B0101", "B0102", "B0110", "B0212", "B0502", "C0100"];
/// Codes of objects and statements that have no counterpart.
const WITHOUT_COUNTERPART: [&str; 1] = ["B0402"];

fn hint(code: &str, kind: Kind) -> Hint {
    if UNLOCKED_OUTSIDE.contains(&code) {
        Hint::Small
    } else if matches!(kind, Kind::Routine | Kind::Trigger) || WITHOUT_COUNTERPART.contains(&code) {
        Hint::Large
    } else if kind == Kind::Other {
        // Rights, settings, maintenance: looked at, seldom rewritten.
        Hint::Small
    } else {
        Hint::Medium
    }
}

/// Collects what becomes of the statements on one target.
pub(super) struct Collector {
    from: Profile,
    to: String,
    statements: Counts,
    objects: Vec<Object>,
    /// Position of an object by file, kind and name, for those of several statements.
    known: BTreeMap<(String, Kind, String), usize>,
    reasons: BTreeMap<(Hint, &'static str, String), Reason>,
    assumptions: BTreeMap<Assume, Assumed>,
}

impl Collector {
    pub(super) fn new(from: &Profile, to: &Profile) -> Collector {
        Collector {
            from: from.clone(),
            to: to.to_string(),
            statements: Counts::default(),
            objects: Vec::new(),
            known: BTreeMap::new(),
            reasons: BTreeMap::new(),
            assumptions: BTreeMap::new(),
        }
    }

    /// Adds a statement of a file.
    pub(super) fn add(&mut self, file: &str, script: &str, line: usize, step: &Step<'_>) {
        let text = step.span.text(script);
        let (kind, name) = classify(&self.from, text);
        let ending = match (step.translated(), step.fidelity()) {
            (false, _) => Ending::Refused,
            (true, Fidelity::Exact) => Ending::Exact,
            (true, Fidelity::ExactUnderAssumptions) => Ending::Assuming,
            (true, Fidelity::Approximate) => Ending::Approximate,
        };
        self.statements.add(ending);
        let object = self.object(kind, name, file, line);
        object.statements += 1;
        object.ending = object.ending.max(ending);
        if ending == Ending::Refused {
            let why = step.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
            let (code, message) =
                why.map_or(("T0900", "no reason was given"), |why| (why.code.0, why.message.as_str()));
            let refusal = format!("{code} {message}");
            if !object.refusals.contains(&refusal) {
                object.refusals.push(refusal);
            }
            let hint = hint(code, kind);
            // Names make reasons of one kind unlike each other.
            let reason = self.reasons.entry((hint, code, general(message))).or_insert_with(|| Reason {
                code,
                title: pages::find(code).map_or("", |page| page.title),
                message: general(message),
                help: why.and_then(|why| why.help.clone()),
                count: 0,
                effort: hint,
                examples: Vec::new(),
            });
            reason.count += 1;
            if reason.examples.len() < EXAMPLES_MAX {
                reason.examples.push(Place { file: file.to_owned(), line, text: quoted(text) });
            }
            return;
        }
        for assumption in &step.ledger.assumptions {
            let word = assumption.kind.word();
            if !object.assumptions.contains(&word) {
                object.assumptions.push(word);
            }
        }
        let mut kinds: Vec<Assume> =
            step.ledger.assumptions.iter().map(|assumption| assumption.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            let assumed = self.assumptions.entry(kind).or_insert_with(|| Assumed {
                word: kind.word(),
                meaning: kind.template().replace(": {}", "").replace("{}", "…"),
                count: 0,
                subjects: Vec::new(),
            });
            assumed.count += 1;
            for assumption in step.ledger.assumptions.iter().filter(|assumption| assumption.kind == kind) {
                if !assumed.subjects.contains(&assumption.subject) {
                    assumed.subjects.push(assumption.subject.clone());
                }
            }
        }
    }

    /// The object of a statement: definitions and data of one name in one file are one.
    fn object(&mut self, kind: Kind, name: String, file: &str, line: usize) -> &mut Object {
        let next = self.objects.len();
        let at = match kind {
            Kind::Query | Kind::Change | Kind::Other => next,
            _ => *self.known.entry((file.to_owned(), kind, name.to_lowercase())).or_insert(next),
        };
        if at == next {
            let file = file.to_owned();
            let (ending, refusals, assumptions) = (Ending::Exact, Vec::new(), Vec::new());
            self.objects.push(Object {
                kind,
                name,
                file,
                line,
                statements: 0,
                ending,
                refusals,
                assumptions,
            });
        }
        &mut self.objects[at]
    }

    /// The result.
    pub(super) fn finish(self) -> Target {
        let mut objects = Counts::default();
        let mut kinds: BTreeMap<Kind, Counts> = BTreeMap::new();
        for object in &self.objects {
            objects.add(object.ending);
            kinds.entry(object.kind).or_default().add(object.ending);
        }
        let mut reasons: Vec<Reason> = self.reasons.into_values().collect();
        // Stable: equal counts stay in the order of hint, code and words.
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
        let mut assumptions: Vec<Assumed> = self.assumptions.into_values().collect();
        assumptions.sort_by_key(|assumed| std::cmp::Reverse(assumed.count));
        let effort = effort(&reasons, assumptions.len());
        Target {
            to: self.to,
            statements: self.statements,
            objects,
            kinds,
            reasons,
            assumptions,
            effort,
            list: self.objects,
        }
    }
}

fn effort(reasons: &[Reason], assumptions: usize) -> Effort {
    let hours = |hint: Hint| {
        let (first, further) = hint.quarters();
        let same = reasons.iter().filter(|reason| reason.effort == hint);
        same.map(|reason| first + further * (reason.count - 1)).sum::<usize>() as f64 / 4.0
    };
    let (small, medium, large) = (hours(Hint::Small), hours(Hint::Medium), hours(Hint::Large));
    let checks = assumptions as f64 / 2.0;
    Effort {
        rule: RULE,
        assumptions_hours: checks,
        small_hours: small,
        medium_hours: medium,
        large_hours: large,
        hours: checks + small + medium + large,
    }
}

/// A message with the names in it left out.
fn general(message: &str) -> String {
    let mut text = String::new();
    for (i, part) in message.split('`').enumerate() {
        text.push_str(if i % 2 == 1 { "`…`" } else { part });
    }
    text
}

/// The first lines of a statement.
fn quoted(text: &str) -> String {
    const LINES_MAX: usize = 8;
    const LETTERS_MAX: usize = 600;
    let mut lines: Vec<&str> = text.lines().take(LINES_MAX).collect();
    if text.lines().count() > LINES_MAX {
        lines.push("…");
    }
    let short: String = lines.join("\n");
    if short.chars().count() > LETTERS_MAX {
        return short.chars().take(LETTERS_MAX).chain(['…']).collect();
    }
    short
}
