//! `*` and `t.*`: they stay stars, and the columns they stand for are known beside them.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::names::Reference;
use crate::scope::MergedSide;
use crate::select::StarColumn;
use air::expr::Expr;
use air::query::{Item, JoinKind, Output, Rel};
use air::{Name, RelId, SelectId, SourceId};
use air_base::{Diagnostic, Span};
use airc_grammar::tree;

impl<'a> Binder<'a> {
    /// Whose columns a star means; `None` for those of the whole FROM.
    pub(crate) fn star_source(
        &mut self,
        name: tree::Name,
        id: tree::ExprId,
        from: Option<RelId>,
    ) -> Bound<Option<SourceId>> {
        let span = self.span(id);
        let Some(table) = self.tree.last(name) else {
            if from.is_none() && self.scopes.here().is_empty() {
                return Err(self.refuse(codes::QUERY_CLAUSE, span, "`*` without FROM"));
            }
            return Ok(None);
        };
        let text = self.ident_text(table);
        let reference = Reference::new(table, &text);
        let found = self.scopes.here().iter().map(|v| v.source).find(|source| {
            let alias = self.air.source(*source).alias;
            reference.means(self.air.name(alias), alias.exact, self.shape.folding)
        });
        match found {
            Some(source) => Ok(Some(source)),
            None => {
                let message = format!("no table or alias `{text}` is in scope here");
                Err(self.refuse(codes::UNKNOWN_SOURCE, span, message))
            }
        }
    }

    /// Appends the columns a star stands for; false if they are not all known.
    pub(crate) fn star_outputs(
        &mut self,
        from: Option<RelId>,
        source: Option<SourceId>,
        outputs: &mut Vec<Output>,
    ) -> bool {
        // The common case needs no column nodes: no join has merged columns.
        if source.is_some() || self.scopes.merged_here().is_empty() {
            let sources: Vec<(SourceId, bool)> = match source {
                Some(source) => {
                    let here = self.scopes.here();
                    let outer = here.iter().any(|v| v.source == source && v.outer);
                    vec![(source, outer)]
                }
                None => self
                    .scopes
                    .here()
                    .iter()
                    .filter(|v| !v.qualified_only)
                    .map(|v| (v.source, v.outer))
                    .collect(),
            };
            for (source, outer) in sources {
                let node = self.air.source(source);
                if !node.closed {
                    return false;
                }
                let shown = self.shown_columns(source);
                for column in &self.air.list(node.columns)[..shown] {
                    let nullable = column.nullable || outer;
                    outputs.push(Output { name: column.name, ty: column.ty, nullable });
                }
            }
            return true;
        }
        let Some(columns) = self.star_columns(from, None, Span::NONE) else { return false };
        for column in columns {
            let info = self.air.info(column.expr);
            outputs.push(Output { name: column.name, ty: info.ty, nullable: info.nullable });
        }
        true
    }

    /// The columns a star stands for, in their order; `None` if they are not all known.
    pub(crate) fn star_columns(
        &mut self,
        from: Option<RelId>,
        source: Option<SourceId>,
        span: Span,
    ) -> Option<Vec<StarColumn>> {
        let mut columns = Vec::new();
        match (source, from) {
            (Some(source), _) => self.source_columns(source, span, &mut columns)?,
            (None, Some(rel)) => self.rel_columns(rel, span, &mut columns)?,
            (None, None) => {
                for at in 0..self.scopes.here().len() {
                    let visible = self.scopes.here()[at];
                    if !visible.qualified_only {
                        self.source_columns(visible.source, span, &mut columns)?;
                    }
                }
            }
        }
        Some(columns)
    }

    /// How many columns of a source `*` stands for.
    fn shown_columns(&self, source: SourceId) -> usize {
        match self.scopes.hidden_columns {
            Some((hidden, first)) if hidden == source => first as usize,
            _ => self.air.source(source).columns.len(),
        }
    }

    fn source_columns(&mut self, source: SourceId, span: Span, out: &mut Vec<StarColumn>) -> Option<()> {
        let node = self.air.source(source);
        if !node.closed {
            return None;
        }
        let columns = node.columns;
        let outer = self.scopes.visible.iter().any(|v| v.source == source && v.outer);
        for i in 0..self.shown_columns(source) {
            let name = self.air.at(columns, i).name;
            let expr = self.column(source, i as u32, outer, true, span);
            out.push(StarColumn { name, expr });
        }
        Some(())
    }

