//! PIVOT as grouping with filtered aggregates, UNPIVOT as a union of one branch per column.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::scope::Clause;
use crate::select::StarColumn;
use air::expr::{CompareOp, Expr};
use air::ids::List;
use air::node::Child;
use air::query::{
    Body, Distinct, GroupBy, GroupElement, Item, LooseColumns, Output, Query, Rel, Select, SetOp,
};
use air::{Collation, ExprId, Literal, Name, QueryId, RelId, SourceId};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, Ident};

impl<'a> Binder<'a> {
    /// `source PIVOT (…)` or `source UNPIVOT (…)` as a derived table of the innermost scope.
    pub(crate) fn pivot(
        &mut self,
        id: tree::PivotId,
        alias: Option<Ident>,
        names: tree::List<tree::ColumnAlias>,
    ) -> Bound<RelId> {
        let node = self.tree[id];
        let hidden = std::mem::replace(&mut self.scopes.top().hidden, true);
        let query = if node.unpivot { self.unpivoted(&node)? } else { self.pivoted(&node)? };
        self.scopes.top().hidden = hidden;
        let alias = match alias {
            Some(alias) => self.ident_name(alias),
            None => self.plain_name(if node.unpivot { "unpivoted" } else { "pivoted" }),
        };
        let source = self.derived_source(query, alias, names, false, node.span)?;
        Ok(self.air.push_rel(Rel::Source { source }))
    }

    fn known_columns(&mut self, rel: RelId, span: Span) -> Bound<Vec<StarColumn>> {
        match self.star_columns(Some(rel), None, span) {
            Some(columns) => Ok(columns),
            None => {
                let message = "PIVOT and UNPIVOT need the columns of their source, and not all are known";
                let diagnostic =
                    Diagnostic::error(codes::STAR_OF_UNKNOWN, span, message).help("give the schema");
                Err(self.refuse_with(diagnostic))
            }
        }
    }

    fn pivoted(&mut self, node: &tree::Pivot) -> Bound<QueryId> {
        self.scopes.open(Clause::From);
        let rel = self.joined_source(node.source, None)?;
        let columns = self.known_columns(rel, node.span)?;
        self.scopes.top().clause = Clause::Items;
        let mut used: Vec<(SourceId, u32)> = Vec::new();
        for key in self.tree.list(node.keys) {
            let key = self.expr(*key)?;
            columns_below(self.air, key, &mut used);
        }
        let mut aggregates: Vec<(Item, Output)> = Vec::new();
        for member in self.tree.list(node.members) {
            for value in self.tree.list(node.values) {
                let aggregate = self.expr(value.expr)?;
                columns_below(self.air, aggregate, &mut used);
                let condition = self.member_condition(node, member)?;
                let Expr::Aggregate { op, distinct, args, order, filter: None, collation } =
                    self.air.expr(aggregate)
                else {
                    let span = self.span(value.expr);
                    let message = "PIVOT is translated over plain aggregates only";
                    return Err(self.refuse(codes::QUERY_CLAUSE, span, message));
                };
                let filter = Some(condition);
                self.air.set(aggregate, Expr::Aggregate { op, distinct, args, order, filter, collation });
                let name = self.pivot_name(member, value.alias);
                let info = self.air.info(aggregate);
                let output = Output { name, ty: info.ty, nullable: info.nullable };
                aggregates.push((Item::Expr { expr: aggregate, alias: Some(name) }, output));
            }
        }
        let mut items: Vec<Item> = Vec::new();
        let mut outputs: Vec<Output> = Vec::new();
        let mut elements: Vec<GroupElement> = Vec::new();
        for StarColumn { name, expr } in columns {
            if let Expr::Column { source, index, .. } = self.air.expr(expr)
                && used.contains(&(source, index))
            {
                continue;
            }
            let info = self.air.info(expr);
            items.push(Item::Expr { expr, alias: None });
            outputs.push(Output { name, ty: info.ty, nullable: info.nullable });
            elements.push(GroupElement::Key { expr: self.air.copy(expr) });
        }
        for (item, output) in aggregates {
            items.push(item);
            outputs.push(output);
        }
        self.scopes.close();
        let group = (!elements.is_empty())
            .then(|| GroupBy { elements: self.air.push_list(&elements), loose: LooseColumns::Determined });
        self.ledger.fired(
            "pivot",
            "a pivot groups by its other columns and aggregates each member",
            node.span,
        );
        Ok(self.pivot_block(rel, None, group, &items, &outputs, node.span))
    }

