//! Queries: WITH, set operations, blocks, order and limits.

use crate::decimal::{Decimal, Rounding};
use crate::error::{Eval, EvalError};
use crate::expr::{Block, Evaluator, Group, Place, Relation, Row, Tuple, boolean, compare};
use crate::spelling;
use crate::value::Value;
use air::expr::{CompareOp, OrderKey};
use air::node::{Child, Operand};
use air::query::{
    Body, CteBody, Distinct, GroupElement, Item, Limit, LooseColumns, Query, Select, SetOp, SourceKind,
};
use air::types::Collation;
use air::{Builtin, CteId, Expr, ExprId, List, QueryId, SourceId, Type};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Ordering;
use std::rc::Rc;

/// Rows that a query may have in between; more is an error, so that evaluation ends.
pub const ROWS_MAX: usize = 4_000_000;

/// A row of a result with what ORDER BY sorts by.
struct Sorted {
    row: Row,
    keys: Vec<Value>,
}

impl Evaluator<'_> {
    /// Rows of a query. Runs outside of any block: see [`Evaluator::subquery`].
    pub(crate) fn query(&mut self, id: QueryId) -> Eval<Relation> {
        stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, || {
            let query = *self.air.query(id);
            self.with(query.ctes);
            let result = self.query_body(&query);
            self.without(query.ctes);
            result
        })
    }

    /// Puts common table expressions into scope; they are evaluated when first used.
    pub(crate) fn with(&mut self, ctes: List<CteId>) {
        for cte in self.air.list(ctes) {
            self.ctes.insert(*cte, None);
        }
    }

    pub(crate) fn without(&mut self, ctes: List<CteId>) {
        for cte in self.air.list(ctes) {
            self.ctes.remove(cte);
        }
    }

    fn query_body(&mut self, query: &Query) -> Eval<Relation> {
        let air = self.air;
        let order = air.list(query.order).to_vec();
        let (columns, mut rows) = match query.body {
            Body::Select { select } => self.select(air.select(select), &order)?,
            Body::SetOp { op, all, left, right, collation } => {
                let (left, right) = (self.query(left)?, self.query(right)?);
                let rows = set_operation(op, all, left.rows, right.rows, collation);
                (left.columns, self.sorted(rows, &order)?)
            }
            Body::Values { rows } => {
                let mut values = Vec::new();
                for row in air.list(rows) {
                    values.push(Rc::new(self.eval_all(air.list(row.items))?));
                }
                let width = values.first().map_or(0, |row| row.len());
                let columns = (1..=width).map(|i| format!("column{i}")).collect();
                (columns, self.sorted(values, &order)?)
            }
        };
        if !order.is_empty() {
            order_rows(&mut rows, &order, |row| &row.keys);
        }
        let mut rows = match &query.limit {
            Some(limit) => self.limit(limit, rows, &order)?,
            None => rows.into_iter().map(|sorted| sorted.row).collect(),
        };
        rows.shrink_to_fit();
        Ok(Relation { columns, rows })
    }

    /// Rows with their order keys, which can only be outputs or be free of sources.
    fn sorted(&mut self, rows: Vec<Row>, order: &[OrderKey]) -> Eval<Vec<Sorted>> {
        let mut sorted = Vec::with_capacity(rows.len());
        for row in rows {
            let outer = self.place.outputs.replace(row.clone());
            let keys = order.iter().map(|key| self.eval(key.expr)).collect::<Eval<Vec<_>>>();
            self.place.outputs = outer;
            sorted.push(Sorted { row, keys: keys? });
        }
        Ok(sorted)
    }

    fn limit(&mut self, limit: &Limit, rows: Vec<Sorted>, order: &[OrderKey]) -> Eval<Vec<Row>> {
        let count = match limit.count {
            Some(count) => self.row_count(count, limit.percent.then_some(rows.len()))?,
            None => None,
        };
        let offset = match limit.offset {
            Some(offset) => self.row_count(offset, None)?.unwrap_or(0),
            None => 0,
        };
        let mut kept: Vec<Row> = Vec::new();
        let mut last: Option<Vec<Value>> = None;
        for sorted in rows.into_iter().skip(offset) {
            if count.is_some_and(|count| kept.len() >= count) {
                let ties = limit.with_ties
                    && last.as_ref().is_some_and(|last| {
                        order
                            .iter()
                            .zip(last.iter().zip(&sorted.keys))
                            .all(|(k, (a, b))| a.same(b, k.collation))
                    });
                if !ties {
                    break;
                }
            } else {
                last = Some(sorted.keys);
            }
            kept.push(sorted.row);
        }
        Ok(kept)
    }

    /// A number of rows, or of so many percent of `whole`; `None` for NULL or below zero: all of them.
    fn row_count(&mut self, expr: ExprId, whole: Option<usize>) -> Eval<Option<usize>> {
        let value = self.eval(expr)?;
        if value.is_null() {
            return Ok(None);
        }
        let Some(number) = crate::scalar::numbers::decimal(&value).ok() else {
            return EvalError::fails("a row limit that is no number");
        };
        let number = match whole {
            Some(whole) => {
                let part =
                    number.mul(&Decimal::int(whole as i64)).div(&Decimal::int(100), 20, Rounding::HalfAway);
                part.map_or(Decimal::int(0), |part| part.ceil())
            }
            None => number.rescale(0, Rounding::HalfAway),
        };
        Ok(number.to_int().and_then(|n| usize::try_from(n).ok()))
    }

    // Common table expressions.

    /// Rows of a common table expression in scope.
    pub(crate) fn cte(&mut self, id: CteId) -> Eval<Rc<Relation>> {
        match self.ctes.get(&id) {
            Some(Some(relation)) => return Ok(relation.clone()),
            Some(None) => {}
            None => return EvalError::malformed(format!("{id:?} is not in scope")),
        }
        let relation = match self.air.cte(id).body {
            CteBody::Query { query } => match self.mentions(Child::Query(query), id) {
                true => self.recursive(id, query)?,
                false => {
                    let relation = self.subquery(query)?;
                    self.ctes.insert(id, Some(relation.clone()));
                    return Ok(relation);
                }
            },
            CteBody::Change { statement } => {
                let air = self.air;
                match air.nested.get(statement as usize) {
                    Some(statement) => self.apart(|evaluator| evaluator.change(statement))?,
                    None => return EvalError::malformed("a change that does not exist"),
                }
            }
        };
        let relation = Rc::new(relation);
        self.ctes.insert(id, Some(relation.clone()));
        Ok(relation)
    }

    fn mentions(&self, child: Child, cte: CteId) -> bool {
        let mut stack = vec![child];
        while let Some(child) = stack.pop() {
            if let Child::Source(source) = child
                && self.air.source(source).kind == (SourceKind::Cte { cte })
            {
                return true;
            }
            self.air.children(child, &mut |below| stack.push(below));
        }
        false
    }

    /// Repeats the parts that use the expression itself on the rows they gave last, until there are none.
    fn recursive(&mut self, id: CteId, query: QueryId) -> Eval<Relation> {
        let outer = std::mem::take(&mut self.place);
        let whole = *self.air.query(query);
        self.with(whole.ctes);
        let result = self.recursion(id, &whole);
        self.without(whole.ctes);
        self.place = outer;
        result
    }

    fn recursion(&mut self, id: CteId, whole: &Query) -> Eval<Relation> {
        let Body::SetOp { op: SetOp::Union, .. } = whole.body else {
            return EvalError::malformed("a recursive common table expression without UNION");
        };
        // The tree of unions, left to right.
        let (mut parts, mut stack) = (Vec::new(), Vec::new());
        let mut distinct = None;
        if let Body::SetOp { all, left, right, collation, .. } = whole.body {
            stack.extend([right, left]);
            distinct = (!all).then_some(collation);
        }
        while let Some(part) = stack.pop() {
            match *self.air.query(part) {
                Query {
                    ctes,
                    body: Body::SetOp { op: SetOp::Union, left, right, .. },
                    order,
                    limit: None,
                    ..
                } if ctes.is_empty() && order.is_empty() => stack.extend([right, left]),
                _ => parts.push(part),
            }
        }
        let mut columns = None;
        let mut rows = Vec::new();
        let (recursive, base): (Vec<QueryId>, Vec<QueryId>) =
            parts.into_iter().partition(|part| self.mentions(Child::Query(*part), id));
        for part in base {
            let relation = self.query(part)?;
            columns.get_or_insert(relation.columns);
            rows.extend(relation.rows);
        }
        let columns = columns.unwrap_or_default();
        let mut seen = RowSet::new(distinct.unwrap_or(Collation::BINARY));
        if distinct.is_some() {
            rows.retain(|row| seen.insert(row));
        }
        let enough = match &whole.limit {
            Some(limit) => {
                let count = limit.count.map_or(Ok(None), |count| self.row_count(count, None))?;
                let offset = limit.offset.map_or(Ok(None), |offset| self.row_count(offset, None))?;
                count.map(|count| count.saturating_add(offset.unwrap_or(0)))
            }
            None => None,
        };
        let mut last = rows.clone();
        while !last.is_empty() && enough.is_none_or(|enough| rows.len() < enough) {
            let working = Relation { columns: columns.clone(), rows: std::mem::take(&mut last) };
            self.ctes.insert(id, Some(Rc::new(working)));
            for part in &recursive {
                let relation = self.query(*part)?;
                last.extend(relation.rows);
            }
            if distinct.is_some() {
                last.retain(|row| seen.insert(row));
            }
            rows.extend(last.iter().cloned());
            if rows.len() > ROWS_MAX {
                return EvalError::fails("recursion without end");
            }
        }
        let order = self.air.list(whole.order).to_vec();
        let mut sorted = self.sorted(rows, &order)?;
        if !order.is_empty() {
            order_rows(&mut sorted, &order, |row| &row.keys);
        }
        let rows = match &whole.limit {
            Some(limit) => self.limit(limit, sorted, &order)?,
            None => sorted.into_iter().map(|sorted| sorted.row).collect(),
        };
        Ok(Relation { columns, rows })
    }

    // Blocks.

    fn select(&mut self, select: &Select, order: &[OrderKey]) -> Eval<(Vec<String>, Vec<Sorted>)> {
        let air = self.air;
        let from = self.from(select.from, select.filter)?;
        let mut block = Block { sources: from.sources, ..Block::default() };
        let items = self.expanded(select)?;
        let columns = self.headings(select, &items);

        // The expressions that are evaluated once per row or group.
        let mut roots: Vec<ExprId> = items.iter().filter_map(|item| item.expr()).collect();
        roots.extend(select.having.into_iter().chain(select.qualify));
        roots.extend(order.iter().map(|key| key.expr));
        if let Distinct::On { keys } = select.distinct {
            roots.extend(air.list(keys));
        }
        // HAVING alone makes one group of all rows; where it is a filter it is bound as one.
        let aggregated = select.group.is_some()
            || select.having.is_some()
            || roots.iter().any(|root| self.has_aggregate(*root));
        let mut places: Vec<(Tuple, Option<Rc<Group>>)> = if aggregated {
            let groups = self.grouped(select, &mut block, from.tuples, &roots, &items)?;
            groups.into_iter().map(|(tuple, group)| (tuple, Some(group))).collect()
        } else {
            from.tuples.into_iter().map(|tuple| (tuple, None)).collect()
        };
        let block_here = Rc::new(std::mem::take(&mut block));
        if let Some(having) = select.having {
            let mut kept = Vec::new();
            for (tuple, group) in places {
                if self.at(&block_here, 0, &tuple, &group, None, |evaluator| evaluator.holds(having))? {
                    kept.push((tuple, group));
                }
            }
            places = kept;
        }
        let windows = self.windows(select, &block_here, &places, &roots)?;
        let block_here = match windows.is_empty() {
            true => block_here,
            false => {
                let Block { sources, keys, .. } = &*block_here;
                Rc::new(Block { sources: sources.clone(), keys: keys.clone(), windows })
            }
        };

        let mut rows: Vec<Sorted> = Vec::new();
        let mut on_keys: Vec<Vec<Value>> = Vec::new();
        for (number, (tuple, group)) in places.iter().enumerate() {
            if let Some(qualify) = select.qualify
                && !self.at(&block_here, number, tuple, group, None, |evaluator| evaluator.holds(qualify))?
            {
                continue;
            }
            let row = self.at(&block_here, number, tuple, group, None, |evaluator| {
                items.iter().map(|item| evaluator.item(item)).collect::<Eval<Vec<_>>>()
            })?;
            let row = Rc::new(row);
            let (keys, on) = self.at(&block_here, number, tuple, group, Some(row.clone()), |evaluator| {
                let keys = order.iter().map(|key| evaluator.eval(key.expr)).collect::<Eval<Vec<_>>>()?;
                let on = match select.distinct {
                    Distinct::On { keys } => evaluator.eval_all(air.list(keys))?,
                    _ => Vec::new(),
                };
                Ok((keys, on))
            })?;
            rows.push(Sorted { row, keys });
            on_keys.push(on);
        }
        match select.distinct {
            Distinct::All {} => {}
            Distinct::Distinct {} => {
                let mut seen = RowSet::by(self.item_collations(&items));
                rows.retain(|sorted| seen.insert(&sorted.row));
            }
            Distinct::On { keys } => {
                // The first of each key by ORDER BY.
                let collations = air.list(keys).iter().map(|key| self.collation_of(*key)).collect();
                let mut paired: Vec<(Sorted, Vec<Value>)> = rows.into_iter().zip(on_keys).collect();
                order_rows(&mut paired, order, |(sorted, _)| &sorted.keys);
                let mut seen = RowSet::by(collations);
                paired.retain(|(_, on)| seen.insert(&Rc::new(on.clone())));
                rows = paired.into_iter().map(|(sorted, _)| sorted).collect();
            }
        }
        Ok((columns, rows))
    }

    /// Runs `f` at a row of a block.
    pub(crate) fn at<T>(
        &mut self,
        block: &Rc<Block>,
        row: usize,
        tuple: &Tuple,
        group: &Option<Rc<Group>>,
        outputs: Option<Row>,
        f: impl FnOnce(&mut Self) -> Eval<T>,
    ) -> Eval<T> {
        let place = Place { block: Some(block.clone()), group: group.clone(), row, outputs };
        let outer = std::mem::replace(&mut self.place, place);
        let sources = &block.sources;
        let result = self.bound(sources, tuple, f);
        self.place = outer;
        result
    }

    fn collation_of(&self, expr: ExprId) -> Collation {
        match self.air.expr(expr) {
            Expr::Output { .. } => Collation::BINARY,
            _ => self.air.ty(expr).collation().unwrap_or(Collation::BINARY),
        }
    }

    fn item_collations(&self, items: &[Expanded]) -> Vec<Collation> {
        let of = |ty: Type| ty.collation().unwrap_or(Collation::BINARY);
        let collation = |item: &Expanded| match item {
            Expanded::Expr(expr) => of(self.air.ty(*expr)),
            Expanded::Star(columns) => {
                columns.first().map_or(Collation::BINARY, |(s, i)| of(self.air.column(*s, *i).ty))
            }
        };
        items.iter().map(collation).collect()
    }

    /// The select list with stars replaced by their columns.
    fn expanded(&self, select: &Select) -> Eval<Vec<Expanded>> {
        let mut items = Vec::new();
        for item in self.air.list(select.items) {
            match *item {
                Item::Expr { expr, .. } => items.push(Expanded::Expr(expr)),
                Item::Star { source: Some(source) } => {
                    items.extend(self.air.source_star(source).into_iter().map(Expanded::Star));
                }
                Item::Star { source: None } => match select.from {
                    Some(from) => items.extend(self.air.star_columns(from).into_iter().map(Expanded::Star)),
                    None => return EvalError::malformed("a star without FROM"),
                },
            }
        }
        Ok(items)
    }

    pub(crate) fn headings(&self, select: &Select, items: &[Expanded]) -> Vec<String> {
        let air = self.air;
        let outputs = air.list(select.outputs);
        if outputs.len() == items.len() {
            return outputs.iter().map(|output| air.name(output.name).to_owned()).collect();
        }
        let column = |s: SourceId, i: u32| air.name(air.column(s, i).name).to_owned();
        let heading = |item: &Expanded| match item {
            Expanded::Star(columns) => columns.first().map_or(String::new(), |(s, i)| column(*s, *i)),
            Expanded::Expr(expr) => {
                let alias = air.list(select.items).iter().find_map(|item| match item {
                    Item::Expr { expr: known, alias } if known == expr => *alias,
                    _ => None,
                });
                match (alias, air.expr(*expr)) {
                    (Some(alias), _) => air.name(alias).to_owned(),
                    (None, Expr::Column { source, index, .. }) => column(source, index),
                    (None, _) => String::new(),
                }
            }
        };
        items.iter().map(heading).collect()
    }

    pub(crate) fn item(&mut self, item: &Expanded) -> Eval<Value> {
        match item {
            Expanded::Expr(expr) => self.eval(*expr),
            Expanded::Star(columns) => {
                for (source, index) in columns {
                    let row = self.env[source.index()].as_ref();
                    match row.and_then(|row| row.get(*index as usize)) {
                        Some(value) if !value.is_null() => return Ok(value.clone()),
                        Some(_) => {}
                        None => return EvalError::malformed("a star out of place"),
                    }
                }
                Ok(Value::Null)
            }
        }
    }

    /// True if an aggregate of this block is within `root`.
    fn has_aggregate(&self, root: ExprId) -> bool {
        self.within(root).iter().any(|id| {
            matches!(self.air.expr(*id), Expr::Aggregate { .. } | Expr::Call { op: Builtin::Grouping, .. })
        })
    }

    /// Expressions of this block within `root`: not those of subqueries. The call of a window is left out,
    /// its arguments are in.
    pub(crate) fn within(&self, root: ExprId) -> Vec<ExprId> {
        let air = self.air;
        let (mut found, mut stack) = (Vec::new(), vec![Child::Expr(root)]);
        while let Some(child) = stack.pop() {
            match child {
                Child::Expr(id) => {
                    found.push(id);
                    match air.expr(id) {
                        Expr::Window { call, window, .. } => {
                            air.expr(call).children(air, &mut |below| stack.push(below));
                            stack.push(Child::Window(window));
                        }
                        expr => expr.children(air, &mut |below| stack.push(below)),
                    }
                }
                Child::Window(window) => air.window(window).children(air, &mut |below| stack.push(below)),
                Child::Query(_) | Child::Select(_) | Child::Rel(_) | Child::Source(_) => {}
            }
        }
        found
    }

    // Groups.

    fn grouped(
        &mut self,
        select: &Select,
        block: &mut Block,
        tuples: Vec<Tuple>,
        roots: &[ExprId],
        items: &[Expanded],
    ) -> Eval<Vec<(Tuple, Rc<Group>)>> {
        let air = self.air;
        let elements = select.group.map_or(&[][..], |group| air.list(group.elements));
        let loose = select.group.map_or(LooseColumns::Arbitrary, |group| group.loose);
        let mut keys: Vec<ExprId> = Vec::new();
        let mut spelled: Vec<String> = Vec::new();
        // A key of GROUP BY by position or alias is that item.
        let mut key = |expr: ExprId| -> Eval<usize> {
            let expr = match air.expr(expr) {
                Expr::Output { index } => match items.get(index as usize).and_then(Expanded::expr) {
                    Some(item) => item,
                    None => return EvalError::malformed("a grouping position out of range"),
                },
                _ => expr,
            };
            let spelling = spelling::of(air, expr);
            Ok(match spelled.iter().position(|known| *known == spelling) {
                Some(known) => known,
                None => {
                    keys.push(expr);
                    spelled.push(spelling);
                    keys.len() - 1
                }
            })
        };
        // Each element gives alternatives; grouping sets are all combinations.
        let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
        for element in elements {
            let mut parts = |sets: List<air::query::ValuesRow>| -> Eval<Vec<Vec<usize>>> {
                let row = |row: &air::query::ValuesRow| air.list(row.items).iter().map(|e| key(*e)).collect();
                air.list(sets).iter().map(row).collect()
            };
            let alternatives: Vec<Vec<usize>> = match *element {
                GroupElement::Key { expr } => vec![vec![key(expr)?]],
                GroupElement::Sets { sets } => parts(sets)?,
                GroupElement::Rollup { sets } => {
                    let parts = parts(sets)?;
                    (0..=parts.len()).rev().map(|n| parts[..n].concat()).collect()
                }
                GroupElement::Cube { sets } => {
                    let parts = parts(sets)?;
                    if parts.len() > 12 {
                        return EvalError::unsupported("a cube of so many keys");
                    }
                    let chosen = |mask: usize| {
                        let with = |(i, part): (usize, &Vec<usize>)| {
                            if mask >> i & 1 == 1 { part.clone() } else { Vec::new() }
                        };
                        parts.iter().enumerate().flat_map(with).collect()
                    };
                    (0..1usize << parts.len()).rev().map(chosen).collect()
                }
            };
            sets = sets
                .iter()
                .flat_map(|set| {
                    alternatives.iter().map(move |more| set.iter().chain(more).copied().collect())
                })
                .collect();
        }

        // Expressions outside of aggregates that are keys.
        for root in roots {
            self.mark_keys(*root, &spelled, &mut block.keys);
        }

        let sources = block.sources.clone();
        let mut values: Vec<Vec<Value>> = Vec::with_capacity(tuples.len());
        for tuple in &tuples {
            values.push(self.bound(&sources, tuple, |evaluator| evaluator.apart(|e| e.eval_all(&keys)))?);
        }
        let collations: Vec<Collation> = keys.iter().map(|key| self.collation_of(*key)).collect();
        let mut result = Vec::new();
        for set in &sets {
            let mut groups: Vec<(Vec<Option<Value>>, Vec<Tuple>)> = Vec::new();
            let mut buckets: FxHashMap<Vec<u8>, Vec<usize>> = FxHashMap::default();
            for (tuple, values) in tuples.iter().zip(&values) {
                let kept: Vec<Option<Value>> = values
                    .iter()
                    .enumerate()
                    .map(|(i, value)| set.contains(&i).then(|| value.clone()))
                    .collect();
                let mut bucket = Vec::new();
                for (value, collation) in kept.iter().zip(&collations) {
                    if let Some(value) = value {
                        value.bucket(*collation, &mut bucket);
                    }
                }
                let candidates = buckets.entry(bucket).or_default();
                let same = |group: &usize| {
                    let pairs = groups[*group].0.iter().zip(&kept).zip(&collations);
                    pairs.into_iter().all(|((a, b), collation)| match (a, b) {
                        (Some(a), Some(b)) => a.same(b, *collation),
                        _ => true,
                    })
                };
                match candidates.iter().copied().find(|group| same(group)) {
                    Some(group) => groups[group].1.push(tuple.clone()),
                    None => {
                        candidates.push(groups.len());
                        groups.push((kept, vec![tuple.clone()]));
                    }
                }
            }
            // Without keys there is one group, rows or not.
            if groups.is_empty() && set.is_empty() {
                groups.push((vec![None; keys.len()], Vec::new()));
            }
            for (kept, tuples) in groups {
                let tuple = self.representative(loose, &sources, &tuples, roots)?;
                let tuple = self.without_keys(&sources, tuple, &keys, &kept);
                result.push((tuple, Rc::new(Group { tuples, keys: kept })));
            }
        }
        Ok(result)
    }

    fn mark_keys(&self, root: ExprId, spelled: &[String], keys: &mut FxHashMap<ExprId, usize>) {
        let air = self.air;
        let mut stack = vec![Child::Expr(root)];
        while let Some(child) = stack.pop() {
            let Child::Expr(id) = child else {
                // Windows and subqueries may have keys as well.
                air.children(child, &mut |below| stack.push(below));
                continue;
            };
            let spelling = spelling::of(air, id);
            if let Some(key) = spelled.iter().position(|known| *known == spelling) {
                keys.insert(id, key);
                continue;
            }
            match air.expr(id) {
                Expr::Aggregate { .. } => {}
                Expr::Window { call, window, .. } => {
                    air.expr(call).children(air, &mut |below| stack.push(below));
                    stack.push(Child::Window(window));
                }
                expr => expr.children(air, &mut |below| stack.push(below)),
            }
        }
    }

    /// The row that columns come from which are neither grouped nor aggregated.
    fn representative(
        &mut self,
        loose: LooseColumns,
        sources: &[SourceId],
        tuples: &[Tuple],
        roots: &[ExprId],
    ) -> Eval<Tuple> {
        let air = self.air;
        let Some(first) = tuples.first() else {
            let empty = |source: &SourceId| Rc::new(vec![Value::Null; air.source(*source).columns.len()]);
            return Ok(Rc::new(sources.iter().map(empty).collect()));
        };
        if loose != LooseColumns::Extreme {
            return Ok(first.clone());
        }
        let all: Vec<ExprId> = roots.iter().flat_map(|root| self.within(*root)).collect();
        let mut extremes = all.iter().filter_map(|id| match air.expr(*id) {
            Expr::Aggregate {
                op: op @ (Builtin::Min | Builtin::Max), args, collation, filter: None, ..
            } => Some((op, air.at(args, 0), collation)),
            _ => None,
        });
        let (Some((op, arg, collation)), None) = (extremes.next(), extremes.next()) else {
            return Ok(first.clone());
        };
        let wanted = if op == Builtin::Min { Ordering::Less } else { Ordering::Greater };
        let mut best: Option<(Value, &Tuple)> = None;
        for tuple in tuples {
            let value = self.bound(sources, tuple, |evaluator| evaluator.apart(|e| e.eval(arg)))?;
            if !value.is_null()
                && best.as_ref().is_none_or(|(known, _)| value.order(known, collation) == wanted)
            {
                best = Some((value, tuple));
            }
        }
        Ok(best.map_or(first, |(_, tuple)| tuple).clone())
    }

    /// Columns that are keys the grouping set leaves out become NULL, wherever they are used.
    fn without_keys(
        &self,
        sources: &[SourceId],
        tuple: Tuple,
        keys: &[ExprId],
        kept: &[Option<Value>],
    ) -> Tuple {
        let mut tuple = tuple;
        for (key, kept) in keys.iter().zip(kept) {
            if let (Expr::Column { source, index, .. }, None) = (self.air.expr(*key), kept)
                && let Some(at) = sources.iter().position(|known| *known == source)
            {
                let rows = Rc::make_mut(&mut tuple);
                if let Some(value) = Rc::make_mut(&mut rows[at]).get_mut(index as usize) {
                    *value = Value::Null;
                }
            }
        }
        tuple
    }
}

