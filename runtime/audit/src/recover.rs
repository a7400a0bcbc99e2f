//! Opening what a writer left: where the ledger ends, and whether what follows is a write that a crash cut short.

use crate::files::{self, Tip, segment_path};
use crate::format::{CHECKPOINT_BODY, Checkpoint, Kind, frame};
use crate::report::{Error, Finding, Flaw};
use crate::walk::Walk;
use std::fs::OpenOptions;
use std::path::Path;

/// What opening cut off: the remains of a write that a crash cut short. Nothing in it was acknowledged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cut {
    /// Where it was.
    pub at: Finding,
    /// How long it was.
    pub bytes: u64,
}

/// Unit in which a disk writes.
const SECTOR: usize = 512;

/// Finds the end of a ledger and makes its files end there. None if there is no ledger yet. Only the last segment is
/// read; the others are left to `verify`.
pub(crate) fn recover(dir: &Path) -> Result<Option<(Walk, Option<Cut>)>, Error> {
    let segments = files::segments(dir)?;
    let tip = files::tip(dir)?;
    let mut cut = None;
    for (place, segment) in segments.iter().enumerate().rev() {
        let path = segment_path(dir, *segment);
        let bytes = files::read(&path)?;
        let mut walk = Walk::before(*segment);
        let mut checkpoints = Vec::new();
        let flaw = read_all(&mut walk, &bytes, &mut checkpoints).err();
        if let Some(finding) = flaw {
            if !is_torn(finding, &bytes) {
                return Err(Error::Tampered(finding));
            }
            let all = bytes.len() as u64;
            cut = Some(Cut { at: finding, bytes: all - finding.offset });
        }
        // A segment begins only when the one before it is whole and on the disk.
        if checkpoints.is_empty() {
            cut = cut.or(Some(Cut { at: walk.finding(Flaw::Torn), bytes: bytes.len() as u64 }));
            acknowledged_before(&tip, *segment, &walk)?;
            if place == 0 && !matches!(tip, Tip::None) {
                return Err(Error::Tampered(walk.finding(Flaw::Truncated)));
            }
            std::fs::remove_file(&path).map_err(Error::io(&path))?;
            files::sync_dir(dir)?;
            continue;
        }
        check_tip(&tip, &walk, &checkpoints, cut.is_some())?;
        if flaw.is_some() {
            let file = OpenOptions::new().write(true).open(&path).map_err(Error::io(&path))?;
            file.set_len(walk.offset).and_then(|()| file.sync_all()).map_err(Error::io(&path))?;
        }
        return Ok(Some((walk, cut)));
    }
    match tip {
        Tip::None => Ok(None),
        Tip::Known(_) | Tip::Unreadable => Err(Error::Tampered(Walk::new().finding(Flaw::Truncated))),
    }
}

fn read_all(walk: &mut Walk, bytes: &[u8], checkpoints: &mut Vec<Checkpoint>) -> Result<(), Finding> {
    walk.enter(bytes)?;
    while let Some(record) = walk.step(bytes)? {
        if record.kind == Kind::Checkpoint {
            checkpoints.extend(Checkpoint::read(record.body));
        }
    }
    Ok(())
}

/// True if this is how a crash leaves the end of a file: it stops in the middle of a frame, or, after a power failure,
/// parts that never reached the disk read as zeros. A changed byte is neither, and neither has anything signed behind it.
fn is_torn(finding: Finding, bytes: &[u8]) -> bool {
    let at = finding.offset as usize;
    let cut_short = match finding.flaw {
        Flaw::Torn => true,
        Flaw::Crc | Flaw::Frame => {
            let first = at.div_ceil(SECTOR) * SECTOR;
            let sectors = bytes.get(first..).unwrap_or_default().chunks(SECTOR);
            sectors.into_iter().any(|sector| sector.iter().all(|byte| *byte == 0))
        }
        _ => false,
    };
    // Their length is known, so that no place in a long run of zeros is looked at twice.
    let length = (CHECKPOINT_BODY as u32).to_le_bytes();
    let signed = |at: usize| {
        bytes[at..].starts_with(&length)
            && frame(bytes, at).is_ok_and(|(record, _)| {
                Checkpoint::read(record.body).is_some_and(|checkpoint| checkpoint.is_signed())
            })
    };
    cut_short && !(at + 1..bytes.len()).any(signed)
}

/// What was acknowledged must be here, as it was acknowledged.
fn check_tip(tip: &Tip, walk: &Walk, checkpoints: &[Checkpoint], torn: bool) -> Result<(), Error> {
    let flaw = match tip {
        Tip::None => return Ok(()),
        // Without it nobody can tell what was acknowledged; with nothing cut off, nothing can be missing by a crash.
        Tip::Unreadable if torn => Flaw::Tip,
        Tip::Unreadable => return Ok(()),
        Tip::Known(tip) if Some(tip.ledger) != walk.ledger => Flaw::Foreign,
        Tip::Known(tip) if tip.segment < walk.segment => return Ok(()),
        Tip::Known(tip) if tip.segment > walk.segment || tip.seq >= walk.seq => Flaw::Truncated,
        Tip::Known(tip) if checkpoints.contains(tip) => return Ok(()),
        Tip::Known(_) => Flaw::Fork,
    };
    Err(Error::Tampered(walk.finding(flaw)))
}

/// A segment is given up only if nothing in it was acknowledged.
fn acknowledged_before(tip: &Tip, segment: u64, walk: &Walk) -> Result<(), Error> {
    match tip {
        Tip::None => Ok(()),
        Tip::Known(tip) if tip.segment < segment => Ok(()),
        Tip::Known(_) => Err(Error::Tampered(walk.finding(Flaw::Truncated))),
        Tip::Unreadable => Err(Error::Tampered(walk.finding(Flaw::Tip))),
    }
}
