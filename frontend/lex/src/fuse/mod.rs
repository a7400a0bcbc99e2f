//! The fusing layer: from raw tokens to the terminals of the grammar.
//!
//! Three things happen, all with free lookahead over one statement:
//! words that are names here become names and words that are keywords here become keywords; words that only mean
//! something together become one token (`NOT IN`, `LEFT OUTER JOIN`, `CREATE TABLE IF NOT EXISTS`); parts of a dotted
//! name become one token. The grammar is left with few terminals and no conflict about words.
//!
//! Before: the raw tokens of one statement, brackets paired. After: terminals in source order.
//! Never: an error. What makes no sense is handed on as a name and fails in the parser, which knows what it expected.

mod bracket;
mod ddl;
mod expr;
mod guard;
mod heads;
mod kept;
mod name;
mod query;
mod sign;

use crate::settings::Rules;
use crate::token::{K, Op, Tok};
use crate::words::W;
use crate::{Ident, Literal, LiteralKind, Quote};
use air_base::Dialect;

/// What kind of statement the words stand in; a few of them depend on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Frame {
    Query,
    Insert,
    Update,
    Delete,
    Merge,
    CreateTable,
    AlterTable,
    CreateIndex,
    CreateView,
    Sequence,
    TypeDef,
    CommentOn,
    Set,
    Plain,
}

/// What an open bracket is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ctx {
    Plain,
    Query,
    Call,
    JsonCall,
    Window,
    Against,
    Columns,
    Pivot,
    Sequence,
    /// What stands between SELECT and the select list.
    Head,
}

/// `flag` of a raw token that a look ahead has decided about.
pub(crate) const MARKED: u8 = 0x80;
const PAREN_PLAIN: u8 = 1;
const PAREN_QUERY: u8 = 2;

/// The layer, with its buffers.
#[derive(Debug)]
pub(crate) struct Fuser {
    rules: Rules,
    pub out: Vec<Tok>,
    stack: Vec<Ctx>,
    /// Bracket depths at which an `INTERVAL` of MySQL waits for its unit.
    intervals: Vec<u32>,
    frame: Frame,
    depth: u32,
    /// Bracket depth of column definitions, where the words of constraints count.
    column_depth: u32,
    on_duplicate: bool,
    /// Behind `WINDOW`: brackets behind `AS` hold windows.
    window_open: bool,
    join_open: u32,
    offset_open: bool,
    top_open: bool,
    /// Number of terminals up to the select list, behind `TOP (n)` or `DISTINCT ON (…)`.
    head_end: usize,
    questions: u32,
    /// The action of `ALTER TABLE` that a comma continues.
    last_action: K,
    /// The head of a statement whose body is kept was not understood: it is kept whole.
    pub whole: bool,
    /// What is read is an expression, not a statement.
    pub expression: bool,
    /// Starts of words that the parser could not use as keywords.
    pub demoted: Vec<u32>,
}

/// One pass over one statement.
pub(crate) struct Pass<'a> {
    fuser: &'a mut Fuser,
    source: &'a str,
    raw: &'a mut [Tok],
    idents: &'a mut Vec<Ident>,
    rules: Rules,
    dialect: Dialect,
}

impl Fuser {
    pub(crate) fn new(rules: Rules) -> Fuser {
        Fuser {
            rules,
            out: Vec::new(),
            stack: Vec::new(),
            intervals: Vec::new(),
            frame: Frame::Plain,
            depth: 0,
            column_depth: u32::MAX,
            on_duplicate: false,
            window_open: false,
            join_open: 0,
            offset_open: false,
            top_open: false,
            head_end: 0,
            questions: 0,
            last_action: K::Eof,
            whole: false,
            expression: false,
            demoted: Vec::new(),
        }
    }

