//! Expressions. Sixteen bytes each; what does not fit has a table of its own.

use super::{
    CallExtraId, CallId, CaseId, ExprId, FrameId, List, Name, OrderItem, OverId, QueryId, TypeId,
    WindowSpecId,
};
use air_base::Span;
use airc_lex::{Ident, Literal};

/// An expression. Its span is `tree.expr_span(id)`. Parentheses leave no node: the tree is the grouping.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Expr {
    /// A literal; its text is the source under the expression's span.
    Literal(Literal),
    /// A name of one to four parts: column, `t.col`, pseudo-column, sequence.nextval… SQLite and others write
    /// `"x"` for a string too: see the quote of the part.
    Name(Name),
    /// `*` (empty name) or `t.*`.
    Star(Name),
    /// A marker for a value given at execution.
    Param(ParamStyle),
    /// `@name` (session variable or T-SQL local), `@@name`, `@@global.name`. The text is under the span.
    Variable(VariableKind),
    /// `DEFAULT` where a value may stand.
    Default,

    /// `op arg`, or `arg op` for the postfix operators.
    Unary {
        /// Which.
        op: UnaryOp,
        /// Operand.
        arg: ExprId,
    },
    /// `left op right`.
    Binary {
        /// Which.
        op: BinaryOp,
        /// First operand.
        left: ExprId,
        /// Second operand.
        right: ExprId,
        /// Byte offset of the operator: place for a diagnostic, and text of [`BinaryOp::Custom`].
        at: u32,
    },
    /// `a AND b AND c`: two or more, in order. Flat, however long the chain is.
    And(List<ExprId>),
    /// `a OR b OR c`: two or more, in order. Flat, however long the chain is.
    Or(List<ExprId>),
    /// `expr [NOT] LIKE pattern [ESCAPE escape]` and its relatives.
    Like {
        /// Which relative.
        op: LikeOp,
        /// `NOT` stood before it.
        negated: bool,
        /// What is matched.
        expr: ExprId,
        /// Against what. A quantified right side (`LIKE ANY (…)`) is an [`Expr::Quantifier`].
        pattern: ExprId,
        /// The escape character.
        escape: Option<ExprId>,
    },
    /// `expr [NOT] BETWEEN [SYMMETRIC] low AND high`.
    Between {
        /// `NOT` stood before it.
        negated: bool,
        /// PostgreSQL's `SYMMETRIC`: the bounds may come in either order.
        symmetric: bool,
        /// What is tested.
        expr: ExprId,
        /// Lower bound.
        low: ExprId,
        /// Upper bound.
        high: ExprId,
    },
    /// `expr [NOT] IN (a, b)`; the list may be empty in SQLite.
    InList {
        /// `NOT` stood before it.
        negated: bool,
        /// What is tested; a row for `(a, b) IN (…)`.
        expr: ExprId,
        /// The elements.
        list: List<ExprId>,
    },
    /// `expr [NOT] IN (SELECT …)`.
    InQuery {
        /// `NOT` stood before it.
        negated: bool,
        /// What is tested.
        expr: ExprId,
        /// The rows.
        query: QueryId,
    },
    /// SQLite's `expr [NOT] IN table`.
    InTable {
        /// `NOT` stood before it.
        negated: bool,
        /// What is tested.
        expr: ExprId,
        /// The table.
        table: Name,
    },
    /// `expr IS [NOT] NULL` and the other tests spelled with words. `ISNULL` and `NOTNULL` are here too.
    Is {
        /// `NOT` stood in it.
        negated: bool,
        /// Which test.
        test: IsTest,
        /// What is tested.
        expr: ExprId,
    },
    /// `ANY (…)`, `SOME (…)`, `ALL (…)` as the right side of a comparison: `a = ANY (SELECT …)`.
    Quantifier {
        /// `ALL` rather than `ANY` or `SOME`.
        all: bool,
        /// A subquery, an array expression, or a row for Oracle's list.
        operand: ExprId,
    },
    /// `EXISTS (SELECT …)`.
    Exists(QueryId),
    /// `(SELECT …)` as a value.
    Subquery(QueryId),

    /// `CASE … END`.
    Case(CaseId),
    /// A type conversion in any spelling.
    Cast {
        /// The spelling.
        form: CastForm,
        /// What is converted.
        expr: ExprId,
        /// To what.
        ty: TypeId,
        /// T-SQL's style number of `CONVERT`, or the format of `CAST … FORMAT`.
        style: Option<ExprId>,
    },
    /// MySQL's `CONVERT(expr USING charset)`.
    ConvertUsing {
        /// What is converted.
        expr: ExprId,
        /// To which character set.
        charset: Name,
    },
    /// `type 'text'`: `DATE '2024-01-01'`, PostgreSQL's `int4 '5'`.
    TypedLiteral {
        /// The type.
        ty: TypeId,
        /// A literal of a text kind.
        literal: ExprId,
    },
    /// MySQL's `_utf8mb4'text'`.
    Introducer {
        /// The character set, its underscore included.
        charset: Name,
        /// The literal.
        literal: ExprId,
    },
    /// `INTERVAL …`.
    Interval {
        /// A string literal, a number or, in MySQL, any expression.
        value: ExprId,
        /// `DAY` in `INTERVAL '1' DAY`; PostgreSQL may have none: then the text says all.
        unit: Option<Unit>,
        /// `SECOND` in `DAY TO SECOND`.
        to: Option<Unit>,
        /// Leading precision: `DAY(3)`.
        precision: Option<u8>,
        /// Precision of the seconds: `SECOND(6)`.
        fraction: Option<u8>,
    },
    /// `expr COLLATE name`.
    Collate {
        /// What gets the collation.
        expr: ExprId,
        /// Which.
        collation: Name,
    },
    /// `expr AT TIME ZONE zone`.
    AtTimeZone {
        /// A temporal value.
        expr: ExprId,
        /// The zone; absent for `AT LOCAL`.
        zone: Option<ExprId>,
    },

    /// A function call.
    Call(CallId),
    /// `EXTRACT(field FROM expr)`; the field may be quoted in PostgreSQL.
    Extract {
        /// `YEAR`, `epoch`, …
        field: Name,
        /// A temporal value.
        expr: ExprId,
    },
    /// A call with words between its arguments, such as `SUBSTRING(s FROM 2 FOR 3)`.
    Special {
        /// Which; says what the arguments are.
        form: SpecialForm,
        /// The arguments, in the order the form documents.
        args: List<ExprId>,
    },
    /// `name => value` or `name := value` inside of a call.
    NamedArg {
        /// The parameter.
        name: Name,
        /// Its value.
        value: ExprId,
    },
    /// `KEY k VALUE v`, `k VALUE v` or `k : v` inside of `JSON_OBJECT`.
    KeyValue {
        /// The key.
        key: ExprId,
        /// The value.
        value: ExprId,
    },
    /// `MATCH (a, b) AGAINST (text mode)`.
    MatchAgainst {
        /// How to search.
        mode: MatchMode,
        /// The columns.
        columns: List<ExprId>,
        /// What to search.
        against: ExprId,
    },
    /// `NEXT VALUE FOR name`.
    NextValue(Name),
    /// `WHERE CURRENT OF cursor`.
    CurrentOf(Name),

    /// `(a, b)` or `ROW(a, b)`. `ROW(a)` has one element, `ROW()` none.
    Row {
        /// The word `ROW` stood there.
        explicit: bool,
        /// The fields.
        items: List<ExprId>,
    },
    /// `ARRAY[a, b]`; inner `[…]` of a nested array too.
    Array(List<ExprId>),
    /// `ARRAY(SELECT …)`.
    ArrayQuery(QueryId),
    /// `base[index]`.
    Subscript {
        /// Array or JSON value.
        base: ExprId,
        /// Which element.
        index: ExprId,
    },
    /// `base[low:high]`.
    Slice {
        /// Array.
        base: ExprId,
        /// First element.
        low: Option<ExprId>,
        /// Last element.
        high: Option<ExprId>,
    },
    /// `(base).field`.
    Field {
        /// A composite value.
        base: ExprId,
        /// One or more parts.
        field: Name,
    },
    /// `(base).*`.
    FieldStar(ExprId),
    /// Oracle's `XMLTABLE`-like or other syntax that is recognised but not modelled; the binder refuses it.
    Opaque(OpaqueKind),
}

