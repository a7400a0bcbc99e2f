//! `airc`: a SQL compiler. Text of one dialect in, text of another out, and a certificate for every statement.
//!
//! Every statement ends in one of three ways, and never in a silent guess:
//!
//! - **exact**: same rows on every database;
//! - **exact under assumptions**: same rows wherever the listed facts about data and servers hold;
//! - **refused**: a diagnostic says where, why, and what would unlock it.
//!
//! [`Translator`] goes over scripts once and keeps its buffers; [`Compiler`] remembers what it has done and
//! recompiles only what an edit touches. Both take a source [`Profile`] (engine, version, settings) and a target one.
//!
//! ```
//! use airc::{Options, Translator};
//!
//! let mut translator = Translator::new("mysql".parse()?, "sqlite".parse()?, Options::default());
//! translator.with_schema("CREATE TABLE t (a INT NOT NULL, b INT NOT NULL)");
//! for outcome in translator.translate_script("SELECT a DIV b FROM t; SELECT no_such_function(a) FROM t") {
//!     match (&outcome.translation, outcome.refusal()) {
//!         (Some(translation), _) => println!("{};\n{}", translation.sql.join(";\n"), translation.certificate),
//!         (None, Some(why)) => println!("refused: {} {}", why.code, why.message),
//!         (None, None) => unreachable!("a refusal has a reason"),
//!     }
//! }
//! # Ok::<(), airc::ProfileError>(())
//! ```
//!
//! Nothing here touches files, clocks or the network.

pub mod codes;
mod compiler;
mod foresight;
#[cfg(feature = "kernel")]
pub mod judge;
#[cfg(feature = "kernel")]
pub mod kernel;
mod options;
mod outcome;
pub mod pages;
mod pipeline;
mod plan;
mod readers;
pub mod schema;
pub mod settings;
mod translator;
mod types;

pub use air;
pub use air_base::{Code, Diagnostic, Dialect, Label, Severity, Span};
pub use airc_grammar as grammar;

pub use air::fidelity::{Assume, Assumption, Fidelity};
pub use air::profile::{Profile, ProfileError, Version};
pub use airc_backends::identifier;
pub use airc_bind::function_names;
pub use airc_passes::protect::fits as mask_fits;
pub use airc_passes::{lineage, rules};
pub use compiler::{BoundStatement, Compiler, QueryLog, ScriptId, TargetId};
pub use options::Options;
pub use outcome::{Certificate, Rewrite, StatementOutcome, Translation, fidelity_words};
pub use plan::{Input, Operator, Plan};
pub use translator::{Step, Tail, Translator, lexer_settings, parser_for};
pub use types::type_name;
