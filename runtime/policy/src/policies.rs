//! Policies, compiled: from packs to a graph, from a graph to decisions.

use crate::decide::{self, Decision, Obligations};
use crate::facts::{Facts, Touched};
use crate::graph::{Graph, Program};
use crate::pack::{Attribute, Condition, Effect, Obligation, Pack, Test, Verb, What};
use air::effects::{Columns, TableName};
use air::protection::{Pattern, Protection};
use quick_cache::sync::Cache;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// Numbers sets of policies, and what is cached of them.
static NUMBERS: AtomicU64 = AtomicU64::new(1);

/// Callers that are remembered: some hundred bytes for each rule of a pack.
const SUBJECTS_MAX: usize = 4096;
/// Decisions that are remembered: some hundred bytes each.
const DECISIONS_MAX: usize = 65_536;
/// Tests of the moment that fit a key of the cache; with more nothing is cached.
const MOMENT_TESTS_MAX: usize = 64;

/// On whose behalf a statement runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Subject<'a> {
    /// Who asks.
    pub actor: &'a str,
    /// Whose data it is.
    pub tenant: &'a str,
    /// What the actor is, in any order.
    pub roles: &'a [Arc<str>],
    /// What for.
    pub purpose: Option<&'a str>,
    /// Where data may be.
    pub residency: Option<&'a str>,
    /// Where the request comes from.
    pub origin: Option<&'a str>,
    /// How much is at stake.
    pub risk: Option<&'a str>,
}

impl<'a> Subject<'a> {
    /// A caller of whom no more is known.
    pub const fn new(actor: &'a str, tenant: &'a str) -> Subject<'a> {
        Subject { actor, tenant, roles: &[], purpose: None, residency: None, origin: None, risk: None }
    }

    /// Its value of an attribute that has one.
    pub(crate) fn value(&self, attribute: Attribute) -> Option<&'a str> {
        match attribute {
            Attribute::Actor => Some(self.actor),
            Attribute::Tenant => Some(self.tenant),
            Attribute::Origin => self.origin,
            Attribute::Purpose => self.purpose,
            Attribute::Residency => self.residency,
            Attribute::Risk => self.risk,
            Attribute::Role | Attribute::Hour | Attribute::Weekday => None,
        }
    }
}

/// The moment of a decision, and whether somebody approved the statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Moment {
    /// Hour of the day, UTC, from 0.
    pub hour: u8,
    /// Day of the week, UTC, from Monday as 0.
    pub weekday: u8,
    /// A valid approval for just this statement was given.
    pub approved: bool,
}

impl Moment {
    /// The moment so many seconds after the beginning of 1970.
    pub const fn at(unix_seconds: u64, approved: bool) -> Moment {
        // 1970 began on a Thursday.
        let weekday = (unix_seconds / 86_400 + 3) % 7;
        Moment { hour: (unix_seconds / 3600 % 24) as u8, weekday: weekday as u8, approved }
    }
}

/// The key that hashes are made with. Zeroed when dropped; shown to nobody.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<Vec<u8>>);

impl SecretKey {
    /// A key from bytes of a secret store.
    pub fn new(bytes: &[u8]) -> SecretKey {
        SecretKey(Zeroizing::new(bytes.to_vec()))
    }

    /// The key of a tenant, so that hashes of two tenants cannot be compared.
    pub(crate) fn of_tenant(&self, tenant: &str) -> String {
        use sha2::{Digest, Sha256};
        let digest = Sha256::new().chain_update(&*self.0).chain_update(b"\0").chain_update(tenant).finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// A rule, compiled.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) effect: Effect,
    pub(crate) condition: Condition,
    pub(crate) obligations: Vec<Obligation>,
    /// Its condition in the program.
    root: u32,
}

/// Who answers a test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asks {
    Subject,
    Statement,
    Moment,
}

