//! Statements in steps: parse, bind, describe, execute, sync.

use super::connection::{Connection, Next, Trouble, columns, describe, row, tag};
use super::encode::Column;
use super::session::Reply;
use super::wire::{self, End, Message, Refusal};
use super::{DIALECT, decode, types};
use crate::client::Answer;
use crate::cursor::Malformed;
use air::types::Type;
use air_base::Dialect;
use sqlx_kernel::compile::Shape;
use sqlx_kernel::{RowStream, Value};
use std::sync::Arc;

/// Parameters of a statement: what the protocol can say.
const PARAMETERS_MAX: usize = u16::MAX as usize;
/// Messages that are looked at after an execution to see whether it is the only one.
const LOOK_AHEAD: usize = 16;

/// A prepared statement.
pub(super) struct Prepared {
    sql: String,
    kind: Kind,
    /// Types of its parameters.
    parameters: Vec<u32>,
}

/// Whose a statement is.
enum Kind {
    /// The kernel's.
    Kernel(Arc<Shape>),
    /// The door's; it gives this column, or nothing.
    Door(Option<String>),
    /// There is none.
    Empty,
}

/// A prepared statement with its parameters, and what is left of its rows.
pub(super) struct Portal {
    prepared: Arc<Prepared>,
    params: Vec<Value>,
    formats: Vec<i16>,
    rest: Rest,
}

/// How far a portal is.
enum Rest {
    /// It was not run.
    All,
    /// Rows that were gathered and not sent.
    Rows { columns: Vec<Column>, rows: std::vec::IntoIter<Vec<Value>>, tag: String },
    /// Nothing is left.
    Nothing,
}

impl Prepared {
    fn columns(&self) -> Result<Vec<Column>, Refusal> {
        match &self.kind {
            Kind::Empty | Kind::Door(None) => Ok(Vec::new()),
            Kind::Door(Some(name)) => Ok(vec![Column { name: name.clone(), oid: types::TEXT }]),
            Kind::Kernel(shape) if shape.columns.is_none() => Err(Refusal::new(
                "0A000",
                "the columns of this statement are not known before it runs; name them in place of a star",
            )),
            Kind::Kernel(shape) => columns(shape, &[]).map_err(|refusal| *refusal),
        }
    }
}

impl Connection {
    pub(super) async fn extended(&mut self, message: &Message) -> Result<(), Trouble> {
        match message.tag {
            b'P' => self.parse(message).await,
            b'B' => self.bind(message),
            b'D' => self.describe(message),
            b'E' => self.execute(message).await,
            _ => self.close(message),
        }
    }

    async fn parse(&mut self, message: &Message) -> Result<(), Trouble> {
        let mut cursor = message.cursor();
        let mut read = || {
            let (name, sql) = (cursor.text()?, cursor.text()?);
            let count = cursor.u16()?;
            Ok::<_, Malformed>((name, sql, cursor.many(count.into(), |cursor| cursor.u32())?))
        };
        let (name, sql, given) = read().map_err(Refusal::from)?;
        if !name.is_empty() && self.prepared.contains_key(name) {
            return Err(
                Refusal::new("42P05", format!("the prepared statement \"{name}\" is there already")).into()
            );
        }
        if self.prepared.len() >= self.client.shared.options.limits.prepared_max {
            let message =
                format!("{} prepared statements are there already: close some", self.prepared.len());
            return Err(Refusal::new("53000", message).into());
        }
        let kernel = self.client.shared.kernel.clone();
        let statements = kernel.split(sql, DIALECT).map_err(|failure| self.refusal(&failure))?;
        let (sql, kind) = match statements.as_slice() {
            [] => ("", Kind::Empty),
            [sql] => (*sql, self.kind(sql).await?),
            _ => return Err(Refusal::new("42601", "a prepared statement is one statement").into()),
        };
        let inferred: &[Type] = match &kind {
            Kind::Kernel(shape) => &shape.parameters,
            Kind::Door(_) | Kind::Empty => &[],
        };
        let count = inferred.len().max(given.len());
        if count > PARAMETERS_MAX {
            return Err(Refusal::new("54000", "the statement has too many parameters").into());
        }
        let parameter = |i: usize| match (given.get(i), inferred.get(i)) {
            (Some(oid), _) if !matches!(*oid, 0 | types::UNKNOWN) => Ok(*oid),
            // The server itself knows, or takes text for anything.
            (_, None | Some(Type::Unknown | Type::Null))
                if self.client.session.dialect() == Dialect::Sqlite =>
            {
                let message = format!("the type of parameter ${} is not known", i + 1);
                let hint = Some(format!("Cast it, for example ${}::text.", i + 1));
                Err(Refusal { hint, ..Refusal::new("42P18", message) })
            }
            (_, None) => Ok(types::TEXT),
            (_, Some(ty)) => Ok(types::of(*ty)),
        };
        let parameters = (0..count).map(parameter).collect::<Result<_, _>>()?;
        let prepared = Prepared { sql: sql.to_owned(), kind, parameters };
        self.prepared.insert(name.to_owned(), Arc::new(prepared));
        wire::put(&mut self.output, b'1', |_| {});
        Ok(())
    }

