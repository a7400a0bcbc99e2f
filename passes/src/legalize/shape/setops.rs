//! Set operations: nested operands, and INTERSECT ALL and EXCEPT ALL by row numbers.

use air::expr::{Modifier, WindowSpec};
use air::node::Child;
use air::query::{Body, CteBody, Item, Query, Rel, SetOp, SourceKind};
use air::{Air, Builtin, Expr, List, QueryId, Type};
use air_base::Span;

use crate::build::{self, Build};
use crate::codes;
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "set_operation_all",
        law: "numbered within its equals, every row is distinct; distinct operations on numbered rows count duplicates",
        apply: Apply::Query(numbered_all),
    },
    Rule {
        name: "values_ordered",
        law: "rows of VALUES stay the same in a derived table",
        apply: Apply::When(|to| !to.can.values_order, &Apply::Query(values_ordered)),
    },
    Rule {
        name: "recursion_on_the_surface",
        law: "a recursive part names its table in its own FROM, where the target looks for it",
        apply: Apply::When(|to| !to.can.nested_recursion, &Apply::Query(recursion_on_the_surface)),
    },
    Rule {
        name: "recursive_arms",
        law: "one arm of a recursive table refers to it, once, with texts declared as in the others",
        apply: Apply::When(
            |to| !to.can.recursive_arms || to.can.recursion_widths,
            &Apply::Query(recursive_arms),
        ),
    },
    Rule {
        name: "set_operand_derived",
        law: "a derived table has the same rows as its query",
        apply: Apply::When(|to| !to.can.set_operand_parentheses, &Apply::Query(operand_derived)),
    },
];

/// Refuses a common table expression that refers to itself inside of a subquery or of a WITH of its own.
fn recursion_on_the_surface(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Query { ctes, recursive, .. } = *cx.air.query(query);
    if !recursive {
        return Ok(false);
    }
    for i in 0..ctes.len() {
        let cte = cx.air.at(ctes, i);
        let CteBody::Query { query: body } = cx.air.cte(cte).body else { continue };
        let mut arms = vec![body];
        let mut surface = Vec::new();
        while let Some(arm) = arms.pop() {
            let node = cx.air.query(arm);
            match node.body {
                Body::SetOp { left, right, .. } => arms.extend([left, right]),
                Body::Select { select } => {
                    if let Some(from) = cx.air.select(select).from {
                        surface.extend(build::sources(cx.air, from));
                    }
                }
                Body::Values { .. } => {}
            }
        }
        let mut inside = false;
        let mut stack = vec![Child::Query(body)];
        while let Some(child) = stack.pop() {
            if let Child::Rel(rel) = child
                && let Rel::Source { source } = cx.air.rel(rel)
            {
                let same = matches!(cx.air.source(source).kind, SourceKind::Cte { cte: of } if of == cte);
                inside |= same && !surface.contains(&source);
            }
            cx.air.children(child, &mut |below| stack.push(below));
        }
        if inside {
            let span = cx.air.query_span(body);
            let message = "a recursive table inside of a subquery of its recursive part has no form";
            return cx.refuse(codes::QUERY, span, message, "name it in FROM of the recursive part");
        }
    }
    Ok(false)
}

/// References to a common table expression at or below a query.
pub(super) fn references(air: &Air, query: QueryId, cte: air::CteId) -> usize {
    let mut count = 0;
    let mut stack = vec![Child::Query(query)];
    while let Some(child) = stack.pop() {
        if let Child::Rel(rel) = child
            && let Rel::Source { source } = air.rel(rel)
            && matches!(air.source(source).kind, SourceKind::Cte { cte: of } if of == cte)
        {
            count += 1;
        }
        air.children(child, &mut |below| stack.push(below));
    }
    count
}

