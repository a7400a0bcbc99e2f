//! Aggregates: bits of nothing, spread, rows of several values, joined texts.

use air::builtins::Builtin::{self, *};
use air::expr::CompareOp;
use air::fidelity::Assume;
use air::ids::List;
use air::node::Child;
use air::query::Item;
use air::target::{Decimals, LooseForm};
use air::types::{Collation, Type};
use air::{Expr, ExprId, SelectId};

use super::collation;
use crate::codes;
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "bits_of_no_rows",
        law: "bits over no values are NULL, whatever the target's neutral element is",
        apply: Apply::Builtins(&[BitAndAgg, BitOrAgg, BitXorAgg], bits_of_no_rows),
    },
    Rule {
        name: "bits_of_a_constant",
        law: "the bits of one value, many times, are those of the value, and of an even number of times none for XOR",
        apply: Apply::Builtins(&[BitAndAgg, BitOrAgg, BitXorAgg], bits_of_a_constant),
    },
    Rule {
        name: "spread_by_sums",
        law: "the variance is the mean of squares less the square of the mean",
        apply: Apply::Builtins(&[VarPop, VarSamp, StddevPop, StddevSamp], spread_by_sums),
    },
    Rule {
        name: "regression_by_sums",
        law: "what two columns have in common is made of the sums of their values, squares and products over the pairs",
        apply: Apply::Builtins(
            &[
                Corr,
                CovarPop,
                CovarSamp,
                RegrSlope,
                RegrIntercept,
                RegrCount,
                RegrR2,
                RegrAvgX,
                RegrAvgY,
                RegrSxx,
                RegrSyy,
                RegrSxy,
            ],
            regression_by_sums,
        ),
    },
    Rule {
        name: "spread_of_decimals",
        law: "the spread of decimals is computed in floating point and rounded to the scale of its type",
        apply: Apply::Builtins(&[VarPop, VarSamp, StddevPop, StddevSamp], spread_of_decimals),
    },
    Rule {
        name: "spread_of_one",
        law: "the spread of a single value is 0 where NULL would come out",
        apply: Apply::Builtins(&[StddevOracle, VarianceOracle], spread_of_one),
    },
    Rule {
        name: "distinct_rows",
        law: "rows of values without NULL are counted as rows",
        apply: Apply::Builtins(&[CountRows], distinct_rows),
    },
    Rule {
        name: "total",
        law: "the total is the sum as a float, 0 for no values",
        apply: Apply::Builtins(&[Total], total),
    },
    Rule {
        name: "any_value",
        law: "the first of all values is some value",
        apply: Apply::Builtins(&[AnyValue], any_value),
    },
    Rule {
        name: "any_value_beside_extreme",
        law: "the first of a list of all values is some value, whatever row a least or greatest one is of",
        apply: Apply::Select(any_value_beside_extreme),
    },
    Rule {
        name: "neutral_bits",
        law: "bits over no values are the neutral element; below 2^63 signed and unsigned bits are alike",
        apply: Apply::Builtins(&[BitAndAggFull, BitOrAggZero, BitXorAggZero], neutral_bits),
    },
    Rule {
        name: "wide_sum",
        law: "a sum that comes out as a decimal is cast to the integer it is",
        apply: Apply::Builtins(&[Sum], wide_sum),
    },
    Rule {
        name: "joined_distinct_texts",
        law: "with DISTINCT the separator is the target's own comma",
        apply: Apply::Builtins(&[StringAgg], joined_texts),
    },
    Rule {
        name: "ordered_distinct",
        law: "distinct values in their own order",
        apply: Apply::Builtins(&[StringAgg, StringAggDistinct, ArrayAgg, JsonAgg], ordered_distinct),
    },
    Rule {
        name: "extreme_of_booleans",
        law: "false stands before true: the least is their conjunction, the greatest their disjunction",
        apply: Apply::Builtins(&[Min, Max], extreme_of_booleans),
    },
];

/// The parts of an aggregate.
struct Parts {
    op: Builtin,
    distinct: bool,
    args: Vec<ExprId>,
    filter: Option<ExprId>,
}

