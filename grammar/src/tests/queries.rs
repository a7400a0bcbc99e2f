//! Clauses of queries.

use super::tree;
use air_base::Dialect::{self, *};

fn check(dialects: &[Dialect], rows: &[(&str, &str)]) {
    for dialect in dialects {
        for (sql, expected) in rows {
            assert_eq!(tree(*dialect, sql), *expected, "{dialect}: {sql}");
        }
    }
}

#[test]
fn joins_pair_with_their_conditions() {
    check(
        &[Postgres, Oracle, Mssql],
        &[
            (
                "SELECT 1 FROM a JOIN b ON x LEFT JOIN c ON y",
                "(query (select 1 from (left (inner a b on x) c on y)))",
            ),
            (
                "SELECT 1 FROM a JOIN b JOIN c ON x ON y",
                "(query (select 1 from (inner a (inner b c on x) on y)))",
            ),
            ("SELECT 1 FROM a CROSS JOIN b, c d", "(query (select 1 from (cross a b) c:d))"),
            ("SELECT 1 FROM (a JOIN b ON x)", "(query (select 1 from (nested (inner a b on x))))"),
            (
                "SELECT 1 FROM a JOIN b CROSS JOIN c ON x",
                "(query (select 1 from (inner a (cross b c) on x)))",
            ),
        ],
    );
    check(
        &[Postgres, Sqlite, Mysql],
        &[
            ("SELECT 1 FROM a JOIN b USING (x, y)", "(query (select 1 from (inner a b using x y)))"),
            ("SELECT 1 FROM a NATURAL LEFT JOIN b", "(query (select 1 from (natural-left a b)))"),
        ],
    );
    check(
        &[Sqlite],
        &[
            ("SELECT 1 FROM a JOIN b JOIN c ON x", "(query (select 1 from (inner (inner a b) c on x)))"),
            ("SELECT 1 FROM a LEFT JOIN b", "(query (select 1 from (left a b)))"),
            ("SELECT 1 FROM a CROSS JOIN b ON x", "(query (select 1 from (cross a b on x)))"),
        ],
    );
    check(
        &[Mysql],
        &[
            ("SELECT 1 FROM a JOIN b", "(query (select 1 from (inner a b)))"),
            ("SELECT 1 FROM a STRAIGHT_JOIN b ON x", "(query (select 1 from (straight a b on x)))"),
            ("SELECT 1 FROM a, (b, c)", "(query (select 1 from a (nested (cross b c))))"),
            ("SELECT 1 FROM a USE INDEX (i) FORCE INDEX FOR JOIN (j)", "(query (select 1 from a))"),
        ],
    );
    check(
        &[Mssql],
        &[
            ("SELECT 1 FROM a CROSS APPLY f(a.x) b", "(query (select 1 from (crossapply a (call f a.x):b)))"),
            (
                "SELECT 1 FROM a OUTER APPLY (SELECT 1 AS y) b",
                "(query (select 1 from (outerapply a (query (select 1:y)):b)))",
            ),
            (
                "SELECT 1 FROM a WITH (NOLOCK) INNER HASH JOIN b ON x",
                "(query (select 1 from (inner a b on x)))",
            ),
            ("SELECT 1 FROM a x (NOLOCK), f(a)", "(query (select 1 from a:x (call f a)))"),
            ("SELECT 1 FROM #t, @v w", "(query (select 1 from #t @v:w))"),
        ],
    );
    check(
        &[Postgres],
        &[
            (
                "SELECT 1 FROM f(1) WITH ORDINALITY AS t(a, b)",
                "(query (select 1 from (call f 1)-ordinality:t:a:b))",
            ),
            (
                "SELECT 1 FROM a, LATERAL (SELECT 2) x",
                "(query (select 1 from a lateral-(query (select 2)):x))",
            ),
            (
                "SELECT 1 FROM ROWS FROM (f(1), g(2)) AS t",
                "(query (select 1 from (rows-from (call f 1) (call g 2)):t))",
            ),
            ("SELECT 1 FROM ONLY a", "(query (select 1 from only-a))"),
            ("SELECT 1 FROM f() AS t(a int, b text)", "(query (select 1 from (call f):t:a:b))"),
            ("SELECT 1 FROM a TABLESAMPLE bernoulli (10) REPEATABLE (1)", "(query (select 1 from a))"),
        ],
    );
}

