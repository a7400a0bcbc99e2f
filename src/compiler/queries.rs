//! The queries. Coarse: a script, a statement, the definitions of a script; never a node.
//!
//! Which definitions are refused depends on the target, and what uses them is refused there too. So there are
//! definitions for each target; where it refuses none of them, they are those of the source, and so are the bound
//! statements.

use super::definitions::{Definitions, Mentions, Role, role};
use crate::Options;
use crate::codes;
use crate::foresight::Foresight;
use crate::outcome::{StatementOutcome, Translation};
use crate::pipeline::{self, Lowering, Source, Work};
use crate::readers::Readers;
use crate::translator::{lexer_settings, parser_for};
use air::Air;
use air::catalog::Catalog;
use air::fidelity::Ledger;
use air::profile::Profile;
use air_base::{Diagnostic, Span};
use airc_backends::RenderOptions;
use airc_bind::Scratch;
use airc_grammar::tree::{StatementKind, Tree};
use airc_passes::Legalizer;
use rustc_hash::FxHashSet;
use salsa::Database;
use std::sync::Arc;

/// What all scripts of a compiler share.
#[salsa::input]
pub(super) struct Setup {
    pub(super) source: Arc<Profile>,
    pub(super) options: Arc<Options>,
    pub(super) schema: Arc<Catalog>,
}

/// A script.
#[salsa::input]
pub(super) struct Script {
    #[returns(ref)]
    pub(super) text: String,
    #[returns(copy)]
    pub(super) setup: Setup,
}

/// A target.
#[salsa::input]
pub(super) struct Goal {
    pub(super) legalizer: Arc<Legalizer>,
}

/// A statement: identified by its text, so it stays the same wherever it moves to.
#[salsa::tracked]
pub(super) struct Statement<'db> {
    #[returns(ref)]
    pub(super) text: Arc<str>,
    /// Backslashes escape in its plain strings.
    #[returns(copy)]
    escapes: bool,
    /// Where it starts in the script.
    #[tracked]
    #[returns(copy)]
    pub(super) start: u32,
    /// Number of statements before it that may define something or move a counter.
    #[tracked]
    #[returns(copy)]
    pub(super) definitions_before: u32,
}

/// The statements of a script, in order.
#[salsa::tracked(returns(ref))]
pub(super) fn statements<'db>(db: &'db dyn Database, script: Script) -> Vec<Statement<'db>> {
    let from = script.setup(db).source(db);
    let text = script.text(db);
    let mut definitions = 0;
    let mut all = Vec::new();
    for found in airc_grammar::split(lexer_settings(from), text) {
        let piece = found.span.text(text);
        all.push(Statement::new(db, Arc::from(piece), found.escapes, found.span.start, definitions));
        definitions += u32::from(role(piece) != Role::Reads);
    }
    all
}

/// A statement that was read by itself.
pub(super) struct Parsed {
    pub(super) tree: Tree,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// The syntax tree of a statement; places count from its start. Trees are large and quickly made, so few are kept.
#[salsa::tracked(returns(ref), no_eq, lru = 512)]
pub(super) fn parsed<'db>(db: &'db dyn Database, setup: Setup, statement: Statement<'db>) -> Parsed {
    let mut parser = parser_for(setup.source(db));
    parser.escape_strings(statement.escapes(db));
    let text = statement.text(db);
    parser.parse(text);
    let (tree, mut diagnostics) = parser.take();
    if let [only] = tree.statements()
        && tree[*only].kind == StatementKind::Broken
    {
        Readers::default().advise(&mut diagnostics, text, setup.source(db).dialect);
    }
    if tree.statements().len() > 1 {
        let span = Span::new(0, text.len() as u32);
        let message = "this is several statements, which the client sends as one";
        diagnostics
            .push(Diagnostic::error(codes::SEVERAL, span, message).help("end each with the delimiter"));
    }
    Parsed { tree, diagnostics }
}

/// The statements of a script that may change the catalog, in order. Stays the same while only others are edited.
#[salsa::tracked(returns(ref))]
fn defining<'db>(db: &'db dyn Database, script: Script) -> Vec<Statement<'db>> {
    let changes = |statement: &&Statement<'db>| role(statement.text(db)) != Role::Reads;
    statements(db, script).iter().filter(changes).copied().collect()
}

