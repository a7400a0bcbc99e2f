//! The SQLite compiled into this program, one database in memory per case.

use std::time::Instant;

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::ValueRef;
use rusqlite::{Batch, Connection, Error};

use super::{Engine, EngineError, STATEMENT_TIMEOUT, Syntax};
use crate::values::{Decimal, Rows, Value};

/// Virtual machine steps between two looks at the clock.
const STEPS_BETWEEN_CLOCKS: i32 = 100_000;

/// A session on a database in memory.
pub struct Sqlite {
    connection: Connection,
}

impl Sqlite {
    /// Opens an empty database.
    pub fn open() -> Result<Sqlite, EngineError> {
        let connection = Connection::open_in_memory().map_err(|error| engine_error(&error))?;
        // The bundled build switches foreign keys on; a SQLite as others have it does not.
        connection.execute_batch("PRAGMA foreign_keys = OFF").map_err(|error| engine_error(&error))?;
        Ok(Sqlite { connection })
    }

    /// Version of the engine, for reports and the cache.
    pub fn version() -> String {
        format!("sqlite {}", rusqlite::version())
    }

    fn run(&self, sql: &str) -> Result<Option<Rows>, Error> {
        let started = Instant::now();
        self.connection
            .progress_handler(STEPS_BETWEEN_CLOCKS, Some(move || started.elapsed() > STATEMENT_TIMEOUT))?;
        let mut last = None;
        let mut batch = Batch::new(&self.connection, sql);
        while let Some(mut statement) = batch.next()? {
            let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
            let width = columns.len();
            let mut rows = Vec::new();
            let mut cursor = statement.raw_query();
            while let Some(row) = cursor.next()? {
                let cells = (0..width).map(|at| Ok(value(row.get_ref(at)?)));
                rows.push(cells.collect::<Result<Vec<Value>, Error>>()?);
            }
            if width > 0 {
                last = Some(Rows { columns, rows });
            }
        }
        Ok(last)
    }
}

impl Engine for Sqlite {
    fn reset(&mut self) -> Result<(), EngineError> {
        *self = Sqlite::open()?;
        Ok(())
    }

    fn execute(&mut self, sql: &str) -> Result<Option<Rows>, EngineError> {
        self.run(sql).map_err(|error| engine_error(&error))
    }

    fn syntax(&mut self, sql: &str) -> Result<Syntax, EngineError> {
        let Err(error) = self.connection.prepare(sql) else { return Ok(Syntax::Accepted) };
        let message = engine_error(&error).message;
        let unread = message.contains(": syntax error")
            || message.starts_with("incomplete input")
            || message.starts_with("unrecognized token");
        Ok(if unread { Syntax::Rejected(message) } else { Syntax::Accepted })
    }
}

fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => match Decimal::parse(&number.to_string()) {
            Some(decimal) => Value::Exact(decimal),
            None => Value::Null,
        },
        ValueRef::Real(number) => Value::Float(number),
        ValueRef::Text(bytes) => match String::from_utf8(bytes.to_vec()) {
            Ok(text) => Value::untyped_text(text),
            Err(error) => Value::Bytes(error.into_bytes()),
        },
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

fn engine_error(error: &Error) -> EngineError {
    match error {
        Error::SqliteFailure(failure, message) => {
            let message = message.clone().unwrap_or_else(|| failure.to_string());
            let code = format!("sqlite {}", failure.extended_code);
            match failure.code {
                rusqlite::ErrorCode::OperationInterrupted => EngineError::transient(code, "time ran out"),
                _ => EngineError::new(code, message),
            }
        }
        Error::SqlInputError { error, msg, .. } => {
            EngineError::new(format!("sqlite {}", error.extended_code), msg)
        }
        other => EngineError::new("sqlite", other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(sql: &str) -> Value {
        let mut engine = Sqlite::open().unwrap();
        engine.execute(sql).unwrap().unwrap().rows[0][0].clone()
    }

    #[test]
    fn values_arrive_with_their_storage_class() {
        assert_eq!(one("select 9223372036854775807"), Value::number("9223372036854775807"));
        assert_eq!(one("select 0.5"), Value::Float(0.5));
        assert_eq!(one("select x'00ff'"), Value::Bytes(vec![0, 255]));
        assert_eq!(one("select date('2024-02-30')"), Value::Temporal("2024-03-01".to_owned()));
        assert_eq!(one("select null"), Value::Null);
    }

    #[test]
    fn the_build_has_math_functions_and_the_quote_fallback() {
        assert_eq!(one("select sqrt(4)"), Value::Float(2.0));
        assert_eq!(one("select \"no such column\""), Value::Text("no such column".to_owned()));
        assert_eq!(one("pragma foreign_keys"), Value::number("0"));
    }

    #[test]
    fn errors_keep_the_words_of_the_engine() {
        let error = Sqlite::open().unwrap().execute("select nope(1)").unwrap_err();
        assert_eq!(error.message, "no such function: nope");
        assert!(!error.transient);
    }
}
