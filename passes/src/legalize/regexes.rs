//! Regular expressions as patterns of `*`, `?` and classes, where the target has nothing else.
//!
//! Before: a match with a constant regular expression. After, on targets without regular expressions: one or more
//! GLOBs that say the same, or the match as it was, which is refused.

use air::builtins::Builtin::*;
use air::expr::{CompareOp, Modifier};
use air::types::{Collation, Fold, Type};
use air::{Expr, ExprId};

use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "regex_as_globs",
    law: "a regular expression whose repetitions stand at its ends is a choice of patterns with `*`, `?` and classes",
    apply: Apply::Builtins(&[RegexMatch], regex_as_globs),
}];

/// Most patterns that one regular expression becomes.
const BRANCHES_MAX: usize = 16;
/// Most characters a repetition is written out to.
const COPIES_MAX: u32 = 16;

/// Which characters stand at a place.
#[derive(Clone, PartialEq, Debug)]
enum Class {
    /// Any.
    Any,
    /// One of these ranges, or none of them.
    Set { negated: bool, ranges: Vec<(char, char)> },
}

/// Part of a branch.
#[derive(Clone, PartialEq, Debug)]
enum Part {
    /// The beginning of the text.
    Start,
    /// Its end.
    End,
    /// A class so many times; `None`: any number of times.
    Repeat { class: Class, least: u32, most: Option<u32> },
}

type Branch = Vec<Part>;

/// Reads a regular expression into branches without choices.
struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
}

impl Reader<'_> {
    fn choice(&mut self, depth: u32) -> Option<Vec<Branch>> {
        let mut all = self.sequence(depth)?;
        while self.rest.next_if_eq(&'|').is_some() {
            all.extend(self.sequence(depth)?);
        }
        (all.len() <= BRANCHES_MAX).then_some(all)
    }

    fn sequence(&mut self, depth: u32) -> Option<Vec<Branch>> {
        let mut branches: Vec<Branch> = vec![Vec::new()];
        while let Some(&next) = self.rest.peek() {
            if next == '|' || next == ')' {
                break;
            }
            let parts = self.part(depth)?;
            let mut product = Vec::with_capacity(branches.len() * parts.len());
            for branch in &branches {
                for part in &parts {
                    product.push(branch.iter().chain(part).cloned().collect());
                }
            }
            branches = product;
            if branches.len() > BRANCHES_MAX {
                return None;
            }
        }
        Some(branches)
    }

    /// The choices for one part, its repetition included.
    fn part(&mut self, depth: u32) -> Option<Vec<Branch>> {
        let class = match self.rest.next()? {
            '^' => return Some(vec![vec![Part::Start]]),
            '$' => return Some(vec![vec![Part::End]]),
            '(' => return self.group(depth),
            '.' => Class::Any,
            '[' => self.set()?,
            '\\' => escaped(self.rest.next()?)?,
            '*' | '+' | '?' | '{' => return None,
            letter => one(letter),
        };
        let (least, most) = self.repetition()?;
        match (least, most) {
            // A choice of lengths.
            (least, Some(most)) if least != most => {
                if most < least || most - least > 3 || most > COPIES_MAX {
                    return None;
                }
                let times =
                    |count| vec![Part::Repeat { class: class.clone(), least: count, most: Some(count) }];
                Some((least..=most).map(times).collect())
            }
            _ => Some(vec![vec![Part::Repeat { class, least, most }]]),
        }
    }

    fn group(&mut self, depth: u32) -> Option<Vec<Branch>> {
        if depth == 0 {
            return None;
        }
        if self.rest.next_if_eq(&'?').is_some() && self.rest.next() != Some(':') {
            return None;
        }
        let mut inside = self.choice(depth - 1)?;
        if self.rest.next() != Some(')') {
            return None;
        }
        match self.repetition()? {
            (1, Some(1)) => {}
            (0, Some(1)) => inside.push(Vec::new()),
            _ => return None,
        }
        Some(inside)
    }

    fn repetition(&mut self) -> Option<(u32, Option<u32>)> {
        let bounds = match self.rest.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                self.rest.next();
                let mut text = String::new();
                loop {
                    match self.rest.next()? {
                        '}' => break,
                        letter => text.push(letter),
                    }
                }
                let (least, most) = match text.split_once(',') {
                    None => (text.parse().ok()?, Some(text.parse().ok()?)),
                    Some((least, "")) => (least.parse().ok()?, None),
                    Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
                };
                return (least <= COPIES_MAX && self.plain_follows()).then_some((least, most));
            }
            _ => return Some((1, Some(1))),
        };
        self.rest.next();
        self.plain_follows().then_some(bounds)
    }

    /// Lazy and possessive repetitions, and repetitions of repetitions, are none of ours.
    fn plain_follows(&mut self) -> bool {
        !matches!(self.rest.peek(), Some('*' | '+' | '?' | '{'))
    }

    /// A class, behind its bracket.
    fn set(&mut self) -> Option<Class> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut ranges = Vec::new();
        let mut first = true;
        loop {
            let letter = self.rest.next()?;
            match letter {
                ']' if !first => break,
                '[' if self.rest.peek() == Some(&':') => {
                    let mut name = String::new();
                    self.rest.next();
                    loop {
                        match self.rest.next()? {
                            ':' => break,
                            letter => name.push(letter),
                        }
                    }
                    if self.rest.next() != Some(']') {
                        return None;
                    }
                    ranges.extend_from_slice(named(&name)?);
                }
                '[' => return None,
                '\\' => match escaped(self.rest.next()?)? {
                    Class::Set { negated: false, ranges: inside } => ranges.extend(inside),
                    _ => return None,
                },
                low => {
                    let mut ahead = self.rest.clone();
                    let high = match (ahead.next(), ahead.next()) {
                        (Some('-'), Some(high)) if high != ']' => {
                            if high == '[' || high == '\\' {
                                return None;
                            }
                            self.rest = ahead;
                            high
                        }
                        _ => low,
                    };
                    if high < low {
                        return None;
                    }
                    ranges.push((low, high));
                }
            }
            first = false;
        }
        Some(Class::Set { negated, ranges })
    }
}