/// What the script defines, step by step: all of it in the source dialect, on a target what is not refused there.
#[salsa::tracked(returns(ref))]
pub(super) fn definitions(db: &dyn Database, script: Script, goal: Option<Goal>) -> Definitions {
    let setup = script.setup(db);
    let (from, options) = (setup.source(db), setup.options(db));
    let mut catalog = Catalog::clone(setup.schema(db));
    let mut definitions = Definitions::start(&catalog);
    let (mut work, mut scratch) = (Work::default(), Scratch::default());
    let mut lowering = goal.map(|goal| Lowering::new(Legalizer::clone(goal.legalizer(db))));
    let foresight = goal.map(|goal| foresight(db, script, goal));
    let mut whole: FxHashSet<usize> = FxHashSet::default();
    let all = defining(db, script);
    for (i, &statement) in all.iter().enumerate() {
        let text = statement.text(db);
        let mentions = Mentions::of(text);
        let role = role(text);
        if role == Role::Counts && !mentions.counted(text, &catalog) {
            continue;
        }
        let tree = &parsed(db, setup, statement).tree;
        let [id] = *tree.statements() else { continue };
        let source = Source { tree, statement: id, text, profile: from };
        let before = pipeline::table_before(&source, &catalog);
        work.clear();
        let mut done = bind_all(tree, text, from, options, &mut catalog, &mut scratch, &mut work);
        if let (true, Role::Defines, Some(lowering)) = (done, role, &mut lowering) {
            let later = foresight.map_or(&[][..], |foresight| foresight.later(i));
            let has_later = !later.is_empty()
                && crate::foresight::lower_with(
                    later.iter().map(|at| &**all[*at].text(db)),
                    &mut parser_for(from),
                    from,
                    options,
                    &mut catalog,
                    &mut work,
                    lowering,
                );
            if has_later {
                whole.insert(i);
            }
            if foresight.and_then(|foresight| foresight.definition(i)).is_some_and(|at| whole.contains(&at)) {
                crate::foresight::leave_out(&mut work);
            }
            done = has_later || pipeline::lower(&mut work, &catalog, options, lowering).is_ok();
            definitions.refused |= !done;
        }
        if !done {
            pipeline::forget_definition(&source, before, &mut catalog);
        }
        definitions.record(i as u32 + 1, &mentions, &catalog);
    }
    definitions
}

/// The target, if it does not have all that is defined of what the statement mentions.
#[salsa::tracked(returns(copy))]
fn lacking<'db>(
    db: &'db dyn Database,
    script: Script,
    goal: Goal,
    statement: Statement<'db>,
) -> Option<Goal> {
    let differs = definitions(db, script, Some(goal)).refused
        && known(db, script, Some(goal), statement) != known(db, script, None, statement);
    differs.then_some(goal)
}

/// What is known of the tables a statement mentions, at its place in the script.
#[salsa::tracked(returns(ref))]
fn known<'db>(
    db: &'db dyn Database,
    script: Script,
    lacking: Option<Goal>,
    statement: Statement<'db>,
) -> Catalog {
    let mentions = Mentions::of(statement.text(db));
    definitions(db, script, lacking).known(statement.definitions_before(db), &mentions)
}

/// What a statement means.
#[derive(PartialEq)]
pub(super) struct Bound {
    air: Air,
    ledger: Ledger,
    diagnostics: Vec<Diagnostic>,
    refused: bool,
    /// What was known when it was bound, changed by what it defines.
    catalog: Catalog,
}

impl Bound {
    /// Unless it was refused.
    pub(super) fn meaning(&self) -> Option<&Air> {
        (!self.refused).then_some(&self.air)
    }

    /// What there is to say about it.
    pub(super) fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }
}

/// What is known of the database before the statement at position `index`, or after the last one.
pub(super) fn catalog(db: &dyn Database, script: Script, index: usize) -> Catalog {
    let step = match statements(db, script).get(index) {
        Some(statement) => statement.definitions_before(db),
        None => u32::MAX,
    };
    definitions(db, script, None).everything(step)
}

/// The meaning of a statement in its own dialect: whatever a target refuses, nothing is missing there.
pub(super) fn meaning<'db>(db: &'db dyn Database, script: Script, statement: Statement<'db>) -> &'db Bound {
    bound(db, script, None, statement)
}

/// The meaning of a statement, on a target that lacks some definitions or in its own dialect.
#[salsa::tracked(returns(ref))]
fn bound<'db>(
    db: &'db dyn Database,
    script: Script,
    lacking: Option<Goal>,
    statement: Statement<'db>,
) -> Bound {
    let first = bind_with(db, script, statement, Catalog::clone(known(db, script, lacking, statement)));
    if !first.refused || first.diagnostics.is_empty() {
        return first;
    }
    // A refused statement may be about a name it misspells: say so with everything in view.
    let everything = definitions(db, script, lacking).everything(statement.definitions_before(db));
    bind_with(db, script, statement, everything)
}

fn bind_with(db: &dyn Database, script: Script, statement: Statement<'_>, mut catalog: Catalog) -> Bound {
    let setup = script.setup(db);
    let (from, options) = (setup.source(db), setup.options(db));
    let parsed = parsed(db, setup, statement);
    let mut work = Work { diagnostics: parsed.diagnostics.clone(), ..Work::default() };
    let (text, scratch) = (statement.text(db), &mut Scratch::default());
    let whole = bind_all(&parsed.tree, text, from, options, &mut catalog, scratch, &mut work);
    let Work { air, ledger, diagnostics, .. } = work;
    Bound { air, ledger, diagnostics, refused: !whole, catalog }
}

/// Binds the statement of a tree that was made of one statement's text; false if it is refused.
fn bind_all(
    tree: &Tree,
    text: &str,
    from: &Profile,
    options: &Options,
    catalog: &mut Catalog,
    scratch: &mut Scratch,
    work: &mut Work,
) -> bool {
    let [id] = *tree.statements() else { return false };
    let statement = tree[id];
    if statement.kind == StatementKind::Broken {
        return false;
    }
    let source = Source { tree, statement: id, text, profile: from };
    pipeline::bind(&source, catalog, scratch, options, work).is_ok()
}

