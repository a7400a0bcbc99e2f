//! Words that Oracle reserves, and words that cannot be column names or aliases.

/// Lower case, sorted.
#[rustfmt::skip]
pub const RESERVED: &[&str] = &[
    "access", "add", "all", "alter", "and", "any", "as", "asc", "audit", "between", "by", "char", "check",
    "cluster", "column", "column_value", "comment", "compress", "connect", "create", "cross", "current",
    "date", "decimal", "default", "delete", "desc", "distinct", "drop", "else", "exclusive", "exists", "file",
    "float", "for", "from", "full", "grant", "group", "having", "identified", "immediate", "in", "increment",
    "index", "initial", "inner", "insert", "integer", "intersect", "into", "is", "join", "left", "level",
    "like", "lock", "long", "maxextents", "minus", "mlslabel", "mode", "modify", "natural", "nested_table_id",
    "noaudit", "nocompress", "not", "nowait", "null", "number", "of", "offline", "on", "online", "option",
    "or", "order", "pctfree", "prior", "public", "raw", "rename", "resource", "revoke", "right", "row",
    "rowid", "rownum", "rows", "select", "session", "set", "share", "size", "smallint", "start", "successful",
    "synonym", "sysdate", "table", "then", "to", "trigger", "uid", "union", "unique", "update", "user",
    "using", "validate", "values", "varchar", "varchar2", "view", "when", "whenever", "where", "with",
];
