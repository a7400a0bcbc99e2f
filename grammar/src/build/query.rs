//! Queries, `SELECT`, set operations, `FROM`.

use super::gates::{LITE, MARIA, MS, MY, ORA, PG};
use super::{Builder, Mark, X};
use crate::tree::*;
use air_base::{DialectSet, Span};
use airc_lex::{K, aux};

/// A source in a stream of joins, with the join that leads to it while that has no condition yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct JoinEntry {
    source: FromId,
    /// The join before this source; absent for the first and for those already joined.
    pending: Option<(JoinKind, bool, Span)>,
    /// Number of joins below.
    height: u32,
}

/// The beginning of a common table expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct CteStart {
    name: Ident,
    columns: List<Ident>,
    start: u32,
}

impl Builder<'_> {
    // Queries.

    /// The first operator of a stream; gives the position of the stream's first operand.
    pub(crate) fn set_op_first(&mut self, l: u32) -> u32 {
        self.set_op(l);
        (self.stacks.bodies.len() as u32).saturating_sub(2)
    }

    pub(crate) fn set_op(&mut self, l: u32) {
        let code = self.aux(l);
        match code & 0xff {
            aux::SET_MINUS => self.gate(ORA.or(MARIA), l, "MINUS"),
            aux::SET_EXCEPT => self.gate(DialectSet::ALL, l, "EXCEPT"),
            _ => {}
        }
        if code & aux::SET_DISTINCT != 0 {
            self.gate(MY.or(PG), l, "DISTINCT behind a set operation");
        }
        if code & aux::SET_ALL != 0 && code & 0xff != aux::SET_UNION {
            self.gate(MY.or(PG).or(ORA), l, "ALL behind this set operation");
        }
        let position = (self.stacks.bodies.len() as u32).saturating_sub(1);
        self.stacks.set_ops.push((position, l));
    }

    /// Starts the query that the operand read last forms alone.
    pub(crate) fn query_begin_one(&mut self, l: u32, r: u32) {
        let body = self.stacks.bodies.pop().unwrap_or(Body::Values(List::EMPTY));
        self.query_begin(body, l, r);
    }

    /// Groups the operands of a stream of set operations, and starts the query they form.
    pub(crate) fn query_begin_set(&mut self, mark: u32, l: u32, r: u32) {
        let body = self.group_set_ops(mark);
        self.query_begin(body, l, r);
    }

    fn query_begin(&mut self, body: Body, l: u32, r: u32) {
        let span = self.span(l, r);
        self.stacks.queries.push(Query {
            with: None,
            body,
            order_by: List::EMPTY,
            siblings: false,
            limit: None,
            locks: List::EMPTY,
            trailers: List::EMPTY,
            span,
        });
    }

    /// In most dialects INTERSECT binds tighter than the others; in SQLite and Oracle all are equal.
    fn group_set_ops(&mut self, mark: u32) -> Body {
        let first_op =
            self.stacks.set_ops.iter().rposition(|(position, _)| *position < mark + 1).map_or(0, |at| {
                // The first operator of this stream stands behind its first operand.
                if self.stacks.set_ops[at].0 == mark { at } else { at + 1 }
            });
        let flat = LITE.or(ORA).has(self.dialect);
        let count = self.stacks.bodies.len() - mark as usize;
        let mut chain = self.stacks.bodies[mark as usize];
        let outer = self.open_mark::<SetArm>();
        let mut arms = 0;
        let mut at = 1;
        // A run of INTERSECTs at the beginning is an operand of its own.
        if !flat {
            chain = self.intersects(mark as usize, first_op, &mut at, count);
        }
        let first = chain;
        while at < count {
            let l = self.stacks.set_ops[first_op + at - 1].1;
            let start = at;
            at += 1;
            let body = if flat {
                self.stacks.bodies[mark as usize + start]
            } else {
                self.intersects(mark as usize + start, first_op + start, &mut at, count)
            };
            let arm = self.set_arm(l, body);
            self.open(arm);
            arms += 1;
        }
        self.stacks.bodies.truncate(mark as usize);
        self.stacks.set_ops.truncate(first_op);
        if arms == 0 {
            return first;
        }
        let arms = self.close(outer);
        let id = self.node(SetChain { first, arms });
        Body::Set(id)
    }

    /// The operand at `from` with the INTERSECTs that follow it; `at` moves behind them.
    fn intersects(&mut self, from: usize, op: usize, at: &mut usize, count: usize) -> Body {
        let first = self.stacks.bodies[from];
        let mark = self.open_mark::<SetArm>();
        let mut taken = 0;
        while *at < count && {
            let l = self.stacks.set_ops[op + taken].1;
            self.aux(l) & 0xff == aux::SET_INTERSECT
        } {
            let l = self.stacks.set_ops[op + taken].1;
            let body = self.stacks.bodies[from + taken + 1];
            let arm = self.set_arm(l, body);
            self.open(arm);
            taken += 1;
            *at += 1;
        }
        if taken == 0 {
            return first;
        }
        let arms = self.close(mark);
        let id = self.node(SetChain { first, arms });
        Body::Set(id)
    }

    fn set_arm(&mut self, l: u32, body: Body) -> SetArm {
        let code = self.aux(l);
        let op = match code & 0xff {
            aux::SET_UNION => SetOp::Union,
            aux::SET_INTERSECT => SetOp::Intersect,
            _ => SetOp::Except,
        };
        let quantifier = if code & aux::SET_ALL != 0 {
            Quantifier::All
        } else if code & aux::SET_DISTINCT != 0 {
            Quantifier::Distinct
        } else {
            Quantifier::None
        };
        SetArm { op, quantifier, body, span: self.tok(l).span() }
    }

    pub(crate) fn query_end(&mut self, with: Option<WithId>) -> QueryId {
        let mut query = match self.stacks.queries.pop() {
            Some(query) => query,
            None => Query {
                with: None,
                body: Body::Values(List::EMPTY),
                order_by: List::EMPTY,
                siblings: false,
                limit: None,
                locks: List::EMPTY,
                trailers: List::EMPTY,
                span: Span::NONE,
            },
        };
        if let Some(with) = with {
            query.with = Some(with);
            query.span = self.tree[with].span.to(query.span);
        }
        self.node(query)
    }

    /// The query whose tail is being read.
    fn query(&mut self) -> &mut Query {
        if self.stacks.queries.is_empty() {
            self.query_begin(Body::Values(List::EMPTY), 0, 0);
        }
        let last = self.stacks.queries.len() - 1;
        &mut self.stacks.queries[last]
    }

    fn query_to(&mut self, r: u32) {
        let end = self.tok(r - 1).end;
        self.query().span.end = end;
    }

    pub(crate) fn query_order(&mut self, l: u32, m: Mark, r: u32) {
        let order = self.close(m);
        let siblings = self.aux(l) == 1;
        if siblings {
            self.gate(ORA, l, "ORDER SIBLINGS BY");
        }
        if !self.query().order_by.is_empty() {
            let span = self.tok(l).span();
            self.reject(span, "a second ORDER BY");
        }
        let query = self.query();
        query.order_by = order;
        query.siblings = siblings;
        self.query_to(r);
    }

    /// The limit of the query, made when its first clause is read.
    fn limit(&mut self, l: u32, r: u32) -> LimitId {
        let span = self.span(l, r);
        self.query_to(r);
        match self.query().limit {
            Some(id) => {
                let limit = &mut self.tree.limits[id.index()];
                limit.span = limit.span.to(span);
                id
            }
            None => {
                let id = self.node(Limit { span, ..Limit::default() });
                self.query().limit = Some(id);
                id
            }
        }
    }

    fn set_count(&mut self, id: LimitId, l: u32, form: LimitForm, count: Option<ExprId>) {
        let limit = &mut self.tree.limits[id.index()];
        if limit.form != LimitForm::OffsetOnly {
            let span = self.tok(l).span();
            self.reject(span, "a second limit");
            return;
        }
        limit.form = form;
        limit.count = count;
    }

    pub(crate) fn query_limit(&mut self, l: u32, x: X, r: u32) {
        self.gate(MY.or(PG).or(LITE), l, "LIMIT");
        let count = self.end(x);
        let id = self.limit(l, r);
        self.set_count(id, l, LimitForm::Limit, Some(count));
    }

    pub(crate) fn query_limit_comma(&mut self, l: u32, x: X, y: X, r: u32) {
        self.gate(MY.or(LITE), l, "LIMIT with a comma");
        let (offset, count) = self.end2(x, y);
        let id = self.limit(l, r);
        self.set_count(id, l, LimitForm::LimitComma, Some(count));
        self.tree.limits[id.index()].offset = Some(offset);
    }

    pub(crate) fn query_limit_all(&mut self, l: u32, r: u32) {
        self.gate(PG, l, "LIMIT ALL");
        let id = self.limit(l, r);
        self.set_count(id, l, LimitForm::LimitAll, None);
    }

    pub(crate) fn query_offset(&mut self, l: u32, x: X, r: u32) {
        let offset = self.end(x);
        let id = self.limit(l, r);
        if self.tree[id].offset.is_some() {
            let span = self.tok(l).span();
            self.reject(span, "a second OFFSET");
        }
        self.tree.limits[id.index()].offset = Some(offset);
    }

    pub(crate) fn query_fetch(&mut self, l: u32, x: Option<X>, e: u32, r: u32) {
        self.gate(PG.or(ORA).or(MS).or(MARIA), l, "FETCH FIRST");
        let count = x.map(|x| self.end(x));
        let id = self.limit(l, r);
        let form = if count.is_some() { LimitForm::Fetch } else { LimitForm::FetchOne };
        self.set_count(id, l, form, count);
        let flags = self.aux(e);
        if flags & 2 != 0 {
            self.gate(ORA, e, "FETCH with PERCENT");
        }
        let limit = &mut self.tree.limits[id.index()];
        limit.ties = flags & 1 != 0;
        limit.percent = flags & 2 != 0;
    }

    pub(crate) fn query_lock(&mut self, l: u32, of: Option<Mark>, r: u32) {
        let of = of.map_or(List::EMPTY, |m| self.close(m));
        let strength = match self.aux(l) {
            0 => LockStrength::Update,
            1 => LockStrength::NoKeyUpdate,
            2 => LockStrength::Share,
            3 => LockStrength::KeyShare,
            _ => LockStrength::ReadOnly,
        };
        match strength {
            LockStrength::NoKeyUpdate | LockStrength::KeyShare => self.gate(PG, l, "this lock"),
            LockStrength::Share => self.gate(MY.or(PG), l, "this lock"),
            _ => self.gate(MY.or(PG).or(ORA).or(MS), l, "this lock"),
        }
        let span = self.span(l, r);
        let lock = Lock { strength, of, wait: LockWait::Default, span };
        let locks = self.query().locks;
        let locks = self.append(locks, lock);
        self.query().locks = locks;
        self.query_to(r);
    }

    pub(crate) fn lock_target(&mut self, l: u32) -> Mark {
        let name = self.name_of(l);
        self.open(LockTarget(name))
    }

    fn set_lock_wait(&mut self, wait: LockWait, l: u32) {
        let locks = self.query().locks;
        if locks.is_empty() {
            let span = self.tok(l).span();
            self.reject(span, "this belongs behind FOR UPDATE");
            return;
        }
        let last = (locks.start + locks.len - 1) as usize;
        self.tree.locks.done[last].wait = wait;
        self.query_to(l + 1);
    }

    pub(crate) fn lock_wait(&mut self, l: u32) {
        let wait = if self.aux(l) == 0 { LockWait::NoWait } else { LockWait::SkipLocked };
        self.set_lock_wait(wait, l);
    }

    pub(crate) fn lock_seconds(&mut self, n: u32) {
        self.gate(ORA.or(MARIA), n, "WAIT");
        let seconds = self.literal(n);
        self.set_lock_wait(LockWait::Seconds(seconds), n);
    }

    pub(crate) fn query_trailer(&mut self, l: u32, r: u32) {
        let kind = match self.aux(l) {
            0 => TrailerKind::Option,
            1 => TrailerKind::ForXml,
            2 => TrailerKind::ForJson,
            3 => TrailerKind::Into,
            4 => TrailerKind::Procedure,
            _ => TrailerKind::ForBrowse,
        };
        let known = if matches!(kind, TrailerKind::Into | TrailerKind::Procedure) { MY } else { MS };
        self.gate(known, l, "this clause");
        let span = self.span(l, r);
        let trailers = self.query().trailers;
        let trailers = self.append(trailers, Trailer { kind, span });
        self.query().trailers = trailers;
        self.query_to(r);
    }

    pub(crate) fn values_body(&mut self, m: Mark) {
        let rows = self.close(m);
        self.stacks.bodies.push(Body::Values(rows));
    }

    pub(crate) fn nested_body(&mut self, query: QueryId) {
        self.stacks.bodies.push(Body::Nested(query));
    }

    pub(crate) fn table_body(&mut self, l: u32) {
        self.gate(MY.or(PG), l, "TABLE as a query");
        let name = self.name_of(l);
        self.stacks.bodies.push(Body::Table(name));
    }

    // WITH.

    pub(crate) fn with(&mut self, l: u32, m: Mark, r: u32) -> WithId {
        let ctes = self.close(m);
        let recursive = self.aux(l) == 1;
        if recursive {
            self.gate(MY.or(PG).or(LITE), l, "RECURSIVE");
        }
        let span = self.span(l, r);
        self.node(With { recursive, ctes, span })
    }

    pub(crate) fn cte_head(&mut self, l: u32, columns: Option<(u32, u32)>) -> u32 {
        let name = self.ident(l);
        let columns = columns.map_or(List::EMPTY, |(first, end)| self.idents(first, end));
        self.stacks.ctes.push(CteStart { name, columns, start: self.tok(l).start });
        l
    }

    pub(crate) fn cte(&mut self, l: u32, how: u32, body: CteBody, r: u32) -> Mark {
        let start = self.stacks.ctes.pop();
        let (name, columns) = match start {
            Some(start) => (start.name, start.columns),
            None => (self.ident(l), List::EMPTY),
        };
        let materialized = match how {
            0 => None,
            1 => Some(true),
            _ => Some(false),
        };
        if materialized.is_some() {
            self.gate(PG.or(LITE), l, "MATERIALIZED");
        }
        let begin = start.map_or(self.tok(l).start, |start| start.start);
        let span = Span::new(begin, self.tok(r - 1).end);
        self.open(Cte { name, columns, materialized, body, search_cycle: None, span })
    }

    pub(crate) fn cte_dml(&mut self, h: u32, how: u32, dml: super::DmlId, l: u32, e: u32, r: u32) -> Mark {
        self.gate(PG, l, "a statement that changes rows inside of WITH");
        let statement = self.statement(dml.into(), l, e);
        self.cte(h, how, CteBody::Statement(statement), r)
    }

    pub(crate) fn cte_search(&mut self, l: u32, r: u32) {
        self.gate(PG.or(ORA), l, "SEARCH and CYCLE");
        let span = self.span(l, r);
        if let Some(cte) = self.tree.ctes.last_open_mut() {
            cte.search_cycle = Some(span);
            cte.span.end = span.end;
        }
    }

    // SELECT.

    pub(crate) fn select_begin(&mut self, l: u32) {
        let start = self.tok(l).start;
        self.stacks.selects.push(Select { span: Span::new(start, start), ..Select::default() });
    }

    fn select(&mut self) -> &mut Select {
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

    fn new_top(&mut self, l: u32, count: ExprId, r: u32) -> LimitId {
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

    fn order(&mut self, x: X, dir: Option<u32>, nulls: Option<u32>) -> OrderItem {
        let expr = self.end(x);
        self.order_of(expr, dir, nulls)
    }

    pub(super) fn order_of(&mut self, expr: ExprId, dir: Option<u32>, nulls: Option<u32>) -> OrderItem {
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

    // FROM.

    pub(crate) fn new_from(&mut self, kind: FromKind, l: u32, r: u32) -> FromId {
        let span = self.span(l, r);
        self.node(From { kind, alias: None, columns: List::EMPTY, extra: None, span })
    }

    pub(crate) fn source_table(&mut self, l: u32, only: bool, r: u32) -> FromId {
        let name = self.name_of(l);
        self.new_from(FromKind::Table { name, only }, l, r)
    }

    pub(crate) fn source_only(&mut self, l: u32, n: u32, r: u32) -> FromId {
        self.gate(PG, l, "ONLY");
        let name = self.name_of(n);
        self.new_from(FromKind::Table { name, only: true }, l, r)
    }

    /// T-SQL: a table variable.
    pub(crate) fn source_variable(&mut self, l: u32, r: u32) -> FromId {
        self.gate(MS, l, "a variable as a table");
        let name = self.variable_name(l);
        self.new_from(FromKind::Table { name, only: false }, l, r)
    }

    /// A variable where a name is expected.
    pub(super) fn variable_name(&mut self, l: u32) -> Name {
        let tok = self.tok(l);
        if tok.kind == K::Name {
            return self.name_of(l);
        }
        let first = self.tree.idents.len() as u32;
        self.tree.idents.push(Ident { span: tok.span(), quote: Quote::None });
        List::new(first, 1)
    }

    pub(crate) fn source_query(&mut self, query: QueryId, lateral: bool, l: u32, r: u32) -> FromId {
        if lateral {
            self.gate(PG.or(MY).or(ORA), l, "LATERAL");
        }
        self.new_from(FromKind::Query { query, lateral }, l, r)
    }

    pub(crate) fn source_call(&mut self, call: ExprId, lateral: bool, l: u32, r: u32) -> FromId {
        self.new_from(FromKind::Function { call, lateral, ordinality: false }, l, r)
    }

    pub(crate) fn source_rows(&mut self, m: Mark, l: u32, r: u32) -> FromId {
        self.gate(PG, l, "ROWS FROM");
        let calls = self.close(m);
        self.new_from(FromKind::RowsFrom { calls, ordinality: false }, l, r)
    }

    pub(crate) fn source_opaque_table(&mut self, l: u32, r: u32) -> FromId {
        let span = self.span(l, r);
        self.new_from(FromKind::Opaque(span), l, r)
    }

    pub(crate) fn source_nested(&mut self, m: Mark, l: u32, r: u32) -> FromId {
        let sources: List<FromId> = self.close(m);
        if sources.len() > 1 {
            self.gate(MY, l, "a list of tables in brackets");
        }
        // MySQL: a comma in brackets is a cross join.
        let mark = self.stacks.joins.len() as u32;
        for i in 0..sources.len() {
            let source = self.tree.list(sources)[i];
            let pending = (i > 0).then_some((JoinKind::Cross, false, self.tree[source].span));
            self.stacks.joins.push(JoinEntry { source, pending, height: 0 });
            if i > 0 {
                self.join_pending(mark, JoinConstraint::None);
            }
        }
        let inner = self.join_end(mark);
        self.new_from(FromKind::Nested(inner), l, r)
    }

    fn source_to(&mut self, t: FromId, r: u32) -> &mut From {
        let end = self.tok(r - 1).end;
        let from = &mut self.tree.froms[t.index()];
        from.span.end = end;
        from
    }

    pub(crate) fn source_alias(&mut self, t: FromId, l: u32, columns: Option<Mark>, r: u32) -> FromId {
        let columns = columns.map_or(List::EMPTY, |m| self.close(m));
        let alias = self.ident(l);
        if self.tree[t].alias.is_some() {
            let span = self.tok(l).span();
            self.reject(span, "a second alias");
            self.suggest_clause(self.tree[t].alias, alias);
        }
        let from = self.source_to(t, r);
        from.alias = Some(alias);
        from.columns = columns;
        t
    }

    pub(crate) fn source_columns(&mut self, t: FromId, m: Mark, r: u32) -> FromId {
        let columns = self.close(m);
        self.source_to(t, r).columns = columns;
        t
    }

    pub(crate) fn column_alias(&mut self, l: u32, ty: Option<TypeId>) -> Mark {
        let name = self.ident(l);
        self.open(ColumnAlias { name, ty })
    }

    pub(crate) fn source_ordinality(&mut self, t: FromId, r: u32) -> FromId {
        self.gate(PG, r - 1, "WITH ORDINALITY");
        let from = self.source_to(t, r);
        match &mut from.kind {
            FromKind::Function { ordinality, .. } | FromKind::RowsFrom { ordinality, .. } => {
                *ordinality = true
            }
            _ => {
                let span = from.span;
                self.reject(span, "WITH ORDINALITY belongs behind a function");
            }
        }
        t
    }

    fn source_extra(&mut self, t: FromId, r: u32) -> &mut FromExtra {
        let id = match self.source_to(t, r).extra {
            Some(id) => id,
            None => {
                let id = self.node(FromExtra::default());
                self.tree.froms[t.index()].extra = Some(id);
                id
            }
        };
        &mut self.tree.from_extras[id.index()]
    }

    pub(crate) fn source_hint(&mut self, t: FromId, l: u32, r: u32) -> FromId {
        let kind = match self.aux(l) {
            0 => TableHintKind::Advice,
            1 => TableHintKind::Isolation,
            _ => TableHintKind::Lock,
        };
        let span = self.span(l, r);
        let hints = self.source_extra(t, r).hints;
        let hints = self.append(hints, TableHint { kind, span });
        self.source_extra(t, r).hints = hints;
        t
    }

    pub(crate) fn source_opaque(&mut self, t: FromId, l: u32, r: u32) -> FromId {
        let span = self.span(l, r);
        self.source_extra(t, r).opaque = Some(span);
        t
    }

    pub(crate) fn source_partition(&mut self, t: FromId, l: u32, first: u32, end: u32, r: u32) -> FromId {
        self.gate(MY.or(ORA), l, "PARTITION");
        let partitions = self.idents(first, end);
        self.source_extra(t, r).partitions = partitions;
        t
    }

    pub(crate) fn source_sample(&mut self, t: FromId, l: u32, x: X, rows: u32, r: u32) -> FromId {
        self.gate(PG.or(ORA).or(MS), l, "TABLESAMPLE");
        let amount = self.end(x);
        let tok = self.tok(l);
        let method = if tok.aux == 1 {
            self.tree.list(List::<Ident>::new(tok.data, 1)).first().copied()
        } else {
            None
        };
        let span = self.span(l, r);
        self.source_extra(t, r).sample = Some(Sample { method, amount, rows: rows == 1, seed: None, span });
        t
    }

    pub(crate) fn source_repeatable(&mut self, t: FromId, l: u32, x: X, r: u32) -> FromId {
        let seed = self.end(x);
        let end = self.tok(r - 1).end;
        match &mut self.source_extra(t, r).sample {
            Some(sample) => {
                sample.seed = Some(seed);
                sample.span.end = end;
            }
            None => {
                let span = self.tok(l).span();
                self.reject(span, "REPEATABLE belongs behind TABLESAMPLE");
            }
        }
        t
    }

    pub(crate) fn source_pivot(
        &mut self,
        t: FromId,
        l: u32,
        values: Mark,
        keys: Mark,
        members: Mark,
        r: u32,
    ) -> FromId {
        let members = self.close(members);
        self.pivot(t, l, values, keys, members, r)
    }

    pub(crate) fn source_pivot_row(
        &mut self,
        t: FromId,
        l: u32,
        values: Mark,
        keys: Mark,
        row: u32,
        r: u32,
    ) -> FromId {
        let literals = self.literal_items(row);
        let mark = self.open_mark::<SelectItem>();
        for i in 0..literals.len() {
            let expr = self.tree.list(literals)[i];
            self.open(SelectItem { expr, alias: None });
        }
        let members = self.close(mark);
        self.pivot(t, l, values, keys, members, r)
    }

    fn pivot(
        &mut self,
        t: FromId,
        l: u32,
        values: Mark,
        keys: Mark,
        members: List<SelectItem>,
        r: u32,
    ) -> FromId {
        self.gate(ORA.or(MS), l, "PIVOT");
        let keys = self.close(keys);
        let values = self.close(values);
        let code = self.aux(l);
        let span = self.span(l, r);
        let id = self.node(Pivot {
            source: t,
            unpivot: code & 2 != 0,
            values,
            keys,
            members,
            include_nulls: code & 1 != 0,
            span,
        });
        let start = self.tree[t].span.start;
        let whole = Span::new(start, span.end);
        self.node(From {
            kind: FromKind::Pivot(id),
            alias: None,
            columns: List::EMPTY,
            extra: None,
            span: whole,
        })
    }

    // Joins.

    pub(crate) fn join_first(&mut self, t: FromId) -> u32 {
        let mark = self.stacks.joins.len() as u32;
        self.stacks.joins.push(JoinEntry { source: t, pending: None, height: 0 });
        mark
    }

    pub(crate) fn join(&mut self, mark: u32, l: u32, t: FromId) {
        let tok = self.tok(l);
        let natural = tok.aux & aux::JOIN_NATURAL != 0;
        let kind = match tok.aux & 0xff {
            0 => JoinKind::Inner,
            1 => JoinKind::Left,
            2 => JoinKind::Right,
            3 => JoinKind::Full,
            4 => JoinKind::Cross,
            5 => JoinKind::CrossApply,
            6 => JoinKind::OuterApply,
            _ => JoinKind::Straight,
        };
        match kind {
            JoinKind::CrossApply | JoinKind::OuterApply => self.gate(MS.or(ORA), l, "APPLY"),
            JoinKind::Straight => self.gate(MY, l, "STRAIGHT_JOIN"),
            JoinKind::Full => self.gate(PG.or(LITE).or(ORA).or(MS), l, "FULL JOIN"),
            _ => {}
        }
        if natural {
            self.gate(MY.or(PG).or(LITE).or(ORA), l, "NATURAL JOIN");
        }
        // SQLite reads joins strictly from left to right: a condition belongs to the last join, and earlier ones have none.
        if LITE.has(self.dialect) {
            self.join_pending(mark, JoinConstraint::None);
        }
        self.stacks.joins.push(JoinEntry {
            source: t,
            pending: Some((kind, natural, tok.span())),
            height: 0,
        });
        let complete =
            natural || matches!(kind, JoinKind::Cross | JoinKind::CrossApply | JoinKind::OuterApply);
        // MySQL takes a condition behind CROSS JOIN, and SQLite too.
        if complete
            && !(kind == JoinKind::Cross && MY.or(LITE).has(self.dialect) && self.condition_follows(l))
        {
            self.join_pending(mark, JoinConstraint::None);
        }
    }

    /// True if a condition may stand behind the source that follows the join at token `l`: looks for `ON` or `USING` at
    /// the same depth before the next join or clause.
    fn condition_follows(&self, l: u32) -> bool {
        let mut depth = 0;
        for tok in self.toks.iter().skip(l as usize + 1) {
            match tok.kind {
                K::Lp | K::QLp | K::CallQLp => depth += 1,
                K::Rp if depth == 0 => return false,
                K::Rp => depth -= 1,
                K::On | K::JUsing if depth == 0 => return true,
                K::Join | K::Where | K::Comma | K::GroupBy | K::OrderBy | K::SetOp | K::Having
                    if depth == 0 =>
                {
                    return false;
                }
                _ => {}
            }
        }
        false
    }

    /// Completes the last join of the stream that has no condition yet.
    fn join_pending(&mut self, mark: u32, constraint: JoinConstraint) -> bool {
        let count = self.stacks.joins.len();
        if count < mark as usize + 2 {
            return false;
        }
        let right = self.stacks.joins[count - 1];
        let left = self.stacks.joins[count - 2];
        let Some((kind, natural, span)) = right.pending else { return false };
        let whole = self.tree[left.source].span.to(self.tree[right.source].span);
        let whole = match constraint {
            JoinConstraint::On(on) => whole.to(self.expr_span(on)),
            _ => whole,
        };
        let join =
            self.node(Join { left: left.source, right: right.source, kind, natural, constraint, span });
        let source = self.node(From {
            kind: FromKind::Join(join),
            alias: None,
            columns: List::EMPTY,
            extra: None,
            span: whole,
        });
        self.stacks.joins.truncate(count - 1);
        self.stacks.joins[count - 2] =
            JoinEntry { source, pending: left.pending, height: left.height.max(right.height) + 1 };
        true
    }

    pub(crate) fn join_on(&mut self, mark: u32, l: u32, x: X) {
        let on = self.end(x);
        if !self.join_pending(mark, JoinConstraint::On(on)) {
            let span = self.tok(l).span();
            self.reject(span, "this ON has no join it could belong to");
        }
    }

    pub(crate) fn join_using(&mut self, mark: u32, l: u32, first: u32, end: u32) {
        let columns = self.idents(first, end);
        if !self.join_pending(mark, JoinConstraint::Using(columns)) {
            let span = self.tok(l).span();
            self.reject(span, "this USING has no join it could belong to");
        }
    }

    /// The source a stream of joins forms.
    fn join_end(&mut self, mark: u32) -> FromId {
        while self.stacks.joins.len() > mark as usize + 1 {
            let count = self.stacks.joins.len();
            let needs = self.stacks.joins[count - 1].pending;
            if let Some((kind, _, span)) = needs {
                let optional = MY.or(LITE).has(self.dialect)
                    && matches!(kind, JoinKind::Inner | JoinKind::Cross | JoinKind::Straight)
                    || LITE.has(self.dialect);
                if !optional {
                    self.reject(span, "this join needs a condition: ON or USING");
                }
            }
            if !self.join_pending(mark, JoinConstraint::None) {
                break;
            }
        }
        match self.stacks.joins.pop() {
            Some(entry) => {
                self.stacks.joins.truncate(mark as usize);
                if entry.height > 0 {
                    let start = self.tree[entry.source].span.start;
                    self.note_height(start, entry.height);
                }
                entry.source
            }
            None => self.new_from(FromKind::Opaque(Span::NONE), 0, 0),
        }
    }

    pub(crate) fn source(&mut self, mark: u32) -> Mark {
        let source = self.join_end(mark);
        self.open(source)
    }
}

fn direction(code: u16) -> Direction {
    if code == 0 { Direction::Asc } else { Direction::Desc }
}
