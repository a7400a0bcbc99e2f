//! Scoring: every case on its own engine and, translated, on the others.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::cache::Cache;
use crate::case::Case;
use crate::compare::{Difference, Verdict, compare};
use crate::engines::{
    EngineKind, Failure, Fleet, ServerError, Stage, Station, hash_statements, may_change_state, profile_of,
};
use crate::oracle::{Bench, Evaluated};
use crate::translators::{Factory, Outcome, Translator};
use crate::values::Rows;

/// How a case ended on one target.
#[derive(Clone, PartialEq, Debug)]
pub enum Ending {
    /// The same rows.
    Right,
    /// Other rows.
    Wrong {
        /// Where they differ first.
        difference: Difference,
        /// True if only digits were lost.
        precision: bool,
    },
    /// The target did not run a statement of the translation.
    Rejected(Failure),
    /// The translator refused a statement of the case.
    Refused {
        /// The code of the refusal; `PANIC` if the translator broke down.
        code: String,
        /// Its words.
        message: String,
        /// Where in the case the refused statement stands.
        stage: Stage,
    },
}

/// A case on one target, with all that is needed to look into it.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The engine the translation was made for.
    pub target: EngineKind,
    /// How it ended.
    pub ending: Ending,
    /// What became of each statement, the query last. Empty unless details were asked for.
    pub outcomes: Vec<Outcome>,
    /// What the target returned, if it ran. `None` unless details were asked for.
    pub found: Option<Rows>,
}

/// A case and its trials.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The case.
    pub case: Arc<Case>,
    /// Why there is no truth to compare with: the source engine fails on the case.
    pub unusable: Option<String>,
    /// What the truth and the case's own `expect` differ in, if they do.
    pub disputed: Option<Difference>,
    /// The truth. `None` unless details were asked for.
    pub expected: Option<Rows>,
    /// One per target; none if the case is unusable.
    pub trials: Vec<Trial>,
    /// What the reference evaluator says of the source, then of each target whose engine ran the translation.
    /// Empty unless it was asked.
    pub evaluated: Vec<Evaluated>,
}

/// What to do besides scoring.
#[derive(Clone, Debug)]
pub struct Options {
    /// The targets; a case is not run on its own engine.
    pub targets: Vec<EngineKind>,
    /// Number of workers, each with sessions of its own.
    pub jobs: usize,
    /// Keep translations and rows in the results.
    pub details: bool,
    /// Ask the reference evaluator as well, and compare it with each engine.
    pub oracle: bool,
}

/// Queries translated together with their setup; more would leave the last workers idle.
const GROUP_CASES_MAX: usize = 48;

