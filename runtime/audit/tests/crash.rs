//! A writer that stops anywhere loses nothing it acknowledged.

mod common;

use common::{Folder, copy, event, key, ledger, options, segment, signer};
use sqlx_kernel_audit::{Error, Flaw, Kind, Ledger, verify, verify::read};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const DIR: &str = "AUDIT_CRASH_DIR";
const FIRST: &str = "AUDIT_CRASH_FIRST";

/// The process that is killed: this test program again, with a directory in its environment. It says which events are
/// acknowledged, one line each.
#[test]
fn writer_process() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let first: u64 = std::env::var(FIRST).unwrap().parse().unwrap();
    let ledger = Ledger::open_with(Path::new(&dir), signer(), options(48 << 10)).unwrap();
    let mut random = fastrand::Rng::new();
    let mut out = std::io::stdout();
    for i in first.. {
        ledger.append(&event(i)).unwrap();
        if random.u8(..) < 60 {
            ledger.durable().wait().unwrap();
            writeln!(out, "ack {i}").unwrap();
            out.flush().unwrap();
        }
    }
}

/// Event numbers in a ledger, in order.
fn numbers(dir: &Path) -> Vec<u64> {
    let mut numbers = Vec::new();
    read(dir, &[key()], &[], &mut |_, _, record| {
        let text = std::str::from_utf8(record.payload).unwrap_or_default();
        if record.kind == Kind::Event
            && let Some((_, rest)) = text.split_once("\"n\":")
        {
            numbers.push(rest.split(',').next().unwrap().parse().unwrap());
        }
        Ok(())
    })
    .unwrap();
    numbers
}

/// 60 kills, or as many as `AUDIT_CRASHES` says.
#[test]
fn killed_writers_lose_nothing_acknowledged() {
    let rounds: u32 = std::env::var("AUDIT_CRASHES").map_or(60, |text| text.parse().unwrap());
    let mut random = fastrand::Rng::with_seed(23);
    let folder = Folder::new("kill");
    let (mut next, mut acknowledged, mut cuts) = (0u64, 0u64, 0u32);
    let (mut kept, mut acks) = (Vec::new(), 0u64);
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writer_process", "--nocapture"])
            .env(DIR, folder.dir())
            .env(FIRST, next.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let reader = std::thread::spawn(move || {
            let acks = out.lines().map_while(Result::ok);
            acks.filter_map(|line| line.split_once("ack ")?.1.parse::<u64>().ok()).collect::<Vec<_>>()
        });
        // The process needs a few milliseconds until it writes; some are killed before, and while opening.
        std::thread::sleep(Duration::from_micros(random.u64(500..25_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        let said = reader.join().unwrap();
        acks += said.len() as u64;
        acknowledged = said.last().map_or(acknowledged, |last| last + 1);
        // What the parent opens is what the next process would.
        let opened = Ledger::open_with(&folder.dir(), signer(), options(48 << 10)).unwrap();
        cuts += u32::from(opened.cut().is_some());
        opened.close().unwrap();
        kept = numbers(&folder.dir());
        assert!(
            kept.iter().copied().eq(0..kept.len() as u64),
            "round {round}: events are in order, without a gap"
        );
        assert!(
            kept.len() as u64 >= acknowledged,
            "round {round}: {} kept, {acknowledged} acknowledged",
            kept.len()
        );
        next = kept.len() as u64;
        // A ledger that grows for ever would make the test quadratic.
        if kept.len() > 20_000 {
            std::fs::remove_dir_all(folder.dir()).unwrap();
            (next, acknowledged) = (0, 0);
        }
    }
    println!(
        "{rounds} kills, {acks} acknowledgements, {} events kept at the end, {cuts} torn tails cut",
        kept.len()
    );
    assert!(acks > 0, "no writer ever got to write");
}

/// Every length a crash can leave the last file with, and every one it cannot.
#[test]
fn any_prefix_opens_if_it_holds_what_was_acknowledged_and_is_tampering_otherwise() {
    let folder = Folder::new("prefix");
    ledger(&folder, 20, 64 << 20);
    let acknowledged = std::fs::metadata(segment(&folder.dir(), 1)).unwrap().len() as usize;
    let tip = std::fs::read(folder.dir().join("tip")).unwrap();
    ledger(&folder, 3, 64 << 20);
    std::fs::write(folder.dir().join("tip"), tip).unwrap();
    let whole = std::fs::read(segment(&folder.dir(), 1)).unwrap();
    let copied = folder.0.join("copy");
    copy(&folder.dir(), &copied);
    let (mut cut, mut refused) = (0, 0);
    // Opening writes; the files are laid anew each time.
    let lay = |bytes: &[u8]| {
        std::fs::write(segment(&copied, 1), bytes).unwrap();
        std::fs::copy(folder.dir().join("tip"), copied.join("tip")).unwrap();
    };
    for length in (0..whole.len()).filter(|length| *length > acknowledged - 300) {
        lay(&whole[..length]);
        match Ledger::open_with(&copied, signer(), options(64 << 20)) {
            Ok(ledger) => {
                assert!(length >= acknowledged, "{length} of {acknowledged}");
                cut += u32::from(ledger.cut().is_some());
                ledger.close().unwrap();
                assert!(verify(&copied, &[key()], &[]).unwrap().events >= 20);
            }
            Err(Error::Tampered(finding)) => {
                assert!(length < acknowledged, "{length} of {acknowledged}: {finding}");
                assert_eq!(finding.flaw, Flaw::Truncated);
                assert_eq!(std::fs::read(segment(&copied, 1)).unwrap().len(), length, "nothing is touched");
                refused += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(cut > 800 && refused > 290, "{cut} {refused}");
    // After a power failure, parts of the file may be zeros.
    for length in (acknowledged..whole.len() - 600).step_by(97) {
        let mut bytes = whole[..length].to_vec();
        bytes.resize(whole.len(), 0);
        lay(&bytes);
        let ledger = Ledger::open_with(&copied, signer(), options(64 << 20)).unwrap();
        assert!(ledger.cut().is_some());
    }
    // However long they are: it takes one look.
    let mut bytes = whole[..acknowledged].to_vec();
    bytes.resize(8 << 20, 0);
    lay(&bytes);
    assert!(Ledger::open_with(&copied, signer(), options(64 << 20)).unwrap().cut().is_some());
    // A changed byte is no torn write, though it is in what was not acknowledged.
    let mut bytes = whole.clone();
    bytes[acknowledged + 100] ^= 4;
    lay(&bytes);
    assert!(matches!(Ledger::open(&copied, signer()), Err(Error::Tampered(_))));
}

#[test]
fn a_segment_that_was_only_begun_is_given_up() {
    let folder = Folder::new("begun");
    ledger(&folder, 300, 32 << 10);
    let last = (1..).take_while(|number| segment(&folder.dir(), *number).exists()).last().unwrap();
    for bytes in [&b""[..], b"aircl", b"airclog1", b"airclog1\0\0\0", &[0; 4096]] {
        std::fs::write(segment(&folder.dir(), last + 1), bytes).unwrap();
        let ledger = Ledger::open_with(&folder.dir(), signer(), options(32 << 10)).unwrap();
        assert!(ledger.cut().is_some());
        ledger.append_durable(&event(1)).unwrap();
        ledger.close().unwrap();
        verify(&folder.dir(), &[key()], &[]).unwrap();
    }
}
