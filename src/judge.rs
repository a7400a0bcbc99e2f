//! Policies without a database: what is decided about a statement, and what it becomes.

use crate::kernel::AirCompiler;
use air::protection::Indirect;
use sqlx_kernel::Failure;
use sqlx_kernel::compile::{Compile, Compiled, Request, Schema, Under};
use sqlx_kernel::pi::{Decision, Moment, Policies, Subject};
use std::sync::Arc;

/// Judges statements about the tables of a schema.
pub struct Judge {
    compiler: AirCompiler,
    policies: Policies,
    schema: Arc<Schema>,
    to: String,
}

/// What is decided about a statement.
pub struct Judgement {
    /// The decision.
    pub decision: Arc<Decision>,
    /// The statement as it was written, compiled.
    pub asked: Compiled,
    /// The statement as it would run, or why it cannot; `None` if it is denied.
    pub runs: Option<Result<Compiled, Failure>>,
}

impl Judge {
    /// A judge by some policies, over definitions in the dialect of the profile `to`.
    pub fn new(policies: Policies, to: &str, definitions: String, indirect: Indirect) -> Judge {
        let schema = Arc::new(Schema { epoch: 1, definitions, indirect });
        Judge { compiler: AirCompiler::default(), policies, schema, to: to.to_owned() }
    }

    /// The policies.
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Judges one statement, written in the dialect of the profile `from`. Fails if it is not understood.
    pub fn judge(
        &self,
        sql: &str,
        from: Option<&str>,
        subject: &Subject<'_>,
        moment: Moment,
    ) -> Result<Judgement, Failure> {
        let request = Request { sql, from, to: &self.to, schema: &self.schema, under: None };
        let asked = self.compiler.compile(request)?;
        let facts = self.policies.facts(&asked.touched);
        let decision = self.policies.decide(subject, &facts, moment);
        let obligations = &decision.obligations;
        let runs = match (decision.allow, obligations.protection.is_empty()) {
            (false, _) => None,
            (true, true) => Some(Ok(asked.clone())),
            (true, false) => {
                let under = Under { number: obligations.number, protection: &obligations.protection };
                Some(self.compiler.compile(Request { under: Some(under), ..request }))
            }
        };
        Ok(Judgement { decision, asked, runs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx_kernel::pi::pack::Pack;

    const PACK: &str = r#"
        pack shop
        tag personal on *.email
        rule staff allow when role has staff
        rule masks oblige unless role has support with mask personal by partial(1, 0)
        rule own oblige with rows of customers where region == $residency"#;

    const TABLES: &str =
        "CREATE TABLE customers (id INT PRIMARY KEY, email VARCHAR(40) NOT NULL, region VARCHAR(9) NOT NULL)";

    fn emitted(sql: &str, roles: &[Arc<str>]) -> String {
        let policies = Policies::new(&[Pack::parse(PACK).unwrap()], None);
        let judge = Judge::new(policies, "postgres", TABLES.to_owned(), Indirect::default());
        let subject = Subject { roles, residency: Some("eu"), ..Subject::new("ada", "acme") };
        let judgement = judge.judge(sql, None, &subject, Moment::default()).unwrap();
        match judgement.runs {
            None => format!("denied: {}", judgement.decision.reason),
            Some(Ok(runs)) => runs.sql.join(";\n"),
            Some(Err(failure)) => failure.to_string(),
        }
    }

    #[test]
    fn statements_become_what_the_policy_wants() {
        let staff: [Arc<str>; 1] = ["staff".into()];
        insta::assert_snapshot!(emitted(
            "SELECT email FROM customers WHERE id = $1 AND email LIKE 'a%'",
            &staff
        ));
        insta::assert_snapshot!(emitted(
            "UPDATE customers SET email = 'x' WHERE 1 / id > 0 RETURNING *",
            &staff
        ));
        insta::assert_snapshot!(emitted("INSERT INTO customers (id, email) VALUES (1, 'x')", &staff));
        insta::assert_snapshot!(emitted("SELECT 1", &[]));
    }
}
