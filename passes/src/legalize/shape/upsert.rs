//! Upserts: which key is meant, and one dialect's form in another's words.

use air::expr::CompareOp;
use air::fidelity::Assume;
use air::node::Child;
use air::query::{Body, SourceColumn, SourceKind};
use air::statement::{
    Arbiter, Assignment, Conflict, ConflictAction, Insert, InsertSource, Merge, MergeAction, MergeClause,
    MergeWhen, Statement,
};
use air::target::Upsert;
use air::{Expr, ExprId, List, Literal, SourceId, Type};
use air_base::Span;

use super::change::{in_reading_order, position, set_insert, substitute_earlier, table_of};
use crate::build::{self, Build};
use crate::codes;
use crate::pass::{Apply, Context, Fired, Refused, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "replace_as_upsert",
        law: "a row that takes another one's place has given values where they are given and defaults elsewhere",
        apply: Apply::Statement(replace_as_upsert),
    },
    Rule {
        name: "ignore_as_do_nothing",
        law: "where only uniqueness can fail, rows that fail are those that collide",
        apply: Apply::Statement(ignore_as_do_nothing),
    },
    Rule {
        name: "upsert_key",
        law: "a row can collide only on a key whose values it gives",
        apply: Apply::Statement(upsert_key),
    },
    Rule {
        name: "upsert_any_key",
        law: "where there is one key, a collision on any key is one on that key",
        apply: Apply::Statement(upsert_any_key),
    },
    Rule {
        name: "upsert_as_merge",
        law: "a row that collides is a row that matches on the key, any other one is added",
        apply: Apply::Statement(upsert_as_merge),
    },
    Rule {
        name: "upsert_from_query",
        law: "a condition that is true keeps all rows, and keeps ON CONFLICT from being read as a join condition",
        apply: Apply::Statement(upsert_from_query),
    },
];

fn span_of(cx: &Context<'_>, at: usize) -> Span {
    cx.air.statement_spans.get(at).copied().unwrap_or(Span::NONE)
}

fn insert_of(cx: &Context<'_>, at: usize) -> Option<Insert> {
    match &cx.air.statements[at] {
        Statement::Insert { insert } => Some((**insert).clone()),
        _ => None,
    }
}

/// Keys of the table on which a row of this INSERT can collide, as positions in the target's columns.
fn possible_keys(cx: &Context<'_>, insert: &Insert) -> Option<Vec<Vec<u32>>> {
    let table = table_of(cx, insert.target)?;
    let given: Option<Vec<u32>> = (!insert.all_columns).then(|| cx.air.list(insert.columns).to_vec());
    let mut keys: Vec<Vec<u32>> = Vec::new();
    for key in table.keys.iter().filter(|key| !key.partial && !key.columns.is_empty()) {
        let mut columns = Vec::with_capacity(key.columns.len());
        let mut collides = true;
        for &column in &key.columns {
            let column = &table.columns[column as usize];
            let at = position(cx, insert.target, &column.name)?;
            let missing = given.as_ref().is_some_and(|given| !given.contains(&at));
            // What the server makes up is new, and a NULL collides with nothing.
            if missing && (column.identity || (column.nullable && !column.has_default)) {
                collides = false;
            }
            if column.identity && made_up(cx, insert, at) {
                collides = false;
            }
            columns.push(at);
        }
        if collides && !keys.contains(&columns) {
            keys.push(columns);
        }
    }
    Some(keys)
}

/// True if every row leaves the value of this identity column to the server.
fn made_up(cx: &Context<'_>, insert: &Insert, column: u32) -> bool {
    let InsertSource::Values { rows } = insert.source else { return false };
    let place = match insert.all_columns {
        true => Some(column as usize),
        false => cx.air.list(insert.columns).iter().position(|given| *given == column),
    };
    let Some(place) = place else { return false };
    cx.air.list(rows).iter().all(|row| {
        let Some(item) = cx.air.list(row.items).get(place) else { return false };
        matches!(cx.air.expr(*item), Expr::Default {} | Expr::Literal { value: Literal::Null {} })
    })
}

/// The one key a collision is on; an assumption where several are possible. `None`: there is no key.
fn one_key(cx: &mut Context<'_>, insert: &Insert, span: Span) -> Result<Option<Vec<u32>>, Refused> {
    let Some(keys) = possible_keys(cx, insert) else {
        let message = "which key an upsert is about has to be known";
        return cx.refuse(codes::UPSERT, span, message, "give a schema with the table's keys");
    };
    let Some(first) = keys.first().cloned() else { return Ok(None) };
    if keys.len() > 1 {
        let names: Vec<String> = first
            .iter()
            .map(|column| cx.air.name(cx.air.column(insert.target, *column).name).to_owned())
            .collect();
        cx.assume(Assume::OneKey, &names.join(", "), span)?;
    }
    Ok(Some(first))
}