    /// `key = member`, for several keys all of them.
    fn member_condition(&mut self, node: &tree::Pivot, member: &tree::SelectItem) -> Bound<ExprId> {
        let span = self.span(member.expr);
        let keys = self.tree.list(node.keys);
        let members: Vec<tree::ExprId> = match self.tree.expr(member.expr) {
            tree::Expr::Row { items, .. } => self.tree.list(items).to_vec(),
            _ => vec![member.expr],
        };
        if keys.len() != members.len() {
            let message = format!("{} values for {} columns", members.len(), keys.len());
            return Err(self.refuse(codes::QUERY_CLAUSE, span, message));
        }
        let mut terms = Vec::with_capacity(keys.len());
        for (key, member) in keys.iter().zip(members) {
            let left = self.expr(*key)?;
            let right = match self.tree.expr(member) {
                // T-SQL writes the values as names.
                tree::Expr::Name(name) => {
                    let text =
                        self.tree.last(name).map_or_else(String::new, |n| self.ident_text(n).into_owned());
                    let text = self.str(&text);
                    let value = Literal::Text { text };
                    self.air.push(Expr::Literal { value }, air::Type::TEXT, false, span)
                }
                _ => self.expr(member)?,
            };
            terms.push(self.comparison(CompareOp::Eq, left, right, span)?);
        }
        Ok(self.conjunction(&terms, span))
    }

    /// The name of a pivoted column: that of the member, with that of the aggregate if it has one.
    fn pivot_name(&mut self, member: &tree::SelectItem, value: Option<Ident>) -> Name {
        let own = match (member.alias, self.tree.expr(member.expr)) {
            (Some(alias), _) => Some(alias),
            (None, tree::Expr::Name(name)) => self.tree.last(name),
            _ => None,
        };
        match (own, value) {
            (Some(own), None) => self.ident_name(own),
            (own, value) => {
                let mut text = match own {
                    Some(own) => self.ident_text(own).into_owned(),
                    None => self.text_of(self.span(member.expr)).to_owned(),
                };
                if let Some(value) = value {
                    text.push('_');
                    text.push_str(&self.ident_text(value));
                }
                self.plain_name(&text)
            }
        }
    }

    fn unpivoted(&mut self, node: &tree::Pivot) -> Bound<QueryId> {
        let name_of = |binder: &Self, id: tree::ExprId| match binder.tree.expr(id) {
            tree::Expr::Name(name) => binder.tree.single(name),
            _ => None,
        };
        let value = match *self.tree.list(node.values) {
            [value] => name_of(self, value.expr),
            _ => None,
        };
        let key = match *self.tree.list(node.keys) {
            [key] => name_of(self, key),
            _ => None,
        };
        let (Some(value), Some(key)) = (value, key) else {
            let message = "UNPIVOT is translated for one value and one key";
            return Err(self.refuse(codes::QUERY_CLAUSE, node.span, message));
        };
        let (value, key) = (self.ident_name(value), self.ident_name(key));
        let mut branches: Option<QueryId> = None;
        for member in self.tree.list(node.members) {
            let branch = self.unpivot_branch(node, member, value, key)?;
            branches = Some(match branches {
                None => branch,
                Some(left) => {
                    let body = Body::SetOp {
                        op: SetOp::Union,
                        all: true,
                        left,
                        right: branch,
                        collation: Collation::BINARY,
                    };
                    self.air.push_query(bare(body), node.span)
                }
            });
        }
        match branches {
            Some(query) => {
                self.ledger.fired("unpivot", "an unpivot gives one row per column named", node.span);
                Ok(query)
            }
            None => Err(self.refuse(codes::QUERY_CLAUSE, node.span, "UNPIVOT without columns")),
        }
    }