    /// Columns of a FROM tree: the left side's, then the right side's, and those a join merges once: before all
    /// others, or where the left side has them.
    fn rel_columns(&mut self, rel: RelId, span: Span, out: &mut Vec<StarColumn>) -> Option<()> {
        match self.air.rel(rel) {
            Rel::Source { source } => self.source_columns(source, span, out),
            Rel::Join { kind, left, right, using, .. } => {
                let mut sides = (Vec::new(), Vec::new());
                self.rel_columns(left, span, &mut sides.0)?;
                self.rel_columns(right, span, &mut sides.1)?;
                for i in 0..using.len() {
                    let column = self.air.at(using, i);
                    let merged = self
                        .scopes
                        .merged_here()
                        .iter()
                        .find(|m| m.left == column.left && m.right == column.right)
                        .copied();
                    let expr = match merged {
                        Some(merged) => self.merged_value(merged, span),
                        None => self.air.copy(column.left),
                    };
                    let same = |c: &StarColumn| crate::names::names_equal(self.air, c.name, column.name);
                    sides.1.retain(|c| !same(c));
                    if self.shape.merged_columns_first {
                        sides.0.retain(|c| !same(c));
                        out.push(StarColumn { name: column.name, expr });
                    } else if let Some(place) = sides.0.iter_mut().find(|c| same(c)) {
                        place.expr = expr;
                    }
                }
                if kind == JoinKind::Right && !using.is_empty() && self.shape.right_using_swaps {
                    sides = (sides.1, sides.0);
                }
                out.append(&mut sides.0);
                out.append(&mut sides.1);
                Some(())
            }
        }
    }

    pub(crate) fn merges_right(&self) -> bool {
        self.scopes.merged_here().iter().any(|merged| merged.side == MergedSide::Right)
    }

    /// A column a join merges stands elsewhere than at the beginning of the first table, where not every
    /// dialect looks for it.
    pub(crate) fn merges_out_of_place(&self) -> bool {
        let Some(first) = self.scopes.here().first().map(|visible| visible.source) else { return false };
        self.scopes.merged_here().iter().enumerate().any(|(at, merged)| {
            !matches!(self.air.expr(merged.left), Expr::Column { source, index, .. }
                if source == first && index as usize == at)
        })
    }

    /// Replaces the stars of a block by the columns they stand for.
    pub(crate) fn expand_stars(&mut self, select: SelectId) -> Bound<()> {
        let (items, from) = {
            let select = self.air.select(select);
            (select.items, select.from)
        };
        let mut expanded: Vec<Item> = Vec::new();
        let mut outputs: Vec<Output> = Vec::new();
        let written = self.air.select(select).outputs;
        for i in 0..items.len() {
            match self.air.at(items, i) {
                Item::Star { source } => {
                    let Some(columns) = self.star_columns(from, source, Span::NONE) else {
                        let span = from.map_or(Span::NONE, |rel| self.rel_span(rel));
                        let message = "`*` needs the columns of every table here, and not all are known";
                        let diagnostic = Diagnostic::error(codes::STAR_OF_UNKNOWN, span, message)
                            .help("give the schema, or list the columns");
                        return Err(self.refuse_with(diagnostic));
                    };
                    for StarColumn { name, expr } in columns {
                        let info = self.air.info(expr);
                        let plain = matches!(self.air.expr(expr), Expr::Column { .. });
                        expanded.push(Item::Expr { expr, alias: (!plain).then_some(name) });
                        outputs.push(Output { name, ty: info.ty, nullable: info.nullable });
                    }
                }
                item @ Item::Expr { expr, .. } => {
                    let info = self.air.info(expr);
                    let known = self.air.list(written).get(outputs.len()).copied();
                    let fresh = Output { name: Name::default(), ty: info.ty, nullable: info.nullable };
                    outputs.push(known.unwrap_or(fresh));
                    expanded.push(item);
                }
            }
        }
        let items = self.air.push_list(&expanded);
        let outputs = self.air.push_list(&outputs);
        let select = self.air.select_mut(select);
        select.items = items;
        select.outputs = outputs;
        Ok(())
    }

    fn rel_span(&self, rel: RelId) -> Span {
        match self.air.rel(rel) {
            Rel::Source { source } => self.air.source_span(source),
            Rel::Join { left, right, .. } => self.rel_span(left).to(self.rel_span(right)),
        }
    }
}