/// Scores the cases. Results come in the order of the cases; `progress` hears the number of
/// finished cases.
pub fn score(
    cases: &[Arc<Case>],
    options: &Options,
    fleet: &Fleet,
    cache: &Cache,
    translators: &Factory<'_>,
    mut progress: impl FnMut(usize),
) -> Result<Vec<CaseResult>, ServerError> {
    let groups = groups(cases);
    let next = AtomicUsize::new(0);
    let mut results: Vec<Option<CaseResult>> = vec![None; cases.len()];
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for seat in 0..options.jobs.max(1) {
            let (sender, next, groups) = (sender.clone(), &next, &groups);
            scope.spawn(move || {
                let mut worker = Worker {
                    seat,
                    options,
                    fleet,
                    cache,
                    translators,
                    translator: translators(),
                    stations: BTreeMap::new(),
                    versions: BTreeMap::new(),
                    bench: Bench::default(),
                };
                while let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let finished = worker.group(cases, group);
                    let failed = finished.is_err();
                    if sender.send(finished).is_err() || failed {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut done = 0;
        for finished in receiver {
            let finished = finished.inspect_err(|_| next.store(groups.len(), Ordering::Relaxed))?;
            done += finished.len();
            for (at, result) in finished {
                results[at] = Some(result);
            }
            progress(done);
        }
        Ok(())
    })?;
    Ok(results.into_iter().flatten().collect())
}

/// Cases of one setup that can run one after the other on it.
struct Group {
    setup: Vec<String>,
    /// Positions in the list of cases.
    members: Vec<usize>,
}

/// Puts cases of equal setup together, large setups first: they take longest. A case whose
/// query changes state is a group of its own, next to the others of its setup.
fn groups(cases: &[Arc<Case>]) -> Vec<Group> {
    let mut by_setup: BTreeMap<(usize, u128), Vec<usize>> = BTreeMap::new();
    for (at, case) in cases.iter().enumerate() {
        let setup: Vec<String> = case.setup().cloned().collect();
        let mut key = hash_statements(&setup);
        // Setups of equal text in two dialects are two setups.
        key ^= hash_statements(&[profile_of(case.source).to_owned()]);
        let size = setup.iter().map(String::len).sum::<usize>();
        by_setup.entry((usize::MAX - size, key)).or_default().push(at);
    }
    let mut groups = Vec::new();
    for members in by_setup.into_values() {
        let (changing, reading): (Vec<usize>, Vec<usize>) =
            members.into_iter().partition(|&at| may_change_state(&cases[at].query));
        let chunks = reading.chunks(GROUP_CASES_MAX).chain(changing.chunks(1));
        groups.extend(chunks.map(|members| Group {
            setup: cases[members[0]].setup().cloned().collect(),
            members: members.to_vec(),
        }));
    }
    groups
}

struct Worker<'a> {
    seat: usize,
    options: &'a Options,
    fleet: &'a Fleet,
    cache: &'a Cache,
    translators: &'a Factory<'a>,
    translator: Box<dyn Translator>,
    stations: BTreeMap<EngineKind, Station>,
    versions: BTreeMap<EngineKind, String>,
    bench: Bench,
}

/// The translation of one case, setup and query apart.
struct Translation {
    setup: Arc<Vec<String>>,
    query: Vec<String>,
    outcomes: Vec<Outcome>,
    refused: Option<Ending>,
}

impl Worker<'_> {
    fn group(&mut self, cases: &[Arc<Case>], group: &Group) -> Result<Vec<(usize, CaseResult)>, ServerError> {
        let mut finished = Vec::new();
        for &at in &group.members {
            let case = &cases[at];
            let mut result = CaseResult {
                case: case.clone(),
                unusable: None,
                disputed: None,
                expected: None,
                trials: Vec::new(),
                evaluated: Vec::new(),
            };
            self.find_truth(group, &mut result)?;
            finished.push((at, result));
        }
        if self.options.oracle {
            self.evaluate(None, group, &mut finished);
        }
        for &target in &self.options.targets.clone() {
            let usable = |(_, result): &&mut (usize, CaseResult)| {
                result.unusable.is_none() && EngineKind::of(result.case.source) != Some(target)
            };
            let mut rest: Vec<&mut (usize, CaseResult)> = finished.iter_mut().filter(usable).collect();
            let queries: Vec<Arc<Case>> = rest.iter().map(|(_, result)| result.case.clone()).collect();
            let translations = self.translate(target, &group.setup, &queries);
            for ((_, result), translation) in rest.iter_mut().zip(translations) {
                let trial = self.trial(target, result, translation)?;
                result.trials.push(trial);
            }
            if self.options.oracle {
                self.evaluate(Some(target), group, &mut finished);
            }
        }
        if !self.options.details {
            for (_, result) in &mut finished {
                result.expected = None;
                result.trials.iter_mut().for_each(|trial| trial.found = None);
                result.evaluated.iter_mut().for_each(|evaluated| evaluated.found = None);
            }
        }
        Ok(finished)
    }

    /// Compares the evaluator with an engine, for all cases that this engine ran.
    fn evaluate(&mut self, target: Option<EngineKind>, group: &Group, finished: &mut [(usize, CaseResult)]) {
        let truth = |result: &CaseResult| match target {
            // Without an engine of the source there is no truth but what somebody remembered.
            None => EngineKind::of(result.case.source).and(result.expected.clone()),
            Some(target) => result.trials.iter().find(|t| t.target == target).and_then(|t| t.found.clone()),
        };
        let mut asked = Vec::new();
        for (at, (_, result)) in finished.iter().enumerate() {
            asked.extend(truth(result).map(|truth| (at, truth)));
        }
        let Some((first, _)) = asked.first() else { return };
        let source = finished[*first].1.case.source;
        let mut staged = self.bench.stage(source, target, &group.setup);
        for (at, truth) in asked {
            let result = &mut finished[at].1;
            let (check, found) = staged.check(&result.case.query, &truth, &result.case.order);
            result.evaluated.push(Evaluated { target, check, found });
        }
    }

    /// Fills in the truth of a case: what its own engine returns, else what it expects.
    fn find_truth(&mut self, group: &Group, result: &mut CaseResult) -> Result<(), ServerError> {
        let case = result.case.clone();
        let Some(engine) = EngineKind::of(case.source) else {
            result.expected.clone_from(&case.expect);
            if result.expected.is_none() {
                result.unusable =
                    Some(format!("{} has no engine here and the case expects nothing", case.source));
            }
            return Ok(());
        };
        match self.execute(engine, &group.setup, std::slice::from_ref(&case.query))? {
            Ok(rows) => {
                if let Some(expect) = &case.expect {
                    let mut expect = expect.clone();
                    if expect.rows.is_empty() {
                        expect.columns.clone_from(&rows.columns);
                    }
                    if let Verdict::Differs(difference) = compare(&expect, &rows, &case.order) {
                        result.disputed = Some(difference);
                    }
                }
                result.expected = Some(rows);
            }
            Err(failure) => result.unusable = Some(format!("the source engine says {failure}")),
        }
        Ok(())
    }

    fn execute(
        &mut self,
        engine: EngineKind,
        setup: &[String],
        query: &[String],
    ) -> Result<Result<Rows, Failure>, ServerError> {
        let version = match self.versions.entry(engine) {
            Entry::Occupied(version) => version.into_mut(),
            Entry::Vacant(place) => place.insert(self.fleet.version(engine)?),
        };
        let key = self.cache.key(version, hash_statements(setup), query);
        if let Some(result) = self.cache.get(&key) {
            return Ok(result);
        }
        let station = match self.stations.entry(engine) {
            Entry::Occupied(station) => station.into_mut(),
            Entry::Vacant(place) => place.insert(Station::new(self.fleet.connect(engine, self.seat)?)),
        };
        let result = station.run(setup, query);
        self.cache.put(&key, &result);
        Ok(result)
    }

    /// Translates the cases of one setup, together where the translator allows it.
    fn translate(&mut self, target: EngineKind, setup: &[String], cases: &[Arc<Case>]) -> Vec<Translation> {
        let Some(first) = cases.first() else { return Vec::new() };
        let from = profile_of(first.source);
        if !self.translator.wants_one_case() {
            let mut script = setup.to_vec();
            script.extend(cases.iter().map(|case| case.query.clone()));
            if let Ok(outcomes) = self.translate_script(from, target, &script) {
                let (of_setup, of_queries) = outcomes.split_at(setup.len());
                let statements = Arc::new(statements_of(of_setup));
                return of_queries
                    .iter()
                    .map(|query| translation(statements.clone(), of_setup, query, self.options.details))
                    .collect();
            }
        }
        // One by one, so that a case that breaks the translator harms no other.
        let mut script = setup.to_vec();
        let mut translations = Vec::new();
        for case in cases {
            script.truncate(setup.len());
            script.push(case.query.clone());
            translations.push(match self.translate_script(from, target, &script) {
                Ok(outcomes) => {
                    let (of_setup, of_query) = outcomes.split_at(setup.len());
                    let statements = Arc::new(statements_of(of_setup));
                    translation(statements, of_setup, &of_query[0], self.options.details)
                }
                Err(message) => Translation {
                    setup: Arc::default(),
                    query: Vec::new(),
                    outcomes: Vec::new(),
                    refused: Some(Ending::Refused { code: "PANIC".to_owned(), message, stage: Stage::Query }),
                },
            });
        }
        translations
    }

    /// One outcome per statement, or the words of a panic.
    fn translate_script(
        &mut self,
        from: &str,
        target: EngineKind,
        script: &[String],
    ) -> Result<Vec<Outcome>, String> {
        let translator = &mut self.translator;
        let translated =
            catch_unwind(AssertUnwindSafe(|| translator.translate_script(from, target.profile(), script)));
        match translated {
            Ok(outcomes) if outcomes.len() == script.len() => Ok(outcomes),
            Ok(outcomes) => Err(format!("{} outcomes for {} statements", outcomes.len(), script.len())),
            Err(panic) => {
                self.translator = (self.translators)();
                let words = panic.downcast_ref::<String>().cloned();
                Err(words
                    .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                    .unwrap_or_else(|| "a panic without words".to_owned()))
            }
        }
    }

    fn trial(
        &mut self,
        target: EngineKind,
        result: &CaseResult,
        translation: Translation,
    ) -> Result<Trial, ServerError> {
        let mut trial = Trial { target, ending: Ending::Right, outcomes: translation.outcomes, found: None };
        if let Some(refused) = translation.refused {
            trial.ending = refused;
            return Ok(trial);
        }
        let nothing = Rows::default();
        let expected = result.expected.as_ref().unwrap_or(&nothing);
        match self.execute(target, &translation.setup, &translation.query)? {
            Err(failure) => trial.ending = Ending::Rejected(failure),
            Ok(found) => {
                let known_empty = EngineKind::of(result.case.source).is_none() && expected.rows.is_empty();
                trial.ending = match compare(expected, &found, &result.case.order) {
                    // An expectation of no rows does not say how many columns they would have.
                    _ if known_empty && found.rows.is_empty() => Ending::Right,
                    Verdict::Same => Ending::Right,
                    Verdict::Precision(difference) => Ending::Wrong { difference, precision: true },
                    Verdict::Differs(difference) => Ending::Wrong { difference, precision: false },
                };
                if self.options.details || self.options.oracle {
                    trial.found = Some(found);
                }
            }
        }
        Ok(trial)
    }
}

fn statements_of(outcomes: &[Outcome]) -> Vec<String> {
    let mut all = Vec::new();
    for outcome in outcomes {
        if let Outcome::Sql { statements, .. } = outcome {
            all.extend(statements.iter().cloned());
        }
    }
    all
}

fn translation(setup: Arc<Vec<String>>, of_setup: &[Outcome], query: &Outcome, details: bool) -> Translation {
    let staged = of_setup.iter().enumerate().map(|(at, outcome)| (Stage::Setup(at), outcome));
    let refused = staged.chain([(Stage::Query, query)]).find_map(|(stage, outcome)| match outcome {
        Outcome::Refused { code, message } => {
            Some(Ending::Refused { code: code.clone(), message: message.clone(), stage })
        }
        Outcome::Sql { .. } => None,
    });
    let outcomes = if details { of_setup.iter().chain([query]).cloned().collect() } else { Vec::new() };
    Translation { setup, query: statements_of(std::slice::from_ref(query)), outcomes, refused }
}
