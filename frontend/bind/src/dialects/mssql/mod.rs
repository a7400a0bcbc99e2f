//! SQL Server: `+` joins texts, conversions fail, integers divide to integers, texts compare without case.
//! <https://learn.microsoft.com/sql/t-sql/functions/functions>

mod functions;
mod types;

use super::Functions;
use super::common::{covering, decimal, digits, wider_int};
use super::meaning::*;
use air::Builtin;
use air::expr::ManyRows;
use air::profile::Settings;
use air::types::{CastFailure, Collation, Fold, Rounding, TextOrder, Type};

/// Most digits of DECIMAL.
const MOST: i32 = 38;

static FUNCTIONS: Functions = Functions::new(&[
    functions::NUMBERS,
    functions::TEXTS,
    functions::TIMES,
    functions::OTHER,
    functions::AGGREGATES,
    super::common::MATH,
    super::common::WINDOWS,
]);

pub(super) static MEANING: Meaning = Meaning {
    name: "SQL Server",
    functions: &FUNCTIONS,
    bare_calls: &[],
    numbers: Numbers {
        int_literal: |value| i32::try_from(value).is_ok().then_some(Type::I32),
        decimal_literals: true,
        exponents_are_exact: false,
        single_kind: false,
        literals_fit: true,
        single_by_digits: false,
        floats_have_scale: false,
        plus_keeps: true,
        arith,
        quotient,
        modulo: Builtin::Mod,
        modulo_cuts: false,
        sum,
        avg,
        count: Type::I32,
        bits: Bits::Operands,
        shifts_modulo: false,
        caret: Caret::Xor,
        common,
    },
    texts: Texts {
        pipes: Some(Builtin::Concat),
        plus_joins: true,
        padded_literals: false,
        empty_is_null: false,
        like_escape: None,
        like_classes: true,
        like_collation: None,
        replace_collated: true,
        search_collated: true,
        hex_strings_are_bits: false,
        hex_numbers_are_bytes: true,
        json_arrows: JsonArrows::None,
        collation_conflict: CollationConflict::Refused,
        fixed_trims: false,
        fixed_pads: true,
        like_trims: true,
        fixed_reads_trimmed: false,
        trim_whole_text: false,
        list_separator: ",",
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
        overlong: CastFailure::Truncate,
        decimal_to_int: Rounding::Truncate,
        float_to_int: Rounding::Truncate,
        to_scale: Rounding::HalfAway,
        store_keeps: false,
        number_text: NumberText::DecimalsOnly,
        iso_times: false,
        text_yields: true,
        branches_keep: false,
        true_booleans: false,
        own_forms: false,
        empty_is_zero: true,
    },
    times: Times {
        plus_number: PlusNumber::Days,
        minus: Minus::Refused,
        as_text: false,
        month_first: true,
        fraction: Rounding::HalfAway,
        intervals: Intervals::None,
        timestamp_literals_plain: false,
        ticks: true,
        short_fractions: false,
        now_precision: 3,
        now_texts: false,
        month_end: MonthEnd::Clamp,
        times_are_spans: false,
        unix_last: i64::MAX,
    },
    table_function: |name, count| {
        Some(match (name, count) {
            ("generate_series", 2 | 3) => Builtin::GenerateSeries,
            ("string_split", 2) => Builtin::StringSplit,
            _ => return None,
        })
    },
    extract_field,
    variables_are_parameters: true,
    sequence_members: false,
    names_fold_upper: false,
    numbers_follow: true,
    scalar_rows: ManyRows::Fails,
    type_name: types::type_name,
    collation,
};

/// Precision and scale of <https://learn.microsoft.com/sql/t-sql/data-types/precision-scale-and-length-transact-sql>:
/// what exceeds 38 digits is taken from the scale, down to six digits.
fn reduced(precision: i32, scale: i32) -> Type {
    if precision <= MOST {
        return decimal(precision, scale, MOST);
    }
    let whole = precision - scale;
    let scale = if whole < 32 { scale.min(MOST - whole) } else { scale.min(6) };
    decimal(MOST, scale.max(0), MOST)
}

/// REAL comes before DECIMAL, MONEY and the integers, FLOAT before REAL.
/// <https://learn.microsoft.com/sql/t-sql/data-types/data-type-precedence-transact-sql>
fn float(left: Type, right: Type) -> Type {
    let single = |ty: Type| ty == Type::Float32 || !ty.is_float() && ty.is_numeric();
    if single(left) && single(right) { Type::Float32 } else { Type::Float64 }
}

