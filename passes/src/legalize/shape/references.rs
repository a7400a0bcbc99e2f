//! Foreign keys between columns of unlike types.
//!
//! Before: a column refers to one of any comparable type. After: both have types that the target lets refer to each
//! other.

use air::catalog::Column;
use air::ddl::{AlterTable, ColumnDef, ConstraintRule, TableChange};
use air::statement::Statement;
use air::target::{AlterColumn, IdentityForm, References};
use air::{Name, ObjectName, Type};

use crate::codes;
use crate::kind::StatementKind;
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[Rule {
    name: "types_of_references",
    law: "a column that refers to another one has no values but those of that one, which its type holds",
    apply: Apply::When(
        |to| to.can.define.references != References::Any,
        &Apply::Statements(&[StatementKind::CreateTable, StatementKind::AlterTable], types_of_references),
    ),
}];

/// Chains of references that are followed.
const STEPS_MAX: usize = 8;

/// True if a column of the first type may refer to one of the second.
fn may_refer(form: References, from: Type, to: Type) -> bool {
    let number = |ty: Type| ty.is_int() || ty.is_decimal();
    match form {
        _ if !number(from) || !number(to) => true,
        References::Any => true,
        References::Kind => from.is_int() || !to.is_int(),
        References::Same => from == to,
    }
}

/// The type that a number has as an identity of the target.
pub(super) fn identity_type(cx: &Context<'_>, ty: Type) -> Option<Type> {
    let define = cx.target.can.define;
    let wide = match define.identity {
        IdentityForm::Standard => ty == Type::U64 || ty.is_decimal(),
        IdentityForm::AutoIncrement => ty.is_decimal(),
        _ => false,
    };
    (wide && define.identity_is_integer).then_some(Type::I64)
}

fn column_of<'a>(cx: &Context<'a>, table: (Option<&str>, &str), at: &str) -> Option<&'a Column> {
    let table = cx.catalog.table(table.0, table.1)?;
    Some(&table.columns[table.column(at)? as usize])
}

/// The type that a column of the catalog has on the target.
fn target_type(cx: &Context<'_>, table: (Option<&str>, &str), at: &str, steps: usize) -> Option<Type> {
    let column = column_of(cx, table, at)?;
    if column.identity
        && let Some(ty) = identity_type(cx, column.ty)
    {
        return Some(ty);
    }
    if steps == 0 {
        return Some(column.ty);
    }
    let known = cx.catalog.table(table.0, table.1)?;
    let own = known.column(at)?;
    for key in &known.foreign_keys {
        let Some(i) = key.columns.iter().position(|&column| column == own) else { continue };
        let Some(other) = key.references.get(i) else { continue };
        let wanted = target_type(cx, (None, &key.table), other, steps - 1);
        if let Some(wanted) =
            wanted.filter(|&wanted| !may_refer(cx.target.can.define.references, column.ty, wanted))
        {
            return Some(wanted);
        }
    }
    Some(column.ty)
}

/// The pairs of own and other columns of a foreign key, with the type of the other one. `own`: a table that is being
/// created and not in the catalog yet.
fn pairs(
    cx: &Context<'_>,
    rule: &ConstraintRule,
    own: Option<(&ObjectName, &[ColumnDef])>,
) -> Vec<(Name, Type)> {
    let ConstraintRule::ForeignKey { columns, table, references, .. } = rule else { return Vec::new() };
    let (schema, name) = (table.schema.map(|schema| cx.air.name(schema)), cx.air.name(table.name));
    let mut others: Vec<String> = references.iter().map(|name| cx.air.name(*name).to_owned()).collect();
    if others.is_empty()
        && let Some(known) = cx.catalog.table(schema, name)
        && let Some(key) = known.primary_key()
    {
        others = key.columns.iter().map(|&at| known.columns[at as usize].name.clone()).collect();
    }
    let itself = own.filter(|(own, _)| cx.air.name(own.name).eq_ignore_ascii_case(name));
    let mut found = Vec::new();
    for (column, other) in columns.iter().zip(&others) {
        let ty = match itself {
            Some((_, defined)) => defined
                .iter()
                .find(|known| cx.air.name(known.name).eq_ignore_ascii_case(other))
                .map(|known| match known.identity {
                    Some(_) => identity_type(cx, known.ty).unwrap_or(known.ty),
                    None => known.ty,
                }),
            None => target_type(cx, (schema, name), other, STEPS_MAX),
        };
        found.extend(ty.map(|ty| (*column, ty)));
    }
    found
}