fn key_of(cx: &mut Context<'_>, target: SourceId, columns: &[u32]) -> Arbiter {
    let keys: Vec<ExprId> =
        columns.iter().map(|column| cx.air.column_of(target, *column, Span::NONE)).collect();
    Arbiter::Key { keys: cx.air.push_list(&keys), filter: None }
}

/// The proposed row as a source.
fn proposed(cx: &mut Context<'_>, insert: &Insert, conflict: &Conflict) -> SourceId {
    if let Some(source) = conflict.proposed {
        return source;
    }
    let mut source = cx.air.source(insert.target).clone();
    source.kind = SourceKind::Proposed {};
    cx.air.push_source(source, Span::NONE)
}

fn replace_as_upsert(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.replace.is_some() {
        return Ok(false);
    }
    let Some(insert) = insert_of(cx, at) else { return Ok(false) };
    let Some(conflict) = insert.conflict else { return Ok(false) };
    if !matches!(conflict.action, ConflictAction::Replace {}) {
        return Ok(false);
    }
    let span = span_of(cx, at);
    let Some(key) = one_key(cx, &insert, span)? else {
        set_insert(cx, at, |insert| insert.conflict = None);
        return Ok(true);
    };
    if !cx.air.source(insert.target).closed {
        return cx.refuse(codes::SCHEMA_NEEDED, span, "REPLACE needs known columns", "give a schema");
    }
    let source = proposed(cx, &insert, &conflict);
    let mut assignments = Vec::new();
    let generated: Vec<bool> = {
        let columns = cx.air.list(cx.air.source(insert.target).columns).to_vec();
        let table = table_of(cx, insert.target);
        columns
            .iter()
            .map(|column| {
                let known = table.and_then(|table| {
                    table.column(cx.air.name(column.name)).map(|i| &table.columns[i as usize])
                });
                known.is_some_and(|column| column.generated)
            })
            .collect()
    };
    for (column, generated) in generated.iter().enumerate() {
        let column = column as u32;
        if key.contains(&column) || *generated {
            continue;
        }
        let value = cx.air.column_of(source, column, span);
        let columns = cx.air.push_list(&[column]);
        assignments.push(Assignment { source: insert.target, columns, value });
    }
    let action = if assignments.is_empty() {
        ConflictAction::Nothing { also_other_failures: false }
    } else {
        let assignments = cx.air.push_list(&assignments);
        ConflictAction::Update { assignments, sequential: false, filter: None }
    };
    let on = key_of(cx, insert.target, &key);
    let conflict = Conflict { proposed: Some(source), on, action };
    set_insert(cx, at, |insert| insert.conflict = Some(conflict));
    Ok(true)
}

fn ignore_as_do_nothing(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.insert_ignore.is_some() {
        return Ok(false);
    }
    let Some(insert) = insert_of(cx, at) else { return Ok(false) };
    let Some(mut conflict) = insert.conflict else { return Ok(false) };
    if !matches!(conflict.action, ConflictAction::Nothing { also_other_failures: true }) {
        return Ok(false);
    }
    let span = span_of(cx, at);
    cx.assume(Assume::FittingValues, "rows added by INSERT IGNORE", span)?;
    conflict.action = ConflictAction::Nothing { also_other_failures: false };
    set_insert(cx, at, |insert| insert.conflict = Some(conflict));
    Ok(true)
}

/// ON DUPLICATE KEY UPDATE, for targets that name the key.
fn upsert_key(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.upsert != Upsert::OnConflict {
        return Ok(false);
    }
    let Some(insert) = insert_of(cx, at) else { return Ok(false) };
    let Some(mut conflict) = insert.conflict else { return Ok(false) };
    let ConflictAction::Update { assignments, sequential, filter } = conflict.action else {
        return Ok(false);
    };
    let span = span_of(cx, at);
    let mut fired = false;
    if matches!(conflict.on, Arbiter::Any {}) {
        match one_key(cx, &insert, span)? {
            Some(key) => conflict.on = key_of(cx, insert.target, &key),
            None => {
                set_insert(cx, at, |insert| insert.conflict = None);
                return Ok(true);
            }
        }
        fired = true;
    }
    if sequential {
        substitute_earlier(cx, assignments);
        conflict.action = ConflictAction::Update { assignments, sequential: false, filter };
        fired = true;
    }
    // `c` alone could be the proposed column as well.
    for i in 0..assignments.len() {
        fired |= qualify(cx, insert.target, cx.air.at(assignments, i).value);
    }
    if let Some(filter) = filter {
        fired |= qualify(cx, insert.target, filter);
    }
    if fired {
        if !cx.target.can.upsert_twice && !distinct_proposals(cx, &insert, &conflict) {
            cx.assume(Assume::DistinctProposals, "rows added by one statement", span)?;
        }
        set_insert(cx, at, |insert| insert.conflict = Some(conflict));
    }
    Ok(fired)
}