#[test]
fn set_operations_group_by_dialect() {
    let sql = "SELECT 1 UNION SELECT 2 INTERSECT SELECT 3";
    let nested = "(query (set (select 1) union (set (select 2) intersect (select 3))))";
    check(&[Postgres, Mysql, Mariadb, Mssql], &[(sql, nested)]);
    check(&[Sqlite], &[(sql, "(query (set (select 1) union (select 2) intersect (select 3)))")]);
    check(
        &[Oracle],
        &[(
            "SELECT 1 MINUS SELECT 2 UNION ALL SELECT 3",
            "(query (set (select 1) except (select 2) union-all (select 3)))",
        )],
    );
    check(
        &[Postgres],
        &[
            (
                "SELECT 1 INTERSECT SELECT 2 UNION SELECT 3",
                "(query (set (set (select 1) intersect (select 2)) union (select 3)))",
            ),
            (
                "(SELECT 1 LIMIT 1) UNION ALL (SELECT 2) ORDER BY 1",
                "(query (set (query (select 1) limit 1) union-all (query (select 2))) order 1)",
            ),
            (
                "SELECT 1 EXCEPT (SELECT 2 UNION SELECT 3)",
                "(query (set (select 1) except (query (set (select 2) union (select 3)))))",
            ),
            (
                "SELECT a FROM ((SELECT 1) UNION (SELECT 2)) t",
                "(query (select a from (query (set (query (select 1)) union (query (select 2)))):t))",
            ),
            (
                "VALUES (1, 'a'), (2, NULL) UNION SELECT 3, x",
                "(query (set (values (1 \"a\") (2 NULL)) union (select 3 x)))",
            ),
            ("SELECT ((SELECT 1) + 1)", "(query (select (+ (query (select 1)) 1)))"),
            ("TABLE t ORDER BY a", "(query (table t) order a)"),
        ],
    );
    check(&[Mysql], &[("VALUES ROW(1, 2), ROW(3, 4)", "(query (values (1 2) (3 4)))")]);
}

#[test]
fn limits() {
    check(
        &[Postgres, Sqlite, Mysql],
        &[
            ("SELECT 1 LIMIT 5", "(query (select 1) limit 5)"),
            (
                "SELECT a FROM t ORDER BY a DESC LIMIT 5 OFFSET ?",
                "(query (select a from t) order a:desc limit 5 skip ?)",
            ),
        ],
    );
    check(&[Sqlite, Mysql], &[("SELECT 1 LIMIT 2, 5", "(query (select 1) limitcomma 5 skip 2)")]);
    check(
        &[Postgres],
        &[
            ("SELECT 1 OFFSET 2 LIMIT 5", "(query (select 1) limit 5 skip 2)"),
            ("SELECT 1 LIMIT ALL OFFSET 1", "(query (select 1) limitall skip 1)"),
            ("SELECT 1 FETCH FIRST ROW ONLY", "(query (select 1) fetchone)"),
            (
                "SELECT a FROM t FOR NO KEY UPDATE OF t SKIP LOCKED",
                "(query (select a from t) lock-nokeyupdate)",
            ),
        ],
    );
    check(
        &[Oracle, Mssql, Postgres],
        &[(
            "SELECT a FROM t ORDER BY a OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY",
            "(query (select a from t) order a fetch 2 skip 1)",
        )],
    );
    check(
        &[Oracle],
        &[(
            "SELECT a FROM t FETCH FIRST 10 PERCENT ROWS WITH TIES",
            "(query (select a from t) fetch 10 percent ties)",
        )],
    );
    check(
        &[Mssql],
        &[
            ("SELECT TOP 2 WITH TIES a FROM t ORDER BY a", "(query (select top 2 ties; a from t) order a)"),
            (
                "SELECT DISTINCT TOP (@n) PERCENT a FROM t",
                "(query (select distinct top @n percent; a from t))",
            ),
            ("SELECT a FROM t FOR XML PATH('')", "(query (select a from t) forxmlrows)"),
            ("SELECT a FROM t OPTION (MAXRECURSION 0)", "(query (select a from t) option)"),
        ],
    );
}

