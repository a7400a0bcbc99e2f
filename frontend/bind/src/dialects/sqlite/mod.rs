//! SQLite: values have types, columns have affinities, conversions never fail, temporals are texts.
//! <https://www.sqlite.org/lang_expr.html>, <https://www.sqlite.org/datatype3.html>

mod functions;
mod types;

use super::Functions;
use super::meaning::*;
use air::Builtin;
use air::expr::ManyRows;
use air::profile::Settings;
use air::types::{Affinity, CastFailure, Collation, Rounding, Type};

static FUNCTIONS: Functions = Functions::new(&[
    functions::NUMBERS,
    functions::TEXTS,
    functions::TIMES,
    functions::JSON,
    functions::OTHER,
    functions::AGGREGATES,
    super::common::MATH,
    super::common::HYPERBOLIC,
    super::common::WINDOWS,
]);

pub(super) static MEANING: Meaning = Meaning {
    name: "SQLite",
    functions: &FUNCTIONS,
    bare_calls: &[],
    numbers: Numbers {
        int_literal: |value| i64::try_from(value).is_ok().then_some(Type::I64),
        decimal_literals: false,
        exponents_are_exact: false,
        single_kind: false,
        literals_fit: false,
        single_by_digits: false,
        floats_have_scale: false,
        plus_keeps: true,
        arith,
        quotient,
        modulo: Builtin::ModOrNull,
        modulo_cuts: true,
        sum,
        avg: |_, _| (Builtin::AvgFloat, Type::Float64),
        count: Type::I64,
        bits: Bits::Signed64,
        shifts_modulo: false,
        caret: Caret::None,
        common,
    },
    texts: Texts {
        pipes: Some(Builtin::Concat),
        plus_joins: false,
        padded_literals: false,
        empty_is_null: false,
        like_escape: None,
        like_classes: false,
        like_collation: Some(Collation::NOCASE),
        replace_collated: false,
        search_collated: false,
        hex_strings_are_bits: false,
        hex_numbers_are_bytes: false,
        json_arrows: JsonArrows::Either,
        collation_conflict: CollationConflict::LeftWins,
        fixed_trims: false,
        fixed_pads: false,
        like_trims: false,
        fixed_reads_trimmed: false,
        trim_whole_text: false,
        list_separator: ",",
        results_collated: false,
        lists_sort: false,
        distinct_sorts: false,
        json_truth_is_number: false,
        regexp_operator: false,
    },
    conversions: Conversions {
        implicit: Implicit::Loose,
        text_meets_number: TextMeetsNumber::ByAffinity,
        numbers_are_conditions: true,
        changes_fail: false,
        text_to_number: CastFailure::Prefix,
        text_to_time: CastFailure::Null,
        overflow: CastFailure::Clamp,
        overlong: CastFailure::Keep,
        decimal_to_int: Rounding::Truncate,
        float_to_int: Rounding::Truncate,
        to_scale: Rounding::HalfAway,
        store_keeps: true,
        number_text: NumberText::Real,
        iso_times: true,
        text_yields: false,
        branches_keep: true,
        true_booleans: false,
        own_forms: false,
        empty_is_zero: false,
    },
    times: Times {
        plus_number: PlusNumber::AsNumber,
        minus: Minus::Refused,
        as_text: true,
        month_first: false,
        fraction: Rounding::Truncate,
        intervals: Intervals::None,
        timestamp_literals_plain: false,
        ticks: false,
        short_fractions: false,
        now_precision: 0,
        now_texts: false,
        month_end: MonthEnd::Clamp,
        times_are_spans: false,
        unix_last: i64::MAX,
    },
    table_function: |name, count| {
        Some(match (name, count) {
            ("generate_series", 2 | 3) => Builtin::GenerateSeries,
            ("json_each", 1 | 2) => Builtin::JsonEach,
            _ => return None,
        })
    },
    extract_field: |_| None,
    variables_are_parameters: false,
    sequence_members: false,
    names_fold_upper: false,
    numbers_follow: true,
    scalar_rows: ManyRows::First,
    type_name: types::type_name,
    collation: |name| match name.to_ascii_lowercase().as_str() {
        "binary" => Some(Collation::BINARY),
        "nocase" => Some(Collation::NOCASE),
        "rtrim" => Some(Collation::RTRIM),
        _ => None,
    },
};

/// Integers stay integers, one float makes a float; where the kind depends on the value, it stays open.
fn arith(_: Arith, left: Type, right: Type) -> Type {
    let is_int = |ty: Type| ty.is_int() || ty == Type::Bool;
    if is_int(left) && is_int(right) {
        Type::I64
    } else if left.is_float() || right.is_float() || left.is_decimal() || right.is_decimal() {
        Type::Float64
    } else if left.is_unknown() || right.is_unknown() {
        Type::Unknown
    } else {
        Type::Any(Affinity::Numeric)
    }
}

fn quotient(left: Type, right: Type, _: &Settings) -> (Builtin, Type) {
    match arith(Arith::Mul, left, right) {
        Type::Float64 => (Builtin::DivFloatOrNull, Type::Float64),
        // `Unknown` and `Any` are judged by the operator's binder before it comes here.
        ty => (Builtin::DivIntOrNull, ty),
    }
}

fn sum(ty: Type) -> Type {
    match ty {
        Type::Int { .. } | Type::Bool => Type::I64,
        Type::Any(_) | Type::Unknown | Type::Null => ty,
        _ => Type::Float64,
    }
}

fn common(left: Type, right: Type) -> Type {
    if left.is_int() && right.is_int() {
        Type::I64
    } else if left.is_float() && right.is_float() {
        Type::Float64
    } else {
        Type::Any(Affinity::Numeric)
    }
}