/// An entry of a select list without stars.
pub(crate) enum Expanded {
    /// An expression.
    Expr(ExprId),
    /// The first value that is not NULL of these columns.
    Star(air::StarColumn),
}

impl Expanded {
    fn expr(&self) -> Option<ExprId> {
        match self {
            Expanded::Expr(expr) => Some(*expr),
            Expanded::Star(_) => None,
        }
    }
}

/// Rows met so far, NULLs being equal.
pub(crate) struct RowSet {
    collations: Vec<Collation>,
    default: Collation,
    buckets: FxHashMap<Vec<u8>, Vec<Row>>,
}

impl RowSet {
    /// All columns compare alike.
    pub(crate) fn new(collation: Collation) -> RowSet {
        RowSet { collations: Vec::new(), default: collation, buckets: FxHashMap::default() }
    }

    /// Each column compares by its own collation.
    pub(crate) fn by(collations: Vec<Collation>) -> RowSet {
        RowSet { collations, default: Collation::BINARY, buckets: FxHashMap::default() }
    }

    fn collation(&self, column: usize) -> Collation {
        self.collations.get(column).copied().unwrap_or(self.default)
    }

    fn bucket(&self, row: &Row) -> Vec<u8> {
        let mut bucket = Vec::new();
        row.iter().enumerate().for_each(|(i, value)| value.bucket(self.collation(i), &mut bucket));
        bucket
    }

