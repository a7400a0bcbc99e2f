//! Content ids: equal for statements of equal meaning, whatever their spelling.
//!
//! An id does not change with white space, comments, letter case of names that have none, values of
//! literals (or their being parameters), aliases of sources, positions in arenas, process, platform, or the
//! dialect a meaning was written in. It does change with headings of the result, NULL and boolean literals,
//! and everything a node says about meaning: collations, kinds of division, places of NULLs.

use crate::Air;
use crate::builtins::Returns;
use crate::expr::{Expr, Literal};
use crate::ids::{ExprId, ParamId, SourceId};
use crate::node::{Label, Operand, Sink};
use crate::query::SourceKind;
use crate::types::Type;
use air_base::Span;
use std::fmt::{Display, Formatter};
use xxhash_rust::xxh3::xxh3_128;

/// 128-bit content id of a statement; shown as `air:` and 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AirId(pub u128);

impl Display for AirId {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "air:{:032x}", self.0)
    }
}

/// Computes ids and keeps its buffer between them.
#[derive(Clone, Default, Debug)]
pub struct Fingerprinter {
    bytes: Vec<u8>,
    labels: Vec<Label>,
    nodes: Vec<&'static str>,
}

/// The id of all statements in `air`. Use a [`Fingerprinter`] for many.
pub fn fingerprint(air: &Air) -> AirId {
    Fingerprinter::default().id(air)
}

impl Fingerprinter {
    /// The id of all statements in `air`.
    pub fn id(&mut self, air: &Air) -> AirId {
        self.bytes.clear();
        self.labels.clear();
        self.nodes.clear();
        let Fingerprinter { bytes, labels, nodes } = self;
        let mut sink = Content { bytes, labels, nodes, skip: Skip::No };
        for statement in air.statements.iter().chain(&air.nested) {
            statement.emit(air, &mut sink);
        }
        AirId(xxh3_128(&self.bytes))
    }
}

/// Whether what is told belongs to a field without meaning.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Skip {
    No,
    /// The next value.
    Next,
    /// Everything until so many nodes and lists are closed.
    Open(u32),
}

struct Content<'a> {
    bytes: &'a mut Vec<u8>,
    /// In order of first mention; statements have few, so a list is searched.
    labels: &'a mut Vec<Label>,
    /// Nodes that are open.
    nodes: &'a mut Vec<&'static str>,
    skip: Skip,
}

/// Fields that say how something was written.
fn is_spelling(node: &str, field: &str) -> bool {
    match node {
        "src" => matches!(field, "alias" | "aliased" | "renamed" | "columns" | "closed"),
        "cte_def" => matches!(field, "name" | "renamed" | "columns"),
        "window" => field == "name",
        "block" => field == "outputs",
        _ => false,
    }
}

