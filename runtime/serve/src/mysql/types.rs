//! Types of columns (`enum_field_types` of MySQL).

use air::types::{Affinity, Type, Zone};

pub(crate) const DECIMAL: u8 = 0;
pub(crate) const TINY: u8 = 1;
pub(crate) const SHORT: u8 = 2;
pub(crate) const LONG: u8 = 3;
pub(crate) const FLOAT: u8 = 4;
pub(crate) const DOUBLE: u8 = 5;
pub(crate) const NULL: u8 = 6;
pub(crate) const TIMESTAMP: u8 = 7;
pub(crate) const LONGLONG: u8 = 8;
pub(crate) const INT24: u8 = 9;
pub(crate) const DATE: u8 = 10;
pub(crate) const TIME: u8 = 11;
pub(crate) const DATETIME: u8 = 12;
pub(crate) const YEAR: u8 = 13;
pub(crate) const BIT: u8 = 16;
pub(crate) const JSON: u8 = 245;
pub(crate) const NEWDECIMAL: u8 = 246;
pub(crate) const TINY_BLOB: u8 = 249;
pub(crate) const BLOB: u8 = 252;
pub(crate) const VAR_STRING: u8 = 253;

/// Character sets by number: bytes, and `utf8mb4_general_ci`, which every client knows.
pub(crate) const BINARY: u16 = 63;
pub(crate) const UTF8: u16 = 45;

/// A column as the client is told.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) ty: u8,
    pub(crate) unsigned: bool,
    /// Digits behind the point, for those that have them.
    pub(crate) decimals: u8,
}

impl Column {
    pub(crate) fn of(name: &str, ty: Type) -> Column {
        let (code, unsigned) = code(ty);
        let decimals = match (code, ty) {
            (NEWDECIMAL, Type::Decimal { scale, .. }) => u8::try_from(scale).unwrap_or(0).min(30),
            (NEWDECIMAL, Type::Money { scale }) => scale,
            // As many as it takes.
            (NEWDECIMAL, _) => 30,
            (FLOAT | DOUBLE, _) => 31,
            (TIME | DATETIME | TIMESTAMP, _) => 6,
            (VAR_STRING | JSON, _) => 39,
            (_, _) => 0,
        };
        Column { name: name.to_owned(), ty: code, unsigned, decimals }
    }

    /// A column of texts.
    pub(crate) fn text(name: &str) -> Column {
        Column::of(name, Type::Unknown)
    }

    /// The character set of its values.
    pub(crate) fn charset(&self) -> u16 {
        if matches!(self.ty, VAR_STRING | JSON) { UTF8 } else { BINARY }
    }

    /// Flags: unsigned, binary, number.
    pub(crate) fn flags(&self) -> u16 {
        let number =
            matches!(self.ty, TINY | SHORT | LONG | INT24 | LONGLONG | FLOAT | DOUBLE | NEWDECIMAL | YEAR);
        u16::from(self.unsigned) << 5 | u16::from(self.charset() == BINARY) << 7 | u16::from(number) << 15
    }

    /// What it is, in words.
    pub(crate) fn words(&self) -> &'static str {
        match self.ty {
            TINY | SHORT | LONG | INT24 | LONGLONG | YEAR => "an integer",
            FLOAT | DOUBLE => "a floating point number",
            NEWDECIMAL => "a decimal",
            DATE => "a date",
            TIME => "a time",
            DATETIME | TIMESTAMP => "a date and time",
            BLOB => "bytes",
            _ => "a text",
        }
    }
}

/// The type by which values of a type of AIR are sent, and whether it has no negative values. What may be anything is
/// sent as text, which is always right.
fn code(ty: Type) -> (u8, bool) {
    match ty {
        Type::Bool => (TINY, false),
        Type::Int { bits, unsigned } => {
            let code = match bits {
                ..=8 => TINY,
                9..=16 => SHORT,
                17..=24 => INT24,
                25..=32 => LONG,
                _ => LONGLONG,
            };
            (code, unsigned)
        }
        Type::Decimal { .. } | Type::Number | Type::Money { .. } => (NEWDECIMAL, false),
        Type::Float32 => (FLOAT, false),
        Type::Float64 | Type::Any(Affinity::Real) => (DOUBLE, false),
        Type::Bytes { .. } => (BLOB, false),
        Type::Date => (DATE, false),
        Type::Time { .. } => (TIME, false),
        Type::Timestamp { zone: Zone::None, .. } => (DATETIME, false),
        Type::Timestamp { .. } => (TIMESTAMP, false),
        Type::Year => (YEAR, true),
        Type::Json { .. } => (JSON, false),
        Type::Any(Affinity::Integer) => (LONGLONG, false),
        Type::Text(_)
        | Type::Any(Affinity::Numeric | Affinity::Text | Affinity::Blob)
        | Type::Unknown
        | Type::Null
        | Type::Bits { .. }
        | Type::Interval(_)
        | Type::Uuid
        | Type::Xml
        | Type::Enum(_)
        | Type::Set(_)
        | Type::Array(_)
        | Type::Row => (VAR_STRING, false),
    }
}
