//! The fusing layer: from raw tokens to the terminals of the grammar.
//!
//! Three things happen, all with free lookahead over one statement:
//! words that are names here become names and words that are keywords here become keywords; words that only mean
//! something together become one token (`NOT IN`, `LEFT OUTER JOIN`, `CREATE TABLE IF NOT EXISTS`); parts of a dotted
//! name become one token. The grammar is left with few terminals and no conflict about words.
//!
//! Before: the raw tokens of one statement, brackets paired. After: terminals in source order.
//! Never: an error. What makes no sense is handed on as a name and fails in the parser, which knows what it expected.

mod ddl;
mod expr;
mod guard;
mod heads;
mod query;

use crate::raw::{PARAM_COLON, PARAM_COLON_NUMBER, PARAM_QUESTION, PARAM_QUESTION_NUMBER, joins};
use crate::settings::Rules;
use crate::token::{K, Op, Tok};
use crate::words::W;
use crate::{Ident, Literal, LiteralKind, Quote};
use air_base::{Dialect, Span};

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
}

/// `flag` of a raw token that a look ahead has decided about.
const MARKED: u8 = 0x80;
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
    questions: u32,
    /// The action of `ALTER TABLE` that a comma continues.
    last_action: K,
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
            questions: 0,
            last_action: K::Eof,
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
        self.questions = 0;
        self.last_action = K::Eof;
        let rules = self.rules;
        let mut pass = Pass { fuser: self, source, raw, idents, rules, dialect: rules.dialect };
        pass.run();
        self.questions
    }
}

