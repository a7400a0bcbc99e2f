//! Numbers: rounding by the kind of the argument, modulo, quotients of integers.

use crate::binder::{Binder, Bound};
use crate::dialects::{Arith, Want};
use crate::expr::CallSite;
use air::types::{CastRule, Rounding, Type};
use air::{Builtin, Expr, ExprId, Literal};

/// MOD(a, b), as the operator.
pub(crate) fn modulo<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    binder.arithmetic(Arith::Mod, args[0], args[1], site.span)
}

/// ROUND: exact numbers round half away from zero, floats half to even.
pub(crate) fn round_by_kind<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Num, Want::Int])?;
    let ty = binder.air.ty(args[0]);
    let float = ty.is_float() || (ty.is_int() && args.len() == 1 && binder.meaning.conversions.true_booleans);
    let op = if ty.is_float() { Builtin::RoundHalfEven } else { Builtin::Round };
    let ty = if float { Type::Float64 } else { scaled(binder, ty, args.get(1).copied()) };
    Ok(binder.call_as(op, &args, ty, site.span))
}

/// TRUNCATE, TRUNC.
pub(crate) fn truncate<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Num, Want::Int])?;
    let ty = binder.air.ty(args[0]);
    let ty = match ty {
        Type::Float32 | Type::Float64 => Type::Float64,
        ty if ty.is_int() && args.len() == 1 && binder.meaning.conversions.true_booleans => Type::Float64,
        ty => scaled(binder, ty, args.get(1).copied()),
    };
    Ok(binder.call_as(Builtin::Trunc, &args, ty, site.span))
}

/// Type of an exact number brought to so many decimals.
fn scaled(binder: &Binder<'_>, ty: Type, decimals: Option<ExprId>) -> Type {
    let wanted = match decimals {
        None => Some(0),
        Some(decimals) => binder.air.int_literal(decimals),
    };
    match (ty, wanted) {
        (Type::Decimal { precision, scale }, Some(wanted)) => {
            let wanted = wanted.clamp(0, 30) as i16;
            let whole = i32::from(precision) - i32::from(scale) + 1;
            let precision = (whole + i32::from(wanted)).clamp(1, 1000) as u16;
            Type::Decimal { precision, scale: wanted }
        }
        (Type::Int { .. }, Some(wanted)) if wanted > 0 && binder.meaning.conversions.true_booleans => {
            Type::Decimal { precision: (20 + wanted.clamp(0, 30)) as u16, scale: wanted.clamp(0, 30) as i16 }
        }
        (Type::Null, _) => Type::Float64,
        (ty, _) => ty,
    }
}

/// T-SQL's ROUND keeps the type of its argument; a third argument other than 0 cuts.
pub(crate) fn round_tsql<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Num, Want::Int, Want::Int])?;
    let cuts = match args.get(2) {
        None => false,
        Some(mode) => match binder.air.int_literal(*mode) {
            Some(mode) => mode != 0,
            None => return binder.no_meaning("ROUND with a mode that is no constant", site.span),
        },
    };
    let ty = binder.air.ty(args[0]);
    let op = if cuts { Builtin::Trunc } else { Builtin::Round };
    Ok(binder.call_as(op, &args[..2], ty, site.span))
}

/// PostgreSQL's div(): the quotient of numerics, cut.
pub(crate) fn div_postgres<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Num])?;
    let ty = Type::Decimal { precision: 38, scale: 0 };
    Ok(binder.call_as(Builtin::DivInt, &args, ty, site.span))
}

/// SQUARE(x): x * x as a float.
pub(crate) fn square<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Float])?;
    let two = binder.int(2, site.span);
    Ok(binder.call_as(Builtin::Power, &[args[0], two], Type::Float64, site.span))
}

/// BITAND of Oracle.
pub(crate) fn bit_and<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = binder.wanted_args(site, &[Want::Num])?;
    for arg in &mut args {
        if binder.air.int_literal(*arg).is_none() {
            let rule = CastRule { rounding: Rounding::Truncate, ..CastRule::IMPLICIT };
            *arg = binder.cast(*arg, Type::I64, rule);
        }
    }
    Ok(binder.call_as(Builtin::BitAnd, &args, Type::I64, site.span))
}

/// CONV(n, from, to): the number is read as text.
pub(crate) fn conv<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    let text = binder.as_text(args[0])?;
    let from = binder.argument(args[1], Want::Int)?;
    let to = binder.argument(args[2], Want::Int)?;
    for base in [from, to] {
        match binder.air.int_literal(base) {
            Some(2..=36) => {}
            Some(-36..=-2) => return binder.no_meaning("CONV with a signed base", site.span),
            Some(_) => {
                let ty = binder.text_type();
                return Ok(binder.null(ty, site.span));
            }
            None => return binder.no_meaning("CONV with a base that is no constant", site.span),
        }
    }
    // A negative number counts as 64 bits, as which it is shown to other bases by itself.
    let whole = matches!(binder.air.ty(args[0]), Type::Int { unsigned: false, .. })
        && !matches!(binder.air.literal(args[0]), Some(Literal::Int { value: 0.. }));
    if whole && binder.air.int_literal(from) == Some(10) {
        let op = match binder.air.int_literal(to) {
            Some(16) => Some(Builtin::HexOfInt),
            Some(2) => Some(Builtin::BinOfInt),
            Some(8) => Some(Builtin::OctOfInt),
            _ => None,
        };
        if let Some(op) = op {
            return Ok(binder.call(op, &args[..1], site.span));
        }
    }
    // Nothing is no number (MariaDB).
    if !binder.air.ty(args[0]).is_int() {
        let empty = binder.text("", site.span);
        let ty = binder.text_type();
        let tested = binder.twice(text)?;
        let none =
            binder.compare(air::expr::CompareOp::Eq, tested, empty, air::types::Collation::BINARY, site.span);
        let digits = binder.call(Builtin::ToBase, &[text, from, to], site.span);
        let null = binder.null(ty, site.span);
        return Ok(binder.case(&[(none, null)], Some(digits), ty, site.span));
    }
    let text = args[0];
    Ok(binder.call(Builtin::ToBase, &[text, from, to], site.span))
}

/// SQLite's ROUND: a float, and a negative number of decimals counts as none.
pub(crate) fn round_no_tens<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = binder.wanted_args(site, &[Want::Float, Want::Int])?;
    if let Some(&digits) = args.get(1) {
        match binder.air.expr(digits) {
            Expr::Literal { value: Literal::Int { value: 0.. } | Literal::Null {} } => {}
            Expr::Literal { value: Literal::Int { .. } } => args.truncate(1),
            Expr::Call { op: Builtin::Neg, args: negated, .. }
                if matches!(
                    binder.air.literal(binder.air.at(negated, 0)),
                    Some(Literal::Int { value: 0.. })
                ) =>
            {
                args.truncate(1);
            }
            _ => {
                let zero = binder.int(0, site.span);
                args[1] = binder.call_as(Builtin::Greatest, &[digits, zero], Type::I64, site.span);
            }
        }
    }
    Ok(binder.call_as(Builtin::Round, &args, Type::Float64, site.span))
}
