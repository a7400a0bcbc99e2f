//! Identifiers: quoted only where the target would not read them as they are.

use air::target::{Capabilities, Folding};

/// A filter that most names fall through at once: a bit per (first letter, last letter, length) of a reserved word.
#[derive(Debug)]
pub struct ReservedFilter([u64; 64]);

impl ReservedFilter {
    /// The filter of a list of lower-case words.
    pub const fn of(words: &[&str]) -> ReservedFilter {
        let mut bits = [0u64; 64];
        let mut i = 0;
        while i < words.len() {
            let slot = slot(words[i].as_bytes());
            bits[slot / 64] |= 1 << (slot % 64);
            i += 1;
        }
        ReservedFilter(bits)
    }

    /// True if the word, in any letter case, is in the list the filter was made of.
    fn hits(&self, word: &str, words: &[&str]) -> bool {
        let slot = slot(word.as_bytes());
        if self.0[slot / 64] & (1 << (slot % 64)) == 0 {
            return false;
        }
        let order =
            |candidate: &&str| candidate.bytes().cmp(word.bytes().map(|byte| byte.to_ascii_lowercase()));
        words.binary_search_by(order).is_ok()
    }
}

/// `word` must not be empty.
const fn slot(word: &[u8]) -> usize {
    let first = (word[0] & 31) as usize;
    let last = (word[word.len() - 1] & 31) as usize;
    first | last << 5 | (word.len() & 3) << 10
}

/// Appends an identifier. `exact`: its letter case is part of the name.
pub(crate) fn push(out: &mut String, can: &Capabilities, filter: &ReservedFilter, text: &str, exact: bool) {
    let shape = Shape::of(text);
    let case = match can.unquoted {
        Folding::Lower => exact && shape.upper,
        Folding::Upper => exact && shape.lower,
        Folding::Insensitive => false,
    };
    if shape.plain && !case && !filter.hits(text, can.reserved) {
        out.push_str(text);
        return;
    }
    let (open, close) = can.quote;
    out.push(open);
    for letter in text.chars() {
        // The name of a folding dialect, quoted because of its other letters: what folding would have made of it.
        match (can.unquoted, exact) {
            (Folding::Lower, false) => out.extend(letter.to_lowercase()),
            (Folding::Upper, false) => out.extend(letter.to_uppercase()),
            _ => out.push(letter),
        }
        if letter == close {
            out.push(close);
        }
    }
    out.push(close);
}

/// What the letters of a name are.
struct Shape {
    /// A letter or `_`, then letters, digits and `_`: needs no quotes.
    plain: bool,
    upper: bool,
    lower: bool,
}

impl Shape {
    fn of(text: &str) -> Shape {
        let classes = text.bytes().fold(0, |classes, byte| classes | CLASSES[byte as usize]);
        let digit_first = text.as_bytes().first().is_none_or(u8::is_ascii_digit);
        Shape {
            plain: classes & OTHER == 0 && !digit_first,
            upper: classes & UPPER != 0,
            lower: classes & LOWER != 0,
        }
    }
}

const LOWER: u8 = 1;
const UPPER: u8 = 2;
const OTHER: u8 = 4;

/// What each byte says of a name.
const CLASSES: [u8; 256] = {
    let mut classes = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => UPPER,
            b'_' | b'0'..=b'9' => 0,
            // Letters beyond ASCII have case as well.
            0x80.. => OTHER | UPPER | LOWER,
            _ => OTHER,
        };
        byte += 1;
    }
    classes
};
