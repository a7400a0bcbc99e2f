//! What a script changes about its tables after it created them: where the target takes constraints and defaults only
//! with the table, they are part of its definition, if nothing in between can tell.
//!
//! Before: the statements of a script, each parsed by itself. After: which changes go into which CREATE TABLE. Never: a
//! look at the catalog; what the binder or the target make of it is seen when the table is created.

use crate::pipeline::{self, Lowering, Source, Work};
use crate::{Options, translator};
use air::Statement;
use air::catalog::Catalog;
use air::profile::Profile;
use air::target::{AlterColumn, SequenceForm, Target};
use air_base::Span;
use airc_bind::Scratch;
use airc_grammar::Parser;
use airc_grammar::tree::{
    self, AlterKind, ConstraintState, StatementKind, TableConstraintKind, TableOptionKind, Tree,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// Why nothing is emitted for a change that is part of a definition.
const SAID_BEFORE: &str = "the definition of the table has it from the start";

/// Positions of statements in a script.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Foresight {
    /// The changes that go into a CREATE TABLE, in order.
    later: FxHashMap<usize, Vec<usize>>,
    /// The CREATE TABLE that a change goes into.
    definition: FxHashMap<usize, usize>,
}

/// A table of the script, as far as it was read.
struct Known {
    create: usize,
    /// The first and last statements that put rows into it.
    filled: Option<(usize, usize)>,
    /// Something happened that a change of its definition must not overtake.
    closed: bool,
    /// A key is added where it stands.
    key_stays: bool,
    later: Vec<Later>,
}

/// A change that may be part of the definition.
struct Later {
    at: usize,
    /// Constraints it adds, in lower case.
    names: Vec<String>,
    /// Tables its foreign keys refer to.
    parents: Vec<String>,
    /// A default is the next number of a sequence.
    numbered: bool,
}

/// What has to be part of a definition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Need {
    /// Nothing.
    Nothing,
    /// Made-up numbers, and the keys over them.
    Numbers,
    /// Constraints and defaults as well.
    All,
}

/// What a change may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ability {
    /// It does nothing.
    Idle,
    /// It may be part of the definition.
    Early,
    /// It has to stay where it is.
    Stays,
    /// What comes after it has to stay behind it as well.
    Bars,
}

impl Foresight {
    /// What the target's tables have from the start or never.
    pub(crate) fn need(target: &Target) -> Need {
        if target.can.define.alter_column == AlterColumn::No {
            Need::All
        } else if target.can.sequences == SequenceForm::No {
            Need::Numbers
        } else {
            Need::Nothing
        }
    }

    /// What may be said earlier in a script of these statements.
    pub(crate) fn of<'a>(statements: impl Iterator<Item = &'a str>, from: &Profile, need: Need) -> Foresight {
        if need == Need::Nothing {
            return Foresight::default();
        }
        let mut reader = Reader {
            parser: translator::parser_for(from),
            tables: FxHashMap::default(),
            finished: Vec::new(),
            undone: Vec::new(),
        };
        for (at, text) in statements.enumerate() {
            reader.read(at, text);
        }
        reader.finish(need)
    }

    /// Positions of the changes that go into the CREATE TABLE at this position.
    pub(crate) fn later(&self, create: usize) -> &[usize] {
        self.later.get(&create).map_or(&[], Vec::as_slice)
    }

    /// Position of the CREATE TABLE that the change at this position goes into.
    pub(crate) fn definition(&self, change: usize) -> Option<usize> {
        self.definition.get(&change).copied()
    }
}

struct Reader {
    parser: Parser,
    /// By name in lower case, without a schema.
    tables: FxHashMap<String, Known>,
    /// Earlier tables of names that were used again.
    finished: Vec<Known>,
    /// Constraints that are taken back for good or for a while: table and name, `all` for all of them.
    undone: Vec<(String, String)>,
}

