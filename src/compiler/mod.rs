//! Incremental compilation over [salsa]: for editors, watchers and services that see the same scripts again and again.
//!
//! ```text
//! script text ─► statements ─► parsed ─► bound ─► lowered (per target)
//!                    │                     ▲
//!                    └─► definitions ─► known (the tables a statement mentions, as of that statement)
//! ```
//!
//! Definitions, and what depends on them, there are once for the source and once for each target that refuses some.
//!
//! - A statement is identified by its text; places inside of it count from its start. Editing, adding or removing
//!   a statement leaves the others valid wherever they now stand.
//! - A statement depends on the tables it *mentions*, as they were at its place in the script, not on the
//!   statements before it. Editing a query touches nothing else; editing a CREATE TABLE recompiles the statements
//!   after it that name the table, and those only if the definition changed in meaning.
//!
//! For one pass over a script [`Translator`](crate::Translator) is faster: it caches nothing.

mod database;
mod definitions;
mod queries;

pub use database::QueryLog;

use crate::outcome::StatementOutcome;
use crate::pipeline;
use crate::{Options, Profile};
use air::Air;
use air::catalog::Catalog;
use air_base::{Diagnostic, Span};
use database::Database;
use queries::{Goal, Script, Setup};
use rustc_hash::FxHashMap;
use salsa::Setter;
use std::sync::{Arc, Mutex, PoisonError};

/// Compiles scripts and remembers what it has done.
///
/// ```
/// use airc::{Compiler, Options};
///
/// let mut compiler = Compiler::new("mysql".parse()?, Options::default());
/// let sqlite = compiler.add_target("sqlite".parse()?);
/// let script = compiler.add_script("CREATE TABLE t (a INT); SELECT a FROM t LIMIT 2, 3");
/// let outcomes = compiler.outcomes(script, sqlite);
/// assert_eq!(outcomes.len(), 2);
///
/// // Only the second statement is compiled again.
/// compiler.set_text(script, "CREATE TABLE t (a INT); SELECT a + 1 FROM t");
/// assert!(compiler.outcomes(script, sqlite)[1].is_translated());
/// # Ok::<(), airc::ProfileError>(())
/// ```
pub struct Compiler {
    database: Database,
    setup: Setup,
    from: Arc<Profile>,
    scripts: Vec<Script>,
    goals: Vec<Goal>,
    /// Of each script that was asked for its diagnostics.
    said: Mutex<Vec<Said>>,
}

/// The diagnostics of a script's statements when they were asked for last.
#[derive(Default)]
struct Said {
    generation: u64,
    /// By text and number of definitions before; places count from the statement's start.
    by_statement: FxHashMap<(Arc<str>, u32), Arc<[Diagnostic]>>,
}

/// A statement as it was bound. Its places count from its start.
#[derive(Clone, Copy, Debug)]
pub struct BoundStatement<'a> {
    /// Where it starts in the script.
    pub start: u32,
    /// Its text, without its terminator.
    pub text: &'a str,
    /// Its meaning, before anything is rewritten; `None` if it was refused.
    pub air: Option<&'a Air>,
    /// What there is to say about it.
    pub diagnostics: &'a [Diagnostic],
}

/// A script of a [`Compiler`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ScriptId(u32);

/// A target of a [`Compiler`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TargetId(u32);

impl Compiler {
    /// A compiler of scripts of one source profile.
    pub fn new(from: Profile, options: Options) -> Compiler {
        let database = Database::default();
        let from = Arc::new(from);
        let setup = Setup::new(&database, Arc::clone(&from), Arc::new(options), Arc::new(Catalog::default()));
        Compiler { database, setup, from, scripts: Vec::new(), goals: Vec::new(), said: Mutex::default() }
    }

    /// Reads definitions in the source dialect; afterwards an unknown table is an error. Returns what was wrong with them.
    pub fn set_schema(&mut self, ddl: &str) -> Vec<Diagnostic> {
        let mut catalog = Catalog::default();
        let options = self.setup.options(&self.database);
        let diagnostics = crate::schema::read(ddl, &self.from, options, &mut catalog);
        catalog.complete = true;
        self.setup.set_schema(&mut self.database).to(Arc::new(catalog));
        diagnostics
    }

    /// Adds a script.
    pub fn add_script(&mut self, text: impl Into<String>) -> ScriptId {
        self.scripts.push(Script::new(&self.database, text.into(), self.setup));
        ScriptId(self.scripts.len() as u32 - 1)
    }

