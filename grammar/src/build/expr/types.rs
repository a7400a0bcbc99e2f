//! Types as written.

use super::super::gates::{LITE, MY, PG};
use super::super::{Builder, Mark, X};
use crate::tree::*;
use air_base::Span;
use airc_lex::aux;

/// The suffix of a type that was read last, on its way from its own action to that of the type.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Suffix {
    #[default]
    None,
    Args(List<ExprId>),
    Length(List<ExprId>, Option<LengthUnit>),
    Dimensions(u8),
    Zone(ZoneClause),
    Flag(u16),
    Charset(Ident),
    Interval(Unit, Unit, (Option<u8>, Option<u8>)),
}

/// The unit with this number.
pub(in crate::build) fn unit(code: u16) -> Unit {
    Unit::ALL[(code as usize).min(Unit::ALL.len() - 1)]
}

/// Second unit, precision and precision of the fraction of `DAY(3) TO SECOND(6)`.
pub(super) fn range_parts(data: u32) -> (Option<Unit>, Option<u8>, Option<u8>) {
    let part = |shift: u32| Some((data >> shift) as u8).filter(|value| *value != aux::NO_UNIT);
    (part(0).map(|code| unit(u16::from(code))), part(8), part(16))
}

/// Types of two words, by the manuals; the words of longer ones overlap.
const TWO_WORDS: &[(&str, &str)] = &[
    ("double", "precision"),
    ("character", "varying"),
    ("char", "varying"),
    ("national", "character"),
    ("national", "char"),
    ("national", "varchar"),
    ("nchar", "varying"),
    ("nchar", "varchar"),
    ("nchar", "varcharacter"),
    ("national", "varcharacter"),
    ("char", "byte"),
    ("bit", "varying"),
    ("binary", "varying"),
    ("binary", "large"),
    ("character", "large"),
    ("char", "large"),
    ("large", "object"),
    ("long", "raw"),
    ("long", "varchar"),
    ("long", "char"),
    ("long", "character"),
    ("long", "varcharacter"),
    ("long", "varbinary"),
    ("long", "binary"),
];

fn is_two_word_type(first: &str, second: &str) -> bool {
    TWO_WORDS.iter().any(|(one, two)| first.eq_ignore_ascii_case(one) && second.eq_ignore_ascii_case(two))
}

