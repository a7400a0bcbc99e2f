//! A connection that has come in: commands in, results out.
//!
//! What MySQL commits by itself, the door commits: the transaction before a BEGIN or a definition. What a script means
//! does not depend on who runs it.

use super::DIALECT;
use super::encode;
use super::session::{Reply, Settings};
use super::settings::About;
use super::statements::Prepared;
use super::types::Column;
use super::wire::{self, Capabilities, End, Refusal, Status, Writer};
use crate::client::{Answer, Client};
use crate::cursor::Cursor;
use crate::states;
use crate::stream::{Input, Output};
use crate::words::{self, Control};
use rustc_hash::FxHashMap;
use sqlx_kernel::compile::Shape;
use sqlx_kernel::{Failure, TransactionState, Value};

/// A connection.
pub(super) struct Connection {
    client: Client,
    input: Input,
    output: Output,
    capabilities: Capabilities,
    /// The client sends several statements at once.
    several: bool,
    settings: Settings,
    database: String,
    prepared: FxHashMap<u32, Prepared>,
    next_prepared: u32,
    /// Number of the next packet of the answer.
    sequence: u8,
}

/// Why a command did not go well.
enum Trouble {
    /// The conversation is over.
    End(End),
    /// The client is told, and goes on.
    Refused(Refusal),
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Trouble {
        Trouble::End(error.into())
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Trouble {
        Trouble::Refused(refusal)
    }
}

impl From<crate::cursor::Malformed> for Trouble {
    fn from(malformed: crate::cursor::Malformed) -> Trouble {
        Trouble::Refused(malformed.into())
    }
}

/// Definitions, which commit what came before.
const DEFINE: [&str; 5] = ["CREATE", "ALTER", "DROP", "TRUNCATE", "RENAME"];

impl Connection {
    pub(super) fn new(
        client: Client,
        input: Input,
        output: Output,
        capabilities: Capabilities,
        database: String,
    ) -> Connection {
        Connection {
            client,
            input,
            output,
            capabilities,
            several: capabilities.has(Capabilities::MULTI_STATEMENTS),
            settings: Settings::default(),
            database,
            prepared: FxHashMap::default(),
            next_prepared: 1,
            sequence: 0,
        }
    }

    /// Works on commands until the client leaves.
    pub(super) async fn run(mut self) -> Result<(), End> {
        loop {
            let ended = match self.turn().await {
                Ok(true) => continue,
                Ok(false) => Ok(()),
                Err(End::Fatal(refusal)) => {
                    self.writer().error(&refusal);
                    self.output.flush().await.map_err(End::from)
                }
                Err(end) => Err(end),
            };
            return ended;
        }
    }

    fn writer(&mut self) -> Writer<'_> {
        Writer { output: &mut self.output, sequence: &mut self.sequence, capabilities: self.capabilities }
    }

    async fn status(&self) -> Status {
        let in_transaction = self.client.session.transaction().await != TransactionState::Idle;
        Status { in_transaction, autocommit: self.settings.autocommit(), more: false }
    }

    async fn done(&mut self, affected: u64) {
        let status = self.status().await;
        self.writer().ok(affected, status);
    }

