//! Strength of operators and the forms of expressions, per dialect.

use super::{expr, expr_with};
use crate::Settings;
use air_base::Dialect::{self, *};

fn check(dialects: &[Dialect], rows: &[(&str, &str)]) {
    for dialect in dialects {
        for (text, expected) in rows {
            assert_eq!(expr(*dialect, text), *expected, "{dialect}: {text}");
        }
    }
}

const MY: &[Dialect] = &[Mysql, Mariadb];
const ALL: &[Dialect] = &[Mysql, Mariadb, Postgres, Sqlite, Oracle, Mssql];

#[test]
fn arithmetic_and_logic_are_the_same_everywhere() {
    check(
        ALL,
        &[
            ("a + b * c - d", "(- (+ a (* b c)) d)"),
            ("(a + b) * c", "(* (+ a b) c)"),
            ("a - b - c", "(- (- a b) c)"),
            (
                "CASE WHEN a = 1 OR b = 2 AND NOT c = 3 THEN 1 END",
                "(case when (or (= a 1) (and (= b 2) (not (= c 3)))) 1)",
            ),
            ("CASE WHEN a AND b AND c OR d THEN 1 END", "(case when (or (and a b c) d) 1)"),
            ("CASE WHEN a BETWEEN 1 AND 2 AND b THEN 1 END", "(case when (and (between a 1 2) b) 1)"),
            (
                "CASE WHEN a NOT BETWEEN b + 1 AND c + 2 OR d THEN 1 END",
                "(case when (or (not-between a (+ b 1) (+ c 2)) d) 1)",
            ),
            ("CASE WHEN a IN (1, -2, NULL) THEN 1 END", "(case when (in a [ 1 (minus 2) NULL ]) 1)"),
            ("CASE WHEN a + 1 NOT IN (b, c) THEN 1 END", "(case when (not-in (+ a 1) [ b c ]) 1)"),
            (
                "CASE WHEN a IS NOT NULL AND b IS NULL THEN 1 END",
                "(case when (and (is-not-null a) (is-null b)) 1)",
            ),
            (
                "CASE WHEN a LIKE 'x!%' ESCAPE '!' AND b THEN 1 END",
                "(case when (and (like a \"x!%\" escape \"!\") b) 1)",
            ),
            ("CASE WHEN a NOT LIKE 'x' THEN 1 ELSE 2 END", "(case when (not-like a \"x\") 1 else 2)"),
            ("CASE x WHEN 1 THEN 2 END", "(case x when 1 2)"),
            ("t.a", "t.a"),
            ("f()", "(call f)"),
            ("s.f(a, 1)", "(call s.f a 1)"),
            ("count(*)", "(call count *)"),
            ("count(DISTINCT a)", "(call count distinct a)"),
            ("CAST(a AS decimal(10, 2))", "(cast a decimal(10,2))"),
        ],
    );
}

#[test]
fn pipes_bind_as_each_dialect_says() {
    check(MY, &[("a || b = c", "(|| a (= b c))"), ("a && b || c", "(|| (&& a b) c)")]);
    check(&[Postgres], &[("'x' || 1 + 2 || 'y'", "(|| (|| \"x\" (+ 1 2)) \"y\")")]);
    check(&[Sqlite], &[("1 || 2 + 3", "(+ (|| 1 2) 3)"), ("a * b || c", "(* a (|| b c))")]);
    check(&[Oracle], &[("a || b + c", "(+ (|| a b) c)")]);
    let concat = Settings::of(Mysql).with_sql_mode("PIPES_AS_CONCAT");
    assert_eq!(expr_with(concat, "a || b = c"), "(= (|| a b) c)");
    assert_eq!(expr_with(concat, "a ^ b || c"), "(^ a (|| b c))");
}

