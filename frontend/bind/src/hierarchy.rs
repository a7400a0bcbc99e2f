//! Hierarchical queries (Oracle's START WITH … CONNECT BY) as recursive common table expressions.
//!
//! Law: the rows of START WITH are level 1; a row joins the level below each row for which CONNECT BY is true,
//! PRIOR naming the row above. WHERE filters the rows of all levels afterwards.

use crate::binder::{Binder, Bound, Refused};
use crate::codes;
use crate::scope::Clause;
use air::expr::{Expr, Literal, OrderKey};
use air::ids::List;
use air::query::{
    Body, Cte, CteBody, Distinct, Item, JoinKind, Materialized, Output, Query, Rel, Select, SetOp, Source,
    SourceColumn, SourceKind,
};
use air::types::{CastRule, CollationStrength, TextKind, TextType};
use air::{Builtin, Collation, CteId, ExprId, Name, QueryId, RelId, SourceId, Type};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, Direction, OrderItem, UnaryOp};

/// What LEVEL, PRIOR and their relatives mean at the moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hierarchy {
    /// The row above, while CONNECT BY is bound.
    parent: Option<SourceId>,
    /// LEVEL.
    level: Option<ExprId>,
    /// Columns of the rows of the hierarchy that carry CONNECT_BY_ROOT and paths, by place in the source.
    carried: Vec<(Span, SourceId, u32)>,
    /// The rows of the hierarchy and how they are connected, for CONNECT_BY_ISLEAF.
    leaf: Option<(SourceId, tree::SelectId)>,
}

/// An expression that is computed along the way down.
struct Carried {
    span: Span,
    value: tree::ExprId,
    /// How it grows on the way down.
    path: Path,
}

/// What becomes of a carried value one level down.
#[derive(Clone, Copy)]
enum Path {
    /// It stays: CONNECT_BY_ROOT.
    Root,
    /// Separator and own value are added: SYS_CONNECT_BY_PATH.
    Separated(tree::ExprId),
    /// Own value is added behind the lowest character: the order of siblings below their parents.
    Order,
}

/// Longest path that the source gives.
const PATH_CHARACTERS_MAX: u32 = 4000;

/// Sorts before every character that a text has.
const LOWEST: &str = "\u{1}";

