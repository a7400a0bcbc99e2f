//! INSERT and REPLACE in all their forms.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::query::Usage;
use crate::scope::Clause;
use air::SourceId;
use air::expr::Expr;
use air::ids::List;
use air::query::{Item, SourceKind, ValuesRow};
use air::statement::{Insert, InsertSource, Statement};
use air::types::CastReason;
use air_base::Diagnostic;
use airc_grammar::tree::{self, ColumnTarget};

/// What storing a value in a column asks for.
#[derive(Clone, Copy)]
pub(crate) struct Store {
    pub(crate) ty: air::Type,
    pub(crate) identity: bool,
}

impl<'a> Binder<'a> {
    pub(crate) fn insert(&mut self, id: tree::InsertId) -> Bound<Statement> {
        let node = self.tree[id];
        let visible_ctes = self.scopes.ctes.len();
        let (ctes, recursive) = match node.with {
            Some(with) => self.with(with)?,
            None => (List::EMPTY, false),
        };
        if let Some(advice) = node.advice {
            let message = "advice about the order of work is left out";
            self.diagnostics.push(Diagnostic::note(codes::TABLE_HINT, advice, message));
        }
        let table_span = self.tree.name_span(node.table);
        let target = self.stored_source(node.table, node.alias, table_span)?;
        let (columns, all_columns) = self.insert_columns(target, &node)?;
        let stores: Vec<Store> = columns.iter().map(|at| self.store(target, *at)).collect();
        let source = self.insert_source(&node, target, &stores, columns.len(), all_columns)?;
        let columns = self.air.push_list(&columns);

        self.scopes.open(Clause::Value);
        self.scopes.show(target);
        let conflict = self.conflict(&node, target, columns, all_columns)?;
        self.scopes.close();
        let returning = self.insert_returning(&node, target)?;
        self.scopes.ctes.truncate(visible_ctes);
        let given =
            self.shape.given_identity_overrides && !all_columns && stores.iter().any(|store| store.identity);
        let overriding = given || node.overriding_system == Some(true);
        if node.overriding_system == Some(false) {
            let message = "OVERRIDING USER VALUE is not translated";
            return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, message));
        }
        let insert =
            Insert { ctes, recursive, target, columns, all_columns, source, conflict, overriding, returning };
        Ok(Statement::Insert { insert: Box::new(insert) })
    }

    /// The columns an INSERT gives, and whether they are all because none are listed.
    fn insert_columns(&mut self, target: SourceId, node: &tree::Insert) -> Bound<(Vec<u32>, bool)> {
        if let tree::InsertSource::Set(assignments) = node.source {
            let mut columns = Vec::with_capacity(assignments.len());
            for assignment in self.tree.list(assignments) {
                columns.push(self.single_target(target, assignment)?);
            }
            return Ok((columns, false));
        }
        if !node.columns.is_empty() {
            return Ok((self.target_columns(target, node.columns)?, false));
        }
        if matches!(node.source, tree::InsertSource::Defaults) {
            return Ok((Vec::new(), false));
        }
        if let tree::InsertSource::Values(rows) = node.source
            && self.tree.list(rows).iter().all(|row| row.items.is_empty())
        {
            return Ok((Vec::new(), false));
        }
        let source = self.air.source(target);
        if !source.closed {
            return Ok((Vec::new(), true));
        }
        let count = source.columns.len() as u32;
        let SourceKind::Table { name } = source.kind else { return Ok(((0..count).collect(), true)) };
        // Computed columns take no values.
        let schema = name.schema.map(|schema| self.air.name(schema));
        let table = self.catalog.table(schema, self.air.name(name.name));
        let stored =
            |at: &u32| table.is_none_or(|t| t.columns.get(*at as usize).is_none_or(|c| !c.generated));
        Ok(((0..count).filter(stored).collect(), true))
    }

    fn single_target(&mut self, target: SourceId, assignment: &tree::Assignment) -> Bound<u32> {
        match self.tree.list(assignment.targets) {
            [one] => self.target_column(target, one),
            _ => {
                let span = self.span(assignment.value);
                Err(self.refuse(codes::ASSIGNMENT_WIDTH, span, "one column per value is expected here"))
            }
        }
    }

    fn insert_source(
        &mut self,
        node: &tree::Insert,
        target: SourceId,
        stores: &[Store],
        count: usize,
        all_columns: bool,
    ) -> Bound<InsertSource> {
        let open = all_columns && !self.air.source(target).closed;
        match node.source {
            tree::InsertSource::Defaults => Ok(InsertSource::Defaults {}),
            tree::InsertSource::Values(rows) => {
                let empty = self.tree.list(rows).iter().all(|row| row.items.is_empty());
                if empty && stores.is_empty() {
                    if rows.len() > 1 {
                        let message = "several rows of defaults in one INSERT are not translated";
                        return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, message));
                    }
                    return Ok(InsertSource::Defaults {});
                }
                self.scopes.open(Clause::Value);
                let mut bound: Vec<ValuesRow> = Vec::with_capacity(rows.len());
                for row in self.tree.list(rows) {
                    let values = self.tree.list(row.items);
                    let expected =
                        if open { bound.first().map_or(values.len(), |row| row.items.len()) } else { count };
                    // A statement without a column list may give fewer values in PostgreSQL: the first columns.
                    let fewer = all_columns && self.shape.insert_prefix && values.len() < expected;
                    if values.len() != expected && !fewer {
                        let span = values.first().map_or(node.span, |value| self.span(*value));
                        let message = format!("{} values for {expected} columns", values.len());
                        return Err(self.refuse(codes::INSERT_WIDTH, span, message));
                    }
                    let mark = self.exprs.len();
                    for (i, value) in values.iter().enumerate() {
                        let value = match stores.get(i) {
                            Some(store) => self.stored_value(*value, *store)?,
                            None => self.expr(*value)?,
                        };
                        self.exprs.push(value);
                    }
                    for _ in values.len()..expected {
                        let default = self.air.push(Expr::Default {}, air::Type::Unknown, true, node.span);
                        self.exprs.push(default);
                    }
                    let items = self.air.push_list(&self.exprs[mark..]);
                    self.exprs.truncate(mark);
                    bound.push(ValuesRow { items });
                }
                self.scopes.close();
                Ok(InsertSource::Values { rows: self.air.push_list(&bound) })
            }
            tree::InsertSource::Set(assignments) => {
                // Values may name columns set before them; a row that is not there yet has none to name.
                self.scopes.open(Clause::Value);
                let mark = self.exprs.len();
                for (assignment, store) in self.tree.list(assignments).iter().zip(stores) {
                    let value = self.stored_value(assignment.value, *store)?;
                    self.exprs.push(value);
                }
                let items = self.air.push_list(&self.exprs[mark..]);
                self.exprs.truncate(mark);
                self.scopes.close();
                Ok(InsertSource::Values { rows: self.air.push_list(&[ValuesRow { items }]) })
            }
            tree::InsertSource::Query(query) => {
                let query = self.query_as(query, Usage::Rows)?;
                let outputs = self.outputs(query);
                if let Some(outputs) = outputs {
                    let fewer = all_columns && self.shape.insert_prefix && outputs.len() < count;
                    if !open && outputs.len() != count && !fewer {
                        let message = format!("{} values for {count} columns", outputs.len());
                        return Err(self.refuse(codes::INSERT_WIDTH, self.air.query_span(query), message));
                    }
                    if fewer {
                        let message = "an INSERT of fewer columns than the table has needs a column list";
                        return Err(self.refuse(codes::INSERT_WIDTH, self.air.query_span(query), message));
                    }
                    for (i, store) in stores.iter().enumerate() {
                        let own = self.air.at(outputs, i).ty;
                        if own != store.ty && crate::set_op::converts(own, store.ty) {
                            self.cast_output(query, i, store.ty, CastReason::Assignment)?;
                        }
                    }
                }
                Ok(InsertSource::Query { query })
            }
            tree::InsertSource::Exec(span) => {
                Err(self.refuse(codes::CHANGE_CLAUSE, span, "INSERT … EXEC is not translated"))
            }
        }
    }

    fn insert_returning(&mut self, node: &tree::Insert, target: SourceId) -> Bound<List<Item>> {
        self.scopes.open(Clause::Returning);
        let returning = match (node.returning, node.output) {
            (Some(returning), _) => {
                self.scopes.show(target);
                self.returning(&returning)
            }
            (None, Some(output)) => self.output_clause(&output, target, false, true),
            (None, None) => Ok(List::EMPTY),
        };
        self.scopes.close();
        returning
    }

    /// Oracle's INSERT ALL.
    pub(crate) fn insert_all(&mut self, id: tree::InsertAllId) -> Bound<Statement> {
        let node = self.tree[id];
        let branches = self.tree.list(node.branches);
        // Unconditional branches with constants over one row of DUAL are the idiom for several rows.
        let [first, rest @ ..] = branches else {
            return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, "INSERT ALL without a branch"));
        };
        let same_shape = rest.iter().all(|branch| {
            self.tree
                .name_text(branch.table, self.source)
                .eq_ignore_ascii_case(&self.tree.name_text(first.table, self.source))
                && self.target_spelling(branch.columns) == self.target_spelling(first.columns)
        });
        let plain = branches
            .iter()
            .all(|branch| matches!(branch.arm, tree::InsertArm::Always) && branch.values.is_some());
        if !plain || !same_shape || !self.is_one_row(node.query) {
            let message = "INSERT ALL is translated only where it puts rows of constants into one table";
            return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, message));
        }
        let span = self.tree.name_span(first.table);
        let target = self.stored_source(first.table, None, span)?;
        let all_columns = first.columns.is_empty();
        let columns: Vec<u32> = match all_columns {
            true => (0..self.air.source(target).columns.len() as u32).collect(),
            false => self.target_columns(target, first.columns)?,
        };
        let stores: Vec<Store> = columns.iter().map(|at| self.store(target, *at)).collect();
        self.scopes.open(Clause::Value);
        let mut rows: Vec<ValuesRow> = Vec::with_capacity(branches.len());
        for branch in branches {
            let Some(row) = branch.values else { continue };
            let values = self.tree.list(row.items);
            let open = all_columns && !self.air.source(target).closed;
            if !open && values.len() != columns.len() {
                let message = format!("{} values for {} columns", values.len(), columns.len());
                return Err(self.refuse(codes::INSERT_WIDTH, node.span, message));
            }
            let mark = self.exprs.len();
            for (i, value) in values.iter().enumerate() {
                let value = match stores.get(i) {
                    Some(store) => self.stored_value(*value, *store)?,
                    None => self.expr(*value)?,
                };
                self.exprs.push(value);
            }
            let items = self.air.push_list(&self.exprs[mark..]);
            self.exprs.truncate(mark);
            rows.push(ValuesRow { items });
        }
        self.scopes.close();
        let source = InsertSource::Values { rows: self.air.push_list(&rows) };
        let insert = Insert {
            ctes: List::EMPTY,
            recursive: false,
            target,
            columns: self.air.push_list(&columns),
            all_columns,
            source,
            conflict: None,
            overriding: false,
            returning: List::EMPTY,
        };
        Ok(Statement::Insert { insert: Box::new(insert) })
    }

    fn target_spelling(&self, columns: tree::List<ColumnTarget>) -> Vec<String> {
        let columns = self.tree.list(columns).iter();
        columns.map(|c| self.tree.name_text(c.name, self.source).to_ascii_lowercase()).collect()
    }

    /// True for `SELECT … FROM dual` without anything that changes the number of rows.
    fn is_one_row(&self, id: tree::QueryId) -> bool {
        let tree::Body::Select(select) = self.tree[id].body else { return false };
        let select = self.tree[select];
        let dual = match *self.tree.list(select.from) {
            [] => true,
            [only] => matches!(self.tree[only].kind, tree::FromKind::Table { name, .. }
                if self.tree.name_text(name, self.source).eq_ignore_ascii_case("dual")),
            _ => false,
        };
        dual && select.filter.is_none()
            && select.connect_by.is_none()
            && select.group_by.is_none()
            && self.tree[id].limit.is_none()
    }
}
