//! A connection that has come in: statements in, rows out, and the transaction they are in.
//!
//! PostgreSQL ends a transaction whose statement has failed, and takes the statements of one message for a transaction.
//! Engines behind the door do neither, so the door does: what a script means does not depend on who runs it.

use super::DIALECT;
use super::encode::{self, Column};
use super::extended::{Portal, Prepared};
use super::session::{Reply, Settings};
use super::settings::About;
use super::types;
use super::wire::{self, End, Message, Refusal};
use crate::client::{Answer, Client};
use crate::states;
use crate::stream::{Input, Output};
use crate::words::{self, Control};
use rustc_hash::FxHashMap;
use sqlx_kernel::compile::Shape;
use sqlx_kernel::{Failure, TransactionState, Value};
use std::collections::VecDeque;
use std::sync::Arc;

/// A connection.
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) input: Input,
    pub(super) output: Output,
    pub(super) settings: Settings,
    database: String,
    pub(super) prepared: FxHashMap<String, Arc<Prepared>>,
    pub(super) portals: FxHashMap<String, Portal>,
    /// Messages that were looked at and not worked on yet.
    pub(super) ahead: VecDeque<Message>,
    /// A statement of the transaction has failed.
    failed: bool,
    /// The transaction is the door's, for the statements of one message.
    pub(super) implicit: bool,
}

/// Why a statement did not go well.
pub(super) enum Trouble {
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

impl From<End> for Trouble {
    fn from(end: End) -> Trouble {
        Trouble::End(end)
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Trouble {
        Trouble::Refused(refusal)
    }
}

/// What is left to do with a statement, after the door has looked at it.
pub(super) enum Next {
    /// Nothing: it is done, with this tag.
    Done(String),
    /// The kernel runs it.
    Kernel(Control),
}

impl Connection {
    pub(super) fn new(
        client: Client,
        input: Input,
        output: Output,
        settings: Settings,
        database: String,
    ) -> Connection {
        Connection {
            client,
            input,
            output,
            settings,
            database,
            prepared: FxHashMap::default(),
            portals: FxHashMap::default(),
            ahead: VecDeque::new(),
            failed: false,
            implicit: false,
        }
    }

    /// Works on messages until the client leaves.
    pub(super) async fn run(mut self) -> Result<(), End> {
        self.ready().await?;
        let ended = loop {
            match self.turn().await {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(end) => break Err(end),
            }
        };
        match ended {
            Err(End::Fatal(refusal)) => {
                wire::put_error(&mut self.output, "FATAL", &refusal);
                self.output.flush().await?;
                Ok(())
            }
            ended => ended,
        }
    }

    /// Works on a message; false if it was a goodbye.
    async fn turn(&mut self) -> Result<bool, End> {
        let message = self.next().await?;
        let done = match message.tag {
            b'X' => return Ok(false),
            b'Q' => return self.simple(&message).await.map(|()| true),
            b'P' | b'B' | b'D' | b'E' | b'C' => self.extended(&message).await,
            // Answers are sent when they are asked for, or when there are many.
            b'H' => self.output.flush().await.map_err(Trouble::from),
            b'S' => return self.sync().await.map(|()| true),
            b'd' | b'c' | b'f' => Ok(()),
            b'F' => Err(Refusal::new("0A000", "calls of functions are not served").into()),
            tag => {
                let message = format!("there is no message `{}`", tag.escape_ascii());
                return Err(End::Fatal(Refusal::new("08P01", message)));
            }
        };
        match (done, message.tag) {
            (Ok(()), _) => Ok(true),
            (Err(Trouble::End(end)), _) => Err(end),
            (Err(Trouble::Refused(refusal)), b'F') => {
                self.refuse(&refusal);
                self.ready().await?;
                Ok(true)
            }
            // What was sent counting on it is not worked on.
            (Err(Trouble::Refused(refusal)), _) => {
                self.refuse(&refusal);
                self.output.flush().await?;
                loop {
                    match self.next().await?.tag {
                        b'S' => break,
                        b'X' => return Ok(false),
                        _ => {}
                    }
                }
                self.sync().await?;
                Ok(true)
            }
        }
    }

