//! The front door: text in, tree and diagnostics out.

use crate::build::{Builder, Stacks, Strengths, Suffix};
use crate::driver::{self, LrStacks};
use crate::expected;
use crate::tree::{Statement, StatementId, StatementKind, Tree};
use air_base::{Diagnostic, Dialect, Severity, Span, limits};
use airc_lex::{Chunk, Lexer, Settings};

/// How often a statement is read again with a keyword taken for a name. A statement seldom has two such words.
const DEMOTIONS_MAX: usize = 32;

/// Parses scripts. Keeps all its buffers: once they have grown, parsing a statement allocates nothing.
#[derive(Debug)]
pub struct Parser {
    pub(crate) lexer: Lexer,
    strengths: Strengths,
    pub(crate) tree: Tree,
    stacks: Stacks,
    lr: LrStacks,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Parses with the generator's own driver.
    #[cfg(test)]
    pub(crate) stock: bool,
}

/// The result of a parse, borrowed from the parser.
#[derive(Clone, Copy, Debug)]
pub struct Parsed<'p> {
    /// The statements and what they are made of.
    pub tree: &'p Tree,
    /// What could not be read, client lines that were left out. In source order.
    pub diagnostics: &'p [Diagnostic],
}

impl Parser {
    /// A parser for a dialect out of the box: `Settings::of(dialect)`.
    pub fn of(dialect: Dialect) -> Parser {
        Parser::new(Settings::of(dialect))
    }

    /// A parser for a dialect with its settings.
    pub fn new(settings: Settings) -> Parser {
        Parser {
            lexer: Lexer::new(settings),
            strengths: Strengths::of(settings),
            tree: Tree::default(),
            stacks: Stacks::default(),
            lr: LrStacks::default(),
            diagnostics: Vec::new(),
            #[cfg(test)]
            stock: false,
        }
    }

    /// What the parser reads for.
    pub fn settings(&self) -> Settings {
        self.lexer.settings()
    }

    /// Whether backslashes escape in plain strings when the next source begins: an earlier one of the same session may
    /// have said so.
    pub fn escape_strings(&mut self, on: bool) {
        self.lexer.escape_strings(on);
    }

