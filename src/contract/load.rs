//! From texts to documents whose references are resolved.

use std::collections::{HashMap, VecDeque};

use super::arena::{Arena, Limits, NodeId, Value};
use super::family::Families;
use super::hash::Hashes;
use super::refs::{self, Broken, Names, Refs, Root};
use super::role::{Role, Roles};
use super::source::{Position, Source};
use super::view::meets::Meets;
use super::{family, json, swagger2, words as w, yaml};

/// Files that one document may be spread over.
const MAX_FILES: usize = 2_000;

/// Where the files are that a reference names.
pub trait Fetch {
    /// The text behind a reference, without its fragment, that stands in the source of this name; with the name by
    /// which it is called from then on. Two references to one file must give one name. One to another machine is
    /// [`Broken::Remote`] unless such may be asked.
    fn fetch(&self, from: &str, reference: &str) -> Result<Fetched, Broken>;
}

/// A place without files.
#[cfg(test)]
pub(super) struct Nowhere;

#[cfg(test)]
impl Fetch for Nowhere {
    fn fetch(&self, _: &str, reference: &str) -> Result<Fetched, Broken> {
        Err(if reference.starts_with("https://") {
            Broken::Remote
        } else {
            Broken::Dangling
        })
    }
}

/// A file that a reference names.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// A text that is no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{}:{}: {why}", at.line, at.column)]
pub struct Error {
    /// The file.
    pub file: String,
    /// Where in it.
    pub at: Position,
    /// What is wrong.
    pub why: String,
}

/// The specification that a document follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Swagger 2.0.
    V2,
    /// `OpenAPI` 3.0.
    V30,
    /// `OpenAPI` 3.1.
    V31,
    /// `OpenAPI` 3.2.
    V32,
}

impl Version {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2 => "Swagger 2.0",
            Self::V30 => "OpenAPI 3.0",
            Self::V31 => "OpenAPI 3.1",
            Self::V32 => "OpenAPI 3.2",
        }
    }
}

/// A description that was loaded.
#[derive(Clone, Debug)]
pub struct Document {
    /// Where it begins.
    pub root: Root,
    /// What it follows.
    pub version: Version,
    /// What it says that it follows, where nobody knows that; it is then read as the nearest that is known.
    pub unknown_version: Option<String>,
}

/// What is known of the files of a document while its references are followed.
struct Reading<'a> {
    fetch: &'a dyn Fetch,
    names: Names,
    /// By the names of their sources.
    files: HashMap<String, Result<Root, Broken>>,
    /// The name of what a source calls by a text.
    fetched: HashMap<(String, String), Result<String, Broken>>,
    /// Documents whose references are still to be followed.
    todo: VecDeque<Root>,
}

/// Documents that are compared with each other, and everything known about them.
#[derive(Debug, Default)]
pub struct World {
    /// Their values.
    pub arena: Arena,
    /// What each value is.
    pub roles: Roles,
    /// Where references lead.
    pub refs: Refs,
    /// Which schemas a discriminator stands for; of what was there when [`World::settle`] was called.
    pub families: Families,
    /// What means the same; of what was there when [`World::settle`] was called.
    pub hashes: Hashes,
    /// The schemas that parts of an `allOf` mean together; of what was there when [`World::settle`] was called.
    pub meets: Meets,
    /// The schemas that were made of the form parameters of operations of Swagger 2.0.
    pub(super) forms: HashMap<NodeId, NodeId>,
    documents: Vec<Document>,
    limits: Limits,
}

impl World {
    /// A world whose documents may be so large.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Takes in a document and all files that it refers to.
    pub fn load(&mut self, name: &str, text: String, fetch: &dyn Fetch) -> Result<Document, Error> {
        let root = self.read(name, text)?;
        if !self.arena.is_map(root.node) {
            let why = "an API description is a map with `openapi` or `swagger` in it, and this is none";
            return Err(self.error(root.node, why));
        }
        let (version, unknown_version) = self.version(root.node)?;
        self.roles
            .assign(&self.arena, root.first, root.node, Role::Object);
        self.resolve(root, fetch);
        if version == Version::V2 {
            swagger2::forms(self, &root);
        }
        let document = Document {
            root,
            version,
            unknown_version,
        };
        self.documents.push(document.clone());
        Ok(document)
    }

