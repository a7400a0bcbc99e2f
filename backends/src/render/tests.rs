//! What is written for small pieces of AIR, by dialect.

use air::Air;
use air::catalog::Catalog;
use air::profile::Profile;
use air_base::Dialect;

use super::RenderOptions;

/// `SELECT items FROM t` with `t(a int, b int, "order" int, s text)` on a dialect; a refusal as its message.
fn select(dialect: Dialect, items: &str) -> String {
    let text = format!(
        r#"(air version:1 statements:[(query_statement query:(query body:(select select:(block
            from:(source source:s0=(src alias:"t" kind:(table name:["t"]) closed:true columns:[
                (column name:"a" ty:i32) (column name:"b" ty:i32) (column name:"order" ty:i32)
                (column name:"s" ty:text nullable:true) (column name:(exact name:"Mixed") ty:i32)
                (column name:"two words" ty:i32)]))
            distinct:(all) items:[{items}]))))])"#
    );
    let air = Air::from_text(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    rendered(dialect, &air, 1_000)
}

fn rendered(dialect: Dialect, air: &Air, width: usize) -> String {
    let target = crate::target(&Profile::of(dialect));
    let catalog = Catalog::default();
    let options = RenderOptions { width, ..RenderOptions::new(&catalog) };
    let mut out = String::new();
    match super::render(air, &target, &options, &mut out, &mut Default::default()) {
        Ok(_) => out,
        Err(diagnostic) => format!("{}: {}", diagnostic.code, diagnostic.message),
    }
}

/// The one item, without SELECT and FROM.
fn item(dialect: Dialect, expr: &str) -> String {
    let text = select(dialect, &format!("(item expr:{expr})"));
    let text = text.strip_prefix("SELECT ").unwrap_or(&text);
    text.strip_suffix(" FROM t").unwrap_or(text).to_owned()
}

use Dialect::{Mariadb, Mssql, Mysql, Oracle, Postgres, Sqlite};

#[test]
fn parentheses_stand_where_an_operator_is_too_weak() {
    let add = |l: &str, r: &str| format!("(call op:add args:[{l} {r}]):i32");
    let mul = |l: &str, r: &str| format!("(call op:mul args:[{l} {r}]):i32");
    let sub = |l: &str, r: &str| format!("(call op:sub args:[{l} {r}]):i32");
    for (expr, expected) in [
        (add("s0.a", &mul("s0.b", "2")), "a + b * 2"),
        (mul(&add("s0.a", "s0.b"), "2"), "(a + b) * 2"),
        (sub("s0.a", &sub("s0.b", "1")), "a - (b - 1)"),
        (sub(&sub("s0.a", "s0.b"), "1"), "a - b - 1"),
        (sub("s0.a", "-5"), "a - -5"),
        (format!("(call op:neg args:[{}]):i32", "-5"), "-(-5)"),
        (format!("(call op:neg args:[{}]):i32", add("s0.a", "1")), "-(a + 1)"),
    ] {
        for dialect in [Mysql, Postgres, Sqlite] {
            assert_eq!(item(dialect, &expr), expected, "{dialect}");
        }
    }
}

#[test]
fn conditions_need_the_fewest_parentheses() {
    let eq = "(cmp op:eq left:s0.a right:1)";
    let or = format!("(or terms:[{eq} {eq}])");
    for (expr, expected) in [
        (format!("(and terms:[{eq} {or}])"), "a = 1 AND (a = 1 OR a = 1)"),
        (format!("(or terms:[(and terms:[{eq} {eq}]) {eq}])"), "a = 1 AND a = 1 OR a = 1"),
        (format!("(not operand:{eq})"), "NOT a = 1"),
        (format!("(not operand:{or})"), "NOT (a = 1 OR a = 1)"),
        (format!("(is_null operand:{eq})"), "(a = 1) IS NULL"),
        (format!("(cmp op:eq left:(not operand:{eq}) right:{eq})"), "(NOT a = 1) = (a = 1)"),
        (
            "(between operand:s0.a low:(call op:add args:[s0.b 1]):i32 high:(case branches:[(when when:true then:2)]):i32)"
                .to_owned(),
            "a BETWEEN b + 1 AND CASE WHEN TRUE THEN 2 END",
        ),
    ] {
        for dialect in [Mysql, Postgres, Sqlite] {
            assert_eq!(item(dialect, &expr), expected, "{dialect}");
        }
    }
}

#[test]
fn bit_operators_bind_as_the_dialect_says() {
    let or = "(call op:bit_or args:[s0.a (call op:bit_and args:[s0.b 1]):i64]):i64";
    assert_eq!(item(Mysql, or), "a | b & 1");
    assert_eq!(item(Sqlite, or), "a | (b & 1)");
    assert_eq!(item(Postgres, or), "a | (b & 1)");
    let add = "(call op:add args:[(call op:bit_or args:[s0.a s0.b]):i64 1]):i64";
    for dialect in [Mysql, Sqlite, Postgres] {
        assert_eq!(item(dialect, add), "(a | b) + 1", "{dialect}");
    }
    // On PostgreSQL `~1 + 2` is `~(1 + 2)`.
    let not = "(call op:add args:[(call op:bit_not args:[s0.a]):i64 2]):i64";
    assert_eq!(item(Postgres, not), "(~a) + 2");
    assert_eq!(item(Sqlite, not), "~a + 2");
}

