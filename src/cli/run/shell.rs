//! The interactive shell.

use super::super::Failure;
use super::Runner;
use airc::air::catalog::Catalog;
use airc::{Options, Profile, schema};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{Context, Editor, Helper};
use sqlx_kernel::Scope;
use std::path::PathBuf;

const HELP: &str = "\
Statements end with `;`. Besides:
  \\explain SQL   what the database would be sent, and why that is right
  \\from DIALECT  statements are written in this dialect from now on
  \\stats         figures of the kernel
  \\q             leave";

/// Words of statements that are offered beside names of tables and columns.
const WORDS: &[&str] = &[
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP BY",
    "HAVING",
    "ORDER BY",
    "LIMIT",
    "INSERT INTO",
    "VALUES",
    "UPDATE",
    "SET",
    "DELETE",
    "CREATE TABLE",
    "DROP TABLE",
    "JOIN",
    "LEFT JOIN",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "DISTINCT",
    "BETWEEN",
    "EXISTS",
];

/// Completes the last word.
struct Words {
    names: Vec<String>,
}

impl Completer for Words {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let boundary = |letter: char| !(letter.is_alphanumeric() || letter == '_');
        let start = line[..at].rfind(boundary).map_or(0, |before| before + 1);
        let typed = line[start..at].to_lowercase();
        if typed.is_empty() {
            return Ok((start, Vec::new()));
        }
        let fits = |name: &&str| name.to_lowercase().starts_with(&typed);
        let names = self.names.iter().map(String::as_str).chain(WORDS.iter().copied());
        Ok((start, names.filter(fits).map(str::to_owned).collect()))
    }
}

impl Hinter for Words {
    type Hint = String;
}
impl Highlighter for Words {}
impl Validator for Words {}
impl Helper for Words {}

/// Asks for statements until there are no more.
pub(super) async fn run(runner: &mut Runner<'_>) -> Result<(), Failure> {
    let mut editor: Editor<Words, FileHistory> = Editor::new()?;
    editor.set_helper(Some(Words { names: names(runner) }));
    let history = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".airc_history"));
    if let Some(path) = &history {
        // There is none the first time.
        let _ = editor.load_history(path);
    }
    if !runner.quiet {
        println!("{:?}, {}; \\? for help", runner.session, runner.session.profile());
    }
    let mut pending = String::new();
    loop {
        let prompt = if pending.is_empty() { "airc> " } else { "  ... " };
        let line = match editor.readline(prompt) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => {
                pending.clear();
                continue;
            }
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(error.into()),
        };
        if pending.is_empty() && line.trim_start().starts_with('\\') {
            let _ = editor.add_history_entry(line.trim());
            if !command(runner, line.trim()).await {
                break;
            }
            continue;
        }
        pending.push_str(&line);
        pending.push('\n');
        if pending.trim().is_empty() {
            pending.clear();
        } else if pending.trim_end().ends_with(';') {
            let _ = editor.add_history_entry(pending.trim());
            let script = std::mem::take(&mut pending);
            // What failed was said; the next statement is for the user to decide.
            let _ = runner.script(&script).await?;
            editor.set_helper(Some(Words { names: names(runner) }));
        }
    }
    if let Some(path) = &history {
        // A home that cannot be written to has no history.
        let _ = editor.save_history(path);
    }
    runner.failed = false;
    Ok(())
}

/// Carries out a command of the shell; false to leave.
async fn command(runner: &mut Runner<'_>, line: &str) -> bool {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim().trim_end_matches(';');
    match word {
        "\\q" => return false,
        "\\stats" => {
            let stats = runner.kernel.stats(Scope::Kernel);
            println!("{}", serde_json::to_string_pretty(&stats).unwrap_or_default());
        }
        "\\from" => match rest.parse::<Profile>() {
            Ok(_) => runner.context.dialect = Some(rest.into()),
            Err(error) => eprintln!("airc: {error}"),
        },
        "\\explain" => match runner.kernel.prepare(&runner.session, rest, &runner.context).await {
            Ok(prepared) => {
                for sql in &prepared.lowered {
                    println!("{sql};");
                }
                println!("-- {}, class {:?}", prepared.air_id, prepared.class);
                for assumption in &prepared.assumptions {
                    println!("-- assumes {assumption}");
                }
            }
            Err(failure) => eprintln!("airc: {failure}"),
        },
        _ => println!("{HELP}"),
    }
    true
}

/// Names of tables and columns.
fn names(runner: &Runner<'_>) -> Vec<String> {
    let Ok(profile) = runner.session.profile().parse::<Profile>() else { return Vec::new() };
    let mut catalog = Catalog::default();
    // What cannot be read is not offered.
    let _ = schema::read(&runner.session.definitions(), &profile, &Options::default(), &mut catalog);
    let mut names = Vec::new();
    for table in catalog.tables() {
        names.push(table.name.clone());
        names.extend(table.columns.iter().map(|column| column.name.clone()));
    }
    names.sort_unstable();
    names.dedup();
    names
}
