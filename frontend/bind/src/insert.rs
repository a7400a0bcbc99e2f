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
use airc_grammar::tree;

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
        if matches!(node.on_failure, tree::InsertOr::Ignore) && !self.left_out_are_filled(target, &columns) {
            let message = "a column that is not given, takes no NULL and has no default is filled by IGNORE";
            return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, message));
        }
        let stores = self.stores(target, &columns);
        let source = self.insert_source(&node, target, &stores, columns.len(), all_columns)?;
        if let InsertSource::Query { query } = source
            && self.shape.counted_in_order
            && self.is_gathered(query)
            && self.makes_numbers(target, &columns)
        {
            let message =
                "numbers made up for rows that are distinct or grouped follow an order of the server's own";
            let diagnostic = Diagnostic::error(codes::CHANGE_CLAUSE, node.span, message)
                .help("say the order with ORDER BY");
            return Err(self.refuse_with(diagnostic));
        }
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

    /// True if the rows of the query are put together from others and have no order of their own.
    fn is_gathered(&self, query: air::QueryId) -> bool {
        let query = *self.air.query(query);
        query.order.is_empty()
            && match query.body {
                air::query::Body::Select { select } => {
                    let select = self.air.select(select);
                    select.distinct != air::query::Distinct::All {}
                        || select.group.is_some_and(|group| !group.elements.is_empty())
                }
                air::query::Body::SetOp { all, .. } => !all,
                air::query::Body::Values { .. } => false,
            }
    }

    /// True if a column that is not given is filled with numbers of the server.
    fn makes_numbers(&self, target: SourceId, given: &[u32]) -> bool {
        let air::query::SourceKind::Table { name } = self.air.source(target).kind else { return false };
        let schema = name.schema.map(|schema| self.air.name(schema));
        let Some(table) = self.catalog.table(schema, self.air.name(name.name)) else { return false };
        let columns = self.air.list(self.air.source(target).columns);
        columns.iter().enumerate().any(|(at, column)| {
            let name = self.air.name(column.name);
            !given.contains(&(at as u32))
                && table.columns.iter().any(|known| known.identity && known.name.eq_ignore_ascii_case(name))
        })
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
        let source = self.air.source(target);
        if let tree::InsertSource::Values(rows) = node.source
            && self.tree.list(rows).iter().all(|row| row.items.is_empty())
        {
            // Several rows of defaults are rows of one default each.
            let several = rows.len() > 1 && source.closed && !source.columns.is_empty();
            return Ok((if several { vec![0] } else { Vec::new() }, false));
        }
        if !source.closed {
            return Ok((Vec::new(), true));
        }
        let count = source.columns.len() as u32;
        let computed = self.computed_columns(target);
        if computed.is_empty() {
            return Ok(((0..count).collect(), true));
        }
        // Dialects disagree whether computed columns are among all columns, so the list is written out.
        Ok(((0..count).filter(|at| !computed.contains(at)).collect(), false))
    }

    /// True if no column that is left out of an INSERT would be missed.
    fn left_out_are_filled(&self, target: SourceId, given: &[u32]) -> bool {
        let SourceKind::Table { name } = self.air.source(target).kind else { return true };
        let schema = name.schema.map(|schema| self.air.name(schema));
        let Some(table) = self.catalog.table(schema, self.air.name(name.name)) else { return true };
        table.columns.iter().enumerate().all(|(at, column)| {
            let filled = column.nullable || column.has_default || column.identity || column.generated;
            filled || given.contains(&(at as u32))
        })
    }

    /// Positions of the computed columns of a table.
    fn computed_columns(&self, target: SourceId) -> Vec<u32> {
        let SourceKind::Table { name } = self.air.source(target).kind else { return Vec::new() };
        let schema = name.schema.map(|schema| self.air.name(schema));
        let Some(table) = self.catalog.table(schema, self.air.name(name.name)) else { return Vec::new() };
        let columns = table.columns.iter().enumerate();
        columns.filter(|(_, column)| column.generated).map(|(at, _)| at as u32).collect()
    }

    /// The values of a row, without the DEFAULTs that stand for computed columns where no columns are listed.
    fn row_values(&mut self, row: &tree::Row, target: SourceId, listed: bool) -> Bound<Vec<tree::ExprId>> {
        let mut values = self.tree.list(row.items).to_vec();
        if listed || !self.shape.computed_in_insert || !self.air.source(target).closed {
            return Ok(values);
        }
        for at in self.computed_columns(target).into_iter().rev() {
            let Some(value) = values.get(at as usize).copied() else { continue };
            if self.tree.expr(value) != tree::Expr::Default {
                let span = self.span(value);
                let message = "a computed column takes no value but DEFAULT";
                return Err(self.refuse(codes::INSERT_WIDTH, span, message));
            }
            values.remove(at as usize);
        }
        Ok(values)
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
                if empty && rows.len() > 1 && !stores.is_empty() {
                    let mut bound = Vec::with_capacity(rows.len());
                    for _ in 0..rows.len() {
                        let default = self.air.push(Expr::Default {}, stores[0].ty, true, node.span);
                        bound.push(ValuesRow { items: self.air.push_list(&[default]) });
                    }
                    return Ok(InsertSource::Values { rows: self.air.push_list(&bound) });
                }
                if empty && stores.is_empty() {
                    if rows.len() > 1 {
                        let message = "several rows of defaults need the columns of the table";
                        return Err(self.refuse(codes::STAR_OF_UNKNOWN, node.span, message));
                    }
                    return Ok(InsertSource::Defaults {});
                }
                let listed = !node.columns.is_empty();
                let computed = !listed && !all_columns;
                self.scopes.open(Clause::Value);
                let mut bound: Vec<ValuesRow> = Vec::with_capacity(rows.len());
                for row in self.tree.list(rows) {
                    let kept;
                    let values = if computed {
                        kept = self.row_values(row, target, listed)?;
                        &kept[..]
                    } else {
                        self.tree.list(row.items)
                    };
                    let expected =
                        if open { bound.first().map_or(values.len(), |row| row.items.len()) } else { count };
                    // A statement without a column list may give fewer values in PostgreSQL: the first columns.
                    let fewer = !listed && self.shape.insert_prefix && values.len() < expected;
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
}
