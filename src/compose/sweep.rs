//! Taking down what a killed sdd left: by its journal, and nothing that has none.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::flavour::{Flavour, Way};
use super::journal::{self, Entry, Standing, Unreadable};
use super::project::{Calls, Project};
use super::teardown::{self, Begun, Cleaned, Had, Hands, Manner, TeardownError};
use crate::process::Runner;
use crate::store::Store;

/// What came of one journal.
#[derive(Debug)]
pub struct Swept {
    /// The journal.
    pub entry: Entry,
    /// Why it was taken down.
    pub standing: Standing,
    /// What came of it. The journal is gone only when nothing is left.
    pub result: Result<Cleaned, TeardownError>,
}

/// What came of all journals.
#[derive(Debug, Default)]
pub struct Sweep {
    /// Those that were taken down.
    pub swept: Vec<Swept>,
    /// Those that are somebody's.
    pub spared: Vec<(Entry, Standing)>,
    /// Those that were kept, and of which nothing was there any more: their journals are gone as well.
    pub gone: Vec<Entry>,
    /// Those that nobody can read.
    pub unreadable: Vec<Unreadable>,
}

/// What is taken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope<'a> {
    /// What is nobody's any more.
    Due,
    /// What was kept on purpose, too.
    KeptToo,
    /// What has one of these names, and nothing else.
    Named(&'a [String]),
}

impl Sweep {
    /// Adds what was done at another engine, later: what it spared is what is left.
    pub fn add(&mut self, later: Self) {
        self.swept.extend(later.swept);
        self.gone.extend(later.gone);
        self.spared = later.spared;
        self.unreadable = later.unreadable;
    }
}

impl Swept {
    /// Whether nothing is left of it.
    pub fn is_gone(&self) -> bool {
        self.result
            .as_ref()
            .is_ok_and(|cleaned| cleaned.left.is_nothing())
    }
}

/// All journals, without touching anything.
pub fn look(store: &Store, now: DateTime<Utc>) -> Sweep {
    let journals = journal::read_all(store);
    let entries = journals.entries.into_iter();
    Sweep {
        swept: Vec::new(),
        spared: entries
            .map(|entry| {
                let standing = entry.standing(now);
                (entry, standing)
            })
            .collect(),
        unreadable: journals.unreadable,
        ..Sweep::default()
    }
}

/// The journals that are to be taken down now, with the reason.
pub fn due(store: &Store, now: DateTime<Utc>, scope: Scope<'_>) -> Vec<(Entry, Standing)> {
    let entries = journal::read_all(store).entries.into_iter();
    entries
        .map(|entry| {
            let standing = entry.standing(now);
            (entry, standing)
        })
        .filter(|(entry, standing)| is_due(entry, *standing, scope))
        .collect()
}

fn is_due(entry: &Entry, standing: Standing, scope: Scope<'_>) -> bool {
    let is_nobodys = match standing {
        Standing::Abandoned | Standing::Expired => true,
        Standing::Kept => scope != Scope::Due,
        Standing::Owned => false,
    };
    match scope {
        Scope::Due | Scope::KeptToo => is_nobodys,
        Scope::Named(names) => is_nobodys && names.iter().any(|name| is_called(entry, name)),
    }
}

/// Whether this is the name of an environment: that of its run, or of its project.
pub fn is_called(entry: &Entry, name: &str) -> bool {
    name == entry.run || name == entry.project
}

/// Whether what a journal tells of stands at this engine: the same program at the same address. Another one says of everything
/// that it is gone.
fn is_at(entry: &Entry, flavour: &Flavour, engine: Option<&str>) -> bool {
    Way::of(entry.flavour).engine == Way::of(flavour.kind).engine && entry.docker_host.as_deref() == engine
}

/// Takes down what is due. `engine` is the address of the engine that answers here: what stands at another one is spared.
pub fn sweep(
    store: &Store,
    runner: &dyn Runner,
    flavour: &Flavour,
    engine: Option<&str>,
    now: DateTime<Utc>,
    scope: Scope<'_>,
) -> Sweep {
    let journals = journal::read_all(store);
    let mut sweep = Sweep {
        unreadable: journals.unreadable,
        ..Sweep::default()
    };
    for entry in journals.entries {
        let standing = entry.standing(now);
        if is_due(&entry, standing, scope) && is_at(&entry, flavour, engine) {
            let manner = Manner::InTurn(entry.stop());
            let result = take_down(store, runner, flavour, (&entry, manner));
            sweep.swept.push(Swept {
                entry,
                standing,
                result,
            });
        } else {
            sweep.spared.push((entry, standing));
        }
    }
    sweep
}

