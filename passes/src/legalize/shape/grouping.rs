//! Groups: keys by position, FILTER, grouping sets, columns that are neither grouped nor aggregated.

use air::builtins::Volatility;
use air::expr::{Modifier, OrderKey};
use air::fidelity::Assume;
use air::node::{Child, Operand};
use air::query::{
    Body, Distinct, GroupBy, GroupElement, Item, LooseColumns, Output, Select, SetOp, SourceColumn,
    SourceKind,
};
use air::target::{GroupingSets, HavingGroups, How, LooseForm};
use air::types::{Collation, Element};
use air::{Builtin, Expr, ExprId, List, QueryId, SelectId, SourceId, Type};
use air_base::Span;

use super::super::collation;
use crate::build::{self, Build};
use crate::codes;
use crate::fork::Fork;
use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "group_by_position",
        law: "a position in GROUP BY stands for the item at that place",
        apply: Apply::Select(group_by_position),
    },
    Rule {
        name: "grouping_sets",
        law: "grouping by several sets is the union of grouping by each, with the keys left out being NULL",
        apply: Apply::Query(grouping_sets),
    },
    Rule {
        name: "grouping_of_plain_keys",
        law: "plain keys are part of every group, so GROUPING of them is 0",
        apply: Apply::When(
            |to| to.can.grouping_sets != GroupingSets::All,
            &Apply::Select(grouping_of_plain_keys),
        ),
    },
    Rule {
        name: "having_alone",
        law: "HAVING without keys makes one group of all rows, as an aggregate does",
        apply: Apply::Select(having_alone),
    },
    Rule {
        name: "loose_columns",
        law: "a column that the keys determine, or that any row may give, is that of some row of the group",
        apply: Apply::Query(loose_columns),
    },
    Rule {
        name: "distinct_on",
        law: "the first row per key is the one numbered 1 within its key",
        apply: Apply::When(|to| !to.has(to.can.distinct_on), &Apply::Query(distinct_on)),
    },
    Rule {
        name: "qualify",
        law: "windows are computed before QUALIFY filters, as a derived table is before WHERE",
        apply: Apply::When(|to| !to.has(to.can.qualify), &Apply::Query(qualify)),
    },
    Rule {
        name: "aggregate_filter",
        law: "aggregates pass over NULL, which CASE gives for rows that the filter leaves out",
        apply: Apply::Kinds(&[Kind::Aggregate], aggregate_filter),
    },
];

fn group_by_position(cx: &mut Context<'_>, select: SelectId) -> Fired {
    let Some(group) = cx.air.select(select).group else { return Ok(false) };
    let mut fired = false;
    for key in build::group_keys(cx.air, group) {
        let Expr::Output { index } = cx.air.expr(key) else { continue };
        if !build::expand_stars(cx.air, select) {
            let unlock = "give a schema, so that the columns of `*` are known";
            return cx.refuse(
                codes::SCHEMA_NEEDED,
                cx.air.span(key),
                "a position in GROUP BY needs known columns",
                unlock,
            );
        }
        let Some(item) = build::output_expr(cx.air, select, index) else { continue };
        let (expr, info) = (cx.air.expr(item), cx.air.info(item));
        cx.air.set(key, expr);
        cx.air.info_mut(key).ty = info.ty;
        cx.air.info_mut(key).nullable = info.nullable;
        fired = true;
    }
    // A constant groups nothing, and a number in GROUP BY would be read as a position.
    let elements = cx.air.list(group.elements).to_vec();
    let constant = |cx: &Context<'_>, element: &GroupElement| match element {
        GroupElement::Key { expr } => is_constant(cx, *expr),
        _ => false,
    };
    let kept: Vec<GroupElement> = elements.iter().filter(|element| !constant(cx, element)).copied().collect();
    if kept.len() < elements.len() {
        if kept.is_empty() {
            // All keys are constant: one group, but none of no rows.
            let all = cx.air.aggregate(Builtin::CountAll, &[], Type::I64, Span::NONE);
            let zero = cx.air.int(0, Span::NONE);
            let some = cx.air.compare(air::expr::CompareOp::Gt, all, zero);
            let having = cx.air.select(select).having;
            let having = cx.air.and(&[having, Some(some)]);
            cx.air.select_mut(select).having = having;
            cx.air.select_mut(select).group = None;
        } else {
            let elements = cx.air.push_list(&kept);
            cx.air.select_mut(select).group = Some(GroupBy { elements, loose: group.loose });
        }
        return Ok(true);
    }
    Ok(fired)
}

