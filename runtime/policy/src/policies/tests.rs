use super::*;
use crate::facts::Kind;
use air::protection::{Mask, Plain, RowTest};
use std::collections::BTreeSet;

fn pack(text: &str) -> Pack {
    Pack::parse(&format!("pack test {text}")).unwrap_or_else(|found| panic!("{found:?}\n{text}"))
}

fn table(name: &str) -> TableName {
    TableName { schema: None, name: name.to_owned() }
}

fn these(columns: &[&str]) -> Columns {
    Columns::These(columns.iter().map(|column| (*column).to_owned()).collect())
}

fn reading(name: &str, columns: &[&str]) -> Touched {
    let reads: BTreeMap<_, _> = [(table(name), these(columns))].into();
    Touched { reads: reads.clone(), shows: reads, ..Touched::default() }
}

#[test]
fn denials_come_first_and_nothing_is_allowed_by_itself() {
    let policies = Policies::new(
        &[pack(
            "tag personal on *.email
             rule reads allow when statement == read
             rule writers allow when statement == write and role has writer
             rule away \"Not from abroad\" deny when shows tag personal and residency != eu unless approved",
        )],
        None,
    );
    let ask = |subject: &Subject<'_>, touched: &Touched, approved| {
        let moment = Moment { approved, ..Moment::default() };
        let decision = policies.decide(subject, &policies.facts(touched), moment);
        (decision.allow, decision.reason.clone(), decision.approvable)
    };
    let subject = Subject { residency: Some("eu"), ..Subject::new("ada", "acme") };
    let (emails, names) = (reading("people", &["email"]), reading("people", &["name"]));
    assert_eq!(ask(&subject, &emails, false), (true, "allowed by reads".to_owned(), false));
    let abroad = Subject::new("ada", "acme");
    let denied = "denied by away: Not from abroad; an approval would allow it";
    assert_eq!(ask(&abroad, &emails, false), (false, denied.to_owned(), true));
    assert!(ask(&abroad, &emails, true).0 && ask(&abroad, &names, false).0);
    let write = Touched { kind: Kind::Write, ..Touched::default() };
    let reason = "no rule allows it: `reads` would if statement == read".to_owned();
    assert_eq!(ask(&subject, &write, false), (false, reason, false));
    let nothing = Policies::new(&[], None);
    let facts = nothing.facts(&emails);
    assert_eq!(nothing.decide(&subject, &facts, Moment::default()).reason, "no rule allows anything");
    // Facts of other policies decide nothing here.
    assert!(!policies.decide(&subject, &facts, Moment::default()).allow);
}

#[test]
fn unknown_columns_may_carry_any_tag() {
    let policies = Policies::new(
        &[pack("tag personal on people.email rule all allow when not reads tag personal")],
        None,
    );
    let allowed = |touched: &Touched| {
        policies.decide(&Subject::new("a", "t"), &policies.facts(touched), Moment::default()).allow
    };
    let all = Touched { reads: [(table("people"), Columns::All)].into(), ..Touched::default() };
    assert!(!allowed(&all));
    assert!(!allowed(&reading("PEOPLE", &["EMAIL"])));
    assert!(allowed(&reading("people", &["id"])) && allowed(&reading("dogs", &["email"])));
}

#[test]
fn obligations_are_of_the_caller() {
    let policies = Policies::new(
        &[pack(
            "tag personal on people.email
             rule all allow with at most 100 rows
             rule masks oblige unless role has boss with mask personal by hash, at most 10 rows
             rule tenants oblige with rows of orders where tenant == $tenant or origin == $origin",
        )],
        Some(SecretKey::new(b"secret")),
    );
    let facts = policies.facts(&Touched::default());
    let of = |subject: &Subject<'_>| policies.decide(subject, &facts, Moment::default()).obligations.clone();
    let (acme, other) = (of(&Subject::new("a", "acme")), of(&Subject::new("a", "other")));
    assert_eq!(acme.row_cap, Some(10));
    let key = |obligations: &Obligations| match &obligations.protection.masks[0].mask {
        Mask::Hash(key) => key.clone(),
        mask => panic!("{mask:?}"),
    };
    assert_ne!(key(&acme), key(&other));
    // Without an origin nothing is seen, for all that the other side of the OR says.
    assert_eq!(acme.protection.filters[0].test, RowTest::Any(Vec::new()));
    let placed = Subject { origin: Some("office"), ..Subject::new("a", "acme") };
    let tenant = RowTest::Compare {
        column: "tenant".to_owned(),
        op: air::expr::CompareOp::Eq,
        value: Plain::Text("acme".to_owned()),
    };
    match &of(&placed).protection.filters[0].test {
        RowTest::Any(tests) => assert_eq!(tests[0], tenant),
        test => panic!("{test:?}"),
    }
    let boss: Vec<Arc<str>> = vec!["boss".into()];
    let boss = of(&Subject { roles: &boss, ..Subject::new("a", "acme") });
    assert_eq!((boss.protection.masks.len(), boss.row_cap), (0, Some(100)));
}

