//! Tables that are changed: masks in what a change reads of them, filters before its conditions, and refusals where a
//! failure would tell of what is not seen.

use air::catalog::{KeptValue, Table};
use air::expr::Literal;
use air::node::Child;
use air::protection::{Plain, RowTest, TableProtection};
use air::query::{Item, Rel, SourceKind, ValuesRow};
use air::statement::{
    Assignment, ConflictAction, Delete, Insert, InsertSource, Merge, MergeAction, Statement, Update,
};
use air::{Expr, ExprId, List, RelId, SourceId, Type};
use air_base::Span;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

use super::{Guard, masks};
use crate::build::Build;
use crate::pass::Refused;

/// A table that a statement changes.
pub(super) struct Target {
    pub(super) source: SourceId,
    pub(super) of: TableProtection,
    pub(super) known: Table,
}

impl Target {
    pub(super) fn masked(&self, column: u32) -> bool {
        self.of.masks.get(column as usize).is_some_and(Option::is_some)
    }

    /// A column that is left out gets a value that may refer to something.
    fn has_default(&self, column: u32, unknown: &BTreeSet<String>) -> bool {
        let known = &self.known.columns[column as usize];
        let null = known.default.as_ref().is_some_and(|default| default.value == KeptValue::Null);
        known.has_default && !null || unknown.contains(&known.name.to_lowercase())
    }