/// What of a script is said earlier than it stands there, by positions among the defining statements.
#[salsa::tracked(returns(ref))]
fn foresight(db: &dyn Database, script: Script, goal: Goal) -> Foresight {
    let need = Foresight::need(goal.legalizer(db).target());
    let texts = defining(db, script).iter().map(|statement| &**statement.text(db));
    Foresight::of(texts, script.setup(db).source(db), need)
}

/// What a statement has to do with others because of that.
#[salsa::interned]
pub(super) struct Elsewhere<'db> {
    /// Changes that come later and go into this definition.
    #[returns(ref)]
    later: Vec<Arc<str>>,
    /// The definition has this change already.
    #[returns(copy)]
    said: bool,
}

fn elsewhere<'db>(
    db: &'db dyn Database,
    script: Script,
    goal: Goal,
    statement: Statement<'db>,
) -> Elsewhere<'db> {
    if role(statement.text(db)) == Role::Reads {
        return Elsewhere::new(db, Vec::new(), false);
    }
    let foresight = foresight(db, script, goal);
    let at = statement.definitions_before(db) as usize;
    let all = defining(db, script);
    let later: Vec<Arc<str>> = foresight.later(at).iter().map(|at| Arc::clone(all[*at].text(db))).collect();
    let said = foresight
        .definition(at)
        .is_some_and(|at| lowered(db, script, all[at], goal, elsewhere(db, script, goal, all[at])).whole);
    Elsewhere::new(db, later, said)
}

/// How a statement ends on a target.
#[derive(PartialEq)]
struct Lowered {
    /// Places count from the statement's start.
    outcome: StatementOutcome,
    /// It has what comes later in it.
    whole: bool,
}

/// A statement on a target.
#[salsa::tracked(returns(ref))]
fn lowered<'db>(
    db: &'db dyn Database,
    script: Script,
    statement: Statement<'db>,
    goal: Goal,
    elsewhere: Elsewhere<'db>,
) -> Lowered {
    let bound = bound(db, script, lacking(db, script, goal, statement), statement);
    let setup = script.setup(db);
    let (from, options) = (setup.source(db), setup.options(db));
    let text = statement.text(db);
    let span = Span::new(0, text.len() as u32);
    let diagnostics = bound.diagnostics.clone();
    if bound.refused {
        let outcome = StatementOutcome { span, translation: None, diagnostics };
        return Lowered { outcome, whole: false };
    }
    let (air, ledger) = (bound.air.clone(), bound.ledger.clone());
    let mut work = Work { air, ledger, diagnostics, sql: String::new() };
    let mut lowering = Lowering::new(Legalizer::clone(goal.legalizer(db)));
    let later = elsewhere.later(db);
    let mut catalog = bound.catalog.clone();
    // What comes later is about other tables as well.
    for text in later {
        let step = statement.definitions_before(db);
        for table in definitions(db, script, Some(goal)).known(step, &Mentions::of(text)).tables() {
            if catalog.table(Some(&table.schema), &table.name).is_none() {
                catalog.put(table.clone());
            }
        }
    }
    let whole = !later.is_empty()
        && crate::foresight::lower_with(
            later.iter().map(|text| &**text),
            &mut parser_for(from),
            from,
            options,
            &mut catalog,
            &mut work,
            &mut lowering,
        );
    if elsewhere.said(db) {
        crate::foresight::leave_out(&mut work);
    }
    let translated = whole || pipeline::lower(&mut work, &bound.catalog, options, &mut lowering).is_ok();
    let Work { air, ledger, diagnostics, sql } = work;
    let translation = translated.then(|| {
        let rendered = lowering.rendered;
        let layout =
            RenderOptions { catalog: &bound.catalog, width: options.width, comments: options.comments };
        let certificate =
            pipeline::certificate(&air, &ledger, from, lowering.legalizer.target(), &layout, text);
        let sql = pipeline::pieces(&sql, &rendered.statements);
        Translation { sql, positions: rendered.positions, certificate }
    });
    Lowered { outcome: StatementOutcome { span, translation, diagnostics }, whole }
}

/// All outcomes, with places in the script.
pub(super) fn outcomes(db: &dyn Database, script: Script, goal: Goal) -> Vec<StatementOutcome> {
    statements(db, script).iter().map(|&statement| placed(db, script, statement, goal)).collect()
}

/// One outcome, with places in the script.
pub(super) fn outcome(
    db: &dyn Database,
    script: Script,
    goal: Goal,
    index: usize,
) -> Option<StatementOutcome> {
    statements(db, script).get(index).map(|&statement| placed(db, script, statement, goal))
}

fn placed(db: &dyn Database, script: Script, statement: Statement<'_>, goal: Goal) -> StatementOutcome {
    let elsewhere = elsewhere(db, script, goal, statement);
    lowered(db, script, statement, goal, elsewhere).outcome.shifted(statement.start(db))
}
