//! How statements begin: the words up to the first name become one terminal.

use super::{Ctx, Frame, Pass};
use crate::kinds::{ObjectKind, OtherKind};
use crate::token::K;
use crate::words::W;
use air_base::Dialect;

/// `flag` of a head: `IF EXISTS` or `IF NOT EXISTS`.
pub const IF_EXISTS: u8 = 1;
/// `flag` of a head: `CONCURRENTLY`.
pub const CONCURRENTLY: u8 = 2;
/// `flag` of a head: `TEMPORARY` behind `DROP`.
pub const DROP_TEMPORARY: u8 = 4;
/// `flag` of a head: `ALTER` rather than `CREATE`.
pub const ALTERS: u8 = 8;

/// `aux` bit of [`K::Insert`]: `REPLACE`. The low byte says what happens on failure.
pub const REPLACES: u16 = 0x100;
/// `aux` bit of a verb: words without effect on rows, such as `LOW_PRIORITY`.
pub const ADVICE: u16 = 0x200;
/// `aux` bit of [`K::Insert`]: `INTO` is there.
pub const INTO: u16 = 0x400;

// Bits of `aux` behind CREATE; the syntax tree has the same.
const OR_REPLACE: u16 = 1;
const TEMPORARY: u16 = 2;
const GLOBAL: u16 = 4;
const UNLOGGED: u16 = 8;
const UNIQUE: u16 = 16;
const MATERIALIZED: u16 = 32;
const RECURSIVE: u16 = 64;
const SPECIAL_INDEX: u16 = 128;
const CREATE_ADVICE: u16 = 256;
const UNMODELLED: u16 = 512;
const FOREIGN: u16 = 1024;

