//! Queries: `SELECT` with its clauses, set operations, `VALUES`, `WITH`, `FROM`.

use super::{
    ExprId, FromExtraId, FromId, JoinId, LimitId, List, Name, PivotId, Quantifier, QueryId, SelectId,
    SetChainId, StatementId, TypeId, WindowSpecId, WithId,
};
use air_base::Span;
use airc_lex::Ident;

/// A query with what surrounds it: `WITH … body ORDER BY … LIMIT … FOR UPDATE`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Query {
    /// `WITH`.
    pub with: Option<WithId>,
    /// The rows.
    pub body: Body,
    /// `ORDER BY`.
    pub order_by: List<OrderItem>,
    /// `ORDER SIBLINGS BY` rather than `ORDER BY`.
    pub siblings: bool,
    /// `LIMIT`, `OFFSET`, `FETCH`; `TOP` belongs to its select.
    pub limit: Option<LimitId>,
    /// `FOR UPDATE` and relatives.
    pub locks: List<Lock>,
    /// T-SQL's `OPTION (…)`, `FOR XML`, `FOR JSON`; MySQL's `PROCEDURE`, `INTO OUTFILE` at the end.
    pub trailers: List<Trailer>,
    /// Its place, surrounding parentheses not included.
    pub span: Span,
}

/// What makes rows.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Body {
    /// `SELECT …`.
    Select(SelectId),
    /// `VALUES (…), (…)`.
    Values(List<Row>),
    /// `a UNION b EXCEPT c`.
    Set(SetChainId),
    /// `(query)`, with its own `ORDER BY` and so on.
    Nested(QueryId),
    /// `TABLE name`.
    Table(Name),
}

/// One row of `VALUES`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Row {
    /// The values.
    pub items: List<ExprId>,
}

/// Set operations of equal strength, applied from left to right. Flat, however long the chain is.
/// Stronger ones (`INTERSECT` in most dialects) are nested as an operand of their own.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SetChain {
    /// The first operand.
    pub first: Body,
    /// The others, at least one.
    pub arms: List<SetArm>,
}

/// `UNION ALL body`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SetArm {
    /// Which.
    pub op: SetOp,
    /// `ALL` or `DISTINCT`.
    pub quantifier: Quantifier,
    /// The operand.
    pub body: Body,
    /// Place of the operator.
    pub span: Span,
}

/// Set operations.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum SetOp {
    /// `UNION`.
    Union,
    /// `INTERSECT`.
    Intersect,
    /// `EXCEPT`, `MINUS`.
    Except,
}

/// `WITH`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct With {
    /// `RECURSIVE`.
    pub recursive: bool,
    /// The tables.
    pub ctes: List<Cte>,
    /// Its place.
    pub span: Span,
}

/// A common table expression.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cte {
    /// Its name.
    pub name: Ident,
    /// Names of its columns.
    pub columns: List<Ident>,
    /// `MATERIALIZED` or `NOT MATERIALIZED`.
    pub materialized: Option<bool>,
    /// Its rows.
    pub body: CteBody,
    /// `SEARCH` or `CYCLE` clauses, recognised but not modelled.
    pub search_cycle: Option<Span>,
    /// Its place.
    pub span: Span,
}

/// What a CTE holds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum CteBody {
    /// A query.
    Query(QueryId),
    /// PostgreSQL: `INSERT`, `UPDATE`, `DELETE`, `MERGE` with `RETURNING`.
    Statement(StatementId),
}

