//! Triggers: where branches, conditions at the head and changes of the row stand on the target.
//!
//! The statements of a body stand behind their trigger one by one, so rules for changes see them as any others. The rules
//! here run when the trigger itself is met, before those of its body.

use air::catalog::KnownTrigger;
use air::expr::{CompareOp, Truth};
use air::fidelity::Assume;
use air::node::Child;
use air::query::{Body, Item, Source, SourceKind};
use air::routine::{Event, Timing, Trigger};
use air::statement::{Assignment, ConflictAction, InsertSource, Statement};
use air::target::TriggerForm;
use air::{Expr, ExprId, SourceId, Type};
use air_base::Span;

use super::change::update_rows;
use crate::build::{self, Build};
use crate::codes;
use crate::fork::Fork;
use crate::kind::StatementKind;
use crate::pass::{Apply, Context, Fired, Refused, Rule};

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "trigger_terms",
        law: "a trigger runs for the same rows and at the same time on both",
        apply: Apply::Statements(&[StatementKind::Trigger], terms),
    },
    Rule {
        name: "function_terms",
        law: "a function gives the same value for the same parameters and tables",
        apply: Apply::Statements(&[StatementKind::Function], function_terms),
    },
    Rule {
        name: "replaced_trigger",
        law: "to replace a trigger is to drop it, if it is there, and to create it",
        apply: Apply::Statements(&[StatementKind::Trigger], replaced),
    },
    Rule {
        name: "condition_in_body",
        law: "a trigger that runs under a condition does nothing where the condition is not true",
        apply: Apply::When(
            |to| !to.can.triggers.condition,
            &Apply::Statements(&[StatementKind::Trigger], condition_in_body),
        ),
    },
    Rule {
        name: "row_set_afterwards",
        law: "an UPDATE of the one row after it is stored leaves what a change of it before leaves, where nothing looks in between",
        apply: Apply::When(
            |to| !to.can.triggers.sets_row,
            &Apply::Statements(&[StatementKind::Trigger], row_set_afterwards),
        ),
    },
    Rule {
        name: "branch_as_condition",
        law: "a body that is one branch does nothing where its condition is not true",
        apply: Apply::When(
            |to| !to.can.triggers.branches && to.can.triggers.condition,
            &Apply::Statements(&[StatementKind::Trigger], branch_as_condition),
        ),
    },
    Rule {
        name: "branches_as_filters",
        law: "a change of the rows that a condition admits does nothing where the condition is not true",
        apply: Apply::When(
            |to| !to.can.triggers.branches,
            &Apply::Statements(&[StatementKind::Trigger], branches_as_filters),
        ),
    },
    Rule {
        name: "returned_by_trigger",
        law: "rows are returned as they are before triggers that run after the change",
        apply: Apply::Statements(
            &[StatementKind::Insert, StatementKind::Update, StatementKind::Truncate],
            beside,
        ),
    },
];

fn trigger_at(cx: &Context<'_>, at: usize) -> Option<Trigger> {
    match &cx.air.statements[at] {
        Statement::Trigger { trigger } => Some((**trigger).clone()),
        _ => None,
    }
}

fn put(cx: &mut Context<'_>, at: usize, trigger: Trigger) {
    cx.air.statements[at] = Statement::Trigger { trigger: Box::new(trigger) };
}

fn span_of(cx: &Context<'_>, at: usize) -> Span {
    cx.air.statement_spans.get(at).copied().unwrap_or(Span::NONE)
}

fn refuse<T>(cx: &mut Context<'_>, at: usize, message: &str, help: &str) -> Result<T, Refused> {
    let span = span_of(cx, at);
    cx.refuse(codes::TRIGGER, span, message, help)
}