/// True for what is the same for all rows: literals, and what is computed of them alone.
fn is_constant(cx: &Context<'_>, id: ExprId) -> bool {
    build::below(cx.air, &[Child::Expr(id)]).into_iter().all(|id| match cx.air.expr(id) {
        Expr::Literal { .. }
        | Expr::Cast { .. }
        | Expr::Case { .. }
        | Expr::Not { .. }
        | Expr::And { .. }
        | Expr::Or { .. }
        | Expr::IsNull { .. }
        | Expr::IsTruth { .. }
        | Expr::Compare { .. }
        | Expr::Between { .. }
        | Expr::InList { .. }
        | Expr::Like { .. } => true,
        Expr::Call { op, .. } => op.signature().volatility == Volatility::Immutable,
        _ => false,
    })
}

fn grouping_of_plain_keys(cx: &mut Context<'_>, select: SelectId) -> Fired {
    let block = *cx.air.select(select);
    let Some(group) = block.group else { return Ok(false) };
    if !cx.air.list(group.elements).iter().all(|element| matches!(element, GroupElement::Key { .. })) {
        return Ok(false);
    }
    let mut stack: Vec<ExprId> = block.having.into_iter().collect();
    for item in cx.air.list(block.items) {
        if let Item::Expr { expr, .. } = item {
            stack.push(*expr);
        }
    }
    let mut fired = false;
    while let Some(id) = stack.pop() {
        let expr = cx.air.expr(id);
        if let Expr::Call { op: Builtin::Grouping, .. } = expr {
            cx.air.set(id, Expr::Literal { value: air::Literal::Int { value: 0 } });
            fired = true;
            continue;
        }
        // Subqueries have groups of their own.
        expr.children(cx.air, &mut |child| {
            if let Child::Expr(id) = child {
                stack.push(id);
            }
        });
    }
    Ok(fired)
}

fn having_alone(cx: &mut Context<'_>, select: SelectId) -> Fired {
    let block = *cx.air.select(select);
    let Some(having) = block.having else { return Ok(false) };
    if block.group.is_some_and(|group| !group.elements.is_empty()) {
        return Ok(false);
    }
    let items = cx.air.list(block.items).to_vec();
    let in_items = items.iter().any(|item| match item {
        Item::Expr { expr, .. } => build::has_aggregate(cx.air, *expr),
        Item::Star { .. } => false,
    });
    let grouped = in_items
        || match cx.target.can.having_groups {
            HavingGroups::Always => true,
            HavingGroups::WithAggregate => build::has_aggregate(cx.air, having),
            HavingGroups::WithAggregateItem => false,
        };
    let Some(&Item::Expr { expr, .. }) = items.first().filter(|_| !grouped) else { return Ok(false) };
    // The first item as it is, under a condition on an aggregate that always holds.
    let value = cx.air.copy(expr);
    let all = cx.air.aggregate(Builtin::CountAll, &[], Type::I64, Span::NONE);
    let zero = cx.air.int(0, Span::NONE);
    let any = cx.air.compare(air::expr::CompareOp::Ge, all, zero);
    let wrapped = cx.air.case(&[(any, value)], None);
    let wrapped = cx.air.expr(wrapped);
    cx.air.set(expr, wrapped);
    Ok(true)
}

fn aggregate_filter(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.has(cx.target.can.aggregate_filter) {
        return Ok(false);
    }
    let Expr::Aggregate { op, distinct, args, order, filter: Some(filter), collation } = cx.air.expr(id)
    else {
        return Ok(false);
    };
    let span = cx.air.span(id);
    match op {
        Builtin::ArrayAgg
        | Builtin::JsonAgg
        | Builtin::JsonObjectAgg
        | Builtin::KeepFirst
        | Builtin::KeepLast => {
            let message = "FILTER of an aggregate that counts NULLs has no form";
            return cx.refuse(codes::QUERY, span, message, "");
        }
        _ => {}
    }
    let mut values = cx.air.list(args).to_vec();
    let op = match values.first_mut() {
        None => {
            let one = cx.air.int(1, span);
            values.push(cx.air.case(&[(filter, one)], None));
            if op == Builtin::CountAll { Builtin::Count } else { op }
        }
        Some(first) => {
            *first = cx.air.case(&[(filter, *first)], None);
            op
        }
    };
    let args = cx.air.push_list(&values);
    cx.air.set(id, Expr::Aggregate { op, distinct, args, order, filter: None, collation });
    Ok(true)
}

