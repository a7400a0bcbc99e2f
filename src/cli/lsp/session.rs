//! What the server knows: settings of the client, open documents, one incremental compiler per source profile.

use super::text::Text;
use crate::cli::setup;
use airc::air::catalog::Catalog;
use airc::{BoundStatement, Compiler, Dialect, Options, Profile, ScriptId, Span, TargetId, settings};
use lsp_types::{Position, TextDocumentContentChangeEvent, Uri};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// `initializationOptions` of the client. What we do not know is passed over.
#[derive(Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Wishes {
    /// Source profile of files that do not say it themselves, such as `mysql@8.0`.
    pub(super) dialect: Option<String>,
    /// A file of definitions in that dialect.
    pub(super) schema: Option<PathBuf>,
    /// Settings of the source server, `name=value`.
    pub(super) settings: Vec<String>,
    /// Longest line that formatting does not break up.
    pub(super) width: Option<usize>,
}

/// A file of definitions.
pub(super) struct Schema {
    pub(super) uri: Uri,
    pub(super) text: Text,
}

/// An open document.
pub(super) struct Document {
    pub(super) uri: Uri,
    pub(super) text: Text,
    pub(super) version: i32,
    /// `None`: nobody says which dialect it is.
    pub(super) place: Option<Place>,
    /// Its diagnostics are not those of its text.
    pub(super) stale: bool,
}

/// Where a document is compiled.
#[derive(Clone, Copy)]
pub(super) struct Place {
    compiler: usize,
    pub(super) script: ScriptId,
}

/// A compiler of one source profile, and its targets so far.
struct Shop {
    profile: Profile,
    compiler: Compiler,
    targets: BTreeMap<Dialect, TargetId>,
    /// Scripts of documents that were closed: the next one takes their place.
    free: Vec<ScriptId>,
}

/// A statement of a document, at some place of it.
pub(super) struct Statement<'a> {
    pub(super) index: usize,
    pub(super) bound: BoundStatement<'a>,
    /// The place, in bytes from the statement's start.
    pub(super) at: usize,
}

/// The state of a session.
pub(super) struct Session {
    pub(super) wishes: Wishes,
    pub(super) options: Options,
    pub(super) schema: Option<Schema>,
    pub(super) documents: BTreeMap<String, Document>,
    shops: Vec<Shop>,
}

impl Session {
    pub(super) fn new(wishes: Wishes) -> Session {
        let options = Options { width: wishes.width.unwrap_or(100), ..Options::default() };
        let mut session =
            Session { wishes, options, schema: None, documents: BTreeMap::new(), shops: Vec::new() };
        session.read_schema();
        session
    }

    /// Reads the file of definitions again. What cannot be read is as if it were not there.
    pub(super) fn read_schema(&mut self) {
        let Some(path) = &self.wishes.schema else { return };
        let read = std::fs::read_to_string(path).ok();
        let uri = file_uri(path);
        self.schema = read.zip(uri).map(|(text, uri)| Schema { uri, text: Text::new(text) });
        let Some(schema) = &self.schema else { return };
        for shop in &mut self.shops {
            // What is wrong in the schema is shown where it is open as a document.
            let _ = shop.compiler.set_schema(schema.text.as_str());
        }
        self.documents.values_mut().for_each(|document| document.stale = true);
    }

    /// True if this is the file of definitions.
    pub(super) fn is_schema(&self, uri: &Uri) -> bool {
        self.schema.as_ref().is_some_and(|schema| schema.uri == *uri)
    }

    /// Opens a document.
    pub(super) fn open(&mut self, uri: Uri, language: &str, version: i32, content: String) {
        self.close(&uri);
        let place = self.profile_of(&uri, language).map(|profile| self.place(profile, &content));
        let key = uri.as_str().to_owned();
        let document = Document { uri, text: Text::new(content), version, place, stale: true };
        self.documents.insert(key, document);
    }

