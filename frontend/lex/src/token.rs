//! Tokens: sixteen bytes that say what stands where.

use air_base::Span;

/// A token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tok {
    /// What it is.
    pub kind: K,
    /// Flags whose meaning depends on the kind.
    pub flag: u8,
    /// Detail: the operator of [`K::Op`], the kind of a literal, the number of parts of a name.
    pub aux: u16,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// First part of a name, the matching bracket in raw tokens, the number of tokens a fused one stands for.
    pub data: u32,
}

impl Tok {
    /// Its place.
    #[inline]
    pub const fn span(&self) -> Span {
        Span { start: self.start, end: self.end }
    }

    /// The operator of an operator token.
    #[inline]
    pub fn op(&self) -> Op {
        Op::ALL[(self.aux as usize).min(Op::ALL.len() - 1)]
    }
}

macro_rules! kinds {
    ($($name:ident = $shown:literal,)*) => {
        /// Kinds of tokens as the grammar sees them. One kind may stand for a family: the token's `aux` tells which
        /// member it is; and for several words: `NOT NULL`, `ORDER BY`.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "each is the words it is shown as")]
        pub enum K {
            $($name,)*
        }

        impl K {
            /// All kinds, in order.
            pub const ALL: &'static [K] = &[$(K::$name),*];

            /// So many kinds at the start are frequent. The parser keeps its actions on them apart from the rest, so that
            /// those of one state share a line of the cache.
            pub const FREQUENT: usize = 32;

            /// How a user would call it.
            pub const fn shown(self) -> &'static str {
                match self {
                    $(K::$name => $shown,)*
                }
            }
        }
    };
}

