//! What a name means: the walk through the scopes, innermost first.

use crate::binder::{Binder, Bound, Refused};
use crate::codes;
use crate::names::{Reference, same_letters};
use crate::scope::{Found, List2, Merged, MergedSide, Visible};
use crate::shape::Aliases;
use air::expr::{Expr, Literal};
use air::fidelity::Assume;
use air::query::{GroupElement, SourceKind};
use air::{Builtin, ExprId, List, SourceId, Type};
use air_base::{Diagnostic, Span, nearest};
use airc_grammar::tree::{self, Ident, SelectItem};

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
        if reference.bare
            && let Some(expr) = self.hierarchy_name(&text, span)?
        {
            return Ok(expr);
        }
        if let Some(event) = self.scopes.event
            && reference.bare
            && self.shape.triggers.event_name.is_some_and(|name| text.eq_ignore_ascii_case(name))
        {
            return Ok(self.text(event, span));
        }
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
        // A row of one column of a function is the value itself.
        if open.is_none()
            && let Some(at) = self.find_source(name, ident)
            && let visible = self.scopes.visible[at].source
            && matches!(self.air.source(visible).kind, SourceKind::Function { .. })
            && self.air.source(visible).columns.len() == 1
        {
            return Ok(self.column(visible, 0, false, true, span));
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
            let candidates =
                self.scopes.visible.iter().map(|v| self.air.name(self.air.source(v.source).alias));
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
    fn unknown_column(&mut self, text: &str, span: Span) -> Refused {
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
            && !self.names_key(scope.keys, reference)
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
            Some(Found::Merged(at)) => self.scopes.merged[at].end_visible,
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

    /// True if one of the keys is a column of that name.
    fn names_key(&self, keys: List<GroupElement>, reference: Reference<'_>) -> bool {
        self.air.list(keys).iter().any(|element| match *element {
            GroupElement::Key { expr } => match self.air.expr(expr) {
                Expr::Column { source, index, .. } => {
                    let name = self.air.column(source, index).name;
                    reference.means(self.air.name(name), name.exact, self.shape.folding)
                }
                _ => false,
            },
            _ => false,
        })
    }

    #[cold]
    fn ambiguous(&mut self, depth: usize, reference: Reference<'_>, span: Span) -> Refused {
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
                    && self.schema_fits(source.kind, source.aliased, schema)
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
            SourceKind::Table { name } if !aliased => {
                name.schema.is_none_or(|known| same_letters(self.air.name(known), &self.ident_text(schema)))
            }
            _ => false,
        }
    }

    /// SQLite's hidden row number: the column that stands for it, or the builtin.
    fn row_number(
        &mut self,
        source: Option<SourceId>,
        reference: Reference<'_>,
        span: Span,
    ) -> Bound<Option<ExprId>> {
        let is_row_number =
            ["rowid", "oid", "_rowid_"].iter().any(|w| reference.text.eq_ignore_ascii_case(w));
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
}
