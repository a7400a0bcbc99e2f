//! `airc run`: statements of any dialect on a database, through the kernel.

mod results;
mod shell;

use super::args::{Run, Shown};
use super::draw::Drawer;
use super::policy::governed;
use super::{Failure, Verdict, input};
use airc::{Profile, parser_for};
use sqlx_kernel::telemetry::JsonLines;
use sqlx_kernel::url::Tls;
use sqlx_kernel::{ConnectOptions, ExecContext, Session, SqlxKernel};
use std::fs::File;
use std::io::IsTerminal;
use std::time::Duration;

/// How long statements and events may take to end when the program does.
const SHUT_DOWN: Duration = Duration::from_secs(5);

/// A connected kernel and how its results are shown.
struct Runner<'a> {
    arguments: &'a Run,
    quiet: bool,
    kernel: SqlxKernel,
    session: Session,
    context: ExecContext,
    failed: bool,
}

/// Runs the command.
pub(super) fn run(arguments: &Run, shown: &Shown) -> Result<Verdict, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut builder = governed::builder(&arguments.governed.rules, shown)?;
        if let Some(path) = &arguments.events {
            let file = File::create(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
            builder = builder.sink(JsonLines(std::io::BufWriter::new(file)));
        }
        let kernel = builder.start();
        let mut options = ConnectOptions::new(&arguments.url);
        if arguments.no_tls {
            options = options.tls(Tls::Disabled);
        }
        let session = kernel.connect(options).await?;
        let mut context = governed::context(&arguments.governed);
        context.dialect = arguments.from.as_deref().map(Into::into);
        context.deadline = arguments.deadline.map(Duration::from_millis);
        let mut runner = Runner { arguments, quiet: shown.quiet, kernel, session, context, failed: false };
        runner.dialect()?;
        let asks =
            arguments.inputs.is_empty() && arguments.execute.is_empty() && std::io::stdin().is_terminal();
        if asks {
            shell::run(&mut runner).await?
        } else {
            runner.scripts(&mut Drawer::new(shown)).await?
        }
        let verdict = Verdict::of(runner.failed);
        let kernel = runner.kernel.clone();
        drop(runner);
        kernel.shut_down(SHUT_DOWN).await;
        Ok(verdict)
    })
}

impl Runner<'_> {
    /// The profile statements are written in.
    fn dialect(&self) -> Result<Profile, Failure> {
        let name = self.context.dialect.clone().unwrap_or_else(|| self.session.profile());
        Ok(name.parse::<Profile>()?)
    }

    async fn scripts(&mut self, drawer: &mut Drawer) -> Result<(), Failure> {
        for sql in &self.arguments.execute {
            if !self.script(sql).await? {
                return Ok(());
            }
        }
        if !self.arguments.execute.is_empty() && self.arguments.inputs.is_empty() {
            return Ok(());
        }
        for input in input::all(&self.arguments.inputs)? {
            let Some((_, text)) = input.admit(drawer) else {
                self.failed = true;
                continue;
            };
            if !self.script(text).await? {
                break;
            }
        }
        Ok(())
    }

    /// Runs the statements of a script; false if one failed and there is to be no next.
    async fn script(&mut self, script: &str) -> Result<bool, Failure> {
        for sql in statements(script, &self.dialect()?) {
            if !self.statement(sql).await? && !self.arguments.keep_going {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Runs a statement and shows what it gave; false if it failed.
    async fn statement(&mut self, sql: &str) -> Result<bool, Failure> {
        match self.kernel.exec(&self.session, sql, &[], &self.context).await {
            Ok(result) => {
                results::show(&result, self.arguments.format)?;
                if !self.quiet {
                    for assumption in &result.assumptions {
                        eprintln!("assumes {assumption}");
                    }
                }
                Ok(true)
            }
            Err(failure) => {
                self.failed = true;
                eprintln!("airc: {failure}\n    {}", sql.trim().replace('\n', "\n    "));
                Ok(false)
            }
        }
    }
}

/// The statements of a script, as written.
fn statements<'s>(script: &'s str, dialect: &Profile) -> Vec<&'s str> {
    let mut parser = parser_for(dialect);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((parsed, next)) = parser.parse_next(script, at) {
        at = next;
        found.extend(parsed.tree.statements().iter().map(|id| parsed.tree[*id].span.text(script)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_split_by_the_rules_of_its_dialect() {
        let split = |script, dialect: &str| statements(script, &dialect.parse().unwrap());
        assert_eq!(split("SELECT ';'; -- x;\nSELECT 2", "sqlite"), ["SELECT ';'", "SELECT 2"]);
        assert_eq!(split("SELECT $$;$$; SELECT 2;", "postgres"), ["SELECT $$;$$", "SELECT 2"]);
    }
}
