//! What the statements of a script show of the values in a column, so that no translation assumes the opposite.

use crate::expr::constant;
use air::catalog::{Catalog, LARGE, Seen};
use air::query::{Body, Item, SourceKind};
use air::statement::{InsertSource, Statement};
use air::{Air, Expr, ExprId, Literal, QueryId, SourceId};

/// Notes what a change of rows stores.
pub(crate) fn follow(air: &Air, catalog: &mut Catalog, statement: &Statement) {
    let mut found: Vec<(u32, Seen)> = Vec::new();
    let target = match statement {
        Statement::Insert { insert } => {
            let columns: Vec<u32> = match insert.all_columns {
                true => (0..air.source(insert.target).columns.len() as u32).collect(),
                false => air.list(insert.columns).to_vec(),
            };
            match insert.source {
                InsertSource::Values { rows } => {
                    for row in air.list(rows) {
                        for (column, item) in columns.iter().zip(air.list(row.items)) {
                            found.push((*column, value(air, catalog, *item)));
                        }
                    }
                }
                InsertSource::Query { query } => {
                    for (column, seen) in columns.iter().zip(outputs(air, catalog, query)) {
                        found.push((*column, seen));
                    }
                }
                InsertSource::Defaults {} => {}
            }
            insert.target
        }
        Statement::Update { update } => {
            for assignment in air.list(update.assignments) {
                if let [column] = air.list(assignment.columns) {
                    found.push((*column, value(air, catalog, assignment.value)));
                }
            }
            update.target
        }
        _ => return,
    };
    found.retain(|(_, seen)| *seen != Seen::default());
    if found.is_empty() {
        return;
    }
    let source = air.source(target);
    let SourceKind::Table { name } = source.kind else { return };
    let schema = name.schema.map(|schema| air.name(schema));
    let names: Vec<(String, Seen)> = found
        .into_iter()
        .filter(|(column, _)| (*column as usize) < source.columns.len())
        .map(|(column, seen)| (air.name(air.column(target, column).name).to_owned(), seen))
        .collect();
    for (column, seen) in names {
        catalog.saw(schema, air.name(name.name), &column, seen);
    }
}

/// What the columns of a query may hold.
fn outputs(air: &Air, catalog: &Catalog, query: QueryId) -> Vec<Seen> {
    match air.query(query).body {
        Body::Select { select } => {
            let items = air.list(air.select(select).items);
            items
                .iter()
                .map(|item| match item {
                    Item::Expr { expr, .. } => value(air, catalog, *expr),
                    Item::Star { .. } => Seen::default(),
                })
                .collect()
        }
        Body::SetOp { left, right, .. } => {
            let (left, right) = (outputs(air, catalog, left), outputs(air, catalog, right));
            left.into_iter().zip(right).map(|(l, r)| l.and(r)).collect()
        }
        Body::Values { rows } => {
            let Some(first) = air.list(rows).first() else { return Vec::new() };
            let mut all = vec![Seen::default(); first.items.len()];
            for row in air.list(rows) {
                for (seen, item) in all.iter_mut().zip(air.list(row.items)) {
                    *seen = seen.and(value(air, catalog, *item));
                }
            }
            all
        }
    }
}

/// What a value that is about to be stored shows.
pub(crate) fn shown(air: &Air, catalog: &Catalog, id: ExprId) -> Seen {
    value(air, catalog, id)
}

/// What a stored value shows: a constant itself, other expressions by the constants and columns in them.
fn value(air: &Air, catalog: &Catalog, id: ExprId) -> Seen {
    let mut seen = Seen::default();
    let mut stack = vec![id];
    while let Some(id) = stack.pop() {
        match air.expr(id) {
            Expr::Literal { value: Literal::Text { text } } => {
                let text = air.text(text);
                seen = seen.and(Seen::letters_of(text));
                seen.negative |= constant::numeric_prefix(text).trim_start().starts_with('-');
                seen.no_dates |= !constant::is_iso_moment(text);
                seen.no_numbers |=
                    constant::numeric_prefix(text).len() < text.trim().len() || text.is_empty();
            }
            Expr::Literal { value: Literal::Int { value } } => {
                seen.large |= value.unsigned_abs() >= LARGE;
                seen.negative |= value < 0;
            }
            Expr::Literal { value: Literal::Decimal { digits } | Literal::Float { digits } } => {
                let digits = air.text(digits);
                seen.negative |= digits.starts_with('-');
                let behind = digits.split_once('.').map_or("", |(_, behind)| behind);
                seen.fractions |= behind.bytes().any(|digit| (b'1'..=b'9').contains(&digit));
            }
            Expr::Call { op: air::Builtin::Neg, .. } => {
                seen.negative = true;
                air.children(air::node::Child::Expr(id), &mut |child| {
                    if let air::node::Child::Expr(child) = child {
                        stack.push(child);
                    }
                });
            }
            Expr::Column { source, index, .. } => seen = seen.and(column(air, catalog, source, index)),
            _ => air.children(air::node::Child::Expr(id), &mut |child| {
                if let air::node::Child::Expr(child) = child {
                    stack.push(child);
                }
            }),
        }
    }
    seen
}

fn column(air: &Air, catalog: &Catalog, source: SourceId, index: u32) -> Seen {
    let SourceKind::Table { name } = air.source(source).kind else { return Seen::default() };
    let schema = name.schema.map(|schema| air.name(schema));
    catalog.seen(schema, air.name(name.name), air.name(air.column(source, index).name))
}