#[test]
fn signs_and_complements() {
    check(
        &[Postgres],
        &[
            ("~1 + 2", "(bitnot (+ 1 2))"),
            ("-2 ^ 2", "(^ (minus 2) 2)"),
            ("-a::int", "(minus (colons a int))"),
            ("2 ^ 3 ^ 2", "(^ (^ 2 3) 2)"),
            ("a * ~b + c", "(* a (bitnot (+ b c)))"),
            ("@ -5", "(abs (minus 5))"),
            ("|/ 25.0", "(squareroot 25.0)"),
            ("a - -1", "(- a (minus 1))"),
            ("a=-1", "(= a (minus 1))"),
        ],
    );
    check(
        MY,
        &[
            ("~1 + 2", "(+ (bitnot 1) 2)"),
            ("!a = b", "(= (bang a) b)"),
            ("NOT a = b", "(not (= a b))"),
            ("-a ^ b", "(^ (minus a) b)"),
            ("7 DIV 2 + 1", "(+ (div 7 2) 1)"),
            ("a MOD b * c", "(* (% a b) c)"),
            ("a--1", "(- a (minus 1))"),
            ("a | b & c << 1", "(| a (& b (<< c 1)))"),
            ("BINARY a = b", "(= (binary a) b)"),
        ],
    );
    check(
        &[Sqlite],
        &[
            ("-a || b", "(|| (minus a) b)"),
            ("~a + b", "(+ (bitnot a) b)"),
            ("a == b < c", "(= a (< b c))"),
            ("a & b + c", "(& a (+ b c))"),
            ("-a COLLATE nocase", "(collate (minus a) nocase)"),
        ],
    );
    check(
        &[Mssql],
        &[("~a * b", "(* (bitnot a) b)"), ("a ^ b + c", "(+ (^ a b) c)"), ("-a % b", "(minus (% a b))")],
    );
    let high = Settings::of(Mysql).with_sql_mode("HIGH_NOT_PRECEDENCE");
    assert_eq!(expr_with(high, "NOT a = b"), "(= (not a) b)");
}

#[test]
fn comparisons_and_tests() {
    check(
        MY,
        &[
            ("a > 10 XOR b < 10", "(xor (> a 10) (< b 10))"),
            ("a <=> NULL", "(<=> a NULL)"),
            ("a = b IS NULL", "(is-null (= a b))"),
            ("a = b IN (1)", "(= a (in b [ 1 ]))"),
            ("a = b BETWEEN 1 AND 2", "(= a (between b 1 2))"),
            ("a REGEXP 'x' AND b RLIKE 'y'", "(and (regexp a \"x\") (rlike b \"y\"))"),
            ("a SOUNDS LIKE b", "(sounds-like a b)"),
            ("a < b < c", "(< (< a b) c)"),
            ("@v := @v + 1", "(:= @v (+ @v 1))"),
        ],
    );
    check(
        &[Postgres],
        &[
            ("a IS DISTINCT FROM 1 AND b = 2", "(and (is-distinct a 1) (= b 2))"),
            ("a = b IS NULL", "(is-null (= a b))"),
            ("a ISNULL OR b NOTNULL", "(or (is-null a) (is-not-null b))"),
            ("a ILIKE 'x' OR a SIMILAR TO 'y'", "(or (ilike a \"x\") (similarto a \"y\"))"),
            ("a !~* 'x' AND b ~ 'y'", "(and (!~* a \"x\") (~ b \"y\"))"),
            ("a BETWEEN SYMMETRIC 2 AND 1", "(between-symmetric a 2 1)"),
            ("a = ANY (ARRAY[1, 2])", "(= a (any (array 1 2)))"),
            ("a <> ALL (SELECT 1)", "(<> a (all (query (select 1))))"),
            ("a < SOME ('{1}'::int[])", "(< a (any (colons \"{1}\" int[])))"),
            ("(a, b) = (1, 2)", "(= (row a b) (row 1 2))"),
            ("ROW(a) = ROW()", "(= (ROW a) (ROW))"),
            ("a IS NOT UNKNOWN", "(is-not-unknown a)"),
            ("NOT a IS TRUE", "(not (is-true a))"),
        ],
    );
    check(
        &[Sqlite],
        &[
            ("a IS b", "(is a b)"),
            ("a IS NOT 1 + 2", "(is-not a (+ 1 2))"),
            ("a NOT NULL", "(is-not-null a)"),
            ("a IN ()", "(in a [ ])"),
            ("a IN t", "(in a table t)"),
            ("a GLOB 'x*' AND b MATCH 'y'", "(and (glob a \"x*\") (match b \"y\"))"),
            ("a IS DISTINCT FROM b", "(is-distinct a b)"),
            ("a LIKE b || '%' ESCAPE 'x'", "(like a (|| b \"%\") escape \"x\")"),
        ],
    );
    check(&[Oracle], &[("a ^= b", "(<> a b)"), ("a IN ((SELECT 1))", "(in a (query (query (select 1))))")]);
    check(&[Mssql], &[("a !< b", "(>= a b)"), ("a IS NOT DISTINCT FROM b", "(is-not-distinct a b)")]);
}

