//! Statements that define things.

use super::{ColumnDefId, ExprId, List, Name, OrderItem, QueryId, TableConstraintId, TypeId};
use air_base::Span;
use airc_lex::{Ident, ObjectKind};

/// Words between `CREATE` and the kind of the object, as a set of bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct CreateModifiers(pub u16);

impl CreateModifiers {
    /// `OR REPLACE`, T-SQL's `OR ALTER`.
    pub const OR_REPLACE: CreateModifiers = CreateModifiers(1);
    /// `TEMP`, `TEMPORARY`, `GLOBAL TEMPORARY`, `PRIVATE TEMPORARY`, `LOCAL TEMPORARY`.
    pub const TEMPORARY: CreateModifiers = CreateModifiers(2);
    /// `GLOBAL` before `TEMPORARY`: in Oracle the definition is permanent.
    pub const GLOBAL: CreateModifiers = CreateModifiers(4);
    /// `UNLOGGED`.
    pub const UNLOGGED: CreateModifiers = CreateModifiers(8);
    /// `UNIQUE`.
    pub const UNIQUE: CreateModifiers = CreateModifiers(16);
    /// `MATERIALIZED`.
    pub const MATERIALIZED: CreateModifiers = CreateModifiers(32);
    /// `RECURSIVE` (a view).
    pub const RECURSIVE: CreateModifiers = CreateModifiers(64);
    /// `FULLTEXT`, `SPATIAL`, `BITMAP`, `COLUMNSTORE`: an index of a special kind.
    pub const SPECIAL_INDEX: CreateModifiers = CreateModifiers(128);
    /// `CLUSTERED`, `NONCLUSTERED`, `ALGORITHM = …`, `DEFINER = …`, `SQL SECURITY …`, `FORCE`, `NOFORCE`,
    /// `EDITIONABLE`: advice about storage or rights.
    pub const ADVICE: CreateModifiers = CreateModifiers(256);
    /// `VIRTUAL` (a SQLite table) and other kinds that are not modelled; the binder refuses them.
    pub const UNMODELLED: CreateModifiers = CreateModifiers(512);
    /// `FOREIGN`, `EXTERNAL`, `SHARDED`…: as above.
    pub const FOREIGN: CreateModifiers = CreateModifiers(1024);

    /// True if every bit of `other` is set.
    pub const fn has(self, other: CreateModifiers) -> bool {
        self.0 & other.0 == other.0
    }
}

/// `CREATE TABLE`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CreateTable {
    /// Words behind `CREATE`.
    pub modifiers: CreateModifiers,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// The table; `#name` for a temporary one of T-SQL.
    pub name: Name,
    /// The columns. With `AS`, they may be names alone.
    pub columns: List<ColumnDefId>,
    /// The constraints and indexes.
    pub constraints: List<TableConstraintId>,
    /// PostgreSQL's `LIKE t` inside of the parentheses, MySQL's `LIKE t` instead of them.
    pub likes: List<LikeTable>,
    /// Everything behind the parentheses, in order.
    pub options: List<TableOption>,
    /// `AS query`.
    pub query: Option<QueryId>,
    /// `WITH NO DATA` behind the query: true. `WITH DATA`: false.
    pub no_data: Option<bool>,
    /// MySQL's `IGNORE` or `REPLACE` before the query.
    pub duplicates: Option<Span>,
    /// `OF type`, `PARTITION OF t`, `CLONE`, …: recognised but not modelled; the binder refuses it.
    pub opaque: Option<Span>,
    /// Its place.
    pub span: Span,
}

/// `LIKE table [INCLUDING …]`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LikeTable {
    /// The model.
    pub table: Name,
    /// `INCLUDING` and `EXCLUDING` words; empty span if there are none.
    pub options: Span,
    /// `INCLUDING ALL` or `INCLUDING DEFAULTS`, `CONSTRAINTS`, `INDEXES`… as a set of bits, first to last as in
    /// PostgreSQL's manual: comments, compression, constraints, defaults, generated, identity, indexes, statistics,
    /// storage.
    pub including: u16,
}