impl Reader {
    fn read(&mut self, at: usize, text: &str) {
        let mut words = words(text);
        let first = words.next().unwrap_or("").to_ascii_lowercase();
        match first.as_str() {
            "create" if words.clone().take(4).any(|word| word.eq_ignore_ascii_case("table")) => {
                self.create(at, text)
            }
            "alter" if words.next().is_some_and(|word| word.eq_ignore_ascii_case("table")) => {
                self.alter(at, text);
            }
            "insert" => match inserted(text) {
                Some(name) => {
                    if let Some(table) = self.tables.get_mut(&name) {
                        table.filled = Some((table.filled.map_or(at, |(first, _)| first), at));
                    }
                }
                None => self.bar(None),
            },
            // Definitions of other things, settings, rights, what reads.
            "create" | "alter" | "comment" | "grant" | "revoke" | "set" | "use" | "select" | "show"
            | "print" | "analyze" | "commit" | "start" | "savepoint" | "release" | "pragma" | "lock"
            | "unlock" | "values" | "explain" | "go" => {}
            "begin" if words.nth(1).is_none() => {}
            "with" if !words.clone().any(changes_rows) => {}
            "drop" => self.bar(Some(text)),
            // T-SQL's usual way to drop what is there.
            "if" if !words.any(changes_rows) => self.bar(Some(text)),
            _ => self.bar(None),
        }
    }

    /// Nothing that comes later goes before this: for tables the text mentions, or for all that are known.
    fn bar(&mut self, text: Option<&str>) {
        let text = text.map(str::to_ascii_lowercase);
        for (name, table) in &mut self.tables {
            table.closed |= text.as_ref().is_none_or(|text| text.contains(name.as_str()));
        }
    }

    fn create(&mut self, at: usize, text: &str) {
        let parsed = self.parser.parse(text);
        let tree = parsed.tree;
        let &[id] = tree.statements() else { return };
        let StatementKind::CreateTable(id) = tree[id].kind else { return };
        let node = tree[id];
        let Some(name) = tree.last(node.name) else { return };
        let name = name.text(text).to_ascii_lowercase();
        let closed = node.if_not_exists || node.query.is_some() || node.opaque.is_some();
        let table = Known { create: at, filled: None, closed, key_stays: false, later: Vec::new() };
        self.finished.extend(self.tables.insert(name, table));
    }

    fn alter(&mut self, at: usize, text: &str) {
        let Reader { parser, tables, undone, .. } = self;
        let tree = parser.parse(text).tree;
        let &[id] = tree.statements() else { return self.bar(None) };
        let StatementKind::AlterTable(id) = tree[id].kind else { return self.bar(None) };
        let node = tree[id];
        let Some(name) = tree.last(node.name) else { return };
        let name = name.text(text).to_ascii_lowercase();
        let Some(known) = tables.get(&name) else { return };
        let mut all = Ability::Idle;
        let mut later = Later { at, names: Vec::new(), parents: Vec::new(), numbered: false };
        let mut key = false;
        for action in tree.list(node.actions) {
            all = all.max(match action.kind {
                AlterKind::AddConstraint(id) => {
                    let node = tree[id];
                    later.names.extend(node.name.map(|name| name.text(text).to_ascii_lowercase()));
                    let parent = match node.kind {
                        TableConstraintKind::ForeignKey { reference, .. } => tree.last(reference.table),
                        _ => None,
                    };
                    later.parents.extend(parent.map(|name| name.text(text).to_ascii_lowercase()));
                    key |= matches!(
                        node.kind,
                        TableConstraintKind::PrimaryKey { .. } | TableConstraintKind::Unique { .. }
                    );
                    added(tree, id, text, &name, known, tables)
                }
                AlterKind::SetDefault { .. } if known.filled.is_some() => Ability::Stays,
                AlterKind::SetDefault { value, .. } => {
                    let value = tree.expr_span(value).text(text).to_ascii_lowercase();
                    later.numbered |= value.contains("nextval") || value.starts_with("next value");
                    Ability::Early
                }
                AlterKind::SetNotNull(_) | AlterKind::ModifyColumn(_) => Ability::Early,
                AlterKind::Advice | AlterKind::CheckConstraint(true) => Ability::Idle,
                AlterKind::Option(option)
                    if matches!(
                        option.kind,
                        TableOptionKind::Engine | TableOptionKind::Storage | TableOptionKind::Comment
                    ) =>
                {
                    Ability::Idle
                }
                AlterKind::Option(option) if option.kind == TableOptionKind::AutoIncrement => Ability::Early,
                AlterKind::CheckConstraint(false) | AlterKind::DropConstraint { .. } => {
                    let last = words(action.span.text(text)).last().unwrap_or("").to_ascii_lowercase();
                    undone.push((name.clone(), last));
                    Ability::Bars
                }
                _ => Ability::Bars,
            });
        }
        let Some(known) = tables.get_mut(&name) else { return };
        match all {
            Ability::Early if !known.closed => known.later.push(later),
            Ability::Bars => known.closed = true,
            _ => known.key_stays |= key,
        }
    }

