//! Definitions and transactions.

use crate::cast::cast;
use crate::database::{Column, Database, Key, KeyPart, Sequence, Table, View};
use crate::error::{Eval, EvalError};
use crate::expr::{Evaluator, STORE};
use crate::value::Value;
use air::ddl::{
    ColumnDef, Constraint, ConstraintRule, CreateIndex, CreateTable, ObjectKind, ReferentialAction,
    TableChange, UniqueNulls,
};
use air::query::{Body, Item};
use air::statement::TransactionAction;
use air::{Air, Expr, Name, ObjectName, QueryId, SourceId, Statement, Type};
use std::rc::Rc;

impl Database {
    pub(crate) fn define(&mut self, air: &Air, params: &[Value], statement: &Statement) -> Eval<()> {
        let key = |name: ObjectName| air.name(name.name).to_lowercase();
        match statement {
            Statement::CreateTable { table } => self.create_table(air, params, table),
            Statement::CreateIndex { index } => {
                let name = key(index.table);
                let Some(table) = self.tables.get(&name) else { return no_such("table", &name) };
                if !index.unique {
                    return Ok(());
                }
                let key = unique_key(&Rc::new(air.clone()), index, table)?;
                self.add_key(&name, key)
            }
            Statement::CreateView { view } => {
                let name = key(view.name);
                let known = self.views.contains_key(&name) || self.tables.contains_key(&name);
                if known && view.if_not_exists {
                    return Ok(());
                }
                if known && !view.or_replace {
                    return EvalError::fails(format!("{name} exists"));
                }
                let columns = view.columns.iter().map(|name| air.name(*name).to_owned()).collect();
                let view = View { definition: Rc::new(air.clone()), query: view.query, columns };
                self.views.insert(name, view);
                Ok(())
            }
            Statement::CreateSequence { sequence } => {
                let step = sequence.step.unwrap_or(1);
                let next = sequence.start.unwrap_or(1);
                self.sequences.insert(key(sequence.name), Sequence { next, step, current: None });
                Ok(())
            }
            Statement::RestartSequence { name, next } => match self.sequences.get_mut(&key(*name)) {
                Some(sequence) => {
                    sequence.next = *next;
                    Ok(())
                }
                None => no_such("sequence", air.name(name.name)),
            },
            Statement::AlterTable { alter } => {
                let name = key(alter.name);
                // A switch of foreign keys, which are not enforced here; it may stand before its table.
                if alter.changes.iter().all(|change| matches!(change, TableChange::Enforce { .. })) {
                    let checks = self.tables.get(&name).is_some_and(|table| !table.checks.is_empty());
                    return if checks {
                        EvalError::unsupported("CHECKs that are switched off")
                    } else {
                        Ok(())
                    };
                }
                if !self.tables.contains_key(&name) {
                    return if alter.if_exists { Ok(()) } else { no_such("table", &name) };
                }
                let definition = Rc::new(air.clone());
                let mut name = name;
                for change in &alter.changes {
                    name = self.alter(&definition, alter.this, name, change)?;
                }
                Ok(())
            }
            Statement::Drop { drop } => {
                for name in air.list(drop.names) {
                    let name = key(*name);
                    let known = match drop.kind {
                        ObjectKind::Table => self.tables.remove(&name).is_some(),
                        ObjectKind::View | ObjectKind::MaterializedView => self.views.remove(&name).is_some(),
                        ObjectKind::Sequence => self.sequences.remove(&name).is_some(),
                        ObjectKind::Index => {
                            for table in self.tables.values_mut() {
                                table.keys_mut().retain(|key| key.name.to_lowercase() != name);
                            }
                            true
                        }
                        ObjectKind::Schema => true,
                        ObjectKind::Trigger
                        | ObjectKind::Procedure
                        | ObjectKind::Function
                        | ObjectKind::Type => {
                            return EvalError::unsupported(drop.kind.word());
                        }
                    };
                    if !known && !drop.if_exists {
                        return no_such(drop.kind.word(), &name);
                    }
                }
                Ok(())
            }
            Statement::Truncate { tables, restart_identity, .. } => {
                for name in air.list(*tables) {
                    let name = key(*name);
                    let Some(table) = self.tables.get_mut(&name) else { return no_such("table", &name) };
                    table.rows_mut().clear();
                    if *restart_identity {
                        table.next_identity = 1;
                    }
                }
                Ok(())
            }
            Statement::Transaction { action, name, .. } => self.transaction(air, *action, *name),
            Statement::CreateSchema { .. } | Statement::Comment { .. } | Statement::Nothing { .. } => Ok(()),
            Statement::Trigger { .. }
            | Statement::Function { .. }
            | Statement::Declare { .. }
            | Statement::Return { .. }
            | Statement::If { .. }
            | Statement::Else {}
            | Statement::End {}
            | Statement::SetRow { .. }
            | Statement::Raise { .. } => EvalError::unsupported("triggers"),
            Statement::Query { .. }
            | Statement::Insert { .. }
            | Statement::Update { .. }
            | Statement::Delete { .. }
            | Statement::Merge { .. } => EvalError::malformed("no definition"),
        }
    }

