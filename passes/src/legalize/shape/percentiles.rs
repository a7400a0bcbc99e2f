//! Medians and percentiles of groups: values by their number in the group.
//!
//! Before: MEDIAN, PERCENTILE_CONT and PERCENTILE_DISC as aggregates. After, on targets without them: the rows of the
//! block carry their number and the number of values of their group, and the values that count are picked by them.

use air::builtins::Builtin::{self, *};
use air::expr::{CompareOp, Modifier, OrderKey, WindowSpec};
use air::node::Child;
use air::query::{Body, GroupElement, Item, SourceColumn};
use air::target::Target;
use air::types::{Collation, Type};
use air::{Expr, ExprId, List, Literal, QueryId, SourceId};
use air_base::Span;

use crate::build::{self, Build};
use crate::codes;
use crate::fork::Fork;
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[Rule {
    name: "percentile_by_number",
    law: "a percentile is the value at its place among the values in order, or lies between the two around that place",
    apply: Apply::When(counts_places, &Apply::Query(percentile_by_number)),
}];

/// True where percentiles of groups have no spelling but windows have.
fn counts_places(target: &Target) -> bool {
    !target.speaks(PercentileCont) && target.has(target.can.named_windows)
}

/// A percentile as written.
#[derive(Clone, Copy)]
struct Wanted {
    /// The aggregate.
    id: ExprId,
    /// Which.
    op: Builtin,
    /// At which share of the values; `None`: in the middle.
    share: Option<ExprId>,
    /// Of which values.
    value: ExprId,
    /// From the greatest to the least.
    descending: bool,
    /// How texts sort.
    collation: Collation,
    /// Only of rows for which this is true.
    filter: Option<ExprId>,
}

fn wanted(cx: &Context<'_>, id: ExprId) -> Option<Wanted> {
    let Expr::Aggregate { op, distinct: false, args, order, filter, collation } = cx.air.expr(id) else {
        return None;
    };
    let args = cx.air.list(args);
    match (op, cx.air.list(order)) {
        (Median, []) => {
            let value = *args.first()?;
            Some(Wanted { id, op, share: None, value, descending: false, collation, filter })
        }
        (PercentileCont | PercentileDisc, [key]) => {
            let share = Some(*args.first()?);
            let (value, descending) = (key.expr, key.descending);
            Some(Wanted { id, op, share, value, descending, collation: key.collation, filter })
        }
        _ => None,
    }
}

/// What the block says outside of FROM and WHERE.
fn roots(cx: &Context<'_>, query: QueryId) -> Vec<Child> {
    let Body::Select { select } = cx.air.query(query).body else { return Vec::new() };
    let block = *cx.air.select(select);
    let mut roots = Vec::new();
    for item in cx.air.list(block.items) {
        if let Item::Expr { expr, .. } = item {
            roots.push(Child::Expr(*expr));
        }
    }
    roots.extend(block.having.map(Child::Expr));
    roots.extend(cx.air.list(cx.air.query(query).order).iter().map(|key| Child::Expr(key.expr)));
    if let Some(group) = block.group {
        for element in cx.air.list(group.elements) {
            if let GroupElement::Key { expr } = element {
                roots.push(Child::Expr(*expr));
            }
        }
    }
    roots
}

