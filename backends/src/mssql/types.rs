//! How SQL Server says each type, by the Transact-SQL reference; not run.

use std::fmt::Write;

use air::Type;
use air::catalog::Catalog;
use air::profile::Profile;
use air::types::{Affinity, TextKind, Zone};

/// The type of a column definition.
pub fn column_type(ty: Type, _: &Profile, _: &Catalog, out: &mut String) -> Result<(), &'static str> {
    match ty {
        Type::Unknown | Type::Null => return Err("its type is not known"),
        Type::Bool => out.push_str("bit"),
        Type::Int { bits: 0..=8, unsigned: true } => out.push_str("tinyint"),
        Type::Int { bits: 64, unsigned: true } => out.push_str("decimal(20, 0)"),
        Type::Int { bits, unsigned } => out.push_str(match u32::from(bits) + u32::from(unsigned) {
            0..=16 => "smallint",
            17..=32 => "int",
            _ => "bigint",
        }),
        Type::Decimal { precision, .. } if precision > 38 => return Err("decimals have at most 38 digits"),
        Type::Decimal { scale, .. } if scale < 0 => return Err("a scale is not negative"),
        Type::Decimal { precision, scale } => push(out, format_args!("decimal({precision}, {scale})")),
        Type::Money { scale: 4 } => out.push_str("money"),
        Type::Money { scale } => push(out, format_args!("decimal(19, {scale})")),
        Type::Number => return Err("decimals have declared bounds"),
        Type::Float32 => out.push_str("real"),
        Type::Float64 | Type::Any(Affinity::Real | Affinity::Numeric) => out.push_str("float"),
        Type::Text(text) => match (text.kind, text.length) {
            (TextKind::Fixed, n @ 0..=4000) => push(out, format_args!("nchar({})", n.max(1))),
            (TextKind::Varying, n @ 1..=4000) => push(out, format_args!("nvarchar({n})")),
            _ => out.push_str("nvarchar(max)"),
        },
        Type::Any(Affinity::Text) | Type::Json { .. } => out.push_str("nvarchar(max)"),
        Type::Bytes { length: n @ 1..=8000, fixed: true } => push(out, format_args!("binary({n})")),
        Type::Bytes { length: n @ 1..=8000, fixed: false } => push(out, format_args!("varbinary({n})")),
        Type::Bytes { .. } => out.push_str("varbinary(max)"),
        Type::Date => out.push_str("date"),
        Type::Time { zone: true, .. } => return Err("a time of day has no zone"),
        Type::Time { precision, zone: false } => push(out, format_args!("time({precision})")),
        Type::Timestamp { precision, zone: Zone::None } => push(out, format_args!("datetime2({precision})")),
        Type::Timestamp { precision, .. } => push(out, format_args!("datetimeoffset({precision})")),
        Type::Year => out.push_str("smallint"),
        Type::Uuid => out.push_str("uniqueidentifier"),
        Type::Xml => out.push_str("xml"),
        Type::Enum(_) | Type::Set(_) => out.push_str("nvarchar(4000)"),
        Type::Any(Affinity::Integer) => out.push_str("bigint"),
        Type::Any(Affinity::Blob) => return Err("a column without a type holds values of any type"),
        Type::Interval(_) => return Err("there are no intervals"),
        Type::Bits { .. } => return Err("there are no bit strings"),
        Type::Array(_) => return Err("there are no arrays"),
        Type::Row => return Err("rows are no column type"),
    }
    Ok(())
}

/// The type in CAST.
pub fn cast_type(
    ty: Type,
    profile: &Profile,
    catalog: &Catalog,
    out: &mut String,
) -> Result<(), &'static str> {
    match ty {
        Type::Number => out.push_str("decimal(38, 10)"),
        _ => return column_type(ty, profile, catalog, out),
    }
    Ok(())
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = out.write_fmt(text);
}