/// PostgreSQL wants one recursive arm with one reference, and texts of one type.
fn recursive_arms(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Query { ctes, recursive, .. } = *cx.air.query(query);
    if !recursive {
        return Ok(false);
    }
    let mut fired = false;
    for i in 0..ctes.len() {
        let cte = cx.air.at(ctes, i);
        let CteBody::Query { query: body } = cx.air.cte(cte).body else { continue };
        let all = references(cx.air, body, cte);
        if all == 0 {
            continue;
        }
        let Body::SetOp { left, right, .. } = cx.air.query(body).body else { continue };
        if !cx.target.can.recursive_arms && (all > 1 || references(cx.air, left, cte) > 0) {
            let span = cx.air.query_span(body);
            let message = "a recursive table that is referred to more than once has no form";
            return cx.refuse(codes::QUERY, span, message, "one recursive arm");
        }
        if cx.target.can.recursion_widths {
            fired |= wide_texts(cx, left, right);
        }
        if cx.target.can.recursive_texts_alike {
            let alike = unbounded_texts(cx, left, right);
            fired |= alike;
            fired |= integers_alike(cx, left, right);
        }
    }
    Ok(fired)
}

/// Longest text that a column of a recursive table gets where no length is declared.
const RECURSIVE_TEXT: u32 = 4000;

/// Gives texts of the first rows as much room as those of later rows have.
fn wide_texts(cx: &mut Context<'_>, left: QueryId, right: QueryId) -> bool {
    let (Body::Select { select: l }, Body::Select { select: r }) =
        (cx.air.query(left).body, cx.air.query(right).body)
    else {
        return false;
    };
    let sides = [l, r].map(|select| cx.air.list(cx.air.select(select).items).to_vec());
    if sides[0].len() != sides[1].len() {
        return false;
    }
    let mut fired = false;
    for (a, b) in sides[0].iter().zip(&sides[1]) {
        let (Item::Expr { expr: a, .. }, Item::Expr { expr: b, .. }) = (*a, *b) else { return fired };
        let (Type::Text(first), Type::Text(later)) = (cx.air.ty(a), cx.air.ty(b)) else { continue };
        let widens = match (cx.air.expr(a), cx.air.expr(b)) {
            (Expr::Column { .. }, Expr::Column { .. }) => later.length > first.length && first.length > 0,
            (Expr::Cast { operand, .. }, _) if matches!(cx.as_call(operand), Some((Builtin::Concat, _))) => {
                false
            }
            (Expr::Call { .. }, Expr::Call { .. }) if first.length == 0 => false,
            (_, Expr::Column { .. }) => later.length > first.length && first.length > 0,
            _ => true,
        };
        if !widens {
            continue;
        }
        let length = match (first.length, later.length) {
            (_, 0) => RECURSIVE_TEXT,
            (first, later) => first.max(later),
        };
        let wide = Type::Text(air::types::TextType { kind: air::types::TextKind::Varying, length, ..first });
        let (copy, nothing) = (cx.air.copy(a), cx.text("", a));
        let joined = cx.call(Builtin::Concat, &[copy, nothing], Type::TEXT, a);
        let rule = air::types::CastRule {
            reason: air::types::CastReason::Explicit,
            ..air::types::CastRule::IMPLICIT
        };
        cx.air.set(a, Expr::Cast { operand: joined, to: wide, rule });
        fired = true;
    }
    fired
}

