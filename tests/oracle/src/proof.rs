//! Proof by running: a rewrite is right on data if the evaluator says the same before and after.

use crate::database::{Column, Database};
use crate::error::EvalError;
use crate::value::Value;
use air::Air;
use air::types::{Collation, Type};

/// Small numbers that look random and are the same on every machine (xorshift).
pub struct Dice(u64);

impl Dice {
    /// Dice that fall in a way that depends on `seed` only.
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound.max(1)
    }
}

/// Tables `t` and `u` with columns `a`, `b` (integers), `s` (text) and `d` (date), full of NULLs, duplicates,
/// ties, and texts that differ in case, accents and trailing blanks only.
pub fn random_database(seed: u64) -> Database {
    let mut dice = Dice::new(seed);
    let mut database = Database::new();
    for name in ["t", "u"] {
        let columns = vec![
            Column::new("a", Type::I32),
            Column::new("b", Type::I32),
            Column::new("s", Type::text(Collation::BINARY)),
            Column::new("d", Type::Date),
        ];
        let rows = (0..dice.below(7)).map(|_| {
            let mut int = || match dice.below(5) {
                0 => Value::Null,
                n => Value::Int(i128::from(n) - 2),
            };
            let (a, b) = (int(), int());
            let texts = ["", "a", "A", "a ", "é", "e", "b%", "_"];
            let s = match dice.below(9) as usize {
                8 => Value::Null,
                i => Value::Text(texts[i].to_owned()),
            };
            let d = match dice.below(4) {
                0 => Value::Null,
                n => Value::Date(19_753 + n as i64 * 29),
            };
            vec![a, b, s, d]
        });
        let rows = rows.collect();
        database.put(name, columns, rows);
    }
    database
}

/// Runs `before` and `after` on random tables; the first difference, if there is one. What fails before may
/// do anything after; what the evaluator does not model proves nothing and is an error.
pub fn disprove(before: &Air, after: &Air, ordered: bool) -> Result<(), String> {
    for seed in 1..=100 {
        let expected = match random_database(seed).run(before) {
            Ok(rows) => rows,
            Err(EvalError::Fails(_)) => continue,
            Err(error) => return Err(format!("before: {error}")),
        };
        let found =
            random_database(seed).run(after).map_err(|error| format!("after, on tables {seed}: {error}"))?;
        let same = match ordered {
            true => expected.to_string() == found.to_string(),
            false => expected.as_bag() == found.as_bag(),
        };
        if !same {
            return Err(format!("on tables {seed}, before:\n{expected}after:\n{found}"));
        }
    }
    Ok(())
}

/// A test that a rewrite keeps the rows of statements, written in the text form over the tables of
/// [`random_database`]: `proof_test!(name, rewrite, [statement, …])`, with `rewrite: fn(&mut Air)`.
#[macro_export]
macro_rules! proof_test {
    ($name:ident, $rewrite:expr, [$($text:expr),* $(,)?]) => {
        #[test]
        fn $name() {
            for text in [$($text),*] {
                let before = air::Air::from_text(text).unwrap_or_else(|error| panic!("{error}"));
                let mut after = before.clone();
                ($rewrite)(&mut after);
                if let Err(difference) = $crate::proof::disprove(&before, &after, false) {
                    panic!("{text}\n{difference}");
                }
            }
        }
    };
}