    fn finish(mut self, need: Need) -> Foresight {
        for (name, table) in &mut self.tables {
            for (_, undone) in self.undone.iter().filter(|(table, _)| table == name) {
                let adds = |later: &Later| match undone.as_str() {
                    "all" => !later.parents.is_empty(),
                    undone => later.names.iter().any(|name| name == undone),
                };
                table.later.retain(|later| !adds(later));
            }
        }
        let keyless: Vec<String> =
            self.tables.iter().filter(|(_, table)| table.key_stays).map(|(name, _)| name.clone()).collect();
        let mut foresight = Foresight::default();
        for table in self.tables.values().chain(&self.finished) {
            let numbered = table.later.iter().any(|later| later.numbered);
            let stands = |later: &&Later| match need {
                Need::All => !later.parents.iter().any(|parent| keyless.contains(parent)),
                Need::Numbers => numbered && later.parents.is_empty(),
                Need::Nothing => false,
            };
            let later: Vec<usize> = table.later.iter().filter(stands).map(|later| later.at).collect();
            for change in &later {
                foresight.definition.insert(*change, table.create);
            }
            if !later.is_empty() {
                foresight.later.insert(table.create, later);
            }
        }
        foresight
    }
}

/// Whether a constraint may hold from the start.
fn added(
    tree: &Tree,
    id: tree::TableConstraintId,
    text: &str,
    name: &str,
    known: &Known,
    tables: &FxHashMap<String, Known>,
) -> Ability {
    let node = tree[id];
    let unchecked = tree.list(node.states).contains(&ConstraintState::NotValidated)
        || words(text).any(|word| word.eq_ignore_ascii_case("nocheck"));
    if unchecked && known.filled.is_some() {
        return Ability::Stays;
    }
    match node.kind {
        TableConstraintKind::PrimaryKey { .. }
        | TableConstraintKind::Unique { .. }
        | TableConstraintKind::Check(_)
        | TableConstraintKind::Index { .. } => Ability::Early,
        TableConstraintKind::Default { .. } if known.filled.is_none() => Ability::Early,
        TableConstraintKind::ForeignKey { reference, .. } => {
            let Some(other) = tree.last(reference.table) else { return Ability::Stays };
            let other = other.text(text).to_ascii_lowercase();
            let parent = tables.get(&other).and_then(|other| other.filled);
            match (known.filled, parent) {
                (None, _) => Ability::Early,
                // All rows it may refer to were there before the first that refers to one.
                (Some((first, _)), Some((_, last))) if last < first && other != name => Ability::Early,
                _ => Ability::Stays,
            }
        }
        TableConstraintKind::Default { .. } | TableConstraintKind::Exclude | TableConstraintKind::Other => {
            Ability::Stays
        }
    }
}

/// The words of a statement behind comments in front of it.
fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    let mut rest = text.trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("--") => rest.find('\n'),
            _ if rest.starts_with("/*") => rest.find("*/").map(|end| end + 1),
            _ => break,
        };
        rest = end.map_or("", |end| rest[end + 1..].trim_start());
    }
    rest.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '$' | '#' | '@')))
        .filter(|word| !word.is_empty())
}

/// True for a word that may begin a change of rows inside of a statement.
fn changes_rows(word: &str) -> bool {
    let changes = ["insert", "update", "delete", "merge", "exec", "execute", "truncate"];
    changes.iter().any(|change| word.eq_ignore_ascii_case(change))
}

/// The table of a plain INSERT in lower case, without a schema; `None` for an INSERT of another kind.
fn inserted(text: &str) -> Option<String> {
    let mut heads = words(text);
    heads.next();
    let second = heads.next()?;
    let special =
        ["or", "ignore", "low_priority", "delayed", "high_priority", "overwrite", "all", "first", "top"];
    if special.iter().any(|word| second.eq_ignore_ascii_case(word)) {
        return None;
    }
    let settles = ["conflict", "duplicate"];
    if heads.any(|word| settles.iter().any(|settle| word.eq_ignore_ascii_case(settle))) {
        return None;
    }
    let head = text.to_ascii_lowercase();
    let mut rest = head[head.find("insert")? + "insert".len()..].trim_start();
    rest = rest.strip_prefix("into").filter(|rest| !rest.starts_with('_')).unwrap_or(rest).trim_start();
    loop {
        let (name, behind) = match rest.chars().next()? {
            open @ ('"' | '`' | '[') => {
                let close = if open == '[' { ']' } else { open };
                let end = rest[1..].find(close)? + 1;
                (&rest[1..end], &rest[end + 1..])
            }
            _ => {
                let end = rest.find(|letter: char| {
                    !(letter.is_alphanumeric() || matches!(letter, '_' | '$' | '#' | '@'))
                })?;
                (&rest[..end], &rest[end..])
            }
        };
        match behind.trim_start().strip_prefix('.') {
            Some(more) => rest = more.trim_start(),
            None => return (!name.is_empty()).then(|| name.to_owned()),
        }
    }
}

