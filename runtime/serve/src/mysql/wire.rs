//! Packets, read and written.

use crate::cursor::Malformed;
use crate::stream::{Input, Output};
use std::io;

/// A packet as long as this goes on in the next one.
const WHOLE: usize = 0xff_ffff;

/// What a conversation ends with.
#[derive(Debug)]
pub(crate) enum End {
    /// The connection broke, or the client left.
    Gone,
    /// It cannot go on; the client is told why.
    Fatal(Refusal),
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> End {
        End::Gone
    }
}

/// An error as clients are told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) number: u16,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(number: u16, message: impl Into<String>) -> Refusal {
        Refusal { number, message: message.into() }
    }
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Refusal {
        Refusal::new(1835, "the packet is not what the protocol says")
    }
}

/// What both ends can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Capabilities(pub(crate) u32);

impl Capabilities {
    pub(crate) const WITH_DATABASE: Capabilities = Capabilities(1 << 3);
    pub(crate) const PROTOCOL_41: Capabilities = Capabilities(1 << 9);
    pub(crate) const ENCRYPT: Capabilities = Capabilities(1 << 11);
    pub(crate) const SECURE: Capabilities = Capabilities(1 << 15);
    pub(crate) const MULTI_STATEMENTS: Capabilities = Capabilities(1 << 16);
    pub(crate) const PLUGIN: Capabilities = Capabilities(1 << 19);
    pub(crate) const COUNTED_ANSWER: Capabilities = Capabilities(1 << 21);
    pub(crate) const NO_EOF: Capabilities = Capabilities(1 << 24);
    /// All that this door can do: long passwords and flags, found rows (counts are of rows that were matched),
    /// transactions and several results among them.
    pub(crate) const OURS: Capabilities = Capabilities(
        0b111
            | Self::WITH_DATABASE.0
            | Self::PROTOCOL_41.0
            | 1 << 13
            | Self::SECURE.0
            | Self::MULTI_STATEMENTS.0
            | 1 << 17
            | 1 << 18
            | Self::PLUGIN.0
            | 1 << 20
            | Self::COUNTED_ANSWER.0
            | Self::NO_EOF.0,
    );

    pub(crate) fn has(self, other: Capabilities) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What a client is told with every answer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Status {
    pub(crate) in_transaction: bool,
    pub(crate) autocommit: bool,
    /// Another result follows.
    pub(crate) more: bool,
}

impl Status {
    fn bits(self) -> u16 {
        u16::from(self.in_transaction) | u16::from(self.autocommit) << 1 | u16::from(self.more) << 3
    }
}

/// Reads a packet, with what goes on in the next ones, of at most `max` bytes; gives the number of the next answer.
pub(crate) async fn next(input: &mut Input, max: usize) -> Result<(Vec<u8>, u8), End> {
    let mut packet = Vec::new();
    loop {
        input.at_least(4).await?;
        let [a, b, c, sequence] = *input.waiting().first_chunk().ok_or(End::Gone)?;
        let length = usize::from(a) | usize::from(b) << 8 | usize::from(c) << 16;
        if packet.len() + length > max {
            let message = format!(
                "a packet of {} bytes is longer than the {max} that are taken",
                packet.len() + length
            );
            return Err(End::Fatal(Refusal::new(1153, message)));
        }
        input.at_least(4 + length).await?;
        packet.extend(&input.take(4 + length)[4..]);
        if length < WHOLE {
            return Ok((packet, sequence.wrapping_add(1)));
        }
    }
}

/// Writes packets of one answer.
pub(crate) struct Writer<'o> {
    pub(crate) output: &'o mut Output,
    /// Number of the next packet.
    pub(crate) sequence: &'o mut u8,
    pub(crate) capabilities: Capabilities,
}

impl Writer<'_> {
    pub(crate) fn packet<E>(&mut self, body: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        let bytes = &mut self.output.bytes;
        let at = bytes.len();
        bytes.extend([0; 4]);
        if let Err(error) = body(bytes) {
            bytes.truncate(at);
            return Err(error);
        }
        let mut from = at;
        loop {
            let length = (bytes.len() - from - 4).min(WHOLE);
            let [a, b, c, ..] = (length as u32).to_le_bytes();
            bytes[from..from + 4].copy_from_slice(&[a, b, c, *self.sequence]);
            *self.sequence = self.sequence.wrapping_add(1);
            if length < WHOLE {
                return Ok(());
            }
            // Rare, so that moving the rest does not matter.
            from += 4 + length;
            bytes.splice(from..from, [0; 4]);
        }
    }

    fn plain(&mut self, body: impl FnOnce(&mut Vec<u8>)) {
        let done: Result<(), std::convert::Infallible> = self.packet(|bytes| {
            body(bytes);
            Ok(())
        });
        let Ok(()) = done;
    }

    pub(crate) fn bytes(&mut self, body: impl FnOnce(&mut Vec<u8>)) {
        self.plain(body);
    }

    /// Done.
    pub(crate) fn ok(&mut self, affected: u64, status: Status) {
        self.plain(|bytes| {
            bytes.push(0);
            put_number(bytes, affected);
            put_number(bytes, 0);
            bytes.extend(status.bits().to_le_bytes());
            bytes.extend([0, 0]);
        });
    }

    /// The end of definitions, for clients that expect one.
    pub(crate) fn end_of_definitions(&mut self, status: Status) {
        if !self.capabilities.has(Capabilities::NO_EOF) {
            self.plain(|bytes| {
                bytes.extend([0xfe, 0, 0]);
                bytes.extend(status.bits().to_le_bytes());
            });
        }
    }

    /// The end of rows.
    pub(crate) fn end_of_rows(&mut self, status: Status) {
        let short = self.capabilities.has(Capabilities::NO_EOF);
        self.plain(|bytes| {
            bytes.push(0xfe);
            bytes.extend([0, 0]);
            bytes.extend(status.bits().to_le_bytes());
            if short {
                bytes.extend([0, 0]);
            }
        });
    }

    pub(crate) fn error(&mut self, refusal: &Refusal) {
        self.plain(|bytes| {
            bytes.push(0xff);
            bytes.extend(refusal.number.to_le_bytes());
            bytes.push(b'#');
            bytes.extend(crate::states::state_of_number(refusal.number).as_bytes());
            bytes.extend(refusal.message.as_bytes());
        });
    }
}

/// Writes a length-encoded number.
pub(crate) fn put_number(bytes: &mut Vec<u8>, number: u64) {
    let all = number.to_le_bytes();
    match number {
        ..=0xfa => bytes.push(all[0]),
        0xfb..=0xffff => {
            bytes.push(0xfc);
            bytes.extend(&all[..2]);
        }
        0x1_0000..=0xff_ffff => {
            bytes.push(0xfd);
            bytes.extend(&all[..3]);
        }
        _ => {
            bytes.push(0xfe);
            bytes.extend(all);
        }
    }
}

/// Writes bytes behind their number.
pub(crate) fn put_counted(bytes: &mut Vec<u8>, counted: &[u8]) {
    put_number(bytes, counted.len() as u64);
    bytes.extend(counted);
}
