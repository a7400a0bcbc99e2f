//! What executing a statement does to data and to its session.
//!
//! Names are owned, so effects outlive the arena: plan caches, policies and session resets keep them.

use crate::Air;
use crate::builtins::{Builtin, Volatility};
use crate::ddl::{ObjectKind, TableChange};
use crate::expr::Expr;
use crate::ids::{List, Name, ObjectName, SourceId};
use crate::node::Child;
use crate::query::{Item, Rel, SourceKind};
use crate::statement::{Assignment, ConflictAction, Isolation, MergeAction, Statement, TransactionAction};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Effects of a statement.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Effects {
    /// Columns read, by table or view.
    pub reads: BTreeMap<TableName, Columns>,
    /// Changes of rows, by table.
    pub writes: BTreeMap<TableName, Writes>,
    /// Definitions created, changed or removed.
    pub definitions: Vec<Definition>,
    /// Session state touched.
    pub session: BTreeSet<SessionEffect>,
    /// Functions of the user's that are called: what they do is not known.
    pub user_functions: BTreeSet<String>,
    /// Whether running it again gives the same rows.
    pub volatility: Repeats,
    /// Rows are locked until the transaction ends (FOR UPDATE and the like).
    pub locks_rows: bool,
    /// Rows are returned.
    pub returns_rows: bool,
}

/// Name of a table; parts that are not case-sensitive are in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct TableName {
    /// Schema with catalog, if written.
    pub schema: Option<String>,
    /// Name.
    pub name: String,
}

/// Which columns.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Columns {
    /// All of them, also those that are not known.
    All,
    /// These.
    These(BTreeSet<String>),
}

impl Columns {
    fn merge(&mut self, other: Columns) {
        match (&mut *self, other) {
            (Columns::All, _) => {}
            (_, Columns::All) => *self = Columns::All,
            (Columns::These(mine), Columns::These(more)) => mine.extend(more),
        }
    }

    /// True if `column`, in the letter case of [`TableName`], is among them.
    pub fn has(&self, column: &str) -> bool {
        match self {
            Columns::All => true,
            Columns::These(columns) => columns.contains(column),
        }
    }
}

/// Changes of the rows of one table.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Writes {
    /// Rows are added; columns given.
    pub inserts: Option<Columns>,
    /// Rows are changed; columns assigned.
    pub updates: Option<Columns>,
    /// Rows are removed.
    pub deletes: bool,
}

/// What happens to a definition.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Definition {
    /// Created, changed or removed.
    pub change: DefinitionChange,
    /// Kind of object.
    pub kind: &'static str,
    /// Which one.
    pub name: TableName,
}

/// What happens to a definition.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DefinitionChange {
    /// CREATE.
    Created,
    /// ALTER, COMMENT.
    Changed,
    /// DROP.
    Removed,
}

/// State of a session that a statement reads or leaves behind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEffect {
    /// A transaction begins.
    TransactionBegins,
    /// The transaction ends.
    TransactionEnds,
    /// Savepoints, settings of the transaction.
    WithinTransaction,
    /// Isolation level or access mode.
    TransactionSetting,
    /// A temporary table or view comes into being.
    TemporaryObject,
    /// The last identity value of the session is set.
    SetsIdentity,
    /// The last identity value of the session is read.
    ReadsIdentity,
    /// A sequence advances, and its current value in this session is set.
    SetsSequence,
    /// A sequence's current value in this session is read.
    ReadsSequence,
    /// The number of rows changed last is read.
    ReadsRowCount,
    /// The user, schema or time zone of the session matters.
    ReadsSettings,
    /// A function whose effects are not known.
    Unknown,
}

/// Whether running a statement again gives the same rows, data being equal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeats {
    /// Always.
    #[default]
    Always,
    /// Only at the same time, in the same session.
    WithinStatement,
    /// Never to be relied on.
    Never,
}

