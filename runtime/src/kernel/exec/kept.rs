//! Statements of sessions that keep their connection: transactions, and what else is counted on later.

use super::super::QueryResult;
use super::super::session::Kept;
use super::{Exec, freshened};
use crate::fabric::Lease;
use crate::policy::Permitted;
use air::effects::SessionEffect;
use sqlx_kernel_core::dirt::Dirt;
use sqlx_kernel_core::failure::{Failure, Kind, Retry};

impl Exec<'_> {
    /// Runs a statement after which the session keeps its connection.
    pub(super) async fn run_binding(
        &mut self,
        permitted: Permitted,
        kept: &mut Kept,
    ) -> Result<QueryResult, Failure> {
        let class = self.class(permitted.statement());
        let lease = self.session_for(permitted.statement(), |exec| exec.job(class, false, 0)).await?;
        *kept = Kept::Lost;
        let (lease, done) = self.run_once(lease, &permitted).await;
        *kept = Kept::Nothing;
        if let Some(mut lease) = lease {
            self.leave(&mut lease, &permitted);
            match &done {
                Ok(_) => *kept = Kept::Lease(Box::new(lease)),
                Err(failure) => lease.finish(Some(failure)),
            }
        }
        done.map(|rows| self.result(rows, &permitted))
    }

    /// Runs a statement in the connection the session keeps; gives that back as long as it is to be kept.
    pub(super) async fn run_kept(&mut self, mut lease: Lease) -> (Kept, Result<QueryResult, Failure>) {
        let permitted = match self.permitted(Some(&mut lease)).await {
            Ok(permitted) => permitted,
            Err(failure) if failure.kind.breaks_session() => {
                lease.finish(Some(&failure));
                return (Kept::Lost, Err(failure));
            }
            Err(failure) => return (Kept::Lease(Box::new(lease)), Err(failure)),
        };
        let statement = permitted.statement();
        if let Err(failure) = freshened(&mut lease, statement).await {
            return (Kept::Lease(Box::new(lease)), Err(failure));
        }
        let ends = statement.effects.session.contains(&SessionEffect::TransactionEnds);
        let (lease, done) = self.run_once(lease, &permitted).await;
        let Some(mut lease) = lease else {
            return (Kept::Lost, done.map(|rows| self.result(rows, &permitted)));
        };
        self.leave(&mut lease, &permitted);
        let undone = ends && permitted.statement().commits && lease.is_spoilt();
        if let Err(failure) = &done {
            let over = match failure.kind {
                // It may still be on its way to the session, which has to be fenced before it is used again.
                Kind::Cancelled | Kind::Timeout => true,
                kind if kind.breaks_session() || kind.retry() == Retry::WholeTransaction => true,
                // The engine has ended the transaction, or ends it with the failure of its end.
                _ => lease.has_lost_transaction() || ends && lease.connection().habits().failures_spoil,
            };
            if over || !lease.connection().is_in_order() {
                lease.finish(Some(failure));
                // Who has heard that the end of a transaction failed begins a new one.
                let kept = if ends { Kept::Nothing } else { Kept::Lost };
                return (kept, done.map(|rows| self.result(rows, &permitted)));
            }
        }
        lease.ended(done.is_ok());
        if ends && done.is_ok() {
            lease.transaction_ended();
        }
        if undone && done.is_ok() {
            lease.release();
            let message = "nothing was committed: a statement of the transaction had failed, and PostgreSQL undid all of it";
            return (Kept::Nothing, Err(Failure::new(Kind::TransactionState, message)));
        }
        let counts_on = Dirt::TRANSACTION | Dirt::TEMPORARY | Dirt::SETTINGS;
        let done = done.map(|rows| self.result(rows, &permitted));
        if lease.dirt().and(counts_on).is_clean() {
            lease.release();
            return (Kept::Nothing, done);
        }
        (Kept::Lease(Box::new(lease)), done)
    }

    /// Notes what a statement left in its session.
    pub(super) fn leave(&self, lease: &mut Lease, permitted: &Permitted) {
        let effects = &permitted.statement().effects;
        let mut dirt = Dirt::of(effects);
        if effects.session.contains(&SessionEffect::TransactionBegins) {
            // Settings of the transaction that begins end with it.
            dirt = dirt.without(Dirt::SETTINGS);
        }
        lease.soil(dirt);
    }
}
