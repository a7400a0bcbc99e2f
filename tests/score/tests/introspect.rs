//! The schema of a live server, as the compiler gets it.

use airc_score::engines::{Engine, EngineKind, Fleet};
use sqlx_kernel::introspect;

/// Runs the definitions on the engine and reads them back.
fn definitions(kind: EngineKind, script: &[&str]) -> Vec<String> {
    let fleet = Fleet::new();
    let mut engine: Box<dyn Engine> = fleet.connect(kind, 0).expect("the engine starts");
    engine.reset().expect("the engine resets");
    for sql in script {
        engine.execute(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
    let url = fleet.url(kind, 0).expect("the server runs");
    introspect::open(&url).and_then(|mut source| source.definitions()).expect("the schema can be read")
}

#[test]
fn postgres_tables_come_with_types_keys_and_defaults() {
    let found = definitions(
        EngineKind::Postgres,
        &[
            "create type mood as enum ('sad', 'it''s ok')",
            "create domain cents as numeric(12,2)",
            "create table \"Odd name\" (id bigint generated always as identity primary key, m mood not null)",
            "create table t (a int not null default 1, b varchar(20) unique, c cents, d timestamptz, \
             e int generated always as (a + 1) stored, f serial, o bigint references \"Odd name\", primary key (a))",
            "create view v as select a, upper(b) as loud from t",
            "create unique index t_lower on t (lower(b)) where a > 3",
        ],
    );
    let expected = [
        "CREATE TYPE \"mood\" AS ENUM ('sad', 'it''s ok')",
        "CREATE DOMAIN \"cents\" AS numeric(12,2)",
        "CREATE SEQUENCE \"Odd name_id_seq\"",
        "CREATE SEQUENCE \"t_f_seq\"",
        "CREATE TABLE \"Odd name\" (\"id\" bigint GENERATED ALWAYS AS IDENTITY NOT NULL, \"m\" mood NOT NULL, PRIMARY KEY (id))",
        "CREATE TABLE \"t\" (\"a\" integer DEFAULT NULL NOT NULL, \"b\" character varying(20), \"c\" cents, \
         \"d\" timestamp with time zone, \"e\" integer GENERATED ALWAYS AS (NULL) STORED, \"f\" integer DEFAULT NULL NOT NULL, \
         \"o\" bigint, UNIQUE (b), PRIMARY KEY (a), FOREIGN KEY (o) REFERENCES \"Odd name\"(id))",
        "CREATE TABLE \"v\" (\"a\" integer, \"loud\" text)",
        "CREATE UNIQUE INDEX t_lower ON public.t USING btree (lower((b)::text)) WHERE (a > 3)",
    ];
    let mut found: Vec<&str> = found.iter().map(String::as_str).collect();
    let mut expected = expected;
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn mariadb_tables_come_as_it_shows_them_and_views_as_columns() {
    let found = definitions(
        EngineKind::Mariadb,
        &[
            "create table t (a int unsigned auto_increment primary key, b varchar(20) collate utf8mb4_bin, key ix (b))",
            "create view v as select a, upper(b) as loud from t",
        ],
    );
    assert_eq!(found.len(), 2);
    assert!(
        found[0].starts_with("CREATE TABLE `t`") && found[0].contains("PRIMARY KEY (`a`)"),
        "{}",
        found[0]
    );
    assert_eq!(
        found[1],
        "CREATE TABLE `v` (`a` int(10) unsigned NOT NULL, `loud` varchar(20) COLLATE utf8mb4_bin)"
    );
}
