//! Row limits.

use air::expr::{CompareOp, Modifier, OrderKey, WindowSpec};
use air::query::{Body, Distinct, Limit};
use air::target::Paging;
use air::{Builtin, Expr, ExprId, List, Literal, QueryId, Type};
use air_base::Span;

use crate::build::{self, Build};
use crate::codes;
use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Refused, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "limit_of_nothing",
        law: "a limit of NULL rows, or of a negative number of them, is none; an OFFSET of nothing skips nothing",
        apply: Apply::Query(limit_of_nothing),
    },
    Rule {
        name: "limit_number",
        law: "a limit computed from numbers alone is a number",
        apply: Apply::When(|to| !to.can.limit_expressions, &Apply::Query(limit_number)),
    },
    Rule {
        name: "limit_with_ties",
        law: "the first n rows and their ties are those of rank n or less; an offset leaves out the first by number",
        apply: Apply::Query(with_ties),
    },
    Rule {
        name: "limit_percent",
        law: "the first p percent are the rows whose number is at most that part of the count, rounded up",
        apply: Apply::Query(percent),
    },
    Rule {
        name: "limit_in_subquery",
        law: "a derived table has the same rows as its query",
        apply: Apply::Kinds(&[Kind::InQuery, Kind::Quantified], limit_in_subquery),
    },
];

fn limit_of_nothing(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Some(mut limit) = cx.air.query(query).limit else { return Ok(false) };
    let literal = |id: Option<ExprId>| id.and_then(|id| cx.air.literal(peel(cx, id)));
    let none = |value: Option<Literal>| match value {
        Some(Literal::Null {}) => true,
        Some(Literal::Int { value }) => value < 0,
        _ => false,
    };
    let no_count = none(literal(limit.count));
    let offset = literal(limit.offset);
    let no_offset = none(offset) || matches!(offset, Some(Literal::Int { value: 0 }));
    if !no_count && !no_offset {
        return Ok(false);
    }
    if no_count {
        limit.count = None;
    }
    if no_offset {
        limit.offset = None;
    }
    let some = limit.count.is_some() || limit.offset.is_some();
    cx.air.query_mut(query).limit = some.then_some(limit);
    Ok(true)
}

/// The operand of casts the binder put around a number of rows.
fn peel(cx: &Context<'_>, mut id: ExprId) -> ExprId {
    while let Expr::Cast { operand, .. } = cx.air.expr(id) {
        id = operand;
    }
    id
}

fn limit_number(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Some(mut limit) = cx.air.query(query).limit else { return Ok(false) };
    let mut fired = false;
    for slot in [&mut limit.count, &mut limit.offset] {
        let Some(id) = *slot else { continue };
        if matches!(cx.air.expr(id), Expr::Literal { .. } | Expr::Param { .. }) {
            continue;
        }
        let span = cx.air.span(id);
        let Some(value) = constant(cx, id).filter(|value| *value >= 0) else {
            return cx.refuse(codes::LIMIT, span, "a row limit is a number or a parameter", "");
        };
        *slot = Some(cx.air.int(value, span));
        fired = true;
    }
    cx.air.query_mut(query).limit = Some(limit);
    Ok(fired)
}