// DISTINCT ON and QUALIFY.

fn distinct_on(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Body::Select { select } = cx.air.query(query).body else { return Ok(false) };
    let Distinct::On { keys } = cx.air.select(select).distinct else { return Ok(false) };
    if !build::expand_stars(cx.air, select) {
        let unlock = "give a schema, so that the columns of `*` are known";
        return cx.refuse(codes::SCHEMA_NEEDED, Span::NONE, "DISTINCT ON needs known columns", unlock);
    }
    let value = |cx: &mut Context<'_>, id: ExprId| match cx.air.expr(id) {
        Expr::Output { index } => {
            let item = build::output_expr(cx.air, select, index).unwrap_or(id);
            cx.air.copy(item)
        }
        _ => cx.air.copy(id),
    };
    let keys = cx.air.list(keys).to_vec();
    let keys: Vec<ExprId> = keys.into_iter().map(|key| value(cx, key)).collect();
    let mut order: Vec<OrderKey> = cx.air.list(cx.air.query(query).order).to_vec();
    for key in &mut order {
        key.expr = value(cx, key.expr);
    }
    if order.is_empty() {
        cx.assume(Assume::AnyRow, "DISTINCT ON without ORDER BY", Span::NONE)?;
    }
    let partition = cx.air.push_list(&keys);
    let order = cx.air.push_list(&order);
    let spec = air::expr::WindowSpec { name: None, base: None, partition, order, frame: None };
    let window = cx.air.push_window(spec);
    let call = Expr::Call { op: Builtin::RowNumber, modifier: Modifier::None, args: List::EMPTY };
    let call = cx.air.push(call, Type::I64, false, Span::NONE);
    let number = Expr::Window { call, window, ignore_nulls: false };
    let number = cx.air.push(number, Type::I64, false, Span::NONE);
    cx.air.select_mut(select).distinct = Distinct::All {};
    let Some(wrapped) = build::wrap(cx.air, query, &[number]) else { return Ok(false) };
    let number = cx.air.column_of(wrapped.source, wrapped.shown, Span::NONE);
    let one = cx.air.int(1, Span::NONE);
    let filter = cx.air.compare(air::expr::CompareOp::Eq, number, one);
    cx.air.select_mut(wrapped.outer).filter = Some(filter);
    Ok(true)
}

fn qualify(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Body::Select { select } = cx.air.query(query).body else { return Ok(false) };
    let Some(condition) = cx.air.select(select).qualify else { return Ok(false) };
    let distinct = cx.air.select(select).distinct;
    // The condition as a hidden column: a boolean, or a CASE where there are none.
    let one = cx.air.int(1, cx.air.span(condition));
    let passes = cx.air.case(&[(condition, one)], None);
    cx.air.select_mut(select).qualify = None;
    cx.air.select_mut(select).distinct = Distinct::All {};
    let Some(wrapped) = build::wrap(cx.air, query, &[passes]) else {
        let unlock = "give a schema, so that the columns of `*` are known";
        return cx.refuse(codes::SCHEMA_NEEDED, Span::NONE, "QUALIFY needs known columns", unlock);
    };
    let passes = cx.air.column_of(wrapped.source, wrapped.shown, Span::NONE);
    let one = cx.air.int(1, Span::NONE);
    let filter = cx.air.compare(air::expr::CompareOp::Eq, passes, one);
    let outer = cx.air.select_mut(wrapped.outer);
    outer.filter = Some(filter);
    outer.distinct = distinct;
    Ok(true)
}

// Grouping sets.

/// One grouping set: positions in the list of keys.
type Set = Vec<usize>;

