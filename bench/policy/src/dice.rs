//! Random rules, callers, statements and moments.

use crate::rules::{Condition, Effect, Order, Rule, Rules, Tag};
use air::effects::{Columns, TableName};
use sqlx_kernel_policy::pack::{Attribute, Verb};
use sqlx_kernel_policy::{Kind, Moment, Subject, Touched};
use std::collections::BTreeMap;
use std::sync::Arc;

const ORDERS: [Order; 6] = [Order("<"), Order("<="), Order(">"), Order(">="), Order("=="), Order("!=")];
const ROLES: [&str; 4] = ["staff", "support", "analyst", "boss"];
const ACTORS: [&str; 4] = ["ada", "bob", "svc:billing", "svc:mail"];
const TENANTS: [&str; 3] = ["acme", "globex", "initech"];
const ORIGINS: [&str; 3] = ["office", "vpn", "home"];
const TAGS: [&str; 3] = ["personal", "special", "money"];
const TABLES: [&str; 4] = ["people", "orders", "visits", "notes"];
const COLUMNS: [&str; 4] = ["email", "name", "total", "text"];

/// A source of everything random here.
pub struct Dice(pub fastrand::Rng);

/// A caller, kept.
#[derive(Clone, Debug)]
pub struct Caller {
    actor: &'static str,
    tenant: &'static str,
    roles: Vec<Arc<str>>,
    purpose: Option<&'static str>,
    residency: Option<&'static str>,
    origin: Option<&'static str>,
    risk: Option<&'static str>,
}

impl Caller {
    /// As policies are asked.
    pub fn subject(&self) -> Subject<'_> {
        let Caller { actor, tenant, ref roles, purpose, residency, origin, risk } = *self;
        Subject { actor, tenant, roles, purpose, residency, origin, risk }
    }
}

impl Dice {
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.0.usize(..of.len())]
    }

    /// One or two of some.
    fn few<T: Copy>(&mut self, of: &[T]) -> Vec<T> {
        (0..1 + self.0.usize(..2)).map(|_| self.pick(of)).collect()
    }

    fn maybe(&mut self, of: &[&'static str]) -> Option<&'static str> {
        (self.0.u8(..4) > 0).then(|| self.pick(of))
    }

    fn test(&mut self) -> Condition {
        match self.0.u8(..18) {
            0 => Condition::Role(self.pick(&ROLES)),
            1 => Condition::Roles(self.few(&ROLES)),
            kind @ 2..=8 => {
                let (attribute, words) = match kind {
                    2 => (Attribute::Actor, &ACTORS[..2]),
                    3 => (Attribute::Tenant, &TENANTS[..]),
                    4 => (Attribute::Origin, &ORIGINS[..]),
                    5 => (Attribute::Purpose, Attribute::Purpose.words()),
                    6 => (Attribute::Residency, Attribute::Residency.words()),
                    _ => (Attribute::Weekday, Attribute::Weekday.words()),
                };
                let words = self.few(words);
                if self.0.bool() {
                    Condition::Is(attribute, words)
                } else {
                    Condition::IsNot(attribute, words)
                }
            }
            // Unequal says yes of a risk that is not given: Cedar is told so where a rule says it, by a negation.
            9 => Condition::Risk(self.pick(&ORDERS[..5]), self.0.usize(..3)),
            10 => Condition::Hour(self.pick(&ORDERS), self.0.u8(..24)),
            11 | 12 => Condition::Statement(self.few(&Kind::ALL)),
            13 | 14 => Condition::Tag(self.pick(&Verb::ALL), self.pick(&TAGS)),
            15 => Condition::Table(self.pick(&Verb::ALL), self.pick(&TABLES)),
            16 => Condition::Like(Attribute::Actor, self.pick(&["svc:*", "*a*", "ada", "*b"])),
            _ => self.rare(),
        }
    }

    fn rare(&mut self) -> Condition {
        match self.0.u8(..4) {
            0 => Condition::Always,
            1 => Condition::Calls,
            2 => Condition::Locks,
            _ => Condition::Approved,
        }
    }

    fn condition(&mut self, depth: u8) -> Condition {
        let two = |dice: &mut Dice| Box::new([dice.condition(depth - 1), dice.condition(depth - 1)]);
        match self.0.u8(..8) {
            0 | 1 if depth > 0 => Condition::And(two(self)),
            2 | 3 if depth > 0 => Condition::Or(two(self)),
            4 if depth > 0 => Condition::Not(Box::new(self.condition(depth - 1))),
            _ => self.test(),
        }
    }

    /// Rules of any shape.
    pub fn rules(&mut self) -> Rules {
        let mut rules = Rules::default();
        // Every tag is declared once at least: a pack that speaks of others is not read.
        for at in 0..TAGS.len() + self.0.usize(..4) {
            let tag = TAGS.get(at).copied().unwrap_or_else(|| self.pick(&TAGS));
            let (table, column) = (self.maybe(&TABLES).unwrap_or("*"), self.maybe(&COLUMNS).unwrap_or("*"));
            rules.tags.push(Tag { tag, table, column });
        }
        for number in 0..1 + self.0.usize(..12) {
            let effect =
                self.pick(&[Effect::Allow, Effect::Allow, Effect::Allow, Effect::Deny, Effect::Oblige]);
            let conditions = |dice: &mut Dice, most, depth| -> Vec<Condition> {
                (0..dice.0.usize(..=most)).map(|_| dice.condition(depth)).collect()
            };
            // One that denies always is rare, or nothing is ever allowed.
            let mut when = conditions(self, 2, 3);
            if effect == Effect::Deny && when.is_empty() {
                when.push(self.condition(3));
            }
            let with = if effect == Effect::Oblige { "at most 100 rows" } else { "" };
            rules.rules.push(Rule {
                name: format!("r{number}"),
                effect,
                when,
                unless: conditions(self, 2, 1),
                with,
            });
        }
        rules
    }

    pub fn caller(&mut self) -> Caller {
        self.caller_of(&ROLES, &TENANTS)
    }

    pub fn caller_of(&mut self, roles: &[&'static str], tenants: &[&'static str]) -> Caller {
        Caller {
            actor: self.pick(&ACTORS),
            tenant: self.pick(tenants),
            roles: (0..self.0.usize(..3)).map(|_| self.pick(roles).into()).collect(),
            purpose: self.maybe(Attribute::Purpose.words()),
            residency: self.maybe(Attribute::Residency.words()),
            origin: self.maybe(&ORIGINS),
            risk: self.maybe(Attribute::Risk.words()),
        }
    }

    fn columns(&mut self) -> BTreeMap<TableName, Columns> {
        let mut all = BTreeMap::new();
        for name in TABLES {
            if self.0.u8(..3) == 0 {
                let columns = match self.0.u8(..4) {
                    0 => Columns::All,
                    1 => Columns::These(Default::default()),
                    _ => Columns::These(self.few(&COLUMNS).into_iter().map(str::to_owned).collect()),
                };
                all.insert(TableName { schema: None, name: name.to_owned() }, columns);
            }
        }
        all
    }

    pub fn touched(&mut self) -> Touched {
        Touched {
            kind: self.pick(&Kind::ALL),
            reads: self.columns(),
            writes: self.columns(),
            shows: self.columns(),
            defines: self.columns().into_keys().collect(),
            opaque: Default::default(),
            calls: self.0.bool(),
            locks: self.0.bool(),
        }
    }

    pub fn moment(&mut self) -> Moment {
        Moment { hour: self.0.u8(..24), weekday: self.0.u8(..7), approved: self.0.u8(..4) == 0 }
    }
}
