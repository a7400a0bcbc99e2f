//! Comparing two results: as a bag, or in order, or in the order of some columns only.

use std::collections::HashMap;
use std::fmt;

use crate::values::{Agreement, Rows, Value};

/// What of the order of rows a case fixes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Order {
    /// Nothing: the rows are a bag.
    Bag,
    /// Everything.
    Rows,
    /// The values of these columns, counted from 0; rows that tie in them may differ in order.
    Keys(Vec<usize>),
}

/// The first thing by which two results differ.
#[derive(Clone, PartialEq, Debug)]
pub enum Difference {
    /// Different numbers of columns.
    Columns {
        /// In the result that is the truth.
        expected: usize,
        /// In the result under test.
        found: usize,
    },
    /// Different numbers of rows.
    Count {
        /// In the result that is the truth.
        expected: usize,
        /// In the result under test.
        found: usize,
    },
    /// The same rows in another order.
    Order,
    /// A row with no counterpart.
    Cell {
        /// Column in which the nearest rows differ, from 0.
        column: usize,
        /// The value in the result that is the truth.
        expected: Value,
        /// The value in the result under test.
        found: Value,
    },
}

/// How two results compare.
#[derive(Clone, PartialEq, Debug)]
pub enum Verdict {
    /// The same rows.
    Same,
    /// The same but for digits lost in some number: wrong, and counted apart.
    Precision(Difference),
    /// Other rows.
    Differs(Difference),
}

/// More unmatched rows than this are not paired one by one, which takes quadratic time.
const PAIRED_MAX: usize = 2_000;

/// Compares a result with the truth.
pub fn compare(expected: &Rows, found: &Rows, order: &Order) -> Verdict {
    if expected.columns.len() != found.columns.len() {
        return Verdict::Differs(Difference::Columns {
            expected: expected.columns.len(),
            found: found.columns.len(),
        });
    }
    if expected.rows.len() != found.rows.len() {
        return Verdict::Differs(Difference::Count {
            expected: expected.rows.len(),
            found: found.rows.len(),
        });
    }
    let bag = compare_bags(&expected.rows, &found.rows);
    let ordered = match order {
        Order::Bag => return bag,
        Order::Rows => in_order(&expected.rows, &found.rows, None),
        Order::Keys(keys) => in_order(&expected.rows, &found.rows, Some(keys)),
    };
    match (bag, ordered) {
        (Verdict::Differs(difference), _) => Verdict::Differs(difference),
        (bag, Agreement::Equal) => bag,
        (Verdict::Precision(difference), Agreement::Precision) => Verdict::Precision(difference),
        // Equal as a bag, nearly equal in order: two near values changed places.
        (_, Agreement::Precision) => Verdict::Precision(Difference::Order),
        (_, Agreement::Different) => Verdict::Differs(Difference::Order),
    }
}

fn in_order(expected: &[Vec<Value>], found: &[Vec<Value>], keys: Option<&[usize]>) -> Agreement {
    let rows = expected.iter().zip(found);
    rows.map(|(expected, found)| match keys {
        None => row_agreement(expected, found),
        Some(keys) => keys
            .iter()
            .filter_map(|&key| Some(expected.get(key)?.agrees(found.get(key)?)))
            .max()
            .unwrap_or(Agreement::Equal),
    })
    .max()
    .unwrap_or(Agreement::Equal)
}

fn row_agreement(expected: &[Value], found: &[Value]) -> Agreement {
    expected.iter().zip(found).map(|(a, b)| a.agrees(b)).max().unwrap_or(Agreement::Equal)
}

/// Pairs rows whose keys are equal through a table, the rest one by one: first those that are
/// equal by tolerance or structure, then those that differ in precision only.
fn compare_bags(expected: &[Vec<Value>], found: &[Vec<Value>]) -> Verdict {
    let key = |row: &Vec<Value>| {
        let cells: Vec<String> = row.iter().map(Value::key).collect();
        cells.join("\u{1e}")
    };
    let mut unseen: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, row) in found.iter().enumerate().rev() {
        unseen.entry(key(row)).or_default().push(at);
    }
    let mut missing: Vec<usize> = Vec::new();
    for (at, row) in expected.iter().enumerate() {
        if unseen.get_mut(&key(row)).and_then(Vec::pop).is_none() {
            missing.push(at);
        }
    }
    let mut extra: Vec<usize> = unseen.into_values().flatten().collect();
    extra.sort_unstable();
    let mut lost_digits = None;
    if missing.len() <= PAIRED_MAX {
        for wanted in [Agreement::Equal, Agreement::Precision] {
            missing.retain(|&at| {
                let partner =
                    extra.iter().position(|&other| row_agreement(&expected[at], &found[other]) <= wanted);
                let Some(partner) = partner else { return true };
                let other = extra.remove(partner);
                if wanted == Agreement::Precision && lost_digits.is_none() {
                    lost_digits = Some(first_difference(&expected[at], &found[other]));
                }
                false
            });
        }
    }
    if let Some(&at) = missing.first() {
        return Verdict::Differs(nearest_difference(&expected[at], found, &extra));
    }
    match lost_digits {
        Some(difference) => Verdict::Precision(difference),
        None => Verdict::Same,
    }
}

