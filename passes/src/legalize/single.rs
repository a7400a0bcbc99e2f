//! Numbers of single precision where the target computes with others.
//!
//! Before: arithmetic of type `Float32` gives the single-precision number nearest to the exact result, whatever numbers
//! go in, and conversions from it see that number. After: the target computes it so, or what would be shown with other
//! digits is refused. Results of + - * / in double precision, rounded to single, are those of single precision: 53 bits
//! are more than twice 24 and two.

use air::builtins::Builtin::*;
use air::expr::Literal;
use air::fidelity::Assume;
use air::node::Child;
use air::query::Item;
use air::statement::Statement;
use air::target::SingleForm;
use air::types::Type;
use air::{Air, Builtin, Expr, ExprId, SelectId};
use air_base::Span;

use crate::build;
use crate::codes;
use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Refused, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "single_arithmetic",
        law: "a result in double precision, rounded to single, is the result in single precision",
        apply: Apply::Builtins(&[Add, Sub, Mul, DivFloat, DivFloatOrNull], single_arithmetic),
    },
    Rule {
        name: "sum_of_singles",
        law: "a sum in double precision takes the numbers as they are, with all their bits",
        apply: Apply::Builtins(&[Sum, AvgFloat], sum_of_singles),
    },
    Rule {
        name: "single_value",
        law: "x·(2^29+1) − (x·(2^29+1) − x) is x rounded to 24 bits, half to even (Veltkamp)",
        apply: Apply::Kinds(&[Kind::Cast], single_value),
    },
    Rule {
        name: "shown_single",
        law: "numbers of single precision are shown alike while they have no more digits than the target shows",
        apply: Apply::Select(shown_single),
    },
];

/// Whole numbers up to this are numbers of single precision.
const WHOLE_MAX: i64 = 1 << 24;
/// Bits of integers that are numbers of single precision, all of them.
const WHOLE_BITS: u8 = 24;

fn is_arithmetic(op: Builtin) -> bool {
    matches!(op, Add | Sub | Mul | DivFloat | DivFloatOrNull)
}

/// True for what is a number of single precision already, of whatever type.
fn is_single(cx: &Context<'_>, id: ExprId) -> bool {
    match (cx.air.literal(id), cx.air.ty(id)) {
        (Some(Literal::Int { value }), _) => (-WHOLE_MAX..=WHOLE_MAX).contains(&value),
        (Some(_), _) => false,
        (None, Type::Int { bits, .. }) => bits < WHOLE_BITS,
        _ => false,
    }
}

fn single_arithmetic(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.air.ty(id) != Type::Float32 {
        return Ok(false);
    }
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let mut args = cx.all_args(id);
    match cx.target.can.single {
        SingleForm::Any | SingleForm::None => Ok(false),
        SingleForm::Pairs => {
            let mut fired = false;
            for arg in &mut args {
                if cx.air.ty(*arg) != Type::Float32 && !cx.air.ty(*arg).is_unknown() {
                    *arg = cx.cast(*arg, Type::Float32);
                    fired = true;
                }
            }
            if fired {
                cx.become_call(id, op, &args);
            }
            Ok(fired)
        }
        SingleForm::Rounded => {
            for arg in &mut args {
                let cast = matches!(cx.air.expr(*arg), Expr::Cast { .. } | Expr::Literal { .. });
                if !is_single(cx, *arg) && (cast || cx.air.ty(*arg) != Type::Float32) {
                    *arg = cx.call(ToSingle, &[*arg], Type::Float32, *arg);
                }
            }
            let wide = cx.call(op, &args, Type::Float64, id);
            cx.become_call(id, ToSingle, &[wide]);
            Ok(true)
        }
    }
}

/// Where the target sums in single precision, or keeps numbers that were never rounded to it.
fn sum_of_singles(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Aggregate { op, distinct, args, order, filter, collation } = cx.air.expr(id) else {
        return Ok(false);
    };
    let widens = matches!(cx.target.can.single, SingleForm::Pairs | SingleForm::None);
    let &[arg] = cx.air.list(args) else { return Ok(false) };
    if !widens || cx.air.ty(id) != Type::Float64 || cx.air.ty(arg) != Type::Float32 {
        return Ok(false);
    }
    let wide = cx.cast(arg, Type::Float64);
    let args = cx.air.push_list(&[wide]);
    cx.air.set(id, Expr::Aggregate { op, distinct, args, order, filter, collation });
    Ok(true)
}

