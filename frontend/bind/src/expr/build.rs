//! Making expressions: types and nullability by the signatures of builtins.

use crate::binder::{Binder, Bound};
use crate::dialects::CollationConflict;
use air::builtins::{Class, Nulls, Returns, Volatility};
use air::expr::{Branch, CompareOp, Expr, Literal, Modifier, Unit};
use air::ids::List;
use air::node::Child;
use air::types::{CastRule, Collation, CollationStrength, TextKind, TextType, Type};
use air::{Builtin, ExprId};
use air_base::Span;

impl<'a> Binder<'a> {
    /// Type of a text that is no column's: it compares as whatever it meets.
    pub(crate) fn text_type(&self) -> Type {
        Type::Text(TextType {
            kind: TextKind::Unbounded,
            length: 0,
            collation: self.profile.settings.collation,
            strength: CollationStrength::Coercible,
        })
    }

    /// A constant.
    pub(crate) fn literal_expr(&mut self, value: Literal, ty: Type, span: Span) -> ExprId {
        let nullable = matches!(value, Literal::Null {});
        self.air.push(Expr::Literal { value }, ty, nullable, span)
    }

    /// An integer constant.
    pub(crate) fn int(&mut self, value: i64, span: Span) -> ExprId {
        let ty = (self.meaning.numbers.int_literal)(i128::from(value)).unwrap_or(Type::I64);
        self.literal_expr(Literal::Int { value }, ty, span)
    }

    /// A text constant.
    pub(crate) fn text(&mut self, text: &str, span: Span) -> ExprId {
        let text = self.air.push_text(text);
        let ty = self.text_type();
        self.literal_expr(Literal::Text { text }, ty, span)
    }

    /// NULL of a type.
    pub(crate) fn null(&mut self, ty: Type, span: Span) -> ExprId {
        self.literal_expr(Literal::Null {}, ty, span)
    }

    /// TRUE or FALSE.
    pub(crate) fn truth(&mut self, value: bool, span: Span) -> ExprId {
        self.literal_expr(Literal::Bool { value }, Type::Bool, span)
    }

    /// The text of a text literal.
    pub(crate) fn text_literal(&self, id: ExprId) -> Option<&str> {
        match self.air.literal(id) {
            Some(Literal::Text { text }) => Some(self.air.text(text)),
            _ => None,
        }
    }

    /// True for the literal NULL.
    pub(crate) fn is_null_literal(&self, id: ExprId) -> bool {
        matches!(self.air.literal(id), Some(Literal::Null {}))
    }

    /// A call whose type follows from the signature.
    pub(crate) fn call(&mut self, op: Builtin, args: &[ExprId], span: Span) -> ExprId {
        let ty = self.result_type(op, args);
        self.call_with(op, Modifier::None, args, ty, span)
    }

    /// A call of a given type.
    pub(crate) fn call_as(&mut self, op: Builtin, args: &[ExprId], ty: Type, span: Span) -> ExprId {
        self.call_with(op, Modifier::None, args, ty, span)
    }

    /// A call with a date unit.
    pub(crate) fn call_unit(
        &mut self,
        op: Builtin,
        unit: Unit,
        args: &[ExprId],
        ty: Type,
        span: Span,
    ) -> ExprId {
        self.call_with(op, Modifier::Unit(unit), args, ty, span)
    }

    /// A call with everything said.
    pub(crate) fn call_with(
        &mut self,
        op: Builtin,
        modifier: Modifier,
        args: &[ExprId],
        ty: Type,
        span: Span,
    ) -> ExprId {
        let nullable = self.call_nullable(op, args);
        let modifier = if modifier == Modifier::None { self.collation_modifier(op, args) } else { modifier };
        let args = self.air.push_list(args);
        self.air.push(Expr::Call { op, modifier, args }, ty, nullable, span)
    }

    fn call_nullable(&self, op: Builtin, args: &[ExprId]) -> bool {
        let nullable = |id: &ExprId| self.air.info(*id).nullable;
        match op.signature().nulls {
            Nulls::Never => false,
            Nulls::Strict => args.iter().any(nullable),
            Nulls::Own => match op {
                Builtin::Coalesce | Builtin::GreatestSkipNulls | Builtin::LeastSkipNulls => {
                    args.iter().all(nullable)
                }
                Builtin::ConcatWs => args.first().is_some_and(nullable),
                _ => true,
            },
        }
    }