impl Asks {
    fn of(test: &Test) -> Asks {
        match test {
            Test::Is(Attribute::Hour | Attribute::Weekday, _)
            | Test::AtLeast(Attribute::Hour, _)
            | Test::AtMost(Attribute::Hour, _)
            | Test::Approved => Asks::Moment,
            Test::Is(..) | Test::Like(..) | Test::AtLeast(..) | Test::AtMost(..) => Asks::Subject,
            Test::Statement(_) | Test::Touches(..) | Test::Calls | Test::Locks => Asks::Statement,
        }
    }
}

/// Policies that are in force together.
pub struct Policies {
    epoch: u64,
    pub(crate) rules: Vec<Compiled>,
    tests: Vec<Test>,
    asks: Vec<Asks>,
    moments: Vec<usize>,
    program: Program,
    graph: petgraph::graph::DiGraph<crate::graph::Node, ()>,
    pub(crate) tags: BTreeMap<String, Vec<(Pattern, Pattern)>>,
    pub(crate) trusted: [Vec<String>; 3],
    pub(crate) key: Option<SecretKey>,
    protections: Mutex<FxHashMap<Arc<Protection>, u64>>,
    residuals: Cache<Known, Arc<Residual>>,
    decisions: Cache<Decided, Arc<Decision>>,
}

/// The graph for one caller: what is left to be asked of statements and moments.
pub(crate) struct Residual {
    number: u64,
    program: Program,
    /// For each rule, its condition.
    roots: Vec<u32>,
    /// What rules oblige to, by their numbers.
    obligations: Mutex<FxHashMap<Box<[u32]>, Arc<Obligations>>>,
}

impl Policies {
    /// Policies of some packs together, in order. `key` is what hashes are made with; without one, hashes show NULL.
    pub fn new(packs: &[Pack], key: Option<SecretKey>) -> Policies {
        let mut graph = Graph::default();
        let mut rules = Vec::new();
        let mut tags: BTreeMap<String, Vec<(Pattern, Pattern)>> = BTreeMap::new();
        let mut trusted: [Vec<String>; 3] = Default::default();
        for pack in packs {
            for rule in &pack.rules {
                let root = graph.add(&rule.condition).index() as u32;
                rules.push(Compiled {
                    name: rule.name.clone(),
                    text: rule.text.clone(),
                    effect: rule.effect,
                    condition: rule.condition.clone(),
                    obligations: rule.obligations.clone(),
                    root,
                });
            }
            for tag in &pack.tags {
                tags.entry(tag.tag.clone()).or_default().push((tag.table.clone(), tag.column.clone()));
            }
            let lists = [&pack.trusted_views, &pack.trusted_functions, &pack.trusted_triggers];
            for (all, more) in trusted.iter_mut().zip(lists) {
                all.extend(more.iter().cloned());
            }
        }
        let program = graph.program();
        let Graph { graph, tests, .. } = graph;
        let asks: Vec<Asks> = tests.iter().map(Asks::of).collect();
        let moments = (0..tests.len()).filter(|test| asks[*test] == Asks::Moment).collect();
        Policies {
            epoch: NUMBERS.fetch_add(1, Ordering::Relaxed),
            rules,
            tests,
            asks,
            moments,
            program,
            graph,
            tags,
            trusted,
            key,
            protections: Mutex::default(),
            residuals: Cache::new(SUBJECTS_MAX),
            decisions: Cache::new(DECISIONS_MAX),
        }
    }

    /// A number that no other policies have: what was decided under another one is asked again.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Outcomes of the tests of statements.
    pub fn facts(&self, touched: &Touched) -> Facts {
        let mut bits = vec![0u64; self.tests.len().div_ceil(64)].into_boxed_slice();
        for (number, test) in self.tests.iter().enumerate() {
            let holds = match test {
                Test::Statement(kinds) => kinds.contains(&touched.kind),
                Test::Calls => touched.calls,
                Test::Locks => touched.locks,
                Test::Touches(verb, what) => self.touches(touched, *verb, what),
                _ => false,
            };
            bits[number / 64] |= u64::from(holds) << (number % 64);
        }
        // Where rules ask for tags and tables, what cannot be seen through is anything.
        let asks = self.tests.iter().any(|test| matches!(test, Test::Touches(..)));
        let trusted = |view: &String| self.trusted[0].contains(view);
        let opaque = asks && !touched.opaque.iter().all(trusted);
        Facts { bits, epoch: self.epoch, opaque }
    }

