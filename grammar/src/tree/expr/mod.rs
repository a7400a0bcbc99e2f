//! Expressions. Sixteen bytes each; what does not fit has a table of its own.

mod call;
mod operator;
mod types;

pub use call::*;
pub use operator::*;
pub use types::*;

use super::{CallId, CaseId, ExprId, List, Name, QueryId, TypeId};
use airc_lex::Literal;

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
