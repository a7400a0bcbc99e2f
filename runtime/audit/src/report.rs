//! What can be wrong with a ledger, where, and what could not be done.

use std::fmt;
use std::path::{Path, PathBuf};

/// What is wrong with a record or a ledger.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Flaw {
    /// The last write was cut short. After a crash it is of no consequence, and opening the ledger cuts it off.
    Torn,
    /// The head of a frame, or the form of a record, is wrong.
    Frame,
    /// The bytes of the record are not those that were written.
    Crc,
    /// The record does not follow the one before it: this one, or that one, was changed, put in, or left out.
    Chain,
    /// A checkpoint signs other records than those before it.
    Merkle,
    /// A signature is not by the key it names, or not by the key of the ledger.
    Signature,
    /// None of the trusted keys had a part in it.
    Untrusted,
    /// Records are numbered with a gap, or a segment is missing.
    Gap,
    /// What is here and what was made known are different continuations of one ledger.
    Fork,
    /// It ends before a checkpoint that was made known.
    Truncated,
    /// More records without a checkpoint than a writer leaves.
    Unsigned,
    /// It is another ledger's, or of a version that is not known.
    Foreign,
    /// The file that remembers the last acknowledged checkpoint cannot be read.
    Tip,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Flaw; 13] = [
        Flaw::Torn,
        Flaw::Frame,
        Flaw::Crc,
        Flaw::Chain,
        Flaw::Merkle,
        Flaw::Signature,
        Flaw::Untrusted,
        Flaw::Gap,
        Flaw::Fork,
        Flaw::Truncated,
        Flaw::Unsigned,
        Flaw::Foreign,
        Flaw::Tip,
    ];

    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Flaw::Torn => "A0101",
            Flaw::Frame => "A0102",
            Flaw::Crc => "A0103",
            Flaw::Chain => "A0104",
            Flaw::Merkle => "A0105",
            Flaw::Signature => "A0106",
            Flaw::Untrusted => "A0107",
            Flaw::Gap => "A0108",
            Flaw::Fork => "A0109",
            Flaw::Truncated => "A0110",
            Flaw::Unsigned => "A0111",
            Flaw::Foreign => "A0112",
            Flaw::Tip => "A0113",
        }
    }

    /// What is wrong, in words.
    pub fn words(self) -> &'static str {
        match self {
            Flaw::Torn => {
                "the last write was cut short; opening the ledger cuts it off if nothing acknowledged is lost"
            }
            Flaw::Frame => "this is no frame of a record",
            Flaw::Crc => "the bytes of this record are not those that were written",
            Flaw::Chain => "this record does not follow the one before it",
            Flaw::Merkle => "this checkpoint signs other records than those before it",
            Flaw::Signature => "the signature is not by the key of the ledger",
            Flaw::Untrusted => "no trusted key signed this ledger",
            Flaw::Gap => "records or a segment are missing",
            Flaw::Fork => "another continuation of this ledger was made known",
            Flaw::Truncated => "the ledger ends before a checkpoint that was made known",
            Flaw::Unsigned => "more records without a checkpoint than a writer leaves",
            Flaw::Foreign => "another ledger's, or of an unknown version",
            Flaw::Tip => "the note of the last acknowledged checkpoint cannot be read",
        }
    }
}

/// A flaw and its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What is wrong.
    pub flaw: Flaw,
    /// Number of the segment.
    pub segment: u64,
    /// Where in its file the frame begins.
    pub offset: u64,
    /// Number the record has, or should have.
    pub seq: u64,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { flaw, segment, offset, seq } = self;
        write!(f, "{}: segment {segment}, offset {offset}, record {seq}: {}", flaw.code(), flaw.words())
    }
}

/// Something could not be done. Whoever writes has to treat each of these as a denial.
#[derive(Debug)]
pub enum Error {
    /// A file could not be read or written.
    Io(PathBuf, std::io::Error),
    /// The ledger is not what was written.
    Tampered(Finding),
    /// Another writer has it open.
    Locked(PathBuf),
    /// The ledger is signed by another key.
    OtherKey,
    /// A file of a key cannot be used; the text says why.
    Key(String),
    /// An event is longer than [`PAYLOAD_MAX`](crate::format::PAYLOAD_MAX).
    TooLong(usize),
    /// More waits to be written than is allowed; the event was not taken.
    Full,
    /// An earlier write failed, or the ledger is closed: nothing is taken any more.
    Failed(String),
    /// No such record, or none that a proof can be made for.
    NoRecord(u64),
    /// A proof or an anchor does not hold; the text says why.
    Proof(&'static str),
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.to_owned();
        |error| Error::Io(path, error)
    }

    /// Its stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Io(..) => "A0001",
            Error::Tampered(finding) => finding.flaw.code(),
            Error::Locked(_) => "A0002",
            Error::OtherKey => "A0003",
            Error::Key(_) => "A0004",
            Error::TooLong(_) => "A0005",
            Error::Full => "A0006",
            Error::Failed(_) => "A0007",
            Error::NoRecord(_) => "A0008",
            Error::Proof(_) => "A0009",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !matches!(self, Error::Tampered(_)) {
            write!(f, "{}: ", self.code())?;
        }
        match self {
            Error::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Error::Tampered(finding) => finding.fmt(f),
            Error::Locked(path) => write!(f, "{}: another writer has the ledger open", path.display()),
            Error::OtherKey => f.write_str("the ledger is signed by another key"),
            Error::Key(why) => f.write_str(why),
            Error::TooLong(bytes) => write!(f, "an event of {bytes} bytes is too long"),
            Error::Full => f.write_str("too much waits to be written; the event was not taken"),
            Error::Failed(why) => write!(f, "the ledger takes nothing any more: {why}"),
            Error::NoRecord(seq) => write!(f, "there is no signed record {seq}"),
            Error::Proof(why) => write!(f, "the proof does not hold: {why}"),
        }
    }
}

impl std::error::Error for Error {}
