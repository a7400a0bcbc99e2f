//! Proofs that need nothing of a ledger but its public key.

use crate::format::{Checkpoint, Head, Kind, Record};
use crate::merkle::{Hash, Levels, consistency, extends, includes, leaf};
use crate::report::Error;
use ed25519_dalek::VerifyingKey;

/// That a record is in a ledger: the way from it to the root that a checkpoint signs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inclusion {
    /// Leaf of the segment's tree.
    pub index: u64,
    /// The hashes beside the way, from below.
    pub path: Vec<Hash>,
    /// The checkpoint.
    pub checkpoint: Checkpoint,
}

impl Inclusion {
    /// Verifies that the record with this body is in the ledger whose checkpoints this key signs.
    pub fn verify(&self, body: &[u8], key: &VerifyingKey) -> Result<(), Error> {
        signed_by(&self.checkpoint, key)?;
        let Checkpoint { size, root, .. } = &self.checkpoint;
        if !includes(leaf(body), self.index, *size, root, &self.path) {
            return Err(Error::Proof("the record is not where it says"));
        }
        Ok(())
    }

    /// The path as one run of bytes.
    pub fn path_bytes(&self) -> Vec<u8> {
        self.path.concat()
    }

    /// Bytes of the whole proof.
    pub fn len_bytes(&self) -> usize {
        8 + self.path.len() * 32 + self.checkpoint.body().len()
    }
}

/// The records of one segment, for proofs.
#[derive(Debug)]
pub struct Prover {
    leaves: Vec<Hash>,
    levels: Levels,
    checkpoint: Checkpoint,
}

impl Prover {
    /// From the leaves of a segment and a checkpoint of it.
    pub fn new(mut leaves: Vec<Hash>, checkpoint: Checkpoint) -> Prover {
        leaves.truncate(usize::try_from(checkpoint.size).unwrap_or(usize::MAX));
        Prover { levels: Levels::new(leaves.clone()), leaves, checkpoint }
    }

    /// The proof for a leaf; none if the checkpoint does not cover it.
    pub fn inclusion(&self, index: u64) -> Option<Inclusion> {
        Some(Inclusion { index, path: self.levels.inclusion(index)?, checkpoint: self.checkpoint.clone() })
    }

    /// The proof that the checkpoint covers what an earlier one of the segment does.
    pub fn consistency(&self, earlier: &Checkpoint) -> Option<Vec<Hash>> {
        consistency(&self.leaves, earlier.size)
    }
}

/// That everything a checkpoint covers is also covered, unchanged, by a later one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Consistency {
    /// One for each segment from that of the earlier checkpoint to that of the later one.
    pub steps: Vec<Step>,
}

/// The part of a [`Consistency`] within a segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Behind the first segment: the head, which holds the hash of the last checkpoint of the segment before, and its
    /// way into `checkpoint`.
    pub head: Option<(Vec<u8>, Vec<Hash>)>,
    /// In the first segment: how `checkpoint` extends the earlier one.
    pub extension: Vec<Hash>,
    /// The last of the segment, or the later one.
    pub checkpoint: Checkpoint,
}

impl Consistency {
    /// Verifies it with the public key alone; `earlier` and `later` are those that it is about.
    pub fn verify(&self, earlier: &Checkpoint, later: &Checkpoint, key: &VerifyingKey) -> Result<(), Error> {
        let mut before = earlier;
        signed_by(before, key)?;
        for (i, step) in self.steps.iter().enumerate() {
            let next = &step.checkpoint;
            signed_by(next, key)?;
            if next.ledger != earlier.ledger {
                return Err(Error::Proof("the checkpoints are of two ledgers"));
            }
            match &step.head {
                None if i == 0 && before.segment == next.segment => {
                    if !extends(before.size, &before.root, next.size, &next.root, &step.extension) {
                        return Err(Error::Proof("the later checkpoint does not extend the earlier one"));
                    }
                }
                Some((body, path)) if next.segment == before.segment + 1 => {
                    let head = Record::read(body).filter(|record| record.kind == Kind::Head);
                    let follows = head.is_some_and(|record| {
                        record.prev == leaf(before.body())
                            && Head::read(record.payload).is_some_and(|head| head.segment == next.segment)
                    });
                    if !follows || !includes(leaf(body), 0, next.size, &next.root, path) {
                        return Err(Error::Proof("a segment does not follow the one before it"));
                    }
                }
                _ => return Err(Error::Proof("a step is missing")),
            }
            before = next;
        }
        if before != later {
            return Err(Error::Proof("it ends at another checkpoint"));
        }
        Ok(())
    }
}

fn signed_by(checkpoint: &Checkpoint, key: &VerifyingKey) -> Result<(), Error> {
    if checkpoint.key != *key || !checkpoint.is_signed() {
        return Err(Error::Proof("a checkpoint is not signed by this key"));
    }
    Ok(())
}
