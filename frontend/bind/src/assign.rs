//! Values on their way into columns: SET, conversions on store, and the rows a change returns.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::Arith;
use crate::insert::Store;
use crate::names::{Reference, same_letters};
use crate::query::Usage;
use crate::shape::Repeated;
use air::catalog::Table;
use air::expr::Expr;
use air::ids::List;
use air::query::{Item, Source, SourceKind};
use air::statement::Assignment;
use air::types::CastReason;
use air::{ExprId, Literal, SourceId};
use air_base::{Diagnostic, nearest};
use airc_grammar::tree::{self, ColumnTarget};

impl<'a> Binder<'a> {
    /// Positions of named columns in the target.
    pub(crate) fn target_columns(
        &mut self,
        target: SourceId,
        names: tree::List<ColumnTarget>,
    ) -> Bound<Vec<u32>> {
        let mut columns: Vec<u32> = Vec::with_capacity(names.len());
        for name in self.tree.list(names) {
            let column = self.target_column(target, name)?;
            if columns.contains(&column) {
                let span = self.tree.name_span(name.name);
                let message = format!("column `{}` is given twice", self.text_of(span));
                return Err(self.refuse(codes::DUPLICATE_COLUMN, span, message));
            }
            columns.push(column);
        }
        Ok(columns)
    }

    /// Position of a named column in the target.
    pub(crate) fn target_column(&mut self, target: SourceId, name: &ColumnTarget) -> Bound<u32> {
        let span = self.tree.name_span(name.name);
        if name.opaque {
            let message = "setting a part of a column is not translated";
            return Err(self.refuse(codes::CHANGE_CLAUSE, span, message));
        }
        let Some(ident) = self.tree.last(name.name) else {
            return Err(self.refuse(codes::UNKNOWN_COLUMN, span, "a column is expected here"));
        };
        let text = self.ident_text(ident);
        let reference = Reference::new(ident, &text);
        if let Some(column) = self.find_column(target, reference, ident.span)? {
            return Ok(column);
        }
        if !self.air.source(target).closed {
            return Ok(self.add_mentioned(target, ident));
        }
        if self.shape.rowid && text.eq_ignore_ascii_case("rowid") {
            let message = "storing the hidden row number is not translated";
            return Err(self.refuse(codes::CHANGE_CLAUSE, span, message));
        }
        let source = self.air.source(target);
        let columns = self.air.list(source.columns);
        let near = nearest(&text, columns.iter().map(|c| self.air.name(c.name))).map(str::to_owned);
        let message = format!("`{}` has no column `{text}`", self.air.name(source.alias));
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_COLUMN, ident.span, message);
        if let Some(near) = near {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        Err(self.refuse_with(diagnostic))
    }

    /// What storing in a column of a source asks for.
    pub(crate) fn store(&self, target: SourceId, at: u32) -> Store {
        self.store_in(target, self.stored_table(target), at)
    }

    /// What storing in columns of a source asks for.
    pub(crate) fn stores(&self, target: SourceId, columns: &[u32]) -> Vec<Store> {
        let table = self.stored_table(target);
        columns.iter().map(|&at| self.store_in(target, table, at)).collect()
    }

    fn stored_table(&self, target: SourceId) -> Option<&Table> {
        let source = self.air.source(target);
        match source.kind {
            SourceKind::Table { name } if source.closed => {
                let schema = name.schema.map(|schema| self.air.name(schema));
                self.catalog.table(schema, self.air.name(name.name))
            }
            _ => None,
        }
    }

    fn store_in(&self, target: SourceId, table: Option<&Table>, at: u32) -> Store {
        let identity = table.and_then(|table| table.columns.get(at as usize)).is_some_and(|c| c.identity);
        Store { ty: self.air.column(target, at).ty, identity }
    }

    /// A value as it is stored in a column.
    pub(crate) fn stored_value(&mut self, id: tree::ExprId, store: Store) -> Bound<ExprId> {
        let value = self.expr(id)?;
        self.store_value(value, store)
    }

    fn store_value(&mut self, value: ExprId, store: Store) -> Bound<ExprId> {
        if matches!(self.air.expr(value), Expr::Default {}) {
            return Ok(value);
        }
        if store.identity {
            let asks = match self.air.literal(value) {
                Some(Literal::Null {}) => self.shape.identity_null_is_next,
                Some(Literal::Int { value: 0 }) => self.shape.identity_zero_is_next,
                _ => false,
            };
            if asks {
                self.air.set(value, Expr::Default {});
                return Ok(value);
            }
        }
        if store.ty.is_unknown() {
            return Ok(value);
        }
        self.coerce(value, store.ty, CastReason::Assignment)
    }

