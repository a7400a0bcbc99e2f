//! Oracle: one NUMBER type, the empty text is NULL, DATE has a time of day, conversions fail.
//! <https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/>

mod functions;
mod types;

use super::Functions;
use super::meaning::*;
use air::Builtin;
use air::expr::ManyRows;
use air::profile::Settings;
use air::types::{CastFailure, Collation, Rounding, Type};

static FUNCTIONS: Functions = Functions::new(&[
    functions::NUMBERS,
    functions::TEXTS,
    functions::TIMES,
    functions::OTHER,
    functions::AGGREGATES,
    super::common::WINDOWS,
    super::common::REGRESSION,
]);

pub(super) static MEANING: Meaning = Meaning {
    name: "Oracle",
    functions: &FUNCTIONS,
    bare_calls: &[
        "sysdate",
        "systimestamp",
        "user",
        "uid",
        "rownum",
        "current_date",
        "current_timestamp",
        "localtimestamp",
        "sessiontimezone",
        "dbtimezone",
        "level",
    ],
    numbers: Numbers {
        int_literal: |_| Some(Type::Number),
        decimal_literals: true,
        exponents_are_exact: true,
        single_kind: true,
        literals_fit: false,
        single_by_digits: false,
        floats_have_scale: false,
        plus_keeps: false,
        arith,
        quotient,
        modulo: Builtin::ModOracle,
        modulo_cuts: false,
        sum: |ty| if ty.is_float() || ty.is_unknown() { ty } else { Type::Number },
        avg: |ty, _| if ty.is_float() { (Builtin::AvgFloat, ty) } else { (Builtin::AvgOracle, Type::Number) },
        count: Type::Number,
        bits: Bits::Operands,
        shifts_modulo: false,
        caret: Caret::None,
        common: |left, right| arith(Arith::Add, left, right),
    },
    texts: Texts {
        pipes: Some(Builtin::ConcatOracle),
        plus_joins: false,
        padded_literals: true,
        empty_is_null: true,
        like_escape: None,
        like_classes: false,
        like_collation: Some(Collation::BINARY),
        replace_collated: false,
        search_collated: false,
        hex_strings_are_bits: false,
        hex_numbers_are_bytes: false,
        json_arrows: JsonArrows::None,
        collation_conflict: CollationConflict::ExactWins,
        fixed_trims: false,
        fixed_pads: true,
        like_trims: false,
        fixed_reads_trimmed: false,
        trim_whole_text: false,
        list_separator: "",
        results_collated: true,
        lists_sort: false,
        distinct_sorts: false,
        json_truth_is_number: false,
        regexp_operator: false,
    },
    conversions: Conversions {
        implicit: Implicit::Failing,
        text_meets_number: TextMeetsNumber::AsNumber,
        numbers_are_conditions: false,
        changes_fail: false,
        text_to_number: CastFailure::Error,
        text_to_time: CastFailure::Error,
        overflow: CastFailure::Error,
        overlong: CastFailure::Error,
        decimal_to_int: Rounding::HalfAway,
        float_to_int: Rounding::HalfAway,
        to_scale: Rounding::HalfAway,
        store_keeps: false,
        number_text: NumberText::Trimmed,
        iso_times: false,
        text_yields: false,
        branches_keep: false,
        true_booleans: false,
        own_forms: false,
        empty_is_zero: false,
    },
    times: Times {
        plus_number: PlusNumber::Days,
        minus: Minus::Days,
        as_text: false,
        month_first: false,
        fraction: Rounding::HalfAway,
        intervals: Intervals::Values,
        timestamp_literals_plain: false,
        ticks: false,
        short_fractions: false,
        now_precision: 6,
        now_texts: false,
        month_end: MonthEnd::Fails,
        times_are_spans: false,
        unix_last: i64::MAX,
    },
    table_function: |_, _| None,
    extract_field,
    variables_are_parameters: false,
    sequence_members: true,
    names_fold_upper: true,
    numbers_follow: false,
    scalar_rows: ManyRows::Fails,
    type_name: types::type_name,
    collation: |name| {
        let name = name.to_ascii_uppercase();
        matches!(name.as_str(), "BINARY" | "USING_NLS_COMP").then_some(Collation::BINARY)
    },
};

fn arith(_: Arith, left: Type, right: Type) -> Type {
    if left.is_float() || right.is_float() {
        Type::Float64
    } else if left.is_unknown() || right.is_unknown() {
        Type::Unknown
    } else {
        Type::Number
    }
}

fn quotient(left: Type, right: Type, _: &Settings) -> (Builtin, Type) {
    match arith(Arith::Mul, left, right) {
        Type::Float64 => (Builtin::DivFloat, Type::Float64),
        _ => (Builtin::DivOracle, Type::Number),
    }
}

/// Fields of EXTRACT.
fn extract_field(name: &str) -> Option<(Builtin, Type)> {
    let op = match name {
        "second" => Builtin::ExtractSecondFraction,
        _ => crate::expr::special::time::common_field(name)?,
    };
    Some((op, Type::Number))
}
