//! Both ways of compiling, the batch translator and the incremental compiler, end every statement alike.

use airc::{Compiler, Options, Profile, StatementOutcome, Translator};
use airc_score::case;
use airc_score::engines::{EngineKind, profile_of};
use airc_score::{case_folders, project_root};
use std::collections::BTreeMap;

/// Statements of a script in a row; more only repeat what the first ones show.
const STATEMENTS_MAX: usize = 400;

fn profile(text: &str) -> Profile {
    text.parse().expect("profiles of the harness are known")
}

/// Number of statements, and of those refused; fails at the first that ends otherwise.
fn compare(name: &str, from: &str, script: &str) -> (usize, usize) {
    let mut compiler = Compiler::new(profile(from), Options::default());
    let id = compiler.add_script(script);
    let (mut statements, mut refused) = (0, 0);
    for target in EngineKind::ALL {
        let goal = compiler.add_target(profile(target.profile()));
        let incremental = compiler.outcomes(id, goal);
        let mut translator = Translator::new(profile(from), profile(target.profile()), Options::default());
        let batch = translator.translate_script(script);
        assert_eq!(incremental.len(), batch.len(), "{name}: statements");
        for (one, other) in incremental.iter().zip(&batch) {
            assert_eq!(shown(one), shown(other), "{name} -> {}: {}", target.label(), other.span.text(script));
        }
        statements += batch.len();
        refused += batch.iter().filter(|outcome| !outcome.is_translated()).count();
    }
    (statements, refused)
}

/// An outcome without what nobody promises: the order of notes, and words beyond the first error.
fn shown(outcome: &StatementOutcome) -> String {
    match (&outcome.translation, outcome.refusal()) {
        (Some(translation), _) => format!("{}\n{}", translation.sql.join(";\n"), translation.certificate),
        (None, why) => format!("refused: {:?}", why.map(|why| (why.code, &why.message, why.span()))),
    }
}

#[test]
fn the_scripts_of_all_cases_end_alike() {
    let mut scripts: BTreeMap<(String, &str), Vec<String>> = BTreeMap::new();
    for folder in case_folders().into_iter().filter(|folder| folder.is_dir()) {
        for case in case::load(&folder).expect("the cases are read") {
            let setup: Vec<String> = case.setup().cloned().collect();
            let key = (format!("{}: {}", case.corpus, setup.join(";\n")), profile_of(case.source));
            let statements = scripts.entry(key).or_insert(setup);
            if statements.len() < STATEMENTS_MAX {
                statements.push(case.query);
            }
        }
    }
    let (mut statements, mut refused) = (0, 0);
    for ((name, from), texts) in &scripts {
        let (all, no) = compare(name.get(..80).unwrap_or(name), from, &texts.join(";\n"));
        statements += all;
        refused += no;
    }
    assert!(statements > 1000 && refused > 50, "{statements} statements, {refused} refused");
}

#[test]
fn the_examples_end_alike() {
    let folder = project_root().join("examples");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("the example is there");
    let mut scripts = 0;
    for entry in std::fs::read_dir(&folder).expect("there are examples") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        if !name.ends_with(".sql") {
            continue;
        }
        scripts += 1;
        let from = name.split('.').rev().nth(1).filter(|word| *word != "schema" && !word.contains('/'));
        let from =
            from.and_then(|word| word.parse::<Profile>().ok()).map_or("mysql".to_owned(), |p| p.to_string());
        compare(&name, &from, &read(&name));
    }
    assert!(scripts > 3, "{scripts}");
}
