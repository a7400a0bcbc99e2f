//! Codes of the lexer's diagnostics.

air_base::codes! {
    /// A string, quoted name, comment or bracket that is never closed.
    UNCLOSED = "L0001";
    /// A character that starts no token of the dialect.
    UNKNOWN_CHARACTER = "L0002";
    /// A number with letters behind it.
    BAD_NUMBER = "L0003";
    /// A text longer than spans can tell.
    SOURCE_TOO_LONG = "L0004";
    /// A line for the command line client, left out.
    CLIENT_LINE = "L0101";
    /// `GO n`: the batch runs several times on its own server, and once here.
    REPEATED_BATCH = "L0102";
}
