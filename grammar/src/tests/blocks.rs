//! Bodies of triggers and routines.

use super::tree;
use crate::Parser;
use crate::tree::StatementKind;
use air_base::Dialect::{self, Mysql, Oracle, Postgres, Sqlite};

/// The body as it is printed, without the head.
fn body(dialect: Dialect, sql: &str) -> String {
    let printed = tree(dialect, sql);
    let at = printed.find(" body").map_or(0, |at| at + " body ".len());
    printed[at..].strip_suffix(')').unwrap_or_default().to_owned()
}

#[test]
fn bodies_of_mysql() {
    let trigger =
        |text: &str| body(Mysql, &format!("CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW {text}"));
    assert_eq!(
        trigger(
            "BEGIN IF new.x < 0 THEN SET new.x = 1; ELSEIF new.y THEN DELETE FROM b; ELSE SET new.y = 2; END IF; END"
        ),
        "(block (if (when (< new.x 0) (set new.x 1)) (when new.y (delete-single b)) else (set new.y 2)))"
    );
    assert_eq!(
        trigger(
            "BEGIN DECLARE a, b INT DEFAULT 3; DECLARE c CURSOR FOR SELECT 1; DECLARE EXIT HANDLER FOR NOT FOUND, SQLSTATE '23000' LEAVE x; END"
        ),
        "(block (declare a b as INT := 3) (cursor c (query (select 1))) (handler EXIT HANDLER FOR NOT FOUND, SQLSTATE '23000' (leave x:)))"
    );
    assert_eq!(
        trigger(
            "x: BEGIN l: LOOP LEAVE l; END LOOP l; WHILE a < CASE WHEN b THEN 1 ELSE 2 END DO ITERATE l; END WHILE; REPEAT OPEN c; UNTIL a = 1 END REPEAT; END x"
        ),
        "(block x: (loop l: (leave l:)) (loop while (< a (case when b 1 else 2)) (again l:)) (loop until (= a 1) (other OPEN c;)))"
    );
    assert_eq!(
        trigger(
            "BEGIN CASE new.x WHEN 1 THEN DELETE FROM b; ELSE BEGIN END; END CASE; CASE WHEN a THEN DELETE FROM b; END CASE; SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END"
        ),
        "(block (case new.x (when 1 (delete-single b)) else (block)) (case (when a (delete-single b))) \
         (raise SIGNAL SQLSTATE '45000' MESSAGE_TEXT=\"no\"))"
    );
    assert_eq!(
        body(Mysql, "CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC READS SQL DATA RETURN a + 1"),
        "(return (+ a 1))"
    );
}

#[test]
fn bodies_of_postgres() {
    let function = |text: &str| {
        body(Postgres, &format!("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $b${text}$b$"))
    };
    assert_eq!(
        function(
            "DECLARE n int := 3; BEGIN new.x := n; IF TG_OP = 'INSERT' THEN RETURN new; END IF; RAISE EXCEPTION 'no %', n USING ERRCODE = '22000'; END"
        ),
        "(declare n as int := 3) (block (:= new.x n) (if (when (= TG_OP \"INSERT\") (return new))) \
         (raise RAISE EXCEPTION \"no %\" n ERRCODE=\"22000\"))"
    );
    assert_eq!(
        function(
            "BEGIN FOR r IN SELECT 1 LOOP EXIT WHEN r IS NULL; CONTINUE; END LOOP; NULL; PERFORM f(1); RETURN; EXCEPTION WHEN no_data_found OR division_by_zero THEN RETURN 1; END;"
        ),
        "(block (loop FOR r IN SELECT 1 (leave when (is-null r)) (again)) (nothing) (other PERFORM f(1);) (return) \
         (on no_data_found OR division_by_zero (return 1)))"
    );
}

