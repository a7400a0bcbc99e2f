//! Whatever is done to a ledger is found, and where.

mod common;

use common::{Folder, copy, event, key, ledger, options, segment, signer};
use sqlx_kernel_audit::anchor::FileAnchor;
use sqlx_kernel_audit::format::{FRAME_HEAD, MAGIC, frame, frame_head};
use sqlx_kernel_audit::walk::Walk;
use sqlx_kernel_audit::{Error, Finding, Flaw, Kind, Ledger, verify};
use std::ops::Range;

fn finding(result: Result<sqlx_kernel_audit::Verified, Error>) -> Option<Finding> {
    match result {
        Err(Error::Tampered(finding)) => Some(finding),
        Err(error) => panic!("{error}"),
        Ok(_) => None,
    }
}

/// The frames of a segment.
fn frames(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut frames = Vec::new();
    let mut at = MAGIC.len();
    while at < bytes.len() {
        let (_, end) = frame(bytes, at).unwrap();
        frames.push(at..end);
        at = end;
    }
    frames
}

/// All bits of 10,000 events. Each is tried on the step of the verifier that reads the record it is in, with the state
/// in which it comes there: nothing before the record has changed, so that state is the one of the whole walk.
#[test]
fn every_bit_flip_of_ten_thousand_events_is_found_at_its_record() {
    let folder = Folder::new("bits");
    ledger(&folder, 10_000, 512 << 10);
    let mut walk = Walk::new();
    let (mut bits, mut records) = (0u64, 0);
    for number in 1.. {
        let Ok(mut bytes) = std::fs::read(segment(&folder.dir(), number)) else { break };
        for bit in 0..MAGIC.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            walk.clone().enter(&bytes).unwrap_err();
            bytes[bit / 8] ^= 1 << (bit % 8);
            bits += 1;
        }
        walk.enter(&bytes).unwrap();
        for range in frames(&bytes) {
            let mut probe = walk.clone();
            for bit in range.start * 8..range.end * 8 {
                bytes[bit / 8] ^= 1 << (bit % 8);
                let found = probe.step(&bytes).unwrap_err();
                assert_eq!((found.segment, found.offset, found.seq), (number, range.start as u64, walk.seq));
                bytes[bit / 8] ^= 1 << (bit % 8);
                bits += 1;
            }
            walk.step(&bytes).unwrap();
            records += 1;
        }
    }
    println!("{bits} bit flips in {records} records, all found at their record");
    assert!(records > 10_000 && bits > 16_000_000);
}

/// All bits of a small ledger, and a sample of the large one, through `verify` as users call it.
#[test]
fn bit_flips_are_found_by_the_whole_verifier() {
    let folder = Folder::new("whole");
    ledger(&folder, 12, 64 << 20);
    let path = segment(&folder.dir(), 1);
    let bytes = std::fs::read(&path).unwrap();
    let ranges = frames(&bytes);
    for bit in 0..bytes.len() * 8 {
        let found = flipped(&path, bit, || finding(verify(&folder.dir(), &[key()], &[])).expect("found"));
        let start = ranges.iter().find(|range| range.contains(&(bit / 8))).map_or(0, |range| range.start);
        assert_eq!(found.offset, start as u64, "bit {bit}: {found}");
    }
    let tip = folder.dir().join("tip");
    for bit in 0..std::fs::read(&tip).unwrap().len() * 8 {
        let found = flipped(&tip, bit, || finding(verify(&folder.dir(), &[key()], &[])).expect("found"));
        assert_eq!(found.flaw, Flaw::Tip);
    }

    let folder = Folder::new("sample");
    ledger(&folder, 10_000, 512 << 10);
    let mut random = fastrand::Rng::with_seed(11);
    for _ in 0..200 {
        let number = random.u64(1..=4);
        let path = segment(&folder.dir(), number);
        let bit = random.usize(0..std::fs::metadata(&path).unwrap().len() as usize * 8);
        let found = flipped(&path, bit, || finding(verify(&folder.dir(), &[key()], &[])).expect("found"));
        assert_eq!(found.segment, number);
        assert!(found.offset as usize <= bit / 8 && bit / 8 < found.offset as usize + 600, "{bit}: {found}");
    }
}

