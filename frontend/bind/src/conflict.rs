//! What an INSERT does with rows that violate a key.

use crate::binder::{Binder, Bound};
use crate::codes;
use air::ids::List;
use air::query::{Source, SourceKind};
use air::statement::{Arbiter, Conflict, ConflictAction};
use air::{Name, SourceId};
use air_base::Span;
use airc_grammar::tree::{self, InsertOr};

impl<'a> Binder<'a> {
    pub(crate) fn conflict(
        &mut self,
        node: &tree::Insert,
        target: SourceId,
        columns: List<u32>,
        all_columns: bool,
    ) -> Bound<Option<Conflict>> {
        let replace = node.replace || node.on_failure == InsertOr::OrReplace;
        let simple = match node.on_failure {
            _ if replace => Some(ConflictAction::Replace {}),
            InsertOr::Ignore | InsertOr::OrIgnore => {
                Some(ConflictAction::Nothing { also_other_failures: true })
            }
            InsertOr::Fail | InsertOr::OrAbort | InsertOr::OrReplace => None,
            InsertOr::OrRollback | InsertOr::OrFail => {
                let message = "OR ROLLBACK and OR FAIL are not translated";
                return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, message));
            }
        };
        if !node.on_duplicate.is_empty() {
            if simple.is_some() {
                let message = "IGNORE beside ON DUPLICATE KEY UPDATE is not translated";
                return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, message));
            }
            return self.on_duplicate(node, target, columns, all_columns).map(Some);
        }
        match *self.tree.list(node.on_conflict) {
            [] => Ok(simple.map(|action| Conflict { proposed: None, on: Arbiter::Any {}, action })),
            [only] if simple.is_none() => self.on_conflict(&only, target).map(Some),
            [.., last] => {
                let message = "several rules for conflicts at one INSERT are not translated";
                Err(self.refuse(codes::CHANGE_CLAUSE, last.span, message))
            }
        }
    }

    /// The row an upsert proposes, visible by its name alone.
    fn proposed_source(&mut self, target: SourceId, alias: Name, span: Span) -> SourceId {
        let node = self.air.source(target);
        let (columns, closed) = (node.columns, node.closed);
        let source = Source {
            alias,
            aliased: true,
            kind: SourceKind::Proposed {},
            columns,
            closed,
            renamed: false,
            lateral: false,
        };
        let source = self.air.push_source(source, span);
        self.scopes.show_qualified(source);
        source
    }

    fn on_duplicate(
        &mut self,
        node: &tree::Insert,
        target: SourceId,
        columns: List<u32>,
        all_columns: bool,
    ) -> Bound<Conflict> {
        let alias = match node.row_alias {
            Some(alias) => self.ident_name(alias),
            None => self.plain_name("new"),
        };
        let proposed = self.proposed_source(target, alias, node.span);
        if node.row_alias.is_none() {
            // Only VALUES(c) means it.
            self.scopes.visible.pop();
        }
        if !node.row_alias_columns.is_empty() {
            if all_columns && !self.air.source(target).closed {
                let message = "column names for the new row need the columns of the table";
                return Err(self.refuse(codes::STAR_OF_UNKNOWN, node.span, message));
            }
            let names = self.ident_names(node.row_alias_columns);
            let mut renamed = self.air.list(self.air.source(target).columns).to_vec();
            for (at, name) in self.air.list(columns).iter().zip(names) {
                renamed[*at as usize].name = name;
            }
            let renamed = self.air.push_list(&renamed);
            self.air.source_mut(proposed).columns = renamed;
            // Such names stand bare as well.
            if let Some(visible) = self.scopes.visible.last_mut() {
                visible.qualified_only = false;
            }
        }
        self.scopes.proposed = Some(proposed);
        let assignments = self.assignments(node.on_duplicate, &[target])?;
        self.scopes.proposed = None;
        // `id = LAST_INSERT_ID(id)` and the like stay what they are: assignments.
        let action =
            ConflictAction::Update { assignments, sequential: self.shape.set_sequential, filter: None };
        Ok(Conflict { proposed: Some(proposed), on: Arbiter::Any {}, action })
    }

    fn on_conflict(&mut self, node: &tree::OnConflict, target: SourceId) -> Bound<Conflict> {
        let on = match node.target {
            tree::ConflictTarget::Any => Arbiter::Any {},
            tree::ConflictTarget::Constraint(name) => Arbiter::Constraint { name: self.ident_name(name) },
            tree::ConflictTarget::Columns { columns, filter } => {
                let mark = self.exprs.len();
                for column in self.tree.list(columns) {
                    let key = self.expr(column.expr)?;
                    self.exprs.push(key);
                }
                let keys = self.air.push_list(&self.exprs[mark..]);
                self.exprs.truncate(mark);
                let filter = match filter {
                    Some(filter) => Some(self.predicate(filter)?),
                    None => None,
                };
                Arbiter::Key { keys, filter }
            }
        };
        match node.action {
            tree::ConflictAction::Nothing => {
                let action = ConflictAction::Nothing { also_other_failures: false };
                Ok(Conflict { proposed: None, on, action })
            }
            tree::ConflictAction::Update { set, filter } => {
                let name = self.shape.proposed.unwrap_or("excluded");
                let alias = self.plain_name(name);
                let proposed = self.proposed_source(target, alias, node.span);
                let assignments = self.assignments(set, &[target])?;
                let filter = match filter {
                    Some(filter) => Some(self.predicate(filter)?),
                    None => None,
                };
                let action =
                    ConflictAction::Update { assignments, sequential: self.shape.set_sequential, filter };
                Ok(Conflict { proposed: Some(proposed), on, action })
            }
        }
    }
}
