//! What definitions do to the catalog, so that later statements of a script see them.

use crate::shape::Shape;
use air::catalog::{
    AwaitedKey, Catalog, Column, Counter, ForeignKey, KeptLiteral, Key, Numbering, Sequence, Table,
};
use air::ddl::{
    ColumnDef, Constraint, ConstraintRule, CreateTable, IdentityMode, KeyPart, ObjectKind, TableChange,
};
use air::expr::Expr;
use air::ids::List;
use air::query::{Body, Output};
use air::statement::Statement;
use air::{Air, ExprId, Name, ObjectName, QueryId};

/// Changes the catalog as the bound statement does.
pub(crate) fn apply(air: &Air, catalog: &mut Catalog, shape: &Shape, statement: &Statement) {
    match statement {
        Statement::CreateTable { table } => create_table(air, catalog, shape, table),
        Statement::CreateView { view } => {
            let outputs = query_outputs(air, view.query);
            let mut table = empty_table(air, view.name);
            table.view = true;
            table.columns = columns_of(air, &outputs);
            for (column, name) in table.columns.iter_mut().zip(&view.columns) {
                (column.name, column.exact) = (air.name(*name).to_owned(), name.exact);
            }
            // A view over columns that are not known stays unknown.
            if !table.columns.is_empty() {
                catalog.put(table);
            }
        }
        Statement::CreateSequence { sequence } => {
            let step = sequence.step.unwrap_or(1);
            let bound = if step < 0 { sequence.max.unwrap_or(-1) } else { sequence.min.unwrap_or(1) };
            let name = air.name(sequence.name.name).to_ascii_lowercase();
            catalog.sequences.push(Sequence { name, start: sequence.start.unwrap_or(bound), step });
        }
        Statement::CreateIndex { index } if index.unique => {
            let schema = index.table.schema.map(|schema| air.name(schema).to_owned());
            let name = index.name.map_or(String::new(), |name| air.name(name.name).to_owned());
            let mut key = key(air, name, &index.parts, false);
            key.partial |= index.filter.is_some();
            catalog.change(schema.as_deref(), air.name(index.table.name), |table| table.keys.push(key));
        }
        Statement::Drop { drop } => {
            for name in air.list(drop.names) {
                match drop.kind {
                    ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView => {
                        let schema = name.schema.map(|schema| air.name(schema));
                        catalog.remove(schema, air.name(name.name));
                        let table = air.name(name.name);
                        catalog.triggers.retain(|known| !known.table.eq_ignore_ascii_case(table));
                    }
                    ObjectKind::Sequence => {
                        let name = air.name(name.name);
                        catalog.sequences.retain(|known| !known.name.eq_ignore_ascii_case(name));
                    }
                    _ => {}
                }
            }
        }
        Statement::AlterTable { alter } => {
            let schema = alter.name.schema.map(|schema| air.name(schema).to_owned());
            let name = air.name(alter.name.name);
            let Some(table) = catalog.table(schema.as_deref(), name) else { return };
            let mut table = table.clone();
            for change in &alter.changes {
                change_table(air, shape, &mut table, alter.name, change);
            }
            let keyed = catalog.table(schema.as_deref(), name).is_some_and(|t| !t.foreign_keys.is_empty());
            catalog.keyed_tables += u32::from(!keyed && !table.foreign_keys.is_empty());
            catalog.remove(schema.as_deref(), name);
            catalog.put(table);
        }
        _ => {}
    }
}

fn create_table(air: &Air, catalog: &mut Catalog, shape: &Shape, node: &CreateTable) {
    let schema = node.name.schema.map(|schema| air.name(schema));
    if node.if_not_exists && catalog.table(schema, air.name(node.name.name)).is_some() {
        return;
    }
    let mut table = empty_table(air, node.name);
    table.strict = node.strict;
    table.temporary = node.temporary;
    match node.query {
        Some(query) => {
            let outputs = query_outputs(air, query);
            if outputs.is_empty() {
                return;
            }
            table.columns = columns_of(air, &outputs);
        }
        None => table.columns = node.columns.iter().map(|column| catalog_column(air, column)).collect(),
    }
    let counted = node.columns.iter().find_map(|column| column.identity.as_ref());
    table.counter = Counter {
        next: counted.filter(|identity| identity.step == 1).map(|identity| identity.start),
        own: true,
        ..Counter::default()
    };
    // A SQLite table whose only primary key column is no row number may be without row numbers; lookups of
    // the hidden number ask for this.
    table.without_rowid = !shape.rowid;
    for constraint in &node.constraints {
        add_constraint(air, &mut table, node.name, constraint);
    }
    catalog.keyed_tables += u32::from(!table.foreign_keys.is_empty());
    catalog.put(table);
    let forward = |constraint: &&Constraint| {
        matches!(constraint.rule, ConstraintRule::ForeignKey { forward: true, .. })
    };
    let waiting = node.constraints.iter().filter(forward);
    catalog.awaited.extend(waiting.filter_map(|constraint| whole_key(air, node.name, constraint)));
}

