//! What the statements of a script do to the numbers that a table's counter makes up.

use air::catalog::{Catalog, Column, Counter, Numbering};
use air::query::SourceKind;
use air::statement::{Insert, InsertSource, Statement};
use air::{Air, Expr, ExprId, Literal, SourceId};

/// Follows a change of rows.
pub(crate) fn follow(air: &Air, catalog: &mut Catalog, statement: &Statement) {
    match statement {
        Statement::Insert { insert } => {
            let Some((columns, counter, before)) = counter(air, catalog, insert.target) else { return };
            let Some((place, numbering)) = counted(air, columns, insert.target) else { return };
            *before = *counter;
            *counter = after_insert(air, insert, place, numbering, *counter);
        }
        Statement::Update { update } => {
            let Some((columns, counter, _)) = counter(air, catalog, update.target) else { return };
            let Some((place, _)) = counted(air, columns, update.target) else { return };
            let moves = |column: &u32| *column == place;
            let mut assigned = air.list(update.assignments).iter().flat_map(|a| air.list(a.columns));
            counter.removed |= assigned.any(moves);
        }
        Statement::Delete { delete } => {
            for target in std::iter::once(&delete.target).chain(air.list(delete.more_targets)) {
                if let Some((_, counter, _)) = counter(air, catalog, *target) {
                    counter.removed = true;
                }
            }
        }
        Statement::Merge { merge } => {
            if let Some((_, counter, _)) = counter(air, catalog, merge.target) {
                (counter.given, counter.removed) = (true, true);
            }
        }
        _ => {}
    }
}

fn counter<'c>(
    air: &Air,
    catalog: &'c mut Catalog,
    source: SourceId,
) -> Option<(&'c [Column], &'c mut Counter, &'c mut Counter)> {
    let SourceKind::Table { name } = air.source(source).kind else { return None };
    let schema = name.schema.map(|schema| air.name(schema));
    catalog.counter(schema, air.name(name.name))
}

/// The column that is counted, as a position in the source, and how.
fn counted(air: &Air, columns: &[Column], source: SourceId) -> Option<(u32, Numbering)> {
    let column = columns.iter().find(|column| column.identity)?;
    let columns = air.list(air.source(source).columns);
    let place = columns.iter().position(|c| air.name(c.name).eq_ignore_ascii_case(&column.name))?;
    Some((place as u32, column.numbering))
}

fn after_insert(air: &Air, insert: &Insert, column: u32, numbering: Numbering, before: Counter) -> Counter {
    let place = match insert.all_columns {
        true => Some(column as usize),
        false => air.list(insert.columns).iter().position(|given| *given == column),
    };
    let mut after = before;
    after.skipped |= insert.conflict.is_some();
    let item = |items: air::List<ExprId>| place.and_then(|place| air.list(items).get(place).copied());
    match insert.source {
        InsertSource::Defaults {} => after.next = after.next.and_then(|next| next.checked_add(1)),
        InsertSource::Query { .. } => {
            after.given |= place.is_some();
            // How many rows there are is not known.
            if place.is_none() || numbering != Numbering::Apart {
                after.next = None;
            }
        }
        InsertSource::Values { rows } => {
            for row in air.list(rows) {
                match item(row.items).filter(|item| !is_made_up(air, *item)) {
                    None => after.next = after.next.and_then(|next| next.checked_add(1)),
                    Some(item) => {
                        after.given = true;
                        if numbering != Numbering::Apart {
                            let value = air.int_literal(item).and_then(|value| value.checked_add(1));
                            after.next = after.next.zip(value).map(|(next, value)| next.max(value));
                        }
                    }
                }
            }
        }
    }
    // A row that is skipped takes a number of a counter, and none where the greatest number counts.
    if insert.conflict.is_some() && numbering == Numbering::Greatest {
        after.next = None;
    }
    after
}

/// True where the server makes the number up.
fn is_made_up(air: &Air, item: ExprId) -> bool {
    air.literal(item) == Some(Literal::Null {}) || matches!(air.expr(item), Expr::Default {})
}