/// A column definition.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ColumnDef {
    /// Its name.
    pub name: Ident,
    /// Its type. SQLite and computed columns may have none.
    pub ty: Option<TypeId>,
    /// Everything behind the type, in order.
    pub constraints: List<ColumnConstraint>,
    /// MySQL's `FIRST` / `AFTER x` of `ALTER TABLE`.
    pub position: Option<ColumnPosition>,
    /// Its place.
    pub span: Span,
}

/// Where `ALTER TABLE` puts a column.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ColumnPosition {
    /// `FIRST`.
    First,
    /// `AFTER column`.
    After(Ident),
}

/// Something that stands behind the type of a column.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ColumnConstraint {
    /// `CONSTRAINT name`.
    pub name: Option<Ident>,
    /// What it says.
    pub kind: ColumnConstraintKind,
    /// Its place.
    pub span: Span,
}

/// What may stand behind the type of a column.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ColumnConstraintKind {
    /// `NOT NULL`.
    NotNull,
    /// `NULL`.
    Null,
    /// `DEFAULT value`.
    Default(ExprId),
    /// Oracle's `DEFAULT ON NULL value`.
    DefaultOnNull(ExprId),
    /// `PRIMARY KEY`, or MySQL's `KEY`.
    PrimaryKey {
        /// SQLite's `DESC`.
        descending: bool,
        /// SQLite's `AUTOINCREMENT`.
        autoincrement: bool,
        /// T-SQL's `CLUSTERED`: true, `NONCLUSTERED`: false.
        clustered: Option<bool>,
    },
    /// `UNIQUE`.
    Unique {
        /// `NULLS NOT DISTINCT`.
        nulls_not_distinct: bool,
    },
    /// `CHECK (condition)`.
    Check(ExprId),
    /// `REFERENCES …`.
    References(Reference),
    /// `[GENERATED ALWAYS] AS (expr)`.
    Generated {
        /// The value.
        expr: ExprId,
        /// `STORED`, `PERSISTED`, `PERSISTENT`: true. `VIRTUAL`: false. Neither: absent.
        stored: Option<bool>,
    },
    /// `GENERATED … AS IDENTITY` or T-SQL's `IDENTITY(seed, step)`.
    Identity {
        /// `ALWAYS`, which T-SQL's is too.
        always: bool,
        /// `BY DEFAULT ON NULL` of Oracle.
        on_null: bool,
        /// First value.
        seed: Option<ExprId>,
        /// Step.
        step: Option<ExprId>,
    },
    /// `AUTO_INCREMENT`.
    AutoIncrement,
    /// `COLLATE name`.
    Collate(Name),
    /// `CHARACTER SET name`.
    CharacterSet(Ident),
    /// `COMMENT 'text'`.
    Comment(ExprId),
    /// `ON UPDATE CURRENT_TIMESTAMP`.
    OnUpdate(ExprId),
    /// `DEFERRABLE`, `INITIALLY …`, `ENABLE`, `NOVALIDATE`… behind a constraint, of which it says something.
    State(ConstraintState),
    /// SQLite's `ON CONFLICT x` behind a constraint.
    OnConflict(super::InsertOr),
    /// `INVISIBLE`, `HIDDEN`.
    Invisible,
    /// `VISIBLE`, `SPARSE`, `ROWGUIDCOL`, `STORAGE …`, `COMPRESSION …`, `COLUMN_FORMAT …`: no effect on rows.
    Advice,
}

/// When a constraint is checked and whether it holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum ConstraintState {
    /// `DEFERRABLE`.
    Deferrable,
    /// `NOT DEFERRABLE`.
    NotDeferrable,
    /// `INITIALLY DEFERRED`.
    InitiallyDeferred,
    /// `INITIALLY IMMEDIATE`.
    InitiallyImmediate,
    /// `ENABLE`, `ENFORCED`, `VALIDATE`, `RELY`: holds.
    Enabled,
    /// `DISABLE`, `NOT ENFORCED`.
    Disabled,
    /// `NOT VALID`, `NOVALIDATE`, `WITH NOCHECK`.
    NotValidated,
    /// `NO INHERIT`.
    NoInherit,
}

/// `REFERENCES table (columns) …`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Reference {
    /// The other table.
    pub table: Name,
    /// Its columns; empty means its primary key.
    pub columns: List<Ident>,
    /// `ON DELETE`.
    pub on_delete: Option<ReferenceAction>,
    /// `ON UPDATE`.
    pub on_update: Option<ReferenceAction>,
    /// `MATCH FULL` and so on.
    pub matching: Option<ReferenceMatch>,
}

