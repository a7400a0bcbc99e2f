//! Which columns may hold what, by their names, their types and what stands in them.

use crate::pack::SHIPPED;
use crate::pack::{Pack, TagColumn};
use air::protection::Pattern;

/// What is thought of a column.
#[derive(Clone, PartialEq, Debug)]
pub struct Guess {
    /// Tag.
    pub tag: &'static str,
    /// From 0 to 1.
    pub confidence: f64,
    /// Why, in a few words.
    pub because: String,
}

/// A kind of data: by which names it goes, and what it looks like.
struct Class {
    tag: &'static str,
    names: &'static [&'static str],
    /// How sure a name makes, from 0 to 1.
    by_name: f64,
    looks: Option<Looks>,
    /// How sure values make that all look so.
    by_values: f64,
}

/// True if a value looks like one of the kind.
type Looks = fn(&str) -> bool;

/// In order: of two that are as sure the first is meant.
const CLASSES: &[Class] = &[
    Class {
        tag: "personal",
        names: &["*email*", "*e_mail*", "mail"],
        by_name: 0.8,
        looks: Some(is_email),
        by_values: 0.95,
    },
    Class { tag: "personal", names: &["*iban*"], by_name: 0.9, looks: Some(is_iban), by_values: 0.98 },
    Class { tag: "personal", names: &["*card*", "pan"], by_name: 0.4, looks: Some(is_card), by_values: 0.9 },
    Class {
        tag: "personal",
        names: &["*phone*", "*mobile*", "fax", "tel*"],
        by_name: 0.7,
        looks: Some(is_phone),
        by_values: 0.6,
    },
    Class {
        tag: "personal",
        names: &["ip", "*ip_address*", "*_ip"],
        by_name: 0.7,
        looks: Some(is_address),
        by_values: 0.9,
    },
    Class {
        tag: "personal",
        names: &["ssn", "*social_security*", "*national_id*", "*tax_id*", "*passport*"],
        by_name: 0.9,
        looks: Some(is_ssn),
        by_values: 0.8,
    },
    Class {
        tag: "personal",
        names: &["*first_name*", "*last_name*", "*surname*", "*full_name*", "*given_name*"],
        by_name: 0.85,
        looks: None,
        by_values: 0.0,
    },
    Class {
        tag: "personal",
        names: &["*street*", "*address*", "*postcode*", "*postal*", "*zip*"],
        by_name: 0.7,
        looks: None,
        by_values: 0.0,
    },
    Class { tag: "birth", names: &["*birth*", "dob"], by_name: 0.9, looks: Some(is_date), by_values: 0.0 },
    Class {
        tag: "special",
        names: &[
            "*diagnos*",
            "*religion*",
            "*ethnic*",
            "*genetic*",
            "*biometric*",
            "*sexual*",
            "*union_member*",
            "*health*",
        ],
        by_name: 0.8,
        looks: None,
        by_values: 0.0,
    },
    Class {
        tag: "secret",
        names: &["*password*", "*passwd*", "*secret*", "*token*", "*api_key*", "*private_key*"],
        by_name: 0.85,
        looks: None,
        by_values: 0.0,
    },
];

/// Fewest values that say anything.
const VALUES_MIN: usize = 3;
/// Part of the values that has to look so.
const ALIKE_MIN: f64 = 0.8;

/// What a column may hold, the surest first. `ty` is its type as the engine names it, `values` some of its values.
pub fn classify(column: &str, ty: &str, values: &[String]) -> Vec<Guess> {
    let ty = ty.to_lowercase();
    let flag = ty.contains("bool");
    let mut guesses: Vec<Guess> = Vec::new();
    for class in CLASSES {
        let named = class.names.iter().find(|name| Pattern::new(name).matches(column));
        let looking = class
            .looks
            .filter(|_| values.len() >= VALUES_MIN)
            .map(|looks| values.iter().filter(|value| looks(value)).count() as f64 / values.len() as f64);
        let (mut confidence, mut because) = (0.0, Vec::new());
        if let (Some(name), false) = (named, flag) {
            confidence = class.by_name;
            because.push(format!("its name is like {name}"));
        }
        match looking {
            Some(part) if part >= ALIKE_MIN && class.by_values > 0.0 => {
                // Two signs that do not depend on each other: both would have to mislead.
                confidence = 1.0 - (1.0 - confidence) * (1.0 - class.by_values * part);
                because.push(format!("{:.0} % of {} values look so", part * 100.0, values.len()));
            }
            Some(part) if part == 0.0 && confidence > 0.0 => {
                confidence /= 2.0;
                because.push(format!("but none of {} values looks so", values.len()));
            }
            _ => {}
        }
        if confidence > 0.0
            && !guesses.iter().any(|guess| guess.tag == class.tag && guess.confidence >= confidence)
        {
            guesses.retain(|guess| guess.tag != class.tag);
            guesses.push(Guess { tag: class.tag, confidence, because: because.join(", ") });
        }
    }
    guesses.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    guesses
}