/// What is said while a bit of a file is wrong.
fn flipped<R>(path: &std::path::Path, bit: usize, say: impl FnOnce() -> R) -> R {
    use std::os::unix::fs::FileExt;
    let file = std::fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, bit as u64 / 8).unwrap();
    file.write_all_at(&[byte[0] ^ (1 << (bit % 8))], bit as u64 / 8).unwrap();
    let said = say();
    file.write_all_at(&byte, bit as u64 / 8).unwrap();
    said
}

/// Somebody who knows the format repairs the checksums.
#[test]
fn a_changed_record_with_right_checksums_is_found_by_the_chain() {
    let folder = Folder::new("repaired");
    ledger(&folder, 300, 64 << 20);
    let path = segment(&folder.dir(), 1);
    let whole = std::fs::read(&path).unwrap();
    let ranges = frames(&whole);
    let mut random = fastrand::Rng::with_seed(5);
    for (seq, range) in ranges.iter().enumerate() {
        for _ in 0..4 {
            let mut bytes = whole.clone();
            let body = range.start + FRAME_HEAD..range.end;
            let bit = random.usize(body.start * 8..body.end * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            let head = frame_head(body.len() as u32, crc32c::crc32c(&bytes[body.clone()]));
            bytes[range.start..body.start].copy_from_slice(&head);
            std::fs::write(&path, &bytes).unwrap();
            let found = finding(verify(&folder.dir(), &[key()], &[])).expect("found");
            // A head or a sequence number that does not fit is blamed at once, a payload by the record after it. The
            // last record, a checkpoint, is covered by its own signature.
            assert!(found.seq == seq as u64, "record {seq}, byte {}: {found}", bit / 8 - body.start);
        }
    }
}

#[test]
fn dropped_swapped_doubled_and_invented_records_are_found() {
    let folder = Folder::new("moves");
    ledger(&folder, 200, 64 << 20);
    let path = segment(&folder.dir(), 1);
    let whole = std::fs::read(&path).unwrap();
    let ranges = frames(&whole);
    let mut tried = 0;
    let mut attempt = |bytes: Vec<u8>, at: usize, what: &str| {
        std::fs::write(&path, &bytes).unwrap();
        let found = finding(verify(&folder.dir(), &[key()], &[])).unwrap_or_else(|| panic!("{what} at {at}"));
        assert!(found.seq.abs_diff(at as u64) <= 1, "{what} at {at}: {found}");
        tried += 1;
    };
    for (i, range) in ranges.iter().enumerate() {
        let (before, here, after) = (&whole[..range.start], &whole[range.clone()], &whole[range.end..]);
        attempt([before, after].concat(), i, "dropped");
        attempt([before, here, here, after].concat(), i + 1, "doubled");
        if let Some(next) = ranges.get(i + 1) {
            let (next, after) = (&whole[next.clone()], &whole[next.end..]);
            attempt([before, next, here, after].concat(), i, "swapped");
        }
        if let Some(far) = ranges.get(i + 7) {
            let between = &whole[range.end..far.start];
            attempt(
                [before, &whole[far.clone()], between, here, &whole[far.end..]].concat(),
                i,
                "swapped far",
            );
        }
        // Cut off at a record: the note of what was acknowledged knows better.
        attempt(before.to_vec(), i, "truncated");
    }
    println!("{tried} drops, doubles, swaps and truncations, all found");
}

#[test]
fn a_missing_doubled_or_swapped_segment_is_found() {
    let folder = Folder::new("segments");
    ledger(&folder, 1000, 32 << 10);
    let last = (1..).take_while(|number| segment(&folder.dir(), *number).exists()).last().unwrap();
    let copied = folder.0.join("copy");
    for number in 1..=last {
        copy(&folder.dir(), &copied);
        std::fs::remove_file(segment(&copied, number)).unwrap();
        let found = finding(verify(&copied, &[key()], &[])).expect("missing");
        assert!(matches!(found.flaw, Flaw::Gap | Flaw::Truncated), "{found}");
        assert!(Ledger::open(&copied, signer()).is_err(), "a writer does not go on without segment {number}");
        copy(&folder.dir(), &copied);
        std::fs::copy(segment(&copied, number), segment(&copied, last + 1)).unwrap();
        finding(verify(&copied, &[key()], &[])).expect("doubled");
        if number < last {
            copy(&folder.dir(), &copied);
            std::fs::copy(segment(&folder.dir(), number), segment(&copied, number + 1)).unwrap();
            assert_eq!(finding(verify(&copied, &[key()], &[])).expect("swapped").segment, number + 1);
        }
    }
}

#[test]
fn a_replayed_old_copy_and_a_fork_are_found_by_the_anchor() {
    let folder = Folder::new("fork");
    ledger(&folder, 500, 32 << 10);
    let old = folder.0.join("old");
    copy(&folder.dir(), &old);
    // The real one goes on, and tells its anchor.
    let go_on = |dir: &std::path::Path, anchored: bool, first: u64| {
        let mut options = options(32 << 10);
        if anchored {
            options.anchors.push(Box::new(FileAnchor::open(&folder.anchor()).unwrap()));
        }
        let ledger = Ledger::open_with(dir, signer(), options).unwrap();
        (0..300).for_each(|i| assert!(ledger.append(&event(first + i)).is_ok()));
        ledger.close().unwrap();
    };
    go_on(&folder.dir(), true, 500);
    let known = FileAnchor::read(&folder.anchor()).unwrap();
    verify(&folder.dir(), &[key()], &known).unwrap();
    // An old copy, whole and signed: nothing but the anchor can tell.
    verify(&old, &[key()], &[]).unwrap();
    assert_eq!(finding(verify(&old, &[key()], &known)).unwrap().flaw, Flaw::Truncated);
    // Another continuation by the same key.
    let common = frames_of(&old);
    go_on(&old, false, 9000);
    verify(&old, &[key()], &[]).unwrap();
    let found = finding(verify(&old, &[key()], &known)).unwrap();
    assert_eq!(
        (found.flaw, found.seq),
        (Flaw::Fork, common),
        "the first record on which they differ is a checkpoint"
    );
    // Another ledger altogether.
    let other = Folder::new("fork-other");
    ledger(&other, 500, 32 << 10);
    assert!(matches!(finding(verify(&other.dir(), &[key()], &known)).unwrap().flaw, Flaw::Foreign));
}

fn frames_of(dir: &std::path::Path) -> u64 {
    (1..)
        .map_while(|number| std::fs::read(segment(dir, number)).ok())
        .map(|bytes| frames(&bytes).len() as u64)
        .sum()
}

#[test]
fn a_ledger_without_signatures_is_not_believed() {
    let folder = Folder::new("bare");
    ledger(&folder, 300, 64 << 20);
    // Everything from the second checkpoint on, and the note of it, goes: what is left is signed up to the first.
    let path = segment(&folder.dir(), 1);
    let bytes = std::fs::read(&path).unwrap();
    let checkpoints: Vec<_> = frames(&bytes)
        .into_iter()
        .filter(|range| frame(&bytes, range.start).unwrap().0.kind == Kind::Checkpoint)
        .collect();
    std::fs::remove_file(folder.dir().join("tip")).unwrap();
    std::fs::write(&path, &bytes[..checkpoints[0].start]).unwrap();
    finding(verify(&folder.dir(), &[key()], &[])).expect("no signature at all");
}
