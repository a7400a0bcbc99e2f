//! The plan of a statement as a graph of operators: what happens to rows, in which logical order.
//!
//! A reading of AIR for people, as `airc explain` shows it; nothing is chosen here.

use air::node::{Child, Operand};
use air::query::{Body, CteBody, Distinct, GroupElement, JoinKind, Rel, SetOp, SourceKind};
use air::statement::{Statement, TransactionAction};
use air::{Air, ObjectName, QueryId, RelId, SelectId, SourceId};
use air_base::Span;
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt::{self, Write};

/// A graph of operators; edges go from an operator to those its rows come from.
#[derive(Clone, Debug)]
pub struct Plan {
    graph: DiGraph<Operator, Input>,
    roots: Vec<NodeIndex>,
}

/// One operator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operator {
    /// What it does, such as `left join`.
    pub name: &'static str,
    /// With what, such as the name of a table; may be empty.
    pub detail: String,
    /// Where the source text says so.
    pub span: Option<Span>,
}

/// What an edge means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input {
    /// Rows flow along it.
    Rows,
    /// A subquery of an expression, asked for each row unless it depends on none.
    Subquery,
    /// A common table expression that is defined there.
    Definition,
    /// The table that is changed.
    Target,
}

impl Input {
    fn word(self) -> &'static str {
        match self {
            Input::Rows => "rows",
            Input::Subquery => "subquery",
            Input::Definition => "definition",
            Input::Target => "target",
        }
    }
}

impl Plan {
    /// The plan of a bound or legalized statement.
    pub fn of(air: &Air) -> Plan {
        let mut builder = Builder {
            air,
            plan: Plan { graph: DiGraph::new(), roots: Vec::new() },
            queries: HashMap::new(),
            work: Vec::new(),
        };
        for (i, statement) in air.statements.iter().enumerate() {
            let span = air.statement_spans.get(i).copied().unwrap_or(Span::NONE);
            let root = builder.statement(statement, span);
            builder.plan.roots.push(root);
        }
        builder.finish();
        builder.plan
    }

    /// The operators and edges.
    pub fn graph(&self) -> &DiGraph<Operator, Input> {
        &self.graph
    }

    /// One root per statement.
    pub fn roots(&self) -> &[NodeIndex] {
        &self.roots
    }

    /// The graph in the language of Graphviz.
    pub fn to_dot(&self) -> String {
        let mut dot =
            "digraph plan {\n  rankdir=BT;\n  node [shape=box, fontname=\"monospace\"];\n".to_owned();
        for node in self.graph.node_indices() {
            let label = self.graph[node].to_string().replace('\\', "\\\\").replace('"', "\\\"");
            let _ = writeln!(dot, "  n{} [label=\"{label}\"];", node.index());
        }
        for edge in self.graph.edge_references() {
            let style = if *edge.weight() == Input::Rows { "solid" } else { "dashed" };
            let (from, to) = (edge.target().index(), edge.source().index());
            let _ =
                writeln!(dot, "  n{from} -> n{to} [style={style}, tooltip=\"{}\"];", edge.weight().word());
        }
        dot.push_str("}\n");
        dot
    }

    /// The graph as JSON: `{"nodes": [{"id", "operator", "detail"}], "edges": [{"from", "to", "kind"}]}`.
    pub fn to_json(&self) -> Value {
        let node = |node: NodeIndex| {
            let operator = &self.graph[node];
            json!({"id": node.index(), "operator": operator.name, "detail": operator.detail})
        };
        let nodes: Vec<Value> = self.graph.node_indices().map(node).collect();
        let edges = self.graph.edge_references().map(|edge| {
            json!({"from": edge.source().index(), "to": edge.target().index(), "kind": edge.weight().word()})
        });
        json!({"nodes": nodes, "edges": edges.collect::<Vec<Value>>()})
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        if !self.detail.is_empty() {
            write!(f, " {}", self.detail)?;
        }
        Ok(())
    }
}

