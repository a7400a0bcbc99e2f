//! Joins: FULL JOIN as a union, LATERAL taken apart.

use air::expr::WindowSpec;
use air::node::Child;
use air::query::{Body, Distinct, Item, JoinKind, Output, Rel, SetOp, SourceColumn, SourceKind, UsingColumn};
use air::target::{Lateral, Target};
use air::types::Collation;
use air::{Builtin, Expr, ExprId, List, RelId, SelectId, SourceId, Statement, Type};
use air_base::Span;
use rustc_hash::FxHashMap;

use crate::build::{self, Build};
use crate::codes;
use crate::fork::Fork;
use crate::kind::StatementKind;
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "full_join",
        law: "a full join is the left join, and the right rows for which no left row fits",
        apply: Apply::When(|to| !to.has(to.can.full_join), &Apply::Select(full_join)),
    },
    Rule {
        name: "using_as_on",
        law: "USING asks that columns be equal, and shows one of each pair",
        apply: Apply::When(|to| !to.can.using, &Apply::Select(using_as_on)),
    },
    Rule {
        name: "using_as_on_in_changes",
        law: "USING asks that columns be equal",
        apply: Apply::When(
            |to| !to.can.using,
            &Apply::Statements(&[StatementKind::Update, StatementKind::Delete], using_in_change),
        ),
    },
    Rule {
        name: "lateral_one_row",
        law: "a subquery of exactly one row gives each of its columns as a scalar subquery does",
        apply: Apply::When(without_lateral, &Apply::Select(lateral_one_row)),
    },
    Rule {
        name: "lateral_first_rows",
        law: "the first n rows that equal a value are the rows of that value whose number among them is at most n",
        apply: Apply::Select(lateral_first_rows),
    },
    Rule {
        name: "lateral_values",
        law: "the rows of a list, joined to each row, are the numbers of the list, each with its values",
        apply: Apply::When(without_lateral, &Apply::Select(lateral_values)),
    },
    Rule {
        name: "lateral_flattened",
        law: "a filter over a table, joined to each row, is a join on that filter",
        apply: Apply::When(without_lateral, &Apply::Select(lateral_flattened)),
    },
];

/// The first FROM node of the block, outermost first, that `wanted` accepts.
fn find(cx: &Context<'_>, select: SelectId, wanted: impl Fn(&Rel) -> bool) -> Option<RelId> {
    let mut stack = vec![cx.air.select(select).from?];
    while let Some(rel) = stack.pop() {
        let node = cx.air.rel(rel);
        if wanted(&node) {
            return Some(rel);
        }
        if let Rel::Join { left, right, .. } = node {
            stack.extend([right, left]);
        }
    }
    None
}

/// What USING demands, as terms of ON.
fn using_terms(cx: &mut Context<'_>, using: List<UsingColumn>, terms: &mut Vec<Option<ExprId>>) {
    for i in 0..using.len() {
        let using = cx.air.at(using, i);
        let equal = Expr::Compare {
            op: air::expr::CompareOp::Eq,
            collation: using.collation,
            left: using.left,
            right: using.right,
        };
        terms.push(Some(cx.air.push(equal, air::Type::Bool, true, Span::NONE)));
    }
}

fn using_as_on(cx: &mut Context<'_>, select: SelectId) -> Fired {
    let with_using = |rel: &Rel| matches!(rel, Rel::Join { using, .. } if !using.is_empty());
    let Some(rel) = find(cx, select, with_using) else { return Ok(false) };
    let Rel::Join { kind, left, right, on, using } = cx.air.rel(rel) else { return Ok(false) };
    if !build::expand_stars(cx.air, select) {
        let unlock = "give a schema, so that the columns of `*` are known";
        return cx.refuse(codes::JOIN, Span::NONE, "USING over unknown columns has no form", unlock);
    }
    let mut terms = vec![on];
    using_terms(cx, using, &mut terms);
    let on = cx.air.and(&terms);
    cx.air.set_rel(rel, Rel::Join { kind, left, right, on, using: List::EMPTY });
    Ok(true)
}