/// Syntax that is recognised inside of an expression but has no node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OpaqueKind {
    /// PostgreSQL's `OPERATOR(schema.op)`.
    QualifiedOperator,
    /// An XML constructor.
    Xml,
    /// A JSON query function with clauses we do not model.
    Json,
    /// Oracle's `MODEL` cell reference and the like.
    Model,
}

/// How a parameter was marked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ParamStyle {
    /// `?`: the number counts the bare marks of the statement from 1.
    Question(u32),
    /// `?3`.
    QuestionNumber(u32),
    /// `$3`.
    Dollar(u32),
    /// `:3`.
    ColonNumber(u32),
    /// `:name`; the name is under the span, without its first byte.
    Colon,
    /// SQLite's `@name` and `$name`.
    At,
}

/// Which namespace a variable lives in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VariableKind {
    /// `@name`.
    User,
    /// `@@name`, `@@session.name`.
    System,
}

/// Operators with one operand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum UnaryOp {
    /// `NOT x`.
    Not,
    /// `! x` of MySQL: as `NOT`, but binds tighter.
    Bang,
    /// `- x`.
    Minus,
    /// `+ x`.
    Plus,
    /// `~ x`.
    BitNot,
    /// `@ x` of PostgreSQL.
    Abs,
    /// `|/ x` of PostgreSQL.
    SquareRoot,
    /// `||/ x` of PostgreSQL.
    CubeRoot,
    /// `!! x` of PostgreSQL.
    NotNot,
    /// `@@ x`, `?- x`, `# x` and other prefix operators of PostgreSQL.
    CustomPrefix,
    /// `BINARY x` of MySQL.
    Binary,
    /// `PRIOR x` of Oracle.
    Prior,
    /// `CONNECT_BY_ROOT x` of Oracle.
    ConnectByRoot,
    /// `x (+)` of Oracle.
    OuterJoinMark,
    /// `VARIADIC x`, an argument of PostgreSQL.
    Variadic,
    /// `x !` of old PostgreSQL.
    Factorial,
}

