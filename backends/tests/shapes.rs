//! What shape rules make of a statement, shown as text of the target: AIR in, SQL out.
//!
//! The left side is AIR in its text form, so that each case says exactly what it means.

use air::Air;
use air::catalog::{Catalog, Column, Key, Table};
use air::fidelity::Ledger;
use air::profile::Profile;
use air_base::Dialect::{self, Mariadb, Mssql, Mysql, Oracle, Postgres, Sqlite};
use airc_backends::{RenderOptions, render, target};

/// `t(a int key, b int null, s text null)`, `u(a int key, c int null)`.
fn catalog() -> Catalog {
    let column = |name: &str, nullable: bool| Column {
        name: name.to_owned(),
        exact: false,
        ty: air::Type::I32,
        nullable,
        has_default: false,
        default: None,
        identity: false,
        numbering: air::catalog::Numbering::default(),
        generated: false,
        seen: Default::default(),
    };
    let key = || Key { name: String::new(), columns: vec![0], primary: true, partial: false };
    let mut catalog = Catalog::default();
    let table = |name: &str, columns: Vec<Column>| Table {
        name: name.to_owned(),
        columns,
        keys: vec![key()],
        strict: true,
        ..Table::default()
    };
    catalog.put(table("t", vec![column("a", false), column("b", true)]));
    catalog.put(table("u", vec![column("a", false), column("c", true)]));
    catalog
}

const T: &str = r#"(src alias:"t" kind:(table name:["t"]) closed:true
    columns:[(column name:"a" ty:i32) (column name:"b" ty:i32 nullable:true)])"#;
const U: &str = r#"(src alias:"u" kind:(table name:["u"]) closed:true
    columns:[(column name:"a" ty:i32) (column name:"c" ty:i32 nullable:true)])"#;

