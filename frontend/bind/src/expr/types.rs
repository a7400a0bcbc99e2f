//! Types and collations by name, common types, and which collation a comparison has.

use super::literal::type_words;
use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::{CollationConflict, Implicit, TypeWords};
use air::ExprId;
use air::types::{
    Affinity, Collation, CollationStrength, Element, IntervalKind, TextKind, TextType, Type, Zone,
};
use air_base::{Diagnostic, Span, nearest};
use airc_grammar::tree::{self, Ident, ZoneClause};

/// Type names suggested for a name nobody knows.
const COMMON_TYPES: &[&str] = &[
    "int",
    "integer",
    "bigint",
    "smallint",
    "tinyint",
    "decimal",
    "numeric",
    "number",
    "real",
    "float",
    "double",
    "char",
    "varchar",
    "varchar2",
    "nvarchar",
    "text",
    "blob",
    "bytea",
    "date",
    "time",
    "datetime",
    "timestamp",
    "boolean",
    "json",
    "uuid",
    "interval",
];

impl<'a> Binder<'a> {
    /// The type a written type stands for, of a column.
    pub(crate) fn type_name(&mut self, id: tree::TypeId) -> Bound<Type> {
        self.written_type(id, false)
    }

    /// The type a written type stands for, as the target of a cast.
    pub(crate) fn cast_type(&mut self, id: tree::TypeId) -> Bound<Type> {
        self.written_type(id, true)
    }

