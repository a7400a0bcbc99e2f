//! What is measured: anything that turns a script of one dialect into statements of another.

mod airc;
mod external;
mod identity;

pub use airc::Airc;
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

/// A statement of a text and what became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// The statement as it stands in the text.
    pub source: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// A translator of scripts. It must not fail: what it cannot do it refuses.
pub trait Translator {
    /// Translates a script, given as its statements in order, between two profiles such as
    /// `sqlite` or `mariadb@10.11`. Gives one outcome per statement, in the same order.
    fn translate_script(&mut self, from: &str, to: &str, statements: &[String]) -> Vec<Outcome>;

    /// Splits a text into statements and translates each. Meant for scripts as their authors wrote
    /// them, with client commands and delimiters. By default the text is one statement.
    fn translate_text(&mut self, from: &str, to: &str, text: &str) -> Vec<Piece> {
        let whole = [text.to_owned()];
        let outcomes = self.translate_script(from, to, &whole).into_iter();
        outcomes.map(|outcome| Piece { source: text.to_owned(), outcome }).collect()
    }

    /// True if outcomes of several queries on one setup cannot be told apart, so that every
    /// case has to be a script of its own.
    fn wants_one_case(&self) -> bool {
        false
    }
}

/// Makes a translator for each worker, and a new one after a panic.
pub type Factory<'a> = dyn Fn() -> Box<dyn Translator> + Sync + 'a;
