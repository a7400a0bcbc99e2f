//! ORDER BY and GROUP BY keys: positions, aliases, expressions; where NULLs stand; windows.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::names::{Reference, same_letters};
use crate::select::{Block, Selected};
use crate::shape::Aliases;
use air::expr::{Expr, Frame, FrameBound, FrameExclude, FrameUnit, OrderKey, WindowSpec};
use air::ids::List;
use air::query::Item;
use air::types::{Collation, Type};
use air::{ExprId, Literal, WindowId};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, Direction, LiteralKind, NullsOrder, OrderItem};

impl<'a> Binder<'a> {
    /// Keys of the ORDER BY of a block.
    pub(crate) fn block_keys(
        &mut self,
        items: tree::List<OrderItem>,
        block: &Block,
    ) -> Bound<List<OrderKey>> {
        let aliases = self.shape.order_aliases;
        let mut keys = Vec::with_capacity(items.len());
        for item in self.tree.list(items) {
            let mut expr = self.key(item.expr, block, aliases, true)?;
            // The place of a word is another expression than the word shown.
            if self.ranked_list(expr).is_some()
                && let Expr::Output { index } = self.air.expr(expr)
                && let Item::Expr { expr: shown, .. } = self.air.at(block.items, index as usize)
            {
                expr = self.twice(shown)?;
            }
            self.push_key(&mut keys, item, expr);
        }
        Ok(self.air.push_list(&keys))
    }

    /// Keys of the ORDER BY of a set operation or VALUES: columns of the result.
    pub(crate) fn result_keys(&mut self, items: tree::List<OrderItem>) -> Bound<List<OrderKey>> {
        let mut keys = Vec::with_capacity(items.len());
        for item in self.tree.list(items) {
            let span = self.span(item.expr);
            let expr = match self.position(item.expr) {
                Some(position) => {
                    let outputs = self.scopes.top().outputs;
                    if position < 1 || position > outputs.len() as i64 {
                        let message = format!("position {position} is not a column of the result");
                        return Err(self.refuse(codes::POSITION_RANGE, span, message));
                    }
                    let index = position as u32 - 1;
                    let output = self.air.at(outputs, index as usize);
                    self.air.push(Expr::Output { index }, output.ty, output.nullable, span)
                }
                None => self.expr(item.expr)?,
            };
            if self.ranked_list(expr).is_some() {
                let message = "rows of a set operation in the order of declared words are not translated";
                return Err(self.refuse(codes::EXPRESSION, span, message));
            }
            self.push_key(&mut keys, item, expr);
        }
        Ok(self.air.push_list(&keys))
    }

    /// Keys that are expressions and nothing else: of windows and aggregates.
    pub(crate) fn sort_keys(&mut self, items: tree::List<OrderItem>) -> Bound<List<OrderKey>> {
        let mut keys = Vec::with_capacity(items.len());
        for item in self.tree.list(items) {
            let expr = self.expr(item.expr)?;
            self.push_key(&mut keys, item, expr);
        }
        Ok(self.air.push_list(&keys))
    }

    /// Keys of a list, where a number is the place of one of its values.
    pub(crate) fn list_keys(
        &mut self,
        items: tree::List<OrderItem>,
        values: &[tree::ExprId],
    ) -> Bound<List<OrderKey>> {
        let mut keys = Vec::with_capacity(items.len());
        for item in self.tree.list(items) {
            let place = self.position(item.expr).and_then(|place| usize::try_from(place - 1).ok());
            let expr = match place {
                Some(place) => match values.get(place) {
                    Some(value) => self.expr(*value)?,
                    None => continue,
                },
                None => self.expr(item.expr)?,
            };
            self.push_key(&mut keys, item, expr);
        }
        Ok(self.air.push_list(&keys))
    }

    /// The values themselves as ascending keys.
    pub(crate) fn keys_of_values(&mut self, values: &[tree::ExprId]) -> Bound<List<OrderKey>> {
        let mut keys = Vec::with_capacity(values.len());
        for expr in values {
            let item = OrderItem { expr: *expr, direction: None, nulls: None };
            let expr = self.expr(*expr)?;
            self.push_key(&mut keys, &item, expr);
        }
        Ok(self.air.push_list(&keys))
    }

