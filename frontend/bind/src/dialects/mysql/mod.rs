//! MySQL and MariaDB: conversions never fail in a SELECT, division is decimal, zero divisors give NULL,
//! texts compare without case. <https://dev.mysql.com/doc/refman/8.4/en/expressions.html>

mod functions;
mod times;
mod types;

use super::Functions;
use super::common::{covering, decimal, digits, wider_int};
use super::meaning::*;
use air::Builtin;
use air::expr::ManyRows;
use air::profile::Settings;
use air::types::{CastFailure, Collation, Rounding, Type};

/// Most digits of DECIMAL.
const MOST: i32 = 65;
/// Most digits after the point (MariaDB has 38; results beyond 30 do not arise from ordinary columns).
const SCALE_MOST: i32 = 30;

static FUNCTIONS: Functions = Functions::new(&[
    functions::NUMBERS,
    functions::TEXTS,
    times::TIMES,
    functions::JSON,
    functions::OTHER,
    functions::AGGREGATES,
    super::common::MATH,
    super::common::WINDOWS,
    super::common::AGGREGATES,
]);

pub(super) static MYSQL: Meaning = of("MySQL", Rounding::HalfAway, 32_536_771_199);
/// MariaDB cuts fractions of a second where MySQL rounds, and counts seconds in 32 bits.
pub(super) static MARIADB: Meaning = of("MariaDB", Rounding::Truncate, 2_147_483_647);

const fn of(name: &'static str, fraction: Rounding, unix_last: i64) -> Meaning {
    Meaning {
        name,
        functions: &FUNCTIONS,
        bare_calls: &[],
        numbers: Numbers {
            int_literal,
            decimal_literals: true,
            exponents_are_exact: false,
            single_kind: false,
            literals_fit: false,
            single_by_digits: false,
            floats_have_scale: true,
            plus_keeps: true,
            arith,
            quotient,
            modulo: Builtin::ModOrNull,
            modulo_cuts: false,
            sum,
            avg,
            count: Type::I64,
            bits: Bits::Unsigned64,
            shifts_modulo: false,
            caret: Caret::Xor,
            common,
        },
        texts: Texts {
            pipes: None,
            plus_joins: false,
            padded_literals: false,
            empty_is_null: false,
            like_escape: Some('\\'),
            like_classes: false,
            like_collation: None,
            replace_collated: false,
            search_collated: true,
            hex_strings_are_bits: false,
            hex_numbers_are_bytes: true,
            json_arrows: JsonArrows::Paths,
            collation_conflict: CollationConflict::ExactWins,
            fixed_trims: false,
            fixed_pads: false,
            like_trims: false,
            fixed_reads_trimmed: true,
            trim_whole_text: true,
            list_separator: ",",
            results_collated: true,
            lists_sort: true,
            distinct_sorts: false,
            json_truth_is_number: matches!(fraction, Rounding::Truncate),
            regexp_operator: true,
        },
        conversions: Conversions {
            implicit: Implicit::Loose,
            text_meets_number: TextMeetsNumber::AsFloat,
            numbers_are_conditions: true,
            changes_fail: true,
            text_to_number: CastFailure::Prefix,
            text_to_time: CastFailure::Null,
            overflow: CastFailure::Clamp,
            overlong: CastFailure::Truncate,
            decimal_to_int: Rounding::HalfAway,
            float_to_int: Rounding::HalfEven,
            to_scale: Rounding::HalfAway,
            store_keeps: false,
            number_text: NumberText::Digits,
            iso_times: true,
            text_yields: false,
            branches_keep: false,
            true_booleans: false,
            own_forms: false,
            empty_is_zero: false,
        },
        times: Times {
            plus_number: PlusNumber::AsNumber,
            minus: Minus::Numbers,
            as_text: false,
            month_first: false,
            fraction,
            intervals: Intervals::UnitAmounts,
            timestamp_literals_plain: true,
            ticks: false,
            short_fractions: false,
            now_precision: 0,
            now_texts: false,
            month_end: MonthEnd::Clamp,
            times_are_spans: true,
            unix_last,
        },
        table_function: |_, _| None,
        extract_field,
        variables_are_parameters: false,
        sequence_members: false,
        names_fold_upper: false,
        numbers_follow: true,
        scalar_rows: ManyRows::Fails,
        type_name: types::type_name,
        collation,
    }
}

fn int_literal(value: i128) -> Option<Type> {
    if i32::try_from(value).is_ok() {
        Some(Type::I32)
    } else if i64::try_from(value).is_ok() {
        Some(Type::I64)
    } else {
        u64::try_from(value).is_ok().then_some(Type::U64)
    }
}