    async fn kind(&mut self, sql: &str) -> Result<Kind, Trouble> {
        if is_for_door(sql) {
            // Refused, if it is, when it runs; asking changes nothing.
            return Ok(match self.session_columns(sql) {
                Some(column) => Kind::Door(column),
                None => Kind::Kernel(self.shape(sql).await?),
            });
        }
        Ok(Kind::Kernel(self.shape(sql).await?))
    }

    /// For a statement of the door: the column it gives, if any.
    fn session_columns(&mut self, sql: &str) -> Option<Option<String>> {
        let [first] = crate::words::first(sql, false);
        if matches!(first.as_str(), "SHOW" | "SELECT") {
            return match self.session_statement(sql)? {
                Ok(Reply::Row { column, .. }) => Some(Some(column)),
                _ => Some(None),
            };
        }
        let transaction = matches!(crate::words::control(sql, false), crate::words::Control::Inside);
        (!transaction).then_some(None)
    }

    async fn shape(&mut self, sql: &str) -> Result<Arc<Shape>, Trouble> {
        use sqlx_kernel::TransactionState::{Failed, Lost};
        // Ends of transactions that have failed are to be prepared as well.
        let ends = crate::words::control(sql, false) != crate::words::Control::Nothing;
        if ends && matches!(self.state().await, Failed | Lost) {
            return Ok(Arc::new(Shape { columns: Some(Vec::new()), parameters: Vec::new() }));
        }
        match self.client.prepare(sql).await {
            Ok(prepared) => Ok(prepared.shape),
            Err(failure) => Err(self.fail(&failure).await.into()),
        }
    }

    fn bind(&mut self, message: &Message) -> Result<(), Trouble> {
        let mut cursor = message.cursor();
        let mut read = || {
            let (portal, statement) = (cursor.text()?, cursor.text()?);
            let count = cursor.u16()?;
            let formats = cursor.many(count.into(), |cursor| cursor.i16())?;
            let count = cursor.u16()?;
            let values = cursor.many(count.into(), |cursor| match cursor.i32()? {
                -1 => Ok(None),
                length => cursor.bytes(usize::try_from(length).map_err(|_| Malformed)?).map(Some),
            })?;
            let count = cursor.u16()?;
            Ok::<_, Malformed>((
                portal,
                statement,
                formats,
                values,
                cursor.many(count.into(), |cursor| cursor.i16())?,
            ))
        };
        let (portal, statement, formats, values, results) = read().map_err(Refusal::from)?;
        let Some(prepared) = self.prepared.get(statement).cloned() else {
            return Err(
                Refusal::new("26000", format!("there is no prepared statement \"{statement}\"")).into()
            );
        };
        if !portal.is_empty() && self.portals.contains_key(portal) {
            return Err(Refusal::new("42P03", format!("the portal \"{portal}\" is there already")).into());
        }
        if self.portals.len() >= self.client.shared.options.limits.prepared_max {
            return Err(Refusal::new("53000", "too many portals are there already: close some").into());
        }
        let (expected, given) = (prepared.parameters.len(), values.len());
        if expected != given {
            let message = format!("the statement has {expected} parameters, {given} values were given");
            return Err(Refusal::new("08P01", message).into());
        }
        let binary = |i: usize| match formats.as_slice() {
            [] => Ok(false),
            [one] => format(*one),
            many => many.get(i).map_or(Err(Refusal::from(Malformed)), |one| format(*one)),
        };
        results.iter().try_for_each(|one| format(*one).map(drop))?;
        let mut params = Vec::with_capacity(given);
        for (i, (value, oid)) in values.into_iter().zip(&prepared.parameters).enumerate() {
            params.push(match value {
                None => Value::Null,
                Some(bytes) => decode::value(bytes, *oid, binary(i)?).ok_or_else(|| {
                    let message = format!("parameter ${} is no {}", i + 1, types::name(*oid));
                    Refusal::new("22P02", message)
                })?,
            });
        }
        self.portals
            .insert(portal.to_owned(), Portal { prepared, params, formats: results, rest: Rest::All });
        wire::put(&mut self.output, b'2', |_| {});
        Ok(())
    }

