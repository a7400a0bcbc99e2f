//! Changes: the order of assignments, joined tables, limits, DEFAULT, identity columns, TRUNCATE, MERGE.

use air::catalog::{KeptLiteral, KeptValue};
use air::expr::CompareOp;
use air::fidelity::Assume;
use air::node::Child;
use air::query::{Body, CteBody, Item, JoinKind, Rel, SourceColumn, SourceKind, ValuesRow};
use air::statement::{
    Assignment, ConflictAction, Delete, Insert, InsertSource, MergeAction, MergeWhen, Statement, Update,
};
use air::target::{DeleteFrom, IdentityForm, Returning, UpdateFrom};
use air::types::{CastFailure, CastReason, CastRule, Rounding};
use air::{CteId, Expr, ExprId, List, Literal, Name, ObjectName, QueryId, RelId, SourceId, Type};
use air_base::Span;

use super::upsert::ROWS_APART_MAX;
use crate::build::{self, Build};
use crate::codes;
use crate::fork::Fork;
use crate::kind::StatementKind;
use crate::pass::{Apply, Context, Fired, Refused, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "changed_view",
        law: "a view can be changed where the target says which rows of its table that means",
        apply: Apply::Statements(
            &[StatementKind::Insert, StatementKind::Update, StatementKind::Delete],
            changed_view,
        ),
    },
    Rule {
        name: "merge_as_statements",
        law: "rows that match are changed first; then rows without a match are added",
        apply: Apply::Statements(&[StatementKind::Merge], merge_as_statements),
    },
    Rule {
        name: "row_assignments",
        law: "a row assigned to several columns is each of its parts assigned to one",
        apply: Apply::Statements(&[StatementKind::Insert, StatementKind::Update], row_assignments),
    },
    Rule {
        name: "assignments_in_order",
        law: "an assignment that sees an earlier one sees the value assigned there",
        apply: Apply::Statements(&[StatementKind::Update], assignment_order),
    },
    Rule {
        name: "change_by_key",
        law: "rows chosen by order and limit are those whose identity is among the chosen",
        apply: Apply::Statements(&[StatementKind::Update, StatementKind::Delete], limited_change),
    },
    Rule {
        name: "update_of_joined_tables",
        law: "a row is changed where the joined tables have a row for it, by the values of that row",
        apply: Apply::Statements(&[StatementKind::Update], joined_update),
    },
    Rule {
        name: "delete_from_joined_tables",
        law: "a row is removed where the joined tables have a row for it",
        apply: Apply::Statements(&[StatementKind::Delete], joined_delete),
    },
    Rule {
        name: "set_before_changes",
        law: "values computed together with the rows to change are those from before the first change",
        apply: Apply::Statements(&[StatementKind::Update], set_before_changes),
    },
    Rule {
        name: "delete_without_alias",
        law: "a table that is read as well goes by its own name where it is changed, and by another where it is read",
        apply: Apply::Statements(&[StatementKind::Delete], delete_without_alias),
    },
    Rule {
        name: "change_without_with",
        law: "a common table expression used by name is the derived table it names",
        apply: Apply::Statements(
            &[StatementKind::Insert, StatementKind::Update, StatementKind::Delete],
            change_ctes,
        ),
    },
    Rule {
        name: "default_values",
        law: "a column that is not given has its default",
        apply: Apply::Statements(&[StatementKind::Insert], default_values),
    },
    Rule {
        name: "assigned_defaults",
        law: "the default of a column without one is NULL, and a computed column keeps being computed",
        apply: Apply::Statements(&[StatementKind::Update], assigned_defaults),
    },
    Rule {
        name: "identity_null",
        law: "NULL given to a column whose values the server makes up asks for the next one, as DEFAULT does",
        apply: Apply::Statements(&[StatementKind::Insert], identity_null),
    },
    Rule {
        name: "truncate_as_delete",
        law: "TRUNCATE removes all rows",
        apply: Apply::Statements(&[StatementKind::Truncate], truncate_as_delete),
    },
    Rule {
        name: "returned_by_query",
        law: "rows chosen by columns that do not change are chosen by them afterwards as well",
        apply: Apply::Statements(&[StatementKind::Update], returned_by_query),
    },
    Rule {
        name: "returned_rows",
        law: "the returned columns are those of the row after the change, or of the removed row",
        apply: Apply::Statements(
            &[StatementKind::Insert, StatementKind::Update, StatementKind::Delete, StatementKind::Merge],
            returned_rows,
        ),
    },
    Rule {
        name: "locks_left_out",
        law: "a lock changes no rows, and where one writer works at a time nobody else is kept out",
        apply: Apply::When(|to| !to.has(to.can.locking), &Apply::Query(locks_left_out)),
    },
];

fn span_of(cx: &Context<'_>, at: usize) -> Span {
    cx.air.statement_spans.get(at).copied().unwrap_or(Span::NONE)
}

/// Puts statements in the place of one.
pub(crate) fn replace(cx: &mut Context<'_>, at: usize, statements: Vec<Statement>) {
    let span = span_of(cx, at);
    let count = statements.len();
    cx.air.statements.splice(at..=at, statements);
    if at < cx.air.statement_spans.len() {
        cx.air.statement_spans.splice(at..=at, std::iter::repeat_n(span, count));
    }
}

/// Refuses changes of views on targets whose views cannot be changed.
fn changed_view(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.changing_views {
        return Ok(false);
    }
    let target = match &cx.air.statements[at] {
        Statement::Insert { insert } => insert.target,
        Statement::Update { update } => update.target,
        Statement::Delete { delete } => delete.target,
        _ => return Ok(false),
    };
    if table_of(cx, target).is_some_and(|table| table.view) {
        let span = span_of(cx, at);
        return cx.refuse(codes::CHANGE, span, "a view cannot be changed", "change its table");
    }
    Ok(false)
}

/// True if an assignment computes a column of a key from itself.
fn moves_keys(cx: &Context<'_>, update: &Update) -> bool {
    let SourceKind::Table { name } = cx.air.source(update.target).kind else { return false };
    let schema = name.schema.map(|schema| cx.air.name(schema));
    let Some(table) = cx.catalog.table(schema, cx.air.name(name.name)) else { return false };
    cx.air.list(update.assignments).iter().any(|assignment| {
        let &[column] = cx.air.list(assignment.columns) else { return false };
        let name = cx.air.name(cx.air.column(update.target, column).name);
        let keyed = table.keys.iter().flat_map(|key| &key.columns).any(|place| {
            table.columns.get(*place as usize).is_some_and(|known| known.name.eq_ignore_ascii_case(name))
        });
        keyed
            && build::below(cx.air, &[Child::Expr(assignment.value)]).into_iter().any(|id| {
                matches!(cx.air.expr(id), Expr::Column { source, index, .. } if (source, index) == (update.target, column))
            })
    })
}

// The order of assignments.

