//! What an edit costs: queries that salsa really runs, counted.

use airc::{Compiler, Dialect, Options, Profile, QueryLog, ScriptId, TargetId};
use std::fmt::Write;

const STATEMENTS: usize = 10_000;

/// Tables `t0` … `t9`, and statements about them in turn.
fn script(edit: impl Fn(usize) -> Option<String>) -> String {
    let mut text = String::new();
    for i in 0..STATEMENTS {
        let usual = if i < 10 {
            format!("CREATE TABLE t{i} (id INT PRIMARY KEY, a INT NOT NULL)")
        } else {
            format!("SELECT a + {i} AS b FROM t{} WHERE id = {i}", i % 10)
        };
        let _ = writeln!(text, "{};", edit(i).unwrap_or(usual));
    }
    text
}

struct Session {
    compiler: Compiler,
    script: ScriptId,
    target: TargetId,
}

impl Session {
    fn start() -> Session {
        let mut compiler = Compiler::new(Profile::of(Dialect::Mysql), Options::default());
        let target = compiler.add_target(Profile::of(Dialect::Sqlite));
        let script = compiler.add_script(script(|_| None));
        let mut session = Session { compiler, script, target };
        let log = session.compile();
        assert_eq!((log.count("bound"), log.count("lowered")), (STATEMENTS as u32, STATEMENTS as u32));
        session
    }

    /// Compiles everything and tells what ran.
    fn compile(&mut self) -> QueryLog {
        let outcomes = self.compiler.outcomes(self.script, self.target);
        let refused: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.refusal()).collect();
        assert!(refused.is_empty(), "{:?}", refused.first());
        self.compiler.query_log()
    }

    fn edit(&mut self, edit: impl Fn(usize) -> Option<String>) -> QueryLog {
        self.compiler.set_text(self.script, script(edit));
        self.compile()
    }
}

#[test]
fn an_edit_recompiles_what_depends_on_it() {
    let mut session = Session::start();
    assert_eq!(session.compile(), QueryLog::default(), "nothing changed");

    // A query: itself, wherever the statements after it have moved to.
    let log =
        session.edit(|i| (i == 50).then(|| "SELECT a + 1000000 AS longer_than_before FROM t0".to_owned()));
    assert_eq!((log.count("bound"), log.count("lowered"), log.count("definitions")), (1, 1, 0), "{log:?}");

    // A comment between statements is nobody's business.
    let log = session
        .edit(|i| (i == 50).then(|| "/* why */ SELECT a + 1000000 AS longer_than_before FROM t0".to_owned()));
    assert!(log.count("bound") <= 1, "{log:?}");

    // A definition that changes in meaning: the statements that name its table.
    let wider = |i| (i == 3).then(|| "CREATE TABLE t3 (id INT PRIMARY KEY, a BIGINT NOT NULL)".to_owned());
    let log = session.edit(wider);
    let about_t3 = (STATEMENTS / 10) as u32;
    assert!(log.count("bound") <= about_t3 + 2, "{log:?}");
    assert!(log.count("bound") >= about_t3, "{log:?}");

    // A definition that says the same in other words: itself.
    let log = session
        .edit(|i| (i == 3).then(|| "CREATE TABLE t3 (id INTEGER PRIMARY KEY, a BIGINT NOT NULL)".to_owned()));
    assert_eq!(log.count("bound"), 1, "{log:?}");

    // A new table that nobody mentions.
    let log = session.edit(|i| (i == 9_999).then(|| "CREATE TABLE unheard_of (x INT)".to_owned()));
    assert!(log.count("bound") <= about_t3 + 2, "{log:?}");
}

#[test]
fn a_removed_statement_invalidates_no_other() {
    let mut session = Session::start();
    let shorter: String = script(|_| None).lines().enumerate().filter(|(i, _)| *i != 500).fold(
        String::new(),
        |mut text, (_, line)| {
            text.push_str(line);
            text.push('\n');
            text
        },
    );
    session.compiler.set_text(session.script, shorter);
    let log = session.compile();
    assert_eq!((log.count("bound"), log.count("lowered")), (0, 0), "{log:?}");
}

#[test]
fn places_count_in_the_script() {
    let mut compiler = Compiler::new(Profile::of(Dialect::Sqlite), Options::default());
    let target = compiler.add_target(Profile::of(Dialect::Postgres));
    let text = "SELECT 1;\nSELECT nope(2);";
    let script = compiler.add_script(text);
    let outcomes = compiler.outcomes(script, target);
    let refusal = outcomes[1].refusal().expect("the function is unknown");
    assert!(refusal.span().text(text).starts_with("nope"), "{refusal:?}");
    compiler.set_text(script, format!("\n\n{text}"));
    let moved = compiler.outcome(script, target, 1).expect("there are two statements");
    assert_eq!(moved.refusal().map(|why| why.span()), Some(refusal.span().shifted(2)));
}

