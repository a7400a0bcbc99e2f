//! Literals that are spelled by dialect: bytes, bits, dates, times, intervals.

use air::{Literal, Type};

/// MySQL and MariaDB.
pub fn mysql(_: Literal, _: Type, _: &str, _: &mut String) -> Result<(), &'static str> {
    Err("the literal has no spelling")
}
/// PostgreSQL.
pub fn postgres(_: Literal, _: Type, _: &str, _: &mut String) -> Result<(), &'static str> {
    Err("the literal has no spelling")
}
/// SQLite.
pub fn sqlite(_: Literal, _: Type, _: &str, _: &mut String) -> Result<(), &'static str> {
    Err("the literal has no spelling")
}
/// Oracle.
pub fn oracle(_: Literal, _: Type, _: &str, _: &mut String) -> Result<(), &'static str> {
    Err("the literal has no spelling")
}
/// SQL Server.
pub fn mssql(_: Literal, _: Type, _: &str, _: &mut String) -> Result<(), &'static str> {
    Err("the literal has no spelling")
}
