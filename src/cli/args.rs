//! The arguments, as clap reads them.

use super::policy::args::{Governed, Policy};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// A SQL compiler: every statement ends exact, exact under listed assumptions, or refused with a reason.
#[derive(Parser)]
#[command(name = "airc", version, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) shown: Shown,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Translate scripts from one dialect to others
    Translate(Translate),
    /// Read and type scripts, and report what is wrong with them
    Check(Check),
    /// Show why each statement's translation is right, and its plan; or what a code means: `airc explain B0502`
    Explain(Explain),
    /// Print scripts neatly in their own dialect
    Fmt(Fmt),
    /// Print the dialect-neutral meaning of each statement
    Air(Meaning),
    /// Report what becomes of a directory of scripts on other databases
    Assess(Assess),
    /// Show which table columns each result column comes from
    Lineage(Lineage),
    /// Serve editors: the language server protocol on standard input and output
    #[cfg(feature = "lsp")]
    Lsp(Lsp),
    /// Run statements of any dialect on a database, or ask for them
    Run(Run),
    /// Begin, verify, show and export audit ledgers, and prove what is in them
    Audit(Audit),
    /// Let clients of PostgreSQL and MySQL talk to any database
    #[cfg(feature = "serve")]
    Serve(Box<super::serve::Serve>),
    /// Look at a kernel that serves, and at its configuration
    #[cfg(feature = "serve")]
    Kernel(super::kernel::Kernel),
    /// Read, try and explain policies; classify columns; approve statements
    #[command(subcommand)]
    Policy(Policy),
    /// List the dialects, or show the settings of a profile
    Profile(ProfileArguments),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// How results look.
#[derive(Args)]
pub(super) struct Shown {
    /// Form of diagnostics, on standard error
    #[arg(long, value_enum, default_value_t = Form::Text, global = true)]
    pub(super) diagnostics: Form,
    /// When to use colour
    #[arg(long, value_enum, default_value_t = When::Auto, global = true)]
    pub(super) color: When,
    /// Print no summary and no notes
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What is read, and as what.
#[derive(Args)]
pub(super) struct Reading {
    /// Files, directories (all .sql files below) or glob patterns; `-` or none: standard input
    #[arg(value_name = "INPUT")]
    pub(super) inputs: Vec<String>,
    /// Source profile: a dialect, or dialect@version
    #[arg(long, short, value_name = "PROFILE")]
    pub(super) from: Option<String>,
    /// Definitions in the source dialect; afterwards an unknown table is an error
    #[arg(long, value_name = "FILE")]
    pub(super) schema: Vec<PathBuf>,
    /// Read the definitions from a live database: sqlite:FILE, postgres://…, mysql://…, mariadb://…
    #[arg(long, value_name = "URL")]
    pub(super) schema_url: Option<String>,
    /// A setting of the source server, such as `collation=utf8mb4_bin`; with the prefix `to.` of the target server
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) settings: Vec<String>,
    /// An assumption you vouch for, such as `ascii-text`; see `airc profile`
    #[arg(long, value_name = "ASSUMPTION")]
    pub(super) declare: Vec<String>,
    /// Deepest nesting that is compiled
    #[arg(long, value_name = "LEVELS", default_value_t = air_base::limits::NESTING_DEPTH_DEFAULT)]
    pub(super) max_depth: u32,
}

