//! Type names of Oracle.

use super::super::meaning::TypeWords;
use air::types::{Collation, CollationStrength, IntervalKind, TextKind, TextType, Type, Zone};

pub(super) fn type_name(written: &TypeWords<'_>) -> Option<Type> {
    let text = |kind, length: Option<i64>, collation| {
        Type::Text(TextType {
            kind,
            length: length.and_then(|length| u32::try_from(length).ok()).unwrap_or(0),
            collation,
            strength: CollationStrength::Implicit,
        })
    };
    // CHAR values and literals are compared as if blank-padded.
    let padded = Collation { pad: true, ..written.collation };
    let decimal = |precision: i64, scale: i64| Type::Decimal {
        precision: precision.clamp(1, 38) as u16,
        scale: scale.clamp(-84, 127) as i16,
    };
    Some(match written.words {
        "number" | "numeric" | "decimal" | "dec" => match (written.arg(0), written.arg(1)) {
            (None, None) if written.words == "number" => Type::Number,
            (None, None) => decimal(38, 0),
            // NUMBER(*, s): 38 digits.
            (Some(precision), scale) => {
                decimal(if precision < 0 { 38 } else { precision }, scale.unwrap_or(0))
            }
            (None, Some(scale)) => decimal(38, scale),
        },
        "integer" | "int" | "smallint" => decimal(38, 0),
        "float" | "real" | "double precision" => Type::Number,
        "binary_float" => Type::Float32,
        "binary_double" => Type::Float64,
        "varchar2"
        | "varchar"
        | "nvarchar2"
        | "char varying"
        | "character varying"
        | "nchar varying"
        | "national char varying"
        | "national character varying" => text(TextKind::Varying, written.arg(0), written.collation),
        "char" | "character" | "nchar" | "national char" | "national character" => {
            text(TextKind::Fixed, Some(written.arg(0).unwrap_or(1)), padded)
        }
        "clob" | "nclob" | "long" => text(TextKind::Unbounded, None, written.collation),
        "raw" => Type::Bytes { length: written.arg(0).unwrap_or(0).max(0) as u32, fixed: false },
        "blob" | "long raw" => Type::BYTES,
        // A reading to the second.
        "date" => Type::Timestamp { precision: 0, zone: Zone::None },
        "timestamp" => Type::Timestamp {
            precision: written.arg(0).map_or(6, |digits| digits.clamp(0, 9) as u8),
            zone: if written.local_zone {
                Zone::Instant
            } else if written.zone {
                Zone::Offset
            } else {
                Zone::None
            },
        },
        "interval" if written.year_month => Type::Interval(IntervalKind::YearToMonth),
        "interval" => Type::Interval(IntervalKind::DayToSecond),
        "json" => Type::Json { binary: true },
        "xmltype" => Type::Xml,
        _ => return None,
    })
}
