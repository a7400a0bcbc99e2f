//! `SELECT` and its clauses.

use super::super::gates::{LITE, MS, MY, ORA, PG};
use super::super::{Builder, Mark, X};
use crate::tree::*;
use air_base::{DialectSet, Span};
use airc_lex::K;

pub(super) fn direction(code: u16) -> Direction {
    if code == 0 { Direction::Asc } else { Direction::Desc }
}

impl Builder<'_> {
    pub(crate) fn select_begin(&mut self, l: u32) {
        let start = self.tok(l).start;
        self.stacks.selects.push(Select { span: Span::new(start, start), ..Select::default() });
    }

    pub(super) fn select(&mut self) -> &mut Select {
        if self.stacks.selects.is_empty() {
            self.stacks.selects.push(Select::default());
        }
        let last = self.stacks.selects.len() - 1;
        &mut self.stacks.selects[last]
    }

    pub(crate) fn select_end(&mut self, r: u32) {
        let mut select = self.stacks.selects.pop().unwrap_or_default();
        select.span.end = self.tok(r - 1).end;
        if select.items.is_empty() && !PG.has(self.dialect) {
            let at = Span::new(select.span.start, select.span.end);
            self.reject(at, "SELECT needs at least one column");
        }
        let id = self.node(select);
        self.stacks.bodies.push(Body::Select(id));
    }

    pub(crate) fn select_quantifier(&mut self, quantifier: Quantifier) {
        if self.select().quantifier != Quantifier::None && !MY.has(self.dialect) {
            let span = self.select().span;
            self.reject(span, "DISTINCT or ALL is said twice");
        }
        self.select().quantifier = quantifier;
    }

    pub(crate) fn select_distinct_on(&mut self, m: Mark) {
        let list = self.close(m);
        let span = self.select().span;
        if !PG.has(self.dialect) {
            self.foreign(PG, span, "DISTINCT ON");
        }
        self.select().distinct_on = list;
    }

    pub(crate) fn select_top(&mut self, top: LimitId) {
        self.select().top = Some(top);
    }

    pub(crate) fn select_modifier(&mut self, l: u32) {
        self.gate(MY, l, "this word behind SELECT");
        let bits = self.aux(l) as u8;
        self.select().modifiers.0 |= bits;
    }

    pub(crate) fn top(&mut self, l: u32, x: X, r: u32) -> LimitId {
        let count = self.end(x);
        self.new_top(l, count, r)
    }

    pub(crate) fn top_literal(&mut self, l: u32, n: u32, r: u32) -> LimitId {
        let count = self.literal(n);
        self.new_top(l, count, r)
    }

    pub(crate) fn top_variable(&mut self, l: u32, n: u32, r: u32) -> LimitId {
        let count = self.variable(n);
        self.new_top(l, count, r)
    }

    pub(crate) fn new_top(&mut self, l: u32, count: ExprId, r: u32) -> LimitId {
        let span = self.span(l, r);
        self.node(Limit { count: Some(count), form: LimitForm::Top, span, ..Limit::default() })
    }

    pub(crate) fn top_flag(&mut self, top: LimitId, l: u32, r: u32) -> LimitId {
        let flags = self.aux(l);
        let end = self.tok(r - 1).end;
        let limit = &mut self.tree.limits[top.index()];
        limit.ties |= flags & 1 != 0;
        limit.percent |= flags & 2 != 0;
        limit.span.end = end;
        top
    }

    pub(crate) fn select_items(&mut self, m: Mark) {
        let items = self.close(m);
        self.select().items = items;
    }

    #[inline]
    pub(crate) fn item(&mut self, x: X, alias: Option<u32>) -> Mark {
        let mut expr = self.end(x);
        let mut alias = alias.map(|l| self.ident(l));
        if let Some(alias) = alias
            && let Expr::Star(qualifier) = self.tree.expr(expr)
            && !(PG.has(self.dialect) && !qualifier.is_empty())
        {
            self.reject(alias.span, "all columns cannot have one alias");
        }
        if alias.is_none()
            && MS.has(self.dialect)
            && let Expr::Binary { op: BinaryOp::Eq, left, right, .. } = self.tree.expr(expr)
            && let Expr::Name(name) = self.tree.expr(left)
        {
            // T-SQL: `alias = value`. There is no other meaning, as comparisons are no values there.
            alias = self.tree.single(name);
            if alias.is_some() {
                expr = right;
            }
        }
        self.open(SelectItem { expr, alias })
    }

    pub(crate) fn select_from(&mut self, m: Mark) {
        let from = self.close(m);
        if !self.select().from.is_empty() {
            let span = self.select().span;
            self.reject(span, "this SELECT has a second FROM");
        }
        self.select().from = from;
    }

    pub(crate) fn select_where(&mut self, x: X) {
        let filter = self.end(x);
        if self.select().filter.is_some() {
            let span = self.expr_span(filter);
            self.reject(span, "a second WHERE");
        }
        self.select().filter = Some(filter);
    }

    pub(crate) fn select_group(&mut self, quantifier: Quantifier, m: Mark, l: u32, r: u32) {
        let items = self.close(m);
        if quantifier != Quantifier::None {
            self.gate(PG, l, "a quantifier behind GROUP BY");
        }
        let span = self.span(l, r);
        if self.select().group_by.is_some() {
            self.reject(span, "a second GROUP BY");
        }
        self.select().group_by = Some(GroupBy { quantifier, items, with: None, span });
    }

    pub(crate) fn select_group_with(&mut self, l: u32) {
        self.gate(MY.or(MS), l, "WITH ROLLUP");
        let with = if self.aux(l) == 0 { GroupWith::Rollup } else { GroupWith::Cube };
        let end = self.tok(l).end;
        match &mut self.select().group_by {
            Some(group) => {
                group.with = Some(with);
                group.span.end = end;
            }
            None => {
                let span = self.tok(l).span();
                self.reject(span, "WITH ROLLUP belongs behind GROUP BY");
            }
        }
    }

    pub(crate) fn group_item(&mut self, x: X, dir: Option<u32>) -> Mark {
        let expr = self.end(x);
        let direction = dir.map(|l| {
            self.gate(MY, l, "a direction in GROUP BY");
            direction(self.aux(l))
        });
        self.open(GroupItem::Expr(expr, direction))
    }

    pub(crate) fn group_list(&mut self, l: u32, m: Mark) -> Mark {
        self.gate(PG.or(ORA).or(MS), l, "ROLLUP and CUBE as functions");
        let list = self.close(m);
        let item =
            if self.tok(l).kind == K::Rollup { GroupItem::Rollup(list) } else { GroupItem::Cube(list) };
        self.open(item)
    }

    pub(crate) fn group_sets(&mut self, l: u32, m: Mark) -> Mark {
        self.gate(PG.or(ORA).or(MS), l, "GROUPING SETS");
        let list = self.close(m);
        self.open(GroupItem::Sets(list))
    }

    pub(crate) fn select_having(&mut self, x: X) {
        let having = self.end(x);
        self.select().having = Some(having);
    }

    pub(crate) fn select_windows(&mut self, m: Mark) {
        let windows = self.close(m);
        self.select().windows = windows;
    }

    pub(crate) fn named_window(&mut self, n: u32, w: WindowSpecId, l: u32, r: u32) -> Mark {
        let name = self.ident(n);
        let span = self.span(l, r);
        self.tree.window_specs[w.index()].span = span;
        self.open(NamedWindow { name, spec: w })
    }

    pub(crate) fn select_qualify(&mut self, l: u32, x: X) {
        self.gate(DialectSet::NONE, l, "QUALIFY");
        let qualify = self.end(x);
        self.select().qualify = Some(qualify);
    }

    pub(crate) fn select_start_with(&mut self, l: u32, x: X) {
        self.gate(ORA, l, "START WITH");
        let start = self.end(x);
        self.select().start_with = Some(start);
    }

    pub(crate) fn select_connect_by(&mut self, l: u32, x: X) {
        self.gate(ORA, l, "CONNECT BY");
        let condition = self.end(x);
        let nocycle = self.aux(l) == 1;
        let select = self.select();
        select.connect_by = Some(condition);
        select.nocycle = nocycle;
    }

    /// `INTO` names one table, or variables.
    pub(crate) fn select_into(&mut self, l: u32, m: Mark) {
        self.gate(MY.or(PG).or(MS).or(ORA), l, "SELECT … INTO");
        let items: List<ExprId> = self.close(m);
        let first = self.tree.list(items).first().copied();
        let into = match first.map(|id| self.tree.expr(id)) {
            Some(Expr::Name(name)) if items.len() == 1 && PG.or(MS).has(self.dialect) => {
                let text = self.tree.name_text(name, self.source);
                IntoTarget::Table { name, temporary: MS.has(self.dialect) && text.starts_with('#') }
            }
            _ => IntoTarget::Variables(items),
        };
        self.select().into = Some(into);
    }

    pub(crate) fn select_into_temp(&mut self, n: u32) {
        self.gate(PG, n, "INTO TEMPORARY");
        let name = self.name_of(n);
        self.select().into = Some(IntoTarget::Table { name, temporary: true });
    }

    pub(crate) fn order_item(&mut self, x: X, dir: Option<u32>, nulls: Option<u32>) -> Mark {
        let item = self.order(x, dir, nulls);
        self.open(item)
    }

    pub(super) fn order(&mut self, x: X, dir: Option<u32>, nulls: Option<u32>) -> OrderItem {
        let expr = self.end(x);
        self.order_of(expr, dir, nulls)
    }

    pub(in crate::build) fn order_of(
        &mut self,
        expr: ExprId,
        dir: Option<u32>,
        nulls: Option<u32>,
    ) -> OrderItem {
        let direction = dir.map(|l| {
            if self.tok(l).kind == K::OrderUsing {
                self.gate(PG, l, "USING in ORDER BY");
                if self.aux(l) == 1 { Direction::UsingGreater } else { Direction::UsingLess }
            } else {
                direction(self.aux(l))
            }
        });
        let nulls = nulls.map(|l| {
            self.gate(PG.or(LITE).or(ORA), l, "NULLS FIRST and NULLS LAST");
            if self.aux(l) == 0 { NullsOrder::First } else { NullsOrder::Last }
        });
        OrderItem { expr, direction, nulls }
    }
}
