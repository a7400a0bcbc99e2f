//! Words behind the name of a column, and constraints of a table.

use super::super::{Ctx, Frame, Pass};
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

impl Pass<'_> {
    /// True at the start of an element of a column list, or of an action of `ALTER TABLE`.
    pub(super) fn starts_element(&self) -> bool {
        matches!(self.prev(), K::Lp | K::Comma | K::AddConstraint | K::AddColumn | K::ModifyColumn)
    }

    /// A constraint of a table where `ADD` or a comma leads to one.
    pub(super) fn table_constraint(&mut self, word: W, at: usize) -> Option<usize> {
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
    pub(super) fn element_end(&self, at: usize) -> usize {
        let mut end = at;
        while end < self.raw.len() && !matches!(self.k(end), K::Comma | K::Rp) {
            end = if self.k(end) == K::Lp { self.after_paren(end) } else { end + 1 };
        }
        end
    }

    pub(super) fn key(&mut self, kind: K, at: usize, end: usize) -> usize {
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
    pub(in crate::fuse) fn column_word(&mut self, word: W, at: usize) -> Option<usize> {
        use W::*;
        let next = at + 1;
        if self.fuser.frame == Frame::AlterTable
            && self.fuser.depth == 0
            && (self.fuser.out.len() == 2 || self.prev() == K::Comma)
        {
            // An action starts here.
            return None;
        }
        if self.starts_element() || self.prev() == K::Constraint {
            if self.prev() == K::AddConstraint
                || self.fuser.frame != Frame::AlterTable
                || self.fuser.depth > 0
            {
                if let Some(end) = self.table_constraint(word, at) {
                    return Some(end);
                }
                if matches!(self.prev(), K::Lp | K::Comma | K::AddColumn | K::ModifyColumn)
                    && (self.fuser.frame != Frame::AlterTable
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
                (Always, As, Row) if matches!(self.w(at + 4), Start | End) => {
                    self.emit(K::ColumnWord, COLUMN_ADVICE, at, at + 5)
                }
                (Always, As, _) => self.emit(K::GeneratedAs, 0, at, at + 3),
                (By, Default, As) if self.w(at + 4) == Identity => self.identity(at, at + 5, 0),
                (By, Default, On) if self.words(at + 4, &[Null, As, Identity]) => {
                    self.identity(at, at + 7, 2)
                }
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
            First if self.is_my() && self.fuser.frame == Frame::AlterTable => {
                self.emit(K::Position, 0, at, next)
            }
            After if self.fuser.frame == Frame::AlterTable => self.emit(K::After, 0, at, next),
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

    pub(super) fn identity(&mut self, at: usize, end: usize, how: u16) -> usize {
        if self.k(end) == K::Lp {
            self.fuser.stack.push(Ctx::Sequence);
            self.fuser.depth += 1;
            self.emit(K::IdentityLp, how, at, end + 1)
        } else {
            self.emit(K::Identity, how, at, end)
        }
    }

    /// True if nothing but the type's own words stands between the column's name and here.
    pub(super) fn is_type_tail(&self) -> bool {
        self.fuser
            .out
            .iter()
            .rev()
            .take(12)
            .take_while(|tok| !matches!(tok.kind, K::Comma))
            .all(|tok| !matches!(tok.kind, K::Default | K::ColumnWord | K::GeneratedAs | K::Check))
    }

    /// `CHARACTER SET name`.
    pub(in crate::fuse) fn charset(&mut self, at: usize, name: usize) -> usize {
        if !matches!(self.k(name), K::Name | K::Str) {
            return self.name(at);
        }
        let first = self.push_ident(name);
        self.emit_named(K::CharSet, first, 1, at, name + 1)
    }

    pub(super) fn reference_action(&mut self, base: u16, action: W, second: W, at: usize) -> Option<usize> {
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
    pub(super) fn column_rest(&mut self, word: W, at: usize) -> Option<usize> {
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
}