    fn same(&self, a: &Row, b: &Row) -> bool {
        a.iter().zip(b.iter()).enumerate().all(|(i, (a, b))| a.same(b, self.collation(i)))
    }

    /// Adds a row; false if there is one like it.
    pub(crate) fn insert(&mut self, row: &Row) -> bool {
        let bucket = self.bucket(row);
        if self.buckets.get(&bucket).is_some_and(|rows| rows.iter().any(|known| self.same(known, row))) {
            return false;
        }
        self.buckets.entry(bucket).or_default().push(row.clone());
        true
    }

    /// Takes out a row like this one, keeping duplicates of it; false if there is none.
    fn take(&mut self, row: &Row) -> bool {
        let bucket = self.bucket(row);
        let Some(rows) = self.buckets.get(&bucket) else { return false };
        let Some(at) = rows.iter().position(|known| self.same(known, row)) else { return false };
        if let Some(rows) = self.buckets.get_mut(&bucket) {
            rows.remove(at);
        }
        true
    }

    fn add(&mut self, row: &Row) {
        let bucket = self.bucket(row);
        self.buckets.entry(bucket).or_default().push(row.clone());
    }

    fn has(&self, row: &Row) -> bool {
        let rows = self.buckets.get(&self.bucket(row));
        rows.is_some_and(|rows| rows.iter().any(|known| self.same(known, row)))
    }
}