impl fmt::Display for Plan {
    /// An indented tree; what is used twice is shown once and referred to by name after that.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = vec![false; self.graph.node_count()];
        let mut stack: Vec<(NodeIndex, usize, Input)> =
            self.roots.iter().rev().map(|&r| (r, 0, Input::Rows)).collect();
        while let Some((node, depth, input)) = stack.pop() {
            write!(f, "{:width$}", "", width = 2 * depth)?;
            if input != Input::Rows {
                write!(f, "{}: ", input.word())?;
            }
            write!(f, "{}", self.graph[node])?;
            if std::mem::replace(&mut shown[node.index()], true) {
                writeln!(f, " (above)")?;
                continue;
            }
            writeln!(f)?;
            // petgraph gives the newest edge first, which is what a stack wants to take last.
            let edges = self.graph.edges_directed(node, Direction::Outgoing);
            stack.extend(edges.map(|edge| (edge.target(), depth + 1, *edge.weight())));
        }
        Ok(())
    }
}

/// Builds with a list of work rather than by recursion: depth never meets the stack.
struct Builder<'a> {
    air: &'a Air,
    plan: Plan,
    /// Entry of each query that has been met.
    queries: HashMap<QueryId, NodeIndex>,
    work: Vec<Work>,
}

/// What hangs below a node and has yet to be looked at.
struct Work {
    below: NodeIndex,
    input: Input,
    what: Piece,
}

enum Piece {
    Query(QueryId),
    Rel(RelId),
    Source(SourceId),
    /// An expression or window: only its subqueries count.
    Inside(Child),
}

