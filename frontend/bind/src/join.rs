//! Joins: what ON sees, which columns USING and NATURAL merge, whom an outer join fills with NULLs.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::names::{Reference, names_equal};
use crate::scope::{Merged, MergedSide};
use air::expr::{CompareOp, Expr};
use air::ids::List;
use air::query::{JoinKind, Rel, UsingColumn};
use air::{ExprId, Literal, Name, RelId, Type};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, Ident, JoinConstraint};

impl<'a> Binder<'a> {
    pub(crate) fn join(&mut self, id: tree::JoinId, left: Option<RelId>) -> Bound<RelId> {
        stacker::maybe_grow(128 << 10, 4 << 20, || self.join_here(id, left))
    }

    fn join_here(&mut self, id: tree::JoinId, outer_left: Option<RelId>) -> Bound<RelId> {
        let node = self.tree[id];
        let mut start = self.scopes.visible.len();
        // Where a comma is a join like others, what stands before it is part of this join's left side.
        let (before, after) = if self.shape.comma_is_join { (outer_left, None) } else { (None, outer_left) };
        if before.is_some() {
            start = self.scopes.top().first_visible;
        }
        let left = self.joined_source(node.left, before)?;
        let middle = self.scopes.visible.len();
        let apply = matches!(node.kind, tree::JoinKind::CrossApply | tree::JoinKind::OuterApply);
        let applies = std::mem::replace(&mut self.scopes.applies, apply);
        let right = self.joined_source(node.right, None)?;
        self.scopes.applies = applies;
        let end = self.scopes.visible.len();

        let mut kind = match node.kind {
            tree::JoinKind::Inner | tree::JoinKind::Straight => JoinKind::Inner,
            tree::JoinKind::Left | tree::JoinKind::OuterApply => JoinKind::Left,
            tree::JoinKind::Right => JoinKind::Right,
            tree::JoinKind::Full => JoinKind::Full,
            tree::JoinKind::Cross | tree::JoinKind::CrossApply => JoinKind::Cross,
        };
        let seen_from = std::mem::replace(&mut self.scopes.top().seen_from, start);
        let mut on = None;
        let mut using = List::EMPTY;
        match node.constraint {
            JoinConstraint::On(condition) => {
                on = Some(self.predicate(condition)?);
                if kind == JoinKind::Cross {
                    kind = JoinKind::Inner;
                }
            }
            JoinConstraint::Using(names) => {
                let names: Vec<Ident> = self.tree.list(names).to_vec();
                using = self.using(&names, kind, start, middle, end)?;
            }
            JoinConstraint::None if node.natural => {
                let names = self.natural_names(start, middle, end, node.span)?;
                using = self.using_columns(names, kind, start, node.span)?;
            }
            JoinConstraint::None => {}
        }
        if on.is_none() && using.is_empty() {
            match kind {
                JoinKind::Inner => kind = JoinKind::Cross,
                JoinKind::Left | JoinKind::Right | JoinKind::Full => {
                    let value = Literal::Bool { value: true };
                    on = Some(self.air.push(Expr::Literal { value }, Type::Bool, false, node.span));
                }
                JoinKind::Cross | JoinKind::Comma => {}
            }
        }
        self.scopes.top().seen_from = seen_from;
        let (fills_left, fills_right) = match kind {
            JoinKind::Left => (false, true),
            JoinKind::Right => (true, false),
            JoinKind::Full => (true, true),
            JoinKind::Inner | JoinKind::Cross | JoinKind::Comma => (false, false),
        };
        if fills_left {
            self.scopes.visible[start..middle].iter_mut().for_each(|v| v.outer = true);
        }
        if fills_right {
            self.scopes.visible[middle..end].iter_mut().for_each(|v| v.outer = true);
        }
        let rel = self.air.push_rel(Rel::Join { kind, left, right, on, using });
        Ok(match after {
            Some(left) => {
                let kind = JoinKind::Comma;
                self.air.push_rel(Rel::Join { kind, left, right: rel, on: None, using: List::EMPTY })
            }
            None => rel,
        })
    }

    fn using(
        &mut self,
        names: &[Ident],
        kind: JoinKind,
        start: usize,
        middle: usize,
        end: usize,
    ) -> Bound<List<UsingColumn>> {
        let mut pairs = Vec::with_capacity(names.len());
        for ident in names {
            let left = self.side_column(*ident, start, middle)?;
            let right = self.side_column(*ident, middle, end)?;
            let name = match self.air.expr(left) {
                Expr::Column { source, index, .. } => self.air.column(source, index).name,
                _ => self.ident_name(*ident),
            };
            pairs.push((name, left, right));
        }
        let span = names.first().map_or(Span::NONE, |ident| ident.span);
        self.using_columns(pairs, kind, start, span)
    }

