//! Prepared statements of a connection.

use super::types::{self, Column};
use super::wire::{self, Refusal};
use super::{decode, encode};
use crate::cursor::{Cursor, Malformed};
use air::types::Type;
use sqlx_kernel::Value;
use sqlx_kernel::compile::Shape;
use std::collections::BTreeMap;

/// A prepared statement.
pub(crate) struct Prepared {
    pub(crate) sql: String,
    /// What its parameters are taken for; as many as there are.
    parameters: Vec<Type>,
    columns: Vec<Column>,
    /// Types of the values, as the client said them last.
    bound: Vec<(u8, bool)>,
    /// Values that were sent ahead, piece by piece.
    long: BTreeMap<u16, Vec<u8>>,
}

impl Prepared {
    /// A statement of the kernel's.
    pub(crate) fn new(sql: &str, shape: &Shape) -> Prepared {
        let columns = shape.columns.as_deref().unwrap_or_default();
        Prepared {
            sql: sql.to_owned(),
            parameters: shape.parameters.clone(),
            columns: columns.iter().map(|column| Column::of(&column.name, column.ty)).collect(),
            bound: Vec::new(),
            long: BTreeMap::new(),
        }
    }

    /// The answer to its preparation.
    pub(crate) fn describe(
        &self,
        id: u32,
        writer: &mut wire::Writer<'_>,
        status: wire::Status,
    ) -> Result<(), Refusal> {
        let count = |count: usize| {
            u16::try_from(count).map_err(|_| Refusal::new(1390, "there are too many parameters"))
        };
        let (columns, parameters) = (count(self.columns.len())?, count(self.parameters.len())?);
        writer.bytes(|bytes| {
            bytes.push(0);
            bytes.extend(id.to_le_bytes());
            bytes.extend(columns.to_le_bytes());
            bytes.extend(parameters.to_le_bytes());
            bytes.extend([0; 3]);
        });
        let marks: Vec<Column> = self.parameters.iter().map(|ty| Column::of("?", *ty)).collect();
        for defined in [&marks, &self.columns] {
            for column in defined {
                writer.bytes(|bytes| encode::definition(bytes, column));
            }
            if !defined.is_empty() {
                writer.end_of_definitions(status);
            }
        }
        Ok(())
    }

    /// A piece of a value that is sent ahead.
    pub(crate) fn add(&mut self, parameter: u16, piece: &[u8], max: usize) -> Result<(), Refusal> {
        let before: usize = self.long.values().map(Vec::len).sum();
        if usize::from(parameter) >= self.parameters.len() || before + piece.len() > max {
            self.long.clear();
            return Err(Refusal::new(1153, format!("values that are sent ahead are of {max} bytes at most")));
        }
        self.long.entry(parameter).or_default().extend(piece);
        Ok(())
    }

    /// Forgets what was sent ahead.
    pub(crate) fn reset(&mut self) {
        self.long.clear();
    }

    /// The values of an execution.
    pub(crate) fn values(&mut self, cursor: &mut Cursor<'_>) -> Result<Vec<Value>, Malformed> {
        let count = self.parameters.len();
        if count == 0 {
            return Ok(Vec::new());
        }
        let nulls = cursor.bytes(count.div_ceil(8))?;
        if cursor.u8()? == 1 {
            self.bound = cursor.many(count, |cursor| Ok((cursor.u8()?, cursor.u8()? & 0x80 != 0)))?;
        }
        if self.bound.len() != count {
            return Err(Malformed);
        }
        let mut values = Vec::with_capacity(count);
        for (i, ((ty, unsigned), expected)) in self.bound.iter().zip(&self.parameters).enumerate() {
            let long = u16::try_from(i).ok().and_then(|i| self.long.get(&i));
            values.push(match long {
                Some(long) if matches!(*ty, types::TINY_BLOB..=types::BLOB) => decode::bytes(long, *expected),
                Some(long) => std::str::from_utf8(long).map_err(|_| Malformed)?.into(),
                None if nulls[i / 8] >> (i % 8) & 1 == 1 => Value::Null,
                None => decode::value(cursor, *ty, *unsigned, *expected)?,
            });
        }
        self.long.clear();
        Ok(values)
    }
}
