//! Statements that change rows.

use super::{ExprId, FromId, LimitId, List, Name, OrderItem, QueryId, Row, SelectItem, WithId};
use air_base::Span;
use airc_lex::Ident;

/// `INSERT` and `REPLACE`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Insert {
    /// `WITH` before it.
    pub with: Option<WithId>,
    /// `REPLACE INTO` rather than `INSERT INTO`.
    pub replace: bool,
    /// `IGNORE`, `OR REPLACE`, …
    pub on_failure: InsertOr,
    /// The table.
    pub table: Name,
    /// Its alias.
    pub alias: Option<Ident>,
    /// The columns; empty if not written.
    pub columns: List<ColumnTarget>,
    /// PostgreSQL's `OVERRIDING SYSTEM VALUE` or `OVERRIDING USER VALUE`: true for system.
    pub overriding_system: Option<bool>,
    /// T-SQL's `OUTPUT`.
    pub output: Option<Output>,
    /// The rows.
    pub source: InsertSource,
    /// MySQL's `AS new(a, b)` behind the values.
    pub row_alias: Option<Ident>,
    /// Columns of that alias.
    pub row_alias_columns: List<Ident>,
    /// `ON DUPLICATE KEY UPDATE …`.
    pub on_duplicate: List<Assignment>,
    /// `ON CONFLICT …`; SQLite may have several.
    pub on_conflict: List<OnConflict>,
    /// `RETURNING …`.
    pub returning: Option<Returning>,
    /// `LOW_PRIORITY`, `DELAYED`, hints or partitions: advice.
    pub advice: Option<Span>,
    /// Its place.
    pub span: Span,
}

/// What an `INSERT` or `UPDATE` does with a row it cannot store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[repr(u8)]
pub enum InsertOr {
    /// Fails, as always.
    #[default]
    Fail,
    /// MySQL's `IGNORE`.
    Ignore,
    /// SQLite's `OR REPLACE`.
    OrReplace,
    /// SQLite's `OR IGNORE`.
    OrIgnore,
    /// SQLite's `OR ABORT`.
    OrAbort,
    /// SQLite's `OR ROLLBACK`.
    OrRollback,
    /// SQLite's `OR FAIL`.
    OrFail,
}

/// Where an `INSERT` takes its rows from.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum InsertSource {
    /// `VALUES (…), (…)`; [`super::Expr::Default`] may be an element, and MySQL allows an empty row.
    Values(List<Row>),
    /// A query.
    Query(QueryId),
    /// `DEFAULT VALUES`.
    Defaults,
    /// MySQL's `SET a = 1, b = 2`.
    Set(List<Assignment>),
    /// T-SQL's `EXEC …`: the binder refuses it.
    Exec(Span),
}

/// A column an `INSERT` names.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ColumnTarget {
    /// The column, possibly qualified in MySQL.
    pub name: Name,
    /// PostgreSQL's `a[1]` or `a.b`: recognised but not modelled.
    pub opaque: bool,
}

/// `target = value` of `SET`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Assignment {
    /// One column; several for `(a, b) = …`.
    pub targets: List<ColumnTarget>,
    /// The value. For several columns: a row, a subquery, or [`super::Expr::Default`].
    pub value: ExprId,
    /// Compound operators of T-SQL (`+=`), and `@v = col = value`: recognised but not modelled.
    pub compound: Option<Span>,
}

/// `ON CONFLICT target DO action`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OnConflict {
    /// What is in conflict.
    pub target: ConflictTarget,
    /// What happens.
    pub action: ConflictAction,
    /// Its place.
    pub span: Span,
}

/// The unique key that decides about a conflict.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ConflictTarget {
    /// Any.
    Any,
    /// The key over these columns or expressions, of a partial index if there is a condition.
    Columns {
        /// The columns.
        columns: List<OrderItem>,
        /// The condition of the index.
        filter: Option<ExprId>,
    },
    /// `ON CONSTRAINT name`.
    Constraint(Ident),
}

/// What is done instead of the insert.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ConflictAction {
    /// `DO NOTHING`.
    Nothing,
    /// `DO UPDATE SET … WHERE …`.
    Update {
        /// The assignments.
        set: List<Assignment>,
        /// The condition.
        filter: Option<ExprId>,
    },
}

/// Oracle's `INSERT ALL` and `INSERT FIRST`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct InsertAll {
    /// `FIRST` rather than `ALL`.
    pub first: bool,
    /// The branches, in order.
    pub branches: List<InsertBranch>,
    /// The rows they see.
    pub query: QueryId,
    /// Its place.
    pub span: Span,
}

/// `[WHEN condition THEN | ELSE] INTO table (columns) VALUES (…)`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct InsertBranch {
    /// Which arm it belongs to; several `INTO` may share one.
    pub arm: InsertArm,
    /// The table.
    pub table: Name,
    /// The columns.
    pub columns: List<ColumnTarget>,
    /// The values; absent means all columns of the query.
    pub values: Option<Row>,
}

/// When a branch of `INSERT ALL` is taken.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum InsertArm {
    /// Always.
    Always,
    /// `WHEN condition`.
    When(ExprId),
    /// `ELSE`.
    Else,
}