fn set_operation(op: SetOp, all: bool, left: Vec<Row>, right: Vec<Row>, collation: Collation) -> Vec<Row> {
    let mut seen = RowSet::new(collation);
    match (op, all) {
        (SetOp::Union, true) => left.into_iter().chain(right).collect(),
        (SetOp::Union, false) => left.into_iter().chain(right).filter(|row| seen.insert(row)).collect(),
        (SetOp::Intersect | SetOp::Except, _) => {
            let mut other = RowSet::new(collation);
            right.iter().for_each(|row| other.add(row));
            let wanted = op == SetOp::Intersect;
            let kept = left.into_iter().filter(|row| match all {
                // Each row of the right side meets one of the left.
                true => other.take(row) == wanted,
                false => other.has(row) == wanted,
            });
            if all { kept.collect() } else { kept.filter(|row| seen.insert(row)).collect() }
        }
    }
}

/// Sorts by keys, stable.
pub(crate) fn order_rows<T>(rows: &mut [T], order: &[OrderKey], keys: impl Fn(&T) -> &[Value]) {
    rows.sort_by(|a, b| order_keys(order, keys(a), keys(b)));
}

/// Order of two rows by their keys.
pub(crate) fn order_keys(order: &[OrderKey], a: &[Value], b: &[Value]) -> Ordering {
    for (key, (a, b)) in order.iter().zip(a.iter().zip(b)) {
        let ordering = match (a.is_null(), b.is_null()) {
            (true, true) => Ordering::Equal,
            (true, false) if key.nulls_first => Ordering::Less,
            (true, false) => Ordering::Greater,
            (false, true) if key.nulls_first => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => {
                let ordering = a.order(b, key.collation);
                if key.descending { ordering.reverse() } else { ordering }
            }
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
    Ordering::Equal
}

/// Equality for joins.
pub(crate) fn equal(a: &Value, b: &Value, collation: Collation) -> Value {
    boolean(compare(CompareOp::Eq, a, b, collation))
}

/// Sources of a set.
pub(crate) type Sources = FxHashSet<SourceId>;
