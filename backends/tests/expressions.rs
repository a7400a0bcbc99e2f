//! One expression, one line per target: what expression legalization and the tables make of it.
//!
//! Each case is a select list over one table in the text form of AIR. Snapshots show how; that the rows are
//! right is shown by the execution tests of the project.

use air::Air;
use air::catalog::Catalog;
use air::fidelity::Ledger;
use air::profile::Profile;
use airc_backends::{RenderOptions, render, target};
use airc_passes::{Legalizer, Options};

/// Columns of a MySQL table (`ci`), and of a dialect that compares bytes (`b`).
const COLUMNS: &str = r#"[
    (column name:"ci" ty:varchar(20,ci_ai_pad_upper) nullable:true)
    (column name:"b" ty:text(binary) nullable:true)
    (column name:"n" ty:i32 nullable:true)
    (column name:"m" ty:i32)
    (column name:"d" ty:decimal(10,2) nullable:true)
    (column name:"f" ty:f64 nullable:true)
    (column name:"day" ty:date nullable:true)
    (column name:"at" ty:timestamp(0) nullable:true)
    (column name:"x" ty:number nullable:true)
    (column name:"ok" ty:bool nullable:true)
    (column name:"doc" ty:json nullable:true)]"#;

/// The text on the target and what was noted on the way; or the refusal.
fn lowered(to: &str, source: &str) -> Result<(String, Ledger), String> {
    let mut air = Air::from_text(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    let profile: Profile = to.parse().unwrap_or_else(|_| panic!("{to}"));
    let target = target(&profile);
    let catalog = Catalog::default();
    let (mut ledger, mut diagnostics) = (Ledger::default(), Vec::new());
    if Legalizer::new(target.clone(), Options::default())
        .legalize(&mut air, &catalog, &mut ledger, &mut diagnostics)
        .is_err()
    {
        return Err(format!("refused: {}", diagnostics.last().map_or("", |d| d.message.as_str())));
    }
    let mut out = String::new();
    let options = RenderOptions { catalog: &catalog, width: 100_000, comments: false };
    match render(&air, &target, &options, &mut out, &mut Default::default()) {
        Ok(()) => Ok((out, ledger)),
        Err(diagnostic) => Err(format!("refused: {}", diagnostic.message)),
    }
}

/// What stands between SELECT and FROM on the target, with the words of assumptions; or the refusal.
fn said(to: &str, expr: &str) -> String {
    let source = format!(
        r#"(air version:1 statements:[(query_statement query:(query body:(select select:(block
            from:(source source:s0=(src alias:"t" kind:(table name:["t"]) columns:{COLUMNS} closed:true))
            distinct:(all) items:[(item expr:{expr} alias:"r")]))))])"#
    );
    let (out, ledger) = match lowered(to, &source) {
        Ok(done) => done,
        Err(refusal) => return refusal,
    };
    let text = out.strip_prefix("SELECT ").unwrap_or(&out);
    let text = text.strip_suffix(" FROM t").unwrap_or(text);
    let text = text.strip_suffix(" AS r").unwrap_or(text);
    let words: Vec<&str> = ledger.assumptions.iter().map(|a| a.kind.word()).collect();
    if words.is_empty() { text.to_owned() } else { format!("{text}  -- {}", words.join(" ")) }
}

/// Whole statements over the table, where grouping and order are the point.
fn translated(to: &str, block: &str, order: &str) -> String {
    let source = format!(
        r#"(air version:1 statements:[(query_statement query:(query body:(select select:(block
            from:(source source:s0=(src alias:"t" kind:(table name:["t"]) columns:{COLUMNS} closed:true))
            {block})) {order}))])"#
    );
    lowered(to, &source).map_or_else(|refusal| refusal, |(out, _)| out)
}

/// MariaDB, PostgreSQL and SQLite, one line each.
fn everywhere(expr: &str) -> String {
    ["mariadb", "postgres", "sqlite@3.46"].map(|to| format!("{}\n", said(to, expr))).concat()
}

macro_rules! cases {
    ($($name:ident: $expr:literal => $mariadb:literal, $postgres:literal, $sqlite:literal;)*) => {$(
        #[test]
        fn $name() {
            assert_eq!(everywhere($expr), concat!($mariadb, "\n", $postgres, "\n", $sqlite, "\n"));
        }
    )*};
}

