//! `airc lsp`: a language server on standard input and output.
//!
//! One thread reads messages, so that a cancellation overtakes the requests before it; one thread works on them in
//! order. Diagnostics are published when nothing is waiting: an edit that another one follows is not compiled.

mod act;
mod complete;
mod declarations;
mod define;
mod hover;
mod names;
mod rename;
mod session;
mod text;
mod wire;

use super::{Failure, Verdict, args, setup};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types as lsp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use session::{Document, Session, Wishes};
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use wire::{Incoming, Outbox};

/// Messages that wait; the reader stops at that many, and with it the client.
const WAITING_MAX: usize = 1024;
/// Diagnostics of one document that are published: more help nobody.
const DIAGNOSTICS_MAX: usize = 1000;

/// Requests that wait or are being answered; true: cancelled.
type Pending = Arc<Mutex<HashMap<RequestId, bool>>>;

/// Runs the server until the client ends it.
pub(super) fn run(arguments: &args::Lsp) -> Result<Verdict, Failure> {
    let wishes = Wishes {
        dialect: arguments.from.clone(),
        schema: arguments.schema.clone(),
        settings: arguments.settings.clone(),
        width: Some(arguments.width),
    };
    check(&wishes).map_err(Failure)?;
    let (sender, receiver) = sync_channel(WAITING_MAX);
    let pending = Pending::default();
    let reader = Arc::clone(&pending);
    // It ends with the process: nothing waits for it, since a read cannot be interrupted.
    std::thread::Builder::new().name("airc-lsp-reader".to_owned()).spawn(move || listen(&sender, &reader))?;
    let mut server = Server { out: Outbox, pending, wishes, session: None, ending: false };
    Ok(server.serve(&receiver))
}

/// Settings that cannot be set are an error at once, not one per document.
fn check(wishes: &Wishes) -> Result<(), String> {
    let mut profile = match &wishes.dialect {
        Some(dialect) => dialect.parse().map_err(|error| format!("{error}"))?,
        None => airc::Profile::of(airc::Dialect::Mysql),
    };
    for setting in &wishes.settings {
        let (target, name, value) = setup::parts(setting).map_err(|Failure(why)| why)?;
        if !target {
            airc::settings::set(&mut profile, name, value).map_err(|error| error.to_string())?;
        }
    }
    match &wishes.schema {
        Some(path) if !path.is_file() => Err(format!("{}: there is no such file", path.display())),
        _ => Ok(()),
    }
}

/// Reads messages until there are no more, and notes which requests are cancelled.
fn listen(sender: &SyncSender<Incoming>, pending: &Pending) {
    let mut input = std::io::stdin().lock();
    loop {
        let incoming = wire::read(&mut input).unwrap_or(Incoming::End);
        let end = matches!(incoming, Incoming::End);
        if let Incoming::Message(message) = &incoming {
            let mut pending = pending.lock().unwrap_or_else(PoisonError::into_inner);
            match &**message {
                Message::Request(request) => {
                    pending.insert(request.id.clone(), false);
                }
                Message::Notification(Notification { method, params }) if method == "$/cancelRequest" => {
                    let id = serde_json::from_value::<RequestId>(params["id"].clone());
                    if let Some(cancelled) = id.ok().and_then(|id| pending.get_mut(&id)) {
                        *cancelled = true;
                    }
                }
                _ => {}
            }
        }
        if sender.send(incoming).is_err() || end {
            return;
        }
    }
}

struct Server {
    out: Outbox,
    pending: Pending,
    /// What the command line says; the client's options come before it.
    wishes: Wishes,
    /// From `initialize` on.
    session: Option<Session>,
    /// `shutdown` was asked for.
    ending: bool,
}

/// Why a request has no answer.
struct Refusal(ErrorCode, String);

impl Server {
    fn serve(&mut self, receiver: &Receiver<Incoming>) -> Verdict {
        loop {
            let incoming = match receiver.try_recv() {
                Ok(incoming) => incoming,
                Err(TryRecvError::Disconnected) => return Verdict::Refused,
                Err(TryRecvError::Empty) => {
                    self.publish();
                    match receiver.recv() {
                        Ok(incoming) => incoming,
                        Err(_) => return Verdict::Refused,
                    }
                }
            };
            match incoming {
                Incoming::End => return Verdict::Refused,
                Incoming::Wrong(why) => self.out.fail_unread(&why),
                Incoming::Message(message) => match *message {
                    // The protocol: 0 after `shutdown`, 1 without.
                    Message::Notification(note) if note.method == "exit" => return Verdict::of(!self.ending),
                    Message::Notification(note) => self.note(note),
                    Message::Request(request) => self.request(request),
                    // We ask the client nothing.
                    Message::Response(_) => {}
                },
            }
        }
    }

