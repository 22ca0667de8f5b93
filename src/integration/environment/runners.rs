//! Test runners have what they need for the workers of the settings.

use std::path::PathBuf;
use std::time::Duration;

use super::{Check, Found, Scene, Standing, unanswered};
use crate::compose::ask::{self, Call};
use crate::tools::Extra;

/// How long a test runner may take to say what it knows.
const PATIENCE: Duration = Duration::from_secs(20);

/// A test runner that needs something beside itself, and how it is asked whether it has that.
#[derive(Clone, Debug)]
pub struct RunnerAsked {
    /// Its name.
    pub name: &'static str,
    /// The program, absolute: itself or what starts it.
    pub program: PathBuf,
    /// The arguments that make it answer.
    pub args: Vec<String>,
    /// The directory of the unit, absolute.
    pub cwd: PathBuf,
    /// What it needs.
    pub extra: Extra,
    /// The command that installs that in the unit.
    pub install: String,
}

/// Test runners know workers.
pub(super) struct Runners;

impl Check for Runners {
    fn id(&self) -> &'static str {
        "test-runner"
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        scene.asked.iter().map(|asked| self.ask(scene, asked)).collect()
    }
}

impl Runners {
    fn ask(&self, scene: &Scene<'_>, asked: &RunnerAsked) -> Found {
        let RunnerAsked { name, extra, .. } = asked;
        let call = Call::new(&asked.program, &asked.args, PATIENCE);
        let refused = match ask::ask(scene.runner, &asked.cwd, &call) {
            Ok(answer) if (extra.is_missing)(answer.code, &answer.stderr) => {
                let said = format!(
                    "{} is not installed, without which {name} takes no workers (quality_gates.integration_tests.workers)",
                    extra.name
                );
                let remedy = format!("{}, or leave `workers` out", asked.install);
                return Found::new(self.id(), Standing::Unknown, said).remedy(remedy);
            }
            Ok(answer) if answer.code == 0 => {
                return Found::new(self.id(), Standing::Fine, format!("{name} has {}", extra.name));
            }
            Ok(answer) => answer.refusal(&call),
            Err(error) if error.is_cancelled() => return unanswered(self.id(), &error),
            Err(error) => error,
        };
        // It may be the question that it does not like: the tests themselves will say.
        let said = format!(
            "it could not be looked at whether {name} has {}: {refused}",
            extra.name
        );
        Found::new(self.id(), Standing::Warning, said)
            .remedy(format!("see whether this works by itself: {}", call.shown()))
    }
}