/// Forgets what was kept at this engine and is not there any more: somebody has taken it down by hand.
pub fn forget_gone(
    sweep: &mut Sweep,
    store: &Store,
    runner: &dyn Runner,
    flavour: &Flavour,
    engine: Option<&str>,
) {
    let is_gone = |entry: &Entry| {
        let project = entry.project();
        let left = teardown::left(&hands(store, runner, flavour, &project), &external(entry));
        left.is_ok_and(|left| left.is_nothing()) && journal::remove(store, &entry.run).is_ok()
    };
    for (entry, standing) in std::mem::take(&mut sweep.spared) {
        let is_here = standing == Standing::Kept && is_at(&entry, flavour, engine);
        if is_here && is_gone(&entry) {
            sweep.gone.push(entry);
        } else {
            sweep.spared.push((entry, standing));
        }
    }
}

fn external(entry: &Entry) -> BTreeSet<String> {
    entry.external_volumes.iter().cloned().collect()
}

fn hands<'a>(
    store: &'a Store,
    runner: &'a dyn Runner,
    flavour: &'a Flavour,
    project: &'a Project,
) -> Hands<'a> {
    // The directory may be gone, and Compose is told where the files were anyway.
    let cwd = [store.root(), Path::new("/")]
        .into_iter()
        .find(|path| path.is_dir())
        .unwrap_or(store.root());
    Hands {
        runner,
        cwd,
        calls: Calls { flavour, project },
    }
}

