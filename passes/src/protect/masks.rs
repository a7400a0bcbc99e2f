//! Masks and row tests as expressions. None of them fails, whatever value it meets.

use air::builtins::Builtin;
use air::expr::{CompareOp, Literal, Modifier, Unit};
use air::protection::{Key, Mask, Period, Plain, RowTest};
use air::types::{Affinity, CastRule};
use air::{Air, Collation, Expr, ExprId, SourceId, Type};
use air_base::Span;

use super::Guard;
use crate::build::Build;
use crate::pass::Refused;

/// Stands for what a partial mask leaves out: always the same length.
const LEFT_OUT: &str = "***";
/// Characters that a shape keeps, as a regular expression has them between brackets.
const KEPT: &str = r" .,:;@+/()_\-";

/// True if a mask shows values of the type as it says; others show NULL.
pub fn fits(mask: &Mask, ty: Type) -> bool {
    fitting(mask, ty) == mask
}

/// The mask for values of a type; NULL shows nothing and fits every type.
pub(super) fn fitting(mask: &Mask, ty: Type) -> &Mask {
    let text = ty.is_text() || ty == Type::Any(Affinity::Text);
    let fits = match mask {
        Mask::Null => true,
        Mask::Bucket(size) => *size > 0 && ty.is_int() && ty != Type::Year,
        Mask::Period(_) => matches!(ty, Type::Date | Type::Timestamp { .. }),
        Mask::Partial(..) | Mask::Shape | Mask::Hash(_) => text,
        Mask::Constant(Plain::Bool(_)) => ty == Type::Bool,
        Mask::Constant(Plain::Int(value)) => match ty {
            Type::Int { bits, unsigned } => {
                let most = i64::MAX >> (64 - u32::from(bits));
                (-most..=most).contains(value) && !(unsigned && *value < 0)
            }
            Type::Number | Type::Float64 => true,
            _ => false,
        },
        Mask::Constant(Plain::Text(value)) => text || literal(value, ty).is_some(),
    };
    if fits { mask } else { &Mask::Null }
}

/// True if `text` is a date or timestamp of the type, in ISO form.
fn literal(text: &str, ty: Type) -> Option<()> {
    let digits = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let date = text.is_ascii()
        && digits(0..4).is_some_and(|year| year > 0)
        && digits(5..7).is_some_and(|month| (1..=12).contains(&month))
        && digits(8..10).is_some_and(|day| (1..=28).contains(&day))
        && (text.get(4..5), text.get(7..8)) == (Some("-"), Some("-"));
    match ty {
        Type::Date => (date && text.len() == 10).then_some(()),
        Type::Timestamp { .. } => (date && text.len() == 19 && &text[10..] == " 00:00:00").then_some(()),
        _ => None,
    }
}

/// What is shown for a column; `value` is it, of type `ty`.
pub(super) fn masked(air: &mut Air, mask: &Mask, value: ExprId) -> ExprId {
    let info = air.info(value);
    let (ty, span) = (info.ty, info.span);
    let shown = super::known::shown(ty);
    let expr = match fitting(mask, ty) {
        Mask::Null => return null(air, shown, span),
        Mask::Constant(plain) => constant(air, plain, shown, span),
        Mask::Bucket(size) => {
            let size = air.int(*size, span);
            let count = air.call(Builtin::DivInt, &[value, size], ty, info.nullable, span);
            return air.call(Builtin::Mul, &[count, size], ty, info.nullable, span);
        }
        Mask::Period(period) => {
            let unit = match period {
                Period::Month => Unit::Month,
                Period::Year => Unit::Year,
            };
            let args = air.push_list(&[value]);
            let call = Expr::Call { op: Builtin::DateTrunc, modifier: Modifier::Unit(unit), args };
            let start = match ty {
                Type::Date => {
                    let start = air.push(call, Type::TIMESTAMP, info.nullable, span);
                    Expr::Cast { operand: start, to: Type::Date, rule: CastRule::IMPLICIT }
                }
                _ => call,
            };
            return air.push(start, ty, info.nullable, span);
        }
        Mask::Partial(start, end) => return partial(air, value, *start, *end, shown),
        Mask::Shape => {
            let digits = replaced(air, value, "[0-9]", "0", shown);
            return replaced(air, digits, &format!("[^0{KEPT}]"), "x", shown);
        }
        Mask::Hash(key) => return hashed(air, value, key, shown),
    };
    if !info.nullable {
        return expr;
    }
    let missing = air.is_null(value, false);
    let nothing = null(air, shown, span);
    let case = air.case(&[(missing, nothing)], Some(expr));
    air.info_mut(case).ty = shown;
    air.info_mut(case).nullable = true;
    case
}

/// NULL that keeps its type on servers that need one.
fn null(air: &mut Air, ty: Type, span: Span) -> ExprId {
    let nothing = air.null(Type::Null, span);
    air.push(Expr::Cast { operand: nothing, to: ty, rule: CastRule::EXPLICIT }, ty, true, span)
}

fn text(air: &mut Air, text: &str, span: Span) -> ExprId {
    let text = air.push_text(text);
    air.push(Expr::Literal { value: Literal::Text { text } }, Type::TEXT, false, span)
}

fn constant(air: &mut Air, plain: &Plain, ty: Type, span: Span) -> ExprId {
    let value = match plain {
        Plain::Bool(value) => Literal::Bool { value: *value },
        Plain::Int(value) => Literal::Int { value: *value },
        Plain::Text(value) => {
            let text = air.push_text(value);
            match ty {
                Type::Date => Literal::Date { text },
                Type::Timestamp { .. } => Literal::Timestamp { text },
                _ => Literal::Text { text },
            }
        }
    };
    air.push(Expr::Literal { value }, ty, false, span)
}

