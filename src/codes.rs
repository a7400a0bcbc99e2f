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

/// Codes of audit ledgers. The crate of the ledger is usable without any of ours and says them by itself; a test
/// compares.
pub mod audit {
    air_base::codes! {
        /// A file of an audit ledger cannot be read or written.
        FILE = "A0001";
        /// Another writer has the ledger open.
        LOCKED = "A0002";
        /// The ledger is signed by another key.
        OTHER_KEY = "A0003";
        /// A key, or the file of one, cannot be used.
        KEY = "A0004";
        /// An event is too long.
        TOO_LONG = "A0005";
        /// Too much waits to be written.
        FULL = "A0006";
        /// The ledger takes nothing any more after a failure.
        FAILED = "A0007";
        /// There is no signed record of this number.
        NO_RECORD = "A0008";
        /// A proof or an anchor does not hold.
        PROOF = "A0009";
        /// The last write was cut short.
        TORN = "A0101";
        /// This is no frame of a record.
        FRAME = "A0102";
        /// The bytes of a record are not those that were written.
        CRC = "A0103";
        /// A record does not follow the one before it.
        CHAIN = "A0104";
        /// A checkpoint signs other records than those before it.
        MERKLE = "A0105";
        /// A signature is not by the key of the ledger.
        SIGNATURE = "A0106";
        /// No trusted key signed the ledger.
        UNTRUSTED = "A0107";
        /// Records or a segment are missing.
        GAP = "A0108";
        /// Another continuation of the ledger was made known.
        FORK = "A0109";
        /// The ledger ends before a checkpoint that was made known.
        TRUNCATED = "A0110";
        /// More records without a checkpoint than a writer leaves.
        UNSIGNED = "A0111";
        /// Another ledger's, or of an unknown version.
        FOREIGN = "A0112";
        /// The note of the last acknowledged checkpoint cannot be read.
        TIP = "A0113";
    }
}
