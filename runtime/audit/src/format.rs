//! Bytes of a segment: the magic, then frames, each a record.
//!
//! ```text
//! segment     "airclog1" frame*                             little-endian throughout
//! frame       length u32, CRC32C of the body u32, CRC32C of these eight bytes u32, body
//! body        kind u8, seq u64, microseconds since 1970 u64, hash of the record before [32], payload
//! head        version u16, ledger [16], segment u64, key [32]
//! event       any bytes, by convention canonical JSON
//! checkpoint  ledger [16], segment u64, size u64, Merkle root [32], key [32], signature [64]
//! rotation    ledger [16], old key [32], new key [32], signature of the old key [64], of the new key [64]
//! ```
//!
//! Every record is a leaf of its segment's tree, whatever its kind; a checkpoint signs the leaves before it. The length
//! has a checksum of its own, so that a write that was cut short is told from a length that was changed.

use crate::merkle::{Hash, leaf};
use crate::report::Flaw;
use ed25519_dalek::VerifyingKey;

/// First bytes of a segment.
pub const MAGIC: [u8; 8] = *b"airclog1";
/// Version of the format, in every head.
pub const VERSION: u16 = 1;
/// Bytes of a frame before its body.
pub const FRAME_HEAD: usize = 12;
/// Bytes of a body before its payload.
pub const BODY_HEAD: usize = 49;
/// Longest payload: events are short, and a length beyond it is no length.
pub const PAYLOAD_MAX: usize = 1 << 20;
/// Bytes of the body of a checkpoint.
pub const CHECKPOINT_BODY: usize = BODY_HEAD + 160;
/// What a checkpoint's signature is over, with the body up to the signature.
pub const CHECKPOINT_TAG: &[u8] = b"airc audit checkpoint v1\0";
/// What both signatures of a rotation are over, with the body up to them.
pub const ROTATION_TAG: &[u8] = b"airc audit rotation v1\0";

const SIGNATURE: usize = 64;

/// Name of a ledger: random, in every head and checkpoint.
pub type LedgerId = [u8; 16];

/// What a record is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// First of its segment.
    Head,
    /// Something that happened.
    Event,
    /// A signature over the leaves so far.
    Checkpoint,
    /// Another key signs from here on.
    Rotation,
}

impl Kind {
    /// As in a body.
    pub fn byte(self) -> u8 {
        match self {
            Kind::Head => 1,
            Kind::Event => 2,
            Kind::Checkpoint => 3,
            Kind::Rotation => 4,
        }
    }

    fn of(byte: u8) -> Option<Kind> {
        [Kind::Head, Kind::Event, Kind::Checkpoint, Kind::Rotation]
            .into_iter()
            .find(|kind| kind.byte() == byte)
    }

    /// As people read it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Head => "head",
            Kind::Event => "event",
            Kind::Checkpoint => "checkpoint",
            Kind::Rotation => "rotation",
        }
    }
}

/// A record, as it lies in a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its number in the ledger, from 0, without gaps over all kinds and segments.
    pub seq: u64,
    /// Microseconds since 1970; never less than those of the record before.
    pub time_us: u64,
    /// Hash of the record before it; zeros for the first of a ledger.
    pub prev: Hash,
    /// What its kind says.
    pub payload: &'a [u8],
    /// All of it.
    pub body: &'a [u8],
}

