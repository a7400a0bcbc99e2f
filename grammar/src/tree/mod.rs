//! The syntax tree: what was written, as data.
//!
//! A tree is a handful of tables. Nodes are small, `Copy`, named by typed 32-bit ids and made bottom-up, so an id is
//! always smaller than that of the node it hangs on. Text stays in the source; every node has its place there.
//! Freeing a tree frees tables: nothing here recurses, however deep the nesting of the source.

mod arena;
mod block;
mod ddl;
mod dml;
mod dump;
mod expr;
mod query;
mod statement;

pub use airc_lex::{Ident, Literal, LiteralKind, Quote};
pub use arena::List;
pub(crate) use arena::Pool;
pub use block::*;
pub use ddl::*;
pub use dml::*;
pub use expr::*;
pub use query::*;
pub use statement::*;

use air_base::Span;
use arena::node_ids;
use std::borrow::Cow;

node_ids! {
    /// An expression.
    ExprId => "e";
    /// A statement.
    StatementId => "s";
    /// A query with what surrounds it.
    QueryId => "q";
    /// A `SELECT`.
    SelectId => "sel";
    /// A chain of set operations.
    SetChainId => "set";
    /// A `WITH` clause.
    WithId => "with";
    /// A source in `FROM`.
    FromId => "f";
    /// Rare parts of a source.
    FromExtraId => "fx";
    /// A join.
    JoinId => "j";
    /// A pivot.
    PivotId => "piv";
    /// A limit.
    LimitId => "lim";
    /// A call.
    CallId => "c";
    /// What follows a call.
    CallExtraId => "cx";
    /// A `CASE`.
    CaseId => "case";
    /// What follows `OVER`.
    OverId => "over";
    /// A window.
    WindowSpecId => "w";
    /// A window frame.
    FrameId => "frame";
    /// A type as written.
    TypeId => "ty";
    /// A column definition.
    ColumnDefId => "cd";
    /// A table constraint.
    TableConstraintId => "tc";
    /// An `INSERT`.
    InsertId => "ins";
    /// An `INSERT ALL`.
    InsertAllId => "insall";
    /// An `UPDATE`.
    UpdateId => "upd";
    /// A `DELETE`.
    DeleteId => "del";
    /// A `MERGE`.
    MergeId => "mrg";
    /// A `CREATE TABLE`.
    CreateTableId => "ct";
    /// A `CREATE INDEX`.
    CreateIndexId => "ci";
    /// A `CREATE VIEW`.
    CreateViewId => "cv";
    /// A `CREATE SEQUENCE`.
    CreateSequenceId => "cs";
    /// A `CREATE TYPE`.
    CreateTypeId => "cty";
    /// A `DROP`.
    DropId => "drop";
    /// A `TRUNCATE`.
    TruncateId => "trunc";
    /// An `ALTER TABLE`.
    AlterTableId => "alt";
}

/// A name of one or more parts, most general first: `schema.table.column`. Parts of a tree's names lie side by side.
pub type Name = List<Ident>;

