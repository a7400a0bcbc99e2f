//! Arguments about policies, as clap reads them.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Under which policy, and on whose behalf.
#[derive(Args)]
pub(in crate::cli) struct Governed {
    #[command(flatten)]
    pub(in crate::cli) rules: Rules,
    /// Who asks
    #[arg(long, value_name = "NAME", default_value = "airc")]
    pub(in crate::cli) actor: String,
    /// Whose data it is
    #[arg(long, value_name = "NAME", default_value = "local")]
    pub(in crate::cli) tenant: String,
    /// What the actor is; may be given several times
    #[arg(long, value_name = "ROLE")]
    pub(in crate::cli) role: Vec<String>,
    /// What it is for: oltp, etl, bi or ddl
    #[arg(long, value_name = "PURPOSE", value_parser = ["oltp", "etl", "bi", "ddl"])]
    pub(in crate::cli) purpose: Option<String>,
    /// Where data may be: eu, us or uk
    #[arg(long, value_name = "REGION", value_parser = ["eu", "us", "uk"])]
    pub(in crate::cli) residency: Option<String>,
    /// How much is at stake: low, med or high
    #[arg(long, value_name = "RISK", value_parser = ["low", "med", "high"])]
    pub(in crate::cli) risk: Option<String>,
    /// Where the request comes from
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) origin: Option<String>,
    /// A signed grant, from `airc policy approve`
    #[arg(long, value_name = "TOKEN")]
    pub(in crate::cli) grant: Vec<String>,
}

/// Under which policy.
#[derive(Args)]
pub(in crate::cli) struct Rules {
    /// A pack of rules: a file, or a shipped one (gdpr, hipaa); several hold together. None: everything is allowed
    #[arg(long, value_name = "PACK")]
    pub(in crate::cli) policy: Vec<String>,
    /// Public keys of those who may approve, one file each
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) approver: Vec<PathBuf>,
    /// An audit ledger, from `airc audit init`: decisions are recorded there, and what cannot be recorded does not run
    #[arg(long, value_name = "DIR", requires = "ledger_key")]
    pub(in crate::cli) ledger: Option<PathBuf>,
    /// Private key that the ledger is signed with
    #[arg(long, value_name = "FILE", requires = "ledger")]
    pub(in crate::cli) ledger_key: Option<PathBuf>,
    /// The secret that hashes of masked values are made with
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) mask_key: Option<PathBuf>,
}

/// Policies.
#[derive(Subcommand)]
pub(in crate::cli) enum Policy {
    /// Read packs and report what is wrong with them
    Check {
        /// Files, or names of shipped packs
        #[arg(value_name = "PACK", required = true)]
        packs: Vec<String>,
        /// Also look for tags and masks that do not fit a database
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// Print the decision graph in the language of Graphviz
        #[arg(long)]
        dot: bool,
    },
    /// Try scenarios: one JSON object a line, with what is expected of each
    Test {
        /// Files of scenarios
        #[arg(value_name = "FILE", required = true)]
        scenarios: Vec<PathBuf>,
    },
    /// Show what is decided about a statement, why, and what it becomes
    Explain(PolicyExplain),
    /// Guess which columns of a database hold what, from names, types and some values
    Classify {
        /// The database
        #[arg(long, short, value_name = "URL")]
        url: String,
        /// Values of each column that are looked at
        #[arg(long, value_name = "COUNT", default_value_t = 100)]
        sample: u32,
        /// Least confidence, from 0 to 1
        #[arg(long, value_name = "PART", default_value_t = 0.5)]
        least: f64,
    },
    /// Make a key pair for approving: NAME.key and NAME.pub
    Keygen {
        /// Name of the files
        name: PathBuf,
    },
    /// Ask for an approval of a statement: writes a request to a directory
    Request(PolicyRequest),
    /// List the requests of a directory
    List {
        /// The directory
        #[arg(long, value_name = "DIR")]
        store: PathBuf,
    },
    /// Approve a request: prints the grant
    Approve {
        /// Number of the request
        id: String,
        /// The directory
        #[arg(long, value_name = "DIR")]
        store: PathBuf,
        /// Private key of the approver
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// How long the grant holds
        #[arg(long, default_value_t = 15)]
        minutes: u64,
    },
    /// Deny a request
    Deny {
        /// Number of the request
        id: String,
        /// The directory
        #[arg(long, value_name = "DIR")]
        store: PathBuf,
    },
    /// Grant an actor a role for a while: prints the grant
    Elevate {
        /// The actor
        #[arg(long)]
        actor: String,
        /// Whose data it is
        #[arg(long, default_value = "local")]
        tenant: String,
        /// The role
        #[arg(long)]
        role: String,
        /// Private key of the approver
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// How long the grant holds
        #[arg(long, default_value_t = 15)]
        minutes: u64,
    },
}

#[derive(Args)]
pub(in crate::cli) struct PolicyExplain {
    /// The statement; all that stands behind the options
    #[arg(value_name = "SQL", required = true, trailing_var_arg = true)]
    pub(in crate::cli) sql: Vec<String>,
    /// Dialect of the statement; that of the database by default
    #[arg(long, short, value_name = "PROFILE")]
    pub(in crate::cli) from: Option<String>,
    /// Profile of the engine, where definitions come from a file
    #[arg(long, value_name = "PROFILE", default_value = "postgres")]
    pub(in crate::cli) to: String,
    /// Definitions, in the dialect of the engine
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) schema: Option<PathBuf>,
    /// A live database, in place of a file
    #[arg(long, short, value_name = "URL", conflicts_with = "schema")]
    pub(in crate::cli) url: Option<String>,
    /// As if somebody had approved it
    #[arg(long)]
    pub(in crate::cli) approved: bool,
    #[command(flatten)]
    pub(in crate::cli) governed: Governed,
}

#[derive(Args)]
pub(in crate::cli) struct PolicyRequest {
    /// The statement
    pub(in crate::cli) sql: String,
    /// The database
    #[arg(long, short, value_name = "URL")]
    pub(in crate::cli) url: String,
    /// Dialect of the statement; that of the database by default
    #[arg(long, short, value_name = "PROFILE")]
    pub(in crate::cli) from: Option<String>,
    /// The directory that requests are written to
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) store: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) governed: Governed,
}