impl Effects {
    /// True if neither data, definitions nor the session change, as far as is known.
    pub fn is_read_only(&self) -> bool {
        let touches = self.session.iter().any(|effect| {
            !matches!(
                effect,
                SessionEffect::ReadsIdentity
                    | SessionEffect::ReadsSequence
                    | SessionEffect::ReadsRowCount
                    | SessionEffect::ReadsSettings
            )
        });
        self.writes.is_empty() && self.definitions.is_empty() && !self.locks_rows && !touches
    }
}

/// Effects of all statements in `air` together.
pub fn effects(air: &Air) -> Effects {
    let mut collector = Collector {
        air,
        effects: Effects {
            reads: BTreeMap::new(),
            writes: BTreeMap::new(),
            definitions: Vec::new(),
            session: BTreeSet::new(),
            user_functions: BTreeSet::new(),
            volatility: Repeats::Always,
            locks_rows: false,
            returns_rows: false,
        },
    };
    let mut body = 0;
    for (at, statement) in air.statements.iter().enumerate() {
        // What a body does is not done where it is defined.
        if at < body {
            continue;
        }
        if matches!(statement, Statement::Trigger { .. } | Statement::Function { .. }) {
            body = air.end_of(at) + 1;
        }
        collector.statement(statement);
        collector.effects.returns_rows |= match statement {
            Statement::Query { .. } => true,
            Statement::Insert { insert } => !insert.returning.is_empty(),
            Statement::Update { update } => !update.returning.is_empty(),
            Statement::Delete { delete } => !delete.returning.is_empty(),
            Statement::Merge { merge } => !merge.returning.is_empty(),
            _ => false,
        };
    }
    for statement in &air.nested {
        collector.statement(statement);
    }
    air.walk(&mut |child| collector.node(child));
    collector.effects
}

struct Collector<'a> {
    air: &'a Air,
    effects: Effects,
}