/// A `SELECT` with its own clauses, fields in the order of evaluation where that is simple.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Select {
    /// `DISTINCT` or `ALL`.
    pub quantifier: Quantifier,
    /// `DISTINCT ON (…)`.
    pub distinct_on: List<ExprId>,
    /// `TOP`; also Informix-like forms are refused.
    pub top: Option<LimitId>,
    /// Words of MySQL between `SELECT` and the list: a set of [`SelectModifiers`].
    pub modifiers: SelectModifiers,
    /// The output; PostgreSQL lets it be empty.
    pub items: List<SelectItem>,
    /// `INTO`.
    pub into: Option<IntoTarget>,
    /// The comma list of `FROM`; empty without `FROM`.
    pub from: List<FromId>,
    /// `WHERE`.
    pub filter: Option<ExprId>,
    /// `START WITH` of Oracle.
    pub start_with: Option<ExprId>,
    /// `CONNECT BY` of Oracle.
    pub connect_by: Option<ExprId>,
    /// `NOCYCLE` behind `CONNECT BY`.
    pub nocycle: bool,
    /// `GROUP BY`.
    pub group_by: Option<GroupBy>,
    /// `HAVING`.
    pub having: Option<ExprId>,
    /// `WINDOW`.
    pub windows: List<NamedWindow>,
    /// `QUALIFY`.
    pub qualify: Option<ExprId>,
    /// A clause that is recognised but not modelled (`MODEL`, `MATCH_RECOGNIZE`); the binder refuses it.
    pub opaque: Option<Span>,
    /// Its place.
    pub span: Span,
}

/// Words of MySQL between `SELECT` and its list, as a set of bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct SelectModifiers(pub u8);

impl SelectModifiers {
    /// `STRAIGHT_JOIN`.
    pub const STRAIGHT_JOIN: SelectModifiers = SelectModifiers(1);
    /// `SQL_CALC_FOUND_ROWS`: changes what `FOUND_ROWS()` gives.
    pub const CALC_FOUND_ROWS: SelectModifiers = SelectModifiers(2);
    /// `SQL_NO_CACHE`, `SQL_CACHE`, `SQL_BUFFER_RESULT`, `SQL_SMALL_RESULT`, `SQL_BIG_RESULT`, `HIGH_PRIORITY`.
    pub const ADVICE: SelectModifiers = SelectModifiers(4);

    /// True if every bit of `other` is set.
    pub const fn has(self, other: SelectModifiers) -> bool {
        self.0 & other.0 == other.0
    }
}

/// One output column.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SelectItem {
    /// Its value; [`super::Expr::Star`] for all columns.
    pub expr: ExprId,
    /// Its name.
    pub alias: Option<Ident>,
}

/// `INTO` of a `SELECT`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum IntoTarget {
    /// A new table (PostgreSQL, T-SQL).
    Table {
        /// Its name.
        name: Name,
        /// `TEMP`, `UNLOGGED` or nothing.
        temporary: bool,
    },
    /// Variables (`@a, @b`) or PL/SQL names.
    Variables(List<ExprId>),
    /// `OUTFILE`, `DUMPFILE`.
    File(Span),
}

/// `GROUP BY`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct GroupBy {
    /// `ALL` or `DISTINCT` behind it.
    pub quantifier: Quantifier,
    /// The keys.
    pub items: List<GroupItem>,
    /// `WITH ROLLUP` or `WITH CUBE` at its end.
    pub with: Option<GroupWith>,
    /// Its place.
    pub span: Span,
}

/// Words at the end of `GROUP BY`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum GroupWith {
    Rollup,
    Cube,
}

/// One element of `GROUP BY`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum GroupItem {
    /// An expression; a row of several keys as [`super::Expr::Row`]; `()` as an empty row.
    /// MySQL's direction behind a key is kept.
    Expr(ExprId, Option<Direction>),
    /// `ROLLUP (…)`.
    Rollup(List<ExprId>),
    /// `CUBE (…)`.
    Cube(List<ExprId>),
    /// `GROUPING SETS (…)`.
    Sets(List<GroupItem>),
}

/// `name AS (…)` of the `WINDOW` clause.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct NamedWindow {
    /// Its name.
    pub name: Ident,
    /// Its definition.
    pub spec: WindowSpecId,
}

/// One key of `ORDER BY`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OrderItem {
    /// The key.
    pub expr: ExprId,
    /// `ASC` or `DESC`.
    pub direction: Option<Direction>,
    /// `NULLS FIRST` or `NULLS LAST`.
    pub nulls: Option<NullsOrder>,
}

/// Direction of an order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Direction {
    Asc,
    Desc,
    /// PostgreSQL's `USING <`.
    UsingLess,
    /// PostgreSQL's `USING >`.
    UsingGreater,
}

