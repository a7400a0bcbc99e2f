//! The stages for one statement: bind, legalize, render. Shared by the batch translator and the incremental compiler.
//!
//! Before: a parsed script. After: text and ledger in the given buffers, or diagnostics. Never: files, clocks, threads.

use crate::Options;
use crate::codes;
use crate::outcome::{Certificate, Rewrite};
use air::catalog::{Catalog, Table};
use air::fidelity::{Assume, Fired, Ledger};
use air::node::Child;
use air::profile::Profile;
use air::target::Target;
use air::{Air, ExprId, Statement};
use air_base::{Diagnostic, Span};
use airc_backends::{RenderOptions, Rendered};
use airc_bind::Scratch;
use airc_grammar::tree::{StatementId, Tree};
use airc_passes::Legalizer;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// The rules for a target. What is declared of the source holds for the target as well.
pub(crate) fn legalizer(from: &Profile, to: &Profile, options: &Options) -> Legalizer {
    let mut target = airc_backends::target(to);
    target.profile.declared.extend_from_slice(&from.declared);
    let options = airc_passes::Options {
        strict: options.strict,
        allow_approximate: options.allow_approximate,
        disabled_rules: options.disabled_rules.clone(),
    };
    Legalizer::new(target, options)
}

/// A stage that gave no result; the diagnostics say why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Refused;

/// Where a statement comes from.
pub(crate) struct Source<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) statement: StatementId,
    pub(crate) text: &'a str,
    pub(crate) profile: &'a Profile,
}

impl<'a> Source<'a> {
    fn input<'i>(
        &self,
        catalog: &'i mut Catalog,
        scratch: &'i mut Scratch,
        options: &Options,
    ) -> airc_bind::Input<'i>
    where
        'a: 'i,
    {
        airc_bind::Input {
            tree: self.tree,
            statement: self.statement,
            source: self.text,
            profile: self.profile,
            catalog,
            scratch,
            nesting_max: options.nesting_depth_max,
        }
    }
}

/// A statement on its way through the stages: what it means, what was noted and said, the text it becomes.
#[derive(Default)]
pub(crate) struct Work {
    pub(crate) air: Air,
    pub(crate) ledger: Ledger,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) sql: String,
}

impl Work {
    /// Makes room for the next statement; what was allocated stays.
    pub(crate) fn clear(&mut self) {
        self.air.clear();
        self.ledger.clear();
        self.diagnostics.clear();
        self.sql.clear();
    }
}

/// Text to meaning. Meaning and ledger are empty before; `catalog` is changed by definitions.
pub(crate) fn bind(
    source: &Source<'_>,
    catalog: &mut Catalog,
    scratch: &mut Scratch,
    options: &Options,
    work: &mut Work,
) -> Result<(), Refused> {
    let Work { air, ledger, diagnostics, .. } = work;
    airc_bind::bind_statement(source.input(catalog, scratch, options), air, ledger, diagnostics)
        .map_err(|_| Refused)?;
    // Comments in front of a statement belong to the script, which may be put together otherwise.
    let start = source.tree[source.statement].span.start;
    air.comments.retain(|comment| comment.span.start >= start);
    Ok(())
}

