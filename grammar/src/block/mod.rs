//! Bodies of triggers and routines.
//!
//! A body is words with statements and expressions of SQL between them: `IF condition THEN statement; END IF;`. The words
//! are read here by descent, the pieces by the grammar, each as if it stood alone.
//!
//! Before: the words of a body. After: its [`Step`]s in the tree, or a diagnostic. Never: a part of a body is left out.

mod step;

use crate::codes;
use crate::parser::Parser;
use crate::tree::{
    Expr, ExprId, HeadPart, HeadRole, Ident, List, OtherKind, Quote, StatementId, StatementKind, Step,
};
use air_base::{Diagnostic, Dialect, Severity, Span};
use airc_lex::{K, Op, Tok};

/// Most blocks, branches and loops inside of each other. Each takes a frame of the stack here and in the binder; nobody
/// writes a tenth of this by hand.
const BLOCKS_MAX: u32 = 128;

/// Reading stopped; a diagnostic says why.
pub(crate) struct Stopped;

type Read<T> = Result<T, Stopped>;

/// A body that is being read.
struct Body<'p, 's> {
    parser: &'p mut Parser,
    source: &'s str,
    dialect: Dialect,
    words: Vec<Tok>,
    at: usize,
    depth: u32,
}

/// Reads the bodies of the statement, of which the lexer holds the words.
pub(crate) fn read(parser: &mut Parser, source: &str, id: StatementId) {
    let StatementKind::Other { kind, parts, .. } = parser.tree[id].kind else { return };
    let dialect = parser.settings().dialect;
    if !matches!(kind, OtherKind::CreateTrigger | OtherKind::CreateFunction | OtherKind::CreateProcedure) {
        return;
    }
    let Some(at) = parser.tree.list(parts).iter().position(|part| part.role == HeadRole::Body) else {
        return;
    };
    let part = parser.tree.list(parts)[at];
    let Some(words) = words_of(parser, source, kind, dialect, part, parts) else { return };
    let mut body = Body { parser, source, dialect, words, at: 0, depth: 0 };
    let steps = body.whole();
    body.parser.lexer_mut().whole_again();
    if let Ok(steps) = steps {
        let list = parser.push_list(&steps);
        let place = parts.start as usize + at;
        parser.tree.head_parts.done[place].body = list;
    }
}

/// The words the statements are made of; `None` for bodies that are kept as they are.
fn words_of(
    parser: &mut Parser,
    source: &str,
    kind: OtherKind,
    dialect: Dialect,
    part: HeadPart,
    parts: List<HeadPart>,
) -> Option<Vec<Tok>> {
    let mut words = parser.lexer_mut().words();
    let first = words.iter().position(|tok| tok.start >= part.span.start)?;
    words.drain(..first);
    let word = |tok: &Tok, known: &str| {
        tok.kind == K::Name && tok.flag == 0 && tok.span().text(source).eq_ignore_ascii_case(known)
    };
    match dialect {
        Dialect::Sqlite => {}
        Dialect::Mysql | Dialect::Mariadb => {
            // Behind what is said about the routine: `DETERMINISTIC READS SQL DATA BEGIN … END`.
            if kind != OtherKind::CreateTrigger {
                words.drain(..characteristics_end(&words, source));
            } else if words.first().is_some_and(|tok| word(tok, "follows") || word(tok, "precedes")) {
                return None;
            }
        }
        Dialect::Postgres => {
            let language = parser.tree.list(parts).iter().find(|part| part.role == HeadRole::Language);
            let said = language.map(|part| part.span.text(source).to_ascii_lowercase());
            let behind = words.iter().position(|tok| word(tok, "language")).and_then(|at| words.get(at + 1));
            let said = said.or(behind.map(|tok| tok.span().text(source).to_ascii_lowercase()))?;
            if said.trim_matches(['\'', '"']) != "plpgsql" || kind == OtherKind::CreateTrigger {
                return None;
            }
            let text = words.iter().find(|tok| tok.kind == K::Str)?.span();
            let quoted = text.text(source);
            // A text in plain quotes says its quotes otherwise; its places would be wrong.
            let tag = quoted.strip_prefix('$')?.find('$')? as u32 + 2;
            let inside = Span::new(text.start + tag, text.end - tag);
            let (found, fine) = parser.inner_words(source, inside);
            if !fine {
                return None;
            }
            words = found;
        }
        Dialect::Oracle => {
            // `:NEW.x` is a name in a body.
            let row = |tok: &Tok| word(tok, "new") || word(tok, "old");
            let drop: Vec<bool> = (0..words.len())
                .map(|at| words[at].kind == K::Colon && words.get(at + 1).is_some_and(row))
                .collect();
            let mut kept = drop.iter();
            words.retain(|_| !kept.next().copied().unwrap_or(false));
            if kind != OtherKind::CreateTrigger {
                let begins = words.iter().position(|tok| word(tok, "is") || word(tok, "as"))?;
                words.drain(..=begins);
            }
        }
        // Statements of T-SQL need no terminator: their bodies are kept.
        Dialect::Mssql => return None,
    }
    Some(words)
}

