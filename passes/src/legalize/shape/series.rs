//! Series of numbers and moments: GENERATE_SERIES as a recursive common table expression.

use air::Builtin::{Add, AddInterval, GenerateSeries, Mul};
use air::expr::CompareOp;
use air::node::Child;
use air::query::{Body, Cte, CteBody, Item, Materialized, Rel, SetOp, Source, SourceColumn, SourceKind};
use air::types::Collation;
use air::{CteId, Expr, ExprId, List, Literal, Name, QueryId, RelId, SourceId, Type};
use air_base::Span;

use crate::build::{self, Build};
use crate::codes;
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[Rule {
    name: "series_by_recursion",
    law: "a series is its first value and, while the end is not passed, the value before plus the step",
    apply: Apply::Rel(series),
}];

/// Most values of a series that is counted in two places, ones and thousands.
const TWO_PLACES: i64 = 1_000_000;

/// A series as it stands in FROM.
struct Series {
    low: ExprId,
    high: ExprId,
    step: ExprId,
    /// The step leads upwards.
    up: bool,
    /// A column of positions follows.
    ordinality: bool,
    /// Type of the values.
    ty: Type,
    span: Span,
}

fn series(cx: &mut Context<'_>, rel: RelId) -> Fired {
    let Rel::Source { source } = cx.air.rel(rel) else { return Ok(false) };
    let known = *cx.air.source(source);
    let SourceKind::Function { op: GenerateSeries, args, ordinality } = known.kind else { return Ok(false) };
    if cx.speaks(GenerateSeries) {
        return Ok(false);
    }
    let span = cx.air.source_span(source);
    let args = cx.air.list(args).to_vec();
    if refers_outwards(cx, &args) {
        let message = "a series whose ends come from other tables has no form";
        return cx.refuse(codes::JOIN, span, message, "make its ends constants");
    }
    let [low, high, ref rest @ ..] = args[..] else { return Ok(false) };
    let ty = cx.air.ty(low);
    let whole = ty.is_int() && cx.air.ty(high).is_int() && rest.iter().all(|step| cx.air.ty(*step).is_int());
    let moments = ty == Type::Date || matches!(ty, Type::Timestamp { .. });
    let step = match rest {
        [step] => *step,
        _ => cx.air.int(1, span),
    };
    let up = match direction(cx, step) {
        Some(up) if whole || (moments && matches!(cx.air.ty(step), Type::Interval(_))) => up,
        _ => {
            let message = "a series with this step has no form";
            return cx.refuse(codes::JOIN, span, message, "whole numbers and a literal step");
        }
    };
    let series = Series { low, high, step, up, ordinality, ty, span };
    let count = count_of(cx, &series);
    let query = match (cx.target.can.recursion_steps, count) {
        (None, _) => recursive(cx, &series),
        (Some(most), Some(count)) if count <= i64::from(most) => recursive(cx, &series),
        (Some(most), Some(count)) if count <= TWO_PLACES && most >= 1_000 => two_places(cx, &series, count),
        (Some(_), _) => {
            let message = "a series of so many values, or of a number not known, has no form";
            return cx.refuse(codes::JOIN, span, message, "make its ends literals that are near");
        }
    };
    let known = cx.air.source_mut(source);
    known.kind = SourceKind::Derived { query };
    known.aliased = true;
    known.renamed = true;
    known.lateral = false;
    Ok(true)
}

/// True if the arguments use columns of sources that they do not bring along themselves.
fn refers_outwards(cx: &Context<'_>, args: &[ExprId]) -> bool {
    let mut used: Vec<SourceId> = Vec::new();
    let mut own: Vec<SourceId> = Vec::new();
    let mut stack: Vec<Child> = args.iter().map(|arg| Child::Expr(*arg)).collect();
    while let Some(child) = stack.pop() {
        match child {
            Child::Expr(id) => {
                if let Expr::Column { source, .. } = cx.air.expr(id) {
                    used.push(source);
                }
            }
            Child::Rel(rel) => {
                if let Rel::Source { source } = cx.air.rel(rel) {
                    own.push(source);
                }
            }
            _ => {}
        }
        cx.air.children(child, &mut |below| stack.push(below));
    }
    used.iter().any(|source| !own.contains(source))
}

/// The whole number that a literal says.
fn whole_value(cx: &Context<'_>, id: ExprId) -> Option<i64> {
    match cx.air.expr(id) {
        Expr::Literal { value: Literal::Int { value } } => Some(value),
        Expr::Call { op: air::Builtin::Neg, args, .. } => whole_value(cx, cx.air.at(args, 0))?.checked_neg(),
        Expr::Cast { operand, to, .. } if to.is_int() => whole_value(cx, operand),
        _ => None,
    }
}

