//! GROUP BY, and which row a column takes its value from that is neither grouped nor aggregated.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::select::Block;
use crate::shape::Loose;
use air::expr::{Expr, Literal, OrderKey};
use air::ids::List;
use air::node::Child;
use air::query::{GroupBy, GroupElement, Item, LooseColumns, SourceKind, ValuesRow};
use air::{Air, Builtin, ExprId, SelectId, SourceId};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, GroupItem, GroupWith, Quantifier};

/// A column that is neither grouped nor aggregated, and where it stands.
#[derive(Clone, Copy)]
struct LooseColumn {
    source: SourceId,
    index: u32,
    span: Span,
}

impl<'a> Binder<'a> {
    /// GROUP BY. Whether columns are loose is known when the whole block is bound: [`Binder::loose_columns`].
    pub(crate) fn group_by(&mut self, node: &tree::GroupBy, block: &Block) -> Bound<GroupBy> {
        if node.quantifier == Quantifier::Distinct {
            let message = "GROUP BY DISTINCT is not translated";
            return Err(self.refuse(codes::QUERY_CLAUSE, node.span, message));
        }
        let mut elements = Vec::with_capacity(node.items.len());
        match node.with {
            Some(with) => {
                let mut sets = Vec::with_capacity(node.items.len());
                for item in self.tree.list(node.items) {
                    let GroupItem::Expr(expr, None) = *item else {
                        let message = "WITH ROLLUP stands behind plain keys only";
                        return Err(self.refuse(codes::QUERY_CLAUSE, node.span, message));
                    };
                    sets.push(self.key_row(expr, block)?);
                }
                let sets = self.air.push_list(&sets);
                elements.push(match with {
                    GroupWith::Rollup => GroupElement::Rollup { sets },
                    GroupWith::Cube => GroupElement::Cube { sets },
                });
            }
            None => {
                for item in self.tree.list(node.items) {
                    self.group_item(item, block, &mut elements)?;
                }
            }
        }
        let elements = self.air.push_list(&elements);
        Ok(GroupBy { elements, loose: LooseColumns::Determined })
    }

    fn group_item(&mut self, item: &GroupItem, block: &Block, elements: &mut Vec<GroupElement>) -> Bound<()> {
        match *item {
            GroupItem::Expr(expr, direction) => {
                if direction.is_some() {
                    let span = self.span(expr);
                    let message = "a direction in GROUP BY is not translated";
                    return Err(self.refuse(codes::QUERY_CLAUSE, span, message));
                }
                if let tree::Expr::Row { items, .. } = self.tree.expr(expr) {
                    if items.is_empty() {
                        let sets = self.air.push_list(&[ValuesRow { items: List::EMPTY }]);
                        elements.push(GroupElement::Sets { sets });
                    }
                    for key in self.tree.list(items) {
                        let expr = self.group_key(*key, block)?;
                        elements.push(GroupElement::Key { expr });
                    }
                    return Ok(());
                }
                let expr = self.group_key(expr, block)?;
                elements.push(GroupElement::Key { expr });
            }
            GroupItem::Rollup(list) => {
                let sets = self.key_rows(list, block)?;
                elements.push(GroupElement::Rollup { sets });
            }
            GroupItem::Cube(list) => {
                let sets = self.key_rows(list, block)?;
                elements.push(GroupElement::Cube { sets });
            }
            GroupItem::Sets(list) => {
                let mut sets = Vec::with_capacity(list.len());
                self.grouping_sets(list, block, &mut sets)?;
                let sets = self.air.push_list(&sets);
                elements.push(GroupElement::Sets { sets });
            }
        }
        Ok(())
    }