    fn push_key(&mut self, keys: &mut Vec<OrderKey>, item: &OrderItem, expr: ExprId) {
        // ORDER BY NULL asks for no order.
        if let Some(Literal::Null {}) = self.air.literal(expr) {
            return;
        }
        // Words of a declared list stand in the order of the list.
        let listed = matches!(self.air.ty(expr), Type::Enum(_) | Type::Set(_))
            && !self.meaning.conversions.true_booleans;
        let expr = match self.air.expr(expr) {
            Expr::Column { .. } if listed => self.enum_place(expr).unwrap_or(expr),
            _ => match self.ranked_list(expr) {
                Some(list) => self.word_rank(expr, list),
                None => expr,
            },
        };
        let descending = matches!(item.direction, Some(Direction::Desc | Direction::UsingGreater));
        let nulls_first = match item.nulls {
            Some(NullsOrder::First) => true,
            Some(NullsOrder::Last) => false,
            None => self.shape.null_lowest != descending,
        };
        let documents_are_texts = self.meaning.texts.json_truth_is_number;
        let collation = match self.air.ty(expr) {
            Type::Json { .. } if documents_are_texts => Collation::PAD_BIN,
            _ => self.sort_collation(expr),
        };
        keys.push(OrderKey { expr, descending, nulls_first, collation });
    }

    /// Keys without direction: DISTINCT ON.
    pub(crate) fn key_list(&mut self, list: tree::List<tree::ExprId>, block: &Block) -> Bound<List<ExprId>> {
        let aliases = self.shape.order_aliases;
        let mut keys = Vec::with_capacity(list.len());
        for expr in self.tree.list(list) {
            keys.push(self.key(*expr, block, aliases, true)?);
        }
        Ok(self.air.push_list(&keys))
    }

    /// One key of ORDER BY or GROUP BY.
    pub(crate) fn key(
        &mut self,
        id: tree::ExprId,
        block: &Block,
        aliases: Aliases,
        positions: bool,
    ) -> Bound<ExprId> {
        let span = self.span(id);
        if positions && let Some(position) = self.position(id) {
            let selected = self.at_position(block, position, span)?;
            return Ok(self.selected(block, selected, span));
        }
        let single = match self.tree.expr(id) {
            tree::Expr::Name(name) => self.tree.single(name),
            _ => None,
        };
        let Some(ident) = single else { return self.expr(id) };
        let text = self.ident_text(ident);
        let reference = Reference::new(ident, &text);
        let first = matches!(aliases, Aliases::Whole | Aliases::WholeFirstInnerAfter | Aliases::InnerFirst);
        if first {
            if let Some(selected) = self.by_alias(block, reference) {
                return Ok(self.selected(block, selected, span));
            }
            if let Some(column) = self.by_column_name(block, reference) {
                self.air.info_mut(column).span = span;
                return Ok(column);
            }
        }
        let after = matches!(aliases, Aliases::WholeAfterColumns | Aliases::InnerAfterColumns);
        if after
            && !self.names_column_here(reference)
            && let Some(selected) = self.by_alias(block, reference)
        {
            return Ok(self.selected(block, selected, span));
        }
        self.expr(id)
    }

    fn selected(&mut self, block: &Block, selected: Selected, span: Span) -> ExprId {
        match selected {
            Selected::Item(index) => self.output(block, index, span),
            Selected::Expr(expr) => expr,
        }
    }

    /// True if a known source of the innermost scope has a column of that name.
    fn names_column_here(&self, reference: Reference<'_>) -> bool {
        self.scopes.here().iter().any(|visible| {
            let columns = self.air.source(visible.source).columns;
            let closed = self.air.source(visible.source).closed;
            !visible.qualified_only
                && closed
                && self
                    .air
                    .list(columns)
                    .iter()
                    .any(|c| reference.means(self.air.name(c.name), c.name.exact, self.shape.folding))
        })
    }

    /// The number, if the key is an integer and nothing else.
    fn position(&self, id: tree::ExprId) -> Option<i64> {
        match self.tree.expr(id) {
            tree::Expr::Literal(literal) if literal.kind == LiteralKind::Integer => {
                self.text_of(self.tree.expr_span(id)).parse().ok()
            }
            _ => None,
        }
    }

    // Windows.

    /// The WINDOW clause.
    pub(crate) fn named_windows(&mut self, list: tree::List<tree::NamedWindow>) -> Bound<List<WindowId>> {
        let mut ids = Vec::with_capacity(list.len());
        for named in self.tree.list(list) {
            let mut spec = self.window_spec(named.spec)?;
            let name = self.ident_name(named.name);
            spec.name = Some(name);
            let id = self.air.push_window(spec);
            self.scopes.windows.push((name, id));
            ids.push(id);
        }
        Ok(self.air.push_list(&ids))
    }

    /// The window behind OVER.
    pub(crate) fn window(&mut self, over: tree::OverId) -> Bound<WindowId> {
        match self.tree[over] {
            tree::Over::Named(name) => self.find_window(name),
            tree::Over::Spec(spec) => {
                let spec = self.window_spec(spec)?;
                Ok(self.air.push_window(spec))
            }
        }
    }

