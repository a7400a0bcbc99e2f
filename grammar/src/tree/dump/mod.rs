//! A compact print of a tree, for tests and for people who wonder how something was read.
//!
//! Operators come first, in brackets: `a + b * 2` is `(+ a (* b 2))`. Deeper than [`DEPTH_MAX`] it prints `…`.

mod block;
mod expr;
mod query;
mod statement;

use super::*;
use std::fmt::Write;

/// Deepest level that is printed; keeps the print from outgrowing the stack.
const DEPTH_MAX: u32 = 200;

impl Tree {
    /// The statement as text.
    pub fn dump(&self, id: StatementId, source: &str) -> String {
        let mut dump = Dump { tree: self, source, out: String::new(), depth: 0 };
        dump.statement(id);
        dump.out
    }

    /// The expression as text.
    pub fn dump_expr(&self, id: ExprId, source: &str) -> String {
        let mut dump = Dump { tree: self, source, out: String::new(), depth: 0 };
        dump.expr(id);
        dump.out
    }
}

struct Dump<'a> {
    tree: &'a Tree,
    source: &'a str,
    out: String,
    depth: u32,
}

impl Dump<'_> {
    fn word(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn debug(&mut self, value: &impl std::fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = write!(self.out, "{value:?}");
    }

    /// `(head …)`.
    fn node(&mut self, head: &str, inside: impl FnOnce(&mut Self)) {
        if self.depth >= DEPTH_MAX {
            self.word("…");
            return;
        }
        self.depth += 1;
        self.word("(");
        self.word(head);
        inside(self);
        self.word(")");
        self.depth -= 1;
    }

    fn sub(&mut self, id: ExprId) {
        self.word(" ");
        self.expr(id);
    }

    fn subs(&mut self, list: List<ExprId>) {
        for id in self.tree.list(list) {
            self.sub(*id);
        }
    }

    fn name(&mut self, name: Name) {
        let text = self.tree.name_text(name, self.source);
        self.word(&text);
    }

    fn ident(&mut self, ident: Ident) {
        let text = ident.text(self.source).into_owned();
        self.word(&text);
    }
}
