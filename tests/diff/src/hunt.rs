//! The hunt: rounds of generated cases on the engines, and findings made small.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use air_base::Dialect;
use airc_score::cache::Cache;
use airc_score::case::Case;
use airc_score::engines::{EngineKind, Fleet, ServerError};
use airc_score::run::{self, CaseResult, Ending};
use airc_score::translators::Factory;

use crate::choices::Choices;
use crate::grammar::Grammar;
use crate::query;
use crate::scene::Scene;
use crate::shrink::shrink;

/// Scenes of each source in a round.
const SCENES: usize = 6;
/// Statements about each scene.
const STATEMENTS: usize = 40;

/// What to hunt.
#[derive(Clone, Debug)]
pub struct Options {
    /// Dialects whose statements are generated.
    pub sources: Vec<EngineKind>,
    /// Targets; not a source's own engine.
    pub targets: Vec<EngineKind>,
    /// Where random choices begin.
    pub seed: u64,
    /// No new round begins after that.
    pub until: Instant,
    /// Most findings; then the hunt ends.
    pub findings_max: usize,
    /// Number of workers.
    pub jobs: usize,
}

/// How many statements ended how, each counted once per target.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Tally {
    /// Statements that their own engine ran.
    pub statements: usize,
    /// Statements that their own engine did not run.
    pub unusable: usize,
    /// The same rows.
    pub right: usize,
    /// Other rows.
    pub wrong: usize,
    /// Digits lost.
    pub precision: usize,
    /// Not run by the target.
    pub rejected: usize,
    /// Refused by the compiler.
    pub refused: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { statements, unusable, right, wrong, precision, rejected, refused } = self;
        write!(
            f,
            "{statements} statements ({unusable} more without a meaning): {right} right, {wrong} wrong, {precision} \
             of other precision, {rejected} rejected, {refused} refused"
        )
    }
}

/// A statement that ends wrong, as small as it could be made.
pub struct Finding {
    /// The case and its trial on the target, with all details.
    pub result: CaseResult,
    /// The target.
    pub target: EngineKind,
    /// Failures since that have everything in them that this one is made of.
    pub alike: usize,
    words: BTreeSet<String>,
    rejected: bool,
}

/// What a case is made of.
struct Source {
    dialect: Dialect,
    scene: Vec<u32>,
    statement: Vec<u32>,
}

/// Hunts until the time is over. `said` hears the tally after each round, and findings as they come.
pub fn hunt(
    options: &Options,
    fleet: &Fleet,
    translators: &Factory<'_>,
    said: &mut dyn FnMut(&Tally, Option<&Finding>),
) -> Result<(Tally, Vec<Finding>), ServerError> {
    let mut hunter = Hunter { options, fleet, translators, tally: Tally::default(), findings: Vec::new() };
    let mut seed = options.seed;
    while Instant::now() < options.until && hunter.findings.len() < options.findings_max {
        hunter.round(seed, said)?;
        seed = seed.wrapping_add(1);
        said(&hunter.tally, None);
    }
    Ok((hunter.tally, hunter.findings))
}

struct Hunter<'a> {
    options: &'a Options,
    fleet: &'a Fleet,
    translators: &'a Factory<'a>,
    tally: Tally,
    findings: Vec<Finding>,
}