fn using_in_change(cx: &mut Context<'_>, at: usize) -> Fired {
    let from = match &cx.air.statements[at] {
        Statement::Update { update } => update.from,
        Statement::Delete { delete } => delete.from,
        _ => None,
    };
    let mut stack: Vec<RelId> = from.into_iter().collect();
    let mut fired = false;
    while let Some(rel) = stack.pop() {
        let Rel::Join { kind, left, right, on, using } = cx.air.rel(rel) else { continue };
        stack.extend([left, right]);
        if !using.is_empty() {
            let mut terms = vec![on];
            using_terms(cx, using, &mut terms);
            let on = cx.air.and(&terms);
            cx.air.set_rel(rel, Rel::Join { kind, left, right, on, using: List::EMPTY });
            fired = true;
        }
    }
    Ok(fired)
}

fn full_join(cx: &mut Context<'_>, select: SelectId) -> Fired {
    let full = |rel: &Rel| matches!(rel, Rel::Join { kind: JoinKind::Full, .. });
    let Some(rel) = find(cx, select, full) else { return Ok(false) };
    let Rel::Join { left, right, on, using, .. } = cx.air.rel(rel) else { return Ok(false) };
    if !build::expand_stars(cx.air, select) {
        let unlock = "give a schema, so that the columns of `*` are known";
        return cx.refuse(codes::JOIN, Span::NONE, "a full join of unknown columns has no form", unlock);
    }
    let mut terms = vec![on];
    using_terms(cx, using, &mut terms);
    let on = cx.air.and(&terms);
    let moved = build::sources(cx.air, rel);
    let rights = build::sources(cx.air, right);
    // Columns that anything outside of the join uses.
    let inside = build::below(cx.air, &[Child::Rel(rel)]);
    let mut inside = inside;
    if let Some(on) = on {
        inside.extend(build::below(cx.air, &[Child::Expr(on)]));
    }
    let mut slots: FxHashMap<(SourceId, u32), u32> = FxHashMap::default();
    let mut columns: Vec<SourceColumn> = Vec::new();
    let mut origins: Vec<(SourceId, u32)> = Vec::new();
    for id in cx.air.expr_ids() {
        let Expr::Column { source, index, .. } = cx.air.expr(id) else { continue };
        if inside.contains(&id) || !moved.contains(&source) {
            continue;
        }
        slots.entry((source, index)).or_insert_with(|| {
            origins.push((source, index));
            origins.len() as u32 - 1
        });
    }
    for (number, &(source, index)) in origins.iter().enumerate() {
        let known = cx.air.column(source, index);
        let text = cx.air.name(known.name).to_owned();
        let taken = |columns: &[SourceColumn], text: &str| {
            columns.iter().any(|column| cx.air.name(column.name).eq_ignore_ascii_case(text))
        };
        let text = if taken(&columns, &text) { format!("{text}_{}", number + 1) } else { text };
        let name = cx.air.push_name(&text);
        columns.push(SourceColumn { name, ty: known.ty, nullable: true });
    }
    if columns.is_empty() {
        // Only the number of rows counts.
        let name = cx.air.push_name("one");
        columns.push(SourceColumn { name, ty: air::Type::I64, nullable: false });
    }
    // The second arm has sources of its own.
    let mut fork = Fork::default();
    let other_right = fork.rel(cx.air, right);
    let other_left = fork.rel(cx.air, left);
    let other_on = on.map(|on| fork.expr(cx.air, on));
    let arm = |cx: &mut Context<'_>,
               only: Option<&[SourceId]>,
               fork: &Fork,
               from: RelId,
               filter: Option<ExprId>| {
        let mut items = Vec::with_capacity(columns.len());
        for (i, column) in columns.iter().enumerate() {
            let expr = match origins.get(i) {
                None => cx.air.int(1, Span::NONE),
                Some((source, index)) if only.is_none_or(|only| only.contains(source)) => {
                    cx.air.column_of(fork.source_of(*source), *index, Span::NONE)
                }
                Some(_) => cx.air.null(column.ty, Span::NONE),
            };
            items.push(Item::Expr { expr, alias: Some(column.name) });
        }
        cx.air.select_query(&items, Some(from), filter)
    };
    let joined = cx.air.join(JoinKind::Left, left, right, on);
    let first = arm(cx, None, &Fork::default(), joined, None);
    let one = cx.air.int(1, Span::NONE);
    let partner = cx.air.select_query(&[Item::Expr { expr: one, alias: None }], Some(other_left), other_on);
    let lonely =
        cx.air.push(Expr::Exists { query: partner, negated: true }, air::Type::Bool, false, Span::NONE);
    let second = arm(cx, Some(&rights), &fork, other_right, Some(lonely));
    let body =
        Body::SetOp { op: SetOp::Union, all: true, left: first, right: second, collation: Collation::BINARY };
    let query = cx.air.push_query(build::plain(body), Span::NONE);
    // The arms' own columns have been made after `inside` was taken.
    let roots = [Child::Query(query)];
    inside.extend(build::below(cx.air, &roots));
    let alias = cx.air.fresh("d");
    let source = cx.air.derived(query, alias, &columns);
    for id in cx.air.expr_ids() {
        if let Expr::Column { source: old, index, .. } = cx.air.expr(id)
            && !inside.contains(&id)
            && let Some(&slot) = slots.get(&(old, index))
        {
            cx.air.set(id, Expr::Column { source, index: slot, qualified: true });
            cx.air.info_mut(id).nullable = true;
        }
    }
    cx.air.set_rel(rel, Rel::Source { source });
    name_lost_headings(cx, select);
    Ok(true)
}