fn row_assignments(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.row_assignments {
        return Ok(false);
    }
    let list = match &cx.air.statements[at] {
        Statement::Update { update } => update.assignments,
        Statement::Insert { insert } => match insert.conflict.map(|conflict| conflict.action) {
            Some(ConflictAction::Update { assignments, .. }) => assignments,
            _ => return Ok(false),
        },
        _ => return Ok(false),
    };
    if cx.air.list(list).iter().all(|assignment| assignment.columns.len() == 1) {
        return Ok(false);
    }
    let span = span_of(cx, at);
    let mut single = Vec::new();
    for i in 0..list.len() {
        let Assignment { source, columns, value } = cx.air.at(list, i);
        if columns.len() == 1 {
            single.push(cx.air.at(list, i));
            continue;
        }
        for (place, column) in cx.air.list(columns).to_vec().into_iter().enumerate() {
            let value = match cx.air.expr(value) {
                Expr::Row { items } if items.len() == columns.len() => cx.air.at(items, place),
                Expr::Scalar { query, many } => {
                    let query = if place == 0 { query } else { Fork::default().query(cx.air, query) };
                    one_column(cx, query, place, span)?;
                    let ty = cx.air.column(source, column).ty;
                    cx.air.push(Expr::Scalar { query, many }, ty, true, span)
                }
                _ => {
                    return cx.refuse(
                        codes::CHANGE,
                        span,
                        "this assignment to several columns has no form",
                        "",
                    );
                }
            };
            let columns = cx.air.push_list(&[column]);
            single.push(Assignment { source, columns, value });
        }
    }
    // The first subquery is the original: it loses its other columns last.
    for i in 0..list.len() {
        let Assignment { columns, value, .. } = cx.air.at(list, i);
        if let (true, Expr::Scalar { query, .. }) = (columns.len() > 1, cx.air.expr(value)) {
            keep_column(cx, query, 0);
        }
    }
    let list = cx.air.push_list(&single);
    match &mut cx.air.statements[at] {
        Statement::Update { update } => update.assignments = list,
        Statement::Insert { insert } => {
            if let Some(conflict) = &mut insert.conflict
                && let ConflictAction::Update { assignments, .. } = &mut conflict.action
            {
                *assignments = list;
            }
        }
        _ => {}
    }
    Ok(true)
}

/// Leaves one column of a copied subquery; the original keeps all until every copy is made.
fn one_column(cx: &mut Context<'_>, query: air::QueryId, place: usize, span: Span) -> Result<(), Refused> {
    let Body::Select { select } = cx.air.query(query).body else {
        return cx.refuse(codes::CHANGE, span, "this assignment to several columns has no form", "");
    };
    if !build::expand_stars(cx.air, select) {
        return cx.refuse(
            codes::SCHEMA_NEEDED,
            span,
            "the columns of a subquery have to be known",
            "give a schema",
        );
    }
    if place > 0 {
        keep_column(cx, query, place);
    }
    Ok(())
}

fn keep_column(cx: &mut Context<'_>, query: air::QueryId, place: usize) {
    let Body::Select { select } = cx.air.query(query).body else { return };
    let block = *cx.air.select(select);
    if place < block.items.len() {
        let item = cx.air.at(block.items, place);
        let items = cx.air.push_list(&[item]);
        let outputs = match cx.air.list(block.outputs).get(place).copied() {
            Some(output) => cx.air.push_list(&[output]),
            None => List::EMPTY,
        };
        let block = cx.air.select_mut(select);
        (block.items, block.outputs) = (items, outputs);
    }
}

fn assignment_order(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::Update { update } = &cx.air.statements[at] else { return Ok(false) };
    let (list, sequential, target) = (update.assignments, update.sequential, update.target);
    let simultaneous = cx.target.can.simultaneous_set;
    if sequential != simultaneous || list.len() < 2 {
        if list.len() < 2 && sequential == simultaneous {
            set_update(cx, at, |update| update.sequential = !simultaneous);
            return Ok(true);
        }
        return Ok(false);
    }
    if simultaneous {
        substitute_earlier(cx, list);
        let list = super::stored::last_of_each(cx, list).unwrap_or(list);
        set_update(cx, at, |update| {
            update.assignments = list;
            update.sequential = false;
        });
        return Ok(true);
    }
    match in_reading_order(cx, list) {
        Some(ordered) => {
            set_update(cx, at, |update| {
                update.assignments = ordered;
                update.sequential = true;
            });
            Ok(true)
        }
        None => {
            let span = span_of(cx, at);
            if cx.target.can.simultaneous_prefix.is_some() && primary_key(cx, target).is_none() {
                return Ok(false);
            }
            swap_by_snapshot(cx, at, target, span)?;
            Ok(true)
        }
    }
}

fn set_update(cx: &mut Context<'_>, at: usize, change: impl FnOnce(&mut Update)) {
    if let Statement::Update { update } = &mut cx.air.statements[at] {
        change(update);
    }
}

/// Replaces columns that an earlier assignment has set by what it has set them to.
pub(crate) fn substitute_earlier(cx: &mut Context<'_>, list: List<Assignment>) {
    let mut known: Vec<((SourceId, u32), ExprId)> = Vec::new();
    for i in 0..list.len() {
        let assignment = cx.air.at(list, i);
        let uses = match known.is_empty() {
            true => Default::default(),
            false => build::below(cx.air, &[Child::Expr(assignment.value)]),
        };
        for id in uses {
            let Expr::Column { source, index, .. } = cx.air.expr(id) else { continue };
            let earlier = known.iter().rev().find(|(column, _)| *column == (source, index));
            if let Some(&(_, value)) = earlier {
                let (expr, info) = (cx.air.expr(value), cx.air.info(value));
                cx.air.set(id, expr);
                let own = cx.air.info_mut(id);
                (own.ty, own.nullable) = (info.ty, info.nullable);
            }
        }
        if let [column] = *cx.air.list(assignment.columns)
            && i + 1 < list.len()
        {
            let stored = as_stored(cx, assignment.source, column, assignment.value);
            known.push(((assignment.source, column), stored));
        }
    }
}

/// A copy of the value, as the column holds it after the assignment.
fn as_stored(cx: &mut Context<'_>, source: SourceId, column: u32, value: ExprId) -> ExprId {
    let column = cx.air.column(source, column);
    let info = cx.air.info(value);
    let copy = cx.air.copy(value);
    let alike = match (column.ty, info.ty) {
        (a, b) if a == b => true,
        (Type::Int { .. }, Type::Int { .. }) => true,
        (a, b) => a.is_text() && b.is_text() || a.is_unknown() || b.is_unknown() || matches!(a, Type::Any(_)),
    };
    if alike {
        return copy;
    }
    let rule = CastRule {
        reason: CastReason::Assignment,
        failure: CastFailure::Error,
        rounding: Rounding::HalfAway,
    };
    cx.air.push(Expr::Cast { operand: copy, to: column.ty, rule }, column.ty, info.nullable, info.span)
}

/// The assignments in an order in which none reads a column set before it; `None` if there is none.
pub(crate) fn in_reading_order(cx: &mut Context<'_>, list: List<Assignment>) -> Option<List<Assignment>> {
    let mut rest: Vec<(Assignment, Vec<(SourceId, u32)>)> = Vec::with_capacity(list.len());
    for i in 0..list.len() {
        let assignment = cx.air.at(list, i);
        let mut reads = Vec::new();
        for id in build::below(cx.air, &[Child::Expr(assignment.value)]) {
            if let Expr::Column { source, index, .. } = cx.air.expr(id) {
                reads.push((source, index));
            }
        }
        rest.push((assignment, reads));
    }
    let mut ordered = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        // Next: one whose columns nobody else still reads.
        let next = (0..rest.len()).find(|&i| {
            let own = rest[i].0;
            let columns = cx.air.list(own.columns);
            rest.iter().enumerate().all(|(j, (_, reads))| {
                j == i || !columns.iter().any(|column| reads.contains(&(own.source, *column)))
            })
        })?;
        ordered.push(rest.remove(next).0);
    }
    Some(cx.air.push_list(&ordered))
}