impl Hunter<'_> {
    fn round(
        &mut self,
        seed: u64,
        said: &mut dyn FnMut(&Tally, Option<&Finding>),
    ) -> Result<(), ServerError> {
        let mut sources = Vec::new();
        let mut cases = Vec::new();
        for (number, engine) in self.options.sources.iter().enumerate() {
            let dialect = engine.dialect();
            let grammar = Grammar::of(dialect).expect("engines have grammars");
            // Streams of numbers that have nothing to do with each other.
            let mut random = fastrand::Rng::with_seed(seed ^ ((number as u64 + 1) << 48));
            for _ in 0..SCENES {
                let mut of_scene = Choices::random(random.u64(..));
                let scene = Scene::draw(&grammar, &mut of_scene);
                let of_scene = of_scene.made();
                for _ in 0..STATEMENTS {
                    let mut choices = Choices::random(random.u64(..));
                    let id = format!("diff/{}/{seed}-{}", engine.label(), cases.len());
                    cases.push(Arc::new(case(&grammar, dialect, &scene, &mut choices, id)));
                    sources.push(Source { dialect, scene: of_scene.clone(), statement: choices.made() });
                }
            }
        }
        let results = self.score(&cases, &self.options.targets.clone())?;
        for (result, source) in results.into_iter().zip(&sources) {
            self.count(&result);
            for trial in &result.trials {
                let Some(rejected) = fails(&trial.ending) else { continue };
                let target = trial.target;
                if self.is_known(&result.case, target, rejected) {
                    continue;
                }
                let finding = self.shrunk(&result, source, target, rejected)?;
                if self.is_known(&finding.result.case, target, rejected) {
                    continue;
                }
                said(&self.tally, Some(&finding));
                self.findings.push(finding);
                if self.findings.len() >= self.options.findings_max {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// True, and counted, if a finding has been made whose words are all in the case.
    fn is_known(&mut self, case: &Case, target: EngineKind, rejected: bool) -> bool {
        let words = words(case);
        let known = self.findings.iter_mut().find(|known| {
            known.target == target
                && known.rejected == rejected
                && known.result.case.source == case.source
                && known.words.is_subset(&words)
        });
        known.map(|known| known.alike += 1).is_some()
    }

    fn score(&self, cases: &[Arc<Case>], targets: &[EngineKind]) -> Result<Vec<CaseResult>, ServerError> {
        let options =
            run::Options { targets: targets.to_vec(), jobs: self.options.jobs, details: true, oracle: false };
        run::score(cases, &options, self.fleet, &Cache::none(), self.translators, |_| {})
    }

    fn count(&mut self, result: &CaseResult) {
        if result.unusable.is_some() {
            self.tally.unusable += 1;
            return;
        }
        self.tally.statements += 1;
        for trial in &result.trials {
            match trial.ending {
                Ending::Right => self.tally.right += 1,
                Ending::Wrong { precision: false, .. } => self.tally.wrong += 1,
                Ending::Wrong { precision: true, .. } => self.tally.precision += 1,
                Ending::Rejected(_) => self.tally.rejected += 1,
                Ending::Refused { .. } => self.tally.refused += 1,
            }
        }
    }

    fn shrunk(
        &self,
        result: &CaseResult,
        source: &Source,
        target: EngineKind,
        rejected: bool,
    ) -> Result<Finding, ServerError> {
        let grammar = Grammar::of(source.dialect).expect("engines have grammars");
        let id = &result.case.id;
        let made = |scene: &[u32], statement: &[u32]| {
            let scene = Scene::draw(&grammar, &mut Choices::again(scene.to_vec()));
            let mut choices = Choices::again(statement.to_vec());
            Arc::new(case(&grammar, source.dialect, &scene, &mut choices, id.clone()))
        };
        let holds = |cases: Vec<Arc<Case>>| -> Result<Vec<bool>, ServerError> {
            let results = self.score(&cases, &[target])?;
            let still = |result: &CaseResult| {
                result.trials.iter().any(|trial| fails(&trial.ending) == Some(rejected))
            };
            Ok(results.iter().map(still).collect())
        };
        let statement = shrink(source.statement.clone(), |lists| {
            holds(lists.iter().map(|list| made(&source.scene, list)).collect())
        })?;
        let scene = shrink(source.scene.clone(), |lists| {
            holds(lists.iter().map(|list| made(list, &statement)).collect())
        })?;
        let statement =
            shrink(statement, |lists| holds(lists.iter().map(|list| made(&scene, list)).collect()))?;
        let small = self.score(&[made(&scene, &statement)], &[target])?.remove(0);
        // Servers may answer differently from time to time; then the case as it was found is shown.
        let still = small.trials.iter().any(|trial| fails(&trial.ending) == Some(rejected));
        let mut result = if still { small } else { result.clone() };
        result.trials.retain(|trial| trial.target == target);
        Ok(Finding { words: words(&result.case), result, target, alike: 0, rejected })
    }
}

/// True if the target rejects, false if it returns other rows; `None` if nothing is wrong.
fn fails(ending: &Ending) -> Option<bool> {
    match ending {
        Ending::Wrong { precision: false, .. } => Some(false),
        Ending::Rejected(_) => Some(true),
        _ => None,
    }
}

fn case(grammar: &Grammar, dialect: Dialect, scene: &Scene, choices: &mut Choices, id: String) -> Case {
    let drawn = query::draw(grammar, scene, choices);
    Case {
        id,
        corpus: "diff".to_owned(),
        source: dialect,
        tags: Vec::new(),
        shared_setup: Arc::new(scene.setup.clone()),
        own_setup: drawn.change.into_iter().collect(),
        query: drawn.query,
        order: drawn.order,
        expect: None,
        expect_basis: None,
        note: None,
    }
}

/// Words that stand in nearly all statements and say nothing of what is wrong.
const FRAME: &[&str] = &[
    "select", "from", "as", "where", "group", "by", "order", "join", "on", "cross", "union", "all", "id",
    "d", "k",
];

/// What a case's own statements are made of: words and signs, without names of tables and columns, constants and the
/// frame of a query.
fn words(case: &Case) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for statement in case.own_setup.iter().chain([&case.query]) {
        // Outside of quotes.
        let bare: String = statement.split('\'').step_by(2).collect::<Vec<_>>().join("\'");
        let split = bare.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let name = |word: &str| word.ends_with(|letter: char| letter.is_ascii_digit());
        let says = |word: &&str| !word.is_empty() && !name(word) && !FRAME.contains(word);
        words.extend(split.filter(says).map(str::to_owned));
        let signs = ["+", "-", "*", "/", "%", "|", "<", ">", "=", "::", "~", "&", "#", "'"];
        words.extend(signs.iter().filter(|sign| bare.contains(**sign)).map(|sign| (*sign).to_owned()));
    }
    words
}