    /// Edits a document. The number of edits that ran backwards and were left out.
    pub(super) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        edits: Vec<TextDocumentContentChangeEvent>,
    ) -> usize {
        let Some(document) = self.documents.get_mut(uri.as_str()) else { return 0 };
        let wrong = edits.into_iter().map(|edit| usize::from(!document.text.change(edit))).sum();
        document.version = version;
        document.stale = true;
        if let Some(place) = document.place {
            let text = document.text.as_str().to_owned();
            self.shops[place.compiler].compiler.set_text(place.script, text);
        }
        wrong
    }

    /// Forgets a document.
    pub(super) fn close(&mut self, uri: &Uri) {
        if let Some(place) = self.documents.remove(uri.as_str()).and_then(|document| document.place) {
            let shop = &mut self.shops[place.compiler];
            shop.compiler.set_text(place.script, "");
            shop.free.push(place.script);
        }
    }

    /// `x.mysql.sql`, then the editor's language, then the settings.
    fn profile_of(&self, uri: &Uri, language: &str) -> Option<Profile> {
        let name = uri.path().as_str().rsplit('/').next().unwrap_or_default();
        let in_name = name.split('.').skip(1).filter_map(|part| part.parse().ok()).next();
        let wished = || self.wishes.dialect.as_deref().and_then(|dialect| dialect.parse().ok());
        let mut profile: Profile = in_name.or_else(|| language.parse().ok()).or_else(wished)?;
        for setting in &self.wishes.settings {
            if let Ok((false, name, value)) = setup::parts(setting) {
                // The settings were checked when the session began.
                let _ = settings::set(&mut profile, name, value);
            }
        }
        Some(profile)
    }

    fn place(&mut self, profile: Profile, content: &str) -> Place {
        let known = self.shops.iter().position(|shop| shop.profile == profile);
        let compiler = known.unwrap_or_else(|| {
            let mut compiler = Compiler::new(profile.clone(), self.options.clone());
            if let Some(schema) = &self.schema {
                let _ = compiler.set_schema(schema.text.as_str());
            }
            self.shops.push(Shop { profile, compiler, targets: BTreeMap::new(), free: Vec::new() });
            self.shops.len() - 1
        });
        let shop = &mut self.shops[compiler];
        let script = match shop.free.pop() {
            Some(script) => {
                shop.compiler.set_text(script, content);
                script
            }
            None => shop.compiler.add_script(content),
        };
        Place { compiler, script }
    }

    /// The document, and where it is compiled.
    pub(super) fn find(&self, uri: &Uri) -> Option<(&Document, Place)> {
        let document = self.documents.get(uri.as_str())?;
        Some((document, document.place?))
    }

    pub(super) fn compiler(&self, place: Place) -> &Compiler {
        &self.shops[place.compiler].compiler
    }

    pub(super) fn profile(&self, place: Place) -> &Profile {
        &self.shops[place.compiler].profile
    }

    /// The target of a dialect, in the compiler of a document.
    pub(super) fn target(&mut self, place: Place, dialect: Dialect) -> TargetId {
        let shop = &mut self.shops[place.compiler];
        *shop.targets.entry(dialect).or_insert_with(|| shop.compiler.add_target(Profile::of(dialect)))
    }

    /// The statement at a position; at its end still.
    pub(super) fn statement(&self, uri: &Uri, position: Position) -> Option<Statement<'_>> {
        let (document, place) = self.find(uri)?;
        let byte = document.text.byte(position);
        let spans = self.compiler(place).spans(place.script);
        let index = spans.iter().position(|span| touches(*span, byte))?;
        let bound = self.compiler(place).bound(place.script, index)?;
        Some(Statement { index, bound, at: byte - bound.start as usize })
    }

    /// What is known before a statement of the document.
    pub(super) fn catalog(&self, place: Place, index: usize) -> Catalog {
        self.compiler(place).catalog(place.script, index)
    }
}

/// True if the byte is within the span or at its end.
pub(super) fn touches(span: Span, byte: usize) -> bool {
    (span.start as usize..=span.end as usize).contains(&byte)
}

/// The file's address.
fn file_uri(path: &Path) -> Option<Uri> {
    let path = std::path::absolute(path).ok()?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(byte);
    let mut text = "file://".to_owned();
    for byte in path.to_str()?.as_bytes() {
        if plain(byte) { text.push(char::from(*byte)) } else { text.push_str(&format!("%{byte:02X}")) }
    }
    text.parse().ok()
}
