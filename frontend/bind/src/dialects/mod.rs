//! What each dialect means, as data: one folder per dialect with its [`Meaning`] and its functions.
//!
//! The rest of the binder never asks which dialect it reads, only what the meaning says. MySQL and MariaDB
//! share a folder and differ by profile.

mod common;
pub(crate) mod function;
pub(crate) mod meaning;
mod mssql;
mod mysql;
mod oracle;
mod postgres;
mod sqlite;

pub(crate) use function::{Function, Functions, How, Ret, Want};
pub(crate) use meaning::*;

use air_base::Dialect;

/// What `dialect` means.
pub(crate) fn meaning(dialect: Dialect) -> &'static Meaning {
    match dialect {
        Dialect::Mysql => &mysql::MYSQL,
        Dialect::Mariadb => &mysql::MARIADB,
        Dialect::Postgres => &postgres::MEANING,
        Dialect::Sqlite => &sqlite::MEANING,
        Dialect::Oracle => &oracle::MEANING,
        Dialect::Mssql => &mssql::MEANING,
    }
}

/// Names of the functions of a dialect, sorted, in lower case.
pub fn function_names(dialect: Dialect) -> Vec<&'static str> {
    let mut names: Vec<&str> = meaning(dialect).functions.names().collect();
    names.sort_unstable();
    names
}

/// Those of them that have a meaning here; the others are known and refused.
pub fn understood_functions(dialect: Dialect) -> Vec<&'static str> {
    let functions = meaning(dialect).functions;
    let understood = |name: &&str| functions.rows(name).iter().any(|row| !matches!(row.how, How::Refuse(_)));
    function_names(dialect).into_iter().filter(understood).collect()
}

/// The dialects in which `name` is a function, for a hint about a name this dialect does not have.
pub(crate) fn dialects_with(name: &str) -> impl Iterator<Item = Dialect> + '_ {
    Dialect::ALL
        .into_iter()
        .filter(|d| *d != Dialect::Mariadb && !meaning(*d).functions.rows(name).is_empty())
}
