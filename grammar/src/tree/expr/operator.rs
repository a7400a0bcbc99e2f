//! Operators and the special forms of expressions.

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

macro_rules! units {
    ($($Unit:ident)*) => {
        /// Units of intervals.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "the names say it")]
        pub enum Unit { $($Unit,)* }

        impl Unit {
            /// All units, by their numbers.
            pub const ALL: &'static [Unit] = &[$(Unit::$Unit,)*];
        }
    };
}
units! {
    Microsecond Millisecond Second Minute Hour Day Week Month Quarter Year SecondMicrosecond
    MinuteMicrosecond MinuteSecond HourMicrosecond HourSecond HourMinute DayMicrosecond DaySecond
    DayMinute DayHour YearMonth
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
