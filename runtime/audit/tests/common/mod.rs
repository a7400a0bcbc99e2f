//! Ledgers for tests, in folders of their own.
#![allow(dead_code)] // each test program uses a part

use sqlx_kernel_audit::anchor::FileAnchor;
use sqlx_kernel_audit::{Ledger, Options, Signer, VerifyingKey};
use std::path::{Path, PathBuf};

/// A folder that goes away.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("airc-audit-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn dir(&self) -> PathBuf {
        self.0.join("ledger")
    }

    pub fn anchor(&self) -> PathBuf {
        self.0.join("anchor")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn signer() -> Signer {
    Signer::from_seed(&[7; 32])
}

pub fn key() -> VerifyingKey {
    signer().public()
}

pub fn event(i: u64) -> Vec<u8> {
    let (actor, table) =
        (["ann", "bob", "svc:billing"][i as usize % 3], ["orders", "people"][i as usize % 2]);
    let tenant = ["acme", "globex"][i as usize / 2 % 2];
    format!(
        r#"{{"actor":"{actor}","air_id":"{:016x}","evt":"policy.decision","n":{i},"outcome":"allowed","reason":"rule 7","tables":["{table}"],"tenant":"{tenant}"}}"#,
        i.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    )
    .into_bytes()
}

/// Options with small segments, and the timer far away: what is written depends on the events alone.
pub fn options(segment_bytes_max: u64) -> Options {
    Options { segment_bytes_max, checkpoint_ms: 3_600_000, ..Options::default() }
}

/// A ledger of so many events, acknowledged and closed.
pub fn ledger(folder: &Folder, events: u64, segment_bytes_max: u64) {
    let mut options = options(segment_bytes_max);
    options.anchors.push(Box::new(FileAnchor::open(&folder.anchor()).unwrap()));
    let ledger = Ledger::open_with(&folder.dir(), signer(), options).unwrap();
    for i in 0..events {
        ledger.append(&event(i)).unwrap();
    }
    ledger.durable().wait().unwrap();
    ledger.close().unwrap();
}

pub fn segment(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:08}.audit"))
}

pub fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
