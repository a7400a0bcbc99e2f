//! The report as one HTML page: no scripts, nothing loaded from elsewhere, light and dark.

use super::classify::Kind;
use super::report::{Counts, Ending, Object, Place, RULE, Reason, Report, Target};
use std::fmt::Write;

/// Examples of a reason that are shown; the JSON has some more.
const EXAMPLES_MAX: usize = 3;
/// Subjects of an assumption that are listed; the JSON has all of them.
const SUBJECTS_MAX: usize = 12;

/// The page.
pub(super) fn page(report: &Report) -> String {
    let to: Vec<&str> = report.targets.iter().map(|target| target.to.as_str()).collect();
    let title = format!("{} to {}", report.from, to.join(", "));
    let mut out = String::new();
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Assessment: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header>\n<p class=\"eyebrow\">Migration assessment</p>\n<h1>{} <span class=\"arrow\">→</span> {}</h1>\n\
         <p class=\"lead\">{}. Every statement is compiled: <b class=\"exact\">exact</b> means same rows on every database, \
         <b class=\"assuming\">under assumptions</b> same rows where the listed facts hold, <b class=\"refused\">refused</b> that \
         nothing is emitted, for a stated reason.</p>\n</header>\n",
        escaped(&title),
        escaped(&report.from),
        escaped(&to.join(", ")),
        count(report.files.len(), "file"),
    );
    if report.targets.len() > 1 {
        comparison(&mut out, report);
    }
    for (i, target) in report.targets.iter().enumerate() {
        one(&mut out, report, target, i);
    }
    let _ = write!(out, "<footer>Effort is {}.</footer>\n</main>\n</body>\n</html>\n", escaped(RULE));
    out
}

/// Targets side by side.
fn comparison(out: &mut String, report: &Report) {
    out.push_str("<section>\n<h2>Targets</h2>\n<table class=\"bars\">\n<thead><tr><th>target</th><th class=\"wide\">objects</th><th class=\"n\">without refusal</th><th class=\"n\">effort</th></tr></thead>\n<tbody>\n");
    for (i, target) in report.targets.iter().enumerate() {
        let _ = writeln!(
            out,
            "<tr><td><a href=\"#t{i}\">{}</a></td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{} h</td></tr>",
            escaped(&target.to),
            bar(&target.objects, 14),
            percent(&target.objects),
            target.effort.hours,
        );
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
}

fn one(out: &mut String, report: &Report, target: &Target, i: usize) {
    let _ = writeln!(out, "<section id=\"t{i}\" class=\"target\">");
    if report.targets.len() > 1 {
        let _ = writeln!(out, "<h2 class=\"big\">{}</h2>", escaped(&target.to));
    }
    tiles(out, target);
    kinds(out, target);
    reasons(out, target);
    assumptions(out, target);
    effort(out, target);
    objects(out, target);
    out.push_str("</section>\n");
}

fn tiles(out: &mut String, target: &Target) {
    let objects = &target.objects;
    let _ = write!(
        out,
        "<div class=\"card\">\n{}\n<div class=\"tiles\">\n{}{}{}{}</div>\n<p class=\"note\">{} made of {}.</p>\n</div>\n",
        bar(objects, 26),
        tile("exact", objects.exact, "exact"),
        tile("assuming", objects.assuming, "under assumptions"),
        if objects.approximate > 0 {
            tile("approximate", objects.approximate, "approximate")
        } else {
            String::new()
        },
        tile("refused", objects.refused, "refused"),
        count(objects.all(), "object"),
        count(target.statements.all(), "statement"),
    );
}

fn tile(class: &str, number: usize, words: &str) -> String {
    format!("<div class=\"tile {class}\"><span>{number}</span>{words}</div>\n")
}

fn kinds(out: &mut String, target: &Target) {
    out.push_str("<h3>By kind</h3>\n<table class=\"bars\">\n<thead><tr><th>kind</th><th class=\"wide\"></th><th class=\"n\">exact</th><th class=\"n\">assuming</th><th class=\"n\">refused</th><th class=\"n\">all</th></tr></thead>\n<tbody>\n");
    for (kind, counts) in &target.kinds {
        let cell = |number: usize| if number == 0 { "<i>0</i>".to_owned() } else { number.to_string() };
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            kind.word(),
            bar(counts, 12),
            cell(counts.exact),
            cell(counts.assuming + counts.approximate),
            cell(counts.refused),
            counts.all(),
        );
    }
    out.push_str("</tbody>\n</table>\n");
}

