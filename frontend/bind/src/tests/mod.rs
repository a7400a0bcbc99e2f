//! Tests of names, scopes, queries, changes and definitions. Each table row is a statement and what becomes of it.

mod changes;
mod definitions;
mod names;
mod queries;

use crate::{Input, Scratch, bind_statement};
use air::catalog::Catalog;
use air::fidelity::Ledger;
use air::profile::Profile;
use air::query::{Body, Select};
use air::{Air, QueryId, Statement};
use air_base::{Diagnostic, Dialect, Severity};
use airc_grammar::Parser;

/// What binding a script left behind.
pub(crate) struct Bench {
    pub(crate) air: Air,
    pub(crate) ledger: Ledger,
    pub(crate) catalog: Catalog,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) ok: bool,
}

/// Tables that most tests use.
pub(crate) const SCHEMA: &str = "
    CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER, s VARCHAR(20));
    CREATE TABLE u (id INTEGER PRIMARY KEY, t_id INTEGER, c INTEGER, s VARCHAR(20));";

/// Binds the statements of a script one after the other; the last one stays. `complete`: no other tables exist.
pub(crate) fn bind_script(dialect: Dialect, complete: bool, script: &str) -> Bench {
    let mut catalog = Catalog::default();
    catalog.complete = complete;
    let profile = Profile::of(dialect);
    let mut parser = Parser::of(dialect);
    let parsed = parser.parse(script);
    let errors: Vec<_> = parsed.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{dialect}: {script}\n{errors:?}");
    let (mut air, mut ledger, mut diagnostics) = (Air::default(), Ledger::default(), Vec::new());
    let mut scratch = Scratch::default();
    let mut ok = true;
    for &statement in parsed.tree.statements() {
        let input = Input {
            tree: parsed.tree,
            statement,
            source: script,
            profile: &profile,
            catalog: &mut catalog,
            scratch: &mut scratch,
            nesting_max: 1_000,
        };
        ok = bind_statement(input, &mut air, &mut ledger, &mut diagnostics).is_ok();
        if !ok {
            break;
        }
    }
    Bench { air, ledger, catalog, diagnostics, ok }
}

/// Binds one statement over [`SCHEMA`].
pub(crate) fn bind(dialect: Dialect, sql: &str) -> Bench {
    bind_script(dialect, true, &format!("{SCHEMA}\n{sql}"))
}

impl Bench {
    /// The statement, which must have been bound.
    pub(crate) fn statement(&self) -> &Statement {
        assert!(self.ok, "refused: {:?}", self.diagnostics);
        &self.air.statements[0]
    }

    /// The query of a query statement.
    pub(crate) fn query(&self) -> QueryId {
        match self.statement() {
            Statement::Query { query } => *query,
            other => panic!("no query: {other:?}"),
        }
    }

    /// The block of a query statement.
    pub(crate) fn select(&self) -> Select {
        match self.air.query(self.query()).body {
            Body::Select { select } => *self.air.select(select),
            other => panic!("no block: {other:?}"),
        }
    }

    /// Names of the columns of the block.
    pub(crate) fn headings(&self) -> Vec<&str> {
        let outputs = self.select().outputs;
        self.air.list(outputs).iter().map(|output| self.air.name(output.name)).collect()
    }

    /// The last diagnostic under the line it is about.
    pub(crate) fn complaint(&self, sql: &str) -> String {
        let Some(last) = self.diagnostics.last() else { return String::from("no diagnostic") };
        let offset = SCHEMA.len() as u32 + 1;
        let start = last.span().start.saturating_sub(offset) as usize;
        let width = (last.span().end - last.span().start) as usize;
        format!("{sql}\n{}{} {}: {}", " ".repeat(start), "^".repeat(width), last.code, last.message)
    }
}

/// Asserts for each row whether the statement is bound.
pub(crate) fn check_all(rows: &[(Dialect, &str, bool)]) {
    for (dialect, sql, expected) in rows {
        let bench = bind(*dialect, sql);
        assert_eq!(bench.ok, *expected, "{dialect}: {sql}\n{:?}", bench.diagnostics);
    }
}