/// Lowers the bound CREATE TABLE together with changes that come later, each a text of its own. The catalog stays as
/// it is before them: what is in between does not know of them.
///
/// False if one of them cannot be part of the definition; then nothing is changed.
pub(crate) fn lower_with<'t>(
    changes: impl Iterator<Item = &'t str>,
    parser: &mut Parser,
    from: &Profile,
    options: &Options,
    catalog: &mut Catalog,
    work: &mut Work,
    lowering: &mut Lowering,
) -> bool {
    let air = &work.air;
    let Some(Statement::CreateTable { table }) = air.statements.first() else { return false };
    let (schema, name) = (table.name.schema.map(|schema| air.name(schema)), air.name(table.name.name));
    let Some(before) = catalog.table(schema, name).cloned() else { return false };
    let keyed_tables = catalog.keyed_tables;
    let (alone, noted, said) = (air.clone(), work.ledger.clone(), work.diagnostics.len());
    let mut scratch = Scratch::default();
    let mut unheard = Vec::new();
    let mut taken = true;
    for text in changes {
        let tree = parser.parse(text).tree;
        let &[statement] = tree.statements() else {
            taken = false;
            break;
        };
        let source = Source { tree, statement, text, profile: from };
        if pipeline::bind_later(&source, catalog, &mut scratch, options, work, &mut unheard).is_err() {
            taken = false;
            break;
        }
    }
    taken = taken && pipeline::lower(work, catalog, options, lowering).is_ok();
    catalog.put(before);
    catalog.keyed_tables = keyed_tables;
    if !taken {
        (work.air, work.ledger) = (alone, noted);
        work.diagnostics.truncate(said);
        work.sql.clear();
    }
    taken
}

/// Makes nothing of a bound change that the definition has already.
pub(crate) fn leave_out(work: &mut Work) {
    let Work { air, ledger, .. } = work;
    let reason = air.push_text(SAID_BEFORE);
    air.statements.clear();
    air.statements.push(Statement::Nothing { reason });
    air.statement_spans.truncate(1);
    ledger.clear();
}

/// The foresight of one pass over a script.
pub(crate) struct Ahead {
    foresight: Foresight,
    spans: Vec<Span>,
    parser: Parser,
    /// Definitions that have what comes later.
    whole: FxHashSet<usize>,
}

impl Ahead {
    /// Looks through the script; `None` if that is of no use for the target.
    pub(crate) fn of(script: &str, from: &Profile, target: &Target) -> Option<Ahead> {
        let alters = || script.as_bytes().windows(5).any(|word| word.eq_ignore_ascii_case(b"alter"));
        let need = Foresight::need(target);
        if need == Need::Nothing || !alters() {
            return None;
        }
        let statements = airc_grammar::split(translator::lexer_settings(from), script);
        let spans: Vec<Span> = statements.iter().map(|statement| statement.span).collect();
        let foresight = Foresight::of(spans.iter().map(|span| span.text(script)), from, need);
        Some(Ahead { foresight, spans, parser: translator::parser_for(from), whole: FxHashSet::default() })
    }

    /// Lowers the bound statement that starts there with what comes later, or makes nothing of it if it came
    /// earlier. True if it is lowered.
    pub(crate) fn lower(
        &mut self,
        start: u32,
        script: &str,
        from: &Profile,
        options: &Options,
        catalog: &mut Catalog,
        work: &mut Work,
        lowering: &mut Lowering,
    ) -> bool {
        let Ok(at) = self.spans.binary_search_by_key(&start, |span| span.start) else { return false };
        if self.foresight.definition(at).is_some_and(|definition| self.whole.contains(&definition)) {
            leave_out(work);
            return false;
        }
        let later = self.foresight.later(at);
        if later.is_empty() {
            return false;
        }
        let changes = later.iter().map(|at| self.spans[*at].text(script));
        let lowered = lower_with(changes, &mut self.parser, from, options, catalog, work, lowering);
        if lowered {
            self.whole.insert(at);
        }
        lowered
    }
}
