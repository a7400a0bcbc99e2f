//! Stored values: zero in columns that the server counts, columns assigned twice, rows returned as old or new.

use air::expr::{Branch, CompareOp};
use air::node::Child;
use air::query::{Body, Item, SourceKind, ValuesRow};
use air::statement::{Assignment, InsertSource, Statement};
use air::target::{IdentityForm, Returning};
use air::{Expr, ExprId, List, Literal, QueryId, SourceId, Type};
use air_base::Span;

use super::change::{replace, table_of, update_rows};
use crate::build::{self, Build};
use crate::codes;
use crate::kind::StatementKind;
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "identity_zero",
        law: "a row added under another number and given the number 0 afterwards is the row with the number 0",
        apply: Apply::Statements(&[StatementKind::Insert], identity_zero),
    },
    Rule {
        name: "assigned_once",
        law: "of several values for one column the last one stays",
        apply: Apply::Statements(&[StatementKind::Update], assigned_once),
    },
    Rule {
        name: "returned_table",
        law: "RETURNING shows the row after the change, or the removed row",
        apply: Apply::Statements(
            &[StatementKind::Insert, StatementKind::Update, StatementKind::Delete],
            returned_table,
        ),
    },
];

fn span_of(cx: &Context<'_>, at: usize) -> Span {
    cx.air.statement_spans.get(at).copied().unwrap_or(Span::NONE)
}

/// MySQL makes a number up where 0 is given (unless told otherwise by a setting of the session). A 0 that is meant goes
/// in as the smallest number and becomes 0 right after.
fn identity_zero(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.define.identity != IdentityForm::AutoIncrement {
        return Ok(false);
    }
    let Statement::Insert { insert } = &cx.air.statements[at] else { return Ok(false) };
    let source = insert.source;
    let (target, all, columns) = (insert.target, insert.all_columns, insert.columns);
    let alone = insert.conflict.is_none() && insert.returning.is_empty();
    let Some(table) = table_of(cx, target) else { return Ok(false) };
    let Some(counted) = table.columns.iter().find(|column| column.identity) else { return Ok(false) };
    let Some(column) = super::change::position(cx, target, &counted.name) else { return Ok(false) };
    let place = match all {
        true => Some(column as usize),
        false => cx.air.list(columns).iter().position(|given| *given == column),
    };
    let Some(place) = place else { return Ok(false) };
    let Type::Int { bits, unsigned: false } = counted.ty else { return Ok(false) };
    let smallest = match bits {
        64 => i64::MIN,
        bits => -(1i64 << (bits - 1)),
    };
    let span = span_of(cx, at);
    let changed = match source {
        InsertSource::Values { rows } => zero_given(cx, rows, place, smallest),
        InsertSource::Query { query } => alone && zero_selected(cx, query, place, smallest),
        InsertSource::Defaults {} => false,
    };
    if !changed {
        return Ok(false);
    }
    if !alone {
        return cx.refuse(
            codes::CHANGE,
            span,
            "0 in a column whose values the server makes up has no form here",
            "",
        );
    }
    // UPDATE t SET id = 0 WHERE id = smallest
    let copy = *cx.air.source(target);
    let table = cx.air.push_source(copy, span);
    let left = cx.air.column_of(table, column, span);
    let right = cx.air.int(smallest, span);
    let filter = cx.air.compare(CompareOp::Eq, left, right);
    let value = cx.air.int(0, span);
    let columns = cx.air.push_list(&[column]);
    let assignments = cx.air.push_list(&[Assignment { source: table, columns, value }]);
    let mut update = update_rows(table, None, assignments, Some(filter));
    update.sequential = !cx.target.can.simultaneous_set;
    let insert = cx.air.statements[at].clone();
    replace(cx, at, vec![insert, Statement::Update { update: Box::new(update) }]);
    Ok(true)
}

/// Puts the smallest number in the place of a literal 0. True if there was one.
fn zero_given(cx: &mut Context<'_>, rows: List<ValuesRow>, place: usize, smallest: i64) -> bool {
    let zero = |row: &ValuesRow| {
        let item = cx.air.list(row.items).get(place).copied();
        item.filter(|item| cx.air.int_literal(*item) == Some(0))
    };
    let zeros: Vec<ExprId> = cx.air.list(rows).iter().filter_map(zero).collect();
    for zero in &zeros {
        cx.air.set(*zero, Expr::Literal { value: Literal::Int { value: smallest } });
    }
    !zeros.is_empty()
}

