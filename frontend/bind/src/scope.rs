//! Who sees which name: a stack of scopes, one per query block, and the resolution of column names in it.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::names::{Reference, nearest, same_letters};
use crate::shape::Aliases;
use air::expr::{Expr, Literal};
use air::fidelity::Assume;
use air::query::{Output, SourceColumn, SourceKind};
use air::{Builtin, CteId, ExprId, List, Name, SourceId, Type, WindowId};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, Ident, SelectItem};

/// The scopes of a statement. Inner scopes lie above outer ones; what a scope owns is the top of each stack.
#[derive(Default, Debug)]
pub(crate) struct Scopes {
    pub(crate) stack: Vec<Scope>,
    pub(crate) visible: Vec<Visible>,
    pub(crate) merged: Vec<Merged>,
    pub(crate) windows: Vec<(Name, WindowId)>,
    pub(crate) ctes: Vec<VisibleCte>,
    /// The row an upsert proposes, while its action is bound.
    pub(crate) proposed: Option<SourceId>,
    /// Sources that outer join marks named since somebody last looked.
    pub(crate) marked: Vec<SourceId>,
    /// The right side of APPLY is bound next: it sees its left side.
    pub(crate) applies: bool,
    /// The one SELECT that may have INTO.
    pub(crate) into_select: Option<tree::SelectId>,
    /// The recursive common table expression whose body is bound next: its place in `ctes`.
    pub(crate) recursion: Option<usize>,
}

/// The names of one query block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope {
    pub(crate) first_visible: usize,
    pub(crate) first_merged: usize,
    pub(crate) first_window: usize,
    /// Inner queries do not see this scope: a derived table beside its siblings.
    pub(crate) hidden: bool,
    /// Sources before this one are out of sight: ON sees the two sides of its join only.
    pub(crate) seen_from: usize,
    /// The select list, where its aliases are seen.
    pub(crate) items: List2,
    /// How they are seen.
    pub(crate) aliases: Aliases,
    /// Where we are.
    pub(crate) clause: Clause,
    /// What we are in the arguments of.
    pub(crate) within: Within,
    /// Aggregates of this block so far.
    pub(crate) aggregates: u32,
    /// Window functions of this block so far.
    pub(crate) window_calls: u32,
    /// Columns of a set operation's result, seen by its ORDER BY.
    pub(crate) outputs: List<Output>,
}

/// A list of the syntax tree.
pub(crate) type List2 = tree::List<SelectItem>;

/// Clauses, as far as they differ in what may stand there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Clause {
    /// Values outside of a query: VALUES, SET, DEFAULT, CHECK….
    Value,
    /// FROM and ON.
    From,
    /// WHERE.
    Where,
    /// GROUP BY.
    GroupBy,
    /// The select list.
    Items,
    /// HAVING.
    Having,
    /// QUALIFY.
    Qualify,
    /// ORDER BY.
    OrderBy,
    /// RETURNING and OUTPUT.
    Returning,
}

/// Calls that change what their arguments may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Within {
    /// None.
    Nothing,
    /// An aggregate over groups.
    Aggregate,
    /// A function over a window.
    Window,
}

/// What [`Binder::begin_call`] changed; give it back to [`Binder::end_call`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallMark(Within);

/// A row source in scope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visible {
    pub(crate) source: SourceId,
    /// An outer join may fill it with NULLs.
    pub(crate) outer: bool,
    /// Only names qualified with its alias mean it (`excluded`, `deleted`).
    pub(crate) qualified_only: bool,
}

/// A column that a join merged by USING or NATURAL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Merged {
    pub(crate) name: Name,
    pub(crate) left: ExprId,
    pub(crate) right: ExprId,
    pub(crate) side: MergedSide,
    /// Sources from here on are under the join.
    pub(crate) first_visible: usize,
}

/// Which side of a join a merged column takes its value from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MergedSide {
    /// Inner and left joins.
    Left,
    /// Right joins.
    Right,
    /// Full joins: the first that is not NULL.
    Both,
}

/// A common table expression in scope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VisibleCte {
    pub(crate) name: Name,
    /// Names listed for its columns.
    pub(crate) names: tree::List<Ident>,
    pub(crate) cte: CteId,
    /// Its columns are known: false while the first part of a recursive one is bound.
    pub(crate) ready: bool,
    /// Somebody named it since this was last cleared.
    pub(crate) used: bool,
    /// The columns are all there are.
    pub(crate) closed: bool,
}