/// `SET a = b, b = a` where assignments see earlier ones: old values come from a joined copy of the table.
fn swap_by_snapshot(cx: &mut Context<'_>, at: usize, target: SourceId, span: Span) -> Result<(), Refused> {
    let Statement::Update { update } = &cx.air.statements[at] else { return Ok(()) };
    let (from, joined, assignments) = (update.from, update.joined, update.assignments);
    let unlock = "give a schema with a primary key for the table";
    let message = "assignments that need the old values of each other have no form";
    if cx.target.can.update_from != UpdateFrom::Join || (from.is_some() && !joined) {
        return cx.refuse(codes::CHANGE, span, message, unlock);
    }
    let Some(key) = primary_key(cx, target) else { return cx.refuse(codes::CHANGE, span, message, unlock) };
    let SourceKind::Table { name } = cx.air.source(target).kind else {
        return cx.refuse(codes::CHANGE, span, message, unlock);
    };
    // (SELECT key, read columns FROM t) AS old
    let old_columns = cx.air.list(cx.air.source(target).columns).to_vec();
    let copy = table_source(cx, name, &old_columns, "o");
    let mut items = Vec::new();
    for i in 0..old_columns.len() {
        let expr = cx.air.column_of(copy, i as u32, span);
        items.push(Item::Expr { expr, alias: None });
    }
    let copy_rel = cx.air.source_rel(copy);
    let query = cx.air.select_query(&items, Some(copy_rel), None);
    let alias = cx.air.fresh("old");
    let snapshot = cx.air.derived(query, alias, &old_columns);
    for i in 0..assignments.len() {
        let assignment = cx.air.at(assignments, i);
        for id in build::below(cx.air, &[Child::Expr(assignment.value)]) {
            if let Expr::Column { source, index, .. } = cx.air.expr(id)
                && source == target
            {
                cx.air.set(id, Expr::Column { source: snapshot, index, qualified: true });
            }
        }
    }
    let on = equal_columns(cx, target, snapshot, &key);
    let left = from.unwrap_or_else(|| cx.air.source_rel(target));
    let right = cx.air.source_rel(snapshot);
    let join = cx.air.join(JoinKind::Inner, left, right, on);
    if let Statement::Update { update } = &mut cx.air.statements[at] {
        update.from = Some(join);
        update.joined = true;
        update.sequential = true;
    }
    qualify_target(cx, target);
    Ok(())
}

/// `a.k = b.k AND …` for sources whose columns have the same positions.
fn equal_columns(cx: &mut Context<'_>, a: SourceId, b: SourceId, columns: &[u32]) -> Option<ExprId> {
    let mut terms = Vec::with_capacity(columns.len());
    for &column in columns {
        let (left, right) =
            (cx.air.column_of(a, column, Span::NONE), cx.air.column_of(b, column, Span::NONE));
        let collation = cx.air.ty(left).collation().unwrap_or_default();
        let equal = Expr::Compare { op: CompareOp::Eq, collation, left, right };
        terms.push(Some(cx.air.push(equal, Type::Bool, false, Span::NONE)));
    }
    cx.air.and(&terms)
}

/// A second mention of a table, under a name of its own.
fn table_source(cx: &mut Context<'_>, name: ObjectName, columns: &[SourceColumn], stem: &str) -> SourceId {
    let alias = cx.air.fresh(stem);
    let columns = cx.air.push_list(columns);
    let source = air::query::Source {
        alias,
        aliased: true,
        kind: SourceKind::Table { name },
        columns,
        closed: true,
        renamed: false,
        lateral: false,
    };
    cx.air.push_source(source, Span::NONE)
}

/// Every column of the source says whose it is.
fn qualify_target(cx: &mut Context<'_>, target: SourceId) {
    for id in cx.air.expr_ids() {
        if let Expr::Column { source, index, qualified: false } = cx.air.expr(id)
            && source == target
        {
            cx.air.set(id, Expr::Column { source, index, qualified: true });
        }
    }
}

/// Positions, in the source, of the primary key of its table.
pub(crate) fn primary_key(cx: &Context<'_>, source: SourceId) -> Option<Vec<u32>> {
    let table = table_of(cx, source)?;
    let key = table.primary_key()?;
    if key.columns.is_empty() {
        return None;
    }
    key.columns.iter().map(|column| position(cx, source, &table.columns[*column as usize].name)).collect()
}

/// The table of the catalog that a source is.
pub(crate) fn table_of<'a>(cx: &Context<'a>, source: SourceId) -> Option<&'a air::catalog::Table> {
    let SourceKind::Table { name } = cx.air.source(source).kind else { return None };
    let schema = name.schema.map(|schema| cx.air.name(schema));
    cx.catalog.table(schema, cx.air.name(name.name))
}

/// The position in a source of the column of that name.
pub(crate) fn position(cx: &Context<'_>, source: SourceId, name: &str) -> Option<u32> {
    let columns = cx.air.list(cx.air.source(source).columns);
    let at = columns.iter().position(|column| cx.air.name(column.name).eq_ignore_ascii_case(name))?;
    Some(at as u32)
}

// ORDER BY and LIMIT of a change.

fn limited_change(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.has(cx.target.can.change_limit) {
        return Ok(false);
    }
    let (target, order, limit, filter, from) = match &cx.air.statements[at] {
        Statement::Update { update } => {
            (update.target, update.order, update.limit, update.filter, update.from)
        }
        Statement::Delete { delete } => {
            (delete.target, delete.order, delete.limit, delete.filter, delete.from)
        }
        _ => return Ok(false),
    };
    if order.is_empty() && limit.is_none() {
        return Ok(false);
    }
    let span = span_of(cx, at);
    // Keys that move in an order make room for one another; all at once they collide on the way.
    if limit.is_none()
        && let Statement::Update { update } = &cx.air.statements[at]
        && moves_keys(cx, update)
    {
        let message = "keys that are changed row by row, in an order, have no form";
        return cx.refuse(codes::CHANGE, span, message, "change them by way of numbers that are free");
    }
    let condition = match limit {
        // Without a limit the order decides nothing but which failure comes first.
        None => filter,
        Some(limit) => {
            let unlock = "a primary key in the schema";
            if from.is_some() {
                return cx.refuse(codes::CHANGE, span, "a limited change of joined tables has no form", "");
            }
            let SourceKind::Table { name } = cx.air.source(target).kind else { return Ok(false) };
            let mut columns = cx.air.list(cx.air.source(target).columns).to_vec();
            let key = match (primary_key(cx, target), cx.target.can.row_locator) {
                (Some(key), _) => key,
                (None, Some(locator)) => {
                    let name = cx.air.push_name(locator);
                    columns.push(SourceColumn { name, ty: Type::I64, nullable: false });
                    let list = cx.air.push_list(&columns);
                    cx.air.source_mut(target).columns = list;
                    vec![columns.len() as u32 - 1]
                }
                (None, None) => {
                    return cx.refuse(codes::CHANGE, span, "a limited change needs a key", unlock);
                }
            };
            if key.len() > 1 && !cx.has(cx.target.can.row_values) {
                return cx.refuse(codes::CHANGE, span, "a limited change needs a key of one column", "");
            }
            // … WHERE key IN (SELECT key FROM t WHERE filter ORDER BY order LIMIT limit)
            let inner = table_source(cx, name, &columns, "c");
            for root in
                filter.into_iter().chain(cx.air.list(order).iter().map(|key| key.expr).collect::<Vec<_>>())
            {
                for id in build::below(cx.air, &[Child::Expr(root)]) {
                    if let Expr::Column { source, index, .. } = cx.air.expr(id)
                        && source == target
                    {
                        cx.air.set(id, Expr::Column { source: inner, index, qualified: true });
                    }
                }
            }
            let mut items = Vec::new();
            let mut outer = Vec::new();
            for &column in &key {
                let expr = cx.air.column_of(inner, column, span);
                items.push(Item::Expr { expr, alias: None });
                outer.push(cx.air.column_of(target, column, span));
            }
            let rel = cx.air.source_rel(inner);
            let query = cx.air.select_query(&items, Some(rel), filter);
            let chosen = cx.air.query_mut(query);
            chosen.order = order;
            chosen.limit = Some(limit);
            let operand = match *outer.as_slice() {
                [one] => one,
                _ => {
                    let items = cx.air.push_list(&outer);
                    cx.air.push(Expr::Row { items }, Type::Row, false, span)
                }
            };
            let collation = Default::default();
            let member = Expr::InQuery { operand, query, negated: false, collation };
            Some(cx.air.push(member, Type::Bool, false, span))
        }
    };
    match &mut cx.air.statements[at] {
        Statement::Update { update } => {
            (update.filter, update.order, update.limit) = (condition, List::EMPTY, None);
        }
        Statement::Delete { delete } => {
            (delete.filter, delete.order, delete.limit) = (condition, List::EMPTY, None);
        }
        _ => {}
    }
    Ok(true)
}