impl<'a> Binder<'a> {
    /// The recursive table expression of a hierarchical block, and the FROM that reads it; its rows are visible
    /// in the innermost scope.
    pub(crate) fn hierarchy(
        &mut self,
        id: tree::SelectId,
        siblings: Option<tree::List<OrderItem>>,
    ) -> Bound<(CteId, RelId)> {
        let node = self.tree[id];
        let Some(condition) = node.connect_by else { return Err(Refused) };
        let at = self.span(condition);
        if node.nocycle || node.from.len() != 1 {
            let message = "NOCYCLE and hierarchies over several tables are not translated";
            let diagnostic = Diagnostic::error(codes::QUERY_CLAUSE, at, message)
                .help("write the hierarchy as a recursive WITH");
            return Err(self.refuse_with(diagnostic));
        }
        let mut carried = Vec::new();
        for item in self.tree.list(node.items) {
            self.find_carried(item.expr, &mut carried);
        }
        if let Some(siblings) = siblings {
            match *self.tree.list(siblings) {
                [OrderItem { expr, direction: None | Some(Direction::Asc), nulls: None }] => {
                    carried.push(Carried { span: self.span(expr), value: expr, path: Path::Order });
                }
                _ => {
                    let message = "ORDER SIBLINGS BY is translated for one text, ascending";
                    return Err(self.refuse(codes::QUERY_CLAUSE, at, message));
                }
            }
        }

        // Level 1.
        self.scopes.open(Clause::From);
        let first = self.sources(node.from)?;
        let filter = match node.start_with {
            Some(start) => {
                self.scopes.top().clause = Clause::Where;
                Some(self.predicate(start)?)
            }
            None => None,
        };
        let one = self.level_number(1, at);
        let (alias, mut items, mut outputs) = self.row_items(first, at)?;
        let width = outputs.len();
        self.push_item("level", one, &mut items, &mut outputs);
        for (i, carried) in carried.iter().enumerate() {
            let mut value = self.expr(carried.value)?;
            match carried.path {
                Path::Root => {}
                Path::Separated(separator) => {
                    let separator = self.expr(separator)?;
                    value = self.path_text(&[separator, value], carried.span);
                }
                Path::Order if self.air.ty(value).is_text() => {
                    value = self.path_text(&[value], carried.span);
                }
                Path::Order => {
                    let message = "ORDER SIBLINGS BY is translated for one text, ascending";
                    return Err(self.refuse(codes::QUERY_CLAUSE, carried.span, message));
                }
            }
            self.push_item(&format!("carried{}", i + 1), value, &mut items, &mut outputs);
        }
        let anchor = self.block(first, filter, &items, &outputs, at);
        self.scopes.close();

        let name = self.plain_name("hierarchy");
        let columns: Vec<SourceColumn> = outputs
            .iter()
            .map(|output| SourceColumn { name: output.name, ty: output.ty, nullable: true })
            .collect();
        let columns = self.air.push_list(&columns);
        let cte = self.air.push_cte(Cte {
            name,
            columns,
            renamed: true,
            body: CteBody::Query { query: anchor },
            materialized: Materialized::Free,
        });

        // The levels below. Both rows have the same column names, so every column says whose it is.
        let first_below = self.air.expr_count();
        self.scopes.open(Clause::From);
        let below = self.sources(node.from)?;
        let parent = self.hierarchy_source(cte, "parent_row", columns, at);
        let above = self.column(parent, width as u32, false, true, at);
        let one = self.level_number(1, at);
        let level = self.level_sum(above, one, at);
        self.scopes.hierarchy =
            Some(Hierarchy { parent: Some(parent), level: Some(level), ..Hierarchy::default() });
        self.scopes.top().clause = Clause::Where;
        let on = self.predicate(condition)?;
        let (_, mut items, mut outputs) = self.row_items(below, at)?;
        let level = self.air.copy(level);
        self.push_item("level", level, &mut items, &mut outputs);
        for (i, carried) in carried.iter().enumerate() {
            let mut value = self.column(parent, (width + 1 + i) as u32, false, true, carried.span);
            let separator = match carried.path {
                Path::Root => None,
                Path::Separated(separator) => Some(self.expr(separator)?),
                Path::Order => {
                    let text = self.str(LOWEST);
                    let value = Literal::Text { text };
                    Some(self.air.push(Expr::Literal { value }, Type::TEXT, false, carried.span))
                }
            };
            if let Some(separator) = separator {
                let own = self.expr(carried.value)?;
                value = self.path_text(&[value, separator, own], carried.span);
            }
            self.push_item(&format!("carried{}", i + 1), value, &mut items, &mut outputs);
        }
        for id in self.air.expr_ids().skip(first_below) {
            if let Expr::Column { source, index, .. } = self.air.expr(id) {
                self.air.set(id, Expr::Column { source, index, qualified: true });
            }
        }
        self.scopes.close();
        let parent_rel = self.air.push_rel(Rel::Source { source: parent });
        let (rel, filter) = match below {
            Some(below) => {
                let kind = JoinKind::Inner;
                let join =
                    Rel::Join { kind, left: parent_rel, right: below, on: Some(on), using: List::EMPTY };
                (self.air.push_rel(join), None)
            }
            None => (parent_rel, Some(on)),
        };
        let step = self.block(Some(rel), filter, &items, &outputs, at);
        let body = Body::SetOp {
            op: SetOp::Union,
            all: true,
            left: anchor,
            right: step,
            collation: Collation::BINARY,
        };
        let query = self.air.push_query(bare_query(body), at);
        self.air.cte_mut(cte).body = CteBody::Query { query };

        // The block reads the hierarchy under the name of its table.
        let alias_text = self.air.name(alias).to_owned();
        let rows = self.hierarchy_source(cte, &alias_text, columns, at);
        self.scopes.show(rows);
        let level = self.column(rows, width as u32, false, false, at);
        self.scopes.hierarchy = Some(Hierarchy {
            parent: None,
            level: Some(level),
            carried: carried
                .iter()
                .enumerate()
                .map(|(i, carried)| (carried.span, rows, (width + 1 + i) as u32))
                .collect(),
            leaf: Some((rows, id)),
        });
        self.scopes.hidden_columns = Some((rows, width as u32));
        self.ledger.fired("connect-by", "levels below a row are the rows joined to it, level by level", at);
        Ok((cte, self.air.push_rel(Rel::Source { source: rows })))
    }

