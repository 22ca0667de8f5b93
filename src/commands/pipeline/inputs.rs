//! What a run was made on, so that a later one on the same can take its verdict instead of running again.
//!
//! A verdict is bound to the commit and the content of every changed file, to the settings, to the work item, to sdd
//! itself and to the programs that were run. What git does not know is not in it: an environment that was changed
//! behind the back of its programs, and files that git ignores.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Opened, read_config};
use crate::commands::report;
use crate::model::config::Config;
use crate::model::report::Report;
use crate::model::session::ActiveWork;
use crate::model::verdict::RunVerdict;
use crate::process::guard;
use crate::store::{self, Overwrite, Store, layout};

/// The file in the directory of a run.
const NAME: &str = "inputs.json";

/// How many runs are looked at for one that was made on the same.
const MOST_RUNS: usize = 20;

/// What a run was made on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    schema_version: u32,
    /// This sdd.
    sdd: String,
    /// The work tree.
    tree: String,
    /// The settings.
    settings: String,
    /// The work item with its spec and the session's base; absent without an open session.
    work: Option<String>,
    /// What was run: the file, its size and the time of its last change.
    #[serde(default)]
    programs: BTreeMap<String, String>,
}

impl Inputs {
    /// What a run would be made on now. `None` when the settings are being changed at this moment.
    pub fn now(store: &Store, config: &Config, work: Option<&ActiveWork>, tree: String) -> Option<Self> {
        let settings = store::read_regular(&store.path(layout::CONFIG), store::SMALL).ok()?;
        let same = read_config(store).is_ok_and(|loaded| loaded.config == *config);
        let sdd = stamp(&guard::own_program().ok()?)?;
        same.then(|| Self {
            schema_version: 1,
            sdd: format!("{} {sdd}", env!("CARGO_PKG_VERSION")),
            tree,
            settings: digest(&settings.unwrap_or_default()),
            work: work.map(|work| digest(format!("{work:?}").as_bytes())),
            programs: BTreeMap::new(),
        })
    }

    /// The newest report of a run on the same for which `fits` has an answer, with that answer.
    ///
    /// A run for a work item was held to more than one without, so that what passed there passes here.
    pub fn earlier<T>(&self, store: &Store, fits: impl Fn(&Report) -> Option<T>) -> Option<(Report, T)> {
        report::recent(store).iter().take(MOST_RUNS).find_map(|id| {
            let path = store.path(layout::RUNS).join(id).join(NAME);
            let bytes = store::read_regular(&path, store::SMALL).ok()??;
            let then: Self = serde_json::from_slice(&bytes).ok()?;
            let is_same = self.is(&then)
                && then
                    .programs
                    .iter()
                    .all(|(path, then)| stamp(Path::new(path)).is_some_and(|now| now == *then));
            if !is_same {
                return None;
            }
            let found = report::of_run(store, id)?;
            let more = then.work != self.work;
            if more && found.verdict != RunVerdict::Passed {
                return None;
            }
            let answer = fits(&found)?;
            Some((found, answer))
        })
    }

    fn is(&self, then: &Self) -> bool {
        self.schema_version == then.schema_version
            && self.sdd == then.sdd
            && self.tree == then.tree
            && self.settings == then.settings
            && (self.work == then.work || self.work.is_none())
    }
}

/// Keeps what a run was made on beside its report. Without it the run is not taken for another one, and nothing else is
/// lost, so that nothing here is an error.
pub(super) fn keep(opened: &Opened, work: Option<&ActiveWork>, tree: String, report: &Report) {
    let changed = report.gates.iter().any(|gate| !gate.changed_files.is_empty());
    // A run that rewrote files was not made on the tree that it began with.
    if report.verdict == RunVerdict::Error || report.cancelled_by.is_some() || changed {
        return;
    }
    let Some(mut inputs) = Inputs::now(&opened.store, &opened.config, work, tree) else {
        return;
    };
    for step in report.gates.iter().flat_map(|gate| &gate.steps) {
        let Some(program) = step.command.first() else {
            continue;
        };
        let Some(stamp) = stamp(Path::new(program)) else {
            return;
        };
        inputs.programs.insert(program.clone(), stamp);
    }
    let directory = format!("{}/{}", layout::RUNS, report.run_id);
    if let Ok(mut text) = serde_json::to_vec_pretty(&inputs)
        && opened.store.path(&directory).is_dir()
    {
        text.push(b'\n');
        let _kept = opened
            .store
            .write(&format!("{directory}/{NAME}"), &text, Overwrite::Replace);
    }
}

/// What makes a file the same one.
fn stamp(path: &Path) -> Option<String> {
    let metadata = std::fs::metadata(path).ok()?;
    let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {}", metadata.len(), changed.as_nanos()))
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
