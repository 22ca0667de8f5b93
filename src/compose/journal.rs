//! What is written down before the first container is made, so that a later sdd can take down what a killed one left.
//!
//! Only the names that stand in journals are ever taken down: never what merely looks like ours.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::flavour::Kind;
use super::project::Project;
use super::teardown;
use crate::process::identity::{Identity, Life};
use crate::store::{Error, Overwrite, Store, layout, pretty};

/// The version of the form.
const SCHEMA_VERSION: u32 = 1;

/// One environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The version of the form.
    pub schema_version: u32,
    /// The run that it was brought up for.
    pub run: String,
    /// The name of the project of Compose's.
    pub project: String,
    /// By which Compose.
    pub flavour: Kind,
    /// The compose files.
    pub files: Vec<PathBuf>,
    /// The file with values for their variables.
    pub env_file: Option<PathBuf>,
    /// The address of the engine, where it is not the usual one.
    pub docker_host: Option<String>,
    /// Volumes that belong to somebody else.
    pub external_volumes: Vec<String>,
    /// The sdd that brought it up.
    pub owner: Identity,
    /// When.
    pub created: DateTime<Utc>,
    /// When it is to be taken down whoever owns it, unless the owner is known to live.
    pub expires: DateTime<Utc>,
    /// Whether it was left running on purpose: then only the time counts.
    pub kept: bool,
    /// The seconds that a service gets to end; absent in journals of old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_seconds: Option<u64>,
    /// The profiles that are named on every call; absent where none is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<String>,
}

/// Whether an environment is to be taken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its owner lives.
    Owned,
    /// It was left running on purpose, or nobody can tell, and its time is not over.
    Kept,
    /// Its owner is dead.
    Abandoned,
    /// Its time is over.
    Expired,
}

impl Entry {
    /// What is to be written down before a project is brought up by this process.
    pub fn new(
        run: &str,
        project: &Project,
        flavour: Kind,
        created: DateTime<Utc>,
        expires: DateTime<Utc>,
    ) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            run: run.to_owned(),
            project: project.name.clone(),
            flavour,
            files: project.files.clone(),
            env_file: project.env_file.clone(),
            docker_host: None,
            external_volumes: Vec::new(),
            owner: Identity::own(),
            created,
            expires,
            kept: false,
            stop_seconds: None,
            profiles: project.profiles.clone(),
        }
    }

    /// The project that it tells of.
    pub fn project(&self) -> Project {
        Project {
            name: self.project.clone(),
            files: self.files.clone(),
            env_file: self.env_file.clone(),
            profiles: self.profiles.clone(),
        }
    }

    /// The time that a service gets to end.
    pub fn stop(&self) -> Duration {
        self.stop_seconds.map_or(teardown::STOP, Duration::from_secs)
    }

    /// Whether it is to be taken down.
    pub fn standing(&self, now: DateTime<Utc>) -> Standing {
        self.standing_of(self.owner.life(), now)
    }

    fn standing_of(&self, life: Life, now: DateTime<Utc>) -> Standing {
        match life {
            Life::Alive if !self.kept => Standing::Owned,
            Life::Dead if !self.kept => Standing::Abandoned,
            _ if now >= self.expires => Standing::Expired,
            _ => Standing::Kept,
        }
    }
}

/// A journal that cannot be read. It stays where it is.
#[derive(Debug)]
pub struct Unreadable {
    /// Its path, relative to the project directory.
    pub path: String,
    /// Why.
    pub why: String,
}

/// All journals.
#[derive(Debug, Default)]
pub struct Journals {
    /// Those that can be read, by run.
    pub entries: Vec<Entry>,
    /// Those that cannot.
    pub unreadable: Vec<Unreadable>,
}

/// Writes a journal; it is on the disk when this comes back.
pub fn write(store: &Store, entry: &Entry) -> Result<(), Error> {
    let value = serde_json::to_value(entry).unwrap_or_default();
    store.write(
        &path_of(&entry.run),
        pretty(&value).as_bytes(),
        Overwrite::Replace,
    )?;
    Ok(())
}

/// Removes the journal of a run; it may be gone already.
pub fn remove(store: &Store, run: &str) -> Result<(), Error> {
    store.remove(&path_of(run))?;
    Ok(())
}

