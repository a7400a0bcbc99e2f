//! Queries, block-structured: a SELECT keeps its clauses as fields, so that what is printed
//! is SQL a person recognises. Set operations are trees, joins are trees, comma joins included.

use crate::builtins::Builtin;
use crate::expr::OrderKey;
use crate::ids::{CteId, ExprId, List, Name, ObjectName, QueryId, RelId, SelectId, SourceId, WindowId};
use crate::types::{Collation, Type};
use crate::{atoms, node_enum, node_struct};

node_struct! {
    /// WITH, body, ORDER BY, row limit, row locks.
    #[derive(Copy)]
    pub struct Query = "query" {
        /// Common table expressions, in order of writing.
        pub ctes: List<CteId>,
        /// A CTE may refer to itself.
        pub recursive: bool,
        /// Rows.
        pub body: Body,
        /// Keys; empty: the order of rows is not promised.
        pub order: List<OrderKey>,
        /// Row limit.
        pub limit: Option<Limit>,
        /// Row locks.
        pub locking: Option<Locking>,
    }
}

node_enum! {
    /// What produces the rows of a query.
    #[derive(Copy)]
    pub enum Body {
        /// SELECT.
        Select = "select" {
            /// The block.
            select: SelectId,
        }
        /// UNION, INTERSECT, EXCEPT of two queries with equally many columns; the binder has made
        /// the columns' types equal with casts.
        SetOp = "set_op" {
            /// Which.
            op: SetOp,
            /// Keeps duplicates.
            all: bool,
            /// Left side; parentheses are computed by the renderer.
            left: QueryId,
            /// Right side.
            right: QueryId,
            /// How texts compare where duplicates are dropped.
            collation: Collation,
        }
        /// VALUES; rows are equally long.
        Values = "values" {
            /// Each a [`ValuesRow`].
            rows: List<ValuesRow>,
        }
    }
}

atoms! {
    /// Set operations.
    pub enum SetOp {
        /// Rows of either side.
        Union = "union",
        /// Rows of both sides.
        Intersect = "intersect",
        /// Rows of the left side that the right does not have.
        Except = "except",
    }
}

node_struct! {
    /// One row of VALUES.
    #[derive(Copy)]
    pub struct ValuesRow = "row" {
        /// Values; may contain [`Expr::Default`](crate::expr::Expr::Default) in an INSERT.
        pub items: List<ExprId>,
    }
}

node_struct! {
    /// Row limit.
    #[derive(Copy)]
    pub struct Limit = "limit" {
        /// Most rows; `None`: all.
        pub count: Option<ExprId>,
        /// Rows passed over first.
        pub offset: Option<ExprId>,
        /// `count` is a percentage.
        pub percent: bool,
        /// Rows that tie with the last one by ORDER BY come too.
        pub with_ties: bool,
    }
}

node_struct! {
    /// FOR UPDATE / FOR SHARE.
    #[derive(Copy)]
    pub struct Locking = "locking" {
        /// Kind of lock.
        pub strength: LockStrength,
        /// Only these sources; empty: all.
        pub of: List<SourceId>,
        /// What happens with rows somebody else holds.
        pub wait: LockWait,
    }
}

atoms! {
    /// Kind of row lock.
    pub enum LockStrength {
        /// Others may not read for update or change.
        Update = "update",
        /// As [`LockStrength::Update`], foreign key checks may go on.
        NoKeyUpdate = "no_key_update",
        /// Others may read, not change.
        Share = "share",
        /// Others may not change keys.
        KeyShare = "key_share",
    }
}

atoms! {
    /// What happens with rows somebody else holds.
    pub enum LockWait {
        /// Wait for them.
        Wait = "wait",
        /// Fail.
        NoWait = "nowait",
        /// Leave them out.
        SkipLocked = "skip_locked",
    }
}