    fn transaction(&mut self, air: &Air, action: TransactionAction, name: Option<Name>) -> Eval<()> {
        let name = name.map(|name| air.name(name).to_lowercase());
        let now = (self.tables.clone(), self.views.clone());
        let savepoint = |db: &Database| {
            let at = db.saved.iter().rposition(|(known, _)| *known == name && known.is_some());
            at.map_or_else(|| EvalError::fails("no such savepoint"), Ok)
        };
        match action {
            TransactionAction::Begin => self.saved = vec![(None, now)],
            TransactionAction::Savepoint => self.saved.push((name, now)),
            TransactionAction::Commit => self.saved.clear(),
            TransactionAction::Rollback => {
                let first = self.saved.drain(..).next();
                if let Some((_, saved)) = first {
                    self.restore(saved);
                }
            }
            TransactionAction::RollbackTo => {
                let at = savepoint(self)?;
                let saved = self.saved[at].1.clone();
                self.restore(saved);
                self.saved.truncate(at + 1);
            }
            TransactionAction::Release => {
                let at = savepoint(self)?;
                self.saved.truncate(at);
            }
            TransactionAction::Set => {}
        }
        Ok(())
    }

    fn create_table(&mut self, air: &Air, params: &[Value], node: &CreateTable) -> Eval<()> {
        let name = air.name(node.name.name).to_owned();
        let key = name.to_lowercase();
        if self.tables.contains_key(&key) || self.views.contains_key(&key) {
            if node.if_not_exists {
                return Ok(());
            }
            if !node.or_replace {
                return EvalError::fails(format!("{name} exists"));
            }
        }
        let definition = Rc::new(air.clone());
        let mut table = Table {
            name,
            columns: Rc::new(node.columns.iter().map(|column| self::column(air, column)).collect()),
            definition: Some((definition.clone(), node.this)),
            next_identity: 1,
            strict: node.strict,
            ..Table::default()
        };
        for column in &node.columns {
            if let Some(identity) = &column.identity {
                table.next_identity = identity.start;
            }
        }
        let mut rows = Vec::new();
        if let Some(query) = node.query {
            let relation = Evaluator::new(self, air, params).query(query)?;
            if table.columns.is_empty() {
                let types = output_types(air, query);
                let named = relation.columns.iter().enumerate();
                let of = |i: usize| types.get(i).copied().unwrap_or(Type::Unknown);
                table.columns = Rc::new(named.map(|(i, name)| Column::new(name, of(i))).collect());
            }
            if !node.without_data {
                rows = relation.rows;
            }
        }
        for row in rows {
            let values =
                row.iter().zip(table.columns.iter()).map(|(value, column)| cast(value, column.ty, STORE));
            let values = values.collect::<Eval<Vec<_>>>()?;
            table.push(values);
        }
        for constraint in &node.constraints {
            self::constrain(&definition, node.this, &mut table, constraint)?;
        }
        for index in node.indexes.iter().filter(|index| index.unique) {
            let key = unique_key(&definition, index, &table)?;
            table.keys_mut().push(key);
        }
        self.tables.insert(key, table);
        node.constraints.iter().for_each(|constraint| self.note_actions(air, constraint));
        Ok(())
    }

    /// Remembers a table whose deleted rows change rows elsewhere.
    fn note_actions(&mut self, air: &Air, constraint: &Constraint) {
        if let ConstraintRule::ForeignKey { table, on_delete, on_update, .. } = &constraint.rule
            && [on_delete, on_update].iter().any(|action| acts(**action))
        {
            self.acted_on.insert(air.name(table.name).to_lowercase());
        }
    }

    fn add_key(&mut self, name: &str, key: Key) -> Eval<()> {
        let rows: Vec<_> = self.tables[name].rows.iter().map(|stored| stored.values.clone()).collect();
        for (i, row) in rows.iter().enumerate() {
            let table = self.tables[name].clone();
            let mut evaluator = Evaluator::new(self, EMPTY, &[]);
            for other in &rows[..i] {
                if evaluator.collides(&table, &key, row, other)? {
                    return EvalError::fails("duplicate key");
                }
            }
        }
        if let Some(table) = self.tables.get_mut(name) {
            table.keys_mut().push(key);
        }
        Ok(())
    }

