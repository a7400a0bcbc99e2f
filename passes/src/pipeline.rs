//! The driver of legalization.
//!
//! Statements first (they may become several), then queries, blocks and FROM nodes, then expressions. Rules add
//! nodes at the end of the arenas, so the driver goes on until every arena has been seen to its end.

use air::catalog::Catalog;
use air::fidelity::Assume;
use air::fidelity::Ledger;
use air::node::Child;
use air::target::Target;
use air::{Air, Expr, ExprId, QueryId, RelId, SelectId};
use air_base::{Diagnostic, Span};

use crate::codes;
use crate::dispatch::{Dispatch, On, bit};
use crate::kind::{Kind, StatementKind};
use crate::pass::{Context, Fired, Options, Refused, Rule};
use crate::uses::Uses;

/// Most times that rules may fire on one node; more is a bug of ours and ends in a diagnostic.
const STEPS_PER_NODE_MAX: u32 = 64;
/// Most nodes a statement may grow to while it is rewritten, as a multiple of its size, and a floor.
const GROWTH_MAX: (usize, usize) = (64, 1 << 16);

/// Most statements that one may become: more than a table has columns and indexes.
const STATEMENTS_MORE_MAX: usize = 4096;

/// All rules.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    crate::legalize::RULES.iter().copied().flatten()
}

/// Legalization under one target: its rules, and what they work in.
#[derive(Clone)]
pub struct Legalizer {
    target: Target,
    options: Options,
    dispatch: Dispatch,
    uses: Uses,
}

impl Legalizer {
    /// Picks the rules for the target.
    pub fn new(target: Target, options: Options) -> Legalizer {
        let dispatch = Dispatch::of(&target, &options.disabled_rules);
        Legalizer { target, options, dispatch, uses: Uses::default() }
    }