fn qualify(cx: &mut Context<'_>, target: SourceId, root: ExprId) -> bool {
    let mut fired = false;
    for id in build::below(cx.air, &[Child::Expr(root)]) {
        if let Expr::Column { source, index, qualified: false } = cx.air.expr(id)
            && source == target
        {
            cx.air.set(id, Expr::Column { source, index, qualified: true });
            fired = true;
        }
    }
    fired
}

/// True if no two rows of the INSERT can have the same key.
fn distinct_proposals(cx: &Context<'_>, insert: &Insert, conflict: &Conflict) -> bool {
    let InsertSource::Values { rows } = insert.source else { return false };
    if rows.len() < 2 {
        return true;
    }
    let Arbiter::Key { keys, .. } = conflict.on else { return false };
    let places: Option<Vec<usize>> = cx
        .air
        .list(keys)
        .iter()
        .map(|key| match cx.air.expr(*key) {
            Expr::Column { index, .. } if insert.all_columns => Some(index as usize),
            Expr::Column { index, .. } => {
                cx.air.list(insert.columns).iter().position(|given| *given == index)
            }
            _ => None,
        })
        .collect();
    let Some(places) = places else { return false };
    let rows = cx.air.list(rows);
    if rows.len() > 200 {
        return false;
    }
    let value = |row: usize, place: usize| {
        cx.air.list(rows[row].items).get(place).and_then(|id| cx.air.int_literal(*id))
    };
    (0..rows.len()).all(|i| {
        (0..i).all(|j| {
            // Integers that differ somewhere in the key.
            places.iter().any(|&place| match (value(i, place), value(j, place)) {
                (Some(a), Some(b)) => a != b,
                _ => false,
            })
        })
    })
}

/// ON CONFLICT (key), for targets that act on any key.
fn upsert_any_key(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.upsert != Upsert::OnDuplicateKey {
        return Ok(false);
    }
    let Some(insert) = insert_of(cx, at) else { return Ok(false) };
    let Some(mut conflict) = insert.conflict else { return Ok(false) };
    let span = span_of(cx, at);
    let mut fired = false;
    if matches!(
        conflict.action,
        ConflictAction::Replace {} | ConflictAction::Nothing { also_other_failures: true }
    ) {
        return Ok(false);
    }
    if !matches!(conflict.on, Arbiter::Any {}) {
        if let Arbiter::Key { filter: Some(_), .. } = conflict.on {
            return cx.refuse(codes::UPSERT, span, "a partial key has no form", "");
        }
        match possible_keys(cx, &insert) {
            Some(keys) if keys.len() <= 1 => {}
            Some(_) => cx.assume(Assume::OneKey, "the key named in ON CONFLICT", span)?,
            None => cx.assume(Assume::OneKey, "the key named in ON CONFLICT, without a schema", span)?,
        }
        conflict.on = Arbiter::Any {};
        fired = true;
    }
    match conflict.action {
        ConflictAction::Nothing { .. } => {
            // A column set to itself changes nothing.
            let column = possible_keys(cx, &insert)
                .and_then(|keys| keys.first().and_then(|key| key.first().copied()))
                .or_else(|| cx.air.list(insert.columns).first().copied())
                .unwrap_or(0);
            if cx.air.source(insert.target).columns.is_empty() {
                return cx.refuse(
                    codes::SCHEMA_NEEDED,
                    span,
                    "ON CONFLICT DO NOTHING needs a known column",
                    "give a schema",
                );
            }
            let value = cx.air.column_of(insert.target, column, span);
            if let Expr::Column { source, index, .. } = cx.air.expr(value) {
                cx.air.set(value, Expr::Column { source, index, qualified: false });
            }
            let columns = cx.air.push_list(&[column]);
            let assignments = cx.air.push_list(&[Assignment { source: insert.target, columns, value }]);
            conflict.action = ConflictAction::Update { assignments, sequential: true, filter: None };
            fired = true;
        }
        ConflictAction::Update { assignments, sequential, filter } => {
            let mut assignments = assignments;
            if let Some(filter) = filter {
                assignments = conditional(cx, assignments, filter);
                fired = true;
            }
            if !sequential && !cx.target.can.simultaneous_set {
                let Some(ordered) = in_reading_order(cx, assignments) else {
                    let message =
                        "assignments that need the old values of each other have no form in an upsert";
                    return cx.refuse(codes::UPSERT, span, message, "");
                };
                assignments = ordered;
                fired = true;
            }
            let sequential = !cx.target.can.simultaneous_set;
            conflict.action = ConflictAction::Update { assignments, sequential, filter: None };
        }
        ConflictAction::Replace {} => {}
    }
    if fired {
        set_insert(cx, at, |insert| insert.conflict = Some(conflict));
    }
    Ok(fired)
}