/// Items that are columns of a derived table keep the heading they had.
fn name_lost_headings(cx: &mut Context<'_>, select: SelectId) {
    let outputs: Vec<Output> = cx.air.list(cx.air.select(select).outputs).to_vec();
    let mut items = cx.air.list(cx.air.select(select).items).to_vec();
    for (item, output) in items.iter_mut().zip(&outputs) {
        if let Item::Expr { expr, alias: alias @ None } = item
            && let Expr::Column { source, index, .. } = cx.air.expr(*expr)
            && !output.name.is_empty()
            && cx.air.name(cx.air.column(source, index).name) != cx.air.name(output.name)
        {
            *alias = Some(output.name);
        }
    }
    let items = cx.air.push_list(&items);
    cx.air.select_mut(select).items = items;
}

fn without_lateral(target: &Target) -> bool {
    match target.can.lateral {
        Lateral::Apply => false,
        Lateral::Word(can) => !target.has(can),
        _ => true,
    }
}

/// The join whose right side is a lateral subquery the target cannot say.
fn lateral_join(cx: &Context<'_>, select: SelectId) -> Option<(RelId, SourceId)> {
    let mut stack = vec![cx.air.select(select).from?];
    while let Some(rel) = stack.pop() {
        if let Rel::Join { left, right, .. } = cx.air.rel(rel) {
            if let Rel::Source { source } = cx.air.rel(right) {
                let known = cx.air.source(source);
                if known.lateral && matches!(known.kind, SourceKind::Derived { .. }) {
                    return Some((rel, source));
                }
            }
            stack.extend([right, left]);
        }
    }
    None
}

fn lateral_one_row(cx: &mut Context<'_>, select: SelectId) -> Fired {
    let Some((rel, source)) = lateral_join(cx, select) else { return Ok(false) };
    let Rel::Join { kind, left, on, .. } = cx.air.rel(rel) else { return Ok(false) };
    let SourceKind::Derived { query } = cx.air.source(source).kind else { return Ok(false) };
    let Body::Select { select: inner } = cx.air.query(query).body else { return Ok(false) };
    let block = *cx.air.select(inner);
    let ungrouped = block.group.is_none_or(|group| group.elements.is_empty()) && block.having.is_none();
    let aggregate = cx
        .air
        .list(block.items)
        .iter()
        .any(|item| matches!(item, Item::Expr { expr, .. } if build::has_aggregate(cx.air, *expr)));
    let always_one = (ungrouped && aggregate) && cx.air.query(query).limit.is_none();
    let bare = ungrouped
        && !aggregate
        && block.from.is_none()
        && block.filter.is_none()
        && block.qualify.is_none()
        && cx.air.query(query).limit.is_none()
        && build::is_plain(cx.air.query(query));
    // A left join on TRUE takes a missing row for NULLs, as a scalar subquery does.
    let always_true =
        on.is_none_or(|on| matches!(cx.air.literal(on), Some(air::Literal::Bool { value: true })));
    let at_most_one = kind == JoinKind::Left && super::predicates::one_row(cx, query);
    let outer_kind = matches!(kind, JoinKind::Inner | JoinKind::Cross | JoinKind::Comma | JoinKind::Left);
    if !(always_one || at_most_one || bare) || !always_true || !outer_kind {
        return Ok(false);
    }
    if !build::expand_stars(cx.air, select) || !build::expand_stars(cx.air, inner) {
        return Ok(false);
    }
    let items = cx.air.list(cx.air.select(inner).items).to_vec();
    for id in cx.air.expr_ids() {
        let Expr::Column { source: of, index, .. } = cx.air.expr(id) else { continue };
        if of != source {
            continue;
        }
        let Some(&Item::Expr { expr, .. }) = items.get(index as usize) else { continue };
        super::predicates::qualified_copy(cx, expr);
        if bare {
            let ty = cx.air.ty(id);
            cx.become_copy(id, expr);
            if ty.is_unknown() {
                continue;
            }
            cx.air.info_mut(id).ty = ty;
            continue;
        }
        let scalar = Fork::default().query(cx.air, query);
        let Body::Select { select: one } = cx.air.query(scalar).body else { continue };
        let item = cx.air.at(cx.air.select(one).items, index as usize);
        let ty = cx.air.info(expr);
        let output = Output { name: Default::default(), ty: ty.ty, nullable: ty.nullable };
        let list = cx.air.push_list(&[item]);
        let outputs = cx.air.push_list(&[output]);
        let block = cx.air.select_mut(one);
        (block.items, block.outputs) = (list, outputs);
        let many = air::expr::ManyRows::Fails;
        cx.air.set(id, Expr::Scalar { query: scalar, many });
        cx.air.info_mut(id).nullable = true;
    }
    let rest = cx.air.rel(left);
    cx.air.set_rel(rel, rest);
    name_scalars(cx, select);
    Ok(true)
}

