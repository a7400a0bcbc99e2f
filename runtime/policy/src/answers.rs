//! Outcomes of tests, a bit for each: what callers and moments answer is looked up, not asked test by test.

use crate::pack::{Attribute, Test};
use crate::policies::{Moment, Subject};
use air::protection::Pattern;
use rustc_hash::FxHashMap;

const HOURS: usize = 24;
const WEEKDAYS: usize = 7;

/// Who answers a test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Asks {
    Subject,
    Statement,
    Moment,
}

impl Asks {
    pub(crate) fn of(test: &Test) -> Asks {
        match test {
            Test::Is(Attribute::Hour | Attribute::Weekday, _)
            | Test::AtLeast(Attribute::Hour, _)
            | Test::AtMost(Attribute::Hour, _)
            | Test::Approved => Asks::Moment,
            Test::Is(..) | Test::Like(..) | Test::AtLeast(..) | Test::AtMost(..) => Asks::Subject,
            Test::Statement(_) | Test::Touches(..) | Test::Calls | Test::Locks => Asks::Statement,
        }
    }
}

/// So many bits, none of them set.
pub(crate) fn none(tests: usize) -> Box<[u64]> {
    vec![0; tests.div_ceil(64)].into()
}

pub(crate) fn set(bits: &mut [u64], test: usize) {
    bits[test / 64] |= 1 << (test % 64);
}

pub(crate) fn holds(bits: &[u64], test: usize) -> bool {
    bits[test / 64] >> (test % 64) & 1 == 1
}

/// For each attribute of callers, the tests that a value of it passes.
#[derive(Debug)]
pub(crate) struct Callers([Answers; Attribute::ALL.len()]);

#[derive(Debug, Default)]
struct Answers {
    /// By the values that tests speak of.
    words: FxHashMap<Box<str>, Vec<u32>>,
    patterns: Vec<(Pattern, u32)>,
}

impl Callers {
    pub(crate) fn of(tests: &[Test]) -> Callers {
        let mut all: [Answers; Attribute::ALL.len()] = Default::default();
        for (number, test) in tests.iter().enumerate().filter(|(_, test)| Asks::of(test) == Asks::Subject) {
            let number = number as u32;
            let mut passes = |attribute: Attribute, word: &str| {
                let words = &mut all[attribute as usize].words;
                words.entry(word.into()).or_default().push(number);
            };
            let mut ranked = |attribute: Attribute, within: &dyn Fn(i64) -> bool| {
                let words = attribute.words().iter().enumerate();
                words.filter(|(rank, _)| within(*rank as i64)).for_each(|(_, word)| passes(attribute, word));
            };
            match test {
                Test::AtLeast(attribute, least) => ranked(*attribute, &|rank| rank >= *least),
                Test::AtMost(attribute, most) => ranked(*attribute, &|rank| rank <= *most),
                Test::Is(attribute, values) => values.iter().for_each(|value| passes(*attribute, value)),
                Test::Like(attribute, pattern) => {
                    all[*attribute as usize].patterns.push((pattern.clone(), number));
                }
                _ => {}
            }
        }
        Callers(all)
    }

    /// Sets what a caller passes.
    pub(crate) fn answer(&self, subject: &Subject<'_>, bits: &mut [u64]) {
        for attribute in Attribute::ALL {
            let answers = &self.0[attribute as usize];
            if answers.words.is_empty() && answers.patterns.is_empty() {
                continue;
            }
            let mut value = |value: &str| {
                let known = answers.words.get(value).into_iter().flatten();
                let matched = answers.patterns.iter().filter(|(pattern, _)| pattern.matches(value));
                known.chain(matched.map(|(_, test)| test)).for_each(|test| set(bits, *test as usize));
            };
            match attribute {
                Attribute::Role => subject.roles.iter().for_each(|role| value(role)),
                _ => subject.value(attribute).into_iter().for_each(value),
            }
        }
    }
}

/// The tests that moments pass. Moments that pass the same ones are of one class.
#[derive(Debug)]
pub(crate) struct Moments {
    /// By hour, weekday and approval.
    classes: Vec<u16>,
    answers: Vec<Box<[u64]>>,
}

impl Moments {
    pub(crate) fn of(tests: &[Test]) -> Moments {
        let asked: Vec<usize> =
            (0..tests.len()).filter(|test| Asks::of(&tests[*test]) == Asks::Moment).collect();
        let mut known: FxHashMap<Box<[u64]>, u16> = FxHashMap::default();
        let mut moments = Moments { classes: Vec::new(), answers: Vec::new() };
        for place in 0..HOURS * WEEKDAYS * 2 {
            let moment = Moment {
                hour: (place / (2 * WEEKDAYS)) as u8,
                weekday: (place / 2 % WEEKDAYS) as u8,
                approved: place % 2 == 1,
            };
            let mut bits = none(tests.len());
            asked.iter().filter(|test| passes(&tests[**test], moment)).for_each(|test| set(&mut bits, *test));
            let fresh = moments.answers.len() as u16;
            let class = *known.entry(bits.clone()).or_insert(fresh);
            if class == fresh {
                moments.answers.push(bits);
            }
            moments.classes.push(class);
        }
        moments
    }

    /// The class of a moment; none of one that no clock shows.
    pub(crate) fn class(&self, moment: Moment) -> Option<u16> {
        let (hour, weekday) = (usize::from(moment.hour), usize::from(moment.weekday));
        if hour >= HOURS || weekday >= WEEKDAYS {
            return None;
        }
        self.classes.get((hour * WEEKDAYS + weekday) * 2 + usize::from(moment.approved)).copied()
    }

    /// Sets what moments of a class pass.
    pub(crate) fn answer(&self, class: u16, bits: &mut [u64]) {
        bits.iter_mut().zip(&self.answers[usize::from(class)]).for_each(|(bits, more)| *bits |= more);
    }
}

fn passes(test: &Test, moment: Moment) -> bool {
    match test {
        Test::Approved => moment.approved,
        Test::AtLeast(_, least) => i64::from(moment.hour) >= *least,
        Test::AtMost(_, most) => i64::from(moment.hour) <= *most,
        Test::Is(Attribute::Hour, values) => values.iter().any(|value| value.parse() == Ok(moment.hour)),
        Test::Is(_, values) => {
            let day = Attribute::Weekday.words().get(usize::from(moment.weekday));
            day.is_some_and(|day| values.iter().any(|value| value == day))
        }
        _ => false,
    }
}
