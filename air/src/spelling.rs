//! Types, collations and cast rules as words: `varchar(20,ci_ai_pad_upper)`, `implicit(prefix,truncate)`.
//!
//! Used by the text form, by JSON and by messages. `FromStr` reads exactly what `Display` writes.

use crate::types::{
    Affinity, CastFailure, CastReason, CastRule, Collation, CollationStrength, Element, EnumId, Fold,
    IntervalKind, Rounding, TextKind, TextOrder, TextType, Type, Zone,
};
use std::fmt::{Display, Formatter, Result as FmtResult};
use std::str::FromStr;

/// A word that is no value of the kind that was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadWord {
    kind: &'static str,
    word: String,
}

impl BadWord {
    fn new(kind: &'static str, word: &str) -> BadWord {
        BadWord { kind, word: word.to_owned() }
    }
}

impl Display for BadWord {
    fn fmt(&self, f: &mut Formatter<'_>) -> FmtResult {
        write!(f, "`{}` is no {}", self.word, self.kind)
    }
}

impl std::error::Error for BadWord {}

macro_rules! words {
    ($Name:ty { $($value:path = $word:literal,)* }) => {
        impl $Name {
            /// Its word in the text form.
            pub const fn word(self) -> &'static str {
                match self { $($value => $word,)* }
            }

            /// The value a word stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some($value),)* _ => None }
            }
        }
    };
}

words!(Element {
    Element::Bool = "bool", Element::Int16 = "i16", Element::Int32 = "i32", Element::Int64 = "i64",
    Element::Number = "number", Element::Float32 = "f32", Element::Float64 = "f64", Element::Text = "text",
    Element::Date = "date", Element::Timestamp = "timestamp", Element::Uuid = "uuid", Element::Json = "json",
    Element::Bytes = "bytes", Element::Unknown = "unknown",
});
words!(Affinity {
    Affinity::Integer = "integer", Affinity::Real = "real", Affinity::Numeric = "numeric",
    Affinity::Text = "text", Affinity::Blob = "blob",
});
words!(IntervalKind {
    IntervalKind::Mixed = "mixed", IntervalKind::YearToMonth = "year_to_month",
    IntervalKind::DayToSecond = "day_to_second",
});
words!(Zone { Zone::None = "none", Zone::Instant = "instant", Zone::Offset = "offset", });
words!(CollationStrength {
    CollationStrength::Coercible = "coercible", CollationStrength::Implicit = "implicit",
    CollationStrength::Explicit = "explicit",
});
words!(Fold { Fold::Sensitive = "cs", Fold::Ascii = "nc", Fold::Unicode = "ci", });
words!(TextOrder {
    TextOrder::Binary = "bin", TextOrder::Upper = "upper", TextOrder::Lower = "lower",
    TextOrder::Linguistic = "ling",
});
words!(CastReason {
    CastReason::Explicit = "explicit", CastReason::Implicit = "implicit", CastReason::Assignment = "assignment",
});
words!(CastFailure {
    CastFailure::Error = "error", CastFailure::Null = "null", CastFailure::Prefix = "prefix",
    CastFailure::Clamp = "clamp", CastFailure::Truncate = "truncate", CastFailure::Keep = "keep",
});
words!(Rounding {
    Rounding::HalfAway = "half_away", Rounding::HalfEven = "half_even", Rounding::Truncate = "truncate",
});

impl Display for Collation {
    /// `binary`, `nocase`, or case, accents, padding and order joined by `_`: `ci_ai_pad_upper`.
    fn fmt(&self, f: &mut Formatter<'_>) -> FmtResult {
        if *self == Collation::BINARY {
            return f.write_str("binary");
        }
        if *self == Collation::NOCASE {
            return f.write_str("nocase");
        }
        f.write_str(self.case.word())?;
        f.write_str(if self.accent_insensitive { "_ai" } else { "_as" })?;
        if self.pad {
            f.write_str("_pad")?;
        }
        if self.order != TextOrder::Binary {
            write!(f, "_{}", self.order.word())?;
        }
        Ok(())
    }
}

impl FromStr for Collation {
    type Err = BadWord;

    fn from_str(text: &str) -> Result<Collation, BadWord> {
        match text {
            "binary" => return Ok(Collation::BINARY),
            "nocase" => return Ok(Collation::NOCASE),
            _ => {}
        }
        let bad = || BadWord::new("collation", text);
        let mut parts = text.split('_').peekable();
        let case = parts.next().and_then(Fold::from_word).ok_or_else(bad)?;
        let accent_insensitive = match parts.next() {
            Some("ai") => true,
            Some("as") => false,
            _ => return Err(bad()),
        };
        let pad = parts.next_if_eq(&"pad").is_some();
        let order = match parts.next() {
            Some(word) => TextOrder::from_word(word).ok_or_else(bad)?,
            None => TextOrder::Binary,
        };
        if parts.next().is_some() {
            return Err(bad());
        }
        Ok(Collation { case, accent_insensitive, pad, order })
    }
}

