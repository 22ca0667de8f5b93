//! `sdd init --claude`: the coding agent's commands and hooks are put beside what is there, and taken out again.

use std::path::Path;

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use serde_json::{Map, Value};

use super::context::Cx;
use super::pipeline;
use crate::agent::{self, Change, Manifest, Misshapen, Origin, TEMPLATES, Template};
use crate::cli::Cli;
use crate::process::find::Found;
use crate::store::{self, Document, Error, Overwrite, Store, Written, layout, pretty};

/// The agent's directory in a project.
pub const DIRECTORY: &str = ".claude";
/// The agent's settings of a project.
pub const SETTINGS: &str = ".claude/settings.json";
/// Those of one person in it.
pub const LOCAL_SETTINGS: &str = ".claude/settings.local.json";

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The file, relative to the project.
    pub path: String,
    /// `new`, `extended`, `replaced`, `unchanged`, `kept` or `removed`.
    pub result: &'static str,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The files.
    pub files: Vec<Outcome>,
    /// What deserves attention.
    pub warnings: Vec<String>,
}

impl Done {
    fn add(&mut self, path: &str, result: &'static str) {
        self.files.push(Outcome {
            path: path.to_owned(),
            result,
        });
    }
}

/// Looks whether the settings can be changed at all, before anything is written.
pub fn check(root: &Path) -> Result<(), Error> {
    let (document, mut value) = settings(root)?;
    agent::merge(&mut value)
        .map(drop)
        .map_err(|misshapen| shape(document.as_ref(), &misshapen))
}

/// Writes the commands and puts the hooks into the settings. Files that a person changed are kept.
pub fn install(cx: &Cx, store: &Store) -> anyhow::Result<Done> {
    let mut done = Done::default();
    let _held = store.lock("sdd init --claude")?;
    let mut manifest = read_manifest(store).unwrap_or_default();
    let templates: Vec<Template> = TEMPLATES.into_iter().filter(is_known).collect();
    // Where links lead is found out before the first file is written.
    let mut made = store.make_directory(DIRECTORY)?;
    for template in &templates {
        for path in template.paths() {
            let parent = Path::new(&path).parent().unwrap_or(Path::new(DIRECTORY));
            made.extend(store.make_directory(&parent.to_string_lossy())?);
        }
    }
    manifest.directories.extend(made);
    add_hooks(store, &mut manifest, &mut done)?;
    store.write(
        layout::CLAUDE,
        pretty(&serde_json::to_value(&manifest)?).as_bytes(),
        Overwrite::Replace,
    )?;
    for template in &templates {
        for path in template.paths() {
            let result = write_template(store, &path, &template.written())?;
            if result == "kept" {
                done.warnings.push(format!(
                    "{path} was changed by hand and is kept; without the file it is written anew"
                ));
            }
            done.add(&path, result);
        }
    }
    let found = pipeline::finder(cx, store.root()).find(agent::PROGRAM, &[], store.root());
    if !matches!(found, Found::At(_)) {
        done.warnings.push(format!(
            "{} is not on PATH: the agent starts its hooks by that name, and passes over one that it cannot start",
            agent::PROGRAM
        ));
    }
    Ok(done)
}

/// Takes the hooks and the commands out again, and leaves what a person changed.
pub fn remove(root: &Path) -> anyhow::Result<Done> {
    let store = match Store::open(root) {
        Ok(store) => store,
        Err(Error::NotFound { .. }) => Store::beside_state(root),
        Err(error) => return Err(error.into()),
    };
    let mut done = Done::default();
    // Nothing is changed when the settings cannot be.
    check_removable(root)?;
    let _held = if store.path(layout::SESSION).is_dir() {
        Some(store.lock("sdd init --claude --remove")?)
    } else {
        None
    };
    let written = written_files(&store)?;
    let manifest = match read_manifest(&store) {
        Some(manifest) => manifest,
        None if is_there(root, &written)? => unknown(&written),
        None => Manifest::default(),
    };
    // First: a hook that watches over the settings must know that this is meant.
    store.remove(layout::CLAUDE)?;
    take_hooks_out(&store, &manifest, &mut done)?;
    for (path, origin) in &written {
        match origin {
            Origin::Ours => {
                store.remove(path)?;
                done.add(path, "removed");
            }
            Origin::Theirs => {
                done.warnings
                    .push(format!("{path} was changed by hand and is kept"));
                done.add(path, "kept");
            }
        }
    }
    for directory in manifest.directories.iter().rev() {
        if store.remove_empty_directory(directory)? {
            done.add(directory, "removed");
        }
    }
    Ok(done)
}