#[test]
fn the_day_of_the_week_is_known() {
    // 2026-11-28 was a Saturday.
    assert_eq!(Moment::at(1_795_900_000, false), Moment { hour: 21, weekday: 5, approved: false });
}

/// The plainest reading of a pack there is: no graph, no numbers, no memory.
mod plain {
    use super::*;

    pub(super) fn decide(
        pack: &Pack,
        subject: &Subject<'_>,
        touched: &Touched,
        moment: Moment,
    ) -> (bool, BTreeSet<String>) {
        let holds = |effect: Effect| -> BTreeSet<String> {
            let rules = pack.rules.iter().filter(|rule| rule.effect == effect);
            let held = rules.filter(|rule| condition(&rule.condition, pack, subject, touched, moment));
            held.map(|rule| rule.name.clone()).collect()
        };
        let deny = holds(Effect::Deny);
        if !deny.is_empty() {
            return (false, deny);
        }
        let allow = holds(Effect::Allow);
        if allow.is_empty() {
            return (false, allow);
        }
        (true, allow.into_iter().chain(holds(Effect::Oblige)).collect())
    }

    fn condition(
        of: &Condition,
        pack: &Pack,
        subject: &Subject<'_>,
        touched: &Touched,
        moment: Moment,
    ) -> bool {
        let deeper = |of: &Condition| condition(of, pack, subject, touched, moment);
        match of {
            Condition::All(all) => all.iter().all(deeper),
            Condition::Any(any) => any.iter().any(deeper),
            Condition::Not(of) => !deeper(of),
            Condition::Test(of) => test(of, pack, subject, touched, moment),
        }
    }

    fn test(of: &Test, pack: &Pack, subject: &Subject<'_>, touched: &Touched, moment: Moment) -> bool {
        let values = |attribute: Attribute| -> Vec<String> {
            let one = |value: Option<&str>| value.map(str::to_owned).into_iter().collect();
            match attribute {
                Attribute::Actor => one(Some(subject.actor)),
                Attribute::Tenant => one(Some(subject.tenant)),
                Attribute::Role => subject.roles.iter().map(|role| role.to_string()).collect(),
                Attribute::Origin => one(subject.origin),
                Attribute::Purpose => one(subject.purpose),
                Attribute::Residency => one(subject.residency),
                Attribute::Risk => one(subject.risk),
                Attribute::Hour => vec![moment.hour.to_string()],
                Attribute::Weekday => vec![attribute.words()[usize::from(moment.weekday)].to_owned()],
            }
        };
        let ranks = |attribute: Attribute| -> Vec<i64> {
            let place = |value: &String| match attribute {
                Attribute::Hour => value.parse().ok(),
                _ => attribute.words().iter().position(|word| word == value).map(|at| at as i64),
            };
            values(attribute).iter().filter_map(place).collect()
        };
        match of {
            Test::Is(attribute, any) => values(*attribute).iter().any(|value| any.contains(value)),
            Test::Like(attribute, pattern) => values(*attribute).iter().any(|value| pattern.matches(value)),
            Test::AtLeast(attribute, least) => ranks(*attribute).iter().any(|rank| rank >= least),
            Test::AtMost(attribute, most) => ranks(*attribute).iter().any(|rank| rank <= most),
            Test::Statement(kinds) => kinds.contains(&touched.kind),
            Test::Calls => touched.calls,
            Test::Locks => touched.locks,
            Test::Approved => moment.approved,
            Test::Touches(verb, what) => {
                let touched: Vec<(String, Columns)> = match verb {
                    Verb::Reads => named(&touched.reads),
                    Verb::Writes => named(&touched.writes),
                    Verb::Shows => named(&touched.shows),
                    Verb::Defines => {
                        touched.defines.iter().map(|table| (table.name.clone(), Columns::All)).collect()
                    }
                };
                touched.iter().any(|(table, columns)| match what {
                    What::Table(pattern) => pattern.matches(table),
                    What::Tag(tag) => pack.tags.iter().filter(|of| of.tag == *tag).any(|of| {
                        let column = match columns {
                            Columns::All => true,
                            Columns::These(these) => these.iter().any(|these| of.column.matches(these)),
                        };
                        of.table.matches(table) && column
                    }),
                })
            }
        }
    }

    fn named(columns: &BTreeMap<TableName, Columns>) -> Vec<(String, Columns)> {
        columns.iter().map(|(table, columns)| (table.name.clone(), columns.clone())).collect()
    }
}

/// Random packs, callers and statements.
struct Dice(fastrand::Rng);

