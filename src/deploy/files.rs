//! Where plans, journals and logs of deployments are: `.session/deployments/ENV/`.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::journal::Chain;
use super::plan::Plan;
use crate::store::{self, Overwrite, Store, layout, pretty};

/// Why something of a deployment cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// State cannot be read or written.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Nobody can say what is in a directory.
    #[error("{} cannot be listed", path.display())]
    Unlisted {
        /// The directory.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// There is no such plan.
    #[error("there is no plan {id} for {environment}")]
    NoPlan {
        /// What was asked for.
        id: String,
        /// Where.
        environment: String,
    },
    /// Several plans begin like that.
    #[error("several plans for {environment} begin with {id}")]
    Ambiguous {
        /// What was asked for.
        id: String,
        /// Where.
        environment: String,
    },
    /// A plan is not what its id says.
    #[error("the plan {id} is not what it was: its content has another hash")]
    ChangedPlan {
        /// Its id.
        id: String,
    },
    /// A plan cannot be understood.
    #[error("the plan {id} cannot be read: {why}")]
    UnreadablePlan {
        /// Its id.
        id: String,
        /// Why.
        why: String,
    },
    /// A journal cannot be believed.
    #[error("the journal {path} cannot be believed: {why}")]
    BrokenJournal {
        /// Its path, relative to the project.
        path: String,
        /// Where and why.
        why: String,
    },
}

/// The directory of an environment.
pub fn directory(environment: &str) -> String {
    format!("{}/{environment}", layout::DEPLOYMENTS)
}

/// The journal of a deployment.
pub fn journal(environment: &str, deployment: &str) -> String {
    format!("{}/{deployment}.jsonl", directory(environment))
}

/// The directory of the logs of a deployment.
pub fn logs(environment: &str, deployment: &str) -> String {
    format!("{}/{deployment}", directory(environment))
}

fn plans(environment: &str) -> String {
    format!("{}/plans", directory(environment))
}

/// The file of a plan.
pub fn plan(environment: &str, id: &str) -> String {
    format!("{}/{id}.json", plans(environment))
}

/// The file of the approval of a plan.
pub fn approval(environment: &str, id: &str) -> String {
    format!("{}/approvals/{id}.json", directory(environment))
}

/// The signature of that file.
pub fn signature(environment: &str, id: &str) -> String {
    format!("{}.sig", approval(environment, id))
}

/// Keeps a plan; gives its id and its path.
pub fn keep_plan(store: &Store, made: &Plan) -> Result<(String, String), Error> {
    let id = made.id();
    let path = plan(&made.environment, &id);
    let value = serde_json::to_value(made).unwrap_or_default();
    store.write(&path, pretty(&value).as_bytes(), Overwrite::Replace)?;
    Ok((id, path))
}

/// The plan of an id, or of the beginning of one; gives it with its whole id.
pub fn read_plan(store: &Store, environment: &str, asked: &str) -> Result<(String, Plan), Error> {
    let none = || Error::NoPlan {
        id: asked.to_owned(),
        environment: environment.to_owned(),
    };
    let is_hash = asked.len() >= 4 && asked.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hash {
        return Err(none());
    }
    let known = names(&store.path(&plans(environment)), "json")?;
    let mut found = known.iter().filter(|id| id.starts_with(asked));
    let (Some(id), more) = (found.next(), found.next()) else {
        return Err(none());
    };
    if more.is_some() {
        return Err(Error::Ambiguous {
            id: asked.to_owned(),
            environment: environment.to_owned(),
        });
    }
    let bytes = store::read_inside(store.root(), &plan(environment, id), store::LARGE)?.ok_or_else(none)?;
    let unreadable = |why: String| Error::UnreadablePlan { id: id.clone(), why };
    let plan: Plan = serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
    if plan.id() != *id || plan.environment != environment {
        return Err(Error::ChangedPlan { id: id.clone() });
    }
    Ok((id.clone(), plan))
}

/// The ids of the deployments of an environment, sorted: by the time that the clock showed, which may have been set back.
/// Which one is the newest [`newest_first`] knows.
pub fn deployments(store: &Store, environment: &str) -> Result<Vec<String>, Error> {
    names(&store.path(&directory(environment)), "jsonl")
}

/// The deployments of an environment with their records, the newest first. One of which nothing was recorded never began,
/// and is none.
///
/// The order is that of the numbers that deployments get under the environment's lock. Those of an sdd that gave no numbers
/// come after all others, by their ids, which begin with a time.
///
/// # Errors
///
/// Every journal is verified: where one cannot be believed, nobody can say which is the newest.
pub fn newest_first(store: &Store, environment: &str) -> Result<Vec<(String, Chain)>, Error> {
    let mut all = Vec::new();
    for id in deployments(store, environment)? {
        if let Some(chain) = read(store, environment, &id)? {
            all.push((id, chain));
        }
    }
    all.sort_by(|(one, first), (other, second)| (second.sequence(), other).cmp(&(first.sequence(), one)));
    Ok(all)
}

/// The last deployment of an environment and its records; `None` where there was none.
pub fn last(store: &Store, environment: &str) -> Result<Option<(String, Chain)>, Error> {
    Ok(newest_first(store, environment)?.into_iter().next())
}

/// The records of a deployment; `None` where nothing was recorded. Nothing is changed: a torn last line is left out.
pub fn read(store: &Store, environment: &str, deployment: &str) -> Result<Option<Chain>, Error> {
    let path = journal(environment, deployment);
    let Some(lines) = store.read_lines(&path)? else {
        return Ok(None);
    };
    // A kill at the very first record leaves nothing but a torn one: nothing was begun.
    if lines.text.is_empty() {
        return Ok(None);
    }
    let chain = Chain::read(&lines.text).map_err(|broken| Error::BrokenJournal {
        path,
        why: broken.to_string(),
    })?;
    Ok(Some(chain))
}

