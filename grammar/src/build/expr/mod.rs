//! Builds expressions: leaves, lists and rows here; what surrounds operands and stands behind them beside.

mod call;
mod postfix;
mod special;
mod types;
mod window;

pub(crate) use types::Suffix;

use super::gates::{LITE, MY, ORA, PG};
use super::{Builder, Mark, X};
use crate::tree::*;
use air_base::{Dialect, Span};
use airc_lex::{K, Op, aux};

impl Builder<'_> {
    // Leaves.

    #[inline]
    pub(crate) fn name(&mut self, l: u32) -> ExprId {
        let name = self.name_of(l);
        if let [.., table, _] = self.tree.list(name)
            && table.span.range().is_empty()
        {
            let span = self.tok(l).span();
            self.reject(span, "the table of a column cannot be left out between its dots");
        }
        self.expr(Expr::Name(name), self.tok(l).span())
    }

    pub(crate) fn name_star(&mut self, l: u32) -> ExprId {
        let name = self.name_of(l);
        self.expr(Expr::Star(name), self.tok(l).span())
    }

    pub(crate) fn star(&mut self, l: u32) -> ExprId {
        let next = self.toks.get(l as usize + 1);
        let operand = next.is_some_and(|tok| matches!(tok.kind, K::Op | K::In | K::Post))
            || l > 0 && matches!(self.tok(l - 1).kind, K::Op | K::Pre);
        if operand {
            let span = self.tok(l).span();
            self.reject(span, "`*` stands for all columns and is no operand");
        }
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

    pub(crate) fn row_empty(&mut self, l: u32) {
        self.gate(MY, l, "a row of no values");
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
        if self.dialect == Dialect::Mssql && !self.admits_empty_brackets(l) {
            // Behind GROUP BY brackets hold a group.
            self.foreign(MY.or(PG).or(LITE).or(ORA), span, "a row as a value");
        }
        self.expr(Expr::Row { explicit: false, items }, span)
    }

    pub(crate) fn explicit_row(&mut self, m: Mark, l: u32, r: u32) -> ExprId {
        let items = self.close(m);
        let span = self.span(l, r);
        self.expr(Expr::Row { explicit: true, items }, span)
    }

    pub(crate) fn empty_row(&mut self, explicit: bool, l: u32, r: u32) -> ExprId {
        let span = self.span(l, r);
        if !explicit && !self.admits_empty_brackets(l) {
            self.reject(span, "nothing is in these brackets");
        }
        self.expr(Expr::Row { explicit, items: List::EMPTY }, span)
    }

    /// True where `()` says something: all rows as one group.
    fn admits_empty_brackets(&self, l: u32) -> bool {
        self.toks[..l as usize].iter().any(|tok| matches!(tok.kind, K::GroupBy | K::GroupingSets))
    }

    pub(crate) fn exists(&mut self, query: QueryId, l: u32, r: u32) -> ExprId {
        let span = self.span(l, r);
        self.expr(Expr::Exists(query), span)
    }

    /// Checks that ANY or ALL stands behind a comparison; PostgreSQL's operators all compare, for all it knows.
    fn check_quantifier(&mut self, l: u32) {
        let before = self.tok(l.saturating_sub(1));
        let calculates = matches!(
            before.op(),
            Op::Plus | Op::Minus | Op::Star | Op::Slash | Op::Percent | Op::Pipes | Op::And | Op::Or
        );
        if l == 0 || before.kind != K::Op || calculates && !PG.has(self.dialect) {
            let span = self.tok(l).span();
            self.reject(span, "ANY and ALL stand behind a comparison");
        }
    }

    pub(crate) fn quantifier_query(&mut self, query: QueryId, l: u32, r: u32) -> ExprId {
        self.check_quantifier(l);
        let operand = self.subquery(query, l + 1, r);
        let span = self.span(l, r);
        self.expr(Expr::Quantifier { all: self.aux(l) == 1, operand }, span)
    }

    pub(crate) fn quantifier(&mut self, m: Mark, l: u32, r: u32) -> ExprId {
        self.check_quantifier(l);
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
}
