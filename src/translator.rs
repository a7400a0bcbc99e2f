//! Scripts in one pass: every buffer is kept from statement to statement, and nothing is cached.

use crate::foresight::Ahead;
use crate::outcome::{Certificate, StatementOutcome, Translation};
use crate::pipeline::{self, Lowering, Source, Work};
use crate::readers::Readers;
use crate::{Options, Plan};
use air::Air;
use air::catalog::Catalog;
use air::fidelity::{Fidelity, Ledger};
use air::profile::Profile;
use air::protection::{Indirect, Protection};
use air::target::Target;
use air_base::{Diagnostic, Span};
use airc_backends::RenderOptions;
use airc_bind::Scratch;
use airc_grammar::Parser;
use airc_grammar::tree::{Comment, StatementKind};
use airc_passes::lineage::Lineage;
use std::ops::Range;
use std::sync::Arc;

/// Translates scripts from one profile to another, statement by statement.
///
/// Definitions of a script are known to the statements after them, and to the scripts translated after it, until
/// [`forget`](Translator::forget).
///
/// ```
/// use airc::{Options, Profile, Translator};
///
/// let mut translator = Translator::new("mysql".parse()?, "postgres".parse()?, Options::default());
/// translator.with_schema("CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL)");
/// let outcomes = translator.translate_script("SELECT `name` FROM users LIMIT 5, 10;");
/// let translation = outcomes[0].translation.as_ref().expect("this is translated");
/// assert_eq!(translation.sql, ["SELECT name FROM users LIMIT 10 OFFSET 5"]);
/// # Ok::<(), airc::ProfileError>(())
/// ```
pub struct Translator {
    from: Profile,
    options: Options,
    parser: Parser,
    /// What schemas declared, before any script.
    schema: Catalog,
    catalog: Catalog,
    scratch: Scratch,
    work: Work,
    lowering: Lowering,
    readers: Readers,
    guard: Option<Guard>,
}

/// A protection, and the catalog as it is without it.
struct Guard {
    protection: Arc<Protection>,
    indirect: Indirect,
    stored: Catalog,
}

/// What a script has behind its last statement.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tail {
    /// Comments.
    pub comments: Vec<Comment>,
    /// What there is to say about it, such as client lines that were left out.
    pub diagnostics: Vec<Diagnostic>,
}

impl Tail {
    /// What a parser read last without a statement.
    fn of(parser: &Parser) -> Tail {
        let rest = parser.rest();
        Tail { comments: rest.tree.comments().to_vec(), diagnostics: rest.diagnostics.to_vec() }
    }
}

/// One statement while it is in the translator's hands.
pub struct Step<'a> {
    /// The statement, without its terminator.
    pub span: Span,
    /// Target text: statements separated by `;` and a line end, none after the last. Empty if refused, and where
    /// the statement means nothing on the target.
    pub sql: &'a str,
    /// Where each target statement stands in `sql`.
    pub parts: &'a [Range<usize>],
    /// Number of the source parameter at each positional parameter of the target text; empty where those are numbered.
    pub positions: &'a [u32],
    /// What was noted on the way.
    pub ledger: &'a Ledger,
    /// What there is to say; spans count in the script.
    pub diagnostics: &'a [Diagnostic],
    /// Comments between the statement before and this one; they are not in `sql`.
    pub comments: &'a [Comment],
    /// The legalized statement; what is left of it if refused.
    pub air: &'a Air,
    translated: bool,
    script: &'a str,
    from: &'a Profile,
    target: &'a Target,
    layout: RenderOptions<'a>,
}

