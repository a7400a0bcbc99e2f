//! The keyword table: every word that means something anywhere, and where it is reserved.
//!
//! A word that is not in here is a name. A word that is may still be one: see the fusing layer, which decides by the
//! words around it.

use air_base::Dialect;

macro_rules! words {
    ($($name:ident = $text:literal, $reserved:literal;)*) => {
        /// Keywords, by number. Zero is a word that is none.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u16)]
        pub(crate) enum W {
            Unlisted = 0,
            $($name,)*
        }

        const WORDS: &[W] = &[W::Unlisted, $(W::$name),*];
        const TEXTS: &[&str] = &["", $($text),*];
        const RESERVED: &[u8] = &[0, $(letters($reserved)),*];
    };
}

/// Where a word is reserved, as bits: `m` MySQL and MariaDB, `p` PostgreSQL, `s` SQLite, `o` Oracle, `t` T-SQL. A capital
/// letter: output quotes it, and input may have it as a bare name all the same, as `M` MySQL (but not MariaDB), as `S`
/// SQLite, where it means nothing else, as `O` Oracle, where every query has such a column.
const fn letters(text: &str) -> u8 {
    let text = text.as_bytes();
    let mut bits = 0;
    let mut i = 0;
    while i < text.len() {
        bits |= match text[i] {
            b'm' => 0b1,
            b'p' => 0b10,
            b's' => 0b100,
            b'o' => 0b1000,
            b't' => 0b1_0000,
            b'M' => 0b10_0000,
            b'S' => 0b100_0000,
            b'O' => 0b1000_0000,
            _ => panic!("unknown letter"),
        };
        i += 1;
    }
    bits
}

/// Every word that means something in some dialect, in lower case.
pub fn keywords() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().copied().filter(|text| !text.is_empty())
}

/// The words that are quoted where they are names in a dialect, in lower case.
pub fn reserved_words(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    WORDS.iter().zip(TEXTS).filter(move |(word, _)| word.is_reserved(dialect)).map(|(_, text)| *text)
}

impl W {
    /// The word with this number.
    #[inline]
    pub(crate) fn from_aux(aux: u16) -> W {
        WORDS[(aux as usize).min(WORDS.len() - 1)]
    }

    /// True if the word is quoted where it is a name in `dialect`.
    pub(crate) fn is_reserved(self, dialect: Dialect) -> bool {
        let bits = match dialect {
            Dialect::Mysql | Dialect::Mariadb => 0b10_0001,
            Dialect::Postgres => 0b10,
            Dialect::Sqlite => 0b100_0100,
            Dialect::Oracle => 0b1000_1000,
            Dialect::Mssql => 0b1_0000,
        };
        RESERVED[self as usize] & bits != 0
    }

    /// True if the word is refused as a bare name in `dialect`.
    pub(crate) fn is_no_name(self, dialect: Dialect) -> bool {
        let bits = match dialect {
            Dialect::Mysql => 0b1,
            Dialect::Mariadb => 0b10_0001,
            Dialect::Postgres => 0b10,
            Dialect::Sqlite => 0b100,
            Dialect::Oracle => 0b1000,
            Dialect::Mssql => 0b1_0000,
        };
        RESERVED[self as usize] & bits != 0
    }

    /// The word at `start..end`, without regard to ASCII case.
    #[inline]
    pub(crate) fn find(bytes: &[u8], start: usize, end: usize) -> W {
        let length = end - start;
        if length > LENGTH_MAX {
            return W::Unlisted;
        }
        let folded = match bytes.get(start..start + 16).and_then(|window| window.first_chunk()) {
            Some(window) => fold(window, length),
            None => fold_last(&bytes[start..], length),
        };
        let mut slot = hash(folded);
        loop {
            let candidate = TABLE[slot] as usize;
            if candidate == 0 {
                return W::Unlisted;
            }
            if FOLDED[candidate] == folded && (length <= 16 || is_text(candidate, &bytes[start..end])) {
                return WORDS[candidate];
            }
            slot = (slot + 1) % SLOTS;
        }
    }
}