fn percentile_by_number(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Body::Select { select } = cx.air.query(query).body else { return Ok(false) };
    let block = *cx.air.select(select);
    let Some(from) = block.from else { return Ok(false) };
    let below = build::below(cx.air, &roots(cx, query));
    let over = |id: ExprId| {
        below.iter().any(|&other| matches!(cx.air.expr(other), Expr::Window { call, .. } if call == id))
    };
    let own = build::sources(cx.air, from);
    let mut all: Vec<Wanted> = below.iter().filter_map(|&id| wanted(cx, id)).collect();
    // Those of subqueries are theirs, and those over windows have rules of their own.
    all.retain(|wanted| !over(wanted.id) && build::mentions(cx.air, wanted.value, &own));
    all.sort_by_key(|wanted| wanted.id);
    if all.is_empty() {
        return Ok(false);
    }
    let span = cx.air.span(all[0].id);
    let mut keys = Vec::new();
    if let Some(group) = block.group {
        for element in cx.air.list(group.elements) {
            match *element {
                GroupElement::Key { expr } if !matches!(cx.air.expr(expr), Expr::Output { .. }) => {
                    keys.push(expr)
                }
                // Positions become expressions first, and sets become several blocks.
                _ => return Ok(false),
            }
        }
    }
    let stars = cx.air.list(block.items).iter().any(|item| matches!(item, Item::Star { .. }));
    let numbers =
        all.iter().all(|wanted| wanted.op == PercentileDisc || cx.air.ty(wanted.value).is_numeric());
    let inside = build::below(cx.air, &[Child::Rel(from)])
        .into_iter()
        .chain(block.filter.map(|filter| build::below(cx.air, &[Child::Expr(filter)])).into_iter().flatten());
    let outside = inside.into_iter().any(|id| match cx.air.expr(id) {
        Expr::Column { source, .. } => is_outer(cx, source, from, block.filter),
        _ => false,
    });
    if stars || !numbers || outside && !cx.target.can.derived_sees_outside {
        return cx.refuse(codes::QUERY, span, "this percentile of a group has no form", "");
    }
    // The columns that the block looks at, once each.
    let mut used: Vec<(SourceId, u32)> = Vec::new();
    let mut places: Vec<(ExprId, usize)> = Vec::new();
    let mut items: Vec<Item> = Vec::new();
    let mut columns: Vec<SourceColumn> = Vec::new();
    let mut sorted: Vec<ExprId> = below.into_iter().collect();
    sorted.sort_unstable();
    for id in sorted {
        let Expr::Column { source, index, .. } = cx.air.expr(id) else { continue };
        if !own.contains(&source) {
            continue;
        }
        let at = match used.iter().position(|known| *known == (source, index)) {
            Some(at) => at,
            None => {
                let info = cx.air.info(id);
                let name = cx.air.push_name(&format!("c{}", used.len() + 1));
                let expr = cx.air.push(
                    Expr::Column { source, index, qualified: true },
                    info.ty,
                    info.nullable,
                    Span::NONE,
                );
                items.push(Item::Expr { expr, alias: Some(name) });
                columns.push(SourceColumn { name, ty: info.ty, nullable: info.nullable });
                used.push((source, index));
                used.len() - 1
            }
        };
        places.push((id, at));
    }
    // For each percentile its value, the number of the row, and how many values there are.
    let mut found: Vec<(Wanted, u32)> = Vec::new();
    for (number, wanted) in all.iter().enumerate() {
        let first = columns.len() as u32;
        let mut fork = Fork::default();
        let value = |cx: &mut Context<'_>, fork: &mut Fork| {
            let value = fork.expr(cx.air, wanted.value);
            match wanted.filter {
                Some(filter) => {
                    let filter = fork.expr(cx.air, filter);
                    cx.air.case(&[(filter, value)], None)
                }
                None => value,
            }
        };
        let partition = |cx: &mut Context<'_>, fork: &mut Fork| {
            let keys: Vec<ExprId> = keys.iter().map(|&key| fork.expr(cx.air, key)).collect();
            cx.air.push_list(&keys)
        };
        let ty = cx.air.ty(wanted.value);
        let shown = value(cx, &mut fork);
        cx.air.info_mut(shown).ty = ty;
        let key = OrderKey {
            expr: value(cx, &mut fork),
            descending: wanted.descending,
            nulls_first: false,
            collation: wanted.collation,
        };
        cx.air.info_mut(key.expr).ty = ty;
        let order = cx.air.push_list(&[key]);
        let parts = partition(cx, &mut fork);
        let spec = WindowSpec { name: None, base: None, partition: parts, order, frame: None };
        let numbered = cx.air.push_window(spec);
        let parts = partition(cx, &mut fork);
        let spec = WindowSpec { name: None, base: None, partition: parts, order: List::EMPTY, frame: None };
        let counted = cx.air.push_window(spec);
        let call = Expr::Call { op: RowNumber, modifier: Modifier::None, args: List::EMPTY };
        let call = cx.air.push(call, Type::I64, false, Span::NONE);
        let over = |cx: &mut Context<'_>, call: ExprId, window| {
            let expr = Expr::Window { call, window, ignore_nulls: false };
            cx.air.push(expr, Type::I64, false, Span::NONE)
        };
        let row = over(cx, call, numbered);
        let of = value(cx, &mut fork);
        cx.air.info_mut(of).ty = ty;
        let count = cx.air.aggregate(Count, &[of], Type::I64, Span::NONE);
        let count = over(cx, count, counted);
        for (stem, expr, ty, nullable) in
            [("v", shown, ty, true), ("r", row, Type::I64, false), ("n", count, Type::I64, false)]
        {
            let name = cx.air.push_name(&format!("{stem}{}_", number + 1));
            items.push(Item::Expr { expr, alias: Some(name) });
            columns.push(SourceColumn { name, ty, nullable });
        }
        found.push((*wanted, first));
    }
    let inner = cx.air.select_query(&items, Some(from), block.filter);
    let alias = cx.air.fresh("p");
    let source = cx.air.derived(inner, alias, &columns);
    for (wanted, first) in found {
        let picked = picked(cx, &wanted, source, first);
        cx.air.set(wanted.id, picked);
        cx.air.info_mut(wanted.id).nullable = true;
    }
    for (id, at) in places {
        cx.air.set(id, Expr::Column { source, index: at as u32, qualified: true });
    }
    super::grouping::keep_headings(cx, select);
    let from = cx.air.source_rel(source);
    let block = cx.air.select_mut(select);
    block.from = Some(from);
    block.filter = None;
    Ok(true)
}