    fn unpivot_branch(
        &mut self,
        node: &tree::Pivot,
        member: &tree::SelectItem,
        value: Name,
        key: Name,
    ) -> Bound<QueryId> {
        let span = self.span(member.expr);
        self.scopes.open(Clause::From);
        let rel = self.joined_source(node.source, None)?;
        let columns = self.known_columns(rel, node.span)?;
        self.scopes.top().clause = Clause::Items;
        // The columns that are turned are no columns of the result.
        let mut turned: Vec<(SourceId, u32)> = Vec::new();
        for other in self.tree.list(node.members) {
            let column = self.expr(other.expr)?;
            columns_below(self.air, column, &mut turned);
        }
        let mut items: Vec<Item> = Vec::new();
        let mut outputs: Vec<Output> = Vec::new();
        for StarColumn { name, expr } in columns {
            if let Expr::Column { source, index, .. } = self.air.expr(expr)
                && turned.contains(&(source, index))
            {
                continue;
            }
            let info = self.air.info(expr);
            items.push(Item::Expr { expr, alias: None });
            outputs.push(Output { name, ty: info.ty, nullable: info.nullable });
        }
        let label = match member.alias {
            Some(alias) => self.ident_text(alias).into_owned(),
            None => {
                let written = self.text_of(span);
                let quoted = written.starts_with(['"', '[', '`']);
                match quoted {
                    true => written[1..written.len() - 1].to_owned(),
                    false if self.meaning.names_fold_upper => written.to_uppercase(),
                    false => written.to_owned(),
                }
            }
        };
        let text = self.str(&label);
        let ty = air::Type::text(self.profile.settings.collation);
        let expr = self.air.push(Expr::Literal { value: Literal::Text { text } }, ty, false, span);
        items.push(Item::Expr { expr, alias: Some(key) });
        outputs.push(Output { name: key, ty, nullable: false });
        let column = self.expr(member.expr)?;
        let info = self.air.info(column);
        items.push(Item::Expr { expr: column, alias: Some(value) });
        outputs.push(Output { name: value, ty: info.ty, nullable: info.nullable });
        let filter = (!node.include_nulls).then(|| {
            let operand = self.air.copy(column);
            self.air.push(Expr::IsNull { operand, negated: true }, air::Type::Bool, false, span)
        });
        self.scopes.close();
        Ok(self.pivot_block(rel, filter, None, &items, &outputs, node.span))
    }

    fn pivot_block(
        &mut self,
        from: RelId,
        filter: Option<ExprId>,
        group: Option<GroupBy>,
        items: &[Item],
        outputs: &[Output],
        span: Span,
    ) -> QueryId {
        let items = self.air.push_list(items);
        let outputs = self.air.push_list(outputs);
        let select = self.air.push_select(Select {
            from: Some(from),
            distinct: Distinct::All {},
            items,
            outputs,
            filter,
            group,
            having: None,
            windows: List::EMPTY,
            qualify: None,
        });
        self.air.push_query(bare(Body::Select { select }), span)
    }
}

fn bare(body: Body) -> Query {
    Query { ctes: List::EMPTY, recursive: false, body, order: List::EMPTY, limit: None, locking: None }
}

/// Columns below an expression.
fn columns_below(air: &air::Air, root: ExprId, found: &mut Vec<(SourceId, u32)>) {
    let mut stack = vec![Child::Expr(root)];
    while let Some(child) = stack.pop() {
        if let Child::Expr(id) = child
            && let Expr::Column { source, index, .. } = air.expr(id)
        {
            found.push((source, index));
        }
        air.children(child, &mut |below| stack.push(below));
    }
}
