//! UPDATE and DELETE of the rows that a common table expression shows (T-SQL).
//!
//! Law: a change through a table expression over one table changes the rows of that table which it shows. They are told
//! apart by the table's key.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::names::{Reference, names_equal};
use air::expr::{CompareOp, Expr};
use air::ids::List;
use air::query::{
    Body, CteBody, Distinct, Item, Output, Query, Rel, Select, Source, SourceColumn, SourceKind,
};
use air::types::Collation;
use air::{CteId, ExprId, Name, QueryId, SelectId, SourceId, Type};
use air_base::Span;
use airc_grammar::tree;

/// What a change has instead of its table.
pub(crate) struct Through {
    /// The table whose rows are changed; it is not in sight.
    pub(crate) base: SourceId,
    /// The rows that the table expression shows, as a derived table.
    pub(crate) shown: SourceId,
    /// The common table expression.
    pub(crate) cte: CteId,
    /// Places of the key, in the table and in what is shown.
    keys: Vec<(u32, u32)>,
}

impl<'a> Binder<'a> {
    /// The common table expression that a target names, if it does.
    pub(crate) fn cte_named(&self, name: tree::Name) -> Option<CteId> {
        let ident = self.tree.single(name)?;
        let text = self.ident_text(ident);
        let reference = Reference::new(ident, &text);
        let known =
            self.scopes.ctes.iter().rev().find(|known| {
                reference.means(self.air.name(known.name), known.name.exact, self.shape.folding)
            })?;
        Some(known.cte)
    }

    /// Makes the rows that a common table expression shows visible as the target of a change.
    pub(crate) fn through(&mut self, cte: CteId, span: Span) -> Bound<Through> {
        let Some((query, select, inner)) = self.shown_table(cte) else {
            let message = "rows are changed through a table expression over one table only";
            return Err(self.refuse(codes::CHANGE_TARGET, span, message));
        };
        let Some(key) = self.key_columns(inner) else {
            let message = "rows of a table without a primary key, or without a schema, are not changed through a \
                           table expression";
            return Err(self.refuse(codes::CHANGE_TARGET, span, message));
        };
        self.check_renamed(select, inner, span)?;
        let mut items = self.air.list(self.air.select(select).items).to_vec();
        let mut outputs = self.air.list(self.air.select(select).outputs).to_vec();
        let mut keys = Vec::with_capacity(key.len());
        for (number, &index) in key.iter().enumerate() {
            let expr = self.column(inner, index, false, true, span);
            let name = self.plain_name(&format!("changed_key{}", number + 1));
            keys.push((index, outputs.len() as u32));
            items.push(Item::Expr { expr, alias: Some(name) });
            outputs.push(Output { name, ty: self.air.ty(expr), nullable: false });
        }
        let columns: Vec<SourceColumn> = outputs
            .iter()
            .map(|output| SourceColumn { name: output.name, ty: output.ty, nullable: output.nullable })
            .collect();
        let (items, outputs) = (self.air.push_list(&items), self.air.push_list(&outputs));
        let block = self.air.select_mut(select);
        (block.items, block.outputs) = (items, outputs);
        let base = Source { aliased: false, ..*self.air.source(inner) };
        let SourceKind::Table { name } = base.kind else {
            return Err(self.refuse(codes::CHANGE_TARGET, span, "a table is expected here"));
        };
        let base = self.air.push_source(Source { alias: name.name, ..base }, span);
        let columns = self.air.push_list(&columns);
        let shown = Source {
            alias: self.air.cte(cte).name,
            aliased: true,
            kind: SourceKind::Derived { query },
            columns,
            closed: true,
            renamed: self.air.cte(cte).renamed,
            lateral: false,
        };
        let shown = self.air.push_source(shown, span);
        self.scopes.show(shown);
        self.ledger.fired(
            "change-through",
            "a change through a table expression is one of the rows it shows",
            span,
        );
        Ok(Through { base, shown, cte, keys })
    }

    /// The query of a table expression that shows rows of one table, its block and the table.
    fn shown_table(&self, cte: CteId) -> Option<(QueryId, SelectId, SourceId)> {
        let known = self.air.cte(cte);
        let CteBody::Query { query } = known.body else { return None };
        let Body::Select { select } = self.air.query(query).body else { return None };
        let block = self.air.select(select);
        let plain =
            matches!(block.distinct, Distinct::All {}) && block.group.is_none() && block.having.is_none();
        let Some(Rel::Source { source }) = block.from.map(|from| self.air.rel(from)) else { return None };
        let stored = matches!(self.air.source(source).kind, SourceKind::Table { .. });
        let known = !block.outputs.is_empty() && !known.renamed;
        (plain && stored && known).then_some((query, select, source))
    }

