//! Codes of the diagnostics of legalization and rendering. Stable: a code is never reused.

air_base::codes! {
    /// The target has no form for a builtin.
    BUILTIN = "T0100";
    /// The target has no form for a type.
    TYPE = "T0101";
    /// The target has no form for a literal value.
    LITERAL = "T0102";
    /// The target compares texts otherwise and cannot be told to compare as the source does.
    COLLATION = "T0103";
    /// A conversion cannot be made to behave as on the source.
    CAST = "T0104";
    /// A number cannot be computed as on the source.
    NUMBER = "T0105";
    /// The target has no form for a shape of query.
    QUERY = "T0200";
    /// The target has no form for a row limit.
    LIMIT = "T0201";
    /// The target has no form for a join or row source.
    JOIN = "T0202";
    /// The target has no form for a grouping.
    GROUPING = "T0203";
    /// The target has no form for a window.
    WINDOW = "T0204";
    /// The target has no form for a change of data.
    CHANGE = "T0300";
    /// The target has no form for an upsert, or which key is meant cannot be proved.
    UPSERT = "T0301";
    /// The target cannot return rows of a change.
    RETURNING = "T0302";
    /// The target has no form for a definition.
    DEFINITION = "T0400";
    /// The target has no form for a constraint or index.
    CONSTRAINT = "T0401";
    /// The target has no form for a trigger, or would run it otherwise.
    TRIGGER = "T0402";
    /// The target has no form for a routine.
    ROUTINE = "T0403";
    /// The target has no form for transaction control.
    TRANSACTION = "T0500";
    /// The columns of a table have to be known and no schema gives them.
    SCHEMA_NEEDED = "T0600";
    /// A name does not fit the target.
    NAME = "T0601";
    /// An assumption the strict mode does not admit.
    ASSUMPTION = "T0700";
    /// A protected column or row would be told, or changed unseen.
    PROTECTED = "T0800";
    /// A rule that is needed is switched off, or a rule is missing: the node reached the renderer.
    UNLEGALIZED = "T0900";
    /// Rewriting did not come to an end.
    STEPS = "T0901";
}
