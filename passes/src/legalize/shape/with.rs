//! WITH inside of a statement, on targets that have it in front only.

use air::node::{Child, Operand};
use air::query::CteBody;
use air::{Air, CteId, Expr, QueryId, SourceId, Statement};
use rustc_hash::FxHashSet;

use crate::build::Build;
use crate::codes;
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[Rule {
    name: "with_in_front",
    law: "a table that depends on nothing around it has the same rows where the statement begins",
    apply: Apply::When(|to| !to.can.nested_with, &Apply::Query(in_front)),
}];

/// Moves the common table expressions of a nested query to the front of its statement.
fn in_front(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let ctes = cx.air.list(cx.air.query(query).ctes).to_vec();
    if ctes.is_empty() {
        return Ok(false);
    }
    let Some(at) = (0..cx.air.statements.len()).find(|at| contains(cx.air, *at, query)) else {
        return Ok(false);
    };
    let top = match &cx.air.statements[at] {
        Statement::Query { query } => Some(*query),
        Statement::CreateView { view } => Some(view.query),
        Statement::Insert { .. }
        | Statement::Update { .. }
        | Statement::Delete { .. }
        | Statement::Merge { .. } => None,
        _ => return Ok(false),
    };
    if top == Some(query) {
        return Ok(false);
    }
    let span = cx.air.query_span(query);
    for cte in &ctes {
        if looks_outside(cx.air, *cte) {
            let message = "a common table expression inside of a subquery depends on what is around it";
            return cx.refuse(codes::QUERY, span, message, "name it in front of the statement");
        }
    }
    let front = match top {
        Some(top) => cx.air.query(top).ctes,
        None => cx.air.statements[at].ctes(),
    };
    let mut front = cx.air.list(front).to_vec();
    // Those of a query inside of another common table expression stand before that one.
    let within = front.iter().position(|cte| {
        matches!(cx.air.cte(*cte).body, CteBody::Query { query: body } if holds(cx.air, Child::Query(body), query))
    });
    for cte in &ctes {
        let name = cx.air.cte(*cte).name;
        let taken =
            |other: &CteId| cx.air.name(cx.air.cte(*other).name).eq_ignore_ascii_case(cx.air.name(name));
        if front.iter().any(taken) {
            let stem = cx.air.name(name).to_owned();
            let fresh = cx.air.fresh(&stem);
            cx.air.cte_mut(*cte).name = fresh;
        }
    }
    let place = within.unwrap_or(front.len());
    front.splice(place..place, ctes);
    let recursive = cx.air.query(query).recursive;
    let front = cx.air.push_list(&front);
    let nested = cx.air.query_mut(query);
    nested.ctes = air::List::EMPTY;
    nested.recursive = false;
    let (ctes, recurses) = match (top, &mut cx.air.statements[at]) {
        (Some(top), _) => {
            let top = cx.air.query_mut(top);
            (&mut top.ctes, &mut top.recursive)
        }
        (None, Statement::Insert { insert }) => (&mut insert.ctes, &mut insert.recursive),
        (None, Statement::Update { update }) => (&mut update.ctes, &mut update.recursive),
        (None, Statement::Delete { delete }) => (&mut delete.ctes, &mut delete.recursive),
        (None, Statement::Merge { merge }) => (&mut merge.ctes, &mut merge.recursive),
        (None, _) => return Ok(false),
    };
    *ctes = front;
    *recurses |= recursive;
    Ok(true)
}

fn contains(air: &Air, at: usize, query: QueryId) -> bool {
    let mut found = false;
    air.statements[at].children(air, &mut |child| found |= holds(air, child, query));
    found
}

/// True if the query is at or below the node.
fn holds(air: &Air, child: Child, query: QueryId) -> bool {
    let mut stack = vec![child];
    while let Some(child) = stack.pop() {
        if matches!(child, Child::Query(id) if id == query) {
            return true;
        }
        air.children(child, &mut |below| stack.push(below));
    }
    false
}

/// True if the common table expression uses a column of a source that is not its own.
fn looks_outside(air: &Air, cte: CteId) -> bool {
    let CteBody::Query { query } = air.cte(cte).body else { return true };
    let (mut own, mut used): (FxHashSet<SourceId>, FxHashSet<SourceId>) = Default::default();
    let mut stack = vec![Child::Query(query)];
    while let Some(child) = stack.pop() {
        match child {
            Child::Source(source) => {
                own.insert(source);
            }
            Child::Expr(id) => {
                if let Expr::Column { source, .. } = air.expr(id) {
                    used.insert(source);
                }
            }
            _ => {}
        }
        air.children(child, &mut |below| stack.push(below));
    }
    !used.is_subset(&own)
}