    fn written_type(&mut self, id: tree::TypeId, cast: bool) -> Bound<Type> {
        let node = self.tree[id];
        if node.anchored || node.setof {
            let message = "types that follow a table or are sets are not translated";
            return Err(self.refuse(codes::UNKNOWN_TYPE, node.span, message));
        }
        let words = self.tree.type_words(id, self.source);
        if matches!(words.as_str(), "enum" | "set") && !node.args.is_empty() {
            return self.word_list(node, words == "enum");
        }
        if node.zerofill {
            let message = "ZEROFILL, which shows numbers with leading zeros, is not translated";
            return Err(self.refuse(codes::UNKNOWN_TYPE, node.span, message));
        }
        let mut args = [0i64; 4];
        let mut count = 0;
        for arg in self.tree.list(node.args).iter().take(args.len()) {
            args[count] = self.type_argument(*arg)?;
            count += 1;
        }
        let mut collation = self.profile.settings.collation;
        if let Some(charset) = node.charset {
            let text = charset.text(self.source);
            if text.eq_ignore_ascii_case("binary") {
                return Ok(Type::Bytes { length: args[0].max(0) as u32, fixed: words == "char" });
            }
            collation = self.charset_collation(charset)?;
        }
        if node.binary {
            collation = Collation::PAD_BIN;
        }
        let written = TypeWords {
            words: &words,
            quoted: self.tree.list(node.words).iter().any(|word| !word.is_bare()),
            args: &args[..count],
            unsigned: node.unsigned || node.zerofill,
            zone: matches!(node.zone, Some(ZoneClause::With | ZoneClause::WithLocal)),
            local_zone: matches!(node.zone, Some(ZoneClause::WithLocal)),
            year_month: node.interval.is_some_and(|(from, _)| {
                matches!(from, tree::Unit::Year | tree::Unit::Month | tree::Unit::YearMonth)
            }),
            collation,
            cast,
        };
        let found = (self.meaning.type_name)(&written);
        let found = found.or_else(|| self.catalog.types.get(&words).copied());
        let Some(ty) = found else {
            let name = self.meaning.name;
            let mut diagnostic = Diagnostic::error(
                codes::UNKNOWN_TYPE,
                node.span,
                format!("`{words}` is no type of {name} that is translated"),
            );
            if let Some(near) = nearest(&words, COMMON_TYPES.iter().copied()).filter(|near| *near != words) {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            return Err(self.refuse_with(diagnostic));
        };
        match node.dimensions {
            0 => Ok(ty),
            1 => Ok(Type::Array(element_of(ty))),
            _ => {
                let message = "arrays of several dimensions are not translated";
                Err(self.refuse(codes::UNKNOWN_TYPE, node.span, message))
            }
        }
    }

    /// A number in the parentheses of a type; MAX and `*` are -1.
    fn type_argument(&mut self, id: tree::ExprId) -> Bound<i64> {
        let span = self.span(id);
        let raw = span.text(self.source);
        match self.tree.expr(id) {
            tree::Expr::Star(_) => return Ok(-1),
            tree::Expr::Name(_) if raw.eq_ignore_ascii_case("max") => return Ok(-1),
            _ => {}
        }
        let compact: String = raw.chars().filter(|c| !c.is_whitespace()).collect();
        match compact.parse() {
            Ok(number) => Ok(number),
            Err(_) => Err(self.refuse(
                codes::UNKNOWN_TYPE,
                span,
                "a number is expected in the parentheses of a type",
            )),
        }
    }

    /// ENUM and SET of MySQL.
    fn word_list(&mut self, node: tree::TypeName, one: bool) -> Bound<Type> {
        let mut words = Vec::with_capacity(node.args.len());
        for arg in self.tree.list(node.args) {
            words.push(self.tree.literal_value(*arg, self.source).into_owned());
        }
        let collation = match node.charset {
            Some(charset) if charset.text(self.source).eq_ignore_ascii_case("binary") => {
                let message = "a list of words of bytes is not translated";
                return Err(self.refuse(codes::UNKNOWN_TYPE, node.span, message));
            }
            Some(charset) => Some(self.charset_collation(charset)?),
            None if node.binary => Some(Collation::PAD_BIN),
            None => None,
        };
        let id = self.catalog.push_collated_enum(words, collation);
        Ok(if one { Type::Enum(id) } else { Type::Set(id) })
    }

    /// The collation of a COLLATE clause.
    pub(crate) fn collation_name(&mut self, name: tree::Name) -> Bound<Collation> {
        let span = self.tree.name_span(name);
        let text = match self.tree.last(name) {
            Some(ident) => self.ident_text(ident),
            None => "".into(),
        };
        match (self.meaning.collation)(&text) {
            Some(collation) => Ok(collation),
            None => {
                let message = format!("collation `{text}` is not known for {}", self.meaning.name);
                Err(self.refuse(codes::UNKNOWN_COLLATION, span, message))
            }
        }
    }

    /// The default collation of a character set.
    pub(crate) fn charset_collation(&mut self, charset: Ident) -> Bound<Collation> {
        let text = self.ident_text(charset);
        let name = text.trim_start_matches('_').to_ascii_lowercase();
        match name.as_str() {
            "binary" => Ok(Collation::BINARY),
            "utf8" | "utf8mb3" | "utf8mb4" | "latin1" | "latin2" | "ascii" | "ucs2" | "utf16" | "utf32"
            | "cp1250" | "cp1251" | "cp1252" | "koi8r" | "cp850" | "greek" | "hebrew" | "latin5"
            | "latin7" => Ok(self.profile.settings.collation),
            _ => {
                let message = format!("character set `{text}` is not known");
                Err(self.refuse(codes::UNKNOWN_COLLATION, charset.span, message))
            }
        }
    }

    /// How an expression sorts.
    pub(crate) fn sort_collation(&self, id: ExprId) -> Collation {
        self.air.ty(id).collation().unwrap_or_default()
    }

    /// The collation two columns of a set operation, or two operands, have in common.
    pub(crate) fn common_collation(&mut self, left: Type, right: Type, span: Span) -> Bound<Collation> {
        let (l, r) = match (left, right) {
            (Type::Text(l), Type::Text(r)) => (l, r),
            (Type::Text(one), _) | (_, Type::Text(one)) => return Ok(one.collation),
            _ => return Ok(Collation::BINARY),
        };
        if l.strength != r.strength {
            return Ok(if l.strength > r.strength { l.collation } else { r.collation });
        }
        // CHAR counts as padded only beside another CHAR or a literal (Oracle).
        if l.collation == r.collation {
            return Ok(l.collation);
        }
        if self.meaning.texts.padded_literals {
            return Ok(Collation { pad: l.collation.pad && r.collation.pad, ..l.collation });
        }
        // Blank padding of a fixed type alone is no conflict.
        let unpadded = |c: Collation| Collation { pad: false, ..c };
        if unpadded(l.collation) == unpadded(r.collation) {
            let fixed = l.kind == TextKind::Fixed || r.kind == TextKind::Fixed;
            return Ok(Collation { pad: fixed, ..l.collation });
        }
        match self.meaning.texts.collation_conflict {
            CollationConflict::LeftWins => return Ok(l.collation),
            CollationConflict::ExactWins => {
                let exact = |c: Collation| unpadded(c).is_exact();
                match (exact(l.collation), exact(r.collation)) {
                    (true, false) => return Ok(l.collation),
                    (false, true) => return Ok(r.collation),
                    _ => {}
                }
            }
            CollationConflict::Refused => {}
        }
        let diagnostic = Diagnostic::error(
            codes::COLLATION_CONFLICT,
            span,
            "texts of unlike collations are compared, and neither collation has precedence",
        );
        Err(self.refuse_with(diagnostic.help("say which one with COLLATE")))
    }

    /// The common type of two columns of a set operation, two branches, two rows of VALUES.
    pub(crate) fn unify_types(&mut self, left: Type, right: Type, span: Span) -> Bound<Type> {
        match self.common_type(left, right) {
            Some(ty) => Ok(ty),
            None => {
                let message = format!("{} and {} have no common type", type_words(left), type_words(right));
                Err(self.refuse(codes::TYPES, span, message))
            }
        }
    }

    /// The common type, if the dialect finds one by itself.
    pub(crate) fn common_type(&self, left: Type, right: Type) -> Option<Type> {
        let conversions = &self.meaning.conversions;
        if left == right {
            return Some(left);
        }
        Some(match (left, right) {
            (Type::Null, other) | (other, Type::Null) => other,
            (Type::Unknown, _) | (_, Type::Unknown) => Type::Unknown,
            (Type::Any(_), _) | (_, Type::Any(_)) => Type::Any(Affinity::Blob),
            (l, r) if l.is_numeric() && r.is_numeric() => {
                let ty = (self.meaning.numbers.common)(l, r);
                if conversions.branches_keep && l.is_int() != r.is_int() {
                    Type::Any(Affinity::Numeric)
                } else {
                    ty
                }
            }
            (Type::Text(l), Type::Text(r)) => Type::Text(joined(l, r)),
            (Type::Bool, number) | (number, Type::Bool)
                if number.is_numeric()
                    && (conversions.numbers_are_conditions || !conversions.true_booleans) =>
            {
                (self.meaning.numbers.common)(Type::I32, number)
            }
            (Type::Date, ty @ Type::Timestamp { .. }) | (ty @ Type::Timestamp { .. }, Type::Date) => ty,
            (Type::Timestamp { precision: p, zone: z }, Type::Timestamp { precision: q, zone: y }) => {
                let zone = if z == y {
                    z
                } else if z == Zone::Offset || y == Zone::Offset {
                    Zone::Offset
                } else {
                    Zone::Instant
                };
                Type::Timestamp { precision: p.max(q), zone }
            }
            (Type::Time { precision: p, zone: z }, Type::Time { precision: q, zone: y }) => {
                Type::Time { precision: p.max(q), zone: z || y }
            }
            (Type::Interval(_), Type::Interval(_)) => Type::Interval(IntervalKind::Mixed),
            (Type::Json { .. }, Type::Json { .. }) => Type::Json { binary: true },
            (Type::Bytes { length: a, .. }, Type::Bytes { length: b, .. }) => {
                Type::Bytes { length: if a == 0 || b == 0 { 0 } else { a.max(b) }, fixed: false }
            }
            (Type::Bits { length: a, .. }, Type::Bits { length: b, .. }) => {
                Type::Bits { length: a.max(b), varying: true }
            }
            (Type::Array(Element::Unknown), ty @ Type::Array(_))
            | (ty @ Type::Array(_), Type::Array(Element::Unknown)) => ty,
            (l, r) if conversions.branches_keep => {
                debug_assert!(l != r);
                Type::Any(Affinity::Blob)
            }
            (Type::Text(text), other) | (other, Type::Text(text)) => match conversions.implicit {
                // An unknown literal takes the other's type.
                Implicit::Literals if text.strength == CollationStrength::Coercible => other,
                Implicit::Literals => return None,
                Implicit::Loose => match other {
                    Type::Bytes { .. } => Type::BYTES,
                    _ => Type::Text(TextType { kind: TextKind::Unbounded, length: 0, ..text }),
                },
                // Text has the lowest precedence (T-SQL); Oracle does not mix.
                Implicit::Failing if conversions.text_yields => other,
                Implicit::Failing => return None,
            },
            (a, b)
                if conversions.implicit == Implicit::Loose
                    && (is_enum(a) || is_enum(b) || a.is_temporal() || b.is_temporal()) =>
            {
                self.text_type()
            }
            _ => return None,
        })
    }

    /// Brings values to one type: branches of CASE, arguments of COALESCE. The type is their common one.
    pub(crate) fn unify(&mut self, ids: &mut [ExprId]) -> Bound<Type> {
        let mut common: Option<Type> = None;
        let mut literals = false;
        for id in ids.iter() {
            // Literals of dialects that take their type from the context have no say.
            if self.meaning.conversions.implicit == Implicit::Literals && self.text_literal(*id).is_some() {
                literals = true;
                continue;
            }
            let ty = self.air.ty(*id);
            common = Some(match common {
                None => ty,
                Some(known) => self.unify_types(known, ty, self.air.span(*id))?,
            });
        }
        let ty = match common {
            Some(Type::Null) | None if literals => self.text_type(),
            Some(ty) => ty,
            None => Type::Null,
        };
        for id in ids.iter_mut() {
            *id = self.to_common(*id, ty)?;
        }
        Ok(ty)
    }

    /// Converts a value to the common type of its neighbours: numbers of any kind stay, texts stay.
    pub(crate) fn to_common(&mut self, id: ExprId, ty: Type) -> Bound<ExprId> {
        if self.air.ty(id) == ty || ty.is_unknown() || matches!(ty, Type::Any(_)) {
            return Ok(id);
        }
        // Among texts of another kind CHAR(n) is the text without its padding, where that is how it reads.
        let id = match ty {
            Type::Text(text) if text.kind != TextKind::Fixed => self.read_trimmed(id),
            _ => id,
        };
        self.coerce(id, ty, air::types::CastReason::Implicit)
    }
}

fn is_enum(ty: Type) -> bool {
    matches!(ty, Type::Enum(_) | Type::Set(_))
}

/// The text type that holds both; the more binding collation counts.
fn joined(l: TextType, r: TextType) -> TextType {
    let stronger = if r.strength > l.strength { r } else { l };
    if l.kind == TextKind::Unbounded || r.kind == TextKind::Unbounded || l.length == 0 || r.length == 0 {
        return TextType { kind: TextKind::Unbounded, length: 0, ..stronger };
    }
    let kind = if l.kind == r.kind && l.length == r.length { l.kind } else { TextKind::Varying };
    TextType { kind, length: l.length.max(r.length), ..stronger }
}

/// The element that holds values of a type.
pub(crate) fn element_of(ty: Type) -> Element {
    match ty {
        Type::Bool => Element::Bool,
        Type::Int { bits: 8 | 16, .. } => Element::Int16,
        Type::Int { bits: 24 | 32, .. } => Element::Int32,
        Type::Int { .. } => Element::Int64,
        Type::Decimal { .. } | Type::Number => Element::Number,
        Type::Float32 => Element::Float32,
        Type::Float64 => Element::Float64,
        Type::Text(_) => Element::Text,
        Type::Date => Element::Date,
        Type::Timestamp { .. } => Element::Timestamp,
        Type::Uuid => Element::Uuid,
        Type::Json { .. } => Element::Json,
        Type::Bytes { .. } => Element::Bytes,
        _ => Element::Unknown,
    }
}

/// The type of the elements; `text` for texts.
pub(crate) fn element_type(element: Element, text: Type) -> Type {
    match element {
        Element::Bool => Type::Bool,
        Element::Int16 => Type::Int { bits: 16, unsigned: false },
        Element::Int32 => Type::I32,
        Element::Int64 => Type::I64,
        Element::Number => Type::Number,
        Element::Float32 => Type::Float32,
        Element::Float64 => Type::Float64,
        Element::Text => text,
        Element::Date => Type::Date,
        Element::Timestamp => Type::TIMESTAMP,
        Element::Uuid => Type::Uuid,
        Element::Json => Type::Json { binary: true },
        Element::Bytes => Type::BYTES,
        Element::Unknown => Type::Unknown,
    }
}
