//! The builder: what the grammar's actions call. It keeps what is not finished yet on stacks of its own, so that every
//! value the parser carries is a number.

mod ddl;
mod dml;
mod expr;
pub(crate) mod gates;
mod operators;
mod query;
mod statement;
mod strength;

pub(crate) use expr::Suffix;
pub(crate) use operators::X;
pub(crate) use strength::Strengths;

use crate::codes;
use crate::tree::*;
use air_base::{Diagnostic, Dialect, Span};
use airc_lex::{Op, Tok, aux};
use operators::{Entry, ExprFrame};

/// Where a list that is still open starts: the position of its first element on the stack of its pool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark(pub(crate) u32);

/// A finished statement that changes rows, before it is known what surrounds it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DmlId {
    Insert(InsertId),
    Update(UpdateId),
    Delete(DeleteId),
    Merge(MergeId),
}

impl std::convert::From<DmlId> for StatementKind {
    fn from(id: DmlId) -> StatementKind {
        match id {
            DmlId::Insert(id) => StatementKind::Insert(id),
            DmlId::Update(id) => StatementKind::Update(id),
            DmlId::Delete(id) => StatementKind::Delete(id),
            DmlId::Merge(id) => StatementKind::Merge(id),
        }
    }
}

/// Everything the builder keeps between actions. Emptied before each statement, never freed.
#[derive(Debug, Default)]
pub(crate) struct Stacks {
    // Expressions.
    frames: Vec<ExprFrame>,
    entries: Vec<Entry>,
    operands: Vec<operators::Operand>,
    /// Heights of expressions that are closed, by where they start.
    heights: Vec<(u32, u32)>,
    bounds: Vec<(Bound, Span)>,
    /// An `ESCAPE` that belongs to no `LIKE`.
    stray_escape: Option<Span>,
    rows: Vec<List<ExprId>>,
    // Queries.
    bodies: Vec<Body>,
    set_ops: Vec<(u32, u32)>,
    queries: Vec<Query>,
    selects: Vec<Select>,
    joins: Vec<query::JoinEntry>,
    ctes: Vec<query::CteStart>,
    // Statements.
    inserts: Vec<Insert>,
    updates: Vec<Update>,
    deletes: Vec<Delete>,
    merges: Vec<Merge>,
    merge_inserts: Vec<(List<ColumnTarget>, Option<bool>)>,
    merge_actions: Vec<MergeAction>,
    merge_whens: Vec<(MergeWhen, Option<ExprId>)>,
    conflict_targets: Vec<ConflictTarget>,
    returnings: Vec<Returning>,
    outputs: Vec<Output>,
    ddl: ddl::DdlStacks,
    modes: TransactionModes,
}

impl Stacks {
    pub(crate) fn clear(&mut self) {
        self.frames.clear();
        self.entries.clear();
        self.operands.clear();
        self.heights.clear();
        self.bounds.clear();
        self.stray_escape = None;
        self.rows.clear();
        self.bodies.clear();
        self.set_ops.clear();
        self.queries.clear();
        self.selects.clear();
        self.joins.clear();
        self.ctes.clear();
        self.inserts.clear();
        self.updates.clear();
        self.deletes.clear();
        self.merges.clear();
        self.merge_inserts.clear();
        self.merge_actions.clear();
        self.merge_whens.clear();
        self.conflict_targets.clear();
        self.returnings.clear();
        self.outputs.clear();
        self.ddl.clear();
        self.modes = TransactionModes::default();
    }

    /// Longest path of operators from the root of an expression to a leaf.
    pub(crate) fn height(&self) -> u32 {
        self.heights.iter().map(|(_, height)| *height).max().unwrap_or(0)
    }
}

/// Builds the tree of one statement.
pub struct Builder<'t> {
    pub(crate) tree: &'t mut Tree,
    pub(crate) toks: &'t [Tok],
    pub(crate) source: &'t str,
    pub(crate) stacks: &'t mut Stacks,
    pub(crate) diagnostics: &'t mut Vec<Diagnostic>,
    pub(crate) strengths: &'t Strengths,
    pub(crate) dialect: Dialect,
    pub(crate) suffix: Suffix,
}

