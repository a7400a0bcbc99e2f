//! How Oracle says each type, by the SQL Language Reference 19c; not run.

use std::fmt::Write;

use air::Type;
use air::catalog::Catalog;
use air::profile::{Profile, Version};
use air::types::{Affinity, IntervalKind, TextKind, Zone};

/// Longest VARCHAR2, in characters that take up to four bytes, without extended strings.
const VARCHAR2_MAX: u32 = 4000;

/// The type of a column definition.
pub fn column_type(ty: Type, profile: &Profile, _: &Catalog, out: &mut String) -> Result<(), &'static str> {
    match ty {
        Type::Unknown | Type::Null => return Err("its type is not known"),
        Type::Bool if profile.version >= Version(23, 0) => out.push_str("BOOLEAN"),
        Type::Bool => out.push_str("NUMBER(1)"),
        Type::Int { bits, unsigned } => {
            let digits = match (bits, unsigned) {
                (0..=8, _) => 3,
                (9..=16, _) => 5,
                (17..=24, false) => 7,
                (17..=24, true) => 8,
                (25..=32, _) => 10,
                (_, false) => 19,
                (_, true) => 20,
            };
            push(out, format_args!("NUMBER({digits})"));
        }
        Type::Decimal { precision, .. } if precision > 38 => return Err("numbers have at most 38 digits"),
        Type::Decimal { precision, scale } => push(out, format_args!("NUMBER({precision},{scale})")),
        Type::Money { scale } => push(out, format_args!("NUMBER(19,{scale})")),
        Type::Number => out.push_str("NUMBER"),
        Type::Float32 => out.push_str("BINARY_FLOAT"),
        Type::Float64 | Type::Any(Affinity::Real | Affinity::Numeric) => out.push_str("BINARY_DOUBLE"),
        Type::Text(text) => match (text.kind, text.length) {
            (TextKind::Fixed, n @ 0..=2000) => push(out, format_args!("CHAR({} CHAR)", n.max(1))),
            (TextKind::Fixed | TextKind::Varying, n @ 1..=VARCHAR2_MAX) => {
                push(out, format_args!("VARCHAR2({n} CHAR)"));
            }
            _ => out.push_str("CLOB"),
        },
        Type::Any(Affinity::Text) | Type::Xml => out.push_str("CLOB"),
        Type::Bytes { length: n @ 1..=2000, .. } => push(out, format_args!("RAW({n})")),
        Type::Bytes { .. } => out.push_str("BLOB"),
        Type::Date => out.push_str("DATE"),
        Type::Timestamp { precision, zone } => {
            push(out, format_args!("TIMESTAMP({precision})"));
            out.push_str(match zone {
                Zone::None => "",
                Zone::Instant => " WITH LOCAL TIME ZONE",
                Zone::Offset => " WITH TIME ZONE",
            });
        }
        Type::Interval(IntervalKind::YearToMonth) => out.push_str("INTERVAL YEAR(9) TO MONTH"),
        Type::Interval(IntervalKind::DayToSecond) => out.push_str("INTERVAL DAY(9) TO SECOND(6)"),
        Type::Interval(IntervalKind::Mixed) => return Err("an interval holds months or days, not both"),
        Type::Year => out.push_str("NUMBER(4)"),
        Type::Uuid => out.push_str("VARCHAR2(36 CHAR)"),
        Type::Json { .. } if profile.version >= Version(21, 0) => out.push_str("JSON"),
        Type::Json { .. } => out.push_str("CLOB"),
        Type::Enum(_) | Type::Set(_) => out.push_str("VARCHAR2(4000)"),
        Type::Any(Affinity::Integer) => out.push_str("NUMBER(19)"),
        Type::Any(Affinity::Blob) => return Err("a column without a type holds values of any type"),
        Type::Time { .. } => return Err("there is no time of day type"),
        Type::Bits { .. } => return Err("there are no bit strings"),
        Type::Array(_) => return Err("there are no arrays without a declared type"),
        Type::Row => return Err("rows are no column type"),
    }
    Ok(())
}

/// The type in CAST: large objects are no cast types.
pub fn cast_type(
    ty: Type,
    profile: &Profile,
    catalog: &Catalog,
    out: &mut String,
) -> Result<(), &'static str> {
    match ty {
        Type::Text(text) if text.length == 0 || text.length > VARCHAR2_MAX => out.push_str("VARCHAR2(4000)"),
        Type::Any(Affinity::Text) => out.push_str("VARCHAR2(4000)"),
        _ => return column_type(ty, profile, catalog, out),
    }
    Ok(())
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = out.write_fmt(text);
}
