//! Codes of the parser's diagnostics.

air_base::codes! {
    /// A token that cannot stand where it stands.
    UNEXPECTED = "P0001";
    /// The statement ends too early.
    UNEXPECTED_END = "P0002";
    /// Syntax of another dialect.
    OTHER_DIALECT = "P0003";
    /// A clause in the wrong place, twice, or without what it needs.
    MISPLACED = "P0004";
}
