//! A script, statement by statement: statements, terminators, and the lines that are not for the server.

use crate::fuse::Fuser;
use crate::raw::{Ending, Scanner, Sink, line_end, starts_line};
use crate::settings::{Client, Rules};
use crate::token::{K, Tok};
use crate::words::W;
use crate::{Comment, Ident, Settings, codes};
use air_base::{Diagnostic, Span};

/// A statement of a script, as the lexer sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chunk {
    /// From the first to the last token.
    pub span: Span,
    /// Its terminator; empty at the end of the source and before a statement that needs none.
    pub terminator: Span,
    /// Where the next statement may start.
    pub next: usize,
    /// Number of its bare `?` parameters.
    pub question_marks: u32,
    /// Deepest nesting of its brackets and `CASE`s.
    pub depth: u32,
    /// It could not be read; a diagnostic says why. It has no tokens to parse.
    pub broken: bool,
}

/// Reads scripts. Keeps its buffers, so that reading a statement allocates nothing once they have grown.
#[derive(Debug)]
pub struct Lexer {
    settings: Settings,
    scanner: Scanner,
    fuser: Fuser,
}

impl Lexer {
    /// A lexer for one dialect.
    pub fn new(settings: Settings) -> Lexer {
        let rules = Rules::of(settings);
        Lexer { settings, scanner: Scanner::new(rules), fuser: Fuser::new(rules) }
    }

    /// What it reads for.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Whether backslashes escape in plain strings when the next script begins.
    pub fn escape_strings(&mut self, on: bool) {
        self.settings.backslash_escapes = on;
    }

    /// Forgets what an earlier script left behind, such as its `DELIMITER`.
    pub fn reset(&mut self) {
        self.scanner.reset();
        self.scanner.rules.backslash = self.settings.backslash_escapes;
    }

