//! Dates, times, intervals, formats.

use super::{check, refused};
use air_base::Dialect::*;

#[test]
fn literals_are_normalised() {
    check(&[
        (Postgres, "DATE '2024-1-5'", "date'2024-01-05'", "date"),
        (Postgres, "TIMESTAMP '2024-01-05 10:00'", "ts'2024-01-05 10:00:00'", "ts(6)"),
        (Oracle, "DATE '2024-01-05'", "ts'2024-01-05 00:00:00'", "ts(0)"),
        (Postgres, "INTERVAL '1 day 2 hours'", "0mon 1d 7200000000us", "interval(mixed)"),
        (Oracle, "INTERVAL '1-2' YEAR TO MONTH", "14mon 0d 0us", "interval(mixed)"),
        (Postgres, "INTERVAL '1 month - 1 day'", "1mon -1d 0us", "interval(mixed)"),
        (Postgres, "INTERVAL '1 day ago'", "0mon -1d 0us", "interval(mixed)"),
    ]);
    refused(&[(Postgres, "DATE '2024-02-30'", "B0505")]);
}

#[test]
fn arithmetic_of_dates() {
    check(&[
        (Mysql, "d + INTERVAL 1 MONTH", "date_add[month](d, 1)", "date"),
        (Mysql, "d - INTERVAL 2 HOUR", "date_add[hour](cast(d to ts(0)), -2)", "ts(0)"),
        (Mysql, "DATE_ADD('2024-01-31', INTERVAL 1 MONTH)", "date_add[month](date'2024-01-31', 1)", "date"),
        (Mysql, "DATEDIFF(d, '2024-01-01')", "days_between(d, date'2024-01-01')", "i64"),
        (Mysql, "TIMESTAMPDIFF(MONTH, d, ts)", "complete_units[month](cast(d to ts(6)), ts)", "i64"),
        (Postgres, "d + 1", "add_days(d, 1)", "date"),
        (Postgres, "d - d", "days_between(d, d)", "i32"),
        (Postgres, "d - DATE '2024-01-01'", "days_between(d, date'2024-01-01')", "i32"),
        (Postgres, "ts + INTERVAL '1 month'", "add_interval(ts, 1mon 0d 0us)", "ts(6)"),
        (Postgres, "d + INTERVAL '1 month'", "add_interval(cast(d to ts(6)), 1mon 0d 0us)", "ts(6)"),
        (Postgres, "i * INTERVAL '1 day'", "make_interval[day](i)", "interval(mixed)"),
        (Oracle, "d + 1", "add_days(d, 1)", "ts(0)"),
        (Oracle, "d - d", "elapsed_days(d, d)", "number"),
        (Oracle, "ADD_MONTHS(d, 1)", "add_months_sticky(d, 1)", "ts(0)"),
        (Mssql, "DATEADD(month, 1, d)", "date_add[month](d, 1)", "date"),
        (Mssql, "DATEDIFF(day, d, ts)", "boundaries_between[day](d, ts)", "i32"),
        (
            Sqlite,
            "date(d, '+1 month')",
            "format_time(date_add_roll[month](cast(d to ts(3) or null), 1), '{YYYY}-{MM}-{DD}')",
            "text",
        ),
        (Sqlite, "strftime('%Y', d)", "format_time(cast(d to ts(3) or null), '{YYYY}')", "text"),
    ]);
}

#[test]
fn fields_and_formats() {
    check(&[
        (Mysql, "YEAR(d)", "extract_year(d)", "i32"),
        (Mysql, "EXTRACT(MONTH FROM d)", "extract_month(d)", "i64"),
        (Mysql, "EXTRACT(YEAR_MONTH FROM d)", "add(mul(extract_year(d), 100), extract_month(d))", "i64"),
        (Postgres, "EXTRACT(DOW FROM d)", "extract_weekday_sunday0(d)", "dec(19,0)"),
        (Postgres, "DATE_PART('year', d)", "cast(extract_year(d) to f64)", "f64"),
        (Postgres, "DATE_TRUNC('month', ts)", "date_trunc[month](ts)", "ts(6)"),
        (Mssql, "DATEPART(weekday, d)", "extract_weekday_sunday1(d)", "i32"),
        (Mysql, "DATE_FORMAT(d, '%Y-%m')", "format_time(d, '{YYYY}-{MM}')", "text"),
        (Postgres, "TO_CHAR(ts, 'YYYY-MM-DD')", "format_time(ts, '{YYYY}-{MM}-{DD}')", "text"),
        (Oracle, "TO_DATE('2024-01-05', 'YYYY-MM-DD')", "ts'2024-01-05 00:00:00'", "ts(0)"),
        (Oracle, "TRUNC(d, 'MM')", "date_trunc[month](d)", "ts(0)"),
        (Oracle, "SYSDATE", "current_timestamp()", "ts(0)"),
    ]);
    refused(&[(Postgres, "TO_CHAR(ts, 'TMMonth')", "B0506"), (Sqlite, "date(d, 'localtime')", "B0501")]);
}
