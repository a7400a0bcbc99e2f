use super::*;
use crate::expr::{Expr, Literal};
use crate::ids::{List, Name, ObjectName};
use crate::query::{Body, Distinct, Item, Query, Rel, Select, Source, SourceColumn, SourceKind};
use crate::{Builtin, Statement};

/// A recursive CTE, a lateral derived table, a shared window, parameters, literals of several kinds.
const LARGE: &str = r#"
(air version:1
  params:[(slot name:"low" number:1 ty:i32)]
  statements:[
    (query_statement query:(query
      ctes:[c0=(cte_def name:"tree"
        columns:[(column name:"id" ty:i32) (column name:"up" ty:i32 nullable:true)]
        renamed:true
        body:(query_body query:(query body:(set_op op:union all:true
          left:(query body:(select select:(block
            from:(source source:s0=(src alias:"n" kind:(table name:["app" "node"])
              columns:[(column name:"id" ty:i32) (column name:"up" ty:i32 nullable:true)] closed:true))
            distinct:(all)
            items:[(item expr:s0.id) (item expr:^s0.up)]
            filter:(is_null operand:s0.up))))
          right:(query body:(select select:(block
            from:(source source:s1=(src alias:"tree" kind:(cte cte:c0)
              columns:[(column name:"id" ty:i32) (column name:"up" ty:i32 nullable:true)] closed:true))
            distinct:(distinct)
            items:[(item expr:(call op:add args:[s1.id 1]):i32) (item expr:s1.id)]
            filter:(cmp op:lt left:s1.id right:p0)))))))
        materialized:free)]
      recursive:true
      body:(select select:(block
        from:(join kind:left
          left:(source source:s2=(src alias:"t" aliased:true kind:(cte cte:c0)
            columns:[(column name:"id" ty:i32) (column name:"up" ty:i32 nullable:true)] closed:true))
          right:(source source:s3=(src alias:"" lateral:true closed:true
            kind:(derived query:(query body:(values rows:[
              (row items:[(date text:"2024-01-31") "it's \"x\"\n"])
              (row items:[null:date? (cast operand:s2.up to:varchar(20,ci_ai_pad_upper) rule:implicit(prefix,truncate))])])))
            columns:[(column name:"" ty:date nullable:true) (column name:"odd name" ty:text nullable:true)]))
          on:true)
        distinct:(all)
        items:[
          (item expr:s3#0 alias:"d")
          (item expr:(over call:(agg op:sum args:[s2.id]):decimal(20,0)?
            window:w0=(window partition:[s3."odd name"] order:[(key expr:s2.id descending:true nulls_first:true)]
              frame:(frame unit:range start:(unbounded_preceding) end:(current_row) exclude:no_others))))
          (item expr:(over call:(call op:row_number) window:w0) alias:(exact name:"Nr"))
          (item expr:(dec digits:"12.50"))
          (item expr:(like operand:s3."odd name" pattern:"a%" escape:"\\" collation:nocase))]
        outputs:[]))
      order:[(key expr:(out index:0))]
      limit:(limit count:10:i64)))])
"#;

fn canonical(text: &str) -> String {
    Air::from_text(text)
        .and_then(|air| air.to_text(Detail::Meaning))
        .unwrap_or_else(|error| panic!("{error}"))
}

fn error(text: &str) -> String {
    match Air::from_text(text) {
        Ok(_) => "no error".to_owned(),
        Err(error) => error.0,
    }
}

#[test]
fn text_reads_back_as_printed() {
    let once = canonical(LARGE);
    assert_eq!(once, canonical(&once));
    // What is derivable or default is left out, the rest stays.
    assert!(once.contains("(item expr:^s0.up)"), "{once}");
    assert!(once.contains("limit:(limit count:10:i64)"), "{once}");
    assert!(!once.contains("renamed:false"), "{once}");
    assert!(once.lines().all(|line| line.chars().count() <= 120), "{once}");
}

#[test]
fn json_reads_back_and_agrees_with_text() {
    let air = Air::from_text(LARGE).unwrap();
    let json = air.to_json(Detail::Meaning).unwrap();
    assert!(json.starts_with(r#"{"air":1,"#), "{json}");
    let back = Air::from_json(&json).unwrap();
    assert_eq!(back.to_text(Detail::Meaning), air.to_text(Detail::Meaning));
}

#[test]
fn spans_and_comments_are_kept_on_demand() {
    let mut air = Air::default();
    let value = air.push_text("x");
    let expr =
        air.push(Expr::Literal { value: Literal::Text { text: value } }, Type::TEXT, false, Span::new(7, 10));
    let items = air.push_list(&[Item::Expr { expr, alias: None }]);
    let select = air.push_select(Select {
        from: None,
        distinct: Distinct::All {},
        items,
        outputs: List::EMPTY,
        filter: None,
        group: None,
        having: None,
        windows: List::EMPTY,
        qualify: None,
    });
    let body = Body::Select { select };
    let query =
        Query { ctes: List::EMPTY, recursive: false, body, order: List::EMPTY, limit: None, locking: None };
    let query = air.push_query(query, Span::new(0, 10));
    air.statements.push(Statement::Query { query });
    air.statement_spans.push(Span::new(0, 11));
    let text = air.push_text("-- why");
    air.comments.push(crate::Comment { span: Span::new(12, 18), text });

    let spans = air.to_text(Detail::Spans).unwrap();
    assert!(spans.contains(r#""x"@7..10"#), "{spans}");
    for back in [Air::from_text(&spans), Air::from_json(&air.to_json(Detail::Spans).unwrap())] {
        let back = back.unwrap();
        assert_eq!(back.to_text(Detail::Spans).unwrap(), spans);
        assert_eq!(back.statement_spans, air.statement_spans);
        assert_eq!(back.comments.len(), 1);
    }
    assert!(!air.to_text(Detail::Meaning).unwrap().contains('@'));
}

#[test]
fn columns_without_a_name_of_their_own_go_by_position() {
    let once = canonical(LARGE);
    assert!(once.contains("s3#0"), "{once}");
    assert!(once.contains(r#"s3."odd name""#), "{once}");
}

#[test]
fn every_builtin_and_literal_label_is_unambiguous() {
    let mut names: Vec<_> = Builtin::ALL.iter().map(|builtin| builtin.name()).collect();
    names.sort_unstable();
    names.windows(2).for_each(|pair| assert_ne!(pair[0], pair[1]));
    // A literal and an expression node never share a label: the reader tells them apart by it.
    for label in [
        "null",
        "bool",
        "int",
        "dec",
        "float",
        "text",
        "bytes",
        "bits",
        "date",
        "time",
        "timestamp",
        "interval",
    ] {
        assert!(Literal::is_label(label) && !Expr::is_label(label), "{label}");
    }
}

#[test]
fn what_means_nothing_is_an_error_with_a_reason() {
    let query = |items: &str| {
        format!(
            "(air version:1 statements:[(query_statement query:(query body:(select select:(block \
             distinct:(all) items:[{items}]))))])"
        )
    };
    for (text, reason) in [
        (query("(item expr:s0.a)"), "`s0` is not declared"),
        (query("(item expr:p0)"), "no parameter of that number"),
        (query("(item expr:(call op:frobnicate))"), "`frobnicate` is no value of Builtin"),
        (query("(item expr:(frob))"), "`frob` is no Expr"),
        (query("(item expr:1 size:2)"), "a field it does not know"),
        (query("(item expr:1 expr:2)"), "one twice"),
        (query("(item)"), "lacks its field `expr`"),
        (query("(item expr:1:i7)"), "`i7` is no type"),
        (query("(item expr:99999999999999999999)"), "number out of range"),
        (query("(item expr:\"x)"), "text without end"),
        (query("(item expr:\"\\q\")"), "unknown escape"),
        (query("(item expr:[1)])"), "`)` without a node"),
        ("(air version:2 statements:[])".to_owned(), "this program reads version 1"),
        ("(air version:1 statements:[]) x".to_owned(), "text after the end"),
        (String::new(), "unexpected end"),
        ("(".to_owned(), "expected the name of a node"),
    ] {
        let message = error(&text);
        assert!(message.contains(reason), "{text}: {message}");
    }
    for json in ["", "{}", r#"{"air":1,"statements":[],"more":1}"#, r#"{"value":1,"x":2}"#, "1e99"] {
        assert!(Air::from_json(json).is_err(), "{json}");
    }
}

#[test]
fn what_would_never_end_is_refused() {
    let cycles = [
        // A source within itself.
        "(select select:(block from:(source source:s0=(src alias:\"a\" kind:(derived query:(query body:(select \
         select:(block from:(source source:s0) distinct:(all))))))) distinct:(all)))",
        // One source in two places.
        "(select select:(block from:(join kind:inner left:(source source:s0=(src kind:(table name:[\"t\"]))) \
         right:(source source:s0)) distinct:(all)))",
        // A common table expression that declares itself once more.
        "(select select:(block from:(source source:s0=(src kind:(cte cte:c0=(cte_def name:\"c\" body:(query_body \
         query:(query ctes:[c0] body:(values))))))) distinct:(all)))",
        // A change that does not exist.
        "(select select:(block from:(source source:s0=(src kind:(cte cte:c0=(cte_def name:\"c\" body:(change_body \
         statement:7))))) distinct:(all)))",
        // Windows in windows.
        "(select select:(block distinct:(all) items:[(item expr:(over call:(call op:rank) \
         window:w0=(window partition:[(over call:(call op:rank) window:w1=(window))])))]))",
    ];
    for body in cycles {
        let text = format!("(air version:1 statements:[(query_statement query:(query body:{body}))])");
        match Air::from_text(&text) {
            Err(_) => {}
            // What is let through has an end.
            Ok(air) => air.walk(&mut |_| {}),
        }
    }
    let nested = "(air version:1 statements:[] nested:[(delete delete:(delete_from ctes:[c0=(cte_def name:\"c\" \
                  body:(change_body statement:0))] target:s0=(src alias:\"t\" kind:(table name:[\"t\"]))))])";
    assert!(error(nested).contains("within itself"), "{}", error(nested));
}

#[test]
fn depth_is_an_error_and_no_overflow() {
    // On a small stack, as test threads have.
    let nots = |levels: usize| {
        format!(
            "(air version:1 statements:[(query_statement query:(query body:(values rows:[(row items:[{}true{}])])))])",
            "(not operand:".repeat(levels),
            ")".repeat(levels)
        )
    };
    let deep = Air::from_text(&nots(3_000)).unwrap();
    let json = deep.to_json(Detail::Meaning).unwrap();
    assert_eq!(Air::from_json(&json).unwrap().to_text(Detail::Meaning), deep.to_text(Detail::Meaning));
    assert!(error(&nots(1_000_000)).contains("levels deep"));
    let brackets = "[".repeat(1_000_000);
    assert!(Air::from_json(&brackets).is_err());
    assert!(Air::from_text(&brackets).is_err());

    let mut air = Air::default();
    let mut expr =
        air.push(Expr::Literal { value: Literal::Bool { value: true } }, Type::Bool, false, Span::NONE);
    for _ in 0..100_000 {
        expr = air.push(Expr::Not { operand: expr }, Type::Bool, false, Span::NONE);
    }
    let items = air.push_list(&[expr]);
    let rows = air.push_list(&[crate::query::ValuesRow { items }]);
    let body = Body::Values { rows };
    let query =
        Query { ctes: List::EMPTY, recursive: false, body, order: List::EMPTY, limit: None, locking: None };
    let query = air.push_query(query, Span::NONE);
    air.statements.push(Statement::Query { query });
    assert_eq!(air.to_text(Detail::Meaning), Err(FormError::too_deep()));
    air.walk(&mut |_| {});
}

#[test]
fn object_names_keep_their_parts() {
    let mut air = Air::default();
    let part = |air: &mut Air, text: &str| Name::folded(air.push_text(text));
    let (db, table) = (part(&mut air, "db"), part(&mut air, "T\u{1}\u{2028}é"));
    let column = SourceColumn { name: part(&mut air, "a"), ty: Type::Unknown, nullable: true };
    let columns = air.push_list(&[column]);
    let name = ObjectName { catalog: Some(db), schema: None, name: Name { exact: true, ..table } };
    let source = Source {
        alias: table,
        aliased: false,
        kind: SourceKind::Table { name },
        columns,
        closed: false,
        renamed: false,
        lateral: false,
    };
    let source = air.push_source(source, Span::NONE);
    let from = air.push_rel(Rel::Source { source });
    let select = air.push_select(Select {
        from: Some(from),
        distinct: Distinct::All {},
        items: List::EMPTY,
        outputs: List::EMPTY,
        filter: None,
        group: None,
        having: None,
        windows: List::EMPTY,
        qualify: None,
    });
    let body = Body::Select { select };
    let query =
        Query { ctes: List::EMPTY, recursive: false, body, order: List::EMPTY, limit: None, locking: None };
    let query = air.push_query(query, Span::NONE);
    air.statements.push(Statement::Query { query });
    let text = air.to_text(Detail::Meaning).unwrap();
    assert!(text.contains(r#"name:["db" "" (exact name:"T\u{1}"#), "{text}");
    let back = Air::from_text(&text).unwrap();
    let SourceKind::Table { name } = back.source(crate::SourceId(0)).kind else { panic!("{text}") };
    assert_eq!((back.name(name.name), name.schema), ("T\u{1}\u{2028}é", None));
    let back = Air::from_json(&air.to_json(Detail::Meaning).unwrap()).unwrap();
    assert_eq!(back.to_text(Detail::Meaning).unwrap(), text);
}
