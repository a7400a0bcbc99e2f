//! The door of MySQL: version 10 of its protocol (MySQL Internals, "Client/Server Protocol").

mod connection;
mod decode;
mod encode;
mod session;
mod settings;
mod startup;
mod statements;
mod types;
mod wire;

pub(crate) use startup::receive;

/// Profile of what clients of this door write.
pub(crate) const DIALECT: &str = "mysql@8.4";
/// The version clients are told: features they may use are those of the profile.
pub(crate) const VERSION: &str = "8.4.0-sqlx-kernel";
