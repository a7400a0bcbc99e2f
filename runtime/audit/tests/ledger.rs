//! What a writer promises.

mod common;

use common::{Folder, event, key, ledger, options, segment, signer};
use sqlx_kernel_audit::anchor::{Anchor, FileAnchor};
use sqlx_kernel_audit::{Checkpoint, Error, Flaw, Kind, Ledger, Options, Signer, verify, verify::read};
use std::sync::{Arc, Mutex};

#[test]
fn what_is_appended_is_read_back_in_order_over_segments() {
    let folder = Folder::new("order");
    ledger(&folder, 1000, 32 << 10);
    let mut events = Vec::new();
    let verified =
        read(&folder.dir(), &[key()], &FileAnchor::read(&folder.anchor()).unwrap(), &mut |_, _, record| {
            if record.kind == Kind::Event {
                events.push(record.payload.to_vec());
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(events, (0..1000).map(event).collect::<Vec<_>>());
    assert!(verified.segments > 5, "{verified:?}");
    assert_eq!(verified.unsigned, 0);
    assert_eq!(verified.anchored as u64, verified.checkpoints, "the anchor was told each of them");
}

#[test]
fn no_more_than_64_records_go_without_a_checkpoint_and_no_longer_than_50_ms() {
    let folder = Folder::new("checkpoints");
    let ledger = Ledger::open_with(&folder.dir(), signer(), options(64 << 20)).unwrap();
    (0..1000).for_each(|i| assert!(ledger.append(&event(i)).is_ok()));
    ledger.close().unwrap();
    let mut since = 0;
    read(&folder.dir(), &[key()], &[], &mut |_, _, record| {
        since = if record.kind == Kind::Checkpoint { 0 } else { since + 1 };
        assert!(since <= 64);
        Ok(())
    })
    .unwrap();
    let ledger = Ledger::open(&folder.dir(), signer()).unwrap();
    ledger.append(&event(0)).unwrap();
    let start = std::time::Instant::now();
    while verify(&folder.dir(), &[key()], &[]).map_or(0, |verified| verified.events) != 1001 {
        assert!(start.elapsed().as_secs() < 10, "the timer never signs");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(verify(&folder.dir(), &[key()], &[]).unwrap().unsigned, 0);
}

#[test]
fn a_ledger_has_one_writer() {
    let folder = Folder::new("lock");
    let first = Ledger::open(&folder.dir(), signer()).unwrap();
    assert!(matches!(Ledger::open(&folder.dir(), signer()), Err(Error::Locked(_))));
    drop(first);
    Ledger::open(&folder.dir(), signer()).unwrap();
}

#[test]
fn another_key_cannot_go_on_unless_the_old_one_says_so() {
    let folder = Folder::new("keys");
    let next = || Signer::from_seed(&[9; 32]);
    ledger(&folder, 10, 64 << 20);
    assert!(matches!(Ledger::open(&folder.dir(), next()), Err(Error::OtherKey)));
    let opened = Ledger::open(&folder.dir(), signer()).unwrap();
    opened.rotate_key(next()).unwrap();
    opened.append_durable(&event(10)).unwrap();
    opened.close().unwrap();
    assert!(matches!(Ledger::open(&folder.dir(), signer()), Err(Error::OtherKey)));
    Ledger::open(&folder.dir(), next()).unwrap().close().unwrap();
    for trusted in [key(), next().public()] {
        let verified = verify(&folder.dir(), &[trusted], &[]).unwrap();
        assert_eq!(verified.keys, [key(), next().public()]);
        assert_eq!(verified.events, 11);
    }
    let stranger = Signer::from_seed(&[1; 32]).public();
    let Err(Error::Tampered(finding)) = verify(&folder.dir(), &[stranger], &[]) else { panic!() };
    assert_eq!(finding.flaw, Flaw::Untrusted);
}

/// Fails from the third checkpoint on.
struct Broken(u32);

impl Anchor for Broken {
    fn remember(&mut self, _: &Checkpoint) -> Result<(), Error> {
        self.0 += 1;
        if self.0 > 2 { Err(Error::Failed("the anchor is away".to_owned())) } else { Ok(()) }
    }
}

#[test]
fn a_write_that_fails_is_an_error_for_everybody_from_then_on() {
    let folder = Folder::new("fails");
    let options = Options { anchors: vec![Box::new(Broken(0))], ..options(64 << 20) };
    let ledger = Ledger::open_with(&folder.dir(), signer(), options).unwrap();
    ledger.append_durable(&event(0)).unwrap();
    assert!(matches!(ledger.append_durable(&event(1)), Err(Error::Failed(_))));
    assert!(matches!(ledger.append(&event(2)), Err(Error::Failed(_))));
    assert!(matches!(ledger.durable().wait(), Err(Error::Failed(_))));
    assert!(ledger.close().is_err());
}

#[test]
fn an_event_that_has_no_room_is_refused_and_not_taken() {
    let folder = Folder::new("full");
    let options = Options { waiting_bytes_max: 100, ..options(64 << 20) };
    let ledger = Ledger::open_with(&folder.dir(), signer(), options).unwrap();
    let before = ledger.head().seq;
    assert!(matches!(ledger.append(&[b'x'; 101]), Err(Error::Full)));
    assert!(matches!(ledger.append(&vec![b'x'; (1 << 20) + 1]), Err(Error::TooLong(_))));
    assert_eq!(ledger.head().seq, before);
}

/// Counts calls, each of which is a write that was made durable together.
struct Counting(Arc<Mutex<u64>>);

impl Anchor for Counting {
    fn remember(&mut self, _: &Checkpoint) -> Result<(), Error> {
        *self.0.lock().unwrap() += 1;
        Ok(())
    }
}

#[test]
fn those_who_wait_at_the_same_time_share_an_fsync() {
    let folder = Folder::new("group");
    let checkpoints = Arc::new(Mutex::new(0));
    let options =
        Options { anchors: vec![Box::new(Counting(Arc::clone(&checkpoints)))], ..options(64 << 20) };
    let ledger = Ledger::open_with(&folder.dir(), signer(), options).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..32 {
            let ledger = &ledger;
            scope.spawn(move || {
                (0..50).for_each(|i| assert!(ledger.append_durable(&event(thread * 50 + i)).is_ok()))
            });
        }
    });
    ledger.close().unwrap();
    let made = *checkpoints.lock().unwrap();
    assert!(made < 1600 / 2, "{made} checkpoints for 1600 acknowledgements");
    assert_eq!(verify(&folder.dir(), &[key()], &[]).unwrap().events, 1600);
}

#[test]
fn tasks_wait_without_blocking_their_runtime() {
    let folder = Folder::new("tasks");
    let ledger = Arc::new(Ledger::open(&folder.dir(), signer()).unwrap());
    // One worker: if waiting blocked it, the second task would never append.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..100)
            .map(|i| {
                let ledger = Arc::clone(&ledger);
                tokio::spawn(async move {
                    ledger.append(&event(i)).unwrap();
                    ledger.durable().await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    let head = ledger.head();
    assert_eq!(head.durable, head.seq);
    drop(ledger);
    assert_eq!(verify(&folder.dir(), &[key()], &[]).unwrap().events, 100);
}

#[test]
fn a_key_file_is_its_owners_alone() {
    let folder = Folder::new("keyfile");
    let path = folder.0.join("key");
    let made = Signer::generate().unwrap();
    made.save(&path).unwrap();
    assert!(matches!(made.save(&path), Err(Error::Io(..))), "a key is never overwritten");
    assert_eq!(Signer::load(&path).unwrap().public(), made.public());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Signer::load(&path), Err(Error::Key(_))));
    }
    let secret = std::fs::read_to_string(&path).unwrap();
    assert!(!format!("{made:?}").contains(secret.trim_start_matches("airc-audit-key:").trim()));
}

#[test]
fn segments_end_at_their_size_and_names_are_their_numbers() {
    let folder = Folder::new("sizes");
    ledger(&folder, 500, 16 << 10);
    let mut number = 1;
    while let Ok(data) = std::fs::metadata(segment(&folder.dir(), number)) {
        assert!(data.len() <= 16 << 10);
        number += 1;
    }
    assert!(number > 5);
}