impl Builder<'_> {
    fn node(&mut self, name: &'static str, detail: String, span: Span) -> NodeIndex {
        let span = (!span.is_none()).then_some(span);
        self.plan.graph.add_node(Operator { name, detail, span })
    }

    fn later(&mut self, below: NodeIndex, input: Input, what: Piece) {
        self.work.push(Work { below, input, what });
    }

    fn children(&mut self, below: NodeIndex, children: Vec<Child>) {
        let mut target = Some(Input::Target);
        for child in children {
            match child {
                Child::Query(query) => self.later(below, Input::Rows, Piece::Query(query)),
                Child::Rel(rel) => self.later(below, Input::Rows, Piece::Rel(rel)),
                Child::Source(source) => {
                    let input = target.take().unwrap_or(Input::Rows);
                    self.later(below, input, Piece::Source(source));
                }
                Child::Expr(_) | Child::Window(_) => self.later(below, Input::Subquery, Piece::Inside(child)),
                Child::Select(select) => {
                    let node = self.select(select);
                    self.plan.graph.add_edge(below, node, Input::Rows);
                }
            }
        }
    }

    fn statement(&mut self, statement: &Statement, span: Span) -> NodeIndex {
        let (name, detail) = match statement {
            Statement::Query { .. } => ("result", String::new()),
            Statement::Insert { .. } => ("insert", String::new()),
            Statement::Update { .. } => ("update", String::new()),
            Statement::Delete { .. } => ("delete", String::new()),
            Statement::Merge { .. } => ("merge", String::new()),
            Statement::Truncate { .. } => ("truncate", String::new()),
            Statement::CreateTable { table } => ("create table", self.object(table.name)),
            Statement::CreateIndex { .. } => ("create index", String::new()),
            Statement::CreateView { view } => ("create view", self.object(view.name)),
            Statement::CreateSequence { .. } => ("create sequence", String::new()),
            Statement::RestartSequence { .. } => ("restart sequence", String::new()),
            Statement::CreateSchema { name, .. } => ("create schema", self.air.name(*name).to_owned()),
            Statement::AlterTable { .. } => ("alter table", String::new()),
            Statement::Drop { .. } => ("drop", String::new()),
            Statement::Comment { .. } => ("comment", String::new()),
            Statement::Transaction { action, .. } => (transaction(*action), String::new()),
            Statement::Trigger { trigger } => ("create trigger", self.object(trigger.name)),
            Statement::Function { function } => ("create function", self.object(function.name)),
            Statement::Declare { .. } => ("declare", String::new()),
            Statement::Return { .. } => ("return", String::new()),
            Statement::If { .. } => ("if", String::new()),
            Statement::Else {} => ("else", String::new()),
            Statement::End {} => ("end", String::new()),
            Statement::SetRow { .. } => ("set column", String::new()),
            Statement::Raise { .. } => ("raise", String::new()),
            Statement::Nothing { .. } => ("nothing", String::new()),
        };
        let node = self.node(name, detail, span);
        let mut below = Vec::new();
        statement.children(self.air, &mut |child| below.push(child));
        self.children(node, below);
        node
    }

    fn finish(&mut self) {
        while let Some(Work { below, input, what }) = self.work.pop() {
            let node = match what {
                Piece::Query(query) => self.query(query),
                Piece::Rel(rel) => self.rel(rel),
                Piece::Source(source) => self.source(source),
                Piece::Inside(child) => {
                    self.inside(below, child);
                    continue;
                }
            };
            self.plan.graph.add_edge(below, node, input);
        }
    }

    /// Finds the subqueries of an expression.
    fn inside(&mut self, below: NodeIndex, child: Child) {
        let mut stack = vec![child];
        while let Some(child) = stack.pop() {
            match child {
                Child::Query(query) => self.later(below, Input::Subquery, Piece::Query(query)),
                other => self.air.children(other, &mut |child| stack.push(child)),
            }
        }
    }

    fn query(&mut self, id: QueryId) -> NodeIndex {
        if let Some(&node) = self.queries.get(&id) {
            return node;
        }
        let query = *self.air.query(id);
        let span = self.air.query_span(id);
        let mut chain = Chain::default();
        if let Some(limit) = query.limit {
            let node = chain.push(self, "limit", String::new(), span);
            for expr in [limit.count, limit.offset].into_iter().flatten() {
                self.later(node, Input::Subquery, Piece::Inside(Child::Expr(expr)));
            }
        }
        if !query.order.is_empty() {
            let node = chain.push(self, "sort", keys(query.order.len()), span);
            for key in self.air.list(query.order).to_vec() {
                self.later(node, Input::Subquery, Piece::Inside(Child::Expr(key.expr)));
            }
        }
        let body = match query.body {
            Body::Select { select } => self.select(select),
            Body::SetOp { op, all, left, right, .. } => {
                let node = self.node(set_op(op, all), String::new(), span);
                self.later(node, Input::Rows, Piece::Query(left));
                self.later(node, Input::Rows, Piece::Query(right));
                node
            }
            Body::Values { rows } => self.node("values", counted(rows.len(), "row"), span),
        };
        let top = chain.end(self, body);
        self.queries.insert(id, top);
        for &cte in &self.air.list(query.ctes).to_vec() {
            let cte = *self.air.cte(cte);
            let name = self.air.name(cte.name).to_owned();
            let node = self.node("with", name, Span::NONE);
            self.plan.graph.add_edge(top, node, Input::Definition);
            match cte.body {
                CteBody::Query { query } => self.later(node, Input::Rows, Piece::Query(query)),
                CteBody::Change { statement } => {
                    if let Some(change) = self.air.nested.get(statement as usize) {
                        let change = self.statement(change, Span::NONE);
                        self.plan.graph.add_edge(node, change, Input::Rows);
                    }
                }
            }
        }
        top
    }

    fn select(&mut self, id: SelectId) -> NodeIndex {
        let select = *self.air.select(id);
        let mut chain = Chain::default();
        match select.distinct {
            Distinct::All {} => {}
            Distinct::Distinct {} => {
                chain.push(self, "distinct", String::new(), Span::NONE);
            }
            Distinct::On { keys: on } => {
                chain.push(self, "distinct on", keys(on.len()), Span::NONE);
            }
        }
        let project = chain.push(self, "project", counted(select.items.len(), "column"), Span::NONE);
        for item in self.air.list(select.items).to_vec() {
            if let air::query::Item::Expr { expr, .. } = item {
                self.later(project, Input::Subquery, Piece::Inside(Child::Expr(expr)));
            }
        }
        if let Some(predicate) = select.qualify {
            let node = chain.push(self, "qualify", String::new(), self.air.span(predicate));
            self.later(node, Input::Subquery, Piece::Inside(Child::Expr(predicate)));
        }
        if let Some(predicate) = select.having {
            let node = chain.push(self, "having", String::new(), self.air.span(predicate));
            self.later(node, Input::Subquery, Piece::Inside(Child::Expr(predicate)));
        }
        if let Some(group) = select.group {
            let elements = self.air.list(group.elements).to_vec();
            let sets = elements.iter().any(|element| !matches!(element, GroupElement::Key { .. }));
            chain.push(self, if sets { "grouping sets" } else { "group" }, keys(elements.len()), Span::NONE);
        }
        if let Some(predicate) = select.filter {
            let node = chain.push(self, "filter", String::new(), self.air.span(predicate));
            self.later(node, Input::Subquery, Piece::Inside(Child::Expr(predicate)));
        }
        if let (Some(from), Some(last)) = (select.from, chain.last) {
            self.later(last, Input::Rows, Piece::Rel(from));
        }
        chain.first.unwrap_or(project)
    }

    fn rel(&mut self, id: RelId) -> NodeIndex {
        match self.air.rel(id) {
            Rel::Source { source } => self.source(source),
            Rel::Join { kind, left, right, on, .. } => {
                let span = on.map_or(Span::NONE, |on| self.air.span(on));
                let node = self.node(join(kind), String::new(), span);
                if let Some(on) = on {
                    self.later(node, Input::Subquery, Piece::Inside(Child::Expr(on)));
                }
                self.later(node, Input::Rows, Piece::Rel(left));
                self.later(node, Input::Rows, Piece::Rel(right));
                node
            }
        }
    }

    fn source(&mut self, id: SourceId) -> NodeIndex {
        let source = *self.air.source(id);
        let span = self.air.source_span(id);
        let alias = self.air.name(source.alias).to_owned();
        match source.kind {
            SourceKind::Table { name } => {
                let name = self.object(name);
                let detail = if source.aliased { format!("{name} as {alias}") } else { name };
                self.node("scan", detail, span)
            }
            SourceKind::Derived { query } => {
                let node = self.node("derived", alias, span);
                self.later(node, Input::Rows, Piece::Query(query));
                node
            }
            SourceKind::Cte { cte } => {
                let name = self.air.name(self.air.cte(cte).name).to_owned();
                self.node("read", name, span)
            }
            SourceKind::Function { op, args, .. } => {
                let node = self.node("function", op.name().to_owned(), span);
                for &arg in &self.air.list(args).to_vec() {
                    self.later(node, Input::Subquery, Piece::Inside(Child::Expr(arg)));
                }
                node
            }
            SourceKind::Proposed {} => self.node("proposed row", alias, span),
            SourceKind::Old {} => self.node("old row", alias, span),
            SourceKind::New {} => self.node("new row", alias, span),
            SourceKind::Variables {} => self.node("variables", alias, span),
            SourceKind::TriggerRow { old: true } => self.node("row before the change", alias, span),
            SourceKind::TriggerRow { old: false } => self.node("row after the change", alias, span),
        }
    }

    fn object(&self, name: ObjectName) -> String {
        let mut text = String::new();
        for part in [name.catalog, name.schema].into_iter().flatten() {
            text.push_str(self.air.name(part));
            text.push('.');
        }
        text.push_str(self.air.name(name.name));
        text
    }
}

