//! Text to pack, by descent. After an error reading goes on with the next line of the pack, so one pass finds them all.

use super::DEPTH_MAX;
use super::token::{Kind, Token, tokens};
use super::tree::{
    Attribute, Condition, Effect, Obligation, Pack, RowCondition, RowValue, Rule, TagColumn, Test, Verb, What,
};
use crate::codes;
use crate::facts;
use air::expr::CompareOp;
use air::protection::{Key, Mask, Pattern, Period, Plain};
use air_base::{Code, Diagnostic, Span, nearest};

/// Words that begin a line of a pack.
const LINES: [&str; 3] = ["tag", "trust", "rule"];

/// Something is wrong; it has been noted.
struct Wrong;

type Parsed<T> = Result<T, Wrong>;

pub(super) fn parse(text: &str) -> (Pack, Vec<Diagnostic>) {
    let mut parser = Parser { text, tokens: tokens(text), at: 0, depth: 0, found: Vec::new() };
    let mut pack = Pack::default();
    if parser.header(&mut pack).is_err() {
        parser.recover();
    }
    while parser.peek() != Kind::End {
        if parser.line(&mut pack).is_err() {
            parser.recover();
        }
    }
    (pack, parser.found)
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
    found: Vec<Diagnostic>,
}

impl<'a> Parser<'a> {
    fn token(&self) -> Token {
        self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn peek(&self) -> Kind {
        self.token().kind
    }

    fn text(&self) -> &'a str {
        self.token().span.text(self.text)
    }

    fn next(&mut self) -> Token {
        let token = self.token();
        self.at += 1;
        token
    }

    /// Takes a token of that kind, if it is there.
    fn eat(&mut self, kind: Kind) -> bool {
        let there = self.peek() == kind;
        self.at += usize::from(there);
        there
    }

    fn is_word(&self, word: &str) -> bool {
        self.peek() == Kind::Word && self.text() == word
    }

    /// Takes that word, if it is there.
    fn eat_word(&mut self, word: &str) -> bool {
        let there = self.is_word(word);
        self.at += usize::from(there);
        there
    }

    fn wrong<T>(&mut self, code: Code, span: Span, message: String, help: Option<String>) -> Parsed<T> {
        let mut diagnostic = Diagnostic::error(code, span, message);
        diagnostic.help = help;
        self.found.push(diagnostic);
        Err(Wrong)
    }

    fn expected<T>(&mut self, what: &str) -> Parsed<T> {
        let token = self.token();
        let met = match token.kind {
            Kind::End => "the end of the pack".to_owned(),
            _ => format!("`{}`", self.text()),
        };
        self.wrong(codes::SYNTAX, token.span, format!("{what} is expected here, not {met}"), None)
    }

    /// A word that is one of some; `what` says what they are.
    fn one_of(&mut self, what: &str, words: &[&str]) -> Parsed<usize> {
        if self.peek() == Kind::Word
            && let Some(at) = words.iter().position(|word| *word == self.text())
        {
            self.at += 1;
            return Ok(at);
        }
        let met = if self.peek() == Kind::End {
            "the end of the pack".to_owned()
        } else {
            format!("`{}`", self.text())
        };
        let near = nearest(self.text(), words.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let help = near.or_else(|| Some(format!("known are {}", words.join(", "))));
        self.wrong(codes::WORD, self.token().span, format!("{met} is no {what}"), help)
    }

    fn expect(&mut self, kind: Kind, what: &str) -> Parsed<Span> {
        if self.peek() == kind { Ok(self.next().span) } else { self.expected(what) }
    }

    fn word(&mut self, what: &str) -> Parsed<&'a str> {
        let text = self.text();
        self.expect(Kind::Word, what)?;
        Ok(text)
    }

    /// A word or a text in quotes.
    fn name(&mut self, what: &str) -> Parsed<String> {
        match self.peek() {
            Kind::Word => Ok(self.word(what)?.to_owned()),
            Kind::Text => Ok(self.quoted()),
            _ => self.expected(what),
        }
    }