/// Ties a node type to its table.
macro_rules! tables {
    (
        nodes { $($table:ident: $node:ident by $id:ident),* $(,)? }
        lists { $($pool:ident: $item:ident),* $(,)? }
        ids { $($id_pool:ident: $id_item:ident),* $(,)? }
    ) => {
        /// A syntax tree: the tables of all nodes of one source.
        #[derive(Clone, Debug, Default)]
        pub struct Tree {
            pub(crate) exprs: Vec<Expr>,
            pub(crate) expr_spans: Vec<Span>,
            pub(crate) idents: Vec<Ident>,
            pub(crate) comments: Vec<Comment>,
            /// The statements of the source itself, in order; nested ones are in `statements` only.
            pub(crate) roots: Vec<StatementId>,
            $(pub(crate) $table: Vec<$node>,)*
            $(pub(crate) $pool: Pool<$item>,)*
            $(pub(crate) $id_pool: Pool<$id_item>,)*
        }

        $(
            impl std::ops::Index<$id> for Tree {
                type Output = $node;
                #[inline]
                fn index(&self, id: $id) -> &$node {
                    &self.$table[id.index()]
                }
            }

            impl Node for $node {
                type Id = $id;
                #[inline]
                fn push(self, tree: &mut Tree) -> $id {
                    let id = $id::new(tree.$table.len());
                    tree.$table.push(self);
                    id
                }
            }
        )*

        $(
            impl Item for $item {
                #[inline]
                fn pool(tree: &Tree) -> &[$item] {
                    &tree.$pool.done
                }
            }
            impl Pooled for $item {
                #[inline]
                fn pool_mut(tree: &mut Tree) -> &mut Pool<$item> {
                    &mut tree.$pool
                }
            }
        )*
        $(
            impl Item for $id_item {
                #[inline]
                fn pool(tree: &Tree) -> &[$id_item] {
                    &tree.$id_pool.done
                }
            }
            impl Pooled for $id_item {
                #[inline]
                fn pool_mut(tree: &mut Tree) -> &mut Pool<$id_item> {
                    &mut tree.$id_pool
                }
            }
        )*

        impl Tree {
            /// Empties every table and keeps its memory.
            pub(crate) fn clear(&mut self) {
                self.exprs.clear();
                self.expr_spans.clear();
                self.idents.clear();
                self.comments.clear();
                self.roots.clear();
                $(self.$table.clear();)*
                $(self.$pool.clear();)*
                $(self.$id_pool.clear();)*
            }

            /// Drops the lists a failed statement left open.
            pub(crate) fn abandon(&mut self) {
                $(self.$pool.abandon();)*
                $(self.$id_pool.abandon();)*
            }

            /// The node whose id prints as `letter` and `index`, printed.
            #[cfg(test)]
            pub(crate) fn node_text(&self, letter: &str, index: usize) -> Option<String> {
                $(if letter == $id::LETTER {
                    return self.$table.get(index).map(|node| format!("{node:?}"));
                })*
                None
            }

            /// The elements of a list that prints as `of` and a range, printed.
            #[cfg(test)]
            pub(crate) fn list_texts(&self, of: &str, range: std::ops::Range<usize>) -> Option<Vec<String>> {
                fn texts<T: std::fmt::Debug>(pool: &[T], range: std::ops::Range<usize>) -> Option<Vec<String>> {
                    Some(pool.get(range)?.iter().map(|item| format!("{item:?}")).collect())
                }
                $(if of == stringify!($item) {
                    return texts(&self.$pool.done, range);
                })*
                $(if of == stringify!($id_item) {
                    return texts(&self.$id_pool.done, range);
                })*
                (of == "Ident").then(|| texts(&self.idents, range)).flatten()
            }

            /// Bytes the tables hold on to.
            pub fn capacity_bytes(&self) -> usize {
                fn of<T>(table: &Vec<T>) -> usize {
                    table.capacity() * size_of::<T>()
                }
                of(&self.exprs) + of(&self.expr_spans) + of(&self.idents) + of(&self.comments) + of(&self.roots)
                    $(+ of(&self.$table))*
                    $(+ of(&self.$pool.done))*
                    $(+ of(&self.$id_pool.done))*
            }
        }
    };
}

/// Elements of lists.
pub trait Item: Copy {
    /// The pool all lists of this type live in.
    fn pool(tree: &Tree) -> &[Self];
}

/// Elements whose lists are built on a stack.
pub(crate) trait Pooled: Item {
    fn pool_mut(tree: &mut Tree) -> &mut Pool<Self>;
}

/// Nodes with a table of their own.
pub(crate) trait Node: Copy {
    type Id;
    fn push(self, tree: &mut Tree) -> Self::Id;
}

tables! {
    nodes {
        statements: Statement by StatementId,
        queries: Query by QueryId,
        selects: Select by SelectId,
        set_chains: SetChain by SetChainId,
        withs: With by WithId,
        froms: From by FromId,
        from_extras: FromExtra by FromExtraId,
        joins: Join by JoinId,
        pivots: Pivot by PivotId,
        limits: Limit by LimitId,
        calls: Call by CallId,
        call_extras: CallExtra by CallExtraId,
        cases: Case by CaseId,
        overs: Over by OverId,
        window_specs: WindowSpec by WindowSpecId,
        frames: Frame by FrameId,
        types: TypeName by TypeId,
        column_defs: ColumnDef by ColumnDefId,
        table_constraints: TableConstraint by TableConstraintId,
        inserts: Insert by InsertId,
        insert_alls: InsertAll by InsertAllId,
        updates: Update by UpdateId,
        deletes: Delete by DeleteId,
        merges: Merge by MergeId,
        create_tables: CreateTable by CreateTableId,
        create_indexes: CreateIndex by CreateIndexId,
        create_views: CreateView by CreateViewId,
        create_sequences: CreateSequence by CreateSequenceId,
        create_types: CreateType by CreateTypeId,
        drops: Drop by DropId,
        truncates: Truncate by TruncateId,
        alter_tables: AlterTable by AlterTableId,
    }
    lists {
        select_items: SelectItem,
        order_items: OrderItem,
        whens: When,
        rows: Row,
        set_arms: SetArm,
        ctes: Cte,
        group_items: GroupItem,
        named_windows: NamedWindow,
        locks: Lock,
        lock_targets: LockTarget,
        trailers: Trailer,
        column_aliases: ColumnAlias,
        table_hints: TableHint,
        column_targets: ColumnTarget,
        assignments: Assignment,
        on_conflicts: OnConflict,
        insert_branches: InsertBranch,
        merge_arms: MergeArm,
        like_tables: LikeTable,
        column_constraints: ColumnConstraint,
        constraint_states: ConstraintState,
        index_columns: IndexColumn,
        table_options: TableOption,
        sequence_options: SequenceOption,
        alter_actions: AlterAction,
        set_items: SetItem,
        names: Name,
        head_parts: HeadPart,
        steps: Step,
        arms: Arm,
        caught: Caught,
        raise_options: RaiseOption,
    }
    ids {
        expr_lists: ExprId,
        from_lists: FromId,
        column_def_lists: ColumnDefId,
        table_constraint_lists: TableConstraintId,
    }
}

