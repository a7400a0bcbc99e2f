//! Inputs: TPC-H and TPC-DS queries from the shared execution cases, and scripts made up here.
//!
//! Everything generated is the same on every machine and in every run.

use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

/// Statements that are fed to each contestant one by one.
pub struct Input {
    /// What it is called on the command line and in the report.
    pub name: String,
    /// The statements, without terminators.
    pub statements: Vec<String>,
}

impl Input {
    /// Bytes of all statements.
    pub fn bytes(&self) -> usize {
        self.statements.iter().map(String::len).sum()
    }

    /// The statements as one script.
    pub fn script(&self) -> String {
        let mut script = String::with_capacity(self.bytes() + 2 * self.statements.len());
        for statement in &self.statements {
            script.push_str(statement);
            script.push_str(";\n");
        }
        script
    }
}

/// Names of all inputs, in the order in which they are reported.
pub const NAMES: [&str; 13] = [
    "tpch",
    "tpcds",
    "oltp_10k",
    "insert_multi_10m",
    "insert_single_10m",
    "inlist_1m",
    "or_chain_10k",
    "nested_40",
    "nested_func_40",
    "nested_subq_20",
    "grow_insert_1",
    "grow_insert_4",
    "grow_insert_16",
];

/// The input of that name, or why there is none.
pub fn load(name: &str) -> Result<Input, String> {
    let statements = match name {
        "tpch" | "tpcds" => corpus(name)?,
        "oltp_10k" => {
            let mut random = Random(7);
            (0..10_000).map(|i| oltp(i, &mut random)).collect()
        }
        "insert_multi_10m" => inserts(10_000_000, 100),
        "insert_single_10m" => inserts(10_000_000, 1),
        "grow_insert_1" => one_insert(64_000),
        "grow_insert_4" => one_insert(4 * 64_000),
        "grow_insert_16" => one_insert(16 * 64_000),
        "inlist_1m" => vec![in_list(1_000_000)],
        "or_chain_10k" => {
            let terms: Vec<String> = (0..10_000).map(|i| format!("a = {i} AND b <> {i}")).collect();
            vec![format!("SELECT * FROM t WHERE {}", terms.join(" OR "))]
        }
        "nested_40" => vec![format!("SELECT {}a + 1{} FROM t", "(".repeat(40), ") * 2 + b".repeat(40)); 50],
        "nested_func_40" => {
            vec![format!("SELECT {}a{} FROM t", "coalesce(".repeat(40), ", 1)".repeat(40)); 50]
        }
        "nested_subq_20" => {
            vec![
                format!("{}SELECT a FROM t{}", "SELECT a FROM (".repeat(20), ") AS x WHERE a > 1".repeat(20));
                50
            ]
        }
        _ => return Err(format!("no input is called `{name}`; known are {}", NAMES.join(", "))),
    };
    Ok(Input { name: name.to_owned(), statements })
}

/// A file of the execution cases, which lie beside the project.
fn shared(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases").join(file)
}

/// The queries of an execution corpus.
fn corpus(name: &str) -> Result<Vec<String>, String> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases").join(format!("{name}.jsonl"));
    let text = std::fs::read_to_string(&path)
        .map_err(|e| format!("../shared is absent: {}: {e}", path.display()))?;
    text.lines()
        .map(|line| {
            let case: serde_json::Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
            case["query"].as_str().map(str::to_owned).ok_or_else(|| "a case without query".to_owned())
        })
        .collect()
}

/// A small generator of numbers, the same everywhere.
struct Random(u64);

impl Random {
    /// A number below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// `n` words separated by blanks.
    fn words(&mut self, n: usize) -> String {
        const WORDS: [&str; 18] = [
            "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
            "mu", "nu", "xi", "omicron", "rho", "sigma", "tau",
        ];
        let words: Vec<&str> = (0..n).map(|_| WORDS[self.below(WORDS.len() as u64) as usize]).collect();
        words.join(" ")
    }
}

const INSERT_HEAD: &str = "INSERT INTO customer (id, name, email, price, created, note, extra, flag) VALUES ";

fn row(out: &mut String, i: usize, random: &mut Random) {
    let (name, note) = (random.words(1), random.words(6));
    let quote = if i.is_multiple_of(10) { " it''s" } else { "" };
    let _ = write!(
        out,
        "({i}, '{name}', 'user{i}@example.com', {}.{:02}, '2024-{:02}-{:02} {:02}:{:02}:{:02}', '{note}{quote}', NULL, {})",
        random.below(10_000),
        random.below(100),
        1 + random.below(12),
        1 + random.below(28),
        random.below(24),
        random.below(60),
        random.below(60),
        random.below(2),
    );
}

fn inserts(bytes: usize, rows_each: usize) -> Vec<String> {
    let mut random = Random(11);
    let (mut statements, mut size, mut i) = (Vec::new(), 0, 0);
    while size < bytes {
        let mut statement = INSERT_HEAD.to_owned();
        for k in 0..rows_each {
            if k > 0 {
                statement.push_str(",\n");
            }
            row(&mut statement, i, &mut random);
            i += 1;
        }
        size += statement.len();
        statements.push(statement);
    }
    statements
}

