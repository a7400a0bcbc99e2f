//! When two spellings are the same name, and which known name an unknown one was meant to be.

use air::Name;
use airc_grammar::tree::Ident;

use air::layout::digest;

/// What a dialect does with the letters of identifiers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Folding {
    /// Bare words become lower case, quoted ones stay.
    Lower,
    /// Bare words become upper case, quoted ones stay.
    Upper,
    /// Letter case never matters.
    Insensitive,
}

impl Folding {
    /// True if a bare word would not come out as `text`.
    pub(crate) fn changes(self, text: &str) -> bool {
        match self {
            Folding::Lower => text.chars().any(char::is_uppercase),
            Folding::Upper => text.chars().any(char::is_lowercase),
            Folding::Insensitive => false,
        }
    }
}

/// A name as somebody refers to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reference<'a> {
    /// Spelling without quotes.
    pub(crate) text: &'a str,
    /// Written without quotes.
    pub(crate) bare: bool,
    /// The digest of declared names that can be meant, if all letters are ASCII.
    pub(crate) digest: Option<u32>,
}

impl<'a> Reference<'a> {
    pub(crate) fn new(ident: Ident, text: &'a str) -> Reference<'a> {
        Reference::of(text, ident.is_bare())
    }

    pub(crate) fn of(text: &'a str, bare: bool) -> Reference<'a> {
        Reference { text, bare, digest: text.is_ascii().then(|| digest(text)) }
    }

    /// True if the reference means the declared name.
    pub(crate) fn means(self, declared: &str, exact: bool, folding: Folding) -> bool {
        if folding == Folding::Insensitive {
            return same_letters(self.text, declared);
        }
        match (exact, self.bare) {
            (true, true) => false,
            (true, false) => self.text == declared,
            (false, true) => same_letters(self.text, declared),
            // A bare declaration was folded, so a quoted reference must spell the folded form.
            (false, false) => same_letters(self.text, declared) && !folding.changes(self.text),
        }
    }
}

/// Equality without regard to letter case; ASCII first, because nearly all names are.
#[inline]
pub(crate) fn same_letters(a: &str, b: &str) -> bool {
    a == b
        || (a.len() == b.len() && a.eq_ignore_ascii_case(b))
        || (!a.is_ascii() && a.to_lowercase() == b.to_lowercase())
}

/// True if the names are spelled alike and treat letter case alike.
pub(crate) fn names_equal(air: &air::Air, a: Name, b: Name) -> bool {
    if a.exact || b.exact { air.name(a) == air.name(b) } else { same_letters(air.name(a), air.name(b)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_follow_the_folding_of_the_dialect() {
        let bare = |text| Reference::of(text, true);
        let quoted = |text| Reference::of(text, false);
        assert!(bare("Abc").means("aBC", false, Folding::Lower));
        assert!(quoted("abc").means("ABC", false, Folding::Lower));
        assert!(!quoted("ABC").means("ABC", false, Folding::Lower));
        assert!(quoted("ABC").means("abc", false, Folding::Upper));
        assert!(quoted("Abc").means("Abc", true, Folding::Upper));
        assert!(!bare("Abc").means("Abc", true, Folding::Lower));
        assert!(quoted("ABC").means("abc", false, Folding::Insensitive));
    }
}
