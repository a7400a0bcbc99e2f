//! How PostgreSQL says each type. <https://www.postgresql.org/docs/15/datatype.html>

use std::fmt::Write;

use air::Type;
use air::catalog::Catalog;
use air::profile::Profile;
use air::types::{Affinity, Element, IntervalKind, TextKind, Zone};

/// The type of a column definition.
pub fn column_type(ty: Type, _: &Profile, _: &Catalog, out: &mut String) -> Result<(), &'static str> {
    match ty {
        Type::Unknown | Type::Null => return Err("its type is not known"),
        Type::Bool => out.push_str("boolean"),
        // The narrowest type that holds every value.
        Type::Int { bits: 64, unsigned: true } => out.push_str("numeric(20)"),
        Type::Int { bits, unsigned } => out.push_str(match u32::from(bits) + u32::from(unsigned) {
            0..=16 => "smallint",
            17..=32 => "integer",
            _ => "bigint",
        }),
        Type::Decimal { precision, scale } => push(out, format_args!("numeric({precision},{scale})")),
        Type::Number => out.push_str("numeric"),
        Type::Float32 => out.push_str("real"),
        Type::Float64 => out.push_str("double precision"),
        Type::Text(text) => match (text.kind, text.length) {
            (TextKind::Fixed, n) => push(out, format_args!("char({})", n.max(1))),
            (TextKind::Varying, 0) => out.push_str("varchar"),
            (TextKind::Varying, n) => push(out, format_args!("varchar({n})")),
            (TextKind::Unbounded, _) => out.push_str("text"),
        },
        Type::Bytes { .. } => out.push_str("bytea"),
        Type::Bits { length: 0, .. } => out.push_str("varbit"),
        Type::Bits { length, varying: true } => push(out, format_args!("varbit({length})")),
        Type::Bits { length, varying: false } => push(out, format_args!("bit({length})")),
        Type::Date => out.push_str("date"),
        Type::Time { precision, zone } => {
            out.push_str("time");
            fraction(out, precision);
            if zone {
                out.push_str(" with time zone");
            }
        }
        Type::Timestamp { precision, zone } => {
            out.push_str("timestamp");
            fraction(out, precision);
            if zone != Zone::None {
                out.push_str(" with time zone");
            }
        }
        Type::Interval(kind) => out.push_str(match kind {
            IntervalKind::Mixed => "interval",
            IntervalKind::YearToMonth => "interval year to month",
            IntervalKind::DayToSecond => "interval day to second",
        }),
        Type::Year => out.push_str("smallint"),
        Type::Uuid => out.push_str("uuid"),
        Type::Json { binary } => out.push_str(if binary { "jsonb" } else { "json" }),
        Type::Xml => out.push_str("xml"),
        Type::Money { scale } => push(out, format_args!("numeric(19,{scale})")),
        Type::Enum(_) | Type::Set(_) => out.push_str("text"),
        Type::Array(element) => {
            out.push_str(match element {
                Element::Bool => "boolean[]",
                Element::Int16 => "smallint[]",
                Element::Int32 => "integer[]",
                Element::Int64 => "bigint[]",
                Element::Number => "numeric[]",
                Element::Float32 => "real[]",
                Element::Float64 => "double precision[]",
                Element::Text => "text[]",
                Element::Date => "date[]",
                Element::Timestamp => "timestamp[]",
                Element::Uuid => "uuid[]",
                Element::Json => "json[]",
                Element::Bytes => "bytea[]",
                Element::Unknown => return Err("the type of its elements is not known"),
            });
        }
        Type::Row => return Err("rows are no column type"),
        // Every storage class may come: what the declaration prefers is taken, as an assumption of the binder.
        Type::Any(affinity) => out.push_str(match affinity {
            Affinity::Integer => "bigint",
            Affinity::Real | Affinity::Numeric => "double precision",
            Affinity::Text => "text",
            Affinity::Blob => return Err("a column without a type holds values of any type"),
        }),
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
        Type::Any(Affinity::Blob) => out.push_str("bytea"),
        _ => return column_type(ty, profile, catalog, out),
    }
    Ok(())
}

/// Digits of the fraction, where they are not the default.
fn fraction(out: &mut String, precision: u8) {
    if precision < 6 {
        push(out, format_args!("({precision})"));
    }
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = out.write_fmt(text);
}