    fn find_carried(&self, id: tree::ExprId, found: &mut Vec<Carried>) {
        let span = self.tree.expr_span(id);
        match self.tree.expr(id) {
            tree::Expr::Unary { op: UnaryOp::ConnectByRoot, arg } => {
                found.push(Carried { span, value: arg, path: Path::Root });
            }
            tree::Expr::Unary { arg, .. } | tree::Expr::Cast { expr: arg, .. } => {
                self.find_carried(arg, found);
            }
            tree::Expr::Binary { left, right, .. } => {
                self.find_carried(left, found);
                self.find_carried(right, found);
            }
            tree::Expr::Call(call) => {
                let call = self.tree[call];
                let args = self.tree.list(call.args);
                let name = self.tree.single(call.name);
                match (name, args) {
                    (Some(name), [value, separator]) if name.is_word(self.source, "sys_connect_by_path") => {
                        found.push(Carried { span, value: *value, path: Path::Separated(*separator) });
                    }
                    _ => args.iter().for_each(|arg| self.find_carried(*arg, found)),
                }
            }
            _ => {}
        }
    }

    /// The columns of the one source of a FROM as items; without FROM none.
    fn row_items(&mut self, from: Option<RelId>, span: Span) -> Bound<(Name, Vec<Item>, Vec<Output>)> {
        let Some(rel) = from else { return Ok((self.plain_name("dual"), Vec::new(), Vec::new())) };
        let Rel::Source { source } = self.air.rel(rel) else {
            let message = "hierarchies over joins are not translated";
            return Err(self.refuse(codes::QUERY_CLAUSE, span, message));
        };
        let alias = self.air.source(source).alias;
        let Some(columns) = self.star_columns(from, Some(source), span) else {
            let message = "a hierarchical query needs the columns of its table";
            let diagnostic = Diagnostic::error(codes::STAR_OF_UNKNOWN, span, message).help("give the schema");
            return Err(self.refuse_with(diagnostic));
        };
        let mut items = Vec::with_capacity(columns.len());
        let mut outputs = Vec::with_capacity(columns.len());
        for column in columns {
            let info = self.air.info(column.expr);
            items.push(Item::Expr { expr: column.expr, alias: None });
            outputs.push(Output { name: column.name, ty: info.ty, nullable: info.nullable });
        }
        Ok((alias, items, outputs))
    }

    fn push_item(&mut self, name: &str, expr: ExprId, items: &mut Vec<Item>, outputs: &mut Vec<Output>) {
        let info = self.air.info(expr);
        let name = self.plain_name(name);
        items.push(Item::Expr { expr, alias: Some(name) });
        outputs.push(Output { name, ty: info.ty, nullable: info.nullable });
    }

    fn block(
        &mut self,
        from: Option<RelId>,
        filter: Option<ExprId>,
        items: &[Item],
        outputs: &[Output],
        span: Span,
    ) -> QueryId {
        let items = self.air.push_list(items);
        let outputs = self.air.push_list(outputs);
        let select = self.air.push_select(Select {
            from,
            distinct: Distinct::All {},
            items,
            outputs,
            filter,
            group: None,
            having: None,
            windows: List::EMPTY,
            qualify: None,
        });
        self.air.push_query(bare_query(Body::Select { select }), span)
    }

    fn hierarchy_source(
        &mut self,
        cte: CteId,
        alias: &str,
        columns: List<SourceColumn>,
        span: Span,
    ) -> SourceId {
        let alias = self.plain_name(alias);
        let source = Source {
            alias,
            aliased: true,
            kind: SourceKind::Cte { cte },
            columns,
            closed: true,
            renamed: false,
            lateral: false,
        };
        self.air.push_source(source, span)
    }

    fn level_number(&mut self, value: i64, span: Span) -> ExprId {
        let value = Literal::Int { value };
        self.air.push(Expr::Literal { value }, Type::I64, false, span)
    }

    fn level_sum(&mut self, left: ExprId, right: ExprId, span: Span) -> ExprId {
        let args = self.air.push_list(&[left, right]);
        let call = Expr::Call { op: Builtin::Add, modifier: Default::default(), args };
        self.air.push(call, Type::I64, true, span)
    }

    fn path_text(&mut self, parts: &[ExprId], span: Span) -> ExprId {
        let args = self.air.push_list(parts);
        let call = Expr::Call { op: Builtin::ConcatSkipNulls, modifier: Default::default(), args };
        let joined = self.air.push(call, Type::text(self.profile.settings.collation), false, span);
        // Every level has the same type, wide enough for the whole path.
        let to = Type::Text(TextType {
            kind: TextKind::Varying,
            length: PATH_CHARACTERS_MAX,
            collation: self.profile.settings.collation,
            strength: CollationStrength::Implicit,
        });
        let cast = Expr::Cast { operand: joined, to, rule: CastRule::EXPLICIT };
        self.air.push(cast, to, false, span)
    }