    /// The next message.
    pub(super) async fn next(&mut self) -> Result<Message, End> {
        if let Some(message) = self.ahead.pop_front() {
            return Ok(message);
        }
        let limits = &self.client.shared.options.limits;
        let in_transaction = self.client.session.transaction().await != TransactionState::Idle;
        let patience = if in_transaction { limits.idle_in_transaction } else { limits.idle };
        let next = wire::next(&mut self.input, limits.message_bytes_max);
        match tokio::time::timeout(patience, next).await {
            Ok(message) => message,
            Err(_) => {
                let state = if in_transaction { "25P03" } else { "57P05" };
                let message = format!("the connection was idle for {} seconds", patience.as_secs());
                Err(End::Fatal(Refusal::new(state, message)))
            }
        }
    }

    pub(super) fn refuse(&mut self, refusal: &Refusal) {
        wire::put_error(&mut self.output, "ERROR", refusal);
    }

    fn warn(&mut self, state: &str, message: &str) {
        wire::put_error(&mut self.output, "WARNING", &Refusal::new(state, message));
    }

    /// Says that the next statement may come, and what the transaction is in.
    pub(super) async fn ready(&mut self) -> Result<(), End> {
        let status = match self.state().await {
            TransactionState::Idle => b'I',
            TransactionState::Open => b'T',
            TransactionState::Failed | TransactionState::Lost => b'E',
        };
        if status == b'I' {
            // Portals live as long as their transaction.
            self.portals.clear();
        }
        wire::put(&mut self.output, b'Z', |bytes| bytes.push(status));
        self.output.flush().await?;
        Ok(())
    }

    /// What the transaction is in.
    pub(super) async fn state(&self) -> TransactionState {
        match self.client.session.transaction().await {
            TransactionState::Open if self.failed => TransactionState::Failed,
            state => state,
        }
    }

    /// Text of statements without parameters.
    async fn simple(&mut self, message: &Message) -> Result<(), End> {
        self.portals.remove("");
        self.prepared.remove("");
        match self.script(message).await {
            Ok(()) => {}
            Err(Trouble::End(end)) => return Err(end),
            Err(Trouble::Refused(refusal)) => {
                self.refuse(&refusal);
                self.undo_implicit().await?;
            }
        }
        self.ready().await
    }

    async fn script(&mut self, message: &Message) -> Result<(), Trouble> {
        let script = message.cursor().text().map_err(Refusal::from)?;
        let kernel = self.client.shared.kernel.clone();
        let statements = kernel.split(script, DIALECT).map_err(|failure| self.refusal(&failure))?;
        if statements.is_empty() {
            wire::put(&mut self.output, b'I', |_| {});
        }
        let together = statements.len() > 1;
        for sql in statements {
            if let Some(reply) = self.session_statement(sql) {
                self.reply(reply?, true).await?;
                continue;
            }
            let next = self.before(sql, together).await?;
            let tag = match next {
                Next::Done(tag) => tag,
                Next::Kernel(control) => {
                    let answer = self.exec(sql, &[], control, false).await?;
                    self.give(answer, sql).await?
                }
            };
            wire::put_complete(&mut self.output, &tag);
        }
        self.end_implicit().await
    }

    /// Answers a statement that is for the door.
    pub(super) fn session_statement(&mut self, sql: &str) -> Option<Result<Reply, Refusal>> {
        let engine = self.client.session.profile();
        let context = &self.client.context;
        let about =
            About { user: &context.actor, database: &self.database, engine: &engine, id: self.client.id };
        self.settings.answer(sql, &about)
    }