/// Operators with two operands, except those with nodes of their own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`, and the word `MOD` of MySQL.
    Mod,
    /// `DIV` of MySQL.
    IntDiv,
    /// `^`: power or exclusive or, by dialect.
    Caret,
    /// `**` of Oracle's PL/SQL.
    Power,
    /// `||`: concatenation or logical or, by dialect.
    Pipes,
    /// `&&`: logical and, or overlap, by dialect.
    Ampersands,
    /// `XOR`.
    Xor,
    /// `&`
    BitAnd,
    /// `|`
    BitOr,
    /// `#`: exclusive or of PostgreSQL.
    Hash,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `=`, and `==` of SQLite.
    Eq,
    /// `<>`, `!=`, `^=`.
    Ne,
    /// `<`
    Lt,
    /// `<=`, and `!>` of T-SQL.
    Le,
    /// `>`
    Gt,
    /// `>=`, and `!<` of T-SQL.
    Ge,
    /// `<=>` of MySQL.
    NullSafeEq,
    /// `IS DISTINCT FROM`
    IsDistinctFrom,
    /// `IS NOT DISTINCT FROM`
    IsNotDistinctFrom,
    /// `a IS b` of SQLite, where `b` is no keyword.
    Is,
    /// `a IS NOT b` of SQLite.
    IsNot,
    /// `:=` of MySQL.
    Assign,
    /// `->`
    Arrow,
    /// `->>`
    LongArrow,
    /// `#>`
    HashArrow,
    /// `#>>`
    HashLongArrow,
    /// `#-`
    HashMinus,
    /// `@>`
    Contains,
    /// `<@`
    ContainedBy,
    /// `?`
    Question,
    /// `?|`
    QuestionPipe,
    /// `?&`
    QuestionAnd,
    /// `@?`
    AtQuestion,
    /// `@@`
    AtAt,
    /// `~`
    Match,
    /// `~*`
    MatchNoCase,
    /// `!~`
    NotMatch,
    /// `!~*`
    NotMatchNoCase,
    /// `^@`
    StartsWith,
    /// `<->`
    Distance,
    /// `-|-`
    Adjacent,
    /// `OVERLAPS`
    Overlaps,
    /// `MEMBER OF`
    MemberOf,
    /// `SOUNDS LIKE` of MySQL.
    SoundsLike,
    /// Any other operator of PostgreSQL; the text is at the operator's offset.
    Custom,
}