/// What a translation may do.
#[derive(Args)]
pub(super) struct Allowing {
    /// Refuse every statement that needs an assumption which is not declared
    #[arg(long)]
    pub(super) strict: bool,
    /// Emit and mark translations that differ in a stated way
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(super) allow: Option<Allow>,
    /// Switch a rewrite rule off
    #[arg(long, value_name = "RULE")]
    pub(super) disable_rule: Vec<String>,
    /// Longest line that is not broken up
    #[arg(long, value_name = "CHARACTERS", default_value_t = 100)]
    pub(super) width: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Allow {
    /// Translations that differ in a stated way
    Approximate,
}

/// Where to, and what is allowed on the way.
#[derive(Args)]
pub(super) struct Targets {
    /// Target profile; may be given several times
    #[arg(long, short, value_name = "PROFILE")]
    pub(super) to: Vec<String>,
    #[command(flatten)]
    pub(super) allowing: Allowing,
}

#[derive(Args)]
pub(super) struct Translate {
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) targets: Targets,
    /// Write the results there, one file per input and target
    #[arg(long, short, value_name = "DIRECTORY")]
    pub(super) out_dir: Option<PathBuf>,
    /// Print a certificate for each statement as well
    #[arg(long, value_enum, value_name = "FORM")]
    pub(super) certificate: Option<Form>,
    /// Run the SQLite translation on an embedded database, `sqlite:FILE` or `sqlite::memory:`, and print what it holds
    #[arg(long, value_name = "DATABASE")]
    pub(super) load: Option<String>,
    /// Serve requests, one JSON object a line: {"id","from","to","sql"} on standard input
    #[arg(long, conflicts_with_all = ["inputs", "out_dir", "certificate", "load"])]
    pub(super) jsonl: bool,
}

#[derive(Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) reading: Reading,
}

#[derive(Args)]
pub(super) struct Explain {
    #[command(flatten)]
    pub(super) reading: Reading,
    /// Target profile
    #[arg(long, short, value_name = "PROFILE")]
    pub(super) to: Option<String>,
    #[command(flatten)]
    pub(super) allowing: Allowing,
    /// Print the plans in the language of Graphviz and nothing else
    #[arg(long, conflicts_with = "json")]
    pub(super) dot: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args)]
pub(super) struct Fmt {
    /// Files, directories (all .sql files below) or glob patterns; `-` or none: standard input
    #[arg(value_name = "INPUT")]
    pub(super) inputs: Vec<String>,
    /// Profile: a dialect, or dialect@version
    #[arg(long, short, value_name = "PROFILE")]
    pub(super) from: Option<String>,
    /// A setting of the server, such as `sql_mode=ANSI_QUOTES`
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) settings: Vec<String>,
    /// Longest line that is not broken up
    #[arg(long, value_name = "CHARACTERS", default_value_t = 100)]
    pub(super) width: usize,
    /// Change the files
    #[arg(long, conflicts_with = "check")]
    pub(super) write: bool,
    /// Only tell which files would change; exit code 1 if any would
    #[arg(long)]
    pub(super) check: bool,
}

#[derive(Args)]
pub(super) struct Meaning {
    #[command(flatten)]
    pub(super) reading: Reading,
    /// As rewritten for this target, not as bound
    #[arg(long, short, value_name = "PROFILE")]
    pub(super) to: Option<String>,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
    /// With places in the source text
    #[arg(long)]
    pub(super) spans: bool,
}

#[derive(Args)]
pub(super) struct Assess {
    #[command(flatten)]
    pub(super) reading: Reading,
    #[command(flatten)]
    pub(super) targets: Targets,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
    /// Write the report as one HTML page
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
}

#[cfg(feature = "lsp")]
#[derive(Args)]
pub(super) struct Lsp {
    /// Source profile of files that do not say it themselves; `x.mysql.sql` does
    #[arg(long, short, value_name = "PROFILE")]
    pub(super) from: Option<String>,
    /// Definitions in that dialect
    #[arg(long, value_name = "FILE")]
    pub(super) schema: Option<PathBuf>,
    /// A setting of the source server, such as `collation=utf8mb4_bin`
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) settings: Vec<String>,
    /// Longest line that formatting does not break up
    #[arg(long, value_name = "CHARACTERS", default_value_t = 100)]
    pub(super) width: usize,
}

#[derive(Args)]
pub(super) struct Lineage {
    #[command(flatten)]
    pub(super) reading: Reading,
    /// Print the graphs in the language of Graphviz
    #[arg(long, conflicts_with = "json")]
    pub(super) dot: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args)]
