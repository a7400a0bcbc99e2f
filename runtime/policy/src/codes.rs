//! Codes of what is wrong with a pack. Stable: a code is never reused.

air_base::codes! {
    /// Something else stands where the language has a word of its own.
    SYNTAX = "G0001";
    /// An attribute, verb, mask or obligation that does not exist.
    WORD = "G0002";
    /// An attribute is compared with something it never is.
    VALUE = "G0003";
    /// A tag that no line declares.
    TAG = "G0004";
    /// Two rules of one name.
    RULE = "G0005";
    /// A rule that can never do anything.
    IDLE = "G0006";
    /// A condition is nested too deep.
    DEEP = "G0007";
    /// A mask does not fit the type of a column it is for.
    MASK = "G0008";
    /// A pattern matches no column of the schema.
    NOTHING = "G0009";
}
