//! What is looked at before the session begins: the units of the project and the state of its repository, side by side.

use std::path::Path;
use std::thread::ScopedJoinHandle;

use super::machine::Machine;
use crate::commands::pipeline::Opened;
use crate::model::report::GitInfo;
use crate::process::Runner;
use crate::process::find::Found;
use crate::project::{Project, detect, git};

/// What was seen.
pub(super) struct Sight {
    /// The state of the repository; `None` outside of one.
    pub(super) git: Option<GitInfo>,
    /// What is odd.
    pub(super) warnings: Vec<String>,
}

/// Looks at the project. The tree is walked once by sdd, and once by git at the same time. Only the commit is waited for
/// before `begin` has its turn with the project and that commit: what git thinks of each file is needed after it.
pub(super) fn look<T>(
    opened: &Opened,
    machine: &Machine<'_>,
    runner: &dyn Runner,
    begin: impl FnOnce(&Project, Option<&str>) -> anyhow::Result<T>,
) -> anyhow::Result<(Sight, T)> {
    let program = machine.find("git");
    let (project, done, head, state) = std::thread::scope(|scope| {
        let head = scope.spawn(|| asked(&program, machine, |git| git::head(runner, git, &machine.root)));
        let state = scope.spawn(|| asked(&program, machine, |git| git::read(runner, git, &machine.root)));
        // Git looks at every file, on several threads, and this looks at names alone.
        let look = detect::Look {
            hands: detect::Hands::One,
            ..detect::Look::of(&opened.config)
        };
        let project = detect::configured(opened.store.root(), &look, None)?;
        let head = answer(head);
        let commit = head.as_ref().ok().and_then(|head| head.as_deref());
        let done = begin(&project, commit)?;
        anyhow::Ok((project, done, head, answer(state)))
    })?;
    let mut warnings = opened.warnings.clone();
    warnings.extend(project.warnings.iter().cloned());
    let no_base = head
        .err()
        .map(|why| format!("{why}; the session has no base commit"));
    let git = state.unwrap_or_else(|why| {
        // What keeps git from telling the one mostly keeps it from telling the other.
        if no_base.is_none() {
            warnings.push(why);
        }
        None
    });
    warnings.extend(no_base);
    Ok((Sight { git, warnings }, done))
}

/// What git answers to a question, or why it could not be asked; `None` outside of a repository.
fn asked<T>(
    program: &Found,
    machine: &Machine<'_>,
    ask: impl FnOnce(&Path) -> Result<Option<T>, git::Error>,
) -> Result<Option<T>, String> {
    match program {
        Found::At(program) => ask(program).map_err(|error| format!("the git state is unknown: {error}")),
        Found::NotExecutable(_) | Found::Untrusted(..) | Found::Missing
            if detect::nearest_git(&machine.root).is_some() =>
        {
            Err("git is not installed".to_owned())
        }
        Found::NotExecutable(_) | Found::Untrusted(..) | Found::Missing => Ok(None),
    }
}

/// What a thread came to.
fn answer<T>(thread: ScopedJoinHandle<'_, Result<T, String>>) -> Result<T, String> {
    thread
        .join()
        .unwrap_or_else(|_| Err("reading the git state panicked".to_owned()))
}
