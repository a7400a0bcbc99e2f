//! Statements, and among them the changes of data.

use air::query::{Item, JoinKind, Rel, SourceKind};
use air::statement::{
    Arbiter, Assignment, Conflict, ConflictAction, Delete, Insert, InsertSource, Isolation, Merge,
    MergeAction, MergeWhen, Statement, TransactionAction, Update,
};
use air::target::{DeleteFrom, Returning, TransactionForm, UpdateFrom, Upsert};
use air::{Expr, ExprId, List, Name, RelId, SourceId};
use air_base::Span;
use airc_passes::codes;

use super::{Done, Renderer};

impl Renderer<'_> {
    /// One statement, without separator.
    pub(super) fn statement(&mut self, statement: &Statement, span: Span) -> Done {
        self.open();
        match statement {
            Statement::Query { query } => self.query(*query)?,
            Statement::Insert { insert } => self.insert(insert, span)?,
            Statement::Update { update } => self.update(update, span)?,
            Statement::Delete { delete } => self.delete(delete, span)?,
            Statement::Merge { merge } => self.merge(merge, span)?,
            Statement::Truncate { tables, restart_identity, cascade } => {
                self.truncate(*tables, *restart_identity, *cascade, span)?;
            }
            Statement::CreateTable { table } => self.create_table(table, span)?,
            Statement::CreateIndex { index } => self.create_index(index, span)?,
            Statement::CreateView { view } => self.create_view(view, span)?,
            Statement::CreateSequence { sequence } => self.create_sequence(sequence, span)?,
            Statement::RestartSequence { name, next } => self.restart_sequence(name, *next, span)?,
            Statement::CreateSchema { name, if_not_exists } => {
                self.create_schema(*name, *if_not_exists, span)?;
            }
            Statement::AlterTable { alter } => self.alter_table(alter, span)?,
            Statement::Drop { drop } => self.drop_objects(drop, span)?,
            Statement::Comment { table, column, text } => self.comment_on(table, *column, *text, span)?,
            Statement::Transaction { action, name, isolation, read_only } => {
                self.transaction(*action, *name, *isolation, *read_only, span)?;
            }
            Statement::Trigger { .. }
            | Statement::Function { .. }
            | Statement::Declare { .. }
            | Statement::Return { .. }
            | Statement::If { .. }
            | Statement::Else {}
            | Statement::End {}
            | Statement::SetRow { .. }
            | Statement::Raise { .. } => return Err(self.unlegal(span, "a part of a body outside of it")),
            Statement::Nothing { .. } => {}
        }
        self.trailing_comments(span);
        self.close();
        Ok(())
    }

    /// WITH before a change.
    fn change_with(&mut self, ctes: List<air::CteId>, recursive: bool, span: Span) -> Done {
        if !ctes.is_empty() && !self.target.has(self.target.can.change_ctes) {
            return Err(self.unlegal(span, "WITH before a change"));
        }
        self.with(ctes, recursive)
    }

    // INSERT.

    fn insert(&mut self, insert: &Insert, span: Span) -> Done {
        let query_ctes =
            matches!(insert.source, InsertSource::Query { .. }) && self.target.can.insert_with_inside;
        if !query_ctes {
            self.change_with(insert.ctes, insert.recursive, span)?;
        }
        let can = self.target.can;
        let words = match insert.conflict.map(|conflict| conflict.action) {
            Some(ConflictAction::Nothing { also_other_failures: true }) => {
                can.insert_ignore.ok_or_else(|| self.unlegal(span, "INSERT IGNORE"))?
            }
            Some(ConflictAction::Replace {}) => can.replace.ok_or_else(|| self.unlegal(span, "REPLACE"))?,
            _ => "INSERT INTO",
        };
        self.push(words);
        self.push(" ");
        let target = self.air.source(insert.target);
        let Some(table) = self.table_name(insert.target) else {
            return Err(self.unlegal(span, "an INSERT into no table"));
        };
        self.object(&table)?;
        if target.aliased && can.upsert == Upsert::OnConflict {
            self.push(" AS ");
            self.name(target.alias)?;
        }
        if !insert.columns.is_empty() && !insert.all_columns {
            self.push(" ");
            self.parenthesized(|r| r.positions(insert.target, insert.columns))?;
        }
        if insert.overriding && can.overriding {
            self.push(" OVERRIDING SYSTEM VALUE");
        }
        if can.returning == Returning::Output {
            self.returning(insert.returning, "inserted", span)?;
        }
        self.space();
        match insert.source {
            InsertSource::Values { rows } => {
                self.push("VALUES ");
                self.insert_rows(rows)?;
            }
            InsertSource::Query { query } => {
                if query_ctes {
                    self.with(insert.ctes, insert.recursive)?;
                }
                self.query(query)?;
            }
            InsertSource::Defaults {} => self.push(can.insert_defaults),
        }
        if let Some(conflict) = &insert.conflict {
            self.conflict(insert, conflict, span)?;
        }
        if can.returning != Returning::Output {
            self.returning(insert.returning, "", span)?;
        }
        Ok(())
    }

    /// Rows of an INSERT: the word ROW that VALUES may need as a query has no place here.
    fn insert_rows(&mut self, rows: List<air::query::ValuesRow>) -> Done {
        self.open();
        self.indent();
        for i in 0..rows.len() {
            self.comma(i == 0);
            self.push("(");
            let items = self.air.at(rows, i).items;
            for j in 0..items.len() {
                if j > 0 {
                    self.push(", ");
                }
                self.value(self.air.at(items, j))?;
            }
            self.push(")");
        }
        self.dedent();
        self.close();
        Ok(())
    }

    fn conflict(&mut self, insert: &Insert, conflict: &Conflict, span: Span) -> Done {
        let can = self.target.can;
        match (conflict.action, can.upsert) {
            (ConflictAction::Replace {}, _) => Ok(()),
            (ConflictAction::Nothing { also_other_failures: true }, _) => Ok(()),
            (ConflictAction::Nothing { .. }, Upsert::OnConflict) => {
                self.space();
                self.push("ON CONFLICT ");
                self.arbiter(&conflict.on)?;
                self.push("DO NOTHING");
                Ok(())
            }
            (ConflictAction::Update { assignments, filter, sequential }, Upsert::OnConflict) => {
                if (matches!(conflict.on, Arbiter::Any {}) && !can.upsert_any_key)
                    || sequential == can.simultaneous_set
                {
                    return Err(self.unlegal(span, "an upsert without a key"));
                }
                self.space();
                self.push("ON CONFLICT ");
                self.arbiter(&conflict.on)?;
                self.clause("DO UPDATE SET", |r| r.assignments(assignments, false))?;
                self.condition("WHERE", filter)
            }
            (ConflictAction::Update { assignments, filter: None, sequential }, Upsert::OnDuplicateKey)
                if matches!(conflict.on, Arbiter::Any {}) && sequential != can.simultaneous_set =>
            {
                self.space();
                self.clause("ON DUPLICATE KEY UPDATE", |r| r.assignments(assignments, false))
            }
            _ => {
                let _ = insert;
                Err(self.unlegal(span, "this upsert"))
            }
        }
    }

    fn arbiter(&mut self, on: &Arbiter) -> Done {
        match *on {
            Arbiter::Any {} => {}
            Arbiter::Key { keys, filter } => {
                self.push("(");
                for i in 0..keys.len() {
                    self.comma(i == 0);
                    self.key_expression(self.air.at(keys, i))?;
                }
                self.push(")");
                self.condition("WHERE", filter)?;
                self.push(" ");
            }
            Arbiter::Constraint { name } => {
                self.push("ON CONSTRAINT ");
                self.name(name)?;
                self.push(" ");
            }
        }
        Ok(())
    }

    /// A column by its bare name, or an expression in parentheses: part of a key.
    pub(super) fn key_expression(&mut self, id: ExprId) -> Done {
        match self.air.expr(id) {
            Expr::Column { source, index, .. } => self.column(source, index, false),
            _ => {
                self.push("(");
                self.value(id)?;
                self.push(")");
                Ok(())
            }
        }
    }

    /// Assignments; `qualified`: columns stand with the name of their table.
    fn assignments(&mut self, list: List<Assignment>, qualified: bool) -> Done {
        for i in 0..list.len() {
            let Assignment { source, columns, value } = self.air.at(list, i);
            self.comma(i == 0);
            if columns.len() == 1 {
                self.column(source, self.air.at(columns, 0), qualified)?;
            } else {
                self.push("(");
                self.positions(source, columns)?;
                self.push(")");
            }
            self.push(" = ");
            self.comments_before(self.air.span(value));
            self.value(value)?;
        }
        Ok(())
    }

    fn positions(&mut self, source: SourceId, columns: List<u32>) -> Done {
        self.open();
        for i in 0..columns.len() {
            self.comma(i == 0);
            let column = self.air.column(source, self.air.at(columns, i));
            self.name(column.name)?;
        }
        self.close();
        Ok(())
    }

    /// RETURNING, or OUTPUT with the row `row`.
    fn returning(&mut self, items: List<Item>, row: &str, span: Span) -> Done {
        if items.is_empty() {
            return Ok(());
        }
        match self.target.can.returning {
            Returning::All(can) if self.target.has(can) => {
                self.space();
                self.clause("RETURNING", |r| r.items(items))
            }
            Returning::InsertDelete => {
                self.space();
                self.clause("RETURNING", |r| r.items(items))
            }
            Returning::Output if !row.is_empty() => {
                self.space();
                self.clause("OUTPUT", |r| r.items(items))
            }
            _ => Err(self.refuse(codes::RETURNING, span, "a change returns no rows")),
        }
    }

    pub(super) fn table_name(&self, source: SourceId) -> Option<air::ObjectName> {
        match self.air.source(source).kind {
            air::query::SourceKind::Table { name } => Some(name),
            _ => None,
        }
    }

    // UPDATE.

    fn update(&mut self, update: &Update, span: Span) -> Done {
        self.change_with(update.ctes, update.recursive, span)?;
        let can = self.target.can;
        let simultaneous = !update.sequential && !can.simultaneous_set && update.assignments.len() > 1;
        if let Some(prefix) = can.simultaneous_prefix.filter(|_| simultaneous) {
            self.push(prefix);
        } else if update.sequential == can.simultaneous_set && update.assignments.len() > 1 {
            return Err(self.unlegal(span, "the order of assignments"));
        }
        if (update.limit.is_some() || !update.order.is_empty()) && !self.target.has(can.change_limit) {
            return Err(self.unlegal(span, "ORDER BY and LIMIT of an UPDATE"));
        }
        let words = match (update.ignore, can.update_ignore) {
            (false, _) => "UPDATE",
            (true, Some(words)) => words,
            (true, None) => return Err(self.unlegal(span, "UPDATE IGNORE")),
        };
        self.push(words);
        self.push(" ");
        let (mut after, mut alone) = (None, false);
        match (update.from, can.update_from) {
            (None, UpdateFrom::FromJoin) if self.has_alias(update.target) => {
                self.name(self.air.source(update.target).alias)?;
                alone = true;
            }
            (None, _) => self.source(update.target)?,
            (Some(from), UpdateFrom::From(can)) if !update.joined && self.target.has(can) => {
                self.source(update.target)?;
                after = Some(from);
            }
            (Some(from), UpdateFrom::Join) if update.joined => self.from(from)?,
            (Some(from), UpdateFrom::FromJoin) if update.joined => {
                self.name(self.air.source(update.target).alias)?;
                after = Some(from);
            }
            _ => return Err(self.unlegal(span, "an UPDATE of joined tables")),
        }
        self.space();
        let qualified = update.joined && can.update_from == UpdateFrom::Join;
        self.clause("SET", |r| r.assignments(update.assignments, qualified))?;
        if can.returning == Returning::Output {
            self.returning(update.returning, "inserted", span)?;
        }
        if let Some(from) = after {
            self.space();
            self.clause("FROM", |r| r.from(from))?;
        }
        if alone {
            self.space();
            self.clause("FROM", |r| r.source(update.target))?;
        }
        self.condition("WHERE", update.filter)?;
        self.change_limit(update.order, update.limit)?;
        if can.returning != Returning::Output {
            if can.returning == Returning::InsertDelete && !update.returning.is_empty() {
                return Err(self.refuse(codes::RETURNING, span, "an UPDATE returns no rows"));
            }
            self.returning(update.returning, "", span)?;
        }
        Ok(())
    }

    /// True if the source goes by another name than its own.
    fn has_alias(&self, source: SourceId) -> bool {
        let source = self.air.source(source);
        let own = match source.kind {
            SourceKind::Table { name } => Some(name.name),
            _ => None,
        };
        !source.alias.is_empty()
            && own.is_none_or(|own| !self.air.name(own).eq_ignore_ascii_case(self.air.name(source.alias)))
    }

    fn change_limit(&mut self, order: List<air::expr::OrderKey>, limit: Option<air::query::Limit>) -> Done {
        if !order.is_empty() {
            self.space();
            self.clause("ORDER BY", |r| r.order_keys(order))?;
        }
        if let Some(count) = limit.and_then(|limit| limit.count) {
            self.space();
            self.push("LIMIT ");
            self.value(count)?;
        }
        Ok(())
    }

    // DELETE.

    fn delete(&mut self, delete: &Delete, span: Span) -> Done {
        self.change_with(delete.ctes, delete.recursive, span)?;
        let can = self.target.can;
        if (delete.limit.is_some() || !delete.order.is_empty()) && !self.target.has(can.change_limit) {
            return Err(self.unlegal(span, "ORDER BY and LIMIT of a DELETE"));
        }
        let output = can.returning == Returning::Output;
        match (delete.from, can.delete_from) {
            (None, _) if delete.more_targets.is_empty() => {
                self.push("DELETE FROM ");
                let target = self.air.source(delete.target);
                if target.aliased && !can.delete_alias {
                    // `DELETE t FROM table AS t`: the one form in which an alias may stand.
                    self.out.truncate(self.out.len() - "FROM ".len());
                    self.name(target.alias)?;
                    self.space();
                    self.push("FROM ");
                }
                self.source(delete.target)?;
                if output {
                    self.returning(delete.returning, "deleted", span)?;
                }
            }
            (Some(from), DeleteFrom::Using) if !delete.joined && delete.more_targets.is_empty() => {
                self.push("DELETE FROM ");
                self.source(delete.target)?;
                self.space();
                self.clause("USING", |r| r.from(from))?;
            }
            (Some(from), DeleteFrom::Join) if delete.joined => {
                self.push("DELETE ");
                self.name(self.air.source(delete.target).alias)?;
                for i in 0..delete.more_targets.len() {
                    self.comma(false);
                    let target = self.air.at(delete.more_targets, i);
                    self.name(self.air.source(target).alias)?;
                }
                if output {
                    self.returning(delete.returning, "deleted", span)?;
                }
                self.space();
                self.clause("FROM", |r| r.from(from))?;
            }
            _ => return Err(self.unlegal(span, "a DELETE from joined tables")),
        }
        self.condition("WHERE", delete.filter)?;
        self.change_limit(delete.order, delete.limit)?;
        if !output {
            self.returning(delete.returning, "", span)?;
        }
        Ok(())
    }

    // MERGE.

    fn merge(&mut self, merge: &Merge, span: Span) -> Done {
        if !self.target.has(self.target.can.merge) {
            return Err(self.unlegal(span, "MERGE"));
        }
        self.change_with(merge.ctes, merge.recursive, span)?;
        self.push("MERGE INTO ");
        self.source(merge.target)?;
        self.space();
        self.push("USING ");
        self.merge_source(merge.source)?;
        self.push(" ON (");
        self.value(merge.on)?;
        self.push(")");
        for i in 0..merge.clauses.len() {
            let clause = self.air.at(merge.clauses, i);
            self.space();
            self.push(match clause.when {
                MergeWhen::Matched => "WHEN MATCHED",
                MergeWhen::NotMatched => "WHEN NOT MATCHED",
                MergeWhen::NotMatchedBySource => {
                    if !self.target.has(self.target.can.merge_by_source) {
                        return Err(self.unlegal(span, "WHEN NOT MATCHED BY SOURCE"));
                    }
                    "WHEN NOT MATCHED BY SOURCE"
                }
            });
            let late = self.target.can.merge_where;
            if let (Some(condition), false) = (clause.condition, late) {
                self.push(" AND ");
                self.expr(condition, self.above(air::target::Strength::Or))?;
            }
            self.push(" THEN ");
            match clause.action {
                MergeAction::Update { assignments, delete_where } => {
                    self.clause("UPDATE SET", |r| r.assignments(assignments, false))?;
                    if late {
                        self.condition("WHERE", clause.condition)?;
                    }
                    if delete_where.is_some() {
                        if !late {
                            return Err(self.unlegal(span, "DELETE WHERE in MERGE"));
                        }
                        self.condition("DELETE WHERE", delete_where)?;
                    }
                }
                MergeAction::Delete {} if !late => self.push("DELETE"),
                MergeAction::Insert { columns, values } => {
                    self.push("INSERT ");
                    if !columns.is_empty() {
                        self.push("(");
                        self.positions(merge.target, columns)?;
                        self.push(") ");
                    }
                    self.push("VALUES (");
                    self.values(values)?;
                    self.push(")");
                    if late {
                        self.condition("WHERE", clause.condition)?;
                    }
                }
                MergeAction::Nothing {} if self.target.can.merge_do_nothing => self.push("DO NOTHING"),
                MergeAction::Delete {} | MergeAction::Nothing {} => {
                    return Err(self.unlegal(span, "this action of MERGE"));
                }
            }
        }
        self.returning(merge.returning, "inserted", span)?;
        if self.target.can.merge_semicolon {
            self.push(";");
        }
        Ok(())
    }

    fn merge_source(&mut self, rel: RelId) -> Done {
        match self.air.rel(rel) {
            Rel::Source { source } => self.source(source),
            Rel::Join { kind: JoinKind::Comma, .. } => Err(self.unlegal(Span::NONE, "a comma join in MERGE")),
            Rel::Join { .. } => self.from(rel),
        }
    }

    // Transactions.

    fn transaction(
        &mut self,
        action: TransactionAction,
        name: Option<Name>,
        isolation: Option<Isolation>,
        read_only: bool,
        span: Span,
    ) -> Done {
        let form: &TransactionForm = &self.target.can.transactions;
        let words = match action {
            TransactionAction::Begin => form.begin,
            TransactionAction::Commit => Some("COMMIT"),
            TransactionAction::Rollback => Some("ROLLBACK"),
            TransactionAction::Savepoint => form.savepoint,
            TransactionAction::RollbackTo => form.rollback_to,
            TransactionAction::Release => form.release,
            TransactionAction::Set => form.set,
        };
        let Some(words) = words else {
            return Err(self.refuse(codes::TRANSACTION, span, "this transaction control has no form"));
        };
        self.push(words);
        if let Some(name) = name {
            self.push(" ");
            self.name(name)?;
        }
        if let Some(isolation) = isolation {
            let begins = action == TransactionAction::Begin;
            if begins && !form.begin_isolation {
                return Err(self.refuse(codes::TRANSACTION, span, "BEGIN takes no isolation level"));
            }
            self.push(match isolation {
                Isolation::ReadUncommitted => " ISOLATION LEVEL READ UNCOMMITTED",
                Isolation::ReadCommitted => " ISOLATION LEVEL READ COMMITTED",
                Isolation::RepeatableRead => " ISOLATION LEVEL REPEATABLE READ",
                Isolation::Serializable => " ISOLATION LEVEL SERIALIZABLE",
                Isolation::Snapshot if form.snapshot => " ISOLATION LEVEL SNAPSHOT",
                Isolation::Snapshot => {
                    return Err(self.refuse(codes::TRANSACTION, span, "there is no snapshot isolation"));
                }
            });
        }
        if read_only {
            if !form.read_only {
                return Err(self.refuse(codes::TRANSACTION, span, "there are no read-only transactions"));
            }
            self.push(if isolation.is_some() { ", READ ONLY" } else { " READ ONLY" });
        }
        Ok(())
    }
}