    /// Turns the raw tokens of a statement into terminals in `out`. Parts of names go to `idents`. Gives the number of
    /// bare `?` parameters.
    pub(crate) fn statement(&mut self, source: &str, raw: &mut [Tok], idents: &mut Vec<Ident>) -> u32 {
        self.out.clear();
        self.stack.clear();
        self.intervals.clear();
        self.frame = Frame::Plain;
        self.depth = 0;
        self.column_depth = u32::MAX;
        self.on_duplicate = false;
        self.window_open = false;
        self.join_open = 0;
        self.offset_open = false;
        self.top_open = false;
        self.head_end = 0;
        self.questions = 0;
        self.last_action = K::Eof;
        let (rules, expression) = (self.rules, self.expression);
        let mut pass = Pass { fuser: self, source, raw, idents, rules, dialect: rules.dialect };
        if expression {
            pass.expression();
        } else {
            pass.run(0);
        }
        self.questions
    }
}

impl Pass<'_> {
    /// Puts out the terminals of the raw tokens from `at` on. The one caller of [`Pass::step`], so that it is inlined
    /// here: a call for each token costs 4 % of the instructions of the parser.
    fn run(&mut self, mut at: usize) {
        if at == 0 && !self.fuser.expression {
            at = self.head(0);
        }
        while at < self.raw.len() {
            at = self.step(at);
        }
    }

    /// Handles the raw token at `at` and gives the position behind what it used.
    #[inline]
    fn step(&mut self, at: usize) -> usize {
        let tok = self.raw[at];
        match tok.kind {
            K::Name => {
                if tok.aux == 0 || self.is_demoted(tok.start) {
                    if self.fuser.frame == Frame::AlterTable
                        && self.prev() == K::Comma
                        && self.fuser.depth == 0
                    {
                        self.continued(W::Unlisted, at);
                    }
                    self.name(at)
                } else {
                    let word = W::from_aux(tok.aux);
                    match self.plain_word(word) {
                        Some((kind, aux)) if self.is_plain_place(at) => {
                            self.fuser.out.push(Tok { kind, flag: 0, aux, data: 0, ..tok });
                            at + 1
                        }
                        _ if word.is_no_name(self.dialect) => self.reserved(word, at),
                        _ => self.word(word, at),
                    }
                }
            }
            K::Comma => {
                self.fuser.out.push(tok);
                at + 1
            }
            K::Lit => {
                self.fuser.out.push(tok);
                at + 1
            }
            K::Str => self.string(at),
            K::Lp => self.open(at),
            K::Rp => {
                let closed = self.fuser.stack.pop();
                self.fuser.depth = self.fuser.depth.saturating_sub(1);
                match closed {
                    Some(Ctx::Columns) => self.fuser.column_depth = u32::MAX,
                    Some(Ctx::Head) => self.fuser.head_end = self.fuser.out.len() + 1,
                    _ => {}
                }
                let joins_rows = self.dialect == Dialect::Mssql && self.prev() == K::Trailer;
                self.fuser.out.push(tok);
                if joins_rows { self.value_of_xml(at + 1).unwrap_or(at + 1) } else { at + 1 }
            }
            K::Op => self.operator(at),
            K::Param => self.question(at),
            K::Colon => self.colon(at),
            K::Lb => self.bracket(at),
            _ => {
                self.fuser.out.push(tok);
                at + 1
            }
        }
    }

    /// The terminal of a frequent word that has one meaning in queries and changes of rows.
    #[inline]
    fn plain_word(&self, word: W) -> Option<(K, u16)> {
        Some(match word {
            W::Where => (K::Where, 0),
            W::Set => (K::Set, 0),
            W::Having => (K::Having, 0),
            W::Or => (K::Op, Op::Or as u16),
            W::And if !matches!(self.prev(), K::Bound | K::BoundSide) => (K::Op, Op::And as u16),
            // `LAST_VALUE(x) FROM LAST`.
            W::From if self.prev() != K::Rp => (K::From, 0),
            _ => return None,
        })
    }

    /// True where nothing around a word gives it another meaning; see [`Pass::word`], which asks one by one.
    #[inline]
    fn is_plain_place(&self, at: usize) -> bool {
        self.k(at + 1) != K::Dot
            && self.prev() != K::As
            && matches!(
                self.fuser.frame,
                Frame::Query | Frame::Insert | Frame::Update | Frame::Delete | Frame::Merge
            )
            && self.ctx() != Ctx::Sequence
            && !self.is_ddl_column()
    }

    #[inline]
    fn is_demoted(&self, start: u32) -> bool {
        !self.fuser.demoted.is_empty() && self.fuser.demoted.contains(&start)
    }

    // Looking around.

    /// The keyword at `at`, or [`W::Unlisted`] for anything else.
    #[inline]
    fn w(&self, at: usize) -> W {
        match self.raw.get(at) {
            Some(tok) if tok.kind == K::Name && tok.aux != 0 => W::from_aux(tok.aux),
            _ => W::Unlisted,
        }
    }

    #[inline]
    fn k(&self, at: usize) -> K {
        self.raw.get(at).map_or(K::Eof, |tok| tok.kind)
    }

    fn is_op(&self, at: usize, op: Op) -> bool {
        self.raw.get(at).is_some_and(|tok| tok.kind == K::Op && tok.aux == op as u16)
    }

    /// True if the words from `at` on are these.
    fn words(&self, at: usize, words: &[W]) -> bool {
        words.iter().enumerate().all(|(i, word)| self.w(at + i) == *word)
    }

    /// Position behind the bracket that closes the one at `at`; behind everything if nothing does.
    fn after_paren(&self, at: usize) -> usize {
        match self.raw.get(at) {
            Some(tok) if matches!(tok.kind, K::Lp | K::Lb) && tok.data as usize > at => tok.data as usize + 1,
            _ => self.raw.len(),
        }
    }

    /// The last terminal.
    #[inline]
    fn prev(&self) -> K {
        self.fuser.out.last().map_or(K::Eof, |tok| tok.kind)
    }

    fn before_prev(&self) -> K {
        let count = self.fuser.out.len();
        if count < 2 { K::Eof } else { self.fuser.out[count - 2].kind }
    }

    /// True if the last terminal can end an operand, so that an operator, an alias or a clause may follow.
    #[inline]
    fn after_operand(&self) -> bool {
        ends_operand(self.prev()) && !self.ends_head()
    }

    /// True behind what stands between SELECT and the select list: a `*` there means all columns.
    #[inline]
    fn ends_head(&self) -> bool {
        self.fuser.head_end == self.fuser.out.len()
    }

    fn ctx(&self) -> Ctx {
        self.fuser.stack.last().copied().unwrap_or(Ctx::Plain)
    }

    fn is_my(&self) -> bool {
        self.rules.backtick_names && self.rules.variables
    }

    // Putting out.

    /// One terminal for the raw tokens `from..to`.
    #[inline]
    fn emit(&mut self, kind: K, aux: u16, from: usize, to: usize) -> usize {
        if to == from + 1
            && let Some(tok) = self.raw.get(from)
        {
            self.fuser.out.push(Tok { kind, flag: 0, aux, data: 0, ..*tok });
            return to;
        }
        self.emit_several(kind, aux, from, to)
    }

    fn emit_several(&mut self, kind: K, aux: u16, from: usize, to: usize) -> usize {
        let start = self.raw.get(from).map_or(0, |tok| tok.start);
        let end = if to > from { self.raw[to.min(self.raw.len()) - 1].end } else { start };
        self.fuser.out.push(Tok { kind, flag: 0, aux, start, end, data: 0 });
        to
    }

    fn emit_op(&mut self, op: Op, from: usize, to: usize) -> usize {
        self.emit(K::Op, op as u16, from, to)
    }

    /// A terminal that holds a name: `data` is its first part, `aux` the number of parts.
    fn emit_named(&mut self, kind: K, first: usize, parts: usize, from: usize, to: usize) -> usize {
        self.emit(kind, parts as u16, from, to);
        if let Some(last) = self.fuser.out.last_mut() {
            last.data = first as u32;
        }
        to
    }

    /// Everything that is left is one terminal.
    fn emit_rest(&mut self, kind: K, aux: u16, from: usize) -> usize {
        self.emit(kind, aux, from, self.raw.len())
    }
}

