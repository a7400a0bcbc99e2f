//! The driver of legalization.
//!
//! Statements first (they may become several), then queries, blocks and FROM nodes, then expressions. Rules add
//! nodes at the end of the arenas, so the driver goes on until every arena has been seen to its end.

use air::catalog::Catalog;
use air::fidelity::Ledger;
use air::target::Target;
use air::{Air, Expr, ExprId, QueryId, RelId, SelectId};
use air_base::{Diagnostic, Span};

use crate::codes;
use crate::dispatch::{Dispatch, On};
use crate::kind::Kind;
use crate::pass::{Context, Options, Refused, Rule};

/// Most times that rules may fire on one node; more is a bug of ours and ends in a diagnostic.
const STEPS_PER_NODE_MAX: u32 = 64;
/// Most nodes a statement may grow to while it is rewritten, as a multiple of its size, and a floor.
const GROWTH_MAX: (usize, usize) = (64, 1 << 16);

/// All rules.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    crate::legalize::RULES.iter().copied().flatten()
}

/// Makes `air` expressible under `target`, or says why that cannot be.
///
/// After success every node has a spelling in the target's tables. `catalog` is the one the statement was bound
/// with: it proves keys.
pub fn legalize(
    air: &mut Air,
    catalog: &Catalog,
    target: &Target,
    ledger: &mut Ledger,
    diagnostics: &mut Vec<Diagnostic>,
    options: &Options,
) -> Result<(), Refused> {
    let nodes_max = (air.expr_count() * GROWTH_MAX.0).max(GROWTH_MAX.1);
    let mut cx = Context { air, catalog, target, ledger, diagnostics, options };
    let dispatch = Dispatch::all();
    let mut seen = Seen::default();
    let mut at = 0;
    while at < cx.air.statements.len() {
        run(&mut cx, &dispatch.statements, at, |cx, at| {
            cx.air.statement_spans.get(at).copied().unwrap_or(Span::NONE)
        })?;
        at += 1;
    }
    while seen.step(&mut cx, dispatch)? {
        if cx.air.expr_count() > nodes_max {
            return cx.refuse(codes::STEPS, Span::NONE, "rewriting does not come to an end", "");
        }
    }
    Ok(())
}

/// How far each arena has been seen.
#[derive(Default)]
struct Seen {
    queries: u32,
    selects: u32,
    rels: u32,
    exprs: u32,
}

impl Seen {
    /// Looks at the next node, shapes before expressions; false if there is none.
    fn step(&mut self, cx: &mut Context<'_>, dispatch: &Dispatch) -> Result<bool, Refused> {
        while (self.queries as usize) < cx.air.query_ids().len() {
            let id = QueryId(self.queries);
            self.queries += 1;
            run(cx, &dispatch.queries, id, |cx, id| cx.air.query_span(id))?;
        }
        while (self.selects as usize) < cx.air.select_ids().len() {
            let id = SelectId(self.selects);
            self.selects += 1;
            run(cx, &dispatch.selects, id, |_, _| Span::NONE)?;
        }
        while (self.rels as usize) < cx.air.rel_ids().len() {
            let id = RelId(self.rels);
            self.rels += 1;
            run(cx, &dispatch.rels, id, |_, _| Span::NONE)?;
        }
        while (self.exprs as usize) < cx.air.expr_count() {
            let id = ExprId(self.exprs);
            self.exprs += 1;
            expression(cx, dispatch, id)?;
            if (self.queries as usize) < cx.air.query_ids().len() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Runs the rules for one expression until none fires.
fn expression(cx: &mut Context<'_>, dispatch: &Dispatch, id: ExprId) -> Result<(), Refused> {
    let mut steps = 0;
    'again: loop {
        let expr = cx.air.expr(id);
        let of_builtin = match expr {
            Expr::Call { op, .. } | Expr::Aggregate { op, .. } => dispatch.of_builtin(op),
            _ => &[],
        };
        for list in [of_builtin, dispatch.of_kind(Kind::of(&expr))] {
            for &(rule, apply) in list {
                if attempt(cx, rule, apply, id, |cx, id| cx.air.span(id))? {
                    steps += 1;
                    if steps > STEPS_PER_NODE_MAX {
                        let span = cx.air.span(id);
                        return endless(cx, rule, span);
                    }
                    continue 'again;
                }
            }
        }
        return Ok(());
    }
}

/// Runs each rule on one node until it has nothing more to do.
fn run<Id: Copy>(
    cx: &mut Context<'_>,
    rules: &[On<Id>],
    id: Id,
    span: fn(&Context<'_>, Id) -> Span,
) -> Result<(), Refused> {
    for &(rule, apply) in rules {
        let mut steps = 0;
        while attempt(cx, rule, apply, id, span)? {
            steps += 1;
            if steps > STEPS_PER_NODE_MAX {
                let span = span(cx, id);
                return endless(cx, rule, span);
            }
        }
    }
    Ok(())
}

/// One attempt of one rule: the one door through which rules run.
#[inline]
fn attempt<Id: Copy>(
    cx: &mut Context<'_>,
    rule: &'static Rule,
    apply: fn(&mut Context<'_>, Id) -> Result<bool, Refused>,
    id: Id,
    span: fn(&Context<'_>, Id) -> Span,
) -> Result<bool, Refused> {
    if !cx.options.disabled_rules.is_empty() && cx.options.disabled_rules.iter().any(|name| name == rule.name)
    {
        return Ok(false);
    }
    let fired = apply(cx, id)?;
    if fired {
        let span = span(cx, id);
        cx.ledger.fired(rule.name, rule.law, span);
    }
    Ok(fired)
}

fn endless(cx: &mut Context<'_>, rule: &Rule, span: Span) -> Result<(), Refused> {
    let message = format!("the rule `{}` does not come to an end", rule.name);
    cx.refuse(codes::STEPS, span, &message, "report it: this is a defect of the compiler")
}
