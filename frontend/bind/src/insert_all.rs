//! Oracle's INSERT ALL over one row: an INSERT per run of branches into the same columns.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::scope::Clause;
use air::ids::List;
use air::query::ValuesRow;
use air::statement::{Insert, InsertSource, Statement};
use airc_grammar::tree::{self, ColumnTarget, InsertBranch};

impl<'a> Binder<'a> {
    pub(crate) fn insert_all(&mut self, id: tree::InsertAllId) -> Bound<Statement> {
        let node = self.tree[id];
        let branches = self.tree.list(node.branches);
        let plain = branches
            .iter()
            .all(|branch| matches!(branch.arm, tree::InsertArm::Always) && branch.values.is_some());
        if !plain || !self.is_one_row(node.query) {
            let message = "INSERT ALL is translated only where every branch puts constants into a table";
            return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, message));
        }
        let mut inserts = Vec::new();
        let runs: Vec<&[InsertBranch]> = branches.chunk_by(|a, b| self.same_columns(a, b)).collect();
        for run in runs {
            let insert = self.insert_run(run, node.span)?;
            inserts.push(Statement::Insert { insert: Box::new(insert) });
        }
        let mut inserts = inserts.into_iter();
        let Some(first) = inserts.next() else {
            return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, "INSERT ALL without a branch"));
        };
        self.scopes.following.extend(inserts);
        Ok(first)
    }

    /// True for branches that may share one INSERT.
    fn same_columns(&self, a: &InsertBranch, b: &InsertBranch) -> bool {
        let table = |branch: &InsertBranch| self.tree.name_text(branch.table, self.source);
        table(a).eq_ignore_ascii_case(&table(b))
            && self.target_spelling(a.columns) == self.target_spelling(b.columns)
    }

    fn target_spelling(&self, columns: tree::List<ColumnTarget>) -> Vec<String> {
        let columns = self.tree.list(columns).iter();
        columns.map(|c| self.tree.name_text(c.name, self.source).to_ascii_lowercase()).collect()
    }

    fn insert_run(&mut self, run: &[InsertBranch], at: air_base::Span) -> Bound<Insert> {
        let Some(first) = run.first() else {
            return Err(self.refuse(codes::CHANGE_CLAUSE, at, "INSERT ALL without a branch"));
        };
        let span = self.tree.name_span(first.table);
        let target = self.stored_source(first.table, None, span)?;
        let all_columns = first.columns.is_empty();
        let columns: Vec<u32> = match all_columns {
            true => (0..self.air.source(target).columns.len() as u32).collect(),
            false => self.target_columns(target, first.columns)?,
        };
        let stores = self.stores(target, &columns);
        let open = all_columns && !self.air.source(target).closed;
        self.scopes.open(Clause::Value);
        let mut rows: Vec<ValuesRow> = Vec::with_capacity(run.len());
        for branch in run {
            let Some(row) = branch.values else { continue };
            let values = self.tree.list(row.items);
            if !open && values.len() != columns.len() {
                let message = format!("{} values for {} columns", values.len(), columns.len());
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
            let items = self.air.push_list(&self.exprs[mark..]);
            self.exprs.truncate(mark);
            rows.push(ValuesRow { items });
        }
        self.scopes.close();
        let source = InsertSource::Values { rows: self.air.push_list(&rows) };
        Ok(Insert {
            ctes: List::EMPTY,
            recursive: false,
            target,
            columns: self.air.push_list(&columns),
            all_columns,
            source,
            conflict: None,
            overriding: false,
            returning: List::EMPTY,
        })
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
