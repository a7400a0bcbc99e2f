//! Where a statement ends: at its terminator, except inside of a body; in T-SQL also before a word that can only start
//! the next one.

use crate::raw::{Ending, alone_on_line, line_end, starts_line};
use crate::settings::{Client, Rules};
use crate::token::{K, Tok};
use crate::words::W;
use air_base::Span;

/// Follows the words of one statement.
pub(crate) struct Splitter {
    rules: Rules,
    /// First word.
    head: W,
    /// `CREATE` or `ALTER` of something that has a body.
    routine: bool,
    /// Everything up to the end of the batch belongs to it.
    whole_batch: bool,
    /// Open `BEGIN`s.
    blocks: u32,
    /// Open `CASE`s.
    cases: u32,
    /// An `END` stood just before; the next word tells what it ended.
    ended: bool,
    /// T-SQL: the rows of an `INSERT`, the main statement of a `WITH`, the body of an `IF` have begun.
    main_seen: bool,
    /// T-SQL: `SET` of an `UPDATE` has been seen.
    set_seen: bool,
    /// T-SQL: the change of an `ALTER` has been seen.
    action_seen: bool,
}

impl Splitter {
    pub(crate) fn new(rules: Rules) -> Splitter {
        Splitter {
            rules,
            head: W::Unlisted,
            routine: false,
            whole_batch: false,
            blocks: 0,
            cases: 0,
            ended: false,
            main_seen: false,
            set_seen: false,
            action_seen: false,
        }
    }

    pub(crate) fn cases(&self) -> u32 {
        self.cases
    }

    /// True where the next word may start another statement.
    pub(crate) fn at_top(&self) -> bool {
        self.rules.bare_statements
    }

    /// Takes note of a keyword that was pushed as the last of `toks`.
    pub(crate) fn word(&mut self, toks: &[Tok], word: W) {
        let count = toks.len();
        if count == 1 {
            self.head = word;
        }
        if self.ended {
            self.ended = false;
            if !matches!(word, W::If | W::Loop | W::While | W::Repeat | W::For | W::Case) {
                self.end_one();
            } else {
                return;
            }
        }
        let before = previous(toks);
        match word {
            W::Trigger | W::Function | W::Procedure | W::Proc | W::Event | W::Package | W::Body
                if matches!(self.head, W::Create | W::Alter) && count <= 12 && !self.routine =>
            {
                // `DROP FUNCTION` has no body, nor has `ALTER FUNCTION … RENAME` outside of T-SQL.
                self.routine = self.head == W::Create || self.rules.bare_statements;
                self.whole_batch =
                    self.routine && matches!(self.rules.client, Client::Sqlcmd | Client::Sqlplus);
            }
            W::Type if self.head == W::Create && self.rules.client == Client::Sqlplus => {
                self.whole_batch = true
            }
            W::Declare if count == 1 && self.rules.client == Client::Sqlplus => self.whole_batch = true,
            W::Begin if count == 1 && self.rules.client == Client::Sqlplus => self.whole_batch = true,
            W::Begin if self.routine && self.rules.client != Client::Psql => self.blocks += 1,
            W::Begin if self.rules.bare_statements => self.blocks += 1,
            W::Atomic if before == W::Begin && self.routine => self.blocks += 1,
            W::Tran | W::Transaction
                if before == W::Begin && self.rules.bare_statements && self.blocks > 0 =>
            {
                self.blocks -= 1;
            }
            W::Case => self.cases += 1,
            W::End => self.ended = true,
            _ => {}
        }
    }

    fn end_one(&mut self) {
        if self.cases > 0 {
            self.cases -= 1;
        } else if self.blocks > 0 {
            self.blocks -= 1;
        }
    }

    pub(crate) fn ends_at_semicolon(&mut self) -> bool {
        if std::mem::take(&mut self.ended) {
            self.end_one();
        }
        !self.whole_batch && self.blocks == 0
    }

    pub(crate) fn semicolon(&mut self) {
        self.cases = 0;
    }

