//! From the first byte of a connection to the first statement.

use super::connection::Connection;
use super::settings::SETTINGS;
use super::wire::{self, End, Refusal};
use super::{DIALECT, session::Settings};
use crate::client::Client;
use crate::cursor::Cursor;
use crate::limits::LOGIN_BYTES_MAX;
use crate::stream::{Input, Output};
use crate::{Shared, states};
use air_base::Dialect;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Codes in place of a version.
const CANCEL: u32 = 80_877_102;
const ENCRYPT_TLS: u32 = 80_877_103;
const ENCRYPT_GSS: u32 = 80_877_104;
/// The version we speak.
const MAJOR: u32 = 3;

/// Serves a connection from its first byte to its last.
pub(crate) async fn receive(
    shared: Arc<Shared>,
    input: Input,
    mut output: Output,
    full: bool,
) -> Result<(), End> {
    let mut input = input;
    let login =
        tokio::time::timeout(shared.options.limits.login, enter(&shared, &mut input, &mut output, full));
    let entered = match login.await {
        Ok(entered) => entered,
        Err(_) => Err(End::Fatal(Refusal::new("08006", "the login took too long"))),
    };
    match entered {
        Ok(Some((client, settings, database))) => {
            Connection::new(client, input, output, settings, database).run().await
        }
        Ok(None) => Ok(()),
        Err(End::Fatal(refusal)) => {
            wire::put_error(&mut output, "FATAL", &refusal);
            output.flush().await?;
            Ok(())
        }
        Err(End::Gone) => Err(End::Gone),
    }
}

/// Lets a client in; `None` if there is nothing more to do with this connection.
async fn enter(
    shared: &Arc<Shared>,
    input: &mut Input,
    output: &mut Output,
    full: bool,
) -> Result<Option<(Client, Settings, String)>, End> {
    let body = loop {
        let (code, body) = wire::first(input).await?;
        match code {
            ENCRYPT_TLS | ENCRYPT_GSS => {
                output.bytes.push(b'N');
                output.flush().await?;
            }
            // Who cancels has no place of their own: that works when the house is full.
            CANCEL => {
                let mut cursor = Cursor(&body);
                if let (Ok(id), Ok(secret)) = (cursor.u32(), cursor.u32()) {
                    shared.cancel(id, |place| place.secret == secret).await;
                }
                return Ok(None);
            }
            code if code >> 16 == MAJOR => {
                if code & 0xffff > 0 {
                    wire::put(output, b'v', |bytes| {
                        bytes.extend((MAJOR << 16).to_be_bytes());
                        bytes.extend(0u32.to_be_bytes());
                    });
                }
                break body;
            }
            _ => return fatal("08P01", "version 3 of the protocol is spoken here"),
        }
    };
    if full {
        return fatal("53300", "too many connections");
    }
    let mut cursor = Cursor(&body);
    let mut said = BTreeMap::new();
    loop {
        let (Ok(name), value) = (cursor.text(), cursor.text()) else { return malformed() };
        match (name, value) {
            ("", _) => break,
            (name, Ok(value)) => drop(said.insert(name, value)),
            (_, Err(_)) => return malformed(),
        }
    }
    let Some(user) = said.remove("user").filter(|user| !user.is_empty()) else {
        return fatal("28000", "no user was given");
    };
    let database = said.remove("database").unwrap_or(user);
    let mut settings = Settings::default();
    for (name, value) in &said {
        match *name {
            "options" if value.trim().is_empty() => {}
            "replication" if matches!(*value, "false" | "off" | "0") => {}
            // Options of the protocol that are not known are no reason to part.
            name if name.starts_with("_pq_.") => {}
            name => drop(settings.set(name, value).map_err(End::Fatal)?),
        }
    }
    authenticate(shared, input, output, user).await?;
    let client =
        Client::enter(shared, shared.number(), user, database, DIALECT).await.map_err(|failure| {
            let state = states::sqlstate(&failure, Dialect::Postgres).to_owned();
            // The kernel's words tell of the database behind, not of its passwords.
            End::Fatal(Refusal::new(&state, failure.message))
        })?;
    for setting in SETTINGS.iter().filter(|setting| setting.reported) {
        wire::put_parameter(output, setting.name, &settings.get(setting));
    }
    wire::put_parameter(output, "session_authorization", user);
    wire::put(output, b'K', |bytes| {
        bytes.extend(client.id.to_be_bytes());
        bytes.extend(client.secret.to_be_bytes());
    });
    let database = database.to_owned();
    Ok(Some((client, settings, database)))
}

async fn authenticate(
    shared: &Shared,
    input: &mut Input,
    output: &mut Output,
    user: &str,
) -> Result<(), End> {
    let login = &shared.options.login;
    let request = |output: &mut Output, code: u32, rest: &[u8]| {
        wire::put(output, b'R', |bytes| {
            bytes.extend(code.to_be_bytes());
            bytes.extend(rest);
        });
    };
    if !login.is_open() {
        request(output, 10, b"SCRAM-SHA-256\0\0");
        output.flush().await?;
        let message = wire::next(input, LOGIN_BYTES_MAX).await?;
        let mut cursor = message.cursor();
        let (b'p', Ok("SCRAM-SHA-256"), Ok(length)) = (message.tag, cursor.text(), cursor.u32()) else {
            return fatal("28000", "the password is asked for by SCRAM-SHA-256");
        };
        let first = cursor.bytes(length as usize).ok().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let Some((scram, answer)) = first.and_then(|first| login.scram(user, first)) else {
            return fatal("28000", "this is no beginning of SCRAM-SHA-256");
        };
        request(output, 11, answer.as_bytes());
        output.flush().await?;
        let message = wire::next(input, LOGIN_BYTES_MAX).await?;
        let last = if message.tag == b'p' { std::str::from_utf8(&message.body).ok() } else { None };
        match last.and_then(|last| scram.verify(last)) {
            Some(proof) => request(output, 12, proof.as_bytes()),
            None => {
                let message = format!("password authentication failed for user \"{user}\"");
                return fatal("28P01", &message);
            }
        }
    }
    request(output, 0, b"");
    Ok(())
}

fn fatal<T>(state: &str, message: &str) -> Result<T, End> {
    Err(End::Fatal(Refusal::new(state, message)))
}

fn malformed<T>() -> Result<T, End> {
    fatal("08P01", "the first message is not what the protocol says")
}
