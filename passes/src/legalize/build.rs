//! Building AIR inside of rules: nodes that take their span, and unless said otherwise their nullability, from
//! what they replace.

use air::builtins::Builtin;
use air::expr::{Branch, CompareOp, Literal, Modifier};
use air::fidelity::Assume;
use air::types::{CastRule, Collation, Type};
use air::{Expr, ExprId, List};

use crate::pass::Context;

impl Context<'_> {
    /// A new node with the span of `at`.
    pub(super) fn make(&mut self, expr: Expr, ty: Type, nullable: bool, at: ExprId) -> ExprId {
        let span = self.air.span(at);
        self.air.push(expr, ty, nullable, span)
    }

    /// A call; NULL if an argument may be NULL.
    pub(super) fn call(&mut self, op: Builtin, args: &[ExprId], ty: Type, at: ExprId) -> ExprId {
        self.call_with(op, Modifier::None, args, ty, at)
    }

    /// A call with a modifier.
    pub(super) fn call_with(
        &mut self,
        op: Builtin,
        modifier: Modifier,
        args: &[ExprId],
        ty: Type,
        at: ExprId,
    ) -> ExprId {
        let nullable = args.iter().any(|&arg| self.air.info(arg).nullable);
        let args = self.air.push_list(args);
        self.make(Expr::Call { op, modifier, args }, ty, nullable, at)
    }

    /// Makes `id` a call.
    pub(super) fn become_call(&mut self, id: ExprId, op: Builtin, args: &[ExprId]) {
        let args = self.air.push_list(args);
        self.air.set(id, Expr::Call { op, modifier: Modifier::None, args });
    }

    /// Makes `id` what `other` is; the type stays that of `id`.
    pub(super) fn become_copy(&mut self, id: ExprId, other: ExprId) {
        let expr = self.air.expr(other);
        self.air.set(id, expr);
    }

    /// An integer.
    pub(super) fn int(&mut self, value: i64, at: ExprId) -> ExprId {
        let ty = if i32::try_from(value).is_ok() { Type::I32 } else { Type::I64 };
        self.make(Expr::Literal { value: Literal::Int { value } }, ty, false, at)
    }

    /// A text.
    pub(super) fn text(&mut self, text: &str, at: ExprId) -> ExprId {
        let text = self.air.push_text(text);
        self.make(Expr::Literal { value: Literal::Text { text } }, Type::TEXT, false, at)
    }

    /// An exact decimal.
    pub(super) fn decimal(&mut self, digits: &str, at: ExprId) -> ExprId {
        let precision = digits.bytes().filter(u8::is_ascii_digit).count() as u16;
        let scale = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i16);
        let digits = self.air.push_text(digits);
        let value = Literal::Decimal { digits };
        self.make(Expr::Literal { value }, Type::Decimal { precision, scale }, false, at)
    }

    /// NULL.
    pub(super) fn null(&mut self, ty: Type, at: ExprId) -> ExprId {
        self.make(Expr::Literal { value: Literal::Null {} }, ty, true, at)
    }

    /// A conversion that the rewrite needs.
    pub(super) fn cast(&mut self, operand: ExprId, to: Type) -> ExprId {
        let nullable = self.air.info(operand).nullable;
        self.make(Expr::Cast { operand, to, rule: CastRule::IMPLICIT }, to, nullable, operand)
    }

    /// A comparison of anything but texts, or of texts byte by byte.
    pub(super) fn compare(&mut self, op: CompareOp, left: ExprId, right: ExprId) -> ExprId {
        let nullable = self.air.info(left).nullable || self.air.info(right).nullable;
        let expr = Expr::Compare { op, collation: Collation::BINARY, left, right };
        self.make(expr, Type::Bool, nullable, left)
    }

    /// `operand IS [NOT] NULL`.
    pub(super) fn is_null(&mut self, operand: ExprId, negated: bool) -> ExprId {
        self.make(Expr::IsNull { operand, negated }, Type::Bool, false, operand)
    }

    /// A disjunction; one term stands for itself.
    pub(super) fn any_of(&mut self, terms: &[ExprId], at: ExprId) -> ExprId {
        if let [one] = terms {
            return *one;
        }
        let nullable = terms.iter().any(|&term| self.air.info(term).nullable);
        let terms = self.air.push_list(terms);
        self.make(Expr::Or { terms }, Type::Bool, nullable, at)
    }

    /// A searched CASE as a node.
    pub(super) fn case_expr(&mut self, branches: &[(ExprId, ExprId)], otherwise: Option<ExprId>) -> Expr {
        let branches: Vec<Branch> = branches.iter().map(|&(when, then)| Branch { when, then }).collect();
        let branches = self.air.push_list(&branches);
        Expr::Case { operand: None, branches, otherwise, collation: Collation::BINARY }
    }

    /// A searched CASE.
    pub(super) fn case(
        &mut self,
        branches: &[(ExprId, ExprId)],
        otherwise: Option<ExprId>,
        ty: Type,
        at: ExprId,
    ) -> ExprId {
        let expr = self.case_expr(branches, otherwise);
        self.make(expr, ty, true, at)
    }

    /// The builtin and arguments of a call.
    pub(super) fn as_call(&self, id: ExprId) -> Option<(Builtin, List<ExprId>)> {
        match self.air.expr(id) {
            Expr::Call { op, args, .. } => Some((op, args)),
            _ => None,
        }
    }

    /// The arguments of a call, aggregate calls included; a copy, so that the arena may be changed meanwhile.
    pub(super) fn args<const N: usize>(&self, id: ExprId) -> Option<[ExprId; N]> {
        let args = match self.air.expr(id) {
            Expr::Call { args, .. } | Expr::Aggregate { args, .. } => args,
            _ => return None,
        };
        self.air.list(args).try_into().ok()
    }

    /// All arguments of a call, copied.
    pub(super) fn all_args(&self, id: ExprId) -> Vec<ExprId> {
        match self.air.expr(id) {
            Expr::Call { args, .. } | Expr::Aggregate { args, .. } => self.air.list(args).to_vec(),
            _ => Vec::new(),
        }
    }

    /// The text, if `id` is a text literal.
    pub(super) fn text_literal(&self, id: ExprId) -> Option<&str> {
        match self.air.literal(id) {
            Some(Literal::Text { text }) => Some(self.air.text(text)),
            _ => None,
        }
    }

    /// True for NULL.
    pub(super) fn is_null_literal(&self, id: ExprId) -> bool {
        matches!(self.air.literal(id), Some(Literal::Null {}))
    }

    /// True for a literal number other than zero, its sign apart.
    pub(crate) fn is_nonzero_literal(&self, id: ExprId) -> bool {
        match self.air.expr(id) {
            Expr::Literal { value: Literal::Int { value } } => value != 0,
            Expr::Literal { value: Literal::Decimal { digits } | Literal::Float { digits } } => {
                let mantissa = self.air.text(digits).split(['e', 'E']).next().unwrap_or("");
                mantissa.bytes().any(|b| matches!(b, b'1'..=b'9'))
            }
            Expr::Call { op: Builtin::Neg, args, .. } => self.is_nonzero_literal(self.air.at(args, 0)),
            Expr::Cast { operand, to, .. } if to.is_numeric() => {
                // A cast to an integer may round to zero.
                self.is_nonzero_literal(operand) && (self.air.ty(operand).is_int() || !to.is_int())
            }
            _ => false,
        }
    }

    /// The signed integer, if `id` is a literal one or the negation of one.
    pub(super) fn int_value(&self, id: ExprId) -> Option<i64> {
        match self.air.expr(id) {
            Expr::Literal { value: Literal::Int { value } } => Some(value),
            Expr::Call { op: Builtin::Neg, args, .. } => self.int_value(self.air.at(args, 0))?.checked_neg(),
            Expr::Cast { operand, to, .. } if to.is_int() => self.int_value(operand),
            _ => None,
        }
    }

    /// True where the arguments of the call show that what its spelling assumes holds.
    pub(crate) fn holds(&self, kind: Assume, id: ExprId) -> bool {
        let args = match self.air.expr(id) {
            Expr::Call { args, .. } | Expr::Aggregate { args, .. } => self.air.list(args),
            _ => return false,
        };
        match kind {
            Assume::NonZeroDivisor => args.get(1).is_some_and(|&divisor| self.is_nonzero_literal(divisor)),
            Assume::AsciiText => {
                args.iter().all(|&arg| self.text_literal(arg).is_some_and(|text| text.is_ascii()))
            }
            _ => false,
        }
    }

    /// What the expression is called in messages: its column, or nothing.
    pub(crate) fn subject(&self, id: ExprId) -> String {
        match self.air.expr(id) {
            Expr::Column { source, index, .. } => {
                let column = self.air.column(source, index);
                let table = self.air.source(source).alias;
                let (table, name) = (self.air.name(table), self.air.name(column.name));
                if table.is_empty() { name.to_owned() } else { [table, name].join(".") }
            }
            Expr::Call { args, .. } | Expr::Aggregate { args, .. } if !args.is_empty() => {
                self.subject(self.air.at(args, 0))
            }
            Expr::Cast { operand, .. } => self.subject(operand),
            _ => "an expression".to_owned(),
        }
    }
}