    /// T-SQL: true, with how the statement ends, if `word` at `start..end` does not belong to it any more.
    pub(crate) fn ends_before(
        &mut self,
        toks: &[Tok],
        word: W,
        source: &str,
        start: usize,
        end: usize,
    ) -> Option<(Ending, usize)> {
        if word == W::Go
            && starts_line(source.as_bytes(), start)
            && let Some(stop) = go_line(source, start, end)
        {
            return Some((Ending::Terminator(Span::new(start as u32, stop as u32)), stop));
        }
        if toks.is_empty() || self.whole_batch || self.routine || self.blocks > 0 || self.cases > 0 {
            return None;
        }
        let last = toks[toks.len() - 1];
        // Behind a dot or AS, and before a dot, it is a name.
        if last.kind == K::Dot || source[end..].trim_start().starts_with('.') {
            return None;
        }
        let before = if last.kind == K::Name { W::from_aux(last.aux) } else { W::Unlisted };
        self.starts(word, before, toks).then_some((Ending::Bare, start))
    }

    fn starts(&mut self, word: W, before: W, toks: &[Tok]) -> bool {
        use W::*;
        let starter = matches!(
            word,
            Select
                | Insert
                | Update
                | Delete
                | Merge
                | Set
                | Create
                | Alter
                | Drop
                | Truncate
                | Declare
                | Exec
                | Execute
                | Print
                | Use
                | Grant
                | Revoke
                | Deny
                | Begin
                | Commit
                | Rollback
                | Save
                | While
                | If
                | Return
                | Raiserror
                | Throw
                | Open
                | Close
                | Fetch
                | Deallocate
                | Waitfor
                | Goto
                | Kill
                | Backup
                | Dbcc
                | Bulk
                | Checkpoint
        );
        if word == Add && self.head == Alter {
            self.action_seen = true;
        }
        if !starter {
            return false;
        }
        let first_main = !self.main_seen;
        match self.head {
            Grant | Revoke | Deny => return false,
            With | If | While | Explain if first_main && !(self.head == With && word == Set) => {
                // The condition of IF holds no statement outside of brackets, so this is its body.
                self.main_seen = !(self.head == If && word == Update && toks.len() <= 2);
                return false;
            }
            _ => {}
        }
        if before == Else {
            return false;
        }
        match word {
            Select => {
                let continues = matches!(before, Union | All | Except | Intersect | As | For | Not)
                    || (self.head == Insert && !self.main_seen && !seen(toks, Values));
                self.main_seen |= continues && self.head == Insert;
                !continues
            }
            Exec | Execute => {
                let continues =
                    (self.head == Insert && !self.main_seen && !seen(toks, Values)) || before == With;
                self.main_seen |= continues;
                !continues
            }
            Insert => !matches!(before, Then),
            Update => !matches!(before, For | On | Then | Of | After | Instead),
            Delete => !matches!(before, On | Then),
            Merge => !matches!(before, Inner | Left | Right | Full | Outer),
            Set => {
                let of_update = matches!(self.head, Update | With | If) && !self.set_seen;
                self.set_seen |= of_update;
                !(of_update
                    || matches!(before, Delete | Update)
                    || (self.head == Alter && seen(toks, Database)))
            }
            // CREATE OR ALTER
            Alter if self.head == Create && before == Or => false,
            Drop | Alter if self.head == Alter && !self.action_seen => {
                self.action_seen = true;
                false
            }
            If => !(matches!(self.head, Drop | Create | Alter) && toks.len() <= 4),
            Fetch => !matches!(before, Rows | Row),
            Open | Close | Use | Save | Return => last_ends(toks),
            _ => true,
        }
    }
}

/// Words such as `OPEN` may be names; they start a statement only behind something complete.
fn last_ends(toks: &[Tok]) -> bool {
    toks.last().is_some_and(|tok| {
        matches!(tok.kind, K::Rp | K::Str | K::Lit | K::Name | K::Var) && W::from_aux(tok.aux) != W::As
    })
}

fn seen(toks: &[Tok], word: W) -> bool {
    toks.iter().any(|tok| tok.kind == K::Name && tok.aux == word as u16 && tok.flag == 0)
}

fn previous(toks: &[Tok]) -> W {
    match toks {
        [.., before, _] if before.kind == K::Name => W::from_aux(before.aux),
        _ => W::Unlisted,
    }
}

/// One past a `GO` line that starts at `start`: `GO`, `GO 5`, with a comment behind it.
pub(crate) fn go_line(source: &str, start: usize, end: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    let stop = line_end(bytes, end);
    let mut rest = source[end..stop].trim();
    rest = rest.trim_end_matches(';').trim_end();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let rest = rest[digits..].trim_start();
    (rest.is_empty() || rest.starts_with("--") || rest.starts_with("/*") || alone_on_line(bytes, start, end))
        .then_some(stop)
}