    /// The sets of GROUPING SETS; ROLLUP and CUBE inside of it are written out.
    fn grouping_sets(
        &mut self,
        list: tree::List<GroupItem>,
        block: &Block,
        sets: &mut Vec<ValuesRow>,
    ) -> Bound<()> {
        for item in self.tree.list(list) {
            match *item {
                GroupItem::Expr(expr, _) => sets.push(self.key_row(expr, block)?),
                GroupItem::Sets(inner) => self.grouping_sets(inner, block, sets)?,
                GroupItem::Rollup(keys) => {
                    let rows = self.key_rows(keys, block)?;
                    for taken in (0..=rows.len()).rev() {
                        let set = self.joined_rows(rows, |i| i < taken);
                        sets.push(set);
                    }
                }
                GroupItem::Cube(keys) => {
                    let rows = self.key_rows(keys, block)?;
                    let count = rows.len().min(12);
                    for bits in (0..1usize << count).rev() {
                        let set = self.joined_rows(rows, |i| bits >> (count - 1 - i) & 1 == 1);
                        sets.push(set);
                    }
                }
            }
        }
        Ok(())
    }

    fn joined_rows(&mut self, rows: List<ValuesRow>, takes: impl Fn(usize) -> bool) -> ValuesRow {
        let mut keys = Vec::new();
        for i in (0..rows.len()).filter(|i| takes(*i)) {
            let items = self.air.at(rows, i).items;
            for k in 0..items.len() {
                let key = self.air.at(items, k);
                keys.push(self.air.copy(key));
            }
        }
        ValuesRow { items: self.air.push_list(&keys) }
    }

    fn key_rows(&mut self, list: tree::List<tree::ExprId>, block: &Block) -> Bound<List<ValuesRow>> {
        let mut rows = Vec::with_capacity(list.len());
        for expr in self.tree.list(list) {
            rows.push(self.key_row(*expr, block)?);
        }
        Ok(self.air.push_list(&rows))
    }

    /// A key, or several in parentheses.
    fn key_row(&mut self, id: tree::ExprId, block: &Block) -> Bound<ValuesRow> {
        let mut keys = Vec::new();
        match self.tree.expr(id) {
            tree::Expr::Row { items, .. } => {
                for key in self.tree.list(items) {
                    keys.push(self.group_key(*key, block)?);
                }
            }
            _ => keys.push(self.group_key(id, block)?),
        }
        Ok(ValuesRow { items: self.air.push_list(&keys) })
    }

    fn group_key(&mut self, id: tree::ExprId, block: &Block) -> Bound<ExprId> {
        let (aliases, positions) = (self.shape.group_aliases, self.shape.group_positions);
        self.key(id, block, aliases, positions)
    }

