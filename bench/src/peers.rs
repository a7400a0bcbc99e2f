//! The contestants: ours and other people's parsers and translators, each behind one function.

use std::hint::black_box;

/// What a contestant does with one statement: true if it succeeded.
pub type Work = Box<dyn FnMut(&str) -> bool>;

/// A contestant.
pub struct Contestant {
    /// Shown in the report.
    pub name: &'static str,
    /// What it does.
    pub work: Work,
}

impl Contestant {
    fn new(name: &'static str, work: impl FnMut(&str) -> bool + 'static) -> Contestant {
        Contestant { name, work: Box::new(work) }
    }
}

/// Text to syntax tree. Ours keeps spans and comments; the first peer is the one ratios are taken to.
pub fn parsers() -> Vec<Contestant> {
    let profile = air::profile::Profile::of(air_base::Dialect::Postgres);
    let mut parser = airc::parser_for(&profile);
    vec![
        Contestant::new("airc", move |sql| {
            let parsed = parser.parse(sql);
            black_box(parsed.tree);
            parsed.diagnostics.is_empty()
        }),
        Contestant::new("sqlparser", |sql| {
            let dialect = sqlparser::dialect::PostgreSqlDialect {};
            black_box(sqlparser::parser::Parser::parse_sql(&dialect, sql)).is_ok()
        }),
        Contestant::new("polyglot", |sql| {
            let guard = polyglot_sql::ComplexityGuardOptions {
                max_input_bytes: None,
                max_tokens: None,
                max_ast_nodes: None,
                ..Default::default()
            };
            let options = polyglot_sql::ParseOptions { complexity_guard: Some(guard) };
            black_box(polyglot_sql::parse_with_options(sql, polyglot_sql::DialectType::PostgreSQL, &options))
                .is_ok()
        }),
        Contestant::new("sqlite3-parser", |sql| {
            use sqlite3_parser::{Bump, FallibleIterator, lexer::sql::Parser};
            let bump = Bump::new();
            let mut parser = Parser::new(&bump, sql.as_bytes());
            loop {
                match parser.next() {
                    Ok(Some(statement)) => drop(black_box(statement)),
                    Ok(None) => return true,
                    Err(_) => return false,
                }
            }
        }),
        Contestant::new("turso_parser", |sql| {
            turso_parser::parser::Parser::new(sql.as_bytes()).all(|statement| black_box(statement).is_ok())
        }),
    ]
}

/// MySQL text to PostgreSQL text. Ours binds against the schema and types every expression.
pub fn translators(schema: &str) -> Vec<Contestant> {
    use air::profile::Profile;
    use air_base::Dialect;
    let mut translator = airc::Translator::new(
        Profile::of(Dialect::Mysql),
        Profile::of(Dialect::Postgres),
        airc::Options::default(),
    );
    let refused = translator.with_schema(schema);
    assert!(
        refused.iter().all(|d| d.severity < air_base::Severity::Error),
        "the schema of the bench is refused: {refused:?}"
    );
    let mut out = String::new();
    vec![
        Contestant::new("airc", move |sql| {
            out.clear();
            let mut ok = true;
            translator.for_each(sql, &mut |step| {
                ok &= step.translated();
                out.push_str(step.sql);
            });
            black_box(&out);
            ok
        }),
        Contestant::new("polyglot", |sql| {
            use polyglot_sql::{DialectType, transpile};
            black_box(transpile(sql, DialectType::MySQL, DialectType::PostgreSQL)).is_ok()
        }),
    ]
}
