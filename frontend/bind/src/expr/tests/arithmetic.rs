//! Numbers: literals, division, result types.

use super::{check, refused};
use air_base::Dialect::*;

#[test]
fn literals_have_the_types_of_their_dialect() {
    check(&[
        (Mysql, "42", "42", "i32"),
        (Mysql, "1.50", "1.50", "dec(3,2)"),
        (Mysql, "1e3", "1e3f", "f64"),
        (Mysql, "18446744073709551615", "18446744073709551615", "u64"),
        (Mysql, "x'4d'", "x'4D'", "bytes { length: 0, fixed: false }"),
        (Postgres, "9223372036854775808", "9223372036854775808", "dec(19,0)"),
        (Postgres, "1e3", "1000", "dec(4,0)"),
        (Postgres, "B'101' = B'101'", "(b'101' eq b'101')", "bool"),
        (Sqlite, "1.5", "1.5f", "f64"),
        (Sqlite, "9223372036854775808", "9223372036854775808f", "f64"),
        (Sqlite, "-9223372036854775808", "-9223372036854775808", "i64"),
        (Oracle, "1.50", "1.50", "number"),
        (Oracle, "''", "null", "text"),
        (Mssql, "1.5", "1.5", "dec(2,1)"),
        (Mssql, "3000000000", "3000000000", "dec(10,0)"),
    ]);
}

#[test]
fn division_is_by_dialect_and_type() {
    check(&[
        (Mysql, "i / j", "div_decimal_or_null(i, j)", "dec(14,4)"),
        (Mysql, "m / i", "div_decimal_or_null(m, i)", "dec(14,6)"),
        (Mysql, "f / i", "div_float_or_null(f, i)", "f64"),
        (Mysql, "i DIV j", "div_int_or_null(i, j)", "i64"),
        (Mysql, "i % j", "mod_or_null(i, j)", "i64"),
        (Postgres, "i / j", "div_int(i, j)", "i32"),
        (Postgres, "i / k", "div_int(i, k)", "i64"),
        (Postgres, "m / i", "div_number(m, i)", "number"),
        (Postgres, "f / m", "div_float(f, m)", "f64"),
        (Sqlite, "i / j", "div_int_or_null(i, j)", "i64"),
        (Sqlite, "i / 2.0", "div_float_or_null(i, 2.0f)", "f64"),
        (Sqlite, "f % 2", "mod_or_null(cast(f to i64 clamp), 2)", "i64"),
        (Oracle, "i / 2", "div_oracle(i, 2)", "number"),
        (Mssql, "i / j", "div_int(i, j)", "i32"),
        (Mssql, "m / i", "div_decimal(m, i)", "dec(21,13)"),
    ]);
}

#[test]
fn exact_numbers_keep_the_right_scale() {
    check(&[
        (Mysql, "m + n", "add(m, n)", "dec(12,3)"),
        (Mysql, "m * n", "mul(m, n)", "dec(15,5)"),
        (Mysql, "SUM(i)", "sum(i)", "dec(32,0)"),
        (Mysql, "AVG(m)", "avg_decimal(m)", "dec(14,6)"),
        (Postgres, "m + n", "add(m, n)", "dec(12,3)"),
        (Postgres, "m * n", "mul(m, n)", "dec(15,5)"),
        (Postgres, "SUM(i)", "sum(i)", "i64"),
        (Postgres, "SUM(k)", "sum(k)", "dec(38,0)"),
        (Postgres, "AVG(i)", "avg_number(i)", "number"),
        (Postgres, "AVG(f)", "avg_float(f)", "f64"),
        (Mssql, "AVG(i)", "avg_cut(i)", "i32"),
        (Mssql, "m * n", "mul(m, n)", "dec(16,5)"),
        (Oracle, "AVG(m)", "avg_oracle(m)", "number"),
        (Sqlite, "AVG(i)", "avg_float(i)", "f64"),
    ]);
}

#[test]
fn signs_and_bits() {
    check(&[
        (Mysql, "-i", "neg(i)", "i64"),
        (Mysql, "i ^ j", "bit_xor(i, j)", "u64"),
        (Mysql, "~0", "bit_not(0)", "u64"),
        (Mysql, "i || j", "or((i ne 0), (j ne 0))", "bool"),
        (Postgres, "2 ^ 3", "power(2, 3)", "f64"),
        (Postgres, "i # j", "bit_xor(i, j)", "i32"),
        (Sqlite, "i << 2", "shift_left(i, 2)", "i64"),
        (Mssql, "i ^ j", "bit_xor(i, j)", "i32"),
    ]);
}

#[test]
fn text_in_arithmetic() {
    check(&[
        (Mysql, "s + 1", "add(cast(s to f64 prefix), 1)", "f64"),
        (Mysql, "'12abc' + 1", "add(12f, 1)", "f64"),
        (Sqlite, "'3' + 1", "add(3, 1)", "i64"),
        (Mssql, "s + 'x'", "concat(s, 'x')", "text"),
        (Mssql, "s + 1", "add(cast(s to i32), 1)", "i32"),
        (Postgres, "i + '1'", "add(i, 1)", "i32"),
        // A date is the number yyyymmdd beside a number.
        (
            Mysql,
            "d + 1",
            "add(add(add(mul(extract_year(d), 10000), mul(extract_month(d), 100)), extract_day(d)), 1)",
            "i64",
        ),
    ]);
    refused(&[
        // Bits are shown as digits, which no number is.
        (Postgres, "B'101'", "B0504"),
        // No value of any target.
        (Postgres, "'NaN'::float8", "B0505"),
        (Postgres, "'294276-12-31 23:59:59'::timestamp", "B0505"),
        (Postgres, "'23:59:59.9999999'::time", "B0505"),
        (Postgres, "s + 1", "B0504"),
        (Postgres, "i + 'x'", "B0505"),
        (Sqlite, "m * 1 / 2", "B0504"),
    ]);
}
