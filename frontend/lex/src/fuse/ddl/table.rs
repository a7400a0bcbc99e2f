//! Words behind `CREATE TABLE`, and the options of a table.

use super::super::Pass;
use crate::token::K;
use crate::words::W;

// `aux` of K::TableOption, in the order of the syntax tree's kinds.
pub(super) const OPTION_ENGINE: u16 = 0;

pub(super) const OPTION_AUTO_INCREMENT: u16 = 1;

pub(super) const OPTION_CHARSET: u16 = 2;

pub(super) const OPTION_COLLATE: u16 = 3;

pub(super) const OPTION_COMMENT: u16 = 4;

pub(super) const OPTION_WITHOUT_ROWID: u16 = 5;

pub(super) const OPTION_STRICT: u16 = 6;

pub(super) const OPTION_ON_COMMIT_PRESERVE: u16 = 7;

pub(super) const OPTION_ON_COMMIT_DELETE: u16 = 8;

pub(super) const OPTION_ON_COMMIT_DROP: u16 = 9;

pub(super) const OPTION_PARTITION: u16 = 10;

pub(super) const OPTION_INHERITS: u16 = 11;

pub(super) const OPTION_STORAGE: u16 = super::super::heads::TABLE_OPTION_STORAGE;

pub(super) const OPTION_OTHER: u16 = 13;

impl Pass<'_> {
    /// A word of `CREATE TABLE` outside of the column list.
    pub(in crate::fuse) fn create_table_word(&mut self, word: W, at: usize) -> Option<usize> {
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
    pub(super) fn in_query(&self) -> bool {
        self.fuser.out.iter().any(|tok| matches!(tok.kind, K::Select | K::With | K::QLp | K::Values))
    }

    /// An option of a table, with its value.
    pub(super) fn table_option(&mut self, word: W, at: usize) -> Option<usize> {
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
    pub(super) fn option_value(&mut self, kind: u16, at: usize, value: usize) -> usize {
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
}