    /// Replaces the text of a script.
    pub fn set_text(&mut self, script: ScriptId, text: impl Into<String>) {
        self.scripts[script.0 as usize].set_text(&mut self.database).to(text.into());
    }

    /// Adds a target profile.
    pub fn add_target(&mut self, to: Profile) -> TargetId {
        let legalizer = pipeline::legalizer(&self.from, &to, self.setup.options(&self.database));
        self.goals.push(Goal::new(&self.database, Arc::new(legalizer)));
        TargetId(self.goals.len() as u32 - 1)
    }

    /// Where the statements of the script stand, in order, terminators left out.
    pub fn spans(&self, script: ScriptId) -> Vec<Span> {
        let place = |statement: &queries::Statement<'_>| {
            let start = statement.start(&self.database);
            Span::new(start, start + statement.text(&self.database).len() as u32)
        };
        queries::statements(&self.database, self.scripts[script.0 as usize]).iter().map(place).collect()
    }

    /// What the statement at position `index` means; `None` if there is none.
    pub fn bound(&self, script: ScriptId, index: usize) -> Option<BoundStatement<'_>> {
        let script = self.scripts[script.0 as usize];
        let &statement = queries::statements(&self.database, script).get(index)?;
        let start = statement.start(&self.database);
        let text: &str = statement.text(&self.database);
        let bound = queries::meaning(&self.database, script, statement);
        Some(BoundStatement { start, text, air: bound.meaning(), diagnostics: bound.diagnostics() })
    }

    /// What is wrong with the script in its own dialect, whatever it is translated to. Spans count in the script.
    ///
    /// What a statement has to say depends on its text and on the definitions before it, and on nothing else: as long as those
    /// stay, it is remembered here. Asking salsa about each of ten thousand statements takes longer than reading them.
    pub fn diagnostics(&self, script: ScriptId) -> Vec<Diagnostic> {
        let (slot, script) = (script.0 as usize, self.scripts[script.0 as usize]);
        let statements = queries::statements(&self.database, script);
        queries::definitions(&self.database, script, None);
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() <= slot {
            said.resize_with(slot + 1, Said::default);
        }
        let generation = self.database.generation();
        let before = std::mem::take(&mut said[slot]);
        let before = if before.generation == generation { before.by_statement } else { FxHashMap::default() };
        let mut now: FxHashMap<(Arc<str>, u32), Arc<[Diagnostic]>> = FxHashMap::default();
        now.reserve(statements.len());
        let mut all = Vec::new();
        for &statement in statements {
            let text: Arc<str> = Arc::clone(statement.text(&self.database));
            let key = (text, statement.definitions_before(&self.database));
            let known = before.get(&key).or_else(|| now.get(&key)).cloned();
            let found = known.unwrap_or_else(|| {
                queries::meaning(&self.database, script, statement).diagnostics().to_vec().into()
            });
            let start = statement.start(&self.database);
            all.extend(found.iter().cloned().map(|mut diagnostic| {
                diagnostic.labels.iter_mut().for_each(|label| label.span = label.span.shifted(start));
                diagnostic
            }));
            now.insert(key, found);
        }
        // Binding computes no definitions; if it ever did, nothing would be remembered.
        said[slot] = Said { generation, by_statement: now };
        all
    }

    /// What is known of the database before the statement at position `index`; after the last one if there is none.
    pub fn catalog(&self, script: ScriptId, index: usize) -> Catalog {
        queries::catalog(&self.database, self.scripts[script.0 as usize], index)
    }

    /// How each statement of the script ends on that target. Spans count in the script.
    pub fn outcomes(&self, script: ScriptId, target: TargetId) -> Vec<StatementOutcome> {
        let (script, goal) = (self.scripts[script.0 as usize], self.goals[target.0 as usize]);
        queries::outcomes(&self.database, script, goal)
    }

    /// How the statement at position `index` ends on that target; `None` if there is none.
    pub fn outcome(&self, script: ScriptId, target: TargetId, index: usize) -> Option<StatementOutcome> {
        let (script, goal) = (self.scripts[script.0 as usize], self.goals[target.0 as usize]);
        queries::outcome(&self.database, script, goal, index)
    }

    /// Which queries ran since the log was last read: what an edit really cost.
    pub fn query_log(&self) -> QueryLog {
        self.database.take_log()
    }
}