/// All keys of a GROUP BY, and its sets.
fn sets_of(cx: &Context<'_>, group: &GroupBy) -> (Vec<ExprId>, Vec<Set>) {
    let mut keys: Vec<ExprId> = Vec::new();
    let mut position =
        |cx: &Context<'_>, expr: ExprId| match keys.iter().position(|key| build::same(cx.air, *key, expr)) {
            Some(at) => at,
            None => {
                keys.push(expr);
                keys.len() - 1
            }
        };
    let mut sets: Vec<Set> = vec![Vec::new()];
    for element in cx.air.list(group.elements) {
        let rows = |cx: &Context<'_>,
                    rows: List<air::query::ValuesRow>,
                    position: &mut dyn FnMut(&Context<'_>, ExprId) -> usize| {
            cx.air
                .list(rows)
                .iter()
                .map(|row| cx.air.list(row.items).iter().map(|item| position(cx, *item)).collect::<Set>())
                .collect::<Vec<Set>>()
        };
        let choices: Vec<Set> = match *element {
            GroupElement::Key { expr } => vec![vec![position(cx, expr)]],
            GroupElement::Sets { sets } => rows(cx, sets, &mut position),
            GroupElement::Rollup { sets } => {
                let parts = rows(cx, sets, &mut position);
                (0..=parts.len()).rev().map(|n| parts[..n].concat()).collect()
            }
            GroupElement::Cube { sets } => {
                let parts = rows(cx, sets, &mut position);
                let n = parts.len().min(12);
                (0..1usize << n)
                    .rev()
                    .map(|bits| {
                        (0..n)
                            .filter(|i| bits >> (n - 1 - i) & 1 == 1)
                            .flat_map(|i| parts[i].clone())
                            .collect()
                    })
                    .collect()
            }
        };
        let mut product = Vec::with_capacity(sets.len() * choices.len());
        for left in &sets {
            for right in &choices {
                let mut both = left.clone();
                both.extend(right.iter().filter(|key| !left.contains(key)));
                product.push(both);
            }
        }
        sets = product;
    }
    (keys, sets)
}

/// True if the target says these sets by itself.
fn says_sets(cx: &Context<'_>, query: QueryId, select: &Select, group: &GroupBy) -> bool {
    // Keys that are folded show a spelling beside them, which the rows of other sets must not.
    if sets_of(cx, group).0.iter().any(|key| collation::folds(cx, *key)) {
        return false;
    }
    match cx.target.can.grouping_sets {
        GroupingSets::All => true,
        GroupingSets::No => false,
        GroupingSets::WithRollup => {
            let [GroupElement::Rollup { sets }] = cx.air.list(group.elements) else { return false };
            let single = cx.air.list(*sets).iter().all(|row| row.items.len() == 1);
            let keys: Vec<ExprId> =
                cx.air.list(*sets).iter().flat_map(|row| cx.air.list(row.items)).copied().collect();
            // Only the plainest form is read as other dialects read it: keys and aggregates, no order.
            let plain = |id: ExprId| {
                let known = |id: ExprId| keys.iter().any(|key| build::same(cx.air, *key, id));
                known(id) || matches!(cx.air.expr(id), Expr::Aggregate { .. })
            };
            let items = cx.air.list(select.items).iter().all(|item| match item {
                Item::Expr { expr, .. } => plain(*expr),
                Item::Star { .. } => false,
            });
            let columns = keys.iter().all(|key| matches!(cx.air.expr(*key), Expr::Column { .. }));
            let bare = cx.air.query(query).order.is_empty()
                && cx.air.query(query).limit.is_none()
                && select.having.is_none()
                && matches!(select.distinct, Distinct::All {});
            single && items && columns && bare
        }
    }
}

