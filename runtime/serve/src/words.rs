//! Statements as words: enough to tell those that are for the door from those that are for the kernel.

/// Statements for a door are short; longer ones are not looked at beyond their first words.
const LONGEST: usize = 1024;

/// A word of a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Word {
    /// A name or keyword, in upper case.
    Name(String),
    /// A text or a quoted name, without its quotes.
    Quoted(String),
    /// A number, as written.
    Number(String),
    /// Anything else.
    Sign(char),
}

impl Word {
    /// True for this keyword.
    pub(crate) fn is(&self, keyword: &str) -> bool {
        matches!(self, Word::Name(name) if name == keyword)
    }

    /// What a setting is set to by it.
    pub(crate) fn value(&self) -> Option<String> {
        match self {
            Word::Name(name) => Some(name.to_ascii_lowercase()),
            Word::Quoted(text) | Word::Number(text) => Some(text.clone()),
            Word::Sign(_) => None,
        }
    }
}

/// Behind blanks and comments.
fn skip(mut text: &str, hash: bool) -> &str {
    loop {
        text = text.trim_start();
        if text.starts_with("--") || hash && text.starts_with('#') {
            text = text.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(rest) = text.strip_prefix("/*") {
            // What MySQL runs is no comment.
            if rest.starts_with('!') || rest.starts_with("M!") {
                return text;
            }
            let (mut depth, mut at) = (1, 0);
            while depth > 0 && at < rest.len() {
                let here = &rest.as_bytes()[at..];
                (depth, at) = match here {
                    [b'*', b'/', ..] => (depth - 1, at + 2),
                    // Comments of PostgreSQL nest, those of MySQL do not.
                    [b'/', b'*', ..] if !hash => (depth + 1, at + 2),
                    _ => (depth, at + 1),
                };
            }
            text = rest.get(at..).unwrap_or_default();
        } else {
            return text;
        }
    }
}

/// The first words, in upper case, as many as there are.
pub(crate) fn first<const N: usize>(sql: &str, hash: bool) -> [String; N] {
    let mut rest = sql;
    std::array::from_fn(|_| {
        rest = skip(rest, hash);
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let word = rest[..end].to_ascii_uppercase();
        rest = &rest[end..];
        word
    })
}

/// All words of a short statement, a semicolon at its end left out; `None` if it is long or not told apart.
pub(crate) fn all(sql: &str, hash: bool) -> Option<Vec<Word>> {
    if sql.len() > LONGEST {
        return None;
    }
    let mut words = Vec::new();
    let mut rest = skip(sql, hash);
    while let Some(letter) = rest.chars().next() {
        let ends = |found: Option<usize>| found.unwrap_or(rest.len());
        let (word, length) = match letter {
            '\'' | '"' | '`' => {
                let (text, length) = quoted(rest, letter)?;
                (Word::Quoted(text), length)
            }
            c if c.is_alphabetic() || c == '_' => {
                let end = ends(rest.find(|c: char| !c.is_alphanumeric() && c != '_'));
                (Word::Name(rest[..end].to_uppercase()), end)
            }
            c if c.is_ascii_digit() => {
                let end = ends(rest.find(|c: char| !c.is_ascii_digit() && c != '.'));
                (Word::Number(rest[..end].to_owned()), end)
            }
            c => (Word::Sign(c), c.len_utf8()),
        };
        words.push(word);
        rest = skip(&rest[length..], hash);
    }
    if words.last() == Some(&Word::Sign(';')) {
        words.pop();
    }
    Some(words)
}

/// A quoted text and its length with quotes. Backslashes mean too many things: such a text is not told apart.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut found = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' {
            return None;
        }
        if letter == quote {
            if letters.peek().is_none_or(|(_, next)| *next != quote) {
                return Some((found, at + 1));
            }
            letters.next();
        }
        found.push(letter);
    }
    None
}

/// What a statement does to the transaction it is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Control {
    /// Begins one.
    Begin,
    /// Ends it; what was done stays.
    Commit,
    /// Ends it; what was done is undone.
    Rollback,
    /// Undoes what came after a savepoint.
    RollbackTo,
    /// Makes or removes a savepoint, or changes the transaction.
    Inside,
    /// Nothing.
    Nothing,
}

/// By its first words.
pub(crate) fn control(sql: &str, hash: bool) -> Control {
    let words: [String; 4] = first(sql, hash);
    let [one, two, three, _] = words.each_ref().map(String::as_str);
    match (one, two, three) {
        ("BEGIN", ..) | ("START", "TRANSACTION", _) => Control::Begin,
        ("ROLLBACK" | "ABORT", "TO", _) => Control::RollbackTo,
        ("ROLLBACK" | "ABORT", "WORK" | "TRANSACTION", "TO") => Control::RollbackTo,
        ("COMMIT" | "ROLLBACK", "PREPARED", _) => Control::Nothing,
        ("COMMIT" | "END", ..) => Control::Commit,
        ("ROLLBACK" | "ABORT", ..) => Control::Rollback,
        ("SAVEPOINT" | "RELEASE", ..) | ("SET", "TRANSACTION", _) => Control::Inside,
        _ => Control::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_no_words() {
        assert_eq!(first(" -- x\n /* a /* b */ */ begin work", false), ["BEGIN", "WORK"]);
        assert_eq!(first("# x\n/* a /* */ start/**/transaction", true), ["START", "TRANSACTION", ""]);
        assert_eq!(first("/*!40101 SET x */", true), [""]);
        assert_eq!(first::<1>("/* never ends", false), [""]);
        assert_eq!(first("/* é */ é1", false), ["é1".to_owned()]);
    }

    #[test]
    fn short_statements_are_told_apart() {
        let name = |text: &str| Word::Name(text.to_owned());
        let words = all("set x = 'it''s', 1.5 ;", false).unwrap();
        assert_eq!(
            words,
            [
                name("SET"),
                name("X"),
                Word::Sign('='),
                Word::Quoted("it's".into()),
                Word::Sign(','),
                Word::Number("1.5".into())
            ]
        );
        assert_eq!(all("SELECT 'open", false), None);
        assert_eq!(all(r"SELECT '\''", true), None);
        assert_eq!(all(&"x".repeat(LONGEST + 1), false), None);
    }

    #[test]
    fn transactions_are_seen_by_their_words() {
        let of = |sql: &str| control(sql, false);
        assert_eq!((of("start transaction read only"), of("END")), (Control::Begin, Control::Commit));
        assert_eq!(of("ROLLBACK WORK TO SAVEPOINT a"), Control::RollbackTo);
        assert_eq!((of("rollback to a"), of("rollback;")), (Control::RollbackTo, Control::Rollback));
        assert_eq!((of("beginning"), of("savepoint x")), (Control::Nothing, Control::Inside));
    }
}