/// Most rows of a list that are chosen by a CASE.
const LISTED_ROWS_MAX: usize = 100;

/// `t CROSS APPLY (VALUES (t.a, 1), (t.b, 2)) v(x, y)`: each row of t with the numbers 1 and 2, and v's columns by them.
fn lateral_values(cx: &mut Context<'_>, select: SelectId) -> Fired {
    let Some((rel, source)) = lateral_join(cx, select) else { return Ok(false) };
    let Rel::Join { kind, on: None, .. } = cx.air.rel(rel) else { return Ok(false) };
    let SourceKind::Derived { query } = cx.air.source(source).kind else { return Ok(false) };
    let Body::Values { rows } = cx.air.query(query).body else { return Ok(false) };
    let rows = cx.air.list(rows).to_vec();
    let joins = matches!(kind, JoinKind::Inner | JoinKind::Cross | JoinKind::Comma);
    if !joins || !build::is_plain(cx.air.query(query)) || rows.len() > LISTED_ROWS_MAX {
        return Ok(false);
    }
    if !build::expand_stars(cx.air, select) {
        return Ok(false);
    }
    let span = cx.air.source_span(source);
    let name = cx.air.fresh("n");
    let mut numbers: Option<air::QueryId> = None;
    for number in 1..=rows.len() {
        let expr = cx.air.int(number as i64, span);
        let one = cx.air.select_query(&[Item::Expr { expr, alias: Some(name) }], None, None);
        numbers = Some(match numbers {
            None => one,
            Some(left) => {
                let body = Body::SetOp {
                    op: SetOp::Union,
                    all: true,
                    left,
                    right: one,
                    collation: Collation::BINARY,
                };
                let mut union = *cx.air.query(one);
                union.body = body;
                cx.air.push_query(union, span)
            }
        });
    }
    let Some(numbers) = numbers else { return Ok(false) };
    let alias = cx.air.source(source).alias;
    let columns = [SourceColumn { name, ty: air::Type::I64, nullable: false }];
    let counted = cx.air.derived(numbers, alias, &columns);
    for id in cx.air.expr_ids() {
        let Expr::Column { source: of, index, .. } = cx.air.expr(id) else { continue };
        if of != source {
            continue;
        }
        let mut branches = Vec::new();
        for (i, row) in rows.iter().enumerate() {
            let Some(&value) = cx.air.list(row.items).get(index as usize) else { return Ok(false) };
            super::predicates::qualified_copy(cx, value);
            let value = cx.air.copy(value);
            let number = cx.air.column_of(counted, 0, span);
            let wanted = cx.air.int(i as i64 + 1, span);
            let equal = Expr::Compare {
                op: air::expr::CompareOp::Eq,
                collation: Collation::BINARY,
                left: number,
                right: wanted,
            };
            let equal = cx.air.push(equal, air::Type::Bool, false, span);
            branches.push((equal, value));
        }
        let ty = cx.air.ty(id);
        let chosen = cx.case(&branches, None, ty, id);
        cx.become_copy(id, chosen);
        cx.air.info_mut(id).ty = ty;
    }
    let right = cx.air.source_rel(counted);
    if let Rel::Join { left, using, .. } = cx.air.rel(rel) {
        cx.air.set_rel(rel, Rel::Join { kind: JoinKind::Cross, left, right, on: None, using });
    }
    name_scalars(cx, select);
    Ok(true)
}

