//! On whose behalf a statement runs, and what it may take.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// What a statement is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Serving users.
    Oltp,
    /// Moving data.
    Etl,
    /// Answering questions.
    Bi,
    /// Changing definitions.
    Ddl,
}

impl Purpose {
    /// The word of the specification.
    pub const fn word(self) -> &'static str {
        match self {
            Purpose::Oltp => "oltp",
            Purpose::Etl => "etl",
            Purpose::Bi => "bi",
            Purpose::Ddl => "ddl",
        }
    }
}

/// Where a caller's data may be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Residency {
    /// European Union.
    Eu,
    /// United States.
    Us,
    /// United Kingdom.
    Uk,
}

impl Residency {
    /// The word of the specification.
    pub const fn word(self) -> &'static str {
        match self {
            Residency::Eu => "eu",
            Residency::Us => "us",
            Residency::Uk => "uk",
        }
    }
}

/// How much is at stake.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// Little.
    Low,
    /// Some.
    Med,
    /// A lot.
    High,
}

impl Risk {
    /// The word of the specification.
    pub const fn word(self) -> &'static str {
        match self {
            Risk::Low => "low",
            Risk::Med => "med",
            Risk::High => "high",
        }
    }
}

/// On whose behalf a statement runs.
#[derive(Clone, PartialEq, Debug)]
pub struct ExecContext {
    /// Whose data it is; fairness is between tenants.
    pub tenant: Arc<str>,
    /// Who asks.
    pub actor: Arc<str>,
    /// What for.
    pub purpose: Option<Purpose>,
    /// Where data may be.
    pub residency: Option<Residency>,
    /// How much is at stake.
    pub risk: Option<Risk>,
    /// How long all of it may take, waiting included.
    pub deadline: Option<Duration>,
    /// Profile of the dialect the statement is written in; that of the engine if `None`.
    pub dialect: Option<Arc<str>>,
    /// A name under which [`cancel`](crate::SqlxKernel::cancel) finds the statement.
    pub cancel_token: Option<Arc<str>>,
    /// Most bytes of rows that are gathered in memory, about; a statement that gives more fails. Rows that are
    /// [streamed](crate::SqlxKernel::exec_stream) do not count.
    pub gather_bytes_max: Option<usize>,
    /// What the actor is.
    pub roles: Arc<[Arc<str>]>,
    /// Where the request comes from.
    pub origin: Option<Arc<str>>,
    /// Signed grants: approvals of this statement, and roles for a while; see [`pi::approval`](crate::pi::approval).
    pub grants: Arc<[Arc<str>]>,
}

impl ExecContext {
    /// A context with what every one has.
    pub fn new(tenant: &str, actor: &str) -> ExecContext {
        ExecContext {
            tenant: tenant.into(),
            actor: actor.into(),
            purpose: None,
            residency: None,
            risk: None,
            deadline: None,
            dialect: None,
            cancel_token: None,
            gather_bytes_max: None,
            roles: [].into(),
            origin: None,
            grants: [].into(),
        }
    }

    /// The same for an actor who is all of these.
    pub fn in_roles(mut self, roles: &[&str]) -> ExecContext {
        self.roles = roles.iter().map(|role| Arc::from(*role)).collect();
        self
    }

    /// The same with signed grants.
    pub fn with_grants(mut self, tokens: &[&str]) -> ExecContext {
        self.grants = tokens.iter().map(|token| Arc::from(*token)).collect();
        self
    }

    /// The same with a deadline.
    pub fn within(mut self, deadline: Duration) -> ExecContext {
        self.deadline = Some(deadline);
        self
    }

    /// The same for a statement in another dialect than the engine's, such as `mysql`.
    pub fn written_in(mut self, dialect: &str) -> ExecContext {
        self.dialect = Some(dialect.into());
        self
    }

    /// The same with a bound on the bytes of rows that are gathered in memory.
    pub fn gathering_at_most(mut self, bytes: usize) -> ExecContext {
        self.gather_bytes_max = Some(bytes);
        self
    }

    /// The same with a name for [`cancel`](crate::SqlxKernel::cancel).
    pub fn cancelled_by(mut self, token: &str) -> ExecContext {
        self.cancel_token = Some(token.into());
        self
    }
}