    /// Carries out what the door answers. `described`: columns go before the row.
    pub(super) async fn reply(&mut self, reply: Reply, described: bool) -> Result<(), Trouble> {
        let tag = match reply {
            Reply::Done(tag) => tag,
            Reply::Changed(name, value) => {
                wire::put_parameter(&mut self.output, name, &value);
                "SET"
            }
            Reply::Row { column, value, tag } => {
                let columns = [Column { name: column, oid: types::TEXT }];
                if described {
                    describe(&mut self.output, &columns, &[]);
                }
                row(&mut self.output, &columns, &[Value::Text(value)], &[])
                    .map_err(|failure| self.refusal(&failure))?;
                tag
            }
            Reply::Deallocate(Some(name)) => {
                if self.prepared.remove(&name).is_none() {
                    let message = format!("there is no prepared statement \"{name}\"");
                    return Err(Refusal::new("26000", message).into());
                }
                "DEALLOCATE"
            }
            Reply::Deallocate(None) => {
                self.prepared.clear();
                "DEALLOCATE ALL"
            }
            Reply::Discard => {
                if self.client.session.is_bound().await {
                    let message =
                        "the session holds a transaction or temporary tables: end or drop them first";
                    return Err(Refusal::new("25001", message).into());
                }
                self.settings.reset();
                self.prepared.clear();
                self.portals.clear();
                "DISCARD ALL"
            }
        };
        self.client.limit(self.settings.deadline());
        wire::put_complete(&mut self.output, tag);
        Ok(())
    }

    /// What the transaction has to say to a statement. `together`: with others it is one transaction.
    pub(super) async fn before(&mut self, sql: &str, together: bool) -> Result<Next, Trouble> {
        let control = words::control(sql, false);
        let done = |tag: &str| Ok(Next::Done(tag.to_owned()));
        match (self.state().await, control) {
            (TransactionState::Idle, Control::Commit | Control::Rollback) => {
                self.warn("25P01", "there is no transaction in progress");
                done(if control == Control::Commit { "COMMIT" } else { "ROLLBACK" })
            }
            (TransactionState::Idle, Control::Begin) => Ok(Next::Kernel(control)),
            (TransactionState::Idle, _) => {
                self.failed = false;
                if together {
                    self.client.command(&mut self.input, "BEGIN").await?.map_err(|f| self.refusal(&f))?;
                    self.implicit = true;
                }
                Ok(Next::Kernel(control))
            }
            (TransactionState::Open, Control::Begin) => {
                if !std::mem::take(&mut self.implicit) {
                    self.warn("25001", "there is already a transaction in progress");
                }
                done("BEGIN")
            }
            (TransactionState::Open, _) => Ok(Next::Kernel(control)),
            (TransactionState::Failed, Control::Commit | Control::Rollback) => {
                self.undo().await?;
                done("ROLLBACK")
            }
            (TransactionState::Lost, Control::Commit | Control::Rollback) => {
                self.client.session.accept_loss().await;
                self.failed = false;
                done("ROLLBACK")
            }
            (TransactionState::Failed, Control::RollbackTo) => Ok(Next::Kernel(control)),
            (TransactionState::Failed | TransactionState::Lost, _) => {
                let message = "the transaction has failed: statements are ignored until it ends";
                Err(Refusal::new("25P02", message).into())
            }
        }
    }

    /// Runs a statement, and keeps account of the transaction. `gathers`: all rows are wanted at once.
    pub(super) async fn exec(
        &mut self,
        sql: &str,
        params: &[Value],
        control: Control,
        gathers: bool,
    ) -> Result<Answer, Trouble> {
        match self.client.exec(&mut self.input, sql, params, gathers).await? {
            Ok(answer) => {
                match control {
                    Control::Begin | Control::RollbackTo => self.failed = false,
                    Control::Commit | Control::Rollback => (self.failed, self.implicit) = (false, false),
                    Control::Inside | Control::Nothing => {}
                }
                Ok(answer)
            }
            Err(failure) => Err(self.fail(&failure).await.into()),
        }
    }

