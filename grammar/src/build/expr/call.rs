//! Calls and what may follow them.

use super::super::gates::{LITE, MARIA, MS, MY, ORA, PG};
use super::super::{Builder, Mark, X};
use crate::tree::*;
use air_base::Span;
use airc_lex::aux;

impl Builder<'_> {
    pub(super) fn new_call(
        &mut self,
        name: Name,
        args: List<ExprId>,
        form: CallForm,
        quantifier: Quantifier,
        span: Span,
    ) -> ExprId {
        let id = self.node(Call { name, args, form, quantifier, extra: None });
        self.expr(Expr::Call(id), span)
    }

    pub(crate) fn bare_call(&mut self, l: u32) -> ExprId {
        let name = self.name_of(l);
        let span = self.tok(l).span();
        self.new_call(name, List::EMPTY, CallForm::Bare, Quantifier::None, span)
    }

    pub(crate) fn call_empty(&mut self, l: u32, r: u32) -> ExprId {
        let name = self.name_of(l);
        let span = self.span(l, r);
        self.new_call(name, List::EMPTY, CallForm::Parens, Quantifier::None, span)
    }

    pub(crate) fn call_query(&mut self, l: u32, query: QueryId, r: u32) -> ExprId {
        let name = self.name_of(l);
        let arg = self.subquery(query, l + 1, r);
        let args = self.list_of(&[arg]);
        let span = self.span(l, r);
        self.new_call(name, args, CallForm::Parens, Quantifier::None, span)
    }

    pub(crate) fn call(&mut self, l: u32, quantifier: Quantifier, m: Mark) -> ExprId {
        let name = self.name_of(l);
        let args = self.close(m);
        let span = self.tok(l).span();
        self.new_call(name, args, CallForm::Parens, quantifier, span)
    }

    #[inline]
    pub(crate) fn call_close(&mut self, c: ExprId, r: u32) -> ExprId {
        self.call_span(c, r);
        c
    }

    pub(super) fn call_span(&mut self, c: ExprId, r: u32) {
        let end = self.tok(r - 1).end;
        self.tree.expr_spans[c.index()].end = end;
    }

    /// What stands behind the call `c`; made when first asked for.
    pub(super) fn extra(&mut self, c: ExprId) -> &mut CallExtra {
        let Expr::Call(call) = self.tree.expr(c) else {
            // Only calls get here; an unused entry keeps a slip from becoming a panic.
            let id = self.node(CallExtra::default());
            return &mut self.tree.call_extras[id.index()];
        };
        let id = match self.tree[call].extra {
            Some(id) => id,
            None => {
                let id = self.node(CallExtra::default());
                self.tree.calls[call.index()].extra = Some(id);
                id
            }
        };
        &mut self.tree.call_extras[id.index()]
    }

    pub(crate) fn call_filter(&mut self, c: ExprId, x: X, r: u32) -> ExprId {
        let filter = self.end(x);
        self.gate(PG.or(LITE), r - 1, "FILTER");
        self.extra(c).filter = Some(filter);
        self.call_close(c, r)
    }

    pub(crate) fn call_over_name(&mut self, c: ExprId, l: u32, r: u32) -> ExprId {
        let name = self.ident(l);
        let over = self.node(Over::Named(name));
        self.extra(c).over = Some(over);
        self.call_close(c, r)
    }

    pub(crate) fn call_over(&mut self, c: ExprId, w: WindowSpecId, l: u32, r: u32) -> ExprId {
        let span = self.span(l, r);
        self.tree.window_specs[w.index()].span = span;
        let over = self.node(Over::Spec(w));
        self.extra(c).over = Some(over);
        self.call_close(c, r)
    }

    pub(crate) fn call_within(&mut self, c: ExprId, m: Mark, r: u32) -> ExprId {
        let order = self.close(m);
        self.gate(PG.or(ORA).or(MS).or(MARIA), r - 1, "WITHIN GROUP");
        self.extra(c).within_group = order;
        self.call_close(c, r)
    }

    pub(crate) fn call_nulls(&mut self, c: ExprId, l: u32, r: u32) -> ExprId {
        self.gate(ORA.or(MS), l, "IGNORE NULLS");
        let treatment = if self.aux(l) == 0 { NullTreatment::Ignore } else { NullTreatment::Respect };
        self.extra(c).nulls = Some(treatment);
        self.call_close(c, r)
    }

    pub(crate) fn call_from_last(&mut self, c: ExprId, l: u32, r: u32) -> ExprId {
        self.gate(ORA, l, "FROM FIRST and FROM LAST");
        let last = self.aux(l) == 1;
        self.extra(c).from_last = Some(last);
        self.call_close(c, r)
    }

    pub(crate) fn call_keep(&mut self, c: ExprId, l: u32, m: Mark, r: u32) -> ExprId {
        self.gate(ORA, l, "KEEP");
        let keep = Keep { last: self.aux(l) == 1, order_by: self.close(m) };
        self.extra(c).keep = Some(keep);
        self.call_close(c, r)
    }

    pub(crate) fn call_order(&mut self, c: ExprId, m: Mark) -> ExprId {
        let order = self.close(m);
        self.extra(c).order_by = order;
        c
    }

    pub(crate) fn call_separator(&mut self, c: ExprId, x: X) -> ExprId {
        let separator = self.end(x);
        self.extra(c).separator = Some(separator);
        c
    }

    pub(crate) fn call_limit(&mut self, c: ExprId, x: X) -> ExprId {
        let limit = self.end(x);
        self.extra(c).limit = Some(limit);
        c
    }

    pub(crate) fn call_json_null(&mut self, c: ExprId, l: u32) -> ExprId {
        let absent = self.aux(l) == 1;
        self.extra(c).absent_on_null = Some(absent);
        c
    }

    pub(crate) fn call_unique_keys(&mut self, c: ExprId) -> ExprId {
        self.extra(c).unique_keys = true;
        c
    }

    pub(crate) fn call_returning(&mut self, c: ExprId, _l: u32, ty: TypeId) -> ExprId {
        self.extra(c).returning = Some(ty);
        c
    }

    pub(crate) fn call_on(&mut self, c: ExprId, l: u32, x: Option<X>) -> ExprId {
        let value = x.map(|x| self.end(x));
        let code = self.aux(l);
        let what = match (code, value) {
            (_, Some(value)) => OnFailure::Default(value),
            (aux::ON_OVERFLOW_ERROR, _) => OnFailure::Error,
            (aux::ON_OVERFLOW_TRUNCATE, _) => OnFailure::Truncate,
            (code, _) => match code & 0xff {
                0 => OnFailure::Error,
                1 => OnFailure::Null,
                _ => OnFailure::Empty,
            },
        };
        let extra = self.extra(c);
        if code & 0x100 != 0 {
            extra.on_error = Some(what)
        } else {
            extra.on_empty = Some(what)
        }
        c
    }

    /// `CHAR(a, b USING charset)`, and `CHR(a USING NCHAR_CS)` of Oracle.
    pub(crate) fn call_using(&mut self, c: ExprId, l: u32) -> ExprId {
        self.gate(MY.or(ORA), l, "USING inside of a call");
        let charset = self.name(l);
        let Expr::Call(call) = self.tree.expr(c) else { return c };
        let name = self.tree[call].name;
        let known = if ORA.has(self.dialect) { "chr" } else { "char" };
        if !matches!(self.tree.list(name), [one] if one.text(self.source).eq_ignore_ascii_case(known)) {
            let span = self.tok(l).span();
            self.reject(span, "USING has no place in this call");
        }
        let args = self.tree[call].args;
        let args = self.append(args, charset);
        self.tree.exprs[c.index()] = Expr::Special { form: SpecialForm::CharUsing, args };
        c
    }

    pub(crate) fn call_opaque(&mut self, c: ExprId, l: u32, r: u32) -> ExprId {
        let span = self.span(l, r);
        self.extra(c).opaque = Some(span);
        c
    }

    pub(crate) fn named_arg(&mut self, l: u32, x: X) -> Mark {
        let value = self.end(x);
        let name = self.name_of(l);
        let span = Span::new(self.tok(l).start, self.expr_span(value).end);
        let id = self.expr(Expr::NamedArg { name, value }, span);
        self.open(id)
    }

    pub(crate) fn key_value(&mut self, x: X, y: X) -> Mark {
        let (key, value) = self.end2(x, y);
        let span = self.expr_span(key).to(self.expr_span(value));
        let id = self.expr(Expr::KeyValue { key, value }, span);
        self.open(id)
    }
}
