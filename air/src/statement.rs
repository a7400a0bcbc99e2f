//! Statements: queries, changes of data, definitions, transactions.

use crate::ddl::{AlterTable, CreateIndex, CreateSequence, CreateTable, CreateView, DropObject};
use crate::expr::OrderKey;
use crate::ids::{CteId, ExprId, List, Name, ObjectName, QueryId, RelId, SourceId, Str};
use crate::query::{Item, Limit, ValuesRow};
use crate::routine::{Function, Trigger};
use crate::{atoms, node_enum, node_struct};

node_enum! {
    /// One statement. A source statement may become several of the target.
    pub enum Statement {
        /// Returns rows.
        Query = "query_statement" {
            /// Rows.
            query: QueryId,
        }
        /// Adds rows.
        Insert = "insert" {
            /// Details.
            insert: Box<Insert>,
        }
        /// Changes rows.
        Update = "update" {
            /// Details.
            update: Box<Update>,
        }
        /// Removes rows.
        Delete = "delete" {
            /// Details.
            delete: Box<Delete>,
        }
        /// Adds, changes or removes rows by comparison with a source.
        Merge = "merge" {
            /// Details.
            merge: Box<Merge>,
        }
        /// Removes all rows.
        Truncate = "truncate" {
            /// Which tables.
            tables: List<ObjectName>,
            /// Identity counters start again.
            restart_identity: bool,
            /// Tables that refer to these as well.
            cascade: bool,
        }
        /// Creates a table, possibly from a query.
        CreateTable = "create_table" {
            /// Details.
            table: Box<CreateTable>,
        }
        /// Creates an index.
        CreateIndex = "create_index" {
            /// Details.
            index: Box<CreateIndex>,
        }
        /// Creates a view.
        CreateView = "create_view" {
            /// Details.
            view: Box<CreateView>,
        }
        /// Creates a sequence.
        CreateSequence = "create_sequence" {
            /// Details.
            sequence: Box<CreateSequence>,
        }
        /// A sequence goes on elsewhere.
        RestartSequence = "restart_sequence" {
            /// Which.
            name: ObjectName,
            /// The number it gives next.
            next: i64,
        }
        /// Creates a schema (MySQL: database).
        CreateSchema = "create_schema" {
            /// Its name.
            name: Name,
            /// No error if it exists.
            if_not_exists: bool,
        }
        /// Changes a table's definition.
        AlterTable = "alter_table" {
            /// Details.
            alter: Box<AlterTable>,
        }
        /// Removes objects.
        Drop = "drop" {
            /// Details.
            drop: Box<DropObject>,
        }
        /// Attaches a comment to a table or column.
        Comment = "comment" {
            /// Table.
            table: ObjectName,
            /// Column, or the table itself.
            column: Option<Name>,
            /// Text; `None` removes it.
            text: Option<Str>,
        }
        /// Transaction control.
        Transaction = "transaction" {
            /// What it does.
            action: TransactionAction,
            /// Savepoint.
            name: Option<Name>,
            /// Isolation level, for BEGIN and SET TRANSACTION.
            isolation: Option<Isolation>,
            /// READ ONLY, for BEGIN and SET TRANSACTION.
            read_only: bool,
        }
        /// Creates a trigger: the statements up to its [`End`](Statement::End) are its body.
        Trigger = "trigger" {
            /// Details.
            trigger: Box<Trigger>,
        }
        /// Creates a function: the statements up to its [`End`](Statement::End) are its body.
        Function = "function" {
            /// Details.
            function: Box<Function>,
        }
        /// First in a body: its variables, NULL at first.
        Declare = "declare" {
            /// A source of one row, each variable a column.
            variables: SourceId,
        }
        /// In the body of a function: its value; the body ends here.
        Return = "return" {
            /// The value.
            value: ExprId,
        }
        /// In a body: the statements up to the [`Else`](Statement::Else) or [`End`](Statement::End) of this one run if a
        /// condition is true.
        If = "if" {
            /// Boolean.
            condition: ExprId,
        }
        /// In a body: the statements up to the end of this one run if the condition is false or unknown.
        Else = "else" {}
        /// In a body: the end of a branch or of the whole body.
        End = "end" {}
        /// In a body: a column of the row that is about to be stored gets another value, or a variable does.
        SetRow = "set_row" {
            /// The row.
            row: SourceId,
            /// Position of the column.
            column: u32,
            /// Value.
            value: ExprId,
        }
        /// In a body: the statement that made it run fails, and nothing of what it did stays.
        Raise = "raise" {
            /// SQLSTATE, for whoever asks.
            state: Str,
            /// A text.
            message: ExprId,
        }
        /// A statement that changes nothing a translation has to keep, such as a client setting:
        /// nothing is emitted, and a note says so.
        Nothing = "nothing" {
            /// Why nothing is emitted, a clause without a full stop.
            reason: Str,
        }
    }
}

