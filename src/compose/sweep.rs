//! Taking down what a killed sdd left: by its journal, and nothing that has none.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::flavour::Flavour;
use super::journal::{self, Entry, Standing, Unreadable};
use super::project::Calls;
use super::teardown::{self, Cleaned, Hands, TeardownError};
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
    /// Those that nobody can read.
    pub unreadable: Vec<Unreadable>,
}

/// The journals that are to be taken down now, with the reason.
pub fn due(store: &Store, now: DateTime<Utc>) -> Vec<(Entry, Standing)> {
    let entries = journal::read_all(store).entries.into_iter();
    entries
        .map(|entry| {
            let standing = entry.standing(now);
            (entry, standing)
        })
        .filter(|(_, standing)| is_due(*standing))
        .collect()
}

fn is_due(standing: Standing) -> bool {
    matches!(standing, Standing::Abandoned | Standing::Expired)
}

/// Takes down what is due. `engine` is the address of the engine that answers here: what stands at another one is spared.
pub fn sweep(
    store: &Store,
    runner: &dyn Runner,
    flavour: &Flavour,
    engine: Option<&str>,
    now: DateTime<Utc>,
) -> Sweep {
    let journals = journal::read_all(store);
    let mut sweep = Sweep {
        unreadable: journals.unreadable,
        ..Sweep::default()
    };
    for entry in journals.entries {
        let standing = entry.standing(now);
        if is_due(standing) && entry.docker_host.as_deref() == engine {
            let result = take_down(store, runner, flavour, &entry);
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

/// Takes down the project of a journal, and removes the journal when nothing is left.
pub fn take_down(
    store: &Store,
    runner: &dyn Runner,
    flavour: &Flavour,
    entry: &Entry,
) -> Result<Cleaned, TeardownError> {
    let project = entry.project();
    // The directory may be gone, and Compose is told where the files were anyway.
    let cwd = [store.root(), Path::new("/")]
        .into_iter()
        .find(|path| path.is_dir())
        .unwrap_or(store.root());
    let hands = Hands {
        runner,
        cwd,
        calls: Calls {
            flavour,
            project: &project,
        },
    };
    let external: BTreeSet<String> = entry.external_volumes.iter().cloned().collect();
    let mut cleaned = teardown::take_down(&hands, teardown::STOP, &external)?;
    if cleaned.left.is_nothing()
        && let Err(error) = journal::remove(store, &entry.run)
    {
        cleaned.complaints.push(error.to_string());
    }
    Ok(cleaned)
}