/// What looking for a column found.
enum Found {
    Column { source: SourceId, index: u32, outer: bool },
    Merged(usize),
    Item(SelectItem),
    Output(u32),
}

impl Scopes {
    pub(crate) fn clear(&mut self) {
        self.stack.clear();
        self.visible.clear();
        self.merged.clear();
        self.windows.clear();
        self.ctes.clear();
        self.proposed = None;
        self.marked.clear();
        self.applies = false;
        self.into_select = None;
        self.recursion = None;
    }

    /// The innermost scope. A scope is open whenever an expression is bound.
    pub(crate) fn top(&mut self) -> &mut Scope {
        if self.stack.is_empty() {
            self.open(Clause::Value);
        }
        let last = self.stack.len() - 1;
        &mut self.stack[last]
    }

    /// Opens a scope without names.
    pub(crate) fn open(&mut self, clause: Clause) {
        self.stack.push(Scope {
            first_visible: self.visible.len(),
            first_merged: self.merged.len(),
            first_window: self.windows.len(),
            hidden: false,
            seen_from: 0,
            items: List2::EMPTY,
            aliases: Aliases::No,
            clause,
            within: Within::Nothing,
            aggregates: 0,
            window_calls: 0,
            outputs: List::EMPTY,
        });
    }

    /// Closes the innermost scope.
    pub(crate) fn close(&mut self) {
        if let Some(scope) = self.stack.pop() {
            self.visible.truncate(scope.first_visible);
            self.merged.truncate(scope.first_merged);
            self.windows.truncate(scope.first_window);
        }
    }

    /// Makes a source visible in the innermost scope.
    pub(crate) fn show(&mut self, source: SourceId) {
        self.visible.push(Visible { source, outer: false, qualified_only: false });
    }

    /// Makes a source visible by its alias alone.
    pub(crate) fn show_qualified(&mut self, source: SourceId) {
        self.visible.push(Visible { source, outer: false, qualified_only: true });
    }

    /// The sources of the scope at `depth`.
    fn range(&self, depth: usize) -> std::ops::Range<usize> {
        let end = self.stack.get(depth + 1).map_or(self.visible.len(), |inner| inner.first_visible);
        let scope = &self.stack[depth];
        scope.first_visible.max(scope.seen_from).min(end)..end
    }

    fn merged_range(&self, depth: usize) -> std::ops::Range<usize> {
        let end = self.stack.get(depth + 1).map_or(self.merged.len(), |inner| inner.first_merged);
        self.stack[depth].first_merged..end
    }

    /// The sources of the innermost scope.
    pub(crate) fn here(&self) -> &[Visible] {
        match self.stack.len() {
            0 => &[],
            depth => &self.visible[self.range(depth - 1)],
        }
    }

    /// The merged columns of the innermost scope.
    pub(crate) fn merged_here(&self) -> &[Merged] {
        match self.stack.len() {
            0 => &[],
            depth => &self.merged[self.merged_range(depth - 1)],
        }
    }
}

impl<'a> Binder<'a> {
    /// The expression a name of one to four parts means: a column of a scope, an item of the select list where
    /// the dialect sees it, a pseudo-column, a hidden row number, or text where the dialect takes it so.
    pub(crate) fn resolve_column(&mut self, name: tree::Name, span: Span) -> Bound<ExprId> {
        match *self.tree.list(name) {
            [column] => self.resolve_bare(name, column, span),
            [.., table, column] => self.resolve_qualified(name, table, column, span),
            [] => Err(self.refuse(codes::NAME_PARTS, span, "a name is expected here")),
        }
    }

    fn resolve_bare(&mut self, name: tree::Name, ident: Ident, span: Span) -> Bound<ExprId> {
        let text = self.ident_text(ident);
        let reference = Reference::new(ident, &text);
        let mut open = None;
        for depth in (0..self.scopes.stack.len()).rev() {
            if self.scopes.stack[depth].hidden {
                continue;
            }
            if let Some(found) = self.find_in(depth, reference, span)? {
                return self.use_found(depth, found, span);
            }
            if open.is_none() {
                open = self.open_source(depth).map(|found| (depth, found));
            }
        }
        if let Some(expr) = self.pseudo_column(name, span)? {
            return Ok(expr);
        }
        if let Some(expr) = self.row_number(None, reference, span)? {
            return Ok(expr);
        }
        if let Some((_, (at, alone))) = open {
            if !alone {
                self.ledger.assume(Assume::ColumnsOfUnknown, &text, span);
            }
            return Ok(self.mentioned_column(at, ident, false, span));
        }
        if ident.quote == tree::Quote::Double && self.profile.settings.double_quoted_strings {
            let text = self.air.push_text(&text);
            let value = Literal::Text { text };
            return Ok(self.air.push(Expr::Literal { value }, Type::TEXT, false, span));
        }
        Err(self.unknown_column(&text, span))
    }

