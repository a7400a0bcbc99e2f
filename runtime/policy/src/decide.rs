//! From rules that hold to a decision: who denies, who allows, what has to be done.

use crate::pack::{Condition, Effect, Obligation, RowCondition, RowValue};
use crate::policies::{Policies, Subject};
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
    holds: &[bool],
    obligations: impl FnOnce(&[u32]) -> Arc<Obligations>,
) -> Decision {
    let held = |effect: Effect| {
        let rules = policies.rules.iter().enumerate();
        rules.filter(move |(at, rule)| rule.effect == effect && holds[*at]).map(|(at, _)| at)
    };
    let name = |at: usize| policies.rules[at].name.clone();
    let denying: Vec<usize> = held(Effect::Deny).collect();
    if !denying.is_empty() {
        return Decision { rules: denying.into_iter().map(name).collect(), ..Decision::denied("") };
    }
    let allowing: Vec<usize> = held(Effect::Allow).collect();
    if allowing.is_empty() {
        return Decision::denied("");
    }
    let obliging: Vec<u32> = held(Effect::Oblige)
        .chain(allowing.iter().copied())
        .filter(|at| !policies.rules[*at].obligations.is_empty())
        .map(|at| at as u32)
        .collect();
    let mut rules: Vec<String> = allowing.iter().copied().map(name).collect();
    rules.extend(held(Effect::Oblige).map(name));
    let reason = format!("allowed by {}", rules.join(", "));
    Decision { allow: true, reason, rules, approvable: false, obligations: obligations(&obliging) }
}

impl Decision {
    /// A denial with its reason: what denies or what would allow.
    pub(crate) fn explained<'p>(
        mut self,
        policies: &'p Policies,
        holds: &[bool],
        unmet: impl Fn(&'p Condition) -> Vec<&'p Condition>,
    ) -> Decision {
        if self.allow || !self.reason.is_empty() {
            return self;
        }
        let denying: Vec<&crate::policies::Compiled> = policies
            .rules
            .iter()
            .zip(holds)
            .filter(|(rule, holds)| rule.effect == Effect::Deny && **holds)
            .map(|(rule, _)| rule)
            .collect();
        // An approval helps if every rule that denies has it as an exception, and one allows.
        let excepted = denying.iter().all(|rule| has_exception(&rule.condition));
        let allows =
            policies.rules.iter().zip(holds).any(|(rule, holds)| rule.effect == Effect::Allow && *holds);
        if let Some(first) = denying.first() {
            self.approvable = excepted && allows;
            let why = if first.text.is_empty() { String::new() } else { format!(": {}", first.text) };
            let unlock = if self.approvable { "; an approval would allow it" } else { "" };
            self.reason = format!("denied by {}{why}{unlock}", first.name);
            return self;
        }
        let nearest = policies
            .rules
            .iter()
            .filter(|rule| rule.effect == Effect::Allow)
            .map(|rule| (rule, unmet(&rule.condition)))
            .min_by_key(|(_, unmet)| unmet.len());
        self.reason = match nearest {
            None => "no rule allows anything".to_owned(),
            Some((rule, unmet)) => {
                let parts: Vec<String> = unmet.into_iter().map(spelled).collect();
                self.approvable = parts == ["approved"];
                format!("no rule allows it: `{}` would if {}", rule.name, parts.join(" and "))
            }
        };
        self
    }
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
