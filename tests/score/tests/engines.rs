//! The engines we start: values by type, sessions that are new after a reset, and their end.

use airc_score::engines::{Engine, EngineKind, Fleet, Stage, Station};
use airc_score::values::{Rows, Value};

fn cells(rows: Option<Rows>) -> String {
    let rows = rows.expect("the statement returns rows");
    let cells: Vec<String> =
        rows.rows.iter().flatten().map(|cell| format!("{} {}", cell.kind(), cell.to_expectation())).collect();
    cells.join(", ")
}

fn connect(fleet: &Fleet, kind: EngineKind) -> Box<dyn Engine> {
    let mut engine = fleet.connect(kind, 0).expect("the engine starts");
    engine.reset().expect("the engine resets");
    engine
}

#[test]
fn postgres_values_arrive_with_their_types() {
    let fleet = Fleet::new();
    let mut engine = connect(&fleet, EngineKind::Postgres);
    let mut one = |sql: &str| cells(engine.execute(sql).unwrap());
    assert_eq!(
        one("select 1, 2.50, 0.5::float8, true, null"),
        "number 1, number 2.50, float 0.5, boolean true, NULL null"
    );
    assert_eq!(
        one("select 'é'::text, 'a'::char(3), '\\x00ff'::bytea"),
        "text \"é\", text \"a  \", bytes {\"hex\":\"00ff\"}"
    );
    assert_eq!(
        one("select timestamptz '2024-01-01 12:00+02', date '2024-02-03'"),
        "temporal \"2024-01-01 10:00:00+00\", temporal \"2024-02-03\""
    );
    assert_eq!(
        one("select array[1,null]::int[], '{\"a\":1}'::jsonb"),
        "array [1,null], json \"{\\\"a\\\": 1}\""
    );
    assert_eq!(one("select 'NaN'::numeric, 'Infinity'::float8"), "float \"NaN\", float \"inf\"");
    assert_eq!(one("show timezone"), "text \"UTC\"");
    let error = engine.execute("select nope()").unwrap_err();
    assert_eq!((error.code.as_str(), error.transient), ("42883", false));
    assert_eq!(cells(engine.execute("select upper('x')").unwrap()), "text \"X\"");
}

#[test]
fn mariadb_values_arrive_with_their_types() {
    let fleet = Fleet::new();
    let mut engine = connect(&fleet, EngineKind::Mariadb);
    let mut one = |sql: &str| cells(engine.execute(sql).unwrap());
    assert_eq!(
        one("select 1, 2.50, 5e-1, 1 = 1, null"),
        "number 1, number 2.50, float 0.5, number 1, NULL null"
    );
    assert_eq!(one("select 'é', x'00ff', b'101' + 0"), "text \"é\", bytes {\"hex\":\"00ff\"}, number 5");
    assert_eq!(
        one("select date '2024-02-03', cast('2024-01-01 10:00' as datetime)"),
        "temporal \"2024-02-03\", temporal \"2024-01-01 10:00:00\""
    );
    assert_eq!(one("select 18446744073709551615"), "number 18446744073709551615");
    assert_eq!(
        one("select @@collation_connection, @@collation_database"),
        "text \"utf8mb4_general_ci\", text \"utf8mb4_general_ci\""
    );
    assert_eq!(
        one("select @@sql_mode"),
        "text \"STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION\""
    );
    let long = "x".repeat(17_000_000);
    assert_eq!(one(&format!("select length('{long}')")), "number 17000000");
    let error = engine.execute("select nope()").unwrap_err();
    assert_eq!((error.code.as_str(), error.transient), ("1305", false));
    assert_eq!(cells(engine.execute("select upper('x')").unwrap()), "text \"X\"");
}

#[test]
fn a_reset_leaves_nothing_behind() {
    let fleet = Fleet::new();
    for kind in EngineKind::ALL {
        let mut engine = connect(&fleet, kind);
        for sql in
            ["create table t(a int)", "create temporary table s(a int)", "begin", "insert into t values (1)"]
        {
            engine.execute(sql).unwrap();
        }
        engine.reset().unwrap();
        for sql in ["create table t(a int)", "create temporary table s(a int)"] {
            engine.execute(sql).unwrap();
        }
        assert_eq!(cells(engine.execute("select count(*) from t").unwrap()), "number 0", "{kind:?}");
    }
}

#[test]
fn a_station_tells_setup_from_query() {
    let fleet = Fleet::new();
    for kind in EngineKind::ALL {
        let mut station = Station::new(fleet.connect(kind, 1).expect("the engine starts"));
        let setup = ["create table t(a int)".to_owned(), "insert into t values (1)".to_owned()];
        let rows = station.run(&setup, &["select a from t".to_owned()]).unwrap();
        assert_eq!(rows.rows, [[Value::number("1")]]);
        let failure = station.run(&setup, &["select b from t".to_owned()]).unwrap_err();
        assert_eq!(failure.stage, Stage::Query);
        let silent = station.run(&setup, &["insert into t values (2)".to_owned()]).unwrap();
        assert_eq!(silent, Rows::default());
        let rows = station.run(&setup, &["select count(*) from t".to_owned()]).unwrap();
        assert_eq!(rows.rows, [[Value::number("1")]], "the setup is loaded again after a change");
    }
}