    fn resolve_qualified(
        &mut self,
        name: tree::Name,
        table: Ident,
        ident: Ident,
        span: Span,
    ) -> Bound<ExprId> {
        let text = self.ident_text(ident);
        let reference = Reference::new(ident, &text);
        let Some(at) = self.find_source(name, table) else {
            if let Some(expr) = self.pseudo_column(name, span)? {
                return Ok(expr);
            }
            let qualifier = self.ident_text(table);
            let candidates = self.scopes.visible.iter().map(|v| self.air.name(self.air.source(v.source).alias));
            let near = nearest(&qualifier, candidates).map(str::to_owned);
            let mut diagnostic = Diagnostic::error(
                codes::UNKNOWN_SOURCE,
                table.span,
                format!("no table or alias `{qualifier}` is in scope here"),
            );
            if let Some(near) = near {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            return Err(self.refuse_with(diagnostic));
        };
        let Visible { source, outer, .. } = self.scopes.visible[at];
        if let Some(index) = self.find_column(source, reference, span)? {
            return Ok(self.column(source, index, outer, true, span));
        }
        if let Some(expr) = self.row_number(Some(source), reference, span)? {
            return Ok(expr);
        }
        if !self.air.source(source).closed {
            return Ok(self.mentioned_column(at, ident, true, span));
        }
        let columns = self.air.list(self.air.source(source).columns);
        let near = nearest(&text, columns.iter().map(|c| self.air.name(c.name))).map(str::to_owned);
        let mut diagnostic = Diagnostic::error(
            codes::UNKNOWN_COLUMN,
            ident.span,
            format!("`{}` has no column `{text}`", self.ident_text(table)),
        );
        if let Some(near) = near {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        Err(self.refuse_with(diagnostic))
    }

    /// Reports a name that nothing in scope has.
    #[cold]
    fn unknown_column(&mut self, text: &str, span: Span) -> crate::binder::Refused {
        let mut candidates: Vec<&str> = Vec::new();
        for visible in &self.scopes.visible {
            let columns = self.air.list(self.air.source(visible.source).columns);
            candidates.extend(columns.iter().map(|column| self.air.name(column.name)));
        }
        let near = nearest(text, candidates.into_iter()).map(str::to_owned);
        let mut diagnostic =
            Diagnostic::error(codes::UNKNOWN_COLUMN, span, format!("no column `{text}` is in scope here"));
        if let Some(near) = near {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.refuse_with(diagnostic)
    }

    /// What the scope at `depth` has under a bare name.
    fn find_in(&mut self, depth: usize, reference: Reference<'_>, span: Span) -> Bound<Option<Found>> {
        let scope = self.scopes.stack[depth];
        if scope.aliases == Aliases::InnerFirst
            && let Some(item) = self.find_alias(scope.items, reference)
        {
            return Ok(Some(Found::Item(item)));
        }
        let mut found = None;
        let merged = self.scopes.merged_range(depth);
        // Later joins are outer ones: their merged columns cover those below.
        let mut covered_from = usize::MAX;
        for at in merged.rev() {
            let entry = self.scopes.merged[at];
            if entry.first_visible < scope.seen_from {
                continue;
            }
            if reference.means(self.air.name(entry.name), entry.name.exact, self.shape.folding)
                && entry.first_visible < covered_from
            {
                covered_from = entry.first_visible;
                found = Some(Found::Merged(at));
                break;
            }
        }
        let covered_to = match found {
            Some(Found::Merged(at)) => self.merged_end(at),
            _ => 0,
        };
        for at in self.scopes.range(depth) {
            let visible = self.scopes.visible[at];
            if visible.qualified_only || (at >= covered_from && at < covered_to) {
                continue;
            }
            if let Some(index) = self.find_column(visible.source, reference, span)? {
                if found.is_some() {
                    return Err(self.ambiguous(depth, reference, span));
                }
                found = Some(Found::Column { source: visible.source, index, outer: visible.outer });
            }
        }
        if found.is_some() {
            return Ok(found);
        }
        if matches!(scope.aliases, Aliases::InnerAfterColumns | Aliases::WholeFirstInnerAfter)
            && let Some(item) = self.find_alias(scope.items, reference)
        {
            return Ok(Some(Found::Item(item)));
        }
        let outputs = self.air.list(scope.outputs);
        let position = outputs
            .iter()
            .position(|o| reference.means(self.air.name(o.name), o.name.exact, self.shape.folding));
        Ok(position.map(|index| Found::Output(index as u32)))
    }

    /// One past the last source under the join that merged a column.
    fn merged_end(&self, at: usize) -> usize {
        let right = match self.air.expr(self.scopes.merged[at].right) {
            Expr::Column { source, .. } => source,
            _ => return usize::MAX,
        };
        self.scopes.visible.iter().rposition(|v| v.source == right).map_or(usize::MAX, |at| at + 1)
    }

    #[cold]
    fn ambiguous(&mut self, depth: usize, reference: Reference<'_>, span: Span) -> crate::binder::Refused {
        let mut owners: Vec<String> = Vec::new();
        for visible in &self.scopes.visible[self.scopes.range(depth)] {
            let source = self.air.source(visible.source);
            let has = self
                .air
                .list(source.columns)
                .iter()
                .any(|c| reference.means(self.air.name(c.name), c.name.exact, self.shape.folding));
            if has && !visible.qualified_only {
                owners.push(format!("`{}`", self.air.name(source.alias)));
            }
        }
        let message = format!("column `{}` is ambiguous", reference.text);
        let diagnostic = Diagnostic::error(codes::AMBIGUOUS_COLUMN, span, message)
            .here(format!("may come from {}", owners.join(" or ")))
            .help("qualify the column with the name of its table");
        self.refuse_with(diagnostic)
    }

    /// The item of the select list that has the name as its alias.
    pub(crate) fn find_alias(&self, items: List2, reference: Reference<'_>) -> Option<SelectItem> {
        self.tree.list(items).iter().copied().find(|item| {
            item.alias.is_some_and(|alias| {
                let text = alias.text(self.source);
                let exact = !alias.is_bare() && self.shape.folding.changes(&text);
                reference.means(&text, exact, self.shape.folding)
            })
        })
    }

    fn use_found(&mut self, depth: usize, found: Found, span: Span) -> Bound<ExprId> {
        match found {
            Found::Column { source, index, outer } => Ok(self.column(source, index, outer, false, span)),
            Found::Merged(at) => Ok(self.merged_value(self.scopes.merged[at], span)),
            Found::Item(item) => {
                // The item means what it means in the select list: names in it are not aliases again.
                let items = std::mem::replace(&mut self.scopes.stack[depth].items, List2::EMPTY);
                let bound = self.expr(item.expr);
                self.scopes.stack[depth].items = items;
                bound
            }
            Found::Output(index) => {
                let output = self.air.at(self.scopes.stack[depth].outputs, index as usize);
                Ok(self.air.push(Expr::Output { index }, output.ty, output.nullable, span))
            }
        }
    }

    /// The value of a column that a join merged.
    pub(crate) fn merged_value(&mut self, merged: Merged, span: Span) -> ExprId {
        let pick = match merged.side {
            MergedSide::Left => merged.left,
            MergedSide::Right => merged.right,
            MergedSide::Both => {
                let (left, right) = (self.air.copy(merged.left), self.air.copy(merged.right));
                let args = self.air.push_list(&[left, right]);
                let (l, r) = (self.air.info(left), self.air.info(right));
                let op = Expr::Call { op: Builtin::Coalesce, modifier: Default::default(), args };
                let ty = if l.ty.is_unknown() { r.ty } else { l.ty };
                return self.air.push(op, ty, l.nullable && r.nullable, span);
            }
        };
        let copy = self.air.copy(pick);
        self.air.info_mut(copy).span = span;
        copy
    }

    /// A column of a source.
    pub(crate) fn column(
        &mut self,
        source: SourceId,
        index: u32,
        outer: bool,
        qualified: bool,
        span: Span,
    ) -> ExprId {
        let column = self.air.column(source, index);
        let expr = Expr::Column { source, index, qualified };
        self.air.push(expr, column.ty, column.nullable || outer, span)
    }

    /// Position of the column a source has under the name.
    pub(crate) fn find_column(
        &mut self,
        source: SourceId,
        reference: Reference<'_>,
        span: Span,
    ) -> Bound<Option<u32>> {
        let columns = self.air.list(self.air.source(source).columns);
        let means = |c: &SourceColumn| reference.means(self.air.name(c.name), c.name.exact, self.shape.folding);
        let Some(first) = columns.iter().position(means) else { return Ok(None) };
        // Derived tables may have a name twice; tables never do, and neither do most derived tables.
        let stored = matches!(self.air.source(source).kind, SourceKind::Table { .. });
        if !stored && columns[first + 1..].iter().any(means) {
            let exact = |c: &SourceColumn| self.air.name(c.name) == reference.text;
            let mut same = (0..columns.len()).filter(|i| exact(&columns[*i]));
            if let (Some(only), None) = (same.next(), same.next())
                && !reference.bare
            {
                return Ok(Some(only as u32));
            }
            let message = format!("column `{}` is ambiguous", reference.text);
            return Err(self.refuse(codes::AMBIGUOUS_COLUMN, span, message));
        }
        Ok(Some(first as u32))
    }

    /// The source that a qualifier names, innermost scope first: its position among the visible ones.
    pub(crate) fn find_source(&self, name: tree::Name, table: Ident) -> Option<usize> {
        let parts = self.tree.list(name);
        let text = self.ident_text(table);
        let reference = Reference::new(table, &text);
        let schema = parts.len().checked_sub(3).map(|at| parts[at]);
        for depth in (0..self.scopes.stack.len()).rev() {
            if self.scopes.stack[depth].hidden {
                continue;
            }
            let hit = self.scopes.range(depth).find(|at| {
                let source = self.air.source(self.scopes.visible[*at].source);
                reference.means(self.air.name(source.alias), source.alias.exact, self.shape.folding)
                    && self.schema_fits(source.kind.clone(), source.aliased, schema)
            });
            if hit.is_some() {
                return hit;
            }
        }
        None
    }

    /// True if a schema written before a qualifier is that of the table, or nothing contradicts it.
    fn schema_fits(&self, kind: SourceKind, aliased: bool, schema: Option<Ident>) -> bool {
        let Some(schema) = schema else { return true };
        match kind {
            SourceKind::Table { name } if !aliased => name
                .schema
                .is_none_or(|known| same_letters(self.air.name(known), &self.ident_text(schema))),
            _ => false,
        }
    }

    /// The first source of the scope whose columns are not all known, and whether it is the only source.
    fn open_source(&self, depth: usize) -> Option<(usize, bool)> {
        let range = self.scopes.range(depth);
        let mut open = range.clone().filter(|at| {
            let visible = &self.scopes.visible[*at];
            !visible.qualified_only && !self.air.source(visible.source).closed
        });
        let first = open.next()?;
        Some((first, open.next().is_none() && depth == 0))
    }

    /// A column of an open source, added to those it is known to have.
    fn mentioned_column(&mut self, at: usize, ident: Ident, qualified: bool, span: Span) -> ExprId {
        let Visible { source, outer, .. } = self.scopes.visible[at];
        let index = self.add_mentioned(source, ident);
        self.column(source, index, outer, qualified, span)
    }

    /// Adds a column of unknown type to an open source, or finds it.
    pub(crate) fn add_mentioned(&mut self, source: SourceId, ident: Ident) -> u32 {
        let text = self.ident_text(ident);
        let reference = Reference::new(ident, &text);
        let columns = self.air.source(source).columns;
        let known = self
            .air
            .list(columns)
            .iter()
            .position(|c| reference.means(self.air.name(c.name), c.name.exact, self.shape.folding));
        if let Some(index) = known {
            return index as u32;
        }
        let name = self.ident_name(ident);
        let mut all: Vec<SourceColumn> = self.air.list(columns).to_vec();
        all.push(SourceColumn { name, ty: Type::Unknown, nullable: true });
        self.air.source_mut(source).columns = self.air.push_list(&all);
        all.len() as u32 - 1
    }

    /// SQLite's hidden row number: the column that stands for it, or the builtin.
    fn row_number(
        &mut self,
        source: Option<SourceId>,
        reference: Reference<'_>,
        span: Span,
    ) -> Bound<Option<ExprId>> {
        let is_row_number = ["rowid", "oid", "_rowid_"].iter().any(|w| reference.text.eq_ignore_ascii_case(w));
        if !self.shape.rowid || !is_row_number {
            return Ok(None);
        }
        let tables = self.scopes.here();
        let stored = |v: &&Visible| matches!(self.air.source(v.source).kind, SourceKind::Table { .. });
        let (source, outer) = match source {
            Some(source) => (source, false),
            None => {
                let mut stored = tables.iter().filter(stored);
                match (stored.next(), stored.next()) {
                    (Some(only), None) => (only.source, only.outer),
                    _ => return Ok(None),
                }
            }
        };
        let SourceKind::Table { name } = self.air.source(source).kind else { return Ok(None) };
        let schema = name.schema.map(|schema| self.air.name(schema));
        let Some(table) = self.catalog.table(schema, self.air.name(name.name)) else { return Ok(None) };
        if table.view || table.without_rowid {
            return Ok(None);
        }
        let alias = table.primary_key().and_then(|key| match key.columns[..] {
            [only] if table.columns[only as usize].identity => Some(only),
            _ => None,
        });
        if let Some(index) = alias {
            return Ok(Some(self.column(source, index, outer, false, span)));
        }
        if tables.len() > 1 {
            let message = "the hidden row number of one table among several is not translated";
            return Err(self.refuse(codes::EXPRESSION, span, message));
        }
        let call = Expr::Call { op: Builtin::RowId, modifier: Default::default(), args: List::EMPTY };
        Ok(Some(self.air.push(call, Type::I64, outer, span)))
    }

    /// The column of the proposed row of an upsert (MySQL's `VALUES(c)`).
    pub(crate) fn proposed_column(&mut self, ident: Ident, span: Span) -> Bound<ExprId> {
        let Some(source) = self.scopes.proposed else {
            let message = "VALUES(column) has a meaning only in ON DUPLICATE KEY UPDATE";
            return Err(self.refuse(codes::EXPRESSION, span, message));
        };
        let text = self.ident_text(ident);
        let reference = Reference::new(ident, &text);
        if let Some(index) = self.find_column(source, reference, span)? {
            return Ok(self.column(source, index, false, true, span));
        }
        if self.air.source(source).closed {
            return Err(self.unknown_column(&text, span));
        }
        let index = self.add_mentioned(source, ident);
        Ok(self.column(source, index, false, true, span))
    }

    /// An expression under Oracle's outer join mark: the expression, its source noted for FROM.
    pub(crate) fn outer_mark(&mut self, operand: tree::ExprId) -> Bound<ExprId> {
        let expr = self.expr(operand)?;
        match self.air.expr(expr) {
            Expr::Column { source, .. } => self.scopes.marked.push(source),
            _ => {
                let span = self.span(operand);
                let message = "an outer join mark stands behind a column only";
                return Err(self.refuse(codes::OUTER_JOIN_MARK, span, message));
            }
        }
        Ok(expr)
    }

    /// To be called before the arguments of an aggregate or window function are bound: checks that one may
    /// stand here. [`Binder::end_call`] follows when the arguments are bound.
    pub(crate) fn begin_call(&mut self, kind: Within, span: Span) -> Bound<CallMark> {
        let scope = *self.scopes.top();
        let place = match scope.clause {
            Clause::Items | Clause::Having | Clause::Qualify | Clause::OrderBy => None,
            Clause::Where => Some("WHERE"),
            Clause::From => Some("FROM"),
            Clause::GroupBy => Some("GROUP BY"),
            Clause::Returning => Some("RETURNING"),
            Clause::Value => Some("a value"),
        };
        let inside = match (scope.within, kind) {
            (Within::Aggregate, _) => Some("an aggregate"),
            (Within::Window, Within::Window) => Some("a window function"),
            _ => None,
        };
        let misplaced = place.or(inside);
        if let Some(place) = misplaced {
            let what = if kind == Within::Window { "a window function" } else { "an aggregate" };
            let message = format!("{what} cannot stand in {place}");
            return Err(self.refuse(codes::MISPLACED_AGGREGATE, span, message));
        }
        if kind == Within::Window && scope.clause == Clause::Having {
            let message = "a window function cannot stand in HAVING";
            return Err(self.refuse(codes::MISPLACED_AGGREGATE, span, message));
        }
        let top = self.scopes.top();
        match kind {
            Within::Aggregate => top.aggregates += 1,
            Within::Window => top.window_calls += 1,
            Within::Nothing => {}
        }
        Ok(CallMark(std::mem::replace(&mut top.within, kind)))
    }

    /// Undoes [`Binder::begin_call`].
    pub(crate) fn end_call(&mut self, mark: CallMark) {
        self.scopes.top().within = mark.0;
    }
}
