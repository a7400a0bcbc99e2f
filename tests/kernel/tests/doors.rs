//! Real clients at the front doors: `psql`, `pgbench`, `mariadb`, and drivers that speak the protocols in steps.

use airc_kernel_tests::Bed;
use airc_kernel_tests::doors::{Doors, PASSWORD, USER, pgbench_tables, said};
use airc_score::engines::EngineKind;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlSslMode};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions, Connection, Executor, Row};
use std::time::{Duration, Instant};

/// One script, one output, whatever engine is behind the door.
#[tokio::test(flavor = "multi_thread")]
async fn psql_sees_the_same_on_every_engine() {
    let script = "
        CREATE TABLE t (a INT PRIMARY KEY, b NUMERIC(10,2), c VARCHAR(20), d DATE);
        INSERT INTO t VALUES (1, 1.50, 'x', DATE '2024-01-02'), (2, NULL, 'it''s', NULL);
        SELECT a, c, a + 1 AS next, a = 1 AS one FROM t ORDER BY a;
        UPDATE t SET c = 'y' WHERE a = 2;
        SELECT c FROM t WHERE a = 2;
        SELECT count(*) AS n FROM t WHERE b IS NULL;
        SHOW application_name;
        SELECT 1 AS a\\; SELECT 2 AS b;
        SELECT nosuch FROM t;
        SELEC 1;
        SET search_path TO elsewhere;
        COPY t FROM STDIN;
        \\d t
        \\echo still :LAST_ERROR_SQLSTATE
    ";
    for bed in Bed::all() {
        let doors = Doors::open(&bed).await;
        let (shown, wrong) = said(doors.psql(), script).await;
        let lines: Vec<&str> = shown.lines().collect();
        let expected = ["1|x|2|t", "2|it's|3|f", "y", "1", "psql", "1", "2"];
        assert_eq!(lines[..7], expected, "{:?}: {shown}{wrong}", bed.kind);
        assert!(lines.last().is_some_and(|line| line.starts_with("still ")), "{shown}");
        let errors: Vec<&str> = wrong.lines().filter(|line| line.contains("ERROR:")).collect();
        assert_eq!(errors.len(), 5, "{:?}: {wrong}", bed.kind);
        assert!(errors[3].contains("COPY is not served"), "{wrong}");
    }
}