/// What happens to the rows that refer to a changed one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ReferenceAction {
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

/// `MATCH` of a foreign key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ReferenceMatch {
    Simple,
    Full,
    Partial,
}

/// A constraint or index of a table.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TableConstraint {
    /// `CONSTRAINT name`, or the name of an index.
    pub name: Option<Ident>,
    /// What it says.
    pub kind: TableConstraintKind,
    /// `DEFERRABLE`, `NOT VALID`… behind it.
    pub states: List<ConstraintState>,
    /// SQLite's `ON CONFLICT x`.
    pub on_conflict: super::InsertOr,
    /// Its place.
    pub span: Span,
}

/// What a constraint of a table says.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum TableConstraintKind {
    /// `PRIMARY KEY (…)`.
    PrimaryKey {
        /// Its columns.
        columns: List<IndexColumn>,
        /// T-SQL's `CLUSTERED`: true, `NONCLUSTERED`: false.
        clustered: Option<bool>,
    },
    /// `UNIQUE (…)`.
    Unique {
        /// Its columns.
        columns: List<IndexColumn>,
        /// `NULLS NOT DISTINCT`.
        nulls_not_distinct: bool,
    },
    /// `CHECK (condition)`.
    Check(ExprId),
    /// `FOREIGN KEY (…) REFERENCES …`.
    ForeignKey {
        /// The columns.
        columns: List<Ident>,
        /// What they refer to.
        reference: Reference,
    },
    /// `INDEX`, `KEY`.
    Index {
        /// Its columns.
        columns: List<IndexColumn>,
        /// Ordinary, full text, spatial.
        kind: IndexKind,
    },
    /// T-SQL's `DEFAULT value FOR column`.
    Default {
        /// The column.
        column: Ident,
        /// Its default.
        value: ExprId,
    },
    /// `EXCLUDE …`: recognised but not modelled.
    Exclude,
    /// `PERIOD FOR …`, T-SQL's `INDEX … INCLUDE`…: recognised but not modelled.
    Other,
}

/// Kinds of indexes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub enum IndexKind {
    #[default]
    Ordinary,
    Fulltext,
    Spatial,
}

/// A column of an index.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct IndexColumn {
    /// Column name or expression, with direction and place of NULLs.
    pub key: OrderItem,
    /// MySQL's prefix length.
    pub prefix: Option<ExprId>,
    /// PostgreSQL's operator class.
    pub class: Option<Name>,
}

/// One thing behind the parentheses of `CREATE TABLE`, or an option of an index or database.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TableOption {
    /// Which, if we know it.
    pub kind: TableOptionKind,
    /// Its value, if it is one expression or word.
    pub value: Option<ExprId>,
    /// Its place, value included.
    pub span: Span,
}

/// Options of a table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum TableOptionKind {
    /// `ENGINE = x`.
    Engine,
    /// `AUTO_INCREMENT = n`.
    AutoIncrement,
    /// `DEFAULT CHARSET = x`, `CHARACTER SET x`.
    Charset,
    /// `COLLATE = x`.
    Collate,
    /// `COMMENT = 'x'`.
    Comment,
    /// SQLite's `WITHOUT ROWID`.
    WithoutRowid,
    /// SQLite's `STRICT`.
    Strict,
    /// `ON COMMIT PRESERVE ROWS`.
    OnCommitPreserve,
    /// `ON COMMIT DELETE ROWS`.
    OnCommitDelete,
    /// `ON COMMIT DROP`.
    OnCommitDrop,
    /// `PARTITION BY …`.
    PartitionBy,
    /// `INHERITS (…)`.
    Inherits,
    /// `ROW_FORMAT`, `KEY_BLOCK_SIZE`, `TABLESPACE`, `WITH (fillfactor = …)`, `ON filegroup`, `STORAGE (…)`,
    /// `PCTFREE`…: no effect on rows.
    Storage,
    /// `WITH SYSTEM VERSIONING` and other things with an effect that are not modelled.
    Other,
}

