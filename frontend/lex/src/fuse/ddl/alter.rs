//! Words of `ALTER TABLE`.

use super::super::Pass;
use crate::token::K;
use crate::words::W;
use air_base::Dialect;

/// `aux` of [`K::AlterOther`]: no effect on rows.
pub const ALTER_ADVICE: u16 = 0;

/// A constraint holds from now on.
pub const ALTER_CHECK: u16 = 1;

/// A constraint does not hold any more.
pub const ALTER_NOCHECK: u16 = 2;

/// Not modelled.
pub const ALTER_OTHER: u16 = 3;

impl Pass<'_> {
    /// A word of `ALTER TABLE` that is no part of a column definition.
    pub(in crate::fuse) fn alter_word(&mut self, word: W, at: usize) -> Option<usize> {
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
    pub(in crate::fuse) fn continued(&mut self, word: W, at: usize) -> usize {
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
    pub(super) fn action(&mut self, word: W, at: usize) -> usize {
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
            last.flag |= super::super::heads::IF_EXISTS;
        }
        end
    }

    pub(super) fn other_action(&mut self, how: u16, at: usize) -> usize {
        let end = self.element_end(at).max(at + 1);
        self.emit(K::AlterOther, how, at, end)
    }
}
