//! What a run starts processes with, and what git says of the work tree.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Opened;
use crate::commands::context::Cx;
use crate::compose::env_files::{self, Contents};
use crate::integration::Needs;
use crate::model::config::Config;
use crate::model::report::GitInfo;
use crate::model::session::ActiveWork;
use crate::process::find::{Finder, Found};
use crate::process::redact::Redactor;
use crate::process::{Cancel, System, guard};
use crate::project::git;
use crate::project::paths::{Place, resolve};
use crate::store::Store;

/// What starts processes, and what keeps secrets out of what they say.
pub struct Tools {
    /// What starts processes.
    pub runner: System,
    /// What keeps secrets out of what they say.
    pub redactor: Arc<Redactor>,
    /// Files whose secrets are not known, a sentence each.
    pub unread: Vec<String>,
}

/// What Compose reads by itself, what compose files name, and what steps, checks and services read themselves, wherever a
/// link leads: of what stands there only secrets are taken, to be left out. What cannot be read is told.
fn files(cx: &Cx, store: &Store, compose_files: &[PathBuf]) -> Contents {
    let (of_root, unread) = env_files::read_told(&store.root().join(".env"));
    let variable = |name: &str| cx.environment.get(name).map(str::to_owned);
    let named = env_files::contents(compose_files, &variable);
    let unread = unread.filter(|why| !named.unread.contains(why));
    Contents {
        env_files: format!("{of_root}\n{}", named.env_files),
        unread: named.unread.into_iter().chain(unread).collect(),
        ..named
    }
}

/// The compose files that would be brought up for some work, as far as they are in the repository.
pub(super) fn compose_files(opened: &Opened, work: Option<&ActiveWork>) -> Vec<PathBuf> {
    let needs =
        work.and_then(|work| Needs::of(work.item.kind, work.spec.as_ref(), opened.config.integration()));
    let files = needs.map(|needs| needs.compose_files).unwrap_or_default();
    let place = |file: &String| match resolve(opened.store.root(), file) {
        Ok(Place::At(file)) => Some(file),
        _ => None,
    };
    files.iter().filter_map(place).collect()
}

/// What keeps the secrets of a project out of everything that is said and written: those of the environment that sdd was
/// started in, those that `redact_env` names, and those of its `.env`. What is done with the services of a compose file
/// keeps to [`Tools::over`].
pub fn redactor(cx: &Cx, opened: &Opened) -> Arc<Redactor> {
    redactor_of(cx, opened, &files(cx, &opened.store, &[]))
}

/// [`redactor`] with more secrets, as pairs of name and value.
pub fn redactor_with(cx: &Cx, opened: &Opened, more: &[(String, String)]) -> Arc<Redactor> {
    let mut files = files(cx, &opened.store, &[]);
    files.secrets.extend_from_slice(more);
    redactor_of(cx, opened, &files)
}

/// The one place that decides for a project.
fn redactor_of(cx: &Cx, opened: &Opened, files: &Contents) -> Arc<Redactor> {
    let redact_env = &opened.config.redact_env;
    Arc::new(Redactor::with_files(
        &cx.environment,
        redact_env,
        &files.in_them(),
    ))
}

impl Tools {
    /// For what is asked outside a project, or without a word of what is said being shown: only the environment's secrets
    /// are known. Without a guard: for programs that end by themselves.
    pub fn bare(cx: &Cx, config: &Config, run_id: &str) -> Self {
        let redactor = Arc::new(Redactor::new(&cx.environment, &config.redact_env));
        let env = cx.environment.for_tools(&config.pass_env, run_id);
        let runner = System::new(env, run_id, cx.cancel.clone(), Arc::clone(&redactor));
        let unread = Vec::new();
        Self {
            runner,
            redactor,
            unread,
        }
    }

    /// [`Tools::bare`] for a project: the secrets of its `.env` are none of anybody's either, see [`redactor`].
    pub fn of_project(cx: &Cx, opened: &Opened, run_id: &str) -> Self {
        Self::over(cx, opened, run_id, &cx.cancel, &[])
    }

    /// [`Tools::of_project`] for some work: the secrets of the files that its compose file names are left out as well.
    pub fn of_work(cx: &Cx, opened: &Opened, run_id: &str, work: Option<&ActiveWork>) -> Self {
        Self::over(cx, opened, run_id, &cx.cancel, &compose_files(opened, work))
    }

    /// [`Tools::of_work`] that stops when `cancel` says so, and not when sdd is told to stop. It has a guard: its temporary
    /// directory goes also when sdd is killed.
    pub fn cleaning(
        cx: &Cx,
        opened: &Opened,
        run_id: &str,
        cancel: &Cancel,
        work: Option<&ActiveWork>,
    ) -> Self {
        Self::over(cx, opened, run_id, cancel, &compose_files(opened, work)).guarded()
    }

    /// [`Tools::cleaning`] for projects of Compose's with these files, as absolute paths.
    pub fn over(cx: &Cx, opened: &Opened, run_id: &str, cancel: &Cancel, compose_files: &[PathBuf]) -> Self {
        let files = files(cx, &opened.store, compose_files);
        let redactor = redactor_of(cx, opened, &files);
        let env = cx.environment.for_tools(&opened.config.pass_env, run_id);
        let runner = System::new(env, run_id, cancel.clone(), Arc::clone(&redactor));
        let unread = files.unread;
        Self {
            runner,
            redactor,
            unread,
        }
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
