//! PostgreSQL's simple query protocol (version 3.0) over a Unix socket.
//!
//! It is the one way to get from one round trip both every value as the server prints it and
//! the type of every column; client libraries give one or the other.
//! Source: PostgreSQL manual, "Frontend/Backend Protocol", message formats.

use std::io::{self, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::EngineError;

/// A column of a result: its name and the object id of its type.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) type_id: u32,
}

/// One result set in text form.
pub(super) struct ResultSet {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Option<Vec<u8>>>>,
}

/// An open connection.
pub(super) struct Connection {
    reader: BufReader<UnixStream>,
}

const PROTOCOL_VERSION: i32 = 196_608;

/// Messages are refused beyond this size: a stream that lost its rhythm gives absurd lengths.
const MESSAGE_BYTES_MAX: usize = 1 << 30;

impl Connection {
    /// Connects as `user`, who must need no password.
    pub(super) fn open(
        socket: &Path,
        user: &str,
        database: &str,
        timeout: Duration,
    ) -> Result<Connection, EngineError> {
        let stream = UnixStream::connect(socket).map_err(broken)?;
        stream.set_read_timeout(Some(timeout)).map_err(broken)?;
        let mut connection = Connection { reader: BufReader::new(stream) };
        let mut body = PROTOCOL_VERSION.to_be_bytes().to_vec();
        for word in ["user", user, "database", database, "client_encoding", "UTF8"] {
            body.extend_from_slice(word.as_bytes());
            body.push(0);
        }
        body.push(0);
        connection.send(None, &body)?;
        connection.until_ready()?;
        Ok(connection)
    }

    /// Runs a text of one or more statements; gives the results that have columns.
    pub(super) fn query(&mut self, sql: &str) -> Result<Vec<ResultSet>, EngineError> {
        if sql.contains('\0') {
            return Err(EngineError::new("08P01", "a statement cannot contain the character U+0000"));
        }
        let mut body = sql.as_bytes().to_vec();
        body.push(0);
        self.send(Some(b'Q'), &body)?;
        self.until_ready()
    }

    /// Has the server parse and analyse one statement, which is not run.
    pub(super) fn parse(&mut self, sql: &str) -> Result<(), EngineError> {
        if sql.contains('\0') {
            return Err(EngineError::new("08P01", "a statement cannot contain the character U+0000"));
        }
        // No name, the text, no parameter types.
        let body = [&[0], sql.as_bytes(), &[0, 0, 0]].concat();
        self.send(Some(b'P'), &body)?;
        self.send(Some(b'S'), &[])?;
        self.until_ready().map(|_| ())
    }

    fn send(&mut self, kind: Option<u8>, body: &[u8]) -> Result<(), EngineError> {
        let mut message: Vec<u8> = kind.into_iter().collect();
        message.extend_from_slice(&(body.len() as i32 + 4).to_be_bytes());
        message.extend_from_slice(body);
        self.reader.get_mut().write_all(&message).map_err(broken)
    }

    /// Reads answers until the server waits for the next query; the first error wins.
    fn until_ready(&mut self) -> Result<Vec<ResultSet>, EngineError> {
        let mut results: Vec<ResultSet> = Vec::new();
        let mut first_error = None;
        loop {
            let (kind, body) =
                self.receive().map_err(|error| first_error.clone().unwrap_or_else(|| broken(error)))?;
            let mut fields = Fields { rest: &body };
            match kind {
                b'Z' => return first_error.map_or(Ok(results), Err),
                b'T' => {
                    let columns = (0..fields.int16()?).map(|_| fields.column());
                    let columns = columns.collect::<Result<_, _>>()?;
                    results.push(ResultSet { columns, rows: Vec::new() });
                }
                b'D' => {
                    let cells = (0..fields.int16()?).map(|_| fields.cell());
                    let row = cells.collect::<Result<_, _>>()?;
                    if let Some(result) = results.last_mut() {
                        result.rows.push(row);
                    }
                }
                b'E' => {
                    first_error.get_or_insert(fields.error()?);
                }
                b'R' if fields.int32()? != 0 => {
                    return Err(EngineError::new("28000", "the server asks for a password"));
                }
                // COPY FROM STDIN: there is nothing to copy.
                b'G' => self.send(Some(b'f'), b"no data\0")?,
                // Parameters, notices, completed commands, COPY TO STDOUT.
                _ => {}
            }
        }
    }

    fn receive(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let mut head = [0; 5];
        self.reader.read_exact(&mut head)?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        if !(4..MESSAGE_BYTES_MAX).contains(&length) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a message of absurd length"));
        }
        let mut body = vec![0; length - 4];
        self.reader.read_exact(&mut body)?;
        Ok((head[0], body))
    }
}

/// The rest of a message body.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], EngineError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(short_message)?;
        self.rest = rest;
        Ok(taken)
    }

    fn int16(&mut self) -> Result<i16, EngineError> {
        self.bytes(2).map(|bytes| i16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn int32(&mut self) -> Result<i32, EngineError> {
        self.bytes(4).map(|bytes| i32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn string(&mut self) -> Result<String, EngineError> {
        let end = self.rest.iter().position(|byte| *byte == 0).ok_or_else(short_message)?;
        let text = String::from_utf8_lossy(&self.rest[..end]).into_owned();
        self.rest = &self.rest[end + 1..];
        Ok(text)
    }

    fn column(&mut self) -> Result<Column, EngineError> {
        let name = self.string()?;
        // The table and column it comes from.
        self.bytes(6)?;
        let type_id = self.int32()? as u32;
        // Size, modifier and format of the type.
        self.bytes(8)?;
        Ok(Column { name, type_id })
    }

    fn cell(&mut self) -> Result<Option<Vec<u8>>, EngineError> {
        match usize::try_from(self.int32()?) {
            Ok(length) => Ok(Some(self.bytes(length)?.to_vec())),
            // −1 stands for NULL.
            Err(_) => Ok(None),
        }
    }

    fn error(&mut self) -> Result<EngineError, EngineError> {
        let (mut code, mut message) = (String::new(), String::new());
        loop {
            let field = self.bytes(1)?[0];
            match field {
                0 => break,
                b'C' => code = self.string()?,
                b'M' => message = self.string()?,
                _ => {
                    self.string()?;
                }
            }
        }
        // 57014: cancelled by the timeout; 57P0x: the server goes down; 53: out of resources.
        let transient = code == "57014" || code.starts_with("57P0") || code.starts_with("53");
        Ok(EngineError { code, message, transient })
    }
}

fn broken(error: io::Error) -> EngineError {
    EngineError::transient("08006", format!("the connection to PostgreSQL broke: {error}"))
}

fn short_message() -> EngineError {
    EngineError::transient("08P01", "PostgreSQL sent a message that is too short")
}