/// Where the statement of a MySQL routine starts: behind the words that say what it reads and who runs it.
fn characteristics_end(words: &[Tok], source: &str) -> usize {
    let mut at = 0;
    while let Some(tok) = words.get(at) {
        let text = tok.span().text(source).to_ascii_lowercase();
        at += match text.as_str() {
            "deterministic" => 1,
            "not" => 2,
            "language" | "comment" => 2,
            "contains" | "no" => 2,
            "reads" | "modifies" => 3,
            "sql" => 3,
            _ => return at,
        };
    }
    words.len()
}

impl Body<'_, '_> {
    /// The whole body: one block, or one statement.
    fn whole(&mut self) -> Read<Vec<Step>> {
        let steps = match self.dialect {
            // Declarations need no word in front in a routine of Oracle.
            Dialect::Oracle if !self.is("declare") && !self.is("begin") && !self.is("call") => {
                let mut steps = self.declarations()?;
                steps.extend(self.one()?);
                steps
            }
            Dialect::Postgres if self.is("declare") => {
                self.at += 1;
                let mut steps = self.declarations()?;
                steps.extend(self.one()?);
                steps
            }
            Dialect::Oracle if self.is("declare") => {
                self.at += 1;
                let mut steps = self.declarations()?;
                steps.extend(self.one()?);
                steps
            }
            _ => self.one()?,
        };
        while self.k() == K::Semi {
            self.at += 1;
        }
        if self.at < self.words.len() {
            return self.expected("the end of the body");
        }
        Ok(steps)
    }

    fn one(&mut self) -> Read<Vec<Step>> {
        let mut steps = Vec::new();
        self.step(&mut steps)?;
        Ok(steps)
    }

    // Words.

    fn k(&self) -> K {
        self.kind_at(self.at)
    }

    fn kind_at(&self, at: usize) -> K {
        self.words.get(at).map_or(K::Eof, |tok| tok.kind)
    }

    /// True if the word at `at` is this one, without quotes.
    fn is_at(&self, at: usize, word: &str) -> bool {
        self.words.get(at).is_some_and(|tok| {
            tok.kind == K::Name && tok.flag == 0 && tok.span().text(self.source).eq_ignore_ascii_case(word)
        })
    }

    fn is(&self, word: &str) -> bool {
        self.is_at(self.at, word)
    }

    fn any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Goes behind the word if it is here.
    fn take(&mut self, word: &str) -> bool {
        let here = self.is(word);
        self.at += usize::from(here);
        here
    }

    fn demand(&mut self, word: &str) -> Read<()> {
        if self.take(word) { Ok(()) } else { self.expected(&word.to_ascii_uppercase()) }
    }

    /// Goes behind the end of a statement; the last one may lack it where the source ends.
    fn semicolon(&mut self) -> Read<()> {
        if self.k() == K::Semi {
            self.at += 1;
            return Ok(());
        }
        if self.at >= self.words.len() { Ok(()) } else { self.expected("`;`") }
    }

    fn ident(&mut self) -> Read<Ident> {
        match self.words.get(self.at) {
            Some(tok) if tok.kind == K::Name => {
                let quote = match tok.flag {
                    1 => Quote::Double,
                    2 => Quote::Backtick,
                    3 => Quote::Bracket,
                    _ => Quote::None,
                };
                self.at += 1;
                Ok(Ident { span: tok.span(), quote })
            }
            _ => self.expected("a name"),
        }
    }

    /// From the word at `from` to the one before here.
    fn span(&self, from: usize) -> Span {
        let start = self.words.get(from).or(self.words.last()).map_or(0, |tok| tok.start);
        let end = self.at.checked_sub(1).and_then(|at| self.words.get(at)).map_or(start, |tok| tok.end);
        Span::new(start, end.max(start))
    }