    fn touches(&self, touched: &Touched, verb: Verb, what: &What) -> bool {
        let columns = match verb {
            Verb::Reads => &touched.reads,
            Verb::Writes => &touched.writes,
            Verb::Shows => &touched.shows,
            Verb::Defines => return self.defines(&touched.defines, what),
        };
        match what {
            What::Table(table) => columns.keys().any(|name| table.matches(&name.name)),
            What::Tag(tag) => {
                let patterns = self.tags.get(tag).map_or(&[][..], Vec::as_slice);
                let carries = |name: &TableName, columns: &Columns| {
                    patterns.iter().filter(|(table, _)| table.matches(&name.name)).any(|(_, column)| {
                        match columns {
                            // Columns that are not known may be any.
                            Columns::All => true,
                            Columns::These(these) => these.iter().any(|these| column.matches(these)),
                        }
                    })
                };
                columns.iter().any(|(name, columns)| carries(name, columns))
            }
        }
    }

    fn defines(&self, tables: &[TableName], what: &What) -> bool {
        let matches = |pattern: &Pattern| tables.iter().any(|table| pattern.matches(&table.name));
        match what {
            What::Table(table) => matches(table),
            What::Tag(tag) => {
                self.tags.get(tag).is_some_and(|tag| tag.iter().any(|(table, _)| matches(table)))
            }
        }
    }

    fn subject_test(&self, test: &Test, subject: &Subject<'_>) -> bool {
        match test {
            Test::Is(Attribute::Role, values) => {
                subject.roles.iter().any(|role| values.iter().any(|value| **role == **value))
            }
            Test::Is(attribute, values) => {
                subject.value(*attribute).is_some_and(|has| values.iter().any(|value| value == has))
            }
            Test::Like(Attribute::Role, pattern) => subject.roles.iter().any(|role| pattern.matches(role)),
            Test::Like(attribute, pattern) => {
                subject.value(*attribute).is_some_and(|has| pattern.matches(has))
            }
            Test::AtLeast(attribute, least) => rank(subject, *attribute).is_some_and(|rank| rank >= *least),
            Test::AtMost(attribute, most) => rank(subject, *attribute).is_some_and(|rank| rank <= *most),
            _ => false,
        }
    }

    fn moment_test(&self, test: &Test, moment: Moment) -> bool {
        match test {
            Test::Approved => moment.approved,
            Test::AtLeast(_, least) => i64::from(moment.hour) >= *least,
            Test::AtMost(_, most) => i64::from(moment.hour) <= *most,
            Test::Is(Attribute::Hour, values) => values.iter().any(|value| value.parse() == Ok(moment.hour)),
            Test::Is(_, values) => {
                let day = Attribute::Weekday.words().get(usize::from(moment.weekday));
                day.is_some_and(|day| values.iter().any(|value| value == day))
            }
            _ => false,
        }
    }

    /// Judges a statement. The same question is answered from memory.
    pub fn decide(&self, subject: &Subject<'_>, facts: &Facts, moment: Moment) -> Arc<Decision> {
        if facts.epoch != self.epoch {
            return Arc::new(Decision::denied("the statement was read under other policies"));
        }
        let residual = self.residual(subject);
        let Some(bits) = self.moment_bits(moment) else {
            return Arc::new(self.decided(&residual, subject, facts, moment));
        };
        let asked = Asked { residual: residual.number, facts, moment: bits };
        if let Some(known) = self.decisions.get(&asked) {
            return known;
        }
        let decision = Arc::new(self.decided(&residual, subject, facts, moment));
        let key = Decided { residual: residual.number, facts: facts.clone(), moment: bits };
        self.decisions.insert(key, decision.clone());
        decision
    }