/// Makes a column that is text in both arms of a recursive table text without bound, where its bounds differ.
fn unbounded_texts(cx: &mut Context<'_>, left: QueryId, right: QueryId) -> bool {
    let (Body::Select { select: l }, Body::Select { select: r }) =
        (cx.air.query(left).body, cx.air.query(right).body)
    else {
        return false;
    };
    let sides = [l, r].map(|select| cx.air.list(cx.air.select(select).items).to_vec());
    if sides[0].len() != sides[1].len() {
        return false;
    }
    let mut fired = false;
    for (a, b) in sides[0].iter().zip(&sides[1]) {
        let (Item::Expr { expr: a, .. }, Item::Expr { expr: b, .. }) = (*a, *b) else { return fired };
        let unlike = match (cx.air.expr(a), cx.air.expr(b)) {
            (Expr::Column { .. }, Expr::Column { .. }) => cx.air.ty(a) != cx.air.ty(b),
            _ => true,
        };
        if !unlike || !cx.air.ty(a).is_text() || !cx.air.ty(b).is_text() {
            continue;
        }
        for side in [a, b] {
            // A text that has been joined or cut has no bound.
            let (op, args) = match (cx.air.expr(side), cx.air.ty(side)) {
                (Expr::Cast { operand, .. }, Type::Text(text)) if text.length > 0 => {
                    let (first, length) = (cx.int(1, side), cx.int(i64::from(text.length), side));
                    (Builtin::SubstringInside, vec![operand, first, length])
                }
                (Expr::Column { .. }, _) => {
                    let (column, nothing) = (cx.air.copy(side), cx.text("", side));
                    (Builtin::Concat, vec![column, nothing])
                }
                _ => continue,
            };
            cx.become_call(side, op, &args);
            cx.air.info_mut(side).ty = Type::TEXT;
            fired = true;
        }
    }
    fired
}

/// Where a product widens a column of a recursive table, which has the type of its first rows, it is cast back.
fn integers_alike(cx: &mut Context<'_>, left: QueryId, right: QueryId) -> bool {
    let (Body::Select { select: l }, Body::Select { select: r }) =
        (cx.air.query(left).body, cx.air.query(right).body)
    else {
        return false;
    };
    let [first, next] = [l, r].map(|select| cx.air.list(cx.air.select(select).items).to_vec());
    let mut fired = false;
    for (at, (a, b)) in first.iter().zip(&next).enumerate() {
        let (Item::Expr { expr: a, .. }, Item::Expr { expr: b, alias }) = (*a, *b) else { return fired };
        let narrow = match cx.int_value(a) {
            Some(value) => i32::try_from(value).is_ok(),
            None => cx.air.ty(a) == Type::I32,
        };
        let widened = cx.air.ty(b).is_int()
            && !matches!(cx.air.expr(b), Expr::Cast { .. })
            && build::below(cx.air, &[Child::Expr(b)]).iter().any(|&part| match cx.air.expr(part) {
                Expr::Call { op, .. } => op == Builtin::Mul,
                Expr::Cast { to, .. } => to == Type::I64,
                _ => false,
            });
        if !narrow || !widened {
            continue;
        }
        let expr = cx.cast(b, Type::I32);
        let mut items = cx.air.list(cx.air.select(r).items).to_vec();
        items[at] = Item::Expr { expr, alias };
        let items = cx.air.push_list(&items);
        cx.air.select_mut(r).items = items;
        fired = true;
    }
    fired
}

/// Strength of an operation as the target reads a flat list.
fn strength(cx: &Context<'_>, op: SetOp) -> u8 {
    if op == SetOp::Intersect && cx.target.can.intersect_first { 3 } else { 1 }
}

fn operand_derived(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Body::SetOp { op, left, right, .. } = cx.air.query(query).body else { return Ok(false) };
    let mut fired = false;
    for (side, min) in [(left, strength(cx, op)), (right, strength(cx, op) + 1)] {
        let operand = cx.air.query(side);
        let own = match operand.body {
            Body::SetOp { op, .. } => strength(cx, op),
            Body::Select { .. } | Body::Values { .. } => u8::MAX,
        };
        if !build::is_plain(operand) || own < min {
            derive_whole(cx.air, side);
            fired = true;
        }
    }
    Ok(fired)
}

