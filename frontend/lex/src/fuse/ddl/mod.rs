//! Words of definitions: indexes, sequences, types and `SET` here; columns, tables and `ALTER TABLE` beside.

mod alter;
mod column;
mod table;

pub use alter::{ALTER_ADVICE, ALTER_CHECK, ALTER_NOCHECK, ALTER_OTHER};
pub use column::{
    COLUMN_ADVICE, COLUMN_AUTO_INCREMENT, COLUMN_AUTOINCREMENT, COLUMN_INVISIBLE, COLUMN_NOT_NULL,
    COLUMN_NULL, COLUMN_STORED, COLUMN_VIRTUAL, KEY_BARE, KEY_CLUSTERED, KEY_DESC, KEY_NONCLUSTERED,
    KEY_NULLS_NOT_DISTINCT,
};

use super::Pass;
use crate::token::K;
use crate::words::W;
use table::OPTION_STORAGE;

impl Pass<'_> {
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
}
