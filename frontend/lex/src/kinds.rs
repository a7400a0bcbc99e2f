//! Kinds the fusing layer tells the grammar by number.

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "the names say it")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The kind with this number; the last one for numbers that are none.
            pub fn from_code(code: u16) -> $name {
                $name::ALL[(code as usize).min($name::ALL.len() - 1)]
            }
        }
    };
}

coded! {
    /// Statements that are recognised but not modelled.
    OtherKind {
        CreateFunction, CreateProcedure, CreateTrigger, CreateEvent, CreatePackage, CreateUser, CreateRole,
        CreateExtension, CreateVirtualTable,
        /// Any other `CREATE`.
        Create,
        /// `ALTER` of anything but a table, view or sequence.
        Alter,
        /// `DROP` of a routine with its argument types.
        DropRoutine,
        Call, Do, Execute, Prepare, Deallocate, Copy, Load, Show, Describe, Declare, If, While, Loop,
        /// A PL/SQL, T-SQL or compound block.
        Block,
        Print, Raise, Return, Cursor, Analyze, Vacuum, Reindex, Attach, Detach, Handler, Kill, Flush, Reset, Listen,
        Notify, Cluster, Refresh, Rename, Install, Backup, Checkpoint, Import, Signal, Security, Rule, Discard, SetRole,
        SetConstraints, Xa,
        /// Anything else that starts with a known word.
        Unknown,
    }
}

coded! {
    /// Kinds of objects that can be dropped, commented on, granted.
    ObjectKind {
        Table, View, MaterializedView, Index, Sequence, Schema, Database, Type, Domain, Column, Constraint, Function,
        Procedure, Trigger, Role, User, Event, Package, Extension,
        /// Recognised, has no meaning for us.
        Other,
    }
}

coded! {
    /// What a part of the head of a statement is for whose body is not modelled.
    HeadRole {
        /// The object itself.
        Name,
        /// The table of a trigger.
        Table,
        Before, After, InsteadOf,
        /// What fires a trigger.
        Insert, Update, Delete, Truncate,
        /// A column behind `UPDATE OF`, or one that a right is about.
        Column,
        EachRow, EachStatement,
        /// The condition of a trigger.
        When,
        /// One parameter of a routine: its words.
        Parameter,
        /// The type a function gives, as it is written.
        Returns,
        /// The language of a routine.
        Language,
        /// A right, or a role that is granted.
        Right,
        /// What a right is about.
        Object,
        /// Who gets or loses a right; the account of `CREATE USER`.
        Account,
        GrantOption,
        /// A call with its arguments.
        Call,
        /// Words that are kept as they are.
        Words,
        /// Everything that is left.
        Body,
    }
}
