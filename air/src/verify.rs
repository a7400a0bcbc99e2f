//! The verifier: what is true of every [`Air`] between two passes.
//!
//! The list below is the specification. A violation is a bug of ours, never of the user: tests and debug
//! builds run the verifier after each pass. It does not check meaning, only that there can be one.

use crate::Air;
use crate::builtins::{Builtin, Class};
use crate::ddl::{ConstraintRule, CreateIndex, CreateTable, KeyPart, TableChange};
use crate::expr::{Expr, FrameBound, OrderKey};
use crate::form::on_enough_stack;
use crate::ids::{CteId, ExprId, List, QueryId, RelId, SelectId, SourceId, WindowId};
use crate::node::Child;
use crate::query::{Body, CteBody, Distinct, GroupElement, Item, JoinKind, Rel, SourceKind};
use crate::statement::{
    Arbiter, Assignment, Conflict, ConflictAction, Insert, InsertSource, Merge, MergeAction, Statement,
};
use crate::types::Type;
use air_base::{Code, Diagnostic, Span};

macro_rules! invariants {
    ($($(#[$doc:meta])* $Name:ident = $code:literal, $text:literal;)*) => {
        /// What is true of every [`Air`].
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Invariant { $($(#[$doc])* #[doc = $text] $Name,)* }

        impl Invariant {
            /// All of them.
            pub const ALL: &'static [Invariant] = &[$(Invariant::$Name,)*];

            /// Stable code.
            pub const fn code(self) -> Code {
                Code(match self { $(Invariant::$Name => $code,)* })
            }

            /// The invariant as a sentence.
            pub const fn text(self) -> &'static str {
                match self { $(Invariant::$Name => $text,)* }
            }
        }
    };
}

invariants! {
    // Shape.
    IdInRange = "V0101", "Every id names something in its arena.";
    DeclaredOnce = "V0102", "Every source stands at one place of a FROM clause.";
    SourceInScope = "V0103", "A column refers to a source of its block or of one around it.";
    LateralMarked = "V0104", "Only a lateral source refers to its neighbours.";
    CteInScope = "V0105", "A common table expression is used where it is declared, or in itself if recursive.";
    ColumnInRange = "V0106", "A column position is within the columns of its source.";
    OutputInRange = "V0107", "An output position is within the select list, and stands in ORDER BY or GROUP BY.";
    // Types.
    PredicateIsBool = "V0201", "Conditions and operands of logic are boolean.";
    // Expressions.
    Arity = "V0301", "A builtin has as many arguments as its signature says.";
    ClassFits = "V0302", "A builtin stands where its class may: scalar, aggregate, window or table.";
    NoNestedAggregate = "V0303", "An aggregate does not contain an aggregate of the same level.";
    TwoTerms = "V0304", "AND, OR and rows have at least two parts.";
    CaseHasBranch = "V0305", "CASE has a branch.";
    FrameInOrder = "V0306", "A frame starts before it ends.";
    DefaultInPlace = "V0307", "DEFAULT stands alone, as a value of INSERT, UPDATE or MERGE.";
    // Widths.
    RowsEqual = "V0401", "Rows of VALUES are equally long.";
    SidesEqual = "V0402", "Sides of a set operation have equally many columns.";
    InsertWidth = "V0403", "An INSERT gives one value per column.";
    SubqueryWidth = "V0404", "A subquery has as many columns as its use needs.";
    SourceWidth = "V0405", "A closed derived table or CTE lists all columns of its query.";
    OutputsComplete = "V0406", "Outputs are listed for all columns, or not at all.";
    AssignmentWidth = "V0407", "An assignment gives one value per column, each column once.";
    // Clauses.
    JoinCondition = "V0501", "Inner and outer joins have a condition or USING, cross joins have none.";
    TiesAreOrdered = "V0502", "WITH TIES has an ORDER BY.";
    KeysPresent = "V0503", "DISTINCT ON and grouping elements have keys.";
    TableHasColumns = "V0504", "A created table has columns or a query.";
    BodiesEnd = "V0505", "Bodies and their branches begin and end in pairs; their steps stand in them.";
}

/// A broken invariant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Which.
    pub invariant: Invariant,
    /// What was met.
    pub found: String,
    /// Where, as far as known.
    pub span: Span,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} Met: {}", self.invariant.code(), self.invariant.text(), self.found)
    }
}

impl Violation {
    /// As something to show: an internal error at the place it concerns.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let message = format!("internal error, {}", self.found);
        Diagnostic::error(self.invariant.code(), self.span, message).help(self.invariant.text())
    }
}