/// Takes down the project of a journal, and removes the journal when nothing is left.
pub fn take_down(
    store: &Store,
    runner: &dyn Runner,
    flavour: &Flavour,
    (entry, manner): (&Entry, Manner),
) -> Result<Cleaned, TeardownError> {
    let project = entry.project();
    let hands = hands(store, runner, flavour, &project);
    let external = external(entry);
    let had = Had {
        containers: &teardown::containers(&hands),
        external: &external,
        begun: Begun::Halfway,
    };
    let mut cleaned = teardown::take_down(&hands, manner, &had)?;
    if cleaned.left.is_nothing()
        && let Err(error) = journal::remove(store, &entry.run)
    {
        cleaned.complaints.push(error.to_string());
    }
    Ok(cleaned)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use chrono::TimeDelta;

    use super::*;
    use crate::compose::flavour::Kind;
    use crate::process::capture::Capture;
    use crate::process::{End, Error, Invocation, Outcome};

    /// An engine with one container, of the project whose name ends with this, that nothing removes.
    struct Engine {
        stubborn: &'static str,
        named: Mutex<Vec<String>>,
    }

    impl Runner for Engine {
        fn run(&self, invocation: &Invocation) -> Result<Outcome, Error> {
            let words = invocation.words().join(" ");
            let is_list = words.contains(" ps -aq") && words.ends_with(self.stubborn);
            self.named.lock().unwrap().push(words);
            Ok(Outcome {
                stdout: Capture::of(if is_list { b"c1".as_slice() } else { &[] }),
                ..Outcome::of(End::Code(0))
            })
        }
    }

    fn moment(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    /// A journal that was kept on purpose, so that it does not matter here which processes live.
    fn write(store: &Store, run: &str, until: i64, engine: Option<&str>) {
        let project = Project {
            name: format!("sdd-0-{run}"),
            files: vec!["/p/c.yml".into()],
            env_file: None,
            profiles: Vec::new(),
        };
        let mut entry = Entry::new(run, &project, Kind::Plugin, moment(0), moment(until));
        entry.kept = true;
        entry.docker_host = engine.map(str::to_owned);
        assert_eq!(entry.stop(), teardown::STOP);
        entry.stop_seconds = Some(3);
        journal::write(store, &entry).unwrap();
    }

    #[test]
    fn what_is_due_is_taken_down_and_nothing_else() {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::create(temp.path()).unwrap();
        write(&store, "over", 10, None);
        write(&store, "stubborn", 10, None);
        write(&store, "kept", 90, None);
        write(&store, "elsewhere", 10, Some("tcp://build:2375"));
        let runs =
            |entries: Vec<Entry>| -> Vec<String> { entries.into_iter().map(|entry| entry.run).collect() };
        let due = due(&store, moment(30), Scope::Due)
            .into_iter()
            .map(|(entry, _)| entry)
            .collect();
        assert_eq!(runs(due), ["elsewhere", "over", "stubborn"]);

        let engine = Engine {
            stubborn: "stubborn",
            named: Mutex::default(),
        };
        let flavour = Flavour::sample();
        let sweep = sweep(&store, &engine, &flavour, None, moment(30), Scope::Due);
        let swept: Vec<(&str, String)> = sweep
            .swept
            .iter()
            .map(|swept| {
                let cleaned = swept.result.as_ref().unwrap();
                (swept.entry.run.as_str(), cleaned.left.to_string())
            })
            .collect();
        assert_eq!(
            swept,
            [
                ("over", "nothing".to_owned()),
                ("stubborn", "container c1".to_owned())
            ]
        );
        let spared = sweep.spared.into_iter().map(|(entry, _)| entry).collect();
        assert_eq!(runs(spared), ["elsewhere", "kept"]);
        // The journal of what is left stays.
        assert_eq!(
            runs(journal::read_all(&store).entries),
            ["elsewhere", "kept", "stubborn"]
        );
        let calls = engine.named.lock().unwrap();
        let is_spared = |call: &String| call.contains("sdd-0-kept") || call.contains("sdd-0-elsewhere");
        assert!(!calls.iter().any(is_spared));
        // Services get as long to end as the run that brought them up would have given them.
        assert!(
            calls
                .iter()
                .any(|call| call.ends_with(" down -v --remove-orphans --rmi local -t 3"))
        );
    }

    #[test]
    fn what_another_engine_has_is_not_taken_for_gone() {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::create(temp.path()).unwrap();
        let engine = Engine {
            stubborn: "nothing",
            named: Mutex::default(),
        };
        for (run, until) in [("over", 10), ("kept", 90)] {
            write(&store, run, until, None);
            let mut entry = journal::read_of(&store, run).unwrap().unwrap();
            entry.flavour = Kind::PodmanCompose;
            journal::write(&store, &entry).unwrap();
        }
        let flavour = Flavour::sample();
        let mut sweep = sweep(&store, &engine, &flavour, None, moment(30), Scope::KeptToo);
        forget_gone(&mut sweep, &store, &engine, &flavour, None);
        assert!(sweep.swept.is_empty() && sweep.gone.is_empty());
        assert_eq!(sweep.spared.len(), 2);
        assert!(engine.named.lock().unwrap().is_empty());
        assert_eq!(journal::read_all(&store).entries.len(), 2);
    }

    #[test]
    fn one_is_taken_down_by_its_name_before_its_time() {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::create(temp.path()).unwrap();
        write(&store, "over", 10, None);
        write(&store, "kept", 90, None);
        write(&store, "other", 90, None);
        let engine = Engine {
            stubborn: "nothing",
            named: Mutex::default(),
        };
        for name in ["kept", "sdd-0-other"] {
            let names = [name.to_owned()];
            let flavour = Flavour::sample();
            let sweep = sweep(&store, &engine, &flavour, None, moment(30), Scope::Named(&names));
            let swept: Vec<bool> = sweep
                .swept
                .iter()
                .map(|swept| is_called(&swept.entry, name))
                .collect();
            assert_eq!(swept, [true], "{name}");
        }
        let left = journal::read_all(&store).entries;
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].run, "over");
    }

    #[test]
    fn what_was_kept_and_is_gone_is_forgotten() {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::create(temp.path()).unwrap();
        write(&store, "kept", 90, None);
        write(&store, "gone", 90, None);
        write(&store, "elsewhere", 90, Some("tcp://build:2375"));
        let engine = Engine {
            stubborn: "kept",
            named: Mutex::default(),
        };
        let mut sweep = look(&store, moment(30));
        forget_gone(&mut sweep, &store, &engine, &Flavour::sample(), None);
        assert_eq!(sweep.gone.len(), 1);
        assert_eq!(sweep.gone[0].run, "gone");
        let runs = |entries: Vec<Entry>| entries.into_iter().map(|entry| entry.run).collect::<Vec<_>>();
        let spared = sweep.spared.into_iter().map(|(entry, _)| entry).collect();
        assert_eq!(runs(spared), ["elsewhere", "kept"]);
        assert_eq!(runs(journal::read_all(&store).entries), ["elsewhere", "kept"]);
        // It is only looked at.
        let calls = engine.named.lock().unwrap();
        assert!(
            !calls
                .iter()
                .any(|call| call.contains(" down ") || call.contains(" rm "))
        );
    }
}
