//! How tightly operators bind, per dialect. The grammar knows nothing of it.
//!
//! Rows run from the weakest to the strongest; operators of one row associate to the left. Sources: PostgreSQL 15
//! manual 4.1.6 and gram.y; MariaDB 10.11 "Operator Precedence" and sql_yacc.yy (the manual's place of BETWEEN is not
//! the grammar's); SQLite "SQL Language Expressions" 2; Oracle 19c "About SQL Operators" and "About SQL Conditions";
//! SQL Server 2022 "Operator Precedence".

use super::operators::is_plain;
use air_base::Dialect;
use airc_lex::{Op, Settings};

/// Strength by operator. Zero is a bracket.
#[derive(Clone, Debug)]
pub(crate) struct Strengths {
    all: [u8; COUNT],
    /// The same for the plain operators of the dialect, zero for the others.
    plain: [u8; COUNT],
}

const COUNT: usize = Op::ALL.len();

impl Strengths {
    pub(crate) fn of(settings: Settings) -> Strengths {
        use Op::*;
        let rows = match settings.dialect {
            Dialect::Mysql | Dialect::Mariadb => MYSQL,
            Dialect::Postgres => POSTGRES,
            Dialect::Sqlite => SQLITE,
            Dialect::Oracle => ORACLE,
            Dialect::Mssql => MSSQL,
        };
        // What a dialect does not have binds like an operator nobody knows; the gates refuse it anyway.
        let mut table = [0; COUNT];
        let mut unknown = 0;
        for (i, row) in rows.iter().enumerate() {
            let strength = (i as u8 + 1) * 2;
            for op in *row {
                table[*op as usize] = strength;
                if *op == Plus {
                    unknown = strength - 1;
                }
            }
        }
        for op in Op::ALL {
            if table[*op as usize] == 0 {
                table[*op as usize] = match op {
                    Assign | NamedArg | AddAssign | SubAssign | MulAssign | DivAssign | ModAssign
                    | AndAssign | OrAssign | XorAssign => 1,
                    SubscriptOp | FieldOp | OuterMark | CastOp => 250,
                    CollateOp | AtTimeZoneOp => 200,
                    Neg | Pos | BitNot | Bang | Prior | ConnectByRoot | Binary => 210,
                    Variadic => 1,
                    _ => unknown,
                };
            }
        }
        if settings.dialect == Dialect::Mysql || settings.dialect == Dialect::Mariadb {
            if settings.pipes_concat {
                // Between `^` and the signs.
                table[Pipes as usize] = table[Caret as usize] + 1;
            }
            if settings.high_not {
                table[Not as usize] = table[Bang as usize];
            }
        }
        let mut plain = [0; COUNT];
        for op in Op::ALL {
            if is_plain(*op, settings.dialect) {
                plain[*op as usize] = table[*op as usize];
            }
        }
        Strengths { all: table, plain }
    }

    #[inline]
    pub(crate) fn of_op(&self, op: Op) -> u8 {
        self.all[op as usize]
    }

    /// The strength of an operator that needs nothing but its two operands; zero for the others.
    #[inline]
    pub(crate) fn alone(&self, op: Op) -> u8 {
        self.plain[op as usize]
    }
}

use Op::*;

const MYSQL: &[&[Op]] = &[
    &[Assign],
    &[Or, Pipes],
    &[Xor],
    &[And, Amps],
    &[Not],
    &[Eq, NullSafeEq, Ge, Gt, Le, Lt, Ne, Is, IsNot, IsDistinctFrom, IsNotDistinctFrom, PostfixIs],
    &[
        Between,
        NotBetween,
        BetweenSymmetric,
        NotBetweenSymmetric,
        Like,
        NotLike,
        Regexp,
        NotRegexp,
        Rlike,
        NotRlike,
        SoundsLike,
        MemberOf,
        InList,
        Ilike,
        NotIlike,
        SimilarTo,
        NotSimilarTo,
        Glob,
        NotGlob,
        Match,
        NotMatch,
        Escape,
    ],
    &[Pipe],
    &[Amp],
    &[ShiftLeft, ShiftRight],
    &[Minus, Plus],
    &[Star, Slash, Div, Percent, Mod],
    &[Caret],
    &[Neg, Pos, BitNot],
    &[Bang],
    &[Op::Binary, CollateOp],
    &[Arrow, LongArrow],
];

