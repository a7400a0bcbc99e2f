//! Scalar expressions. Wholly neutral: what an operator means is in its fields and its [`Builtin`],
//! never in the server that will run it.

use crate::builtins::Builtin;
use crate::ids::{ExprId, List, Name, ObjectName, ParamId, QueryId, SourceId, Str, WindowId};
use crate::types::{CastRule, Collation, Type};
use crate::{atoms, node_enum, node_struct};

node_enum! {
    /// An expression node. Its type, nullability and span are in [`Air::info`](crate::Air::info).
    #[derive(Copy)]
    pub enum Expr {
        /// A constant.
        Literal = "lit" {
            /// Its value.
            value: Literal,
        }
        /// A column of a row source that is in scope.
        Column = "col" {
            /// Whose column.
            source: SourceId,
            /// Position in [`Source::columns`](crate::query::Source).
            index: u32,
            /// The source text qualified it; renderers keep that, and qualify more where they must.
            qualified: bool,
        }
        /// An item of the select list, used by position or alias in ORDER BY or GROUP BY.
        /// In the ORDER BY of a set operation: a column of its result.
        Output = "out" {
            /// Position, from 0. No star stands before it, so items and columns of the rows count alike.
            index: u32,
        }
        /// A parameter slot; see [`Air::params`](crate::Air::params).
        Param = "param" {
            /// Which.
            param: ParamId,
        }
        /// A scalar builtin.
        Call = "call" {
            /// Which operator or function; fixes the meaning.
            op: Builtin,
            /// A date unit or collation, where the builtin has one.
            modifier: Modifier,
            /// Arguments, in the order the builtin documents.
            args: List<ExprId>,
        }
        /// A function the catalog declares. Never a name we do not know.
        UserCall = "user_call" {
            /// Its declared name.
            function: ObjectName,
            /// Arguments.
            args: List<ExprId>,
        }
        /// Three-valued conjunction of two or more booleans.
        And = "and" {
            /// At least two.
            terms: List<ExprId>,
        }
        /// Three-valued disjunction of two or more booleans.
        Or = "or" {
            /// At least two.
            terms: List<ExprId>,
        }
        /// Three-valued negation of a boolean.
        Not = "not" {
            /// Boolean.
            operand: ExprId,
        }
        /// Comparison of two values of comparable types; the binder has made conversions explicit.
        Compare = "cmp" {
            /// Which.
            op: CompareOp,
            /// How texts compare; `BINARY` for other types.
            collation: Collation,
            /// Left side.
            left: ExprId,
            /// Right side.
            right: ExprId,
        }
        /// `IS [NOT] NULL`; never NULL itself.
        IsNull = "is_null" {
            /// Any type.
            operand: ExprId,
            /// IS NOT NULL.
            negated: bool,
        }
        /// `IS [NOT] TRUE/FALSE/UNKNOWN` of a boolean; never NULL itself.
        IsTruth = "is_truth" {
            /// Boolean.
            operand: ExprId,
            /// Tested for.
            value: Truth,
            /// IS NOT.
            negated: bool,
        }
        /// `operand >= low AND operand <= high`, evaluated once.
        Between = "between" {
            /// Tested value.
            operand: ExprId,
            /// Lower end, inclusive.
            low: ExprId,
            /// Upper end, inclusive.
            high: ExprId,
            /// NOT BETWEEN.
            negated: bool,
            /// Ends may come in either order.
            symmetric: bool,
            /// How texts compare.
            collation: Collation,
        }
        /// Membership in a list of expressions. An empty list is false, also for NULL (SQLite).
        InList = "in" {
            /// Tested value, or a [`Expr::Row`].
            operand: ExprId,
            /// Candidates.
            items: List<ExprId>,
            /// NOT IN.
            negated: bool,
            /// How texts compare.
            collation: Collation,
        }
        /// Membership in the rows of a query.
        InQuery = "in_query" {
            /// Tested value, or a [`Expr::Row`] of as many values as the query has columns.
            operand: ExprId,
            /// Candidates.
            query: QueryId,
            /// NOT IN.
            negated: bool,
            /// How texts compare.
            collation: Collation,
        }
        /// True if the query has a row; never NULL.
        Exists = "exists" {
            /// Tested query.
            query: QueryId,
            /// NOT EXISTS.
            negated: bool,
        }
        /// The one value of a query with one column; NULL without rows; more rows follow `many`.
        Scalar = "scalar" {
            /// One column.
            query: QueryId,
            /// What a second row does.
            many: ManyRows,
        }
        /// `left op ANY/ALL (query)`.
        Quantified = "quantified" {
            /// Comparison.
            op: CompareOp,
            /// ANY or ALL.
            quantifier: Quantifier,
            /// How texts compare.
            collation: Collation,
            /// Left side.
            left: ExprId,
            /// One column.
            query: QueryId,
        }
        /// Pattern match with `%` and `_`, over the whole text.
        Like = "like" {
            /// Text.
            operand: ExprId,
            /// Text.
            pattern: ExprId,
            /// Character that takes the wildcard meaning away; `None`: there is no such character.
            /// The binder writes a dialect's default escape out.
            escape: Option<ExprId>,
            /// NOT LIKE.
            negated: bool,
            /// Case and accents; padding never counts in LIKE.
            collation: Collation,
        }
        /// CASE; without operand the branches' conditions are booleans, with one they are compared to it.
        Case = "case" {
            /// Compared with each `when`.
            operand: Option<ExprId>,
            /// At least one.
            branches: List<Branch>,
            /// NULL if absent.
            otherwise: Option<ExprId>,
            /// How texts compare.
            collation: Collation,
        }
        /// A conversion, asked for or inserted by the binder.
        Cast = "cast" {
            /// Value.
            operand: ExprId,
            /// Target type.
            to: Type,
            /// What it does beyond the type.
            rule: CastRule,
        }
        /// An aggregate builtin over the rows of the group.
        Aggregate = "agg" {
            /// Which.
            op: Builtin,
            /// DISTINCT.
            distinct: bool,
            /// Arguments; empty for COUNT(*).
            args: List<ExprId>,
            /// Order in which rows are taken, where it matters.
            order: List<OrderKey>,
            /// Only rows for which this is true.
            filter: Option<ExprId>,
            /// How DISTINCT, MIN and MAX compare texts.
            collation: Collation,
        }
        /// An aggregate or window builtin over a window.
        Window = "over" {
            /// [`Expr::Aggregate`], or [`Expr::Call`] of a window builtin.
            call: ExprId,
            /// Over which rows.
            window: WindowId,
            /// NULLs are passed over.
            ignore_nulls: bool,
        }
        /// Several values side by side.
        Row = "row" {
            /// Two or more.
            items: List<ExprId>,
        }
        /// An array constructor.
        Array = "array" {
            /// Elements.
            items: List<ExprId>,
        }
        /// The column's default, as a value of INSERT or UPDATE.
        Default = "default" {}
        /// Next or current value of a sequence.
        Sequence = "sequence" {
            /// Which sequence.
            name: ObjectName,
            /// Next or current.
            step: SequenceStep,
        }
    }
}

