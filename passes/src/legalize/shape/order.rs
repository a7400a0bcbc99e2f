//! ORDER BY: where NULLs stand, and keys that are not in the select list of a DISTINCT or a set operation.

use air::expr::{OrderKey, WindowSpec};
use air::fidelity::Assume;
use air::query::{Body, CteBody, Distinct, GroupBy, GroupElement, Item, LooseColumns, Rel, SourceKind};
use air::target::Target;
use air::types::Collation;
use air::{Builtin, Expr, ExprId, List, QueryId, RelId, SelectId, Statement};
use air_base::Span;

use crate::build::{self, Build};
use crate::codes;
use crate::kind::{Kind, StatementKind};
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "null_order",
        law: "a key that is NULL or not, put before the key itself, parts NULLs from values on the side asked for",
        apply: Apply::When(|to| !to.has(to.can.nulls_first_last), &Apply::Query(null_order)),
    },
    Rule {
        name: "null_order_inside",
        law: "a key that is NULL or not, put before the key itself, parts NULLs from values on the side asked for",
        apply: Apply::Kinds(&[Kind::Aggregate, Kind::Window], null_order_inside),
    },
    Rule {
        name: "derived_order",
        law: "rows of a table have no order, wherever they come from",
        apply: Apply::When(orders_in_full_only, &Apply::Rel(derived_order)),
    },
    Rule {
        name: "common_order",
        law: "rows of a table have no order, wherever they come from",
        apply: Apply::When(orders_in_full_only, &Apply::Query(common_order)),
    },
    Rule {
        name: "subquery_order",
        law: "one value, or whether rows are there, depends on no order",
        apply: Apply::When(
            orders_in_full_only,
            &Apply::Kinds(&[Kind::Scalar, Kind::InQuery, Kind::Exists, Kind::Quantified], subquery_order),
        ),
    },
    Rule {
        name: "view_order",
        law: "rows of a view have no order",
        apply: Apply::When(orders_in_full_only, &Apply::Statements(&[StatementKind::CreateView], view_order)),
    },
    Rule {
        name: "distinct_order",
        law: "rows that are distinct stay so in a derived table, whose columns any key may use",
        apply: Apply::Query(distinct_order),
    },
    Rule {
        name: "set_operation_order",
        law: "rows of a set operation stay the same in a derived table, whose columns any key may use",
        apply: Apply::Query(set_operation_order),
    },
];

fn orders_in_full_only(target: &Target) -> bool {
    !target.can.derived_order
}

/// Leaves out an order that decides about no limit.
fn unordered(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let node = cx.air.query(query);
    if node.limit.is_some() || node.order.is_empty() {
        return Ok(false);
    }
    // An aggregate that says no order of its own takes its values as they come.
    let takes_as_they_come = |id: ExprId| match cx.air.expr(id) {
        Expr::Aggregate { op: Builtin::StringAgg | Builtin::ArrayAgg | Builtin::JsonAgg, order, .. } => {
            order.is_empty()
        }
        _ => false,
    };
    if cx.air.expr_ids().any(takes_as_they_come) {
        let message = "values are collected in the order of a subquery, which has none";
        return cx.refuse(codes::QUERY, cx.air.query_span(query), message, "order inside of the aggregate");
    }
    cx.air.query_mut(query).order = List::EMPTY;
    Ok(true)
}

fn derived_order(cx: &mut Context<'_>, rel: RelId) -> Fired {
    let Rel::Source { source } = cx.air.rel(rel) else { return Ok(false) };
    let SourceKind::Derived { query } = cx.air.source(source).kind else { return Ok(false) };
    unordered(cx, query)
}

fn common_order(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let ctes = cx.air.query(query).ctes;
    let mut fired = false;
    for i in 0..ctes.len() {
        let cte = cx.air.at(ctes, i);
        if let CteBody::Query { query } = cx.air.cte(cte).body {
            fired |= unordered(cx, query)?;
        }
    }
    Ok(fired)
}

fn subquery_order(cx: &mut Context<'_>, id: ExprId) -> Fired {
    match cx.air.expr(id) {
        Expr::Scalar { query, .. }
        | Expr::InQuery { query, .. }
        | Expr::Exists { query, .. }
        | Expr::Quantified { query, .. } => unordered(cx, query),
        _ => Ok(false),
    }
}

fn view_order(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::CreateView { view } = &cx.air.statements[at] else { return Ok(false) };
    let query = view.query;
    unordered(cx, query)
}

/// True if the target puts the NULLs of this key elsewhere and cannot be told otherwise.
fn misplaced(cx: &Context<'_>, key: &OrderKey) -> bool {
    let natural = cx.target.can.null_rank.first(key.descending);
    key.nulls_first != natural && cx.air.info(key.expr).nullable
}

