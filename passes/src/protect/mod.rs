//! Policies carried out as rewrites of meaning: masks and row filters, put where rows come from.
//!
//! Before: a bound statement. After: the same over tables in which masked values and hidden rows do not exist, or a
//! refusal. Never: a look at the dialect; what is emitted is legalized afterwards like any other statement.
//!
//! A table that is read becomes a derived table with the masks in its select list and the filter in its WHERE. Whatever
//! the statement does with it, joins, groups, orders, compares, it does with masked values: there is nothing that each
//! use of a column would have to be checked for. The table that a statement changes cannot be derived; there each
//! mention of a masked column is replaced by its mask, and what a change could tell by failing is refused.
//!
//! | shape | how nothing is told |
//! | --- | --- |
//! | any use of a masked column in a query | it is the mask |
//! | an error in a condition on a hidden row | a row limit that no server moves conditions through |
//! | `UPDATE`, `DELETE` | `CASE WHEN filter THEN condition`, masks in conditions and values |
//! | a unique key over masked or hidden values | refused, unless the filter pins a column of the key |
//! | a foreign key to hidden rows, a CHECK over masked values | refused |
//! | views, functions, triggers, defaults that see the table itself | refused, unless trusted by name |
//! | tables of other schemas, tables that are not known | refused where a rule may speak of them |
//! | definitions | refused, but for new tables that refer to nothing |
//!
//! Not hidden: how long a statement takes, and which numbers the server makes up next.

mod changes;
mod known;
mod masks;
mod reads;
mod tells;

pub use known::masked_catalog;
pub use masks::fits;

use air::catalog::{Catalog, Table};
use air::ddl::{Constraint, ConstraintRule};
use air::node::Child;
use air::protection::{Indirect, Mask, Protection, RowTest, TableProtection};
use air::query::SourceKind;
use air::statement::Statement;
use air::{Air, Builtin, Expr, ObjectName, SourceId, Type};
use air_base::{Diagnostic, Span};
use rustc_hash::FxHashSet;

use crate::codes;
use crate::pass::Refused;

/// Puts a protection into a statement. True if the statement was looked at closely: it touches what is protected, or
/// changes rows.
///
/// `catalog` is the real one; the statement is bound with the [`masked_catalog`].
pub fn protect(
    air: &mut Air,
    catalog: &Catalog,
    indirect: &Indirect,
    protection: &Protection,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<bool, Refused> {
    if protection.is_empty() {
        return Ok(false);
    }
    let mut guard = Guard { air, catalog, indirect, protection, diagnostics };
    guard.stars()?;
    let touched = guard.admit()?;
    if !touched {
        return Ok(false);
    }
    let targets = guard.targets();
    guard.changes()?;
    guard.reads(&targets)?;
    Ok(true)
}

/// A statement while a protection is put into it.
pub(crate) struct Guard<'a> {
    pub(crate) air: &'a mut Air,
    pub(crate) catalog: &'a Catalog,
    pub(crate) indirect: &'a Indirect,
    pub(crate) protection: &'a Protection,
    pub(crate) diagnostics: &'a mut Vec<Diagnostic>,
}

