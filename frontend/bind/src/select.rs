//! One SELECT block: its clauses in the order in which names come into sight.

use crate::binder::{Binder, Bound, Refused};
use crate::codes;
use crate::names::Reference;
use crate::query::Usage;
use crate::scope::Clause;
use crate::shape::{Aliases, Heading};
use air::expr::Expr;
use air::ids::List;
use air::query::{Body, Distinct, Item, Limit, Output, Query, Select};
use air::{CteId, ExprId, Name, QueryId, RelId, SelectId, Type};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, Quantifier, SelectItem, SelectModifiers};

/// Longest made-up column name; longer expressions are numbered instead.
const HEADING_BYTES_MAX: usize = 60;

/// A select list while its block is bound.
pub(crate) struct Block {
    /// One for one as written.
    pub(crate) items: List<Item>,
    /// Columns of the rows, if all are known.
    pub(crate) outputs: Option<List<Output>>,
    /// FROM.
    pub(crate) from: Option<RelId>,
    /// A row limit that stood in WHERE.
    pub(crate) limit: Option<Limit>,
}

/// What a position or alias of the select list means elsewhere.
pub(crate) enum Selected {
    /// The item; items and columns of the rows agree up to here.
    Item(u32),
    /// An expression that says the same.
    Expr(ExprId),
}

/// A column that a star stands for.
pub(crate) struct StarColumn {
    pub(crate) name: Name,
    pub(crate) expr: ExprId,
}

/// Types whose values are shown in a form of their own where the dialect has such forms.
fn has_own_form(ty: Type) -> bool {
    matches!(ty, Type::Money { .. } | Type::Bits { .. })
}

impl<'a> Binder<'a> {
    /// A SELECT with the clauses of the query around it, if it is the whole body of one.
    pub(crate) fn select_query(
        &mut self,
        id: tree::SelectId,
        around: Option<&tree::Query>,
        ctes: List<CteId>,
        recursive: bool,
        usage: Usage,
    ) -> Bound<QueryId> {
        let node = self.tree[id];
        let span = around.map_or(node.span, |around| around.span);
        self.scopes.open(Clause::From);
        let outer_hierarchy = self.scopes.hierarchy.take();
        let (mut ctes, mut recursive) = (ctes, recursive);
        let mut hierarchy = None;
        if node.connect_by.is_some() {
            let siblings = around.filter(|around| around.siblings).map(|around| around.order_by);
            let (cte, rel) = self.hierarchy(id, siblings)?;
            let mut all = self.air.list(ctes).to_vec();
            all.push(cte);
            (ctes, recursive) = (self.air.push_list(&all), true);
            hierarchy = Some(rel);
        }
        let (select, block) = self.select(id, usage, hierarchy)?;
        let mut query = Query {
            ctes,
            recursive,
            body: Body::Select { select },
            order: List::EMPTY,
            limit: None,
            locking: None,
        };
        if let Some(around) = around {
            if around.siblings {
                let Some(key) = self.sibling_key(around.order_by) else {
                    let message = "ORDER SIBLINGS BY belongs to CONNECT BY";
                    return Err(self.refuse(codes::QUERY_CLAUSE, node.span, message));
                };
                query.order = self.air.push_list(&[key]);
            } else if !around.order_by.is_empty() {
                self.enter(Clause::OrderBy, node.items, self.shape.order_aliases);
                query.order = self.block_keys(around.order_by, &block)?;
            }
            query.locking = self.locking(around.locks)?;
            self.loose_columns(select, query.order)?;
        } else {
            self.loose_columns(select, List::EMPTY)?;
        }
        let grouped = self.scopes.top().aggregates > 0;
        let rows_in_items = self.scopes.top().rows_source.is_some();
        self.scopes.close();
        self.scopes.hierarchy = outer_hierarchy;
        let limit = around.and_then(|around| around.limit);
        let chosen = matches!(self.air.select(select).distinct, Distinct::On { .. });
        if rows_in_items && (chosen || limit.is_some() || node.top.is_some()) {
            // Which of the rows made are taken depends on the order in which they are made.
            let message = "a table function in the select list of a query that takes some of its rows";
            let diagnostic = Diagnostic::error(codes::TABLE_FUNCTION, node.span, message);
            return Err(self.refuse_with(diagnostic.help("put the function into FROM and name an order")));
        }
        if let (Some(_), Some(top)) = (limit, node.top) {
            let top = self.tree[top].span;
            return Err(self.refuse(codes::QUERY_CLAUSE, top, "TOP and another row limit at one query"));
        }
        query.limit = self.limit(limit.or(node.top))?;
        if let Some(numbered) = block.limit {
            let plain = query.limit.is_none()
                && query.order.is_empty()
                && node.quantifier != Quantifier::Distinct
                && self.air.select(select).group.is_none()
                && !grouped;
            if !plain {
                let message =
                    "ROWNUM beside ORDER BY, DISTINCT, grouping or another row limit is not translated";
                let diagnostic = Diagnostic::error(codes::QUERY_CLAUSE, node.span, message)
                    .help("put the ordered query into a derived table and ROWNUM outside of it");
                return Err(self.refuse_with(diagnostic));
            }
            query.limit = Some(numbered);
        }
        Ok(self.air.push_query(query, span))
    }

