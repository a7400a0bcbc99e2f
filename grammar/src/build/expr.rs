//! Operands, calls, types, windows.

use super::gates::{LITE, MARIA, MS, MY, ORA, PG};
use super::{Builder, Mark, X};
use crate::tree::*;
use air_base::{Dialect, Span};
use airc_lex::{K, Op, aux};

impl Builder<'_> {
    // Leaves.

    #[inline]
    pub(crate) fn name(&mut self, l: u32) -> ExprId {
        let tok = self.tok(l);
        self.expr(Expr::Name(List::new(tok.data, u32::from(tok.aux))), tok.span())
    }

    pub(crate) fn name_star(&mut self, l: u32) -> ExprId {
        let name = self.name_of(l);
        self.expr(Expr::Star(name), self.tok(l).span())
    }

    pub(crate) fn star(&mut self, l: u32) -> ExprId {
        self.expr(Expr::Star(List::EMPTY), self.tok(l).span())
    }

    #[inline]
    pub(crate) fn literal(&mut self, l: u32) -> ExprId {
        let tok = self.tok(l);
        self.expr(Expr::Literal(aux::literal_of(&tok)), tok.span())
    }

    pub(crate) fn default_value(&mut self) -> ExprId {
        self.expr(Expr::Default, Span::NONE)
    }

    pub(crate) fn param(&mut self, l: u32) -> ExprId {
        let tok = self.tok(l);
        let text = tok.span().text(self.source);
        let number = || text.trim_start_matches(['?', '$', ':']).parse().unwrap_or(u32::MAX);
        let style = match tok.aux {
            aux::PARAM_QUESTION => ParamStyle::Question(tok.data),
            aux::PARAM_QUESTION_NUMBER => ParamStyle::QuestionNumber(number()),
            aux::PARAM_DOLLAR => ParamStyle::Dollar(number()),
            aux::PARAM_COLON_NUMBER => ParamStyle::ColonNumber(number()),
            aux::PARAM_COLON => ParamStyle::Colon,
            _ => ParamStyle::At,
        };
        self.expr(Expr::Param(style), tok.span())
    }

    pub(crate) fn variable(&mut self, l: u32) -> ExprId {
        let tok = self.tok(l);
        let kind = if tok.aux == 0 { VariableKind::User } else { VariableKind::System };
        self.expr(Expr::Variable(kind), tok.span())
    }

    pub(crate) fn opaque(&mut self, l: u32, r: u32) -> ExprId {
        let span = self.span(l, r);
        self.expr(Expr::Opaque(OpaqueKind::Xml), span)
    }

    // Lists of expressions.

    #[inline]
    pub(crate) fn push_expr(&mut self, x: X) -> Mark {
        let id = self.end(x);
        self.open(id)
    }

    pub(crate) fn expr_item(&mut self, id: ExprId) -> Mark {
        self.open(id)
    }

    pub(crate) fn name_item(&mut self, l: u32) -> Mark {
        let id = self.name(l);
        self.open(id)
    }

    pub(crate) fn word_item(&mut self, l: u32) -> Mark {
        if self.tok(l).kind == K::Name {
            return self.name_item(l);
        }
        let span = self.tok(l).span();
        let first = self.tree.idents.len() as u32;
        self.tree.idents.push(Ident { span, quote: Quote::None });
        let id = self.expr(Expr::Name(List::new(first, 1)), span);
        self.open(id)
    }

    /// The literals behind token `l`, read without the grammar.
    pub(crate) fn literal_items(&mut self, l: u32) -> List<ExprId> {
        let count = self.tok(l).data;
        let start = self.tree.expr_lists.done.len() as u32;
        let mut sign = None;
        let mut len = 0;
        for at in l + 1..=l + count {
            let tok = self.tok(at);
            if tok.kind == K::Pre {
                sign = Some(tok.start);
                continue;
            }
            let mut id = self.expr(Expr::Literal(aux::literal_of(&tok)), tok.span());
            if let Some(start) = sign.take() {
                id = self.expr(Expr::Unary { op: UnaryOp::Minus, arg: id }, Span::new(start, tok.end));
            }
            self.tree.expr_lists.done.push(id);
            len += 1;
        }
        List::new(start, len)
    }

    // Rows.

    pub(crate) fn row_list(&mut self, m: Mark) {
        let items = self.close(m);
        self.stacks.rows.push(items);
    }

    pub(crate) fn row_empty(&mut self) {
        self.stacks.rows.push(List::EMPTY);
    }

    pub(crate) fn row_literals(&mut self, l: u32) {
        let items = self.literal_items(l);
        self.stacks.rows.push(items);
    }

    pub(crate) fn row_of_query(&mut self, query: QueryId, l: u32, r: u32) {
        let id = self.subquery(query, l, r);
        let items = self.list_of(&[id]);
        self.stacks.rows.push(items);
    }

    pub(crate) fn pop_row(&mut self) -> Row {
        Row { items: self.stacks.rows.pop().unwrap_or_default() }
    }

    pub(crate) fn push_row(&mut self) -> Mark {
        let row = self.pop_row();
        self.open(row)
    }

    // Operands.

    pub(crate) fn parens(&mut self, x: X) -> ExprId {
        self.end(x)
    }

    pub(crate) fn subquery(&mut self, query: QueryId, l: u32, r: u32) -> ExprId {
        let span = self.span(l, r);
        self.expr(Expr::Subquery(query), span)
    }

    pub(crate) fn row(&mut self, first: X, m: Mark, l: u32, r: u32) -> ExprId {
        // The first element was read before the others and lies below them on the stack.
        let rest: List<ExprId> = self.close(m);
        let id = self.end(first);
        let mark = self.open_mark::<ExprId>();
        self.open(id);
        for i in 0..rest.len() {
            let item = self.tree.list(rest)[i];
            self.open(item);
        }
        let items = self.close(mark);
        let span = self.span(l, r);
        self.expr(Expr::Row { explicit: false, items }, span)
    }

    pub(crate) fn explicit_row(&mut self, m: Mark, l: u32, r: u32) -> ExprId {
        let items = self.close(m);
        let span = self.span(l, r);
        self.expr(Expr::Row { explicit: true, items }, span)
    }

    pub(crate) fn empty_row(&mut self, explicit: bool, l: u32, r: u32) -> ExprId {
        let span = self.span(l, r);
        self.expr(Expr::Row { explicit, items: List::EMPTY }, span)
    }

    pub(crate) fn exists(&mut self, query: QueryId, l: u32, r: u32) -> ExprId {
        let span = self.span(l, r);
        self.expr(Expr::Exists(query), span)
    }

    pub(crate) fn quantifier_query(&mut self, query: QueryId, l: u32, r: u32) -> ExprId {
        let operand = self.subquery(query, l + 1, r);
        let span = self.span(l, r);
        self.expr(Expr::Quantifier { all: self.aux(l) == 1, operand }, span)
    }

    pub(crate) fn quantifier(&mut self, m: Mark, l: u32, r: u32) -> ExprId {
        let items: List<ExprId> = self.close(m);
        let span = self.span(l, r);
        let operand = match *self.tree.list(items) {
            [one] if self.dialect != Dialect::Oracle => one,
            _ => self.expr(Expr::Row { explicit: false, items }, span),
        };
        self.expr(Expr::Quantifier { all: self.aux(l) == 1, operand }, span)
    }

    pub(crate) fn when(&mut self, x: X, y: X) -> Mark {
        let (condition, result) = self.end2(x, y);
        self.open(When { condition, result })
    }

    pub(crate) fn case(
        &mut self,
        operand: Option<X>,
        m: Mark,
        otherwise: Option<X>,
        l: u32,
        r: u32,
    ) -> ExprId {
        let otherwise = otherwise.map(|x| self.end(x));
        let whens = self.close(m);
        let operand = operand.map(|x| self.end(x));
        let span = self.span(l, r);
        let id = self.node(Case { operand, whens, otherwise });
        self.expr(Expr::Case(id), span)
    }

    pub(crate) fn cast(&mut self, x: X, ty: TypeId, format: Option<u32>, l: u32, r: u32) -> ExprId {
        let expr = self.end(x);
        let form = match self.aux(l) {
            aux::CAST => CastForm::Cast,
            aux::TRY_CAST => CastForm::TryCast,
            aux::PARSE => CastForm::Parse,
            _ => CastForm::TryParse,
        };
        if form != CastForm::Cast {
            self.gate(MS, l, "this cast");
        }
        let style = format.map(|at| self.literal(at));
        let span = self.span(l, r);
        self.expr(Expr::Cast { form, expr, ty, style }, span)
    }

    pub(crate) fn convert_type(&mut self, ty: TypeId, x: X, style: Option<X>, l: u32, r: u32) -> ExprId {
        let style = style.map(|x| self.end(x));
        let expr = self.end(x);
        let form = if self.aux(l) == 0 { CastForm::Convert } else { CastForm::TryConvert };
        let span = self.span(l, r);
        self.expr(Expr::Cast { form, expr, ty, style }, span)
    }

    pub(crate) fn convert(&mut self, x: X, ty: TypeId, l: u32, r: u32) -> ExprId {
        let expr = self.end(x);
        let span = self.span(l, r);
        self.expr(Expr::Cast { form: CastForm::ConvertMysql, expr, ty, style: None }, span)
    }

    pub(crate) fn convert_using(&mut self, x: X, n: u32, l: u32, r: u32) -> ExprId {
        let expr = self.end(x);
        let charset = self.name_of(n);
        let span = self.span(l, r);
        self.expr(Expr::ConvertUsing { expr, charset }, span)
    }

    pub(crate) fn array(&mut self, m: Option<Mark>, l: u32, r: u32) -> ExprId {
        self.gate(PG, l, "an array");
        let items = m.map_or(List::EMPTY, |m| self.close(m));
        let span = self.span(l, r);
        self.expr(Expr::Array(items), span)
    }

    pub(crate) fn array_query(&mut self, query: QueryId, l: u32, r: u32) -> ExprId {
        self.gate(PG, l, "an array");
        let span = self.span(l, r);
        self.expr(Expr::ArrayQuery(query), span)
    }

    pub(crate) fn interval(&mut self, x: X, u: u32, l: u32, r: u32) -> ExprId {
        let value = self.end(x);
        let unit = Some(unit(self.aux(u)));
        let span = self.span(l, r);
        self.expr(Expr::Interval { value, unit, to: None, precision: None, fraction: None }, span)
    }

    pub(crate) fn interval_literal(&mut self, s: u32, u: Option<u32>, l: u32, r: u32) -> ExprId {
        self.gate(PG.or(ORA), l, "this form of INTERVAL");
        let value = self.literal(s);
        let span = self.span(l, r);
        let expr = match u.map(|at| self.tok(at)) {
            None => Expr::Interval { value, unit: None, to: None, precision: None, fraction: None },
            Some(tok) => {
                let (to, precision, fraction) = range_parts(tok.data);
                Expr::Interval { value, unit: Some(unit(tok.aux)), to, precision, fraction }
            }
        };
        self.expr(expr, span)
    }

    pub(crate) fn typed_literal(&mut self, l: u32, s: u32, r: u32) -> ExprId {
        let words = self.name_of(l);
        let flag = self.tok(l).flag;
        let ty = self.plain_type(words, self.tok(l).span());
        self.tree.types[ty.index()].zone = match flag {
            1 => Some(ZoneClause::With),
            2 => Some(ZoneClause::Without),
            _ => None,
        };
        let literal = self.literal(s);
        let span = self.span(l, r);
        self.expr(Expr::TypedLiteral { ty, literal }, span)
    }

    pub(crate) fn introducer(&mut self, l: u32, s: u32, r: u32) -> ExprId {
        let charset = self.name_of(l);
        let literal = self.literal(s);
        let span = self.span(l, r);
        self.expr(Expr::Introducer { charset, literal }, span)
    }

    pub(crate) fn extract(&mut self, l: u32, x: X, r: u32) -> ExprId {
        self.gate(MY.or(PG).or(ORA), l, "EXTRACT");
        let expr = self.end(x);
        let field = self.name_of(l);
        let span = self.span(l, r);
        self.expr(Expr::Extract { field, expr }, span)
    }

    fn special(&mut self, form: SpecialForm, args: &[ExprId], l: u32, r: u32) -> ExprId {
        let args = self.list_of(args);
        let span = self.span(l, r);
        self.expr(Expr::Special { form, args }, span)
    }

    pub(crate) fn special1(&mut self, form: SpecialForm, x: X, l: u32, r: u32) -> ExprId {
        let a = self.end(x);
        self.special(form, &[a], l, r)
    }

    pub(crate) fn special2(&mut self, form: SpecialForm, x: X, y: X, l: u32, r: u32) -> ExprId {
        let (a, b) = self.end2(x, y);
        self.special(form, &[a, b], l, r)
    }

    pub(crate) fn special3(&mut self, form: SpecialForm, x: X, y: X, z: X, l: u32, r: u32) -> ExprId {
        let c = self.end(z);
        let (a, b) = self.end2(x, y);
        self.special(form, &[a, b, c], l, r)
    }

    pub(crate) fn substring_for_from(&mut self, x: X, length: X, start: X, l: u32, r: u32) -> ExprId {
        let start = self.end(start);
        let (text, length) = self.end2(x, length);
        self.special(SpecialForm::SubstringFromFor, &[text, start, length], l, r)
    }

    /// `SUBSTRING(s SIMILAR p ESCAPE e)`: the escape was read as part of the pattern.
    pub(crate) fn substring_similar(&mut self, x: X, y: X, l: u32, r: u32) -> ExprId {
        self.gate(PG, l, "this form of SUBSTRING");
        let (text, pattern) = self.end2(x, y);
        let claimed = self.stacks.stray_escape.take().map(|at| at.start);
        if let Expr::Binary { op: BinaryOp::Custom, left, right, at } = self.tree.expr(pattern)
            && claimed == Some(at)
        {
            return self.special(SpecialForm::SubstringSimilar, &[text, left, right], l, r);
        }
        self.special(SpecialForm::SubstringSimilar, &[text, pattern], l, r)
    }

    pub(crate) fn overlay_for(&mut self, x: X, y: X, z: X, w: X, l: u32, r: u32) -> ExprId {
        let d = self.end(w);
        let c = self.end(z);
        let (a, b) = self.end2(x, y);
        self.special(SpecialForm::OverlayFor, &[a, b, c, d], l, r)
    }

    pub(crate) fn trim(&mut self, l: u32, chars: Option<X>, text: X, r: u32) -> ExprId {
        let text = self.end(text);
        let chars = chars.map(|x| self.end(x));
        let form = match (self.tok(l).kind, self.aux(l)) {
            (K::TrimDir, 2) => SpecialForm::TrimLeading,
            (K::TrimDir, 3) => SpecialForm::TrimTrailing,
            _ => SpecialForm::TrimBoth,
        };
        match chars {
            Some(chars) => self.special(form, &[text, chars], l, r),
            None => self.special(form, &[text], l, r),
        }
    }

    pub(crate) fn match_against(&mut self, m: Mark, x: X, mode: u32, l: u32, r: u32) -> ExprId {
        let against = self.end(x);
        let columns = self.close(m);
        let mode = match mode {
            0 => MatchMode::Plain,
            1 => MatchMode::Natural,
            2 => MatchMode::Boolean,
            _ => MatchMode::Expansion,
        };
        let span = self.span(l, r);
        self.expr(Expr::MatchAgainst { mode, columns, against }, span)
    }

    pub(crate) fn next_value(&mut self, n: u32, l: u32, r: u32) -> ExprId {
        self.gate(MS.or(MARIA), l, "NEXT VALUE FOR");
        let name = self.name_of(n);
        let span = self.span(l, r);
        self.expr(Expr::NextValue(name), span)
    }

    pub(crate) fn current_of(&mut self, n: u32, l: u32, r: u32) -> ExprId {
        let name = self.name_of(n);
        let span = self.span(l, r);
        self.expr(Expr::CurrentOf(name), span)
    }

    // Behind an operand.

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

    fn in_any(&mut self, x: X, l: u32, r: u32, make: impl FnOnce(bool, ExprId) -> Expr) -> X {
        let negated = self.aux(l) == 1;
        let end = self.tok(r - 1).end;
        self.apply_postfix(x, Op::InList, |b, expr| {
            let span = Span::new(b.expr_span(expr).start, end);
            b.expr(make(negated, expr), span)
        })
    }

    // Calls. The expression holds the call's id; what follows the call changes the call.

    fn new_call(
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

    fn call_span(&mut self, c: ExprId, r: u32) {
        let end = self.tok(r - 1).end;
        self.tree.expr_spans[c.index()].end = end;
    }

    /// What stands behind the call `c`; made when first asked for.
    fn extra(&mut self, c: ExprId) -> &mut CallExtra {
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

    /// `CHAR(a, b USING charset)`.
    pub(crate) fn call_using(&mut self, c: ExprId, l: u32) -> ExprId {
        self.gate(MY.or(ORA), l, "USING inside of a call");
        let charset = self.name(l);
        let Expr::Call(call) = self.tree.expr(c) else { return c };
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

    // Windows.

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

    // Types.

    fn plain_type(&mut self, words: Name, span: Span) -> TypeId {
        self.node(TypeName {
            qualifier: List::EMPTY,
            words,
            args: List::EMPTY,
            dimensions: 0,
            zone: None,
            unsigned: false,
            zerofill: false,
            signed: false,
            binary: false,
            length_unit: None,
            setof: false,
            anchored: false,
            charset: None,
            interval: None,
            span,
        })
    }

    pub(crate) fn type_name(&mut self, l: u32, _r: u32) -> TypeId {
        let tok = self.tok(l);
        let name = self.name_of(l);
        // Several words fused into one token, or a qualified name.
        let (qualifier, words) = if tok.flag == aux::NAME_WORDS || tok.aux == 1 {
            (List::EMPTY, name)
        } else {
            (List::new(name.start, name.len - 1), List::new(name.start + name.len - 1, 1))
        };
        let id = self.plain_type(words, tok.span());
        self.tree.types[id.index()].qualifier = qualifier;
        id
    }

    pub(crate) fn type_setof(&mut self, l: u32, r: u32) -> TypeId {
        let id = self.type_name(l, r);
        self.tree.types[id.index()].setof = true;
        id
    }

    /// A further word. Words of a type follow each other in the table of identifiers unless arguments stand between,
    /// as in `character (10) varying`.
    pub(crate) fn type_word(&mut self, ty: TypeId, l: u32, r: u32) -> TypeId {
        let ident = self.ident(l);
        let words = self.tree[ty].words;
        if words.start + words.len == self.tok(l).data {
            self.tree.types[ty.index()].words.len += 1;
        } else {
            let start = self.tree.idents.len() as u32;
            for i in 0..words.len() {
                let word = self.tree.idents[words.start as usize + i];
                self.tree.idents.push(word);
            }
            self.tree.idents.push(ident);
            self.tree.types[ty.index()].words = List::new(start, words.len + 1);
        }
        self.type_span(ty, r)
    }

    pub(crate) fn type_span(&mut self, ty: TypeId, r: u32) -> TypeId {
        let end = self.tok(r - 1).end;
        self.tree.types[ty.index()].span.end = end;
        ty
    }

    /// Adds the suffix that was just read.
    pub(crate) fn type_suffix(&mut self, id: TypeId, r: u32) -> TypeId {
        let suffix = std::mem::replace(&mut self.suffix, Suffix::None);
        let ty = &mut self.tree.types[id.index()];
        match suffix {
            Suffix::None => {}
            Suffix::Args(args) => ty.args = args,
            Suffix::Length(args, unit) => {
                ty.args = args;
                ty.length_unit = unit;
            }
            Suffix::Dimensions(count) => ty.dimensions = ty.dimensions.saturating_add(count),
            Suffix::Zone(zone) => ty.zone = Some(zone),
            Suffix::Flag(0) => ty.unsigned = true,
            Suffix::Flag(1) => {
                ty.zerofill = true;
                ty.unsigned = true;
            }
            Suffix::Flag(2) => ty.signed = true,
            Suffix::Flag(_) => ty.binary = true,
            Suffix::Charset(charset) => ty.charset = Some(charset),
            Suffix::Interval(from, to) => ty.interval = Some((from, to)),
        }
        self.type_span(id, r)
    }

    pub(crate) fn type_args(&mut self, m: Mark) {
        self.suffix = Suffix::Args(self.close(m));
    }

    pub(crate) fn type_length_unit(&mut self, x: X, l: u32) {
        let length = self.end(x);
        let args = self.list_of(&[length]);
        let unit = if self.text(l).eq_ignore_ascii_case("char") {
            Some(LengthUnit::Char)
        } else if self.text(l).eq_ignore_ascii_case("byte") {
            Some(LengthUnit::Byte)
        } else {
            let span = self.tok(l).span();
            self.reject(span, "a length is followed by CHAR or BYTE or nothing");
            None
        };
        self.suffix = Suffix::Length(args, unit);
    }

    pub(crate) fn type_dims(&mut self, l: u32) {
        self.gate(PG, l, "an array type");
        self.suffix = Suffix::Dimensions(self.aux(l) as u8);
    }

    pub(crate) fn type_zone(&mut self, l: u32) {
        self.suffix = Suffix::Zone(match self.aux(l) {
            0 => ZoneClause::With,
            1 => ZoneClause::WithLocal,
            _ => ZoneClause::Without,
        });
    }

    pub(crate) fn type_flag(&mut self, l: u32) {
        self.gate(MY.or(LITE), l, "this attribute of a type");
        self.suffix = Suffix::Flag(self.aux(l));
    }

    pub(crate) fn type_charset(&mut self, l: u32) {
        self.gate(MY, l, "CHARACTER SET");
        self.suffix = Suffix::Charset(self.ident(l));
    }

    pub(crate) fn type_interval(&mut self, l: u32) {
        let tok = self.tok(l);
        let (to, ..) = range_parts(tok.data);
        let from = unit(tok.aux);
        self.suffix = Suffix::Interval(from, to.unwrap_or(from));
    }
}

/// The suffix of a type that was read last, on its way from its own action to that of the type.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Suffix {
    #[default]
    None,
    Args(List<ExprId>),
    Length(List<ExprId>, Option<LengthUnit>),
    Dimensions(u8),
    Zone(ZoneClause),
    Flag(u16),
    Charset(Ident),
    Interval(Unit, Unit),
}

/// The unit with this number.
pub(super) fn unit(code: u16) -> Unit {
    use Unit::*;
    const ALL: [Unit; 21] = [
        Microsecond,
        Millisecond,
        Second,
        Minute,
        Hour,
        Day,
        Week,
        Month,
        Quarter,
        Year,
        SecondMicrosecond,
        MinuteMicrosecond,
        MinuteSecond,
        HourMicrosecond,
        HourSecond,
        HourMinute,
        DayMicrosecond,
        DaySecond,
        DayMinute,
        DayHour,
        YearMonth,
    ];
    ALL[(code as usize).min(ALL.len() - 1)]
}

/// Second unit, precision and precision of the fraction of `DAY(3) TO SECOND(6)`.
fn range_parts(data: u32) -> (Option<Unit>, Option<u8>, Option<u8>) {
    let part = |shift: u32| Some((data >> shift) as u8).filter(|value| *value != aux::NO_UNIT);
    (part(0).map(|code| unit(u16::from(code))), part(8), part(16))
}
