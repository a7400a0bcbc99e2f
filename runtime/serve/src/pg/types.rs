//! Types by number (`pg_type.dat` of PostgreSQL).

use air::types::{Affinity, Element, Type, Zone};

pub(crate) const BOOL: u32 = 16;
pub(crate) const BYTEA: u32 = 17;
pub(crate) const NAME: u32 = 19;
pub(crate) const INT8: u32 = 20;
pub(crate) const INT2: u32 = 21;
pub(crate) const INT4: u32 = 23;
pub(crate) const TEXT: u32 = 25;
pub(crate) const OID: u32 = 26;
pub(crate) const JSON: u32 = 114;
pub(crate) const FLOAT4: u32 = 700;
pub(crate) const FLOAT8: u32 = 701;
pub(crate) const UNKNOWN: u32 = 705;
pub(crate) const BPCHAR: u32 = 1042;
pub(crate) const VARCHAR: u32 = 1043;
pub(crate) const DATE: u32 = 1082;
pub(crate) const TIME: u32 = 1083;
pub(crate) const TIMESTAMP: u32 = 1114;
pub(crate) const TIMESTAMPTZ: u32 = 1184;
pub(crate) const INTERVAL: u32 = 1186;
pub(crate) const NUMERIC: u32 = 1700;
pub(crate) const UUID: u32 = 2950;
pub(crate) const JSONB: u32 = 3802;

/// A type: number, name, bytes of a value (-1: they differ), number of the array of it.
struct Row(u32, &'static str, i16, u32);

const TYPES: [Row; 21] = [
    Row(BOOL, "boolean", 1, 1000),
    Row(BYTEA, "bytea", -1, 1001),
    Row(NAME, "name", 64, 1003),
    Row(INT8, "bigint", 8, 1016),
    Row(INT2, "smallint", 2, 1005),
    Row(INT4, "integer", 4, 1007),
    Row(TEXT, "text", -1, 1009),
    Row(OID, "oid", 4, 1028),
    Row(JSON, "json", -1, 199),
    Row(FLOAT4, "real", 4, 1021),
    Row(FLOAT8, "double precision", 8, 1022),
    Row(BPCHAR, "character", -1, 1014),
    Row(VARCHAR, "character varying", -1, 1015),
    Row(DATE, "date", 4, 1182),
    Row(TIME, "time", 8, 1183),
    Row(TIMESTAMP, "timestamp", 8, 1115),
    Row(TIMESTAMPTZ, "timestamp with time zone", 8, 1185),
    Row(INTERVAL, "interval", 16, 1187),
    Row(NUMERIC, "numeric", -1, 1231),
    Row(UUID, "uuid", 16, 2951),
    Row(JSONB, "jsonb", -1, 3807),
];

/// The name of a type, for messages.
pub(crate) fn name(oid: u32) -> &'static str {
    TYPES.iter().find(|Row(number, .., array)| *number == oid || *array == oid).map_or("a type", |row| row.1)
}

/// Bytes of its values, or -1.
pub(crate) fn size(oid: u32) -> i16 {
    TYPES.iter().find(|row| row.0 == oid).map_or(-1, |row| row.2)
}

/// The type of the elements, of an array.
pub(crate) fn element(oid: u32) -> Option<u32> {
    TYPES.iter().find(|row| row.3 == oid).map(|row| row.0)
}

fn array(of: u32) -> u32 {
    TYPES.iter().find(|row| row.0 == of).map_or(TEXT, |row| row.3)
}

/// The type by which values of a type of AIR are sent. What may be anything is sent as text, which is always right.
pub(crate) fn of(ty: Type) -> u32 {
    match ty {
        Type::Bool => BOOL,
        Type::Int { bits, unsigned } => match (bits, unsigned) {
            (..=8, _) | (16, false) => INT2,
            (..=24, _) | (32, false) => INT4,
            (..=32, true) | (64, false) => INT8,
            (_, _) => NUMERIC,
        },
        Type::Decimal { .. } | Type::Number | Type::Money { .. } => NUMERIC,
        Type::Float32 => FLOAT4,
        Type::Float64 => FLOAT8,
        // Told apart from what may be anything, whose values are not read as texts.
        Type::Text(_) => VARCHAR,
        Type::Bytes { .. } => BYTEA,
        Type::Date => DATE,
        Type::Time { zone: false, .. } => TIME,
        Type::Timestamp { zone: Zone::None, .. } => TIMESTAMP,
        Type::Timestamp { zone: Zone::Instant | Zone::Offset, .. } => TIMESTAMPTZ,
        Type::Interval(_) => INTERVAL,
        Type::Year => INT4,
        Type::Uuid => UUID,
        Type::Json { binary: false } => JSON,
        Type::Json { binary: true } => JSONB,
        Type::Array(element) => array(match element {
            Element::Bool => BOOL,
            Element::Int16 => INT2,
            Element::Int32 => INT4,
            Element::Int64 => INT8,
            Element::Number => NUMERIC,
            Element::Float32 => FLOAT4,
            Element::Float64 => FLOAT8,
            Element::Text | Element::Unknown => TEXT,
            Element::Date => DATE,
            Element::Timestamp => TIMESTAMP,
            Element::Uuid => UUID,
            Element::Json => JSON,
            Element::Bytes => BYTEA,
        }),
        // SQLite stores what it can as these; its other affinities hold anything.
        Type::Any(Affinity::Integer) => INT8,
        Type::Any(Affinity::Real) => FLOAT8,
        Type::Any(Affinity::Numeric | Affinity::Text | Affinity::Blob)
        | Type::Unknown
        | Type::Null
        | Type::Bits { .. }
        | Type::Time { zone: true, .. }
        | Type::Xml
        | Type::Enum(_)
        | Type::Set(_)
        | Type::Row => TEXT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_a_type_that_holds_them() {
        let int = |bits, unsigned| of(Type::Int { bits, unsigned });
        assert_eq!([int(8, true), int(16, true), int(32, true), int(64, true)], [INT2, INT4, INT8, NUMERIC]);
        assert_eq!([int(8, false), int(24, false), int(32, false), int(64, false)], [INT2, INT4, INT4, INT8]);
        assert_eq!((of(Type::Array(Element::Int32)), element(1007)), (1007, Some(INT4)));
    }
}
