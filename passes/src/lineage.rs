//! Column lineage: which columns of tables a result column comes from, and how.
//!
//! A graph whose edges run from what is used to what uses it. Between table columns and result columns
//! stand the columns of common table expressions, derived tables and set operations, and one *rows* node
//! per block: columns of conditions, joins, groupings and orders lead there, and from there to each column
//! of the block, because they decide which rows there are. Pure analysis: nothing is rewritten.

use air::ddl::CreateTable;
use air::expr::{Expr, OrderKey};
use air::node::{Child, Operand};
use air::query::{Body, CteBody, Distinct, GroupElement, Item, Rel, SetOp, SourceKind};
use air::statement::{Assignment, ConflictAction, InsertSource, MergeAction};
use air::{Air, CteId, ExprId, List, Name, ObjectName, QueryId, RelId, SourceId, Statement};
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// A node of the lineage graph.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Node {
    /// A column of a stored table or view that is read.
    Table {
        /// Table as written, with its schema.
        table: String,
        /// Column.
        column: String,
    },
    /// A column of a CTE, derived table, function or side of a set operation.
    Inner {
        /// Name; may be empty.
        column: String,
    },
    /// The rows of a block.
    Rows,
    /// A column of the statement's result.
    Result {
        /// Position, from 0.
        index: u32,
        /// Heading; may be empty.
        name: String,
    },
    /// A column of a table that is written.
    Written {
        /// Table as written, with its schema.
        table: String,
        /// Column.
        column: String,
    },
}

/// How a column is used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Use {
    /// Its values go into the values.
    Value,
    /// It decides which rows stay.
    Filter,
    /// It decides which rows meet.
    Join,
    /// It decides which rows are one.
    Group,
    /// It decides the order, or the rows within a limit.
    Order,
    /// Rows of this input are rows of the result.
    Rows,
}

impl Use {
    /// The word shown to people.
    pub const fn word(self) -> &'static str {
        match self {
            Use::Value => "value",
            Use::Filter => "filter",
            Use::Join => "join",
            Use::Group => "group",
            Use::Order => "order",
            Use::Rows => "rows",
        }
    }
}

/// Lineage of a statement.
#[derive(Clone, Debug, Default)]
pub struct Lineage {
    /// Edges run from what is used to what uses it.
    pub graph: DiGraph<Node, Use>,
    /// Result columns, then written columns, in order.
    pub ends: Vec<NodeIndex>,
}

/// A column of a table that an end depends on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Origin {
    /// Table as written, with its schema.
    pub table: String,
    /// Column.
    pub column: String,
    /// The strongest way it is used: its value, if any path carries it.
    pub used: Use,
}

impl Lineage {
    /// Lineage of all statements in `air`.
    pub fn of(air: &Air) -> Lineage {
        let mut builder = Builder::new(air);
        for statement in &air.statements {
            let result = builder.statement(statement);
            for (index, Column { node, name }) in result.into_iter().enumerate() {
                let end = builder.add(Node::Result { index: index as u32, name });
                builder.edge(node, end, Use::Value);
                builder.lineage.ends.push(end);
            }
        }
        builder.lineage
    }

    /// Table columns that a column of a source comes from, and those that decide about its rows.
    pub fn of_column(air: &Air, source: SourceId, index: u32) -> Vec<Origin> {
        let mut builder = Builder::new(air);
        for statement in &air.statements {
            builder.statement(statement);
        }
        let node = builder.column(source, index);
        node.map_or_else(Vec::new, |node| builder.lineage.origins(node))
    }

    /// Table columns that `end` depends on, each once.
    pub fn origins(&self, end: NodeIndex) -> Vec<Origin> {
        // A path carries the value as long as all its edges do; after that its first other use counts.
        let mut best: FxHashMap<NodeIndex, Use> = FxHashMap::default();
        let mut stack = vec![(end, Use::Value)];
        let mut origins: BTreeMap<(String, String), Use> = BTreeMap::new();
        while let Some((node, used)) = stack.pop() {
            match best.get_mut(&node) {
                Some(known) if *known <= used => continue,
                Some(known) => *known = used,
                None => {
                    best.insert(node, used);
                }
            }
            if let Node::Table { table, column } = &self.graph[node] {
                let known = origins.entry((table.clone(), column.clone())).or_insert(used);
                *known = used.min(*known);
            }
            for edge in self.graph.edges_directed(node, Direction::Incoming) {
                let used = match (used, *edge.weight()) {
                    (Use::Value | Use::Rows, next) => next,
                    // Values that decide about rows of an input decide about rows here.
                    (used, _) => used,
                };
                stack.push((edge.source(), used));
            }
        }
        let origin = |((table, column), used)| Origin { table, column, used };
        origins.into_iter().map(origin).collect()
    }
}

