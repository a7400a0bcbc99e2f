//! The arena of one compiled statement.

use crate::expr::{Branch, OrderKey};
use crate::expr::{Expr, Literal, WindowSpec};
use crate::ids::{
    CteId, ExprId, List, Name, ObjectName, ParamId, QueryId, RelId, SelectId, SourceId, Str, WindowId,
};
use crate::node::{Child, Operand, Pooled};
use crate::query::{
    Cte, CteBody, GroupElement, Item, Output, Query, Rel, Select, Source, SourceColumn, SourceKind,
    UsingColumn, ValuesRow,
};
use crate::statement::{Assignment, MergeClause, Statement};
use crate::types::Type;
use air_base::Span;

/// What is known of an expression besides the node.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Info {
    /// Type of its value.
    pub ty: Type,
    /// May be NULL.
    pub nullable: bool,
    /// Where the source text says so; of what it replaces for an expression a pass made.
    pub span: Span,
}

/// A parameter slot.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Param {
    /// `:name`, `@name`; empty for positional ones.
    pub name: Str,
    /// Number from 1: as written (`$2`, `?2`), or by order of first appearance.
    pub number: u32,
    /// Type by its context.
    pub ty: Type,
}

/// A comment of the source text, kept for the renderer.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Comment {
    /// Where it stood.
    pub span: Span,
    /// With its delimiters.
    pub text: Str,
}

/// One compiled statement: nodes in arenas, ids between them, text in one buffer.
///
/// Nodes are replaced in place ([`Air::set`]); ids stay valid for the life of the arena. [`Air::clear`]
/// empties it and keeps the memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Air {
    /// Statements to run, in order: one as bound; legalization may put others before or after.
    pub statements: Vec<Statement>,
    /// Where each statement stood.
    pub statement_spans: Vec<Span>,
    /// Changes inside of common table expressions.
    pub nested: Vec<Statement>,
    /// Parameter slots.
    pub params: Vec<Param>,
    /// Comments in order of position.
    pub comments: Vec<Comment>,
    exprs: Vec<Expr>,
    infos: Vec<Info>,
    queries: Vec<Query>,
    query_spans: Vec<Span>,
    selects: Vec<Select>,
    rels: Vec<Rel>,
    sources: Vec<Source>,
    source_spans: Vec<Span>,
    ctes: Vec<Cte>,
    windows: Vec<WindowSpec>,
    text: String,
    lists: Lists,
}

/// The pools behind [`List`].
#[derive(Clone, Debug, Default, PartialEq)]
struct Lists {
    exprs: Vec<ExprId>,
    keys: Vec<OrderKey>,
    branches: Vec<Branch>,
    items: Vec<Item>,
    outputs: Vec<Output>,
    groups: Vec<GroupElement>,
    rows: Vec<ValuesRow>,
    usings: Vec<UsingColumn>,
    columns: Vec<SourceColumn>,
    ctes: Vec<CteId>,
    windows: Vec<WindowId>,
    sources: Vec<SourceId>,
    positions: Vec<u32>,
    assignments: Vec<Assignment>,
    merges: Vec<MergeClause>,
    objects: Vec<ObjectName>,
}

macro_rules! pools {
    ($($Ty:ty => $field:ident;)*) => {
        $(impl Pooled for $Ty {
            fn pool(air: &Air) -> &Vec<Self> { &air.lists.$field }
            fn pool_mut(air: &mut Air) -> &mut Vec<Self> { &mut air.lists.$field }
        })*
        impl Lists {
            fn clear(&mut self) { $(self.$field.clear();)* }
        }
    };
}
pools! {
    ExprId => exprs; OrderKey => keys; Branch => branches; Item => items; Output => outputs;
    GroupElement => groups; ValuesRow => rows; UsingColumn => usings; SourceColumn => columns;
    CteId => ctes; WindowId => windows; SourceId => sources; u32 => positions;
    Assignment => assignments; MergeClause => merges; ObjectName => objects;
}

