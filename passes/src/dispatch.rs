//! Which rules look at which node: tables built once per target from the list of rules.

use air::builtins::Builtin;
use air::target::Target;
use air::{ExprId, QueryId, RelId, SelectId};

use crate::kind::{Kind, StatementKind};
use crate::pass::{Apply, Context, Fired, Rule};

pub(crate) type On<Id> = (&'static Rule, fn(&mut Context<'_>, Id) -> Fired);

/// Rules by what they look at, in order of the list.
#[derive(Clone)]
pub(crate) struct Dispatch {
    kinds: Vec<Vec<On<ExprId>>>,
    builtins: Vec<Vec<On<ExprId>>>,
    pub(crate) selects: Vec<On<SelectId>>,
    pub(crate) queries: Vec<On<QueryId>>,
    pub(crate) rels: Vec<On<RelId>>,
    /// Each with the kinds of statements it looks at, one bit each: a rule that fires may change the kind.
    pub(crate) statements: Vec<(u32, On<usize>)>,
}

const _: () = assert!(StatementKind::ALL.len() <= u32::BITS as usize, "a kind has no bit");

/// The bit of a kind.
pub(crate) fn bit(kind: StatementKind) -> u32 {
    1 << kind as u32
}

impl Dispatch {
    /// The tables of the rules that have something to do on the target and are not switched off.
    pub(crate) fn of(target: &Target, disabled: &[String]) -> Dispatch {
        let mut dispatch = Dispatch {
            kinds: Kind::ALL.iter().map(|_| Vec::new()).collect(),
            builtins: Builtin::ALL.iter().map(|_| Vec::new()).collect(),
            selects: Vec::new(),
            queries: Vec::new(),
            rels: Vec::new(),
            statements: Vec::new(),
        };
        let enabled = |rule: &&Rule| !disabled.iter().any(|name| name == rule.name);
        'rules: for rule in crate::legalize::RULES.iter().copied().flatten().filter(enabled) {
            let mut apply = &rule.apply;
            while let Apply::When(holds, inner) = apply {
                if !holds(target) {
                    continue 'rules;
                }
                apply = inner;
            }
            match *apply {
                Apply::When(..) => {}
                Apply::Kinds(kinds, f) => {
                    kinds.iter().for_each(|&kind| dispatch.kinds[kind as usize].push((rule, f)))
                }
                Apply::Builtins(ops, f) => {
                    ops.iter().for_each(|&op| dispatch.builtins[op as usize].push((rule, f)))
                }
                Apply::Select(f) => dispatch.selects.push((rule, f)),
                Apply::Query(f) => dispatch.queries.push((rule, f)),
                Apply::Rel(f) => dispatch.rels.push((rule, f)),
                Apply::Statements(kinds, f) => {
                    let kinds = kinds.iter().fold(0, |bits, &kind| bits | bit(kind));
                    dispatch.statements.push((kinds, (rule, f)));
                }
            }
        }
        dispatch
    }

    pub(crate) fn of_kind(&self, kind: Kind) -> &[On<ExprId>] {
        &self.kinds[kind as usize]
    }

    /// True for nodes no rule looks at and no spelling assumes anything about: columns, most of all.
    pub(crate) fn is_silent(&self, kind: Kind) -> bool {
        !matches!(kind, Kind::Call | Kind::Aggregate) && self.kinds[kind as usize].is_empty()
    }

    pub(crate) fn of_builtin(&self, op: Builtin) -> &[On<ExprId>] {
        &self.builtins[op as usize]
    }
}
