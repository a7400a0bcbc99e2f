//! WITH: common table expressions, recursive ones included.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::query::Usage;
use crate::scope::VisibleCte;
use air::ids::List;
use air::query::{Cte, CteBody, Materialized, Output, SourceColumn};
use air::{CteId, QueryId, Type};
use air_base::Span;
use airc_grammar::tree::{self, Ident};

impl<'a> Binder<'a> {
    /// WITH: its tables become visible; the caller takes them out of sight again.
    pub(crate) fn with(&mut self, with: tree::WithId) -> Bound<(List<CteId>, bool)> {
        let node = self.tree[with];
        let mut ids: Vec<CteId> = Vec::new();
        let mut recursive = false;
        let first = self.scopes.ctes.len();
        for cte in self.tree.list(node.ctes) {
            let text = self.ident_text(cte.name);
            let reference = crate::names::Reference::new(cte.name, &text);
            let doubled = self.scopes.ctes[first..].iter().any(|known| {
                reference.means(self.air.name(known.name), known.name.exact, self.shape.folding)
            });
            if doubled {
                let message = format!("`{text}` is defined twice in one WITH");
                return Err(self.refuse(codes::DUPLICATE_SOURCE, cte.name.span, message));
            }
            if let Some(span) = cte.search_cycle {
                let message = "SEARCH and CYCLE clauses are not translated";
                return Err(self.refuse(codes::QUERY_CLAUSE, span, message));
            }
            let (id, used) = self.cte(cte, node.recursive || self.shape.recursion_unmarked)?;
            recursive |= used;
            ids.push(id);
        }
        Ok((self.air.push_list(&ids), recursive))
    }

    /// A common table expression, and whether it refers to itself.
    fn cte(&mut self, node: &tree::Cte, may_recur: bool) -> Bound<(CteId, bool)> {
        let name = self.ident_name(node.name);
        let materialized = match node.materialized {
            None => Materialized::Free,
            Some(true) => Materialized::Yes,
            Some(false) => Materialized::No,
        };
        let renamed = !node.columns.is_empty();
        let usage = if renamed { Usage::Renamed } else { Usage::Named };
        let blank = CteBody::Change { statement: u32::MAX };
        let cte = self.air.push_cte(Cte { name, columns: List::EMPTY, renamed, body: blank, materialized });
        let at = self.scopes.ctes.len();
        let entry = VisibleCte { name, names: node.columns, cte, ready: false, used: false, closed: true };
        // A table expression never sees the scopes around its WITH through itself, only outer queries do.
        match node.body {
            tree::CteBody::Query(query) => {
                if may_recur {
                    self.scopes.ctes.push(entry);
                    self.scopes.recursion = Some(at);
                }
                let query = self.query_as(query, usage)?;
                self.scopes.recursion = None;
                let used = may_recur && self.scopes.ctes[at].used;
                self.scopes.ctes.truncate(at);
                let outputs = self.outputs(query);
                let columns = match (used, outputs) {
                    (true, _) => self.air.cte(cte).columns,
                    (false, Some(outputs)) => self.named_columns(outputs, node.columns, node.name.span)?,
                    (false, None) => self.listed_columns(node.columns),
                };
                let closed = used || outputs.is_some() || renamed;
                let slot = self.air.cte_mut(cte);
                slot.body = CteBody::Query { query };
                slot.columns = columns;
                self.scopes.ctes.push(VisibleCte { ready: true, closed, ..entry });
                Ok((cte, used))
            }
            tree::CteBody::Statement(statement) => {
                let bound = self.change(statement)?;
                let returning = self.returning_of(&bound);
                let outputs = self.item_outputs(returning);
                let columns = match outputs {
                    Some(outputs) => self.named_columns(outputs, node.columns, node.name.span)?,
                    None => self.listed_columns(node.columns),
                };
                let number = self.air.nested.len() as u32;
                self.air.nested.push(bound);
                let slot = self.air.cte_mut(cte);
                slot.body = CteBody::Change { statement: number };
                slot.columns = columns;
                let closed = outputs.is_some() || renamed;
                self.scopes.ctes.push(VisibleCte { ready: true, closed, ..entry });
                Ok((cte, false))
            }
        }
    }

    /// Makes the columns of a recursive table expression known from its first part.
    pub(crate) fn publish_anchor(&mut self, at: usize, anchor: QueryId) -> Bound<()> {
        let entry = self.scopes.ctes[at];
        let Some(outputs) = self.outputs(anchor) else {
            self.scopes.ctes[at].ready = true;
            self.scopes.ctes[at].closed = false;
            return Ok(());
        };
        let span = self.air.query_span(anchor);
        let columns = self.named_columns(outputs, entry.names, span)?;
        // Later rounds may bring NULLs the first part does not have.
        for column in self.air.list_mut(columns) {
            column.nullable = true;
        }
        self.air.cte_mut(entry.cte).columns = columns;
        self.scopes.ctes[at].ready = true;
        Ok(())
    }

    /// Columns of a source from what its query gives and the names listed for them.
    pub(crate) fn named_columns(
        &mut self,
        outputs: List<Output>,
        names: tree::List<Ident>,
        span: Span,
    ) -> Bound<List<SourceColumn>> {
        let listed = self.tree.list(names);
        if listed.len() > outputs.len() {
            let message = format!("{} names for {} columns", listed.len(), outputs.len());
            return Err(self.refuse(codes::COLUMN_LIST_LENGTH, span, message));
        }
        let mut columns = Vec::with_capacity(outputs.len());
        for i in 0..outputs.len() {
            let output = self.air.at(outputs, i);
            let name = match listed.get(i) {
                Some(ident) => self.ident_name(*ident),
                None => output.name,
            };
            columns.push(SourceColumn { name, ty: output.ty, nullable: output.nullable });
        }
        Ok(self.air.push_list(&columns))
    }

    /// Columns of which only the names are known.
    fn listed_columns(&mut self, names: tree::List<Ident>) -> List<SourceColumn> {
        let mut columns = Vec::with_capacity(names.len());
        for ident in self.tree.list(names) {
            let name = self.ident_name(*ident);
            columns.push(SourceColumn { name, ty: Type::Unknown, nullable: true });
        }
        self.air.push_list(&columns)
    }
}