    /// Works on a command; false if it was a goodbye.
    async fn turn(&mut self) -> Result<bool, End> {
        let limits = &self.client.shared.options.limits;
        let in_transaction = self.client.session.transaction().await != TransactionState::Idle;
        let patience = if in_transaction { limits.idle_in_transaction } else { limits.idle };
        let next =
            tokio::time::timeout(patience, wire::next(&mut self.input, limits.message_bytes_max)).await;
        let (packet, sequence) = match next {
            Ok(next) => next?,
            Err(_) => {
                let message = format!("the connection was idle for {} seconds", patience.as_secs());
                return Err(End::Fatal(Refusal::new(4031, message)));
            }
        };
        self.sequence = sequence;
        let Some((command, rest)) = packet.split_first() else {
            return Err(End::Fatal(Refusal::new(1835, "a packet without a command")));
        };
        let done = match command {
            0x01 => return Ok(false),
            0x02 => self.use_database(rest).await,
            0x03 => self.query(rest).await,
            0x09 => {
                let clients = self.client.shared.places().len();
                self.writer().bytes(|bytes| bytes.extend(format!("Threads: {clients}").as_bytes()));
                Ok(())
            }
            0x0c => self.kill(Cursor(rest).u32_le().unwrap_or_default()).await,
            0x0e => {
                self.done(0).await;
                Ok(())
            }
            0x16 => self.prepare(rest).await,
            0x17 => self.execute(rest).await,
            // These two are not answered.
            0x18 => {
                self.send_ahead(rest);
                return Ok(true);
            }
            0x19 => {
                if let Ok(id) = Cursor(rest).u32_le() {
                    self.prepared.remove(&id);
                }
                return Ok(true);
            }
            0x1a => match Cursor(rest).u32_le().ok().and_then(|id| self.prepared.get_mut(&id)) {
                Some(prepared) => {
                    prepared.reset();
                    self.done(0).await;
                    Ok(())
                }
                None => Err(unknown_statement().into()),
            },
            0x1b => match Cursor(rest).u16_le() {
                Ok(option @ 0..=1) => {
                    self.several = option == 0;
                    let status = self.status().await;
                    self.writer().end_of_rows(status);
                    Ok(())
                }
                _ => Err(Refusal::new(1047, "there is no such option").into()),
            },
            0x1f => self.reset().await,
            command => Err(Refusal::new(1047, format!("the command {command:#04x} is not served")).into()),
        };
        match done {
            Ok(()) => {}
            Err(Trouble::End(end)) => return Err(end),
            Err(Trouble::Refused(refusal)) => self.writer().error(&refusal),
        }
        self.output.flush().await?;
        Ok(true)
    }

    fn refusal(&self, failure: &Failure) -> Refusal {
        let number = states::number(failure, self.client.session.dialect());
        let message = match &failure.code {
            Some(code) if failure.kind == sqlx_kernel::Kind::Refused => {
                format!("{} ({code})", failure.message)
            }
            _ => failure.message.clone(),
        };
        Refusal::new(number, message)
    }

    /// Another database is another tenant, unless that is fixed.
    async fn use_database(&mut self, name: &[u8]) -> Result<(), Trouble> {
        let Ok(name) = std::str::from_utf8(name) else {
            return Err(Refusal::new(1049, "the name is no text").into());
        };
        if self.client.session.is_bound().await {
            let message = "the session holds a transaction or temporary tables: end or drop them first";
            return Err(Refusal::new(1568, message).into());
        }
        self.database = name.to_owned();
        if self.client.shared.options.tenant.is_none() {
            self.client.context.tenant = name.into();
            self.client.limit(self.settings.deadline());
            self.client.settle();
        }
        self.done(0).await;
        Ok(())
    }

    async fn kill(&mut self, id: u32) -> Result<(), Trouble> {
        let context = &self.client.context;
        let same =
            |place: &crate::client::Place| place.actor == context.actor && place.tenant == context.tenant;
        if !self.client.shared.cancel(id, same).await {
            return Err(Refusal::new(1094, format!("there is no connection {id} of yours")).into());
        }
        self.done(0).await;
        Ok(())
    }

    async fn reset(&mut self) -> Result<(), Trouble> {
        if self.client.session.is_bound().await {
            self.command("ROLLBACK").await?;
            self.client.session.accept_loss().await;
        }
        if self.client.session.is_bound().await {
            return Err(Refusal::new(1568, "the session holds temporary tables: drop them first").into());
        }
        self.settings.reset();
        self.client.limit(None);
        self.prepared.clear();
        self.done(0).await;
        Ok(())
    }

    /// Text of statements without parameters.
    async fn query(&mut self, text: &[u8]) -> Result<(), Trouble> {
        let Ok(script) = std::str::from_utf8(text) else {
            return Err(Refusal::new(1300, "statements are to be in UTF-8").into());
        };
        let kernel = self.client.shared.kernel.clone();
        let statements = kernel.split(script, DIALECT).map_err(|failure| self.refusal(&failure))?;
        if statements.is_empty() {
            return Err(Refusal::new(1065, "there is no statement").into());
        }
        if statements.len() > 1 && !self.several {
            return Err(
                Refusal::new(1064, "several statements at once were not asked for when connecting").into()
            );
        }
        let last = statements.len() - 1;
        for (i, sql) in statements.into_iter().enumerate() {
            self.statement(sql, &[], false, i < last).await?;
            self.output.relieve().await?;
        }
        Ok(())
    }

