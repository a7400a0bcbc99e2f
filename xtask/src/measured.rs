//! The options that say what is measured.

use airc_score::translators::{Airc, External, Identity, Translator, Unit};
use clap::{Args, ValueEnum};

/// What is measured.
#[derive(Args)]
pub struct Measured {
    /// What to measure.
    #[arg(long, value_enum, default_value_t = Built::Airc)]
    translator: Built,
    /// Measure a program that speaks the JSON lines of `airc translate --jsonl`.
    #[arg(long, value_name = "COMMAND")]
    external: Option<String>,
    /// With --external: what the program gets as one text.
    #[arg(long, value_enum, default_value_t = Sent::Statement, requires = "external")]
    unit: Sent,
}

#[derive(Clone, Copy, ValueEnum)]
enum Built {
    /// Our compiler.
    Airc,
    /// No translation: statements are passed as they are.
    Identity,
}

#[derive(Clone, Copy, ValueEnum)]
enum Sent {
    /// Each statement by itself.
    Statement,
    /// Setup and query of a case together.
    Script,
}

impl Measured {
    /// A new translator of the chosen kind.
    pub fn translator(&self) -> Box<dyn Translator> {
        let unit = match self.unit {
            Sent::Statement => Unit::Statement,
            Sent::Script => Unit::Script,
        };
        match (&self.external, self.translator) {
            (Some(command), _) => Box::new(External::new(command, unit)),
            (None, Built::Airc) => Box::new(Airc::default()),
            (None, Built::Identity) => Box::new(Identity),
        }
    }

    /// A word for the choice that can stand in a file name.
    pub fn word(&self) -> String {
        let name = match (&self.external, self.translator) {
            (Some(command), _) => command.as_str(),
            (None, Built::Airc) => "airc",
            (None, Built::Identity) => "identity",
        };
        name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect()
    }
}