    fn quoted(&mut self) -> String {
        let text = self.text();
        self.at += 1;
        text[1..text.len() - 1].replace("\"\"", "\"")
    }

    fn number<T: TryFrom<i64>>(&mut self, what: &str, least: i64) -> Parsed<T> {
        let token = self.token();
        let value = token.span.text(self.text).parse::<i64>().ok().filter(|value| *value >= least);
        match value.and_then(|value| T::try_from(value).ok()) {
            Some(value) if token.kind == Kind::Number => {
                self.at += 1;
                Ok(value)
            }
            _ => self.expected(what),
        }
    }

    /// Goes on at the next line of the pack.
    fn recover(&mut self) {
        self.depth = 0;
        while self.peek() != Kind::End {
            // Words of lines are words elsewhere too; at the start of a line of text they begin one of the pack.
            let before = self.at.checked_sub(1).map_or(0, |at| self.tokens[at].span.end as usize);
            let between = &self.text[before..self.token().span.start as usize];
            let first = self.at == 0 || between.contains('\n');
            if first && self.peek() == Kind::Word && LINES.contains(&self.text()) {
                return;
            }
            self.at += 1;
        }
    }

    // Lines.

    fn header(&mut self, pack: &mut Pack) -> Parsed<()> {
        self.one_of("beginning of a pack", &["pack"])?;
        pack.name = self.name("the name of the pack")?;
        Ok(())
    }

    fn line(&mut self, pack: &mut Pack) -> Parsed<()> {
        match self.one_of("line of a pack", &LINES)? {
            0 => self.tag(pack),
            1 => self.trust(pack),
            _ => {
                let rule = self.rule()?;
                pack.rules.push(rule);
                Ok(())
            }
        }
    }

    fn tag(&mut self, pack: &mut Pack) -> Parsed<()> {
        let tag = self.word("the name of a tag")?.to_owned();
        self.one_of("continuation of a tag", &["on"])?;
        loop {
            let span = self.token().span;
            let table = Pattern::new(&self.name("a table")?);
            self.expect(Kind::Dot, "a dot between table and column")?;
            let mut columns = Vec::new();
            if self.eat(Kind::OpenSet) {
                loop {
                    columns.push(self.name("a column")?);
                    if !self.eat(Kind::Comma) {
                        break;
                    }
                }
                self.expect(Kind::CloseSet, "`}`")?;
            } else {
                columns.push(self.name("a column")?);
            }
            for column in columns {
                let column = Pattern::new(&column);
                pack.tags.push(TagColumn { tag: tag.clone(), table: table.clone(), column, span });
            }
            if !self.eat(Kind::Comma) {
                return Ok(());
            }
        }
    }

    fn trust(&mut self, pack: &mut Pack) -> Parsed<()> {
        let what = self.one_of("kind of what is trusted", &["view", "function", "triggers"])?;
        if what == 2 {
            self.one_of("continuation of `trust triggers`", &["on"])?;
        }
        let list = match what {
            0 => &mut pack.trusted_views,
            1 => &mut pack.trusted_functions,
            _ => &mut pack.trusted_triggers,
        };
        list.push(self.name("a name")?.to_lowercase());
        Ok(())
    }

    fn rule(&mut self) -> Parsed<Rule> {
        let span = self.token().span;
        let name = self.word("the name of a rule")?.to_owned();
        let text = if self.peek() == Kind::Text { self.quoted() } else { String::new() };
        let effect = match self.one_of("effect of a rule", &["allow", "deny", "oblige"])? {
            0 => Effect::Allow,
            1 => Effect::Deny,
            _ => Effect::Oblige,
        };
        let mut terms = Vec::new();
        loop {
            if self.eat_word("when") {
                terms.push(self.condition()?);
            } else if self.eat_word("unless") {
                terms.push(Condition::Not(Box::new(self.condition()?)));
            } else {
                break;
            }
        }
        let mut obligations = Vec::new();
        if self.eat_word("with") {
            loop {
                obligations.push(self.obligation()?);
                if !self.eat(Kind::Comma) {
                    break;
                }
            }
        }
        Ok(Rule { name, text, effect, condition: Condition::All(terms), obligations, span })
    }

