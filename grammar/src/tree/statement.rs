//! Statements, and what a script has between them.

use super::{
    AlterTableId, CreateIndexId, CreateSequenceId, CreateTableId, CreateTypeId, CreateViewId, DeleteId,
    DropId, ExprId, InsertAllId, InsertId, List, MergeId, Name, QueryId, StatementId, Step, TruncateId,
    UpdateId,
};
pub use airc_lex::{Comment, CommentKind, HeadRole, ObjectKind, OtherKind};

use air_base::Span;
use airc_lex::Ident;

/// A statement with its place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// From its first to its last token, terminator not included.
    pub span: Span,
    /// Its terminator: `;`, `GO`, `/`, the `DELIMITER` in force; empty at the end of the source.
    pub terminator: Span,
    /// Bound of the height of its tree: no path from it to a leaf is longer. Chains of `AND`, `OR` and set
    /// operations count once, since they are flat.
    pub depth: u32,
    /// Number of its `?` parameters.
    pub question_marks: u32,
}

/// Kinds of statements.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum StatementKind {
    /// A query.
    Query(QueryId),
    /// `INSERT`, `REPLACE`.
    Insert(InsertId),
    /// Oracle's `INSERT ALL`, `INSERT FIRST`.
    InsertAll(InsertAllId),
    /// `UPDATE`.
    Update(UpdateId),
    /// `DELETE`.
    Delete(DeleteId),
    /// `MERGE`.
    Merge(MergeId),

    /// `CREATE TABLE`.
    CreateTable(CreateTableId),
    /// `CREATE INDEX`.
    CreateIndex(CreateIndexId),
    /// `CREATE VIEW`.
    CreateView(CreateViewId),
    /// `CREATE SEQUENCE`, `ALTER SEQUENCE`.
    CreateSequence(CreateSequenceId),
    /// `CREATE TYPE`, `CREATE DOMAIN`.
    CreateType(CreateTypeId),
    /// `CREATE SCHEMA`, `CREATE DATABASE`.
    CreateNamespace {
        /// `DATABASE` rather than `SCHEMA`.
        database: bool,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// Its name.
        name: Name,
        /// `OR REPLACE`.
        or_replace: bool,
    },
    /// `DROP`.
    Drop(DropId),
    /// `TRUNCATE`.
    Truncate(TruncateId),
    /// `ALTER TABLE`.
    AlterTable(AlterTableId),
    /// `COMMENT ON … IS …`.
    Comment {
        /// Kind of the object.
        object: ObjectKind,
        /// The object.
        name: Name,
        /// The text, or NULL to remove it.
        text: ExprId,
    },

    /// `BEGIN`, `START TRANSACTION`.
    Begin {
        /// `DEFERRED`, `IMMEDIATE`, `EXCLUSIVE` of SQLite; isolation and access of the others.
        modes: TransactionModes,
    },
    /// `COMMIT`, `END`.
    Commit {
        /// `AND CHAIN`.
        chain: bool,
    },
    /// `ROLLBACK`, `ABORT`.
    Rollback {
        /// `TO SAVEPOINT name`.
        savepoint: Option<Ident>,
        /// `AND CHAIN`.
        chain: bool,
    },
    /// `SAVEPOINT name`, `SAVE TRANSACTION name`.
    Savepoint(Ident),
    /// `RELEASE SAVEPOINT name`.
    Release(Ident),
    /// `SET TRANSACTION …`.
    SetTransaction {
        /// What it sets.
        modes: TransactionModes,
        /// For the session rather than for one transaction.
        session: bool,
    },

    /// `SET name = value, …`.
    Set(List<SetItem>),
    /// `USE database`.
    Use(Ident),
    /// SQLite's `PRAGMA`.
    Pragma {
        /// Its name, possibly with a schema.
        name: Name,
        /// Its value.
        value: Option<ExprId>,
    },
    /// `EXPLAIN`, `DESCRIBE` of a statement.
    Explain {
        /// The statement that is explained.
        statement: Option<StatementId>,
    },
    /// `GRANT`, `REVOKE`.
    Grant {
        /// `REVOKE` rather than `GRANT`.
        revoke: bool,
        /// Rights, objects, accounts; empty if the words were not understood.
        parts: List<HeadPart>,
    },
    /// `LOCK TABLES …`, `UNLOCK TABLES`.
    LockTables {
        /// `UNLOCK`.
        unlock: bool,
        /// The tables, each with how it is locked.
        parts: List<HeadPart>,
    },
    /// A statement that is recognised but not modelled: never truncated, never copied. The binder refuses it by kind.
    Other {
        /// Which.
        kind: OtherKind,
        /// Place of the words that say so.
        keyword: Span,
        /// What its head says; empty if that is not read.
        parts: List<HeadPart>,
    },
    /// A statement that could not be read; the diagnostics say why.
    Broken,
}

/// A part of the head of a statement whose body is kept as it is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HeadPart {
    /// What it is for.
    pub role: HeadRole,
    /// The name it is, if it is one.
    pub name: Name,
    /// Condition or call.
    pub expr: Option<ExprId>,
    /// The statements of a body that was read.
    pub body: List<Step>,
    /// Its place.
    pub span: Span,
}

/// Isolation and access of a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct TransactionModes {
    /// `ISOLATION LEVEL …`.
    pub isolation: Option<Isolation>,
    /// `READ ONLY`: true, `READ WRITE`: false.
    pub read_only: Option<bool>,
    /// SQLite's words.
    pub locking: Option<Locking>,
    /// `DEFERRABLE`: true, `NOT DEFERRABLE`: false.
    pub deferrable: Option<bool>,
    /// `WITH CONSISTENT SNAPSHOT`.
    pub snapshot: bool,
}

/// Isolation levels.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Isolation {
    ReadUncommitted,
    ReadCommitted,
    RepeatableRead,
    Serializable,
    Snapshot,
}

/// How SQLite begins a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Locking {
    Deferred,
    Immediate,
    Exclusive,
}

/// One assignment of `SET`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SetItem {
    /// What is set.
    pub target: SetTarget,
    /// To which values; PostgreSQL allows several, and `DEFAULT` is [`super::Expr::Default`]. Words such as `ON` or
    /// `utf8mb4` come as names.
    pub values: List<ExprId>,
    /// `GLOBAL`, `SESSION`, `LOCAL`.
    pub scope: SetScope,
    /// Its place.
    pub span: Span,
}

/// What `SET` sets.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum SetTarget {
    /// A setting by name; T-SQL's `SET NOCOUNT ON` too. `NAMES`, `TIME ZONE` and `CHARACTER SET` come as such words.
    Setting(Name),
    /// A variable: [`super::Expr::Variable`].
    Variable(ExprId),
}

/// For whom `SET` sets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub enum SetScope {
    #[default]
    None,
    Global,
    Session,
    Local,
    Persist,
}
