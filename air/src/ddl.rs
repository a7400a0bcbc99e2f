//! Definitions: tables, indexes, views, sequences, and their removal.

use crate::ids::{ExprId, List, Name, ObjectName, QueryId, SourceId, Str};
use crate::types::Type;
use crate::{atoms, node_enum, node_struct};

node_struct! {
    /// CREATE TABLE.
    pub struct CreateTable = "table_def" {
        /// Its name.
        pub name: ObjectName,
        /// The table as expressions of its own definition see it (CHECK, generated columns).
        pub this: SourceId,
        /// Columns, in order.
        pub columns: Vec<ColumnDef>,
        /// Table constraints, column constraints included.
        pub constraints: Vec<Constraint>,
        /// Secondary indexes declared inside (MySQL KEY).
        pub indexes: Vec<CreateIndex>,
        /// No error if it exists.
        pub if_not_exists: bool,
        /// Dropped first if it exists (MariaDB OR REPLACE).
        pub or_replace: bool,
        /// Seen by this session alone.
        pub temporary: bool,
        /// Rows it starts with; columns come from there if `columns` is empty.
        pub query: Option<QueryId>,
        /// CREATE TABLE AS … WITH NO DATA.
        pub without_data: bool,
        /// Comment.
        pub comment: Option<Str>,
        /// Values are checked against the column types (SQLite STRICT; true for the other dialects).
        pub strict: bool,
        /// Foreign keys of earlier tables that refer to this one.
        pub awaited: Vec<AwaitedKey>,
    }
}

node_struct! {
    /// A foreign key that was declared before the table it refers to.
    pub struct AwaitedKey = "awaited_key" {
        /// The table that has it.
        pub table: ObjectName,
        /// The foreign key.
        pub constraint: Constraint,
    }
}

node_struct! {
    /// A column definition.
    pub struct ColumnDef = "column_def" {
        /// Name.
        pub name: Name,
        /// Type.
        pub ty: Type,
        /// NOT NULL, also where a primary key implies it.
        pub not_null: bool,
        /// DEFAULT.
        pub default: Option<ExprId>,
        /// The server makes values up.
        pub identity: Option<Identity>,
        /// Computed from other columns.
        pub generated: Option<Generated>,
        /// Set to the current time by every UPDATE that does not set it (MySQL).
        pub on_update_now: bool,
        /// The source text names a collation for the column.
        pub collated: bool,
        /// Comment.
        pub comment: Option<Str>,
    }
}

impl ColumnDef {
    /// A column of that type, of which nothing more is said.
    pub fn plain(name: Name, ty: Type, not_null: bool) -> ColumnDef {
        ColumnDef {
            name,
            ty,
            not_null,
            default: None,
            identity: None,
            generated: None,
            on_update_now: false,
            collated: false,
            comment: None,
        }
    }
}

node_struct! {
    /// A column whose values the server makes up.
    pub struct Identity = "identity" {
        /// What is allowed.
        pub mode: IdentityMode,
        /// First value.
        pub start: i64,
        /// Step.
        pub step: i64,
    }
}

atoms! {
    /// How an identity column treats given values.
    pub enum IdentityMode {
        /// Given values are taken, and move the counter (MySQL AUTO_INCREMENT, SQLite rowid).
        Counter = "counter",
        /// One more than the greatest value there is (SQLite rowid without AUTOINCREMENT).
        Greatest = "greatest_counter",
        /// Given values are taken, the counter stays (serial, BY DEFAULT).
        ByDefault = "by_default",
        /// Given values are refused unless overridden (ALWAYS, T-SQL IDENTITY).
        Always = "always",
    }
}

node_struct! {
    /// A computed column.
    pub struct Generated = "generated" {
        /// Its expression.
        pub expr: ExprId,
        /// Kept on disk.
        pub stored: bool,
        /// Not among the columns of `*` and of an INSERT without a list. Made by legalization.
        pub hidden: bool,
    }
}

node_struct! {
    /// A constraint.
    pub struct Constraint = "constraint_def" {
        /// Name, if given.
        pub name: Option<Name>,
        /// What it demands.
        pub rule: ConstraintRule,
    }
}