/// What holds or does not, whatever the body says.
fn terms(cx: &mut Context<'_>, at: usize) -> Fired {
    let Some(trigger) = trigger_at(cx, at) else { return Ok(false) };
    let can = cx.target.can.triggers;
    if can.form == TriggerForm::No {
        return refuse(cx, at, "triggers are not written", "");
    }
    if !trigger.columns.is_empty() && !can.columns {
        let message = "a trigger runs for every UPDATE, whatever columns it sets, and cannot tell";
        return refuse(cx, at, message, "compare OLD and NEW in a condition");
    }
    let span = span_of(cx, at);
    if trigger.by_keys != can.by_keys {
        let name = cx.air.name(trigger.table.name).to_owned();
        let acted = cx.catalog.table(None, &name).is_some_and(|table| match trigger.event {
            Event::Insert => false,
            Event::Update => table.changed_by_keys,
            Event::Delete => table.removed_by_keys,
        });
        if acted {
            cx.assume(Assume::NoCascades, &name, span)?;
        }
    }
    // An UPDATE that sets columns afterwards would run triggers for updates, which no UPDATE of the source does.
    if !can.sets_row && trigger.event == Event::Update {
        let own = cx.air.name(trigger.name.name).to_owned();
        let sets = own_sets(cx, &trigger);
        if let Some(other) = filling(cx, &trigger)
            .into_iter()
            .find(|other| !other.name.eq_ignore_ascii_case(&own) && (sets.is_empty() || sets != other.sets))
        {
            let message =
                format!("`{}` sets columns by an UPDATE, for which this trigger would run", other.written);
            return refuse(cx, at, &message, "make one trigger of both");
        }
    }
    if trigger.if_not_exists && !guards(cx) {
        let name = cx.air.name(trigger.table.name).to_owned();
        if !cx.catalog.table(None, &name).is_some_and(|table| table.counter.own) {
            return refuse(cx, at, "IF NOT EXISTS of a trigger has no form", "drop the trigger before");
        }
        put(cx, at, Trigger { if_not_exists: false, ..trigger });
        return Ok(true);
    }
    Ok(false)
}

/// A function is written where bodies have branches.
fn function_terms(cx: &mut Context<'_>, at: usize) -> Fired {
    let span = span_of(cx, at);
    match cx.target.can.triggers.form {
        TriggerForm::Signal => Ok(false),
        TriggerForm::Function => value_by_variable(cx, at),
        TriggerForm::No | TriggerForm::RaiseQuery => {
            let help = "compute the value in the queries that call it";
            cx.refuse(codes::ROUTINE, span, "functions are not written", help)
        }
    }
}

/// A value that is held to the limits of its type is put into a variable of that type.
fn value_by_variable(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::Function { function } = &cx.air.statements[at] else { return Ok(false) };
    let function = (**function).clone();
    let unlimited =
        function.returns.is_int() || matches!(function.returns, Type::Bool | Type::Date | Type::Float64);
    if !function.limited || unlimited {
        return Ok(false);
    }
    let span = span_of(cx, at);
    let known = match cx.air.statements.get(at + 1) {
        Some(Statement::Declare { variables }) => Some(*variables),
        _ => None,
    };
    let column =
        air::query::SourceColumn { name: cx.air.fresh("result"), ty: function.returns, nullable: true };
    let variables = match known {
        Some(variables) => {
            let mut columns = cx.air.list(cx.air.source(variables).columns).to_vec();
            columns.push(column);
            cx.air.source_mut(variables).columns = cx.air.push_list(&columns);
            variables
        }
        None => {
            let columns = cx.air.push_list(&[column]);
            let alias = cx.air.push_name("local");
            let parameters = *cx.air.source(function.parameters);
            let variables = cx.air.push_source(Source { alias, columns, ..parameters }, span);
            insert(cx, at + 1, Statement::Declare { variables });
            variables
        }
    };
    let index = cx.air.source(variables).columns.len() as u32 - 1;
    let mut changed = Vec::new();
    for one in body(cx, at) {
        if let Statement::Return { value } = one {
            changed.push(Statement::SetRow { row: variables, column: index, value });
            let value = cx.air.column_of(variables, index, span);
            changed.push(Statement::Return { value });
        } else {
            changed.push(one);
        }
    }
    put_body(cx, at, changed);
    let function = air::routine::Function { limited: false, ..function };
    cx.air.statements[at] = Statement::Function { function: Box::new(function) };
    Ok(true)
}

/// IF NOT EXISTS at a trigger.
fn guards(cx: &Context<'_>) -> bool {
    cx.target.can.triggers.form == TriggerForm::RaiseQuery
}

