//! Types of values, and the rules of meaning that belong to a type: collation, casting, rounding.

/// The type of an expression or column, closed over all dialects.
///
/// A type says which values there are, never how a server spells it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Type {
    /// Not known: no schema was given, or a parameter without context.
    #[default]
    Unknown,
    /// The type of a bare NULL.
    Null,
    /// True, false.
    Bool,
    /// Two's complement or unsigned integer; `bits` is 8, 16, 24, 32 or 64.
    Int {
        /// Width.
        bits: u8,
        /// Without negative numbers.
        unsigned: bool,
    },
    /// Exact decimal with at most `precision` digits, `scale` of them after the point.
    Decimal {
        /// Digits in all.
        precision: u16,
        /// Digits after the point; negative rounds to tens, hundreds…
        scale: i16,
    },
    /// Exact decimal without declared bounds (PostgreSQL `numeric`, Oracle `NUMBER`).
    Number,
    /// IEEE binary32.
    Float32,
    /// IEEE binary64.
    Float64,
    /// Character text.
    Text(TextType),
    /// Bytes; `length` is the bound, if any; `fixed` pads to it.
    Bytes {
        /// Most bytes, 0 for no bound.
        length: u32,
        /// Padded to `length`.
        fixed: bool,
    },
    /// A string of `length` bits (MySQL BIT(n), PostgreSQL bit/varbit).
    Bits {
        /// Most bits.
        length: u32,
        /// Shorter values exist (bit varying).
        varying: bool,
    },
    /// Calendar date without time.
    Date,
    /// Time of day.
    Time {
        /// Digits of the fraction.
        precision: u8,
        /// With UTC offset.
        zone: bool,
    },
    /// Date and time of day.
    Timestamp {
        /// Digits of the fraction.
        precision: u8,
        /// What the value says about the zone.
        zone: Zone,
    },
    /// A span of time.
    Interval(IntervalKind),
    /// Year 1901–2155 and 0 (MySQL YEAR).
    Year,
    /// 128-bit identifier.
    Uuid,
    /// JSON document; `binary` drops key order and duplicates (jsonb).
    Json {
        /// Parsed on store.
        binary: bool,
    },
    /// XML document.
    Xml,
    /// Currency with four digits after the point (T-SQL) or two (PostgreSQL).
    Money {
        /// Digits after the point.
        scale: u8,
    },
    /// One of a declared list of words, ordered by declaration; the list is in the catalog.
    Enum(EnumId),
    /// A subset of a declared list of words (MySQL SET).
    Set(EnumId),
    /// One-dimensional array.
    Array(Element),
    /// Several values side by side.
    Row,
    /// Any storage class, value by value (SQLite column without a strict type).
    /// The affinity is what the dialect does to values that are stored or compared.
    Any(Affinity),
}

/// Number of a list of words in [`Catalog::enums`](crate::catalog::Catalog).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct EnumId(pub u32);

/// Elements of an array, the ones we know.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // named after the scalar type
pub enum Element {
    Bool,
    Int16,
    Int32,
    Int64,
    Number,
    Float32,
    Float64,
    Text,
    Date,
    Timestamp,
    Uuid,
    Json,
    Bytes,
    Unknown,
}

/// What SQLite's type declaration does to values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // the names of https://www.sqlite.org/datatype3.html section 3
pub enum Affinity {
    Integer,
    Real,
    Numeric,
    Text,
    Blob,
}

/// What a timestamp knows of zones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Zone {
    /// Wall-clock reading, no zone.
    None,
    /// A point in time, shown in the session's zone (timestamptz, MySQL TIMESTAMP).
    Instant,
    /// Keeps the offset it was given (datetimeoffset).
    Offset,
}

/// Which fields an interval has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum IntervalKind {
    /// Months, days and microseconds side by side (PostgreSQL).
    Mixed,
    /// Years and months.
    YearToMonth,
    /// Days to fractions of a second.
    DayToSecond,
}

