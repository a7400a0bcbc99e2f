//! Changes of several kinds of rows in one statement, where the target changes one kind at a time: what is removed last
//! is marked first, in a table of the session, so that every step sees which rows were meant from the beginning.

use air::ddl::{CreateTable, DropObject, ObjectKind};
use air::expr::{CompareOp, Truth};
use air::fidelity::Assume;
use air::node::Child;
use air::query::{Item, JoinKind, Rel, SourceColumn, SourceKind};
use air::statement::Statement;
use air::statement::{Assignment, Delete, Merge, MergeAction, MergeClause, MergeWhen};
use air::target::Can;
use air::types::Type;
use air::{Expr, ExprId, List, ObjectName, RelId, SourceId};
use air_base::Span;

use super::change::{delete_all, insert_query, primary_key, replace, update_rows};
use crate::build::{self, Build};
use crate::codes;
use crate::fork::Fork;
use crate::kind::StatementKind;
use crate::pass::{Apply, Context, Fired, Refused, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "merge_of_many_clauses",
        law: "the rows of each clause are changed by a statement of their own; those that go are marked before any changes",
        apply: Apply::Statements(&[StatementKind::Merge], merge_of_many),
    },
    Rule {
        name: "delete_of_many_tables",
        law: "rows of several tables that go together are marked, then removed from each table",
        apply: Apply::Statements(&[StatementKind::Delete], delete_of_many),
    },
];

fn span_of(cx: &Context<'_>, at: usize) -> Span {
    cx.air.statement_spans.get(at).copied().unwrap_or(Span::NONE)
}

/// The parts of a MERGE with sources of their own, for one statement.
struct Part {
    fork: Fork,
    target: SourceId,
    source: RelId,
    on: ExprId,
}

impl Part {
    fn of(cx: &mut Context<'_>, merge: &Merge) -> Part {
        let mut fork = Fork::default();
        let source = fork.rel(cx.air, merge.source);
        let table = cx.air.source_rel(merge.target);
        fork.rel(cx.air, table);
        let on = fork.expr(cx.air, merge.on);
        let target = fork.source_of(merge.target);
        for id in build::below(cx.air, &[Child::Expr(on)]) {
            qualify(cx, id);
        }
        Part { fork, target, source, on }
    }

    fn expr(&mut self, cx: &mut Context<'_>, id: ExprId) -> ExprId {
        let copy = self.fork.expr(cx.air, id);
        for id in build::below(cx.air, &[Child::Expr(copy)]) {
            qualify(cx, id);
        }
        copy
    }

    /// The condition of a clause, and that the match condition holds.
    fn matched(&mut self, cx: &mut Context<'_>, condition: Option<ExprId>) -> Option<ExprId> {
        let condition = condition.map(|condition| self.expr(cx, condition));
        cx.air.and(&[Some(self.on), condition])
    }

    /// The condition of a clause, and that no row of the source matches.
    fn alone(&mut self, cx: &mut Context<'_>, condition: Option<ExprId>, span: Span) -> Option<ExprId> {
        let one = cx.air.int(1, span);
        let item = Item::Expr { expr: one, alias: None };
        let query = cx.air.select_query(&[item], Some(self.source), Some(self.on));
        let alone = cx.air.push(Expr::Exists { query, negated: true }, Type::Bool, false, span);
        let condition = condition.map(|condition| self.expr(cx, condition));
        cx.air.and(&[Some(alone), condition])
    }

    fn assignments(&mut self, cx: &mut Context<'_>, list: List<Assignment>) -> List<Assignment> {
        let mut copies = Vec::with_capacity(list.len());
        for assignment in cx.air.list(list).to_vec() {
            let value = self.expr(cx, assignment.value);
            copies.push(Assignment { source: self.target, value, ..assignment });
        }
        cx.air.push_list(&copies)
    }
}

fn qualify(cx: &mut Context<'_>, id: ExprId) {
    if let Expr::Column { source, index, qualified: false } = cx.air.expr(id) {
        cx.air.set(id, Expr::Column { source, index, qualified: true });
    }
}