    /// A protection and its number: equal ones have one, so that what is compiled under one serves all callers.
    pub(crate) fn number(&self, protection: Protection) -> (Arc<Protection>, u64) {
        if protection.is_empty() {
            return (Arc::new(protection), 0);
        }
        let mut known = self.protections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, number)) = known.get_key_value(&protection) {
            return (known.clone(), *number);
        }
        if known.len() >= SUBJECTS_MAX {
            known.clear();
        }
        let (protection, number) = (Arc::new(protection), NUMBERS.fetch_add(1, Ordering::Relaxed));
        known.insert(protection.clone(), number);
        (protection, number)
    }

    /// The same without memory: what a first question costs.
    pub fn decide_afresh(&self, subject: &Subject<'_>, facts: &Facts, moment: Moment) -> Decision {
        if facts.epoch != self.epoch {
            return Decision::denied("the statement was read under other policies");
        }
        self.decided(&self.residual_afresh(subject), subject, facts, moment)
    }

    fn moment_bits(&self, moment: Moment) -> Option<u64> {
        if self.moments.len() > MOMENT_TESTS_MAX {
            return None;
        }
        let mut bits = 0;
        for (at, test) in self.moments.iter().enumerate() {
            bits |= u64::from(self.moment_test(&self.tests[*test], moment)) << at;
        }
        Some(bits)
    }

    fn residual(&self, subject: &Subject<'_>) -> Arc<Residual> {
        if let Some(known) = self.residuals.get(&Caller(*subject)) {
            return known;
        }
        let residual = Arc::new(self.residual_afresh(subject));
        self.residuals.insert(Known::of(subject), residual.clone());
        residual
    }

    fn residual_afresh(&self, subject: &Subject<'_>) -> Residual {
        let roots: Vec<u32> = self.rules.iter().map(|rule| rule.root).collect();
        let test = |number: usize| {
            (self.asks[number] == Asks::Subject).then(|| self.subject_test(&self.tests[number], subject))
        };
        let (program, roots) = self.program.given(test, &roots);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        Residual { number, program, roots, obligations: Mutex::default() }
    }

    fn decided(&self, residual: &Residual, subject: &Subject<'_>, facts: &Facts, moment: Moment) -> Decision {
        let mut values = Vec::with_capacity(residual.program.len());
        let test = |number: usize| match self.asks[number] {
            Asks::Statement => facts.holds(number),
            Asks::Moment => self.moment_test(&self.tests[number], moment),
            Asks::Subject => false,
        };
        if facts.opaque {
            return Decision::denied(
                "it reads a view of which is not known what it shows, and rules ask for that",
            );
        }
        residual.program.run(test, &mut values);
        let holds: Vec<bool> = residual.roots.iter().map(|root| values[*root as usize]).collect();
        decide::decide(self, &holds, |rules| {
            let mut known = residual.obligations.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(obligations) = known.get(rules) {
                return obligations.clone();
            }
            let obligations = Arc::new(decide::obligations(self, rules, subject));
            known.insert(rules.into(), obligations.clone());
            obligations
        })
        .explained(self, &holds, |condition| {
            // What would have to be otherwise is told test by test.
            self.unmet(condition, subject, facts, moment)
        })
    }

    /// The value of a condition, asked the plain way.
    pub(crate) fn value(
        &self,
        condition: &Condition,
        subject: &Subject<'_>,
        facts: &Facts,
        moment: Moment,
    ) -> bool {
        match condition {
            Condition::All(all) => all.iter().all(|of| self.value(of, subject, facts, moment)),
            Condition::Any(any) => any.iter().any(|of| self.value(of, subject, facts, moment)),
            Condition::Not(of) => !self.value(of, subject, facts, moment),
            Condition::Test(test) => match Asks::of(test) {
                Asks::Subject => self.subject_test(test, subject),
                Asks::Moment => self.moment_test(test, moment),
                Asks::Statement => {
                    self.tests.iter().position(|known| known == test).is_some_and(|at| facts.holds(at))
                }
            },
        }
    }

    /// Parts of a condition that do not hold.
    fn unmet<'c>(
        &self,
        condition: &'c Condition,
        subject: &Subject<'_>,
        facts: &Facts,
        moment: Moment,
    ) -> Vec<&'c Condition> {
        let parts = match condition {
            Condition::All(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        };
        let mut unmet = Vec::new();
        for part in parts {
            match part {
                Condition::All(_) => unmet.extend(self.unmet(part, subject, facts, moment)),
                _ if !self.value(part, subject, facts, moment) => unmet.push(part),
                _ => {}
            }
        }
        unmet
    }

    /// The graph in the language of Graphviz: rules at the top, tests at the bottom.
    pub fn dot(&self) -> String {
        use std::fmt::Write;
        let mut dot = "digraph policy {\n  rankdir=TB\n".to_owned();
        for (at, rule) in self.rules.iter().enumerate() {
            let _ = writeln!(
                dot,
                "  r{at} [shape=box label={:?}]",
                format!("{}: {}", rule.effect.word(), rule.name)
            );
            let _ = writeln!(dot, "  r{at} -> n{}", rule.root);
        }
        for index in self.graph.node_indices() {
            let label = match &self.graph[index] {
                crate::graph::Node::Test(test) => self.tests[*test].to_string(),
                crate::graph::Node::All => "all".to_owned(),
                crate::graph::Node::Any => "any".to_owned(),
                crate::graph::Node::Not => "not".to_owned(),
            };
            let _ = writeln!(dot, "  n{} [label={label:?}]", index.index());
        }
        for edge in self.graph.raw_edges() {
            let _ = writeln!(dot, "  n{} -> n{}", edge.source().index(), edge.target().index());
        }
        dot.push_str("}\n");
        dot
    }
}

