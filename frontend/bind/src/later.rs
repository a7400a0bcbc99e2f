//! Changes that a script makes to a table after it created it, taken into the definition.

use crate::binder::{Input, Refused};
use crate::statement::bind_into;
use air::ddl::{AlterTable, ColumnDef, ConstraintRule, CreateTable, TableChange};
use air::expr::Expr;
use air::fidelity::Ledger;
use air::statement::Statement;
use air::{Air, ExprId, Name};
use air_base::{Diagnostic, Span};

/// Binds a change of the table whose CREATE TABLE is the first statement of `air`, and makes it part of that
/// definition. The catalog is changed as by the change itself.
///
/// What comes of it has no place in a text: `air` is of one text, and the change of another.
///
/// # Errors
///
/// [`Refused`] if the change cannot be part of a definition; `air` is of no use then.
pub fn bind_later(
    input: Input<'_>,
    air: &mut Air,
    ledger: &mut Ledger,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Refused> {
    let place = air.statement_spans.first().copied().unwrap_or(Span::NONE);
    let (statements, comments) = (air.statements.len(), air.comments.len());
    let known = air.expr_count();
    let mut own = Ledger::default();
    bind_into(input, air, &mut own, diagnostics)?;
    air.comments.truncate(comments);
    let changes = air.statements.split_off(statements);
    air.statement_spans.truncate(statements);
    let mut first = air.statements[0].clone();
    let Statement::CreateTable { table } = &mut first else { return Err(Refused) };
    for change in changes {
        match change {
            Statement::Nothing { .. } => {}
            Statement::AlterTable { alter } => take(air, table, *alter, known)?,
            _ => return Err(Refused),
        }
    }
    air.statements[0] = first;
    for assumption in own.assumptions {
        ledger.assume(assumption.kind, &assumption.subject, place);
    }
    let law = "a table that nothing else uses in between may have from the start what it gets later";
    ledger.fired("later_changes", law, place);
    Ok(())
}

fn take(air: &mut Air, table: &mut CreateTable, alter: AlterTable, known: usize) -> Result<(), Refused> {
    // Both see the same columns in the same order.
    for at in known..air.expr_count() {
        let id = ExprId(at as u32);
        air.info_mut(id).span = Span::NONE;
        if let Expr::Column { source, .. } = air.expr(id)
            && source == alter.this
        {
            let mut column = air.expr(id);
            if let Expr::Column { source, .. } = &mut column {
                *source = table.this;
            }
            air.set(id, column);
        }
    }
    for change in alter.changes {
        match change {
            TableChange::AddConstraint { constraint } => {
                if let ConstraintRule::PrimaryKey { columns } = &constraint.rule {
                    let keyed = |known: &air::ddl::Constraint| {
                        matches!(known.rule, ConstraintRule::PrimaryKey { .. })
                    };
                    if table.constraints.iter().any(keyed) {
                        return Err(Refused);
                    }
                    for part in columns {
                        if let Expr::Column { source, index, .. } = air.expr(part.expr) {
                            let name = air.column(source, index).name;
                            column(air, table, name)?.not_null = true;
                        }
                    }
                }
                table.constraints.push(constraint);
            }
            TableChange::SetDefault { name, default } => column(air, table, name)?.default = default,
            TableChange::SetNotNull { name, not_null } => column(air, table, name)?.not_null = not_null,
            TableChange::AddIndex { mut index } => {
                index.this = table.this;
                table.indexes.push(*index);
            }
            // The same column, whose values are made up from now on.
            TableChange::Redefine { name, column: new, .. } => {
                let renamed = air.name(name) != air.name(new.name);
                let old = column(air, table, name)?;
                let same = !renamed
                    && old.ty == new.ty
                    && (new.not_null || !old.not_null)
                    && old.default.is_none()
                    && new.default.is_none()
                    && old.identity.is_none()
                    && old.generated.is_none()
                    && new.generated.is_none()
                    && old.on_update_now == new.on_update_now;
                if !same {
                    return Err(Refused);
                }
                (old.not_null, old.identity) = (new.not_null, new.identity);
            }
            TableChange::Restart { name, next } => match &mut column(air, table, name)?.identity {
                Some(identity) => identity.start = next,
                None => return Err(Refused),
            },
            _ => return Err(Refused),
        }
    }
    Ok(())
}

fn column<'t>(air: &Air, table: &'t mut CreateTable, name: Name) -> Result<&'t mut ColumnDef, Refused> {
    let text = air.name(name);
    table.columns.iter_mut().find(|column| air.name(column.name).eq_ignore_ascii_case(text)).ok_or(Refused)
}