/// True if the expression looks at a column of the target that one of the clauses assigns.
fn reads_assigned(cx: &Context<'_>, merge: &Merge, clauses: &[MergeClause], root: ExprId) -> bool {
    let below = build::below(cx.air, &[Child::Expr(root)]);
    clauses.iter().any(|clause| {
        let MergeAction::Update { assignments, .. } = clause.action else { return false };
        cx.air.list(assignments).iter().any(|assignment| {
            cx.air.list(assignment.columns).iter().any(|column| {
                below.iter().any(|id| {
                    matches!(cx.air.expr(*id), Expr::Column { source, index, .. }
                        if source == merge.target && index == *column)
                })
            })
        })
    })
}

/// The condition under which a clause is the first of its kind that applies.
fn first_of(cx: &mut Context<'_>, earlier: &[MergeClause], clause: &MergeClause) -> Option<Option<ExprId>> {
    let mut terms = Vec::with_capacity(earlier.len() + 1);
    for before in earlier.iter().filter(|before| before.when == clause.when) {
        // A clause without a condition leaves nothing for those after it.
        let operand = before.condition?;
        let span = cx.air.span(operand);
        let not = Expr::IsTruth { operand, value: Truth::True, negated: true };
        terms.push(Some(cx.air.push(not, Type::Bool, false, span)));
    }
    terms.push(clause.condition);
    Some(cx.air.and(&terms))
}

fn merge_of_many(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::Merge { merge } = &cx.air.statements[at] else { return Ok(false) };
    let merge = (**merge).clone();
    let clauses = cx.air.list(merge.clauses).to_vec();
    let count = |when| clauses.iter().filter(|clause| clause.when == when).count();
    let by_source = count(MergeWhen::NotMatchedBySource) > 0;
    let native = cx.has(cx.target.can.merge);
    if native && (!by_source || cx.has(cx.target.can.merge_by_source)) {
        return Ok(false);
    }
    let removes = clauses.iter().any(|clause| {
        clause.when == MergeWhen::Matched
            && matches!(
                clause.action,
                MergeAction::Delete {} | MergeAction::Update { delete_where: Some(_), .. }
            )
    });
    let plain = count(MergeWhen::Matched) < 2 && !by_source && !(removes && count(MergeWhen::NotMatched) > 0);
    let inserts = clauses.iter().filter(|clause| matches!(clause.action, MergeAction::Insert { .. })).count();
    if plain || !merge.returning.is_empty() || !merge.ctes.is_empty() || inserts > 1 {
        return Ok(false);
    }
    let span = span_of(cx, at);
    own_session(cx, merge.target, span)?;
    // What decides about a row must not change before its clause has its turn.
    let unsteady = reads_assigned(cx, &merge, &clauses, merge.on)
        || clauses.iter().enumerate().any(|(at, clause)| {
            clause.condition.is_some_and(|condition| {
                let others: Vec<MergeClause> =
                    clauses.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, c)| *c).collect();
                reads_assigned(cx, &merge, &others, condition)
            })
        });
    if unsteady {
        let message = "a MERGE that changes what its conditions look at has no form";
        return cx.refuse(codes::CHANGE, span, message, "write an UPDATE, a DELETE and an INSERT");
    }
    let (mut marks, mut changes, mut last) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest: Vec<MergeClause> = Vec::new();
    for (place, clause) in clauses.iter().enumerate() {
        if native && clause.when != MergeWhen::NotMatchedBySource {
            rest.push(*clause);
            continue;
        }
        let Some(condition) = first_of(cx, &clauses[..place], clause) else { continue };
        let mut part = Part::of(cx, &merge);
        let matched = clause.when == MergeWhen::Matched;
        match clause.action {
            MergeAction::Nothing {} => {}
            MergeAction::Update { assignments, delete_where } => {
                if delete_where.is_some() {
                    let message =
                        "rows that MERGE changes and then removes have no form beside other clauses";
                    return cx.refuse(codes::CHANGE, span, message, "a DELETE after the MERGE");
                }
                let filter =
                    if matched { part.matched(cx, condition) } else { part.alone(cx, condition, span) };
                let assignments = part.assignments(cx, assignments);
                changes.push(update(&part, assignments, filter, matched));
            }
            MergeAction::Delete {} if matched => {
                let filter = condition.map(|condition| part.expr(cx, condition));
                let table = cx.air.source_rel(part.target);
                let joined = cx.air.join(JoinKind::Inner, table, part.source, Some(part.on));
                let steps = marked_delete(cx, &[part.target], joined, filter, span)?;
                marks.push(steps.mark);
                last.extend(steps.removals);
                last.push(steps.end);
            }
            MergeAction::Delete {} => {
                let filter = part.alone(cx, condition, span);
                changes.push(delete_all(part.target, filter));
            }
            MergeAction::Insert { columns, values } => {
                let Some(insert) = insert(cx, &mut part, columns, values, condition, span)? else {
                    let message = "DEFAULT in MERGE has no form";
                    return cx.refuse(codes::CHANGE, span, message, "leave the column out");
                };
                // Rows are added when all others have been changed, and before those that are marked go.
                last.insert(0, insert);
            }
        }
    }
    let mut statements = marks;
    statements.extend(changes);
    if !rest.is_empty() {
        let clauses = cx.air.push_list(&rest);
        statements.push(Statement::Merge { merge: Box::new(Merge { clauses, ..merge }) });
    }
    statements.extend(last);
    if statements.is_empty() {
        return Ok(false);
    }
    replace(cx, at, statements);
    Ok(true)
}