    /// Notes that a statement has failed.
    pub(super) async fn fail(&mut self, failure: &Failure) -> Refusal {
        self.failed = self.client.session.transaction().await == TransactionState::Open;
        self.refusal(failure)
    }

    /// Notes that a statement was refused before the kernel had it.
    pub(super) async fn spoil(&mut self) {
        self.failed |= self.client.session.transaction().await == TransactionState::Open;
    }

    /// Undoes the transaction.
    async fn undo(&mut self) -> Result<(), Trouble> {
        let undone = self.client.command(&mut self.input, "ROLLBACK").await?;
        (self.failed, self.implicit) = (false, false);
        self.client.session.accept_loss().await;
        undone.map(drop).map_err(|failure| self.refusal(&failure).into())
    }

    /// Ends the transaction of the statements of one message.
    pub(super) async fn end_implicit(&mut self) -> Result<(), Trouble> {
        if !std::mem::take(&mut self.implicit) {
            return Ok(());
        }
        match self.client.command(&mut self.input, "COMMIT").await? {
            Ok(_) => Ok(()),
            Err(failure) => Err(self.fail(&failure).await.into()),
        }
    }

    /// Undoes it, after one of them has failed.
    pub(super) async fn undo_implicit(&mut self) -> Result<(), End> {
        // Outside of that, a statement that was refused spoils the transaction it is in.
        self.spoil().await;
        if !std::mem::take(&mut self.implicit) {
            return Ok(());
        }
        match self.undo().await {
            Ok(()) => Ok(()),
            Err(Trouble::End(end)) => Err(end),
            Err(Trouble::Refused(refusal)) => Err(End::Fatal(refusal)),
        }
    }

    pub(super) fn refusal(&self, failure: &Failure) -> Refusal {
        let state = states::sqlstate(failure, self.client.session.dialect());
        let code = failure
            .code
            .as_deref()
            .filter(|code| code.len() == 5 && code.starts_with(['B', 'T', 'P', 'L', 'C']));
        let hint = match failure.kind {
            sqlx_kernel::Kind::Refused => code.map(|code| format!("airc explain {code}")),
            _ => None,
        };
        Refusal { hint, ..Refusal::new(state, failure.message.clone()) }
    }

