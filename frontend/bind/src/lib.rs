//! The binder: from the syntax tree of a statement to what it means.
//!
//! Before: a tree of [`airc_grammar`], the profile of the source, a catalog. After: bound AIR as
//! ARCHITECTURE.md describes it, the catalog as the statement leaves it, and the assumptions the meaning
//! rests on in the [`Ledger`](air::fidelity::Ledger). Never: a name that is copied without being known, or a
//! meaning that is left to the server.
//!
//! What a clause means is data: [`shape`] for clauses and scopes, `dialects` for operators and functions.

mod alter;
mod assign;
mod binder;
mod catalog_ddl;
mod change;
pub mod codes;
mod column_def;
mod conflict;
mod constraint;
mod counter;
mod create_table;
mod define;
mod dialects;
mod expr;
mod from;
mod group;
mod hierarchy;
mod insert;
mod insert_all;
mod join;
mod joined_rows;
mod later;
mod lookup;
mod name_index;
mod names;
mod order;
mod outer_join;
mod pivot;
mod query;
mod rownum;
mod scope;
mod seen;
mod select;
mod session;
mod set_op;
mod shape;
mod star;
mod statement;
mod table_function;
#[cfg(test)]
mod tests;
mod through;
mod trigger;
mod variables;
mod with;

pub use binder::{Input, Refused, Scratch};
pub use dialects::{function_names, understood_functions};
pub use later::bind_later;
pub use statement::{bind_statement, changed_relation, defined_function, defined_relation, defined_trigger};
