//! Type names of MySQL and MariaDB.

use super::super::common::decimal;
use super::super::meaning::TypeWords;
use air::types::{CollationStrength, TextKind, TextType, Type, Zone};

pub(super) fn type_name(written: &TypeWords<'_>) -> Option<Type> {
    let unsigned = written.unsigned;
    let int = |bits| Type::Int { bits, unsigned };
    let text = |kind, length: i64| {
        Type::Text(TextType {
            kind,
            length: u32::try_from(length).unwrap_or(0),
            collation: written.collation,
            strength: CollationStrength::Implicit,
        })
    };
    let fraction = || written.arg(0).map_or(0, |digits| digits.clamp(0, 6) as u8);
    Some(match written.words {
        "tinyint" | "int1" => int(8),
        "smallint" | "int2" => int(16),
        "mediumint" | "int3" | "middleint" => int(24),
        // Casts know SIGNED and UNSIGNED of 64 bits only; `CAST(x AS INT)` is MariaDB's for SIGNED.
        "int" | "integer" | "int4" if written.cast => int(64),
        "int" | "integer" | "int4" => int(32),
        "bigint" | "int8" => int(64),
        "signed" | "signed integer" | "signed int" => Type::I64,
        "unsigned" | "unsigned integer" | "unsigned int" => Type::U64,
        "" if unsigned => Type::U64,
        "" if written.cast => Type::I64,
        "serial" => Type::U64,
        "bool" | "boolean" => Type::Int { bits: 8, unsigned: false },
        "decimal" | "numeric" | "dec" | "fixed" | "number" => {
            decimal(written.arg(0).unwrap_or(10) as i32, written.arg(1).unwrap_or(0) as i32, super::MOST)
        }
        "float" | "float4" => match written.arg(0) {
            Some(digits) if written.arg(1).is_none() && digits > 24 => Type::Float64,
            _ => Type::Float32,
        },
        "double" | "double precision" | "real" | "float8" => Type::Float64,
        // Bits are a number without sign wherever they are used.
        "bit" => Type::Int {
            bits: match written.arg(0).unwrap_or(1) {
                ..=8 => 8,
                9..=16 => 16,
                17..=24 => 24,
                25..=32 => 32,
                _ => 64,
            },
            unsigned: true,
        },
        "char" | "character" | "nchar" | "national char" | "national character" if !written.cast => {
            text(TextKind::Fixed, written.arg(0).unwrap_or(1))
        }
        // A cast to CHAR pads nothing and without a length cuts nothing.
        "char" | "character" | "nchar" | "national char" | "national character" | "varchar"
            if written.cast =>
        {
            match written.arg(0) {
                Some(length) => text(TextKind::Varying, length),
                None => text(TextKind::Unbounded, 0),
            }
        }
        "varchar"
        | "character varying"
        | "char varying"
        | "nvarchar"
        | "national varchar"
        | "varchar2"
        | "national char varying"
        | "national character varying"
        | "nchar varying" => text(TextKind::Varying, written.arg(0).unwrap_or(0)),
        "tinytext" | "text" | "mediumtext" | "longtext" | "long" | "long varchar" | "clob" => {
            text(TextKind::Unbounded, 0)
        }
        "binary" if written.cast => {
            Type::Bytes { length: written.arg(0).unwrap_or(0) as u32, fixed: written.arg(0).is_some() }
        }
        "binary" | "char byte" => Type::Bytes { length: written.arg(0).unwrap_or(1) as u32, fixed: true },
        "varbinary" | "raw" => Type::Bytes { length: written.arg(0).unwrap_or(0) as u32, fixed: false },
        "tinyblob" | "blob" | "mediumblob" | "longblob" | "long varbinary" => Type::BYTES,
        "date" => Type::Date,
        "time" => Type::Time { precision: fraction(), zone: false },
        "datetime" => Type::Timestamp { precision: fraction(), zone: Zone::None },
        "timestamp" => Type::Timestamp { precision: fraction(), zone: Zone::Instant },
        // Years of two digits are deprecated and shown otherwise than they are kept.
        "year" if written.arg(0) != Some(2) => Type::Year,
        "json" => Type::Json { binary: false },
        "uuid" => Type::Uuid,
        _ => return None,
    })
}