// Joined tables.

/// Takes the target out of a join tree of inner joins: what is left, and the conditions that stood there.
/// `None`: the target stands on a side of an outer join.
fn take_out(
    cx: &mut Context<'_>,
    rel: RelId,
    target: SourceId,
    conditions: &mut Vec<ExprId>,
) -> Option<Option<RelId>> {
    match cx.air.rel(rel) {
        Rel::Source { source } if source == target => Some(None),
        Rel::Source { .. } => Some(Some(rel)),
        Rel::Join { kind, left, right, on, using } => {
            let here = build::sources(cx.air, rel).contains(&target);
            if !here {
                return Some(Some(rel));
            }
            if !matches!(kind, JoinKind::Inner | JoinKind::Cross | JoinKind::Comma) {
                return None;
            }
            let rest_left = take_out(cx, left, target, conditions)?;
            let rest_right = take_out(cx, right, target, conditions)?;
            conditions.extend(on);
            for i in 0..using.len() {
                let using = cx.air.at(using, i);
                let equal = Expr::Compare {
                    op: CompareOp::Eq,
                    collation: using.collation,
                    left: using.left,
                    right: using.right,
                };
                conditions.push(cx.air.push(equal, Type::Bool, true, Span::NONE));
            }
            Some(match (rest_left, rest_right) {
                (Some(left), Some(right)) => Some(cx.air.join(JoinKind::Comma, left, right, None)),
                (one, other) => one.or(other),
            })
        }
    }
}

/// A row of no interest, to stand where the target stood in a join tree.
fn one_row(cx: &mut Context<'_>) -> SourceId {
    let name = cx.air.fresh("one");
    let expr = cx.air.int(1, Span::NONE);
    let query = cx.air.select_query(&[Item::Expr { expr, alias: Some(name) }], None, None);
    let alias = cx.air.fresh("z");
    cx.air.derived(query, alias, &[SourceColumn { name, ty: Type::I64, nullable: false }])
}

/// Puts a source into the place of another one in a join tree. False if that place may be filled with NULLs.
fn stand_in(cx: &mut Context<'_>, rel: RelId, target: SourceId, other: SourceId) -> bool {
    match cx.air.rel(rel) {
        Rel::Source { source } => {
            if source == target {
                cx.air.set_rel(rel, Rel::Source { source: other });
            }
            true
        }
        Rel::Join { kind, left, right, .. } => {
            let on_left = build::sources(cx.air, left).contains(&target);
            let on_right = build::sources(cx.air, right).contains(&target);
            let nullable = match kind {
                JoinKind::Left => on_right,
                JoinKind::Right => on_left,
                JoinKind::Full => on_left || on_right,
                _ => false,
            };
            !nullable && stand_in(cx, left, target, other) && stand_in(cx, right, target, other)
        }
    }
}

fn joined_update(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::Update { update } = &cx.air.statements[at] else { return Ok(false) };
    let Update { target, from: Some(from), joined, filter, assignments, .. } = **update else {
        return Ok(false);
    };
    let span = span_of(cx, at);
    let several = cx.air.list(assignments).iter().any(|assignment| assignment.source != target);
    let form = cx.target.can.update_from;
    match (form, joined) {
        (UpdateFrom::Join | UpdateFrom::FromJoin, true) => return Ok(false),
        (UpdateFrom::From(can), false) if cx.has(can) => return Ok(false),
        _ => {}
    }
    if several {
        return cx.refuse(codes::CHANGE, span, "an UPDATE changes one table", "one UPDATE per table");
    }
    match form {
        UpdateFrom::Join | UpdateFrom::FromJoin => {
            let left = cx.air.source_rel(target);
            let join = join_with(cx, left, from);
            set_update(cx, at, |update| {
                update.from = Some(join);
                update.joined = true;
            });
            qualify_target(cx, target);
            return Ok(true);
        }
        UpdateFrom::From(can) if cx.has(can) => {
            let mut conditions = Vec::new();
            if let Some(rest) = take_out(cx, from, target, &mut conditions) {
                let mut terms: Vec<Option<ExprId>> = conditions.into_iter().map(Some).collect();
                terms.push(filter);
                let filter = cx.air.and(&terms);
                set_update(cx, at, |update| {
                    update.from = rest;
                    update.joined = false;
                    update.filter = filter;
                });
                qualify_target(cx, target);
                return Ok(true);
            }
        }
        UpdateFrom::From(_) | UpdateFrom::No => {}
    }
    // By subqueries: SET c = (SELECT value FROM … WHERE …) WHERE EXISTS (SELECT 1 FROM … WHERE …).
    if joined {
        let other = one_row(cx);
        if !stand_in(cx, from, target, other) {
            return cx.refuse(
                codes::CHANGE,
                span,
                "an UPDATE of the NULL side of an outer join has no form",
                "",
            );
        }
    }
    qualify_target(cx, target);
    let mut changed = Vec::with_capacity(assignments.len());
    cx.assume(Assume::OneRow, "rows joined to a changed row", span)?;
    for i in 0..assignments.len() {
        let mut assignment = cx.air.at(assignments, i);
        let others: Vec<SourceId> = build::sources(cx.air, from);
        if assignment.columns.len() == 1 && build::mentions(cx.air, assignment.value, &others) {
            let info = cx.air.info(assignment.value);
            let mut fork = Fork::default();
            let rows = fork.rel(cx.air, from);
            let filter = filter.map(|filter| fork.expr(cx.air, filter));
            let item = Item::Expr { expr: fork.expr(cx.air, assignment.value), alias: None };
            let query = cx.air.select_query(&[item], Some(rows), filter);
            let count = cx.air.int(1, span);
            cx.air.query_mut(query).limit = Some(air::query::Limit {
                count: Some(count),
                offset: None,
                percent: false,
                with_ties: false,
            });
            let many = air::expr::ManyRows::Fails;
            assignment.value = cx.air.push(Expr::Scalar { query, many }, info.ty, true, info.span);
        }
        changed.push(assignment);
    }
    let one = cx.air.int(1, span);
    let exists = cx.air.select_query(&[Item::Expr { expr: one, alias: None }], Some(from), filter);
    let exists = cx.air.push(Expr::Exists { query: exists, negated: false }, Type::Bool, false, span);
    let assignments = cx.air.push_list(&changed);
    set_update(cx, at, |update| {
        update.assignments = assignments;
        update.from = None;
        update.joined = false;
        update.filter = Some(exists);
    });
    Ok(true)
}

