//! Translated triggers at work: rows are changed on the engines, and the tables say what the triggers did.

use airc::{Options, Profile, Translator};
use airc_score::engines::{Engine, EngineKind, Fleet};
use airc_score::project_root;
use airc_score::real::SCRIPTS;

/// Loads what of the script is translated; triggers must be, whose names come in `triggers`.
fn loaded(fleet: &Fleet, from: &str, script: &str, kind: EngineKind, triggers: &[&str]) -> Box<dyn Engine> {
    let mut engine = fleet.connect(kind, 0).expect("the engine starts");
    engine.reset().expect("the engine resets");
    let (source, target): (Profile, Profile) =
        (from.parse().expect("a profile"), kind.profile().parse().expect("a profile"));
    let mut translator = Translator::new(source, target, Options::default());
    let mut made = Vec::new();
    for outcome in translator.translate_script(script) {
        let Some(translation) = &outcome.translation else { continue };
        for sql in &translation.sql {
            engine.execute(sql).unwrap_or_else(|error| panic!("{}: {sql}: {error:?}", kind.label()));
            made.push(sql.to_ascii_lowercase());
        }
    }
    for name in triggers {
        let words = format!("create trigger {name} ");
        assert!(
            made.iter().any(|sql| sql.replace("or replace ", "").starts_with(&words)),
            "{}: {name} is not there",
            kind.label()
        );
    }
    engine
}

fn cells(engine: &mut dyn Engine, sql: &str) -> String {
    let rows = engine.execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}")).expect("rows");
    let row = |row: &Vec<airc_score::values::Value>| {
        row.iter().map(|cell| cell.to_expectation().to_string()).collect::<Vec<_>>().join(" ")
    };
    rows.rows.iter().map(row).collect::<Vec<_>>().join(", ")
}

fn run(engine: &mut dyn Engine, statements: &[&str]) {
    for sql in statements {
        engine.execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }
}

/// The script of that name; `None` where there are no real scripts beside the project.
fn real(name: &str) -> Option<String> {
    let folder = project_root().join("../shared/real");
    let script = SCRIPTS.iter().find(|script| script.name == name).expect("a script of that name");
    script.read(&folder).ok()
}

const FILMS: &[&str] = &[
    "insert into language(language_id, name, last_update) values (1, 'English', '2006-02-15 05:02:19')",
    "insert into film(film_id, title, description, release_year, language_id, rental_duration, rental_rate, replacement_cost, last_update) \
     values (1, 'ACADEMY DINOSAUR', 'An epic', 2006, 1, 6, 0.99, 20.99, '2006-02-15 05:03:42')",
    "insert into film(film_id, title, description, release_year, language_id, rental_duration, rental_rate, replacement_cost, last_update) \
     values (2, 'ACE GOLDFINGER', 'A reflection', 2006, 1, 3, 4.99, 12.99, '2006-02-15 05:03:42'), \
            (3, 'ADAPTATION HOLES', NULL, 2006, 1, 7, 2.99, 18.99, '2006-02-15 05:03:42')",
];

#[test]
fn sakila_keeps_its_copy_of_texts() {
    let Some(script) = real("sakila-mysql") else { return };
    let fleet = Fleet::new();
    for kind in EngineKind::ALL {
        let mut engine = loaded(&fleet, "mysql", &script, kind, &["ins_film", "upd_film", "del_film"]);
        let engine = &mut *engine;
        run(engine, FILMS);
        let texts = "select film_id, title, description from film_text order by film_id";
        assert_eq!(
            cells(engine, texts),
            "1 \"ACADEMY DINOSAUR\" \"An epic\", 2 \"ACE GOLDFINGER\" \"A reflection\", 3 \"ADAPTATION HOLES\" null",
            "{}",
            kind.label()
        );
        run(
            engine,
            &[
                "update film set title = 'ACADEMY' where film_id = 1",
                "update film set description = 'Something' where film_id = 2",
                // A description that was NULL: the condition is unknown, and the copy stays.
                "update film set description = 'Anything' where film_id = 3",
                "update film set rental_rate = 1.99",
                "update film set film_id = 20, title = 'TWENTY' where film_id = 2",
                "delete from film where film_id = 1",
            ],
        );
        assert_eq!(
            cells(engine, texts),
            "3 \"ADAPTATION HOLES\" null, 20 \"TWENTY\" \"Something\"",
            "{}",
            kind.label()
        );
    }
}

