//! What rewrites are built from: new nodes, copies, structural comparison, wrapping a block in a derived table.

use air::expr::{CompareOp, Literal, Modifier, OrderKey};
use air::node::{Child, Operand};
use air::query::{
    Body, Distinct, GroupBy, GroupElement, Item, JoinKind, Output, Query, Rel, Select, Source, SourceColumn,
    SourceKind,
};
use air::types::Collation;
use air::{Air, Builtin, Expr, ExprId, List, Name, QueryId, RelId, SelectId, SourceId, Type};
use air_base::Span;
use rustc_hash::FxHashSet;

pub(crate) use crate::same::same;

/// New expressions.
pub(crate) trait Build {
    /// The expression arena.
    fn arena(&mut self) -> &mut Air;

    /// An integer.
    fn int(&mut self, value: i64, span: Span) -> ExprId {
        self.arena().push(Expr::Literal { value: Literal::Int { value } }, Type::I64, false, span)
    }

    /// TRUE or FALSE.
    fn truth(&mut self, value: bool, span: Span) -> ExprId {
        self.arena().push(Expr::Literal { value: Literal::Bool { value } }, Type::Bool, false, span)
    }

    /// NULL of a type.
    fn null(&mut self, ty: Type, span: Span) -> ExprId {
        self.arena().push(Expr::Literal { value: Literal::Null {} }, ty, true, span)
    }

    /// A column of a source, qualified.
    fn column_of(&mut self, source: SourceId, index: u32, span: Span) -> ExprId {
        let column = self.arena().column(source, index);
        let expr = Expr::Column { source, index, qualified: true };
        self.arena().push(expr, column.ty, column.nullable, span)
    }

    /// A call.
    fn call(&mut self, op: Builtin, args: &[ExprId], ty: Type, nullable: bool, span: Span) -> ExprId {
        let args = self.arena().push_list(args);
        self.arena().push(Expr::Call { op, modifier: Modifier::None, args }, ty, nullable, span)
    }

    /// An aggregate without DISTINCT, order and filter.
    fn aggregate(&mut self, op: Builtin, args: &[ExprId], ty: Type, span: Span) -> ExprId {
        let args = self.arena().push_list(args);
        let expr = Expr::Aggregate {
            op,
            distinct: false,
            args,
            order: List::EMPTY,
            filter: None,
            collation: Collation::BINARY,
        };
        self.arena().push(expr, ty, true, span)
    }

    /// A comparison of values that are no texts, or are compared byte by byte.
    fn compare(&mut self, op: CompareOp, left: ExprId, right: ExprId) -> ExprId {
        let air = self.arena();
        let (l, r) = (air.info(left), air.info(right));
        let collation = Collation::BINARY;
        let never_null = matches!(op, CompareOp::Same | CompareOp::NotSame);
        let nullable = !never_null && (l.nullable || r.nullable);
        air.push(Expr::Compare { op, collation, left, right }, Type::Bool, nullable, l.span)
    }

    /// `operand IS [NOT] NULL`.
    fn is_null(&mut self, operand: ExprId, negated: bool) -> ExprId {
        let span = self.arena().span(operand);
        self.arena().push(Expr::IsNull { operand, negated }, Type::Bool, false, span)
    }

    /// `NOT operand`.
    fn not(&mut self, operand: ExprId) -> ExprId {
        let info = self.arena().info(operand);
        self.arena().push(Expr::Not { operand }, Type::Bool, info.nullable, info.span)
    }

    /// The conjunction of the terms there are; conjunctions among them are taken apart.
    fn and(&mut self, terms: &[Option<ExprId>]) -> Option<ExprId> {
        let mut flat = Vec::with_capacity(terms.len());
        for &term in terms.iter().flatten() {
            match self.arena().expr(term) {
                Expr::And { terms } => flat.extend_from_slice(self.arena().list(terms)),
                _ => flat.push(term),
            }
        }
        match *flat.as_slice() {
            [] => None,
            [one] => Some(one),
            [first, ..] => {
                let air = self.arena();
                let nullable = flat.iter().any(|term| air.info(*term).nullable);
                let span = air.span(first);
                let terms = air.push_list(&flat);
                Some(air.push(Expr::And { terms }, Type::Bool, nullable, span))
            }
        }
    }