    /// To be called once everything is loaded.
    pub fn settle(&mut self) {
        self.refs.break_circles(&self.arena);
        self.families = Families::of_all(&self.arena, &self.roles, &self.refs);
        self.hashes = Hashes::of_all(&self.arena, &self.roles, &self.refs, &self.families);
        let documents = std::mem::take(&mut self.documents);
        Meets::make(self, &documents);
        self.documents = documents;
    }

    fn read(&mut self, name: &str, text: String) -> Result<Root, Error> {
        let first = self.arena.len();
        if text.len() > self.limits.bytes {
            return Err(Error {
                file: name.to_owned(),
                at: Position { line: 1, column: 1 },
                why: format!("it has {} bytes, more than {}", text.len(), self.limits.bytes),
            });
        }
        let source = self.arena.add(Source::new(name, String::new()));
        let is_json = std::path::Path::new(name)
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let looks_like_json = text
            .trim_start_matches('\u{feff}')
            .trim_start()
            .starts_with(['{', '[']);
        let read = if is_json || looks_like_json {
            json::read(&mut self.arena, &text, self.limits).map_err(|error| (error.at, error.to_string()))
        } else {
            Err((0, String::new()))
        };
        let read = match read {
            Err(_) if !is_json => {
                self.arena.forget(first);
                yaml::read(&mut self.arena, &text, self.limits).map_err(|error| (error.at, error.to_string()))
            }
            Err((at, why)) if !looks_like_json && self.is_yaml(&text) => Err((
                at,
                format!("{why}; the text looks like YAML: call the file .yaml"),
            )),
            read => read,
        };
        self.arena.replace_source(source, Source::new(name, text));
        match read {
            Ok(node) => Ok(Root { source, node, first }),
            Err((at, why)) => Err(Error {
                file: name.to_owned(),
                at: self.arena.source(source).position(at),
                why,
            }),
        }
    }

    /// Whether a text is a map in YAML.
    fn is_yaml(&self, text: &str) -> bool {
        let mut arena = Arena::default();
        arena.add(Source::new("", String::new()));
        yaml::read(&mut arena, text, self.limits).is_ok_and(|root| arena.is_map(root))
    }

    fn version(&self, root: NodeId) -> Result<(Version, Option<String>), Error> {
        let found = [w::OPENAPI, w::SWAGGER]
            .into_iter()
            .find_map(|key| self.arena.get(root, key));
        let Some(node) = found else {
            let why = "there is neither `openapi` nor `swagger` in it, so nothing says that this is an API description";
            return Err(self.error(root, why));
        };
        let said = match self.arena.value(node) {
            Value::Text(word) => self.arena.text(word).to_owned(),
            Value::Number(word) => {
                let shown = super::number::shown(self.arena.text(word));
                if shown.contains('.') {
                    shown
                } else {
                    format!("{shown}.0")
                }
            }
            _ => return Err(self.error(node, "the version is neither a text nor a number")),
        };
        let mut parts = said.split('.');
        let version = match (parts.next(), parts.next()) {
            (Some("2"), Some("0")) => Version::V2,
            (Some("3"), Some("0")) => Version::V30,
            (Some("3"), Some("1")) => Version::V31,
            (Some("3"), Some("2")) => Version::V32,
            (Some("2" | "1"), _) => return Ok((Version::V2, Some(said))),
            _ => return Ok((Version::V32, Some(said))),
        };
        Ok((version, None))
    }

    fn error(&self, node: NodeId, why: &str) -> Error {
        Error {
            file: self.arena.source(self.arena.source_of(node)).name.clone(),
            at: self.arena.position(node),
            why: why.to_owned(),
        }
    }

