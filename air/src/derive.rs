//! Type and nullability that follow from a node and its parts: what the text form leaves out.
//!
//! A convention of notation, not a type checker: the binder decides types by the source dialect's rules,
//! and where it decided otherwise the text form says so.

use crate::Air;
use crate::builtins::{Builtin, Nulls, Returns};
use crate::expr::CompareOp;
use crate::expr::{Expr, Literal};
use crate::form::TypeNote;
use crate::ids::{ExprId, List, QueryId};
use crate::query::Body;
use crate::types::{CastFailure, Element, IntervalKind, TextType, Type};

/// What a reader takes `expr` to be where nothing is said.
pub(crate) fn derive(air: &Air, expr: &Expr) -> TypeNote {
    let any_nullable = |ids: &[ExprId]| ids.iter().any(|id| air.info(*id).nullable);
    let bool_of = |ids: &[ExprId]| (Type::Bool, any_nullable(ids));
    let (ty, nullable) = match *expr {
        Expr::Literal { value } => (literal_type(air, value), matches!(value, Literal::Null {})),
        Expr::Column { source, index, .. } => {
            match air.list(air.source(source).columns).get(index as usize) {
                Some(column) => (column.ty, column.nullable),
                None => (Type::Unknown, true),
            }
        }
        Expr::Param { param } => (air.params.get(param.index()).map_or(Type::Unknown, |p| p.ty), true),
        Expr::Call { op, args, .. } | Expr::Aggregate { op, args, .. } => builtin_type(air, op, args),
        Expr::And { terms } | Expr::Or { terms } => bool_of(air.list(terms)),
        Expr::Not { operand } => bool_of(&[operand]),
        Expr::Compare { op: CompareOp::Same | CompareOp::NotSame, .. }
        | Expr::IsNull { .. }
        | Expr::IsTruth { .. }
        | Expr::Exists { .. } => (Type::Bool, false),
        Expr::Compare { left, right, .. } => bool_of(&[left, right]),
        Expr::Between { operand, low, high, .. } => bool_of(&[operand, low, high]),
        Expr::InList { operand, items, .. } => {
            (Type::Bool, any_nullable(&[operand]) || any_nullable(air.list(items)))
        }
        Expr::InQuery { .. } | Expr::Quantified { .. } => (Type::Bool, true),
        Expr::Like { operand, pattern, escape, .. } => {
            (Type::Bool, any_nullable(&[operand, pattern]) || escape.is_some_and(|e| air.info(e).nullable))
        }
        Expr::Case { branches, otherwise, .. } => {
            let mut ty = Type::Null;
            let mut nullable = otherwise.is_none();
            for then in air.list(branches).iter().map(|branch| branch.then).chain(otherwise) {
                let info = air.info(then);
                nullable |= info.nullable;
                if ty == Type::Null {
                    ty = info.ty;
                }
            }
            (ty, nullable)
        }
        Expr::Cast { operand, to, rule } => {
            (to, air.info(operand).nullable || rule.failure == CastFailure::Null)
        }
        Expr::Window { call, .. } => (air.ty(call), air.info(call).nullable),
        Expr::Scalar { query, .. } => (scalar_type(air, query), true),
        Expr::Row { .. } => (Type::Row, false),
        Expr::Array { .. } => (Type::Array(Element::Unknown), false),
        Expr::Sequence { .. } => (Type::I64, false),
        Expr::Output { .. } | Expr::UserCall { .. } | Expr::Default {} => (Type::Unknown, true),
    };
    TypeNote { ty, nullable }
}

fn literal_type(air: &Air, literal: Literal) -> Type {
    match literal {
        Literal::Null {} => Type::Null,
        Literal::Bool { .. } => Type::Bool,
        Literal::Int { value } => {
            if i32::try_from(value).is_ok() {
                Type::I32
            } else {
                Type::I64
            }
        }
        Literal::Decimal { digits } => {
            let digits = air.text(digits).trim_start_matches(['-', '+']);
            let scale = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
            let whole = digits.split('.').next().unwrap_or("").trim_start_matches('0').len();
            match (u16::try_from(whole + scale), i16::try_from(scale)) {
                (Ok(precision), Ok(scale)) => Type::Decimal { precision: precision.max(1), scale },
                _ => Type::Number,
            }
        }
        Literal::Float { .. } => Type::Float64,
        Literal::Text { .. } => Type::TEXT,
        Literal::Bytes { .. } => Type::BYTES,
        Literal::Bits { digits } => Type::Bits { length: air.text(digits).len() as u32, varying: false },
        Literal::Date { .. } => Type::Date,
        Literal::Time { .. } => Type::Time { precision: 6, zone: false },
        Literal::Timestamp { .. } => Type::TIMESTAMP,
        Literal::Interval { .. } => Type::Interval(IntervalKind::Mixed),
    }
}

fn builtin_type(air: &Air, op: Builtin, args: List<ExprId>) -> (Type, bool) {
    let signature = op.signature();
    let args = air.list(args);
    let ty = match signature.returns {
        Returns::Given => Type::Unknown,
        Returns::Same => args.first().map_or(Type::Unknown, |arg| air.ty(*arg)),
        Returns::Unify => {
            args.iter().map(|arg| air.ty(*arg)).find(|ty| *ty != Type::Null).unwrap_or(Type::Null)
        }
        Returns::Text => {
            let text = args.iter().find_map(|arg| match air.ty(*arg) {
                Type::Text(text) => Some(text.collation),
                _ => None,
            });
            match (Type::TEXT, text) {
                (Type::Text(base), Some(collation)) => {
                    let strength = args.iter().filter_map(|arg| match air.ty(*arg) {
                        Type::Text(text) => Some(text.strength),
                        _ => None,
                    });
                    Type::Text(TextType {
                        collation,
                        strength: strength.max().unwrap_or(base.strength),
                        ..base
                    })
                }
                (unbounded, _) => unbounded,
            }
        }
        Returns::Type(ty) => ty,
    };
    let nullable = match signature.nulls {
        Nulls::Strict => args.iter().any(|arg| air.info(*arg).nullable),
        Nulls::Never => false,
        Nulls::Own => true,
    };
    (ty, nullable)
}

/// Type of the one column of a query.
fn scalar_type(air: &Air, query: QueryId) -> Type {
    let mut query = query;
    // Set operations have the types of their left side; a query is never below itself.
    loop {
        match air.query(query).body {
            Body::Select { select } => {
                return air
                    .list(air.select(select).outputs)
                    .first()
                    .map_or(Type::Unknown, |output| output.ty);
            }
            Body::SetOp { left, .. } => query = left,
            Body::Values { rows } => {
                let first = air.list(rows).first().and_then(|row| air.list(row.items).first());
                return first.map_or(Type::Unknown, |item| air.ty(*item));
            }
        }
    }
}
