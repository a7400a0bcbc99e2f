//! Limits of statements in a time, as rules of the policy set them.

use crate::context::ExecContext;
use rustc_hash::FxHashMap;
use sqlx_kernel_core::failure::{Failure, Kind};
use sqlx_kernel_core::time::Instant;
use sqlx_kernel_policy::Rate;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Callers that are counted; from so many on, those who have their whole allowance are forgotten.
const CALLERS_MAX: usize = 65_536;

/// Who is limited by which rule.
type Limited = (Arc<str>, Arc<str>, String);

/// Allowances: each is full at first, is used up by statements, and fills evenly.
#[derive(Default)]
pub(crate) struct Rates(Mutex<FxHashMap<Limited, Allowance>>);

struct Allowance {
    statements: f64,
    at: Instant,
}

impl Rates {
    /// Takes a statement from each allowance, or from none.
    pub(crate) fn admit(&self, context: &ExecContext, rates: &[Rate], now: Instant) -> Result<(), Failure> {
        if rates.is_empty() {
            return Ok(());
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= CALLERS_MAX {
            // Whoever was not heard of for an hour has every allowance, whatever its period.
            known.retain(|_, allowance| now.since(allowance.at) < Duration::from_secs(3600));
        }
        for rate in rates {
            let key = (context.tenant.clone(), context.actor.clone(), rate.rule.clone());
            let full = f64::from(rate.statements);
            let allowance = known.entry(key).or_insert(Allowance { statements: full, at: now });
            let filled = now.since(allowance.at).as_secs_f64() * full / f64::from(rate.per.0);
            allowance.statements = (allowance.statements + filled).min(full);
            allowance.at = now;
            if allowance.statements < 1.0 {
                let message = format!(
                    "rule `{}` allows {} statements per {} s, and there were as many",
                    rate.rule, rate.statements, rate.per.0
                );
                return Err(Failure::new(Kind::PolicyDenied, message));
            }
        }
        for rate in rates {
            let key = (context.tenant.clone(), context.actor.clone(), rate.rule.clone());
            if let Some(allowance) = known.get_mut(&key) {
                allowance.statements -= 1.0;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx_kernel_policy::Per;

    #[test]
    fn allowances_fill_evenly_and_are_each_callers_own() {
        let rates = Rates::default();
        let limit = [Rate { rule: "slow".to_owned(), statements: 2, per: Per(60) }];
        let start = Instant::default();
        let ada = ExecContext::new("acme", "ada");
        let ask = |context: &ExecContext, seconds: u64| {
            rates.admit(context, &limit, start + Duration::from_secs(seconds)).is_ok()
        };
        assert!(ask(&ada, 0) && ask(&ada, 0) && !ask(&ada, 0));
        assert!(ask(&ExecContext::new("acme", "bob"), 0) && ask(&ExecContext::new("other", "ada"), 0));
        assert!(!ask(&ada, 29) && ask(&ada, 31) && !ask(&ada, 32));
    }
}