fn constant(cx: &Context<'_>, id: ExprId) -> Option<i64> {
    match cx.air.expr(id) {
        Expr::Literal { value: Literal::Int { value } } => Some(value),
        Expr::Cast { operand, to, .. } if to.is_int() => constant(cx, operand),
        Expr::Call { op, args, .. } => {
            let args = cx.air.list(args).iter().map(|arg| constant(cx, *arg)).collect::<Option<Vec<_>>>()?;
            match (op, args.as_slice()) {
                (Builtin::Add, [a, b]) => a.checked_add(*b),
                (Builtin::Sub, [a, b]) => a.checked_sub(*b),
                (Builtin::Mul, [a, b]) => a.checked_mul(*b),
                (Builtin::DivInt | Builtin::DivIntOrNull, [a, b]) => a.checked_div(*b),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Order keys as a window needs them: positions replaced by what stands there.
fn window_keys(cx: &mut Context<'_>, query: QueryId) -> Result<List<OrderKey>, Refused> {
    let Body::Select { select } = cx.air.query(query).body else { return Ok(List::EMPTY) };
    let mut keys = cx.air.list(cx.air.query(query).order).to_vec();
    for key in &mut keys {
        let value = match cx.air.expr(key.expr) {
            Expr::Output { index } => build::output_expr(cx.air, select, index),
            _ => Some(key.expr),
        };
        let Some(value) = value else {
            return cx.refuse(
                codes::SCHEMA_NEEDED,
                Span::NONE,
                "a key by position needs known columns",
                "give a schema",
            );
        };
        key.expr = cx.air.copy(value);
    }
    Ok(cx.air.push_list(&keys))
}

/// A window builtin without arguments over the query's order.
fn over_order(cx: &mut Context<'_>, query: QueryId, op: Builtin) -> Result<ExprId, Refused> {
    let order = if op == Builtin::CountAll { List::EMPTY } else { window_keys(cx, query)? };
    let window =
        cx.air.push_window(WindowSpec { name: None, base: None, partition: List::EMPTY, order, frame: None });
    let call = if op == Builtin::CountAll {
        cx.air.aggregate(op, &[], Type::I64, Span::NONE)
    } else {
        cx.air.push(
            Expr::Call { op, modifier: Modifier::None, args: List::EMPTY },
            Type::I64,
            false,
            Span::NONE,
        )
    };
    Ok(cx.air.push(Expr::Window { call, window, ignore_nulls: false }, Type::I64, false, Span::NONE))
}

/// Makes the query's body a plain block: windows are computed before DISTINCT and set operations after.
fn block_of(cx: &mut Context<'_>, query: QueryId) -> Result<(), Refused> {
    let distinct = match cx.air.query(query).body {
        Body::Select { select } => !matches!(cx.air.select(select).distinct, Distinct::All {}),
        _ => {
            super::order::derive_body(cx, query);
            false
        }
    };
    if distinct && build::wrap(cx.air, query, &[]).is_none() {
        let unlock = "give a schema, so that the columns of `*` are known";
        return cx.refuse(codes::SCHEMA_NEEDED, Span::NONE, "this row limit needs known columns", unlock);
    }
    Ok(())
}

fn with_ties(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Some(Limit { count: Some(count), offset, percent, with_ties: true }) = cx.air.query(query).limit
    else {
        return Ok(false);
    };
    let top_takes_it = cx.target.can.paging != Paging::Top || offset.is_none();
    if cx.has(cx.target.can.with_ties) && top_takes_it && !(percent && !cx.target.can.limit_percent) {
        return Ok(false);
    }
    if percent {
        let span = cx.air.span(count);
        return cx.refuse(codes::LIMIT, span, "ties of a percentage have no form", "");
    }
    block_of(cx, query)?;
    let mut hidden = vec![over_order(cx, query, Builtin::Rank)?];
    if offset.is_some() {
        hidden.push(over_order(cx, query, Builtin::RowNumber)?);
    }
    let Some(wrapped) = build::wrap(cx.air, query, &hidden) else {
        let unlock = "give a schema, so that the columns of `*` are known";
        return cx.refuse(codes::SCHEMA_NEEDED, Span::NONE, "this row limit needs known columns", unlock);
    };
    let rank = cx.air.column_of(wrapped.source, wrapped.shown, Span::NONE);
    let filter = match offset {
        None => Some(cx.air.compare(CompareOp::Le, rank, count)),
        Some(offset) => {
            let last = cx.air.call(Builtin::Add, &[offset, count], Type::I64, false, Span::NONE);
            let within = cx.air.compare(CompareOp::Le, rank, last);
            let number = cx.air.column_of(wrapped.source, wrapped.shown + 1, Span::NONE);
            let passed = cx.air.copy(offset);
            let behind = cx.air.compare(CompareOp::Gt, number, passed);
            cx.air.and(&[Some(within), Some(behind)])
        }
    };
    cx.air.select_mut(wrapped.outer).filter = filter;
    cx.air.query_mut(query).limit = None;
    Ok(true)
}

fn percent(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Some(Limit { count: Some(count), offset, percent: true, with_ties }) = cx.air.query(query).limit
    else {
        return Ok(false);
    };
    if cx.target.can.limit_percent && !(cx.target.can.paging == Paging::Top && offset.is_some()) {
        return Ok(false);
    }
    if with_ties || offset.is_some() {
        let span = cx.air.span(count);
        return cx.refuse(codes::LIMIT, span, "a percentage behind an OFFSET has no form", "");
    }
    block_of(cx, query)?;
    let number = over_order(cx, query, Builtin::RowNumber)?;
    let all = over_order(cx, query, Builtin::CountAll)?;
    let Some(wrapped) = build::wrap(cx.air, query, &[number, all]) else {
        let unlock = "give a schema, so that the columns of `*` are known";
        return cx.refuse(codes::SCHEMA_NEEDED, Span::NONE, "this row limit needs known columns", unlock);
    };
    // number <= ceil(count * p / 100), in integers: (number - 1) * 100 < count * p.
    let air = &mut *cx.air;
    let number = air.column_of(wrapped.source, wrapped.shown, Span::NONE);
    let all = air.column_of(wrapped.source, wrapped.shown + 1, Span::NONE);
    let one = air.int(1, Span::NONE);
    let hundred = air.int(100, Span::NONE);
    let before = air.call(Builtin::Sub, &[number, one], Type::I64, false, Span::NONE);
    let before = air.call(Builtin::Mul, &[before, hundred], Type::I64, false, Span::NONE);
    let ty = if air.ty(count).is_int() { Type::I64 } else { Type::Number };
    let part = air.call(Builtin::Mul, &[all, count], ty, false, Span::NONE);
    let filter = air.compare(CompareOp::Lt, before, part);
    air.select_mut(wrapped.outer).filter = Some(filter);
    air.query_mut(query).limit = None;
    Ok(true)
}

fn limit_in_subquery(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.limit_in_subquery {
        return Ok(false);
    }
    let (Expr::InQuery { query, .. } | Expr::Quantified { query, .. }) = cx.air.expr(id) else {
        return Ok(false);
    };
    if cx.air.query(query).limit.is_none() {
        return Ok(false);
    }
    super::setops::derive_whole(cx.air, query);
    Ok(true)
}