impl Air {
    /// Empties the arena and keeps its memory.
    pub fn clear(&mut self) {
        let Air {
            statements,
            statement_spans,
            nested,
            params,
            comments,
            exprs,
            infos,
            queries,
            query_spans,
            selects,
            rels,
            sources,
            source_spans,
            ctes,
            windows,
            text,
            lists,
        } = self;
        statements.clear();
        statement_spans.clear();
        nested.clear();
        params.clear();
        comments.clear();
        exprs.clear();
        infos.clear();
        queries.clear();
        query_spans.clear();
        selects.clear();
        rels.clear();
        sources.clear();
        source_spans.clear();
        ctes.clear();
        windows.clear();
        text.clear();
        lists.clear();
    }

    // Expressions.

    /// Adds an expression.
    #[inline]
    pub fn push(&mut self, expr: Expr, ty: Type, nullable: bool, span: Span) -> ExprId {
        self.exprs.push(expr);
        self.infos.push(Info { ty, nullable, span });
        ExprId(self.exprs.len() as u32 - 1)
    }

    /// The expression.
    #[inline]
    pub fn expr(&self, id: ExprId) -> Expr {
        self.exprs[id.index()]
    }

    /// Type, nullability, span.
    #[inline]
    pub fn info(&self, id: ExprId) -> Info {
        self.infos[id.index()]
    }

    /// Type.
    #[inline]
    pub fn ty(&self, id: ExprId) -> Type {
        self.infos[id.index()].ty
    }

    /// Where the source text says so.
    #[inline]
    pub fn span(&self, id: ExprId) -> Span {
        self.infos[id.index()].span
    }

    /// Puts every expression from position `first` on to one place of the source, and queries and sources that stand
    /// behind the end of it: they come from another text.
    pub fn place_all(&mut self, first: usize, place: Span) {
        self.infos[first..].iter_mut().for_each(|info| info.span = place);
    }

    /// Changes type, nullability or span.
    pub fn info_mut(&mut self, id: ExprId) -> &mut Info {
        &mut self.infos[id.index()]
    }

    /// Replaces the expression in place; whoever refers to `id` sees the new one. Type, nullability and
    /// span stay unless changed through [`Air::info_mut`].
    pub fn set(&mut self, id: ExprId, expr: Expr) {
        self.exprs[id.index()] = expr;
    }

    /// A second id for the same content: what a rewrite wraps when it replaces `id` in place.
    pub fn copy(&mut self, id: ExprId) -> ExprId {
        let info = self.info(id);
        self.push(self.expr(id), info.ty, info.nullable, info.span)
    }

    /// All expression ids, children mostly before parents; some may be out of use after rewrites.
    pub fn expr_ids(&self) -> impl ExactSizeIterator<Item = ExprId> + use<> {
        (0..self.exprs.len() as u32).map(ExprId)
    }

    /// Number of expressions ever added.
    pub fn expr_count(&self) -> usize {
        self.exprs.len()
    }

    /// The literal, if `id` is one.
    pub fn literal(&self, id: ExprId) -> Option<Literal> {
        match self.expr(id) {
            Expr::Literal { value } => Some(value),
            _ => None,
        }
    }

    /// The integer, if `id` is an integer literal.
    pub fn int_literal(&self, id: ExprId) -> Option<i64> {
        match self.literal(id) {
            Some(Literal::Int { value }) => Some(value),
            _ => None,
        }
    }

    // Everything else that has an id.

    /// Adds a query.
    pub fn push_query(&mut self, query: Query, span: Span) -> QueryId {
        self.queries.push(query);
        self.query_spans.push(span);
        QueryId(self.queries.len() as u32 - 1)
    }

    /// The query.
    pub fn query(&self, id: QueryId) -> &Query {
        &self.queries[id.index()]
    }

    /// The query, to change.
    pub fn query_mut(&mut self, id: QueryId) -> &mut Query {
        &mut self.queries[id.index()]
    }

    /// Where it stood.
    pub fn query_span(&self, id: QueryId) -> Span {
        self.query_spans[id.index()]
    }

    /// All query ids.
    pub fn query_ids(&self) -> impl ExactSizeIterator<Item = QueryId> + use<> {
        (0..self.queries.len() as u32).map(QueryId)
    }

