//! Reading a whole ledger and checking everything that is signed, chained or made known.

use crate::files::{self, Tip, segment_path};
use crate::format::{Checkpoint, Kind, LedgerId, Record};
use crate::report::{Error, Finding, Flaw};
use crate::walk::Walk;
use ed25519_dalek::VerifyingKey;
use std::collections::BTreeMap;
use std::path::Path;

/// What was verified.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    /// Which ledger.
    pub ledger: LedgerId,
    /// Segments read.
    pub segments: u64,
    /// Records of all kinds.
    pub records: u64,
    /// Events among them.
    pub events: u64,
    /// Checkpoints among them.
    pub checkpoints: u64,
    /// Records behind the last checkpoint: chained, not signed, never acknowledged.
    pub unsigned: u32,
    /// Checkpoints known from elsewhere that were found.
    pub anchored: usize,
    /// Who signed, oldest first.
    pub keys: Vec<VerifyingKey>,
}

/// Verifies a ledger: each frame, checksum, link, tree, signature, and that each `known` checkpoint is in it. One of the
/// keys that signed must be trusted; the others count by what they signed over to each other. The first thing that is
/// wrong is an [`Error::Tampered`] with its place.
pub fn verify(dir: &Path, trusted: &[VerifyingKey], known: &[Checkpoint]) -> Result<Verified, Error> {
    read(dir, trusted, known, &mut |_, _, _| Ok(()))
}

/// The same; `each` gets each record with its segment and leaf number, once it has been checked, but maybe before
/// the checkpoint that signs it was.
pub fn read(
    dir: &Path,
    trusted: &[VerifyingKey],
    known: &[Checkpoint],
    each: &mut dyn FnMut(u64, u64, &Record<'_>) -> Result<(), Error>,
) -> Result<Verified, Error> {
    let mut walk = Walk::new();
    let tip = match files::tip(dir)? {
        Tip::None => None,
        Tip::Known(checkpoint) => Some(checkpoint),
        Tip::Unreadable => return Err(Error::Tampered(walk.finding(Flaw::Tip))),
    };
    if !known.iter().all(Checkpoint::is_signed) {
        return Err(Error::Proof("a checkpoint that was made known has a wrong signature"));
    }
    let mut expected: BTreeMap<u64, Vec<(&Checkpoint, usize)>> = BTreeMap::new();
    // The tip is no news from elsewhere, so it does not count.
    let all = known.iter().map(|checkpoint| (checkpoint, 1)).chain(tip.as_deref().map(|tip| (tip, 0)));
    for (checkpoint, counts) in all {
        expected.entry(checkpoint.seq).or_default().push((checkpoint, counts));
    }
    let mut verified = Verified {
        ledger: LedgerId::default(),
        segments: 0,
        records: 0,
        events: 0,
        checkpoints: 0,
        unsigned: 0,
        anchored: 0,
        keys: Vec::new(),
    };
    let segments = files::segments(dir)?;
    for segment in &segments {
        let bytes = files::read(&segment_path(dir, *segment))?;
        if walk.unsigned > 0 {
            // Each segment ends with a checkpoint before the next one begins.
            return Err(Error::Tampered(walk.finding(Flaw::Gap)));
        }
        walk.enter(&bytes).map_err(Error::Tampered)?;
        verified.segments += 1;
        loop {
            let before = (walk.offset, walk.tree.size());
            let Some(record) = walk.step(&bytes).map_err(Error::Tampered)? else { break };
            for (checkpoint, counts) in expected.remove(&record.seq).unwrap_or_default() {
                let place =
                    Finding { flaw: Flaw::Fork, segment: *segment, offset: before.0, seq: record.seq };
                if Some(checkpoint.ledger) != walk.ledger {
                    return Err(Error::Tampered(Finding { flaw: Flaw::Foreign, ..place }));
                }
                if checkpoint.body() != record.body {
                    return Err(Error::Tampered(place));
                }
                verified.anchored += counts;
            }
            match record.kind {
                Kind::Event => verified.events += 1,
                Kind::Checkpoint => {
                    verified.checkpoints += 1;
                    if let Some(key) = walk.key
                        && !verified.keys.contains(&key)
                    {
                        verified.keys.push(key);
                    }
                }
                Kind::Head | Kind::Rotation => {}
            }
            each(*segment, before.1, &record)?;
        }
        if walk.tree.size() < 2 {
            return Err(Error::Tampered(walk.finding(Flaw::Truncated)));
        }
    }
    if !expected.is_empty() || segments.is_empty() {
        return Err(Error::Tampered(walk.finding(Flaw::Truncated)));
    }
    if !verified.keys.iter().any(|key| trusted.contains(key)) {
        return Err(Error::Tampered(walk.finding(Flaw::Untrusted)));
    }
    verified.ledger = walk.ledger.unwrap_or_default();
    verified.records = walk.seq;
    verified.unsigned = walk.unsigned;
    Ok(verified)
}