/// Tags of the shipped packs that a column carries by their patterns.
pub fn shipped(table: &str, column: &str) -> Vec<String> {
    let packs = SHIPPED.iter().filter_map(|(name, _)| Pack::shipped(name));
    let mut tags: Vec<String> = packs
        .flat_map(|pack| pack.tags)
        .filter(|TagColumn { table: of, column: named, .. }| of.matches(table) && named.matches(column))
        .map(|tag| tag.tag)
        .collect();
    tags.sort();
    tags.dedup();
    tags
}

fn digits(value: &str) -> Vec<u32> {
    value.chars().filter_map(|letter| letter.to_digit(10)).collect()
}

fn is_email(value: &str) -> bool {
    let Some((name, host)) = value.split_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && !part.contains([' ', '@', ',']);
    plain(name)
        && plain(host)
        && host.split('.').count() >= 2
        && !host.starts_with('.')
        && !host.ends_with('.')
}

fn is_phone(value: &str) -> bool {
    let count = digits(value).len();
    (7..=15).contains(&count)
        && !is_date(value)
        && value.chars().all(|letter| letter.is_ascii_digit() || "+-/(). ".contains(letter))
        && (value.starts_with('+') || value.contains(['-', ' ', '/']))
}

fn is_address(value: &str) -> bool {
    value.parse::<std::net::IpAddr>().is_ok()
}

fn is_date(value: &str) -> bool {
    let bytes = value.as_bytes();
    bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-'
}

/// Three, two and four digits.
fn is_ssn(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    let lengths = [3, 2, 4];
    parts.len() == 3
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, length)| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// 13 to 19 digits with the check digit of ISO/IEC 7812 (Luhn).
fn is_card(value: &str) -> bool {
    let all = digits(value);
    let plain = value.chars().all(|letter| letter.is_ascii_digit() || letter == ' ' || letter == '-');
    let sum: u32 = all
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match at % 2 {
            0 => *digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    plain && (13..=19).contains(&all.len()) && sum.is_multiple_of(10)
}

/// Country, two check digits (ISO 7064, mod 97) and the rest.
fn is_iban(value: &str) -> bool {
    let text: String = value.chars().filter(|letter| *letter != ' ').collect();
    let plain = text.is_ascii() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain || !(15..=34).contains(&text.len()) || !text[..2].bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        return false;
    }
    let turned = format!("{}{}", &text[4..], &text[..4]);
    let rest = turned.bytes().try_fold(0u32, |rest, byte| {
        let value = (byte as char).to_digit(36)?;
        let shift = if value > 9 { 100 } else { 10 };
        Some((rest * shift + value) % 97)
    });
    rest == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(column: &str, ty: &str, values: &[&str]) -> Option<(&'static str, f64)> {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        classify(column, ty, &values)
            .first()
            .map(|guess| (guess.tag, (guess.confidence * 100.0).round() / 100.0))
    }

    #[test]
    fn names_and_values_say_what_a_column_holds() {
        let mails = ["a@example.org", "b.c@mail.example.com", "d@x.io"];
        assert_eq!(guess("contact", "text", &mails), Some(("personal", 0.95)));
        assert_eq!(guess("email", "text", &mails), Some(("personal", 0.99)));
        assert_eq!(guess("email", "text", &[]), Some(("personal", 0.8)));
        assert_eq!(guess("email", "text", &["yes", "no", "maybe"]), Some(("personal", 0.4)));
        assert_eq!(guess("email_sent", "boolean", &["t", "f", "t"]), None);
        assert_eq!(guess("note", "text", &["x", "y", "z"]), None);
        assert_eq!(
            guess(
                "x",
                "text",
                &["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "FR1420041010050500013M02606"]
            ),
            Some(("personal", 0.98))
        );
        assert_eq!(
            guess("x", "text", &["4111 1111 1111 1111", "5500-0000-0000-0004", "340000000000009"]),
            Some(("personal", 0.9))
        );
        assert_eq!(guess("x", "text", &["4111 1111 1111 1112", "1234567890123", "1"]), None);
        assert_eq!(guess("date_of_birth", "date", &["1999-01-01"; 3]), Some(("birth", 0.9)));
        assert_eq!(guess("diagnosis", "text", &[]), Some(("special", 0.8)));
        assert_eq!(guess("password_hash", "text", &[]), Some(("secret", 0.85)));
        assert_eq!(shipped("patients", "dob"), ["birth", "phi_date"]);
    }
}
