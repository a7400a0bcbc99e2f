//! A place where cases run one after the other on one engine, loading a setup once for all
//! cases that share it and leave it as it was.

use std::fmt;

use xxhash_rust::xxh3::Xxh3;

use super::{Engine, EngineError};
use crate::values::Rows;

/// Where in a case something went wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// In the setup, at this statement, from 0.
    Setup(usize),
    /// In the query.
    Query,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stage::Setup(at) => write!(f, "setup statement {}", at + 1),
            Stage::Query => f.write_str("query"),
        }
    }
}

/// A statement that the engine did not run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Where in the case it stands.
    pub stage: Stage,
    /// What the engine said.
    pub error: EngineError,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.error, self.stage)
    }
}

/// An engine and what is loaded in it.
pub struct Station {
    engine: Box<dyn Engine>,
    loaded: Loaded,
}

enum Loaded {
    /// Unknown; the next case resets.
    Dirty,
    /// Exactly the setup with this hash.
    Setup(u128),
    /// The setup with this hash failed, in this way.
    Broken(u128, Failure),
}

/// Statements together longer than this are followed by gathering statistics.
const SETTLE_BYTES_MIN: usize = 100_000;

impl Station {
    /// A station with an engine in an unknown state.
    pub fn new(engine: Box<dyn Engine>) -> Station {
        Station { engine, loaded: Loaded::Dirty }
    }

    /// Runs the setup in an empty database, unless it is the one already loaded, and then the
    /// statements of the query in the same session. Gives the last result that has columns; a
    /// query without any gives no columns and no rows.
    pub fn run(&mut self, setup: &[String], query: &[String]) -> Result<Rows, Failure> {
        let key = hash(setup);
        match &self.loaded {
            Loaded::Setup(loaded) if *loaded == key => {}
            Loaded::Broken(broken, failure) if *broken == key => return Err(failure.clone()),
            _ => self.load(key, setup)?,
        }
        if query.iter().any(|sql| may_change_state(sql)) {
            self.loaded = Loaded::Dirty;
        }
        let mut last = Rows::default();
        for sql in query {
            match self.engine.execute(sql) {
                Ok(None) => {}
                Ok(Some(rows)) => last = rows,
                Err(error) => {
                    if error.transient {
                        self.loaded = Loaded::Dirty;
                    }
                    return Err(Failure { stage: Stage::Query, error });
                }
            }
        }
        Ok(last)
    }

    fn load(&mut self, key: u128, setup: &[String]) -> Result<(), Failure> {
        self.loaded = Loaded::Dirty;
        let at_start = |error| Failure { stage: Stage::Setup(0), error };
        // A connection that broke in the case before is opened anew by a second try.
        if self.engine.reset().is_err() {
            self.engine.reset().map_err(at_start)?;
        }
        for (at, sql) in setup.iter().enumerate() {
            if let Err(error) = self.engine.execute(sql) {
                let failure = Failure { stage: Stage::Setup(at), error };
                if !failure.error.transient {
                    self.loaded = Loaded::Broken(key, failure.clone());
                }
                return Err(failure);
            }
        }
        if setup.iter().map(String::len).sum::<usize>() > SETTLE_BYTES_MIN {
            self.engine.settle().map_err(at_start)?;
        }
        self.loaded = Loaded::Setup(key);
        Ok(())
    }
}

/// A hash of statements, their number and borders included.
pub(crate) fn hash(statements: &[String]) -> u128 {
    let mut hasher = Xxh3::new();
    for sql in statements {
        hasher.update(&(sql.len() as u64).to_le_bytes());
        hasher.update(sql.as_bytes());
    }
    hasher.digest128()
}

/// Words that only statements without effects on data or session do without. Finding one in a
/// name or a text costs a reload of the setup and nothing else.
const CHANGING_WORDS: &[&str] = &[
    "alter",
    "analyze",
    "attach",
    "begin",
    "call",
    "comment",
    "commit",
    "copy",
    "create",
    "deallocate",
    "declare",
    "delete",
    "detach",
    "discard",
    "do",
    "drop",
    "execute",
    "flush",
    "grant",
    "handler",
    "insert",
    "into",
    "kill",
    "load",
    "lock",
    "merge",
    "nextval",
    "optimize",
    "pragma",
    "prepare",
    "refresh",
    "reindex",
    "release",
    "rename",
    "repair",
    "replace",
    "reset",
    "revoke",
    "rollback",
    "savepoint",
    "set",
    "set_config",
    "setval",
    "start",
    "truncate",
    "update",
    "use",
    "vacuum",
];

/// False only for statements that leave data and session as they are.
pub fn may_change_state(sql: &str) -> bool {
    // `@x := 1` and `:=` set variables.
    sql.contains(":=")
        || sql
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| CHANGING_WORDS.binary_search(&word.to_ascii_lowercase().as_str()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::Sqlite;
    use crate::values::Value;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn changing_words_are_sorted_for_the_search() {
        assert!(CHANGING_WORDS.is_sorted());
        assert!(may_change_state("with x as (Insert into t values (1) returning a) select * from x"));
        assert!(!may_change_state("select updated_at from settings"));
    }

    #[test]
    fn a_setup_is_loaded_again_after_a_change() {
        let mut station = Station::new(Box::new(Sqlite::open().unwrap()));
        let setup = texts(&["create table t(a)", "insert into t values (1)"]);
        let count = texts(&["select count(*) from t"]);
        let insert = texts(&["insert into t values (2)", "select count(*) from t"]);
        assert_eq!(station.run(&setup, &insert).unwrap().rows, [[Value::number("2")]]);
        assert_eq!(station.run(&setup, &count).unwrap().rows, [[Value::number("1")]]);
    }

    #[test]
    fn a_broken_setup_fails_every_case_that_needs_it() {
        let mut station = Station::new(Box::new(Sqlite::open().unwrap()));
        let setup = texts(&["create table t(a)", "insert into u values (1)"]);
        for _ in 0..2 {
            let failure = station.run(&setup, &texts(&["select 1"])).unwrap_err();
            assert_eq!(failure.stage, Stage::Setup(1));
        }
    }
}