/// Whether a literal step leads upwards; `None` for zero, mixed signs and what is no literal.
fn direction(cx: &Context<'_>, step: ExprId) -> Option<bool> {
    if let Some(value) = whole_value(cx, step) {
        return (value != 0).then_some(value > 0);
    }
    match cx.air.literal(step)? {
        Literal::Interval { months, days, micros } => {
            let signs = [i64::from(months), i64::from(days), micros].map(i64::signum);
            let (up, down) = (signs.contains(&1), signs.contains(&-1));
            (up != down).then_some(up)
        }
        _ => None,
    }
}

/// How many values there are, where literals say it.
fn count_of(cx: &Context<'_>, series: &Series) -> Option<i64> {
    if !series.ty.is_int() {
        return moments_of(cx, series);
    }
    let (low, high) = (whole_value(cx, series.low)?, whole_value(cx, series.high)?);
    let step = whole_value(cx, series.step)?;
    let distance = high.checked_sub(low)?.checked_div(step)?;
    Some(if (high >= low) == series.up || high == low { distance.checked_add(1)? } else { 0 })
}

/// No fewer values than there are moments between literal ends: a month has at least 28 days.
fn moments_of(cx: &Context<'_>, series: &Series) -> Option<i64> {
    let Some(Literal::Interval { months, days, micros }) = cx.air.literal(series.step) else { return None };
    let (low, high) = (micros_of(cx, series.low)?, micros_of(cx, series.high)?);
    let day = 86_400_000_000i64;
    let step = (i64::from(months) * 28 + i64::from(days)).checked_mul(day)?.checked_add(micros)?;
    let distance = high.checked_sub(low)?;
    if distance.signum() != step.signum() && distance != 0 {
        return Some(0);
    }
    distance.checked_div(step)?.checked_add(1)
}

/// Microseconds since year 0 of a literal date or timestamp.
fn micros_of(cx: &Context<'_>, id: ExprId) -> Option<i64> {
    let text = match cx.air.expr(id) {
        Expr::Literal { value: Literal::Date { text } | Literal::Timestamp { text } } => cx.air.text(text),
        Expr::Cast { operand, to: Type::Timestamp { .. } | Type::Date, .. } => return micros_of(cx, operand),
        _ => return None,
    };
    let number =
        |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<i64>().ok());
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    // Days by the civil calendar, months counted from March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (m * 153 + 2) / 5 + day;
    let clock = match text.len() {
        10 => 0,
        _ => (number(11..13)? * 60 + number(14..16)?) * 60 + number(17..19)?,
    };
    Some((days * 86_400 + clock) * 1_000_000)
}

/// The column of a value and, with ordinality, that of its position.
fn columns_of(cx: &mut Context<'_>, series: &Series) -> Vec<SourceColumn> {
    let value = SourceColumn { name: cx.air.push_name("v"), ty: series.ty, nullable: false };
    let mut columns = vec![value];
    if series.ordinality {
        columns.push(SourceColumn { name: cx.air.push_name("n"), ty: Type::I64, nullable: false });
    }
    columns
}

fn named(columns: &[SourceColumn], values: &[ExprId]) -> Vec<Item> {
    let alias = |i: usize| columns.get(i).map(|column| column.name);
    values.iter().enumerate().map(|(i, expr)| Item::Expr { expr: *expr, alias: alias(i) }).collect()
}

/// `a + b`, of numbers or of a moment and an interval.
fn plus(cx: &mut Context<'_>, series: &Series, a: ExprId, b: ExprId) -> ExprId {
    let op = if series.ty.is_int() { Add } else { AddInterval };
    cx.air.call(op, &[a, b], series.ty, false, series.span)
}

/// `value` is not behind the end.
fn inside(cx: &mut Context<'_>, series: &Series, value: ExprId, end: ExprId) -> ExprId {
    let op = if series.up { CompareOp::Le } else { CompareOp::Ge };
    cx.air.compare(op, value, end)
}