#[test]
fn bodies_of_oracle_and_sqlite() {
    assert_eq!(
        body(
            Oracle,
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW WHEN (new.x > 0) DECLARE n NUMBER(5) := 1; BEGIN IF (:NEW.x IS NULL) THEN :NEW.x := n; END IF; p(1); END;"
        ),
        "(declare n as NUMBER(5) := 1) (block (if (when (is-null NEW.x) (:= NEW.x n))) (other p(1);))"
    );
    assert_eq!(
        body(
            Oracle,
            "CREATE PROCEDURE p (a NUMBER) IS n NUMBER; CURSOR c IS SELECT 1 FROM dual; BEGIN NULL; END p;"
        ),
        "(declare n as NUMBER) (cursor c (query (select 1 from dual))) (block (nothing))"
    );
    assert_eq!(
        body(
            Sqlite,
            "CREATE TRIGGER t AFTER DELETE ON a BEGIN DELETE FROM b WHERE x = old.x; UPDATE c SET y = CASE WHEN 1 THEN 2 END; END"
        ),
        "(block (delete-single b where (= x old.x)) (update c (= y (case when 1 2))))"
    );
}

/// Scripts that hold a body, and the place of the first complaint about it.
#[test]
fn broken_bodies_say_where() {
    for (dialect, sql, place) in [
        (
            Mysql,
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN IF new.x SET new.x = 1; END IF; END",
            ";",
        ),
        (Mysql, "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN DELETE FROM FROM b; END", "FROM"),
        (Mysql, "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET new.x = ; END", ";"),
        (Sqlite, "CREATE TRIGGER t AFTER INSERT ON a BEGIN INSERT INTO b VALUES (1; END", "("),
        (Oracle, "CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW BEGIN IF x THEN y := 1; END; END;", ";"),
        (Postgres, "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1 + ; END $$", ";"),
    ] {
        let mut parser = Parser::of(dialect);
        let parsed = parser.parse(sql);
        let kind = parsed.tree[parsed.tree.statements()[0]].kind;
        assert_eq!(kind, StatementKind::Broken, "{sql}");
        let said = parsed.diagnostics.iter().find(|d| d.severity == air_base::Severity::Error).expect(sql);
        let met = said.span().text(sql);
        assert!(met.is_empty() || met == place || sql.contains(place), "{sql}: {met}");
    }
}

/// Cut anywhere, a body is read or complained about.
#[test]
fn cut_bodies_end() {
    let text = "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW x: BEGIN DECLARE a INT; IF new.x < 0 THEN SET new.x = 1; \
                ELSE CASE new.y WHEN 1 THEN DELETE FROM b; END CASE; END IF; l: LOOP LEAVE l; END LOOP l; \
                SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END x";
    let function = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE n int := 3; BEGIN IF n > 1 THEN \
                    new.x := n; ELSIF n = 2 THEN RAISE EXCEPTION 'no %', n; END IF; FOR r IN SELECT 1 LOOP NULL; END LOOP; \
                    RETURN new; EXCEPTION WHEN others THEN NULL; END $$";
    for (dialect, text) in [(Mysql, text), (Postgres, function), (Oracle, text), (Sqlite, text)] {
        let mut parser = Parser::of(dialect);
        for end in 0..text.len() {
            parser.parse(&text[..end]);
            // A word left out.
            let stop = text[end..].find(' ').map_or(text.len(), |at| end + at);
            parser.parse(&format!("{}{}", &text[..end], &text[stop..]));
        }
    }
}

#[test]
fn deep_bodies_are_refused() {
    let deep = |levels: usize| {
        let text = format!(
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW {}DELETE FROM b; {}",
            "BEGIN IF new.x THEN ".repeat(levels),
            "END IF; END; ".repeat(levels)
        );
        let mut parser = Parser::of(Mysql);
        parser.lexer.reset();
        let text = format!("DELIMITER //\n{text}\n//");
        let parsed = parser.parse(&text);
        parsed.tree[parsed.tree.statements()[0]].kind != StatementKind::Broken
    };
    assert!(deep(20));
    assert!(!deep(2000));
}