#[test]
fn both_ways_of_compiling_agree() {
    let text = script(|i| (i == 77).then(|| "SELECT nope(1)".to_owned()));
    let from = Profile::of(Dialect::Mysql);
    let to = Profile::of(Dialect::Postgres);
    let mut compiler = Compiler::new(from.clone(), Options::default());
    let target = compiler.add_target(to.clone());
    let script = compiler.add_script(text.clone());
    let incremental = compiler.outcomes(script, target);
    let batch = airc::Translator::new(from, to, Options::default()).translate_script(&text);
    assert_eq!(incremental.len(), batch.len());
    for (one, other) in incremental.iter().zip(&batch) {
        assert_eq!(one, other);
    }
}

#[test]
fn diagnostics_after_an_edit_cost_one_statement() {
    let mut compiler = Compiler::new(Profile::of(Dialect::Mysql), Options::default());
    let id = compiler.add_script(script(|_| None));
    assert!(compiler.diagnostics(id).is_empty());
    assert_eq!(compiler.query_log().count("bound"), STATEMENTS as u32);
    compiler.set_text(id, script(|i| (i == 5000).then(|| "SELECT c FROM t0".to_owned())));
    let found = compiler.diagnostics(id);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(compiler.query_log().count("bound"), 1);

    // A definition changes what others have to say, and back.
    let dropped = |i| (i == 3).then(|| "CREATE TABLE t3 (id INT PRIMARY KEY)".to_owned());
    compiler.set_text(id, script(dropped));
    assert_eq!(
        compiler.diagnostics(id).len(),
        STATEMENTS / 10 - 1,
        "each statement about t3 misses its column"
    );
    compiler.set_text(id, script(|_| None));
    assert!(compiler.diagnostics(id).is_empty());
}

#[test]
fn what_uses_a_refused_definition_is_refused_until_it_is_mended() {
    let mut compiler = Compiler::new(Profile::of(Dialect::Sqlite), Options::default());
    let mysql = compiler.add_target(Profile::of(Dialect::Mysql));
    let sqlite = compiler.add_target(Profile::of(Dialect::Sqlite));
    let text = |column: &str| {
        format!(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a{column});\nCREATE VIEW v AS SELECT a FROM t;\n\
             SELECT a FROM v;\nSELECT 1 AS one"
        )
    };
    // Columns of any type have no form in MySQL.
    let script = compiler.add_script(text(""));
    let code = |compiler: &Compiler, at| {
        compiler.outcome(script, mysql, at).and_then(|outcome| Some(outcome.refusal()?.code.0.to_owned()))
    };
    let codes: Vec<Option<String>> = (0..4).map(|at| code(&compiler, at)).collect();
    let refused = |code: &str| Some(code.to_owned());
    assert_eq!(codes, [refused("T0101"), refused("B0110"), refused("B0110"), None]);
    assert!(compiler.outcomes(script, sqlite).iter().all(airc::StatementOutcome::is_translated));

    compiler.query_log();
    compiler.set_text(script, text(" INT"));
    assert!(compiler.outcomes(script, mysql).iter().all(airc::StatementOutcome::is_translated));
    // The last statement has nothing to do with any of it.
    let log = compiler.query_log();
    assert_eq!((log.count("bound"), log.count("lowered")), (3, 3), "{log:?}");
}

#[test]
fn changes_of_rows_move_counters() {
    let mut compiler = Compiler::new(Profile::of(Dialect::Sqlite), Options::default());
    let target = compiler.add_target(Profile::of(Dialect::Postgres));
    let text = |change: &str| {
        format!(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT);\nCREATE TABLE u (a INT);\n{change};\n\
             INSERT INTO u VALUES (1);\nINSERT INTO t (a) VALUES (5)"
        )
    };
    let script = compiler.add_script(text("INSERT INTO t (a) VALUES (1)"));
    let before = compiler.outcomes(script, target);
    compiler.query_log();
    compiler.set_text(script, text("INSERT INTO t VALUES (7, 1)"));
    let after = compiler.outcomes(script, target);
    let log = compiler.query_log();
    assert_eq!(log.count("bound"), 2, "the change, and what comes after it: {log:?}");
    let text = |outcome: &airc::StatementOutcome| outcome.translation.as_ref().map(|done| done.sql.clone());
    assert_ne!(before[4].translation, after[4].translation, "a number was given by hand");
    assert_eq!(text(&before[3]), text(&after[3]));
}