fn parts(cx: &Context<'_>, id: ExprId) -> Option<Parts> {
    match cx.air.expr(id) {
        Expr::Aggregate { op, distinct, args, filter, .. } => {
            Some(Parts { op, distinct, args: cx.air.list(args).to_vec(), filter })
        }
        _ => None,
    }
}

fn aggregate(cx: &mut Context<'_>, like: &Parts, op: Builtin, arg: ExprId, ty: Type, at: ExprId) -> ExprId {
    let args = cx.air.push_list(&[arg]);
    let expr = Expr::Aggregate {
        op,
        distinct: like.distinct,
        args,
        order: List::EMPTY,
        filter: like.filter,
        collation: Collation::BINARY,
    };
    cx.make(expr, ty, true, at)
}

fn bits_of_no_rows(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some(parts) = parts(cx, id) else { return Ok(false) };
    let full = match parts.op {
        BitAndAgg => BitAndAggFull,
        BitOrAgg => BitOrAggZero,
        _ => BitXorAggZero,
    };
    if cx.speaks(parts.op) || !cx.speaks(full) {
        return Ok(false);
    }
    let arg = parts.args[0];
    let ty = cx.air.ty(id);
    let count = aggregate(cx, &parts, Count, arg, Type::I64, id);
    let bits = aggregate(cx, &parts, full, arg, Type::U64, id);
    let signed = cx.cast(bits, if ty.is_int() { ty } else { Type::I64 });
    let zero = cx.int(0, id);
    let some = cx.compare(CompareOp::Gt, count, zero);
    let expr = cx.case_expr(&[(some, signed)], None);
    cx.air.set(id, expr);
    Ok(true)
}

/// Where bits are collected by a subquery, an aggregate without a column would be the subquery's own.
fn bits_of_a_constant(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some(parts) = parts(cx, id) else { return Ok(false) };
    let arg = parts.args[0];
    if cx.target.can.decimals != Decimals::Float || has_column(cx, arg) {
        return Ok(false);
    }
    let count = aggregate(cx, &parts, Count, arg, Type::I64, id);
    let zero = cx.int(0, id);
    let some = cx.compare(CompareOp::Gt, count, zero);
    let expr = if parts.op == BitXorAgg {
        let two = cx.int(2, id);
        let rest = cx.call(Mod, &[count, two], Type::I64, id);
        let one = cx.int(1, id);
        let odd = cx.compare(CompareOp::Eq, rest, one);
        cx.case_expr(&[(odd, arg), (some, zero)], None)
    } else {
        cx.case_expr(&[(some, arg)], None)
    };
    cx.air.set(id, expr);
    Ok(true)
}

/// True if the value depends on a row.
pub(super) fn has_column(cx: &Context<'_>, id: ExprId) -> bool {
    crate::build::below(cx.air, &[Child::Expr(id)])
        .into_iter()
        .any(|id| matches!(cx.air.expr(id), Expr::Column { .. }))
}

fn spread_by_sums(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some(parts) = parts(cx, id) else { return Ok(false) };
    if cx.speaks(parts.op) || cx.target.can.decimals != Decimals::Float {
        return Ok(false);
    }
    let span = cx.air.span(id);
    let arg = parts.args[0];
    if parts.distinct {
        return cx.refuse(codes::BUILTIN, span, "the spread of distinct values has no form", "");
    }
    let subject = cx.subject(arg);
    cx.assume(Assume::FloatRounding, &subject, span)?;
    let float = Type::Float64;
    let count = aggregate(cx, &parts, Count, arg, Type::I64, id);
    // Not yet a float: the sum of integers is one.
    let sum = aggregate(cx, &parts, Sum, arg, Type::Number, id);
    // Squares of wide integers grow beyond them.
    let wide = matches!(cx.air.ty(arg), Type::Int { bits: 64, .. });
    let factor = if wide { cx.cast(arg, float) } else { arg };
    let square = cx.call(Mul, &[factor, arg], float, id);
    let squares = aggregate(cx, &parts, Sum, square, float, id);
    let sum_float = cx.cast(sum, float);
    let product = cx.call(Mul, &[sum_float, sum], float, id);
    let mean = cx.call(DivFloatOrNull, &[product, count], float, id);
    let spread = cx.call(Sub, &[squares, mean], float, id);
    // Rounding may leave a little less than nothing.
    let zero = cx.decimal("0.0", id);
    let spread = cx.call(Greatest, &[spread, zero], float, id);
    let divisor = if matches!(parts.op, VarSamp | StddevSamp) {
        let one = cx.int(1, id);
        cx.call(Sub, &[count, one], Type::I64, id)
    } else {
        count
    };
    let variance = cx.call(DivFloatOrNull, &[spread, divisor], float, id);
    if matches!(parts.op, StddevPop | StddevSamp) {
        cx.become_call(id, Sqrt, &[variance]);
    } else {
        cx.become_copy(id, variance);
    }
    Ok(true)
}