const POSTGRES: &[&[Op]] = &[
    &[Or],
    &[And],
    &[Not],
    &[Is, IsNot, IsDistinctFrom, IsNotDistinctFrom, PostfixIs],
    &[Lt, Gt, Eq, Le, Ge, Ne],
    &[
        Between,
        NotBetween,
        BetweenSymmetric,
        NotBetweenSymmetric,
        InList,
        Like,
        NotLike,
        Ilike,
        NotIlike,
        SimilarTo,
        NotSimilarTo,
        Regexp,
        NotRegexp,
        Rlike,
        NotRlike,
        Glob,
        NotGlob,
        Match,
        NotMatch,
    ],
    &[Escape],
    &[
        Pipes,
        Amps,
        Amp,
        Pipe,
        Hash,
        ShiftLeft,
        ShiftRight,
        Tilde,
        TildeStar,
        BangTilde,
        BangTildeStar,
        LikeTildes,
        NotLikeTildes,
        IlikeTildes,
        NotIlikeTildes,
        Arrow,
        LongArrow,
        HashArrow,
        HashLongArrow,
        HashMinus,
        Contains,
        ContainedBy,
        Question,
        QuestionPipe,
        QuestionAnd,
        AtQuestion,
        AtAt,
        StartsWith,
        Distance,
        Adjacent,
        Custom,
        Overlaps,
        BitNot,
        Abs,
        SquareRoot,
        CubeRoot,
        NotNot,
        CustomPrefix,
        Bang,
    ],
    &[Plus, Minus],
    &[Star, Slash, Percent],
    &[Caret],
    &[AtTimeZoneOp],
    &[CollateOp],
    &[Neg, Pos],
    &[SubscriptOp],
    &[CastOp],
    &[FieldOp],
];

const SQLITE: &[&[Op]] = &[
    &[Or],
    &[And],
    &[Not],
    &[
        Eq,
        Ne,
        Is,
        IsNot,
        IsDistinctFrom,
        IsNotDistinctFrom,
        Between,
        NotBetween,
        InList,
        Match,
        NotMatch,
        Like,
        NotLike,
        Regexp,
        NotRegexp,
        Glob,
        NotGlob,
        PostfixIs,
        BetweenSymmetric,
        NotBetweenSymmetric,
        Ilike,
        NotIlike,
        SimilarTo,
        NotSimilarTo,
        Rlike,
        NotRlike,
    ],
    &[Lt, Le, Gt, Ge],
    &[Escape],
    &[Amp, Pipe, ShiftLeft, ShiftRight],
    &[Plus, Minus],
    &[Star, Slash, Percent],
    &[Pipes, Arrow, LongArrow],
    &[CollateOp],
    &[Neg, Pos, BitNot],
];

const ORACLE: &[&[Op]] = &[
    &[Or],
    &[And],
    &[Not],
    &[
        Eq,
        Ne,
        Lt,
        Le,
        Gt,
        Ge,
        Like,
        NotLike,
        Between,
        NotBetween,
        InList,
        PostfixIs,
        Is,
        IsNot,
        IsDistinctFrom,
        IsNotDistinctFrom,
        MemberOf,
        Overlaps,
        BetweenSymmetric,
        NotBetweenSymmetric,
        Ilike,
        NotIlike,
        SimilarTo,
        NotSimilarTo,
        Regexp,
        NotRegexp,
        Rlike,
        NotRlike,
        Glob,
        NotGlob,
        Match,
        NotMatch,
    ],
    &[Escape],
    &[Plus, Minus, Pipes],
    &[Star, Slash],
    &[Power],
    &[AtTimeZoneOp],
    &[CollateOp],
    &[Neg, Pos, Prior, ConnectByRoot],
];

const MSSQL: &[&[Op]] = &[
    &[Or],
    &[And],
    &[Not],
    &[Eq, Ne, Lt, Le, Gt, Ge, IsDistinctFrom, IsNotDistinctFrom],
    &[
        Between,
        NotBetween,
        InList,
        Like,
        NotLike,
        PostfixIs,
        Is,
        IsNot,
        BetweenSymmetric,
        NotBetweenSymmetric,
        Ilike,
        NotIlike,
        SimilarTo,
        NotSimilarTo,
        Regexp,
        NotRegexp,
        Rlike,
        NotRlike,
        Glob,
        NotGlob,
        Match,
        NotMatch,
    ],
    &[Escape],
    &[Plus, Minus, Neg, Pos, Amp, Caret, Pipe, Pipes],
    &[Star, Slash, Percent],
    &[BitNot],
    &[AtTimeZoneOp, CollateOp],
];