/// Makes a query `SELECT … FROM (itself) AS d`.
pub(crate) fn derive_whole(air: &mut Air, query: QueryId) {
    let columns = super::sources::name_columns(air, query);
    let old = *air.query(query);
    let inner = air.push_query(old, air.query_span(query));
    let alias = air.fresh("d");
    let source = air.derived(inner, alias, &columns);
    let from = air.source_rel(source);
    let mut items = Vec::with_capacity(columns.len());
    for i in 0..columns.len() {
        let expr = air.column_of(source, i as u32, Span::NONE);
        items.push(Item::Expr { expr, alias: None });
    }
    if items.is_empty() {
        items.push(Item::Star { source: None });
    }
    let outer = air.select_query(&items, Some(from), None);
    *air.query_mut(query) = build::plain(air.query(outer).body);
}

fn numbered_all(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Body::SetOp { op, all: true, left, right, collation } = cx.air.query(query).body else {
        return Ok(false);
    };
    if op == SetOp::Union || cx.has(cx.target.can.intersect_except_all) {
        return Ok(false);
    }
    let span = cx.air.query_span(query);
    if !cx.has(cx.target.can.intersect_except) {
        return cx.refuse(
            codes::QUERY,
            span,
            "INTERSECT and EXCEPT have no form",
            "a newer version of the server",
        );
    }
    let mut sides = [left, right];
    for side in &mut sides {
        derive_whole(cx.air, *side);
        let Body::Select { select } = cx.air.query(*side).body else { return Ok(false) };
        let items = cx.air.list(cx.air.select(select).items).to_vec();
        if items.iter().any(|item| matches!(item, Item::Star { .. })) {
            return cx.refuse(
                codes::SCHEMA_NEEDED,
                span,
                "the columns of a set operation have to be known",
                "give a schema",
            );
        }
        let mut keys = Vec::with_capacity(items.len());
        for item in &items {
            if let Item::Expr { expr, .. } = *item {
                keys.push(cx.air.copy(expr));
            }
        }
        let partition = cx.air.push_list(&keys);
        let spec = WindowSpec { name: None, base: None, partition, order: List::EMPTY, frame: None };
        let window = cx.air.push_window(spec);
        let call = Expr::Call { op: Builtin::RowNumber, modifier: Modifier::None, args: List::EMPTY };
        let call = cx.air.push(call, Type::I64, false, Span::NONE);
        let number = Expr::Window { call, window, ignore_nulls: false };
        let number = cx.air.push(number, Type::I64, false, Span::NONE);
        let alias = cx.air.fresh("n");
        let mut items = items;
        items.push(Item::Expr { expr: number, alias: Some(alias) });
        let items = cx.air.push_list(&items);
        let mut outputs = cx.air.list(cx.air.select(select).outputs).to_vec();
        outputs.push(air::query::Output { name: alias, ty: Type::I64, nullable: false });
        let outputs = cx.air.push_list(&outputs);
        let block = cx.air.select_mut(select);
        block.items = items;
        block.outputs = outputs;
    }
    let [left, right] = sides;
    let body = Body::SetOp { op, all: false, left, right, collation };
    let inner = cx.air.push_query(build::plain(body), span);
    let mut columns = super::sources::name_columns(cx.air, inner);
    let alias = cx.air.fresh("d");
    let source = cx.air.derived(inner, alias, &columns);
    columns.pop();
    let from = cx.air.source_rel(source);
    let mut items = Vec::with_capacity(columns.len());
    for i in 0..columns.len() {
        let expr = cx.air.column_of(source, i as u32, Span::NONE);
        items.push(Item::Expr { expr, alias: None });
    }
    let outer = cx.air.select_query(&items, Some(from), None);
    let body = cx.air.query(outer).body;
    cx.air.query_mut(query).body = body;
    Ok(true)
}

/// `VALUES … ORDER BY`, also where VALUES is the last operand of a set operation.
fn values_ordered(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let known = *cx.air.query(query);
    if known.order.is_empty() && known.limit.is_none() {
        return Ok(false);
    }
    let mut body = known.body;
    while let Body::SetOp { right, .. } = body {
        body = cx.air.query(right).body;
    }
    if !matches!(body, Body::Values { .. }) {
        return Ok(false);
    }
    super::order::derive_body(cx, query);
    Ok(true)
}
