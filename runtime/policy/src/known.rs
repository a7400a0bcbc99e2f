//! Keys of what is remembered: callers, and questions that were answered.

use crate::facts::Facts;
use crate::policies::Subject;
use quick_cache::{DefaultHashBuilder, Equivalent};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

/// What a caller is: attributes in a fixed order, then roles.
fn pieces<'a>(subject: &Subject<'a>) -> impl Iterator<Item = Option<&'a str>> {
    let Subject { actor, tenant, roles, purpose, residency, origin, risk } = *subject;
    [Some(actor), Some(tenant), purpose, residency, origin, risk]
        .into_iter()
        .chain(roles.iter().map(|role| Some(&**role)))
}

/// A length for what is not there: no text is as long.
const ABSENT: u64 = u64::MAX;

fn length(piece: Option<&str>) -> [u8; 8] {
    piece.map_or(ABSENT, |piece| piece.len() as u64).to_le_bytes()
}

/// A caller who asks. Hashed once for all that is looked up.
pub(crate) struct Caller<'a> {
    subject: &'a Subject<'a>,
    hash: u64,
}

impl<'a> Caller<'a> {
    pub(crate) fn new(subject: &'a Subject<'a>, hasher: &DefaultHashBuilder) -> Caller<'a> {
        let mut state = hasher.build_hasher();
        for piece in pieces(subject) {
            // What is not there is unlike a text that is empty.
            match piece {
                Some(piece) => state.write(piece.as_bytes()),
                None => state.write_u8(0),
            }
        }
        Caller { subject, hash: state.finish() }
    }

    pub(crate) fn known(&self) -> Known {
        let mut bytes = Vec::new();
        for piece in pieces(self.subject) {
            bytes.extend(length(piece));
            bytes.extend(piece.unwrap_or_default().as_bytes());
        }
        Known { hash: self.hash, bytes: bytes.into() }
    }
}

impl Hash for Caller<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl Equivalent<Known> for Caller<'_> {
    fn equivalent(&self, key: &Known) -> bool {
        let mut rest = &*key.bytes;
        self.hash == key.hash
            && pieces(self.subject).all(|piece| {
                let same = rest.strip_prefix(&length(piece)).and_then(|rest| match piece {
                    Some(piece) => rest.strip_prefix(piece.as_bytes()),
                    None => Some(rest),
                });
                rest = same.unwrap_or_default();
                same.is_some()
            })
            && rest.is_empty()
    }
}

/// A caller, kept: all pieces in one, each behind its length, so that to compare them reads one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Known {
    hash: u64,
    bytes: Arc<[u8]>,
}

impl Hash for Known {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// A question.
pub(crate) struct Asked<'a> {
    pub(crate) caller: &'a Caller<'a>,
    pub(crate) facts: &'a Facts,
    /// The class of the moment.
    pub(crate) moment: u16,
}

/// A question that was answered.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Answered {
    pub(crate) caller: Known,
    pub(crate) facts: Facts,
    pub(crate) moment: u16,
}

fn hash(caller: u64, facts: &Facts, moment: u16, state: &mut impl Hasher) {
    // One word, because every write costs: `caller` is random already.
    state.write_u64(caller ^ facts.hash.rotate_left(16) ^ u64::from(moment));
}

impl Hash for Asked<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(self.caller.hash, self.facts, self.moment, state);
    }
}

impl Hash for Answered {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(self.caller.hash, &self.facts, self.moment, state);
    }
}

impl Equivalent<Answered> for Asked<'_> {
    fn equivalent(&self, key: &Answered) -> bool {
        self.moment == key.moment && *self.facts == key.facts && self.caller.equivalent(&key.caller)
    }
}
