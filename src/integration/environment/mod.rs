//! What must be there before services are brought up: one file a check, each with what to do.

mod compose_file;
mod config_files;
mod engine;
mod images;
mod lint;
mod networks;
mod ports;
mod runners;
mod services;
mod space;

use std::path::Path;

pub use runners::RunnerAsked;

use super::Needs;
use crate::compose::Calls;
use crate::compose::ask::CallError;
use crate::compose::config::Rendered;
use crate::compose::flavour::{Flavour, FlavourError};
use crate::compose::project::Project;
use crate::compose::up::{self, Why};
use crate::process::Runner;

/// How it stands with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is as it must be.
    Fine,
    /// It may make trouble.
    Warning,
    /// It is not as it must be.
    Failed,
    /// Nobody can tell.
    Unknown,
    /// There is nothing to look at, or what it stands in cannot be seen, which another check tells.
    Skipped,
}

/// What came of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The check.
    pub check: &'static str,
    /// How it stands.
    pub standing: Standing,
    /// What was seen, in one line.
    pub said: String,
    /// What to do.
    pub remedy: Option<String>,
}

impl Found {
    fn new(check: &'static str, standing: Standing, said: impl Into<String>) -> Self {
        Self {
            check,
            standing,
            said: said.into(),
            remedy: None,
        }
    }

    fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// What checks look at.
pub struct Scene<'a> {
    /// The project.
    pub root: &'a Path,
    /// What is needed.
    pub needs: &'a Needs,
    /// Starts programs.
    pub runner: &'a dyn Runner,
    /// The Compose that is there.
    pub flavour: Result<&'a Flavour, &'a FlavourError>,
    /// The project of Compose's; `None` where its file is not in the repository.
    pub project: Option<&'a Project>,
    /// The compose file as it takes effect; `None` where nobody can render it.
    pub rendered: Option<Result<&'a Rendered, &'a Why>>,
    /// Whether the engine is on this machine.
    pub engine: Engine,
    /// The test runners that are asked what they have.
    pub asked: &'a [RunnerAsked],
}

/// Where the engine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// On this machine: its ports are the machine's.
    Here,
    /// On another one.
    Elsewhere,
}

impl Engine {
    /// Where it is, by its address (`DOCKER_HOST`).
    pub fn of(address: Option<&str>) -> Self {
        match address {
            Some(address) if !address.starts_with("unix:") && !address.starts_with("npipe:") => {
                Self::Elsewhere
            }
            _ => Self::Here,
        }
    }
}

impl Scene<'_> {
    fn rendered(&self) -> Option<&Rendered> {
        self.rendered.as_ref()?.as_ref().ok().copied()
    }

    fn calls(&self) -> Option<Calls<'_>> {
        Some(Calls {
            flavour: self.flavour.ok()?,
            project: self.project?,
        })
    }
}

/// One check.
trait Check: Sync {
    /// Its name.
    fn id(&self) -> &'static str;
    /// What it sees; nothing where what it looks at is missing, which another check tells.
    fn look(&self, scene: &Scene<'_>) -> Vec<Found>;
}

/// All checks, in the order in which they are told.
static CHECKS: &[&dyn Check] = &[
    &engine::ComposeAnswers,
    &engine::EngineAnswers,
    &compose_file::ComposeFile,
    &services::Services,
    &config_files::ConfigFiles,
    &runners::Runners,
    &images::Images,
    &ports::Ports,
    &lint::Lint,
    &networks::Networks,
    &space::Space,
];

/// The names of all checks.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|check| check.id())
}

/// Renders the compose file where there is a Compose, and makes every check.
pub fn look(
    root: &Path,
    needs: &Needs,
    runner: &dyn Runner,
    flavour: Result<&Flavour, &FlavourError>,
    project: Option<&Project>,
    engine: Engine,
    asked: &[RunnerAsked],
) -> Vec<Found> {
    let rendered = match (flavour, project) {
        (Ok(flavour), Some(project)) => Some(up::render(runner, root, &Calls { flavour, project })),
        _ => None,
    };
    let scene = Scene {
        root,
        needs,
        runner,
        flavour,
        project,
        rendered: rendered.as_ref().map(Result::as_ref),
        engine,
        asked,
    };
    CHECKS
        .iter()
        .flat_map(|check| match check.look(&scene) {
            found if found.is_empty() => {
                // What it stands in is told by those before it.
                let is_of_services =
                    ![config_files::ConfigFiles.id(), runners::Runners.id()].contains(&check.id());
                let said = if scene.rendered().is_none() && is_of_services {
                    "it could not be looked at without the services of the compose file"
                } else {
                    "there was nothing to look at"
                };
                vec![Found::new(check.id(), Standing::Skipped, said)]
            }
            found => found,
        })
        .collect()
}

/// A question without an answer, as what a check found.
fn unanswered(check: &'static str, error: &CallError) -> Found {
    Found::new(check, Standing::Unknown, error.to_string())
}

#[cfg(test)]
mod tests;
