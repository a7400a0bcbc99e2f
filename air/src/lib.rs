//! AIR: what a statement means, whatever dialect it was written in.
//!
//! Block-structured queries over fully neutral expressions. A node is declared once ([`node`]); meaning is
//! a field, spelling is a table of the backends. This crate knows no SQL text.

mod air;
pub mod builtins;
pub mod catalog;
pub mod ddl;
mod derive;
pub mod effects;
pub mod expr;
pub mod fidelity;
pub mod fingerprint;
pub mod form;
pub mod ids;
pub mod layout;
pub mod node;
mod operands;
pub mod profile;
pub mod protection;
pub mod query;
pub mod routine;
pub mod spelling;
mod star;
pub mod statement;
pub mod target;
pub mod timeformat;
pub mod types;
pub mod verify;

pub use air::{Air, Comment, Info, Param};
pub use air_base as base;
pub use builtins::Builtin;
pub use expr::{Expr, Literal};
pub use fingerprint::{AirId, fingerprint};
pub use ids::{
    CteId, ExprId, List, Name, ObjectName, ParamId, QueryId, RelId, SelectId, SourceId, Str, WindowId,
};
pub use star::StarColumn;
pub use statement::Statement;
pub use types::{Collation, Type};
