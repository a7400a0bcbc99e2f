//! What goes to the audit ledger: each decision, and of definitions and ends of transactions also that they are about to
//! happen and how they ended, each on the disk before the next step.
//!
//! No value of a statement is in a record: the ids, names of tables, rules and kinds of failures are.

use super::Exec;
use crate::compile::Compiled;
use air::effects::SessionEffect;
use serde_json::{Value, json};
use sqlx_kernel_audit::Ledger;
use sqlx_kernel_core::failure::{Failure, Kind};
use std::sync::Arc;

impl Exec<'_> {
    fn ledger(&self) -> Option<&Arc<Ledger>> {
        self.shared.ledger.as_ref()
    }

    /// Records a decision. What cannot be recorded is denied.
    pub(super) fn record_decision(&self, allow: bool, reason: &str) -> Result<(), Failure> {
        let Some(ledger) = self.ledger() else { return Ok(()) };
        let mut record = self.record("policy.decision");
        record["allow"] = json!(allow);
        record["reason"] = json!(reason);
        ledger.append(record.to_string().as_bytes()).map_err(|_| denied())?;
        Ok(())
    }

    /// Records that a statement is about to do what nothing undoes, before it does.
    pub(super) async fn record_intent(&mut self, statement: &Compiled) -> Result<(), Failure> {
        let Some(ledger) = self.ledger().filter(|_| lasts(statement)) else { return Ok(()) };
        ledger.append(self.record("exec.intent").to_string().as_bytes()).map_err(|_| denied())?;
        ledger.durable().await.map_err(|_| denied())?;
        self.intended = true;
        Ok(())
    }

    /// Records how such a statement ended, before its caller hears of it.
    pub(super) async fn record_end<T>(&mut self, done: Result<T, Failure>) -> Result<T, Failure> {
        let Some(ledger) = self.ledger().filter(|_| self.intended) else { return done };
        let mut record = self.record("exec.end");
        record["outcome"] = match &done {
            Ok(_) => json!("done"),
            Err(failure) => json!(failure.outcome),
        };
        if let Err(failure) = &done {
            record["error"] = json!(failure.kind);
        }
        let ledger = ledger.clone();
        let written = match ledger.append(record.to_string().as_bytes()) {
            Ok(_) => ledger.durable().await,
            Err(error) => Err(error),
        };
        match written {
            Ok(()) => done,
            Err(_) => {
                let message = "the statement ran, and how it ended could not be recorded: the audit ledger cannot be written";
                Err(Failure::new(Kind::Internal, message).uncertain())
            }
        }
    }

    fn record(&self, evt: &str) -> Value {
        let mut record = json!({
            "evt": evt,
            "trace_id": format!("{:032x}", self.trace_id),
            "tenant": &*self.context.tenant,
            "actor": &*self.context.actor,
        });
        if let Some(seen) = &self.seen {
            let effects = &seen.statement.effects;
            let defined = effects.definitions.iter().map(|definition| &definition.name);
            let mut tables: Vec<&str> = effects
                .reads
                .keys()
                .chain(effects.writes.keys())
                .chain(defined)
                .map(|table| table.name.as_str())
                .collect();
            tables.sort_unstable();
            tables.dedup();
            record["air_id"] = json!(&*seen.statement.air_id);
            record["summary"] = json!(&*seen.statement.summary);
            record["tables"] = json!(tables);
        }
        if self.approved {
            record["approved"] = json!(true);
        }
        record
    }
}

/// True for definitions, and for ends of transactions.
fn lasts(statement: &Compiled) -> bool {
    !statement.effects.definitions.is_empty()
        || statement.effects.session.contains(&SessionEffect::TransactionEnds)
}

fn denied() -> Failure {
    let message = "the audit ledger cannot be written, and nothing runs that is not recorded";
    Failure::new(Kind::PolicyDenied, message)
}
