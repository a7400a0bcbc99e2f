//! A page for each code: what it means, SQL that triggers it, what to do. Written in `docs/codes`, one file per crate
//! that speaks.

use air_base::Code;

/// The files of pages, in the order in which a statement can meet their codes.
const FILES: &[&str] = &[
    include_str!("../docs/codes/lexer.md"),
    include_str!("../docs/codes/parser.md"),
    include_str!("../docs/codes/binder.md"),
    include_str!("../docs/codes/target.md"),
    include_str!("../docs/codes/verifier.md"),
    include_str!("../docs/codes/program.md"),
    include_str!("../docs/codes/audit.md"),
    #[cfg(feature = "kernel")]
    include_str!("../docs/codes/policy.md"),
];

/// What a code means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// The code.
    pub code: &'static str,
    /// What it is about, a few words.
    pub title: &'static str,
    /// The page below its heading, in Markdown.
    pub text: &'static str,
}

/// An example of a page: a fenced block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Example {
    /// What stands behind the fence: `sql` with the arguments that trigger the code, `schema` for the definitions of
    /// the example after it, `console` for a command, `air` for AIR.
    pub info: &'static str,
    /// The block.
    pub text: &'static str,
}

impl Page {
    /// Its fenced blocks, in order.
    pub fn examples(&self) -> impl Iterator<Item = Example> {
        let mut rest = self.text;
        std::iter::from_fn(move || {
            let (_, block) = rest.split_once("```")?;
            let (info, block) = block.split_once('\n')?;
            let (text, after) = block.split_once("```")?;
            rest = after;
            Some(Example { info: info.trim(), text })
        })
    }
}

/// All pages.
pub fn all() -> impl Iterator<Item = Page> {
    FILES.iter().copied().flat_map(pages)
}

/// The page of a code, in any letter case.
pub fn find(code: &str) -> Option<Page> {
    all().find(|page| page.code.eq_ignore_ascii_case(code.trim()))
}

/// Every code there is, with a sentence from the table of the crate that speaks it.
pub fn codes() -> impl Iterator<Item = (Code, &'static str)> {
    let tables = [
        airc_grammar::lexer_codes::ALL,
        airc_grammar::codes::ALL,
        airc_bind::codes::ALL,
        airc_passes::codes::ALL,
        crate::codes::ALL,
        crate::codes::audit::ALL,
        #[cfg(feature = "kernel")]
        sqlx_kernel::pi::codes::ALL,
    ];
    let invariants = air::verify::Invariant::ALL.iter().map(|invariant| (invariant.code(), invariant.text()));
    tables.into_iter().flatten().copied().chain(invariants)
}

fn pages(file: &'static str) -> impl Iterator<Item = Page> {
    file.split("\n## ").skip(1).map(|page| {
        let (heading, text) = page.split_once('\n').unwrap_or((page, ""));
        let (code, title) = heading.split_once(' ').unwrap_or((heading, ""));
        Page { code, title, text: text.trim() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_its_parts() {
        let page = find("b0101").expect("the page is there");
        assert_eq!(page.title, "unknown table");
        let infos: Vec<&str> = page.examples().map(|example| example.info).collect();
        assert_eq!(infos, ["schema", "sql --from mysql"]);
        assert!(find("B9999").is_none());
    }

    #[test]
    fn each_code_has_one_page_and_each_page_a_code() {
        let mut codes: Vec<&str> = codes().map(|(code, _)| code.0).collect();
        let mut pages: Vec<&str> = all().map(|page| page.code).collect();
        codes.sort_unstable();
        pages.sort_unstable();
        assert_eq!(pages, codes);
        assert!(all().all(|page| !page.title.is_empty() && page.text.contains("**What to do.** ")));
    }
}