fn reasons(out: &mut String, target: &Target) {
    if target.reasons.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "<h3>Why statements are refused <small>{}</small></h3>",
        count(target.reasons.len(), "reason")
    );
    let most = target.reasons.iter().map(|reason| reason.count).max().unwrap_or(1);
    for (i, reason) in target.reasons.iter().enumerate() {
        // One is open, to show what is in the others.
        let open = if i == 0 { " open" } else { "" };
        let _ = write!(
            out,
            "<details class=\"reason\"{}>\n<summary><code>{}</code><span class=\"what\">{}</span>{}<span class=\"hint {}\">{}</span>\
             <span class=\"times\">{}</span></summary>\n<div class=\"body\">\n<p class=\"note\">{}: {}</p>\n",
            open,
            reason.code,
            message(&reason.message),
            meter(reason.count, most),
            reason.effort.word(),
            reason.effort.word(),
            reason.count,
            reason.code,
            escaped(reason.title),
        );
        advice(out, reason);
        reason.examples.iter().take(EXAMPLES_MAX).for_each(|place| example(out, place));
        if reason.count > EXAMPLES_MAX {
            let _ = writeln!(out, "<p class=\"note\">and {} more</p>", reason.count - EXAMPLES_MAX);
        }
        out.push_str("</div>\n</details>\n");
    }
}

/// What unlocks it: of the diagnostic, and of the code's page.
fn advice(out: &mut String, reason: &Reason) {
    if let Some(help) = &reason.help {
        let _ = writeln!(out, "<p class=\"help\">{}</p>", message(help));
    }
    let page = airc::pages::find(reason.code);
    if let Some((_, what)) = page.and_then(|page| page.text.split_once("**What to do.** ")) {
        let _ = writeln!(out, "<p>{}</p>", message(what));
    }
}

fn example(out: &mut String, place: &Place) {
    let _ = writeln!(
        out,
        "<figure><figcaption>{}:{}</figcaption><pre>{}</pre></figure>",
        escaped(&place.file),
        place.line,
        escaped(&place.text)
    );
}

fn assumptions(out: &mut String, target: &Target) {
    if target.assumptions.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "<h3>Assumptions to check <small>{}</small></h3>\n<div class=\"assumed\">",
        count(target.assumptions.len(), "kind")
    );
    for assumed in &target.assumptions {
        let _ = write!(
            out,
            "<div class=\"fact\"><p><code>{}</code> <span class=\"times\">{}</span></p><p>{}</p><p class=\"subjects\">",
            assumed.word,
            count(assumed.count, "statement"),
            escaped(&assumed.meaning),
        );
        for subject in assumed.subjects.iter().take(SUBJECTS_MAX) {
            let _ = write!(out, "<code>{}</code> ", escaped(subject));
        }
        if assumed.subjects.len() > SUBJECTS_MAX {
            let _ = write!(out, "and {} more", assumed.subjects.len() - SUBJECTS_MAX);
        }
        out.push_str("</p></div>\n");
    }
    out.push_str("</div>\n<p class=\"note\">A checked fact is declared with <code>--declare NAME</code>; statements that rest on nothing else are exact then.</p>\n");
}

fn effort(out: &mut String, target: &Target) {
    let effort = &target.effort;
    let parts = [
        ("check assumptions", effort.assumptions_hours, "assuming"),
        ("small: schema, settings", effort.small_hours, "exact"),
        ("medium: rewrite", effort.medium_hours, "medium"),
        ("large: redesign", effort.large_hours, "refused"),
    ];
    let _ = write!(
        out,
        "<h3>Effort <small>about {} hours</small></h3>\n<table class=\"bars\">\n<tbody>\n",
        effort.hours
    );
    let most = parts.iter().map(|(_, hours, _)| *hours).fold(0.25, f64::max);
    for (words, hours, class) in parts {
        let _ = writeln!(
            out,
            "<tr><td>{words}</td><td class=\"wide\"><svg class=\"bar\" role=\"img\" aria-label=\"{hours} hours\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" height=\"12\"><rect class=\"{class}\" width=\"{:.2}\" height=\"10\"/></svg></td><td class=\"n\">{hours} h</td></tr>",
            100.0 * hours / most
        );
    }
    out.push_str("</tbody>\n</table>\n");
}

