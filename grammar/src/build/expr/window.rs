//! Windows and their frames.

use super::super::gates::{LITE, PG};
use super::super::{Builder, Mark, X};
use crate::tree::*;
use air_base::Span;

impl Builder<'_> {
    pub(crate) fn window(&mut self) -> WindowSpecId {
        self.node(WindowSpec {
            base: None,
            partition_by: List::EMPTY,
            order_by: List::EMPTY,
            frame: None,
            span: Span::NONE,
        })
    }

    pub(crate) fn window_base(&mut self, w: WindowSpecId, l: u32) -> WindowSpecId {
        let base = self.ident(l);
        self.tree.window_specs[w.index()].base = Some(base);
        w
    }

    pub(crate) fn window_partition(&mut self, w: WindowSpecId, m: Mark) -> WindowSpecId {
        let list = self.close(m);
        self.tree.window_specs[w.index()].partition_by = list;
        w
    }

    pub(crate) fn window_order(&mut self, w: WindowSpecId, m: Mark) -> WindowSpecId {
        let list = self.close(m);
        self.tree.window_specs[w.index()].order_by = list;
        w
    }

    pub(crate) fn bound(&mut self, l: u32) {
        let bound = match self.aux(l) {
            0 => Bound::UnboundedPreceding,
            1 => Bound::CurrentRow,
            _ => Bound::UnboundedFollowing,
        };
        self.stacks.bounds.push((bound, self.tok(l).span()));
    }

    pub(crate) fn bound_of(&mut self, x: X, l: u32) {
        let value = self.end(x);
        let bound = if self.aux(l) == 0 { Bound::Preceding(value) } else { Bound::Following(value) };
        self.stacks.bounds.push((bound, self.expr_span(value).to(self.tok(l).span())));
    }

    pub(crate) fn window_frame(&mut self, w: WindowSpecId, l: u32, between: bool, r: u32) -> WindowSpecId {
        let last = self.stacks.bounds.pop().map_or(Bound::CurrentRow, |(bound, _)| bound);
        let (start, end) = if between {
            (self.stacks.bounds.pop().map_or(Bound::CurrentRow, |(bound, _)| bound), Some(last))
        } else {
            (last, None)
        };
        let units = match self.aux(l) {
            0 => FrameUnits::Rows,
            1 => FrameUnits::Range,
            _ => FrameUnits::Groups,
        };
        if units == FrameUnits::Groups {
            self.gate(PG.or(LITE), l, "GROUPS");
        }
        let span = self.span(l, r);
        let frame = self.node(Frame { units, start, end, exclude: None, span });
        self.tree.window_specs[w.index()].frame = Some(frame);
        w
    }

    pub(crate) fn window_exclude(&mut self, w: WindowSpecId, l: u32) -> WindowSpecId {
        self.gate(PG.or(LITE), l, "EXCLUDE");
        let exclude = match self.aux(l) {
            0 => Exclude::NoOthers,
            1 => Exclude::CurrentRow,
            2 => Exclude::Group,
            _ => Exclude::Ties,
        };
        if let Some(frame) = self.tree[w].frame {
            self.tree.frames[frame.index()].exclude = Some(exclude);
        }
        w
    }
}