/// Checks every invariant; all violations, in the order in which they are met.
pub fn verify(air: &Air) -> Result<(), Vec<Violation>> {
    let mut verifier = Verifier {
        air,
        violations: Vec::new(),
        frames: Vec::new(),
        hidden: Vec::new(),
        ctes: Vec::new(),
        placed: vec![false; air.source_ids().count()],
        outputs: None,
        in_aggregate: false,
        span: Span::NONE,
        rows: Vec::new(),
        open: 0,
    };
    for (i, statement) in air.statements.iter().enumerate() {
        verifier.span = air.statement_spans.get(i).copied().unwrap_or(Span::NONE);
        verifier.statement(statement);
    }
    let open = verifier.open;
    verifier.check(Invariant::BodiesEnd, open == 0, || format!("{open} too many begin"));
    if verifier.violations.is_empty() { Ok(()) } else { Err(verifier.violations) }
}

struct Verifier<'a> {
    air: &'a Air,
    violations: Vec<Violation>,
    /// Sources in scope, innermost block last.
    frames: Vec<Vec<SourceId>>,
    /// Neighbours in FROM that a derived table which is not lateral does not see.
    hidden: Vec<SourceId>,
    ctes: Vec<CteId>,
    /// Sources met in FROM so far.
    placed: Vec<bool>,
    /// Length of the select list where [`Expr::Output`] may stand; `Some(None)`: length not known.
    outputs: Option<Option<usize>>,
    in_aggregate: bool,
    span: Span,
    /// Rows of the trigger whose body this is.
    rows: Vec<SourceId>,
    /// Bodies and branches that have begun and not ended.
    open: usize,
}

/// What an expression is used for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Value,
    /// The direct operand of [`Expr::Window`].
    Windowed,
    /// A value that may be DEFAULT.
    Assigned,
    /// A value of several columns.
    Row(usize),
}

