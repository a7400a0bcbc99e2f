//! How SQLite says each type. Only the affinity counts (<https://www.sqlite.org/datatype3.html>); the names are
//! chosen so that a reader recognises the type.

use std::fmt::Write;

use air::Type;
use air::catalog::Catalog;
use air::profile::Profile;
use air::types::{Affinity, TextKind};

/// The type of a column definition.
pub fn column_type(ty: Type, _: &Profile, _: &Catalog, out: &mut String) -> Result<(), &'static str> {
    match ty {
        // Without a type, values are kept as they come.
        Type::Unknown | Type::Null | Type::Any(Affinity::Blob) => {}
        // NUMERIC affinity.
        Type::Bool => out.push_str("BOOLEAN"),
        Type::Int { .. } | Type::Year | Type::Any(Affinity::Integer) => out.push_str("INTEGER"),
        // NUMERIC affinity: whole numbers stay exact integers, others are REAL.
        Type::Decimal { precision, scale } => push(out, format_args!("DECIMAL({precision},{scale})")),
        Type::Money { scale } => push(out, format_args!("DECIMAL(19,{scale})")),
        Type::Number | Type::Any(Affinity::Numeric) => out.push_str("NUMERIC"),
        Type::Float32 | Type::Float64 | Type::Any(Affinity::Real) => out.push_str("REAL"),
        Type::Text(text) => match (text.kind, text.length) {
            (TextKind::Fixed, n) => push(out, format_args!("CHAR({})", n.max(1))),
            (TextKind::Varying, n) if n > 0 => push(out, format_args!("VARCHAR({n})")),
            _ => out.push_str("TEXT"),
        },
        Type::Any(Affinity::Text) | Type::Enum(_) | Type::Set(_) => out.push_str("TEXT"),
        Type::Bytes { .. } => out.push_str("BLOB"),
        // ISO texts: a name with NUMERIC affinity would turn `2024` into a number.
        Type::Date | Type::Time { .. } | Type::Timestamp { .. } => out.push_str("TEXT"),
        Type::Uuid | Type::Json { .. } | Type::Xml => out.push_str("TEXT"),
        Type::Bits { .. } => return Err("there are no bit strings"),
        Type::Interval(_) => return Err("there are no intervals"),
        Type::Array(_) => out.push_str("TEXT"),
        Type::Row => return Err("rows are no column type"),
    }
    Ok(())
}

/// The type in CAST: one per affinity.
pub fn cast_type(ty: Type, _: &Profile, _: &Catalog, out: &mut String) -> Result<(), &'static str> {
    out.push_str(match ty {
        Type::Bool | Type::Int { .. } | Type::Year | Type::Any(Affinity::Integer) => "INTEGER",
        Type::Decimal { .. } | Type::Number | Type::Money { .. } | Type::Any(Affinity::Numeric) => "NUMERIC",
        Type::Float32 | Type::Float64 | Type::Any(Affinity::Real) => "REAL",
        Type::Bytes { .. } | Type::Any(Affinity::Blob) => "BLOB",
        Type::Text(_) | Type::Enum(_) | Type::Set(_) | Type::Any(Affinity::Text) => "TEXT",
        Type::Date | Type::Time { .. } | Type::Timestamp { .. } => "TEXT",
        Type::Uuid | Type::Json { .. } | Type::Xml => "TEXT",
        Type::Unknown | Type::Null => return Err("its type is not known"),
        Type::Bits { .. } => return Err("there are no bit strings"),
        Type::Interval(_) => return Err("there are no intervals"),
        Type::Array(_) => return Err("there are no arrays"),
        Type::Row => return Err("rows are no type"),
    });
    Ok(())
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = out.write_fmt(text);
}
