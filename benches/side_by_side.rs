//! `cargo bench`: hands over to the workspace in `bench/`, whose peers bring heavy dependency trees.

use std::process::{Command, exit};

fn main() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let bench = concat!(env!("CARGO_MANIFEST_DIR"), "/bench");
    // Cargo passes `--bench` to every bench target; the rest is for the program.
    let arguments = std::env::args_os().skip(1).filter(|argument| argument != "--bench");
    // `cargo test --benches` only asks whether this starts.
    if std::env::args_os().any(|argument| argument == "--test") {
        return;
    }
    let status = Command::new(cargo).args(["bench", "--"]).args(arguments).current_dir(bench).status();
    match status {
        Ok(status) => exit(status.code().unwrap_or(1)),
        Err(error) => {
            eprintln!("cannot start cargo in bench/: {error}");
            exit(1);
        }
    }
}
