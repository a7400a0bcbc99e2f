//! Who may do what. Nothing reaches a driver without a decision: what drivers run is a [`Permitted`], which only a
//! [`Consent`] becomes, which only [`decide`] gives.

use crate::compile::{Compiled, Under};
use crate::context::ExecContext;
use air::protection::Protection;
use sqlx_kernel_core::failure::{Failure, Kind};
use sqlx_kernel_policy::{Moment, Obligations, Policies, Subject};
use std::sync::{Arc, LazyLock};
use std::time::{SystemTime, UNIX_EPOCH};

pub use sqlx_kernel_policy::Decision;

/// A policy.
pub trait Policy: Send + Sync + 'static {
    /// Judges a statement by its meaning; `approved`: somebody has approved just this one. Fails closed: an error is a
    /// denial.
    fn decide(
        &self,
        context: &ExecContext,
        statement: &Compiled,
        approved: bool,
    ) -> Result<Arc<Decision>, String>;
}

/// Allows everything. To be chosen in so many words: there is no policy by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllowAll;

impl Policy for AllowAll {
    fn decide(&self, _: &ExecContext, _: &Compiled, _: bool) -> Result<Arc<Decision>, String> {
        static ALLOWED: LazyLock<Arc<Decision>> = LazyLock::new(|| {
            Arc::new(Decision {
                allow: true,
                reason: "everything is allowed".to_owned(),
                rules: Vec::new(),
                approvable: false,
                obligations: Arc::default(),
            })
        });
        Ok(ALLOWED.clone())
    }
}

/// Packs of rules as a policy.
pub struct PackPolicy {
    policies: Policies,
}

impl PackPolicy {
    /// The policy of some packs, compiled.
    pub fn new(policies: Policies) -> PackPolicy {
        PackPolicy { policies }
    }
}

impl Policy for PackPolicy {
    fn decide(
        &self,
        context: &ExecContext,
        statement: &Compiled,
        approved: bool,
    ) -> Result<Arc<Decision>, String> {
        let fresh = || Arc::new(self.policies.facts(&statement.touched));
        let known = statement.facts_of_policy.get_or_init(fresh);
        // A plan that was judged under other policies is asked again.
        let facts = if known.is_of(self.policies.epoch()) { known.clone() } else { fresh() };
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_err(|_| "the clock stands before 1970".to_owned())?;
        let moment = Moment::at(now.as_secs(), approved);
        Ok(self.policies.decide(&subject(context), &facts, moment))
    }
}

/// The caller as policies see him.
fn subject(context: &ExecContext) -> Subject<'_> {
    Subject {
        actor: &context.actor,
        tenant: &context.tenant,
        roles: &context.roles,
        purpose: context.purpose.map(|purpose| purpose.word()),
        residency: context.residency.map(|residency| residency.word()),
        origin: context.origin.as_deref(),
        risk: context.risk.map(|risk| risk.word()),
    }
}

/// A statement that may run, if it is made to run as the decision says.
#[derive(Debug)]
pub(crate) struct Consent {
    statement: Arc<Compiled>,
    obligations: Arc<Obligations>,
}

impl Consent {
    /// What the statement has to be compiled under.
    pub(crate) fn under(&self) -> Option<Under<'_>> {
        let Obligations { protection, number, .. } = &*self.obligations;
        (!protection.is_empty()).then_some(Under { number: *number, protection })
    }

    /// The statement as judged, before it is rewritten.
    pub(crate) fn obligations(&self) -> &Arc<Obligations> {
        &self.obligations
    }

    /// The statement as it may run; `rewritten` is it compiled under the protection, where there is one.
    pub(crate) fn permitted(self, rewritten: Option<Arc<Compiled>>) -> Result<Permitted, Failure> {
        let statement = rewritten.unwrap_or(self.statement);
        let asked = &self.obligations.protection;
        let kept = match &statement.protection {
            // Mostly the very same one: what is large need not be compared for each statement.
            Some(under) => Arc::ptr_eq(under, asked) || under == asked,
            None => **asked == Protection::default(),
        };
        if !kept {
            return Err(Failure::new(Kind::Internal, "a statement was compiled under another protection"));
        }
        let gives_changed = statement.effects.returns_rows && !statement.effects.writes.is_empty();
        if self.obligations.row_cap.is_some() && gives_changed {
            let message = "the policy limits rows, and those of a change are not counted before it is made";
            return Err(Failure::new(Kind::PolicyDenied, message));
        }
        if self.obligations.replica.is_some() {
            // TODO: routing to replicas; until then nothing runs that has to go to one.
            let message = "the policy sends this to a replica, and no replica is connected";
            return Err(Failure::new(Kind::PolicyDenied, message));
        }
        Ok(Permitted { statement, row_cap: self.obligations.row_cap })
    }
}