fn grouping_sets(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Body::Select { select } = cx.air.query(query).body else { return Ok(false) };
    let block = *cx.air.select(select);
    let Some(group) = block.group else { return Ok(false) };
    let any = cx.air.list(group.elements).iter().any(|element| !matches!(element, GroupElement::Key { .. }));
    if !any || says_sets(cx, query, &block, &group) {
        return Ok(false);
    }
    // Positions first, so that keys can be compared with items.
    if group_by_position(cx, select)? {
        return Ok(true);
    }
    if !build::expand_stars(cx.air, select) {
        return cx.refuse(
            codes::SCHEMA_NEEDED,
            Span::NONE,
            "grouping sets need known columns",
            "give a schema",
        );
    }
    let block = *cx.air.select(select);
    let (keys, sets) = sets_of(cx, &group);
    if sets.len() > 64 {
        return cx.refuse(codes::GROUPING, Span::NONE, "so many grouping sets have no form", "");
    }
    // What the outer block needs of a group: keys, GROUPING calls, aggregates. Each is replaced in place.
    let mut roots: Vec<ExprId> = Vec::new();
    for item in cx.air.list(block.items) {
        if let Item::Expr { expr, .. } = item {
            roots.push(*expr);
        }
    }
    roots.extend(block.having);
    roots.extend(block.qualify);
    roots.extend(cx.air.list(cx.air.query(query).order).iter().map(|key| key.expr));
    for i in 0..block.windows.len() {
        let window = cx.air.at(block.windows, i);
        cx.air.window(window).children(cx.air, &mut |child| {
            if let Child::Expr(id) = child {
                roots.push(id);
            }
        });
    }
    let mut parts = Parts { keys: &keys, values: Vec::new(), places: Vec::new() };
    for root in roots {
        parts.collect(cx, root);
    }
    let Parts { values, places, .. } = parts;
    let alias = cx.air.fresh("g");
    let mut columns: Vec<SourceColumn> = Vec::with_capacity(values.len() + 1);
    for (i, value) in values.iter().enumerate() {
        let info = cx.air.info(value.expr);
        let name = cx.air.push_name(&format!("v{}", i + 1));
        columns.push(SourceColumn { name, ty: info.ty, nullable: info.nullable || value.key.is_some() });
    }
    let aggregates = values.iter().any(|value| value.key.is_none() && value.grouping.is_none());
    if !aggregates {
        // A set without keys is one group only where there is an aggregate.
        let name = cx.air.push_name("rows_");
        columns.push(SourceColumn { name, ty: Type::I64, nullable: false });
    }
    let mut body: Option<Body> = None;
    for (number, set) in sets.iter().enumerate() {
        // Each arm after the first has sources of its own.
        let mut fork = Fork::default();
        let (from, filter) = match number {
            0 => (block.from, block.filter),
            _ => {
                let from = block.from.map(|from| fork.rel(cx.air, from));
                (from, block.filter.map(|filter| fork.expr(cx.air, filter)))
            }
        };
        let mut items = Vec::with_capacity(columns.len());
        for (value, column) in values.iter().zip(&columns) {
            let expr = match (value.key, &value.grouping) {
                (Some(key), _) if set.contains(&key) => fork.expr(cx.air, keys[key]),
                (Some(_), _) => {
                    // Later arms take their types from the first one.
                    let null = cx.air.null(column.ty, Span::NONE);
                    if number == 0 { typed_null(cx, null) } else { null }
                }
                (None, Some(args)) => {
                    let mask = args.iter().fold(0, |mask, key| mask << 1 | i64::from(!set.contains(key)));
                    cx.air.int(mask, Span::NONE)
                }
                (None, None) => fork.expr(cx.air, value.expr),
            };
            items.push(Item::Expr { expr, alias: Some(column.name) });
        }
        if !aggregates {
            let all = cx.air.aggregate(Builtin::CountAll, &[], Type::I64, Span::NONE);
            items.push(Item::Expr { expr: all, alias: columns.last().map(|column| column.name) });
        }
        let arm = cx.air.select_query(&items, from, filter);
        let Body::Select { select: arm_block } = cx.air.query(arm).body else { return Ok(false) };
        if !set.is_empty() {
            let elements: Vec<GroupElement> =
                set.iter().map(|key| GroupElement::Key { expr: fork.expr(cx.air, keys[*key]) }).collect();
            let elements = cx.air.push_list(&elements);
            cx.air.select_mut(arm_block).group = Some(GroupBy { elements, loose: group.loose });
        }
        body = Some(match body {
            None => cx.air.query(arm).body,
            Some(left) => {
                let left = cx.air.push_query(build::plain(left), Span::NONE);
                Body::SetOp { op: SetOp::Union, all: true, left, right: arm, collation: Collation::BINARY }
            }
        });
    }
    let Some(body) = body else { return Ok(false) };
    let inner = cx.air.push_query(build::plain(body), cx.air.query_span(query));
    let source = cx.air.derived(inner, alias, &columns);
    for (place, index) in places {
        let column = columns[index as usize];
        cx.air.set(place, Expr::Column { source, index, qualified: true });
        cx.air.info_mut(place).nullable |= column.nullable;
    }
    keep_headings(cx, select);
    let from = cx.air.source_rel(source);
    let block = cx.air.select_mut(select);
    block.from = Some(from);
    block.filter = block.having.take();
    block.group = None;
    Ok(true)
}