cases! {
    round: r#"(call op:round args:[s0.d 1]):decimal(10,1)?"# =>
        r#"ROUND(d, 1)"#,
        r#"round(d, 1)"#,
        r#"round(d + 0.001 * sign(d), 1)"#;
    round_2: r#"(call op:round args:[s0.f]):f64?"# =>
        r#"CAST(ROUND(CAST(f AS DECIMAL(65,19))) AS DOUBLE)"#,
        r#"CAST(round(CAST(f AS numeric)) AS double precision)"#,
        r#"round(f)"#;
    round_3: r#"(call op:round args:[s0.f 1]):f64?"# =>
        r#"CAST(ROUND(CAST(f AS DECIMAL(65,19)), 1) AS DOUBLE)"#,
        r#"CAST(round(CAST(f AS numeric), 1) AS double precision)"#,
        r#"round(f, 1)"#;
    round_4: r#"(call op:round args:[s0.x 1]):number?"# =>
        r#"ROUND(x, 1)"#,
        r#"round(x, 1)"#,
        r#"round(x + 0.00000001 * sign(x), 1)"#;
    trunc: r#"(call op:trunc args:[s0.d 1]):decimal(10,1)?"# =>
        r#"TRUNCATE(d, 1)"#,
        r#"trunc(d, 1)"#,
        r#"trunc(round(d * 10.0, 6)) / 10.0"#;
    trunc_2: r#"(call op:trunc args:[s0.x]):number?"# =>
        r#"TRUNCATE(x, 0)"#,
        r#"trunc(x)"#,
        r#"trunc(x)"#;
    round_half_even: r#"(call op:round_half_even args:[s0.f]):f64?"# =>
        r#"ROUND(f)"#,
        r#"round(f)"#,
        r#"CASE WHEN abs(f - trunc(f)) = 0.5 THEN 2.0 * round(f * 0.5) ELSE round(f) END"#;
    mul: r#"(call op:mul args:[s0.n s0.m]):i64?"# =>
        r#"n * m"#,
        r#"CAST(n AS bigint) * m"#,
        r#"n * m"#;
    mul_2: r#"(call op:mul args:[2147483647 2]):i64"# =>
        r#"2147483647 * 2"#,
        r#"CAST(2147483647 AS bigint) * 2"#,
        r#"2147483647 * 2"#;
    add: r#"(call op:add args:[s0.n s0.m]):i32?"# =>
        r#"n + m"#,
        r#"n + m  -- integer-range"#,
        r#"n + m"#;
    greatest: r#"(call op:greatest args:[s0.n s0.m]):i32?"# =>
        r#"GREATEST(n, m)"#,
        r#"CASE WHEN n IS NULL THEN NULL ELSE greatest(n, m) END"#,
        r#"max(n, m)"#;
    greatest_skip_nulls: r#"(call op:greatest_skip_nulls args:[s0.n s0.f]):f64?"# =>
        r#"GREATEST(COALESCE(n, f), COALESCE(f, n))"#,
        r#"greatest(n, f)"#,
        r#"max(coalesce(n, f), coalesce(f, n))"#;
    power: r#"(call op:power args:[s0.d 2]):f64?"# =>
        r#"POWER(d, 2)"#,
        r#"power(CAST(d AS double precision), 2)"#,
        r#"power(d, 2)"#;
    ceil: r#"(call op:ceil args:[s0.d]):i64?"# =>
        r#"CEILING(d)"#,
        r#"CAST(ceil(d) AS bigint)"#,
        r#"CAST(ceil(d) AS INTEGER)"#;
    extract_year: r#"(call op:extract_year args:[s0.day]):i32?"# =>
        r#"YEAR(day)"#,
        r#"CAST(EXTRACT(year FROM day) AS integer)"#,
        r#"CAST(strftime('%Y', day) AS INTEGER)"#;
    add_of_extract_year: r#"(call op:add args:[(call op:extract_year args:[s0.day]):i32? 1]):i64?"# =>
        r#"YEAR(day) + 1"#,
        r#"CAST(EXTRACT(year FROM day) AS integer) + 1"#,
        r#"CAST(strftime('%Y', day) AS INTEGER) + 1"#;
    compare_eq: r#"(cmp op:eq left:s0.ci right:"Abc " collation:ci_ai_pad_upper):bool?"# =>
        r#"ci = 'Abc '"#,
        r#"upper(rtrim(ci)) = 'ABC'  -- ascii-text"#,
        r#"upper(rtrim(ci)) = 'ABC'  -- ascii-text"#;
    compare_lt: r#"(cmp op:lt left:s0.ci right:"b" collation:ci_ai_pad_upper):bool?"# =>
        r#"ci < 'b'"#,
        r#"upper(rtrim(ci)) < 'B'  -- ascii-text"#,
        r#"upper(rtrim(ci)) < 'B'  -- ascii-text"#;
    compare_eq_2: r#"(cmp op:eq left:s0.b right:"Abc" collation:binary):bool?"# =>
        r#"b COLLATE utf8mb4_nopad_bin = 'Abc'"#,
        r#"b = 'Abc'"#,
        r#"b = 'Abc'"#;
    compare_eq_3: r#"(cmp op:eq left:s0.b right:"Abc" collation:nocase):bool?"# =>
        r#"LOWER(b) COLLATE utf8mb4_nopad_bin = 'abc'  -- ascii-text"#,
        r#"lower(b COLLATE "C") = 'abc'"#,
        r#"b COLLATE NOCASE = 'Abc'"#;
    compare_eq_4: r#"(cmp op:eq left:s0.n right:5):bool?"# =>
        r#"n = 5"#,
        r#"n = 5"#,
        r#"n = 5"#;
    in_list: r#"(in operand:s0.ci items:["a" "B"] collation:ci_ai_pad_upper):bool?"# =>
        r#"ci IN ('a', 'B')"#,
        r#"upper(rtrim(ci)) IN ('A', 'B')  -- ascii-text"#,
        r#"upper(rtrim(ci)) IN ('A', 'B')  -- ascii-text"#;
    between: r#"(between operand:s0.b low:"a" high:"c" collation:binary):bool?"# =>
        r#"b COLLATE utf8mb4_nopad_bin BETWEEN 'a' AND 'c'"#,
        r#"b BETWEEN 'a' AND 'c'"#,
        r#"b BETWEEN 'a' AND 'c'"#;
    case: r#"(case operand:s0.ci branches:[(when when:"a" then:1)] otherwise:2 collation:ci_ai_pad_upper):i32"# =>
        r#"CASE ci WHEN 'a' THEN 1 ELSE 2 END"#,
        r#"CASE upper(rtrim(ci)) WHEN 'A' THEN 1 ELSE 2 END  -- ascii-text"#,
        r#"CASE upper(rtrim(ci)) WHEN 'A' THEN 1 ELSE 2 END  -- ascii-text"#;
    count: r#"(agg op:count distinct:true args:[s0.ci] collation:ci_ai_pad_upper):i64"# =>
        r#"COUNT(DISTINCT ci)"#,
        r#"count(DISTINCT upper(rtrim(ci)))  -- ascii-text"#,
        r#"count(DISTINCT upper(rtrim(ci)))  -- ascii-text"#;
    max: r#"(agg op:max args:[s0.ci] collation:ci_ai_pad_upper):varchar(20,ci_ai_pad_upper)?"# =>
        r#"MAX(ci)"#,
        r#"(array_agg(ci ORDER BY upper(rtrim(ci)) DESC NULLS LAST))[1]  -- ascii-text"#,
        r#"max(ci COLLATE NOCASE)  -- text-order"#;
    max_2: r#"(agg op:max args:[s0.b] collation:binary):text(binary)?"# =>
        r#"MAX(b COLLATE utf8mb4_nopad_bin)"#,
        r#"max(b)"#,
        r#"max(b)"#;
    like: r#"(like operand:s0.ci pattern:"a%" escape:"\\" collation:ci_ai_pad_upper):bool?"# =>
        r#"ci LIKE 'a%'"#,
        r#"ci ILIKE 'a%'  -- ascii-text"#,
        r#"ci LIKE 'a%'  -- ascii-text"#;
    like_2: r#"(like operand:s0.b pattern:"a%_[x" escape:"\\" collation:binary):bool?"# =>
        r#"b COLLATE utf8mb4_nopad_bin LIKE 'a%_[x'"#,
        r#"b LIKE 'a%_[x'"#,
        r#"b GLOB 'a*?[[]x'"#;
    like_3: r#"(like operand:s0.b pattern:"a%" negated:true collation:binary):bool?"# =>
        r#"b COLLATE utf8mb4_nopad_bin NOT LIKE 'a%'"#,
        r#"b NOT LIKE 'a%'"#,
        r#"NOT b GLOB 'a*'"#;
    like_4: r#"(like operand:s0.b pattern:"a%" collation:nocase):bool?"# =>
        r#"LOWER(b) COLLATE utf8mb4_nopad_bin LIKE 'a%'"#,
        r#"b ILIKE 'a%'  -- ascii-text"#,
        r#"b LIKE 'a%'"#;
    glob: r#"(call op:glob args:[s0.b "a*_"]):bool?"# =>
        r#"b COLLATE utf8mb4_nopad_bin LIKE 'a%\\_'"#,
        r#"b LIKE 'a%\_'"#,
        r#"b GLOB 'a*_'"#;
    glob_2: r#"(call op:glob args:[s0.b "[ab]*"]):bool?"# =>
        r#"b COLLATE utf8mb4_nopad_bin REGEXP '^[ab].*$'"#,
        r#"b ~ '^[ab].*$'"#,
        r#"b GLOB '[ab]*'"#;
    similar_to: r#"(call op:similar_to args:[s0.b "%(b|d)%"]):bool?"# =>
        r#"b COLLATE utf8mb4_nopad_bin REGEXP '^(?:.*(b|d).*)$'"#,
        r#"b SIMILAR TO '%(b|d)%' ESCAPE '\'"#,
        r#"refused: SIMILAR TO has no form on sqlite@3.46"#;
    substring: r#"(call op:substring args:[s0.b 0 3]):text(binary)?"# =>
        r#"SUBSTRING(b, 1, 2)"#,
        r#"substr(b, 1, 2)"#,
        r#"substr(b, 1, 2)"#;
    substring_2: r#"(call op:substring args:[s0.b 2 3]):text(binary)?"# =>
        r#"SUBSTRING(b, 2, 3)"#,
        r#"substr(b, 2, 3)"#,
        r#"substr(b, 2, 3)"#;
    substring_3: r#"(call op:substring args:[s0.b s0.n]):text(binary)?"# =>
        r#"CASE WHEN n > 0 THEN SUBSTRING(b, n) WHEN n IS NOT NULL THEN SUBSTRING(b, 1) END"#,
        r#"substr(b, n)"#,
        r#"CASE WHEN n > 0 THEN substr(b, n) WHEN n IS NOT NULL THEN substr(b, 1) END"#;
    substring_from_end: r#"(call op:substring_from_end args:[s0.b -2]):text(binary)?"# =>
        r#"SUBSTRING(b, -2)"#,
        r#"CASE WHEN char_length(b) < 2 THEN '' ELSE substr(b, char_length(b) - 1) END"#,
        r#"CASE WHEN length(b) < 2 THEN '' ELSE substr(b, length(b) - 1) END"#;
    substring_from_end_2: r#"(call op:substring_from_end args:[s0.b s0.n 2]):text(binary)?"# =>
        r#"SUBSTRING(b, n, 2)"#,
        r#"CASE WHEN n > 0 THEN substr(b, n, 2) WHEN n < 0 AND char_length(b) + n >= 0 THEN substr(b, char_length(b) + n + 1, 2) WHEN b IS NOT NULL AND n IS NOT NULL AND 2 IS NOT NULL THEN '' END"#,
        r#"CASE WHEN n > 0 THEN substr(b, n, 2) WHEN n < 0 AND length(b) + n >= 0 THEN substr(b, length(b) + n + 1, 2) WHEN b IS NOT NULL AND n IS NOT NULL AND 2 IS NOT NULL THEN '' END"#;
    substring_sqlite: r#"(call op:substring_sqlite args:[s0.b -3 2]):text(binary)?"# =>
        r#"CASE WHEN CHAR_LENGTH(b) < 3 THEN SUBSTRING(b, 1, CASE WHEN CHAR_LENGTH(b) - 1 < 0 THEN 0 ELSE CHAR_LENGTH(b) - 1 END) ELSE SUBSTRING(b, CHAR_LENGTH(b) - 2, 2) END"#,
        r#"CASE WHEN char_length(b) < 3 THEN substr(b, 1, CASE WHEN char_length(b) - 1 < 0 THEN 0 ELSE char_length(b) - 1 END) ELSE substr(b, char_length(b) - 2, 2) END"#,
        r#"substr(b, -3, 2)"#;
    left: r#"(call op:left args:[s0.b 2]):text(binary)?"# =>
        r#"LEFT(b, 2)"#,
        r#"left(b, 2)"#,
        r#"substr(b, 1, 2)"#;
    trim_text: r#"(call op:trim_text args:[s0.b "xy"]):text(binary)?"# =>
        r#"TRIM(BOTH 'xy' FROM b)"#,
        r#"regexp_replace(b, '^(?:xy)+|(?:xy)+$', '', 'g')"#,
        r#"(WITH RECURSIVE left_(text_) AS (SELECT b UNION ALL SELECT CASE WHEN substr(text_, 1, length('xy')) = 'xy' THEN substr(text_, length('xy') + 1) ELSE substr(text_, 1, length(text_) - length('xy')) END FROM left_ WHERE length(text_) >= length('xy') AND (substr(text_, 1, length('xy')) = 'xy' OR substr(text_, -length('xy')) = 'xy')) SELECT text_ FROM left_ ORDER BY length(text_) LIMIT 1)"#;
    trim: r#"(call op:trim args:[s0.b "xy"]):text(binary)?"# =>
        r#"REGEXP_REPLACE(b, '^[xy]+|[xy]+$', '')"#,
        r#"btrim(b, 'xy')"#,
        r#"trim(b, 'xy')"#;
    concat: r#"(call op:concat args:[s0.b "x"]):text(binary)?"# =>
        r#"CONCAT(b, 'x')"#,
        r#"b || 'x'"#,
        r#"b || 'x'"#;
    concat_skip_nulls: r#"(call op:concat_skip_nulls args:[s0.b "x"]):text(binary)"# =>
        r#"CONCAT(COALESCE(b, ''), 'x')"#,
        r#"concat(b, 'x')"#,
        r#"coalesce(b, '') || 'x'"#;
    field: r#"(call op:field modifier:ci_ai_pad_upper args:[s0.ci "a" "b"]):i64"# =>
        r#"FIELD(ci, 'a', 'b')"#,
        r#"CASE WHEN upper(rtrim(ci)) = 'A' THEN 1 WHEN upper(rtrim(ci)) = 'B' THEN 2 ELSE 0 END  -- ascii-text"#,
        r#"CASE WHEN upper(rtrim(ci)) = 'A' THEN 1 WHEN upper(rtrim(ci)) = 'B' THEN 2 ELSE 0 END  -- ascii-text"#;
    position: r#"(call op:position modifier:ci_ai_pad_upper args:[s0.ci "A"]):i64?"# =>
        r#"LOCATE('A', ci)"#,
        r#"strpos(upper(ci COLLATE "C"), 'A')"#,
        r#"instr(upper(ci), 'A')"#;
    position_from: r#"(call op:position_from modifier:binary args:[s0.b "A" 3]):i64?"# =>
        r#"LOCATE('A', b COLLATE utf8mb4_nopad_bin, 3)"#,
        r#"CASE WHEN strpos(substr(b, 3), 'A') = 0 THEN 0 ELSE strpos(substr(b, 3), 'A') + 3 - 1 END"#,
        r#"CASE WHEN instr(substr(b, 3), 'A') = 0 THEN 0 ELSE instr(substr(b, 3), 'A') + 3 - 1 END"#;
    translate: r#"(call op:translate args:[s0.b "ab" "x"]):text(binary)?"# =>
        r#"REPLACE(REPLACE(b, 'a', 'x'), 'b', '')"#,
        r#"translate(b, 'ab', 'x')"#,
        r#"replace(replace(b, 'a', 'x'), 'b', '')"#;
    hex_of_bytes: r#"(call op:hex_of_bytes args:[s0.b]):text?"# =>
        r#"HEX(CAST(b AS BINARY))"#,
        r#"upper(encode(convert_to(b, 'UTF8'), 'hex'))"#,
        r#"CASE WHEN b IS NOT NULL THEN hex(CAST(b AS BLOB)) END"#;
    date_add: r#"(call op:date_add modifier:month args:[s0.day 1]):date?"# =>
        r#"(day + INTERVAL 1 MONTH)"#,
        r#"CAST(day + INTERVAL '1 month' AS date)"#,
        r#"date(day, '+1 months', 'floor')"#;
    date_add_2: r#"(call op:date_add modifier:month args:[s0.at s0.n]):timestamp(0)?"# =>
        r#"(at + INTERVAL n MONTH)"#,
        r#"(at + n * INTERVAL '1 month')"#,
        r#"datetime(at, n || ' months', 'floor')"#;
    date_add_3: r#"(call op:date_add modifier:day args:[s0.day s0.n]):date?"# =>
        r#"(day + INTERVAL n DAY)"#,
        r#"day + n"#,
        r#"date(day, n || ' days')"#;
    date_add_4: r#"(call op:date_add modifier:day args:[s0.day -3]):date?"# =>
        r#"(day + INTERVAL (-3) DAY)"#,
        r#"day + -3"#,
        r#"date(day, '-3 days')"#;
    date_add_roll: r#"(call op:date_add_roll modifier:month args:[s0.day 1]):date?"# =>
        r#"(((day + INTERVAL (-(DAYOFMONTH(day) - 1)) DAY) + INTERVAL 1 MONTH) + INTERVAL (DAYOFMONTH(day) - 1) DAY)"#,
        r#"CAST(day + -(CAST(EXTRACT(day FROM day) AS integer) - 1) + INTERVAL '1 month' AS date) + (CAST(EXTRACT(day FROM day) AS integer) - 1)"#,
        r#"date(day, '+1 months')"#;
    add_interval: r#"(call op:add_interval args:[s0.day (interval months:1 days:2 micros:3600000000):interval(mixed)]):timestamp(6)?"# =>
        r#"(((CAST(day AS DATETIME(6)) + INTERVAL 1 MONTH) + INTERVAL 2 DAY) + INTERVAL 1 HOUR)"#,
        r#"day + INTERVAL '1 month 2 day 3600 second'"#,
        r#"datetime(datetime(datetime(datetime(day), '+1 months', 'floor'), '+2 days'), '+1 hours')"#;
    sub_interval: r#"(call op:sub_interval args:[s0.at (interval months:0 days:90 micros:0):interval(mixed)]):timestamp(6)?"# =>
        r#"(at + INTERVAL (-90) DAY)"#,
        r#"at - INTERVAL '90 day'"#,
        r#"datetime(at, '-90 days')"#;
    date_trunc: r#"(call op:date_trunc modifier:month args:[s0.at]):timestamp(6)?"# =>
        r#"CAST(DATE_FORMAT(at, '%Y-%m-01') AS DATETIME)"#,
        r#"date_trunc('month', at)"#,
        r#"strftime('%Y-%m-01 00:00:00', at)"#;
    date_trunc_2: r#"(call op:date_trunc modifier:month args:[s0.day]):date?"# =>
        r#"CAST(CAST(DATE_FORMAT(day, '%Y-%m-01') AS DATETIME) AS DATE)"#,
        r#"CAST(date_trunc('month', day) AS date)"#,
        r#"date(strftime('%Y-%m-01 00:00:00', day))"#;
    format_time: r#"(call op:format_time args:[s0.at "{YYYY}-{MM} {Mon} {HH12}:{MI} {AM}"]):text?"# =>
        r#"DATE_FORMAT(at, '%Y-%m %b %h:%i %p')"#,
        r#"to_char(at, 'YYYY-MM Mon HH12:MI AM')"#,
        r#"strftime('%Y-%m ', at) || substr(CASE strftime('%m', at) WHEN '01' THEN 'January' WHEN '02' THEN 'February' WHEN '03' THEN 'March' WHEN '04' THEN 'April' WHEN '05' THEN 'May' WHEN '06' THEN 'June' WHEN '07' THEN 'July' WHEN '08' THEN 'August' WHEN '09' THEN 'September' WHEN '10' THEN 'October' WHEN '11' THEN 'November' WHEN '12' THEN 'December' END, 1, 3) || strftime(' ', at) || (substr(replace(hex(zeroblob(2)), '00', '0'), 1, max(2 - length(CAST((CAST(strftime('%H', at) AS INTEGER) + 11) % 12 + 1 AS TEXT)), 0)) || substr(CAST((CAST(strftime('%H', at) AS INTEGER) + 11) % 12 + 1 AS TEXT), 1, 2)) || strftime(':%M ', at) || CASE WHEN CAST(strftime('%H', at) AS INTEGER) < 12 THEN 'AM' ELSE 'PM' END"#;
    parse_time: r#"(call op:parse_time args:["31/01/2024" "{DD}/{MM}/{YYYY}"]):date?"# =>
        r#"STR_TO_DATE('31/01/2024', '%d/%m/%Y')"#,
        r#"CAST(to_timestamp('31/01/2024', 'DD/MM/YYYY') AS date)"#,
        r#"date(substr('31/01/2024', 7, 4) || '-' || substr('31/01/2024', 4, 2) || '-' || substr('31/01/2024', 1, 2))  -- iso-dates"#;
    cast_d_to_i32_error: r#"(cast operand:s0.d to:i32 rule:explicit(error,half_away)):i32?"# =>
        r#"CAST(d AS SIGNED)"#,
        r#"CAST(d AS integer)"#,
        r#"CAST(round(d + 0.001 * sign(d)) AS INTEGER)"#;
    cast_f_to_i32_error: r#"(cast operand:s0.f to:i32 rule:explicit(error,half_even)):i32?"# =>
        r#"CAST(f AS SIGNED)"#,
        r#"CAST(f AS integer)"#,
        r#"CAST(CASE WHEN abs(f - trunc(f)) = 0.5 THEN 2.0 * round(f * 0.5) ELSE round(f) END AS INTEGER)"#;
    cast_f_to_i64_clamp: r#"(cast operand:s0.f to:i64 rule:explicit(clamp,truncate)):i64?"# =>
        r#"CAST(TRUNCATE(f, 0) AS SIGNED)"#,
        r#"CAST(trunc(f) AS bigint)"#,
        r#"CAST(f AS INTEGER)"#;
    cast_b_to_f64_prefix: r#"(cast operand:s0.b to:f64 rule:implicit(prefix,half_away)):f64?"# =>
        r#"CAST(b AS DOUBLE)"#,
        r#"CASE WHEN b IS NOT NULL THEN CAST(coalesce(substring(b FROM '^\s*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)'), '0') AS double precision) END"#,
        r#"CAST(b AS REAL)"#;
    cast_b_to_i64_prefix: r#"(cast operand:s0.b to:i64 rule:explicit(prefix,truncate)):i64?"# =>
        r#"CAST(b AS SIGNED)"#,
        r#"CASE WHEN b IS NOT NULL THEN CAST(coalesce(substring(b FROM '^\s*([-+]?[0-9]+)'), '0') AS bigint) END"#,
        r#"CAST(b AS INTEGER)"#;
    cast_b_to_i32_error: r#"(cast operand:s0.b to:i32 rule:explicit(error,half_away)):i32?"# =>
        r#"CAST(b AS SIGNED)  -- numeric-text"#,
        r#"CAST(b AS integer)"#,
        r#"CAST(b AS INTEGER)  -- numeric-text"#;
    cast_d_to_text_error: r#"(cast operand:s0.d to:text rule:explicit(error,half_away)):text?"# =>
        r#"CAST(d AS CHAR)"#,
        r#"CAST(d AS text)"#,
        r#"CASE WHEN d IS NOT NULL THEN printf('%.2f', d) END"#;
    cast_ok_to_i32_error: r#"(cast operand:s0.ok to:i32 rule:implicit(error,half_away)):i32?"# =>
        r#"ok"#,
        r#"CAST(ok AS integer)"#,
        r#"ok"#;
    cast_ok_to_decimal_error: r#"(cast operand:s0.ok to:decimal(10,0) rule:implicit(error,half_away)):decimal(10,0)?"# =>
        r#"ok"#,
        r#"CAST(CAST(ok AS integer) AS numeric(10,0))"#,
        r#"ok"#;
    cast_ok_to_text_error: r#"(cast operand:s0.ok to:text rule:explicit(error,half_away)):text?"# =>
        r#"CASE WHEN ok IS TRUE THEN 'true' WHEN ok IS FALSE THEN 'false' END"#,
        r#"CAST(ok AS text)"#,
        r#"CASE WHEN ok IS TRUE THEN 'true' WHEN ok IS FALSE THEN 'false' END"#;
    cast_at_to_date_error: r#"(cast operand:s0.at to:date rule:explicit(error,half_away)):date?"# =>
        r#"CAST(at AS DATE)"#,
        r#"CAST(at AS date)"#,
        r#"date(at)"#;
    cast_x_to_decimal_error: r#"(cast operand:s0.x to:decimal(10,1) rule:explicit(error,half_away)):decimal(10,1)?"# =>
        r#"CAST(x AS DECIMAL(10,1))"#,
        r#"CAST(x AS numeric(10,1))"#,
        r#"round(x + 0.00000001 * sign(x), 1)"#;
    cast_b_to_varchar_truncate: r#"(cast operand:s0.b to:varchar(3,binary) rule:explicit(truncate,half_away)):varchar(3,binary)?"# =>
        r#"CAST(b AS CHAR(3))"#,
        r#"CAST(b AS varchar(3))"#,
        r#"substr(b, 1, 3)"#;
    bit_and: r#"(call op:bit_and args:[s0.n 3]):u64?"# =>
        r#"n & 3"#,
        r#"CAST(n AS bigint) & CAST(3 AS bigint)  -- integer-range"#,
        r#"n & 3  -- integer-range"#;
    bit_and_2: r#"(call op:bit_and args:[s0.n s0.m]):i32?"# =>
        r#"CAST(n & m AS SIGNED)"#,
        r#"n & m"#,
        r#"n & m"#;
    bit_not: r#"(call op:bit_not args:[s0.n]):u64?"# =>
        r#"~n"#,
        r#"CASE WHEN n < 0 THEN -1 - n ELSE 18446744073709551615 - n END"#,
        r#"refused: the complement of unsigned 64 bits has no form on sqlite@3.46"#;
    shift_left: r#"(call op:shift_left args:[1 s0.n]):i64?"# =>
        r#"CAST(1 << n AS SIGNED)"#,
        r#"CASE WHEN n >= 64 OR n < 0 THEN 0 ELSE CAST(1 AS bigint) << (n & 63) END"#,
        r#"1 << n"#;
    bit_and_agg: r#"(agg op:bit_and_agg args:[s0.n]):i32?"# =>
        r#"CASE WHEN COUNT(n) > 0 THEN CAST(BIT_AND(n) AS SIGNED) END"#,
        r#"bit_and(n)"#,
        r#"(WITH RECURSIVE place_(bit_) AS (SELECT 0 UNION ALL SELECT bit_ + 1 FROM place_ WHERE bit_ < 63) SELECT sum(bits_) FROM (SELECT (min(value >> bit_ & 1)) << bit_ AS bits_ FROM json_each(json_group_array(n)), place_ WHERE value IS NOT NULL GROUP BY bit_))"#;
    stddev_samp: r#"(agg op:stddev_samp args:[s0.n]):f64?"# =>
        r#"STDDEV_SAMP(CAST(n AS DOUBLE))"#,
        r#"stddev_samp(CAST(n AS double precision))"#,
        r#"sqrt(max(sum(n * n) - CAST(sum(n) AS REAL) * sum(n) / count(n), 0.0) / (count(n) - 1))  -- float-rounding"#;
    count_rows: r#"(agg op:count_rows distinct:true args:[s0.n s0.m]):i64"# =>
        r#"COUNT(DISTINCT n, m)"#,
        r#"count(DISTINCT (n, m)) FILTER (WHERE n IS NOT NULL AND m IS NOT NULL)"#,
        r#"count(DISTINCT json_array(n, m)) FILTER (WHERE n IS NOT NULL AND m IS NOT NULL)"#;
    string_agg: r#"(agg op:string_agg args:[s0.b ","] order:[(key expr:s0.n nulls_first:false)]):text?"# =>
        r#"GROUP_CONCAT(b ORDER BY n IS NULL, n SEPARATOR ',')"#,
        r#"string_agg(b, ',' ORDER BY n)"#,
        r#"group_concat(b, ',' ORDER BY n NULLS LAST)"#;
    string_agg_2: r#"(agg op:string_agg distinct:true args:[s0.b ","]):text?"# =>
        r#"GROUP_CONCAT(DISTINCT b COLLATE utf8mb4_nopad_bin SEPARATOR ',')"#,
        r#"string_agg(DISTINCT b, ',')"#,
        r#"group_concat(DISTINCT b)"#;
    json_get_text_of_json_get: r#"(call op:json_get_text args:[(call op:json_get args:[s0.doc "a"]):json? 0]):text?"# =>
        r#"CASE WHEN JSON_TYPE(JSON_EXTRACT(doc, '$.a[0]')) <> 'NULL' THEN JSON_UNQUOTE(JSON_EXTRACT(doc, '$.a[0]')) END"#,
        r#"doc -> 'a' ->> 0"#,
        r#"CASE json_type((doc -> 'a') -> 0) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST((doc -> 'a') ->> 0 AS TEXT) END"#;
    json_path: r#"(call op:json_path args:[s0.doc "$.a[0]"]):json?"# =>
        r#"JSON_EXTRACT(doc, '$.a[0]')"#,
        r#"doc #> '{a,0}'"#,
        r#"doc -> '$.a[0]'"#;
    json_path_text: r#"(call op:json_path_text args:[s0.doc "$.a"]):text?"# =>
        r#"CASE WHEN JSON_TYPE(JSON_EXTRACT(doc, '$.a')) <> 'NULL' THEN JSON_UNQUOTE(JSON_EXTRACT(doc, '$.a')) END"#,
        r#"doc #>> '{a}'"#,
        r#"CASE json_type(doc, '$.a') WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(json_extract(doc, '$.a') AS TEXT) END"#;
    json_path_value: r#"(call op:json_path_value args:[s0.doc "$.a"]):any(numeric)?"# =>
        r#"refused: a member of a document, of whatever type it is, has no form on mariadb@10.11"#,
        r#"refused: a member of a document, of whatever type it is, has no form on postgres@15.0"#,
        r#"json_extract(doc, '$.a')"#;
    array_any: r#"(call op:array_any args:[s0.n (array items:[1 2]):array(i32)]):bool?"# =>
        r#"n IN (1, 2)"#,
        r#"n = ANY (ARRAY[1, 2])"#,
        r#"n IN (1, 2)"#;
    regex_match: r#"(call op:regex_match modifier:ci_ai_pad_upper args:[s0.ci "^a"]):bool?"# =>
        r#"ci REGEXP '^a'"#,
        r#"ci ~* '^a'"#,
        r#"upper(ci) GLOB 'A*'  -- ascii-text"#;
    regex_match_of_no_pattern: r#"(call op:regex_match modifier:ci_ai_pad_upper args:[s0.ci "^a+b"]):bool?"# =>
        r#"ci REGEXP '^a+b'"#,
        r#"ci ~* '^a+b'"#,
        r#"refused: regular expressions cannot ignore letter case on sqlite@3.46"#;
    null_if: r#"(call op:null_if modifier:ci_ai_pad_upper args:[s0.ci "x"]):varchar(20,ci_ai_pad_upper)?"# =>
        r#"NULLIF(ci, 'x')"#,
        r#"CASE WHEN upper(rtrim(ci)) = 'X' THEN NULL ELSE ci END  -- ascii-text"#,
        r#"CASE WHEN upper(rtrim(ci)) = 'X' THEN NULL ELSE ci END  -- ascii-text"#;
    extract_epoch_of_sub_timestamps: r#"(call op:extract_epoch args:[(call op:sub_timestamps args:[s0.at s0.at]):interval(mixed)?]):number?"# =>
        r#"TIMESTAMPDIFF(MICROSECOND, at, at) * 0.000001"#,
        r#"EXTRACT(epoch FROM at - at)"#,
        r#"round(CAST(strftime('%s', at) AS INTEGER) + (strftime('%f', at) - strftime('%S', at)) - (CAST(strftime('%s', at) AS INTEGER) + (strftime('%f', at) - strftime('%S', at))), 6)  -- number-range"#;
    days_between: r#"(call op:days_between args:[s0.day s0.at]):i64?"# =>
        r#"DATEDIFF(day, at)"#,
        r#"CAST(day AS date) - CAST(at AS date)"#,
        r#"CAST(julianday(date(day)) - julianday(date(at)) AS INTEGER)"#;
    current_timestamp: r#"(call op:current_timestamp):timestamp(0)"# =>
        r#"CURRENT_TIMESTAMP"#,
        r#"CAST(CURRENT_TIMESTAMP AS timestamp(0))"#,
        r#"CURRENT_TIMESTAMP  -- time-zone"#;
    date_add_5: r#"(call op:date_add modifier:month args:[s0.at -1]):timestamp(0)?"# =>
        r#"(at + INTERVAL (-1) MONTH)"#,
        r#"at - INTERVAL '1 month'"#,
        r#"datetime(at, '-1 months', 'floor')"#;
    add_months_sticky: r#"(call op:add_months_sticky args:[s0.day 1]):date?"# =>
        r#"CAST(CASE WHEN DATE(day) = LAST_DAY(day) THEN day + INTERVAL 1 MONTH + INTERVAL DAY(LAST_DAY(day + INTERVAL 1 MONTH)) - DAY(day + INTERVAL 1 MONTH) DAY ELSE day + INTERVAL 1 MONTH END AS DATE)"#,
        r#"CAST(CASE WHEN EXTRACT(month FROM day + INTERVAL '1 day') <> EXTRACT(month FROM day) THEN date_trunc('month', CAST(day AS timestamp)) + (1 + 1) * INTERVAL '1 month' - INTERVAL '1 day' + (CAST(day AS timestamp) - date_trunc('day', CAST(day AS timestamp))) ELSE CAST(day AS timestamp) + 1 * INTERVAL '1 month' END AS date)"#,
        r#"date(CASE WHEN date(day) = date(day, 'start of month', '+1 month', '-1 day') THEN date(day, 'start of month', '+1 months', '+1 month', '-1 day') || ' ' || time(day) ELSE datetime(day, '+1 months', 'floor') END)"#;
    complete_units: r#"(call op:complete_units modifier:month args:[s0.day s0.at]):i64?"# =>
        r#"TIMESTAMPDIFF(MONTH, day, at)"#,
        r#"CAST(EXTRACT(year FROM age(CAST(at AS timestamp), CAST(day AS timestamp))) * 12 + EXTRACT(month FROM age(CAST(at AS timestamp), CAST(day AS timestamp))) AS bigint)"#,
        r#"((strftime('%Y', at) - strftime('%Y', day)) * 12 + strftime('%m', at) - strftime('%m', day) - (datetime(at) >= datetime(day) AND strftime('%d %H:%M:%f', at) < strftime('%d %H:%M:%f', day)) + (datetime(at) < datetime(day) AND strftime('%d %H:%M:%f', at) > strftime('%d %H:%M:%f', day)))"#;
    substring_4: r#"(call op:substring args:[s0.b -1 4]):text(binary)?"# =>
        r#"SUBSTRING(b, 1, 2)"#,
        r#"substr(b, 1, 2)"#,
        r#"substr(b, 1, 2)"#;
    substring_5: r#"(call op:substring args:[s0.b s0.n s0.m]):text(binary)?"# =>
        r#"CASE WHEN n > 0 THEN SUBSTRING(b, n, CASE WHEN m < 0 THEN 0 ELSE m END) ELSE SUBSTRING(b, 1, CASE WHEN n + m - 1 < 0 THEN 0 ELSE n + m - 1 END) END"#,
        r#"substr(b, n, m)"#,
        r#"CASE WHEN n > 0 THEN substr(b, n, CASE WHEN m < 0 THEN 0 ELSE m END) ELSE substr(b, 1, CASE WHEN n + m - 1 < 0 THEN 0 ELSE n + m - 1 END) END"#;
    substring_from_end_3: r#"(call op:substring_from_end args:[s0.b s0.n]):text(binary)?"# =>
        r#"SUBSTRING(b, n)"#,
        r#"CASE WHEN n > 0 THEN substr(b, n) WHEN n < 0 AND char_length(b) + n >= 0 THEN substr(b, char_length(b) + n + 1) WHEN b IS NOT NULL AND n IS NOT NULL THEN '' END"#,
        r#"CASE WHEN n > 0 THEN substr(b, n) WHEN n < 0 AND length(b) + n >= 0 THEN substr(b, length(b) + n + 1) WHEN b IS NOT NULL AND n IS NOT NULL THEN '' END"#;
    substring_sqlite_2: r#"(call op:substring_sqlite args:[s0.b s0.n 3]):text(binary)?"# =>
        r#"CASE WHEN n > 0 THEN SUBSTRING(b, n, 3) WHEN n = 0 THEN SUBSTRING(b, 1, CASE WHEN 3 - 1 < 0 THEN 0 ELSE 3 - 1 END) WHEN CHAR_LENGTH(b) + n >= 0 THEN SUBSTRING(b, CHAR_LENGTH(b) + n + 1, 3) ELSE SUBSTRING(b, 1, CASE WHEN CHAR_LENGTH(b) + n + 1 + 3 - 1 < 0 THEN 0 ELSE CHAR_LENGTH(b) + n + 1 + 3 - 1 END) END"#,
        r#"CASE WHEN n > 0 THEN substr(b, n, 3) WHEN n = 0 THEN substr(b, 1, CASE WHEN 3 - 1 < 0 THEN 0 ELSE 3 - 1 END) WHEN char_length(b) + n >= 0 THEN substr(b, char_length(b) + n + 1, 3) ELSE substr(b, 1, CASE WHEN char_length(b) + n + 1 + 3 - 1 < 0 THEN 0 ELSE char_length(b) + n + 1 + 3 - 1 END) END"#,
        r#"substr(b, n, 3)"#;
    substring_sqlite_3: r#"(call op:substring_sqlite args:[s0.b -3]):text(binary)?"# =>
        r#"RIGHT(b, 3)"#,
        r#"right(b, 3)"#,
        r#"substr(b, -3)"#;
    right: r#"(call op:right args:[s0.b 2]):text(binary)?"# =>
        r#"RIGHT(b, 2)"#,
        r#"right(b, 2)"#,
        r#"substr(b, -2)"#;
    right_clamped: r#"(call op:right_clamped args:[s0.b s0.n]):text(binary)?"# =>
        r#"RIGHT(b, n)"#,
        r#"right(b, CASE WHEN n < 0 THEN 0 ELSE n END)"#,
        r#"substr(b, -max(n, 0), max(n, 0))"#;
    strcmp: r#"(call op:strcmp modifier:ci_ai_pad_upper args:[s0.ci "b"]):i32?"# =>
        r#"STRCMP(ci, 'b')"#,
        r#"CASE WHEN upper(rtrim(ci)) < 'B' THEN -1 WHEN upper(rtrim(ci)) > 'B' THEN 1 WHEN upper(rtrim(ci)) = 'B' THEN 0 END  -- ascii-text"#,
        r#"CASE WHEN upper(rtrim(ci)) < 'B' THEN -1 WHEN upper(rtrim(ci)) > 'B' THEN 1 WHEN upper(rtrim(ci)) = 'B' THEN 0 END  -- ascii-text"#;
    elt: r#"(call op:elt args:[s0.m "a" "b"]):text?"# =>
        r#"ELT(m, 'a', 'b')"#,
        r#"CASE WHEN m = 1 THEN 'a' WHEN m = 2 THEN 'b' END"#,
        r#"CASE WHEN m = 1 THEN 'a' WHEN m = 2 THEN 'b' END"#;
    count_nulls: r#"(call op:count_nulls args:[s0.n s0.b s0.m]):i32"# =>
        r#"CASE WHEN n IS NULL THEN 1 ELSE 0 END + CASE WHEN b IS NULL THEN 1 ELSE 0 END + CASE WHEN m IS NULL THEN 1 ELSE 0 END"#,
        r#"num_nulls(n, b, m)"#,
        r#"CASE WHEN n IS NULL THEN 1 ELSE 0 END + CASE WHEN b IS NULL THEN 1 ELSE 0 END + CASE WHEN m IS NULL THEN 1 ELSE 0 END"#;
    round_5: r#"(call op:round args:[s0.d]):decimal(10,0)?"# =>
        r#"ROUND(d)"#,
        r#"round(d)"#,
        r#"round(d + 0.001 * sign(d))"#;
    round_6: r#"(call op:round args:[s0.n -1]):i32?"# =>
        r#"ROUND(n, -1)"#,
        r#"round(n, -1)"#,
        r#"CAST(round(round(CAST(n AS REAL) / 10.0) * 10.0) AS INTEGER)"#;
    trunc_3: r#"(call op:trunc args:[s0.f]):f64?"# =>
        r#"TRUNCATE(f, 0)"#,
        r#"trunc(f)"#,
        r#"trunc(f)"#;
    var_pop: r#"(agg op:var_pop args:[s0.d]):f64?"# =>
        r#"VAR_POP(CAST(d AS DOUBLE))"#,
        r#"var_pop(CAST(d AS double precision))"#,
        r#"max(sum(d * d) - CAST(sum(d) AS REAL) * sum(d) / count(d), 0.0) / count(d)  -- float-rounding"#;
    bool_and: r#"(agg op:bool_and args:[s0.ok]):bool?"# =>
        r#"MIN(ok)"#,
        r#"bool_and(ok)"#,
        r#"min(ok)"#;
    avg_decimal: r#"(agg op:avg_decimal args:[s0.d]):decimal(14,6)?"# =>
        r#"AVG(d)"#,
        r#"round(avg(d), 6)"#,
        r#"round(avg(d), 6)  -- number-range"#;
    div_decimal_or_null: r#"(call op:div_decimal_or_null args:[s0.d s0.m]):decimal(14,6)?"# =>
        r#"d / m"#,
        r#"round(d * 1.000000 / nullif(m, 0), 6)"#,
        r#"round(CAST(d AS REAL) / m, 6)  -- number-range"#;
    bit_xor: r#"(call op:bit_xor args:[s0.m 5]):u64?"# =>
        r#"m ^ 5"#,
        r#"CAST(m AS bigint) # CAST(5 AS bigint)  -- integer-range"#,
        r#"(m | 5) - (m & 5)  -- integer-range"#;
    shift_right: r#"(call op:shift_right args:[s0.m 1]):u64?"# =>
        r#"m >> 1"#,
        r#"CAST(m AS bigint) >> 1  -- integer-range"#,
        r#"m >> 1  -- integer-range"#;
    format_time_2: r#"(call op:format_time args:[s0.day "{Dy} {D} {Month} {IW} {DOY}"]):text?"# =>
        r#"CONCAT(DATE_FORMAT(day, '%a %e %M %v '), CAST(DAYOFYEAR(day) AS CHAR))"#,
        r#"to_char(day, 'Dy FMDD FMMonth IW FMDDD')"#,
        r#"substr(CASE strftime('%w', day) WHEN '0' THEN 'Sunday' WHEN '1' THEN 'Monday' WHEN '2' THEN 'Tuesday' WHEN '3' THEN 'Wednesday' WHEN '4' THEN 'Thursday' WHEN '5' THEN 'Friday' WHEN '6' THEN 'Saturday' END, 1, 3) || strftime(' ', day) || CAST(CAST(strftime('%d', day) AS INTEGER) AS TEXT) || strftime(' ', day) || CASE strftime('%m', day) WHEN '01' THEN 'January' WHEN '02' THEN 'February' WHEN '03' THEN 'March' WHEN '04' THEN 'April' WHEN '05' THEN 'May' WHEN '06' THEN 'June' WHEN '07' THEN 'July' WHEN '08' THEN 'August' WHEN '09' THEN 'September' WHEN '10' THEN 'October' WHEN '11' THEN 'November' WHEN '12' THEN 'December' END || strftime(' ', day) || (substr(replace(hex(zeroblob(2)), '00', '0'), 1, max(2 - length(CAST(CAST(strftime('%V', day) AS INTEGER) AS TEXT)), 0)) || substr(CAST(CAST(strftime('%V', day) AS INTEGER) AS TEXT), 1, 2)) || strftime(' ', day) || CAST(CAST(strftime('%j', day) AS INTEGER) AS TEXT)"#;
    substring_index: r#"(call op:substring_index args:[s0.b "l" 1]):text(binary)?"# =>
        r#"SUBSTRING_INDEX(b, 'l', 1)"#,
        r#"CASE WHEN strpos(b, 'l') > 0 THEN substr(b, 1, strpos(b, 'l') - 1) ELSE b END"#,
        r#"CASE WHEN instr(b, 'l') > 0 THEN substr(b, 1, instr(b, 'l') - 1) ELSE b END"#;
    pad_left: r#"(call op:pad_left args:[s0.b 7 "xy"]):text(binary)?"# =>
        r#"LPAD(b, 7, 'xy')"#,
        r#"lpad(b, 7, 'xy')"#,
        r#"substr(replace(hex(zeroblob(7)), '00', 'xy'), 1, max(7 - length(b), 0)) || substr(b, 1, 7)"#;
    repeat: r#"(call op:repeat args:[s0.b s0.n]):text(binary)?"# =>
        r#"REPEAT(b, n)"#,
        r#"repeat(b, n)"#,
        r#"CASE WHEN n IS NOT NULL THEN replace(hex(zeroblob(n)), '00', b) END"#;
    extract_week_sunday: r#"(call op:extract_week_sunday args:[s0.day]):i32?"# =>
        r#"WEEK(day, 0)"#,
        r#"CAST(floor((EXTRACT(doy FROM day) + 6 - EXTRACT(dow FROM day)) / 7) AS integer)"#,
        r#"(strftime('%j', day) + 6 - strftime('%w', day)) / 7"#;
    cast_f_to_text_error: r#"(cast operand:s0.f to:text rule:explicit(error,half_away)):text?"# =>
        r#"CAST(f AS CHAR)"#,
        r#"CAST(f AS text)"#,
        r#"CASE WHEN f IS NOT NULL THEN printf('%.15g', f) END  -- number-range"#;
    cast_n_to_text_error: r#"(cast operand:s0.n to:text rule:explicit(error,half_away)):text?"# =>
        r#"CAST(n AS CHAR)"#,
        r#"CAST(n AS text)"#,
        r#"CAST(n AS TEXT)"#;
    cast_day_to_timestamp_error: r#"(cast operand:s0.day to:timestamp(0) rule:implicit(error,half_away)):timestamp(0)?"# =>
        r#"CAST(day AS DATETIME)"#,
        r#"CAST(day AS timestamp(0))"#,
        r#"datetime(day)"#;
    cast_d_to_number_error: r#"(cast operand:s0.d to:number rule:implicit(error,half_away)):number?"# =>
        r#"d"#,
        r#"CAST(d AS numeric)"#,
        r#"d"#;
    concat_ws: r#"(call op:concat_ws args:["-" s0.b "z"]):text?"# =>
        r#"CONCAT_WS('-', b, 'z')"#,
        r#"concat_ws('-', b, 'z')"#,
        r#"concat_ws('-', b, 'z')"#;
    xor_of_gt: r#"(call op:xor args:[s0.ok (cmp op:gt left:s0.n right:1):bool?]):bool?"# =>
        r#"ok XOR n > 1"#,
        r#"ok <> (n > 1)"#,
        r#"ok <> (n > 1)"#;
    modulo: r#"(call op:mod args:[s0.n 3]):i32?"# =>
        r#"n % 3"#,
        r#"n % 3"#,
        r#"n % 3"#;
    unix_time: r#"(call op:unix_time args:[s0.at]):i64?"# =>
        r#"UNIX_TIMESTAMP(at)"#,
        r#"CAST(EXTRACT(epoch FROM CAST(at AS timestamp with time zone)) AS bigint)"#,
        r#"CAST(strftime('%s', at) AS INTEGER)  -- time-zone"#;
    last_day: r#"(call op:last_day args:[s0.day]):date?"# =>
        r#"LAST_DAY(day)"#,
        r#"CAST(date_trunc('month', day) + INTERVAL '1 month' - INTERVAL '1 day' AS date)"#,
        r#"date(day, 'start of month', '+1 month', '-1 day')"#;
}

