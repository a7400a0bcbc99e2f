//! Made-up numbers: where the target's counter would make up other ones than the source's.

use air::catalog::{Counter, Numbering};
use air::expr::{ManyRows, OrderKey, WindowSpec};
use air::fidelity::Assume;
use air::node::Child;
use air::query::{Body, Distinct, Item, Output, Rel, SourceColumn, SourceKind, ValuesRow};
use air::statement::{InsertSource, Statement};
use air::target::IdentityForm;
use air::{Builtin, Expr, ExprId, List, SelectId, SourceId, Type};
use air_base::Span;

use super::change::{position, replace, table_of};
use super::upsert::one_by_one;
use crate::build::{self, Build};
use crate::codes;
use crate::kind::StatementKind;
use crate::pass::{Apply, Context, Fired, Refused, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "made_up_numbers",
        law: "a number that a counter makes up next may as well be given: counters go on by one",
        apply: Apply::Statements(&[StatementKind::Insert], made_up_numbers),
    },
    Rule {
        name: "numbered_rows",
        law: "rows that pass the conditions are numbered as they come: in the order of the one sorted table they come from",
        apply: Apply::Select(numbered_rows),
    },
];

/// ROWNUM among the items of a block.
fn numbered_rows(cx: &mut Context<'_>, select: SelectId) -> Fired {
    if cx.speaks(Builtin::RowNumberBefore) {
        return Ok(false);
    }
    let block = *cx.air.select(select);
    let mut numbers = Vec::new();
    for item in cx.air.list(block.items) {
        let Item::Expr { expr, .. } = *item else { continue };
        let mut stack = vec![expr];
        while let Some(id) = stack.pop() {
            if matches!(cx.air.expr(id), Expr::Call { op: Builtin::RowNumberBefore, .. }) {
                numbers.push(id);
            }
            cx.air.children(Child::Expr(id), &mut |child| {
                if let Child::Expr(id) = child {
                    stack.push(id);
                }
            });
        }
    }
    let (Some(&first), Some(from)) = (numbers.first(), block.from) else { return Ok(false) };
    if block.group.is_some() {
        let span = cx.air.span(first);
        return cx.refuse(codes::QUERY, span, "numbers of rows that are grouped have no form", "");
    }
    let order = match cx.air.rel(from) {
        Rel::Source { source } => order_of_source(cx, select, source)?,
        Rel::Join { .. } => Vec::new(),
    };
    for id in numbers {
        let mut keys = Vec::with_capacity(order.len());
        for key in &order {
            keys.push(OrderKey { expr: cx.air.copy(key.expr), ..*key });
        }
        let order = cx.air.push_list(&keys);
        let spec = WindowSpec { name: None, base: None, partition: List::EMPTY, order, frame: None };
        let window = cx.air.push_window(spec);
        let call = cx.air.call(Builtin::RowNumber, &[], Type::I64, false, cx.air.span(id));
        cx.air.set(id, Expr::Window { call, window, ignore_nulls: false });
        cx.air.info_mut(id).ty = Type::I64;
    }
    Ok(true)
}

/// The order of a derived table as keys over its columns; a key that is none of them becomes a hidden one.
fn order_of_source(
    cx: &mut Context<'_>,
    select: SelectId,
    source: SourceId,
) -> Result<Vec<OrderKey>, Refused> {
    let SourceKind::Derived { query } = cx.air.source(source).kind else { return Ok(Vec::new()) };
    let keys = cx.air.list(cx.air.query(query).order).to_vec();
    let mut order = Vec::with_capacity(keys.len());
    for key in keys {
        let place = match (cx.air.expr(key.expr), cx.air.query(query).body) {
            (Expr::Output { index }, _) => index,
            (_, Body::Select { select: inner }) => match shown_at(cx, select, inner, source, key.expr) {
                Some(place) => place,
                None => {
                    let span = cx.air.span(key.expr);
                    let unlock = "give a schema, so that the columns of `*` are known";
                    return cx.refuse(codes::SCHEMA_NEEDED, span, "numbered rows need known columns", unlock);
                }
            },
            _ => return Ok(Vec::new()),
        };
        order.push(OrderKey { expr: cx.air.column_of(source, place, Span::NONE), ..key });
    }
    Ok(order)
}

/// The place of a key among the columns of a derived table, where it is put if it is none of them.
fn shown_at(
    cx: &mut Context<'_>,
    outer: SelectId,
    inner: SelectId,
    source: SourceId,
    key: ExprId,
) -> Option<u32> {
    if !build::expand_stars(cx.air, inner) {
        return None;
    }
    let items = cx.air.list(cx.air.select(inner).items).to_vec();
    let shown = items.iter().position(|item| match item {
        Item::Expr { expr, .. } => build::same(cx.air, *expr, key),
        Item::Star { .. } => false,
    });
    if let Some(place) = shown {
        return Some(place as u32);
    }
    if cx.air.select(inner).distinct != (Distinct::All {}) || !build::expand_stars(cx.air, outer) {
        return None;
    }
    let info = cx.air.info(key);
    let name = cx.air.fresh("k");
    let expr = cx.air.copy(key);
    let mut items = cx.air.list(cx.air.select(inner).items).to_vec();
    let mut outputs = cx.air.list(cx.air.select(inner).outputs).to_vec();
    let mut columns = cx.air.list(cx.air.source(source).columns).to_vec();
    items.push(Item::Expr { expr, alias: Some(name) });
    outputs.push(Output { name, ty: info.ty, nullable: info.nullable });
    columns.push(SourceColumn { name, ty: info.ty, nullable: info.nullable });
    let (items, outputs) = (cx.air.push_list(&items), cx.air.push_list(&outputs));
    let place = columns.len() as u32 - 1;
    let columns = cx.air.push_list(&columns);
    let block = cx.air.select_mut(inner);
    (block.items, block.outputs) = (items, outputs);
    cx.air.source_mut(source).columns = columns;
    Some(place)
}

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