/// A foreign key with everything it says.
fn whole_key(air: &Air, table: ObjectName, constraint: &Constraint) -> Option<AwaitedKey> {
    let ConstraintRule::ForeignKey {
        columns,
        table: other,
        references,
        on_delete,
        on_update,
        deferrable,
        initially_deferred,
        ..
    } = &constraint.rule
    else {
        return None;
    };
    let owned = |name: &Name| (air.name(*name).to_owned(), name.exact);
    Some(AwaitedKey {
        schema: table.schema.map_or(String::new(), |schema| air.name(schema).to_owned()),
        table: owned(&table.name),
        name: constraint.name.as_ref().map(owned),
        columns: columns.iter().map(owned).collect(),
        other: air.name(other.name).to_owned(),
        references: references.iter().map(owned).collect(),
        on_delete: *on_delete,
        on_update: *on_update,
        deferrable: *deferrable,
        initially_deferred: *initially_deferred,
    })
}

fn empty_table(air: &Air, name: ObjectName) -> Table {
    Table {
        schema: name.schema.map_or(String::new(), |schema| air.name(schema).to_owned()),
        name: air.name(name.name).to_owned(),
        exact: name.name.exact,
        ..Table::default()
    }
}

fn catalog_column(air: &Air, column: &ColumnDef) -> Column {
    Column {
        name: air.name(column.name).to_owned(),
        exact: column.name.exact,
        ty: column.ty,
        nullable: !column.not_null,
        has_default: column.default.is_some(),
        default: column.default.and_then(|default| KeptLiteral::of(air, default)),
        identity: column.identity.is_some(),
        numbering: match column.identity.as_ref().map(|identity| identity.mode) {
            Some(IdentityMode::Counter) => Numbering::Ever,
            Some(IdentityMode::Greatest) => Numbering::Greatest,
            Some(IdentityMode::ByDefault | IdentityMode::Always) | None => Numbering::Apart,
        },
        generated: column.generated.is_some(),
        seen: Default::default(),
    }
}

fn columns_of(air: &Air, outputs: &[Output]) -> Vec<Column> {
    outputs
        .iter()
        .map(|output| Column {
            name: air.name(output.name).to_owned(),
            exact: output.name.exact,
            ty: output.ty,
            nullable: output.nullable,
            has_default: false,
            default: None,
            identity: false,
            numbering: Numbering::default(),
            generated: false,
            seen: Default::default(),
        })
        .collect()
}

/// The columns of a query's rows; empty where they are not all known.
fn query_outputs(air: &Air, query: QueryId) -> Vec<Output> {
    let mut query = query;
    loop {
        match air.query(query).body {
            Body::Select { select } => return air.list(air.select(select).outputs).to_vec(),
            Body::SetOp { left, .. } => query = left,
            Body::Values { rows } => {
                let first = air.list(rows).first().map_or(List::EMPTY, |row| row.items);
                return air
                    .list(first)
                    .iter()
                    .map(|cell| Output { name: Name::default(), ty: air.ty(*cell), nullable: true })
                    .collect();
            }
        }
    }
}

/// The position of the column an expression is.
pub(crate) fn position(air: &Air, expr: ExprId) -> Option<u32> {
    match air.expr(expr) {
        Expr::Column { index, .. } => Some(index),
        _ => None,
    }
}

fn key(air: &Air, name: String, parts: &[KeyPart], primary: bool) -> Key {
    let columns: Vec<u32> = parts.iter().filter_map(|part| position(air, part.expr)).collect();
    let partial = columns.len() != parts.len() || parts.iter().any(|part| part.prefix > 0);
    Key { name, columns: if partial { Vec::new() } else { columns }, primary, partial }
}

