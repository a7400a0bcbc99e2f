//! A client in front of the kernel, whatever protocol it speaks.

use crate::{Shared, stream::Input};
use rustc_hash::FxHashMap;
use sqlx_kernel::compile::Shape;
use sqlx_kernel::{ExecContext, Failure, PreparedStmt, QueryResult, RowStream, Session, Value};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Statements whose ways are remembered, and the longest of them.
const WAYS_MAX: usize = 256;
const WAY_BYTES_MAX: usize = 4096;

/// How the rows of a statement come.
pub(crate) enum Answer {
    /// All at once.
    Gathered(QueryResult),
    /// As they come.
    Streamed(RowStream),
}

/// A client that has come in.
pub(crate) struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) session: Session,
    pub(crate) context: ExecContext,
    /// Its number, by which others cancel its statement.
    pub(crate) id: u32,
    /// Secret of whoever may do so without a login.
    pub(crate) secret: u32,
    /// Whether the rows of a statement are to be streamed.
    ways: FxHashMap<Arc<str>, bool>,
}

/// What others may know of a client.
pub(crate) struct Place {
    pub(crate) secret: u32,
    pub(crate) token: Arc<str>,
    pub(crate) tenant: Arc<str>,
    pub(crate) actor: Arc<str>,
}

impl Client {
    /// Lets a client in: connects it to the database.
    pub(crate) async fn enter(
        shared: &Arc<Shared>,
        id: u32,
        user: &str,
        database: &str,
        dialect: &str,
    ) -> Result<Client, Failure> {
        let tenant = shared.options.tenant.clone().unwrap_or_else(|| database.into());
        let session = shared.kernel.connect(shared.options.connect.clone()).await?;
        let secret = u32::from_be_bytes(crate::login::random()?);
        let mut context =
            ExecContext::new(&tenant, user).written_in(dialect).cancelled_by(&format!("door-{id}"));
        context.deadline = shared.deadline(&tenant);
        context.roles = shared.options.roles.clone();
        context.origin = Some(dialect.into());
        context.gather_bytes_max = Some(shared.options.limits.gather_bytes_max);
        let client =
            Client { shared: shared.clone(), session, context, id, secret, ways: FxHashMap::default() };
        client.settle();
        Ok(client)
    }

    /// Says where it is to be found.
    pub(crate) fn settle(&self) {
        let ExecContext { tenant, actor, cancel_token, .. } = self.context.clone();
        let token = cancel_token.expect("every client has a token");
        self.shared.places().insert(self.id, Place { secret: self.secret, token, tenant, actor });
    }

    /// Statements may take so long; as long as the tenant's if `None`.
    pub(crate) fn limit(&mut self, deadline: Option<Duration>) {
        self.context.deadline = deadline.or_else(|| self.shared.deadline(&self.context.tenant));
    }

    /// Compiles a statement.
    pub(crate) async fn prepare(&mut self, sql: &str) -> Result<PreparedStmt, Failure> {
        let prepared = self.shared.kernel.prepare(&self.session, sql, &self.context).await?;
        if sql.len() <= WAY_BYTES_MAX {
            if self.ways.len() >= WAYS_MAX {
                self.ways.clear();
            }
            self.ways.insert(sql.into(), streams(&prepared));
        }
        Ok(prepared)
    }

    /// Runs a statement; drops it if the client leaves, which is the outer error. `gathers`: its rows are wanted at once.
    pub(crate) async fn exec(
        &mut self,
        input: &mut Input,
        sql: &str,
        params: &[Value],
        gathers: bool,
    ) -> io::Result<Result<Answer, Failure>> {
        let work = async {
            let streams = !gathers && !self.session.is_bound().await && self.is_streamed(sql).await?;
            let kernel = &self.shared.kernel;
            if streams {
                kernel.exec_stream(&self.session, sql, params, &self.context).await.map(Answer::Streamed)
            } else {
                kernel.exec(&self.session, sql, params, &self.context).await.map(Answer::Gathered)
            }
        };
        input.attended(work).await
    }

    /// Runs a statement of the door's own.
    pub(crate) async fn command(
        &mut self,
        input: &mut Input,
        sql: &str,
    ) -> io::Result<Result<QueryResult, Failure>> {
        input.attended(self.shared.kernel.exec(&self.session, sql, &[], &self.context)).await
    }

    async fn is_streamed(&mut self, sql: &str) -> Result<bool, Failure> {
        match self.ways.get(sql) {
            Some(streamed) => Ok(*streamed),
            None => Ok(streams(&self.prepare(sql).await?)),
        }
    }
}

/// A statement that may give many rows and changes nothing. Point reads are not worth a task of their own.
fn streams(prepared: &PreparedStmt) -> bool {
    let few = prepared.facts.by_key && prepared.facts.tables > 0 && !prepared.facts.gathers;
    prepared.summary.split(' ').next() == Some("SELECT") && !few
}

impl Drop for Client {
    fn drop(&mut self) {
        self.shared.places().remove(&self.id);
    }
}

impl Answer {
    pub(crate) fn shape(&self) -> Arc<Shape> {
        match self {
            Answer::Gathered(result) => result.shape.clone(),
            Answer::Streamed(stream) => stream.shape(),
        }
    }

    pub(crate) fn columns(&self) -> Arc<[String]> {
        match self {
            Answer::Gathered(result) => result.columns.clone(),
            Answer::Streamed(stream) => stream.columns().clone(),
        }
    }
}
