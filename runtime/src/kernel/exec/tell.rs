//! What observers are told of a statement.

use super::super::QueryResult;
use super::Exec;
use crate::context::ExecContext;
use crate::value::Rows;
use sqlx_kernel_core::failure::Failure;
use sqlx_kernel_core::telemetry::{Event, EventKind};

impl Exec<'_> {
    pub(super) fn event(&self, kind: EventKind) -> Event {
        let ExecContext { tenant, actor, .. } = self.context;
        let dialect = self.session.dialect().name();
        let mut event =
            Event::new(kind, self.shared.clock.timestamp(), tenant.clone(), actor.clone(), dialect);
        event.trace_id = self.trace_id;
        event.span_id = (self.trace_id >> 64) as u64 ^ kind as u64;
        if let Some(seen) = &self.seen {
            event.air_id = Some(seen.statement.air_id.clone());
            event.summary = Some(seen.statement.summary.clone());
            event.class = Some(seen.class);
        }
        event
    }

    pub(super) fn emit(&self, kind: EventKind, fill: impl FnOnce(&mut Event)) {
        if self.shared.bus.listened() {
            let mut event = self.event(kind);
            fill(&mut event);
            self.shared.bus.emit(event);
        }
    }

    pub(super) fn observe_query(&self, done: &Result<Rows, Failure>) {
        let Some(seen) = &self.seen else { return };
        let ran = seen.ran.unwrap_or_default();
        let (kind, reward) = match done {
            Ok(_) => {
                (EventKind::QueryOk, Some(self.shared.history.ran(&seen.statement.air_id, seen.class, ran)))
            }
            Err(_) => (EventKind::QueryError, None),
        };
        self.emit(kind, |event| {
            event.latency_ms = Some(ran.as_secs_f64() * 1e3);
            event.reward = reward;
            match done {
                Ok(rows) => {
                    event.rows = Some(rows.rows.len().max(usize::try_from(rows.affected).unwrap_or(0)) as u64)
                }
                Err(failure) => {
                    event.error = Some(failure.kind);
                    event.error_code = failure.code.as_deref().map(Into::into);
                }
            }
        });
    }

    /// Tells observers how it ended.
    pub(in crate::kernel) async fn observe(&self, done: Result<&QueryResult, &Failure>) {
        if !self.shared.bus.listened() {
            return;
        }
        let kind = if done.is_ok() { EventKind::ExecOk } else { EventKind::ExecError };
        let defines = self.seen.as_ref().is_some_and(|seen| !seen.statement.effects.definitions.is_empty());
        let mut event = self.event(kind);
        event.latency_ms = Some(self.shared.clock.now().since(self.began).as_secs_f64() * 1e3);
        event.queued_ms = self.seen.as_ref().map(|seen| seen.queued.as_secs_f64() * 1e3);
        match done {
            Ok(result) => event.rows = Some(result.rows.len() as u64),
            Err(failure) => {
                event.error = Some(failure.kind);
                event.error_code = failure.code.as_deref().map(Into::into);
            }
        }
        if defines {
            let mut migration = event.clone();
            migration.evt = if done.is_ok() { EventKind::MigrationOk } else { EventKind::MigrationRollback };
            self.shared.bus.emit_surely(migration).await;
        }
        self.shared.bus.emit(event);
    }
}
