//! Expressions as text, equal exactly for expressions that say the same of the same sources.

use air::expr::Literal;
use air::node::{Label, Operand, Sink};
use air::{Air, ExprId, ParamId, SourceId};
use air_base::Span;
use std::fmt::Write;

/// The text of an expression.
pub fn of(air: &Air, expr: ExprId) -> String {
    let mut spelling = Spelling(String::new());
    expr.emit(air, &mut spelling);
    spelling.0
}

struct Spelling(String);

impl Sink for Spelling {
    fn begin(&mut self, node: &'static str) {
        let _ = write!(self.0, "({node}");
    }
    fn field(&mut self, name: &'static str) {
        let _ = write!(self.0, " {name}:");
    }
    fn end(&mut self) {
        self.0.push(')');
    }
    fn begin_list(&mut self) {
        self.0.push('[');
    }
    fn end_list(&mut self) {
        self.0.push(']');
    }
    fn word(&mut self, word: &str) {
        let _ = write!(self.0, " {word}");
    }
    fn number(&mut self, number: i64) {
        let _ = write!(self.0, " {number}");
    }
    fn text(&mut self, text: &str) {
        let _ = write!(self.0, " {text:?}");
    }
    fn name(&mut self, text: &str, _: bool) {
        self.text(text);
    }
    fn literal(&mut self, air: &Air, _: ExprId, literal: Literal) {
        literal.emit(air, self);
    }
    fn param(&mut self, _: &Air, _: ExprId, param: ParamId) {
        let _ = write!(self.0, " {param:?}");
    }
    fn column(&mut self, _: &Air, source: SourceId, index: u32, _: bool) {
        let _ = write!(self.0, " {source:?}#{index}");
    }
    fn mention(&mut self, label: Label) -> bool {
        let _ = write!(self.0, " {label:?}");
        false
    }
    fn declared(&mut self) {}
    fn expr_info(&mut self, _: &Air, _: ExprId) {}
    fn span(&mut self, _: Span) {}
    fn descend(&mut self) -> bool {
        true
    }
    fn ascend(&mut self) {}
}
