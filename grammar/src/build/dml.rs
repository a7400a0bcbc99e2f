//! `INSERT`, `UPDATE`, `DELETE`, `MERGE`.

use super::gates::{LITE, MARIA, MS, MY, ORA, PG};
use super::{Builder, DmlId, Mark, X};
use crate::tree::*;
use air_base::Span;
use airc_lex::{Op, aux};

impl Builder<'_> {
    fn insert_or(&mut self, l: u32) -> InsertOr {
        let how = match self.aux(l) & 0xff {
            0 => return InsertOr::Fail,
            1 => InsertOr::Ignore,
            2 => InsertOr::OrReplace,
            3 => InsertOr::OrIgnore,
            4 => InsertOr::OrAbort,
            5 => InsertOr::OrRollback,
            _ => InsertOr::OrFail,
        };
        self.gate(if how == InsertOr::Ignore { MY } else { LITE }, l, "this way to handle a conflict");
        how
    }

    fn advice_of(&self, l: u32) -> Option<Span> {
        (self.aux(l) & aux::ADVICE != 0).then(|| self.tok(l).span())
    }

    pub(crate) fn dml_with(&mut self, dml: DmlId, with: WithId) {
        let span = self.tree[with].span;
        match dml {
            DmlId::Insert(id) => {
                let node = &mut self.tree.inserts[id.index()];
                node.with = Some(with);
                node.span = span.to(node.span);
            }
            DmlId::Update(id) => {
                let node = &mut self.tree.updates[id.index()];
                node.with = Some(with);
                node.span = span.to(node.span);
            }
            DmlId::Delete(id) => {
                let node = &mut self.tree.deletes[id.index()];
                node.with = Some(with);
                node.span = span.to(node.span);
            }
            DmlId::Merge(id) => {
                let node = &mut self.tree.merges[id.index()];
                node.with = Some(with);
                node.span = span.to(node.span);
            }
        }
    }

    // INSERT.

    pub(crate) fn insert_begin(&mut self, l: u32, n: u32) {
        let on_failure = self.insert_or(l);
        if self.aux(l) & aux::INTO == 0 {
            self.gate(MY.or(MS), l, "INSERT without INTO");
        }
        let replace = self.aux(l) & aux::REPLACES != 0;
        if replace {
            self.gate(MY.or(LITE), l, "REPLACE");
        }
        let insert = Insert {
            with: None,
            replace,
            on_failure,
            table: self.name_of(n),
            alias: None,
            columns: List::EMPTY,
            overriding_system: None,
            output: None,
            source: InsertSource::Defaults,
            row_alias: None,
            row_alias_columns: List::EMPTY,
            on_duplicate: List::EMPTY,
            on_conflict: List::EMPTY,
            returning: None,
            advice: self.advice_of(l),
            span: self.tok(l).span(),
        };
        self.stacks.inserts.push(insert);
    }

    /// The `INSERT` being read. The grammar begins one before it adds to it.
    fn insert(&mut self) -> &mut Insert {
        if self.stacks.inserts.is_empty() {
            self.insert_begin(0, 0);
        }
        let last = self.stacks.inserts.len() - 1;
        &mut self.stacks.inserts[last]
    }

    /// An alias without AS.
    pub(crate) fn insert_bare_alias(&mut self, l: u32) {
        self.gate(ORA, l, "an alias without AS of the table of INSERT");
        let alias = self.ident(l);
        self.insert().alias = Some(alias);
    }

    pub(crate) fn insert_alias(&mut self, l: u32) {
        self.gate(PG.or(LITE).or(ORA), l, "an alias of the table of INSERT");
        let alias = self.ident(l);
        self.insert().alias = Some(alias);
    }

    pub(crate) fn insert_columns(&mut self, m: Mark) {
        let columns = self.close(m);
        self.insert().columns = columns;
    }

    pub(crate) fn insert_advice(&mut self, l: u32, r: u32) {
        let span = self.span(l, r);
        self.insert().advice = Some(span);
    }

    pub(crate) fn insert_overriding(&mut self, l: u32) {
        self.gate(PG, l, "OVERRIDING");
        let system = self.aux(l) == 1;
        self.insert().overriding_system = Some(system);
    }

    pub(crate) fn insert_output(&mut self) {
        let output = self.stacks.outputs.pop();
        self.insert().output = output;
    }

    pub(crate) fn insert_query(&mut self, query: QueryId) {
        let node = self.tree[query];
        let plain =
            node.with.is_none() && node.order_by.is_empty() && node.limit.is_none() && node.locks.is_empty();
        let source = match node.body {
            Body::Values(rows) if plain => InsertSource::Values(rows),
            _ => InsertSource::Query(query),
        };
        self.insert().source = source;
    }

    pub(crate) fn insert_defaults(&mut self) {
        self.insert().source = InsertSource::Defaults;
    }

    pub(crate) fn insert_set(&mut self, m: Mark) {
        let set = self.close(m);
        let span = self.insert().span;
        if !MY.has(self.dialect) {
            self.foreign(MY, span, "INSERT … SET");
        }
        self.insert().source = InsertSource::Set(set);
    }

    pub(crate) fn insert_row_alias(&mut self, l: u32, columns: Option<(u32, u32)>) {
        self.gate(MY, l, "a row alias");
        let columns = columns.map_or(List::EMPTY, |(first, end)| self.idents(first, end));
        let alias = self.ident(l);
        let insert = self.insert();
        insert.row_alias = Some(alias);
        insert.row_alias_columns = columns;
    }

    pub(crate) fn insert_on_duplicate(&mut self, l: u32, m: Mark) {
        self.gate(MY, l, "ON DUPLICATE KEY UPDATE");
        let set = self.close(m);
        self.insert().on_duplicate = set;
    }

    pub(crate) fn insert_returning(&mut self) {
        let returning = self.stacks.returnings.pop();
        self.insert().returning = returning;
    }

    pub(crate) fn conflict_any(&mut self) {
        self.stacks.conflict_targets.push(ConflictTarget::Any);
    }

    pub(crate) fn conflict_columns(&mut self, m: Mark, x: Option<X>) {
        let filter = x.map(|x| self.end(x));
        let columns = self.close(m);
        self.stacks.conflict_targets.push(ConflictTarget::Columns { columns, filter });
    }

    pub(crate) fn conflict_constraint(&mut self, l: u32) {
        self.gate(PG, l, "ON CONFLICT ON CONSTRAINT");
        let name = self.ident(l);
        self.stacks.conflict_targets.push(ConflictTarget::Constraint(name));
    }

    fn on_conflict(&mut self, action: ConflictAction, l: u32, r: u32) {
        self.gate(PG.or(LITE), l, "ON CONFLICT");
        let target = self.stacks.conflict_targets.pop().unwrap_or(ConflictTarget::Any);
        let span = self.span(l, r);
        let list = self.insert().on_conflict;
        let list = self.append(list, OnConflict { target, action, span });
        self.insert().on_conflict = list;
    }

    pub(crate) fn on_conflict_nothing(&mut self, l: u32, r: u32) {
        self.on_conflict(ConflictAction::Nothing, l, r);
    }

    pub(crate) fn on_conflict_update(&mut self, l: u32, m: Mark, x: Option<X>, r: u32) {
        let filter = x.map(|x| self.end(x));
        let set = self.close(m);
        self.on_conflict(ConflictAction::Update { set, filter }, l, r);
    }

    pub(crate) fn insert_end(&mut self, l: u32, r: u32) -> DmlId {
        let span = self.span(l, r);
        self.insert().span = span;
        let insert = *self.insert();
        self.stacks.inserts.pop();
        DmlId::Insert(self.node(insert))
    }

    // What several statements share.

    pub(crate) fn target(&mut self, l: u32, opaque: bool) -> Mark {
        let name = self.name_of(l);
        self.open(ColumnTarget { name, opaque })
    }

    pub(crate) fn target_element(&mut self, l: u32, x: X) -> Mark {
        self.end(x);
        self.target(l, true)
    }

    fn assignment(&mut self, targets: List<ColumnTarget>, o: u32, value: ExprId) -> Mark {
        let op = self.op_at(o);
        let compound = match op {
            Op::Eq => None,
            Op::Assign => {
                self.gate(MY, o, "`:=`");
                None
            }
            Op::AddAssign
            | Op::SubAssign
            | Op::MulAssign
            | Op::DivAssign
            | Op::ModAssign
            | Op::AndAssign
            | Op::OrAssign
            | Op::XorAssign => {
                self.gate(MS, o, "an assignment with an operator");
                Some(self.tok(o).span())
            }
            _ => {
                let span = self.tok(o).span();
                self.reject(span, "`=` is expected in an assignment");
                None
            }
        };
        self.open(Assignment { targets, value, compound })
    }

    pub(crate) fn assign(&mut self, l: u32, o: u32, x: X) -> Mark {
        let value = self.end(x);
        let name = self.name_of(l);
        let targets = self.tree.column_targets.single(ColumnTarget { name, opaque: false });
        self.assignment(targets, o, value)
    }

    pub(crate) fn assign_element(&mut self, l: u32, i: X, o: u32, x: X) -> Mark {
        let (_, value) = self.end2(i, x);
        let name = self.name_of(l);
        let targets = self.tree.column_targets.single(ColumnTarget { name, opaque: true });
        self.assignment(targets, o, value)
    }

    /// T-SQL: `SET @v = value` in an `UPDATE`.
    pub(crate) fn assign_variable(&mut self, l: u32, o: u32, x: X) -> Mark {
        self.gate(MS, l, "a variable as a target");
        let value = self.end(x);
        let name = self.variable_name(l);
        let targets = self.tree.column_targets.single(ColumnTarget { name, opaque: true });
        self.assignment(targets, o, value)
    }

    pub(crate) fn assign_row(&mut self, m: Mark, o: u32, x: X) -> Mark {
        let value = self.end(x);
        let targets = self.close(m);
        self.gate(PG.or(LITE).or(ORA), o, "assigning to several columns at once");
        self.assignment(targets, o, value)
    }

    pub(crate) fn returning(&mut self, l: u32, m: Mark, into: Option<Mark>, r: u32) {
        self.gate(PG.or(LITE).or(ORA).or(MARIA), l, "RETURNING");
        let into = into.map_or(List::EMPTY, |m| self.close(m));
        let items = self.close(m);
        let span = self.span(l, r);
        self.stacks.returnings.push(Returning { items, into, span });
    }

    pub(crate) fn output(&mut self, l: u32, m: Mark, into: Option<(u32, Option<(u32, u32)>)>, r: u32) {
        let items = self.close(m);
        let (into, into_columns) = match into {
            None => (None, List::EMPTY),
            Some((n, columns)) => {
                let name = self.variable_name(n);
                (Some(name), columns.map_or(List::EMPTY, |(first, end)| self.idents(first, end)))
            }
        };
        let span = self.span(l, r);
        self.stacks.outputs.push(Output { items, into, into_columns, span });
    }

    /// `LIMIT n` of a statement that changes rows.
    fn dml_limit(&mut self, l: u32, x: X, r: u32) -> LimitId {
        self.gate(MY.or(LITE), l, "LIMIT here");
        let count = self.end(x);
        let span = self.span(l, r);
        self.node(Limit { count: Some(count), form: LimitForm::Limit, span, ..Limit::default() })
    }

    // UPDATE.

    pub(crate) fn update_begin(&mut self, l: u32, top: Option<LimitId>, m: Mark, a: Mark) {
        let on_failure = self.insert_or(l);
        let set = self.close(a);
        let tables = self.close(m);
        let update = Update {
            with: None,
            on_failure,
            top,
            tables,
            set,
            output: None,
            from: List::EMPTY,
            filter: None,
            order_by: List::EMPTY,
            limit: None,
            returning: None,
            advice: self.advice_of(l),
            span: self.tok(l).span(),
        };
        if update.tables.len() > 1 {
            self.gate(MY, l, "UPDATE of several tables");
        }
        self.stacks.updates.push(update);
    }

    fn update(&mut self) -> &mut Update {
        if self.stacks.updates.is_empty() {
            let none = Mark(u32::MAX);
            self.update_begin(0, None, none, none);
        }
        let last = self.stacks.updates.len() - 1;
        &mut self.stacks.updates[last]
    }

    pub(crate) fn update_from(&mut self, m: Mark) {
        let from = self.close(m);
        let span = self.update().span;
        let known = PG.or(LITE).or(MS);
        if !known.has(self.dialect) {
            self.foreign(known, span, "UPDATE … FROM");
        }
        self.update().from = from;
    }

    pub(crate) fn update_where(&mut self, x: X) {
        let filter = self.end(x);
        self.update().filter = Some(filter);
    }

    pub(crate) fn update_order(&mut self, l: u32, m: Mark) {
        self.gate(MY.or(LITE), l, "ORDER BY here");
        let order = self.close(m);
        self.update().order_by = order;
    }

    pub(crate) fn update_limit(&mut self, l: u32, x: X, r: u32) {
        let limit = self.dml_limit(l, x, r);
        self.update().limit = Some(limit);
    }

    pub(crate) fn update_offset(&mut self, l: u32, x: X, _r: u32) {
        self.gate(LITE, l, "OFFSET here");
        let offset = self.end(x);
        if let Some(id) = self.update().limit {
            self.tree.limits[id.index()].offset = Some(offset);
        }
    }

    pub(crate) fn update_returning(&mut self) {
        let returning = self.stacks.returnings.pop();
        self.update().returning = returning;
    }

    pub(crate) fn update_output(&mut self) {
        let output = self.stacks.outputs.pop();
        self.update().output = output;
    }

    pub(crate) fn update_advice(&mut self, l: u32, r: u32) {
        let span = self.span(l, r);
        self.update().advice = Some(span);
    }

    pub(crate) fn update_end(&mut self, l: u32, r: u32) -> DmlId {
        let span = self.span(l, r);
        self.update().span = span;
        let update = *self.update();
        self.stacks.updates.pop();
        DmlId::Update(self.node(update))
    }

    // DELETE.

    pub(crate) fn delete_begin(&mut self, l: u32, top: Option<LimitId>, targets: Option<Mark>) {
        let targets = targets.map_or(List::EMPTY, |m| self.close(m));
        let delete = Delete {
            with: None,
            ignore: self.aux(l) & 0xff == 1,
            top,
            targets,
            output: None,
            from: List::EMPTY,
            form: DeleteForm::Single,
            filter: None,
            order_by: List::EMPTY,
            limit: None,
            returning: None,
            advice: self.advice_of(l),
            span: self.tok(l).span(),
        };
        self.stacks.deletes.push(delete);
    }

    fn delete(&mut self) -> &mut Delete {
        if self.stacks.deletes.is_empty() {
            self.delete_begin(0, None, None);
        }
        let last = self.stacks.deletes.len() - 1;
        &mut self.stacks.deletes[last]
    }

    /// A `FROM` behind the targets; behind `TOP` it brings the target itself.
    pub(crate) fn delete_from(&mut self, m: Mark) {
        let from = self.close(m);
        let delete = self.delete();
        if delete.targets.is_empty() {
            delete.targets = from;
        } else {
            delete.from = from;
            delete.form = DeleteForm::TargetsFrom;
            let span = delete.span;
            if !MY.or(MS).has(self.dialect) {
                self.foreign(MY.or(MS), span, "DELETE with targets before FROM");
            }
        }
    }

    pub(crate) fn delete_using(&mut self, m: Mark) {
        let from = self.close(m);
        let mysql = MY.has(self.dialect);
        let span = self.delete().span;
        if !PG.or(MY).has(self.dialect) {
            self.foreign(PG.or(MY), span, "DELETE … USING");
        }
        let delete = self.delete();
        delete.from = from;
        delete.form = if mysql { DeleteForm::TargetsUsing } else { DeleteForm::Using };
    }

    pub(crate) fn delete_where(&mut self, x: X) {
        let filter = self.end(x);
        self.delete().filter = Some(filter);
    }

    pub(crate) fn delete_order(&mut self, l: u32, m: Mark) {
        self.gate(MY.or(LITE), l, "ORDER BY here");
        let order = self.close(m);
        self.delete().order_by = order;
    }

    pub(crate) fn delete_limit(&mut self, l: u32, x: X, r: u32) {
        let limit = self.dml_limit(l, x, r);
        self.delete().limit = Some(limit);
    }

    pub(crate) fn delete_offset(&mut self, l: u32, x: X, _r: u32) {
        self.gate(LITE, l, "OFFSET here");
        let offset = self.end(x);
        if let Some(id) = self.delete().limit {
            self.tree.limits[id.index()].offset = Some(offset);
        }
    }

    pub(crate) fn delete_returning(&mut self) {
        let returning = self.stacks.returnings.pop();
        self.delete().returning = returning;
    }

    pub(crate) fn delete_output(&mut self) {
        let output = self.stacks.outputs.pop();
        self.delete().output = output;
    }

    pub(crate) fn delete_advice(&mut self, l: u32, r: u32) {
        let span = self.span(l, r);
        self.delete().advice = Some(span);
    }

    pub(crate) fn delete_end(&mut self, l: u32, r: u32) -> DmlId {
        let span = self.span(l, r);
        self.delete().span = span;
        let delete = *self.delete();
        self.stacks.deletes.pop();
        DmlId::Delete(self.node(delete))
    }

    // MERGE.

    pub(crate) fn merge_begin(&mut self, l: u32, top: Option<LimitId>, target: FromId, source: FromId, x: X) {
        self.gate(PG.or(ORA).or(MS), l, "MERGE");
        let on = self.end(x);
        let span = self.tok(l).span();
        let merge = Merge {
            with: None,
            top,
            target,
            source,
            on,
            arms: List::EMPTY,
            output: None,
            returning: None,
            advice: None,
            span,
        };
        self.stacks.merges.push(merge);
    }

    fn merge(&mut self) -> Option<&mut Merge> {
        self.stacks.merges.last_mut()
    }

    pub(crate) fn merge_when(&mut self, l: u32, x: Option<X>) {
        let condition = x.map(|x| self.end(x));
        let when = match self.aux(l) {
            0 => MergeWhen::Matched,
            1 => MergeWhen::NotMatched,
            _ => {
                self.gate(MS.or(PG), l, "NOT MATCHED BY SOURCE");
                MergeWhen::NotMatchedBySource
            }
        };
        self.stacks.merge_whens.push((when, condition));
    }

    pub(crate) fn merge_action(&mut self, l: u32) {
        let action = if self.aux(l) == 0 { MergeAction::Delete } else { MergeAction::Nothing };
        self.stacks.merge_actions.push(action);
    }

    pub(crate) fn merge_update(&mut self, m: Mark, filter: Option<X>, delete: Option<X>) {
        let delete = delete.map(|x| self.end(x));
        let filter = filter.map(|x| self.end(x));
        let set = self.close(m);
        self.stacks.merge_actions.push(MergeAction::Update { set, filter, delete });
    }

    pub(crate) fn merge_insert_head(&mut self, m: Option<Mark>, overriding: Option<u32>) {
        let columns = m.map_or(List::EMPTY, |m| self.close(m));
        let system = overriding.map(|l| self.aux(l) == 1);
        self.stacks.merge_inserts.push((columns, system));
    }

    pub(crate) fn merge_insert(&mut self, has_row: bool, x: Option<X>) {
        let filter = x.map(|x| self.end(x));
        let values = has_row.then(|| self.pop_row());
        let (columns, overriding_system) = self.stacks.merge_inserts.pop().unwrap_or_default();
        self.stacks.merge_actions.push(MergeAction::Insert { columns, values, filter, overriding_system });
    }

    pub(crate) fn merge_arm(&mut self, l: u32, r: u32) {
        let action = self.stacks.merge_actions.pop().unwrap_or(MergeAction::Nothing);
        let (when, condition) = self.stacks.merge_whens.pop().unwrap_or((MergeWhen::Matched, None));
        let span = self.span(l, r);
        let Some(arms) = self.merge().map(|merge| merge.arms) else { return };
        let arms = self.append(arms, MergeArm { when, condition, action, span });
        if let Some(merge) = self.merge() {
            merge.arms = arms;
        }
    }

    pub(crate) fn merge_output(&mut self) {
        let output = self.stacks.outputs.pop();
        if let Some(merge) = self.merge() {
            merge.output = output;
        }
    }

    pub(crate) fn merge_returning(&mut self) {
        let returning = self.stacks.returnings.pop();
        if let Some(merge) = self.merge() {
            merge.returning = returning;
        }
    }

    pub(crate) fn merge_advice(&mut self, l: u32, r: u32) {
        let span = self.span(l, r);
        if let Some(merge) = self.merge() {
            merge.advice = Some(span);
        }
    }

    pub(crate) fn merge_end(&mut self, l: u32, r: u32) -> DmlId {
        let span = self.span(l, r);
        let merge = match self.stacks.merges.pop() {
            Some(merge) => Merge { span, ..merge },
            None => {
                let on = self.default_value();
                let target = self.new_from(FromKind::Opaque(Span::NONE), l, r);
                Merge {
                    with: None,
                    top: None,
                    target,
                    source: target,
                    on,
                    arms: List::EMPTY,
                    output: None,
                    returning: None,
                    advice: None,
                    span,
                }
            }
        };
        if merge.arms.is_empty() {
            self.reject(span, "MERGE needs at least one WHEN");
        }
        DmlId::Merge(self.node(merge))
    }

    // INSERT ALL.

    pub(crate) fn insert_all_begin(&mut self, l: u32) -> u32 {
        self.gate(ORA, l, "INSERT into several tables");
        self.stacks.ddl.arm = InsertArm::Always;
        l
    }

    pub(crate) fn insert_all_when(&mut self, x: X) {
        let condition = self.end(x);
        self.stacks.ddl.arm = InsertArm::When(condition);
    }

    pub(crate) fn insert_all_else(&mut self) {
        self.stacks.ddl.arm = InsertArm::Else;
    }

    pub(crate) fn insert_all_columns(&mut self, m: Option<Mark>) {
        self.stacks.ddl.columns = m.map_or(List::EMPTY, |m| self.close(m));
    }

    pub(crate) fn insert_all_into(&mut self, n: u32, has_row: bool) {
        let values = has_row.then(|| self.pop_row());
        let columns = std::mem::take(&mut self.stacks.ddl.columns);
        let branch = InsertBranch { arm: self.stacks.ddl.arm, table: self.name_of(n), columns, values };
        self.open(branch);
    }

    pub(crate) fn insert_all(&mut self, l: u32, query: QueryId, r: u32) -> InsertAllId {
        // INSERT ALL does not nest: all open branches are its own.
        let branches = self.close(Mark(0));
        let first = self.aux(l) == 1;
        let span = self.span(l, r);
        self.node(InsertAll { first, branches, query, span })
    }
}
