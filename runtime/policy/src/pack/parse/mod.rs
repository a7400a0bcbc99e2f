//! Text to pack, by descent. After an error reading goes on with the next line of the pack, so one pass finds them all.

mod condition;
mod obligation;

use super::token::{Kind, Token, tokens};
use super::tree::{Condition, Effect, Pack, Rule, TagColumn};
use crate::codes;
use air::protection::Pattern;
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
}