/// A transaction of PostgreSQL is undone by its first failure, and the statements of one message are one transaction,
/// also on engines that do neither.
#[tokio::test(flavor = "multi_thread")]
async fn transactions_are_those_of_postgresql_on_every_engine() {
    let script = "
        CREATE TABLE t (a INT PRIMARY KEY);
        BEGIN;
        INSERT INTO t VALUES (1);
        INSERT INTO t VALUES (1);
        SELECT 'never';
        COMMIT;
        SELECT count(*) AS n FROM t;
        INSERT INTO t VALUES (2)\\; INSERT INTO t VALUES (2);
        SELECT count(*) AS n FROM t;
        INSERT INTO t VALUES (3)\\; INSERT INTO t VALUES (4);
        SELECT count(*) AS n FROM t;
        BEGIN;
        INSERT INTO t VALUES (5);
        SAVEPOINT s;
        INSERT INTO t VALUES (5);
        ROLLBACK TO SAVEPOINT s;
        COMMIT;
        SELECT count(*) AS n FROM t;
        BEGIN;
        DELETE FROM t;
        SELECT nosuch;
        COMMIT;
        SELECT count(*) AS n FROM t;
    ";
    for bed in Bed::all() {
        let doors = Doors::open(&bed).await;
        let (shown, wrong) = said(doors.psql(), script).await;
        assert_eq!(shown.lines().collect::<Vec<_>>(), ["0", "0", "2", "3", "3"], "{:?}: {wrong}", bed.kind);
        assert!(wrong.contains("the transaction has failed"), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pgbench_runs_by_every_protocol() {
    for bed in Bed::all() {
        let doors = Doors::open(&bed).await;
        let (_, wrong) = said(doors.psql(), &pgbench_tables()).await;
        assert_eq!(wrong, "", "{:?}", bed.kind);
        for protocol in ["simple", "extended", "prepared"] {
            let mut pgbench = doors.pgbench();
            pgbench.args(["-n", "-S", "-M", protocol, "-c", "2", "-t", "50"]);
            let (shown, wrong) = said(pgbench, "").await;
            assert!(shown.contains("processed: 100/100"), "{:?} {protocol}: {shown}{wrong}", bed.kind);
            assert!(!shown.contains("failed transactions: 1"), "{shown}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_sees_the_same_on_every_engine() {
    let script = "
        CREATE TABLE `t` (a INT PRIMARY KEY, c VARCHAR(20));
        INSERT INTO t VALUES (1, 'x'), (2, NULL);
        SELECT a, CONCAT(c, '!') AS c, a = 1 AS one FROM `t` ORDER BY a LIMIT 0, 5;
        SELECT DATABASE();
        SELECT @@version_comment LIMIT 1;
        SELECT nosuch FROM t;
        SET sql_mode = 'ANSI';
        START TRANSACTION; DELETE FROM t; ROLLBACK;
        SELECT COUNT(*) AS n FROM t;
        SET autocommit = 0; DELETE FROM t WHERE a = 1; ROLLBACK; SET autocommit = 1;
        SELECT COUNT(*) AS n FROM t;
        INSERT INTO t VALUES (1, 'again');
    ";
    for bed in Bed::all() {
        let doors = Doors::open(&bed).await;
        let (shown, wrong) = said(doors.mariadb(), script).await;
        let expected = ["1\tx!\t1", "2\tNULL\t0", "shop", "SQLx OS kernel", "2", "2"];
        assert_eq!(shown.lines().collect::<Vec<_>>(), expected, "{:?}: {wrong}", bed.kind);
        let numbers: Vec<&str> = wrong.lines().filter_map(|line| line.strip_prefix("ERROR ")).collect();
        assert_eq!(numbers.len(), 3, "{wrong}");
        assert!(numbers[0].starts_with("1054 (42S22)"), "{wrong}");
        assert!(numbers[1].starts_with("1231"), "{wrong}");
        assert!(numbers[2].starts_with("1062 (23000)"), "{:?}: {wrong}", bed.kind);
    }
}

async fn postgres(doors: &Doors) -> PgConnection {
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(doors.postgres);
    let options = options.username(USER).password(PASSWORD).database("shop").ssl_mode(PgSslMode::Prefer);
    PgConnection::connect_with(&options).await.expect("the door opens")
}

async fn mysql(doors: &Doors) -> MySqlConnection {
    let options =
        MySqlConnectOptions::new().host("127.0.0.1").port(doors.mysql).username(USER).password(PASSWORD);
    // What the driver sets by itself would change what statements mean.
    let options = options.pipes_as_concat(false).no_engine_substitution(false).timezone(None);
    options.database("shop").ssl_mode(MySqlSslMode::Disabled).connect().await.expect("the door opens")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_of_postgresql_prepares_binds_and_reads() {
    for bed in Bed::all() {
        let doors = Doors::open(&bed).await;
        let mut client = postgres(&doors).await;
        client
            .execute("CREATE TABLE t (a INT PRIMARY KEY, b BIGINT, c VARCHAR(30), f DOUBLE PRECISION)")
            .await
            .unwrap();
        let insert = "INSERT INTO t (a, b, c, f) VALUES ($1, $2, $3, $4)";
        for i in 1..=3i32 {
            let text = (i != 2).then(|| format!("it's {i}"));
            let query =
                sqlx::query(insert).bind(i).bind(i64::from(i) << 40).bind(text).bind(0.1 * f64::from(i));
            let done =
                query.execute(&mut client).await.unwrap_or_else(|error| panic!("{:?}: {error}", bed.kind));
            assert_eq!(done.rows_affected(), 1);
        }
        // Engines without small integers of their own announce large ones.
        let rows =
            sqlx::query("SELECT CAST(b AS BIGINT) AS b, c, f FROM t WHERE a >= $1 ORDER BY a").bind(2i32);
        let rows = rows.fetch_all(&mut client).await.unwrap();
        assert_eq!(rows.len(), 2, "{:?}", bed.kind);
        assert_eq!(rows[0].get::<i64, _>(0), 2 << 40);
        assert_eq!(rows[0].get::<Option<String>, _>(1), None);
        assert_eq!((rows[1].get::<String, _>(1), rows[1].get::<f64, _>(2)), ("it's 3".to_owned(), 0.1 * 3.0));
        let mut transaction = client.begin().await.unwrap();
        sqlx::query("DELETE FROM t WHERE a = $1").bind(1i32).execute(&mut *transaction).await.unwrap();
        transaction.rollback().await.unwrap();
        let duplicate =
            sqlx::query(insert).bind(1i32).bind(1i64).bind("x").bind(0.0).execute(&mut client).await;
        let code =
            duplicate.unwrap_err().into_database_error().and_then(|error| Some(error.code()?.into_owned()));
        assert_eq!(code.as_deref(), Some("23505"), "{:?}", bed.kind);
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) AS n FROM t").fetch_one(&mut client).await.unwrap();
        assert_eq!(count, 3, "{:?}", bed.kind);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_of_mysql_prepares_binds_and_reads() {
    for bed in Bed::all() {
        let doors = Doors::open(&bed).await;
        let mut client = mysql(&doors).await;
        client.execute("CREATE TABLE t (a INT PRIMARY KEY, c VARCHAR(30), f DOUBLE)").await.unwrap();
        for i in 1..=3i32 {
            let text = (i != 2).then(|| format!("it's {i}"));
            let query = sqlx::query("INSERT INTO t (a, c, f) VALUES (?, ?, ?)")
                .bind(i)
                .bind(text)
                .bind(0.5 * f64::from(i));
            let done =
                query.execute(&mut client).await.unwrap_or_else(|error| panic!("{:?}: {error}", bed.kind));
            assert_eq!(done.rows_affected(), 1);
        }
        let rows = sqlx::query("SELECT c, f FROM t WHERE a >= ? ORDER BY a").bind(2i32);
        let rows = rows.fetch_all(&mut client).await.unwrap();
        assert_eq!(rows.len(), 2, "{:?}", bed.kind);
        assert_eq!(rows[0].get::<Option<String>, _>(0), None);
        assert_eq!((rows[1].get::<String, _>(0), rows[1].get::<f64, _>(1)), ("it's 3".to_owned(), 1.5));
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) AS n FROM t").fetch_one(&mut client).await.unwrap();
        assert_eq!(count, 3);
    }
}

fn endless() -> &'static str {
    "WITH RECURSIVE n (i) AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 900000000) SELECT COUNT(*) AS c FROM n"
}

/// Ctrl-C in psql is a message on a connection of its own.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_cancels_is_stopped() {
    for kind in [EngineKind::Sqlite, EngineKind::Postgres] {
        let bed = Bed::new(kind);
        let doors = Doors::open(&bed).await;
        let mut psql = doors.psql();
        let began = Instant::now();
        let running =
            psql.args(["-c", endless()]).stderr(std::process::Stdio::piped()).spawn().expect("psql is there");
        tokio::time::sleep(Duration::from_millis(700)).await;
        let id = running.id().expect("it runs").to_string();
        std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill is there");
        let wrong = running.wait_with_output().await.unwrap().stderr;
        let wrong = String::from_utf8_lossy(&wrong);
        assert!(wrong.contains("ERROR:") && wrong.contains("Cancel request sent"), "{kind:?}: {wrong}");
        assert!(began.elapsed() < Duration::from_secs(10), "{kind:?}");
        let (shown, wrong) = said(doors.psql(), "SELECT 7 AS x;").await;
        assert_eq!(shown, "7\n", "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mysql_clients_stop_each_others_statements_if_they_are_the_same_user() {
    let bed = Bed::new(EngineKind::Sqlite);
    let doors = Doors::open(&bed).await;
    let (mut busy, mut other) = (mysql(&doors).await, mysql(&doors).await);
    let id: String = busy.fetch_one(sqlx::raw_sql("SELECT CONNECTION_ID()")).await.unwrap().get(0);
    let stop = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        other.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(format!("KILL QUERY {id}")))).await.unwrap();
    };
    let (done, ()) = tokio::join!(busy.execute(endless()), stop);
    assert!(done.unwrap_err().to_string().contains("interrupted"));
    assert!(other.execute(sqlx::raw_sql("KILL QUERY 999999")).await.is_err());
}

/// A client that goes away takes its statement along.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_leaves_nothing_running() {
    let bed = Bed::new(EngineKind::Sqlite);
    let doors = Doors::open(&bed).await;
    let mut client = postgres(&doors).await;
    let left = tokio::time::timeout(Duration::from_millis(300), client.execute(endless())).await;
    assert!(left.is_err());
    drop(client);
    let began = Instant::now();
    while doors.server.clients() > 0 {
        assert!(began.elapsed() < Duration::from_secs(5), "it is still in");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_password_nobody_comes_in() {
    let bed = Bed::new(EngineKind::Sqlite);
    let doors = Doors::open(&bed).await;
    let (_, wrong) = said(
        {
            let mut psql = doors.psql();
            psql.env("PGPASSWORD", "wrong");
            psql
        },
        "SELECT 1;",
    )
    .await;
    assert!(wrong.contains("password authentication failed"), "{wrong}");
    let (_, wrong) = said(
        {
            let mut psql = doors.psql();
            psql.args(["-U", "bob"]);
            psql
        },
        "SELECT 1;",
    )
    .await;
    assert!(wrong.contains("password authentication failed"), "{wrong}");
    let (_, wrong) = said(
        {
            let mut client = doors.mariadb();
            client.arg("-pwrong");
            client
        },
        "SELECT 1;",
    )
    .await;
    assert!(wrong.contains("ERROR 1045"), "{wrong}");
    let (_, wrong) = said(
        {
            let mut client = doors.mariadb();
            client.arg("--skip-password");
            client
        },
        "SELECT 1;",
    )
    .await;
    assert!(wrong.contains("ERROR 1045"), "{wrong}");
    assert_eq!(doors.server.clients(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn doors_are_for_this_machine() {
    use sqlx_kernel_serve::{Limits, Login, Options, Server};
    let bed = Bed::new(EngineKind::Sqlite);
    let server = |login, in_the_clear| {
        let (connect, limits) = (bed.options(), Limits::default());
        Server::new(
            airc_kernel_tests::kernel(),
            Options { connect, tenant: None, roles: [].into(), deadline: None, login, in_the_clear, limits },
        )
    };
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let password = || Login::password(USER, PASSWORD.to_owned().into()).unwrap();
    assert!(server(password(), false).bind(everywhere).await.is_err());
    assert!(server(password(), true).bind(everywhere).await.is_ok());
    assert!(server(Login::anybody(), true).bind(everywhere).await.is_err(), "not even then");
    assert!(server(Login::anybody(), false).bind("127.0.0.1:0".parse().unwrap()).await.is_ok());
}

/// Statements and what they gave, from a block of the README.
fn shown_in_readme(client: &str, prompt: &str) -> (String, String) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let readme = std::fs::read_to_string(root).expect("there is a README");
    let block = readme.split_once(&format!("```{client}\n")).and_then(|(_, rest)| rest.split_once("```"));
    let (block, _) = block.expect("the README shows the client");
    let (mut script, mut answers) = (String::new(), String::new());
    for line in block.lines() {
        match line.strip_prefix(prompt) {
            Some(statement) => script += &format!("{statement}\n"),
            None => answers += &format!("{line}\n"),
        }
    }
    (script, answers)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_shows_true_answers() {
    let bed = Bed::new(EngineKind::Sqlite);
    let doors = Doors::open(&bed).await;
    let (script, answers) = shown_in_readme("psql", "shop=> ");
    // Both streams in one, in order.
    let mut psql = tokio::process::Command::new("sh");
    psql.args(["-c", "psql -X -q -U ann -h 127.0.0.1 -p $PORT shop 2>&1"]);
    psql.env("PGPASSWORD", PASSWORD).env("PORT", doors.postgres.to_string());
    assert_eq!(said(psql, &script).await.0, answers);
    let (script, answers) = shown_in_readme("mariadb", "shop> ");
    let mut mariadb = tokio::process::Command::new("mariadb");
    let (port, password) = (doors.mysql.to_string(), format!("-p{PASSWORD}"));
    mariadb.args(["--no-defaults", "-t", "-h", "127.0.0.1", "-P", &port, "-u", USER, &password, "shop"]);
    assert_eq!(said(mariadb, &script).await.0, answers);
}