    /// Searching builtins say how texts compare.
    fn collation_modifier(&self, op: Builtin, args: &[ExprId]) -> Modifier {
        use Builtin::*;
        let by_collation = match op {
            Field | StrCmp | NullIf | Greatest | Least | GreatestSkipNulls | LeastSkipNulls => true,
            Position | PositionFrom | FindInSet => self.meaning.texts.search_collated,
            Replace => self.meaning.texts.replace_collated,
            RegexMatch => self.meaning.texts.regexp_operator,
            _ => return Modifier::None,
        };
        if !by_collation {
            return match op {
                Position | PositionFrom | FindInSet | Replace | RegexMatch => {
                    Modifier::Collation(Collation::BINARY)
                }
                _ => Modifier::None,
            };
        }
        match self.strongest_collation(args) {
            Some(collation) => Modifier::Collation(collation),
            None => Modifier::None,
        }
    }

    /// The collation of the most binding text among the arguments.
    pub(crate) fn strongest_collation(&self, args: &[ExprId]) -> Option<Collation> {
        let texts = args.iter().filter_map(|id| match self.air.ty(*id) {
            Type::Text(text) => Some(text),
            _ => None,
        });
        // The first of the strongest: `max_by_key` would take the last. Where it wins, the one of bytes.
        let exact_wins = self.meaning.texts.collation_conflict == CollationConflict::ExactWins;
        let exact = |text: &TextType| exact_wins && Collation { pad: false, ..text.collation }.is_exact();
        texts.rev().max_by_key(|text| (text.strength, exact(text))).map(|text| text.collation)
    }

    /// Type of a result by the signature.
    pub(crate) fn result_type(&self, op: Builtin, args: &[ExprId]) -> Type {
        let first = || args.first().map_or(Type::Unknown, |id| self.air.ty(*id));
        match op.signature().returns {
            Returns::Type(Type::Text(_)) | Returns::Text => self.text_result(args),
            Returns::Type(ty) => ty,
            Returns::Given => first(),
            Returns::Same => match first() {
                Type::Text(text)
                    if op.signature().class == Class::Scalar
                        && text.strength != CollationStrength::Explicit
                        && !self.meaning.texts.results_collated =>
                {
                    self.text_type()
                }
                Type::Text(text) => Type::Text(shaped(op, text)),
                Type::Null | Type::Unknown | Type::Any(_) if text_op(op) => self.text_type(),
                other => other,
            },
            Returns::Unify => {
                // The arguments have been brought together, so each pair has a common type.
                let types = args.iter().map(|id| self.air.ty(*id));
                types
                    .reduce(|known, ty| self.common_type(known, ty).unwrap_or(known))
                    .unwrap_or(Type::Unknown)
            }
        }
    }

    /// Type of a text made of the arguments.
    pub(crate) fn text_result(&self, args: &[ExprId]) -> Type {
        let texts = args.iter().filter_map(|id| match self.air.ty(*id) {
            Type::Text(text) => Some(text),
            _ => None,
        });
        match texts.rev().max_by_key(|text| text.strength) {
            Some(text)
                if text.strength != CollationStrength::Explicit && !self.meaning.texts.results_collated =>
            {
                self.text_type()
            }
            Some(text) => Type::Text(TextType { kind: TextKind::Unbounded, length: 0, ..text }),
            None => self.text_type(),
        }
    }

    /// A conversion node.
    pub(crate) fn cast(&mut self, operand: ExprId, to: Type, rule: CastRule) -> ExprId {
        let mut operand = operand;
        let info = self.air.info(operand);
        // Its value, every bit of it, not the digits it is shown with.
        if info.ty == Type::Float32
            && to.is_decimal()
            && !self.meaning.numbers.single_by_digits
            && self.air.literal(operand).is_none()
        {
            let wide = Expr::Cast { operand, to: Type::Float64, rule: CastRule::IMPLICIT };
            operand = self.air.push(wide, Type::Float64, info.nullable, info.span);
        }
        let nullable = info.nullable || rule.failure == air::types::CastFailure::Null;
        self.air.push(Expr::Cast { operand, to, rule }, to, nullable, info.span)
    }

    /// A searched CASE.
    pub(crate) fn case(
        &mut self,
        branches: &[(ExprId, ExprId)],
        otherwise: Option<ExprId>,
        ty: Type,
        span: Span,
    ) -> ExprId {
        let nullable = otherwise.is_none_or(|id| self.air.info(id).nullable)
            || branches.iter().any(|(_, then)| self.air.info(*then).nullable);
        let branches: Vec<Branch> =
            branches.iter().map(|(when, then)| Branch { when: *when, then: *then }).collect();
        let branches = self.air.push_list(&branches);
        let collation = Collation::BINARY;
        self.air.push(Expr::Case { operand: None, branches, otherwise, collation }, ty, nullable, span)
    }

