//! Places outside of a ledger that remember its checkpoints, so that cutting it back or going on from an old copy of it
//! is found.

use crate::format::Checkpoint;
use crate::report::Error;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Is told each checkpoint once it is written, before anything it covers is acknowledged as durable. An error of an
/// anchor is one of the ledger: what is not anchored is not acknowledged.
pub trait Anchor: Send {
    /// Remembers a checkpoint.
    fn remember(&mut self, checkpoint: &Checkpoint) -> Result<(), Error>;
}

/// A file with one checkpoint a line, the body of its record in base64. It belongs on another machine or medium.
#[derive(Debug)]
pub struct FileAnchor {
    path: PathBuf,
    file: File,
}

impl FileAnchor {
    /// Opens or makes the file.
    pub fn open(path: &Path) -> Result<FileAnchor, Error> {
        let file = OpenOptions::new().append(true).create(true).open(path).map_err(Error::io(path))?;
        Ok(FileAnchor { path: path.to_owned(), file })
    }

    /// The checkpoints of such a file. A last line without an end is not read: it was cut short.
    pub fn read(path: &Path) -> Result<Vec<Checkpoint>, Error> {
        let text = std::fs::read_to_string(path).map_err(Error::io(path))?;
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let parse = |line: &str| Checkpoint::read(&BASE64_STANDARD.decode(line).ok()?);
        whole
            .lines()
            .map(|line| parse(line).ok_or(Error::Proof("the anchor has a line that is no checkpoint")))
            .collect()
    }
}

impl Anchor for FileAnchor {
    fn remember(&mut self, checkpoint: &Checkpoint) -> Result<(), Error> {
        let line = BASE64_STANDARD.encode(checkpoint.body()) + "\n";
        self.file.write_all(line.as_bytes()).map_err(Error::io(&self.path))
    }
}
