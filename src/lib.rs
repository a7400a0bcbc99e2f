//! `airc`: a SQL compiler. Text of one dialect in, text of another out, and a certificate for every statement.
//!
//! Every statement ends in one of three ways, and never in a silent guess:
//!
//! - **exact**: same rows on every database;
//! - **exact under assumptions**: same rows wherever the listed facts about data and servers hold;
//! - **refused**: a diagnostic says where, why, and what would unlock it.
//!
//! Nothing here touches files, clocks or the network.

pub mod codes;
mod options;
mod outcome;
mod plan;
pub mod settings;

pub use air;
pub use air_base::{Code, Diagnostic, Dialect, Label, Severity, Span};

pub use air::fidelity::{Assume, Assumption, Fidelity};
pub use air::profile::{Profile, ProfileError, Version};
pub use options::Options;
pub use outcome::{Certificate, Rewrite, StatementOutcome, Translation, fidelity_words};
pub use plan::{Input, Operator, Plan};