pub(super) struct ProfileArguments {
    /// A dialect, or dialect@version; none: all dialects
    pub(super) profile: Option<String>,
    /// A setting, such as `collation=utf8mb4_bin`
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) settings: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// What is run, where, and how its results look.
#[derive(Args)]
pub(super) struct Run {
    /// Files, directories (all .sql files below) or glob patterns; `-`: standard input; none on a terminal: a shell
    #[arg(value_name = "INPUT")]
    pub(super) inputs: Vec<String>,
    /// The database: sqlite:FILE, sqlite::memory:, postgres://…, mysql://…, mariadb://…
    #[arg(long, short, value_name = "URL")]
    pub(super) url: String,
    /// Dialect the statements are written in; that of the database by default
    #[arg(long, short, value_name = "PROFILE")]
    pub(super) from: Option<String>,
    /// A statement, in place of files; may be given several times
    #[arg(long, short, value_name = "SQL")]
    pub(super) execute: Vec<String>,
    /// Form of results
    #[arg(long, value_enum, default_value_t = Results::Table)]
    pub(super) format: Results,
    /// Go on after a statement that failed
    #[arg(long)]
    pub(super) keep_going: bool,
    /// Longest time a statement may take
    #[arg(long, value_name = "MILLISECONDS")]
    pub(super) deadline: Option<u64>,
    /// Write the kernel's events there, one JSON object per line
    #[arg(long, value_name = "FILE")]
    pub(super) events: Option<PathBuf>,
    /// Connect in the clear to a server on another host
    #[arg(long)]
    pub(super) no_tls: bool,
    #[command(flatten)]
    pub(super) governed: Governed,
}

/// Form of results.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Results {
    /// For people
    Table,
    /// Comma-separated, with a line of names
    Csv,
    /// One JSON object per row
    Json,
}

#[derive(Args)]
pub(super) struct Audit {
    #[command(subcommand)]
    pub(super) command: AuditCommand,
}

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Make a key and begin a ledger
    Init {
        /// Directory of the ledger: missing or empty
        dir: PathBuf,
        /// File of the signing key, which is made; DIR.key by default, the public key beside it
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Verify a whole ledger: exit code 1 and the place of the first wrong record if it is not what was written
    Verify {
        #[command(flatten)]
        ledger: Ledgers,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print events, verifying them on the way
    Show {
        #[command(flatten)]
        ledger: Ledgers,
        #[command(flatten)]
        chosen: Chosen,
    },
    /// Write events with a proof for each, for those who have the public key alone
    Export {
        #[command(flatten)]
        ledger: Ledgers,
        #[command(flatten)]
        chosen: Chosen,
        /// Form of the export
        #[arg(long, value_enum, default_value_t = Evidence::Jsonl)]
        format: Evidence,
        /// Write it there
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Prove that a record is in the ledger, or that the ledger still contains what an earlier checkpoint signed
    Prove {
        #[command(flatten)]
        ledger: Ledgers,
        /// Number of the record
        #[arg(long, value_name = "NUMBER", required_unless_present = "since")]
        seq: Option<u64>,
        /// Number of the earlier checkpoint
        #[arg(long, value_name = "NUMBER")]
        since: Option<u64>,
    },
}

/// A ledger and what is known of it.
#[derive(Args)]
pub(super) struct Ledgers {
    /// Directory of the ledger
    pub(super) dir: PathBuf,
    /// A public key that is trusted, as a file or as its text; DIR.pub by default
    #[arg(long, value_name = "KEY")]
    pub(super) key: Vec<String>,
    /// A file of checkpoints that were made known, each of which must be in the ledger
    #[arg(long, value_name = "FILE")]
    pub(super) anchor: Vec<PathBuf>,
}

/// Which events.
#[derive(Args)]
pub(super) struct Chosen {
    /// From this time on, such as 2026-11-28 or 2026-11-28T22:49:01Z
    #[arg(long, value_name = "TIME")]
    pub(super) from: Option<String>,
    /// Before this time
    #[arg(long, value_name = "TIME")]
    pub(super) until: Option<String>,
    /// Of this actor
    #[arg(long)]
    pub(super) actor: Option<String>,
    /// Of this tenant
    #[arg(long)]
    pub(super) tenant: Option<String>,
    /// About this table
    #[arg(long)]
    pub(super) table: Option<String>,
}

/// Form of an export.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Evidence {
    /// One JSON object a line
    Jsonl,
    /// Comma-separated, with a line of names
    Csv,
}