    /// The disjunction of two terms.
    fn or(&mut self, left: ExprId, right: ExprId) -> ExprId {
        let air = self.arena();
        let nullable = air.info(left).nullable || air.info(right).nullable;
        let span = air.span(left);
        let terms = air.push_list(&[left, right]);
        air.push(Expr::Or { terms }, Type::Bool, nullable, span)
    }

    /// `CASE WHEN when THEN then … ELSE otherwise END`.
    fn case(&mut self, branches: &[(ExprId, ExprId)], otherwise: Option<ExprId>) -> ExprId {
        let air = self.arena();
        let (ty, span) = branches
            .first()
            .map_or((Type::Unknown, Span::NONE), |(when, then)| (air.ty(*then), air.span(*when)));
        let mut nullable = otherwise.is_none_or(|otherwise| air.info(otherwise).nullable);
        nullable |= branches.iter().any(|(_, then)| air.info(*then).nullable);
        let branches: Vec<_> =
            branches.iter().map(|&(when, then)| air::expr::Branch { when, then }).collect();
        let branches = air.push_list(&branches);
        let expr = Expr::Case { operand: None, branches, otherwise, collation: Collation::BINARY };
        air.push(expr, ty, nullable, span)
    }

    /// A block of items over FROM and WHERE, as a query.
    fn select_query(&mut self, items: &[Item], from: Option<RelId>, filter: Option<ExprId>) -> QueryId {
        let air = self.arena();
        let outputs: Vec<Output> = items
            .iter()
            .filter_map(|item| match *item {
                Item::Expr { expr, alias } => {
                    let info = air.info(expr);
                    Some(Output { name: alias.unwrap_or_default(), ty: info.ty, nullable: info.nullable })
                }
                Item::Star { .. } => None,
            })
            .collect();
        let select = Select {
            from,
            distinct: Distinct::All {},
            items: air.push_list(items),
            outputs: air.push_list(&outputs),
            filter,
            group: None,
            having: None,
            windows: List::EMPTY,
            qualify: None,
        };
        let select = air.push_select(select);
        air.push_query(plain(Body::Select { select }), Span::NONE)
    }

    /// A derived table over a query.
    fn derived(&mut self, query: QueryId, alias: Name, columns: &[SourceColumn]) -> SourceId {
        let air = self.arena();
        let source = Source {
            alias,
            aliased: true,
            kind: SourceKind::Derived { query },
            columns: air.push_list(columns),
            closed: true,
            renamed: false,
            lateral: false,
        };
        air.push_source(source, Span::NONE)
    }

    /// A FROM node of a source.
    fn source_rel(&mut self, source: SourceId) -> RelId {
        self.arena().push_rel(Rel::Source { source })
    }

    /// A join of two FROM nodes.
    fn join(&mut self, kind: JoinKind, left: RelId, right: RelId, on: Option<ExprId>) -> RelId {
        self.arena().push_rel(Rel::Join { kind, left, right, on, using: List::EMPTY })
    }

    /// A name no source, column or alias of the statement has.
    fn fresh(&mut self, stem: &str) -> Name {
        let air = self.arena();
        let mut number = 0;
        let mut text = stem.to_owned();
        while is_taken(air, &text) {
            number += 1;
            text = format!("{stem}{number}");
        }
        air.push_name(&text)
    }
}

impl Build for Air {
    fn arena(&mut self) -> &mut Air {
        self
    }
}

fn is_taken(air: &Air, text: &str) -> bool {
    let same = |name: Name| air.name(name).eq_ignore_ascii_case(text);
    air.source_ids().any(|id| {
        let source = air.source(id);
        same(source.alias) || air.list(source.columns).iter().any(|column| same(column.name))
    }) || air.select_ids().any(|id| {
        air.list(air.select(id).items).iter().any(|item| match item {
            Item::Expr { alias: Some(alias), .. } => same(*alias),
            _ => false,
        })
    }) || air.cte_ids().any(|id| same(air.cte(id).name))
}

/// The keys of a GROUP BY, those within ROLLUP and its like as well; one that stands twice comes twice.
pub(crate) fn group_keys(air: &Air, group: GroupBy) -> Vec<ExprId> {
    let mut keys = Vec::new();
    for element in air.list(group.elements) {
        match *element {
            GroupElement::Key { expr } => keys.push(expr),
            GroupElement::Rollup { sets } | GroupElement::Cube { sets } | GroupElement::Sets { sets } => {
                for row in air.list(sets) {
                    keys.extend_from_slice(air.list(row.items));
                }
            }
        }
    }
    keys
}