fn one_insert(bytes: usize) -> Vec<String> {
    let mut random = Random(13);
    let mut statement = INSERT_HEAD.to_owned();
    let mut i = 0;
    while statement.len() < bytes {
        if i > 0 {
            statement.push_str(",\n");
        }
        row(&mut statement, i, &mut random);
        i += 1;
    }
    vec![statement]
}

fn in_list(bytes: usize) -> String {
    let mut random = Random(17);
    let mut statement = "SELECT * FROM t WHERE id IN (".to_owned();
    let _ = write!(statement, "{}", random.below(10_000_000));
    while statement.len() < bytes {
        let _ = write!(statement, ", {}", random.below(10_000_000));
    }
    statement.push(')');
    statement
}

fn oltp(i: usize, random: &mut Random) -> String {
    let (a, b) = (random.below(100_000), random.below(100_000));
    let table = a % 16;
    match i % 10 {
        0 => format!("SELECT c FROM sbtest{table} WHERE id = {a}"),
        1 => format!("SELECT c FROM sbtest{table} WHERE id BETWEEN {a} AND {} ORDER BY c", a + 99),
        2 => format!("SELECT SUM(k) FROM sbtest{table} WHERE id BETWEEN {a} AND {}", a + 99),
        3 => format!("UPDATE sbtest{table} SET k = k + 1, c = '{}' WHERE id = {a}", random.words(4)),
        4 => format!("DELETE FROM sbtest{table} WHERE id = {a}"),
        5 => format!(
            "INSERT INTO sbtest{table} (id, k, c, pad) VALUES ({a}, {b}, '{}', '{}')",
            random.words(5),
            random.words(2)
        ),
        6 => format!(
            "SELECT o.id, o.total, u.name FROM orders o JOIN users u ON u.id = o.user_id \
             WHERE o.status = 'open' AND u.id = {a} ORDER BY o.created DESC LIMIT 20"
        ),
        7 => format!(
            "SELECT COUNT(*), MAX(ol_amount) FROM order_line \
             WHERE ol_w_id = {} AND ol_d_id = {} AND ol_o_id < {b} AND ol_o_id >= {}",
            a % 9,
            b % 10,
            b.saturating_sub(20)
        ),
        8 => format!(
            "SELECT u.id, u.email, CASE WHEN u.age > 18 THEN 'adult' ELSE 'minor' END AS kind FROM users AS u \
             WHERE u.email LIKE 'a{a}%' OR u.name IN ('x', 'y', 'z{b}') LIMIT 10 OFFSET 5"
        ),
        _ => format!(
            "UPDATE stock SET s_quantity = s_quantity - 3, s_ytd = s_ytd + 3 WHERE s_i_id = {a} AND s_w_id = {}",
            b % 10
        ),
    }
}

/// The schema an input is about, in words MySQL takes: for translation with types.
pub fn schema(name: &str) -> Result<String, String> {
    match name {
        "tpch" | "tpcds" => corpus_schema(name),
        _ => Ok(generated_schema()),
    }
}

/// The tables of an execution corpus.
fn corpus_schema(name: &str) -> Result<String, String> {
    let path = shared(&format!("setups-{name}.jsonl.gz"));
    let file =
        std::fs::File::open(&path).map_err(|e| format!("../shared is absent: {}: {e}", path.display()))?;
    let mut ddl = String::new();
    for line in BufReader::new(flate2::read::GzDecoder::new(file)).lines() {
        let line = line.map_err(|e| e.to_string())?;
        let setup: serde_json::Value = serde_json::from_str(&line).map_err(|e| e.to_string())?;
        for statement in
            setup["setup"].as_array().into_iter().flatten().filter_map(|statement| statement.as_str())
        {
            if statement.to_ascii_lowercase().starts_with("create table") {
                ddl.push_str(statement);
                ddl.push_str(";\n");
            }
        }
    }
    Ok(ddl)
}

fn generated_schema() -> String {
    let mut ddl = String::new();
    for i in 0..16 {
        let _ = writeln!(
            ddl,
            "CREATE TABLE sbtest{i} (id INT PRIMARY KEY, k INT NOT NULL, c VARCHAR(120) NOT NULL, pad VARCHAR(60) NOT NULL);"
        );
    }
    ddl.push_str(
        "CREATE TABLE orders (id INT PRIMARY KEY, user_id INT NOT NULL, total DECIMAL(10,2), status VARCHAR(12), created DATETIME);
         CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(120), name VARCHAR(60), age INT);
         CREATE TABLE order_line (ol_w_id INT, ol_d_id INT, ol_o_id INT, ol_amount DECIMAL(10,2));
         CREATE TABLE stock (s_i_id INT, s_w_id INT, s_quantity INT, s_ytd INT, PRIMARY KEY (s_i_id, s_w_id));
         CREATE TABLE customer (id INT PRIMARY KEY, name VARCHAR(60), email VARCHAR(120), price DECIMAL(10,2), created DATETIME,
           note VARCHAR(200), extra VARCHAR(20), flag INT);
         CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT);\n",
    );
    ddl
}