    /// Finds the columns of a block that are neither grouped nor aggregated and writes their rule into it, or
    /// refuses where the source would. The block's scope is still open.
    pub(crate) fn loose_columns(&mut self, id: SelectId, order: List<OrderKey>) -> Bound<()> {
        let select = *self.air.select(id);
        let grouped = select.group.is_some() || select.having.is_some() || self.scopes.top().aggregates > 0;
        if !grouped {
            return Ok(());
        }
        let mut keys: Vec<ExprId> = Vec::new();
        let mut sets_of_keys = false;
        if let Some(group) = select.group {
            for element in self.air.list(group.elements) {
                match *element {
                    GroupElement::Key { expr } => keys.push(expr),
                    GroupElement::Rollup { sets }
                    | GroupElement::Cube { sets }
                    | GroupElement::Sets { sets } => {
                        sets_of_keys = true;
                        for row in self.air.list(sets) {
                            keys.extend_from_slice(self.air.list(row.items));
                        }
                    }
                }
            }
        }
        for key in &mut keys {
            if let Expr::Output { index } = self.air.expr(*key)
                && let Some(Item::Expr { expr, .. }) = self.air.list(select.items).get(index as usize)
            {
                *key = *expr;
            }
        }
        let mut roots: Vec<ExprId> = Vec::new();
        let mut loose: Vec<LooseColumn> = Vec::new();
        for item in self.air.list(select.items) {
            match *item {
                Item::Expr { expr, .. } => roots.push(expr),
                Item::Star { source } => self.loose_star(source, &keys, &mut loose),
            }
        }
        roots.extend(select.having.iter().chain(select.qualify.iter()));
        roots.extend(self.air.list(order).iter().map(|key| key.expr));
        let own: Vec<SourceId> = self.scopes.here().iter().map(|visible| visible.source).collect();
        let mut seen = Seen { loose, extremes: 0, foreign: None, met: sets_of_keys.then(Vec::new) };
        for root in roots {
            walk_loose(self.air, root, &keys, &own, &mut seen);
        }
        let Seen { mut loose, extremes, foreign, met } = seen;
        // A key is NULL in the groups of the sets it is not in, and so may be what is computed of it.
        for expr in met.into_iter().flatten() {
            self.air.info_mut(expr).nullable = true;
        }
        if sets_of_keys {
            let outputs = self.air.select(id).outputs;
            for output in self.air.list_mut(outputs) {
                output.nullable = true;
            }
        }
        if let Some(span) = foreign {
            let message =
                "an aggregate over columns of an outer query belongs to that query and is not translated";
            return Err(self.refuse(codes::MISPLACED_AGGREGATE, span, message));
        }
        loose.retain(|column| !self.determined(column, &keys));
        let rule = match (loose.first(), self.shape.loose) {
            (None, _) => LooseColumns::Determined,
            (Some(_), Loose::AnyRow) => LooseColumns::Arbitrary,
            (Some(_), Loose::Extreme) if extremes == 1 => LooseColumns::Extreme,
            (Some(_), Loose::Extreme) => LooseColumns::Arbitrary,
            (Some(column), Loose::Error) => {
                let name = self.air.column(column.source, column.index).name;
                let message =
                    format!("column `{}` is neither grouped by nor in an aggregate", self.air.name(name));
                let diagnostic = Diagnostic::error(codes::NOT_GROUPED, column.span, message)
                    .help("add it to GROUP BY or use an aggregate such as MAX");
                return Err(self.refuse_with(diagnostic));
            }
        };
        if rule != LooseColumns::Determined {
            let elements = select.group.map_or(List::EMPTY, |group| group.elements);
            self.air.select_mut(id).group = Some(GroupBy { elements, loose: rule });
        }
        Ok(())
    }

    fn loose_star(&self, source: Option<SourceId>, keys: &[ExprId], loose: &mut Vec<LooseColumn>) {
        for visible in self.scopes.here() {
            if visible.qualified_only || source.is_some_and(|source| source != visible.source) {
                continue;
            }
            let node = self.air.source(visible.source);
            for index in 0..node.columns.len() as u32 {
                let grouped = keys.iter().any(|key| {
                    matches!(self.air.expr(*key), Expr::Column { source, index: i, .. }
                        if source == visible.source && i == index)
                });
                if !grouped {
                    let span = self.air.source_span(visible.source);
                    loose.push(LooseColumn { source: visible.source, index, span });
                }
            }
        }
    }

    /// True if grouped keys fix the column's value: its table's key is among them, or nothing is known of it.
    fn determined(&self, column: &LooseColumn, keys: &[ExprId]) -> bool {
        let source = self.air.source(column.source);
        if !source.closed {
            // Without a schema the source is believed.
            return self.shape.loose == Loose::Error;
        }
        let SourceKind::Table { name } = source.kind else { return false };
        let schema = name.schema.map(|schema| self.air.name(schema));
        let Some(table) = self.catalog.table(schema, self.air.name(name.name)) else { return false };
        table.keys.iter().any(|key| {
            !key.partial
                && !key.columns.is_empty()
                && key.columns.iter().all(|at| {
                    (key.primary || !table.columns[*at as usize].nullable)
                        && keys.iter().any(|key| {
                            matches!(self.air.expr(*key), Expr::Column { source, index, .. }
                                if source == column.source && index == *at)
                        })
                })
        })
    }
}

/// What a walk over the expressions of a block has met.
struct Seen {
    loose: Vec<LooseColumn>,
    /// Number of MIN and MAX.
    extremes: u32,
    /// An aggregate of the block itself over columns of other blocks only.
    foreign: Option<Span>,
    /// The expressions of the block outside of aggregates, where they are asked for.
    met: Option<Vec<ExprId>>,
}