/// The difference of `row` to the row among `candidates` that shares most cells with it.
fn nearest_difference(row: &[Value], found: &[Vec<Value>], candidates: &[usize]) -> Difference {
    let shared = |&&at: &&usize| {
        let same = row.iter().zip(&found[at]).filter(|(a, b)| a.agrees(b) == Agreement::Equal);
        // Of equally near rows the first one, so that the report does not change from run to run.
        (same.count(), std::cmp::Reverse(at))
    };
    match candidates.iter().take(PAIRED_MAX).max_by_key(shared) {
        Some(&at) => first_difference(row, &found[at]),
        None => Difference::Order,
    }
}

fn first_difference(expected: &[Value], found: &[Value]) -> Difference {
    let worst = expected
        .iter()
        .zip(found)
        .enumerate()
        .find(|(_, (expected, found))| expected.agrees(found) != Agreement::Equal);
    match worst {
        Some((column, (expected, found))) => {
            Difference::Cell { column, expected: expected.clone(), found: found.clone() }
        }
        None => Difference::Order,
    }
}

impl Difference {
    /// The kind of the difference without the values of this case, for grouping failures.
    pub fn class(&self) -> String {
        match self {
            Difference::Columns { .. } => "other number of columns".to_owned(),
            Difference::Count { expected, found: 0 } if *expected > 0 => "no rows".to_owned(),
            Difference::Count { expected, found } if found < expected => "fewer rows".to_owned(),
            Difference::Count { .. } => "more rows".to_owned(),
            Difference::Order => "order of rows".to_owned(),
            Difference::Cell { expected, found, .. } if expected.kind() == found.kind() => {
                format!("other {}", expected.kind())
            }
            Difference::Cell { expected, found, .. } => {
                format!("{} became {}", expected.kind(), found.kind())
            }
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Columns { expected, found } => {
                write!(f, "{expected} columns expected, {found} found")
            }
            Difference::Count { expected, found } => {
                write!(f, "{expected} rows expected, {found} found")
            }
            Difference::Order => f.write_str("the rows come in another order"),
            Difference::Cell { column, expected, found } => write!(
                f,
                "column {}: expected {} {}, found {} {}",
                column + 1,
                expected.kind(),
                expected.to_expectation(),
                found.kind(),
                found.to_expectation(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Rows {
        let width = rows.first().map_or(0, |row| row.len());
        Rows {
            columns: vec![String::new(); width],
            rows: rows
                .iter()
                .map(|row| {
                    row.iter()
                        .map(|cell| match *cell {
                            "null" => Value::Null,
                            cell if cell.starts_with(char::is_alphabetic) => Value::Text(cell.to_owned()),
                            cell => Value::number(cell),
                        })
                        .collect()
                })
                .collect(),
        }
    }

    #[test]
    fn a_bag_has_no_order_but_counts_duplicates() {
        let expected = rows(&[&["1"], &["2"], &["2"]]);
        assert_eq!(compare(&expected, &rows(&[&["2"], &["1"], &["2"]]), &Order::Bag), Verdict::Same);
        let other = compare(&expected, &rows(&[&["2"], &["1"], &["1"]]), &Order::Bag);
        assert!(matches!(other, Verdict::Differs(Difference::Cell { .. })), "{other:?}");
    }

    #[test]
    fn order_counts_where_it_is_fixed() {
        let (expected, found) = (rows(&[&["1"], &["2"]]), rows(&[&["2"], &["1"]]));
        assert_eq!(compare(&expected, &found, &Order::Rows), Verdict::Differs(Difference::Order));
        assert_eq!(compare(&expected, &expected, &Order::Rows), Verdict::Same);
    }

    #[test]
    fn ties_of_the_order_keys_may_change_places() {
        let expected = rows(&[&["1", "a"], &["1", "b"], &["2", "c"]]);
        let tie = rows(&[&["1", "b"], &["1", "a"], &["2", "c"]]);
        let moved = rows(&[&["2", "c"], &["1", "a"], &["1", "b"]]);
        let keys = Order::Keys(vec![0]);
        assert_eq!(compare(&expected, &tie, &keys), Verdict::Same);
        assert_eq!(compare(&expected, &moved, &keys), Verdict::Differs(Difference::Order));
    }

    #[test]
    fn lost_digits_are_told_from_other_values() {
        let expected = rows(&[&["1", "0.3333"], &["2", "0.6667"]]);
        let finer = rows(&[&["2", "0.66666667"], &["1", "0.33333333"]]);
        assert!(matches!(compare(&expected, &finer, &Order::Bag), Verdict::Precision(_)));
        let wrong = rows(&[&["2", "0.66666667"], &["1", "0.34"]]);
        assert!(matches!(compare(&expected, &wrong, &Order::Bag), Verdict::Differs(_)));
    }

    #[test]
    fn differences_name_the_column_of_the_nearest_row() {
        let expected = rows(&[&["1", "a", "null"], &["2", "b", "5"]]);
        let found = rows(&[&["1", "a", "0"], &["2", "b", "5"]]);
        let Verdict::Differs(difference) = compare(&expected, &found, &Order::Rows) else {
            panic!("the results differ");
        };
        assert_eq!(difference.to_string(), "column 3: expected NULL null, found number 0");
        assert_eq!(difference.class(), "NULL became number");
    }
}