/// Character text: bound, padding and the collation it compares by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TextType {
    /// Fixed with blanks, bounded, or unbounded.
    pub kind: TextKind,
    /// Most characters; 0 for no bound.
    pub length: u32,
    /// How values compare where the expression says nothing else.
    pub collation: Collation,
    /// How binding the collation is when two texts meet.
    pub strength: CollationStrength,
}

/// Kinds of character text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TextKind {
    /// CHAR(n): shorter values are blank-padded or behave so.
    Fixed,
    /// VARCHAR(n).
    Varying,
    /// TEXT, CLOB.
    Unbounded,
}

/// Who wins when two texts with unlike collations are compared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum CollationStrength {
    /// A literal or parameter: takes the other side's.
    Coercible,
    /// A column or an expression over one.
    Implicit,
    /// A COLLATE clause.
    Explicit,
}

/// How texts compare: which differences count, and in which order unequal texts stand.
///
/// Stated for every comparison, never "whatever the server does".
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Collation {
    /// Letter case.
    pub case: Fold,
    /// `e` = `é`.
    pub accent_insensitive: bool,
    /// Trailing blanks do not count (`PAD SPACE`).
    pub pad: bool,
    /// Order of unequal texts.
    pub order: TextOrder,
}

/// How much letter case is ignored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fold {
    /// Case counts.
    Sensitive,
    /// `A`–`Z` equal `a`–`z`, other letters do not fold (SQLite NOCASE).
    Ascii,
    /// All letters fold.
    Unicode,
}

/// Order of unequal texts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TextOrder {
    /// By code point (equal to UTF-8 bytes).
    Binary,
    /// By the upper-cased text, so `_` sorts after letters (MySQL general_ci).
    Upper,
    /// By the lower-cased text, so `_` sorts before letters (SQLite NOCASE).
    Lower,
    /// By language rules we do not model beyond letters and digits (SQL Server, MySQL 0900, ICU).
    Linguistic,
}

impl Collation {
    /// Bytes count, nothing else (PostgreSQL C, SQLite BINARY, Oracle BINARY).
    pub const BINARY: Collation =
        Collation { case: Fold::Sensitive, accent_insensitive: false, pad: false, order: TextOrder::Binary };
    /// SQLite NOCASE.
    pub const NOCASE: Collation =
        Collation { case: Fold::Ascii, accent_insensitive: false, pad: false, order: TextOrder::Lower };
    /// SQLite RTRIM.
    pub const RTRIM: Collation = Collation { pad: true, ..Collation::BINARY };
    /// MySQL/MariaDB utf8mb4_general_ci.
    pub const GENERAL_CI: Collation =
        Collation { case: Fold::Unicode, accent_insensitive: true, pad: true, order: TextOrder::Upper };
    /// MySQL utf8mb4_bin: code points, trailing blanks ignored.
    pub const PAD_BIN: Collation = Collation { pad: true, ..Collation::BINARY };
    /// MySQL 8 utf8mb4_0900_ai_ci.
    pub const UCA_AI_CI: Collation =
        Collation { case: Fold::Unicode, accent_insensitive: true, pad: false, order: TextOrder::Linguistic };
    /// SQL Server SQL_Latin1_General_CP1_CI_AS.
    pub const LATIN1_CI_AS: Collation =
        Collation { case: Fold::Unicode, accent_insensitive: false, pad: true, order: TextOrder::Linguistic };

    /// True if equal texts are equal byte by byte.
    pub fn is_exact(self) -> bool {
        self.case == Fold::Sensitive && !self.accent_insensitive && !self.pad
    }
}

impl Default for Collation {
    fn default() -> Self {
        Collation::BINARY
    }
}

/// What a conversion does, beyond its target type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CastRule {
    /// Who asked for it.
    pub reason: CastReason,
    /// What happens to a value that does not fit.
    pub failure: CastFailure,
    /// What happens to digits that do not fit.
    pub rounding: Rounding,
}

/// Who asked for a conversion.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CastReason {
    /// CAST, `::`, CONVERT.
    Explicit,
    /// The source dialect converts by itself at this place.
    Implicit,
    /// Storing into a column.
    Assignment,
}