/// Legalizes and renders one statement; a refusal as its message.
fn translate(dialect: Dialect, statement: &str) -> String {
    let text = format!("(air version:1 statements:[{statement}])");
    let mut air = Air::from_text(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let target = target(&Profile::of(dialect));
    let catalog = catalog();
    let (mut ledger, mut diagnostics) = (Ledger::default(), Vec::new());
    let options = airc_passes::Options::default();
    if airc_passes::Legalizer::new(target.clone(), options)
        .legalize(&mut air, &catalog, &mut ledger, &mut diagnostics)
        .is_err()
    {
        let diagnostic = diagnostics.first().map(|d| format!("{}: {}", d.code, d.message));
        return diagnostic.unwrap_or_else(|| "refused without a word".to_owned());
    }
    let mut out = String::new();
    let layout = RenderOptions { width: 10_000, ..RenderOptions::new(&catalog) };
    match render(&air, &target, &layout, &mut out, &mut Default::default()) {
        Ok(_) => out,
        Err(diagnostic) => format!("{}: {}", diagnostic.code, diagnostic.message),
    }
}

/// A query over a block; `tail` are fields of the query.
fn query(block: &str, tail: &str) -> String {
    format!("(query_statement query:{})", body(&format!("(select select:(block {block}))"), tail))
}

fn body(body: &str, tail: &str) -> String {
    format!("(query body:{body} {tail})")
}

fn select(items: &str, rest: &str) -> String {
    format!("from:(source source:s0={T}) distinct:(all) items:[{items}] {rest}")
}

fn check(statement: &str, expected: &[(Dialect, &str)]) {
    for (dialect, sql) in expected {
        assert_eq!(translate(*dialect, statement), *sql, "{dialect}: {statement}");
    }
}

#[test]
fn nulls_stand_where_the_key_says() {
    let last = query(&select("(item expr:s0.a)", ""), "order:[(key expr:^s0.b)]");
    check(
        &last,
        &[
            (Postgres, "SELECT a FROM t ORDER BY t.b"),
            (Sqlite, "SELECT a FROM t ORDER BY t.b NULLS LAST"),
            (Mysql, "SELECT a FROM t ORDER BY t.b IS NULL, t.b"),
            (Mssql, "SELECT a FROM t ORDER BY CASE WHEN t.b IS NULL THEN 1 ELSE 0 END, t.b"),
        ],
    );
    let never_null = query(&select("(item expr:s0.a)", ""), "order:[(key expr:s0.a)]");
    check(&never_null, &[(Mysql, "SELECT a FROM t ORDER BY a")]);
}

#[test]
fn an_offset_alone_needs_a_limit_on_some() {
    let offset = query(&select("(item expr:s0.a)", ""), "limit:(limit offset:3:i64)");
    check(
        &offset,
        &[
            (Postgres, "SELECT a FROM t OFFSET 3"),
            (Sqlite, "SELECT a FROM t LIMIT -1 OFFSET 3"),
            (Mysql, "SELECT a FROM t LIMIT 18446744073709551615 OFFSET 3"),
            (Oracle, "SELECT a FROM t OFFSET 3 ROWS"),
            (Mssql, "SELECT a FROM t ORDER BY (SELECT NULL) OFFSET 3 ROWS"),
        ],
    );
    let all = query(&select("(item expr:s0.a)", ""), "limit:(limit count:-1:i64)");
    check(&all, &[(Postgres, "SELECT a FROM t"), (Mysql, "SELECT a FROM t")]);
}

#[test]
fn ties_are_found_by_rank() {
    let ties = query(
        &select("(item expr:s0.a)", ""),
        "order:[(key expr:s0.a)] limit:(limit count:2:i64 with_ties:true)",
    );
    check(
        &ties,
        &[
            (Postgres, "SELECT a FROM t ORDER BY a FETCH FIRST 2 ROWS WITH TIES"),
            (Mssql, "SELECT TOP (2) WITH TIES a FROM t ORDER BY a"),
            (
                Sqlite,
                "SELECT d.a FROM (SELECT a AS a, rank() OVER (ORDER BY a) AS h1 FROM t) AS d WHERE d.h1 <= 2 ORDER BY d.a",
            ),
        ],
    );
}

#[test]
fn filtered_aggregates_become_cases() {
    let count = query(&select("(item expr:(agg op:count_all filter:(cmp op:gt left:s0.a right:1)))", ""), "");
    check(
        &count,
        &[
            (Postgres, "SELECT count(*) FILTER (WHERE a > 1) FROM t"),
            (Mysql, "SELECT COUNT(CASE WHEN a > 1 THEN 1 END) FROM t"),
        ],
    );
}

#[test]
fn full_joins_become_unions() {
    let full = query(
        &format!(
            "from:(join kind:full left:(source source:s0={T}) right:(source source:s1={U})
             on:(cmp op:eq left:^s0.a right:^s1.a)) distinct:(all) items:[(item expr:^s0.b) (item expr:^s1.c)]"
        ),
        "",
    );
    check(
        &full,
        &[
            (Postgres, "SELECT t.b, u.c FROM t FULL JOIN u ON t.a = u.a"),
            (
                Mariadb,
                "SELECT d.b, d.c FROM (SELECT t.b AS b, u.c AS c FROM t LEFT JOIN u ON t.a = u.a UNION ALL \
                 SELECT NULL AS b, u.c AS c FROM u WHERE NOT EXISTS (SELECT 1 FROM t WHERE t.a = u.a)) AS d",
            ),
        ],
    );
}

#[test]
fn quantified_comparisons_keep_their_third_value() {
    let all = query(
        &select(
            "(item expr:s0.a)",
            &format!(
                "filter:(quantified op:gt quantifier:all left:s0.a query:{})",
                body(
                    &format!(
                        "(select select:(block from:(source source:s1={U}) distinct:(all) items:[(item expr:s1.c)]))"
                    ),
                    ""
                )
            ),
        ),
        "",
    );
    check(
        &all,
        &[
            (Postgres, "SELECT a FROM t WHERE a > ALL (SELECT c FROM u)"),
            (
                Sqlite,
                "SELECT a FROM t WHERE CASE \
                 WHEN EXISTS (SELECT 1 FROM (SELECT c FROM u) AS q WHERE NOT t.a > q.c) THEN FALSE \
                 WHEN EXISTS (SELECT 1 FROM (SELECT c FROM u) AS q1 WHERE (t.a > q1.c) IS NULL) THEN NULL \
                 ELSE TRUE END",
            ),
        ],
    );
}