    /// Places of the primary key of the table that a source is.
    fn key_columns(&self, source: SourceId) -> Option<Vec<u32>> {
        let SourceKind::Table { name } = self.air.source(source).kind else { return None };
        let schema = name.schema.map(|schema| self.air.name(schema));
        let table = self.catalog.table(schema, self.air.name(name.name))?;
        let key = table.primary_key()?;
        (!key.columns.is_empty()).then(|| key.columns.clone())
    }

    /// A column that is shown under the name of another one of the table could not be told from it.
    fn check_renamed(&mut self, select: SelectId, table: SourceId, span: Span) -> Bound<()> {
        let columns: Vec<Name> =
            self.air.list(self.air.source(table).columns).iter().map(|c| c.name).collect();
        for item in self.air.list(self.air.select(select).items) {
            let Item::Expr { expr, alias: Some(alias) } = *item else { continue };
            let own = match self.air.expr(expr) {
                Expr::Column { source, index, .. } if source == table => Some(columns[index as usize]),
                _ => None,
            };
            let other = columns.iter().any(|name| Some(*name) != own && names_equal(self.air, *name, alias));
            if other || own.is_some_and(|own| !names_equal(self.air, own, alias)) {
                let message = "rows are not changed through a table expression that renames their columns";
                return Err(self.refuse(codes::CHANGE_TARGET, span, message));
            }
        }
        Ok(())
    }

    /// Which rows a DELETE removes: those whose key is among the keys that are shown.
    pub(crate) fn among_shown(&mut self, through: &Through, filter: Option<ExprId>, span: Span) -> ExprId {
        let mut items = Vec::new();
        let mut outputs = Vec::new();
        let mut own = Vec::new();
        for &(index, at) in &through.keys {
            let expr = self.column(through.shown, at, false, true, span);
            let name = self.air.column(through.shown, at).name;
            outputs.push(Output { name, ty: self.air.ty(expr), nullable: false });
            items.push(Item::Expr { expr, alias: None });
            own.push(self.column(through.base, index, false, false, span));
        }
        let from = self.air.push_rel(Rel::Source { source: through.shown });
        let block = Select {
            from: Some(from),
            distinct: Distinct::All {},
            items: self.air.push_list(&items),
            outputs: self.air.push_list(&outputs),
            filter,
            group: None,
            having: None,
            windows: List::EMPTY,
            qualify: None,
        };
        let select = self.air.push_select(block);
        let query = Query {
            ctes: List::EMPTY,
            recursive: false,
            body: Body::Select { select },
            order: List::EMPTY,
            limit: None,
            locking: None,
        };
        let query = self.air.push_query(query, span);
        let operand = match *own.as_slice() {
            [one] => one,
            _ => {
                let items = self.air.push_list(&own);
                self.air.push(Expr::Row { items }, Type::Row, false, span)
            }
        };
        let member = Expr::InQuery { operand, query, negated: false, collation: Collation::BINARY };
        self.air.push(member, Type::Bool, false, span)
    }

    /// Which rows an UPDATE changes, and with which row that is shown: the one of the same key.
    pub(crate) fn beside_shown(&mut self, through: &Through, filter: Option<ExprId>, span: Span) -> ExprId {
        // The table's columns have the same names.
        for id in self.air.expr_ids() {
            if let Expr::Column { source, index, .. } = self.air.expr(id)
                && source == through.shown
            {
                self.air.set(id, Expr::Column { source, index, qualified: true });
            }
        }
        let mut tests = Vec::new();
        for &(index, at) in &through.keys {
            let own = self.column(through.base, index, false, true, span);
            let shown = self.column(through.shown, at, false, true, span);
            tests.push(self.compare(CompareOp::Eq, own, shown, Collation::BINARY, span));
        }
        tests.extend(filter);
        self.conjunction(&tests, span)
    }

    /// The table expressions that are left beside a change through one of them.
    pub(crate) fn without_shown(
        &mut self,
        ctes: List<CteId>,
        through: &Through,
        span: Span,
    ) -> Bound<List<CteId>> {
        let again = self.air.source_ids().any(
            |source| matches!(self.air.source(source).kind, SourceKind::Cte { cte } if cte == through.cte),
        );
        if again {
            let message = "a table expression that rows are changed through is not referred to otherwise";
            return Err(self.refuse(codes::CHANGE_TARGET, span, message));
        }
        let left: Vec<CteId> =
            self.air.list(ctes).iter().copied().filter(|cte| *cte != through.cte).collect();
        Ok(self.air.push_list(&left))
    }
}