    /// Parses a whole script into one tree. A statement that the dialect does not read is there as
    /// [`StatementKind::Broken`], with a diagnostic, and the others are not affected.
    pub fn parse(&mut self, source: &str) -> Parsed<'_> {
        self.begin();
        if self.fits(source) {
            let mut at = 0;
            while let Some(next) = self.step(source, at) {
                at = next;
            }
        }
        Parsed { tree: &self.tree, diagnostics: &self.diagnostics }
    }

    /// Parses the first statement at or behind byte `at` into a tree of its own. Gives `None` at the end of the
    /// script, else the tree and where to go on. A script read this way needs memory for its longest statement only.
    /// Pass 0 first, then what the last call gave: settings such as `DELIMITER` are kept in between.
    pub fn parse_next(&mut self, source: &str, at: usize) -> Option<(Parsed<'_>, usize)> {
        if at == 0 {
            self.lexer.reset();
        }
        self.clear();
        if !self.fits(source) {
            return (at == 0)
                .then_some((Parsed { tree: &self.tree, diagnostics: &self.diagnostics }, source.len()));
        }
        let next = self.step(source, at)?;
        Some((Parsed { tree: &self.tree, diagnostics: &self.diagnostics }, next))
    }

    /// What the last call left: after [`Parser::parse_next`] gave `None`, the comments and diagnostics behind the last
    /// statement.
    pub fn rest(&self) -> Parsed<'_> {
        Parsed { tree: &self.tree, diagnostics: &self.diagnostics }
    }

    /// Gives the tree and the diagnostics away, leaving the parser ready for the next source.
    pub fn take(&mut self) -> (Tree, Vec<Diagnostic>) {
        (std::mem::take(&mut self.tree), std::mem::take(&mut self.diagnostics))
    }

    fn begin(&mut self) {
        self.lexer.reset();
        self.clear();
    }

    fn clear(&mut self) {
        self.tree.clear();
        self.diagnostics.clear();
    }

    fn fits(&mut self, source: &str) -> bool {
        if source.len() <= limits::SOURCE_BYTES_MAX {
            return true;
        }
        self.diagnostics.push(Diagnostic::error(
            airc_lex::codes::SOURCE_TOO_LONG,
            Span::NONE,
            format!("a source may have at most {} bytes", limits::SOURCE_BYTES_MAX),
        ));
        false
    }

    /// Parses the next statement into the tree; gives where to go on.
    fn step(&mut self, source: &str, at: usize) -> Option<usize> {
        let (idents, said) = (self.tree.idents.len(), self.diagnostics.len());
        let chunk = self.lexer.next(
            source,
            at,
            &mut self.tree.idents,
            &mut self.tree.comments,
            &mut self.diagnostics,
        )?;
        let id = if chunk.broken { self.broken(chunk) } else { self.statement(source, chunk, idents) };
        crate::block::read(self, source, id);
        let statement = &mut self.tree.statements[id.index()];
        // What the dialect does not read has no meaning, however clear it looks.
        if self.diagnostics[said..].iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            statement.kind = StatementKind::Broken;
        }
        statement.terminator = chunk.terminator;
        statement.question_marks = chunk.question_marks;
        self.tree.roots.push(id);
        Some(chunk.next)
    }

    fn broken(&mut self, chunk: Chunk) -> StatementId {
        let id = StatementId::new(self.tree.statements.len());
        self.tree.statements.push(Statement {
            kind: StatementKind::Broken,
            span: chunk.span,
            terminator: chunk.terminator,
            depth: chunk.depth,
            question_marks: 0,
        });
        id
    }

    /// Parses the statement whose tokens the lexer holds. Where it gets stuck at a keyword that may be a name, it is
    /// read again with that word as a name; if that does not help, the first complaint stands.
    pub(crate) fn statement(&mut self, source: &str, chunk: Chunk, idents: usize) -> StatementId {
        let reported = self.diagnostics.len();
        let mut first_complaint = None;
        for _ in 0..=DEMOTIONS_MAX {
            match self.attempt(source) {
                Ok(id) => {
                    let depth = chunk.depth + self.stacks.height();
                    self.tree.statements[id.index()].depth = depth;
                    return id;
                }
                Err(stuck) => {
                    // What the gates said about a reading that failed does not count.
                    self.diagnostics.truncate(reported);
                    self.tree.abandon();
                    let toks = self.lexer.tokens();
                    let met = toks.get(stuck).map(|tok| tok.start);
                    let before = stuck.checked_sub(1).and_then(|at| toks.get(at)).map(|tok| tok.start);
                    if first_complaint.is_none() {
                        first_complaint = Some(expected::explain(&self.lr, toks, stuck, source));
                    }
                    self.tree.idents.truncate(idents);
                    let demoted = met
                        .is_some_and(|start| self.lexer.demote(source, start, &mut self.tree.idents))
                        || before.is_some_and(|start| {
                            self.tree.idents.truncate(idents);
                            self.lexer.demote(source, start, &mut self.tree.idents)
                        });
                    if !demoted {
                        self.tree.idents.truncate(idents);
                        // Half of a head is worth nothing: the statement is kept as it is.
                        if !self.lexer.keep_whole(source, &mut self.tree.idents) {
                            break;
                        }
                    }
                }
            }
        }
        self.diagnostics.extend(first_complaint);
        self.broken(chunk)
    }

    fn attempt(&mut self, source: &str) -> Result<StatementId, usize> {
        self.stacks.clear();
        let toks = self.lexer.tokens();
        let settings = self.lexer.settings();
        let mut builder = Builder {
            tree: &mut self.tree,
            toks,
            source,
            stacks: &mut self.stacks,
            diagnostics: &mut self.diagnostics,
            strengths: &self.strengths,
            dialect: settings.dialect,
            suffix: Suffix::None,
        };
        #[cfg(test)]
        if self.stock {
            return driver::parse_stock(&mut builder, toks).ok_or(0);
        }
        driver::parse(&mut self.lr, &mut builder, toks).map_err(|stuck| stuck.at)
    }
}