/// A number of single precision as one of double precision, which shows every bit.
fn single_value(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Cast { operand, to: Type::Float64, .. } = cx.air.expr(id) else { return Ok(false) };
    if cx.air.ty(operand) != Type::Float32 || cx.target.can.single != SingleForm::None {
        return Ok(false);
    }
    let exact = exact(cx, operand)?;
    cx.become_copy(id, exact);
    Ok(true)
}

/// The number of single precision that an expression is, in double precision.
fn exact(cx: &mut Context<'_>, id: ExprId) -> Result<ExprId, Refused> {
    if is_single(cx, id) {
        return Ok(id);
    }
    if cx.air.ty(id) != Type::Float32 {
        return rounded(cx, id);
    }
    match cx.air.expr(id) {
        Expr::Call { op: Neg, .. } => {
            let args = cx.all_args(id);
            let inner = exact(cx, args[0])?;
            Ok(cx.call(Neg, &[inner], Type::Float64, id))
        }
        Expr::Call { op, .. } if is_arithmetic(op) => {
            let mut args = cx.all_args(id);
            for arg in &mut args {
                *arg = exact(cx, *arg)?;
            }
            let wide = cx.call(op, &args, Type::Float64, id);
            rounded(cx, wide)
        }
        Expr::Cast { operand, .. } if cx.air.ty(operand) == Type::Float32 => exact(cx, operand),
        Expr::Cast { operand, .. } if cx.air.ty(operand).is_numeric() => rounded(cx, operand),
        Expr::Column { .. } | Expr::Output { .. } | Expr::Literal { .. } | Expr::Param { .. } => {
            rounded(cx, id)
        }
        _ => {
            // What is computed inside of other calls is rounded once at the end.
            let (subject, span) = (cx.subject(id), cx.air.span(id));
            cx.assume(Assume::FloatRounding, &subject, span)?;
            rounded(cx, id)
        }
    }
}

/// Rounds a number to single precision. The form is a subquery: refused where none may stand, and around aggregates,
/// which would become the subquery's own.
fn rounded(cx: &mut Context<'_>, id: ExprId) -> Result<ExprId, Refused> {
    let stored = cx.air.statements.iter().any(|statement| match statement {
        Statement::CreateTable { table } => table.query.is_none(),
        Statement::CreateIndex { .. } | Statement::AlterTable { .. } => true,
        _ => false,
    });
    if stored || build::has_aggregate(cx.air, id) || has_window(cx.air, id) {
        let span = cx.air.span(id);
        let message = "a number of single precision is computed in double precision here";
        return cx.refuse(codes::NUMBER, span, message, "CAST to double precision");
    }
    let span = cx.air.span(id);
    let nullable = cx.air.info(id).nullable;
    let args = cx.air.push_list(&[id]);
    let call = Expr::Call { op: ToSingle, modifier: Default::default(), args };
    Ok(cx.air.push(call, Type::Float64, nullable, span))
}

fn has_window(air: &Air, id: ExprId) -> bool {
    build::below(air, &[Child::Expr(id)]).into_iter().any(|id| matches!(air.expr(id), Expr::Window { .. }))
}

/// Computed single precision in the rows of a query, where the target shows fewer digits.
fn shown_single(cx: &mut Context<'_>, select: SelectId) -> Fired {
    if cx.target.can.single_digits >= 9 {
        return Ok(false);
    }
    let items = cx.air.list(cx.air.select(select).items).to_vec();
    for item in items {
        let Item::Expr { expr, .. } = item else { continue };
        if cx.air.ty(expr) == Type::Float32 && computes(cx.air, expr) {
            return refuse_digits(cx, cx.air.span(expr));
        }
    }
    Ok(false)
}

/// True if the value comes out of arithmetic in single precision.
pub(super) fn computes(air: &Air, id: ExprId) -> bool {
    build::below(air, &[Child::Expr(id)]).into_iter().any(|id| match air.expr(id) {
        Expr::Call { op, .. } => air.ty(id) == Type::Float32 && (op == ToSingle || is_arithmetic(op)),
        _ => false,
    })
}

/// Refuses digits that the target would not show.
pub(super) fn refuse_digits(cx: &mut Context<'_>, span: Span) -> Fired {
    let message = "a number of single precision is shown with fewer digits, or computed in double precision,";
    cx.refuse(codes::NUMBER, span, message, "CAST to double precision")
}