impl Pass<'_> {
    fn run(&mut self) {
        let mut at = self.head(0);
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
                if self.fuser.stack.pop() == Some(Ctx::Columns) {
                    self.fuser.column_depth = u32::MAX;
                }
                self.fuser.depth = self.fuser.depth.saturating_sub(1);
                self.fuser.out.push(tok);
                at + 1
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
        ends_operand(self.prev())
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

    fn push_ident(&mut self, at: usize) -> usize {
        let tok = self.raw[at];
        let first = self.idents.len();
        let quote = match tok.kind {
            K::Str if self.source.as_bytes()[tok.start as usize] == b'"' => Quote::Double,
            K::Str => Quote::Single,
            _ => quote_of(tok.flag),
        };
        self.idents.push(Ident { span: Span::new(tok.start, tok.end), quote });
        first
    }

    /// A name of one part with nothing behind it that could make it something else: the frequent case.
    #[inline]
    fn short_name(&mut self, at: usize) -> Option<usize> {
        let plain = match self.raw.get(at + 1) {
            None => true,
            Some(next) => match next.kind {
                K::Dot | K::Str | K::Lit => false,
                // A type of two words behind `::`.
                K::Name => self.prev() != K::Colons,
                K::Op => !matches!(next.aux, x if x == Op::NamedArg as u16 || x == Op::Assign as u16),
                _ => true,
            },
        };
        if !plain {
            return None;
        }
        let tok = self.raw[at];
        let first = self.idents.len() as u32;
        self.idents.push(Ident { span: Span::new(tok.start, tok.end), quote: quote_of(tok.flag) });
        self.fuser.out.push(Tok {
            kind: K::Name,
            flag: 0,
            aux: 1,
            start: tok.start,
            end: tok.end,
            data: first,
        });
        Some(at + 1)
    }

    /// The name at `at`, with all its parts, or a typed literal, introducer, call that looks like one.
    fn name(&mut self, at: usize) -> usize {
        if let Some(next) = self.short_name(at) {
            return next;
        }
        let first = self.push_ident(at);
        let mut next = at + 1;
        let mut parts = 1;
        if self.prev() == K::Colons && self.is_two_word_type(at) {
            self.push_ident(next);
            self.emit_named(K::Name, first, 2, at, at + 2);
            if let Some(last) = self.fuser.out.last_mut() {
                last.flag = NAME_WORDS;
            }
            return at + 2;
        }
        if self.k(next) == K::Dot {
            loop {
                match self.k(next + 1) {
                    K::Name => {
                        self.push_ident(next + 1);
                        parts += 1;
                        next += 2;
                    }
                    // T-SQL: `db..table` leaves the schema out.
                    K::Dot if self.rules.bare_statements && self.k(next + 2) == K::Name => {
                        let at = self.raw[next].end;
                        self.idents.push(Ident { span: Span::new(at, at), quote: Quote::None });
                        self.push_ident(next + 2);
                        parts += 2;
                        next += 3;
                    }
                    K::Op if self.is_op(next + 1, Op::Star) => {
                        return self.emit_named(K::NameStar, first, parts, at, next + 2);
                    }
                    _ => break,
                }
                if self.k(next) != K::Dot {
                    break;
                }
            }
        }
        match self.k(next) {
            K::Str if !self.after_operand() || self.prev() == K::Str => {
                return self.before_string(at, next, first, parts);
            }
            K::Lit if self.rules.introducers && self.raw[at].aux == 0 => {
                return self.before_string(at, next, first, parts);
            }
            K::Op if self.is_op(next, Op::NamedArg) || (self.is_op(next, Op::Assign) && self.in_call()) => {
                return self.emit_named(K::ArgName, first, parts, at, next + 1);
            }
            _ => {}
        }
        self.emit_named(K::Name, first, parts, at, next)
    }

    /// `double precision`, `character varying`: behind `::` only these have two words.
    fn is_two_word_type(&self, at: usize) -> bool {
        match self.w(at + 1) {
            W::Precision => self.w(at) == W::Double,
            W::Varying => matches!(self.w(at), W::Character | W::Char | W::Bit | W::Nchar),
            _ => false,
        }
    }

    fn in_call(&self) -> bool {
        matches!(self.ctx(), Ctx::Call | Ctx::JsonCall) && matches!(self.prev(), K::Lp | K::Comma)
    }

    /// A name with a string behind it: `date '…'`, `_utf8'…'`, or just two things side by side.
    fn before_string(&mut self, at: usize, next: usize, first: usize, parts: usize) -> usize {
        let text = self.raw[at];
        let bare = text.flag == Quote::None as u8;
        if self.rules.introducers && bare && self.source.as_bytes()[text.start as usize] == b'_' {
            let hex = self.k(next) == K::Lit && self.raw[next].aux & 0xff != LiteralKind::HexString as u16;
            if !hex
                || matches!(self.raw[next].aux, x if x == LiteralKind::HexNumber as u16 || x == LiteralKind::BitString as u16 || x == LiteralKind::BinaryNumber as u16)
            {
                return self.emit_named(K::Introducer, first, parts, at, next);
            }
        }
        if self.k(next) == K::Str
            && self.rules.open_operators
            && self.prev() != K::As
            && !self.is_ddl_column()
        {
            return self.emit_named(K::TypeLit, first, parts, at, next);
        }
        self.emit_named(K::Name, first, parts, at, next)
    }

    fn is_ddl_column(&self) -> bool {
        self.fuser.depth == self.fuser.column_depth
    }

    /// A string: joined with its neighbours; a name where the dialect lets a string be one.
    fn string(&mut self, at: usize) -> usize {
        let mut tok = self.raw[at];
        // Oracle has string aliases in PIVOT only; nothing else can have a string behind AS.
        if self.rules.q_quotes && self.prev() == K::As {
            let first = self.push_ident(at);
            return self.emit_named(K::Name, first, 1, at, at + 1);
        }
        if self.rules.string_aliases {
            let alias = self.prev() == K::As
                || (self.after_operand()
                    && self.prev() != K::Str
                    && !matches!(self.fuser.frame, Frame::CreateTable | Frame::AlterTable | Frame::Set)
                    && self.k(at + 1) != K::Dot);
            let table = matches!(self.prev(), K::CreateTable | K::Insert | K::CreateView)
                && self.rules.backtick_names;
            if alias || table {
                let first = self.push_ident(at);
                return self.emit_named(K::Name, first, 1, at, at + 1);
            }
        }
        let mut next = at + 1;
        while next < self.raw.len()
            && self.k(next) == K::Str
            && joins(self.rules, self.source, &self.raw[next - 1], &self.raw[next])
        {
            tok.end = self.raw[next].end;
            tok.aux |= JOINED;
            next += 1;
        }
        self.fuser.out.push(tok);
        next
    }

    /// An opening bracket, which starts a query, a mark of an outer join, or something plain.
    fn open(&mut self, at: usize) -> usize {
        if self.is_op(at + 1, Op::Plus) && self.k(at + 2) == K::Rp && self.after_operand() {
            return self.emit(K::Post, POST_OUTER, at, at + 3);
        }
        let prev = self.prev();
        if prev == K::Name && self.dialect == Dialect::Mssql && self.k(at + 1) == K::Name {
            // T-SQL: `FROM t (NOLOCK)`, without the WITH of later versions.
            let hint = query::table_hint(std::iter::once(self.raw[at + 1].span().text(self.source)));
            let end = self.after_paren(at);
            if hint > 0 && self.k(at + 2) != K::Lp {
                return self.emit(K::Hint, hint, at, end);
            }
        }
        let query = self.is_query_paren(at);
        let ctx = if query {
            Ctx::Query
        } else if prev == K::As && self.fuser.window_open {
            Ctx::Window
        } else if prev == K::Name {
            if self.fuser.frame == Frame::CreateTable
                && self.fuser.depth == 0
                && self.fuser.column_depth == u32::MAX
                && self.before_prev() == K::CreateTable
            {
                self.fuser.column_depth = 1;
                Ctx::Columns
            } else {
                self.call_ctx()
            }
        } else if prev == K::AddColumn || prev == K::ModifyColumn || (prev == K::AddConstraint) {
            self.fuser.column_depth = self.fuser.depth + 1;
            Ctx::Columns
        } else {
            Ctx::Plain
        };
        self.fuser.stack.push(ctx);
        self.fuser.depth += 1;
        let kind = match (query, prev) {
            // A query as the argument of a call, unless the name is that of a table to be filled.
            (true, K::Name) if !matches!(self.before_prev(), K::CreateTable | K::Insert | K::Eof) => {
                K::CallQLp
            }
            (true, _) => K::QLp,
            _ => K::Lp,
        };
        self.emit(kind, 0, at, at + 1);
        if query {
            return at + 1;
        }
        if matches!(prev, K::In | K::Values | K::AllValues)
            || (prev == K::Comma && matches!(self.out_back(3), K::LitRow))
        {
            self.literal_row(at)
        } else {
            at + 1
        }
    }

    fn out_back(&self, back: usize) -> K {
        let count = self.fuser.out.len();
        if count < back { K::Eof } else { self.fuser.out[count - back].kind }
    }

    fn call_ctx(&self) -> Ctx {
        let Some(name) = self.fuser.out.last() else { return Ctx::Call };
        let text = &self.source.as_bytes()[name.start as usize..name.end as usize];
        if text.len() >= 4 && text[..4].eq_ignore_ascii_case(b"json") { Ctx::JsonCall } else { Ctx::Call }
    }

    /// Rows of literals need no grammar: `(1, 'a', NULL)` becomes one terminal, whose elements stay behind it in the
    /// buffer for the builder to read. The opening bracket has just been put out.
    fn literal_row(&mut self, at: usize) -> usize {
        let close = self.raw[at].data as usize;
        if close <= at + 1 {
            return at + 1;
        }
        let head = self.fuser.out.len() - 1;
        let mut next = at + 1;
        let mut negative = false;
        loop {
            let tok = self.raw[next];
            match tok.kind {
                K::Lit => self.fuser.out.push(tok),
                K::Str if !negative => {
                    if self.k(next + 1) == K::Str {
                        break;
                    }
                    self.fuser.out.push(tok);
                }
                K::Name if !negative && tok.flag == 0 => match W::from_aux(tok.aux) {
                    W::Null => {
                        self.fuser.out.push(Tok { kind: K::Lit, aux: LiteralKind::Null as u16, ..tok })
                    }
                    W::True if self.has_boolean() => {
                        self.fuser.out.push(Tok { kind: K::Lit, aux: LiteralKind::True as u16, ..tok })
                    }
                    W::False if self.has_boolean() => {
                        self.fuser.out.push(Tok { kind: K::Lit, aux: LiteralKind::False as u16, ..tok });
                    }
                    _ => break,
                },
                K::Op if !negative && tok.aux == Op::Minus as u16 && self.k(next + 1) == K::Lit => {
                    self.fuser.out.push(Tok { kind: K::Pre, aux: Op::Neg as u16, ..tok });
                    negative = true;
                    next += 1;
                    continue;
                }
                _ => break,
            }
            negative = false;
            next += 1;
            match self.k(next) {
                K::Comma => next += 1,
                K::Rp if next == close => {
                    let count = (self.fuser.out.len() - head - 1) as u32;
                    let row = &mut self.fuser.out[head];
                    row.kind = K::LitRow;
                    row.data = count;
                    row.end = self.raw[close].end;
                    self.fuser.stack.pop();
                    self.fuser.depth -= 1;
                    return close + 1;
                }
                _ => break,
            }
        }
        self.fuser.out.truncate(head + 1);
        at + 1
    }

    fn has_boolean(&self) -> bool {
        !matches!(self.dialect, Dialect::Oracle | Dialect::Mssql)
    }

    /// True if the bracket at `at` surrounds a query. Decides about a whole run of brackets at once and remembers it.
    fn is_query_paren(&mut self, at: usize) -> bool {
        if self.raw[at].flag != 0 {
            return self.raw[at].flag == PAREN_QUERY;
        }
        let mut inner = at;
        while self.k(inner + 1) == K::Lp {
            inner += 1;
        }
        let mut query = match self.w(inner + 1) {
            W::Select | W::With => self.k(inner + 2) != K::Dot && !self.is_demoted(self.raw[inner + 1].start),
            W::Values => {
                (self.k(inner + 2) == K::Lp || self.w(inner + 2) == W::Row) && !self.fuser.on_duplicate
            }
            W::Table => {
                self.k(inner + 2) == K::Name
                    && self.k(inner + 3) != K::Lp
                    && self.rules.dialect != Dialect::Oracle
            }
            _ => false,
        };
        self.raw[inner].flag = if query { PAREN_QUERY } else { PAREN_PLAIN };
        while inner > at {
            let after = self.after_paren(inner);
            inner -= 1;
            query = query
                && (self.k(after) == K::Rp
                    || matches!(
                        self.w(after),
                        W::Union
                            | W::Except
                            | W::Intersect
                            | W::Minus
                            | W::Order
                            | W::Limit
                            | W::Offset
                            | W::Fetch
                    ));
            self.raw[inner].flag = if query { PAREN_QUERY } else { PAREN_PLAIN };
        }
        query
    }

    /// `?` and its relatives: a parameter where an operand may start, an operator of PostgreSQL elsewhere.
    fn question(&mut self, at: usize) -> usize {
        let tok = self.raw[at];
        if tok.aux != PARAM_QUESTION {
            self.fuser.out.push(tok);
            return at + 1;
        }
        if self.after_operand() && self.rules.open_operators {
            return self.emit_op(Op::Question, at, at + 1);
        }
        if let Some(number) = self.raw.get(at + 1)
            && number.kind == K::Lit
            && number.aux == LiteralKind::Integer as u16
            && number.start == tok.end
        {
            return self.emit(K::Param, PARAM_QUESTION_NUMBER, at, at + 2);
        }
        self.fuser.questions += 1;
        self.emit(K::Param, PARAM_QUESTION, at, at + 1);
        if let Some(last) = self.fuser.out.last_mut() {
            last.data = self.fuser.questions;
        }
        at + 1
    }

    /// `:name` and `:1` where an operand may start, else a colon.
    fn colon(&mut self, at: usize) -> usize {
        let tok = self.raw[at];
        let slice = self.prev() == K::Lb || (self.after_operand() && self.prev() != K::Dot);
        if !slice
            && let Some(next) = self.raw.get(at + 1).copied()
            && next.start == tok.end
        {
            match next.kind {
                K::Name if next.flag == 0 => {
                    self.emit(K::Param, PARAM_COLON, at, at + 2);
                    // Oracle's `:new.column` in a trigger.
                    return at + 2;
                }
                K::Lit if next.aux == LiteralKind::Integer as u16 => {
                    return self.emit(K::Param, PARAM_COLON_NUMBER, at, at + 2);
                }
                _ => {}
            }
        }
        let kind = if self.ctx() == Ctx::JsonCall { K::KvSep } else { K::Colon };
        self.emit(kind, 0, at, at + 1)
    }

    /// `[`: a subscript, an array, or the dimensions of a type.
    fn bracket(&mut self, at: usize) -> usize {
        let in_type = self.is_type_end();
        let mut next = at;
        let mut count = 0;
        while self.k(next) == K::Lb {
            match (self.k(next + 1), self.k(next + 2)) {
                (K::Rb, _) => next += 2,
                (K::Lit, K::Rb) if in_type => next += 3,
                _ => break,
            }
            count += 1;
        }
        if count > 0 && self.prev() != K::Array {
            return self.emit(K::Dims, count, at, next);
        }
        self.fuser.out.push(self.raw[at]);
        at + 1
    }

    /// True if what was put out last ends the type of a cast or of a column.
    fn is_type_end(&self) -> bool {
        if self.is_ddl_column() {
            return matches!(self.prev(), K::Name | K::Rp | K::Zone);
        }
        let out = &self.fuser.out;
        let mut at = out.len();
        if at > 0 && out[at - 1].kind == K::Zone {
            at -= 1;
        }
        if at > 0 && out[at - 1].kind == K::Rp {
            // Type arguments are a few literals.
            while at > 0 && out[at - 1].kind != K::Lp && out.len() - at < 8 {
                at -= 1;
            }
            at = at.saturating_sub(1);
        }
        at >= 2 && out[at - 1].kind == K::Name && out[at - 2].kind == K::Colons
    }

    /// An operator: prefix or between operands, by what stands before it.
    #[inline]
    fn operator(&mut self, at: usize) -> usize {
        let tok = self.raw[at];
        if self.after_operand() {
            self.fuser.out.push(tok);
            return at + 1;
        }
        let prefix = match tok.op() {
            Op::Star => return self.emit(K::Star, 0, at, at + 1),
            Op::Minus => Op::Neg,
            Op::Plus => Op::Pos,
            Op::Tilde => Op::BitNot,
            Op::Bang => Op::Bang,
            Op::Abs => Op::Abs,
            Op::NotNot => Op::NotNot,
            Op::SquareRoot => Op::SquareRoot,
            Op::CubeRoot => Op::CubeRoot,
            _ if self.rules.open_operators && !matches!(tok.op(), Op::Eq | Op::Lt | Op::Gt) => {
                Op::CustomPrefix
            }
            _ => {
                self.fuser.out.push(tok);
                return at + 1;
            }
        };
        self.emit(K::Pre, prefix as u16, at, at + 1)
    }
}

/// `aux` bit of a string made of several pieces.
/// `flag` of a [`K::Name`] behind `::` that holds the words of a type: `double precision`.
pub const NAME_WORDS: u8 = 1;

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
    pub use super::heads::{ADVICE, ALTERS, CONCURRENTLY, DROP_TEMPORARY, IF_EXISTS, REPLACES};
    pub use super::query::{
        JOIN_NATURAL, SET_ALL, SET_DISTINCT, SET_EXCEPT, SET_INTERSECT, SET_MINUS, SET_UNION,
    };
    pub use super::{NAME_WORDS, POST_NEGATED, POST_OUTER};
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
            | K::Dims
            | K::Zone
            | K::AtLocal
            | K::TypeFlag
            | K::NullsTreat
            | K::OpaqueTable
    )
}