/// True if `word` is the keyword with this number.
#[cold]
fn is_text(candidate: usize, word: &[u8]) -> bool {
    TEXTS[candidate].as_bytes().eq_ignore_ascii_case(word)
}

/// Longest keyword.
const LENGTH_MAX: usize = 19;

/// Six times as many slots as words: most names of a script miss at the first look.
const SLOTS: usize = 4096;

/// The first sixteen bytes of a word as two numbers, in lower case, zeros behind its end. Setting bit 5 also maps `_`
/// and a few signs to others, the same way on both sides of every comparison.
#[inline]
const fn fold(window: &[u8; 16], length: usize) -> (u64, u64) {
    const CASE: u64 = 0x2020_2020_2020_2020;
    // The lower `count` bytes of a number; at least one.
    const fn lowest(count: usize) -> u64 {
        u64::MAX >> (64 - 8 * count)
    }
    let number = u128::from_le_bytes(*window);
    let low = number as u64 | CASE;
    if length < 8 {
        return (low & (lowest(length + 1) >> 8), 0);
    }
    let high = (number >> 64) as u64 | CASE;
    if length < 16 { (low, high & (lowest(length - 7) >> 8)) } else { (low, high) }
}

/// [`fold`] at the end of the text, where the window does not fit.
#[cold]
#[inline(never)]
fn fold_last(rest: &[u8], length: usize) -> (u64, u64) {
    let mut window = [0; 16];
    for (to, from) in window.iter_mut().zip(rest.iter().take(length)) {
        *to = *from;
    }
    fold(&window, length)
}

#[inline]
const fn hash((low, high): (u64, u64)) -> usize {
    ((low ^ high.rotate_left(23)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SLOTS.trailing_zeros()))
        as usize
}

const fn fold_text(text: &str) -> (u64, u64) {
    let text = text.as_bytes();
    let mut window = [0; 16];
    let mut i = 0;
    while i < text.len() && i < 16 {
        window[i] = text[i];
        i += 1;
    }
    fold(&window, text.len())
}

static FOLDED: [(u64, u64); TEXTS.len()] = {
    let mut folded = [(0, 0); TEXTS.len()];
    let mut i = 1;
    while i < TEXTS.len() {
        folded[i] = fold_text(TEXTS[i]);
        i += 1;
    }
    folded
};

