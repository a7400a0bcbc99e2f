//! Functions that mean the same wherever they exist, and rules of number types that dialects share.

use super::function::{Function, Want, agg, call, win};
use Want::*;
use air::Builtin::*;
use air::types::Type;

/// Elementary functions over floats.
pub(super) const MATH: &[Function] = &[
    call("abs", Abs, &[Num]),
    call("sin", Sin, &[Float]),
    call("cos", Cos, &[Float]),
    call("tan", Tan, &[Float]),
    call("asin", Asin, &[Float]),
    call("acos", Acos, &[Float]),
    call("atan", Atan, &[Float]),
    call("exp", Exp, &[Num]).by(float_unless_decimal),
    call("degrees", Degrees, &[Float]),
    call("radians", Radians, &[Float]),
    call("pi", Pi, &[]),
];

/// Hyperbolic functions.
pub(super) const HYPERBOLIC: &[Function] = &[
    call("sinh", Sinh, &[Float]),
    call("cosh", Cosh, &[Float]),
    call("tanh", Tanh, &[Float]),
    call("asinh", Asinh, &[Float]),
    call("acosh", Acosh, &[Float]),
    call("atanh", Atanh, &[Float]),
];

/// Window builtins of the standard.
pub(super) const WINDOWS: &[Function] = &[
    win("row_number", RowNumber, &[]),
    win("rank", Rank, &[]),
    win("dense_rank", DenseRank, &[]),
    win("percent_rank", PercentRank, &[]),
    win("cume_dist", CumeDist, &[]),
    win("ntile", Ntile, &[Int]),
    win("lag", Lag, &[Common, Int, Common]).min(1).by(first),
    win("lead", Lead, &[Common, Int, Common]).min(1).by(first),
    win("first_value", FirstValue, &[Any]),
    win("last_value", LastValue, &[Any]),
    win("nth_value", NthValue, &[Any, Int]),
];

/// MIN, MAX and the statistics whose meaning is the standard's.
pub(super) const AGGREGATES: &[Function] = &[
    agg("min", Min, &[Any]),
    agg("max", Max, &[Any]),
    agg("stddev_pop", StddevPop, &[Num]).by(float_unless_decimal),
    agg("stddev_samp", StddevSamp, &[Num]).by(float_unless_decimal),
    agg("var_pop", VarPop, &[Num]).by(float_unless_decimal),
    agg("var_samp", VarSamp, &[Num]).by(float_unless_decimal),
];

/// Aggregates of two arguments.
pub(super) const REGRESSION: &[Function] = &[
    agg("corr", Corr, &[Float, Float]).is(Type::Float64),
    agg("covar_pop", CovarPop, &[Float, Float]).is(Type::Float64),
    agg("covar_samp", CovarSamp, &[Float, Float]).is(Type::Float64),
    agg("regr_slope", RegrSlope, &[Float, Float]).is(Type::Float64),
    agg("regr_intercept", RegrIntercept, &[Float, Float]).is(Type::Float64),
    agg("regr_count", RegrCount, &[Float, Float]).is(Type::I64),
    agg("regr_r2", RegrR2, &[Float, Float]).is(Type::Float64),
    agg("regr_avgx", RegrAvgX, &[Float, Float]).is(Type::Float64),
    agg("regr_avgy", RegrAvgY, &[Float, Float]).is(Type::Float64),
    agg("regr_sxx", RegrSxx, &[Float, Float]).is(Type::Float64),
    agg("regr_syy", RegrSyy, &[Float, Float]).is(Type::Float64),
    agg("regr_sxy", RegrSxy, &[Float, Float]).is(Type::Float64),
];

// Rules of result types.

/// Type of the first argument.
pub(super) fn first(types: &[Type]) -> Type {
    types.first().copied().unwrap_or(Type::Unknown)
}

/// Decimals of a column become unbounded, everything else a float.
pub(super) fn float_unless_decimal(types: &[Type]) -> Type {
    match first(types) {
        Type::Decimal { .. } | Type::Number | Type::Money { .. } => Type::Number,
        Type::Unknown => Type::Unknown,
        _ => Type::Float64,
    }
}

/// A float, whatever comes in.
pub(super) fn float(_: &[Type]) -> Type {
    Type::Float64
}

/// Integers stay, decimals lose their scale, floats stay.
pub(super) fn whole(types: &[Type]) -> Type {
    match first(types) {
        ty @ (Type::Int { .. } | Type::Float64 | Type::Number | Type::Unknown) => ty,
        Type::Float32 => Type::Float64,
        Type::Decimal { precision, scale } => {
            let digits = i32::from(precision) - i32::from(scale.max(0)) + i32::from(scale > 0);
            Type::Decimal { precision: digits.max(1) as u16, scale: scale.min(0) }
        }
        _ => Type::Float64,
    }
}

// Number types as decimals.

/// Digits and scale of an exact number type.
pub(super) fn digits(ty: Type) -> Option<(i32, i32)> {
    Some(match ty {
        Type::Int { bits: 8, .. } => (3, 0),
        Type::Int { bits: 16, .. } => (5, 0),
        Type::Int { bits: 24, .. } => (8, 0),
        Type::Int { bits: 32, .. } => (10, 0),
        Type::Int { unsigned: true, .. } => (20, 0),
        Type::Int { .. } => (19, 0),
        Type::Bool => (1, 0),
        Type::Year => (4, 0),
        Type::Decimal { precision, scale } => (i32::from(precision), i32::from(scale)),
        Type::Money { scale } => (19, i32::from(scale)),
        _ => return None,
    })
}

/// The wider of two integer types; `signed_mix` where they differ in sign.
pub(super) fn wider_int(left: Type, right: Type, signed_mix: Type) -> Type {
    match (left, right) {
        (Type::Int { bits: a, unsigned: u }, Type::Int { bits: b, unsigned: v }) if u == v => {
            Type::Int { bits: a.max(b), unsigned: u }
        }
        (Type::Int { bits: a, unsigned: u }, Type::Int { bits: b, unsigned: v }) => {
            let unsigned_bits = if u {
                a
            } else if v {
                b
            } else {
                0
            };
            let signed_bits = if u { b } else { a };
            if unsigned_bits < signed_bits {
                Type::Int { bits: signed_bits, unsigned: false }
            } else if unsigned_bits < 64 {
                Type::Int { bits: (unsigned_bits * 2).clamp(16, 64), unsigned: false }
            } else {
                signed_mix
            }
        }
        (int @ Type::Int { .. }, _) | (_, int @ Type::Int { .. }) => int,
        _ => Type::I32,
    }
}

/// A decimal type of those digits, which are brought into range.
pub(super) fn decimal(precision: i32, scale: i32, most: i32) -> Type {
    let precision = precision.clamp(1, most);
    Type::Decimal { precision: precision as u16, scale: scale.clamp(-most, precision) as i16 }
}

/// The decimal type that holds both: most digits before and after the point.
pub(super) fn covering(left: (i32, i32), right: (i32, i32), most: i32) -> Type {
    let scale = left.1.max(right.1);
    let whole = (left.0 - left.1).max(right.0 - right.1);
    decimal(whole + scale, scale, most)
}

/// `i128` as the narrowest signed integer of at least 32 bits.
pub(super) fn narrowest_from_32(value: i128) -> Option<Type> {
    if i32::try_from(value).is_ok() {
        Some(Type::I32)
    } else if i64::try_from(value).is_ok() {
        Some(Type::I64)
    } else {
        None
    }
}