impl Guard<'_> {
    pub(crate) fn refuse<T>(&mut self, span: Span, message: &str, help: &str) -> Result<T, Refused> {
        let mut diagnostic = Diagnostic::error(codes::PROTECTED, span, message);
        if !help.is_empty() {
            diagnostic = diagnostic.help(help);
        }
        self.diagnostics.push(diagnostic);
        Err(Refused)
    }

    /// What holds for a table by its definition.
    pub(crate) fn of_table(&self, name: ObjectName) -> TableProtection {
        let table = self.air.name(name.name);
        let schema = name.schema.map(|schema| self.air.name(schema));
        let columns = self.catalog.table(schema, table).map_or(&[][..], |known| &known.columns);
        let mut of = self.protection.of(table, columns.iter().map(|column| column.name.as_str()));
        if of.masks.iter().any(Option::is_some) {
            for (mask, column) in of.masks.iter_mut().zip(columns) {
                // What it is computed from is not known; it may be a masked column.
                if column.generated && mask.is_none() {
                    *mask = Some(Mask::Null);
                }
            }
        }
        of
    }

    /// What holds for the rows of a source, if it is a table.
    pub(crate) fn of_source(&mut self, source: SourceId) -> Result<Option<TableProtection>, Refused> {
        let SourceKind::Table { name } = self.air.source(source).kind else { return Ok(None) };
        let of = self.of_table(name);
        let node = *self.air.source(source);
        let table = self.air.name(name.name);
        if self.protection.speaks_of(table) && (!node.closed || node.columns.len() != of.masks.len()) {
            let message = format!("the columns of `{table}` are not all known, and some may be protected");
            let span = self.air.source_span(source);
            return self.refuse(span, &message, "give the schema of the database");
        }
        Ok((!of.is_empty()).then_some(of))
    }

    /// Tables of that name, which is in lower case.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &Table> {
        self.catalog.tables().filter(move |known| known.name.to_lowercase() == name)
    }

    /// True if a table of that name, in lower case, may be protected. One that is not known may have any column.
    pub(crate) fn may_be_protected(&self, table: &str) -> bool {
        let mut known = self.named(table).peekable();
        if known.peek().is_none() {
            return self.protection.speaks_of(table);
        }
        known.any(|known| !self.of_known(known).is_empty())
    }

    /// What the rules say of a table of the catalog.
    pub(crate) fn of_known(&self, table: &Table) -> TableProtection {
        self.protection.of(&table.name, table.columns.iter().map(|column| column.name.as_str()))
    }

    /// Refuses what could see tables past the rewrite. True if there is something to rewrite.
    fn admit(&mut self) -> Result<bool, Refused> {
        let changes = self.air.statements.iter().any(Statement::changes_rows);
        self.definitions()?;
        let mut touched = false;
        let (mut calls, mut numbers) = (Vec::new(), None);
        for id in self.air.expr_ids() {
            match self.air.expr(id) {
                Expr::UserCall { function, .. } => calls.push((id, function)),
                Expr::Call { op: Builtin::RowId, .. } => numbers = Some(id),
                _ => {}
            }
        }
        for (id, function) in calls {
            let name = self.air.name(function.name).to_lowercase();
            if !self.protection.trusted_functions.contains(&name) {
                let message =
                    format!("`{name}` is a function of the database, which may read protected tables");
                return self.refuse(self.air.span(id), &message, "the policy can trust it by name");
            }
        }
        for source in self.air.source_ids() {
            let SourceKind::Table { name } = self.air.source(source).kind else { continue };
            if name.schema.is_some() || name.catalog.is_some() {
                let message = "under masks and filters tables are named without a schema: only those are known for certain";
                return self.refuse(self.air.source_span(source), message, "");
            }
            touched |= self.of_source(source)?.is_some();
            self.view(source, name)?;
            self.shares(source, name)?;
        }
        if let (true, Some(id)) = (touched, numbers) {
            return self.refuse(self.air.span(id), "hidden row numbers tell of rows that are not seen", "");
        }
        if !self.air.nested.is_empty() {
            let message = "a change within a WITH is not rewritten for masks and filters";
            return self.refuse(Span::NONE, message, "make it a statement of its own");
        }
        let locks = self.air.query_ids().find(|query| self.air.query(*query).locking.is_some());
        if let (true, Some(query)) = (touched, locks) {
            let span = self.air.query_span(query);
            return self.refuse(span, "rows of protected tables cannot be locked by reading them", "");
        }
        // A change of any table may meet protected ones by its foreign keys and triggers.
        Ok(touched || changes)
    }

    /// Refuses a table whose rows are seen through another one that is protected otherwise.
    fn shares(&mut self, source: SourceId, name: ObjectName) -> Result<(), Refused> {
        let table = self.air.name(name.name).to_lowercase();
        let mine = self.shown_of(&table);
        let (mut seen, mut open) = (FxHashSet::default(), vec![table.clone()]);
        while let Some(next) = open.pop() {
            if !seen.insert(next.clone()) {
                continue;
            }
            if self.shown_of(&next) != mine {
                let message = format!("`{table}` shares rows with `{next}`, which is protected otherwise");
                return self.refuse(self.air.source_span(source), &message, "");
            }
            open.extend(self.indirect.shares.get(&next).into_iter().flatten().cloned());
        }
        Ok(())
    }

    /// What holds for a table by the names of its columns.
    fn shown_of(&self, table: &str) -> (Vec<(String, Mask)>, Option<RowTest>) {
        let Some(known) = self.named(table).next() else {
            // Unlike what is protected, and unlike what is not, if any rule speaks of it.
            let unknown = self.protection.speaks_of(table).then_some(RowTest::Any(Vec::new()));
            return (Vec::new(), unknown);
        };
        let of = self.of_known(known);
        let named = known.columns.iter().zip(of.masks);
        let mut masks: Vec<(String, Mask)> =
            named.filter_map(|(column, mask)| Some((column.name.to_lowercase(), mask?))).collect();
        masks.sort();
        (masks, of.filter)
    }

    /// Refuses a view over what is protected.
    fn view(&mut self, source: SourceId, name: ObjectName) -> Result<(), Refused> {
        let table = self.air.name(name.name).to_lowercase();
        let known = self.indirect.reads.contains_key(&table);
        let is_view = known || self.named(&table).any(|known| known.view);
        if !is_view || self.protection.trusted_views.contains(&table) {
            return Ok(());
        }
        let reads = if known { self.indirect.all_reads(&table) } else { None };
        let protected = |read: &String| *read != table && self.may_be_protected(read);
        if reads.is_some_and(|reads| !reads.iter().any(protected)) {
            return Ok(());
        }
        let message = format!("the view `{table}` reads protected tables, or may do so");
        let help = "read the tables themselves; the policy can trust the view by name";
        self.refuse(self.air.source_span(source), &message, help)
    }

    /// Refuses definitions but those of new tables that refer to nothing: constraints are checked on rows that are not
    /// seen, names that are given anew are trusted or protected under the old ones, and what is stored runs on behalf of
    /// others, under a protection that is not theirs.
    fn definitions(&mut self) -> Result<(), Refused> {
        for (at, statement) in self.air.statements.iter().enumerate() {
            let refers = match statement {
                Statement::CreateTable { table } => {
                    let foreign = |constraint: &Constraint| {
                        !matches!(
                            constraint.rule,
                            ConstraintRule::PrimaryKey { .. } | ConstraintRule::Unique { .. }
                        )
                    };
                    let name = self.air.name(table.name.name).to_lowercase();
                    let qualified = table.name.schema.is_some();
                    qualified || self.protection.trusts(&name) || table.constraints.iter().any(foreign)
                }
                Statement::Drop { drop } => {
                    let own = |name: &ObjectName| {
                        let name = self.air.name(name.name).to_lowercase();
                        let mut known = self.named(&name).peekable();
                        known.peek().is_some() && known.all(|known| known.temporary)
                    };
                    !self.air.list(drop.names).iter().all(own)
                }
                Statement::Query { .. }
                | Statement::Insert { .. }
                | Statement::Update { .. }
                | Statement::Delete { .. }
                | Statement::Merge { .. }
                | Statement::Transaction { .. }
                | Statement::Nothing { .. } => false,
                _ => true,
            };
            if refers {
                let span = self.air.statement_spans.get(at).copied().unwrap_or(Span::NONE);
                let message = "definitions are not changed under masks and filters, but for new tables without references";
                return self.refuse(span, message, "the policy would have to oblige this actor to less");
            }
        }
        Ok(())
    }

    /// Writes stars out: a column that was added since the schema was read is not among those a statement asks for.
    fn stars(&mut self) -> Result<(), Refused> {
        for select in self.air.select_ids() {
            if !crate::build::expand_stars(self.air, select) {
                let message =
                    "the columns that a star stands for are not all known, and some may be protected";
                return self.refuse(Span::NONE, message, "name them");
            }
        }
        Ok(())
    }

    /// Tables that statements change: they stay what they are.
    fn targets(&self) -> FxHashSet<SourceId> {
        let mut targets = FxHashSet::default();
        for statement in &self.air.statements {
            match statement {
                Statement::Insert { insert } => {
                    targets.insert(insert.target);
                }
                Statement::Update { update } => {
                    targets.insert(update.target);
                    targets.extend(self.air.list(update.assignments).iter().map(|set| set.source));
                }
                Statement::Delete { delete } => {
                    targets.insert(delete.target);
                    targets.extend(self.air.list(delete.more_targets));
                }
                Statement::Merge { merge } => {
                    targets.insert(merge.target);
                }
                Statement::CreateTable { table } => {
                    targets.insert(table.this);
                }
                _ => {}
            }
        }
        targets
    }

    /// True if evaluating it can neither fail nor do anything: comparisons of columns and constants.
    ///
    /// `plain` says which columns may be looked at.
    pub(crate) fn cannot_fail(&self, id: air::ExprId, plain: &dyn Fn(SourceId, u32) -> bool) -> bool {
        let air = &*self.air;
        let all = |list: &[air::ExprId]| list.iter().all(|id| self.cannot_fail(*id, plain));
        let alike = |a: air::ExprId, b: air::ExprId| {
            let (a, b) = (air.ty(a), air.ty(b));
            // Between exact and approximate numbers a conversion may fail.
            let exact = |ty: Type| ty.is_int() || ty.is_decimal();
            let numbers = exact(a) && exact(b) || a.is_float() && b.is_float();
            a == b || numbers || a.is_text() && b.is_text() || b == Type::Null
        };
        match air.expr(id) {
            Expr::Literal { .. } | Expr::Param { .. } => true,
            Expr::Column { source, index, .. } => plain(source, index),
            Expr::And { terms } | Expr::Or { terms } => all(air.list(terms)),
            Expr::Not { operand } | Expr::IsNull { operand, .. } | Expr::IsTruth { operand, .. } => {
                all(&[operand])
            }
            Expr::Compare { left, right, .. } => all(&[left, right]) && alike(left, right),
            Expr::Between { operand, low, high, .. } => {
                all(&[operand, low, high]) && alike(operand, low) && alike(operand, high)
            }
            Expr::InList { operand, items, .. } => {
                let items = air.list(items);
                all(&[operand]) && all(items) && items.iter().all(|item| alike(operand, *item))
            }
            _ => false,
        }
    }

    /// Whatever is at or below these nodes.
    pub(crate) fn below(&self, roots: &[Child]) -> FxHashSet<air::ExprId> {
        crate::build::below(self.air, roots)
    }
}