/// What was made for the agent; `None` when that is not known.
pub fn read_manifest(store: &Store) -> Option<Manifest> {
    let bytes = store::read_inside(store.root(), layout::CLAUDE, store::SMALL).ok()??;
    serde_json::from_slice(&bytes).ok()
}

/// The settings of a project; an empty object when there is no such file.
pub fn settings(root: &Path) -> Result<(Option<Document>, Value), Error> {
    match store::read_inside(root, SETTINGS, store::SMALL)? {
        Some(bytes) => {
            let document = Document::parse(&root.join(SETTINGS), &bytes)?;
            let value = document.value.clone();
            Ok((Some(document), value))
        }
        None => Ok((None, Value::Object(Map::new()))),
    }
}

/// The error that something in the settings has another form, with its place.
pub fn shape(document: Option<&Document>, misshapen: &Misshapen) -> Error {
    match document {
        Some(document) => document.wrong_type(&misshapen.path, misshapen.expected),
        None => Error::NotA {
            path: SETTINGS.into(),
            expected: misshapen.expected,
        },
    }
}

/// Whether every call in a template is one of this sdd's command line.
pub fn is_known(template: &Template) -> bool {
    template.calls().iter().all(|call| understands(call))
}

/// Whether the command line understands a call; an empty word stands for what a user adds.
fn understands(call: &[String]) -> bool {
    let open = call.iter().any(String::is_empty);
    let words = std::iter::once(agent::PROGRAM)
        .chain(call.iter().map(String::as_str).filter(|word| !word.is_empty()));
    match Cli::command().try_get_matches_from(words) {
        Ok(_) => true,
        Err(error) => open && error.kind() == ErrorKind::MissingRequiredArgument,
    }
}

fn write_template(store: &Store, path: &str, text: &str) -> Result<&'static str, Error> {
    let Some(bytes) = store::read_inside(store.root(), path, store::SMALL)? else {
        store.write(path, text.as_bytes(), Overwrite::KeepExisting)?;
        return Ok("new");
    };
    if bytes == text.as_bytes() {
        return Ok("unchanged");
    }
    match std::str::from_utf8(&bytes).map(agent::origin) {
        Ok(Origin::Ours)
            if text.replace("\r\n", "\n") == String::from_utf8_lossy(&bytes).replace("\r\n", "\n") =>
        {
            Ok("unchanged")
        }
        Ok(Origin::Ours) => {
            store.write(path, text.as_bytes(), Overwrite::Replace)?;
            Ok("replaced")
        }
        Ok(Origin::Theirs) | Err(_) => Ok("kept"),
    }
}

fn add_hooks(store: &Store, manifest: &mut Manifest, done: &mut Done) -> anyhow::Result<()> {
    let (document, mut value) = settings(store.root())?;
    let (changes, added) =
        agent::merge(&mut value).map_err(|misshapen| shape(document.as_ref(), &misshapen))?;
    for (event, change) in &changes {
        if *change == Change::Kept {
            done.warnings.push(format!(
                "the {event} hook of sdd in {SETTINGS} was changed by hand and is kept"
            ));
        }
    }
    if agent::disables_hooks(&value) {
        done.warnings
            .push(format!("disableAllHooks is true in {SETTINGS}: no hook runs"));
    }
    manifest.settings |= document.is_none();
    manifest.add(added);
    let text = match &document {
        Some(document) if document.value == value => {
            done.add(SETTINGS, "unchanged");
            return Ok(());
        }
        Some(document) => document.render(&value),
        None => pretty(&value),
    };
    let written = store.write(SETTINGS, text.as_bytes(), Overwrite::Replace)?;
    done.add(
        SETTINGS,
        match written {
            Written::New => "new",
            Written::Replaced | Written::Unchanged | Written::Kept => "extended",
        },
    );
    Ok(())
}

fn check_removable(root: &Path) -> Result<(), Error> {
    let (document, mut value) = settings(root)?;
    agent::remove(&mut value, &Manifest::default().additions())
        .map(drop)
        .map_err(|misshapen| shape(document.as_ref(), &misshapen))
}

