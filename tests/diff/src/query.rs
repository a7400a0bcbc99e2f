//! Queries and changes over a scene.

use airc_score::compare::Order;

use crate::choices::Choices;
use crate::grammar::{ByKind, Grammar, Piece, Template};
use crate::scene::{Scene, Table, value};

/// How deep expressions nest.
const DEPTH: usize = 3;
/// Most columns of a select list.
const ITEMS_MAX: usize = 3;

/// A statement, maybe after a change.
pub struct Drawn {
    /// A change of rows that comes before the query.
    pub change: Option<String>,
    /// The query.
    pub query: String,
    /// What of its order counts.
    pub order: Order,
}

/// A column that can be named here.
#[derive(Clone)]
struct Visible {
    text: String,
    kind: String,
}

struct Drawer<'a> {
    grammar: &'a Grammar,
    scene: &'a Scene,
    choices: &'a mut Choices,
    /// Columns of the FROM clause.
    scope: Vec<Visible>,
    /// Number of aliases given away.
    aliases: usize,
    /// Values may be those of other tables.
    subqueries: bool,
}

/// A statement about the scene.
pub fn draw(grammar: &Grammar, scene: &Scene, choices: &mut Choices) -> Drawn {
    let mut drawer = Drawer { grammar, scene, choices, scope: Vec::new(), aliases: 0, subqueries: false };
    drawer.subqueries = drawer.choices.chance(1, 2);
    // The usual is the most frequent.
    match drawer.choices.below(16) {
        0..=5 => drawer.plain(),
        6 | 7 => drawer.grouped(),
        8 | 9 => drawer.windowed(),
        10 => drawer.set_operation(),
        11 => drawer.derived(),
        12 => drawer.distinct(),
        13 => drawer.total(),
        _ => drawer.change(),
    }
}