node_enum! {
    /// What a constraint demands.
    pub enum ConstraintRule {
        /// Unique and not null.
        PrimaryKey = "primary_key" {
            /// Columns.
            columns: Vec<KeyPart>,
        }
        /// Unique.
        Unique = "unique" {
            /// Columns.
            columns: Vec<KeyPart>,
            /// How many NULLs there may be.
            nulls: UniqueNulls,
        }
        /// Values exist in another table.
        ForeignKey = "foreign_key" {
            /// Columns.
            columns: Vec<Name>,
            /// Other table.
            table: ObjectName,
            /// Its columns; empty: its primary key.
            references: Vec<Name>,
            /// When the other row goes.
            on_delete: ReferentialAction,
            /// When the other row's key changes.
            on_update: ReferentialAction,
            /// Checked at commit, if the transaction says so.
            deferrable: bool,
            /// Checked at commit from the start.
            initially_deferred: bool,
            /// The other table is declared later.
            forward: bool,
        }
        /// Never false.
        Check = "check" {
            /// Boolean over the table's columns.
            expr: ExprId,
        }
    }
}

atoms! {
    /// How many NULLs a unique key admits.
    pub enum UniqueNulls {
        /// Any number.
        Many = "many",
        /// One (T-SQL, NULLS NOT DISTINCT).
        One = "one",
    }
}

atoms! {
    /// What happens to referring rows.
    pub enum ReferentialAction {
        /// Refused, checked at the end of the statement.
        NoAction = "no_action",
        /// Refused at once.
        Restrict = "restrict",
        /// They go or change too.
        Cascade = "cascade",
        /// Their columns become NULL.
        SetNull = "set_null",
        /// Their columns become the default.
        SetDefault = "set_default",
    }
}

node_struct! {
    /// Part of a key or index.
    pub struct KeyPart = "key_part" {
        /// A column, or an expression.
        pub expr: ExprId,
        /// Descending.
        pub descending: bool,
        /// Only the first so many characters (MySQL); 0: all.
        pub prefix: u32,
    }
}

node_struct! {
    /// CREATE INDEX.
    pub struct CreateIndex = "index_def" {
        /// Name; MySQL lets it be left out inside CREATE TABLE.
        pub name: Option<ObjectName>,
        /// The name need only be unique among the indexes of the table (MySQL, T-SQL).
        pub name_of_table: bool,
        /// Indexed table.
        pub table: ObjectName,
        /// The table as the parts see it.
        pub this: SourceId,
        /// Parts.
        pub parts: Vec<KeyPart>,
        /// No two rows alike.
        pub unique: bool,
        /// How many NULLs a unique index admits.
        pub nulls: UniqueNulls,
        /// Only rows for which this is true.
        pub filter: Option<ExprId>,
        /// Columns carried along.
        pub include: Vec<Name>,
        /// Access method.
        pub method: IndexMethod,
        /// No error if it exists.
        pub if_not_exists: bool,
    }
}

atoms! {
    /// Access method of an index. It never changes rows.
    pub enum IndexMethod {
        /// Ordered.
        Ordered = "ordered",
        /// Hash.
        Hash = "hash",
        /// Words of texts.
        FullText = "full_text",
        /// Places.
        Spatial = "spatial",
        /// Something else of the server's.
        Other = "other",
    }
}

node_struct! {
    /// CREATE VIEW.
    pub struct CreateView = "view_def" {
        /// Its name.
        pub name: ObjectName,
        /// Column names, if listed.
        pub columns: Vec<Name>,
        /// Rows.
        pub query: QueryId,
        /// Replaces a view of that name.
        pub or_replace: bool,
        /// No error if it exists.
        pub if_not_exists: bool,
        /// Seen by this session alone.
        pub temporary: bool,
        /// Rows are stored.
        pub materialized: bool,
        /// Rows changed through the view must stay visible in it.
        pub check_option: bool,
    }
}

node_struct! {
    /// CREATE SEQUENCE.
    pub struct CreateSequence = "sequence_def" {
        /// Its name.
        pub name: ObjectName,
        /// First value.
        pub start: Option<i64>,
        /// Step.
        pub step: Option<i64>,
        /// Smallest value.
        pub min: Option<i64>,
        /// Largest value.
        pub max: Option<i64>,
        /// Starts again at the end.
        pub cycle: bool,
        /// No error if it exists.
        pub if_not_exists: bool,
    }
}