/// `CREATE INDEX`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CreateIndex {
    /// Words behind `CREATE`.
    pub modifiers: CreateModifiers,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `CONCURRENTLY`, `ONLINE`.
    pub concurrently: bool,
    /// Its name; PostgreSQL may leave it out.
    pub name: Option<Name>,
    /// The table.
    pub table: Name,
    /// Its columns.
    pub columns: List<IndexColumn>,
    /// `USING method`.
    pub method: Option<Ident>,
    /// `INCLUDE (…)`.
    pub include: List<Ident>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// `WHERE` of a partial index.
    pub filter: Option<ExprId>,
    /// Everything else behind it.
    pub options: List<TableOption>,
    /// Its place.
    pub span: Span,
}

/// `CREATE VIEW`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CreateView {
    /// Words behind `CREATE`.
    pub modifiers: CreateModifiers,
    /// The words up to its name, some of which are advice: `ALGORITHM`, `DEFINER`, `SQL SECURITY`.
    pub head: Span,
    /// `ALTER VIEW` rather than `CREATE VIEW`.
    pub alter: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Its name.
    pub name: Name,
    /// Names of its columns.
    pub columns: List<Ident>,
    /// Its rows.
    pub query: QueryId,
    /// `WITH CHECK OPTION`.
    pub check: Option<ViewCheck>,
    /// `WITH READ ONLY`.
    pub read_only: bool,
    /// `WITH NO DATA` of a materialized one: true.
    pub no_data: Option<bool>,
    /// `WITH SCHEMABINDING`, `WITH (security_barrier)`, refresh clauses: everything else.
    pub options: List<TableOption>,
    /// Its place.
    pub span: Span,
}

/// `WITH CHECK OPTION`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ViewCheck {
    Plain,
    Local,
    Cascaded,
}

/// `CREATE SEQUENCE`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CreateSequence {
    /// Words behind `CREATE`.
    pub modifiers: CreateModifiers,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Its name.
    pub name: Name,
    /// Its options, in order.
    pub options: List<SequenceOption>,
    /// `ALTER SEQUENCE` rather than `CREATE SEQUENCE`.
    pub alter: bool,
    /// Its place.
    pub span: Span,
}

/// An option of a sequence or identity column.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum SequenceOption {
    /// `AS type`.
    Type(TypeId),
    /// `START WITH n`.
    Start(ExprId),
    /// `RESTART [WITH n]`.
    Restart(Option<ExprId>),
    /// `INCREMENT BY n`.
    Increment(ExprId),
    /// `MINVALUE n`.
    Min(ExprId),
    /// `MAXVALUE n`.
    Max(ExprId),
    /// `NO MINVALUE`.
    NoMin,
    /// `NO MAXVALUE`.
    NoMax,
    /// `CACHE n`.
    Cache(ExprId),
    /// `NO CACHE`.
    NoCache,
    /// `CYCLE`: true, `NO CYCLE`: false.
    Cycle(bool),
    /// `OWNED BY x`.
    OwnedBy(Name),
    /// `ORDER`, `NOORDER`, `KEEP`…: advice.
    Advice,
}

/// `CREATE TYPE` and `CREATE DOMAIN`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CreateType {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub kind: TypeKind,
    /// Its place.
    pub span: Span,
}

/// What a created type is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum TypeKind {
    /// `AS ENUM ('a', 'b')`.
    Enum(List<ExprId>),
    /// `CREATE DOMAIN name AS type …`, T-SQL's `CREATE TYPE name FROM type`.
    Domain {
        /// The type below.
        ty: TypeId,
        /// Default, collation and constraints.
        constraints: List<ColumnConstraint>,
    },
    /// `AS (a int, b text)`.
    Composite(List<ColumnDefId>),
    /// Ranges, base types, object types: recognised but not modelled.
    Other,
}

/// `DROP`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Drop {
    /// What kind of object.
    pub object: ObjectKind,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `TEMPORARY` (MySQL).
    pub temporary: bool,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// What is dropped.
    pub names: List<Name>,
    /// The table of an index or trigger: `ON t`.
    pub on: Option<Name>,
    /// `CASCADE`, `RESTRICT`, Oracle's `CASCADE CONSTRAINTS`.
    pub behavior: Option<DropBehavior>,
    /// Oracle's `PURGE`.
    pub purge: bool,
    /// Its place.
    pub span: Span,
}