impl Step<'_> {
    /// True if there are semicolons inside of a statement, and the target's client would end it there.
    pub fn needs_delimiter(&self) -> bool {
        let body = |statement: &air::Statement| {
            matches!(statement, air::Statement::Trigger { .. } | air::Statement::Function { .. })
        };
        self.target.can.triggers.form == air::target::TriggerForm::Signal
            && self.air.statements.iter().any(body)
            && self.parts.iter().any(|part| self.sql[part.clone()].contains(";\n"))
    }

    /// False if the statement was refused.
    pub fn translated(&self) -> bool {
        self.translated
    }

    /// How faithful the translation is.
    pub fn fidelity(&self) -> Fidelity {
        self.ledger.fidelity()
    }

    /// Why the translation means the same; `None` if refused.
    pub fn certificate(&self) -> Option<Certificate> {
        let make = || {
            pipeline::certificate(self.air, self.ledger, self.from, self.target, &self.layout, self.script)
        };
        self.translated.then(make)
    }

    /// The statement's plan, as legalized; `None` if refused.
    pub fn plan(&self) -> Option<Plan> {
        self.translated.then(|| Plan::of(self.air))
    }

    /// The outcome, owned.
    pub fn outcome(&self) -> StatementOutcome {
        let translation = self.certificate().map(|certificate| Translation {
            sql: pipeline::pieces(self.sql, self.parts),
            positions: self.positions.to_vec(),
            certificate,
        });
        StatementOutcome { span: self.span, translation, diagnostics: self.diagnostics.to_vec() }
    }
}

impl Translator {
    /// A translator without a schema: tables the script does not define itself have the columns it mentions, of
    /// unknown types.
    pub fn new(from: Profile, to: Profile, options: Options) -> Translator {
        Translator {
            parser: parser_for(&from),
            lowering: Lowering::new(pipeline::legalizer(&from, &to, &options)),
            from,
            options,
            schema: Catalog::default(),
            catalog: Catalog::default(),
            scratch: Scratch::default(),
            work: Work::default(),
            readers: Readers::default(),
            guard: None,
        }
    }

    /// Source profile.
    pub fn from(&self) -> &Profile {
        &self.from
    }

    /// Target profile.
    pub fn to(&self) -> &Profile {
        &self.lowering.legalizer.target().profile
    }

    /// Reads definitions in the source dialect. Afterwards every table there is is known: an unknown one is an error.
    ///
    /// Returns what was wrong with them; what could be read is known all the same.
    pub fn with_schema(&mut self, ddl: &str) -> Vec<Diagnostic> {
        let diagnostics = crate::schema::read(ddl, &self.from, &self.options, &mut self.schema);
        self.schema.complete = true;
        self.forget();
        diagnostics
    }

    /// Uses a catalog that was read before, instead of reading definitions again.
    pub fn set_catalog(&mut self, catalog: Catalog) {
        self.schema = catalog;
        self.forget();
    }

    /// Masks columns and leaves rows out, in every statement from here on: of the tables that are known now.
    ///
    /// `indirect` is what the database does behind the back of statements.
    pub fn protect(&mut self, protection: Arc<Protection>, indirect: Indirect) {
        let stored = self.guard.take().map_or_else(|| std::mem::take(&mut self.schema), |guard| guard.stored);
        self.schema = airc_passes::protect::masked_catalog(&stored, &protection);
        self.guard = Some(Guard { protection, indirect, stored });
        self.forget();
    }

    /// What is known of the database now.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Forgets what scripts defined; what [`with_schema`](Translator::with_schema) read stays.
    pub fn forget(&mut self) {
        self.catalog.clone_from(&self.schema);
    }

    /// Translates every statement of the script.
    pub fn translate_script(&mut self, script: &str) -> Vec<StatementOutcome> {
        let mut outcomes = Vec::new();
        self.for_each(script, &mut |step| outcomes.push(step.outcome()));
        outcomes
    }