/// A column of a query and its heading.
#[derive(Clone)]
struct Column {
    node: NodeIndex,
    name: String,
}

/// Columns and rows of a query.
#[derive(Clone)]
struct Relation {
    columns: Vec<Column>,
    rows: NodeIndex,
}

struct Builder<'a> {
    air: &'a Air,
    lineage: Lineage,
    tables: FxHashMap<(String, String), NodeIndex>,
    sources: FxHashMap<SourceId, Relation>,
    ctes: FxHashMap<CteId, Relation>,
}

impl<'a> Builder<'a> {
    fn new(air: &'a Air) -> Builder<'a> {
        Builder {
            air,
            lineage: Lineage::default(),
            tables: FxHashMap::default(),
            sources: FxHashMap::default(),
            ctes: FxHashMap::default(),
        }
    }

    fn add(&mut self, node: Node) -> NodeIndex {
        self.lineage.graph.add_node(node)
    }

    fn edge(&mut self, from: NodeIndex, to: NodeIndex, used: Use) {
        if from != to && !self.lineage.graph.edges_connecting(from, to).any(|edge| *edge.weight() == used) {
            self.lineage.graph.add_edge(from, to, used);
        }
    }

    fn inner(&mut self, column: String) -> NodeIndex {
        self.add(Node::Inner { column })
    }

    fn spelled(&self, name: ObjectName) -> String {
        let parts = [name.catalog, name.schema, Some(name.name)];
        let parts: Vec<&str> = parts.into_iter().flatten().map(|part| self.air.name(part)).collect();
        parts.join(".")
    }

    // Statements.

    fn statement(&mut self, statement: &Statement) -> Vec<Column> {
        let air = self.air;
        self.with(statement.ctes());
        match statement {
            Statement::Query { query } => self.query(*query).columns,
            Statement::Insert { insert } => {
                let given = match insert.source {
                    InsertSource::Query { query } => Some(self.query(query)),
                    InsertSource::Values { .. } | InsertSource::Defaults {} => None,
                };
                let positions: Vec<u32> = match insert.all_columns && insert.columns.is_empty() {
                    true => (0..air.source(insert.target).columns.len() as u32).collect(),
                    false => air.list(insert.columns).to_vec(),
                };
                let mut written = Vec::new();
                for (i, position) in positions.iter().enumerate() {
                    let end = self.written(insert.target, *position);
                    if let Some(given) = &given
                        && let Some(column) = given.columns.get(i)
                    {
                        let node = column.node;
                        self.edge(node, end, Use::Value);
                    }
                    if let InsertSource::Values { rows } = insert.source {
                        for row in air.list(rows) {
                            if let Some(item) = air.list(row.items).get(i) {
                                self.uses(*item, end, Use::Value);
                            }
                        }
                    }
                    written.push(Column { node: end, name: String::new() });
                }
                let rows = given.map_or_else(|| self.add(Node::Rows), |given| given.rows);
                if let Some(conflict) = &insert.conflict
                    && let ConflictAction::Update { assignments, filter, .. } = conflict.action
                {
                    if let Some(proposed) = conflict.proposed {
                        self.sources.insert(proposed, Relation { columns: written, rows });
                    }
                    self.assignments(assignments, filter.as_slice(), rows);
                }
                self.returning(insert.returning, &[insert.target], rows)
            }
            Statement::Update { update } => {
                let rows = self.add(Node::Rows);
                if let Some(from) = update.from {
                    self.rel(from, rows);
                }
                self.assignments(update.assignments, update.filter.as_slice(), rows);
                self.keys(update.order, rows);
                self.returning(update.returning, &[update.target], rows)
            }
            Statement::Delete { delete } => {
                let rows = self.add(Node::Rows);
                if let Some(from) = delete.from {
                    self.rel(from, rows);
                }
                if let Some(filter) = delete.filter {
                    self.uses(filter, rows, Use::Filter);
                }
                for target in [delete.target].iter().chain(air.list(delete.more_targets)) {
                    for position in 0..air.source(*target).columns.len() as u32 {
                        let end = self.written(*target, position);
                        self.edge(rows, end, Use::Rows);
                    }
                }
                self.keys(delete.order, rows);
                self.returning(delete.returning, &[delete.target], rows)
            }
            Statement::Merge { merge } => {
                let rows = self.add(Node::Rows);
                self.rel(merge.source, rows);
                self.uses(merge.on, rows, Use::Join);
                for clause in air.list(merge.clauses) {
                    if let Some(condition) = clause.condition {
                        self.uses(condition, rows, Use::Filter);
                    }
                    match clause.action {
                        MergeAction::Update { assignments, delete_where } => {
                            self.assignments(assignments, delete_where.as_slice(), rows);
                        }
                        MergeAction::Insert { columns, values } => {
                            for (column, value) in air.list(columns).iter().zip(air.list(values)) {
                                let end = self.written(merge.target, *column);
                                self.uses(*value, end, Use::Value);
                                self.edge(rows, end, Use::Rows);
                            }
                        }
                        MergeAction::Delete {} | MergeAction::Nothing {} => {}
                    }
                }
                self.returning(merge.returning, &[merge.target], rows)
            }
            Statement::CreateTable { table } => self.created(table),
            Statement::CreateView { view } => {
                let relation = self.query(view.query);
                let names: Vec<String> = view.columns.iter().map(|name| air.name(*name).to_owned()).collect();
                self.stored(&self.spelled(view.name), &names, relation)
            }
            Statement::Truncate { .. }
            | Statement::CreateIndex { .. }
            | Statement::CreateSequence { .. }
            | Statement::RestartSequence { .. }
            | Statement::CreateSchema { .. }
            | Statement::AlterTable { .. }
            | Statement::Drop { .. }
            | Statement::Comment { .. }
            | Statement::Transaction { .. }
            | Statement::Trigger { .. }
            | Statement::Function { .. }
            | Statement::Declare { .. }
            | Statement::Return { .. }
            | Statement::If { .. }
            | Statement::Else {}
            | Statement::End {}
            | Statement::SetRow { .. }
            | Statement::Raise { .. }
            | Statement::Nothing { .. } => Vec::new(),
        }
    }

    fn created(&mut self, table: &CreateTable) -> Vec<Column> {
        let Some(query) = table.query else { return Vec::new() };
        let relation = self.query(query);
        let name = |name: Name| self.air.name(name).to_owned();
        let names: Vec<String> = table.columns.iter().map(|column| name(column.name)).collect();
        self.stored(&self.spelled(table.name), &names, relation)
    }

    /// Columns of a table or view made of a query.
    fn stored(&mut self, table: &str, names: &[String], relation: Relation) -> Vec<Column> {
        for (i, column) in relation.columns.into_iter().enumerate() {
            let name = names.get(i).cloned().unwrap_or(column.name);
            let end = self.add(Node::Written { table: table.to_owned(), column: name });
            self.edge(column.node, end, Use::Value);
            self.lineage.ends.push(end);
        }
        Vec::new()
    }

    fn written(&mut self, target: SourceId, position: u32) -> NodeIndex {
        let source = self.air.source(target);
        let table = match source.kind {
            SourceKind::Table { name } => self.spelled(name),
            _ => self.air.name(source.alias).to_owned(),
        };
        let columns = self.air.list(source.columns);
        let column =
            columns.get(position as usize).map_or("", |column| self.air.name(column.name)).to_owned();
        let wanted = Node::Written { table, column };
        let known = self.lineage.ends.iter().find(|end| self.lineage.graph[**end] == wanted);
        if let Some(known) = known {
            return *known;
        }
        let end = self.add(wanted);
        self.lineage.ends.push(end);
        end
    }

    fn assignments(&mut self, assignments: List<Assignment>, filters: &[ExprId], rows: NodeIndex) {
        let air = self.air;
        for filter in filters {
            self.uses(*filter, rows, Use::Filter);
        }
        for assignment in air.list(assignments) {
            for (i, position) in air.list(assignment.columns).iter().enumerate() {
                let end = self.written(assignment.source, *position);
                // Of a row, each column gets its own part.
                let value = match air.expr(assignment.value) {
                    Expr::Row { items } => air.list(items).get(i).copied().unwrap_or(assignment.value),
                    _ => assignment.value,
                };
                self.uses(value, end, Use::Value);
                self.edge(rows, end, Use::Rows);
            }
        }
    }

    fn returning(&mut self, items: List<Item>, targets: &[SourceId], rows: NodeIndex) -> Vec<Column> {
        let air = self.air;
        let stars = targets.iter().flat_map(|target| air.source_star(*target)).collect();
        self.items(items, stars, &[], rows)
    }

    // Queries.

    fn with(&mut self, ctes: List<CteId>) {
        let air = self.air;
        // Declared before any body is looked at: a recursive one uses itself.
        for id in air.list(ctes) {
            let rows = self.add(Node::Rows);
            let mut columns = Vec::new();
            for column in air.list(air.cte(*id).columns) {
                let name = air.name(column.name).to_owned();
                columns.push(Column { node: self.inner(name.clone()), name });
            }
            self.ctes.insert(*id, Relation { columns, rows });
        }
        for id in air.list(ctes) {
            let body = match air.cte(*id).body {
                CteBody::Query { query } => self.query(query),
                CteBody::Change { statement } => {
                    let columns = self.statement(&air.nested[statement as usize]);
                    Relation { columns, rows: self.add(Node::Rows) }
                }
            };
            let declared = self.ctes[id].clone();
            for (inner, outer) in body.columns.iter().zip(&declared.columns) {
                self.edge(inner.node, outer.node, Use::Value);
            }
            self.edge(body.rows, declared.rows, Use::Rows);
        }
    }

    fn query(&mut self, id: QueryId) -> Relation {
        stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || self.query_body(id))
    }