/// A NULL that says its type, so that the arms of a union agree.
fn typed_null(cx: &mut Context<'_>, null: ExprId) -> ExprId {
    let info = cx.air.info(null);
    if info.ty.is_unknown() || info.ty.is_text() || matches!(info.ty, Type::Any(_)) {
        return null;
    }
    let cast = Expr::Cast { operand: null, to: info.ty, rule: air::types::CastRule::IMPLICIT };
    cx.air.push(cast, info.ty, true, info.span)
}

/// Items that are about to become columns of a derived table keep their headings.
pub(super) fn keep_headings(cx: &mut Context<'_>, select: SelectId) {
    let outputs: Vec<Output> = cx.air.list(cx.air.select(select).outputs).to_vec();
    let mut items = cx.air.list(cx.air.select(select).items).to_vec();
    for (item, output) in items.iter_mut().zip(&outputs) {
        if let Item::Expr { alias: alias @ None, .. } = item
            && !output.name.is_empty()
        {
            *alias = Some(output.name);
        }
    }
    let items = cx.air.push_list(&items);
    cx.air.select_mut(select).items = items;
}

/// A value that the groups compute.
struct Part {
    /// The aggregate, the key or the GROUPING call (a copy: the original becomes a column).
    expr: ExprId,
    /// It is this key.
    key: Option<usize>,
    /// It is GROUPING of these keys.
    grouping: Option<Vec<usize>>,
}

struct Parts<'a> {
    keys: &'a [ExprId],
    values: Vec<Part>,
    /// Which expression becomes which column.
    places: Vec<(ExprId, u32)>,
}

impl Parts<'_> {
    fn collect(&mut self, cx: &mut Context<'_>, root: ExprId) {
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            if self.places.iter().any(|(place, _)| *place == id) {
                continue;
            }
            let key = self.keys.iter().position(|key| build::same(cx.air, *key, id));
            let grouping = match cx.air.expr(id) {
                Expr::Call { op: Builtin::Grouping, args, .. } => {
                    let args = cx.air.list(args).iter();
                    args.map(|arg| self.keys.iter().position(|key| build::same(cx.air, *key, *arg)))
                        .collect::<Option<Vec<usize>>>()
                }
                _ => None,
            };
            let aggregate = matches!(cx.air.expr(id), Expr::Aggregate { .. });
            if key.is_some() || grouping.is_some() || aggregate {
                let known = self.values.iter().position(|part| match (part.key, &part.grouping) {
                    (Some(known), _) => key == Some(known),
                    (None, Some(known)) => grouping.as_ref() == Some(known),
                    (None, None) => key.is_none() && grouping.is_none() && build::same(cx.air, part.expr, id),
                });
                let index = known.unwrap_or_else(|| {
                    let expr = cx.air.copy(id);
                    self.values.push(Part { expr, key, grouping });
                    self.values.len() - 1
                });
                self.places.push((id, index as u32));
                continue;
            }
            // A window call is no aggregate of the group; its operands may hold some.
            let mut push = |child: Child| match child {
                Child::Expr(id) => stack.push(id),
                // Keys may stand in subqueries.
                other => stack.extend(build::below(cx.air, &[other])),
            };
            match cx.air.expr(id) {
                Expr::Window { call, window, .. } => {
                    cx.air.expr(call).children(cx.air, &mut push);
                    cx.air.window(window).children(cx.air, &mut push);
                }
                expr => expr.children(cx.air, &mut push),
            }
        }
    }
}

// Loose columns.