/// Triggers of the same table that set columns of the row.
fn filling(cx: &Context<'_>, trigger: &Trigger) -> Vec<KnownTrigger> {
    let table = cx.air.name(trigger.table.name);
    let same = |known: &&KnownTrigger| known.table.eq_ignore_ascii_case(table) && !known.sets.is_empty();
    cx.catalog.triggers.iter().filter(same).cloned().collect()
}

fn own_sets(cx: &Context<'_>, trigger: &Trigger) -> Vec<(String, String)> {
    let name = cx.air.name(trigger.name.name);
    let own = cx.catalog.triggers.iter().find(|known| known.name.eq_ignore_ascii_case(name));
    own.map(|known| known.sets.clone()).unwrap_or_default()
}

/// OR REPLACE.
fn replaced(cx: &mut Context<'_>, at: usize) -> Fired {
    let Some(trigger) = trigger_at(cx, at) else { return Ok(false) };
    if !trigger.or_replace || cx.target.can.triggers.form == TriggerForm::Function {
        return Ok(false);
    }
    let names = cx.air.push_list(&[trigger.name]);
    let drop = air::ddl::DropObject {
        kind: air::ddl::ObjectKind::Trigger,
        names,
        if_exists: true,
        cascade: false,
        on: Some(trigger.table),
    };
    let drop = Statement::Drop { drop: Box::new(drop) };
    let trigger = Statement::Trigger { trigger: Box::new(Trigger { or_replace: false, ..trigger }) };
    super::change::replace(cx, at, vec![drop, trigger]);
    Ok(true)
}

fn condition_in_body(cx: &mut Context<'_>, at: usize) -> Fired {
    let Some(trigger) = trigger_at(cx, at) else { return Ok(false) };
    let Some(condition) = trigger.condition else { return Ok(false) };
    let end = cx.air.end_of(at);
    insert(cx, end, Statement::End {});
    insert(cx, at + 1, Statement::If { condition });
    put(cx, at, Trigger { condition: None, ..trigger });
    Ok(true)
}

fn insert(cx: &mut Context<'_>, at: usize, statement: Statement) {
    let span = span_of(cx, at.saturating_sub(1));
    cx.air.statements.insert(at, statement);
    if at <= cx.air.statement_spans.len() {
        cx.air.statement_spans.insert(at, span);
    }
}

/// The statements of a body.
fn body(cx: &Context<'_>, at: usize) -> Vec<Statement> {
    cx.air.statements[at + 1..cx.air.end_of(at)].to_vec()
}

fn put_body(cx: &mut Context<'_>, at: usize, body: Vec<Statement>) {
    let (end, span) = (cx.air.end_of(at), span_of(cx, at));
    let count = body.len();
    cx.air.statements.splice(at + 1..end, body);
    if end <= cx.air.statement_spans.len() {
        cx.air.statement_spans.splice(at + 1..end, std::iter::repeat_n(span, count));
    }
}

