//! Where a row can only be changed after it is stored: `UPDATE t SET c = value WHERE rowid = NEW.rowid` in a trigger that
//! runs after the change of that row. It sets the columns of the row as a trigger that runs before does.
//!
//! Law: the UPDATE finds exactly the row, in the state that NEW shows; its own trigger does not run for it. So setting the
//! columns before the row is stored leaves the same row, provided that nothing looks at it in between: no constraint is
//! over the columns, no other trigger runs for the UPDATE, the values look at the row alone, and a row whose column must
//! not be NULL has a value already.

use super::Rows;
use super::body::Done;
use crate::binder::{Binder, Bound};
use crate::scope::Clause;
use air::node::Child;
use air::routine::Timing;
use air::statement::Statement;
use airc_grammar::tree::{self, BinaryOp, FromKind, StatementKind, Step, StepKind};

impl<'a> Binder<'a> {
    pub(super) fn own_row_update(&mut self, steps: &[Step], rows: &mut Rows) -> Bound<Option<Done>> {
        let [Step { kind: StepKind::Sql(id), span }] = *steps else { return Ok(None) };
        let StatementKind::Update(update) = self.tree[id].kind else { return Ok(None) };
        let update = self.tree[update];
        let (Some(new), Timing::After, false) = (rows.new, rows.timing, self.shape.triggers.again) else {
            return Ok(None);
        };
        let plain = update.with.is_none()
            && update.from.is_empty()
            && update.returning.is_none()
            && update.order_by.is_empty()
            && update.limit.is_none()
            && update.on_failure == tree::InsertOr::Fail;
        let [table] = *self.tree.list(update.tables) else { return Ok(None) };
        let FromKind::Table { name, .. } = self.tree[table].kind else { return Ok(None) };
        let own = self.air.name(rows.table.name).to_owned();
        let same = self.tree.last(name).is_some_and(|last| self.ident_text(last).eq_ignore_ascii_case(&own));
        if !plain || !same || !update.filter.is_some_and(|filter| self.finds_row(filter, &own)) {
            return Ok(None);
        }
        let schema = rows.table.schema.map(|schema| self.air.name(schema));
        let Some(known) = self.catalog.table(schema, &own).cloned() else { return Ok(None) };
        rows.timing = Timing::Before;
        let mut done = Done::default();
        // The columns of the row without a qualifier are those that NEW shows.
        self.scopes.open(Clause::Value);
        self.scopes.show(new);
        for assignment in self.tree.list(update.set).to_vec() {
            let [target] = *self.tree.list(assignment.targets) else {
                return self.no_step(span, "setting several columns at once");
            };
            let Some(ident) = self.tree.last(target.name) else { continue };
            let text = self.ident_text(ident);
            let reference = crate::names::Reference::new(ident, &text);
            let Some(index) = self.find_column(new, reference, ident.span)? else {
                let message = format!("the table has no column `{text}`");
                return Err(self.refuse(crate::codes::UNKNOWN_COLUMN, ident.span, message));
            };
            let column = known.columns[index as usize].clone();
            let keyed = known.keys.iter().any(|key| key.columns.contains(&index))
                || known.foreign_keys.iter().any(|key| key.columns.contains(&index))
                || known.checked.iter().any(|(name, _)| name.eq_ignore_ascii_case(&column.name));
            if keyed || done.sets.iter().any(|(set, _)| set.eq_ignore_ascii_case(&column.name)) {
                let message = "a constraint looks at the column before and after this change of it";
                return self.refuse_trigger(span, message, "");
            }
            if !column.nullable && !self.shape.triggers.fills_missing {
                let read = self.column(new, index, false, true, span);
                let op = air::Expr::IsNull { operand: read, negated: false };
                let condition = self.air.push(op, air::Type::Bool, false, span);
                let message = self.text(&format!("{own}.{} may not be NULL", column.name), span);
                let state = self.str("23502");
                done.statements.push(Statement::If { condition });
                done.statements.push(Statement::Raise { state, message });
                done.statements.push(Statement::End {});
            }
            self.store_in_row(new, index, assignment.value, rows, &mut done)?;
        }
        self.scopes.close();
        self.no_queries(&done, span)?;
        if done.sets.len() > 1 && self.reads_what_it_sets(&done, new) {
            return self.refuse_trigger(span, "values of one UPDATE that look at columns it sets", "");
        }
        Ok(Some(done))
    }

    /// `rowid = NEW.rowid`, or the same of the primary key.
    fn finds_row(&self, filter: tree::ExprId, own: &str) -> bool {
        let tree::Expr::Binary { op: BinaryOp::Eq, left, right, .. } = self.tree.expr(filter) else {
            return false;
        };
        let name = |id| match self.tree.expr(id) {
            tree::Expr::Name(name) => Some(self.tree.name_text(name, self.source).to_ascii_lowercase()),
            _ => None,
        };
        let (Some(left), Some(right)) = (name(left), name(right)) else { return false };
        let own = own.to_ascii_lowercase();
        let bare = |text: &str| text.strip_prefix(&format!("{own}.")).unwrap_or(text).to_owned();
        let (row, other) = match (left.strip_prefix("new."), right.strip_prefix("new.")) {
            (Some(row), None) => (row.to_owned(), bare(&right)),
            (None, Some(row)) => (row.to_owned(), bare(&left)),
            _ => return false,
        };
        let is_key = |name: &str| {
            let table = self.catalog.table(None, &own);
            ["rowid", "oid", "_rowid_"].contains(&name)
                || table.is_some_and(|table| {
                    table.keys.iter().any(|key| {
                        key.primary
                            && !key.partial
                            && key.columns.len() == 1
                            && table.columns[key.columns[0] as usize].name.eq_ignore_ascii_case(name)
                    })
                })
        };
        row == other && is_key(&row)
    }

    fn no_queries(&mut self, done: &Done, span: air_base::Span) -> Bound<()> {
        let mut below = Vec::new();
        for statement in &done.statements {
            if let Statement::SetRow { value, .. } = statement {
                below.push(Child::Expr(*value));
            }
        }
        while let Some(child) = below.pop() {
            if matches!(child, Child::Query(_)) {
                return self.no_step(span, "a change of the row that looks into tables");
            }
            self.air.children(child, &mut |child| below.push(child));
        }
        Ok(())
    }

    fn reads_what_it_sets(&self, done: &Done, new: air::SourceId) -> bool {
        let set: Vec<u32> = done
            .statements
            .iter()
            .filter_map(|one| match one {
                Statement::SetRow { column, .. } => Some(*column),
                _ => None,
            })
            .collect();
        let mut below: Vec<Child> = done
            .statements
            .iter()
            .filter_map(|one| match one {
                Statement::SetRow { value, .. } => Some(Child::Expr(*value)),
                _ => None,
            })
            .collect();
        while let Some(child) = below.pop() {
            if let Child::Expr(id) = child
                && let air::Expr::Column { source, index, .. } = self.air.expr(id)
                && source == new
                && set.contains(&index)
            {
                return true;
            }
            self.air.children(child, &mut |child| below.push(child));
        }
        false
    }
}
