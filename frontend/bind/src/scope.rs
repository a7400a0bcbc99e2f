//! Who sees which name: a stack of scopes, one per query block, and the resolution of column names in it.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::hierarchy::Hierarchy;
use crate::name_index::NameIndex;
use crate::names::Reference;
use crate::shape::Aliases;
use air::expr::Expr;
use air::query::{GroupElement, Item, Output, Source, SourceColumn, SourceKind};
use air::statement::Statement;
use air::{CteId, ExprId, List, Name, SourceId, Type, WindowId};
use air_base::Span;
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
    /// Digests of the names of columns.
    pub(crate) names: NameIndex,
    /// Buffers for lists under way; a nested use finds them empty and makes its own.
    pub(crate) columns: Vec<SourceColumn>,
    pub(crate) items: Vec<Item>,
    pub(crate) outputs: Vec<Output>,
    /// Statements that the bound one becomes besides the first.
    pub(crate) following: Vec<Statement>,
    /// Statements that come before the one at hand.
    pub(crate) preceding: Vec<Statement>,
    /// Where the only expression stands of a statement that is a query of one row and one column, over nothing.
    pub(crate) sole_value: Option<Span>,
    /// The hierarchical block being bound.
    pub(crate) hierarchy: Option<Hierarchy>,
    /// Columns of a source from a position on that `*` does not stand for.
    pub(crate) hidden_columns: Option<(SourceId, u32)>,
    /// The right side of APPLY is bound next: it sees its left side.
    pub(crate) applies: bool,
    /// The one SELECT that may have INTO.
    pub(crate) into_select: Option<tree::SelectId>,
    /// The recursive common table expression whose body is bound next: its place in `ctes`.
    pub(crate) recursion: Option<usize>,
    /// What makes the trigger run whose body is bound, as its language calls it.
    pub(crate) event: Option<&'static str>,
}

/// What was in scope at some point, to come back to after an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    scopes: usize,
    ctes: usize,
    exprs: usize,
    within: Within,
    proposed: Option<SourceId>,
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
    /// The table function in the select list.
    pub(crate) rows_source: Option<SourceId>,
    /// Aggregates of this block so far.
    pub(crate) aggregates: u32,
    /// Keys the block is grouped by, once they are bound.
    pub(crate) keys: List<GroupElement>,
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
    /// Sources from here on are under the join…
    pub(crate) first_visible: usize,
    /// …up to here.
    pub(crate) end_visible: usize,
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
pub(crate) enum Found {
    Column { source: SourceId, index: u32, outer: bool },
    Merged(usize),
    Item(SelectItem),
    Output(u32),
}

impl Scopes {
    pub(crate) fn clear(&mut self) {
        self.stack.clear();
        self.names.clear();
        self.visible.clear();
        self.merged.clear();
        self.windows.clear();
        self.ctes.clear();
        self.proposed = None;
        self.marked.clear();
        self.following.clear();
        self.preceding.clear();
        self.sole_value = None;
        self.hierarchy = None;
        self.hidden_columns = None;
        self.applies = false;
        self.into_select = None;
        self.recursion = None;
        self.event = None;
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
            rows_source: None,
            aggregates: 0,
            keys: List::EMPTY,
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
    pub(crate) fn range(&self, depth: usize) -> std::ops::Range<usize> {
        let end = self.stack.get(depth + 1).map_or(self.visible.len(), |inner| inner.first_visible);
        let scope = &self.stack[depth];
        scope.first_visible.max(scope.seen_from).min(end)..end
    }

    pub(crate) fn merged_range(&self, depth: usize) -> std::ops::Range<usize> {
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
        let Source { columns: list, kind, .. } = *self.air.source(source);
        let digests = self.scopes.names.of(self.air, list);
        let columns = self.air.list(list);
        // Derived tables may have a name twice; tables never do, and neither do most derived tables.
        let stored = matches!(kind, SourceKind::Table { .. });
        let (mut first, mut again) = (None, false);
        for (i, (column, &digest)) in columns.iter().zip(digests).enumerate() {
            if reference.digest.is_none_or(|own| own == digest)
                && reference.means(self.air.name(column.name), column.name.exact, self.shape.folding)
            {
                again = first.is_some();
                first = first.or(Some(i));
                if again || stored {
                    break;
                }
            }
        }
        let Some(first) = first else { return Ok(None) };
        if again {
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

    /// What is in scope now.
    pub(crate) fn mark(&mut self) -> Mark {
        Mark {
            scopes: self.scopes.stack.len(),
            ctes: self.scopes.ctes.len(),
            exprs: self.exprs.len(),
            within: self.scopes.top().within,
            proposed: self.scopes.proposed,
        }
    }

    /// Goes on after an error, so that what else is wrong with the statement is said as well. The statement has no
    /// meaning all the same: whoever recovers gives the marker on in the end.
    pub(crate) fn recover(&mut self, mark: Mark) {
        while self.scopes.stack.len() > mark.scopes {
            self.scopes.close();
        }
        self.scopes.ctes.truncate(mark.ctes);
        self.exprs.truncate(mark.exprs);
        self.scopes.top().within = mark.within;
        self.scopes.proposed = mark.proposed;
        (self.scopes.applies, self.scopes.recursion) = (false, None);
        self.scopes.marked.clear();
    }

    /// The first source of the scope whose columns are not all known, and whether it is the only source.
    pub(crate) fn open_source(&self, depth: usize) -> Option<(usize, bool)> {
        let range = self.scopes.range(depth);
        let mut open = range.clone().filter(|at| {
            let visible = &self.scopes.visible[*at];
            !visible.qualified_only && !self.air.source(visible.source).closed
        });
        let first = open.next()?;
        Some((first, open.next().is_none() && depth == 0))
    }

    /// A column of an open source, added to those it is known to have.
    pub(crate) fn mentioned_column(
        &mut self,
        at: usize,
        ident: Ident,
        qualified: bool,
        span: Span,
    ) -> ExprId {
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
        if kind == Within::Aggregate {
            top.aggregates += 1;
        }
        Ok(CallMark(std::mem::replace(&mut top.within, kind)))
    }

    /// Undoes [`Binder::begin_call`].
    pub(crate) fn end_call(&mut self, mark: CallMark) {
        self.scopes.top().within = mark.0;
    }
}