    fn query_body(&mut self, id: QueryId) -> Relation {
        let air = self.air;
        let query = *air.query(id);
        self.with(query.ctes);
        let rows = self.add(Node::Rows);
        let columns = match query.body {
            Body::Select { select } => {
                let select = *air.select(select);
                let stars = select.from.map_or_else(Vec::new, |from| air.star_columns(from));
                if let Some(from) = select.from {
                    self.rel(from, rows);
                }
                for filter in select.filter.iter().chain(&select.having).chain(&select.qualify) {
                    self.uses(*filter, rows, Use::Filter);
                }
                let names: Vec<String> =
                    air.list(select.outputs).iter().map(|output| air.name(output.name).to_owned()).collect();
                let columns = self.items(select.items, stars, &names, rows);
                for element in select.group.map_or(&[][..], |group| air.list(group.elements)) {
                    match *element {
                        GroupElement::Key { expr } => self.key(expr, &columns, rows, Use::Group),
                        GroupElement::Rollup { sets }
                        | GroupElement::Cube { sets }
                        | GroupElement::Sets { sets } => {
                            for item in air.list(sets).iter().flat_map(|set| air.list(set.items)) {
                                self.key(*item, &columns, rows, Use::Group);
                            }
                        }
                    }
                }
                match select.distinct {
                    Distinct::On { keys } => {
                        for key in air.list(keys) {
                            self.key(*key, &columns, rows, Use::Group);
                        }
                    }
                    Distinct::Distinct {} => {
                        for column in &columns {
                            self.edge(column.node, rows, Use::Group);
                        }
                    }
                    Distinct::All {} => {}
                }
                columns
            }
            Body::SetOp { op, left, right, .. } => {
                let (left, right) = (self.query(left), self.query(right));
                self.edge(left.rows, rows, Use::Rows);
                self.edge(right.rows, rows, Use::Rows);
                let mut columns = Vec::new();
                for (i, column) in left.columns.iter().enumerate() {
                    let node = self.inner(column.name.clone());
                    self.edge(column.node, node, Use::Value);
                    if let Some(other) = right.columns.get(i) {
                        // Values of the right side come out of a UNION only.
                        match op {
                            SetOp::Union => self.edge(other.node, node, Use::Value),
                            SetOp::Intersect | SetOp::Except => self.edge(other.node, rows, Use::Filter),
                        }
                    }
                    self.edge(rows, node, Use::Rows);
                    columns.push(Column { node, name: column.name.clone() });
                }
                columns
            }
            Body::Values { rows: list } => {
                let width = air.list(list).first().map_or(0, |row| row.items.len());
                let mut columns = Vec::new();
                for i in 0..width {
                    let node = self.inner(String::new());
                    for row in air.list(list) {
                        if let Some(item) = air.list(row.items).get(i) {
                            self.uses(*item, node, Use::Value);
                        }
                    }
                    columns.push(Column { node, name: String::new() });
                }
                columns
            }
        };
        for key in air.list(query.order) {
            self.key(key.expr, &columns, rows, Use::Order);
        }
        for limit in query.limit.iter().flat_map(|limit| limit.count.iter().chain(&limit.offset)) {
            self.uses(*limit, rows, Use::Order);
        }
        Relation { columns, rows }
    }