    // Conditions.

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEPTH_MAX {
            let span = self.token().span;
            return self.wrong(codes::DEEP, span, format!("conditions nest at most {DEPTH_MAX} deep"), None);
        }
        self.depth += 1;
        let result = inner(self);
        self.depth = self.depth.saturating_sub(1);
        result
    }

    fn condition(&mut self) -> Parsed<Condition> {
        self.deeper(|parser| {
            let mut any = vec![parser.conjunction()?];
            while parser.eat_word("or") {
                any.push(parser.conjunction()?);
            }
            Ok(if any.len() == 1 { any.remove(0) } else { Condition::Any(any) })
        })
    }

    fn conjunction(&mut self) -> Parsed<Condition> {
        let mut all = vec![self.term()?];
        while self.eat_word("and") {
            all.push(self.term()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::All(all) })
    }

    fn term(&mut self) -> Parsed<Condition> {
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

    fn test(&mut self) -> Parsed<Condition> {
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

    fn statement(&mut self) -> Parsed<Condition> {
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

    fn kind(&mut self) -> Parsed<facts::Kind> {
        let words = facts::Kind::ALL.map(facts::Kind::word);
        let at = self.one_of("kind of statement", &words)?;
        Ok(facts::Kind::ALL[at])
    }

    fn compared(&mut self, attribute: Attribute) -> Parsed<Condition> {
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
    fn value(&mut self, attribute: Attribute) -> Parsed<String> {
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

    // Obligations.

    fn obligation(&mut self) -> Parsed<Obligation> {
        match self.one_of("obligation", &["mask", "rows", "at", "replica"])? {
            0 => {
                let tag = self.word("the name of a tag")?.to_owned();
                self.one_of("continuation of a mask", &["by"])?;
                Ok(Obligation::Mask { tag, mask: self.mask()? })
            }
            1 => {
                self.one_of("continuation of `rows`", &["of"])?;
                let table = Pattern::new(&self.name("a table")?);
                self.one_of("continuation of `rows of …`", &["where"])?;
                Ok(Obligation::Rows { table, condition: self.row_condition()? })
            }
            2 => {
                self.one_of("continuation of `at`", &["most"])?;
                let span = self.token().span;
                let count: u64 = self.number("a number", 0)?;
                if self.one_of("thing that is counted", &["rows", "statements"])? == 0 {
                    return Ok(Obligation::RowCap(count));
                }
                self.one_of("continuation of `statements`", &["per"])?;
                let seconds = [1, 60, 3600][self.one_of("period", &["second", "minute", "hour"])?];
                match u32::try_from(count) {
                    Ok(statements) => Ok(Obligation::Rate { statements, seconds }),
                    Err(_) => {
                        self.wrong(codes::VALUE, span, "so many statements are no limit".to_owned(), None)
                    }
                }
            }
            _ => {
                let lag = match self.eat_word("within") {
                    true => {
                        let seconds = self.number("a number of seconds", 0)?;
                        self.one_of("unit", &["s"])?;
                        Some(seconds)
                    }
                    false => None,
                };
                Ok(Obligation::Replica { lag })
            }
        }
    }

    fn mask(&mut self) -> Parsed<Mask> {
        let words = ["null", "constant", "hash", "partial", "shape", "bucket", "month", "year"];
        let at = self.one_of("mask", &words)?;
        Ok(match at {
            0 => Mask::Null,
            1 => {
                self.expect(Kind::Open, "`(`")?;
                let value = self.plain()?;
                self.expect(Kind::Close, "`)`")?;
                Mask::Constant(value)
            }
            2 => Mask::Hash(Key::default()),
            3 => {
                self.expect(Kind::Open, "`(`")?;
                let start: u16 = self.number("a number of characters at the start", 0)?;
                self.expect(Kind::Comma, "`,`")?;
                let end: u16 = self.number("a number of characters at the end", 0)?;
                self.expect(Kind::Close, "`)`")?;
                Mask::Partial(start.into(), end.into())
            }
            4 => Mask::Shape,
            5 => {
                self.expect(Kind::Open, "`(`")?;
                let size = self.number("a size above 0", 1)?;
                self.expect(Kind::Close, "`)`")?;
                Mask::Bucket(size)
            }
            6 => Mask::Period(Period::Month),
            _ => Mask::Period(Period::Year),
        })
    }

    fn plain(&mut self) -> Parsed<Plain> {
        match self.peek() {
            Kind::Number => Ok(Plain::Int(self.number("a number", i64::MIN)?)),
            Kind::Text => Ok(Plain::Text(self.quoted())),
            Kind::Word => match self.one_of("constant", &["true", "false"])? {
                0 => Ok(Plain::Bool(true)),
                _ => Ok(Plain::Bool(false)),
            },
            _ => self.expected("a constant"),
        }
    }

    fn row_condition(&mut self) -> Parsed<RowCondition> {
        self.deeper(|parser| {
            let mut any = vec![parser.row_conjunction()?];
            while parser.eat_word("or") {
                any.push(parser.row_conjunction()?);
            }
            Ok(if any.len() == 1 { any.remove(0) } else { RowCondition::Any(any) })
        })
    }

    fn row_conjunction(&mut self) -> Parsed<RowCondition> {
        let mut all = vec![self.row_term()?];
        while self.eat_word("and") {
            all.push(self.row_term()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { RowCondition::All(all) })
    }

    fn row_term(&mut self) -> Parsed<RowCondition> {
        if self.eat_word("not") {
            return self.deeper(|parser| Ok(RowCondition::Not(Box::new(parser.row_term()?))));
        }
        if self.eat(Kind::Open) {
            let condition = self.row_condition()?;
            self.expect(Kind::Close, "`)`")?;
            return Ok(condition);
        }
        let column = self.name("a column")?;
        if self.eat_word("is") {
            let negated = self.eat_word("not");
            self.one_of("what a column can be", &["null"])?;
            let test = RowCondition::IsNull(column);
            return Ok(if negated { RowCondition::Not(Box::new(test)) } else { test });
        }
        if self.is_word("in") || self.is_word("not") {
            let negated = self.eat_word("not");
            self.one_of("comparison", &["in"])?;
            self.expect(Kind::OpenList, "`[`")?;
            let mut values = Vec::new();
            loop {
                values.push(self.row_value()?);
                if !self.eat(Kind::Comma) {
                    break;
                }
            }
            self.expect(Kind::CloseList, "`]`")?;
            let test = RowCondition::In { column, values };
            return Ok(if negated { RowCondition::Not(Box::new(test)) } else { test });
        }
        let op = match self.peek() {
            Kind::Equal => CompareOp::Eq,
            Kind::Unequal => CompareOp::Ne,
            Kind::Less => CompareOp::Lt,
            Kind::AtMost => CompareOp::Le,
            Kind::Greater => CompareOp::Gt,
            Kind::AtLeast => CompareOp::Ge,
            _ => return self.expected("a comparison"),
        };
        self.at += 1;
        Ok(RowCondition::Compare { column, op, value: self.row_value()? })
    }

    fn row_value(&mut self) -> Parsed<RowValue> {
        if self.peek() != Kind::Dollar {
            return Ok(RowValue::Plain(self.plain()?));
        }
        let single = [
            Attribute::Actor,
            Attribute::Tenant,
            Attribute::Origin,
            Attribute::Purpose,
            Attribute::Residency,
        ];
        let token = self.next();
        let word = &token.span.text(self.text)[1..];
        match single.iter().find(|attribute| attribute.word() == word) {
            Some(attribute) => Ok(RowValue::Attribute(*attribute)),
            None => {
                let words = single.map(Attribute::word);
                let help = format!("known are ${}", words.join(", $"));
                self.wrong(
                    codes::WORD,
                    token.span,
                    format!("`${word}` is no attribute with one value"),
                    Some(help),
                )
            }
        }
    }
}

fn negate(negated: bool, test: Test) -> Condition {
    let condition = Condition::Test(test);
    if negated { Condition::Not(Box::new(condition)) } else { condition }
}