/// Where NULLs go.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum NullsOrder {
    First,
    Last,
}

/// How many rows, from which on.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Limit {
    /// Rows to give. Absent: all of them, or one if `form` is [`LimitForm::FetchOne`].
    pub count: Option<ExprId>,
    /// Rows to skip.
    pub offset: Option<ExprId>,
    /// `PERCENT`.
    pub percent: bool,
    /// `WITH TIES`.
    pub ties: bool,
    /// The spelling.
    pub form: LimitForm,
    /// Its place.
    pub span: Span,
}

/// Spellings of a limit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[repr(u8)]
pub enum LimitForm {
    /// `OFFSET` alone.
    #[default]
    OffsetOnly,
    /// `LIMIT count [OFFSET offset]`.
    Limit,
    /// `LIMIT offset, count`.
    LimitComma,
    /// `LIMIT ALL` or `LIMIT NULL`.
    LimitAll,
    /// `FETCH FIRST count ROWS`.
    Fetch,
    /// `FETCH FIRST ROW`.
    FetchOne,
    /// `TOP count`.
    Top,
}

/// `FOR UPDATE` and relatives.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Lock {
    /// How strong.
    pub strength: LockStrength,
    /// `OF a, b`.
    pub of: List<LockTarget>,
    /// `NOWAIT`, `SKIP LOCKED`.
    pub wait: LockWait,
    /// Its place.
    pub span: Span,
}

/// A table (or, in Oracle, a column) named behind `OF`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LockTarget(pub Name);

/// Strength of a row lock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum LockStrength {
    /// `FOR UPDATE`.
    Update,
    /// `FOR NO KEY UPDATE`.
    NoKeyUpdate,
    /// `FOR SHARE`, `LOCK IN SHARE MODE`.
    Share,
    /// `FOR KEY SHARE`.
    KeyShare,
    /// `FOR READ ONLY`: none at all.
    ReadOnly,
}

/// What a lock does when the row is taken.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum LockWait {
    /// Waits.
    Default,
    /// `NOWAIT`.
    NoWait,
    /// `SKIP LOCKED`.
    SkipLocked,
    /// Oracle's `WAIT n`.
    Seconds(ExprId),
}

/// A clause at the end of a query that is recognised but not modelled further.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Trailer {
    /// Which.
    pub kind: TrailerKind,
    /// Its place.
    pub span: Span,
}

/// Clauses at the end of a query.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum TrailerKind {
    /// T-SQL's `OPTION (…)`: advice to the optimizer, except `MAXRECURSION`.
    Option,
    /// T-SQL's `FOR XML …`.
    ForXml,
    /// FOR XML PATH(''): without elements around the rows.
    ForXmlRows,
    /// FOR XML PATH(''), TYPE: the same, as a value of its own type.
    ForXmlRowsTyped,
    /// T-SQL's `FOR JSON …`.
    ForJson,
    /// MySQL's `INTO OUTFILE …`, `INTO @v` behind everything.
    Into,
    /// MySQL's `PROCEDURE ANALYSE(…)`.
    Procedure,
    /// T-SQL's `FOR BROWSE`.
    ForBrowse,
}

/// One source of rows in `FROM`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct From {
    /// What it is.
    pub kind: FromKind,
    /// `AS alias`.
    pub alias: Option<Ident>,
    /// `AS alias(a, b)`.
    pub columns: List<ColumnAlias>,
    /// `TABLESAMPLE`, hints, partitions… if there are any.
    pub extra: Option<FromExtraId>,
    /// Its place.
    pub span: Span,
}