/// `SET NEW.c = value` before the row is stored as an UPDATE of the row afterwards.
fn row_set_afterwards(cx: &mut Context<'_>, at: usize) -> Fired {
    let Some(trigger) = trigger_at(cx, at) else { return Ok(false) };
    let (Some(new), Timing::Before) = (trigger.new, trigger.timing) else { return Ok(false) };
    let old_body = body(cx, at);
    if !old_body.iter().any(|one| matches!(one, Statement::SetRow { .. })) {
        return Ok(false);
    }
    if old_body.iter().any(|one| matches!(one, Statement::Declare { .. })) {
        return refuse(cx, at, "a body has no variables", "");
    }
    let table_name = cx.air.name(trigger.table.name).to_owned();
    let schema = trigger.table.schema.map(|schema| cx.air.name(schema).to_owned());
    let Some(table) = cx.catalog.table(schema.as_deref(), &table_name).cloned() else {
        return refuse(
            cx,
            at,
            "a trigger cannot change the row that is about to be stored",
            "give the schema",
        );
    };
    let Some(key) = table.keys.iter().find(|key| key.primary && !key.partial).cloned() else {
        let message = "a trigger cannot change the row that is about to be stored, and no primary key finds it afterwards";
        return refuse(cx, at, message, "give the table a primary key");
    };
    let own = cx.air.name(trigger.name.name).to_owned();
    let sets = own_sets(cx, &trigger);
    // On the source as well the row was stored before.
    let moved = cx.catalog.triggers.iter().any(|known| known.name.eq_ignore_ascii_case(&own) && known.moved);
    // The UPDATE runs triggers for updates.
    let other = cx.catalog.triggers.iter().find(|other| {
        other.table.eq_ignore_ascii_case(&table_name)
            && !other.name.eq_ignore_ascii_case(&own)
            && other.event == Event::Update
            && (!other.writes.is_empty() || other.sets != sets)
    });
    if let Some(other) = other {
        let message = format!("the row would be changed by an UPDATE, for which `{}` runs", other.written);
        return refuse(cx, at, &message, "make one trigger of both");
    }
    let mut set: Vec<u32> = Vec::new();
    for one in &old_body {
        match one {
            Statement::SetRow { column, value, .. } => {
                if reads(cx, *value, new, &set) {
                    return refuse(cx, at, "a column is set from one that was set before it", "");
                }
                set.push(*column);
            }
            Statement::If { condition } if reads(cx, *condition, new, &set) => {
                return refuse(cx, at, "a condition looks at a column that was set before it", "");
            }
            Statement::If { .. } | Statement::Else {} | Statement::End {} | Statement::Raise { .. } => {}
            _ => return refuse(cx, at, "a trigger cannot change the row and other tables", ""),
        }
    }
    for &index in &set {
        let column = &table.columns[index as usize];
        let constrained = table.keys.iter().any(|key| key.columns.contains(&index))
            || table.foreign_keys.iter().any(|key| key.columns.contains(&index))
            || table.checked.iter().any(|(name, _)| name.eq_ignore_ascii_case(&column.name));
        let missing = !moved && trigger.event == Event::Insert && !column.nullable && !column.has_default;
        if constrained || missing {
            let message = format!(
                "`{}` could be set after the row is stored only, and a constraint looks at it before",
                column.name
            );
            return refuse(cx, at, &message, "");
        }
    }
    let span = span_of(cx, at);
    let mut changed = Vec::new();
    for one in old_body {
        let Statement::SetRow { column, value, .. } = one else {
            changed.push(one);
            continue;
        };
        // Columns that are set one behind the other are set by one UPDATE.
        let target = match changed.last() {
            Some(Statement::Update { update }) => update.target,
            _ => {
                let shown = *cx.air.source(new);
                let source = Source {
                    alias: trigger.table.name,
                    aliased: false,
                    kind: SourceKind::Table { name: trigger.table },
                    ..shown
                };
                cx.air.push_source(source, span)
            }
        };
        let columns = cx.air.push_list(&[column]);
        let assignment = Assignment { source: target, columns, value };
        if let Some(Statement::Update { update }) = changed.last_mut() {
            let mut all = cx.air.list(update.assignments).to_vec();
            all.retain(|known| known.columns.len() != 1 || cx.air.at(known.columns, 0) != column);
            all.push(assignment);
            update.assignments = cx.air.push_list(&all);
            continue;
        }
        let mut filter = None;
        for &index in &key.columns {
            let (left, right) = (cx.air.column_of(target, index, span), cx.air.column_of(new, index, span));
            if let Expr::Column { source, index, .. } = cx.air.expr(left) {
                cx.air.set(left, Expr::Column { source, index, qualified: false });
            }
            let equal = cx.air.compare(CompareOp::Eq, left, right);
            filter = cx.air.and(&[filter, Some(equal)]);
        }
        let assignments = cx.air.push_list(&[assignment]);
        let update = update_rows(target, None, assignments, filter);
        changed.push(Statement::Update { update: Box::new(update) });
    }
    put_body(cx, at, changed);
    put(cx, at, Trigger { timing: Timing::After, ..trigger });
    Ok(true)
}