/// The target joined with every row of FROM; the filter says which belong together.
fn join_with(cx: &mut Context<'_>, left: RelId, from: RelId) -> RelId {
    match cx.air.rel(from) {
        // A chain that leans left keeps its shape: the target goes to its left end.
        Rel::Join { kind, left: first, right, on, using }
            if matches!(kind, JoinKind::Inner | JoinKind::Cross | JoinKind::Comma | JoinKind::Left)
                && using.is_empty() =>
        {
            let kind = if kind == JoinKind::Comma { JoinKind::Cross } else { kind };
            let first = join_with(cx, left, first);
            cx.air.push_rel(Rel::Join { kind, left: first, right, on, using })
        }
        _ => cx.air.join(JoinKind::Cross, left, from, None),
    }
}

fn joined_delete(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::Delete { delete } = &cx.air.statements[at] else { return Ok(false) };
    let Delete { target, from: Some(from), joined, filter, more_targets, .. } = **delete else {
        return Ok(false);
    };
    let span = span_of(cx, at);
    let form = cx.target.can.delete_from;
    match (form, joined) {
        (DeleteFrom::Join, true)
            if more_targets.is_empty() || cx.target.can.change_limit != air::target::Can::No =>
        {
            return Ok(false);
        }
        (DeleteFrom::Using, false) if more_targets.is_empty() => return Ok(false),
        _ => {}
    }
    if !more_targets.is_empty() {
        return cx.refuse(codes::CHANGE, span, "a DELETE removes rows of one table", "one DELETE per table");
    }
    match form {
        DeleteFrom::Join => {
            let left = cx.air.source_rel(target);
            let join = join_with(cx, left, from);
            set_delete(cx, at, |delete| {
                delete.from = Some(join);
                delete.joined = true;
            });
            qualify_target(cx, target);
            return Ok(true);
        }
        DeleteFrom::Using => {
            let mut conditions = Vec::new();
            if let Some(rest) = take_out(cx, from, target, &mut conditions) {
                let mut terms: Vec<Option<ExprId>> = conditions.into_iter().map(Some).collect();
                terms.push(filter);
                let filter = cx.air.and(&terms);
                set_delete(cx, at, |delete| {
                    delete.from = rest;
                    delete.joined = false;
                    delete.filter = filter;
                });
                qualify_target(cx, target);
                return Ok(true);
            }
        }
        DeleteFrom::No => {}
    }
    if joined {
        let other = one_row(cx);
        if !stand_in(cx, from, target, other) {
            return cx.refuse(
                codes::CHANGE,
                span,
                "a DELETE of the NULL side of an outer join has no form",
                "",
            );
        }
    }
    qualify_target(cx, target);
    let one = cx.air.int(1, span);
    let query = cx.air.select_query(&[Item::Expr { expr: one, alias: None }], Some(from), filter);
    let exists = cx.air.push(Expr::Exists { query, negated: false }, Type::Bool, false, span);
    set_delete(cx, at, |delete| {
        delete.from = None;
        delete.joined = false;
        delete.filter = Some(exists);
    });
    Ok(true)
}

fn set_delete(cx: &mut Context<'_>, at: usize, change: impl FnOnce(&mut Delete)) {
    if let Statement::Delete { delete } = &mut cx.air.statements[at] {
        change(delete);
    }
}

/// SQLite computes SET row by row, unless the rows come from FROM: then all are computed first.
fn set_before_changes(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::Update { update } = &cx.air.statements[at] else { return Ok(false) };
    let Update { target, from: None, assignments, .. } = **update else { return Ok(false) };
    let SourceKind::Table { name } = cx.air.source(target).kind else { return Ok(false) };
    if !cx.target.can.set_sees_changes {
        return Ok(false);
    }
    let mut outer = false;
    let mut own = false;
    for i in 0..assignments.len() {
        let value = cx.air.at(assignments, i).value;
        // A subquery that does not look at the row is computed once.
        let mut stack = vec![(Child::Expr(value), false)];
        while let Some((child, inside)) = stack.pop() {
            let mut inside = inside;
            match child {
                Child::Query(_) => inside = true,
                Child::Rel(rel) => {
                    if let Rel::Source { source } = cx.air.rel(rel)
                        && let SourceKind::Table { name: read } = cx.air.source(source).kind
                    {
                        own |= cx.air.name(read.name).eq_ignore_ascii_case(cx.air.name(name.name));
                    }
                }
                Child::Expr(id) => {
                    if let Expr::Column { source, .. } = cx.air.expr(id) {
                        outer |= inside && source == target;
                    }
                }
                _ => {}
            }
            cx.air.children(child, &mut |below| stack.push((below, inside)));
        }
    }
    if !own || !outer {
        return Ok(false);
    }
    let one = one_row(cx);
    let rel = cx.air.source_rel(one);
    if let Statement::Update { update } = &mut cx.air.statements[at] {
        update.from = Some(rel);
        update.joined = false;
    }
    qualify_target(cx, target);
    Ok(true)
}

/// `DELETE t FROM table AS t` is a DELETE from joined tables, which may not read what they change.
fn delete_without_alias(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::Delete { delete } = &cx.air.statements[at] else { return Ok(false) };
    let Delete { target, from: None, filter: Some(filter), .. } = **delete else { return Ok(false) };
    let known = *cx.air.source(target);
    let SourceKind::Table { name } = known.kind else { return Ok(false) };
    if cx.target.can.delete_alias || !cx.target.can.change_reads_itself || !known.aliased {
        return Ok(false);
    }
    let own = cx.air.name(name.name).to_ascii_lowercase();
    let mut reads = Vec::new();
    let mut stack = vec![Child::Expr(filter)];
    while let Some(child) = stack.pop() {
        if let Child::Rel(rel) = child
            && let Rel::Source { source } = cx.air.rel(rel)
            && cx.air.name(cx.air.source(source).alias).eq_ignore_ascii_case(&own)
        {
            reads.push(source);
        }
        cx.air.children(child, &mut |below| stack.push(below));
    }
    for source in reads {
        let alias = cx.air.fresh(&own);
        let read = cx.air.source_mut(source);
        (read.alias, read.aliased) = (alias, true);
        qualify_target(cx, source);
    }
    let target_source = cx.air.source_mut(target);
    (target_source.alias, target_source.aliased) = (name.name, false);
    qualify_target(cx, target);
    Ok(true)
}

// WITH.