/// Puts the smallest number in the place of a selected 0. False if that has been done, or the column is unknown.
fn zero_selected(cx: &mut Context<'_>, query: QueryId, place: usize, smallest: i64) -> bool {
    if !matches!(cx.air.query(query).body, Body::Select { .. }) {
        super::setops::derive_whole(cx.air, query);
    }
    let Body::Select { select } = cx.air.query(query).body else { return false };
    if !build::expand_stars(cx.air, select) {
        return false;
    }
    let mut items = cx.air.list(cx.air.select(select).items).to_vec();
    let Some(Item::Expr { expr, .. }) = items.get_mut(place) else { return false };
    match cx.air.expr(*expr) {
        Expr::Case { branches, .. } => {
            let done = |branch: &Branch| cx.air.int_literal(branch.then) == Some(smallest);
            if cx.air.list(branches).iter().any(done) {
                return false;
            }
        }
        Expr::Literal { .. } if cx.air.int_literal(*expr) != Some(0) => return false,
        _ => {}
    }
    let span = cx.air.span(*expr);
    let zero = cx.air.int(0, span);
    let is_zero = cx.air.compare(CompareOp::Eq, *expr, zero);
    let instead = cx.air.int(smallest, span);
    let otherwise = cx.air.copy(*expr);
    *expr = cx.air.case(&[(is_zero, instead)], Some(otherwise));
    let items = cx.air.push_list(&items);
    cx.air.select_mut(select).items = items;
    true
}

fn assigned_once(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::Update { update } = &cx.air.statements[at] else { return Ok(false) };
    if update.sequential {
        return Ok(false);
    }
    let list = update.assignments;
    let Some(kept) = last_of_each(cx, list) else { return Ok(false) };
    if let Statement::Update { update } = &mut cx.air.statements[at] {
        update.assignments = kept;
    }
    Ok(true)
}

/// The last assignment to each column; `None` if no column is assigned twice.
pub(crate) fn last_of_each(cx: &mut Context<'_>, list: List<Assignment>) -> Option<List<Assignment>> {
    let assignments = cx.air.list(list);
    let column = |assignment: &Assignment| match *cx.air.list(assignment.columns) {
        [column] => Some((assignment.source, column)),
        _ => None,
    };
    let again = |i: usize| {
        let own = column(&assignments[i]);
        own.is_some() && assignments[i + 1..].iter().any(|later| column(later) == own)
    };
    if !(0..assignments.len()).any(again) {
        return None;
    }
    let kept: Vec<Assignment> =
        (0..assignments.len()).filter(|&i| !again(i)).map(|i| assignments[i]).collect();
    Some(cx.air.push_list(&kept))
}

/// OUTPUT inserted.c, deleted.c for targets whose RETURNING names the table alone.
fn returned_table(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.returning == Returning::Output {
        return Ok(false);
    }
    let (target, items, shown) = match &cx.air.statements[at] {
        Statement::Insert { insert } => (insert.target, insert.returning, SourceKind::New {}),
        Statement::Update { update } => (update.target, update.returning, SourceKind::New {}),
        Statement::Delete { delete } => (delete.target, delete.returning, SourceKind::Old {}),
        _ => return Ok(false),
    };
    let span = span_of(cx, at);
    let row = |cx: &Context<'_>, source: SourceId| match cx.air.source(source).kind {
        kind @ (SourceKind::Old {} | SourceKind::New {}) => Some(kind),
        _ => None,
    };
    let mut fired = false;
    let mut list = cx.air.list(items).to_vec();
    for item in &mut list {
        match item {
            Item::Star { source: Some(source) } => {
                if let Some(kind) = row(cx, *source) {
                    if kind != shown {
                        return cx.refuse(
                            codes::RETURNING,
                            span,
                            "the row before a change cannot be returned",
                            "",
                        );
                    }
                    *item = Item::Star { source: None };
                    fired = true;
                }
            }
            Item::Star { source: None } => {}
            Item::Expr { expr, .. } => {
                for id in build::below(cx.air, &[Child::Expr(*expr)]) {
                    let Expr::Column { source, index, .. } = cx.air.expr(id) else { continue };
                    let Some(kind) = row(cx, source) else { continue };
                    if kind != shown {
                        return cx.refuse(
                            codes::RETURNING,
                            span,
                            "the row before a change cannot be returned",
                            "",
                        );
                    }
                    let name = cx.air.name(cx.air.column(source, index).name).to_owned();
                    let Some(index) = super::change::position(cx, target, &name) else { continue };
                    cx.air.set(id, Expr::Column { source: target, index, qualified: false });
                    fired = true;
                }
            }
        }
    }
    if fired {
        let list = cx.air.push_list(&list);
        match &mut cx.air.statements[at] {
            Statement::Insert { insert } => insert.returning = list,
            Statement::Update { update } => update.returning = list,
            Statement::Delete { delete } => delete.returning = list,
            _ => {}
        }
    }
    Ok(fired)
}
