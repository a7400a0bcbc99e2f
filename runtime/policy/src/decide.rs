//! From rules that hold to a decision: who denies, who allows, what has to be done.

use crate::pack::{Condition, Effect, Obligation, RowCondition, RowValue};
use crate::policies::{Compiled, Held, Policies, Subject};
use air::protection::{ColumnMask, Key, Mask, Plain, Protection, RowFilter, RowTest};
use std::sync::Arc;

/// What is decided about a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// Whether it may run.
    pub allow: bool,
    /// Why: the rules that decided, and what would allow it. Holds words of policies alone.
    pub reason: String,
    /// Names of the rules that decided, those that oblige included.
    pub rules: Vec<String>,
    /// An approval would turn the denial.
    pub approvable: bool,
    /// What has to be done if it runs.
    pub obligations: Arc<Obligations>,
}

impl Decision {
    /// A denial that no rule made.
    pub(crate) fn denied(reason: &str) -> Decision {
        Decision {
            allow: false,
            reason: reason.to_owned(),
            rules: Vec::new(),
            approvable: false,
            obligations: Arc::default(),
        }
    }
}

/// What has to be done when a statement runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Obligations {
    /// Masks and row filters: rewrites of the statement.
    pub protection: Arc<Protection>,
    /// A number that no other protection has; 0 for none.
    pub number: u64,
    /// Most rows it may give.
    pub row_cap: Option<u64>,
    /// Statements that may run in a time, each limit by the rule that sets it.
    pub rates: Vec<Rate>,
    /// It goes to a replica.
    pub replica: Option<Option<u32>>,
}

impl Obligations {
    /// True if nothing has to be done.
    pub fn is_empty(&self) -> bool {
        self.protection.is_empty()
            && self.row_cap.is_none()
            && self.rates.is_empty()
            && self.replica.is_none()
    }

    /// In words of the policy language.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        for ColumnMask { table, column, mask } in &self.protection.masks {
            words.push(format!("mask {}.{} by {mask}", table.as_str(), column.as_str()));
        }
        words.extend(self.limits());
        words
    }

    /// What is no mask, in words of the policy language.
    pub fn limits(&self) -> Vec<String> {
        let mut words = Vec::new();
        for filter in &self.protection.filters {
            let mut columns = filter.test.columns();
            columns.dedup();
            words.push(format!("rows of {} by {}", filter.table.as_str(), columns.join(", ")));
        }
        words.extend(self.row_cap.map(|rows| format!("at most {rows} rows")));
        for rate in &self.rates {
            words.push(format!("at most {} statements per {} s", rate.statements, rate.per.0));
        }
        words.extend(self.replica.map(|lag| match lag {
            Some(seconds) => format!("replica within {seconds} s"),
            None => "replica".to_owned(),
        }));
        words
    }
}

/// A period, in seconds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Per(pub u32);

/// A limit of statements in a time, for each actor of a tenant.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Rate {
    /// The rule that sets it.
    pub rule: String,
    /// Statements.
    pub statements: u32,
    /// In so long.
    pub per: Per,
}

/// Denials first, then permission, then obligations of whatever holds.
pub(crate) fn decide(
    policies: &Policies,
    held: &Held<'_>,
    obligations: impl FnOnce(&[u32]) -> Arc<Obligations>,
) -> Decision {
    let (mut denying, mut allowing, mut obliging) = (Vec::new(), Vec::new(), Vec::new());
    for (at, rule) in policies.rules.iter().enumerate().filter(|(at, _)| held.holds(*at)) {
        match rule.effect {
            Effect::Deny => denying.push(rule),
            Effect::Allow => allowing.push((at, rule)),
            Effect::Oblige => obliging.push((at, rule)),
        }
    }
    if let Some(first) = denying.first() {
        // An approval helps if every rule that denies has it as an exception, and one allows.
        let approvable = !allowing.is_empty() && denying.iter().all(|rule| has_exception(&rule.condition));
        let why = if first.text.is_empty() { "" } else { ": " };
        let unlock = if approvable { "; an approval would allow it" } else { "" };
        return Decision {
            rules: denying.iter().map(|rule| rule.name.clone()).collect(),
            approvable,
            ..Decision::denied(&format!("denied by {}{why}{}{unlock}", first.name, first.text))
        };
    }
    if allowing.is_empty() {
        return missing(policies, held);
    }
    let deciding: Vec<&(usize, &Compiled)> = allowing.iter().chain(&obliging).collect();
    let numbers: Vec<u32> = obliging
        .iter()
        .chain(&allowing)
        .filter(|(_, rule)| !rule.obligations.is_empty())
        .map(|(at, _)| *at as u32)
        .collect();
    let rules: Vec<String> = deciding.iter().map(|(_, rule)| rule.name.clone()).collect();
    let reason = format!("allowed by {}", rules.join(", "));
    Decision { allow: true, reason, rules, approvable: false, obligations: obligations(&numbers) }
}