node_enum! {
    /// A constant. Text of numbers and temporals is canonical: `12.50`, `2024-01-31`, `10:11:12.5`,
    /// `2024-01-31 10:11:12`.
    #[derive(Copy)]
    pub enum Literal {
        /// NULL.
        Null = "null" {}
        /// TRUE, FALSE.
        Bool = "bool" {
            /// Which.
            value: bool,
        }
        /// Integer of the signed 64-bit range.
        Int = "int" {
            /// Value.
            value: i64,
        }
        /// Exact number outside that range or with a point.
        Decimal = "dec" {
            /// Digits with optional sign and point.
            digits: Str,
        }
        /// Binary floating point.
        Float = "float" {
            /// As written, with exponent.
            digits: Str,
        }
        /// Character text, unescaped.
        Text = "text" {
            /// Content.
            text: Str,
        }
        /// Bytes.
        Bytes = "bytes" {
            /// Hexadecimal digits, upper case, an even number.
            hex: Str,
        }
        /// A string of bits.
        Bits = "bits" {
            /// `0` and `1`.
            digits: Str,
        }
        /// DATE.
        Date = "date" {
            /// `YYYY-MM-DD`.
            text: Str,
        }
        /// TIME.
        Time = "time" {
            /// `HH:MM:SS[.f]`, with offset for a time with zone.
            text: Str,
        }
        /// TIMESTAMP; the expression's type says which kind.
        Timestamp = "timestamp" {
            /// `YYYY-MM-DD HH:MM:SS[.f]`, with offset for an instant.
            text: Str,
        }
        /// INTERVAL.
        Interval = "interval" {
            /// Months.
            months: i32,
            /// Days.
            days: i32,
            /// Microseconds.
            micros: i64,
        }
    }
}

atoms! {
    /// Comparison operators.
    pub enum CompareOp {
        /// `=`
        Eq = "eq",
        /// `<>`
        Ne = "ne",
        /// `<`
        Lt = "lt",
        /// `<=`
        Le = "le",
        /// `>`
        Gt = "gt",
        /// `>=`
        Ge = "ge",
        /// NULL-safe equality: true for two NULLs, never NULL.
        Same = "same",
        /// Negation of [`CompareOp::Same`].
        NotSame = "not_same",
    }
}

impl CompareOp {
    /// The operator with its sides exchanged.
    pub fn flipped(self) -> CompareOp {
        match self {
            CompareOp::Lt => CompareOp::Gt,
            CompareOp::Le => CompareOp::Ge,
            CompareOp::Gt => CompareOp::Lt,
            CompareOp::Ge => CompareOp::Le,
            same => same,
        }
    }
}

