//! Messages, read and written.

use crate::cursor::{Cursor, Malformed};
use crate::limits::LOGIN_BYTES_MAX;
use crate::stream::{Input, Output};
use std::io;

/// A message: its letter and what is in it.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) tag: u8,
    pub(crate) body: Vec<u8>,
}

impl Message {
    pub(crate) fn cursor(&self) -> Cursor<'_> {
        Cursor(&self.body)
    }
}

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
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) state: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Refusal {
    pub(crate) fn new(state: &str, message: impl Into<String>) -> Refusal {
        Refusal { state: state.to_owned(), message: message.into(), hint: None }
    }
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Refusal {
        Refusal::new("08P01", "the message is not what the protocol says")
    }
}

/// Reads the first message of a connection, which has no letter: its code and what follows.
pub(crate) async fn first(input: &mut Input) -> Result<(u32, Vec<u8>), End> {
    input.at_least(8).await?;
    let mut cursor = Cursor(input.waiting());
    let (Ok(length), Ok(code)) = (cursor.u32(), cursor.u32()) else { return Err(End::Gone) };
    let length = length as usize;
    if !(8..=LOGIN_BYTES_MAX).contains(&length) {
        return Err(End::Fatal(Refusal::new("08P01", "this is no beginning of a conversation")));
    }
    input.at_least(length).await?;
    Ok((code, input.take(length)[8..].to_vec()))
}

/// The letter and length of the next message, if they have arrived.
fn head(input: &Input) -> Option<(u8, usize)> {
    let mut cursor = Cursor(input.waiting());
    Some((cursor.u8().ok()?, cursor.u32().ok()? as usize))
}

/// Reads a message of at most `max` bytes.
pub(crate) async fn next(input: &mut Input, max: usize) -> Result<Message, End> {
    input.at_least(5).await?;
    let Some((tag, length)) = head(input) else { return Err(End::Gone) };
    if !tag.is_ascii_alphabetic() || length < 4 {
        return Err(End::Fatal(Refusal::new("08P01", "this is no message of the protocol")));
    }
    if length - 4 > max {
        let message = format!("a message of {length} bytes is longer than the {max} that are taken");
        return Err(End::Fatal(Refusal::new("54000", message)));
    }
    input.at_least(length + 1).await?;
    Ok(Message { tag, body: input.take(length + 1)[5..].to_vec() })
}

/// Writes a message.
pub(crate) fn put(output: &mut Output, tag: u8, body: impl FnOnce(&mut Vec<u8>)) {
    let bytes = &mut output.bytes;
    bytes.push(tag);
    let at = bytes.len();
    bytes.extend([0; 4]);
    body(bytes);
    // Longer than the length can say only if a row is beyond 4 GiB, which the bounds of the kernel leave out.
    let length = u32::try_from(bytes.len() - at).unwrap_or(u32::MAX);
    bytes[at..at + 4].copy_from_slice(&length.to_be_bytes());
}

/// Writes a text and its end. A zero in it would end it early.
pub(crate) fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(text.bytes().filter(|byte| *byte != 0));
    bytes.push(0);
}

pub(crate) fn put_error(output: &mut Output, severity: &str, refusal: &Refusal) {
    let tag = if severity == "WARNING" { b'N' } else { b'E' };
    put(output, tag, |bytes| {
        let fields = [
            (b'S', Some(severity)),
            (b'V', Some(severity)),
            (b'C', Some(refusal.state.as_str())),
            (b'M', Some(refusal.message.as_str())),
            (b'H', refusal.hint.as_deref()),
        ];
        for (field, text) in fields {
            if let Some(text) = text {
                bytes.push(field);
                put_text(bytes, text);
            }
        }
        bytes.push(0);
    });
}

pub(crate) fn put_parameter(output: &mut Output, name: &str, value: &str) {
    put(output, b'S', |bytes| {
        put_text(bytes, name);
        put_text(bytes, value);
    });
}

/// The end of a statement.
pub(crate) fn put_complete(output: &mut Output, tag: &str) {
    put(output, b'C', |bytes| put_text(bytes, tag));
}
