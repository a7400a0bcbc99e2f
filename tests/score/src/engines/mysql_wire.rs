//! The text protocol of MySQL and MariaDB over a Unix socket.
//!
//! Every value arrives as the server prints it, with the type and the character set of its
//! column. Source: MariaDB documentation, "Client/Server Protocol".

use std::io::{self, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::EngineError;

/// A column of a result.
pub(super) struct Column {
    pub(super) name: String,
    /// Number of the character set and collation; 63 is `binary`.
    pub(super) charset: u16,
    /// Number of the type.
    pub(super) kind: u8,
    /// Bits such as [`FLAG_BINARY`].
    pub(super) flags: u16,
}

/// The type is a binary string, a BLOB or a number.
pub(super) const FLAG_BINARY: u16 = 128;

/// One result set in text form.
pub(super) struct ResultSet {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Option<Vec<u8>>>>,
}

/// An open connection.
pub(super) struct Connection {
    reader: BufReader<UnixStream>,
    sequence: u8,
}

// Capabilities of the client.
const LONG_PASSWORD: u32 = 1;
const LONG_FLAG: u32 = 1 << 2;
const PROTOCOL_41: u32 = 1 << 9;
const TRANSACTIONS: u32 = 1 << 13;
const SECURE_CONNECTION: u32 = 1 << 15;
const MULTI_STATEMENTS: u32 = 1 << 16;
const MULTI_RESULTS: u32 = 1 << 17;
const PLUGIN_AUTH: u32 = 1 << 19;

const COMMAND_QUERY: u8 = 3;
const COMMAND_RESET: u8 = 31;
const MORE_RESULTS: u16 = 8;
const UTF8MB4_GENERAL_CI: u8 = 45;

/// Longest payload of one packet; longer messages are split.
const PACKET_BYTES_MAX: usize = 0xff_ffff;

impl Connection {
    /// Connects as a user who needs no password.
    pub(super) fn open(socket: &Path, user: &str, timeout: Duration) -> Result<Connection, EngineError> {
        let stream = UnixStream::connect(socket).map_err(broken)?;
        stream.set_read_timeout(Some(timeout)).map_err(broken)?;
        let mut connection = Connection { reader: BufReader::new(stream), sequence: 0 };
        let greeting = connection.receive()?;
        if greeting.first() == Some(&0xff) {
            return Err(server_error(&greeting));
        }
        let capabilities = LONG_PASSWORD
            | LONG_FLAG
            | PROTOCOL_41
            | TRANSACTIONS
            | SECURE_CONNECTION
            | MULTI_STATEMENTS
            | MULTI_RESULTS
            | PLUGIN_AUTH;
        let mut answer = capabilities.to_le_bytes().to_vec();
        answer.extend_from_slice(&(PACKET_BYTES_MAX as u32).to_le_bytes());
        answer.push(UTF8MB4_GENERAL_CI);
        answer.extend_from_slice(&[0; 23]);
        answer.extend_from_slice(user.as_bytes());
        // End of the name, then an empty password.
        answer.extend_from_slice(&[0, 0]);
        answer.extend_from_slice(b"mysql_native_password\0");
        connection.send(&answer)?;
        loop {
            let reply = connection.receive()?;
            match reply.first() {
                Some(0) => return Ok(connection),
                Some(0xff) => return Err(server_error(&reply)),
                // Another way to authenticate: with an empty password the answer is empty.
                Some(0xfe) => connection.send(&[])?,
                _ => return Err(malformed()),
            }
        }
    }

    /// Runs a text of one or more statements; gives the results that have columns.
    pub(super) fn query(&mut self, sql: &str) -> Result<Vec<ResultSet>, EngineError> {
        self.command(COMMAND_QUERY, sql.as_bytes())?;
        let mut results = Vec::new();
        while self.result(&mut results)? {}
        Ok(results)
    }

    /// Makes the session as new: variables, temporary tables, transaction, prepared statements.
    pub(super) fn reset_session(&mut self) -> Result<(), EngineError> {
        self.command(COMMAND_RESET, &[])?;
        let reply = self.receive()?;
        if reply.first() == Some(&0xff) { Err(server_error(&reply)) } else { Ok(()) }
    }

    fn command(&mut self, command: u8, body: &[u8]) -> Result<(), EngineError> {
        self.sequence = 0;
        let mut message = vec![command];
        message.extend_from_slice(body);
        self.send(&message)
    }

    /// Reads one result; true if another one follows.
    fn result(&mut self, results: &mut Vec<ResultSet>) -> Result<bool, EngineError> {
        let head = self.receive()?;
        let mut fields = Fields { rest: &head };
        match head.first() {
            Some(0xff) => return Err(server_error(&head)),
            Some(0) => {
                fields.bytes(1)?;
                fields.length()?;
                fields.length()?;
                return Ok(fields.int16()? & MORE_RESULTS != 0);
            }
            // LOAD DATA LOCAL: the server asks for a file; there is none.
            Some(0xfb) => {
                self.send(&[])?;
                let reply = self.receive()?;
                return if reply.first() == Some(&0xff) { Err(server_error(&reply)) } else { Ok(false) };
            }
            _ => {}
        }
        let width = fields.length()?.ok_or_else(malformed)?;
        let mut columns = Vec::new();
        for _ in 0..width {
            columns.push(column(&self.receive()?)?);
        }
        self.receive()?;
        let mut rows = Vec::new();
        loop {
            let packet = self.receive()?;
            let mut fields = Fields { rest: &packet };
            match packet.first() {
                Some(0xff) => return Err(server_error(&packet)),
                // A value may start with this byte too, but then it is 16 MB long.
                Some(0xfe) if packet.len() < 9 => {
                    fields.bytes(3)?;
                    results.push(ResultSet { columns, rows });
                    return Ok(fields.int16()? & MORE_RESULTS != 0);
                }
                _ => {
                    let cells = (0..width).map(|_| fields.cell());
                    rows.push(cells.collect::<Result<_, _>>()?);
                }
            }
        }
    }

    fn send(&mut self, message: &[u8]) -> Result<(), EngineError> {
        let mut rest = message;
        loop {
            let (part, remaining) = rest.split_at(rest.len().min(PACKET_BYTES_MAX));
            let mut packet = (part.len() as u32).to_le_bytes()[..3].to_vec();
            packet.push(self.sequence);
            packet.extend_from_slice(part);
            self.sequence = self.sequence.wrapping_add(1);
            self.reader.get_mut().write_all(&packet).map_err(broken)?;
            rest = remaining;
            // A full packet is always followed by another one, if need be an empty one.
            if part.len() < PACKET_BYTES_MAX {
                return Ok(());
            }
        }
    }

    fn receive(&mut self) -> Result<Vec<u8>, EngineError> {
        let mut message = Vec::new();
        loop {
            let mut head = [0; 4];
            self.reader.read_exact(&mut head).map_err(broken)?;
            self.sequence = head[3].wrapping_add(1);
            let length = u32::from_le_bytes([head[0], head[1], head[2], 0]) as usize;
            let start = message.len();
            message.resize(start + length, 0);
            self.reader.read_exact(&mut message[start..]).map_err(broken)?;
            if length < PACKET_BYTES_MAX {
                return Ok(message);
            }
        }
    }
}

fn column(packet: &[u8]) -> Result<Column, EngineError> {
    let mut fields = Fields { rest: packet };
    // Catalog, schema, table, original table.
    for _ in 0..4 {
        fields.cell()?;
    }
    let name = fields.cell()?.unwrap_or_default();
    // Original name, and the length of the fixed part.
    fields.cell()?;
    fields.bytes(1)?;
    let charset = fields.int16()?;
    fields.bytes(4)?;
    let kind = fields.bytes(1)?[0];
    let flags = fields.int16()?;
    Ok(Column { name: String::from_utf8_lossy(&name).into_owned(), charset, kind, flags })
}

/// The rest of a packet.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], EngineError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    fn int16(&mut self) -> Result<u16, EngineError> {
        self.bytes(2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
    }

    /// A number of variable length; `None` is the mark for NULL.
    fn length(&mut self) -> Result<Option<usize>, EngineError> {
        let width = match self.bytes(1)?[0] {
            0xfb => return Ok(None),
            0xfc => 2,
            0xfd => 3,
            0xfe => 8,
            small => return Ok(Some(usize::from(small))),
        };
        let mut wide = [0; 8];
        wide[..width].copy_from_slice(self.bytes(width)?);
        usize::try_from(u64::from_le_bytes(wide)).map(Some).map_err(|_| malformed())
    }

    fn cell(&mut self) -> Result<Option<Vec<u8>>, EngineError> {
        match self.length()? {
            Some(length) => Ok(Some(self.bytes(length)?.to_vec())),
            None => Ok(None),
        }
    }
}

fn server_error(packet: &[u8]) -> EngineError {
    let mut fields = Fields { rest: packet };
    let number = fields.bytes(1).and_then(|_| fields.int16()).unwrap_or_default();
    let mut words = fields.rest;
    // The SQLSTATE: a hash sign and five characters.
    if words.first() == Some(&b'#') {
        words = words.get(6..).unwrap_or_default();
    }
    // 1969: time ran out; 1317: interrupted; 1205, 1213: locks; 2006, 2013: connection lost.
    let transient = matches!(number, 1969 | 1317 | 1205 | 1213 | 2006 | 2013 | 1040);
    EngineError { code: number.to_string(), message: String::from_utf8_lossy(words).into_owned(), transient }
}

fn broken(error: io::Error) -> EngineError {
    EngineError::transient("2013", format!("the connection to MariaDB broke: {error}"))
}

fn malformed() -> EngineError {
    EngineError::transient("2027", "MariaDB sent a malformed packet")
}