    /// The target.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Makes `air` expressible under the target, or says why that cannot be.
    ///
    /// After success every node has a spelling in the target's tables. `catalog` is the one the statement was bound
    /// with: it proves keys.
    pub fn legalize(
        &mut self,
        air: &mut Air,
        catalog: &Catalog,
        ledger: &mut Ledger,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<(), Refused> {
        let Legalizer { target, options, dispatch, uses } = self;
        let nodes_max = (air.expr_count() * GROWTH_MAX.0).max(GROWTH_MAX.1);
        uses.forget();
        let cx = Context { air, catalog, target, ledger, diagnostics, options };
        let said = Said::so_far(&cx);
        let mut driver = Driver { cx, uses, dispatch, said };
        let statements_max = driver.cx.air.statements.len() + STATEMENTS_MORE_MAX;
        let mut at = 0;
        while at < driver.cx.air.statements.len() {
            driver.statement(at)?;
            at += 1;
            if driver.cx.air.statements.len() > statements_max {
                return driver.cx.refuse(codes::STEPS, Span::NONE, "rewriting does not come to an end", "");
            }
        }
        let mut seen = Seen::default();
        while driver.step(&mut seen, nodes_max)? {
            if driver.cx.air.expr_count() > nodes_max {
                return driver.cx.refuse(codes::STEPS, Span::NONE, "rewriting does not come to an end", "");
            }
        }
        Ok(())
    }
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

/// The rules at work on one statement.
struct Driver<'a> {
    cx: Context<'a>,
    uses: &'a mut Uses,
    dispatch: &'a Dispatch,
    /// How much has been said between two attempts.
    said: Said,
}

impl Driver<'_> {
    /// Looks at the next node, shapes before expressions; false if there is none.
    fn step(&mut self, seen: &mut Seen, nodes_max: usize) -> Result<bool, Refused> {
        let dispatch = self.dispatch;
        while (seen.queries as usize) < self.cx.air.query_ids().len() {
            let id = QueryId(seen.queries);
            seen.queries += 1;
            self.run(&dispatch.queries, id)?;
        }
        while (seen.selects as usize) < self.cx.air.select_ids().len() {
            let id = SelectId(seen.selects);
            seen.selects += 1;
            self.run(&dispatch.selects, id)?;
        }
        while (seen.rels as usize) < self.cx.air.rel_ids().len() {
            let id = RelId(seen.rels);
            seen.rels += 1;
            self.run(&dispatch.rels, id)?;
        }
        while (seen.exprs as usize) < self.cx.air.expr_count() {
            let id = ExprId(seen.exprs);
            seen.exprs += 1;
            self.expression(id)?;
            if seen.shapes_left(self.cx.air) || self.cx.air.expr_count() > nodes_max {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Runs the rules for one statement; one that fires may have made it another kind.
    fn statement(&mut self, at: usize) -> Result<(), Refused> {
        let mut kind = bit(StatementKind::of(&self.cx.air.statements[at]));
        for &(kinds, on) in &self.dispatch.statements {
            if kinds & kind != 0 && self.until_quiet(on, at)? {
                kind = bit(StatementKind::of(&self.cx.air.statements[at]));
            }
        }
        Ok(())
    }

    /// Runs the rules for one expression until none fires.
    fn expression(&mut self, id: ExprId) -> Result<(), Refused> {
        let mut steps = 0;
        'again: loop {
            let expr = self.cx.air.expr(id);
            if self.dispatch.is_silent(Kind::of(&expr)) {
                return Ok(());
            }
            let op = match expr {
                Expr::Call { op, .. } | Expr::Aggregate { op, .. } => Some(op),
                _ => None,
            };
            let of_builtin = op.map_or(&[][..], |op| self.dispatch.of_builtin(op));
            for list in [of_builtin, self.dispatch.of_kind(Kind::of(&expr))] {
                for &(rule, apply) in list {
                    if self.attempt(rule, apply, id)? {
                        steps += 1;
                        if steps > STEPS_PER_NODE_MAX {
                            return self.endless(rule, id.span(self.cx.air));
                        }
                        continue 'again;
                    }
                }
            }
            // The spelling the node ends with may hold under an assumption only.
            if let Some(op) = op
                && let Some(kind) = self.cx.target.row(op).and_then(|row| row.assume)
                && !self.cx.holds(kind, id)
                && self.in_use(id)
            {
                if kind == Assume::AsciiText {
                    self.cx.assume_ascii_below(id)?;
                } else {
                    let subject = self.cx.subject(id);
                    self.cx.assume(kind, &subject, id.span(self.cx.air))?;
                }
                self.said = Said::so_far(&self.cx);
            }
            return Ok(());
        }
    }

    /// Runs each rule on one node until it has nothing more to do.
    fn run<Id: Node>(&mut self, rules: &[On<Id>], id: Id) -> Result<(), Refused> {
        for &on in rules {
            self.until_quiet(on, id)?;
        }
        Ok(())
    }

    /// Runs one rule on one node until it has nothing more to do. True if it fired at all.
    #[inline]
    fn until_quiet<Id: Node>(&mut self, (rule, apply): On<Id>, id: Id) -> Fired {
        let mut steps = 0;
        while self.attempt(rule, apply, id)? {
            steps += 1;
            if steps > STEPS_PER_NODE_MAX {
                return self.endless(rule, id.span(self.cx.air)).map(|()| true);
            }
        }
        Ok(steps > 0)
    }

    /// One attempt of one rule: the one door through which rules run.
    ///
    /// Rewrites leave nodes behind that nobody uses any more; what a rule has to say about such a node is not said.
    #[inline]
    fn attempt<Id: Node>(
        &mut self,
        rule: &'static Rule,
        apply: fn(&mut Context<'_>, Id) -> Fired,
        id: Id,
    ) -> Fired {
        let fired = apply(&mut self.cx, id);
        // Most attempts end here.
        if fired == Ok(false) && self.said == Said::so_far(&self.cx) {
            return fired;
        }
        self.after(rule, fired, id)
    }

    fn after<Id: Node>(&mut self, rule: &'static Rule, fired: Fired, id: Id) -> Fired {
        let said = self.said;
        if (said != Said::so_far(&self.cx) || fired.is_err()) && !self.in_use(id) {
            self.cx.diagnostics.truncate(said.diagnostics);
            self.cx.ledger.assumptions.truncate(said.assumptions);
            self.cx.ledger.approximations.truncate(said.approximations);
            return Ok(false);
        }
        self.said = Said::so_far(&self.cx);
        if fired == Ok(true) {
            self.cx.ledger.fired(rule.name, rule.law, id.span(self.cx.air));
        }
        fired
    }

    /// True if the statement still contains the node.
    fn in_use<Id: Node>(&mut self, id: Id) -> bool {
        let rewrites = self.cx.ledger.fired.len();
        id.child().is_none_or(|child| self.uses.contain(self.cx.air, child, rewrites))
    }

    #[cold]
    fn endless(&mut self, rule: &Rule, span: Span) -> Result<(), Refused> {
        let message = format!("the rule `{}` does not come to an end", rule.name);
        self.cx.refuse(codes::STEPS, span, &message, "report it: this is a defect of the compiler")
    }
}

/// How much had been said before a rule ran.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Said {
    diagnostics: usize,
    assumptions: usize,
    approximations: usize,
}

impl Said {
    #[inline]
    fn so_far(cx: &Context<'_>) -> Said {
        Said {
            diagnostics: cx.diagnostics.len(),
            assumptions: cx.ledger.assumptions.len(),
            approximations: cx.ledger.approximations.len(),
        }
    }
}