    /// Sets what the innermost scope sees of the select list.
    fn enter(&mut self, clause: Clause, items: tree::List<SelectItem>, aliases: Aliases) {
        let scope = self.scopes.top();
        scope.clause = clause;
        scope.aliases = aliases;
        scope.items = if aliases == Aliases::No { tree::List::EMPTY } else { items };
    }

    /// The block itself; its scope is open and stays so for ORDER BY.
    fn select(
        &mut self,
        id: tree::SelectId,
        usage: Usage,
        hierarchy: Option<RelId>,
    ) -> Bound<(SelectId, Block)> {
        let node = self.tree[id];
        self.refuse_unmodelled(id, &node)?;
        let outer_marks = node.filter.is_some_and(|filter| self.has_outer_mark(filter));
        let mut from = match hierarchy {
            Some(rel) => Some(rel),
            None => self.sources(node.from)?,
        };
        self.enter(Clause::Items, tree::List::EMPTY, Aliases::No);
        let windows = self.named_windows(node.windows)?;
        self.enter(Clause::Where, node.items, self.shape.where_aliases);
        let mut filter = None;
        let mut wrong = false;
        let mut reordered = hierarchy.is_some();
        match (node.filter, from) {
            (Some(condition), Some(rel)) if outer_marks => {
                let (joined, rest) = self.outer_marks(condition, rel)?;
                reordered = joined != rel;
                from = Some(joined);
                filter = rest;
            }
            (Some(condition), _) => {
                let mark = self.mark();
                match self.predicate(condition) {
                    Ok(bound) => filter = Some(bound),
                    Err(Refused) => {
                        self.recover(mark);
                        wrong = true;
                    }
                }
            }
            (None, _) => {}
        }
        let mut row_limit = None;
        if let Some(condition) = filter {
            let numbered = self.row_number_limit(condition, from)?;
            (filter, row_limit) = (numbered.filter, numbered.limit);
        }
        self.enter(Clause::Items, tree::List::EMPTY, Aliases::No);
        let block = self.select_list(node.items, from, usage)?;
        if wrong {
            return Err(Refused);
        }
        let distinct = match node.quantifier {
            Quantifier::Distinct if !node.distinct_on.is_empty() => {
                self.enter(Clause::OrderBy, node.items, self.shape.order_aliases);
                let keys = self.key_list(node.distinct_on, &block)?;
                Distinct::On { keys }
            }
            Quantifier::Distinct => Distinct::Distinct {},
            Quantifier::None | Quantifier::All if !node.distinct_on.is_empty() => {
                self.enter(Clause::OrderBy, node.items, self.shape.order_aliases);
                let keys = self.key_list(node.distinct_on, &block)?;
                Distinct::On { keys }
            }
            Quantifier::None | Quantifier::All => Distinct::All {},
        };
        let mut group = None;
        if let Some(group_by) = &node.group_by {
            self.enter(Clause::GroupBy, node.items, self.shape.group_aliases);
            let bound = self.group_by(group_by, &block)?;
            self.scopes.top().keys = bound.elements;
            group = Some(bound);
        }
        let mut having = None;
        if let Some(condition) = node.having {
            self.enter(Clause::Having, node.items, self.shape.having_aliases);
            let bound = self.predicate(condition)?;
            let grouped = group.is_some() || self.scopes.top().aggregates > 0;
            if !grouped && self.shape.having_filters {
                let span = self.air.span(bound);
                filter = Some(match filter {
                    Some(filter) => self.conjunction(&[filter, bound], span),
                    None => bound,
                });
            } else {
                having = Some(bound);
            }
        }
        let mut qualify = None;
        if let Some(condition) = node.qualify {
            self.enter(Clause::Qualify, node.items, Aliases::InnerAfterColumns);
            qualify = Some(self.predicate(condition)?);
        }
        self.enter(Clause::OrderBy, tree::List::EMPTY, Aliases::No);
        let grouped = group.is_some() || having.is_some() || self.scopes.top().aggregates > 0;
        let plain_from = from;
        from = self.with_rows_source(from, grouped, node.span)?;
        let outputs = block.outputs.unwrap_or(List::EMPTY);
        let select = self.air.push_select(Select {
            from,
            distinct,
            items: block.items,
            outputs,
            filter,
            group,
            having,
            windows,
            qualify,
        });
        if from != plain_from && self.has_star(select) {
            self.air.select_mut(select).from = plain_from;
            self.expand_stars(select)?;
            self.air.select_mut(select).from = from;
        }
        let displaced = self.has_star(select)
            && self.merges_out_of_place()
            && self.star_columns(plain_from, None, Span::NONE).is_some();
        if reordered || displaced || (self.shape.right_using_swaps && self.merges_right()) {
            self.expand_stars(select)?;
        }
        let block =
            Block { items: self.air.select(select).items, from: plain_from, limit: row_limit, ..block };
        Ok((select, block))
    }

