//! `airc translate --jsonl`: one request a line, one answer a line, flushed before the next request is read.
//!
//! Request: `{"id", "from", "to", "sql"}`, with `schema`, `strict` and `allow` (`"approximate"`) if wanted; `from` and
//! `to` may be given once on the command line instead. Answer: `{"id", "ok": true, "sql", "assumptions": […]}` or
//! `{"id", "ok": false, "error", "diagnostics": […]}`. A line that is no request is answered like that as well; only
//! the end of the input ends the service.

use super::args::{Reading, Translate};
use super::draw::as_json;
use super::script::Script;
use super::{Failure, Verdict, input, setup};
use airc::{Diagnostic, Options, Profile, Severity, Span, Translator, codes};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, Write};

/// A request.
#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    id: Value,
    from: Option<String>,
    to: Option<String>,
    sql: String,
    schema: Option<String>,
    #[serde(default)]
    strict: bool,
    allow: Option<String>,
}

/// Translators by source, target and what is allowed: making one costs more than a small statement.
type Translators = HashMap<(String, String, bool, bool), Translator>;

/// Answers requests until the input ends.
pub(super) fn serve(arguments: &Translate) -> Result<Verdict, Failure> {
    let options = setup::options(&arguments.reading, Some(&arguments.targets.allowing))?;
    let default_to = arguments.targets.to.first().map(String::as_str);
    let mut translators = Translators::new();
    let mut requests = std::io::stdin().lock();
    let mut line = Vec::new();
    let mut refused = false;
    loop {
        line.clear();
        if requests.read_until(b'\n', &mut line)? == 0 {
            return Ok(Verdict::of(refused));
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let answer = answer(&line, &arguments.reading, default_to, &options, &mut translators);
        refused |= answer["ok"] != json!(true);
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
}

fn answer(
    line: &[u8],
    reading: &Reading,
    default_to: Option<&str>,
    options: &Options,
    translators: &mut Translators,
) -> Value {
    let text = match input::decode(line.to_vec()) {
        Ok(text) => text,
        Err(problem) => return refusal(&Value::Null, &[problem], ""),
    };
    let request: Request = match serde_json::from_str(&text) {
        Ok(request) => request,
        Err(error) => {
            // An answer should find its question, if it has a name at all.
            let id = serde_json::from_str::<Value>(&text).map_or(Value::Null, |value| value["id"].clone());
            return bad_request(&id, format!("the line is no request: {error}"));
        }
    };
    match translator(&request, reading, default_to, options, translators) {
        Ok(translator) => translate(&request, translator),
        Err(Failure(why)) => bad_request(&request.id, why),
    }
}

fn translator<'a>(
    request: &Request,
    reading: &Reading,
    default_to: Option<&str>,
    options: &Options,
    translators: &'a mut Translators,
) -> Result<&'a mut Translator, Failure> {
    let missing = |what: &str| Failure(format!("the request has no `{what}`"));
    let from = request.from.as_deref().or(reading.from.as_deref()).ok_or_else(|| missing("from"))?;
    let to = request.to.as_deref().or(default_to).ok_or_else(|| missing("to"))?;
    let approximate = match request.allow.as_deref() {
        None => options.allow_approximate,
        Some("approximate") => true,
        Some(other) => return Err(Failure(format!("`{other}` cannot be allowed; `approximate` can"))),
    };
    let strict = options.strict || request.strict;
    let key = (from.to_owned(), to.to_owned(), strict, approximate);
    if !translators.contains_key(&key) {
        let source = setup::source(&Reading { from: Some(from.to_owned()), ..reading_like(reading) })?;
        let target: Profile = setup::target(reading, to)?;
        let options = Options { strict, allow_approximate: approximate, ..options.clone() };
        translators.insert(key.clone(), Translator::new(source, target, options));
    }
    translators.get_mut(&key).ok_or_else(|| Failure("no translator".to_owned()))
}

/// The settings of the command line without its inputs.
fn reading_like(reading: &Reading) -> Reading {
    Reading {
        inputs: Vec::new(),
        from: None,
        schema: Vec::new(),
        schema_url: None,
        settings: reading.settings.clone(),
        declare: reading.declare.clone(),
        max_depth: reading.max_depth,
    }
}

fn translate(request: &Request, translator: &mut Translator) -> Value {
    translator.set_catalog(Default::default());
    if let Some(schema) = &request.schema {
        let problems = translator.with_schema(schema);
        if let Some(error) = problems.iter().find(|problem| problem.severity == Severity::Error) {
            // Places of these count in the schema, not in the statement.
            let message = format!("the schema has an error: {} {}", error.code, error.message);
            let problem = Diagnostic::error(codes::SCHEMA, Span::NONE, message);
            return refusal(&request.id, &[problem], "");
        }
    }
    let mut script = Script::default();
    let mut assumptions: Vec<String> = Vec::new();
    let mut approximations: Vec<String> = Vec::new();
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    let mut refused = false;
    let tail = translator.for_each(&request.sql, &mut |step| {
        refused |= !step.translated();
        diagnostics.extend_from_slice(step.diagnostics);
        for assumption in &step.ledger.assumptions {
            let words = assumption.to_string();
            if !assumptions.contains(&words) {
                assumptions.push(words);
            }
        }
        approximations.extend_from_slice(&step.ledger.approximations);
        script.push(step, &request.sql);
    });
    script.comments(&tail.comments, &request.sql);
    diagnostics.extend(tail.diagnostics);
    if refused || diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return refusal(&request.id, &diagnostics, &request.sql);
    }
    let sql = script.text.trim_end().trim_end_matches(';');
    let mut answer = json!({"id": request.id, "ok": true, "sql": sql, "assumptions": assumptions});
    if !approximations.is_empty() {
        answer["approximations"] = json!(approximations);
    }
    if !diagnostics.is_empty() {
        answer["diagnostics"] = drawn(&diagnostics, &request.sql);
    }
    answer
}

fn bad_request(id: &Value, why: String) -> Value {
    refusal(id, &[Diagnostic::error(codes::REQUEST, Span::NONE, why)], "")
}

fn refusal(id: &Value, diagnostics: &[Diagnostic], sql: &str) -> Value {
    let first = diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
    let error =
        first.map_or_else(|| "refused".to_owned(), |error| format!("{}: {}", error.code, error.message));
    json!({"id": id, "ok": false, "error": error, "diagnostics": drawn(diagnostics, sql)})
}

fn drawn(diagnostics: &[Diagnostic], sql: &str) -> Value {
    let place = |byte: usize| {
        let before = sql.get(..byte)?;
        let line = 1 + before.bytes().filter(|&byte| byte == b'\n').count();
        let column = 1 + before.rsplit('\n').next().unwrap_or_default().chars().count();
        Some((line, column))
    };
    Value::Array(diagnostics.iter().map(|diagnostic| as_json(diagnostic, None, place)).collect())
}