#[test]
fn json_arrays_and_casts() {
    check(
        &[Postgres],
        &[
            ("c -> '$.a' + 1", "(-> c (+ \"$.a\" 1))"),
            ("a->'b'->>'c'", "(->> (-> a \"b\") \"c\")"),
            ("a #>> '{b}' = 'c'", "(= (#>> a \"{b}\") \"c\")"),
            ("a ? 'k' AND b ?| c", "(and (? a \"k\") (?| b c))"),
            ("a @> b", "(@> a b)"),
            ("a <-> b", "(<-> a b)"),
            ("a[1][2:3]", "([:] ([] a 1) 2 3)"),
            ("a[:2]", "([:] a _ 2)"),
            ("(f(x)).b.c", "(. (call f x) b.c)"),
            ("(t).*", "(.* t)"),
            ("'1 day'::interval", "(colons \"1 day\" interval)"),
            ("a::double precision b", "(colons a double-precision):b"),
            ("a::timestamp(3) with time zone", "(colons a timestamp(3)-tz)"),
            ("a::int[]::text", "(colons (colons a int[]) text)"),
            ("'{1}'::int[3]", "(colons \"{1}\" int[])"),
            ("int4 '5'", "(typed int4 \"5\")"),
            ("date '2024-01-01' + 1", "(+ (typed date \"2024-01-01\") 1)"),
            ("ARRAY[[1, 2], [3, 4]]", "(array (array 1 2) (array 3 4))"),
            ("ARRAY(SELECT 1)", "(array (query (select 1)))"),
            ("a AT TIME ZONE 'UTC' + b", "(+ (at-time-zone a \"UTC\") b)"),
            ("E'a\\n' || U&'\\0061' || $x$it's$x$", "(|| (|| \"a\\n\" \"a\") \"it's\")"),
            ("$1 + $2", "(+ $1 $2)"),
            ("'a'\n'b'", "\"ab\""),
        ],
    );
    check(
        MY,
        &[
            ("c -> '$.a' + 1", "(+ (-> c \"$.a\") 1)"),
            ("CONVERT(a USING utf8mb4)", "(convert-using a utf8mb4)"),
            ("CONVERT(a, UNSIGNED)", "(convertmysql a unsigned)"),
            ("CAST(a AS CHAR CHARACTER SET utf8)", "(cast a char)"),
            ("_utf8mb4'x'", "(introducer _utf8mb4 \"x\")"),
            ("'it\\'s' \"say\"", "\"it'ssay\""),
            ("a COLLATE utf8mb4_bin = b", "(= (collate a utf8mb4_bin) b)"),
            ("x'1F' + b'1' + 0x1F", "(+ (+ x'1F' b'1') 0x1F)"),
        ],
    );
    check(
        &[Mssql],
        &[
            ("CONVERT(varchar(10), a, 112)", "(convert a varchar(10) 112)"),
            ("TRY_CAST(a AS int)", "(trycast a int)"),
            ("N'x' + [a b]", "(+ \"x\" a b)"),
            ("NEXT VALUE FOR s.q", "(next-value s.q)"),
            ("a AT TIME ZONE 'UTC'", "(at-time-zone a \"UTC\")"),
        ],
    );
    check(
        &[Oracle],
        &[
            ("q'[it's]' || nq'{x}'", "(|| \"it's\" \"x\")"),
            ("DATE '2024-01-01' - 1", "(- (typed date \"2024-01-01\") 1)"),
            (
                "TIMESTAMP '2024-01-01 00:00:00' AT TIME ZONE 'UTC'",
                "(at-time-zone (typed timestamp \"2024-01-01 00:00:00\") \"UTC\")",
            ),
            (":a + :1", "(+ :a :1)"),
            ("CONNECT_BY_ROOT a || PRIOR b", "(|| (connectbyroot a) (prior b))"),
            ("1.5d + 2f", "(+ 1.5d 2f)"),
        ],
    );
    check(
        &[Sqlite],
        &[("?1 + :a + @b + $c + ?", "(+ (+ (+ (+ ?1 :a) @b) $c) ?)"), ("[a b] + `c`", "(+ a b c)")],
    );
}

#[test]
fn intervals() {
    check(
        MY,
        &[
            ("a + INTERVAL 1 DAY", "(+ a (interval 1 day))"),
            ("a - INTERVAL b + 1 HOUR", "(- a (interval (+ b 1) hour))"),
            ("INTERVAL '1:2' DAY_HOUR + a", "(+ (interval \"1:2\" dayhour) a)"),
            ("INTERVAL (1) DAY + a", "(+ (interval 1 day) a)"),
            ("INTERVAL(23, 1, 15)", "(call INTERVAL 23 1 15)"),
            ("DATE_ADD(a, INTERVAL day DAY)", "(call DATE_ADD a (interval day day))"),
            ("TIMESTAMPDIFF(MONTH, a, b)", "(call TIMESTAMPDIFF MONTH a b)"),
        ],
    );
    check(
        &[Postgres],
        &[
            ("a + INTERVAL '1 day' * 2", "(+ a (* (interval \"1 day\") 2))"),
            ("INTERVAL '1' DAY TO SECOND(3)", "(interval \"1\" day second 3)"),
            ("interval", "interval"),
            ("CAST(a AS INTERVAL YEAR TO MONTH)", "(cast a interval-year-to-month)"),
        ],
    );
    check(
        &[Oracle],
        &[
            ("INTERVAL '36' HOUR", "(interval \"36\" hour)"),
            ("INTERVAL '1' DAY(3)", "(interval \"1\" day 3)"),
        ],
    );
}