/// The family of `LIKE`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum LikeOp {
    /// `LIKE`, `~~`.
    Like,
    /// `ILIKE`, `~~*`.
    Ilike,
    /// `SIMILAR TO`.
    SimilarTo,
    /// `REGEXP`.
    Regexp,
    /// `RLIKE`.
    Rlike,
    /// `GLOB`.
    Glob,
    /// `MATCH` as SQLite's operator.
    Match,
}

/// Tests spelled `IS …`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum IsTest {
    /// `IS NULL`, `ISNULL`.
    Null,
    /// `IS TRUE`.
    True,
    /// `IS FALSE`.
    False,
    /// `IS UNKNOWN`.
    Unknown,
    /// `IS NAN` of Oracle.
    Nan,
    /// `IS INFINITE` of Oracle.
    Infinite,
    /// `IS JSON`.
    Json,
    /// `IS DOCUMENT`.
    Document,
    /// `IS NORMALIZED`.
    Normalized,
    /// `IS EMPTY`, `IS A SET` of Oracle.
    Collection,
}

/// Spellings of a type conversion.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum CastForm {
    /// `CAST(x AS t)`.
    Cast,
    /// `TRY_CAST(x AS t)`.
    TryCast,
    /// `x::t`.
    Colons,
    /// MySQL's `CONVERT(x, t)`.
    ConvertMysql,
    /// T-SQL's `CONVERT(t, x [, style])`.
    Convert,
    /// T-SQL's `TRY_CONVERT(t, x [, style])`.
    TryConvert,
    /// T-SQL's `PARSE(x AS t)`.
    Parse,
    /// T-SQL's `TRY_PARSE(x AS t)`.
    TryParse,
}

/// Calls with words between the arguments, and what their arguments are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum SpecialForm {
    /// `POSITION(needle IN haystack)`: `[needle, haystack]`.
    Position,
    /// `SUBSTRING(s FROM start)`: `[s, start]`.
    SubstringFrom,
    /// `SUBSTRING(s FOR length)`: `[s, length]`.
    SubstringFor,
    /// `SUBSTRING(s FROM start FOR length)`: `[s, start, length]`.
    SubstringFromFor,
    /// `SUBSTRING(s SIMILAR pattern ESCAPE escape)`: `[s, pattern, escape]`, the last if it is written.
    SubstringSimilar,
    /// `OVERLAY(s PLACING new FROM start)`: `[s, new, start]`.
    Overlay,
    /// `OVERLAY(s PLACING new FROM start FOR length)`: `[s, new, start, length]`.
    OverlayFor,
    /// `TRIM([BOTH] [chars] FROM s)`: `[s]` or `[s, chars]`.
    TrimBoth,
    /// `TRIM(LEADING [chars] FROM s)`: `[s]` or `[s, chars]`.
    TrimLeading,
    /// `TRIM(TRAILING [chars] FROM s)`: `[s]` or `[s, chars]`.
    TrimTrailing,
    /// `COLLATION FOR (x)`: `[x]`.
    CollationFor,
    /// `CHAR(a, b USING charset)`: `[a, b, charset]`, the last being a name.
    CharUsing,
    /// `TREAT(x AS type)`: `[x]`.
    Treat,
    /// `WEIGHT_STRING(x AS CHAR(n))`: `[x]`.
    WeightString,
}