    async fn statement(
        &mut self,
        sql: &str,
        params: &[Value],
        binary: bool,
        more: bool,
    ) -> Result<(), Trouble> {
        let about = About { user: &self.client.context.actor, database: &self.database, id: self.client.id };
        let before = self.settings.autocommit();
        if let Some(reply) = self.settings.answer(sql, &about) {
            return self.reply(reply?, before, binary, more).await;
        }
        if !self.before(sql).await? {
            let status = Status { more, ..self.status().await };
            self.writer().ok(0, status);
            return Ok(());
        }
        let answer = self.client.exec(&mut self.input, sql, params, false).await?;
        let answer = answer.map_err(|failure| self.refusal(&failure))?;
        self.give(answer, binary, more).await
    }

    /// Carries out what the door answers. `before`: autocommit was on.
    async fn reply(&mut self, reply: Reply, before: bool, binary: bool, more: bool) -> Result<(), Trouble> {
        match reply {
            Reply::Done => {
                self.client.limit(self.settings.deadline());
                // Switching it on commits what is open, however that began.
                if !before && self.settings.autocommit() && self.state().await == TransactionState::Open {
                    self.command("COMMIT").await?;
                }
                let status = Status { more, ..self.status().await };
                self.writer().ok(0, status);
            }
            Reply::Rows { columns, rows } => {
                let columns: Vec<Column> = columns.iter().map(|name| Column::text(name)).collect();
                let status = Status { more, ..self.status().await };
                self.define(&columns, status);
                for row in rows {
                    let row: Vec<Value> = row.into_iter().map(Value::from).collect();
                    self.row(&columns, &row, binary)?;
                }
                self.writer().end_of_rows(status);
            }
            Reply::Use(name) => self.use_database(name.as_bytes()).await?,
            Reply::Kill(id) => self.kill(id).await?,
        }
        Ok(())
    }

    async fn state(&self) -> TransactionState {
        self.client.session.transaction().await
    }

    /// Runs a statement of the door's own.
    async fn command(&mut self, sql: &str) -> Result<(), Trouble> {
        let done = self.client.command(&mut self.input, sql).await?;
        done.map(drop).map_err(|failure| self.refusal(&failure).into())
    }

    /// What the transaction has to say to a statement; false if there is nothing to run.
    async fn before(&mut self, sql: &str) -> Result<bool, Trouble> {
        let control = words::control(sql, true);
        let [first, second] = words::first(sql, true);
        let defines = DEFINE.contains(&first.as_str()) && second != "TEMPORARY";
        match (self.state().await, control) {
            (TransactionState::Idle, Control::Commit | Control::Rollback) => return Ok(false),
            // Whoever wants it undone hears that it is.
            (TransactionState::Lost, Control::Rollback) => {
                self.client.session.accept_loss().await;
                return Ok(false);
            }
            (TransactionState::Open | TransactionState::Failed, Control::Begin) => {
                self.command("COMMIT").await?
            }
            (TransactionState::Open | TransactionState::Failed, Control::Nothing) if defines => {
                self.command("COMMIT").await?;
            }
            (TransactionState::Idle, Control::Nothing) if !self.settings.autocommit() && !defines => {
                self.command("START TRANSACTION").await?;
            }
            (_, _) => {}
        }
        Ok(true)
    }

    fn define(&mut self, columns: &[Column], status: Status) {
        let mut writer = self.writer();
        writer.bytes(|bytes| wire::put_number(bytes, columns.len() as u64));
        for column in columns {
            writer.bytes(|bytes| encode::definition(bytes, column));
        }
        writer.end_of_definitions(status);
    }

    fn row(&mut self, columns: &[Column], values: &[Value], binary: bool) -> Result<(), Refusal> {
        let written = self.writer().packet(|bytes| encode::row(bytes, columns, values, binary));
        written.map_err(|failure| self.refusal(&failure))
    }