    /// Adds a SELECT block.
    pub fn push_select(&mut self, select: Select) -> SelectId {
        self.selects.push(select);
        SelectId(self.selects.len() as u32 - 1)
    }

    /// The block.
    pub fn select(&self, id: SelectId) -> &Select {
        &self.selects[id.index()]
    }

    /// The block, to change.
    pub fn select_mut(&mut self, id: SelectId) -> &mut Select {
        &mut self.selects[id.index()]
    }

    /// All block ids.
    pub fn select_ids(&self) -> impl ExactSizeIterator<Item = SelectId> + use<> {
        (0..self.selects.len() as u32).map(SelectId)
    }

    /// Adds a FROM node.
    pub fn push_rel(&mut self, rel: Rel) -> RelId {
        self.rels.push(rel);
        RelId(self.rels.len() as u32 - 1)
    }

    /// The FROM node.
    pub fn rel(&self, id: RelId) -> Rel {
        self.rels[id.index()]
    }

    /// Replaces a FROM node in place.
    pub fn set_rel(&mut self, id: RelId, rel: Rel) {
        self.rels[id.index()] = rel;
    }

    /// All FROM node ids.
    pub fn rel_ids(&self) -> impl ExactSizeIterator<Item = RelId> + use<> {
        (0..self.rels.len() as u32).map(RelId)
    }

    /// Adds a row source.
    pub fn push_source(&mut self, source: Source, span: Span) -> SourceId {
        self.sources.push(source);
        self.source_spans.push(span);
        SourceId(self.sources.len() as u32 - 1)
    }

    /// The row source.
    pub fn source(&self, id: SourceId) -> &Source {
        &self.sources[id.index()]
    }

    /// The row source, to change.
    pub fn source_mut(&mut self, id: SourceId) -> &mut Source {
        &mut self.sources[id.index()]
    }

    /// Where it stood.
    pub fn source_span(&self, id: SourceId) -> Span {
        self.source_spans[id.index()]
    }

    /// All source ids.
    pub fn source_ids(&self) -> impl ExactSizeIterator<Item = SourceId> + use<> {
        (0..self.sources.len() as u32).map(SourceId)
    }

    /// A column of a source.
    pub fn column(&self, source: SourceId, index: u32) -> SourceColumn {
        self.list(self.source(source).columns)[index as usize]
    }

    /// Adds a common table expression.
    pub fn push_cte(&mut self, cte: Cte) -> CteId {
        self.ctes.push(cte);
        CteId(self.ctes.len() as u32 - 1)
    }

    /// The common table expression.
    pub fn cte(&self, id: CteId) -> &Cte {
        &self.ctes[id.index()]
    }

    /// The common table expression, to change.
    pub fn cte_mut(&mut self, id: CteId) -> &mut Cte {
        &mut self.ctes[id.index()]
    }

    /// All common table expressions.
    pub fn cte_ids(&self) -> impl ExactSizeIterator<Item = CteId> + use<> {
        (0..self.ctes.len() as u32).map(CteId)
    }

    /// Adds a window.
    pub fn push_window(&mut self, window: WindowSpec) -> WindowId {
        self.windows.push(window);
        WindowId(self.windows.len() as u32 - 1)
    }

    /// The window.
    pub fn window(&self, id: WindowId) -> &WindowSpec {
        &self.windows[id.index()]
    }

    /// The window, to change.
    pub fn window_mut(&mut self, id: WindowId) -> &mut WindowSpec {
        &mut self.windows[id.index()]
    }

    // Lists and text.

    /// The elements of a list.
    #[inline]
    pub fn list<T: Pooled>(&self, list: List<T>) -> &[T] {
        &T::pool(self)[list.range()]
    }

    /// The elements of all lists of that type, in order of their adding.
    pub fn pool<T: Pooled>(&self) -> &[T] {
        T::pool(self)
    }

    /// The elements of a list, to change in place.
    pub fn list_mut<T: Pooled>(&mut self, list: List<T>) -> &mut [T] {
        &mut T::pool_mut(self)[list.range()]
    }

