//! Conditions on callers, statements and moments.

use super::super::DEPTH_MAX;
use super::super::token::Kind;
use super::super::tree::{Attribute, Condition, Test, Verb, What};
use super::{Parsed, Parser};
use crate::codes;
use crate::facts;
use air::protection::Pattern;
use air_base::nearest;

impl Parser<'_> {
    pub(super) fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEPTH_MAX {
            let span = self.token().span;
            return self.wrong(codes::DEEP, span, format!("conditions nest at most {DEPTH_MAX} deep"), None);
        }
        self.depth += 1;
        let result = inner(self);
        self.depth = self.depth.saturating_sub(1);
        result
    }

    pub(super) fn condition(&mut self) -> Parsed<Condition> {
        self.deeper(|parser| {
            let mut any = vec![parser.conjunction()?];
            while parser.eat_word("or") {
                any.push(parser.conjunction()?);
            }
            Ok(if any.len() == 1 { any.remove(0) } else { Condition::Any(any) })
        })
    }

    pub(super) fn conjunction(&mut self) -> Parsed<Condition> {
        let mut all = vec![self.term()?];
        while self.eat_word("and") {
            all.push(self.term()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::All(all) })
    }

    pub(super) fn term(&mut self) -> Parsed<Condition> {
        if self.eat_word("not") {
            return self.deeper(|parser| Ok(Condition::Not(Box::new(parser.term()?))));
        }
        if self.eat(Kind::Open) {
            let condition = self.condition()?;
            self.expect(Kind::Close, "`)`")?;
            return Ok(condition);
        }
        self.test()
    }

    pub(super) fn test(&mut self) -> Parsed<Condition> {
        let test = |test| Ok(Condition::Test(test));
        let mut words: Vec<&str> = vec!["approved", "always", "calls", "locks", "statement"];
        words.extend(Verb::ALL.map(Verb::word));
        words.extend(Attribute::ALL.map(Attribute::word));
        let at = self.one_of("attribute or test", &words)?;
        match at {
            0 => test(Test::Approved),
            1 => Ok(Condition::All(Vec::new())),
            2 => {
                self.one_of("what is called", &["functions"])?;
                test(Test::Calls)
            }
            3 => {
                self.one_of("what is locked", &["rows"])?;
                test(Test::Locks)
            }
            4 => self.statement(),
            _ if at < 5 + Verb::ALL.len() => {
                let verb = Verb::ALL[at - 5];
                let what = match self.one_of("kind of what is touched", &["tag", "table"])? {
                    0 => What::Tag(self.word("the name of a tag")?.to_owned()),
                    _ => What::Table(Pattern::new(&self.name("a table")?)),
                };
                test(Test::Touches(verb, what))
            }
            _ => self.compared(Attribute::ALL[at - 5 - Verb::ALL.len()]),
        }
    }

    pub(super) fn statement(&mut self) -> Parsed<Condition> {
        let negated = match self.peek() {
            Kind::Equal => false,
            Kind::Unequal => true,
            _ => {
                let negated = self.eat_word("not");
                self.one_of("comparison of statements", &["in"])?;
                let mut kinds = Vec::new();
                self.expect(Kind::OpenList, "`[`")?;
                loop {
                    kinds.push(self.kind()?);
                    if !self.eat(Kind::Comma) {
                        break;
                    }
                }
                self.expect(Kind::CloseList, "`]`")?;
                return Ok(negate(negated, Test::Statement(kinds)));
            }
        };
        self.at += 1;
        let kind = self.kind()?;
        Ok(negate(negated, Test::Statement(vec![kind])))
    }

    pub(super) fn kind(&mut self) -> Parsed<facts::Kind> {
        let words = facts::Kind::ALL.map(facts::Kind::word);
        let at = self.one_of("kind of statement", &words)?;
        Ok(facts::Kind::ALL[at])
    }

    pub(super) fn compared(&mut self, attribute: Attribute) -> Parsed<Condition> {
        let span = self.token().span;
        if self.eat_word("like") {
            if attribute.words().is_empty() && attribute != Attribute::Hour {
                return Ok(Condition::Test(Test::Like(attribute, Pattern::new(&self.name("a pattern")?))));
            }
            let message = format!("`{}` is one of a few words, no text", attribute.word());
            return self.wrong(codes::VALUE, span, message, None);
        }
        if self.is_word("has") || self.is_word("in") || self.is_word("not") {
            let negated = self.eat_word("not");
            if self.eat_word("has") {
                let value = self.value(attribute)?;
                return Ok(negate(negated, Test::Is(attribute, vec![value])));
            }
            self.one_of("comparison", &["in"])?;
            self.expect(Kind::OpenList, "`[`")?;
            let mut values = Vec::new();
            loop {
                values.push(self.value(attribute)?);
                if !self.eat(Kind::Comma) {
                    break;
                }
            }
            self.expect(Kind::CloseList, "`]`")?;
            return Ok(negate(negated, Test::Is(attribute, values)));
        }
        let op = self.peek();
        match op {
            Kind::Equal | Kind::Unequal => {
                self.at += 1;
                let value = self.value(attribute)?;
                Ok(negate(op == Kind::Unequal, Test::Is(attribute, vec![value])))
            }
            Kind::Less | Kind::AtMost | Kind::Greater | Kind::AtLeast if attribute.is_ordered() => {
                self.at += 1;
                let value = self.value(attribute)?;
                let words = attribute.words();
                let rank = words.iter().position(|word| *word == value).map(|at| at as i64);
                // The value was checked to be one of the words, or an hour.
                let rank = rank.or_else(|| value.parse().ok()).unwrap_or_default();
                Ok(Condition::Test(match op {
                    Kind::Less => Test::AtMost(attribute, rank - 1),
                    Kind::AtMost => Test::AtMost(attribute, rank),
                    Kind::Greater => Test::AtLeast(attribute, rank + 1),
                    _ => Test::AtLeast(attribute, rank),
                }))
            }
            Kind::Less | Kind::AtMost | Kind::Greater | Kind::AtLeast => {
                let message = format!("`{}` has no order", attribute.word());
                self.wrong(codes::VALUE, span, message, Some("compare it by `==`, `in` or `like`".to_owned()))
            }
            _ => self.expected("a comparison"),
        }
    }

    /// A value that the attribute can have.
    pub(super) fn value(&mut self, attribute: Attribute) -> Parsed<String> {
        let span = self.token().span;
        if attribute == Attribute::Hour {
            let hour: i64 = self.number("an hour", 0)?;
            if hour > 23 {
                return self.wrong(codes::VALUE, span, "hours go from 0 to 23".to_owned(), None);
            }
            return Ok(hour.to_string());
        }
        let value = self.name("a value")?;
        let words = attribute.words();
        if words.is_empty() || words.contains(&value.as_str()) {
            return Ok(value);
        }
        let near = nearest(&value, words.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let help = near.or_else(|| Some(format!("it is one of {}", words.join(", "))));
        self.wrong(codes::VALUE, span, format!("`{}` is never `{value}`", attribute.word()), help)
    }
}

fn negate(negated: bool, test: Test) -> Condition {
    let condition = Condition::Test(test);
    if negated { Condition::Not(Box::new(condition)) } else { condition }
}