/// Collects columns of `own` sources below `root` that stand neither in a key nor in an aggregate.
fn walk_loose(air: &Air, root: ExprId, keys: &[ExprId], own: &[SourceId], seen: &mut Seen) {
    let mut stack = vec![Child::Expr(root)];
    while let Some(child) = stack.pop() {
        if let Child::Expr(id) = child {
            if let Some(met) = &mut seen.met
                && !matches!(air.expr(id), Expr::Literal { .. } | Expr::Aggregate { .. })
            {
                met.push(id);
            }
            if keys.iter().any(|key| same(air, *key, id)) {
                continue;
            }
            match air.expr(id) {
                Expr::Column { source, index, .. } => {
                    if own.contains(&source) {
                        seen.loose.push(LooseColumn { source, index, span: air.span(id) });
                    }
                    continue;
                }
                Expr::Aggregate { op, args, .. } => {
                    seen.extremes += u32::from(matches!(op, Builtin::Min | Builtin::Max));
                    if foreign(air, args, own) {
                        seen.foreign = Some(air.span(id));
                    }
                    continue;
                }
                // A window function is no aggregate of the groups: look at what is below the call itself.
                Expr::Window { call, window, .. } => {
                    if let Expr::Aggregate { args, filter, .. } = air.expr(call) {
                        stack.extend(air.list(args).iter().map(|arg| Child::Expr(*arg)));
                        stack.extend(filter.map(Child::Expr));
                    } else {
                        stack.push(Child::Expr(call));
                    }
                    let spec = air.window(window);
                    stack.extend(air.list(spec.partition).iter().map(|key| Child::Expr(*key)));
                    stack.extend(air.list(spec.order).iter().map(|key| Child::Expr(key.expr)));
                    continue;
                }
                _ => {}
            }
        }
        if let Child::Query(_) = child {
            // Aggregates below are those of another block; columns of this one are loose there as well.
            let mut below = Vec::new();
            columns_of_subquery(air, child, keys, own, &mut below);
            seen.loose.extend(below);
            continue;
        }
        air.children(child, &mut |below| stack.push(below));
    }
}

/// Columns of `own` sources inside of a subquery, those in its aggregates left out.
fn columns_of_subquery(
    air: &Air,
    query: Child,
    keys: &[ExprId],
    own: &[SourceId],
    found: &mut Vec<LooseColumn>,
) {
    let mut stack = vec![query];
    while let Some(child) = stack.pop() {
        if let Child::Expr(id) = child {
            if keys.iter().any(|key| same(air, *key, id)) {
                continue;
            }
            match air.expr(id) {
                Expr::Column { source, index, .. } if own.contains(&source) => {
                    found.push(LooseColumn { source, index, span: air.span(id) });
                }
                Expr::Aggregate { .. } => continue,
                _ => {}
            }
        }
        air.children(child, &mut |below| stack.push(below));
    }
}

/// True if the arguments name columns, and none of `own` sources.
fn foreign(air: &Air, args: List<ExprId>, own: &[SourceId]) -> bool {
    let mut stack: Vec<Child> = air.list(args).iter().map(|arg| Child::Expr(*arg)).collect();
    let mut columns = false;
    while let Some(child) = stack.pop() {
        if let Child::Expr(id) = child
            && let Expr::Column { source, .. } = air.expr(id)
        {
            if own.contains(&source) {
                return false;
            }
            columns = true;
        }
        air.children(child, &mut |below| stack.push(below));
    }
    columns
}

