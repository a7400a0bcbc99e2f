//! From the first byte of a connection to the first command.

use super::connection::Connection;
use super::wire::{self, Capabilities, End, Refusal, Status, Writer};
use super::{DIALECT, VERSION, types};
use crate::client::Client;
use crate::cursor::{Cursor, Malformed};
use crate::limits::LOGIN_BYTES_MAX;
use crate::stream::{Input, Output};
use crate::{Shared, login, states};
use air_base::Dialect;
use std::sync::Arc;

const NATIVE: &[u8] = b"mysql_native_password";

/// What a client says of itself.
struct Introduction {
    capabilities: Capabilities,
    user: String,
    answer: Vec<u8>,
    database: String,
    plugin: Option<Vec<u8>>,
}

/// Serves a connection from its first byte to its last.
pub(crate) async fn receive(
    shared: Arc<Shared>,
    mut input: Input,
    mut output: Output,
    full: bool,
) -> Result<(), End> {
    let mut sequence = 0;
    let login = enter(&shared, &mut input, &mut output, &mut sequence, full);
    let entered = match tokio::time::timeout(shared.options.limits.login, login).await {
        Ok(entered) => entered,
        Err(_) => Err(End::Fatal(Refusal::new(1159, "the login took too long"))),
    };
    match entered {
        Ok((client, capabilities, database)) => {
            Connection::new(client, input, output, capabilities, database).run().await
        }
        Err(End::Fatal(refusal)) => {
            let capabilities = Capabilities::OURS;
            Writer { output: &mut output, sequence: &mut sequence, capabilities }.error(&refusal);
            output.flush().await?;
            Ok(())
        }
        Err(End::Gone) => Err(End::Gone),
    }
}

async fn enter(
    shared: &Arc<Shared>,
    input: &mut Input,
    output: &mut Output,
    sequence: &mut u8,
    full: bool,
) -> Result<(Client, Capabilities, String), End> {
    if full {
        return Err(End::Fatal(Refusal::new(1040, "too many connections")));
    }
    // A challenge without zeros, which some clients take for its end.
    let challenge =
        login::random::<20>().map_err(|failure| End::Fatal(Refusal::new(1105, failure.message)))?;
    let id = shared.number();
    let challenge = challenge.map(|byte| byte % 94 + 33);
    Writer { output, sequence, capabilities: Capabilities::OURS }.bytes(|bytes| greet(bytes, id, &challenge));
    output.flush().await?;
    let (packet, next) = wire::next(input, LOGIN_BYTES_MAX).await?;
    *sequence = next;
    let said = introduction(&packet).map_err(|_| {
        End::Fatal(Refusal::new(
            1043,
            "the first packet is not what the protocol says, or asks for encryption",
        ))
    })?;
    let mut answer = said.answer;
    let open = shared.options.login.is_open();
    if !open && said.plugin.as_deref().is_some_and(|plugin| plugin != NATIVE) {
        Writer { output, sequence, capabilities: said.capabilities }.bytes(|bytes| {
            bytes.push(0xfe);
            for part in [NATIVE, &challenge] {
                bytes.extend(part);
                bytes.push(0);
            }
        });
        output.flush().await?;
        (answer, *sequence) = wire::next(input, LOGIN_BYTES_MAX).await?;
    }
    if !shared.options.login.native(&said.user, &challenge, &answer) {
        let message = format!("access denied for user '{}'", said.user);
        return Err(End::Fatal(Refusal::new(1045, message)));
    }
    let client = Client::enter(shared, id, &said.user, &said.database, DIALECT).await.map_err(|failure| {
        End::Fatal(Refusal::new(states::number(&failure, Dialect::Mysql), failure.message))
    })?;
    let status = Status { autocommit: true, ..Status::default() };
    Writer { output, sequence, capabilities: said.capabilities }.ok(0, status);
    output.flush().await?;
    Ok((client, said.capabilities, said.database))
}

fn greet(bytes: &mut Vec<u8>, id: u32, challenge: &[u8; 20]) {
    let [low, high] =
        [Capabilities::OURS.0 & 0xffff, Capabilities::OURS.0 >> 16].map(|half| half.to_le_bytes());
    bytes.push(10);
    bytes.extend(VERSION.as_bytes());
    bytes.push(0);
    bytes.extend(id.to_le_bytes());
    bytes.extend(&challenge[..8]);
    bytes.push(0);
    bytes.extend(&low[..2]);
    bytes.extend(&types::UTF8.to_le_bytes()[..1]);
    bytes.extend(2u16.to_le_bytes());
    bytes.extend(&high[..2]);
    bytes.push(21);
    bytes.extend([0; 10]);
    bytes.extend(&challenge[8..]);
    bytes.push(0);
    bytes.extend(NATIVE);
    bytes.push(0);
}

fn introduction(packet: &[u8]) -> Result<Introduction, Malformed> {
    let mut cursor = Cursor(packet);
    let theirs = Capabilities(cursor.u32_le()?);
    if !theirs.has(Capabilities::PROTOCOL_41) || theirs.has(Capabilities::ENCRYPT) {
        return Err(Malformed);
    }
    let capabilities = Capabilities(theirs.0 & Capabilities::OURS.0);
    let _max_packet = cursor.u32_le()?;
    let _charset_and_filler = cursor.bytes(24)?;
    let user = cursor.text()?.to_owned();
    let answer = if capabilities.has(Capabilities::COUNTED_ANSWER) {
        cursor.counted()?
    } else if capabilities.has(Capabilities::SECURE) {
        let length = cursor.u8()?;
        cursor.bytes(length.into())?
    } else {
        cursor.until_zero()?
    };
    let answer = answer.to_vec();
    let database = match capabilities.has(Capabilities::WITH_DATABASE) && !cursor.0.is_empty() {
        true => cursor.text()?.to_owned(),
        false => String::new(),
    };
    let plugin = match capabilities.has(Capabilities::PLUGIN) && !cursor.0.is_empty() {
        true => Some(cursor.until_zero()?.to_vec()),
        false => None,
    };
    Ok(Introduction { capabilities, user, answer, database, plugin })
}