    /// The assignments of SET. Columns belong to the first of `targets` that has them; qualified ones to the
    /// target of that name.
    pub(crate) fn assignments(
        &mut self,
        list: tree::List<tree::Assignment>,
        targets: &[SourceId],
    ) -> Bound<List<Assignment>> {
        let mut bound: Vec<Assignment> = Vec::with_capacity(list.len());
        let written = self.tree.list(list);
        for (i, assignment) in written.iter().enumerate() {
            match self.shape.repeated_assignment {
                Repeated::InOrder => {}
                Repeated::Last if self.is_set_again(assignment, &written[i + 1..]) => continue,
                Repeated::Error if self.is_set_again(assignment, &written[i + 1..]) => {
                    let span = self.tree.expr_span(assignment.value);
                    let message = "the column is set twice";
                    return Err(self.refuse(codes::SET_TWICE, span, message));
                }
                Repeated::Last | Repeated::Error => {}
            }
            let names = self.tree.list(assignment.targets);
            let mut source = None;
            let mut columns: Vec<u32> = Vec::with_capacity(names.len());
            for name in names {
                let owner = self.owner(name, targets)?;
                if source.is_some_and(|known| known != owner) {
                    let span = self.tree.name_span(name.name);
                    let message = "one assignment sets columns of two tables";
                    return Err(self.refuse(codes::CHANGE_TARGET, span, message));
                }
                source = Some(owner);
                columns.push(self.target_column(owner, name)?);
            }
            let Some(source) = source else { continue };
            let value = match (assignment.compound, &columns[..]) {
                (None, _) => self.assigned(assignment.value, source, &columns)?,
                (Some(operator), [column]) => {
                    let old = self.old_value(source, *column, operator);
                    let change = self.expr(assignment.value)?;
                    let value = match self.text_of(operator) {
                        "+=" => self.add_or_subtract(false, old, change, operator)?,
                        "-=" => self.add_or_subtract(true, old, change, operator)?,
                        "*=" => self.arithmetic(Arith::Mul, old, change, operator)?,
                        "/=" => self.divide(old, change, operator)?,
                        "%=" => self.arithmetic(Arith::Mod, old, change, operator)?,
                        _ => return self.no_meaning("an assignment with this operator", operator),
                    };
                    let store = Store { identity: false, ..self.store(source, *column) };
                    self.store_value(value, store)?
                }
                (Some(operator), _) => return self.no_meaning("an assignment with this operator", operator),
            };
            let columns = self.air.push_list(&columns);
            bound.push(Assignment { source, columns, value });
        }
        Ok(self.air.push_list(&bound))
    }

    /// The column as it is before the change.
    fn old_value(&mut self, source: SourceId, index: u32, span: air_base::Span) -> ExprId {
        let column = self.air.column(source, index);
        let (ty, nullable) = (column.ty, column.nullable);
        self.air.push(Expr::Column { source, index, qualified: true }, ty, nullable, span)
    }

    /// True if later assignments set all columns of this one.
    fn is_set_again(&self, assignment: &tree::Assignment, later: &[tree::Assignment]) -> bool {
        let same = |a: &ColumnTarget, b: &ColumnTarget| match (self.tree.last(a.name), self.tree.last(b.name))
        {
            (Some(a), Some(b)) => same_letters(&self.ident_text(a), &self.ident_text(b)),
            _ => false,
        };
        self.tree.list(assignment.targets).iter().all(|target| {
            later.iter().any(|other| self.tree.list(other.targets).iter().any(|other| same(target, other)))
        })
    }