// What is shown in angle brackets is a class; the rest are words as users write them.
kinds! {
    // The frequent ones: as many as [`K::FREQUENT`] says.
    Name = "<name>",
    NameStar = "<expression>",
    Star = "*",
    Lit = "<expression>",
    Str = "<string>",
    Param = "<expression>",
    LitRow = "(",
    Lp = "(",
    QLp = "<subquery>",
    Rp = ")",
    Comma = ",",
    Op = "<operator>",
    Pre = "<expression>",
    Post = "<operator>",
    In = "<operator>",
    As = "AS",
    Case = "<expression>",
    When = "WHEN",
    Then = "THEN",
    Else = "ELSE",
    End = "END",
    Select = "SELECT",
    From = "FROM",
    Where = "WHERE",
    GroupBy = "GROUP BY",
    OrderBy = "ORDER BY",
    Dir = "ASC",
    Limit = "LIMIT",
    Join = "<join>",
    On = "ON",
    Values = "VALUES",
    Set = "SET",
    // Values.
    Var = "<expression>",
    Bare = "<expression>",
    // Punctuation and operators.
    CallQLp = "(",
    Lb = "[",
    Rb = "]",
    Colon = ":",
    Dot = ".",
    Colons = "<operator>",
    Collate = "<operator>",
    AtTz = "<operator>",
    AtLocal = "<operator>",
    // Expressions.
    CastLp = "<expression>",
    ConvertTypeLp = "<expression>",
    ConvertLp = "<expression>",
    Using = "USING",
    Exists = "<expression>",
    Quant = "<expression>",
    Array = "<expression>",
    RowLp = "<expression>",
    Interval = "<expression>",
    IntervalLit = "<expression>",
    Unit = "<unit of time>",
    TypeLit = "<expression>",
    Introducer = "<expression>",
    ExtractFrom = "<expression>",
    PositionLp = "<expression>",
    PosIn = "IN",
    SubstrLp = "<expression>",
    SubFor = "FOR",
    Similar = "SIMILAR",
    TrimLp = "<expression>",
    TrimDir = "<expression>",
    OverlayLp = "<expression>",
    Placing = "PLACING",
    CollationFor = "<expression>",
    Match = "<expression>",
    AgainstLp = "AGAINST",
    MatchMode = "<search mode>",
    Format = "FORMAT",
    ArgName = "<named argument>",
    KvSep = "VALUE",
    JsonNull = "NULL ON NULL",
    UniqueKeys = "WITH UNIQUE KEYS",
    JsonOn = "ON EMPTY",
    Separator = "SEPARATOR",
    NullsTreat = "IGNORE NULLS",
    NullsIn = "IGNORE NULLS",
    FilterLp = "FILTER",
    Over = "OVER",
    OverLp = "OVER",
    WithinGroupLp = "WITHIN GROUP",
    KeepLp = "KEEP",
    FromLast = "FROM LAST",
    NextValue = "<expression>",
    CurrentOf = "<expression>",
    Default = "DEFAULT",
    Opaque = "<expression>",
    // Types.
    Dims = "[]",
    Zone = "WITH TIME ZONE",
    TypeFlag = "UNSIGNED",
    CharSet = "CHARACTER SET",
    SetOf = "SETOF",
    IntervalRange = "<range of interval fields>",
    // Queries.
    Distinct = "DISTINCT",
    DistinctOn = "DISTINCT ON",
    All = "ALL",
    Top = "TOP",
    TopFlag = "WITH TIES",
    Modifier = "<select modifier>",
    Into = "INTO",
    IntoTemp = "INTO TEMPORARY",
    GroupWith = "WITH ROLLUP",
    Rollup = "ROLLUP",
    Cube = "CUBE",
    GroupingSets = "GROUPING SETS",
    Having = "HAVING",
    Window = "WINDOW",
    Qualify = "QUALIFY",
    ConnectBy = "CONNECT BY",
    StartWith = "START WITH",
    SetOp = "<set operation>",
    With = "WITH",
    Materialized = "MATERIALIZED",
    SearchCycle = "SEARCH",
    OrderUsing = "USING",
    Nulls = "NULLS FIRST",
    LimitAll = "LIMIT ALL",
    Offset = "OFFSET",
    Rows = "ROWS",
    Fetch = "FETCH",
    FetchEnd = "ROWS ONLY",
    Lock = "FOR UPDATE",
    Of = "OF",
    LockWait = "NOWAIT",
    Wait = "WAIT",
    Trailer = "<query option>",
    Table = "TABLE",
    // FROM.
    JUsing = "USING",
    Lateral = "LATERAL",
    Ordinality = "WITH ORDINALITY",
    RowsFromLp = "ROWS FROM",
    Only = "ONLY",
    Sample = "TABLESAMPLE",
    Repeatable = "REPEATABLE",
    Hint = "<table hint>",
    Partition = "PARTITION",
    FromOpaque = "<table option>",
    OpaqueTable = "<table function>",
    PivotLp = "PIVOT",
    For = "FOR",
    // Windows.
    PartitionBy = "PARTITION BY",
    Frame = "ROWS",
    FrameBetween = "BETWEEN",
    Bound = "<frame bound>",
    BoundSide = "PRECEDING",
    FrameAnd = "AND",
    Exclude = "EXCLUDE",
    // Changing rows.
    Insert = "INSERT",
    InsertAll = "INSERT ALL",
    AllValues = "VALUES",
    DefaultValues = "DEFAULT VALUES",
    Overriding = "OVERRIDING",
    RowAlias = "AS",
    OnDuplicate = "ON DUPLICATE KEY UPDATE",
    OnConflict = "ON CONFLICT",
    OnConstraint = "ON CONSTRAINT",
    DoNothing = "DO NOTHING",
    DoUpdate = "DO UPDATE SET",
    Returning = "RETURNING",
    Output = "OUTPUT",
    Update = "UPDATE",
    Delete = "DELETE",
    DeleteFrom = "DELETE FROM",
    DelUsing = "USING",
    Merge = "MERGE",
    MergeWhen = "WHEN MATCHED",
    MergeWhenAnd = "WHEN MATCHED AND",
    MergeUpdate = "UPDATE SET",
    MergeDelete = "DELETE",
    MergeInsert = "INSERT",
    MergeDeleteWhere = "DELETE WHERE",
    // Defining.
    CreateTable = "CREATE TABLE",
    CreateIndex = "CREATE INDEX",
    CreateView = "CREATE VIEW",
    CreateSequence = "CREATE SEQUENCE",
    CreateEnum = "AS ENUM",
    CreateType = "CREATE TYPE",
    CreateDomain = "CREATE DOMAIN",
    CreateNamespace = "CREATE SCHEMA",
    Like = "LIKE",
    LikeOption = "INCLUDING",
    TableOption = "<table option>",
    TableOptionValue = "<table option>",
    WithData = "WITH NO DATA",
    CheckOption = "WITH CHECK OPTION",
    Constraint = "CONSTRAINT",
    PrimaryKey = "PRIMARY KEY",
    Unique = "UNIQUE",
    Check = "CHECK",
    ForeignKey = "FOREIGN KEY",
    References = "REFERENCES",
    RefAction = "ON DELETE",
    RefMatch = "MATCH",
    IndexKey = "INDEX",
    ColumnWord = "<column constraint>",
    ConstraintState = "<constraint state>",
    ConflictClause = "ON CONFLICT",
    GeneratedAs = "GENERATED ALWAYS AS",
    Identity = "IDENTITY",
    IdentityLp = "IDENTITY",
    OnUpdate = "ON UPDATE",
    ColComment = "COMMENT",
    ColCollate = "COLLATE",
    DefaultOnNull = "DEFAULT ON NULL",
    ExcludeConstraint = "EXCLUDE",
    UsingMethod = "USING",
    Include = "INCLUDE",
    SequenceNumber = "<sequence option>",
    SequenceFlag = "<sequence option>",
    OwnedBy = "OWNED BY",
    Drop = "DROP",
    Behavior = "CASCADE",
    Truncate = "TRUNCATE",
    RestartIdentity = "RESTART IDENTITY",
    AlterTable = "ALTER TABLE",
    AddColumn = "ADD COLUMN",
    AddConstraint = "ADD CONSTRAINT",
    DropColumn = "DROP COLUMN",
    DropConstraint = "DROP CONSTRAINT",
    DropPrimaryKey = "DROP PRIMARY KEY",
    DropIndex = "DROP INDEX",
    ModifyColumn = "MODIFY COLUMN",
    AlterColumn = "ALTER COLUMN",
    ChangeColumn = "CHANGE COLUMN",
    SetType = "TYPE",
    SetDefault = "SET DEFAULT",
    ColumnChange = "SET NOT NULL",
    RenameTo = "RENAME TO",
    RenameColumn = "RENAME COLUMN",
    RenameOther = "RENAME CONSTRAINT",
    To = "TO",
    Position = "FIRST",
    After = "AFTER",
    AlterOther = "<alteration>",
    CommentOn = "COMMENT ON",
    Is = "IS",
    // The rest.
    Begin = "BEGIN",
    Commit = "COMMIT",
    Rollback = "ROLLBACK",
    RollbackTo = "ROLLBACK TO",
    Savepoint = "SAVEPOINT",
    Release = "RELEASE",
    TransactionMode = "<transaction mode>",
    SetTransaction = "SET TRANSACTION",
    SetStatement = "SET",
    Use = "USE",
    Pragma = "PRAGMA",
    Explain = "EXPLAIN",
    Grant = "GRANT",
    LockTables = "LOCK TABLES",
    Other = "<statement>",
    // Never in the grammar.
    Semi = ";",
    Bad = "<unreadable text>",
    Eof = "the end of the statement",
}