impl Builder<'_> {
    pub(super) fn plain_type(&mut self, words: Name, span: Span) -> TypeId {
        self.node(TypeName {
            qualifier: List::EMPTY,
            words,
            args: List::EMPTY,
            dimensions: 0,
            zone: None,
            unsigned: false,
            zerofill: false,
            signed: false,
            binary: false,
            length_unit: None,
            setof: false,
            anchored: false,
            charset: None,
            interval: None,
            interval_digits: (None, None),
            span,
        })
    }

    pub(crate) fn type_name(&mut self, l: u32, _r: u32) -> TypeId {
        let tok = self.tok(l);
        let name = List::new(tok.data, u32::from(tok.aux));
        // No type of SQLite's is a reserved word; MySQL's are.
        if tok.flag == aux::NAME_RESERVED && LITE.has(self.dialect) {
            self.reserved_name(tok.span());
        }
        // Several words fused into one token, or a qualified name.
        let (qualifier, words) = if tok.flag == aux::NAME_WORDS || tok.aux == 1 {
            (List::EMPTY, name)
        } else {
            (List::new(name.start, name.len - 1), List::new(name.start + name.len - 1, 1))
        };
        let id = self.plain_type(words, tok.span());
        self.tree.types[id.index()].qualifier = qualifier;
        id
    }

    pub(crate) fn type_setof(&mut self, l: u32, r: u32) -> TypeId {
        let id = self.type_name(l, r);
        self.tree.types[id.index()].setof = true;
        id
    }

    /// A further word. Words of a type follow each other in the table of identifiers unless arguments stand between,
    /// as in `character (10) varying`.
    pub(crate) fn type_word(&mut self, ty: TypeId, l: u32, r: u32) -> TypeId {
        let ident = self.ident(l);
        let words = self.tree[ty].words;
        if !LITE.has(self.dialect)
            && let Some(before) = self.tree.list(words).last()
            && !is_two_word_type(before.span.text(self.source), self.text(l))
        {
            let message = format!("`{}` is no part of a type", self.text(l));
            self.reject(ident.span, &message);
        }
        if words.start + words.len == self.tok(l).data {
            self.tree.types[ty.index()].words.len += 1;
        } else {
            let start = self.tree.idents.len() as u32;
            for i in 0..words.len() {
                let word = self.tree.idents[words.start as usize + i];
                self.tree.idents.push(word);
            }
            self.tree.idents.push(ident);
            self.tree.types[ty.index()].words = List::new(start, words.len + 1);
        }
        self.type_span(ty, r)
    }

    pub(crate) fn type_span(&mut self, ty: TypeId, r: u32) -> TypeId {
        let end = self.tok(r - 1).end;
        self.tree.types[ty.index()].span.end = end;
        ty
    }

    /// Adds the suffix that was just read.
    pub(crate) fn type_suffix(&mut self, id: TypeId, r: u32) -> TypeId {
        let suffix = std::mem::replace(&mut self.suffix, Suffix::None);
        let ty = &mut self.tree.types[id.index()];
        match suffix {
            Suffix::None => {}
            Suffix::Args(args) => ty.args = args,
            Suffix::Length(args, unit) => {
                ty.args = args;
                ty.length_unit = unit;
            }
            Suffix::Dimensions(count) => ty.dimensions = ty.dimensions.saturating_add(count),
            Suffix::Zone(zone) => ty.zone = Some(zone),
            Suffix::Flag(0) => ty.unsigned = true,
            Suffix::Flag(1) => {
                ty.zerofill = true;
                ty.unsigned = true;
            }
            Suffix::Flag(2) => ty.signed = true,
            Suffix::Flag(_) => ty.binary = true,
            Suffix::Charset(charset) => ty.charset = Some(charset),
            Suffix::Interval(from, to, digits) => {
                ty.interval = Some((from, to));
                ty.interval_digits = digits;
            }
        }
        self.type_span(id, r)
    }

    pub(crate) fn type_args(&mut self, m: Mark) {
        self.suffix = Suffix::Args(self.close(m));
    }

    pub(crate) fn type_length_unit(&mut self, x: X, l: u32) {
        let length = self.end(x);
        let args = self.list_of(&[length]);
        let unit = if self.text(l).eq_ignore_ascii_case("char") {
            Some(LengthUnit::Char)
        } else if self.text(l).eq_ignore_ascii_case("byte") {
            Some(LengthUnit::Byte)
        } else {
            let span = self.tok(l).span();
            self.reject(span, "a length is followed by CHAR or BYTE or nothing");
            None
        };
        self.suffix = Suffix::Length(args, unit);
    }

    pub(crate) fn type_dims(&mut self, l: u32) {
        self.gate(PG, l, "an array type");
        self.suffix = Suffix::Dimensions(self.aux(l) as u8);
    }

    pub(crate) fn type_zone(&mut self, l: u32) {
        self.suffix = Suffix::Zone(match self.aux(l) {
            0 => ZoneClause::With,
            1 => ZoneClause::WithLocal,
            _ => ZoneClause::Without,
        });
    }

    pub(crate) fn type_flag(&mut self, l: u32) {
        self.gate(MY.or(LITE), l, "this attribute of a type");
        self.suffix = Suffix::Flag(self.aux(l));
    }

    pub(crate) fn type_charset(&mut self, l: u32) {
        self.gate(MY, l, "CHARACTER SET");
        self.suffix = Suffix::Charset(self.ident(l));
    }

    pub(crate) fn type_interval(&mut self, l: u32) {
        let tok = self.tok(l);
        let (to, first, fraction) = range_parts(tok.data);
        let from = unit(tok.aux);
        self.suffix = Suffix::Interval(from, to.unwrap_or(from), (first, fraction));
    }
}
