//! Strategies for well-typed queries in AIR, over the tables of `airc_oracle::proof::random_database`.
//!
//! A strategy makes a [`Plan`], a small tree that shrinks well; [`Plan::build`] turns it into AIR by way of
//! [`Builder`], so every statement made here passes the verifier.

mod build;
mod plan;

pub use build::Builder;
pub use plan::{Compared, Number, Plan, Shape, Test, plan};

#[cfg(test)]
mod tests;