/// `c = CASE WHEN filter THEN value ELSE c END` for each assignment.
fn conditional(cx: &mut Context<'_>, list: List<Assignment>, filter: ExprId) -> List<Assignment> {
    let mut assignments = cx.air.list(list).to_vec();
    for assignment in &mut assignments {
        let [column] = *cx.air.list(assignment.columns) else { continue };
        let old = cx.air.column_of(assignment.source, column, Span::NONE);
        let condition = cx.air.copy(filter);
        assignment.value = cx.air.case(&[(condition, assignment.value)], Some(old));
    }
    cx.air.push_list(&assignments)
}

/// `INSERT … SELECT … FROM t ON CONFLICT`: SQLite reads ON as a join condition unless WHERE stands before it.
fn upsert_from_query(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.upsert != Upsert::OnConflict {
        return Ok(false);
    }
    let Some(insert) = insert_of(cx, at) else { return Ok(false) };
    let (Some(conflict), InsertSource::Query { query }) = (insert.conflict, insert.source) else {
        return Ok(false);
    };
    if matches!(
        conflict.action,
        ConflictAction::Replace {} | ConflictAction::Nothing { also_other_failures: true }
    ) {
        return Ok(false);
    }
    let known = *cx.air.query(query);
    let mut body = known.body;
    while let Body::SetOp { right, .. } = body {
        body = cx.air.query(right).body;
    }
    let Body::Select { select } = body else { return Ok(false) };
    let block = *cx.air.select(select);
    let closed = block.filter.is_some() || block.group.is_some() || block.having.is_some();
    if closed || block.from.is_none() || !known.order.is_empty() || known.limit.is_some() {
        return Ok(false);
    }
    let span = span_of(cx, at);
    let (one, other) = (cx.air.int(1, span), cx.air.int(1, span));
    let filter = cx.air.compare(CompareOp::Eq, one, other);
    debug_assert_eq!(cx.air.ty(filter), Type::Bool);
    cx.air.select_mut(select).filter = Some(filter);
    Ok(true)
}