    /// The `i`-th element.
    #[inline]
    pub fn at<T: Pooled>(&self, list: List<T>, i: usize) -> T {
        self.list(list)[i]
    }

    /// Adds a list.
    pub fn push_list<T: Pooled>(&mut self, elements: &[T]) -> List<T> {
        let pool = T::pool_mut(self);
        let start = pool.len() as u32;
        pool.extend_from_slice(elements);
        List::new(start, elements.len() as u32)
    }

    /// The text of `str`.
    #[inline]
    pub fn text(&self, str: Str) -> &str {
        &self.text[str.start as usize..(str.start + str.len) as usize]
    }

    /// The spelling of a name.
    pub fn name(&self, name: Name) -> &str {
        self.text(name.text)
    }

    /// Adds text.
    pub fn push_text(&mut self, text: &str) -> Str {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Str { start, len: text.len() as u32 }
    }

    /// Adds text that `write` appends to the buffer.
    pub fn push_text_with(&mut self, write: impl FnOnce(&mut String)) -> Str {
        let start = self.text.len() as u32;
        write(&mut self.text);
        Str { start, len: self.text.len() as u32 - start }
    }

    /// Adds a name whose case does not matter.
    pub fn push_name(&mut self, text: &str) -> Name {
        Name::folded(self.push_text(text))
    }

    /// Adds or finds the parameter slot.
    pub fn param(&self, id: ParamId) -> Param {
        self.params[id.index()]
    }

    /// Changes that stand as common table expressions: which one, and its position in [`Air::nested`].
    pub fn changes(&self) -> impl Iterator<Item = (CteId, u32)> + '_ {
        self.ctes.iter().enumerate().filter_map(|(i, cte)| match cte.body {
            CteBody::Change { statement } => Some((CteId(i as u32), statement)),
            CteBody::Query { .. } => None,
        })
    }

    // Walking.

    /// True if the id names something in its arena.
    pub fn has(&self, child: Child) -> bool {
        match child {
            Child::Expr(id) => id.index() < self.exprs.len(),
            Child::Query(id) => id.index() < self.queries.len(),
            Child::Select(id) => id.index() < self.selects.len(),
            Child::Rel(id) => id.index() < self.rels.len(),
            Child::Source(id) => id.index() < self.sources.len(),
            Child::Window(id) => id.index() < self.windows.len(),
        }
    }

    /// Calls `visit` with each node directly below `child`. Nothing is descended into.
    pub fn children(&self, child: Child, visit: &mut dyn FnMut(Child)) {
        match child {
            Child::Expr(id) => self.exprs[id.index()].children(self, visit),
            Child::Query(id) => self.queries[id.index()].children(self, visit),
            Child::Select(id) => self.selects[id.index()].children(self, visit),
            Child::Rel(id) => match self.rels[id.index()] {
                Rel::Source { source } => visit(Child::Source(source)),
                join => join.children(self, visit),
            },
            Child::Source(id) => match self.sources[id.index()].kind {
                // Its rows are below the WITH that declares it; a recursive one contains this very source.
                SourceKind::Cte { .. } => {}
                kind => kind.children(self, visit),
            },
            Child::Window(id) => self.windows[id.index()].children(self, visit),
        }
    }

    /// Calls `visit` with every node in use, parents first, each source once per place it is declared,
    /// each window once. Iterative: depth never meets the stack.
    pub fn walk(&self, visit: &mut dyn FnMut(Child)) {
        let mut stack: Vec<Child> = Vec::new();
        let mut windows = vec![false; self.windows.len()];
        for statement in self.statements.iter().rev() {
            statement.children(self, &mut |child| stack.push(child));
            stack.reverse();
            while let Some(child) = stack.pop() {
                if let Child::Window(id) = child
                    && std::mem::replace(&mut windows[id.index()], true)
                {
                    continue;
                }
                visit(child);
                let start = stack.len();
                self.children(child, &mut |child| stack.push(child));
                stack[start..].reverse();
            }
        }
    }
}
