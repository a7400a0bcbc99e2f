//! Texts under a collation.

use air::types::{Collation, Fold, TextOrder};
use std::borrow::Cow;
use std::cmp::Ordering;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A text that is the same for all texts equal under `collation`.
pub fn fold(text: &str, collation: Collation) -> Cow<'_, str> {
    if collation.is_exact() {
        return Cow::Borrowed(text);
    }
    let text = if collation.pad { text.trim_end_matches(' ') } else { text };
    let text: Cow<'_, str> = match collation.accent_insensitive {
        true if !text.is_ascii() => {
            text.nfd().filter(|c| !is_combining_mark(*c)).nfc().collect::<String>().into()
        }
        _ => text.into(),
    };
    let upper = collation.order == TextOrder::Upper;
    match collation.case {
        Fold::Sensitive => text,
        Fold::Ascii if upper => text.to_ascii_uppercase().into(),
        Fold::Ascii => text.to_ascii_lowercase().into(),
        Fold::Unicode if upper => text.to_uppercase().into(),
        Fold::Unicode => text.to_lowercase().into(),
    }
}

/// Order of two texts. Language rules beyond letters and digits are those of the folded code points.
pub fn compare(a: &str, b: &str, collation: Collation) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let (folded_a, folded_b) = (fold(a, collation), fold(b, collation));
    match collation.order {
        TextOrder::Linguistic => {
            linguistic(&folded_a).cmp(&linguistic(&folded_b)).then_with(|| folded_a.cmp(&folded_b))
        }
        TextOrder::Binary | TextOrder::Upper | TextOrder::Lower => match collation.pad {
            true => compare_padded(&folded_a, &folded_b),
            false => folded_a.cmp(&folded_b),
        },
    }
}

/// As if the shorter text had blanks at its end.
fn compare_padded(a: &str, b: &str) -> Ordering {
    let width = a.chars().count().max(b.chars().count());
    let padded = |text: &'_ str| -> Vec<char> {
        let mut chars: Vec<char> = text.chars().collect();
        chars.resize(width, ' ');
        chars
    };
    padded(a).cmp(&padded(b))
}

/// Punctuation before digits before letters, case counting only between equals.
fn linguistic(text: &str) -> Vec<(u8, char)> {
    let class = |c: char| match c {
        c if c.is_alphabetic() => 2,
        c if c.is_numeric() => 1,
        _ => 0,
    };
    text.chars().flat_map(char::to_lowercase).map(|c| (class(c), c)).collect()
}