    fn describe(&mut self, message: &Message) -> Result<(), Trouble> {
        let mut cursor = message.cursor();
        let (what, name) = (cursor.u8().map_err(Refusal::from)?, cursor.text().map_err(Refusal::from)?);
        let (prepared, formats) = match what {
            b'S' => (self.prepared.get(name), &[][..]),
            _ => match self.portals.get(name) {
                Some(portal) => (Some(&portal.prepared), portal.formats.as_slice()),
                None => (None, &[][..]),
            },
        };
        let Some(prepared) = prepared else {
            let state = if what == b'S' { "26000" } else { "34000" };
            return Err(Refusal::new(state, format!("there is no \"{name}\" to describe")).into());
        };
        let columns = prepared.columns()?;
        if what == b'S' {
            wire::put(&mut self.output, b't', |bytes| {
                bytes.extend(u16::try_from(prepared.parameters.len()).unwrap_or(u16::MAX).to_be_bytes());
                prepared.parameters.iter().for_each(|oid| bytes.extend(oid.to_be_bytes()));
            });
        }
        if columns.is_empty() {
            wire::put(&mut self.output, b'n', |_| {});
        } else {
            describe(&mut self.output, &columns, formats);
        }
        Ok(())
    }

    fn close(&mut self, message: &Message) -> Result<(), Trouble> {
        let mut cursor = message.cursor();
        let (what, name) = (cursor.u8().map_err(Refusal::from)?, cursor.text().map_err(Refusal::from)?);
        if what == b'S' {
            self.prepared.remove(name);
        } else {
            self.portals.remove(name);
        }
        wire::put(&mut self.output, b'3', |_| {});
        Ok(())
    }

    async fn execute(&mut self, message: &Message) -> Result<(), Trouble> {
        let mut cursor = message.cursor();
        let (name, most) = (cursor.text().map_err(Refusal::from)?, cursor.u32().map_err(Refusal::from)?);
        let Some(mut portal) = self.portals.remove(name) else {
            return Err(Refusal::new("34000", format!("there is no portal \"{name}\"")).into());
        };
        let done = self.execute_portal(&mut portal, most as usize).await;
        self.portals.insert(name.to_owned(), portal);
        done
    }

