//! Makes the parser's tables from `src/sql.lalrpop`, and opens them to our own driver.

use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-changed=src/sql.lalrpop");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let made = lalrpop::Configuration::new()
        .set_in_dir("src")
        .set_out_dir(&out)
        .force_build(true)
        .emit_rerun_directives(false)
        .process();
    if let Err(error) = made {
        eprintln!("{error}");
        std::process::exit(1);
    }
    let path = out.join("sql.rs");
    let tables = std::fs::read_to_string(&path).expect("the generator wrote the tables");
    std::fs::write(&path, open(&tables)).expect("the tables can be written back");
}

/// The generator keeps its tables to itself. The driver in `src/driver.rs` needs these.
fn open(tables: &str) -> String {
    let mut text = tables.to_owned();
    for (from, to) in [
        ("mod __parse__Statement {", "pub(crate) mod parse_tables {"),
        ("self::__parse__Statement::", "self::parse_tables::"),
        ("    const __ACTION: &[i16] = &[", "    pub(crate) static __ACTION: &[i16] = &["),
        ("    const __EOF_ACTION: &[i16] = &[", "    pub(crate) static __EOF_ACTION: &[i16] = &["),
        ("    fn __reduce<", "    pub(crate) fn __reduce<"),
        ("    fn __accepts<", "    pub(crate) fn __accepts<"),
    ] {
        assert!(text.contains(from), "this version of the generator writes no `{from}`");
        text = text.replace(from, to);
    }
    text
}
