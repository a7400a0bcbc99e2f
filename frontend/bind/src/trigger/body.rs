//! Where the body of a trigger stands: in it, or in a function it runs (PostgreSQL).

use super::{Head, Rows};
use crate::binder::{Binder, Bound};
use crate::codes;
use air::statement::Statement;
use air_base::{Diagnostic, Label, Span};
use airc_grammar::tree::{self, HeadRole, StatementKind};
use airc_grammar::{Parser, Settings};

/// A body that is bound.
#[derive(Default)]
pub(super) struct Done {
    pub(super) statements: Vec<Statement>,
    /// Tables it changes.
    pub(super) writes: Vec<String>,
    /// Columns of the row it sets, each with the value as it is written.
    pub(super) sets: Vec<(String, String)>,
}

impl<'a> Binder<'a> {
    pub(super) fn trigger_body(&mut self, head: &Head, rows: &mut Rows) -> Bound<Done> {
        let rest = head.rest.unwrap_or(head.span);
        if !head.body.is_empty() {
            let steps = self.tree.list(head.body).to_vec();
            return self.whole_body(&steps, rows, rest);
        }
        let text = self.text_of(rest);
        let mut words = text.split_ascii_whitespace();
        let executes = words.next().is_some_and(|word| word.eq_ignore_ascii_case("execute"));
        if !executes {
            let message = "the body of this trigger is not translated";
            return self.refuse_trigger(rest, message, "");
        }
        let call = words.skip(1).collect::<Vec<_>>().join(" ");
        let (name, arguments) = call.split_once('(').unwrap_or((&call, ")"));
        if arguments.trim() != ")" {
            let message = "a trigger that gives arguments to its function is not translated";
            return self.refuse_trigger(rest, message, "");
        }
        let name = name.trim().rsplit('.').next().unwrap_or_default().trim_matches('"').to_ascii_lowercase();
        let Some(function) = self.catalog.trigger_functions.get(&name).cloned() else {
            let message =
                format!("the function `{name}` that the trigger runs is not known, or not one in PL/pgSQL");
            return self.refuse_trigger(
                rest,
                &message,
                "define it before the trigger, in the script or the schema",
            );
        };
        self.function_body(&function, rows, rest)
    }

    /// The body of the function whose definition this is, as if it stood at `place`.
    fn function_body(&mut self, function: &str, rows: &mut Rows, place: Span) -> Bound<Done> {
        let mut parser = Parser::new(Settings::of(self.profile.dialect));
        parser.parse(function);
        let (tree, _) = parser.take();
        let body = tree.statements().first().and_then(|id| match tree[*id].kind {
            StatementKind::Other { parts, .. } => {
                tree.list(parts).iter().find(|part| part.role == HeadRole::Body).map(|part| part.body)
            }
            _ => None,
        });
        let steps = body.map(|body| tree.list(body).to_vec()).unwrap_or_default();
        if steps.is_empty() {
            let message = "the function that the trigger runs could not be read";
            return self.refuse_trigger(place, message, "");
        }
        let (said, exprs) = (self.diagnostics.len(), self.air.expr_count());
        let assumed = self.ledger.assumptions.len();
        let mut inner = Binder {
            tree: &tree,
            source: function,
            profile: self.profile,
            meaning: self.meaning,
            shape: self.shape,
            catalog: self.catalog,
            air: self.air,
            ledger: self.ledger,
            diagnostics: self.diagnostics,
            scopes: self.scopes,
            exprs: self.exprs,
        };
        let whole = Span::new(0, function.len() as u32);
        let done = inner.whole_body(&steps, rows, whole);
        // Places in the function are none in this source.
        self.air.place_all(exprs, place);
        for diagnostic in &mut self.diagnostics[said..] {
            diagnostic.labels = vec![Label { span: place, text: "in the function it runs".into() }];
        }
        for assumption in &mut self.ledger.assumptions[assumed..] {
            assumption.span = place;
        }
        done
    }

    /// Remembers a function that triggers may run; `None` for other functions.
    pub(crate) fn trigger_function(
        &mut self,
        parts: tree::List<tree::HeadPart>,
        span: Span,
    ) -> Bound<Option<Statement>> {
        let parts = self.tree.list(parts);
        let of = |role: HeadRole| parts.iter().find(|part| part.role == role);
        let returns = of(HeadRole::Returns).map(|part| self.text_of(part.span).to_ascii_lowercase());
        let (Some(name), Some("trigger")) = (of(HeadRole::Name), returns.as_deref()) else { return Ok(None) };
        if of(HeadRole::Body).is_none_or(|body| body.body.is_empty()) {
            return Ok(None);
        }
        let name = self
            .tree
            .last(name.name)
            .map_or(String::new(), |name| self.ident_text(name).to_ascii_lowercase());
        let text = self.text_of(span).to_owned();
        self.catalog.trigger_functions.insert(name, text);
        Ok(Some(self.nothing("a function of triggers is written where a trigger runs it")))
    }

    pub(super) fn no_step<T>(&mut self, span: Span, what: &str) -> Bound<T> {
        let diagnostic =
            Diagnostic::error(codes::ROUTINE, span, format!("{what} is not translated in a body"));
        Err(self.refuse_with(diagnostic))
    }
}
