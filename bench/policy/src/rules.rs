//! Rules of the subset that packs and Cedar share, written in both languages.
//!
//! Cedar is told of a statement what packs are told: which tags and tables it touches. It has no hierarchy of entities to
//! walk, so that what is measured is the judging of rules.

use air::effects::{Columns, TableName};
use cedar_policy::{Context, Policy, PolicyId, PolicySet, Request, RestrictedExpression};
use sqlx_kernel_policy::pack::{Attribute, Pack, Verb};
use sqlx_kernel_policy::{Kind, Moment, Subject, Touched};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What a rule does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    Allow,
    Deny,
    /// Obliges to something that does not depend on its number.
    Oblige,
}

/// A comparison of ordered values.
#[derive(Clone, Copy, Debug)]
pub struct Order(pub &'static str);

/// A condition.
#[derive(Clone, Debug)]
pub enum Condition {
    Always,
    And(Box<[Condition; 2]>),
    Or(Box<[Condition; 2]>),
    Not(Box<Condition>),
    /// The actor has a role.
    Role(&'static str),
    /// The actor has one of some roles.
    Roles(Vec<&'static str>),
    /// An attribute that is a text is one of some.
    Is(Attribute, Vec<&'static str>),
    /// The same with the negation that the language has for it.
    IsNot(Attribute, Vec<&'static str>),
    /// An attribute matches a pattern.
    Like(Attribute, &'static str),
    /// The risk, by its rank.
    Risk(Order, usize),
    Hour(Order, u8),
    Statement(Vec<Kind>),
    Tag(Verb, &'static str),
    Table(Verb, &'static str),
    Calls,
    Locks,
    Approved,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    pub name: String,
    pub effect: Effect,
    pub when: Vec<Condition>,
    pub unless: Vec<Condition>,
    /// What it obliges to, in our language.
    pub with: &'static str,
}

/// Columns with a tag; `*` for all tables or all columns.
#[derive(Clone, Copy, Debug)]
pub struct Tag {
    pub tag: &'static str,
    pub table: &'static str,
    pub column: &'static str,
}

/// Rules and the tags they speak of.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub tags: Vec<Tag>,
    pub rules: Vec<Rule>,
}

/// The same rules for Cedar: those that decide, and those that oblige, each of which "permits" where it holds.
pub struct Cedar {
    pub deciding: PolicySet,
    pub obliging: PolicySet,
}

impl Rules {
    /// In the language of packs.
    pub fn text(&self) -> String {
        let mut text = "pack both\n".to_owned();
        for Tag { tag, table, column } in &self.tags {
            let _ = writeln!(text, "tag {tag} on {table}.{column}");
        }
        for rule in &self.rules {
            let effect = match rule.effect {
                Effect::Allow => "allow",
                Effect::Deny => "deny",
                Effect::Oblige => "oblige",
            };
            let _ = write!(text, "rule {} {effect}", rule.name);
            for condition in &rule.when {
                let _ = write!(text, " when {}", condition.ours());
            }
            for condition in &rule.unless {
                let _ = write!(text, " unless {}", condition.ours());
            }
            if !rule.with.is_empty() {
                let _ = write!(text, " with {}", rule.with);
            }
            text.push('\n');
        }
        text
    }

    /// As a pack.
    pub fn pack(&self) -> Pack {
        let text = self.text();
        Pack::parse(&text).unwrap_or_else(|found| panic!("our pack is not read: {found:?}\n{text}"))
    }

    /// One policy of Cedar.
    pub fn cedar_text(rule: &Rule) -> String {
        let effect = if rule.effect == Effect::Deny { "forbid" } else { "permit" };
        let mut text = format!("{effect}(principal, action, resource)");
        for condition in &rule.when {
            let _ = write!(text, " when {{ {} }}", condition.cedar());
        }
        for condition in &rule.unless {
            let _ = write!(text, " unless {{ {} }}", condition.cedar());
        }
        text.push(';');
        text
    }

    /// As policies of Cedar.
    pub fn cedar(&self) -> Cedar {
        let (mut deciding, mut obliging) = (PolicySet::new(), PolicySet::new());
        for rule in &self.rules {
            let text = Self::cedar_text(rule);
            let policy = Policy::parse(Some(PolicyId::new(&rule.name)), &text)
                .unwrap_or_else(|error| panic!("Cedar does not read it: {error:?}\n{text}"));
            let set = if rule.effect == Effect::Oblige { &mut obliging } else { &mut deciding };
            set.add(policy).expect("names of rules are unique");
        }
        Cedar { deciding, obliging }
    }

    /// Whether columns of a table carry a tag, read off the lines of the pack.
    fn carries(&self, tag: &str, table: &TableName, columns: &Columns) -> bool {
        self.tags.iter().filter(|of| of.tag == tag && (of.table == "*" || of.table == table.name)).any(|of| {
            match columns {
                Columns::All => true,
                Columns::These(these) => these.iter().any(|these| of.column == "*" || of.column == *these),
            }
        })
    }

    /// What a statement touches, for Cedar: sets of tags and of tables.
    fn touched(&self, touched: &Touched) -> Vec<(String, RestrictedExpression)> {
        let all = Columns::All;
        let defines: BTreeMap<&TableName, &Columns> =
            touched.defines.iter().map(|table| (table, &all)).collect();
        let verbs = [
            (Verb::Reads, touched.reads.iter().collect::<BTreeMap<_, _>>()),
            (Verb::Writes, touched.writes.iter().collect()),
            (Verb::Shows, touched.shows.iter().collect()),
            (Verb::Defines, defines),
        ];
        let mut pairs = Vec::new();
        for (verb, columns) in verbs {
            let tags = self.tags.iter().map(|of| of.tag);
            let tags =
                tags.filter(|tag| columns.iter().any(|(table, columns)| self.carries(tag, table, columns)));
            pairs.push((format!("{}_tags", verb.word()), set(tags)));
            pairs.push((
                format!("{}_tables", verb.word()),
                set(columns.keys().map(|table| table.name.as_str())),
            ));
        }
        pairs
    }

    /// A request to Cedar.
    pub fn request(&self, subject: &Subject<'_>, touched: &Touched, moment: Moment) -> Request {
        let mut pairs = self.touched(touched);
        let text = |value: &str| RestrictedExpression::new_string(value.to_owned());
        let mut add = |name: &str, value| pairs.push((name.to_owned(), value));
        add("actor", text(subject.actor));
        add("tenant", text(subject.tenant));
        add("roles", set(subject.roles.iter().map(|role| &**role)));
        let given =
            [("purpose", subject.purpose), ("residency", subject.residency), ("origin", subject.origin)];
        for (name, value) in given {
            if let Some(value) = value {
                add(name, text(value));
            }
        }
        if let Some(risk) = subject.risk {
            let rank =
                Attribute::Risk.words().iter().position(|word| *word == risk).expect("a word of risks");
            add("risk", RestrictedExpression::new_long(rank as i64));
        }
        add("hour", RestrictedExpression::new_long(moment.hour.into()));
        add("weekday", text(Attribute::Weekday.words()[usize::from(moment.weekday)]));
        add("approved", RestrictedExpression::new_bool(moment.approved));
        add("statement", text(touched.kind.word()));
        add("calls", RestrictedExpression::new_bool(touched.calls));
        add("locks", RestrictedExpression::new_bool(touched.locks));
        let context = Context::from_pairs(pairs).expect("names are unique");
        let entity = |text: &str| text.parse().expect("an entity");
        Request::new(
            entity("Actor::\"a\""),
            entity("Action::\"run\""),
            entity("Database::\"d\""),
            context,
            None,
        )
        .expect("nothing is checked without a schema")
    }
}

fn set<'a>(words: impl Iterator<Item = &'a str>) -> RestrictedExpression {
    RestrictedExpression::new_set(words.map(|word| RestrictedExpression::new_string(word.to_owned())))
}

impl Condition {
    /// In the language of packs.
    fn ours(&self) -> String {
        let list = |words: &[&str]| words.join(", ");
        match self {
            Condition::Always => "always".to_owned(),
            Condition::And(of) => format!("({} and {})", of[0].ours(), of[1].ours()),
            Condition::Or(of) => format!("({} or {})", of[0].ours(), of[1].ours()),
            Condition::Not(of) => format!("not {}", of.ours()),
            Condition::Role(role) => format!("role has {role}"),
            Condition::Roles(roles) => format!("role in [{}]", list(roles)),
            Condition::Is(of, words) if words.len() == 1 => format!("{} == {}", of.word(), words[0]),
            Condition::Is(of, words) => format!("{} in [{}]", of.word(), list(words)),
            Condition::IsNot(of, words) if words.len() == 1 => format!("{} != {}", of.word(), words[0]),
            Condition::IsNot(of, words) => format!("{} not in [{}]", of.word(), list(words)),
            Condition::Like(of, pattern) => format!("{} like \"{pattern}\"", of.word()),
            Condition::Risk(order, rank) => format!("risk {} {}", order.0, Attribute::Risk.words()[*rank]),
            Condition::Hour(order, hour) => format!("hour {} {hour}", order.0),
            Condition::Statement(kinds) if kinds.len() == 1 => format!("statement == {}", kinds[0].word()),
            Condition::Statement(kinds) => {
                format!(
                    "statement in [{}]",
                    kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ")
                )
            }
            Condition::Tag(verb, tag) => format!("{} tag {tag}", verb.word()),
            Condition::Table(verb, table) => format!("{} table {table}", verb.word()),
            Condition::Calls => "calls functions".to_owned(),
            Condition::Locks => "locks rows".to_owned(),
            Condition::Approved => "approved".to_owned(),
        }
    }

    /// In Cedar's.
    fn cedar(&self) -> String {
        let list =
            |words: &[&str]| words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ");
        let is = |of: &Attribute, words: &[&str]| {
            // Attributes that a caller may lack are asked for first.
            let given = match of {
                Attribute::Actor | Attribute::Tenant | Attribute::Weekday => String::new(),
                of => format!("context has {0} && ", of.word()),
            };
            match words {
                [word] => format!("({given}context.{} == {word:?})", of.word()),
                words => format!("({given}[{}].contains(context.{}))", list(words), of.word()),
            }
        };
        match self {
            Condition::Always => "true".to_owned(),
            Condition::And(of) => format!("({} && {})", of[0].cedar(), of[1].cedar()),
            Condition::Or(of) => format!("({} || {})", of[0].cedar(), of[1].cedar()),
            Condition::Not(of) => format!("!({})", of.cedar()),
            Condition::Role(role) => format!("context.roles.contains({role:?})"),
            Condition::Roles(roles) => format!("context.roles.containsAny([{}])", list(roles)),
            Condition::Is(of, words) => is(of, words),
            Condition::IsNot(of, words) => format!("!{}", is(of, words)),
            Condition::Like(of, pattern) => format!("context.{} like {pattern:?}", of.word()),
            Condition::Risk(order, rank) => format!("(context has risk && context.risk {} {rank})", order.0),
            Condition::Hour(order, hour) => format!("context.hour {} {hour}", order.0),
            Condition::Statement(kinds) => {
                let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
                match &*words {
                    [word] => format!("context.statement == {word:?}"),
                    words => format!("[{}].contains(context.statement)", list(words)),
                }
            }
            Condition::Tag(verb, tag) => format!("context.{}_tags.contains({tag:?})", verb.word()),
            Condition::Table(verb, table) => format!("context.{}_tables.contains({table:?})", verb.word()),
            Condition::Calls => "context.calls".to_owned(),
            Condition::Locks => "context.locks".to_owned(),
            Condition::Approved => "context.approved".to_owned(),
        }
    }
}