    fn refuse_unmodelled(&mut self, id: tree::SelectId, node: &tree::Select) -> Bound<()> {
        if let Some(span) = node.opaque {
            return Err(self.refuse(codes::QUERY_CLAUSE, span, "this clause is not translated"));
        }
        if node.modifiers.has(SelectModifiers::CALC_FOUND_ROWS) {
            let message = "SQL_CALC_FOUND_ROWS changes what FOUND_ROWS() gives and is not translated";
            return Err(self.refuse(codes::QUERY_CLAUSE, node.span, message));
        }
        if node.into.is_some() && self.scopes.into_select != Some(id) {
            let message = "SELECT INTO is translated only as a statement that makes a table";
            return Err(self.refuse(codes::QUERY_CLAUSE, node.span, message));
        }
        Ok(())
    }

    /// `a AND b …` of booleans.
    pub(crate) fn conjunction(&mut self, terms: &[ExprId], span: Span) -> ExprId {
        match terms {
            [one] => *one,
            terms => {
                let nullable = terms.iter().any(|term| self.air.info(*term).nullable);
                let terms = self.air.push_list(terms);
                self.air.push(Expr::And { terms }, air::Type::Bool, nullable, span)
            }
        }
    }

    /// The items of a select list.
    pub(crate) fn select_list(
        &mut self,
        written: tree::List<SelectItem>,
        from: Option<RelId>,
        usage: Usage,
    ) -> Bound<Block> {
        let mut items = std::mem::take(&mut self.scopes.items);
        let mut outputs = std::mem::take(&mut self.scopes.outputs);
        items.clear();
        outputs.clear();
        let (mut known, mut wrong) = (true, false);
        for item in self.tree.list(written) {
            if let tree::Expr::Star(name) = self.tree.expr(item.expr) {
                let source = self.star_source(name, item.expr, from)?;
                items.push(Item::Star { source });
                known &= self.star_outputs(from, source, &mut outputs);
                continue;
            }
            let mark = self.mark();
            let Ok(expr) = self.expr(item.expr) else {
                self.recover(mark);
                wrong = true;
                continue;
            };
            let (alias, output) = self.named_item(item, expr, usage, outputs.len());
            items.push(Item::Expr { expr, alias });
            outputs.push(output);
        }
        if wrong {
            (self.scopes.items, self.scopes.outputs) = (items, outputs);
            return Err(Refused);
        }
        if self.meaning.conversions.own_forms
            && let Some(output) = outputs.iter().find(|output| has_own_form(output.ty))
        {
            let at = self.tree.list(written).first().map_or(Span::NONE, |item| self.span(item.expr));
            let kind = if matches!(output.ty, Type::Money { .. }) { "money" } else { "a string of bits" };
            let message = format!("{kind} is shown in a form that other dialects do not have");
            let diagnostic = Diagnostic::error(codes::TYPES, at, message);
            (self.scopes.items, self.scopes.outputs) = (items, outputs);
            return Err(self.refuse_with(diagnostic.help("convert it to a number with CAST")));
        }
        let listed = self.air.push_list(&items);
        let known = known.then(|| self.air.push_list(&outputs));
        (self.scopes.items, self.scopes.outputs) = (items, outputs);
        Ok(Block { items: listed, outputs: known, from, limit: None })
    }

