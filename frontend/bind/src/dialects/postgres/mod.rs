//! PostgreSQL: types are told apart strictly, literals take the type of their context, integers divide to
//! integers, booleans are no numbers. <https://www.postgresql.org/docs/15/functions.html>

mod functions;
mod times;
mod types;

use super::Functions;
use super::common::{covering, decimal, digits, narrowest_from_32, wider_int};
use super::meaning::*;
use air::Builtin;
use air::expr::ManyRows;
use air::profile::Settings;
use air::types::{CastFailure, Collation, Rounding, Type};

/// Digits beyond which a numeric is kept as unbounded.
const MOST: i32 = 1000;

static FUNCTIONS: Functions = Functions::new(&[
    functions::NUMBERS,
    functions::TEXTS,
    times::TIMES,
    functions::JSON,
    functions::ARRAYS,
    functions::OTHER,
    functions::AGGREGATES,
    super::common::MATH,
    super::common::HYPERBOLIC,
    super::common::WINDOWS,
    super::common::AGGREGATES,
    super::common::REGRESSION,
]);

pub(super) static MEANING: Meaning = Meaning {
    name: "PostgreSQL",
    functions: &FUNCTIONS,
    bare_calls: &[],
    numbers: Numbers {
        int_literal: narrowest_from_32,
        decimal_literals: true,
        exponents_are_exact: true,
        single_kind: false,
        literals_fit: false,
        single_by_digits: true,
        floats_have_scale: false,
        plus_keeps: false,
        arith,
        quotient,
        modulo: Builtin::Mod,
        modulo_cuts: false,
        sum,
        avg,
        count: Type::I64,
        bits: Bits::Operands,
        shifts_modulo: true,
        caret: Caret::Power,
        common,
    },
    texts: Texts {
        pipes: Some(Builtin::Concat),
        plus_joins: false,
        padded_literals: false,
        empty_is_null: false,
        like_escape: Some('\\'),
        like_classes: false,
        like_collation: Some(Collation::BINARY),
        replace_collated: false,
        search_collated: false,
        hex_strings_are_bits: true,
        hex_numbers_are_bytes: false,
        json_arrows: JsonArrows::Keys,
        collation_conflict: CollationConflict::Refused,
        fixed_trims: true,
        fixed_pads: false,
        like_trims: false,
        fixed_reads_trimmed: false,
        trim_whole_text: false,
        list_separator: ",",
        results_collated: true,
        lists_sort: false,
        distinct_sorts: true,
        json_truth_is_number: false,
        regexp_operator: false,
    },
    conversions: Conversions {
        implicit: Implicit::Literals,
        text_meets_number: TextMeetsNumber::Refused,
        numbers_are_conditions: false,
        changes_fail: false,
        text_to_number: CastFailure::Error,
        text_to_time: CastFailure::Error,
        overflow: CastFailure::Error,
        overlong: CastFailure::Truncate,
        decimal_to_int: Rounding::HalfAway,
        float_to_int: Rounding::HalfEven,
        to_scale: Rounding::HalfAway,
        store_keeps: false,
        number_text: NumberText::Digits,
        iso_times: true,
        text_yields: false,
        branches_keep: false,
        true_booleans: true,
        own_forms: true,
        empty_is_zero: false,
    },
    times: Times {
        plus_number: PlusNumber::DateDays,
        minus: Minus::DaysOrInterval,
        as_text: false,
        month_first: false,
        fraction: Rounding::HalfAway,
        intervals: Intervals::Values,
        timestamp_literals_plain: false,
        ticks: false,
        short_fractions: true,
        now_precision: 6,
        now_texts: true,
        month_end: MonthEnd::Clamp,
        times_are_spans: false,
        unix_last: i64::MAX,
    },
    table_function: |name, count| {
        Some(match (name, count) {
            ("generate_series", 2 | 3) => Builtin::GenerateSeries,
            ("unnest", 1..) => Builtin::Unnest,
            ("json_array_elements" | "jsonb_array_elements", 1) => Builtin::JsonArrayElements,
            ("json_array_elements_text" | "jsonb_array_elements_text", 1) => Builtin::JsonArrayElementsText,
            ("string_to_table", 2) => Builtin::StringSplit,
            ("regexp_split_to_table", 2) => Builtin::RegexSplit,
            _ => return None,
        })
    },
    extract_field,
    variables_are_parameters: false,
    sequence_members: false,
    names_fold_upper: false,
    numbers_follow: false,
    scalar_rows: ManyRows::Fails,
    type_name: types::type_name,
    collation,
};