    /// The column of that name on one side of a join.
    fn side_column(&mut self, ident: Ident, first: usize, end: usize) -> Bound<ExprId> {
        let text = self.ident_text(ident);
        let reference = Reference::new(ident, &text);
        let merged = self.scopes.merged_here().iter().rev().copied().find(|merged| {
            merged.first_visible >= first
                && merged.first_visible < end
                && reference.means(self.air.name(merged.name), merged.name.exact, self.shape.folding)
        });
        if let Some(merged) = merged {
            return Ok(self.merged_value(merged, ident.span));
        }
        let mut found = None;
        for at in first..end {
            let visible = self.scopes.visible[at];
            if let Some(index) = self.find_column(visible.source, reference, ident.span)? {
                if found.is_some() {
                    let message = format!("column `{text}` is ambiguous on one side of the join");
                    return Err(self.refuse(codes::AMBIGUOUS_COLUMN, ident.span, message));
                }
                found = Some((visible, index));
            }
        }
        if let Some((visible, index)) = found {
            return Ok(self.column(visible.source, index, visible.outer, true, ident.span));
        }
        let open = (first..end).find(|at| !self.air.source(self.scopes.visible[*at].source).closed);
        match open {
            Some(at) => {
                let visible = self.scopes.visible[at];
                let index = self.add_mentioned(visible.source, ident);
                Ok(self.column(visible.source, index, visible.outer, true, ident.span))
            }
            None => {
                let message = format!("no column `{text}` on one side of the join");
                Err(self.refuse(codes::UNKNOWN_COLUMN, ident.span, message))
            }
        }
    }

    /// Columns both sides have, for NATURAL.
    fn natural_names(
        &mut self,
        start: usize,
        middle: usize,
        end: usize,
        span: Span,
    ) -> Bound<Vec<(Name, ExprId, ExprId)>> {
        let open = (start..end).any(|at| !self.air.source(self.scopes.visible[at].source).closed);
        if open {
            let message = "NATURAL JOIN needs the columns of every table, and not all are known";
            let diagnostic = Diagnostic::error(codes::STAR_OF_UNKNOWN, span, message)
                .help("give the schema, or name the columns with USING");
            return Err(self.refuse_with(diagnostic));
        }
        let left = self.side_names(start, middle);
        let right = self.side_names(middle, end);
        let mut pairs: Vec<(Name, ExprId, ExprId)> = Vec::new();
        for (name, at, index) in left {
            let matches: Vec<_> = right.iter().filter(|(r, ..)| names_equal(self.air, *r, name)).collect();
            let [(_, there, column)] = matches[..] else {
                if matches.is_empty() {
                    continue;
                }
                let message = format!("column `{}` is ambiguous in NATURAL JOIN", self.air.name(name));
                return Err(self.refuse(codes::AMBIGUOUS_COLUMN, span, message));
            };
            if pairs.iter().any(|(known, ..)| names_equal(self.air, *known, name)) {
                continue;
            }
            let merged = self.scopes.merged_here().iter().rev().copied().find(|merged| {
                merged.first_visible >= start
                    && merged.first_visible < middle
                    && names_equal(self.air, merged.name, name)
            });
            let ours = match merged {
                Some(merged) => self.merged_value(merged, span),
                None => {
                    let visible = self.scopes.visible[at];
                    self.column(visible.source, index, visible.outer, true, span)
                }
            };
            let visible = self.scopes.visible[*there];
            let theirs = self.column(visible.source, *column, visible.outer, true, span);
            pairs.push((name, ours, theirs));
        }
        Ok(pairs)
    }

    fn side_names(&self, first: usize, end: usize) -> Vec<(Name, usize, u32)> {
        let mut names = Vec::new();
        for at in first..end {
            let columns = self.air.source(self.scopes.visible[at].source).columns;
            for (index, column) in self.air.list(columns).iter().enumerate() {
                names.push((column.name, at, index as u32));
            }
        }
        names
    }

    fn using_columns(
        &mut self,
        pairs: Vec<(Name, ExprId, ExprId)>,
        kind: JoinKind,
        start: usize,
        span: Span,
    ) -> Bound<List<UsingColumn>> {
        let side = match kind {
            JoinKind::Right => MergedSide::Right,
            JoinKind::Full => MergedSide::Both,
            JoinKind::Inner | JoinKind::Left | JoinKind::Cross | JoinKind::Comma => MergedSide::Left,
        };
        let mut columns = Vec::with_capacity(pairs.len());
        for (name, left, right) in pairs {
            let at = self.air.span(left);
            let equal = self.comparison(CompareOp::Eq, left, right, if at.is_none() { span } else { at })?;
            let (left, right, collation) = match self.air.expr(equal) {
                Expr::Compare { left, right, collation, .. } => (left, right, collation),
                _ => (left, right, Default::default()),
            };
            columns.push(UsingColumn { name, left, right, collation });
            let end_visible = self.scopes.visible.len();
            self.scopes.merged.push(Merged { name, left, right, side, first_visible: start, end_visible });
        }
        Ok(self.air.push_list(&columns))
    }
}