/// The names of the files of an ending in a directory, without it, sorted; none where there is no directory.
fn names(directory: &Path, ending: &str) -> Result<Vec<String>, Error> {
    let failed = |source| Error::Unlisted {
        path: directory.to_owned(),
        source,
    };
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let name = (path.extension() == Some(OsStr::new(ending)))
            .then(|| path.file_stem()?.to_str().map(str::to_owned))
            .flatten();
        names.extend(name.filter(|name| !name.starts_with('.')));
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::journal::Event;
    use crate::deploy::journal::testing::{numbered, planned};
    use crate::deploy::plan::testing::{plan as sample, script};

    fn project() -> (tempfile::TempDir, Store) {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::create(temp.path()).unwrap();
        (temp, store)
    }

    #[test]
    fn a_plan_comes_back_by_the_beginning_of_its_id_and_unchanged() {
        let (_temp, store) = project();
        let made = sample(vec![script("a", None)], vec![script("b", None)]);
        let (id, path) = keep_plan(&store, &made).unwrap();
        assert_eq!(
            read_plan(&store, "staging", &id[..8]).unwrap(),
            (id.clone(), made)
        );
        for asked in ["", "zzzz", "../x", "0000"] {
            let error = read_plan(&store, "staging", asked).unwrap_err();
            assert!(matches!(error, Error::NoPlan { .. }), "{error}");
        }
        let text = std::fs::read_to_string(store.path(&path)).unwrap();
        let other = text.replace("true\\n", "false\\n");
        assert_ne!(other, text);
        store.write(&path, other.as_bytes(), Overwrite::Replace).unwrap();
        let error = read_plan(&store, "staging", &id).unwrap_err();
        assert!(matches!(error, Error::ChangedPlan { .. }), "{error}");
    }

    #[test]
    fn the_last_deployment_is_found_and_its_chain_verified() {
        let (_temp, store) = project();
        assert!(last(&store, "staging").unwrap().is_none());
        for id in ["20260101T000000.000Z-aaaaaa", "20260102T000000.000Z-aaaaaa"] {
            let mut chain = Chain::new("p");
            let mut file = store.begin_lines(&journal("staging", id)).unwrap();
            for event in [planned(), Event::SmokeStarted] {
                file.add(&chain.add(chrono::DateTime::UNIX_EPOCH, event)).unwrap();
            }
        }
        let (id, chain) = last(&store, "staging").unwrap().unwrap();
        assert_eq!(
            (id.as_str(), chain.records.len()),
            ("20260102T000000.000Z-aaaaaa", 2)
        );
        let path = journal("staging", &id);
        let text = std::fs::read_to_string(store.path(&path))
            .unwrap()
            .replace("1970", "1971");
        store.write(&path, text.as_bytes(), Overwrite::Replace).unwrap();
        let error = last(&store, "staging").unwrap_err();
        assert!(matches!(error, Error::BrokenJournal { .. }), "{error}");
    }

    /// The clock was set back after the one with number 2; two are of an sdd that gave no numbers.
    #[test]
    fn the_last_deployment_is_the_one_with_the_highest_number_whatever_the_clock_said() {
        let (_temp, store) = project();
        for (id, number) in [
            ("20260101T000000.000Z-aaaaaa", 3),
            ("20260103T000000.000Z-aaaaaa", 2),
            ("20260102T000000.000Z-aaaaaa", 1),
            ("20260104T000000.000Z-aaaaaa", 0),
            ("20260105T000000.000Z-aaaaaa", 0),
        ] {
            let mut file = store.begin_lines(&journal("staging", id)).unwrap();
            let line = Chain::new("p").add(chrono::DateTime::UNIX_EPOCH, numbered(number));
            assert_eq!(line.contains("sequence"), number > 0, "{line}");
            file.add(&line).unwrap();
        }
        let order: Vec<String> = newest_first(&store, "staging")
            .unwrap()
            .into_iter()
            .map(|(id, _)| id[6..8].to_owned())
            .collect();
        assert_eq!(order, ["01", "03", "02", "05", "04"]);
        let (id, chain) = last(&store, "staging").unwrap().unwrap();
        assert_eq!((&id[..8], chain.sequence()), ("20260101", 3));
    }

    #[test]
    fn a_deployment_of_which_nothing_was_recorded_hides_none_before_it() {
        let (_temp, store) = project();
        let mut chain = Chain::new("p");
        let mut file = store.begin_lines(&journal("staging", "20260101T")).unwrap();
        file.add(&chain.add(chrono::DateTime::UNIX_EPOCH, planned()))
            .unwrap();
        let torn = journal("staging", "20260102T");
        store.write(&torn, b"{\"n\":1,\"ha", Overwrite::Replace).unwrap();
        let (id, _) = last(&store, "staging").unwrap().unwrap();
        assert_eq!(id, "20260101T");
    }

    #[test]
    fn a_directory_that_cannot_be_listed_is_not_an_empty_one() {
        let (_temp, store) = project();
        store
            .write(&directory("staging"), b"a file", Overwrite::Replace)
            .unwrap();
        let error = last(&store, "staging").unwrap_err();
        assert!(matches!(error, Error::Unlisted { .. }), "{error}");
        let error = read_plan(&store, "staging", "abcd").unwrap_err();
        assert!(matches!(error, Error::Unlisted { .. }), "{error}");
    }
}
