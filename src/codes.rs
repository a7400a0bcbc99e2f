//! Codes of the diagnostics of the compile API and the command line. Stable: a code is never reused.

air_base::codes! {
    /// The input is no UTF-8 text.
    NOT_UTF8 = "C0100";
    /// The statement means nothing on the target, such as a client setting: nothing is emitted.
    NOTHING_EMITTED = "C0200";
    /// The profile declares no such assumption and strict mode is on.
    ASSUMPTION = "C0201";
    /// The schema of a request or of the command line has an error.
    SCHEMA = "C0300";
    /// A request of the JSON lines protocol cannot be read.
    REQUEST = "C0400";
    /// Several statements up to one client delimiter.
    SEVERAL = "C0202";
    /// Nothing says which dialect a document of an editor is in.
    NO_DIALECT = "C0500";
}
