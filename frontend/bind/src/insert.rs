//! INSERT and REPLACE in all their forms.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::names::{Reference, nearest};
use crate::query::Usage;
use crate::scope::Clause;
use air::expr::Expr;
use air::ids::List;
use air::query::{Item, Source, SourceKind, ValuesRow};
use air::statement::{Arbiter, Assignment, Conflict, ConflictAction, Insert, InsertSource, Statement};
use air::types::CastReason;
use air::{ExprId, Literal, Name, SourceId};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, ColumnTarget, InsertOr};

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
        let overriding = node.overriding_system == Some(true);
        if node.overriding_system == Some(false) {
            let message = "OVERRIDING USER VALUE is not translated";
            return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, message));
        }
        let insert = Insert {
            ctes,
            recursive,
            target,
            columns,
            all_columns,
            source,
            conflict,
            overriding,
            returning,
        };
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

    fn single_target(&mut self, target: SourceId, assignment: &tree::Assignment) -> Bound<u32> {
        match self.tree.list(assignment.targets) {
            [one] => self.target_column(target, one),
            _ => {
                let span = self.span(assignment.value);
                Err(self.refuse(codes::ASSIGNMENT_WIDTH, span, "one column per value is expected here"))
            }
        }
    }

    /// What storing in a column of a source asks for.
    pub(crate) fn store(&self, target: SourceId, at: u32) -> Store {
        let source = self.air.source(target);
        let ty = self.air.column(target, at).ty;
        let identity = match source.kind {
            SourceKind::Table { name } if source.closed => {
                let schema = name.schema.map(|schema| self.air.name(schema));
                let table = self.catalog.table(schema, self.air.name(name.name));
                table.is_some_and(|t| t.columns.get(at as usize).is_some_and(|c| c.identity))
            }
            _ => false,
        };
        Store { ty, identity }
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
                    let expected = if open {
                        bound.first().map_or(values.len(), |row| row.items.len())
                    } else {
                        count
                    };
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
                        if own != store.ty && crate::query::converts(own, store.ty) {
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

    // Conflicts.

    fn conflict(
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
        let action = ConflictAction::Update {
            assignments,
            sequential: self.shape.set_sequential,
            filter: None,
        };
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
                let action = ConflictAction::Update {
                    assignments,
                    sequential: self.shape.set_sequential,
                    filter,
                };
                Ok(Conflict { proposed: Some(proposed), on, action })
            }
        }
    }

    // Assignments.

    /// The assignments of SET. Columns belong to the first of `targets` that has them; qualified ones to the
    /// target of that name.
    pub(crate) fn assignments(
        &mut self,
        list: tree::List<tree::Assignment>,
        targets: &[SourceId],
    ) -> Bound<List<Assignment>> {
        let mut bound: Vec<Assignment> = Vec::with_capacity(list.len());
        for assignment in self.tree.list(list) {
            if let Some(span) = assignment.compound {
                let message = "compound assignment is not translated";
                let diagnostic = Diagnostic::error(codes::CHANGE_CLAUSE, span, message)
                    .help("write the value out: `a = a + 1`");
                return Err(self.refuse_with(diagnostic));
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
            let value = self.assigned(assignment.value, source, &columns)?;
            let columns = self.air.push_list(&columns);
            bound.push(Assignment { source, columns, value });
        }
        Ok(self.air.push_list(&bound))
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
                    if own.is_some_and(|own| crate::query::converts(own, ty)) {
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

    // RETURNING.

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
                let source = Source {
                    alias,
                    aliased: false,
                    kind,
                    columns,
                    closed,
                    renamed: false,
                    lateral: false,
                };
                let source = self.air.push_source(source, node.span);
                self.scopes.show_qualified(source);
            }
        }
        Ok(self.select_list(node.items, None, Usage::Rows)?.items)
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
            self.tree.name_text(branch.table, self.source).eq_ignore_ascii_case(
                &self.tree.name_text(first.table, self.source),
            ) && self.target_spelling(branch.columns) == self.target_spelling(first.columns)
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