/// An upsert as MERGE: the proposed rows are the source, the key is the match.
fn upsert_as_merge(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.upsert != Upsert::Merge {
        return Ok(false);
    }
    let Some(insert) = insert_of(cx, at) else { return Ok(false) };
    let Some(conflict) = insert.conflict else { return Ok(false) };
    let span = span_of(cx, at);
    let (InsertSource::Values { .. } | InsertSource::Query { .. }) = insert.source else {
        return cx.refuse(codes::UPSERT, span, "an upsert of defaults has no form", "");
    };
    let key: Vec<u32> = match conflict.on {
        Arbiter::Any {} | Arbiter::Constraint { .. } => match one_key(cx, &insert, span)? {
            Some(key) => key,
            None => {
                set_insert(cx, at, |insert| insert.conflict = None);
                return Ok(true);
            }
        },
        Arbiter::Key { keys, filter: None } => {
            let mut columns = Vec::with_capacity(keys.len());
            for i in 0..keys.len() {
                let Expr::Column { index, .. } = cx.air.expr(cx.air.at(keys, i)) else {
                    return cx.refuse(codes::UPSERT, span, "a key over expressions has no form", "");
                };
                columns.push(index);
            }
            columns
        }
        Arbiter::Key { .. } => return cx.refuse(codes::UPSERT, span, "a partial key has no form", ""),
    };
    if !cx.target.can.upsert_twice && !distinct_proposals(cx, &insert, &conflict) {
        cx.assume(Assume::DistinctProposals, "rows added by one statement", span)?;
    }
    let given: Vec<u32> = match insert.all_columns {
        true => (0..cx.air.source(insert.target).columns.len() as u32).collect(),
        false => cx.air.list(insert.columns).to_vec(),
    };
    let columns: Vec<SourceColumn> =
        given.iter().map(|column| cx.air.column(insert.target, *column)).collect();
    let query = match insert.source {
        InsertSource::Values { rows } => {
            for i in 0..rows.len() {
                let items = cx.air.at(rows, i).items;
                if items.len() != given.len()
                    || cx.air.list(items).iter().any(|item| matches!(cx.air.expr(*item), Expr::Default {}))
                {
                    return cx.refuse(
                        codes::UPSERT,
                        span,
                        "DEFAULT in an upsert has no form",
                        "leave the column out",
                    );
                }
            }
            cx.air.push_query(build::plain(Body::Values { rows }), span)
        }
        InsertSource::Query { query } => query,
        InsertSource::Defaults {} => return Ok(false),
    };
    let alias = cx.air.fresh("s");
    let source = cx.air.derived(query, alias, &columns);
    cx.air.source_mut(source).renamed = true;
    let place = |column: u32| given.iter().position(|given| *given == column).map(|at| at as u32);
    // Match.
    let mut terms = Vec::with_capacity(key.len());
    for &column in &key {
        let Some(proposed) = place(column) else {
            return cx.refuse(
                codes::UPSERT,
                span,
                "a key that is not given has no form",
                "give all columns of the key",
            );
        };
        let left = cx.air.column_of(insert.target, column, span);
        let right = cx.air.column_of(source, proposed, span);
        let collation = cx.air.ty(left).collation().unwrap_or_default();
        let equal = Expr::Compare { op: CompareOp::Eq, collation, left, right };
        terms.push(Some(cx.air.push(equal, Type::Bool, true, span)));
    }
    let Some(on) = cx.air.and(&terms) else { return Ok(false) };
    // Change.
    let mut clauses = Vec::new();
    let (assignments, condition) = match conflict.action {
        ConflictAction::Nothing { also_other_failures } => {
            if also_other_failures {
                cx.assume(Assume::FittingValues, "rows added by INSERT IGNORE", span)?;
            }
            (None, None)
        }
        ConflictAction::Update { assignments, sequential, filter } => {
            if sequential {
                substitute_earlier(cx, assignments);
            }
            (Some(assignments), filter)
        }
        ConflictAction::Replace {} => {
            let mut assignments = Vec::new();
            let all = cx.air.source(insert.target).columns.len() as u32;
            for column in (0..all).filter(|column| !key.contains(column)) {
                let Some(proposed) = place(column) else {
                    return cx.refuse(
                        codes::UPSERT,
                        span,
                        "REPLACE of some columns has no form",
                        "give all columns",
                    );
                };
                let value = cx.air.column_of(source, proposed, span);
                let columns = cx.air.push_list(&[column]);
                assignments.push(Assignment { source: insert.target, columns, value });
            }
            (Some(cx.air.push_list(&assignments)), None)
        }
    };
    if let Some(assignments) = assignments.filter(|assignments| !assignments.is_empty()) {
        let mut roots: Vec<ExprId> = condition.into_iter().collect();
        for i in 0..assignments.len() {
            roots.push(cx.air.at(assignments, i).value);
        }
        for root in roots {
            qualify(cx, insert.target, root);
            for id in build::below(cx.air, &[Child::Expr(root)]) {
                let Expr::Column { source: of, index, .. } = cx.air.expr(id) else { continue };
                if !matches!(cx.air.source(of).kind, SourceKind::Proposed {}) {
                    continue;
                }
                let Some(index) = place(index) else {
                    return cx.refuse(
                        codes::UPSERT,
                        span,
                        "a proposed value that is not given has no form",
                        "",
                    );
                };
                cx.air.set(id, Expr::Column { source, index, qualified: true });
            }
        }
        let action = MergeAction::Update { assignments, delete_where: None };
        clauses.push(MergeClause { when: MergeWhen::Matched, condition, action });
    }
    // Addition.
    let values: Vec<ExprId> = (0..given.len() as u32).map(|i| cx.air.column_of(source, i, span)).collect();
    let columns = cx.air.push_list(&given);
    let values = cx.air.push_list(&values);
    let action = MergeAction::Insert { columns, values };
    clauses.push(MergeClause { when: MergeWhen::NotMatched, condition: None, action });
    let clauses = cx.air.push_list(&clauses);
    let source = cx.air.source_rel(source);
    let merge = Merge {
        ctes: insert.ctes,
        recursive: insert.recursive,
        target: insert.target,
        source,
        on,
        clauses,
        returning: insert.returning,
    };
    cx.air.statements[at] = Statement::Merge { merge: Box::new(merge) };
    Ok(true)
}
