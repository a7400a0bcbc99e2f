//! Going through a ledger record by record, each checked against what came before. Pure: bytes in, findings out.

use crate::format::{Checkpoint, Head, Kind, LedgerId, MAGIC, Record, Rotation, VERSION, frame};
use crate::merkle::{Hash, Tree};
use crate::report::{Finding, Flaw};
use ed25519_dalek::VerifyingKey;

/// Most records without a checkpoint: a writer signs every 64 events; rotation of keys and the head of a segment come
/// on top.
pub const UNSIGNED_MAX: u32 = 128;

/// A place in a ledger and what the next record has to fit.
#[derive(Clone, Debug)]
pub struct Walk {
    /// Number of the segment.
    pub segment: u64,
    /// Where the next frame begins.
    pub offset: u64,
    /// Where the frame before it begins.
    before: u64,
    /// Number of the next record.
    pub seq: u64,
    /// Hash of the record before.
    pub prev: Hash,
    /// Tree of the segment so far.
    pub tree: Tree,
    /// Time of the record before.
    pub time_us: u64,
    /// Which ledger; none before its first head.
    pub ledger: Option<LedgerId>,
    /// Who signs here.
    pub key: Option<VerifyingKey>,
    /// Records since the last checkpoint.
    pub unsigned: u32,
    /// False until the first head was read by a walk that begins in the middle.
    anchored: bool,
}

impl Walk {
    /// At the beginning of a ledger.
    pub fn new() -> Walk {
        Walk {
            segment: 0,
            offset: 0,
            before: 0,
            seq: 0,
            prev: [0; 32],
            tree: Tree::default(),
            time_us: 0,
            ledger: None,
            key: None,
            unsigned: 0,
            anchored: true,
        }
    }

    /// At the beginning of a segment whose predecessors are not looked at: its head is believed.
    pub(crate) fn before(segment: u64) -> Walk {
        Walk { segment: segment - 1, anchored: false, ..Walk::new() }
    }

    /// A flaw of what comes next.
    pub fn finding(&self, flaw: Flaw) -> Finding {
        Finding { flaw, segment: self.segment, offset: self.offset, seq: self.seq }
    }

    /// Enters the next segment.
    pub fn enter(&mut self, bytes: &[u8]) -> Result<(), Finding> {
        self.segment += 1;
        self.offset = 0;
        self.tree = Tree::default();
        if !bytes.starts_with(&MAGIC) {
            let torn = MAGIC.starts_with(bytes) || bytes.iter().all(|byte| *byte == 0);
            return Err(self.finding(if torn { Flaw::Torn } else { Flaw::Frame }));
        }
        self.offset = MAGIC.len() as u64;
        Ok(())
    }

    /// Checks the record at this place and goes behind it; at the end there is none.
    pub fn step<'a>(&mut self, bytes: &'a [u8]) -> Result<Option<Record<'a>>, Finding> {
        let at = self.offset as usize;
        if at == bytes.len() {
            return Ok(None);
        }
        let (record, end) = frame(bytes, at).map_err(|flaw| self.finding(flaw))?;
        self.accept(&record).map_err(|flaw| self.blame(flaw, &record, bytes, end))?;
        (self.before, self.offset) = (self.offset, end as u64);
        Ok(Some(record))
    }

    fn accept(&mut self, record: &Record<'_>) -> Result<(), Flaw> {
        let first = self.tree.size() == 0;
        if first != (record.kind == Kind::Head) {
            return Err(Flaw::Chain);
        }
        if !self.anchored {
            (self.seq, self.prev, self.anchored) = (record.seq, record.prev, true);
        }
        if record.seq > self.seq {
            return Err(Flaw::Gap);
        }
        if record.seq != self.seq || record.prev != self.prev || record.time_us < self.time_us {
            return Err(Flaw::Chain);
        }
        let mut unsigned = self.unsigned + 1;
        match record.kind {
            Kind::Event => {}
            Kind::Head => {
                let head = Head::read(record.payload).ok_or(Flaw::Frame)?;
                let known = self.ledger.is_none_or(|ledger| ledger == head.ledger);
                if head.version != VERSION || !known {
                    return Err(Flaw::Foreign);
                }
                if head.segment != self.segment {
                    return Err(Flaw::Gap);
                }
                if self.key.is_some_and(|key| key != head.key) {
                    return Err(Flaw::Signature);
                }
                self.ledger = Some(head.ledger);
                self.key = Some(head.key);
            }
            Kind::Checkpoint => {
                let checkpoint = Checkpoint::read(record.body).ok_or(Flaw::Frame)?;
                if Some(checkpoint.ledger) != self.ledger {
                    return Err(Flaw::Foreign);
                }
                if Some(checkpoint.key) != self.key || !checkpoint.is_signed() {
                    return Err(Flaw::Signature);
                }
                let here = (self.segment, self.tree.size(), self.tree.root());
                if (checkpoint.segment, checkpoint.size, checkpoint.root) != here {
                    return Err(Flaw::Merkle);
                }
                unsigned = 0;
            }
            Kind::Rotation => {
                let (rotation, both) = Rotation::read(record).ok_or(Flaw::Frame)?;
                if Some(rotation.ledger) != self.ledger {
                    return Err(Flaw::Foreign);
                }
                if Some(rotation.old) != self.key || !both {
                    return Err(Flaw::Signature);
                }
                self.key = Some(rotation.new);
            }
        }
        if unsigned > UNSIGNED_MAX {
            return Err(Flaw::Unsigned);
        }
        self.unsigned = unsigned;
        self.prev = record.hash();
        self.tree.push(self.prev);
        self.time_us = record.time_us;
        self.seq += 1;
        Ok(())
    }

    /// Which record it is that was changed. If this one is as it was written, then what it does not follow, the record
    /// before, is not; and it is if the next one follows it, or if it is signed.
    fn blame(&self, flaw: Flaw, record: &Record<'_>, bytes: &[u8], end: usize) -> Finding {
        let finding = self.finding(flaw);
        let follows_other = flaw == Flaw::Chain && record.seq == self.seq && record.prev != self.prev;
        let as_written = || {
            frame(bytes, end).is_ok_and(|(next, _)| next.prev == record.hash())
                || Checkpoint::read(record.body).is_some_and(|checkpoint| checkpoint.is_signed())
        };
        if follows_other && self.tree.size() > 0 && as_written() {
            return Finding { seq: finding.seq - 1, offset: self.before, ..finding };
        }
        finding
    }
}

impl Default for Walk {
    fn default() -> Walk {
        Walk::new()
    }
}