impl<'a> Record<'a> {
    /// Reads a body.
    pub fn read(body: &'a [u8]) -> Option<Record<'a>> {
        let mut bytes = Bytes(body);
        let kind = Kind::of(bytes.array::<1>()?[0])?;
        let record = Record {
            kind,
            seq: bytes.u64()?,
            time_us: bytes.u64()?,
            prev: bytes.array()?,
            payload: bytes.0,
            body,
        };
        Some(record)
    }

    /// Its leaf of the tree, which the next record holds.
    pub fn hash(&self) -> Hash {
        leaf(self.body)
    }
}

/// Appends a frame; `fill` writes what comes behind the head of the body. Gives the hash of the record.
pub(crate) fn write(
    out: &mut Vec<u8>,
    kind: Kind,
    seq: u64,
    time_us: u64,
    prev: &Hash,
    fill: impl FnOnce(&mut Vec<u8>, usize),
) -> Hash {
    let frame = out.len();
    out.extend([0; FRAME_HEAD]);
    let body = out.len();
    out.push(kind.byte());
    out.extend(seq.to_le_bytes());
    out.extend(time_us.to_le_bytes());
    out.extend(prev);
    fill(out, body);
    let length = (out.len() - body) as u32;
    let head = frame_head(length, crc32c::crc32c(&out[body..]));
    out[frame..body].copy_from_slice(&head);
    leaf(&out[body..])
}

/// The bytes before a body of this length and checksum.
pub fn frame_head(length: u32, checksum: u32) -> [u8; FRAME_HEAD] {
    let mut head = [0; FRAME_HEAD];
    head[..4].copy_from_slice(&length.to_le_bytes());
    head[4..8].copy_from_slice(&checksum.to_le_bytes());
    let own = crc32c::crc32c(&head[..8]);
    head[8..].copy_from_slice(&own.to_le_bytes());
    head
}

/// The record at `offset` of a segment and where the next one begins.
pub fn frame(bytes: &[u8], offset: usize) -> Result<(Record<'_>, usize), Flaw> {
    let rest = bytes.get(offset..).unwrap_or_default();
    let Some((head, rest)) = rest.split_first_chunk::<FRAME_HEAD>() else { return Err(Flaw::Torn) };
    let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let (length, checksum, own) = (word(0), word(4), word(8));
    if crc32c::crc32c(&head[..8]) != own {
        // What a file was grown by before its bytes were written reads as zeros.
        let zeros = head.iter().chain(rest).all(|byte| *byte == 0);
        return Err(if zeros { Flaw::Torn } else { Flaw::Frame });
    }
    let length = length as usize;
    if !(BODY_HEAD..=BODY_HEAD + PAYLOAD_MAX).contains(&length) {
        return Err(Flaw::Frame);
    }
    let Some(body) = rest.get(..length) else { return Err(Flaw::Torn) };
    if crc32c::crc32c(body) != checksum {
        return Err(Flaw::Crc);
    }
    let record = Record::read(body).ok_or(Flaw::Frame)?;
    Ok((record, offset + FRAME_HEAD + length))
}

/// The payload of a head.
#[derive(Clone, Debug)]
pub struct Head {
    /// Version of the format.
    pub version: u16,
    /// Which ledger.
    pub ledger: LedgerId,
    /// Number of the segment, from 1.
    pub segment: u64,
    /// Who signs.
    pub key: VerifyingKey,
}

impl Head {
    /// Reads the payload.
    pub fn read(payload: &[u8]) -> Option<Head> {
        let mut bytes = Bytes(payload);
        let version = u16::from_le_bytes(bytes.array()?);
        let head = Head { version, ledger: bytes.array()?, segment: bytes.u64()?, key: bytes.key()? };
        bytes.0.is_empty().then_some(head)
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.version.to_le_bytes());
        out.extend(self.ledger);
        out.extend(self.segment.to_le_bytes());
        out.extend(self.key.as_bytes());
    }
}

/// A checkpoint with its signature: what is handed to anchors and what proofs rest on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// Its number among the records.
    pub seq: u64,
    /// When it was made.
    pub time_us: u64,
    /// Hash of the record before it, so of everything before it.
    pub chain: Hash,
    /// Which ledger.
    pub ledger: LedgerId,
    /// Which segment.
    pub segment: u64,
    /// Leaves it covers: the records of the segment before it.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
    /// Who signed.
    pub key: VerifyingKey,
    body: Vec<u8>,
}

impl Checkpoint {
    /// Reads the body of a record; the signature is not looked at.
    pub fn read(body: &[u8]) -> Option<Checkpoint> {
        let record = Record::read(body).filter(|record| record.kind == Kind::Checkpoint)?;
        let mut bytes = Bytes(record.payload);
        let checkpoint = Checkpoint {
            seq: record.seq,
            time_us: record.time_us,
            chain: record.prev,
            ledger: bytes.array()?,
            segment: bytes.u64()?,
            size: bytes.u64()?,
            root: bytes.array()?,
            key: bytes.key()?,
            body: body.to_vec(),
        };
        (bytes.0.len() == SIGNATURE).then_some(checkpoint)
    }

    /// The body of its record.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// True if the signature is by the key it names.
    pub fn is_signed(&self) -> bool {
        let (said, signature) = self.body.split_at(self.body.len() - SIGNATURE);
        signed(&self.key, CHECKPOINT_TAG, said, signature)
    }
}

/// The payload of a rotation of keys.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// Which ledger.
    pub ledger: LedgerId,
    /// Who signed up to here.
    pub old: VerifyingKey,
    /// Who signs from here on.
    pub new: VerifyingKey,
}

impl Rotation {
    /// Reads a record; the second part is true if both keys signed.
    pub fn read(record: &Record<'_>) -> Option<(Rotation, bool)> {
        let mut bytes = Bytes(record.payload);
        let rotation = Rotation { ledger: bytes.array()?, old: bytes.key()?, new: bytes.key()? };
        let by_old: [u8; SIGNATURE] = bytes.array()?;
        let by_new: [u8; SIGNATURE] = bytes.array()?;
        let said = &record.body[..record.body.len() - 2 * SIGNATURE];
        let both = signed(&rotation.old, ROTATION_TAG, said, &by_old)
            && signed(&rotation.new, ROTATION_TAG, said, &by_new);
        bytes.0.is_empty().then_some((rotation, both))
    }
}

fn signed(key: &VerifyingKey, tag: &[u8], said: &[u8], signature: &[u8]) -> bool {
    let Ok(signature) = ed25519_dalek::Signature::from_slice(signature) else { return false };
    key.verify_strict(&[tag, said].concat(), &signature).is_ok()
}

/// Bytes that are read from the front.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn key(&mut self) -> Option<VerifyingKey> {
        VerifyingKey::from_bytes(&self.array()?).ok()
    }
}
