//! Everything that touches files, sockets and clocks: reading the schema of a live database, running scripts on an
//! embedded SQLite, and the kernel that runs statements under policy.
//!
//! Takes and gives plain data; it never parses SQL and knows nothing of how a statement is compiled.

mod clock;
pub mod compile;
pub mod config;
mod context;
mod driver;
pub mod embedded;
mod fabric;
pub mod introspect;
mod kernel;
pub mod policy;
pub mod telemetry;
pub mod url;
pub mod value;

pub use context::{ExecContext, Purpose, Residency, Risk};
pub use kernel::{
    Builder, ConnectOptions, PreparedStmt, QueryResult, Request, RowStream, Scope, Session, SqlxKernel,
    TransactionState,
};
pub use sqlx_kernel_audit as audit;
pub use sqlx_kernel_core as core;
pub use sqlx_kernel_core::failure::{Failure, Kind, Outcome};
pub use sqlx_kernel_policy as pi;
pub use value::Value;