impl Pass<'_> {
    /// Reads the beginning of the statement at `at`.
    pub(super) fn head(&mut self, at: usize) -> usize {
        use W::*;
        let next = at + 1;
        self.fuser.frame = Frame::Query;
        match self.w(at) {
            Select | With | Values | Table => at,
            Insert | Update | Delete | Merge => at,
            Replace if self.k(next) != K::Lp => at,
            Create => self.create(at),
            Alter => self.alter(at),
            Drop => self.drop(at, at, 0),
            If if let Some(drop) = self.guarded_drop(at) => self.drop(at, drop, IF_EXISTS),
            Truncate => self.truncate(at),
            Comment if self.w(next) == On => self.comment_on(at),
            Begin => self.begin(at),
            Start if self.w(next) == Transaction => {
                let end = self.emit(K::Begin, 0, at, at + 2);
                self.transaction_modes(end)
            }
            End if matches!(self.dialect, Dialect::Postgres | Dialect::Sqlite) => self.commit(at),
            Commit => self.commit(at),
            Rollback => self.rollback(at),
            Abort if self.rules.open_operators => self.rollback(at),
            Savepoint => {
                self.fuser.frame = Frame::Set;
                self.emit(K::Savepoint, 0, at, next)
            }
            Save if matches!(self.w(next), Tran | Transaction) => {
                self.fuser.frame = Frame::Set;
                self.emit(K::Savepoint, 0, at, at + 2)
            }
            Release => {
                self.fuser.frame = Frame::Set;
                self.emit(K::Release, 0, at, if self.w(next) == Savepoint { at + 2 } else { next })
            }
            Set => self.set(at),
            Use => {
                self.fuser.frame = Frame::Set;
                self.emit(K::Use, 0, at, next)
            }
            Pragma => {
                self.fuser.frame = Frame::Set;
                self.emit(K::Pragma, 0, at, next)
            }
            Explain | Describe | Desc | Analyze if word_explains(self.w(at)) || self.w(at) == Explain => {
                self.explain(at)
            }
            Grant | Revoke | Deny if !self.fuser.whole => self.rights(at),
            Grant | Revoke | Deny => {
                let revoke = self.w(at) != Grant;
                self.emit_rest(K::Grant, u16::from(revoke), at)
            }
            Lock if matches!(self.w(next), Table | Tables) && !self.fuser.whole => self.locked(at),
            Lock if matches!(self.w(next), Table | Tables) => self.emit_rest(K::LockTables, 0, at),
            Unlock => self.emit_rest(K::LockTables, 1, at),
            Call if self.k(next) == K::Name && !self.fuser.whole => self.call_statement(at),
            Exec | Execute if self.k(next) == K::Name && !self.fuser.whole => self.executed(at),
            Declare if self.k(next) == K::Var && !self.fuser.whole => self.declared(at),
            word => match other(word) {
                Some(kind @ (OtherKind::Analyze | OtherKind::Vacuum | OtherKind::Reindex))
                    if matches!(self.k(next), K::Name | K::Lp) && !self.fuser.whole =>
                {
                    self.maintained(kind, at)
                }
                Some(kind) if self.k(next) != K::Op && self.k(next) != K::Dot => {
                    self.emit_rest(K::Other, kind as u16, at)
                }
                _ => at,
            },
        }
    }

    fn set_flag(&mut self, flag: u8) {
        if let Some(last) = self.fuser.out.last_mut() {
            last.flag |= flag;
        }
    }

    /// `IGNORE`, `OR REPLACE` and words without effect behind a verb, from `at` on.
    fn verb_words(&self, at: usize) -> (u16, usize) {
        use W::*;
        let mut aux = 0;
        let mut end = at;
        loop {
            match (self.w(end), self.w(end + 1)) {
                (LowPriority | Delayed | HighPriority | Quick, _) => aux |= ADVICE,
                (Ignore, next) if !matches!(next, Index | Key) => aux |= 1,
                (Or, how) => {
                    aux |= match how {
                        Replace => 2,
                        Ignore => 3,
                        Abort => 4,
                        Rollback => 5,
                        Fail => 6,
                        _ => return (aux, end),
                    };
                    end += 1;
                }
                _ => return (aux, end),
            }
            end += 1;
        }
    }

    pub(super) fn insert(&mut self, at: usize) -> usize {
        use W::*;
        let replace = self.w(at) == Replace;
        if !replace && matches!(self.w(at + 1), All | First) && matches!(self.w(at + 2), Into | When) {
            self.fuser.frame = Frame::Plain;
            return self.emit(K::InsertAll, u16::from(self.w(at + 1) == First), at, at + 2);
        }
        self.fuser.frame = Frame::Insert;
        self.fuser.on_duplicate = false;
        let (mut aux, mut end) = self.verb_words(at + 1);
        if self.w(end) == Into {
            aux |= INTO;
            end += 1;
        }
        self.emit(K::Insert, aux | if replace { REPLACES } else { 0 }, at, end)
    }

    pub(super) fn update(&mut self, at: usize) -> usize {
        if self.w(at + 1) == W::Statistics && self.k(at + 2) != K::Op && self.w(at + 2) != W::Set {
            return self.emit_rest(K::Other, OtherKind::Analyze as u16, at);
        }
        self.fuser.frame = Frame::Update;
        let (aux, end) = self.verb_words(at + 1);
        self.emit(K::Update, aux, at, end)
    }

    pub(super) fn delete(&mut self, at: usize) -> usize {
        self.fuser.frame = Frame::Delete;
        let (aux, end) = self.verb_words(at + 1);
        if self.w(end) == W::From {
            self.emit(K::DeleteFrom, aux, at, end + 1)
        } else {
            self.emit(K::Delete, aux, at, end)
        }
    }

    pub(super) fn merge(&mut self, at: usize) -> usize {
        self.fuser.frame = Frame::Merge;
        self.emit(K::Merge, 0, at, if self.w(at + 1) == W::Into { at + 2 } else { at + 1 })
    }

    /// Position behind `IF EXISTS` or `IF NOT EXISTS` at `at`, if it stands there.
    pub(super) fn if_exists(&self, at: usize) -> Option<usize> {
        if self.words(at, &[W::If, W::Exists]) {
            Some(at + 2)
        } else if self.words(at, &[W::If, W::Not, W::Exists]) {
            Some(at + 3)
        } else {
            None
        }
    }

    fn create(&mut self, at: usize) -> usize {
        use W::*;
        let mut bits = 0;
        let mut end = at + 1;
        loop {
            match (self.w(end), self.w(end + 1)) {
                (Or, Replace | Alter) => {
                    bits |= OR_REPLACE;
                    end += 1;
                }
                (Temp | Temporary, _) => bits |= TEMPORARY,
                (Global, _) => bits |= GLOBAL,
                (Local | Private, Temp | Temporary) => {}
                (Unlogged, _) => bits |= UNLOGGED,
                (Unique, _) => bits |= UNIQUE,
                (Materialized, _) => bits |= MATERIALIZED,
                (Recursive, _) => bits |= RECURSIVE,
                (Fulltext | Spatial | Bitmap | Columnstore, _) => bits |= SPECIAL_INDEX,
                (Clustered | Nonclustered | Force | Editionable | Noneditionable, _) => bits |= CREATE_ADVICE,
                (No, Force) => {
                    bits |= CREATE_ADVICE;
                    end += 1;
                }
                (Sql, Security) if matches!(self.w(end + 2), Definer | Invoker) => {
                    bits |= CREATE_ADVICE;
                    end += 2;
                }
                (Algorithm | Definer, _) => {
                    bits |= CREATE_ADVICE;
                    // The value: a word, or a user with its host.
                    end += 2;
                    while matches!(self.k(end + 1), K::Var | K::Lp | K::Rp) {
                        end += 1;
                    }
                }
                (Virtual, _) => bits |= UNMODELLED,
                (Foreign | External, _) => bits |= FOREIGN,
                _ => break,
            }
            end += 1;
        }
        let object = self.w(end);
        end += 1;
        if bits & (UNMODELLED | FOREIGN) != 0 && object == Table {
            let kind = if bits & UNMODELLED != 0 { OtherKind::CreateVirtualTable } else { OtherKind::Create };
            return self.emit_rest(K::Other, kind as u16, at);
        }
        let kind = match object {
            Table => K::CreateTable,
            Index => K::CreateIndex,
            View => K::CreateView,
            Sequence => K::CreateSequence,
            Schema | Database if self.w(end) != Authorization => K::CreateNamespace,
            Domain => K::CreateDomain,
            Type if self.is_simple_type(end) => K::CreateType,
            _ => {
                if let Some(end) = self.kept_head(object, at, end) {
                    return end;
                }
                let kind = match object {
                    Function => OtherKind::CreateFunction,
                    Procedure | Proc => OtherKind::CreateProcedure,
                    Trigger | Constraint => OtherKind::CreateTrigger,
                    Event => OtherKind::CreateEvent,
                    Package => OtherKind::CreatePackage,
                    User => OtherKind::CreateUser,
                    Role => OtherKind::CreateRole,
                    Extension => OtherKind::CreateExtension,
                    Rule => OtherKind::Rule,
                    _ if self.is_rare_object(end - 1) => OtherKind::Create,
                    _ => return at,
                };
                return self.emit_rest(K::Other, kind as u16, at);
            }
        };
        let mut flag = 0;
        if self.w(end) == Concurrently {
            flag |= CONCURRENTLY;
            end += 1;
        }
        if self.words(end, &[If, Not, Exists]) {
            flag |= IF_EXISTS;
            end += 3;
        }
        self.fuser.frame = match kind {
            K::CreateTable => Frame::CreateTable,
            K::CreateIndex => Frame::CreateIndex,
            K::CreateView => Frame::CreateView,
            K::CreateSequence => Frame::Sequence,
            _ => Frame::TypeDef,
        };
        let aux = if kind == K::CreateNamespace { bits | u16::from(object == Database) << 15 } else { bits };
        self.emit(kind, aux, at, end);
        self.set_flag(flag);
        if kind == K::CreateNamespace && end < self.raw.len() {
            let behind = self.name(end);
            if behind < self.raw.len() {
                // Character set, authorization, files: nothing that AIR knows about.
                self.emit_rest(K::TableOption, TABLE_OPTION_STORAGE, behind);
            }
            return self.raw.len();
        }
        if kind == K::CreateTable && self.k(end) == K::Str && self.rules.string_aliases {
            return self.string(end);
        }
        // The name may be a word that means something at this place.
        if self.k(end) == K::Name && !(kind == K::CreateIndex && self.w(end) == On) {
            end = self.name(end);
            if kind == K::CreateDomain {
                self.fuser.column_depth = 0;
                if self.w(end) == As {
                    end += 1;
                }
                if self.k(end) == K::Name {
                    end = self.name(end);
                }
            } else if kind == K::CreateType {
                end = self.create_type(end);
            }
        }
        end
    }

    /// The head of a trigger or routine whose name stands at `end` or behind a few words there.
    #[cold]
    fn kept_head(&mut self, object: W, at: usize, end: usize) -> Option<usize> {
        use W::*;
        let mut end = end;
        if object == Constraint && self.w(end) == Trigger {
            end += 1;
        }
        if let Some(behind) = self.if_exists(end) {
            end = behind;
        }
        if object == Package && self.w(end) == Body {
            end += 1;
        }
        if self.fuser.whole || !matches!(self.k(end), K::Name | K::Str) {
            return None;
        }
        Some(match object {
            User => self.new_accounts(OtherKind::CreateUser, at, end),
            Role => self.new_accounts(OtherKind::CreateRole, at, end),
            _ if self.k(end) != K::Name => return None,
            Event => self.named(OtherKind::CreateEvent, at, end),
            Package => self.named(OtherKind::CreatePackage, at, end),
            Extension => self.named(OtherKind::CreateExtension, at, end),
            Rule => self.named(OtherKind::Rule, at, end),
            Trigger | Constraint => self.trigger(at, end),
            Function => self.routine(OtherKind::CreateFunction, at, end),
            Procedure | Proc => self.routine(OtherKind::CreateProcedure, at, end),
            _ => return None,
        })
    }

    /// True if the name at `at` is followed by a kind of type that is modelled.
    fn is_simple_type(&self, at: usize) -> bool {
        let mut end = at + 1;
        while self.k(end) == K::Dot {
            end += 2;
        }
        match self.w(end) {
            W::As => self.w(end + 1) == W::Enum || self.k(end + 1) == K::Lp,
            W::From => true,
            _ => false,
        }
    }

    fn create_type(&mut self, at: usize) -> usize {
        match (self.w(at), self.w(at + 1)) {
            (W::As, W::Enum) => self.emit(K::CreateEnum, 0, at, at + 2),
            (W::As, _) => {
                self.emit(K::As, 0, at, at + 1);
                if self.k(at + 1) == K::Lp {
                    self.fuser.stack.push(Ctx::Columns);
                    self.fuser.depth += 1;
                    self.fuser.column_depth = self.fuser.depth;
                    return self.emit(K::Lp, 0, at + 1, at + 2);
                }
                at + 1
            }
            _ => {
                self.emit(K::From, 0, at, at + 1);
                self.fuser.column_depth = 0;
                if self.k(at + 1) == K::Name { self.name(at + 1) } else { at + 1 }
            }
        }
    }

    fn alter(&mut self, at: usize) -> usize {
        use W::*;
        let mut end = at + 2;
        match self.w(at + 1) {
            Table => {
                let mut flag = 0;
                if let Some(behind) = self.if_exists(end) {
                    flag = IF_EXISTS;
                    end = behind;
                }
                let only = self.w(end) == Only && self.k(end + 1) == K::Name;
                end += usize::from(only);
                self.fuser.frame = Frame::AlterTable;
                self.fuser.column_depth = 0;
                self.emit(K::AlterTable, u16::from(only), at, end);
                self.set_flag(flag);
                if self.k(end) == K::Name { self.name(end) } else { end }
            }
            Sequence => {
                let mut flag = ALTERS;
                if let Some(behind) = self.if_exists(end) {
                    flag |= IF_EXISTS;
                    end = behind;
                }
                self.fuser.frame = Frame::Sequence;
                self.emit(K::CreateSequence, 0, at, end);
                self.set_flag(flag);
                if self.k(end) == K::Name { self.name(end) } else { end }
            }
            View if self.alters_view(end) => {
                self.fuser.frame = Frame::CreateView;
                self.emit(K::CreateView, 0, at, end);
                self.set_flag(ALTERS);
                self.name(end)
            }
            _ if self.object(at + 1).is_some() || self.is_rare_object(at + 1) => {
                self.emit_rest(K::Other, OtherKind::Alter as u16, at)
            }
            _ => at,
        }
    }

    /// True if the word at `at` begins the name of a kind of object that is not modelled.
    fn is_rare_object(&self, at: usize) -> bool {
        let Some(tok) = self.raw.get(at).filter(|tok| tok.kind == K::Name) else { return false };
        let word = tok.span().text(self.source);
        RARE_OBJECTS.split(' ').any(|object| word.eq_ignore_ascii_case(object))
    }

    /// True if a new query follows the name of the view at `at`.
    fn alters_view(&self, at: usize) -> bool {
        let mut end = at + 1;
        while self.k(end) == K::Dot {
            end += 2;
        }
        self.k(at) == K::Name && (self.w(end) == W::As || self.k(end) == K::Lp)
    }

    /// The kind of object named at `at`, and where its words end.
    fn object(&self, at: usize) -> Option<(ObjectKind, usize)> {
        use W::*;
        Some(match self.w(at) {
            Table | Tables => (ObjectKind::Table, at + 1),
            View => (ObjectKind::View, at + 1),
            Materialized if self.w(at + 1) == View => (ObjectKind::MaterializedView, at + 2),
            Index => (ObjectKind::Index, at + 1),
            Sequence => (ObjectKind::Sequence, at + 1),
            Schema => (ObjectKind::Schema, at + 1),
            Database => (ObjectKind::Database, at + 1),
            Type => (ObjectKind::Type, if self.w(at + 1) == Body { at + 2 } else { at + 1 }),
            Domain => (ObjectKind::Domain, at + 1),
            Column => (ObjectKind::Column, at + 1),
            Constraint => (ObjectKind::Constraint, at + 1),
            Function => (ObjectKind::Function, at + 1),
            Procedure | Proc => (ObjectKind::Procedure, at + 1),
            Trigger => (ObjectKind::Trigger, at + 1),
            Role => (ObjectKind::Role, at + 1),
            User => (ObjectKind::User, at + 1),
            Event => (ObjectKind::Event, at + 1),
            Package => (ObjectKind::Package, if self.w(at + 1) == Body { at + 2 } else { at + 1 }),
            Extension => (ObjectKind::Extension, at + 1),
            _ => return None,
        })
    }

    /// A DROP; what stands before it from `from` on belongs to its head.
    fn drop(&mut self, from: usize, at: usize, flag: u8) -> usize {
        use W::*;
        let mut flag = flag;
        let mut end = at + 1;
        if matches!(self.w(end), Temporary | Temp) {
            flag |= DROP_TEMPORARY;
            end += 1;
        }
        let Some((object, behind)) = self.object(end) else {
            return match self.is_rare_object(end) {
                true => self.emit_rest(K::Other, OtherKind::Unknown as u16, from),
                false => from,
            };
        };
        end = behind;
        if matches!(self.w(end), Concurrently | Online) {
            flag |= CONCURRENTLY;
            end += 1;
        }
        if let Some(behind) = self.if_exists(end) {
            flag |= IF_EXISTS;
            end = behind;
        }
        if self.raw[end.min(self.raw.len())..].iter().any(|tok| tok.kind == K::Lp) {
            return self.emit_rest(K::Other, OtherKind::DropRoutine as u16, from);
        }
        self.fuser.frame = Frame::TypeDef;
        self.emit(K::Drop, object as u16, from, end);
        self.set_flag(flag);
        if self.k(end) == K::Name { self.name(end) } else { end }
    }

    fn truncate(&mut self, at: usize) -> usize {
        let mut end = at + 1;
        if self.w(end) == W::Table {
            end += 1;
        }
        let only = self.w(end) == W::Only && self.k(end + 1) == K::Name;
        end += usize::from(only);
        self.fuser.frame = Frame::TypeDef;
        self.emit(K::Truncate, u16::from(only), at, end);
        if self.k(end) == K::Name { self.name(end) } else { end }
    }

    fn comment_on(&mut self, at: usize) -> usize {
        let Some((object, end)) = self.object(at + 2) else {
            return self.emit_rest(K::Other, OtherKind::Unknown as u16, at);
        };
        self.fuser.frame = Frame::CommentOn;
        self.emit(K::CommentOn, object as u16, at, end);
        if self.k(end) == K::Name { self.name(end) } else { end }
    }

    fn begin(&mut self, at: usize) -> usize {
        use W::*;
        let mut end = at + 1;
        let transaction = matches!(self.w(end), Tran | Transaction | Work);
        let locking = match self.w(end) {
            Deferred => 32,
            Immediate => 33,
            Exclusive => 34,
            _ => 0,
        };
        let is_block = match self.dialect {
            Dialect::Oracle => true,
            Dialect::Mssql => !transaction,
            Dialect::Mysql | Dialect::Mariadb => !(transaction || end >= self.raw.len()),
            Dialect::Postgres => false,
            Dialect::Sqlite => false,
        };
        if is_block {
            return self.emit_rest(K::Other, OtherKind::Block as u16, at);
        }
        if transaction {
            end += 1;
        }
        self.emit(K::Begin, 0, at, end);
        if locking != 0 {
            end = self.emit(K::TransactionMode, locking, end, end + 1);
            if matches!(self.w(end), Transaction) {
                end += 1;
            }
        }
        if self.dialect == Dialect::Mssql && end < self.raw.len() {
            // A transaction may have a name, which nothing refers to but ROLLBACK.
            return self.raw.len();
        }
        self.transaction_modes(end)
    }

    /// `ISOLATION LEVEL …, READ ONLY`: to the end of the statement.
    fn transaction_modes(&mut self, at: usize) -> usize {
        use W::*;
        let mut end = at;
        while end < self.raw.len() {
            let (mode, behind) = match (self.w(end), self.w(end + 1)) {
                (Isolation, _) => match (self.w(end + 2), self.w(end + 3)) {
                    (Read, Uncommitted) => (0, end + 4),
                    (Read, Committed) => (1, end + 4),
                    (Repeatable, _) => (2, end + 4),
                    (Serializable, _) => (3, end + 3),
                    (Snapshot, _) => (4, end + 3),
                    _ => return end,
                },
                (Read, Only) => (16, end + 2),
                (Read, Write) => (17, end + 2),
                (Deferrable, _) => (18, end + 1),
                (Not, Deferrable) => (19, end + 2),
                (With, Consistent) => (20, end + 3),
                _ if self.k(end) == K::Comma => {
                    end += 1;
                    continue;
                }
                _ => return end,
            };
            end = self.emit(K::TransactionMode, mode, end, behind);
        }
        end
    }

    /// Skips `WORK`, `TRANSACTION` and reads `AND [NO] CHAIN`: (chain, position behind).
    fn work_and_chain(&self, at: usize) -> (bool, usize) {
        use W::*;
        let mut end = at;
        if matches!(self.w(end), Work | Transaction | Tran) {
            end += 1;
        }
        let mut chain = false;
        if self.words(end, &[And, Chain]) {
            chain = true;
            end += 2;
        } else if self.words(end, &[And, No, Chain]) {
            end += 3;
        }
        if self.words(end, &[No, Release]) {
            end += 2;
        } else if self.w(end) == Release {
            end += 1;
        }
        (chain, end)
    }

    fn commit(&mut self, at: usize) -> usize {
        if self.w(at + 1) == W::Prepare || self.words(at + 1, &[W::Prepare]) {
            return self.emit_rest(K::Other, OtherKind::Xa as u16, at);
        }
        let (chain, end) = self.work_and_chain(at + 1);
        self.emit(K::Commit, u16::from(chain), at, end);
        // T-SQL: the name of the transaction means nothing to COMMIT.
        if self.dialect == Dialect::Mssql { self.raw.len() } else { end }
    }

    fn rollback(&mut self, at: usize) -> usize {
        let (chain, end) = self.work_and_chain(at + 1);
        self.fuser.frame = Frame::Set;
        if self.w(end) == W::To {
            let name =
                if self.w(end + 1) == W::Savepoint && end + 2 < self.raw.len() { end + 2 } else { end + 1 };
            return self.emit(K::RollbackTo, 0, at, name);
        }
        if self.dialect == Dialect::Mssql && self.k(end) == K::Name {
            return self.emit(K::RollbackTo, 0, at, end);
        }
        self.emit(K::Rollback, u16::from(chain), at, end)
    }

    fn set(&mut self, at: usize) -> usize {
        use W::*;
        let mut end = at + 1;
        let scope = self.scope(end);
        if scope != 0 {
            end += 1;
        }
        match (self.w(end), self.w(end + 1)) {
            (Transaction, _) => {
                self.emit(K::SetTransaction, u16::from(scope == 2), at, end + 1);
                return self.transaction_modes(end + 1);
            }
            // SET SESSION CHARACTERISTICS AS TRANSACTION …
            (Unlisted, As) if scope == 2 && self.w(end + 2) == Transaction => {
                self.emit(K::SetTransaction, 1, at, end + 3);
                return self.transaction_modes(end + 3);
            }
            (Constraints, _) => return self.emit_rest(K::Other, OtherKind::SetConstraints as u16, at),
            (Role, _) | (Authorization, _) => return self.emit_rest(K::Other, OtherKind::SetRole as u16, at),
            _ => {}
        }
        self.fuser.frame = Frame::Set;
        self.emit(K::SetStatement, scope, at, end)
    }

    pub(super) fn scope(&self, at: usize) -> u16 {
        // `SET session = 1` sets something called session.
        if self.k(at + 1) == K::Op || self.w(at + 1) == W::To {
            return 0;
        }
        match self.w(at) {
            W::Global => 1,
            W::Session => 2,
            W::Local => 3,
            W::Persist | W::PersistOnly => 4,
            _ => 0,
        }
    }

    fn explain(&mut self, at: usize) -> usize {
        use W::*;
        let mut end = at + 1;
        loop {
            match self.w(end) {
                Query | Plan | Analyze | For => end += 1,
                Unlisted if self.k(end) == K::Name => {
                    let text = self.raw[end].span().text(self.source);
                    if ["verbose", "extended", "partitions"]
                        .iter()
                        .any(|word| text.eq_ignore_ascii_case(word))
                    {
                        end += 1;
                    } else {
                        break;
                    }
                }
                Format if self.k(end + 1) == K::Op => end += 3,
                Unlisted if self.k(end) == K::Lp && !self.is_query_paren(end) => end = self.after_paren(end),
                _ => break,
            }
        }
        let explained = matches!(
            self.w(end),
            Select | With | Values | Insert | Update | Delete | Merge | Replace | Create | Table
        ) || self.k(end) == K::Lp;
        if !explained {
            return self.emit_rest(K::Other, OtherKind::Describe as u16, at);
        }
        self.emit(K::Explain, 0, at, end);
        if self.w(end) == Create { self.create(end) } else { end }
    }
}

