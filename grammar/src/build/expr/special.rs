//! Forms with words inside of their brackets: `CAST`, `EXTRACT`, `TRIM` and relatives.

use super::super::gates::{MARIA, MS, MY, ORA, PG};
use super::super::{Builder, Mark, X};
use super::types::{range_parts, unit};
use crate::tree::*;
use airc_lex::{K, aux};

impl Builder<'_> {
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

    pub(super) fn special(&mut self, form: SpecialForm, args: &[ExprId], l: u32, r: u32) -> ExprId {
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
}
