//! Rows and lists of texts that count less than bytes: set operations, lists of distinct texts, the greatest of texts.
//!
//! Before: set operations, distinct lists and GREATEST say how their texts compare. After: what is alike is found by
//! folded forms, and one of the spellings shows: the first, as far as rows have an order.

use air::builtins::Builtin::*;
use air::expr::{CompareOp, Modifier, OrderKey};
use air::fidelity::Assume;
use air::ids::List;
use air::node::Child;
use air::query::{Body, CteBody, Distinct, Item, Output, Query, Select, SetOp, SourceColumn};
use air::target::Decimals;
use air::types::{Collation, Type};
use air::{Expr, ExprId, QueryId};
use air_base::Span;

use super::aggregates::has_column;
use super::collation::{Means, Purpose, fitted, folded, means, text_set_operation};
use crate::build::{self, Build};
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "loose_set_operation",
        law: "a set operation keeps one row of those alike: the distinct rows of both, of the left ones those that have, or have no, partner",
        apply: Apply::Query(loose_set_operation),
    },
    Rule {
        name: "text_set_operation",
        law: "rows of a set operation are alike when their texts are alike byte by byte",
        apply: Apply::Query(text_set_operation),
    },
    Rule {
        name: "greatest_text",
        law: "the greatest of texts is the first whose folded form is not below that of another",
        apply: Apply::Builtins(&[Greatest, Least], greatest_text),
    },
    Rule {
        name: "distinct_list",
        law: "a list of distinct texts joins the first of those alike, in the order of a key",
        apply: Apply::Builtins(&[StringAgg], distinct_list),
    },
];

fn is_recursive_body(cx: &Context<'_>, id: QueryId) -> bool {
    cx.air.query_ids().any(|query| {
        let Query { ctes, recursive, .. } = *cx.air.query(query);
        recursive
            && cx
                .air
                .list(ctes)
                .iter()
                .any(|cte| matches!(cx.air.cte(*cte).body, CteBody::Query { query: body } if body == id))
    })
}

fn loose_set_operation(cx: &mut Context<'_>, id: QueryId) -> Fired {
    let Body::SetOp { op, all, left, right, collation } = cx.air.query(id).body else { return Ok(false) };
    if all || means(cx, collation, &[]) != Means::Folded || is_recursive_body(cx, id) {
        return Ok(false);
    }
    let outputs = build::outputs(cx.air, left);
    let others = build::outputs(cx.air, right);
    if !outputs.iter().chain(&others).any(|output| output.ty.is_text()) {
        return Ok(false);
    }
    // Names may be missing or stand twice; the columns of a derived table have names of their own then.
    let mut columns: Vec<SourceColumn> = Vec::with_capacity(outputs.len());
    for (i, output) in outputs.iter().enumerate() {
        let ty = match (output.ty, others.get(i).map(|other| other.ty)) {
            (Type::Text(text), _) | (_, Some(Type::Text(text))) => {
                Type::Text(air::types::TextType { collation, ..text })
            }
            (ty, _) => ty,
        };
        let nullable = output.nullable || others.get(i).is_none_or(|other| other.nullable);
        columns.push(SourceColumn { name: output.name, ty, nullable });
    }
    let rename = |cx: &mut Context<'_>, query: QueryId| -> bool {
        let Body::Select { select } = cx.air.query(query).body else { return false };
        if !build::expand_stars(cx.air, select) {
            return false;
        }
        let items: Vec<Item> = cx.air.list(cx.air.select(select).items).to_vec();
        items.len() == columns.len()
    };
    let mut first = left;
    while let Body::SetOp { left, .. } = cx.air.query(first).body {
        first = left;
    }
    if !rename(cx, first) {
        return Ok(false);
    }
    let Body::Select { select: block } = cx.air.query(first).body else { return Ok(false) };
    let mut items: Vec<Item> = cx.air.list(cx.air.select(block).items).to_vec();
    let named = build::name_items(cx.air, block, &items, &[]);
    for (item, name) in items.iter_mut().zip(&named) {
        if let Item::Expr { expr, alias } = item {
            let own = match cx.air.expr(*expr) {
                Expr::Column { source, index, .. } => Some(cx.air.column(source, index).name),
                _ => None,
            };
            let written = alias.or(own).map(|name| cx.air.name(name).to_owned());
            if written.as_deref() != Some(cx.air.name(name.name)) {
                *alias = Some(name.name);
            }
        }
    }
    for (column, name) in columns.iter_mut().zip(&named) {
        column.name = name.name;
    }
    let list = cx.air.push_list(&items);
    cx.air.select_mut(block).items = list;
    let body = match op {
        SetOp::Union => {
            let both = Body::SetOp { op, all: true, left, right, collation };
            let span = cx.air.query_span(id);
            let inner = cx.air.push_query(build::plain(both), span);
            distinct_rows(cx, inner, &columns, &outputs, None)
        }
        SetOp::Except | SetOp::Intersect => {
            let negated = op == SetOp::Except;
            let alias = cx.air.fresh("r");
            let Some(partners) = partner_columns(cx, right, &columns) else { return Ok(false) };
            let partner = cx.air.derived(right, alias, &partners);
            distinct_rows(cx, left, &columns, &outputs, Some((partner, negated, collation)))
        }
    };
    cx.air.query_mut(id).body = body;
    Ok(true)
}