impl Statement {
    /// The common table expressions of the statement's own WITH. Those of a query are with the query.
    pub fn ctes(&self) -> List<CteId> {
        match self {
            Statement::Insert { insert } => insert.ctes,
            Statement::Update { update } => update.ctes,
            Statement::Delete { delete } => delete.ctes,
            Statement::Merge { merge } => merge.ctes,
            _ => List::EMPTY,
        }
    }

    /// True for statements that insert, change or remove rows one by one.
    pub fn changes_rows(&self) -> bool {
        matches!(
            self,
            Statement::Insert { .. }
                | Statement::Update { .. }
                | Statement::Delete { .. }
                | Statement::Merge { .. }
        )
    }
}

atoms! {
    /// Transaction control.
    pub enum TransactionAction {
        /// BEGIN, START TRANSACTION.
        Begin = "begin",
        /// COMMIT.
        Commit = "commit",
        /// ROLLBACK.
        Rollback = "rollback",
        /// SAVEPOINT.
        Savepoint = "savepoint",
        /// ROLLBACK TO SAVEPOINT.
        RollbackTo = "rollback_to",
        /// RELEASE SAVEPOINT.
        Release = "release",
        /// SET TRANSACTION.
        Set = "set",
    }
}

atoms! {
    /// Isolation levels of the SQL standard, and snapshot.
    pub enum Isolation {
        /// READ UNCOMMITTED.
        ReadUncommitted = "read_uncommitted",
        /// READ COMMITTED.
        ReadCommitted = "read_committed",
        /// REPEATABLE READ.
        RepeatableRead = "repeatable_read",
        /// SERIALIZABLE.
        Serializable = "serializable",
        /// SNAPSHOT (T-SQL).
        Snapshot = "snapshot",
    }
}

node_struct! {
    /// INSERT and its relatives.
    pub struct Insert = "insert_into" {
        /// Common table expressions.
        pub ctes: List<CteId>,
        /// A CTE may refer to itself.
        pub recursive: bool,
        /// The table, whose columns `columns` index.
        pub target: SourceId,
        /// Columns given, as positions in the target's columns; never empty unless `source` gives
        /// no values or the table has no schema and the source text lists no columns (`all_columns`).
        pub columns: List<u32>,
        /// The source text lists no columns: all, in order of declaration.
        pub all_columns: bool,
        /// Where values come from.
        pub source: InsertSource,
        /// What happens to rows that violate a uniqueness.
        pub conflict: Option<Conflict>,
        /// Values for identity columns are taken as given (OVERRIDING SYSTEM VALUE, IDENTITY_INSERT).
        pub overriding: bool,
        /// Rows returned.
        pub returning: List<Item>,
    }
}

node_enum! {
    /// Where the values of an INSERT come from.
    #[derive(Copy)]
    pub enum InsertSource {
        /// Rows of expressions.
        Values = "values_rows" {
            /// Rows as long as the columns.
            rows: List<ValuesRow>,
        }
        /// A query.
        Query = "query_rows" {
            /// As many columns as the INSERT.
            query: QueryId,
        }
        /// One row of defaults.
        Defaults = "defaults" {}
    }
}

node_struct! {
    /// What happens to rows that violate a uniqueness.
    #[derive(Copy)]
    pub struct Conflict = "on_conflict" {
        /// The proposed row, as `action` sees it.
        pub proposed: Option<SourceId>,
        /// Which violation.
        pub on: Arbiter,
        /// What to do.
        pub action: ConflictAction,
    }
}

node_enum! {
    /// Which violation is meant.
    #[derive(Copy)]
    pub enum Arbiter {
        /// Any unique key (MySQL, ON CONFLICT without target).
        Any = "any_key" {}
        /// The key with these expressions.
        Key = "key_of" {
            /// Columns or expressions of the key.
            keys: List<ExprId>,
            /// Predicate of a partial key.
            filter: Option<ExprId>,
        }
        /// A constraint by name.
        Constraint = "constraint" {
            /// Its name.
            name: Name,
        }
    }
}