#[test]
fn names_are_quoted_where_the_target_needs_it() {
    let items = r#"(item expr:s0.order) (item expr:s0."two words") (item expr:s0.Mixed) (item expr:s0.a alias:"Sum")"#;
    for (dialect, expected) in [
        (Mysql, "SELECT `order`, `two words`, Mixed, a AS Sum FROM t"),
        (Postgres, r#"SELECT "order", "two words", "Mixed", a AS Sum FROM t"#),
        (Sqlite, r#"SELECT "order", "two words", Mixed, a AS Sum FROM t"#),
        (Oracle, r#"SELECT "ORDER", "TWO WORDS", "Mixed", a AS Sum FROM t"#),
        (Mssql, "SELECT [order], [two words], Mixed, a AS [Sum] FROM t"),
    ] {
        let expected = if dialect == Mssql { expected.replace("[Sum]", "Sum") } else { expected.to_owned() };
        assert_eq!(select(dialect, items), expected, "{dialect}");
    }
}

#[test]
fn literals_are_spelled_by_dialect() {
    for (dialect, expr, expected) in [
        (Mysql, r#""it's a \\""#, r"'it''s a \\'"),
        (Postgres, r#""it's a \\""#, r"'it''s a \'"),
        (Mssql, r#""é""#, "N'é'"),
        (Sqlite, r#"(date text:"2024-01-31"):date"#, "'2024-01-31'"),
        (Postgres, r#"(date text:"2024-01-31"):date"#, "DATE '2024-01-31'"),
        (Mysql, r#"(bytes hex:"4142"):bytes"#, "x'4142'"),
        (Postgres, r#"(bytes hex:"4142"):bytes"#, r"'\x4142'::bytea"),
        (Mssql, r#"(bytes hex:"4142"):bytes"#, "0x4142"),
        (Oracle, "true", "1"),
        (Mssql, "true", "1"),
        (Mariadb, "true", "TRUE"),
        (Postgres, "-9223372036854775808:i64", "(-9223372036854775807 - 1)"),
    ] {
        assert_eq!(item(dialect, expr), expected, "{dialect}");
    }
}

#[test]
fn a_node_without_form_is_refused() {
    assert_eq!(item(Sqlite, "(array items:[1 2])"), "T0101: there are no arrays on sqlite@3.45");
    let text = item(Mysql, "(in operand:s0.a items:[])");
    assert!(text.starts_with("T0900"), "{text}");
}

#[test]
fn like_writes_an_escape_only_where_it_matters() {
    let like = |pattern: &str, escape: &str| {
        format!(r#"(like operand:s0.s pattern:"{pattern}" {escape} collation:binary)"#)
    };
    let plain = like("a%", "");
    let backslash = like(r"a\\%", r#"escape:"\\""#);
    let none = like(r"a\\%", "");
    for (dialect, expr, expected) in [
        (Postgres, &plain, "s LIKE 'a%'"),
        (Sqlite, &plain, "s LIKE 'a%'"),
        (Postgres, &backslash, r"s LIKE 'a\%'"),
        (Sqlite, &backslash, r"s LIKE 'a\%' ESCAPE '\'"),
        (Postgres, &none, r"s LIKE 'a\%' ESCAPE ''"),
        (Sqlite, &none, r"s LIKE 'a\%'"),
    ] {
        assert_eq!(item(dialect, expr), expected, "{dialect}");
    }
}

#[test]
fn long_statements_break_at_clauses_first() {
    let text = r#"(air version:1 statements:[(query_statement query:(query body:(select select:(block
        from:(source source:s0=(src alias:"accounts" kind:(table name:["accounts"]) closed:true columns:[
            (column name:"customer" ty:i32) (column name:"balance" ty:i32)]))
        distinct:(all) items:[(item expr:s0.customer) (item expr:s0.balance)]
        filter:(and terms:[(cmp op:gt left:s0.balance right:1000) (cmp op:lt left:s0.customer right:500)]))
        ) order:[(key expr:s0.customer)]))])"#;
    let air = Air::from_text(text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        rendered(Postgres, &air, 50),
        "SELECT customer, balance\nFROM accounts\nWHERE balance > 1000 AND customer < 500\nORDER BY customer"
    );
    assert_eq!(
        rendered(Postgres, &air, 24),
        "SELECT customer, balance\nFROM accounts\nWHERE balance > 1000\n  AND customer < 500\nORDER BY customer"
    );
}

#[test]
fn an_operation_that_fits_stays_on_its_line() {
    let sum = "(call op:add args:[(call op:add args:[s0.a s0.b]):i32 s0.a]):i32";
    let not = format!("(call op:bit_not args:[(call op:neg args:[{sum}]):i32]):i32");
    let text = format!(
        r#"(air version:1 statements:[(query_statement query:(query body:(select select:(block
            from:(source source:s0=(src alias:"t" kind:(table name:["t"]) closed:true columns:[
                (column name:"a" ty:i32) (column name:"b" ty:i32)]))
            distinct:(all) items:[(item expr:{sum}) (item expr:{not})]))))])"#
    );
    let air = Air::from_text(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let lines = rendered(Postgres, &air, 20);
    assert_eq!(lines, "SELECT\n  a + b + a,\n  ~ -(a + b + a)\nFROM t");
    // Where nothing fits, no letter is lost.
    let narrow = rendered(Postgres, &air, 8);
    assert_eq!(
        narrow.split_whitespace().collect::<Vec<_>>().join(" "),
        "SELECT a + b + a, ~ -(a + b + a) FROM t"
    );
}