#[test]
fn sakila_knows_what_is_in_stock_and_owed() {
    let Some(script) = real("sakila-mysql") else { return };
    let fleet = Fleet::new();
    // Neither rows of other tables nor triggers matter here.
    let at_rest = [
        (EngineKind::Postgres, "set session_replication_role = replica"),
        (EngineKind::Mariadb, "set foreign_key_checks = 0"),
    ];
    let mut found = Vec::new();
    for (kind, rest) in at_rest {
        let mut engine = loaded(&fleet, "mysql", &script, kind, &[]);
        let engine = &mut *engine;
        run(engine, &[rest]);
        run(engine, FILMS);
        run(
            engine,
            &[
                "insert into inventory(inventory_id, film_id, store_id, last_update) values (1, 1, 1, '2006-02-15 05:09:17'), \
                 (2, 2, 1, '2006-02-15 05:09:17'), (3, 3, 1, '2006-02-15 05:09:17')",
                "insert into rental(rental_id, rental_date, inventory_id, customer_id, return_date, staff_id, last_update) values \
                 (1, '2005-05-24 22:53:30', 1, 7, '2005-06-20 22:04:30', 1, '2006-02-15 21:30:53'), \
                 (2, '2005-05-24 22:54:33', 2, 7, NULL, 1, '2006-02-15 21:30:53')",
                "insert into payment(payment_id, customer_id, staff_id, rental_id, amount, payment_date, last_update) values \
                 (1, 7, 1, 1, 2.99, '2005-05-25 11:30:37', '2006-02-15 22:12:30')",
            ],
        );
        let stock = "select inventory_in_stock(1), inventory_in_stock(2), inventory_in_stock(3)";
        assert_eq!(cells(engine, stock), "1 0 1", "{}", kind.label());
        let owed = match kind {
            EngineKind::Postgres => "select get_customer_balance(7, timestamp '2006-01-01 00:00:00')",
            _ => "select get_customer_balance(7, '2006-01-01 00:00:00')",
        };
        found.push(cells(engine, owed));
    }
    assert_eq!(found[0], found[1]);
    // 0.99 and 4.99 of rent, 21 days too long, 2.99 paid.
    assert_eq!(found[0], "23.99");
}

/// A row gets the time of its last change; the old one is years ago.
fn stamps(name: &str, from: &str, triggers: &[&str], kinds: &[EngineKind], inserts: bool) {
    let Some(script) = real(name) else { return };
    let fleet = Fleet::new();
    for &kind in kinds {
        let mut engine = loaded(&fleet, from, &script, kind, triggers);
        let engine = &mut *engine;
        run(
            engine,
            &[
                "insert into actor(actor_id, first_name, last_name, last_update) values (1, 'A', 'B', '2006-02-15 04:34:33'), (2, 'C', 'D', '2006-02-15 04:34:33')",
            ],
        );
        let old = "select count(*) from actor where last_update < '2020-01-01 00:00:00'";
        assert_eq!(cells(engine, old), if inserts { "0" } else { "2" }, "{}", kind.label());
        run(
            engine,
            &["update actor set first_name = 'E', last_update = '2007-01-01 00:00:00' where actor_id = 2"],
        );
        assert_eq!(cells(engine, old), if inserts { "0" } else { "1" }, "{}", kind.label());
    }
}