    fn find_window(&mut self, name: tree::Ident) -> Bound<WindowId> {
        let text = self.ident_text(name);
        let first = self.scopes.top().first_window;
        let found = self.scopes.windows[first..]
            .iter()
            .find(|(known, _)| same_letters(self.air.name(*known), &text))
            .map(|(_, id)| *id);
        match found {
            Some(id) => Ok(id),
            None => {
                let message = format!("no window `{text}` is declared in a WINDOW clause");
                Err(self.refuse(codes::UNKNOWN_WINDOW, name.span, message))
            }
        }
    }

    fn window_spec(&mut self, id: tree::WindowSpecId) -> Bound<WindowSpec> {
        let node = self.tree[id];
        let base = match node.base {
            Some(base) => {
                let window = self.find_window(base)?;
                if !node.partition_by.is_empty() {
                    let message = "a window that extends another one has no PARTITION BY of its own";
                    let diagnostic = Diagnostic::error(codes::UNKNOWN_WINDOW, node.span, message);
                    return Err(self.refuse_with(diagnostic));
                }
                self.air.window(window).name
            }
            None => None,
        };
        let partition = self.expr_list(node.partition_by)?;
        let order = self.sort_keys(node.order_by)?;
        let frame = match node.frame {
            Some(frame) => Some(self.frame(frame)?),
            None => None,
        };
        if let (Some(Frame { unit: FrameUnit::Range, start, end, .. }), &[key]) =
            (frame, self.air.list(order))
            && self.air.ty(key.expr).is_temporal()
        {
            for bound in [start, end] {
                self.span_of_time(bound)?;
            }
        }
        Ok(WindowSpec { name: None, base, partition, order, frame })
    }

    fn frame(&mut self, id: tree::FrameId) -> Bound<Frame> {
        let node = self.tree[id];
        let unit = match node.units {
            tree::FrameUnits::Rows => FrameUnit::Rows,
            tree::FrameUnits::Range => FrameUnit::Range,
            tree::FrameUnits::Groups => FrameUnit::Groups,
        };
        let start = self.frame_bound(node.start)?;
        let end = match node.end {
            Some(end) => self.frame_bound(end)?,
            None => FrameBound::CurrentRow {},
        };
        let rank = |bound: FrameBound| match bound {
            FrameBound::UnboundedPreceding {} => 0,
            FrameBound::Preceding { .. } => 1,
            FrameBound::CurrentRow {} => 2,
            FrameBound::Following { .. } => 3,
            FrameBound::UnboundedFollowing {} => 4,
        };
        if rank(start) > rank(end) {
            let message = "a frame that ends before it begins is not translated";
            return Err(self.refuse(codes::EXPRESSION, node.span, message));
        }
        let exclude = match node.exclude {
            None | Some(tree::Exclude::NoOthers) => FrameExclude::NoOthers,
            Some(tree::Exclude::CurrentRow) => FrameExclude::CurrentRow,
            Some(tree::Exclude::Group) => FrameExclude::Group,
            Some(tree::Exclude::Ties) => FrameExclude::Ties,
        };
        Ok(Frame { unit, start, end, exclude })
    }

    /// An offset in time is an interval; a text says one.
    fn span_of_time(&mut self, bound: FrameBound) -> Bound<()> {
        let (FrameBound::Preceding { offset } | FrameBound::Following { offset }) = bound else {
            return Ok(());
        };
        let span = self.air.span(offset);
        let interval = match self.text_literal(offset).map(crate::expr::constant::interval_text) {
            Some(Some(interval)) => self.interval_constant(interval, span),
            Some(None) => None,
            None => return Ok(()),
        };
        let Some(interval) = interval else {
            return self.no_meaning("an offset of this frame, which is no span of time,", span);
        };
        let (expr, info) = (self.air.expr(interval), self.air.info(interval));
        self.air.set(offset, expr);
        self.air.info_mut(offset).ty = info.ty;
        Ok(())
    }

    /// How far a frame reaches; spans of time stand here as they stand beside dates.
    fn frame_offset(&mut self, id: tree::ExprId) -> Bound<air::ExprId> {
        match self.tree.expr(id) {
            tree::Expr::Interval { value, unit: Some(unit), .. } => {
                let text = self.tree.literal_value(value, self.source).into_owned();
                let span = self.span(id);
                self.interval_of_units(&text, unit, None, span)
            }
            _ => self.expr(id),
        }
    }

    fn frame_bound(&mut self, bound: tree::Bound) -> Bound<FrameBound> {
        Ok(match bound {
            tree::Bound::UnboundedPreceding => FrameBound::UnboundedPreceding {},
            tree::Bound::Preceding(offset) => FrameBound::Preceding { offset: self.frame_offset(offset)? },
            tree::Bound::CurrentRow => FrameBound::CurrentRow {},
            tree::Bound::Following(offset) => FrameBound::Following { offset: self.frame_offset(offset)? },
            tree::Bound::UnboundedFollowing => FrameBound::UnboundedFollowing {},
        })
    }
}