fn regression_by_sums(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some(parts) = parts(cx, id) else { return Ok(false) };
    if cx.speaks(parts.op) || parts.distinct {
        return Ok(false);
    }
    let span = cx.air.span(id);
    let &[y, x] = parts.args.as_slice() else { return Ok(false) };
    let float = Type::Float64;
    // Rows where one of both is NULL are passed over.
    let paired = |cx: &mut Context<'_>, value: ExprId, other: ExprId| {
        let value = if cx.air.ty(value) == float { value } else { cx.cast(value, float) };
        if !cx.air.info(other).nullable {
            return value;
        }
        let known = cx.is_null(other, true);
        cx.case(&[(known, value)], None, float, id)
    };
    let (px, py) = (paired(cx, x, y), paired(cx, y, x));
    let both = cx.call(Mul, &[px, py], float, id);
    let count = aggregate(cx, &parts, Count, both, Type::I64, id);
    if parts.op == RegrCount {
        cx.become_copy(id, count);
        return Ok(true);
    }
    let subject = cx.subject(id);
    cx.assume(Assume::FloatRounding, &subject, span)?;
    let sum = |cx: &mut Context<'_>, value: ExprId| aggregate(cx, &parts, Sum, value, float, id);
    let (sx, sy) = (sum(cx, px), sum(cx, py));
    // The sum of products less the product of sums over the count.
    let spread = |cx: &mut Context<'_>, a: ExprId, b: ExprId, sa: ExprId, sb: ExprId| {
        let product = cx.call(Mul, &[a, b], float, id);
        let products = aggregate(cx, &parts, Sum, product, float, id);
        let sums = cx.call(Mul, &[sa, sb], float, id);
        let mean = cx.call(DivFloatOrNull, &[sums, count], float, id);
        cx.call(Sub, &[products, mean], float, id)
    };
    let quotient = |cx: &mut Context<'_>, a: ExprId, b: ExprId| cx.call(DivFloatOrNull, &[a, b], float, id);
    let result = match parts.op {
        RegrAvgX => quotient(cx, sx, count),
        RegrAvgY => quotient(cx, sy, count),
        RegrSxx => spread(cx, px, px, sx, sx),
        RegrSyy => spread(cx, py, py, sy, sy),
        RegrSxy => spread(cx, px, py, sx, sy),
        CovarPop => {
            let common = spread(cx, px, py, sx, sy);
            quotient(cx, common, count)
        }
        CovarSamp => {
            let common = spread(cx, px, py, sx, sy);
            let one = cx.int(1, id);
            let fewer = cx.call(Sub, &[count, one], Type::I64, id);
            quotient(cx, common, fewer)
        }
        RegrSlope | RegrIntercept => {
            let (common, own) = (spread(cx, px, py, sx, sy), spread(cx, px, px, sx, sx));
            let slope = quotient(cx, common, own);
            if parts.op == RegrSlope {
                slope
            } else {
                let part = cx.call(Mul, &[slope, sx], float, id);
                let rest = cx.call(Sub, &[sy, part], float, id);
                quotient(cx, rest, count)
            }
        }
        _ => {
            let (common, own, other) =
                (spread(cx, px, py, sx, sy), spread(cx, px, px, sx, sx), spread(cx, py, py, sy, sy));
            let product = cx.call(Mul, &[own, other], float, id);
            if parts.op == Corr {
                let root = cx.call(Sqrt, &[product], float, id);
                quotient(cx, common, root)
            } else {
                let square = cx.call(Mul, &[common, common], float, id);
                let share = quotient(cx, square, product);
                // Without spread of the second value there is no line; without that of the first it is met by all.
                let zero = cx.decimal("0.0", id);
                let (flat, level) =
                    (cx.compare(CompareOp::Eq, own, zero), cx.compare(CompareOp::Eq, other, zero));
                let (null, one) = (cx.null(float, id), cx.decimal("1.0", id));
                cx.case(&[(flat, null), (level, one)], Some(share), float, id)
            }
        }
    };
    cx.become_copy(id, result);
    cx.air.info_mut(id).nullable = true;
    Ok(true)
}