/// `CASCADE` or `RESTRICT`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum DropBehavior {
    Cascade,
    Restrict,
}

/// `TRUNCATE`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Truncate {
    /// `ONLY`: without the tables that inherit from them.
    pub only: bool,
    /// The tables.
    pub tables: List<Name>,
    /// `RESTART IDENTITY`: true. `CONTINUE IDENTITY`: false.
    pub restart_identity: Option<bool>,
    /// `CASCADE`, `RESTRICT`.
    pub behavior: Option<DropBehavior>,
    /// Its place.
    pub span: Span,
}

/// `ALTER TABLE`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AlterTable {
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `ONLY`: without the tables that inherit from it.
    pub only: bool,
    /// The table.
    pub name: Name,
    /// The changes, in order.
    pub actions: List<AlterAction>,
    /// Its place.
    pub span: Span,
}

/// One change of `ALTER TABLE`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AlterAction {
    /// Which.
    pub kind: AlterKind,
    /// Its place.
    pub span: Span,
}

/// Changes of `ALTER TABLE`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum AlterKind {
    /// `ADD [COLUMN] def`.
    AddColumn {
        /// The column.
        column: ColumnDefId,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `ADD CONSTRAINT …`, `ADD INDEX …`.
    AddConstraint(TableConstraintId),
    /// `DROP [COLUMN] name`.
    DropColumn {
        /// The column.
        name: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`, `RESTRICT`.
        behavior: Option<DropBehavior>,
    },
    /// `DROP CONSTRAINT name`, `DROP FOREIGN KEY name`, `DROP CHECK name`.
    DropConstraint {
        /// The constraint.
        name: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`, `RESTRICT`.
        behavior: Option<DropBehavior>,
    },
    /// `DROP PRIMARY KEY`.
    DropPrimaryKey,
    /// `DROP INDEX name`, `DROP KEY name`.
    DropIndex(Ident),
    /// MySQL's and Oracle's `MODIFY [COLUMN] def`.
    ModifyColumn(ColumnDefId),
    /// T-SQL's `ALTER COLUMN def`.
    AlterColumn(ColumnDefId),
    /// MySQL's `CHANGE [COLUMN] old def`.
    ChangeColumn {
        /// The old name.
        old: Ident,
        /// The new definition.
        column: ColumnDefId,
    },
    /// `ALTER [COLUMN] name TYPE type [COLLATE …] [USING expr]`.
    SetType {
        /// The column.
        column: Ident,
        /// Its new type.
        ty: TypeId,
        /// Its new collation.
        collation: Option<Name>,
        /// How values are converted.
        using: Option<ExprId>,
    },
    /// `ALTER [COLUMN] name SET DEFAULT value`.
    SetDefault {
        /// The column.
        column: Ident,
        /// Its default.
        value: ExprId,
    },
    /// `ALTER [COLUMN] name DROP DEFAULT`.
    DropDefault(Ident),
    /// `ALTER [COLUMN] name SET NOT NULL`.
    SetNotNull(Ident),
    /// `ALTER [COLUMN] name DROP NOT NULL`.
    DropNotNull(Ident),
    /// `RENAME TO name`.
    RenameTo(Name),
    /// `RENAME COLUMN a TO b`.
    RenameColumn {
        /// The old name.
        old: Ident,
        /// The new one.
        new: Ident,
    },
    /// `RENAME CONSTRAINT a TO b`, `RENAME INDEX a TO b`.
    RenameOther {
        /// What kind of thing.
        object: ObjectKind,
        /// The old name.
        old: Ident,
        /// The new one.
        new: Ident,
    },
    /// A table option: `ENGINE = …`, `AUTO_INCREMENT = …`.
    Option(TableOption),
    /// `OWNER TO …`, `SET STATISTICS …`, `ENABLE KEYS`, `CLUSTER ON …`, `VALIDATE CONSTRAINT …`: no effect on rows.
    Advice,
    /// T-SQL's `[NO]CHECK CONSTRAINT name | ALL`, `ENABLE`/`DISABLE CONSTRAINT` of Oracle: true if it now holds.
    CheckConstraint(bool),
    /// Anything else: recognised but not modelled; the binder refuses it.
    Other,
}