node_enum! {
    /// What to do with a violating row.
    #[derive(Copy)]
    pub enum ConflictAction {
        /// The proposed row is left out.
        Nothing = "do_nothing" {
            /// NOT NULL, CHECK and conversion failures leave the row out or are adjusted as well
            /// (MySQL INSERT IGNORE, SQLite OR IGNORE), not uniqueness alone.
            also_other_failures: bool,
        }
        /// The existing row is changed.
        Update = "do_update" {
            /// Assignments.
            assignments: List<Assignment>,
            /// Later assignments see the results of earlier ones (MySQL).
            sequential: bool,
            /// Only where true.
            filter: Option<ExprId>,
        }
        /// Every existing row that violates is removed first (REPLACE).
        Replace = "do_replace" {}
    }
}

node_struct! {
    /// `columns = value`.
    #[derive(Copy)]
    pub struct Assignment = "set" {
        /// The changed table, for statements that change several.
        pub source: SourceId,
        /// Positions in its columns; more than one takes a [`Expr::Row`](crate::expr::Expr::Row) or a
        /// [`Expr::Scalar`](crate::expr::Expr::Scalar) of as many columns.
        pub columns: List<u32>,
        /// Value.
        pub value: ExprId,
    }
}

node_struct! {
    /// UPDATE. All assignments see the old row unless `sequential`.
    pub struct Update = "update_table" {
        /// Common table expressions.
        pub ctes: List<CteId>,
        /// A CTE may refer to itself.
        pub recursive: bool,
        /// The changed table. Further changed tables (MySQL) appear in assignments.
        pub target: SourceId,
        /// Further rows joined to the target; the target itself is not among them unless `joined`.
        pub from: Option<RelId>,
        /// `from` is a join tree that has the target in it (MySQL, T-SQL).
        pub joined: bool,
        /// Assignments.
        pub assignments: List<Assignment>,
        /// Later assignments see the results of earlier ones (MySQL).
        pub sequential: bool,
        /// Which rows: boolean.
        pub filter: Option<ExprId>,
        /// Order in which rows are taken.
        pub order: List<OrderKey>,
        /// Most rows changed.
        pub limit: Option<Limit>,
        /// Duplicates and bad values are skipped (MySQL IGNORE, SQLite OR IGNORE).
        pub ignore: bool,
        /// Rows returned.
        pub returning: List<Item>,
    }
}

node_struct! {
    /// DELETE.
    pub struct Delete = "delete_from" {
        /// Common table expressions.
        pub ctes: List<CteId>,
        /// A CTE may refer to itself.
        pub recursive: bool,
        /// The changed table.
        pub target: SourceId,
        /// Further changed tables (MySQL).
        pub more_targets: List<SourceId>,
        /// Further rows joined to the target.
        pub from: Option<RelId>,
        /// `from` is a join tree that has the targets in it (MySQL, T-SQL).
        pub joined: bool,
        /// Which rows: boolean.
        pub filter: Option<ExprId>,
        /// Order in which rows are taken.
        pub order: List<OrderKey>,
        /// Most rows removed.
        pub limit: Option<Limit>,
        /// Rows returned.
        pub returning: List<Item>,
    }
}

node_struct! {
    /// MERGE.
    pub struct Merge = "merge_into" {
        /// Common table expressions.
        pub ctes: List<CteId>,
        /// A CTE may refer to itself.
        pub recursive: bool,
        /// The changed table.
        pub target: SourceId,
        /// Rows compared with it.
        pub source: RelId,
        /// Match condition.
        pub on: ExprId,
        /// In order; the first that applies to a row is taken.
        pub clauses: List<MergeClause>,
        /// Rows returned.
        pub returning: List<Item>,
    }
}

node_struct! {
    /// WHEN … THEN … of MERGE.
    #[derive(Copy)]
    pub struct MergeClause = "merge_when" {
        /// Which rows.
        pub when: MergeWhen,
        /// Further condition.
        pub condition: Option<ExprId>,
        /// What happens.
        pub action: MergeAction,
    }
}

atoms! {
    /// Which rows a MERGE clause is for.
    pub enum MergeWhen {
        /// A target row has a partner.
        Matched = "matched",
        /// A source row has none.
        NotMatched = "not_matched",
        /// A target row has none.
        NotMatchedBySource = "not_matched_by_source",
    }
}

node_enum! {
    /// What a MERGE clause does.
    #[derive(Copy)]
    pub enum MergeAction {
        /// Changes the target row.
        Update = "merge_update" {
            /// Assignments.
            assignments: List<Assignment>,
            /// Afterwards removes rows for which this is true (Oracle).
            delete_where: Option<ExprId>,
        }
        /// Removes the target row.
        Delete = "merge_delete" {}
        /// Adds a row.
        Insert = "merge_insert" {
            /// Columns given.
            columns: List<u32>,
            /// Values.
            values: List<ExprId>,
        }
        /// Leaves the row alone.
        Nothing = "merge_nothing" {}
    }
}
