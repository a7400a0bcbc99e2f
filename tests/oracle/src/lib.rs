//! Reference evaluator: what a statement in AIR means, by running it over tables in memory.
//!
//! Plain and slow on purpose. It is the third opinion beside two engines: where source engine and evaluator
//! disagree the binder is wrong (or this is), where evaluator and target engine disagree the backend is, and
//! every rule of a pass can be run before and after. What it does not model is
//! [`EvalError::Unsupported`], never a guess.
//!
//! ```
//! use air::Air;
//! use airc_oracle::Database;
//!
//! let text = "(air version:1 statements:[(query_statement query:(query body:(values rows:[(row items:[1 \"a\"])])))])";
//! let air = Air::from_text(text).unwrap();
//! let rows = Database::new().run(&air).unwrap();
//! assert_eq!(rows.to_string(), "1|a\n");
//! ```

mod aggregate;
mod cast;
mod change;
mod collate;
mod database;
pub mod decimal;
mod define;
mod error;
mod expr;
mod from;
mod keys;
mod memo;
pub mod proof;
mod query;
mod scalar;
mod spelling;
mod time;
mod value;
mod window;

pub use database::{Column, Database, Table};
pub use error::EvalError;
pub use value::{Interval, Value};

use std::fmt::{Display, Formatter};

/// Rows of a statement.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Headings; empty where the dialect makes one up.
    pub columns: Vec<String>,
    /// Rows, in order where the statement has one.
    pub rows: Vec<Vec<Value>>,
    /// Rows changed, for a statement that changes some.
    pub changed: u64,
}

impl Rows {
    /// The rows as text, sorted: equal for results that are equal as bags.
    pub fn as_bag(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.rows.iter().map(|row| line(row)).collect();
        lines.sort_unstable();
        lines
    }
}

fn line(row: &[Value]) -> String {
    let shown = |value: &Value| match value {
        // By value, not by how many zeros are shown.
        Value::Decimal(d) => d.trimmed().to_string(),
        other => other.to_string(),
    };
    row.iter().map(shown).collect::<Vec<_>>().join("|")
}

impl Display for Rows {
    /// A line per row, values separated by `|`.
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        for row in &self.rows {
            for (i, value) in row.iter().enumerate() {
                write!(f, "{}{value}", if i > 0 { "|" } else { "" })?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
