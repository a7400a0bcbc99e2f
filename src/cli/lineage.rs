//! `airc lineage`.

use super::args::{Lineage as Arguments, Shown};
use super::draw::Drawer;
use super::{Failure, Verdict, input, setup};
use airc::Translator;
use airc::lineage::{Lineage, Node};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;

/// Runs the command.
pub(super) fn run(arguments: &Arguments, shown: &Shown) -> Result<Verdict, Failure> {
    let options = setup::options(&arguments.reading, None)?;
    let from = setup::source(&arguments.reading)?;
    let mut drawer = Drawer::new(shown);
    let schema = setup::schema(&arguments.reading, &from, &options, &mut drawer)?;
    let mut translator = Translator::new(from.clone(), from, options);
    translator.set_catalog(schema.unwrap_or_default());
    for input in input::all(&arguments.reading.inputs)? {
        let Some((file, text)) = input.admit(&mut drawer) else { continue };
        translator.forget();
        let mut out = String::new();
        let tail = translator.for_each_bound(text, &mut |span, air, diagnostics| {
            drawer.draw(file, diagnostics);
            let Some(air) = air else { return };
            let lineage = Lineage::of(air);
            // Writing to a string cannot fail.
            let _ = if arguments.dot {
                write!(out, "{}", dot(&lineage))
            } else if arguments.json {
                writeln!(out, "{}", json!({"span": span, "columns": columns(&lineage)}))
            } else {
                let line =
                    1 + text.as_bytes()[..span.range().start].iter().filter(|&&byte| byte == b'\n').count();
                writeln!(out, "line {line}").and_then(|()| out.write_str(&listing(&lineage)))
            };
        });
        drawer.draw(file, &tail.diagnostics);
        std::io::stdout().lock().write_all(out.as_bytes())?;
    }
    Ok(Verdict::of(drawer.errors))
}

/// `total <- order_lines.quantity, order_lines.unit_price; filtered by orders.status`.
fn listing(lineage: &Lineage) -> String {
    let mut text = String::new();
    for &end in &lineage.ends {
        let _ = write!(text, "  {}", label(&lineage.graph[end]));
        for (i, origin) in lineage.origins(end).iter().enumerate() {
            let separator = if i == 0 { " <- " } else { ", " };
            let _ = write!(text, "{separator}{}.{}", origin.table, origin.column);
            if origin.used != airc::lineage::Use::Value {
                let _ = write!(text, " ({})", origin.used.word());
            }
        }
        text.push('\n');
    }
    text
}

fn columns(lineage: &Lineage) -> Vec<Value> {
    let column = |&end: &petgraph::graph::NodeIndex| {
        let origin = |origin: &airc::lineage::Origin| json!({"table": origin.table, "column": origin.column, "use": origin.used.word()});
        let origins: Vec<Value> = lineage.origins(end).iter().map(origin).collect();
        json!({"column": label(&lineage.graph[end]), "origins": origins})
    };
    lineage.ends.iter().map(column).collect()
}

fn dot(lineage: &Lineage) -> String {
    use petgraph::visit::EdgeRef;
    let mut dot =
        "digraph lineage {\n  rankdir=LR;\n  node [shape=box, fontname=\"monospace\"];\n".to_owned();
    for node in lineage.graph.node_indices() {
        let label = label(&lineage.graph[node]).replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(dot, "  n{} [label=\"{label}\"];", node.index());
    }
    for edge in lineage.graph.edge_references() {
        let (from, to) = (edge.source().index(), edge.target().index());
        let _ = writeln!(dot, "  n{from} -> n{to} [label=\"{}\"];", edge.weight().word());
    }
    dot.push_str("}\n");
    dot
}

fn label(node: &Node) -> String {
    match node {
        Node::Table { table, column } => format!("{table}.{column}"),
        Node::Inner { column } => column.clone(),
        Node::Rows => "rows".to_owned(),
        Node::Result { index, name } if name.is_empty() => format!("column {}", index + 1),
        Node::Result { name, .. } => name.clone(),
        Node::Written { table, column } => format!("{table}.{column} :="),
    }
}
