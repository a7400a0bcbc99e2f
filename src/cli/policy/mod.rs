//! `airc policy`: packs of rules read, tried and explained; columns classified; statements approved.

mod approve;
pub(super) mod args;
mod check;
mod classify;
mod explain;
pub(super) mod governed;
mod scenarios;

use super::args::Shown;
use super::{Failure, Verdict};
use args::Policy;

/// Runs the command.
pub(super) fn run(arguments: &Policy, shown: &Shown) -> Result<Verdict, Failure> {
    match arguments {
        Policy::Check { packs, url, dot } => check::run(packs, url.as_deref(), *dot, shown),
        Policy::Test { scenarios } => scenarios::run(scenarios, shown),
        Policy::Explain(explain) => explain::run(explain, shown),
        Policy::Classify { url, sample, least } => classify::run(url, *sample, *least),
        Policy::Keygen { name } => approve::keygen(name),
        Policy::Request(request) => approve::request(request, shown),
        Policy::List { store } => approve::list(store),
        Policy::Approve { id, store, key, minutes } => approve::approve(id, store, key, *minutes),
        Policy::Deny { id, store } => approve::deny(id, store),
        Policy::Elevate { actor, tenant, role, key, minutes } => {
            approve::elevate(actor, tenant, role, key, *minutes)
        }
    }
}