fn loose_columns(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Body::Select { select } = cx.air.query(query).body else { return Ok(false) };
    let block = *cx.air.select(select);
    let Some(group) = block.group else { return Ok(false) };
    if group.loose != LooseColumns::Extreme && cx.target.can.loose_columns == LooseForm::Free {
        return Ok(false);
    }
    if cx.target.can.loose_columns == LooseForm::FreeWithExtreme {
        return Ok(false);
    }
    if group_by_position(cx, select)? {
        return Ok(true);
    }
    let Some(from) = block.from else { return Ok(false) };
    let own = build::sources(cx.air, from);
    let keys = build::group_keys(cx.air, group);
    let stars = cx.air.list(block.items).iter().any(|item| matches!(item, Item::Star { .. }));
    if stars && !build::expand_stars(cx.air, select) {
        return cx.refuse(
            codes::SCHEMA_NEEDED,
            Span::NONE,
            "`*` over groups needs known columns",
            "give a schema",
        );
    }
    let block = *cx.air.select(select);
    let mut roots: Vec<ExprId> = Vec::new();
    for item in cx.air.list(block.items) {
        if let Item::Expr { expr, .. } = item {
            roots.push(*expr);
        }
    }
    roots.extend(block.having);
    roots.extend(cx.air.list(cx.air.query(query).order).iter().map(|key| key.expr));
    let mut loose = Vec::new();
    let mut extremes = Vec::new();
    for root in roots {
        find_loose(cx, root, &keys, &own, &mut loose, &mut extremes);
    }
    if cx.target.can.loose_columns == LooseForm::PrimaryKey {
        loose.retain(|id| !depends_on_key(cx, *id, &keys));
    }
    if loose.is_empty() {
        if group.loose == LooseColumns::Determined {
            return Ok(false);
        }
        if let Some(group) = &mut cx.air.select_mut(select).group {
            group.loose = LooseColumns::Determined;
        }
        return Ok(true);
    }
    let span = cx.air.span(loose[0]);
    if loose_inside(cx, select, query, &loose) {
        let message = "a column that is neither grouped nor aggregated, inside of a subquery, has no form";
        return cx.refuse(codes::GROUPING, span, message, "group by what the subquery gives");
    }
    let order = match group.loose {
        LooseColumns::Extreme => {
            let Some((value, descending)) = extremes.first().copied() else { return Ok(false) };
            let documents = cx.has(cx.target.can.aggregate_order) || lists_in_order(cx);
            if !documents {
                let message = "the row of the one MIN or MAX of a group has no form";
                return cx.refuse(codes::GROUPING, span, message, "");
            }
            let nulls_first = false;
            let key = OrderKey {
                expr: value,
                descending,
                nulls_first,
                collation: cx.air.ty(value).collation().unwrap_or_default(),
            };
            cx.air.push_list(&[key])
        }
        LooseColumns::Arbitrary => {
            cx.assume(Assume::AnyRow, "a column is neither grouped nor aggregated", span)?;
            List::EMPTY
        }
        LooseColumns::Determined => List::EMPTY,
    };
    for id in loose {
        let ty = cx.air.ty(id);
        let value = cx.air.copy(id);
        let args = cx.air.push_list(&[value]);
        let collation = Collation::BINARY;
        let first = !order.is_empty() && !cx.has(cx.target.can.aggregate_order);
        let op = if first { Builtin::ArrayAgg } else { Builtin::AnyValue };
        let expr = Expr::Aggregate { op, distinct: false, args, order, filter: None, collation };
        if first {
            // The first of the list of values in that order.
            let list = cx.air.push(expr, Type::Array(element_of(ty)), true, span);
            let one = cx.air.int(1, span);
            let first = cx.air.call(Builtin::ArrayGet, &[list, one], ty, true, span);
            let first = cx.air.expr(first);
            cx.air.set(id, first);
            cx.air.info_mut(id).nullable = true;
        } else {
            cx.air.set(id, expr);
        }
        cx.air.info_mut(id).ty = ty;
    }
    if let Some(group) = &mut cx.air.select_mut(select).group {
        group.loose = LooseColumns::Determined;
    }
    keep_headings(cx, select);
    Ok(true)
}