/// Operators with one input each, top first.
#[derive(Default)]
struct Chain {
    first: Option<NodeIndex>,
    last: Option<NodeIndex>,
}

impl Chain {
    fn push(
        &mut self,
        builder: &mut Builder<'_>,
        name: &'static str,
        detail: String,
        span: Span,
    ) -> NodeIndex {
        let node = builder.node(name, detail, span);
        match self.last.replace(node) {
            Some(above) => {
                builder.plan.graph.add_edge(above, node, Input::Rows);
            }
            None => self.first = Some(node),
        }
        node
    }

    /// Hangs the input of the last operator on and gives the top.
    fn end(self, builder: &mut Builder<'_>, input: NodeIndex) -> NodeIndex {
        match (self.first, self.last) {
            (Some(first), Some(last)) => {
                builder.plan.graph.add_edge(last, input, Input::Rows);
                first
            }
            _ => input,
        }
    }
}

fn keys(count: usize) -> String {
    format!("by {}", counted(count, "key"))
}

fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

fn join(kind: JoinKind) -> &'static str {
    match kind {
        JoinKind::Inner => "inner join",
        JoinKind::Cross | JoinKind::Comma => "cross join",
        JoinKind::Left => "left join",
        JoinKind::Right => "right join",
        JoinKind::Full => "full join",
    }
}

fn set_op(op: SetOp, all: bool) -> &'static str {
    match (op, all) {
        (SetOp::Union, false) => "union",
        (SetOp::Union, true) => "union all",
        (SetOp::Intersect, false) => "intersect",
        (SetOp::Intersect, true) => "intersect all",
        (SetOp::Except, false) => "except",
        (SetOp::Except, true) => "except all",
    }
}

fn transaction(action: TransactionAction) -> &'static str {
    match action {
        TransactionAction::Begin => "begin",
        TransactionAction::Commit => "commit",
        TransactionAction::Rollback => "rollback",
        TransactionAction::Savepoint => "savepoint",
        TransactionAction::RollbackTo => "rollback to savepoint",
        TransactionAction::Release => "release savepoint",
        TransactionAction::Set => "set transaction",
    }
}