/// A query that is its body and nothing else.
pub(crate) fn plain(body: Body) -> Query {
    Query { ctes: List::EMPTY, recursive: false, body, order: List::EMPTY, limit: None, locking: None }
}

/// True if the query is its body and nothing else.
pub(crate) fn is_plain(query: &Query) -> bool {
    query.ctes.is_empty() && query.order.is_empty() && query.limit.is_none() && query.locking.is_none()
}

/// All expressions at and below a node; those of subqueries too.
pub(crate) fn below(air: &Air, roots: &[Child]) -> FxHashSet<ExprId> {
    let mut found = FxHashSet::default();
    let mut stack = roots.to_vec();
    while let Some(child) = stack.pop() {
        if let Child::Expr(id) = child
            && !found.insert(id)
        {
            continue;
        }
        air.children(child, &mut |child| stack.push(child));
    }
    found
}

/// The sources a FROM node declares, left to right.
pub(crate) fn sources(air: &Air, rel: RelId) -> Vec<SourceId> {
    let mut found = Vec::new();
    let mut stack = vec![rel];
    while let Some(rel) = stack.pop() {
        match air.rel(rel) {
            Rel::Source { source } => found.push(source),
            Rel::Join { left, right, .. } => stack.extend([right, left]),
        }
    }
    found
}

/// True if an expression at or below `id` refers to a column of one of the sources.
pub(crate) fn mentions(air: &Air, id: ExprId, sources: &[SourceId]) -> bool {
    below(air, &[Child::Expr(id)])
        .iter()
        .any(|id| matches!(air.expr(*id), Expr::Column { source, .. } if sources.contains(&source)))
}

/// Replaces stars of a block by the columns they stand for. False where a source's columns are not all known.
pub(crate) fn expand_stars(air: &mut Air, id: SelectId) -> bool {
    let select = *air.select(id);
    let items = air.list(select.items).to_vec();
    if !items.iter().any(|item| matches!(item, Item::Star { .. })) {
        return true;
    }
    let outputs = air.list(select.outputs).to_vec();
    let mut expanded: Vec<Item> = Vec::with_capacity(outputs.len());
    for item in items {
        let Item::Star { source } = item else {
            expanded.push(item);
            continue;
        };
        let Some(from) = select.from else { return false };
        let Some(columns) = star_columns(air, from, source) else { return false };
        for (source, index, merged) in columns {
            let expr = match merged {
                Some(expr) => air.copy(expr),
                None => air.column_of(source, index, Span::NONE),
            };
            let at = expanded.len();
            if let Some(output) = outputs.get(at) {
                *air.info_mut(expr) =
                    air::Info { ty: output.ty, nullable: output.nullable, span: Span::NONE };
            }
            let name = air.column_name(source, index);
            expanded.push(Item::Expr { expr, alias: merged.map(|_| name) });
        }
    }
    let items = air.push_list(&expanded);
    air.select_mut(id).items = items;
    true
}

/// Replaces the stars of the block that names the columns of a query. False where not all columns are known.
pub(crate) fn expand_all_stars(air: &mut Air, query: QueryId) -> bool {
    let mut id = query;
    loop {
        match air.query(id).body {
            Body::SetOp { left, .. } => id = left,
            Body::Select { select } => return expand_stars(air, select),
            Body::Values { .. } => return true,
        }
    }
}

/// Small readings of the arena.
pub(crate) trait Look {
    /// Name of a column.
    fn column_name(&self, source: SourceId, index: u32) -> Name;
}

impl Look for Air {
    fn column_name(&self, source: SourceId, index: u32) -> Name {
        Air::column(self, source, index).name
    }
}

