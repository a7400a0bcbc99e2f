//! Row limits written as conditions on the row number before ORDER BY (Oracle's ROWNUM).
//!
//! Law: rows are numbered as they pass the other conditions, so `ROWNUM <= n` keeps any `n` of them, and keeps the
//! first `n` of a derived table in its order where nothing else filters.

use crate::binder::{Binder, Bound};
use crate::codes;
use air::expr::{CompareOp, Expr, Literal};
use air::ids::List;
use air::node::Child;
use air::query::{Limit, Rel, SourceKind};
use air::{Air, Builtin, ExprId, QueryId, RelId, Type};
use air_base::Diagnostic;

/// What became of the conditions on the row number.
pub(crate) struct Numbered {
    /// The conditions that stay.
    pub(crate) filter: Option<ExprId>,
    /// The limit of the block itself: before grouping, ordering and so on.
    pub(crate) limit: Option<Limit>,
}

impl<'a> Binder<'a> {
    /// Takes conditions on the row number out of WHERE.
    pub(crate) fn row_number_limit(&mut self, filter: ExprId, from: Option<RelId>) -> Bound<Numbered> {
        let unchanged = Numbered { filter: Some(filter), limit: None };
        if !self.shape.rownum || !numbers_rows(self.air, filter) {
            return Ok(unchanged);
        }
        let span = self.air.span(filter);
        let terms: Vec<ExprId> = match self.air.expr(filter) {
            Expr::And { terms } => self.air.list(terms).to_vec(),
            _ => vec![filter],
        };
        let mut rest = Vec::new();
        let mut counts = Vec::new();
        let mut never = false;
        for term in terms {
            if !numbers_rows(self.air, term) {
                rest.push(term);
                continue;
            }
            if self.never(term) {
                let value = Literal::Bool { value: false };
                rest.push(self.air.push(Expr::Literal { value }, Type::Bool, false, span));
                never = true;
                continue;
            }
            match self.counted(term) {
                Some(count) => counts.push(count),
                None => {
                    let at = self.air.span(term);
                    let message = "this condition on the row number is not translated";
                    let diagnostic = Diagnostic::error(codes::QUERY_CLAUSE, at, message)
                        .help("ROWNUM is translated in `ROWNUM <= n`, `ROWNUM < n` and `ROWNUM = 1`");
                    return Err(self.refuse_with(diagnostic));
                }
            }
        }
        if never {
            self.ledger.fired("rownum-never", "the first row has number 1, so none has a higher one", span);
            let filter = Some(self.conjunction(&rest, span));
            return Ok(Numbered { filter, limit: None });
        }
        let [count] = counts[..] else {
            let message = "several conditions on the row number are not translated";
            return Err(self.refuse(codes::QUERY_CLAUSE, span, message));
        };
        self.ledger.fired("rownum-limit", "numbering rows as they pass keeps any n of them", span);
        let limit = Limit { count: Some(count), offset: None, percent: false, with_ties: false };
        if rest.is_empty()
            && let Some(inner) = self.unlimited_derived(from)
        {
            self.air.query_mut(inner).limit = Some(limit);
            return Ok(Numbered { filter: None, limit: None });
        }
        let filter = (!rest.is_empty()).then(|| self.conjunction(&rest, span));
        Ok(Numbered { filter, limit: Some(limit) })
    }

    /// True for a condition that asks the first row for a higher number than 1.
    fn never(&self, term: ExprId) -> bool {
        let Expr::Compare { op, left, right, .. } = self.air.expr(term) else { return false };
        let (op, bound) = match (is_row_number(self.air, left), is_row_number(self.air, right)) {
            (true, false) => (op, right),
            (false, true) => (op.flipped(), left),
            _ => return false,
        };
        match (op, self.air.int_literal(bound)) {
            (CompareOp::Gt, Some(number)) => number >= 1,
            (CompareOp::Ge | CompareOp::Eq, Some(number)) => number >= 2,
            _ => false,
        }
    }

    /// The number of rows a condition on the row number keeps.
    fn counted(&mut self, term: ExprId) -> Option<ExprId> {
        let Expr::Compare { op, left, right, .. } = self.air.expr(term) else { return None };
        let (op, bound) = if is_row_number(self.air, left) {
            (op, right)
        } else if is_row_number(self.air, right) {
            (op.flipped(), left)
        } else {
            return None;
        };
        let number = self.air.int_literal(bound);
        let span = self.air.span(bound);
        match (op, number) {
            (CompareOp::Le, Some(number)) => Some(self.count(number.max(0), span)),
            (CompareOp::Lt, Some(number)) => Some(self.count((number - 1).max(0), span)),
            (CompareOp::Eq, Some(1)) => Some(self.count(1, span)),
            (CompareOp::Le, None) => matches!(self.air.expr(bound), Expr::Param { .. }).then_some(bound),
            _ => None,
        }
    }

    fn count(&mut self, value: i64, span: air_base::Span) -> ExprId {
        let value = Literal::Int { value };
        self.air.push(Expr::Literal { value }, Type::I64, false, span)
    }

    /// The query of a FROM that is one derived table without a limit of its own.
    fn unlimited_derived(&self, from: Option<RelId>) -> Option<QueryId> {
        let Rel::Source { source } = self.air.rel(from?) else { return None };
        let SourceKind::Derived { query } = self.air.source(source).kind else { return None };
        let node = self.air.query(query);
        (node.limit.is_none() && node.locking.is_none()).then_some(query)
    }
}

/// True if the expression itself numbers rows; subqueries number their own.
fn numbers_rows(air: &Air, root: ExprId) -> bool {
    let mut stack = vec![Child::Expr(root)];
    let mut found = false;
    while let Some(child) = stack.pop() {
        let Child::Expr(id) = child else { continue };
        found |= is_row_number(air, id);
        air.children(child, &mut |below| stack.push(below));
    }
    found
}

fn is_row_number(air: &Air, id: ExprId) -> bool {
    match air.expr(id) {
        Expr::Call { op, args, .. } => op == Builtin::RowNumberBefore && args == List::EMPTY,
        Expr::Cast { operand, .. } => is_row_number(air, operand),
        _ => false,
    }
}