impl Verifier<'_> {
    fn report(&mut self, invariant: Invariant, found: impl Into<String>) {
        self.violations.push(Violation { invariant, found: found.into(), span: self.span });
    }

    fn check(&mut self, invariant: Invariant, holds: bool, found: impl FnOnce() -> String) {
        if !holds {
            self.report(invariant, found());
        }
    }

    fn exists(&mut self, child: Child) -> bool {
        let exists = self.air.has(child);
        self.check(Invariant::IdInRange, exists, || format!("{child:?}"));
        exists
    }

    // Statements.

    fn statement(&mut self, statement: &Statement) {
        self.frames.push(self.rows.clone());
        let ctes = self.ctes.len();
        self.body(statement);
        match statement {
            Statement::Query { query } => {
                self.query(*query);
            }
            Statement::Insert { insert } => self.insert(insert),
            Statement::Update { update } => {
                self.with(update.ctes, update.recursive);
                self.enter(update.target);
                if let Some(from) = update.from {
                    self.rel(from);
                }
                self.assignments(update.assignments);
                self.predicates(update.filter);
                self.keys(update.order);
                if let Some(limit) = &update.limit {
                    self.exprs(limit.count.into_iter().chain(limit.offset));
                }
                self.items(update.returning);
            }
            Statement::Delete { delete } => {
                self.with(delete.ctes, delete.recursive);
                self.enter(delete.target);
                if let Some(from) = delete.from {
                    self.rel(from);
                }
                for target in self.air.list(delete.more_targets) {
                    self.known(*target);
                }
                self.predicates(delete.filter);
                self.keys(delete.order);
                if let Some(limit) = &delete.limit {
                    self.exprs(limit.count.into_iter().chain(limit.offset));
                }
                self.items(delete.returning);
            }
            Statement::Merge { merge } => self.merge(merge),
            Statement::CreateTable { table } => self.create_table(table),
            Statement::CreateIndex { index } => self.index(index),
            Statement::CreateView { view } => {
                let width = self.query(view.query);
                let listed = view.columns.len();
                self.check(Invariant::SourceWidth, listed == 0 || width.is_none_or(|w| w == listed), || {
                    format!("a view with {listed} names for {width:?} columns")
                });
            }
            Statement::AlterTable { alter } => {
                self.enter(alter.this);
                for change in &alter.changes {
                    self.table_change(change);
                }
            }
            Statement::Trigger { trigger } => {
                let rows = [trigger.new, trigger.old];
                rows.into_iter().flatten().for_each(|row| self.enter(row));
                self.predicates(trigger.condition);
                self.rows = rows.into_iter().flatten().collect();
            }
            Statement::Function { function } => self.rows = vec![function.parameters],
            Statement::Declare { variables } => self.rows.push(*variables),
            Statement::Return { value } => self.exprs([*value]),
            Statement::If { condition } => self.predicates(Some(*condition)),
            Statement::SetRow { row, column, value } => {
                self.positions(*row, &[*column]);
                self.exprs([*value]);
            }
            Statement::Raise { message, .. } => self.exprs([*message]),
            Statement::Else {} | Statement::End {} => {}
            Statement::Truncate { .. }
            | Statement::CreateSequence { .. }
            | Statement::RestartSequence { .. }
            | Statement::CreateSchema { .. }
            | Statement::Drop { .. }
            | Statement::Comment { .. }
            | Statement::Transaction { .. }
            | Statement::Nothing { .. } => {}
        }
        self.ctes.truncate(ctes);
        self.frames.pop();
    }

    /// Where the statement stands among those that bracket a body.
    fn body(&mut self, statement: &Statement) {
        let inside = self.open > 0;
        match statement {
            Statement::Trigger { .. } | Statement::Function { .. } => {
                self.check(Invariant::BodiesEnd, !inside, || "a body in a body".to_owned());
                self.open += 1;
            }
            Statement::If { .. } => {
                self.check(Invariant::BodiesEnd, inside, || "a branch of no body".to_owned());
                self.open += 1;
            }
            Statement::Else {} => {
                self.check(Invariant::BodiesEnd, self.open > 1, || "an ELSE of no branch".to_owned());
            }
            Statement::End {} => {
                self.check(Invariant::BodiesEnd, inside, || "an end of nothing".to_owned());
                self.open = self.open.saturating_sub(1);
                if self.open == 0 {
                    self.rows.clear();
                }
            }
            Statement::SetRow { .. }
            | Statement::Raise { .. }
            | Statement::Declare { .. }
            | Statement::Return { .. } => {
                self.check(Invariant::BodiesEnd, inside, || "a step of no body".to_owned());
            }
            _ => {}
        }
    }

    fn insert(&mut self, insert: &Insert) {
        self.with(insert.ctes, insert.recursive);
        let air = self.air;
        let width = match insert.source {
            InsertSource::Values { rows } => {
                for row in air.list(rows) {
                    for item in air.list(row.items) {
                        self.expr(*item, Use::Assigned);
                    }
                }
                self.rows_width(rows.len(), air.list(rows).iter().map(|row| row.items.len()))
            }
            InsertSource::Query { query } => self.query(query),
            InsertSource::Defaults {} => Some(0),
        };
        // The target is not in scope of the values; RETURNING and the conflict's action see it.
        self.enter(insert.target);
        let columns = air.list(insert.columns);
        self.positions(insert.target, columns);
        let listed = !columns.is_empty() || !insert.all_columns;
        let fits = width.is_none_or(|width| width == columns.len()) || !listed;
        let defaults = matches!(insert.source, InsertSource::Defaults {});
        self.check(Invariant::InsertWidth, fits || defaults, || {
            format!("{} columns for {width:?} values", columns.len())
        });
        if let Some(conflict) = &insert.conflict {
            self.conflict(conflict);
        }
        self.items(insert.returning);
    }

    fn conflict(&mut self, conflict: &Conflict) {
        if let Some(proposed) = conflict.proposed {
            self.enter(proposed);
        }
        if let Arbiter::Key { keys, filter } = conflict.on {
            self.exprs(self.air.list(keys).iter().copied());
            self.predicates(filter);
        }
        if let ConflictAction::Update { assignments, filter, .. } = conflict.action {
            self.assignments(assignments);
            self.predicates(filter);
        }
    }

    fn merge(&mut self, merge: &Merge) {
        self.with(merge.ctes, merge.recursive);
        self.enter(merge.target);
        self.rel(merge.source);
        self.predicates([merge.on]);
        let air = self.air;
        for clause in air.list(merge.clauses) {
            self.predicates(clause.condition);
            match clause.action {
                MergeAction::Update { assignments, delete_where } => {
                    self.assignments(assignments);
                    self.predicates(delete_where);
                }
                MergeAction::Insert { columns, values } => {
                    self.positions(merge.target, air.list(columns));
                    for value in air.list(values) {
                        self.expr(*value, Use::Assigned);
                    }
                    let fits = columns.is_empty() || columns.len() == values.len();
                    self.check(Invariant::InsertWidth, fits, || {
                        format!("{} columns for {} values", columns.len(), values.len())
                    });
                }
                MergeAction::Delete {} | MergeAction::Nothing {} => {}
            }
        }
        self.items(merge.returning);
    }

    fn assignments(&mut self, assignments: List<Assignment>) {
        let air = self.air;
        for assignment in air.list(assignments) {
            let columns = air.list(assignment.columns);
            self.known(assignment.source);
            self.positions(assignment.source, columns);
            match columns.len() {
                0 => self.report(Invariant::AssignmentWidth, "an assignment without a column"),
                1 => self.expr(assignment.value, Use::Assigned),
                width => self.expr(assignment.value, Use::Row(width)),
            }
        }
    }

    fn create_table(&mut self, table: &CreateTable) {
        if let Some(query) = table.query {
            self.query(query);
        }
        self.check(Invariant::TableHasColumns, table.query.is_some() || !table.columns.is_empty(), || {
            "a table with neither".to_owned()
        });
        self.enter(table.this);
        for column in &table.columns {
            self.exprs(column.default.into_iter().chain(column.generated.as_ref().map(|g| g.expr)));
        }
        for constraint in &table.constraints {
            self.constraint(&constraint.rule);
        }
        for index in &table.indexes {
            self.index(index);
        }
    }

    fn constraint(&mut self, rule: &ConstraintRule) {
        match rule {
            ConstraintRule::PrimaryKey { columns } | ConstraintRule::Unique { columns, .. } => {
                self.key_parts(columns);
            }
            ConstraintRule::ForeignKey { columns, references, .. } => {
                let fits = references.is_empty() || references.len() == columns.len();
                self.check(Invariant::AssignmentWidth, fits, || "a foreign key of unequal sides".to_owned());
            }
            ConstraintRule::Check { expr } => self.predicates([*expr]),
        }
    }

    fn index(&mut self, index: &CreateIndex) {
        self.enter(index.this);
        self.key_parts(&index.parts);
        self.predicates(index.filter);
    }

    fn key_parts(&mut self, parts: &[KeyPart]) {
        self.check(Invariant::KeysPresent, !parts.is_empty(), || "a key without columns".to_owned());
        self.exprs(parts.iter().map(|part| part.expr));
    }

    fn table_change(&mut self, change: &TableChange) {
        match change {
            TableChange::AddColumn { column, .. } | TableChange::Redefine { column, .. } => {
                self.exprs(column.default.into_iter().chain(column.generated.as_ref().map(|g| g.expr)));
            }
            TableChange::SetDefault { default, .. } => self.exprs(*default),
            TableChange::AddConstraint { constraint } => self.constraint(&constraint.rule),
            TableChange::AddIndex { index } => self.index(index),
            TableChange::DropColumn { .. }
            | TableChange::RenameColumn { .. }
            | TableChange::Rename { .. }
            | TableChange::Enforce { .. }
            | TableChange::Restart { .. }
            | TableChange::AddIdentity { .. }
            | TableChange::DropIdentity { .. }
            | TableChange::SetType { .. }
            | TableChange::SetNotNull { .. }
            | TableChange::DropConstraint { .. }
            | TableChange::DropPrimaryKey { .. }
            | TableChange::DropIndex { .. } => {}
        }
    }

    // Scopes.

    /// Puts a source into the innermost scope.
    fn enter(&mut self, source: SourceId) {
        if self.exists(Child::Source(source))
            && let Some(frame) = self.frames.last_mut()
        {
            frame.push(source);
        }
    }

    fn known(&mut self, source: SourceId) -> bool {
        if !self.exists(Child::Source(source)) {
            return false;
        }
        let known = self.frames.iter().any(|frame| frame.contains(&source));
        if !known {
            let lateral = self.hidden.contains(&source);
            let invariant = if lateral { Invariant::LateralMarked } else { Invariant::SourceInScope };
            self.report(invariant, format!("{source:?}"));
        }
        known
    }

    /// Column positions are in range, and no two alike.
    fn positions(&mut self, source: SourceId, columns: &[u32]) {
        if !self.exists(Child::Source(source)) {
            return;
        }
        let width = self.air.source(source).columns.len();
        for (i, column) in columns.iter().enumerate() {
            self.check(Invariant::ColumnInRange, (*column as usize) < width, || {
                format!("{source:?}#{column}")
            });
            let twice = columns[..i].contains(column);
            self.check(Invariant::AssignmentWidth, !twice, || format!("{source:?}#{column} twice"));
        }
    }

    /// Checks common table expressions and puts them into scope.
    fn with(&mut self, ctes: List<CteId>, recursive: bool) {
        let air = self.air;
        let start = self.ctes.len();
        if recursive {
            self.ctes.extend(air.list(ctes));
        }
        for id in air.list(ctes) {
            let cte = air.cte(*id);
            let width = match cte.body {
                CteBody::Query { query } => self.query(query),
                CteBody::Change { statement } => {
                    match air.nested.get(statement as usize) {
                        Some(statement) => on_enough_stack(|| self.statement(statement)),
                        None => self.report(Invariant::IdInRange, format!("nested statement {statement}")),
                    }
                    None
                }
            };
            let columns = cte.columns.len();
            self.check(Invariant::SourceWidth, columns == 0 || width.is_none_or(|w| w == columns), || {
                format!("{id:?} with {columns} names for {width:?} columns")
            });
            if !recursive {
                self.ctes.push(*id);
            }
        }
        debug_assert_eq!(self.ctes.len(), start + ctes.len());
    }

    // Queries.

    /// Checks a query; its number of columns, where known.
    fn query(&mut self, id: QueryId) -> Option<usize> {
        if !self.exists(Child::Query(id)) {
            return None;
        }
        on_enough_stack(|| self.query_body(id))
    }

    fn query_body(&mut self, id: QueryId) -> Option<usize> {
        let air = self.air;
        let outer = (self.span, self.outputs.take(), std::mem::take(&mut self.in_aggregate));
        if !air.query_span(id).is_none() {
            self.span = air.query_span(id);
        }
        let ctes = self.ctes.len();
        let query = air.query(id);
        self.with(query.ctes, query.recursive);
        self.frames.push(Vec::new());
        let width = match query.body {
            Body::Select { select } => self.select(select),
            Body::SetOp { left, right, .. } => {
                let (left, right) = (self.query(left), self.query(right));
                let equal = left.is_none() || right.is_none() || left == right;
                self.check(Invariant::SidesEqual, equal, || format!("{left:?} and {right:?}"));
                left.or(right)
            }
            Body::Values { rows } => {
                for row in air.list(rows) {
                    self.exprs(air.list(row.items).iter().copied());
                }
                self.rows_width(rows.len(), air.list(rows).iter().map(|row| row.items.len()))
            }
        };
        self.outputs = Some(width);
        self.keys(query.order);
        self.outputs = None;
        if let Some(limit) = &query.limit {
            self.exprs(limit.count.into_iter().chain(limit.offset));
            let ordered = !limit.with_ties || !query.order.is_empty();
            self.check(Invariant::TiesAreOrdered, ordered, || "WITH TIES without ORDER BY".to_owned());
        }
        if let Some(locking) = &query.locking {
            for source in air.list(locking.of) {
                self.known(*source);
            }
        }
        self.frames.pop();
        self.ctes.truncate(ctes);
        (self.span, self.outputs, self.in_aggregate) = outer;
        width
    }

    fn rows_width(&mut self, rows: usize, mut widths: impl Iterator<Item = usize>) -> Option<usize> {
        let first = widths.next()?;
        let equal = widths.all(|width| width == first);
        self.check(Invariant::RowsEqual, equal, || format!("{rows} rows, the first of {first}"));
        Some(first)
    }

    fn select(&mut self, id: SelectId) -> Option<usize> {
        if !self.exists(Child::Select(id)) {
            return None;
        }
        let air = self.air;
        let select = air.select(id);
        if let Some(from) = select.from {
            self.rel(from);
        }
        let listed = self.items(select.items);
        let outputs = select.outputs.len();
        let complete = outputs == 0 || listed.is_none_or(|listed| listed == outputs);
        self.check(Invariant::OutputsComplete, complete, || format!("{outputs} outputs of {listed:?}"));
        let width = if outputs > 0 { Some(outputs) } else { listed };
        self.predicates(select.filter);
        if let Some(group) = &select.group {
            self.outputs = Some(width);
            for element in air.list(group.elements) {
                match *element {
                    GroupElement::Key { expr } => self.expr(expr, Use::Value),
                    GroupElement::Rollup { sets }
                    | GroupElement::Cube { sets }
                    | GroupElement::Sets { sets } => {
                        for set in air.list(sets) {
                            self.exprs(air.list(set.items).iter().copied());
                        }
                        let present = !sets.is_empty();
                        self.check(Invariant::KeysPresent, present, || element.label().to_owned());
                    }
                }
            }
            self.outputs = None;
        }
        self.predicates(select.having);
        for window in air.list(select.windows) {
            self.window(*window);
        }
        self.predicates(select.qualify);
        if let Distinct::On { keys } = select.distinct {
            self.check(Invariant::KeysPresent, !keys.is_empty(), || "DISTINCT ON ()".to_owned());
            self.outputs = Some(width);
            self.exprs(air.list(keys).iter().copied());
            self.outputs = None;
        }
        width
    }

    /// Checks a select list; its number of columns, where known.
    fn items(&mut self, items: List<Item>) -> Option<usize> {
        let mut known = Some(0);
        for item in self.air.list(items) {
            match *item {
                Item::Expr { expr, .. } => {
                    self.expr(expr, Use::Value);
                    known = known.map(|width| width + 1);
                }
                Item::Star { source } => {
                    if let Some(source) = source {
                        self.known(source);
                    }
                    known = None;
                }
            }
        }
        known
    }

    fn rel(&mut self, id: RelId) {
        if !self.exists(Child::Rel(id)) {
            return;
        }
        on_enough_stack(|| match self.air.rel(id) {
            Rel::Source { source } => self.placed_source(source),
            Rel::Join { kind, left, right, on, using } => {
                self.rel(left);
                self.rel(right);
                self.predicates(on);
                for column in self.air.list(using) {
                    self.exprs([column.left, column.right]);
                }
                let conditions = usize::from(on.is_some()) + usize::from(!using.is_empty());
                let fits = match kind {
                    JoinKind::Cross | JoinKind::Comma => conditions == 0,
                    JoinKind::Inner | JoinKind::Left | JoinKind::Right | JoinKind::Full => conditions == 1,
                };
                self.check(Invariant::JoinCondition, fits, || {
                    format!("{} join with {conditions} conditions", kind.word())
                });
            }
        });
    }

    fn placed_source(&mut self, id: SourceId) {
        if !self.exists(Child::Source(id)) {
            return;
        }
        let air = self.air;
        let again = std::mem::replace(&mut self.placed[id.index()], true);
        self.check(Invariant::DeclaredOnce, !again, || format!("{id:?}"));
        if again {
            return; // what is below has been checked, and might be around
        }
        let source = air.source(id);
        // What is not lateral sees the blocks around, not its neighbours.
        let neighbours = match (source.lateral, self.frames.last_mut()) {
            (false, Some(frame)) => std::mem::take(frame),
            _ => Vec::new(),
        };
        let hidden = self.hidden.len();
        self.hidden.extend(&neighbours);
        let width = match source.kind {
            SourceKind::Derived { query } => self.query(query),
            SourceKind::Cte { cte } => {
                let known = self.ctes.contains(&cte);
                self.check(Invariant::CteInScope, known, || format!("{cte:?}"));
                None
            }
            SourceKind::Function { op, args, .. } => {
                self.builtin(op, args.len(), &[Class::Table]);
                self.exprs(air.list(args).iter().copied());
                None
            }
            SourceKind::Table { .. }
            | SourceKind::Proposed {}
            | SourceKind::Old {}
            | SourceKind::New {}
            | SourceKind::Variables {}
            | SourceKind::TriggerRow { .. } => None,
        };
        let columns = source.columns.len();
        self.check(Invariant::SourceWidth, !source.closed || width.is_none_or(|w| w == columns), || {
            format!("{id:?} with {columns} names for {width:?} columns")
        });
        self.hidden.truncate(hidden);
        if let Some(frame) = self.frames.last_mut() {
            if !neighbours.is_empty() {
                *frame = neighbours;
            }
            if !frame.contains(&id) {
                frame.push(id);
            }
        }
    }

    // Expressions.

    fn predicates(&mut self, exprs: impl IntoIterator<Item = ExprId>) {
        for id in exprs {
            self.expr(id, Use::Value);
            if self.air.has(Child::Expr(id)) {
                let info = self.air.info(id);
                let fits = matches!(info.ty, Type::Bool | Type::Null | Type::Unknown);
                if !fits {
                    let span = if info.span.is_none() { self.span } else { info.span };
                    let found = format!("{} of type {}", self.air.expr(id).label(), info.ty);
                    self.violations.push(Violation { invariant: Invariant::PredicateIsBool, found, span });
                }
            }
        }
    }

    fn exprs(&mut self, exprs: impl IntoIterator<Item = ExprId>) {
        for id in exprs {
            self.expr(id, Use::Value);
        }
    }

    fn keys(&mut self, keys: List<OrderKey>) {
        for key in self.air.list(keys) {
            self.expr(key.expr, Use::Value);
        }
    }

    fn builtin(&mut self, op: Builtin, args: usize, classes: &[Class]) {
        let signature = op.signature();
        let fits = args >= usize::from(signature.args_min)
            && (signature.args_max == u8::MAX || args <= usize::from(signature.args_max));
        self.check(Invariant::Arity, fits, || format!("{} of {args} arguments", signature.name));
        self.check(Invariant::ClassFits, classes.contains(&signature.class), || {
            format!("{} as {:?}", signature.name, classes)
        });
    }

    fn expr(&mut self, id: ExprId, place: Use) {
        if !self.exists(Child::Expr(id)) {
            return;
        }
        let outer = self.span;
        if !self.air.span(id).is_none() {
            self.span = self.air.span(id);
        }
        on_enough_stack(|| self.expr_body(id, place));
        self.span = outer;
    }

    fn expr_body(&mut self, id: ExprId, place: Use) {
        let air = self.air;
        let expr = air.expr(id);
        match expr {
            Expr::Literal { .. } | Expr::Sequence { .. } => {}
            Expr::Column { source, index, .. } => {
                if self.known(source) {
                    let width = air.source(source).columns.len();
                    let fits = (index as usize) < width;
                    self.check(Invariant::ColumnInRange, fits, || format!("{source:?}#{index}"));
                }
            }
            Expr::Output { index } => {
                let fits = self.outputs.is_some_and(|width| width.is_none_or(|w| (index as usize) < w));
                self.check(Invariant::OutputInRange, fits, || format!("output {index}"));
            }
            Expr::Param { param } => {
                let fits = param.index() < air.params.len();
                self.check(Invariant::IdInRange, fits, || format!("{param:?}"));
            }
            Expr::Call { op, args, .. } => {
                let class = if place == Use::Windowed { Class::Window } else { Class::Scalar };
                self.builtin(op, args.len(), &[class]);
                self.exprs(air.list(args).iter().copied());
            }
            Expr::UserCall { args, .. } => self.exprs(air.list(args).iter().copied()),
            Expr::And { terms } | Expr::Or { terms } => {
                self.check(Invariant::TwoTerms, terms.len() >= 2, || expr.label().to_owned());
                self.predicates(air.list(terms).iter().copied());
            }
            Expr::Not { operand } | Expr::IsTruth { operand, .. } => self.predicates([operand]),
            Expr::Compare { left, right, .. } => self.exprs([left, right]),
            Expr::IsNull { operand, .. } | Expr::Cast { operand, .. } => self.exprs([operand]),
            Expr::Between { operand, low, high, .. } => self.exprs([operand, low, high]),
            Expr::InList { operand, items, .. } => {
                self.exprs([operand]);
                self.exprs(air.list(items).iter().copied());
            }
            Expr::InQuery { operand, query, .. } => {
                self.exprs([operand]);
                self.subquery(query, self.row_width(operand));
            }
            Expr::Exists { query, .. } => {
                self.query(query);
            }
            Expr::Scalar { query, .. } => {
                let width = match place {
                    Use::Row(width) => width,
                    Use::Value | Use::Windowed | Use::Assigned => 1,
                };
                self.subquery(query, width);
            }
            Expr::Quantified { left, query, .. } => {
                self.exprs([left]);
                self.subquery(query, self.row_width(left));
            }
            Expr::Like { operand, pattern, escape, .. } => {
                self.exprs([operand, pattern]);
                self.exprs(escape);
            }
            Expr::Case { operand, branches, otherwise, .. } => {
                self.check(Invariant::CaseHasBranch, !branches.is_empty(), || "case".to_owned());
                for branch in air.list(branches) {
                    match operand {
                        Some(_) => self.exprs([branch.when]),
                        None => self.predicates([branch.when]),
                    }
                    self.exprs([branch.then]);
                }
                self.exprs(operand.into_iter().chain(otherwise));
            }
            Expr::Aggregate { op, args, order, filter, .. } => {
                self.builtin(op, args.len(), &[Class::Aggregate]);
                // An aggregate over a window may take aggregates of the group; KEEP takes one as argument.
                let keep = matches!(op, Builtin::KeepFirst | Builtin::KeepLast);
                let over = place == Use::Windowed || keep;
                self.check(Invariant::NoNestedAggregate, over || !self.in_aggregate, || op.name().to_owned());
                let outer = self.in_aggregate;
                self.in_aggregate |= !over;
                self.exprs(air.list(args).iter().copied());
                self.keys(order);
                self.predicates(filter);
                self.in_aggregate = outer;
            }
            Expr::Window { call, window, .. } => {
                self.expr(call, Use::Windowed);
                let fits = air.has(Child::Expr(call))
                    && match air.expr(call) {
                        Expr::Aggregate { .. } => true,
                        Expr::Call { op, .. } => op.signature().class == Class::Window,
                        _ => false,
                    };
                self.check(Invariant::ClassFits, fits, || "OVER on something else".to_owned());
                self.window(window);
            }
            Expr::Row { items } => {
                self.check(Invariant::TwoTerms, items.len() >= 2, || "row".to_owned());
                let assigned = matches!(place, Use::Row(_));
                for item in air.list(items) {
                    self.expr(*item, if assigned { Use::Assigned } else { Use::Value });
                }
            }
            Expr::Array { items } => self.exprs(air.list(items).iter().copied()),
            Expr::Default {} => {
                self.check(Invariant::DefaultInPlace, place == Use::Assigned, || "default".to_owned());
            }
        }
        if let Use::Row(width) = place {
            let fits = match expr {
                Expr::Row { items } => items.len() == width,
                Expr::Scalar { .. } => true,
                _ => false,
            };
            self.check(Invariant::AssignmentWidth, fits, || format!("{} for {width} columns", expr.label()));
        }
    }

    fn window(&mut self, id: WindowId) {
        if !self.exists(Child::Window(id)) {
            return;
        }
        let window = self.air.window(id);
        self.exprs(self.air.list(window.partition).iter().copied());
        self.keys(window.order);
        if let Some(frame) = &window.frame {
            let place = |bound: &FrameBound| match bound {
                FrameBound::UnboundedPreceding {} => 0,
                FrameBound::Preceding { .. } => 1,
                FrameBound::CurrentRow {} => 2,
                FrameBound::Following { .. } => 3,
                FrameBound::UnboundedFollowing {} => 4,
            };
            let (start, end) = (place(&frame.start), place(&frame.end));
            let fits = start <= end && start < 4 && end > 0;
            self.check(Invariant::FrameInOrder, fits, || {
                format!("from {} to {}", frame.start.label(), frame.end.label())
            });
            for bound in [&frame.start, &frame.end] {
                if let FrameBound::Preceding { offset } | FrameBound::Following { offset } = *bound {
                    self.exprs([offset]);
                }
            }
        }
    }

    fn subquery(&mut self, query: QueryId, wanted: usize) {
        let width = self.query(query);
        self.check(Invariant::SubqueryWidth, width.is_none_or(|width| width == wanted), || {
            format!("{width:?} columns where {wanted} are needed")
        });
    }

    fn row_width(&self, id: ExprId) -> usize {
        match self.air.has(Child::Expr(id)).then(|| self.air.expr(id)) {
            Some(Expr::Row { items }) => items.len(),
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(select: &str) -> Vec<&'static str> {
        let text = format!("(air version:1 statements:[(query_statement query:(query body:{select}))])");
        let air = Air::from_text(&text).unwrap_or_else(|error| panic!("{error}"));
        match verify(&air) {
            Ok(()) => Vec::new(),
            Err(violations) => violations.iter().map(|violation| violation.invariant.code().0).collect(),
        }
    }

    const T: &str = "from:(source source:s0=(src alias:\"t\" closed:true kind:(table name:[\"t\"]) \
                     columns:[(column name:\"a\" ty:i32) (column name:\"b\" ty:bool)])) distinct:(all)";

    #[test]
    fn right_queries_pass() {
        for block in [
            "items:[(item expr:s0.a)] filter:s0.b",
            "items:[(item expr:(agg op:sum args:[s0.a])) (item expr:(agg op:count_all))]",
            "items:[(item expr:(over call:(agg op:sum args:[(agg op:sum args:[s0.a])]) window:w0=(window)))]",
            "items:[(item expr:(scalar query:(query body:(values rows:[(row items:[s0.a])])) many:fails))]",
        ] {
            assert_eq!(codes(&format!("(select select:(block {T} {block}))")), [""; 0], "{block}");
        }
    }

    #[test]
    fn each_violation_has_its_code() {
        for (block, code) in [
            ("items:[(item expr:s0.a)] filter:s0.a", "V0201"),
            ("items:[(item expr:(out index:0))]", "V0107"),
            ("items:[(item expr:(call op:abs))]", "V0301"),
            ("items:[(item expr:(call op:sum args:[s0.a]))]", "V0302"),
            ("items:[(item expr:(agg op:sum args:[(agg op:sum args:[s0.a])]))]", "V0303"),
            ("items:[(item expr:(and terms:[s0.b]))]", "V0304"),
            ("items:[(item expr:(case))]", "V0305"),
            ("items:[(item expr:(default))]", "V0307"),
            (
                "items:[(item expr:(in_query operand:s0.a query:(query body:(values rows:[(row items:[1 2])]))))]",
                "V0404",
            ),
            (
                "items:[(item expr:s0.a)] outputs:[(output name:\"a\" ty:i32) (output name:\"b\" ty:i32)]",
                "V0406",
            ),
        ] {
            assert_eq!(codes(&format!("(select select:(block {T} {block}))")), [code], "{block}");
        }
        assert_eq!(codes("(values rows:[(row items:[1]) (row items:[1 2])])"), ["V0401"]);
        let one = "(query body:(values rows:[(row items:[1])]))";
        let two = "(query body:(values rows:[(row items:[1 2])]))";
        assert_eq!(codes(&format!("(set_op op:union left:{one} right:{two})")), ["V0402"]);
    }

    #[test]
    fn neighbours_are_seen_by_lateral_sources_only() {
        let join = |lateral: &str| {
            format!(
                "(select select:(block from:(join kind:comma left:(source source:s0=(src alias:\"t\" closed:true \
                 kind:(table name:[\"t\"]) columns:[(column name:\"a\" ty:i32)])) right:(source source:s1=(src \
                 alias:\"d\" closed:true {lateral} kind:(derived query:(query body:(values rows:[(row items:[s0.a])]))) \
                 columns:[(column name:\"x\" ty:i32)]))) distinct:(all) items:[(item expr:s1.x)]))"
            )
        };
        assert_eq!(codes(&join("lateral:true")), [""; 0]);
        assert_eq!(codes(&join("")), ["V0104"]);
    }
}