fn null_order(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let body = cx.air.query(query).body;
    let keys = cx.air.list(cx.air.query(query).order);
    if !keys.iter().any(|key| misplaced(cx, key)) {
        return Ok(false);
    }
    if !matches!(body, Body::Select { .. }) {
        // A key over columns of the result needs names for them.
        derive_body(cx, query);
        return Ok(true);
    }
    let keys = keys.to_vec();
    let parted = part_nulls(cx, &keys, |cx, id| match (cx.air.expr(id), body) {
        (Expr::Output { index }, Body::Select { select }) => build::output_expr(cx.air, select, index),
        _ => Some(id),
    });
    let Some(parted) = parted else {
        let unlock = "give a schema, so that the columns of `*` are known";
        return cx.refuse(
            crate::codes::SCHEMA_NEEDED,
            Span::NONE,
            "a key by position needs known columns",
            unlock,
        );
    };
    cx.air.query_mut(query).order = parted;
    Ok(true)
}

fn null_order_inside(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.has(cx.target.can.nulls_first_last) {
        return Ok(false);
    }
    match cx.air.expr(id) {
        Expr::Aggregate { op, distinct, args, order, filter, collation } => {
            let keys = cx.air.list(order).to_vec();
            if !keys.iter().any(|key| misplaced(cx, key)) {
                return Ok(false);
            }
            let Some(order) = part_nulls(cx, &keys, |_, id| Some(id)) else { return Ok(false) };
            cx.air.set(id, Expr::Aggregate { op, distinct, args, order, filter, collation });
        }
        Expr::Window { window, .. } => {
            let WindowSpec { order, frame, .. } = *cx.air.window(window);
            let keys = cx.air.list(order).to_vec();
            if !keys.iter().any(|key| misplaced(cx, key)) {
                return Ok(false);
            }
            let by_value = frame.is_some_and(|frame| {
                use air::expr::{FrameBound, FrameUnit};
                let offset =
                    |bound| matches!(bound, FrameBound::Preceding { .. } | FrameBound::Following { .. });
                frame.unit == FrameUnit::Range && (offset(frame.start) || offset(frame.end))
            });
            if by_value {
                let span = cx.air.span(id);
                let message = "a RANGE frame with offsets takes one key, so NULLs cannot be put elsewhere";
                return cx.refuse(crate::codes::WINDOW, span, message, "");
            }
            let Some(order) = part_nulls(cx, &keys, |_, id| Some(id)) else { return Ok(false) };
            cx.air.window_mut(window).order = order;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// The keys with one more before each that has its NULLs elsewhere. `operand`: what a key is the value of.
fn part_nulls(
    cx: &mut Context<'_>,
    keys: &[OrderKey],
    operand: impl Fn(&Context<'_>, ExprId) -> Option<ExprId>,
) -> Option<List<OrderKey>> {
    let mut parted = Vec::with_capacity(keys.len() * 2);
    for key in keys {
        let natural = cx.target.can.null_rank.first(key.descending);
        if misplaced(cx, key) {
            let value = operand(cx, key.expr)?;
            let value = cx.air.copy(value);
            // False stands before true: the rows wanted first are those for which this is false.
            let test = cx.air.is_null(value, key.nulls_first);
            parted.push(build::key(cx.target, test, false, Collation::BINARY));
        }
        parted.push(OrderKey { nulls_first: natural, ..*key });
    }
    Some(cx.air.push_list(&parted))
}

/// `SELECT DISTINCT a … ORDER BY b`: dialects that take it use the `b` of whichever row stands for the others.
fn distinct_order(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Body::Select { select } = cx.air.query(query).body else { return Ok(false) };
    if !matches!(cx.air.select(select).distinct, Distinct::Distinct {}) {
        return Ok(false);
    }
    let keys = cx.air.list(cx.air.query(query).order).to_vec();
    let foreign = |cx: &Context<'_>, id: ExprId| !is_item(cx, select, id);
    if !keys.iter().any(|key| foreign(cx, key.expr)) {
        return Ok(false);
    }
    if !build::expand_stars(cx.air, select) {
        return Ok(false);
    }
    let keys = cx.air.list(cx.air.query(query).order).to_vec();
    // Keys computed from the shown columns alone are computed outside.
    let items = cx.air.list(cx.air.select(select).items).to_vec();
    let mut determined = true;
    for key in &keys {
        determined &= is_item(cx, select, key.expr) || over_items(cx, &items, key.expr);
    }
    if determined {
        let distinct = cx.air.select(select).distinct;
        cx.air.select_mut(select).distinct = Distinct::All {};
        let Some(wrapped) = build::wrap(cx.air, query, &[]) else { return Ok(false) };
        // Hidden columns depend on the shown ones, so rows are as distinct with them as without.
        cx.air.select_mut(wrapped.inner).distinct = distinct;
        return Ok(true);
    }
    let block = *cx.air.select(select);
    let aggregated = block.group.is_some()
        || items
            .iter()
            .any(|item| matches!(item, Item::Expr { expr, .. } if build::has_aggregate(cx.air, *expr)));
    if aggregated {
        return Ok(false);
    }
    let span = keys.first().map_or(Span::NONE, |key| cx.air.span(key.expr));
    cx.assume(Assume::AnyRow, "rows are distinct and ordered by something that is not selected", span)?;
    let mut elements = Vec::with_capacity(items.len());
    for item in &items {
        if let Item::Expr { expr, .. } = *item {
            elements.push(GroupElement::Key { expr: cx.air.copy(expr) });
        }
    }
    let mut new_keys = keys;
    for key in &mut new_keys {
        if !is_item(cx, select, key.expr) {
            let ty = cx.air.ty(key.expr);
            let span = cx.air.span(key.expr);
            let op = if key.descending { Builtin::Max } else { Builtin::Min };
            key.expr = cx.air.aggregate(op, &[key.expr], ty, span);
        }
    }
    let order = cx.air.push_list(&new_keys);
    cx.air.query_mut(query).order = order;
    let elements = cx.air.push_list(&elements);
    let block = cx.air.select_mut(select);
    block.distinct = Distinct::All {};
    block.group = Some(GroupBy { elements, loose: LooseColumns::Determined });
    Ok(true)
}

/// True if the key is an item of the list by position, alias or structure.
fn is_item(cx: &Context<'_>, select: SelectId, key: ExprId) -> bool {
    if matches!(cx.air.expr(key), Expr::Output { .. }) {
        return true;
    }
    let block = cx.air.select(select);
    cx.air.list(block.items).iter().any(|item| match *item {
        Item::Expr { expr, .. } => build::same(cx.air, expr, key),
        // A star shows every column of its sources.
        Item::Star { source: only } => match cx.air.expr(key) {
            Expr::Column { source, .. } => match only {
                Some(only) => only == source,
                None => block.from.is_some_and(|from| build::sources(cx.air, from).contains(&source)),
            },
            _ => false,
        },
    })
}

/// True if the expression is computed from items alone.
fn over_items(cx: &Context<'_>, items: &[Item], id: ExprId) -> bool {
    let item = |id| {
        items.iter().any(|item| matches!(item, Item::Expr { expr, .. } if build::same(cx.air, *expr, id)))
    };
    if item(id) {
        return true;
    }
    match cx.air.expr(id) {
        Expr::Column { .. } | Expr::Aggregate { .. } | Expr::Window { .. } => false,
        Expr::Exists { .. } | Expr::Scalar { .. } | Expr::InQuery { .. } | Expr::Quantified { .. } => false,
        expr => {
            let mut all = true;
            air::node::Operand::children(&expr, cx.air, &mut |child| {
                if let air::node::Child::Expr(child) = child {
                    all &= over_items(cx, items, child);
                }
            });
            all
        }
    }
}

fn set_operation_order(cx: &mut Context<'_>, query: QueryId) -> Fired {
    if matches!(cx.air.query(query).body, Body::Select { .. }) {
        return Ok(false);
    }
    let keys = cx.air.list(cx.air.query(query).order);
    if keys.iter().all(|key| matches!(cx.air.expr(key.expr), Expr::Output { .. })) {
        return Ok(false);
    }
    derive_body(cx, query);
    Ok(true)
}

/// Puts the body of a query into a derived table, and lets order keys use its columns.
pub(crate) fn derive_body(cx: &mut Context<'_>, query: QueryId) {
    let air = &mut *cx.air;
    let old = *air.query(query);
    let columns = super::sources::name_columns(air, query);
    let inner = air.push_query(build::plain(old.body), air.query_span(query));
    let alias = air.fresh("d");
    let source = air.derived(inner, alias, &columns);
    let from = air.source_rel(source);
    let mut items = Vec::with_capacity(columns.len());
    for i in 0..columns.len() {
        let expr = air.column_of(source, i as u32, Span::NONE);
        items.push(Item::Expr { expr, alias: None });
    }
    let outer = air.select_query(&items, Some(from), None);
    air.query_mut(query).body = air.query(outer).body;
    // Positions inside of a key's expression become columns.
    let keys = air.list(old.order).to_vec();
    for key in keys {
        let roots = [air::node::Child::Expr(key.expr)];
        for id in build::below(air, &roots) {
            if let Expr::Output { index } = air.expr(id)
                && (index as usize) < columns.len()
            {
                air.set(id, Expr::Column { source, index, qualified: true });
            }
        }
    }
}