fn update(part: &Part, assignments: List<Assignment>, filter: Option<ExprId>, matched: bool) -> Statement {
    let from = matched.then_some(part.source);
    Statement::Update { update: Box::new(update_rows(part.target, from, assignments, filter)) }
}

/// INSERT INTO t SELECT values FROM source WHERE NOT EXISTS (SELECT 1 FROM t WHERE on).
fn insert(
    cx: &mut Context<'_>,
    part: &mut Part,
    columns: List<u32>,
    values: List<ExprId>,
    condition: Option<ExprId>,
    span: Span,
) -> Result<Option<Statement>, Refused> {
    let one = cx.air.int(1, span);
    let table = cx.air.source_rel(part.target);
    let exists = cx.air.select_query(&[Item::Expr { expr: one, alias: None }], Some(table), Some(part.on));
    let missing = cx.air.push(Expr::Exists { query: exists, negated: true }, Type::Bool, false, span);
    let condition = condition.map(|condition| part.expr(cx, condition));
    let filter = cx.air.and(&[Some(missing), condition]);
    let mut items = Vec::with_capacity(values.len());
    for i in 0..values.len() {
        let value = cx.air.at(values, i);
        let expr = part.expr(cx, value);
        if matches!(cx.air.expr(expr), Expr::Default {}) {
            return Ok(None);
        }
        items.push(Item::Expr { expr, alias: None });
    }
    let known = *cx.air.source(part.target);
    let target = cx.air.push_source(known, span);
    let query = cx.air.select_query(&items, Some(part.source), filter);
    Ok(Some(insert_query(target, columns, query)))
}

/// The statements that mark rows, remove them, and forget the marks.
struct Marked {
    mark: Statement,
    removals: Vec<Statement>,
    end: Statement,
}

