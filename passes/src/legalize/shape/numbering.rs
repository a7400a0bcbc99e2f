//! Made-up numbers: where the target's counter would make up other ones than the source's.

use air::catalog::{Counter, Numbering};
use air::expr::ManyRows;
use air::fidelity::Assume;
use air::query::{Item, ValuesRow};
use air::statement::{InsertSource, Statement};
use air::target::IdentityForm;
use air::{Builtin, Expr, ExprId, List, SourceId, Type};
use air_base::Span;

use super::change::{position, replace, table_of};
use super::upsert::one_by_one;
use crate::build::Build;
use crate::codes;
use crate::kind::StatementKind;
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[Rule {
    name: "made_up_numbers",
    law: "a number that a counter makes up next may as well be given: counters go on by one",
    apply: Apply::Statements(&[StatementKind::Insert], made_up_numbers),
}];

/// A counter apart from its column makes up what the source makes up only while no row brings its own number, and one
/// that follows its column only while no row does that the source's counter passes over.
fn made_up_numbers(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::Insert { insert } = &cx.air.statements[at] else { return Ok(false) };
    let (target, all, columns, source) = (insert.target, insert.all_columns, insert.columns, insert.source);
    let conflict = insert.conflict.is_some();
    let Some(table) = table_of(cx, target) else { return Ok(false) };
    let Some(counted) = table.columns.iter().find(|column| column.identity) else { return Ok(false) };
    let subject = format!("{}.{}", table.name, counted.name);
    let (before, numbering) = (table.counter_before, counted.numbering);
    let Some(column) = position(cx, target, &counted.name) else { return Ok(false) };
    let place = match all {
        true => Some(column as usize),
        false => cx.air.list(columns).iter().position(|given| *given == column),
    };
    let span = cx.air.statement_spans.get(at).copied().unwrap_or(Span::NONE);
    let (made_up, given) = match (place, source) {
        (None, _) | (_, InsertSource::Defaults {}) => (true, false),
        (Some(place), InsertSource::Values { rows }) => {
            let rows = cx.air.list(rows);
            let count = rows.iter().filter(|row| is_made_up(cx, cx.air.list(row.items).get(place))).count();
            (count > 0, count < rows.len())
        }
        (Some(_), InsertSource::Query { .. }) => (false, true),
    };
    if !made_up {
        return Ok(false);
    }
    let apart = cx.target.can.define.identity == IdentityForm::Standard;
    // The target's counter would count rows that are skipped among these.
    let skips = conflict
        && apart
        && numbering == Numbering::Greatest
        && (before.own || matches!(source, InsertSource::Values { rows } if rows.len() > 1));
    if !skips && !drifts(before, numbering, apart) && !(given && apart != (numbering == Numbering::Apart)) {
        if apart && numbering != Numbering::Apart {
            cx.assume(Assume::MadeUpNumbers, &subject, span)?;
        }
        return Ok(false);
    }
    let settled = match numbering {
        Numbering::Greatest => !before.removed,
        Numbering::Apart | Numbering::Ever => true,
    };
    // Where rows may be skipped, what number is next is seen row by row.
    let by_rows = conflict && numbering == Numbering::Greatest;
    let first = before.next.filter(|_| settled && !by_rows);
    let values = match source {
        InsertSource::Values { rows } => Some(rows),
        InsertSource::Defaults {} | InsertSource::Query { .. } => None,
    };
    if by_rows
        && let Some(rows) = values.filter(|rows| rows.len() > 1)
        && let Statement::Insert { insert } = &cx.air.statements[at]
        && insert.returning.is_empty()
        && insert.ctes.is_empty()
    {
        let insert = insert.clone();
        let inserts = one_by_one(cx, &insert, rows);
        let statements = inserts.into_iter().map(|insert| Statement::Insert { insert: Box::new(insert) });
        replace(cx, at, statements.collect());
        return Ok(true);
    }
    let single = values.is_some_and(|rows| rows.len() == 1);
    // A number that a skipped row would have had goes to the next row of the same statement.
    let passed_on = conflict && !single && numbering == Numbering::Ever;
    let known =
        first.is_some() && !passed_on || numbering == Numbering::Greatest && !given && (single || !conflict);
    let Some(rows) = values.filter(|_| known) else {
        let message =
            "numbers that the server makes up after numbers were given or rows removed have no form";
        return cx.refuse(codes::CHANGE, span, message, "give the numbers in the INSERT");
    };
    let column = Counted { target, column, place, span };
    give_numbers(cx, at, rows, &column, first, numbering);
    Ok(true)
}

