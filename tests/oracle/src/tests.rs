//! The evaluator on small tables, statements in the text form.

use crate::database::{Column, Database};
use crate::value::Value;
use crate::{EvalError, Rows, proof};
use air::types::{Collation, Type};
use air::{Air, Expr};

/// Tables `t(g, x, s)` and `u(g, y)`, with NULLs and ties.
fn database() -> Database {
    let mut database = Database::new();
    let int = |n: i128| Value::Int(n);
    let text = |s: &str| Value::Text(s.to_owned());
    let columns = vec![
        Column::new("g", Type::I32),
        Column::new("x", Type::I32),
        Column::new("s", Type::text(Collation::BINARY)),
    ];
    let rows = vec![
        vec![int(1), int(10), text("a")],
        vec![int(1), int(20), text("B")],
        vec![int(1), int(20), text("b")],
        vec![int(2), Value::Null, text("a")],
        vec![Value::Null, int(5), Value::Null],
    ];
    database.put("t", columns, rows);
    let columns = vec![Column::new("g", Type::I32), Column::new("y", Type::I32)];
    database.put(
        "u",
        columns,
        vec![vec![int(1), int(100)], vec![int(3), int(300)], vec![Value::Null, int(0)]],
    );
    database
}

fn t(label: &str) -> String {
    format!(
        "(source source:{label}=(src alias:\"t\" closed:true kind:(table name:[\"t\"]) columns:[(column name:\"g\" ty:i32 \
         nullable:true) (column name:\"x\" ty:i32 nullable:true) (column name:\"s\" ty:text nullable:true)]))"
    )
}

fn u(label: &str) -> String {
    format!(
        "(source source:{label}=(src alias:\"u\" closed:true kind:(table name:[\"u\"]) columns:[(column name:\"g\" ty:i32 \
         nullable:true) (column name:\"y\" ty:i32 nullable:true)]))"
    )
}

