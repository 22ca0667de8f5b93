//! Where plans, journals and logs of deployments are: `.session/deployments/ENV/`.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::heads::Heads;
use super::journal::{Chain, Event};
use super::plan::Plan;
use super::state::State;
use crate::store::{self, Overwrite, Store, layout, pretty};

/// How often a journal is read again whose end is not where it should be: it may be that of a deployment that goes on.
const LOOKS: u32 = 10;
/// The time between two of these looks.
const PAUSE: Duration = Duration::from_millis(5);

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

/// Where the journals of an environment end.
pub fn heads(environment: &str) -> String {
    format!("{}/heads.json", directory(environment))
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
/// Every journal is verified: where one cannot be believed, or is gone, nobody can say which is the newest.
pub fn newest_first(store: &Store, environment: &str) -> Result<Vec<(String, Chain)>, Error> {
    let mut all = Vec::new();
    for id in deployments(store, environment)? {
        if let Some(chain) = read(store, environment, &id)? {
            all.push((id, chain));
        }
    }
    let known = read_heads(store, environment)?;
    for id in known.recorded() {
        let path = journal(environment, id);
        if !store.path(&path).exists() {
            return Err(Error::BrokenJournal {
                path,
                why: format!("it is gone, and {} knows of it", heads(environment)),
            });
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
///
/// # Errors
///
/// It cannot be believed: a record does not fit to the one before, or its end is not the one that was kept.
pub fn read(store: &Store, environment: &str, deployment: &str) -> Result<Option<Chain>, Error> {
    let mut looks = 1;
    loop {
        match read_once(store, environment, deployment) {
            Err(Error::BrokenJournal { .. }) if looks < LOOKS => {
                looks += 1;
                std::thread::sleep(PAUSE);
            }
            read => return read,
        }
    }
}

fn read_once(store: &Store, environment: &str, deployment: &str) -> Result<Option<Chain>, Error> {
    let path = journal(environment, deployment);
    let Some(lines) = store.read_lines(&path)? else {
        return Ok(None);
    };
    // A kill at the very first record leaves nothing but a torn one: nothing was begun.
    if lines.text.is_empty() {
        return Ok(None);
    }
    let broken = |why: String| Error::BrokenJournal {
        path: path.clone(),
        why,
    };
    let mut chain = Chain::read(&lines.text).map_err(|error| broken(error.to_string()))?;
    chain.torn = lines.torn.map(|torn| torn.len());
    read_heads(store, environment)?
        .check(deployment, &chain)
        .map_err(|why| broken(format!("{}: {why}", heads(environment))))?;
    Ok(Some(chain))
}

/// Where the journals of an environment end; nowhere, where none was begun.
pub fn read_heads(store: &Store, environment: &str) -> Result<Heads, Error> {
    let path = heads(environment);
    match store::read_inside(store.root(), &path, store::LARGE)? {
        None => Ok(Heads::default()),
        Some(bytes) => Heads::read(&bytes).map_err(|why| Error::BrokenJournal { path, why }),
    }
}

/// Keeps where the journals of an environment end.
pub fn write_heads(store: &Store, environment: &str, kept: &Heads) -> Result<(), store::Error> {
    let value = serde_json::to_value(kept).unwrap_or_default();
    store.write(&heads(environment), pretty(&value).as_bytes(), Overwrite::Replace)?;
    Ok(())
}

/// The plan that records are of.
///
/// # Errors
///
/// There is none, it is another one, or the records name what is not in it.
pub fn plan_of(store: &Store, environment: &str, deployment: &str, chain: &Chain) -> Result<Plan, Error> {
    let id = chain.plan().unwrap_or_default();
    let (_, plan) = read_plan(store, environment, id)?;
    of_plan(&plan, chain).map_err(|why| Error::BrokenJournal {
        path: journal(environment, deployment),
        why,
    })?;
    Ok(plan)
}

/// Whether records can be those of a plan.
fn of_plan(plan: &Plan, chain: &Chain) -> Result<(), String> {
    for record in &chain.records {
        let (step, back) = match &record.event {
            Event::Started { step, back, .. }
            | Event::Ended { step, back, .. }
            | Event::Acknowledged { step, back, .. } => (step, *back),
            Event::Waiting { step } | Event::Assumed { step, .. } => (step, false),
            _ => continue,
        };
        let steps = if back { &plan.rollback } else { &plan.steps };
        if !steps.iter().any(|known| known.id == *step) {
            return Err(format!(
                "record {} names the step {step}, which the plan does not have",
                record.n
            ));
        }
    }
    let has_succeeded = chain
        .records
        .iter()
        .any(|record| record.event == Event::Succeeded);
    let done = State::of(&chain.records).done;
    match plan.steps.iter().find(|step| !done.contains(&step.id)) {
        Some(step) if has_succeeded => Err(format!(
            "it says that the deployment succeeded, and nothing of an end of the step {}",
            step.id
        )),
        _ => Ok(()),
    }
}

/// The hash of a plain file; `None` where it cannot be read.
pub fn hash_of(path: &Path) -> Option<String> {
    use std::io::Read as _;

    use sha2::{Digest as _, Sha256};
    path.symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
    let mut file = std::fs::File::open(path).ok()?;
    let mut whole = Sha256::new();
    let mut part = vec![0; 64 * 1024];
    loop {
        match file.read(&mut part).ok()? {
            0 => break,
            length => whole.update(&part[..length]),
        }
    }
    let hex = |text: String, byte: &u8| text + &format!("{byte:02x}");
    Some(whole.finalize().iter().fold(String::new(), hex))
}

/// A log that a journal names.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Log {
    /// Its path, relative to the project.
    pub path: String,
    /// `same`, `differs`, `missing`, `unreadable`, or `elsewhere`, where it is none of the deployment's.
    pub found: &'static str,
}

/// The logs that a journal names, compared with the hashes that it has of them.
pub fn logs_of(store: &Store, environment: &str, deployment: &str, chain: &Chain) -> Vec<Log> {
    let directory = format!("{}/", logs(environment, deployment));
    let of = |event: &Event| {
        let Event::Ended { log, log_sha256, .. } = event else {
            return None;
        };
        let path = log.as_ref()?;
        let is_its = path
            .strip_prefix(&directory)
            .is_some_and(|name| !name.contains('/'));
        let place = store.path(path);
        let found = match hash_of(&place) {
            _ if !is_its => "elsewhere",
            None if place.symlink_metadata().is_err() => "missing",
            None => "unreadable",
            found if found == *log_sha256 => "same",
            Some(_) => "differs",
        };
        Some(Log {
            path: path.clone(),
            found,
        })
    };
    chain
        .records
        .iter()
        .filter_map(|record| of(&record.event))
        .collect()
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
    use crate::deploy::journal::StepOutcome;
    use crate::deploy::journal::testing::{ended, locked, numbered, planned, started, succeeded};
    use crate::deploy::plan::testing::{plan as sample, script};

    fn project() -> (tempfile::TempDir, Store) {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::create(temp.path()).unwrap();
        (temp, store)
    }

    /// Writes a journal of these events, and where it ends.
    #[track_caller]
    fn kept(store: &Store, id: &str, events: Vec<Event>) {
        let mut chain = Chain::new("p");
        let mut file = store.begin_lines(&journal("staging", id)).unwrap();
        for event in events {
            file.add(&chain.add(chrono::DateTime::UNIX_EPOCH, event)).unwrap();
        }
        let mut heads = read_heads(store, "staging").unwrap();
        heads.settle(id, &chain);
        write_heads(store, "staging", &heads).unwrap();
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
            kept(&store, id, vec![planned(), locked()]);
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
            kept(&store, id, vec![numbered(number)]);
            let line = std::fs::read_to_string(store.path(&journal("staging", id))).unwrap();
            assert_eq!(line.contains("sequence"), number > 0, "{line}");
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
        kept(&store, "20260101T", vec![planned()]);
        let torn = journal("staging", "20260102T");
        store.write(&torn, b"{\"n\":1,\"ha", Overwrite::Replace).unwrap();
        let (id, _) = last(&store, "staging").unwrap().unwrap();
        assert_eq!(id, "20260101T");
    }

    #[test]
    fn a_journal_whose_end_was_changed_cut_off_or_taken_away_is_not_believed() {
        let (_temp, store) = project();
        kept(&store, "20260101T", succeeded(&["a"]));
        let path = journal("staging", "20260101T");
        let whole = std::fs::read_to_string(store.path(&path)).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let put = |text: &str| store.write(&path, text.as_bytes(), Overwrite::Replace).unwrap();
        let refused = |says: &str| {
            let error = last(&store, "staging").unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        };
        put(&format!("{}\n", lines[..lines.len() - 1].join("\n")));
        refused("10 records were written, and the journal has 9");
        put(&whole.replace("\"succeeded\"", "\"locked\""));
        refused("no record");
        let at = whole.rfind("1970").unwrap();
        put(&format!("{}1971{}", &whole[..at], &whole[at + 4..]));
        refused("record 10 is not the one that was written last");
        let mut chain = Chain::read(&whole).unwrap();
        let more = chain.add(chrono::DateTime::UNIX_EPOCH, locked());
        put(&format!("{whole}{more}\n"));
        refused("10 records were written, and the journal has 11");
        put(&format!("{whole}{{\"half"));
        assert_eq!(last(&store, "staging").unwrap().unwrap().1.torn, Some(6));
        put(&whole);
        assert_eq!(last(&store, "staging").unwrap().unwrap().1.torn, None);
        store.remove(&path).unwrap();
        refused("it is gone");
        put(&whole);
        store.remove(&heads("staging")).unwrap();
        refused("does not know this journal");
        store.write(&heads("staging"), b"{}", Overwrite::Replace).unwrap();
        refused("heads.json cannot be believed");
    }

    #[test]
    fn records_are_of_their_plan() {
        use crate::deploy::journal::testing::chain;
        let made = sample(
            vec![script("a", None), script("b", None)],
            vec![script("u", None)],
        );
        let of = |events: Vec<Event>| of_plan(&made, &chain(events));
        assert_eq!(of(succeeded(&["a", "b"])), Ok(()));
        assert!(of(succeeded(&["a"])).is_err_and(|why| why.contains("of an end of the step b")));
        assert!(of(vec![started("z", false)]).is_err_and(|why| why.contains("the step z")));
        assert!(of(vec![ended("a", true, StepOutcome::Done)]).is_err());
        assert_eq!(of(vec![ended("u", true, StepOutcome::Done)]), Ok(()));
    }

    #[test]
    fn logs_are_compared_with_what_was_recorded_of_them() {
        use crate::deploy::journal::testing::chain;
        let (_temp, store) = project();
        let put = |name: &str| {
            let path = format!("{}/{name}", logs("staging", "d"));
            store.write(&path, b"said", Overwrite::Replace).unwrap();
        };
        for name in ["same", "differs", "deeper/one"] {
            put(name);
        }
        let hash = crate::deploy::sha256(b"said");
        let of = |path: String, hash: &str| {
            let mut event = ended("a", false, StepOutcome::Done);
            if let Event::Ended { log, log_sha256, .. } = &mut event {
                (*log, *log_sha256) = (Some(path), Some(hash.to_owned()));
            }
            event
        };
        let its = |name: &str| format!("{}/{name}", logs("staging", "d"));
        let events = vec![
            ended("b", false, StepOutcome::Done),
            of(its("same"), &hash),
            of(its("differs"), "0"),
            of(its("gone"), &hash),
            of(its("deeper"), &hash),
            of(its("deeper/one"), &hash),
        ];
        let found: Vec<&str> = logs_of(&store, "staging", "d", &chain(events))
            .iter()
            .map(|log| log.found)
            .collect();
        assert_eq!(found, ["same", "differs", "missing", "unreadable", "elsewhere"]);
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
