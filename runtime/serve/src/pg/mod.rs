//! The door of PostgreSQL: version 3 of its protocol (PostgreSQL manual, chapter "Frontend/Backend Protocol").

mod connection;
mod decode;
mod encode;
mod extended;
mod numeric;
mod session;
mod settings;
mod startup;
mod types;
mod wire;

pub(crate) use startup::receive;

/// Profile of what clients of this door write.
pub(crate) const DIALECT: &str = "postgres@15";
/// The version clients are told: features they may use are those of the profile.
pub(crate) const VERSION: &str = "15.0";