/// Reads all journals.
pub fn read_all(store: &Store) -> Journals {
    let directory = store.path(layout::ENVIRONMENTS);
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| Path::new(name).extension() == Some(OsStr::new("json")) && !name.starts_with('.'))
        .collect();
    names.sort_unstable();
    let mut journals = Journals::default();
    for name in names {
        let path = format!("{}/{name}", layout::ENVIRONMENTS);
        match read(store, &path) {
            Ok(Some(entry)) => journals.entries.push(entry),
            // Its sdd has just removed it.
            Ok(None) => {}
            Err(why) => journals.unreadable.push(Unreadable { path, why }),
        }
    }
    journals
}

/// The journal of a run, when there is one.
pub fn read_of(store: &Store, run: &str) -> Result<Option<Entry>, String> {
    read(store, &path_of(run))
}

fn read(store: &Store, path: &str) -> Result<Option<Entry>, String> {
    let Some(document) = store.read(path).map_err(|error| error.to_string())? else {
        return Ok(None);
    };
    let entry: Entry = serde_json::from_value(document.value).map_err(|error| error.to_string())?;
    if entry.schema_version > SCHEMA_VERSION {
        return Err(format!("it is of a newer form, {}", entry.schema_version));
    }
    // What is taken down is what the name says, and the file could have been given another one.
    if path_of(&entry.run) != path {
        return Err(format!("it is of the run {}", entry.run));
    }
    Ok(Some(entry))
}

fn path_of(run: &str) -> String {
    format!("{}/{run}.json", layout::ENVIRONMENTS)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn moment(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn entry(run: &str) -> Entry {
        let project = Project {
            name: format!("sdd-0-{run}"),
            files: vec!["/p/c.yml".into()],
            env_file: None,
            profiles: Vec::new(),
        };
        Entry::new(run, &project, Kind::Plugin, moment(0), moment(60))
    }

    #[track_caller]
    fn check(life: Life, kept: bool, at: i64, expect: Standing) {
        let mut entry = entry("r");
        entry.kept = kept;
        assert_eq!(entry.standing_of(life, moment(at)), expect);
    }

    #[test]
    fn the_owner_counts_and_where_it_does_not_the_time() {
        check(Life::Alive, false, 0, Standing::Owned);
        // A living owner takes it down by itself, however long that takes.
        check(Life::Alive, false, 61, Standing::Owned);
        check(Life::Dead, false, 0, Standing::Abandoned);
        check(Life::Unknown, false, 0, Standing::Kept);
        check(Life::Unknown, false, 60, Standing::Expired);
        check(Life::Dead, true, 59, Standing::Kept);
        check(Life::Alive, true, 60, Standing::Expired);
    }

    #[test]
    fn journals_come_back_as_they_were_written() {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::create(temp.path()).unwrap();
        assert_eq!(read_all(&store).entries, []);
        for run in ["b", "a"] {
            write(&store, &entry(run)).unwrap();
        }
        assert_eq!(read_all(&store).entries, [entry("a"), entry("b")]);
        assert_eq!(read_of(&store, "b").unwrap(), Some(entry("b")));
        assert_eq!(read_of(&store, "c").unwrap(), None);
        remove(&store, "a").unwrap();
        remove(&store, "a").unwrap();
        assert_eq!(read_all(&store).entries, [entry("b")]);
        assert_eq!(entry("b").project().name, "sdd-0-b");
    }

    #[test]
    fn a_journal_that_cannot_be_read_is_named_and_stays() {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::create(temp.path()).unwrap();
        let mut newer = entry("newer");
        newer.schema_version = 2;
        write(&store, &newer).unwrap();
        for (name, text) in [
            ("broken", "{"),
            ("other", "{}"),
            ("moved", &serde_json::to_string(&entry("x")).unwrap()),
        ] {
            let path = format!("{}/{name}.json", layout::ENVIRONMENTS);
            store.write(&path, text.as_bytes(), Overwrite::Replace).unwrap();
        }
        let journals = read_all(&store);
        assert_eq!(journals.entries, []);
        let paths: Vec<&str> = journals
            .unreadable
            .iter()
            .map(|one| one.path.rsplit('/').next().unwrap())
            .collect();
        assert_eq!(paths, ["broken.json", "moved.json", "newer.json", "other.json"]);
        assert!(store.path(&journals.unreadable[0].path).exists());
    }
}