/// Units of intervals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Unit {
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    SecondMicrosecond,
    MinuteMicrosecond,
    MinuteSecond,
    HourMicrosecond,
    HourSecond,
    HourMinute,
    DayMicrosecond,
    DaySecond,
    DayMinute,
    DayHour,
    YearMonth,
}

/// How `MATCH … AGAINST` searches.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum MatchMode {
    /// No mode written.
    Plain,
    /// `IN NATURAL LANGUAGE MODE`.
    Natural,
    /// `IN BOOLEAN MODE`.
    Boolean,
    /// `WITH QUERY EXPANSION`.
    Expansion,
}

/// `CASE`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Case {
    /// What the `WHEN`s are compared with; absent in the searched form.
    pub operand: Option<ExprId>,
    /// At least one.
    pub whens: List<When>,
    /// The `ELSE`.
    pub otherwise: Option<ExprId>,
}

/// `WHEN condition THEN result`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct When {
    /// Condition, or value to compare with.
    pub condition: ExprId,
    /// Result.
    pub result: ExprId,
}

/// A function call.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Call {
    /// Name of one to four parts.
    pub name: Name,
    /// The arguments; [`Expr::Star`] for `COUNT(*)`, [`Expr::NamedArg`] for named ones.
    pub args: List<ExprId>,
    /// How it was written.
    pub form: CallForm,
    /// `DISTINCT` or `ALL` before the arguments.
    pub quantifier: Quantifier,
    /// `OVER`, `FILTER`, `ORDER BY`… if there are any.
    pub extra: Option<CallExtraId>,
}

/// How a call was written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum CallForm {
    /// With parentheses.
    Parens,
    /// A keyword alone: `CURRENT_TIMESTAMP`.
    Bare,
}

/// `ALL`, `DISTINCT`, or neither.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[repr(u8)]
pub enum Quantifier {
    /// Not written.
    #[default]
    None,
    /// `ALL`.
    All,
    /// `DISTINCT`, `UNIQUE`, `DISTINCTROW`.
    Distinct,
}

/// Everything that may follow a call or stand behind its arguments.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct CallExtra {
    /// `ORDER BY` inside of the parentheses.
    pub order_by: List<OrderItem>,
    /// `WITHIN GROUP (ORDER BY …)`.
    pub within_group: List<OrderItem>,
    /// `SEPARATOR x` of `GROUP_CONCAT`.
    pub separator: Option<ExprId>,
    /// `LIMIT n` inside of MariaDB's `GROUP_CONCAT`.
    pub limit: Option<ExprId>,
    /// `FILTER (WHERE …)`.
    pub filter: Option<ExprId>,
    /// `OVER …`.
    pub over: Option<OverId>,
    /// `IGNORE NULLS`, `RESPECT NULLS`, inside or behind the parentheses.
    pub nulls: Option<NullTreatment>,
    /// `FROM FIRST` / `FROM LAST` of `NTH_VALUE`: true for last.
    pub from_last: Option<bool>,
    /// `KEEP (DENSE_RANK FIRST|LAST ORDER BY …)`.
    pub keep: Option<Keep>,
    /// `NULL ON NULL` / `ABSENT ON NULL` of a JSON constructor: true for absent.
    pub absent_on_null: Option<bool>,
    /// `WITH UNIQUE KEYS` of a JSON constructor.
    pub unique_keys: bool,
    /// `RETURNING type` of a JSON function.
    pub returning: Option<TypeId>,
    /// `… ON EMPTY`.
    pub on_empty: Option<OnFailure>,
    /// `… ON ERROR`; also `DEFAULT x ON CONVERSION ERROR` and `ON OVERFLOW …` of `LISTAGG`.
    pub on_error: Option<OnFailure>,
    /// Clauses that are recognised but not modelled; the binder refuses the call.
    pub opaque: Option<Span>,
}

