//! Kinds of nodes: what rules are dispatched by.

use air::{Expr, Statement};

macro_rules! kinds {
    ($(#[$doc:meta])* $Name:ident of $Node:ident: $($Kind:ident)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[allow(missing_docs)] // named as the variants of the node
        #[repr(u8)]
        pub enum $Name { $($Kind,)* }

        impl $Name {
            /// All kinds.
            pub const ALL: &'static [$Name] = &[$($Name::$Kind,)*];

            /// The kind of a node.
            #[inline]
            pub fn of(node: &$Node) -> $Name {
                match node { $($Node::$Kind { .. } => $Name::$Kind,)* }
            }
        }
    };
}
kinds! {
    /// The kind of an expression node, named as the variant of [`Expr`].
    Kind of Expr:
    Literal Column Output Param Call UserCall And Or Not Compare IsNull IsTruth Between InList InQuery Exists
    Scalar Quantified Like Case Cast Aggregate Window Row Array Default Sequence
}
kinds! {
    /// The kind of a statement, named as the variant of [`Statement`].
    StatementKind of Statement:
    Query Insert Update Delete Merge Truncate CreateTable CreateIndex CreateView CreateSequence RestartSequence CreateSchema
    AlterTable Drop Comment Transaction Trigger Function Declare Return If Else End SetRow Raise Nothing
}