    /// The filter gives the column one value in all rows that are seen.
    pub(super) fn pin(&self, column: u32) -> Option<&Plain> {
        let known = self.known.columns.get(column as usize)?;
        // A key whose texts are alike where bytes are not would meet rows of others.
        if known.ty.collation().is_some_and(|collation| !collation.is_exact()) {
            return None;
        }
        let name = &known.name;
        let pins = self.of.filter.as_ref()?.pinned();
        pins.into_iter().find(|(pinned, _)| pinned.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Guard<'_> {
    /// Puts the protection of targets into the statements that change rows.
    pub(super) fn changes(&mut self) -> Result<(), Refused> {
        let mut statements = std::mem::take(&mut self.air.statements);
        let done = statements.iter_mut().try_for_each(|statement| match statement {
            Statement::Insert { insert } => self.insert(insert),
            Statement::Update { update } => self.update(update),
            Statement::Delete { delete } => self.delete(delete),
            Statement::Merge { merge } => self.merge(merge),
            _ => Ok(()),
        });
        self.air.statements = statements;
        done
    }

    /// The table behind a target, and what holds for it. Every target has to be a known table: what keys it has
    /// decides about what a failure tells.
    fn target(&mut self, source: SourceId) -> Result<Target, Refused> {
        let span = self.air.source_span(source);
        let SourceKind::Table { name } = self.air.source(source).kind else {
            return self.refuse(span, "what is changed is no table", "");
        };
        let of = self.of_source(source)?.unwrap_or_default();
        let text = self.air.name(name.name);
        let schema = name.schema.map(|schema| self.air.name(schema));
        let known = self.catalog.table(schema, text).cloned();
        let Some(known) = known else {
            let message = format!("the keys of `{text}` are not known");
            return self.refuse(span, &message, "give the schema of the database");
        };
        let lower = text.to_lowercase();
        let trusted = self.protection.trusted_triggers.contains(&lower);
        if self.indirect.triggers.contains(&lower) && !trusted {
            let message = format!("`{text}` has triggers, which see tables without masks and filters");
            return self.refuse(span, &message, "the policy can trust the triggers of a table by its name");
        }
        Ok(Target { source, of, known })
    }

    fn insert(&mut self, insert: &mut Insert) -> Result<(), Refused> {
        let target = self.target(insert.target)?;
        let mut given: Vec<u32> = match insert.all_columns {
            true => (0..target.known.columns.len() as u32).collect(),
            false => self.air.list(insert.columns).to_vec(),
        };
        self.pins_given(insert, &target, &mut given)?;
        self.keys_tell(&target, &|column| {
            // A number that the server makes up meets no other.
            let made_up = target.known.columns[column as usize].identity && !given.contains(&column);
            !made_up
        })?;
        let defaults =
            self.indirect.defaults.get(&target.known.name.to_lowercase()).cloned().unwrap_or_default();
        self.parents_tell(&target, &|column| {
            given.contains(&column) || target.has_default(column, &defaults)
        })?;
        self.numbers_tell(&target, insert.returning)?;
        if let Some(conflict) = insert.conflict {
            match conflict.action {
                ConflictAction::Update { assignments, .. } => self.assigned(&target, assignments)?,
                ConflictAction::Replace {} => self.children_tell(&target)?,
                ConflictAction::Nothing { .. } => {}
            }
        }
        insert.returning = self.returned(insert.returning, &target, false)?;
        self.mask_target(&[target]);
        Ok(())
    }

    /// Every row that is added passes the filter: columns with one value have it, and it tests nothing else.
    fn pins_given(
        &mut self,
        insert: &mut Insert,
        target: &Target,
        given: &mut Vec<u32>,
    ) -> Result<(), Refused> {
        let Some(test) = &target.of.filter else { return Ok(()) };
        let span = self.air.source_span(insert.target);
        if !test.only_pins() {
            let message = "rows could be added that the policy would then hide";
            return self.refuse(span, message, "a filter of equalities says what new rows hold");
        }
        for column in 0..target.known.columns.len() as u32 {
            let Some(pin) = target.pin(column) else { continue };
            match given.iter().position(|known| *known == column) {
                Some(at) => self.pin_is(insert, at, pin, span)?,
                None => {
                    self.add_pin(insert, column, pin, target, span)?;
                    given.push(column);
                }
            }
        }
        Ok(())
    }

    /// The values given at that position are the one of the filter.
    fn pin_is(&mut self, insert: &Insert, at: usize, pin: &Plain, span: Span) -> Result<(), Refused> {
        let InsertSource::Values { rows } = insert.source else {
            let message = "rows could be added that the policy would then hide";
            return self.refuse(span, message, "leave the column that the policy fixes out: it is filled in");
        };
        let all = self
            .air
            .list(rows)
            .iter()
            .all(|row| self.air.list(row.items).get(at).is_some_and(|item| self.is_plain(*item, pin)));
        if all {
            return Ok(());
        }
        let help = "give the value the policy fixes as a constant, or leave the column out: it is filled in";
        self.refuse(span, "a row would be added that the policy does not show", help)
    }

    /// True if the expression is that constant.
    fn is_plain(&self, id: ExprId, plain: &Plain) -> bool {
        match self.air.expr(id) {
            Expr::Cast { operand, to, .. } => {
                let same_kind = match plain {
                    Plain::Text(_) => to.is_text(),
                    Plain::Int(_) => to.is_int(),
                    Plain::Bool(_) => to == Type::Bool,
                };
                same_kind && self.is_plain(operand, plain)
            }
            Expr::Literal { value } => match (value, plain) {
                (Literal::Bool { value }, Plain::Bool(plain)) => value == *plain,
                (Literal::Int { value }, Plain::Int(plain)) => value == *plain,
                (Literal::Text { text }, Plain::Text(plain)) => self.air.text(text) == plain,
                _ => false,
            },
            _ => false,
        }
    }

    /// Fills a column in that the statement leaves out.
    fn add_pin(
        &mut self,
        insert: &mut Insert,
        column: u32,
        pin: &Plain,
        target: &Target,
        span: Span,
    ) -> Result<(), Refused> {
        let InsertSource::Values { rows } = insert.source else {
            let message = "rows of a query are added to a filtered table";
            return self.refuse(span, message, "add them by VALUES");
        };
        let test = RowTest::Compare {
            column: target.known.columns[column as usize].name.clone(),
            op: air::expr::CompareOp::Eq,
            value: pin.clone(),
        };
        let mut fresh: Vec<ValuesRow> = Vec::new();
        for row in self.air.list(rows).to_vec() {
            let Expr::Compare { right, .. } = ({
                let test = self.test(&test, target.source)?;
                self.air.expr(test)
            }) else {
                return self.refuse(span, "a filter of the policy is no equality", "");
            };
            let mut items = self.air.list(row.items).to_vec();
            items.push(right);
            fresh.push(ValuesRow { items: self.air.push_list(&items) });
        }
        let mut columns: Vec<u32> = match insert.all_columns {
            true => (0..target.known.columns.len() as u32).collect(),
            false => self.air.list(insert.columns).to_vec(),
        };
        columns.push(column);
        insert.columns = self.air.push_list(&columns);
        insert.all_columns = false;
        insert.source = InsertSource::Values { rows: self.air.push_list(&fresh) };
        Ok(())
    }

    fn update(&mut self, update: &mut Update) -> Result<(), Refused> {
        let mut sources: Vec<SourceId> = vec![update.target];
        for set in self.air.list(update.assignments) {
            if !sources.contains(&set.source) {
                sources.push(set.source);
            }
        }
        let mut targets = Vec::new();
        for source in sources {
            let target = self.target(source)?;
            self.assigned(&target, update.assignments)?;
            targets.push(target);
        }
        self.joined_conditions(update.from, update.joined, &targets)?;
        update.filter = self.guarded(update.filter, &targets)?;
        update.returning = self.returned(update.returning, &targets[0], update.from.is_some())?;
        self.mask_target(&targets);
        Ok(())
    }

    fn delete(&mut self, delete: &mut Delete) -> Result<(), Refused> {
        let mut targets = vec![self.target(delete.target)?];
        for source in self.air.list(delete.more_targets).to_vec() {
            targets.push(self.target(source)?);
        }
        for target in &targets {
            self.children_tell(target)?;
        }
        self.joined_conditions(delete.from, delete.joined, &targets)?;
        delete.filter = self.guarded(delete.filter, &targets)?;
        delete.returning = self.returned(delete.returning, &targets[0], delete.from.is_some())?;
        self.mask_target(&targets);
        Ok(())
    }

    fn merge(&mut self, merge: &mut Merge) -> Result<(), Refused> {
        let target = self.target(merge.target)?;
        let span = self.air.source_span(merge.target);
        if target.of.filter.is_some() {
            let message = "MERGE into a table of which rows are not seen";
            return self.refuse(span, message, "UPDATE and INSERT are rewritten");
        }
        for clause in self.air.list(merge.clauses).to_vec() {
            match clause.action {
                MergeAction::Update { assignments, delete_where } => {
                    self.assigned(&target, assignments)?;
                    if delete_where.is_some() {
                        self.children_tell(&target)?;
                    }
                }
                MergeAction::Insert { columns, .. } => {
                    let columns = self.air.list(columns).to_vec();
                    self.keys_tell(&target, &|column| {
                        let made_up = target.known.columns[column as usize].identity;
                        !made_up || columns.is_empty() || columns.contains(&column)
                    })?;
                    self.parents_tell(&target, &|column| columns.is_empty() || columns.contains(&column))?;
                }
                MergeAction::Delete {} => self.children_tell(&target)?,
                MergeAction::Nothing {} => {}
            }
        }
        merge.returning = self.returned(merge.returning, &target, true)?;
        self.mask_target(&[target]);
        Ok(())
    }

    /// What assignments to the target could tell or spoil.
    fn assigned(&mut self, target: &Target, assignments: List<Assignment>) -> Result<(), Refused> {
        let mut assigned: Vec<u32> = Vec::new();
        for set in self.air.list(assignments).to_vec() {
            if set.source != target.source {
                continue;
            }
            let columns = self.air.list(set.columns).to_vec();
            let span = self.air.span(set.value);
            for &column in &columns {
                if target.masked(column) && self.shows_masks(set.value)? {
                    let message = "a masked value would be stored in place of what it hides";
                    return self.refuse(span, message, "");
                }
                let name = &target.known.columns[column as usize].name;
                let tested = target.of.filter.as_ref().map(RowTest::columns).unwrap_or_default();
                if tested.iter().any(|tested| tested.eq_ignore_ascii_case(name)) {
                    let same = target.pin(column).is_some_and(|pin| self.is_plain(set.value, pin));
                    if !same || columns.len() > 1 {
                        let message = "the policy filters rows by a column that would change";
                        return self.refuse(span, message, "");
                    }
                }
            }
            assigned.extend(columns);
        }
        if assigned.is_empty() {
            return Ok(());
        }
        let is_assigned = |column: u32| assigned.contains(&column);
        self.keys_tell_of(target, &|key| key.columns.iter().any(|column| is_assigned(*column)), &|_| true)?;
        self.parents_tell(target, &is_assigned)?;
        if self.is_referred(target, &assigned) {
            self.children_tell(target)?;
        }
        let lower = target.known.name.to_lowercase();
        let checks = self.indirect.checks.get(&lower).into_iter().flatten().map(String::as_str);
        let declared =
            target.known.checked.iter().filter(|(_, by_key)| !by_key).map(|(name, _)| name.as_str());
        let masked = |name: &str| target.known.column(name).is_some_and(|column| target.masked(column));
        if checks.chain(declared).any(masked) {
            let message = "a CHECK of the table looks at a masked column, and would tell of it by failing";
            return self.refuse(self.air.source_span(target.source), message, "");
        }
        Ok(())
    }

    /// True if the value is made from a masked column of any table.
    fn shows_masks(&mut self, value: ExprId) -> Result<bool, Refused> {
        for id in self.below(&[Child::Expr(value)]) {
            if let Expr::Column { source, index, .. } = self.air.expr(id)
                && let Some(of) = self.of_source(source)?
                && of.masks.get(index as usize).is_some_and(Option::is_some)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Conditions of joins with a filtered target run before the filter: they must not be able to fail.
    fn joined_conditions(
        &mut self,
        from: Option<RelId>,
        joined: bool,
        targets: &[Target],
    ) -> Result<(), Refused> {
        let Some(from) = from.filter(|_| joined && targets.iter().any(|t| !t.of.is_empty())) else {
            return Ok(());
        };
        let kept = self.kept(from);
        for target in targets.iter().filter(|target| target.of.filter.is_some()) {
            if !kept.contains(&target.source) {
                let message = "whether a row has a partner would tell of rows that are not seen";
                return self.refuse(self.air.source_span(target.source), message, "");
            }
        }
        let mut stack = vec![from];
        while let Some(rel) = stack.pop() {
            let (left, right, on, using) = match self.air.rel(rel) {
                Rel::Join { left, right, on, using, .. } => (left, right, on, using),
                Rel::Source { source } if self.air.source(source).lateral => {
                    let message = "a lateral table would see what the policy hides";
                    return self.refuse(self.air.source_span(source), message, "");
                }
                Rel::Source { .. } => continue,
            };
            if !using.is_empty() {
                let message = "USING and NATURAL compare what is stored, whatever the policy shows";
                return self.refuse(self.air.source_span(targets[0].source), message, "compare by ON");
            }
            stack.extend([left, right]);
            let filtered = targets.iter().any(|target| target.of.filter.is_some());
            let on = on.filter(|_| filtered);
            if let Some(on) = on
                && !self.cannot_fail(on, &|_, _| true)
            {
                let message = "the condition of a join could fail on rows that are not seen";
                return self.refuse(self.air.span(on), message, "move it to WHERE");
            }
        }
        Ok(())
    }

    /// The condition of a change behind the filters of its targets.
    fn guarded(&mut self, condition: Option<ExprId>, targets: &[Target]) -> Result<Option<ExprId>, Refused> {
        let mut tests = Vec::new();
        for target in targets {
            if let Some(test) = &target.of.filter {
                tests.push(Some(self.test(test, target.source)?));
            }
        }
        let (Some(filter), Some(condition)) = (self.air.and(&tests), condition) else {
            return Ok(self.air.and(&[condition].into_iter().chain(tests).collect::<Vec<_>>()));
        };
        let masked: FxHashSet<(SourceId, u32)> = targets
            .iter()
            .flat_map(|target| {
                let columns = 0..target.of.masks.len() as u32;
                columns.filter(|c| target.masked(*c)).map(|c| (target.source, c)).collect::<Vec<_>>()
            })
            .collect();
        if self.cannot_fail(condition, &|source, index| !masked.contains(&(source, index))) {
            return Ok(self.air.and(&[Some(filter), Some(condition)]));
        }
        // Nothing of the condition is computed for rows that are not seen.
        let no = self.air.truth(false, self.air.span(condition));
        Ok(Some(self.air.case(&[(filter, condition)], Some(no))))
    }

    /// What RETURNING gives, with the names it gave before.
    fn returned(&mut self, items: List<Item>, target: &Target, joined: bool) -> Result<List<Item>, Refused> {
        if items.is_empty() {
            return Ok(items);
        }
        let span = self.air.source_span(target.source);
        let mut returned = Vec::new();
        for item in self.air.list(items).to_vec() {
            match item {
                Item::Star { source: Some(source) } if source != target.source => returned.push(item),
                Item::Star { source: None } if joined => {
                    return self.refuse(span, "`*` returns masked columns beside others", "name the columns");
                }
                Item::Star { .. } => {
                    for index in 0..target.known.columns.len() as u32 {
                        let alias = Some(self.air.column(target.source, index).name);
                        returned
                            .push(Item::Expr { expr: self.air.column_of(target.source, index, span), alias });
                    }
                }
                Item::Expr { expr, alias: None } => {
                    let alias = match self.air.expr(expr) {
                        Expr::Column { source, index, .. } => Some(self.air.column(source, index).name),
                        _ => None,
                    };
                    returned.push(Item::Expr { expr, alias });
                }
                named => returned.push(named),
            }
        }
        Ok(self.air.push_list(&returned))
    }

    /// Puts masks in the place of masked columns of targets, and of their old and new rows.
    fn mask_target(&mut self, targets: &[Target]) {
        let first = targets.first().map(|target| target.source);
        let mut mentioned = Vec::new();
        for id in self.air.expr_ids() {
            let Expr::Column { source, index, .. } = self.air.expr(id) else { continue };
            let row = matches!(self.air.source(source).kind, SourceKind::Old {} | SourceKind::New {});
            let of = if row { first } else { Some(source) };
            if let Some(target) = targets.iter().find(|target| Some(target.source) == of)
                && let Some(Some(mask)) = target.of.masks.get(index as usize)
            {
                mentioned.push((id, mask.clone(), target.known.columns[index as usize].ty));
            }
        }
        for (id, mask, ty) in mentioned {
            let value = self.air.copy(id);
            self.air.info_mut(value).ty = ty;
            let masked = masks::masked(self.air, &mask, value);
            let (expr, info) = (self.air.expr(masked), self.air.info(masked));
            self.air.set(id, expr);
            *self.air.info_mut(id) = info;
        }
    }
}