node_struct! {
    /// SELECT … FROM … WHERE … GROUP BY … HAVING … WINDOW … QUALIFY.
    #[derive(Copy)]
    pub struct Select = "block" {
        /// FROM; `None`: one row without columns. First, so that the text form declares a source
        /// before columns refer to it.
        pub from: Option<RelId>,
        /// Duplicates.
        pub distinct: Distinct,
        /// Select list.
        pub items: List<Item>,
        /// What the rows have: one entry per column after stars are expanded; empty where a star
        /// ranges over a source whose columns are not known.
        pub outputs: List<Output>,
        /// WHERE: boolean.
        pub filter: Option<ExprId>,
        /// GROUP BY; `None` with aggregates in the list: one group.
        pub group: Option<GroupBy>,
        /// HAVING: boolean.
        pub having: Option<ExprId>,
        /// WINDOW clause.
        pub windows: List<WindowId>,
        /// QUALIFY: boolean over window results.
        pub qualify: Option<ExprId>,
    }
}

node_enum! {
    /// What happens to duplicate rows.
    #[derive(Copy)]
    pub enum Distinct {
        /// Kept.
        All = "all" {}
        /// Dropped, NULLs being equal; texts compare by the collation of their column's type.
        Distinct = "distinct" {}
        /// One row per key, the first by ORDER BY (PostgreSQL).
        On = "on" {
            /// Keys.
            keys: List<ExprId>,
        }
    }
}

node_enum! {
    /// An entry of a select list or RETURNING.
    #[derive(Copy)]
    pub enum Item {
        /// An expression.
        Expr = "item" {
            /// Value.
            expr: ExprId,
            /// AS; `None`: the dialect's own idea of a heading.
            alias: Option<Name>,
        }
        /// `*` or `t.*`.
        Star = "star" {
            /// `t` of `t.*`.
            source: Option<SourceId>,
        }
    }
}

node_struct! {
    /// A column of a result.
    #[derive(Copy)]
    pub struct Output = "output" {
        /// Heading; empty where the dialect makes one up.
        pub name: Name,
        /// Type.
        pub ty: Type,
        /// May be NULL.
        pub nullable: bool,
    }
}

node_struct! {
    /// GROUP BY.
    #[derive(Copy)]
    pub struct GroupBy = "group_by" {
        /// Ordinary grouping elements. Empty: one group, as with aggregates and no GROUP BY; written only to
        /// say how `loose` columns are taken.
        pub elements: List<GroupElement>,
        /// Select items that are neither grouped nor aggregated follow this rule.
        pub loose: LooseColumns,
    }
}

node_enum! {
    /// An element of GROUP BY. Texts group by the collation of the expression's type.
    #[derive(Copy)]
    pub enum GroupElement {
        /// A key.
        Key = "key" {
            /// Value.
            expr: ExprId,
        }
        /// ROLLUP(a, b): (a, b), (a), ().
        Rollup = "rollup" {
            /// Each a row of one or more expressions.
            sets: List<ValuesRow>,
        }
        /// CUBE(a, b): every subset.
        Cube = "cube" {
            /// Each a row of one or more expressions.
            sets: List<ValuesRow>,
        }
        /// GROUPING SETS ((a, b), ()): just these.
        Sets = "sets" {
            /// Each a row of zero or more expressions.
            sets: List<ValuesRow>,
        }
    }
}

atoms! {
    /// Which row a column takes its value from that is neither grouped nor aggregated.
    pub enum LooseColumns {
        /// There are none, or they depend on the keys.
        Determined = "determined",
        /// Any row of the group (MySQL without ONLY_FULL_GROUP_BY).
        Arbitrary = "arbitrary",
        /// The row that has the one MIN or MAX of the list (SQLite).
        Extreme = "extreme",
    }
}

node_enum! {
    /// A node of FROM.
    #[derive(Copy)]
    pub enum Rel {
        /// A row source.
        Source = "source" {
            /// Which.
            source: SourceId,
        }
        /// A join; columns: those of `left`, then those of `right`, with `using` columns once and first.
        Join = "join" {
            /// Kind.
            kind: JoinKind,
            /// Left side.
            left: RelId,
            /// Right side; may refer to the left where its source is lateral.
            right: RelId,
            /// Boolean; `None` for CROSS and USING joins.
            on: Option<ExprId>,
            /// Columns joined by name; equality is in `using_on`.
            using: List<UsingColumn>,
        }
    }
}

