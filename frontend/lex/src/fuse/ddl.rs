//! Words of definitions. They mean something only where a definition can hold them: at the bracket depth of the column
//! list, or behind it.

use super::{Ctx, Pass};
use crate::token::K;
use crate::words::W;
use air_base::Dialect;

/// `aux` of [`K::ColumnWord`].
pub const COLUMN_NOT_NULL: u16 = 0;
/// `NULL`.
pub const COLUMN_NULL: u16 = 1;
/// `AUTO_INCREMENT`.
pub const COLUMN_AUTO_INCREMENT: u16 = 2;
/// `STORED`, `PERSISTED`.
pub const COLUMN_STORED: u16 = 3;
/// `VIRTUAL`.
pub const COLUMN_VIRTUAL: u16 = 4;
/// `INVISIBLE`.
pub const COLUMN_INVISIBLE: u16 = 5;
/// Words without effect on rows.
pub const COLUMN_ADVICE: u16 = 6;
/// SQLite's `AUTOINCREMENT` behind `PRIMARY KEY`.
pub const COLUMN_AUTOINCREMENT: u16 = 7;

/// `aux` bits of [`K::PrimaryKey`] and [`K::Unique`].
pub const KEY_CLUSTERED: u16 = 1;
/// `NONCLUSTERED`.
pub const KEY_NONCLUSTERED: u16 = 2;
/// `DESC` behind `PRIMARY KEY` of a column.
pub const KEY_DESC: u16 = 4;
/// `NULLS NOT DISTINCT`.
pub const KEY_NULLS_NOT_DISTINCT: u16 = 8;
/// A bare `KEY` of MySQL.
pub const KEY_BARE: u16 = 16;

// `aux` of K::TableOption, in the order of the syntax tree's kinds.
const OPTION_ENGINE: u16 = 0;
const OPTION_AUTO_INCREMENT: u16 = 1;
const OPTION_CHARSET: u16 = 2;
const OPTION_COLLATE: u16 = 3;
const OPTION_COMMENT: u16 = 4;
const OPTION_WITHOUT_ROWID: u16 = 5;
const OPTION_STRICT: u16 = 6;
const OPTION_ON_COMMIT_PRESERVE: u16 = 7;
const OPTION_ON_COMMIT_DELETE: u16 = 8;
const OPTION_ON_COMMIT_DROP: u16 = 9;
const OPTION_PARTITION: u16 = 10;
const OPTION_INHERITS: u16 = 11;
const OPTION_STORAGE: u16 = super::heads::TABLE_OPTION_STORAGE;
const OPTION_OTHER: u16 = 13;

/// `aux` of [`K::AlterOther`]: no effect on rows.
pub const ALTER_ADVICE: u16 = 0;
/// A constraint holds from now on.
pub const ALTER_CHECK: u16 = 1;
/// A constraint does not hold any more.
pub const ALTER_NOCHECK: u16 = 2;
/// Not modelled.
pub const ALTER_OTHER: u16 = 3;