/// Integers compute in the wider type, numerics keep every digit, floats win.
fn arith(op: Arith, left: Type, right: Type) -> Type {
    if left.is_int() && right.is_int() {
        return wider_int(left, right, Type::I64);
    }
    if left.is_float() || right.is_float() {
        let both_short = left == Type::Float32 && right == Type::Float32;
        return if both_short { Type::Float32 } else { Type::Float64 };
    }
    match (left, right) {
        (Type::Money { .. }, _) => return left,
        (_, Type::Money { .. }) => return right,
        _ => {}
    }
    if left.is_unknown() || right.is_unknown() {
        return Type::Unknown;
    }
    let (Some(l), Some(r)) = (digits(left), digits(right)) else { return Type::Number };
    let (precision, scale) = match op {
        Arith::Add | Arith::Sub => {
            let scale = l.1.max(r.1);
            ((l.0 - l.1).max(r.0 - r.1) + scale + 1, scale)
        }
        Arith::Mul => (l.0 + r.0, l.1.max(0) + r.1.max(0)),
        Arith::Mod => (l.0.max(r.0), l.1.max(r.1)),
    };
    if precision > MOST { Type::Number } else { decimal(precision, scale, MOST) }
}

fn quotient(left: Type, right: Type, _: &Settings) -> (Builtin, Type) {
    if left.is_int() && right.is_int() {
        return (Builtin::DivInt, wider_int(left, right, Type::I64));
    }
    if left.is_float() || right.is_float() {
        let both_short = left == Type::Float32 && right == Type::Float32;
        return (Builtin::DivFloat, if both_short { Type::Float32 } else { Type::Float64 });
    }
    match (left, right) {
        (Type::Money { .. }, Type::Money { .. }) => (Builtin::DivFloat, Type::Float64),
        (Type::Money { .. }, _) => (Builtin::DivDecimal, left),
        _ if left.is_unknown() || right.is_unknown() => (Builtin::DivNumber, Type::Unknown),
        _ => (Builtin::DivNumber, Type::Number),
    }
}

fn sum(ty: Type) -> Type {
    match ty {
        Type::Int { bits: 64, .. } => Type::Decimal { precision: 38, scale: 0 },
        Type::Int { .. } => Type::I64,
        Type::Decimal { precision, scale } => decimal(i32::from(precision) + 22, i32::from(scale), MOST),
        other => other,
    }
}

fn avg(ty: Type, _: &Settings) -> (Builtin, Type) {
    match ty {
        Type::Float32 | Type::Float64 => (Builtin::AvgFloat, Type::Float64),
        Type::Interval(_) => (Builtin::AvgFloat, ty),
        _ => (Builtin::AvgNumber, Type::Number),
    }
}

fn common(left: Type, right: Type) -> Type {
    if left.is_int() && right.is_int() {
        return wider_int(left, right, Type::I64);
    }
    if left.is_float() || right.is_float() {
        let both_short = left == Type::Float32 && right == Type::Float32;
        return if both_short { Type::Float32 } else { Type::Float64 };
    }
    match (digits(left), digits(right)) {
        (Some(l), Some(r)) => covering(l, r, MOST),
        _ => Type::Number,
    }
}

fn collation(name: &str) -> Option<Collation> {
    Some(match name {
        "C" | "POSIX" | "ucs_basic" | "C.UTF-8" | "C.utf8" => Collation::BINARY,
        _ if name.eq_ignore_ascii_case("default") => Collation::BINARY,
        // Libc and ICU collations tell equal texts by bytes and sort by language.
        _ if name.contains('_') || name.contains("-x-icu") || name == "unicode" => {
            Collation { order: air::types::TextOrder::Linguistic, ..Collation::BINARY }
        }
        _ => return None,
    })
}

/// Fields of EXTRACT, which are numeric.
fn extract_field(name: &str) -> Option<(Builtin, Type)> {
    let whole = Type::Decimal { precision: 19, scale: 0 };
    let micros = Type::Decimal { precision: 25, scale: 6 };
    Some(match name {
        "second" | "seconds" | "sec" => (Builtin::ExtractSecondFraction, micros),
        "milliseconds" | "millisecond" | "ms" | "msec" | "msecs" => {
            (Builtin::ExtractMillisecond, Type::Decimal { precision: 22, scale: 3 })
        }
        "microseconds" | "microsecond" | "us" | "usec" | "usecs" => (Builtin::ExtractMicrosecondTotal, whole),
        "epoch" => (Builtin::ExtractEpoch, micros),
        "dow" => (Builtin::ExtractWeekdaySunday0, whole),
        "isodow" => (Builtin::ExtractWeekdayMonday1, whole),
        "doy" => (Builtin::ExtractDayOfYear, whole),
        "week" | "weeks" => (Builtin::ExtractIsoWeek, whole),
        "isoyear" => (Builtin::ExtractIsoYear, whole),
        "quarter" => (Builtin::ExtractQuarter, whole),
        "century" | "centuries" => (Builtin::ExtractCentury, whole),
        "decade" | "decades" => (Builtin::ExtractDecade, whole),
        "millennium" | "millennia" => (Builtin::ExtractMillennium, whole),
        "julian" => (Builtin::ExtractJulian, Type::Number),
        "years" => (Builtin::ExtractYear, whole),
        "months" | "mon" => (Builtin::ExtractMonth, whole),
        "days" => (Builtin::ExtractDay, whole),
        "hours" => (Builtin::ExtractHour, whole),
        "minutes" | "min" => (Builtin::ExtractMinute, whole),
        _ => (crate::expr::special::time::common_field(name)?, whole),
    })
}
