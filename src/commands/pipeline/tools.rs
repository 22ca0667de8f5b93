//! What a run starts processes with, and what git says of the work tree.

use std::path::Path;
use std::sync::Arc;

use super::Opened;
use crate::commands::context::Cx;
use crate::model::config::Config;
use crate::model::report::GitInfo;
use crate::process::find::{Finder, Found};
use crate::process::redact::Redactor;
use crate::process::{Cancel, System, guard};
use crate::project::git;
use crate::store::{self, Store};

/// What starts processes, and what keeps secrets out of what they say.
pub struct Tools {
    /// What starts processes.
    pub runner: System,
    /// What keeps secrets out of what they say.
    pub redactor: Arc<Redactor>,
}

/// What Compose reads by itself, and puts into compose files, wherever a link leads: of what stands there only secrets are
/// taken, to be left out. One that cannot be read, Compose cannot read either.
fn env_file(store: &Store) -> String {
    let read = store::read_regular(&store.root().join(".env"), store::LARGE).unwrap_or_default();
    String::from_utf8_lossy(&read.unwrap_or_default()).into_owned()
}

impl Tools {
    /// Without a guard: for what is asked of programs that end by themselves.
    pub fn bare(cx: &Cx, config: &Config, run_id: &str) -> Self {
        let redactor = Arc::new(Redactor::new(&cx.environment, &config.redact_env));
        let env = cx.environment.for_tools(&config.pass_env, run_id);
        let runner = System::new(env, run_id, cx.cancel.clone(), Arc::clone(&redactor));
        Self { runner, redactor }
    }

    /// [`Tools::bare`] for what works with the services of a project: the secrets of its `.env` are none of anybody's either.
    pub fn of_project(cx: &Cx, opened: &Opened, run_id: &str) -> Self {
        Self::cleaning(cx, opened, run_id, &cx.cancel)
    }

    /// [`Tools::of_project`] that stops when `cancel` says so, and not when sdd is told to stop.
    pub fn cleaning(cx: &Cx, opened: &Opened, run_id: &str, cancel: &Cancel) -> Self {
        let config = &opened.config;
        let file = env_file(&opened.store);
        let redactor = Redactor::with_env_file(&cx.environment, &config.redact_env, &file);
        let redactor = Arc::new(redactor);
        let env = cx.environment.for_tools(&config.pass_env, run_id);
        let runner = System::new(env, run_id, cancel.clone(), Arc::clone(&redactor));
        Self { runner, redactor }
    }

    /// With a guard, which ends what was started when sdd itself is killed.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        if let Ok(program) = guard::own_program() {
            self.runner = self.runner.with_guard(program);
        }
        self
    }

    /// The state of the repository, or why it could not be had.
    pub(super) fn git(&self, finder: &Finder, root: &Path) -> Sight {
        let Found::At(program) = finder.find("git", &[], root) else {
            return Sight::default();
        };
        match git::tree(&self.runner, &program, root) {
            Ok(tree) => Sight {
                digest: tree.as_ref().and_then(|tree| tree.digest.clone()),
                info: tree.map(|tree| tree.info),
                warning: None,
            },
            Err(error) => Sight::unknown(format!("the git state is unknown: {error}")),
        }
    }
}

/// What git said.
#[derive(Default)]
pub(super) struct Sight {
    pub(super) info: Option<GitInfo>,
    /// A digest of the work tree as it was when the run began.
    pub(super) digest: Option<String>,
    pub(super) warning: Option<String>,
}

impl Sight {
    pub(super) fn unknown(why: String) -> Self {
        Self {
            warning: Some(why),
            ..Self::default()
        }
    }
}