/// What a JSON function or `LISTAGG` does instead of failing.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum OnFailure {
    /// `ERROR ON …`.
    Error,
    /// `NULL ON …`.
    Null,
    /// `DEFAULT x ON …`.
    Default(ExprId),
    /// `EMPTY [ARRAY|OBJECT] ON …`.
    Empty,
    /// `ON OVERFLOW TRUNCATE`.
    Truncate,
}

/// `IGNORE NULLS` or `RESPECT NULLS`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum NullTreatment {
    Ignore,
    Respect,
}

/// Oracle's `KEEP (DENSE_RANK …)`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Keep {
    /// `LAST` rather than `FIRST`.
    pub last: bool,
    /// Its order.
    pub order_by: List<OrderItem>,
}

/// What follows `OVER`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Over {
    /// `OVER w`.
    Named(Ident),
    /// `OVER (…)`.
    Spec(WindowSpecId),
}

/// A window.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct WindowSpec {
    /// The named window it starts from.
    pub base: Option<Ident>,
    /// `PARTITION BY`.
    pub partition_by: List<ExprId>,
    /// `ORDER BY`.
    pub order_by: List<OrderItem>,
    /// Frame.
    pub frame: Option<FrameId>,
    /// Its place, parentheses included.
    pub span: Span,
}

/// A window frame.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Frame {
    /// `ROWS`, `RANGE` or `GROUPS`.
    pub units: FrameUnits,
    /// Where it starts.
    pub start: Bound,
    /// Where it ends; absent means at the current row.
    pub end: Option<Bound>,
    /// `EXCLUDE …`.
    pub exclude: Option<Exclude>,
    /// Its place.
    pub span: Span,
}

/// What a frame counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum FrameUnits {
    Rows,
    Range,
    Groups,
}

/// One end of a frame.
#[derive(Clone, Copy, PartialEq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Bound {
    UnboundedPreceding,
    Preceding(ExprId),
    CurrentRow,
    Following(ExprId),
    UnboundedFollowing,
}

/// What a frame leaves out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Exclude {
    NoOthers,
    CurrentRow,
    Group,
    Ties,
}

/// A type as written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TypeName {
    /// Schema and package parts before the type's own words; usually empty.
    pub qualifier: Name,
    /// The words: `[int]`, `[double, precision]`, `[national, character, varying]`. `TIMESTAMP WITH TIME ZONE`
    /// has the one word and says the rest in `zone`; `UNSIGNED` and `ZEROFILL` are flags.
    pub words: Name,
    /// What stands in parentheses: length, precision, the values of an enum, `MAX` as a name.
    pub args: List<ExprId>,
    /// `[]` behind it, or `ARRAY`: number of dimensions.
    pub dimensions: u8,
    /// `WITH TIME ZONE`, `WITH LOCAL TIME ZONE`, `WITHOUT TIME ZONE`.
    pub zone: Option<ZoneClause>,
    /// `UNSIGNED`.
    pub unsigned: bool,
    /// `ZEROFILL`.
    pub zerofill: bool,
    /// `SIGNED` behind a MySQL type.
    pub signed: bool,
    /// `BINARY` behind a MySQL character type.
    pub binary: bool,
    /// `CHAR` or `BYTE` behind the length in Oracle.
    pub length_unit: Option<LengthUnit>,
    /// `SETOF`.
    pub setof: bool,
    /// Oracle's `%TYPE`, `%ROWTYPE`.
    pub anchored: bool,
    /// `CHARACTER SET x`.
    pub charset: Option<Ident>,
    /// `YEAR TO MONTH`, `DAY(3) TO SECOND(6)` of an interval type.
    pub interval: Option<(Unit, Unit)>,
    /// Its place.
    pub span: Span,
}

/// What a temporal type says about zones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ZoneClause {
    With,
    WithLocal,
    Without,
}

/// Unit of a length.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum LengthUnit {
    Byte,
    Char,
}
