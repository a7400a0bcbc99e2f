//! Targets without an engine here: whether what is emitted for them is at least read, by a parser of others and by ours.

use std::sync::Arc;

use air_base::Dialect;
use airc::{Options, Profile, Translator};
use airc_score::case::Case;
use airc_score::engines::{EngineError, Syntax, profile_of};

/// A statement that was emitted and is not read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// The case it belongs to.
    pub id: String,
    /// As it was written.
    pub source: String,
    /// As it was emitted.
    pub sql: String,
    /// Why it is not read.
    pub message: String,
}

/// What became of the statements of the cases on a target.
#[derive(Clone, Default, Debug)]
pub struct Emitted {
    /// Source statements translated, and refused.
    pub statements: (usize, usize),
    /// Target statements that the other parser does not read.
    pub rejected: Vec<Unread>,
    /// Target statements that our own front end does not understand, given those before them.
    pub not_understood: Vec<Unread>,
}

/// Translates all cases to `target` and has each statement read.
pub fn emitted(
    cases: &[Arc<Case>],
    target: &Profile,
    read: &mut dyn FnMut(&str) -> Result<Syntax, EngineError>,
) -> Result<Emitted, EngineError> {
    let mut emitted = Emitted::default();
    let mut setups: Vec<(Dialect, Translator)> = Vec::new();
    let mut back = Translator::new(target.clone(), target.clone(), Options::default());
    for case in cases.iter().filter(|case| case.source != target.dialect) {
        let at = match setups.iter().position(|(source, _)| *source == case.source) {
            Some(at) => at,
            None => {
                let from: Profile =
                    profile_of(case.source).parse().unwrap_or_else(|_| Profile::of(case.source));
                setups.push((case.source, Translator::new(from, target.clone(), Options::default())));
                setups.len() - 1
            }
        };
        let translator = &mut setups[at].1;
        translator.forget();
        back.forget();
        for source in case.setup().chain([&case.query]) {
            for outcome in translator.translate_script(source) {
                let Some(translation) = outcome.translation else {
                    emitted.statements.1 += 1;
                    continue;
                };
                emitted.statements.0 += 1;
                for sql in translation.sql {
                    let unread = |message: String| Unread {
                        id: case.id.clone(),
                        source: source.clone(),
                        sql: sql.clone(),
                        message,
                    };
                    if let Syntax::Rejected(message) = read(&sql)? {
                        emitted.rejected.push(unread(message));
                    }
                    for understood in back.translate_script(&sql) {
                        if let (None, Some(why)) = (&understood.translation, understood.refusal()) {
                            emitted.not_understood.push(unread(format!("{}: {}", why.code.0, why.message)));
                        }
                    }
                }
            }
        }
    }
    Ok(emitted)
}
