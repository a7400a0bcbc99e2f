//! The driver of legalization.
//!
//! Statements first (they may become several), then queries, blocks and FROM nodes, then expressions. Rules add
//! nodes at the end of the arenas, so the driver goes on until every arena has been seen to its end.

use air::catalog::Catalog;
use air::fidelity::Ledger;
use air::node::Child;
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
        run(&mut cx, &dispatch.statements, at)?;
        at += 1;
    }
    while seen.step(&mut cx, dispatch, nodes_max)? {
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
    fn step(&mut self, cx: &mut Context<'_>, dispatch: &Dispatch, nodes_max: usize) -> Result<bool, Refused> {
        while (self.queries as usize) < cx.air.query_ids().len() {
            let id = QueryId(self.queries);
            self.queries += 1;
            run(cx, &dispatch.queries, id)?;
        }
        while (self.selects as usize) < cx.air.select_ids().len() {
            let id = SelectId(self.selects);
            self.selects += 1;
            run(cx, &dispatch.selects, id)?;
        }
        while (self.rels as usize) < cx.air.rel_ids().len() {
            let id = RelId(self.rels);
            self.rels += 1;
            run(cx, &dispatch.rels, id)?;
        }
        while (self.exprs as usize) < cx.air.expr_count() {
            let id = ExprId(self.exprs);
            self.exprs += 1;
            expression(cx, dispatch, id)?;
            if self.shapes_left(cx.air) || cx.air.expr_count() > nodes_max {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// True if an expression rule has made shapes that nobody has looked at.
    fn shapes_left(&self, air: &Air) -> bool {
        (self.queries as usize) < air.query_ids().len()
            || (self.selects as usize) < air.select_ids().len()
            || (self.rels as usize) < air.rel_ids().len()
    }
}

/// A node that rules look at.
trait Node: Copy {
    /// Where it stands.
    fn span(self, air: &Air) -> Span;
    /// The node as part of the tree; `None` for a statement, which is always in use.
    fn child(self) -> Option<Child>;
}

impl Node for ExprId {
    fn span(self, air: &Air) -> Span {
        air.span(self)
    }
    fn child(self) -> Option<Child> {
        Some(Child::Expr(self))
    }
}

impl Node for QueryId {
    fn span(self, air: &Air) -> Span {
        air.query_span(self)
    }
    fn child(self) -> Option<Child> {
        Some(Child::Query(self))
    }
}

impl Node for SelectId {
    fn span(self, _: &Air) -> Span {
        Span::NONE
    }
    fn child(self) -> Option<Child> {
        Some(Child::Select(self))
    }
}

impl Node for RelId {
    fn span(self, _: &Air) -> Span {
        Span::NONE
    }
    fn child(self) -> Option<Child> {
        Some(Child::Rel(self))
    }
}

impl Node for usize {
    fn span(self, air: &Air) -> Span {
        air.statement_spans.get(self).copied().unwrap_or(Span::NONE)
    }
    fn child(self) -> Option<Child> {
        None
    }
}

/// Runs the rules for one expression until none fires.
fn expression(cx: &mut Context<'_>, dispatch: &Dispatch, id: ExprId) -> Result<(), Refused> {
    let mut steps = 0;
    'again: loop {
        let expr = cx.air.expr(id);
        let op = match expr {
            Expr::Call { op, .. } | Expr::Aggregate { op, .. } => Some(op),
            _ => None,
        };
        let of_builtin = op.map_or(&[][..], |op| dispatch.of_builtin(op));
        for list in [of_builtin, dispatch.of_kind(Kind::of(&expr))] {
            for &(rule, apply) in list {
                if attempt(cx, rule, apply, id)? {
                    steps += 1;
                    if steps > STEPS_PER_NODE_MAX {
                        return endless(cx, rule, id.span(cx.air));
                    }
                    continue 'again;
                }
            }
        }
        // The spelling the node ends with may hold under an assumption only.
        if let Some(op) = op
            && let Some(kind) = cx.target.row(op).and_then(|row| row.assume)
            && !cx.holds(kind, id)
            && in_use(cx.air, id)
        {
            let subject = cx.subject(id);
            cx.assume(kind, &subject, id.span(cx.air))?;
        }
        return Ok(());
    }
}

/// Runs each rule on one node until it has nothing more to do.
fn run<Id: Node>(cx: &mut Context<'_>, rules: &[On<Id>], id: Id) -> Result<(), Refused> {
    for &(rule, apply) in rules {
        let mut steps = 0;
        while attempt(cx, rule, apply, id)? {
            steps += 1;
            if steps > STEPS_PER_NODE_MAX {
                return endless(cx, rule, id.span(cx.air));
            }
        }
    }
    Ok(())
}

/// One attempt of one rule: the one door through which rules run.
///
/// Rewrites leave nodes behind that nobody uses any more; what a rule has to say about such a node is not said.
#[inline]
fn attempt<Id: Node>(
    cx: &mut Context<'_>,
    rule: &'static Rule,
    apply: fn(&mut Context<'_>, Id) -> Result<bool, Refused>,
    id: Id,
) -> Result<bool, Refused> {
    if !cx.options.disabled_rules.is_empty() && cx.options.disabled_rules.iter().any(|name| name == rule.name)
    {
        return Ok(false);
    }
    let said = (cx.diagnostics.len(), cx.ledger.assumptions.len(), cx.ledger.approximations.len());
    let fired = apply(cx, id);
    let says = (cx.diagnostics.len(), cx.ledger.assumptions.len(), cx.ledger.approximations.len());
    if (said != says || fired.is_err()) && !in_use(cx.air, id) {
        cx.diagnostics.truncate(said.0);
        cx.ledger.assumptions.truncate(said.1);
        cx.ledger.approximations.truncate(said.2);
        return Ok(false);
    }
    if fired == Ok(true) {
        cx.ledger.fired(rule.name, rule.law, id.span(cx.air));
    }
    fired
}

/// True if the statement still contains the node.
#[cold]
fn in_use<Id: Node>(air: &Air, id: Id) -> bool {
    let Some(wanted) = id.child() else { return true };
    let mut found = false;
    air.walk(&mut |child| found |= child == wanted);
    found
}

fn endless(cx: &mut Context<'_>, rule: &Rule, span: Span) -> Result<(), Refused> {
    let message = format!("the rule `{}` does not come to an end", rule.name);
    cx.refuse(codes::STEPS, span, &message, "report it: this is a defect of the compiler")
}