fn change_ctes(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.has(cx.target.can.change_ctes) {
        return Ok(false);
    }
    let (ctes, recursive) = match &cx.air.statements[at] {
        Statement::Update { update } => (update.ctes, update.recursive),
        Statement::Delete { delete } => (delete.ctes, delete.recursive),
        Statement::Insert { insert } => {
            let inside =
                matches!(insert.source, InsertSource::Query { .. }) && cx.target.can.insert_with_inside;
            if inside {
                return Ok(false);
            }
            (insert.ctes, insert.recursive)
        }
        _ => return Ok(false),
    };
    if ctes.is_empty() {
        return Ok(false);
    }
    let span = span_of(cx, at);
    let known: Vec<CteId> = cx.air.list(ctes).to_vec();
    for source in cx.air.source_ids() {
        let SourceKind::Cte { cte } = cx.air.source(source).kind else { continue };
        if !known.contains(&cte) {
            continue;
        }
        let (body, renamed, columns) =
            (cx.air.cte(cte).body, cx.air.cte(cte).renamed, cx.air.cte(cte).columns);
        let CteBody::Query { query } = body else {
            return cx.refuse(codes::CHANGE, span, "a change inside of WITH has no form", "");
        };
        if recursive && refers_to(cx, query, cte) {
            return cx.refuse(codes::CHANGE, span, "a recursive WITH before a change has no form", "");
        }
        if renamed {
            let names: Vec<Name> = cx.air.list(columns).iter().map(|column| column.name).collect();
            super::sources::rename(cx, query, &names)?;
        }
        let known = cx.air.source_mut(source);
        known.kind = SourceKind::Derived { query };
        known.aliased = true;
    }
    match &mut cx.air.statements[at] {
        Statement::Update { update } => update.ctes = List::EMPTY,
        Statement::Delete { delete } => delete.ctes = List::EMPTY,
        Statement::Insert { insert } => insert.ctes = List::EMPTY,
        _ => {}
    }
    Ok(true)
}

fn refers_to(cx: &Context<'_>, query: air::QueryId, cte: CteId) -> bool {
    let mut stack = vec![Child::Query(query)];
    while let Some(child) = stack.pop() {
        if let Child::Source(source) = child
            && matches!(cx.air.source(source).kind, SourceKind::Cte { cte: of } if of == cte)
        {
            return true;
        }
        cx.air.children(child, &mut |child| stack.push(child));
    }
    false
}

// Values.

fn default_values(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.has(cx.target.can.default_in_values) {
        return Ok(false);
    }
    let Statement::Insert { insert } = &cx.air.statements[at] else { return Ok(false) };
    let Insert { target, columns, all_columns, source: InsertSource::Values { rows }, .. } = **insert else {
        return Ok(false);
    };
    let rows = cx.air.list(rows).to_vec();
    let is_default = |cx: &Context<'_>, id: ExprId| matches!(cx.air.expr(id), Expr::Default {});
    let any = rows.iter().any(|row| cx.air.list(row.items).iter().any(|item| is_default(cx, *item)));
    if !any {
        return Ok(false);
    }
    let span = span_of(cx, at);
    let mut given: Vec<u32> = cx.air.list(columns).to_vec();
    if all_columns && given.is_empty() {
        given = (0..cx.air.source(target).columns.len() as u32).collect();
    }
    let mut kept: Vec<usize> = Vec::new();
    for (place, &column) in given.iter().enumerate() {
        let defaults =
            rows.iter().filter(|row| row.items.len() > place && is_default(cx, cx.air.at(row.items, place)));
        let count = defaults.count();
        if count == rows.len() {
            continue;
        }
        kept.push(place);
        if count == 0 {
            continue;
        }
        // Some rows give a value.
        let default = default_of(cx, target, column, true);
        if default.is_none()
            && rows.len() <= ROWS_APART_MAX
            && let Statement::Insert { insert } = &cx.air.statements[at]
            && insert.returning.is_empty()
            && insert.ctes.is_empty()
        {
            let insert = insert.clone();
            let list = cx.air.push_list(&rows);
            let inserts = super::upsert::one_by_one(cx, &insert, list);
            let inserts = inserts.into_iter().map(|insert| Statement::Insert { insert: Box::new(insert) });
            replace(cx, at, inserts.collect());
            return Ok(true);
        }
        let Some(default) = default else {
            return cx.refuse(
                codes::CHANGE,
                span,
                "DEFAULT beside given values has no form",
                "one INSERT per kind of row",
            );
        };
        for row in &rows {
            let id = cx.air.at(row.items, place);
            if is_default(cx, id) {
                become_default(cx, id, &default);
            }
        }
    }
    if kept.is_empty() && rows.len() > 1 {
        // Several rows of defaults: one of the columns is given what its default is.
        let found = (0..given.len()).find_map(|at| Some((at, default_of(cx, target, given[at], true)?)));
        let Some((place, default)) = found else {
            return cx.refuse(
                codes::CHANGE,
                span,
                "several rows of defaults have no form",
                "one INSERT per row",
            );
        };
        for row in &rows {
            become_default(cx, cx.air.at(row.items, place), &default);
        }
        kept.push(place);
    }
    if kept.is_empty() {
        set_insert(cx, at, |insert| {
            insert.source = InsertSource::Defaults {};
            insert.columns = List::EMPTY;
            insert.all_columns = false;
        });
        return Ok(true);
    }
    let mut new_rows = Vec::with_capacity(rows.len());
    for row in &rows {
        let items: Vec<ExprId> = kept.iter().map(|place| cx.air.at(row.items, *place)).collect();
        new_rows.push(ValuesRow { items: cx.air.push_list(&items) });
    }
    let columns: Vec<u32> = kept.iter().map(|place| given[*place]).collect();
    let whole = columns.len() == given.len();
    let columns = cx.air.push_list(&columns);
    let rows = cx.air.push_list(&new_rows);
    set_insert(cx, at, |insert| {
        insert.columns = columns;
        insert.all_columns &= whole;
        insert.source = InsertSource::Values { rows };
    });
    Ok(true)
}

/// What DEFAULT gives a column, where that is a constant: NULL for a column without a default, and for one whose values
/// the server makes up when a row is added.
fn default_of(cx: &Context<'_>, target: SourceId, column: u32, added: bool) -> Option<KeptLiteral> {
    let name = cx.air.name(cx.air.column(target, column).name);
    let table = table_of(cx, target)?;
    let known = &table.columns[table.column(name)? as usize];
    if known.generated || known.identity && !added {
        return None;
    }
    if known.identity || !known.has_default {
        return Some(KeptLiteral { value: KeptValue::Null, ty: known.ty });
    }
    known.default.clone()
}

fn become_default(cx: &mut Context<'_>, id: ExprId, default: &KeptLiteral) {
    let value = default.literal(cx.air);
    cx.air.set(id, Expr::Literal { value });
    let info = cx.air.info_mut(id);
    info.ty = default.ty;
    info.nullable = matches!(default.value, KeptValue::Null);
}

/// `SET column = DEFAULT` where DEFAULT is no value.
fn assigned_defaults(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.has(cx.target.can.default_in_values) {
        return Ok(false);
    }
    let Statement::Update { update } = &cx.air.statements[at] else { return Ok(false) };
    let assignments = cx.air.list(update.assignments).to_vec();
    let span = span_of(cx, at);
    let mut kept = Vec::with_capacity(assignments.len());
    let mut fired = false;
    for assignment in &assignments {
        let &[column] = cx.air.list(assignment.columns) else {
            kept.push(*assignment);
            continue;
        };
        if !matches!(cx.air.expr(assignment.value), Expr::Default {}) {
            kept.push(*assignment);
            continue;
        }
        fired = true;
        let name = cx.air.name(cx.air.column(assignment.source, column).name).to_owned();
        let known = table_of(cx, assignment.source)
            .and_then(|table| table.column(&name).map(|i| &table.columns[i as usize]));
        if known.is_some_and(|column| column.generated) {
            continue;
        }
        match default_of(cx, assignment.source, column, false) {
            Some(default) => {
                become_default(cx, assignment.value, &default);
                kept.push(*assignment);
            }
            None => {
                let message = "DEFAULT as an assigned value has no form";
                return cx.refuse(codes::CHANGE, span, message, "write the default value");
            }
        }
    }
    if !fired {
        return Ok(false);
    }
    if kept.is_empty() {
        let reason = cx.air.push_text("computed columns alone are assigned, which changes nothing");
        cx.air.statements[at] = Statement::Nothing { reason };
        return Ok(true);
    }
    let kept = cx.air.push_list(&kept);
    if let Statement::Update { update } = &mut cx.air.statements[at] {
        update.assignments = kept;
    }
    Ok(true)
}