    #[cold]
    fn expected<T>(&mut self, what: &str) -> Read<T> {
        let diagnostic = match self.words.get(self.at) {
            Some(tok) => {
                let met = tok.span().text(self.source);
                let message = format!("`{met}` is not expected here; expected {what}");
                Diagnostic::error(codes::UNEXPECTED, tok.span(), message).here("not expected here")
            }
            None => {
                let end = self.words.last().map_or(0, |tok| tok.end);
                let message = format!("the body ends too early; expected {what}");
                Diagnostic::error(codes::UNEXPECTED_END, Span::new(end, end), message)
            }
        };
        self.parser.say(diagnostic);
        Err(Stopped)
    }

    /// Position of the first of the signs or words that `ends` at or behind here, outside of brackets and `CASE`.
    fn find(&self, ends: impl Fn(&Self, usize) -> bool) -> usize {
        let (mut brackets, mut cases) = (0u32, 0u32);
        for at in self.at..self.words.len() {
            if brackets == 0 && cases == 0 && ends(self, at) {
                return at;
            }
            match self.words[at].kind {
                K::Lp | K::Lb => brackets += 1,
                K::Rp | K::Rb => brackets = brackets.saturating_sub(1),
                K::Semi => return at,
                _ if self.is_at(at, "case") => cases += 1,
                _ if self.is_at(at, "end") && cases > 0 => cases -= 1,
                _ => {}
            }
        }
        self.words.len()
    }

    fn semicolon_at(&self) -> usize {
        self.find(|_, _| false)
    }

    // Pieces of SQL.

    fn parse(&mut self, end: usize, expression: bool) -> Read<StatementId> {
        if end <= self.at {
            return self.expected(if expression { "<expression>" } else { "a statement" });
        }
        let piece = self.words[self.at..end].to_vec();
        let id = self.parser.piece(self.source, &piece, expression)?;
        self.at = end;
        Ok(id)
    }

    /// The expression up to `end`.
    fn expression(&mut self, end: usize) -> Read<ExprId> {
        let id = self.parse(end, true)?;
        match self.parser.tree[id].kind {
            StatementKind::Other { parts, .. } if !parts.is_empty() => {
                match self.parser.tree.list(parts)[0].expr {
                    Some(expr) => Ok(expr),
                    None => self.expected("<expression>"),
                }
            }
            _ => self.expected("<expression>"),
        }
    }

    /// The expression up to one of the words.
    fn expression_to(&mut self, words: &[&str]) -> Read<ExprId> {
        let end = self.find(|body, at| words.iter().any(|word| body.is_at(at, word)));
        self.expression(end)
    }

    fn is_op(&self, at: usize, op: Op) -> bool {
        self.words.get(at).is_some_and(|tok| tok.kind == K::Op && tok.op() == op)
    }
}

impl Parser {
    /// Parses words of a body as a statement or an expression.
    fn piece(&mut self, source: &str, words: &[Tok], expression: bool) -> Read<StatementId> {
        let said = self.diagnostics.len();
        let idents = self.tree.idents.len();
        self.lexer.piece(source, words, expression, &mut self.tree.idents);
        let (first, last) = (words.first().map_or(0, |tok| tok.start), words.last().map_or(0, |tok| tok.end));
        let chunk = airc_lex::Chunk {
            span: Span::new(first, last),
            terminator: Span::new(last, last),
            next: last as usize,
            question_marks: 0,
            depth: 0,
            broken: false,
        };
        let id = self.statement(source, chunk, idents);
        let wrong = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        if self.diagnostics[said..].iter().any(wrong) || self.tree[id].kind == StatementKind::Broken {
            return Err(Stopped);
        }
        Ok(id)
    }

    fn inner_words(&mut self, source: &str, span: Span) -> (Vec<Tok>, bool) {
        self.lexer.words_of(source, span, &mut self.diagnostics)
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn lexer_mut(&mut self) -> &mut airc_lex::Lexer {
        &mut self.lexer
    }

    fn push_list<T: crate::tree::Pooled>(&mut self, items: &[T]) -> List<T> {
        let pool = T::pool_mut(&mut self.tree);
        let mut mark = None;
        for item in items {
            let at = pool.open(*item);
            mark.get_or_insert(at);
        }
        mark.map_or(List::EMPTY, |mark| pool.close(mark))
    }
}

/// True for a name of one or more parts: what an assignment may set.
fn is_target(expr: Expr) -> bool {
    matches!(expr, Expr::Name(_) | Expr::Variable(_) | Expr::Param(_) | Expr::Field { .. })
}