fn word_explains(word: W) -> bool {
    matches!(word, W::Describe | W::Desc)
}

/// `aux` of a table option that has no effect on rows; see the table in `ddl`.
pub(super) const TABLE_OPTION_STORAGE: u16 = 12;

/// First words of the kinds of objects that are recognised behind CREATE, ALTER and DROP and not modelled, by the
/// manuals of the dialects.
const RARE_OBJECTS: &str = "\
    access aggregate algorithm application assembly asymmetric audit availability cast certificate cluster \
    collation column constraint context contract controlfile conversion credential cryptographic default definer \
    dimension directory diskgroup edition endpoint external flashback foreign fulltext global group hierarchy \
    ignore indextype inmemory instance java language large library lockdown logfile login mapping master \
    materialized message mining no nonclustered offline online operator outline owned partition pfile pluggable \
    policy primary private procedural profile public publication queue remote resource restore rollback route \
    routine rowstore rule schema search security selective server service session signature spatial spfile sql \
    statistics subscription symmetric synonym system tablespace text transform trusted type undo user workload xml";

/// Statements told by their first word alone.
fn other(word: W) -> Option<OtherKind> {
    use W::*;
    Some(match word {
        Call => OtherKind::Call,
        Do => OtherKind::Do,
        Exec | Execute => OtherKind::Execute,
        Prepare => OtherKind::Prepare,
        Deallocate => OtherKind::Deallocate,
        Copy => OtherKind::Copy,
        Load => OtherKind::Load,
        Show => OtherKind::Show,
        Describe | Desc => OtherKind::Describe,
        Declare => OtherKind::Declare,
        If => OtherKind::If,
        While => OtherKind::While,
        Loop | Repeat => OtherKind::Loop,
        Print => OtherKind::Print,
        Raiserror | Throw | Raise => OtherKind::Raise,
        Return => OtherKind::Return,
        Open | Close | Fetch | Cursor => OtherKind::Cursor,
        Analyze | Optimize | Repair | Checksum | Check => OtherKind::Analyze,
        Vacuum => OtherKind::Vacuum,
        Reindex => OtherKind::Reindex,
        Attach => OtherKind::Attach,
        Detach => OtherKind::Detach,
        Handler => OtherKind::Handler,
        Kill | Shutdown | Waitfor | Goto => OtherKind::Kill,
        Flush | Purge => OtherKind::Flush,
        Reset => OtherKind::Reset,
        Listen | Unlisten => OtherKind::Listen,
        Notify => OtherKind::Notify,
        Cluster => OtherKind::Cluster,
        Refresh => OtherKind::Refresh,
        Rename => OtherKind::Rename,
        Install => OtherKind::Install,
        Backup => OtherKind::Backup,
        Checkpoint => OtherKind::Checkpoint,
        Import | Bulk => OtherKind::Import,
        Signal | Resignal => OtherKind::Signal,
        Security => OtherKind::Security,
        Discard => OtherKind::Discard,
        Xa => OtherKind::Xa,
        Dbcc | Reconfigure => OtherKind::Unknown,
        End | Else => OtherKind::Block,
        _ => return None,
    })
}
