//! What stands behind an operand: casts, collations, subscripts, `IN`.

use super::super::gates::{LITE, ORA, PG};
use super::super::{Builder, Mark, X};
use crate::tree::*;
use air_base::Span;
use airc_lex::{K, Op};

impl Builder<'_> {
    pub(crate) fn cast_colons(&mut self, x: X, l: u32, ty: TypeId) -> X {
        self.gate(PG, l, "`::`");
        let end = self.tree[ty].span.end;
        self.apply_postfix(x, Op::CastOp, |b, expr| {
            let span = Span::new(b.expr_span(expr).start, end);
            b.expr(Expr::Cast { form: CastForm::Colons, expr, ty, style: None }, span)
        })
    }

    pub(crate) fn collate(&mut self, x: X, _l: u32, n: u32) -> X {
        let tok = self.tok(n);
        let collation = if tok.kind == K::Name {
            self.name_of(n)
        } else {
            let first = self.tree.idents.len() as u32;
            self.tree.idents.push(Ident { span: tok.span(), quote: Quote::Single });
            List::new(first, 1)
        };
        self.apply_postfix(x, Op::CollateOp, |b, expr| {
            let span = Span::new(b.expr_span(expr).start, tok.end);
            b.expr(Expr::Collate { expr, collation }, span)
        })
    }

    pub(crate) fn at_local(&mut self, x: X, l: u32) -> X {
        self.gate(PG.or(ORA), l, "AT LOCAL");
        let end = self.tok(l).end;
        self.apply_postfix(x, Op::AtTimeZoneOp, |b, expr| {
            let span = Span::new(b.expr_span(expr).start, end);
            b.expr(Expr::AtTimeZone { expr, zone: None }, span)
        })
    }

    pub(crate) fn subscript(&mut self, x: X, i: X, r: u32) -> X {
        let index = self.end(i);
        let end = self.tok(r - 1).end;
        self.apply_postfix(x, Op::SubscriptOp, |b, base| {
            let span = Span::new(b.expr_span(base).start, end);
            b.expr(Expr::Subscript { base, index }, span)
        })
    }

    pub(crate) fn slice(&mut self, x: X, low: Option<X>, high: Option<X>, r: u32) -> X {
        let high = high.map(|x| self.end(x));
        let low = low.map(|x| self.end(x));
        let end = self.tok(r - 1).end;
        self.apply_postfix(x, Op::SubscriptOp, |b, base| {
            let span = Span::new(b.expr_span(base).start, end);
            b.expr(Expr::Slice { base, low, high }, span)
        })
    }

    pub(crate) fn field(&mut self, x: X, l: u32) -> X {
        let field = self.name_of(l);
        let end = self.tok(l).end;
        self.apply_postfix(x, Op::FieldOp, |b, base| {
            let span = Span::new(b.expr_span(base).start, end);
            b.expr(Expr::Field { base, field }, span)
        })
    }

    pub(crate) fn field_star(&mut self, x: X, r: u32) -> X {
        let end = self.tok(r - 1).end;
        self.apply_postfix(x, Op::FieldOp, |b, base| {
            let span = Span::new(b.expr_span(base).start, end);
            b.expr(Expr::FieldStar(base), span)
        })
    }

    pub(crate) fn in_literals(&mut self, x: X, l: u32, i: u32, r: u32) -> X {
        let list = self.literal_items(i);
        self.in_any(x, l, r, |negated, expr| Expr::InList { negated, expr, list })
    }

    pub(crate) fn in_list(&mut self, x: X, l: u32, m: Option<Mark>, r: u32) -> X {
        let list = match m {
            Some(m) => self.close(m),
            None => {
                self.gate(LITE, l, "an empty list behind IN");
                List::EMPTY
            }
        };
        self.in_any(x, l, r, |negated, expr| Expr::InList { negated, expr, list })
    }

    pub(crate) fn in_query(&mut self, x: X, l: u32, query: QueryId, r: u32) -> X {
        self.in_any(x, l, r, |negated, expr| Expr::InQuery { negated, expr, query })
    }

    pub(crate) fn in_table(&mut self, x: X, l: u32, n: u32, r: u32) -> X {
        self.gate(LITE, n, "IN with a table");
        let table = self.name_of(n);
        self.in_any(x, l, r, |negated, expr| Expr::InTable { negated, expr, table })
    }

    pub(super) fn in_any(&mut self, x: X, l: u32, r: u32, make: impl FnOnce(bool, ExprId) -> Expr) -> X {
        let negated = self.aux(l) == 1;
        let end = self.tok(r - 1).end;
        self.apply_postfix(x, Op::InList, |b, expr| {
            let span = Span::new(b.expr_span(expr).start, end);
            b.expr(make(negated, expr), span)
        })
    }
}