    /// Translates every statement of the script and shows each to `visit` without copying anything.
    ///
    /// Statements that could not be read are shown as well. A script that is too long for spans is one refused step.
    pub fn for_each(&mut self, script: &str, visit: &mut dyn FnMut(&Step<'_>)) -> Tail {
        let Translator { from, lowering, options, parser, catalog, scratch, work, readers, guard, .. } = self;
        readers.restart();
        // What is said ahead of its place would be said past the protection.
        let mut ahead = match guard {
            None => Ahead::of(script, from, lowering.legalizer.target()),
            Some(_) => None,
        };
        parser.escape_strings(from.settings.backslash_escapes || catalog.escaping_strings);
        let mut at = 0;
        while let Some((parsed, next)) = parser.parse_next(script, at) {
            at = next;
            work.clear();
            work.diagnostics.extend_from_slice(parsed.diagnostics);
            let tree = parsed.tree;
            let &[id] = tree.statements() else { break };
            let statement = tree[id];
            let comments = tree.comments();
            let before = comments.partition_point(|comment| comment.span.start < statement.span.start);

            let broken = statement.kind == StatementKind::Broken;
            if broken {
                readers.advise(&mut work.diagnostics, statement.span.text(script), from.dialect);
            }
            let source = Source { tree, statement: id, text: script, profile: from };
            lowering.rendered.clear();
            let table = pipeline::table_before(&source, catalog);
            let bound = !broken && pipeline::bind(&source, catalog, scratch, options, work).is_ok();
            let bound = bound && guard.as_ref().is_none_or(|guard| guard.put_into(work));
            let start = statement.span.start;
            let whole = bound
                && ahead
                    .as_mut()
                    .is_some_and(|ahead| ahead.lower(start, script, from, options, catalog, work, lowering));
            let translated = whole || bound && pipeline::lower(work, catalog, options, lowering).is_ok();
            if !translated {
                lowering.rendered.clear();
                pipeline::forget_definition(&source, table, catalog);
            }
            visit(&Step {
                span: statement.span,
                sql: &work.sql,
                parts: &lowering.rendered.statements,
                positions: &lowering.rendered.positions,
                ledger: &work.ledger,
                diagnostics: &work.diagnostics,
                comments: &comments[..before],
                air: &work.air,
                translated,
                script,
                from,
                target: lowering.legalizer.target(),
                layout: RenderOptions { catalog, width: options.width, comments: options.comments },
            });
        }
        Tail::of(parser)
    }

    /// Binds every statement and shows its meaning before anything is rewritten; refused ones come as `None`.
    pub fn for_each_bound(
        &mut self,
        script: &str,
        visit: &mut dyn FnMut(Span, Option<&Air>, &[Diagnostic]),
    ) -> Tail {
        let Translator { from, options, parser, catalog, scratch, work, readers, .. } = self;
        readers.restart();
        parser.escape_strings(from.settings.backslash_escapes || catalog.escaping_strings);
        let mut at = 0;
        while let Some((parsed, next)) = parser.parse_next(script, at) {
            at = next;
            work.clear();
            work.diagnostics.extend_from_slice(parsed.diagnostics);
            let tree = parsed.tree;
            let &[id] = tree.statements() else { break };
            let statement = tree[id];
            if statement.kind == StatementKind::Broken {
                readers.advise(&mut work.diagnostics, statement.span.text(script), from.dialect);
            }
            let source = Source { tree, statement: id, text: script, profile: from };
            let bound = statement.kind != StatementKind::Broken
                && pipeline::bind(&source, catalog, scratch, options, work).is_ok();
            visit(statement.span, bound.then_some(&work.air), &work.diagnostics);
        }
        Tail::of(parser)
    }

    /// Which columns each result column of each statement comes from; `None` for a statement that was refused.
    pub fn lineage(&mut self, script: &str) -> Vec<Option<Lineage>> {
        let mut all = Vec::new();
        self.for_each_bound(script, &mut |_, air, _| all.push(air.map(Lineage::of)));
        all
    }
}

impl Guard {
    /// Puts the protection into a bound statement; false if that cannot be.
    fn put_into(&self, work: &mut Work) -> bool {
        let Work { air, diagnostics, .. } = work;
        airc_passes::protect::protect(air, &self.stored, &self.indirect, &self.protection, diagnostics)
            .is_ok()
    }
}

/// A parser for the dialect and settings of a profile.
pub fn parser_for(profile: &Profile) -> Parser {
    Parser::new(lexer_settings(profile))
}

/// What the lexer needs to know of a profile.
pub fn lexer_settings(profile: &Profile) -> airc_grammar::Settings {
    let settings = &profile.settings;
    airc_grammar::Settings {
        double_quote_names: settings.ansi_quotes,
        backslash_escapes: settings.backslash_escapes,
        pipes_concat: settings.pipes_as_concat,
        // `/*!80017 … */` is for 8.0.17 and later.
        executable_comment_version: u32::from(profile.version.0) * 10_000
            + u32::from(profile.version.1) * 100,
        ..airc_grammar::Settings::of(profile.dialect)
    }
}
