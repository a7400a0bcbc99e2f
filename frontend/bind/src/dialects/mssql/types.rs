//! Type names of SQL Server.

use super::super::meaning::TypeWords;
use air::types::{CollationStrength, TextKind, TextType, Type, Zone};

pub(super) fn type_name(written: &TypeWords<'_>) -> Option<Type> {
    let text = |kind, length: Option<i64>| {
        // MAX comes as -1: no bound.
        let bounded = length.and_then(|length| u32::try_from(length).ok()).filter(|length| *length > 0);
        Type::Text(TextType {
            kind: if bounded.is_some() { kind } else { TextKind::Unbounded },
            length: bounded.unwrap_or(0),
            collation: written.collation,
            strength: CollationStrength::Implicit,
        })
    };
    // A length left out is 30 in CAST and 1 in a definition.
    let length = || Some(written.arg(0).unwrap_or(if written.cast { 30 } else { 1 }));
    let fraction = |most: u8| written.arg(0).map_or(most, |digits| digits.clamp(0, 7) as u8);
    let int = |bits, unsigned| Type::Int { bits, unsigned };
    Some(match written.words {
        "tinyint" => int(8, true),
        "smallint" => int(16, false),
        "int" | "integer" => int(32, false),
        "bigint" => int(64, false),
        "bit" => Type::Bool,
        "decimal" | "numeric" | "dec" => Type::Decimal {
            precision: written.arg(0).unwrap_or(18).clamp(1, 38) as u16,
            scale: written.arg(1).unwrap_or(0).clamp(0, 38) as i16,
        },
        "money" => Type::Money { scale: 4 },
        "smallmoney" => Type::Money { scale: 4 },
        "real" => Type::Float32,
        "float" if written.arg(0).is_some_and(|bits| bits <= 24) => Type::Float32,
        "float" | "double precision" => Type::Float64,
        "char" | "character" | "nchar" | "national char" | "national character" => {
            text(TextKind::Fixed, length())
        }
        "varchar"
        | "nvarchar"
        | "char varying"
        | "character varying"
        | "national char varying"
        | "national character varying" => text(TextKind::Varying, length()),
        "text" | "ntext" => text(TextKind::Unbounded, None),
        "sysname" => text(TextKind::Varying, Some(128)),
        "binary" => Type::Bytes {
            length: written.arg(0).unwrap_or(if written.cast { 30 } else { 1 }) as u32,
            fixed: true,
        },
        "varbinary" => Type::Bytes { length: written.arg(0).unwrap_or(1).max(0) as u32, fixed: false },
        "image" => Type::BYTES,
        "date" => Type::Date,
        "time" => Type::Time { precision: fraction(7), zone: false },
        "datetime" => Type::Timestamp { precision: 3, zone: Zone::None },
        "smalldatetime" => Type::Timestamp { precision: 0, zone: Zone::None },
        // Told apart from datetime, which counts three-hundredths of a second, by its digits alone.
        "datetime2" if written.arg(0) == Some(3) => return None,
        "datetime2" => Type::Timestamp { precision: fraction(7), zone: Zone::None },
        "datetimeoffset" => Type::Timestamp { precision: fraction(7), zone: Zone::Offset },
        "uniqueidentifier" => Type::Uuid,
        "xml" => Type::Xml,
        "json" => Type::Json { binary: true },
        _ => return None,
    })
}