/// A statement that a policy allowed to run.
#[derive(Clone, Debug)]
pub(crate) struct Permitted {
    statement: Arc<Compiled>,
    row_cap: Option<u64>,
}

impl Permitted {
    pub(crate) fn statement(&self) -> &Compiled {
        &self.statement
    }

    /// Most rows it may give.
    pub(crate) fn row_cap(&self) -> Option<u64> {
        self.row_cap
    }

    /// Why more are not given.
    pub(crate) fn too_many(cap: u64) -> Failure {
        let message =
            format!("the policy gives at most {cap} rows at once, and there are more: ask for fewer");
        Failure::new(Kind::PolicyDenied, message)
    }
}

/// What came of asking.
pub(crate) struct Judged {
    /// The consent, or the denial as the caller is told.
    pub(crate) consent: Result<Consent, Failure>,
    /// Why, for the audit.
    pub(crate) reason: String,
    /// An approval would turn it.
    pub(crate) approvable: bool,
}

impl Judged {
    /// Adds why an approval that was given does not help.
    pub(crate) fn refused_because(&mut self, why: &str) {
        self.reason = format!("{}; {why}", self.reason);
        if let Err(failure) = &mut self.consent {
            failure.message = self.reason.clone();
        }
    }
}

/// What a caller is told where the policy itself fails. What went wrong inside may tell what the caller may not know; it
/// goes to the audit.
pub(crate) fn could_not_decide() -> Failure {
    Failure::new(Kind::PolicyDenied, "the policy could not decide")
}

/// Asks the policy.
pub(crate) fn decide(
    policy: &dyn Policy,
    context: &ExecContext,
    statement: Arc<Compiled>,
    approved: bool,
) -> Judged {
    // A policy that panics has not allowed anything.
    let asked = std::panic::AssertUnwindSafe(|| policy.decide(context, &statement, approved));
    let decided = std::panic::catch_unwind(asked).unwrap_or_else(|_| Err("the policy panicked".to_owned()));
    match decided {
        Ok(decision) => {
            let consent = match decision.allow {
                true => Ok(Consent { statement, obligations: decision.obligations.clone() }),
                false => Err(Failure::new(Kind::PolicyDenied, decision.reason.clone())),
            };
            Judged { consent, reason: decision.reason.clone(), approvable: decision.approvable }
        }
        Err(fault) => Judged { consent: Err(could_not_decide()), reason: fault, approvable: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::tests::statement;
    use sqlx_kernel_policy::pack::Pack;

    struct Broken;

    impl Policy for Broken {
        fn decide(&self, _: &ExecContext, _: &Compiled, _: bool) -> Result<Arc<Decision>, String> {
            Err("table secrets is unknown".to_owned())
        }
    }

    fn packed(rules: &str) -> PackPolicy {
        let pack = Pack::parse(&format!("pack test {rules}")).unwrap_or_else(|found| panic!("{found:?}"));
        PackPolicy::new(Policies::new(&[pack], None))
    }

    #[test]
    fn what_is_not_allowed_is_denied() {
        let ask = |policy: &dyn Policy| {
            let asked = Arc::new(statement("SELECT 1"));
            decide(policy, &ExecContext::new("acme", "svc:billing"), asked, false).consent
        };
        assert!(ask(&AllowAll).is_ok());
        let denied = ask(&packed("rule r deny when actor == \"svc:billing\"")).unwrap_err();
        assert_eq!((denied.kind, denied.message.as_str()), (Kind::PolicyDenied, "denied by r"));
        let broken = ask(&Broken).unwrap_err();
        assert_eq!((broken.kind, broken.message.contains("secrets")), (Kind::PolicyDenied, false));
    }

    #[test]
    fn a_statement_that_is_not_rewritten_does_not_run_where_it_has_to_be() {
        let policy = packed("tag t on a.b rule r allow with mask t by null");
        let asked = Arc::new(statement("SELECT b FROM a"));
        let consent = decide(&policy, &ExecContext::new("acme", "ada"), asked, false).consent.unwrap();
        assert!(consent.under().is_some());
        assert_eq!(consent.permitted(None).unwrap_err().kind, Kind::Internal);
    }
}
