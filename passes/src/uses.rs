//! Which nodes the statement still contains: rewrites leave others behind.

use air::Air;
use air::node::{Child, Operand};

/// The nodes in use: what each was found below, checked again when somebody asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uses {
    found: [Vec<Found>; 6],
    stack: Vec<(Child, Found)>,
    /// Number of rewrites when the whole statement was last looked through.
    rewrites: Option<usize>,
}

/// Where a node was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Found {
    Nowhere,
    /// Directly in a statement.
    Statement,
    Below(Child),
}

impl Uses {
    /// Another statement follows.
    pub(crate) fn forget(&mut self) {
        self.rewrites = None;
        self.found.iter_mut().for_each(Vec::clear);
    }

    /// True if the statement contains the node, after so many rewrites.
    pub(crate) fn contain(&mut self, air: &Air, child: Child, rewrites: usize) -> bool {
        if self.is_still_there(air, child) {
            return true;
        }
        if self.rewrites != Some(rewrites) {
            self.look(air);
            self.rewrites = Some(rewrites);
        }
        self.found(child) != Found::Nowhere
    }

    /// True if every node on the way from the statement to this one still has the next.
    fn is_still_there(&self, air: &Air, mut child: Child) -> bool {
        loop {
            let mut holds = false;
            let mut visit = |below: Child| holds |= below == child;
            match self.found(child) {
                Found::Nowhere => return false,
                Found::Statement => {
                    air.statements.iter().for_each(|statement| statement.children(air, &mut visit));
                    return holds;
                }
                Found::Below(parent) => {
                    air.children(parent, &mut visit);
                    if !holds {
                        return false;
                    }
                    child = parent;
                }
            }
        }
    }

    fn found(&self, child: Child) -> Found {
        let (kind, index) = place(child);
        self.found[kind].get(index).copied().unwrap_or(Found::Nowhere)
    }

    fn look(&mut self, air: &Air) {
        let Uses { found, stack, .. } = self;
        found.iter_mut().for_each(Vec::clear);
        for statement in &air.statements {
            statement.children(air, &mut |child| stack.push((child, Found::Statement)));
        }
        while let Some((child, above)) = stack.pop() {
            let (kind, index) = place(child);
            let list = &mut found[kind];
            if list.len() <= index {
                list.resize(index + 1, Found::Nowhere);
            }
            // Windows may be below several expressions.
            if list[index] == Found::Nowhere {
                list[index] = above;
                air.children(child, &mut |below| stack.push((below, Found::Below(child))));
            }
        }
    }
}

/// The arena of a node, and its number there.
fn place(child: Child) -> (usize, usize) {
    match child {
        Child::Expr(id) => (0, id.index()),
        Child::Query(id) => (1, id.index()),
        Child::Select(id) => (2, id.index()),
        Child::Rel(id) => (3, id.index()),
        Child::Source(id) => (4, id.index()),
        Child::Window(id) => (5, id.index()),
    }
}
