//! What the README shows is what the program prints.
//!
//! Each block marked `console` starts with a command line; the rest is its output, standard error first.

use std::process::Command;

#[test]
fn the_tour_shows_true_outputs() {
    let root = env!("CARGO_MANIFEST_DIR");
    let readme = std::fs::read_to_string(format!("{root}/README.md")).expect("there is a README");
    let mut blocks = 0;
    let mut before = "";
    for rest in readme.split("```console\n") {
        // A block that shows blocks has a longer fence.
        let (opens, fence) = (!before.is_empty(), if before.ends_with('`') { "````" } else { "```" });
        before = rest;
        if !opens {
            continue;
        }
        let block = rest.split(fence).next().unwrap_or_default();
        let (command, shown) = block.split_once('\n').expect("a command and its output");
        let arguments = command.strip_prefix("$ airc ").expect("blocks show our own program");
        let output = Command::new(env!("CARGO_BIN_EXE_airc"))
            .args(arguments.split_whitespace())
            .current_dir(root)
            .output()
            .expect("the program starts");
        let printed = [output.stderr, output.stdout].concat();
        assert_eq!(String::from_utf8_lossy(&printed).trim_end(), shown.trim_end(), "{command}");
        blocks += 1;
    }
    assert!(blocks >= 4, "the tour is gone");
}