impl Collector<'_> {
    fn spelled(&self, name: Name) -> String {
        let text = self.air.name(name);
        if name.exact { text.to_owned() } else { text.to_lowercase() }
    }

    fn table_name(&self, name: ObjectName) -> TableName {
        let schema = match (name.catalog, name.schema) {
            (Some(catalog), schema) => {
                let schema = schema.map_or(String::new(), |schema| self.spelled(schema));
                Some(format!("{}.{schema}", self.spelled(catalog)))
            }
            (None, schema) => schema.map(|schema| self.spelled(schema)),
        };
        TableName { schema, name: self.spelled(name.name) }
    }

    fn table_of(&self, source: SourceId) -> Option<TableName> {
        match self.air.source(source).kind {
            SourceKind::Table { name } => Some(self.table_name(name)),
            _ => None,
        }
    }

    fn columns(&self, source: SourceId, positions: impl IntoIterator<Item = u32>) -> Columns {
        let columns = self.air.list(self.air.source(source).columns);
        let named = |position: u32| columns.get(position as usize).map(|column| self.spelled(column.name));
        Columns::These(positions.into_iter().filter_map(named).collect())
    }

    fn reads(&mut self, source: SourceId, columns: Columns) {
        if let Some(table) = self.table_of(source) {
            let known = self.effects.reads.entry(table).or_insert_with(|| Columns::These(BTreeSet::new()));
            known.merge(columns);
        }
    }

    fn writes(&mut self, source: SourceId, change: impl FnOnce(&mut Writes)) {
        if let Some(table) = self.table_of(source) {
            change(self.effects.writes.entry(table).or_default());
        }
    }

    fn inserts(&mut self, source: SourceId, columns: Columns) {
        self.writes(source, |writes| match &mut writes.inserts {
            Some(known) => known.merge(columns),
            none => *none = Some(columns),
        });
        self.effects.session.insert(SessionEffect::SetsIdentity);
    }

    fn assigns(&mut self, assignments: List<Assignment>, target: SourceId) {
        let air = self.air;
        // ON CONFLICT and UPDATE without assignments that we know still count as updates of the target.
        self.writes(target, |writes| {
            writes.updates.get_or_insert_with(|| Columns::These(BTreeSet::new()));
        });
        for assignment in air.list(assignments) {
            let columns = self.columns(assignment.source, air.list(assignment.columns).iter().copied());
            self.writes(assignment.source, |writes| match &mut writes.updates {
                Some(known) => known.merge(columns),
                none => *none = Some(columns),
            });
        }
    }

    fn defines(&mut self, change: DefinitionChange, kind: &'static str, name: ObjectName) {
        let name = self.table_name(name);
        self.effects.definitions.push(Definition { change, kind, name });
    }

    fn items(&mut self, items: List<Item>, all: &[SourceId]) {
        let air = self.air;
        for item in air.list(items) {
            if let Item::Star { source } = *item {
                for source in source.as_slice().iter().chain(if source.is_none() { all } else { &[] }) {
                    self.reads(*source, Columns::All);
                }
            }
        }
    }

    fn statement(&mut self, statement: &Statement) {
        let air = self.air;
        match statement {
            Statement::Query { .. } | Statement::Nothing { .. } => {}
            Statement::Insert { insert } => {
                let columns = match insert.all_columns {
                    true => Columns::All,
                    false => self.columns(insert.target, air.list(insert.columns).iter().copied()),
                };
                self.inserts(insert.target, columns);
                match insert.conflict.map(|conflict| conflict.action) {
                    Some(ConflictAction::Update { assignments, .. }) => {
                        self.assigns(assignments, insert.target)
                    }
                    Some(ConflictAction::Replace {}) => {
                        self.writes(insert.target, |writes| writes.deletes = true);
                    }
                    Some(ConflictAction::Nothing { .. }) | None => {}
                }
                self.items(insert.returning, &[insert.target]);
            }
            Statement::Update { update } => {
                self.assigns(update.assignments, update.target);
                self.items(update.returning, &[update.target]);
            }
            Statement::Delete { delete } => {
                self.writes(delete.target, |writes| writes.deletes = true);
                for target in air.list(delete.more_targets) {
                    self.writes(*target, |writes| writes.deletes = true);
                }
                self.items(delete.returning, &[delete.target]);
            }
            Statement::Merge { merge } => {
                for clause in air.list(merge.clauses) {
                    match clause.action {
                        MergeAction::Update { assignments, delete_where } => {
                            self.assigns(assignments, merge.target);
                            if delete_where.is_some() {
                                self.writes(merge.target, |writes| writes.deletes = true);
                            }
                        }
                        MergeAction::Delete {} => self.writes(merge.target, |writes| writes.deletes = true),
                        MergeAction::Insert { columns, .. } => {
                            let columns = match columns.is_empty() {
                                true => Columns::All,
                                false => self.columns(merge.target, air.list(columns).iter().copied()),
                            };
                            self.inserts(merge.target, columns);
                        }
                        MergeAction::Nothing {} => {}
                    }
                }
                self.items(merge.returning, &[merge.target]);
            }
            Statement::Truncate { tables, .. } => {
                for table in air.list(*tables) {
                    let table = self.table_name(*table);
                    self.effects.writes.entry(table).or_default().deletes = true;
                }
            }
            Statement::CreateTable { table } => {
                self.created("table", table.name, table.temporary);
                if table.query.is_some() && !table.without_data {
                    let name = self.table_name(table.name);
                    self.effects.writes.entry(name).or_default().inserts = Some(Columns::All);
                }
            }
            Statement::CreateView { view } => self.created("view", view.name, view.temporary),
            Statement::CreateIndex { index } => self.defines(DefinitionChange::Changed, "table", index.table),
            Statement::CreateSequence { sequence } => {
                self.defines(DefinitionChange::Created, "sequence", sequence.name);
            }
            Statement::RestartSequence { name, .. } => {
                self.defines(DefinitionChange::Changed, "sequence", *name);
            }
            Statement::CreateSchema { name, .. } => {
                let name = ObjectName { catalog: None, schema: None, name: *name };
                self.defines(DefinitionChange::Created, "schema", name);
            }
            Statement::AlterTable { alter } => {
                self.defines(DefinitionChange::Changed, "table", alter.name);
                for change in &alter.changes {
                    if let TableChange::Rename { to } = change {
                        self.defines(DefinitionChange::Created, "table", *to);
                    }
                }
            }
            Statement::Drop { drop } => {
                for name in air.list(drop.names) {
                    self.defines(DefinitionChange::Removed, drop.kind.word(), *name);
                }
                if let (ObjectKind::Index, Some(table)) = (drop.kind, drop.on) {
                    self.defines(DefinitionChange::Changed, "table", table);
                }
            }
            Statement::Comment { table, .. } => self.defines(DefinitionChange::Changed, "table", *table),
            Statement::Trigger { trigger } => self.defines(DefinitionChange::Changed, "table", trigger.table),
            Statement::Function { function } => {
                self.defines(DefinitionChange::Created, "function", function.name)
            }
            Statement::If { .. }
            | Statement::Declare { .. }
            | Statement::Return { .. }
            | Statement::Else {}
            | Statement::End {}
            | Statement::SetRow { .. }
            | Statement::Raise { .. } => {}
            Statement::Transaction { action, isolation, read_only, .. } => {
                self.transaction(*action, *isolation, *read_only);
            }
        }
    }

    fn created(&mut self, kind: &'static str, name: ObjectName, temporary: bool) {
        self.defines(DefinitionChange::Created, kind, name);
        if temporary {
            self.effects.session.insert(SessionEffect::TemporaryObject);
        }
    }

    fn transaction(&mut self, action: TransactionAction, isolation: Option<Isolation>, read_only: bool) {
        let session = &mut self.effects.session;
        session.insert(match action {
            TransactionAction::Begin => SessionEffect::TransactionBegins,
            TransactionAction::Commit | TransactionAction::Rollback => SessionEffect::TransactionEnds,
            TransactionAction::Savepoint | TransactionAction::RollbackTo | TransactionAction::Release => {
                SessionEffect::WithinTransaction
            }
            TransactionAction::Set => SessionEffect::TransactionSetting,
        });
        if isolation.is_some() || read_only {
            session.insert(SessionEffect::TransactionSetting);
        }
    }

    fn node(&mut self, child: Child) {
        let air = self.air;
        match child {
            Child::Expr(id) => self.expr(air.expr(id)),
            Child::Query(id) => self.effects.locks_rows |= air.query(id).locking.is_some(),
            Child::Select(id) => {
                let select = air.select(id);
                let mut sources = Vec::new();
                if let Some(from) = select.from {
                    let mut stack = vec![from];
                    while let Some(rel) = stack.pop() {
                        match air.rel(rel) {
                            Rel::Source { source } => sources.push(source),
                            Rel::Join { left, right, .. } => stack.extend([left, right]),
                        }
                    }
                }
                self.items(select.items, &sources);
            }
            // A table counts as read even if none of its columns is: its rows are counted.
            Child::Source(source) => self.reads(source, Columns::These(BTreeSet::new())),
            Child::Rel(_) | Child::Window(_) => {}
        }
        if let Child::Source(source) = child
            && let SourceKind::Function { op, .. } = air.source(source).kind
        {
            self.builtin(op);
        }
    }

    fn expr(&mut self, expr: Expr) {
        match expr {
            Expr::Column { source, index, .. } => {
                let columns = self.columns(source, [index]);
                self.reads(source, columns);
            }
            Expr::Call { op, .. } | Expr::Aggregate { op, .. } => self.builtin(op),
            Expr::UserCall { function, .. } => {
                let name = self.spelled(function.name);
                self.effects.user_functions.insert(name);
                self.effects.session.insert(SessionEffect::Unknown);
                self.effects.volatility = Repeats::Never;
            }
            Expr::Sequence { step, .. } => {
                self.effects.session.insert(match step {
                    crate::expr::SequenceStep::Next => SessionEffect::SetsSequence,
                    crate::expr::SequenceStep::Current => SessionEffect::ReadsSequence,
                });
                self.effects.volatility = Repeats::Never;
            }
            _ => {}
        }
    }

    fn builtin(&mut self, op: Builtin) {
        let repeats = match op.signature().volatility {
            Volatility::Immutable => Repeats::Always,
            Volatility::Stable => Repeats::WithinStatement,
            Volatility::Volatile => Repeats::Never,
        };
        self.effects.volatility = self.effects.volatility.max(repeats);
        let session = match op {
            Builtin::LastInsertId | Builtin::LastRowId => SessionEffect::ReadsIdentity,
            Builtin::RowsChanged => SessionEffect::ReadsRowCount,
            Builtin::CurrentUser | Builtin::CurrentSchema => SessionEffect::ReadsSettings,
            _ => return,
        };
        self.effects.session.insert(session);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(statement: &str) -> Effects {
        let text = format!("(air version:1 statements:[{statement}])");
        effects(&Air::from_text(&text).unwrap_or_else(|error| panic!("{error}")))
    }

    fn table(name: &str) -> TableName {
        TableName { schema: None, name: name.to_owned() }
    }

    fn these(columns: &[&str]) -> Columns {
        Columns::These(columns.iter().map(|column| (*column).to_owned()).collect())
    }

    const T: &str = "s0=(src alias:\"T\" closed:true kind:(table name:[\"T\"]) \
                     columns:[(column name:\"A\" ty:i32) (column name:\"B\" ty:i32)])";

    #[test]
    fn queries_read_the_columns_they_mention() {
        let query = |block: &str| {
            of(&format!(
                "(query_statement query:(query body:(select select:(block from:(source source:{T}) \
                 distinct:(all) {block}))))"
            ))
        };
        let read = query("items:[(item expr:s0.A)]");
        assert_eq!(read.reads[&table("t")], these(&["a"]));
        assert!(read.is_read_only() && read.returns_rows);
        assert_eq!(query("items:[(star)]").reads[&table("t")], Columns::All);
        assert_eq!(query("items:[(item expr:(agg op:count_all))]").reads[&table("t")], these(&[]));
        assert_eq!(query("items:[(item expr:(call op:random))]").volatility, Repeats::Never);
        assert_eq!(query("items:[(item expr:(call op:current_date))]").volatility, Repeats::WithinStatement);
    }

    #[test]
    fn changes_write_the_columns_they_assign() {
        let update = of(&format!(
            "(update update:(update_table target:{T} assignments:[(set source:s0 columns:[1] value:s0.A)] \
             filter:(is_null operand:s0.A)))"
        ));
        assert_eq!(update.writes[&table("t")].updates, Some(these(&["b"])));
        assert_eq!(update.reads[&table("t")], these(&["a"]));
        assert!(!update.is_read_only() && !update.returns_rows);
        let insert = of(&format!(
            "(insert insert:(insert_into target:{T} columns:[0] source:(values_rows rows:[(row items:[1])]) \
             returning:[(star)]))"
        ));
        assert_eq!(insert.writes[&table("t")].inserts, Some(these(&["a"])));
        assert!(insert.returns_rows && insert.session.contains(&SessionEffect::SetsIdentity));
    }

    #[test]
    fn transactions_and_definitions_touch_the_session() {
        let begin = of("(transaction action:begin isolation:serializable)");
        assert_eq!(begin.session.len(), 2);
        assert!(!begin.is_read_only());
        let drop = of("(drop drop:(drop_object kind:view names:[[\"app\" \"V\"]]))");
        let name = TableName { schema: Some("app".to_owned()), name: "v".to_owned() };
        assert_eq!(drop.definitions, [Definition { change: DefinitionChange::Removed, kind: "view", name }]);
    }
}