fn types_of_references(cx: &mut Context<'_>, at: usize) -> Fired {
    match &cx.air.statements[at] {
        Statement::CreateTable { table } => {
            let mut table = table.clone();
            let mut fired = false;
            for i in 0..table.constraints.len() {
                let known = Some((&table.name, &table.columns[..]));
                for (name, ty) in pairs(cx, &table.constraints[i].rule, known) {
                    let form = cx.target.can.define.references;
                    let same = |column: &&mut ColumnDef| {
                        cx.air.name(column.name).eq_ignore_ascii_case(cx.air.name(name))
                    };
                    if let Some(column) = table.columns.iter_mut().find(same)
                        && column.generated.is_none()
                        && column.identity.is_none()
                        && !may_refer(form, column.ty, ty)
                    {
                        column.ty = ty;
                        fired = true;
                    }
                }
            }
            if fired {
                cx.air.statements[at] = Statement::CreateTable { table };
            }
            Ok(fired)
        }
        Statement::AlterTable { alter } => {
            let alter = (**alter).clone();
            types_of_added(cx, at, alter)
        }
        _ => Ok(false),
    }
}

/// A foreign key that is added: the columns get their type before it.
fn types_of_added(cx: &mut Context<'_>, at: usize, mut alter: AlterTable) -> Fired {
    let mut changes = Vec::new();
    let mut fired = false;
    for change in &alter.changes {
        if let TableChange::AddConstraint { constraint } = change {
            for (name, ty) in pairs(cx, &constraint.rule, None) {
                let schema = alter.name.schema.map(|schema| cx.air.name(schema));
                let (table, column) = (cx.air.name(alter.name.name), cx.air.name(name));
                let Some(known) = column_of(cx, (schema, table), column) else { continue };
                let own = match known.identity {
                    true => identity_type(cx, known.ty).unwrap_or(known.ty),
                    false => known.ty,
                };
                if may_refer(cx.target.can.define.references, own, ty) {
                    continue;
                }
                let settled = |change: &TableChange| match change {
                    TableChange::SetType { name: other, ty: to } => *other == name && *to == ty,
                    TableChange::Redefine { name: other, column, .. } => *other == name && column.ty == ty,
                    _ => false,
                };
                // Said before, in this statement or in one that it was taken apart into.
                let earlier = cx.air.statements[..at].iter().any(|statement| match statement {
                    Statement::AlterTable { alter: before } => {
                        before.name == alter.name && before.changes.iter().any(settled)
                    }
                    _ => false,
                });
                if earlier || alter.changes.iter().any(settled) {
                    continue;
                }
                if known.identity || known.has_default || known.generated {
                    let span = cx.air.statement_spans.get(at).copied().unwrap_or(air_base::Span::NONE);
                    let message = "a foreign key between columns of unlike types has no form";
                    return cx.refuse(
                        codes::CONSTRAINT,
                        span,
                        message,
                        "declare the columns with the same type",
                    );
                }
                changes.push(match cx.target.can.define.alter_column {
                    AlterColumn::Modify => {
                        let column = ColumnDef::plain(name, ty, !known.nullable);
                        TableChange::Redefine { name, column, counted: false }
                    }
                    _ => TableChange::SetType { name, ty },
                });
                fired = true;
            }
        }
        changes.push(change.clone());
    }
    if fired {
        alter.changes = changes;
        cx.air.statements[at] = Statement::AlterTable { alter: Box::new(alter) };
    }
    Ok(fired)
}
