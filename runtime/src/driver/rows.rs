//! The rows of a statement as sqlx gives them.

use super::Sink;
use crate::value::{Rows, Value};
use futures_util::{Stream, StreamExt};
use sqlx::{Column, Database, Either, Row};
use sqlx_kernel_core::failure::Failure;
use std::pin::pin;

/// How the value at a place of a row is read.
pub(super) type Read<R> = fn(&R, usize) -> Result<Value, Failure>;

type ColumnOf<R> = <<R as Row>::Database as Database>::Column;

/// Takes all there is. The outer failure is ours: then more is still to come, and the connection is not in order. The
/// inner one is the engine's last word on the statement.
///
/// `columns`: those of the prepared statement, for results without rows. `readers` gives, for the first row, how each
/// value of the rows is read.
pub(super) async fn take<D, R: Row>(
    stream: impl Stream<Item = Result<Either<D, R>, sqlx::Error>>,
    columns: &[ColumnOf<R>],
    affected: impl Fn(&D) -> u64,
    readers: impl Fn(&R) -> Result<Vec<Read<R>>, Failure>,
    of: impl Fn(sqlx::Error) -> Failure,
    sink: &mut Sink<'_>,
) -> Result<Result<Rows, Failure>, Failure> {
    let names = |columns: &[ColumnOf<R>]| columns.iter().map(|column| column.name().to_owned()).collect();
    let mut rows = Rows::default();
    let mut reading: Vec<Read<R>> = Vec::new();
    let mut stream = pin!(stream);
    while let Some(item) = stream.next().await {
        match item {
            Ok(Either::Left(done)) => rows.affected += affected(&done),
            Ok(Either::Right(row)) => {
                if reading.len() != row.columns().len() {
                    rows.columns = names(row.columns());
                    reading = readers(&row)?;
                }
                let values = reading.iter().enumerate().map(|(i, read)| read(&row, i));
                sink.push(&rows.columns, values.collect::<Result<_, _>>()?).await?;
            }
            Err(error) => return Ok(Err(of(error))),
        }
    }
    if rows.columns.is_empty() {
        rows.columns = names(columns);
    }
    Ok(Ok(rows))
}
