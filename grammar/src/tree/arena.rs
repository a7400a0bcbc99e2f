//! Storage of the tree: typed 32-bit ids, and lists as ranges of shared pools.

use std::marker::PhantomData;

/// A list of `T`: a range of the pool that holds all `T` of a tree. Read it with `tree.list(list)`.
pub struct List<T> {
    pub(crate) start: u32,
    pub(crate) len: u32,
    marker: PhantomData<fn() -> T>,
}

impl<T> List<T> {
    /// The list without elements.
    pub const EMPTY: List<T> = List { start: 0, len: 0, marker: PhantomData };

    pub(crate) const fn new(start: u32, len: u32) -> List<T> {
        List { start, len, marker: PhantomData }
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

// Derives would ask `T: Clone` and so on, which a range of `T` does not need.
impl<T> Clone for List<T> {
    fn clone(&self) -> List<T> {
        *self
    }
}
impl<T> Copy for List<T> {}
impl<T> Default for List<T> {
    fn default() -> List<T> {
        List::EMPTY
    }
}
impl<T> PartialEq for List<T> {
    fn eq(&self, other: &List<T>) -> bool {
        (self.start, self.len) == (other.start, other.len)
    }
}
impl<T> Eq for List<T> {}
impl<T> std::fmt::Debug for List<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let full = std::any::type_name::<T>();
        // A list of lists is one of names.
        let of = if full.ends_with('>') { "Name" } else { full.rsplit("::").next().unwrap_or_default() };
        write!(f, "{of}[{}..{}]", self.start, self.start + self.len)
    }
}

/// The elements of every finished list of one type, and above them those of lists still being read.
///
/// Lists nest, and an inner list is finished before its outer one goes on, so the open elements form a stack.
#[derive(Clone, Debug)]
pub(crate) struct Pool<T> {
    pub(crate) done: Vec<T>,
    open: Vec<T>,
}

impl<T> Default for Pool<T> {
    fn default() -> Pool<T> {
        Pool { done: Vec::new(), open: Vec::new() }
    }
}

impl<T: Copy> Pool<T> {
    /// Puts an element on the open stack. Its position marks the list it starts, if it starts one.
    #[inline]
    pub(crate) fn open(&mut self, item: T) -> u32 {
        let mark = self.open.len() as u32;
        self.open.push(item);
        mark
    }

    /// Finishes the list whose first element was opened at `mark`.
    #[inline]
    pub(crate) fn close(&mut self, mark: u32) -> List<T> {
        let start = self.done.len() as u32;
        let mark = (mark as usize).min(self.open.len());
        let len = (self.open.len() - mark) as u32;
        self.done.extend_from_slice(&self.open[mark..]);
        self.open.truncate(mark);
        List::new(start, len)
    }

    /// The element opened last.
    pub(crate) fn last_open_mut(&mut self) -> Option<&mut T> {
        self.open.last_mut()
    }

    pub(crate) fn open_len(&self) -> u32 {
        self.open.len() as u32
    }

    /// A list of one element that was never open.
    #[inline]
    pub(crate) fn single(&mut self, item: T) -> List<T> {
        let start = self.done.len() as u32;
        self.done.push(item);
        List::new(start, 1)
    }

    /// Drops what a failed statement left open.
    pub(crate) fn abandon(&mut self) {
        self.open.clear();
    }

    pub(crate) fn clear(&mut self) {
        self.done.clear();
        self.open.clear();
    }
}

/// Declares the ids of nodes: 32 bits, and `Option` of one is 32 bits too.
macro_rules! node_ids {
    ($($(#[$doc:meta])* $name:ident => $letter:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(std::num::NonZeroU32);

        impl $name {
            /// What its print starts with.
            #[cfg(test)]
            pub(crate) const LETTER: &str = $letter;

            /// The id of the node at position `index` of its table.
            #[inline]
            pub(crate) fn new(index: usize) -> $name {
                // A table cannot outgrow 32 bits: each node takes at least one byte of a source of less than 4 GiB.
                $name(std::num::NonZeroU32::new(index as u32 + 1).unwrap_or(std::num::NonZeroU32::MAX))
            }

            /// Position in the table of its type.
            #[inline]
            pub fn index(self) -> usize {
                self.0.get() as usize - 1
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($letter, "{}"), self.index())
            }
        }
    )*};
}
pub(crate) use node_ids;
