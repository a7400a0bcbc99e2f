//! Comparisons, conditions, patterns, joining.

use super::{check, refused};
use air_base::Dialect::*;

#[test]
fn texts_and_numbers_meet_by_dialect() {
    check(&[
        (Mysql, "i = '5'", "(i eq 5)", "bool"),
        (Mysql, "s = 5", "(cast(s to f64 prefix) eq 5)", "bool"),
        (Mysql, "'abc' = 0", "(0 eq 0)", "bool"),
        (Postgres, "i = '5'", "(i eq 5)", "bool"),
        (Sqlite, "i = '5'", "(i eq 5)", "bool"),
        (Sqlite, "s = 5", "(s eq '5')", "bool"),
        (Sqlite, "1 = '1'", "false", "bool"),
        (Sqlite, "10 < '9'", "true", "bool"),
        (Oracle, "s = 5", "(cast(s to number) eq 5)", "bool"),
        (Mssql, "CASE WHEN s = 5 THEN 1 END", "case when (cast(s to i32) eq 5) then 1", "i32"),
    ]);
    refused(&[(Postgres, "s = 5", "B0504"), (Postgres, "i = 'x'", "B0505")]);
}

#[test]
fn truth_is_explicit() {
    check(&[
        (Mysql, "NOT i", "not((i ne 0))", "bool"),
        (Mysql, "i AND s", "and((i ne 0), (cast(s to f64 prefix) ne 0))", "bool"),
        (Mysql, "SUM(i > 2)", "sum(cast((i gt 2) to i64))", "dec(41,0)"),
        (Mysql, "i <=> NULL", "(i same null)", "bool"),
        (Mysql, "i IS TRUE", "(i ne 0) is true", "bool"),
        (Mysql, "i = TRUE", "(i eq 1)", "bool"),
        (Mysql, "i XOR j", "xor((i ne 0), (j ne 0))", "bool"),
        (Postgres, "b AND i > 1", "and(b, (i gt 1))", "bool"),
        (Postgres, "b = 't'", "(b eq true)", "bool"),
        (Sqlite, "i IS j", "(i same j)", "bool"),
        (Mssql, "CASE WHEN b = 1 THEN 2 END", "case when (b eq true) then 2", "i32"),
    ]);
    refused(&[(Postgres, "NOT i", "B0504"), (Postgres, "b = 1", "B0504")]);
}

#[test]
fn lists_and_ranges() {
    check(&[
        (Mysql, "i IN (1, '2')", "i in (1, 2)", "bool"),
        (Postgres, "i = ANY('{1,2}')", "i in (1, 2)", "bool"),
        (Postgres, "i <> ALL(ARRAY[1,2])", "i not in (1, 2)", "bool"),
        (
            Postgres,
            "d BETWEEN '2024-01-01' AND '2024-01-31'",
            "d between date'2024-01-01' and date'2024-01-31'",
            "bool",
        ),
        (Sqlite, "i IN ()", "false", "bool"),
        (Postgres, "(i, j) = (1, 2)", "(row(i, j) eq row(1, 2))", "bool"),
        (Postgres, "(i, j) IS NULL", "and(i is null, j is null)", "bool"),
    ]);
}

#[test]
fn patterns_say_their_escape() {
    check(&[
        (Mysql, "s LIKE 'a%'", "s like 'a%'", "bool"),
        (Mysql, "s LIKE 'a\\\\%'", "s like 'a\\%' escape '\\'", "bool"),
        (Postgres, "s LIKE 'a!%' ESCAPE '!'", "s like 'a!%' escape '!'", "bool"),
        (Mssql, "s LIKE 'a[%]b'", "s like 'a\\%b' escape '\\'", "bool"),
        (Mssql, "s LIKE '[a-c]%'", "glob(lower(s), '[a-c]*')", "bool"),
        (Sqlite, "s LIKE '5%'", "s like '5%'", "bool"),
        (Postgres, "s ~ '^a'", "regex_match(s, '^a')", "bool"),
        (Postgres, "s !~ '^a'", "not(regex_match(s, '^a'))", "bool"),
    ]);
    refused(&[(Mssql, "s LIKE '[a-c]!%' ESCAPE '!'", "B0501")]);
}

#[test]
fn joining_follows_the_dialect() {
    check(&[
        (Postgres, "s || i || 'x'", "concat(s, cast(i to text), 'x')", "text"),
        (Sqlite, "s || 1", "concat(s, '1')", "text"),
        (Oracle, "s || 'x'", "concat_oracle(s, 'x')", "text"),
        (Mysql, "CONCAT(s, TRUE)", "concat(s, '1')", "text"),
        (Mysql, "CONCAT(s, m)", "concat(s, cast(m to text))", "text"),
        (Sqlite, "f || ''", "concat(text_of_real(f), '')", "text"),
    ]);
    refused(&[(Postgres, "i || j", "B0504")]);
}
