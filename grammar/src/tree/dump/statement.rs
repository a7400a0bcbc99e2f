//! Statements and definitions.

use super::super::*;
use super::Dump;

impl Dump<'_> {
    pub(super) fn assignments(&mut self, list: List<Assignment>) {
        for assignment in self.tree.list(list) {
            self.word(" (=");
            for target in self.tree.list(assignment.targets) {
                self.word(" ");
                self.name(target.name);
            }
            self.sub(assignment.value);
            self.word(")");
        }
    }

    pub(super) fn targets(&mut self, list: List<ColumnTarget>) {
        for target in self.tree.list(list) {
            self.word(":");
            self.name(target.name);
        }
    }

    pub(super) fn statement(&mut self, id: StatementId) {
        let tree = self.tree;
        match tree[id].kind {
            StatementKind::Query(query) => self.query(query),
            StatementKind::Insert(id) => {
                let insert = tree[id];
                self.node(if insert.replace { "replace " } else { "insert " }, |d| {
                    d.name(insert.table);
                    d.targets(insert.columns);
                    if let Some(with) = insert.with {
                        d.with(with);
                    }
                    match insert.source {
                        InsertSource::Values(rows) => d.rows(rows),
                        InsertSource::Query(query) => {
                            d.word(" ");
                            d.query(query);
                        }
                        InsertSource::Defaults => d.word(" defaults"),
                        InsertSource::Set(set) => d.assignments(set),
                        InsertSource::Exec(_) => d.word(" exec"),
                    }
                    if !insert.on_duplicate.is_empty() {
                        d.word(" on-duplicate");
                        d.assignments(insert.on_duplicate);
                    }
                    for conflict in tree.list(insert.on_conflict) {
                        d.word(" on-conflict");
                        if let ConflictTarget::Columns { columns, .. } = conflict.target {
                            d.order("", columns);
                        }
                        match conflict.action {
                            ConflictAction::Nothing => d.word(" nothing"),
                            ConflictAction::Update { set, filter } => {
                                d.assignments(set);
                                d.clause(" where", filter);
                            }
                        }
                    }
                    if let Some(returning) = insert.returning {
                        d.word(" returning");
                        d.items(returning.items);
                    }
                });
            }
            StatementKind::Update(id) => {
                let update = tree[id];
                self.node("update", |d| {
                    d.sources("", update.tables);
                    d.assignments(update.set);
                    d.sources(" from", update.from);
                    d.clause(" where", update.filter);
                });
            }
            StatementKind::Delete(id) => {
                let delete = tree[id];
                let head = format!("delete-{:?}", delete.form).to_lowercase();
                self.node(&head, |d| {
                    d.sources("", delete.targets);
                    d.sources(" from", delete.from);
                    d.clause(" where", delete.filter);
                });
            }
            StatementKind::Merge(id) => {
                let merge = tree[id];
                self.node("merge ", |d| {
                    d.from(merge.target);
                    d.word(" ");
                    d.from(merge.source);
                    d.clause(" on", Some(merge.on));
                    for arm in tree.list(merge.arms) {
                        let text = format!(" {:?}", arm.when).to_lowercase();
                        d.word(&text);
                        d.clause(" and", arm.condition);
                        match arm.action {
                            MergeAction::Update { set, .. } => d.assignments(set),
                            MergeAction::Delete => d.word(" delete"),
                            MergeAction::Insert { columns, values, .. } => {
                                d.word(" insert");
                                d.targets(columns);
                                if let Some(row) = values {
                                    d.subs(row.items);
                                }
                            }
                            MergeAction::Nothing => d.word(" nothing"),
                        }
                    }
                });
            }
            StatementKind::CreateTable(id) => {
                let table = tree[id];
                self.node("create-table ", |d| {
                    d.name(table.name);
                    for column in tree.list(table.columns) {
                        let column = tree[*column];
                        d.word(" (");
                        d.ident(column.name);
                        if let Some(ty) = column.ty {
                            d.word(" ");
                            d.ty(ty);
                        }
                        for constraint in tree.list(column.constraints) {
                            d.column_constraint(constraint.kind);
                        }
                        d.word(")");
                    }
                    for constraint in tree.list(table.constraints) {
                        let constraint = tree[*constraint];
                        d.word(" ");
                        d.table_constraint(constraint.kind);
                    }
                    for option in tree.list(table.options) {
                        let text = format!(" {:?}", option.kind).to_lowercase();
                        d.word(&text);
                        if let Some(value) = option.value {
                            d.word("=");
                            d.expr(value);
                        }
                    }
                    if let Some(query) = table.query {
                        d.word(" ");
                        d.query(query);
                    }
                });
            }
            StatementKind::Other { kind, parts, .. } if !parts.is_empty() => {
                let text = format!("other {kind:?}");
                self.node(&text, |d| d.parts(parts));
            }
            StatementKind::Set(items) => self.node("set", |d| {
                for item in tree.list(items) {
                    d.word(" ");
                    match item.target {
                        SetTarget::Setting(name) => d.name(name),
                        SetTarget::Variable(variable) => d.expr(variable),
                    }
                    d.subs(item.values);
                }
            }),
            StatementKind::Grant { revoke, parts } => {
                self.node(if revoke { "revoke" } else { "grant" }, |d| d.parts(parts));
            }
            StatementKind::LockTables { unlock, parts } => {
                self.node(if unlock { "unlock" } else { "lock" }, |d| d.parts(parts));
            }
            other => {
                // The variant's name and, for statements without a table of their own, its fields.
                let text = format!("{other:?}");
                self.word(&text);
            }
        }
    }

    /// The parts of a head, each by its role with what it says; of a body, how it starts.
    fn parts(&mut self, parts: List<HeadPart>) {
        for part in self.tree.list(parts) {
            let text = format!(" {:?}", part.role).to_lowercase();
            self.word(&text);
            match (part.expr, part.role) {
                (Some(expr), _) => self.sub(expr),
                (None, HeadRole::Body) if !part.body.is_empty() => self.steps(part.body),
                (None, HeadRole::Body) => {
                    let first = part.span.text(self.source).split_whitespace().next().unwrap_or_default();
                    self.word("=");
                    self.word(first);
                    self.word("…");
                }
                (None, _) => {
                    let text = part.span.text(self.source);
                    self.word("=");
                    self.word(text);
                }
            }
        }
    }

    pub(super) fn column_constraint(&mut self, kind: ColumnConstraintKind) {
        match kind {
            ColumnConstraintKind::Default(value) => self.clause(" default", Some(value)),
            ColumnConstraintKind::Check(value) => self.clause(" check", Some(value)),
            ColumnConstraintKind::Generated { expr, stored } => {
                self.word(match stored {
                    Some(true) => " stored",
                    Some(false) => " virtual",
                    None => " generated",
                });
                self.sub(expr);
            }
            ColumnConstraintKind::References(reference) => {
                self.word(" references ");
                self.name(reference.table);
            }
            ColumnConstraintKind::Collate(name) => {
                self.word(" collate ");
                self.name(name);
            }
            other => {
                let text = format!("{other:?}");
                let head = text.split([' ', '(', '{']).next().unwrap_or("").to_lowercase();
                self.word(" ");
                self.word(&head);
            }
        }
    }

    pub(super) fn table_constraint(&mut self, kind: TableConstraintKind) {
        let tree = self.tree;
        match kind {
            TableConstraintKind::PrimaryKey { columns, .. } => {
                self.node("primary-key", |d| d.index_columns(columns))
            }
            TableConstraintKind::Unique { columns, .. } => self.node("unique", |d| d.index_columns(columns)),
            TableConstraintKind::Index { columns, .. } => self.node("index", |d| d.index_columns(columns)),
            TableConstraintKind::Check(condition) => self.node("check", |d| d.sub(condition)),
            TableConstraintKind::ForeignKey { columns, reference } => self.node("foreign-key", |d| {
                for column in tree.list(columns) {
                    d.word(" ");
                    d.ident(*column);
                }
                d.word(" references ");
                d.name(reference.table);
            }),
            other => {
                let text = format!("{other:?}");
                let head = text.split([' ', '(', '{']).next().unwrap_or("").to_lowercase();
                self.word(&head);
            }
        }
    }

    pub(super) fn index_columns(&mut self, columns: List<IndexColumn>) {
        for column in self.tree.list(columns) {
            self.sub(column.key.expr);
            if let Some(prefix) = column.prefix {
                self.word("#");
                self.expr(prefix);
            }
        }
    }
}