fn run_statement(database: &mut Database, statement: &str) -> Result<Rows, EvalError> {
    let text = format!("(air version:1 statements:[{statement}])");
    let air = Air::from_text(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    if let Err(violations) = air::verify::verify(&air) {
        panic!("{}", violations[0]);
    }
    database.run(&air)
}

/// Rows of a query, a line each.
fn rows(query: &str) -> String {
    match run_statement(&mut database(), &format!("(query_statement query:(query {query}))")) {
        Ok(rows) => rows.to_string(),
        Err(error) => format!("error: {error}"),
    }
}

/// Rows of `SELECT … FROM t`.
fn from_t(block: &str) -> String {
    rows(&format!("body:(select select:(block from:{} distinct:(all) {block}))", t("s0")))
}

/// Value of an expression.
fn value(expr: &str) -> String {
    rows(&format!("body:(values rows:[(row items:[{expr}])])")).trim_end().to_owned()
}

#[test]
fn null_is_neither_true_nor_false() {
    for (expr, expected) in [
        ("(and terms:[null:bool? false])", "false"),
        ("(and terms:[null:bool? true])", "NULL"),
        ("(or terms:[null:bool? true])", "true"),
        ("(not operand:null:bool?)", "NULL"),
        ("(cmp op:eq left:null right:null)", "NULL"),
        ("(cmp op:same left:null right:null)", "true"),
        ("(in operand:1 items:[2 null] negated:true)", "NULL"),
        ("(in operand:1 items:[1 null])", "true"),
        ("(in operand:null items:[])", "false"),
        ("(is_truth operand:null:bool? value:false negated:true)", "true"),
        ("(between operand:1 low:null high:0)", "false"),
        ("(cmp op:eq left:(row items:[1 null]) right:(row items:[2 null]))", "false"),
        ("(cmp op:lt left:(row items:[1 null]) right:(row items:[2 null]))", "true"),
        ("(is_null operand:(row items:[1 null]) negated:true)", "false"),
        ("(call op:concat_ws args:[\"-\" \"a\" null:text? \"b\"])", "a-b"),
        ("(call op:greatest_skip_nulls args:[1 null 3]):i32?", "3"),
        ("(case branches:[(when when:null:bool? then:1)])", "NULL"),
    ] {
        assert_eq!(value(expr), expected, "{expr}");
    }
    // WHERE keeps what is true.
    assert_eq!(from_t("items:[(item expr:s0.x)] filter:(cmp op:ge left:s0.x right:10)"), "10\n20\n20\n");
    assert_eq!(from_t("items:[(item expr:s0.x)] filter:(not operand:(cmp op:ge left:s0.x right:10))"), "5\n");
}

#[test]
fn division_and_decimals_follow_their_kind() {
    for (expr, expected) in [
        ("(call op:div_int args:[-7 2]):i32", "-3"),
        // Until it is used as a value, a quotient keeps whole words of nine digits.
        ("(call op:div_decimal_or_null args:[7 2]):decimal(14,4)?", "3.500000000"),
        ("(call op:div_number args:[1 3])", "0.33333333333333333333"),
        ("(call op:div_float args:[1 4])", "0.25"),
        ("(call op:div_int_or_null args:[1 0]):i32?", "NULL"),
        ("(call op:div_int args:[1 0]):i32", "error: division by zero"),
        ("(call op:mod args:[-7 2]):i32", "-1"),
        ("(call op:add args:[(dec digits:\"0.1\") (dec digits:\"0.2\")]):decimal(3,1)", "0.3"),
        ("(call op:add args:[2147483647 1]):i32", "error: integer out of range"),
        ("(call op:round args:[(dec digits:\"-2.5\")]):decimal(1,0)", "-3"),
        ("(call op:round args:[1250 -2]):i32", "1300"),
        ("(cast operand:\"12abc\" to:i32 rule:implicit(prefix,half_away))", "12"),
        ("(cast operand:\"abc\" to:i32)", "error: `abc` is no i32"),
        ("(call op:shift_right args:[-1 60]):u64", "15"),
    ] {
        assert_eq!(value(expr), expected, "{expr}");
    }
}

#[test]
fn texts_compare_by_collation_and_count_characters() {
    for (expr, expected) in [
        ("(cmp op:eq left:\"a\" right:\"A \")", "false"),
        ("(cmp op:eq collation:ci_ai_pad_upper left:\"a\" right:\"A \")", "true"),
        ("(cmp op:eq collation:ci_ai_pad_upper left:\"e\" right:\"É\")", "true"),
        ("(cmp op:eq collation:nocase left:\"é\" right:\"É\")", "false"),
        ("(cmp op:lt collation:ci_ai_pad_upper left:\"_\" right:\"a\")", "false"),
        ("(like operand:\"aXc\" pattern:\"a_c\")", "true"),
        ("(like operand:\"a%c\" pattern:\"a\\\\%c\" escape:\"\\\\\")", "true"),
        ("(like operand:\"abc\" pattern:\"A%\" collation:ci_as)", "true"),
        ("(call op:substring args:[\"hello\" 0 3])", "he"),
        ("(call op:substring_sqlite args:[\"hello\" -1 4])", "o"),
        ("(call op:substring_sqlite args:[\"hello\" 0 3])", "he"),
        ("(call op:substring_from_end args:[\"hello\" -3 2])", "ll"),
        ("(call op:substring_oracle args:[\"hello\" 0 3]):text?", "hel"),
        ("(call op:char_length args:[\"né\"])", "2"),
        ("(call op:byte_length args:[\"né\"])", "3"),
        ("(call op:pad_left args:[\"7\" 3 \"0\"])", "007"),
        ("(call op:trim_text args:[\"xaxy\" \"xy\"])", "xa"),
        ("(call op:position args:[\"banana\" \"na\"])", "3"),
        ("(call op:concat_oracle args:[null:text? \"\"])", "NULL"),
    ] {
        assert_eq!(value(expr), expected, "{expr}");
    }
}

#[test]
fn dates_add_subtract_and_show() {
    for (expr, expected) in [
        ("(call op:date_add modifier:month args:[(date text:\"2024-01-31\") 1]):date", "2024-02-29"),
        ("(call op:date_add_roll modifier:month args:[(date text:\"2024-01-31\") 1]):date", "2024-03-02"),
        ("(call op:add_months_sticky args:[(date text:\"2024-02-29\") 1]):date", "2024-03-31"),
        ("(call op:days_between args:[(date text:\"2024-03-01\") (date text:\"2024-02-28\")])", "2"),
        (
            "(call op:boundaries_between modifier:year args:[(date text:\"2023-12-31\") (date text:\"2024-01-01\")])",
            "1",
        ),
        (
            "(call op:complete_units modifier:month args:[(date text:\"2024-01-31\") (date text:\"2024-02-29\")])",
            "0",
        ),
        ("(call op:extract_iso_week args:[(date text:\"2021-01-03\")]):i32", "53"),
        (
            "(call op:date_trunc modifier:week args:[(timestamp text:\"2024-01-31 10:11:12\")]):timestamp(6)",
            "2024-01-29 00:00:00",
        ),
        ("(call op:format_time args:[(date text:\"2024-01-31\") \"{Dy} {DDD} {{\"])", "Wed 031 {"),
        ("(call op:current_date)", "2024-01-31"),
        ("(cast operand:\"2024-02-30\" to:date rule:implicit(null,half_away))", "NULL"),
    ] {
        assert_eq!(value(expr), expected, "{expr}");
    }
}

#[test]
fn joins_keep_what_their_kind_keeps() {
    let join = |kind: &str| {
        rows(&format!(
            "body:(select select:(block from:(join kind:{kind} left:{} right:{} on:(cmp op:eq left:s0.g right:s1.g)) \
             distinct:(all) items:[(item expr:s0.x) (item expr:s1.y)]))",
            t("s0"),
            u("s1")
        ))
    };
    assert_eq!(join("inner"), "10|100\n20|100\n20|100\n");
    assert_eq!(join("left"), "10|100\n20|100\n20|100\nNULL|NULL\n5|NULL\n");
    assert_eq!(join("right"), "10|100\n20|100\n20|100\nNULL|300\nNULL|0\n");
    assert_eq!(join("full").lines().count(), 7);
    // USING columns come once and have the value of the side that has one.
    let using = rows(&format!(
        "body:(select select:(block from:(join kind:right left:{} right:{} using:[(using name:\"g\" left:s0.g right:s1.g)]) \
         distinct:(all) items:[(star)]))",
        t("s0"),
        u("s1")
    ));
    assert_eq!(using.lines().last(), Some("NULL|NULL|NULL|0"));
    assert!(using.contains("3|NULL|NULL|300"), "{using}");
}

#[test]
fn groups_are_sets_of_keys_and_null_is_one() {
    let group = |elements: &str| {
        rows(&format!(
            "body:(select select:(block from:{} distinct:(all) items:[(item expr:s0.g) (item expr:s0.s) \
             (item expr:(agg op:count_all)) (item expr:(agg op:sum args:[s0.x]):i64?) \
             (item expr:(call op:grouping args:[s0.g s0.s]))] group:(group_by elements:[{elements}]))) \
             order:[(key expr:(out index:4)) (key expr:(out index:0)) (key expr:(out index:1))]",
            t("s0")
        ))
    };
    assert_eq!(
        group("(rollup sets:[(row items:[s0.g]) (row items:[s0.s])])"),
        "1|B|1|20|0\n1|a|1|10|0\n1|b|1|20|0\n2|a|1|NULL|0\nNULL|NULL|1|5|0\n\
         1|NULL|3|50|1\n2|NULL|1|NULL|1\nNULL|NULL|1|5|1\nNULL|NULL|5|55|3\n"
    );
    assert_eq!(group("(cube sets:[(row items:[s0.g]) (row items:[s0.s])])").lines().count(), 5 + 3 + 4 + 1);
    assert_eq!(
        group("(sets sets:[(row items:[s0.s]) (row items:[s0.g])])"),
        "1|NULL|3|50|1\n2|NULL|1|NULL|1\nNULL|NULL|1|5|1\n\
         NULL|B|1|20|2\nNULL|a|2|10|2\nNULL|b|1|20|2\nNULL|NULL|1|5|2\n"
    );
    // No rows: no groups, but one of everything.
    let none = "filter:(cmp op:gt left:s0.x right:1000)";
    let count = "items:[(item expr:(agg op:count_all)) (item expr:(agg op:sum args:[s0.x]):i64?)]";
    assert_eq!(from_t(&format!("{count} {none}")), "0|NULL\n");
    assert_eq!(from_t(&format!("{count} {none} group:(group_by elements:[(key expr:s0.g)])")), "");
}

#[test]
fn aggregates_filter_order_and_drop_duplicates() {
    for (aggregate, expected) in [
        ("(agg op:count args:[s0.x])", "4"),
        ("(agg op:count distinct:true args:[s0.x])", "3"),
        ("(agg op:sum args:[s0.x] filter:(cmp op:eq left:s0.g right:1)):i64?", "50"),
        ("(agg op:avg_number args:[s0.x])", "13.7500000000000000"),
        ("(agg op:avg_decimal args:[s0.x]):decimal(14,4)?", "13.7500"),
        ("(agg op:avg_cut args:[s0.x]):i32?", "13"),
        ("(agg op:string_agg args:[s0.s \",\"] order:[(key expr:s0.s descending:true)])", "b,a,a,B"),
        ("(agg op:count distinct:true args:[s0.s] collation:ci_as)", "2"),
        ("(agg op:max args:[s0.s])", "b"),
        ("(agg op:percentile_cont args:[(dec digits:\"0.5\")] order:[(key expr:s0.x)])", "15"),
        ("(agg op:var_samp args:[s0.g]):f64?", "0.25"),
    ] {
        assert_eq!(from_t(&format!("items:[(item expr:{aggregate})]")).trim_end(), expected, "{aggregate}");
    }
}

#[test]
fn windows_see_their_frames() {
    let window = |call: &str, spec: &str| {
        from_t(&format!("items:[(item expr:s0.x) (item expr:(over call:{call} window:w0=(window {spec})))]"))
    };
    let by_x = "order:[(key expr:s0.x nulls_first:true)]";
    let column = |text: String| {
        text.lines().map(|l| l.split('|').nth(1).unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    // Rows in table order: 10, 20, 20, NULL, 5.
    assert_eq!(column(window("(call op:row_number)", by_x)), "3 4 5 1 2");
    assert_eq!(column(window("(call op:rank)", by_x)), "3 4 4 1 2");
    assert_eq!(column(window("(call op:dense_rank)", by_x)), "3 4 4 1 2");
    assert_eq!(column(window("(call op:ntile args:[2])", by_x)), "1 2 2 1 1");
    // The default frame takes peers in.
    assert_eq!(column(window("(agg op:sum args:[s0.x]):i64?", by_x)), "15 55 55 NULL 5");
    assert_eq!(column(window("(agg op:sum args:[s0.x]):i64?", "")), "55 55 55 55 55");
    assert_eq!(column(window("(agg op:count_all)", "partition:[s0.g]")), "3 3 3 1 1");
    let frame = |unit: &str, start: &str, end: &str, exclude: &str| {
        format!("{by_x} frame:(frame unit:{unit} start:{start} end:{end} exclude:{exclude})")
    };
    let one = |way: &str| format!("({way} offset:1)");
    let sum = "(agg op:sum args:[s0.x]):i64?";
    assert_eq!(
        column(window(sum, &frame("rows", &one("preceding"), &one("following"), "no_others"))),
        "35 50 40 5 15"
    );
    assert_eq!(
        column(window(sum, &frame("groups", &one("preceding"), "(current_row)", "no_others"))),
        "15 50 50 NULL 5"
    );
    assert_eq!(
        column(window(sum, &frame("range", "(preceding offset:5)", "(following offset:10)", "no_others"))),
        "55 40 40 NULL 15"
    );
    assert_eq!(
        column(window(sum, &frame("rows", "(unbounded_preceding)", "(unbounded_following)", "group"))),
        "45 15 15 55 50"
    );
    assert_eq!(column(window("(call op:lag args:[s0.x 1 -1]):i32?", by_x)), "5 10 20 -1 NULL");
    assert_eq!(column(window("(call op:first_value args:[s0.x])", "order:[(key expr:s0.x)]")), "5 5 5 5 5");
    // Over groups: the window comes after them.
    let over_groups = from_t(
        "items:[(item expr:s0.g) (item expr:(over call:(agg op:sum args:[(agg op:count_all)]):i64? window:w0=(window)))] \
         group:(group_by elements:[(key expr:s0.g)])",
    );
    assert_eq!(over_groups, "1|5\n2|5\nNULL|5\n");
}

#[test]
fn subqueries_see_the_rows_around_them() {
    let correlated = "items:[(item expr:s0.x) (item expr:(scalar query:(query body:(select select:(block \
         from:(source source:s1=(src alias:\"u\" closed:true kind:(table name:[\"u\"]) columns:[(column name:\"g\" ty:i32) \
         (column name:\"y\" ty:i32)])) distinct:(all) items:[(item expr:s1.y)] filter:(cmp op:eq left:s1.g right:s0.g)))) \
         many:fails))]";
    assert_eq!(from_t(correlated), "10|100\n20|100\n20|100\nNULL|NULL\n5|NULL\n");
    let query = |items: &str| format!("(query body:(values rows:[{items}]))");
    let not_in = format!(
        "(in_query operand:1 negated:true query:{})",
        query("(row items:[2]) (row items:[null:i32?])")
    );
    assert_eq!(value(&not_in), "NULL");
    let all = format!(
        "(quantified op:gt quantifier:all left:3 query:{})",
        query("(row items:[1]) (row items:[2])")
    );
    assert_eq!(value(&all), "true");
    let many = format!("(scalar query:{} many:fails)", query("(row items:[1]) (row items:[2])"));
    assert_eq!(value(&many), "error: a scalar subquery has more than one row");
}

#[test]
fn set_operations_limits_and_recursion() {
    let values = |items: &[&str]| {
        let rows: String = items.iter().map(|item| format!("(row items:[{item}])")).collect();
        format!("(query body:(values rows:[{rows}]))")
    };
    let (a, b) = (values(&["1", "1", "2", "null:i32?"]), values(&["1", "null:i32?", "3"]));
    let set = |op: &str, all: bool| {
        rows(&format!(
            "body:(set_op op:{op} all:{all} left:{a} right:{b}) order:[(key expr:(out index:0) nulls_first:true)]"
        ))
        .replace('\n', " ")
    };
    assert_eq!(set("union", false), "NULL 1 2 3 ");
    assert_eq!(set("union", true), "NULL NULL 1 1 1 2 3 ");
    assert_eq!(set("intersect", false), "NULL 1 ");
    assert_eq!(set("except", false), "2 ");
    assert_eq!(set("except", true), "1 2 ");

    let limited = |limit: &str| {
        rows(&format!(
            "body:(select select:(block from:{} distinct:(all) items:[(item expr:s0.x)])) \
             order:[(key expr:s0.x descending:true)] limit:(limit {limit})",
            t("s0")
        ))
        .replace('\n', " ")
    };
    assert_eq!(limited("count:1"), "20 ");
    assert_eq!(limited("count:1 with_ties:true"), "20 20 ");
    assert_eq!(limited("count:2 offset:2"), "10 5 ");
    assert_eq!(limited("count:50 percent:true"), "20 20 10 ");

    let numbers = |limit: &str| {
        rows(&format!(
            "recursive:true ctes:[c0=(cte_def name:\"n\" columns:[(column name:\"i\" ty:i32)] body:(query_body query:(query \
             body:(set_op op:union all:true left:{} right:(query body:(select select:(block from:(source \
             source:s0=(src alias:\"n\" closed:true kind:(cte cte:c0) columns:[(column name:\"i\" ty:i32)])) distinct:(all) \
             items:[(item expr:(call op:add args:[s0.i 1]):i32)] {limit})))))))] body:(select select:(block from:(source \
             source:s1=(src alias:\"n\" closed:true kind:(cte cte:c0) columns:[(column name:\"i\" ty:i32)])) distinct:(all) \
             items:[(item expr:(agg op:sum args:[s1.i]):i64?)]))",
            values(&["1"])
        ))
    };
    assert_eq!(numbers("filter:(cmp op:lt left:s0.i right:100)"), "5050\n");
}

#[test]
fn distinct_on_takes_the_first_by_order() {
    let first = rows(&format!(
        "body:(select select:(block from:{} distinct:(on keys:[s0.g]) items:[(item expr:s0.g) (item expr:s0.x)])) \
         order:[(key expr:s0.g) (key expr:s0.x descending:true)]",
        t("s0")
    ));
    assert_eq!(first, "1|20\n2|NULL\nNULL|5\n");
}

const K: &str = "(src alias:\"k\" closed:true kind:(table name:[\"k\"]) columns:[(column name:\"id\" ty:i32) (column name:\"n\" ty:i32) (column name:\"m\" ty:i32)])";

fn with_k() -> Database {
    let mut database = Database::new();
    let create = format!(
        "(create_table table:(table_def name:[\"k\"] this:s0={K} columns:[(column_def name:\"id\" ty:i32 not_null:true) \
         (column_def name:\"n\" ty:i32 default:7) (column_def name:\"m\" ty:i32)] constraints:[(constraint_def \
         rule:(primary_key columns:[(key_part expr:s0.id prefix:0)])) (constraint_def rule:(check expr:(cmp op:gt left:s0.n right:0)))]))"
    );
    run_statement(&mut database, &create).unwrap();
    let insert = format!(
        "(insert insert:(insert_into target:s0={K} columns:[0 1 2] source:(values_rows rows:[(row items:[1 1 10]) (row items:[2 (default) 20])])))"
    );
    assert_eq!(run_statement(&mut database, &insert).unwrap().changed, 2);
    database
}

fn k(database: &mut Database) -> String {
    let query = format!(
        "(query_statement query:(query body:(select select:(block from:(source source:s0={K}) distinct:(all) items:[(star)])) \
         order:[(key expr:s0.id)]))"
    );
    run_statement(database, &query).unwrap().to_string().replace('\n', " ")
}

#[test]
fn changes_keep_constraints_and_take_defaults() {
    let mut database = with_k();
    assert_eq!(k(&mut database), "1|1|10 2|7|20 ");
    let insert = |rows: &str, more: &str| {
        format!(
            "(insert insert:(insert_into target:s0={K} columns:[0 1] source:(values_rows rows:[{rows}]) {more}))"
        )
    };
    let fails = |database: &mut Database, statement: &str| {
        let error = run_statement(database, statement).unwrap_err();
        assert!(matches!(error, EvalError::Fails(_)), "{error}");
    };
    fails(&mut database, &insert("(row items:[1 5])", ""));
    fails(&mut database, &insert("(row items:[3 0])", ""));
    fails(&mut database, &insert("(row items:[null:i32? 3])", ""));
    // A statement that fails changes nothing.
    fails(&mut database, &insert("(row items:[9 9]) (row items:[9 9])", ""));
    assert_eq!(k(&mut database), "1|1|10 2|7|20 ");

    let nothing = "conflict:(on_conflict on:(any_key) action:(do_nothing))";
    run_statement(&mut database, &insert("(row items:[1 5]) (row items:[3 3])", nothing)).unwrap();
    assert_eq!(k(&mut database), "1|1|10 2|7|20 3|3|NULL ");

    let proposed = "s1=(src alias:\"excluded\" closed:true kind:(proposed) columns:[(column name:\"id\" ty:i32) (column name:\"n\" ty:i32) (column name:\"m\" ty:i32)])";
    let update = format!(
        "conflict:(on_conflict proposed:{proposed} on:(key_of keys:[s0.id]) action:(do_update assignments:[(set source:s0 \
         columns:[1] value:(call op:add args:[s0.n s1.n]):i32)])) returning:[(item expr:s0.n)]"
    );
    let returned = run_statement(&mut database, &insert("(row items:[2 5])", &update)).unwrap();
    assert_eq!(returned.to_string(), "12\n");
    let replace = "conflict:(on_conflict on:(any_key) action:(do_replace))";
    run_statement(&mut database, &insert("(row items:[2 5])", replace)).unwrap();
    assert_eq!(k(&mut database), "1|1|10 2|5|NULL 3|3|NULL ");
}

#[test]
fn assignments_are_simultaneous_or_sequential() {
    let swap = |sequential: bool| {
        let mut database = with_k();
        let update = format!(
            "(update update:(update_table target:s0={K} assignments:[(set source:s0 columns:[1] value:s0.m) \
             (set source:s0 columns:[2] value:s0.n)] sequential:{sequential}))"
        );
        run_statement(&mut database, &update).unwrap();
        k(&mut database)
    };
    assert_eq!(swap(false), "1|10|1 2|20|7 ");
    assert_eq!(swap(true), "1|10|10 2|20|20 ");
    let mut database = with_k();
    // Keys are looked at when all rows are changed.
    let shift = format!(
        "(update update:(update_table target:s0={K} assignments:[(set source:s0 columns:[0] value:(call op:add args:[s0.id 1]):i32)]))"
    );
    assert_eq!(run_statement(&mut database, &shift).unwrap().changed, 2);
    let delete = format!(
        "(delete delete:(delete_from target:s0={K} order:[(key expr:s0.id descending:true)] limit:(limit count:1) \
         returning:[(star)]))"
    );
    assert_eq!(run_statement(&mut database, &delete).unwrap().to_string(), "3|7|20\n");
    assert_eq!(k(&mut database), "2|1|10 ");
}

#[test]
fn transactions_and_views() {
    let mut database = with_k();
    let view = format!(
        "(create_view view:(view_def name:[\"v\"] query:(query body:(select select:(block from:(source source:s0={K}) \
         distinct:(all) items:[(item expr:s0.id) (item expr:s0.n)] filter:(cmp op:gt left:s0.n right:1))))))"
    );
    run_statement(&mut database, &view).unwrap();
    let from_view = "(query_statement query:(query body:(select select:(block from:(source source:s0=(src alias:\"v\" \
         closed:true kind:(table name:[\"v\"]) columns:[(column name:\"n\" ty:i32)])) distinct:(all) items:[(star)]))))";
    assert_eq!(run_statement(&mut database, from_view).unwrap().to_string(), "7\n");
    run_statement(&mut database, "(transaction action:begin)").unwrap();
    run_statement(&mut database, "(truncate tables:[[\"k\"]])").unwrap();
    assert_eq!(k(&mut database), "");
    run_statement(&mut database, "(transaction action:rollback)").unwrap();
    assert_eq!(k(&mut database), "1|1|10 2|7|20 ");
}

const NOT_NOT: &str = "(air version:1 statements:[(query_statement query:(query body:(select select:(block from:(source \
     source:s0=(src alias:\"t\" closed:true kind:(table name:[\"t\"]) columns:[(column name:\"a\" ty:i32 nullable:true)])) \
     distinct:(all) items:[(item expr:s0.a)] filter:(not operand:(cmp op:lt left:s0.a right:1))))))])";

/// `NOT a < b` is `a >= b`, also for NULL.
fn push_not_down(air: &mut Air) {
    for id in air.expr_ids() {
        if let Expr::Not { operand } = air.expr(id)
            && let Expr::Compare { op: air::expr::CompareOp::Lt, collation, left, right } = air.expr(operand)
        {
            air.set(id, Expr::Compare { op: air::expr::CompareOp::Ge, collation, left, right });
        }
    }
}

crate::proof_test!(negated_comparisons_are_their_complement, push_not_down, [NOT_NOT]);

#[test]
fn a_wrong_rewrite_is_disproved() {
    let before = Air::from_text(NOT_NOT).unwrap();
    let mut after = before.clone();
    for id in after.expr_ids() {
        if let Expr::Not { operand } = after.expr(id) {
            after.set(id, Expr::IsTruth { operand, value: air::expr::Truth::True, negated: true });
        }
    }
    let difference = proof::disprove(&before, &after, false).unwrap_err();
    assert!(difference.contains("NULL"), "{difference}");
}