impl Pass<'_> {
    /// True at the start of an element of a column list, or of an action of `ALTER TABLE`.
    fn starts_element(&self) -> bool {
        matches!(self.prev(), K::Lp | K::Comma | K::AddConstraint | K::AddColumn | K::ModifyColumn)
    }

    /// A constraint of a table where `ADD` or a comma leads to one.
    fn table_constraint(&mut self, word: W, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        Some(match word {
            Constraint => {
                // MySQL allows CONSTRAINT without a name.
                let named = !matches!(self.w(next), Primary | Unique | Foreign | Check);
                self.emit(K::Constraint, u16::from(named), at, next);
                if named && self.k(next) == K::Name {
                    return Some(self.name(next));
                }
                next
            }
            Primary if self.w(next) == Key => self.key(K::PrimaryKey, at, at + 2),
            Unique if self.k(next) == K::Lp || self.k(next) == K::Name => {
                let end = if matches!(self.w(next), Key | Index) { at + 2 } else { next };
                self.key(K::Unique, at, end)
            }
            Check if self.k(next) == K::Lp => self.emit(K::Check, 0, at, next),
            Foreign if self.w(next) == Key => self.emit(K::ForeignKey, 0, at, at + 2),
            Fulltext | Spatial if self.is_my() => {
                let end = if matches!(self.w(next), Key | Index) { at + 2 } else { next };
                self.emit(K::IndexKey, if word == Fulltext { 1 } else { 2 }, at, end)
            }
            Index | Key if self.is_my() || (word == Index && self.dialect == Dialect::Mssql) => {
                self.emit(K::IndexKey, 0, at, next)
            }
            Exclude if self.w(next) == Using || self.k(next) == K::Lp => {
                let end = self.element_end(at);
                self.emit(K::ExcludeConstraint, 0, at, end)
            }
            Period if self.w(next) == For => {
                let end = self.element_end(at);
                self.emit(K::ExcludeConstraint, 1, at, end)
            }
            Like if self.k(next) == K::Name => self.emit(K::Like, 0, at, next),
            _ => return None,
        })
    }

    /// Position of the comma or bracket that ends the element at `at`.
    fn element_end(&self, at: usize) -> usize {
        let mut end = at;
        while end < self.raw.len() && !matches!(self.k(end), K::Comma | K::Rp) {
            end = if self.k(end) == K::Lp { self.after_paren(end) } else { end + 1 };
        }
        end
    }

    fn key(&mut self, kind: K, at: usize, end: usize) -> usize {
        use W::*;
        let mut bits = 0;
        let mut end = end;
        loop {
            match (self.w(end), self.w(end + 1), self.w(end + 2)) {
                (Clustered, ..) => bits |= KEY_CLUSTERED,
                (Nonclustered, ..) => bits |= KEY_NONCLUSTERED,
                (Desc, ..) => bits |= KEY_DESC,
                (Asc, ..) => {}
                (Nulls, Not, Distinct) => {
                    bits |= KEY_NULLS_NOT_DISTINCT;
                    end += 2;
                }
                (Nulls, Distinct, _) => end += 1,
                // MySQL: PRIMARY KEY USING BTREE (a).
                (Using, Btree | Hash, _) => end += 1,
                _ => break,
            }
            end += 1;
        }
        self.emit(kind, bits, at, end)
    }

    /// A word at the depth of column definitions.
    pub(super) fn column_word(&mut self, word: W, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        if self.fuser.frame == super::Frame::AlterTable
            && self.fuser.depth == 0
            && (self.fuser.out.len() == 2 || self.prev() == K::Comma)
        {
            // An action starts here.
            return None;
        }
        if self.starts_element() || self.prev() == K::Constraint {
            if self.prev() == K::AddConstraint
                || self.fuser.frame != super::Frame::AlterTable
                || self.fuser.depth > 0
            {
                if let Some(end) = self.table_constraint(word, at) {
                    return Some(end);
                }
                if matches!(self.prev(), K::Lp | K::Comma | K::AddColumn | K::ModifyColumn)
                    && (self.fuser.frame != super::Frame::AlterTable
                        || self.fuser.depth > 0
                        || self.prev() != K::Comma)
                {
                    return Some(self.name(at));
                }
            } else if matches!(self.prev(), K::AddColumn | K::ModifyColumn) {
                return Some(self.name(at));
            }
        }
        // Behind these stands the name of a column or constraint.
        if matches!(
            self.prev(),
            K::ChangeColumn
                | K::AlterColumn
                | K::DropColumn
                | K::DropConstraint
                | K::DropIndex
                | K::RenameColumn
                | K::RenameOther
                | K::RenameTo
                | K::After
                | K::To
        ) {
            return Some(self.name(at));
        }
        if self.before_prev() == K::ChangeColumn && self.prev() == K::Name {
            return Some(self.name(at));
        }
        Some(match word {
            Not => match (self.w(next), self.w(at + 2)) {
                (Null, _) => self.emit(K::ColumnWord, COLUMN_NOT_NULL, at, at + 2),
                (Deferrable, _) => self.emit(K::ConstraintState, 1, at, at + 2),
                (Enforced, _) => self.emit(K::ConstraintState, 5, at, at + 2),
                (Valid, _) => self.emit(K::ConstraintState, 6, at, at + 2),
                (For, _) => self.emit(K::ColumnWord, COLUMN_ADVICE, at, at + 3),
                _ => return None,
            },
            Null if !matches!(
                self.prev(),
                K::Default | K::DefaultOnNull | K::OnUpdate | K::Pre | K::Op | K::SetDefault
            ) =>
            {
                self.emit(K::ColumnWord, COLUMN_NULL, at, next)
            }
            Default if self.words(next, &[On, Null]) => {
                let end = if self.words(at + 3, &[For, Insert, Only]) { at + 6 } else { at + 3 };
                self.emit(K::DefaultOnNull, 0, at, end)
            }
            Default => self.emit(K::Default, 0, at, next),
            Primary if self.w(next) == Key => self.key(K::PrimaryKey, at, at + 2),
            Unique => {
                let end = if matches!(self.w(next), Key) { at + 2 } else { next };
                self.key(K::Unique, at, end)
            }
            Key if self.is_my() => self.emit(K::PrimaryKey, KEY_BARE, at, next),
            Check if self.k(next) == K::Lp => self.emit(K::Check, 0, at, next),
            Foreign if self.w(next) == Key => self.emit(K::ForeignKey, 0, at, at + 2),
            References => self.emit(K::References, 0, at, next),
            Collate => self.emit(K::ColCollate, 0, at, next),
            Constraint => {
                self.emit(K::Constraint, 1, at, next);
                if self.k(next) == K::Name { self.name(next) } else { next }
            }
            Comment if matches!(self.k(next), K::Str) => self.emit(K::ColComment, 0, at, next),
            On => match (self.w(next), self.w(at + 2), self.w(at + 3)) {
                (Delete, action, second) => self.reference_action(0, action, second, at)?,
                (Update, action @ (No | Restrict | Cascade | Set), second) => {
                    self.reference_action(0x100, action, second, at)?
                }
                (Update, ..) => self.emit(K::OnUpdate, 0, at, at + 2),
                (Conflict, how, _) => {
                    let code = match how {
                        Replace => 2,
                        Ignore => 3,
                        Abort => 4,
                        Rollback => 5,
                        Fail => 6,
                        _ => return None,
                    };
                    self.emit(K::ConflictClause, code, at, at + 3)
                }
                // T-SQL: where the index of a key lives.
                _ if self.dialect == Dialect::Mssql && self.k(next) == K::Name => {
                    self.emit(K::ColumnWord, COLUMN_ADVICE, at, at + 2)
                }
                _ => return None,
            },
            Match if matches!(self.w(next), Full | Partial | Simple) => {
                let code = match self.w(next) {
                    Full => 1,
                    Partial => 2,
                    _ => 0,
                };
                self.emit(K::RefMatch, code, at, at + 2)
            }
            Generated => match (self.w(next), self.w(at + 2), self.w(at + 3)) {
                (Always, As, Identity) => self.identity(at, at + 4, 1),
                (Always, As, Row) => self.emit(K::ColumnWord, COLUMN_ADVICE, at, at + 5),
                (Always, As, _) => self.emit(K::GeneratedAs, 0, at, at + 3),
                (By, Default, As) => self.identity(at, at + 5, 0),
                (By, Default, On) => self.identity(at, at + 7, 2),
                (As, ..) => self.emit(K::GeneratedAs, 0, at, at + 2),
                _ => return None,
            },
            As if self.k(next) == K::Lp || self.dialect == Dialect::Mssql => {
                self.emit(K::GeneratedAs, 0, at, next)
            }
            Identity if self.prev() != K::Lp && self.prev() != K::Comma => self.identity(at, next, 1),
            AutoIncrement => self.emit(K::ColumnWord, COLUMN_AUTO_INCREMENT, at, next),
            Autoincrement => self.emit(K::ColumnWord, COLUMN_AUTOINCREMENT, at, next),
            Stored | Persisted | Persistent => self.emit(K::ColumnWord, COLUMN_STORED, at, next),
            Virtual => self.emit(K::ColumnWord, COLUMN_VIRTUAL, at, next),
            Invisible | Hidden => self.emit(K::ColumnWord, COLUMN_INVISIBLE, at, next),
            Visible | Sparse | Rowguidcol => self.emit(K::ColumnWord, COLUMN_ADVICE, at, next),
            ColumnFormat | Storage | Compression if self.k(next) == K::Name => {
                self.emit(K::ColumnWord, COLUMN_ADVICE, at, at + 2)
            }
            Deferrable => self.emit(K::ConstraintState, 0, at, next),
            Initially => {
                let deferred = self.w(next) == Deferred;
                self.emit(K::ConstraintState, if deferred { 2 } else { 3 }, at, at + 2)
            }
            Enable | Enforced | Validate | Rely => {
                let end = if matches!(self.w(next), Validate) { at + 2 } else { next };
                self.emit(K::ConstraintState, 4, at, end)
            }
            Disable => self.emit(K::ConstraintState, 5, at, next),
            Novalidate => self.emit(K::ConstraintState, 6, at, next),
            No if self.w(next) == Inherit => self.emit(K::ConstraintState, 7, at, at + 2),
            Unsigned => self.emit(K::TypeFlag, 0, at, next),
            Zerofill => self.emit(K::TypeFlag, 1, at, next),
            Signed => self.emit(K::TypeFlag, 2, at, next),
            Binary
                if self.is_my()
                    && (self.prev() == K::Rp
                        || (self.prev() == K::Name && self.before_prev() == K::Name))
                    && self.is_type_tail() =>
            {
                self.emit(K::TypeFlag, 3, at, next)
            }
            Character if self.w(next) == Set => self.charset(at, at + 2),
            Char if self.w(next) == Set => self.charset(at, at + 2),
            Charset if self.is_my() => self.charset(at, next),
            First if self.is_my() && self.fuser.frame == super::Frame::AlterTable => {
                self.emit(K::Position, 0, at, next)
            }
            After if self.fuser.frame == super::Frame::AlterTable => self.emit(K::After, 0, at, next),
            Using if matches!(self.w(next), Btree | Hash) => self.emit(K::UsingMethod, 0, at, at + 2),
            Using if self.w(next) == Index => {
                // Oracle: USING INDEX (…), TABLESPACE …: where the index of the key lives.
                let end = self.element_end(at);
                self.emit(K::ColumnWord, COLUMN_ADVICE, at, end)
            }
            With if self.k(next) == K::Lp => {
                let end = self.after_paren(next);
                self.emit(K::ColumnWord, COLUMN_ADVICE, at, end)
            }
            _ => return self.column_rest(word, at),
        })
    }

    fn identity(&mut self, at: usize, end: usize, how: u16) -> usize {
        if self.k(end) == K::Lp {
            self.fuser.stack.push(Ctx::Sequence);
            self.fuser.depth += 1;
            self.emit(K::IdentityLp, how, at, end + 1)
        } else {
            self.emit(K::Identity, how, at, end)
        }
    }

    /// True if nothing but the type's own words stands between the column's name and here.
    fn is_type_tail(&self) -> bool {
        self.fuser
            .out
            .iter()
            .rev()
            .take(12)
            .take_while(|tok| !matches!(tok.kind, K::Comma))
            .all(|tok| !matches!(tok.kind, K::Default | K::ColumnWord | K::GeneratedAs | K::Check))
    }

    /// `CHARACTER SET name`.
    pub(super) fn charset(&mut self, at: usize, name: usize) -> usize {
        if !matches!(self.k(name), K::Name | K::Str) {
            return self.name(at);
        }
        let first = self.push_ident(name);
        self.emit_named(K::CharSet, first, 1, at, name + 1)
    }

    fn reference_action(&mut self, base: u16, action: W, second: W, at: usize) -> Option<usize> {
        let (code, end) = match (action, second) {
            (W::No, W::Action) => (0, at + 4),
            (W::Restrict, _) => (1, at + 3),
            (W::Cascade, _) => (2, at + 3),
            (W::Set, W::Null) => (3, at + 4),
            (W::Set, W::Default) => (4, at + 4),
            _ => return None,
        };
        Some(self.emit(K::RefAction, base | code, at, end))
    }

    /// Words in other places of a column definition.
    fn column_rest(&mut self, word: W, at: usize) -> Option<usize> {
        use W::*;
        match word {
            With if self.w(at + 1) == Time || self.w(at + 1) == Local => None,
            Set | Enum if self.k(at + 1) == K::Lp => Some(self.name(at)),
            Interval => {
                let end = self.name(at);
                Some(self.unit_range(end, K::IntervalRange).unwrap_or(end))
            }
            Date | Time | Timestamp | Timestamptz | Datetime | Year | Day | Month | Left | Right | Array
            | Row | Rows | Values | Value
                if !matches!(self.k(at + 1), K::Str) =>
            {
                Some(self.name(at))
            }
            _ => None,
        }
    }

    /// A word of `CREATE TABLE` outside of the column list.
    pub(super) fn create_table_word(&mut self, word: W, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        match word {
            // The list behind LIKE.
            Including | Excluding => {
                let including = word == Including;
                let bit = match self.w(next) {
                    All => 0x1ff,
                    Comment => 1,
                    Compression => 2,
                    Constraints => 4,
                    Generated => 16,
                    Identity => 32,
                    Storage => 256,
                    _ => match self
                        .raw
                        .get(next)
                        .map(|tok| tok.span().text(self.source).to_ascii_lowercase())
                        .as_deref()
                    {
                        Some("comments") => 1,
                        Some("defaults") => 8,
                        Some("indexes") => 64,
                        Some("statistics") => 128,
                        _ => 0,
                    },
                };
                return Some(self.emit(
                    K::LikeOption,
                    if including { bit } else { bit | 0x8000 },
                    at,
                    at + 2,
                ));
            }
            Like if self.fuser.depth <= 1
                && self.k(next) == K::Name
                && !matches!(self.prev(), K::Rp | K::Lit) =>
            {
                return Some(self.emit(K::Like, 0, at, next));
            }
            Of if self.prev() == K::Name && self.fuser.depth == 0 => {
                return Some(self.emit_rest(K::TableOption, OPTION_OTHER, at));
            }
            _ => {}
        }
        if self.fuser.depth != 0 || self.in_query() {
            return None;
        }
        self.table_option(word, at)
    }

    /// True once the query behind `AS` has begun.
    fn in_query(&self) -> bool {
        self.fuser.out.iter().any(|tok| matches!(tok.kind, K::Select | K::With | K::QLp | K::Values))
    }

    /// An option of a table, with its value.
    fn table_option(&mut self, word: W, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        let kind = match word {
            Engine => OPTION_ENGINE,
            AutoIncrement => OPTION_AUTO_INCREMENT,
            Collate => OPTION_COLLATE,
            Comment => OPTION_COMMENT,
            Charset => OPTION_CHARSET,
            Character | Char if self.w(next) == Set => {
                return Some(self.option_value(OPTION_CHARSET, at, at + 2));
            }
            Default => {
                let (kind, value) = match (self.w(next), self.w(at + 2)) {
                    (Character | Char, Set) => (OPTION_CHARSET, at + 3),
                    (Charset, _) => (OPTION_CHARSET, at + 2),
                    (Collate, _) => (OPTION_COLLATE, at + 2),
                    _ => return None,
                };
                return Some(self.option_value(kind, at, value));
            }
            Without if self.w(next) == Rowid => {
                return Some(self.emit(K::TableOption, OPTION_WITHOUT_ROWID, at, at + 2));
            }
            Strict => return Some(self.emit(K::TableOption, OPTION_STRICT, at, next)),
            On => {
                return Some(match (self.w(next), self.w(at + 2)) {
                    (Commit, Preserve) => self.emit(K::TableOption, OPTION_ON_COMMIT_PRESERVE, at, at + 4),
                    (Commit, Delete) => self.emit(K::TableOption, OPTION_ON_COMMIT_DELETE, at, at + 4),
                    (Commit, Drop) => self.emit(K::TableOption, OPTION_ON_COMMIT_DROP, at, at + 3),
                    // T-SQL: ON filegroup, ON scheme (column).
                    _ => {
                        let end = if self.k(at + 2) == K::Lp { self.after_paren(at + 2) } else { at + 2 };
                        self.emit(K::TableOption, OPTION_STORAGE, at, end)
                    }
                });
            }
            TextimageOn => return Some(self.emit(K::TableOption, OPTION_STORAGE, at, at + 2)),
            Partition if self.w(next) == By => {
                let mut end = at;
                while end < self.raw.len() && !(self.w(end) == As && matches!(self.w(end + 1), Select | With))
                {
                    end = if self.k(end) == K::Lp { self.after_paren(end) } else { end + 1 };
                }
                return Some(self.emit(K::TableOption, OPTION_PARTITION, at, end));
            }
            Partition if self.w(next) == Of => return Some(self.emit_rest(K::TableOption, OPTION_OTHER, at)),
            Inherits if self.k(next) == K::Lp => {
                let end = self.after_paren(next);
                return Some(self.emit(K::TableOption, OPTION_INHERITS, at, end));
            }
            With if self.k(next) == K::Lp => {
                let end = self.after_paren(next);
                let versioned = self.raw[next..end.min(self.raw.len())]
                    .iter()
                    .any(|tok| tok.span().text(self.source).eq_ignore_ascii_case("system_versioning"));
                return Some(self.emit(
                    K::TableOption,
                    if versioned { OPTION_OTHER } else { OPTION_STORAGE },
                    at,
                    end,
                ));
            }
            With if self.w(next) == System => {
                return Some(self.emit(K::TableOption, OPTION_OTHER, at, at + 3));
            }
            Tablespace | RowFormat | KeyBlockSize | MaxRows | MinRows | AvgRowLength | Checksum
            | PackKeys | DelayKeyWrite | StatsPersistent | StatsAutoRecalc | StatsSamplePages | Pctfree
            | Initrans | Compression | Encryption | Connection | Password | PageChecksum | Transactional
            | InsertMethod | PageCompressed | Encrypted | AutoextendSize => OPTION_STORAGE,
            Logging | Nologging | Cache | Nocache | Parallel | Noparallel | Monitoring | Nomonitoring
            | Compress | Nocompress | Rowdependencies | Inmemory => {
                return Some(self.emit(K::TableOption, OPTION_STORAGE, at, next));
            }
            Storage if self.k(next) == K::Lp => {
                let end = self.after_paren(next);
                return Some(self.emit(K::TableOption, OPTION_STORAGE, at, end));
            }
            Segment | Organization | Data | Index if self.k(next) == K::Name => {
                let mut end = at + 2;
                if matches!(self.k(end), K::Op) {
                    end += 2;
                }
                return Some(self.emit(K::TableOption, OPTION_STORAGE, at, end));
            }
            Union if self.k(next) == K::Op || self.k(next) == K::Lp => {
                return Some(self.emit_rest(K::TableOption, OPTION_OTHER, at));
            }
            _ => return None,
        };
        Some(self.option_value(kind, at, next))
    }

    /// The value of an option, with or without `=`: a literal or a word. It is put out behind the option.
    fn option_value(&mut self, kind: u16, at: usize, value: usize) -> usize {
        let value = if self.k(value) == K::Op { value + 1 } else { value };
        match self.k(value) {
            K::Name => {
                self.emit(K::TableOptionValue, kind, at, value);
                let first = self.push_ident(value);
                self.emit_named(K::Name, first, 1, value, value + 1)
            }
            K::Lit | K::Str => {
                self.emit(K::TableOptionValue, kind, at, value);
                let tok = self.raw[value];
                self.fuser.out.push(tok);
                value + 1
            }
            _ => self.emit(K::TableOption, kind, at, value),
        }
    }

    /// A word of `CREATE INDEX` or `CREATE VIEW`.
    pub(super) fn create_index_word(&mut self, word: W, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        if self.fuser.depth > 0 {
            return None;
        }
        if self.fuser.frame == super::Frame::CreateView {
            if self.in_query() {
                return None;
            }
            return match word {
                With if self.prev() != K::As
                    && !matches!(self.w(next), Check | Cascaded | Local | Read | Data | No) =>
                {
                    let end = if self.k(next) == K::Lp { self.after_paren(next) } else { at + 2 };
                    Some(self.emit(K::TableOption, OPTION_STORAGE, at, end))
                }
                Refresh | Tablespace | Using => {
                    let mut end = at;
                    while end < self.raw.len() && self.w(end) != As {
                        end += 1;
                    }
                    Some(self.emit(K::TableOption, OPTION_STORAGE, at, end))
                }
                _ => None,
            };
        }
        Some(match word {
            Using if self.k(next) == K::Name => {
                let first = self.push_ident(next);
                self.emit_named(K::UsingMethod, first, 1, at, at + 2)
            }
            Include if self.k(next) == K::Lp => self.emit(K::Include, 0, at, next),
            Nulls if self.words(next, &[Not, Distinct]) => {
                self.emit(K::ColumnWord, COLUMN_ADVICE, at, at + 3)
            }
            Nulls if self.w(next) == Distinct => self.emit(K::TableOption, OPTION_STORAGE, at, at + 2),
            On if self.prev() == K::Rp => self.emit(K::TableOption, OPTION_STORAGE, at, at + 2),
            Algorithm | Lock if self.k(next) == K::Op => {
                self.emit(K::TableOption, OPTION_STORAGE, at, at + 3)
            }
            Visible | Invisible | Online | Local | Global => {
                self.emit(K::TableOption, OPTION_STORAGE, at, next)
            }
            On => return None,
            Where => return None,
            _ => return self.table_option(word, at),
        })
    }

    /// A word of `CREATE SEQUENCE`.
    pub(super) fn sequence_word(&mut self, word: W, at: usize) -> Option<usize> {
        self.sequence_option(word, at)
    }

    /// An option of a sequence, also inside of `IDENTITY (…)`.
    pub(super) fn sequence_option(&mut self, word: W, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        Some(match word {
            As => self.emit(K::As, 0, at, next),
            Start => self.emit(K::SequenceNumber, 0, at, if self.w(next) == With { at + 2 } else { next }),
            Increment => self.emit(K::SequenceNumber, 1, at, if self.w(next) == By { at + 2 } else { next }),
            Minvalue => self.emit(K::SequenceNumber, 2, at, next),
            Maxvalue => self.emit(K::SequenceNumber, 3, at, next),
            Cache if matches!(self.k(next), K::Lit) => self.emit(K::SequenceNumber, 4, at, next),
            Restart if self.w(next) == With => self.emit(K::SequenceNumber, 5, at, at + 2),
            Restart if self.k(next) == K::Lit => self.emit(K::SequenceNumber, 5, at, next),
            Restart => self.emit(K::SequenceFlag, 5, at, next),
            Nominvalue => self.emit(K::SequenceFlag, 0, at, next),
            Nomaxvalue => self.emit(K::SequenceFlag, 1, at, next),
            No => {
                let code = match self.w(next) {
                    Minvalue => 0,
                    Maxvalue => 1,
                    Cache => 2,
                    Cycle => 3,
                    _ => 6,
                };
                self.emit(K::SequenceFlag, code, at, at + 2)
            }
            Nocache => self.emit(K::SequenceFlag, 2, at, next),
            Nocycle => self.emit(K::SequenceFlag, 3, at, next),
            Cycle => self.emit(K::SequenceFlag, 4, at, next),
            Order | Keep | Cache | Global | Session => self.emit(K::SequenceFlag, 6, at, next),
            Owned if self.w(next) == By => self.emit(K::OwnedBy, 0, at, at + 2),
            _ => {
                let text = self.raw[at].span().text(self.source);
                if ["noorder", "nokeep", "noscale", "scale"]
                    .iter()
                    .any(|known| text.eq_ignore_ascii_case(known))
                {
                    self.emit(K::SequenceFlag, 6, at, next)
                } else {
                    return None;
                }
            }
        })
    }

    /// A word behind `DROP`, `TRUNCATE` and other short definitions.
    pub(super) fn type_word(&mut self, word: W, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        if self.prev() == K::Comma {
            return Some(self.name(at));
        }
        Some(match word {
            Cascade => self.emit(K::Behavior, 0, at, if self.w(next) == Constraints { at + 2 } else { next }),
            Restrict => self.emit(K::Behavior, 1, at, next),
            Purge => self.emit(K::Behavior, 2, at, next),
            Restart | Continue if self.w(next) == Identity => {
                self.emit(K::RestartIdentity, u16::from(word == Restart), at, at + 2)
            }
            On => self.emit(K::On, 0, at, next),
            Drop if self.w(next) == Storage => at + 2,
            _ => return None,
        })
    }

    /// A word of `SET`: nearly everything is a name or a value.
    pub(super) fn set_word(&mut self, word: W, at: usize) -> usize {
        use W::*;
        let next = at + 1;
        if self.fuser.depth > 0 || (self.prev() == K::Op && self.k(next) != K::Comma && next < self.raw.len())
        {
            // Inside of brackets, and where more than a word follows, it is an expression.
            self.fuser.frame = super::Frame::Query;
            let end = self.word(word, at);
            self.fuser.frame = super::Frame::Set;
            return end;
        }
        match word {
            To if self.prev() == K::Name => self.emit(K::To, 0, at, next),
            Default => self.emit(K::Default, 0, at, next),
            Null | True | False | And | Or | Not | In | Is | Like | Case | When | Then | Else | End
            | Between | Collate
                if self.has_set_value() && !matches!(word, True | False if !self.has_boolean()) =>
            {
                let frame = self.fuser.frame;
                self.fuser.frame = super::Frame::Query;
                let end = self.word(word, at);
                self.fuser.frame = frame;
                end
            }
            _ if self.prev() == K::Comma && self.scope(at) != 0 => {
                let scope = self.scope(at);
                self.emit(K::SetStatement, scope, at, next)
            }
            _ => self.name(at),
        }
    }

    /// True once an `=` has been seen.
    fn has_set_value(&self) -> bool {
        self.fuser.out.iter().any(|tok| tok.kind == K::Op)
    }

    /// A word of `ALTER TABLE` that is no part of a column definition.
    pub(super) fn alter_word(&mut self, word: W, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        if self.fuser.depth > 0 {
            return None;
        }
        let first = self.fuser.out.len() == 2;
        let comma = self.prev() == K::Comma;
        if !(first || comma) {
            return match word {
                To => Some(self.emit(K::To, 0, at, next)),
                Cascade => Some(self.emit(
                    K::Behavior,
                    0,
                    at,
                    if self.w(next) == Constraints { at + 2 } else { next },
                )),
                Restrict => Some(self.emit(K::Behavior, 1, at, next)),
                Set if self.before_prev() == K::AlterColumn => Some(match (self.w(next), self.w(at + 2)) {
                    (Data, Type) => self.emit(K::SetType, 0, at, at + 3),
                    (Default, _) => self.emit(K::SetDefault, 0, at, at + 2),
                    (Not, Null) => self.emit(K::ColumnChange, 1, at, at + 3),
                    _ => {
                        let end = self.element_end(at);
                        self.emit(K::ColumnChange, 3, at, end)
                    }
                }),
                Type if self.before_prev() == K::AlterColumn => Some(self.emit(K::SetType, 0, at, next)),
                Drop if self.before_prev() == K::AlterColumn => Some(match (self.w(next), self.w(at + 2)) {
                    (Default, _) => self.emit(K::ColumnChange, 0, at, at + 2),
                    (Not, Null) => self.emit(K::ColumnChange, 2, at, at + 3),
                    _ => {
                        let end = self.element_end(at);
                        self.emit(K::ColumnChange, 3, at, end)
                    }
                }),
                Add | Restart if self.before_prev() == K::AlterColumn => {
                    let end = self.element_end(at);
                    Some(self.emit(K::ColumnChange, 3, at, end))
                }
                For if self.fuser.out.iter().any(|tok| tok.kind == K::AddConstraint) => {
                    Some(self.emit(K::For, 0, at, next))
                }
                Using => Some(self.emit(K::Using, 0, at, next)),
                Add if matches!(self.prev(), K::Name | K::Rp | K::ColumnWord | K::Lit)
                    && self.dialect == Dialect::Oracle =>
                {
                    // Oracle separates actions by nothing.
                    Some(self.action(Add, at))
                }
                _ => None,
            };
        }
        if matches!(
            word,
            Add | Drop
                | Modify
                | Change
                | Alter
                | Rename
                | With
                | Check
                | Nocheck
                | Enable
                | Disable
                | Engine
                | Owner
                | Set
                | Validate
                | Cluster
                | Inherit
                | No
                | Order
                | Convert
                | Force
                | Replace
                | Attach
                | Detach
                | Partition
                | Default
                | Comment
                | AutoIncrement
                | Charset
                | Character
                | Collate
                | RowFormat
                | Tablespace
                | Algorithm
                | Lock
                | Discard
                | Import
                | Reset
                | Truncate
                | Read
        ) {
            return Some(self.action(word, at));
        }
        if comma {
            let end = self.continued(word, at);
            return if end > at { Some(end) } else { self.column_word(word, at) };
        }
        Some(self.action(word, at))
    }

    /// T-SQL: `ADD a int, b int` and `DROP COLUMN a, b` name the action once.
    pub(super) fn continued(&mut self, word: W, at: usize) -> usize {
        let constraint = matches!(
            word,
            W::Constraint | W::Primary | W::Unique | W::Foreign | W::Check | W::Index | W::Key
        );
        let kind = match self.fuser.last_action {
            K::AddColumn | K::AddConstraint => {
                if constraint {
                    K::AddConstraint
                } else {
                    K::AddColumn
                }
            }
            K::DropColumn | K::DropConstraint => match word {
                W::Column => return self.emit(K::DropColumn, 0, at, at + 1),
                W::Constraint => return self.emit(K::DropConstraint, 0, at, at + 1),
                _ => self.fuser.last_action,
            },
            kind => kind,
        };
        if kind == K::Eof {
            return at;
        }
        self.emit(kind, 0, at, at);
        at
    }

    /// One action of `ALTER TABLE`.
    fn action(&mut self, word: W, at: usize) -> usize {
        use W::*;
        let next = at + 1;
        let (kind, aux, end, exists) = match word {
            Add => match self.w(next) {
                Constraint | Primary | Unique | Foreign | Check | Index | Key | Fulltext | Spatial
                | Exclude | Period
                    if self.w(next) != Key || self.is_my() =>
                {
                    (K::AddConstraint, 0, next, false)
                }
                Default if self.dialect == Dialect::Mssql => (K::AddConstraint, 0, next, false),
                Partition | Supplemental => return self.other_action(ALTER_OTHER, at),
                Column => (K::AddColumn, 0, at + 2, true),
                _ => (K::AddColumn, 0, next, true),
            },
            Drop => match (self.w(next), self.w(at + 2)) {
                (Column, _) => (K::DropColumn, 0, at + 2, true),
                (Constraint, _) => (K::DropConstraint, 0, at + 2, true),
                (Check, _) if self.is_my() => (K::DropConstraint, 0, at + 2, true),
                (Foreign, Key) => (K::DropConstraint, 0, at + 3, true),
                (Primary, Key) => (K::DropPrimaryKey, 0, at + 3, false),
                (Index | Key, _) => (K::DropIndex, 0, at + 2, true),
                (Partition | Period | System, _) | (Unused, _) => return self.other_action(ALTER_OTHER, at),
                _ => (K::DropColumn, 0, next, true),
            },
            Modify => (K::ModifyColumn, 0, if self.w(next) == Column { at + 2 } else { next }, true),
            Change => (K::ChangeColumn, 0, if self.w(next) == Column { at + 2 } else { next }, true),
            Alter => match self.w(next) {
                Column => (K::AlterColumn, 0, at + 2, true),
                Constraint | Index | Check => return self.other_action(ALTER_OTHER, at),
                _ => (K::AlterColumn, 0, next, false),
            },
            Rename => match self.w(next) {
                To | As => (K::RenameTo, 0, at + 2, false),
                Column => (K::RenameColumn, 0, at + 2, true),
                Constraint => (K::RenameOther, 0, at + 2, false),
                Index | Key => (K::RenameOther, 1, at + 2, false),
                _ if self.w(at + 2) == To => (K::RenameColumn, 0, next, false),
                _ => (K::RenameTo, 0, next, false),
            },
            With if matches!(self.w(next), Check | Nocheck) && self.w(at + 2) == Add => {
                (K::AddConstraint, u16::from(self.w(next) == Nocheck), at + 3, false)
            }
            With if matches!(self.w(next), Check) => return self.other_action(ALTER_CHECK, at),
            Check => return self.other_action(ALTER_CHECK, at),
            Nocheck => return self.other_action(ALTER_NOCHECK, at),
            Enable | Disable if matches!(self.w(next), Constraint | Primary | Unique) => {
                return self.other_action(if word == Enable { ALTER_CHECK } else { ALTER_NOCHECK }, at);
            }
            Owner | Cluster | Enable | Disable | Validate | Order | Algorithm | Lock | Force => {
                return self.other_action(ALTER_ADVICE, at);
            }
            Engine | AutoIncrement | Comment | Charset | Character | Collate | Default | RowFormat
            | Tablespace => {
                return self.table_option(word, at).unwrap_or_else(|| self.other_action(ALTER_OTHER, at));
            }
            Set if self.k(next) == K::Lp || matches!(self.w(next), Tablespace | Logging | Without) => {
                return self.other_action(ALTER_ADVICE, at);
            }
            _ => return self.other_action(ALTER_OTHER, at),
        };
        let (end, exists) = match (exists, self.if_exists(end)) {
            (true, Some(behind)) => (behind, true),
            _ => (end, false),
        };
        self.fuser.last_action = kind;
        self.emit(kind, aux, at, end);
        if exists && let Some(last) = self.fuser.out.last_mut() {
            last.flag |= super::heads::IF_EXISTS;
        }
        end
    }

    fn other_action(&mut self, how: u16, at: usize) -> usize {
        let end = self.element_end(at).max(at + 1);
        self.emit(K::AlterOther, how, at, end)
    }
}