    /// Finds out where the references of a document lead, and loads the files that they name.
    fn resolve(&mut self, root: Root, fetch: &dyn Fetch) {
        let mut reading = Reading {
            fetch,
            names: Names::default(),
            files: HashMap::from([(self.arena.source(root.source).name.clone(), Ok(root))]),
            fetched: HashMap::new(),
            todo: VecDeque::from([root]),
        };
        reading.names.collect(&self.arena, &self.roles, &root);
        while let Some(here) = reading.todo.pop_front() {
            for reference in refs::references(&self.arena, &self.roles, &here) {
                let says = self.arena.text(reference.says).to_owned();
                if let Some(target) = refs::by_id(&reading.names, &says) {
                    self.refs.found(reference.holder, target);
                    continue;
                }
                let role = self.roles.of(reference.holder);
                match self.find(&here, &says, role, &mut reading) {
                    Ok(Some(target)) => self.refs.found(reference.holder, target),
                    Ok(None) => self.refs.broken(&self.arena, &reference, Broken::Dangling),
                    Err(why) => self.refs.broken(&self.arena, &reference, why),
                }
            }
            for (text, says) in refs::mappings(&self.arena, &self.roles, &here) {
                let says = self.arena.text(says).to_owned();
                let why = match self.find(&here, &says, Role::Schema, &mut reading) {
                    Ok(Some(target)) => {
                        self.refs.found_mapped(text, target);
                        continue;
                    }
                    Ok(None) => Broken::Dangling,
                    Err(why) => why,
                };
                if family::component(&self.arena, text).is_none() {
                    self.refs.broken_mapped(text, says, why);
                }
            }
        }
        self.refs.take_anchored(reading.names);
    }

    /// Where a text in a document leads, with the file that it names taken in for what stands there.
    fn find(
        &mut self,
        here: &Root,
        says: &str,
        role: Role,
        reading: &mut Reading<'_>,
    ) -> Result<Option<NodeId>, Broken> {
        let (file, fragment) = says.split_once('#').unwrap_or((says, ""));
        let into = if file.is_empty() {
            *here
        } else {
            let from = self.arena.source(here.source).name.clone();
            let key = (from, file.to_owned());
            let name = if let Some(known) = reading.fetched.get(&key) {
                known.clone()
            } else {
                let got = match self.calls_itself(file, reading) {
                    Some(name) => Ok(name),
                    None => self.fetch(&key.0, file, reading.fetch, &mut reading.files),
                };
                reading.fetched.insert(key, got.clone());
                got
            };
            reading
                .files
                .get(&name?)
                .cloned()
                .unwrap_or(Err(Broken::Dangling))?
        };
        if self.roles.of(into.node) == Role::Unseen {
            let whole = if fragment.is_empty() { role } else { Role::Object };
            self.roles.assign(&self.arena, into.first, into.node, whole);
            reading.names.collect(&self.arena, &self.roles, &into);
            reading.todo.push_back(into);
        }
        Ok(refs::within(
            &self.arena,
            &reading.names,
            &self.refs,
            &into,
            fragment,
        ))
    }

    /// The source that says of itself (`$self`) that this is its address.
    fn calls_itself(&self, address: &str, reading: &Reading<'_>) -> Option<String> {
        let is_called = |root: &Root| {
            let own = self.arena.get_text(root.node, w::SELF);
            own.is_some_and(|own| self.arena.text(own) == address)
        };
        let mut known = reading.files.iter();
        let (name, _) = known.find(|(_, root)| root.as_ref().is_ok_and(is_called))?;
        Some(name.clone())
    }

    fn fetch(
        &mut self,
        from: &str,
        file: &str,
        fetch: &dyn Fetch,
        files: &mut HashMap<String, Result<Root, Broken>>,
    ) -> Result<String, Broken> {
        let Fetched { name, text } = fetch.fetch(from, file)?;
        if !files.contains_key(&name) {
            let read = if files.len() >= MAX_FILES {
                Err(format!(
                    "the description is spread over more than {MAX_FILES} files"
                ))
            } else {
                self.read(&name, text).map_err(|error| error.to_string())
            };
            files.insert(name.clone(), read.map_err(|why| Broken::File { why }));
        }
        Ok(name)
    }
}