/// Makes a change of the table that the statement creates part of its definition. What there is to say about the
/// change goes to `diagnostics`.
pub(crate) fn bind_later(
    source: &Source<'_>,
    catalog: &mut Catalog,
    scratch: &mut Scratch,
    options: &Options,
    work: &mut Work,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Refused> {
    let Work { air, ledger, .. } = work;
    airc_bind::bind_later(source.input(catalog, scratch, options), air, ledger, diagnostics)
        .map_err(|_| Refused)
}

/// The table that the statement is about to change, as it is known before.
pub(crate) fn table_before(source: &Source<'_>, catalog: &Catalog) -> Option<Table> {
    let (schema, name) = airc_bind::changed_relation(source.tree, source.statement, source.text)?;
    catalog.table(schema.as_deref(), &name).cloned()
}

/// Remembers that what the statement defines is not there on the target, and that the table it changes stays as it
/// was before: a key it did not get proves nothing.
pub(crate) fn forget_definition(source: &Source<'_>, before: Option<Table>, catalog: &mut Catalog) {
    if let Some((schema, name)) = airc_bind::defined_relation(source.tree, source.statement, source.text) {
        catalog.refuse(schema.as_deref(), &name);
    }
    if let Some(name) = airc_bind::defined_function(source.tree, source.statement, source.text) {
        catalog.functions.remove(&name);
    }
    if let Some(name) = airc_bind::defined_trigger(source.tree, source.statement, source.text) {
        let same = |known: &air::catalog::KnownTrigger| known.written.eq_ignore_ascii_case(&name);
        let last = catalog.triggers.iter().rev().take_while(|known| same(known)).count();
        catalog.triggers.truncate(catalog.triggers.len() - last);
    }
    if let Some(table) = before {
        catalog.put(table);
    }
}

/// The rules of a target, and what stands where in the text that [`lower`] made last.
pub(crate) struct Lowering {
    pub(crate) legalizer: Legalizer,
    pub(crate) rendered: Rendered,
}

impl Lowering {
    pub(crate) fn new(legalizer: Legalizer) -> Lowering {
        Lowering { legalizer, rendered: Rendered::default() }
    }
}

/// Meaning to text. The meaning is legal under the target afterwards.
pub(crate) fn lower(
    work: &mut Work,
    catalog: &Catalog,
    options: &Options,
    lowering: &mut Lowering,
) -> Result<(), Refused> {
    let Work { air, ledger, diagnostics, sql } = work;
    let Lowering { legalizer, rendered } = lowering;
    rendered.clear();
    admit(&legalizer.target().profile.declared, options, ledger, diagnostics)?;
    if let [Statement::Nothing { reason }] = air.statements.as_slice() {
        let span = air.statement_spans.first().copied().unwrap_or(Span::NONE);
        let message = format!("nothing is emitted for this statement: {}", air.text(*reason));
        diagnostics.push(Diagnostic::note(codes::NOTHING_EMITTED, span, message));
        return Ok(());
    }
    legalizer.legalize(air, catalog, ledger, diagnostics).map_err(|_| Refused)?;
    let layout = RenderOptions { catalog, width: options.width, comments: options.comments };
    let before = sql.len();
    airc_backends::render(air, legalizer.target(), &layout, sql, rendered).map_err(|diagnostic| {
        sql.truncate(before);
        diagnostics.push(*diagnostic);
        Refused
    })
}

/// Drops the assumptions of the binder that the user vouches for; refuses what is left in strict mode.
///
/// Legalization asks for itself; the binder notes and never asks.
fn admit(
    declared: &[Assume],
    options: &Options,
    ledger: &mut Ledger,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Refused> {
    if !declared.is_empty() {
        ledger.assumptions.retain(|assumption| !declared.contains(&assumption.kind));
    }
    if !options.strict || ledger.assumptions.is_empty() {
        return Ok(());
    }
    for assumption in &ledger.assumptions {
        let message = format!("strict mode admits no assumption: {assumption}");
        let help = format!(
            "declare `{}` in the profile, give a schema, or translate without strict mode",
            assumption.kind.word()
        );
        diagnostics.push(Diagnostic::error(codes::ASSUMPTION, assumption.span, message).help(help));
    }
    Err(Refused)
}

/// Longest source text that a certificate quotes: it shows places, it does not repeat statements.
const QUOTE_BYTES_MAX: usize = 400;

/// For each place where a rule fired, the topmost expression in use that still has that place.
fn nodes_at(air: &Air, ledger: &Ledger) -> FxHashMap<Span, Option<ExprId>> {
    let mut nodes: FxHashMap<Span, Option<ExprId>> =
        ledger.fired.iter().map(|fired| (fired.span, None)).collect();
    if !nodes.is_empty() {
        air.walk(&mut |child| {
            if let Child::Expr(id) = child
                && let Some(node @ None) = nodes.get_mut(&air.span(id))
            {
                *node = Some(id);
            }
        });
    }
    nodes
}

/// The certificate of a translated statement. `source` is the text the spans count in.
pub(crate) fn certificate(
    air: &Air,
    ledger: &Ledger,
    from: &Profile,
    target: &Target,
    layout: &RenderOptions<'_>,
    source: &str,
) -> Certificate {
    let nodes = nodes_at(air, ledger);
    let rewrite = |fired: &Fired| {
        let span = (!fired.span.is_none()).then_some(fired.span);
        let quoted = span.filter(|span| span.range().len() <= QUOTE_BYTES_MAX);
        let before = quoted.map(|span| span.text(source).to_owned());
        let after = quoted.and_then(|span| {
            let mut text = String::new();
            let node = nodes.get(&span).copied().flatten()?;
            airc_backends::render_expr(air, target, layout, node, &mut text).ok()?;
            Some(text)
        });
        Rewrite { rule: fired.rule, law: fired.law, span, before, after }
    };
    Certificate {
        from: from.to_string(),
        to: target.profile.to_string(),
        fidelity: ledger.fidelity(),
        rules: ledger.fired.iter().map(rewrite).collect(),
        assumptions: ledger.assumptions.clone(),
        approximations: ledger.approximations.clone(),
    }
}

/// The statements of a rendered text, those that emit nothing left out.
pub(crate) fn pieces(sql: &str, parts: &[Range<usize>]) -> Vec<String> {
    parts.iter().filter(|part| !part.is_empty()).map(|part| sql[(*part).clone()].to_owned()).collect()
}