fn one(letter: char) -> Class {
    Class::Set { negated: false, ranges: vec![(letter, letter)] }
}

/// What stands behind a backslash.
fn escaped(letter: char) -> Option<Class> {
    let set = |negated, name: &str| Some(Class::Set { negated, ranges: named(name)?.to_vec() });
    match letter {
        'd' => set(false, "digit"),
        'D' => set(true, "digit"),
        'w' => set(false, "word"),
        'W' => set(true, "word"),
        's' => set(false, "space"),
        'S' => set(true, "space"),
        't' => Some(one('\t')),
        'n' => Some(one('\n')),
        'r' => Some(one('\r')),
        letter if letter.is_ascii_punctuation() => Some(one(letter)),
        _ => None,
    }
}

fn named(name: &str) -> Option<&'static [(char, char)]> {
    Some(match name {
        "digit" => &[('0', '9')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        "upper" => &[('A', 'Z')],
        "lower" => &[('a', 'z')],
        "space" => &[(' ', ' '), ('\t', '\r')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    })
}

/// What a text has to fit.
#[derive(PartialEq, Debug)]
struct Shape {
    /// The whole text.
    glob: String,
    /// From this character on (from 1) the text has none of another class.
    tail: Option<(usize, String)>,
}

/// The shape of a branch; `None` where a repetition stands in its middle.
fn shape(branch: &[Part]) -> Option<Shape> {
    let start = branch.first() == Some(&Part::Start);
    let end = branch.last() == Some(&Part::End);
    let inner =
        &branch[usize::from(start)..branch.len() - usize::from(end && branch.len() > usize::from(start))];
    let mut glob = String::new();
    let mut tail = None;
    let mut length = 0;
    let mut open = false;
    if !start {
        glob.push('*');
        open = true;
    }
    for (at, part) in inner.iter().enumerate() {
        let Part::Repeat { class, least, most } = part else { return None };
        let word = glob_class(class)?;
        for _ in 0..*least {
            glob.push_str(&word);
            length += 1;
        }
        if most.is_some() {
            continue;
        }
        let (first, last) = (at == 0 && !start, at + 1 == inner.len() && !end);
        if *class == Class::Any {
            glob.push('*');
            open = true;
        } else if first || last {
            // More of it, or less, at an open end.
        } else if at + 1 == inner.len() && !open && tail.is_none() {
            // The rest of the text is of this class.
            glob.push('*');
            let Class::Set { negated, ranges } = class else { return None };
            let others = Class::Set { negated: !negated, ranges: ranges.clone() };
            tail = Some((length - *least as usize + 1, format!("*{}*", glob_class(&others)?)));
        } else {
            return None;
        }
    }
    if !end {
        glob.push('*');
    }
    while glob.contains("**") {
        glob = glob.replace("**", "*");
    }
    Some(Shape { glob, tail })
}

/// A class as a GLOB has it.
fn glob_class(class: &Class) -> Option<String> {
    let Class::Set { negated, ranges } = class else { return Some("?".to_owned()) };
    if let ([(low, high)], false) = (ranges.as_slice(), negated)
        && low == high
    {
        return Some(match low {
            '*' | '?' | '[' => format!("[{low}]"),
            low => low.to_string(),
        });
    }
    // A bracket stands first, a hyphen last.
    let (mut front, mut middle, mut back) = (String::new(), String::new(), String::new());
    for &(low, high) in ranges {
        match (low, high) {
            (']', ']') => front.push(']'),
            ('-', '-') => back.push('-'),
            ('^', '^') if !negated && ranges[0] == ('^', '^') && front.is_empty() => back.insert(0, '^'),
            (low, high) if low == high => middle.push(low),
            (low, high) if low != ']' && high != ']' && low != '-' && high != '-' => {
                middle.extend([low, '-', high]);
            }
            _ => return None,
        }
    }
    let sign = if *negated { "^" } else { "" };
    Some(format!("[{sign}{front}{middle}{back}]"))
}

/// The same class in capitals; `None` where letters are only part of a range.
fn in_capitals(class: &mut Class) -> bool {
    let Class::Set { ranges, .. } = class else { return true };
    for range in ranges {
        let lower = |letter: char| letter.is_ascii_lowercase();
        *range = match *range {
            (low, high) if lower(low) && lower(high) => (low.to_ascii_uppercase(), high.to_ascii_uppercase()),
            (low, high) if high < 'a' || low > 'z' => (low, high),
            _ => return false,
        };
        if !range.0.is_ascii() {
            return false;
        }
    }
    true
}

/// The shapes of a regular expression; `None` where it has none.
fn shapes(regex: &str, folded: bool) -> Option<Vec<Shape>> {
    let mut reader = Reader { rest: regex.chars().peekable() };
    let mut branches = reader.choice(4)?;
    if reader.rest.next().is_some() {
        return None;
    }
    if folded {
        for part in branches.iter_mut().flatten() {
            if let Part::Repeat { class, .. } = part
                && !in_capitals(class)
            {
                return None;
            }
        }
    }
    branches.iter().map(|branch| shape(branch)).collect()
}

fn regex_as_globs(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.speaks(RegexMatch) || cx.speaks(RegexMatchFolded) || !cx.speaks(Glob) {
        return Ok(false);
    }
    let Expr::Call { modifier, .. } = cx.air.expr(id) else { return Ok(false) };
    let Some([x, pattern]) = cx.args(id) else { return Ok(false) };
    let folded = match modifier {
        Modifier::Collation(collation) => collation.case != Fold::Sensitive,
        _ => cx.air.ty(x).collation().is_some_and(|collation| collation.case != Fold::Sensitive),
    };
    let Some(shapes) = cx.text_literal(pattern).and_then(|regex| shapes(regex, folded)) else {
        return Ok(false);
    };
    let ty = Type::text(Collation::BINARY);
    let subject = if folded {
        let (subject, span) = (cx.subject(x), cx.air.span(id));
        cx.assume_ascii(&subject, span)?;
        cx.call(UpperAscii, &[x], ty, id)
    } else {
        x
    };
    let mut terms = Vec::with_capacity(shapes.len());
    for shape in shapes {
        let text = cx.air.copy(subject);
        let whole = if shape.glob.is_empty() {
            let empty = cx.text("", id);
            let nothing = cx.compare(CompareOp::Eq, text, empty);
            cx.air.info_mut(nothing).nullable = cx.air.info(x).nullable;
            nothing
        } else {
            let glob = cx.text(&shape.glob, id);
            cx.call(Glob, &[text, glob], Type::Bool, id)
        };
        let term = match shape.tail {
            None => whole,
            Some((from, others)) => {
                let text = cx.air.copy(subject);
                let rest = if from > 1 {
                    let from = cx.int(from as i64, id);
                    cx.call(SubstringInside, &[text, from], ty, id)
                } else {
                    text
                };
                let others = cx.text(&others, id);
                let found = cx.call(Glob, &[rest, others], Type::Bool, id);
                let none = cx.make(Expr::Not { operand: found }, Type::Bool, true, id);
                // `*` asks for nothing.
                if shape.glob == "*" {
                    none
                } else {
                    let both = cx.air.push_list(&[whole, none]);
                    cx.make(Expr::And { terms: both }, Type::Bool, true, id)
                }
            }
        };
        terms.push(term);
    }
    let any = cx.any_of(&terms, id);
    cx.become_copy(id, any);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(regex: &str, folded: bool) -> Option<Vec<String>> {
        let shown = |shape: Shape| match shape.tail {
            None => shape.glob,
            Some((from, others)) => format!("{} {from} {others}", shape.glob),
        };
        Some(shapes(regex, folded)?.into_iter().map(shown).collect())
    }

    #[test]
    fn repetitions_at_the_ends_are_patterns() {
        let is = |regex: &str, expected: &[&str]| {
            assert_eq!(globs(regex, false).unwrap(), expected, "{regex}");
        };
        is("^a", &["a*"]);
        is("b", &["*b*"]);
        is("[0-9]+", &["*[0-9]*"]);
        is("[0-9]+$", &["*[0-9]"]);
        is("^$", &[""]);
        is("^a.*b$", &["a*b"]);
        is("^a.c", &["a?c*"]);
        is("^[a-z]+$", &["[a-z]* 1 *[^a-z]*"]);
        is("^[A-Z][a-z]*$", &["[A-Z]* 2 *[^a-z]*"]);
        is(r"^\d{3}-\d{2}$", &["[0-9][0-9][0-9]-[0-9][0-9]"]);
        is("^(foo|bar)", &["foo*", "bar*"]);
        is("a|b$", &["*a*", "*b"]);
        is("colou?r", &["*color*", "*colour*"]);
        is(r"a\*b", &["*a[*]b*"]);
        is("[^]x-]", &["*[^]x-]*"]);
    }

    #[test]
    fn what_has_no_pattern_is_left_alone() {
        for regex in ["^a[0-9]+b$", "(ab)+", r"\bx", "a*?", "^[^@]+@[^@]+$", "(?=a)", "["] {
            assert_eq!(globs(regex, false), None, "{regex}");
        }
        assert_eq!(globs("^[a-z]x", true).unwrap(), ["[A-Z]X*"]);
        assert_eq!(globs("[A-z]", true), None);
    }
}
