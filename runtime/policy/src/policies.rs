//! Policies, compiled: from packs to a graph, from a graph to decisions.

use crate::answers::{self, Asks, Callers, Moments};
use crate::decide::{self, Decision, Obligations};
use crate::facts::{Facts, Touched};
use crate::graph::{Graph, Program};
use crate::known::{Answered, Asked, Caller, Known};
use crate::pack::{Attribute, Condition, Effect, Obligation, Pack, Test, Verb, What};
use air::effects::{Columns, TableName};
use air::protection::{Pattern, Protection};
use quick_cache::DefaultHashBuilder;
use quick_cache::sync::Cache;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// Numbers sets of policies, and what is cached of them.
static NUMBERS: AtomicU64 = AtomicU64::new(1);

/// Callers that are remembered: some hundred bytes for each rule of a pack.
const SUBJECTS_MAX: usize = 4096;
/// Decisions that are remembered: some hundred bytes each.
const DECISIONS_MAX: usize = 65_536;
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
    /// Parts of its condition that all have to hold, by their places behind the rules among the roots; of rules that
    /// allow.
    pub(crate) parts: Range<usize>,
}

/// What holds at some moment for some caller and statement.
pub(crate) struct Held<'a> {
    values: Vec<bool>,
    roots: &'a [u32],
}

impl Held<'_> {
    /// The condition of a rule, or a part of it.
    pub(crate) fn holds(&self, root: usize) -> bool {
        self.values[self.roots[root] as usize]
    }
}

/// Policies that are in force together.
pub struct Policies {
    epoch: u64,
    pub(crate) rules: Vec<Compiled>,
    /// What rules are made of, for those who ask why.
    pub(crate) parts: Vec<Condition>,
    tests: Vec<Test>,
    callers: Callers,
    moments: Moments,
    program: Program,
    /// Conditions of rules, then parts of them.
    roots: Vec<u32>,
    hasher: DefaultHashBuilder,
    graph: petgraph::graph::DiGraph<crate::graph::Node, ()>,
    pub(crate) tags: BTreeMap<String, Vec<(Pattern, Pattern)>>,
    pub(crate) trusted: [Vec<String>; 3],
    pub(crate) key: Option<SecretKey>,
    protections: Mutex<FxHashMap<Arc<Protection>, u64>>,
    residuals: Cache<Known, Arc<Residual>>,
    decisions: Cache<Answered, Arc<Decision>>,
}

/// The graph for one caller: what is left to be asked of statements and moments.
struct Residual {
    caller: Known,
    program: Program,
    /// Where the roots went.
    roots: Vec<u32>,
    /// What rules oblige to, by their numbers.
    obligations: Mutex<FxHashMap<Box<[u32]>, Arc<Obligations>>>,
}

