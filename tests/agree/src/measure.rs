//! Both parsers asked, and the answers counted.

use airc::{Profile, Severity};
use airc_score::engines::{EngineError, Syntax};
use fastrand::Rng;

use crate::mutants::mutants;

/// Where the choice of what to break begins; any number does.
const SEED: u64 = 1;

/// Who accepts a statement that the other rejects.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Side {
    /// The engine accepts it.
    Engine,
    /// We accept it.
    Ours,
}

/// A statement about which the parsers disagree.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// The statement.
    pub sql: String,
    /// Who accepts it.
    pub accepts: Side,
    /// What the other says.
    pub message: String,
}

/// How often both say the same.
#[derive(Clone, Default, Debug)]
pub struct Agreement {
    /// Statements the engine accepts, and those among them that we accept.
    pub accepted: (usize, usize),
    /// Statements the engine rejects for their syntax, and those among them that we reject.
    pub rejected: (usize, usize),
    /// Statements about which the engine's answer says nothing of its grammar.
    pub unclear: usize,
    /// Where they differ.
    pub disagreements: Vec<Disagreement>,
}

impl Agreement {
    /// Share of the engine's accepted statements that we accept, and of its rejected ones that we reject, in percent.
    pub fn shares(&self) -> (f64, f64) {
        let share = |(all, same): (usize, usize)| 100.0 * same as f64 / all.max(1) as f64;
        (share(self.accepted), share(self.rejected))
    }
}

/// Asks both parsers about each statement and about `broken` broken forms of each.
pub fn measure(
    profile: &Profile,
    read: &mut dyn FnMut(&str) -> Result<Syntax, EngineError>,
    statements: &[String],
    broken: usize,
) -> Result<Agreement, EngineError> {
    let settings = airc::lexer_settings(profile);
    let mut parser = airc::parser_for(profile);
    let mut random = Rng::with_seed(SEED);
    let mut agreement = Agreement::default();
    for statement in statements {
        for sql in std::iter::once(statement.clone()).chain(mutants(settings, statement, broken, &mut random))
        {
            let verdict = read(&sql)?;
            let parsed = parser.parse(&sql);
            let error = parsed.diagnostics.iter().find(|said| said.severity == Severity::Error);
            let ours = error.map(|error| error.message.clone());
            match (verdict, ours) {
                (Syntax::Accepted, None) => count(&mut agreement.accepted, true),
                (Syntax::Rejected(_), Some(_)) => count(&mut agreement.rejected, true),
                (Syntax::Unclear(_), _) => agreement.unclear += 1,
                (Syntax::Accepted, Some(message)) => {
                    count(&mut agreement.accepted, false);
                    agreement.disagreements.push(Disagreement { sql, accepts: Side::Engine, message });
                }
                (Syntax::Rejected(message), None) => {
                    count(&mut agreement.rejected, false);
                    agreement.disagreements.push(Disagreement { sql, accepts: Side::Ours, message });
                }
            }
        }
    }
    Ok(agreement)
}

fn count((all, same): &mut (usize, usize), agreed: bool) {
    *all += 1;
    *same += usize::from(agreed);
}