/// Columns of a star: source, position, and the expression of a column merged by USING.
fn star_columns(
    air: &mut Air,
    from: RelId,
    only: Option<SourceId>,
) -> Option<Vec<(SourceId, u32, Option<ExprId>)>> {
    let whole = |air: &Air, source: SourceId| -> Option<Vec<(SourceId, u32, Option<ExprId>)>> {
        let known = air.source(source);
        known.closed.then(|| (0..known.columns.len() as u32).map(|i| (source, i, None)).collect())
    };
    if let Some(source) = only {
        return whole(air, source);
    }
    match air.rel(from) {
        Rel::Source { source } => whole(air, source),
        Rel::Join { kind, left, right, using, .. } => {
            let mut l = star_columns(air, left, None)?;
            let mut r = star_columns(air, right, None)?;
            let mut first = Vec::new();
            for i in 0..using.len() {
                let using = air.at(using, i);
                let (Expr::Column { source: ls, index: li, .. }, Expr::Column { source: rs, index: ri, .. }) =
                    (air.expr(using.left), air.expr(using.right))
                else {
                    return None;
                };
                l.retain(|column| (column.0, column.1) != (ls, li));
                r.retain(|column| (column.0, column.1) != (rs, ri));
                let merged = match kind {
                    JoinKind::Right => using.right,
                    JoinKind::Full => {
                        let ty = air.ty(using.left);
                        let (left, right) = (air.copy(using.left), air.copy(using.right));
                        air.call(Builtin::Coalesce, &[left, right], ty, true, Span::NONE)
                    }
                    _ => using.left,
                };
                first.push((ls, li, Some(merged)));
            }
            first.extend(l);
            first.extend(r);
            Some(first)
        }
    }
}

/// A block that became a derived table of a new outer block.
pub(crate) struct Wrapped {
    /// The derived table.
    pub(crate) source: SourceId,
    /// The block inside of it.
    pub(crate) inner: SelectId,
    /// The block that took its place in the query.
    pub(crate) outer: SelectId,
    /// How many columns the outer block shows; hidden ones follow in the derived table.
    pub(crate) shown: u32,
}

/// Turns `SELECT items …` of a query into `SELECT d.items FROM (SELECT items, hidden … …) AS d`. WITH, ORDER BY and
/// the row limit stay outside; order keys are moved along. `None`, and nothing changed, where the columns of a star
/// are not known or the body is no block.
pub(crate) fn wrap(air: &mut Air, query: QueryId, hidden: &[ExprId]) -> Option<Wrapped> {
    let Body::Select { select: outer } = air.query(query).body else { return None };
    if !expand_stars(air, outer) {
        return None;
    }
    let select = *air.select(outer);
    let mut hidden = hidden.to_vec();
    let items = air.list(select.items).to_vec();
    let shown = items.len() as u32;
    let mut keys = air.list(air.query(query).order).to_vec();
    // Keys over items stay positions; other keys become hidden columns.
    let mut moved: Vec<(usize, u32)> = Vec::new();
    for (k, key) in keys.iter_mut().enumerate() {
        if matches!(air.expr(key.expr), Expr::Output { .. }) {
            continue;
        }
        let known = items.iter().position(|item| match item {
            Item::Expr { expr, .. } => same(air, *expr, key.expr),
            Item::Star { .. } => false,
        });
        let index = known.unwrap_or_else(|| {
            hidden.push(key.expr);
            items.len() + hidden.len() - 1
        });
        moved.push((k, index as u32));
    }
    let columns = name_items(air, outer, &items, &hidden);
    let mut inner_items = Vec::with_capacity(columns.len());
    for (i, column) in columns.iter().enumerate() {
        let expr = match items.get(i) {
            Some(Item::Expr { expr, .. }) => *expr,
            _ => hidden[i - items.len()],
        };
        inner_items.push(Item::Expr { expr, alias: Some(column.name) });
    }
    let outputs: Vec<Output> =
        columns.iter().map(|c| Output { name: c.name, ty: c.ty, nullable: c.nullable }).collect();
    let inner_items = air.push_list(&inner_items);
    let inner_outputs = air.push_list(&outputs);
    let inner = air.push_select(Select { items: inner_items, outputs: inner_outputs, ..select });
    let inner_query = air.push_query(plain(Body::Select { select: inner }), air.query_span(query));
    let alias = air.fresh("d");
    let source = air.derived(inner_query, alias, &columns);
    let mut outer_items = Vec::with_capacity(items.len());
    for i in 0..shown {
        let expr = air.column_of(source, i, Span::NONE);
        let alias = match items[i as usize] {
            Item::Expr { alias, .. } => alias,
            Item::Star { .. } => None,
        };
        let alias = alias.filter(|alias| air.name(*alias) != air.name(columns[i as usize].name));
        outer_items.push(Item::Expr { expr, alias });
    }
    for (k, index) in moved {
        if index < shown {
            let (ty, nullable) = (columns[index as usize].ty, columns[index as usize].nullable);
            let span = air.span(keys[k].expr);
            keys[k].expr = air.push(Expr::Output { index }, ty, nullable, span);
        } else {
            keys[k].expr = air.column_of(source, index, Span::NONE);
        }
    }
    let order = air.push_list(&keys);
    air.query_mut(query).order = order;
    let from = air.source_rel(source);
    let items = air.push_list(&outer_items);
    *air.select_mut(outer) = Select {
        from: Some(from),
        distinct: Distinct::All {},
        items,
        outputs: select.outputs,
        filter: None,
        group: None,
        having: None,
        windows: List::EMPTY,
        qualify: None,
    };
    Some(Wrapped { source, inner, outer, shown })
}

