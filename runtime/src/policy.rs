//! Who may do what. Nothing reaches a driver without a decision: what drivers run is a [`Permitted`], and only
//! [`decide`] makes one.

use crate::compile::Compiled;
use crate::context::ExecContext;
use sqlx_kernel_core::failure::{Failure, Kind};
use std::sync::Arc;

/// What a policy says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// Whether the statement may run.
    pub allow: bool,
    /// Why; shown to the caller, so it must not tell what the caller may not know.
    pub reason: String,
}

/// A policy.
pub trait Policy: Send + Sync + 'static {
    /// Judges a statement by its meaning. Fails closed: an error is a denial.
    fn decide(&self, context: &ExecContext, statement: &Compiled) -> Result<Decision, String>;
}

/// Allows everything. To be chosen in so many words: there is no policy by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllowAll;

impl Policy for AllowAll {
    fn decide(&self, _: &ExecContext, _: &Compiled) -> Result<Decision, String> {
        Ok(Decision { allow: true, reason: "everything is allowed".to_owned() })
    }
}

/// A statement that a policy allowed to run.
#[derive(Clone, Debug)]
pub(crate) struct Permitted {
    statement: Arc<Compiled>,
}

impl Permitted {
    pub(crate) fn statement(&self) -> &Compiled {
        &self.statement
    }
}

/// Asks the policy.
pub(crate) fn decide(
    policy: &dyn Policy,
    context: &ExecContext,
    statement: Arc<Compiled>,
) -> (Result<Permitted, Failure>, String) {
    match policy.decide(context, &statement) {
        Ok(Decision { allow: true, reason }) => (Ok(Permitted { statement }), reason),
        Ok(Decision { allow: false, reason }) => {
            (Err(Failure::new(Kind::PolicyDenied, reason.clone())), reason)
        }
        // What went wrong inside may tell what the caller may not know; it goes to the audit, not to the caller.
        Err(fault) => (Err(Failure::new(Kind::PolicyDenied, "the policy could not decide")), fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::tests::statement;

    struct Fixed(Result<Decision, String>);

    impl Policy for Fixed {
        fn decide(&self, _: &ExecContext, _: &Compiled) -> Result<Decision, String> {
            self.0.clone()
        }
    }

    #[test]
    fn what_is_not_allowed_is_denied() {
        let ask = |policy: &dyn Policy| {
            decide(policy, &ExecContext::new("acme", "svc:billing"), Arc::new(statement("SELECT 1"))).0
        };
        assert!(ask(&AllowAll).is_ok());
        let no = Fixed(Ok(Decision { allow: false, reason: "only at night".to_owned() }));
        let denied = ask(&no).unwrap_err();
        assert_eq!((denied.kind, denied.message.as_str()), (Kind::PolicyDenied, "only at night"));
        let broken = ask(&Fixed(Err("table secrets is unknown".to_owned()))).unwrap_err();
        assert_eq!((broken.kind, broken.message.contains("secrets")), (Kind::PolicyDenied, false));
    }
}