/// True where the counter of the target has come to stand elsewhere than that of the source.
fn drifts(before: Counter, numbering: Numbering, apart: bool) -> bool {
    match numbering {
        Numbering::Apart => !apart && (before.given || before.skipped),
        Numbering::Ever => apart && before.given,
        Numbering::Greatest => before.removed || before.skipped || apart && before.given,
    }
}

/// True where the server makes the number up.
fn is_made_up(cx: &Context<'_>, item: Option<&ExprId>) -> bool {
    item.is_some_and(|item| {
        cx.air.literal(*item) == Some(air::Literal::Null {}) || matches!(cx.air.expr(*item), Expr::Default {})
    })
}

/// The column whose numbers are made up.
struct Counted {
    target: SourceId,
    column: u32,
    /// Where it stands among the given columns.
    place: Option<usize>,
    span: Span,
}

/// Writes the numbers that the source makes up: from `first` on, or from the greatest there is.
fn give_numbers(
    cx: &mut Context<'_>,
    at: usize,
    rows: List<ValuesRow>,
    counted: &Counted,
    first: Option<i64>,
    numbering: Numbering,
) {
    let mut next = first.unwrap_or(1);
    let mut written = Vec::with_capacity(rows.len());
    for i in 0..rows.len() {
        let mut items = cx.air.list(cx.air.at(rows, i).items).to_vec();
        let given =
            counted.place.and_then(|place| items.get(place)).filter(|item| !is_made_up(cx, Some(item)));
        match given {
            // Where the source's counter follows, a number given as a literal moves it.
            Some(item) => {
                if numbering != Numbering::Apart
                    && let Some(value) = cx.air.int_literal(*item)
                {
                    next = next.max(value.saturating_add(1));
                }
            }
            None => {
                let number = match first {
                    Some(_) => cx.air.int(next, counted.span),
                    None => greatest_and(cx, counted, next),
                };
                next = next.saturating_add(1);
                match counted.place {
                    Some(place) => items[place] = number,
                    None => items.insert(0, number),
                }
            }
        }
        let items = cx.air.push_list(&items);
        written.push(ValuesRow { items });
    }
    let rows = cx.air.push_list(&written);
    let Statement::Insert { insert } = &cx.air.statements[at] else { return };
    let mut columns = cx.air.list(insert.columns).to_vec();
    if counted.place.is_none() {
        columns.insert(0, counted.column);
    }
    let columns = cx.air.push_list(&columns);
    if let Statement::Insert { insert } = &mut cx.air.statements[at] {
        insert.columns = columns;
        insert.source = InsertSource::Values { rows };
        insert.overriding = true;
    }
}

/// `(SELECT coalesce(max(id), 0) FROM t) + n`
fn greatest_and(cx: &mut Context<'_>, counted: &Counted, more: i64) -> ExprId {
    let span = counted.span;
    let copy = *cx.air.source(counted.target);
    let table = cx.air.push_source(copy, span);
    let number = cx.air.column_of(table, counted.column, span);
    let greatest = cx.air.aggregate(Builtin::Max, &[number], Type::I64, span);
    let zero = cx.air.int(0, span);
    let greatest = cx.air.call(Builtin::Coalesce, &[greatest, zero], Type::I64, false, span);
    let from = cx.air.source_rel(table);
    let query = cx.air.select_query(&[Item::Expr { expr: greatest, alias: None }], Some(from), None);
    let scalar = Expr::Scalar { query, many: ManyRows::Fails };
    let scalar = cx.air.push(scalar, Type::I64, false, span);
    let more = cx.air.int(more, span);
    cx.air.call(Builtin::Add, &[scalar, more], Type::I64, false, span)
}