    async fn execute_portal(&mut self, portal: &mut Portal, most: usize) -> Result<(), Trouble> {
        let prepared = portal.prepared.clone();
        if matches!(portal.rest, Rest::All) {
            portal.rest = Rest::Nothing;
            let sql = &prepared.sql;
            let shape = match &prepared.kind {
                Kind::Empty => {
                    wire::put(&mut self.output, b'I', |_| {});
                    return Ok(());
                }
                Kind::Door(_) => {
                    return match self.session_statement(sql) {
                        Some(reply) => self.reply(reply?, false).await,
                        None => Err(Refusal::new("XX000", "the statement is no more the door's").into()),
                    };
                }
                Kind::Kernel(shape) => shape.clone(),
            };
            let alone = self.is_alone().await?;
            let control = match self.before(sql, !alone).await? {
                Next::Done(tag) => {
                    wire::put_complete(&mut self.output, &tag);
                    return Ok(());
                }
                Next::Kernel(control) => control,
            };
            let answer = self.exec(sql, &portal.params, control, most > 0).await?;
            // The client reads rows by the columns it was told before.
            if answer.shape().columns != shape.columns {
                let message =
                    "the columns of the statement have changed since it was prepared: prepare it again";
                self.spoil().await;
                return Err(Refusal::new("0A000", message).into());
            }
            let columns = columns(&shape, &answer.columns()).map_err(|refusal| *refusal)?;
            match answer {
                Answer::Streamed(rows) => return self.stream(rows, &columns, &portal.formats).await,
                Answer::Gathered(result) => {
                    let rows = if columns.is_empty() { result.affected } else { result.rows.len() as u64 };
                    let tag = tag(sql, &result.summary, rows);
                    portal.rest = Rest::Rows { columns, rows: result.rows.into_iter(), tag };
                }
            }
        }
        let Rest::Rows { columns, rows, tag } = &mut portal.rest else {
            return Err(Refusal::new("55000", "the portal has been run").into());
        };
        let mut sent = 0;
        while most == 0 || sent < most {
            let Some(values) = rows.next() else { break };
            if !columns.is_empty() {
                let sent = row(&mut self.output, columns, &values, &portal.formats);
                if let Err(failure) = sent {
                    return Err(self.fail(&failure).await.into());
                }
            }
            self.output.relieve().await?;
            sent += 1;
        }
        if most > 0 && sent == most && !rows.as_slice().is_empty() {
            wire::put(&mut self.output, b's', |_| {});
            return Ok(());
        }
        let tag = std::mem::take(tag);
        portal.rest = Rest::Nothing;
        wire::put_complete(&mut self.output, &tag);
        Ok(())
    }

    async fn stream(
        &mut self,
        mut rows: RowStream,
        columns: &[Column],
        formats: &[i16],
    ) -> Result<(), Trouble> {
        let mut sent = 0u64;
        while let Some(values) = self.input.attended(rows.next()).await? {
            let written = match values {
                Ok(values) => row(&mut self.output, columns, &values, formats),
                Err(failure) => Err(failure),
            };
            if let Err(failure) = written {
                return Err(self.fail(&failure).await.into());
            }
            self.output.relieve().await?;
            sent += 1;
        }
        wire::put_complete(&mut self.output, &format!("SELECT {sent}"));
        Ok(())
    }

    /// True if nothing but the end of the series follows an execution: then it needs no transaction with others. A client
    /// that sends neither the end nor a flush has not asked for its answer yet.
    async fn is_alone(&mut self) -> Result<bool, Trouble> {
        for at in 0..LOOK_AHEAD {
            if self.ahead.len() <= at {
                let max = self.client.shared.options.limits.message_bytes_max;
                let patience = self.client.shared.options.limits.idle_in_transaction;
                let next = tokio::time::timeout(patience, wire::next(&mut self.input, max)).await;
                let late = |_| End::Fatal(Refusal::new("57P05", "the series of messages was not ended"));
                self.ahead.push_back(next.map_err(late)??);
            }
            match self.ahead[at].tag {
                b'S' | b'X' => return Ok(true),
                b'C' => {}
                _ => return Ok(false),
            }
        }
        Ok(false)
    }

    /// The end of a series.
    pub(super) async fn sync(&mut self) -> Result<(), End> {
        match self.end_series().await {
            Ok(()) => {}
            Err(Trouble::End(end)) => return Err(end),
            Err(Trouble::Refused(refusal)) => self.refuse(&refusal),
        }
        self.ready().await
    }

    async fn end_series(&mut self) -> Result<(), Trouble> {
        use sqlx_kernel::TransactionState::{Failed, Lost};
        if self.implicit && matches!(self.state().await, Failed | Lost) {
            return self.undo_implicit().await.map_err(Trouble::from);
        }
        self.end_implicit().await
    }
}

/// Whether a statement may be one for the door.
fn is_for_door(sql: &str) -> bool {
    let [first, second] = crate::words::first(sql, false);
    match first.as_str() {
        "SET" => !matches!(second.as_str(), "TRANSACTION" | "CONSTRAINTS"),
        "SHOW" | "RESET" | "DISCARD" | "DEALLOCATE" | "SELECT" => true,
        first => super::settings::REFUSED.iter().any(|(word, _)| *word == first),
    }
}

fn format(code: i16) -> Result<bool, Refusal> {
    match code {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Refusal::new("08P01", format!("there is no format {code}"))),
    }
}