/// Gives the columns of the right side names, and says which.
fn partner_columns(
    cx: &mut Context<'_>,
    right: QueryId,
    columns: &[SourceColumn],
) -> Option<Vec<SourceColumn>> {
    let mut first = right;
    while let Body::SetOp { left, .. } = cx.air.query(first).body {
        first = left;
    }
    let Body::Select { select } = cx.air.query(first).body else { return None };
    if !build::expand_stars(cx.air, select) {
        return None;
    }
    let mut items: Vec<Item> = cx.air.list(cx.air.select(select).items).to_vec();
    let named = build::name_items(cx.air, select, &items, &[]);
    for (item, name) in items.iter_mut().zip(&named) {
        if let Item::Expr { alias, .. } = item {
            *alias = Some(name.name);
        }
    }
    let items = cx.air.push_list(&items);
    cx.air.select_mut(select).items = items;
    Some(named.iter().zip(columns).map(|(name, like)| SourceColumn { name: name.name, ..*like }).collect())
}

/// `SELECT DISTINCT columns FROM (query)`, of rows that have, or have no, partner in another table.
fn distinct_rows(
    cx: &mut Context<'_>,
    query: QueryId,
    columns: &[SourceColumn],
    outputs: &[Output],
    partner: Option<(air::SourceId, bool, Collation)>,
) -> Body {
    let alias = cx.air.fresh("u");
    let source = cx.air.derived(query, alias, columns);
    let mut items = Vec::with_capacity(columns.len());
    for index in 0..columns.len() as u32 {
        let expr = cx.air.column_of(source, index, Span::NONE);
        let heading = outputs[index as usize].name;
        let other = cx.air.name(heading) != cx.air.name(columns[index as usize].name);
        items.push(Item::Expr { expr, alias: (other && !heading.is_empty()).then_some(heading) });
    }
    let mut filter = None;
    if let Some((partner, negated, collation)) = partner {
        let mut tests = Vec::with_capacity(columns.len());
        for index in 0..columns.len() as u32 {
            let left = cx.air.column_of(source, index, Span::NONE);
            let right = cx.air.column_of(partner, index, Span::NONE);
            let nullable = columns[index as usize].nullable;
            let op = if nullable { CompareOp::Same } else { CompareOp::Eq };
            let alike = Expr::Compare { op, collation, left, right };
            tests.push(Some(cx.air.push(alike, Type::Bool, false, Span::NONE)));
        }
        let condition = cx.air.and(&tests);
        let one = cx.air.int(1, Span::NONE);
        let from = cx.air.source_rel(partner);
        let query = cx.air.select_query(&[Item::Expr { expr: one, alias: None }], Some(from), condition);
        filter = Some(cx.air.push(Expr::Exists { query, negated }, Type::Bool, false, Span::NONE));
    }
    let from = cx.air.source_rel(source);
    let items = cx.air.push_list(&items);
    let outputs = cx.air.push_list(outputs);
    let select = cx.air.push_select(Select {
        from: Some(from),
        distinct: Distinct::Distinct {},
        items,
        outputs,
        filter,
        group: None,
        having: None,
        windows: List::EMPTY,
        qualify: None,
    });
    Body::Select { select }
}