fn spread_of_decimals(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Aggregate { op, distinct, args, order, filter, collation } = cx.air.expr(id) else {
        return Ok(false);
    };
    let (ty, arg) = (cx.air.ty(id), cx.air.at(args, 0));
    let float = Type::Float64;
    let bounded = matches!(cx.target.can.decimals, Decimals::Bounded { .. });
    match ty {
        // The server itself shows so many digits.
        Type::Decimal { .. } if bounded => return Ok(false),
        Type::Decimal { .. } => {}
        // A mean of unbounded decimals: all the digits a float has.
        Type::Number if bounded && !cx.air.ty(arg).is_float() => {}
        _ => return Ok(false),
    }
    let arg = if cx.air.ty(arg).is_float() { arg } else { cx.cast(arg, float) };
    let args = cx.air.push_list(&[arg]);
    let spread = cx.make(Expr::Aggregate { op, distinct, args, order, filter, collation }, float, true, id);
    match ty {
        Type::Decimal { scale, .. } => {
            let digits = cx.int(i64::from(scale), id);
            cx.become_call(id, Round, &[spread, digits]);
        }
        _ => cx.become_copy(id, spread),
    }
    cx.air.info_mut(id).ty = float;
    Ok(true)
}

fn spread_of_one(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some(parts) = parts(cx, id) else { return Ok(false) };
    if cx.speaks(parts.op) {
        return Ok(false);
    }
    let op = if parts.op == StddevOracle { StddevSamp } else { VarSamp };
    let ty = cx.air.ty(id);
    let arg = parts.args[0];
    let spread = aggregate(cx, &parts, op, arg, ty, id);
    let count = aggregate(cx, &parts, Count, arg, Type::I64, id);
    let one = cx.int(1, id);
    let single = cx.compare(CompareOp::Eq, count, one);
    let zero = cx.int(0, id);
    let expr = cx.case_expr(&[(single, zero)], Some(spread));
    cx.air.set(id, expr);
    Ok(true)
}

fn distinct_rows(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some(mut parts) = parts(cx, id) else { return Ok(false) };
    if cx.speaks(CountRows) {
        return Ok(false);
    }
    let span = cx.air.span(id);
    for arg in &mut parts.args {
        if let Some(collation) = cx.air.ty(*arg).collation()
            && collation::folds(cx, *arg)
        {
            *arg = collation::folded(cx, *arg, collation, collation::Purpose::Likeness)?;
        }
    }
    // A constant tells no rows apart.
    let constant = |cx: &Context<'_>, arg: ExprId| cx.air.literal(arg).is_some() && !cx.is_null_literal(arg);
    if parts.args.iter().any(|&arg| !constant(cx, arg)) {
        parts.args.retain(|&arg| !constant(cx, arg));
    }
    let documents = cx.target.can.decimals == Decimals::Float && cx.speaks(JsonArray);
    if !cx.target.has(cx.target.can.aggregate_filter) || !cx.target.can.document_types && !documents {
        return cx.refuse(codes::BUILTIN, span, "rows of several values cannot be counted as distinct", "");
    }
    // Values in a document are alike when they are alike one by one.
    let row = if let [one] = parts.args[..] {
        one
    } else if documents {
        cx.call(JsonArray, &parts.args, Type::TEXT, id)
    } else {
        let row = cx.air.push_list(&parts.args);
        cx.make(Expr::Row { items: row }, Type::Row, false, id)
    };
    let mut known: Vec<ExprId> = parts.args.iter().map(|&arg| cx.is_null(arg, true)).collect();
    known.extend(parts.filter);
    let list = cx.air.push_list(&known);
    let filter = cx.make(Expr::And { terms: list }, Type::Bool, false, id);
    let args = cx.air.push_list(&[row]);
    cx.air.set(
        id,
        Expr::Aggregate {
            op: Count,
            distinct: parts.distinct,
            args,
            order: List::EMPTY,
            filter: Some(filter),
            collation: Collation::BINARY,
        },
    );
    Ok(true)
}