node_struct! {
    /// A column named in USING or joined by NATURAL.
    #[derive(Copy)]
    pub struct UsingColumn = "using" {
        /// Its name.
        pub name: Name,
        /// The left side's column.
        pub left: ExprId,
        /// The right side's column.
        pub right: ExprId,
        /// How texts compare.
        pub collation: Collation,
    }
}

atoms! {
    /// Kinds of joins.
    pub enum JoinKind {
        /// Pairs for which the condition is true.
        Inner = "inner",
        /// All pairs.
        Cross = "cross",
        /// All pairs, written with a comma.
        Comma = "comma",
        /// Pairs, and left rows without a partner.
        Left = "left",
        /// Pairs, and right rows without a partner.
        Right = "right",
        /// Pairs, and rows of either side without a partner.
        Full = "full",
    }
}

node_struct! {
    /// A named row source: what columns refer to.
    #[derive(Copy)]
    pub struct Source = "src" {
        /// Name it goes by in its scope; empty for an unnamed derived table.
        pub alias: Name,
        /// The source text gave the alias (else it is the table's own name).
        pub aliased: bool,
        /// What it is.
        pub kind: SourceKind,
        /// Its columns.
        pub columns: List<SourceColumn>,
        /// The columns are all there are. False for a table without a schema: then `columns` are the
        /// ones that were mentioned.
        pub closed: bool,
        /// The source text listed column aliases after the alias.
        pub renamed: bool,
        /// May refer to earlier sources of the same FROM.
        pub lateral: bool,
    }
}

node_enum! {
    /// What a row source is.
    #[derive(Copy)]
    pub enum SourceKind {
        /// A stored table or view.
        Table = "table" {
            /// Its name.
            name: ObjectName,
        }
        /// A subquery.
        Derived = "derived" {
            /// Rows.
            query: QueryId,
        }
        /// A common table expression in scope.
        Cte = "cte" {
            /// Which.
            cte: CteId,
        }
        /// A table builtin such as `generate_series`.
        Function = "function" {
            /// Which.
            op: Builtin,
            /// Arguments.
            args: List<ExprId>,
            /// A last column counts rows from 1.
            ordinality: bool,
        }
        /// The row an upsert proposed (`excluded`, MySQL `VALUES(c)`).
        Proposed = "proposed" {}
        /// The row before a change (T-SQL `deleted`).
        Old = "old" {}
        /// The row after a change (T-SQL `inserted`).
        New = "new" {}
        /// Variables or parameters of a body; the alias is their block.
        Variables = "variables" {}
        /// The row that a trigger runs for, before the change (`OLD`) or after it (`NEW`).
        TriggerRow = "trigger_row" {
            /// Before the change.
            old: bool,
        }
    }
}

node_struct! {
    /// A column of a source.
    #[derive(Copy)]
    pub struct SourceColumn = "column" {
        /// Name.
        pub name: Name,
        /// Type.
        pub ty: Type,
        /// May be NULL, outer joins not counted.
        pub nullable: bool,
    }
}

node_struct! {
    /// A common table expression.
    #[derive(Copy)]
    pub struct Cte = "cte_def" {
        /// Name.
        pub name: Name,
        /// Column names; from the query where the source text lists none.
        pub columns: List<SourceColumn>,
        /// The source text listed the columns.
        pub renamed: bool,
        /// Rows: a query, or a change with RETURNING.
        pub body: CteBody,
        /// Evaluated once by demand of the source text.
        pub materialized: Materialized,
    }
}

node_enum! {
    /// What a common table expression holds.
    #[derive(Copy)]
    pub enum CteBody {
        /// Rows of a query.
        Query = "query_body" {
            /// The query.
            query: QueryId,
        }
        /// Rows of the RETURNING of a change (PostgreSQL).
        Change = "change_body" {
            /// Position in [`Air::nested`](crate::Air::nested).
            statement: u32,
        }
    }
}

atoms! {
    /// Demands on the evaluation of a CTE; it never changes rows.
    pub enum Materialized {
        /// The server decides.
        Free = "free",
        /// Evaluated once.
        Yes = "yes",
        /// Merged into its user.
        No = "no",
    }
}