/// True if one of the columns stands in a subquery, where an aggregate over it would be the subquery's own.
fn loose_inside(cx: &Context<'_>, select: SelectId, query: QueryId, loose: &[ExprId]) -> bool {
    let mut stack: Vec<ExprId> = cx.air.select(select).having.into_iter().collect();
    for item in cx.air.list(cx.air.select(select).items) {
        if let Item::Expr { expr, .. } = item {
            stack.push(*expr);
        }
    }
    stack.extend(cx.air.list(cx.air.query(query).order).iter().map(|key| key.expr));
    let mut outside = Vec::new();
    while let Some(id) = stack.pop() {
        outside.push(id);
        cx.air.children(Child::Expr(id), &mut |child| match child {
            Child::Expr(id) => stack.push(id),
            // The keys of a window are read where it stands.
            Child::Window(window) => cx.air.window(window).children(cx.air, &mut |child| {
                if let Child::Expr(id) = child {
                    stack.push(id);
                }
            }),
            _ => {}
        });
    }
    !loose.iter().all(|id| outside.contains(id))
}

/// True if the target has no arrays, but lists values in an order as a document.
fn lists_in_order(cx: &Context<'_>) -> bool {
    !cx.has(cx.target.can.arrays)
        && matches!(cx.how(Builtin::JsonAgg), Some(How::Template(text)) if text.contains("{o}"))
}

/// The element of an array of values of a type.
fn element_of(ty: Type) -> Element {
    match ty {
        Type::Int { .. } => Element::Int64,
        Type::Decimal { .. } | Type::Number => Element::Number,
        Type::Float64 => Element::Float64,
        Type::Text(_) => Element::Text,
        Type::Date => Element::Date,
        _ => Element::Unknown,
    }
}

/// Columns of the block's own sources outside of keys and aggregates, and the operands of MIN and MAX.
fn find_loose(
    cx: &Context<'_>,
    root: ExprId,
    keys: &[ExprId],
    own: &[SourceId],
    loose: &mut Vec<ExprId>,
    extremes: &mut Vec<(ExprId, bool)>,
) {
    let mut stack = vec![root];
    while let Some(id) = stack.pop() {
        if keys.iter().any(|key| build::same(cx.air, *key, id)) {
            continue;
        }
        let mut push = |child: Child| match child {
            Child::Expr(id) => stack.push(id),
            other => stack.extend(build::below(cx.air, &[other])),
        };
        match cx.air.expr(id) {
            Expr::Column { source, .. } => {
                if own.contains(&source) && !loose.contains(&id) {
                    loose.push(id);
                }
            }
            Expr::Aggregate { op, args, .. } => {
                if let (Builtin::Min | Builtin::Max, [value]) = (op, cx.air.list(args))
                    && is_of(cx, *value, own)
                {
                    extremes.push((*value, op == Builtin::Max));
                }
            }
            Expr::Window { call, window, .. } => {
                cx.air.expr(call).children(cx.air, &mut push);
                cx.air.window(window).children(cx.air, &mut push);
            }
            expr => expr.children(cx.air, &mut push),
        }
    }
}

/// False for what a subquery makes of rows of its own.
fn is_of(cx: &Context<'_>, id: ExprId, own: &[SourceId]) -> bool {
    build::below(cx.air, &[Child::Expr(id)]).into_iter().all(|id| match cx.air.expr(id) {
        Expr::Column { source, .. } => own.contains(&source),
        _ => true,
    })
}

/// True if the column is of a table whose whole primary key is grouped by.
fn depends_on_key(cx: &Context<'_>, id: ExprId, keys: &[ExprId]) -> bool {
    let Expr::Column { source, .. } = cx.air.expr(id) else { return false };
    let SourceKind::Table { name } = cx.air.source(source).kind else { return false };
    let schema = name.schema.map(|schema| cx.air.name(schema));
    let Some(table) = cx.catalog.table(schema, cx.air.name(name.name)) else { return false };
    let Some(primary) = table.primary_key() else { return false };
    !primary.columns.is_empty()
        && primary.columns.iter().all(|column| {
            let wanted = &table.columns[*column as usize].name;
            keys.iter().any(|key| match cx.air.expr(*key) {
                Expr::Column { source: of, index, .. } if of == source => {
                    cx.air.name(cx.air.column(of, index).name).eq_ignore_ascii_case(wanted)
                }
                _ => false,
            })
        })
}