/// SQLite's group_concat takes one argument with DISTINCT.
fn joined_texts(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Aggregate { op, distinct: true, args, order, filter, collation } = cx.air.expr(id) else {
        return Ok(false);
    };
    let &[x, separator] = cx.air.list(args) else { return Ok(false) };
    if cx.target.can.temporal_types || !cx.speaks(StringAggDistinct) || op != StringAgg {
        return Ok(false);
    }
    let span = cx.air.span(id);
    if cx.text_literal(separator) != Some(",") {
        let message = "distinct texts are joined with a comma only";
        return cx.refuse(codes::BUILTIN, span, message, "use the separator `,`");
    }
    let args = cx.air.push_list(&[x]);
    cx.air.set(id, Expr::Aggregate { op: StringAggDistinct, distinct: true, args, order, filter, collation });
    Ok(true)
}

/// Which of equal values gives the place of a distinct one is said by few servers.
fn ordered_distinct(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Aggregate { distinct: true, args, order, .. } = cx.air.expr(id) else { return Ok(false) };
    if cx.target.can.distinct_other_order || order.is_empty() {
        return Ok(false);
    }
    let arg = cx.air.at(args, 0);
    let own = (0..order.len()).all(|i| crate::build::same(cx.air, cx.air.at(order, i).expr, arg));
    if own {
        return Ok(false);
    }
    let span = cx.air.span(id);
    let message = "distinct values in the order of something else have no form";
    cx.refuse(codes::BUILTIN, span, message, "order by the value itself")
}

fn extreme_of_booleans(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Aggregate { op, args, filter, .. } = cx.air.expr(id) else { return Ok(false) };
    let arg = cx.air.at(args, 0);
    if cx.air.ty(arg) != Type::Bool || cx.target.can.booleans != air::target::Booleans::Native {
        return Ok(false);
    }
    let op = if op == Min { BoolAnd } else { BoolOr };
    let collation = Collation::BINARY;
    cx.air.set(id, Expr::Aggregate { op, distinct: false, args, order: List::EMPTY, filter, collation });
    Ok(true)
}

fn total(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some(parts) = parts(cx, id) else { return Ok(false) };
    if cx.speaks(Total) {
        return Ok(false);
    }
    let arg = parts.args[0];
    let arg = if cx.air.ty(arg).is_float() { arg } else { cx.cast(arg, Type::Float64) };
    let sum = aggregate(cx, &parts, Sum, arg, Type::Float64, id);
    let zero = cx.int(0, id);
    cx.become_call(id, Coalesce, &[sum, zero]);
    Ok(true)
}

fn any_value(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some(parts) = parts(cx, id) else { return Ok(false) };
    if cx.speaks(AnyValue) || !cx.speaks(ArrayAgg) {
        return Ok(false);
    }
    let Expr::Aggregate { order: rows, .. } = cx.air.expr(id) else { return Ok(false) };
    let array = Type::Array(air::types::Element::Unknown);
    let values = aggregate(cx, &parts, ArrayAgg, parts.args[0], array, id);
    if let Expr::Aggregate { op, distinct, args, filter, collation, .. } = cx.air.expr(values) {
        // Where the rows have an order, the first one is meant.
        cx.air.set(values, Expr::Aggregate { op, distinct, args, order: rows, filter, collation });
    }
    let one = cx.int(1, id);
    cx.become_call(id, ArrayGet, &[values, one]);
    Ok(true)
}

