//! Rows as they come.

use super::exec::Exec;
use super::{Session, SqlxKernel};
use crate::compile::Shape;
use crate::context::ExecContext;
use crate::driver::Batch;
use crate::value::Value;
use sqlx_kernel_core::failure::Failure;
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Batches on their way to a slow reader; then the engine waits.
const BATCHES_AHEAD: usize = 4;

/// The rows of a statement, as they come. Dropping it cancels the statement.
pub struct RowStream {
    columns: Arc<[String]>,
    shape: Arc<OnceLock<Arc<Shape>>>,
    rows: VecDeque<Vec<Value>>,
    batches: mpsc::Receiver<Result<Batch, Failure>>,
    task: JoinHandle<()>,
}

impl RowStream {
    pub(super) async fn open(
        kernel: SqlxKernel,
        session: Session,
        sql: Arc<str>,
        params: Vec<Value>,
        context: ExecContext,
    ) -> Result<RowStream, Failure> {
        let (sender, mut batches) = mpsc::channel(BATCHES_AHEAD);
        let shape = Arc::<OnceLock<Arc<Shape>>>::default();
        let told = shape.clone();
        let task = tokio::spawn(async move {
            let mut exec = Exec::new(&kernel.shared, &session, &sql, &params, &context);
            exec.stream_to(sender.clone(), told);
            let done = exec.run().await;
            exec.observe(done.as_ref()).await;
            if let Err(failure) = done {
                // Whoever left does not want to know.
                let _ = sender.send(Err(failure)).await;
            }
        });
        let mut stream =
            RowStream { columns: [].into(), shape, rows: VecDeque::new(), batches: mpsc::channel(1).1, task };
        if let Some(first) = batches.recv().await {
            let first = first?;
            stream.columns = first.columns;
            stream.rows = first.rows.into();
        }
        stream.batches = batches;
        Ok(stream)
    }

    /// Names of the columns.
    pub fn columns(&self) -> &Arc<[String]> {
        &self.columns
    }

    /// What the statement takes and gives.
    pub fn shape(&self) -> Arc<Shape> {
        self.shape.get().cloned().unwrap_or_default()
    }

    /// The next row; `None` after the last. After a failure there are no more rows.
    pub async fn next(&mut self) -> Option<Result<Vec<Value>, Failure>> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Some(Ok(row));
            }
            match self.batches.recv().await? {
                Ok(batch) => self.rows = batch.rows.into(),
                Err(failure) => {
                    self.batches.close();
                    return Some(Err(failure));
                }
            }
        }
    }
}

impl Drop for RowStream {
    fn drop(&mut self) {
        // The statement is dropped with its task, and what it has begun is stopped and cleaned up after.
        self.task.abort();
    }
}
