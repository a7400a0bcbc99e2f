//! Type names of PostgreSQL.

use super::super::meaning::TypeWords;
use air::types::{Collation, CollationStrength, IntervalKind, TextKind, TextType, Type, Zone};

pub(super) fn type_name(written: &TypeWords<'_>) -> Option<Type> {
    let text = |kind, length: Option<i64>| {
        Type::Text(TextType {
            kind,
            length: length.and_then(|length| u32::try_from(length).ok()).unwrap_or(0),
            // CHAR(n) compares without its padding.
            collation: match kind {
                TextKind::Fixed => Collation { pad: true, ..written.collation },
                _ => written.collation,
            },
            strength: CollationStrength::Implicit,
        })
    };
    let fraction = || written.arg(0).map_or(6, |digits| digits.clamp(0, 6) as u8);
    let int = |bits| Type::Int { bits, unsigned: false };
    Some(match written.words {
        "smallint" | "int2" | "smallserial" | "serial2" => int(16),
        "integer" | "int" | "int4" | "serial" | "serial4" => int(32),
        "bigint" | "int8" | "bigserial" | "serial8" => int(64),
        "oid" | "xid" | "cid" => int(64),
        "boolean" | "bool" => Type::Bool,
        "numeric" | "decimal" | "dec" => match (written.arg(0), written.arg(1)) {
            (None, _) => Type::Number,
            (Some(precision), scale) => Type::Decimal {
                precision: precision.clamp(1, 1000) as u16,
                scale: scale.unwrap_or(0).clamp(-1000, 1000) as i16,
            },
        },
        "real" | "float4" => Type::Float32,
        "float" if written.arg(0).is_some_and(|bits| bits <= 24) => Type::Float32,
        "double precision" | "float8" | "float" => Type::Float64,
        "text" | "citext" => text(TextKind::Unbounded, None),
        "name" => text(TextKind::Varying, Some(63)),
        "varchar"
        | "character varying"
        | "char varying"
        | "national character varying"
        | "national char varying"
        | "nchar varying" => match written.arg(0) {
            Some(length) => text(TextKind::Varying, Some(length)),
            None => text(TextKind::Unbounded, None),
        },
        // "char" in quotes is one byte, shown in a form of its own.
        "char" if written.quoted => return None,
        "char" | "character" | "nchar" | "national character" | "national char" => {
            text(TextKind::Fixed, Some(written.arg(0).unwrap_or(1)))
        }
        "bpchar" => match written.arg(0) {
            Some(length) => text(TextKind::Fixed, Some(length)),
            None => text(TextKind::Unbounded, None),
        },
        "bytea" => Type::BYTES,
        "bit" => Type::Bits { length: written.arg(0).unwrap_or(1).max(1) as u32, varying: false },
        "bit varying" | "varbit" => {
            Type::Bits { length: written.arg(0).unwrap_or(0).max(0) as u32, varying: true }
        }
        "date" => Type::Date,
        "time" => Type::Time { precision: fraction(), zone: written.zone },
        "timetz" => Type::Time { precision: fraction(), zone: true },
        "timestamp" => Type::Timestamp {
            precision: fraction(),
            zone: if written.zone { Zone::Instant } else { Zone::None },
        },
        "timestamptz" => Type::Timestamp { precision: fraction(), zone: Zone::Instant },
        "interval" => Type::Interval(IntervalKind::Mixed),
        "uuid" => Type::Uuid,
        "json" => Type::Json { binary: false },
        "jsonb" => Type::Json { binary: true },
        "xml" => Type::Xml,
        "money" => Type::Money { scale: 2 },
        _ => return None,
    })
}
