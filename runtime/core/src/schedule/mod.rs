//! Whose turn it is: classes of work, their weights, fair queues of tenants, and who gives way.

pub mod class;
pub mod control;
pub mod fair;
pub mod victim;

pub use class::{Class, Facts, PerClass, classify};
pub use control::{Controller, Gains};
pub use fair::{Charge, FairQueue, Job, Ticket};
