//! The policy graph π: who may do what to which data, and under which obligations.
//!
//! Packs of rules ([`pack`]) are read and checked, and compiled to one decision graph ([`Policies`]). A statement is
//! judged by its meaning: the columns it reads, changes and shows, whatever dialect it was written in. What comes out is a
//! [`Decision`]: allowed or denied, with the rules that decided, and what the kernel is obliged to do.
//!
//! No clocks, no files, no threads: everything a decision depends on is an argument, so it can be asked again.
//!
//! ```
//! use sqlx_kernel_policy::{Kind, Moment, Policies, Subject, Touched};
//! use sqlx_kernel_policy::pack::Pack;
//!
//! let pack = Pack::parse(
//!     "pack shop
//!      tag personal on customers.email
//!      rule staff allow when role has staff and statement == read
//!      rule mask oblige unless role has support with mask personal by partial(1, 0)",
//! )
//! .map_err(|found| format!("{found:?}"))?;
//! let policies = Policies::new(&[pack], None);
//! let subject = Subject { roles: &["staff".into()], ..Subject::new("ada", "acme") };
//! let facts = policies.facts(&Touched { kind: Kind::Write, ..Touched::default() });
//! let decision = policies.decide(&subject, &facts, Moment::default());
//! assert!(!decision.allow);
//! assert_eq!(decision.reason, "no rule allows it: `staff` would if statement == read");
//! # Ok::<(), String>(())
//! ```

mod answers;
pub mod approval;
pub mod classify;
pub mod codes;
mod decide;
mod facts;
mod graph;
mod known;
pub mod pack;
mod policies;

pub use decide::{Decision, Obligations, Per, Rate};
pub use facts::{Facts, Kind, Touched};
pub use policies::{Moment, Policies, SecretKey, Subject};
