//! UPDATE, DELETE, MERGE, TRUNCATE.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::insert::Store;
use crate::names::{Reference, names_equal};
use crate::scope::Clause;
use crate::through::Through;
use air::ids::List;
use air::query::{Item, Limit, Rel, SourceKind};
use air::statement::{Delete, Merge, MergeAction, MergeClause, MergeWhen, Statement, Update};
use air::{ExprId, Name, RelId, SourceId};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, DeleteForm, FromId, FromKind, InsertOr};

impl<'a> Binder<'a> {
    // UPDATE.

    pub(crate) fn update(&mut self, id: tree::UpdateId) -> Bound<Statement> {
        let node = self.tree[id];
        let visible_ctes = self.scopes.ctes.len();
        let (ctes, recursive) = self.change_ctes(node.with)?;
        self.note_advice(node.advice);
        let ignore = self.ignores(node.on_failure, node.span)?;
        self.scopes.open(Clause::From);
        let tables = self.tree.list(node.tables);
        let from_tables = self.tree.list(node.from);
        let single = match *tables {
            [only] if matches!(self.tree[only].kind, FromKind::Table { .. }) => Some(only),
            _ => None,
        };
        let mut through = None;
        let (targets, from, joined) = match single {
            // UPDATE t [FROM …]: the target by itself, unless FROM names it again where that means the same.
            Some(only) => match self.target_in_from(only, from_tables)? {
                Some((rel, target)) => (vec![target], Some(rel), true),
                None if from_tables.is_empty() => {
                    let (target, shown) = self.lone_target(only)?;
                    let from = match &shown {
                        Some(shown) => Some(self.air.push_rel(Rel::Source { source: shown.shown })),
                        None => None,
                    };
                    through = shown;
                    (vec![target], from, false)
                }
                None => {
                    let target = self.change_target(only)?;
                    (vec![target], self.sources(node.from)?, false)
                }
            },
            // UPDATE a JOIN b SET …: any source may be changed.
            None => {
                let Some(rel) = self.sources(node.tables)? else {
                    return Err(self.refuse(codes::CHANGE_TARGET, node.span, "UPDATE without a table"));
                };
                let targets = self.scopes.here().iter().map(|visible| visible.source).collect();
                (targets, Some(rel), true)
            }
        };
        self.scopes.top().clause = Clause::Value;
        let candidates = if joined && single.is_none() { targets } else { targets[..1].to_vec() };
        let assignments = self.assignments(node.set, &candidates)?;
        let target = match self.air.list(assignments).first() {
            Some(first) => first.source,
            None => candidates[0],
        };
        self.check_target(target, node.span)?;
        let mut filter = self.change_filter(node.filter)?;
        let mut ctes = ctes;
        if let Some(through) = &through {
            filter = Some(self.beside_shown(through, filter, node.span));
            ctes = self.without_shown(ctes, through, node.span)?;
        }
        let order = self.change_order(node.order_by)?;
        let returning = self.change_returning(node.returning, node.output, target, true, true)?;
        self.scopes.close();
        let limit = self.change_limit(node.top, node.limit, node.span)?;
        if let (Some(_), Some(_)) = (&through, limit) {
            let message = "TOP at a change through a table expression is not translated";
            return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, message));
        }
        self.scopes.ctes.truncate(visible_ctes);
        let update = Update {
            ctes,
            recursive,
            target,
            from,
            joined,
            assignments,
            sequential: self.shape.set_sequential,
            filter,
            order,
            limit,
            ignore,
            returning,
        };
        Ok(Statement::Update { update: Box::new(update) })
    }

    fn change_ctes(&mut self, with: Option<tree::WithId>) -> Bound<(List<air::CteId>, bool)> {
        match with {
            Some(with) => self.with(with),
            None => Ok((List::EMPTY, false)),
        }
    }

    fn note_advice(&mut self, advice: Option<Span>) {
        if let Some(span) = advice {
            let message = "advice about the order of work is left out";
            self.diagnostics.push(Diagnostic::note(codes::TABLE_HINT, span, message));
        }
    }

    fn ignores(&mut self, or: InsertOr, span: Span) -> Bound<bool> {
        match or {
            InsertOr::Fail | InsertOr::OrAbort => Ok(false),
            InsertOr::Ignore | InsertOr::OrIgnore => Ok(true),
            InsertOr::OrReplace | InsertOr::OrRollback | InsertOr::OrFail => {
                let message = "this rule for failing rows is not translated";
                Err(self.refuse(codes::CHANGE_CLAUSE, span, message))
            }
        }
    }

    /// The table of a change by itself, or what the table expression that it names shows of one.
    fn lone_target(&mut self, id: FromId) -> Bound<(SourceId, Option<Through>)> {
        let node = self.tree[id];
        if let FromKind::Table { name, .. } = node.kind
            && node.alias.is_none()
            && let Some(cte) = self.cte_named(name)
        {
            let through = self.through(cte, node.span)?;
            return Ok((through.base, Some(through)));
        }
        Ok((self.change_target(id)?, None))
    }

    /// The table of a change as a source that expressions see.
    fn change_target(&mut self, id: FromId) -> Bound<SourceId> {
        let node = self.tree[id];
        let FromKind::Table { name, .. } = node.kind else {
            return Err(self.refuse(codes::CHANGE_TARGET, node.span, "a table is expected here"));
        };
        if self.cte_named(name).is_some() {
            let message = "changing rows through a common table expression is not translated here";
            return Err(self.refuse(codes::CHANGE_TARGET, node.span, message));
        }
        let source = self.stored_source(name, node.alias, node.span)?;
        self.scopes.show(source);
        Ok(source)
    }

    /// `UPDATE x … FROM t x JOIN d` (T-SQL): FROM binds the target, which is named by alias or by table.
    fn target_in_from(&mut self, target: FromId, from: &[FromId]) -> Bound<Option<(RelId, SourceId)>> {
        if !self.shape.target_in_from || from.is_empty() {
            return Ok(None);
        }
        let mut rel = None;
        for item in from {
            rel = Some(self.joined_source(*item, rel)?);
        }
        let (Some(rel), Some(source)) = (rel, self.named_target(target)) else {
            // FROM has further tables only: the target is joined to them by comma.
            let source = self.change_target(target)?;
            let left = self.air.push_rel(Rel::Source { source });
            let Some(right) = rel else { return Ok(None) };
            let kind = air::query::JoinKind::Comma;
            let rel = self.air.push_rel(Rel::Join { kind, left, right, on: None, using: List::EMPTY });
            return Ok(Some((rel, source)));
        };
        Ok(Some((rel, source)))
    }

    /// The visible source that a target names: by alias, else by the name of its table.
    fn named_target(&self, target: FromId) -> Option<SourceId> {
        let FromKind::Table { name, .. } = self.tree[target].kind else { return None };
        let last = self.tree.last(name)?;
        let text = self.ident_text(last);
        let reference = Reference::new(last, &text);
        let means = |name: Name| reference.means(self.air.name(name), name.exact, self.shape.folding);
        let here = self.scopes.here();
        let by_alias = here.iter().find(|v| means(self.air.source(v.source).alias));
        let by_table = || {
            let mut same = here.iter().filter(|v| match self.air.source(v.source).kind {
                SourceKind::Table { name } => means(name.name),
                _ => false,
            });
            match (same.next(), same.next()) {
                (Some(only), None) => Some(only),
                _ => None,
            }
        };
        by_alias.or_else(by_table).map(|visible| visible.source)
    }

    fn check_target(&mut self, target: SourceId, span: Span) -> Bound<()> {
        if matches!(self.air.source(target).kind, SourceKind::Table { .. }) {
            return Ok(());
        }
        let message = "only stored tables are changed; this is a query";
        Err(self.refuse(codes::CHANGE_TARGET, span, message))
    }

    fn change_filter(&mut self, filter: Option<tree::ExprId>) -> Bound<Option<ExprId>> {
        let Some(filter) = filter else { return Ok(None) };
        self.scopes.top().clause = Clause::Where;
        if let tree::Expr::CurrentOf(_) = self.tree.expr(filter) {
            let span = self.span(filter);
            return Err(self.refuse(codes::CHANGE_CLAUSE, span, "WHERE CURRENT OF is not translated"));
        }
        self.predicate(filter).map(Some)
    }

    fn change_order(&mut self, order: tree::List<tree::OrderItem>) -> Bound<List<air::expr::OrderKey>> {
        if order.is_empty() {
            return Ok(List::EMPTY);
        }
        self.scopes.top().clause = Clause::Value;
        self.sort_keys(order)
    }

    fn change_limit(
        &mut self,
        top: Option<tree::LimitId>,
        limit: Option<tree::LimitId>,
        span: Span,
    ) -> Bound<Option<Limit>> {
        if top.is_some() && limit.is_some() {
            return Err(self.refuse(
                codes::CHANGE_CLAUSE,
                span,
                "TOP and another row limit at one statement",
            ));
        }
        self.limit(top.or(limit))
    }

    fn change_returning(
        &mut self,
        returning: Option<tree::Returning>,
        output: Option<tree::Output>,
        target: SourceId,
        old: bool,
        new: bool,
    ) -> Bound<List<Item>> {
        self.scopes.top().clause = Clause::Returning;
        match (returning, output) {
            (Some(returning), _) => self.returning(&returning),
            (None, Some(output)) => self.output_clause(&output, target, old, new),
            (None, None) => Ok(List::EMPTY),
        }
    }

    // DELETE.

    pub(crate) fn delete(&mut self, id: tree::DeleteId) -> Bound<Statement> {
        let node = self.tree[id];
        let visible_ctes = self.scopes.ctes.len();
        let (ctes, recursive) = self.change_ctes(node.with)?;
        self.note_advice(node.advice);
        if node.ignore {
            let message = "DELETE IGNORE is not translated";
            return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, message));
        }
        self.scopes.open(Clause::From);
        let names = self.tree.list(node.targets);
        let mut through = None;
        let (targets, from, joined) = match node.form {
            DeleteForm::Single | DeleteForm::Using => {
                let [only] = *names else {
                    return Err(self.refuse(codes::CHANGE_TARGET, node.span, "one table is expected here"));
                };
                if node.from.is_empty() {
                    let (target, shown) = self.lone_target(only)?;
                    through = shown;
                    (vec![target], None, false)
                } else {
                    let target = self.change_target(only)?;
                    let from = self.sources(node.from)?;
                    (vec![target], from, false)
                }
            }
            DeleteForm::TargetsFrom | DeleteForm::TargetsUsing => {
                let from = self.sources(node.from)?;
                let mut targets = Vec::with_capacity(names.len());
                for name in names {
                    match self.named_target(*name) {
                        Some(source) => targets.push(source),
                        None => {
                            let span = self.tree[*name].span;
                            let message =
                                format!("`{}` is not among the tables of this statement", self.text_of(span));
                            return Err(self.refuse(codes::CHANGE_TARGET, span, message));
                        }
                    }
                }
                // One table under its own name is the plain form.
                let alone = self.scopes.here().len() == 1;
                if alone { (targets, None, false) } else { (targets, from, true) }
            }
        };
        let Some((&target, more)) = targets.split_first() else {
            return Err(self.refuse(codes::CHANGE_TARGET, node.span, "DELETE without a table"));
        };
        for target in &targets {
            self.check_target(*target, node.span)?;
        }
        let more_targets = self.air.push_list(more);
        let mut filter = self.change_filter(node.filter)?;
        let mut ctes = ctes;
        if let Some(through) = &through {
            filter = Some(self.among_shown(through, filter, node.span));
            ctes = self.without_shown(ctes, through, node.span)?;
        }
        let order = self.change_order(node.order_by)?;
        let returning = self.change_returning(node.returning, node.output, target, true, false)?;
        self.scopes.close();
        let limit = self.change_limit(node.top, node.limit, node.span)?;
        if let (Some(_), Some(_)) = (&through, limit) {
            let message = "TOP at a change through a table expression is not translated";
            return Err(self.refuse(codes::CHANGE_CLAUSE, node.span, message));
        }
        self.scopes.ctes.truncate(visible_ctes);
        let delete =
            Delete { ctes, recursive, target, more_targets, from, joined, filter, order, limit, returning };
        Ok(Statement::Delete { delete: Box::new(delete) })
    }

    // MERGE.

    pub(crate) fn merge(&mut self, id: tree::MergeId) -> Bound<Statement> {
        let node = self.tree[id];
        let visible_ctes = self.scopes.ctes.len();
        let (ctes, recursive) = self.change_ctes(node.with)?;
        self.note_advice(node.advice);
        if let Some(top) = node.top {
            let span = self.tree[top].span;
            return Err(self.refuse(codes::CHANGE_CLAUSE, span, "TOP at MERGE is not translated"));
        }
        self.scopes.open(Clause::From);
        let target = self.change_target(node.target)?;
        let source = self.joined_source(node.source, None)?;
        self.scopes.top().clause = Clause::Where;
        let on = self.predicate(node.on)?;
        let mut clauses: Vec<MergeClause> = Vec::with_capacity(node.arms.len());
        for arm in self.tree.list(node.arms) {
            let clause = self.merge_arm(arm, target)?;
            clauses.push(clause);
        }
        let returning = self.change_returning(node.returning, node.output, target, true, true)?;
        self.scopes.close();
        self.scopes.ctes.truncate(visible_ctes);
        let clauses = self.air.push_list(&clauses);
        let merge = Merge { ctes, recursive, target, source, on, clauses, returning };
        Ok(Statement::Merge { merge: Box::new(merge) })
    }

    /// An arm of MERGE. Conditions that Oracle writes behind the action are those of the arm.
    fn merge_arm(&mut self, arm: &tree::MergeArm, target: SourceId) -> Bound<MergeClause> {
        let when = match arm.when {
            tree::MergeWhen::Matched => MergeWhen::Matched,
            tree::MergeWhen::NotMatched => MergeWhen::NotMatched,
            tree::MergeWhen::NotMatchedBySource => MergeWhen::NotMatchedBySource,
        };
        let mut conditions: Vec<ExprId> = Vec::new();
        if let Some(condition) = arm.condition {
            conditions.push(self.predicate(condition)?);
        }
        let action = match arm.action {
            tree::MergeAction::Update { set, filter, delete } => {
                if let Some(filter) = filter {
                    conditions.push(self.predicate(filter)?);
                }
                let assignments = self.assignments(set, &[target])?;
                let delete_where = match delete {
                    Some(delete) => Some(self.predicate(delete)?),
                    None => None,
                };
                MergeAction::Update { assignments, delete_where }
            }
            tree::MergeAction::Delete => MergeAction::Delete {},
            tree::MergeAction::Nothing => MergeAction::Nothing {},
            tree::MergeAction::Insert { columns, values, filter, overriding_system } => {
                if overriding_system.is_some() {
                    let message = "OVERRIDING in MERGE is not translated";
                    return Err(self.refuse(codes::CHANGE_CLAUSE, arm.span, message));
                }
                if let Some(filter) = filter {
                    conditions.push(self.predicate(filter)?);
                }
                self.merge_insert(columns, values, target, arm.span)?
            }
        };
        let condition = (!conditions.is_empty()).then(|| self.conjunction(&conditions, arm.span));
        Ok(MergeClause { when, condition, action })
    }

    fn merge_insert(
        &mut self,
        names: tree::List<tree::ColumnTarget>,
        values: Option<tree::Row>,
        target: SourceId,
        span: Span,
    ) -> Bound<MergeAction> {
        let Some(values) = values else {
            let message = "DEFAULT VALUES in MERGE is not translated";
            return Err(self.refuse(codes::CHANGE_CLAUSE, span, message));
        };
        let columns: Vec<u32> = match names.is_empty() {
            true => {
                let source = self.air.source(target);
                if !source.closed {
                    let message = "an insert of MERGE without column list needs the columns of the table";
                    return Err(self.refuse(codes::STAR_OF_UNKNOWN, span, message));
                }
                (0..source.columns.len() as u32).collect()
            }
            false => self.target_columns(target, names)?,
        };
        if columns.len() != values.items.len() {
            let message = format!("{} values for {} columns", values.items.len(), columns.len());
            return Err(self.refuse(codes::INSERT_WIDTH, span, message));
        }
        let mark = self.exprs.len();
        for (value, column) in self.tree.list(values.items).iter().zip(&columns) {
            let store: Store = self.store(target, *column);
            let value = self.stored_value(*value, store)?;
            self.exprs.push(value);
        }
        let values = self.air.push_list(&self.exprs[mark..]);
        self.exprs.truncate(mark);
        let columns = self.air.push_list(&columns);
        Ok(MergeAction::Insert { columns, values })
    }

    // TRUNCATE.

    pub(crate) fn truncate(&mut self, id: tree::TruncateId) -> Bound<Statement> {
        let node = self.tree[id];
        let mut tables = Vec::with_capacity(node.tables.len());
        for name in self.tree.list(node.tables) {
            let span = self.tree.name_span(*name);
            let source = self.stored_source(*name, None, span)?;
            if let SourceKind::Table { name } = self.air.source(source).kind {
                let doubled =
                    tables.iter().any(|known: &air::ObjectName| names_equal(self.air, known.name, name.name));
                if !doubled {
                    tables.push(name);
                }
            }
        }
        let tables = self.air.push_list(&tables);
        let restart_identity = node.restart_identity.unwrap_or(self.shape.truncate_restarts);
        let cascade = node.behavior == Some(tree::DropBehavior::Cascade);
        Ok(Statement::Truncate { tables, restart_identity, cascade })
    }
}
