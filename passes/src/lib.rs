//! AIR to AIR: passes over bound statements.
//!
//! Legalization makes a statement expressible under a target, exactly or not at all. A pass asks an
//! [`air::target::Target`] what it can say and never knows a dialect by name.

mod build;
pub mod codes;
mod dispatch;
mod fork;
pub mod form;
mod kind;
pub mod legalize;
pub mod lineage;
mod pass;
mod pipeline;
pub mod protect;
mod same;
mod uses;

pub use kind::{Kind, StatementKind};
pub use pass::{Apply, Context, Fired, Options, Refused, Rule};
pub use pipeline::{Legalizer, rules};