pub(crate) fn set_insert(cx: &mut Context<'_>, at: usize, change: impl FnOnce(&mut Insert)) {
    if let Statement::Insert { insert } = &mut cx.air.statements[at] {
        change(insert);
    }
}

fn identity_null(cx: &mut Context<'_>, at: usize) -> Fired {
    let takes_null =
        matches!(cx.target.can.define.identity, IdentityForm::AutoIncrement | IdentityForm::RowNumber);
    if takes_null || !cx.has(cx.target.can.default_in_values) {
        return Ok(false);
    }
    let Statement::Insert { insert } = &cx.air.statements[at] else { return Ok(false) };
    let Insert { target, columns, all_columns, source: InsertSource::Values { rows }, .. } = **insert else {
        return Ok(false);
    };
    let counted = table_of(cx, target).filter(|table| table.columns.iter().any(|column| column.identity));
    let Some(table) = counted else { return Ok(false) };
    let mut given: Vec<u32> = cx.air.list(columns).to_vec();
    if all_columns && given.is_empty() {
        given = (0..cx.air.source(target).columns.len() as u32).collect();
    }
    let mut fired = false;
    for (place, &column) in given.iter().enumerate() {
        let name = cx.air.name(cx.air.column(target, column).name);
        let identity = table.column(name).is_some_and(|i| table.columns[i as usize].identity);
        if !identity {
            continue;
        }
        for i in 0..rows.len() {
            let items = cx.air.at(rows, i).items;
            if place < items.len() {
                let id = cx.air.at(items, place);
                if matches!(cx.air.literal(id), Some(Literal::Null {})) {
                    cx.air.set(id, Expr::Default {});
                    fired = true;
                }
            }
        }
    }
    Ok(fired)
}

fn truncate_as_delete(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::Truncate { tables, restart_identity, cascade } = cx.air.statements[at] else {
        return Ok(false);
    };
    let native = cx.has(cx.target.can.truncate);
    let options = cx.target.can.define.truncate_options;
    if native && (options || (tables.len() == 1 && !cascade)) {
        if restart_identity && !options && !cx.target.can.define.truncate_restarts {
            let span = span_of(cx, at);
            return cx.refuse(codes::CHANGE, span, "TRUNCATE does not start counters again", "");
        }
        return Ok(false);
    }
    let span = span_of(cx, at);
    if cascade {
        return cx.refuse(codes::CHANGE, span, "TRUNCATE … CASCADE has no form", "name the tables");
    }
    let names = cx.air.list(tables).to_vec();
    let mut statements = Vec::with_capacity(names.len());
    for name in names {
        if native {
            let tables = cx.air.push_list(&[name]);
            statements.push(Statement::Truncate { tables, restart_identity, cascade: false });
            continue;
        }
        let source = air::query::Source {
            alias: name.name,
            aliased: false,
            kind: SourceKind::Table { name },
            columns: List::EMPTY,
            closed: false,
            renamed: false,
            lateral: false,
        };
        let target = cx.air.push_source(source, span);
        statements.push(delete_all(target, None));
        if restart_identity && cx.target.can.define.identity == IdentityForm::RowNumber {
            let schema = name.schema.map(|schema| cx.air.name(schema));
            let counted = cx
                .catalog
                .table(schema, cx.air.name(name.name))
                .is_some_and(|table| table.columns.iter().any(|column| column.identity));
            if counted {
                statements.push(forget_counter(cx, name.name, span));
            }
        }
    }
    replace(cx, at, statements);
    Ok(true)
}

/// A plain UPDATE, of rows beside those of `from` if that is given.
pub(super) fn update_rows(
    target: SourceId,
    from: Option<RelId>,
    assignments: List<Assignment>,
    filter: Option<ExprId>,
) -> Update {
    Update {
        ctes: List::EMPTY,
        recursive: false,
        target,
        from,
        joined: false,
        assignments,
        sequential: false,
        filter,
        order: List::EMPTY,
        limit: None,
        ignore: false,
        returning: List::EMPTY,
    }
}

pub(crate) fn delete_all(target: SourceId, filter: Option<ExprId>) -> Statement {
    Statement::Delete {
        delete: Box::new(Delete {
            ctes: List::EMPTY,
            recursive: false,
            target,
            more_targets: List::EMPTY,
            from: None,
            joined: false,
            filter,
            order: List::EMPTY,
            limit: None,
            returning: List::EMPTY,
        }),
    }
}

/// `DELETE FROM sqlite_sequence WHERE name = 't'`: the next row number of the table is 1 again.
fn forget_counter(cx: &mut Context<'_>, table: Name, span: Span) -> Statement {
    let name = cx.air.push_name("sqlite_sequence");
    let column = SourceColumn { name: cx.air.push_name("name"), ty: Type::TEXT, nullable: true };
    let columns = cx.air.push_list(&[column]);
    let object = ObjectName { catalog: None, schema: None, name };
    let source = air::query::Source {
        alias: name,
        aliased: false,
        kind: SourceKind::Table { name: object },
        columns,
        closed: true,
        renamed: false,
        lateral: false,
    };
    let source = cx.air.push_source(source, span);
    let left = cx.air.column_of(source, 0, span);
    if let Expr::Column { source, index, .. } = cx.air.expr(left) {
        cx.air.set(left, Expr::Column { source, index, qualified: false });
    }
    let right =
        cx.air.push(Expr::Literal { value: Literal::Text { text: table.text } }, Type::TEXT, false, span);
    let filter = cx.air.compare(CompareOp::Eq, left, right);
    delete_all(source, Some(filter))
}

// OUTPUT.

fn returned_rows(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.returning != Returning::Output {
        return Ok(false);
    }
    let (target, items, removed) = match &cx.air.statements[at] {
        Statement::Insert { insert } => (insert.target, insert.returning, false),
        Statement::Update { update } => (update.target, update.returning, false),
        Statement::Delete { delete } => (delete.target, delete.returning, true),
        Statement::Merge { merge } => (merge.target, merge.returning, false),
        _ => return Ok(false),
    };
    if items.is_empty() {
        return Ok(false);
    }
    let kind = if removed { SourceKind::Old {} } else { SourceKind::New {} };
    let mut source = *cx.air.source(target);
    source.kind = kind;
    let row = cx.air.push_source(source, Span::NONE);
    let mut fired = false;
    for i in 0..items.len() {
        let Item::Expr { expr, .. } = cx.air.at(items, i) else {
            let span = span_of(cx, at);
            return cx.refuse(
                codes::RETURNING,
                span,
                "`*` of a changed row needs known columns",
                "name the columns",
            );
        };
        for id in build::below(cx.air, &[Child::Expr(expr)]) {
            if let Expr::Column { source, index, .. } = cx.air.expr(id)
                && source == target
            {
                cx.air.set(id, Expr::Column { source: row, index, qualified: true });
                fired = true;
            }
        }
    }
    Ok(fired)
}