impl std::fmt::Debug for Policies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} rules, {} tests, epoch {}", self.rules.len(), self.tests.len(), self.epoch)
    }
}

fn rank(subject: &Subject<'_>, attribute: Attribute) -> Option<i64> {
    let value = subject.value(attribute)?;
    attribute.words().iter().position(|word| *word == value).map(|at| at as i64)
}

/// A caller, kept.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Known {
    texts: [Option<Box<str>>; 6],
    roles: Box<[Arc<str>]>,
}

impl Known {
    fn of(subject: &Subject<'_>) -> Known {
        Known { texts: texts(subject).map(|text| text.map(Into::into)), roles: subject.roles.into() }
    }
}

fn texts<'a>(subject: &Subject<'a>) -> [Option<&'a str>; 6] {
    let Subject { actor, tenant, purpose, residency, origin, risk, .. } = *subject;
    [Some(actor), Some(tenant), purpose, residency, origin, risk]
}

impl Hash for Known {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(self.texts.each_ref().map(Option::as_deref), &self.roles, state);
    }
}

fn hash<H: Hasher>(texts: [Option<&str>; 6], roles: &[Arc<str>], state: &mut H) {
    texts.hash(state);
    roles.hash(state);
}

/// A caller who asks.
struct Caller<'a>(Subject<'a>);

impl Hash for Caller<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(texts(&self.0), self.0.roles, state);
    }
}

impl quick_cache::Equivalent<Known> for Caller<'_> {
    fn equivalent(&self, key: &Known) -> bool {
        let mine = texts(&self.0);
        key.texts.each_ref().map(Option::as_deref) == mine && *key.roles == *self.0.roles
    }
}

/// A question that was answered.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Decided {
    residual: u64,
    facts: Facts,
    moment: u64,
}

/// A question.
#[derive(PartialEq, Eq, Hash)]
struct Asked<'a> {
    residual: u64,
    facts: &'a Facts,
    moment: u64,
}

impl quick_cache::Equivalent<Decided> for Asked<'_> {
    fn equivalent(&self, key: &Decided) -> bool {
        self.residual == key.residual && self.moment == key.moment && *self.facts == key.facts
    }
}

#[cfg(test)]
mod tests;