static TABLE: [u16; SLOTS] = {
    let mut table = [0u16; SLOTS];
    let mut i = 1;
    while i < TEXTS.len() {
        assert!(TEXTS[i].len() <= LENGTH_MAX);
        let mut slot = hash(fold_text(TEXTS[i]));
        while table[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        table[slot] = i as u16;
        i += 1;
    }
    table
};

// Reserved marks follow the manuals of MariaDB 10.11 / MySQL 8.4, PostgreSQL 15 (words that are reserved or cannot be
// column names), SQLite 3.45 (words without a fallback to a name), Oracle 19c and SQL Server 2022.
words! {
    Select = "select", "mpsot";
    From = "from", "mpsot";
    Where = "where", "mpsot";
    Group = "group", "mpsot";
    By = "by", "mSot";
    Order = "order", "mpsot";
    Having = "having", "mpsot";
    Union = "union", "mpsot";
    Intersect = "intersect", "mpsot";
    Except = "except", "mpst";
    Minus = "minus", "o";
    All = "all", "mpsot";
    Distinct = "distinct", "mpsot";
    Distinctrow = "distinctrow", "m";
    Unique = "unique", "mpsot";
    As = "as", "mpsot";
    On = "on", "mpsot";
    Using = "using", "mps";
    Join = "join", "mpst";
    Inner = "inner", "mpt";
    Left = "left", "mpSt";
    Right = "right", "mpSt";
    Full = "full", "pt";
    Outer = "outer", "mpt";
    Cross = "cross", "mpt";
    Natural = "natural", "mpS";
    Lateral = "lateral", "mp";
    Apply = "apply", "";
    StraightJoin = "straight_join", "m";
    Limit = "limit", "mps";
    Offset = "offset", "Mp";
    Fetch = "fetch", "mpot";
    First = "first", "";
    Next = "next", "";
    Last = "last", "";
    Row = "row", "";
    Rows = "rows", "m";
    Only = "only", "p";
    Percent = "percent", "t";
    Ties = "ties", "";
    With = "with", "mpSot";
    Recursive = "recursive", "m";
    Materialized = "materialized", "";
    Values = "values", "msot";
    Value = "value", "";
    Table = "table", "mpsot";
    Case = "case", "mpst";
    When = "when", "mpst";
    Then = "then", "mpst";
    Else = "else", "mpsot";
    End = "end", "pSt";
    And = "and", "mpsot";
    Or = "or", "mpsot";
    Not = "not", "mpsot";
    Xor = "xor", "m";
    In = "in", "mpsot";
    Is = "is", "mpsot";
    Null = "null", "mpsot";
    True = "true", "mpS";
    False = "false", "mpS";
    Unknown = "unknown", "";
    Like = "like", "mpSot";
    Ilike = "ilike", "p";
    Similar = "similar", "p";
    Regexp = "regexp", "m";
    Rlike = "rlike", "m";
    Glob = "glob", "";
    Match = "match", "m";
    Escape = "escape", "s";
    Between = "between", "mpsot";
    Symmetric = "symmetric", "p";
    Asymmetric = "asymmetric", "p";
    Isnull = "isnull", "ps";
    Notnull = "notnull", "ps";
    Exists = "exists", "mst";
    Any = "any", "pot";
    SomeWord = "some", "pt";
    Div = "div", "m";
    Mod = "mod", "m";
    Binary = "binary", "mp";
    Collate = "collate", "mpst";
    Cast = "cast", "mps";
    TryCast = "try_cast", "";
    Convert = "convert", "mt";
    TryConvert = "try_convert", "";
    Parse = "parse", "";
    TryParse = "try_parse", "";
    Extract = "extract", "";
    Position = "position", "";
    Substring = "substring", "";
    Substr = "substr", "";
    Mid = "mid", "";
    Trim = "trim", "";
    Overlay = "overlay", "";
    Placing = "placing", "p";
    Both = "both", "mp";
    Leading = "leading", "mp";
    Trailing = "trailing", "mp";
    Interval = "interval", "m";
    Array = "array", "p";
    Date = "date", "";
    Time = "time", "";
    Timestamp = "timestamp", "";
    Timestamptz = "timestamptz", "";
    Datetime = "datetime", "";
    Year = "year", "";
    Month = "month", "";
    Day = "day", "";
    Hour = "hour", "";
    Minute = "minute", "";
    Second = "second", "";
    Microsecond = "microsecond", "";
    Millisecond = "millisecond", "";
    Week = "week", "";
    Quarter = "quarter", "";
    SecondMicrosecond = "second_microsecond", "m";
    MinuteMicrosecond = "minute_microsecond", "m";
    MinuteSecond = "minute_second", "m";
    HourMicrosecond = "hour_microsecond", "m";
    HourSecond = "hour_second", "m";
    HourMinute = "hour_minute", "m";
    DayMicrosecond = "day_microsecond", "m";
    DaySecond = "day_second", "m";
    DayMinute = "day_minute", "m";
    DayHour = "day_hour", "m";
    YearMonth = "year_month", "m";
    Zone = "zone", "";
    Local = "local", "";
    At = "at", "";
    Collation = "collation", "p";
    Against = "against", "";
    Mode = "mode", "";
    Language = "language", "";
    Boolean = "boolean", "";
    Query = "query", "";
    Expansion = "expansion", "";
    Separator = "separator", "m";
    Ignore = "ignore", "m";
    Respect = "respect", "";
    Nulls = "nulls", "";
    Filter = "filter", "";
    Over = "over", "m";
    Within = "within", "";
    Keep = "keep", "";
    DenseRank = "dense_rank", "";
    Window = "window", "mp";
    Partition = "partition", "m";
    Range = "range", "m";
    Groups = "groups", "m";
    Unbounded = "unbounded", "";
    Preceding = "preceding", "";
    Following = "following", "";
    Current = "current", "ot";
    Exclude = "exclude", "";
    Others = "others", "";
    No = "no", "";
    CurrentDate = "current_date", "mpSt";
    CurrentTime = "current_time", "mpSt";
    CurrentTimestamp = "current_timestamp", "mpSt";
    Localtime = "localtime", "mp";
    Localtimestamp = "localtimestamp", "mp";
    CurrentUser = "current_user", "mpt";
    SessionUser = "session_user", "pt";
    CurrentRole = "current_role", "Mp";
    User = "user", "pOt";
    SystemUser = "system_user", "t";
    UtcDate = "utc_date", "m";
    UtcTime = "utc_time", "m";
    UtcTimestamp = "utc_timestamp", "m";
    CurrentCatalog = "current_catalog", "p";
    CurrentSchema = "current_schema", "p";
    Default = "default", "mpsot";
    Variadic = "variadic", "p";
    Prior = "prior", "O";
    ConnectByRoot = "connect_by_root", "";
    Nocycle = "nocycle", "";
    Connect = "connect", "o";
    Start = "start", "o";
    Siblings = "siblings", "";
    Level = "level", "O";
    Sounds = "sounds", "";
    Member = "member", "";
    Of = "of", "ot";
    Overlaps = "overlaps", "p";
    Top = "top", "t";
    Into = "into", "mpsot";
    Outfile = "outfile", "m";
    Dumpfile = "dumpfile", "";
    Temp = "temp", "";
    Temporary = "temporary", "";
    Unlogged = "unlogged", "";
    Global = "global", "";
    Private = "private", "";
    Public = "public", "o";
    Session = "session", "";
    Persist = "persist", "";
    PersistOnly = "persist_only", "";
    Qualify = "qualify", "";
    Rollup = "rollup", "m";
    Cube = "cube", "m";
    Grouping = "grouping", "";
    Sets = "sets", "";
    Asc = "asc", "mpSot";
    Desc = "desc", "mpSot";
    HighPriority = "high_priority", "m";
    LowPriority = "low_priority", "m";
    Delayed = "delayed", "m";
    Quick = "quick", "";
    SqlCalcFoundRows = "sql_calc_found_rows", "m";
    SqlNoCache = "sql_no_cache", "M";
    SqlCache = "sql_cache", "M";
    SqlBufferResult = "sql_buffer_result", "M";
    SqlSmallResult = "sql_small_result", "m";
    SqlBigResult = "sql_big_result", "m";
    For = "for", "mpot";
    Update = "update", "msot";
    Share = "share", "o";
    Lock = "lock", "m";
    Key = "key", "m";
    Nowait = "nowait", "o";
    Skip = "skip", "";
    Locked = "locked", "";
    Wait = "wait", "";
    OptionWord = "option", "mot";
    Xml = "xml", "";
    Json = "json", "";
    Browse = "browse", "t";
    Procedure = "procedure", "mo";
    Proc = "proc", "t";
    Analyse = "analyse", "p";
    Tablesample = "tablesample", "pt";
    Sample = "sample", "";
    Bernoulli = "bernoulli", "";
    System = "system", "";
    Repeatable = "repeatable", "";
    Use = "use", "mt";
    Force = "force", "m";
    Index = "index", "mst";
    Indexed = "indexed", "S";
    Ordinality = "ordinality", "";
    Pivot = "pivot", "t";
    Unpivot = "unpivot", "t";
    Include = "include", "";
    JsonTable = "json_table", "";
    Xmltable = "xmltable", "";
    Openjson = "openjson", "";
    Openxml = "openxml", "t";
    Openrowset = "openrowset", "t";
    Openquery = "openquery", "t";
    Opendatasource = "opendatasource", "t";
    SystemTime = "system_time", "";
    Versions = "versions", "";
    Insert = "insert", "mst";
    Replace = "replace", "m";
    Overriding = "overriding", "";
    Duplicate = "duplicate", "";
    Conflict = "conflict", "";
    Constraint = "constraint", "mpst";
    Do = "do", "p";
    Nothing = "nothing", "s";
    Set = "set", "most";
    Returning = "returning", "mps";
    Output = "output", "";
    Delete = "delete", "most";
    Merge = "merge", "t";
    Matched = "matched", "";
    Target = "target", "";
    Source = "source", "";
    Errors = "errors", "";
    Log = "log", "";
    Abort = "abort", "";
    Fail = "fail", "";
    Rollback = "rollback", "t";
    Create = "create", "mpsot";
    Alter = "alter", "most";
    Drop = "drop", "most";
    Truncate = "truncate", "t";
    View = "view", "ot";
    Sequence = "sequence", "";
    Schema = "schema", "";
    Database = "database", "mt";
    Type = "type", "";
    Domain = "domain", "";
    Function = "function", "t";
    Trigger = "trigger", "moSt";
    Event = "event", "";
    Package = "package", "";
    Body = "body", "";
    Extension = "extension", "";
    Role = "role", "";
    Virtual = "virtual", "m";
    Fulltext = "fulltext", "m";
    Spatial = "spatial", "m";
    Bitmap = "bitmap", "";
    Clustered = "clustered", "t";
    Nonclustered = "nonclustered", "t";
    Columnstore = "columnstore", "";
    Hash = "hash", "";
    Editionable = "editionable", "";
    Noneditionable = "noneditionable", "";
    Definer = "definer", "";
    Algorithm = "algorithm", "";
    Sql = "sql", "m";
    Security = "security", "";
    Invoker = "invoker", "";
    Undefined = "undefined", "";
    Foreign = "foreign", "mpst";
    External = "external", "t";
    If = "if", "mSt";
    Concurrently = "concurrently", "p";
    Online = "online", "";
    Primary = "primary", "mpst";
    Check = "check", "mpsot";
    References = "references", "mpst";
    Generated = "generated", "";
    Always = "always", "";
    Stored = "stored", "";
    Persisted = "persisted", "";
    Persistent = "persistent", "";
    Identity = "identity", "t";
    IdentityInsert = "identity_insert", "t";
    AutoIncrement = "auto_increment", "";
    Autoincrement = "autoincrement", "s";
    Comment = "comment", "";
    Character = "character", "m";
    Charset = "charset", "";
    Visible = "visible", "";
    Invisible = "invisible", "";
    Deferrable = "deferrable", "ps";
    Initially = "initially", "p";
    Deferred = "deferred", "";
    Immediate = "immediate", "";
    Enable = "enable", "";
    Disable = "disable", "";
    Enforced = "enforced", "";
    Validate = "validate", "";
    Novalidate = "novalidate", "";
    Valid = "valid", "";
    Rely = "rely", "";
    Norely = "norely", "";
    Inherit = "inherit", "";
    Inherits = "inherits", "";
    Restrict = "restrict", "m";
    Cascade = "cascade", "m";
    Action = "action", "";
    Simple = "simple", "";
    Partial = "partial", "";
    ColumnFormat = "column_format", "";
    Storage = "storage", "";
    Compression = "compression", "";
    Sparse = "sparse", "";
    Rowguidcol = "rowguidcol", "t";
    Compress = "compress", "";
    Nocompress = "nocompress", "";
    Hidden = "hidden", "";
    Period = "period", "";
    Engine = "engine", "";
    Without = "without", "";
    Rowid = "rowid", "O";
    Strict = "strict", "";
    Commit = "commit", "s";
    Preserve = "preserve", "";
    Including = "including", "";
    Excluding = "excluding", "";
    Tablespace = "tablespace", "";
    Pctfree = "pctfree", "";
    RowFormat = "row_format", "";
    KeyBlockSize = "key_block_size", "";
    MaxRows = "max_rows", "";
    MinRows = "min_rows", "";
    AvgRowLength = "avg_row_length", "";
    Checksum = "checksum", "";
    PackKeys = "pack_keys", "";
    DelayKeyWrite = "delay_key_write", "";
    StatsPersistent = "stats_persistent", "M";
    StatsAutoRecalc = "stats_auto_recalc", "M";
    StatsSamplePages = "stats_sample_pages", "M";
    InsertMethod = "insert_method", "";
    Connection = "connection", "";
    Directory = "directory", "";
    TextimageOn = "textimage_on", "";
    Initrans = "initrans", "";
    Logging = "logging", "";
    Nologging = "nologging", "";
    Cache = "cache", "";
    Nocache = "nocache", "";
    Parallel = "parallel", "";
    Noparallel = "noparallel", "";
    Organization = "organization", "";
    Inmemory = "inmemory", "";
    Segment = "segment", "";
    Monitoring = "monitoring", "";
    Nomonitoring = "nomonitoring", "";
    Rowdependencies = "rowdependencies", "";
    Transactional = "transactional", "";
    PageChecksum = "page_checksum", "M";
    PageCompressed = "page_compressed", "";
    Encryption = "encryption", "";
    Encrypted = "encrypted", "";
    AutoextendSize = "autoextend_size", "";
    Data = "data", "";
    Clone = "clone", "";
    Method = "method", "";
    Unsigned = "unsigned", "m";
    Signed = "signed", "";
    Zerofill = "zerofill", "m";
    Precision = "precision", "m";
    Varying = "varying", "m";
    Double = "double", "m";
    Long = "long", "m";
    Raw = "raw", "";
    National = "national", "";
    Char = "char", "m";
    Byte = "byte", "";
    Setof = "setof", "";
    Max = "max", "";
    To = "to", "mpsot";
    Enum = "enum", "";
    Btree = "btree", "";
    Gin = "gin", "";
    Gist = "gist", "";
    Brin = "brin", "";
    Owned = "owned", "";
    Owner = "owner", "";
    Increment = "increment", "";
    Minvalue = "minvalue", "";
    Maxvalue = "maxvalue", "m";
    Nominvalue = "nominvalue", "";
    Nomaxvalue = "nomaxvalue", "";
    Cycle = "cycle", "";
    Restart = "restart", "";
    Continue = "continue", "mt";
    Nextval = "nextval", "";
    Cascaded = "cascaded", "";
    Read = "read", "m";
    Add = "add", "mst";
    Column = "column", "mpSot";
    Modify = "modify", "";
    Change = "change", "m";
    Rename = "rename", "m";
    After = "after", "";
    Purge = "purge", "m";
    Columns = "columns", "";
    Statistics = "statistics", "t";
    Cluster = "cluster", "";
    Attach = "attach", "";
    Detach = "detach", "";
    Keys = "keys", "m";
    Begin = "begin", "t";
    Transaction = "transaction", "s";
    Tran = "tran", "";
    Work = "work", "";
    Isolation = "isolation", "";
    Uncommitted = "uncommitted", "";
    Committed = "committed", "";
    Serializable = "serializable", "";
    Snapshot = "snapshot", "";
    Write = "write", "m";
    Exclusive = "exclusive", "";
    Savepoint = "savepoint", "";
    Release = "release", "m";
    Save = "save", "t";
    Chain = "chain", "";
    Consistent = "consistent", "";
    Constraints = "constraints", "";
    Names = "names", "";
    Pragma = "pragma", "";
    Explain = "explain", "m";
    Describe = "describe", "m";
    Analyze = "analyze", "mp";
    Vacuum = "vacuum", "";
    Reindex = "reindex", "";
    Show = "show", "m";
    Call = "call", "m";
    Exec = "exec", "t";
    Execute = "execute", "t";
    Prepare = "prepare", "";
    Deallocate = "deallocate", "t";
    Copy = "copy", "";
    Load = "load", "m";
    Declare = "declare", "mt";
    While = "while", "mt";
    Loop = "loop", "m";
    Print = "print", "t";
    Raiserror = "raiserror", "t";
    Throw = "throw", "";
    Return = "return", "mt";
    Cursor = "cursor", "mt";
    Open = "open", "t";
    Close = "close", "t";
    Grant = "grant", "mpot";
    Revoke = "revoke", "mot";
    Handler = "handler", "";
    Kill = "kill", "mt";
    Flush = "flush", "";
    Reset = "reset", "";
    Listen = "listen", "";
    Unlisten = "unlisten", "";
    Notify = "notify", "";
    Refresh = "refresh", "";
    Install = "install", "";
    Backup = "backup", "t";
    Checkpoint = "checkpoint", "t";
    Import = "import", "";
    Signal = "signal", "m";
    Resignal = "resignal", "m";
    Rule = "rule", "";
    Discard = "discard", "";
    Unlock = "unlock", "m";
    Tables = "tables", "";
    Xa = "xa", "";
    Plan = "plan", "";
    Go = "go", "";
    Delimiter = "delimiter", "";
    Final = "final", "";
    Search = "search", "";
    Depth = "depth", "";
    Breadth = "breadth", "";
    Absent = "absent", "";
    Empty = "empty", "";
    Error = "error", "";
    Conversion = "conversion", "";
    Overflow = "overflow", "";
    Object = "object", "";
    Wrapper = "wrapper", "";
    Utc = "utc", "";
    Dual = "dual", "m";
    Holdlock = "holdlock", "t";
    Authorization = "authorization", "pt";
    Password = "password", "";
    Nullif = "nullif", "";
    Raise = "raise", "s";
    Optimize = "optimize", "m";
    Repair = "repair", "";
    Nocheck = "nocheck", "t";
    Waitfor = "waitfor", "t";
    Goto = "goto", "t";
    Deny = "deny", "t";
    Bulk = "bulk", "t";
    Dbcc = "dbcc", "t";
    Reconfigure = "reconfigure", "t";
    Shutdown = "shutdown", "t";
    Unlimited = "unlimited", "";
    Atomic = "atomic", "";
    Instead = "instead", "";
    Each = "each", "m";
    Statement = "statement", "";
    Returns = "returns", "";
    Granted = "granted", "";
    Identified = "identified", "";
    Require = "require", "m";
    Before = "before", "m";
    Elseif = "elseif", "m";
    Repeat = "repeat", "m";
    Iterate = "iterate", "m";
    Leave = "leave", "m";
    Format = "format", "";
    Unicode = "unicode", "";
    Ascii = "ascii", "";
    Treat = "treat", "";
    Rownum = "rownum", "O";
    Ordered = "ordered", "";
    Unregistered = "unregistered", "";
    Reads = "reads", "m";
    Modifies = "modifies", "m";
    Contains = "contains", "";
    Deterministic = "deterministic", "m";
    Result = "result", "";
    Schemabinding = "schemabinding", "";
    Metadata = "metadata", "";
    SecurityBarrier = "security_barrier", "";
    CheckOption = "check_option", "";
    JsonObject = "json_object", "";
    JsonArray = "json_array", "";
    JsonObjectagg = "json_objectagg", "";
    JsonArrayagg = "json_arrayagg", "";
    JsonValue = "json_value", "";
    JsonQuery = "json_query", "";
    JsonExists = "json_exists", "";
    Xmlelement = "xmlelement", "";
    Xmlforest = "xmlforest", "";
    Xmlagg = "xmlagg", "";
    Xmlparse = "xmlparse", "";
    Xmlserialize = "xmlserialize", "";
    Xmlroot = "xmlroot", "";
    Xmlpi = "xmlpi", "";
    Xmlconcat = "xmlconcat", "";
    Listagg = "listagg", "";
    GroupConcat = "group_concat", "";
    StringAgg = "string_agg", "";
    FirstValue = "first_value", "";
    NthValue = "nth_value", "";
    LastValue = "last_value", "";
    RowCount = "row_count", "";
    Collection = "collection", "";
    A = "a", "";
    Infinite = "infinite", "";
    Nan = "nan", "";
    Document = "document", "";
    Normalized = "normalized", "";
    Nfc = "nfc", "";
    Nfd = "nfd", "";
    Old = "old", "";
    New = "new", "";
    NoWait = "no_wait", "";
    Reseed = "reseed", "";
    Inplace = "inplace", "";
    Nocopy = "nocopy", "";
    Unused = "unused", "";
    Supplemental = "supplemental", "";
    Varchar = "varchar", "m";
    Nvarchar = "nvarchar", "";
    Nchar = "nchar", "";
    Number = "number", "";
    Float = "float", "m";
    Real = "real", "m";
    Text = "text", "";
    Timetz = "timetz", "";
    Bool = "bool", "";
    Bpchar = "bpchar", "";
    Int = "int", "m";
    Integer = "integer", "m";
    Bigint = "bigint", "m";
    Smallint = "smallint", "m";
    Numeric = "numeric", "m";
    Decimal = "decimal", "m";
    Bit = "bit", "";
    Uuid = "uuid", "";
    Inet = "inet", "";
    Point = "point", "";
    Jsonb = "jsonb", "";
    Bytea = "bytea", "";
    Money = "money", "";
    Varchar2 = "varchar2", "";
    Serial = "serial", "";
    Circle = "circle", "";
    Box = "box", "";
    Lseg = "lseg", "";
    Path = "path", "";
    Polygon = "polygon", "";
    Line = "line", "";
    Cidr = "cidr", "";
    Macaddr = "macaddr", "";
    Float4 = "float4", "m";
    Float8 = "float8", "m";
    Int2 = "int2", "m";
    Int4 = "int4", "m";
    Int8 = "int8", "m";
    Oid = "oid", "";
    Regclass = "regclass", "";
    Tsvector = "tsvector", "";
    Tsquery = "tsquery", "";
    Int4range = "int4range", "";
    Daterange = "daterange", "";
    Numrange = "numrange", "";
    Tsrange = "tsrange", "";
    Tstzrange = "tstzrange", "";
    Varbit = "varbit", "";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> W {
        let padded = format!("{text} and what follows it");
        let found = W::find(padded.as_bytes(), 0, text.len());
        assert_eq!(W::find(text.as_bytes(), 0, text.len()), found, "{text}");
        found
    }

    #[test]
    fn every_word_is_found_in_any_case() {
        for (i, text) in TEXTS.iter().enumerate().skip(1) {
            assert_eq!(find(text) as usize, i, "{text}");
            assert_eq!(find(&text.to_ascii_uppercase()) as usize, i, "{text}");
        }
        for text in ["", "x", "customer_id", "l_returnflag", "a_word_longer_than_all_keywords"] {
            assert_eq!(find(text), W::Unlisted, "{text}");
        }
    }

    #[test]
    fn words_are_reserved_where_the_manuals_say_so() {
        assert!(W::Limit.is_reserved(Dialect::Postgres));
        assert!(!W::Limit.is_reserved(Dialect::Oracle));
        assert!(W::Rollup.is_reserved(Dialect::Mariadb));
        assert!(!W::Value.is_reserved(Dialect::Mysql));
    }

    #[test]
    fn chains_of_the_table_stay_short() {
        let longest = (1..TEXTS.len())
            .map(|i| {
                let home = hash(FOLDED[i]);
                (0..SLOTS).find(|step| TABLE[(home + step) % SLOTS] as usize == i).unwrap_or(SLOTS)
            })
            .max();
        assert!(longest < Some(8), "{longest:?}");
    }
}