    /// `PRIOR expr`: its value in the row above.
    pub(crate) fn prior(&mut self, operand: tree::ExprId, span: Span) -> Bound<ExprId> {
        let parent = self.scopes.hierarchy.as_ref().and_then(|hierarchy| hierarchy.parent);
        let Some(parent) = parent else {
            let message = "PRIOR is translated in CONNECT BY only";
            return Err(self.refuse(codes::QUERY_CLAUSE, span, message));
        };
        // The row above has the table's own name while its columns are looked up.
        let own = self.scopes.here().first().map(|visible| self.air.source(visible.source).alias);
        let alias = self.air.source(parent).alias;
        if let Some(own) = own {
            self.air.source_mut(parent).alias = own;
        }
        let hidden = std::mem::replace(&mut self.scopes.top().hidden, true);
        let bound = self.scoped(Clause::Where, |binder| {
            binder.scopes.show(parent);
            binder.expr(operand)
        });
        self.scopes.top().hidden = hidden;
        self.air.source_mut(parent).alias = alias;
        bound
    }

    /// CONNECT_BY_ROOT or a path at that place, if it is carried by the hierarchy.
    pub(crate) fn carried_value(&mut self, span: Span) -> Option<ExprId> {
        let hierarchy = self.scopes.hierarchy.as_ref()?;
        let (_, source, index) = *hierarchy.carried.iter().find(|(at, ..)| *at == span)?;
        Some(self.column(source, index, false, false, span))
    }

    /// The key that keeps siblings in order below their parents.
    pub(crate) fn sibling_key(&mut self, siblings: tree::List<OrderItem>) -> Option<OrderKey> {
        let item = *self.tree.list(siblings).first()?;
        let span = self.span(item.expr);
        let expr = self.carried_value(span)?;
        Some(OrderKey { expr, descending: false, nulls_first: false, collation: Collation::BINARY })
    }

    /// LEVEL and CONNECT_BY_ISLEAF.
    pub(crate) fn hierarchy_name(&mut self, text: &str, span: Span) -> Bound<Option<ExprId>> {
        let Some(hierarchy) = &self.scopes.hierarchy else { return Ok(None) };
        if text.eq_ignore_ascii_case("level") {
            let Some(level) = hierarchy.level else { return Ok(None) };
            return Ok(Some(self.air.copy(level)));
        }
        if !text.eq_ignore_ascii_case("connect_by_isleaf") {
            return Ok(None);
        }
        let Some((rows, select)) = hierarchy.leaf else { return Ok(None) };
        let node = self.tree[select];
        let Some(condition) = node.connect_by else { return Ok(None) };
        // A row is a leaf if no row would be connected below it.
        let before = self.scopes.hierarchy.take();
        let first = self.air.expr_count();
        self.scopes.open(Clause::From);
        let from = self.sources(node.from)?;
        self.scopes.hierarchy = Some(Hierarchy { parent: Some(rows), ..Hierarchy::default() });
        self.scopes.top().clause = Clause::Where;
        let filter = Some(self.predicate(condition)?);
        // The rows below go by another name than the row asked about.
        if let Some(source) = self.scopes.here().first().map(|visible| visible.source) {
            let alias = self.plain_name("child_row");
            let below = self.air.source_mut(source);
            (below.alias, below.aliased) = (alias, true);
        }
        for id in self.air.expr_ids().skip(first) {
            if let Expr::Column { source, index, .. } = self.air.expr(id) {
                self.air.set(id, Expr::Column { source, index, qualified: true });
            }
        }
        self.scopes.close();
        self.scopes.hierarchy = before;
        let one = self.level_number(1, span);
        let info = self.air.info(one);
        let outputs = [Output { name: Name::default(), ty: info.ty, nullable: false }];
        let query = self.block(from, filter, &[Item::Expr { expr: one, alias: None }], &outputs, span);
        let when = self.air.push(Expr::Exists { query, negated: false }, Type::Bool, false, span);
        let (then, otherwise) = (self.level_number(0, span), self.level_number(1, span));
        let branches = self.air.push_list(&[air::expr::Branch { when, then }]);
        let case =
            Expr::Case { operand: None, branches, otherwise: Some(otherwise), collation: Collation::BINARY };
        Ok(Some(self.air.push(case, Type::I64, false, span)))
    }
}

fn bare_query(body: Body) -> Query {
    Query { ctes: List::EMPTY, recursive: false, body, order: List::EMPTY, limit: None, locking: None }
}