/// A query with one recursive common table expression, which `first`, `next` and `condition` describe.
fn with_recursion(
    cx: &mut Context<'_>,
    columns: &[SourceColumn],
    span: Span,
    first: QueryId,
    next: impl FnOnce(&mut Context<'_>, SourceId) -> (Vec<ExprId>, ExprId),
) -> (CteId, Name) {
    let name = cx.air.fresh("series_");
    let listed = cx.air.push_list(columns);
    let blank = CteBody::Query { query: first };
    let cte = cx.air.push_cte(Cte {
        name,
        columns: listed,
        renamed: true,
        body: blank,
        materialized: Materialized::Free,
    });
    let before = cte_source(cx, cte, name, columns, span);
    let (values, condition) = next(cx, before);
    let from = cx.air.source_rel(before);
    let items = named(&[], &values);
    let rest = cx.air.select_query(&items, Some(from), Some(condition));
    let body =
        Body::SetOp { op: SetOp::Union, all: true, left: first, right: rest, collation: Collation::BINARY };
    let query = cx.air.push_query(build::plain(body), span);
    cx.air.cte_mut(cte).body = CteBody::Query { query };
    (cte, name)
}

fn cte_source(
    cx: &mut Context<'_>,
    cte: CteId,
    alias: Name,
    columns: &[SourceColumn],
    span: Span,
) -> SourceId {
    let columns = cx.air.push_list(columns);
    let kind = SourceKind::Cte { cte };
    let source =
        Source { alias, aliased: false, kind, columns, closed: true, renamed: false, lateral: false };
    cx.air.push_source(source, span)
}

/// `WITH RECURSIVE s (v) AS (SELECT low WHERE low <= high UNION ALL SELECT v + step FROM s WHERE v + step <= high)
/// SELECT v FROM s`
fn recursive(cx: &mut Context<'_>, series: &Series) -> QueryId {
    let columns = columns_of(cx, series);
    let span = series.span;
    let mut values = vec![series.low];
    if series.ordinality {
        values.push(cx.air.int(1, span));
    }
    let (low, high) = (cx.air.copy(series.low), cx.air.copy(series.high));
    let some = inside(cx, series, low, high);
    let items = named(&[], &values);
    let first = cx.air.select_query(&items, None, Some(some));
    let (cte, name) = with_recursion(cx, &columns, span, first, |cx, before| {
        let step = |cx: &mut Context<'_>| {
            let value = cx.air.column_of(before, 0, span);
            let step = cx.air.copy(series.step);
            plus(cx, series, value, step)
        };
        let mut values = vec![step(cx)];
        if series.ordinality {
            let (number, one) = (cx.air.column_of(before, 1, span), cx.air.int(1, span));
            values.push(cx.air.call(Add, &[number, one], Type::I64, false, span));
        }
        let (next, end) = (step(cx), cx.air.copy(series.high));
        (values, inside(cx, series, next, end))
    });
    let source = cte_source(cx, cte, name, &columns, span);
    let from = cx.air.source_rel(source);
    let shown: Vec<ExprId> = (0..columns.len()).map(|i| cx.air.column_of(source, i as u32, span)).collect();
    finish(cx, cte, &columns, &shown, from, None)
}

/// Numbers below a thousand beside themselves: ones and thousands of the position.
fn two_places(cx: &mut Context<'_>, series: &Series, count: i64) -> QueryId {
    let span = series.span;
    let digit = SourceColumn { name: cx.air.push_name("n"), ty: Type::I64, nullable: false };
    let zero = cx.air.int(0, span);
    let first = cx.air.select_query(&named(&[], &[zero]), None, None);
    let (cte, _) = with_recursion(cx, &[digit], span, first, |cx, before| {
        let (value, one) = (cx.air.column_of(before, 0, span), cx.air.int(1, span));
        let next = cx.air.call(Add, &[value, one], Type::I64, false, span);
        let (value, last) = (cx.air.column_of(before, 0, span), cx.air.int(999, span));
        (vec![next], cx.air.compare(CompareOp::Lt, value, last))
    });
    let (ones_name, thousands_name) = (cx.air.fresh("ones_"), cx.air.fresh("thousands_"));
    let ones = cte_source(cx, cte, ones_name, &[digit], span);
    let thousands = cte_source(cx, cte, thousands_name, &[digit], span);
    for source in [ones, thousands] {
        cx.air.source_mut(source).aliased = true;
    }
    let position = |cx: &mut Context<'_>| {
        let (high, factor) = (cx.air.column_of(thousands, 0, span), cx.air.int(1_000, span));
        let high = cx.air.call(Mul, &[high, factor], Type::I64, false, span);
        let low = cx.air.column_of(ones, 0, span);
        cx.air.call(Add, &[high, low], Type::I64, false, span)
    };
    let columns = columns_of(cx, series);
    let at = position(cx);
    let step = cx.air.copy(series.step);
    let offset = cx.air.call(Mul, &[at, step], series.ty, false, span);
    let low = cx.air.copy(series.low);
    let mut shown = vec![plus(cx, series, low, offset)];
    if series.ordinality {
        let (at, one) = (position(cx), cx.air.int(1, span));
        shown.push(cx.air.call(Add, &[at, one], Type::I64, false, span));
    }
    let (left, right) = (cx.air.source_rel(ones), cx.air.source_rel(thousands));
    let from = cx.air.join(air::query::JoinKind::Cross, left, right, None);
    let (at, end) = (position(cx), cx.air.int(count, span));
    let filter = cx.air.compare(CompareOp::Lt, at, end);
    finish(cx, cte, &columns, &shown, from, Some(filter))
}

fn finish(
    cx: &mut Context<'_>,
    cte: CteId,
    columns: &[SourceColumn],
    shown: &[ExprId],
    from: RelId,
    filter: Option<ExprId>,
) -> QueryId {
    let items = named(columns, shown);
    let query = cx.air.select_query(&items, Some(from), filter);
    let ctes: List<CteId> = cx.air.push_list(&[cte]);
    let node = cx.air.query_mut(query);
    node.ctes = ctes;
    node.recursive = true;
    query
}
