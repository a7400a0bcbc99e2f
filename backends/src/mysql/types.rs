//! How MySQL and MariaDB say each type. <https://dev.mysql.com/doc/refman/8.4/en/data-types.html>

use std::fmt::Write;

use air::Type;
use air::catalog::Catalog;
use air::profile::Profile;
use air::types::{Affinity, EnumId, TextKind, Zone};

/// Longest VARCHAR of four-byte characters that fits a row.
const VARCHAR_MAX: u32 = 16_383;
/// Most digits of a DECIMAL, and most after the point.
const DECIMAL_MAX: (u16, i16) = (65, 30);

/// The type of a column definition.
pub fn column_type(ty: Type, _: &Profile, catalog: &Catalog, out: &mut String) -> Result<(), &'static str> {
    match ty {
        Type::Unknown | Type::Null => return Err("its type is not known"),
        Type::Bool => out.push_str("BOOLEAN"),
        Type::Int { bits, unsigned } => {
            out.push_str(match bits {
                0..=8 => "TINYINT",
                9..=16 => "SMALLINT",
                17..=24 => "MEDIUMINT",
                25..=32 => "INT",
                _ => "BIGINT",
            });
            if unsigned {
                out.push_str(" UNSIGNED");
            }
        }
        Type::Decimal { precision, scale } => decimal(out, precision, scale)?,
        Type::Number => decimal(out, DECIMAL_MAX.0, DECIMAL_MAX.1)?,
        Type::Money { scale } => decimal(out, 19, i16::from(scale))?,
        Type::Float32 => out.push_str("FLOAT"),
        Type::Float64 => out.push_str("DOUBLE"),
        Type::Text(text) => match (text.kind, text.length) {
            (TextKind::Fixed, n @ 0..=255) => push(out, format_args!("CHAR({})", n.max(1))),
            (TextKind::Fixed | TextKind::Varying, n @ 1..=VARCHAR_MAX) => {
                push(out, format_args!("VARCHAR({n})"))
            }
            _ => out.push_str("LONGTEXT"),
        },
        Type::Bytes { length: n @ 1..=255, fixed: true } => push(out, format_args!("BINARY({n})")),
        Type::Bytes { length: n @ 1..=65_532, .. } => push(out, format_args!("VARBINARY({n})")),
        Type::Bytes { .. } => out.push_str("LONGBLOB"),
        Type::Bits { length: n @ 1..=64, .. } => push(out, format_args!("BIT({n})")),
        Type::Bits { .. } => return Err("bit strings have at most 64 bits"),
        Type::Date => out.push_str("DATE"),
        Type::Time { zone: true, .. } => return Err("a time of day has no zone"),
        Type::Time { precision, zone: false } => fraction(out, "TIME", precision),
        Type::Timestamp { precision, zone: Zone::None } => fraction(out, "DATETIME", precision),
        Type::Timestamp { precision, .. } => fraction(out, "TIMESTAMP", precision),
        Type::Year => out.push_str("YEAR"),
        Type::Uuid => out.push_str("CHAR(36)"),
        Type::Json { .. } => out.push_str("JSON"),
        Type::Enum(id) => words(out, "ENUM", id, catalog),
        Type::Set(id) => words(out, "SET", id, catalog),
        Type::Any(affinity) => out.push_str(match affinity {
            Affinity::Integer => "BIGINT",
            Affinity::Real | Affinity::Numeric => "DOUBLE",
            Affinity::Text => "LONGTEXT",
            Affinity::Blob => return Err("a column without a type holds values of any type"),
        }),
        Type::Xml => return Err("there is no XML type"),
        Type::Interval(_) => return Err("there are no intervals"),
        Type::Array(_) => out.push_str("JSON"),
        Type::Row => return Err("rows are no column type"),
    }
    Ok(())
}

/// The type in CAST: a list of its own.
pub fn cast_type(
    ty: Type,
    profile: &Profile,
    catalog: &Catalog,
    out: &mut String,
) -> Result<(), &'static str> {
    match ty {
        Type::Int { unsigned: true, .. } | Type::Year => out.push_str("UNSIGNED"),
        Type::Int { unsigned: false, .. } | Type::Bool | Type::Any(Affinity::Integer) => {
            out.push_str("SIGNED")
        }
        Type::Float32 | Type::Float64 | Type::Any(Affinity::Real | Affinity::Numeric) => {
            out.push_str("DOUBLE")
        }
        Type::Text(text) if text.kind != TextKind::Unbounded && text.length > 0 => {
            push(out, format_args!("CHAR({})", text.length));
        }
        Type::Text(_) | Type::Any(Affinity::Text) | Type::Enum(_) | Type::Set(_) | Type::Uuid => {
            out.push_str("CHAR")
        }
        Type::Bytes { length, fixed: true } => push(out, format_args!("BINARY({length})")),
        Type::Bytes { .. } | Type::Any(Affinity::Blob) => out.push_str("BINARY"),
        Type::Timestamp { precision, .. } => fraction(out, "DATETIME", precision),
        Type::Bits { .. } => return Err("there is no cast to bit strings"),
        _ => return column_type(ty, profile, catalog, out),
    }
    Ok(())
}

fn decimal(out: &mut String, precision: u16, scale: i16) -> Result<(), &'static str> {
    if scale > DECIMAL_MAX.1 || scale < 0 {
        return Err("decimals have from 0 to 30 digits after the point");
    }
    if precision > DECIMAL_MAX.0 {
        return Err("decimals have at most 65 digits");
    }
    push(out, format_args!("DECIMAL({precision},{scale})"));
    Ok(())
}

fn fraction(out: &mut String, word: &str, precision: u8) {
    out.push_str(word);
    if precision > 0 {
        push(out, format_args!("({})", precision.min(6)));
    }
}

fn words(out: &mut String, word: &str, id: EnumId, catalog: &Catalog) {
    out.push_str(word);
    for (i, entry) in catalog.words(id).iter().enumerate() {
        out.push_str(if i == 0 { "('" } else { "', '" });
        for c in entry.chars() {
            if matches!(c, '\'' | '\\') {
                out.push(c);
            }
            out.push(c);
        }
    }
    out.push_str("')");
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = out.write_fmt(text);
}
