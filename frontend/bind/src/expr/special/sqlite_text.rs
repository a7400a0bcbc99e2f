//! Texts and bytes of SQLite.

use crate::binder::{Binder, Bound};
use crate::expr::CallSite;
use crate::expr::constant::numeric_prefix;
use air::expr::Literal;
use air::types::{CastReason, Type};
use air::{Builtin, Expr, ExprId};

/// Most bytes that are written out.
const BYTES_MAX: i64 = 4096;

/// ZEROBLOB(n): so many zero bytes.
pub(crate) fn zeroblob<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let count = binder.expr(site.args[0])?;
    let Some(count) = binder.air.int_literal(count).filter(|count| *count <= BYTES_MAX) else {
        return binder.no_meaning("ZEROBLOB of a size that is no small constant", site.span);
    };
    let hex = binder.air.push_text(&"00".repeat(count.max(0) as usize));
    Ok(binder.literal_expr(Literal::Bytes { hex }, Type::BYTES, site.span))
}

/// A constant of SQLite, as far as its storage class goes.
enum Held {
    Null,
    Int(i64),
    Real,
    Text(String),
    Blob,
}

/// What an expression of constants holds; `None` where it is none.
fn held(binder: &Binder<'_>, id: ExprId) -> Option<Held> {
    let number = |held: Held| match held {
        Held::Text(text) => {
            let prefix = numeric_prefix(&text);
            match prefix.trim().parse::<i64>() {
                Ok(value) => Held::Int(value),
                Err(_) if prefix.is_empty() => Held::Int(0),
                Err(_) => Held::Real,
            }
        }
        other => other,
    };
    Some(match binder.air.expr(id) {
        Expr::Literal { value } => match value {
            Literal::Null {} => Held::Null,
            Literal::Bool { value } => Held::Int(value.into()),
            Literal::Int { value } => Held::Int(value),
            Literal::Decimal { .. } | Literal::Float { .. } => Held::Real,
            Literal::Text { text } => Held::Text(binder.air.text(text).to_owned()),
            Literal::Bytes { .. } => Held::Blob,
            _ => return None,
        },
        Expr::Cast { operand, to, rule } if rule.reason == CastReason::Implicit && to.is_numeric() => {
            number(held(binder, operand)?)
        }
        Expr::Compare { left, right, .. } => match (held(binder, left)?, held(binder, right)?) {
            (Held::Null, _) | (_, Held::Null) => Held::Null,
            _ => Held::Int(0),
        },
        Expr::Call { op, args, .. } => {
            let args = binder.air.list(args);
            let all: Option<Vec<Held>> = args.iter().map(|&arg| held(binder, arg).map(number)).collect();
            let all = all?;
            if all.iter().any(|held| matches!(held, Held::Null)) {
                return Some(Held::Null);
            }
            let computed = |value: Option<i64>| value.map_or(Held::Real, Held::Int);
            match (op, all.as_slice()) {
                (Builtin::Add, [Held::Int(a), Held::Int(b)]) => computed(a.checked_add(*b)),
                (Builtin::Sub, [Held::Int(a), Held::Int(b)]) => computed(a.checked_sub(*b)),
                (Builtin::Mul, [Held::Int(a), Held::Int(b)]) => computed(a.checked_mul(*b)),
                (Builtin::Neg, [Held::Int(a)]) => computed(a.checked_neg()),
                (Builtin::DivIntOrNull, [Held::Int(_), Held::Int(0)]) => Held::Null,
                (Builtin::DivIntOrNull, [Held::Int(a), Held::Int(b)]) => computed(a.checked_div(*b)),
                (
                    Builtin::Add | Builtin::Sub | Builtin::Mul | Builtin::Neg,
                    [Held::Real] | [Held::Real, Held::Int(_) | Held::Real] | [Held::Int(_), Held::Real],
                ) => Held::Real,
                _ => return None,
            }
        }
        _ => return None,
    })
}

/// TYPEOF(x): of constants it is known, and of what a text makes it depends on the text.
pub(crate) fn type_name<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    if let Some(held) = held(binder, value) {
        let name = match held {
            Held::Null => "null",
            Held::Int(_) => "integer",
            Held::Real => "real",
            Held::Text(_) => "text",
            Held::Blob => "blob",
        };
        return Ok(binder.text(name, site.span));
    }
    if binder.kind_by_text(value) {
        return binder.no_meaning("the type of a number that depends on the text it comes from", site.span);
    }
    Ok(binder.call(Builtin::TypeName, &[value], site.span))
}