/// True for a source that neither FROM nor WHERE declares.
fn is_outer(cx: &Context<'_>, source: SourceId, from: air::RelId, filter: Option<ExprId>) -> bool {
    let mut stack = vec![Child::Rel(from)];
    stack.extend(filter.map(Child::Expr));
    while let Some(child) = stack.pop() {
        if matches!(child, Child::Source(declared) if declared == source) {
            return false;
        }
        cx.air.children(child, &mut |below| stack.push(below));
    }
    true
}

/// The value at the place, or between the two around it.
fn picked(cx: &mut Context<'_>, wanted: &Wanted, source: SourceId, first: u32) -> Expr {
    let id = wanted.id;
    let ty = cx.air.ty(id);
    let float = Type::Float64;
    let column = |cx: &mut Context<'_>, at: u32| cx.air.column_of(source, first + at, Span::NONE);
    let share = |cx: &mut Context<'_>| match wanted.share {
        Some(share) => {
            let mut fork = Fork::default();
            fork.expr(cx.air, share)
        }
        None => {
            let digits = cx.air.push_text("0.5");
            let half = Expr::Literal { value: Literal::Decimal { digits } };
            cx.air.push(half, Type::Decimal { precision: 2, scale: 1 }, false, Span::NONE)
        }
    };
    let call = |cx: &mut Context<'_>, op: Builtin, args: &[ExprId], ty: Type| {
        cx.air.call(op, args, ty, true, Span::NONE)
    };
    // The value of the row with a number.
    let value_at = |cx: &mut Context<'_>, place: ExprId| {
        let row = column(cx, 1);
        let is = cx.air.compare(CompareOp::Eq, row, place);
        let value = column(cx, 0);
        let chosen = cx.air.case(&[(is, value)], None);
        cx.air.info_mut(chosen).ty = cx.air.ty(value);
        let ty = cx.air.ty(value);
        let args = cx.air.push_list(&[chosen]);
        let expr = Expr::Aggregate {
            op: Max,
            distinct: false,
            args,
            order: List::EMPTY,
            filter: None,
            collation: ty.collation().unwrap_or_default(),
        };
        cx.air.push(expr, ty, true, Span::NONE)
    };
    if wanted.op == PercentileDisc {
        let (share, count) = (share(cx), column(cx, 2));
        let place = call(cx, Mul, &[share, count], float);
        let place = call(cx, Ceil, &[place], float);
        let one = cx.air.int(1, Span::NONE);
        let low = cx.air.compare(CompareOp::Lt, place, one);
        let one = cx.air.int(1, Span::NONE);
        let place = cx.air.case(&[(low, one)], Some(place));
        cx.air.info_mut(place).ty = float;
        let value = value_at(cx, place);
        return cx.air.expr(value);
    }
    // From 0: share * (n - 1).
    let place = |cx: &mut Context<'_>| {
        let (share, count, one) = (share(cx), column(cx, 2), cx.air.int(1, Span::NONE));
        let last = call(cx, Sub, &[count, one], Type::I64);
        call(cx, Mul, &[share, last], float)
    };
    let end = |cx: &mut Context<'_>, op: Builtin| {
        let place = place(cx);
        let whole = call(cx, op, &[place], float);
        let one = cx.air.int(1, Span::NONE);
        let row = call(cx, Add, &[whole, one], float);
        value_at(cx, row)
    };
    let (low, high) = (end(cx, Floor), end(cx, Ceil));
    let part = {
        let (whole, place) = (place(cx), place(cx));
        let floor = call(cx, Floor, &[whole], float);
        let part = call(cx, Sub, &[place, floor], float);
        cx.air.aggregate(Max, &[part], float, Span::NONE)
    };
    let again = end(cx, Floor);
    let apart = call(cx, Sub, &[high, again], ty);
    let step = call(cx, Mul, &[part, apart], float);
    let args = cx.air.push_list(&[low, step]);
    Expr::Call { op: Add, modifier: Modifier::None, args }
}