/// SQLite takes plain columns from the row of the one MIN or MAX, and from the first row otherwise.
fn any_value_beside_extreme(cx: &mut Context<'_>, select: SelectId) -> Fired {
    if cx.target.can.loose_columns != LooseForm::FreeWithExtreme || !cx.speaks(JsonGetText) {
        return Ok(false);
    }
    let mut roots: Vec<Child> = Vec::new();
    for item in cx.air.list(cx.air.select(select).items) {
        if let Item::Expr { expr, .. } = item {
            roots.push(Child::Expr(*expr));
        }
    }
    roots.extend(cx.air.select(select).having.map(Child::Expr));
    let all = crate::build::below(cx.air, &roots);
    let is = |id: &ExprId, ops: &[Builtin]| match cx.air.expr(*id) {
        Expr::Aggregate { op, .. } => ops.contains(&op),
        _ => false,
    };
    let mut values: Vec<ExprId> = all.iter().copied().filter(|id| is(id, &[AnyValue])).collect();
    if values.is_empty() || !all.iter().any(|id| is(id, &[Min, Max])) {
        return Ok(false);
    }
    values.sort_unstable();
    let mut fired = false;
    for id in values {
        let Some(parts) = parts(cx, id) else { continue };
        if !cx.air.ty(parts.args[0]).is_text() {
            continue;
        }
        fired = true;
        let list = aggregate(cx, &parts, JsonAgg, parts.args[0], Type::Json { binary: false }, id);
        let first = cx.int(0, id);
        cx.become_call(id, JsonGetText, &[list, first]);
    }
    Ok(fired)
}

fn neutral_bits(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some(parts) = parts(cx, id) else { return Ok(false) };
    let (op, neutral) = match parts.op {
        BitAndAggFull => (BitAndAgg, "18446744073709551615"),
        BitOrAggZero => (BitOrAgg, "0"),
        _ => (BitXorAgg, "0"),
    };
    if cx.speaks(parts.op) || !cx.speaks(op) {
        return Ok(false);
    }
    let (arg, span) = (parts.args[0], cx.air.span(id));
    // The bits of a negative number make a number of 64 bits, 2^64 above it.
    let over = |over: ExprId| matches!(cx.air.expr(over), Expr::Window { call, .. } if call == id);
    let wraps = cx.target.can.decimals == Decimals::Unbounded
        && cx.air.ty(arg) != Type::U64
        && super::bits::may_be_negative(cx, arg)
        && !cx.air.expr_ids().any(over);
    let subject = cx.subject(arg);
    if !wraps && super::bits::may_compute_below_zero(cx, arg) {
        let message = "bits of unsigned 64-bit numbers that may use the highest bit have no form";
        return cx.refuse(codes::NUMBER, span, message, "");
    }
    if !wraps {
        cx.assume(Assume::IntegerRange, &subject, span)?;
    }
    if op == BitAndAgg && cx.target.can.decimals == Decimals::Float && cx.air.info(arg).nullable {
        let message = "the bits that all of no values have are beyond 63 bits";
        return cx.refuse(codes::NUMBER, span, message, "declare the column NOT NULL");
    }
    let arg = cx.cast(arg, Type::I64);
    let bits = aggregate(cx, &parts, op, arg, Type::I64, id);
    let neutral = cx.decimal(neutral, id);
    let whole = cx.call(Coalesce, &[bits, neutral], Type::Number, id);
    if wraps {
        let zero = cx.int(0, id);
        let below = cx.compare(CompareOp::Lt, bits, zero);
        let span64 = cx.decimal("18446744073709551616", id);
        let moved = cx.call(Add, &[bits, span64], Type::Number, id);
        let expr = cx.case_expr(&[(below, moved)], Some(whole));
        cx.air.set(id, expr);
    } else {
        cx.become_call(id, Coalesce, &[bits, neutral]);
    }
    Ok(true)
}

/// PostgreSQL sums bigint as numeric.
fn wide_sum(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let ty = cx.air.ty(id);
    let Some(parts) = parts(cx, id) else { return Ok(false) };
    let wide = matches!(cx.air.ty(parts.args[0]), Type::Int { bits: 64, .. });
    if !ty.is_int() || !wide || cx.target.can.decimals != Decimals::Unbounded {
        return Ok(false);
    }
    let sum = aggregate(cx, &parts, Sum, parts.args[0], Type::Number, id);
    cx.air.set(id, Expr::Cast { operand: sum, to: ty, rule: air::types::CastRule::IMPLICIT });
    Ok(true)
}