// Names and lists of names both lie in the one table of identifiers: the parts of a name follow each other in the
// source, and so do the members of a list.
impl Item for Ident {
    #[inline]
    fn pool(tree: &Tree) -> &[Ident] {
        &tree.idents
    }
}

impl Tree {
    /// The statements of the source, in order.
    pub fn statements(&self) -> &[StatementId] {
        &self.roots
    }

    /// The comments of the source, in order.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// The expression `id`.
    #[inline]
    pub fn expr(&self, id: ExprId) -> Expr {
        self.exprs[id.index()]
    }

    /// Place of the expression `id`, without parentheses around it.
    #[inline]
    pub fn expr_span(&self, id: ExprId) -> Span {
        self.expr_spans[id.index()]
    }

    /// The id of the expression at position `index`.
    #[cfg(test)]
    pub(crate) fn expr_at(&self, index: usize) -> Option<ExprId> {
        (index < self.exprs.len()).then(|| ExprId::new(index))
    }

    /// Number of expressions.
    pub fn expr_count(&self) -> usize {
        self.exprs.len()
    }

    /// The elements of a list.
    #[inline]
    pub fn list<T: Item>(&self, list: List<T>) -> &[T] {
        &T::pool(self)[list.start as usize..(list.start + list.len) as usize]
    }

    /// The last part of a name: the column of `t.c`.
    #[inline]
    pub fn last(&self, name: Name) -> Option<Ident> {
        self.list(name).last().copied()
    }

    /// The only part of a name that has one part.
    #[inline]
    pub fn single(&self, name: Name) -> Option<Ident> {
        match self.list(name) {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// Place of a whole name.
    pub fn name_span(&self, name: Name) -> Span {
        self.list(name).iter().fold(Span::NONE, |span, part| span.to(part.span))
    }

    /// A name as text, its parts joined by dots, without quotes. For messages; not for looking anything up.
    pub fn name_text(&self, name: Name, source: &str) -> String {
        let mut text = String::new();
        for (i, part) in self.list(name).iter().enumerate() {
            if i > 0 {
                text.push('.');
            }
            text.push_str(&part.text(source));
        }
        text
    }

    /// The value of the literal `id`: see [`Literal::value`]. Other expressions give their source text.
    pub fn literal_value<'s>(&self, id: ExprId, source: &'s str) -> Cow<'s, str> {
        let raw = self.expr_span(id).text(source);
        match self.expr(id) {
            Expr::Literal(literal) => literal.value(raw),
            _ => Cow::Borrowed(raw),
        }
    }

    /// The words of a type in lower case with single blanks: `double precision`.
    pub fn type_words(&self, ty: TypeId, source: &str) -> String {
        let mut words = String::new();
        for (i, word) in self.list(self[ty].words).iter().enumerate() {
            if i > 0 {
                words.push(' ');
            }
            words.push_str(&word.text(source).to_ascii_lowercase());
        }
        words
    }

    #[inline]
    pub(crate) fn push_expr(&mut self, expr: Expr, span: Span) -> ExprId {
        let id = ExprId::new(self.exprs.len());
        self.exprs.push(expr);
        self.expr_spans.push(span);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hot types. A byte more here is a byte for every literal of a bulk insert.
    #[test]
    fn nodes_stay_small() {
        assert_eq!(size_of::<Expr>(), 16);
        assert_eq!(size_of::<Option<ExprId>>(), 4);
        assert_eq!(size_of::<Ident>(), 12);
        assert_eq!(size_of::<Option<Ident>>(), 12);
        assert_eq!(size_of::<Row>(), 8);
    }
}