/// `UPDATE … WHERE c RETURNING x` as the UPDATE and `SELECT x … WHERE c`, where no column of `c` is assigned.
fn returned_by_query(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.returning != Returning::InsertDelete {
        return Ok(false);
    }
    let Statement::Update { update } = &cx.air.statements[at] else { return Ok(false) };
    let update = (**update).clone();
    let plain = update.from.is_none()
        && update.limit.is_none()
        && !update.ignore
        && update.ctes.is_empty()
        && update.order.is_empty();
    if update.returning.is_empty() || !plain {
        return Ok(false);
    }
    let assigned: Vec<u32> = cx
        .air
        .list(update.assignments)
        .iter()
        .flat_map(|assignment| cx.air.list(assignment.columns).to_vec())
        .collect();
    let steady = |cx: &Context<'_>, id: ExprId| match cx.air.expr(id) {
        Expr::Column { index, .. } => !assigned.contains(&index),
        Expr::Call { op, .. } => op.signature().volatility != air::builtins::Volatility::Volatile,
        Expr::Scalar { .. } | Expr::Exists { .. } | Expr::InQuery { .. } | Expr::Quantified { .. } => false,
        _ => true,
    };
    let chosen = update.filter.map(|filter| build::below(cx.air, &[Child::Expr(filter)])).unwrap_or_default();
    if !update.filter.is_none_or(|filter| steady(cx, filter)) || !chosen.iter().all(|&id| steady(cx, id)) {
        return Ok(false);
    }
    let span = span_of(cx, at);
    let subject = cx.air.name(cx.air.source(update.target).alias).to_owned();
    cx.assume(Assume::OwnSession, &subject, span)?;
    let copy = *cx.air.source(update.target);
    let table = cx.air.push_source(copy, span);
    let mut fork = Fork::default();
    fork.adopt(update.target, table);
    let filter = update.filter.map(|filter| fork.expr(cx.air, filter));
    let mut items = cx.air.list(update.returning).to_vec();
    for item in &mut items {
        match item {
            Item::Expr { expr, .. } => *expr = fork.expr(cx.air, *expr),
            Item::Star { source } => *source = None,
        }
    }
    let from = cx.air.source_rel(table);
    let query = cx.air.select_query(&items, Some(from), filter);
    let mut change = update;
    change.returning = List::EMPTY;
    let statements = vec![Statement::Update { update: Box::new(change) }, Statement::Query { query }];
    replace(cx, at, statements);
    Ok(true)
}

/// A plain INSERT of the rows of a query; without columns it lists none.
pub(super) fn insert_query(target: SourceId, columns: List<u32>, query: QueryId) -> Statement {
    Statement::Insert {
        insert: Box::new(Insert {
            ctes: List::EMPTY,
            recursive: false,
            target,
            columns,
            all_columns: columns.is_empty(),
            source: InsertSource::Query { query },
            conflict: None,
            overriding: false,
            returning: List::EMPTY,
        }),
    }
}

// MERGE.

fn merge_as_statements(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.has(cx.target.can.merge) {
        return Ok(false);
    }
    let Statement::Merge { merge } = &cx.air.statements[at] else { return Ok(false) };
    let merge = (**merge).clone();
    let span = span_of(cx, at);
    let clauses = cx.air.list(merge.clauses).to_vec();
    if !merge.returning.is_empty() || !merge.ctes.is_empty() {
        return cx.refuse(codes::CHANGE, span, "this MERGE has no form", "");
    }
    // One clause per kind of row: the first that applies to a row is the only one that can.
    let matched: Vec<_> = clauses.iter().filter(|clause| clause.when == MergeWhen::Matched).collect();
    let missing: Vec<_> = clauses.iter().filter(|clause| clause.when == MergeWhen::NotMatched).collect();
    if matched.len() > 1 || missing.len() > 1 || matched.len() + missing.len() != clauses.len() {
        return cx.refuse(codes::CHANGE, span, "a MERGE of so many clauses has no form", "");
    }
    qualify_target(cx, merge.target);
    let mut statements = Vec::new();
    if let Some(clause) = matched.first() {
        let filter = cx.air.and(&[Some(merge.on), clause.condition]);
        match clause.action {
            MergeAction::Update { assignments, delete_where: None } => {
                // What decides about a match must not change before rows without one are added.
                let keys = build::below(cx.air, &[Child::Expr(merge.on)]);
                let moves = cx.air.list(assignments).iter().any(|assignment| {
                    cx.air.list(assignment.columns).iter().any(|column| {
                        keys.iter().any(|id| {
                            matches!(cx.air.expr(*id), Expr::Column { source, index, .. }
                                if (source, index) == (assignment.source, *column))
                        })
                    })
                });
                if moves && !missing.is_empty() {
                    return cx.refuse(
                        codes::CHANGE,
                        span,
                        "a MERGE that changes its own key has no form",
                        "",
                    );
                }
                let update = update_rows(merge.target, Some(merge.source), assignments, filter);
                statements.push(Statement::Update { update: Box::new(update) });
            }
            MergeAction::Delete {} if missing.is_empty() => {
                let Statement::Delete { mut delete } = delete_all(merge.target, filter) else {
                    return Ok(false);
                };
                delete.from = Some(merge.source);
                statements.push(Statement::Delete { delete });
            }
            MergeAction::Nothing {} => {}
            _ => return cx.refuse(codes::CHANGE, span, "this action of MERGE has no form", ""),
        }
    }
    if let Some(clause) = missing.first() {
        match clause.action {
            MergeAction::Insert { columns, values } => {
                // INSERT INTO t SELECT values FROM source WHERE NOT EXISTS (SELECT 1 FROM t WHERE on)
                let one = cx.air.int(1, span);
                let target_rel = cx.air.source_rel(merge.target);
                // The rows compared are read once more, beside the table itself.
                let mut fork = Fork::default();
                let rows = fork.rel(cx.air, merge.source);
                let table = fork.rel(cx.air, target_rel);
                let on = fork.expr(cx.air, merge.on);
                let exists =
                    cx.air.select_query(&[Item::Expr { expr: one, alias: None }], Some(table), Some(on));
                let missing = Expr::Exists { query: exists, negated: true };
                let missing = cx.air.push(missing, Type::Bool, false, span);
                let condition = clause.condition.map(|condition| fork.expr(cx.air, condition));
                let filter = cx.air.and(&[Some(missing), condition]);
                let mut items = Vec::with_capacity(values.len());
                for i in 0..values.len() {
                    let expr = fork.expr(cx.air, cx.air.at(values, i));
                    if matches!(cx.air.expr(expr), Expr::Default {}) {
                        return cx.refuse(
                            codes::CHANGE,
                            span,
                            "DEFAULT in MERGE has no form",
                            "leave the column out",
                        );
                    }
                    items.push(Item::Expr { expr, alias: None });
                }
                let known = *cx.air.source(merge.target);
                let target = cx.air.push_source(known, span);
                let query = cx.air.select_query(&items, Some(rows), filter);
                statements.push(insert_query(target, columns, query));
            }
            MergeAction::Nothing {} => {}
            _ => return cx.refuse(codes::CHANGE, span, "this action of MERGE has no form", ""),
        }
    }
    if statements.is_empty() {
        return cx.refuse(codes::CHANGE, span, "a MERGE that does nothing has no form", "");
    }
    replace(cx, at, statements);
    Ok(true)
}

// Locks.

fn locks_left_out(cx: &mut Context<'_>, query: air::QueryId) -> Fired {
    if cx.air.query(query).locking.is_none() {
        return Ok(false);
    }
    cx.air.query_mut(query).locking = None;
    Ok(true)
}