#[test]
fn rows_in_lists_become_rows_of_values() {
    let member = query(
        &select(
            "(item expr:s0.a)",
            "filter:(in operand:(row items:[s0.a s0.b]) items:[(row items:[1 2]) (row items:[3 4])])",
        ),
        "",
    );
    check(
        &member,
        &[
            (Postgres, "SELECT a FROM t WHERE (a, b) IN ((1, 2), (3, 4))"),
            (Sqlite, "SELECT a FROM t WHERE (a, b) IN (VALUES (1, 2), (3, 4))"),
        ],
    );
}

#[test]
fn truth_is_a_value_only_where_it_can_be() {
    let test = query(&select("(item expr:(cmp op:gt left:s0.a right:1))", ""), "");
    check(
        &test,
        &[(Postgres, "SELECT a > 1 FROM t"), (Mssql, "SELECT CASE WHEN a > 1 THEN 1 ELSE 0 END FROM t")],
    );
    let is_true = query(
        &select("(item expr:s0.a)", "filter:(is_truth operand:(cmp op:gt left:s0.b right:1) value:true)"),
        "",
    );
    check(
        &is_true,
        &[
            (Sqlite, "SELECT a FROM t WHERE (b > 1) IS TRUE"),
            (Oracle, "SELECT a FROM t WHERE CASE WHEN b > 1 THEN 1 ELSE 0 END = 1"),
        ],
    );
}

#[test]
fn set_operations_nest_by_derived_tables() {
    let block =
        |n: u32| format!("(query body:(select select:(block distinct:(all) items:[(item expr:{n})])))");
    let nested = format!(
        "(query_statement query:(query body:(set_op op:union left:{} right:(query body:(set_op op:intersect left:{} right:{})))))",
        block(1),
        block(2),
        block(3)
    );
    check(
        &nested,
        &[
            (Postgres, "SELECT 1 UNION SELECT 2 INTERSECT SELECT 3"),
            (Sqlite, "SELECT 1 UNION SELECT d.c1 FROM (SELECT 2 AS c1 INTERSECT SELECT 3) AS d"),
        ],
    );
}

#[test]
fn assignments_see_what_the_source_lets_them_see() {
    let swap = |sequential: bool| {
        format!(
            "(update update:(update_table target:s0={T} sequential:{sequential} assignments:[
                (set source:s0 columns:[0] value:s0.b) (set source:s0 columns:[1] value:s0.a)]))"
        )
    };
    check(&swap(true), &[(Mysql, "UPDATE t SET a = b, b = a"), (Postgres, "UPDATE t SET a = b, b = b")]);
    check(
        &swap(false),
        &[
            (Postgres, "UPDATE t SET a = b, b = a"),
            (
                Mysql,
                "UPDATE t JOIN (SELECT o.a, o.b FROM t AS o) AS old ON t.a = old.a SET t.a = old.b, t.b = old.a",
            ),
        ],
    );
}

#[test]
fn deletes_from_joined_tables_become_conditions() {
    let delete = format!(
        "(delete delete:(delete_from target:s0={T} joined:true
            from:(join kind:inner left:(source source:s0) right:(source source:s1={U})
                on:(cmp op:eq left:^s0.a right:^s1.a)) filter:(cmp op:gt left:^s1.c right:1)))"
    );
    check(
        &delete,
        &[
            (Mysql, "DELETE t FROM t JOIN u ON t.a = u.a WHERE u.c > 1"),
            (Postgres, "DELETE FROM t USING u WHERE t.a = u.a AND u.c > 1"),
            (
                Sqlite,
                "DELETE FROM t WHERE EXISTS (SELECT 1 FROM (SELECT 1 AS one) AS z JOIN u ON t.a = u.a WHERE u.c > 1)",
            ),
        ],
    );
}