    /// One change of a table's definition; the table's name after it.
    fn alter(
        &mut self,
        definition: &Rc<Air>,
        this: SourceId,
        name: String,
        change: &TableChange,
    ) -> Eval<String> {
        let air: &Air = definition;
        match change {
            TableChange::AddColumn { column, if_not_exists } => {
                let known = self.tables[&name].column(air.name(column.name)).is_some();
                if known {
                    return if *if_not_exists { Ok(name) } else { EvalError::fails("column exists") };
                }
                let value = match column.default {
                    Some(default) => Evaluator::new(self, air, &[]).eval(default)?,
                    None => Value::Null,
                };
                let value = cast(&value, column.ty, STORE)?;
                if column.generated.is_some()
                    || column.default.is_some_and(|default| !is_constant(air, default))
                {
                    return EvalError::unsupported("an added column of computed values");
                }
                if let Some(table) = self.tables.get_mut(&name) {
                    // Its default is an expression of another definition than those of the other columns.
                    let constant = column.default.map(|_| value.clone());
                    let added = Column { default: None, constant, ..self::column(air, column) };
                    table.columns_mut().push(added);
                    for stored in table.rows_mut() {
                        Rc::make_mut(&mut stored.values).push(value.clone());
                    }
                }
            }
            TableChange::DropColumn { name: column, if_exists } => {
                let at = self.tables[&name].column(air.name(*column));
                match (at, self.tables.get_mut(&name)) {
                    (Some(at), Some(table)) => {
                        let uses = |part: &KeyPart| !matches!(part, KeyPart::Column(known) if *known != at);
                        table.keys_mut().retain(|key| !key.parts.iter().any(uses));
                        for part in table.keys_mut().iter_mut().flat_map(|key| &mut key.parts) {
                            if let KeyPart::Column(known) = part
                                && *known > at
                            {
                                *known -= 1;
                            }
                        }
                        table.columns_mut().remove(at);
                        for stored in table.rows_mut() {
                            Rc::make_mut(&mut stored.values).remove(at);
                        }
                    }
                    _ if *if_exists => {}
                    _ => return no_such("column", air.name(*column)),
                }
            }
            TableChange::RenameColumn { name: column, to } => {
                let at = self.tables[&name].column(air.name(*column));
                match (at, self.tables.get_mut(&name)) {
                    (Some(at), Some(table)) => table.columns_mut()[at].name = air.name(*to).to_owned(),
                    _ => return no_such("column", air.name(*column)),
                }
            }
            TableChange::Rename { to } => {
                let new = air.name(to.name).to_owned();
                if let Some(mut table) = self.tables.remove(&name) {
                    table.name.clone_from(&new);
                    self.tables.insert(new.to_lowercase(), table);
                }
                return Ok(new.to_lowercase());
            }
            TableChange::SetNotNull { name: column, not_null } => {
                let at = self.tables[&name].column(air.name(*column));
                match (at, self.tables.get_mut(&name)) {
                    (Some(at), Some(table)) => {
                        if *not_null && table.rows.iter().any(|stored| stored.values[at].is_null()) {
                            return EvalError::fails("a NULL in the column");
                        }
                        table.columns_mut()[at].not_null = *not_null;
                    }
                    _ => return no_such("column", air.name(*column)),
                }
            }
            TableChange::AddConstraint { constraint } => {
                let Some(mut table) = self.tables.get(&name).cloned() else { return no_such("table", &name) };
                if matches!(constraint.rule, ConstraintRule::Check { .. }) {
                    return EvalError::unsupported("an added CHECK");
                }
                self.note_actions(air, constraint);
                let before = table.keys.len();
                constrain(definition, this, &mut table, constraint)?;
                for key in table.keys_mut().split_off(before) {
                    self.add_key(&name, key)?;
                }
            }
            TableChange::AddIndex { index } => {
                if index.unique {
                    let key = unique_key(definition, index, &self.tables[&name])?;
                    self.add_key(&name, key)?;
                }
            }
            TableChange::DropConstraint { name: constraint, .. }
            | TableChange::DropIndex { name: constraint } => {
                let wanted = air.name(*constraint).to_lowercase();
                if let Some(table) = self.tables.get_mut(&name) {
                    table.keys_mut().retain(|key| key.name.to_lowercase() != wanted);
                }
            }
            TableChange::SetType { name: column, ty } => {
                let at = self.tables[&name].column(air.name(*column));
                match (at, self.tables.get_mut(&name)) {
                    (Some(at), Some(table)) => {
                        table.columns_mut()[at].ty = *ty;
                        for stored in table.rows_mut() {
                            let values = Rc::make_mut(&mut stored.values);
                            values[at] = cast(&values[at], *ty, STORE)?;
                        }
                    }
                    _ => return no_such("column", air.name(*column)),
                }
            }
            TableChange::Restart { next, .. } => match self.tables.get_mut(&name) {
                Some(table) if table.rows.is_empty() => table.next_identity = *next,
                _ => return EvalError::unsupported(change.label()),
            },
            TableChange::Enforce { .. }
            | TableChange::Redefine { .. }
            | TableChange::AddIdentity { .. }
            | TableChange::DropIdentity { .. }
            | TableChange::SetDefault { .. }
            | TableChange::DropPrimaryKey {} => {
                return EvalError::unsupported(change.label());
            }
        }
        Ok(name)
    }
}