    /// The alias an item is given and the column it makes.
    fn named_item(
        &mut self,
        item: &SelectItem,
        expr: ExprId,
        usage: Usage,
        position: usize,
    ) -> (Option<Name>, Output) {
        let info = self.air.info(expr);
        let alias = item.alias.map(|alias| self.ident_name(alias));
        let column = match (alias, self.air.expr(expr)) {
            (None, Expr::Column { source, index, .. }) => Some(self.air.column(source, index).name),
            _ => None,
        };
        // A merged column of a full join is no column node, but written as one.
        let written_name = match self.tree.expr(item.expr) {
            tree::Expr::Name(name) if alias.is_none() && column.is_none() => self.tree.last(name),
            _ => None,
        };
        let made_up = match (alias, column, written_name) {
            (Some(_), ..) | (_, Some(_), _) => None,
            (_, _, Some(ident)) => Some(self.ident_name(ident)),
            _ if usage == Usage::Named => {
                let text = self.heading(item.expr).unwrap_or_else(|| format!("column{}", position + 1));
                Some(self.plain_name(&text))
            }
            _ => None,
        };
        let name = alias.or(column).or(made_up).unwrap_or_default();
        (alias.or(made_up), Output { name, ty: info.ty, nullable: info.nullable })
    }

    /// What the dialect calls a column of that expression, where it could be referred to.
    fn heading(&self, id: tree::ExprId) -> Option<String> {
        let text = match self.shape.heading {
            Heading::Nameless => return None,
            Heading::Written => self.text_of(self.tree.expr_span(id)).to_owned(),
            Heading::Function => match self.tree.expr(id) {
                tree::Expr::Call(call) => {
                    let last = self.tree.last(self.tree[call].name)?;
                    self.ident_text(last).to_ascii_lowercase()
                }
                tree::Expr::Cast { expr, ty, .. } => match self.heading(expr) {
                    Some(inner) => inner,
                    None => match self.tree.expr(expr) {
                        tree::Expr::Name(name) => self.ident_text(self.tree.last(name)?).to_ascii_lowercase(),
                        _ => self.tree.type_words(ty, self.source),
                    },
                },
                tree::Expr::Case(_) => "case".to_owned(),
                tree::Expr::Exists(_) => "exists".to_owned(),
                tree::Expr::Array(_) => "array".to_owned(),
                tree::Expr::Row { .. } => "row".to_owned(),
                tree::Expr::Extract { .. } => "extract".to_owned(),
                _ => return None,
            },
        };
        (!text.is_empty() && text.len() <= HEADING_BYTES_MAX).then_some(text)
    }

    // Positions and aliases.

