//! Which rules look at which node: tables built once from the list of rules.

use std::sync::LazyLock;

use air::builtins::Builtin;
use air::{ExprId, QueryId, RelId, SelectId};

use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Rule};

pub(crate) type On<Id> = (&'static Rule, fn(&mut Context<'_>, Id) -> Fired);

/// Rules by what they look at, in order of the list.
pub(crate) struct Dispatch {
    kinds: Vec<Vec<On<ExprId>>>,
    builtins: Vec<Vec<On<ExprId>>>,
    pub(crate) selects: Vec<On<SelectId>>,
    pub(crate) queries: Vec<On<QueryId>>,
    pub(crate) rels: Vec<On<RelId>>,
    pub(crate) statements: Vec<On<usize>>,
}

impl Dispatch {
    fn of(lists: &[&'static [Rule]]) -> Dispatch {
        let mut dispatch = Dispatch {
            kinds: Kind::ALL.iter().map(|_| Vec::new()).collect(),
            builtins: Builtin::ALL.iter().map(|_| Vec::new()).collect(),
            selects: Vec::new(),
            queries: Vec::new(),
            rels: Vec::new(),
            statements: Vec::new(),
        };
        for rule in lists.iter().copied().flatten() {
            match rule.apply {
                Apply::Kinds(kinds, f) => {
                    kinds.iter().for_each(|&kind| dispatch.kinds[kind as usize].push((rule, f)))
                }
                Apply::Builtins(ops, f) => {
                    ops.iter().for_each(|&op| dispatch.builtins[op as usize].push((rule, f)))
                }
                Apply::Select(f) => dispatch.selects.push((rule, f)),
                Apply::Query(f) => dispatch.queries.push((rule, f)),
                Apply::Rel(f) => dispatch.rels.push((rule, f)),
                Apply::Statement(f) => dispatch.statements.push((rule, f)),
            }
        }
        dispatch
    }

    /// The tables of all rules.
    pub(crate) fn all() -> &'static Dispatch {
        static ALL: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::of(crate::legalize::RULES));
        &ALL
    }

    pub(crate) fn of_kind(&self, kind: Kind) -> &[On<ExprId>] {
        &self.kinds[kind as usize]
    }

    pub(crate) fn of_builtin(&self, op: Builtin) -> &[On<ExprId>] {
        &self.builtins[op as usize]
    }
}
