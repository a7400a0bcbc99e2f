//! Statements of bodies.

use super::super::*;
use super::Dump;

impl Dump<'_> {
    pub(super) fn steps(&mut self, list: List<Step>) {
        for step in self.tree.list(list) {
            self.word(" ");
            self.step(step);
        }
    }

    fn otherwise(&mut self, steps: Option<List<Step>>) {
        if let Some(steps) = steps {
            self.word(" else");
            self.steps(steps);
        }
    }

    fn arms(&mut self, arms: List<Arm>) {
        for arm in self.tree.list(arms) {
            self.word(" (when");
            self.sub(arm.when);
            self.steps(arm.body);
            self.word(")");
        }
    }

    /// Words as they are written, blanks between them alike.
    fn written(&mut self, span: air_base::Span) {
        for word in span.text(self.source).split_whitespace() {
            self.word(" ");
            self.word(word);
        }
    }

    fn label(&mut self, label: Option<Ident>) {
        if let Some(label) = label {
            self.word(" ");
            self.ident(label);
            self.word(":");
        }
    }

    fn step(&mut self, step: &Step) {
        let tree = self.tree;
        match step.kind {
            StepKind::Sql(id) | StepKind::Perform(id) => self.statement(id),
            StepKind::Assign { target, value } => self.node(":=", |d| {
                d.sub(target);
                d.sub(value);
            }),
            StepKind::Declare { names, ty, value } => self.node("declare", |d| {
                for name in tree.list(names) {
                    d.word(" ");
                    d.ident(*name);
                }
                d.word(" as");
                d.written(ty);
                d.clause(" :=", value);
            }),
            StepKind::Cursor { name, query } => self.node("cursor ", |d| {
                d.ident(name);
                if let Some(query) = query {
                    d.word(" ");
                    d.statement(query);
                }
            }),
            StepKind::Handler { head, body } => self.node("handler", |d| {
                d.written(head);
                d.steps(body);
            }),
            StepKind::If { arms, otherwise, strict } => {
                self.node(if strict { "case" } else { "if" }, |d| {
                    d.arms(arms);
                    d.otherwise(otherwise);
                });
            }
            StepKind::Case { operand, arms, otherwise } => self.node("case", |d| {
                d.sub(operand);
                d.arms(arms);
                d.otherwise(otherwise);
            }),
            StepKind::Loop { label, kind, body } => self.node("loop", |d| {
                d.label(label);
                match kind {
                    LoopKind::Endless => {}
                    LoopKind::While(when) => d.clause(" while", Some(when)),
                    LoopKind::Until(when) => d.clause(" until", Some(when)),
                    LoopKind::For(words) => d.written(words),
                }
                d.steps(body);
            }),
            StepKind::Block { label, body, handlers } => self.node("block", |d| {
                d.label(label);
                d.steps(body);
                for handler in tree.list(handlers) {
                    d.word(" (on");
                    d.written(handler.conditions);
                    d.steps(handler.body);
                    d.word(")");
                }
            }),
            StepKind::Leave { again, label, when } => {
                self.node(if again { "again" } else { "leave" }, |d| {
                    d.label(label);
                    d.clause(" when", when);
                });
            }
            StepKind::Return(value) => self.node("return", |d| d.clause("", value)),
            StepKind::Raise { head, values, options } => self.node("raise", |d| {
                d.written(head);
                for value in tree.list(values) {
                    d.sub(*value);
                }
                for option in tree.list(options) {
                    d.word(" ");
                    d.ident(option.name);
                    d.word("=");
                    d.expr(option.value);
                }
            }),
            StepKind::Nothing => self.word("(nothing)"),
            StepKind::Other => self.node("other", |d| d.written(step.span)),
        }
    }
}