/// What a conversion does with a value that does not fit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CastFailure {
    /// The statement fails.
    Error,
    /// The result is NULL (TRY_CAST, MySQL invalid date).
    Null,
    /// The longest numeric prefix counts, and nothing is 0 (MySQL, SQLite text to number).
    Prefix,
    /// The nearest value of the target type.
    Clamp,
    /// Cut to length, or bits dropped.
    Truncate,
    /// The value is kept as it is (SQLite affinity).
    Keep,
}

/// What happens to digits that do not fit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Rounding {
    /// Half away from zero.
    HalfAway,
    /// Half to even.
    HalfEven,
    /// Toward zero.
    Truncate,
}

impl CastRule {
    /// Asked for, failing loudly, rounding half away from zero.
    pub const EXPLICIT: CastRule =
        CastRule { reason: CastReason::Explicit, failure: CastFailure::Error, rounding: Rounding::HalfAway };
    /// As [`CastRule::EXPLICIT`], inserted by the binder.
    pub const IMPLICIT: CastRule =
        CastRule { reason: CastReason::Implicit, failure: CastFailure::Error, rounding: Rounding::HalfAway };
}

impl Type {
    /// 32-bit signed integer.
    pub const I32: Type = Type::Int { bits: 32, unsigned: false };
    /// 64-bit signed integer.
    pub const I64: Type = Type::Int { bits: 64, unsigned: false };
    /// 64-bit unsigned integer.
    pub const U64: Type = Type::Int { bits: 64, unsigned: true };
    /// Text without bound, compared byte by byte, yielding to any other collation.
    pub const TEXT: Type = Type::Text(TextType {
        kind: TextKind::Unbounded,
        length: 0,
        collation: Collation::BINARY,
        strength: CollationStrength::Coercible,
    });
    /// Timestamp without zone, microseconds.
    pub const TIMESTAMP: Type = Type::Timestamp { precision: 6, zone: Zone::None };
    /// Bytes without bound.
    pub const BYTES: Type = Type::Bytes { length: 0, fixed: false };

    /// Unbounded text that compares by `collation` with the strength of a column.
    pub const fn text(collation: Collation) -> Type {
        Type::Text(TextType {
            kind: TextKind::Unbounded,
            length: 0,
            collation,
            strength: CollationStrength::Implicit,
        })
    }

    /// Integers of any width.
    pub fn is_int(self) -> bool {
        matches!(self, Type::Int { .. } | Type::Year)
    }

    /// Exact decimals (not integers).
    pub fn is_decimal(self) -> bool {
        matches!(self, Type::Decimal { .. } | Type::Number | Type::Money { .. })
    }

    /// Binary floating point.
    pub fn is_float(self) -> bool {
        matches!(self, Type::Float32 | Type::Float64)
    }

    /// Integers, decimals, floats.
    pub fn is_numeric(self) -> bool {
        self.is_int() || self.is_decimal() || self.is_float()
    }

    /// Character text (enums and sets are not).
    pub fn is_text(self) -> bool {
        matches!(self, Type::Text(_))
    }

    /// Date, time, timestamp.
    pub fn is_temporal(self) -> bool {
        matches!(self, Type::Date | Type::Time { .. } | Type::Timestamp { .. })
    }

    /// True where nothing is known of the values.
    pub fn is_unknown(self) -> bool {
        matches!(self, Type::Unknown | Type::Null)
    }

    /// The collation values of this type compare by, for text.
    pub fn collation(self) -> Option<Collation> {
        match self {
            Type::Text(text) => Some(text.collation),
            _ => None,
        }
    }

    /// Digits after the point that every value of an exact numeric type has room for.
    pub fn scale(self) -> Option<i16> {
        match self {
            Type::Int { .. } | Type::Year => Some(0),
            Type::Decimal { scale, .. } => Some(scale),
            Type::Money { scale } => Some(i16::from(scale)),
            _ => None,
        }
    }
}