atoms! {
    /// A truth value of three-valued logic.
    pub enum Truth {
        /// True.
        True = "true",
        /// False.
        False = "false",
        /// NULL.
        Unknown = "unknown",
    }
}

atoms! {
    /// ANY or ALL.
    pub enum Quantifier {
        /// At least one row.
        Any = "any",
        /// Every row.
        All = "all",
    }
}

atoms! {
    /// What a scalar subquery does with a second row.
    pub enum ManyRows {
        /// The statement fails.
        Fails = "fails",
        /// The first row counts (SQLite).
        First = "first",
    }
}

atoms! {
    /// Next or current value.
    pub enum SequenceStep {
        /// Advances the sequence.
        Next = "next",
        /// What this session got last.
        Current = "current",
    }
}

node_struct! {
    /// WHEN … THEN …
    #[derive(Copy)]
    pub struct Branch = "when" {
        /// Condition, or value compared with the operand.
        pub when: ExprId,
        /// Result.
        pub then: ExprId,
    }
}

node_struct! {
    /// One key of an ORDER BY. Where NULLs stand is always said.
    #[derive(Copy)]
    pub struct OrderKey = "key" {
        /// Sorted by this.
        pub expr: ExprId,
        /// Descending.
        pub descending: bool,
        /// NULLs come before all values.
        pub nulls_first: bool,
        /// How texts sort.
        pub collation: Collation,
    }
}

node_struct! {
    /// A window: its rows and their order. The frame is always said.
    #[derive(Copy)]
    pub struct WindowSpec = "window" {
        /// Name it is declared under in the WINDOW clause, or refers to.
        pub name: Option<Name>,
        /// A window it extends.
        pub base: Option<Name>,
        /// Partition keys.
        pub partition: List<ExprId>,
        /// Order within the partition.
        pub order: List<OrderKey>,
        /// Rows around the current one; `None` for builtins that have no frame (rank, lead…)
        /// or where the source wrote none: then RANGE UNBOUNDED PRECEDING to CURRENT ROW, in every dialect.
        pub frame: Option<Frame>,
    }
}

node_struct! {
    /// Frame of a window.
    #[derive(Copy)]
    pub struct Frame = "frame" {
        /// What offsets count.
        pub unit: FrameUnit,
        /// First row.
        pub start: FrameBound,
        /// Last row.
        pub end: FrameBound,
        /// Rows left out.
        pub exclude: FrameExclude,
    }
}

atoms! {
    /// What frame offsets count.
    pub enum FrameUnit {
        /// Rows.
        Rows = "rows",
        /// Values of the one ORDER BY key.
        Range = "range",
        /// Groups of peers.
        Groups = "groups",
    }
}

node_enum! {
    /// End of a frame.
    #[derive(Copy)]
    pub enum FrameBound {
        /// First row of the partition.
        UnboundedPreceding = "unbounded_preceding" {}
        /// So many before.
        Preceding = "preceding" {
            /// How many.
            offset: ExprId,
        }
        /// The current row, with its peers for RANGE and GROUPS.
        CurrentRow = "current_row" {}
        /// So many after.
        Following = "following" {
            /// How many.
            offset: ExprId,
        }
        /// Last row of the partition.
        UnboundedFollowing = "unbounded_following" {}
    }
}

atoms! {
    /// Rows left out of a frame.
    pub enum FrameExclude {
        /// None.
        NoOthers = "no_others",
        /// The current row.
        CurrentRow = "current_row",
        /// The current row and its peers.
        Group = "group",
        /// The peers, but not the current row.
        Ties = "ties",
    }
}

/// What a builtin needs to know besides its arguments.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Modifier {
    /// Nothing.
    #[default]
    None,
    /// A date unit.
    Unit(Unit),
    /// How texts compare.
    Collation(Collation),
    /// Literal parts of the call that are no expressions, such as a number of digits.
    Digits(i16),
}

atoms! {
    /// Units of dates and times.
    pub enum Unit {
        /// Microsecond.
        Microsecond = "microsecond",
        /// Millisecond.
        Millisecond = "millisecond",
        /// Second.
        Second = "second",
        /// Minute.
        Minute = "minute",
        /// Hour.
        Hour = "hour",
        /// Day.
        Day = "day",
        /// Week of seven days.
        Week = "week",
        /// Calendar month.
        Month = "month",
        /// Three calendar months.
        Quarter = "quarter",
        /// Calendar year.
        Year = "year",
        /// Ten years.
        Decade = "decade",
        /// A hundred years, counted from 1.
        Century = "century",
        /// A thousand years, counted from 1.
        Millennium = "millennium",
    }
}
