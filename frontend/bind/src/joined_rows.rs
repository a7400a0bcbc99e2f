//! `FOR XML PATH('')` over one nameless text: the texts of the rows, one after the other (T-SQL).

use crate::binder::{Binder, Bound};
use crate::codes;
use air::expr::{Expr, Literal, OrderKey};
use air::ids::List;
use air::node::Child;
use air::query::{Body, Distinct, Item, Output};
use air::types::Collation;
use air::{Builtin, ExprId, QueryId};
use air_base::Span;
use airc_grammar::tree::{self, TrailerKind};

/// How the texts of rows are joined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Joined {
    /// As XML: `&`, `<` and `>` are escaped.
    Escaped,
    /// As the value of XML: as they are.
    Plain,
}

/// What is escaped in the text of an element, `&` first.
const ESCAPES: [(&str, &str); 3] = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")];

impl<'a> Binder<'a> {
    /// The form in which a clause at the end of a query joins the texts of its rows; `None` for other clauses.
    pub(crate) fn joining(&self, node: &tree::Query) -> Option<(Joined, Span)> {
        let [trailer] = self.tree.list(node.trailers) else { return None };
        match trailer.kind {
            TrailerKind::ForXmlRows => Some((Joined::Escaped, trailer.span)),
            TrailerKind::ForXmlRowsTyped => Some((Joined::Plain, trailer.span)),
            _ => None,
        }
    }

    /// Law: the texts of rows one after the other, NULLs left out, are the aggregate that joins them with nothing.
    pub(crate) fn join_rows(&mut self, query: QueryId, form: Joined, span: Span) -> Bound<QueryId> {
        let known = *self.air.query(query);
        let item = match known.body {
            Body::Select { select } if known.limit.is_none() => {
                let block = self.air.select(select);
                let plain = matches!(block.distinct, Distinct::All {})
                    && block.group.is_none()
                    && block.having.is_none()
                    && block.qualify.is_none();
                match (self.air.list(block.items), self.air.list(block.outputs)) {
                    (&[Item::Expr { expr, .. }], &[output]) if plain => {
                        let name = self.air.name(output.name);
                        let nameless = name.is_empty() || name.eq_ignore_ascii_case("text()");
                        (nameless && output.ty.is_text() && self.is_by_row(expr)).then_some((select, expr))
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        let Some((select, expr)) = item else {
            let message = "FOR XML is translated over one text without a name, of single rows";
            return Err(self.refuse(codes::QUERY_CLAUSE, span, message));
        };
        let mut order: Vec<OrderKey> = self.air.list(known.order).to_vec();
        for key in &mut order {
            if let Expr::Output { .. } = self.air.expr(key.expr) {
                key.expr = self.air.copy(expr);
            }
        }
        let mut value = expr;
        if form == Joined::Escaped {
            // What every text begins with is escaped by hand, so that it stays in sight.
            value = match self.led(expr) {
                Some((lead, rest)) if !ESCAPES.iter().any(|(letter, _)| lead.contains(letter)) => {
                    let rest = self.escaped(rest, span);
                    let lead = self.text(&lead, span);
                    self.call(Builtin::Concat, &[lead, rest], span)
                }
                _ => self.escaped(expr, span),
            };
        }
        let ty = self.air.ty(expr);
        let nothing = self.text("", span);
        let args = self.air.push_list(&[value, nothing]);
        let order = self.air.push_list(&order);
        let list = Expr::Aggregate {
            op: Builtin::StringAgg,
            distinct: false,
            args,
            order,
            filter: None,
            collation: ty.collation().unwrap_or(Collation::BINARY),
        };
        let list = self.air.push(list, ty, true, span);
        let items = self.air.push_list(&[Item::Expr { expr: list, alias: None }]);
        let name = self.plain_name("");
        let outputs = self.air.push_list(&[Output { name, ty, nullable: true }]);
        let block = self.air.select_mut(select);
        (block.items, block.outputs) = (items, outputs);
        self.air.query_mut(query).order = List::EMPTY;
        self.ledger.fired(
            "rows-joined",
            "texts of rows one after the other are the aggregate that joins them",
            span,
        );
        Ok(query)
    }

    fn escaped(&mut self, text: ExprId, span: Span) -> ExprId {
        let mut text = text;
        for (letter, escape) in ESCAPES {
            let (letter, escape) = (self.text(letter, span), self.text(escape, span));
            text = self.call(Builtin::Replace, &[text, letter, escape], span);
        }
        text
    }

    /// A text that begins with a constant: the constant and what comes behind it.
    fn led(&mut self, text: ExprId) -> Option<(String, ExprId)> {
        let Expr::Call { op: Builtin::Concat, modifier, args } = self.air.expr(text) else { return None };
        let &[first, second] = self.air.list(args) else { return None };
        if let Some(lead) = self.text_literal(first) {
            return (!lead.is_empty()).then(|| (lead.to_owned(), second));
        }
        let (lead, rest) = self.led(first)?;
        let info = self.air.info(text);
        let args = self.air.push_list(&[rest, second]);
        let rest = self.air.push(
            Expr::Call { op: Builtin::Concat, modifier, args },
            info.ty,
            info.nullable,
            info.span,
        );
        Some((lead, rest))
    }

    /// STUFF(list, 1, n, '') of a list of which every text begins with the same n letters.
    ///
    /// Law: texts led by a separator, one after the other, without the first separator, are the texts with the
    /// separator between them.
    pub(crate) fn list_without_lead(&mut self, args: &[ExprId]) -> Option<ExprId> {
        let &[list, start, length, with] = args else { return None };
        let Expr::Scalar { query, .. } = self.air.expr(list) else { return None };
        if !matches!(self.air.literal(start), Some(Literal::Int { value: 1 }))
            || self.text_literal(with) != Some("")
        {
            return None;
        }
        let Some(Literal::Int { value: length }) = self.air.literal(length) else { return None };
        let Body::Select { select } = self.air.query(query).body else { return None };
        let &[Item::Expr { expr, .. }] = self.air.list(self.air.select(select).items) else { return None };
        let Expr::Aggregate { op: Builtin::StringAgg, distinct, args, order, filter, collation } =
            self.air.expr(expr)
        else {
            return None;
        };
        let &[value, separator] = self.air.list(args) else { return None };
        if self.text_literal(separator) != Some("") {
            return None;
        }
        let (lead, rest) = self.led(value)?;
        if i64::try_from(lead.chars().count()) != Ok(length) {
            return None;
        }
        let separator = self.text(&lead, self.air.span(separator));
        let args = self.air.push_list(&[rest, separator]);
        let op = Builtin::StringAgg;
        self.air.set(expr, Expr::Aggregate { op, distinct, args, order, filter, collation });
        Some(list)
    }

    /// True for what is computed of one row: no aggregate, no window.
    fn is_by_row(&self, expr: ExprId) -> bool {
        let mut stack = vec![Child::Expr(expr)];
        while let Some(child) = stack.pop() {
            match child {
                Child::Expr(id) => {
                    if matches!(self.air.expr(id), Expr::Aggregate { .. } | Expr::Window { .. }) {
                        return false;
                    }
                }
                Child::Query(_) => continue,
                _ => {}
            }
            self.air.children(child, &mut |child| stack.push(child));
        }
        true
    }
}
