//! Random differential testing: generated schemas, rows and statements run on the engine of their dialect and,
//! translated, on the others; the rows are compared.
//!
//! What a dialect can say is data, a [`grammar`] of typed templates per dialect (`grammars/*.txt`). Everything random
//! is drawn from [`Choices`](choices::Choices), a list of small numbers that can be played again and made shorter: so
//! a finding is a seed, and [`hunt`] shrinks it before it is shown, without knowing anything of SQL.

pub mod choices;
pub mod grammar;
pub mod hunt;
pub mod query;
pub mod scene;
mod shrink;