impl Dice {
    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.0.usize(..of.len())]
    }

    fn test(&mut self) -> String {
        match self.0.u8(..12) {
            0 => format!("role has {}", self.pick(&["a", "b", "c"])),
            1 => format!("purpose {} {}", self.pick(&["==", "!="]), self.pick(&["oltp", "etl", "bi", "ddl"])),
            2 => format!("residency in [{}, {}]", self.pick(&["eu", "us"]), self.pick(&["uk", "us"])),
            3 => {
                format!("risk {} {}", self.pick(&["<", "<=", ">", ">="]), self.pick(&["low", "med", "high"]))
            }
            4 => format!("hour {} {}", self.pick(&["<", ">=", "=="]), self.0.u8(..24)),
            5 => format!("weekday not in [{}]", self.pick(&["mon", "sat", "sun"])),
            6 => format!(
                "statement in [{}, {}]",
                self.pick(&["read", "write"]),
                self.pick(&["define", "control"])
            ),
            7 => format!(
                "{} tag {}",
                self.pick(&["reads", "writes", "shows", "defines"]),
                self.pick(&["x", "y"])
            ),
            8 => format!(
                "{} table {}",
                self.pick(&["reads", "writes", "shows", "defines"]),
                self.pick(&["t*", "u"])
            ),
            9 => self.pick(&["approved", "calls functions", "locks rows", "always"]).to_owned(),
            10 => format!("actor like \"{}\"", self.pick(&["svc:*", "*a*", "ada"])),
            _ => format!("tenant == {}", self.pick(&["acme", "other"])),
        }
    }

    fn condition(&mut self, depth: u8) -> String {
        match self.0.u8(..8) {
            0 | 1 if depth > 0 => {
                format!("({} and {})", self.condition(depth - 1), self.condition(depth - 1))
            }
            2 | 3 if depth > 0 => format!("({} or {})", self.condition(depth - 1), self.condition(depth - 1)),
            4 if depth > 0 => format!("not {}", self.condition(depth - 1)),
            _ => self.test(),
        }
    }

    fn pack(&mut self, rules: usize) -> Pack {
        let mut text = "tag x on t1.a, *.b tag y on u.*".to_owned();
        for rule in 0..rules {
            let effect = self.pick(&["allow", "allow", "deny", "oblige"]);
            text.push_str(&format!("\nrule r{rule} {effect} when {}", self.condition(3)));
            if self.0.bool() {
                text.push_str(&format!(" unless {}", self.condition(1)));
            }
            if effect == "oblige" {
                text.push_str(" with mask x by null");
            }
        }
        pack(&text)
    }

    fn columns(&mut self) -> BTreeMap<TableName, Columns> {
        let mut all = BTreeMap::new();
        for name in ["t1", "t2", "u", "v"] {
            if self.0.u8(..3) == 0 {
                let columns = match self.0.u8(..4) {
                    0 => Columns::All,
                    1 => these(&[]),
                    _ => these(&[self.pick(&["a", "b", "c"]), self.pick(&["a", "c"])]),
                };
                all.insert(table(name), columns);
            }
        }
        all
    }

    fn touched(&mut self) -> Touched {
        Touched {
            kind: Kind::ALL[self.0.usize(..4)],
            reads: self.columns(),
            writes: self.columns(),
            shows: self.columns(),
            defines: self.columns().into_keys().collect(),
            opaque: BTreeSet::new(),
            calls: self.0.bool(),
            locks: self.0.bool(),
        }
    }

    fn maybe(&mut self, of: &[&'static str]) -> Option<&'static str> {
        self.0.bool().then(|| self.pick(of))
    }
}

/// As many decisions are compared with the plain reading as the goal of the project asks for.
const DECISIONS: usize = 1_000_000;

#[test]
fn the_graph_decides_as_the_plain_reading_does() {
    let mut dice = Dice(fastrand::Rng::with_seed(1));
    let roles: [Vec<Arc<str>>; 3] = [vec![], vec!["a".into()], vec!["b".into(), "c".into()]];
    let (mut allowed, mut compared) = (0, 0);
    while compared < DECISIONS {
        let rules = 1 + dice.0.usize(..12);
        let pack = dice.pack(rules);
        let policies = Policies::new(std::slice::from_ref(&pack), None);
        let statements: Vec<(Touched, Facts)> = (0..20)
            .map(|_| {
                let touched = dice.touched();
                let facts = policies.facts(&touched);
                (touched, facts)
            })
            .collect();
        for _ in 0..500 {
            let (touched, facts) = &statements[dice.0.usize(..statements.len())];
            let subject = Subject {
                roles: &roles[dice.0.usize(..roles.len())],
                purpose: dice.maybe(&["oltp", "etl", "bi", "ddl"]),
                residency: dice.maybe(&["eu", "us", "uk"]),
                origin: None,
                risk: dice.maybe(&["low", "med", "high"]),
                ..Subject::new(dice.pick(&["ada", "svc:billing", "bob"]), dice.pick(&["acme", "other"]))
            };
            let moment =
                Moment { hour: dice.0.u8(..24), weekday: dice.0.u8(..7), approved: dice.0.u8(..4) == 0 };
            let decision = policies.decide(&subject, facts, moment);
            let rules: BTreeSet<String> = decision.rules.iter().cloned().collect();
            let expected = plain::decide(&pack, &subject, touched, moment);
            assert_eq!((decision.allow, rules), expected, "{pack:#?}\n{subject:?}\n{touched:?}\n{moment:?}");
            allowed += usize::from(decision.allow);
            compared += 1;
        }
    }
    // Both ends are common, or nothing was compared.
    assert!(allowed > DECISIONS / 10 && allowed < DECISIONS * 9 / 10, "{allowed} of {DECISIONS}");
}