impl Display for CastRule {
    fn fmt(&self, f: &mut Formatter<'_>) -> FmtResult {
        write!(f, "{}({},{})", self.reason.word(), self.failure.word(), self.rounding.word())
    }
}

impl FromStr for CastRule {
    type Err = BadWord;

    fn from_str(text: &str) -> Result<CastRule, BadWord> {
        let parse = || {
            let (name, details) = split(text)?;
            let mut details = details.iter().copied();
            let rule = CastRule {
                reason: CastReason::from_word(name)?,
                failure: CastFailure::from_word(details.next()?)?,
                rounding: Rounding::from_word(details.next()?)?,
            };
            details.next().is_none().then_some(rule)
        };
        parse().ok_or_else(|| BadWord::new("cast rule", text))
    }
}

/// `name(a,b)` → name and details.
fn split(text: &str) -> Option<(&str, Vec<&str>)> {
    match text.split_once('(') {
        None => Some((text, Vec::new())),
        Some((name, rest)) => Some((name, rest.strip_suffix(')')?.split(',').collect())),
    }
}

/// Writes `name`, then the details that are there in parentheses.
fn compound(f: &mut Formatter<'_>, name: &str, details: &[Option<&dyn Display>]) -> FmtResult {
    f.write_str(name)?;
    let mut open = false;
    for detail in details.iter().flatten() {
        write!(f, "{}{detail}", if open { "," } else { "(" })?;
        open = true;
    }
    if open { f.write_str(")") } else { Ok(()) }
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> FmtResult {
        match *self {
            Type::Unknown => f.write_str("unknown"),
            Type::Null => f.write_str("null"),
            Type::Bool => f.write_str("bool"),
            Type::Int { bits, unsigned } => write!(f, "{}{bits}", if unsigned { 'u' } else { 'i' }),
            Type::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Type::Number => f.write_str("number"),
            Type::Float32 => f.write_str("f32"),
            Type::Float64 => f.write_str("f64"),
            Type::Text(text) => {
                let name = match text.kind {
                    TextKind::Fixed => "char",
                    TextKind::Varying => "varchar",
                    TextKind::Unbounded => "text",
                };
                let strength = text.strength.word();
                compound(
                    f,
                    name,
                    &[
                        (text.length != 0).then_some(&text.length as &dyn Display),
                        (text.collation != Collation::BINARY).then_some(&text.collation as &dyn Display),
                        (text.strength != CollationStrength::Implicit).then_some(&strength as &dyn Display),
                    ],
                )
            }
            Type::Bytes { length, fixed } => compound(
                f,
                "bytes",
                &[
                    (length != 0).then_some(&length as &dyn Display),
                    fixed.then_some(&"fixed" as &dyn Display),
                ],
            ),
            Type::Bits { length, varying } => {
                compound(f, "bits", &[Some(&length), varying.then_some(&"varying" as &dyn Display)])
            }
            Type::Date => f.write_str("date"),
            Type::Time { precision, zone } => {
                compound(f, "time", &[Some(&precision), zone.then_some(&"zone" as &dyn Display)])
            }
            Type::Timestamp { precision, zone } => {
                let word = zone.word();
                compound(
                    f,
                    "timestamp",
                    &[Some(&precision), (zone != Zone::None).then_some(&word as &dyn Display)],
                )
            }
            Type::Interval(kind) => write!(f, "interval({})", kind.word()),
            Type::Year => f.write_str("year"),
            Type::Uuid => f.write_str("uuid"),
            Type::Json { binary } => f.write_str(if binary { "jsonb" } else { "json" }),
            Type::Xml => f.write_str("xml"),
            Type::Money { scale } => write!(f, "money({scale})"),
            Type::Enum(id) => write!(f, "enum({})", id.0),
            Type::Set(id) => write!(f, "set({})", id.0),
            Type::Array(element) => write!(f, "array({})", element.word()),
            Type::Row => f.write_str("row"),
            Type::Any(affinity) => write!(f, "any({})", affinity.word()),
        }
    }
}

impl FromStr for Type {
    type Err = BadWord;

    fn from_str(text: &str) -> Result<Type, BadWord> {
        let parse = || {
            let (name, details) = split(text)?;
            let mut details = details.iter().copied();
            let ty = parse_type(name, &mut details)?;
            details.next().is_none().then_some(ty)
        };
        parse().ok_or_else(|| BadWord::new("type", text))
    }
}

