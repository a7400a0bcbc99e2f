//! Builds queries: set operations, their order and limits here; `WITH`, `SELECT`, `FROM` and joins beside.

mod from;
mod join;
mod select;
mod with;

pub(super) use join::JoinEntry;
pub(super) use with::CteStart;

use super::gates::{LITE, MARIA, MS, MY, ORA, PG};
use super::{Builder, Mark, X};
use crate::tree::*;
use air_base::{DialectSet, Span};
use airc_lex::aux;

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
            1 => {
                let words: String = self.span(l, r).text(self.source).split_whitespace().collect();
                match words.to_ascii_uppercase().as_str() {
                    "FORXMLPATH('')" => TrailerKind::ForXmlRows,
                    "FORXMLPATH(''),TYPE" => TrailerKind::ForXmlRowsTyped,
                    _ => TrailerKind::ForXml,
                }
            }
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
}