/// Items that became scalar subqueries keep the heading they had.
fn name_scalars(cx: &mut Context<'_>, select: SelectId) {
    let outputs: Vec<Output> = cx.air.list(cx.air.select(select).outputs).to_vec();
    let mut items = cx.air.list(cx.air.select(select).items).to_vec();
    for (item, output) in items.iter_mut().zip(&outputs) {
        if let Item::Expr { expr, alias: alias @ None } = item
            && !matches!(cx.air.expr(*expr), Expr::Column { .. })
            && !output.name.is_empty()
        {
            *alias = Some(output.name);
        }
    }
    let items = cx.air.push_list(&items);
    cx.air.select_mut(select).items = items;
}

/// A lateral subquery with a row limit, which depends on the left side by equalities alone: its rows are numbered apart
/// for each value, and joined by value and number.
fn lateral_first_rows(cx: &mut Context<'_>, select: SelectId) -> Fired {
    let Some((rel, source)) = lateral_join(cx, select) else { return Ok(false) };
    let Rel::Join { kind, left, on, using, .. } = cx.air.rel(rel) else { return Ok(false) };
    let SourceKind::Derived { query } = cx.air.source(source).kind else { return Ok(false) };
    let node = *cx.air.query(query);
    let (Some(limit), Body::Select { select: inner }) = (node.limit, node.body) else { return Ok(false) };
    let block = *cx.air.select(inner);
    let (Some(from), Some(count)) = (block.from, limit.count) else { return Ok(false) };
    let outer_kind = matches!(kind, JoinKind::Inner | JoinKind::Cross | JoinKind::Comma | JoinKind::Left);
    let plain = node.ctes.is_empty()
        && node.locking.is_none()
        && !limit.percent
        && !limit.with_ties
        && block.group.is_none()
        && block.having.is_none()
        && block.qualify.is_none()
        && matches!(block.distinct, Distinct::All {});
    if !outer_kind || !plain || !using.is_empty() {
        return Ok(false);
    }
    let lefts = build::sources(cx.air, left);
    let own = build::sources(cx.air, from);
    let depends = |cx: &Context<'_>, root: Child| {
        build::below(cx.air, &[root])
            .iter()
            .any(|id| matches!(cx.air.expr(*id), Expr::Column { source, .. } if lefts.contains(&source)))
    };
    let computes = |cx: &Context<'_>, root: Child| {
        build::below(cx.air, &[root])
            .iter()
            .any(|id| matches!(cx.air.expr(*id), Expr::Aggregate { .. } | Expr::Window { .. }))
    };
    let mut roots: Vec<Child> = Vec::new();
    for item in cx.air.list(block.items) {
        if let Item::Expr { expr, .. } = item {
            roots.push(Child::Expr(*expr));
        }
    }
    roots.extend(cx.air.list(node.order).iter().map(|key| Child::Expr(key.expr)));
    if roots.iter().any(|root| computes(cx, *root)) {
        return Ok(false);
    }
    roots.push(Child::Rel(from));
    roots.extend([Some(count), limit.offset].into_iter().flatten().map(Child::Expr));
    if roots.iter().any(|root| depends(cx, *root)) {
        return Ok(false);
    }
    // Conditions that look at the left side have to be equalities with a value of the subquery's own.
    let terms: Vec<ExprId> = match block.filter.map(|filter| (filter, cx.air.expr(filter))) {
        None => Vec::new(),
        Some((_, Expr::And { terms })) => cx.air.list(terms).to_vec(),
        Some((filter, _)) => vec![filter],
    };
    let (mut kept, mut pairs) = (Vec::new(), Vec::new());
    for term in terms {
        if !depends(cx, Child::Expr(term)) {
            kept.push(Some(term));
            continue;
        }
        let Expr::Compare { op: air::expr::CompareOp::Eq, left: a, right: b, collation } = cx.air.expr(term)
        else {
            return Ok(false);
        };
        let (mine, theirs) = if depends(cx, Child::Expr(b)) { (a, b) } else { (b, a) };
        let texts_alike = cx.air.ty(mine).collation().is_none_or(|known| known == collation);
        if depends(cx, Child::Expr(mine)) || build::mentions(cx.air, theirs, &own) || !texts_alike {
            return Ok(false);
        }
        pairs.push((mine, theirs, collation));
    }
    if !build::expand_stars(cx.air, select) || !build::expand_stars(cx.air, inner) {
        return Ok(false);
    }
    let block = *cx.air.select(inner);
    let mut order = cx.air.list(node.order).to_vec();
    for key in &mut order {
        if let Expr::Output { index } = cx.air.expr(key.expr) {
            let Some(item) = build::output_expr(cx.air, inner, index) else { return Ok(false) };
            key.expr = cx.air.copy(item);
        }
    }
    let parts: Vec<ExprId> = pairs.iter().map(|(mine, ..)| cx.air.copy(*mine)).collect();
    let (partition, order) = (cx.air.push_list(&parts), cx.air.push_list(&order));
    let window = cx.air.push_window(WindowSpec { name: None, base: None, partition, order, frame: None });
    let call = cx.air.call(Builtin::RowNumber, &[], Type::I64, false, Span::NONE);
    let number =
        cx.air.push(Expr::Window { call, window, ignore_nulls: false }, Type::I64, false, Span::NONE);
    // The values and the number become columns that nobody else asks for.
    let mut columns = cx.air.list(cx.air.source(source).columns).to_vec();
    let mut items = cx.air.list(block.items).to_vec();
    let mut outputs = cx.air.list(block.outputs).to_vec();
    let first = columns.len() as u32;
    for expr in pairs.iter().map(|(mine, ..)| *mine).chain([number]) {
        let info = cx.air.info(expr);
        let name = cx.air.fresh("k");
        let name = cx.air.push_name(&format!("{}_{}", cx.air.name(name).to_owned(), columns.len()));
        columns.push(SourceColumn { name, ty: info.ty, nullable: info.nullable });
        items.push(Item::Expr { expr, alias: Some(name) });
        outputs.push(Output { name, ty: info.ty, nullable: info.nullable });
    }
    let (items, outputs) = (cx.air.push_list(&items), cx.air.push_list(&outputs));
    let filter = cx.air.and(&kept);
    let changed = cx.air.select_mut(inner);
    (changed.items, changed.outputs, changed.filter) = (items, outputs, filter);
    let changed = cx.air.query_mut(query);
    (changed.order, changed.limit) = (List::EMPTY, None);
    let columns = cx.air.push_list(&columns);
    let changed = cx.air.source_mut(source);
    (changed.columns, changed.lateral) = (columns, false);
    let is_true = |on: &ExprId| matches!(cx.air.literal(*on), Some(air::Literal::Bool { value: true }));
    let mut terms = vec![on.filter(|on| !is_true(on))];
    for (at, (_, theirs, collation)) in pairs.iter().enumerate() {
        let mine = cx.air.column_of(source, first + at as u32, Span::NONE);
        super::predicates::qualified_copy(cx, *theirs);
        let op = air::expr::CompareOp::Eq;
        let equal = Expr::Compare { op, collation: *collation, left: mine, right: *theirs };
        terms.push(Some(cx.air.push(equal, Type::Bool, true, Span::NONE)));
    }
    let number = first + pairs.len() as u32;
    let column = cx.air.column_of(source, number, Span::NONE);
    let last = match limit.offset {
        None => count,
        Some(offset) => {
            let column = cx.air.column_of(source, number, Span::NONE);
            let passed = cx.air.copy(offset);
            terms.push(Some(cx.air.compare(air::expr::CompareOp::Gt, column, passed)));
            match (cx.air.int_literal(offset), cx.air.int_literal(count)) {
                (Some(offset), Some(count)) => cx.air.int(offset.saturating_add(count), Span::NONE),
                _ => cx.air.call(Builtin::Add, &[offset, count], Type::I64, false, Span::NONE),
            }
        }
    };
    terms.push(Some(cx.air.compare(air::expr::CompareOp::Le, column, last)));
    let on = cx.air.and(&terms);
    let kind = if kind == JoinKind::Left { JoinKind::Left } else { JoinKind::Inner };
    let Rel::Join { right, .. } = cx.air.rel(rel) else { return Ok(false) };
    cx.air.set_rel(rel, Rel::Join { kind, left, right, on, using });
    name_lost_headings(cx, select);
    Ok(true)
}