fn parse_type<'a>(name: &str, details: &mut (impl Iterator<Item = &'a str> + Clone)) -> Option<Type> {
    /// Takes the next detail if it reads as a `T`.
    fn take<'a, T>(
        details: &mut (impl Iterator<Item = &'a str> + Clone),
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = details.clone().next().and_then(read)?;
        details.next();
        Some(value)
    }
    fn number<T: FromStr>(word: &str) -> Option<T> {
        word.parse().ok()
    }
    fn flag(wanted: &'static str) -> impl FnOnce(&str) -> Option<()> {
        move |word| (word == wanted).then_some(())
    }
    let text = |kind, details: &mut _| {
        Some(Type::Text(TextType {
            kind,
            length: take(details, number::<u32>).unwrap_or(0),
            collation: take(details, |word| word.parse().ok()).unwrap_or(Collation::BINARY),
            strength: take(details, CollationStrength::from_word).unwrap_or(CollationStrength::Implicit),
        }))
    };
    match name {
        "unknown" => Some(Type::Unknown),
        "null" => Some(Type::Null),
        "bool" => Some(Type::Bool),
        "number" => Some(Type::Number),
        "f32" => Some(Type::Float32),
        "f64" => Some(Type::Float64),
        "decimal" => Some(Type::Decimal { precision: take(details, number)?, scale: take(details, number)? }),
        "char" => text(TextKind::Fixed, details),
        "varchar" => text(TextKind::Varying, details),
        "text" => text(TextKind::Unbounded, details),
        "bytes" => Some(Type::Bytes {
            length: take(details, number).unwrap_or(0),
            fixed: take(details, flag("fixed")).is_some(),
        }),
        "bits" => Some(Type::Bits {
            length: take(details, number)?,
            varying: take(details, flag("varying")).is_some(),
        }),
        "date" => Some(Type::Date),
        "time" => Some(Type::Time {
            precision: take(details, number)?,
            zone: take(details, flag("zone")).is_some(),
        }),
        "timestamp" => Some(Type::Timestamp {
            precision: take(details, number)?,
            zone: take(details, Zone::from_word).unwrap_or(Zone::None),
        }),
        "interval" => Some(Type::Interval(take(details, IntervalKind::from_word)?)),
        "year" => Some(Type::Year),
        "uuid" => Some(Type::Uuid),
        "json" => Some(Type::Json { binary: false }),
        "jsonb" => Some(Type::Json { binary: true }),
        "xml" => Some(Type::Xml),
        "money" => Some(Type::Money { scale: take(details, number)? }),
        "enum" => Some(Type::Enum(EnumId(take(details, number)?))),
        "set" => Some(Type::Set(EnumId(take(details, number)?))),
        "array" => Some(Type::Array(take(details, Element::from_word)?)),
        "row" => Some(Type::Row),
        "any" => Some(Type::Any(take(details, Affinity::from_word)?)),
        _ => {
            let unsigned = name.starts_with('u');
            let bits: u8 = name.strip_prefix(['i', 'u'])?.parse().ok()?;
            matches!(bits, 8 | 16 | 24 | 32 | 64).then_some(Type::Int { bits, unsigned })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_read_back_as_written() {
        let varchar = TextType {
            kind: TextKind::Varying,
            length: 20,
            collation: Collation::GENERAL_CI,
            strength: CollationStrength::Implicit,
        };
        let types = [
            (Type::I32, "i32"),
            (Type::U64, "u64"),
            (Type::Decimal { precision: 10, scale: -2 }, "decimal(10,-2)"),
            (Type::TEXT, "text(coercible)"),
            (Type::text(Collation::NOCASE), "text(nocase)"),
            (Type::Text(varchar), "varchar(20,ci_ai_pad_upper)"),
            (Type::Bytes { length: 0, fixed: true }, "bytes(fixed)"),
            (Type::Timestamp { precision: 3, zone: Zone::Instant }, "timestamp(3,instant)"),
            (Type::Any(Affinity::Text), "any(text)"),
            (Type::Array(Element::Int32), "array(i32)"),
        ];
        for (ty, word) in types {
            assert_eq!(ty.to_string(), word);
            assert_eq!(word.parse(), Ok(ty));
        }
        for word in ["i7", "decimal(1)", "date(1)", "text(a,b)", "varchar(5", "enum(-1)", ""] {
            assert!(word.parse::<Type>().is_err(), "{word}");
        }
    }

    #[test]
    fn collations_and_cast_rules_read_back_as_written() {
        for collation in [
            Collation::BINARY,
            Collation::NOCASE,
            Collation::RTRIM,
            Collation::GENERAL_CI,
            Collation::UCA_AI_CI,
            Collation::LATIN1_CI_AS,
        ] {
            assert_eq!(collation.to_string().parse(), Ok(collation));
        }
        let prefix = CastRule { failure: CastFailure::Prefix, ..CastRule::IMPLICIT };
        assert_eq!(prefix.to_string(), "implicit(prefix,half_away)");
        assert_eq!(prefix.to_string().parse(), Ok(prefix));
        assert!("explicit".parse::<CastRule>().is_err());
    }
}