#[test]
fn sakila_of_sqlite_stamps_rows() {
    stamps("sakila-sqlite", "sqlite", &["actor_trigger_ai", "actor_trigger_au"], &EngineKind::ALL, true);
}

#[test]
fn sakila_of_postgres_stamps_rows() {
    stamps("sakila-postgres", "postgres", &["last_updated"], &EngineKind::ALL, false);
}

#[test]
fn sakila_of_oracle_stamps_rows_and_numbers_them() {
    let triggers = &["actor_before_trigger", "actor_before_update"];
    let kinds = [EngineKind::Postgres, EngineKind::Mariadb];
    stamps("sakila-oracle", "oracle", triggers, &kinds, true);
    let Some(script) = real("sakila-oracle") else { return };
    let fleet = Fleet::new();
    for kind in kinds {
        let mut engine = loaded(&fleet, "oracle", &script, kind, triggers);
        let engine = &mut *engine;
        run(
            engine,
            &[
                "insert into actor(first_name, last_name) values ('A', 'B'), ('C', 'D')",
                "insert into actor(actor_id, first_name, last_name) values (77, 'E', 'F')",
            ],
        );
        assert_eq!(
            cells(engine, "select actor_id from actor order by actor_id"),
            "1, 2, 77",
            "{}",
            kind.label()
        );
    }
}

/// What a trigger refuses is refused, and nothing of the statement stays.
#[test]
fn errors_of_triggers_undo_the_statement() {
    let mysql = "CREATE TABLE item (id INT PRIMARY KEY, price INT);
        CREATE TRIGGER item_bi BEFORE INSERT ON item FOR EACH ROW BEGIN
          IF NEW.price < 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'price below zero'; END IF;
        END;";
    let postgres = "CREATE TABLE item (id int PRIMARY KEY, price int);
        CREATE FUNCTION item_bi() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF NEW.price < 0 THEN RAISE EXCEPTION 'price below zero'; END IF; RETURN NEW;
        END $$;
        CREATE TRIGGER item_bi BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION item_bi();";
    let sqlite = "CREATE TABLE item (id INTEGER PRIMARY KEY, price INTEGER);
        CREATE TRIGGER item_bi BEFORE INSERT ON item WHEN NEW.price < 0 BEGIN SELECT RAISE(ABORT, 'price below zero'); END;";
    let fleet = Fleet::new();
    for (from, script) in [("mysql", mysql), ("postgres", postgres), ("sqlite", sqlite)] {
        for kind in EngineKind::ALL {
            let mut engine = loaded(&fleet, from, script, kind, &["item_bi"]);
            let engine = &mut *engine;
            run(engine, &["insert into item values (1, 5), (2, null)"]);
            let error =
                engine.execute("insert into item values (3, 6), (4, -1)").expect_err("a price below zero");
            assert!(
                format!("{error:?}").contains("price below zero"),
                "{from} -> {}: {error:?}",
                kind.label()
            );
            assert_eq!(
                cells(engine, "select id from item order by id"),
                "1, 2",
                "{from} -> {}",
                kind.label()
            );
        }
    }
}

