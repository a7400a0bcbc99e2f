//! Functions: rows by dialect, unknown names, arguments.

use super::{bind, check, refused};
use air_base::Dialect::*;

#[test]
fn the_same_name_means_what_its_dialect_means() {
    check(&[
        (Mysql, "LENGTH(s)", "byte_length(s)", "i64"),
        (Postgres, "LENGTH(s)", "char_length(s)", "i32"),
        (Sqlite, "LENGTH(s)", "char_length(s)", "i64"),
        (Mssql, "LEN(s)", "length_trimmed(s)", "i32"),
        (Mysql, "CONCAT(s, 'x')", "concat(s, 'x')", "text"),
        (Postgres, "CONCAT(s, 'x')", "concat_skip_nulls(s, 'x')", "text"),
        (Mysql, "SUBSTR(s, 2)", "substring_from_end(s, 2)", "text"),
        (Postgres, "SUBSTR(s, 2)", "substring(s, 2)", "text"),
        (Sqlite, "SUBSTR(s, 2)", "substring_sqlite(s, 2)", "text"),
        (Oracle, "SUBSTR(s, 2)", "substring_oracle(s, 2)", "text"),
        (Mysql, "LOCATE('a', s)", "position(s, 'a')", "i64"),
        (Postgres, "POSITION('a' IN s)", "position(s, 'a')", "i32"),
        (Mssql, "CHARINDEX('a', s)", "position(s, 'a')", "i32"),
        (Mysql, "GREATEST(i, j)", "greatest(i, j)", "i32"),
        (Postgres, "GREATEST(i, j)", "greatest_skip_nulls(i, j)", "i32"),
        (Sqlite, "MAX(i, j)", "greatest(i, j)", "i64"),
        (Sqlite, "MAX(i)", "max(i)", "i64"),
        (Mysql, "ROUND(m)", "round(m)", "dec(9,0)"),
        (Mysql, "ROUND(f)", "round_half_even(f)", "f64"),
        (Sqlite, "ROUND(i)", "round(i)", "f64"),
        (Postgres, "TRIM(BOTH 'x' FROM s)", "trim(s, 'x')", "text"),
        (Mysql, "TRIM(BOTH 'xy' FROM s)", "trim_text(s, 'xy')", "text"),
    ]);
}

#[test]
fn choosing_unifies_its_branches() {
    check(&[
        (Mysql, "IF(i > 1, 'a', 2)", "case when (i gt 1) then 'a' else '2'", "text"),
        (Postgres, "COALESCE(i, 2.5)", "coalesce(i, 2.5)", "dec(11,1)"),
        (
            Oracle,
            "DECODE(i, 1, 'a', NULL, 'b', 'c')",
            "case when (i eq 1) then 'a' when i is null then 'b' else 'c'",
            "text",
        ),
        (Oracle, "NVL(s, 'x')", "coalesce(s, 'x')", "text"),
        (Postgres, "NULLIF(i, 0)", "null_if(i, 0)", "i32"),
        (Mysql, "IFNULL(s, i)", "coalesce(s, cast(i to text))", "text"),
    ]);
    refused(&[
        (Postgres, "COALESCE(i, 'x')", "B0505"),
        (Postgres, "CASE WHEN TRUE THEN i ELSE s END", "B0504"),
    ]);
}

#[test]
fn unknown_names_are_errors_with_advice() {
    refused(&[
        (Postgres, "IFNULL(i, 1)", "B0502"),
        (Mysql, "LENGHT(s)", "B0502"),
        (Postgres, "LENGTH(s, 1, 2)", "B0503"),
        (Mysql, "SLEEP(1)", "B0509"),
    ]);
    let help =
        |dialect, sql| bind(dialect, sql).diagnostics.last().and_then(|d| d.help.clone()).unwrap_or_default();
    assert!(help(Mysql, "LENGHT(s)").contains("`length`"));
    assert!(help(Postgres, "IFNULL(i, 1)").contains("function of mysql"));
}

#[test]
fn aggregates_and_windows() {
    check(&[
        (Mysql, "COUNT(*)", "count_all()", "i64"),
        (Mysql, "COUNT(DISTINCT i)", "count(distinct i)", "i64"),
        (Mysql, "GROUP_CONCAT(s SEPARATOR '|')", "string_agg(s, '|')", "text"),
        (Postgres, "STRING_AGG(s, ',')", "string_agg(s, ',')", "text"),
        (Postgres, "ROW_NUMBER() OVER (ORDER BY i)", "row_number() over", "i64"),
        (Postgres, "SUM(i) OVER (PARTITION BY j)", "sum(i) over", "i64"),
        (Mssql, "COUNT(*)", "count_all()", "i32"),
    ]);
    refused(&[(Postgres, "ROW_NUMBER()", "B0204"), (Postgres, "SUM(SUM(i))", "B0204")]);
}

#[test]
fn casts_say_what_happens_to_misfits() {
    check(&[
        (Mysql, "CAST(s AS SIGNED)", "cast(s to i64 prefix)", "i64"),
        (Postgres, "s::int", "cast(s to i32)", "i32"),
        (Postgres, "'5'::int", "5", "i32"),
        (Mssql, "TRY_CAST(s AS INT)", "case when (trim(s) eq '') then 0 else cast(s to i32 or null)", "i32"),
        (Sqlite, "CAST(s AS INTEGER)", "cast(s to i64 prefix)", "i64"),
        (Sqlite, "CAST(i AS NUMERIC)", "i", "i64"),
    ]);
}