impl Builder<'_> {
    // Tokens.

    #[inline]
    pub(crate) fn tok(&self, at: u32) -> Tok {
        self.toks[at as usize]
    }

    pub(crate) fn aux(&self, at: u32) -> u16 {
        self.tok(at).aux
    }

    pub(crate) fn op_at(&self, at: u32) -> Op {
        self.tok(at).op()
    }

    /// From the start of token `l` to the end of the token before `r`.
    #[inline]
    pub(crate) fn span(&self, l: u32, r: u32) -> Span {
        let start = self.toks[l as usize].start;
        let end = if r > l { self.toks[r as usize - 1].end } else { start };
        Span::new(start, end.max(start))
    }

    pub(crate) fn text(&self, at: u32) -> &str {
        self.tok(at).span().text(self.source)
    }

    /// The name token `at` stands for.
    #[inline]
    pub(crate) fn name_of(&mut self, at: u32) -> Name {
        let tok = self.tok(at);
        if tok.flag == aux::NAME_RESERVED && tok.kind == airc_lex::K::Name {
            self.reserved_name(tok.span());
        }
        List::new(tok.data, u32::from(tok.aux))
    }

    /// A reserved word where a name has to be.
    #[cold]
    pub(crate) fn reserved_name(&mut self, span: Span) {
        let message = format!("`{}` is a reserved word of {}", span.text(self.source), self.dialect);
        let error = Diagnostic::error(codes::UNEXPECTED, span, message).here("no name without quotes");
        self.diagnostics.push(error.help("put it in quotes if it is a name"));
    }

    /// The only part of the name at `at`. More parts are reported, and the last one counts.
    pub(crate) fn ident(&mut self, at: u32) -> Ident {
        let name = self.name_of(at);
        match *self.tree.list(name) {
            [one] => one,
            [.., last] => {
                let span = self.tok(at).span();
                self.reject(span, "a name without a qualifier is expected here");
                last
            }
            [] => Ident { span: self.tok(at).span(), quote: Quote::None },
        }
    }

    /// The names from token `first` to the one before `end`, commas between them.
    pub(crate) fn idents(&mut self, first: u32, end: u32) -> List<Ident> {
        let start = self.tok(first).data;
        let mut len = 0;
        let mut at = first;
        while at < end {
            let tok = self.tok(at);
            if tok.kind == airc_lex::K::Name {
                if tok.flag == aux::NAME_RESERVED {
                    self.reserved_name(tok.span());
                }
                if tok.aux != 1 {
                    self.reject(tok.span(), "a name without a qualifier is expected here");
                }
                len += u32::from(tok.aux);
            }
            at += 1;
        }
        List::new(start, len)
    }

    // Lists.

    #[inline]
    pub(crate) fn open<T: Pooled>(&mut self, item: T) -> Mark {
        Mark(T::pool_mut(self.tree).open(item))
    }

    #[inline]
    pub(crate) fn close<T: Pooled>(&mut self, mark: Mark) -> List<T> {
        T::pool_mut(self.tree).close(mark.0)
    }

    pub(crate) fn open_mark<T: Pooled>(&mut self) -> Mark {
        Mark(T::pool_mut(self.tree).open_len())
    }

    pub(crate) fn list_of<T: Pooled>(&mut self, items: &[T]) -> List<T> {
        let mark = self.open_mark::<T>();
        for item in items {
            self.open(*item);
        }
        self.close(mark)
    }

    /// Appends `item` to a finished list. Lists of clauses that may be repeated are short.
    pub(crate) fn append<T: Pooled>(&mut self, list: List<T>, item: T) -> List<T> {
        let mark = self.open_mark::<T>();
        for i in 0..list.len() {
            let old = T::pool(self.tree)[list.start as usize + i];
            self.open(old);
        }
        self.open(item);
        self.close(mark)
    }

    // Nodes.

    #[inline]
    pub(crate) fn expr(&mut self, expr: Expr, span: Span) -> ExprId {
        self.tree.push_expr(expr, span)
    }

    #[inline]
    pub(crate) fn node<N: Node>(&mut self, node: N) -> N::Id {
        node.push(self.tree)
    }

    #[inline]
    pub(crate) fn expr_span(&self, id: ExprId) -> Span {
        self.tree.expr_span(id)
    }

    /// The height of the highest thing noted at or behind byte `start`; its note and those beside it are taken away.
    #[inline]
    pub(crate) fn take_height(&mut self, start: u32) -> u32 {
        let heights = &mut self.stacks.heights;
        let mut highest = 0;
        while let Some(&(at, height)) = heights.last()
            && at >= start
        {
            highest = highest.max(height);
            heights.pop();
        }
        highest
    }

    /// Takes note that the thing starting at byte `start` is `levels` higher than the highest thing inside of it.
    pub(crate) fn note_height(&mut self, start: u32, levels: u32) {
        let inner = self.take_height(start);
        self.stacks.heights.push((start, inner + levels));
    }
}
