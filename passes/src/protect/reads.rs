//! Tables that are read: each becomes a derived table that shows what may be seen.

use air::node::Child;
use air::protection::{Mask, TableProtection};
use air::query::{Item, JoinKind, Limit, Rel, SourceColumn, SourceKind};
use air::{Expr, ExprId, List, RelId, SelectId, SourceId};
use air_base::Span;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Guard, masks};
use crate::build::{self, Build};
use crate::fork::Fork;
use crate::pass::Refused;

impl Guard<'_> {
    /// Derives every protected table that is read and is no target of the statement.
    pub(super) fn reads(&mut self, targets: &FxHashSet<SourceId>) -> Result<(), Refused> {
        let mut inside: FxHashMap<SourceId, Vec<ExprId>> = FxHashMap::default();
        let mut derived = Vec::new();
        for rel in self.air.rel_ids() {
            let Rel::Source { source } = self.air.rel(rel) else { continue };
            if targets.contains(&source) {
                continue;
            }
            if let Some(of) = self.of_source(source)? {
                derived.push((source, of));
            }
        }
        let filtered: FxHashMap<SourceId, Vec<bool>> = derived
            .iter()
            .filter(|(_, of)| of.filter.is_some())
            .map(|(source, of)| (*source, of.masks.iter().map(Option::is_some).collect()))
            .collect();
        if !filtered.is_empty() {
            for select in self.air.select_ids() {
                self.conditions(select, &filtered, &mut inside);
            }
        }
        for (source, of) in derived {
            let conditions = inside.remove(&source).unwrap_or_default();
            self.derive(source, &of, &conditions)?;
        }
        Ok(())
    }

    /// Conditions of a block that may be tested before the filter: they cannot fail, and look at no mask.
    ///
    /// Without them every read of a filtered table would go through all rows that are seen.
    fn conditions(
        &self,
        select: SelectId,
        filtered: &FxHashMap<SourceId, Vec<bool>>,
        inside: &mut FxHashMap<SourceId, Vec<ExprId>>,
    ) {
        let select = self.air.select(select);
        let (Some(from), Some(filter)) = (select.from, select.filter) else { return };
        let kept = self.kept(from);
        let terms = match self.air.expr(filter) {
            Expr::And { terms } => self.air.list(terms).to_vec(),
            _ => vec![filter],
        };
        for term in terms {
            for (source, masked) in filtered {
                let plain = |of: SourceId, index: u32| of == *source && !masked[index as usize];
                let mentioned = build::mentions(self.air, term, &[*source]);
                if kept.contains(source) && mentioned && self.cannot_fail(term, &plain) {
                    inside.entry(*source).or_default().push(term);
                }
            }
        }
    }

    /// Sources of FROM whose rows are never filled up with NULLs: WHERE may be tested before the join.
    pub(super) fn kept(&self, from: RelId) -> FxHashSet<SourceId> {
        let mut kept = FxHashSet::default();
        let mut stack = vec![from];
        while let Some(rel) = stack.pop() {
            match self.air.rel(rel) {
                Rel::Source { source } => {
                    kept.insert(source);
                }
                Rel::Join { kind, left, right, .. } => match kind {
                    JoinKind::Inner | JoinKind::Cross | JoinKind::Comma => stack.extend([left, right]),
                    JoinKind::Left => stack.push(left),
                    JoinKind::Right => stack.push(right),
                    JoinKind::Full => {}
                },
            }
        }
        kept
    }

    /// Which columns of a source the statement may look at.
    fn used(&self, source: SourceId) -> impl Fn(u32) -> bool + use<> {
        let stars = self.air.pool::<Item>().iter().any(|item| matches!(item, Item::Star { .. }));
        let named: FxHashSet<u32> = self
            .air
            .expr_ids()
            .filter_map(|id| match self.air.expr(id) {
                Expr::Column { source: of, index, .. } if of == source => Some(index),
                _ => None,
            })
            .collect();
        move |index| stars || named.contains(&index)
    }

    /// Columns of a table as they are stored; the statement was bound with the types of masks.
    fn stored_columns(&mut self, source: SourceId) -> List<SourceColumn> {
        let SourceKind::Table { name } = self.air.source(source).kind else { return List::EMPTY };
        let schema = name.schema.map(|schema| self.air.name(schema));
        let mut columns = self.air.list(self.air.source(source).columns).to_vec();
        if let Some(known) = self.catalog.table(schema, self.air.name(name.name)) {
            for (column, known) in columns.iter_mut().zip(&known.columns) {
                (column.ty, column.nullable) = (known.ty, known.nullable);
            }
        }
        self.air.push_list(&columns)
    }

    /// `FROM t` becomes `FROM (SELECT …, mask AS c, … FROM t WHERE filter) AS t`.
    fn derive(
        &mut self,
        outer: SourceId,
        of: &TableProtection,
        conditions: &[ExprId],
    ) -> Result<(), Refused> {
        let span = self.air.source_span(outer);
        let node = *self.air.source(outer);
        let inner = self.air.push_source(node, span);
        let name = match node.kind {
            SourceKind::Table { name } => name.name,
            _ => node.alias,
        };
        let columns = self.stored_columns(inner);
        let table = self.air.source_mut(inner);
        (table.alias, table.aliased, table.lateral, table.columns) = (name, false, false, columns);
        let used = self.used(outer);
        let items: Vec<Item> = (0..node.columns.len() as u32)
            .map(|index| {
                let column = self.air.column(outer, index);
                let value = self.air.column_of(inner, index, span);
                let expr = match &of.masks[index as usize] {
                    // A mask that nobody looks at need not be one the target can say.
                    Some(_) if !used(index) => masks::masked(self.air, &Mask::Null, value),
                    Some(mask) => masks::masked(self.air, mask, value),
                    None => value,
                };
                Item::Expr { expr, alias: Some(column.name) }
            })
            .collect();
        let mut filter = None;
        if let Some(test) = &of.filter {
            let mut terms = vec![Some(self.test(test, inner)?)];
            let mut fork = Fork::default();
            fork.adopt(outer, inner);
            for condition in conditions {
                terms.push(Some(fork.expr(self.air, *condition)));
            }
            filter = self.air.and(&terms);
        }
        let from = self.air.source_rel(inner);
        let query = self.air.select_query(&items, Some(from), filter);
        if filter.is_some() {
            // No server moves conditions through a row limit, where they could fail on rows that are not seen.
            let count = self.air.int(i64::MAX, Span::NONE);
            let limit = Limit { count: Some(count), offset: None, percent: false, with_ties: false };
            self.air.query_mut(query).limit = Some(limit);
        }
        let node = self.air.source_mut(outer);
        (node.kind, node.aliased) = (SourceKind::Derived { query }, true);
        debug_assert!(
            self.below(&[Child::Query(query)])
                .iter()
                .all(|id| { !matches!(self.air.expr(*id), Expr::Column { source, .. } if source == outer) })
        );
        Ok(())
    }
}