/// `CASE WHEN char_length(x) > a + b THEN concat(left(x, a), '***', right(x, b)) ELSE '***' END`, NULL for NULL.
fn partial(air: &mut Air, value: ExprId, start: u32, end: u32, ty: Type) -> ExprId {
    let info = air.info(value);
    let span = info.span;
    let length = air.call(Builtin::CharLength, &[value], Type::I64, info.nullable, span);
    let shown = air.int(i64::from(start) + i64::from(end), span);
    let longer = air.compare(CompareOp::Gt, length, shown);
    let stars = text(air, LEFT_OUT, span);
    let mut parts = Vec::new();
    if start > 0 {
        let (one, count) = (air.int(1, span), air.int(i64::from(start), span));
        parts.push(air.call(Builtin::SubstringInside, &[value, one, count], ty, info.nullable, span));
    }
    parts.push(stars);
    if end > 0 {
        let count = air.int(i64::from(end), span);
        parts.push(air.call(Builtin::RightClamped, &[value, count], ty, info.nullable, span));
    }
    let shown = match *parts.as_slice() {
        [only] => air.copy(only),
        _ => air.call(Builtin::Concat, &parts, ty, info.nullable, span),
    };
    let short = text(air, LEFT_OUT, span);
    let mut branches = Vec::new();
    if info.nullable {
        let missing = air.is_null(value, false);
        branches.push((missing, null(air, ty, span)));
    }
    branches.push((longer, shown));
    let case = air.case(&branches, Some(short));
    air.info_mut(case).ty = ty;
    air.info_mut(case).nullable = info.nullable;
    case
}

fn replaced(air: &mut Air, value: ExprId, pattern: &str, by: &str, ty: Type) -> ExprId {
    let info = air.info(value);
    let (pattern, by) = (text(air, pattern, info.span), text(air, by, info.span));
    air.call(Builtin::RegexReplaceAll, &[value, pattern, by], ty, info.nullable, info.span)
}

/// SHA-256 of the text between two copies of the key: with one copy in front, digests could be prolonged.
fn hashed(air: &mut Air, value: ExprId, key: &Key, ty: Type) -> ExprId {
    let info = air.info(value);
    let (before, after) = (text(air, &key.0, info.span), text(air, &key.0, info.span));
    let whole = air.call(Builtin::Concat, &[before, value, after], ty, info.nullable, info.span);
    let bits = air.int(256, info.span);
    air.call(Builtin::Sha2, &[whole, bits], ty, info.nullable, info.span)
}

impl Guard<'_> {
    /// A row test over the columns of a source.
    pub(super) fn test(&mut self, test: &RowTest, source: SourceId) -> Result<ExprId, Refused> {
        let span = self.air.source_span(source);
        Ok(match test {
            RowTest::All(tests) | RowTest::Any(tests) => {
                let all = matches!(test, RowTest::All(_));
                let mut terms = Vec::new();
                for test in tests {
                    terms.push(self.test(test, source)?);
                }
                match *terms.as_slice() {
                    [] => self.air.truth(all, span),
                    [one] => one,
                    _ => {
                        let nullable = terms.iter().any(|term| self.air.info(*term).nullable);
                        let terms = self.air.push_list(&terms);
                        let expr = if all { Expr::And { terms } } else { Expr::Or { terms } };
                        self.air.push(expr, Type::Bool, nullable, span)
                    }
                }
            }
            RowTest::Not(test) => {
                let operand = self.test(test, source)?;
                self.air.not(operand)
            }
            RowTest::IsNull { column } => {
                let column = self.tested(source, column)?;
                self.air.is_null(column, false)
            }
            RowTest::Compare { column, op, value } => {
                let column = self.tested(source, column)?;
                let value = self.compared(column, value)?;
                self.air.compare(*op, column, value)
            }
            RowTest::In { column, values } => {
                let column = self.tested(source, column)?;
                let mut items = Vec::new();
                for value in values {
                    items.push(self.compared(column, value)?);
                }
                if items.is_empty() {
                    return Ok(self.air.truth(false, span));
                }
                let nullable = self.air.info(column).nullable;
                let items = self.air.push_list(&items);
                let expr =
                    Expr::InList { operand: column, items, negated: false, collation: Collation::BINARY };
                self.air.push(expr, Type::Bool, nullable, span)
            }
        })
    }

    fn tested(&mut self, source: SourceId, column: &str) -> Result<ExprId, Refused> {
        let span = self.air.source_span(source);
        let columns = self.air.list(self.air.source(source).columns);
        let found = columns.iter().position(|known| self.air.name(known.name).eq_ignore_ascii_case(column));
        match found {
            Some(index) => Ok(self.air.column_of(source, index as u32, span)),
            None => self.refuse(span, "the policy filters rows by a column that the table does not have", ""),
        }
    }

    /// A constant that a column is compared with, of the column's type.
    fn compared(&mut self, column: ExprId, value: &Plain) -> Result<ExprId, Refused> {
        let info = self.air.info(column);
        let fits = match value {
            Plain::Bool(_) => info.ty == Type::Bool,
            Plain::Int(_) => info.ty.is_numeric() || matches!(info.ty, Type::Any(_)),
            Plain::Text(text) => {
                let texts = matches!(info.ty, Type::Any(Affinity::Text | Affinity::Blob));
                info.ty.is_text() || texts || literal(text, info.ty).is_some()
            }
        };
        if !fits {
            let message = "the policy compares a column with a constant of another type";
            return self.refuse(info.span, message, "");
        }
        let ty = match value {
            Plain::Int(_) => Type::I64,
            Plain::Text(_) if !info.ty.is_temporal() => Type::TEXT,
            _ => info.ty,
        };
        Ok(constant(self.air, value, ty, info.span))
    }
}
