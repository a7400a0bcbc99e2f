//! Makes the parser's tables from `src/sql.lalrpop`, and opens them to our own driver.

use std::fmt::Write;
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
    with_frequent_actions(&dense_goto(&text))
}

/// So many kinds of tokens at the start are frequent; the driver checks that it agrees with `K::FREQUENT`.
const FREQUENT: usize = 32;

/// Adds a copy of the actions on frequent tokens, in which those of one state lie side by side: one line of the cache
/// for each state. In the whole table, of which a script of small statements uses a little here and there, waiting for
/// memory was the largest part of the driver's time.
fn with_frequent_actions(text: &str) -> String {
    let (actions, states) = (entries(text, "__ACTION"), entries(text, "__EOF_ACTION").len());
    let terminals = actions.len() / states;
    let frequent: Vec<&[i16]> = actions.chunks_exact(terminals).map(|state| &state[..FREQUENT]).collect();
    let mut made = text.to_owned();
    let before = made.find("    pub(crate) static __EOF_ACTION").expect("it was found above");
    made.insert_str(
        before,
        &format!("    pub(crate) static __FREQUENT_ACTION: [[i16; {FREQUENT}]; {states}] = {frequent:?};\n"),
    );
    made
}

/// The numbers of a table.
fn entries(text: &str, table: &str) -> Vec<i16> {
    text.split_once(&format!("static {table}: &[i16] = &["))
        .and_then(|(_, rest)| rest.split_once(']'))
        .map(|(numbers, _)| {
            let numbers = numbers.lines().filter(|line| !line.trim().starts_with("//"));
            numbers.flat_map(|line| line.split(',')).filter_map(|number| number.trim().parse().ok()).collect()
        })
        .unwrap_or_else(|| panic!("the generator writes `{table}`"))
}

/// The state behind a reduction is looked up in nested matches, whose branches are hard to predict: about two for each
/// reduction. Here they become a table, in which nonterminals that lead to one state only have a row of one element.
fn dense_goto(text: &str) -> String {
    const HEAD: &str = "    fn __goto(state: i16, nt: usize) -> i16 {";
    let start = text.find(HEAD).expect("the generator writes `__goto`");
    let length = text[start..].find("\n    }\n").expect("`__goto` ends") + "\n    }\n".len();
    let states = entries(text, "__EOF_ACTION").len();

    let mut table: Vec<i16> = Vec::new();
    // By nonterminal: where its row starts, and what of the state counts.
    let mut rows: Vec<(u32, u16)> = Vec::new();
    let mut open_row: Option<(usize, Vec<(usize, i16)>)> = None;
    for line in text[start + HEAD.len()..start + length].lines().map(str::trim) {
        if line == "}," {
            continue;
        }
        let Some((key, value)) = line.split_once(" => ") else { continue };
        if value == "match state {" {
            open_row = Some((number(key), Vec::new()));
            continue;
        }
        let to = number(value.trim_end_matches(',')) as i16;
        match &mut open_row {
            Some((_, listed)) if key != "_" => {
                for range in key.split(" | ") {
                    let (low, high) = range.split_once("..=").unwrap_or((range, range));
                    listed.extend((number(low)..=number(high)).map(|state| (state, to)));
                }
            }
            Some((nonterminal, listed)) => {
                rows.resize(rows.len().max(*nonterminal + 1), (0, 0));
                rows[*nonterminal] = (table.len() as u32, u16::MAX);
                let row = table.len();
                table.resize(row + states, to);
                for (state, to) in listed.drain(..) {
                    table[row + state] = to;
                }
                open_row = None;
            }
            None if key != "_" => {
                let nonterminal = number(key);
                rows.resize(rows.len().max(nonterminal + 1), (0, 0));
                rows[nonterminal] = (table.len() as u32, 0);
                table.push(to);
            }
            None => {}
        }
    }
    assert!(rows.len() > 100 && states > 500, "`__goto` looks unlike what this was written for");

    let mut made = String::new();
    let _ = writeln!(made, "    static __GOTO_ROWS: [(u32, u16); {}] = {rows:?};", rows.len());
    let _ = writeln!(made, "    static __GOTO: [i16; {}] = {table:?};", table.len());
    made.push_str("    #[inline]\n");
    made.push_str(HEAD);
    made.push_str(
        "\n        let (row, counts) = __GOTO_ROWS[nt];\n        __GOTO[row as usize + (state as u16 & counts) as usize]\n    }\n",
    );
    format!("{}{made}{}", &text[..start], &text[start + length..])
}

fn number(text: &str) -> usize {
    text.parse().unwrap_or_else(|_| panic!("`__goto` has `{text}` where a number is expected"))
}