fn objects(out: &mut String, target: &Target) {
    out.push_str("<h3>Objects</h3>\n");
    for kind in Kind::ALL {
        let mut of_kind: Vec<&Object> = target.list.iter().filter(|object| object.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        // The worst first: those are what somebody looks for.
        of_kind.sort_by_key(|object| std::cmp::Reverse(object.ending));
        let refused = of_kind.iter().filter(|object| object.ending == Ending::Refused).count();
        let refused = if refused == 0 {
            String::new()
        } else {
            format!("<span class=\"times\">{refused} refused</span>")
        };
        let _ = write!(
            out,
            "<details class=\"objects\">\n<summary><span class=\"what\">{}</span>{refused}<span class=\"times\">{}</span></summary>\n<table>\n<tbody>\n",
            kind.word(),
            of_kind.len()
        );
        for object in of_kind {
            object_row(out, object);
        }
        out.push_str("</tbody>\n</table>\n</details>\n");
    }
}

fn object_row(out: &mut String, object: &Object) {
    let class = match object.ending {
        Ending::Exact => "exact",
        Ending::Assuming => "assuming",
        Ending::Approximate => "approximate",
        Ending::Refused => "refused",
    };
    let _ = write!(
        out,
        "<tr><td class=\"name\">{}{}</td><td><span class=\"pill {class}\">{}</span></td><td class=\"why\">",
        escaped(&object.name),
        if object.statements > 1 { format!(" <i>× {}</i>", object.statements) } else { String::new() },
        object.ending.words(),
    );
    for refusal in &object.refusals {
        let _ = write!(out, "{}<br>", message(refusal));
    }
    for word in &object.assumptions {
        let _ = write!(out, "<code>{word}</code> ");
    }
    let _ = writeln!(out, "</td><td class=\"place\">{}:{}</td></tr>", escaped(&object.file), object.line);
}

/// Parts of a whole as a bar.
fn bar(counts: &Counts, height: usize) -> String {
    let all = counts.all().max(1) as f64;
    let label = format!(
        "{} exact, {} under assumptions, {} approximate, {} refused",
        counts.exact, counts.assuming, counts.approximate, counts.refused
    );
    let mut svg = format!(
        "<svg class=\"bar\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" height=\"{height}\"><title>{label}</title>"
    );
    let mut x = 0.0;
    for (class, number) in [
        ("exact", counts.exact),
        ("assuming", counts.assuming),
        ("approximate", counts.approximate),
        ("refused", counts.refused),
    ] {
        let width = 100.0 * number as f64 / all;
        if number > 0 {
            let _ = write!(svg, "<rect class=\"{class}\" x=\"{x:.2}\" width=\"{width:.2}\" height=\"10\"/>");
        }
        x += width;
    }
    svg + "</svg>"
}

fn meter(number: usize, most: usize) -> String {
    let width = 100.0 * number as f64 / most.max(1) as f64;
    format!(
        "<svg class=\"meter\" aria-hidden=\"true\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\"><rect class=\"refused\" width=\"{width:.2}\" height=\"10\"/></svg>"
    )
}

fn percent(counts: &Counts) -> String {
    let whole = counts.all().max(1);
    format!("{:.0} %", 100.0 * (whole - counts.refused.min(whole)) as f64 / whole as f64)
}

fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// Words with `code` in them.
fn message(text: &str) -> String {
    let mut out = String::new();
    for (i, part) in text.split('`').enumerate() {
        let part = escaped(part);
        if i % 2 == 1 {
            let _ = write!(out, "<code>{part}</code>");
        } else {
            out.push_str(&part);
        }
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // No page may hold these.
            letter if letter.is_control() && !matches!(letter, '\n' | '\t') => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

const STYLE: &str = include_str!("page.css");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_break_out_of_the_page() {
        assert_eq!(escaped("<b a=\"x\">&\u{1}"), "&lt;b a=&quot;x&quot;&gt;&amp;\u{fffd}");
        assert_eq!(message("use `<t>` & go"), "use <code>&lt;t&gt;</code> &amp; go");
    }

    #[test]
    fn the_parts_of_a_bar_fill_it() {
        let counts = Counts { exact: 1, assuming: 1, approximate: 0, refused: 2 };
        let svg = bar(&counts, 10);
        for part in
            ["x=\"0.00\" width=\"25.00\"", "x=\"25.00\" width=\"25.00\"", "x=\"50.00\" width=\"50.00\""]
        {
            assert!(svg.contains(part), "{svg}");
        }
    }
}
