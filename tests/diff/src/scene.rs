//! Tables with rows.

use crate::choices::Choices;
use crate::grammar::Grammar;

/// Most tables of a scene.
const TABLES_MAX: usize = 3;
/// Most columns of a table, besides its key.
const COLUMNS_MAX: usize = 5;
/// Most rows of a table.
const ROWS_MAX: usize = 7;

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Kind of its values.
    pub kind: String,
}

/// A table. Its first column is `id`, the primary key, which counts from 1.
#[derive(Clone, Debug)]
pub struct Table {
    /// Name.
    pub name: String,
    /// Its columns besides the key.
    pub columns: Vec<Column>,
    /// Number of rows.
    pub rows: usize,
}

/// What statements are about.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Statements that make the tables and fill them.
    pub setup: Vec<String>,
    /// The tables.
    pub tables: Vec<Table>,
}

impl Scene {
    /// A scene.
    pub fn draw(grammar: &Grammar, choices: &mut Choices) -> Scene {
        let mut scene = Scene { setup: Vec::new(), tables: Vec::new() };
        for at in 0..=choices.below(TABLES_MAX) {
            let name = format!("t{at}");
            let mut declared = vec!["id int primary key".to_owned()];
            let mut columns = Vec::new();
            for at in 0..=choices.below(COLUMNS_MAX) {
                let (kind, ty) = choices.of(&grammar.columns);
                let name = format!("c{at}");
                declared.push(format!("{name} {ty}"));
                columns.push(Column { name, kind: kind.clone() });
            }
            scene.setup.push(format!("create table {name} ({})", declared.join(", ")));
            let rows = choices.below(ROWS_MAX + 1);
            let row = |id: usize, choices: &mut Choices| {
                let values = columns.iter().map(|column| value(grammar, &column.kind, choices));
                format!("({id}, {})", values.collect::<Vec<_>>().join(", "))
            };
            let listed: Vec<String> = (1..=rows).map(|id| row(id, choices)).collect();
            if !listed.is_empty() {
                scene.setup.push(format!("insert into {name} values {}", listed.join(", ")));
            }
            scene.tables.push(Table { name, columns, rows });
        }
        scene
    }
}

/// A value of a column.
pub fn value(grammar: &Grammar, kind: &str, choices: &mut Choices) -> String {
    let values = &grammar.values[kind];
    match choices.below(values.len() + 1) {
        at if at < values.len() => values[at].clone(),
        _ => "null".to_owned(),
    }
}