    /// Sends the rows of a statement, with their columns before; gives the tag.
    async fn give(&mut self, answer: Answer, sql: &str) -> Result<String, Trouble> {
        let columns = columns(&answer.shape(), &answer.columns()).map_err(|refusal| *refusal)?;
        if !columns.is_empty() {
            describe(&mut self.output, &columns, &[]);
        }
        let (mut sent, formats) = (0u64, &[]);
        match answer {
            Answer::Gathered(result) => {
                for values in &result.rows {
                    if !columns.is_empty() {
                        row(&mut self.output, &columns, values, formats).map_err(|f| self.refusal(&f))?;
                    }
                    self.output.relieve().await?;
                    sent += 1;
                }
                Ok(tag(sql, &result.summary, if columns.is_empty() { result.affected } else { sent }))
            }
            Answer::Streamed(mut rows) => {
                while let Some(values) = self.input.attended(rows.next()).await? {
                    let values = match values {
                        Ok(values) => values,
                        Err(failure) => return Err(self.fail(&failure).await.into()),
                    };
                    row(&mut self.output, &columns, &values, formats).map_err(|f| self.refusal(&f))?;
                    self.output.relieve().await?;
                    sent += 1;
                }
                Ok(format!("SELECT {sent}"))
            }
        }
    }
}

/// The columns of a result: types as the statement says them, names as the engine does where it says none.
pub(super) fn columns(shape: &Shape, named: &[String]) -> Result<Vec<Column>, Box<Refusal>> {
    let typed = match &shape.columns {
        Some(columns) if columns.is_empty() && !named.is_empty() => None,
        columns => columns.as_ref(),
    };
    let Some(typed) = typed else {
        return Ok(named.iter().map(|name| Column { name: name.clone(), oid: types::TEXT }).collect());
    };
    if !named.is_empty() && typed.len() != named.len() {
        let message = format!("{} columns were expected, the engine gave {}", typed.len(), named.len());
        return Err(Box::new(Refusal::new("XX000", message)));
    }
    let column = |(i, column): (usize, &sqlx_kernel::compile::Column)| {
        let name = match (column.name.is_empty(), named.get(i)) {
            (false, _) => column.name.to_string(),
            (true, Some(name)) => name.clone(),
            (true, None) => "?column?".to_owned(),
        };
        Column { name, oid: types::of(column.ty) }
    };
    Ok(typed.iter().enumerate().map(column).collect())
}

/// Whether a column is sent in binary.
fn binary(formats: &[i16], column: usize) -> bool {
    match formats {
        [] => false,
        [one] => *one == 1,
        many => many.get(column) == Some(&1),
    }
}

/// Tells the columns of rows.
pub(super) fn describe(output: &mut Output, columns: &[Column], formats: &[i16]) {
    wire::put(output, b'T', |bytes| {
        bytes.extend(u16::try_from(columns.len()).unwrap_or(u16::MAX).to_be_bytes());
        for (i, column) in columns.iter().enumerate() {
            wire::put_text(bytes, &column.name);
            // Of which table, and which column of it, is not told.
            bytes.extend([0; 6]);
            bytes.extend(column.oid.to_be_bytes());
            bytes.extend(types::size(column.oid).to_be_bytes());
            bytes.extend((-1i32).to_be_bytes());
            bytes.extend(i16::from(binary(formats, i)).to_be_bytes());
        }
    });
}

/// Sends a row; nothing of it if a value does not fit.
pub(super) fn row(
    output: &mut Output,
    columns: &[Column],
    values: &[Value],
    formats: &[i16],
) -> Result<(), Failure> {
    let at = output.bytes.len();
    let mut fits = Ok(());
    wire::put(output, b'D', |bytes| {
        bytes.extend(u16::try_from(columns.len()).unwrap_or(u16::MAX).to_be_bytes());
        for (i, (column, value)) in columns.iter().zip(values).enumerate() {
            fits = encode::value(bytes, value, column, binary(formats, i));
            if fits.is_err() {
                return;
            }
        }
    });
    if fits.is_err() {
        output.bytes.truncate(at);
    }
    fits
}

/// Kinds of objects, for tags.
const KINDS: [&str; 12] = [
    "TABLE",
    "INDEX",
    "VIEW",
    "SEQUENCE",
    "SCHEMA",
    "FUNCTION",
    "PROCEDURE",
    "TRIGGER",
    "TYPE",
    "DOMAIN",
    "ROLE",
    "EXTENSION",
];

/// What a statement that is done is called.
pub(super) fn tag(sql: &str, summary: &str, rows: u64) -> String {
    let words: [String; 8] = words::first(sql, false);
    let verb = summary.split(' ').next().unwrap_or_default();
    match verb {
        "SELECT" => format!("SELECT {rows}"),
        "INSERT" => format!("INSERT 0 {rows}"),
        "UPDATE" | "DELETE" | "MERGE" => format!("{verb} {rows}"),
        "TRUNCATE" => "TRUNCATE TABLE".to_owned(),
        "CREATE" | "ALTER" | "DROP" => {
            let kind = words.iter().find(|word| KINDS.contains(&word.as_str()));
            kind.map_or(verb.to_owned(), |kind| format!("{verb} {kind}"))
        }
        _ => match words::control(sql, false) {
            Control::Begin => "BEGIN",
            Control::Commit => "COMMIT",
            Control::Rollback | Control::RollbackTo => "ROLLBACK",
            Control::Inside | Control::Nothing => words[0].as_str(),
        }
        .to_owned(),
    }
}