const BY_CI: &str =
    r#"order:[(key expr:(out index:0):varchar(20,ci_ai_pad_upper)? collation:ci_ai_pad_upper)]"#;

#[test]
fn groups_of_folded_texts_show_any_spelling() {
    let block = r#"distinct:(all) items:[(item expr:s0.ci) (item expr:(agg op:count_all):i64)]
        group:(group_by elements:[(key expr:s0.ci)])"#;
    assert_eq!(translated("mariadb", block, ""), "SELECT ci, COUNT(*) FROM t GROUP BY ci");
    assert_eq!(
        translated("postgres", block, ""),
        "SELECT (array_agg(ci))[1] AS ci, count(*) FROM t GROUP BY upper(rtrim(ci))"
    );
    assert_eq!(translated("sqlite", block, ""), "SELECT ci AS ci, count(*) FROM t GROUP BY upper(rtrim(ci))");
}

#[test]
fn distinct_folded_texts_are_groups_and_sort_by_their_keys() {
    let block = r#"distinct:(distinct) items:[(item expr:s0.ci)]
        outputs:[(output name:"ci" ty:varchar(20,ci_ai_pad_upper) nullable:true)]"#;
    assert_eq!(
        translated("postgres", block, BY_CI),
        "SELECT (array_agg(ci))[1] AS ci FROM t GROUP BY upper(rtrim(ci)) ORDER BY upper(rtrim(ci))"
    );
}

#[test]
fn texts_of_bytes_say_so_where_case_does_not_count() {
    let block = r#"distinct:(distinct) items:[(item expr:s0.b)]
        outputs:[(output name:"b" ty:text(binary) nullable:true)]"#;
    assert_eq!(translated("mariadb", block, ""), "SELECT DISTINCT b COLLATE utf8mb4_nopad_bin AS b FROM t");
    assert_eq!(translated("postgres", block, ""), "SELECT DISTINCT b FROM t");
    let block = r#"distinct:(all) items:[(item expr:s0.b)]"#;
    assert_eq!(
        translated("mariadb", block, "order:[(key expr:s0.b nulls_first:true collation:binary)]"),
        "SELECT b FROM t ORDER BY b COLLATE utf8mb4_nopad_bin"
    );
}