/// Marks the rows of `targets` among `rows`, by their primary keys or where they are stored.
fn marked_delete(
    cx: &mut Context<'_>,
    targets: &[SourceId],
    rows: RelId,
    filter: Option<ExprId>,
    span: Span,
) -> Result<Marked, Refused> {
    let mut stem = String::from("removed");
    while cx.catalog.table(None, &stem).is_some() {
        stem.push('_');
    }
    let table = cx.air.fresh(&stem);
    let name = ObjectName { catalog: None, schema: None, name: table };
    let (mut items, mut columns) = (Vec::new(), Vec::new());
    let mut keys: Vec<Vec<u32>> = Vec::with_capacity(targets.len());
    for target in targets {
        let key = match (primary_key(cx, *target), cx.target.can.row_locator) {
            (Some(key), _) => key,
            (None, Some(locator)) => {
                let mut known = cx.air.list(cx.air.source(*target).columns).to_vec();
                let locator = cx.air.push_name(locator);
                known.push(SourceColumn { name: locator, ty: Type::I64, nullable: false });
                let place = known.len() as u32 - 1;
                let known = cx.air.push_list(&known);
                cx.air.source_mut(*target).columns = known;
                vec![place]
            }
            (None, None) => {
                let message = "rows of a table without a primary key cannot be marked";
                return cx.refuse(codes::CHANGE, span, message, "give the table a primary key");
            }
        };
        for column in &key {
            let known = cx.air.column(*target, *column);
            let name = cx.air.push_name(&format!("key{}", columns.len() + 1));
            let expr = cx.air.column_of(*target, *column, span);
            items.push(Item::Expr { expr, alias: Some(name) });
            columns.push(SourceColumn { name, ty: known.ty, nullable: true });
        }
        keys.push(key);
    }
    let query = cx.air.select_query(&items, Some(rows), filter);
    let list = cx.air.push_list(&columns);
    let this = cx.air.push_source(named(name, list), span);
    let mark = Statement::CreateTable {
        table: Box::new(CreateTable {
            name,
            this,
            columns: Vec::new(),
            constraints: Vec::new(),
            indexes: Vec::new(),
            if_not_exists: false,
            or_replace: false,
            temporary: true,
            query: Some(query),
            without_data: false,
            comment: None,
            strict: true,
            awaited: Vec::new(),
        }),
    };
    let mut removals = Vec::with_capacity(targets.len());
    let mut place = 0;
    for (target, key) in targets.iter().zip(keys) {
        let mut copy = *cx.air.source(*target);
        if let SourceKind::Table { name } = copy.kind {
            (copy.alias, copy.aliased) = (name.name, false);
        }
        let target = cx.air.push_source(copy, span);
        let marks = cx.air.push_source(named(name, list), span);
        let mut terms = Vec::with_capacity(key.len());
        for column in key {
            let mark = cx.air.column_of(marks, place, span);
            let own = cx.air.column_of(target, column, span);
            terms.push(Some(cx.air.compare(CompareOp::Eq, mark, own)));
            place += 1;
        }
        let filter = cx.air.and(&terms);
        let one = cx.air.int(1, span);
        let from = cx.air.source_rel(marks);
        let query = cx.air.select_query(&[Item::Expr { expr: one, alias: None }], Some(from), filter);
        let is_marked = cx.air.push(Expr::Exists { query, negated: false }, Type::Bool, false, span);
        removals.push(delete_all(target, Some(is_marked)));
    }
    let names = cx.air.push_list(&[name]);
    let kind = ObjectKind::Table;
    let drop = DropObject { kind, names, if_exists: false, cascade: false, on: None };
    Ok(Marked { mark, removals, end: Statement::Drop { drop: Box::new(drop) } })
}

fn named(name: ObjectName, columns: List<SourceColumn>) -> air::query::Source {
    air::query::Source {
        alias: name.name,
        aliased: false,
        kind: SourceKind::Table { name },
        columns,
        closed: true,
        renamed: false,
        lateral: false,
    }
}

fn delete_of_many(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::Delete { delete } = &cx.air.statements[at] else { return Ok(false) };
    let Delete { target, from: Some(from), filter, more_targets, limit: None, .. } = **delete else {
        return Ok(false);
    };
    let plain = delete.ctes.is_empty() && delete.returning.is_empty() && delete.order.is_empty();
    if more_targets.is_empty() || !plain || cx.target.can.change_limit != Can::No {
        return Ok(false);
    }
    let mut targets = vec![target];
    targets.extend_from_slice(cx.air.list(more_targets));
    let span = span_of(cx, at);
    let inside = build::sources(cx.air, from);
    if !targets.iter().all(|target| inside.contains(target)) || has_outer_join(cx, from) {
        return Ok(false);
    }
    own_session(cx, target, span)?;
    let steps = marked_delete(cx, &targets, from, filter, span)?;
    let mut statements = vec![steps.mark];
    statements.extend(steps.removals);
    statements.push(steps.end);
    replace(cx, at, statements);
    Ok(true)
}

/// Several statements are one only where nobody else comes between them.
fn own_session(cx: &mut Context<'_>, target: SourceId, span: Span) -> Result<(), Refused> {
    let subject = cx.air.name(cx.air.source(target).alias).to_owned();
    cx.assume(Assume::OwnSession, &subject, span)
}

/// True if rows may stand for no row of a table.
fn has_outer_join(cx: &Context<'_>, rel: RelId) -> bool {
    match cx.air.rel(rel) {
        Rel::Source { .. } => false,
        Rel::Join { kind, left, right, .. } => {
            matches!(kind, JoinKind::Left | JoinKind::Right | JoinKind::Full)
                || has_outer_join(cx, left)
                || has_outer_join(cx, right)
        }
    }
}