/// `aux` bit of a string made of several pieces.
/// `flag` of a [`K::Name`] behind `::` that holds the words of a type: `double precision`.
pub const NAME_WORDS: u8 = 1;
/// `flag` of [`K::Name`]: a reserved word where none may be a bare name.
pub const NAME_RESERVED: u8 = 2;

const JOINED: u16 = 0x200;
const BACKSLASH: u16 = 0x100;

/// The literal of a token of kind [`K::Lit`] or [`K::Str`].
#[inline]
pub fn literal_of(tok: &Tok) -> Literal {
    Literal {
        kind: LiteralKind::from_aux(tok.aux),
        backslash: tok.aux & BACKSLASH != 0,
        joined: tok.aux & JOINED != 0,
    }
}

/// Numbers of the terminals' `aux`, `flag` and `data`.
pub mod aux {
    pub use super::ddl::{
        ALTER_ADVICE, ALTER_CHECK, ALTER_NOCHECK, ALTER_OTHER, COLUMN_ADVICE, COLUMN_AUTO_INCREMENT,
        COLUMN_AUTOINCREMENT, COLUMN_INVISIBLE, COLUMN_NOT_NULL, COLUMN_NULL, COLUMN_STORED, COLUMN_VIRTUAL,
        KEY_BARE, KEY_CLUSTERED, KEY_DESC, KEY_NONCLUSTERED, KEY_NULLS_NOT_DISTINCT,
    };
    pub use super::expr::{
        CAST, NO_UNIT, ON_OVERFLOW_ERROR, ON_OVERFLOW_TRUNCATE, PARSE, TRY_CAST, TRY_PARSE,
    };
    pub use super::heads::{ADVICE, ALTERS, CONCURRENTLY, DROP_TEMPORARY, IF_EXISTS, INTO, REPLACES};
    pub use super::query::{
        JOIN_NATURAL, SET_ALL, SET_DISTINCT, SET_EXCEPT, SET_INTERSECT, SET_MINUS, SET_UNION,
    };
    pub use super::{NAME_RESERVED, NAME_WORDS, POST_NEGATED, POST_OUTER};
}