node_struct! {
    /// DROP.
    pub struct DropObject = "drop_object" {
        /// What kind.
        pub kind: ObjectKind,
        /// Which.
        pub names: List<ObjectName>,
        /// No error if missing.
        pub if_exists: bool,
        /// With what depends on it.
        pub cascade: bool,
        /// The table of an index (MySQL, T-SQL).
        pub on: Option<ObjectName>,
    }
}

atoms! {
    /// Kinds of objects.
    pub enum ObjectKind {
        /// Table.
        Table = "table",
        /// View.
        View = "view",
        /// Materialized view.
        MaterializedView = "materialized_view",
        /// Index.
        Index = "index",
        /// Sequence.
        Sequence = "sequence",
        /// Schema (MySQL: database).
        Schema = "schema",
        /// Trigger.
        Trigger = "trigger",
        /// Procedure.
        Procedure = "procedure",
        /// Function.
        Function = "function",
        /// Type.
        Type = "type",
    }
}

node_struct! {
    /// ALTER TABLE.
    pub struct AlterTable = "alter_def" {
        /// Which table.
        pub name: ObjectName,
        /// The table as expressions see it.
        pub this: SourceId,
        /// Changes, in order.
        pub changes: Vec<TableChange>,
        /// No error if missing.
        pub if_exists: bool,
    }
}

node_enum! {
    /// One change of a table's definition.
    pub enum TableChange {
        /// ADD COLUMN.
        AddColumn = "add_column" {
            /// The column.
            column: ColumnDef,
            /// No error if it exists.
            if_not_exists: bool,
        }
        /// DROP COLUMN.
        DropColumn = "drop_column" {
            /// Which.
            name: Name,
            /// No error if missing.
            if_exists: bool,
        }
        /// RENAME COLUMN.
        RenameColumn = "rename_column" {
            /// Which.
            name: Name,
            /// To what.
            to: Name,
        }
        /// RENAME TO.
        Rename = "rename" {
            /// To what.
            to: ObjectName,
        }
        /// A whole new definition for a column (MySQL MODIFY).
        Redefine = "redefine" {
            /// Old name.
            name: Name,
            /// New definition.
            column: ColumnDef,
            /// Its values were made up before.
            counted: bool,
        }
        /// The values of a column are made up from now on.
        AddIdentity = "add_identity" {
            /// Which.
            name: Name,
            /// How.
            identity: Identity,
        }
        /// The values of a column are not made up any more.
        DropIdentity = "drop_identity" {
            /// Which.
            name: Name,
        }
        /// ALTER COLUMN TYPE.
        SetType = "set_type" {
            /// Which.
            name: Name,
            /// To what.
            ty: Type,
        }
        /// SET DEFAULT / DROP DEFAULT.
        SetDefault = "set_default" {
            /// Which.
            name: Name,
            /// To what; `None` drops it.
            default: Option<ExprId>,
        }
        /// SET NOT NULL / DROP NOT NULL.
        SetNotNull = "set_not_null" {
            /// Which.
            name: Name,
            /// Must not be NULL.
            not_null: bool,
        }
        /// ADD CONSTRAINT.
        AddConstraint = "add_constraint" {
            /// The constraint.
            constraint: Constraint,
        }
        /// DROP CONSTRAINT.
        DropConstraint = "drop_constraint" {
            /// Which.
            name: Name,
            /// No error if missing.
            if_exists: bool,
        }
        /// DROP PRIMARY KEY.
        DropPrimaryKey = "drop_primary_key" {}
        /// The number that is made up next.
        Restart = "restart" {
            /// The column of made-up numbers.
            name: Name,
            /// The number, unless there is a greater one already.
            next: i64,
        }
        /// Foreign keys and checks of the table are enforced from now on, or no more. Rows that are there
        /// already are not looked at.
        Enforce = "enforce" {
            /// Enforced.
            on: bool,
        }
        /// ADD INDEX.
        AddIndex = "add_index" {
            /// The index.
            index: Box<CreateIndex>,
        }
        /// DROP INDEX.
        DropIndex = "drop_index" {
            /// Which.
            name: Name,
        }
    }
}
