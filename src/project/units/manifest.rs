//! The manifests of marked directories, each read at most once.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::project::markers::FileRule;
use crate::project::paths::{Place, display, resolve};

/// Manifests with more bytes are not read.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Texts of manifests by path relative to the root.
pub(in crate::project) struct Manifests {
    root: PathBuf,
    texts: BTreeMap<PathBuf, Option<String>>,
    warnings: Vec<String>,
}

impl Manifests {
    /// `root` must be absolute and without links.
    pub(in crate::project) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            texts: BTreeMap::new(),
            warnings: Vec::new(),
        }
    }

    /// What could not be read or understood so far, without repetitions.
    pub(in crate::project) fn into_warnings(mut self) -> Vec<String> {
        self.warnings.sort();
        self.warnings.dedup();
        self.warnings
    }

    /// Whether a file fits a marker by its content; one that cannot be read does.
    pub(in crate::project) fn fits(&mut self, rule: &FileRule, path: &Path) -> bool {
        match rule {
            FileRule::Containing(..) => self.text(path).is_none_or(|text| rule.fits_content(text)),
            FileRule::Name(_) | FileRule::Glob(..) => true,
        }
    }

    /// A file's text; `None` when it is not there, and with a warning when it cannot be read.
    pub(in crate::project) fn text(&mut self, path: &Path) -> Option<&str> {
        if !self.texts.contains_key(path) {
            let text = match read(&self.root, path) {
                Ok(text) => text,
                Err(why) => {
                    self.warnings.push(format!("{}: {why}", display(path)));
                    None
                }
            };
            self.texts.insert(path.to_owned(), text);
        }
        self.texts.get(path)?.as_deref()
    }

    /// A TOML file; `None` when it is not there, and with a warning when it is not TOML.
    pub(in crate::project) fn toml(&mut self, path: &Path) -> Option<toml::Table> {
        let parsed = self.text(path)?.parse::<toml::Table>();
        parsed
            .map_err(|error| self.warn(path, "TOML", error.message()))
            .ok()
    }

    /// A JSON file, or why it cannot be read, as the end of a sentence that begins with its name; `None` when it is
    /// not there.
    pub(in crate::project) fn json_or(&mut self, path: &Path) -> Result<Option<serde_json::Value>, String> {
        if let Some(value) = self.json(path) {
            return Ok(Some(value));
        }
        let Some(text) = self.text(path) else {
            let place = format!("{}: ", display(path));
            let why = self.warnings.iter().find_map(|line| line.strip_prefix(&place));
            return why.map_or(Ok(None), |why| Err(format!("cannot be read: {why}")));
        };
        serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map(Some)
            .map_err(|error: serde_json::Error| format!("is not JSON: {error}"))
    }

    /// A JSON file; `None` when it is not there, and with a warning when it is not JSON.
    pub(in crate::project) fn json(&mut self, path: &Path) -> Option<serde_json::Value> {
        let text = self.text(path)?;
        // A byte order mark is common in files from Windows and no part of JSON.
        let parsed = serde_json::from_str(text.trim_start_matches('\u{feff}'));
        parsed
            .map_err(|error| self.warn(path, "JSON", &error.to_string()))
            .ok()
    }

    fn warn(&mut self, path: &Path, format: &str, why: &str) {
        let why = crate::model::text::first_line(why).to_owned();
        self.warnings
            .push(format!("{} is not {format}: {why}", display(path)));
    }
}

/// Reads a file inside of the project. Only regular files: a pipe would never end.
fn read(root: &Path, path: &Path) -> Result<Option<String>, String> {
    // By name where the name is Unicode, so that a link that leads out of the project is seen.
    let file = match path.to_str() {
        Some(text) => match resolve(root, text).map_err(|error| describe(&error))? {
            Place::At(file) => file,
            Place::Missing => return Ok(None),
        },
        None => root.join(path),
    };
    let meta = std::fs::metadata(&file).map_err(|error| describe(&error))?;
    if !meta.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    if meta.len() > MAX_BYTES {
        return Err(format!("it has {} bytes, too many to read", meta.len()));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(&file)
        .and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
        .map_err(|error| describe(&error))?;
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| "it is not UTF-8".to_owned())
}

/// An error and its causes in one line.
fn describe(error: &dyn std::error::Error) -> String {
    let mut out = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        out.push_str(": ");
        out.push_str(&error.to_string());
        cause = error.source();
    }
    out
}
