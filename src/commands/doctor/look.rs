//! Looking at the machine and at the project: the edge of the doctor.

use std::path::Path;

use crate::commands::context::Cx;
use crate::doctor::checks::{GitSight, Presence, UnitSight};
use crate::doctor::platform::{Machine, Manager, Platform, Privilege};
use crate::doctor::wanted::{Ask, State, Wanted};
use crate::engine::Question;
use crate::process::System;
use crate::process::find::{Finder, Found};
use crate::project::{UnitFacts, git as repository};
use crate::store;

/// Where a Linux distribution says what it is; the second stands in for the first.
const OS_RELEASE: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];

/// The platform that this is.
pub(super) fn platform(finder: &Finder, root: &Path) -> Platform {
    let read = |path: &&str| store::read_regular(Path::new(path), store::SMALL).ok().flatten();
    let os_release = OS_RELEASE
        .iter()
        .find_map(read)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let managers = Manager::ALL
        .into_iter()
        .filter(|manager| matches!(finder.find(manager.program(), &[], root), Found::At(_)))
        .collect();
    Platform::of(&Machine {
        os: std::env::consts::OS,
        architecture: std::env::consts::ARCH,
        os_release: os_release.as_deref(),
        managers,
        privilege: privilege(),
    })
}

#[cfg(unix)]
fn privilege() -> Privilege {
    if rustix::process::geteuid().is_root() {
        Privilege::Root
    } else {
        Privilege::User
    }
}

#[cfg(not(unix))]
fn privilege() -> Privilege {
    Privilege::User
}

/// Git as a program that is wanted: for the reports, and by no gate.
pub(super) fn git_program(found: &Found, root: &Path) -> Wanted {
    let state = match found {
        Found::At(path) => State::Here {
            path: Some(path.clone()),
            ask: Ask::With(Question {
                program: path.clone(),
                args: vec!["--version".to_owned()],
                cwd: root.to_owned(),
                of: None,
            }),
        },
        Found::NotExecutable(path) => State::NotExecutable(path.clone()),
        Found::Untrusted(path, _) => {
            let (why, hint) = found.distrust().unwrap_or_default();
            State::Untrusted {
                path: path.clone(),
                why,
                hint,
            }
        }
        Found::Missing => State::Missing {
            program: "git".to_owned(),
            hint: None,
        },
    };
    Wanted {
        name: "git".to_owned(),
        state,
        uses: Vec::new(),
    }
}

/// What git says of the project.
pub(super) fn git(runner: &System, program: &Found, root: &Path) -> GitSight {
    let Found::At(program) = program else {
        return GitSight::NoGit;
    };
    match repository::read(runner, program, root) {
        Ok(Some(info)) => GitSight::State(info),
        Ok(None) => GitSight::NoRepository,
        Err(error) => {
            let cause =
                std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
            GitSight::NoAnswer(format!("{error}{cause}"))
        }
    }
}

/// What is to be seen of a unit beside its facts.
pub(super) fn unit(cx: &Cx, facts: &UnitFacts) -> UnitSight {
    let above = |name: &str| {
        facts
            .dir
            .ancestors()
            .take_while(|dir| dir.starts_with(&facts.root))
            .any(|dir| dir.join(name).exists())
    };
    let interpreter = facts.virtualenv.as_ref().is_some_and(|env| {
        // The name is a link, and what it leads to may be gone.
        ["bin/python", "bin/python3", "Scripts/python.exe"]
            .iter()
            .any(|python| env.join(python).is_file())
    });
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"]
        .iter()
        .filter_map(|name| cx.environment.get(name))
        .any(|env| Path::new(env).is_dir());
    UnitSight {
        node_modules: Presence::from(above("node_modules")),
        plug_and_play: Presence::from(above(".pnp.cjs")),
        interpreter: Presence::from(interpreter),
        active_environment: Presence::from(active),
    }
}
