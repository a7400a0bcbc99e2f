//! Kinds of expressions: what rules are dispatched by.

use air::Expr;

macro_rules! kinds {
    ($($Kind:ident)*) => {
        /// The kind of an expression node, named as the variant of [`Expr`].
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[allow(missing_docs)] // named as the variants of `Expr`
        #[repr(u8)]
        pub enum Kind { $($Kind,)* }

        impl Kind {
            /// All kinds.
            pub const ALL: &'static [Kind] = &[$(Kind::$Kind,)*];

            /// The kind of a node.
            #[inline]
            pub fn of(expr: &Expr) -> Kind {
                match expr { $(Expr::$Kind { .. } => Kind::$Kind,)* }
            }
        }
    };
}
kinds! {
    Literal Column Output Param Call UserCall And Or Not Compare IsNull IsTruth Between InList InQuery Exists
    Scalar Quantified Like Case Cast Aggregate Window Row Array Default Sequence
}