fn take_hooks_out(store: &Store, manifest: &Manifest, done: &mut Done) -> anyhow::Result<()> {
    let (document, mut value) = settings(store.root())?;
    let Some(document) = document else {
        return Ok(());
    };
    let removed = agent::remove(&mut value, &manifest.additions())
        .map_err(|misshapen| shape(Some(&document), &misshapen))?;
    if value.as_object().is_some_and(Map::is_empty) && manifest.settings && !removed.is_empty() {
        store.remove(SETTINGS)?;
        done.add(SETTINGS, "removed");
    } else if value != document.value {
        store.write(SETTINGS, document.render(&value).as_bytes(), Overwrite::Replace)?;
        done.add(SETTINGS, "replaced");
    }
    Ok(())
}

/// The files that sdd writes for the agent, those of older ones included, with who they are from.
fn written_files(store: &Store) -> anyhow::Result<Vec<(String, Origin)>> {
    let mut paths: Vec<String> = TEMPLATES.iter().flat_map(Template::paths).collect();
    for (directory, behind) in [(agent::SKILLS, "/SKILL.md"), (agent::COMMANDS, "")] {
        // What cannot be listed has nothing that could be removed.
        let entries = std::fs::read_dir(store.path(directory))
            .into_iter()
            .flatten()
            .flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        paths.extend(
            names
                .filter(|name| name.starts_with(agent::PREFIX))
                .map(|name| format!("{directory}/{name}{behind}")),
        );
    }
    paths.sort();
    paths.dedup();
    let mut written = Vec::new();
    for path in paths {
        let named = TEMPLATES.iter().any(|template| template.paths().contains(&path));
        let Some(bytes) = store::read_inside(store.root(), &path, store::SMALL)? else {
            continue;
        };
        let origin = std::str::from_utf8(&bytes).map_or(Origin::Theirs, agent::origin);
        // A file of another name that is not ours is nobody's business here.
        if named || origin == Origin::Ours {
            written.push((path, origin));
        }
    }
    Ok(written)
}

/// Whether there is anything of sdd at all.
fn is_there(root: &Path, written: &[(String, Origin)]) -> Result<bool, Error> {
    let (_, value) = settings(root)?;
    let hooks = agent::missing(&value).len() < agent::HANDLERS.len();
    Ok(hooks || written.iter().any(|(_, origin)| *origin == Origin::Ours))
}

/// The record of an installation of which there is none, as in a fresh clone.
fn unknown(written: &[(String, Origin)]) -> Manifest {
    let mut directories = vec![
        DIRECTORY.to_owned(),
        agent::COMMANDS.to_owned(),
        agent::SKILLS.to_owned(),
    ];
    directories.extend(
        written
            .iter()
            .filter_map(|(path, _)| path.strip_suffix("/SKILL.md"))
            .map(str::to_owned),
    );
    let events: Vec<&str> = agent::HANDLERS
        .iter()
        .map(|handler| handler.event.hook_name())
        .collect();
    Manifest::unknown(directories, &events)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether this sdd has the command that a call begins with.
    fn exists(call: &[String]) -> bool {
        call.first()
            .is_some_and(|word| Cli::command().find_subcommand(word).is_some())
    }

    #[test]
    fn no_template_names_a_command_or_a_flag_that_is_not_there() {
        let mut known = 0;
        for template in TEMPLATES {
            let calls = template.calls();
            // One of a later sdd is not written. What calls this one must be right in every word.
            if calls.iter().all(|call| exists(call)) {
                for call in &calls {
                    assert!(understands(call), "{}: sdd {}", template.name, call.join(" "));
                }
                known += 1;
            }
            assert_eq!(
                is_known(&template),
                calls.iter().all(|call| exists(call)),
                "{}",
                template.name
            );
        }
        assert!(known >= 2, "{known}");
    }

    #[track_caller]
    fn check(call: &[&str], expect: bool) {
        let call: Vec<String> = call.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(understands(&call), expect, "{call:?}");
    }

    #[test]
    fn calls_are_held_to_the_command_line() {
        check(&["gate", "tests", "--fix"], true);
        check(&["gate", ""], true);
        check(&["report", "merge"], false);
        check(&["report", "merge", ""], true);
        check(&["gate", "--fixx"], false);
        check(&["gat", ""], false);
    }
}
