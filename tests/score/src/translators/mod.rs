//! What is measured: anything that turns a script of one dialect into statements of another.

mod external;
mod identity;

pub use external::{External, Unit};
pub use identity::Identity;

/// What became of one statement of a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was translated.
    Sql {
        /// Zero or more statements of the target.
        statements: Vec<String>,
        /// What the translation relies on, in words.
        assumptions: Vec<String>,
        /// Why the translation is right, in words; may be empty.
        certificate: String,
    },
    /// It was refused, and the reader was told so.
    Refused {
        /// The code of the first error.
        code: String,
        /// The words of the first error.
        message: String,
    },
}

/// A translator of scripts. It must not fail: what it cannot do it refuses.
pub trait Translator {
    /// Translates a script, given as its statements in order, between two profiles such as
    /// `sqlite` or `mariadb@10.11`. Gives one outcome per statement, in the same order.
    fn translate_script(&mut self, from: &str, to: &str, statements: &[String]) -> Vec<Outcome>;

    /// True if outcomes of several queries on one setup cannot be told apart, so that every
    /// case has to be a script of its own.
    fn wants_one_case(&self) -> bool {
        false
    }
}

/// Makes a translator for each worker, and a new one after a panic.
pub type Factory<'a> = dyn Fn() -> Box<dyn Translator> + Sync + 'a;