impl Policies {
    /// Policies of some packs together, in order. `key` is what hashes are made with; without one, hashes show NULL.
    pub fn new(packs: &[Pack], key: Option<SecretKey>) -> Policies {
        let mut graph = Graph::default();
        let (mut rules, mut parts) = (Vec::new(), Vec::new());
        let mut tags: BTreeMap<String, Vec<(Pattern, Pattern)>> = BTreeMap::new();
        let mut trusted: [Vec<String>; 3] = Default::default();
        for pack in packs {
            for rule in &pack.rules {
                let root = graph.add(&rule.condition).index() as u32;
                let start = parts.len();
                if rule.effect == Effect::Allow {
                    flatten(&rule.condition, &mut parts);
                }
                rules.push(Compiled {
                    name: rule.name.clone(),
                    text: rule.text.clone(),
                    effect: rule.effect,
                    condition: rule.condition.clone(),
                    obligations: rule.obligations.clone(),
                    root,
                    parts: start..parts.len(),
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
        let mut roots: Vec<u32> = rules.iter().map(|rule: &Compiled| rule.root).collect();
        roots.extend(parts.iter().map(|part| graph.add(part).index() as u32));
        let program = graph.program();
        let Graph { graph, tests, .. } = graph;
        Policies {
            epoch: NUMBERS.fetch_add(1, Ordering::Relaxed),
            rules,
            parts,
            callers: Callers::of(&tests),
            moments: Moments::of(&tests),
            tests,
            program,
            roots,
            hasher: DefaultHashBuilder::default(),
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
        let mut bits = answers::none(self.tests.len());
        for (number, test) in self.tests.iter().enumerate() {
            let holds = match test {
                Test::Statement(kinds) => kinds.contains(&touched.kind),
                Test::Calls => touched.calls,
                Test::Locks => touched.locks,
                Test::Touches(verb, what) => self.touches(touched, *verb, what),
                _ => false,
            };
            if holds {
                answers::set(&mut bits, number);
            }
        }
        // Where rules ask for tags and tables, what cannot be seen through is anything.
        let asks = self.tests.iter().any(|test| matches!(test, Test::Touches(..)));
        let trusted = |view: &String| self.trusted[0].contains(view);
        let opaque = asks && !touched.opaque.iter().all(trusted);
        Facts::new(bits, self.epoch, opaque)
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

    /// Judges a statement. The same question is answered from memory.
    pub fn decide(&self, subject: &Subject<'_>, facts: &Facts, moment: Moment) -> Arc<Decision> {
        let class = match self.class(facts, moment) {
            Ok(class) => class,
            Err(why) => return Arc::new(Decision::denied(why)),
        };
        let caller = &Caller::new(subject, &self.hasher);
        if let Some(known) = self.decisions.get(&Asked { caller, facts, moment: class }) {
            return known;
        }
        let residual = self.residual(caller, subject);
        let mut bits: Vec<u64> = facts.bits.to_vec();
        self.moments.answer(class, &mut bits);
        let held = Held { values: residual.program.run(&bits), roots: &residual.roots };
        let decision = Arc::new(decide::decide(self, &held, |rules| {
            let mut known = residual.obligations.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(obligations) = known.get(rules) {
                return obligations.clone();
            }
            let obligations = Arc::new(decide::obligations(self, rules, subject));
            known.insert(rules.into(), obligations.clone());
            obligations
        }));
        let key = Answered { caller: residual.caller.clone(), facts: facts.clone(), moment: class };
        self.decisions.insert(key, decision.clone());
        decision
    }

    /// The same without memory: what a first question costs.
    pub fn decide_afresh(&self, subject: &Subject<'_>, facts: &Facts, moment: Moment) -> Decision {
        let class = match self.class(facts, moment) {
            Ok(class) => class,
            Err(why) => return Decision::denied(why),
        };
        let mut bits: Vec<u64> = facts.bits.to_vec();
        self.moments.answer(class, &mut bits);
        self.callers.answer(subject, &mut bits);
        let held = Held { values: self.program.run(&bits), roots: &self.roots };
        decide::decide(self, &held, |rules| Arc::new(decide::obligations(self, rules, subject)))
    }

    /// The class of a moment, if the question is one to these policies.
    fn class(&self, facts: &Facts, moment: Moment) -> Result<u16, &'static str> {
        if facts.epoch != self.epoch {
            return Err("the statement was read under other policies");
        }
        if facts.opaque {
            return Err("it reads a view of which is not known what it shows, and rules ask for that");
        }
        self.moments.class(moment).ok_or("no clock shows such a moment")
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

    fn residual(&self, caller: &Caller<'_>, subject: &Subject<'_>) -> Arc<Residual> {
        if let Some(known) = self.residuals.get(caller) {
            return known;
        }
        let mut bits = answers::none(self.tests.len());
        self.callers.answer(subject, &mut bits);
        let test = |number: usize| {
            (Asks::of(&self.tests[number]) == Asks::Subject).then(|| answers::holds(&bits, number))
        };
        let (program, roots) = self.program.given(test, &self.roots);
        let caller = caller.known();
        let residual =
            Arc::new(Residual { caller: caller.clone(), program, roots, obligations: Mutex::default() });
        self.residuals.insert(caller, residual.clone());
        residual
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

/// Parts that all have to hold.
fn flatten(condition: &Condition, parts: &mut Vec<Condition>) {
    match condition {
        Condition::All(all) => all.iter().for_each(|of| flatten(of, parts)),
        part => parts.push(part.clone()),
    }
}

#[cfg(test)]
mod tests;