/// True if the expression reads one of these columns of the row.
fn reads(cx: &Context<'_>, id: ExprId, row: SourceId, columns: &[u32]) -> bool {
    build::below(cx.air, &[Child::Expr(id)]).into_iter().any(|id| {
        matches!(cx.air.expr(id), Expr::Column { source, index, .. } if source == row && columns.contains(&index))
    })
}

/// A body that is one branch without ELSE.
fn branch_as_condition(cx: &mut Context<'_>, at: usize) -> Fired {
    let Some(trigger) = trigger_at(cx, at) else { return Ok(false) };
    let Statement::If { condition } = cx.air.statements[at + 1] else { return Ok(false) };
    let end = cx.air.end_of(at + 1);
    if end + 1 != cx.air.end_of(at) || has_else(&cx.air.statements[at + 1..end]) {
        return Ok(false);
    }
    cx.air.statements.remove(end);
    cx.air.statements.remove(at + 1);
    if end < cx.air.statement_spans.len() {
        cx.air.statement_spans.remove(end);
        cx.air.statement_spans.remove(at + 1);
    }
    let condition = cx.air.and(&[trigger.condition, Some(condition)]);
    put(cx, at, Trigger { condition, ..trigger });
    Ok(true)
}

/// True if the branch that begins these statements has an ELSE.
fn has_else(statements: &[Statement]) -> bool {
    let mut depth = 0;
    statements.iter().any(|one| {
        match one {
            Statement::If { .. } => depth += 1,
            Statement::End {} => depth -= 1,
            _ => {}
        }
        depth == 1 && matches!(one, Statement::Else {})
    })
}

/// Each statement under its conditions.
fn branches_as_filters(cx: &mut Context<'_>, at: usize) -> Fired {
    if trigger_at(cx, at).is_none() {
        return Ok(false);
    }
    let old_body = body(cx, at);
    let branch = |one: &Statement| matches!(one, Statement::If { .. });
    // What is left of a branch is one around an error.
    let done = |at: usize| {
        matches!(old_body.get(at + 1), Some(Statement::Raise { .. }))
            && matches!(old_body.get(at + 2), Some(Statement::End {}))
    };
    if (0..old_body.len()).all(|at| !branch(&old_body[at]) || done(at)) {
        return Ok(false);
    }
    let changes = old_body.iter().filter(|one| one.changes_rows()).count();
    // Conditions in force, innermost last: as they are, or as they fail.
    let mut open: Vec<(ExprId, bool)> = Vec::new();
    let mut flat = Vec::new();
    for one in old_body {
        match one {
            Statement::If { condition } => {
                let mut looks = false;
                let mut below = vec![Child::Expr(condition)];
                while let Some(child) = below.pop() {
                    looks |= matches!(child, Child::Query(_));
                    cx.air.children(child, &mut |child| below.push(child));
                }
                if looks && changes > 1 {
                    let message =
                        "a condition that looks into tables would be asked again after they are changed";
                    return refuse(cx, at, message, "make a trigger of each branch");
                }
                open.push((condition, true));
            }
            Statement::Else {} => {
                if let Some(last) = open.last_mut() {
                    last.1 = false;
                }
            }
            Statement::End {} => {
                open.pop();
            }
            one if open.is_empty() => flat.push(one),
            one => {
                let mut all = None;
                for &(condition, holds) in &open {
                    let mut copy = Fork::default().expr(cx.air, condition);
                    if !holds {
                        let span = cx.air.span(condition);
                        let not = Expr::IsTruth { operand: copy, value: Truth::True, negated: true };
                        copy = cx.air.push(not, Type::Bool, false, span);
                    }
                    all = cx.air.and(&[all, Some(copy)]);
                }
                guard(cx, at, one, all, &mut flat)?;
            }
        }
    }
    put_body(cx, at, flat);
    Ok(true)
}