fn arith(op: Arith, left: Type, right: Type) -> Type {
    if left.is_int() && right.is_int() {
        return wider_int(left, right, Type::I64);
    }
    if left.is_float() || right.is_float() {
        return float(left, right);
    }
    if left.is_unknown() || right.is_unknown() {
        return Type::Unknown;
    }
    if matches!(left, Type::Money { .. }) || matches!(right, Type::Money { .. }) {
        return Type::Money { scale: 4 };
    }
    let (Some(l), Some(r)) = (digits(left), digits(right)) else { return Type::Float64 };
    match op {
        Arith::Add | Arith::Sub => {
            let scale = l.1.max(r.1);
            reduced((l.0 - l.1).max(r.0 - r.1) + scale + 1, scale)
        }
        Arith::Mul => reduced(l.0 + r.0 + 1, l.1 + r.1),
        Arith::Mod => {
            let scale = l.1.max(r.1);
            reduced((l.0 - l.1).min(r.0 - r.1) + scale, scale)
        }
    }
}

fn quotient(left: Type, right: Type, _: &Settings) -> (Builtin, Type) {
    if left.is_int() && right.is_int() {
        return (Builtin::DivInt, wider_int(left, right, Type::I64));
    }
    match arith(Arith::Mul, left, right) {
        Type::Unknown => (Builtin::DivDecimal, Type::Unknown),
        ty @ Type::Money { .. } => (Builtin::DivDecimal, ty),
        ty if ty.is_float() => (Builtin::DivFloat, ty),
        _ => match (digits(left), digits(right)) {
            (Some(l), Some(r)) => {
                let scale = 6.max(l.1 + r.0 + 1);
                (Builtin::DivDecimal, reduced(l.0 - l.1 + r.1 + scale, scale))
            }
            _ => (Builtin::DivFloat, Type::Float64),
        },
    }
}

fn sum(ty: Type) -> Type {
    match ty {
        Type::Int { bits: 64, .. } => Type::I64,
        Type::Int { .. } => Type::I32,
        Type::Decimal { scale, .. } => Type::Decimal { precision: 38, scale },
        Type::Money { .. } => Type::Money { scale: 4 },
        Type::Float32 => Type::Float64,
        other => other,
    }
}

fn avg(ty: Type, _: &Settings) -> (Builtin, Type) {
    match ty {
        Type::Int { .. } => (Builtin::AvgCut, sum(ty)),
        Type::Decimal { scale, .. } => {
            (Builtin::AvgCut, Type::Decimal { precision: 38, scale: scale.max(6) })
        }
        Type::Money { .. } => (Builtin::AvgCut, ty),
        Type::Unknown => (Builtin::AvgDecimal, ty),
        _ => (Builtin::AvgFloat, Type::Float64),
    }
}

fn common(left: Type, right: Type) -> Type {
    if left.is_int() && right.is_int() {
        return wider_int(left, right, Type::I64);
    }
    if left.is_float() || right.is_float() {
        return float(left, right);
    }
    match (digits(left), digits(right)) {
        (Some(l), Some(r)) => covering(l, r, MOST),
        _ => Type::Float64,
    }
}

/// Collations by the parts of their names: `Latin1_General_100_CI_AS_SC`, `…_BIN2`.
fn collation(name: &str) -> Option<Collation> {
    let name = name.to_ascii_uppercase();
    if name == "DATABASE_DEFAULT" || name == "CATALOG_DEFAULT" {
        return Some(Collation::LATIN1_CI_AS);
    }
    if name.ends_with("_BIN") || name.ends_with("_BIN2") {
        return Some(Collation { pad: true, ..Collation::BINARY });
    }
    let part = |part: &str| name.split('_').any(|p| p == part);
    if !part("AS") && !part("AI") {
        return None;
    }
    Some(Collation {
        case: if part("CS") { Fold::Sensitive } else { Fold::Unicode },
        accent_insensitive: part("AI"),
        pad: true,
        order: TextOrder::Linguistic,
    })
}

/// Parts of DATEPART, by name and abbreviation.
fn extract_field(name: &str) -> Option<(Builtin, Type)> {
    let op = match name {
        "yy" | "yyyy" => Builtin::ExtractYear,
        "quarter" | "qq" | "q" => Builtin::ExtractQuarter,
        "mm" | "m" => Builtin::ExtractMonth,
        "dd" | "d" => Builtin::ExtractDay,
        "dayofyear" | "dy" | "y" => Builtin::ExtractDayOfYear,
        "week" | "wk" | "ww" => Builtin::ExtractWeekJan1Sunday,
        "iso_week" | "isowk" | "isoww" => Builtin::ExtractIsoWeek,
        "weekday" | "dw" | "w" => Builtin::ExtractWeekdaySunday1,
        "hh" => Builtin::ExtractHour,
        "mi" | "n" => Builtin::ExtractMinute,
        "second" | "ss" | "s" => Builtin::ExtractSecond,
        "microsecond" | "mcs" => Builtin::ExtractMicrosecond,
        _ => crate::expr::special::time::common_field(name)?,
    };
    Some((op, Type::I32))
}
