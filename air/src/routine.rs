//! Triggers and functions: statements that run when rows change, or when somebody calls.
//!
//! A body is no tree: the statements behind a [`Trigger`](crate::Statement::Trigger) up to its
//! [`End`](crate::Statement::End) are the body, and branches are bracketed alike: `If`, statements, `Else`, statements,
//! `End`. So whatever makes one statement several does so in a body as it does in a script.

use crate::ids::{ExprId, Name, ObjectName, SourceId};
use crate::types::Type;
use crate::{Air, Statement, atoms, node_struct};

node_struct! {
    /// Runs its body for each row that a change of a table touches.
    pub struct Trigger = "trigger_of" {
        /// Its name.
        pub name: ObjectName,
        /// The table whose rows change.
        pub table: ObjectName,
        /// Before or after the row is stored or removed.
        pub timing: Timing,
        /// What is done to the row.
        pub event: Event,
        /// UPDATE alone: only where the statement sets one of these; empty for any.
        pub columns: Vec<Name>,
        /// The row as it is stored; not for [`Event::Delete`].
        pub new: Option<SourceId>,
        /// The row as it was; not for [`Event::Insert`].
        pub old: Option<SourceId>,
        /// Only for rows for which this is true.
        pub condition: Option<ExprId>,
        /// One of the same name is replaced.
        pub or_replace: bool,
        /// No error if there is one of the name.
        pub if_not_exists: bool,
        /// One that runs after the change waits until the statement has changed all of its rows.
        pub after_all: bool,
        /// Runs for rows that a foreign key changes or removes as well.
        pub by_keys: bool,
    }
}

node_struct! {
    /// Gives a value for the values it is called with. Its body looks at tables and changes none.
    pub struct Function = "function_of" {
        /// Its name.
        pub name: ObjectName,
        /// What it is called with: a source of one row, each parameter a column.
        pub parameters: SourceId,
        /// Type of the value.
        pub returns: Type,
        /// The value is rounded and checked as its type says, before it is given.
        pub limited: bool,
        /// It says of itself that its value depends on its parameters alone.
        pub deterministic: bool,
    }
}

atoms! {
    /// When a trigger runs.
    pub enum Timing {
        /// After the row is stored or removed.
        After = "after",
        /// Before that; the row to be stored can still be changed.
        Before = "before",
    }
}

atoms! {
    /// What makes a trigger run.
    pub enum Event {
        /// A row is added.
        Insert = "insert",
        /// A row is changed.
        Update = "update",
        /// A row is removed.
        Delete = "delete",
    }
}

impl Air {
    /// Position of the [`Statement::End`] of what begins at `at`; of the last statement where that is missing.
    pub fn end_of(&self, at: usize) -> usize {
        let mut open = 0usize;
        for (place, statement) in self.statements.iter().enumerate().skip(at) {
            match statement {
                Statement::Trigger { .. } | Statement::Function { .. } | Statement::If { .. } => open += 1,
                Statement::End {} => {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        return place;
                    }
                }
                _ => {}
            }
        }
        self.statements.len().saturating_sub(1)
    }
}
