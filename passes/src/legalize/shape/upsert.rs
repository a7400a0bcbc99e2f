//! Upserts: which key is meant, and one dialect's form in another's words.

use air::expr::CompareOp;
use air::fidelity::Assume;
use air::node::Child;
use air::query::{Body, SourceColumn, SourceKind, ValuesRow};
use air::statement::{
    Arbiter, Assignment, Conflict, ConflictAction, Insert, InsertSource, Merge, MergeAction, MergeClause,
    MergeWhen, Statement,
};
use air::target::Upsert;
use air::types::CastFailure;
use air::{Expr, ExprId, List, Literal, SourceId, Type};
use air_base::Span;

use super::super::collation::folded_key;
use super::change::{in_reading_order, position, set_insert, substitute_earlier, table_of};
use crate::build::{self, Build};
use crate::codes;
use crate::fork::Fork;
use crate::kind::StatementKind;
use crate::pass::{Apply, Context, Fired, Refused, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "replace_as_delete",
        law: "a row that replaces others is added after those that share a key with it are removed",
        apply: Apply::Statements(&[StatementKind::Insert], replace_as_delete),
    },
    Rule {
        name: "upsert_by_rows",
        law: "rows are added in order, each seeing what became of those before it",
        apply: Apply::Statements(&[StatementKind::Insert], upsert_by_rows),
    },
    Rule {
        name: "upsert_alias",
        law: "a table goes by its own name as well as by an alias",
        apply: Apply::Statements(&[StatementKind::Insert], upsert_alias),
    },
    Rule {
        name: "ignored_values",
        law: "values that fit their columns are neither adjusted nor left out",
        apply: Apply::Statements(&[StatementKind::Insert], ignored_values),
    },
    Rule {
        name: "replace_as_upsert",
        law: "a row that takes another one's place has given values where they are given and defaults elsewhere",
        apply: Apply::Statements(&[StatementKind::Insert], replace_as_upsert),
    },
    Rule {
        name: "ignore_as_do_nothing",
        law: "where only uniqueness can fail, rows that fail are those that collide",
        apply: Apply::Statements(&[StatementKind::Insert], ignore_as_do_nothing),
    },
    Rule {
        name: "upsert_key",
        law: "a row can collide only on a key whose values it gives",
        apply: Apply::Statements(&[StatementKind::Insert], upsert_key),
    },
    Rule {
        name: "upsert_any_key",
        law: "where there is one key, a collision on any key is one on that key",
        apply: Apply::Statements(&[StatementKind::Insert], upsert_any_key),
    },
    Rule {
        name: "upsert_as_merge",
        law: "a row that collides is a row that matches on the key, any other one is added",
        apply: Apply::Statements(&[StatementKind::Insert], upsert_as_merge),
    },
    Rule {
        name: "upsert_from_query",
        law: "a condition that is true keeps all rows, and keeps ON CONFLICT from being read as a join condition",
        apply: Apply::Statements(&[StatementKind::Insert], upsert_from_query),
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
    if keys.len() > 1 && !cx.target.profile.declared.contains(&Assume::OneKey) {
        let message = "a row may collide on more than one key, and one has to be named";
        let unlock = "declare `one-key` in the profile, if rows collide on the first key only";
        return cx.refuse(codes::UPSERT, span, message, unlock);
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
    let mut source = *cx.air.source(insert.target);
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
    if matches!(conflict.on, Arbiter::Any {}) && !cx.target.can.upsert_any_key {
        match one_key(cx, &insert, span)? {
            Some(key) => conflict.on = key_of(cx, insert.target, &key),
            None => {
                set_insert(cx, at, |insert| insert.conflict = None);
                return Ok(true);
            }
        }
        fired = true;
    }
    if let Arbiter::Key { keys, filter } = conflict.on {
        let mut folded = cx.air.list(keys).to_vec();
        let mut folds = false;
        for key in &mut folded {
            if let Expr::Column { source, index, .. } = cx.air.expr(*key)
                && let Some(expr) = folded_key(cx, *key)?
            {
                cx.air.set(*key, Expr::Column { source, index, qualified: false });
                *key = expr;
                folds = true;
            }
        }
        if folds {
            conflict.on = Arbiter::Key { keys: cx.air.push_list(&folded), filter };
            fired = true;
        }
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
            // Beside the columns of a query the bare name may be one of those; the value proposed for the key in
            // the way is the one that is there.
            let mut value = value;
            if matches!(insert.source, InsertSource::Query { .. }) {
                let source = proposed(cx, &insert, &conflict);
                conflict.proposed = Some(source);
                value = cx.air.column_of(source, column, span);
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

/// One INSERT per row, each with a conflict of its own.
pub(super) fn one_by_one(cx: &mut Context<'_>, insert: &Insert, rows: List<ValuesRow>) -> Vec<Insert> {
    let mut inserts = Vec::with_capacity(rows.len());
    for i in 0..rows.len() {
        let row = cx.air.at(rows, i);
        let mut one = insert.clone();
        one.source = InsertSource::Values { rows: cx.air.push_list(&[row]) };
        if i > 0 {
            let mut fork = Fork::default();
            let again = |cx: &mut Context<'_>, source: SourceId| {
                let copy = *cx.air.source(source);
                cx.air.push_source(copy, Span::NONE)
            };
            one.target = again(cx, insert.target);
            fork.adopt(insert.target, one.target);
            if let Some(conflict) = &mut one.conflict {
                if let Some(proposed) = conflict.proposed {
                    let copy = again(cx, proposed);
                    fork.adopt(proposed, copy);
                    conflict.proposed = Some(copy);
                }
                if let Arbiter::Key { keys, filter } = &mut conflict.on {
                    *keys = fork.exprs(cx.air, *keys);
                    *filter = filter.map(|filter| fork.expr(cx.air, filter));
                }
                if let ConflictAction::Update { assignments, filter, .. } = &mut conflict.action {
                    let mut copies = cx.air.list(*assignments).to_vec();
                    for assignment in &mut copies {
                        assignment.source = fork.source_of(assignment.source);
                        assignment.value = fork.expr(cx.air, assignment.value);
                    }
                    *assignments = cx.air.push_list(&copies);
                    *filter = filter.map(|filter| fork.expr(cx.air, filter));
                }
            }
        }
        inserts.push(one);
    }
    inserts
}

/// Most rows that become statements of their own.
pub(super) const ROWS_APART_MAX: usize = 200;

/// Rows of one upsert may meet each other; a target that changes no row twice gets them one by one.
fn upsert_by_rows(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.upsert_twice || cx.target.profile.declared.contains(&Assume::DistinctProposals) {
        return Ok(false);
    }
    let Some(insert) = insert_of(cx, at) else { return Ok(false) };
    let (Some(conflict), InsertSource::Values { rows }) = (insert.conflict, insert.source) else {
        return Ok(false);
    };
    let updates = matches!(conflict.action, ConflictAction::Update { .. })
        || (matches!(conflict.action, ConflictAction::Replace {}) && cx.target.can.replace.is_none());
    let apart = insert.returning.is_empty() && insert.ctes.is_empty();
    if !updates || rows.len() < 2 || rows.len() > ROWS_APART_MAX || !apart {
        return Ok(false);
    }
    let mut proof = conflict;
    if !matches!(proof.on, Arbiter::Key { .. }) {
        let Some(keys) = possible_keys(cx, &insert) else { return Ok(false) };
        let [key] = keys.as_slice() else { return Ok(false) };
        proof.on = key_of(cx, insert.target, key);
    }
    if distinct_proposals(cx, &insert, &proof) {
        return Ok(false);
    }
    let statements = one_by_one(cx, &insert, rows);
    let statements =
        statements.into_iter().map(|insert| Statement::Insert { insert: Box::new(insert) }).collect();
    super::change::replace(cx, at, statements);
    Ok(true)
}

/// REPLACE into a table with several keys: what is in the way is removed first.
fn replace_as_delete(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.replace.is_some() {
        return Ok(false);
    }
    let Some(insert) = insert_of(cx, at) else { return Ok(false) };
    let (Some(conflict), InsertSource::Values { rows }) = (insert.conflict, insert.source) else {
        return Ok(false);
    };
    if !matches!(conflict.action, ConflictAction::Replace {}) {
        return Ok(false);
    }
    let Some(keys) = possible_keys(cx, &insert).filter(|keys| keys.len() > 1) else { return Ok(false) };
    let span = span_of(cx, at);
    let given: Vec<u32> = match insert.all_columns {
        true => (0..cx.air.source(insert.target).columns.len() as u32).collect(),
        false => cx.air.list(insert.columns).to_vec(),
    };
    let complete = keys.iter().flatten().all(|column| given.contains(column));
    if !complete || rows.len() > ROWS_APART_MAX || !insert.returning.is_empty() {
        return cx.refuse(codes::UPSERT, span, "this REPLACE into a table with several keys has no form", "");
    }
    let mut statements = Vec::with_capacity(rows.len() * 2);
    for mut one in one_by_one(cx, &insert, rows) {
        one.conflict = None;
        let InsertSource::Values { rows } = one.source else { continue };
        let row = cx.air.at(rows, 0);
        let copy = *cx.air.source(one.target);
        let target = cx.air.push_source(copy, span);
        let mut any: Option<ExprId> = None;
        for key in &keys {
            let mut terms = Vec::with_capacity(key.len());
            for column in key {
                let Some(value) = given
                    .iter()
                    .position(|given| given == column)
                    .and_then(|place| cx.air.list(row.items).get(place).copied())
                else {
                    continue;
                };
                let left = cx.air.column_of(target, *column, span);
                let right = Fork::default().expr(cx.air, value);
                let collation = cx.air.ty(left).collation().unwrap_or_default();
                let equal = Expr::Compare { op: CompareOp::Eq, collation, left, right };
                terms.push(Some(cx.air.push(equal, Type::Bool, true, span)));
            }
            let matches = cx.air.and(&terms);
            any = match (any, matches) {
                (Some(any), Some(matches)) => Some(cx.air.or(any, matches)),
                (any, matches) => any.or(matches),
            };
        }
        statements.push(super::change::delete_all(target, any));
        statements.push(Statement::Insert { insert: Box::new(one) });
    }
    super::change::replace(cx, at, statements);
    Ok(true)
}

/// Only ON CONFLICT lets the table of an INSERT go by an alias.
fn upsert_alias(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.upsert == Upsert::OnConflict {
        return Ok(false);
    }
    let Some(insert) = insert_of(cx, at) else { return Ok(false) };
    let source = cx.air.source(insert.target);
    let SourceKind::Table { name } = source.kind else { return Ok(false) };
    if !source.aliased {
        return Ok(false);
    }
    let source = cx.air.source_mut(insert.target);
    source.alias = name.name;
    source.aliased = false;
    Ok(true)
}

/// INSERT IGNORE adjusts values that do not fit, or leaves their rows out, as the dialect likes: refused where a value
/// is seen not to fit, assumed away where that cannot be seen.
fn ignored_values(cx: &mut Context<'_>, at: usize) -> Fired {
    // Where assignments see each other, IGNORE means what it means at the source.
    if !cx.target.can.simultaneous_set {
        return Ok(false);
    }
    let Some(insert) = insert_of(cx, at) else { return Ok(false) };
    let Some(conflict) = insert.conflict else { return Ok(false) };
    if !matches!(conflict.action, ConflictAction::Nothing { also_other_failures: true }) {
        return Ok(false);
    }
    let span = span_of(cx, at);
    let given: Vec<u32> = match insert.all_columns {
        true => (0..cx.air.source(insert.target).columns.len() as u32).collect(),
        false => cx.air.list(insert.columns).to_vec(),
    };
    if let InsertSource::Values { rows } = insert.source {
        if rows.len() > 2
            && cx.target.can.simultaneous_set
            && numbers_of_skipped_rows(cx, insert.target, &given)
        {
            let message = "numbers made up for rows after one that INSERT IGNORE leaves out have no form";
            return cx.refuse(codes::UPSERT, span, message, "one row for each INSERT");
        }
        let mut fired = false;
        for row in 0..rows.len() {
            let items = cx.air.at(rows, row).items;
            for (place, column) in given.iter().enumerate().take(items.len()) {
                let columns = cx.air.source(insert.target).columns;
                let Some(column) = cx.air.list(columns).get(*column as usize).copied() else { continue };
                // NULL asks a counted column for the next number.
                if is_counted(cx, insert.target, column.name) {
                    continue;
                }
                let value = cx.air.at(items, place);
                if let Some(adjusted) = super::adjusted::adjusted(cx, value, &column) {
                    cx.air.list_mut(items)[place] = adjusted;
                    fired = true;
                } else if misfits(cx, value, &column) {
                    let message = "a value that does not fit its column would be adjusted by INSERT IGNORE";
                    return cx.refuse(codes::UPSERT, span, message, "write the value that is to be stored");
                }
            }
        }
        if fired {
            return Ok(true);
        }
    }
    cx.assume(Assume::FittingValues, "rows added by INSERT IGNORE", span)?;
    Ok(false)
}

/// True where the server makes numbers up for the rows, and a row may collide on another key.
fn numbers_of_skipped_rows(cx: &Context<'_>, target: air::SourceId, given: &[u32]) -> bool {
    let SourceKind::Table { name } = cx.air.source(target).kind else { return false };
    let schema = name.schema.map(|schema| cx.air.name(schema));
    let Some(table) = cx.catalog.table(schema, cx.air.name(name.name)) else { return false };
    let Some(place) = table.columns.iter().position(|known| known.identity) else { return false };
    let counted = &table.columns[place].name;
    let listed = given
        .iter()
        .any(|column| cx.air.name(cx.air.column(target, *column).name).eq_ignore_ascii_case(counted));
    let others = table.keys.iter().any(|key| !key.columns.contains(&(place as u32)));
    others && !listed
}

fn is_counted(cx: &Context<'_>, target: air::SourceId, column: air::Name) -> bool {
    let SourceKind::Table { name } = cx.air.source(target).kind else { return false };
    let schema = name.schema.map(|schema| cx.air.name(schema));
    let table = cx.catalog.table(schema, cx.air.name(name.name));
    let column = cx.air.name(column);
    table.is_some_and(|table| {
        table.columns.iter().any(|known| known.identity && known.name.eq_ignore_ascii_case(column))
    })
}

/// True if a value is seen not to fit a column.
fn misfits(cx: &Context<'_>, value: ExprId, column: &SourceColumn) -> bool {
    match cx.air.expr(value) {
        Expr::Literal { value: Literal::Null {} } => {
            // A NULL that asks for the next number is a default by now.
            !column.nullable
        }
        Expr::Literal { value: Literal::Text { text } } => match column.ty {
            Type::Text(ty) => ty.length > 0 && cx.air.text(text).chars().count() > ty.length as usize,
            _ => false,
        },
        // A text that is only read as far as it is a number.
        Expr::Cast { operand, rule, .. } => match cx.air.literal(operand) {
            Some(Literal::Text { text }) => {
                rule.failure != CastFailure::Error && cx.air.text(text).trim().parse::<f64>().is_err()
            }
            _ => misfits(cx, operand, column),
        },
        _ => false,
    }
}