fn greatest_text(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Call { op, modifier: Modifier::Collation(collation), .. } = cx.air.expr(id) else {
        return Ok(false);
    };
    let args = cx.all_args(id);
    let texts = args.len() > 1 && args.iter().all(|&arg| cx.air.ty(arg).is_text());
    if !texts || means(cx, collation, &args) == Means::Native {
        return Ok(false);
    }
    let compare = if op == Greatest { CompareOp::Ge } else { CompareOp::Le };
    let mut branches = Vec::new();
    let nullable: Vec<ExprId> = args.iter().copied().filter(|&arg| cx.air.info(arg).nullable).collect();
    let missing: Vec<ExprId> = nullable.into_iter().map(|arg| cx.is_null(arg, false)).collect();
    if !missing.is_empty() {
        let ty = cx.air.ty(id);
        let any = cx.any_of(&missing, id);
        branches.push((any, cx.null(ty, id)));
    }
    for (at, &arg) in args.iter().enumerate().take(args.len() - 1) {
        // Those before were less than one that comes now.
        let tests: Vec<Option<ExprId>> = args[at + 1..]
            .iter()
            .map(|&other| {
                let test = Expr::Compare { op: compare, collation, left: arg, right: other };
                Some(cx.make(test, Type::Bool, true, id))
            })
            .collect();
        if let Some(test) = cx.air.and(&tests) {
            branches.push((test, arg));
        }
    }
    let expr = cx.case_expr(&branches, args.last().copied());
    cx.air.set(id, expr);
    Ok(true)
}

/// The parts of a list of distinct texts that the target cannot say by itself.
fn distinct_list(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Aggregate { op: StringAgg, distinct: true, args, order, filter, .. } = cx.air.expr(id) else {
        return Ok(false);
    };
    let &[value, separator] = cx.air.list(args) else { return Ok(false) };
    if !cx.speaks(StringAggOfDistinct) || cx.air.literal(separator).is_none() {
        return Ok(false);
    }
    let collation = cx.air.ty(value).collation().unwrap_or(Collation::BINARY);
    let folds = means(cx, collation, &[value]) == Means::Folded;
    let keys: Vec<OrderKey> = cx.air.list(order).to_vec();
    let own = keys.iter().all(|key| build::same(cx.air, key.expr, value));
    let comma = cx.text_literal(separator) == Some(",");
    // SQLite keeps no order of distinct values.
    let lacks = cx.target.can.decimals == Decimals::Float && (!comma || !keys.is_empty());
    let foreign = !own && !cx.target.can.distinct_other_order;
    if !folds && !foreign && !lacks {
        return Ok(false);
    }
    // An aggregate of constants inside of a subquery would be the subquery's own.
    if keys.len() > 1 || !has_column(cx, value) {
        return Ok(false);
    }
    // Which of those alike gives the key is open, unless the key says no more than the value.
    if keys.iter().any(|key| !build::same(cx.air, key.expr, value) && !follows(cx, key.expr, value)) {
        return Ok(false);
    }
    let (subject, span) = (cx.subject(value), cx.air.span(id));
    let shown = match filter {
        Some(filter) => {
            let ty = cx.air.ty(value);
            cx.case(&[(filter, value)], None, ty, id)
        }
        None => value,
    };
    let alike = if folds {
        cx.assume(Assume::AnyRow, &subject, span)?;
        folded(cx, value, collation, Purpose::Likeness)?
    } else {
        value
    };
    let (key, descending) = match keys[..] {
        [key] => {
            let folds = key.collation != fitted(cx)
                && cx.air.ty(key.expr).is_text()
                && means(cx, key.collation, &[key.expr]) == Means::Folded;
            let by = if folds { folded(cx, key.expr, key.collation, Purpose::Order)? } else { key.expr };
            (by, key.descending)
        }
        _ => (alike, false),
    };
    let op = if descending { StringAggOfDistinctDown } else { StringAggOfDistinct };
    let args = cx.air.push_list(&[shown, alike, key, separator]);
    let collation = Collation::BINARY;
    cx.air
        .set(id, Expr::Aggregate { op, distinct: false, args, order: List::EMPTY, filter: None, collation });
    Ok(true)
}

/// True if the key is computed from the one column that the value shows.
fn follows(cx: &Context<'_>, key: ExprId, value: ExprId) -> bool {
    let mut shown = value;
    loop {
        match cx.air.expr(shown) {
            Expr::Cast { operand, .. } => shown = operand,
            // Letter case does not count in the key.
            Expr::Call { op: Upper | Lower, args, .. } if super::collation::folds(cx, key) => {
                shown = cx.air.at(args, 0);
            }
            _ => break,
        }
    }
    if build::same(cx.air, key, shown) {
        return true;
    }
    let Expr::Column { source, index, .. } = cx.air.expr(shown) else { return false };
    build::below(cx.air, &[Child::Expr(key)]).into_iter().all(|id| match cx.air.expr(id) {
        Expr::Column { source: of, index: at, .. } => (of, at) == (source, index),
        Expr::Scalar { .. } => false,
        _ => true,
    })
}
