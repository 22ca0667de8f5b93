//! What is looked at before the session begins: the units of the project and the state of its repository, side by side.

use super::machine::Machine;
use crate::commands::pipeline::Opened;
use crate::model::report::GitInfo;
use crate::process::Runner;
use crate::process::find::Found;
use crate::project::{Project, detect, git};

/// What was seen.
pub(super) struct Sight {
    /// The project.
    pub(super) project: Project,
    /// The state of the repository; `None` outside of one.
    pub(super) git: Option<GitInfo>,
    /// What is odd.
    pub(super) warnings: Vec<String>,
}

/// Looks at the project. The tree is walked once by sdd, and once by git at the same time; `meanwhile` is what else can be
/// done until git has its answer.
pub(super) fn look<T>(
    opened: &Opened,
    machine: &Machine<'_>,
    runner: &dyn Runner,
    meanwhile: impl FnOnce() -> T,
) -> anyhow::Result<(Sight, T)> {
    let (project, done, git) = std::thread::scope(|scope| {
        let git = scope.spawn(|| state(machine, runner));
        // Git looks at every file, on several threads, and this looks at names alone.
        let look = detect::Look {
            hands: detect::Hands::One,
            ..detect::Look::of(&opened.config)
        };
        let project = detect::configured(opened.store.root(), &look, None);
        let done = meanwhile();
        let git = git
            .join()
            .unwrap_or_else(|_| Err("reading the git state panicked".to_owned()));
        (project, done, git)
    });
    let project = project?;
    let mut warnings = opened.warnings.clone();
    warnings.extend(project.warnings.iter().cloned());
    let git = git.unwrap_or_else(|why| {
        warnings.push(format!("{why}; the session has no base commit"));
        None
    });
    let sight = Sight {
        project,
        git,
        warnings,
    };
    Ok((sight, done))
}

/// The state of the repository, or why it could not be had.
fn state(machine: &Machine<'_>, runner: &dyn Runner) -> Result<Option<GitInfo>, String> {
    match machine.find("git") {
        Found::At(program) => git::read(runner, &program, &machine.root)
            .map_err(|error| format!("the git state is unknown: {error}")),
        Found::NotExecutable(_) | Found::Untrusted(..) | Found::Missing
            if detect::nearest_git(&machine.root).is_some() =>
        {
            Err("git is not installed".to_owned())
        }
        Found::NotExecutable(_) | Found::Untrusted(..) | Found::Missing => Ok(None),
    }
}