impl Content<'_> {
    /// One value; false if it is to be skipped.
    fn value(&mut self) -> bool {
        match self.skip {
            Skip::No => true,
            Skip::Next => {
                self.skip = Skip::No;
                false
            }
            Skip::Open(_) => false,
        }
    }

    fn open(&mut self, mark: u8) -> bool {
        match &mut self.skip {
            Skip::No => {
                self.bytes.push(mark);
                true
            }
            skip @ Skip::Next => {
                *skip = Skip::Open(1);
                false
            }
            Skip::Open(depth) => {
                *depth += 1;
                false
            }
        }
    }

    fn close(&mut self, mark: u8) {
        match &mut self.skip {
            Skip::No => self.bytes.push(mark),
            skip @ (Skip::Next | Skip::Open(1)) => *skip = Skip::No,
            Skip::Open(depth) => *depth -= 1,
        }
    }

    fn put(&mut self, mark: u8, content: &[u8]) {
        self.bytes.push(mark);
        self.bytes.extend_from_slice(&(content.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(content);
    }

    /// The kind of type, without sizes: those of literals vary with their values.
    fn type_kind(&mut self, ty: Type) {
        let kind = match ty {
            Type::Unknown => "unknown",
            Type::Null => "null",
            Type::Bool => "bool",
            Type::Int { .. } => "int",
            Type::Decimal { .. } | Type::Number => "decimal",
            Type::Float32 | Type::Float64 => "float",
            Type::Text(_) => "text",
            Type::Bytes { .. } => "bytes",
            Type::Bits { .. } => "bits",
            Type::Date => "date",
            Type::Time { .. } => "time",
            Type::Timestamp { .. } => "timestamp",
            Type::Interval(_) => "interval",
            Type::Year => "year",
            Type::Uuid => "uuid",
            Type::Json { .. } => "json",
            Type::Xml => "xml",
            Type::Money { .. } => "money",
            Type::Enum(_) => "enum",
            Type::Set(_) => "set",
            Type::Array(_) => "array",
            Type::Row => "row",
            Type::Any(_) => "any",
        };
        self.put(b't', kind.as_bytes());
    }

    fn label(&mut self, label: Label) -> (u32, bool) {
        match self.labels.iter().position(|known| *known == label) {
            Some(number) => (number as u32, false),
            None => {
                self.labels.push(label);
                (self.labels.len() as u32 - 1, true)
            }
        }
    }

    fn mark_label(&mut self, mark: u8, number: u32) {
        self.bytes.push(mark);
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }
}

impl Sink for Content<'_> {
    fn begin(&mut self, node: &'static str) {
        if self.open(b'(') {
            self.put(b'n', node.as_bytes());
        }
        self.nodes.push(node);
    }
    fn field(&mut self, name: &'static str) {
        if self.skip != Skip::No {
            return;
        }
        if is_spelling(self.nodes.last().copied().unwrap_or(""), name) {
            self.skip = Skip::Next;
        } else {
            self.put(b'f', name.as_bytes());
        }
    }
    fn end(&mut self) {
        self.nodes.pop();
        self.close(b')');
    }
    fn begin_list(&mut self) {
        self.open(b'[');
    }
    fn end_list(&mut self) {
        self.close(b']');
    }
    fn word(&mut self, word: &str) {
        if self.value() {
            // A comma join is a cross join.
            self.put(b'w', if word == "comma" { "cross" } else { word }.as_bytes());
        }
    }
    fn number(&mut self, number: i64) {
        if self.value() {
            self.bytes.push(b'i');
            self.bytes.extend_from_slice(&number.to_le_bytes());
        }
    }
    fn text(&mut self, text: &str) {
        if self.value() {
            self.put(b's', text.as_bytes());
        }
    }
    fn name(&mut self, text: &str, exact: bool) {
        if self.value() {
            self.put(if exact { b'e' } else { b'a' }, text.as_bytes());
            if !exact {
                let start = self.bytes.len() - text.len();
                self.bytes[start..].make_ascii_lowercase();
            }
        }
    }
    fn literal(&mut self, air: &Air, id: ExprId, literal: Literal) {
        if !self.value() {
            return;
        }
        match literal {
            Literal::Null {} => self.put(b'w', b"null"),
            Literal::Bool { value } => self.put(b'w', if value { b"true" } else { b"false" }),
            _ => {
                self.bytes.push(b'v');
                self.type_kind(air.ty(id));
            }
        }
    }
    fn param(&mut self, air: &Air, id: ExprId, param: ParamId) {
        if self.value() {
            self.bytes.push(b'v');
            let ty = air.ty(id);
            self.type_kind(if ty.is_unknown() { air.param(param).ty } else { ty });
        }
    }
    fn column(&mut self, air: &Air, source: SourceId, index: u32, _: bool) {
        if !self.value() {
            return;
        }
        let (number, _) = self.label(Label::Source(source));
        self.mark_label(b'c', number);
        let declared = air.source(source);
        match (declared.kind, declared.renamed) {
            // Positions would change with columns nobody mentions.
            (SourceKind::Table { .. }, false) if (index as usize) < declared.columns.len() => {
                let name = air.column(source, index).name;
                self.name(air.name(name), name.exact);
            }
            _ => self.number(i64::from(index)),
        }
    }
    fn mention(&mut self, label: Label) -> bool {
        if self.skip != Skip::No {
            return false;
        }
        let (number, first) = self.label(label);
        self.mark_label(if first { b'=' } else { b'l' }, number);
        first
    }
    fn declared(&mut self) {}
    fn expr_info(&mut self, air: &Air, id: ExprId) {
        if self.skip != Skip::No {
            return;
        }
        // A type that neither node nor parts fix is part of the meaning.
        if let Expr::Call { op, .. } | Expr::Aggregate { op, .. } = air.expr(id)
            && op.signature().returns == Returns::Given
        {
            self.type_kind(air.ty(id));
        }
    }
    fn span(&mut self, _: Span) {}
    fn descend(&mut self) -> bool {
        true // the stack grows; what was built fits into memory
    }
    fn ascend(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(params: &str, source: &str, block: &str) -> AirId {
        let text = format!(
            "(air version:1 params:[{params}] statements:[(query_statement query:(query body:(select \
             select:(block from:(source source:s0=(src {source})) distinct:(all) {block}))))])"
        );
        fingerprint(&Air::from_text(&text).unwrap_or_else(|error| panic!("{error}")))
    }

    const T: &str = "alias:\"t\" closed:true kind:(table name:[\"t\"]) \
                     columns:[(column name:\"a\" ty:i32) (column name:\"b\" ty:text)]";
    const BLOCK: &str = "items:[(item expr:s0.a)] filter:(cmp op:eq left:s0.a right:1)";

    #[test]
    fn spelling_does_not_count() {
        let known = id("", T, BLOCK);
        let aliased =
            "alias:\"x\" aliased:true kind:(table name:[\"T\"]) columns:[(column name:\"A\" ty:i32)]";
        let upper = "items:[(item expr:^s0.A)] filter:(cmp op:eq left:s0.A right:500)";
        assert_eq!(known, id("", aliased, upper));
        let lifted = "items:[(item expr:s0.a)] filter:(cmp op:eq left:s0.a right:p0)";
        assert_eq!(known, id("(slot name:\"n\" number:7 ty:i32)", T, lifted));
        assert_eq!(known.to_string().len(), "air:".len() + 32);
    }

    #[test]
    fn meaning_counts() {
        let known = id("", T, BLOCK);
        for block in [
            "items:[(item expr:s0.b)] filter:(cmp op:eq left:s0.a right:1)",
            "items:[(item expr:s0.a)] filter:(cmp op:same left:s0.a right:1)",
            "items:[(item expr:s0.a)] filter:(cmp op:eq left:s0.a right:null)",
            "items:[(item expr:s0.a)] filter:(cmp op:eq collation:ci_ai left:s0.a right:1)",
            "items:[(item expr:s0.a alias:\"x\")] filter:(cmp op:eq left:s0.a right:1)",
            "items:[(item expr:s0.a)]",
        ] {
            assert_ne!(known, id("", T, block), "{block}");
        }
        let other = T.replace("kind:(table name:[\"t\"])", "kind:(table name:[\"u\"])");
        assert_ne!(known, id("", &other, BLOCK));
    }

    #[test]
    fn ids_are_the_same_on_every_machine() {
        assert_eq!(id("", T, BLOCK), id("", T, BLOCK));
        // A changed id is a changed plan cache key: bump `form::VERSION` with it.
        assert_eq!(id("", T, BLOCK).to_string(), "air:d97e492f45f6409edd688aa20817c7f8");
    }
}