impl Drawer<'_> {
    fn select(&mut self, items: &str, from: &str) -> Drawn {
        Drawn { change: None, query: format!("select {items} from {from}"), order: Order::Bag }
    }

    /// Expressions over each row, in the order of one of them.
    fn plain(&mut self) -> Drawn {
        let (from, key) = self.from();
        let items = self.items();
        let mut drawn = self.select(&items.join(", "), &from);
        self.filter(&mut drawn.query);
        if self.choices.chance(1, 3) {
            let direction = *self.choices.of(&["", " desc"]);
            drawn.query += &format!(" order by 1{direction}, {key}");
            drawn.order = Order::Rows;
            if self.choices.chance(1, 2) {
                drawn.query += &format!(" limit {}", 1 + self.choices.below(4));
                if self.choices.chance(1, 3) {
                    drawn.query += " offset 1";
                }
            }
        }
        drawn
    }

    /// Aggregates of groups.
    fn grouped(&mut self) -> Drawn {
        let (from, _) = self.from();
        let kind = self.kind();
        let key = self.expression(&kind, DEPTH - 1);
        let aggregates = self.aggregates();
        // Which of several spellings of one text is shown, the engine is free to choose.
        let shown = !(self.grammar.avoids("loose-texts") && kind == "text");
        let items = if shown { format!("{key}, {aggregates}") } else { aggregates };
        let mut drawn = self.select(&items, &from);
        self.filter(&mut drawn.query);
        drawn.query += &format!(" group by {key}");
        match self.choices.below(6) {
            0 => {
                let count = self.choices.below(3);
                drawn.query += &format!(" having count(*) > {count}");
            }
            1 => {
                let kind = "int".to_owned();
                let template = self.choices.of(&self.grammar.aggregates[&kind]).clone();
                let total = self.fill(&template, DEPTH - 1, "");
                drawn.query += &format!(" having {total} > 1");
            }
            _ => {}
        }
        drawn
    }

    /// Aggregates of all rows.
    fn total(&mut self) -> Drawn {
        let (from, _) = self.from();
        let aggregates = self.aggregates();
        let mut drawn = self.select(&aggregates, &from);
        self.filter(&mut drawn.query);
        drawn
    }

    fn windowed(&mut self) -> Drawn {
        let (from, key) = self.from();
        let kinds: Vec<String> = self.grammar.windows.keys().cloned().collect();
        let kind = self.choices.of(&kinds).clone();
        let template = self.choices.of(&self.grammar.windows[&kind]).clone();
        let window = self.fill(&template, DEPTH - 1, &key);
        let mut drawn = self.select(&format!("{key}, {window}"), &from);
        self.filter(&mut drawn.query);
        drawn
    }

    fn set_operation(&mut self) -> Drawn {
        let kinds: Vec<String> = (0..=self.choices.below(ITEMS_MAX)).map(|_| self.kind_of_set()).collect();
        let operation = *self.choices.of(&["union all", "union", "except", "intersect"]);
        let mut sides = Vec::new();
        for _ in 0..2 {
            let (from, _) = self.from();
            let items: Vec<String> = kinds.iter().map(|kind| self.expression(kind, DEPTH - 1)).collect();
            sides.push(format!("select {} from {from}", items.join(", ")));
        }
        let mut drawn =
            Drawn { change: None, query: sides.join(&format!(" {operation} ")), order: Order::Bag };
        // Which of several spellings of one text comes first, the engine is free to choose.
        let loose = self.grammar.avoids("loose-texts") && kinds.iter().any(|kind| kind == "text");
        if !loose && self.choices.chance(1, 3) {
            let keys: Vec<String> = (1..=kinds.len()).map(|key| key.to_string()).collect();
            drawn.query += &format!(" order by {}", keys.join(", "));
            drawn.order = Order::Rows;
            if self.choices.chance(1, 2) {
                drawn.query += &format!(" limit {}", 1 + self.choices.below(4));
            }
        }
        drawn
    }

    /// A kind whose equal values cannot be told apart.
    fn kind_of_set(&mut self) -> String {
        match self.kind() {
            kind if kind == "text" && self.grammar.avoids("loose-texts") => "int".to_owned(),
            kind => kind,
        }
    }

    /// A query over a query, in FROM or as a common table expression.
    fn derived(&mut self) -> Drawn {
        let (from, key) = self.from();
        let kinds: Vec<String> = (0..=self.choices.below(ITEMS_MAX)).map(|_| self.kind()).collect();
        let mut inner = vec![format!("{key} as k")];
        for (at, kind) in kinds.iter().enumerate() {
            inner.push(format!("{} as x{at}", self.expression(kind, DEPTH - 1)));
        }
        let mut inner = format!("select {} from {from}", inner.join(", "));
        self.filter(&mut inner);
        let visible = |(at, kind): (usize, &String)| Visible { text: format!("d.x{at}"), kind: kind.clone() };
        self.scope = kinds.iter().enumerate().map(visible).collect();
        let items = self.items().join(", ");
        let (before, from) = match self.choices.below(2) {
            0 => (String::new(), format!("({inner}) as d")),
            _ => (format!("with d as ({inner}) "), "d".to_owned()),
        };
        let mut query = format!("{before}select d.k, {items} from {from}");
        self.filter(&mut query);
        Drawn { change: None, query, order: Order::Bag }
    }

    fn distinct(&mut self) -> Drawn {
        let (from, _) = self.from();
        let kind = self.kind_of_set();
        let item = self.expression(&kind, DEPTH);
        let mut drawn = self.select(&format!("distinct {item}"), &from);
        self.filter(&mut drawn.query);
        drawn
    }

    /// A change of rows, and the table after it.
    fn change(&mut self) -> Drawn {
        let table = self.choices.of(&self.scene.tables).clone();
        self.scope = table
            .columns
            .iter()
            .map(|column| Visible { text: column.name.clone(), kind: column.kind.clone() })
            .collect();
        let template = self.choices.of(&self.grammar.changes).clone();
        let change = self.fill_change(&template, &table);
        let query = format!("select * from {} order by id", table.name);
        Drawn { change: Some(change), query, order: Order::Rows }
    }

    fn fill_change(&mut self, template: &Template, table: &Table) -> String {
        let mut text = String::new();
        for piece in template {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Place(place) => match place.as_str() {
                    "table" => text.push_str(&table.name),
                    "columns" => {
                        let names: Vec<&str> =
                            table.columns.iter().map(|column| column.name.as_str()).collect();
                        text.push_str(&names.join(", "));
                    }
                    "row" => {
                        let id = 1 + self.choices.below(table.rows + 2);
                        let values = table.columns.iter().map(|c| value(self.grammar, &c.kind, self.choices));
                        let values: Vec<String> = values.collect();
                        text.push_str(&format!("{id}, {}", values.join(", ")));
                    }
                    "set" => {
                        let column = self.choices.of(&table.columns).clone();
                        let to = self.expression(&column.kind, DEPTH);
                        text.push_str(&format!("{} = {to}", column.name));
                    }
                    "column" => {
                        let column = self.choices.of(&table.columns).clone();
                        text.push_str(&column.name);
                    }
                    "where" => {
                        let condition = self.expression("bool", DEPTH);
                        text.push_str(&condition);
                    }
                    kind => {
                        let expression = self.expression(kind, DEPTH);
                        text.push_str(&expression);
                    }
                },
            }
        }
        text
    }

    /// A FROM clause, and an expression that tells its rows apart.
    fn from(&mut self) -> (String, String) {
        self.scope.clear();
        let first = self.table();
        if !self.choices.chance(1, 3) {
            return (first.0, first.1);
        }
        let (joined, key) = self.joined(first);
        match self.choices.chance(1, 4) {
            true => self.joined((joined, key)),
            false => (joined, key),
        }
    }

    /// Another table joined to what is there.
    fn joined(&mut self, first: (String, String)) -> (String, String) {
        let several = first.1.contains(',');
        let second = self.table();
        let joins = ["join", "left join", "cross join", "using"];
        // Of several tables USING has no one column.
        let join = *self.choices.of(if several { &joins[..3] } else { &joins[..] });
        let on = match join {
            "cross join" => String::new(),
            "using" => " using (id)".to_owned(),
            _ => match self.choices.below(2) {
                0 => format!(" on {} = {}", first.1.split(',').next().unwrap_or(""), second.1),
                _ => format!(" on {}", self.expression("bool", DEPTH - 1)),
            },
        };
        let word = if join == "using" { "join" } else { join };
        (format!("{} {word} {}{on}", first.0, second.0), format!("{}, {}", first.1, second.1))
    }

    fn table(&mut self) -> (String, String) {
        let table = self.choices.of(&self.scene.tables);
        let alias = format!("a{}", self.aliases);
        self.aliases += 1;
        let visible = table
            .columns
            .iter()
            .map(|column| Visible { text: format!("{alias}.{}", column.name), kind: column.kind.clone() });
        self.scope.extend(visible);
        self.scope.push(Visible { text: format!("{alias}.id"), kind: "int".to_owned() });
        (format!("{} {alias}", table.name), format!("{alias}.id"))
    }

    fn filter(&mut self, query: &mut String) {
        if self.choices.chance(1, 3) {
            let condition = self.expression("bool", DEPTH);
            *query += &format!(" where {condition}");
        }
    }

    fn items(&mut self) -> Vec<String> {
        (0..=self.choices.below(ITEMS_MAX))
            .map(|_| {
                let kind = self.kind();
                self.expression(&kind, DEPTH)
            })
            .collect()
    }

    fn aggregates(&mut self) -> String {
        let aggregates: &ByKind = &self.grammar.aggregates;
        let kinds: Vec<&String> = aggregates.keys().collect();
        let mut all = Vec::new();
        for _ in 0..=self.choices.below(ITEMS_MAX) {
            let kind = *self.choices.of(&kinds);
            let template = self.choices.of(&aggregates[kind]);
            all.push(self.fill(template, DEPTH - 1, ""));
        }
        all.join(", ")
    }

    /// A kind that can be shown.
    fn kind(&mut self) -> String {
        let kinds: Vec<&String> = self.grammar.expressions.keys().collect();
        (*self.choices.of(&kinds)).clone()
    }

    /// A value of one row of a table, which may depend on the rows around it.
    fn subquery(&mut self, kind: &str, depth: usize) -> String {
        let outside = self.scope.len();
        let (from, key) = self.table();
        let value = self.expression(kind, depth - 1);
        self.scope.truncate(outside);
        let which = self.expression("int", depth - 1);
        format!("(select {value} from {from} where {key} = {which})")
    }

    fn expression(&mut self, kind: &str, depth: usize) -> String {
        if depth > 1 && self.subqueries && self.choices.chance(1, 30) {
            return self.subquery(kind, depth);
        }
        let templates = self.grammar.expressions.get(kind).filter(|_| depth > 0);
        let count = templates.map_or(0, Vec::len);
        // Half of all places are columns or constants.
        let choice = self.choices.below(2 * count.max(1));
        match templates {
            Some(templates) if choice >= count => {
                let template = templates[choice - count].clone();
                self.fill(&template, depth - 1, "")
            }
            _ => self.simple(kind),
        }
    }

    fn simple(&mut self, kind: &str) -> String {
        let constants = self.grammar.constants.get(kind).map_or(&[][..], Vec::as_slice);
        let columns: Vec<Visible> =
            self.scope.iter().filter(|visible| visible.kind == kind).cloned().collect();
        // Columns twice as often as constants.
        let choice = self.choices.below(3);
        if !columns.is_empty() && (choice < 2 || constants.is_empty()) {
            return self.choices.of(&columns).text.clone();
        }
        match constants.is_empty() {
            true => "null".to_owned(),
            false => self.choices.of(constants).clone(),
        }
    }

    fn fill(&mut self, template: &Template, depth: usize, key: &str) -> String {
        let mut text = String::new();
        for piece in template {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Place(place) if place == "over" => text.push_str(&self.over(key)),
                Piece::Place(place) if place == "any" => {
                    let kind = self.kind();
                    text.push_str(&self.expression(&kind, depth));
                }
                Piece::Place(kind) => text.push_str(&self.expression(kind, depth)),
            }
        }
        text
    }

    /// An OVER clause that orders rows totally.
    fn over(&mut self, key: &str) -> String {
        let mut parts = Vec::new();
        if self.choices.chance(1, 2) {
            let kind = self.kind();
            parts.push(format!("partition by {}", self.expression(&kind, 1)));
        }
        let direction = *self.choices.of(&["", " desc"]);
        match self.choices.below(2) {
            0 => parts.push(format!("order by {key}")),
            _ => {
                let kind = self.kind();
                parts.push(format!("order by {}{direction}, {key}", self.expression(&kind, 1)));
            }
        }
        let frames = [
            "",
            "rows between 1 preceding and 1 following",
            "rows between unbounded preceding and current row",
            "range between unbounded preceding and current row",
            "rows between 2 preceding and 1 preceding",
            "rows between current row and unbounded following",
            "range between unbounded preceding and unbounded following",
        ];
        let frame = *self.choices.of(&frames);
        if !frame.is_empty() {
            parts.push(frame.to_owned());
        }
        format!("over ({})", parts.join(" "))
    }
}