fn lateral_flattened(cx: &mut Context<'_>, select: SelectId) -> Fired {
    let Some((rel, source)) = lateral_join(cx, select) else { return Ok(false) };
    let Rel::Join { kind, left, on, .. } = cx.air.rel(rel) else { return Ok(false) };
    let SourceKind::Derived { query } = cx.air.source(source).kind else { return Ok(false) };
    let span = cx.air.source_span(source);
    let unlock = "a target with LATERAL";
    let outer_kind = matches!(kind, JoinKind::Inner | JoinKind::Cross | JoinKind::Comma | JoinKind::Left);
    let simple = build::is_plain(cx.air.query(query)) && outer_kind;
    let Body::Select { select: inner } = cx.air.query(query).body else {
        return cx.refuse(codes::JOIN, span, "this lateral join has no form", unlock);
    };
    let block = *cx.air.select(inner);
    let plain = block.group.is_none()
        && block.having.is_none()
        && matches!(block.distinct, Distinct::All {})
        && block.qualify.is_none();
    let computes = cx.air.list(block.items).iter().any(|item| match item {
        Item::Expr { expr, .. } => {
            let below = build::below(cx.air, &[Child::Expr(*expr)]);
            below.iter().any(|id| matches!(cx.air.expr(*id), Expr::Aggregate { .. } | Expr::Window { .. }))
        }
        Item::Star { .. } => false,
    });
    // Under a left join only columns turn NULL by themselves.
    let columns_only = cx.air.list(block.items).iter().all(|item| match item {
        Item::Expr { expr, .. } => matches!(cx.air.expr(*expr), Expr::Column { .. }),
        Item::Star { .. } => true,
    });
    let inner_from = block.from.filter(|_| simple && plain && !computes);
    let inner_from = inner_from.filter(|_| kind != JoinKind::Left || columns_only);
    // What FROM itself refers to outside would be lateral still.
    let own = inner_from.map(|from| build::sources(cx.air, from)).unwrap_or_default();
    let lefts = build::sources(cx.air, left);
    let lateral_inside = inner_from.is_some_and(|from| {
        own.iter().any(|source| cx.air.source(*source).lateral)
            || build::below(cx.air, &[Child::Rel(from)])
                .iter()
                .any(|id| matches!(cx.air.expr(*id), Expr::Column { source, .. } if lefts.contains(&source)))
    });
    let Some(from) = inner_from.filter(|_| !lateral_inside) else {
        return cx.refuse(codes::JOIN, span, "this lateral join has no form", unlock);
    };
    if !build::expand_stars(cx.air, select) || !build::expand_stars(cx.air, inner) {
        return cx.refuse(
            codes::SCHEMA_NEEDED,
            span,
            "a lateral join of unknown columns has no form",
            "give a schema",
        );
    }
    // Names inside must not meet names outside.
    for source in &own {
        let alias = cx.air.source(*source).alias;
        let text = cx.air.name(alias).to_owned();
        let met =
            lefts.iter().any(|left| cx.air.name(cx.air.source(*left).alias).eq_ignore_ascii_case(&text));
        if met {
            let fresh = cx.air.fresh(&text);
            let known = cx.air.source_mut(*source);
            known.alias = fresh;
            known.aliased = true;
        }
    }
    let items = cx.air.list(cx.air.select(inner).items).to_vec();
    for id in cx.air.expr_ids() {
        if let Expr::Column { source: of, index, .. } = cx.air.expr(id)
            && of == source
            && let Some(&Item::Expr { expr, .. }) = items.get(index as usize)
        {
            super::predicates::qualified_copy(cx, expr);
            let expr = cx.air.expr(expr);
            cx.air.set(id, expr);
        }
    }
    if let Some(filter) = block.filter {
        super::predicates::qualified_copy(cx, filter);
    }
    let on = cx.air.and(&[on, block.filter]);
    let kind = match (kind, on) {
        (JoinKind::Left, _) => JoinKind::Left,
        (_, Some(_)) => JoinKind::Inner,
        (_, None) => JoinKind::Cross,
    };
    cx.air.set_rel(rel, Rel::Join { kind, left, right: from, on, using: List::EMPTY });
    name_lost_headings(cx, select);
    Ok(true)
}