    fn cancelled(&self, id: &RequestId) -> bool {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.get(id).copied().unwrap_or(false)
    }

    fn request(&mut self, request: Request) {
        let id = request.id.clone();
        let mut answer = Err(Refusal(ErrorCode::RequestCanceled, "cancelled".to_owned()));
        if !self.cancelled(&id) {
            answer = self.answer(request);
            // An answer that nobody wants any more is not sent.
            if self.cancelled(&id) {
                answer = Err(Refusal(ErrorCode::RequestCanceled, "cancelled".to_owned()));
            }
        }
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        match answer {
            Ok(value) => self.out.send(Response::new_ok(id, value)),
            Err(Refusal(code, why)) => self.out.fail(id, code as i32, why),
        }
    }

    fn answer(&mut self, request: Request) -> Result<Value, Refusal> {
        let Request { method, params, .. } = request;
        if self.ending {
            return Err(Refusal(ErrorCode::InvalidRequest, "the server is shutting down".to_owned()));
        }
        if method == "initialize" {
            return self.initialize(params);
        }
        let Some(session) = &mut self.session else {
            return Err(Refusal(ErrorCode::ServerNotInitialized, "`initialize` comes first".to_owned()));
        };
        let failed = |why: String| Refusal(ErrorCode::RequestFailed, why);
        match method.as_str() {
            "shutdown" => {
                self.ending = true;
                Ok(Value::Null)
            }
            "textDocument/hover" => {
                let at = read::<lsp::HoverParams>(params)?.text_document_position_params;
                shown(hover::hover(session, &at.text_document.uri, at.position))
            }
            "textDocument/completion" => {
                let at = read::<lsp::CompletionParams>(params)?.text_document_position;
                shown(complete::complete(session, &at.text_document.uri, at.position))
            }
            "textDocument/definition" => {
                let at = read::<lsp::GotoDefinitionParams>(params)?.text_document_position_params;
                shown(define::definition(session, &at.text_document.uri, at.position))
            }
            "textDocument/prepareRename" => {
                let at = read::<lsp::TextDocumentPositionParams>(params)?;
                shown(rename::prepare(session, &at.text_document.uri, at.position).map_err(failed)?)
            }
            "textDocument/rename" => {
                let wish = read::<lsp::RenameParams>(params)?;
                let at = wish.text_document_position;
                let edit = rename::rename(session, &at.text_document.uri, at.position, &wish.new_name);
                shown(edit.map_err(failed)?)
            }
            "textDocument/formatting" => {
                let wish = read::<lsp::DocumentFormattingParams>(params)?;
                shown(act::format(session, &wish.text_document.uri))
            }
            "textDocument/codeAction" => {
                let wish = read::<lsp::CodeActionParams>(params)?;
                let problems = &wish.context.diagnostics;
                shown(act::actions(session, &wish.text_document.uri, wish.range, problems))
            }
            "workspace/executeCommand" => {
                let wish = read::<lsp::ExecuteCommandParams>(params)?;
                act::execute(session, &wish.command, &wish.arguments).map_err(failed)
            }
            _ => Err(Refusal(ErrorCode::MethodNotFound, format!("there is no method `{method}`"))),
        }
    }

    fn initialize(&mut self, params: Value) -> Result<Value, Refusal> {
        if self.session.is_some() {
            return Err(Refusal(ErrorCode::InvalidRequest, "`initialize` comes once".to_owned()));
        }
        let params: lsp::InitializeParams = read(params)?;
        let mut wishes = self.wishes.clone();
        if let Some(options) = params.initialization_options.filter(|options| !options.is_null()) {
            let wished: Wishes = read(options)?;
            wishes.dialect = wished.dialect.or(wishes.dialect);
            wishes.schema = wished.schema.or(wishes.schema);
            wishes.settings.extend(wished.settings);
            wishes.width = wished.width.or(wishes.width);
        }
        check(&wishes).map_err(|why| Refusal(ErrorCode::InvalidParams, why))?;
        self.session = Some(Session::new(wishes));
        Ok(json!({
            "capabilities": {
                "positionEncoding": "utf-16",
                "textDocumentSync": {"openClose": true, "change": 2, "save": true},
                "hoverProvider": true,
                "completionProvider": {"triggerCharacters": ["."]},
                "definitionProvider": true,
                "renameProvider": {"prepareProvider": true},
                "documentFormattingProvider": true,
                "codeActionProvider": true,
                "executeCommandProvider": {"commands": [act::TRANSLATE, act::EXPLAIN]},
            },
            "serverInfo": {"name": "airc", "version": env!("CARGO_PKG_VERSION")},
        }))
    }