    /// Sends what a statement gave.
    async fn give(&mut self, answer: Answer, binary: bool, more: bool) -> Result<(), Trouble> {
        let columns = columns(&answer.shape(), &answer.columns())?;
        let status = Status { more, ..self.status().await };
        if columns.is_empty() {
            let affected = if let Answer::Gathered(result) = &answer { result.affected } else { 0 };
            self.writer().ok(affected, status);
            return Ok(());
        }
        self.define(&columns, status);
        match answer {
            Answer::Gathered(result) => {
                for values in &result.rows {
                    self.row(&columns, values, binary)?;
                    self.output.relieve().await?;
                }
            }
            Answer::Streamed(mut rows) => {
                while let Some(values) = self.input.attended(rows.next()).await? {
                    let values = values.map_err(|failure| self.refusal(&failure))?;
                    self.row(&columns, &values, binary)?;
                    self.output.relieve().await?;
                }
            }
        }
        self.writer().end_of_rows(status);
        Ok(())
    }

    async fn prepare(&mut self, text: &[u8]) -> Result<(), Trouble> {
        let Ok(sql) = std::str::from_utf8(text) else {
            return Err(Refusal::new(1300, "statements are to be in UTF-8").into());
        };
        if self.prepared.len() >= self.client.shared.options.limits.prepared_max {
            let message =
                format!("{} prepared statements are there already: close some", self.prepared.len());
            return Err(Refusal::new(1461, message).into());
        }
        let about = About { user: &self.client.context.actor, database: &self.database, id: self.client.id };
        // Asked of another session, it changes nothing in this one.
        let prepared = if Settings::default().answer(sql, &about).is_some() {
            // What it gives, or why it is refused, is told when it runs.
            Prepared::new(sql, &Shape::default())
        } else {
            let compiled = self.client.prepare(sql).await.map_err(|failure| self.refusal(&failure))?;
            Prepared::new(sql, &compiled.shape)
        };
        let id = self.next_prepared;
        self.next_prepared = self.next_prepared.wrapping_add(1);
        let status = self.status().await;
        prepared.describe(id, &mut self.writer(), status)?;
        self.prepared.insert(id, prepared);
        Ok(())
    }

    async fn execute(&mut self, packet: &[u8]) -> Result<(), Trouble> {
        let mut cursor = Cursor(packet);
        // Flags may ask for a cursor; whoever asks reads rows that come at once as well.
        let (id, _flags, _times) = (cursor.u32_le()?, cursor.u8()?, cursor.u32_le()?);
        let Some(prepared) = self.prepared.get_mut(&id) else { return Err(unknown_statement().into()) };
        let (values, sql) = (prepared.values(&mut cursor)?, prepared.sql.clone());
        self.statement(&sql, &values, true, false).await
    }

    fn send_ahead(&mut self, packet: &[u8]) {
        let mut cursor = Cursor(packet);
        let (Ok(id), Ok(parameter)) = (cursor.u32_le(), cursor.u16_le()) else { return };
        let max = self.client.shared.options.limits.message_bytes_max;
        if let Some(prepared) = self.prepared.get_mut(&id) {
            // It is not answered: what is left out then misses when the statement runs.
            let _ = prepared.add(parameter, cursor.0, max);
        }
    }
}

fn unknown_statement() -> Refusal {
    Refusal::new(1243, "there is no such prepared statement")
}

/// The columns of a result: types as the statement says them, names as the engine does where it says none.
fn columns(shape: &Shape, named: &[String]) -> Result<Vec<Column>, Refusal> {
    let typed = shape.columns.as_deref().unwrap_or_default();
    if typed.is_empty() {
        return Ok(named.iter().map(|name| Column::text(name)).collect());
    }
    if !named.is_empty() && typed.len() != named.len() {
        let message = format!("{} columns were expected, the engine gave {}", typed.len(), named.len());
        return Err(Refusal::new(1105, message));
    }
    let name = |i: usize, said: &str| {
        if said.is_empty() { named.get(i).cloned().unwrap_or_default() } else { said.to_owned() }
    };
    Ok(typed.iter().enumerate().map(|(i, column)| Column::of(&name(i, &column.name), column.ty)).collect())
}