/// Kinds of row sources.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum FromKind {
    /// A table, view or CTE by name; `#temp` and `@table_variable` of T-SQL too.
    Table {
        /// Its name.
        name: Name,
        /// PostgreSQL's `ONLY`.
        only: bool,
    },
    /// `(SELECT …)`, `(VALUES …)`.
    Query {
        /// The query.
        query: QueryId,
        /// `LATERAL` stood before it.
        lateral: bool,
    },
    /// `f(x)`.
    Function {
        /// The call.
        call: ExprId,
        /// `LATERAL` stood before it.
        lateral: bool,
        /// `WITH ORDINALITY`.
        ordinality: bool,
    },
    /// `ROWS FROM (f(x), g(y))`.
    RowsFrom {
        /// The calls.
        calls: List<ExprId>,
        /// `WITH ORDINALITY`.
        ordinality: bool,
    },
    /// Two sources joined.
    Join(JoinId),
    /// `(a JOIN b …)` in parentheses, with an alias in some dialects.
    Nested(FromId),
    /// Source with `PIVOT` or `UNPIVOT` behind it.
    Pivot(PivotId),
    /// `JSON_TABLE`, `XMLTABLE`, `OPENJSON … WITH (…)`: recognised but not modelled; the binder refuses it.
    Opaque(Span),
}

/// `a` or, in PostgreSQL, `a integer` in the column list of an alias.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ColumnAlias {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: Option<TypeId>,
}

/// What may further stand at a row source.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct FromExtra {
    /// `TABLESAMPLE …`, `SAMPLE (…)`.
    pub sample: Option<Sample>,
    /// T-SQL's `WITH (NOLOCK)`, MySQL's `USE INDEX (…)`, SQLite's `INDEXED BY`: advice, in order.
    pub hints: List<TableHint>,
    /// `PARTITION (p0, p1)`.
    pub partitions: List<Ident>,
    /// `AS OF …`, `FOR SYSTEM_TIME …`, remote links: recognised but not modelled; the binder refuses it.
    pub opaque: Option<Span>,
}

/// `TABLESAMPLE method (amount) REPEATABLE (seed)`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sample {
    /// `BERNOULLI`, `SYSTEM`, …
    pub method: Option<Ident>,
    /// How much.
    pub amount: ExprId,
    /// `ROWS` rather than percent.
    pub rows: bool,
    /// The seed.
    pub seed: Option<ExprId>,
    /// Its place.
    pub span: Span,
}

/// A hint at a table.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TableHint {
    /// Which.
    pub kind: TableHintKind,
    /// Its place.
    pub span: Span,
}

/// Hints at a table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum TableHintKind {
    /// Advice about indexes and the like: no effect on rows.
    Advice,
    /// `NOLOCK`, `READUNCOMMITTED`, `READPAST`: may change which rows are seen.
    Isolation,
    /// `UPDLOCK`, `HOLDLOCK`, `TABLOCKX`…: takes locks.
    Lock,
}

/// Two sources joined.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Join {
    /// Left side.
    pub left: FromId,
    /// Right side.
    pub right: FromId,
    /// Which join.
    pub kind: JoinKind,
    /// `NATURAL`.
    pub natural: bool,
    /// `ON` or `USING`.
    pub constraint: JoinConstraint,
    /// Place of the join's words.
    pub span: Span,
}

/// Kinds of joins.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum JoinKind {
    /// `JOIN`, `INNER JOIN`.
    Inner,
    /// `LEFT [OUTER] JOIN`.
    Left,
    /// `RIGHT [OUTER] JOIN`.
    Right,
    /// `FULL [OUTER] JOIN`.
    Full,
    /// `CROSS JOIN`.
    Cross,
    /// `CROSS APPLY`.
    CrossApply,
    /// `OUTER APPLY`.
    OuterApply,
    /// `STRAIGHT_JOIN`: an inner join with advice.
    Straight,
}

/// Condition of a join.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum JoinConstraint {
    /// None.
    None,
    /// `ON condition`.
    On(ExprId),
    /// `USING (a, b)`.
    Using(List<Ident>),
}

/// `source PIVOT (…)` or `source UNPIVOT (…)`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pivot {
    /// What is turned.
    pub source: FromId,
    /// `UNPIVOT` rather than `PIVOT`.
    pub unpivot: bool,
    /// The aggregates of a pivot, with aliases; the value columns of an unpivot.
    pub values: List<SelectItem>,
    /// The `FOR` columns.
    pub keys: List<ExprId>,
    /// The `IN` list, with aliases.
    pub members: List<SelectItem>,
    /// `INCLUDE NULLS` of an unpivot.
    pub include_nulls: bool,
    /// Its place.
    pub span: Span,
}