    fn assigned(&mut self, value: tree::ExprId, source: SourceId, columns: &[u32]) -> Bound<ExprId> {
        if let [only] = columns {
            let mut store = self.store(source, *only);
            // A change of an identity column stores what it is given.
            store.identity = false;
            // `(a) = (1)` may come as a row of one.
            if let tree::Expr::Row { items, .. } = self.tree.expr(value)
                && let [one] = *self.tree.list(items)
            {
                return self.stored_value(one, store);
            }
            return self.stored_value(value, store);
        }
        let span = self.span(value);
        match self.tree.expr(value) {
            tree::Expr::Row { items, .. } => {
                if items.len() != columns.len() {
                    let message = format!("{} values for {} columns", items.len(), columns.len());
                    return Err(self.refuse(codes::ASSIGNMENT_WIDTH, span, message));
                }
                let mark = self.exprs.len();
                for (item, column) in self.tree.list(items).iter().zip(columns) {
                    let store = Store { identity: false, ..self.store(source, *column) };
                    let value = self.stored_value(*item, store)?;
                    self.exprs.push(value);
                }
                let items = self.air.push_list(&self.exprs[mark..]);
                self.exprs.truncate(mark);
                Ok(self.air.push(Expr::Row { items }, air::Type::Row, false, span))
            }
            tree::Expr::Subquery(query) => {
                let query = self.query(query)?;
                if self.width(query).is_some_and(|width| width != columns.len()) {
                    let message = format!("the subquery must have {} columns", columns.len());
                    return Err(self.refuse(codes::SUBQUERY_WIDTH, span, message));
                }
                for (i, column) in columns.iter().enumerate() {
                    let ty = self.store(source, *column).ty;
                    let own = self.outputs(query).map(|outputs| self.air.at(outputs, i).ty);
                    if own.is_some_and(|own| crate::set_op::converts(own, ty)) {
                        self.cast_output(query, i, ty, CastReason::Assignment)?;
                    }
                }
                let many = self.shape.many_rows;
                Ok(self.air.push(Expr::Scalar { query, many }, air::Type::Row, true, span))
            }
            _ => {
                let message = "several columns are set by a row or a subquery";
                Err(self.refuse(codes::ASSIGNMENT_WIDTH, span, message))
            }
        }
    }

    /// Whose column an assignment sets.
    fn owner(&mut self, name: &ColumnTarget, targets: &[SourceId]) -> Bound<SourceId> {
        let parts = self.tree.list(name.name);
        let span = self.tree.name_span(name.name);
        if let [.., table, _] = *parts {
            let text = self.ident_text(table);
            let reference = Reference::new(table, &text);
            let found = targets.iter().copied().find(|target| {
                let alias = self.air.source(*target).alias;
                reference.means(self.air.name(alias), alias.exact, self.shape.folding)
            });
            return match found {
                Some(found) => Ok(found),
                None => {
                    let message = format!("`{text}` is not changed by this statement");
                    Err(self.refuse(codes::CHANGE_TARGET, span, message))
                }
            };
        }
        let [first, rest @ ..] = targets else {
            return Err(self.refuse(codes::CHANGE_TARGET, span, "nothing is changed by this statement"));
        };
        let Some(ident) = parts.last().copied() else { return Ok(*first) };
        if rest.is_empty() {
            return Ok(*first);
        }
        let text = self.ident_text(ident);
        let reference = Reference::new(ident, &text);
        for target in targets {
            if self.find_column(*target, reference, span)?.is_some() {
                return Ok(*target);
            }
        }
        let open = targets.iter().copied().find(|target| !self.air.source(*target).closed);
        Ok(open.unwrap_or(*first))
    }

    /// RETURNING; the sources it sees are visible.
    pub(crate) fn returning(&mut self, node: &tree::Returning) -> Bound<List<Item>> {
        if !node.into.is_empty() {
            let message = "RETURNING INTO variables is not translated";
            return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, message));
        }
        Ok(self.select_list(node.items, None, Usage::Rows)?.items)
    }

    /// OUTPUT: `deleted` and `inserted` name the row before and after.
    pub(crate) fn output_clause(
        &mut self,
        node: &tree::Output,
        target: SourceId,
        old: bool,
        new: bool,
    ) -> Bound<List<Item>> {
        if node.into.is_some() {
            return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, "OUTPUT INTO is not translated"));
        }
        for (wanted, kind, name) in
            [(old, SourceKind::Old {}, "deleted"), (new, SourceKind::New {}, "inserted")]
        {
            if wanted {
                let alias = self.plain_name(name);
                let of = self.air.source(target);
                let (columns, closed) = (of.columns, of.closed);
                let source =
                    Source { alias, aliased: false, kind, columns, closed, renamed: false, lateral: false };
                let source = self.air.push_source(source, node.span);
                self.scopes.show_qualified(source);
            }
        }
        Ok(self.select_list(node.items, None, Usage::Rows)?.items)
    }
}