/// `aux` of [`K::Post`]: which test, with [`POST_NEGATED`] for `NOT`.
pub(crate) const POST_NULL: u16 = 0;
pub(crate) const POST_TRUE: u16 = 1;
pub(crate) const POST_FALSE: u16 = 2;
pub(crate) const POST_UNKNOWN: u16 = 3;
pub(crate) const POST_NAN: u16 = 4;
pub(crate) const POST_INFINITE: u16 = 5;
pub(crate) const POST_JSON: u16 = 6;
pub(crate) const POST_DOCUMENT: u16 = 7;
pub(crate) const POST_NORMALIZED: u16 = 8;
pub(crate) const POST_COLLECTION: u16 = 9;
/// `(+)`.
pub const POST_OUTER: u16 = 10;
/// `NOT` stood in a test.
pub const POST_NEGATED: u16 = 0x100;

pub(crate) fn quote_of(flag: u8) -> Quote {
    match flag & !MARKED {
        1 => Quote::Double,
        2 => Quote::Backtick,
        3 => Quote::Bracket,
        4 => Quote::Single,
        5 => Quote::Unicode,
        _ => Quote::None,
    }
}

/// True for terminals an operand may end with.
#[inline]
fn ends_operand(kind: K) -> bool {
    matches!(
        kind,
        K::Name
            | K::NameStar
            | K::Star
            | K::Lit
            | K::Str
            | K::Param
            | K::Var
            | K::LitRow
            | K::Bare
            | K::Rp
            | K::Rb
            | K::End
            | K::Post
            | K::Unit
            | K::IntervalRange
            | K::Dims
            | K::Zone
            | K::AtLocal
            | K::TypeFlag
            | K::NullsTreat
            | K::OpaqueTable
    )
}