#[test]
fn grouping_sets_become_unions() {
    let rollup = query(
        &select(
            "(item expr:s0.a) (item expr:(call op:grouping args:[s0.a])) (item expr:(agg op:count_all):i64)",
            "group:(group_by elements:[(rollup sets:[(row items:[s0.a])])] loose:determined)",
        ),
        "",
    );
    check(
        &rollup,
        &[
            (Postgres, "SELECT a, GROUPING(a), count(*) FROM t GROUP BY ROLLUP (a)"),
            (
                Sqlite,
                "SELECT g.v1, g.v2, g.v3 FROM (SELECT a AS v1, 0 AS v2, count(*) AS v3 FROM t GROUP BY a UNION ALL \
                 SELECT NULL AS v1, 1 AS v2, count(*) AS v3 FROM t) AS g",
            ),
        ],
    );
}

#[test]
fn the_first_row_per_key_is_numbered_one() {
    let first = query(
        &format!(
            "from:(source source:s0={T}) distinct:(on keys:[s0.a]) items:[(item expr:s0.a) (item expr:^s0.b)]"
        ),
        "order:[(key expr:s0.a) (key expr:s0.b descending:true nulls_first:true)]",
    );
    check(
        &first,
        &[
            (Postgres, "SELECT DISTINCT ON (a) a, t.b FROM t ORDER BY a, b DESC"),
            (
                Sqlite,
                "SELECT d.a, d.b FROM (SELECT a AS a, t.b AS b, \
                 row_number() OVER (PARTITION BY a ORDER BY a, b DESC NULLS FIRST) AS h1 FROM t) AS d \
                 WHERE d.h1 = 1 ORDER BY d.a, d.b DESC NULLS FIRST",
            ),
        ],
    );
}

#[test]
fn upserts_name_the_key_or_do_not() {
    let any = format!(
        "(insert insert:(insert_into target:s0={T} columns:[0 1] source:(values_rows rows:[(row items:[1 2])])
            conflict:(on_conflict proposed:s1=(src alias:\"excluded\" kind:(proposed) closed:true
                columns:[(column name:\"a\" ty:i32) (column name:\"b\" ty:i32 nullable:true)])
              on:(any_key) action:(do_update sequential:true assignments:[
                (set source:s0 columns:[1] value:(call op:add args:[s0.b s1.b]):i32)]))))"
    );
    check(
        &any,
        &[
            (Mysql, "INSERT INTO t (a, b) VALUES (1, 2) ON DUPLICATE KEY UPDATE b = b + VALUES(b)"),
            (
                Postgres,
                "INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = t.b + excluded.b",
            ),
            (
                Mssql,
                "MERGE INTO t USING (VALUES (1, 2)) AS s (a, b) ON (t.a = s.a) \
                 WHEN MATCHED THEN UPDATE SET b = t.b + s.b WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.a, s.b);",
            ),
            (
                Oracle,
                "MERGE INTO t USING (SELECT 1 AS a, 2 AS b FROM DUAL) s ON (t.a = s.a) \
                 WHEN MATCHED THEN UPDATE SET b = t.b + s.b WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.a, s.b)",
            ),
        ],
    );
}

#[test]
fn joined_updates_take_the_form_of_the_target() {
    let update = format!(
        "(update update:(update_table target:s0={T} joined:true
            from:(join kind:inner left:(source source:s0) right:(source source:s1={U})
                on:(cmp op:eq left:^s0.a right:^s1.a))
            assignments:[(set source:s0 columns:[1] value:^s1.c)]))"
    );
    check(
        &update,
        &[
            (Mysql, "UPDATE t JOIN u ON t.a = u.a SET t.b = u.c"),
            (Postgres, "UPDATE t SET b = u.c FROM u WHERE t.a = u.a"),
            (Mssql, "UPDATE t SET b = u.c FROM t JOIN u ON t.a = u.a"),
        ],
    );
}