/// Columns of a derived table over items and hidden expressions: no two names alike.
pub(crate) fn name_items(
    air: &mut Air,
    select: SelectId,
    items: &[Item],
    hidden: &[ExprId],
) -> Vec<SourceColumn> {
    let outputs = air.list(air.select(select).outputs).to_vec();
    let mut columns: Vec<SourceColumn> = Vec::with_capacity(items.len() + hidden.len());
    for (i, item) in items.iter().enumerate() {
        let Item::Expr { expr, alias } = *item else { continue };
        let info = air.info(expr);
        let named = match (alias, air.expr(expr)) {
            (Some(alias), _) => Some(alias),
            (None, Expr::Column { source, index, .. }) => Some(air.column_name(source, index)),
            (None, _) => outputs.get(i).map(|output| output.name),
        };
        let usable = named.filter(|name| {
            let text = air.name(*name);
            let word = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            word && !columns.iter().any(|c| air.name(c.name).eq_ignore_ascii_case(text))
        });
        let name = match usable {
            Some(name) => name,
            None => numbered(air, "c", i + 1, &columns),
        };
        columns.push(SourceColumn { name, ty: info.ty, nullable: info.nullable });
    }
    for (i, expr) in hidden.iter().enumerate() {
        let info = air.info(*expr);
        let name = numbered(air, "h", i + 1, &columns);
        columns.push(SourceColumn { name, ty: info.ty, nullable: info.nullable });
    }
    columns
}

fn numbered(air: &mut Air, stem: &str, number: usize, taken: &[SourceColumn]) -> Name {
    let mut text = format!("{stem}{number}");
    while taken.iter().any(|column| air.name(column.name).eq_ignore_ascii_case(&text)) {
        text.push('_');
    }
    air.push_name(&text)
}

/// The output columns of a query: those of its leftmost block.
pub(crate) fn outputs(air: &Air, query: QueryId) -> Vec<Output> {
    let mut id = query;
    loop {
        match air.query(id).body {
            Body::Select { select } => return air.list(air.select(select).outputs).to_vec(),
            Body::SetOp { left, .. } => id = left,
            Body::Values { rows } => {
                let Some(row) = air.list(rows).first() else { return Vec::new() };
                let items = air.list(row.items);
                return items
                    .iter()
                    .map(|item| {
                        let info = air.info(*item);
                        Output { name: Name::default(), ty: info.ty, nullable: info.nullable }
                    })
                    .collect();
            }
        }
    }
}

/// The expression of the `index`-th column of a block, if it has no stars before it.
pub(crate) fn output_expr(air: &Air, select: SelectId, index: u32) -> Option<ExprId> {
    let items = air.list(air.select(select).items);
    if items.iter().take(index as usize + 1).any(|item| matches!(item, Item::Star { .. })) {
        return None;
    }
    match items.get(index as usize) {
        Some(Item::Expr { expr, .. }) => Some(*expr),
        _ => None,
    }
}

/// Aggregates at or below an expression, those of subqueries and window calls aside.
pub(crate) fn has_aggregate(air: &Air, id: ExprId) -> bool {
    let mut stack = vec![id];
    while let Some(id) = stack.pop() {
        match air.expr(id) {
            Expr::Aggregate { .. } => return true,
            Expr::Window { call, window, .. } => {
                // The call itself is no aggregate of the group; its arguments may hold some.
                let mut push = |child: Child| {
                    if let Child::Expr(id) = child {
                        stack.push(id);
                    }
                };
                air.expr(call).children(air, &mut push);
                air.window(window).children(air, &mut push);
            }
            expr => expr.children(air, &mut |child| {
                if let Child::Expr(id) = child {
                    stack.push(id);
                }
            }),
        }
    }
    false
}

/// An order key with the NULLs where the target has them anyway.
pub(crate) fn key(
    target: &air::target::Target,
    expr: ExprId,
    descending: bool,
    collation: Collation,
) -> OrderKey {
    OrderKey { expr, descending, nulls_first: target.can.null_rank.first(descending), collation }
}
