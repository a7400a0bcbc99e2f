//! Recursive common table expressions that stop at a number of rows.

use air::Builtin::Add;
use air::expr::CompareOp;
use air::query::{Body, Cte, CteBody, Item, Limit, Query, Rel, SetOp, SourceColumn, SourceKind};
use air::{CteId, ExprId, Literal, QueryId, SelectId, SourceId, Type};

use super::setops::references;
use crate::build::{self, Build};
use crate::codes;
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[Rule {
    name: "recursion_limit",
    law: "where each step makes one row, the n-th row is made by the n-th step",
    apply: Apply::When(|to| !to.can.recursion_limit, &Apply::Query(recursion_limit)),
}];

/// A recursion that makes one row at a time.
struct Chain {
    /// The row it begins with.
    first: QueryId,
    /// What makes the next row of the last one.
    next: SelectId,
    /// The table itself, as `next` sees it.
    before: SourceId,
    /// How many rows.
    rows: i64,
}

fn recursion_limit(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Query { ctes, recursive, .. } = *cx.air.query(query);
    if !recursive {
        return Ok(false);
    }
    for i in 0..ctes.len() {
        let cte = cx.air.at(ctes, i);
        let CteBody::Query { query: body } = cx.air.cte(cte).body else { continue };
        let Some(limit) = cx.air.query(body).limit else { continue };
        if references(cx.air, body, cte) == 0 {
            continue;
        }
        let Some(chain) = chain(cx, body, cte, limit) else {
            let span = cx.air.query_span(body);
            let message = "a row limit inside of a recursive table has no form";
            return cx.refuse(codes::LIMIT, span, message, "stop the recursion by a condition");
        };
        number_rows(cx, cte, body, &chain);
        return Ok(true);
    }
    Ok(false)
}

fn chain(cx: &mut Context<'_>, body: QueryId, cte: CteId, limit: Limit) -> Option<Chain> {
    let count = limit.count.and_then(|count| cx.air.literal(count));
    let (Some(Literal::Int { value: rows @ 1.. }), None) = (count, limit.offset) else { return None };
    let Query { body: Body::SetOp { op: SetOp::Union, all: true, left, right, .. }, order, .. } =
        *cx.air.query(body)
    else {
        return None;
    };
    let Body::Select { select: next } = cx.air.query(right).body else { return None };
    let plain = |cx: &Context<'_>, id: SelectId| {
        let select = cx.air.select(id);
        let distinct = !matches!(select.distinct, air::query::Distinct::All {});
        select.group.is_none() && select.having.is_none() && !distinct && select.qualify.is_none()
    };
    let one_row = match cx.air.query(left).body {
        Body::Select { select } => cx.air.select(select).from.is_none(),
        Body::Values { rows } => rows.len() == 1,
        Body::SetOp { .. } => false,
    };
    let Rel::Source { source: before } = cx.air.rel(cx.air.select(next).from?) else { return None };
    let own = matches!(cx.air.source(before).kind, SourceKind::Cte { cte: of } if of == cte);
    let columns_known = build::expand_stars(cx.air, next);
    (order.is_empty()
        && plain(cx, next)
        && one_row
        && own
        && columns_known
        && cx.air.query(right).limit.is_none())
    .then_some(Chain { first: left, next, before, rows })
}

/// Adds a column with the number of the row, and goes on while it is small enough.
fn number_rows(cx: &mut Context<'_>, cte: CteId, body: QueryId, chain: &Chain) {
    let span = cx.air.query_span(body);
    // What shows all columns goes on to show those there were.
    for id in cx.air.select_ids() {
        build::expand_stars(cx.air, id);
    }
    let counter = SourceColumn { name: cx.air.fresh("row_"), ty: Type::I64, nullable: false };
    for source in cx.air.source_ids() {
        if matches!(cx.air.source(source).kind, SourceKind::Cte { cte: of } if of == cte) {
            let mut columns = cx.air.list(cx.air.source(source).columns).to_vec();
            columns.push(counter);
            let columns = cx.air.push_list(&columns);
            cx.air.source_mut(source).columns = columns;
        }
    }
    let Cte { columns, .. } = *cx.air.cte(cte);
    let mut columns = cx.air.list(columns).to_vec();
    let at = columns.len() as u32;
    columns.push(counter);
    let columns = cx.air.push_list(&columns);
    cx.air.cte_mut(cte).columns = columns;
    let one = cx.air.int(1, span);
    match cx.air.query(chain.first).body {
        Body::Select { select } => show(cx, select, one, counter),
        Body::Values { rows } => {
            let row = cx.air.at(rows, 0);
            let mut items = cx.air.list(row.items).to_vec();
            items.push(one);
            let items = cx.air.push_list(&items);
            cx.air.list_mut(rows)[0].items = items;
        }
        Body::SetOp { .. } => {}
    }
    let (number, one) = (cx.air.column_of(chain.before, at, span), cx.air.int(1, span));
    let next = cx.air.call(Add, &[number, one], Type::I64, false, span);
    show(cx, chain.next, next, counter);
    let (number, last) = (cx.air.column_of(chain.before, at, span), cx.air.int(chain.rows, span));
    let more = cx.air.compare(CompareOp::Lt, number, last);
    let filter = cx.air.select(chain.next).filter;
    let filter = cx.air.and(&[filter, Some(more)]);
    cx.air.select_mut(chain.next).filter = filter;
    cx.air.query_mut(body).limit = None;
}

/// Adds an item to a block.
fn show(cx: &mut Context<'_>, select: SelectId, expr: ExprId, column: SourceColumn) {
    let mut items = cx.air.list(cx.air.select(select).items).to_vec();
    items.push(Item::Expr { expr, alias: Some(column.name) });
    let mut outputs = cx.air.list(cx.air.select(select).outputs).to_vec();
    outputs.push(air::query::Output { name: column.name, ty: column.ty, nullable: false });
    let items = cx.air.push_list(&items);
    let outputs = cx.air.push_list(&outputs);
    let select = cx.air.select_mut(select);
    select.items = items;
    select.outputs = outputs;
}