#[test]
fn grouping() {
    check(
        &[Postgres, Oracle, Mssql],
        &[
            (
                "SELECT a FROM t GROUP BY a, ROLLUP (b, c), CUBE (d)",
                "(query (select a from t group a (rollup b c) (cube d)))",
            ),
            (
                "SELECT a FROM t GROUP BY GROUPING SETS ((a, b), a, ())",
                "(query (select a from t group (sets (row a b) a (row))))",
            ),
        ],
    );
    check(
        &[Mysql],
        &[(
            "SELECT a FROM t GROUP BY a WITH ROLLUP HAVING a > 1",
            "(query (select a from t group a with-rollup having (> a 1)))",
        )],
    );
    check(
        &[Postgres],
        &[
            ("SELECT DISTINCT ON (a) a, b FROM t", "(query (select distinct-on a; a b from t))"),
            (
                "SELECT sum(a) OVER w FROM t WINDOW w AS (ORDER BY b RANGE BETWEEN 1 PRECEDING AND CURRENT ROW), v AS (w)",
                "(query (select (call sum a over w) from t window w (over order b range 1-preceding current) window v (over w)))",
            ),
            ("SELECT FROM t", "(query (select from t))"),
        ],
    );
}

#[test]
fn common_table_expressions() {
    check(
        &[Postgres, Sqlite, Mysql],
        &[
            (
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n",
                "(query (with-recursive n:i (query (set (select 1) union-all (select (+ i 1) from n)))) (select * from n))",
            ),
            (
                "WITH a AS (SELECT 1), b AS (SELECT 2) SELECT a.*, b.x y FROM a, b",
                "(query (with a (query (select 1)) b (query (select 2))) (select a.* b.x:y from a b))",
            ),
        ],
    );
    check(
        &[Postgres],
        &[(
            "WITH d AS (DELETE FROM t RETURNING a) SELECT a FROM d",
            "(query (with d (delete-single t)) (select a from d))",
        )],
    );
}

#[test]
fn oracle_hierarchies_and_outer_joins() {
    check(
        &[Oracle],
        &[
            (
                "SELECT a FROM t START WITH p IS NULL CONNECT BY NOCYCLE PRIOR a = p ORDER SIBLINGS BY a",
                "(query (select a from t start-with (is-null p) connect-by (= (prior a) p)) order-siblings a)",
            ),
            (
                "SELECT 1 FROM a, b WHERE a.x = b.y(+)",
                "(query (select 1 from a b where (= a.x (outerjoinmark b.y))))",
            ),
            (
                "SELECT * FROM t PIVOT (SUM(v) AS s FOR q IN ('a' AS a, 'b' AS b))",
                "(query (select * from (pivot t (call SUM v):s for q in \"a\":a \"b\":b)))",
            ),
            ("SELECT * FROM TABLE(f(1)) x", "(query (select * from (call TABLE (call f 1)):x))"),
        ],
    );
    check(
        &[Mssql],
        &[(
            "SELECT * FROM (SELECT a FROM t) s PIVOT (SUM(v) FOR q IN ([x], [y])) p",
            "(query (select * from (pivot (query (select a from t)):s (call SUM v) for q in x y):p))",
        )],
    );
}

#[test]
fn aliases() {
    check(
        &[Postgres],
        &[(
            "SELECT a AS date, b \"X y\", c value FROM t AS first",
            "(query (select a:date b:X y c:value from t:first))",
        )],
    );
    check(
        &[Mysql],
        &[(
            "SELECT a 'x', b AS 'y z', count(*) `n` FROM t",
            "(query (select a:x b:y z (call count *):n from t))",
        )],
    );
    check(&[Mssql], &[("SELECT x = a + 1, b AS [y] FROM t", "(query (select (+ a 1):x b:y from t))")]);
    check(&[Sqlite], &[("SELECT a 'x' FROM t", "(query (select a:x from t))")]);
}
