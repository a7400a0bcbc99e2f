//! Everything that touches files, sockets and clocks: reading the schema of a live database, and running
//! scripts on an embedded SQLite.
//!
//! Takes and gives plain data; it never parses SQL and knows nothing of how a statement is compiled.

pub mod embedded;
pub mod introspect;
