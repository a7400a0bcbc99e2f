//! Made-up numbers: where a counter does not follow the numbers that rows are given.

use air::Expr;
use air::fidelity::Assume;
use air::statement::{InsertSource, Statement};
use air::target::IdentityForm;
use air_base::Span;

use super::change::{position, table_of};
use crate::codes;
use crate::kind::StatementKind;
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[Rule {
    name: "numbers_apart",
    law: "a counter goes on by itself, whatever numbers rows are given",
    apply: Apply::Statements(&[StatementKind::Insert], numbers_apart),
}];

/// A counter apart from its column makes up what the source makes up only while no row brings its own number.
fn numbers_apart(cx: &mut Context<'_>, at: usize) -> Fired {
    if !cx.catalog.numbers_follow || cx.target.can.define.identity != IdentityForm::Standard {
        return Ok(false);
    }
    let Statement::Insert { insert } = &cx.air.statements[at] else { return Ok(false) };
    let (target, all, columns, source) = (insert.target, insert.all_columns, insert.columns, insert.source);
    let Some(table) = table_of(cx, target) else { return Ok(false) };
    let Some(counted) = table.columns.iter().find(|column| column.identity) else { return Ok(false) };
    let subject = format!("{}.{}", table.name, counted.name);
    let Some(column) = position(cx, target, &counted.name) else { return Ok(false) };
    let place = match all {
        true => Some(column as usize),
        false => cx.air.list(columns).iter().position(|given| *given == column),
    };
    let span = cx.air.statement_spans.get(at).copied().unwrap_or(Span::NONE);
    let (made_up, given) = match (place, source) {
        (None, _) | (_, InsertSource::Defaults {}) => (true, false),
        (Some(place), InsertSource::Values { rows }) => {
            let made_up = |item: Option<&air::ExprId>| {
                item.is_some_and(|item| {
                    cx.air.literal(*item) == Some(air::Literal::Null {})
                        || matches!(cx.air.expr(*item), Expr::Default {})
                })
            };
            let rows = cx.air.list(rows);
            let count = rows.iter().filter(|row| made_up(cx.air.list(row.items).get(place))).count();
            (count > 0, count < rows.len())
        }
        (Some(_), InsertSource::Query { .. }) => (false, true),
    };
    if made_up && given {
        let message = "numbers that are given beside numbers that the server makes up have no form";
        return cx.refuse(codes::CHANGE, span, message, "an INSERT for each");
    }
    if made_up {
        cx.assume(Assume::MadeUpNumbers, &subject, span)?;
    }
    Ok(false)
}