    /// A key that may be an output.
    fn key(&mut self, key: ExprId, columns: &[Column], rows: NodeIndex, used: Use) {
        match self.air.expr(key) {
            Expr::Output { index } => {
                if let Some(column) = columns.get(index as usize) {
                    self.edge(column.node, rows, used);
                }
            }
            _ => self.uses(key, rows, used),
        }
    }

    fn keys(&mut self, keys: List<OrderKey>, rows: NodeIndex) {
        for key in self.air.list(keys) {
            self.uses(key.expr, rows, Use::Order);
        }
    }

    fn items(
        &mut self,
        items: List<Item>,
        stars: Vec<air::StarColumn>,
        names: &[String],
        rows: NodeIndex,
    ) -> Vec<Column> {
        let air = self.air;
        let mut columns: Vec<Column> = Vec::new();
        for item in air.list(items) {
            match *item {
                Item::Expr { expr, alias } => {
                    let own = match (alias, air.expr(expr)) {
                        (Some(alias), _) => air.name(alias).to_owned(),
                        (None, Expr::Column { source, index, .. }) => {
                            air.name(air.column(source, index).name).to_owned()
                        }
                        (None, _) => String::new(),
                    };
                    let name = names.get(columns.len()).cloned().unwrap_or(own);
                    let node = self.inner(name.clone());
                    self.uses(expr, node, Use::Value);
                    columns.push(Column { node, name });
                }
                Item::Star { source } => {
                    let stars = source.map_or_else(|| stars.clone(), |source| air.source_star(source));
                    for star in stars {
                        let own = star.first().map_or("", |(s, index)| air.name(air.column(*s, *index).name));
                        let name = names.get(columns.len()).cloned().unwrap_or_else(|| own.to_owned());
                        let node = self.inner(name.clone());
                        for (source, index) in star {
                            if let Some(from) = self.column(source, index) {
                                self.edge(from, node, Use::Value);
                            }
                        }
                        columns.push(Column { node, name });
                    }
                }
            }
        }
        for column in &columns {
            self.edge(rows, column.node, Use::Rows);
        }
        columns
    }

