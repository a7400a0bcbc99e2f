//! Policies in the kernel: denials, caps, rates, approvals, roles for a while, and that nothing opens when parts fail.

use airc::kernel::AirCompiler;
use airc_kernel_tests::{Bed, exec, kernel, run};
use airc_score::engines::EngineKind;
use ed25519_dalek::SigningKey;
use sqlx_kernel::compile::Compiled;
use sqlx_kernel::pi::Policies;
use sqlx_kernel::pi::approval::{Approvers, Grant, What, sign};
use sqlx_kernel::pi::pack::Pack;
use sqlx_kernel::policy::{Decision, PackPolicy, Policy};
use sqlx_kernel::{Builder, ExecContext, Kind, Session, SqlxKernel, Value};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

const PACK: &str = r#"
pack limits
tag secret on vault.code
rule all allow when role has staff
rule vault "The vault is opened by two" deny when reads tag secret unless role has guard unless approved
rule few oblige when role has trainee with at most 2 rows
rule slow oblige when role has robot with at most 3 statements per hour
rule far oblige when role has reader with replica"#;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

async fn set(bed: &Bed) -> (SqlxKernel, Session) {
    let open = kernel();
    let maker = open.connect(bed.options()).await.unwrap();
    let tables = [
        "CREATE TABLE vault (id INT PRIMARY KEY, code VARCHAR(9))",
        "CREATE TABLE plain (id INT PRIMARY KEY)",
    ];
    run(&open, &maker, &tables).await;
    run(
        &open,
        &maker,
        &["INSERT INTO vault VALUES (1, 'x'), (2, 'y')", "INSERT INTO plain VALUES (1), (2), (3)"],
    )
    .await;
    let policy = PackPolicy::new(Policies::new(&[Pack::parse(PACK).unwrap()], None));
    let approvers = Approvers::new(vec![key().verifying_key()]);
    let kernel = Builder::new(AirCompiler::default(), policy).approvers(approvers).start();
    let session = kernel.connect(bed.options()).await.unwrap();
    (kernel, session)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn token(id: &str, what: What) -> String {
    let (actor, tenant) = ("ada".to_owned(), "acme".to_owned());
    sign(&Grant { id: id.to_owned(), actor, tenant, what, from: now() - 1, until: now() + 60 }, &key())
}

fn staff(roles: &[&str]) -> ExecContext {
    ExecContext::new("acme", "ada").in_roles(roles)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_allowed_by_itself_and_denials_say_why() {
    let bed = Bed::new(EngineKind::Sqlite);
    let (kernel, session) = set(&bed).await;
    let nobody = exec(&kernel, &session, "SELECT 1").await.unwrap_err();
    assert_eq!(nobody.kind, Kind::PolicyDenied);
    assert_eq!(nobody.message, "no rule allows it: `all` would if role has staff");
    let denied = kernel.exec(&session, "SELECT code FROM vault", &[], &staff(&["staff"])).await.unwrap_err();
    assert_eq!(denied.message, "denied by vault: The vault is opened by two; an approval would allow it");
    // Columns that are not tagged may be read, also beside those that are.
    assert!(kernel.exec(&session, "SELECT id FROM vault", &[], &staff(&["staff"])).await.is_ok());
    assert!(kernel.exec(&session, "SELECT * FROM vault", &[], &staff(&["staff"])).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_for_one_statement_of_one_actor_once() {
    for bed in Bed::all() {
        let (kernel, session) = set(&bed).await;
        let sql = "SELECT code FROM vault WHERE id = 1";
        let asked = kernel.request(&session, sql, &[], &staff(&["staff"])).await.unwrap();
        assert!(!asked.decision.allow && asked.decision.approvable);
        let token = token("1", asked.what.clone());
        let with = staff(&["staff"]).with_grants(&[&token]);
        let other =
            kernel.exec(&session, "SELECT code FROM vault WHERE id = 2", &[], &with).await.unwrap_err();
        assert!(other.message.ends_with("for another statement or for other parameters"), "{other}");
        let stranger = ExecContext::new("acme", "bob").in_roles(&["staff"]).with_grants(&[&token]);
        let stranger = kernel.exec(&session, sql, &[], &stranger).await.unwrap_err();
        assert!(stranger.message.ends_with("for another actor"), "{stranger}");
        // Preparing does not use it up; spaces do not make another statement.
        kernel.prepare(&session, "SELECT 1", &with).await.unwrap();
        let found = kernel.exec(&session, "SELECT  code FROM vault WHERE id  =  1", &[], &with).await;
        assert_eq!(found.unwrap().rows, [[Value::from("x")]], "{session:?}");
        let again = kernel.exec(&session, sql, &[], &with).await.unwrap_err();
        assert!(again.message.ends_with("was used before"), "{again}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_are_part_of_what_is_approved() {
    let bed = Bed::new(EngineKind::Postgres);
    let (kernel, session) = set(&bed).await;
    let sql = "SELECT code FROM vault WHERE id = $1";
    let asked = kernel.request(&session, sql, &[1.into()], &staff(&["staff"])).await.unwrap();
    let token = token("2", asked.what);
    let with = staff(&["staff"]).with_grants(&[&token]);
    assert!(kernel.exec(&session, sql, &[2.into()], &with).await.is_err());
    assert_eq!(kernel.exec(&session, sql, &[1.into()], &with).await.unwrap().rows, [[Value::from("x")]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_can_be_had_for_a_while() {
    let bed = Bed::new(EngineKind::Sqlite);
    let (kernel, session) = set(&bed).await;
    let sql = "SELECT code FROM vault WHERE id = 1";
    let guard = token("3", What::Role { role: "guard".to_owned() });
    assert!(kernel.exec(&session, sql, &[], &staff(&["staff"]).with_grants(&[&guard])).await.is_ok());
    let forged = guard.replace("sqlx1.", "sqlx1.A");
    assert!(kernel.exec(&session, sql, &[], &staff(&["staff"]).with_grants(&[&forged])).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_statements_are_limited() {
    for bed in Bed::all() {
        let (kernel, session) = set(&bed).await;
        let trainee = staff(&["staff", "trainee"]);
        let few = kernel.exec(&session, "SELECT id FROM plain WHERE id < 3", &[], &trainee).await.unwrap();
        assert_eq!(few.rows.len(), 2);
        let many = kernel.exec(&session, "SELECT id FROM plain", &[], &trainee).await.unwrap_err();
        assert_eq!(many.kind, Kind::PolicyDenied, "{many}");
        let stream = kernel.exec_stream(&session, "SELECT id FROM plain", &[], &trainee).await;
        assert_eq!(stream.err().map(|failure| failure.kind), Some(Kind::PolicyDenied));
        let robot = staff(&["staff", "robot"]);
        let mut ends = Vec::new();
        for _ in 0..5 {
            ends.push(kernel.exec(&session, "SELECT 1", &[], &robot).await.is_ok());
        }
        assert_eq!(ends, [true, true, true, false, false]);
        let reader = kernel.exec(&session, "SELECT 1", &[], &staff(&["staff", "reader"])).await.unwrap_err();
        assert_eq!(reader.kind, Kind::PolicyDenied, "no replica is connected: {reader}");
    }
}

/// A policy that fails in one way or another.
struct Broken(u8);

impl Policy for Broken {
    fn decide(&self, _: &ExecContext, _: &Compiled, _: bool) -> Result<Arc<Decision>, String> {
        match self.0 {
            0 => Err("secrets of the policy".to_owned()),
            1 => panic!("a fault of the policy, on purpose"),
            // Masks that nothing has been compiled under are not forgotten.
            _ => {
                let pack = "pack p tag t on plain.id rule r allow with mask t by null";
                let policies = Policies::new(&[Pack::parse(pack).unwrap()], None);
                let facts = policies.facts(&Default::default());
                Ok(policies.decide(&sqlx_kernel::pi::Subject::new("a", "t"), &facts, Default::default()))
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_fails_opens_nothing() {
    let bed = Bed::new(EngineKind::Sqlite);
    drop(set(&bed).await);
    for fault in 0..2 {
        let kernel = Builder::new(AirCompiler::default(), Broken(fault)).start();
        let session = kernel.connect(bed.options()).await.unwrap();
        let denied = exec(&kernel, &session, "SELECT id FROM plain").await.unwrap_err();
        assert_eq!(
            (denied.kind, denied.message.as_str()),
            (Kind::PolicyDenied, "the policy could not decide")
        );
    }
    let kernel = Builder::new(AirCompiler::default(), Broken(2)).start();
    let session = kernel.connect(bed.options()).await.unwrap();
    let masked = exec(&kernel, &session, "SELECT id FROM plain").await.unwrap();
    assert!(masked.rows.iter().all(|row| row[0] == Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_of_one_actor_are_not_those_of_another() {
    let pack = r#"pack p
        tag secret on vault.code
        rule all allow
        rule mask oblige unless role has guard with mask secret by null"#;
    let bed = Bed::new(EngineKind::Postgres);
    drop(set(&bed).await);
    let policy = PackPolicy::new(Policies::new(&[Pack::parse(pack).unwrap()], None));
    let kernel = Builder::new(AirCompiler::default(), policy).start();
    let session = kernel.connect(bed.options()).await.unwrap();
    let sql = "SELECT code FROM vault WHERE id = 1";
    for _ in 0..20 {
        let open = kernel.exec(&session, sql, &[], &staff(&["guard"])).await.unwrap();
        let masked = kernel.exec(&session, sql, &[], &staff(&["staff"])).await.unwrap();
        assert_eq!((&open.rows[0][0], &masked.rows[0][0]), (&Value::from("x"), &Value::Null));
    }
}
