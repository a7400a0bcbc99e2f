//! The command line: `airc translate`, `check`, `explain`, `fmt`, `air`, `lineage`, `profile`.

mod cli;

use std::process::ExitCode;

/// Stack of the working thread. Reserved, not used: deep statements get stacks of their own, and this covers what
/// walks their results.
const STACK_BYTES: usize = 256 << 20;

fn main() -> ExitCode {
    let worker = std::thread::Builder::new().name("airc".to_owned()).stack_size(STACK_BYTES).spawn(cli::run);
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // The panic has been printed; it is a defect of ours and no verdict on the input.
        Ok(Err(_)) => ExitCode::from(101),
        Err(error) => {
            eprintln!("airc: cannot start a thread: {error}");
            ExitCode::from(2)
        }
    }
}
