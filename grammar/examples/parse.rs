//! Parses a file of statements separated by NUL bytes, or a script, and prints what could not be read.
//! `cargo run --example parse -- <dialect> <file> [--each]`

use airc_grammar::Parser;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let dialect = args[1].parse().expect("a dialect");
    let text = std::fs::read_to_string(&args[2]).expect("a readable file");
    let mut parser = Parser::of(dialect);
    let mut failed = 0;
    let mut total = 0;
    let parts: Vec<&str> = if args.iter().any(|a| a == "--each") { text.split('\0').collect() } else { vec![&text] };
    for part in parts {
        let parsed = parser.parse(part);
        total += parsed.tree.statements().len();
        for diagnostic in parsed.diagnostics {
            failed += 1;
            let span = diagnostic.span();
            let start = part[..(span.start as usize).min(part.len())].rfind('\n').map_or(0, |at| at + 1);
            let line = part[start..].lines().next().unwrap_or("");
            println!("{} {}\n    {}", diagnostic.code, diagnostic.message, line.chars().take(200).collect::<String>());
        }
    }
    println!("{total} statements, {failed} diagnostics");
}