    /// What the column of a result at a position from 1 is.
    pub(crate) fn at_position(&mut self, block: &Block, position: i64, span: Span) -> Bound<Selected> {
        let mut left = position - 1;
        let out_of_range = left < 0;
        let mut starred = false;
        for i in 0..block.items.len() {
            match self.air.at(block.items, i) {
                Item::Expr { expr, .. } => {
                    if left == 0 && !out_of_range {
                        // A constant would be taken for a position again.
                        return Ok(match starred {
                            true => Selected::Expr(self.air.copy(expr)),
                            false => Selected::Item(i as u32),
                        });
                    }
                    left -= 1;
                }
                Item::Star { source } => {
                    starred = true;
                    let Some(columns) = self.star_columns(block.from, source, span) else {
                        let message = format!("position {position} counts columns that are not known");
                        return Err(self.refuse(codes::STAR_OF_UNKNOWN, span, message));
                    };
                    if !out_of_range && (left as usize) < columns.len() {
                        return Ok(Selected::Expr(columns[left as usize].expr));
                    }
                    left -= columns.len() as i64;
                }
            }
        }
        let message = format!("position {position} is not in the select list");
        Err(self.refuse(codes::POSITION_RANGE, span, message))
    }

    /// The item with that alias, as seen from a key that is the alias alone.
    pub(crate) fn by_alias(&mut self, block: &Block, reference: Reference<'_>) -> Option<Selected> {
        let mut starred = false;
        for i in 0..block.items.len() {
            match self.air.at(block.items, i) {
                Item::Star { .. } => starred = true,
                Item::Expr { expr, alias: Some(alias) }
                    if reference.means(self.air.name(alias), alias.exact, self.shape.folding) =>
                {
                    return Some(match starred {
                        true => Selected::Expr(self.air.copy(expr)),
                        false => Selected::Item(i as u32),
                    });
                }
                Item::Expr { .. } => {}
            }
        }
        None
    }

    /// The item that is a bare column of that name.
    pub(crate) fn by_column_name(&mut self, block: &Block, reference: Reference<'_>) -> Option<ExprId> {
        for i in 0..block.items.len() {
            if let Item::Expr { expr, alias: None } = self.air.at(block.items, i)
                && let Expr::Column { source, index, .. } = self.air.expr(expr)
            {
                let name = self.air.column(source, index).name;
                if reference.means(self.air.name(name), name.exact, self.shape.folding) {
                    return Some(self.air.copy(expr));
                }
            }
        }
        None
    }

    /// A reference to an item of the select list.
    pub(crate) fn output(&mut self, block: &Block, index: u32, span: Span) -> ExprId {
        let (ty, nullable) = match self.air.at(block.items, index as usize) {
            Item::Expr { expr, .. } => {
                let info = self.air.info(expr);
                (info.ty, info.nullable)
            }
            Item::Star { .. } => (air::Type::Unknown, true),
        };
        self.air.push(Expr::Output { index }, ty, nullable, span)
    }

    /// Columns of RETURNING, or of anything else that is a list of items; `None` if not all are known.
    pub(crate) fn item_outputs(&mut self, items: List<Item>) -> Option<List<Output>> {
        let mut outputs = Vec::with_capacity(items.len());
        for i in 0..items.len() {
            match self.air.at(items, i) {
                Item::Expr { expr, alias } => {
                    let info = self.air.info(expr);
                    let column = match self.air.expr(expr) {
                        Expr::Column { source, index, .. } => self.air.column(source, index).name,
                        _ => Name::default(),
                    };
                    let name = alias.unwrap_or(column);
                    outputs.push(Output { name, ty: info.ty, nullable: info.nullable });
                }
                Item::Star { source } => {
                    let source = self.air.source(source?);
                    if !source.closed {
                        return None;
                    }
                    for column in self.air.list(source.columns) {
                        outputs.push(Output { name: column.name, ty: column.ty, nullable: column.nullable });
                    }
                }
            }
        }
        Some(self.air.push_list(&outputs))
    }
}
