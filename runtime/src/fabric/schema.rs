//! What the kernel knows of the definitions in a database, and when it looks again.

use super::Endpoint;
use crate::compile::Schema;
use crate::driver::Connection;
use crate::introspect;
use sqlx_kernel_core::failure::Failure;
use sqlx_kernel_core::time::Instant;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

/// Numbers schemas over all endpoints, so that an epoch names one.
static EPOCHS: AtomicU64 = AtomicU64::new(1);

/// Names that are not known have the schema read again at most so often.
const SUSPICION_PAUSE: Duration = Duration::from_millis(100);

/// What is known of the definitions in a database.
#[derive(Default)]
pub(super) struct Known {
    /// What was read last.
    schema: Option<Arc<Schema>>,
    /// It may have changed since.
    stale: bool,
    /// Counts the times it became stale: what was read before the last of them is stale as well.
    changes: u64,
    /// When it was read.
    read_at: Instant,
}

impl Endpoint {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.schema.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is in the database, as far as the kernel knows; `None` before it was read, or after it changed.
    pub(crate) fn known_schema(&self) -> Option<Arc<Schema>> {
        let known = self.known();
        if known.stale { None } else { known.schema.clone() }
    }

    /// What was in the database when somebody looked last.
    pub(crate) fn last_schema(&self) -> Option<Arc<Schema>> {
        self.known().schema.clone()
    }

    /// Reads what is in the database over a connection. `keep` it for others unless only this session sees it.
    pub(crate) async fn read_schema(
        &self,
        connection: &mut Connection,
        keep: bool,
    ) -> Result<Arc<Schema>, Failure> {
        let changes = self.known().changes;
        let mut definitions = introspect::definitions(connection).await?.join(";\n");
        definitions.push_str(";\n");
        let indirect = introspect::indirect(connection).await?;
        let mut known = self.known();
        let schema = match &known.schema {
            // Nothing has changed: what was compiled stays right.
            Some(same) if same.definitions == definitions && same.indirect == indirect => same.clone(),
            _ => Arc::new(Schema { epoch: EPOCHS.fetch_add(1, Ordering::Relaxed), definitions, indirect }),
        };
        if keep {
            known.schema = Some(schema.clone());
            // Somebody may have changed it while it was read.
            known.stale = known.changes != changes;
            known.read_at = self.clock.now();
        }
        Ok(schema)
    }

    /// The database may have changed: it is read again before the next statement is compiled.
    pub(crate) fn forget_schema(&self) {
        let mut known = self.known();
        known.stale = true;
        known.changes += 1;
    }

    /// The same on a mere suspicion, unless somebody has looked just now: whoever misspells names must not keep the
    /// kernel reading.
    pub(crate) fn suspect_schema(&self) -> bool {
        let now = self.clock.now();
        let suspicious = now.since(self.known().read_at) >= SUSPICION_PAUSE;
        if suspicious {
            self.forget_schema();
        }
        suspicious
    }
}