fn add_constraint(air: &Air, table: &mut Table, own: ObjectName, constraint: &Constraint) {
    if constraint.name.is_some() {
        table.named_keys.extend(whole_key(air, own, constraint));
    }
    let name = constraint.name.map_or(String::new(), |name| air.name(name).to_owned());
    match &constraint.rule {
        ConstraintRule::PrimaryKey { columns } => {
            let key = key(air, name, columns, true);
            for at in &key.columns {
                if let Some(column) = table.columns.get_mut(*at as usize) {
                    column.nullable &= !table.strict;
                }
            }
            table.keys.insert(0, key);
        }
        ConstraintRule::Unique { columns, .. } => table.keys.push(key(air, name, columns, false)),
        ConstraintRule::ForeignKey { columns, table: other, references, on_delete, on_update, .. } => {
            use air::ddl::ReferentialAction::*;
            if matches!(on_delete, SetNull | SetDefault)
                || matches!(on_update, Cascade | SetNull | SetDefault)
            {
                table.checked.extend(columns.iter().map(|column| (air.name(*column).to_owned(), true)));
            }
            table.changed_by_keys |= matches!(on_delete, SetNull | SetDefault)
                || matches!(on_update, Cascade | SetNull | SetDefault);
            table.removed_by_keys |= matches!(on_delete, Cascade);
            let columns = columns.iter().filter_map(|column| table.column(air.name(*column))).collect();
            table.foreign_keys.push(ForeignKey {
                columns,
                table: air.name(other.name).to_owned(),
                references: references.iter().map(|name| air.name(*name).to_owned()).collect(),
            });
        }
        ConstraintRule::Check { expr } => {
            let mut below = vec![air::node::Child::Expr(*expr)];
            while let Some(child) = below.pop() {
                if let air::node::Child::Expr(id) = child
                    && let Expr::Column { source, index, .. } = air.expr(id)
                {
                    table.checked.push((air.name(air.column(source, index).name).to_owned(), false));
                }
                air.children(child, &mut |child| below.push(child));
            }
        }
    }
}

fn change_table(air: &Air, _shape: &Shape, table: &mut Table, own: ObjectName, change: &TableChange) {
    match change {
        TableChange::AddColumn { column, if_not_exists } => {
            let known = table.column(air.name(column.name)).is_some();
            if !(known && *if_not_exists) {
                table.columns.push(catalog_column(air, column));
            }
        }
        TableChange::DropColumn { name, .. } => {
            let Some(at) = table.column(air.name(*name)) else { return };
            table.columns.remove(at as usize);
            // Keys over the column go with it; positions behind it move up.
            table.keys.retain(|key| !key.columns.contains(&at));
            table.foreign_keys.retain(|key| !key.columns.contains(&at));
            let lists = table.keys.iter_mut().map(|key| &mut key.columns);
            for columns in lists.chain(table.foreign_keys.iter_mut().map(|key| &mut key.columns)) {
                columns.iter_mut().filter(|column| **column > at).for_each(|column| *column -= 1);
            }
        }
        TableChange::RenameColumn { name, to } => {
            if let Some(at) = table.column(air.name(*name)) {
                let column = &mut table.columns[at as usize];
                (column.name, column.exact) = (air.name(*to).to_owned(), to.exact);
            }
        }
        TableChange::Rename { to } => {
            (table.name, table.exact) = (air.name(to.name).to_owned(), to.name.exact);
        }
        TableChange::Redefine { name, column, .. } => {
            if let Some(at) = table.column(air.name(*name)) {
                table.columns[at as usize] = catalog_column(air, column);
            }
        }
        TableChange::SetType { name, ty } => {
            if let Some(at) = table.column(air.name(*name)) {
                table.columns[at as usize].ty = *ty;
            }
        }
        TableChange::SetDefault { name, default } => {
            if let Some(at) = table.column(air.name(*name)) {
                let column = &mut table.columns[at as usize];
                column.has_default = default.is_some();
                column.default = default.and_then(|default| KeptLiteral::of(air, default));
            }
        }
        TableChange::SetNotNull { name, not_null } => {
            if let Some(at) = table.column(air.name(*name)) {
                table.columns[at as usize].nullable = !not_null;
            }
        }
        TableChange::AddConstraint { constraint } => add_constraint(air, table, own, constraint),
        TableChange::DropConstraint { name, .. } | TableChange::DropIndex { name } => {
            let name = air.name(*name);
            // A foreign key that is disabled is one of these and may come back.
            if !table.disabled.iter().any(|disabled| disabled.eq_ignore_ascii_case(name)) {
                table.named_keys.retain(|key| !key.is_called(name));
            }
            table.keys.retain(|key| !key.name.eq_ignore_ascii_case(name));
        }
        TableChange::DropPrimaryKey {} => table.keys.retain(|key| !key.primary),
        TableChange::AddIndex { index } if index.unique => {
            let name = index.name.map_or(String::new(), |name| air.name(name.name).to_owned());
            table.keys.push(key(air, name, &index.parts, false));
        }
        TableChange::Restart { next, .. } => {
            table.counter.next = table.counter.next.map(|now| now.max(*next));
        }
        TableChange::AddIndex { .. }
        | TableChange::Enforce { .. }
        | TableChange::AddIdentity { .. }
        | TableChange::DropIdentity { .. } => {}
    }
}
