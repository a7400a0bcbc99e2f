//! The one way from the kernel to a compiler, and what comes back: a statement that may be judged, planned and run.

use air::effects::{Effects, SessionEffect};
use air::protection::{Indirect, Protection};
use air::types::Type;
use sqlx_kernel_core::failure::Failure;
use sqlx_kernel_core::schedule::Facts;
use sqlx_kernel_policy::Touched;
use std::sync::{Arc, OnceLock};

/// The definitions of a database, in words of its engine's dialect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schema {
    /// Goes up with every change the kernel knows of; unique among all schemas of a kernel.
    pub epoch: u64,
    /// Definitions of tables and views.
    pub definitions: String,
    /// What the database does behind the back of statements.
    pub indirect: Indirect,
}

/// Masks and filters that a policy obliges to.
#[derive(Clone, Copy, Debug)]
pub struct Under<'a> {
    /// A number that no other protection has in the life of a process.
    pub number: u64,
    /// The protection.
    pub protection: &'a Arc<Protection>,
}

/// What is to be compiled.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// One statement.
    pub sql: &'a str,
    /// Profile of the dialect it is written in, such as `mysql` or `postgres@16`; that of the engine if `None`.
    pub from: Option<&'a str>,
    /// Profile of the engine, such as `sqlite@3.45`.
    pub to: &'a str,
    /// What is in the database.
    pub schema: &'a Arc<Schema>,
    /// What is to be masked and left out; `None`: nothing.
    pub under: Option<Under<'a>>,
}

/// A column of the rows that a statement gives.
#[derive(Clone, PartialEq, Debug)]
pub struct Column {
    /// Heading; empty where the dialect makes one up.
    pub name: Arc<str>,
    /// Type in the dialect the statement is written in.
    pub ty: Type,
}

/// What goes into a statement and what comes out of it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Shape {
    /// Columns of its rows; none if it gives no rows; `None` if they are not known before it runs.
    pub columns: Option<Vec<Column>>,
    /// Types of its parameters, by number; [`Type::Unknown`] where the statement does not say.
    pub parameters: Vec<Type>,
}

/// A statement with its meaning, made to be run on one engine.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// Statements for the engine, in order; none if the statement means nothing there.
    pub sql: Vec<Arc<str>>,
    /// For engines that know parameters by position alone: the number, from 1, of the caller's parameter at each
    /// position. Empty where they are numbered.
    pub positions: Vec<u32>,
    /// Content id of the meaning: the same for equal meanings, whatever they were written in.
    pub air_id: Arc<str>,
    /// What it does in a few words of low cardinality, such as `SELECT orders`.
    pub summary: Arc<str>,
    /// What it does to data and session.
    pub effects: Effects,
    /// What policies are told of it.
    pub touched: Touched,
    /// What they make of that. By the statement and not by its id: ids are no secret, and may be met on purpose.
    pub facts_of_policy: OnceLock<Arc<sqlx_kernel_policy::Facts>>,
    /// What is masked and left out in it.
    pub protection: Option<Arc<Protection>>,
    /// It ends a transaction so that what was done in it stays.
    pub commits: bool,
    /// What its class is decided by.
    pub facts: Facts,
    /// What goes in and what comes out.
    pub shape: Arc<Shape>,
    /// Facts about data and servers that have to hold, in words.
    pub assumptions: Vec<String>,
}

impl Compiled {
    /// What is sent to the engine, without keys that masks are made with.
    pub fn sql_to_show(&self) -> Vec<Arc<str>> {
        let masks = self.protection.iter().flat_map(|protection| &protection.masks);
        let keys: Vec<&str> = masks
            .filter_map(|mask| match &mask.mask {
                air::protection::Mask::Hash(key) => Some(key.0.as_str()),
                _ => None,
            })
            .collect();
        if keys.is_empty() {
            return self.sql.clone();
        }
        let hidden =
            |sql: &Arc<str>| keys.iter().fold(sql.to_string(), |sql, key| sql.replace(key, "…")).into();
        self.sql.iter().map(hidden).collect()
    }

    /// True if it changes neither data nor definitions nor the session: it can be run again.
    pub fn is_repeatable(&self) -> bool {
        self.effects.is_read_only()
    }

    /// True if what it gives depends on what the same session did before.
    pub fn reads_session(&self) -> bool {
        let reads =
            [SessionEffect::ReadsIdentity, SessionEffect::ReadsSequence, SessionEffect::ReadsRowCount];
        reads.iter().any(|effect| self.effects.session.contains(effect))
    }

    /// True if it leaves something in the session that later statements of the caller count on.
    pub fn binds_session(&self) -> bool {
        let binds = [
            SessionEffect::TransactionBegins,
            SessionEffect::TransactionSetting,
            SessionEffect::TemporaryObject,
        ];
        binds.iter().any(|effect| self.effects.session.contains(effect))
    }
}

/// A compiler.
pub trait Compile: Send + Sync + 'static {
    /// Compiles one statement. A refusal is a [`Kind::Refused`](sqlx_kernel_core::failure::Kind::Refused) failure with
    /// the code of its diagnostic.
    fn compile(&self, request: Request<'_>) -> Result<Compiled, Failure>;

    /// The statements of a script in the dialect of the profile `from`, as written; what cannot be read is one of them.
    /// One statement, unless the compiler can tell them apart.
    fn split<'s>(&self, script: &'s str, from: &str) -> Result<Vec<&'s str>, Failure> {
        let _ = from;
        Ok(vec![script])
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use air::effects::Repeats;
    use std::collections::{BTreeMap, BTreeSet};

    /// A statement that is sent as it is and touches nothing.
    pub(crate) fn statement(sql: &str) -> Compiled {
        Compiled {
            sql: vec![sql.into()],
            positions: Vec::new(),
            air_id: "air:0".into(),
            summary: sql.split(' ').next().unwrap_or_default().into(),
            effects: Effects {
                reads: BTreeMap::new(),
                writes: BTreeMap::new(),
                definitions: Vec::new(),
                session: BTreeSet::new(),
                user_functions: BTreeSet::new(),
                volatility: Repeats::Always,
                locks_rows: false,
                returns_rows: true,
            },
            touched: Touched::default(),
            facts_of_policy: OnceLock::new(),
            protection: None,
            commits: false,
            facts: Facts::default(),
            shape: Arc::default(),
            assumptions: Vec::new(),
        }
    }

    #[test]
    fn sessions_are_bound_by_what_is_counted_on_later() {
        let mut begin = statement("BEGIN");
        assert!(begin.is_repeatable() && !begin.binds_session());
        begin.effects.session.insert(SessionEffect::TransactionBegins);
        assert!(!begin.is_repeatable() && begin.binds_session());
        let mut last = statement("SELECT lastval()");
        last.effects.session.insert(SessionEffect::ReadsSequence);
        assert!(last.reads_session() && last.is_repeatable());
    }
}
