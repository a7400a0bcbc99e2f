//! The reference evaluator as one more engine: what a case means by its AIR, against what its engine says.
//!
//! Where both agree, binder and evaluator read the case as the source engine does. Where they do not, one of
//! them is wrong. What the evaluator does not model is counted apart, and so is what the binder refuses.

use crate::case::Case;
use crate::compare::{Difference, Verdict, compare};
use crate::values::{Decimal, Rows, Value};
use airc::air::Air;
use airc_oracle::{Database, EvalError};

/// How a case ended on the evaluator.
#[derive(Clone, PartialEq, Debug)]
pub enum Check {
    /// The rows of the source engine.
    Right,
    /// Other rows.
    Wrong {
        /// Where they differ first.
        difference: Difference,
        /// True if only digits were lost.
        precision: bool,
    },
    /// A statement failed that the engine ran.
    Failed(String),
    /// The binder refused a statement.
    Refused(String),
    /// The evaluator does not model a statement.
    NotModelled(String),
}

/// Binds the statements of a text one by one: AIR, or why there is none.
pub type Bind<'a> = dyn FnMut(&str) -> Vec<Result<Air, String>> + 'a;

/// Runs a case on the evaluator and compares with `truth`. `bind` keeps its catalog from text to text.
pub fn check(case: &Case, truth: &Rows, bind: &mut Bind<'_>) -> Check {
    let mut database = Database::new();
    let mut rows = Rows::default();
    for text in case.setup().chain([&case.query]) {
        for bound in bind(text) {
            let air = match bound {
                Ok(air) => air,
                Err(why) => return Check::Refused(why),
            };
            match database.run(&air) {
                Ok(result) => rows = seen(&result),
                Err(error @ EvalError::Unsupported(_)) => return Check::NotModelled(error.to_string()),
                Err(error) => return Check::Failed(error.to_string()),
            }
        }
    }
    // An engine may name no columns where there are no rows; widths are compared by the rows then.
    if rows.rows.is_empty() && truth.rows.is_empty() {
        return Check::Right;
    }
    match compare(truth, &rows, &case.order) {
        Verdict::Same => Check::Right,
        Verdict::Precision(difference) => Check::Wrong { difference, precision: true },
        Verdict::Differs(difference) => Check::Wrong { difference, precision: false },
    }
}

/// The compiler's binder for [`check`].
pub fn binder(translator: &mut airc::Translator) -> impl FnMut(&str) -> Vec<Result<Air, String>> + '_ {
    translator.forget();
    move |text| {
        let mut bound = Vec::new();
        translator.for_each_bound(text, &mut |_, air, diagnostics| {
            let why = || diagnostics.first().map_or("no reason", |d| d.message.as_str()).to_owned();
            bound.push(air.cloned().ok_or_else(why));
        });
        bound
    }
}

/// Rows of the evaluator as those of an engine.
fn seen(rows: &airc_oracle::Rows) -> Rows {
    let width = rows.rows.first().map_or(rows.columns.len(), Vec::len);
    let mut columns = rows.columns.clone();
    columns.resize(width, String::new());
    Rows { columns, rows: rows.rows.iter().map(|row| row.iter().map(value).collect()).collect() }
}

fn value(value: &airc_oracle::Value) -> Value {
    use airc_oracle::Value as V;
    match value {
        V::Null => Value::Null,
        V::Bool(truth) => Value::Bool(*truth),
        V::Int(_) | V::Decimal(_) => {
            let text = value.to_string();
            Decimal::parse(&text).map_or(Value::Text(text), Value::Exact)
        }
        V::Float(number) => Value::Float(*number),
        V::Text(text) => Value::untyped_text(text.clone()),
        V::Bytes(bytes) => Value::Bytes(bytes.clone()),
        V::Date(_) | V::Time(_) | V::Timestamp(_) | V::Interval(_) => Value::Temporal(value.to_string()),
        V::Array(items) => Value::Array(items.iter().map(self::value).collect()),
        V::Row(_) => Value::Text(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Order;
    use std::sync::Arc;

    #[test]
    fn rows_of_the_evaluator_compare_with_those_of_engines() {
        let case = Case {
            id: "x".to_owned(),
            corpus: "x".to_owned(),
            source: air_base::Dialect::Sqlite,
            tags: Vec::new(),
            shared_setup: Arc::default(),
            own_setup: Vec::new(),
            query: "VALUES (1.50, 'a')".to_owned(),
            order: Order::Bag,
            expect: None,
            expect_basis: None,
            note: None,
        };
        let text = "(air version:1 statements:[(query_statement query:(query body:(values rows:[(row items:[(dec \
                    digits:\"1.50\") \"a\"])])))])";
        let row = |text: &str| vec![Value::number("1.5"), Value::Text(text.to_owned())];
        let truth = |text: &str| Rows { columns: vec![String::new(); 2], rows: vec![row(text)] };
        let mut bind = |_: &str| vec![Air::from_text(text).map_err(|error| error.to_string())];
        assert_eq!(check(&case, &truth("a"), &mut bind), Check::Right);
        assert!(matches!(check(&case, &truth("b"), &mut bind), Check::Wrong { precision: false, .. }));
        assert_eq!(
            check(&case, &truth("a"), &mut |_| vec![Err("no".to_owned())]),
            Check::Refused("no".to_owned())
        );
    }
}