#[test]
fn calls_with_words() {
    check(
        &[Postgres],
        &[
            ("EXTRACT(year FROM a)", "(extract year a)"),
            ("EXTRACT('year' FROM a)", "(extract year a)"),
            ("POSITION('a' IN b)", "(position \"a\" b)"),
            ("SUBSTRING(a FROM 2 FOR 3)", "(substringfromfor a 2 3)"),
            ("SUBSTRING(a FOR 3)", "(substringfor a 3)"),
            ("SUBSTRING(a, 2)", "(call SUBSTRING a 2)"),
            ("SUBSTRING(a SIMILAR 'b' ESCAPE '#')", "(substringsimilar a \"b\" \"#\")"),
            ("TRIM(LEADING 'x' FROM a)", "(trimleading a \"x\")"),
            ("TRIM(both from a)", "(trimboth a)"),
            ("TRIM(a)", "(call TRIM a)"),
            ("OVERLAY(a PLACING b FROM 2 FOR 3)", "(overlayfor a b 2 3)"),
            (
                "string_agg(a, ',' ORDER BY b DESC NULLS LAST)",
                "(call string_agg a \",\" order b:desc:nulls-last)",
            ),
            (
                "sum(a) FILTER (WHERE b > 1) OVER (PARTITION BY c ORDER BY d)",
                "(call sum a filter (> b 1) (over partition c order d))",
            ),
            ("percentile_cont(0.5) WITHIN GROUP (ORDER BY a)", "(call percentile_cont 0.5 within a)"),
            ("f(a => 1, b := 2)", "(call f (=> a 1) (=> b 2))"),
            ("f(VARIADIC a)", "(call f (variadic a))"),
            ("current_date", "(call current_date bare)"),
            ("current_timestamp(3)", "(call current_timestamp 3)"),
            ("coalesce((SELECT 1), 2)", "(call coalesce (query (select 1)) 2)"),
            ("coalesce((SELECT 1))", "(call coalesce (query (query (select 1))))"),
        ],
    );
    check(
        MY,
        &[
            (
                "GROUP_CONCAT(DISTINCT a ORDER BY b SEPARATOR '|')",
                "(call GROUP_CONCAT distinct a order b separator \"|\")",
            ),
            ("MATCH (a, b) AGAINST ('x' IN BOOLEAN MODE)", "(match-boolean a b against \"x\")"),
            ("LEFT(a, 1)", "(call LEFT a 1)"),
            ("IF(a, b, c)", "(call IF a b c)"),
            ("CHAR(77 USING utf8mb4)", "(charusing 77 utf8mb4)"),
            ("INSERT(a, 1, 2, b)", "(call INSERT a 1 2 b)"),
            ("REPLACE(a, b, c)", "(call REPLACE a b c)"),
            ("MOD(a, b)", "(call MOD a b)"),
            ("VALUES(a)", "(call VALUES a)"),
            ("@a + @@session.b", "(+ @a @@session.b)"),
        ],
    );
    check(
        &[Oracle],
        &[
            ("LISTAGG(a, ',') WITHIN GROUP (ORDER BY b)", "(call LISTAGG a \",\" within b)"),
            ("MAX(a) KEEP (DENSE_RANK FIRST ORDER BY b)", "(call MAX a keep-first b)"),
            (
                "FIRST_VALUE(a IGNORE NULLS) OVER (ORDER BY b)",
                "(call FIRST_VALUE a ignore-nulls (over order b))",
            ),
            ("LAG(a) IGNORE NULLS OVER (ORDER BY b)", "(call LAG a ignore-nulls (over order b))"),
            ("seq.NEXTVAL", "seq.NEXTVAL"),
        ],
    );
}

#[test]
fn window_frames() {
    check(
        &[Postgres, Sqlite],
        &[
            (
                "sum(a) OVER (ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING EXCLUDE TIES)",
                "(call sum a (over order b rows -inf 1-following exclude-ties))",
            ),
            ("sum(a) OVER (RANGE UNBOUNDED PRECEDING)", "(call sum a (over range -inf))"),
            (
                "sum(a) OVER (ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)",
                "(call sum a (over rows current +inf))",
            ),
            ("sum(a) OVER (GROUPS 2 PRECEDING)", "(call sum a (over groups 2-preceding))"),
            ("sum(a) OVER w", "(call sum a over w)"),
            ("sum(a) OVER (w ORDER BY b)", "(call sum a (over w order b))"),
        ],
    );
}
