//! Ids of everything that lives in the arenas of one [`Air`](crate::Air), and slices of its pools.

use std::marker::PhantomData;

air_base::ids! {
    /// A scalar expression.
    ExprId => "e";
    /// A query: WITH, body, ORDER BY, row limit.
    QueryId => "q";
    /// One SELECT block.
    SelectId => "b";
    /// A node of a FROM clause.
    RelId => "r";
    /// A named row source that columns refer to.
    SourceId => "s";
    /// A common table expression.
    CteId => "c";
    /// A parameter slot.
    ParamId => "p";
    /// A window specification.
    WindowId => "w";
}

/// A slice of the pool for `T`: the arena's way to hold a list in eight `Copy` bytes.
pub struct List<T> {
    pub(crate) start: u32,
    pub(crate) len: u32,
    element: PhantomData<fn() -> T>,
}

impl<T> List<T> {
    /// The list without elements.
    pub const EMPTY: List<T> = List { start: 0, len: 0, element: PhantomData };

    pub(crate) const fn new(start: u32, len: u32) -> List<T> {
        List { start, len, element: PhantomData }
    }

    /// Where its elements stand in the pool.
    pub const fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }

    /// Number of elements.
    pub const fn len(self) -> usize {
        self.len as usize
    }

    /// True without elements.
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for List<T> {}
impl<T> Default for List<T> {
    fn default() -> Self {
        List::EMPTY
    }
}
impl<T> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.start, self.len) == (other.start, other.len)
    }
}
impl<T> Eq for List<T> {}
impl<T> std::fmt::Debug for List<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{};{}]", self.start, self.len)
    }
}

/// A piece of text in the arena's text buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Str {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Str {
    /// The empty text.
    pub const EMPTY: Str = Str { start: 0, len: 0 };

    /// True for the empty text.
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// An identifier.
///
/// The binder resolves names, so the text is the spelling of the declaration wherever there is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Name {
    /// Spelling.
    pub text: Str,
    /// The letter case is part of the name (a quoted name of a dialect that folds unquoted ones).
    /// Where false, a target may spell the name in any case.
    pub exact: bool,
}

impl Name {
    /// A name whose case does not matter.
    pub const fn folded(text: Str) -> Name {
        Name { text, exact: false }
    }

    /// True where there is no name.
    pub const fn is_empty(self) -> bool {
        self.text.is_empty()
    }
}

/// A possibly qualified name of a table, view, index, sequence or function.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ObjectName {
    /// Database, where the source wrote three parts.
    pub catalog: Option<Name>,
    /// Schema (MySQL: database).
    pub schema: Option<Name>,
    /// The object itself.
    pub name: Name,
}