/// What would run for other rows, at another time or to another effect is refused.
#[test]
fn what_differs_is_refused() {
    let tables = "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT NOT NULL); CREATE TABLE u (id INT PRIMARY KEY, a INT);";
    let all = ["postgres", "mysql", "sqlite"];
    let (later, both) = (["sqlite"], ["postgres", "mysql"]);
    let cases: &[(&str, &[&str], &str, &str)] = &[
        ("postgres", &all, "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET a = 1 WHERE id = NEW.id; RETURN NEW; END $$;
            CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", "changes its own table"),
        ("mysql", &all, "CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW UPDATE u SET a = (SELECT COUNT(*) FROM t)", "own table"),
        ("mysql", &all, "CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW UPDATE u SET a = 1;
            CREATE TRIGGER y AFTER INSERT ON t FOR EACH ROW UPDATE u SET a = 2", "runs first"),
        ("postgres", &all, "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
            CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", "leaving out the row"),
        ("postgres", &all, "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO u VALUES (1, 1); RETURN NULL; EXCEPTION WHEN others THEN RETURN NULL; END $$;
            CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", "exception handler"),
        ("sqlite", &all, "CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO u VALUES (NEW.id, 1); END", "one session"),
        ("mysql", &later, "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 1", "constraint looks at it"),
        ("mysql", &later, "CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW SET NEW.a = 1;
            CREATE TRIGGER y AFTER UPDATE ON t FOR EACH ROW INSERT INTO u VALUES (NEW.id, NEW.a)", "by an UPDATE"),
        ("mysql", &later, "CREATE TRIGGER x AFTER DELETE ON t FOR EACH ROW DELETE FROM u WHERE id = OLD.id; TRUNCATE TABLE t", "TRUNCATE would be DELETE"),
        ("postgres", &later, "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := 1; RETURN NEW; END $$;
            CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f(); UPDATE t SET b = 2 RETURNING a", "before or after the trigger"),
        ("postgres", &["mysql"], "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := 1; RETURN NEW; END $$;
            CREATE TRIGGER x BEFORE UPDATE OF b ON t FOR EACH ROW EXECUTE FUNCTION f()", "whatever columns it sets"),
        ("postgres", &all, "CREATE FUNCTION g(n int) RETURNS int LANGUAGE plpgsql STRICT AS $$ BEGIN RETURN 1; END $$", "not run for NULL"),
        ("postgres", &both, "CREATE FUNCTION g(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
            CREATE FUNCTION g(n text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 2; END $$", "second function"),
        ("mysql", &all, "CREATE FUNCTION g(n INT) RETURNS INT READS SQL DATA BEGIN DECLARE v INT; SELECT a INTO v FROM t WHERE id = n; RETURN v; END", "SELECT INTO"),
        ("mysql", &all, "CREATE FUNCTION g(a INT) RETURNS INT READS SQL DATA BEGIN DECLARE v INT; SELECT COUNT(*) INTO v FROM t WHERE id = a; RETURN v; END", "a variable and a column"),
    ];
    for (from, targets, script, reason) in cases {
        for to in *targets {
            let script = format!("{tables} {script};");
            let mut translator = Translator::new(
                from.parse().expect("a profile"),
                to.parse().expect("a profile"),
                Options::default(),
            );
            let outcomes = translator.translate_script(&script);
            let said =
                outcomes.iter().filter_map(|outcome| outcome.refusal()).map(|why| why.message.as_str());
            let said: Vec<&str> = said.collect();
            assert!(said.iter().any(|why| why.contains(reason)), "{from} -> {to}: {script}: {said:?}");
        }
    }
}

/// Foreign keys of MySQL change rows without a word to triggers; elsewhere they run, which is said.
#[test]
fn rows_that_foreign_keys_change_are_named() {
    let script = "CREATE TABLE p (id INT PRIMARY KEY);
        CREATE TABLE c (id INT PRIMARY KEY, p_id INT, FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE);
        CREATE TABLE log (id INT);
        CREATE TRIGGER c_ad AFTER DELETE ON c FOR EACH ROW INSERT INTO log VALUES (OLD.id);";
    for (to, expected) in [("postgres", true), ("sqlite", true), ("mysql", false)] {
        let mut translator = Translator::new(
            "mysql".parse().expect("a profile"),
            to.parse().expect("a profile"),
            Options::default(),
        );
        let outcomes = translator.translate_script(script);
        let assumed = outcomes
            .iter()
            .filter_map(|outcome| outcome.translation.as_ref())
            .any(|one| one.certificate.assumptions.iter().any(|known| known.kind.word() == "no-cascades"));
        assert_eq!(assumed, expected, "{to}");
    }
}