macro_rules! ops {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Operators, as tokens: binary ones, then prefix ones, then those that are only made by fusing words.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "named as the operators of the syntax tree")]
        pub enum Op {
            $($(#[$doc])* $name,)*
        }

        impl Op {
            /// All operators, in order.
            pub const ALL: &'static [Op] = &[$(Op::$name),*];
        }
    };
}

ops! {
    // Logic.
    Or, Xor, And,
    // Comparison.
    Eq, Ne, Lt, Le, Gt, Ge, NullSafeEq, IsDistinctFrom, IsNotDistinctFrom, Is, IsNot,
    // Predicates.
    Like, NotLike, Ilike, NotIlike, SimilarTo, NotSimilarTo, Regexp, NotRegexp, Rlike, NotRlike, Glob, NotGlob,
    Match, NotMatch, Escape, Between, NotBetween, BetweenSymmetric, NotBetweenSymmetric, SoundsLike, MemberOf,
    Overlaps,
    // Arithmetic.
    Plus, Minus, Star, Slash, Percent, Div, Mod, Caret, Power,
    // Bits and text.
    Pipes, Amps, Amp, Pipe, Hash, ShiftLeft, ShiftRight, Tilde, TildeStar, BangTilde, BangTildeStar,
    LikeTildes, NotLikeTildes, IlikeTildes, NotIlikeTildes,
    // JSON, arrays and the like.
    Arrow, LongArrow, HashArrow, HashLongArrow, HashMinus, Contains, ContainedBy, Question, QuestionPipe, QuestionAnd,
    AtQuestion, AtAt, StartsWith, Distance, Adjacent, Custom,
    // Assignment.
    Assign, NamedArg, AddAssign, SubAssign, MulAssign, DivAssign, ModAssign, AndAssign, OrAssign, XorAssign,
    // Prefix.
    Not, Bang, Neg, Pos, BitNot, Abs, SquareRoot, CubeRoot, NotNot, CustomPrefix, Binary, Prior, ConnectByRoot,
    Variadic,
    // Postfix, for their strength.
    PostfixIs, InList, CollateOp, AtTimeZoneOp, CastOp, SubscriptOp, FieldOp, OuterMark,
}
