//! Obligations: masks, rows, limits.

use super::super::token::Kind;
use super::super::tree::{Attribute, Obligation, RowCondition, RowValue};
use super::{Parsed, Parser};
use crate::codes;
use air::expr::CompareOp;
use air::protection::{Key, Mask, Pattern, Period, Plain};

impl Parser<'_> {
    pub(super) fn obligation(&mut self) -> Parsed<Obligation> {
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

    pub(super) fn mask(&mut self) -> Parsed<Mask> {
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

    pub(super) fn plain(&mut self) -> Parsed<Plain> {
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

    pub(super) fn row_condition(&mut self) -> Parsed<RowCondition> {
        self.deeper(|parser| {
            let mut any = vec![parser.row_conjunction()?];
            while parser.eat_word("or") {
                any.push(parser.row_conjunction()?);
            }
            Ok(if any.len() == 1 { any.remove(0) } else { RowCondition::Any(any) })
        })
    }

    pub(super) fn row_conjunction(&mut self) -> Parsed<RowCondition> {
        let mut all = vec![self.row_term()?];
        while self.eat_word("and") {
            all.push(self.row_term()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { RowCondition::All(all) })
    }

    pub(super) fn row_term(&mut self) -> Parsed<RowCondition> {
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

    pub(super) fn row_value(&mut self) -> Parsed<RowValue> {
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
