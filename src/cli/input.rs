//! Which files are read, and how.

use super::draw::{Drawer, FileId};
use super::{Failure, failure};
use airc::{Diagnostic, Span, codes};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

/// One script.
pub(super) struct Input {
    /// Shown in diagnostics.
    pub(super) name: String,
    /// Where its results go below an output directory; `None` for standard input.
    pub(super) path: Option<PathBuf>,
    /// The file, if it is one.
    pub(super) file: Option<PathBuf>,
    /// The text, or what is wrong with its bytes.
    pub(super) text: Result<String, Diagnostic>,
}

impl Input {
    /// Makes the text known to the drawer; bytes that are no text are drawn instead.
    pub(super) fn admit(&self, drawer: &mut Drawer) -> Option<(FileId, &str)> {
        match &self.text {
            Ok(text) => Some((drawer.add(self.name.clone(), text.clone()), text)),
            Err(problem) => {
                let file = drawer.add(self.name.clone(), String::new());
                drawer.draw(file, std::slice::from_ref(problem));
                None
            }
        }
    }
}

/// All inputs of the arguments, each file once, in a stable order.
pub(super) fn all(names: &[String]) -> Result<Vec<Input>, Failure> {
    if names.is_empty() {
        return Ok(vec![standard_input()?]);
    }
    let mut inputs = Vec::new();
    let mut seen = BTreeSet::new();
    for name in names {
        if name == "-" {
            inputs.push(standard_input()?);
            continue;
        }
        let path = Path::new(name);
        let files = if path.is_dir() {
            below(path)?
        } else if path.exists() {
            vec![(path.to_owned(), file_name(path))]
        } else {
            matching(name)?
        };
        for (file, relative) in files {
            if seen.insert(file.clone()) {
                let text =
                    decode(std::fs::read(&file).map_err(|e| Failure(format!("{}: {e}", file.display())))?);
                inputs.push(Input {
                    name: file.display().to_string(),
                    path: Some(relative),
                    file: Some(file),
                    text,
                });
            }
        }
    }
    Ok(inputs)
}

/// The text of a file that has to be one.
pub(super) fn read_file(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(|e| Failure(format!("{}: {e}", path.display())))?;
    decode(bytes).map_err(|problem| Failure(format!("{}: {}", path.display(), problem.message)))
}

fn standard_input() -> Result<Input, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(Input { name: "<stdin>".to_owned(), path: None, file: None, text: decode(bytes) })
}

/// Bytes to text; a byte order mark is no part of it.
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, Diagnostic> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let line = 1 + bytes[..at].iter().filter(|&&byte| byte == b'\n').count();
            let span = u32::try_from(at).map_or(Span::NONE, |at| Span::new(at, at + 1));
            let message = format!("the text is no UTF-8: byte {at}, in line {line}, begins no character");
            Err(Diagnostic::error(codes::NOT_UTF8, span, message).help("convert the file to UTF-8 first"))
        }
    }
}

fn file_name(path: &Path) -> PathBuf {
    path.file_name().map_or_else(|| path.to_owned(), PathBuf::from)
}

/// All `.sql` files below a directory.
fn below(directory: &Path) -> Result<Vec<(PathBuf, PathBuf)>, Failure> {
    let mut files = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        let entries = std::fs::read_dir(&next).map_err(|e| Failure(format!("{}: {e}", next.display())))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql")) {
                let relative = path.strip_prefix(directory).map_or_else(|_| file_name(&path), Path::to_owned);
                files.push((path, relative));
            }
        }
    }
    files.sort();
    Ok(files)
}

fn matching(pattern: &str) -> Result<Vec<(PathBuf, PathBuf)>, Failure> {
    let paths = glob::glob(pattern).map_err(|e| Failure(format!("{pattern}: {e}")))?;
    let mut files: Vec<PathBuf> = paths.filter_map(Result::ok).filter(|path| path.is_file()).collect();
    files.sort();
    if files.is_empty() {
        return failure(format!("{pattern}: no such file"));
    }
    Ok(files.into_iter().map(|path| (path.clone(), file_name(&path))).collect())
}