/// Integers compute in 64 bits, unsigned if one side is; decimals by the rules of
/// <https://dev.mysql.com/doc/refman/8.4/en/precision-math-expressions.html>.
fn arith(op: Arith, left: Type, right: Type) -> Type {
    let is_int = |ty: Type| ty.is_int() || ty == Type::Bool;
    if is_int(left) && is_int(right) {
        let unsigned = |ty| matches!(ty, Type::Int { unsigned: true, .. });
        let unsigned = if op == Arith::Mod { unsigned(left) } else { unsigned(left) || unsigned(right) };
        return Type::Int { bits: 64, unsigned };
    }
    let (Some(l), Some(r)) = (digits(left), digits(right)) else { return float_or_unknown(left, right) };
    match op {
        Arith::Add | Arith::Sub => {
            let scale = l.1.max(r.1);
            decimal((l.0 - l.1).max(r.0 - r.1) + scale + 1, scale, MOST)
        }
        Arith::Mul => decimal(l.0 + r.0, (l.1 + r.1).min(SCALE_MOST), MOST),
        Arith::Mod => decimal(l.0.max(r.0), l.1.max(r.1), MOST),
    }
}

fn float_or_unknown(left: Type, right: Type) -> Type {
    if left.is_float() || right.is_float() {
        Type::Float64
    } else if left.is_unknown() || right.is_unknown() {
        Type::Unknown
    } else {
        Type::Float64
    }
}

fn quotient(left: Type, right: Type, settings: &Settings) -> (Builtin, Type) {
    let (Some(l), Some(r)) = (digits(left), digits(right)) else {
        let ty = float_or_unknown(left, right);
        let op = if ty == Type::Unknown { Builtin::DivDecimalOrNull } else { Builtin::DivFloatOrNull };
        return (op, ty);
    };
    let scale = (l.1 + i32::from(settings.div_precision_increment)).min(SCALE_MOST);
    (Builtin::DivDecimalOrNull, decimal(l.0 - l.1 + r.1 + scale, scale, MOST))
}

fn sum(ty: Type) -> Type {
    match digits(ty) {
        Some((precision, scale)) => decimal(precision + 22, scale, MOST),
        None if ty.is_unknown() => Type::Unknown,
        None => Type::Float64,
    }
}

fn avg(ty: Type, settings: &Settings) -> (Builtin, Type) {
    let more = i32::from(settings.div_precision_increment);
    match digits(ty) {
        Some((precision, scale)) => {
            (Builtin::AvgDecimal, decimal(precision + more, (scale + more).min(SCALE_MOST), MOST))
        }
        None if ty.is_unknown() => (Builtin::AvgDecimal, Type::Unknown),
        None => (Builtin::AvgFloat, Type::Float64),
    }
}

fn common(left: Type, right: Type) -> Type {
    if left.is_int() && right.is_int() {
        return wider_int(left, right, Type::Decimal { precision: 20, scale: 0 });
    }
    match (digits(left), digits(right)) {
        (Some(l), Some(r)) => covering(l, r, MOST),
        _ => Type::Float64,
    }
}

/// Collations by the parts of their names: `utf8mb4_general_ci`, `latin1_bin`, `utf8mb4_0900_as_cs`.
fn collation(name: &str) -> Option<Collation> {
    let name = name.to_ascii_lowercase();
    let (_, rest) = name.split_once('_').unwrap_or(("", name.as_str()));
    Some(match rest {
        _ if name == "binary" => Collation::BINARY,
        "bin" => Collation::PAD_BIN,
        "nopad_bin" | "0900_bin" => Collation::BINARY,
        "general_ci" | "swedish_ci" | "general1400_as_ci" => Collation::GENERAL_CI,
        "general_nopad_ci" | "swedish_nopad_ci" => Collation { pad: false, ..Collation::GENERAL_CI },
        "0900_ai_ci" => Collation::UCA_AI_CI,
        "0900_as_ci" => Collation { accent_insensitive: false, ..Collation::UCA_AI_CI },
        "0900_as_cs" => {
            Collation { accent_insensitive: false, case: air::types::Fold::Sensitive, ..Collation::UCA_AI_CI }
        }
        "general_cs" => Collation { case: air::types::Fold::Sensitive, ..Collation::GENERAL_CI },
        "unicode_ci" | "unicode_520_ci" | "uca1400_ai_ci" => Collation { pad: true, ..Collation::UCA_AI_CI },
        "uca1400_nopad_ai_ci" => Collation::UCA_AI_CI,
        _ => return None,
    })
}

/// Fields of EXTRACT; composite ones are numbers of digits side by side and are not translated.
fn extract_field(name: &str) -> Option<(Builtin, Type)> {
    let op = match name {
        "second" => Builtin::ExtractSecond,
        "microsecond" => Builtin::ExtractMicrosecond,
        "quarter" => Builtin::ExtractQuarter,
        "week" => Builtin::ExtractWeekSunday,
        _ => crate::expr::special::time::common_field(name)?,
    };
    Some((op, Type::I64))
}
