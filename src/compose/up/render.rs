//! The compose files as they take effect, whatever the flavour leaves out when it prints them.

use std::path::Path;

use super::Why;
use crate::compose::ask::{self, CallError};
use crate::compose::config::{self, Profiles, Rendered};
use crate::compose::flavour::{Flavour, ProfilesBy};
use crate::compose::project::{Calls, Project};
use crate::compose::{env_files, unset};
use crate::process::Runner;

/// The variable that names profiles.
const PROFILES: &str = "COMPOSE_PROFILES";

/// Reads the compose files as they take effect, without bringing up anything.
pub fn render(runner: &dyn Runner, cwd: &Path, calls: &Calls<'_>) -> Result<Rendered, Why> {
    let project = &with_profiles(runner, calls.flavour, calls.project);
    let calls = &Calls { project, ..*calls };
    let answer = match ask::ask_well(runner, cwd, &calls.config()) {
        Err(CallError::Refused { said, .. }) => return Err(Why::File { said }),
        answer => answer.map_err(|source| Why::Call { source })?,
    };
    let mut rendered = config::read(&answer.stdout)?;
    rendered.unset = config::unset(&answer.stderr);
    rendered.profiles = profiles(runner, calls);
    if !calls.flavour.is_podman_compose() {
        return Ok(rendered);
    }
    let Project { files, .. } = calls.project;
    if let Some(directory) = files.first().and_then(|file| file.parent()) {
        rendered.seen_from(directory);
    }
    rendered.unset = unset::unset(files, &|name| value(runner, calls.project, name));
    // It renders them without a word of that they would start.
    let names = rendered.unasked();
    if calls.flavour.profiles() == ProfilesBy::Nobody && !names.is_empty() {
        let version = calls.flavour.version;
        return Err(Why::NoProfiles { version, names });
    }
    Ok(rendered)
}

/// A variable as Compose gets it: what its process gets goes before the file beside its own.
fn value(runner: &dyn Runner, project: &Project, name: &str) -> Option<String> {
    let beside = || env_files::beside(project.files.first()?.parent()?, name);
    runner.variable(name).or_else(beside)
}

/// The profiles that Compose takes from its variables.
pub(super) fn profiles(runner: &dyn Runner, calls: &Calls<'_>) -> Profiles {
    match calls.flavour.profiles() {
        ProfilesBy::Compose | ProfilesBy::Option => Profiles::Rendered,
        ProfilesBy::Reader | ProfilesBy::Nobody => {
            Profiles::of(&value(runner, calls.project, PROFILES).unwrap_or_default())
        }
    }
}

/// The project with the profiles that are named on every call, where the flavour reads them from no variable.
pub(super) fn with_profiles(runner: &dyn Runner, flavour: &Flavour, project: &Project) -> Project {
    let mut project = project.clone();
    if flavour.profiles() == ProfilesBy::Option {
        project.profiles = match Profiles::of(&value(runner, &project, PROFILES).unwrap_or_default()) {
            Profiles::Named(names) => names.into_iter().collect(),
            Profiles::Rendered => Vec::new(),
        };
    }
    project
}