/// A denial because no rule allows: told is what would have to be otherwise for the nearest.
fn missing(policies: &Policies, held: &Held<'_>) -> Decision {
    let unmet = |rule: &Compiled| rule.parts.clone().filter(|part| !held.holds(policies.rules.len() + part));
    let allowing = policies.rules.iter().filter(|rule| rule.effect == Effect::Allow);
    let Some(nearest) = allowing.min_by_key(|rule| unmet(rule).count()) else {
        return Decision::denied("no rule allows anything");
    };
    let parts: Vec<String> = unmet(nearest).map(|part| spelled(&policies.parts[part])).collect();
    let reason = format!("no rule allows it: `{}` would if {}", nearest.name, parts.join(" and "));
    Decision { approvable: parts == ["approved"], ..Decision::denied(&reason) }
}

/// True if a condition ends where an approval is given.
fn has_exception(condition: &Condition) -> bool {
    match condition {
        Condition::All(all) => all.iter().any(has_exception),
        Condition::Not(of) => matches!(**of, Condition::Test(crate::pack::Test::Approved)),
        _ => false,
    }
}

/// A condition in words of the language.
fn spelled(condition: &Condition) -> String {
    let joined = |all: &[Condition], word: &str| {
        let parts: Vec<String> = all.iter().map(spelled).collect();
        format!("({})", parts.join(word))
    };
    match condition {
        Condition::All(all) if all.is_empty() => "always".to_owned(),
        Condition::Any(any) if any.is_empty() => "never".to_owned(),
        Condition::All(all) => joined(all, " and "),
        Condition::Any(any) => joined(any, " or "),
        Condition::Not(of) => format!("not {}", spelled(of)),
        Condition::Test(test) => test.to_string(),
    }
}

/// What some rules oblige to together, for one caller.
pub(crate) fn obligations(policies: &Policies, rules: &[u32], subject: &Subject<'_>) -> Obligations {
    let mut all = Obligations::default();
    let mut protection = Protection::default();
    for rule in rules.iter().map(|at| &policies.rules[*at as usize]) {
        for obligation in &rule.obligations {
            match obligation {
                Obligation::Mask { tag, mask } => {
                    let mask = match (mask, &policies.key) {
                        (Mask::Hash(_), Some(key)) => Mask::Hash(Key(key.of_tenant(subject.tenant))),
                        (Mask::Hash(_), None) => Mask::Null,
                        (mask, _) => mask.clone(),
                    };
                    for (table, column) in policies.tags.get(tag).into_iter().flatten() {
                        let mask =
                            ColumnMask { table: table.clone(), column: column.clone(), mask: mask.clone() };
                        if !protection.masks.contains(&mask) {
                            protection.masks.push(mask);
                        }
                    }
                }
                Obligation::Rows { table, condition } => {
                    let filter = RowFilter { table: table.clone(), test: row_test(condition, subject) };
                    if !protection.filters.contains(&filter) {
                        protection.filters.push(filter);
                    }
                }
                Obligation::RowCap(rows) => {
                    all.row_cap = Some(all.row_cap.map_or(*rows, |cap| cap.min(*rows)));
                }
                Obligation::Rate { statements, seconds } => all.rates.push(Rate {
                    rule: rule.name.clone(),
                    statements: *statements,
                    per: Per(*seconds),
                }),
                Obligation::Replica { lag } => {
                    all.replica = Some(match (all.replica, *lag) {
                        (Some(Some(known)), Some(lag)) => Some(known.min(lag)),
                        (Some(known), lag) => known.or(lag),
                        (None, lag) => lag,
                    });
                }
            }
        }
    }
    if !protection.is_empty() {
        let [views, functions, triggers] = policies.trusted.clone();
        protection.trusted_views = views;
        protection.trusted_functions = functions;
        protection.trusted_triggers = triggers;
    }
    (all.protection, all.number) = policies.number(protection);
    all
}

/// A row condition for one caller. What compares with an attribute he does not have is false, whatever is around it.
fn row_test(condition: &RowCondition, subject: &Subject<'_>) -> RowTest {
    fn test(condition: &RowCondition, value: &dyn Fn(&RowValue) -> Option<Plain>) -> Option<RowTest> {
        Some(match condition {
            RowCondition::All(all) => {
                RowTest::All(all.iter().map(|of| test(of, value)).collect::<Option<_>>()?)
            }
            RowCondition::Any(any) => {
                RowTest::Any(any.iter().map(|of| test(of, value)).collect::<Option<_>>()?)
            }
            RowCondition::Not(of) => RowTest::Not(Box::new(test(of, value)?)),
            RowCondition::IsNull(column) => RowTest::IsNull { column: column.clone() },
            RowCondition::Compare { column, op, value: with } => {
                RowTest::Compare { column: column.clone(), op: *op, value: value(with)? }
            }
            RowCondition::In { column, values } => RowTest::In {
                column: column.clone(),
                values: values.iter().map(value).collect::<Option<_>>()?,
            },
        })
    }
    let value = |with: &RowValue| match with {
        RowValue::Plain(plain) => Some(plain.clone()),
        RowValue::Attribute(attribute) => subject.value(*attribute).map(|text| Plain::Text(text.to_owned())),
    };
    test(condition, &value).unwrap_or(RowTest::Any(Vec::new()))
}