/// True if two expressions are written alike as far as grouping is concerned. May say no where a deeper look
/// would say yes, never the other way round.
pub(crate) fn same(air: &Air, a: ExprId, b: ExprId) -> bool {
    if a == b {
        return true;
    }
    let all = |x: List<ExprId>, y: List<ExprId>| {
        x.len() == y.len() && air.list(x).iter().zip(air.list(y)).all(|(x, y)| same(air, *x, *y))
    };
    let maybe = |x: Option<ExprId>, y: Option<ExprId>| match (x, y) {
        (Some(x), Some(y)) => same(air, x, y),
        (None, None) => true,
        _ => false,
    };
    match (air.expr(a), air.expr(b)) {
        (Expr::Column { source: s, index: i, .. }, Expr::Column { source: t, index: j, .. }) => {
            s == t && i == j
        }
        (Expr::Output { index: i }, Expr::Output { index: j }) => i == j,
        (Expr::Param { param: p }, Expr::Param { param: q }) => p == q,
        (Expr::Literal { value: v }, Expr::Literal { value: w }) => same_literal(air, v, w),
        (Expr::Call { op: f, modifier: m, args: x }, Expr::Call { op: g, modifier: n, args: y }) => {
            f == g && m == n && all(x, y)
        }
        (Expr::And { terms: x }, Expr::And { terms: y }) | (Expr::Or { terms: x }, Expr::Or { terms: y }) => {
            all(x, y)
        }
        (Expr::Not { operand: x }, Expr::Not { operand: y }) => same(air, x, y),
        (Expr::Row { items: x }, Expr::Row { items: y }) => all(x, y),
        (
            Expr::Compare { op: f, collation: c, left: l, right: r },
            Expr::Compare { op: g, collation: d, left: m, right: s },
        ) => f == g && c == d && same(air, l, m) && same(air, r, s),
        (Expr::IsNull { operand: x, negated: n }, Expr::IsNull { operand: y, negated: m }) => {
            n == m && same(air, x, y)
        }
        (
            Expr::IsTruth { operand: x, value: v, negated: n },
            Expr::IsTruth { operand: y, value: w, negated: m },
        ) => v == w && n == m && same(air, x, y),
        (Expr::Cast { operand: x, to: t, rule: r }, Expr::Cast { operand: y, to: u, rule: s }) => {
            t == u && r == s && same(air, x, y)
        }
        (
            Expr::Case { operand: x, branches: bs, otherwise: o, .. },
            Expr::Case { operand: y, branches: cs, otherwise: p, .. },
        ) => {
            maybe(x, y)
                && maybe(o, p)
                && bs.len() == cs.len()
                && air
                    .list(bs)
                    .iter()
                    .zip(air.list(cs))
                    .all(|(b, c)| same(air, b.when, c.when) && same(air, b.then, c.then))
        }
        (
            Expr::Like { operand: x, pattern: p, escape: e, negated: n, .. },
            Expr::Like { operand: y, pattern: q, escape: f, negated: m, .. },
        ) => n == m && same(air, x, y) && same(air, p, q) && maybe(e, f),
        (
            Expr::InList { operand: x, items: i, negated: n, .. },
            Expr::InList { operand: y, items: j, negated: m, .. },
        ) => n == m && same(air, x, y) && all(i, j),
        (
            Expr::Between { operand: x, low: l, high: h, negated: n, symmetric: s, .. },
            Expr::Between { operand: y, low: k, high: g, negated: m, symmetric: t, .. },
        ) => n == m && s == t && same(air, x, y) && same(air, l, k) && same(air, h, g),
        _ => false,
    }
}

fn same_literal(air: &Air, a: Literal, b: Literal) -> bool {
    match (a, b) {
        (Literal::Null {}, Literal::Null {}) => true,
        (Literal::Bool { value: v }, Literal::Bool { value: w }) => v == w,
        (Literal::Int { value: v }, Literal::Int { value: w }) => v == w,
        (Literal::Decimal { digits: v }, Literal::Decimal { digits: w })
        | (Literal::Float { digits: v }, Literal::Float { digits: w })
        | (Literal::Text { text: v }, Literal::Text { text: w })
        | (Literal::Date { text: v }, Literal::Date { text: w })
        | (Literal::Time { text: v }, Literal::Time { text: w })
        | (Literal::Timestamp { text: v }, Literal::Timestamp { text: w }) => air.text(v) == air.text(w),
        (
            Literal::Interval { months: a, days: b, micros: c },
            Literal::Interval { months: d, days: e, micros: f },
        ) => (a, b, c) == (d, e, f),
        _ => false,
    }
}
