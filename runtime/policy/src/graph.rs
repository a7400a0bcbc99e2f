//! The decision graph: conditions of all rules in one acyclic graph, each of them once.

use crate::answers;
use crate::pack::{Condition, Test};
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;

/// A node of the graph.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Node {
    /// A test, by its number.
    Test(usize),
    /// All nodes it has edges to hold.
    All,
    /// One node at least that it has an edge to holds.
    Any,
    /// The node it has an edge to does not hold.
    Not,
}

/// Conditions while they are put together.
#[derive(Default)]
pub(crate) struct Graph {
    pub(crate) graph: DiGraph<Node, ()>,
    /// All tests, each once.
    pub(crate) tests: Vec<Test>,
    numbers: FxHashMap<Test, usize>,
    known: FxHashMap<(Node, Vec<NodeIndex>), NodeIndex>,
}

impl Graph {
    /// The node of a condition. Equal conditions have one.
    pub(crate) fn add(&mut self, condition: &Condition) -> NodeIndex {
        match condition {
            Condition::Test(test) => {
                let fresh = self.tests.len();
                let number = *self.numbers.entry(test.clone()).or_insert(fresh);
                if number == fresh {
                    self.tests.push(test.clone());
                }
                self.node(Node::Test(number), Vec::new())
            }
            Condition::Not(condition) => {
                let operand = self.add(condition);
                self.node(Node::Not, vec![operand])
            }
            Condition::All(all) => self.many(Node::All, all),
            Condition::Any(any) => self.many(Node::Any, any),
        }
    }

    /// Order and repetition do not count; one of the same kind within is part of it.
    fn many(&mut self, kind: Node, conditions: &[Condition]) -> NodeIndex {
        let mut operands = Vec::new();
        for condition in conditions {
            let operand = self.add(condition);
            if self.graph[operand] == kind {
                operands.extend(self.graph.neighbors_directed(operand, Direction::Outgoing));
            } else {
                operands.push(operand);
            }
        }
        operands.sort();
        operands.dedup();
        match *operands.as_slice() {
            [one] => one,
            _ => self.node(kind, operands),
        }
    }

    fn node(&mut self, node: Node, operands: Vec<NodeIndex>) -> NodeIndex {
        let key = (node, operands);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let (node, operands) = key.clone();
        let fresh = self.graph.add_node(node);
        for operand in operands {
            self.graph.add_edge(fresh, operand, ());
        }
        self.known.insert(key, fresh);
        fresh
    }

    /// The graph as it is evaluated. Operands come before what uses them, because they were added before.
    pub(crate) fn program(&self) -> Program {
        let mut program = Program::default();
        for index in self.graph.node_indices() {
            let start = program.operands.len() as u32;
            let operands = self.graph.neighbors_directed(index, Direction::Outgoing);
            program.operands.extend(operands.map(|operand| operand.index() as u32));
            let operands = start..program.operands.len() as u32;
            debug_assert!(program.operands[start as usize..].iter().all(|of| (*of as usize) < index.index()));
            program.steps.push(match self.graph[index] {
                Node::Test(test) => Step::Test(test as u32),
                Node::All => Step::All(operands),
                Node::Any => Step::Any(operands),
                Node::Not => Step::Not(program.operands[start as usize]),
            });
        }
        program
    }
}

/// The graph, flat.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    steps: Vec<Step>,
    operands: Vec<u32>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Step {
    Known(bool),
    Test(u32),
    All(std::ops::Range<u32>),
    Any(std::ops::Range<u32>),
    Not(u32),
}

impl Program {
    /// The value of every node, by the outcomes of tests.
    pub(crate) fn run(&self, tests: &[u64]) -> Vec<bool> {
        let mut values = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let of = |range: &std::ops::Range<u32>| &self.operands[range.start as usize..range.end as usize];
            let value = match step {
                Step::Known(value) => *value,
                Step::Test(number) => answers::holds(tests, *number as usize),
                Step::All(range) => of(range).iter().all(|at| values[*at as usize]),
                Step::Any(range) => of(range).iter().any(|at| values[*at as usize]),
                Step::Not(at) => !values[*at as usize],
            };
            values.push(value);
        }
        values
    }

    /// What is left when some tests are known: the program without what they decide, and where each root went.
    pub(crate) fn given(&self, test: impl Fn(usize) -> Option<bool>, roots: &[u32]) -> (Program, Vec<u32>) {
        let mut left = Program::default();
        // Where each node went; decided ones go to no step unless a root needs them.
        let mut places: Vec<Result<u32, bool>> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let place = match step {
                Step::Known(value) => Err(*value),
                Step::Test(number) => match test(*number as usize) {
                    Some(value) => Err(value),
                    None => Ok(left.push(Step::Test(*number))),
                },
                Step::Not(at) => match places[*at as usize] {
                    Ok(at) => Ok(left.push(Step::Not(at))),
                    Err(value) => Err(!value),
                },
                Step::All(range) | Step::Any(range) => {
                    // The value that decides by itself.
                    let decides = matches!(step, Step::Any(_));
                    let operands = &self.operands[range.start as usize..range.end as usize];
                    let start = left.operands.len() as u32;
                    let mut decided = false;
                    for operand in operands {
                        match places[*operand as usize] {
                            Ok(at) => left.operands.push(at),
                            Err(value) => decided |= value == decides,
                        }
                    }
                    let count = left.operands.len() as u32 - start;
                    match (decided, count) {
                        (true, _) | (_, 0) => {
                            left.operands.truncate(start as usize);
                            Err(decided == decides)
                        }
                        (_, 1) => Ok(left.operands.pop().unwrap_or_default()),
                        _ => {
                            let range = start..start + count;
                            Ok(left.push(if decides { Step::Any(range) } else { Step::All(range) }))
                        }
                    }
                }
            };
            places.push(place);
        }
        let roots = roots
            .iter()
            .map(|root| places[*root as usize].unwrap_or_else(|value| left.push(Step::Known(value))))
            .collect();
        (left, roots)
    }

    fn push(&mut self, step: Step) -> u32 {
        self.steps.push(step);
        self.steps.len() as u32 - 1
    }
}
