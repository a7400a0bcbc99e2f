//! Twin databases: alike in all that a caller may see, different in all that he may not. Whatever he is allowed to run
//! has to give the same on both: rows, counts and errors.

use crate::{Bed, context, exec};
use air_base::Dialect;
use airc::kernel::AirCompiler;
use airc_diff::choices::Choices;
use airc_diff::grammar::Grammar;
use airc_diff::query::{Drawn, draw};
use airc_diff::scene::{Column, Scene, Table, value};
use airc_score::engines::EngineKind;
use sqlx_kernel::pi::Policies;
use sqlx_kernel::pi::pack::Pack;
use sqlx_kernel::policy::PackPolicy;
use sqlx_kernel::{Builder, Failure, Kind, QueryResult, Session, SqlxKernel, Value};
use std::fmt::Write;

/// Statements about each pair of databases.
const STATEMENTS: usize = 50;
/// Most tables.
const TABLES_MAX: usize = 3;
/// Most columns of a table, besides its key and its owner.
const COLUMNS_MAX: usize = 5;
/// Most rows that are seen, and that are not.
const ROWS_MAX: usize = 6;

/// What has come of it.
#[derive(Default, Debug)]
pub struct Tally {
    /// Statements that were allowed and gave rows on both.
    pub alike: usize,
    /// Statements that were allowed and failed alike on both.
    pub failed_alike: usize,
    /// Statements that were refused or denied on both.
    pub refused: usize,
    /// Statements that tell the twins apart.
    pub told: Vec<String>,
}

/// Two databases, and a policy over both.
struct Twins {
    pack: String,
    setups: [Vec<String>; 2],
    scene: Scene,
}

/// Runs about so many statements on twins of an engine.
pub async fn compare(kind: EngineKind, seed: u64, statements: usize) -> Tally {
    let dialect = match kind {
        EngineKind::Sqlite => Dialect::Sqlite,
        EngineKind::Postgres => Dialect::Postgres,
        EngineKind::Mariadb => Dialect::Mysql,
    };
    let grammar = Grammar::of(dialect).expect("an engine's dialect has a grammar");
    let beds = [Bed::new(kind), Bed::new(kind)];
    let open = crate::kernel();
    let makers = [
        open.connect(beds[0].options()).await.expect("a database"),
        open.connect(beds[1].options()).await.expect("a database"),
    ];
    let mut tally = Tally::default();
    let mut round = 0;
    while round * STATEMENTS < statements {
        let mut choices = Choices::random(seed.wrapping_mul(1_000_003).wrapping_add(round as u64));
        let twins = Twins::draw(&grammar, &mut choices);
        for (maker, setup) in makers.iter().zip(&twins.setups) {
            for sql in setup {
                exec(&open, maker, sql).await.unwrap_or_else(|failure| panic!("{sql}: {failure}"));
            }
        }
        let pack = Pack::parse(&twins.pack).unwrap_or_else(|found| panic!("{found:?}\n{}", twins.pack));
        let policy = PackPolicy::new(Policies::new(&[pack], None));
        let kernel = Builder::new(AirCompiler::default(), policy).start();
        let sessions = [
            kernel.connect(beds[0].options()).await.expect("a database"),
            kernel.connect(beds[1].options()).await.expect("a database"),
        ];
        for _ in 0..STATEMENTS {
            let drawn = draw(&grammar, &twins.scene, &mut choices);
            tally.step(&kernel, &sessions, &twins, &drawn).await;
        }
        for (maker, table) in
            makers.iter().flat_map(|maker| twins.scene.tables.iter().map(move |t| (maker, t)))
        {
            let sql = format!("drop table {}", table.name);
            exec(&open, maker, &sql).await.unwrap_or_else(|failure| panic!("{sql}: {failure}"));
        }
        round += 1;
    }
    tally
}

impl Tally {
    async fn step(&mut self, kernel: &SqlxKernel, sessions: &[Session; 2], twins: &Twins, drawn: &Drawn) {
        let mut ends = Vec::new();
        for session in sessions {
            ends.push(run(kernel, session, drawn).await);
        }
        let told = |what: String| {
            let mut text = format!("{what}\n{}\n", twins.pack);
            for setup in &twins.setups {
                let _ = writeln!(text, "-- twin\n{};", setup.join(";\n"));
            }
            if let Some(change) = &drawn.change {
                let _ = writeln!(text, "{change};");
            }
            text + &drawn.query
        };
        match (&ends[0], &ends[1]) {
            (Ok(one), Ok(two)) => match difference(one, two) {
                None => self.alike += 1,
                Some(difference) => self.told.push(told(difference)),
            },
            (Err(one), Err(two)) if one.kind == two.kind && words(one) == words(two) => match one.kind {
                Kind::Refused | Kind::PolicyDenied => self.refused += 1,
                _ => self.failed_alike += 1,
            },
            (one, two) => {
                let word = |end: &Result<Vec<QueryResult>, Failure>| match end {
                    Ok(_) => "gives rows".to_owned(),
                    Err(failure) => failure.to_string(),
                };
                self.told.push(told(format!("one {}, the other {}", word(one), word(two))));
            }
        }
    }
}