    fn note(&mut self, note: Notification) {
        let Notification { method, params } = note;
        let Some(session) = &mut self.session else { return };
        let heard = match method.as_str() {
            "textDocument/didOpen" => read::<lsp::DidOpenTextDocumentParams>(params).map(|open| {
                let document = open.text_document;
                session.open(document.uri, &document.language_id, document.version, document.text);
            }),
            "textDocument/didChange" => read::<lsp::DidChangeTextDocumentParams>(params).map(|change| {
                let document = change.text_document;
                let wrong = session.change(&document.uri, document.version, change.content_changes);
                if wrong > 0 {
                    self.out.notify("window/logMessage", json!({
                        "type": 2, "message": format!("airc: edits whose range runs backwards were left out: {wrong}"),
                    }));
                }
            }),
            "textDocument/didClose" => read::<lsp::DidCloseTextDocumentParams>(params).map(|closed| {
                let uri = closed.text_document.uri;
                session.close(&uri);
                self.out.notify(PUBLISH, json!({"uri": uri, "diagnostics": []}));
            }),
            "textDocument/didSave" => read::<lsp::DidSaveTextDocumentParams>(params).map(|saved| {
                if session.is_schema(&saved.text_document.uri) {
                    session.read_schema();
                }
            }),
            // `initialized`, `$/cancelRequest` and what else a client tells everybody.
            _ => Ok(()),
        };
        if let Err(Refusal(_, why)) = heard {
            self.out
                .notify("window/logMessage", json!({"type": 1, "message": format!("airc: {method}: {why}")}));
        }
    }

    /// Publishes the diagnostics of documents that have changed.
    fn publish(&mut self) {
        let Some(session) = &mut self.session else { return };
        let stale: Vec<String> = session
            .documents
            .iter()
            .filter(|(_, document)| document.stale)
            .map(|(uri, _)| uri.clone())
            .collect();
        for uri in stale {
            let Some(document) = session.documents.get(&uri) else { continue };
            let diagnostics = diagnostics(session, document);
            let said = json!({"uri": uri, "version": document.version, "diagnostics": diagnostics});
            self.out.notify(PUBLISH, said);
            if let Some(document) = session.documents.get_mut(&uri) {
                document.stale = false;
            }
        }
    }
}

const PUBLISH: &str = "textDocument/publishDiagnostics";

/// What is wrong with a document.
fn diagnostics(session: &Session, document: &Document) -> Vec<lsp::Diagnostic> {
    let Some(place) = document.place else {
        let message =
            "which dialect is this? Name the file `x.mysql.sql`, or set `dialect` in the options of airc";
        return vec![lsp::Diagnostic {
            severity: Some(lsp::DiagnosticSeverity::INFORMATION),
            code: Some(lsp::NumberOrString::String(airc::codes::NO_DIALECT.0.to_owned())),
            source: Some("airc".to_owned()),
            message: message.to_owned(),
            ..lsp::Diagnostic::default()
        }];
    };
    let found = session.compiler(place).diagnostics(place.script);
    let drawn = |diagnostic: &airc::Diagnostic| {
        let mut message = diagnostic.message.clone();
        if let Some(help) = &diagnostic.help {
            message.push_str("\nhelp: ");
            message.push_str(help);
        }
        let related = diagnostic.labels.iter().skip(1).filter(|label| !label.span.is_none());
        let related: Vec<_> = related
            .map(|label| lsp::DiagnosticRelatedInformation {
                location: lsp::Location { uri: document.uri.clone(), range: document.text.range(label.span) },
                message: label.text.clone(),
            })
            .collect();
        lsp::Diagnostic {
            range: document.text.range(diagnostic.span()),
            severity: Some(match diagnostic.severity {
                airc::Severity::Error => lsp::DiagnosticSeverity::ERROR,
                airc::Severity::Warning => lsp::DiagnosticSeverity::WARNING,
                airc::Severity::Note => lsp::DiagnosticSeverity::INFORMATION,
            }),
            code: Some(lsp::NumberOrString::String(diagnostic.code.0.to_owned())),
            source: Some("airc".to_owned()),
            message,
            related_information: (!related.is_empty()).then_some(related),
            ..lsp::Diagnostic::default()
        }
    };
    found.iter().take(DIAGNOSTICS_MAX).map(drawn).collect()
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params).map_err(|error| Refusal(ErrorCode::InvalidParams, error.to_string()))
}

fn shown(value: impl serde::Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(value).map_err(|error| Refusal(ErrorCode::InternalError, error.to_string()))
}