    /// `left op right` of values that are comparable already.
    pub(crate) fn compare(
        &mut self,
        op: CompareOp,
        left: ExprId,
        right: ExprId,
        collation: Collation,
        span: Span,
    ) -> ExprId {
        let never_null = matches!(op, CompareOp::Same | CompareOp::NotSame);
        let nullable = !never_null && (self.air.info(left).nullable || self.air.info(right).nullable);
        self.air.push(Expr::Compare { op, collation, left, right }, Type::Bool, nullable, span)
    }

    /// `NOT operand`.
    pub(crate) fn not(&mut self, operand: ExprId, span: Span) -> ExprId {
        let nullable = self.air.info(operand).nullable;
        self.air.push(Expr::Not { operand }, Type::Bool, nullable, span)
    }

    /// `a OR b …` of booleans.
    pub(crate) fn disjunction(&mut self, terms: &[ExprId], span: Span) -> ExprId {
        match terms {
            [one] => *one,
            terms => {
                let nullable = terms.iter().any(|term| self.air.info(*term).nullable);
                let terms = self.air.push_list(terms);
                self.air.push(Expr::Or { terms }, Type::Bool, nullable, span)
            }
        }
    }

    /// `operand IS [NOT] NULL`.
    pub(crate) fn is_null(&mut self, operand: ExprId, negated: bool, span: Span) -> ExprId {
        self.air.push(Expr::IsNull { operand, negated }, Type::Bool, false, span)
    }

    /// The same value at a second place. Subqueries stand at one place only, and a volatile value would be
    /// another one there, so both are refused.
    pub(crate) fn twice(&mut self, id: ExprId) -> Bound<ExprId> {
        let mut stack = vec![Child::Expr(id)];
        let mut once = false;
        while let Some(child) = stack.pop() {
            match child {
                Child::Expr(at) => {
                    if let Expr::Call { op, .. } = self.air.expr(at) {
                        once |= op.signature().volatility == Volatility::Volatile;
                    }
                    self.air.children(child, &mut |below| stack.push(below));
                }
                _ => once = true,
            }
        }
        if once {
            let span = self.air.span(id);
            return self
                .no_meaning("a subquery or a changing value that would have to be evaluated twice", span);
        }
        Ok(self.air.copy(id))
    }

    /// The same value under another type: what it compares by changes, the value does not.
    pub(crate) fn retyped(&mut self, id: ExprId, ty: Type) -> ExprId {
        let copy = self.air.copy(id);
        self.air.info_mut(copy).ty = ty;
        copy
    }

    /// The arguments of a call.
    pub(crate) fn args_of(&self, args: List<ExprId>) -> Vec<ExprId> {
        self.air.list(args).to_vec()
    }
}

/// Builtins whose first argument is text, whatever its type is known to be.
fn text_op(op: Builtin) -> bool {
    use Builtin::*;
    matches!(
        op,
        Lower
            | Upper
            | LowerAscii
            | UpperAscii
            | Initcap
            | Trim
            | TrimStart
            | TrimEnd
            | Substring
            | SubstringFromEnd
            | SubstringSqlite
            | SubstringOracle
            | Left
            | Right
            | LeftClamped
            | RightClamped
            | Replace
            | Reverse
            | Repeat
            | PadLeft
            | PadRight
    )
}

/// What a builtin does to the bound of a text.
fn shaped(op: Builtin, text: TextType) -> TextType {
    use Builtin::*;
    match op {
        Lower | Upper | LowerAscii | UpperAscii | Initcap | Reverse | Coalesce | NullIf | Min | Max
        | AnyValue | FirstValue | LastValue | NthValue => text,
        Trim | TrimText | TrimStart | TrimStartText | TrimEnd | TrimEndText | Substring
        | SubstringFromEnd | SubstringSqlite | SubstringOracle | Left | Right | LeftClamped
        | RightClamped | SplitPart | SubstringIndex => {
            let kind = if text.kind == TextKind::Fixed { TextKind::Varying } else { text.kind };
            TextType { kind, ..text }
        }
        _ => TextType { kind: TextKind::Unbounded, length: 0, ..text },
    }
}