/// Runs a statement, within a transaction that is undone if it changes anything.
async fn run(kernel: &SqlxKernel, session: &Session, drawn: &Drawn) -> Result<Vec<QueryResult>, Failure> {
    let Some(change) = &drawn.change else {
        return Ok(vec![kernel.exec(session, &drawn.query, &[], &context()).await?]);
    };
    kernel.exec(session, "BEGIN", &[], &context()).await?;
    let changed = kernel.exec(session, change, &[], &context()).await;
    let asked = match &changed {
        Ok(_) => kernel.exec(session, &drawn.query, &[], &context()).await,
        Err(failure) => Err(failure.clone()),
    };
    let _ = kernel.exec(session, "ROLLBACK", &[], &context()).await;
    Ok(vec![changed?, asked?])
}

/// The first thing by which results differ. Rows are bags: where order is asked for, ties are free.
pub fn difference(one: &[QueryResult], two: &[QueryResult]) -> Option<String> {
    for (one, two) in one.iter().zip(two) {
        if one.affected != two.affected {
            return Some(format!("{} rows changed, and {}", one.affected, two.affected));
        }
        let sorted = |result: &QueryResult| {
            let mut rows: Vec<Vec<String>> =
                result.rows.iter().map(|row| row.iter().map(shown).collect()).collect();
            rows.sort();
            rows
        };
        let (one, two) = (sorted(one), sorted(two));
        if one != two {
            return Some(format!("{one:?}\n{two:?}"));
        }
    }
    None
}

/// What a failure says, without the name of the database.
pub fn words(failure: &Failure) -> String {
    let mut words = String::new();
    let mut rest = failure.message.as_str();
    while let Some((before, after)) = rest.split_once("seat") {
        words.push_str(before);
        rest = after.trim_start_matches(|letter: char| letter.is_ascii_digit());
    }
    words + rest
}

/// Sums of floats depend on the order in which rows are met.
fn shown(value: &Value) -> String {
    match value {
        Value::Float(float) => format!("{float:.9e}"),
        value => value.to_string(),
    }
}

impl Twins {
    fn draw(grammar: &Grammar, choices: &mut Choices) -> Twins {
        let mut twins = Twins {
            pack: "pack twins\nrule all allow\n".to_owned(),
            setups: [Vec::new(), Vec::new()],
            scene: Scene { setup: Vec::new(), tables: Vec::new() },
        };
        let mut oblige = Vec::new();
        for at in 0..=choices.below(TABLES_MAX) {
            twins.table(grammar, choices, at, &mut oblige);
        }
        if !oblige.is_empty() {
            let _ = writeln!(twins.pack, "rule hide oblige with {}", oblige.join(", "));
        }
        twins
    }

    /// A table, filled alike where it is seen.
    fn table(&mut self, grammar: &Grammar, choices: &mut Choices, at: usize, oblige: &mut Vec<String>) {
        let name = format!("t{at}");
        let key = if choices.chance(1, 4) { "" } else { " primary key" };
        let mut declared = vec![format!("id int{key}"), "owner varchar(10)".to_owned()];
        let mut columns = Vec::new();
        let mut masked = Vec::new();
        for at in 0..=choices.below(COLUMNS_MAX) {
            let (kind, ty) = choices.of(&grammar.columns);
            let column = format!("c{at}");
            declared.push(format!("{column} {ty}"));
            let hide = choices.chance(2, 5);
            if hide {
                let tag = format!("{name}_{column}");
                let _ = writeln!(self.pack, "tag {tag} on {name}.{column}");
                oblige.push(format!("mask {tag} by {}", mask(kind, choices)));
            }
            masked.push(hide);
            columns.push(Column { name: column, kind: kind.clone() });
        }
        let filtered = choices.chance(1, 2);
        if filtered {
            oblige.push(format!("rows of {name} where owner == \"me\""));
        }
        let seen = choices.below(ROWS_MAX + 1);
        let open: Vec<Vec<String>> = (0..seen)
            .map(|_| columns.iter().map(|column| value(grammar, &column.kind, choices)).collect())
            .collect();
        let create = format!("create table {name} ({})", declared.join(", "));
        for setup in &mut self.setups {
            setup.push(create.clone());
            let mut rows = Vec::new();
            for (id, open) in open.iter().enumerate() {
                let values =
                    open.iter().zip(&columns).zip(&masked).map(|((open, column), hide)| match hide {
                        // Another value for each twin; whether it is NULL may be told.
                        true if open != "null" => not_null(grammar, &column.kind, choices),
                        _ => open.clone(),
                    });
                rows.push(format!("({}, 'me', {})", id + 1, values.collect::<Vec<_>>().join(", ")));
            }
            if filtered {
                for id in 0..choices.below(ROWS_MAX) {
                    let hidden: Vec<String> =
                        columns.iter().map(|column| value(grammar, &column.kind, choices)).collect();
                    let owner = choices.of(&["'you'", "null", "'ME'"]);
                    let id = 100 * (1 + choices.below(3)) + id;
                    rows.push(format!("({id}, {owner}, {})", hidden.join(", ")));
                }
            }
            for row in rows {
                setup.push(format!("insert into {name} values {row}"));
            }
        }
        self.scene.tables.push(Table { name, columns, rows: seen });
    }
}

/// A value that is not NULL.
fn not_null(grammar: &Grammar, kind: &str, choices: &mut Choices) -> String {
    choices.of(&grammar.values[kind]).clone()
}

/// A mask that shows the same for all values of the kind but NULL.
fn mask(kind: &str, choices: &mut Choices) -> &'static str {
    let masks: &[&str] = match kind {
        "int" | "big" => &["null", "constant(7)"],
        "text" | "char" => &["null", "constant(\"abc\")", "partial(0, 0)"],
        "date" => &["null", "constant(\"2024-02-28\")"],
        _ => &["null"],
    };
    masks[choices.below(masks.len())]
}
