//! Which reports there are, and where.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::load;
use crate::model::report::Report;
use crate::store::{Error, Overwrite, Store, layout};

/// A file that a report may stand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// What it is, for people: `session 3`, `run 2026…`.
    pub(super) name: String,
    /// The file, relative to the project.
    pub(super) shown: String,
    /// The file.
    pub(super) path: PathBuf,
}

impl Source {
    fn new(store: &Store, name: String, shown: String) -> Self {
        let path = store.path(&shown);
        Self { name, shown, path }
    }

    /// The last report of any run.
    pub(super) fn latest(store: &Store) -> Self {
        Self::new(store, "the last run".to_owned(), layout::LATEST_REPORT.to_owned())
    }

    /// The report of a session.
    pub(super) fn session(store: &Store, session: u32) -> Self {
        Self::new(store, format!("session {session}"), layout::report(session))
    }

    fn run(store: &Store, id: &str) -> Self {
        Self::new(store, format!("run {id}"), layout::report_of_run(id))
    }
}

/// Puts a report into the directory of its run, where there is one, so that it can be shown after the next run.
pub fn keep(store: &Store, report: &Report, bytes: &[u8]) -> Result<(), Error> {
    let directory = format!("{}/{}", layout::RUNS, report.run_id);
    if !report.run_id.is_empty() && store.path(&directory).is_dir() {
        store.write(&layout::report_of_run(&report.run_id), bytes, Overwrite::Replace)?;
    }
    Ok(())
}

/// The report of a source; `None` when there is no such file.
pub(super) fn read(source: Source) -> anyhow::Result<Option<(Source, Report)>> {
    Ok(load(&source.path)?.map(|report| (source, report)))
}

/// The report of a run, wherever it stands.
pub(super) fn by_run(store: &Store, id: &str) -> anyhow::Result<Option<(Source, Report)>> {
    if is_plain(id) {
        let source = Source::run(store, id);
        if let Some(report) = load(&source.path)? {
            return Ok(Some((source, report)));
        }
    }
    for source in all(store) {
        // One that cannot be read may be that of another run.
        if let Ok(Some(report)) = load(&source.path)
            && report.run_id == id
        {
            return Ok(Some((source, report)));
        }
    }
    Ok(None)
}

/// Every report that there may be: sessions by number, runs by time, the last one.
pub(super) fn all(store: &Store) -> Vec<Source> {
    let mut sources: Vec<Source> = sessions(store)
        .into_iter()
        .map(|session| Source::session(store, session))
        .collect();
    sources.extend(runs(store).iter().map(|id| Source::run(store, id)));
    sources.push(Source::latest(store));
    sources.retain(|source| source.path.symlink_metadata().is_ok());
    sources
}

/// What can be asked for, in one line.
pub(super) fn those_that_exist(store: &Store) -> String {
    let sessions: Vec<String> = sessions(store).iter().map(u32::to_string).collect();
    let runs: Vec<String> = runs(store)
        .into_iter()
        .rev()
        .filter(|id| Source::run(store, id).path.exists())
        .take(5)
        .collect();
    let mut said = Vec::new();
    if Source::latest(store).path.exists() {
        said.push("the last one: sdd report".to_owned());
    }
    if !sessions.is_empty() {
        said.push(format!("of sessions: {}", sessions.join(", ")));
    }
    if !runs.is_empty() {
        said.push(format!("of runs: {}", runs.join(", ")));
    }
    if said.is_empty() {
        "there are no reports yet; sdd complete writes one".to_owned()
    } else {
        format!(
            "reports that exist: {}; all of them: sdd report history",
            said.join("; ")
        )
    }
}

fn sessions(store: &Store) -> BTreeSet<u32> {
    let of_report = |name: &str| {
        let session = layout::session_of(name)?;
        // `session_007_notes.md` is no report.
        layout::report(session)
            .ends_with(&format!("/{name}"))
            .then_some(session)
    };
    names(store, layout::REPORTS)
        .iter()
        .filter_map(|name| of_report(name))
        .collect()
}

/// The ids of the runs that there are, the newest first.
pub fn recent(store: &Store) -> Vec<String> {
    runs(store).into_iter().rev().collect()
}

/// The report of a run, from the directory of the run; `None` when it has none that can be read.
pub fn of_run(store: &Store, id: &str) -> Option<Report> {
    load(&Source::run(store, id).path).ok()?
}

/// The report of the last run; `None` when there is none that can be read.
pub fn last(store: &Store) -> Option<Report> {
    load(&Source::latest(store).path).ok()?
}

fn runs(store: &Store) -> BTreeSet<String> {
    let mut names = names(store, layout::RUNS);
    names.retain(|name| is_plain(name));
    names
}

fn names(store: &Store, directory: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(store.path(directory))
        .into_iter()
        .flatten()
        .flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

/// Whether a name is one part of a path that leads nowhere else, and can be printed.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 100
        && !name.starts_with('.')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}