    /// Reads the next statement at or behind `at`, or gives `None` at the end. Its terminals are in
    /// [`tokens`](Lexer::tokens); parts of names are added to `idents`, comments and diagnostics to their lists.
    pub fn next(
        &mut self,
        source: &str,
        at: usize,
        idents: &mut Vec<Ident>,
        comments: &mut Vec<Comment>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Chunk> {
        let chunk = self.scan(source, at, comments, diagnostics)?;
        let question_marks = if chunk.broken {
            self.fuser.out.clear();
            0
        } else {
            self.fuser.demoted.clear();
            self.fuser.whole = false;
            self.fuser.statement(source, &mut self.scanner.toks, idents)
        };
        Some(Chunk { question_marks, ..chunk })
    }

    /// Finds the next statement without looking at what it says.
    #[inline(never)]
    fn scan(
        &mut self,
        source: &str,
        mut at: usize,
        comments: &mut Vec<Comment>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Chunk> {
        loop {
            at = self.client_lines(source, at, &mut Sink { comments, diagnostics });
            if at >= source.len() {
                return None;
            }
            let (ending, mut next) = self.scanner.statement(source, at, &mut Sink { comments, diagnostics });
            let terminator = match ending {
                Ending::Terminator(span) => span,
                Ending::Bare => {
                    let end = self.scanner.toks.last().map_or(next as u32, |tok| tok.end);
                    Span::new(end, end)
                }
            };
            if self.scanner.rules.client == Client::Sqlcmd {
                note_repeated(source, terminator, diagnostics);
            }
            let (Some(first), Some(last)) = (self.scanner.toks.first(), self.scanner.toks.last()) else {
                // A lone terminator, or comments at the end.
                if next <= at {
                    return None;
                }
                at = next;
                continue;
            };
            let span = Span::new(first.start, last.end);
            match self.scanner.rules.client {
                Client::Psql => {
                    next = self.copied_data(source, next);
                    self.follow_strings(source);
                }
                Client::Sqlplus if is_word(first, W::Begin) => {
                    // Where nothing but statements stands between BEGIN and END, they are statements of the script.
                    let inside = first.end as usize;
                    if plain_block(&self.scanner.toks) {
                        at = inside;
                        continue;
                    }
                }
                Client::Sqlplus if self.scanner.toks.len() == 1 && is_word(first, W::End) => {
                    // The end of such a block: it stands nowhere else alone.
                    at = next;
                    continue;
                }
                _ => {}
            }
            return Some(Chunk {
                span,
                terminator,
                next,
                question_marks: 0,
                depth: self.scanner.depth_max,
                broken: self.scanner.broken,
            });
        }
    }

    /// The terminals of the statement read last.
    #[inline]
    pub fn tokens(&self) -> &[Tok] {
        &self.fuser.out
    }

    /// Reads the same statement again with the word at byte `start` taken for a name. False if that changes nothing:
    /// there is no such word, or it was a name already. `idents` must be as it was before the statement was read.
    pub fn demote(&mut self, source: &str, start: u32, idents: &mut Vec<Ident>) -> bool {
        let toks = &mut self.scanner.toks;
        let Ok(found) = toks.binary_search_by_key(&start, |tok| tok.start) else { return false };
        let word = toks[found].kind == K::Name && toks[found].aux != 0;
        if !word
            || self.fuser.demoted.contains(&start)
            || W::from_aux(toks[found].aux).is_reserved(self.settings.dialect)
        {
            return false;
        }
        self.fuser.demoted.push(start);
        for tok in toks.iter_mut().filter(|tok| tok.kind == K::Lp) {
            tok.flag = 0;
        }
        self.fuser.statement(source, toks, idents);
        true
    }

    /// Reads the same statement again as one that is kept whole. False if it was not read by parts.
    #[cold]
    pub fn keep_whole(&mut self, source: &str, idents: &mut Vec<Ident>) -> bool {
        let by_parts = self.fuser.out.len() > 1
            && matches!(self.fuser.out.first(), Some(tok) if matches!(tok.kind, K::Other | K::Grant | K::LockTables));
        if !by_parts || self.fuser.whole {
            return false;
        }
        self.fuser.whole = true;
        for tok in self.scanner.toks.iter_mut().filter(|tok| tok.kind == K::Lp) {
            tok.flag = 0;
        }
        self.fuser.statement(source, &mut self.scanner.toks, idents);
        true
    }

    // Bodies: statements inside of a statement.

    /// The words and signs of the statement read last, before they are fused: what its body is made of. Brackets are not
    /// paired.
    #[cold]
    pub fn words(&self) -> Vec<Tok> {
        self.scanner.toks.iter().map(|tok| plain(*tok)).collect()
    }

    /// The words and signs of a text inside of the source, such as what a string holds. False behind them: something is
    /// wrong, and a diagnostic says what.
    #[cold]
    pub fn words_of(
        &mut self,
        source: &str,
        span: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> (Vec<Tok>, bool) {
        let inside = &source[..span.end as usize];
        let mut words = Vec::new();
        let mut comments = Vec::new();
        let mut scanner = Scanner::new(self.scanner.rules);
        let mut at = span.start as usize;
        while at < inside.len() {
            let mut sink = Sink { comments: &mut comments, diagnostics };
            let (ending, next) = scanner.statement(inside, at, &mut sink);
            if scanner.broken {
                return (words, false);
            }
            words.extend(scanner.toks.iter().map(|tok| plain(*tok)));
            if let Ending::Terminator(end) = ending {
                let (start, end) = (end.start, end.end);
                words.push(Tok { kind: K::Semi, flag: 0, aux: 0, start, end, data: 0 });
            }
            if next <= at {
                break;
            }
            at = next;
        }
        (words, true)
    }

    /// Makes terminals of some of these words: of a statement, or of an expression, which then is the condition of a
    /// head without words. Brackets are paired here.
    #[cold]
    pub fn piece(&mut self, source: &str, words: &[Tok], expression: bool, idents: &mut Vec<Ident>) {
        let toks = &mut self.scanner.toks;
        toks.clear();
        toks.extend(words.iter().map(|tok| plain(*tok)));
        let mut open = Vec::new();
        for at in 0..toks.len() {
            match toks[at].kind {
                K::Lp | K::Lb => open.push(at),
                K::Rp | K::Rb => {
                    if let Some(start) = open.pop() {
                        toks[start].data = at as u32;
                    }
                }
                _ => {}
            }
        }
        self.fuser.demoted.clear();
        self.fuser.whole = false;
        self.fuser.expression = expression;
        self.fuser.statement(source, toks, idents);
    }

    /// The pieces are done.
    pub fn whole_again(&mut self) {
        self.fuser.expression = false;
    }

    /// Position behind the lines at `at` that are for the client. Each is noted.
    fn client_lines(&mut self, source: &str, at: usize, sink: &mut Sink<'_>) -> usize {
        let bytes = source.as_bytes();
        let mut at = at;
        loop {
            while bytes.get(at).is_some_and(|b| b.is_ascii_whitespace()) {
                at += 1;
            }
            if at >= bytes.len() {
                return at;
            }
            if let Some(behind) = self.scanner.plain_comment(source, at, sink) {
                at = behind;
                continue;
            }
            if !starts_line(bytes, at) && bytes[at] != b'\\' {
                return at;
            }
            if !self.may_be_command(bytes[at]) {
                return at;
            }
            let stop = line_end(bytes, at);
            let line = source[at..stop].trim_end();
            if !self.is_client_line(line, at) {
                return at;
            }
            if line == "/" {
                // Runs the statement before it once more, which has its own terminator.
                at = stop;
                continue;
            }
            sink.diagnostics.push(
                Diagnostic::note(
                    codes::CLIENT_LINE,
                    Span::new(at as u32, (at + line.len()) as u32),
                    "a line for the command line client was left out",
                )
                .here("not sent to a server"),
            );
            at = stop;
        }
    }

    /// True if a line for the client can start with this byte. Keeps the others from being looked at twice.
    fn may_be_command(&self, first: u8) -> bool {
        match self.scanner.rules.client {
            Client::Mysql => matches!(first, b'd' | b'D' | b's' | b'S' | b'\\'),
            Client::Psql => first == b'\\',
            Client::Sqlite => first == b'.',
            Client::Sqlcmd => matches!(first, b':' | b'!'),
            Client::Sqlplus => first.is_ascii_alphabetic() || matches!(first, b'@' | b'/'),
        }
    }

    fn is_client_line(&mut self, line: &str, at: usize) -> bool {
        let word = line.split(|c: char| c.is_ascii_whitespace() || c == ';').next().unwrap_or("");
        let is = |known: &str| word.eq_ignore_ascii_case(known);
        let rest = line[word.len()..].trim();
        match self.scanner.rules.client {
            Client::Mysql => {
                if is("delimiter") && !rest.is_empty() {
                    let delimiter = rest.split_ascii_whitespace().next().unwrap_or(";");
                    let start = (at + (delimiter.as_ptr() as usize - line.as_ptr() as usize)) as u32;
                    self.scanner.delimiter = if delimiter == ";" {
                        Span::new(0, 0)
                    } else {
                        Span::new(start, start + delimiter.len() as u32)
                    };
                    return true;
                }
                is("source") || (word.starts_with('\\') && word.len() > 1)
            }
            Client::Psql => line.starts_with('\\'),
            Client::Sqlite => {
                line.starts_with('.') && line[1..].starts_with(|c: char| c.is_ascii_alphabetic())
            }
            Client::Sqlcmd => {
                (line.starts_with(':') && line[1..].starts_with(|c: char| c.is_ascii_alphabetic()))
                    || line.starts_with("!!")
            }
            Client::Sqlplus => sqlplus_command(line, word, rest),
        }
    }

    /// `SET standard_conforming_strings = off`: backslashes escape in the strings behind it.
    fn follow_strings(&mut self, source: &str) {
        let toks = &self.scanner.toks;
        // SET [SESSION] name { = | TO } value
        let (Some(first), Some(last)) = (toks.first(), toks.last()) else { return };
        if !is_word(first, W::Set) || !(4..=5).contains(&toks.len()) {
            return;
        }
        let name = toks[toks.len() - 3].span().text(source);
        if name.eq_ignore_ascii_case("standard_conforming_strings") {
            let value = last.span().text(source).trim_matches('\'');
            let off = ["off", "false", "0", "no"].iter().any(|off| value.eq_ignore_ascii_case(off));
            self.scanner.rules.backslash = off;
        }
    }

    /// Position behind the rows that follow `COPY … FROM STDIN` in a dump.
    fn copied_data(&self, source: &str, next: usize) -> usize {
        let toks = &self.scanner.toks;
        let word = |tok: &Tok, known: &str| {
            tok.kind == K::Name && tok.span().text(source).eq_ignore_ascii_case(known)
        };
        if toks.len() < 4 || !word(&toks[0], "copy") || !toks.iter().any(|tok| word(tok, "stdin")) {
            return next;
        }
        source[next..].find("\n\\.").map_or(next, |found| line_end(source.as_bytes(), next + found + 1))
    }
}

impl Scanner {
    fn reset(&mut self) {
        self.delimiter = Span::new(0, 0);
        self.leave_comment();
    }
}

/// A word without what was found out about its surroundings.
fn plain(tok: Tok) -> Tok {
    let flag = if matches!(tok.kind, K::Lp | K::Lb) { 0 } else { tok.flag & !crate::fuse::MARKED };
    Tok { flag, data: 0, ..tok }
}

fn is_word(tok: &Tok, word: W) -> bool {
    tok.kind == K::Name && W::from_aux(tok.aux) == word
}

/// True for a PL/SQL block of nothing but changes of rows: `BEGIN INSERT …; UPDATE …; END;`. It declares nothing and
/// handles nothing, so it does what its statements do one after the other.
fn plain_block(toks: &[Tok]) -> bool {
    let end = match toks {
        [inner @ .., end, semicolon] if semicolon.kind == K::Semi && is_word(end, W::End) => inner,
        [inner @ .., end] if is_word(end, W::End) => inner,
        _ => return false,
    };
    let mut statements = end[1..].split(|tok| tok.kind == K::Semi);
    // Behind the last semicolon comes END.
    let Some([]) = statements.next_back() else { return false };
    let mut any = false;
    let plain = statements.all(|statement| {
        any = true;
        let starts = statement.first().is_some_and(|first| {
            [W::Insert, W::Update, W::Delete, W::Merge].iter().any(|word| is_word(first, *word))
        });
        // Names of variables, and what a change gives to them, are PL/SQL.
        starts && !statement.iter().any(|tok| is_word(tok, W::Returning) || is_word(tok, W::Bulk))
    });
    plain && any
}

/// Commands of SQL*Plus. `SET` and `EXECUTE` are SQL in some of their forms.
fn sqlplus_command(line: &str, word: &str, rest: &str) -> bool {
    if line.starts_with('@') || line == "/" {
        return true;
    }
    let first = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("").to_ascii_lowercase();
    match word.to_ascii_lowercase().as_str() {
        "set" => !matches!(first.as_str(), "transaction" | "role" | "constraint" | "constraints"),
        "rem" | "remark" | "prompt" | "pro" | "spool" | "spo" | "define" | "def" | "undefine" | "undef"
        | "column" | "col" | "whenever" | "connect" | "conn" | "disconnect" | "exit" | "quit" | "accept"
        | "acc" | "pause" | "ttitle" | "btitle" | "break" | "compute" | "variable" | "var" | "host"
        | "clear" | "cl" | "show" | "sho" | "start" | "exec" | "execute" | "describe" | "desc" | "print"
        | "password" | "timing" | "startup" | "shutdown" => {
            !(word.eq_ignore_ascii_case("start") && first == "with")
        }
        _ => false,
    }
}

/// `GO 5` repeats a batch.
fn note_repeated(source: &str, terminator: Span, diagnostics: &mut Vec<Diagnostic>) {
    let text = terminator.text(source);
    if text.len() > 2 && text.as_bytes()[..2].eq_ignore_ascii_case(b"go") {
        let count = text[2..].trim();
        if count.starts_with(|c: char| c.is_ascii_digit()) && count != "1" {
            diagnostics.push(Diagnostic::warning(
                codes::REPEATED_BATCH,
                terminator,
                "this batch is repeated on its own server; it is translated once",
            ));
        }
    }
}

/// A statement or client line of a script.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StatementSpan {
    /// Its place.
    pub span: Span,
    /// Its terminator.
    pub terminator: Span,
    /// Backslashes escape in its plain strings.
    pub escapes: bool,
}

/// Cuts a script into statements without parsing them: what [`Lexer::next`] would find, statement by statement.
/// Comments and client lines lie between. The result depends on the text before a statement only through `DELIMITER`
/// and settings of strings.
pub fn split(settings: Settings, source: &str) -> Vec<StatementSpan> {
    let mut lexer = Lexer::new(settings);
    let (mut comments, mut diagnostics) = (Vec::new(), Vec::new());
    let mut found = Vec::new();
    let (mut at, mut escapes) = (0, settings.backslash_escapes);
    while let Some(chunk) = lexer.scan(source, at, &mut comments, &mut diagnostics) {
        found.push(StatementSpan { span: chunk.span, terminator: chunk.terminator, escapes });
        escapes = lexer.scanner.rules.backslash;
        at = chunk.next;
        comments.clear();
        diagnostics.clear();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use air_base::Dialect::{self, *};

    /// The statements of a script, without their terminators.
    fn statements(dialect: Dialect, source: &str) -> Vec<&str> {
        split(Settings::of(dialect), source).iter().map(|statement| statement.span.text(source)).collect()
    }

    /// The codes of what is said about a script.
    fn codes(dialect: Dialect, source: &str) -> Vec<&'static str> {
        let mut lexer = Lexer::new(Settings::of(dialect));
        let (mut idents, mut comments, mut diagnostics) = (Vec::new(), Vec::new(), Vec::new());
        let mut at = 0;
        while let Some(chunk) = lexer.next(source, at, &mut idents, &mut comments, &mut diagnostics) {
            at = chunk.next;
        }
        diagnostics.iter().map(|diagnostic| diagnostic.code.0).collect()
    }

    #[test]
    fn semicolons_end_statements_but_not_inside_of_strings_comments_or_bodies() {
        assert_eq!(
            statements(Postgres, "a; b 'x;y' /* ; /* ; */ */ -- ;\n; $f$ ; $f$;;"),
            ["a", "b 'x;y'", "$f$ ; $f$"]
        );
        assert_eq!(statements(Mysql, "a 'x\\';' \"y;\" # ;\n; b"), ["a 'x\\';' \"y;\"", "b"]);
        assert_eq!(statements(Oracle, "a q'[x;']' ; b"), ["a q'[x;']'", "b"]);
        assert_eq!(
            statements(
                Sqlite,
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; DELETE FROM b; END; c"
            ),
            [
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; DELETE FROM b; END",
                "c"
            ]
        );
        assert_eq!(statements(Mysql, "CREATE PROCEDURE p() BEGIN IF a THEN b; END IF; END; c").len(), 2);
        assert_eq!(statements(Postgres, "BEGIN; a; END; b"), ["BEGIN", "a", "END", "b"]);
    }

    #[test]
    fn delimiters_last_until_the_next_one() {
        let script = "a;\nDELIMITER //\nb; c; //\nd$$ e//\ndelimiter ;\nf;g";
        assert_eq!(statements(Mysql, script), ["a", "b; c;", "d$$ e", "f", "g"]);
        assert_eq!(statements(Mysql, "DELIMITER $$\nBEGIN a; END$$\nb$$"), ["BEGIN a; END", "b"]);
        assert_eq!(statements(Mysql, "-- x\nDELIMITER ;;\na;b;;\n"), ["a;b"]);
        assert_eq!(statements(Mysql, "a\\G b\\g"), ["a", "b"]);
    }

    #[test]
    fn batches_and_statements_of_t_sql() {
        let script = "CREATE TABLE t (a int)\nINSERT t VALUES (1) INSERT INTO t SELECT 2\nGO\nSELECT 1 UNION SELECT 2 SELECT 3\ngo 5\nUPDATE t SET a = 1 DELETE FROM t";
        assert_eq!(
            statements(Mssql, script),
            [
                "CREATE TABLE t (a int)",
                "INSERT t VALUES (1)",
                "INSERT INTO t SELECT 2",
                "SELECT 1 UNION SELECT 2",
                "SELECT 3",
                "UPDATE t SET a = 1",
                "DELETE FROM t"
            ]
        );
        assert_eq!(codes(Mssql, script), ["L0102"]);
        assert_eq!(
            statements(Mssql, "CREATE PROC p AS SELECT 1; SELECT 2\nGO\nSELECT 3"),
            ["CREATE PROC p AS SELECT 1; SELECT 2", "SELECT 3"]
        );
        assert_eq!(statements(Mssql, "IF EXISTS (SELECT 1) DROP TABLE t CREATE TABLE u (a int)").len(), 2);
        assert_eq!(
            statements(Mssql, "MERGE t USING s ON a = b WHEN MATCHED THEN UPDATE SET c = 1 WHEN NOT MATCHED THEN INSERT VALUES (1); SELECT 1").len(),
            2
        );
        assert_eq!(statements(Mssql, "WITH c AS (SELECT 1 a) UPDATE c SET a = 2").len(), 1);
        assert_eq!(
            statements(Mssql, "ALTER TABLE t DROP COLUMN a ALTER TABLE t ALTER COLUMN b int").len(),
            2
        );
    }

    #[test]
    fn lines_for_clients_are_left_out_and_noted() {
        assert_eq!(statements(Postgres, "\\set x 1\na;\n\\echo b\nc;"), ["a", "c"]);
        assert_eq!(statements(Postgres, "COPY t FROM stdin;\n1\t;'\n\\.\nb;"), ["COPY t FROM stdin", "b"]);
        assert_eq!(statements(Sqlite, ".mode csv\na;\n"), ["a"]);
        assert_eq!(
            statements(Oracle, "SET DEFINE OFF\nPROMPT it's\na;\n/\nREM b\nSET TRANSACTION READ ONLY;"),
            ["a", "SET TRANSACTION READ ONLY"]
        );
        assert_eq!(
            statements(Oracle, "CREATE PROCEDURE p IS BEGIN a; b; END;\n/\nc;"),
            ["CREATE PROCEDURE p IS BEGIN a; b; END;", "c"]
        );
        assert_eq!(codes(Postgres, "\\set x 1\na;"), ["L0101"]);
    }

    #[test]
    fn blocks_of_nothing_but_changes_are_their_statements() {
        assert_eq!(
            statements(Oracle, "BEGIN\n  INSERT INTO t VALUES (1);\n  UPDATE t SET a = 2;\nEND;\n/\nCOMMIT;"),
            ["INSERT INTO t VALUES (1)", "UPDATE t SET a = 2", "COMMIT"]
        );
        for block in ["BEGIN p; END;", "BEGIN NULL; END;", "BEGIN IF a THEN DELETE FROM t; END IF; END;"] {
            assert_eq!(statements(Oracle, &format!("{block}\n/\nc;")), [block, "c"]);
        }
    }

    #[test]
    fn strings_follow_the_setting_of_the_script() {
        let script = "a '\\'; SET standard_conforming_strings = off; b '\\';'; set standard_conforming_strings to on; c '\\'";
        assert_eq!(statements(Postgres, script).len(), 5);
    }

    #[test]
    fn executable_comments_are_read_by_version() {
        let mut lexer = Lexer::new(Settings::of(Mysql));
        let (mut idents, mut comments, mut diagnostics) = (Vec::new(), Vec::new(), Vec::new());
        let source = "/*!40101 SET NAMES utf8 */; SELECT 1 /*!999999 x */ /*+ hint */";
        let first = lexer.next(source, 0, &mut idents, &mut comments, &mut diagnostics).expect("a statement");
        assert_eq!(first.span.text(source), "SET NAMES utf8");
        let second = lexer
            .next(source, first.next, &mut idents, &mut comments, &mut diagnostics)
            .expect("a statement");
        assert_eq!(second.span.text(source), "SELECT 1");
        assert_eq!(
            comments.iter().map(|c| c.kind).collect::<Vec<_>>(),
            [crate::CommentKind::Skipped, crate::CommentKind::Hint]
        );
        assert!(diagnostics.is_empty());
    }

    #[test]
    fn damage_is_limited_to_the_statement() {
        assert_eq!(statements(Sqlite, "a;\nb 'x;\nc;\n").len(), 3);
        assert_eq!(codes(Sqlite, "a;\nb 'x;\nc;\n"), ["L0001"]);
        assert_eq!(codes(Postgres, "a (b; c"), ["L0001"]);
        assert_eq!(codes(Sqlite, "a {"), ["L0002"]);
        assert_eq!(codes(Sqlite, "select 1a"), ["L0003"]);
    }

    #[test]
    fn a_script_of_one_line_is_read_in_linear_time() {
        let source = "SELECT a;".repeat(50_000);
        assert_eq!(statements(Postgres, &source).len(), 50_000);
        assert_eq!(statements(Oracle, &source).len(), 50_000);
        assert_eq!(statements(Mssql, &"SELECT a ".repeat(50_000)).len(), 50_000);
    }
}
