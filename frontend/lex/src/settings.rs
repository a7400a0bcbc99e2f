//! What the lexer has to know about the server a text was written for.

use air_base::Dialect;

/// Dialect and those server settings that change how text is read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Settings {
    /// The dialect.
    pub dialect: Dialect,
    /// `"x"` is an identifier rather than a string (MySQL's `ANSI_QUOTES`).
    pub double_quote_names: bool,
    /// A backslash escapes in plain strings (off: MySQL's `NO_BACKSLASH_ESCAPES`).
    pub backslash_escapes: bool,
    /// `||` concatenates (MySQL's `PIPES_AS_CONCAT`).
    pub pipes_concat: bool,
    /// `NOT` binds as tightly as `!` (MySQL's `HIGH_NOT_PRECEDENCE`).
    pub high_not: bool,
    /// Version an executable comment is compared with: `/*!50110 … */` is read if this is at least 50110.
    pub executable_comment_version: u32,
}

impl Settings {
    /// The settings of a server out of the box.
    pub const fn of(dialect: Dialect) -> Settings {
        let my = matches!(dialect, Dialect::Mysql | Dialect::Mariadb);
        Settings {
            dialect,
            double_quote_names: !my,
            backslash_escapes: my,
            pipes_concat: !my,
            high_not: false,
            executable_comment_version: match dialect {
                Dialect::Mysql => 80_400,
                Dialect::Mariadb => 101_100,
                _ => 0,
            },
        }
    }

    /// The same with the words of a MySQL `sql_mode`, separated by commas; unknown words change nothing here.
    pub fn with_sql_mode(mut self, modes: &str) -> Settings {
        for mode in modes.split(',') {
            match mode.trim().to_ascii_uppercase().as_str() {
                "ANSI_QUOTES" => self.double_quote_names = true,
                "NO_BACKSLASH_ESCAPES" => self.backslash_escapes = false,
                "PIPES_AS_CONCAT" => self.pipes_concat = true,
                "HIGH_NOT_PRECEDENCE" => self.high_not = true,
                "ANSI" => {
                    self.double_quote_names = true;
                    self.pipes_concat = true;
                }
                _ => {}
            }
        }
        self
    }
}

/// How a dialect's text is cut into tokens: the one place the lexer is told who it reads for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rules {
    pub dialect: Dialect,
    pub double_quote_names: bool,
    pub backslash: bool,
    pub executable_version: u32,
    /// `[name]`.
    pub bracket_names: bool,
    /// `` `name` ``.
    pub backtick_names: bool,
    /// `# to the end of the line`.
    pub hash_comments: bool,
    /// `--` starts a comment only before a blank.
    pub dashes_need_blank: bool,
    /// `/* /* */ */`.
    pub nested_comments: bool,
    /// `/*! … */`.
    pub executable_comments: bool,
    /// `$tag$ … $tag$` and `E''`, `U&''`, `B''`.
    pub dollar_quotes: bool,
    /// `q'[…]'`.
    pub q_quotes: bool,
    /// Operators are any run of operator characters.
    pub open_operators: bool,
    /// `@name` is a session variable, `@@name` a system one.
    pub variables: bool,
    /// `@name` is a parameter.
    pub at_params: bool,
    /// `#name` and `##name` are tables; names may hold `#` and `@`.
    pub hash_names: bool,
    /// Names may hold `#` behind their first character.
    pub hash_in_names: bool,
    /// `$12.50`.
    pub money: bool,
    /// `'a' 'b'` is one string.
    pub join: JoinStrings,
    /// `_utf8'text'`.
    pub introducers: bool,
    /// `1abc` is a name.
    pub digit_names: bool,
    /// `1.5f`, `1.5d` are numbers.
    pub float_suffix: bool,
    /// `'name'` may stand for a name behind `AS` or as an alias.
    pub string_aliases: bool,
    /// Statements need no terminator.
    pub bare_statements: bool,
    /// What a line of its own may hold that is not for the server.
    pub client: Client,
}

/// When adjacent strings are one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum JoinStrings {
    Never,
    Always,
    AcrossLines,
}

/// The command line client whose own lines may stand in a script.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Client {
    Mysql,
    Psql,
    Sqlite,
    Sqlplus,
    Sqlcmd,
}

impl Rules {
    pub(crate) const fn of(settings: Settings) -> Rules {
        let dialect = settings.dialect;
        let my = matches!(dialect, Dialect::Mysql | Dialect::Mariadb);
        let pg = matches!(dialect, Dialect::Postgres);
        let lite = matches!(dialect, Dialect::Sqlite);
        let ora = matches!(dialect, Dialect::Oracle);
        let ms = matches!(dialect, Dialect::Mssql);
        Rules {
            dialect,
            double_quote_names: settings.double_quote_names,
            backslash: settings.backslash_escapes,
            executable_version: settings.executable_comment_version,
            bracket_names: ms || lite,
            backtick_names: my || lite,
            hash_comments: my,
            dashes_need_blank: my,
            nested_comments: pg || ms,
            executable_comments: my,
            dollar_quotes: pg,
            q_quotes: ora,
            open_operators: pg,
            variables: my || ms,
            at_params: lite,
            hash_names: ms,
            hash_in_names: ora || ms,
            money: ms,
            join: if my {
                JoinStrings::Always
            } else if pg {
                JoinStrings::AcrossLines
            } else {
                JoinStrings::Never
            },
            introducers: my,
            digit_names: my,
            float_suffix: ora,
            string_aliases: my || lite || ms,
            bare_statements: ms,
            client: match dialect {
                Dialect::Mysql | Dialect::Mariadb => Client::Mysql,
                Dialect::Postgres => Client::Psql,
                Dialect::Sqlite => Client::Sqlite,
                Dialect::Oracle => Client::Sqlplus,
                Dialect::Mssql => Client::Sqlcmd,
            },
        }
    }
}
