//! What the policy says of a statement, and the statement as it may run.

use super::super::Request;
use super::{Exec, Seen};
use crate::compile::Compiled;
use crate::context::ExecContext;
use crate::fabric::Lease;
use crate::policy::{self, Consent, Permitted};
use sqlx_kernel_core::failure::Failure;
use sqlx_kernel_core::telemetry::EventKind;
use sqlx_kernel_policy::approval::{self, Refusal, What};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

impl Exec<'_> {
    /// The compiled statement with the policy's consent, as the policy wants it to run.
    pub(super) async fn permitted(&mut self, mut lease: Option<&mut Lease>) -> Result<Permitted, Failure> {
        let statement = self.compiled(lease.as_deref_mut(), None).await?;
        if self.stream.is_some() {
            // The first that compiles: a stream is not begun again.
            let _ = self.shape.set(statement.shape.clone());
        }
        self.seen = Some(Seen {
            class: self.class(&statement),
            statement: statement.clone(),
            queued: Duration::ZERO,
            ran: None,
        });
        let consent = self.consent(statement).await?;
        self.shared.rates.admit(self.context, &consent.obligations().rates, self.shared.clock.now())?;
        let rewritten = match consent.under() {
            Some(under) => Some(self.compiled(lease, Some(under)).await?),
            None => None,
        };
        let permitted = consent.permitted(rewritten)?;
        if self.spends {
            self.record_intent(permitted.statement()).await?;
        }
        Ok(permitted)
    }

    /// Asks the policy, with an approval where one is needed and was given.
    async fn consent(&mut self, statement: Arc<Compiled>) -> Result<Consent, Failure> {
        let elevated = self.elevated();
        let context = elevated.as_ref().unwrap_or(self.context);
        let policy = &*self.shared.policy;
        let mut judged = policy::decide(policy, context, statement.clone(), self.approved);
        if judged.approvable && self.spends && !self.approved && !self.context.grants.is_empty() {
            match self.use_approval(&statement) {
                Ok(()) => {
                    self.approved = true;
                    judged = policy::decide(policy, context, statement, true);
                }
                Err(refusal) => judged.refused_because(&refusal.to_string()),
            }
        }
        self.shared.history.decided(judged.consent.is_ok());
        self.record_decision(judged.consent.is_ok(), &judged.reason)?;
        if self.shared.bus.listened() {
            let mut event = self.event(EventKind::PolicyDecision);
            event.reason = Some(judged.reason.into());
            event.error = judged.consent.as_ref().err().map(|failure| failure.kind);
            self.shared.bus.emit_surely(event).await;
        }
        judged.consent
    }

    /// What would have to be granted.
    pub(in crate::kernel) async fn request(&mut self) -> Result<Request, Failure> {
        let statement = self.compiled(None, None).await?;
        let params = self.digest(&statement);
        let what = What::Statement { air_id: statement.air_id.to_string(), params };
        let decision = self
            .shared
            .policy
            .decide(self.context, &statement, false)
            .map_err(|_| policy::could_not_decide())?;
        Ok(Request { what, summary: statement.summary.clone(), decision })
    }

    /// The context with the roles that were granted for a while; `None`: there are none.
    fn elevated(&self) -> Option<ExecContext> {
        let ExecContext { grants, actor, tenant, roles, .. } = self.context;
        if grants.is_empty() {
            return None;
        }
        let now = now()?;
        let granted = grants.iter().filter_map(|token| {
            self.shared.approvers.role(token, actor, tenant, now).ok().map(Arc::<str>::from)
        });
        let more: Vec<Arc<str>> = granted.collect();
        if more.is_empty() {
            return None;
        }
        let roles = roles.iter().cloned().chain(more).collect();
        Some(ExecContext { roles, ..self.context.clone() })
    }

    /// What an approval is bound to besides the content id, which is the same for all constants: the database, the
    /// statement as its engine would get it, and the parameters.
    fn digest(&self, statement: &Compiled) -> String {
        let url = self.session.inner.endpoint.url.to_string();
        let lowered = statement.sql.iter().map(|sql| ("sql", sql.as_bytes()));
        let texts: Vec<String> = self.params.iter().map(|value| format!("{value:?}")).collect();
        let given = self.params.iter().zip(&texts).map(|(value, text)| (value.kind(), text.as_bytes()));
        approval::digest([("url", url.as_bytes())].into_iter().chain(lowered).chain(given))
    }

    /// Uses up the first grant that is for this statement.
    fn use_approval(&self, statement: &Compiled) -> Result<(), Refusal> {
        let ExecContext { grants, actor, tenant, .. } = self.context;
        let now = now().ok_or(Refusal::Time)?;
        let params = self.digest(statement);
        let mut refusal = Refusal::Statement;
        for token in grants.iter() {
            let asked = ((&**actor, &**tenant), (&*statement.air_id, params.as_str()));
            match self.shared.approvers.statement(token, asked.0, asked.1, now) {
                Ok(()) => return Ok(()),
                Err(why) => refusal = why,
            }
        }
        Err(refusal)
    }
}

/// Seconds since 1970; `None` for a clock that stands before that.
fn now() -> Option<u64> {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())
}