/// `UPDATE`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Update {
    /// `WITH` before it.
    pub with: Option<WithId>,
    /// `IGNORE`, `OR …`.
    pub on_failure: InsertOr,
    /// T-SQL's `TOP (n)`.
    pub top: Option<LimitId>,
    /// What is updated: one table, or in MySQL a list of joined sources.
    pub tables: List<FromId>,
    /// The assignments.
    pub set: List<Assignment>,
    /// T-SQL's `OUTPUT`.
    pub output: Option<Output>,
    /// Further sources: `FROM`.
    pub from: List<FromId>,
    /// `WHERE`.
    pub filter: Option<ExprId>,
    /// `ORDER BY` of MySQL and SQLite.
    pub order_by: List<OrderItem>,
    /// `LIMIT` of MySQL and SQLite.
    pub limit: Option<LimitId>,
    /// `RETURNING`.
    pub returning: Option<Returning>,
    /// `LOW_PRIORITY`, `OPTION (…)`: advice.
    pub advice: Option<Span>,
    /// Its place.
    pub span: Span,
}

/// `DELETE`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Delete {
    /// `WITH` before it.
    pub with: Option<WithId>,
    /// MySQL's `IGNORE`.
    pub ignore: bool,
    /// T-SQL's `TOP (n)`.
    pub top: Option<LimitId>,
    /// Rows of what is deleted. One source for `DELETE FROM t`; the names before `FROM` (or before `USING`) in the
    /// forms over several tables, where `from` holds the sources.
    pub targets: List<FromId>,
    /// T-SQL's `OUTPUT`.
    pub output: Option<Output>,
    /// Further sources: `USING` (PostgreSQL), a second `FROM` (T-SQL), or all sources of the multi-table forms.
    pub from: List<FromId>,
    /// Which form it is.
    pub form: DeleteForm,
    /// `WHERE`.
    pub filter: Option<ExprId>,
    /// `ORDER BY` of MySQL and SQLite.
    pub order_by: List<OrderItem>,
    /// `LIMIT` of MySQL and SQLite.
    pub limit: Option<LimitId>,
    /// `RETURNING`.
    pub returning: Option<Returning>,
    /// `LOW_PRIORITY`, `QUICK`, `OPTION (…)`: advice.
    pub advice: Option<Span>,
    /// Its place.
    pub span: Span,
}

/// Spellings of `DELETE`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum DeleteForm {
    /// `DELETE FROM t WHERE …`.
    Single,
    /// PostgreSQL: `DELETE FROM t USING a, b`. The target is not repeated in `from`.
    Using,
    /// T-SQL: `DELETE t FROM t JOIN u`. MySQL: `DELETE a, b FROM a JOIN b`. The targets name sources of `from`.
    TargetsFrom,
    /// MySQL: `DELETE FROM a, b USING a JOIN b`. The targets name sources of `from`.
    TargetsUsing,
}

/// `RETURNING`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Returning {
    /// What it gives.
    pub items: List<SelectItem>,
    /// Oracle's `INTO :a, :b`.
    pub into: List<ExprId>,
    /// Its place.
    pub span: Span,
}

/// T-SQL's `OUTPUT`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Output {
    /// What it gives.
    pub items: List<SelectItem>,
    /// `INTO table`.
    pub into: Option<Name>,
    /// Columns of that table.
    pub into_columns: List<Ident>,
    /// Its place.
    pub span: Span,
}

/// `MERGE`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Merge {
    /// `WITH` before it.
    pub with: Option<WithId>,
    /// T-SQL's `TOP (n)`.
    pub top: Option<LimitId>,
    /// What is changed.
    pub target: FromId,
    /// The rows it is compared with.
    pub source: FromId,
    /// `ON`.
    pub on: ExprId,
    /// The arms, in order.
    pub arms: List<MergeArm>,
    /// T-SQL's `OUTPUT`.
    pub output: Option<Output>,
    /// PostgreSQL's `RETURNING`.
    pub returning: Option<Returning>,
    /// `OPTION (…)`, `LOG ERRORS …`: advice.
    pub advice: Option<Span>,
    /// Its place.
    pub span: Span,
}

/// `WHEN … THEN …` of `MERGE`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MergeArm {
    /// Which rows it is for.
    pub when: MergeWhen,
    /// `AND condition`.
    pub condition: Option<ExprId>,
    /// What is done.
    pub action: MergeAction,
    /// Its place.
    pub span: Span,
}

/// Which rows an arm of `MERGE` is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum MergeWhen {
    /// `MATCHED`.
    Matched,
    /// `NOT MATCHED [BY TARGET]`.
    NotMatched,
    /// `NOT MATCHED BY SOURCE`.
    NotMatchedBySource,
}

/// What an arm of `MERGE` does.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum MergeAction {
    /// `UPDATE SET …`.
    Update {
        /// The assignments.
        set: List<Assignment>,
        /// Oracle's `WHERE` behind them.
        filter: Option<ExprId>,
        /// Oracle's `DELETE WHERE` behind that.
        delete: Option<ExprId>,
    },
    /// `DELETE`.
    Delete,
    /// `INSERT (…) VALUES (…)`.
    Insert {
        /// The columns.
        columns: List<ColumnTarget>,
        /// The values; absent for `DEFAULT VALUES`.
        values: Option<Row>,
        /// Oracle's `WHERE` behind them.
        filter: Option<ExprId>,
        /// `OVERRIDING SYSTEM VALUE` stood in it: true for system.
        overriding_system: Option<bool>,
    },
    /// `DO NOTHING`.
    Nothing,
}