    fn rel(&mut self, id: RelId, rows: NodeIndex) {
        let air = self.air;
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            match air.rel(id) {
                Rel::Source { source } => {
                    if let Some(from) = self.source(source).map(|relation| relation.rows) {
                        self.edge(from, rows, Use::Rows);
                    }
                }
                Rel::Join { left, right, on, using, .. } => {
                    if let Some(on) = on {
                        self.uses(on, rows, Use::Join);
                    }
                    for column in air.list(using) {
                        self.uses(column.left, rows, Use::Join);
                        self.uses(column.right, rows, Use::Join);
                    }
                    stack.extend([right, left]);
                }
            }
        }
    }

    /// The relation behind a source that is not a table.
    fn source(&mut self, id: SourceId) -> Option<&Relation> {
        if !self.sources.contains_key(&id) {
            let air = self.air;
            let source = air.source(id);
            let relation = match source.kind {
                SourceKind::Derived { query } => self.query(query),
                SourceKind::Cte { cte } => self.ctes.get(&cte)?.clone(),
                SourceKind::Function { args, .. } => {
                    let rows = self.add(Node::Rows);
                    let mut columns = Vec::new();
                    for column in air.list(source.columns) {
                        let name = air.name(column.name).to_owned();
                        let node = self.inner(name.clone());
                        for arg in air.list(args) {
                            self.uses(*arg, node, Use::Value);
                        }
                        columns.push(Column { node, name });
                    }
                    for arg in air.list(args) {
                        self.uses(*arg, rows, Use::Filter);
                    }
                    Relation { columns, rows }
                }
                SourceKind::Table { .. }
                | SourceKind::Proposed {}
                | SourceKind::Old {}
                | SourceKind::New {}
                | SourceKind::Variables {}
                | SourceKind::TriggerRow { .. } => return None,
            };
            self.sources.insert(id, relation);
        }
        self.sources.get(&id)
    }

    /// The node of a column.
    fn column(&mut self, source: SourceId, index: u32) -> Option<NodeIndex> {
        let air = self.air;
        if let Some(relation) = self.source(source) {
            return relation.columns.get(index as usize).map(|column| column.node);
        }
        let declared = air.source(source);
        let column = air.list(declared.columns).get(index as usize)?;
        let table = match declared.kind {
            SourceKind::Table { name } => self.spelled(name),
            _ => air.name(declared.alias).to_owned(),
        };
        let column = air.name(column.name).to_owned();
        // Letter case does not tell two columns apart, unless both are declared.
        let key = (table.to_lowercase(), column.to_lowercase());
        if let Some(known) = self.tables.get(&key) {
            return Some(*known);
        }
        let node = self.add(Node::Table { table, column });
        self.tables.insert(key, node);
        Some(node)
    }

    /// Edges from all columns within `expr` to `to`; subqueries count with their values and rows.
    fn uses(&mut self, expr: ExprId, to: NodeIndex, used: Use) {
        let air = self.air;
        let mut stack = vec![Child::Expr(expr)];
        while let Some(child) = stack.pop() {
            match child {
                Child::Expr(id) => match air.expr(id) {
                    Expr::Column { source, index, .. } => {
                        if let Some(from) = self.column(source, index) {
                            self.edge(from, to, used);
                        }
                    }
                    expr => expr.children(air, &mut |below| stack.push(below)),
                },
                Child::Query(query) => {
                    let relation = self.query(query);
                    for column in &relation.columns {
                        self.edge(column.node, to, used);
                    }
                    self.edge(relation.rows, to, if used == Use::Value { Use::Rows } else { used });
                }
                Child::Window(_) => air.children(child, &mut |below| stack.push(below)),
                Child::Select(_) | Child::Rel(_) | Child::Source(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(text: &str) -> Vec<Vec<String>> {
        let text = format!("(air version:1 statements:[{text}])");
        let air = Air::from_text(&text).unwrap_or_else(|error| panic!("{error}"));
        let lineage = Lineage::of(&air);
        let shown = |end: &NodeIndex| {
            let origin = |o: Origin| format!("{}.{} {}", o.table, o.column, o.used.word());
            lineage.origins(*end).into_iter().map(origin).collect()
        };
        lineage.ends.iter().map(shown).collect()
    }

    const T: &str = "s0=(src alias:\"t\" closed:true kind:(table name:[\"t\"]) \
                     columns:[(column name:\"a\" ty:i32) (column name:\"b\" ty:i32) (column name:\"c\" ty:bool)])";

    #[test]
    fn values_filters_and_orders_are_told_apart() {
        let text = format!(
            "(query_statement query:(query body:(select select:(block from:(source source:{T}) distinct:(all) \
             items:[(item expr:(call op:add args:[s0.a 1]):i32) (item expr:(agg op:count_all))] filter:s0.c)) \
             order:[(key expr:s0.b)]))"
        );
        assert_eq!(
            origins(&text),
            [
                ["t.a value", "t.b order", "t.c filter"].map(String::from).to_vec(),
                ["t.b order", "t.c filter"].map(String::from).to_vec(),
            ]
        );
    }

    #[test]
    fn recursion_and_stars_are_followed() {
        let cte = |label: &str, source: &str| {
            format!(
                "(query body:(select select:(block from:(source source:{label}=(src alias:\"x\" closed:true \
                 kind:{source} columns:[(column name:\"n\" ty:i32)])) distinct:(all) items:[(star)])))"
            )
        };
        let text = format!(
            "(query_statement query:(query recursive:true ctes:[c0=(cte_def name:\"r\" columns:[(column name:\"n\" ty:i32)] \
             body:(query_body query:(query body:(set_op op:union left:{} right:{}))))] body:(select select:(block \
             from:(source source:s2=(src alias:\"r\" closed:true kind:(cte cte:c0) columns:[(column name:\"n\" ty:i32)])) \
             distinct:(all) items:[(item expr:s2.n)]))))",
            cte("s0", "(table name:[\"t\"])"),
            cte("s1", "(cte cte:c0)")
        );
        assert_eq!(origins(&text), [["t.n value"]]);
    }

    #[test]
    fn updates_end_in_the_columns_they_write() {
        let text = format!(
            "(update update:(update_table target:{T} assignments:[(set source:s0 columns:[1] value:s0.a)] filter:s0.c))"
        );
        assert_eq!(origins(&text), [["t.a value", "t.c filter"]]);
    }
}