/// The statement, doing nothing where the condition is not true.
fn guard(
    cx: &mut Context<'_>,
    at: usize,
    statement: Statement,
    condition: Option<ExprId>,
    flat: &mut Vec<Statement>,
) -> Result<(), Refused> {
    let Some(condition) = condition else {
        flat.push(statement);
        return Ok(());
    };
    match statement {
        Statement::Update { mut update } if update.limit.is_none() => {
            update.filter = cx.air.and(&[update.filter, Some(condition)]);
            flat.push(Statement::Update { update });
        }
        Statement::Delete { mut delete } if delete.limit.is_none() => {
            delete.filter = cx.air.and(&[delete.filter, Some(condition)]);
            flat.push(Statement::Delete { delete });
        }
        Statement::Insert { mut insert } => {
            match insert.source {
                InsertSource::Values { rows } if rows.len() == 1 && insert.conflict.is_none() => {
                    let values = cx.air.list(cx.air.at(rows, 0).items).to_vec();
                    if values.iter().any(|value| matches!(cx.air.expr(*value), Expr::Default {})) {
                        return refuse(cx, at, "DEFAULT in a branch has no form", "leave the column out");
                    }
                    let items: Vec<Item> =
                        values.into_iter().map(|expr| Item::Expr { expr, alias: None }).collect();
                    let query = cx.air.select_query(&items, None, Some(condition));
                    insert.source = InsertSource::Query { query };
                }
                InsertSource::Query { query } if insert.conflict.is_none() => {
                    let known = *cx.air.query(query);
                    let Body::Select { select } = known.body else {
                        return refuse(cx, at, "this INSERT in a branch has no form", "");
                    };
                    let block = *cx.air.select(select);
                    let grouped = block.group.is_some()
                        || block.having.is_some()
                        || cx.air.list(block.items).iter().any(|item| {
                            matches!(item, Item::Expr { expr, .. } if build::has_aggregate(cx.air, *expr))
                        });
                    if grouped || known.limit.is_some() {
                        return refuse(cx, at, "this INSERT in a branch has no form", "");
                    }
                    cx.air.select_mut(select).filter = cx.air.and(&[block.filter, Some(condition)]);
                }
                _ => return refuse(cx, at, "this INSERT in a branch has no form", ""),
            }
            flat.push(Statement::Insert { insert });
        }
        raise @ Statement::Raise { .. } => {
            flat.extend([Statement::If { condition }, raise, Statement::End {}]);
        }
        _ => return refuse(cx, at, "this statement in a branch has no form", ""),
    }
    Ok(())
}

/// What a change shows or does otherwise where its table has triggers.
fn beside(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.catalog.triggers.is_empty() {
        return Ok(false);
    }
    let (target, returns, removes) = match &cx.air.statements[at] {
        Statement::Insert { insert } => {
            let replaces =
                insert.conflict.is_some_and(|conflict| matches!(conflict.action, ConflictAction::Replace {}));
            (insert.target, !insert.returning.is_empty(), replaces)
        }
        Statement::Update { update } => (update.target, !update.returning.is_empty(), false),
        Statement::Truncate { tables, .. } => {
            if cx.has(cx.target.can.truncate) {
                return Ok(false);
            }
            for name in cx.air.list(*tables).to_vec() {
                let table = cx.air.name(name.name);
                let runs = |known: &&KnownTrigger| {
                    known.event == Event::Delete && known.table.eq_ignore_ascii_case(table)
                };
                if let Some(known) = cx.catalog.triggers.iter().find(runs) {
                    let message =
                        format!("TRUNCATE would be DELETE, for which the trigger `{}` runs", known.written);
                    return refuse(cx, at, &message, "");
                }
            }
            return Ok(false);
        }
        _ => return Ok(false),
    };
    let SourceKind::Table { name } = cx.air.source(target).kind else { return Ok(false) };
    let table = cx.air.name(name.name);
    let mut of_table = cx.catalog.triggers.iter().filter(|known| known.table.eq_ignore_ascii_case(table));
    let late = !cx.target.can.triggers.sets_row;
    let found = of_table.find_map(|known| {
        if returns && !known.sets.is_empty() && (late || known.moved) {
            return Some(format!("the returned row is that before or after the trigger `{}`", known.written));
        }
        (removes && known.event == Event::Delete)
            .then(|| format!("the trigger `{}` runs for replaced rows in some databases only", known.written))
    });
    match found {
        Some(message) => refuse(cx, at, &message, ""),
        None => Ok(false),
    }
}
