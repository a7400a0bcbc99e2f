//! Our own compiler, as the harness sees it.

use super::{Outcome, Piece, Translator};
use airc::{Options, Profile, StatementOutcome};
use std::collections::HashMap;

/// The compiler, with one translator kept per pair of profiles.
#[derive(Default)]
pub struct Airc {
    options: Options,
    pairs: HashMap<(String, String), airc::Translator>,
}

impl Airc {
    /// The compiler with these options.
    pub fn new(options: Options) -> Airc {
        Airc { options, pairs: HashMap::new() }
    }

    fn pair(&mut self, from: &str, to: &str) -> Result<&mut airc::Translator, airc::ProfileError> {
        let key = (from.to_owned(), to.to_owned());
        if !self.pairs.contains_key(&key) {
            let (source, target): (Profile, Profile) = (from.parse()?, to.parse()?);
            self.pairs.insert(key.clone(), airc::Translator::new(source, target, self.options.clone()));
        }
        let translator = self.pairs.get_mut(&key).expect("it has just been put there");
        translator.forget();
        Ok(translator)
    }
}

impl Translator for Airc {
    fn translate_script(&mut self, from: &str, to: &str, statements: &[String]) -> Vec<Outcome> {
        let translator = match self.pair(from, to) {
            Ok(translator) => translator,
            Err(error) => {
                let refused = Outcome::Refused { code: "PROFILE".to_owned(), message: error.to_string() };
                return vec![refused; statements.len()];
            }
        };
        statements.iter().map(|text| merge(&translator.translate_script(text))).collect()
    }

    fn translate_text(&mut self, from: &str, to: &str, text: &str) -> Vec<Piece> {
        let outcomes = match self.pair(from, to) {
            Ok(translator) => translator.translate_script(text),
            Err(error) => {
                let outcome = Outcome::Refused { code: "PROFILE".to_owned(), message: error.to_string() };
                return vec![Piece { source: text.to_owned(), outcome }];
            }
        };
        let piece = |outcome: StatementOutcome| Piece {
            source: outcome.span.text(text).to_owned(),
            outcome: merge(std::slice::from_ref(&outcome)),
        };
        outcomes.into_iter().map(piece).collect()
    }
}

/// What the harness calls a statement may hold several, such as a batch.
fn merge(outcomes: &[StatementOutcome]) -> Outcome {
    let (mut statements, mut assumptions, mut certificate) = (Vec::new(), Vec::new(), String::new());
    for outcome in outcomes {
        match &outcome.translation {
            Some(translation) => {
                statements.extend_from_slice(&translation.sql);
                assumptions.extend(translation.certificate.assumptions.iter().map(ToString::to_string));
                certificate.push_str(&translation.certificate.to_string());
            }
            None => {
                let (code, message) = outcome
                    .refusal()
                    .map_or(("NONE", "refused without a reason"), |why| (why.code.0, why.message.as_str()));
                return Outcome::Refused { code: code.to_owned(), message: message.to_owned() };
            }
        }
    }
    Outcome::Sql { statements, assumptions, certificate }
}