/// Keys over columns are compared without looking at any expression.
static EMPTY_AIR: std::sync::LazyLock<Air> = std::sync::LazyLock::new(Air::default);
/// An arena without nodes.
pub(crate) const EMPTY: &std::sync::LazyLock<Air> = &EMPTY_AIR;

/// A literal, or one that is converted.
fn is_constant(air: &Air, expr: air::ExprId) -> bool {
    match air.expr(expr) {
        Expr::Literal { .. } => true,
        Expr::Cast { operand, .. } => is_constant(air, operand),
        Expr::Call { op: air::Builtin::Neg, args, .. } => is_constant(air, air.at(args, 0)),
        _ => false,
    }
}

/// True for what changes other rows.
fn acts(action: ReferentialAction) -> bool {
    !matches!(action, ReferentialAction::NoAction | ReferentialAction::Restrict)
}

fn no_such<T>(kind: &str, name: &str) -> Eval<T> {
    EvalError::fails(format!("no {kind} {name}"))
}

fn column(air: &Air, node: &ColumnDef) -> Column {
    Column {
        name: air.name(node.name).to_owned(),
        ty: node.ty,
        not_null: node.not_null,
        default: node.default,
        constant: None,
        identity: node.identity.as_ref().map(|identity| (identity.mode, identity.step)),
        generated: node.generated.as_ref().map(|generated| generated.expr),
        on_update_now: node.on_update_now,
    }
}

fn constrain(definition: &Rc<Air>, this: SourceId, table: &mut Table, constraint: &Constraint) -> Eval<()> {
    let name = constraint.name.map_or(String::new(), |name| definition.name(name).to_owned());
    match &constraint.rule {
        ConstraintRule::PrimaryKey { columns } => {
            let parts = parts(definition, columns, table)?;
            let key = Key { name, parts, nulls: UniqueNulls::Many, filter: None, definition: None };
            table.keys_mut().push(key);
        }
        ConstraintRule::Unique { columns, nulls } => {
            let parts = parts(definition, columns, table)?;
            table.keys_mut().push(Key {
                name,
                parts,
                nulls: *nulls,
                filter: None,
                definition: Some((definition.clone(), this)),
            });
        }
        ConstraintRule::Check { expr } => Rc::make_mut(&mut table.checks).push(*expr),
        // Not enforced: scripts under test keep them. What they do by themselves is noted by the database.
        ConstraintRule::ForeignKey { .. } => {}
    }
    Ok(())
}

fn unique_key(definition: &Rc<Air>, index: &CreateIndex, table: &Table) -> Eval<Key> {
    Ok(Key {
        name: index.name.map_or(String::new(), |name| definition.name(name.name).to_owned()),
        parts: parts(definition, &index.parts, table)?,
        nulls: index.nulls,
        filter: index.filter,
        definition: Some((definition.clone(), index.this)),
    })
}

fn parts(air: &Air, parts: &[air::ddl::KeyPart], table: &Table) -> Eval<Vec<KeyPart>> {
    let part = |part: &air::ddl::KeyPart| match air.expr(part.expr) {
        Expr::Column { source, index, .. } => {
            let column = air.column(source, index);
            // A column under a collation that the key names.
            if air.ty(part.expr).collation() != column.ty.collation() {
                return Ok(KeyPart::Expr(part.expr));
            }
            let name = air.name(column.name);
            table.column(name).map_or_else(|| no_such("column", name), |at| Ok(KeyPart::Column(at)))
        }
        _ => Ok(KeyPart::Expr(part.expr)),
    };
    parts.iter().map(part).collect()
}

/// Types of a query's columns, where they are known.
pub(crate) fn output_types(air: &Air, query: QueryId) -> Vec<Type> {
    let mut query = query;
    loop {
        match air.query(query).body {
            Body::Select { select } => {
                let select = air.select(select);
                if !select.outputs.is_empty() {
                    return air.list(select.outputs).iter().map(|output| output.ty).collect();
                }
                let ty = |item: &Item| match item {
                    Item::Expr { expr, .. } => Some(air.ty(*expr)),
                    Item::Star { .. } => None,
                };
                return air.list(select.items).iter().map(ty).collect::<Option<_>>().unwrap_or_default();
            }
            Body::SetOp { left, .. } => query = left,
            Body::Values { .. } => return Vec::new(),
        }
    }
}
