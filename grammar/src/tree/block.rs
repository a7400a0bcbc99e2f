//! Bodies of triggers and routines: blocks of statements with variables, branches and loops.

use super::{ExprId, List, StatementId};
use air_base::Span;
use airc_lex::Ident;

/// A statement of a body, with its place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// Its place.
    pub span: Span,
}

/// Kinds of statements of a body.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum StepKind {
    /// A statement of SQL.
    Sql(StatementId),
    /// PL/pgSQL's `PERFORM`: a query whose rows are dropped.
    Perform(StatementId),
    /// `target := value`.
    Assign {
        /// A variable, or a column of the row of a trigger.
        target: ExprId,
        /// Its value.
        value: ExprId,
    },
    /// `DECLARE a, b type DEFAULT value`.
    Declare {
        /// The variables.
        names: List<Ident>,
        /// The type, as it is written.
        ty: Span,
        /// What they begin with.
        value: Option<ExprId>,
    },
    /// `DECLARE name CURSOR FOR query`.
    Cursor {
        /// Its name.
        name: Ident,
        /// Its rows; absent for one that is opened with a query.
        query: Option<StatementId>,
    },
    /// MySQL's `DECLARE … HANDLER FOR conditions statement`.
    Handler {
        /// Up to the statement, as it is written.
        head: Span,
        /// What it does.
        body: List<Step>,
    },
    /// `IF`, and `CASE` without an operand.
    If {
        /// Conditions with what is done where they are the first that is true.
        arms: List<Arm>,
        /// What is done if none is; absent where there is no `ELSE`.
        otherwise: Option<List<Step>>,
        /// `CASE`: an error if no arm is taken and there is no `ELSE`.
        strict: bool,
    },
    /// `CASE operand`.
    Case {
        /// What is compared.
        operand: ExprId,
        /// Values it is compared with.
        arms: List<Arm>,
        /// What is done if it is like none.
        otherwise: Option<List<Step>>,
    },
    /// A loop.
    Loop {
        /// Its name.
        label: Option<Ident>,
        /// When it goes on.
        kind: LoopKind,
        /// What it repeats.
        body: List<Step>,
    },
    /// A block in a block.
    Block {
        /// Its name.
        label: Option<Ident>,
        /// Declarations and statements.
        body: List<Step>,
        /// What is done about errors: as it is written behind `WHEN`, and the statements.
        handlers: List<Caught>,
    },
    /// `LEAVE`, `EXIT`; `ITERATE`, `CONTINUE`.
    Leave {
        /// The loop goes on rather than ends.
        again: bool,
        /// Of which loop or block.
        label: Option<Ident>,
        /// Only if this is true.
        when: Option<ExprId>,
    },
    /// `RETURN`.
    Return(Option<ExprId>),
    /// An error on purpose: `SIGNAL`, `RAISE`, `THROW`.
    Raise {
        /// Its first words, up to the values.
        head: Span,
        /// The values: message and what it is filled with.
        values: List<ExprId>,
        /// `SET name = value` of MySQL, `USING name = value` of PL/pgSQL.
        options: List<RaiseOption>,
    },
    /// `NULL`: nothing is done.
    Nothing,
    /// Recognised but not modelled: `OPEN`, `FETCH`, `GET DIAGNOSTICS`, …
    Other,
}

/// When a loop goes on.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum LoopKind {
    /// Until something leaves it.
    Endless,
    /// While this is true, asked before.
    While(ExprId),
    /// Until this is true, asked after.
    Until(ExprId),
    /// `FOR … IN …`, as it is written.
    For(Span),
}

/// A condition and what is done.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Arm {
    /// The condition, or a value of `CASE operand`.
    pub when: ExprId,
    /// What is done.
    pub body: List<Step>,
}

/// What is done about an error.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Caught {
    /// Which, as it is written.
    pub conditions: Span,
    /// What is done.
    pub body: List<Step>,
}

/// `name = value` behind an error.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RaiseOption {
    /// `MESSAGE_TEXT`, `ERRCODE`, …
    pub name: Ident,
    /// Its value.
    pub value: ExprId,
}
